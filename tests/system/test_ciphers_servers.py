"""xmpp-ciphers against Prosody and ejabberd: what an oracle finds hello by hello, and in what order."""

import os

import pytest

import ciphers
import servers
import tool
from ciphers import Oracle, scan
from tlswire import SUITES

pytestmark = pytest.mark.skipif(not tool.built(ciphers.NAME) and "XTT_BUILD" not in os.environ,
                                reason=f"no {ciphers.NAME} was built")

C2S = [("c2s", "starttls")]
LAX = "ALL:!aNULL:@SECLEVEL=0"
PROSODY = {
    "as it comes": {},
    "stock": {"stock": True},
    "TLS 1.2": {"protocol": "tlsv1_2"},
    "TLS 1.3": {"protocol": "tlsv1_3"},
    "TLS 1.2 and later": {"protocol": "tlsv1_2+"},
    "old": {"protocol": "tlsv1+", "ciphers": LAX},
    "TLS 1.1 alone": {"protocol": "tlsv1_1", "ciphers": LAX},
    "all suites": {"protocol": "tlsv1_2+", "ciphers": LAX},
    "all suites, its own order": {"protocol": "tlsv1_2+", "ciphers": LAX, "ssl": {"options": '{ "cipher_server_preference" }'}},
    "three suites": {"ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA:AES256-SHA"},
    "few curves": {"ssl": {"curveslist": '{ "P-384", "X448" }'}},
    "nothing at all": {"ciphers": "DHE:@SECLEVEL=0", "protocol": "tlsv1_2"},
}


def compare(seen, oracle, versions=("TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3")):
    """Exactly what the oracle found: none missing, none invented, the order right."""
    for version in versions:
        wanted = oracle.suites(version)
        assert (version in seen.offered) is bool(wanted), (version, wanted, seen)
        if not wanted:
            assert version in seen.refused and not seen.suites(version), seen
            continue
        backwards = oracle.suites(version, reverse=True)
        assert set(seen.suites(version)) == set(wanted), (version, set(seen.suites(version)) ^ set(wanted), seen)
        if len(wanted) > 1:
            ours = backwards == wanted
            assert seen.preference(version) == ("server" if ours else "client"), (version, wanted, backwards, seen)
            assert not ours or seen.suites(version) == wanted, (version, wanted, seen)
    assert seen.is_complete and seen.section["throttled"] == 0, seen
    assert not {"unclear", "violation", "inconsistent"} & set(seen.section), seen


def of(server, domain, service="c2s"):
    return Oracle((server.address, server.port(service)), domain, service="client" if service == "c2s" else "server")


@pytest.mark.parametrize("key", ["ec", "rsa2048"])
@pytest.mark.parametrize("name", PROSODY)
def test_prosody(make_prosody, ca, name, key):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", key=key))], **PROSODY[name])
    compare(scan(server.record("one.test", C2S), "--suites-only", "--gentle"), of(server, "one.test"))


@pytest.mark.parametrize("name", ["as it comes", "old", "all suites, its own order"])
def test_prosody_with_lanes_and_everything(make_prosody, ca, name):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", key="rsa2048"))], **PROSODY[name])
    compare(scan(server.record("one.test", C2S)), of(server, "one.test"))


def test_prosody_between_servers(make_prosody, ca):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test"))])
    compare(scan(server.record("one.test", [("s2s", "starttls")])), of(server, "one.test", "s2s"))


@pytest.mark.parametrize("service", ["c2s", "s2s"])
def test_prosody_direct(make_prosody, ca, service):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test"))])
    oracle = Oracle((server.address, server.port(service, "direct")), "one.test", direct=True)
    seen = scan(server.record("one.test", [(service, "direct")]))
    compare(seen, oracle)
    assert seen.properties["alpn"] in ("yes", "no"), seen


def test_prosody_virtual_hosts_have_their_own(make_prosody, ca):
    """The name in the stream and in SNI decides, which no other scanner can say."""
    hosts = [servers.Host("rsa.test", ca.issue("rsa.test", key="rsa2048")), servers.Host("ec.test", ca.issue("ec.test"))]
    server = make_prosody(hosts, protocol="tlsv1_2", ciphers="ECDHE:@SECLEVEL=0")
    for host, auth in (("rsa.test", "RSA"), ("ec.test", "ECDSA")):
        seen = scan(server.record(host, C2S))
        assert {SUITES[name].auth for name in seen.suites("TLS1.2")} == {auth}, seen
        assert [each["sha256"] for each in seen.section["certificates"]] == [
            next(each.certificate.sha256 for each in hosts if each.name == host)], seen


