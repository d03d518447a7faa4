"""Many targets from standard input with -J 64: targets a second, CPU a target, and memory that does not grow."""

import json
import sys
import tempfile

import bench


def records(count, port):
    """One record a target, as an upstream tool would hand them over: no DNS in the way."""
    for i in range(count):
        yield json.dumps({"schema": 1, "domain": f"d{i}.bench.test", "endpoints": [
            {"service": "c2s", "host": "xmpp.bench.test", "port": port, "address": "127.0.0.1",
             "transport": "starttls"}]}) + "\n"


def run(launcher, tool, port, trust, count):
    with tempfile.TemporaryFile("w+") as lines:
        lines.writelines(records(count, port))
        lines.seek(0)
        cost = bench.Cost(launcher, [tool, "-j", "-J", "64", "--per-host", "64", "--trust", str(trust)], lines)
    good = cost.out.count(b'"authenticated":true')
    assert cost.status in (0, 1) and cost.out.count(b"\n") == count and good == count, (cost.status, good, count)
    print(f"{count:6} targets  {count / cost.wall:7.0f} targets/s  {cost.cpu / count * 1000:5.2f} ms CPU a target  "
          f"{cost.peak:5.1f} MiB peak", flush=True)
    return cost.peak


def main(tool, server_binary, launcher):
    with bench.server(server_binary, ["*.bench.test"], processes=64) as (port, trust):
        thousand = run(launcher, tool, port, trust, 1_000)
        ten_thousand = run(launcher, tool, port, trust, 10_000)
    bench.verdict([("memory of 10,000 targets beside that of 1,000", ten_thousand / thousand, 1.15)])


main(*sys.argv[1:])
