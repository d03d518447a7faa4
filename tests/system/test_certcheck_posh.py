"""xmpp-certcheck and POSH (RFC 7711): a document on the domain's web server, which listens on port 443 of an address of
its own, and a Prosody whose certificate it is about."""

import dataclasses
import json
import signal
import subprocess
import time
import types

import pytest

import daemon
import httpsd as web
import servers
import tool
from certcheck import NAME, check, ids, sections, text

pytestmark = pytest.mark.skipif(not daemon.is_root(), reason="POSH knows no other port than 443")

DOMAIN = "im.insecure.test"
HOST = "xmpp.hosting.test"
PATHS = {"c2s": "/.well-known/posh/xmpp-client.json", "s2s": "/.well-known/posh/xmpp-server.json"}
C2S = [("c2s", "starttls")]


@pytest.fixture
def at(ca, dns, make_prosody, httpsd):
    """at(wish, page, certificate=): the domain on a host whose certificate names the host alone, and its web server."""
    def start(page=None, wish=None, behaviour="honest", certificate=None, hosts=()):
        leaf = certificate or ca.issue(HOST)
        server = make_prosody([servers.Host(DOMAIN, leaf)])
        server.publish(dns, DOMAIN)
        site = httpsd({DOMAIN: wish or {}, **{host: {} for host in hosts}}, behaviour=behaviour)
        for name in (DOMAIN, *hosts):
            dns.publish(name, [("A", site.address)])
        if page is not None:
            site.say(PATHS["c2s"], page)

        def look(*args, status=None, posh="auto", services=("--c2s", "--starttls")):
            args = [*services, "--trust", ca.file, "--resolver", dns.resolver, "--posh", posh, *args]
            return check(DOMAIN, *args, status=status)
        return types.SimpleNamespace(look=look, site=site, leaf=leaf, server=server)
    return start


def seen_of(result):
    [seen] = sections(result)
    return seen


def test_document_that_lists_the_certificate(ca, at):
    """The name is another's, and the domain's own web server says that it is right."""
    place = at(web.posh_document(ca.issue(HOST).der))
    result = place.look()
    seen = seen_of(result)
    assert result.status in (0, 1) and seen["authenticated_by"] == ["posh"], result
    assert {"status": "match", "url": f"https://{DOMAIN}{PATHS['c2s']}", "expires": 604800, "fingerprints": 1}.items() <= seen["posh"].items()
    assert "critical" not in ids(seen).values() and "clock-skew" not in ids(seen), result
    assert place.site.requests == [(DOMAIN, PATHS["c2s"])], "asked once"


def test_each_service_has_a_document(ca, at):
    place = at()
    place.site.posh("xmpp-server", ca.issue(HOST).der)
    result = place.look(services=())
    proved = [(endpoint["service"], each["posh"]["status"]) for endpoint, each in zip(result.record["endpoints"], sections(result))]
    assert sorted(proved) == [("c2s", "none")] * 2 + [("s2s", "match")] * 2, result
    assert sorted(place.site.requests) == [(DOMAIN, PATHS["c2s"]), (DOMAIN, PATHS["s2s"])], "once a service"


def test_document_of_another_certificate(ca, at):
    seen = seen_of(at(web.posh_document(ca.issue("other.test").der)).look(status=2))
    assert set(ids(seen)) == {"posh-mismatch", "cert-name-mismatch"} and seen["posh"]["status"] == "mismatch", seen
    assert not seen["authenticated"]


def test_not_asked_where_the_certificate_is_good(ca, at):
    place = at(web.posh_document(ca.issue(HOST).der), certificate=ca.issue(DOMAIN))
    seen = seen_of(place.look(status=0))
    assert "posh" not in seen and not place.site.requests, seen
    seen = seen_of(place.look(posh="always"))
    assert seen["posh"]["status"] == "mismatch" and len(place.site.requests) == 1, seen
    assert "posh-mismatch" in ids(seen) and seen["authenticated_by"] == ["pkix"]


def test_off(ca, at):
    place = at(web.posh_document(ca.issue(HOST).der))
    assert "posh" not in seen_of(place.look(posh="off", status=2)) and not place.site.requests


def test_required(ca, at):
    place = at(certificate=ca.issue(DOMAIN))
    seen = seen_of(place.look(posh="require", status=2))
    assert ids(seen) == {"posh-required": "critical"} and seen["posh"]["required"], seen
    place.site.posh("xmpp-client", ca.issue(DOMAIN).der)
    seen = seen_of(place.look(posh="require", status=0))
    assert seen["authenticated_by"] == ["pkix", "posh"] and not seen["findings"], seen


def test_redirect_and_reference(ca, at):
    """Both lead elsewhere; the lower life rules (CRT-54)."""
    document = web.posh_document(ca.issue(HOST).der)
    moved = at(web.redirect("https://other.insecure.test/moved.json"), hosts=["other.insecure.test"])
    moved.site.say("/moved.json", document)
    seen = seen_of(moved.look())
    assert seen["posh"]["status"] == "match" and seen["posh"]["reference"].endswith("/moved.json"), seen
    referred = at({"url": "https://other.insecure.test/x.json", "expires": 86400}, hosts=["other.insecure.test"])
    referred.site.say("/x.json", document)
    seen = seen_of(referred.look())
    assert (seen["posh"]["status"], seen["posh"]["expires"]) == ("match", 86400) and seen["authenticated_by"] == ["posh"], seen
    assert [host for host, _ in referred.site.requests] == [DOMAIN, "other.insecure.test"]


