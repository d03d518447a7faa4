"""--record writes what the scripted peer plays, --rejudge judges what a record keeps."""

import copy
import datetime
import json
import re

import pytest

import servers
import tool
import transcript

WAYS = pytest.mark.parametrize("way", servers.WAYS, ids=" ".join)
OFFLINE = ["--resolver", "127.0.0.1:1"]


def verdict(record):
    """What a replay must show again: findings, names and outcomes, but no figures."""
    return [(at["service"], at["transport"], at["starttls"]["status"], at["starttls"]["encrypted"], at["starttls"]["authenticated"],
             sorted(each["id"] for each in at["starttls"]["findings"]), at["starttls"]["tls"]["version"],
             [(step["step"], step["ok"]) for step in at["starttls"]["steps"]],
             sorted(at["starttls"].get("features_after", {}).get("mechanisms", []))) for at in record["endpoints"]]


@WAYS
@pytest.mark.parametrize("domain", ["good.test", "expired.test", "not-yet.test", "self-signed.test", "untrusted.test", "wrong-name.test"])
def test_recording_plays_back_with_the_same_verdict(run, ca, prosody, peer, tmp_path, way, domain):
    args = ["-j", "--trust", ca.file, "--from", "ours.test"]
    first = run("xmpp-starttls", [*args, "--record", tmp_path / "t"], stdin=prosody.record(domain, [way]))
    script = transcript.read(tmp_path / "t")
    assert script.domain == domain and len(script.connections) == 1
    player = peer(script)
    again = run("xmpp-starttls", args, stdin=player.record())
    assert verdict(again.record) == verdict(first.record), again
    assert again.status == first.status


def test_recording_of_active_checks_plays_back(run, ca, prosody, peer, tmp_path):
    """The made-up ids of stanzas differ each time, so who makes a test of it writes a * there."""
    args = ["-j", "-a", "--trust", ca.file, "--from", "ours.test"]
    first = run("xmpp-starttls", [*args, "--record", tmp_path / "t"], stdin=prosody.record("good.test", [("c2s", "starttls")]))
    text = re.sub(r"(?m)^(C .*<iq type='get' id=')[0-9a-f]{24}'", r"\1*'", (tmp_path / "t").read_text())
    script = transcript.parse(text)
    assert len(script.connections) == 4, text
    again = run("xmpp-starttls", args, stdin=peer(script).record())
    results = [{name: each["result"] for name, each in record["endpoints"][0]["starttls"]["active"].items()}
               for record in (first.record, again.record)]
    assert results[0] == results[1] and set(results[0].values()) == {"refused"}, again


def test_recording_of_many_connections_is_whole(run, ca, prosody, tmp_path):
    run("xmpp-starttls", ["-j", "-J", "8", "--trust", ca.file, "--record", tmp_path / "t"],
        stdin="".join(prosody.record(domain) for domain in ("good.test", "rsa.test", "expired.test"))).expect(status=2)
    text = (tmp_path / "t").read_text()
    assert len(transcript.parse(text).connections) == 12
    assert text.count("\nconnection ") == text.count("domain ") == 12


def test_recording_overwrites_and_holds_no_secrets(run, ca, prosody, tmp_path):
    file = tmp_path / "t"
    file.write_text("old\n")
    secret = "AGFsaWNlAHNlY3JldA=="  # alice, secret: Prosody takes it
    auth = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
    result = run("xmpp-starttls", ["-ivv", "--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), "--record", file,
                                   "good.test"], stdin=auth)
    text = file.read_text()
    assert "<-- <success" in result.out and "mechanism='PLAIN'>*</auth>" in text and "old" not in text, result
    assert secret not in text + result.out + result.err and "PRIVATE" not in text


