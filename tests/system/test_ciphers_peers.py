"""xmpp-ciphers against `openssl s_server` and `gnutls-serv` with chosen strings: what they say they serve, and no more."""

import pytest

import ciphers
import daemon
import tlsfront
import tool
from ciphers import Oracle, scan
from tlswire import BY_CODE, SUITES

pytestmark = pytest.mark.skipif(not tool.built(ciphers.NAME) and "XTT_BUILD" not in ciphers.os.environ,
                                reason=f"no {ciphers.NAME} was built")

ALL = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
FEW = "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:DHE-RSA-AES256-SHA:ECDHE-RSA-CHACHA20-POLY1305:@SECLEVEL=0"
OPENSSL_VERSIONS = {"TLS1.0": "-tls1", "TLS1.1": "-tls1_1", "TLS1.2": "-tls1_2", "TLS1.3": "-tls1_3"}


def check_complete(seen):
    assert seen.is_complete, seen
    assert seen.section["throttled"] == 0 and "violation" not in seen.section and "inconsistent" not in seen.section, seen
    assert "unclear" not in seen.section, seen


@pytest.mark.parametrize("preference", ["server", "client"])
@pytest.mark.parametrize("version", OPENSSL_VERSIONS)
def test_openssl_all_it_has(openssl_server, ca, version, preference):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", ALL, OPENSSL_VERSIONS[version],
                           *(["-serverpref"] if preference == "server" else []))
    wanted = tlsfront.openssl_suites(ALL, version, {"RSA", "None"})
    seen = scan(front.record(), "--suites-only", "--gentle")
    assert seen.offered == [version], seen
    check_complete(seen)
    assert set(seen.suites(version)) == set(wanted), seen
    if preference == "server":
        assert seen.suites(version) == wanted, seen
    assert seen.preference(version) == preference, seen


@pytest.mark.threads
@pytest.mark.parametrize("lanes", ["--gentle", "--lanes=8"])
def test_openssl_order_is_kept(openssl_server, ca, lanes):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", FEW, "-serverpref", "-tls1_2")
    seen = scan(front.record(), "--suites-only", lanes)
    assert seen.suites("TLS1.2") == tlsfront.openssl_suites(FEW, "TLS1.2", {"RSA"}), seen
    assert seen.preference("TLS1.2") == "server", seen
    check_complete(seen)


def test_openssl_moves_chacha_up_on_wish(openssl_server, ca):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", FEW, "-serverpref", "-prioritize_chacha", "-tls1_2")
    seen = scan(front.record(), "--suites-only")
    assert seen.preference("TLS1.2") == "chacha", seen
    assert set(seen.suites("TLS1.2")) == set(tlsfront.openssl_suites(FEW, "TLS1.2", {"RSA"})), seen


def test_openssl_with_two_certificates(openssl_server, ca):
    rsa, ec = ca.issue("peer.test", key="rsa2048"), ca.issue("peer.test")
    front = openssl_server(rsa, "-dcert", ec.crt, "-dkey", ec.key, "-cipher", "ALL:@SECLEVEL=0", "-serverpref", "-tls1_2")
    seen = scan(front.record())
    assert seen.suites("TLS1.2") == tlsfront.openssl_suites("ALL:@SECLEVEL=0", "TLS1.2", {"RSA", "ECDSA", "None"}), seen
    assert {each["key"] for each in seen.section["certificates"]} == {"RSA", "EC P-256"}, seen
    by_sha = {each["sha256"]: number for number, each in enumerate(seen.section["certificates"])}
    for each in seen.versions["TLS1.2"]["suites"]:
        auth = SUITES[each["name"]].auth
        if auth in ("RSA", "ECDSA"):
            assert each["certificate"] == by_sha[(rsa if auth == "RSA" else ec).sha256], each


