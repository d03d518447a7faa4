"""xmpp-starttls against real servers: what it says of every way into Prosody and ejabberd."""

import pathlib

import pytest

import daemon
import servers
import tool
import transcript

TRANSCRIPTS = pathlib.Path(__file__).parent / "transcripts"

WAYS = pytest.mark.parametrize("service,transport", servers.WAYS, ids=lambda word: word)


def look(run, ca, server, domain, ways, *args):
    """One JSON record about `domain` on these ways in."""
    result = run("xmpp-starttls", ["-j", "--trust", ca.file, *args], stdin=server.record(domain, ways))
    tool.assert_record_valid(result.record)
    return result, [endpoint["starttls"] for endpoint in result.record["endpoints"]]


@WAYS
def test_prosody_is_encrypted_and_authenticated(run, ca, prosody, service, transport):
    result, [seen] = look(run, ca, prosody, "good.test", [(service, transport)])
    result.expect(status=0)
    assert seen["encrypted"] and seen["authenticated"] and seen["authenticated_by"] == ["pkix"], result
    assert seen["tls"]["version"] == "TLS1.3" and seen["tls"]["forward_secrecy"] is True
    assert seen["tls"]["cipher"].startswith("TLS_") and seen["tls"]["group"] and seen["tls"]["signature"]
    assert {"type": "DNS-ID", "value": "good.test", "verdict": "match"}.items() <= seen["names"][0].items()
    assert [step["step"] for step in seen["steps"] if step["ok"]][-1] == "features"
    assert seen["chain_pem"][0].startswith("-----BEGIN CERTIFICATE-----\n")
    if transport == "direct":
        assert seen["tls"]["alpn_offered"] == f"xmpp-{'client' if service == 'c2s' else 'server'}"


@WAYS
def test_ejabberd_is_encrypted_and_authenticated(run, ca, ejabberd, service, transport):
    result, [seen] = look(run, ca, ejabberd, "ejab.test", [(service, transport)])
    assert result.status in (0, 1), result
    assert seen["encrypted"] and seen["authenticated"], result
    assert not [found for found in seen["findings"] if found["severity"] == "critical"], result


BROKEN = [
    ("expired.test", "cert-expired"),
    ("not-yet.test", "cert-not-yet-valid"),
    ("self-signed.test", "cert-self-signed"),
    ("untrusted.test", "cert-untrusted"),
    ("wrong-name.test", "cert-name-mismatch"),
    ("no-chain.test", "cert-chain-incomplete"),
]


@pytest.mark.parametrize("domain,finding", BROKEN)
@pytest.mark.parametrize("service,status", [("c2s", 2), ("s2s", 1)])
def test_broken_certificates_are_encrypted_only(run, ca, prosody, domain, finding, service, status):
    """A client must refuse; a server may fall back to dialback (RFC 7590 section 3.4), hence the milder status."""
    result, [seen] = look(run, ca, prosody, domain, [(service, "starttls")])
    assert seen["encrypted"] is True and seen["authenticated"] is False, result
    assert finding in {found["id"] for found in seen["findings"]}, result
    result.expect(status=status)


def test_expired_certificate_on_ejabberd(run, ca, ejabberd):
    result, [seen] = look(run, ca, ejabberd, "ejab-expired.test", [("c2s", "starttls")])
    assert "cert-expired" in tool.finding_ids(result.record), result
    result.expect(status=2)


