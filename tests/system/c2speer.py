"""A client-to-server server that keeps all rules a sender may rely on, and breaks one where a test wants it.

    with C2sPeer(ca) as peer:                    serves peer.test on a loopback address, alice and bob among its users
        tool.run(..., "--connect", peer.at, "-u", "alice@peer.test", ...)
    peer.messages                                what was taken, in order: Message(to, body, id, type, elem, number of the session)
    peer.sessions[0].octets["clear"]             every octet that came: "clear", "tls" (nobody is logged in), "session"
    peer.let_out("pencil", "bob@peer.test")      which of these words left before they might have, and where

A habit is changed by name, a rule is broken by overriding the method that keeps it, and `fault=("challenge", "silence")` does
something else instead of a step; see STEPS and `misbehave`:

    C2sPeer(ca, mechanisms=("PLAIN",), certificate=ca.issue("other.test"))

How it logs people in is c2slogin's, who has handled what c2smanage's, group chat c2sroom's.
"""

import base64
import contextlib
import dataclasses
import hashlib
import itertools
import os
import re
import socket
import threading
import traceback
import xml.etree.ElementTree as etree
import xml.sax.saxutils

from OpenSSL import SSL

import c2sroom
import daemon
import pki
from c2slogin import SASL2, SM, Login, listed
from c2smanage import Manager
from dbstream import CLIENT, SASL, STANZAS, STREAM, STREAMS, TLS, Gone, Stream, context

BIND, SESSION, PING = "urn:ietf:params:xml:ns:xmpp-bind", "urn:ietf:params:xml:ns:xmpp-session", "urn:xmpp:ping"
RECEIPTS, DISCO = "urn:xmpp:receipts", "http://jabber.org/protocol/disco#info"
LONELY = 60.0               # seconds a stream may be silent
FLOOD = 48 * 1024 * 1024    # octets, after which a flood has failed to end it
STEPS = ("header", "features", "proceed", "handshake", "inner header", "inner features", "challenge", "success", "bind", "enable", "ack")
VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}


@dataclasses.dataclass
class Message:
    to: str
    body: str
    id: str
    type: str
    elem: etree.Element
    session: int


class Session(Stream):
    """One connection, with all that came over it."""

    def __init__(self, sock, number):
        self.number, self.phase = number, "clear"
        self.octets = {"clear": bytearray(), "tls": bytearray(), "session": bytearray()}
        self.user = self.jid = self.managed = None
        self.closed = False   # by </stream:stream>
        super().__init__(sock)

    def receive(self, timeout):
        data = super().receive(timeout)
        self.octets[self.phase] += data
        return data

    def start_tls(self, *args, **kwargs):
        super().start_tls(*args, **kwargs)
        self.phase = "tls"

    def _event(self):
        try:
            return super()._event()
        except Gone:
            self.closed = True
            raise

    @property
    def version(self):
        return {SSL.TLS1_2_VERSION: "0303", SSL.TLS1_3_VERSION: "0304"}[self.tls.get_protocol_version()]

    def bindings(self):
        """All this connection could be bound by: RFC 9266, RFC 5929."""
        found = {"tls-exporter": self.tls.export_keying_material(b"EXPORTER-Channel-Binding", 32, b"")}
        if self.version != "0304":
            found["tls-unique"] = self.tls.get_peer_finished()  # the client's comes first unless a session is resumed
        certificate = self.tls.get_certificate().to_cryptography()
        found["tls-server-end-point"] = hashlib.sha256(certificate.public_bytes(pki.serialization.Encoding.DER)).digest()
        return found