def test_recording_that_cannot_be_written(run, ca, prosody):
    args = ["--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), "--short", "good.test"]
    result = run("xmpp-starttls", ["--record", "/dev/full", *args])
    assert result.err == "xmpp-starttls: --record: the transcript is incomplete (disk full?)\n", result
    assert result.out.count("\n") == 1, "the results are whole"


@pytest.fixture(scope="module")
def seen(ca, prosody):
    """Records as --json wrote them."""
    lines = prosody.record("good.test") + prosody.record("expired.test")
    result = tool.run("xmpp-starttls", ["-jk", "--trust", ca.file], stdin=lines)
    return result.records


def rejudge(run, records, *args):
    text = "".join(json.dumps(record) + "\n" for record in records)
    return run("xmpp-starttls", ["--rejudge", "-jk", *OFFLINE, *args], stdin=text)


def test_rejudging_changes_nothing_by_itself(run, seen):
    result = rejudge(run, seen).expect(status=2, err="")
    assert result.records == seen


def test_rejudging_under_another_policy(run, seen):
    strict = rejudge(run, seen, "--policy", "strict")
    severities = [{at["service"]: found["severity"] for at in record["endpoints"] for found in at["starttls"]["findings"]
                   if found["id"] == "cert-expired"} for record in (seen[1], strict.records[1])]
    assert severities == [{"c2s": "critical", "s2s": "warning"}, {"c2s": "critical", "s2s": "critical"}], strict
    for before, after in zip(seen, strict.records):
        assert [at["starttls"]["tls"] for at in after["endpoints"]] == [at["starttls"]["tls"] for at in before["endpoints"]]
    assert rejudge(run, strict.records).records == seen, "and back again"


def test_rejudging_by_the_manifesto(run, seen):
    result = rejudge(run, seen, "--policy", "manifesto")
    assert {promise["result"] for promise in result.records[0]["manifesto"]} >= {"kept"}
    tool.assert_record_valid(result.records[0])


def test_rejudging_with_other_grades(run, seen):
    assert rejudge(run, seen, "--ignore", "cert-expired").expect(status=0).records[1]["status"] == "ok"
    assert rejudge(run, seen[:1], "--critical", "alpn-missing").expect(status=2).records[0]["status"] == "critical"


def test_rejudging_uses_the_time_of_the_record(run, seen):
    """Five days before its end the certificate expires soon, whatever the clock says now."""
    record = copy.deepcopy(seen[0])
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=56)
    for at in record["endpoints"]:
        at["starttls"]["time"] = then.strftime("%Y-%m-%dT%H:%M:%SZ")
    result = rejudge(run, [record])
    assert "cert-expires-soon" in tool.finding_ids(result.record) and "cert-expires-soon" not in tool.finding_ids(seen[0]), result


def test_rejudging_forms(run, seen):
    text = json.dumps(seen[1]) + "\n"
    short = run("xmpp-starttls", ["--rejudge", *OFFLINE], stdin=text).expect(status=2)
    assert [line.split("\t")[6] for line in short.out.splitlines()] == ["critical", "critical", "warning", "warning"]
    long = run("xmpp-starttls", ["--rejudge", "--long", *OFFLINE], stdin=text).expect(status=2)
    assert long.out.startswith("CRITICAL expired.test: ") and "\n0 connections" in long.out, long
    pem = run("xmpp-starttls", ["--rejudge", "--pem", *OFFLINE], stdin=text).expect(status=2)
    assert pem.out.count("BEGIN CERTIFICATE") == 8, pem


def test_rejudging_what_was_not_found_in_dns(run):
    before = run("xmpp-starttls", ["-j", *OFFLINE], stdin="a.test\n").expect(status=3)
    after = rejudge(run, [before.record]).expect(status=3, err="")
    assert after.record == before.record


@pytest.mark.parametrize("line", ["a.test", '{"schema":1,"domain":"a.test"}', '{"schema":1,"domain":"a.test","endpoints":[{"service":"c2s",'
                                  '"host":"a.test","port":5222,"address":"127.0.0.1","transport":"starttls"}]}'])
def test_rejudging_needs_facts(run, line):
    result = run("xmpp-starttls", ["--rejudge", "-j", *OFFLINE], stdin=line + "\n").expect(status=3)
    assert result.err.startswith("xmpp-starttls: line 1: ") and "holds nothing to judge" in result.err, result
    assert result.record["status"] == "unknown" and "invalid-input" in tool.finding_ids(result.record)


def test_rejudging_wrong_types(run, seen):
    record = copy.deepcopy(seen[0])
    record["endpoints"][0]["starttls"]["tls"] = 5
    result = rejudge(run, [record, seen[0]]).expect(status=3)
    assert "endpoints[0].starttls.tls" in result.err and result.records[1] == seen[0], result
