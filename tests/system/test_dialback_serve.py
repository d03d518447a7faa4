"""xmpp-dialback --serve: a strict peer as authoritative and receiving server, alone with us and between Prosody and ejabberd."""

import contextlib
import signal

import pytest

import daemon
import dbfaults as faults
import dbpeer
import dialback
import tool
from dbpeer import INVALID, VALID, element
from dbstream import DB, Gone, condition, dial

KINDS = pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
WRONG = ["wrong-id", "swapped", "silent", "close", "invalid"]


@pytest.fixture
def call(me):
    """A stream of a peer's to --serve, inside TLS."""
    return lambda peer, sender=None: peer.reach((me.address, me.port), me.domain, sender or peer.domain)


def verify(stream, sender, target, key, stream_id="id-of-a-stream", timeout=10):
    """db:verify, and what is answered; what is not an answer to it raises Gone."""
    stream.send(element("verify", key, sender=sender, to=target, id=stream_id))
    answer = stream.expect(f"{{{DB}}}verify", timeout * dialback.SLOW)
    assert (answer.get("from"), answer.get("to"), answer.get("id")) == (target, sender, stream_id)
    return answer.get("type"), condition(answer)


def claim(peer, stream, target, key=None, sender=None, timeout=20):
    sender = sender or peer.domain
    stream.send(element("result", peer.key(stream, sender, target) if key is None else key, sender=sender, to=target))
    answer = stream.expect(f"{{{DB}}}result", timeout * dialback.SLOW)
    assert (answer.get("from"), answer.get("to")) == (target, sender)
    return answer.get("type"), condition(answer)


def refused(stream, text=None, timeout=10):
    """The condition of the stream error that ends it."""
    if text:
        stream.send(text)
    found = condition(stream.next(timeout * dialback.SLOW))
    with pytest.raises(Gone):
        stream.next(timeout * dialback.SLOW)
    return found


# the authoritative server

def test_key_is_confirmed(serving, dialback_peer, me, call):
    """On a fresh stream, right after the features (DB-22), as often as asked (DB-20)."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    for number in ("one", "two", "one"):
        assert verify(stream, peer.domain, me.domain, server.key(peer.domain, number), number) == VALID
    first, *_ = server.served(3)
    assert (first["role"], first["answer"], first["from"], first["to"], first["id"]) == (
        "authoritative", "valid", peer.domain, me.domain, "one"), server
    assert first["link"]["encrypted"] and first["link"]["authenticated"] and first["link"]["tls"]["version"] == "TLS1.3", server


@pytest.mark.parametrize("spoil", ["key", "id", "from", "case", "empty"])
def test_wrong_key_is_denied(serving, dialback_peer, me, call, spoil):
    server, peer = serving(), dialback_peer()
    key = server.key(peer.domain if spoil != "from" else "other.test", "one")
    key = {"key": key[:-1] + ("0" if key[-1] != "0" else "1"), "case": key.upper(), "empty": ""}.get(spoil, key)
    assert verify(call(peer), peer.domain, me.domain, key, "two" if spoil == "id" else "one") == INVALID
    assert server.served()[0]["answer"] == "invalid" and server.records[0]["status"] == "warning", server


def test_space_around_a_key_is_trimmed(serving, dialback_peer, me, call):
    """DB-26."""
    server, peer = serving(), dialback_peer()
    assert verify(call(peer), peer.domain, me.domain, f"\n  {server.key(peer.domain, 'one')}\n", "one") == VALID


def test_unknown_domain_costs_no_stream(serving, dialback_peer, me, call):
    """DB-19, DB-11."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    assert verify(stream, peer.domain, "stranger.test", "key") == dbpeer.error("item-not-found")
    assert claim(peer, stream, "stranger.test") == dbpeer.error("item-not-found")
    assert verify(stream, peer.domain, me.domain, server.key(peer.domain, "one"), "one") == VALID


@pytest.mark.parametrize("missing", ["from", "to", "id"])
def test_incomplete_verify(serving, dialback_peer, me, call, missing):
    serving()
    peer = dialback_peer()
    whole = {"from": peer.domain, "to": me.domain, "id": "one"}
    written = "".join(f" {name}='{value}'" for name, value in whole.items() if name != missing)
    assert refused(call(peer), f"<db:verify{written}>key</db:verify>") == "improper-addressing"


