"""xmpp-report --diff: what is a change, and what is none."""

import copy
import itertools
import subprocess

import pytest

import tool
from reporting import (HASH, TIME, dns, endpoint, finding, lines, on_terminal, record, report, section, walk,
                       without_sections)


@pytest.fixture
def diff(tmp_path):
    """diff(old, new, ...): what --diff says of two records, or two lists of them."""
    def ask(old, new, *args, status=None):
        for name, side in (("old", old), ("new", new)):
            text = side if isinstance(side, str) else lines(*(side if isinstance(side, list) else [side]))
            (tmp_path / name).write_text(text)
        result = report("--diff", *args, tmp_path / "old", tmp_path / "new").expect(status=status)
        changes = [line.split("\t") for line in result.out.splitlines() if not line.startswith("#")]
        result.changes = [tuple(fields[1:]) for fields in changes]
        return result

    return ask


def test_the_same_twice_is_no_change(diff):
    both = [record("a.test"), record("b.test", "critical", findings=[finding("x", "critical")])]
    shuffled = copy.deepcopy(both[::-1])
    for each in shuffled:
        each["endpoints"].reverse()
        for at in each["endpoints"]:
            at["starttls"]["time"], at["starttls"]["elapsed_ms"] = "2026-11-23T00:00:00Z", 99
    diff(both, shuffled, status=0).expect(out="", err="")


def changed(**change):
    """A record whose c2s endpoint has another walk."""
    return record(endpoints=[endpoint("c2s", starttls={**walk(), **change}), endpoint("s2s")])


def certificate(kind, until, issuer="CN=R11", since=TIME):
    return {"certificate": {"subject": "CN=a.test", "issuer": issuer, "not_before": since, "not_after": until,
                            "sha256": HASH[kind], "spki_sha256": HASH[kind], "key": "EC P-256", "bits": 256,
                            "signature": "x", "serial": "01"}}


def weak(c2s):
    """A record whose c2s endpoint is like this."""
    return record(endpoints=[endpoint("c2s", starttls=c2s), endpoint("s2s")])


def promised(result):
    """What it says of promises counts where no facts tell."""
    doors = [endpoint(service, certcheck=section()) for service in ("c2s", "s2s")]
    return record(endpoints=doors, manifesto=[{"id": "SW-5", "service": "c2s", "result": result, "text": "w"}])


def tried(verdict, **sections):
    return record(endpoints=[endpoint("s2s", **sections, dialback=section(verdict=verdict))])


OLD = changed(**certificate("old", "2026-12-24T00:00:00Z"))
BAD = walk(findings=[finding("tls-old")])
SRV = [{"name": f"_xmpp-{kind}._tcp.a.test", "priority": 5, "weight": 0, "target": "xmpp.a.test", "port": port}
       for kind, port in (("client", 5222), ("server", 5269))]


