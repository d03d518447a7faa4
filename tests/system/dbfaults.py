"""Servers that break one rule of Server Dialback each: dbpeer.Server with one method that is wrong."""

from dbpeer import INVALID, VALID, Server, element, error, make_key
from dbstream import DB, Gone, condition


# the receiving server

class Credulous(Server):
    """It asks, and does not listen."""

    def verdict(self, outcome):
        return VALID


class Lazy(Server):
    """It does not even ask."""

    def ask(self, stream, sender, target, key):
        return VALID


class Deaf(Server):
    """It never tells what came of it."""

    def say_result(self, stream, sender, target, verdict):
        pass


class Pedantic(Server):
    """Whatever is not `valid` is `invalid`, as with Prosody (DB-48)."""

    def verdict(self, outcome):
        return VALID if outcome == VALID else INVALID


class Refusing(Server):
    """Valid or not, this is not your night."""

    def verdict(self, outcome):
        return INVALID


class LastWord(Server):
    """Not the first answer of an authoritative server counts, but the last."""

    def put_question(self, there, stream, sender, target, key):
        outcome = super().put_question(there, stream, sender, target, key)
        try:
            answer = there.next(self.wait)
            return answer.get("type"), condition(answer)
        except (Gone, TimeoutError):
            return outcome


class AnyId(Server):
    """An answer is an answer, whatever it is about."""

    def is_answer(self, answer, sender, target, stream_id):
        return answer.tag == f"{{{DB}}}verify" and (answer.get("from"), answer.get("to")) == (sender, target)


class AnyPair(Server):
    def is_answer(self, answer, sender, target, stream_id):
        return answer.tag == f"{{{DB}}}verify" and answer.get("id") == stream_id


class TrustsSilence(Server):
    """No answer is a good answer."""

    def verdict(self, outcome):
        return VALID if outcome == error("remote-server-timeout") else outcome


class FirstHostOnly(Server):
    """SRV records are a list, and it tries the first."""

    def resolve(self, domain):
        return super().resolve(domain)[:1]


class Nameless(Server):
    """What is missing in an element is taken from the stream's header."""

    def result(self, stream, elem):
        elem.set("from", elem.get("from") or stream.header["from"])
        elem.set("to", elem.get("to") or stream.header["to"])
        super().result(stream, elem)


class HostUnknown(Server):
    """Ends the stream over a domain it does not serve, as Prosody does (DB-47)."""

    def result(self, stream, elem):
        if elem.get("to") not in self.domains:
            self.refuse(stream, "host-unknown")
        super().result(stream, elem)

    def verify(self, stream, elem):
        if elem.get("to") not in self.domains:
            self.refuse(stream, "host-unknown")
        super().verify(stream, elem)


class Fragile(Server):
    """A long key is too much for it."""

    def result(self, stream, elem):
        if len(elem.text or "") > 10_000:
            stream.reset()
            raise Gone("reset")
        super().result(stream, elem)


class Rewriting(Server):
    """It thinks it knows how keys look."""

    def ask(self, stream, sender, target, key):
        return super().ask(stream, sender, target, "".join(key.split()).upper())


class Lowering(Server):
    """Asks about one spelling of a domain and tells of another."""

    def ask(self, stream, sender, target, key):
        return super().ask(stream, sender.lower(), target, key)


class InClear(Server):
    """Says that TLS is required, and does not require it."""

    def too_early(self, stream, elem):
        getattr(self, elem.tag.split("}")[1])(stream, elem)


class OnePairOnly(Server):
    """No room for another (XEP-0220, 2.6)."""

    def examine(self, stream, sender, target, key):
        if stream.pairs:
            self.say_result(stream, target, sender, error("resource-constraint"))
        else:
            super().examine(stream, sender, target, key)


class DropsOnSecond(Server):
    def result(self, stream, elem):
        if stream.pairs:
            stream.close()
            raise Gone("one was enough")
        super().result(stream, elem)


class SecondIsFine(Server):
    """Who has been verified once may bring his friends."""

    def ask(self, stream, sender, target, key):
        return VALID if stream.pairs else super().ask(stream, sender, target, key)