def test_key_offline_and_online(serving, dialback_peer, me, call):
    """--make-key with the same secret makes what --serve confirms."""
    server, peer = serving(), dialback_peer()
    made = tool.run(dialback.NAME, ["--make-key", "--secret-file", server.secret_file, "--from", me.domain, "--to", peer.domain,
                                    "--id", "one"]).expect(status=0).out.strip()
    assert verify(call(peer), peer.domain, me.domain, made, "one") == VALID


# the receiving server

def test_initiator_is_verified(serving, dialback_peer, me, call):
    """Its authority is found by DNS, asked inside TLS, and believed; its stanzas are welcome then."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    assert claim(peer, stream, me.domain) == VALID
    [asked] = peer.came("verify")
    assert asked.encrypted and asked.attributes["id"] == stream.id and asked.text == peer.key(stream, peer.domain, me.domain)
    [seen] = server.served()
    assert (seen["role"], seen["answer"], seen["id"]) == ("receiving", "valid", stream.id), server
    assert seen["authority"]["encrypted"] and seen["authority"]["address"] == peer.address, server
    assert server.records[0]["status"] == "ok" and server.records[0]["domain"] == peer.domain, server
    stream.send(f"<message from='a@{peer.domain}/x' to='b@{me.domain}'><body>hello</body></message>")
    assert verify(stream, peer.domain, me.domain, server.key(peer.domain, "one"), "one") == VALID, "the stream is as good as before"


def test_wrong_key_ends_the_stream(serving, dialback_peer, me, call):
    """DB-16."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    assert claim(peer, stream, me.domain, "made up") == INVALID
    with pytest.raises(Gone):
        stream.next()
    assert server.served()[0]["answer"] == "invalid"


def test_wrong_key_of_a_second_pair(serving, dialback_peer, me, call):
    """... unless another pair is verified on it."""
    serving()
    peer = dialback_peer(also=("second-peer.test",))
    stream = call(peer)
    assert claim(peer, stream, me.domain) == VALID
    assert claim(peer, stream, me.domain, "made up", "second-peer.test")[0] != "valid"
    assert claim(peer, stream, me.domain, sender="second-peer.test") == VALID


NO_AUTHORITY = {
    "nowhere": ("remote-server-not-found", "remote-connection-failed"),
    "refuses": ("remote-connection-failed", "remote-server-not-found"),
    "silent": ("remote-server-timeout",),
    "closes": ("remote-server-timeout",),
    "stranger": ("remote-server-not-found",),
    "in clear": ("remote-connection-failed", "remote-server-not-found", "policy-violation"),
}


@pytest.mark.parametrize("trouble", NO_AUTHORITY)
def test_trouble_with_the_authority(serving, dialback_peer, dns, me, call, trouble):
    """DB-17, DB-18: an error is reported, nobody is believed, the stream goes on."""
    server = serving()
    kind = {"silent": Silent, "closes": Closing, "stranger": Stranger, "in clear": NoTls}.get(trouble, dbpeer.Server)
    peer = dialback_peer(kind)
    if trouble == "nowhere":
        dns.no_service(peer.domain, "s2s")
    elif trouble == "refuses":
        dns.service(peer.domain, "s2s", me.dead()[1], me.address)
    stream = dialback_peer(dbpeer.Server, "caller.test").reach((me.address, me.port), me.domain, peer.domain)
    answer, named = claim(peer, stream, me.domain)
    assert answer == "error" and named in NO_AUTHORITY[trouble], server
    [seen] = server.served()
    assert seen["answer"] == "error" and seen["condition"] == named and seen["reason"], server
    assert verify(stream, peer.domain, me.domain, server.key(peer.domain, "one"), "one") == VALID


class Silent(dbpeer.Server):
    def verify(self, stream, elem):
        pass


class Closing(dbpeer.Server):
    def verify(self, stream, elem):
        stream.cut()


class Stranger(dbpeer.Server):
    def verify(self, stream, elem):
        stream.send(element("verify", sender=elem.get("to"), to=elem.get("from"), id=elem.get("id"), type="error",
                            named="item-not-found"))


class NoTls(dbpeer.Server):
    tls = "off"