@pytest.mark.parametrize("page,status", [
    ({"url": "https://im.insecure.test/.well-known/posh/xmpp-client.json", "expires": 1}, "invalid"),  # to itself
    ({"url": "http://im.insecure.test/x.json", "expires": 1}, "invalid"),
    (web.redirect("http://im.insecure.test/x.json"), "failed"),
    (web.redirect(PATHS["c2s"]), "failed"),  # for ever
    (web.status(404, "Not Found"), "none"),
    (web.status(500, "Sorry"), "failed"),
    ("<html>Welcome</html>", "none"),
    ("{", "invalid"),
    ("[]", "invalid"),
    ({"fingerprints": [], "expires": 1}, None),
    ({"fingerprints": [{"sha-1": "x"}], "expires": 1}, None),
    (web.posh_document(b"x", expires=0), "expired"),
    (web.huge(), "failed"),
    (web.cut(), "failed"),
    (web.raw(b"\x16\x03\x01 nonsense\r\n\r\n"), "failed"),
], ids=lambda what: str(what)[:40])
def test_documents_that_prove_nothing(at, page, status):
    result = at(page).look(status=2)
    seen = seen_of(result)
    assert not seen["authenticated"] and "cert-name-mismatch" in ids(seen), result
    assert seen["posh"]["status"] == (status or seen["posh"]["status"]) and seen["posh"]["reason"], result
    assert seen["posh"]["status"] not in ("match", "not-checked")


@pytest.mark.parametrize("wish", [{"expired": True}, {"dns": ["other.test"]}, {"self_signed": True}, {"issuer": "untrusted"}], ids=str)
def test_invalid_https_proves_nothing(ca, at, wish):
    """Else whoever sits on the wire could write the document."""
    place = at(web.posh_document(ca.issue(HOST).der), wish=wish)
    seen = seen_of(place.look(status=2))
    assert seen["posh"]["status"] == "failed" and not seen["authenticated"], seen
    assert ids(seen)["posh-https-invalid"] and not place.site.requests


@pytest.mark.parametrize("behaviour", ["plain", "silent"])
def test_web_server_that_is_none(at, behaviour):
    place = at("{}", behaviour=behaviour)
    seen = seen_of(place.look("-t", "4", posh="always", status=2))  # which ends within the harness's patience, or fails
    assert seen["posh"]["status"] == "failed" and "posh-failed" in ids(seen), seen


def test_a_signal_ends_the_wait_for_a_document(ca, at, dns):
    """Of several domains; one alone is ended by it as any program is."""
    place = at(web.slow(600))
    args = ["-j", "-t", "600", "--c2s", "--starttls", "--trust", ca.file, "--resolver", dns.resolver, DOMAIN, DOMAIN]
    with subprocess.Popen([tool.find("xmpp-certcheck"), *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=tool.clean_environment()) as run:
        limit = time.monotonic() + 60
        while not place.site.requests:
            assert time.monotonic() < limit and run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        assert (run.returncode, out) == (-signal.SIGINT, b"") and b": interrupted: 0 of 2 done" in err, err


def test_slow_document(ca, at):
    document = web.posh_document(ca.issue(HOST).der)
    assert seen_of(at(web.slow(1, document)).look("-t", "20"))["posh"]["status"] == "match"
    seen = seen_of(at(web.slow(600, document)).look("-t", "4", status=2))
    assert seen["posh"]["status"] == "failed" and "4 s" in seen["posh"]["reason"], seen


def test_domain_without_a_web_server(ca, dns, at):
    place = at()
    dns.withdraw(DOMAIN)
    seen = seen_of(place.look(status=2))
    assert seen["posh"]["status"] == "none" and set(ids(seen)) == {"cert-name-mismatch"}, seen


@pytest.mark.parametrize("wish", [{"self_signed": True}, {"issuer": "untrusted"}, {"chain": False}], ids=str)
def test_what_posh_proves(ca, at, wish):
    """A certificate that no authority vouches for: P20."""
    wish = dict(wish)
    leaf = (ca.untrusted if wish.pop("issuer", None) else ca).issue(DOMAIN, **wish)
    result = at(web.posh_document(leaf.der), certificate=leaf).look()
    seen = seen_of(result)
    assert result.status in (0, 1) and seen["authenticated_by"] == ["posh"], result
    assert "critical" not in ids(seen).values(), result


def test_what_we_say_to_publish_matches(ca, dns, at):
    """--posh-json is the file."""
    place = at(certificate=ca.issue(DOMAIN, self_signed=True))
    printed = tool.run(NAME, ["--posh-json", "--no-state", "--c2s", "--trust", ca.file, "--resolver", dns.resolver, DOMAIN])
    assert json.loads(printed.out)["fingerprints"] == web.posh_document(place.leaf.der)["fingerprints"], printed
    place.site.say(PATHS["c2s"], printed.out)
    assert seen_of(place.look())["authenticated_by"] == ["posh"]


def test_a_web_server_with_another_clock(ca, at):
    """Ours or theirs: one of both is wrong, and all dates hang on it."""
    page = dataclasses.replace(web.document(web.posh_document(ca.issue(HOST).der)), clock=time.time() + 7200)
    seen = seen_of(at(page).look())
    assert "slow by" in text(seen, "clock-skew") and seen["posh"]["status"] == "match", seen


def test_rejudging_keeps_what_the_web_said(ca, at):
    first = at(web.posh_document(ca.issue(HOST).der)).look()
    again = check(first.out, "--rejudge", "--trust", ca.file, "--posh", "auto", status=first.status)
    assert again.record == first.record