class StrictXml(Server):
    """Wants the prefix where XEP-0220 shows it, and is not polite about it."""

    def result(self, stream, elem):
        self.refuse(stream, "undefined-condition")


class ShortMemory(Server):
    """Closes what is quiet."""

    def welcome(self, stream):
        stream.hear()
        self.greet(stream)
        while True:
            self.take(stream, stream.next(10))


class OneId(Server):
    """One stream id for all (DB-28)."""

    def new_id(self):
        return "always-the-same"


class Restless(Server):
    """Wants to be authenticated before it answers anything (against DB-22)."""

    def verify(self, stream, elem):
        if not stream.pairs:
            self.refuse(stream, "not-authorized")
        super().verify(stream, elem)


# stanzas

class Open(Server):
    """Everybody may send."""

    def authorised(self, stream, pair):
        return True


class OpenToVerified(Server):
    """Who has one pair has all."""

    def authorised(self, stream, pair):
        return bool(stream.pairs)


class Unasked(Server):
    """Believes answers that it did not ask for (the hole of 2012)."""

    def unsolicited(self, stream, elem):
        if elem.get("type") == "valid":
            stream.pairs |= {(elem.get("from"), elem.get("to")), (elem.get("to"), elem.get("from"))}


class Chatty(Server):
    """Uses a bidirectional stream for domains that were not verified on it (against DB-41)."""

    def deliver(self, stanza, sender, target, stream=None):
        if stream is not None:
            stream.send("<message from='other.test' to='%s'><body>hello</body></message>" % target)
        super().deliver(stanza, sender, target, stream)


# the authoritative server

class YesMan(Server):
    def check(self, sender, target, stream_id, key):
        return VALID


class YesWithoutId(Server):
    def verify(self, stream, elem):
        if elem.get("id"):
            super().verify(stream, elem)
        else:
            stream.send(element("verify", sender=elem.get("to"), to=elem.get("from"), type="valid"))


class OneQuestion(Server):
    """Answers one question on a stream."""

    def verify(self, stream, elem):
        if not getattr(stream, "was_asked", False):
            stream.was_asked = True
            super().verify(stream, elem)


class Moody(Server):
    """Answers one way, and then another."""

    def verify(self, stream, elem):
        stream.mood = not getattr(stream, "mood", False)
        if stream.mood:
            super().verify(stream, elem)
        else:
            stream.send(element("verify", sender=elem.get("to"), to=elem.get("from"), id=elem.get("id"), type="error",
                                named="internal-server-error"))


class SplitSecret(Server):
    """One node of a cluster does not know the secret of the other (DB-27)."""

    def key(self, stream, sender, target):
        return make_key(b"another secret", target, sender, stream.id)


# EXTERNAL

class Gullible(Server):
    """Any certificate will do."""

    external = "accept"

    def certified(self, stream, domain, purpose=None):
        return bool(stream.certificates)


class Sulking(Server):
    """Offers EXTERNAL, refuses it, and then leaves."""

    external = "refuse"

    def authenticate(self, stream):
        self.refuse(stream, "not-authorized")


class NoCertificatesPlease(Server):
    """Dialback only, and not from who shows a certificate."""

    def examine(self, stream, sender, target, key):
        if stream.certificates and self.certified(stream, sender):
            self.say_result(stream, target, sender, error("not-acceptable"))
        else:
            super().examine(stream, sender, target, key)


# the initiating server

class Eager(Server):
    """Sends before it was verified (against DB-4)."""

    def authorise(self, stream, sender, target):
        stream.send(element("result", self.key(stream, sender, target), sender=sender, to=target))


class Believer(Server):
    """Any `valid` will do."""

    def authorise(self, stream, sender, target):
        stream.send(element("result", self.key(stream, sender, target), sender=sender, to=target))
        if stream.next().get("type") != "valid":
            raise Gone("no")


class GivesUpOnExternal(Server):
    """EXTERNAL or nothing."""

    def authorise(self, stream, sender, target):
        if stream.offers_external() and not stream.external():
            stream.close()
            raise Gone("no EXTERNAL")
        super().authorise(stream, sender, target)


class RudeEnd(Server):
    """A reset for an error."""

    def denied(self, stream, answer):
        stream.reset()
