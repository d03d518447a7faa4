"""xmpp-report --prometheus: the exposition is read by a parser that is stricter than Prometheus, and by promtool where
it is; the rules and the dashboard in man/examples ask for nothing that is not there.  And --csv and --summary."""

import csv
import io
import json
import re
import shutil
import subprocess

import pytest

import tool
from certcheck import NO_DNS

CORPUS = tool.TOP / "tests" / "fuzz" / "corpus"
EXAMPLES = tool.TOP / "man" / "examples"
WHOLE = json.loads((CORPUS / "digest" / "every-section.json").read_text())
SAMPLE = re.compile(r'([a-z][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9]+(?:\.[0-9]+)?)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"(,|$)')
DOOR = {"domain", "service", "host", "address", "port", "transport"}
promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is in the Debian package prometheus")


def report(form, *records, err=""):
    lines = "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in records)
    return tool.run("xmpp-report", [form], stdin=lines).expect(status=0, err=err).out


def labels_of(text):
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        assert found and found[1] not in labels, text
        labels[found[1]] = re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), found[2])
        at = found.end()
    return labels


def parse(text):
    """{metric: {labels in a frozenset: value}} of an exposition; an assertion where it breaks a rule of the format."""
    metrics, helped, typed = {}, None, None
    assert text.endswith("\n") and "\r" not in text
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, helped, words = line.split(" ", 3)
            assert words.endswith(".") and helped not in metrics, line  # once, and its samples together
        elif line.startswith("# TYPE "):
            assert line == f"# TYPE {helped} gauge"
            typed = helped
            metrics[typed] = {}
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert found[1] == typed == helped, f"{line} stands under {typed}"
            key = frozenset(labels_of(found[2] or "").items())
            assert key not in metrics[typed], f"twice: {line}"
            metrics[typed][key] = float(found[3])
    assert all(metrics.values()), "a metric without samples"
    return metrics


def value(metrics, name, **labels):
    """Of the one sample with these labels."""
    found = [number for key, number in metrics[name].items() if labels.items() <= dict(key).items()]
    assert len(found) == 1, f"{len(found)} samples of {name} {labels}"
    return found[0]


def examined(**members):
    """A record in which everything has been looked at, so that there is a sample of each metric."""
    return {**WHOLE, **members}


@pytest.fixture(scope="module")
def metrics():
    return parse(report("--prometheus", examined()))


def test_names_and_labels_are_as_prometheus_wants_them(metrics):
    assert len(metrics) == 28  # what a change adds is documented by its HELP, and may be used in man/examples
    for name, samples in metrics.items():
        assert name.startswith("xmpp_tls_") and not re.search("_(total|count|sum|bucket|ms|days|minutes|hours)$", name)
        sets = {frozenset(dict(key)) for key in samples}
        assert len(sets) == 1, f"{name} has samples with different labels: {sets}"
        labels = next(iter(sets))
        assert not labels or "domain" in labels
        if name.startswith(("xmpp_tls_endpoint_", "xmpp_tls_certificate_", "xmpp_tls_chain_")):
            assert DOOR <= labels, name
        if name.endswith("_info"):
            assert set(samples.values()) == {1}


def test_values(metrics):
    door = {"domain": "im.example", "service": "c2s", "host": "xmpp.im.example", "port": "5222"}
    assert value(metrics, "xmpp_tls_status", domain="im.example") == 1
    assert value(metrics, "xmpp_tls_certificate_not_after_timestamp_seconds", **door) == 1785542400
    assert value(metrics, "xmpp_tls_endpoint_connect_duration_seconds", **door) == 0.0045
    assert value(metrics, "xmpp_tls_endpoint_dialback", verdict="valid") == 1
    assert value(metrics, "xmpp_tls_endpoint_version_accepted", version="TLS1.0") == 0
    for proof in ("pkix", "dane"):
        assert value(metrics, "xmpp_tls_endpoint_proof_info", **door, proof=proof) == 1


def test_a_domain_in_two_records_has_the_series_of_the_last():
    before = examined(status="critical")
    text = report("--prometheus", before, examined(domain="other.example"), examined())
    assert text.count('xmpp_tls_status{domain="im.example"}') == 1
    assert value(parse(text), "xmpp_tls_status", domain="im.example") == 1


