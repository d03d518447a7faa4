"""Servers that break one rule of logging in or of telling the truth about a message: c2speer.C2sPeer with one method that is wrong."""

import base64

from c2slogin import SASL2, Login, coded
from c2speer import C2sPeer, quoted
from dbstream import CLIENT, SASL, STANZAS, TLS, Gone
from scram import Denied

CONFIG = "urn:xmpp:config-version-mismatch:0"


class InClear(C2sPeer):
    """A man in the middle took STARTTLS out and offers to take a password all the same."""

    tls = "off"
    clear_mechanisms = ("SCRAM-SHA-1", "PLAIN")


class Trailing(C2sPeer):
    """Octets in clear behind <proceed/>, in the same packet: the features of his choice (RFC 6120, 5.4.2.3)."""

    def proceed(self, session):
        session.send(f"<proceed xmlns='{TLS}'/><stream:features><mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism></mechanisms>"
                     "</stream:features>")


# login

class EarlySuccess(C2sPeer):
    """Success before it has proved anything."""

    def do_scram(self, session, profile, mechanism, initial):
        return "alice", None


class EarlySuccessWithData(C2sPeer):
    """... with a made-up proof."""

    def do_scram(self, session, profile, mechanism, initial):
        return "alice", "v=" + base64.b64encode(bytes(20)).decode()


class NoProof(C2sPeer):
    """All steps, and then no v=."""

    def server_final(self, run, text):
        return None

    def succeed(self, session, profile, data):
        super().succeed(session, profile, None)


class WrongProof(C2sPeer):
    """It does not know the password."""

    def server_final(self, run, text):
        data = bytearray(base64.b64decode(text[2:]))
        data[0] ^= 1
        return "v=" + base64.b64encode(data).decode()


class FinalError(C2sPeer):
    """e= where v= should stand, and success nevertheless."""

    def server_final(self, run, text):
        return "e=other-error"


class ProofAndMore(C2sPeer):
    def server_final(self, run, text):
        return text + ",v=AAAA"


class AnotherChallenge(C2sPeer):
    """Challenges without end."""

    def server_final(self, run, text):
        return text

    def succeed(self, session, profile, data):
        try:
            while True:
                self.challenge(session, profile, data or "")
        except Denied:
            raise Gone("enough") from None


def first(change):
    """A server whose first SCRAM message is changed: change(run, text)."""
    return type("First", (C2sPeer,), {"server_first": lambda self, run, text: change(run, text)})


def raw_challenge(text):
    """A server whose challenge holds this, base64 or not."""
    def challenge(self, session, profile, _):
        space = SASL if profile == "sasl1" else SASL2
        session.send(f"<challenge xmlns='{space}'>{text}</challenge>")
        session.next()
        raise Gone("answered")

    return type("RawChallenge", (C2sPeer,), {"challenge": challenge})


def instead_of_challenge(text):
    """A server that says this."""
    def challenge(self, session, profile, _):
        session.send(text)
        session.next()
        raise Gone("answered")

    return type("Instead", (C2sPeer,), {"challenge": challenge})


class Denies(C2sPeer):
    """... with a condition and a text of its own."""

    condition, text = "not-authorized", None

    def exchange(self, session, profile, mechanism, initial):
        self.deny(session, profile, self.condition, self.text)
        raise Gone("denied")


class Continues(C2sPeer):
    """SASL2 asks for more (XEP-0388, 2.6.3)."""

    sasl2 = Login.mechanisms

    def succeed(self, session, profile, data):
        session.user, session.phase = None, "tls"
        session.send(f"<continue xmlns='{SASL2}'><additional-data>{coded(data)}</additional-data><tasks><task>HOTP-EXAMPLE</task>"
                     "<task>TOTP-EXAMPLE</task></tasks><text>This account requires 2FA</text></continue>")
        session.next()
        raise Gone("answered a <continue/>")


# stream management

class AcksTooMuch(C2sPeer):
    def h(self, session):
        return session.managed.handled + 1


class AcksNothing(C2sPeer):
    """It never gets round to it, and asks itself."""

    def manage(self, session, name, elem):
        if name == "r":
            session.send("<r xmlns='urn:xmpp:sm:3'/>")
        else:
            super().manage(session, name, elem)


class AcksBackwards(C2sPeer):
    """The second acknowledgement is for less than the first."""

    acked = 0

    def h(self, session):
        self.acked += 1
        return session.managed.handled if self.acked == 1 else 0


class AcksNoNumber(C2sPeer):
    def h(self, session):
        return "1e0"


# about messages

class Lies(C2sPeer):
    """A bounce with our id, but from somebody else; `liar` None: from the recipient's neighbour."""

    liar = "mallory@elsewhere.test"

    def deliver(self, session, elem, to):
        self.bounce(session, elem, self.liar, "cancel", "service-unavailable", "ignore me")


class FalseReceipt(C2sPeer):
    """Somebody else confirms."""

    liar = "mallory@elsewhere.test/phone"

    def deliver(self, session, elem, to):
        self.receipt(session, elem, self.liar)


class Chatty(C2sPeer):
    """Whoever logs in is flooded with what has nothing to do with it, and served all the same."""

    def deliver(self, session, elem, to):
        for number in range(2000):
            self.reply(session, f"<message from='spam@elsewhere.test' id='s{number}'><body>buy</body></message><presence from='a@b.test/c'/>"
                                f"<iq type='get' id='q{number}' from='elsewhere.test'><query xmlns='jabber:iq:version'/></iq>")
        super().deliver(session, elem, to)


class Escapes(C2sPeer):
    """Its words try the terminal: they end in a log or on a screen."""

    words = "\u009b31mred\u202e &#10;two lines"

    def deliver(self, session, elem, to):
        session.managed and session.managed.sent.append("")
        session.send(f"<message from={quoted(to)} to={quoted(session.jid)} id={quoted(elem.get('id'))} type='error'><error type='cancel'>"
                     f"<service-unavailable xmlns='{STANZAS}'/><text xmlns='{STANZAS}'>{self.words}</text></error></message>")


class NotOurStanza(C2sPeer):
    """Bounces that break RFC 6120, 8.3: no condition, no error, no id."""

    inner = ""

    def deliver(self, session, elem, to):
        self.reply(session, f"<message xmlns='{CLIENT}' from={quoted(to)} id={quoted(elem.get('id'))} type='error'>{self.inner}</message>")


class Reconfigured(C2sPeer):
    """Not hostile: its settings changed between the list and the choice (XEP-0509), so often."""

    changes = 1

    def exchange(self, session, profile, mechanism, initial):
        if self.changes:
            self.changes -= 1
            space = SASL if profile == "sasl1" else SASL2
            session.send(f"<failure xmlns='{space}'><aborted xmlns='{SASL}'/><config-version-mismatch xmlns='{CONFIG}'/></failure>")
            self.take(session, session.next())
            while True:
                self.take(session, session.next())
        return super().exchange(session, profile, mechanism, initial)
