"""The password is nowhere but where it must be: not in arguments, environments, messages, transcripts, cores, nor in memory once it was
used (MSG-4)."""

import base64
import contextlib
import itertools
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

import daemon
import scram
import tool
from c2slogin import PENCIL, Login
from sendmsg import ALICE, BOB, BODY

# Unlike any text of the tool's own, so that what is found is the password.
PASSWORD = "Zwölf-Boxkämpfer-jagen-Eva-4711"
PREPARED = PASSWORD.encode()
LARGEST = 128 * 1024 * 1024
MECHANISMS = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN"]


def peer_for(c2s_peer, mechanism, **habits):
    """... whose users have that password, and who offers this."""
    return c2s_peer(mechanisms=(mechanism,), types=Login.types if mechanism.endswith("-PLUS") else (), users={"alice": PASSWORD}, **habits)


# where it may come from: words, environment, what to do before; each gets the Sender

def from_file(sender):
    return ["--password-file", sender.secret(PASSWORD)], {}


def from_descriptor(sender):
    """Opened by the test and inherited: Running passes it on."""
    return ["--password-fd", os.open(sender.secret(PASSWORD), os.O_RDONLY)], {}


def from_environment(_):
    return [], {"XMPP_PASSWORD": PASSWORD}


def from_config(sender):
    path = sender.secret(f"user {ALICE}\npassword {PASSWORD}")
    return ["--config", path], {}


def from_sendxmpprc(sender):
    path = sender.home / ".sendxmpprc"
    path.touch(0o600)
    path.write_text(f"{ALICE} {PASSWORD}\n")
    return [], {}


SOURCES = [from_file, from_descriptor, from_environment, from_config, from_sendxmpprc]


def start(sender, peer, source, *args):
    """The tool with that source, its input still open."""
    words, env = source(sender)
    run = sender.running(peer, *words, "--lines", *args, BOB, password=None, env=env)
    run.passed = [word for before, word in itertools.pairwise(words) if before == "--password-fd"]
    return run


def sent_one(run, line="one\n"):
    """A line is through: the login is over, and the session waits for more."""
    run.say(line)
    run.until(lambda: len(run.parcels) == 1, "told")
    assert run.parcels[0]["outcome"] == "acked", run
    return run


# in memory

def memory(pid):
    """All that a process can have written, region by region (but a sanitizer's shadow, which is terabytes of notes about it)."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            begin, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            if not rights.startswith("rw") or int(end, 16) - int(begin, 16) > LARGEST:
                continue
            try:
                mem.seek(int(begin, 16))
                yield line, mem.read(int(end, 16) - int(begin, 16))
            except (OSError, ValueError, OverflowError):
                continue


def variants(secret):
    """As octets, and as base64 wherever in a text it may begin (PLAIN's has NUL and a name before it)."""
    yield secret
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + secret)
        whole = (len(secret) + shift) // 3 * 4  # what follows depends on what follows
        yield coded[(0, 2, 3)[shift]:whole]
    yield secret.hex().encode()


def secrets_of(peer):
    """The password, and all that is as good (MSG-18)."""
    found = {"password": PREPARED}
    for run in peer.exchanges:
        found |= {"SaltedPassword": run.keys.salted, "ClientKey": run.keys.client, "ServerKey": run.keys.server}
    return found


def found_in(pids, secrets):
    """Which of them lie in which process, and where."""
    wanted = [(name, variant) for name, secret in secrets.items() for variant in variants(secret)]
    return [f"{name} as {variant[:12]!r}… in {pid}: {line.strip()}" for pid in pids for line, data in memory(pid)
            for name, variant in wanted if variant in data]


@pytest.fixture
def readable():
    """Only root may look into a process that is not dumpable."""
    if os.geteuid() != 0:
        pytest.skip("not root")


@pytest.mark.parametrize("source,mechanism", [
    *((source, "SCRAM-SHA-256-PLUS") for source in SOURCES), *((from_file, mechanism) for mechanism in MECHANISMS[1:]),
    (from_environment, "PLAIN"), (from_config, "PLAIN")], ids=lambda each: getattr(each, "__name__", each))
def test_memory(readable, sender, c2s_peer, source, mechanism):
    """After the login, of the tool and of all its children. (The peer is another process's thread, and may know it.)"""
    if tool.SANITIZED and source is from_environment:
        pytest.skip("the sanitizer keeps a copy of the environment for itself")
    peer = peer_for(c2s_peer, mechanism)
    with start(sender, peer, source) as run:
        sent_one(run)
        assert peer.attempts == [(mechanism, "sasl1")]
        assert not (found := found_in(run.processes(), secrets_of(peer))), "\n".join(found)
        assert found_in(run.processes(), {"the account": ALICE.encode()}), "this test sees nothing"
        run.hang_up()
        assert run.end() == 0, run


