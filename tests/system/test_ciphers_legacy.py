"""xmpp-ciphers against simulated servers: what no library serves any more, and what each answer must be called."""

import json
import os
import random
import subprocess

import pytest

import ciphers
import daemon
import tlspeer
import tool
from ciphers import scan
from tlspeer import Simulated
from tlswire import GROUPS, KINDS, SUITES, known_prime

pytestmark = pytest.mark.skipif(not tool.built(ciphers.NAME) and "XTT_BUILD" not in os.environ,
                                reason=f"no {ciphers.NAME} was built")

MODERN = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
SUITES13 = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"]
CBC = ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
       "TLS_RSA_WITH_RC4_128_SHA"]
DHE = ["TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"]
EXPORT = ["TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"]
ANONYMOUS = ["TLS_DH_anon_WITH_AES_128_CBC_SHA", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5"]
NULL = ["TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_NULL_MD5", "TLS_ECDHE_RSA_WITH_NULL_SHA"]
AES13 = "TLS_AES_128_GCM_SHA256"


def usable(version):
    """Everything a server of that version could be asked for and serve with RSA, ECDSA and DSS certificates."""
    order = ciphers.ALL_VERSIONS
    return [suite.name for suite in SUITES.values()
            if suite.kx not in ("none", "", "any") and suite.first and order.index(suite.first) <= order.index(version)]


def look(tls_peer, server, *args, **settings):
    peer = tls_peer(server, **settings)
    seen = scan(peer.record(), *args)
    assert len(peer.asked) <= seen.connections == peer.connections, seen
    return seen


def check(seen, server):
    """The record says what the server is, no more and no less."""
    assert set(seen.offered) == set(server.versions) | ({"SSL2.0"} if server.kinds or server.ssl2 else set()), seen
    assert seen.refused == set(ciphers.ALL_VERSIONS) - set(seen.offered), seen
    assert seen.is_complete and not {"unclear", "violation", "inconsistent"} & set(seen.section), seen
    for version, suites in server.versions.items():
        told = seen.suites(version)
        if server.order == "client":
            assert sorted(told) == sorted(suites), seen
        else:
            assert told == suites, seen
        assert seen.preference(version) == (server.order if len(suites) > 1 else None), seen
    if server.kinds:
        assert sorted(seen.suites("SSL2.0")) == sorted(server.kinds), seen


SERVERS = {
    "modern": dict(versions={"TLS1.2": MODERN, "TLS1.3": SUITES13}),
    "modern in the client's order": dict(versions={"TLS1.2": MODERN, "TLS1.3": SUITES13}, order="client"),
    "ChaCha20 on wish": dict(versions={"TLS1.2": MODERN, "TLS1.3": SUITES13}, order="chacha"),
    "ChaCha20 foremost": dict(versions={"TLS1.2": MODERN[2:4] + MODERN[:2] + MODERN[4:],
                                        "TLS1.3": [SUITES13[1], SUITES13[0], SUITES13[2]]}),
    "the usual order turned round": dict(versions={"TLS1.2": MODERN[::-1], "TLS1.3": SUITES13[::-1]}),
    "two suites": dict(versions={"TLS1.2": MODERN[:2], "TLS1.3": SUITES13[:2]}),
    "two suites in the client's order": dict(versions={"TLS1.2": MODERN[:2], "TLS1.3": SUITES13[:2]}, order="client"),
    "one suite": dict(versions={"TLS1.2": MODERN[1:2]}),
    "TLS 1.3 alone": dict(versions={"TLS1.3": SUITES13}),
    "SSL 2.0 alone": dict(versions={}, kinds=tuple(KINDS)[:7]),
    "SSL 2.0 without a kind": dict(versions={"TLS1.2": MODERN}, ssl2=True),
    "SSL 3.0 alone": dict(versions={"SSL3.0": CBC}),
    "SSL 3.0, refused by handshake_failure": dict(versions={"SSL3.0": CBC}, version_refusal=40),
    "a gap": dict(versions={"TLS1.0": CBC, "TLS1.2": MODERN}),
    "closes to refuse": dict(versions={"TLS1.0": CBC, "TLS1.2": MODERN}, refusal="close", version_refusal="close"),
    "resets to refuse": dict(versions={"TLS1.2": MODERN[:3]}, refusal="reset", version_refusal="reset"),
    "internal_error to refuse": dict(versions={"TLS1.2": MODERN}, refusal=80),
    "insufficient_security to refuse": dict(versions={"TLS1.2": MODERN}, refusal=71),
    "no extensions": dict(versions={"SSL3.0": CBC, "TLS1.0": CBC}, knows_extensions=False),
    "short hellos": dict(versions={"TLS1.0": CBC, "TLS1.2": MODERN + DHE}, longest=500),
    "128 suites at most": dict(versions={"TLS1.0": CBC, "TLS1.2": MODERN + DHE}, most_suites=128),
    "only binary curves": dict(versions={"TLS1.0": CBC + ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]}, groups=("sect283k1",)),
    "only SHA-1 signatures": dict(versions={"TLS1.2": MODERN[1::2]}, schemes=("rsa_pkcs1_sha1",)),
    "only DSA": dict(versions={"TLS1.0": ["TLS_DHE_DSS_WITH_AES_128_CBC_SHA"]}, schemes=("dsa_sha1",)),
    "export": dict(versions={"SSL3.0": EXPORT + CBC, "TLS1.0": CBC + EXPORT}),
    "anonymous": dict(versions={"TLS1.0": ANONYMOUS, "TLS1.2": ANONYMOUS + MODERN}),
    "no encryption": dict(versions={"TLS1.0": NULL, "TLS1.2": NULL}),
    "everything at once": dict(versions={"SSL3.0": EXPORT + CBC, "TLS1.0": CBC + DHE + ANONYMOUS, "TLS1.1": CBC,
                                         "TLS1.2": MODERN + NULL, "TLS1.3": SUITES13}, kinds=tuple(KINDS)[:3]),
    "national and pre-shared": dict(versions={"TLS1.2": [
        "TLS_PSK_WITH_AES_128_GCM_SHA256", "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_ARIA_128_CBC_SHA256", "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", "TLS_RSA_WITH_SEED_CBC_SHA"]}),
}


