"""Past one machine: GNU parallel deals lines out to machines behind ssh, and their records come back to one pipe.

Two sshd on loopback are the machines, with keys, ports and settings of their own; no service of the system is started.
What a site's ssh_config says of its machines is a file here, named in --sshlogin.
"""

import contextlib
import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import socket
import subprocess
import threading

import pytest

import daemon
import tool

PAGE = (tool.TOP / "man" / "xmpp-tls-tools.7").read_text(encoding="utf-8").replace("\\e", "\\")
PATIENCE = 300   # seconds for all machines together
LARGE = 100_000  # more than a pipe takes at once: lines of two machines could mix
pytestmark = pytest.mark.skipif(not (shutil.which("parallel") and daemon.program("sshd")),
                                reason="GNU parallel or openssh-server is not installed")

SSHD = """\
ListenAddress {address}:{port}
HostKey {folder}/key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
# tools on the PATH; and bash would read ~/.bashrc, whatever it says, were it the first shell of this login
SetEnv PATH={tools}:/usr/bin:/bin LC_ALL=C.UTF-8 SHLVL=2
"""
SSH_HOST = """\
Host {name}
    HostName {address}
    Port {port}
    IdentityFile {folder}/key
    IdentitiesOnly yes
    BatchMode yes
    ControlPath none
    UserKnownHostsFile {folder}/known
    StrictHostKeyChecking accept-new
    LogLevel ERROR
"""


