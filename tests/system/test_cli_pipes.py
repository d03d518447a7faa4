"""xmpp-starttls in pipelines: the output of one run is the input of the next, and what is not ours stays."""

import copy
import json
import re
import shutil

import pytest

import tool

OFFLINE = ["--resolver", "127.0.0.1:1"]


@pytest.fixture
def seen(run, ca, prosody):
    """seen(domain, *args): the record of a run against the shared Prosody."""
    return lambda domain="good.test", *args: run(
        "xmpp-starttls", ["-j", "--trust", ca.file, *args], stdin=prosody.record(domain)).record


@pytest.fixture
def again(run, ca):
    """again(record, *args): the record that comes out when this one goes in; DNS is out of reach."""
    def start(record, *args):
        result = run("xmpp-starttls", ["-j", "--trust", ca.file, *OFFLINE, *args], stdin=json.dumps(record) + "\n")
        tool.assert_record_valid(result.record)
        return result.record
    return start


def without_ours(record):
    """What must not change: all but our sections, findings and status."""
    rest = copy.deepcopy(record)
    for name in ("findings", "status"):
        rest.pop(name, None)
    for endpoint in rest["endpoints"]:
        endpoint.pop("starttls", None)
    return rest


def test_short_output_is_input(run, ca, prosody):
    args = ["--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), *OFFLINE]
    first = run("xmpp-starttls", args, stdin="good.test\nexpired.test\n")
    second = run("xmpp-starttls", ["-k", *args], stdin=first.out)
    assert sorted(second.out.splitlines()) == sorted(first.out.splitlines()), second


def test_what_is_not_ours_stays(seen, again):
    record = seen()
    record["x-top"] = {"deep": [1, 2.5, True, None, {"ü": "\x7f"}]}
    record["dns"] = {"srv": [], "x-dns": 1}
    record["endpoints"][0]["x-other"] = {"time": "2020-01-01T00:00:00Z", "status": "warning", "findings": [], "x": 1}
    record["endpoints"][1]["x-endpoint"] = "kept"
    record["findings"].append({"id": "x-other-tool", "severity": "info", "text": "theirs", "ref": "RFC 1 section 1"})
    after = again(record)
    assert without_ours(after) == without_ours(record)
    assert {"id": "x-other-tool", "severity": "info", "text": "theirs", "ref": "RFC 1 section 1"} in after["findings"]
    assert after["status"] == "warning", "that of the other tool"
    assert again(after)["status"] == "warning"
    assert list(after)[:2] == ["schema", "domain"]


def test_our_section_is_replaced(seen, again):
    record = seen()
    for endpoint in record["endpoints"]:
        endpoint["starttls"] = {"time": "2020-01-01T00:00:00Z", "status": "critical", "encrypted": False, "x-old": 1, "findings": []}
    after = again(record)
    for endpoint in after["endpoints"]:
        assert "x-old" not in endpoint["starttls"] and endpoint["starttls"]["encrypted"] is True
        assert endpoint["starttls"]["time"] > "2026"
    assert after["status"] == "ok"


@pytest.mark.parametrize("before,after", [("ok", "critical"), ("warning", "critical"), ("unknown", "critical"), ("critical", "critical")])
def test_status_is_raised(seen, again, before, after):
    record = seen("expired.test", "--ignore", "cert-expired")
    assert record["status"] == "ok"
    assert again({**record, "status": before})["status"] == after


def test_status_of_somebody_else_stays(seen, again):
    assert again({**seen(), "status": "critical"})["status"] == "critical"


def test_findings_that_no_longer_hold_go(run, again, seen):
    """Yesterday the server was down; the same record today says it is up."""
    record = seen()
    dead = copy.deepcopy(record)
    for endpoint in dead["endpoints"]:
        endpoint["port"] = 1
    down = again(dead)
    assert "service-unreachable" in tool.finding_ids(down) and down["status"] == "critical"
    for endpoint, up in zip(down["endpoints"], record["endpoints"]):
        endpoint["port"] = up["port"]
    after = again(down)
    assert "service-unreachable" not in tool.finding_ids(after) and after["status"] == "ok", after


def test_the_findings_that_give_way_are_those_we_make():
    """judge_dns_ids and the list in run/verdict.c name them; a new finding of a target must stand in one of them."""
    def text(*names):
        return "".join((tool.TOP / "libcommon" / name).read_text() for name in names)
    made = re.findall(r'FIND_SPANNING\([^"]*"([a-z0-9-]+)"', text("judge/judge_target.c", "judge/judge_dns.c"))
    lists = re.findall(r"_ids\[\] = \{([^}]*)\}", text("judge/judge_dns.c", "run/verdict.c"))
    assert made and set(made) == set(re.findall(r'"([a-z0-9-]+)"', "".join(lists)))


def test_record_without_endpoints_is_looked_up(run, dns_peer):
    peer = dns_peer("honest", {("a.test", "A"): ["127.0.0.1"]})
    line = '{"schema":1,"domain":"a.test","x-note":"kept","endpoints":[],"findings":[],"status":"unknown"}\n'
    record = run("xmpp-starttls", ["-j", "--resolver", peer.resolver], stdin=line).record
    assert record["x-note"] == "kept" and len(record["endpoints"]) == 2 and len(peer.queries) > 4, record


def test_endpoints_are_narrowed_not_dropped(seen, again):
    record = seen()
    for endpoint in record["endpoints"]:
        endpoint["starttls"]["x-old"] = 1
    after = again(record, "--c2s", "--starttls")
    assert ["x-old" in endpoint["starttls"] for endpoint in after["endpoints"]] == [False, True, True, True]


def piped(run, script, record, ca, *needs):
    for program in needs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    return run("/bin/bash", ["-c", "set -o pipefail; " + script], stdin=record,
               env={"TOOL": f"{tool.find('xmpp-starttls')}", "CA": str(ca.file)})


def test_tool_after_tool(run, ca, prosody):
    result = piped(run, '"$TOOL" -j --trust "$CA" | "$TOOL" -j --trust "$CA" --resolver 127.0.0.1:1', prosody.record("good.test"), ca)
    assert [list(endpoint).count("starttls") for endpoint in result.record["endpoints"]] == [1] * 4, result


def test_grep_cut_sort(run, ca, prosody):
    """The example of the manual page: what is wrong among many, and then all about these."""
    lines = prosody.record("good.test") + prosody.record("expired.test")
    script = ('"$TOOL" --trust "$CA" | grep -w critical | cut -f 1 | sort -u | '
              f'"$TOOL" --long --c2s --trust "$CA" --connect {prosody.connect_to()}')
    result = piped(run, script, lines, ca).expect(status=2)
    assert result.out.startswith("CRITICAL expired.test: ") and "good.test" not in result.out, result


def test_jq(run, ca, prosody):
    script = '"$TOOL" -j --trust "$CA" | jq -r ".endpoints[]?.starttls.tls.cipher // empty" | sort | uniq -c'
    result = piped(run, script, prosody.record("good.test"), ca, "jq").expect(status=0)
    assert re.fullmatch(r" +4 TLS_[A-Z0-9_]+\n", result.out), result


def test_tee(run, ca, prosody, tmp_path):
    script = f'"$TOOL" -j --trust "$CA" | tee {tmp_path}/seen | "$TOOL" --rejudge'
    result = piped(run, script, prosody.record("good.test"), ca).expect(status=0)
    assert result.out.count("\n") == 4 and json.loads((tmp_path / "seen").read_text())["domain"] == "good.test"


def test_xargs(run, ca, prosody):
    """Many processes write to one pipe: each result is one write, so lines stay whole."""
    script = f'xargs -n 1 -P 4 "$TOOL" --short --c2s --trust "$CA" --connect {prosody.connect_to()}'
    result = piped(run, script, "good.test\nexpired.test\nrsa.test\nno-chain.test\n" * 3, ca)
    assert len(result.out.splitlines()) == 12 and all(line.count("\t") == 7 for line in result.out.splitlines()), result


def test_a_look_at_one_service_keeps_what_was_found_of_the_other(seen, again):
    record = seen()
    dead = {"id": "service-unreachable", "severity": "critical", "text": "s2s: gone", "ref": "RFC 6120 section 3.2"}
    record["findings"].append(dead)
    record["status"] = "critical"
    after = again(record, "--c2s")
    assert dead in after["findings"] and after["status"] == "critical"
    assert dead not in again(record)["findings"], "a whole look knows better"
