"""How xmpp-sendmsg logs in: each mechanism, both profiles, both versions of TLS, each channel binding (MSG-8 to MSG-35), on a scripted
server, since no real one of Debian 12 knows SASL2, XEP-0440, XEP-0474 or tls-exporter."""

import base64
import re

import pytest

import c2shostile as hostile
from c2slogin import PENCIL, PLAIN_SCRAM, PLUS, SASL2, Login
from dbstream import SASL
from sendmsg import ALICE, BOB

ALL = Login.mechanisms
PROFILES = pytest.mark.parametrize("profile", ["sasl1", "sasl2"])
TYPES = ("tls-exporter", "tls-unique", "tls-server-end-point")


def offer(profile, *mechanisms, **more):
    return {"mechanisms": mechanisms, "sasl2": mechanisms if profile == "sasl2" else (), **more}


def flag(peer):
    """The gs2 flag of the last exchange."""
    return peer.exchanges[-1].gs2.split(",")[0]


# mechanisms

@PROFILES
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("mechanism", [*PLUS, *PLAIN_SCRAM, "PLAIN"])
def test_mechanism(sender, c2s_peer, mechanism, tls, profile):
    """Alone on offer, each is used; -PLUS is bound by what RFC 9266 and XEP-0440 prefer."""
    peer = c2s_peer(**offer(profile, mechanism), types=TYPES[:2] if mechanism in PLUS else (), tls_max=tls)
    sent = sender(peer, BOB, status=0)
    session = sent.session
    assert peer.attempts == [(mechanism, profile)] and session["mechanism"] == mechanism and session["sasl2"] is (profile == "sasl2"), sent
    assert session.get("channel_binding") == ("tls-exporter" if mechanism in PLUS else None), sent
    assert session["mutual"] is (mechanism != "PLAIN") and sent.outcome == "acked", sent


ORDER = [*PLUS, *PLAIN_SCRAM, "PLAIN"]


@PROFILES
def test_order(sender, c2s_peer, profile):
    """MSG-9: the strongest of what is offered, whatever its place in the list; ANONYMOUS is never slipped in."""
    for number, best in enumerate(ORDER):
        left = [*reversed(ORDER[number:]), "ANONYMOUS", "DIGEST-MD5", "X-OAUTH2"]
        types = Login.types if best in PLUS else ()
        peer = c2s_peer(**offer(profile, *left), types=types)
        assert sender(peer, "--forget", "--dry-run", status=0).session["mechanism"] == best


def test_sasl2_where_it_is_as_good(sender, c2s_peer):
    """It saves a round trip, but not at the price of a weaker mechanism."""
    peer = c2s_peer(mechanisms=ALL, sasl2=("SCRAM-SHA-1", "PLAIN"))
    sender(peer, "--dry-run", status=0)
    assert peer.attempts == [("SCRAM-SHA-256-PLUS", "sasl1")]


def test_anonymous(sender, c2s_peer):
    """MSG-28: asked for only, without a trace of who we are; the address is the one the server gives."""
    peer = c2s_peer(mechanisms=("ANONYMOUS",), types=())
    sent = sender(peer, "--mechanism", "anonymous", "--dry-run", user="peer.test", password=None, status=0)
    assert sent.session["mechanism"] == "ANONYMOUS" and re.match(r"guest\d+@peer\.test/", sent.session["bound"]), sent


@PROFILES
def test_external(sender, c2s_peer, ca, profile):
    """MSG-27: a certificate that names the account; no password leaves though there is one."""
    shown = ca.issue("alice", dns=[], xmpp=[ALICE])
    peer = c2s_peer(**offer(profile, *ALL))
    sent = sender(peer, "--cert", shown.crt, "--key", shown.key, BOB, status=0)
    assert peer.attempts == [("EXTERNAL", profile)] and sent.session["mechanism"] == "EXTERNAL", sent
    assert peer.settle().let_out(PENCIL, phases=("clear", "tls", "session")) == []


def test_external_not_offered(sender, c2s_peer, ca):
    """The server does not know the certificate's issuer: the password serves, as it would without."""
    shown = ca.untrusted.issue("alice", dns=[], xmpp=[ALICE])
    peer = c2s_peer()
    assert sender(peer, "--cert", shown.crt, "--key", shown.key, BOB, status=0).session["mechanism"] == "SCRAM-SHA-256-PLUS"
    sent = sender(c2s_peer(), "--cert", shown.crt, "--key", shown.key, "--mechanism", "EXTERNAL", BOB, password=None, status=2)
    assert "EXTERNAL" in sent.err, sent


