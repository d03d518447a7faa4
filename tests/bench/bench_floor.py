"""`xmpp-starttls -J 64 --first` beside a floor: how many handshakes a second, and with how much memory.

The floor (bench_floor.c) does the same exchange over TCP, XMPP and TLS, with GnuTLS, in 64 processes, and nothing else:
no DNS, no XML, no facts, no judgement, no JSON.  Both visit one endpoint for clients and one for servers of each target,
on the benchmark's own server, and get the endpoints told: the tool in records, so that DNS is in nobody's way.  What
Unbound costs on top, serving the names from memory, is shown beside it.

There is no option not to verify a certificate, so "off" is what comes nearest: one strange anchor to trust, and a server
that sends its leaf alone, so that there is nobody whose signature could be checked.  Names, dates and the rest are judged
all the same, and told.  "On" has whole chains, the system's anchors and ours.  "shared" is one chain for everybody, as of
a large host; "own" a leaf of its own for each target, all from one intermediate, as most of the network has it.

s_client under xargs has the same bundle of anchors as ours (left alone it loads one as large).  That it is faster with a
hashed folder, from which it reads only the one it needs, is shown beside it.

Server and client share this machine, so rates say nothing by themselves.  All take turns in every round, and what counts
is the median of a round's ratios.  CPU beside it, the server's included, is what is left of the differences when the
machine is busy with something else, too.

    python3 bench_floor.py xmpp-starttls bench_server bench_cost bench_floor [ROUNDS]
"""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import bench
import daemon

TARGETS = 1_000
JOBS = 64
ROUNDS = 7
SAMPLE = 200  # connections of s_client: it is slow
SUFFIX = "bench.test"


def names():
    return [f"d{i}.{SUFFIX}" for i in range(TARGETS)]


