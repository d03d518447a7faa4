"""A plain build of xmpp-starttls: under valgrind, and installed."""

import fcntl
import os
import re
import shutil
import subprocess

import pytest

import daemon
import tool

PREFIX = "/opt/xtt"


@pytest.fixture(scope="module")
def plain():
    """A folder beside the tested build, without sanitizers; kept for the next run."""
    if not shutil.which("meson"):
        pytest.skip("meson is not installed")
    folder = tool.BUILD.parent / f"{tool.BUILD.name}-plain"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # workers share it
        if not (folder / "build.ninja").exists():
            command("meson", "setup", "-Dbuildtype=debugoptimized", f"-Dprefix={PREFIX}", "-Dtests=false", folder, tool.TOP)
        command("ninja", "-C", folder)
    return folder


def command(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=3600,
                          env={name: value for name, value in os.environ.items() if not name.endswith("SAN_OPTIONS")})
    assert done.returncode == 0, f"$ {words}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("case", ["good", "wrong name", "refused", "bad input", "active", "record", "wrong option", "interactive", "help"])
def test_valgrind_finds_nothing(run, ca, prosody, plain, tmp_path, case):
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    reach = ["--trust", ca.file, "--connect", prosody.connect_to(), "--c2s", "-t", "60"]
    args, stdin, status = {
        "good": (["-j", *reach, "good.test"], "", 0),
        "wrong name": ([*reach, "-v", "wrong-name.test"], "", 2),
        "refused": (["--connect", "127.0.0.1:1", "a.test"], "", 2),
        "bad input": ([], '{"schema":1,"domain":5}\n*.a.test\n\xff\n', 3),
        "active": (["-a", *reach, "good.test"], "", 0),
        "record": (["-j", "--trust", ca.file, "--record", tmp_path / "t"], prosody.record("good.test"), 0),
        "wrong option": ([*reach, "--tls-min", "1.3", "--tls-max", "1.2", "good.test"], "", 3),
        "interactive": (["-i", *reach, "good.test"], "<iq type='get' id='1'/>", 0),
        "help": (["--help"], "", 0),
    }[case]
    result = run(shutil.which("valgrind"), ["-q", "--leak-check=full", "--show-leak-kinds=definite,possible",
                                            "--errors-for-leak-kinds=definite,possible", "--error-exitcode=99",
                                            plain / "tools" / "xmpp-starttls", *args], stdin=stdin, timeout=daemon.PATIENCE)
    assert "==" not in result.err, result
    result.expect(status=status)


@pytest.mark.slow
def test_install_to_a_prefix(run, plain, tmp_path):
    command("meson", "install", "-C", plain, "--no-rebuild", "--destdir", tmp_path)
    root = tmp_path / PREFIX[1:]
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert files >= {"share/man/man7/xmpp-tls-tools.7", "share/man/man7/xmpp-findings.7", "share/xmpp-tls-tools/record.schema.json"}, files
    for name in ("xmpp-starttls", "xmpp-certcheck", "xmpp-ciphers", "xmpp-dialback", "xmpp-sendmsg", "xmpp-report"):
        assert files >= {
            f"bin/{name}", f"share/man/man1/{name}.1", f"share/bash-completion/completions/{name}",
            f"share/zsh/site-functions/_{name}", f"share/fish/vendor_completions.d/{name}.fish"}, files
    tool_file = root / "bin" / "xmpp-starttls"
    ids = run(tool_file, ["--explain", "list"]).expect(status=0, err="").out.split()
    page = (root / "share/man/man7/xmpp-findings.7").read_text()
    assert all(re.search(rf"^\.It Sy {each}$|{each}", page, re.MULTILINE) for each in ids)
    assert run(tool_file, ["-j", "--connect", "127.0.0.1:1", "a.test"]).expect(status=2).record["domain"] == "a.test"
    assert (root / "share/xmpp-tls-tools/record.schema.json").read_text() == tool.SCHEMA.read_text()
    assert not [name for name in files if "test" in name or name.endswith((".a", ".h"))], files