@pytest.mark.parametrize("lanes", ["--gentle", "--lanes=8"])
@pytest.mark.parametrize("name", SERVERS)
def test_exactly_what_it_serves(tls_peer, chains, name, lanes):
    server = Simulated(certificates=chains, **SERVERS[name])
    check(look(tls_peer, server, "--suites-only", lanes), server)


@pytest.mark.parametrize("name", ["modern", "modern in the client's order", "everything at once", "closes to refuse",
                                  "no extensions", "SSL 3.0 alone", "TLS 1.3 alone"])
def test_the_same_with_everything_asked(tls_peer, chains, name):
    server = Simulated(certificates=chains, **SERVERS[name])
    check(look(tls_peer, server), server)


def test_drown_through_the_key_of_another_service(tls_peer, chains):
    old = tls_peer(Simulated(certificates=chains, **SERVERS["SSL 2.0 alone"]))
    good = tls_peer(Simulated(certificates={"RSA": chains["RSA"]}, versions={"TLS1.2": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]}))
    line = json.dumps({"schema": 1, "domain": "peer.test", "endpoints": [old.endpoint("c2s"), good.endpoint("s2s")]}) + "\n"
    record = tool.run(ciphers.NAME, ["-j", *ciphers.NO_DNS, "--suites-only"], stdin=line).expect(status=2).record
    assert "drown" in [each["id"] for each in record["findings"]], record


@pytest.mark.parametrize("service, transport", [("c2s", "starttls"), ("s2s", "starttls"), ("c2s", "direct"), ("s2s", "direct")])
def test_every_way_in(tls_peer, chains, service, transport):
    server = Simulated(certificates=chains, **SERVERS["modern"])
    peer = tls_peer(server)
    seen = scan(peer.record((service, transport)), f"--{service}")
    check(seen, server)
    offered = {name for hello in peer.asked for name in hello.alpn or ()}
    if transport == "direct":
        assert f"xmpp-{'client' if service == 'c2s' else 'server'}" in offered and seen.properties["alpn"] == "yes", seen
    assert {hello.servername for hello in peer.asked} >= {"peer.test"}


@pytest.mark.parametrize("shape", [tlspeer.fragments(1), tlspeer.fragments(64), tlspeer.one_message_a_record,
                                   tlspeer.single_octets], ids=["octets", "pieces", "messages", "segments"])
def test_shapes_of_records_change_nothing(tls_peer, chains, shape):
    server = Simulated(certificates=chains, **SERVERS["everything at once"])
    check(look(tls_peer, server, "--suites-only", shape=shape), server)


