"""xmpp-sendmsg as its tests call it, and what they look at in its records.

    sent = sender(peer, "bob@peer.test", stdin="hello")    -j, as alice@peer.test, whose password lies in a file
    sent.outcome, sent.parcels, sent.session               the sections "sendmsg" of the records, checked against the schema
    with sender.running(peer, "bob@peer.test", "--lines") as tool: tool.say("a line\\n"); tool.parcel() ...

A peer is anything with `at` (c2speer.C2sPeer) or connect_to() (servers.Prosody). Homes are the test's own, so no login of one test
is remembered in another.
"""

import contextlib
import json
import os
import pathlib
import queue
import selectors
import signal
import subprocess
import threading
import time

import daemon
import tool
from c2slogin import PENCIL

NAME = "xmpp-sendmsg"
SLOW = 3 if tool.SANITIZED else 1  # everything takes longer under sanitizers
PATIENCE = 10 * SLOW               # -t, where nothing is to be waited for
ALICE, BOB = "alice@peer.test", "bob@peer.test"
BODY = "nobody elses business"     # what must not leave too early; needs no escaping
PRIVATE = (PENCIL, BOB, BODY)

PEOPLE = {"alice": PENCIL, "bob": "bob's own", "carol": "carol's own"}
# Real servers as their administrators set them up for people who send: hosts with their options, what else is on.
# rooms.* is a group chat service of each; Prosody's certificates for clients are looked at by mod_auth_test_certificate.
MAILERS = {
    "prosody": {
        "hosts": {
            "pro-mail.test": 'authentication = "test_certificate"\n',
            "pro-sha1.test": 'authentication = "internal_hashed"\n',
            "pro-sha256.test": 'authentication = "internal_hashed"\n    password_hash = "SHA-256"\n',
            "pro-anon.test": 'authentication = "anonymous"\nComponent "rooms.pro-mail.test" "muc"\n',
        },
        "settings": {
            "modules": ("smacks", "offline"),
            "ssl": {"verify": '{ "peer", "client_once" }', "verifyext": '{ "lsec_continue", "lsec_ignore_purpose" }'},
            "options": f'plugin_paths = {{ "{tool.HERE}" }}\nsmacks_hibernation_time = 60\n',
        },
    },
    "ejabberd": {
        "hosts": {"ejab-mail.test": ""},
        "settings": {
            "client_certificates": True,
            "modules": ('mod_muc: {host: "rooms.@HOST@"}', "mod_stream_mgmt: {resume_timeout: 60}", "mod_offline: {}"),
        },
    },
}


def place(peer):
    """What goes to --connect, and how TLS begins there."""
    if hasattr(peer, "at"):
        return peer.at, getattr(peer, "direct", False)
    return peer.connect_to("c2s", "starttls"), False


class Sent:
    """One run; `parcels` and `sessions` are its records' sections with and without a message."""

    def __init__(self, result):
        self.result, self.status, self.err = result, result.status, result.err
        self.records = result.records
        for record in self.records:
            tool.assert_record_valid(record)
        self.sections = [record["sendmsg"] for record in self.records]
        self.parcels = [each for each in self.sections if "id" in each]

    @property
    def session(self):
        assert self.sections, f"no record\n{self}"
        return self.sections[-1]["session"]

    @property
    def parcel(self):
        assert len(self.parcels) == 1, f"{len(self.parcels)} messages instead of one\n{self}"
        return self.parcels[0]

    @property
    def outcome(self):
        return self.parcel["outcome"]

    @property
    def outcomes(self):
        return [each["outcome"] for each in self.parcels]

    def to(self, address):
        """The section about a recipient."""
        [found] = [each for each in self.parcels if each.get("to") == address]
        return found

    def __str__(self):
        return str(self.result)

    __repr__ = __str__


