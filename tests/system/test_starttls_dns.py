"""xmpp-starttls and DNS: Knot with signed zones behind a validating Unbound, and a DNS server that misbehaves."""

import pytest

import tool


@pytest.fixture
def look(run, ca, dns):
    """look(domain, *args): the result, asked through the validating resolver."""
    def start(domain, *args, resolver=dns.resolver):
        result = run("xmpp-starttls", ["-j", "--trust", ca.file, "--resolver", resolver, *args, domain])
        tool.assert_record_valid(result.record)
        return result
    return start


@pytest.mark.parametrize("zone", ["secure", "insecure"])
def test_dnssec_state_of_each_answer(look, dns, make_prosody, zone):
    domain = f"im.{zone}.test"
    make_prosody([domain]).publish(dns)
    result = look(domain).expect(status=0)
    assert {record["dnssec"] for record in result.record["dns"]["srv"]} == {zone}, result
    assert len(result.record["endpoints"]) == 4
    assert all(endpoint["starttls"]["authenticated"] for endpoint in result.record["endpoints"]), result


def test_bogus_dnssec_stops_us(look, dns, prosody):
    """Nothing that comes out of a forged answer is connected to (CRT-41)."""
    dns.service("im.bogus.test", "c2s", prosody.port(), prosody.address)
    result = look("im.bogus.test")
    assert result.record["endpoints"] == [] and "dns-bogus" in tool.finding_ids(result.record), result
    assert {each["dnssec"] for each in result.record["dns"]["lookups"]} >= {"bogus"}, result
    result.expect(status=2)


def test_ad_bit_needs_a_resolver_to_believe(look, dns_peer):
    """A resolver on loopback is believed; what it does not validate is insecure."""
    peer = dns_peer("honest", {("_xmpp-client._tcp.a.test", "SRV"): ["5 0 1 x.a.test."], ("x.a.test", "A"): ["127.0.0.1"]})
    result = look("a.test", "--c2s", resolver=peer.resolver)
    assert result.record["dns"]["srv"][0]["dnssec"] == "insecure", result


def test_domain_that_does_not_exist(look):
    result = look("nobody.secure.test").expect(status=3)
    assert "domain-not-found" in tool.finding_ids(result.record), result


def test_name_without_any_address(look, dns):
    dns.nodata("empty.secure.test")
    result = look("empty.secure.test").expect(status=3)
    assert {each["outcome"] for each in result.record["dns"]["lookups"]} >= {"no-name", "no-data"}, result


def test_server_failure_is_told_from_bogus(look):
    result = look("im.lame.test").expect(status=3)
    assert "dns-failed" in tool.finding_ids(result.record), result
    assert {each["outcome"] for each in result.record["dns"]["lookups"]} == {"server-failed"}, result


@pytest.mark.parametrize("behaviour,outcome", [("silent", "timed-out"), ("refused", "refused"), ("garbage", "timed-out"),
                                               ("malformed", "malformed")])
def test_resolvers_that_misbehave(look, dns_peer, behaviour, outcome):
    peer = dns_peer(behaviour)
    result = look("a.test", "-t", "2" if outcome == "timed-out" else "10", resolver=peer.resolver).expect(status=3)
    assert outcome in {each["outcome"] for each in result.record["dns"]["lookups"]}, result
    assert "dns-failed" in tool.finding_ids(result.record), result


def test_no_resolver_at_all(look):
    result = look("a.test", resolver="127.0.0.1:1").expect(status=3)
    assert {each["outcome"] for each in result.record["dns"]["lookups"]} == {"unreachable"}, result


def test_truncated_answers_are_asked_again_over_tcp(look, dns_peer, prosody):
    peer = dns_peer("truncated", {("_xmpp-client._tcp.good.test", "SRV"): [f"5 0 {prosody.port()} x.good.test."],
                                  ("x.good.test", "A"): [prosody.address]})
    result = look("good.test", "--c2s", resolver=peer.resolver).expect(status=0)
    assert result.record["endpoints"][0]["starttls"]["authenticated"], result


def test_service_declined_with_a_root_target(look, dns, make_prosody):
    server = make_prosody(["im.secure.test"])
    server.publish(dns, ways=[("c2s", "starttls")])
    dns.no_service("im.secure.test", "s2s")
    result = look("im.secure.test")
    assert {endpoint["service"] for endpoint in result.record["endpoints"]} == {"c2s"}, result
    assert "srv-declined" in tool.finding_ids(result.record)
    result.expect(status=0)


