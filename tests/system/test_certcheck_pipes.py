"""xmpp-certcheck behind xmpp-starttls and behind itself: what a record holds is judged, and nobody is asked again; what
stands beside a connection (--connect, --local, --subdomains, --verify-name)."""

import copy
import datetime
import json

import pytest

import servers
import tool
from certcheck import NAME, NO_DNS, OFFLINE, check, ids, sections, text

C2S = [("c2s", "starttls")]


def starttls(ca, line, *args):
    return tool.run("xmpp-starttls", ["-j", *NO_DNS, "--trust", ca.file, *args], stdin=line).record


def line(record):
    return json.dumps(record) + "\n"


def without_clock(record):
    """A record but for how long things took."""
    if isinstance(record, dict):
        return {name: without_clock(value) for name, value in record.items() if name != "elapsed_ms"}
    return [without_clock(value) for value in record] if isinstance(record, list) else record


def hours_ahead(hours):
    return (datetime.datetime.utcnow() + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_behind_starttls_nobody_is_connected_to(ca, make_prosody):
    """The server is gone by then; the judgement is that of a live look."""
    server = make_prosody([servers.Host("one.test", ca.issue("one.test", days=10))])
    live = check(server.record("one.test"), "--trust", ca.file, status=1)
    record = starttls(ca, server.record("one.test"))
    server.stop()
    result = check(line(record), "--trust", ca.file, status=1)
    assert [each["source"] for each in sections(result)] == ["record"] * 4, result
    for seen, before in zip(sections(result), sections(live)):
        assert ids(seen) == ids(before) == {"cert-expires-soon": "warning"}, result
        assert (seen["names"], seen["chain"], seen["trust"]) == (before["names"], before["chain"], before["trust"])
        assert seen["authenticated_by"] == ["pkix"] and "chain_pem" not in seen  # it stands in the starttls section


def test_a_record_keeps_what_we_do_not_know(ca, prosody):
    record = starttls(ca, prosody.record("good.test", C2S))
    record["endpoints"][0]["starttls"]["moon"] = record["endpoints"][0]["tide"] = record["weather"] = {"wind": [1, None, "w\u00e4st"]}
    result = check(line(record), "--trust", ca.file, status=0)
    del result.record["endpoints"][0]["certcheck"]
    after = result.record
    after["endpoints"][0].pop("certcheck")
    assert after == record, result


def test_a_record_with_endpoints_that_failed(ca, make_prosody):
    """What could not be reached a moment ago is not tried a second time, and told as it was."""
    server = make_prosody(["one.test"])
    address = server.record("one.test", C2S).replace(f'"port": {server.port()}', '"port": 1')
    record = starttls(ca, address)
    result = check(line(record), "--trust", ca.file)
    [seen] = sections(result)
    assert seen["source"] == "record" and seen["failure"]["code"] == "refused" and "chain" not in seen, result
    assert result.status == 2 and ids(result.record) == {each["id"]: each["severity"] for each in record["findings"]}, result


def test_both_tools_twice(ca, prosody):
    """A pipeline run again over its own output adds nothing, and finds nothing else."""
    for domain in ("good.test", "expired.test", "wrong-name.test"):
        once = check(line(starttls(ca, prosody.record(domain))), "--trust", ca.file)
        twice = check(once.out, "--trust", ca.file)
        assert without_clock(twice.record) == without_clock(once.record) and twice.status == once.status, twice


def test_behind_short_lines(ca, dns, make_prosody):
    """`xmpp-starttls | grep | xmpp-certcheck`: the first word of a line is the domain."""
    server = make_prosody(["im.secure.test"])
    server.publish(dns)
    args = ["--resolver", dns.resolver, "--trust", ca.file]
    short = tool.run("xmpp-starttls", args, stdin="im.secure.test\n").expect(status=0)
    assert len(short.out.splitlines()) == 4, short
    result = tool.run(NAME, ["-j", "--no-state", *args], stdin=short.out).expect(status=0)
    assert [record["domain"] for record in result.records] == ["im.secure.test"] * 4, "one line in, one record out"
    lines = tool.run(NAME, ["--no-state", *args], stdin="im.secure.test\n").expect(status=0)
    again = tool.run(NAME, ["-j", "--no-state", *args], stdin=lines.out.splitlines()[0] + "\n").expect(status=0)
    assert again.record["domain"] == "im.secure.test", again


@pytest.mark.parametrize("domain", ["good.test", "expired.test", "wrong-name.test", "no-chain.test"])
def test_rejudging_changes_nothing_by_itself(ca, prosody, domain):
    first = check(prosody.record(domain), "--trust", ca.file)
    again = check(first.out, "--rejudge", "--trust", ca.file, status=first.status)
    assert again.record == first.record


def test_rejudging_what_was_not_found_in_dns(ca):
    """The record says why nobody was asked; that is no fault of its own."""
    before = starttls(ca, "a.test\n")
    assert before["dns"] and not before["endpoints"], before
    after = check(line(before), "--rejudge", "--trust", ca.file, status=3)
    assert after.err == "" and after.record == before, after


def test_rejudging_at_another_moment(ca, prosody):
    first = check(prosody.record("good.test", C2S), "--trust", ca.file, status=0)
    for hours, finding, severity, status in [(24 * 50, "cert-expires-soon", "warning", 1), (24 * 56, "cert-expires-soon", "critical", 2),
                                             (24 * 62, "cert-expired", "critical", 2), (-24 * 40, "cert-not-yet-valid", "critical", 2)]:
        result = check(first.out, "--rejudge", "--trust", ca.file, "--at", hours_ahead(hours), status=status)
        [seen] = sections(result)
        assert ids(seen) == {finding: severity} and seen["authenticated"] == (finding == "cert-expires-soon"), result
        assert seen["time"] == sections(first)[0]["time"] and seen["at"] != seen["time"]
    kept = check(result.out, "--rejudge", "--trust", ca.file, status=2)
    assert kept.record == result.record, "without --at, the moment of the record stays"
    back = check(result.out, "--rejudge", "--trust", ca.file, "--at", sections(first)[0]["time"], status=0)
    assert ids(sections(back)[0]) == {}, back


def test_rejudging_with_other_thresholds_and_anchors(ca, prosody):
    first = check(prosody.record("good.test", C2S), "--trust", ca.file, status=0)
    assert ids(sections(check(first.out, "--rejudge", "--trust", ca.file, "-w", "70d", status=1))[0]) == {"cert-expires-soon": "warning"}
    assert ids(sections(check(first.out, "--rejudge", "--trust", ca.file, "-c", "70%", status=2))[0]) == {"cert-expires-soon": "critical"}
    assert "cert-untrusted" in ids(sections(check(first.out, "--rejudge", "--trust", ca.untrusted.file, status=2))[0])


def test_rejudging_what_starttls_saw(ca, prosody):
    record = starttls(ca, prosody.record("expired.test", C2S))
    result = check(line(record), "--rejudge", "--trust", ca.file, status=2)
    assert ids(sections(result)[0]) == {"cert-expired": "critical"}, result


def test_at_a_live_server(ca, prosody):
    [seen] = sections(check(prosody.record("expired.test", C2S), "--trust", ca.file, "--at", hours_ahead(-48)))
    assert ids(seen) == {"cert-expires-soon": "critical"} and seen["authenticated"], seen


def test_connect_chooses_the_address_not_the_identity(ca, prosody):
    def connect(domain, *args):
        return tool.run(NAME, ["-j", "--no-state", *OFFLINE, "--c2s", "--trust", ca.file, *args, "--connect", prosody.connect_to(), domain])
    result = connect("good.test").expect(status=0)
    assert sections(result)[0]["authenticated"], result
    assert result.record["endpoints"][0]["source"] == "connect", result
    result = connect("wrong-name.test").expect(status=2)
    assert ids(sections(result)[0]) == {"cert-name-mismatch": "critical"}, result
    result = connect("wrong-name.test", "--verify-name", "other.test").expect(status=0)
    [name] = sections(result)[0]["names"]
    assert name["verdict"] == "match" and "--verify-name" in name["reason"], result
    connect("wrong-name.test", "--verify-name", "third.test").expect(status=2)


def test_subdomains(ca, make_prosody):
    leaf = ca.issue("one.test", dns=["one.test", "upload.one.test", "*.rooms.one.test"])
    server = make_prosody([servers.Host("one.test", leaf)])
    result = check(server.record("one.test", C2S), "--trust", ca.file, "--subdomains", "upload,a.rooms.one.test", status=0)
    assert sections(result)[0]["subdomains"] == [
        {"domain": "upload.one.test", "covered": True, "by": {"type": "DNS-ID", "value": "upload.one.test"}},
        {"domain": "a.rooms.one.test", "covered": True, "by": {"type": "DNS-ID", "value": "*.rooms.one.test"}}], result
    result = check(server.record("one.test", C2S), "--trust", ca.file, "--subdomains", "upload,conference,proxy.example", status=1)
    assert text(sections(result)[0], "subdomain-not-covered").endswith("conference.one.test, proxy.example"), result


def test_served_against_a_file(ca, make_prosody, tmp_path):
    server = make_prosody(["one.test"])
    served = server.hosts[0].certificate

    def local(file, status):
        result = check(server.record("one.test", C2S), "--trust", ca.file, "--local", file, status=status)
        return ids(sections(result)[0]), sections(result)[0]["local"], result

    found, seen, result = local(served.crt, 0)
    assert found == {} and (seen["same"], seen["same_key"], seen["newer"]) == (True, True, False), result
    newer = ca.issue("one.test", days=80)
    found, seen, result = local(newer.pem, 1)
    assert found == {"local-not-loaded": "warning"} and (seen["same_key"], seen["newer"]) == (False, True), result
    found, seen, result = local(ca.issue("one.test", days=20).crt, 1)
    assert found == {"local-differs": "warning"} and not seen["newer"], result
    for file, why in ((tmp_path / "none", "No such file"), (tmp_path, "directory"), ("/dev/null", "")):
        found, seen, result = local(file, 3)
        assert found == {"local-unreadable": "info"} and why in seen["problem"] and seen["problem"], result


def test_a_record_that_is_no_record(ca, prosody):
    record = starttls(ca, prosody.record("good.test", C2S))
    for spoil in ({"chain_pem": 5}, {"chain_pem": ["x"]}, {"time": "noon"}, {"tls": []}):
        broken = copy.deepcopy(record)
        broken["endpoints"][0]["starttls"].update(spoil)
        result = tool.run(NAME, ["-j", "--no-state", *OFFLINE, "--trust", ca.file], stdin=line(broken))
        assert result.status == 3 and ids(result.record)["invalid-input"] and "endpoints[0]" in result.out, result
        assert result.record["endpoints"] == broken["endpoints"], "nothing is judged, and nothing is lost"