class C2sPeer(Login, Manager):
    domain = "peer.test"
    direct = False                      # TLS at once (XEP-0368)
    tls = "required"                    # "optional": logs in without as well; "off": offers none
    tls_min = tls_max = None            # "1.2", "1.3"
    clear_mechanisms = ()               # offered before TLS
    old_session = False                 # RFC 3921's session, without <optional/>
    pings = True
    bind_error = None                   # a condition
    assigns = None                      # this resource, whatever was asked for
    readers = ("bob@peer.test",)        # whose clients confirm
    bounces = {"nobody@peer.test": ("cancel", "service-unavailable", None)}  # address: error type, condition, text
    cuts = {}                           # number of a message: "before" or "after" it was taken the cable is cut
    fault = None                        # (step, how)
    elsewhere = "127.0.0.1:1"           # where "elsewhere" sends people
    rooms = ()                          # c2sroom.Room

    def __init__(self, ca, certificate=None, **habits):
        for name, value in habits.items():
            assert hasattr(type(self), name), name
            setattr(self, name, value)
        self.ca = ca
        self.address = daemon.own_address()
        self.context = context(certificate or ca.issue(self.domain, xmpp=[self.domain]))
        if self.tls_min:
            self.context.set_min_proto_version(VERSIONS[self.tls_min])
        if self.tls_max:
            self.context.set_max_proto_version(VERSIONS[self.tls_max])
        self.cuts = dict(self.cuts)
        self.sessions, self.messages, self.presences, self.stanzas = [], [], [], []
        self.attempts = []  # (mechanism, "sasl1" or "sasl2")
        self.exchanges = []  # scram.Scram
        self.acks = []      # h= of the client's
        self.faults = []    # bugs of ours
        self.muc = c2sroom.Service(self, f"rooms.{self.domain}", self.rooms)
        self._remembered = {}
        self._numbers = itertools.count(1)
        self._stopping = threading.Event()
        self._threads, self._spawning = [], threading.Lock()  # only what has begun can be waited for

    def __enter__(self):
        self._listener = socket.create_server((self.address, 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._spawn(self._accept)
        return self

    def __exit__(self, *_):
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for session in self.sessions:
            session.cut()
        for thread in self._begun():
            thread.join(5)

    @property
    def at(self):
        return f"{self.address}:{self.port}"

    def settle(self, timeout=30):
        """Waits until nobody is served any more, so that all octets are counted."""
        for thread in self._begun()[1:]:
            thread.join(timeout)
        return self

    # what tests ask

    def said(self, *phases):
        return b"".join(bytes(session.octets[phase]) for session in self.sessions for phase in phases)

    def let_out(self, *words, phases=("clear", "tls")):
        """The words that came in these phases: in the open, or inside of what is base64."""
        octets = self.said(*phases)
        plain = [octets]
        for token in re.findall(rb"[A-Za-z0-9+/]{4,}={0,2}", octets):
            with contextlib.suppress(ValueError):
                plain.append(base64.b64decode(token, validate=True))
        return [word for word in words if any(word.encode() in text for text in plain)]

    def bodies(self, to=None):
        return [each.body for each in self.messages if to in (None, each.to)]

    # connections

    def _spawn(self, function, *arguments):
        thread = threading.Thread(target=self._guarded, args=(function, *arguments), daemon=True)
        with self._spawning:
            self._threads.append(thread)
            thread.start()

    def _begun(self):
        with self._spawning:
            return list(self._threads)

    def _guarded(self, function, *arguments):
        try:
            function(*arguments)
        except (Gone, OSError):
            pass
        except Exception:  # a bug of ours looks like a refusal to a client
            self.faults.append(traceback.format_exc())

    def _accept(self):
        while not self._stopping.is_set():
            sock, _ = self._listener.accept()
            session = Session(sock, len(self.sessions))
            self.sessions.append(session)
            self._spawn(self._serve, session)

    def _serve(self, session):
        try:
            if self.direct:
                self.step(session, "handshake")
                session.start_tls(self.context, accepting=True)
            self.welcome(session)
            while True:
                self.take(session, session.next(LONELY))
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(Gone):
                if session.closed:
                    session.send("</stream:stream>")
                    if session.tls:
                        session.tls.shutdown()
                        session._flush()
            session.cut()

    def step(self, session, name):
        """Before we do something: here a peer may do something else."""
        if self.fault and self.fault[0] == name:
            self.misbehave(session, self.fault[1])

    def misbehave(self, session, how):
        if how == "close":
            session.send("</stream:stream>")
        elif how == "reset":
            session.reset()
        elif how == "silence":
            self._listen_on(session)
        elif how == "no XML":
            session.send("<<<\0>>>")
            self._listen_on(session)
        elif how == "DTD":
            session.send("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
            self._listen_on(session)
        elif how == "stanzas":
            self._flood(session, "<message xmlns='jabber:client'><body>spam</body></message>")
        elif how == "endless":
            session.send("<message xmlns='jabber:client'><body>")
            self._flood(session, "spam ")
        elif how == "deep":
            self._flood(session, "<a>")
        elif how == "error":
            self.stream_error(session, "policy-violation", "not today")
        elif how == "elsewhere":
            self.stream_error(session, "see-other-host", content=self.elsewhere)
        raise Gone(f"misbehaved: {how}")

    def _listen_on(self, session):
        with contextlib.suppress(TimeoutError):
            while True:
                session.receive(LONELY)

    def _flood(self, session, text):
        block = text * max(1, 65536 // len(text))
        for _ in range(FLOOD // len(block)):
            session.send(block)
        self._listen_on(session)

    def stream_error(self, session, condition, text=None, content=""):
        said = f"<text xmlns='{STREAMS}'>{text}</text>" if text else ""
        session.send(f"<stream:error><{condition} xmlns='{STREAMS}'>{content}</{condition}>{said}</stream:error></stream:stream>")
        self._listen_on(session)
        raise Gone(f"refused with {condition}")

    # streams

    def welcome(self, session):
        session.hear()
        self.step(session, "inner header" if session.tls else "header")
        session.send(f"<?xml version='1.0'?><stream:stream xmlns='{CLIENT}' xmlns:stream='{STREAM}' id='{os.urandom(8).hex()}'"
                     f" from='{self.domain}' version='1.0'>")
        if session.header.get("to") != self.domain:
            self.stream_error(session, "host-unknown")
        self.step(session, "inner features" if session.tls else "features")
        session.send(f"<stream:features>{self.features(session)}</stream:features>")

    def features(self, session):
        if session.user is not None:
            return self.bound_features()
        text = ""
        if not session.tls and self.tls != "off":
            text += f"<starttls xmlns='{TLS}'>{'<required/>' if self.tls == 'required' else ''}</starttls>"
        return text + (self.login_features(session) if session.tls else self.clear_features())

    def clear_features(self):
        return listed(SASL, "mechanisms", self.clear_mechanisms)

    def bound_features(self):
        session = f"<session xmlns='{SESSION}'{'/>' if self.old_session else '><optional/></session>'}"
        return f"<bind xmlns='{BIND}'/>{session}{f'<sm xmlns=%r/>' % SM if self.managed else ''}"

    def take(self, session, elem):
        space, name = elem.tag[1:].split("}")
        if space == TLS and name == "starttls" and not session.tls and self.tls != "off":
            self.start_tls(session)
        elif name in ("auth", "authenticate") and space in (SASL, SASL2):
            self.authenticate(session, elem, "sasl1" if space == SASL else "sasl2")
        elif space == SM:
            self.manage(session, name, elem)
        elif space == CLIENT and session.user is not None:
            self.stanza(session, name, elem)
        else:
            self.stream_error(session, "not-authorized" if session.user is None else "unsupported-stanza-type")

    def start_tls(self, session):
        self.step(session, "proceed")
        self.proceed(session)
        self.step(session, "handshake")
        session.start_tls(self.context, accepting=True)
        self.welcome(session)

    def proceed(self, session):
        session.send(f"<proceed xmlns='{TLS}'/>")

    # stanzas

    def reply(self, session, text):
        """A stanza of ours, counted where stream management does."""
        if session.managed:
            session.managed.sent.append(text)
        session.send(text)

    def stanza(self, session, name, elem):
        if session.jid is None and name != "iq":
            self.stream_error(session, "not-authorized")
        if name == "message" and self.cut(session, "before"):
            return
        if session.managed:
            session.managed.handled += 1
        self.stanzas.append(elem)
        getattr(self, f"take_{name}")(session, elem)
        if name == "message":
            self.cut(session, "after")

    def cut(self, session, when):
        """The cable, at the message that is on its way or the one that has just been taken."""
        number = len(self.messages) + (when == "before")
        if self.cuts.get(number) != when:
            return False
        del self.cuts[number]
        session.reset()
        raise Gone("cut")

    def take_message(self, session, elem):
        to = elem.get("to") or f"{session.user}@{self.domain}"
        body = elem.findtext(f"{{{CLIENT}}}body")
        self.messages.append(Message(to, body, elem.get("id"), elem.get("type", "normal"), elem, session.number))
        if self.muc.serves(to):
            self.muc.message(session, elem)
        else:
            self.deliver(session, elem, to)

    def deliver(self, session, elem, to):
        bare = to.split("/")[0]
        if bare in self.bounces:
            self.bounce(session, elem, to, *self.bounces[bare])
        elif bare in self.readers and elem.find(f"{{{RECEIPTS}}}request") is not None:
            self.receipt(session, elem, f"{bare}/phone")

    def receipt(self, session, elem, sender):
        self.reply(session, f"<message from={quoted(sender)} to={quoted(session.jid)} id='r{next(self._numbers)}'>"
                            f"<received xmlns='{RECEIPTS}' id={quoted(elem.get('id'))}/></message>")

    def bounce(self, session, elem, sender, kind, condition, text=None, name="message"):
        said = f"<text xmlns='{STANZAS}'>{xml.sax.saxutils.escape(text)}</text>" if text else ""
        by = f" from={quoted(sender)}" if sender else ""
        self.reply(session, f"<{name}{by} to={quoted(session.jid or '')} id={quoted(elem.get('id', ''))} type='error'>"
                            f"<error type='{kind}'><{condition} xmlns='{STANZAS}'/>{said}</error></{name}>")

    def take_presence(self, session, elem):
        self.presences.append(elem)
        if self.muc.serves(elem.get("to", "")):
            self.muc.presence(session, elem)

    def take_iq(self, session, elem):
        if elem.get("type") in ("result", "error"):
            return
        child = elem[0].tag if len(elem) else ""
        if child == f"{{{BIND}}}bind":
            self.bind(session, elem)
        elif self.muc.serves(elem.get("to", "")):
            self.muc.iq(session, elem)
        elif child == f"{{{SESSION}}}session" or child == f"{{{PING}}}ping" and self.pings:
            self.step(session, "ack") if "ping" in child else None
            self.result(session, elem)
        elif child == f"{{{DISCO}}}query":
            self.result(session, elem, f"<query xmlns='{DISCO}'><identity category='server' type='im'/></query>")
        else:
            self.bounce(session, elem, elem.get("to"), "cancel", "service-unavailable", name="iq")

    def result(self, session, elem, inner=""):
        sender = elem.get("to") or self.domain
        self.reply(session, f"<iq type='result' id={quoted(elem.get('id'))} from={quoted(sender)}"
                            f" to={quoted(session.jid or '')}>{inner}</iq>")

    def bind(self, session, elem):
        self.step(session, "bind")
        if self.bind_error:
            self.bounce(session, elem, None, "cancel", self.bind_error, name="iq")
            return
        asked = elem.findtext(f"{{{BIND}}}bind/{{{BIND}}}resource")
        session.jid = f"{session.user}@{self.domain}/{self.assigns or asked or os.urandom(4).hex()}"
        session.send(f"<iq type='result' id={quoted(elem.get('id'))}><bind xmlns='{BIND}'><jid>{session.jid}</jid></bind></iq>")

def quoted(text):
    return xml.sax.saxutils.quoteattr(text)
