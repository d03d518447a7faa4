"""One round in other circumstances: several peers at once, direct TLS, IPv6, names that are not ASCII, a listener that is not to be had."""

import socket

import pytest

import daemon
import dbfaults
import dbpeer
import dialback
import servers
import tool

KINDS = pytest.mark.parametrize("kind", ["prosody", "ejabberd"])


@pytest.mark.threads
def test_many_peers_share_a_listener(ca, dns, me, dialback_peer):
    """Who calls back is told apart by the name it gives: each round has its own calls, and no other's."""
    peers = [dialback_peer(dbpeer.Server, f"peer{number}.test") for number in range(8)]
    args = ["-j", "-k", "-t", 60, "--resolver", dns.resolver, "--trust", ca.file,
            *dialback.arguments(me, "--check", "round,answer-invalid,back")]
    result = tool.run(dialback.NAME, args, stdin="".join(f"{peer.domain}\n" for peer in peers), timeout=dialback.TIMEOUT)
    assert [record["domain"] for record in result.records] == [peer.domain for peer in peers], result
    for peer, record in zip(peers, result.records):
        section = record["endpoints"][0]["dialback"]
        outcomes = {each["check"]: each["outcome"] for each in section["checks"]}
        assert outcomes == {"round": "valid", "answer-invalid": "invalid", "back": "valid"}, section
        assert {each["from"] for each in section["links"] if each["direction"] == "in"} == {peer.domain}, section
        assert len(peer.came("verify")) == 1, "its own key, of the stream that brought the answer"


@pytest.mark.threads
def test_one_of_many_breaks_the_rule(ca, dns, me, dialback_peer):
    """The blame does not spread."""
    kinds = [dbpeer.Server, dbfaults.Lazy, dbpeer.Server, dbfaults.Credulous, dbfaults.Deaf]
    peers = [dialback_peer(kind, f"peer{number}.test") for number, kind in enumerate(kinds)]
    args = ["-j", "-k", "-t", 60, "--resolver", dns.resolver, "--trust", ca.file,
            *dialback.arguments(me, "--check", "round,answer-invalid", wait=20)]
    result = tool.run(dialback.NAME, args, stdin="".join(f"{peer.domain}\n" for peer in peers), timeout=dialback.TIMEOUT)
    critical = [{each["check"] for each in record["endpoints"][0]["dialback"]["checks"] if each.get("severity") == "critical"}
                for record in result.records]
    assert critical == [set(), {"round", "answer-invalid"}, set(), {"answer-invalid"}, {"round"}], result
    result.expect(status=2)


@KINDS
def test_direct_tls(federated, ca, dns, me, kind):
    """XEP-0368: there is no time in clear, and dialback is the same inside."""
    server = federated(kind)
    dns.publish(f"_xmpp-server._tcp.{server.domains[0]}", [])
    server.publish(dns, ways=[("s2s", "direct")])
    seen = dialback.look(ca, dns, me, server.domains[0], "--check", "clear-result,clear-verify,round,verify-made-up")
    assert seen.record["endpoints"][0]["transport"] == "direct", seen
    assert seen.verdict == "valid" and seen.outcome("verify-made-up") == "invalid", seen
    for name in ("clear-result", "clear-verify"):
        assert seen.check(name)["state"] == "not_tested" and seen.check(name)["reason"], seen


def test_ipv6(ca, dns, dialback_peer):
    """The listener, and the call back to it."""
    me = dialback.Me(dns, "me-six.test")
    try:
        daemon.free_ports("::1", 1)
    except OSError:
        pytest.skip("this machine has no IPv6")
    port = daemon.port_everywhere()  # this address is everybody's
    dns.service(me.domain, "s2s", port, "::1")
    me.address, me.port = "[::1]", port
    peer = dialback_peer()
    seen = dialback.look(ca, dns, me, peer.domain, "--check", "round")
    assert seen.verdict == "valid" and seen.section["home"]["state"] == "here", seen
    assert seen.links("in")[-1]["address"] == "::1" and seen.section["listener"] == f"[::1]:{port}", seen


def test_listener_on_all_addresses(ca, dns, me, dialback_peer):
    """--listen PORT: wherever DNS leads on this machine is here."""
    peer = dialback_peer()
    me.port = daemon.port_everywhere()
    me.leads_here()
    seen = dialback.look(ca, dns, me, peer.domain, "--from", me.domain, "--listen", me.port, "--check", "round", listen=False)
    assert seen.verdict == "valid" and seen.section["home"]["state"] == "here", seen
    assert seen.links("in")[-1]["address"] == "127.0.0.1", "an IPv4 caller is one, on a socket for both"


def test_port_of_the_listener_is_taken(ca, dns, me, dialback_peer):
    peer = dialback_peer()
    with socket.create_server((me.address, me.port)):
        result = tool.run(dialback.NAME, ["-j", *dialback.arguments(me, "--check", "round"), "--resolver", dns.resolver, peer.domain])
    result.expect(status=3, out="")
    assert f"port {me.port}" in result.err and peer.connections == 0, result


@pytest.mark.parametrize("ours,theirs", [("bücher.test", "peer.test"), ("me-plain.test", "käse.test")])
def test_names_in_unicode(ca, dns, dialback_peer, ours, theirs):
    """RFC 7622: headers and keys have U-labels, DNS and certificates A-labels; a round works with either side's."""
    here, there = (name.encode("idna").decode() for name in (ours, theirs))
    me = dialback.Me(dns, here)
    me.domain = ours
    peer = dialback_peer(dbpeer.Server, theirs, certificate=ca.issue(theirs), publish=False)
    dns.service(there, "s2s", peer.port, peer.address)
    seen = dialback.look(ca, dns, me, theirs, "--check", "round,wrong-key,verify-made-up")
    assert seen.verdict == "valid" and seen.outcome("wrong-key") == "invalid", seen
    assert seen.outcome("verify-made-up") == "invalid", seen
    assert {each.attributes["to"] for each in peer.came("result")} == {theirs}, peer.heard
    assert seen.record["domain"] == there, seen


def test_internationalised_prosody(make_prosody, ca, dns, me):
    server = make_prosody([servers.Host("bücher.test", ca.issue("bücher.test"))], resolver=(dns.address, dns.port))
    dns.service("xn--bcher-kva.test", "s2s", server.port("s2s"), server.address)
    seen = dialback.look(ca, dns, me, "bücher.test", "--check", "round,verify-made-up,back")
    assert seen.verdict == "valid" and seen.outcome("back") == "valid", seen
    assert seen.outcome("verify-made-up") == "invalid" and "critical" not in seen.ids.values(), seen


def test_nobody_there(ca, dns, me):
    """A peer that refuses connections: unknown, not insecure."""
    address, port = me.dead()
    dns.service("gone.test", "s2s", port, address)
    seen = dialback.look(ca, dns, me, "gone.test", "--check", "round")
    assert seen.verdict == "not_tested" and seen.section["peer_trust"] == "not_tested", seen
    assert seen.result.status in (2, 3), seen


def test_no_such_domain(ca, dns, me):
    result = tool.run(dialback.NAME, ["-j", "--resolver", dns.resolver, "--trust", ca.file, *dialback.arguments(me), "nowhere.test"])
    tool.assert_record_valid(result.record)
    assert result.status in (2, 3) and result.record["domain"] == "nowhere.test", result
