"""What xmpp-starttls prints: forms, order, whole lines, full disks and closed pipes."""

import re
import shlex
import socket
import subprocess

import pexpect
import pytest

import tool

DEAD = "127.0.0.1:1"  # refuses at once


def tidy(text):
    """Without what differs from run to run: figures at the end of table lines, widths of columns, dates, and the
    order in which Prosody names its mechanisms."""
    text = re.sub(r"(mechanisms: )([A-Z0-9 -]+[A-Z0-9])", lambda found: found[1] + " ".join(sorted(found[2].split())), text)
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", "<date>", text)
    text = re.sub(r"(?m)^([cs]2s .*?) +\d+$", r"\1  <ms>", text)
    text = re.sub(r"(?m)^(     \w+) +\d+ ms", r"\1  <ms>", text)
    return re.sub(r" {2,}", "  ", text)


@pytest.fixture
def look(run, ca, prosody):
    """look(domain, *args): a run over all ways into the shared Prosody."""
    return lambda domain, *args, **more: run("xmpp-starttls", ["--trust", ca.file, *args], stdin=prosody.record(domain), **more)


@pytest.mark.parametrize("domain,status", [("good.test", 0), ("expired.test", 2), ("wrong-name.test", 2)])
def test_long_screen(look, domain, status):
    result = look(domain, "--long", "--direct-tls", "--starttls").expect(status=status, err="")
    tool.golden(f"starttls-long-{domain}.txt", tidy(result.out))