def test_prosody_groups(make_prosody, ca):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", key="rsa2048"))], ssl={"curveslist": '{ "P-384", "X448", "X25519" }'})
    seen, oracle = scan(server.record("one.test", C2S)), of(server, "one.test")
    suites13 = [SUITES[name].code for name in seen.suites("TLS1.3")]
    suites12 = [SUITES[name].code for name in seen.suites("TLS1.2") if SUITES[name].kx == "ECDHE"]
    assert seen.groups("tls13") == oracle.groups("TLS1.3", suites13), seen
    assert set(seen.groups("tls12")) == set(oracle.groups("TLS1.2", suites12)), seen
    assert seen.section["groups_complete"] == {"tls12": "yes", "tls13": "yes"}, seen


def test_prosody_everything(prosody):
    seen = scan(prosody.record("good.test", C2S))
    wanted = {"compression": "no", "secure_renegotiation": "yes", "extended_master_secret": "yes", "heartbeat": "no",
              "downgrade_sentinel": "yes", "fallback_scsv": "yes", "grease": "yes", "version_tolerance": "yes",
              "long_hello": "yes"}
    assert wanted.items() <= seen.properties.items(), seen
    assert seen.section["forward_secrecy"] == "always" and seen.schemes("tls13") and seen.section["signature13"], seen
    assert seen.result.status in (0, 1), seen


EJABBERD = {
    "as it comes": {},
    "TLS 1.2": {"protocol_options": ["no_tlsv1_3"]},
    "TLS 1.3": {"protocol_options": ["no_tlsv1", "no_tlsv1_1", "no_tlsv1_2"]},
    "two suites": {"ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA"},
    "its own order": {"protocol_options": ["cipher_server_preference"]},
}


@pytest.mark.parametrize("name", EJABBERD)
def test_ejabberd(make_ejabberd, ca, name):
    server = make_ejabberd([servers.Host("one.test", ca.issue("one.test", key="rsa2048"))], **EJABBERD[name])
    compare(scan(server.record("one.test", C2S), "--suites-only"), of(server, "one.test"))


def test_ejabberd_everything(ejabberd):
    seen = scan(ejabberd.record("ejab.test", C2S))
    compare(seen, of(ejabberd, "ejab.test"))
    assert seen.section["forward_secrecy"] in ("always", "possible"), seen


def test_both_services_and_ways_in_one_record(prosody):
    result = tool.run(ciphers.NAME, ["-j", "--all", "--suites-only", *ciphers.NO_DNS], stdin=prosody.record("good.test"),
                      timeout=ciphers.TIMEOUT)
    tool.assert_record_valid(result.record)
    assert [each["ciphers"]["scope"] for each in result.record["endpoints"]] == ["suites"] * 4, result
    starttls = [each["ciphers"]["versions"] for each in result.record["endpoints"] if each["transport"] == "starttls"]
    assert [each["version"] for each in starttls[0]] == [each["version"] for each in starttls[1]], result


def test_a_pipeline_grows_one_record(prosody, ca):
    """What xmpp-starttls found is passed through unchanged."""
    first = tool.run("xmpp-starttls", ["-j", *ciphers.NO_DNS, "--trust", ca.file], stdin=prosody.record("good.test", C2S)).out
    seen = scan(first, "--suites-only")
    assert "starttls" in seen.result.record["endpoints"][0] and seen.offered, seen


def test_rejudge_needs_no_network(make_prosody, ca):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", key="rsa2048"))], protocol="tlsv1+", ciphers=LAX)
    seen = scan(server.record("one.test", C2S))
    server.stop()
    again = scan(seen.result.out, "--rejudge")
    assert again.ids == seen.ids and again.section["versions"] == seen.section["versions"], (seen, again)
    strict = scan(seen.result.out, "--rejudge", "--policy", "strict")
    assert strict.result.status == 2, strict


def test_diff_tells_what_changed(make_prosody, ca, tmp_path):
    host = servers.Host("one.test", ca.issue("one.test", key="rsa2048"))
    server = make_prosody([host], protocol="tlsv1_2+")
    before = tmp_path / "before.json"
    before.write_text(scan(server.record("one.test", C2S)).result.out)
    same = scan(server.record("one.test", C2S), "--diff", before)
    assert not same.section.get("changes"), same
    strict = scan(server.record("one.test", C2S), "--diff", before, "--policy", "strict")
    assert not strict.section.get("changes") and "judged under another policy (bcp195)" in strict.result.err, strict
    other = make_prosody([host], protocol="tlsv1_2")
    line = other.record("one.test", C2S)
    changed = tmp_path / "changed.json"
    changed.write_text(before.read_text().replace(server.address, other.address).replace(str(server.port()), str(other.port())))
    seen = scan(line, "--diff", changed)
    assert seen.result.status >= 1 and any("TLS1.3" in str(each) for each in seen.section["changes"]), seen
