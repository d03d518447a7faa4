"""Many domains at once: nobody waits behind a slow host, an interrupted run says how far it came and goes on.

Who is slow here is held at the door until the test lets go, so that what ends before it has been overtaken, however
slow the machine.  Targets come as records that name their addresses: DNS has no part in this.
"""

import asyncio
import contextlib
import fcntl
import itertools
import json
import os
import re
import shlex
import signal
import socket
import struct
import subprocess
import termios
import threading
import time

import dns.rdatatype
import pexpect
import pytest

import daemon
import dbpeer
import dnspeer
import tool

PATIENCE = 30.0  # seconds that a busy machine may take for anything
DEAD = "127.0.0.1:1"  # refuses at once
TARGETS = [f"n{number}.test" for number in range(30)]


class Held:
    """Accepts and says nothing until release(), and closes everything from then on."""

    def __init__(self):
        self.open = self.peak = self.connections = 0
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()

    def __enter__(self):
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)
        return self

    def __exit__(self, *_):
        self.release()
        self._loop.call_soon_threadsafe(self._server.close)
        self.wait_for(lambda: self.open == 0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self):
        self._released = asyncio.Event()
        sock = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.address = sock.getsockname()
        self._server = await asyncio.start_server(self._hold, sock=sock)

    async def _hold(self, reader, writer):
        self._count(1)
        with contextlib.suppress(OSError):
            gone = asyncio.ensure_future(_until_end(reader))
            released = asyncio.ensure_future(self._released.wait())
            await asyncio.wait([gone, released], return_when=asyncio.FIRST_COMPLETED)
            for each in (gone, released):
                each.cancel()
        self._count(-1)  # before the other side can know
        writer.close()

    def _count(self, change):
        with self._changed:
            self.open += change
            self.connections += change > 0
            self.peak = max(self.peak, self.open)
            self._changed.notify_all()

    def wait_for(self, condition):
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), vars(self)

    def release(self):
        self._loop.call_soon_threadsafe(self._released.set)

    def record(self, domain):
        return record(domain, *self.address)


async def _until_end(reader):
    with contextlib.suppress(OSError):
        while await reader.read(65536):
            pass


def record(domain, address, port, service="c2s"):
    return json.dumps({"schema": 1, "domain": domain, "endpoints": [
        {"service": service, "host": address, "port": port, "address": address, "transport": "starttls"}]}) + "\n"


def refused(domain, number=2):
    """At another address than who is held: they do not wait for each other."""
    return record(domain, f"127.0.0.{number}", 1)


@pytest.fixture
def held():
    with Held() as server:
        yield server


class Running:
    """A tool that runs while the test goes on."""

    def __init__(self, *args, stdin, name="xmpp-starttls", stdout=subprocess.PIPE, **more):
        self.process = subprocess.Popen([tool.find(name), *map(str, args)], stdin=stdin, stdout=stdout,
                                        stderr=subprocess.PIPE, env=tool.clean_environment(), **more)
        self.out = []

    def lines(self, count):
        """So many more lines of its output."""
        impatient = threading.Timer(PATIENCE, self.process.kill)
        impatient.start()
        fresh = [self.process.stdout.readline() for _ in range(count)]
        impatient.cancel()
        self.out += fresh
        assert all(line.endswith(b"\n") for line in fresh), self.end()
        return fresh

    def send(self, number):
        self.process.send_signal(number)

    def end(self, timeout=PATIENCE):
        out, err = self.process.communicate(timeout=timeout)
        text = b"".join(self.out).decode() + (out or b"").decode()
        return tool.Result(self.process.args, self.process.returncode, text, err.decode(), 0, 0)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.wait()


@pytest.fixture
def start(tmp_path):
    """start(*args, lines=text): a running tool that reads these lines from a file, or, without them, from a pipe."""
    running = []

    def run(*args, lines=None, **more):
        if lines is None:
            running.append(Running(*args, stdin=subprocess.PIPE, **more))
        else:
            path = tmp_path / f"lines-{len(running)}"
            path.write_text(lines)
            with path.open("rb") as source:
                running.append(Running(*args, stdin=source, **more))
        return running[-1]

    yield run
    for each in running:
        each.stop()


def until(condition, what):
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, what
        time.sleep(0.01)


def domains(text):
    return [json.loads(line)["domain"] for line in text.splitlines()]


@pytest.mark.threads
@pytest.mark.parametrize("scope", ["--all", "--first"])
def test_a_slow_host_holds_nobody_up(start, held, scope):
    """40 domains on one address that says nothing stand before 40 on others, and there are 8 workers."""
    slow = [held.record(f"slow{i}.test") for i in range(40)]
    quick = [refused(f"quick{i}.test", 2 + i % 5) for i in range(40)]
    run = start("-j", "-J", 8, "--per-host", 2, scope, "-t", 3600, lines="".join(slow + quick))
    first = domains(b"".join(run.lines(40)).decode())
    assert sorted(first) == sorted(f"quick{i}.test" for i in range(40))
    held.wait_for(lambda: held.open == 2)
    held.release()
    result = run.end().expect(status=2, err="")
    assert sorted(domains(result.out)[40:]) == sorted(f"slow{i}.test" for i in range(40))
    assert held.peak == 2


