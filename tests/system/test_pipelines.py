"""All tools in one pipeline: in every order, over what is broken, cut, stopped or killed, and with the shell's own.

xmpp-tls-tools(7), RECORDS: one line in, one record out; a tool adds its section, raises the status to the worst of all,
and passes on unchanged what it does not know.
"""

import contextlib
import copy
import decimal
import itertools
import json
import os
import select
import shlex
import shutil
import signal
import subprocess
import threading

import pytest

import daemon
import peer as peers
import tool
import transcript

NOBODY = ["--resolver", "127.0.0.1:1"]
# Each as quick as it can be, with a section for a server endpoint nonetheless.
TOOLS = {
    "starttls": [],
    "certcheck": ["--no-state", "--no-caa", "--posh", "off"],
    "ciphers": ["--versions-only", "--lanes", "2"],
    "dialback": ["--check", "verify-made-up", "--wait", "60"],
}
NAMES = list(TOOLS)
S2S = [("s2s", "starttls")]

pytestmark = pytest.mark.skipif(not all(tool.built(f"xmpp-{name}") for name in NAMES) and "XTT_BUILD" not in os.environ,
                                reason="not all tools were built")


def argv(name, ca, *args):
    return [tool.find(f"xmpp-{name}"), "-j", "-t", "60", *NOBODY, "--trust", str(ca.file), *TOOLS[name], *args]


def chain(names, ca, *args):
    """The pipeline as a shell has it."""
    return " | ".join(shlex.join(argv(name, ca, *args)) for name in names)


def shell(script, stdin, timeout=daemon.PATIENCE):
    return tool.run("/bin/bash", ["-c", f"set -o pipefail; {script}"], stdin=stdin, timeout=timeout)