def test_internationalised_domain(run, ca, prosody):
    """Typed in any of its forms, it is asked for in A-labels."""
    for name in ("bücher.test", "BÜCHER.test", "xn--bcher-kva.test"):
        result = run("xmpp-starttls", ["-j", "--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), name])
        assert result.record["domain"] == "xn--bcher-kva.test"
        assert result.record["endpoints"][0]["starttls"]["authenticated"], result


@pytest.mark.parametrize("protocol,version", [("tlsv1_2", "TLS1.2"), ("tlsv1_3", "TLS1.3")])
def test_negotiated_version(run, ca, make_prosody, protocol, version):
    server = make_prosody(["one.test"], protocol=protocol)
    result, seen = look(run, ca, server, "one.test", None)
    assert {each["tls"]["version"] for each in seen} == {version}, result
    assert all(each["tls"]["extended_master_secret"] for each in seen) or version == "TLS1.3"


def test_our_own_limits_on_versions(run, ca, prosody):
    result, [seen] = look(run, ca, prosody, "good.test", [("c2s", "starttls")], "--tls-max", "1.2")
    assert seen["tls"]["version"] == "TLS1.2", result
    result, [seen] = look(run, ca, prosody, "good.test", [("c2s", "starttls")], "--tls-min", "1.0", "--tls-max", "1.1")
    assert seen["encrypted"] is False and "tls-version-too-old" not in tool.finding_ids(result.record), result
    assert seen["tls"]["alert"]["name"] == "protocol_version", result
    assert seen["failure"]["text"].endswith("try without --tls-max"), result


def test_server_with_old_tls_only(run, ca, make_prosody):
    server = make_prosody(["old.test"], protocol="tlsv1_1", ciphers="DEFAULT:@SECLEVEL=0")
    result, [seen] = look(run, ca, server, "old.test", [("c2s", "starttls")])
    assert not seen["encrypted"] and "tls-version-too-old" in tool.finding_ids(result.record), result
    assert "--tls-min" in str(seen["findings"]) + str(seen["failure"]), result
    result, [seen] = look(run, ca, server, "old.test", [("c2s", "starttls")], "--tls-min", "1.0")
    assert seen["tls"]["version"] == "TLS1.1" and "tls-version-too-old" in tool.finding_ids(result.record), result
    result.expect(status=1)


def test_server_without_forward_secrecy(run, ca, make_prosody):
    server = make_prosody([servers.Host("static.test", ca.issue("static.test", key="rsa2048"))], protocol="tlsv1_2",
                          ciphers="AES128-GCM-SHA256")
    result, [seen] = look(run, ca, server, "static.test", [("c2s", "starttls")])
    assert seen["tls"]["cipher"] == "TLS_RSA_WITH_AES_128_GCM_SHA256", result
    assert seen["tls"]["forward_secrecy"] is False and "group" not in seen["tls"]
    assert "tls-no-forward-secrecy" in tool.finding_ids(result.record)
    result, [seen] = look(run, ca, server, "static.test", [("c2s", "starttls")], "--pfs=require")
    assert seen["encrypted"] is False and seen["tls"]["alert"]["name"] == "handshake_failure", result


def test_optional_encryption_is_a_finding(run, ca, make_prosody):
    server = make_prosody(["lax.test"], require_encryption=False, plain_before_tls=True)
    result, _ = look(run, ca, server, "lax.test", [("c2s", "starttls"), ("s2s", "starttls")])
    assert {"starttls-not-required", "plain-before-tls"} <= tool.finding_ids(result.record), result


def test_server_without_starttls(run, ca, make_prosody):
    server = make_prosody(["clear.test"], starttls=False, require_encryption=False)
    result, [seen] = look(run, ca, server, "clear.test", [("c2s", "starttls")])
    assert seen["encrypted"] is False and "starttls-not-offered" in tool.finding_ids(result.record), result
    result.expect(status=2)


def test_domain_the_server_does_not_know(run, ca, prosody):
    result = run("xmpp-starttls", ["--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), "stranger.test"])
    result.expect(status=2)
    assert "host-unknown" in result.out and "VirtualHost" in result.out, result


def test_features_after_tls(run, ca, prosody):
    _, [c2s, s2s] = look(run, ca, prosody, "good.test", [("c2s", "starttls"), ("s2s", "starttls")])
    assert c2s["features_before"]["starttls"] is True and c2s["features_before"]["starttls_required"] is True
    assert not c2s["features_before"]["mechanisms"]
    assert any(name.startswith("SCRAM-SHA-1") for name in c2s["features_after"]["mechanisms"])
    assert s2s["features_after"]["dialback"] is True


def test_our_certificate_is_shown_when_asked(run, ca, prosody):
    """With a certificate for our domain Prosody offers EXTERNAL on server streams (XEP-0178)."""
    ours = ca.issue("ours.test")
    args = ["--cert", ours.pem, "--from", "ours.test"]
    result, [seen] = look(run, ca, prosody, "good.test", [("s2s", "starttls")], *args)
    assert seen["tls"]["client_certificate_requested"] is True, result
    assert "EXTERNAL" in seen["features_after"]["mechanisms"], result
    result, [seen] = look(run, ca, prosody, "good.test", [("s2s", "starttls")], "--cert", ours.crt, "--key", ours.key,
                          "--from", "other.test")
    assert "EXTERNAL" not in seen["features_after"].get("mechanisms", []), result


@pytest.mark.parametrize("service", ["c2s", "s2s"])
def test_active_on_good_servers(run, ca, prosody, ejabberd, service):
    """Both real servers refuse all that must be refused."""
    for server, domain in ((prosody, "good.test"), (ejabberd, "ejab.test")):
        result, [seen] = look(run, ca, server, domain, [(service, "starttls")], "--active", "--from", "ours.test")
        checks = {"plain", "stanza", "injection"} if service == "c2s" else {"stanza", "dialback", "injection"}
        assert set(seen["active"]) == checks, result
        assert not {each["result"] for each in seen["active"].values()} - {"refused", "untested"}, result
        assert seen["active"]["injection"]["result"] == "refused", result
        assert service == "s2s" or seen["active"]["plain"]["result"] == "refused", result


def test_active_finds_plain_in_clear(run, ca, make_prosody):
    server = make_prosody(["lax.test"], require_encryption=False, plain_before_tls=True)
    result, [seen] = look(run, ca, server, "lax.test", [("c2s", "starttls")], "--active")
    assert seen["active"]["plain"]["result"] == "accepted", result
    assert "active-plain-accepted" in tool.finding_ids(result.record)
    result.expect(status=2)


@pytest.mark.skipif(not daemon.may_bind("::1", 0), reason="no IPv6 here")
def test_ipv6(run, ca, peer):
    """The same walk over the other family (Prosody's place is taken by a scripted peer on ::1)."""
    script = transcript.read(TRANSCRIPTS / "good-c2s.txt")
    there = peer(script, address="::1")
    result = run("xmpp-starttls", ["-j", "--c2s", "--trust", ca.file, "--connect", f"[::1]:{there.port()}", "peer.test"])
    assert result.record["endpoints"][0]["address"] == "::1", result
    assert result.record["endpoints"][0]["starttls"]["authenticated"], result
