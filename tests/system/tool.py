"""Running the tools and looking at what came out."""

import contextlib
import difflib
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("XTT_BUILD", TOP / "build")).resolve()
SANITIZED = os.environ.get("XTT_SANITIZED") == "1"
SCHEMA = TOP / "libcommon" / "report" / "record.schema.json"
GOLDEN = TOP / "tests" / "data" / "golden"
update_golden = False  # set by --update-golden

MASKS = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b\d+(\.\d+)? ?ms\b"), "<ms>"),
    (re.compile(r'("\w*_ms": ?)\d+(\.\d+)?'), r"\1<ms>"),
    (re.compile(r"\b\d+\.\d+ s\b"), "<seconds>"),
    (re.compile(r"((?:127\.\d+\.\d+\.\d+|\[::1\]):)\d+"), r"\1<port>"),
    (re.compile(r'("port": ?)\d{4,5}'), r"\1<port>"),
    (re.compile(r"\b127\.\d+\.\d+\.\d+\b"), "<loopback>"),
]


class Result:
    """What a run left behind.  Its text is the failure message one wants to read."""

    def __init__(self, argv, status, out, err, maxrss_kb, seconds):
        self.argv, self.status, self.out, self.err = argv, status, out, err
        self.maxrss_kb, self.seconds = maxrss_kb, seconds

    @property
    def records(self):
        """The JSON lines of standard output."""
        try:
            return [json.loads(line) for line in self.out.splitlines()]
        except ValueError as reason:
            raise AssertionError(f"not JSON lines: {reason}\n{self}") from None

    @property
    def record(self):
        """The one record there must be."""
        records = self.records
        assert len(records) == 1, f"{len(records)} records instead of one\n{self}"
        return records[0]

    def expect(self, status=None, out=None, err=None):
        """Compares whole values; a difference is shown as a diff together with standard error."""
        if status is not None:
            assert self.status == status, f"status {self.status} instead of {status}\n{self}"
        if out is not None:
            assert self.out == out, f"{difference(out, self.out)}\n{self}"
        if err is not None:
            assert self.err == err, f"{difference(err, self.err)}\n{self}"
        return self

    def __str__(self):
        return (f"$ {' '.join(self.argv)}\nstatus {self.status}, {self.seconds:.2f} s, {self.maxrss_kb} kB\n"
                f"--- stdout\n{_shorten(self.out)}\n--- stderr\n{_shorten(self.err)}")

    __repr__ = __str__


def find(name):
    """The binary of a tool, or a program by its path."""
    if "/" in str(name):
        return str(name)
    return str(BUILD / "tools" / name)


def built(name):
    return os.access(find(name), os.X_OK)


def run(name, args=(), stdin="", timeout=30, env=None, cwd=None):
    """Runs a tool to its end.  A tool that is still running after `timeout` fails the test."""
    argv = [find(name), *map(str, args)]
    reader, writer = os.pipe()
    began = time.monotonic()
    with open(reader, encoding="ascii") as report:
        process = subprocess.Popen(
            ["/usr/bin/python3", "-I", "-S", str(HERE / "launch.py"), str(writer), *argv],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[writer], cwd=cwd,
            env={**clean_environment(), **(env or {})}, start_new_session=True)
        os.close(writer)
        try:
            out, err = process.communicate(_bytes(stdin), timeout)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a session of its own: the launcher and the tool
            out, err = process.communicate()
            raise AssertionError(f"still running after {timeout} s\n"
                                 + str(Result(argv, None, _text(out), _text(err), 0, timeout))) from None
        seconds = time.monotonic() - began
        status, maxrss = map(int, report.read().split())
    return Result(argv, status, _text(out), _text(err), maxrss, seconds)


def clean_environment():
    """Ours without what would change a tool's behaviour."""
    unwanted = ("NO_COLOR", "http_proxy", "https_proxy", "all_proxy", "LC_ALL", "LANGUAGE")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@functools.cache
def _validator():
    import jsonschema  # slow to import, and only needed here
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    kind.check_schema(schema)
    return kind(schema)


def assert_record_valid(record):
    """Against the installed schema; passes while the tree has none."""
    if not SCHEMA.exists():
        return
    faults = sorted(_validator().iter_errors(record), key=lambda fault: list(map(str, fault.absolute_path)))
    assert not faults, "the record breaks record.schema.json\n" + "\n".join(
        f"  {'.'.join(map(str, fault.absolute_path)) or '(top)'}: {fault.message[:300]}" for fault in faults)


def findings(record):
    """Every finding of a record: its own, and those of each section of each endpoint."""
    found = list(record.get("findings", []))
    for endpoint in record.get("endpoints", []):
        for section in endpoint.values():
            if isinstance(section, dict):
                found += section.get("findings", [])
    return found


def finding_ids(record):
    return {finding["id"] for finding in findings(record)}


def member(record, path):
    """`endpoints.0.starttls.encrypted`; KeyError says how far it went."""
    value = record
    for done, word in enumerate(path.split(".")):
        try:
            value = value[int(word)] if isinstance(value, list) else value[word]
        except (KeyError, IndexError, TypeError, ValueError):
            raise KeyError(f"no {word!r} at {'.'.join(path.split('.')[:done]) or 'the top'}") from None
    return value


def mask(text):
    """Takes out what differs from run to run."""
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def golden(name, text):
    """Compares masked output with tests/data/golden/NAME; `pytest --update-golden` writes it anew."""
    path = GOLDEN / name
    got = mask(text)
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(got, encoding="utf-8")
        return
    assert path.exists(), f"{path.relative_to(TOP)} is missing; --update-golden writes it\n{got}"
    wanted = path.read_text(encoding="utf-8")
    assert got == wanted, f"differs from {path.relative_to(TOP)}\n{difference(wanted, got)}"


def difference(wanted, got):
    return "".join(difflib.unified_diff(wanted.splitlines(True), got.splitlines(True), "wanted", "got"))


def _shorten(text, limit=8000):
    return text if len(text) <= limit else text[:limit] + f"… ({len(text)} characters)"


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def _text(data):
    return data.decode(errors="backslashreplace")
