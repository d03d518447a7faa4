"""xmpp-certcheck against real servers: every kind of certificate that Prosody and ejabberd show here, by every way in."""

import json

import pytest

import servers
from certcheck import check, ids, sections, text

WAYS = pytest.mark.parametrize("service,transport", servers.WAYS, ids=lambda word: word)
STARTTLS = [("c2s", "starttls"), ("s2s", "starttls")]


def look(ca, server, domain, ways=None, *args, status=None):
    """The result and the sections of a domain of this server."""
    result = check(server.record(domain, ways), "--trust", ca.file, *args, status=status)
    return result, sections(result)


def joined(*lines):
    """One record with the endpoints of all."""
    records = [json.loads(line) for line in lines]
    return json.dumps({**records[0], "endpoints": sum((record["endpoints"] for record in records), [])}) + "\n"


@WAYS
def test_good_certificate_on_prosody(ca, prosody, service, transport):
    result, [seen] = look(ca, prosody, "good.test", [(service, transport)], status=0)
    assert result.record["status"] == seen["status"] == "ok" and not seen["findings"], result
    assert seen["source"] == "live" and seen["encrypted"] is True
    assert seen["authenticated"] is True and seen["authenticated_by"] == ["pkix"]
    assert [(name["type"], name["value"], name["verdict"]) for name in seen["names"]] == [
        ("DNS-ID", "good.test", "match"), ("XmppAddr", "good.test", "match")]
    leaf, intermediate = seen["chain"]
    assert (leaf["issuer"], leaf["key"], leaf["in_path"]) == (intermediate["subject"], "EC P-256", True)
    assert not leaf["ca"] and intermediate["ca"] and seen["path"] == [0, 1]
    assert seen["trust"] == {"trusted": True, "anchor": "CN=xmpp-tls-tools test root", "anchor_source": "file"}
    assert (seen["days_left"], seen["lifetime_days"]) == (61, 90) and seen["purposes"]["server"] and seen["purposes"]["client"]
    assert (seen["warning_days"], seen["critical_days"]) == (20, 7)
    assert seen["staple"] == {"status": "absent"}


@WAYS
def test_good_certificate_on_ejabberd(ca, ejabberd, service, transport):
    result, [seen] = look(ca, ejabberd, "ejab.test", [(service, transport)], status=0)
    assert seen["authenticated_by"] == ["pkix"] and not seen["findings"], result
    assert seen["chain"][0]["sha256"] == ca.issue("ejab.test", xmpp=["ejab.test"]).sha256


# What each is on c2s, and on s2s, where dialback can stand in for all but dates.
BROKEN = [
    ("expired.test", "cert-expired", "critical", "critical"),
    ("not-yet.test", "cert-not-yet-valid", "critical", "critical"),
    ("self-signed.test", "cert-self-signed", "critical", "warning"),
    ("untrusted.test", "cert-untrusted", "critical", "warning"),
    ("wrong-name.test", "cert-name-mismatch", "critical", "warning"),
    ("no-chain.test", "cert-chain-incomplete", "critical", "warning"),
]


@pytest.mark.parametrize("domain,finding,c2s,s2s", BROKEN, ids=lambda word: word)
def test_broken_certificates(ca, prosody, domain, finding, c2s, s2s):
    """Encrypted and not authenticated, by STARTTLS as by direct TLS, and for no other reason than the one."""
    result, seen = look(ca, prosody, domain, status=2)
    services = [endpoint["service"] for endpoint in result.record["endpoints"]]
    assert [ids(each) for each in seen] == [{finding: c2s if service == "c2s" else s2s} for service in services], result
    assert all(each["encrypted"] and not each["authenticated"] for each in seen), result
    assert not any("authenticated_by" in each for each in seen)
    assert result.record["status"] == "critical" and not result.record["findings"]


def test_milder_status_where_dialback_stands_in(ca, prosody, make_prosody):
    look(ca, prosody, "untrusted.test", [("s2s", "starttls")], status=1)
    lone = make_prosody([servers.Host("lone.test", ca.untrusted.issue("lone.test"))], dialback=False)
    look(ca, lone, "lone.test", [("s2s", "starttls")], status=2)


def test_expired_certificate_on_ejabberd(ca, ejabberd):
    _, seen = look(ca, ejabberd, "ejab-expired.test", status=2)
    assert [ids(each) for each in seen] == [{"cert-expired": "critical"}] * 4
    assert "24 hours ago" in text(seen[0], "cert-expired") and seen[0]["days_left"] < 0


def test_what_is_told_of_a_broken_chain(ca, prosody):
    _, [seen] = look(ca, prosody, "no-chain.test", [("c2s", "starttls")])
    assert len(seen["chain"]) == 1 and seen["trust"]["trusted"] is False and "anchor" not in seen
    _, [seen] = look(ca, prosody, "wrong-name.test", [("c2s", "starttls")])
    assert seen["trust"]["trusted"] is True and "other.test" in text(seen, "cert-name-mismatch")
    assert [name["verdict"] for name in seen["names"]] == ["differs"] and seen["names"][0]["reason"]
    _, [seen] = look(ca, prosody, "not-yet.test", [("c2s", "starttls")])
    assert "in 2" in text(seen, "cert-not-yet-valid")


