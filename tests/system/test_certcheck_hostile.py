"""xmpp-certcheck among hostile certificates: hostile.py's by the thousand, hostile_large.py's one by one.

Whatever a chain holds, the tool ends with a verdict, and soon; never accepts what was tampered with; writes a record
that keeps the schema; and sends no terminal anything but text.  Limits of CPU and memory hold for a release build.
"""

import collections
import os
import random
import subprocess
import unicodedata

import pytest

import hostile
import hostile_large
import tool

NAME = "xmpp-certcheck"
STATUS = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
LEAST = 2000         # chains a run
CPU_SECONDS = 2      # of a chain, both services judged; a sanitizer's run is not limited
MEMORY_KB = 64 * 1024
TIMEOUT = 60 if not tool.SANITIZED else 600
SAMPLE = 60
INVISIBLE = ("Cc", "Zl", "Zp", "Cs")  # controls, line and paragraph separators, surrogates
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")


class Files:
    """Chains and anchors of cases, as files."""

    def __init__(self, folder):
        self.folder = folder
        self.anchors = {}

    def chain(self, case):
        path = self.folder / f"{case.name}.chain"
        path.write_bytes(case.file)
        return path

    def trust(self, case):
        if case.trust not in self.anchors:
            path = self.folder / f"anchors-{len(self.anchors)}.pem"
            path.write_bytes(hostile.pem(*(case.trust or hostile.anchors())))
            self.anchors[case.trust] = path
        return self.anchors[case.trust]

    def common(self, case):
        return ["--no-state", "--trust", self.trust(case), "--at", hostile.AT]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return Files(tmp_path_factory.mktemp("hostile"))


def unprintable(text):
    """What must not reach a terminal."""
    return sorted({f"U+{ord(char):04X}" for char in set(text)
                   if char != "\n" and char != "\t" and (unicodedata.category(char) in INVISIBLE or char in BIDI)})


def complaints(case, status, record):
    if case.expect == "refuse" and status != 2:
        yield f"{case.name}: accepted with status {status}"
    if case.expect == "accept" and status not in (0, 1):
        told = "; ".join(each["text"] for each in tool.findings(record) if each["severity"] == "critical")
        yield f"{case.name}: refused: {told}"
    if status not in STATUS.values():
        yield f"{case.name}: status {status}"


def run_list(cases, files, *options, timeout=TIMEOUT):
    lines = "".join(f"{files.chain(case)} {case.domain}\n" for case in cases)
    return tool.run(NAME, [*options, "-k", "--c2s", *files.common(cases[0]), "--pem-list", "-"], stdin=lines,
                    timeout=timeout)


def by_anchors(cases):
    groups = collections.defaultdict(list)
    for case in cases:
        groups[case.trust].append(case)
    return groups.values()


def limited(arguments):
    """In a release build the kernel ends what takes more CPU than it may."""
    command = [tool.find(NAME), *arguments]
    if tool.SANITIZED:
        return tool.run(command[0], command[1:], timeout=TIMEOUT)
    return tool.run("/usr/bin/prlimit", [f"--cpu={CPU_SECONDS}", *command], timeout=TIMEOUT)


def judge_alone(case, files):
    """As JSON and as text, each for both services."""
    options = [*files.common(case), "--pem", files.chain(case), case.domain]
    for form in ("-j", "--long"):
        run = limited([form, *options])
        assert run.status in STATUS.values(), f"{case.name}: killed, or no status of ours\n{run}"
        assert not unprintable(run.out + run.err), f"{case.name}: {unprintable(run.out + run.err)}\n{run}"
        assert run.out.count("\n") > 0, f"{case.name}: nothing is said\n{run}"
        if not tool.SANITIZED:
            assert run.maxrss_kb <= MEMORY_KB, f"{case.name}: {run.maxrss_kb} kB\n{run}"
        if form == "-j":
            record = run.record
            tool.assert_record_valid(record)
            assert STATUS[record["status"]] == run.status, f"{case.name}: the record says {record['status']}\n{run}"
            assert run.status == 0 or tool.findings(record), f"{case.name}: no finding\n{run}"
        found = list(complaints(case, run.status, record))
        assert not found, f"{found}\n{run}"


def test_there_are_enough_and_the_same_in_every_run():
    """Or a failure could not be repeated."""
    cases = hostile.mutated()
    assert len(cases) >= LEAST
    assert len({case.name for case in cases}) == len(cases)
    hostile.mutated.cache_clear()
    assert hostile.mutated() == cases
    counts = collections.Counter(case.expect for case in cases)
    assert counts["refuse"] > 1500 and counts["accept"] > 50, counts


def test_mutated_chains_as_a_list(files):
    wrong = []
    for cases in by_anchors(hostile.mutated()):
        run = run_list(cases, files, "-j")
        records = run.records
        assert len(records) == len(cases), f"{len(records)} records for {len(cases)} lines\n{run}"
        assert not unprintable(run.out + run.err), unprintable(run.out + run.err)
        for case, record in zip(cases, records):
            wrong += complaints(case, STATUS[record["status"]], record)
        for record in records[::1 if len(records) < 20 else 7]:
            tool.assert_record_valid(record)
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:50])


@pytest.mark.parametrize("form", ["--long", "--short", "--nagios", "--cron"])
def test_text_is_printable(form, files):
    """Decoded strictly, which the harness does not do: an octet that is no UTF-8 would look like an escape."""
    for cases in by_anchors(hostile.mutated()):
        lines = "".join(f"{files.chain(case)} {case.domain}\n" for case in cases)
        done = subprocess.run([tool.find(NAME), form, "-k", *files.common(cases[0]), "--pem-list", "-"],
                              input=lines.encode(), capture_output=True, timeout=TIMEOUT, env=tool.clean_environment())
        text = done.stdout.decode() + done.stderr.decode()
        assert done.returncode in (0, 1, 2) and not unprintable(text), (done.returncode, unprintable(text))


def test_sample_judged_alone(files):
    for case in random.Random(hostile.SEED).sample(hostile.mutated(), SAMPLE):
        judge_alone(case, files)


@pytest.mark.parametrize("group", hostile_large.GROUPS)
def test_large(group, files):
    seen = set()
    for case in hostile_large.large(group):
        assert case.name not in seen, case.name
        seen.add(case.name)
        judge_alone(case, files)
        files.chain(case).unlink()
    assert seen


@pytest.mark.parametrize("group", sorted(hostile_large.GROUPS.keys() - {"anchors"}))  # those have anchors of their own
def test_large_ones_in_one_process(group, files):
    """What one chain took must be given back for the next."""
    cases = [case for case in hostile_large.large(group) if case.trust is None]
    assert cases
    run = run_list(cases, files, "--short", "-J1")
    assert run.status == 2, run
    assert run.out.count("\n") >= len(cases)
    if not tool.SANITIZED:
        assert run.maxrss_kb <= MEMORY_KB, run
    for case in cases:
        files.chain(case).unlink()


def test_differing_key_identifier_is_told(files):
    """OpenSSL and GnuTLS refuse such a chain, RFC 5280 does not."""
    family = hostile.families()[0]
    other = hostile.key_ids(family.keys["leaf"].spki, family.keys["leaf"].spki)["issuer_key_id"]
    case = hostile.Case("key-identifier", hostile.pem(family.leaf(issuer_key_id=other), family.middle()), "accept")
    run = run_list([case], files, "-j")
    assert run.status == 1 and "cert-not-conforming" in tool.finding_ids(run.record), run
    assert "authority key identifier" in run.out