@pytest.mark.parametrize("minds", ["error", "close", "silence"])
def test_server_that_minds_the_shortcut(tls_peer, chains, minds):
    """Header and <starttls/> in one write are not everybody's taste."""
    server = Simulated(certificates=chains, **SERVERS["modern"])
    peer = tls_peer(server, minds=minds)
    seen = scan(peer.record(), "--suites-only", "--gentle")
    check(seen, server)
    assert "one_write" not in seen.section and seen.section["throttled"] == 0, seen


@pytest.mark.parametrize("order", ["server", "client"])
def test_two_hundred_suites(tls_peer, chains, order):
    names = usable("TLS1.2")
    random.Random(4).shuffle(names)
    chosen = [name for name in names if SUITES[name].kx in ("RSA", "DHE", "ECDHE", "DH_anon", "ECDH_anon", "PSK", "DHE_PSK")][:200]
    early = [name for name in chosen if SUITES[name].first in ("SSL3.0", "TLS1.0")]
    assert len(chosen) == 200
    server = Simulated({"TLS1.0": early, "TLS1.2": chosen}, chains, order=order)
    check(look(tls_peer, server, "--suites-only"), server)


# groups, schemes, parameters

def test_groups_in_the_servers_order(tls_peer, chains):
    ours = ("secp521r1", "x25519", "secp256k1", "secp256r1", "brainpoolP256r1", "sect283k1")
    seen = look(tls_peer, Simulated({"TLS1.2": MODERN}, chains, groups=ours))
    assert seen.groups("tls12") == list(ours) and seen.groups("tls13") == [], seen
    assert seen.section["group_preference"] == "server" and seen.section["groups_complete"]["tls12"] == "yes", seen


def test_hybrids_need_no_post_quantum_code(tls_peer, chains):
    ours = ("SecP384r1MLKEM1024", "X25519MLKEM768", "x25519", "secp256r1", "ffdhe2048")
    seen = look(tls_peer, Simulated({"TLS1.2": MODERN, "TLS1.3": SUITES13}, chains, groups=ours))
    assert seen.groups("tls13") == list(ours), seen
    assert set(seen.groups("tls12")) <= {"x25519", "secp256r1", "ffdhe2048"}, seen
    assert {each["name"] for each in seen.section["groups"] if each.get("post_quantum")} == set(ours[:2])


@pytest.mark.parametrize("share_first, preferred", [(True, "no"), (False, "yes")])
def test_hybrid_preferred(tls_peer, chains, share_first, preferred):
    server = Simulated({"TLS1.3": SUITES13}, chains, groups=("X25519MLKEM768", "x25519"), share_first=share_first)
    assert look(tls_peer, server).properties["hybrid_preferred"] == preferred


def test_groups_in_the_clients_order(tls_peer, chains):
    seen = look(tls_peer, Simulated({"TLS1.3": SUITES13}, chains, groups=("x448", "secp256r1", "x25519"), group_order="client"))
    assert set(seen.groups("tls13")) == {"x448", "secp256r1", "x25519"}, seen
    assert seen.section["group_preference"] == "client", seen


def test_schemes(tls_peer, chains):
    ours = ("rsa_pss_rsae_sha256", "rsa_pkcs1_sha512", "rsa_pkcs1_sha1")
    seen = look(tls_peer, Simulated({"TLS1.2": MODERN[1::2], "TLS1.3": SUITES13}, {"RSA": chains["RSA"]}, schemes=ours))
    assert set(seen.schemes("tls12")) == set(ours) and seen.schemes("tls13") == ["rsa_pss_rsae_sha256"], seen
    alone = {each["name"] for each in seen.section["signature_schemes"] if each.get("alone")}
    assert "rsa_pkcs1_sha1" in alone and ours[0] not in alone, seen


@pytest.mark.parametrize("bits", [512, 767, 1024, 2047, 4096])
def test_sizes_of_finite_fields(tls_peer, chains, bits):
    seen = look(tls_peer, Simulated({"TLS1.2": DHE}, chains, dh=bits))
    assert {each["dh_bits"] for each in seen.versions["TLS1.2"]["suites"]} == {bits}, seen
    [field] = seen.section["fields"]
    assert field["bits"] == bits and "name" not in field and field["generator"] == 2, seen


