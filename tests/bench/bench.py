"""What the benchmarks share: a server, certificates, and the cost of a child process.

Nothing here is compared with yesterday or with another machine: each script runs what it compares in turns, on the
same server, and looks at the ratio.  They run by `meson test --benchmark`, or by hand as
`python3 bench_probe.py TOOL bench_server bench_cost`.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import pki  # noqa: E402

SYSTEM_ANCHORS = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
PEM_BLOCK = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)


def hashed_folder(bundle, folder):
    """The anchors of a bundle as OpenSSL's own default folder has them: a file each, found by the subject's hash."""
    folder.mkdir()
    for i, block in enumerate(PEM_BLOCK.findall(bundle.read_text())):
        (folder / f"{i}.pem").write_text(block)
    subprocess.run(["openssl", "rehash", str(folder)], check=True, stderr=subprocess.DEVNULL)
    return folder


@contextlib.contextmanager
def server(binary, names, processes=16):
    """The benchmark's own server; gives its port and a trust file with the system's anchors and ours."""
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


class Cost:
    """What a command cost: CPU seconds (user and system), seconds by the clock, peak memory in MiB; and what it did."""

    def __init__(self, launcher, command, stdin=subprocess.DEVNULL):
        inlet, outlet = os.pipe()
        with tempfile.TemporaryFile() as out, open(inlet) as report:
            began = time.monotonic()
            subprocess.run([launcher, str(outlet), *command], stdin=stdin, stdout=out, stderr=subprocess.STDOUT,
                           pass_fds=[outlet], check=True)
            self.wall = time.monotonic() - began
            os.close(outlet)
            cpu, peak, status = report.readline().split()
            self.cpu, self.peak, self.status = float(cpu), int(peak) / 1024, int(status)
            out.seek(0)
            self.out = out.read()


def verdict(checks):
    """Prints each check and ends with status 1 when one missed its mark."""
    missed = False
    for text, value, limit in checks:
        good = value <= limit
        missed = missed or not good
        print(f"{'ok' if good else 'MISSED':6}  {value:6.2f}  (at most {limit:5.2f})  {text}")
    sys.exit(1 if missed else 0)