def test_fallback_to_the_domain_itself(look, dns):
    """No SRV: the standard ports of the domain's own addresses (RFC 6120 section 3.2.2)."""
    dns.publish("bare.secure.test", [("A", "127.0.0.9")])
    result = look("bare.secure.test")
    doors = {(at["service"], at["port"], at["source"]) for at in result.record["endpoints"]}
    assert doors == {("c2s", 5222, "fallback"), ("s2s", 5269, "fallback")}, result
    assert "srv-missing" in tool.finding_ids(result.record)


def test_srv_lint(look, dns, make_prosody):
    """An alias as target, a target that does not resolve, a root among others: told, and the rest goes on."""
    server = make_prosody(["im.secure.test"])
    port = server.port()
    dns.publish("real.secure.test", [("A", server.address)])
    dns.publish("alias.secure.test", [("CNAME", "real.secure.test")])
    dns.publish("_xmpp-client._tcp.im.secure.test", [
        ("SRV", 5, 0, port, "alias.secure.test"), ("SRV", 10, 0, port, "missing.secure.test"), ("SRV", 20, 0, 1, ".")])
    result = look("im.secure.test", "--c2s")
    assert {"srv-target-alias", "srv-target-unresolvable", "srv-root-among-others"} <= tool.finding_ids(result.record), result
    assert [at["host"] for at in result.record["endpoints"]] == ["alias.secure.test"], result
    assert result.record["endpoints"][0]["starttls"]["authenticated"], result


def test_the_kind_of_port_is_checked(look, dns, make_prosody):
    """An xmpps record whose port speaks STARTTLS, and the reverse (STR-11)."""
    server = make_prosody(["im.secure.test"])
    dns.service("im.secure.test", "c2s", server.port("c2s", "direct"), server.address)
    dns.service("im.secure.test", "c2s", server.port("c2s", "starttls"), server.address, direct=True)
    result = look("im.secure.test", "--c2s")
    assert {"starttls-is-direct-tls", "direct-tls-is-starttls"} <= tool.finding_ids(result.record), result


def test_first_stops_where_a_client_would(look, dns, make_prosody):
    """--first: the lowest priority is dead, the next works, the last is not touched."""
    server = make_prosody(["im.secure.test"])
    dns.publish("a.secure.test", [("A", "127.0.0.1")])
    dns.publish("b.secure.test", [("A", server.address)])
    dns.publish("_xmpp-client._tcp.im.secure.test", [
        ("SRV", 1, 0, 1, "a.secure.test"), ("SRV", 2, 0, server.port(), "b.secure.test"),
        ("SRV", 3, 0, server.port(), "a.secure.test")])
    result = look("im.secure.test", "--c2s", "--first")
    seen = result.record["endpoints"]
    assert [at["host"] for at in seen] == ["a.secure.test", "b.secure.test"], result
    assert seen[0]["starttls"]["failure"]["code"] == "refused"
    assert seen[1]["starttls"]["authenticated"] is True


def test_first_races_the_addresses_of_one_target(look, dns, make_prosody):
    """RFC 8305: a dead address does not hold up the living one."""
    server = make_prosody(["im.secure.test"])
    dns.publish("b.secure.test", [("A", "127.0.0.1"), ("A", server.address)])
    dns.publish("_xmpp-client._tcp.im.secure.test", [("SRV", 1, 0, server.port(), "b.secure.test")])
    result = look("im.secure.test", "--c2s", "--first").expect(status=0)
    assert any(at["starttls"]["encrypted"] for at in result.record["endpoints"]), result


def test_dead_address_beside_a_living_one(look, dns, make_prosody):
    """Racing clients hide it; we do not (STR-20)."""
    server = make_prosody(["im.secure.test"])
    dns.publish("b.secure.test", [("A", "127.0.0.1"), ("A", server.address)])
    dns.publish("_xmpp-client._tcp.im.secure.test", [("SRV", 1, 0, server.port(), "b.secure.test")])
    result = look("im.secure.test", "--c2s")
    assert "endpoint-unreachable" in tool.finding_ids(result.record), result
    result.expect(status=1)
