"""xmpp-report: what goes in, and where it comes out.

The forms that have a test of their own (pages, metrics) are here only as far as all forms behave alike.
"""

import os
import pty
import re
import shutil
import stat
import subprocess
import threading

import pytest

import tool
from reporting import TIME, endpoint, finding, lines, on_terminal, record, report, walk

FORMS = ["--html", "--markdown", "--summary", "--csv", "--prometheus", "--manifesto"]


# Input.


@pytest.mark.parametrize("form", FORMS)
def test_every_form_shows_every_line(form):
    good = record("good.test")
    bad = record("bad.test", "critical", findings=[finding("starttls-not-required", "critical")])
    whole = report(form, stdin=lines(good, bad)).expect(status=0, err="")
    assert whole.out and ("bad.test" in whole.out or form in ("--summary", "--manifesto"))
    broken = report(form, stdin=lines(good) + "plain.test\n" + lines(bad)).expect(status=3)
    assert broken.err == ("xmpp-report: standard input, line 2: 'plain.test': not a record "
                          "(domains go through xmpp-starttls -j first)\n")
    if form in ("--html", "--markdown"):
        assert "plain.test" in broken.out and "not a record" in broken.out
        assert "bad.test" in broken.out, "the rest goes on"


BROKEN = {
    "a domain": ("a.test", "not a record (domains go through xmpp-starttls -j first)"),
    "a short line": ("a.test\tc2s\tstarttls\th\t5222\t1.2.3.4\tok",
                     "not a record (short lines are for people: give the tool before this one -j)"),
    "nothing": ("", "an empty line (domains go through xmpp-starttls -j first)"),
    "the first line of what jq makes of a record": ("{", "(a record is one line: jq needs -c)"),
    "a line within": ('"schema": 1,', "not a record (a record is one line: jq needs -c)"),
    "the last": ("]", "not a record (a record is one line: jq needs -c)"),
    "a list": ("[]", "not a record (domains"),
    "the beginning of a record": (lines(record())[:500],
                                  "(a record that was cut off or changed: examine its domain again)"),
    "a newer schema": ('{"schema":9,"domain":"a.test"}', "schema: 9 is newer than this program knows (1) (it takes an xmpp-report as new as the tool that wrote it)"),
    "a wrong type": ('{"schema":1,"domain":"a.test","endpoints":[{"service":"c2s","host":"h","port":"x"}]}',
                     "endpoints[0]."),
    "a wrong type in a section": (lines(record(endpoints=[endpoint(starttls=walk(encrypted=3))])).strip(),
                                  "starttls.encrypted"),
    "no UTF-8": (b'{"schema":1,"input":"\xff","status":"ok"}', "not JSON"),
    "a NUL": ('{"schema":1,"input":"\\u0000","status":"ok"}', "NUL"),
    "a line without end": ("x" * (16 * 1024 * 1024 + 1), "(no tool here writes such: are these records, one a line?)"),
    "endless lists": ('{"schema":1,"domain":"a.test","x":[' + "[]," * 300000 + "[]]}",
                      "a record of more than 500000 values (no tool here writes such: are these records, one a line?)"),
    "an escape sequence": ("\x1b[2Ja.test", "'\\x1b[2Ja.test': not a record"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_line_that_is_no_record_is_told_with_its_place(case):
    line, said = BROKEN[case]
    line = line if isinstance(line, bytes) else line.encode()
    before, behind = (lines(record(name)).encode() for name in ("b.test", "c.test"))
    result = report("--markdown", stdin=before + line + b"\n" + behind).expect(status=3)
    assert result.err.startswith("xmpp-report: standard input, line 2: ") and said in result.err, result
    assert result.err.count("\n") == 1 and "\x1b" not in result.err + result.out
    rows = [row for row in result.out.splitlines() if row.startswith("| `")]
    assert len(rows) == 3 and "`b.test`" in rows[0] and "| unknown |" in rows[1] and "`c.test`" in rows[2], result


def test_many_broken_lines_are_not_told_one_by_one():
    result = report("--csv", stdin="".join(f"{number}.test\n" for number in range(300))).expect(status=3)
    assert result.err.count("\n") == 21, result
    assert result.err.endswith("xmpp-report: 300 of 300 lines are no records\n"), result
    assert report("--csv", "-q", stdin="a.test\n").expect(status=3).err == ""


def test_a_stage_that_was_killed_leaves_one_broken_line():
    result = report("--markdown", stdin=lines(record("a.test"), record("b.test"))[:-40]).expect(status=3)
    assert "line 2: '{\"schema\": 1, \"domain\": \"b.test\"" in result.err and "cut off" in result.err
    assert "1 domain and 1 line that names none: 1 unknown, 1 ok." in result.out


@pytest.mark.parametrize("form", FORMS)
def test_no_records_are_said_and_reported(form, tmp_path):
    result = report(form).expect(status=3, err="xmpp-report: no records came in\n")
    assert result.out, "a report of nothing is one, too"
    old = tmp_path / "old"
    old.write_text("yesterday's")
    said = f"xmpp-report: no records came in; {old} was not touched\n"
    report(form, "-o", old).expect(status=3, out="", err=said)
    assert old.read_text() == "yesterday's"


def of_no_server(name, domain="a.test"):
    """Of xmpp-sendmsg, or of xmpp-dialback --serve."""
    return {"schema": 1, "domain": domain, "status": "unknown", name: {"time": TIME}}


@pytest.mark.parametrize("form", FORMS)
def test_records_that_examine_no_server_are_left_out(form, tmp_path):
    others = [of_no_server("sendmsg"), of_no_server("sendmsg", "c.test"), of_no_server("served")]
    said = "2 records of xmpp-sendmsg and 1 of xmpp-dialback --serve examine no server: left out"
    shown = {"--html": f" {said}.", "--markdown": f"\n{said}.\n", "--summary": f"{said}\n"}.get(form, "")
    examined = [record("a.test"), {**record("b.test"), "sendmsg": {"time": TIME}}]
    alone = report(form, stdin=lines(*examined)).expect(status=0, err="").out
    mixed = report(form, stdin=lines(*others, *examined)).expect(status=0, err=f"xmpp-report: {said}\n").out
    assert shown in mixed and said not in alone
    now = r"\d{4}-\d\d-\d\d(T[\d:]+Z)?|timestamp_seconds \d+"
    assert re.sub(now, "", mixed.replace(shown, "", 1)) == re.sub(now, "", alone)
    old = tmp_path / "old"
    old.write_text("yesterday's")
    said = (f"xmpp-report: 1 record of xmpp-sendmsg examines no server: left out\n"
            f"xmpp-report: no records came in; {old} was not touched\n")
    report(form, "-o", old, stdin=lines(of_no_server("sendmsg"))).expect(status=3, out="", err=said)
    assert old.read_text() == "yesterday's"


def test_files_are_read_one_after_the_other(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(lines(record("a.test")))
    second.write_text("# a comment\n" + lines(record("c.test")) + "what?\n")
    result = report("--markdown", first, "-", tmp_path / "none", second, stdin=lines(record("b.test"))).expect(status=3)
    assert result.err == (f"xmpp-report: {tmp_path}/none: No such file or directory\n"
                          f"xmpp-report: {second}, line 3: 'what?': not a record "
                          "(domains go through xmpp-starttls -j first)\n")
    rows = [row.split("`")[1] for row in result.out.splitlines() if row.startswith("| `")]
    assert rows == ["a.test", "b.test", "c.test", "what?"]
    result = report("--csv", tmp_path).expect(status=3)
    assert result.err.startswith(f"xmpp-report: {tmp_path}: Is a directory"), result


def test_a_row_comes_out_while_input_is_still_open():
    with subprocess.Popen([tool.find("xmpp-report"), "--markdown"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, env=tool.clean_environment()) as process:
        for name in ("a.test", "b.test"):
            process.stdin.write(lines(record(name)))
            process.stdin.flush()
            while f"`{name}`" not in (line := process.stdout.readline()):
                assert line, "it ended"
        process.stdin.close()
        assert "2 domains: 2 ok." in process.stdout.read()
    assert process.returncode == 0


@pytest.mark.skipif(tool.SANITIZED, reason="10,000 records take their time")
def test_more_records_than_a_form_takes():
    many = "".join(f'{{"schema":1,"domain":"d{number}.test","status":"ok"}}\n' for number in range(10001))
    result = report("--html", stdin=many).expect(status=3)
    assert result.err == ("xmpp-report: more than 10000 records: --html shows the first 10000 and no more; "
                          "split them with split -l 10000, or use --csv\n")
    assert "d9999.test" in result.out and "d10000.test" not in result.out and result.out.rstrip().endswith("</html>")
    report("--html", stdin=many[:many.rindex("{")]).expect(status=0, err="")


@pytest.mark.skipif(tool.SANITIZED, reason="10,000 records take their time")
def test_what_a_form_leaves_out_stays_in_the_file_of_tee(tmp_path):
    kept, page = tmp_path / "kept", tmp_path / "page"
    many = "".join(f'{{"schema":1,"domain":"d{number}.test","status":"ok"}}\n' for number in range(30000))
    script = f'tee {kept} | "$0" -o {page}; echo "${{PIPESTATUS[*]}}"'
    done = subprocess.run(["bash", "-c", script, tool.find("xmpp-report")], input=many, capture_output=True, text=True,
                          env=tool.clean_environment())
    assert done.stdout == "0 3\n" and done.stderr.count("more than 10000 records") == 1, done
    assert kept.read_text() == many and "d9999.test" in page.read_text()


MANY = "".join(f'{{"schema":1,"domain":"d{number}.test","status":"ok"}}\n' for number in range(9000))


def behind_tee(tmp_path, words, **settings):
    """The pipeline's statuses, what it said, and whether tee kept all."""
    command = ["bash", "-c", f'tee kept | {words}; echo "${{PIPESTATUS[*]}}"', tool.find("xmpp-report")]
    done = subprocess.run(command, input=MANY, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=True,
                          env=tool.clean_environment(), **settings)
    return done.stdout, done.stderr, (tmp_path / "kept").read_text() == MANY


@pytest.mark.parametrize("words, said", [
    ('"$0" --csv >/dev/full', "standard output: No space left on device"),
    ('(ulimit -f 1; exec "$0" --html -o page)', "File too large"),
    ('"$0" --diff old - >/dev/full', "standard output: No space left on device")])
def test_a_report_that_fails_leaves_tee_its_records(tmp_path, words, said):
    (tmp_path / "old").write_text(lines(record("d1.test")))
    statuses, err, kept = behind_tee(tmp_path, words)
    assert (statuses, kept) == ("0 3\n", True) and said in err and err.count("\n") == 1, (statuses, err, kept)


@pytest.mark.parametrize("args", ["--csv", "--diff old -"])
@pytest.mark.parametrize("ignore, status, said", [("", 141, ""),
                                                  ("trap '' PIPE;", 3, "xmpp-report: standard output: Broken pipe\n")])
def test_who_has_seen_enough_ends_what_comes_before(tmp_path, args, ignore, status, said):
    """Where SIGPIPE is ignored it is an error to write, and endless records still come to an end."""
    (tmp_path / "old").write_text(lines(record("a.test")))
    script = f"""n=0; while echo '{{"schema":1,"domain":"b'$((n++))'.test"}}' 2>/dev/null; do :; done |
                 ({ignore} exec "$0" {args}) | head -n 1; echo "${{PIPESTATUS[1]}}" """
    done = subprocess.run(["bash", "-c", script, tool.find("xmpp-report")], capture_output=True, text=True,
                          cwd=tmp_path, timeout=60, check=True, env=tool.clean_environment())
    assert (done.stdout.splitlines()[-1], done.stderr) == (str(status), said), done


def test_what_makes_no_sense_is_told_at_once():
    """Nobody waits for the end of records that no page will be made of."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(["sh", "-c", 'yes | "$0" --html', tool.find("xmpp-report")], stdout=theirs,
                          stderr=subprocess.PIPE, env=tool.clean_environment()) as process:
        assert b"a page is nothing for a terminal" in process.communicate(timeout=60)[1]
    assert process.returncode == 3
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("args, said", [
    ("--html -o none/page", "none/page: No such file or directory; nothing was written"),
    ("--diff -o none/diff old -", "none/diff: No such file or directory; nothing was written"),
    ("--diff none -", "--diff: none: No such file or directory"),
    ("--diff . -", "--diff: .: Is a directory"),
    ("--diff /dev/null -", "--diff: /dev/null holds no records")])
def test_what_is_known_before_the_first_line_ends_the_scan_before_us(tmp_path, args, said):
    """A mistyped name must not be told hours later: standard input stays open, and nobody waits for its end."""
    (tmp_path / "old").write_text(lines(record("d1.test")))
    with subprocess.Popen([tool.find("xmpp-report"), *args.split()], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, cwd=tmp_path, env=tool.clean_environment()) as process:
        try:
            assert process.wait(timeout=20) == 3
            assert process.stderr.read() == f"xmpp-report: {said}\n"
        finally:
            process.kill()


# Output.


def test_a_file_is_replaced_at_the_end_only(tmp_path):
    path = tmp_path / "report"
    path.write_text("old")
    path.chmod(0o640)
    with subprocess.Popen([tool.find("xmpp-report"), "--markdown", "-o", path], stdin=subprocess.PIPE, text=True,
                          env=tool.clean_environment()) as process:
        process.stdin.write(lines(*(record(f"d{number}.test") for number in range(200))))
        process.stdin.flush()
        assert path.read_text() == "old"
        process.stdin.close()
    assert process.returncode == 0 and "200 domains" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640 and os.listdir(tmp_path) == ["report"]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_mode_of_a_redirection(tmp_path, mask):
    command = ["sh", "-c", f'umask {mask:o}; exec "$0" --csv -o "$1"', tool.find("xmpp-report"), tmp_path / "new"]
    subprocess.run(command, input=lines(record()), text=True, check=True)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~mask


def test_what_is_killed_leaves_nothing_behind(tmp_path):
    path = tmp_path / "report"
    path.write_text("old")
    with subprocess.Popen([tool.find("xmpp-report"), "--markdown", "-o", path], stdin=subprocess.PIPE, text=True,
                          env=tool.clean_environment()) as process:
        process.stdin.write(lines(record()))
        process.stdin.flush()
        process.kill()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report"] or not has_nameless_files(tmp_path)


def has_nameless_files(folder):
    """Not every file system has."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        return False
    return True


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to("there/real")
    report("--csv", "-o", link, stdin=lines(record())).expect(status=0, err="")
    assert link.is_symlink() and "a.test" in real.read_text()


@pytest.mark.parametrize("command", ['"$0" --csv -o link records', '"$0" --csv -o records < records', '"$0" -o ./records other - < records',
                                     '"$0" --diff -o records other records'])
def test_records_are_not_replaced_by_their_report(tmp_path, command):
    for name in ("records", "other"):
        (tmp_path / name).write_text(lines(record()))
    (tmp_path / "link").symlink_to("records")
    done = subprocess.run(["sh", "-c", command, tool.find("xmpp-report")], cwd=tmp_path, capture_output=True, text=True,
                          env=tool.clean_environment())
    assert done.returncode == 3 and "names a file of records" in done.stderr and done.stdout == "", done
    assert (tmp_path / "records").read_text() == lines(record())


def test_a_link_that_leads_nowhere_yet_leads_to_the_report(tmp_path):
    (tmp_path / "there").mkdir()
    first, second = tmp_path / "first", tmp_path / "there" / "second"
    first.symlink_to("there/second")
    second.symlink_to("real")
    report("--csv", "-o", first, stdin=lines(record())).expect(status=0, err="")
    assert first.is_symlink() and second.is_symlink() and "a.test" in (tmp_path / "there" / "real").read_text()
    assert sorted(os.listdir(tmp_path / "there")) == ["real", "second"]


def test_what_is_no_regular_file_is_written_to(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    for path in ("/dev/stdout", "-"):
        with log.open("ab") as out:
            subprocess.run([tool.find("xmpp-report"), "--csv", "-o", path], input=lines(record()).encode(), stdout=out,
                           check=True)
    assert log.read_text().startswith("before\ndomain,") and log.read_text().count("domain,domain_status") == 2
    fifo, got = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: got.append(fifo.read_text()))
    reader.start()
    report("--csv", "-o", fifo, stdin=lines(record())).expect(status=0, err="")
    reader.join(20)
    assert got and "a.test" in got[0] and stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.parametrize("form", FORMS)
def test_output_that_cannot_be_written(form, tmp_path):
    result = report(form, "-o", "/dev/full", stdin=lines(record())).expect(status=3)
    assert result.err == "xmpp-report: /dev/full: No space left on device\n"
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([tool.find("xmpp-report"), form], input=lines(record()).encode(), stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (3, b"xmpp-report: standard output: No space left on device\n")
    result = report(form, "-o", tmp_path / "none" / "file", stdin=lines(record())).expect(status=3, out="")
    assert result.err == f"xmpp-report: {tmp_path}/none/file: No such file or directory; nothing was written\n"
    result = report(form, "-o", tmp_path, stdin=lines(record())).expect(status=3)
    assert result.err == f"xmpp-report: {tmp_path}: Is a directory\n"


def test_a_closed_pipe_ends_it_quietly():
    script = 'set -o pipefail; yes "$2" | head -n 2000 | "$1" --markdown | head -n 3; echo "${PIPESTATUS[*]}"'
    command = ["bash", "-c", script, "bash", tool.find("xmpp-report"), lines(record()).strip()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    assert done.stdout.startswith("# XMPP and TLS\n") and done.stderr == "", done
    assert done.stdout.splitlines()[-1].split()[2] == "141", "SIGPIPE"


def test_a_page_is_not_for_a_terminal(tmp_path):
    assert on_terminal(stdin=lines(record())) == (
        3, "xmpp-report: a page is nothing for a terminal: -o FILE writes it, --summary is to be read here\n")
    assert on_terminal("-o", tmp_path / "page", stdin=lines(record()))[0] == 0
    assert "</html>" in (tmp_path / "page").read_text()
    assert on_terminal("--csv", stdin=lines(record()))[0] == 0


@pytest.mark.parametrize("args,said", [
    (["--diff"], "--diff compares two files of records, OLD and NEW (- is standard input)"),
    (["--diff", "a"], "--diff compares two files of records, OLD and NEW (- is standard input)"),
    (["--diff", "-", "-"], "--diff: standard input cannot be both OLD and NEW"),
    (["-o", ""], "--output: no file named (try --help)"),
    (["--json"], "--json: unknown option (try --help)"),
    (["--diff", "none", "-"], "--diff: none: No such file or directory"),
])
def test_wrong_usage(args, said):
    report(*args, stdin=lines(record())).expect(status=3, out="", err=f"xmpp-report: {said}\n")


# --markdown


HOSTILE = "a|b`c``d*_<img src=x>[l](u)@you#1 www.x.test http://x.test a@x.test &amp; $x$\n# h\x1b\u202e~~s~~"


def test_markdown_shows_what_strangers_wrote_as_it_is():
    bad = record("a.test", "critical", [endpoint(starttls=walk(findings=[finding("x", "critical", HOSTILE)]))])
    line = {"schema": 1, "input": HOSTILE, "status": "unknown"}
    out = report("--markdown", "--title", HOSTILE, stdin=lines(bad, line)).expect(status=0).out
    rows = [row for row in out.splitlines() if row.startswith("|")]
    assert len(rows) == 4 and all(len(row.replace("\\|", "").split("|")) == 9 for row in rows), out
    assert "\x1b" not in out and "\u202e" not in out and sum(row.startswith("# ") for row in out.splitlines()) == 1
    prose = next(row for row in out.splitlines() if row.startswith("- **critical**"))
    for harmless in ("\\<img", "\\[l\\]", "`@`you", "`#`1", "www\\.x", "http\\://x", "a`@`x", "\\&amp;", "\\$x\\$",
                     "\\~\\~s", "\\*\\_"):
        assert harmless in prose, f"{harmless}: {prose}"


def test_markdown_tells_the_worst_domains_first_and_by_which_policy():
    def trouble(status, severity):
        return record(f"{status}.test", status, findings=[finding("x", severity)], policy="bcp195")

    nothing = {"schema": 1, "input": "*.test", "status": "unknown", "findings": [finding("invalid-input", "info")]}
    records = [trouble("warning", "warning"), nothing, record("ok.test"), trouble("critical", "critical")]
    out = report("--markdown", stdin=lines(*records)).expect(status=0).out
    assert re.findall(r"^### `(\S+)`", out, re.MULTILINE) == ["critical.test", "warning.test", "*.test"], out
    assert ", 3 domains and 1 line that names none, under bcp195: 1 critical, 1 warning, 1 unknown, 1 ok.\n" in out
    assert out.count(" | 1 critical |\n") == out.count(" | 1 warning |\n") == 1, out
    everywhere = [endpoint(service, starttls=walk(findings=[finding("x", "critical")])) for service in ("c2s", "s2s")]
    out = report("--markdown", stdin=lines(record("a.test", "critical", everywhere))).expect(status=0).out
    assert " | 1 critical |\n" in out, "one trouble, wherever it is"
    records[0]["policy"] = "strict"
    assert ", under several policies: " in report("--markdown", stdin=lines(*records)).expect(status=0).out


def test_markdown_tells_of_ports_that_are_down():
    alert = {"stage": "tls", "code": "alert-received", "text": "TLS alert unrecognized_name"}
    direct = walk(encrypted=False, authenticated=False, failure=alert)
    doors = [endpoint("c2s"), endpoint("c2s", transport="direct", starttls=direct),
             endpoint("s2s", starttls=walk(False, False))]
    doors[2]["starttls"]["stream_before"] = {"opened": True}
    out = report("--markdown", stdin=lines(record("a.test", "warning", doors))).expect(status=0).out
    assert "| encrypted, authenticated (PKIX) at 1 of 2 endpoints | **not encrypted** | TLS1.3 | – | – |\n" in out, out


def test_markdown_tells_broken_promises():
    promises = [{"id": "SW-1", "service": "c2s", "result": "kept", "text": "words"},
                {"id": "DP-3", "service": "s2s", "result": "broken", "text": "well-known *CAs*", "reason": "none"}]
    out = report("--markdown", stdin=lines(record("a.test", "warning", [], manifesto=promises))).expect(status=0).out
    assert " | 1 broken promise |\n" in out, out
    assert "### `a.test`: warning\n\n- **broken promise** `DP-3` (s2s): well-known \\*CAs\\*: none\n" in out, out
    assert "SW-1" not in out, out


def test_markdown_as_github_reads_it():
    """Rendered with the program GitHub uses."""
    if not shutil.which("cmark-gfm"):
        pytest.skip("cmark-gfm is not installed")
    bad = record("a.test", "critical", [endpoint(starttls=walk(findings=[finding("x", "critical", HOSTILE)]))])
    line = {"schema": 1, "input": HOSTILE, "status": "unknown"}
    out = report("--markdown", "--title", HOSTILE, stdin=lines(bad, line)).expect(status=0).out
    github = ["cmark-gfm", "-e", "table", "-e", "autolink", "-e", "strikethrough", "--unsafe"]
    page = subprocess.run(github, input=out, text=True, capture_output=True, check=True).stdout
    assert "<a " not in page and "<img" not in page and "<del>" not in page and "<em>" not in page, page
    assert page.count("<tr>") == 3 and page.count("<td>") == 14 and page.count("<h1>") == 1, page


# --manifesto


def test_manifesto_counts_promises_and_names_who_breaks_them():
    def promise(name, result, service="s2s"):
        return {"id": name, "service": service, "result": result, "text": "words", "reason": f"because {result}"}

    results = ["kept", "broken", "broken", "kept-by-fallback", "not-testable", "not-applicable"]
    judged = [record(f"{index}.test", manifesto=[promise("SW-5", result)], endpoints=[])
              for index, result in enumerate(results)]
    out = report("--manifesto", stdin=lines(*judged, record("7.test", endpoints=[]))).expect(status=0).out
    row = next(line for line in out.splitlines() if line.startswith("SW-5") and "s2s" in line)
    assert row.split()[2:7] == ["1", "1", "2", "1", "1"], out
    assert "SW-5 s2s (encryption can be required) is broken by 2:\n  1.test" in out and "because broken" in out
    assert out.startswith("7 domains, of which 1 says nothing about any promise\nPROMISE"), out
    nothing = {"schema": 1, "input": "*.test", "status": "unknown"}
    out = report("--manifesto", stdin=lines(record("7.test", endpoints=[]), nothing)).expect(status=0).out
    assert out.startswith("1 domain, of which 1 says nothing about any promise\n1 line that named no domain\n"), out


def test_manifesto_judges_facts_where_nobody_has_judged_them():
    before = {"starttls": True, "starttls_required": True, "starttls_alone": True, "mechanisms": []}
    clear = {**before, "starttls_required": False, "starttls_alone": False, "mechanisms": ["PLAIN"]}
    walks = {name: walk(features_before=features, stream_before={"opened": True})
             for name, features in (("good.test", before), ("bad.test", clear))}
    records = [record(name, endpoints=[endpoint(starttls=facts)]) for name, facts in walks.items()]
    out = report("--manifesto", stdin=lines(*records)).expect(status=0).out
    rows = {tuple(line.split()[:2]): line.split()[2:7] for line in out.partition("\n\n")[0].splitlines()}
    assert rows["SW-5", "c2s"][:3] == ["1", "0", "1"] and rows["SW-1", "c2s"][0] == "2", out
    assert rows["SW-5", "s2s"] == ["0"] * 5, out
    assert "  bad.test                        authentication is offered in clear\n" in out