def test_who_never_says_a_word_is_waited_for_less(start, held):
    """Four connections running pass without a word; those that begin then have a third of --timeout."""
    lines = "".join(held.record(f"n{i}.test") for i in range(16))
    result = start("-j", "-J", 16, "-t", 1.2, lines=lines).end().expect(status=2, err="")
    waits = [each["endpoints"][0]["starttls"]["failure"]["text"].rpartition("within ")[2] for each in result.records]
    # Four begin at once, whichever they are; who begins when one of the first three is over has the whole time, too.
    assert 4 <= waits.count("2 s") <= 7 and waits.count("1 s") == 16 - waits.count("2 s"), waits


@pytest.mark.threads
def test_two_dead_servers_of_one_hoster(start):
    """Each domain's second server is the first of others: with --first nobody waits with a place in his hand."""
    both = [json.loads(refused("x", number))["endpoints"][0] for number in (1, 2)]
    lines = [json.dumps({"schema": 1, "domain": f"n{i}.test", "endpoints": both[::1 if i % 2 else -1]}) + "\n" for i in range(200)]
    result = start("-j", "-J", 16, "--per-host", 1, "--first", lines="".join(lines)).end().expect(status=2, err="")
    assert len(result.records) == 200 and all(len(each["endpoints"]) == 2 for each in result.records)


@pytest.mark.threads
def test_a_thousand_workers(start, held):
    """300 domains at once, as 300 open connections show."""
    lines = "".join(held.record(f"n{i}.test") for i in range(300))
    run = start("-j", "-J", 1000, "--per-host", 300, "-t", 3600, lines=lines)
    held.wait_for(lambda: held.open == 300)
    held.release()
    result = run.end().expect(status=2, err="")
    assert sorted(domains(result.out)) == sorted(f"n{i}.test" for i in range(300))
    assert start("-J", 1001, "a.test", lines="").end().expect(status=3).err.startswith("xmpp-starttls: --jobs: ")


@pytest.mark.parametrize("args", [[], ["-k"]])
def test_each_line_is_answered_before_the_next_one_comes(start, args):
    run = start("-j", *args)
    for i in range(5):
        run.process.stdin.write(refused(f"n{i}.test").encode())
        run.process.stdin.flush()
        assert domains(run.lines(1)[0].decode()) == [f"n{i}.test"]
    run.process.stdin.close()
    run.process.stdin = None
    run.end().expect(status=2, err="")