def test_what_strangers_wrote_makes_no_series_and_no_line():
    name = 'a\\b"c\nd\u202ee} 1 \u00e4'
    tls = {"up": True, "version": "TLS1.2", "cipher": 'x"} 1\ny 2', "group": "x25519"}
    walk = {**WHOLE["endpoints"][0]["starttls"], "tls": tls}
    hostile = {"schema": 1, "domain": "im.example", "status": "ok", "endpoints": [
        {"service": "c2s", "source": "file", "file": name, "starttls": walk}],
        "findings": [{"id": 'x"y', "severity": "info", "text": "t", "ref": "r"}]}
    metrics = parse(report("--prometheus", hostile))
    (tls_info,) = metrics["xmpp_tls_endpoint_tls_info"]
    assert dict(tls_info)["cipher"] == "other" and dict(tls_info)["group"] == "x25519"
    assert dict(tls_info)["host"] == 'a\\b"c\\nd\\u{202e}e} 1 \u00e4'
    assert value(metrics, "xmpp_tls_finding", finding="other") == 1


def test_every_record_of_each_tool_gives_a_sound_exposition():
    records = []
    for path in sorted((CORPUS / "record").glob("*.json")) + sorted((CORPUS / "digest").glob("*.json")):
        # As text: Python has no number as large as some of theirs.
        line = path.read_text().replace("\n", " ")
        records.append(re.sub(r'("domain": ?)"[^"]*"', rf'\1"{path.stem}.example"', line, count=1))
    said = "xmpp-report: 1 record of xmpp-sendmsg examines no server: left out\n"
    metrics = parse(report("--prometheus", *records, err=said))
    assert len(metrics["xmpp_tls_status"]) > 40


def broken_direct(domain):
    """STARTTLS works; the port of direct TLS refuses the handshake."""
    good = WHOLE["endpoints"][0]
    alert = {"stage": "tls", "code": "alert-received", "text": "TLS alert unrecognized_name"}
    walk = {key: good["starttls"][key] for key in ("time", "elapsed_ms", "policy") if key in good["starttls"]}
    walk |= {"status": "critical", "encrypted": False, "authenticated": False, "steps": [], "failure": alert,
             "findings": []}
    door = {key: value for key, value in good.items() if not isinstance(value, dict)}
    return examined(domain=domain, endpoints=[good, {**door, "port": 5223, "transport": "direct", "starttls": walk}])


def test_a_direct_port_that_fails_is_down_and_not_in_clear():
    """The same in all forms of figures: nobody can talk in clear there."""
    record = broken_direct("im.example")
    metrics = parse(report("--prometheus", record))
    assert value(metrics, "xmpp_tls_endpoint_up", port="5223") == 0
    assert value(metrics, "xmpp_tls_endpoint_encrypted", service="c2s") == 1
    assert value(metrics, "xmpp_tls_endpoint_authenticated", service="c2s") == 1
    rows = {row["port"]: row for row in csv.DictReader(io.StringIO(report("--csv", record), newline=""))}
    assert [rows[port][column] for port in ("5222", "5223") for column in ("up", "encrypted", "authenticated")] == [
        "yes", "yes", "yes", "no", "", ""]
    assert rows["5223"]["failure"] == "TLS alert unrecognized_name"
    summary = report("--summary", record)
    for word in ("Reachable", "Encrypted", "Authenticated"):
        assert re.search(rf"^{word} +1 of 1 ", summary, re.M), summary


def test_versions_that_nobody_asked_for_are_in_no_figure():
    """One connection came to TLS 1.3: nothing says what else would have been taken."""
    (negotiated, *_) = WHOLE["endpoints"]
    door = {key: value for key, value in negotiated.items() if key != "ciphers"}
    unasked = examined(endpoints=[door])
    assert "xmpp_tls_endpoint_version_accepted" not in parse(report("--prometheus", unasked))
    assert next(csv.DictReader(io.StringIO(report("--csv", unasked), newline="")))["accepted_versions"] == ""
    assert not re.search("TLS 1.3 only|Accepts", report("--summary", unasked))
    assert "Nothing older" not in report("--html", unasked)
    both = [report(form, unasked, WHOLE) for form in ("--summary", "--html")]
    assert re.search(r"^TLS 1.3 only +0 of 1 ", both[0], re.M) and "TLS 1.3</dt><dd>0 of 1<" in both[1], both[0]


