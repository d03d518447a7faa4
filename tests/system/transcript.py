"""The transcript language: what a scripted peer says and must hear, read into plain lists.

One statement a line; `#` starts a comment line.  The same language is written by the tools' --record, so a recorded
run can be played back as a test.

    domain peer.test                  the domain that is examined
    tool xmpp-certcheck               that plays the other part; xmpp-starttls where nothing is said
    options --timeout 2               further options of the tool
    connection c2s starttls           what follows happens on one accepted connection (direct = TLS from the start)
    C TEXT                            these bytes must arrive next; * is any run of bytes, the shortest that fits
    S TEXT                            these bytes are sent
    tls [cert=good] [min=TLS1.2] [max=TLS1.3] [alpn=xmpp-client] [request-cert] [dns=N,N] [days=N] [issuer=I]
    tls-refused [ALERT]               read the ClientHello, answer with a fatal alert (default 40)
    raw HEX   pause MS   drip MS TEXT   flood BYTES TEXT   repeat N TEXT
    close   cut   reset   stall
    expect status N | finding ID [SEVERITY] | no-finding ID | record PATH VALUE

    others                            more connections than are written here may come; they are closed at once

Escapes in TEXT: \\n \\r \\t \\\\ \\* \\xHH; in S also \\1 to \\9, what the first to ninth * of the last C stood for.
"""

import dataclasses
import json
import pathlib
import re
import shlex

TOOLS = ("xmpp-starttls", "xmpp-certcheck")
SERVICES = ("c2s", "s2s")
# A server without TLS, as often as all tools ask it.
CLEAR = "domain clear.test\nothers\n" + """connection s2s starttls
C <?xml*to='clear.test'*>
S <?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'
S  version='1.0' from='clear.test'><stream:features/>
C <starttls*/>
S <failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>
close
""" * 12
TRANSPORTS = ("starttls", "direct")
ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "\\": b"\\", "*": b"*"}
WITHOUT_ARGUMENT = ("close", "cut", "reset", "stall")


class Mistake(ValueError):
    """A transcript that does not follow the language."""


@dataclasses.dataclass(frozen=True)
class Step:
    line: int
    verb: str
    data: object = b""  # a Pattern for C, a Text for S, bytes otherwise
    number: int = 0
    settings: dict = dataclasses.field(default_factory=dict)
    source: str = ""


@dataclasses.dataclass
class Connection:
    service: str
    transport: str
    line: int
    steps: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Expectation:
    line: int
    kind: str
    words: tuple


@dataclasses.dataclass
class Transcript:
    name: str
    about: str = ""
    domain: str = "peer.test"
    tool: str = "xmpp-starttls"
    others: bool = False
    options: list = dataclasses.field(default_factory=list)
    connections: list = dataclasses.field(default_factory=list)
    expectations: list = dataclasses.field(default_factory=list)

    @property
    def timeout(self):
        """The deadline of an endpoint in seconds, as the options set it."""
        for option, value in zip(self.options, self.options[1:] + [""]):
            if option in ("-t", "--timeout"):
                return float(value)
            if option.startswith("--timeout="):
                return float(option.partition("=")[2])
        return 10.0


def read(path):
    path = pathlib.Path(path)
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text, name="transcript"):
    result = Transcript(name)
    about = []
    started = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#"):
            if not started:
                about.append(line[1:].strip())
            continue
        if not line.strip():
            continue
        started = True
        try:
            _statement(result, number, line)
        except (ValueError, IndexError) as mistake:
            raise Mistake(f"{name}:{number}: {line}: {mistake}") from None
    result.about = " ".join(about)
    return result


