"""xmpp-sendmsg beside those who send today, and beside a bare socket, all with the same Prosody in the same run.

One message: CPU of all processes, and time, from the command to its end, beside go-sendxmpp and sendxmpp (the Debian
packages of these names; who is not installed is passed over, and that is said).  Each comes as it is used: the system's
anchors with ours behind them (a bundle for ours, for Go a bundle and the folder it reads besides; Perl gets the folder
with hashes, of which it loads what it needs), its password in a file, and a server that stores passwords as
Debian's Prosody does, hashed 10,000 times.  SCRAM is to compute that anew, and PLAIN, which go-sendxmpp and sendxmpp
choose, computes nothing: the comparison gives them that.  Go without its folder is shown, too, without a mark.

Many messages: 1,000 lines over one connection, from the first octet into the pipe to the last record out of it.  The
floor: the same stanzas (ours as they arrived, with ids of their own) from a socket in a loop, once a TLS record each
and once all in one write, until the server has counted the last (XEP-0198); the faster of the round counts.  Nobody's
login is timed.  What go-sendxmpp does with the same lines is shown, and how many of them come to anything.

The recipient is online, a process of its own, and counts what reaches it: what was not delivered is no merit.
"""

import base64
import contextlib
import multiprocessing
import os
import pathlib
import re
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench
import servers

DOMAIN, PASSWORD, RECIPIENT = "bench.test", "s3cr3tf0rb3nch", "bob@bench.test"
ACCOUNTS = ["ours", "gopher", "perl", "bare", "bob"]
ROUNDS = 20
WARM_UP = 2  # the first login of an account has the server hash its password
LINES = 1000
LINE_ROUNDS = 7
PATIENCE = 30.0
TEXT = "backup of host17: 214 files, 1.3 GiB, no errors; see /var/log/backup.log"
ACK, BOUNCE = "xmpp-sendmsg --wait ack", "xmpp-sendmsg"
GO, GO_LESS, PERL = "go-sendxmpp", "go-sendxmpp, bundle alone", "sendxmpp"
SM = "urn:xmpp:sm:3"
HEADER = (f"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='{DOMAIN}' "
          f"version='1.0'>")


# who does not count: clients written here

