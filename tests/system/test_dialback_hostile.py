"""xmpp-dialback among those who mean no good, on the connection that goes out and on those that come in: it ends in time, stays
small, and believes nothing that was not proven."""

import threading
import time
import unicodedata

import pytest

import dbfaults
import dbhostile
import dbpeer
import dialback
import tool
from dbhostile import BACK, CALLERS, OUT
from dbstream import DB, Gone, dial

LIMIT = 6                                # seconds a connection is given by -t
WAIT = 3                                 # and an answer, by --wait
ANSWERED = 60                            # ... both, where an answer will come, on a busy machine
GRACE = 40 if tool.SANITIZED else 12     # and this much for a busy machine
MEMORY_KB = 64 * 1024
SEATS = 200                              # guests of --serve at a time
SERVE_KB = 48 * 1024                     # all of them included


def name_of(value):
    return getattr(value, "__name__", None)


def hold_out(ca, dns, me, domain, *args, check="round", wait=WAIT):
    """A run with its limits kept; who waits for an answer that will come may wait longer than for one that will not."""
    limit = LIMIT if wait == WAIT else wait
    result = tool.run(dialback.NAME, ["-j", "--resolver", dns.resolver, "--trust", ca.file, "-t", limit, "--from", me.domain, "--listen",
                                      me.at, "--wait", wait, "--check", check, *args, domain], timeout=4 * (limit + wait) + GRACE + 20)
    tool.assert_record_valid(result.record)
    seen = dialback.Seen(result)
    assert result.seconds <= 2 * (limit + wait) + GRACE, seen
    assert tool.SANITIZED or result.maxrss_kb <= MEMORY_KB, f"{result.maxrss_kb} kB\n{seen}"
    return seen


# the stream that goes out

@pytest.mark.parametrize("bad", OUT, ids=name_of)
def test_nothing_is_believed_of(ca, dns, me, dialback_peer, bad):
    """Our authority confirms the key, but the verdict is not to be had."""
    peer = dialback_peer(bad)
    seen = hold_out(ca, dns, me, peer.domain)
    assert seen.verdict != "valid" and seen.outcome("round") != "valid", seen
    assert seen.section["peer_trust"] not in ("external",) and seen.result.status in (1, 2, 3), seen


@pytest.mark.parametrize("bad", OUT, ids=name_of)
def test_long_text_is_text(ca, dns, me, dialback_peer, bad):
    peer = dialback_peer(bad)
    result = tool.run(dialback.NAME, ["--long", "--color=never", "--resolver", dns.resolver, "--trust", ca.file, "-t", LIMIT, "--from",
                                      me.domain, "--listen", me.at, "--wait", WAIT, "--check", "round,verify-made-up", peer.domain],
                      timeout=6 * (LIMIT + WAIT) + GRACE + 20)
    assert result.out and result.status in (1, 2, 3), result
    assert not {char for char in result.out + result.err
                if unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in "\n\t"}, result


@pytest.mark.parametrize("bad", [dbhostile.FloodsVerdicts, dbhostile.FloodsStanzas], ids=name_of)
def test_flood_is_not_silence(ca, dns, me, dialback_peer, bad):
    """It talks without end, and gives no answer of ours: that is what is told, and we hang up."""
    seen = hold_out(ca, dns, me, dialback_peer(bad).domain, wait=ANSWERED)
    check = seen.check("round")
    assert check["outcome"] == "closed" and "other elements instead of an answer" in check["text"], seen


def test_first_verdict_counts(ca, dns, me, dialback_peer):
    seen = hold_out(ca, dns, me, dialback_peer(dbhostile.TwoVerdicts).domain, wait=ANSWERED)
    assert seen.verdict == "invalid", seen


def test_one_id_for_all_is_told(ca, dns, me, dialback_peer):
    """DB-28: a key of one stream is good on the next."""
    seen = hold_out(ca, dns, me, dialback_peer(dbfaults.OneId).domain, wait=ANSWERED)
    assert "stream-id-reused" in seen.ids, seen


@pytest.mark.parametrize("check", ["verify-made-up,verify-two,verify-twice", "answer-invalid", "two-senders", "back", "stanza-unverified"])
@pytest.mark.parametrize("bad", [dbhostile.Mute, dbhostile.FloodsStanzas, dbhostile.EndlessFeatures, dbhostile.GiantElement],
                         ids=name_of)
def test_other_checks_hold_out_too(ca, dns, me, dialback_peer, bad, check):
    peer = dialback_peer(bad)
    seen = hold_out(ca, dns, me, peer.domain, "--piggyback", f"second-{me.domain}", check=check)
    assert not [each for each in seen.checks.values() if each.get("outcome") == "valid" or each.get("delivered")], seen


# the calls back

@pytest.mark.parametrize("how", BACK, ids=name_of)
def test_call_that_proves_nothing(ca, dns, me, dialback_peer, how):
    """It says `valid` without having asked what it must: that is found, and is critical."""
    peer = dialback_peer(type("Peer", (dbhostile.Visitor,), {"how": how}))
    seen = hold_out(ca, dns, me, peer.domain)
    check = seen.check("round")
    assert check.get("key") != "right" or how is dbhostile.asks_as_somebody_else, seen
    assert seen.severity("round") == "critical" or seen.outcome("round") != "valid", seen


