"""xmpp-report --html: what the page shows, to eyes, ears and keys; and that no record writes into it."""

import copy
import datetime
import hashlib
import json
import os

import pytest

import page as pages
import tool

NAME = "xmpp-report"
pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")

NOW = None


@pytest.fixture(scope="module", autouse=True)
def _now():
    """When these tests begin: between that and when they were collected may lie more than an hour."""
    global NOW
    NOW = datetime.datetime.now(datetime.timezone.utc)


def at(days):
    return (NOW + datetime.timedelta(days=days, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def section(status="ok", findings=(), **members):
    return {"time": at(0), "status": status, "elapsed_ms": 1, "findings": list(findings), **members}


def finding(ident, severity, text="what was seen", ref="RFC 7590 section 3.1"):
    return {"id": ident, "severity": severity, "text": text, "ref": ref}


def certificate(subject, days, **members):
    return {"subject": subject, "issuer": "CN=Good CA", "not_before": at(days - 90), "not_after": at(days),
            "days_left": days, "key": "EC P-256", "bits": 256, "signature": "ecdsa-with-SHA256",
            "sha256": hashlib.sha256(subject.encode()).hexdigest(), **members}


def endpoint(domain, service, days, transport="starttls", **sections):
    """An endpoint at which all is well, unless a section says otherwise."""
    port = {"c2s": 5222, "s2s": 5269}[service] + (transport == "direct")
    leaf = certificate(f"CN={domain}", days)
    walk = {"encrypted": True, "authenticated": True, "authenticated_by": ["pkix"],
            "steps": [{"step": "tcp", "ok": True, "elapsed_ms": 4}, {"step": "tls", "ok": True, "elapsed_ms": 8}],
            "tls": {"up": True, "version": "TLS1.3", "cipher": "TLS_AES_256_GCM_SHA384", "group": "x25519",
                    "forward_secrecy": True},
            "certificate": leaf}
    check = {"source": "record", "authenticated": True, "authenticated_by": ["pkix"], "names_judged": True,
             "names": [{"type": "DNS-ID", "value": domain, "verdict": "match", "reason": "names the domain"}],
             "chain": [{**leaf, "ca": False, "in_path": True},
                       {**certificate("CN=Middle CA", 900), "ca": True, "in_path": True}],
             "trust": {"trusted": True, "anchor": "CN=Root X1,O=Trust", "anchor_source": "system"}}
    return {"service": service, "host": f"xmpp.{domain}", "port": port, "address": "192.0.2.7", "transport": transport,
            "source": "srv", "starttls": section(**{**walk, **sections.pop("starttls", {})}),
            "certcheck": section(**{**check, **sections.pop("certcheck", {})}), **sections}


def record(domain, status="ok", days=61, endpoints=None, findings=(), **members):
    services = {"c2s": "client", "s2s": "server"}
    return {"schema": 1, "domain": domain, "status": status,
            "dns": {"srv": [{"name": f"_xmpp-{words}._tcp.{domain}", "priority": 5, "weight": 0,
                             "target": f"xmpp.{domain}", "port": {"c2s": 5222, "s2s": 5269}[service],
                             "dnssec": "secure"}
                            for service, words in services.items()]},
            "endpoints": [endpoint(domain, service, days) for service in services] if endpoints is None else endpoints,
            "findings": list(findings), **members}


SUITES = [
    {"version": "SSL3.0", "offered": "no"},
    {"version": "TLS1.2", "offered": "yes", "preference": "server", "complete": True, "suites": [
        {"name": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "code": "0xC02F", "verdict": "good"},
        {"name": "TLS_RSA_WITH_AES_128_CBC_SHA", "code": "0x002F", "verdict": "weak", "note": "no forward secrecy"}]},
    {"version": "TLS1.3", "offered": "yes", "preference": "client", "complete": True, "suites": [
        {"name": "TLS_AES_128_GCM_SHA256", "code": "0x1301", "verdict": "good"}]},
]


def old():
    """A domain about which there is much to tell."""
    domain = "old.example"
    ciphers = section("warning", scope="all", connections=9, throttled=0, encrypted=True, steps=[], versions=SUITES,
                      groups=[{"name": "x25519", "code": "0x001D", "tls12": True, "tls13": True}],
                      forward_secrecy="possible")
    dialback = section(verdict="valid", peer_trust="dialback", us="me.example", certificate=False, encrypted=True,
                       authenticated=True, steps=[], checks=[], hops=[], links=[], connections=3,
                       roles={"authoritative": "tested", "receiving": "refused", "before_tls": "not_tested",
                              "external": "not_tested", "initiating": "not_tested"})
    worse = finding("starttls-not-required", "warning", "TLS is offered but not required")
    c2s = endpoint(domain, "c2s", 3, ciphers=ciphers, starttls={"status": "warning", "findings": [worse]})
    s2s = endpoint(domain, "s2s", 3, dialback=dialback, ciphers=copy.deepcopy(ciphers))
    s2s["starttls"]["findings"] = [worse]
    direct = endpoint(domain, "c2s", 3, "direct", starttls={
        "status": "critical", "encrypted": False, "authenticated": False, "tls": {"up": False},
        "steps": [{"step": "tcp", "ok": False, "elapsed_ms": 4}],
        "failure": {"stage": "tcp", "code": "refused", "text": "connection refused"}})
    for name in ("certificate", "authenticated_by"):
        del direct["starttls"][name]
    del direct["certcheck"]
    promises = [{"id": "SW-1", "service": "c2s", "result": "kept", "text": "STARTTLS as in RFC 6120"},
                {"id": "SW-1", "service": "s2s", "result": "kept-by-fallback", "text": "STARTTLS as in RFC 6120"},
                {"id": "DP-1", "service": "c2s", "result": "broken", "text": "TLS required", "reason": "not required"},
                {"id": "SW-8", "service": "s2s", "result": "not-testable", "text": "shows it"}]
    return record(domain, "critical", endpoints=[c2s, direct, s2s], manifesto=promises, findings=[
        finding("ipv6-missing", "info", "no endpoint has an IPv6 address", "RFC 6540"),
        finding("made-up-finding", "critical", "what nobody knows of")])


def broken():
    return {"schema": 1, "input": "user@example.org/x", "status": "unknown", "endpoints": [],
            "findings": [finding("invalid-input", "info", "give the domain only")]}


def make(run, records, *options, status=0):
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    done = run(NAME, ["--html", *options], stdin="\n".join(lines) + "\n")
    done.expect(status=status)
    return pages.parse(done.out)


@pytest.fixture(scope="module")
def shown(run):
    records = [record("good.example"), old(), record("ended.example", "critical", -5), broken()]
    for each in records:
        tool.assert_record_valid(each)
    return make(run, records)


def test_the_page_keeps_the_rules(shown):
    assert shown.faults() == []


def test_it_counts_by_status_and_by_service(shown):
    assert shown.one("h1").text == "TLS of 3 XMPP domains"
    facts = shown.one("section", id="overview").facts()
    assert {word: facts[word] for word in ("ok", "warning", "critical", "unknown")} == {
        "ok": "1", "warning": "0", "critical": "2", "unknown": "1"}
    assert facts["c2s reachable"] == facts["c2s encrypted"] == "3 of 3" and facts["Nothing older than TLS 1.3"] == "0 of 1"


def test_rates_are_of_those_of_which_it_is_known(run):
    """As --summary counts them: whoever cannot be reached does not speak in clear."""
    silent = {"status": "warning", "encrypted": False, "authenticated": False, "tls": {"up": False},
              "steps": [{"step": "tcp", "ok": True, "elapsed_ms": 1}, {"step": "stream", "ok": False, "elapsed_ms": 9}],
              "failure": {"stage": "stream", "code": "timed-out", "text": "no stream header within 5 s"}}
    door = endpoint("silent.example", "c2s", 9, starttls=silent)
    for name in ("certificate", "authenticated_by"):
        del door["starttls"][name]
    del door["certcheck"]
    page = make(run, [record("good.example"), record("silent.example", "critical", endpoints=[door])])
    facts = page.one("section", id="overview").facts()
    assert (facts["c2s reachable"], facts["c2s encrypted"], facts["c2s authenticated"]) == ("1 of 2", "1 of 1", "1 of 1")
    [row] = [row for row in page.one("table", id="domains").rows if row[0] == "silent.example"]
    assert row[2] == "not reachable", row


def test_a_direct_port_that_fails_is_down_and_not_in_clear(run):
    alert = {"stage": "tls", "code": "alert-received", "text": "TLS alert unrecognized_name"}
    door = endpoint("a.example", "c2s", 9, "direct", starttls={
        "status": "critical", "encrypted": False, "authenticated": False, "tls": {"up": False}, "failure": alert})
    for name in ("certificate", "authenticated_by"):
        del door["starttls"][name]
    del door["certcheck"]
    page = make(run, [record("a.example", "critical", endpoints=[endpoint("a.example", "c2s", 9), door]),
                      record("b.example", "critical", endpoints=[door])])
    facts = page.one("section", id="overview").facts()
    assert (facts["c2s reachable"], facts["c2s encrypted"], facts["c2s authenticated"]) == ("1 of 2", "1 of 1", "1 of 1")
    rows = {row[0]: row for row in page.one("table", id="domains").rows}
    assert rows["a.example"][2] == "encrypted at 1 of 2PKIX" and rows["b.example"][2] == "not reachable", rows
    [clients, *_] = page.domain("a.example").all(class_="service")
    assert "encrypted at 1 of 2 endpointsauthenticated by PKIX" in clients.text, clients.text


def test_it_says_what_was_left_out(run):
    message = {"schema": 1, "domain": "b.example", "status": "unknown", "sendmsg": {"time": at(0)}}
    page = make(run, [record("a.example"), message, message])
    assert page.one("header", class_="top").text.count("2 records of xmpp-sendmsg examine no server: left out.") == 1
    assert [row[0] for row in page.one("table", id="domains").rows] == ["a.example"]


def test_it_says_by_which_policy(run):
    strict, other = record("a.example", policy="strict"), record("b.example", policy="bcp195")
    other["endpoints"][0]["certcheck"]["policy"] = "manifesto"
    head = make(run, [strict, strict]).one("header", class_="top").text
    assert " Judged under strict. " in head, head
    page = make(run, [strict, other])
    head = page.one("header", class_="top").text
    assert " Judged under several policies: each domain says which. " in head, head
    assert "Judged" not in make(run, [record("c.example")]).one("header", class_="top").text
    assert page.domain("b.example").one("header").text.endswith("Judged under bcp195 and manifesto.")


def test_the_table_has_a_row_a_line_with_trouble_first(shown):
    table = shown.one("table", id="domains")
    assert [head.text for head in table.one("thead").all("th")] == [
        "Domain", "Status", "Clients (c2s)", "Servers (s2s)", "Lowest version", "Forward secrecy", "Days left",
        "Worst finding"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows) == ["ended.example", "old.example", "user@example.org/x", "good.example"]
    assert rows["good.example"] == ["ok", "encryptedPKIX", "encryptedPKIX", "not known", "always", "61", "none"]
    assert rows["old.example"][1:3] == ["encrypted at 1 of 2PKIX", "encryptedPKIX"], "the direct port is down"
    assert rows["old.example"][3:] == ["TLS 1.2", "not always", "3", "what nobody knows ofmade-up-finding"]
    assert rows["ended.example"][5] == "ended"
    assert rows["user@example.org/x"] == ["unknown", "not examined", "not examined", "not known", "not known",
                                          "not known", "give the domain onlyinvalid-input"]


def test_rows_lead_to_sections_and_sections_back(shown):
    for row in shown.one("table", id="domains").one("tbody").all("tr"):
        [link] = row.all("a")
        assert shown.one("article", id=link.attrs["href"][1:]).one("h3").text == link.text


def test_a_section_tells_verdict_path_and_chain(shown):
    domain = shown.domain("good.example")
    services = [each.text for each in domain.all(class_="service")]
    assert services[0].startswith("Clients c2s, 1 endpointencryptedauthenticated by PKIX")
    assert services[1].startswith("Servers s2s, 1 endpointencryptedauthenticated by PKIX")
    hops = [hop.text for hop in domain.section("The path").all(class_="hop")]
    assert hops[:3] == ["xmpp.good.exampleSRV _xmpp-client._tcp 5 0DNSSEC: secure", "192.0.2.7:5222c2s, STARTTLS",
                        "TLS 1.3TLS_AES_256_GCM_SHA384, x2551912 ms"]
    chain = domain.section("Certificate")
    assert [each.one("b").text for each in chain.one("ol").all("li")] == ["good.example", "Middle CA", "Root X1"]
    assert "Served by c2s, s2s" in chain.text and "61 days left of 90" in chain.text
    assert "DNS-ID good.example names the domain" in chain.text and "trusted by the system" in chain.text


def test_a_failure_is_told_where_it_happened(shown):
    hops = [hop.text for hop in shown.domain("old.example").section("The path").all(class_="hop")]
    assert "no connectionconnection refusedstopped at tcp" in hops


def test_findings_stand_once_with_place_clause_and_remedy(shown):
    part = shown.domain("old.example").section("Findings")
    first, second = part.children[1].children[:2]
    assert first.text == "criticalwhat nobody knows ofRFC 7590 section 3.1 · made-up-finding"  # no remedy is made up
    assert second.text.startswith("warningTLS is offered but not requiredc2s 192.0.2.7:5222, s2s "
                                  "· RFC 7590 section 3.1 · starttls-not-required")
    remedy = second.one("details").facts()
    assert "c2s_require_encryption = true" in remedy["Prosody"] and "starttls_required: true" in remedy["ejabberd"]
    notes = part.one("details", class_="notes")
    assert notes.one("ol").children[0].text.startswith("infono endpoint has an IPv6 addressRFC 6540")


def test_suites_are_drawn_once_for_endpoints_that_agree(shown):
    part = shown.domain("old.example").section("Cipher suites")
    [picture] = part.all("svg", class_="matrix")
    assert picture.one("desc").text == (
        "TLS1.3 accepted: TLS_AES_128_GCM_SHA256 good. TLS1.2 accepted: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 good, "
        "TLS_RSA_WITH_AES_128_CBC_SHA weak. SSL3.0 refused.")
    assert [len(list(picture.all(tag))) for tag in ("circle", "path")] == [2, 2]  # good; weak, refused
    [key] = part.all("ul", class_="key")
    assert [each.text for each in key.children] == ["good", "weak", "version refused"]
    assert part.facts()["Whose order"] == "TLS1.3: client, TLS1.2: server"
    assert "Accepted by c2s 192.0.2.7:5222, s2s" in part.text


def test_dialback_and_promises_stand_where_they_were_tried(shown):
    domain = shown.domain("old.example")
    dialback = domain.section("Server Dialback")
    assert "valid: the domain verified us" in dialback.text
    assert dialback.facts() == {"It would authenticate us": "by dialback inside TLS", "We spoke for": "me.example",
                                "Its roles tested": "authoritative", "Refused": "receiving",
                                "Not tested": "initiating, before TLS, with our certificate"}
    rows = {row[0]: row[1:] for row in domain.section("The statement").one("table").rows}
    assert len(rows) == 11 and rows["DP-1 TLS required, authenticated if possible"] == ["kept", "kept"], "say the facts"
    assert "Server Dialback" not in shown.domain("good.example").text


def test_promises_without_facts_are_as_the_record_says(run):
    page = make(run, [{**old(), "endpoints": []}])
    assert page.domain("old.example").section("The statement").one("table").rows == [
        ["SW-1 STARTTLS as in RFC 6120", "kept", "kept by fallback"],
        ["SW-8 shows it", "", "not testable"], ["DP-1 TLS required", "brokennot required", ""]]


def test_a_line_that_was_no_domain_shows_as_what_it_was(shown):
    assert "This line names no XMPP domain." in shown.domain("user@example.org/x").text


@pytest.mark.parametrize("count", [1, 30, 60])
def test_the_timeline_fits_one_and_many(run, count):
    records = [record(f"d{i}.example", days=(i * 7) % 420 - 5) for i in range(count)]
    page = make(run, records)
    assert page.faults() == []
    part = page.one("section", id="expiry")
    titles = [each.one("title").text if not list(each.all("rect", class_="fill-ok")) else each.children[0].text
              for each in part.all("svg")]
    if count <= 40:
        assert titles == ["Days until the first certificate of a domain ends"]
        assert "d0.example: ended 4 days ago" in part.one("desc").text
        assert len(list(part.all("rect", class_="fill-track"))) == count
    else:
        weeks, following = part.all("svg")
        assert len(titles) == 2 and ": ended" in weeks.one("desc").text
        assert following.one("desc").text.startswith("d1.example: 2 days left; d2.example: 9 days left")
        assert len(list(following.all("rect", class_="fill-track"))) == 15
        drawn = sum(int(each.text.split()[0]) for each in weeks.all("title") if each.parent.tag == "rect")
        assert drawn == count


EVIL = "\"'><img src=x onerror=alert(1)></svg></style><script>alert(2)</script>&lt;\u202e\u2066\x1b[31m\u0085{}\\"


def poisoned(value):
    """The same with every text that is free replaced; words of closed sets stay, or it would be no record."""
    closed = {"schema", "domain", "status", "service", "transport", "source", "time", "severity", "version", "offered",
              "preference", "host", "address", "not_before", "not_after", "authenticated_by", "step", "stage", "code",
              "verdict", "type", "result", "dnssec", "forward_secrecy", "sha256", "name", "peer_trust", "roles",
              "names_judged", "scope", "anchor_source"}
    if isinstance(value, dict):
        return {key: each if key in closed else poisoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    return EVIL if isinstance(value, str) else value


def test_no_text_of_a_record_becomes_markup(run):
    hostile = poisoned(old())
    hostile["endpoints"][0]["ciphers"]["versions"][1]["suites"][0]["name"] = EVIL
    hostile["unicode"] = EVIL
    page = make(run, [hostile, {**broken(), "input": EVIL}], "--title", EVIL)
    assert page.faults() == []
    assert not list(page.all("img")) and len(list(page.all("script"))) == 1
    for raw in ("\u202e", "\u2066", "\x1b", "\u0085"):
        assert raw not in page.source
    assert page.source.count("\\u{202e}") > 10
    assert page.one("h1").text.startswith("\"'><img src=x onerror=alert(1)>")


def test_names_never_reach_an_id_and_sections_never_collide(run):
    names = ["a.example", "a.example", "A.example", "overview", "sections"]
    page = make(run, [{**record(name), "endpoints": []} for name in names])
    assert page.faults() == []
    ids = [each.attrs["id"] for each in page.all("article")]
    assert len(set(ids)) == 5 and all(each.startswith("d-") for each in ids)
    again = make(run, [{**record("a.example"), "endpoints": []}])
    assert again.one("article").attrs["id"] in ids


def test_colours_can_be_read_in_each_scheme(shown):
    for scheme in ("light", "dark", "paper"):
        for ground in ("paper", "card", "sunk"):
            for ink in ("ink", "soft", "link", "ok", "warning", "critical", "unknown"):
                assert shown.contrast(scheme, ink, ground) >= 4.5, (scheme, ink, ground)
            for drawn in ("edge", "ok-fill", "warning-fill", "critical-fill", "unknown-fill"):
                assert shown.contrast(scheme, drawn, ground) >= 3, (scheme, drawn, ground)
        for status in ("ok", "warning", "critical", "unknown"):
            assert shown.contrast(scheme, status, status + "-ground") >= 4.5, (scheme, status)


def test_no_record_is_a_page_all_the_same(run):
    page = pages.parse(run(NAME, ["--html"], stdin="").out)
    assert page.faults() == [] and "There was no record to show." in page.text


@pytest.mark.skipif(not pages.chromium(), reason="no chromium here")
@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_a_real_browser_shows_it(run, tmp_path, width, scheme):
    hostile = poisoned(old())
    hostile["unicode"] = EVIL
    records = [record(f"d{i}.example", days=i * 9) for i in range(8)] + [
        old(), hostile, {**broken(), "input": EVIL}, {**broken(), "input": "x" * 3000},
        record(".".join(["a-label-as-long-as-they-can-be" * 2] * 4), days=2)]
    page = make(run, records)
    seen = pages.look(page.source, width, scheme, tmp_path)
    assert seen["faults"] == [] and seen["texts"] > 300
    assert seen["width"] == width and seen["scroll"] == width, "the page scrolls sideways"
    assert seen["table"] == (width == 375)  # and the table in its own box
    assert seen["paper"] == {"dark": "rgb(15, 19, 24)", "light": "rgb(245, 246, 248)"}[scheme]
    assert seen["buttons"] == 8 and seen["sorted"] == "ascending"
    dated = [name for name in seen["up"] if name.startswith("d") and name.endswith(".example")]
    assert dated == [f"d{i}.example" for i in range(8)]
    assert [name for name in seen["down"] if name in dated] == dated[::-1]