def test_known_prime_is_called_by_its_name(tls_peer, chains):
    seen = look(tls_peer, Simulated({"TLS1.0": DHE}, chains, dh=known_prime("Apache mod_ssl 2.2", 512)))
    assert seen.section["fields"][0]["name"] == "Apache mod_ssl 2.2", seen
    assert {each["prime"] for each in seen.versions["TLS1.0"]["suites"]} == {"Apache mod_ssl 2.2"}, seen


@pytest.mark.parametrize("public", [0, 1])
def test_public_value_that_hides_nothing(tls_peer, chains, public):
    seen = look(tls_peer, Simulated({"TLS1.2": DHE}, chains, public=public))
    assert seen.section["fields"][0]["weak_public"] is True, seen


@pytest.mark.parametrize("static", [True, False])
def test_reuse_of_ephemeral_values(tls_peer, chains, static):
    seen = look(tls_peer, Simulated({"TLS1.2": DHE + MODERN}, chains, static_dh=static, static_ec=static))
    assert (seen.properties["dh_reuse"], seen.properties["ec_reuse"]) == (("yes", "yes") if static else ("no", "no")), seen


@pytest.mark.parametrize("bits", [512, 1024])
def test_short_keys_of_export_suites(tls_peer, chains, bits):
    seen = look(tls_peer, Simulated({"TLS1.0": EXPORT[:2]}, chains, export_bits=bits))
    assert {each["rsa_export_bits"] for each in seen.versions["TLS1.0"]["suites"]} == {bits}, seen