def _statement(result, number, line):
    verb, _, rest = line.partition(" ")
    if verb == "domain":
        result.domain = rest.strip()
    elif verb == "tool":
        result.tool = rest.strip()
        _one_of(result.tool, TOOLS)
    elif verb == "others":
        result.others = True
    elif verb == "options":
        result.options += shlex.split(rest)
    elif verb == "connection":
        service, transport = rest.split()
        _one_of(service, SERVICES)
        _one_of(transport, TRANSPORTS)
        result.connections.append(Connection(service, transport, number))
    elif verb == "expect":
        result.expectations.append(_expectation(number, rest))
    else:
        if not result.connections:
            raise ValueError("before the first connection")
        result.connections[-1].steps.append(_step(number, verb, rest, line))


def _step(number, verb, rest, source):
    if verb == "C":
        return Step(number, verb, pattern(rest), source=source)
    if verb == "S":
        return Step(number, verb, Text(_pieces(rest, answers=True)), source=source)
    if verb == "raw":
        return Step(number, "S", Text([bytes.fromhex(rest)]), source=source)
    if verb == "pause":
        return Step(number, verb, number=int(rest), source=source)
    if verb in ("drip", "flood", "repeat"):
        count, _, text = rest.partition(" ")
        if not text:
            raise ValueError(f"{verb} needs a number and a text")
        return Step(number, verb, unescape(text), int(count), source=source)
    if verb == "tls":
        return Step(number, verb, settings=_settings(rest), source=source)
    if verb == "tls-refused":
        return Step(number, verb, number=int(rest or 40), source=source)
    if verb in WITHOUT_ARGUMENT:
        if rest.strip():
            raise ValueError(f"{verb} takes no argument")
        return Step(number, verb, source=source)
    raise ValueError("unknown statement")


def _settings(rest):
    pairs = (word.partition("=") for word in rest.split())
    return {key: value if equals else True for key, equals, value in pairs}


def _expectation(number, rest):
    kind, _, rest = rest.partition(" ")
    words = rest.split()
    if kind == "status":
        return Expectation(number, kind, (int(words[0]),))
    if kind in ("finding", "no-finding") and 1 <= len(words) <= 2:
        return Expectation(number, kind, tuple(words))
    if kind == "record":
        path, _, value = rest.partition(" ")
        return Expectation(number, kind, (path, value if value.startswith("~") else json.loads(value)))
    raise ValueError("unknown expectation")


def _one_of(word, words):
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}")


def _pieces(text, answers=False):
    """The text without its escapes, as bytes, with None for each bare `*` and, in answers, a number for \\1 to \\9."""
    at = 0
    while at < len(text):
        if text[at] == "*":
            yield None
            at += 1
        elif text[at] != "\\":
            yield text[at].encode()
            at += 1
        elif text[at + 1] == "x":
            yield bytes.fromhex(text[at + 2:at + 4])
            at += 4
        elif answers and text[at + 1] in "123456789":
            yield int(text[at + 1])
            at += 2
        else:
            if text[at + 1] not in ESCAPES:
                raise ValueError(f"unknown escape \\{text[at + 1]}")
            yield ESCAPES[text[at + 1]]
            at += 2


def unescape(text):
    return b"".join(b"*" if piece is None else piece for piece in _pieces(text))


class Text:
    """Bytes to send, with places for what was heard."""

    def __init__(self, pieces):
        self.pieces = [b"*" if piece is None else piece for piece in pieces]

    def fill(self, heard):
        return b"".join(heard[piece - 1] if isinstance(piece, int) else piece for piece in self.pieces)


class Pattern:
    """Bytes with holes.  Knows early when what arrived can never match."""

    def __init__(self, pieces):
        parts = [b""]
        for piece in pieces:
            if piece is None:
                parts.append(b"")
            else:
                parts[-1] += piece
        self.start = parts[0]
        self.regex = re.compile(b"(.*?)".join(map(re.escape, parts)), re.DOTALL)

    def match(self, data):
        """How many bytes of data the pattern takes and what each `*` stood for, None while more must come."""
        match = self.regex.match(data)
        return (match.end(), match.groups()) if match else None

    def excluded_by(self, data):
        common = min(len(data), len(self.start))
        return data[:common] != self.start[:common]


def pattern(text):
    return Pattern(_pieces(text))