def test_second_host_of_the_authority(serving, dialback_peer, dns, me, call):
    serving()
    peer = dialback_peer()
    dns.publish(f"_xmpp-server._tcp.{peer.domain}", [("SRV", 0, 0, me.dead()[1], f"dead.{peer.domain}"),
                                                     ("SRV", 1, 0, peer.port, f"xmpp.{peer.domain}")])
    dns.publish(f"dead.{peer.domain}", [("A", me.address)])
    assert claim(peer, call(peer), me.domain) == VALID


def test_several_senders_on_one_stream(serving, dialback_peer, me, call):
    """DB-37, DB-12: questions on their way hold up nobody."""
    server = serving()
    peer = dialback_peer(also=("b.test", "c.test"))
    slow = dialback_peer(Silent, "slow.test")
    stream = call(peer)
    for sender in (slow.domain, "b.test", "c.test", peer.domain):
        stream.send(element("result", peer.key(stream, sender, me.domain), sender=sender, to=me.domain))
    answers = {found.get("to"): found.get("type") for found in (stream.next(10 * dialback.SLOW) for _ in range(4))}
    assert answers == {slow.domain: "error", "b.test": "valid", "c.test": "valid", peer.domain: "valid"}, server
    server.served(4)


# who is let in

def test_nothing_in_clear(serving, dialback_peer, me):
    """DB-34; the default, and --require-tls."""
    for number, args in enumerate(([], ["--require-tls"])):
        server, peer = serving(*args), dialback_peer(dbpeer.Server, f"peer{number}.test")
        for text in (element("result", "key", sender=peer.domain, to=me.domain),
                     element("verify", "key", sender=peer.domain, to=me.domain, id="one")):
            stream = dial((me.address, me.port))
            stream.open(me.domain, peer.domain)
            assert stream.features.find(".//{urn:ietf:params:xml:ns:xmpp-tls}required") is not None
            assert refused(stream, text) == "policy-violation"
        assert server.records == [] and server.stop()[0] == 0


@pytest.mark.parametrize("authority", ["optional", "off"])
def test_clear_where_it_is_allowed(serving, dialback_peer, me, authority):
    """--no-require-tls: taken, and told as a warning; who has TLS is asked inside it all the same."""
    server, peer = serving("--no-require-tls"), dialback_peer(tls=authority)
    stream = dial((me.address, me.port))
    stream.open(me.domain, peer.domain)
    assert claim(peer, stream, me.domain) == VALID
    [seen] = server.served()
    assert seen["link"]["encrypted"] is False and seen["authority"]["encrypted"] is (authority == "optional"), server
    assert server.records[0]["status"] == "warning" and server.stop()[0] == 1


def test_external(serving, dialback_peer, ca, me, call):
    """Offered to who proves its domain, and to nobody else; each attempt is an exchange."""
    server = serving()
    peer = dialback_peer()
    stream = call(peer)
    assert stream.offers_external() and stream.external()
    [seen] = server.served()
    assert (seen["role"], seen["proof"], seen["from"], seen["answer"]) == ("receiving", "external", peer.domain, "valid"), server
    assert server.records[0]["status"] == "ok", server
    stream.open(me.domain, peer.domain, again=True)
    stream.send(f"<message from='{peer.domain}' to='{me.domain}'/>")
    stream.send(f"<message from='other.test' to='{me.domain}'/>")
    assert condition(stream.next()) in ("invalid-from", "not-authorized")
    for number, wish in enumerate(({"dns": ["other.test"]}, {"self_signed": True}, {"expired": True})):
        liar = dialback_peer(dbpeer.Server, f"liar{number}.test", ca.issue(f"liar{number}.test", **wish))
        stream = call(liar)
        assert not stream.offers_external()
        assert not stream.external(), "not even when it insists"
        assert claim(liar, stream, me.domain) == VALID, "dialback goes on (DB-30)"
        *_, refused, verified = server.served(3 + 2 * number)
        assert (refused["proof"], refused["answer"], refused["condition"]) == ("external", "error", "not-authorized"), server
        assert (verified["proof"], verified["answer"]) == ("dialback", "valid") and verified["authority"]["encrypted"], server


