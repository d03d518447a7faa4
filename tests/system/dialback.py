"""xmpp-dialback as its tests call it, what they look at in its records, and whom its peers talk to.

    seen = look(me, "peer.test", "--check", "round")   one JSON record, checked against the schema
    seen.verdict, seen.condition                       of the round
    seen.check("round")["outcome"]                     seen.severity("round"): "critical", "warning", "info" or None
    seen.ids                                           findings: id to severity

    me        a domain whose SRV records lead to the place where the tool listens; me.leads_nowhere() and so on
    Client    a user of a real server, who makes it dial
"""

import base64
import json
import os
import signal
import socket
import subprocess
import time

import daemon
import tool
from dbpeer import make_key
from dbstream import CLIENT, SASL, TLS, Stream, condition, context

NAME = "xmpp-dialback"
SECRET = "a secret that only these tests know"
SLOW = 3 if tool.SANITIZED else 1  # everything takes longer under sanitizers
TIMEOUT = 120 * SLOW               # of a whole run, for a machine that is busy with others
WAIT = 30                          # --wait where an answer will come, however busy the machine
AT_ONCE = 20                       # seconds: less than anybody is waited for by --serve, and enough for who waits for nobody


class Me:
    """The domain we speak for."""

    def __init__(self, zones, domain):
        self.zones, self.domain = zones, domain
        self.address = daemon.own_address()
        [self.port] = daemon.free_ports(self.address, 1)
        self.leads_here()

    @property
    def at(self):
        return f"{self.address}:{self.port}"

    def leads_here(self, domain=None):
        self.zones.service(domain or self.domain, "s2s", self.port, self.address)

    def leads_to(self, *places):
        """SRV records in this order, each to (address, port)."""
        hosts = [f"host{number}.{self.domain}" for number in range(len(places))]
        self.zones.publish(f"_xmpp-server._tcp.{self.domain}",
                           [("SRV", number, 0, port, host) for number, (host, (_, port)) in enumerate(zip(hosts, places))])
        for host, (address, _) in zip(hosts, places):
            self.zones.publish(host, [("A", address)])

    def leads_nowhere(self):
        self.zones.no_service(self.domain, "s2s")

    def dead(self):
        """A place where nobody listens, nor will."""
        return self.address, next(port for port in daemon.free_ports(self.address, 2) if port != self.port)


class Seen:
    """The dialback section of the first endpoint."""

    def __init__(self, result):
        self.result = result
        self.record = result.record
        [endpoint] = self.record["endpoints"]
        self.section = endpoint["dialback"]
        self.checks = {each["check"]: each for each in self.section["checks"]}
        self.verdict, self.condition = self.section["verdict"], self.section.get("condition")
        self.ids = {each["id"]: each["severity"] for each in self.section["findings"]}

    def check(self, name):
        assert name in self.checks, f"{name} was not tried\n{self}"
        return self.checks[name]

    def severity(self, name):
        """None where the peer did as it should."""
        found = self.check(name).get("severity", "none")
        return None if found in ("none", "ok") else found

    def outcome(self, name):
        return self.check(name).get("outcome", "none")

    def links(self, direction):
        return [each for each in self.section["links"] if each["direction"] == direction]

    def __str__(self):
        """What matters of a record that holds hundreds of hops."""
        section = self.section
        lines = [f"$ {' '.join(self.result.argv)}", f"status {self.result.status}, {self.result.seconds:.2f} s",
                 f"{section['verdict']} {section.get('condition', '')} trust={section['peer_trust']} home={section.get('home')}"]
        lines += [json.dumps(each) for each in section["checks"] + section["hops"][-60:] + section["findings"]]
        return "\n".join([*lines, self.result.err[-4000:]])

    __repr__ = __str__


def arguments(me, *args, listen=True, wait=WAIT):
    """Of a run as this domain; me None: as nobody.  wait: shorter only where nothing is to come."""
    ours = ["--from", me.domain, *(["--listen", me.at] if listen else [])] if me else []
    return [*ours, "--wait", str(wait), *map(str, args)]


def look(ca, zones, me, domain, *args, status=None, timeout=TIMEOUT, **how):
    """-j for one domain."""
    reach = ["--resolver", zones.resolver, "--trust", ca.file, "-t", timeout]
    result = tool.run(NAME, ["-j", *reach, *arguments(me, *args, **how), domain], timeout=timeout + 20)
    tool.assert_record_valid(result.record)
    return Seen(result.expect(status=status))


