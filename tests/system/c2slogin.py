"""How a C2sPeer lets people in: SASL (RFC 6120, 6), SASL2 (XEP-0388), channel binding (XEP-0440), and what protects the list."""

import base64
import contextlib

from cryptography import x509

import pki
import scram
from dbstream import SASL, Gone, trusts
from scram import Denied

SASL2, CB, SM = "urn:xmpp:sasl:2", "urn:xmpp:sasl-cb:0", "urn:xmpp:sm:3"
PLUS = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS")
PLAIN_SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-1")
PENCIL = "ein Bleistift, 2 Eggs"  # alice's password


class Login:
    """The part of a peer that knows who is who. `attempts` holds (mechanism, "sasl1" or "sasl2"), `exchanges` each scram.Scram."""

    users = {"alice": PENCIL, "bob": "bob's own"}
    mechanisms = (*PLUS, *PLAIN_SCRAM, "PLAIN", "EXTERNAL", "ANONYMOUS")
    sasl2 = ()                          # the same for XEP-0388; (): not offered
    types = ("tls-exporter", "tls-unique")
    announces = True                    # the types (XEP-0440)
    strips = ()                         # mechanisms a man in the middle takes out of the list
    strips_types = False
    says_offer = says_version = False   # h= of XEP-0474, t= of XEP-0515
    scram = {}                          # further arguments of scram.Scram
    last_challenge = False              # v= comes in a challenge, and success is empty (MSG-12)

    def login_features(self, session):
        text = listed(SASL, "mechanisms", self.shown(self.offered(session, "sasl1")))
        second = self.shown(self.offered(session, "sasl2"))
        text += listed(SASL2, "authentication", second, f"<inline><sm xmlns='{SM}'/></inline>")
        if self.announces and not self.strips_types and self.bindings(session):
            types = "".join(f"<channel-binding type='{name}'/>" for name in self.bindings(session))
            text += f"<sasl-channel-binding xmlns='{CB}'>{types}</sasl-channel-binding>"
        return text

    def bindings(self, session):
        return {name: data for name, data in session.bindings().items() if name in self.types}

    def offered(self, session, profile):
        """What we offer, before anybody on the way has changed it."""
        names = self.mechanisms if profile == "sasl1" else self.sasl2
        return [name for name in names if not (name.endswith("-PLUS") and not self.bindings(session))
                and not (name == "EXTERNAL" and not self.shown_accounts(session))]

    def shown(self, mechanisms):
        return [name for name in mechanisms if name not in self.strips]

    def shown_accounts(self, session):
        """The addresses a client's certificate proves: its XmppAddr, if our authority says so."""
        if not session.certificates or not trusts(session.certificates, self.ca.file):
            return []
        extensions = session.certificates[0].to_cryptography().extensions
        with contextlib.suppress(x509.ExtensionNotFound):
            names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.OtherName)
            return [each.value[2:].decode() for each in names if each.type_id == pki.ON_XMPP_ADDR]
        return []

    def authenticate(self, session, elem, profile):
        mechanism = elem.get("mechanism")
        self.attempts.append((mechanism, profile))
        try:
            initial = self.initial(elem, profile)
            if mechanism not in (self.offered(session, profile) if session.tls else self.clear_mechanisms):
                raise Denied("invalid-mechanism")
            user, last = self.exchange(session, profile, mechanism, initial)
        except Denied as reason:
            self.deny(session, profile, str(reason))
            return
        self.step(session, "success")
        session.user, session.phase = user, "session"
        self.succeed(session, profile, last)
        if profile == "sasl1":
            session.restart()
            self.welcome(session)
        else:
            session.send(f"<stream:features>{self.bound_features()}</stream:features>")

    @staticmethod
    def initial(elem, profile):
        """MSG-8, MSG-30: `=` is an empty response in SASL, nothing at all is none; in SASL2 an element."""
        if profile == "sasl2":
            found = elem.find(f"{{{SASL2}}}initial-response")
            return None if found is None else strict(found.text or "")
        return None if not elem.text else b"" if elem.text == "=" else strict(elem.text)

    def exchange(self, session, profile, mechanism, initial):
        """Who it is, and the data that go with success."""
        if scram.is_scram(mechanism):
            return self.do_scram(session, profile, mechanism, initial)
        return getattr(self, f"do_{mechanism.lower()}")(session, profile, initial), None

    def do_scram(self, session, profile, mechanism, initial):
        offered = self.offered(session, profile) if session.tls else self.clear_mechanisms
        bindings = self.bindings(session) if session.tls else {}
        extension = ""
        if self.says_offer:
            extension += ",h=" + scram.offer_hash(scram.hash_of(mechanism), offered, bindings if self.announces and bindings else None)
        if self.says_version:
            extension += ",t=" + session.version
        run = scram.Scram(mechanism, self.users.get, bindings, any(name.endswith("-PLUS") for name in offered),
                          **{"extension": extension, **self.scram})
        self.exchanges.append(run)
        answer = self.challenge(session, profile, self.server_first(run, run.first(text_of(initial))))
        last = self.server_final(run, run.final(text_of(answer)))
        if self.last_challenge:
            if self.challenge(session, profile, last):
                raise Denied("malformed-request")
            last = None
        return run.user, last

    def server_first(self, run, text):
        return text

    def server_final(self, run, text):
        return text

    def do_plain(self, session, profile, initial):
        words = text_of(initial).split("\0")
        if len(words) != 3 or words[0] or not words[2] or self.users.get(words[1]) != words[2]:
            raise Denied("not-authorized")
        return words[1]

    def do_external(self, session, profile, initial):
        accounts = self.shown_accounts(session)
        wanted = text_of(initial or b"") or accounts[0]
        if wanted not in accounts:
            raise Denied("not-authorized")
        return wanted.split("@")[0]

    def do_anonymous(self, session, profile, initial):
        return f"guest{next(self._numbers)}"

    def challenge(self, session, profile, text):
        """Sends it; the octets of the response."""
        self.step(session, "challenge")
        space = SASL if profile == "sasl1" else SASL2
        session.send(f"<challenge xmlns='{space}'>{coded(text)}</challenge>")
        answer = session.next()
        if answer.tag == f"{{{space}}}abort":
            raise Denied("aborted")
        if answer.tag != f"{{{space}}}response":
            raise Gone(f"{answer.tag} instead of a response")
        return b"" if answer.text == "=" else strict(answer.text or "")

    def succeed(self, session, profile, data):
        if profile == "sasl1":
            session.send(f"<success xmlns='{SASL}'>{coded(data) if data else ''}</success>")
            return
        more = f"<additional-data>{coded(data)}</additional-data>" if data else ""
        session.send(f"<success xmlns='{SASL2}'>{more}<authorization-identifier>{session.user}@{self.domain}"
                     f"</authorization-identifier></success>")

    def deny(self, session, profile, condition, text=None):
        space = SASL if profile == "sasl1" else SASL2
        said = f"<text>{text}</text>" if text else ""
        session.send(f"<failure xmlns='{space}'><{condition} xmlns='{SASL}'/>{said}</failure>")


def listed(space, name, mechanisms, more=""):
    inner = "".join(f"<mechanism>{each}</mechanism>" for each in mechanisms)
    return f"<{name} xmlns='{space}'>{inner}{more}</{name}>" if mechanisms else ""


def coded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode() or "="


def strict(text):
    """MSG-8: padded, no white space, pad bits zero."""
    data = scram.decoded(text, "incorrect-encoding")
    if base64.b64encode(data).decode() != text:
        raise Denied("incorrect-encoding")
    return data


def text_of(octets):
    try:
        return (octets or b"").decode()
    except UnicodeDecodeError:
        raise Denied("malformed-request") from None