CHANGES = {
    "encryption lost": (record(), weak(walk(False, False)),
                        [("worse", "c2s encrypted", "yes", "no"), ("worse", "c2s authenticated", "yes", "no")]),
    "no longer authenticated": (record(), weak(walk(True, False)),
                                [("worse", "c2s authenticated", "yes", "no")]),
    "an older version": (record(), changed(tls={**walk()["tls"], "version": "TLS1.2"}),
                         [("worse", "c2s TLS version", "TLS1.3", "TLS1.2")]),
    "another cipher": (record(), changed(tls={**walk()["tls"], "cipher": "TLS_AES_128_GCM_SHA256"}),
                       [("changed", "c2s cipher", "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")]),
    "no forward secrecy": (record(), changed(tls={**walk()["tls"], "forward_secrecy": False}),
                           [("worse", "c2s forward secrecy", "yes", "no")]),
    "renewed": (OLD, changed(**certificate("new", "2027-03-01T00:00:00Z")),
                [("changed", "c2s certificate", "until 2026-12-24", "renewed, until 2027-03-01")]),
    "ends sooner": (OLD, changed(**certificate("new", "2026-12-01T00:00:00Z")),
                    [("worse", "c2s certificate", "until 2026-12-24", "ends sooner, until 2026-12-01")]),
    "for a shorter time": (OLD, changed(**certificate("new", "2026-12-01T00:00:00Z", since="2026-11-25T00:00:00Z")),
                           [("changed", "c2s certificate", "until 2026-12-24", "renewed for a shorter time, until 2026-12-01")]),
    "an old one again": (OLD, changed(**certificate("new", "2026-12-01T00:00:00Z", since="2026-09-02T00:00:00Z")),
                         [("worse", "c2s certificate", "until 2026-12-24", "ends sooner, until 2026-12-01")]),
    "another issuer": (OLD, changed(**certificate("new", "2027-03-01T00:00:00Z", "CN=E5")),
                       [("changed", "c2s certificate", "until 2026-12-24", "renewed, until 2027-03-01"),
                        ("changed", "c2s issuer", "CN=R11", "CN=E5")]),
    "a finding more": (record(), changed(findings=[finding("tls-old", "critical")], status="critical"),
                       [("worse", "c2s finding tls-old", "-", "critical")]),
    "a note more": (record(), changed(findings=[finding("tls-old", "info")]),
                    [("changed", "c2s finding tls-old", "-", "info")]),
    "a finding weighs more": (weak(BAD), changed(findings=[finding("tls-old", "critical")]),
                              [("worse", "c2s finding tls-old", "warning", "critical")]),
    "a finding of the record": (record(findings=[finding("ipv6-missing")]), record(findings=[]),
                                [("better", "finding ipv6-missing", "warning", "-")]),
    "the status": (record(status="ok"), record(status="critical"), [("worse", "status", "ok", "critical")]),
    "a promise": (promised("kept"), promised("broken"), [("worse", "c2s promise SW-5", "kept", "broken")]),
    "a promise that cannot be tested": (promised("kept"), promised("not-testable"), []),
    "an endpoint more": (record(), record(endpoints=[endpoint("c2s"), endpoint("s2s"), endpoint("c2s", "192.0.2.8")]),
                         [("appeared", "endpoint", "-", "c2s starttls 192.0.2.8:5222")]),
    "an endpoint more that is bad": (
        record(), record(endpoints=[endpoint("c2s"), endpoint("s2s"), endpoint("c2s", "2001:db8::1", starttls=BAD)]),
        [("appeared", "endpoint", "-", "c2s starttls [2001:db8::1]:5222"),
         ("worse", "c2s finding tls-old", "-", "warning")]),
    "an endpoint gone": (record(), record(endpoints=[endpoint("c2s")]),
                         [("disappeared", "endpoint", "s2s starttls 192.0.2.7:5269", "-")]),
    "dialback": (tried("valid"), tried("error"), [("worse", "s2s dialback", "valid", "error")]),
    # What one of them did not test.
    "another tool": (record(endpoints=[endpoint("c2s", starttls=BAD)]),
                     record(endpoints=[endpoint("c2s", ciphers=section(scope="all", findings=[finding("y")]))]), []),
    "one tool more": (record(endpoints=[endpoint("s2s")]), tried("error", starttls=walk()), []),
    "only one service": (record(), record(dns={"srv": []}, endpoints=[endpoint("c2s")], status="critical"), []),
    "not examined": (weak(BAD), record(endpoints=[without_sections(endpoint("c2s")), endpoint("s2s")]), []),
    "the name was not asked for": (
        record(), record(dns={**dns(), "srv": SRV, "lookups": dns()["lookups"][:2], "hosts": []},
                         endpoints=[endpoint("c2s")]), []),
    "dialback not tested": (tried("valid"), tried("not_tested"), []),
}


@pytest.mark.parametrize("case", CHANGES)
def test_diff(diff, case):
    old, new, changes = CHANGES[case]
    result = diff(old, new, status=int(any(kind == "worse" for kind, *_ in changes)))
    assert result.changes == changes and result.err == "", result
    back = {"worse": "better", "better": "worse", "appeared": "disappeared", "disappeared": "appeared",
            "changed": "changed"}
    if case not in ("renewed", "ends sooner", "for a shorter time", "an old one again", "another issuer"):
        result = diff(new, old)
        reverse = [(back[kind], what, now, was) for kind, what, was, now in changes]
        assert sorted(result.changes) == sorted(reverse), result