@pytest.mark.parametrize("key, auth", [("ec", "ECDSA"), ("ed25519", "ECDSA"), ("dsa1024", "DSS"), ("ec384", "ECDSA")])
def test_openssl_kinds_of_certificate(openssl_server, ca, key, auth):
    """Ed25519 serves the suites of ECDSA (RFC 8422, 5.1)."""
    front = openssl_server(ca.issue("peer.test", key=key), "-cipher", ALL, "-serverpref", "-tls1_2")
    seen = scan(front.record(), "--suites-only")
    assert seen.suites("TLS1.2") == tlsfront.openssl_suites(ALL, "TLS1.2", {auth, "None"}), seen


def test_openssl_without_certificate(openssl_server):
    front = openssl_server(None, "-cipher", "aNULL:@SECLEVEL=0", "-serverpref", "-tls1_2")
    seen = scan(front.record(), "--suites-only", status=2)
    assert seen.suites("TLS1.2") == tlsfront.openssl_suites("aNULL:@SECLEVEL=0", "TLS1.2", {"None"}), seen


def test_openssl_psk(openssl_server, ca):
    """Accepted at the hello, though nobody here has the key."""
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", "PSK:@SECLEVEL=0", "-psk", "1a2b3c4d", "-serverpref",
                           "-tls1_2")
    seen = scan(front.record(), "--suites-only")
    address = front.address, front.port
    assert seen.suites("TLS1.2") == Oracle(address, "peer.test").suites("TLS1.2") and seen.suites("TLS1.2"), seen


@pytest.mark.parametrize("versions", [["TLS1.0"], ["TLS1.1", "TLS1.2"], ["TLS1.2", "TLS1.3"], ["TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"]])
def test_openssl_versions(openssl_server, ca, versions):
    no = {"TLS1.0": "-no_tls1", "TLS1.1": "-no_tls1_1", "TLS1.2": "-no_tls1_2", "TLS1.3": "-no_tls1_3"}
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", "DEFAULT:@SECLEVEL=0",
                           *(switch for name, switch in no.items() if name not in versions))
    seen = scan(front.record(), "--versions-only")
    assert seen.offered == versions and seen.refused == set(ciphers.ALL_VERSIONS) - set(versions), seen


def test_openssl_groups(openssl_server, ca):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-curves", "P-384:X25519:P-521", "-serverpref")
    seen = scan(front.record())
    assert seen.groups("tls13") == seen.groups("tls12") == ["secp384r1", "x25519", "secp521r1"], seen
    seen = scan(front.record(), "--groups")
    assert seen.groups("tls13") == ["secp384r1", "x25519", "secp521r1"], seen
    assert "suites" not in seen.versions["TLS1.2"] or not seen.versions["TLS1.2"]["complete"], seen


def test_openssl_finite_fields(openssl_server, ca, tmp_path):
    """OpenSSL keeps a modulus of its own choice: by the certificate's strength."""
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", "DHE:@SECLEVEL=0", "-tls1_2")
    seen = scan(front.record())
    assert {each["dh_bits"] for each in seen.versions["TLS1.2"]["suites"] if "dh_bits" in each} == {2048}, seen
    [field] = seen.section["fields"]
    assert field["bits"] == 2048 and "name" in field, seen