def test_explicit_curves(tls_peer, chains):
    seen = look(tls_peer, Simulated({"TLS1.0": ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]}, chains, explicit_curve=True))
    assert seen.suite("TLS1.0", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")["explicit_curve"] is True, seen


# properties

CBC12 = {"TLS1.2": CBC + MODERN}
BOTH = {"TLS1.2": CBC + MODERN, "TLS1.3": SUITES13}


@pytest.mark.parametrize("wish, name, value", [
    (dict(versions=CBC12, compression=True), "compression", "yes"), (dict(versions=CBC12), "compression", "no"),
    (dict(versions=CBC12, renegotiation=False), "secure_renegotiation", "no"),
    (dict(versions=CBC12), "secure_renegotiation", "yes"),
    (dict(versions={"SSL3.0": CBC}), "secure_renegotiation", "yes"),
    (dict(versions={"SSL3.0": CBC}, renegotiation=False), "secure_renegotiation", "no"),
    (dict(versions=CBC12, ems=False), "extended_master_secret", "no"),
    (dict(versions=CBC12), "extended_master_secret", "yes"),
    (dict(versions=CBC12, etm=False), "encrypt_then_mac", "no"), (dict(versions=CBC12), "encrypt_then_mac", "yes"),
    (dict(versions=CBC12, heartbeat=True), "heartbeat", "yes"), (dict(versions=CBC12), "heartbeat", "no"),
    (dict(versions=CBC12, ticket=False), "session_tickets", "no"), (dict(versions=CBC12), "session_tickets", "yes"),
    (dict(versions=CBC12, session_ids=False), "session_ids", "no"), (dict(versions=CBC12), "session_ids", "yes"),
    (dict(versions=CBC12, staple=True), "ocsp_staple", "yes"), (dict(versions=CBC12), "ocsp_staple", "no"),
    (dict(versions=CBC12, ask_client=True), "client_cert_requested", "yes"),
    (dict(versions=CBC12), "client_cert_requested", "no"),
    (dict(versions=BOTH), "downgrade_sentinel", "yes"), (dict(versions=BOTH, sentinel=False), "downgrade_sentinel", "no"),
    (dict(versions=BOTH), "fallback_scsv", "yes"), (dict(versions=BOTH, scsv=False), "fallback_scsv", "no"),
    (dict(versions=CBC12), "version_tolerance", "yes"), (dict(versions=CBC12, highest=0x0303), "version_tolerance", "no"),
    (dict(versions=BOTH), "grease", "yes"), (dict(versions=BOTH), "long_hello", "yes"),
    (dict(versions=CBC12, sni_required=True), "sni_required", "yes"), (dict(versions=CBC12), "sni_required", "no"),
    (dict(versions=CBC12, names=("peer.test",), stranger=112), "sni_unknown_refused", "yes"),
    (dict(versions=CBC12, names=("peer.test",)), "sni_unknown_refused", "no"),
    (dict(versions=CBC12, names=("other.test",), stranger="warn"), "sni_unknown_refused", "no")])
def test_properties(tls_peer, chains, wish, name, value):
    seen = look(tls_peer, Simulated(certificates=chains, **wish))
    assert seen.properties.get(name) == value, seen


def test_version_intolerance_names_the_version(tls_peer, chains):
    seen = look(tls_peer, Simulated(CBC12, chains, highest=0x0303, intolerance="reset"))
    assert seen.properties["version_tolerance"] == "no" and int(seen.properties["intolerant_of"], 16) > 0x0303, seen


@pytest.mark.parametrize("strict, value", [(True, "yes"), (False, "no")])
def test_unknown_protocol_by_direct_tls(tls_peer, chains, strict, value):
    peer = tls_peer(Simulated(CBC12, chains, alpn_strict=strict))
    assert scan(peer.record(("c2s", "direct"))).properties["alpn_unknown_refused"] == value


@pytest.mark.parametrize("versions, promise", [
    ({"TLS1.2": MODERN, "TLS1.3": SUITES13}, "always"), ({"TLS1.3": SUITES13}, "always"), ({"TLS1.2": CBC}, "never"),
    ({"TLS1.2": MODERN + CBC}, "possible"), ({"TLS1.0": CBC, "TLS1.2": MODERN}, "possible")])
def test_forward_secrecy(tls_peer, chains, versions, promise):
    seen = look(tls_peer, Simulated(versions, chains), "--suites-only")
    assert seen.section["forward_secrecy"] == promise, seen


# what it is called

STRONG = ("ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256", "rsa_pkcs1_sha256")
DSS = ["TLS_DHE_DSS_WITH_AES_128_CBC_SHA"]


@pytest.mark.parametrize("wish, wanted", [
    (dict(versions={"TLS1.2": MODERN}, kinds=tuple(KINDS)[:3]), {"tls-ssl2-offered": "critical", "tls13-missing": "warning"}),
    (dict(versions={"SSL3.0": CBC}), {"tls-ssl3-offered": "critical", "tls-version-too-old": "critical",
                                      "tls-suite-64-bit-block": "warning", "tls-suite-rc4": "critical"}),
    (dict(versions={"TLS1.0": CBC, "TLS1.2": MODERN}), {"tls-old-version-offered": "warning"}),
    (dict(versions={"TLS1.0": EXPORT}), {"tls-suite-export": "critical"}),
    (dict(versions={"TLS1.2": ANONYMOUS[:2]}), {"tls-anonymous": "critical"}),
    (dict(versions={"TLS1.2": NULL}), {"tls-suite-null": "critical"}),
    (dict(versions={"TLS1.2": CBC[:2]}), {"tls-no-forward-secrecy": "warning", "tls-suite-static-rsa": "warning"}),
    (dict(versions={"TLS1.2": DHE}, dh=512), {"tls-dh-weak": "critical"}),
    (dict(versions={"TLS1.2": DHE}, dh=1024), {"tls-dh-weak": "warning"}),
    (dict(versions={"TLS1.2": DHE}, public=1), {"tls-dh-unsafe": "critical"}),
    (dict(versions={"TLS1.2": DHE}, static_dh=True), {"tls-ephemeral-reuse": "warning"}),
    (dict(versions={"TLS1.2": DSS}), {"tls-suite-dsa": None}),
    (dict(versions={"TLS1.0": ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]}, explicit_curve=True), {"tls-explicit-curve": "warning"}),
    (dict(versions={"TLS1.2": CBC + MODERN}), {"tls-weak-preferred": "warning", "tls-fs-not-preferred": "warning"}),
    (dict(versions={"TLS1.2": CBC}, compression=True), {"tls-compression": "warning"}),
    (dict(versions={"TLS1.2": MODERN}, renegotiation=False), {"tls-no-secure-renegotiation": "critical"}),
    (dict(versions={"TLS1.2": MODERN}, ems=False), {"tls-no-extended-master-secret": "warning"}),
    (dict(versions={"TLS1.2": MODERN}, heartbeat=True), {"tls-heartbeat": "warning"}),
    (dict(versions={"TLS1.2": MODERN}, highest=0x0303), {"tls-version-intolerance": "warning"}),
    (dict(versions={"TLS1.2": MODERN, "TLS1.3": SUITES13}, sentinel=False), {"tls-no-downgrade-sentinel": "warning"}),
    (dict(versions={"TLS1.2": MODERN}, schemes=("rsa_pkcs1_sha1", "ecdsa_sha1")), {"tls-weak-signature": "critical"}),
    (dict(versions={"TLS1.2": MODERN}, schemes=STRONG + ("rsa_pkcs1_sha1",)), {"tls-accepts-weak-signature": "warning"}),
    (dict(versions={"TLS1.2": MODERN}, schemes=STRONG + ("rsa_pkcs1_md5",)), {"tls-accepts-weak-signature": "critical"})])