def test_lines_before_broken_input_are_answered(held):
    """What cannot be read further (here: a socket whose peer is gone) takes nothing from what was read."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        writer = socket.create_connection(server.getsockname())
        reader = server.accept()[0]
    with reader:
        run = Running("-j", "-t", 3600, stdin=reader)
    try:
        writer.sendall((held.record("a.test") + held.record("b.test")).encode())
        held.wait_for(lambda: held.open == 2)
        writer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST
        writer.close()
        assert run.process.stderr.readline().endswith(b": Connection reset by peer\n")
        held.release()
        result = run.end().expect(status=3, err="")
        assert sorted(domains(result.out)) == ["a.test", "b.test"]
    finally:
        run.stop()


def test_a_full_disk_ends_what_nobody_will_read(start, held):
    """Neither the next line nor a slow server is waited for."""
    with open("/dev/full", "wb") as full:
        run = start("-j", "-t", 3600, stdout=full)
        run.process.stdin.write(held.record("slow.test").encode())
        run.process.stdin.flush()
        held.wait_for(lambda: held.open == 1)
        run.process.stdin.write(refused("quick.test").encode())
        run.process.stdin.flush()
        assert run.process.wait(PATIENCE) == 3
    assert run.process.stderr.read() == b"xmpp-starttls: standard output: No space left on device\n"


def test_the_time_of_an_earlier_look_up_is_not_ours(start):
    """A record whose DNS took longer than --timeout: its endpoints are called all the same."""
    line = json.loads(refused("a.test")) | {"dns": {"elapsed_ms": 60000.0}}
    offline = ["--dane=off", "--posh=off", "--no-caa", "--no-state"]
    result = start("-j", *offline, name="xmpp-certcheck", lines=json.dumps(line) + "\n").end()
    assert "refused" in result.record["endpoints"][0]["certcheck"]["failure"]["text"], result


@pytest.mark.parametrize("scope", ["--all", "--first"])
def test_a_look_up_that_took_all_the_time_is_told(run, dns_peer, scope):
    """The name servers give no answer for IPv6: the address that is known says nothing about the server there."""
    server = dns_peer(lambda query, records, tcp: [] if query.question[0].rdtype == dns.rdatatype.AAAA
                      else dnspeer.BEHAVIOURS["honest"](query, records, tcp), SRV)
    # Long enough for the other answers, and shorter than the silence that our resolver ends of itself.
    result = run("xmpp-starttls", ["-j", "-t", 3, scope, "--resolver", server.resolver, "im.test"]).expect(status=2)
    failures = {each["starttls"]["failure"]["text"] for each in result.record["endpoints"]}
    assert failures == {"not tried: the look-up took all of the 3 s"}, result


# Signals


def in_the_middle(start, held, *args, refusing=20, holding=15, read=20, **more):
    """A run of which some results have come, `read` lines of them, and the others will not come."""
    lines = "".join(refused(f"quick{i}.test", 2 + i % 5) for i in range(refusing))
    lines += "".join(held.record(f"slow{i}.test") for i in range(holding))
    run = start("-t", 3600, *args, lines=lines, **more)
    run.lines(read)
    held.wait_for(lambda: held.open == 4)
    return run


HINT = "; the same command with --resume FILE >> FILE does the rest, FILE being what it has written so far"


@pytest.mark.threads
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_what_is_finished(start, held, number):
    run = in_the_middle(start, held, "-j")
    run.send(number)
    result = run.end().expect(status=-number, err=f"xmpp-starttls: interrupted: 20 of 35 done (20 critical){HINT}\n")
    assert sorted(domains(result.out)) == sorted(f"quick{i}.test" for i in range(20))
    for each in result.records:
        tool.assert_record_valid(each)


@pytest.mark.parametrize("name", ["xmpp-certcheck", "xmpp-ciphers", "xmpp-dialback"])
def test_a_signal_ends_the_other_tools(start, held, name):
    record_for = record if name != "xmpp-dialback" else lambda *args: record(*args, service="s2s")
    args = ["--from", "me.test"] if name == "xmpp-dialback" else []
    run = start("-j", "-t", 3600, *args, lines=record_for("slow.test", *held.address) + record_for("slow2.test", *held.address), name=name)
    held.wait_for(lambda: held.open >= 1)
    run.send(signal.SIGINT)
    run.end().expect(status=-signal.SIGINT, out="", err=f"{name}: interrupted: 0 of 2 done{HINT}\n")


def test_a_signal_ends_the_wait_for_an_answer_to_dialback(start, ca, dialback_peer):
    class Silent(dbpeer.Server):
        def result(self, stream, elem):
            pass

    peer = dialback_peer(Silent)
    run = start("-j", "-t", 3600, "--wait", 3600, "--from", "me.test", "--trust", ca.file, name="xmpp-dialback",
                lines=2 * record(peer.domain, peer.address, peer.port, "s2s"))
    until(lambda: peer.came("result"), "nothing was asked")
    run.send(signal.SIGINT)
    run.end().expect(status=-signal.SIGINT, out="", err=f"xmpp-dialback: interrupted: 0 of 2 done{HINT}\n")


def test_a_signal_ends_the_wait_for_a_proof(start):
    """--active: the first connection is answered, the next one is not."""
    hello = ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0' from='a.test'>"
             "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        run = start("-j", "--active", "-J", 1, "-t", 3600, lines=2 * record("a.test", *server.getsockname()))
        with server.accept()[0] as first:
            first.recv(4096)
            first.sendall(hello.encode())
        with server.accept()[0]:
            run.send(signal.SIGINT)
            run.end().expect(status=-signal.SIGINT, out="", err=f"xmpp-starttls: interrupted: 0 of 2 done{HINT}\n")


def test_what_stands_on_a_terminal_cannot_be_resumed(held, tmp_path):
    (tmp_path / "list").write_text(refused("quick.test") + held.record("slow.test"))
    shell = terminal("xmpp-starttls -t 3600 <list", tmp_path)
    shell.expect("quick.test\tc2s")
    held.wait_for(lambda: held.open == 1)
    shell.sendintr()
    shell.expect(r"xmpp-starttls: interrupted: 1 of 2 done \(1 critical\)\r")
    shell.close()


@pytest.mark.parametrize("form,lines_each,err", [
    (["--short"], 2, "interrupted: 20 of 35 done (20 critical)" + HINT),
    (["--nagios"], 1, "interrupted: 20 of 35 done (20 critical)"),
    (["-j", "-q"], 1, None),
])
def test_what_an_interrupted_run_says(start, held, form, lines_each, err):
    run = in_the_middle(start, held, *form, read=20 * lines_each)
    run.send(signal.SIGINT)
    run.end().expect(status=-signal.SIGINT, err=f"xmpp-starttls: {err}\n" if err else "")


def test_of_one_domain_there_is_nothing_to_say(start, held):
    run = start("-t", 3600, "--connect", "%s:%d" % held.address, "--c2s", "a.test", lines="")
    held.wait_for(lambda: held.open == 1)
    run.send(signal.SIGINT)
    run.end().expect(status=-signal.SIGINT, out="", err="")


def test_a_signal_ends_the_wait_for_a_line(start):
    run = start("-j")
    run.process.stdin.write(refused("a.test").encode() + b"half a li")
    run.process.stdin.flush()
    run.lines(1)
    run.send(signal.SIGINT)
    result = run.process.wait(PATIENCE)
    assert result == -signal.SIGINT and run.process.stderr.read().decode() == f"xmpp-starttls: interrupted: 1 done (1 critical){HINT}\n"


def test_a_signal_prints_what_waits_for_its_turn(start, held):
    """-k: five are finished behind one that is not; that the second worker is at the last line shows it."""
    lines = held.record("slow.test") + "".join(refused(f"n{i}.test") for i in range(5)) + held.record("slow2.test")
    run = start("-j", "-k", "-J", 2, "-t", 3600, lines=lines)
    held.wait_for(lambda: held.open == 2)
    run.send(signal.SIGINT)
    result = run.end().expect(status=-signal.SIGINT, err=f"xmpp-starttls: interrupted: 5 of 7 done (5 critical){HINT}\n")
    assert domains(result.out) == [f"n{i}.test" for i in range(5)]


def test_a_signal_ends_the_wait_for_a_turn(start, held):
    """--rate: the first connection is made at once, the second would be 100 seconds later."""
    run = start("-j", "--rate", 0.01, lines="".join(refused(f"n{i}.test", 2 + i) for i in range(5)))
    run.lines(1)
    run.send(signal.SIGINT)
    run.end().expect(status=-signal.SIGINT, err=f"xmpp-starttls: interrupted: 1 of 5 done (1 critical){HINT}\n")


def test_a_second_signal_does_not_wait_for_the_reader(start):
    """Nobody reads the result it has begun to write, which is more than a pipe takes, so the first one cannot end it."""
    large = json.dumps({**json.loads(refused("a.test")), "x-large": "y" * 4_000_000}) + "\n"
    run = start("-j", lines=2 * large)
    written = lambda: struct.unpack("i", fcntl.ioctl(run.process.stdout, termios.FIONREAD, b"    "))[0]
    until(lambda: written() > 0, "nothing was written")
    assert not daemon.lets_through(run.process, signal.SIGINT)
    run.send(signal.SIGINT)
    until(lambda: daemon.lets_through(run.process, signal.SIGINT), "the first signal was not heard")
    assert run.process.poll() is None
    run.send(signal.SIGINT)
    assert run.process.wait(PATIENCE) == -signal.SIGINT


@pytest.mark.parametrize("number,others", [(signal.SIGINT, signal.SIGTERM), (signal.SIGHUP, signal.SIGINT)])
def test_who_ignores_a_signal_goes_on(start, held, number, others):
    """As nohup(1) ignores SIGHUP, and a shell SIGINT for what it puts in the background."""
    run = in_the_middle(start, held, "-j", preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
    run.send(number)
    run.send(number)
    held.release()
    result = run.end().expect(status=2, err="")
    assert len(result.records) == 35
    run = in_the_middle(start, (next_held := Held().__enter__()), "-j", preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
    run.send(others)
    assert run.end().status == -others
    next_held.__exit__()


def terminal(command, folder, columns=300):
    return pexpect.spawn("/bin/bash", ["--norc", "--noprofile", "-c", command], cwd=folder, timeout=PATIENCE, encoding="utf-8",
                         env={**tool.clean_environment(), "TERM": "dumb", "PATH": f"{tool.BUILD / 'tools'}:{os.environ['PATH']}"},
                         dimensions=(50, columns))


@pytest.mark.threads
def test_ctrl_c_ends_a_pipeline(held, tmp_path):
    """Every stage hears it; what the last one has written is whole."""
    lines = [refused(f"quick{i}.test", 2 + i % 5) for i in range(20)] + [held.record(f"slow{i}.test") for i in range(15)]
    (tmp_path / "list").write_text("".join(lines))
    shell = terminal("trap 'true' INT; xmpp-starttls -j -t 3600 <list | xmpp-certcheck -j -t 3600 >out; "
                     "echo ended: ${PIPESTATUS[*]}", tmp_path)
    until(lambda: (tmp_path / "out").exists() and (tmp_path / "out").read_bytes().count(b"\n") == 20, "20 results")
    held.wait_for(lambda: held.open == 4)
    shell.sendintr()
    shell.expect("ended: ([0-9 ]+)\r")
    said = shell.before + shell.after
    assert shell.match[1].strip() == "130 130", said
    assert f"xmpp-starttls: interrupted: 20 of 35 done (20 critical){HINT}\r\n" in said
    assert f"xmpp-certcheck: interrupted: 20 done (20 critical){HINT}\r\n" in said
    assert sorted(domains((tmp_path / "out").read_text())) == sorted(f"quick{i}.test" for i in range(20))
    shell.close()


# Progress


def test_progress_on_a_terminal(held, tmp_path):
    """A line each second from the second one on: with the time left for a file, without for a pipe."""
    lines = [refused(f"quick{i}.test", 2 + i % 5) for i in range(20)] + [held.record(f"slow{i}.test") for i in range(15)]
    (tmp_path / "list").write_text("".join(lines))
    file = terminal("xmpp-starttls -j -t 3600 <list >out", tmp_path)
    pipe = terminal("cat list | xmpp-starttls -j -t 3600 >out2", tmp_path)
    file.expect(r"xmpp-starttls: 20 of 35 done, (\d+\.\d|\d\d+)/s, \d+ (s|min) left: 20 critical *\r")
    file.expect(r"xmpp-starttls: 20 of 35 done, [^\r]* left: 20 critical *\r")
    pipe.expect(r"xmpp-starttls: 20 done, (\d+\.\d|\d\d+)/s: 20 critical *\r")
    for each, count in ((file, "20 of 35"), (pipe, "20")):
        each.sendintr()
        each.expect(pexpect.EOF)
        # The line of progress is wiped before anything else is said; the terminal has written ^C somewhere before.
        assert re.search(rf" {{30}}\rxmpp-starttls: interrupted: {count} done \(20 critical\)", each.before), each.before
        each.close()
    held.wait_for(lambda: held.open == 0)


LOCKED = 'until grep -q "FLOCK .*:$(stat -c %i "$(tty)") " /proc/locks; do sleep 0.05; done; '


@pytest.mark.parametrize("before,end,teller", [("", ">out", "xmpp-(starttls|certcheck)"), (LOCKED, "--short", "xmpp-(certcheck)")],
                         ids=["file", "terminal"])
def test_one_stage_of_a_pipeline_shows_progress(held, tmp_path, before, end, teller):
    """They would wipe each other's line; whose results come there, too, goes first: it takes the terminal as it starts."""
    lines = [refused(f"quick{i}.test", 2 + i % 5) for i in range(20)] + [held.record(f"slow{i}.test") for i in range(15)]
    (tmp_path / "list").write_text("".join(lines))
    shell = terminal(f"{{ {before}exec xmpp-starttls -j -t 3600 <list; }} | xmpp-certcheck -t 3600 {end}", tmp_path)
    tellers = []
    for _ in range(4):
        shell.expect(teller + r": \d+ (of 35 )?done[^\r]*\r")
        tellers.append(shell.match[1])
        assert shell.before.count("done") == 0, shell.before
    assert len(set(tellers)) == 1, tellers
    shell.sendintr()
    shell.expect(pexpect.EOF)
    shell.close()
    held.wait_for(lambda: held.open == 0)


