"""xmpp-certcheck against four public suites of certificate chains, with verdicts that nobody in this project chose.

They lie beside the project, in shared/certs, whose README has the format and what other programs reach; $XTT_SHARED
names another folder. An acceptance is status 0 or 1, a refusal 2; every case graded `must` has to be right, and of all
cases that are scored more than the best other program gets.
"""

import concurrent.futures
import hashlib
import json
import lzma
import os
import pathlib
import random

import pytest

import tool

NAME = "xmpp-certcheck"
SHARED = pathlib.Path(os.environ.get("XTT_SHARED", tool.TOP.parent / "shared")) / "certs"
BEST = {"pkits": 111, "boringssl": 69, "gnutls": 47, "bettertls": 9419}  # of the other programs
STATUS = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
TIMEOUT = 900  # of a whole list; a sanitizer and a busy machine cost a lot
ARGUMENTS = ["--c2s", "--no-state", "-j"]

pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")


def cases_of(suite):
    path = SHARED / f"{suite}.jsonl.xz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    return [case for case in cases if not case["skip"]]


class Files:
    """The chains and anchors of cases, as files; many cases share their anchors."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, blocks):
        text = "".join(blocks)
        path = self.folder / (hashlib.sha256(text.encode()).hexdigest()[:32] + ".pem")
        if not path.exists():
            path.write_text(text, encoding="ascii")
        return path

    def common(self, case):
        """The options that all cases of one --pem-list run must share."""
        return ["--trust", str(self.write(case["trust"])), "--at", case["at"], *ARGUMENTS]


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


class Verdict:
    """What the tool made of a case."""

    def __init__(self, case, status, record):
        self.case, self.status, self.record = case, status, record

    @property
    def right(self):
        """Where a refusal is a matter of SHOULD, a warning will do."""
        if self.case["expected"] == "accept":
            return self.status in (0, 1)
        return self.status == 2 or (self.status == 1 and self.case["grade"] == "soft")

    def __str__(self):
        found = "; ".join(f"{each['id']}: {each['text']}" for each in tool.findings(self.record)
                          if each["severity"] != "info")
        note = " ".join((self.case["note"] or "").split())[:200]
        return (f"{self.case['id']} ({self.case['grade']}): {self.case['expected']}, got status {self.status}"
                f" [{found}] {note}")


def judge_alone(case, files):
    domain = [case["domain"]] if case["domain"] else []
    run = tool.run(NAME, ["--pem", files.write(case["chain"]), *files.common(case), *domain], timeout=120)
    record = run.record
    assert STATUS[record["status"]] == run.status, f"record and exit status differ\n{run}"
    tool.assert_record_valid(record)
    return Verdict(case, run.status, record)


def judge_each_alone(cases, files):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda case: judge_alone(case, files), cases))


def judge_as_list(cases, files):
    """One run for all cases that share anchors and moment."""
    groups = {}
    for case in cases:
        groups.setdefault(tuple(files.common(case)), []).append(case)
    verdicts = []
    for common, group in groups.items():
        lines = "".join(f"{files.write(case['chain'])} {case['domain'] or ''}\n" for case in group)
        run = tool.run(NAME, ["--pem-list", "-", "-k", *common], stdin=lines, timeout=TIMEOUT)
        records = run.records
        assert len(records) == len(group), f"{len(records)} records for {len(group)} lines\n{run}"
        statuses = [STATUS[record["status"]] for record in records]
        assert run.status == next(each for each in (2, 1, 3, 0) if each in statuses), run  # the worst of them
        verdicts += map(Verdict, group, statuses, records)
    return verdicts


def assert_good(suite, verdicts):
    broken = [each for each in verdicts if each.status not in (0, 1, 2)]
    assert not broken, f"{suite}: not judged:\n" + "\n".join(map(str, broken))
    scored = [each for each in verdicts if each.case["grade"] != "open"]
    wrong = [each for each in scored if not each.right]
    summary = (f"{suite}: {len(scored) - len(wrong)} of {len(scored)} right (best other program: {BEST[suite]}), "
               f"{sum(each.case['grade'] == 'must' for each in wrong)} `must` cases wrong")
    print(summary)
    listed = "\n".join([summary, *map(str, sorted(wrong, key=lambda each: each.case["grade"])[:100])])
    assert not [each for each in wrong if each.case["grade"] == "must"], listed
    assert len(scored) - len(wrong) >= min(BEST[suite] + 1, len(scored)), listed


@pytest.mark.parametrize("suite", ["pkits", "boringssl", "gnutls"])
def test_suite_is_judged_as_it_should_be(suite, files):
    assert_good(suite, judge_each_alone(cases_of(suite), files))


def test_bettertls_is_judged_as_it_should_be(files):
    verdicts = judge_as_list(cases_of("bettertls"), files)
    for each in verdicts[::100]:
        tool.assert_record_valid(each.record)
    assert_good("bettertls", verdicts)


@pytest.mark.parametrize("suite", BEST)
def test_list_and_single_file_agree(suite, files):
    """A sample both ways: a list is only another way to ask."""
    cases = cases_of(suite)
    sample = random.Random(0).sample(cases, min(len(cases), 40))
    together = {each.case["id"]: each for each in judge_as_list(sample, files)}
    differing = [f"{each}\n  in the list: {together[each.case['id']]}" for each in judge_each_alone(sample, files)
                 if each.status != together[each.case["id"]].status]
    assert not differing, "\n".join(differing)
