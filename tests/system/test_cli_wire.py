"""What -v, --keylog, -t, --per-host and --rate do on the wire."""

import contextlib
import itertools
import re
import socket
import threading
import time

import pytest

import tool


@pytest.fixture
def look(run, ca, prosody):
    return lambda *args, **more: run("xmpp-starttls", ["--short", "--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), *args,
                                                       "good.test"], **more)


def test_verbose_shows_the_exchange(look):
    lines = look("-v").expect(status=0).err.splitlines()
    assert all(re.match(r"c2s 127\.[\d.]+:\d+ (--> |<-- |tls )", line) for line in lines), lines
    # What comes in several reads is one turn.
    turns = [(arrow, " ".join(group)) for arrow, group in itertools.groupby(lines, lambda line: line.split(" ", 2)[2][:4])]
    arrows, walk = [arrow for arrow, _ in turns], ["--> ", "<-- ", "--> ", "<-- ", "tls ", "--> ", "<-- ", "--> "]
    assert arrows in ([*walk, "<-- "], walk), lines
    assert "<starttls" in turns[2][1] and "<proceed" in turns[3][1] and "TLS1.3 TLS_" in turns[4][1]


def test_verbose_twice_shows_the_messages_of_tls(look):
    err = look("-vv").expect(status=0).err
    for message in ("tls --> ClientHello, ", "tls <-- ServerHello, ", "tls <-- Certificate, ", "tls <-- Finished, ", "tls --> Finished, "):
        assert message in err
    assert "ClientHello" not in look("-v").err


def test_verbose_never_shows_a_password(look):
    secret = "AGFsaWNlAHNlY3JldA=="
    auth = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
    result = look("-ivv", stdin=auth)
    assert "<success" in result.err and "mechanism='PLAIN'>*</auth>" in result.err, result
    assert secret not in result.out + result.err
    assert "<auth" in look("-av").err, "what --active tries is shown"


def test_verbose_escapes(run, peer):
    player = peer("connection c2s starttls\nC <?xml*>\nS <a>\\x1b[2J\\xc2\\x9b\\n</a>\n")
    err = run("xmpp-starttls", ["-v", "--short"], stdin=player.record()).err
    assert "\\x1B[2J" in err.upper().replace("\\X", "\\x") and "\x1b" not in err and "\x9b" not in err


@pytest.mark.parametrize("version,label", [("1.3", "CLIENT_HANDSHAKE_TRAFFIC_SECRET"), ("1.2", "CLIENT_RANDOM")])
@pytest.mark.parametrize("by", ["option", "environment"])
def test_key_log(look, tmp_path, version, label, by):
    file = tmp_path / "keys"
    file.write_text("# kept\n")
    if by == "option":
        look("--tls-max", version, "--keylog", file, env={"SSLKEYLOGFILE": str(tmp_path / "other")})
        assert not (tmp_path / "other").exists()
    else:
        look("--tls-max", version, env={"SSLKEYLOGFILE": str(file)})
    lines = file.read_text().splitlines()
    assert lines[0] == "# kept" and all(re.fullmatch(r"[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{64,96}", line) for line in lines[1:]), lines
    assert label in {line.split(" ")[0] for line in lines[1:]}


def test_key_log_is_for_its_owner(look, tmp_path):
    for args, env in ((["--keylog", tmp_path / "a"], {}), ([], {"SSLKEYLOGFILE": str(tmp_path / "b")})):
        look(*args, env=env)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in "ab"] == [0o600, 0o600]


class Listener:
    """Accepts and says nothing until the caller goes, or for `hold` seconds, and then no; knows when each connection came,
    and how many there were at once."""

    def __init__(self, hold=None):
        self.hold = hold
        self.came = []
        self.open = self.most = 0
        self._lock = threading.Lock()

    def __enter__(self):
        self.sock = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.at = "127.0.0.1:%d" % self.sock.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self.sock.accept()
                self.came.append(time.monotonic())
                self._count(1)
                threading.Thread(target=self._listen_to, args=(caller,), daemon=True).start()

    def _listen_to(self, caller):
        caller.settimeout(self.hold)
        with caller, contextlib.suppress(OSError):
            with contextlib.suppress(OSError):
                while caller.recv(4096):
                    pass
            self._count(-1)  # before the other side can know
            caller.sendall(b"<no/>")  # who hung up without a word would be called again

    def _count(self, change):
        with self._lock:
            self.open += change
            self.most = max(self.most, self.open)


def test_deadline_is_obeyed(run):
    with Listener() as silent:
        for args in ([], ["--direct-tls"], ["--first"], ["-a"]):
            result = run("xmpp-starttls", ["-j", "--c2s", "-t", "1", *args, "--connect", silent.at, "a.test"])
            assert result.seconds < 9, f"by itself it waits for 10 s\n{result}"
            assert "endpoint-timeout" in tool.finding_ids(result.record), result
            assert "within 1 s" in result.record["endpoints"][0]["starttls"]["failure"]["text"]


@pytest.mark.threads
def test_connections_to_one_address(run):
    """Twelve targets at one address, each held for a moment: the next comes when one of --per-host has gone."""
    lines = "".join(f"n{i}.test\n" for i in range(12))
    for limit in (1, 3):
        with Listener(hold=0.1) as silent:
            run("xmpp-starttls", ["--c2s", "-t", "60", "-J", "12", "--per-host", limit, "--connect", silent.at], stdin=lines)
        assert len(silent.came) == 12 and silent.most <= limit, silent.most


@pytest.mark.threads
def test_new_connections_a_second(run):
    lines = "".join(f"n{i}.test\n" for i in range(10))
    with Listener(hold=0.1) as silent:
        result = run("xmpp-starttls", ["--c2s", "-t", "60", "-J", "10", "--per-host", "10", "--rate", "10", "--connect", silent.at],
                     stdin=lines)
    assert len(silent.came) == 10 and silent.came[-1] - silent.came[0] < 8  # one a second would take nine
    assert result.seconds > 0.9, f"nine turns of a tenth of a second\n{result}"


def test_active_checks_count_as_connections(look, prosody):
    began = time.monotonic()
    look("-a", "--rate", "2").expect(status=0)
    assert time.monotonic() - began > 1.4, "one walk and three checks"
