"""Where xmpp-certcheck keeps its history, and what becomes of a check where it cannot."""

import concurrent.futures
import subprocess

import pytest

import tool
from certcheck import NAME, NO_DNS, OFFLINE, check, ids, line, rows, sections, state, template  # some are fixtures


def test_no_state_writes_nothing(ca, line, tmp_path):
    home = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    args = ["-j", *OFFLINE, "--trust", ca.file]
    result = tool.run(NAME, [*args, "--no-state"], stdin=line(ca.issue("good.test")), env=home).expect(status=0, err="")
    assert "change" not in sections(result)[0] and not list(tmp_path.iterdir()), result


@pytest.mark.parametrize("variable,place", [("state", "state"), ("", ".local/state"), ("relative", ".local/state")])
def test_where_the_history_is(ca, line, tmp_path, variable, place):
    home = {"XDG_STATE_HOME": str(tmp_path / variable) if variable == "state" else variable, "HOME": str(tmp_path)}
    tool.run(NAME, ["-j", *OFFLINE, "--trust", ca.file], stdin=line(ca.issue("good.test")), env=home).expect(status=0, err="")
    base = tmp_path / place / "xmpp-tls-tools" / "history.db"
    assert len(rows(base)) == 1 and base.stat().st_mode & 0o777 == 0o600


def test_files_and_replays_are_not_remembered(ca, line, state):
    first = check(line(ca.issue("good.test")), "--trust", ca.file)
    check(first.out, "--rejudge", "--trust", ca.file, state=state)
    tool.run(NAME, ["-j", "--state", state, "--pem", ca.issue("good.test").crt, "--trust", ca.file, "good.test"]).expect(status=0)
    assert not state.exists()


@pytest.mark.parametrize("content,says", [
    (b"This is no database, and long enough to be looked at as one. " * 20, "not a database"),
    (None, "newer version"), (b"dir", "is a directory")], ids=["text", "newer", "folder"])
def test_history_that_cannot_be_used(ca, line, state, content, says):
    """The check answers all the same, and says what it lacks."""
    args = ["-j", *OFFLINE, "--trust", ca.file, "--state", state]
    if content == b"dir":
        state.mkdir()
    elif content:
        state.write_bytes(content)
    else:
        tool.run(NAME, args, stdin=line(ca.issue("good.test"), -1)).expect(status=0, err="")
        subprocess.run(["/usr/bin/python3", "-c", f"import sqlite3; sqlite3.connect({str(state)!r}).execute('PRAGMA user_version = 99')"], check=True)
    result = tool.run(NAME, args, stdin=line(ca.issue("good.test"))).expect(status=0)
    assert result.err.startswith(f"{NAME}: ") and result.err.count("\n") == 1 and str(state) in result.err, result
    assert "change" not in sections(result)[0] and sections(result)[0]["authenticated"], result
    for demand in (["--accept"], ["--tofu"], ["--history"]):
        refused = tool.run(NAME, ["--state", state, *demand, *NO_DNS], stdin=line(ca.issue("good.test"))).expect(status=3)
        assert refused.err.count("\n") == 1 and not refused.out, refused


def in_mounted(mount, *command):
    """The command in a mount namespace, or a skip."""
    prefix = ["/usr/bin/unshare", "-rm", "/bin/sh", "-c", f"{mount} && exec \"$@\"", "mounted"]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("no mount namespace here")
    return [*prefix, *map(str, command)]


@pytest.mark.parametrize("kind", ["readonly", "full"])
def test_history_that_cannot_be_written(ca, line, state, kind):
    """What was known is used where it can be read; that nothing is added is said."""
    folder = state.parent
    check(line(ca.issue("good.test", days=61), -1), "--trust", ca.file, state=state, status=0)
    mount = (f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}" if kind == "readonly" else
             f"cp {state} {folder}.db && mount -t tmpfs -o size=96k none {folder} && cp {folder}.db {state} && "
             f"(dd if=/dev/zero of={folder}/fill bs=4k 2>/dev/null; true)")
    argv = in_mounted(mount, tool.find(NAME), "-j", *OFFLINE, "--trust", ca.file, "--state", state)
    result = tool.run(argv[0], argv[1:], stdin=line(ca.issue("good.test", days=80))).expect(status=1)
    assert result.err == f"{NAME}: good.test: {state} can only be read: what is seen now is not remembered\n", result
    assert ids(sections(result)[0]) == {"cert-changed": "warning"} and len(rows(state)) == 1, result


@pytest.mark.threads
def test_many_at_once(ca, line, state):
    """Eight processes over eight domains each: every row is there, and nobody complains."""
    leaf = ca.issue("good.test")
    args = ["-j", *OFFLINE, "--trust", ca.file, "--state", state]

    def run(process):
        lines = "".join(line(leaf, 0, 6000 + 8 * process + each) for each in range(8))
        return tool.run(NAME, args, stdin=lines, timeout=60)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(run, range(8)))
    for result in results:
        result.expect(status=0, err="")
        assert len(result.records) == 8
    assert len(rows(state)) == 64 and {accepted for _, _, accepted in rows(state)} == {1}
