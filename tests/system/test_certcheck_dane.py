"""xmpp-certcheck and DANE: TLSA records in signed zones, Knot behind a validating Unbound, and a Prosody they are about."""

import hashlib
import types

import pytest
from cryptography.hazmat.primitives import serialization

import servers
import tool
from certcheck import NAME, check, ids, sections, text

C2S = [("c2s", "starttls")]
DOMAIN = "im.secure.test"


def tlsa_of(certificate, usage, selector, matching):
    """The rdata for any certificate, the authority's as well."""
    data = certificate.public_bytes(serialization.Encoding.DER) if selector == 0 else certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"{usage} {selector} {matching} " + {0: data, 1: hashlib.sha256(data).digest(), 2: hashlib.sha512(data).digest()}[matching].hex()


@pytest.fixture
def at(ca, dns, make_prosody):
    """at(TLSA records..., domain=, certificate=, status=): a domain with these records looked at on its client port."""
    def start(*records, domain=DOMAIN, certificate=None):
        leaf = certificate or ca.issue(domain)
        server = make_prosody([servers.Host(domain, leaf)])
        server.publish(dns, ways=C2S)
        host = f"xmpp.{domain}"
        dns.tlsa(host, server.port(), *records)

        def look(*args, status=None):
            return check(domain, "--c2s", "--trust", ca.file, "--resolver", dns.resolver, *args, status=status)
        return types.SimpleNamespace(look=look, server=server, leaf=leaf, host=host, owner=f"_{server.port()}._tcp.{host}")
    return start


def seen_of(result):
    [seen] = sections(result)
    return seen


def test_right_record(ca, at):
    place = at(ca.issue(DOMAIN).tlsa())
    result = place.look(status=0)
    seen = seen_of(result)
    assert seen["authenticated_by"] == ["pkix", "dane"] and not seen["findings"], result
    assert seen["dane"] == {
        "status": "match", "name": place.owner, "srv": "secure", "address": "secure", "tlsa": "secure",
        "records": [{"usage": 3, "selector": 1, "matching": 1, "data": place.leaf.tlsa().split()[3], "verdict": "match",
                     "cert": 0, "reason": seen["dane"]["records"][0]["reason"]}]}


def test_wrong_record(ca, at):
    """Who honours DANE ends the connection, whatever the authorities say."""
    place = at(ca.issue("other.test").tlsa())
    result = place.look(status=2)
    seen = seen_of(result)
    assert ids(seen) == {"dane-mismatch": "critical"} and seen["dane"]["status"] == "mismatch", result
    assert "dane" not in seen["authenticated_by"] and seen["dane"]["records"][0]["verdict"] == "differs"
    assert ids(seen_of(place.look("--dane", "off", status=0))) == {}


@pytest.mark.parametrize("record,why", [("3 1 1 abcd", "2 octets"), ("9 1 1 " + "ab" * 32, "usage"), ("3 7 1 " + "ab" * 32, "selector"),
                                        ("3 1 9 " + "ab" * 32, "matching")])
def test_unusable_record(at, record, why):
    """As if there were none (RFC 7671 section 10), but somebody meant something by it."""
    result = at(record).look(status=1)
    seen = seen_of(result)
    assert ids(seen) == {"tlsa-unusable": "warning"} and why in text(seen, "tlsa-unusable"), result
    assert seen["dane"]["status"] == "no-usable" and seen["authenticated_by"] == ["pkix"]


def test_unusable_beside_a_right_one(ca, at):
    result = at("3 1 1 abcd", ca.issue(DOMAIN).tlsa()).look(status=1)
    assert seen_of(result)["dane"]["status"] == "match" and ids(seen_of(result)) == {"tlsa-unusable": "warning"}, result


def test_rollover(ca, at):
    """The next key's record stands there two TTLs before the change; before the end of a life one should."""
    old, new = ca.issue(DOMAIN, days=10), ca.issue(DOMAIN, days=80)
    place = at(old.tlsa(), new.tlsa(), certificate=old)
    seen = seen_of(place.look(status=1))
    assert ids(seen) == {"tlsa-stale": "info", "cert-expires-soon": "warning"} and seen["dane"]["status"] == "match", seen
    alone = at(old.tlsa(), certificate=old)
    seen = seen_of(alone.look())
    assert set(ids(seen)) == {"tlsa-rollover", "cert-expires-soon"} and "two TTLs before" in text(seen, "tlsa-rollover"), seen


