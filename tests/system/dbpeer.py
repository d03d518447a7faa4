"""A server that speaks Server Dialback (XEP-0220) in every role, keeps all rules, and breaks one where a test wants it.

    with Server(ca, dns) as peer:             serves peer.test on a loopback address, and DNS says so
        tool.run(..., "peer.test")
        peer.heard                             what came: Heard("verify", {"from": ...}, key, encrypted)

A rule is broken by overriding the method that keeps it, a habit is changed by name:

    class Credulous(Server):
        def verdict(self, outcome):            # whatever the authoritative server says
            return VALID

    Server(ca, dns, tls="optional", external="accept")
"""

import contextlib
import dataclasses
import hashlib
import hmac
import itertools
import os
import socket
import threading
import traceback
import xml.sax.saxutils

import dns.exception
import dns.rdatatype
from cryptography.x509.oid import ExtendedKeyUsageOID

import daemon
from dbstream import (BIDI, BIDI_FEATURE, DB, DIALBACK_FEATURE, SASL, SERVER, STANZAS, STREAM, STREAMS, TLS, Gone, Stream,
                      condition, context, dial, proves)

PING = "urn:xmpp:ping"
LONELY = 200.0  # seconds a stream may be silent
VALID, INVALID = ("valid", None), ("invalid", None)


def error(named):
    return ("error", named)


def make_key(secret, receiving, originating, stream_id):
    """XEP-0185."""
    digest = hashlib.sha256(secret).hexdigest().encode()
    return hmac.new(digest, f"{receiving} {originating} {stream_id}".encode(), hashlib.sha256).hexdigest()


def element(kind, text="", type=None, named=None, **attributes):
    """<db:result/> or <db:verify/>; attributes that are None are left out, "sender" is from."""
    attributes = {"from": attributes.pop("sender", None), **attributes, "type": type}
    written = "".join(f" {name}={xml.sax.saxutils.quoteattr(value)}" for name, value in attributes.items() if value is not None)
    inner = f"<error type='cancel'><{named} xmlns='{STANZAS}'/></error>" if named else xml.sax.saxutils.escape(text)
    return f"<db:{kind}{written}>{inner}</db:{kind}>"


@dataclasses.dataclass
class Heard:
    """One dialback element or stanza, as it came."""

    kind: str        # "result", "verify", "iq", "message", "auth", "bidi"
    attributes: dict
    text: str
    encrypted: bool
    incoming: bool   # on a connection that somebody opened to us