def test_broken_promises_are_told_where_they_make_a_domain_worse():
    promises = [{"id": name, "service": "c2s", "result": result, "text": "words", "reason": "why"}
                for name, result in (("SW-1", "kept"), ("DP-3", "broken"), ("SW-8", "not-testable"))]
    record = {**examined(manifesto=promises), "status": "warning", "endpoints": []}
    metrics = parse(report("--prometheus", record))
    assert {dict(key)["promise"]: number for key, number in metrics["xmpp_tls_promise_kept"].items()} == {
        "SW-1": 1, "DP-3": 0}
    rows = list(csv.DictReader(io.StringIO(report("--csv", record), newline="")))
    assert {row["broken_promises"] for row in rows} == {"c2s:DP-3"}
    assert "Promises of the manifesto are broken by 1 of 1 domain: see --manifesto\n" in report("--summary", record)


def broken_promises(record):
    """What each form says of it: --csv, --prometheus, --markdown, --manifesto."""
    rows = csv.DictReader(io.StringIO(report("--csv", record), newline=""))
    [cells] = {row["broken_promises"] for row in rows}
    kept = parse(report("--prometheus", record)).get("xmpp_tls_promise_kept", {})
    items = re.findall(r"^- \*\*broken promise\*\* `(\S+)` \((...)\)", report("--markdown", record), re.M)
    breakers = re.findall(r"^(\S+) (c2s|s2s) .* is broken by 1:$", report("--manifesto", record), re.M)
    metrics = {f"{dict(key)['service']}:{dict(key)['promise']}" for key, one in kept.items() if one == 0}
    return [set(cells.split()), metrics,
            *({f"{service}:{name}" for name, service in found} for found in (items, breakers))]


def test_all_forms_say_the_same_of_promises():
    """Facts go before what the record says, and what somebody made up is no promise."""
    def told(name, service, result="broken"):
        return {"id": name, "service": service, "result": result, "text": "words"}

    record = examined(manifesto=[told("SW-1", "c2s"), told("SW-2", "s2s"), told("ACME-1", "c2s"),
                                 told("DP-3", "c2s", "kept")])
    assert record["endpoints"][0]["starttls"]["encrypted"], "so SW-1 is kept"
    for each in broken_promises(record):
        assert each == broken_promises(record)[0] and not each & {"c2s:SW-1", "c2s:ACME-1"}, broken_promises(record)
    stranger = {**record, "manifesto": [told("ACME-1", "c2s")]}
    assert broken_promises(stranger)[:3] == [set()] * 3, "nobody judged it"
    assert "romise" not in report("--summary", stranger) and ">promise not kept" not in report("--html", stranger)
    bare = {**record, "endpoints": []}
    assert broken_promises(bare) == [{"c2s:SW-1", "s2s:SW-2"}] * 4


def used(text):
    return set(re.findall(r"(?<![a-z:])xmpp_tls_[a-z0-9_]+", text))


def test_rules_and_dashboard_ask_for_metrics_and_labels_that_are_there(metrics):
    rules, dashboard = ((EXAMPLES / f"xmpp-tls.{name}").read_text() for name in ("rules.yml", "grafana.json"))
    labels = {label for samples in metrics.values() for key in samples for label in dict(key)} | {"datasource"}
    for text in (rules, dashboard):
        assert used(text) <= set(metrics), used(text) - set(metrics)
        assert len(used(text)) > 12
        asked = set(re.findall(r"\$labels\.([a-z_]+)|\{\{([a-z_]+)\}\}", text))
        asked = {name for pair in asked for name in pair if name} | {
            name.strip() for names in re.findall(r"by \(([a-z_, ]+)\)", text) for name in names.split(",")}
        assert asked <= labels, asked - labels


def test_the_dashboard_is_whole():
    board = json.loads((EXAMPLES / "xmpp-tls.grafana.json").read_text())
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    taken = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells
        assert panel["title"] and panel["targets"], panel
    assert {each["name"] for each in board["templating"]["list"]} == {"datasource", "domain"}


def ask_promtool(*words, stdin=""):
    return subprocess.run(["promtool", *words], input=stdin, capture_output=True, text=True, timeout=60, check=False)


