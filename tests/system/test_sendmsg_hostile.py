"""xmpp-sendmsg among those who want its password or its message: neither leaves too early, the reason is named, the status is 2.

What is asserted is what arrived: the peer counts every octet of every phase (spec/sendmsg.md, sections 1 and 11)."""

import re
import unicodedata

import pytest
from OpenSSL import SSL

import c2shostile as hostile
import scram
import sendmsg
import tool
from c2slogin import PENCIL, PLAIN_SCRAM, PLUS, SASL2, Login
from c2speer import STEPS
from dbstream import SASL, STREAM
from sendmsg import ALICE, BOB, BODY, kept_to_himself

ALL = Login.mechanisms
PROFILES = pytest.mark.parametrize("profile", ["sasl1", "sasl2"])
CRITICAL_OR_UNKNOWN = (2, 3)
LOGGED_IN = 5 * sendmsg.SLOW  # -t of who waits for silence, and has to log in within it before


def lists(profile, mechanisms=ALL):
    """The same offer in either profile; where SASL2 is offered it is taken."""
    return {"mechanisms": mechanisms, "sasl2": mechanisms if profile == "sasl2" else ()}


def refused(sender, peer, *args, why, status=2, kept=(PENCIL, BOB, BODY), **how):
    """The run ends with this status and a sentence like `why`, and none of these words left."""
    sent = sender(peer, *args, BOB, **how)
    assert sent.status in (status if isinstance(status, tuple) else (status,)), sent
    assert re.search(why, sent.err), f"{why!r} is not said\n{sent}"
    assert sent.err.startswith("xmpp-sendmsg: ") and "failed" not in sent.err, sent
    kept_to_himself(peer, *kept)
    assert not peer.messages and not set(sent.outcomes) & {"acked", "received", "sent"}, sent
    return sent


def nobody_asked(peer):
    """No word of SASL came at all (T1)."""
    assert not peer.attempts and b"<auth" not in peer.said("clear", "tls", "session")


def no_proof(peer):
    """SCRAM's second message never came."""
    assert len(peer.exchanges) == 1 and peer.exchanges[0].client_final is None


# the connection

CERTIFICATES = {
    "another name": ({"dns": ["other.test"]}, r"peer\.test"),
    "expired": ({"expired": True}, "expired"),
    "not yet valid": ({"not_yet": True}, "not (yet )?valid|valid (only )?from"),
    "self-signed": ({"self_signed": True}, "self-signed|not trusted|untrusted|issuer"),
    "unknown authority": ({"issuer": "untrusted"}, "trust|issuer"),
}


@pytest.mark.parametrize("direct", [False, True], ids=["starttls", "direct"])
@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificate_that_proves_nothing(sender, c2s_peer, ca, name, direct):
    """T1: no octet of SASL, and the sentence says which identity was expected and what is wrong."""
    wish, why = CERTIFICATES[name]
    issuer = ca.untrusted if wish.get("issuer") else ca
    peer = c2s_peer(certificate=issuer.issue("peer.test", **{key: value for key, value in wish.items() if key != "issuer"}), direct=direct)
    refused(sender, peer, why=why, kept=(PENCIL, BOB, BODY, "alice"))
    nobody_asked(peer)


def watch_certificates(peer):
    """The names on the certificates clients show from now on, as they come in: the handshake need not end well."""
    seen = []

    def look(_connection, certificate, _error, depth, _trusted):
        if depth == 0:
            seen.append(certificate.get_subject().CN or "no name")
        return True

    peer.context.set_verify(SSL.VERIFY_PEER, look)
    return seen