def test_memory_of_a_wrong_password(readable, sender, c2s_peer):
    """Between two attempts to connect it is outside of all memory, too."""
    peer = peer_for(c2s_peer, "SCRAM-SHA-256", resumes=False)
    with start(sender, peer, from_file, "--retry", "600") as run:  # longer than we search
        sent_one(run)
        peer.__exit__()
        run.until(lambda: "trying again" in run.err, "waiting for the server")
        assert not (found := found_in(run.processes(), secrets_of(peer))), "\n".join(found)


def test_memory_search_finds(readable, tmp_path):
    """The search itself: each form is found where it lies."""
    secret = b"a secret that lies here"
    for text in (secret, base64.b64encode(b"\0" + secret + b"!"), base64.b64encode(b"\0a" + secret), base64.b64encode(secret), secret.hex().encode()):
        with process_that_holds(text) as pid:
            assert found_in([pid], {"secret": secret}), text


@contextlib.contextmanager
def process_that_holds(text):
    """A process with this in memory (and not in its arguments)."""
    holder = "import sys; held = sys.stdin.buffer.readline(); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(["/usr/bin/python3", "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(text + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


# in /proc, for everybody of this user's

@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_arguments_and_environment(sender, c2s_peer, source):
    """... of the tool and its children, from the first moment of a login that does not end to the last of one that did."""
    peer = peer_for(c2s_peer, "SCRAM-SHA-256", fault=("challenge", "silence"))
    with start(sender, peer, source) as run:
        run.until(lambda: peer.attempts, "logging in")
        for pid in run.processes():
            for name in ("cmdline", "environ"):
                assert PREPARED not in pathlib.Path(f"/proc/{pid}/{name}").read_bytes(), (pid, name)


def test_not_dumpable(sender, c2s_peer):
    """No core holds what was in memory, and nobody but root attaches (prctl, setrlimit)."""
    with start(sender, peer_for(c2s_peer, "SCRAM-SHA-256"), from_file) as run:
        sent_one(run)
        for pid in run.processes():
            limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
            assert re.search(r"Max core file size +0 +0", limits), limits
            assert pathlib.Path(f"/proc/{pid}/mem").stat().st_uid == 0, "dumpable: its owner may read it"


def test_no_core(sender, c2s_peer, tmp_path):
    """Not even of a violent end."""
    with start(sender, peer_for(c2s_peer, "SCRAM-SHA-256"), from_file) as run:
        sent_one(run)
        run.process.send_signal(signal.SIGSEGV)
        run.process.wait(daemon.PATIENCE)
    assert not list(tmp_path.rglob("core*")) and not list(pathlib.Path.cwd().glob("core*"))


def test_children_end(sender, c2s_peer):
    """Who computed with the password is gone when the login is over, and all are gone when the tool is killed."""
    with start(sender, peer_for(c2s_peer, "SCRAM-SHA-256"), from_file) as run:
        sent_one(run)
        assert run.processes() == [run.process.pid], "a child is left"
    peer = peer_for(c2s_peer, "SCRAM-SHA-256", fault=("challenge", "silence"))
    with start(sender, peer, from_file) as run:
        run.until(lambda: peer.attempts, "logging in")
        children = run.processes()[1:]
        run.process.kill()
        run.process.wait()
        end = time.monotonic() + daemon.PATIENCE
        while any(pathlib.Path(f"/proc/{pid}").exists() for pid in children):
            assert time.monotonic() < end, children


# in what is told

@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("profile", ["sasl1", "sasl2"])
def test_messages_and_transcripts(sender, c2s_peer, tmp_path, mechanism, profile):
    """-vv, --record and records: neither the password, nor what it could be guessed from, nor the text."""
    peer = peer_for(c2s_peer, mechanism, sasl2=(mechanism,) if profile == "sasl2" else ())
    transcript = tmp_path / "transcript"
    sent = sender(peer, "-vv", "--record", transcript, BOB, password=PASSWORD, status=0)
    assert peer.attempts == [(mechanism, profile)] and "tls <-- Finished" in sent.err, sent
    told = {"-vv": sent.err, "the record": sent.result.out, "--record": transcript.read_text()}
    texts = [PASSWORD, BODY, base64.b64encode(f"\0alice\0{PASSWORD}".encode()).decode()]
    for run in peer.exchanges:
        for text in (run.client_first, run.client_final, run.server_first):
            texts += [text, base64.b64encode(text.encode()).decode()]
        texts += [base64.b64encode(run.keys.salted).decode(), base64.b64encode(run.salt).decode()]
    for where, text in told.items():
        assert not [each for each in texts if each in text], f"{where} tells\n{text}"
    assert "mechanism=" in sent.err and transcript.read_text().count("\n") > 5, "what is shown is the rest"


def test_wrong_password_is_not_told(sender, c2s_peer):
    for args in ([], ["-vv"]):
        sent = sender(peer_for(c2s_peer, "SCRAM-SHA-256"), *args, BOB, password="a wrong one 4712", status=2)
        assert "4712" not in sent.err + sent.result.out, sent


def test_keylog_is_not_of_the_environment(sender, c2s_peer, tmp_path):
    """Who can set SSLKEYLOGFILE for a cron job could read along; asked for by its option, it is written."""
    keys = tmp_path / "keys"
    sender(c2s_peer(), "--keylog", keys, BOB, status=0)
    assert "TRAFFIC_SECRET" in keys.read_text()


# where it may lie

@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o602])
@pytest.mark.parametrize("kind", ["--password-file", "--config"])
def test_file_that_others_can_read(sender, c2s_peer, mode, kind):
    """Refused, and told what to do."""
    peer = c2s_peer()
    path = sender.secret(PENCIL if kind == "--password-file" else f"user {ALICE}\npassword {PENCIL}")
    path.chmod(mode)
    sent = sender(peer, kind, path, BOB, password=None, status=3)
    assert str(path) in sent.err and f"chmod 600 {path}" in sent.err and PENCIL not in sent.err, sent
    assert not peer.sessions