@pytest.mark.parametrize("sender", ["{peer}", "other.test", "other.test/x@{peer}", "a@other.test/b@{peer}", "{peer}.other.test", ""])
def test_stanzas_need_their_pair(serving, dialback_peer, me, call, sender):
    """DB-10: what is not verified is not welcome, however it is spelt."""
    serving()
    peer = dialback_peer()
    sender = sender.format(peer=peer.domain)
    stanza = f"<message from='{sender}' to='{me.domain}'><body>hello</body></message>"
    assert refused(call(peer), stanza) == "not-authorized"
    stream = call(peer)
    assert claim(peer, stream, me.domain) == VALID
    if sender == peer.domain:
        stream.send(stanza)
        assert claim(peer, stream, "stranger.test") == dbpeer.error("item-not-found"), "it still talks to us"
    else:
        assert refused(stream, stanza) == "invalid-from"


def test_unsolicited_answers_are_nobodys(serving, dialback_peer, me, call):
    """DB-44: what claims to be step 3 or 4 authorises nothing, and is not answered."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    stream.send(element("result", sender=peer.domain, to=me.domain, type="valid"))
    stream.send(element("verify", sender=peer.domain, to=me.domain, id=stream.id, type="valid"))
    assert refused(stream, f"<message from='{peer.domain}' to='{me.domain}'/>") == "not-authorized"
    assert server.records == []


@pytest.mark.parametrize("kind,answer", [(faults.YesMan, "valid"), (Silent, "error")])
def test_the_answer_of_the_authority_counts(serving, dialback_peer, me, call, kind, answer):
    """A yes is a yes: whoever DNS says is the authority decides (DB-26)."""
    serving()
    peer = dialback_peer(kind)
    assert claim(peer, call(peer), me.domain, "anything")[0] == answer


# wrong on purpose

@pytest.mark.parametrize("kind", WRONG)
def test_misbehaving_authority(serving, dialback_peer, me, call, kind):
    server, peer = serving("--misbehave", kind), dialback_peer()
    stream = call(peer)
    stream.send(element("verify", server.key(peer.domain, "one"), sender=peer.domain, to=me.domain, id="one"))
    if kind in ("silent", "close"):
        with pytest.raises(TimeoutError if kind == "silent" else Gone):
            raise Gone(stream.next(2 if kind == "silent" else 20 * dialback.SLOW).tag)
    else:
        answer = stream.next()
        assert (answer.get("id") != "one") == (kind == "wrong-id")
        assert (answer.get("from") == peer.domain) == (kind == "swapped")
        assert answer.get("type") == ("invalid" if kind == "invalid" else "valid")
    [seen] = server.served()
    assert seen["misbehaviour"] == kind and (seen["answer"] == "none") == (kind in ("silent", "close")), server


@pytest.mark.parametrize("kind", ["swapped", "silent", "close", "invalid"])
def test_misbehaving_receiver(serving, dialback_peer, me, call, kind):
    server, peer = serving("--misbehave", kind), dialback_peer()
    stream = call(peer)
    stream.send(element("result", peer.key(stream, peer.domain, me.domain), sender=peer.domain, to=me.domain))
    if kind in ("silent", "close"):
        with pytest.raises(TimeoutError if kind == "silent" else Gone):
            raise Gone(stream.next(3 if kind == "silent" else 20 * dialback.SLOW).tag)
    else:
        answer = stream.next(20)
        assert (answer.get("from") == peer.domain) == (kind == "swapped")
        assert answer.get("type") == ("invalid" if kind == "invalid" else "valid")
    assert server.served()[0]["misbehaviour"] == kind


def test_never_valid_for_everybody(serving, dialback_peer, me, call):
    """Whatever it does wrong: a wrong key is never confirmed, a liar never believed."""
    for number, kind in enumerate([None, *WRONG]):
        server = serving(*(["--misbehave", kind] if kind else []))
        peer = dialback_peer(dbpeer.Server, f"liar{number}.test")
        stream = call(peer)
        for text in (element("verify", "made up", sender=peer.domain, to=me.domain, id="one"),
                     element("result", "made up", sender=peer.domain, to=me.domain)):
            stream.send(text)
        types = set()
        try:
            while True:
                types.add(stream.next(3).get("type"))
        except (Gone, TimeoutError):
            pass
        assert "valid" not in types, (kind, types)
        assert all(each["served"]["answer"] != "valid" for each in server.records), server
        server.stop()


@pytest.mark.slow
def test_late(serving, dialback_peer, me, call):
    server, peer = serving("--misbehave", "late"), dialback_peer()
    assert verify(call(peer), peer.domain, me.domain, server.key(peer.domain, "one"), "one", timeout=40) == VALID
    assert server.served()[0]["elapsed_ms"] >= 19_000, server


# between real servers

@pytest.mark.parametrize("kind,policy", [(kind, policy) for kind in ("prosody", "ejabberd") for policy in ("required", "optional")]
                         + [("prosody", "secure")])
def test_real_server_dials_it(serving, federated, ca, me, kind, policy):
    """Originator's peer and receiver: its user's message makes it dial; its authority is asked; the record tells.

    (That we trust another authority keeps EXTERNAL away.)"""
    server, real = serving(trust=ca.untrusted), federated(kind, policy)
    with dialback.Client(real) as client:
        client.message(f"somebody@{me.domain}")
        seen = server.until(lambda: [each["served"] for each in server.records if each["served"]["role"] == "receiving"], "telling")
    assert seen[0]["answer"] == "valid" and seen[0]["from"] == real.domains[0], server
    assert seen[0]["link"]["encrypted"] and seen[0]["authority"]["encrypted"], server
    assert server.stop()[0] == 0


@KINDS
def test_real_server_without_tls_dials_it(serving, federated, ca, me, kind):
    """... and is not served, unless that is allowed."""
    server, real = serving("-v", trust=ca.untrusted), federated(kind, "clear")
    with dialback.Client(real) as client:
        client.message(f"somebody@{me.domain}")
        server.until(lambda: "db:result" in server.errors or "stream:error" in server.errors or "</stream:stream>" in server.errors,
                     "called")
        assert server.stop() and server.records == [], server


@KINDS
def test_real_server_without_tls_where_it_is_allowed(serving, federated, ca, me, kind):
    server, real = serving("--no-require-tls", trust=ca.untrusted), federated(kind, "clear")
    with dialback.Client(real) as client:
        client.message(f"somebody@{me.domain}")
        seen = server.until(lambda: [each["served"] for each in server.records if each["served"]["role"] == "receiving"], "telling")
    assert seen[0]["answer"] == "valid" and not seen[0]["link"]["encrypted"] and not seen[0]["authority"]["encrypted"], server
    assert server.stop()[0] == 1


@KINDS
def test_real_server_without_dialback_dials_it(serving, federated, ca, me, kind):
    """EXTERNAL is how it comes in, where we trust its certificate, and all there is to tell."""
    server, real = serving("-v"), federated(kind, "no-dialback")
    with dialback.Client(real) as client:
        client.message(f"somebody@{me.domain}")
        server.until(lambda: "<success" in server.errors and "<message" in server.errors, "letting it in")
    [seen] = server.served()
    assert (seen["proof"], seen["from"], seen["answer"]) == ("external", real.domains[0], "valid") and seen["link"]["authenticated"], server
    assert server.stop()[0] == 0


@KINDS
def test_real_server_asks_it(serving, federated, dialback_peer, ca, me, kind):
    """Authority: somebody claims to be us there, with a key of our secret, and it asks who serves the domain."""
    server, real = serving(trust=ca.untrusted), federated(kind)
    accomplice = dialback_peer(dbpeer.Server, "accomplice.test")
    for key, expected in ((None, "valid"), ("made up", "invalid")):
        stream = accomplice.reach((real.address, real.port("s2s")), real.domains[0], me.domain)
        made = server.key(real.domains[0], stream.id) if key is None else key
        assert claim(accomplice, stream, real.domains[0], made, me.domain)[0] == expected, real.daemon.tail()
    server.until(lambda: sorted(each["served"]["answer"] for each in server.records if each["served"]["role"] == "authoritative")
                 == ["invalid", "valid"], "both answers told")


@KINDS
@pytest.mark.parametrize("wrong", WRONG)
def test_real_server_takes_no_nonsense(serving, federated, dialback_peer, ca, me, kind, wrong):
    """What --misbehave is for: none of it makes either believe the wrong thing."""
    server, real = serving("--misbehave", wrong, trust=ca.untrusted), federated(kind)
    accomplice = dialback_peer(dbpeer.Server, "accomplice.test")
    stream = accomplice.reach((real.address, real.port("s2s")), real.domains[0], me.domain)
    stream.send(element("result", server.key(real.domains[0], stream.id), sender=me.domain, to=real.domains[0]))
    try:
        assert stream.next(4).get("type") != "valid", real.daemon.tail()
    except (Gone, TimeoutError):
        pass


def test_three_parties(serving, federated, dialback_peer, ca, me):
    """Prosody, ejabberd and we, each with both others, at the same time."""
    server = serving(trust=ca.untrusted)
    prosody, ejabberd = federated("prosody"), federated("ejabberd")
    with dialback.Client(prosody) as one, dialback.Client(ejabberd) as other:
        one.message(f"somebody@{me.domain}")
        other.message(f"somebody@{me.domain}")
        assert one.ping(ejabberd.domains[0]) == "result" and other.ping(prosody.domains[0]) == "result"
        seen = server.until(lambda: {each["domain"] for each in server.records} >= {prosody.domains[0], ejabberd.domains[0]}
                            and server.records, "telling of both")
    assert {each["served"]["answer"] for each in seen} == {"valid"}, server


# beginning and end

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it(serving, dialback_peer, me, call, number):
    """At once, with guests and with a question on its way, nothing lost, and the port free again."""
    server, peer = serving(wait=30), dialback_peer()
    assert claim(peer, call(peer), me.domain) == VALID
    server.served()
    idle = [call(peer) for _ in range(3)] + [dial((me.address, me.port))]
    silent = dialback_peer(Silent, "silent.test")
    stream = call(silent)
    stream.send(element("result", "key", sender=silent.domain, to=me.domain))
    server.until(lambda: silent.came("verify"), "asking")
    status, seconds = server.stop(number)
    assert status == 0 and seconds < dialback.AT_ONCE, server
    assert len(idle) == 4 and not daemon.accepts(me.address, me.port)
    serving()


def test_count(serving, dialback_peer, me, call):
    """--count: so many exchanges, then the end; the worst of them is the status."""
    server, peer = serving("--count", 2), dialback_peer()
    stream = call(peer)
    assert verify(stream, peer.domain, me.domain, server.key(peer.domain, "one"), "one") == VALID
    assert server.process.poll() is None
    assert verify(stream, peer.domain, me.domain, "made up", "one") == INVALID
    assert server.end() == 1 and len(server.records) == 2, server


@pytest.mark.threads
def test_count_is_exact_among_many(serving, dialback_peer, me, call):
    server, peer = serving("--count", 5), dialback_peer()
    streams = [call(peer) for _ in range(12)]
    with contextlib.suppress(Gone):  # who comes after the fifth may find it ended
        for stream in streams:
            stream.send(element("verify", server.key(peer.domain, "one"), sender=peer.domain, to=me.domain, id="one"))
    assert server.end() == 0 and len(server.records) == 5, server


def test_port_is_taken(serving, me, ca, dns):
    serving()
    args = ["--serve", "--from", me.domain, "--listen", me.at, "--resolver", dns.resolver, "--cert", ca.issue(me.domain).pem]
    result = tool.run(dialback.NAME, args)
    result.expect(status=3, out="")
    assert f"port {me.port}" in result.err, result


def test_closed_pipe_ends_it(serving, dialback_peer, me, call):
    """`| head -n 1`."""
    server, peer = serving(pipe=True), dialback_peer()
    server.process.stdout.close()
    stream = call(peer)
    with pytest.raises((Gone, TimeoutError)):
        for number in range(20):
            stream.send(element("verify", "key", sender=peer.domain, to=me.domain, id=str(number)))
            stream.next(2)
    assert server.end() != 0


def test_lines_for_people(serving, me, dialback_peer, call):
    """Without -j: a line an exchange, fields by tabs, names escaped."""
    server, peer = serving(json=False), dialback_peer()
    stream = call(peer)
    assert verify(stream, peer.domain, me.domain, "made up") == INVALID
    stream.send(f"<db:verify from='a\u202eb&#9;c' to='{me.domain}' id='x'>k</db:verify>")
    stream.next()
    server.until(lambda: server.out.read_text().count("\n") == 2, "two lines")
    first, second = (line.split("\t") for line in server.out.read_text().splitlines())
    assert first[1:3] == [peer.domain, "verify"] and first[3].startswith("127.0.0.1:") and first[4] == "invalid", first
    assert len(second) == len(first) and "\u202e" not in second[1], second