def test_progress_fits_a_narrow_terminal(held, tmp_path):
    """A line that breaks could not be wiped."""
    (tmp_path / "list").write_text(refused("quick.test") + "".join(held.record(f"slow{i}.test") for i in range(15)))
    shell = terminal("xmpp-starttls -j -t 3600 <list >out", tmp_path, columns=40)
    shell.expect(r"xmpp-starttls: 1 of 16 done[^\r]*\r")
    assert len(shell.after) <= 40, shell.after
    shell.sendintr()
    shell.expect(pexpect.EOF)
    shell.close()


def test_progress_counts_what_was_done_before(held, tmp_path):
    (tmp_path / "old").write_text("".join(json.dumps({"schema": 1, "domain": f"quick{i}.test", "status": "ok"}) + "\n" for i in range(20)))
    lines = [refused(f"quick{i}.test") for i in range(20)] + [held.record(f"slow{i}.test") for i in range(15)]
    (tmp_path / "list").write_text("".join(lines))
    shell = terminal("xmpp-starttls -j -t 3600 --resume old <list >new", tmp_path)
    shell.expect(r"xmpp-starttls: 20 of 35 done *\r")
    shell.sendintr()
    shell.expect(pexpect.EOF)
    assert "interrupted: 20 of 35 done" + HINT.replace("being ", "being old and ") in shell.before, shell.before
    assert (tmp_path / "new").read_text() == ""
    shell.close()


