"""xmpp-starttls and what it is fed: each bad line gives one record and one sentence, and the others go on."""

import json

import pytest

import tool

NOWHERE = ["--resolver", "127.0.0.1:1", "-t", "2"]  # who asks DNS gets no answer at once
LONG = "a" * 300


def record(**members):
    return json.dumps({"schema": 1, "domain": "a.test", **members})


def endpoint(**members):
    return {"service": "c2s", "host": "a.test", "port": 5222, "address": "127.0.0.1", "transport": "starttls", **members}


# what is wrong: the line, a piece of the sentence
LINES = {
    "empty": ("", "empty"),
    "blank": (" \t ", "empty"),
    "long label": (f"{LONG}.test", "a label has 300 octets"),
    "long name": (".".join(["abcdefghi"] * 30), "253"),
    "NUL": ("good\0.test", "0x00"),
    "escape sequence": ("\x1b[2Jgood.test", "0x1b"),
    "not UTF-8": (b"bad\xff.test", "not UTF-8"),
    "wildcard": ("*.example.org", "wildcard: give the domain only: example.org"),
    "JID": ("alice@example.org", "address: give the domain only: example.org"),
    "full JID": ("alice@example.org/phone", "give the domain only: example.org"),
    "URL": ("https://example.org/x", "URL: give the domain only: example.org"),
    "URI": ("xmpp:example.org", "give the domain only: example.org"),
    "empty label": ("a..test", "empty label"),
    "bracket": ("[1]", "not allowed"),
    "not JSON": ("{", "not JSON"),
    "JSON and more": (record() + " more", "not JSON"),
    "member twice": ('{"schema":1,"domain":"a.test","domain":"b.test"}', "duplicate"),
    "no schema": ('{"domain":"a.test"}', "schema: missing"),
    "newer schema": (record(schema=2), "newer than this program"),
    "schema is text": (record(schema="1"), "schema: "),
    "no domain": ('{"schema":1}', "domain: missing"),
    "domain is a number": (record(domain=5), "domain: not a string"),
    "domain is a JID": (record(domain="a@b.test"), "give the domain only: b.test"),
    "NUL in a string": ('{"schema":1,"domain":"a\\u0000.test"}', "a string with a NUL"),
    "status is no status": (record(status="fine"), "status: "),
    "endpoints is a number": (record(endpoints=5), "endpoints: not an array"),
    "endpoint is a number": (record(endpoints=[5]), "endpoints[0]: not an object"),
    "port 0": (record(endpoints=[endpoint(port=0)]), "endpoints[0].port: not a port number"),
    "port 65536": (record(endpoints=[endpoint(port=65536)]), "endpoints[0].port: not a port number"),
    "port is text": (record(endpoints=[endpoint(), endpoint(port="5222")]), "endpoints[1].port: not a port number"),
    "address is a name": (record(endpoints=[endpoint(address="a.test")]), "endpoints[0].address: not an IP address"),
    "unknown service": (record(endpoints=[endpoint(service="x")]), "endpoints[0].service: "),
    "no transport": (record(endpoints=[{"service": "c2s", "host": "a", "port": 1}]), "endpoints[0].transport: missing"),
    "dns is a list": (record(dns=[]), "dns: not an object"),
    "too many endpoints": (record(endpoints=[endpoint()] * 1001), "endpoints: "),
    "too deep": ('{"schema":1,"domain":"a.test","x":' + "[" * 5000 + "]" * 5000 + "}", "depth"),
    "from a tool before": ('{"schema":1,"input":"x y","status":"unknown","endpoints":[],"findings":[]}', "no domain"),
}


def raw(line):
    return line if isinstance(line, bytes) else line.encode()


@pytest.mark.parametrize("name", LINES)
def test_bad_line_gives_one_record_and_one_sentence(run, name):
    line, why = LINES[name]
    result = run("xmpp-starttls", ["-j", *NOWHERE], stdin=raw(line) + b"\n").expect(status=3)
    assert result.record["status"] == "unknown" and "invalid-input" in tool.finding_ids(result.record), result
    assert len(result.err.splitlines()) == 1 and result.err.startswith("xmpp-starttls: line 1: "), result
    assert why in result.err and why in tool.findings(result.record)[0]["text"], result
    assert "failed" not in result.err and "JSON_" not in result.err, result


@pytest.mark.parametrize("name", LINES)
def test_bad_line_is_one_line_of_short_output(run, name):
    result = run("xmpp-starttls", NOWHERE, stdin=raw(LINES[name][0]) + b"\n").expect(status=3)
    [line] = result.out.splitlines()
    fields = line.split("\t")
    assert len(fields) == 8 and fields[0] and fields[1:7] == ["-"] * 5 + ["unknown"], result
    assert "\\\\x" not in fields[0], f"escaped twice\n{result}"


OPERANDS = [name for name, (line, _) in LINES.items()
            if isinstance(line, str) and "\0" not in line and not line.startswith("{") and name != "blank"]


@pytest.mark.parametrize("name", OPERANDS)
def test_bad_operand_gives_one_record_and_one_sentence(run, name):
    operand, why = LINES[name]
    result = run("xmpp-starttls", ["-j", *NOWHERE, "--", operand]).expect(status=3)
    assert result.record["status"] == "unknown" and why in tool.findings(result.record)[0]["text"], result
    assert len(result.err.splitlines()) == 1 and why in result.err, result


def test_operand_is_one_domain(run):
    for operand in ("a.test b.test", " a.test", "a.test\n", "# a.test"):
        run("xmpp-starttls", ["-j", *NOWHERE, operand]).expect(status=3)


