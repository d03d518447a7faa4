"""The public XMPP network in a minute: 3,000 domains on 300 addresses, a round trip of 100 ms for whatever is asked.

    xmpp-starttls -j --first < domains | xmpp-certcheck -j > records

must be through with it within 60 s by the clock, with no record missing and none twice, and right about each domain:
an oracle knows status, encryption, authentication, and all findings but the harmless ones.  10 % of the addresses are
dead (half of them refuse, the others swallow the SYN or accept and say nothing), 5 % are slow, 5 % are broken in one of
five ways.  All options are at their defaults, so also four connections to one address at once, which the servers count.

Two orders of the input: shuffled; and sorted by address, so that all domains of a slow or silent address come in a
row, which is where workers would pile up behind it.

What no tool can beat while it is polite: each of the 20 connections to a silent address takes 10 s, four at once.

By hand, with 60 addresses, and options for xmpp-starttls: bench_network.py STARTTLS CERTCHECK SERVER COST 60 -J 256
"""

import collections
import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import bench
import bench_network_dns

ADDRESSES = 300
DOMAINS_EACH = 10
ROUND_TRIP_MS = 100
ZONE = "bench.test"
SECONDS = 60
PER_HOST = 4  # the tools' default
# True of all of this network: IPv4 only, STARTTLS only, and no server asks for a certificate.
HARMLESS = {"ipv6-missing", "direct-tls-missing", "client-cert-not-requested"}


@dataclasses.dataclass(frozen=True)
class Kind:
    """What a server does, what its certificates are like, and what the tools are to say."""

    behaviour: str = "good"
    certificate: dict = dataclasses.field(default_factory=dict)
    status: str = "ok"
    encrypted: bool = True
    authenticated: bool = True
    found: tuple = ()           # in every section of every endpoint
    found_spanning: tuple = ()  # in the record


def _dead(behaviour, found):
    return Kind(behaviour, {}, "critical", False, False, (found,), ("service-unreachable",))


def _broken(behaviour, found, encrypted=False, **certificate):
    return Kind(behaviour, certificate, "critical", encrypted, False, (found,))


KINDS = {
    "good": Kind(),
    "slow": Kind("slow"),
    "refuse": _dead("refuse", "endpoint-refused"),
    "swallow": _dead("swallow", "endpoint-timeout"),
    "silent": _dead("silent", "endpoint-timeout"),
    "garbage": _broken("garbage", "tls-handshake-failed"),
    "alert": _broken("alert", "tls-handshake-failed"),
    "expired": _broken("good", "cert-expired", True, expired=True),
    "wrong-name": _broken("good", "cert-name-mismatch", True, dns=[f"other.{ZONE}"]),
    "self-signed": _broken("good", "cert-self-signed", True, self_signed=True),
}
SHARES = {"refuse": 5, "swallow": 2.5, "silent": 2.5, "slow": 5,  # per cent of the addresses; the others are good
          "garbage": 1, "alert": 1, "expired": 1, "wrong-name": 1, "self-signed": 1}


@dataclasses.dataclass(frozen=True)
class Domain:
    name: str
    kind: str
    address: str
    host: str


def plan(addresses, dice):
    """The domains in the order of their addresses."""
    kinds = list(itertools.chain.from_iterable(
        [kind] * max(1, int(addresses * share / 100)) for kind, share in SHARES.items()))
    kinds += ["good"] * (addresses - len(kinds))
    dice.shuffle(kinds)
    prefix = f"127.{1 + os.getpid() // 100 % 250}.{2 * (os.getpid() % 100)}"
    block, number = prefix.rsplit(".", 1)
    return [Domain(f"d{i * DOMAINS_EACH + j}.{ZONE}", kind, f"{block}.{int(number) + i // 250}.{1 + i % 250}",
                   f"xmpp{i}.{ZONE}")
            for i, kind in enumerate(kinds) for j in range(DOMAINS_EACH)]


