"""One verified probe: no more CPU than `openssl s_client` takes for the same exchange in the same run.

Both verify the chain against a bundle that holds the system's anchors and ours.  Runs alternate, so that a busy
machine disturbs both alike; the median counts.
"""

import statistics
import sys

import bench

ROUNDS = 40


def main(tool, server_binary):
    with bench.server(server_binary, ["bench.test"]) as (port, trust):
        ours = [tool, "-j", "--c2s", "--connect", f"127.0.0.1:{port}", "--trust", str(trust), "bench.test"]
        theirs = ["openssl", "s_client", "-starttls", "xmpp", "-xmpphost", "bench.test", "-brief",
                  "-connect", f"127.0.0.1:{port}", "-CAfile", str(trust), "-verify_return_error"]
        lean = theirs[:theirs.index("-CAfile")]
        cpu = {"ours": [], "openssl": [], "openssl, nothing to verify with": []}
        memory = []
        for _ in range(ROUNDS):
            seconds, peak, status, out = bench.cost(ours)
            assert status in (0, 1) and b'"authenticated":true' in out, (status, out)
            cpu["ours"].append(seconds)
            memory.append(peak)
            seconds, _, status, _ = bench.cost(theirs)
            assert status == 0, status
            cpu["openssl"].append(seconds)
            cpu["openssl, nothing to verify with"].append(bench.cost(lean)[0])
    medians = {name: statistics.median(values) * 1000 for name, values in cpu.items()}
    for name, ms in medians.items():
        print(f"{ms:6.2f} ms CPU  {name}")
    print(f"{max(memory):6.1f} MiB peak  ours")
    bench.verdict([
        ("CPU beside openssl s_client, same bundle", medians["ours"] / medians["openssl"], 1.0),
        ("CPU beside openssl s_client that verifies against its own folder",
         medians["ours"] / medians["openssl, nothing to verify with"], 1.0),
        ("peak memory in MiB", max(memory), 16),
    ])


main(*sys.argv[1:])