# --resume


FORMS = {"json": ["-j"], "short": ["--short"]}


@pytest.fixture
def append(tmp_path):
    """append(args, lines): a run that adds to the file `out`, and what it said."""
    def run(args, names, redirect=">>"):
        command = shlex.join([tool.find("xmpp-starttls"), "--connect", DEAD, *map(str, args)])
        return tool.run("/bin/bash", ["-c", f"{command} {redirect} out"], stdin="".join(f"{name}\n" for name in names), cwd=tmp_path)
    run.out = tmp_path / "out"
    return run


def subjects(path):
    """What the file's results are about, each as often as it is told."""
    lines = path.read_text().splitlines()
    return [json.loads(line)["domain"] if line.startswith("{") else "\t".join(line.split("\t")[:2]) for line in lines]


def expected(form, names):
    """A short line for each endpoint, and one for what is wrong with the domain."""
    return sorted(names if form == "json" else [f"{name}\t{service}" for name in names for service in ("-", "c2s", "s2s")])


def told(path):
    """The domains of the results, once for what stands together."""
    return [name for name, _ in itertools.groupby(subject.split("\t")[0] for subject in subjects(path))]


@pytest.mark.parametrize("form", FORMS)
def test_resume_does_the_rest(append, form):
    append(FORMS[form], TARGETS[:12]).expect(status=2, err="")
    result = append([*FORMS[form], "--resume", "out"], TARGETS).expect(status=2, err="")
    assert sorted(subjects(append.out)) == expected(form, TARGETS), result
    before = append.out.read_bytes()
    # Whether the last short lines are all, nobody can tell: they come again.
    append([*FORMS[form], "--resume", "out"], TARGETS).expect(status=0 if form == "json" else 2, err="")
    assert append.out.read_bytes() == before


def test_resume_of_short_lines_goes_on_wherever_they_end(append, tmp_path):
    """A domain has several of them; where a whole one is the last, more may be missing (head, SIGPIPE)."""
    names = ["a.test", "b.test", "c.test"]
    append(["--short", "-J", 1], names)
    lines = append.out.read_text().splitlines(keepends=True)
    assert len(lines) == 9
    for count in range(1, 10):
        append.out.write_text("".join(lines[:count]))
        append(["--short", "-J", 1, "--resume", "out"], names).expect(err="")
        assert append.out.read_text() == "".join(lines), count
    append(["--short", "--resume", "out"], ["d.test"]).expect(status=2, err="")
    assert sorted(subjects(append.out)) == expected("short", [*names, "d.test"]), "what another list lacks stays"


