"""Enumerating over a round trip of 50 ms: time, CPU and connections, beside sslscan, nmap and testssl.sh.

Every run goes through a delay proxy of its own, which holds back each direction for 25 ms and connection set-up for
the whole round trip, and counts the connections.  Prosody is as Debian ships it; ejabberd too; the old server is a
simulated one with 200 suites, since no library serves these any more.  What is not installed is left out.

The others cannot be told an XMPP domain: they ask for the host they connect to, so the domain is localhost.  nmap knows
STARTTLS on well-known ports only and gets the direct TLS port.  What takes minutes runs once.  The suites of our own
runs are counted, and each must be complete; the machine should have nothing else to do.
"""

import contextlib
import csv
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

import bench
import servers
from tlspeer import Simulated, TlsPeer
from tlswire import SUITES

DOMAIN = "localhost"
ONE_WAY_MS = 25
ROUNDS = 3
DELAY = pathlib.Path(servers.__file__).with_name("delay.py")
OLD_ENOUGH = ("SSL3.0", "TLS1.0", "TLS1.2")
OLD_KX = ("RSA", "DHE", "ECDHE", "DH_anon", "ECDH_anon", "PSK", "DHE_PSK")

OURS_ALL, OURS_SUITES = "xmpp-ciphers", "xmpp-ciphers, suites only"
OURS_GENTLE, OURS_GENTLE_SUITES = "xmpp-ciphers, gentle", "xmpp-ciphers, gentle, suites only"
SSLSCAN, SSLSCAN_SUITES = "sslscan", "sslscan, suites only"
NMAP, TESTSSL = "nmap ssl-enum-ciphers", "testssl.sh"
SSLSCAN_LEAST = [f"--no-{what}" for what in ("check-certificate", "cipher-details", "compression", "fallback", "groups",
                                            "heartbleed", "renegotiation")]