def needs(*programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


def worst(statuses):
    return max(statuses, key=["ok", "unknown", "warning", "critical"].index)


def exact(line):
    """A record with each number as it is written."""
    return json.loads(line, parse_float=decimal.Decimal)


def not_ours(record, mine=NAMES):
    """What no tool may touch, members in their order."""
    rest = copy.deepcopy(record)
    for name in ("status", "policy", "findings"):
        rest.pop(name, None)
    for endpoint in rest.get("endpoints", []):
        for name in mine:
            endpoint.pop(name, None)
    return json.dumps(rest, default=lambda number: float(number) if abs(number) < 1e300 else str(number))


@pytest.fixture
def clear(ca):
    """The scripted one."""
    with peers.Peer(transcript.parse(transcript.CLEAR), ca) as peer:
        yield peer


@pytest.mark.parametrize("order", itertools.permutations(NAMES), ids="-".join)
def test_every_order(ca, prosody, clear, order):
    lines = prosody.record("good.test", S2S) + prosody.record("expired.test", S2S) + clear.record()
    result = shell(chain(order, ca, "--s2s", "-k", "-J", "3"), lines)
    assert [record["domain"] for record in result.records] == ["good.test", "expired.test", "clear.test"], result
    for record, status in zip(result.records, ("ok", "critical", "critical")):
        tool.assert_record_valid(record)
        [endpoint] = record["endpoints"]
        assert [name for name in endpoint if name in NAMES] == list(order), "a section each, in the order of the stages"
        assert record["status"] == worst(endpoint[name]["status"] for name in NAMES) == status, result
    good = result.records[0]["endpoints"][0]
    assert good["starttls"]["authenticated"] and good["certcheck"]["authenticated"], result
    assert good["dialback"]["verdict"] == "not_tested", result
    assert any(each["offered"] for each in good["ciphers"]["versions"]), result
    behind = order.index("certcheck") > order.index("starttls")
    assert good["certcheck"]["source"] == ("record" if behind else "live"), "who sees a chain there asks nobody"


STRANGE = """{"schema":1,"x-first":[1,2.50,1e400,-0.0,1E5,18446744073709551615,123456789012345678901234567890,
0.30000000000000004,null,true,{"":{}},[[]]],"domain":"good.test",
"ü \\u00fc2":"\\ud83d\\ude00 \\u0001\\u007f \\u202e \\/ \\\\","status":"ok","x-mid":{"z":1,"a":2},
"dns":{"x-dns":[9223372036854775807],"srv":[]},"endpoints":[{"x-before":1,"service":"s2s","host":"good.test",
"port":PORT,"address":"ADDRESS","transport":"starttls","x-other":{"status":"warning","findings":[],"n":1e-5},
"x-after":"é"}],"findings":[{"id":"x-theirs","severity":"info","text":"kept","ref":"RFC 1 section 1",
"x-more":[1.10]}],"x-last":{"b":1.0}}"""


def strange(prosody):
    line = STRANGE.replace("\n", "").replace("PORT", str(prosody.port("s2s"))).replace("ADDRESS", prosody.address)
    return line + "\n"


def test_what_is_nobodys_stays(ca, prosody):
    """At every level, in its order, with every value; that of a section, where the tool that wrote it does not run."""
    before = strange(prosody)
    once = shell(chain(NAMES, ca), before)
    after = exact(once.out)
    assert not_ours(after) == not_ours(exact(before)), once
    theirs = exact(before)["findings"][0]
    assert theirs in after["findings"] and after["status"] == "warning", "that of x-other"
    assert list(after) == [*exact(before), "policy"], "nothing moves"
    for name in NAMES:
        marked = json.loads(once.out)
        del marked["x-first"]  # Python has no number for 1e400
        for other in NAMES:
            marked["endpoints"][0][other]["x-mark"] = 1
        again = shell(chain([name], ca), json.dumps(marked))
        section = again.record["endpoints"][0]
        others = [other for other in NAMES if other != name]
        assert [other for other in NAMES if "x-mark" in section[other]] == others, again
        assert list(section) == list(after["endpoints"][0]), "it stands where it stood"
        assert {other: section[other] for other in others} == {other: marked["endpoints"][0][other] for other in others}


def test_the_large_survive_in_text(ca, prosody):
    out = shell(chain(NAMES, ca), strange(prosody)).out
    for text in ("1e400", "18446744073709551615", "123456789012345678901234567890", "9223372036854775807",
                 "0.30000000000000004"):
        assert f"{text}," in out or f"{text}]" in out, text


def test_a_second_run_takes_the_place_of_the_first(ca, make_prosody):
    """Yesterday the certificate had expired."""
    server = make_prosody(["once.test"])
    old = json.loads(server.record("once.test", S2S))
    gone = {"status": "critical", "time": "2020-01-01T00:00:00Z", "x-old": 1, "findings": []}
    old["endpoints"][0].update({name: dict(gone) for name in NAMES})
    old["status"] = "critical"
    result = shell(chain(["ciphers", "dialback", "certcheck"], ca), shell(chain(["starttls"], ca), json.dumps(old)).out)
    assert result.record["status"] == "ok" and '"x-old"' not in result.out, result
    assert all(result.record["endpoints"][0][name]["time"] > "2026" for name in NAMES)


BROKEN = {
    "no domain": ("*.example.org", "is a wildcard"),
    "nothing": ("", "empty domain"),
    "no JSON": ("{", "not JSON"),
    "cut": ('{"schema":1,"domain":"good.test","endpoints":[{"service":"s2', "not JSON"),
    "no domain in it": ('{"schema":1}', "domain: missing"),
    "from a newer tool": ('{"schema":2,"domain":"good.test"}', "newer than this program knows"),
    "wrong type": ('{"schema":1,"domain":"good.test","endpoints":{}}', "endpoints: not an array"),
    "NUL": ("good\0.test", "0x00"),
    "NUL in JSON": ('{"schema":1,"domain":"good.test","x":"\0"}', "not JSON"),
    "NUL in a string": ('{"schema":1,"domain":"good.test","x":"\\u0000"}', "a string with a NUL"),
    "no UTF-8": (b"good\xff.test", "not UTF-8"),
    "no UTF-8 in JSON": (b'{"schema":1,"domain":"good.test","x":"\xc3("}', "not JSON"),
    "half a character": ('{"schema":1,"domain":"good.test","x":"\\ud800"}', "not JSON"),
    "a member twice": ('{"schema":1,"domain":"good.test","x":1,"x":1}', "duplicate"),
    "escape sequences": ("\x1b]0;pwned\x07", "0x1b"),
}


@pytest.mark.parametrize("first", NAMES)
def test_broken_lines_go_all_the_way(ca, prosody, first):
    """Each is a record that goes on saying what was wrong, and who said so; the good ones around them are examined."""
    good = prosody.record("good.test", S2S).encode()
    broken = [line if isinstance(line, bytes) else line.encode() for line, _ in BROKEN.values()]
    at = NAMES.index(first)
    order = NAMES[at:] + NAMES[:at]
    result = shell(chain(order, ca, "-k", "-J", "4"), good + b"".join(line + b"\n" for line in broken) + good)
    records = result.records
    assert len(records) == len(BROKEN) + 2, result
    for record in (records[0], records[-1]):
        assert set(NAMES) <= set(record["endpoints"][0]) and record["status"] == "ok", result
    for record, (name, (_, why)) in zip(records[1:], BROKEN.items()):
        tool.assert_record_valid(record)
        [found] = record["findings"]
        assert (found["id"], found["tool"]) == ("invalid-input", f"xmpp-{first}"), f"{name}: {record}"
        assert why in found["text"], f"{name}: {record}"
        assert "input" in record and record["status"] == "unknown" and record["endpoints"] == []


def test_a_line_without_end(ca):
    """17 MiB: one record, and the next line is itself again."""
    big = '{"schema":1,"domain":"a.test","x":"' + "y" * 17 * 1024 * 1024 + '"}'
    result = shell(chain(NAMES, ca, "-k", "-t", "1"), f"{big}\n*.b.test\n")
    assert "more than 16777216 octets" in result.records[0]["findings"][0]["text"] and len(result.out) < 4000, result
    assert result.records[1]["input"] == "*.b.test" and len(result.records) == 2, result


def test_a_long_line_that_escapes_make_longer(ca):
    """What is kept of it still fits into a record of the next tool, which has the reason from there."""
    result = shell(chain(["dialback", "ciphers"], ca), b"\x01" * 4 * 1024 * 1024 + b"\n")
    [found] = result.record["findings"]
    assert "0x01" in found["text"] and found["tool"] == "xmpp-dialback", result


def test_a_section_that_one_tool_cannot_read(ca, prosody):
    """It says so and lets the record pass; the others do their work, and what was said remains."""
    record = shell(chain(["starttls"], ca), prosody.record("good.test", S2S)).record
    good = record["endpoints"][0]["starttls"]["chain_pem"]
    record["endpoints"][0]["starttls"]["chain_pem"] = 5
    result = shell(chain(["certcheck", "ciphers", "dialback"], ca), json.dumps(record))
    [found] = [each for each in result.record["findings"] if each["id"] == "invalid-input"]
    assert found["tool"] == "xmpp-certcheck" and found["text"].startswith("endpoints[0].starttls.chain_pem"), result
    section = result.record["endpoints"][0]
    assert "certcheck" not in section and {"ciphers", "dialback"} <= set(section), result
    assert section["starttls"]["chain_pem"] == 5, result
    assert result.record["status"] == "unknown", "one of them could not look"
    section["starttls"]["chain_pem"] = good
    mended = shell(chain(["certcheck"], ca), json.dumps({**result.record, "endpoints": [section]}))
    assert mended.record["status"] == "ok" and "invalid-input" not in tool.finding_ids(mended.record), mended


def test_what_could_not_be_read_takes_nothing_away(ca, prosody):
    record = json.loads(prosody.record("good.test", S2S))
    dead = {"id": "service-unreachable", "severity": "critical", "text": "c2s: gone", "ref": "RFC 6120 section 3.2"}
    record["endpoints"][0]["port"] = 99999
    result = shell(chain(NAMES, ca), json.dumps({**record, "status": "critical", "findings": [dead]}))
    assert dead in result.record["findings"] and result.record["status"] == "critical", result
    said = [found["tool"] for found in result.record["findings"] if found["id"] == "invalid-input"]
    assert sorted(said) == sorted(f"xmpp-{name}" for name in NAMES), "each for itself"


def test_no_resolver_is_one_record_too(ca):
    """xmpp-dialback asks for servers alone: what is known of clients stays."""
    result = shell(chain(["starttls", "dialback"], ca, "-t", "1"), "a.test\n")
    names = {lookup["name"] for lookup in result.record["dns"]["lookups"]}
    assert names == {f"_{way}-{who}._tcp.a.test" for way in ("xmpp", "xmpps") for who in ("client", "server")}, result
    assert result.record["status"] == "unknown" and "dns-failed" in tool.finding_ids(result.record), result
    again = shell(chain(["dialback", "starttls"], ca, "-t", "1"), result.out)
    assert len(again.record["dns"]["lookups"]) == 4, again
    assert [found["id"] for found in again.record["findings"]] == ["dns-failed"], "a whole look says it anew, once"


def test_a_look_at_servers_keeps_what_is_known_of_clients(run, ca, dns):
    """DNS as it was, where it was not asked again; as it is now, where it was."""
    domain = "declines.secure.test"
    for service in ("c2s", "s2s"):
        dns.no_service(domain, service)
    reach = ["-j", "--resolver", dns.resolver, "--trust", ca.file]
    first = run("xmpp-starttls", reach, stdin=domain + "\n").record
    assert first["dns"]["declined"] == ["c2s", "s2s"] and first["endpoints"] == [], first
    first["dns"]["x-dns"] = 1
    second = run("xmpp-dialback", reach, stdin=json.dumps(first) + "\n").record
    assert sorted(second["dns"]["declined"]) == ["c2s", "s2s"] and second["dns"]["x-dns"] == 1, second
    assert {each["name"] for each in second["dns"]["srv"]} == {f"_xmpp-{who}._tcp.{domain}" for who in ("client", "server")}
    dns.service(domain, "s2s", 1)
    third = run("xmpp-dialback", [*reach, "--wait", "1"], stdin=json.dumps(second) + "\n").record
    assert third["dns"]["declined"] == ["c2s"] and [each["service"] for each in third["endpoints"]] == ["s2s"], third
    [srv] = [each for each in third["dns"]["srv"] if "server" in each["name"]]
    assert srv["port"] == 1 and third["dns"]["x-dns"] == 1, third


def test_short_lines_are_input(ca, prosody):
    """Of each tool for each tool."""
    reach = ["--s2s", "--connect", prosody.connect_to("s2s"), "--short"]
    lines = ""
    for name in NAMES:
        made = shell(shlex.join(argv(name, ca, *reach)), "good.test\nexpired.test\n")
        assert sorted(line.split("\t")[0] for line in made.out.splitlines()) == ["expired.test", "good.test"], made
        lines += made.out
    for name in NAMES:
        read = shell(shlex.join(argv(name, ca, *reach[:-1], "-k")), lines)
        assert [record["domain"] for record in read.records] == [line.split()[0] for line in lines.splitlines()], read
        assert all(name in record["endpoints"][0] for record in read.records), read


# The shell's own.


def test_jq_in_the_middle(ca, prosody):
    needs("jq")
    script = (f"{chain(['starttls'], ca)} | jq -c '. + {{site: \"north\"}} | .endpoints[0].rack = 7' |"
              f" {chain(['certcheck'], ca)} |"
              " jq -r '[.domain, .site, .endpoints[0].rack, .endpoints[0].certcheck.status] | @tsv'")
    result = shell(script, prosody.record("good.test", S2S)).expect(status=0)
    assert result.out == "good.test\tnorth\t7\tok\n", result


def test_tee_sort_grep_cut(ca, prosody, tmp_path):
    kept = tmp_path / "kept"
    reach = ["--s2s", "--connect", prosody.connect_to("s2s")]
    script = (f"{shlex.join(argv('starttls', ca, *reach, '--short'))} | tee {kept} |"
              f" grep -w warning | cut -f 1 | sort -u | {chain(['certcheck'], ca, *reach)}")
    result = shell(script, "good.test\nexpired.test\nexpired.test\n")
    assert result.record["domain"] == "expired.test" and len(kept.read_text().splitlines()) == 3, result


def test_sort_of_records(ca, prosody):
    """A record is a line: sort -u takes equals together, and what follows reads the rest."""
    line = prosody.record("good.test", S2S)
    result = shell(f"sort -u | {chain(['starttls'], ca)}", line * 5 + prosody.record("expired.test", S2S))
    assert sorted(record["domain"] for record in result.records) == ["expired.test", "good.test"], result


def test_xargs(ca, prosody):
    """Four at a time into one pipe: a line of short output is one write."""
    reach = ["--s2s", "--connect", prosody.connect_to("s2s")]
    short = shlex.join(argv("starttls", ca, *reach, "--short"))
    result = shell(f"xargs -n 1 -P 4 {short} | {chain(['certcheck'], ca, *reach)}",
                   "good.test\nrsa.test\n" * 4)
    assert sorted(record["domain"] for record in result.records) == ["good.test"] * 4 + ["rsa.test"] * 4, result


def test_head_ends_them_all(ca):
    """Input has no end here; nobody complains."""
    script = f"yes '*.test' | {chain(NAMES, ca, '-q')} | head -n 1; echo \"${{PIPESTATUS[*]}}\""
    record, statuses = shell(script, "").expect(err="").out.splitlines()
    assert json.loads(record)["input"] == "*.test" and statuses == "141 141 141 141 141 0", statuses


@pytest.mark.parametrize("name", NAMES)
def test_full_disk(ca, name):
    result = shell(f"{chain([name], ca)} >/dev/full", "*.test\n").expect(status=3)
    assert f"xmpp-{name}: standard output: No space left on device\n" in result.err, result


# Stages that stand still, and stages that die.


@contextlib.contextmanager
def stages(*commands):
    """Processes in a row, all ours: (standard input of the first, processes, standard output of the last)."""
    running, source = [], subprocess.PIPE
    environment = tool.clean_environment()
    try:
        for command in commands:
            running.append(subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                            env=environment))
            if len(running) > 1:
                source.close()
            source = running[-1].stdout
        yield running[0].stdin, running, running[-1].stdout
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
            process.wait()
            for end in (process.stdin, process.stdout, process.stderr):
                with contextlib.suppress(BrokenPipeError):
                    end and end.close()