@pytest.mark.parametrize("selector,matching", [(0, 1), (1, 1), (1, 2), (0, 0)])
def test_record_of_the_authority(ca, at, selector, matching):
    result = at(tlsa_of(ca.intermediate, 2, selector, matching)).look()
    seen = seen_of(result)
    assert seen["dane"]["status"] == "match" and seen["authenticated_by"] == ["pkix", "dane"], result
    assert seen["dane"]["matched_name"] == {"type": "DNS-ID", "value": DOMAIN} and seen["dane"]["records"][0]["cert"] == 1
    assert set(ids(seen)) == {(1, 2): {"tlsa-sha512-only"}, (0, 0): {"tlsa-full-data"}}.get((selector, matching), set()), result


def test_record_of_an_authority_that_is_not_sent(ca, at):
    """CRT-47: servers must send the anchor."""
    seen = seen_of(at(tlsa_of(ca.root, 2, 0, 1)).look(status=2))
    assert "tlsa-ta-not-in-chain" in ids(seen) and seen["dane"]["ta_missing"], seen
    seen = seen_of(at(tlsa_of(ca.root, 2, 0, 1), ca.issue(DOMAIN).tlsa()).look())
    assert seen["dane"]["status"] == "match" and {"tlsa-ta-not-in-chain", "tlsa-combination-unmatched"} <= set(ids(seen)), seen


def test_usage_2_needs_a_name(ca, at):
    """The target's or the domain's (CRT-44)."""
    by_target = at(tlsa_of(ca.intermediate, 2, 1, 1), certificate=ca.issue(f"xmpp.{DOMAIN}"))
    seen = seen_of(by_target.look(status=0))
    assert seen["dane"]["status"] == "match" and seen["dane"]["by_target"] and "dane" in seen["authenticated_by"], seen
    neither = at(tlsa_of(ca.intermediate, 2, 1, 1), certificate=ca.issue("other.test"))
    seen = seen_of(neither.look(status=2))
    assert seen["dane"]["status"] == "mismatch" and not seen["authenticated"], seen


@pytest.mark.parametrize("usage", [0, 1])
def test_usages_that_ask_the_authorities_besides(ca, at, usage):
    certificate = ca.intermediate if usage == 0 else ca.issue(DOMAIN).x509
    seen = seen_of(at(tlsa_of(certificate, usage, 1, 1)).look())
    assert seen["dane"]["status"] == "match" and "tlsa-usage-pkix" in ids(seen), seen
    lone = ca.untrusted.issue(DOMAIN)
    certificate = ca.untrusted.intermediate if usage == 0 else lone.x509
    seen = seen_of(at(tlsa_of(certificate, usage, 1, 1), certificate=lone).look(status=2))
    assert seen["dane"]["status"] == "mismatch" and not seen["authenticated"], seen


@pytest.mark.parametrize("wish", [{"self_signed": True}, {"dns": ["other.test"]}, {"chain": False}, {"expired": True}], ids=str)
def test_what_3_1_1_proves(ca, at, wish):
    """Usage 3 asks neither for a path nor for a name nor for a date (CRT-43): P20."""
    leaf = ca.issue(DOMAIN, **wish)
    result = at(leaf.tlsa(), certificate=leaf).look()
    seen = seen_of(result)
    assert result.status in (0, 1) and seen["authenticated_by"] == ["dane"], result
    assert not [grade for grade in ids(seen).values() if grade == "critical"], result


def test_insecure_zone(ca, at):
    """TLSA records there count for nothing, right or wrong."""
    domain = "im.insecure.test"
    for record in (ca.issue(domain).tlsa(), ca.issue("other.test").tlsa()):
        place = at(record, domain=domain)
        seen = seen_of(place.look(status=0))
        assert seen["dane"]["status"] == "insecure" and not seen["findings"] and seen["authenticated_by"] == ["pkix"], seen
    assert ids(seen_of(place.look("--dane", "require", status=2))) == {"dane-required": "critical"}