@pytest.mark.parametrize("how", [each for each in BACK if each is not dbhostile.asks_in_clear], ids=name_of)
def test_noise_does_not_hide_an_honest_call(ca, dns, me, dialback_peer, how):
    """A stranger comes first, as the peer or as somebody else; then the peer asks as it should."""
    peer = dialback_peer(type("Peer", (dbhostile.HonestToo,), {"how": how}))
    seen = hold_out(ca, dns, me, peer.domain, wait=ANSWERED)
    assert seen.outcome("round") == "valid" and seen.check("round")["called_back"] is True, seen
    assert seen.severity("round") in (None, "info"), seen


def test_call_in_clear_is_told(ca, dns, me, dialback_peer):
    """It asks about the right key, but everybody on the way can read along."""
    peer = dialback_peer(type("Peer", (dbhostile.Visitor,), {"how": dbhostile.asks_in_clear, "lingers": ANSWERED}))
    seen = hold_out(ca, dns, me, peer.domain, wait=ANSWERED)
    check = seen.check("round")
    assert check["called_in_clear"] is True and check["key"] == "right", seen
    assert seen.severity("round") == "warning" and "dialback-outbound-in-clear" in seen.ids, seen


def test_question_in_clear_beside_an_honest_one(ca, dns, me, dialback_peer):
    """Who knows the key is the peer, and that it sends it in clear is told."""
    peer = dialback_peer(type("Peer", (dbhostile.HonestToo,), {"how": dbhostile.asks_in_clear, "lingers": ANSWERED}))
    seen = hold_out(ca, dns, me, peer.domain, wait=ANSWERED)
    assert seen.outcome("round") == "valid" and seen.check("round")["called_in_clear"] is True, seen
    assert seen.ids["dialback-outbound-in-clear"] == "warning", seen


def test_call_from_elsewhere(ca, dns, me, dialback_peer):
    """XEP-0220 ties nobody to an address: it counts, and the record says whence it came."""
    peer = dialback_peer(source="127.0.0.77")
    seen = hold_out(ca, dns, me, peer.domain, wait=ANSWERED)
    assert seen.verdict == "valid" and seen.links("in")[-1]["address"] == "127.0.0.77", seen


def test_stranger_elsewhere_asks_afterwards(ca, dns, me, dialback_peer):
    """Who calls as the peer, and knows no key, accuses nobody of anything."""
    class Peer(dbpeer.Server):
        def ask(self, stream, sender, target, key):
            outcome = super().ask(stream, sender, target, key)
            self.source = "127.0.0.78"
            [place, *_] = self.resolve(sender)
            dbhostile.asks_about_another_key(self, place, sender, target, stream, key)
            return outcome

    seen = hold_out(ca, dns, me, dialback_peer(Peer).domain, wait=ANSWERED)
    assert seen.verdict == "valid" and seen.severity("round") in (None, "info"), seen


@pytest.mark.parametrize("first", [True, False])
def test_authority_is_asked_twice(ca, dns, me, dialback_peer, first):
    """An honest answer each time."""
    class Peer(dbpeer.Server):
        def put_question(self, there, stream, sender, target, key):
            keys = (key, "made up") if first else ("made up", key)
            answers = [dbpeer.Server.put_question(self, there, stream, sender, target, each) for each in keys]
            return answers[0 if first else 1]

    seen = hold_out(ca, dns, me, dialback_peer(Peer).domain, wait=ANSWERED)
    said = [each["type"] for each in seen.section["hops"] if each["kind"] == "verify" and each["way"] == "sent"]
    assert said == (["valid", "invalid"] if first else ["invalid", "valid"]), seen


# --serve

@pytest.mark.parametrize("who", CALLERS)
def test_serve_survives(serving, dialback_peer, me, who):
    """One that means no good, and then ten more of them; who means well is served meanwhile."""
    server, peer = serving(), dialback_peer()
    for _ in range(10):
        threading.Thread(target=CALLERS[who], args=((me.address, me.port),), daemon=True).start()
    time.sleep(0.5)
    _verifies(server, peer, me)
    assert server.stop()[1] < dialback.AT_ONCE, server


def _verifies(server, peer, me, number="one"):
    stream = peer.reach((me.address, me.port), me.domain, peer.domain)
    stream.send(dbpeer.element("verify", server.key(peer.domain, number), sender=peer.domain, to=me.domain, id=number))
    assert stream.expect(f"{{{DB}}}verify", 20 * dialback.SLOW).get("type") == "valid", server
    return stream


@pytest.mark.parametrize("bad", ["floods_questions", "giant_question", "deep_question", "answers_unasked", "asks_in_a_wrong_namespace"])
def test_serve_survives_inside_tls(serving, dialback_peer, me, bad):
    server, peer = serving(), dialback_peer()
    stream = type("", (), {"id": "one"})()

    def attack():
        try:
            getattr(dbhostile, bad)(peer, (me.address, me.port), me.domain, peer.domain, stream, "key")
        except (Gone, TimeoutError, OSError):
            pass

    for _ in range(4):
        threading.Thread(target=attack, daemon=True).start()
    time.sleep(1)
    _verifies(server, dialback_peer(dbpeer.Server, "good.test"), me)
    assert not [each for each in server.records if each["domain"] == peer.domain and each["served"]["answer"] == "valid"], server
    server.stop()