@pytest.mark.parametrize("direct", [False, True], ids=["starttls", "direct"])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificate_of_ours_is_for_our_server_alone(sender, c2s_peer, ca, name, tls, direct):
    """MSG-1: TLS asks for it in the handshake, and it is a credential, and names the account."""
    wish, why = CERTIFICATES[name]
    issuer = ca.untrusted if wish.get("issuer") else ca
    shown = ca.issue("alice", dns=[], xmpp=[ALICE], cn="alice")
    words = ["--cert", shown.crt, "--key", shown.key]
    peer = c2s_peer(certificate=issuer.issue("peer.test", **{key: value for key, value in wish.items() if key != "issuer"}),
                    tls_max=tls, direct=direct)
    seen = watch_certificates(peer)
    sent = refused(sender, peer, *words, why=why, kept=(PENCIL, BOB, BODY, "alice"), password=None)
    assert "the certificate does not prove peer.test, so nothing was sent: " in sent.err, sent
    assert sent.session["failure"]["stage"] == "certificate" and "authenticated_by" not in sent.session, sent
    assert seen == [], "it was shown our certificate"
    nobody_asked(peer)


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_certificate_of_ours_is_shown_to_our_server(sender, c2s_peer, ca, tls):
    """... and to whom a pin or --no-verify makes it: EXTERNAL works."""
    shown = ca.issue("alice", dns=[], xmpp=[ALICE], cn="alice")
    strange = ca.untrusted.issue("peer.test")
    for certificate, args in ((None, []), (strange, ["--pin-sha256", strange.sha256]), (strange, ["--no-verify"])):
        peer = c2s_peer(certificate=certificate, tls_max=tls)
        seen = watch_certificates(peer)
        sent = sender(peer, "--cert", shown.crt, "--key", shown.key, *args, BOB, password=None, status=0)
        assert set(seen) == {"alice"} and sent.session["mechanism"] == "EXTERNAL", sent
        assert sent.session["tls"]["client_certificate_sent"] is True and sent.session["tls"]["version"] == f"TLS{tls}", sent


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_pin_of_another_server_keeps_our_certificate(sender, c2s_peer, ca, tls):
    """PKIX holds, and a pin must hold instead."""
    shown = ca.issue("alice", dns=[], xmpp=[ALICE], cn="alice")
    peer = c2s_peer(tls_max=tls)
    seen = watch_certificates(peer)
    refused(sender, peer, "--cert", shown.crt, "--key", shown.key, "--pin-sha256", "00" * 32, why="--pin-sha256", password=None)
    assert seen == [], "it was shown our certificate"


def test_certificate_that_proves_nothing_is_recorded(sender, c2s_peer, ca, tmp_path):
    """--record: the transcript says whom it met, though the handshake did not end."""
    peer = c2s_peer(certificate=ca.issue("peer.test", dns=["other.test"]))
    refused(sender, peer, "--record", tmp_path / "said", why="other.test")
    assert (tmp_path / "said").read_text().splitlines()[-1].startswith("tls max=TLS1.3 dns=other.test days=61 issuer=trusted")


def test_starttls_stripped(sender, c2s_peer):
    peer = c2s_peer(hostile.InClear)
    refused(sender, peer, why="STARTTLS|encrypt", kept=(PENCIL, BOB, BODY))
    nobody_asked(peer)


def test_starttls_stripped_and_no_verify(sender, c2s_peer):
    """MSG-1: no switch lowers this to clear text."""
    peer = c2s_peer(hostile.InClear)
    refused(sender, peer, "--no-verify", why="STARTTLS|encrypt")
    nobody_asked(peer)


def test_mechanisms_in_clear_are_ignored(sender, c2s_peer):
    """T9: TLS first, then the list that counts."""
    peer = c2s_peer(tls="optional", clear_mechanisms=("PLAIN", "SCRAM-SHA-1"))
    sent = sender(peer, BOB, status=0)
    assert b"<auth" not in peer.settle().said("clear") and sent.session["mechanism"] == "SCRAM-SHA-256-PLUS", sent


def test_octets_behind_proceed(sender, c2s_peer):
    """T18"""
    peer = c2s_peer(hostile.Trailing)
    refused(sender, peer, why="proceed|injected|clear")
    nobody_asked(peer)


