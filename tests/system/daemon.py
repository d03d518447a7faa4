"""Programs that run beside a test: start, wait until they answer, stop, keep their log.

Nothing here sleeps a guessed time.  Readiness is a question asked again until it is answered, and a daemon that
dies while we ask is reported at once together with what it wrote.
"""

import contextlib
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

POLL = 0.02  # seconds between two questions; short, because a test waits on it
ESTABLISHED = 1  # TCP_ESTABLISHED, as the kernel counts states
PATIENCE = 300  # seconds until a daemon must answer: none that is well takes so long, and one that died is told at once

_started = []  # every daemon of this process, for the logs of a failing test
_addresses = itertools.count()
_ports = itertools.count()


class NotReady(AssertionError):
    """A daemon died or stayed silent; the text holds the end of its log."""


class Daemon:
    """One child process with its log in a file.  It dies with us, even when we are killed."""

    def __init__(self, name, argv, log, env=None, cwd=None, logs=()):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.log = pathlib.Path(log)
        self.logs = [self.log, *map(pathlib.Path, logs)]
        self.env = env
        self.cwd = cwd
        self.process = None
        self._seen = {}

    def start(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*_die_with_parent(), *self.argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=None if self.env is None else {**os.environ, **self.env}, cwd=self.cwd)
        _started.append(self)
        return self

    def wait_until(self, question, what, timeout=PATIENCE):
        """Ask `question()` until it is true."""
        end = time.monotonic() + timeout
        while not question():
            if self.process.poll() is not None:
                raise NotReady(f"{self.name} ended with status {self.process.returncode} before {what}\n{self.tail()}")
            if time.monotonic() > end:
                raise NotReady(f"{self.name}: not {what} within {timeout} s\n{self.tail()}")
            time.sleep(POLL)
        return self

    def wait_for_ports(self, address, ports, timeout=PATIENCE):
        for port in ports:
            self.wait_until(lambda: accepts(address, port), f"listening on {address} port {port}", timeout)
        return self

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def text(self):
        return "\n".join(_read(path) for path in self.logs)

    def tail(self, lines=40):
        return "\n".join(self.text().splitlines()[-lines:])

    def mark(self):
        """Remember the end of the logs, so that news() is what came after."""
        for path in self.logs:
            self._seen[path] = path.stat().st_size if path.exists() else 0

    def news(self):
        return "\n".join(_read(path, self._seen.get(path, 0)) for path in self.logs).strip()


def started():
    return list(_started)


def stop_all():
    for each in reversed(_started):
        each.stop()


def accepts(address, port):
    """Whether somebody accepts TCP connections there."""
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


def own_address():
    """A loopback address nobody else uses: 127/8 has sixteen million, so servers need not fight for ports.

    The process id goes in, so parallel workers and parallel checkouts stay apart."""
    serial = (os.getpid() * 64 + next(_addresses) % 64) % (250 * 250 * 250)
    return f"127.{1 + serial // 62500}.{1 + serial // 250 % 250}.{1 + serial % 250}"


def free_ports(address, count):
    """Ports nobody listens on, for programs that cannot be told to choose one themselves.

    Held open together while choosing, so all differ.  TCP and UDP are both tried, as DNS needs both."""
    with contextlib.ExitStack() as held:
        ports = []
        while len(ports) < count:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            tcp = held.enter_context(socket.socket(family, socket.SOCK_STREAM))
            udp = held.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            tcp.bind((address, 0))
            port = tcp.getsockname()[1]
            with contextlib.suppress(OSError):
                udp.bind((address, port))
                ports.append(port)
        return ports


def port_everywhere():
    """A TCP port nobody listens on at any address, for who listens on all of them.

    Out of those that the kernel gives to nobody who lets it choose, so that nobody takes it before it is bound; where
    the search begins is another place for each process."""
    low, high = 10_000, int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for number in itertools.islice(_ports, max(0, high - low)):
        port = low + (os.getpid() * 101 + number) % (high - low)
        with contextlib.suppress(OSError), socket.create_server(("", port)):
            return port
    with socket.create_server(("", 0)) as sock:  # the kernel keeps none for us here: the next best
        return sock.getsockname()[1]


def held(sock):
    """Whether the other end still holds this connection open.

    The kernel knows of its end before that end can call again, whenever our threads come to hear of either."""
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED
    except OSError:
        return False


def lets_through(process, number):
    """Whether a thread of it would be ended by this signal.  None of it that is over would."""
    blocked = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process.pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{process.pid}/task/{task}/status", encoding="ascii") as status:
                blocked += re.findall(r"SigBlk:\s+([0-9a-f]+)", status.read())
    return any(not int(mask, 16) >> number - 1 & 1 for mask in blocked)


def may_bind(address, port):
    """Whether this user may listen there, and nobody does."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        return True
    return False


def is_root():
    return os.geteuid() == 0


def program(name):
    """The path of a program; sbin is not on an ordinary user's PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")


def _die_with_parent():
    setpriv = program("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _read(path, start=0):
    try:
        with open(path, "rb") as stream:
            stream.seek(start)
            return stream.read().decode(errors="replace")
    except OSError:
        return ""
