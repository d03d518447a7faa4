"""Certificates in files: what judging one costs beside certtool and openssl, which do less with it.

Many: 10,000 chains, each its own, in one --pem-list run, and certtool --verify in a loop over a sample of them, as
scripts do.  Single: one --pem run beside openssl verify on the same file.  All look at the chain, the dates and the
name, with the same anchors: the system's and ours, as one checks what is served in public; and ours alone.  For a list
the latter is shown without a mark: what is left then is mostly two signatures of P-256, which cost both the same.

Single runs take turns, and the median counts; see bench_probe.py for why.
"""

import pathlib
import statistics
import sys
import tempfile

import bench

CHAINS = 10_000
SAMPLE = 100
ROUNDS = 60
WARM_UP = 3
TIMES_CHEAPER = 20
EXTRA_MS = 10


def issue(folder):
    """The authority, and the chain file of each domain."""
    ca = bench.pki.Authority(folder)
    return ca, {f"d{i}.bench.test": ca.issue(f"d{i}.bench.test").crt for i in range(CHAINS)}


def certtool(trust, file, domain):
    return ["certtool", "--verify", "--load-ca-certificate", str(trust), "--verify-hostname", domain, "--infile",
            str(file)]


def openssl(trust, file, domain):
    return ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", str(trust), "-untrusted", str(file),
            "-verify_hostname", domain, str(file)]


def single(tool, trust, file, domain):
    return [tool, "-j", "--c2s", "--no-state", "--trust", str(trust), "--pem", str(file), domain]


def cost(launcher, command, proof, stdin=None):
    """Of a run that found everything in order: else the comparison would be unfair."""
    done = bench.Cost(launcher, command, *([stdin] if stdin else []))
    assert done.status in (0, 1) and proof in done.out, (command, done.status, done.out[-2000:])
    return done


def measure_list(launcher, tool, trust, chains, label):
    with tempfile.TemporaryFile("w+") as lines:
        lines.writelines(f"{file} {domain}\n" for domain, file in chains.items())
        lines.seek(0)
        done = cost(launcher, [tool, "-j", "--c2s", "--no-state", "--trust", str(trust), "--pem-list", "-"],
                    b'"status":"ok"', lines)
    assert done.out.count(b"\n") == CHAINS and b'"status":"critical"' not in done.out, done.out[-2000:]
    print(f"{CHAINS} chains in one run, {label:14} {done.cpu / CHAINS * 1000:7.3f} ms CPU a chain  "
          f"{done.peak:5.1f} MiB peak  {done.wall:.1f} s", flush=True)
    return done


def measure_loop(launcher, trust, chains, label):
    costs = [cost(launcher, certtool(trust, file, domain), b"Chain verification output: Verified").cpu
             for domain, file in list(chains.items())[:SAMPLE]]
    median = statistics.median(costs)
    print(f"certtool, {SAMPLE} of them,      {label:14} {median * 1000:7.3f} ms CPU a chain", flush=True)
    return median


def measure_many(launcher, tool, trust, chains, label):
    """Our CPU for a chain as a part of certtool's, and our peak memory."""
    many = measure_list(launcher, tool, trust, chains, label)
    part = many.cpu / CHAINS / measure_loop(launcher, trust, chains, label)
    print(f"{1 / part:.1f} times cheaper, {label}", flush=True)
    return part, many.peak


def measure_single(launcher, tool, trust, file, domain, label):
    """How many ms of CPU we need more than openssl verify."""
    runs = {f"xmpp-certcheck, {label}": (single(tool, trust, file, domain), b'"domain":"' + domain.encode()),
            f"openssl verify, {label}": (openssl(trust, file, domain), b": OK")}
    costs = {name: [] for name in runs}
    for i in range(WARM_UP + ROUNDS):
        for name, (command, proof) in runs.items():
            done = cost(launcher, command, proof)
            if i >= WARM_UP:
                costs[name].append(done.cpu * 1000)
    for name, values in costs.items():
        print(f"{name:32} {statistics.median(values):6.2f} ms CPU "
              f"(lowest tenth {statistics.quantiles(values, n=10)[0]:6.2f})", flush=True)
    ours, theirs = map(statistics.median, costs.values())
    return ours - theirs


def main(tool, launcher):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        ca, chains = issue(folder / "pki")
        everyone = folder / "everyone.pem"
        everyone.write_text((bench.SYSTEM_ANCHORS.read_text() if bench.SYSTEM_ANCHORS.exists() else "")
                            + ca.file.read_text())
        part, peak = measure_many(launcher, tool, everyone, chains, "system's, too")
        measure_many(launcher, tool, ca.file, chains, "our anchor")
        domain, file = next(iter(chains.items()))
        alone = measure_single(launcher, tool, ca.file, file, domain, "our anchor")
        bundle = measure_single(launcher, tool, everyone, file, domain, "system's, too")
    bench.verdict([
        ("CPU a chain of a list, beside certtool --verify", part, 1 / TIMES_CHEAPER),
        ("ms of CPU more than openssl verify, one anchor", alone, EXTRA_MS),
        ("ms of CPU more than openssl verify, all anchors", bundle, EXTRA_MS),
        ("MiB of memory at its peak, 10,000 chains", peak, 64),
    ])


main(*sys.argv[1:])