def test_plain_on_an_unverified_connection(sender, c2s_peer, ca):
    """MSG-2, whatever is asked for."""
    for args in (["--no-verify"], ["--no-verify", "--channel-binding=off"]):
        peer = c2s_peer(certificate=ca.untrusted.issue("peer.test"), mechanisms=("PLAIN",), types=())
        refused(sender, peer, *args, why="PLAIN")
        nobody_asked(peer)


def test_scram_on_an_unverified_connection_is_asked_for(sender, c2s_peer, ca):
    """--no-verify is for test servers, and warns."""
    peer = c2s_peer(certificate=ca.untrusted.issue("peer.test"))
    sent = sender(peer, "--no-verify", BOB, status=0)
    assert "--no-verify: the server does not prove who it is" in sent.err, sent
    assert sent.session.get("unverified") is True and "authenticated_by" not in sent.session, sent


def test_other_place(sender, c2s_peer):
    """T17: see-other-host is told, not followed."""
    with_all = c2s_peer()
    peer = c2s_peer(fault=("inner features", "elsewhere"), elsewhere=with_all.at)
    refused(sender, peer, why="see-other-host", status=CRITICAL_OR_UNKNOWN)
    assert not with_all.sessions, "it went there"


# the list of mechanisms

@PROFILES
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_plus_stripped_and_types_left(sender, c2s_peer, profile, tls):
    """MSG-21"""
    peer = c2s_peer(**lists(profile), strips=PLUS, tls_max=tls)
    refused(sender, peer, why="-PLUS")
    nobody_asked(peer)


@PROFILES
def test_list_was_changed(sender, c2s_peer, profile):
    """T6: the hash of XEP-0474 tells, before a proof is sent."""
    peer = c2s_peer(**lists(profile), says_offer=True, strips=PLUS, strips_types=True)
    refused(sender, peer, why="tampered|changed")
    no_proof(peer)