def test_openssl_signature_schemes(openssl_server, ca):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-sigalgs", "RSA-PSS+SHA256:RSA+SHA512")
    seen = scan(front.record())
    assert set(seen.schemes("tls12")) == {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha512"}, seen
    assert seen.schemes("tls13") == ["rsa_pss_rsae_sha256"], seen


@pytest.mark.parametrize("options, name, value", [
    ([], "secure_renegotiation", "yes"), ([], "extended_master_secret", "yes"), ([], "compression", "no"),
    ([], "heartbeat", "no"), ([], "session_tickets", "yes"), (["-no_ticket", "-tls1_2"], "session_tickets", "no"),
    ([], "fallback_scsv", "yes"), ([], "downgrade_sentinel", "yes"), ([], "grease", "yes"),
    ([], "encrypt_then_mac", "yes"), (["-no_etm"], "encrypt_then_mac", "no"), ([], "resumption", "yes"),
    ([], "version_tolerance", "yes"), ([], "long_hello", "yes"), ([], "sni_required", "no"), ([], "ec_reuse", "no")])
def test_openssl_properties(openssl_server, ca, options, name, value):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", "DEFAULT:@SECLEVEL=0", *options)
    assert scan(front.record()).properties.get(name) == value


def test_openssl_alpn_by_direct_tls(openssl_server, ca):
    front = openssl_server(ca.issue("peer.test"), "-alpn", "xmpp-client")
    seen = scan(front.record(("c2s", "direct")))
    assert seen.properties["alpn"] == "yes" and seen.properties["alpn_unknown_refused"] == "yes", seen


GNUTLS_STRINGS = [
    "NORMAL", "NORMAL:%SERVER_PRECEDENCE", "PFS:%SERVER_PRECEDENCE", "SECURE256:%SERVER_PRECEDENCE",
    "LEGACY:%SERVER_PRECEDENCE:+ANON-ECDH:+ANON-DH", "NORMAL:-VERS-ALL:+VERS-TLS1.1:%SERVER_PRECEDENCE",
    "NORMAL:-VERS-ALL:+VERS-TLS1.2:%SERVER_PRECEDENCE", "NORMAL:-VERS-ALL:+VERS-TLS1.3:%SERVER_PRECEDENCE",
    "NORMAL:-CIPHER-ALL:+ARCFOUR-128:+3DES-CBC:+CAMELLIA-256-CBC:+AES-128-CCM-8:+MD5:%SERVER_PRECEDENCE",
    "NORMAL:+NULL:%SERVER_PRECEDENCE"]


def gnutls_wanted(string, version, auths=("RSA", "ECDSA", "none", "any")):
    order = ciphers.ALL_VERSIONS
    return [BY_CODE[code].name for code, first in tlsfront.gnutls_suites(string)
            if (first == "TLS1.3") == (version == "TLS1.3") and order.index(first) <= order.index(version)
            and BY_CODE[code].auth in auths]


@pytest.mark.parametrize("string", GNUTLS_STRINGS)
def test_gnutls_all_it_has(gnutls_server, ca, string):
    certificates = [ca.issue("peer.test", key="rsa2048"), ca.issue("peer.test")]
    front = gnutls_server(certificates, string)
    seen = scan(front.record(), "--suites-only", "--gentle")
    check_complete(seen)
    listed = {first for _, first in tlsfront.gnutls_suites(string)}
    assert seen.offered and ("TLS1.3" in seen.offered) <= ("TLS1.3" in listed), seen
    for version in seen.offered:
        wanted = gnutls_wanted(string, version)
        if "SERVER_PRECEDENCE" in string:
            assert seen.suites(version) == wanted, seen
            assert seen.preference(version) in ("server", None), seen
        else:
            assert set(seen.suites(version)) == set(wanted), seen
            assert seen.preference(version) == "client", seen


def test_gnutls_groups_follow_the_client(gnutls_server, ca):
    front = gnutls_server([ca.issue("peer.test")], "NORMAL:-GROUP-ALL:+GROUP-X448:+GROUP-SECP521R1:+GROUP-FFDHE3072")
    seen = scan(front.record())
    assert set(seen.groups("tls13")) == {"x448", "secp521r1", "ffdhe3072"}, seen
    assert seen.section["group_preference"] == "client", seen


@pytest.mark.parametrize("string", ["DEFAULT:@SECLEVEL=0", "AES:@SECLEVEL=0", "DHE:@SECLEVEL=0", "kRSA:@SECLEVEL=0"])
def test_same_as_sslscan(openssl_server, ca, string):
    """Where sslscan can see it."""
    if not daemon.program("sslscan"):
        pytest.skip("no sslscan")
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", string)
    theirs = ciphers.sslscan(front.at, "peer.test", "--no-groups", "--no-fallback", "--no-renegotiation", "--no-heartbleed",
                             "--no-check-certificate")
    seen = scan(front.record(), "--suites-only")
    assert set(theirs) == set(seen.offered), seen
    for version, found in theirs.items():
        assert found == ciphers.openssl_names(seen.suites(version)), seen