class Serving:
    """`xmpp-dialback --serve` beside a test: records come as exchanges end; trust: whose certificates it believes."""

    def __init__(self, folder, ca, zones, me, *args, certificate=None, trust=None, wait=3, json=True, pipe=False):
        self.me, self.pipe = me, pipe
        self.secret_file = folder / "secret"
        self.secret_file.write_text(SECRET + "\n")
        self.secret_file.chmod(0o600)
        self.out, self.err = folder / f"{me.domain}.out", folder / f"{me.domain}.err"
        certificate = certificate or ca.issue(me.domain)
        ours = ["--from", me.domain, "--listen", me.at, "--cert", certificate.crt, "--key", certificate.key]
        reach = ["--resolver", zones.resolver, "--trust", (trust or ca).file, "--secret-file", self.secret_file, "--wait", wait * SLOW]
        words = [tool.find(NAME), "--serve", *(["-j"] if json else []), *ours, *reach, *args]
        self.argv = list(map(str, words))

    def __enter__(self):
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if self.pipe else out,
                                            stderr=err, env=tool.clean_environment())
        self.until(lambda: "listening" in self.errors, "listening")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def until(self, question, what, timeout=20):
        end = time.monotonic() + timeout * SLOW
        while not (answer := question()):
            assert time.monotonic() < end, f"not {what} in time\n{self}"
            assert self.process.poll() is None or question(), f"ended with {self.process.returncode}, not {what}\n{self}"
            time.sleep(daemon.POLL)
        return answer

    def stop(self, number=signal.SIGTERM):
        """The exit status, and how long that took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20 * SLOW)
        return self.process.returncode, time.monotonic() - began

    def end(self, timeout=20):
        """The exit status of one that ends by itself."""
        return self.process.wait(timeout * SLOW)

    @property
    def records(self):
        """Whole lines so far."""
        found = [json.loads(line) for line in self.out.read_text().split("\n")[:-1]]
        for each in found:
            tool.assert_record_valid(each)
        return found

    def served(self, count=1, timeout=20):
        """The sections of so many exchanges."""
        self.until(lambda: len(self.records) >= count, f"{count} exchanges told", timeout)
        assert len(self.records) == count, self
        return [each["served"] for each in self.records]

    @property
    def errors(self):
        return self.err.read_text(errors="replace")

    def key(self, receiving, stream_id):
        """What it makes itself."""
        return make_key(SECRET.encode(), receiving, self.me.domain, stream_id)

    def status(self, field):
        """A line of /proc/PID/status, as a number."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def __str__(self):
        return f"$ {' '.join(self.argv)}\n--- stdout\n{self.out.read_text()[-6000:]}\n--- stderr\n{self.errors[-4000:]}"

    __repr__ = __str__


class Client:
    """A user of a real server: logged in, talks in stanzas."""

    def __init__(self, server, domain=None, user="alice", password="secret"):
        domain = domain or server.domains[0]
        self.stream = Stream(socket.create_connection((server.address, server.port("c2s", "starttls")), 10))
        self.stream.open(domain, space=CLIENT, declares="")
        if self.stream.offers(f"{{{TLS}}}starttls"):
            self.stream.secure(domain, None, context(), space=CLIENT, declares="")
        secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.stream.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{secret}</auth>")
        self.stream.expect(f"{{{SASL}}}success")
        self.stream.open(domain, space=CLIENT, declares="", again=True)
        self.stream.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        self.jid = next(self.stream.expect(f"{{{CLIENT}}}iq").iter("{urn:ietf:params:xml:ns:xmpp-bind}jid")).text
        self.stream.send("<presence/>")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.cut()

    def ping(self, domain, timeout=20):
        """Asks another server; "result", or the condition of the error that came back."""
        self.stream.send(f"<iq type='get' id='ping-{domain}' to='{domain}'><ping xmlns='urn:xmpp:ping'/></iq>")
        return self._reply(f"ping-{domain}", timeout * SLOW)

    def message(self, to, body="hello"):
        self.stream.send(f"<message type='chat' id='{body}' to='{to}'><body>{body}</body></message>")

    def _reply(self, wanted, timeout):
        end = time.monotonic() + timeout
        while True:
            found = self.stream.next(max(0.01, end - time.monotonic()))
            if found.get("id") == wanted:
                return "result" if found.get("type") == "result" else condition(found)
