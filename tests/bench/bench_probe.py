"""One verified probe: no more CPU than `openssl s_client -starttls xmpp` takes for the same exchange in the same run.

Both open a stream, ask for STARTTLS, shake hands, verify chain and name against the system's anchors and ours, open
the stream again, read its features, and end it; what s_client is to say inside TLS, it reads from its standard input.
OpenSSL gets its anchors as a bundle, which is what ours gets, and as its default folder, hashed, from which it
loads only the one it needs: the faster way, and a fair one, for ours imports only that one, too.

The commands take turns, so that a busy machine disturbs all alike; the median counts.  The lowest tenth stands beside
it: where they are far apart, something else was at work, and it adds more to a program of many libraries.
"""

import pathlib
import statistics
import sys
import tempfile

import bench

ROUNDS = 60
WARM_UP = 3
TALK = ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='bench.test' "
        "version='1.0'></stream:stream>")


def s_client(port, *anchors):
    return ["openssl", "s_client", "-starttls", "xmpp", "-xmpphost", "bench.test", "-servername", "bench.test",
            "-connect", f"127.0.0.1:{port}", *anchors, "-no-CAstore", "-verify_return_error",
            "-verify_hostname", "bench.test", "-brief", "-ign_eof"]


def commands(tool, port, trust, folder):
    """What is compared, by name: the command and what its output must say for the comparison to be fair."""
    verified = (b"Verification: OK", b"Verified peername: bench.test", b"SCRAM-SHA-256-PLUS", b"</stream:stream>")
    return {
        "xmpp-starttls": ([tool, "-j", "--c2s", "--connect", f"127.0.0.1:{port}", "--trust", trust, "bench.test"],
                          (b'"authenticated":true', b"SCRAM-SHA-256-PLUS")),
        "openssl, bundle": (s_client(port, "-CAfile", trust, "-no-CApath"), verified),
        "openssl, folder": (s_client(port, "-CApath", folder, "-no-CAfile"), verified),
    }


def measure(launcher, runs, talk):
    """The costs of every round, by name."""
    costs = {name: [] for name in runs}
    for i in range(WARM_UP + ROUNDS):
        for name, (command, proofs) in runs.items():
            with talk.open("rb") as stdin:
                cost = bench.Cost(launcher, command, stdin)
            assert cost.status == 0 and all(proof in cost.out for proof in proofs), (command, cost.status, cost.out)
            if i >= WARM_UP:
                costs[name].append(cost)
    return costs


def main(tool, server_binary, launcher):
    with bench.server(server_binary, ["bench.test"]) as (port, trust), tempfile.TemporaryDirectory() as scratch:
        talk = pathlib.Path(scratch) / "talk"
        talk.write_text(TALK)
        folder = bench.hashed_folder(trust, pathlib.Path(scratch) / "anchors")
        costs = measure(launcher, commands(tool, port, str(trust), str(folder)), talk)
    ms = {name: [cost.cpu * 1000 for cost in all_of] for name, all_of in costs.items()}
    cpu = {name: statistics.median(values) for name, values in ms.items()}
    peak = {name: max(cost.peak for cost in all_of) for name, all_of in costs.items()}
    for name in costs:
        print(f"{name:16} {cpu[name]:6.2f} ms CPU (lowest tenth {statistics.quantiles(ms[name], n=10)[0]:6.2f})  "
              f"{peak[name]:5.1f} MiB peak")
    bench.verdict([
        ("CPU beside openssl s_client, same bundle", cpu["xmpp-starttls"] / cpu["openssl, bundle"], 1.0),
        ("CPU beside openssl s_client, hashed folder", cpu["xmpp-starttls"] / cpu["openssl, folder"], 1.0),
        ("MiB of memory at its peak", peak["xmpp-starttls"], 16),
    ])


main(*sys.argv[1:])