class Server:
    """The benchmark's own server, and what it took so far."""

    def __init__(self, binary, pems):
        self.process = subprocess.Popen([binary, str(pems[0]), str(2 * JOBS), *map(str, pems[1:])],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    @property
    def cpu(self):
        """Seconds, of all processes."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        fields = [pathlib.Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
        return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Run:
    """A command that shakes so many hands, and what must be seen for the comparison to be fair."""

    def __init__(self, server, command, handshakes, proof, stdin=None):
        self.server, self.command, self.handshakes, self.proof, self.stdin = server, command, handshakes, proof, stdin
        self.rates, self.own_cpu, self.all_cpu, self.peak = [], [], [], 0

    def go(self, launcher):
        before = self.server.cpu
        with open(self.stdin or os.devnull, "rb") as stdin:
            done = bench.Cost(launcher, self.command, stdin)
        assert self.proof(done), (self.command, done.status, done.out[-3000:])
        self.rates.append(self.handshakes / done.wall)
        self.own_cpu.append(done.cpu / self.handshakes * 1000)
        self.all_cpu.append(self.own_cpu[-1] + (self.server.cpu - before) / self.handshakes * 1000)
        self.peak = max(self.peak, done.peak)

    def beside(self, floor):
        """Our rate as a part of the floor's, in the median round."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.rates, floor.rates))

    def cpu_beside(self, floor):
        return statistics.median(theirs / mine for mine, theirs in zip(self.all_cpu, floor.all_cpu))


class Bed:
    """Chains, servers, inputs."""

    def __init__(self, folder, binary):
        ca = bench.pki.Authority(folder / "pki")
        self.folder = folder
        self.nobody = ca.untrusted.file
        self.everyone = folder / "everyone.pem"
        self.everyone.write_text((bench.SYSTEM_ANCHORS.read_text() if bench.SYSTEM_ANCHORS.exists() else "")
                                 + ca.file.read_text())
        self.anchors = bench.hashed_folder(self.everyone, folder / "anchors")
        leaves = [ca.issue(name) for name in names()]
        self.servers = {"shared": Server(binary, [ca.issue(SUFFIX, dns=[f"*.{SUFFIX}"]).pem]),
                        "own": Server(binary, [leaf.pem for leaf in leaves]),
                        "alone": Server(binary, [self.alone(leaf) for leaf in leaves])}
        self.records = {which: self.write(f"{which}.json", map(self.record(server), names()))
                        for which, server in self.servers.items()}

    @staticmethod
    def alone(leaf):
        """Its key and itself, without the intermediate."""
        pem = leaf.pem.with_suffix(".alone")
        pem.write_text(leaf.key.read_text() + bench.PEM_BLOCK.search(leaf.crt.read_text()).group())
        return pem

    def write(self, name, lines):
        file = self.folder / name
        file.write_text("".join(f"{line}\n" for line in lines))
        return file

    @staticmethod
    def record(server):
        """What an upstream tool would hand over."""
        def of(name):
            return json.dumps({"schema": 1, "domain": name, "endpoints": [
                {"service": service, "host": f"xmpp.{SUFFIX}", "port": server.port, "address": "127.0.0.1",
                 "transport": "starttls"} for service in ("c2s", "s2s")]})
        return of

    def close(self):
        for server in self.servers.values():
            server.stop()


@contextlib.contextmanager
def resolver(bed):
    """Unbound, which knows where each name leads."""
    if not (unbound := daemon.program("unbound")):
        yield None
        return
    address = daemon.own_address()
    [port] = daemon.free_ports(address, 1)
    lines = [f'server:\n do-daemonize: no\n use-syslog: no\n username: ""\n chroot: ""\n pidfile: ""\n interface: '
             f'{address}@{port}\n access-control: 127.0.0.0/8 allow\n local-zone: "{SUFFIX}." static\n'
             f' local-data: "xmpp.{SUFFIX}. A 127.0.0.1"']
    lines += [f' local-data: "_xmpp-{kind}._tcp.{name}. SRV 0 0 {bed.servers["own"].port} xmpp.{SUFFIX}."'
              for name in names() for kind in ("client", "server")]
    config = bed.write("unbound.conf", lines)
    process = daemon.Daemon("unbound", [unbound, "-d", "-c", config], bed.folder / "unbound.log")
    try:
        process.start().wait_for_ports(address, [port])
        yield f"{address}:{port}"
    finally:
        process.stop()


def floor(binary, server):
    return Run(server, [binary, str(server.port), str(TARGETS), str(JOBS)], 2 * TARGETS,
               lambda done: done.out == b"%d\n" % (2 * TARGETS))


def ours(tool, bed, which, trust, authenticated, *options, lines=None):
    command = [tool, "-j", "--first", "-J", str(JOBS), "--per-host", str(4 * JOBS), "--trust", str(trust), *options]
    seen = b'"authenticated":' + (b"true" if authenticated else b"false")
    return Run(bed.servers[which], command, 2 * TARGETS, lambda done: done.out.count(seen) == 2 * TARGETS and
               done.out.count(b"\n") == TARGETS, lines or bed.records[which])


def s_client(bed, *anchors):
    """As one does it in a shell, without a word inside TLS."""
    server = bed.servers["own"]
    return Run(server, ["xargs", "-P", "32", "-I", "{}", "openssl", "s_client", "-starttls", "xmpp", "-xmpphost", "{}",
                        "-servername", "{}", "-verify_hostname", "{}", "-connect", f"127.0.0.1:{server.port}",
                        *anchors, "-no-CAstore", "-brief"], SAMPLE,
               lambda done: done.out.count(b"Verification: OK") == SAMPLE, bed.write("sample", names()[:SAMPLE]))


FLOOR, FLOOR_SHARED, FLOOR_ALONE = "floor, own chains", "floor, shared chain", "floor, leaf alone"
ON, ON_SHARED, OFF = "on, own chains", "on, shared chain", "off, leaf alone"
WIDE, DNS = "on, own chains, -J 128", "on, own chains, with DNS"
BUNDLE, FOLDER = "openssl s_client, bundle", "openssl s_client, folder"


def runs_of(tool, bed, binary, dns):
    """By name: the run, and the name of the floor beside it."""
    runs = {
        FLOOR: (floor(binary, bed.servers["own"]), FLOOR),
        ON: (ours(tool, bed, "own", bed.everyone, True), FLOOR),
        FLOOR_SHARED: (floor(binary, bed.servers["shared"]), FLOOR_SHARED),
        ON_SHARED: (ours(tool, bed, "shared", bed.everyone, True), FLOOR_SHARED),
        FLOOR_ALONE: (floor(binary, bed.servers["alone"]), FLOOR_ALONE),
        OFF: (ours(tool, bed, "alone", bed.nobody, False), FLOOR_ALONE),
        WIDE: (ours(tool, bed, "own", bed.everyone, True, "-J", "128"), FLOOR),
        BUNDLE: (s_client(bed, "-CAfile", str(bed.everyone), "-no-CApath"), FLOOR),
        FOLDER: (s_client(bed, "-CApath", str(bed.anchors), "-no-CAfile"), FLOOR),
    }
    if dns:
        runs[DNS] = (ours(tool, bed, "own", bed.everyone, True, "--resolver", dns, "--starttls",
                          lines=bed.write("names", names())), FLOOR)
    return runs


def show(runs):
    print(f"{TARGETS} targets, {len(runs[FLOOR][0].rates)} rounds\n{'':26} {'per s':>6} {'ms CPU':>7} "
          f"{'with server':>11} {'of floor':>8} {'by CPU':>7} {'MiB':>6}")
    for name, (run, base) in runs.items():
        print(f"{name:26} {statistics.median(run.rates):6.0f} {statistics.median(run.own_cpu):7.3f} "
              f"{statistics.median(run.all_cpu):11.3f} {run.beside(runs[base][0]):8.2f} "
              f"{run.cpu_beside(runs[base][0]):7.2f} {run.peak:6.1f}", flush=True)


def verdict(runs):
    checks = [(f"floor beside ours, {name}", 1 / runs[name][0].beside(runs[runs[name][1]][0]), 1 / mark)
              for name, mark in ((OFF, 0.8), (ON, 0.65), (ON_SHARED, 0.65))]
    bench.verdict(checks + [
        ("xargs -P 32 openssl s_client beside ours", runs[BUNDLE][0].beside(runs[ON][0]), 1 / 8),
        ("MiB of memory at its peak, -J 128", runs[WIDE][0].peak, 40),
    ])


def main(tool, server_binary, launcher, floor_binary, rounds=ROUNDS):
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        bed = Bed(pathlib.Path(scratch), server_binary)
        stack.callback(bed.close)
        runs = runs_of(tool, bed, floor_binary, stack.enter_context(resolver(bed)))
        for i in range(int(rounds) + 1):
            for run, _ in runs.values():
                run.go(launcher)
                if i == 0:  # to warm up
                    run.rates.clear(), run.own_cpu.clear(), run.all_cpu.clear()
    show(runs)
    verdict(runs)


main(*sys.argv[1:])
