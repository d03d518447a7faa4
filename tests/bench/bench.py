"""What the benchmarks share: a server, certificates, and the cost of a child process."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import pki  # noqa: E402

SYSTEM_ANCHORS = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


@contextlib.contextmanager
def server(binary, names, processes=16):
    """The benchmark's own server; gives its port and a trust file with the system's anchors beside ours."""
    with tempfile.TemporaryDirectory() as folder:
        ca = pki.Authority(pathlib.Path(folder))
        leaf = ca.issue(names[0], dns=names)
        trust = pathlib.Path(folder) / "trust.pem"
        anchors = SYSTEM_ANCHORS.read_text() if SYSTEM_ANCHORS.exists() else ""
        trust.write_text(anchors + pathlib.Path(ca.file).read_text())
        process = subprocess.Popen([binary, str(leaf.pem), str(processes)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield int(process.stdout.readline()), trust
        finally:
            process.stdin.close()
            process.wait()


def cost(command, stdin=None):
    """Runs a command; its CPU seconds (user and system), peak memory in MiB, exit status and output."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, out.read()


def verdict(checks):
    """Prints each check and ends with status 1 when one missed its mark."""
    missed = False
    for text, value, limit in checks:
        good = value <= limit
        missed = missed or not good
        print(f"{'ok    ' if good else 'MISSED'} {text}: {value:.2f} (at most {limit:g})")
    sys.exit(1 if missed else 0)