# channel binding

BINDINGS = {  # what is announced, TLS: what is used
    ("1.3", TYPES): "tls-exporter", ("1.2", TYPES): "tls-exporter", ("1.2", TYPES[1:]): "tls-unique", ("1.3", TYPES[:1]): "tls-exporter",
}


@pytest.mark.parametrize("tls,types", BINDINGS)
def test_binding(sender, c2s_peer, tls, types):
    """MSG-19: tls-exporter before tls-unique."""
    peer = c2s_peer(types=types, tls_max=tls)
    sent = sender(peer, "--dry-run", status=0)
    assert sent.session["channel_binding"] == BINDINGS[tls, types] and flag(peer) == f"p={BINDINGS[tls, types]}", sent


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_binding_libgsasl_cannot(sender, c2s_peer, tls):
    """Only tls-server-end-point: on without it, and saying so (flag n: the client cannot); not where it is required."""
    peer = c2s_peer(types=TYPES[2:], tls_max=tls)
    sent = sender(peer, "--dry-run", status=0)
    assert sent.session["mechanism"] == "SCRAM-SHA-256" and "channel_binding" not in sent.session and flag(peer) == "n", sent
    sent = sender(c2s_peer(types=TYPES[2:], tls_max=tls), "--channel-binding=require", "--dry-run", status=2)
    assert "tls-server-end-point" in sent.err, sent


@pytest.mark.parametrize("tls,binding", [("1.2", "tls-unique"), ("1.3", None)])
def test_plus_without_types(sender, c2s_peer, tls, binding):
    """A server from before XEP-0440: on TLS 1.2 RFC 5802's default; on 1.3 it can know none that is defined there (see ejabberd 23.01)."""
    peer = c2s_peer(announces=False, tls_max=tls)
    sent = sender(peer, "--dry-run", status=0)
    assert sent.session.get("channel_binding") == binding and flag(peer) == (f"p={binding}" if binding else "n"), sent


def test_plus_without_types_in_sasl2(sender, c2s_peer):
    """MSG-21: there it is an error."""
    peer = c2s_peer(sasl2=ALL, mechanisms=(), announces=False)
    sender(peer, "--dry-run", status=2)
    assert not peer.attempts


def test_binding_off(sender, c2s_peer):
    """For a server whose binding is broken."""
    peer = c2s_peer(types=TYPES)
    sent = sender(peer, "--channel-binding=off", "--dry-run", status=0)
    assert sent.session["mechanism"] == "SCRAM-SHA-256" and flag(peer) == "n", sent


def test_neither_plus_nor_types(sender, c2s_peer):
    """MSG-22 asks for `y`, which libgsasl 2.2.0 cannot write: `n` there, and never anything else."""
    peer = c2s_peer(types=())
    sender(peer, "--dry-run", status=0)
    assert flag(peer) in ("y", "n")


# what protects the list

@PROFILES
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_list_and_version_confirmed(sender, c2s_peer, tls, profile):
    """XEP-0474, XEP-0515: told when they agree."""
    peer = c2s_peer(**offer(profile, *ALL), says_offer=True, says_version=True, tls_max=tls)
    session = sender(peer, "--dry-run", status=0).session
    assert session["list_confirmed"] is True and session["version_confirmed"] is True


def test_absence_is_no_error(sender, c2s_peer):
    """MSG-26"""
    session = sender(c2s_peer(), "--dry-run", status=0).session
    assert "list_confirmed" not in session and "version_confirmed" not in session


# on the wire

@PROFILES
@pytest.mark.parametrize("last", [False, True], ids=["in success", "in a challenge"])
def test_proof_of_the_server(sender, c2s_peer, profile, last):
    """MSG-12: both places are legal."""
    assert sender(c2s_peer(**offer(profile, *ALL), last_challenge=last), "--dry-run", status=0).session["mutual"] is True


@pytest.mark.parametrize("user", ["a=b", "=2c", "bücher", "o.neil+x"])
def test_user_names(sender, c2s_peer, user):
    """MSG-14: escaped, and the same at the other end. (A comma too, but a quote may not be in an address at all.)"""
    peer = c2s_peer(users={user: PENCIL})
    assert sender(peer, "--dry-run", user=f"{user}@peer.test", status=0).session["bound"].startswith(f"{user}@peer.test/")
    assert peer.exchanges[0].user == user