class Server:
    tls = "required"       # "optional": everything in clear as well; "off": not offered
    offers_dialback = True # in the features
    errors = True          # ... with <errors/>
    external = "off"       # "accept": who proves its domain; "clients": and may be a client (EKU); "refuse": offered and refused
    presents = True        # EXTERNAL is tried when we dial
    secure = False         # who cannot prove its domain is sent away behind TLS
    trusts = False         # "dialback without dialling back" (XEP-0344)
    offers_bidi = False
    wait = 30.0            # seconds for an authoritative server
    hopes = 30.0           # seconds for a verdict on a key of ours
    also = ()              # further domains
    source = None          # the address we dial from

    def __init__(self, ca, zones, domain="peer.test", certificate=None, publish=True, **habits):
        self.ca, self.zones, self.domain = ca, zones, domain
        for name, value in habits.items():
            assert hasattr(type(self), name), name
            setattr(self, name, value)
        self.domains = {domain, *self.also}
        self.address = daemon.own_address()
        self.certificate = certificate or ca.issue(domain, dns=sorted(self.domains))
        self.context = context(self.certificate)
        self.secret = os.urandom(16)
        self.heard, self.faults = [], []
        self.connections = 0
        self._ids = itertools.count(1)
        self._open = set()
        self._outgoing = {}
        self._stopping = threading.Event()
        self._publish = publish

    def __enter__(self):
        self._listener = socket.create_server((self.address, 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        if self._publish:
            for each in self.domains:
                self.zones.service(each, "s2s", self.port, self.address)
        self._spawn(self._accept)
        return self

    def __exit__(self, *_):
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in list(self._open):
            stream.cut()

    @property
    def at(self):
        return f"{self.address}:{self.port}"

    def came(self, kind):
        """What was heard of one kind."""
        return [each for each in self.heard if each.kind == kind]

    # who calls us

    def _accept(self):
        with contextlib.suppress(OSError):
            while not self._stopping.is_set():
                sock, _ = self._listener.accept()
                self.connections += 1
                self._spawn(self._serve, sock)

    def _serve(self, sock):
        stream = Stream(sock)
        self._open.add(stream)
        try:
            self.welcome(stream)
        except TimeoutError:
            stream.close()
        finally:
            self._open.discard(stream)
            stream.cut()

    def welcome(self, stream):
        stream.hear()
        self.greet(stream)
        while True:
            self.take(stream, stream.next(LONELY))

    def new_id(self):
        return f"{next(self._ids)}-{os.urandom(8).hex()}"

    def greet(self, stream):
        """Header and features, in clear and inside TLS."""
        stream.id = self.new_id()
        us, them = stream.header.get("to"), stream.header.get("from")
        to = f" to={xml.sax.saxutils.quoteattr(them)}" if them else ""
        modern = "version" in stream.header
        stream.send(f"<?xml version='1.0'?><stream:stream xmlns='{SERVER}' xmlns:stream='{STREAM}' xmlns:db='{DB}'"
                    f" id='{stream.id}' from='{us}'{to}{' version=%r' % '1.0' if modern else ''}>")
        if us not in self.domains:
            self.refuse(stream, "host-unknown")
        if stream.tls and self.secure and not self.certified(stream, them):
            self.refuse(stream, "not-authorized")
        if modern:
            stream.send(f"<stream:features>{self.features(stream)}</stream:features>")

    def features(self, stream):
        text = ""
        if not stream.tls and self.tls != "off":
            text += f"<starttls xmlns='{TLS}'>{'<required/>' if self.tls == 'required' else ''}</starttls>"
        if self.offers_external_to(stream):
            text += f"<mechanisms xmlns='{SASL}'><mechanism>EXTERNAL</mechanism></mechanisms>"
        if self.offers_bidi and (stream.tls or self.tls != "required"):
            text += f"<bidi xmlns='{BIDI_FEATURE}'/>"
        if self.offers_dialback and (stream.tls or self.tls != "required"):
            text += f"<dialback xmlns='{DIALBACK_FEATURE}'>{'<errors/>' if self.errors else ''}</dialback>"
        return text

    def certified(self, stream, domain, purpose=None):
        return bool(domain) and proves(stream.certificates, domain, self.ca.file, purpose)

    def offers_external_to(self, stream):
        if not stream.tls or stream.pairs or self.external == "off":
            return False
        return self.external == "refuse" or self.may_external(stream)

    def may_external(self, stream):
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH if self.external == "clients" else None
        return self.external != "refuse" and self.certified(stream, stream.header.get("from"), purpose)

    def refuse(self, stream, named):
        """A stream error, and the end."""
        stream.send(f"<stream:error><{named} xmlns='{STREAMS}'/></stream:error>")
        stream.close()
        raise Gone(f"refused with {named}")

    def take(self, stream, elem):
        space, name = elem.tag[1:].split("}")
        self.heard.append(Heard(name, dict(elem.attrib), elem.text or "", bool(stream.tls), True))
        if space == TLS and name == "starttls" and not stream.tls and self.tls != "off":
            self.start_tls(stream)
        elif space == SASL and name == "auth":
            self.authenticate(stream)
        elif space == BIDI:
            stream.bidi = True
        elif not stream.tls and self.tls == "required":
            self.too_early(stream, elem)
        elif space == DB and elem.get("type"):
            self.unsolicited(stream, elem)
        elif space == DB:
            getattr(self, name)(stream, elem)
        elif space == SERVER:
            self.stanza(stream, elem)
        else:
            self.refuse(stream, "unsupported-stanza-type")

    def start_tls(self, stream):
        stream.send(f"<proceed xmlns='{TLS}'/>")
        stream.start_tls(self.context, accepting=True)
        stream.hear()
        self.greet(stream)

    def authenticate(self, stream):
        if not self.may_external(stream):
            stream.send(f"<failure xmlns='{SASL}'><not-authorized/></failure>")
            return
        stream.send(f"<success xmlns='{SASL}'/>")
        stream.pairs.add((stream.header["from"], stream.header["to"]))
        stream.restart()
        stream.hear()
        self.greet(stream)

    def too_early(self, stream, elem):
        """RFC 7590, 3.4: nothing in clear."""
        self.refuse(stream, "policy-violation")

    def unsolicited(self, stream, elem):
        """DB-44: an answer nobody waits for here."""

    # the receiving server

    def result(self, stream, elem):
        sender, target = elem.get("from"), elem.get("to")
        if not sender or not target:
            self.refuse(stream, "improper-addressing")
        if target not in self.domains:
            self.say_result(stream, target, sender, error("item-not-found"))
        elif self.trusts and self.certified(stream, sender):
            self.settle(stream, sender, target, VALID)
        else:
            self._spawn(self.examine, stream, sender, target, elem.text or "")

    def examine(self, stream, sender, target, key):
        self.settle(stream, sender, target, self.verdict(self.ask(stream, sender, target, key)))

    def verdict(self, outcome):
        """What the initiator is told of what the authoritative server said."""
        if outcome == error("item-not-found"):
            return error("remote-server-not-found")
        return outcome

    def settle(self, stream, sender, target, verdict):
        if verdict == VALID:
            stream.pairs.add((sender, target))
        if verdict == INVALID and stream.pairs:
            verdict = error("forbidden")
        self.say_result(stream, target, sender, verdict)
        if verdict == INVALID:
            stream.close()

    def say_result(self, stream, sender, target, verdict):
        stream.send(element("result", sender=sender, to=target, type=verdict[0], named=verdict[1]))

    def ask(self, stream, sender, target, key):
        """Step 2 and 3, on a connection of their own."""
        places = self.resolve(sender)
        if not places:
            return error("remote-server-not-found")
        for place in places:
            with contextlib.suppress(OSError, Gone):
                there = self.reach(place, sender, target)
                break
        else:
            return error("remote-connection-failed")
        try:
            return self.put_question(there, stream, sender, target, key)
        except (Gone, TimeoutError):
            return error("remote-server-timeout")
        finally:
            self._open.discard(there)
            there.close()

    def put_question(self, there, stream, sender, target, key):
        there.send(element("verify", key, sender=target, to=sender, id=stream.id))
        while True:
            answer = there.next(self.wait)
            if self.is_answer(answer, sender, target, stream.id):
                return (answer.get("type"), condition(answer))

    def is_answer(self, answer, sender, target, stream_id):
        """DB-14."""
        return (answer.tag == f"{{{DB}}}verify" and answer.get("type") in ("valid", "invalid", "error")
                and (answer.get("from"), answer.get("to"), answer.get("id")) == (sender, target, stream_id))

    # the authoritative server

    def verify(self, stream, elem):
        sender, target, stream_id = elem.get("from"), elem.get("to"), elem.get("id")
        if not sender or not target or not stream_id:
            self.refuse(stream, "improper-addressing")
        answer = self.check(sender, target, stream_id, (elem.text or "").strip())
        stream.send(element("verify", sender=target, to=sender, id=stream_id, type=answer[0], named=answer[1]))

    def check(self, sender, target, stream_id, key):
        if target not in self.domains:
            return error("item-not-found")
        return VALID if hmac.compare_digest(make_key(self.secret, sender, target, stream_id), key) else INVALID

    # stanzas

    def stanza(self, stream, elem):
        pair = tuple(each and each.split("/")[0].split("@")[-1] for each in (elem.get("from"), elem.get("to")))
        if not self.authorised(stream, pair):
            self.refuse(stream, "invalid-from" if stream.pairs else "not-authorized")
        if elem.get("type") == "get" and elem.find(f"{{{PING}}}ping") is not None:
            reply = f"<iq type='result' id='{elem.get('id')}' from='{elem.get('to')}' to='{elem.get('from')}'/>"
            self._spawn(self.deliver, reply, pair[1], pair[0], stream if stream.bidi else None)

    def authorised(self, stream, pair):
        return pair in stream.pairs

    def deliver(self, stanza, sender, target, stream=None):
        """To a domain, over a stream that it opened as bidirectional or one of our own."""
        if stream is None:
            stream = self.connect(sender, target)
        stream.send(stanza)

    # whom we call

    def connect(self, sender, target):
        """A stream on which the pair is verified, by EXTERNAL or dialback; kept until the end."""
        for place in self.resolve(target):
            stream = self.reach(place, target, sender)
            self.authorise(stream, sender, target)
            self._outgoing[sender, target] = stream
            self._spawn(self.attend, stream)
            return stream
        raise Gone(f"{target} is nowhere")

    def attend(self, stream):
        """What comes behind it."""
        with contextlib.suppress(TimeoutError):
            while True:
                found = stream.next(LONELY)
                self.heard.append(Heard(found.tag.split("}")[1], dict(found.attrib), found.text or "", bool(stream.tls), False))

    def authorise(self, stream, sender, target):
        if stream.offers(f"{{{BIDI_FEATURE}}}bidi"):
            stream.send(f"<bidi xmlns='{BIDI}'/>")
        if self.presents and stream.offers_external() and stream.external():
            stream.open(target, sender, again=True)
            return
        stream.send(element("result", self.key(stream, sender, target), sender=sender, to=target))
        while True:
            answer = stream.next(self.hopes)
            self.heard.append(Heard(answer.tag.split("}")[1], dict(answer.attrib), answer.text or "", bool(stream.tls), False))
            if answer.tag == f"{{{DB}}}result" and (answer.get("from"), answer.get("to")) == (target, sender):
                break
        if answer.get("type") != "valid":
            self.denied(stream, answer)
            raise Gone(f"{answer.get('type')} {condition(answer)}")

    def denied(self, stream, answer):
        stream.close()

    def key(self, stream, sender, target):
        return make_key(self.secret, target, sender, stream.id)

    def resolve(self, domain):
        """SRV by priority, else the domain itself; [] where there is nothing."""
        with contextlib.suppress(dns.exception.DNSException):
            found = self._look(f"_xmpp-server._tcp.{domain}", "SRV")
            hosts = [(str(each.target), each.port) for each in sorted(found, key=lambda each: each.priority)]
            return [(each.address, port) for host, port in hosts or [(domain, 5269)]
                    for kind in ("AAAA", "A") for each in self._look(host, kind)]
        return []

    def _look(self, name, kind):
        """Unbound throws away what it could not answer within 1.9 s: whoever hears nothing has to ask again."""
        for _ in range(30):
            with contextlib.suppress(dns.exception.Timeout):
                answer = self.zones.ask(name, kind, 2)
                break
        else:
            raise TimeoutError(f"no answer about {name}")
        return [each for found in answer.answer if found.rdtype == dns.rdatatype.from_text(kind) for each in found]

    def reach(self, place, domain, sender):
        """A stream to there, inside TLS unless we have none."""
        stream = dial(place, self.source)
        self._open.add(stream)
        stream.open(domain, sender)
        if stream.offers(f"{{{TLS}}}starttls") and self.tls != "off":
            stream.secure(domain, sender, self.context)
        elif self.tls == "required":
            self.refuse(stream, "policy-violation")
        return stream

    # threads

    def _spawn(self, function, *arguments):
        threading.Thread(target=self._guarded, args=(function, *arguments), daemon=True).start()

    def _guarded(self, function, *arguments):
        """A stream that ends is how streams are; all else is a bug of ours, and would look like a refusal."""
        try:
            function(*arguments)
        except (Gone, TimeoutError, OSError):
            pass
        except Exception:
            if not self._stopping.is_set():
                self.faults.append(traceback.format_exc())