def test_bogus_zone(ca, dns, make_prosody):
    make_prosody(["im.bogus.test"]).publish(dns, ways=C2S)
    result = check("im.bogus.test", "--c2s", "--trust", ca.file, "--resolver", dns.resolver, status=2)
    assert result.record["endpoints"] == [] and "dns-bogus" in ids(result.record), result


@pytest.mark.parametrize("zone", ["bogus.test", "lapsed.test"])
def test_bogus_or_expired_signatures_on_tlsa_alone(ca, dns, at, zone):
    """All secure but the answer itself: not the same as no record (CRT-41)."""
    place = at()
    dns.publish(f"tlsa.{zone}", [("TLSA", place.leaf.tlsa())])
    dns.publish(place.owner, [("CNAME", f"tlsa.{zone}")])
    result = place.look(status=2)
    assert "dane-bogus" in ids(seen_of(result)) and seen_of(result)["dane"]["status"] == "bogus", result


def test_tlsa_that_cannot_be_asked_for(dns, at):
    place = at()
    dns.publish(place.owner, [("CNAME", "tlsa.lame.test")])
    result = place.look()
    assert "dane-failed" in ids(seen_of(result)) and seen_of(result)["dane"]["status"] == "failed", result
    assert result.status != 0, result


def test_no_records(at):
    place = at()
    seen = seen_of(place.look(status=0))
    assert seen["dane"]["status"] == "none" and not seen["findings"], seen
    seen = seen_of(place.look("--dane", "require", status=2))
    assert ids(seen) == {"dane-required": "critical"} and seen["dane"]["required"], seen
    assert "dane" not in seen_of(place.look("--dane", "off", status=0))


def test_required_and_there(ca, at):
    place = at(ca.issue(DOMAIN).tlsa())
    assert ids(seen_of(place.look("--dane=require", status=0))) == {}
    assert ids(seen_of(at(ca.issue("other.test").tlsa()).look("--dane=require", status=2)))["dane-required"] == "critical"


@pytest.mark.parametrize("zone,status", [("secure", 0), ("insecure", 2)])
def test_target_of_a_secure_srv_record(ca, at, zone, status):
    """RFC 7673 section 4.1: the host that a secure SRV record leads to is a reference, an insecure one is none (CRT-3)."""
    domain = f"im.{zone}.test"
    result = at(domain=domain, certificate=ca.issue(f"xmpp.{domain}")).look(status=status)
    seen = seen_of(result)
    assert [name["verdict"] for name in seen["names"]] == ["match" if zone == "secure" else "differs"], result
    assert seen["authenticated"] == (zone == "secure"), result


def test_what_we_say_to_publish_matches(ca, dns, at):
    """--tlsa is the zone file's line."""
    place = at(certificate=ca.issue(DOMAIN, self_signed=True))
    place.look(status=2)
    printed = tool.run(NAME, ["--tlsa", "--no-state", "--c2s", "--trust", ca.file, "--resolver", dns.resolver, DOMAIN])
    owner, word, kind, record = printed.out.rstrip("\n").split(" ", 3)
    assert (owner, word, kind, record) == (place.owner + ".", "IN", "TLSA", place.leaf.tlsa()), printed
    dns.publish(owner.rstrip("."), [(kind, record)])
    result = place.look()
    assert result.status in (0, 1) and seen_of(result)["authenticated_by"] == ["dane"], result


def test_dane_behind_starttls_and_anew(ca, dns, at):
    """The records of a pipe are asked for as well; a record of ours keeps what they said."""
    place = at(ca.issue("other.test").tlsa())
    before = tool.run("xmpp-starttls", ["-j", "--c2s", "--trust", ca.file, "--resolver", dns.resolver, DOMAIN])
    place.server.stop()
    piped = check(before.out, "--trust", ca.file, "--resolver", dns.resolver, status=2)
    assert seen_of(piped)["source"] == "record" and ids(seen_of(piped)) == {"dane-mismatch": "critical"}, piped
    dns.clear()
    again = check(piped.out, "--rejudge", "--trust", ca.file, status=2)
    assert ids(seen_of(again)) == {"dane-mismatch": "critical"}, again