class Network:
    """Its servers and its resolver, for one run."""

    def __init__(self, binary, folder, domains):
        self.domains = domains
        self.process = subprocess.Popen([binary, str(folder), str(ROUND_TRIP_MS)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        hosts = {domain.host: domain for domain in domains}
        ports = dict(zip(hosts, self._open([(at.address, KINDS[at.kind].behaviour) for at in hosts.values()])))
        services = {}
        for domain in domains:
            for service, port in zip(("client", "server"), ports[domain.host]):
                services[f"_xmpp-{service}._tcp.{domain.name}"] = (port, domain.host)
        self.dns = bench_network_dns.Dns(ZONE, {host: at.address for host, at in hosts.items()}, services,
                                         ROUND_TRIP_MS / 1000)

    def _open(self, servers):
        """Line by line: all of the plan and all of the answers do not fit into two pipes."""
        for address, behaviour in servers:
            self.process.stdin.write(f"{address} {behaviour}\n")
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        lines = [self.process.stdout.readline() for _ in servers]
        return [tuple(map(int, line.split())) for line in lines]

    def __enter__(self):
        self.dns.__enter__()
        return self

    def __exit__(self, *_):
        self.dns.__exit__()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        connections, peak, cpu = self.process.stdout.read().split()
        self.process.wait()
        self.connections, self.peak, self.cpu = int(connections), int(peak), float(cpu)


@dataclasses.dataclass
class Stage:
    name: str
    cpu: float
    peak: float  # MiB
    status: int


def run_pipeline(launcher, commands, lines, env):
    """Seconds by the clock, the stages, the lines of the last one, and what all of them complained about."""
    with contextlib.ExitStack() as files:
        source, out, err = (files.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3))
        source.writelines(line + "\n" for line in lines)
        source.seek(0)
        processes, reports, stdin, began = [], [], source, time.monotonic()
        for command in commands:
            inlet, outlet = os.pipe()
            last = command is commands[-1]
            processes.append(subprocess.Popen([launcher, str(outlet), *command], stdin=stdin, stderr=err, env=env,
                                              stdout=out if last else subprocess.PIPE, pass_fds=[outlet]))
            os.close(outlet)
            reports.append(open(inlet, encoding="ascii"))
            stdin.close()
            stdin = processes[-1].stdout
        for process in processes:
            process.wait()
        seconds = time.monotonic() - began
        stages = []
        for command, report in zip(commands, reports):
            with report:
                cpu, peak, status = report.readline().split()
            stages.append(Stage(pathlib.Path(command[0]).name, float(cpu), int(peak) / 1024, int(status)))
        out.seek(0)
        err.seek(0)
        return seconds, stages, out.read().splitlines(), err.read()


def ids(findings):
    return {finding["id"] for finding in findings} - HARMLESS


def faults(record, kind):
    """What the record says and should not, in words; empty when all is right."""
    wrong = []

    def compare(what, seen, wanted):
        if seen != wanted:
            wrong.append(f"{what}: {seen} instead of {wanted}")

    compare("status", record["status"], kind.status)
    compare("findings", ids(record["findings"]), set(kind.found_spanning))
    compare("services", sorted(at["service"] for at in record["endpoints"]), ["c2s", "s2s"])
    for at in record["endpoints"]:
        starttls, certcheck = at["starttls"], at.get("certcheck", {})
        compare(f"{at['service']} encrypted", starttls["encrypted"], kind.encrypted)
        compare(f"{at['service']} authenticated", starttls["authenticated"], kind.authenticated)
        compare(f"{at['service']} starttls", ids(starttls["findings"]), set(kind.found))
        compare(f"{at['service']} certcheck", ids(certcheck.get("findings", [])), set(kind.found))
    return wrong


@dataclasses.dataclass
class Outcome:
    seconds: float
    missing: int
    twice: int
    wrong: int
    peak: int


def judge(domains, lines):
    """Missing, twice, wrong; the first few of the wrong ones are shown."""
    kinds = {domain.name: KINDS[domain.kind] for domain in domains}
    seen = collections.Counter()
    wrong = 0
    for line in lines:
        record = json.loads(line)
        name = record.get("domain")
        seen[name] += 1
        complaints = faults(record, kinds[name]) if name in kinds else ["nobody asked for it"]
        wrong += bool(complaints)
        if complaints and wrong <= 5:
            print(f"  {name}: {'; '.join(complaints)}\n    {line[:1500]}", flush=True)
    return len(kinds.keys() - seen.keys()), sum(seen.values()) - len(seen), wrong


def show(label, network, seconds, stages, complaints):
    count = len(network.domains)
    print(f"{label}: {count} domains in {seconds:.1f} s, {count / seconds:.0f} records/s, "
          f"{network.connections} connections, at most {network.peak} to one address at once")
    for stage in stages:
        print(f"  {stage.name:15} {stage.cpu:6.2f} s CPU  {stage.peak:5.1f} MiB peak  status {stage.status}")
    asked = network.dns.by_type()
    total = sum(questions for questions, _ in asked.values())
    print(f"  {'servers':15} {network.cpu:6.2f} s CPU\n  {total} DNS questions: "
          + ", ".join(f"{questions} {name} ({different} different)" for name, (questions, different) in asked.items()))
    if complaints:
        print(f"  standard error: {complaints[:2000]}")
    sys.stdout.flush()


def measure(label, tools, server, launcher, ca, folder, domains, order, options):
    with tempfile.TemporaryDirectory() as state, Network(server, folder, domains) as network:
        common = ["-j", "--resolver", network.dns.resolver, "--trust", str(ca.file)]
        commands = [[tools[0], *common, "--first", *options], [tools[1], *common]]
        seconds, stages, lines, complaints = run_pipeline(
            launcher, commands, [domain.name for domain in order], {**os.environ, "XDG_STATE_HOME": state})
    show(label, network, seconds, stages, complaints)
    return Outcome(seconds, *judge(domains, lines), network.peak)


def issue(ca, folder, domains):
    """A certificate for each domain, under its name."""
    folder.mkdir()
    for domain in domains:
        (folder / domain.name).symlink_to(ca.issue(domain.name, **KINDS[domain.kind].certificate).pem)


def main(starttls, certcheck, server, launcher, addresses=ADDRESSES, *options):
    dice = random.Random(7)
    domains = plan(int(addresses), dice)
    shuffled = dice.sample(domains, len(domains))
    checks = []
    with tempfile.TemporaryDirectory() as scratch:
        ca = bench.pki.Authority(pathlib.Path(scratch) / "ca")
        folder = pathlib.Path(scratch) / "domains"
        issue(ca, folder, domains)
        for label, order in (("shuffled", shuffled), ("by address", domains)):
            done = measure(label, (starttls, certcheck), server, launcher, ca, folder, domains, order, options)
            checks += [(f"{label}: seconds", done.seconds, SECONDS),
                       (f"{label}: domains without a record", done.missing, 0),
                       (f"{label}: records too many", done.twice, 0),
                       (f"{label}: records that are wrong", done.wrong, 0),
                       (f"{label}: connections to one address at once", done.peak, PER_HOST)]
    bench.verdict(checks)


main(*sys.argv[1:])