class Running:
    """The tool beside a test: lines go in one by one, records come out as they are told."""

    def __init__(self, argv, env):
        self.argv, self.env = argv, env
        self.passed = []  # descriptors it gets besides

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env,
                                        pass_fds=self.passed, start_new_session=True)
        for fd in self.passed:
            os.close(fd)
        self._selector = selectors.DefaultSelector()
        self._texts = {}
        for stream in (self.process.stdout, self.process.stderr):
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ)
            self._texts[stream] = b""
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # a session of its own: the tool and its children
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        self._selector.close()

    def say(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def hang_up(self):
        """End of input."""
        self.process.stdin.close()

    @property
    def out(self):
        return self._read(self.process.stdout)

    @property
    def err(self):
        return self._read(self.process.stderr)

    def _read(self, wanted):
        for key, _ in self._selector.select(0):
            with contextlib.suppress(BlockingIOError):
                if data := os.read(key.fd, 1 << 20):
                    self._texts[key.fileobj] += data
                else:
                    self._selector.unregister(key.fileobj)
        return self._texts[wanted].decode(errors="backslashreplace")

    def until(self, question, what, timeout=20):
        end = time.monotonic() + timeout * SLOW
        while not (answer := question()):
            assert time.monotonic() < end, f"not {what} in time\n{self}"
            assert self.process.poll() is None or question(), f"ended with {self.process.returncode}, not {what}\n{self}"
            time.sleep(daemon.POLL)
        return answer

    def end(self, timeout=20):
        """The exit status; all output is read."""
        end = time.monotonic() + timeout * SLOW
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running after {timeout} s\n{self}"
            self.out
            time.sleep(daemon.POLL)
        while self._selector.get_map():
            self.out
        return self.process.returncode

    @property
    def parcels(self):
        """Sections of the messages told so far."""
        found = [json.loads(line) for line in self.out.split("\n")[:-1]]
        for each in found:
            tool.assert_record_valid(each)
        return [each["sendmsg"] for each in found if "id" in each["sendmsg"]]

    def processes(self):
        """The tool and all that descend from it."""
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                    queue += map(int, (task / "children").read_text().split())
        return found

    def __str__(self):
        return f"$ {' '.join(self.argv)}\n--- stdout\n{self.out[-6000:]}\n--- stderr\n{self.err[-4000:]}"


class Sender:
    """Runs the tool for one test."""

    def __init__(self, folder, ca):
        self.folder, self.ca = folder, ca
        self.home = folder / "home"
        self.home.mkdir()
        self._files = 0

    @property
    def env(self):
        return {"HOME": str(self.home), "XDG_STATE_HOME": str(self.home / "state"), "XDG_CONFIG_HOME": str(self.home / "config"),
                "XMPP_PASSWORD": None}

    def secret(self, text):
        """A file that holds it, for its owner only."""
        self._files += 1
        path = self.folder / f"secret{self._files}"
        path.touch(0o600)
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def arguments(self, peer, args, user=ALICE, password=PENCIL, trust=True, json=True, timeout=None, wait="ack"):
        at, direct = place(peer) if peer else (None, False)
        words = ["-j"] if json else []
        words += ["--connect", at] if at else []
        words += ["--direct-tls"] if direct else []
        words += ["--trust", self.ca.file] if trust else []
        words += ["-u", user] if user else []
        words += ["--password-file", self.secret(password)] if password is not None else []
        words += ["--wait", wait] if wait else []
        return [str(word) for word in [*words, "-t", timeout or PATIENCE, *args]]

    def raw(self, *args, **settings):
        """With no arguments but these."""
        env = {name: value for name, value in {**self.env, **settings.pop("env", {})}.items() if value is not None}
        return tool.run(NAME, args, env=env, timeout=daemon.PATIENCE, **settings)

    def __call__(self, peer, *args, stdin=BODY, env=None, status=None, **how):
        """Runs it with -j. (Its records are parsed and checked.)"""
        result = self.raw(*self.arguments(peer, args, **how), stdin=stdin, env=env or {})
        return Sent(result.expect(status=status))

    def words(self, peer, *args, stdin=BODY, status=None, env=None, **how):
        """Runs it without -j: for people."""
        return self.raw(*self.arguments(peer, args, json=False, **how), stdin=stdin, env=env or {}).expect(status=status)

    def running(self, peer, *args, env=None, redirected="", **how):
        """redirected: as a shell would have it, e.g. "<file": then all of the input is there from the start."""
        wanted = {name: value for name, value in {**self.env, **(env or {})}.items() if value is not None}
        kept = {name: value for name, value in tool.clean_environment().items() if name != "XMPP_PASSWORD"}
        argv = [tool.find(NAME), *self.arguments(peer, args, **how)]
        return Running(["/bin/sh", "-c", f'exec "$0" "$@" {redirected}', *argv] if redirected else argv, {**kept, **wanted})


def kept_to_himself(peer, *words, phases=("clear", "tls", "session")):
    """Nothing of these left, not even inside of base64."""
    peer.settle()
    leaked = peer.let_out(*(words or PRIVATE), phases=phases)
    assert not leaked, f"left: {leaked}\n{ {each.number: {name: bytes(data) for name, data in each.octets.items()} for each in peer.sessions} }"


class Friend:
    """A user of a real server with a real client (slixmpp), who confirms what he gets: with Friend(server, "bob@x.test", "pw") as bob."""

    def __init__(self, server, address, password):
        self.words = ["/usr/bin/python3", str(tool.HERE / "slixfriend.py"), address, server.address, str(server.port("c2s", "starttls")),
                      str(server.ca.file)]
        self.password = password
        self.heard = []

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.process.stdin.write(self.password.encode() + b"\n")
        self.process.stdin.close()
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        first = self.next(20 * SLOW)
        if not first or "ready" not in first:
            self.process.kill()
            raise AssertionError(f"{self.words}: not logged in\n{self.process.stderr.read().decode()}")
        self.jid = first["ready"]
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def next(self, timeout=10):
        """What comes next; None at the end or after so much silence."""
        try:
            return self._lines.get(timeout > 0, timeout or None)
        except queue.Empty:
            return None

    def bodies(self, count, timeout=20):
        """So many bodies, and those that had already come."""
        end = time.monotonic() + timeout * SLOW
        while len(self.heard) < count and time.monotonic() < end:
            if found := self.next(0.2):
                self.heard.append(found)
        while found := self.next(0):
            self.heard.append(found)
        return [each["body"] for each in self.heard]