def soon(function, *args):
    """What the function returns; fails the test when it does not."""
    answer = []
    thread = threading.Thread(target=lambda: answer.append(function(*args)), daemon=True)
    thread.start()
    thread.join(daemon.PATIENCE)
    assert answer, f"nothing came within {daemon.PATIENCE} s"
    return answer[0]


def feed(to, lines):
    def write():
        with contextlib.suppress(BrokenPipeError), to:
            for line in lines:
                to.write(line)
                to.flush()
    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def seen(ca, prosody):
    """A record with a starttls section: judged anew without the network."""
    return shell(chain(["starttls"], ca), prosody.record("good.test", S2S)).out.encode()


def offline(ca):
    """Three stages that judge, and connect to nobody."""
    again = argv("starttls", ca, "--rejudge", "-k")
    return [again, argv("certcheck", ca, "-k"), again]


def numbered(line, count):
    return (json.dumps({**json.loads(line), "x-number": number}).encode() + b"\n" for number in count)


@pytest.mark.parametrize("keep", ["", "-k"])
def test_results_come_while_input_stays_open(ca, prosody, keep):
    """All four at once: a line goes through before the next one is there."""
    with stages(*(argv(name, ca, *keep.split()) for name in NAMES)) as (into, running, out):
        for domain in ("good.test", "expired.test"):
            into.write(prosody.record(domain, S2S).encode())
            into.flush()
            record = json.loads(soon(out.readline))
            assert record["domain"] == domain and set(NAMES) <= set(record["endpoints"][0])
        into.close()
        assert out.read() == b"" and [process.wait() for process in running] == [1, 2, 0, 0]