def test_diff_of_runs_that_did_not_try_the_same(diff, run, ca, dns_peer, prosody):
    """Real ones: what --first, -4, --s2s, --list or a dead resolver left out is no change, either way round."""
    to = {name: f"5 50 {prosody.port()} {name}.good.test." for name in ("m1", "m2")}
    server = dns_peer("honest", {
        ("_xmpp-client._tcp.good.test", "SRV"): list(to.values()),
        ("_xmpp-server._tcp.good.test", "SRV"): [f"5 0 {prosody.port('s2s')} m1.good.test."],
        ("m1.good.test", "A"): [prosody.address], ("m1.good.test", "AAAA"): ["::1"],
        ("m2.good.test", "A"): [prosody.address]})

    def look(*args, program="xmpp-starttls", resolver=server.resolver):
        return run(program, ["-j", "--trust", ca.file, "--resolver", resolver, *args, "good.test"]).record

    runs = {" ".join(args): look(*args) for args in (
        [], ["--first"], ["--first", "--direct-tls"], ["-4"], ["-4", "--first"], ["--c2s"], ["--s2s"], ["--list"])}
    runs["certcheck"] = look("--first", program="xmpp-certcheck")
    assert len(runs[""]["endpoints"]) == 5 > len(runs["--first"]["endpoints"])
    assert {"ipv6-dead", "endpoint-refused"} & set(tool.finding_ids(runs[""]))
    assert not {"ipv6-dead", "endpoint-refused"} & set(tool.finding_ids(runs["-4"]))
    pairs = list(itertools.permutations(runs, 2))
    sides = [[{**runs[pair[side]], "domain": f"{number}.test"} for number, pair in enumerate(pairs)] for side in (0, 1)]
    result = diff(*sides)
    assert (result.status, result.out) == (0, ""), (result, dict(enumerate(pairs)))
    lost = look(resolver="127.0.0.1:1")
    assert [change[:2] for change in diff(runs[""], lost).changes] == [
        ("changed", "status"), ("changed", "finding dns-failed")]
    only = dns_peer("honest", {("_xmpp-client._tcp.good.test", "SRV"): [to["m2"]],
                               ("m2.good.test", "A"): [prosody.address]})
    gone = look("--c2s", "--first", resolver=only.resolver)
    assert set(diff(runs[""], gone, status=0).changes) == {
        ("disappeared", "endpoint", f"c2s starttls {prosody.address}:{prosody.port()}", "-"),
        ("disappeared", "endpoint", f"c2s starttls [::1]:{prosody.port()}", "-"),
        ("better", "c2s finding endpoint-refused", "warning", "-")}


def test_diff_says_once_what_all_endpoints_of_a_service_say(diff):
    def both(first, second):
        walks = {"192.0.2.7": first, "192.0.2.8": second}
        return record(endpoints=[endpoint("c2s", address, starttls=facts) for address, facts in walks.items()])

    old = {**walk(), "tls": {**walk()["tls"], "version": "TLS1.2"}}
    assert diff(both(walk(), walk()), both(old, old), status=1).changes == [
        ("worse", "c2s TLS version", "TLS1.3", "TLS1.2")]
    assert diff(both(walk(), walk()), both(old, walk()), status=1).changes == [
        ("worse", "c2s starttls 192.0.2.7:5222 TLS version", "TLS1.3", "TLS1.2")]


def test_diff_of_a_server_that_moved(diff):
    moved = record(endpoints=[endpoint("c2s", "192.0.2.99", starttls=walk(True, False)), endpoint("s2s")])
    assert diff(record(), moved, status=1).changes == [
        ("worse", "c2s authenticated", "yes", "no"),
        ("disappeared", "endpoint", "c2s starttls 192.0.2.7:5222", "-"),
        ("appeared", "endpoint", "-", "c2s starttls 192.0.2.99:5222")]


