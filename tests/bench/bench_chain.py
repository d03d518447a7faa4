"""Four stages over 10,000 domains, all four at once: what comes out, when it comes, and what each stage takes.

First without the network (--rejudge), where the stages themselves are the work.  Then xmpp-starttls -j --first |
xmpp-certcheck -j | xmpp-ciphers -j | xmpp-dialback -j against the benchmark's own server, where a stage gives results
as they come: the first record leaves the last stage while the first stage still reads.

Memory of a stage must not grow with the number of records.  How many of its workers are busy at once decides it, so
what it had taken when half of the records were out is compared with what it had taken in the end; the allocator takes
a while to settle.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import bench

STAGES = [
    ["xmpp-starttls", "--first"],
    ["xmpp-certcheck", "--no-state", "--no-caa", "--posh", "off"],
    ["xmpp-ciphers", "--versions-only"],
    ["xmpp-dialback", "--check", "verify-made-up", "--wait", "2"],
]


class Stage:
    """A process with what it cost."""

    def __init__(self, launcher, command, source):
        inlet, outlet = os.pipe()
        self.name = os.path.basename(command[0])
        self.process = subprocess.Popen([launcher, str(outlet), *command], stdin=source, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, pass_fds=[outlet])
        os.close(outlet)
        self.report = open(inlet, encoding="ascii")

    def peak_so_far(self):
        """In MiB, of the tool itself."""
        with contextlib.suppress(OSError, ValueError):
            launcher = self.process.pid
            [child] = pathlib.Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
            status = pathlib.Path(f"/proc/{child}/status").read_text()
            return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024
        return None  # it has ended

    def end(self):
        assert self.process.wait() == 0
        cpu, peak, self.status = self.report.readline().split()
        self.report.close()
        self.cpu, self.peak = float(cpu), int(peak) / 1024


class Chain:
    """Runs it: lines in from a thread of ours; records out, with the moments they came."""

    def __init__(self, launcher, commands, lines, count):
        began = time.monotonic()
        stages, source, half = [], subprocess.PIPE, None
        for command in commands:
            stages.append(Stage(launcher, command, source))
            if len(stages) > 1:
                source.close()
            source = stages[-1].process.stdout
        fed = []

        def feed():
            with stages[0].process.stdin as into:
                for line in lines:
                    into.write(line)
            fed.append(time.monotonic() - began)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        self.records, self.first = 0, None
        for line in source:
            self.first = self.first or time.monotonic() - began
            self.records += 1
            self.last_line = line
            if self.records == count // 2:
                half = [stage.peak_so_far() for stage in stages]
        self.seconds = time.monotonic() - began
        feeder.join()
        self.fed = fed[0]
        for stage in stages:
            stage.end()
        self.growth = {stage.name: stage.peak / (before or stage.peak) for stage, before in zip(stages, half or [])}
        assert self.records == count, f"{self.records} records of {count}"
        print(f"{count:6} records  {count / self.seconds:7.0f} records/s  first after {self.first:5.2f} s, last after "
              f"{self.seconds:6.2f} s, all read after {self.fed:6.2f} s", flush=True)
        for i, stage in enumerate(stages):
            print(f"        {i + 1} {stage.name:15} {stage.cpu / count * 1000:6.3f} ms CPU a record  "
                  f"{stage.peak:6.1f} MiB peak", flush=True)


def targets(count, port):
    """As an upstream tool would hand them over: no DNS in the way."""
    for i in range(count):
        yield json.dumps({"schema": 1, "domain": f"d{i}.bench.test", "endpoints": [
            {"service": "s2s", "host": "xmpp.bench.test", "port": port, "address": "127.0.0.1",
             "transport": "starttls"}]}).encode() + b"\n"


def live(tools, trust, *more):
    return [[tools[name], "-j", "--trust", str(trust), "--resolver", "127.0.0.1:1", *options, *more]
            for name, *options in STAGES]


def offline(tools, trust):
    return [[tools[name], "-j", "--rejudge", "--trust", str(trust)] for name, *_ in STAGES]


def judged_anew(launcher, tools, trust, record, count):
    value = json.loads(record)
    lines = (json.dumps({**value, "domain": f"d{i}.bench.test"}).encode() + b"\n" for i in range(count))
    return Chain(launcher, offline(tools, trust), lines, count)


def main(server_binary, launcher, *binaries):
    tools = {os.path.basename(each): each for each in binaries}
    checks = []
    with bench.server(server_binary, ["*.bench.test"], processes=64) as (port, trust):
        record = Chain(launcher, live(tools, trust), targets(1, port), 1).last_line
        sections = set(json.loads(record)["endpoints"][-1])
        assert {"starttls", "certcheck", "ciphers", "dialback"} <= sections, sections
        anew = judged_anew(launcher, tools, trust, record, 2_000)
        crowd = live(tools, trust, "--per-host", "64")
        whole = Chain(launcher, crowd, targets(10_000, port), 10_000)
        for what, chain in (("judged anew", anew), ("over the network", whole)):
            checks += [(f"{what}: memory of {name} in the end, beside half-way", ratio, 1.25)
                       for name, ratio in chain.growth.items()]
        checks += [("the first record is out: share of the whole time", whole.first / whole.seconds, 0.1)]
    bench.verdict(checks)


main(*sys.argv[1:])