def test_a_stage_is_killed(ca, seen):
    """What it had emitted is whole; before it SIGPIPE ends the others quietly; behind it they finish what they got."""
    with stages(*offline(ca)) as (into, running, out):
        first, killed, last = running
        feeder = feed(into, numbered(seen, itertools.count()))
        lines = [soon(out.readline) for _ in range(20)]
        killed.kill()
        lines += soon(out.readlines)
        feeder.join()
        assert (first.wait(), first.stderr.read()) == (-signal.SIGPIPE, b"")
        status = last.wait()
    records = [json.loads(line) for line in lines]
    cut = records.pop() if "input" in records[-1] else None
    assert [record["x-number"] for record in records] == list(range(len(records))), "all of them whole, in their order"
    assert all("certcheck" in record["endpoints"][0] for record in records)
    assert status == (3 if cut else 0) and lines[-1].endswith(b"\n")


def test_a_last_line_that_was_cut(ca, seen):
    """Killed in the middle of a write: one record that says so, through all that follow."""
    result = shell(chain(["certcheck", "ciphers"], ca, "-k"), seen + seen[:len(seen) // 2])
    whole, cut = result.records
    assert "ciphers" in whole["endpoints"][0] and cut["input"] == seen[:len(seen) // 2].decode(), result
    assert "not JSON" in cut["findings"][0]["text"] and cut["findings"][0]["tool"] == "xmpp-certcheck", result


def pour(to, lines):
    """Until the pipes are full; what is left of the last line."""
    os.set_blocking(to.fileno(), False)
    for line in lines:
        while line:
            if not select.select([], [to], [], 0.5)[1]:
                os.set_blocking(to.fileno(), True)
                return line
            line = line[os.write(to.fileno(), line):]
    raise AssertionError("the pipes have no end")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_stage_is_stopped(ca, seen, which):
    """Lines wait until nothing more goes into the pipes, and none is lost."""
    poured = []
    with stages(*offline(ca)) as (into, running, out):
        os.kill(running[which].pid, signal.SIGSTOP)
        os.waitpid(running[which].pid, os.WUNTRACED)
        rest = pour(into, (poured.append(line) or line for line in numbered(seen, itertools.count())))
        os.kill(running[which].pid, signal.SIGCONT)
        feeder = feed(into, [rest])
        lines = soon(out.readlines)
        feeder.join()
        assert [process.wait() for process in running] == [0, 0, 0]
    assert [json.loads(line)["x-number"] for line in lines] == list(range(len(poured))) and len(poured) > 10