@promtool
def test_promtool_finds_nothing(metrics):
    text = report("--prometheus", examined(), examined(domain="other.example", status="unknown", endpoints=[]))
    done = ask_promtool("check", "metrics", stdin=text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


@promtool
@pytest.mark.parametrize("verb, path", [("check", EXAMPLES / "xmpp-tls.rules.yml"),
                                        ("test", tool.TOP / "tests" / "data" / "xmpp-tls.rules.test.yml")])
def test_the_rules(verb, path):
    """That each alert fires when it should, and none else: tests/data/xmpp-tls.rules.test.yml."""
    done = ask_promtool(verb, "rules", path)
    assert done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout + done.stderr


def test_metrics_of_a_real_server(ca, prosody):
    """Down the pipeline: what xmpp-starttls and xmpp-certcheck said of a good and of an expired domain."""
    domains = ["good.test", "expired.test"]
    records = "".join(prosody.record(domain, [("c2s", "starttls"), ("s2s", "starttls")]) for domain in domains)
    seen = tool.run("xmpp-starttls", ["-j", *NO_DNS, "--trust", ca.file], stdin=records)
    checked = tool.run("xmpp-certcheck", ["-j", "--dane=off", "--posh=off", "--trust", ca.file], stdin=seen.out)
    metrics = parse(tool.run("xmpp-report", ["--prometheus"], stdin=checked.out).expect(status=0).out)
    statuses = {record["domain"]: record["status"] for record in checked.records}
    for domain in domains:
        number = ["ok", "warning", "critical", "unknown"].index(statuses[domain])
        assert value(metrics, "xmpp_tls_status", domain=domain) == number
        for service in ("c2s", "s2s"):
            door = {"domain": domain, "service": service}
            assert value(metrics, "xmpp_tls_endpoint_up", **door) == 1
            assert value(metrics, "xmpp_tls_endpoint_encrypted", **door) == 1
            assert value(metrics, "xmpp_tls_endpoint_authenticated", **door) == (domain == "good.test")
            took = value(metrics, "xmpp_tls_endpoint_handshake_duration_seconds", **door)
            assert 0 < took < value(metrics, "xmpp_tls_endpoint_connect_duration_seconds", **door)
    assert statuses["expired.test"] == "critical"
    now = metrics["xmpp_tls_report_timestamp_seconds"][frozenset()]
    ends = {domain: value(metrics, "xmpp_tls_certificate_not_after_timestamp_seconds", domain=domain, service="c2s")
            for domain in domains}
    assert ends["expired.test"] < now < ends["good.test"]


def test_a_spreadsheet_reads_the_rows():
    """As Python's csv does: RFC 4180, a row an endpoint, and nothing that begins like a formula but figures of ours."""
    names = {"subject": '=cmd|"/c calc"!A1,\r\n', "issuer": "@a\\,b"}
    certificate = {**WHOLE["endpoints"][0]["starttls"]["certificate"], **names}
    walk = {**WHOLE["endpoints"][0]["starttls"], "certificate": certificate}
    odd = {**WHOLE, "domain": "odd.example", "endpoints": [{**WHOLE["endpoints"][0], "starttls": walk}]}
    del odd["endpoints"][0]["certcheck"]
    text = report("--csv", WHOLE, odd, {"schema": 1, "input": "-x y", "status": "unknown"})
    assert text.count("\r\n") == text.count("\n") == 5
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["domain"] for row in rows] == ["im.example", "im.example", "odd.example", "'-x y"]
    assert rows[2]["subject"] == "'=cmd|\"/c calc\"!A1,\\r\\n" and rows[2]["issuer"] == "'@a\\,b"
    for row in rows:
        assert None not in row and None not in row.values()
        for column, field in row.items():
            assert not field.startswith(("=", "+", "@", "\t")), row
            assert not field.startswith("-") or column == "days_left", row


def test_a_summary_says_of_how_many():
    text = report("--summary", WHOLE, examined(domain="other.example", status="ok"))
    assert text.startswith("2 domains, 4 endpoints, 2 certificates; seen 2026-07-01\n")
    assert re.search(r"^  warning +1   50\.0 %", text, re.M)
    assert re.search(r"^Authenticated +2 of 2 +100\.0 % +2 of 2 ", text, re.M)
    assert all(len(line) <= 80 for line in text.splitlines()), text


def test_metrics_of_many_domains_need_little_memory():
    """2,000 records are 5 MB; what is kept of them is less than a kilobyte a record."""
    one = report("--prometheus", examined())
    lines = "".join(json.dumps(examined(domain=f"d{number}.example")) + "\n" for number in range(2000))
    few = tool.run("xmpp-report", ["--prometheus"], stdin=json.dumps(WHOLE) + "\n")
    many = tool.run("xmpp-report", ["--prometheus"], stdin=lines).expect(status=0)
    assert many.out.count("\nxmpp_tls_status{") == 2000 and many.out.count("# TYPE") == one.count("# TYPE")
    if not tool.SANITIZED:
        assert many.maxrss_kb - few.maxrss_kb < 3000, many