@pytest.mark.parametrize("form", FORMS)
def test_resume_knows_how_often_a_domain_comes(append, form):
    names = ["a.test", "b.test", "a.test", "c.test"]
    for done in range(1, 5):
        append([*FORMS[form], "-J", 1], names[:done], ">").expect(err="")
        append([*FORMS[form], "--resume", "out"], names).expect(err="")
        assert sorted(subjects(append.out)) == expected(form, names), done


@pytest.mark.parametrize("cut", [1, 10, 150])
@pytest.mark.parametrize("form", FORMS)
def test_resume_goes_on_where_a_machine_stopped(append, form, cut):
    """What ends in the middle comes again, once, and the file is one of whole results."""
    append(["-J", 1, *FORMS[form]], TARGETS[:12])
    os.truncate(append.out, append.out.stat().st_size - cut)
    result = append([*FORMS[form], "--resume", "out"], TARGETS)
    assert sorted(subjects(append.out)) == expected(form, TARGETS), result
    whole = form == "json" and cut == 1  # only the line end is missing
    assert result.err == ("" if whole else "xmpp-starttls: --resume: out ended in the middle of a result: "
                          "that is taken off before the next one is written, and its domain is examined again\n")


def test_resume_from_another_file_leaves_that_alone(append, tmp_path):
    append(["-j", "-J", 1], TARGETS[:12])
    old = tmp_path / "old"
    append.out.rename(old)
    os.truncate(old, old.stat().st_size - 10)
    before = old.read_bytes()
    result = append(["-j", "--resume", "old"], TARGETS, ">")
    assert result.err.startswith("xmpp-starttls: --resume: old ended in the middle of a result: "), result
    assert old.read_bytes() == before
    assert sorted(subjects(append.out)) == sorted(TARGETS[11:])


def test_resume_knows_a_domain_however_it_is_written(append):
    append(["-j"], ["xn--bcher-kva.test", "A.test", "*.x.test"])
    append(["-j", "--resume", "out"], ["BÜCHER.test", "a.test.", "*.x.test", "b.test"])
    records = [json.loads(line) for line in append.out.read_text().splitlines()]
    assert [each.get("domain", each.get("input")) for each in records][3:] == ["b.test"]


@pytest.mark.parametrize("form", FORMS)
def test_resume_knows_lines_that_were_no_domain(append, form):
    """Short lines show them cut off, and escaped."""
    names = ["a..b\tfoo", "c.." + "d" * 300, "e\\x..f", "", "ü..g", "h.test"]
    append([*FORMS[form], "-k"], names)
    before = append.out.read_bytes()
    append([*FORMS[form], "-k", "--resume", "out"], names)
    assert append.out.read_bytes() == before


@pytest.mark.parametrize("content,why", [
    ("a.test\nb.test\n", "out holds no results: it takes what an earlier run wrote with --json or --short"),
    ("hello\n", "out holds no results: it takes what an earlier run wrote with --json or --short"),
])
def test_resume_refuses_what_is_no_output(append, content, why):
    append.out.write_text(content)
    append(["-j", "--resume", "out"], TARGETS).expect(status=3, err=f"xmpp-starttls: --resume: {why}\n")
    assert append.out.read_text() == content


def test_resume_says_what_it_cannot_read(append, tmp_path):
    append(["-j", "--resume", "nowhere"], TARGETS).expect(status=3, err="xmpp-starttls: --resume: nowhere: No such file or directory\n")
    append(["-j", "--resume", "."], TARGETS).expect(status=3, err="xmpp-starttls: --resume: .: Is a directory\n")


def test_resume_says_on_a_terminal_that_nothing_is_left(append, tmp_path):
    append(["-j"], ["a.test", "b.test"]).expect(status=2, err="")
    (tmp_path / "list").write_text("a.test\nb.test\n")
    shell = terminal("xmpp-starttls -j --resume out <list >>out; echo status $?", tmp_path)
    shell.expect("status 0")
    assert shell.before.endswith("xmpp-starttls: nothing is left to do: out holds all 2 results\r\n"), shell.before
    shell.close()


@pytest.mark.parametrize("redirect", [">", "1<>"])
def test_resume_overwrites_nothing(append, redirect):
    """The shell has emptied the file by then; at least the run is not made for nothing."""
    append(["-j"], TARGETS[:3])
    result = append(["-j", "--resume", "out"], TARGETS, redirect).expect(status=3)
    assert "standard output is out, too" in result.err and ">> adds to a file" in result.err, result
    assert redirect == ">" or sorted(subjects(append.out)) == sorted(TARGETS[:3])