@contextlib.contextmanager
def way(address, port):
    """A slow way to a port: its own port and, at the end, its counts."""
    proxy = subprocess.Popen([sys.executable, str(DELAY), address, str(port), str(ONE_WAY_MS)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    counts = {}
    try:
        yield int(proxy.stdout.readline()), counts
    finally:
        proxy.stdin.close()
        counts.update(json.loads(proxy.stdout.readline() or "{}"))
        proxy.wait()


def ours(tool, *options):
    return lambda port, direct: [tool, "-j", "-t", "120", "--c2s", *(["--direct-tls"] if direct else []), *options,
                                 "--connect", f"127.0.0.1:{port}", DOMAIN]


def sslscan(*options):
    return lambda port, direct: ["sslscan", "--no-colour", "--ipv4", *([] if direct else ["--starttls-xmpp"]), *options,
                                 f"{DOMAIN}:{port}"]


def testssl(port, direct):
    return ["testssl", "--color", "0", "--warnings", "off", "--quiet", "--ip", "127.0.0.1", "-p", "-P", "-E",
            *([] if direct else ["--starttls", "xmpp", "--xmpphost", DOMAIN]), f"{DOMAIN}:{port}"]


def nmap(port, _direct):
    return ["nmap", "-Pn", "-n", "-p", str(port), "--script", "+ssl-enum-ciphers", "127.0.0.1"]


def commands(tool):
    """Command by name, rounds, whether it wants direct TLS; as far as it is there."""
    wishes = {
        OURS_SUITES: (ours(tool, "--suites-only"), ROUNDS, False),
        SSLSCAN_SUITES: (sslscan(*SSLSCAN_LEAST), ROUNDS, False),
        OURS_ALL: (ours(tool), ROUNDS, False),
        SSLSCAN: (sslscan(), ROUNDS, False),
        OURS_GENTLE_SUITES: (ours(tool, "--suites-only", "--gentle"), 1, False),
        OURS_GENTLE: (ours(tool, "--gentle"), 1, False),
        NMAP: (nmap, 1, True),
        TESTSSL: (testssl, 1, False),
    }
    return {name: wish for name, wish in wishes.items()
            if name.startswith("xmpp-") or shutil.which(name.split()[0].rstrip(",").removesuffix(".sh"))}


class Measured:
    def __init__(self, costs, connections, suites):
        self.wall = statistics.median(cost.wall for cost in costs)
        self.cpu = statistics.median(cost.cpu for cost in costs)
        self.connections = max(connections)
        self.suites = suites


def count_suites(cost):
    """Of a run that found out all it was asked for: else it would be no merit to be fast."""
    [endpoint] = json.loads(cost.out)["endpoints"]
    section = endpoint["ciphers"]
    assert "cut" not in section and all(each.get("complete", True) for each in section["versions"]), section
    assert not section["throttled"] and "unclear" not in section, section
    return sum(len(each.get("suites", ())) for each in section["versions"])


def measure(launcher, label, runs, doors):
    """The cost of each command against one server; doors: {direct: (address, port)}."""
    print(f"\n{label:36} {'s':>7} {'s CPU':>7} {'conn.':>6} {'suites':>7}")
    results = {}
    for name, (command, rounds, direct) in runs.items():
        if direct not in doors:
            continue
        costs, connections = [], []
        for _ in range(rounds):
            with way(*doors[direct]) as (port, counts):
                costs.append(bench.Cost(launcher, command(port, direct)))
            connections.append(counts["connections"])
        suites = count_suites(costs[-1]) if name.startswith("xmpp-") else "-"
        results[name] = Measured(costs, connections, suites)
        print(f"{name:36} {results[name].wall:7.2f} {results[name].cpu:7.3f} {results[name].connections:6} {suites:>7}",
              flush=True)
    return results


@contextlib.contextmanager
def running(server):
    server.start()
    try:
        yield {False: (server.address, server.port()), True: (server.address, server.port("c2s", "direct"))}
    finally:
        server.stop()


def usual_order():
    """Names as OpenSSL's complete list has them, and behind it what it no longer knows, the strong before the weak."""
    with (DELAY.resolve().parents[2] / "libcommon" / "tls" / "suites.csv").open(newline="", encoding="utf-8") as registry:
        rows = sorted(csv.DictReader(registry), key=lambda row: int(row["usual_rank"]))
    names = dict.fromkeys(row["iana_name"] for row in rows)  # one name may have two numbers
    return [name for name in names if name in SUITES and SUITES[name].kx in OLD_KX and SUITES[name].first in OLD_ENOUGH]


@contextlib.contextmanager
def old_server(ca, names):
    """TLS 1.2 with these suites in the server's order."""
    chain = {auth: [each.public_bytes(bench.pki.serialization.Encoding.DER) for each in ca.issue(DOMAIN, key=key).chain]
             for auth, key in {"RSA": "rsa2048", "ECDSA": "ec", "DSS": "dsa1024"}.items()}
    with TlsPeer(Simulated({"TLS1.2": names}, chain), domain=DOMAIN) as peer:
        yield {False: (peer.address, peer.port), True: (peer.address, peer.port)}
        assert not peer.faults, peer.faults


def marks_of(prosody, ejabberd, old):
    marks = [
        ("Prosody, suites only: s", prosody[OURS_SUITES].wall, 1.0),
        ("Prosody, everything: s", prosody[OURS_ALL].wall, 2.0),
        ("Prosody, everything: connections", prosody[OURS_ALL].connections, 60),
        ("Prosody, gentle, suites only: connections", prosody[OURS_GENTLE_SUITES].connections, 14),
        ("Prosody, gentle: connections", prosody[OURS_GENTLE].connections, 42),
        ("ejabberd, suites only: s", ejabberd[OURS_SUITES].wall, 4.0),
        ("ejabberd, gentle, suites only: connections", ejabberd[OURS_GENTLE_SUITES].connections, 55),
        ("200 suites: s", old[OURS_SUITES].wall, 8.0),
    ]
    for label, results in (("Prosody", prosody), ("ejabberd", ejabberd)):
        for mine, theirs in ((OURS_SUITES, SSLSCAN_SUITES), (OURS_ALL, SSLSCAN)):
            if theirs in results:
                part = "everything" if mine == OURS_ALL else "suites only"
                marks.append((f"{label}, {part}: CPU beside sslscan's", results[mine].cpu / results[theirs].cpu, 1.0))
    if SSLSCAN in prosody:
        theirs = prosody[SSLSCAN]
        marks.append(("Prosody, everything: time beside sslscan's", prosody[OURS_ALL].wall / theirs.wall, 0.11))
        marks.append(("Prosody, gentle: connections beside sslscan's",
                      prosody[OURS_GENTLE].connections / theirs.connections, 0.5))
    if TESTSSL in old:  # nmap is faster, and does not find them
        marks.append(("200 suites: time beside that of testssl.sh", old[OURS_SUITES].wall / old[TESTSSL].wall, 0.4))
    return marks


def main(tool, launcher):
    runs = commands(tool)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        ca = bench.pki.Authority(folder / "pki")
        hosts = [servers.Host(DOMAIN, ca.issue(DOMAIN))]
        rsa = [servers.Host(DOMAIN, ca.issue(DOMAIN, key="rsa2048"))]
        with running(servers.Prosody(folder / "prosody", ca, hosts, stock=True)) as doors:
            prosody = measure(launcher, "Prosody", runs, doors)
        with running(servers.Ejabberd(folder / "ejabberd", ca, rsa)) as doors:
            ejabberd = measure(launcher, "ejabberd", runs, doors)
        names = usual_order()[:200]
        with old_server(ca, names) as doors:
            old = measure(launcher, "200 suites in the usual order", {name: runs[name] for name in runs if name in
                                                                      (OURS_SUITES, SSLSCAN_SUITES, NMAP, TESTSSL)}, doors)
        random.Random(4).shuffle(names)
        with old_server(ca, names) as doors:
            mixed = measure(launcher, "200 suites in no usual order", {OURS_SUITES: (runs[OURS_SUITES][0], 1, False)}, doors)
        for results in (old, mixed):
            assert results[OURS_SUITES].suites == len(names), "all of them, and none besides"
    print()
    bench.verdict(marks_of(prosody, ejabberd, old))


main(*sys.argv[1:])