class Session:
    """A client that is logged in and bound, with stream management."""

    def __init__(self, place, anchors, user):
        self.sock = socket.create_connection(place, PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask(HEADER, "</stream:features>")
        self.ask("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "<proceed")
        context = ssl.create_default_context(cafile=anchors)
        self.sock = context.wrap_socket(self.sock, server_hostname=DOMAIN)
        self.ask(HEADER, "</stream:features>")
        proof = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
        self.ask(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>", "<success")
        self.ask(HEADER, "</stream:features>")
        self.ask("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>")
        self.ask(f"<enable xmlns='{SM}'/>", "<enabled")

    def ask(self, text, answer):
        self.sock.sendall(text.encode())
        return self.until(answer)

    def until(self, text):
        seen = ""
        while text not in seen:
            chunk = self.sock.recv(65536)
            assert chunk, f"closed behind {seen}"
            seen += chunk.decode()
        return seen

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.sendall(b"</stream:stream>")
        self.sock.close()


def receive(place, anchors, user, count, last, pipe):
    """The recipient's process: counts, notes when the last came, hands out the next message where it was asked to."""
    session = Session(place, anchors, user)
    session.sock.sendall(b"<presence/><iq type='get' id='there'><ping xmlns='urn:xmpp:ping'/></iq>")
    session.until("id='there'")
    pipe.send("there")
    text, end = b"", b"</message>"
    while chunk := session.sock.recv(65536):
        *whole, text = (text + chunk).split(end)
        if whole:
            count.value += len(whole)
            last.value = time.monotonic()
        if pipe.poll():
            pipe.recv()
            pipe.send((whole[-1] + end).decode())


class Recipient:
    def __init__(self, place, anchors):
        self._count, self._last = multiprocessing.Value("L", 0), multiprocessing.Value("d", 0.0)
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(
            target=receive, args=(place, anchors, RECIPIENT.split("@")[0], self._count, self._last, theirs), daemon=True)
        self._process.start()
        assert self._pipe.poll(PATIENCE), "the recipient cannot log in"
        self._pipe.recv()

    @property
    def count(self):
        return self._count.value

    @property
    def last(self):
        return self._last.value

    def wait_for(self, count, seconds=PATIENCE):
        """Until so many came, or none for so long; how many did."""
        end = time.monotonic() + seconds
        while self.count < count and time.monotonic() < max(end, self.last + seconds):
            time.sleep(0.005)
        return self.count

    def following(self):
        """A pipe that gives what comes next; to be asked for before."""
        self._pipe.send("following")
        return self._pipe

    def stop(self):
        self._process.terminate()
        self._process.join()


# the commands

class Bed:
    """The server's place and all files the commands are given."""

    def __init__(self, folder, server):
        self.place = (server.address, server.port())
        self.anchors = str(server.ca.file)
        self.folder = folder
        self.bundle = self.write("anchors.pem", (bench.SYSTEM_ANCHORS.read_text() if bench.SYSTEM_ANCHORS.exists() else "")
                                 + server.ca.file.read_text())
        self.hashed = str(bench.hashed_folder(pathlib.Path(self.bundle), folder / "hashed"))
        self.text = self.write("text", TEXT + "\n")
        self.lines = self.write("lines", "".join(f"{TEXT} {number:04}\n" for number in range(LINES)))
        self.password = self.write("password", PASSWORD + "\n")
        self.go = self.write("go", f"username: gopher@{DOMAIN}\npassword: {PASSWORD}\njserver: {self.at}\n")
        self.perl = self.write("perl", f"username: perl\njserver: {self.place[0]}\nport: {self.place[1]}\n"
                                       f"password: {PASSWORD}\ncomponent: {DOMAIN}\n")

    @property
    def at(self):
        return "%s:%u" % self.place

    def write(self, name, text):
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text)
        return str(path)

    def ours(self, tool, *more):
        return [tool, "-j", "--connect", self.at, "--trust", self.bundle, "-u", f"ours@{DOMAIN}", "--password-file",
                self.password, *more, RECIPIENT]

    def commands(self, tool):
        """Command and environment of each that is there."""
        system = {"SSL_CERT_FILE": self.bundle, "SSL_CERT_DIR": None}
        go = ["go-sendxmpp", "-f", self.go, RECIPIENT]
        every = {
            ACK: (self.ours(tool, "--wait", "ack"), {}),
            BOUNCE: (self.ours(tool), {}),
            GO: (go, system),
            GO_LESS: (go, {**system, "SSL_CERT_DIR": str(self.folder / "none")}),
            PERL: (["sendxmpp", "-t", "-f", self.perl, "-a", self.hashed, RECIPIENT], {}),
        }
        return {name: how for name, how in every.items() if shutil.which(how[0][0])}


@contextlib.contextmanager
def environment(changes):
    before = {name: os.environ.get(name) for name in changes}
    try:
        adjust(changes)
        yield
    finally:
        adjust(before)


def adjust(values):
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


# one message

class Single:
    """The costs of one command, and what became of its messages."""

    def __init__(self):
        self.costs, self.sent, self.arrived = [], 0, 0

    def median(self, what):
        return statistics.median(getattr(cost, what) * 1000 for cost in self.costs)

    @property
    def cpu(self):
        return self.median("cpu")

    def tell(self, name):
        tenth = statistics.quantiles([cost.cpu * 1000 for cost in self.costs], n=10)[0]
        print(f"{name:30} {self.cpu:7.2f} ms CPU (lowest tenth {tenth:6.2f})  {self.median('wall'):7.1f} ms  "
              f"{max(cost.peak for cost in self.costs):5.1f} MiB peak  {self.arrived} of {self.sent} arrived", flush=True)


def send_one(launcher, bed, recipient, command, changes, single):
    before = recipient.count
    with open(bed.text, "rb") as stdin, environment(changes):
        cost = bench.Cost(launcher, command, stdin)
    assert cost.status == 0, (command, cost.status, cost.out)
    single.sent += 1
    single.arrived += recipient.wait_for(before + 1, 3.0) - before
    return cost


def measure_single(launcher, tool, bed, recipient):
    runs = bed.commands(tool)
    results = {name: Single() for name in runs}
    for i in range(WARM_UP + ROUNDS):
        for name, (command, changes) in runs.items():
            cost = send_one(launcher, bed, recipient, command, changes, results[name])
            if i >= WARM_UP:
                results[name].costs.append(cost)
    print(f"one message, {ROUNDS} rounds")
    for name, single in results.items():
        single.tell(name)
    for name in (GO, PERL):
        if name not in results:
            print(f"SKIP  {name}: not installed (apt-get install {name})")
    for name in (ACK, BOUNCE):
        assert results[name].arrived == results[name].sent, f"{name} lost a message"
    return results


# many messages

def feed(stream, text):
    """From a thread: who writes all at once waits for who reads."""
    with contextlib.suppress(BrokenPipeError):
        stream.write(text)
        stream.flush()


class Lines:
    """The tool with --lines, behind its first record."""

    def __init__(self, bed, tool, recipient):
        pipe = recipient.following()
        self.process = subprocess.Popen(bed.ours(tool, "--wait", "ack", "--lines"), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdin.write((TEXT + " first\n").encode())
        self.process.stdin.flush()
        assert b'"outcome":"acked"' in self.process.stdout.readline(), "the first line was not acknowledged"
        assert pipe.poll(PATIENCE), "the first line did not arrive"
        self.sample = pipe.recv()

    def send(self, text):
        """Seconds for so many lines."""
        count, seen = text.count(b"\n"), 0
        began = time.monotonic()
        feeder = threading.Thread(target=feed, args=(self.process.stdin, text))
        feeder.start()
        while seen < count:
            line = self.process.stdout.readline()
            assert b'"outcome":"acked"' in line, line
            seen += 1
        seconds = time.monotonic() - began
        feeder.join()
        return seconds

    def end(self):
        self.process.stdin.close()
        assert self.process.stdout.read() == b"" and self.process.wait(PATIENCE) == 0, "it did not end well"


def stanzas(sample):
    """A thousand like this one, as their sender writes them: ids of their own, and nobody has stamped them."""
    [id] = set(re.findall(r"\bid='([^']+)'", sample))
    plain = re.sub(r" from='[^']*'", "", sample.strip(), count=1)
    return [plain.replace(id, f"{number:0{len(id)}}").replace(" first<", f" {number:04}<").encode()
            for number in range(LINES)]


def bare(bed, texts):
    """Seconds until the server has counted the last."""
    session = Session(bed.place, bed.anchors, "bare")
    began = time.monotonic()
    for text in texts:
        session.sock.sendall(text)
    session.ask(f"<r xmlns='{SM}'/>", f"h='{LINES}'")
    seconds = time.monotonic() - began
    session.close()
    return seconds


def measure_lines(tool, bed, recipient):
    """How much longer ours takes than the faster of the bare ones, in the median round."""
    rates = {"xmpp-sendmsg --lines": [], "bare socket, a loop": [], "bare socket, one write": []}
    lines = pathlib.Path(bed.lines).read_bytes()
    for _ in range(LINE_ROUNDS):
        ours = Lines(bed, tool, recipient)
        texts = stanzas(ours.sample)
        ways = (lambda: ours.send(lines), lambda: bare(bed, texts), lambda: bare(bed, [b"".join(texts)]))
        for (name, done), send in zip(rates.items(), ways):
            before = recipient.count
            done.append(LINES / send())
            assert recipient.wait_for(before + LINES) == before + LINES, f"{name}: a message was lost"
        ours.end()
    print(f"\n{LINES} messages over one connection, {LINE_ROUNDS} rounds")
    for name, done in rates.items():
        print(f"{name:30} {statistics.median(done):7.0f} messages/s (from {min(done):.0f} to {max(done):.0f})", flush=True)
    return statistics.median(max(floors) / mine for mine, *floors in zip(*rates.values()))


def show_interactive(bed, recipient):
    """go-sendxmpp with the same lines: how many arrive, and how fast."""
    if not shutil.which("go-sendxmpp"):
        return
    found = []
    for _ in range(3):
        before = recipient.count
        with open(bed.lines, "rb") as stdin, environment({"SSL_CERT_FILE": bed.bundle}):
            began = time.monotonic()
            subprocess.run(["go-sendxmpp", "-i", "-f", bed.go, RECIPIENT], stdin=stdin, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=PATIENCE * 4, check=False)
        arrived = recipient.wait_for(before + LINES, 2.0) - before
        found.append((arrived, arrived / (recipient.last - began)))
    print(f"{'go-sendxmpp -i, with its login':30} {statistics.median(rate for _, rate in found):7.0f} messages/s; "
          f"of {LINES} arrived: {', '.join(str(arrived) for arrived, _ in found)}", flush=True)


# all of it

@contextlib.contextmanager
def beds(folder):
    """Prosody as Debian has it: passwords hashed, no debugging log."""
    host = servers.Host(DOMAIN, accounts=dict.fromkeys(ACCOUNTS, PASSWORD))
    prosody = servers.Prosody(
        folder / "prosody", bench.pki.Authority(folder / "pki"), [host], modules=("smacks",), stock=True,
        options=f'authentication = "internal_hashed"\nlog = {{ info = "{folder}/prosody/prosody.log" }}')
    home = folder / "home"
    home.mkdir()
    prosody.start()
    try:
        with environment({"HOME": str(home), "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None, "XMPP_PASSWORD": None}):
            yield Bed(folder, prosody)
    finally:
        prosody.stop()


def marks_of(single, longer):
    marks = []
    peers = [single[name].cpu for name in (GO, PERL) if name in single]
    if peers:
        marks += [(f"one message, {name}: CPU beside the faster peer's", single[name].cpu / min(peers), 0.6)
                  for name in (ACK, BOUNCE)]
    return marks + [("1,000 messages: time beside that of a bare socket", longer, 1 / 0.8)]


def main(tool, launcher):
    with tempfile.TemporaryDirectory() as scratch, beds(pathlib.Path(scratch)) as bed:
        recipient = Recipient(bed.place, bed.anchors)
        try:
            single = measure_single(launcher, tool, bed, recipient)
            longer = measure_lines(tool, bed, recipient)
            show_interactive(bed, recipient)
        finally:
            recipient.stop()
    print()
    bench.verdict(marks_of(single, longer))


if __name__ == "__main__":
    main(*sys.argv[1:])