@pytest.mark.threads
@pytest.mark.parametrize("form,lines_each", [("json", 1), ("short", 2)])
def test_an_interrupted_run_and_its_resumption_are_one_run(start, held, tmp_path, form, lines_each):
    """As the hint says: the same command with --resume FILE >> FILE."""
    lines = "".join(refused(f"quick{i}.test", 2 + i % 5) for i in range(20)) + "".join(held.record(f"slow{i}.test") for i in range(15))
    out = tmp_path / "out"
    with out.open("ab") as sink:
        run = start("-t", 3600, *FORMS[form], lines=lines, stdout=sink)
        until(lambda: out.read_bytes().count(b"\n") == 20 * lines_each, "20 results")
        run.send(signal.SIGINT)
        run.end().expect(status=-signal.SIGINT, err=f"xmpp-starttls: interrupted: 20 of 35 done (20 critical){HINT}\n")
        held.wait_for(lambda: held.open == 0)
        run = start("-t", 3600, *FORMS[form], "--resume", out, lines=lines, stdout=sink)
        held.wait_for(lambda: held.open == 4)
        run.send(signal.SIGINT)
        result = run.end().expect(status=-signal.SIGINT)
        # The last short lines come again: that was finished when the signal came, or it was not.
        last = r"(20 of 35 done \(1 critical\)|19 of 35 done)" if form == "short" else "20 of 35 done"
        assert re.fullmatch(f"xmpp-starttls: interrupted: {last}; the same command does the rest\n", result.err), result
        held.release()
        start("-t", 3600, *FORMS[form], "--resume", out, lines=lines, stdout=sink).end().expect(status=2, err="")
    names = [f"quick{i}.test" for i in range(20)] + [f"slow{i}.test" for i in range(15)]
    assert sorted(told(out)) == sorted(names)


# What a run leaves that ended before it had a result: whoever writes nothing loses nothing.


@pytest.fixture
def doubtful(tmp_path):
    """A file whose last domain may lack lines, and its end in the middle of one."""
    path = tmp_path / "out"
    path.write_text("".join(f"{name}\t{service}\tstarttls\txmpp.{name}\t5222\t127.0.0.1\tok\tTLS1.3\n"
                            for name in ("a.test", "z.test") for service in ("c2s", "s2s")) + "z.test\tc2")
    return path


def test_resume_loses_nothing_by_a_wrong_option(append, doubtful):
    before = doubtful.read_bytes()
    for _ in range(3):
        result = append(["--short", "--resolver", "nonsense:", "--resume", "out"], TARGETS).expect(status=3)
        assert doubtful.read_bytes() == before, result


def test_resume_loses_nothing_where_no_domain_is_given(doubtful, tmp_path):
    before = doubtful.read_bytes()
    shell = terminal("xmpp-starttls --short --resume out >>out; echo status $?", tmp_path)
    shell.expect("status 3")
    assert "no domain given" in shell.before and "taken off" not in shell.before, shell.before
    assert doubtful.read_bytes() == before
    shell.close()


@pytest.mark.parametrize("operands", [["b.test"], ["b.test", "c.test"]])
def test_resume_loses_nothing_by_a_signal(start, held, doubtful, operands):
    """Of a single domain no signal is waited for: the program ends where it is."""
    before = doubtful.read_bytes()
    with doubtful.open("ab") as sink:
        run = start("--short", "-t", 3600, "--c2s", "--connect", "%s:%d" % held.address, "--resume", doubtful,
                    *operands, lines="", stdout=sink)
        held.wait_for(lambda: held.open == len(operands))
        run.send(signal.SIGINT)
        run.end().expect(status=-signal.SIGINT)
    assert doubtful.read_bytes() == before


def test_resume_loses_nothing_by_a_sudden_end(start, held, doubtful):
    """The list lacks the last domain: its lines are there whenever the machine stops."""
    with doubtful.open("ab") as sink:
        run = start("--short", "-t", 3600, "--resume", doubtful, stdout=sink,
                    lines=refused("b.test") + refused("c.test", 3) + held.record("slow.test"))
        until(lambda: "c.test" in doubtful.read_text() and "b.test" in doubtful.read_text(), "two results")
        held.wait_for(lambda: held.open == 1)
        until(lambda: told(doubtful).count("z.test") == 1, "the last domain")
        run.process.kill()
        run.end()
    lines = doubtful.read_text()
    assert lines.endswith("\n") and sorted(told(doubtful)) == ["a.test", "b.test", "c.test", "z.test"]
    assert subjects(doubtful).count("z.test\tc2s") == subjects(doubtful).count("z.test\ts2s") == 1


def test_resume_loses_nothing_by_a_full_disk(doubtful, tmp_path):
    """What does not fit is not left in the middle, before lines that were whole."""
    # There is room for 50 octets more, of 1024.
    text = doubtful.read_text()
    doubtful.write_text(f"# {'x' * (1024 - 50 - 3 - len(text))}\n{text}")
    before = doubtful.read_text()
    command = f"{tool.find('xmpp-starttls')} --short --connect {DEAD} --resume out {'b' * 60}.test >>out"
    result = tool.run("/bin/bash", ["-c", f"trap '' XFSZ; ulimit -f 1; {command}"], cwd=tmp_path).expect(status=3)
    assert "standard output: File too large" in result.err, result
    assert doubtful.read_text() == before.removesuffix("z.test\tc2")


