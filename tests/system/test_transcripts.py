"""Plays transcripts/*.txt against the tools: one file, one behaviour, one test."""

import os
import pathlib
import unicodedata

import pytest

import peer as peers
import tool
import transcript

FOLDER = pathlib.Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
MEMORY_KB = 32 * 1024
ALONE = {  # nothing but the peer is asked, and nothing left behind
    "xmpp-certcheck": ["--no-state", "--no-caa", "--dane", "off", "--posh", "off", "--resolver", "127.0.0.1:1"],
}
SPARE_SECONDS = 15.0  # what a run may take beyond the deadline of its endpoint: less than a peer waits for a C line


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript_is_written_well(path):
    """So that a slip of the pen is found without a tool, and every file says what it is about."""
    script = transcript.read(path)
    assert script.about, "the first lines must say in a comment what the behaviour is, and its clause"
    assert script.connections and script.expectations


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path, ca):
    script = transcript.read(path)
    if not tool.built(script.tool) and "XTT_BUILD" not in os.environ:
        pytest.skip(f"{tool.find(script.tool)} is not built")
    play(script, ca)


def play(script, ca):
    arguments = ["-j", "--trust", ca.file, *ALONE.get(script.tool, []), *script.options]
    with peers.Peer(script, ca) as peer:
        result = tool.run(script.tool, arguments, stdin=peer.record(), timeout=script.timeout + 20)
    # the peer's complaints come first: when they are wrong, so are all others
    complaints = [*peer.failures, *unmet(script, result), *excess(script, result), *unescaped(result)]
    assert not complaints, f"{script.about}\n" + "\n".join(complaints) + f"\n{result}"


def excess(script, result):
    """Time and memory beyond what a run may use."""
    limit = script.timeout + SPARE_SECONDS
    if result.seconds > limit:
        yield f"took {result.seconds:.1f} s, more than {limit:g} s"
    if not tool.SANITIZED and result.maxrss_kb > MEMORY_KB:
        yield f"used {result.maxrss_kb} kB of memory, more than {MEMORY_KB} kB"


def unescaped(result):
    """What a peer sent must not steer a terminal: no control characters, not even the C1 ones behind UTF-8."""
    for where, text in (("stdout", result.out), ("stderr", result.err)):
        found = sorted({f"U+{ord(char):04X}" for char in text if unicodedata.category(char) == "Cc" and char not in "\n\t"})
        if found:
            yield f"{where} holds control characters: {', '.join(found)}"


def unmet(script, result):
    """Each expectation that the run did not meet."""
    try:
        record = result.record
        tool.assert_record_valid(record)
    except AssertionError as reason:
        yield str(reason).split("\n$ ", 1)[0]
        return
    if record.get("domain") != script.domain:
        yield f"the record is about {record.get('domain')!r}, not {script.domain!r}"
    seen = {(finding["id"], finding["severity"]) for finding in tool.findings(record)}
    for wish in script.expectations:
        if not _met(wish, result, record, seen):
            yield f"line {wish.line}: expected {wish.kind} {' '.join(map(str, wish.words))}; {_got(wish, result, record, seen)}"


def _met(wish, result, record, seen):
    if wish.kind == "status":
        return result.status == wish.words[0]
    if wish.kind == "record":
        path, value = wish.words
        try:
            got = tool.member(record, path)
        except KeyError:
            return False
        if isinstance(value, str) and value.startswith("~"):
            return value[1:] in str(got)
        return got == value and isinstance(got, bool) == isinstance(value, bool)
    found = any(pair[:len(wish.words)] == wish.words for pair in seen)
    return found == (wish.kind == "finding")


def _got(wish, result, record, seen):
    if wish.kind == "status":
        return f"got {result.status}, findings {', '.join(sorted(' '.join(pair) for pair in seen)) or 'none'}"
    if wish.kind == "record":
        try:
            return f"got {tool.member(record, wish.words[0])!r}"
        except KeyError as reason:
            return str(reason)
    return f"got {', '.join(sorted(' '.join(pair) for pair in seen)) or 'none'}"