@pytest.mark.parametrize("name", ["targets.test", "./targets.jsonl"])
def test_a_file_where_a_domain_belongs(run, tmp_path, name):
    """Nobody of this name is in DNS; whoever named a file is told how its lines are read."""
    (tmp_path / name).write_text("a.test\n")
    def said(*args, stdin=""):
        return run("xmpp-starttls", [*NOWHERE, *args], stdin=stdin, cwd=tmp_path).err
    hint = "there is a file of this name: with < before it its lines are read\n"
    assert f"xmpp-starttls: {name}: {hint}" in said(name)
    assert hint not in said("other.test")
    assert hint not in said("--connect", "127.0.0.1:1", name.lstrip("./"))
    assert hint not in said(stdin=f"{name}\n")


def test_records_that_are_wrong_in_the_middle(run, ca, prosody):
    """All of them between good ones: one record a line, in order, the good ones examined."""
    good = prosody.record("good.test", [("c2s", "starttls")]).encode()
    lines = [raw(line) + b"\n" for line, _ in LINES.values()]
    result = run("xmpp-starttls", ["-jk", "-J", "4", "--trust", ca.file, *NOWHERE, "-t", "10"], stdin=good + b"".join(lines) + good)
    assert len(result.records) == len(LINES) + 2, result
    for seen in (result.records[0], result.records[-1]):
        assert seen["status"] == "ok" and seen["endpoints"][0]["starttls"]["authenticated"], result
    assert all(seen["status"] == "unknown" for seen in result.records[1:-1])
    assert [line.split(":")[1] for line in result.err.splitlines()] == [f" line {n}" for n in range(2, len(LINES) + 2)]
    result.expect(status=3)


def test_line_of_17_megabytes(run):
    big = record(x="y" * 17 * 1024 * 1024)
    result = run("xmpp-starttls", ["-jk", *NOWHERE], stdin=f"{big}\n*.b.test\n{big}").expect(status=3)
    assert len(result.records) == 3 and len(result.out) < 4000, result
    assert [line.split(": ")[1] for line in result.err.splitlines()] == ["line 1", "line 2", "line 3"], result
    assert "more than 16777216 octets" in result.err and "16 MiB" not in result.err
    if not tool.SANITIZED:
        assert result.maxrss_kb < 80 * 1024, result


@pytest.mark.skipif(tool.SANITIZED, reason="sanitizers have memory of their own")
def test_lines_that_take_far_more_memory_than_they_are_long(run):
    """Eighty times as much. One with more values is refused as what it is; of others few are under way at once."""
    lines = [record(x=[{}] * count) for count in (600_000, *[150_000] * 10)]
    result = run("xmpp-starttls", ["--short", "-J", "16", *NOWHERE], stdin="\n".join(lines)).expect(status=3)
    assert len(result.out.splitlines()) == len(lines), result.out[:4000]
    assert "line 1: " in result.err and "a record of more than 500000 values\n" in result.err, result.err[:4000]
    assert result.err.count("values") == 1, result.err[:4000]
    assert result.maxrss_kb < 180 * 1024, result.maxrss_kb


@pytest.mark.parametrize("line", ["a.test", "a.test\r\n", "  a.test\n", "\ta.test\n", "a.test \n", "a.test\tc2s\tx\n", "A.Test.\n",
                                  "a.test # why\n", " " + record() + "\n", "\ufeffa.test\n", record() + "\r\n"])
def test_line_is_read_as_it_was_meant(run, line):
    result = run("xmpp-starttls", ["-j", *NOWHERE], stdin=line)
    assert result.record["domain"] == "a.test" and "dns-failed" in tool.finding_ids(result.record), result
    result.expect(status=3, err="")


def test_comments_are_no_targets(run):
    run("xmpp-starttls", NOWHERE, stdin="# one\n  # two\n#").expect(status=0, out="", err="")


def test_no_lines_no_results(run):
    run("xmpp-starttls", NOWHERE, stdin="").expect(status=0, out="", err="")


@pytest.mark.parametrize("literal", ["127.0.0.1", "::1", "[::1]"])
def test_ip_literal_is_a_domain(run, peer, literal):
    """RFC 7622 allows it; there is nothing to ask DNS for."""
    player = peer("connection c2s starttls\nC <?xml*to='*'*>\nS <?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' from='\\2'><stream:features/></stream:stream>")
    result = run("xmpp-starttls", ["-j", "--c2s", *NOWHERE, "-t", "10", "--connect", f"127.0.0.1:{player.port()}", literal])
    assert result.record["domain"] == (f"[{literal}]" if literal == "::1" else literal), result
    assert "starttls-not-offered" in tool.finding_ids(result.record), result


def test_worst_status_wins(run, ca, prosody):
    """critical, warning, unknown, ok."""
    ok, warning, critical = (prosody.record(*which) for which in (
        ("good.test", [("c2s", "starttls")]), ("expired.test", [("s2s", "starttls")]), ("expired.test", [("c2s", "starttls")])))
    unknown = "*.test\n"
    for lines, status in (([ok], 0), ([ok, unknown], 3), ([unknown, warning, ok], 1), ([critical, unknown, warning, ok], 2)):
        run("xmpp-starttls", ["--trust", ca.file], stdin="".join(lines)).expect(status=status)


def test_input_that_cannot_be_read(run, tmp_path):
    result = run("/bin/sh", ["-c", f'exec "$0" <{tmp_path}', tool.find("xmpp-starttls")]).expect(status=3, out="")
    assert result.err == "xmpp-starttls: standard input: Is a directory\n", result
    result = run("/bin/sh", ["-c", 'exec "$0" <&-', tool.find("xmpp-starttls")]).expect(status=3)
    assert "standard input" in result.err, result
