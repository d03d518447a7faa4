"""Servers that mean no good, on either connection of a round: what they do to who dials them, and to who is dialled back.

OUT     breaks the stream that the tool opens: dbpeer.Server classes
BACK    calls the tool back as nobody should: functions (peer, place, sender, target, stream, key), before or instead of step 2
CALLERS what comes to a listener uninvited: functions (address)

They go on until the other side is gone, because ending it is the other side's business.
"""

import contextlib
import os
import socket
import threading
import time

from dbpeer import Server, element
from dbstream import DB, SERVER, STREAM, TLS, Gone, dial

TURNS = 200_000  # of a flood: far more than anybody should read
HEADER = f"<?xml version='1.0'?><stream:stream xmlns='{SERVER}' xmlns:stream='{STREAM}' xmlns:db='{DB}' version='1.0'"


def flood(stream, text):
    block = text * max(1, 65536 // len(text))
    for _ in range(TURNS):
        stream.send(block)


def drip(stream, text):
    """An octet now and then: each within any limit for one read."""
    while True:
        for char in text:
            stream.send(char)
            time.sleep(0.1)


# ---- the stream the tool opens

class Mute(Server):
    """Accepts, and that is all."""

    def welcome(self, stream):
        stream.receive(600)
        time.sleep(600)


class DripsHeader(Server):
    def welcome(self, stream):
        stream.hear()
        stream.send(HEADER + " id='")
        drip(stream, "x")


class EndlessSpace(Server):
    def welcome(self, stream):
        stream.hear()
        flood(stream, " ")


class EndlessFeatures(Server):
    def features(self, stream):
        if stream.tls:
            stream.send("<stream:features>")
            flood(stream, "<x xmlns='urn:x'/>")
        return super().features(stream)


class NeverEndingHandshake(Server):
    """A ServerHello announced, and an octet of it now and then."""

    def start_tls(self, stream):
        stream.send(f"<proceed xmlns='{TLS}'/>")
        stream.send(bytes([22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xF0]))
        drip(stream, "\0")


class Injects(Server):
    """Says something behind <proceed/>, in clear, for inside TLS (STR-53)."""

    def start_tls(self, stream):
        stream.send(f"<proceed xmlns='{TLS}'/>"
                    + element("result", sender=self.domain, to=stream.header.get("from", ""), type="valid"))
        super().start_tls(stream)


class WrongNamespace(Server):
    """A `valid` that is none, because it is no dialback."""

    space = "urn:nothing"

    def say_result(self, stream, sender, target, verdict):
        stream.send(f"<db:result xmlns:db='{self.space}' from='{sender}' to='{target}' type='valid'/>")


class NoNamespace(WrongNamespace):
    space = SERVER


class WrongContent(Server):
    """A stream for clients."""

    def greet(self, stream):
        stream.send(HEADER.replace(SERVER, "jabber:client", 1) + f" id='x' from='{self.domain}'>")
        stream.send(f"<stream:features>{self.features(stream)}</stream:features>")


class OtherDomain(Server):
    """The verdict for somebody else."""

    def say_result(self, stream, sender, target, verdict):
        stream.send(element("result", sender="other.test", to=target, type="valid"))
        stream.send(element("result", sender=sender, to="other.test", type="valid"))


class Swapped(Server):
    def say_result(self, stream, sender, target, verdict):
        stream.send(element("result", sender=target, to=sender, type="valid"))


class TwoVerdicts(Server):
    """No, and then yes."""

    def say_result(self, stream, sender, target, verdict):
        stream.send(element("result", sender=sender, to=target, type="invalid")
                    + element("result", sender=sender, to=target, type="valid"))


class StrangeType(Server):
    def say_result(self, stream, sender, target, verdict):
        for kind in ("VALID", "valid ", "ok", "true", ""):
            stream.send(f"<db:result from='{sender}' to='{target}' type='{kind}'/>")


class FloodsVerdicts(Server):
    """Of all domains but the one."""

    def say_result(self, stream, sender, target, verdict):
        flood(stream, element("result", sender="other.test", to=target, type="valid"))


class FloodsStanzas(Server):
    def say_result(self, stream, sender, target, verdict):
        flood(stream, f"<message from='a@{sender}' to='b@{target}'><body>buy</body></message>")


class GiantElement(Server):
    def say_result(self, stream, sender, target, verdict):
        stream.send(f"<db:result from='{sender}' to='{target}' type='valid'>")
        flood(stream, "x")


class DeepElement(Server):
    def say_result(self, stream, sender, target, verdict):
        flood(stream, "<a>")


class GiantAttribute(Server):
    def say_result(self, stream, sender, target, verdict):
        stream.send("<db:result from='")
        flood(stream, "x")


class Entities(Server):
    """A document type with entities of entities (RFC 6120, 11.1)."""

    def welcome(self, stream):
        stream.hear()
        stream.send("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
                    + HEADER[21:] + " id='&b;'>")
        stream.next(600)


class DripsVerdict(Server):
    def say_result(self, stream, sender, target, verdict):
        drip(stream, " ")


class EscapesTerminal(Server):
    """What it says is meant for the terminal of who reads it."""

    bad = "\u202e\u2066&#9;&#10;\u009b31m"

    def say_result(self, stream, sender, target, verdict):
        stream.send(f"<db:result from='{sender}' to='{target}' type='error'><error type='cancel'><item-not-found"
                    f" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{self.bad}"
                    f"</text></error></db:result>")
        stream.send(f"<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text "
                    f"xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{self.bad}</text></stream:error>")

    def new_id(self):
        return f"id-\u202e\u2066\u009b31m-{os.urandom(4).hex()}"


class Noise(Server):
    def say_result(self, stream, sender, target, verdict):
        stream.send(os.urandom(100_000))


OUT = [Mute, DripsHeader, EndlessSpace, EndlessFeatures, NeverEndingHandshake, Injects, WrongNamespace, NoNamespace, WrongContent,
       OtherDomain, Swapped, TwoVerdicts, StrangeType, FloodsVerdicts, FloodsStanzas, GiantElement, DeepElement, GiantAttribute,
       Entities, DripsVerdict, EscapesTerminal, Noise]


# ---- the calls back

class Visitor(Server):
    """Calls back as its `how` wants it, and then says that all is well: when the call is over, or after `lingers` seconds."""

    how = None
    lingers = 0.5

    def ask(self, stream, sender, target, key):
        [place, *_] = self.resolve(sender)
        visit = threading.Thread(target=self.visit, args=(place, sender, target, stream, key), daemon=True)
        visit.start()
        visit.join(self.lingers)
        return self.outcome(stream, sender, target, key)

    def visit(self, *args):
        with contextlib.suppress(Gone, TimeoutError, OSError):
            self.how(*args)

    def outcome(self, stream, sender, target, key):
        return ("valid", None)


class HonestToo(Visitor):
    """... and asks honestly meanwhile."""

    def outcome(self, stream, sender, target, key):
        return Server.ask(self, stream, sender, target, key)


def _inside(peer, place, sender, target):
    there = peer.reach(place, sender, target)
    peer._open.discard(there)
    return there


def connects_only(peer, place, sender, target, stream, key):
    dial(place).cut()


def says_nothing(peer, place, sender, target, stream, key):
    dial(place).receive(600)


def header_only(peer, place, sender, target, stream, key):
    there = dial(place)
    there.open(sender, target)
    there.receive(600)


def drips_header(peer, place, sender, target, stream, key):
    drip(dial(place), HEADER)


def floods_clear(peer, place, sender, target, stream, key):
    flood(dial(place), " ")


def never_ends_handshake(peer, place, sender, target, stream, key):
    there = dial(place)
    there.open(sender, target)
    there.send(f"<starttls xmlns='{TLS}'/>")
    there.expect(f"{{{TLS}}}proceed")
    there.send(bytes([22, 3, 1, 0x20, 0, 1, 0, 0x1F, 0xF0]))
    drip(there, "\0")


def asks_in_clear(peer, place, sender, target, stream, key):
    there = dial(place)
    there.open(sender, target)
    there.send(element("verify", key, sender=target, to=sender, id=stream.id))
    there.next()


def asks_about_another_key(peer, place, sender, target, stream, key):
    there = _inside(peer, place, sender, target)
    there.send(element("verify", "made up", sender=target, to=sender, id=stream.id))
    there.next()


def asks_about_another_id(peer, place, sender, target, stream, key):
    there = _inside(peer, place, sender, target)
    there.send(element("verify", key, sender=target, to=sender, id="another stream"))
    there.next(3)


def asks_about_another_domain(peer, place, sender, target, stream, key):
    there = _inside(peer, place, sender, target)
    there.send(element("verify", key, sender=target, to="other.test", id=stream.id))
    there.next(3)


def asks_as_somebody_else(peer, place, sender, target, stream, key):
    there = dial(place)
    there.open(sender, "other.test")
    there.secure(sender, "other.test", peer.context)
    there.send(element("verify", key, sender="other.test", to=sender, id=stream.id))
    there.next(3)


def asks_in_a_wrong_namespace(peer, place, sender, target, stream, key):
    there = _inside(peer, place, sender, target)
    there.send(f"<verify xmlns='urn:nothing' from='{target}' to='{sender}' id='{stream.id}'>{key}</verify>")
    there.next(3)


def floods_questions(peer, place, sender, target, stream, key):
    flood(_inside(peer, place, sender, target), element("verify", "made up", sender=target, to=sender, id=stream.id))


def giant_question(peer, place, sender, target, stream, key):
    there = _inside(peer, place, sender, target)
    there.send(f"<db:verify from='{target}' to='{sender}' id='")
    flood(there, "x")


def deep_question(peer, place, sender, target, stream, key):
    flood(_inside(peer, place, sender, target), "<a>")


def many_calls(peer, place, sender, target, stream, key):
    """More than there are seats, and none of them asks anything."""
    calls = []
    with contextlib.suppress(OSError):
        for _ in range(60):
            calls.append(dial(place))
    time.sleep(1)
    for each in calls:
        each.cut()


def answers_unasked(peer, place, sender, target, stream, key):
    """Step 3 in the wrong direction."""
    there = _inside(peer, place, sender, target)
    there.send(element("verify", sender=sender, to=target, id=stream.id, type="valid"))
    there.send(element("result", sender=target, to=sender, type="valid"))
    there.next(3)


def talks_http(peer, place, sender, target, stream, key):
    there = dial(place)
    there.send("GET / HTTP/1.1\r\nHost: me\r\n\r\n")
    there.receive(3)


BACK = [connects_only, says_nothing, header_only, drips_header, floods_clear, never_ends_handshake,
        asks_about_another_key, asks_about_another_id, asks_about_another_domain, asks_as_somebody_else, asks_in_a_wrong_namespace,
        floods_questions, giant_question, deep_question, many_calls, answers_unasked, talks_http]


# ---- who comes to a listener uninvited

def _knock(address, text=b"", again=b"", pause=0.2):
    """A caller that says something, and then something now and then."""
    with contextlib.suppress(OSError), socket.create_connection(address, 10) as sock:
        sock.sendall(text)
        while again:
            time.sleep(pause)
            sock.sendall(again)
        sock.settimeout(600)
        while sock.recv(65536):
            pass


CALLERS = {
    "says nothing": lambda address: _knock(address),
    "half a header": lambda address: _knock(address, HEADER.encode()[:60]),
    "drips a header": lambda address: _knock(address, HEADER.encode(), b" "),
    "a header without end": lambda address: _knock(address, HEADER.encode() + b" to='", b"x" * 65536, 0),
    "space without end": lambda address: _knock(address, b"", b" " * 65536, 0),
    "noise": lambda address: _knock(address, os.urandom(65536)),
    "HTTP": lambda address: _knock(address, b"GET / HTTP/1.1\r\n\r\n"),
    "TLS at once": lambda address: _knock(address, bytes([22, 3, 1, 2, 0, 1, 0, 1, 0xFC]) + bytes(508)),
    "entities": lambda address: _knock(
        address, b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>" + HEADER.encode()[21:] + b">"),
    "depth": lambda address: _knock(address, HEADER.encode() + b">", b"<a>" * 20000, 0),
    "half a handshake": lambda address: _knock(
        address, (HEADER + f"><starttls xmlns='{TLS}'/>").encode(), bytes([22, 3, 1, 0x20, 0, 1, 0, 0x1F, 0xF0])[:1], 0.5),
}