def test_findings(tls_peer, chains, wish, wanted):
    seen = look(tls_peer, Simulated(certificates=chains, **{"schemes": STRONG + ("dsa_sha1",), **wish}))
    for name, severity in wanted.items():
        assert seen.ids.get(name) == severity or (severity is None and name in seen.ids), (name, seen)
    worst = max((each for each in seen.ids.values()), key=["info", "warning", "critical"].index)
    assert seen.result.status == {"info": 0, "warning": 1, "critical": 2}[worst], seen


@pytest.mark.parametrize("kinds", [("RSA",), ("ECDSA",), ("RSA", "ECDSA")])
@pytest.mark.parametrize("lanes", ["--gentle", "--lanes=8"])
def test_nothing_to_say_against_a_good_server(tls_peer, chains, kinds, lanes):
    """Two certificates are no reason for a doubt."""
    suites = [name for name in MODERN if SUITES[name].auth in kinds]
    server = Simulated({"TLS1.2": suites, "TLS1.3": SUITES13}, {kind: chains[kind] for kind in kinds}, schemes=STRONG,
                       names=("peer.test",), stranger=112, groups=("X25519MLKEM768", "x25519", "secp256r1"))
    seen = look(tls_peer, server, lanes)
    assert set(seen.ids.values()) <= {"info"} and seen.result.status == 0, seen


@pytest.mark.parametrize("lanes", ["--gentle", "--lanes=8"])
def test_sha1_is_no_choice_of_who_has_better(tls_peer, chains, lanes):
    """Its own order has SHA-1 last, for each of its certificates: it never takes it over what it knows better."""
    server = Simulated({"TLS1.2": DHE + MODERN}, {kind: chains[kind] for kind in ("RSA", "ECDSA")})
    seen = look(tls_peer, server, lanes)
    assert "tls-weak-signature" not in seen.ids and seen.ids["tls-accepts-weak-signature"] == "warning", seen


# several servers behind one address

def test_inconsistent_servers(tls_peer, chains):
    """Two configurations take turns: nothing is said that neither of them serves, and that it is so is said."""
    one, two = Simulated({"TLS1.2": MODERN}, chains), Simulated({"TLS1.2": CBC}, chains)
    peer = tls_peer(one, two)
    seen = scan(peer.record(), "--gentle")
    assert set(seen.suites("TLS1.2")) <= set(MODERN + CBC), seen
    assert seen.section.get("inconsistent") is True or seen.preference("TLS1.2") == "mixed", seen


# what others see

def test_same_as_nmap(tls_peer, chains):
    """By direct TLS, because it knows STARTTLS on the usual ports alone."""
    if not daemon.program("nmap"):
        pytest.skip("no nmap")
    server = Simulated({"SSL3.0": CBC, "TLS1.0": CBC + DHE}, chains)
    peer = tls_peer(server)
    out = subprocess.run([daemon.program("nmap"), "-Pn", "-n", "--script", "ssl-enum-ciphers", "-p", str(peer.port),
                                 "127.0.0.1"], capture_output=True, text=True, timeout=ciphers.TIMEOUT).stdout
    told = {}
    for word in out.replace("|", " ").split():
        if word.startswith(("SSLv", "TLSv")) and word.endswith(":"):
            version = told.setdefault({"SSLv3:": "SSL3.0"}.get(word, word.replace("v", "")[:-1]), [])
        elif word.startswith("TLS_"):
            version.append(word)
    seen = scan(peer.record(("c2s", "direct")), "--suites-only")
    assert {name: seen.suites(name) for name in seen.offered} == told == server.versions, out


def test_groups_are_in_the_registry():
    """Of the tests' own: what a server here is told to serve, the tree's registry knows."""
    assert {"sect283k1", "SecP384r1MLKEM1024", "x448", "brainpoolP256r1"} <= set(GROUPS)