def test_diff_of_enumerations(diff):
    def survey(old_on, weak, secrecy):
        suites = [{"name": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "code": "0xC030", "forward_secrecy": True}]
        if weak:
            suites.append({"name": "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "code": "0x000A", "forward_secrecy": False})
        versions = [{"version": "TLS1.0", "offered": "yes" if old_on else "no"},
                    {"version": "TLS1.2", "offered": "yes", "complete": True, "preference": "server", "suites": suites}]
        facts = section(scope="all", versions=versions, forward_secrecy=secrecy)
        return record(endpoints=[endpoint("c2s", ciphers=facts)])

    assert diff(survey(False, False, "always"), survey(True, True, "possible"), status=1).changes == [
        ("worse", "c2s version TLS1.0", "no", "yes"),
        ("worse", "c2s suite TLS1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA", "no", "yes"),
        ("worse", "c2s forward secrecy", "always", "possible")]
    assert diff(survey(True, True, "possible"), survey(False, False, "always"), status=0).changes == [
        ("better", "c2s version TLS1.0", "yes", "no"),
        ("better", "c2s suite TLS1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA", "yes", "no"),
        ("better", "c2s forward secrecy", "possible", "always")]


def test_diff_of_domains_that_come_and_go(diff):
    old = [record("a.test"), record("b.test", "warning"), record("c.test")]
    new = [record("d.test", "critical"), record("c.test", "warning"), record("a.test")]
    diff(old, new, status=1).expect(err="", out=(
        "d.test\tappeared\tdomain\t-\tcritical\n"
        "c.test\tworse\tstatus\tok\twarning\n"
        "b.test\tdisappeared\tdomain\twarning\t-\n"
        "# 1 of 2 domains changed: worse 1, better 0; appeared 1, disappeared 1\n"))
    diff(old, [*new[:1], record("c.test"), *new[2:]], status=0)


def test_diff_of_several_records_of_one_domain(diff):
    diff([record(status="critical"), record()], record(), status=0).expect(out="")
    diff(record(), [record(), record(status="warning")], status=1)


def test_diff_leaves_out_records_that_examine_no_server(diff):
    sent = {"schema": 1, "domain": "a.test", "status": "unknown", "sendmsg": section("unknown", outcome="unsent")}
    served = {"schema": 1, "domain": "a.test", "status": "warning", "served": {"time": TIME, "role": "receiving"}}
    result = diff([record(), sent], [record(), sent, served], status=0).expect(out="")
    assert result.err == (
        "xmpp-report: 1 record of xmpp-sendmsg examines no server: left out\n"
        "xmpp-report: 1 record of xmpp-sendmsg and 1 of xmpp-dialback --serve examine no server: left out\n"), result
    result = diff([record(), sent], record(status="critical"), status=1)
    assert result.changes == [("worse", "status", "ok", "critical")], "not that of the message"


def test_diff_of_what_could_not_be_looked_up(diff):
    lost = {"schema": 1, "domain": "a.test", "status": "unknown", "findings": [finding("dns-failed", "info")]}
    assert diff(record(), lost, status=1).changes == [
        ("worse", "status", "ok", "unknown"), ("changed", "finding dns-failed", "-", "info")]
    assert diff(record(status="warning"), lost, status=0).changes[0] == ("changed", "status", "warning", "unknown")
    listed = record(endpoints=[without_sections(endpoint("c2s"))])
    diff(record(status="critical", endpoints=[endpoint("c2s")]), listed, status=0).expect(out="")


def test_diff_of_lines_that_are_no_records(diff, tmp_path):
    good = lines(record())
    for old, new in ((good + "x\n", good), (good, good + good[:300])):
        result = diff(old, new, status=3)
        assert "line 2: " in result.err and result.out == "", result
    newer = lines({**record("b.test"), "schema": 9})
    both = good + lines(record("b.test"))
    assert diff(both, good + newer, status=3).out == "", "b.test may stand in the line that could not be read"
    named = lines(record("b.test", endpoints=[{"service": "c2s", "host": "h", "port": "x"}]))
    assert "disappeared" not in diff(both, good + named, status=3).out
    assert diff(both + lines(record("c.test")), good + named, status=3).changes == [("disappeared", "domain", "ok", "-")]
    assert diff("", good, status=3).err == f"xmpp-report: --diff: {tmp_path}/old holds no records\n"
    assert diff(good, "", status=3).expect(out="").err == f"xmpp-report: --diff: {tmp_path}/new holds no records\n"
    result = report("--diff", tmp_path / "new", tmp_path / "none", stdin="")
    assert result.status == 3 and result.out == ""


def test_diff_reads_pipes_and_writes_files(tmp_path):
    old, new, out = lines(record("a.test")), lines(record("a.test", "critical")), tmp_path / "out"
    (tmp_path / "old").write_text(old)
    (tmp_path / "new").write_text(new)
    expected = ("a.test\tworse\tstatus\tok\tcritical\n"
                "# 1 of 1 domains changed: worse 1, better 0; appeared 0, disappeared 0\n")
    report("--diff", tmp_path / "old", "-", stdin=new).expect(status=1, out=expected)
    report("--diff", "-", tmp_path / "new", stdin=old).expect(status=1, out=expected)  # cannot be read twice: copied
    command = ["bash", "-c", '"$1" --diff <(cat old) <(cat new)', "bash", tool.find("xmpp-report")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, expected), done
    report("--diff", "-o", out, tmp_path / "old", tmp_path / "new").expect(status=1, out="")
    assert out.read_text() == expected
    report("--diff", "-o", out, tmp_path / "old", tmp_path / "old").expect(status=0, out="")
    assert out.read_text() == ""
    report("--diff", "-o", "/dev/full", tmp_path / "old", tmp_path / "new").expect(status=3)


def test_diff_on_a_terminal_stands_below_each_other(tmp_path):
    old = record()
    new = record(status="critical", endpoints=[endpoint("c2s", starttls=walk(True, False)), endpoint("s2s")])
    for name, each in (("old", old), ("new", new)):
        (tmp_path / name).write_text(lines(each))
    status, shown = on_terminal("--diff", tmp_path / "old", tmp_path / "new")
    assert status == 1 and shown == (
        "a.test  \x1b[31mworse\x1b[0m  status             ok   ->  critical\n"
        "a.test  \x1b[31mworse\x1b[0m  c2s authenticated  yes  ->  no\n"
        "# 1 of 1 domains changed: worse 1, better 0; appeared 0, disappeared 0\n")


def test_diff_shows_what_strangers_wrote_escaped(diff):
    bad = changed(findings=[finding("x\t\x1b[31m\n")])
    line = {"schema": 1, "input": "a\tb\x1b[2J\nc", "status": "unknown"}
    result = diff(record(), [bad, line])
    assert "\x1b" not in result.out, result
    assert all(row.startswith("#") or row.count("\t") == 4 for row in result.out.splitlines()), result
    assert "c2s finding x\\t\\x1b[31m\\n" in result.out and "a\\tb\\x1b[2J\\nc\tappeared" in result.out