@PROFILES
def test_list_was_changed_and_plus_left(sender, c2s_peer, profile):
    """The strongest is taken out, -PLUS is not."""
    peer = c2s_peer(**lists(profile), says_offer=True, strips=("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
    refused(sender, peer, why="tampered|changed")
    no_proof(peer)


def test_binding_is_required(sender, c2s_peer):
    for how in ({"strips": PLUS, "strips_types": True}, {"types": ()}):
        peer = c2s_peer(**how)
        refused(sender, peer, "--channel-binding=require", why="--channel-binding|binding")
        nobody_asked(peer)


def test_weaker_than_last_time(sender, c2s_peer):
    """XEP-0474's pin: who was seen with -PLUS is not believed without; --forget begins anew."""
    sender(c2s_peer(), BOB, status=0)
    stripped = c2s_peer(strips=PLUS, strips_types=True)
    refused(sender, stripped, why="--forget")
    nobody_asked(stripped)
    plain = c2s_peer(mechanisms=("PLAIN",), types=())
    refused(sender, plain, why="--forget")
    nobody_asked(plain)
    sent = sender(c2s_peer(strips=PLUS, strips_types=True, mechanisms=PLAIN_SCRAM, types=()), "--forget", BOB, status=0)
    assert sent.session["mechanism"] == "SCRAM-SHA-256", sent


def test_plain_after_scram(sender, c2s_peer):
    """MSG-2: never PLAIN where SCRAM has been used."""
    sender(c2s_peer(mechanisms=("SCRAM-SHA-1",), types=()), BOB, status=0)
    for args in ([], ["--mechanism", "PLAIN"]):
        plain = c2s_peer(mechanisms=("PLAIN",), types=())
        refused(sender, plain, *args, why="--forget")
        nobody_asked(plain)


def test_nothing_in_common(sender, c2s_peer):
    """MSG-9: what is never done is named, so that one sees what to change."""
    peer = c2s_peer(mechanisms=("DIGEST-MD5", "CRAM-MD5", "LOGIN", "X-OAUTH2", "SCRAM-SHA-512"), types=())
    refused(sender, peer, why="DIGEST-MD5")
    nobody_asked(peer)


@PROFILES
def test_mechanism_insisted_on(sender, c2s_peer, profile):
    peer = c2s_peer(**lists(profile, ("SCRAM-SHA-1", "PLAIN")), types=())
    refused(sender, peer, "--mechanism", "SCRAM-SHA-256", why="SCRAM-SHA-256.*SCRAM-SHA-1")
    nobody_asked(peer)


def test_no_second_try(sender, c2s_peer):
    """MSG-3, MSG-11: after a no, no other mechanism, no other attempt, no other connection."""
    peer = c2s_peer(sasl2=ALL)
    refused(sender, peer, password="wrong", why=r"wrong password, or no such account \(not-authorized\)", kept=("wrong", PENCIL, BOB, BODY))
    assert len(peer.attempts) == 1 and len(peer.sessions) == 1, peer.attempts


def test_unknown_account_looks_the_same(sender, c2s_peer):
    """MSG-10: indistinguishable by design."""
    refused(sender, c2s_peer(), user="nobody@peer.test", why=r"wrong password, or no such account \(not-authorized\)")


# SCRAM

def replaced(pattern, text):
    return lambda run, first: re.sub(pattern, text, first)


FIRST = {
    "nonce that does not extend ours (T3)": (lambda run, text: text.replace(f"r={run.whole_nonce}", "r=" + run.nonce * 2), "nonce"),
    "nonce that is ours": (lambda run, text: text.replace(run.nonce, ""), "nonce|RFC 5802"),
    "one iteration (T4)": (replaced(r"i=\d+", "i=1"), "iteration"),
    "4095 iterations": (replaced(r"i=\d+", "i=4095"), "iteration"),
    "2^31 iterations (T4)": (replaced(r"i=\d+", f"i={2**31}"), "iteration"),
    "10^30 iterations": (replaced(r"i=\d+", f"i={10**30}"), "iteration"),
    "iterations are none": (replaced(r"i=\d+", "i=-1"), "iteration|number|RFC 5802"),
    "no salt": (replaced(r"s=[^,]+", "s="), "salt|RFC 5802"),
    "salt is no base64": (replaced(r"s=[^,]+", "s=!!!!"), "salt|RFC 5802"),
    "a mandatory extension": (lambda run, text: "m=must," + text, "extension"),
    "a mandatory extension behind": (lambda run, text: text + ",m=must", "extension|m="),
    "TLS 1.2 where it is 1.3 (T7)": (lambda run, text: text + ",h=" + "%h" + ",t=0303", "TLS"),
    "another list": (lambda run, text: text + ",h=G6k/rBLDqgOhRRaCuuatSDFkJ08=", "tampered|changed"),
    "empty": (lambda run, text: "", "RFC 5802|empty|nothing|message"),
    "no list": (lambda run, text: "hello", "RFC 5802|message"),
    "NUL": (lambda run, text: text.replace("i=", "\0i="), "RFC 5802|message|salt|NUL"),
}


@PROFILES
@pytest.mark.parametrize("name", FIRST)
def test_first_message_is_wrong(sender, c2s_peer, name, profile):
    """MSG-16, MSG-24, MSG-25: checked before the proof is made."""
    change, why = FIRST[name]

    def changed(run, text):
        return change(run, text).replace("%h", hash_of(run))

    def hash_of(run):
        return scram.offer_hash(run.hash_name, [each for each in ALL if each != "EXTERNAL"], ["tls-exporter"])

    peer = c2s_peer(hostile.first(changed), **lists(profile))
    refused(sender, peer, why=why)
    no_proof(peer)


def test_iterations_have_the_limit_one_gives(sender, c2s_peer):
    peer = c2s_peer(scram={"iterations": 20000})
    refused(sender, peer, "--max-iterations", "10000", why="20000.*--max-iterations")
    no_proof(peer)
    sender(c2s_peer(scram={"iterations": 20000}), "--max-iterations", "20000", BOB, status=0)


def test_unknown_extension_is_ignored(sender, c2s_peer):
    """MSG-16: it stays in what is signed."""
    sender(c2s_peer(hostile.first(lambda run, text: text), scram={"extension": ",q=optional"}), BOB, status=0)


@PROFILES
@pytest.mark.parametrize("kind,why", [
    (hostile.EarlySuccess, "proof|prove|impostor"), (hostile.EarlySuccessWithData, "proof|prove|impostor"),
    (hostile.NoProof, "proof|prove|impostor"), (hostile.WrongProof, "signature"), (hostile.FinalError, "e=|other-error|proof|prove|signature"),
    (hostile.ProofAndMore, "message|more|signature|RFC 5802")], ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1"])
def test_server_that_proves_nothing(sender, c2s_peer, kind, why, mechanism, profile):
    """T5, MSG-12: who says success without v= is an impostor, and gets no message."""
    peer = c2s_peer(kind, **lists(profile, (mechanism,)), types=Login.types if mechanism in PLUS else ())
    refused(sender, peer, why=why)


@PROFILES
@pytest.mark.parametrize("kind", [hostile.WrongProof, hostile.FinalError], ids=lambda kind: kind.__name__)
def test_server_that_proves_nothing_in_a_challenge(sender, c2s_peer, kind, profile):
    """The last message may come in a challenge, and is no better there."""
    refused(sender, c2s_peer(kind, **lists(profile), last_challenge=True), why="signature|e=|other-error|proof")


def test_challenges_without_end(sender, c2s_peer):
    refused(sender, c2s_peer(hostile.AnotherChallenge), why=".", status=CRITICAL_OR_UNKNOWN)


@PROFILES
@pytest.mark.parametrize("text", ["cj1h\n", "cj1h ", "cj1", "cj1h====", "=cj1", "cj1hYh==", "*", "A" * 200000], ids=range(8))
def test_challenge_is_no_base64(sender, c2s_peer, text, profile):
    """MSG-8"""
    peer = c2s_peer(hostile.raw_challenge(text), **lists(profile))
    refused(sender, peer, why=".", status=CRITICAL_OR_UNKNOWN)
    no_proof(peer)


@PROFILES
@pytest.mark.parametrize("text", [
    f"<failure xmlns='{SASL}'/>", f"<failure xmlns='{SASL}'><made-up/></failure>", f"<challenge xmlns='{SASL}'><a/></challenge>",
    "<message xmlns='jabber:client'/>", f"<proceed xmlns='{SASL}'/>", f"<features xmlns='{STREAM}'/>", " \n ", f"<continue xmlns='{SASL}'/>",
    f"<continue xmlns='{SASL2}'/>"], ids=range(9))
def test_no_challenge_at_all(sender, c2s_peer, text, profile):
    """MSG-30"""
    refused(sender, c2s_peer(hostile.instead_of_challenge(text), **lists(profile)), why=".", status=CRITICAL_OR_UNKNOWN, timeout=1.5)


CONDITIONS = {
    "not-authorized": "wrong password, or no such account", "account-disabled": "disabled", "credentials-expired": "expired",
    "temporary-auth-failure": "later", "mechanism-too-weak": "mechanism-too-weak", "invalid-mechanism": "invalid-mechanism",
    "encryption-required": "encryption-required", "made-up": "made-up",
}


@PROFILES
@pytest.mark.parametrize("condition", CONDITIONS)
def test_login_denied(sender, c2s_peer, condition, profile):
    """MSG-10: each cause in an operator's words."""
    peer = c2s_peer(type("Denies", (hostile.Denies,), {"condition": condition, "text": "Ask Bob"}), **lists(profile))
    sent = refused(sender, peer, why=CONDITIONS[condition])
    assert "Ask Bob" in sent.err and sent.session["condition"] == condition and sent.session["text"] == "Ask Bob", sent


def test_words_of_the_server_are_escaped(sender, c2s_peer):
    peer = c2s_peer(type("Denies", (hostile.Denies,), {"text": "\u009b31mred\u202e&#10;xmpp-sendmsg: all is well"}))
    result = sender.words(peer, "-v", BOB, status=2)
    assert not {char for char in result.out + result.err if unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t"}, result
    assert "\nxmpp-sendmsg: all is well" not in result.err, result


def test_second_factor(sender, c2s_peer):
    """T20, MSG-31: told, and what it asks for."""
    sent = refused(sender, c2s_peer(hostile.Continues), why="HOTP-EXAMPLE.*TOTP-EXAMPLE")
    assert "HOTP-EXAMPLE" in sent.session["tasks"], sent


# behind the login

@pytest.mark.parametrize("condition", ["conflict", "not-allowed", "resource-constraint", "bad-request"])
def test_no_resource(sender, c2s_peer, condition):
    """T19"""
    peer = c2s_peer(bind_error=condition)
    refused(sender, peer, "--resource", "cron", why=condition, status=CRITICAL_OR_UNKNOWN, kept=(PENCIL, BOB, BODY))


@pytest.mark.parametrize("kind", [hostile.AcksTooMuch, hostile.AcksNoNumber], ids=lambda kind: kind.__name__)
def test_acknowledgement_that_cannot_be(sender, c2s_peer, kind):
    """MSG-45: such a server is not believed; what became of the message, nobody knows."""
    sent = sender(c2s_peer(kind, resumes=False), "--retry", 0, BOB, status=3)
    assert sent.outcome == "unknown" and re.search("<a/>", sent.err), sent


def test_acknowledgement_backwards(sender, c2s_peer):
    with sender.running(c2s_peer(hostile.AcksBackwards, resumes=False), "--lines", "--retry", 0, BOB) as run:
        run.say("one\n")
        run.until(lambda: [each["outcome"] for each in run.parcels] == ["acked"], "acknowledged")
        run.say("two\n")
        run.hang_up()
        assert run.end() == 1 and [each["outcome"] for each in run.parcels] == ["acked", "unknown"], run


def test_silent_about_acknowledgements(sender, c2s_peer):
    """It ends, and says that nobody knows."""
    sent = sender(c2s_peer(hostile.AcksNothing), "--retry", 0, BOB, timeout=LOGGED_IN, status=3)
    assert sent.outcome == "unknown", sent


# at every step

BEFORE = [step for step in STEPS if step not in ("enable", "ack")]
HOWS = ["close", "reset", "silence", "no XML", "DTD", "stanzas", "endless", "deep", "error"]


# everything where it matters most, the rest everywhere
MATRIX = [(step, how) for step in BEFORE for how in HOWS
          if how in ("close", "reset", "silence", "stanzas") or step in ("inner features", "challenge", "bind")]


@pytest.mark.parametrize("step,how", MATRIX)
def test_misbehaves_before_the_message(sender, c2s_peer, step, how):
    """It ends in time, stays small, says why, and the message stays at home."""
    peer = c2s_peer(fault=(step, how))
    sent = sender(peer, "--retry", 0, BOB, timeout=1.5)
    assert sent.status in CRITICAL_OR_UNKNOWN and sent.err.startswith("xmpp-sendmsg: "), sent
    assert sent.result.seconds < 12 * sendmsg.SLOW and (tool.SANITIZED or sent.result.maxrss_kb < 48 * 1024), sent
    kept_to_himself(peer)
    assert set(sent.outcomes) <= {"unsent", "refused"} and not peer.messages, sent


@pytest.mark.parametrize("how", HOWS)
def test_misbehaves_instead_of_an_acknowledgement(sender, c2s_peer, how, tmp_path):
    """T12: the message is out, and nobody knows; it is written back."""
    unsent = tmp_path / "unsent"
    sent = sender(c2s_peer(fault=("ack", how), resumes=False), "--retry", 0, "--unsent", unsent, BOB, timeout=LOGGED_IN, status=3)
    assert sent.outcome == "unknown" and BODY in unsent.read_text(), sent
    assert sent.result.seconds < 12 * sendmsg.SLOW and (tool.SANITIZED or sent.result.maxrss_kb < 48 * 1024), sent


@pytest.mark.parametrize("how", ["close", "reset", "silence", "no XML", "stanzas"])
def test_misbehaves_instead_of_enabling(sender, c2s_peer, how):
    """No message was written before it was known how it would be counted."""
    peer = c2s_peer(fault=("enable", how))
    sent = sender(peer, "--retry", 0, BOB, timeout=1.5)
    assert sent.status in (0, 2, 3) and sent.result.seconds < 12 * sendmsg.SLOW, sent
    assert sent.status or peer.messages, sent


# about messages

@pytest.mark.parametrize("liar", ["mallory@elsewhere.test", "elsewhere.test", "bob@peer.test.elsewhere.test", "rob@peer.test", "BOB@elsewhere.test"])
def test_bounce_from_somebody_else(sender, c2s_peer, liar):
    """T13, MSG-48: our id alone proves nothing."""
    sent = sender(c2s_peer(type("Liar", (hostile.Lies,), {"liar": liar})), BOB, wait="bounce=0.3", status=0)
    assert sent.outcome == "acked", sent


@pytest.mark.parametrize("sayer", ["bob@peer.test", "bob@peer.test/phone", "Bob@Peer.Test", "peer.test", None])
def test_bounce_from_who_may(sender, c2s_peer, sayer):
    sent = sender(c2s_peer(type("Liar", (hostile.Lies,), {"liar": sayer})), BOB, wait="bounce=50", status=2)
    assert sent.outcome == "bounced" and sent.parcel["condition"] == "service-unavailable", sent


@pytest.mark.parametrize("liar", ["mallory@elsewhere.test/phone", "rob@peer.test/phone", "peer.test", ALICE])
def test_receipt_from_somebody_else(sender, c2s_peer, liar):
    sent = sender(c2s_peer(type("Liar", (hostile.FalseReceipt,), {"liar": liar})), BOB, wait="receipt=0.5", status=1)
    assert sent.outcome == "acked" and "receipt_from" not in sent.parcel, sent


@pytest.mark.parametrize("inner", ["", "<error/>", "<error type='cancel'/>", "<error type='made-up'><made-up xmlns='urn:x'/></error>"])
def test_bounce_that_says_little(sender, c2s_peer, inner):
    sent = sender(c2s_peer(type("Odd", (hostile.NotOurStanza,), {"inner": inner})), BOB, wait="bounce=50", status=2)
    assert sent.outcome == "bounced", sent


def test_bounce_is_escaped(sender, c2s_peer):
    result = sender.words(c2s_peer(hostile.Escapes), "--report", BOB, wait="bounce=50", status=2)
    assert not {char for char in result.out + result.err if unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t"}, result
    assert "two lines" in result.out and "\ntwo lines" not in result.out, result
    assert len(result.out.splitlines()) == 3, result


def test_flood_of_strangers(sender, c2s_peer):
    """Thousands of stanzas that are none of ours change nothing, and are answered by nobody."""
    peer = c2s_peer(hostile.Chatty)
    sent = sender(peer, BOB, status=0, timeout=30)
    assert sent.outcome == "acked" and (tool.SANITIZED or sent.result.maxrss_kb < 48 * 1024), sent
    assert [each.tag for each in peer.settle().stanzas if each.tag.endswith("}message")] == ["{jabber:client}message"]


def test_peer_is_honest(sender, c2s_peer):
    """All of the above is worth something only because this one gets both."""
    peer = c2s_peer()
    sender(peer, BOB, status=0)
    assert peer.settle().let_out(*sendmsg.PRIVATE, phases=("session",)) == [BOB, BODY]
    assert peer.let_out(*sendmsg.PRIVATE) == []
