"""xmpp-ciphers among servers that break the rules: it ends in time, says so, and reports nothing that was not proven."""

import os
import unicodedata

import pytest

import ciphers
import tlshostile
import tool
from ciphers import scan
from tlspeer import Simulated
from tlswire import BY_CODE, KINDS

pytestmark = pytest.mark.skipif(not tool.built(ciphers.NAME) and "XTT_BUILD" not in os.environ,
                                reason=f"no {ciphers.NAME} was built")

LIMIT = 6                                 # seconds a run is given by -t
ENDS = 60                                 # ... where it is to end by itself
GRACE = 30 if tool.SANITIZED else 8       # and this much to put itself in order, on a busy machine
MEMORY_KB = 96 * 1024
GOOD = {"TLS1.2": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"],
        "TLS1.3": ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"]}
# Nothing of what these say proves that a version or a suite is served.
PROVE_NOTHING = [tlshostile.stalls, tlshostile.closes, tlshostile.resets, tlshostile.never_ends, tlshostile.warns,
                 tlshostile.empty_records, tlshostile.change_ciphers, tlshostile.giant_record, tlshostile.interleaves,
                 tlshostile.web_server, tlshostile.noise, tlshostile.chooses_unoffered, tlshostile.unknown_suite,
                 tlshostile.no_such_version, tlshostile.packed_unasked, tlshostile.long_session_id,
                 tlshostile.broken_extensions, tlshostile.signalling_suite]


def name_of(value):
    return getattr(value, "__name__", None)


def hold_out(peer, *args, limit=LIMIT):
    """A run with its limits kept."""
    seen = scan(peer.record(), "-t", limit, *args, timeout=limit + GRACE + 20)
    assert seen.result.seconds <= limit + GRACE, seen
    assert tool.SANITIZED or seen.result.maxrss_kb <= MEMORY_KB, seen
    assert seen.result.err == "" or seen.result.err.startswith(ciphers.NAME), seen
    return seen


def asked_for(peer, version):
    """Suites that some hello of that version offered."""
    number = {"TLS1.3": 0x0304, "TLS1.2": 0x0303, "TLS1.1": 0x0302, "TLS1.0": 0x0301, "SSL3.0": 0x0300, "SSL2.0": 0x0002}[version]
    return {code for hello in peer.asked for code in hello.suites if number in (hello.version, *(hello.versions or ()))}


@pytest.mark.parametrize("lanes", ["--gentle", "--lanes=8"])
@pytest.mark.parametrize("bad", PROVE_NOTHING, ids=name_of)
def test_nothing_is_proven(tls_peer, bad, lanes):
    seen = hold_out(tls_peer(bad), lanes)
    assert seen.offered == [], seen
    assert not any("suites" in each for each in seen.versions.values()), seen
    assert seen.result.status in (2, 3), seen
    assert "forward_secrecy" not in seen.section, seen


@pytest.mark.parametrize("bad", tlshostile.ALL, ids=name_of)
def test_only_what_was_asked_is_told(tls_peer, bad):
    peer = tls_peer(bad)
    seen = hold_out(peer)
    for version, each in seen.versions.items():
        told = {int(suite["code"], 16) for suite in each.get("suites", [])}
        assert told <= asked_for(peer, version) & (set(BY_CODE) | {kind.code for kind in KINDS.values()}), seen
    assert seen.connections == peer.connections, seen


@pytest.mark.parametrize("bad", tlshostile.ALL, ids=name_of)
def test_long_text_is_text(tls_peer, bad):
    peer = tls_peer(bad)
    result = tool.run(ciphers.NAME, ["--long", "--color=never", "-t", LIMIT, "--c2s", "--connect", peer.at, "peer.test"],
                      timeout=LIMIT + GRACE + 20)
    assert result.out and result.status in (0, 1, 2, 3), result
    assert not {char for char in result.out + result.err if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t|"}


@pytest.mark.parametrize("bad, cut", [(tlshostile.stalls, "silent"), (tlshostile.never_ends, None), (tlshostile.web_server, "not-tls"),
                                      (tlshostile.noise, "not-tls"), (tlshostile.giant_record, "not-tls")], ids=name_of)
def test_why_it_ended_is_told(tls_peer, bad, cut):
    seen = hold_out(tls_peer(bad), limit=ENDS if cut == "not-tls" else LIMIT)
    assert seen.section.get("cut") in ((cut, "timeout") if cut == "silent" else (cut,) if cut else ("silent", "timeout", "not-tls")), seen
    assert seen.result.status in (2, 3), seen


def test_silence_does_not_take_all_day(tls_peer):
    """With time enough, too: some silent answers are as good as a hundred."""
    peer = tls_peer(tlshostile.stalls)
    seen = scan(peer.record(), "--lanes=8", "-t", 100)
    assert seen.section["cut"] == "silent" and peer.connections < 60, seen


def test_rule_breakers_are_named(tls_peer):
    for bad in (tlshostile.chooses_unoffered, tlshostile.higher_version, tlshostile.packed_unasked):
        seen = hold_out(tls_peer(bad), limit=ENDS)
        assert seen.section.get("violation") or seen.section.get("cut") == "not-tls", (bad.__name__, seen)


@pytest.mark.parametrize("share", [2, 5])
@pytest.mark.parametrize("bad", [tlshostile.chooses_unoffered, tlshostile.web_server, tlshostile.resets, tlshostile.noise],
                         ids=name_of)
def test_one_bad_server_among_good_ones(tls_peer, chains, bad, share):
    """Behind one address one of several is broken: what the good ones serve is found, and nothing else."""
    good = Simulated(GOOD, chains)
    peer = tls_peer(*[good] * (share - 1), bad)
    seen = scan(peer.record(), "--suites-only", "-t", 30, timeout=60)
    for version in seen.versions:
        assert set(seen.suites(version)) <= set(GOOD.get(version, [])), seen


# servers that will not have so many connections

@pytest.mark.threads
@pytest.mark.parametrize("refuse", ["reset", "policy-violation", "tcp"])
def test_throttling_is_waited_for(tls_peer, chains, delay, refuse):
    """The result is complete, and says that it took patience."""
    peer = tls_peer(Simulated(GOOD, chains))
    slow = delay((peer.address, peer.port), refuse=refuse, burst=6, window=1.0)
    seen = scan(_through(slow), "--suites-only", "-t", 90, timeout=120)
    assert seen.suites("TLS1.2") == GOOD["TLS1.2"] and seen.suites("TLS1.3") == GOOD["TLS1.3"], seen
    assert seen.section["throttled"] > 0 and "cut" not in seen.section and slow.refused > 0, seen


@pytest.mark.parametrize("refuse", ["reset", "policy-violation"])
def test_few_connections_at_once(tls_peer, chains, delay, refuse):
    peer = tls_peer(Simulated(GOOD, chains))
    slow = delay((peer.address, peer.port), milliseconds=10, refuse=refuse, at_once=2)
    seen = scan(_through(slow), "--suites-only", "-t", 90, timeout=120)
    assert seen.suites("TLS1.2") == GOOD["TLS1.2"] and seen.suites("TLS1.3") == GOOD["TLS1.3"], seen
    assert "cut" not in seen.section, seen


@pytest.mark.parametrize("refuse", ["reset", "policy-violation"])
def test_throttling_without_end(tls_peer, chains, delay, refuse):
    """Some connections, then none for the rest of the day: it gives up in time and calls nothing refused."""
    peer = tls_peer(Simulated(GOOD, chains))
    slow = delay((peer.address, peer.port), refuse=refuse, burst=4, window=3600)
    seen = scan(_through(slow), "-t", 20, timeout=60)
    assert seen.section.get("cut") in ("throttled", "timeout") and seen.section["throttled"] > 0, seen
    for version, each in seen.versions.items():
        assert not (version in GOOD and each["offered"] == "no"), seen
        assert not (each["offered"] == "yes" and each["complete"]), seen
    if refuse == "policy-violation":
        assert "Too many connections" in seen.section["cut_reason"] or "policy-violation" in seen.section["cut_reason"], seen


def test_max_connections(tls_peer, chains):
    peer = tls_peer(Simulated(GOOD, chains))
    seen = scan(peer.record(), "--max-connections", "5")
    assert seen.connections == peer.connections <= 5 and seen.section["cut"] == "max-connections", seen
    assert seen.result.status in (1, 2, 3), seen


def test_half_an_enumeration_is_no_comparison(tls_peer, chains, tmp_path):
    peer = tls_peer(Simulated(GOOD, chains))
    whole, half = (tmp_path / name for name in ("whole.json", "half.json"))
    whole.write_text(scan(peer.record()).result.out)
    half.write_text(scan(peer.record(), "--max-connections", "5").result.out)
    for old, limit in ((whole, ["--max-connections", "5"]), (half, [])):
        seen = scan(peer.record(), "--diff", old, *limit)
        assert seen.result.status == 3 and "not complete (max-connections)" in seen.result.err, seen
        assert seen.section["changes"] == [], seen


def _through(slow):
    return ('{"schema":1,"domain":"peer.test","endpoints":[{"service":"c2s","host":"peer.test","port":%d,'
            '"address":"127.0.0.1","transport":"starttls"}]}\n' % slow.port)
