"""The promises of 2014 in a record: what its sections show that were judged by them, and no more.

xmpp-tls-tools(7), FINDINGS AND POLICIES; xmpp-report(1), --manifesto.
"""

import copy
import json

import pytest

import peer as peers
import tool
import transcript

TOOLS = {
    "starttls": [],
    "certcheck": ["--no-state", "--no-caa", "--posh", "off"],
    "ciphers": ["--versions-only", "--lanes", "2"],
    "dialback": ["--check", "verify-made-up", "--wait", "5"],
}
ENUMERATED = {"SW-3", "SW-4", "SW-6", "DP-2"}
WAYS = [("c2s", "starttls")]

pytestmark = pytest.mark.skipif(not all(tool.built(f"xmpp-{name}") for name in [*TOOLS, "report"]),
                                reason="not all tools were built")


@pytest.fixture(scope="module")
def stage(ca):
    """A tool reads a record; from its facts, or afresh."""
    def stage(name, record, policy, rejudge=False, valid=True):
        how = ["--rejudge"] if rejudge else TOOLS[name]
        done = tool.run(f"xmpp-{name}", ["-j", "--resolver", "127.0.0.1:1", "--trust", ca.file, "--policy", policy,
                                         *how], stdin=json.dumps(record) + "\n")
        if valid:
            tool.assert_record_valid(done.record)
        return done.record

    return stage


@pytest.fixture(scope="module")
def plain(prosody):
    return json.loads(prosody.record("good.test", WAYS))


@pytest.fixture(scope="module")
def judged(stage, plain):
    """A private CA: DP-3 is broken for clients, and nothing else is wrong."""
    return stage("starttls", plain, "manifesto")


@pytest.fixture(scope="module")
def enumerated(stage, judged):
    return stage("ciphers", judged, "manifesto")


@pytest.fixture
def clear(ca):
    """A server without TLS, as often as it is asked."""
    with peers.Peer(transcript.parse(transcript.CLEAR), ca) as peer:
        yield peer


def results(record):
    return {each["id"]: each["result"] for each in record.get("manifesto", [])}


def told(record):
    """The columns that xmpp-report --manifesto counts in, by promise, of clients."""
    out = tool.run("xmpp-report", ["--manifesto"], stdin=json.dumps(record) + "\n").expect(status=0).out
    names = ["kept", "kept-by-fallback", "broken", "not-testable", "not-applicable"]
    rows = [line.split() for line in out.partition("\n\n")[0].splitlines()]
    return {row[0]: names[row[2:7].index("1")] for row in rows if row[1] == "c2s" and "1" in row[2:7]}, out


def test_they_come_with_their_policy(judged):
    assert judged["status"] == "warning" and judged["policy"] == "manifesto", judged
    assert [name for name, result in results(judged).items() if result == "broken"] == ["DP-3"], judged
    assert judged["endpoints"][0]["starttls"]["status"] == "ok" and told(judged)[0] == results(judged)


@pytest.mark.parametrize("rejudge", [True, False], ids=["rejudged", "afresh"])
def test_they_go_with_it(stage, judged, rejudge):
    """And with them the status that nothing else explains."""
    after = stage("starttls", judged, "bcp195", rejudge=rejudge)
    assert (after["status"], after["policy"]) == ("ok", "bcp195") and "manifesto" not in after, after
    again = stage("starttls", after, "manifesto", rejudge=True)
    assert again["status"] == "warning" and results(again) == results(judged), "and come back"


def test_what_was_broken_yesterday(stage, judged):
    """A look of today takes its place, and a report believes the facts."""
    stale = copy.deepcopy(judged)
    stale["manifesto"][0].update(result="broken", reason="yesterday it was down")
    stale["status"] = "critical"
    assert stage("starttls", stale, "bcp195")["status"] == "ok"
    after = stage("starttls", stale, "manifesto")
    assert after["status"] == "warning" and after["manifesto"] == judged["manifesto"], after
    promises, out = told(stale)
    assert promises["SW-1"] == "kept" and "yesterday" not in out, out


def test_another_policy_further_down(stage, judged, enumerated):
    """Its own section is not judged by them: what the others say stays, and so does the status."""
    checked = stage("certcheck", judged, "bcp195")
    assert checked["manifesto"] == judged["manifesto"] and checked["status"] == "warning", checked
    assert checked["policy"] == "bcp195" and checked["endpoints"][0]["starttls"]["policy"] == "manifesto"
    assert results(enumerated) == {**results(judged), "SW-4": "kept"}, "looks closest; SW-6 was not asked for"
    less = stage("ciphers", enumerated, "bcp195", rejudge=True)
    assert less["manifesto"] == judged["manifesto"] and less["status"] == "warning", less
    other = stage("starttls", enumerated, "strict", rejudge=True)
    assert set(results(other)) == ENUMERATED, "xmpp-ciphers's are left"
    assert other["status"] == "ok" and results(other)["SW-4"] == "kept", other
    assert "manifesto" not in stage("ciphers", other, "strict", rejudge=True)


def test_the_order_of_the_tools_is_nothing_to_them(stage, plain, enumerated):
    back = stage("starttls", stage("ciphers", plain, "manifesto"), "manifesto")
    assert results(back) == results(enumerated) == told(back)[0], back