def test_rsa_certificate(ca, prosody):
    _, seen = look(ca, prosody, "rsa.test", status=0)
    assert {(each["chain"][0]["key"], each["chain"][0]["bits"]) for each in seen} == {("RSA", 2048)}


@pytest.mark.parametrize("written", ["bücher.test", "BÜCHER.test", "xn--bcher-kva.test"])
def test_internationalised_domain(ca, prosody, written):
    """The DNS-ID names it in A-labels, the XmppAddr in U-labels: both are it."""
    result, seen = look(ca, prosody, written, STARTTLS, status=0)
    assert result.record["domain"] == written  # as it came
    assert {name["verdict"] for each in seen for name in each["names"]} == {"match"}, result


@pytest.mark.parametrize("wish,finding,severity", [
    ({"eku": ("client",)}, "cert-eku-client-only", "critical"),
    ({"eku": ("server",)}, None, None),
    ({"eku": None}, None, None),
    ({"must_staple": True}, "cert-staple-missing", "critical"),
    ({"days": 19}, "cert-expires-soon", "warning"),
    ({"days": 6}, "cert-expires-soon", "critical"),
    ({"days": 12, "lifetime": 40}, "cert-expires-soon", "warning"),
    ({"days": 3, "lifetime": 6}, None, None),
    ({"key": "rsa1024"}, "cert-weak", "critical"),
    ({"hash": "sha1"}, "cert-weak", "critical"),
], ids=str)
def test_what_a_certificate_says(ca, make_prosody, wish, finding, severity):
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", **wish))])
    result, [seen] = look(ca, server, "one.test", [("c2s", "starttls")])
    told = {name: grade for name, grade in ids(seen).items() if grade != "info"}
    assert told == ({finding: severity} if finding else {}), result
    assert result.status == {None: 0, "warning": 1, "critical": 2}[severity], result


def test_a_certificate_for_servers_only(ca, make_prosody):
    """What public authorities give since 2026: nothing to mend, and peers may mind (CRT-39)."""
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", eku=("server",)))])
    result, [c2s, s2s] = look(ca, server, "one.test", STARTTLS, status=0)
    assert ids(c2s) == {} and ids(s2s) == {"cert-eku-no-client": "info"}, result
    assert s2s["purposes"] == {"server": True, "client": False, "any": False, "listed": True}


def test_names_of_a_service(ca, make_prosody):
    """A certificate for client streams alone does not speak for server streams, over direct TLS neither (STR-14)."""
    leaf = ca.issue("one.test", dns=[], srv=["_xmpp-client.one.test"])
    result, seen = look(ca, make_prosody([servers.Host("one.test", leaf)]), "one.test", status=1)
    verdicts = {endpoint["service"]: each["names"][0]["verdict"] for endpoint, each in zip(result.record["endpoints"], seen)}
    assert verdicts == {"c2s": "match", "s2s": "differs"}, result
    assert [(ids(each), each["authenticated"]) for each in seen] == [({}, True)] * 2 + [({"cert-name-mismatch": "warning"}, False)] * 2


def test_endpoint_that_is_dead_beside_one_that_works(ca, make_prosody):
    server = make_prosody(["one.test"])
    line = server.record("one.test", [("c2s", "starttls")])
    dead = line.replace(f'"port": {server.port()}', '"port": 1')
    result = check(joined(line, dead), "--trust", ca.file, status=1)
    good, bad = sections(result)
    assert good["status"] == "ok" and ids(bad) == {"endpoint-refused": "warning"} and bad["failure"]["code"] == "refused", result
    assert ids(result.record) == {"endpoint-unreachable": "warning"} and "chain" not in bad
    alone = check(dead, "--trust", ca.file)
    assert ids(alone.record)["service-unreachable"] and alone.status in (2, 3), alone


def test_endpoints_with_different_certificates(ca, make_prosody):
    """P22 between ports: the one that is expired is told, and that they differ, and in what."""
    new = make_prosody(["one.test"])
    old = make_prosody([servers.Host("one.test", ca.issue("one.test", key="rsa2048", expired=True))])
    lines = [server.record("one.test", [("c2s", "starttls")]) for server in (new, old)]
    result = check(joined(*lines), "--trust", ca.file, status=2)
    good, bad = sections(result)
    assert ids(good) == {} and ids(bad) == {"cert-expired": "critical"}
    assert "EC P-256 and RSA of 2048 bits" in text(result.record, "certs-differ"), result
    assert ids(result.record) == {"certs-differ": "info"}


def test_certificate_depends_on_the_name_asked_for(ca, prosody):
    """P21: asked by another name, a direct TLS port shows another certificate, and it is judged for the domain."""
    result, [seen] = look(ca, prosody, "good.test", [("c2s", "direct")], "--servername", "rsa.test", status=2)
    assert ids(seen) == {"cert-name-mismatch": "critical"} and seen["tls"]["servername"] == "rsa.test", result
    result, [seen] = look(ca, prosody, "good.test", [("c2s", "direct")], status=0)
    assert seen["tls"]["servername"] == "good.test"