def test_long_screen_of_one_endpoint(run, ca, prosody):
    result = run("xmpp-starttls", ["--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), "good.test"]).expect(status=0)
    tool.golden("starttls-long-steps.txt", tidy(result.out))


def test_short_lines(look):
    result = look("expired.test").expect(status=2, err="")
    tool.golden("starttls-short-expired.test.txt", tidy(re.sub(r"\t\d{5}\t", "\t<port>\t", result.out)))
    lines = [line.split("\t") for line in result.out.splitlines()]
    assert all(len(fields) >= 8 and fields[0] == "expired.test" for fields in lines), result
    assert {fields[6] for fields in lines} == {"critical", "warning"}


def test_operands_print_long_and_lines_short(run, ca, prosody):
    args = ["--c2s", "--trust", ca.file, "--connect", prosody.connect_to()]
    long = run("xmpp-starttls", [*args, "good.test"]).out
    short = run("xmpp-starttls", args, stdin="good.test\n").out
    assert long.startswith("OK good.test: ") and short.startswith("good.test\tc2s\t")
    assert run("xmpp-starttls", [*args, "--short", "good.test"]).out == short
    assert run("xmpp-starttls", [*args, "--long"], stdin="good.test\n").out.startswith("OK good.test: ")


@pytest.mark.parametrize("domain", ["good.test", "expired.test", "untrusted.test", "bücher.test"])
def test_json_is_valid(look, domain):
    record = look(domain, "-j").record
    tool.assert_record_valid(record)
    assert record["domain"] == domain and len(record["endpoints"]) == 4


NAGIOS = re.compile(r"XMPPTLS (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \| (.+)\n")
PERFDATA = re.compile(r"(\w+)=(-?\d+(?:\.\d+)?)(s|)(?:;(\d*);(\d*)(?:;(\d*)(?:;(\d*))?)?)?")


@pytest.mark.parametrize("domain,word,status", [("good.test", "OK", 0), ("expired.test", "CRITICAL", 2)])
def test_nagios(look, domain, word, status):
    result = look(domain, "--nagios").expect(status=status, err="")
    found = NAGIOS.fullmatch(result.out)
    assert found and found[1] == word, result
    figures = {}
    for each in found[2].split(" "):
        parsed = PERFDATA.fullmatch(each)
        assert parsed, f"no performance data: {each}\n{result}"
        figures[parsed[1]] = float(parsed[2])
    assert figures["c2s"] == 2 and figures["s2s"] == 2 and figures["time"] > 0
    assert (figures["days"] == 61 if status == 0 else figures["days"] < 0), result


def test_nagios_without_a_peer(run):
    result = run("xmpp-starttls", ["--nagios", "--connect", DEAD, "a|b"]).expect(status=3)
    assert NAGIOS.fullmatch(result.out) and result.out.count("|") == 1, result
    result = run("xmpp-starttls", ["--nagios", "--connect", DEAD, "a.test"]).expect(status=2)
    assert NAGIOS.fullmatch(result.out), result


def test_pem_is_the_chain(look, tmp_path):
    pem = look("good.test", "--pem").expect(status=0, err="").out
    chains = re.split(r"(?m)^# .*\n", pem)[1:]
    assert re.findall(r"(?m)^# good.test ([cs]2s (?:starttls|direct)) 127\.[\d.]+:\d+$", pem) == [
        "c2s starttls", "c2s direct", "s2s starttls", "s2s direct"]
    for chain, endpoint in zip(chains, look("good.test", "-j").record["endpoints"], strict=True):
        assert chain == "".join(endpoint["starttls"]["chain_pem"])
        assert chain.count("BEGIN CERTIFICATE") == 2
    (tmp_path / "chain.pem").write_text(pem)
    for args in (["crl2pkcs7", "-nocrl", "-certfile"], ["x509", "-noout", "-subject", "-in"]):
        done = subprocess.run(["openssl", *args, tmp_path / "chain.pem"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_pem_says_why_there_is_none(run):
    result = run("xmpp-starttls", ["--pem", "--c2s", "--connect", DEAD, "a.test"]).expect(status=2)
    assert result.out == f"# a.test c2s starttls {DEAD}: connection refused\n", result
    result = run("xmpp-starttls", ["--pem", "--resolver", DEAD, "a.test"]).expect(status=3)
    assert result.out.startswith("# a.test: the resolver gave no answer") and result.out.count("\n") == 1, result


SLOW = """connection c2s starttls
C <?xml*>
pause 300
S <stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' from='slow.test'><stream:features/>
"""


@pytest.mark.threads
def test_order(run, peer):
    """A slow domain first: with -k all wait for it. (That without nobody does is in test_bulk.py.)"""
    slow = peer("domain slow.test\n" + SLOW)
    lines = slow.record() + "".join(f"*.n{i}.test\n" for i in range(100))
    result = run("xmpp-starttls", ["-q", "-J", "8", "-k"], stdin=lines)
    names = [line.split("\t")[0] for line in result.out.splitlines()]
    names = [name for at, name in enumerate(names) if name not in names[:at]]
    assert names == ["slow.test", *(f"*.n{i}.test" for i in range(100))], result


@pytest.mark.threads
def test_lines_are_whole_with_many_workers(run, ca, prosody):
    """200 targets, every fourth of which talks to a server."""
    lines = "".join(prosody.record("good.test", [("c2s", "starttls")]) if i % 4 == 0 else f"n{i}.test\n" for i in range(200))
    result = run("xmpp-starttls", ["-j", "-J", "16", "-t", "30", "--trust", ca.file, "--resolver", DEAD], stdin=lines, timeout=120)
    seen = [record["domain"] for record in result.records]
    assert sorted(seen) == sorted("good.test" if i % 4 == 0 else f"n{i}.test" for i in range(200))
    assert all(record["endpoints"][0]["starttls"]["encrypted"] for record in result.records if record["domain"] == "good.test")
    result.expect(status=3, err=f"xmpp-starttls: the DNS server {DEAD} is not there (connection refused); "
                                 "check --resolver and /etc/resolv.conf\n")


def shell(run, command, *args, **more):
    """A shell command in which $TOOL is the tool."""
    return run("/bin/bash", ["-c", "set -o pipefail; " + command, "bash", *args], env={"TOOL": tool.find("xmpp-starttls")}, **more)


def test_closed_pipe_ends_it_quietly(run):
    lines = "".join(f"*.n{i}.test\n" for i in range(20000))
    result = shell(run, '"$TOOL" -q | head -n 1', stdin=lines)
    assert result.out.count("\n") == 1 and result.err == "", result
    assert result.status == 141, f"SIGPIPE is what ends it\n{result}"
    assert shell(run, '"$TOOL" --explain list | head -n 1').out == "invalid-input\n"


@pytest.mark.parametrize("args", ["", "-j", "--long", "--nagios", "--help", "--usage", "--version", "--explain list",
                                  "--explain cert-expired"])
def test_full_disk_is_told(run, args):
    result = shell(run, f'"$TOOL" --connect {DEAD} {args} >/dev/full', stdin="a.test\n").expect(status=3)
    assert result.err == "xmpp-starttls: standard output: No space left on device\n", result


def test_full_disk_stops_it(run):
    """Nobody waits hours for results that are lost."""
    lines = "".join(f"*.n{i}.test\n" for i in range(5000))
    result = shell(run, '"$TOOL" -J 1 >/dev/full', stdin=lines).expect(status=3)
    assert len(result.err.splitlines()) < 5 and "No space left" in result.err, result


@pytest.mark.parametrize("args", ["", "--help"])
def test_closed_output_is_told(run, args):
    result = shell(run, f'"$TOOL" --connect {DEAD} {args} >&-', stdin="a.test\n").expect(status=3)
    assert result.err == "xmpp-starttls: standard output: Bad file descriptor\n", result


def test_closed_error_output_does_not_matter(run, ca, prosody):
    command = shlex.join(["--c2s", "--trust", str(ca.file), "--connect", prosody.connect_to(), "--short", "-v"])
    result = shell(run, f'"$TOOL" {command} 2>&- | cat', stdin="good.test\n").expect(status=0)
    assert result.out.startswith("good.test\tc2s\t") and result.out.count("\n") == 1, result


def test_quiet(run):
    run("xmpp-starttls", ["-q"], stdin="*.a.test\n").expect(status=3, err="")
    assert run("xmpp-starttls", [], stdin="*.a.test\n").err != ""


@pytest.fixture
def mute():
    """A port that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def terminal(*args):
    return pexpect.run(" ".join([tool.find("xmpp-starttls"), "--c2s", *args]), timeout=120, encoding="utf-8",
                       env={**tool.clean_environment(), "TERM": "dumb"}, dimensions=(50, 200))


def once(as_it_should, *args):
    """Seconds go by for who is stopped, too, and he does not catch up with them: so it is one run of a few."""
    seen = []
    while not seen or not as_it_should(seen[-1]):
        assert len(seen) < 5, seen
        seen.append(terminal(*args))


def test_long_work_says_so_on_a_terminal(run, mute):
    """A line each second from the second one on, gone before the result; nothing for short work, with -q, or in a pipe."""
    args = ["--connect", mute, "-t", "3.5", "good.test"]

    def says_each_second(seen):
        waits = re.findall(r"xmpp-starttls: waiting for answers, (\d+) s \(-v shows them\) *\r", seen)
        assert [*map(int, waits)] == sorted({int(each) for each in waits} - {0, 1}) and " done" not in seen, seen
        return waits[:2] == ["2", "3"] and len(waits) < 5 and re.search(r"\) *\r +\rCRITICAL good.test", seen)

    def says_how_many(seen):
        return re.search(r"xmpp-starttls: 1 of 2 done, 0\.\d/s, \d s left: 1 unknown *\r", seen)

    once(says_each_second, *args)
    once(says_how_many, *args, "--resolver", "127.0.0.1:1", "not..valid")
    once(lambda seen: "waiting" not in seen, "-t", "0.1", *args[:2], "good.test")
    assert "waiting" not in terminal("-q", *args) and run("xmpp-starttls", ["--c2s", *args]).err == ""