@pytest.mark.parametrize("bad", [dbhostile.Mute, dbhostile.DripsHeader, dbhostile.EndlessFeatures, dbhostile.NeverEndingHandshake,
                                 dbhostile.Entities, dbhostile.WrongContent], ids=name_of)
def test_serve_asks_a_hostile_authority(serving, dialback_peer, me, bad):
    """The question comes to an end, and nobody is believed."""
    server, authority = serving("-t", LIMIT), dialback_peer(bad)
    caller = dialback_peer(dbpeer.Server, "caller.test")
    stream = caller.reach((me.address, me.port), me.domain, authority.domain)
    stream.send(dbpeer.element("result", "key", sender=authority.domain, to=me.domain))
    answer = stream.expect(f"{{{DB}}}result", LIMIT + WAIT + GRACE)
    assert answer.get("type") != "valid", server


class SaysAll(dbpeer.Server):
    """An authority that answers for everything but what it was asked."""

    def verify(self, stream, elem):
        us, them, number = elem.get("to"), elem.get("from"), elem.get("id")
        for sender, target, stream_id in ((us, them, "another"), (them, us, number), ("other.test", them, number), (us, "other.test", number)):
            stream.send(dbpeer.element("verify", sender=sender, to=target, id=stream_id, type="valid"))
        stream.send(dbpeer.element("result", sender=us, to=them, type="valid"))
        stream.send(f"<verify xmlns='urn:nothing' from='{us}' to='{them}' id='{number}' type='valid'/>")
        stream.send(f"<db:verify from='{us}' to='{them}' type='valid'/>")


class NoThenYes(dbpeer.Server):
    def verify(self, stream, elem):
        for kind in ("invalid", "valid"):
            stream.send(dbpeer.element("verify", sender=elem.get("to"), to=elem.get("from"), id=elem.get("id"), type=kind))


@pytest.mark.parametrize("bad,answer", [(SaysAll, "error"), (NoThenYes, "invalid")], ids=lambda value: name_of(value) or value)
def test_serve_believes_the_answer_alone(serving, dialback_peer, me, bad, answer):
    """DB-14."""
    server, authority = serving(), dialback_peer(bad)
    stream = authority.reach((me.address, me.port), me.domain, authority.domain)
    stream.send(dbpeer.element("result", "key", sender=authority.domain, to=me.domain))
    assert stream.expect(f"{{{DB}}}result", 20 * dialback.SLOW).get("type") == answer, server


@pytest.mark.threads
def test_serve_two_hundred_at_once(serving, dialback_peer, me):
    """Sixty hostile ones among them; the others are all served; then everything is as small as before."""
    server, peer = serving(), dialback_peer()
    _verifies(server, peer, me).close()
    server.until(lambda: server.descriptors() < 20, "alone again")
    before, threads = server.descriptors(), server.status("Threads")
    for number in range(60):
        who = list(CALLERS.values())[number % len(CALLERS)]
        threading.Thread(target=who, args=((me.address, me.port),), daemon=True).start()
    streams, faults = [], []

    def come(number):
        try:
            streams.append(_verifies(server, peer, me, str(number)))
        except Exception as reason:
            faults.append(f"{number}: {reason!r}")

    callers = [threading.Thread(target=come, args=(number,)) for number in range(140)]
    for each in callers:
        each.start()
    for each in callers:
        each.join(120)
    assert not faults and len(streams) == 140, f"{faults[:5]}\n{server}"
    assert server.status("Threads") >= 140, "all are guests at the same time"
    assert tool.SANITIZED or server.status("VmHWM") < SERVE_KB, f"{server.status('VmHWM')} kB"
    for stream in streams:
        stream.close()
    server.until(lambda: server.status("Threads") < threads + 70, "sending them home", 30)
    server.until(lambda: server.descriptors() < before + 140, "closing what was theirs")
    assert {each["answer"] for each in server.served(141)} == {"valid"}
    assert server.stop()[1] < dialback.AT_ONCE, server


@pytest.mark.slow
def test_serve_has_room_again(serving, dialback_peer, me):
    """Three hundred that say nothing take all seats; they are shown out, and who comes then is served."""
    server, peer = serving(), dialback_peer()
    alone = server.descriptors()
    idle = [dial((me.address, me.port)) for _ in range(300)]
    began = time.monotonic()
    stream = dial((me.address, me.port), timeout=90)
    stream.send(dbhostile.HEADER + f" to='{me.domain}' from='{peer.domain}'>")
    assert stream.hear(90)["from"] == me.domain
    assert time.monotonic() - began < 80 and len(idle) == 300, server
    assert server.descriptors() <= alone + 2 * SEATS + 10, "a socket and an event each"
    server.until(lambda: server.status("Threads") <= SEATS + 10, "the threads of those who left ending, too")