class Machines:
    """`logins` goes to --sshlogin: so many jobs at once on each machine, or GNU parallel asks it for its processors."""

    def __init__(self, folder, names, jobs=2):
        folder.mkdir()
        self.folder, self.daemons, settings = folder, {}, ""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
        if daemon.is_root():  # sshd wants it, and only its service would make it
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for name in names:
            address = daemon.own_address()
            at = {"name": name, "address": address, "port": daemon.free_ports(address, 1)[0], "folder": folder,
                  "tools": tool.BUILD / "tools"}
            (folder / f"{name}.conf").write_text(SSHD.format(**at))
            settings += SSH_HOST.format(**at)
            self.daemons[name] = daemon.Daemon(
                f"sshd {name}", [daemon.program("sshd"), "-D", "-e", "-f", folder / f"{name}.conf"],
                folder / f"{name}.log")
            self.daemons[name].start().wait_for_ports(address, [at["port"]])
        (folder / "ssh.conf").write_text(settings)
        self.logins = ",".join(f"{jobs}/ssh -F {folder}/ssh.conf {name}" for name in names)

    def kill(self, name):
        """All at once, as when the power fails: sshd, the sessions, and what runs in them."""
        process = self.daemons[name].process
        for pid in [*descendants(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for each in self.daemons.values():
            each.stop()


def descendants(pid):
    with contextlib.suppress(OSError):
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from descendants(int(child))
            yield int(child)


@pytest.fixture
def machines(tmp_path):
    with contextlib.ExitStack() as stack:
        def start(*names, **settings):
            started = Machines(tmp_path / "machines", names, **settings)
            stack.callback(started.stop)
            trial = subprocess.run(["ssh", "-F", started.folder / "ssh.conf", names[0], "true"], capture_output=True,
                                   text=True, check=False)
            if trial.returncode and "locked" in started.daemons[names[0]].text():
                pytest.skip("sshd lets nobody in: this account is locked")
            assert trial.returncode == 0, trial
            return started

        yield start


class Gate:
    """A server that says nothing until it is opened, and hangs up from then on."""

    def __enter__(self):
        self.listener = socket.create_server((daemon.own_address(), 0))
        self.address, self.port = self.listener.getsockname()
        self.held, self.arrived = [], threading.Semaphore(0)
        self._lock, self._open, self._ended = threading.Lock(), False, socket.socketpair()
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended[0].close()
        self._thread.join()
        self.open()
        for each in (self.listener, self._ended[1]):
            each.close()

    def open(self):
        with self._lock:
            self._open = True
            for each in self.held:
                each.close()

    def _take(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ)
            selector.register(self._ended[1], selectors.EVENT_READ)
            while all(key.fileobj is self.listener for key, _ in selector.select()):
                sock, _ = self.listener.accept()
                with self._lock:
                    if self._open:
                        sock.close()
                    else:
                        self.held.append(sock)
                self.arrived.release()


def numbered(record, numbers, padding=0):
    """Lines of input that can be told apart: what a tool does not know it passes on."""
    return "".join(json.dumps({**json.loads(record), "x-number": i, "x-padding": "~" * padding}) + "\n"
                   for i in numbers)


def numbers(result):
    return sorted(record["x-number"] for record in result.records)


def logins_used(joblog):
    """Which machines finished a job, says the log of GNU parallel."""
    rows = [line.split("\t") for line in joblog.read_text().splitlines()[1:]]
    return {row[1].split()[-1] for row in rows}


@pytest.fixture(scope="module")
def parallel_home(tmp_path_factory):
    """It measures how long a command line may be, and remembers it here."""
    return {"PARALLEL_HOME": str(tmp_path_factory.mktemp("parallel"))}


@pytest.fixture
def parallel(run, parallel_home, tmp_path):
    return lambda logins, command, stdin, *options: run(
        shutil.which("parallel"), ["--pipe", "--joblog", tmp_path / "log", "--sshlogin", logins, *options, command],
        stdin=stdin, timeout=PATIENCE, env=parallel_home)


@pytest.mark.parametrize("options", [[], ["--line-buffer"]], ids=["grouped", "line-buffered"])
def test_each_target_gives_one_record_and_lines_stay_whole(parallel, ca, prosody, machines, tmp_path, options):
    two = machines("one", "two")
    command = f"xmpp-starttls -j --first --trust {ca.file}"
    lines = numbered(prosody.record("good.test", [("c2s", "starttls")]), range(12), LARGE)
    result = parallel(two.logins, command, lines, "-N", "2", *options)
    assert numbers(result) == list(range(12)), result
    assert {record["status"] for record in result.records} == {"ok"}, result
    assert logins_used(tmp_path / "log") == {"one", "two"}
    assert (result.status, result.err) == (0, ""), result


def test_spread_as_the_page_says_and_join_with_a_filter(run, ca, prosody, machines, parallel_home, tmp_path):
    """Critical verdicts are no failures, so nothing runs twice; the words of the page, with machines that are there."""
    two = machines("one", "two")
    found = re.search(r"^(parallel .*--sshlogin .*\\\n.*> today.jsonl)$", PAGE, re.MULTILINE)
    assert found, "the page spreads no work"
    command = found[1].replace("host1,host2", f"'{two.logins}' --joblog log").replace("-N 500", "-N 3")
    assert "--first;" in command
    command = command.replace("--first;", f"--first --trust {ca.file};")
    one_way = [("c2s", "starttls")]
    lines = (numbered(prosody.record("good.test", one_way), range(6))
             + numbered(prosody.record("expired.test", one_way), range(6, 12)))
    (tmp_path / "domains").write_text(lines)
    result = run("/bin/bash", ["-c", command], cwd=tmp_path, env=parallel_home, timeout=PATIENCE)
    assert (result.status, result.out, result.err) == (0, "", ""), result
    assert len((tmp_path / "log").read_text().splitlines()) == 1 + 12 / 3, "a batch that is through is not run again"
    records = (tmp_path / "today.jsonl").read_text()
    joined = run("xmpp-certcheck", ["-j", "--no-state", "--no-caa", "--trust", ca.file], stdin=records)
    assert numbers(joined) == list(range(12)) and joined.status == 2, joined
    assert {record["x-number"] // 6: record["status"] for record in joined.records} == {0: "ok", 1: "critical"}


def test_a_machine_that_dies_costs_nothing_but_time(parallel, ca, prosody, machines, tmp_path):
    """In the middle of its jobs, when some records are on their way already: others do the whole batch again."""
    two = machines("one", "two", jobs=1)
    with Gate() as gate:
        stuck = json.dumps({"schema": 1, "domain": "good.test", "endpoints": [
            {"service": "c2s", "host": "good.test", "port": gate.port, "address": gate.address,
             "transport": "starttls"}]})
        good = prosody.record("good.test", [("c2s", "starttls")])
        lines = "".join(numbered(good, range(4 * i, 4 * i + 3), LARGE) + numbered(stuck, [4 * i + 3]) for i in range(4))
        killer = threading.Thread(target=kill_when_both_are_busy, args=(gate, two), daemon=True)
        killer.start()
        command = f"xmpp-starttls -j --first -J 1 -t {PATIENCE} --trust {ca.file}; [ $? -lt 4 ]"
        result = parallel(two.logins, command, lines, "-N", "4", "--retries", "3")
        killer.join()
    assert numbers(result) == list(range(16)), result
    assert result.status == 0 and logins_used(tmp_path / "log") == {"one"}, result
    assert [record["status"] for record in result.records if record["x-number"] % 4 == 3] == ["critical"] * 4


def kill_when_both_are_busy(gate, two):
    """Each machine has said three records and waits for the fourth."""
    both = all(gate.arrived.acquire(timeout=PATIENCE / 2) for _ in range(2))
    if both:
        two.kill("two")
    gate.open()