@pytest.fixture(scope="module")
def seen(stage, plain):
    """Two endpoints of a service, alike; all suites were asked for."""
    record = plain
    for name in ("starttls", "ciphers"):
        record = stage(name, record, "bcp195")
    record["endpoints"][0]["ciphers"]["forward_secrecy"] = "always"
    record["endpoints"].append(copy.deepcopy(record["endpoints"][0]))
    record["endpoints"][1]["address"] = "127.255.255.254"
    return record


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("order", [["starttls", "ciphers"], ["ciphers", "starttls"]], ids=" ".join)
def test_what_one_endpoint_breaks_no_other_keeps(stage, seen, order, first):
    """xmpp-ciphers looked at one endpoint alone, as it does; the other one has no forward secrecy."""
    record = copy.deepcopy(seen)
    weak = record["endpoints"][1]
    del weak["ciphers"]
    weak["starttls"]["tls"].update(cipher="TLS_RSA_WITH_AES_128_GCM_SHA256", forward_secrecy=False)
    if first:
        record["endpoints"].reverse()
    for name in order:
        record = stage(name, record, "manifesto", rejudge=True)
    told = results(record)
    assert (told["SW-6"], told["DP-2"], record["status"]) == ("broken", "broken", "critical"), told
    assert told["SW-4"] == "kept", "a walk that cannot ask for SSL 2.0 takes no answer away"


@pytest.mark.parametrize("order", [["starttls", "dialback"], ["dialback", "starttls"]], ids=" ".join)
def test_a_dialback_elsewhere_makes_no_tls_of_none(stage, clear, prosody, order):
    record = stage("dialback", json.loads(prosody.record("good.test", [("s2s", "starttls")])), "bcp195")
    bare = stage("starttls", json.loads(clear.record()), "bcp195")
    record = stage("starttls", {**record, "endpoints": record["endpoints"] + bare["endpoints"]}, "bcp195", rejudge=True)
    for name in order:
        record = stage(name, record, "manifesto", rejudge=True)
    assert {results(record)[name] for name in ("SW-5", "SW-7", "DP-1")} == {"broken"}, record["manifesto"]


def test_a_declined_service_stays_as_it_was_judged(stage, plain):
    """No section could tell by which policy: neither does the policy of who wrote last."""
    names = [f"_xmpp-{kind}._tcp.good.test" for kind in ("client", "server")]
    declined = {"srv": [{"name": name, "priority": 0, "weight": 0, "target": ".", "port": 0} for name in names],
                "lookups": [], "hosts": [], "declined": ["c2s", "s2s"], "elapsed_ms": 1}
    record = {**plain, "dns": declined, "endpoints": []}
    assert "manifesto" not in stage("certcheck", record, "manifesto", rejudge=True), "it judges none"
    assert "manifesto" not in stage("certcheck", {**record, "policy": "manifesto"}, "bcp195", rejudge=True)
    judged = stage("starttls", record, "manifesto", rejudge=True)
    assert len(judged["manifesto"]) == 22 and set(results(judged).values()) == {"not-applicable"}, judged
    for name in ("certcheck", "dialback"):
        assert stage(name, judged, "bcp195", rejudge=True)["manifesto"] == judged["manifesto"], name


def test_what_is_somebody_elses_stays(stage, judged):
    strange = {"id": "SW-99", "service": "c2s", "result": "broken", "text": "theirs", "x-more": 1}
    record = {**judged, "status": "critical", "manifesto": [strange, *judged["manifesto"]]}
    after = stage("starttls", record, "bcp195")
    assert after["manifesto"] == [strange] and after["status"] == "critical", after
    after = stage("starttls", {**record, "status": "warning"}, "manifesto")
    assert strange in after["manifesto"] and after["status"] == "warning", "what it weighs, nobody knows here"


def test_where_nothing_could_be_judged_nothing_changes(stage, judged):
    after = stage("dialback", judged, "bcp195", rejudge=True)  # there is no such section
    assert after["manifesto"] == judged["manifesto"] and after["status"] == "warning", after
    broken = copy.deepcopy(judged)
    broken["endpoints"][0]["starttls"]["chain_pem"] = 5
    after = stage("certcheck", broken, "bcp195", valid=False)
    assert after["manifesto"] == judged["manifesto"] and "invalid-input" in tool.finding_ids(after), after


def test_a_domain_that_is_not_there_makes_no_promise(run, ca, dns, judged):
    """Nobody was asked: whoever counts says so, and counts it nowhere."""
    reach = ["-j", "--resolver", dns.resolver, "--trust", ca.file]
    absent = [run("xmpp-starttls", [*reach, "--policy", policy], stdin="missing.secure.test\n").record
              for policy in ("manifesto", "bcp195")]
    assert all("manifesto" not in record and "domain-not-found" in tool.finding_ids(record) for record in absent), absent
    pages = [run("xmpp-report", ["--manifesto"], stdin="".join(json.dumps(each) + "\n" for each in (record, judged))).out
             for record in absent]
    assert pages[0] == pages[1] and pages[0].startswith("2 domains, of which 1 says nothing about any promise\n"), pages


def test_a_broken_promise_has_its_line(run, ca, prosody):
    """The status may be theirs alone: the short lines tell, too."""
    short = run("xmpp-starttls", ["--short", "--trust", ca.file, "--policy", "manifesto"],
                stdin=prosody.record("good.test", WAYS)).expect(status=1)
    [door, promise] = [line.split("\t") for line in short.out.splitlines()]
    assert door[6] == "ok", short
    assert promise[:7] == ["good.test", "c2s", "-", "-", "-", "-", "warning"], short
    assert promise[7].startswith("DP-3: promise broken: ") and promise[7].endswith(" is none of the system's CAs"), short


def test_other_tools_have_such_lines_too(run, clear):
    """Without TLS at all: xmpp-dialback says what it knows of."""
    short = run("xmpp-dialback", ["--short", "--policy", "manifesto", "--wait", "5"], stdin=clear.record()).expect(status=2)
    lines = [line.split("\t") for line in short.out.splitlines()]
    assert [(line[6], line[7]) for line in lines[1:]] == [
        ("critical", f"{name}: promise broken: no TLS") for name in ("SW-5", "SW-7", "DP-1")], short