def test_resume_ends_with_whole_results_where_nothing_is_left(append, doubtful):
    append(["--short", "--resume", "out"], ["a.test"]).expect(status=0)
    assert told(doubtful) == ["a.test", "z.test"] and len(subjects(doubtful)) == 4


@pytest.mark.parametrize("named,lines", [(1, 6), (2, 6), (3, 9)])
def test_resume_doubts_the_last_result_alone(append, named, lines):
    """Two of one domain, one behind the other: an answer takes the place of one."""
    append(["--short", "-J", 1], ["a.test", "a.test"]).expect(status=2, err="")
    assert len(subjects(append.out)) == 6
    append(["--short", "--resume", "out"], ["a.test"] * named).expect(err="")
    assert len(subjects(append.out)) == lines, append.out.read_text()


# --list


SRV = {("_xmpp-client._tcp.im.test", "SRV"): ["5 0 5222 xmpp.im.test."], ("_xmpp-server._tcp.im.test", "SRV"): ["7 3 5269 xmpp.im.test."],
       ("xmpp.im.test", "A"): ["127.0.0.1"], ("xmpp.im.test", "AAAA"): ["::1"]}


@pytest.fixture
def listed(run, dns_peer):
    server = dns_peer("honest", SRV)
    return lambda *args, **more: run("xmpp-starttls", ["--list", "--resolver", server.resolver, *args], **more)


def test_list_is_a_screen(listed):
    result = listed("im.test").expect(status=0, err="")
    assert result.out.startswith("OK im.test: c2s 2 endpoints, s2s 2 endpoints\nSRV  _xmpp-client "), result
    rows = [re.split(r" {2,}", line) for line in result.out.splitlines() if re.match("[cs]2s ", line)]
    assert sorted(rows) == [["c2s", "starttls", "127.0.0.1:5222", "xmpp.im.test", "SRV priority 5 weight 0"],
                            ["c2s", "starttls", "[::1]:5222", "xmpp.im.test", "SRV priority 5 weight 0"],
                            ["s2s", "starttls", "127.0.0.1:5269", "xmpp.im.test", "SRV priority 7 weight 3"],
                            ["s2s", "starttls", "[::1]:5269", "xmpp.im.test", "SRV priority 7 weight 3"]], result


def test_list_is_lines(listed):
    result = listed("-4", stdin="im.test\nnowhere.test\n*.x\n").expect(status=3)
    assert sorted(result.out.splitlines()) == [
        "*.x\t-\t-\t-\t-\t-\tunknown\t*.x is a wildcard: give the domain only: x",
        "im.test\tc2s\tstarttls\txmpp.im.test\t5222\t127.0.0.1\tok\tSRV priority 5 weight 0",
        "im.test\ts2s\tstarttls\txmpp.im.test\t5269\t127.0.0.1\tok\tSRV priority 7 weight 3",
        "nowhere.test\t-\t-\t-\t-\t-\tunknown\tnowhere.test does not exist in DNS"], result


def test_list_is_records_that_the_next_tool_takes(listed, run, dns_peer):
    """Who is listed is examined at those endpoints; only what stands beside them is asked for."""
    result = listed("-j", "im.test").expect(status=0, err="")
    tool.assert_record_valid(result.record)
    assert len(result.record["endpoints"]) == 4 and not any("starttls" in each for each in result.record["endpoints"])
    silent = dns_peer("honest", {})
    after = run("xmpp-certcheck", ["-j", "--dane=off", "--posh=off", "--resolver", silent.resolver], stdin=result.out)
    assert silent.queries == [], after
    where = [(each["service"], each["address"], each["port"]) for each in result.record["endpoints"]]
    assert [(each["service"], each["address"], each["port"]) for each in after.record["endpoints"]] == where
    assert after.record["dns"] == result.record["dns"]


def test_list_narrows_and_connects_to_nobody(listed, held):
    at = "%s:%d" % held.address
    result = listed("-j", "--s2s", "-6", "im.test").expect(status=0)
    assert [(each["service"], each["address"]) for each in result.record["endpoints"]] == [("s2s", "::1")]
    result = listed("--c2s", "--short", "--connect", at, "im.test").expect(status=0, err="")
    assert result.out == "im.test\tc2s\tstarttls\t%s\t%d\t%s\tok\t--connect\n" % (held.address[0], held.address[1], held.address[0])
    assert held.connections == 0


def test_list_of_nothing_says_why(listed, run):
    result = listed("nowhere.test").expect(status=3, err="")
    assert result.out.startswith("UNKNOWN nowhere.test: c2s 0 endpoints, s2s 0 endpoints; "), result
    result = run("xmpp-starttls", ["--list", "--resolver", DEAD, "a.test"]).expect(status=3)
    assert "the resolver gave no answer" in result.out.splitlines()[0], result


@pytest.mark.parametrize("option", ["--active", "--interactive", "--pem", "--nagios", "--rejudge"])
def test_list_goes_with_nothing_that_connects(run, option):
    run("xmpp-starttls", ["--list", option, *(["a.test"] if option != "--rejudge" else [])]).expect(status=3, out="", err=(
        "xmpp-starttls: --list connects to nobody: not with --active, --interactive, --pem, --nagios or --rejudge\n"))