def test_user_with_a_comma(sender, c2s_peer):
    peer = c2s_peer(users={"a,b": PENCIL})
    sender(peer, "--dry-run", user="a,b@peer.test", status=0)
    assert "n=a=2Cb," in peer.exchanges[0].client_first


def test_nonces(sender, c2s_peer):
    """MSG-14: 128 bits at least, of printable ASCII without a comma, another each time."""
    peer = c2s_peer()
    for _ in range(3):
        sender(peer, "--dry-run", status=0)
    nonces = {run.client_first.partition(",r=")[2] for run in peer.exchanges}
    assert len(nonces) == 3 and all(re.fullmatch(r"[!-+\--~]{18,}", each) for each in nonces), nonces


@PROFILES
def test_octets(sender, c2s_peer, profile):
    """MSG-8, MSG-13, MSG-30: nothing between the elements, base64 in one piece and padded, no authzid."""
    peer = c2s_peer(**offer(profile, "SCRAM-SHA-256"), types=())
    sender(peer, "--dry-run", status=0)
    octets = peer.settle().said("tls").decode()
    first = r"<auth xmlns='%s' mechanism='SCRAM-SHA-256'>([^<]+)</auth>" % SASL
    if profile == "sasl2":
        first = r"<authenticate xmlns='%s' mechanism='SCRAM-SHA-256'><initial-response>([^<]+)</initial-response></authenticate>" % SASL2
    second = "<response xmlns='%s'>([^<]+)</response>" % (SASL if profile == "sasl1" else SASL2)
    found = re.fullmatch("(?s).*?<stream:stream[^>]*>" + first + second, octets)
    assert found, octets
    for text in found.groups():
        assert base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    assert peer.exchanges[0].authzid is None


def test_one_attempt(sender, c2s_peer):
    """One attempt a run (MSG-11): the failure of it is the end."""
    peer = c2s_peer(users={"alice": "another"})
    sender(peer, BOB, status=2)
    assert len(peer.attempts) == len(peer.sessions) == 1


@PROFILES
def test_settings_changed_meanwhile(sender, c2s_peer, profile):
    """MSG-33: no failed login; once more, but not for ever, and never with the same binding (MSG-11)."""
    once = c2s_peer(hostile.Reconfigured, **offer(profile, *PLAIN_SCRAM), types=())
    assert sender(once, BOB, status=0).outcome == "acked" and len(once.attempts) == 2
    twice = c2s_peer(type("Twice", (hostile.Reconfigured,), {"changes": 2}), **offer(profile, *PLAIN_SCRAM), types=())
    sender(twice, BOB, status=2)
    bound = c2s_peer(hostile.Reconfigured, **offer(profile, *ALL))
    sent = sender(bound, BOB, status=2)
    assert len(bound.attempts) == 1 and "try again" in sent.err, sent


# the memory of logins

def test_memory_of_logins(sender, c2s_peer):
    """It lies under the home, for its owner only; it is raised by what is stronger, and nobody else's login touches it."""
    sender(c2s_peer(mechanisms=("SCRAM-SHA-1",), types=()), "--dry-run", status=0)
    [database] = (sender.home / "state").rglob("*.db")
    assert database.stat().st_mode & 0o777 == 0o600 and database.parent.stat().st_mode & 0o777 == 0o700
    sender(c2s_peer(), "--dry-run", status=0)
    sender(c2s_peer(mechanisms=("SCRAM-SHA-256",), types=()), "--dry-run", status=2)
    sender(c2s_peer(mechanisms=("PLAIN",), types=()), "--dry-run", user="bob@peer.test", password="bob's own", status=0)


def test_failed_login_is_not_remembered(sender, c2s_peer):
    sender(c2s_peer(), "--dry-run", password="wrong", status=2)
    sender(c2s_peer(mechanisms=("PLAIN",), types=()), "--dry-run", status=0)


def test_memory_that_cannot_be_written(sender, c2s_peer):
    """A message is more than a memory: it goes out, and the trouble is told."""
    (sender.home / "state").write_text("no folder")
    sent = sender(c2s_peer(), BOB, status=0)
    assert sent.outcome == "acked", sent