def test_file_of_somebody_else(readable, sender, c2s_peer):
    path = sender.secret(PENCIL)
    os.chown(path, 1, -1)
    sent = sender(c2s_peer(), "--password-file", path, BOB, password=None, status=3)
    assert str(path) in sent.err, sent


@pytest.mark.parametrize("content,why", [("", "empty"), ("\n", "empty"), ("a\0b", "NUL"), ("x" * 2000, "1023"), (b"\xff\xfe", "UTF-8"),
                                         ("\a", "SASLprep")], ids=range(6))
def test_password_that_is_none(sender, c2s_peer, content, why):
    path = sender.secret("")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    sent = sender(c2s_peer(), "--password-file", path, BOB, password=None)
    assert sent.status in (2, 3) and why in sent.err and "Traceback" not in sent.err, sent


def test_no_file_no_password(sender, c2s_peer, tmp_path):
    sent = sender(c2s_peer(), "--password-file", tmp_path / "none", BOB, password=None, status=3)
    assert str(tmp_path / "none") in sent.err and "No such file" in sent.err, sent
    sent = sender(c2s_peer(), BOB, password=None, status=3)
    assert "password" in sent.err and "--password-file" in sent.err, sent


def test_password_with_everything_in_it(sender, c2s_peer):
    """Spaces, quotes, commas, `=` and what SASLprep maps: as the server prepares it."""
    for password in (' "a, b=c\' ', "I\u00adX \u2168 \u00aa", "пароль"):
        peer = c2s_peer(users={"alice": password}, mechanisms=("SCRAM-SHA-256",), types=())
        sender(peer, BOB, password=password, status=0)
    assert scram.saslprep("I\u00adX") == "IX"


def test_environment_is_taken_away(sender, c2s_peer):
    """It is not handed on, and wins over the configuration."""
    path = sender.home / "config"
    path.mkdir()
    (path / "xmpp-sendmsg").touch(0o600)
    (path / "xmpp-sendmsg").write_text(f"user {ALICE}\npassword wrong\n")
    sender(c2s_peer(), BOB, password=None, env={"XMPP_PASSWORD": PENCIL}, status=0)
    sender(c2s_peer(), BOB, password=None, env={"XMPP_PASSWORD": None}, status=2)


def test_configuration(sender, c2s_peer):
    """Account, password, resource and where to connect; the command line wins."""
    peer = c2s_peer()
    config = sender.secret(f"# mail\nuser {ALICE}\npassword {PENCIL}\nresource from-file\nconnect {peer.at}")
    sent = sender(None, "--config", config, BOB, user=None, password=None, status=0)
    assert sent.session["account"] == ALICE and sent.session["bound"] == f"{ALICE}/from-file", sent
    sent = sender(None, "--config", config, "--resource", "mine", BOB, user=None, password=None, status=0)
    assert sent.session["bound"] == f"{ALICE}/mine", sent


