"""Keys of XEP-0185 offline: the published vectors, where the secret comes from, and what is told of a key."""

import json
import os
import pathlib
import subprocess

import pytest

import tool

NAME = "xmpp-dialback"
DATA = json.loads((tool.TOP / "tests" / "data" / "dialback-key-vectors.json").read_text(encoding="utf-8"))
VECTORS = DATA["vectors"]
SECRET = "s3cr3tf0rd14lb4ck"
KEY = "b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3"  # XEP-0220, section 2.1
STREAM = ["--to", "montague.example", "--from", "capulet.example", "--id", "D60000229F"]

pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")


def stream(vector):
    return ["--to", vector["receiving_server"], "--from", vector["originating_server"], "--id", vector["stream_id"]]


def label(vector):
    return f"{vector['originating_server']} {vector['stream_id']}"


@pytest.fixture
def secret(tmp_path):
    """secret(octets) gives a file that its owner alone can read."""

    def write(content=SECRET, mode=0o600):
        file = tmp_path / "secret"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(mode)
        return file

    return write


@pytest.mark.parametrize("vector", [each for each in VECTORS if each["secret"]], ids=label)
def test_published_vectors(run, secret, vector):
    file = secret(vector["secret"])
    run(NAME, ["--make-key", "--secret-file", file, *stream(vector)]).expect(status=0, out=vector["key"] + "\n", err="")
    run(NAME, ["--verify-key", vector["key"], "--secret-file", file, *stream(vector)]).expect(0, "right\n", "")


@pytest.mark.parametrize("case", DATA["negative"], ids=lambda case: case["why"])
def test_keys_that_others_get_wrong(run, secret, case):
    vector = VECTORS[case["source_vector"]]
    file = secret(vector["secret"])
    run(NAME, ["--verify-key", case["wrong_key"], "--secret-file", file, *stream(vector)]).expect(2, "wrong\n", "")


@pytest.mark.parametrize("key", [KEY[:-1], KEY + "0", KEY.upper(), "0", KEY[:-1] + "4", KEY + KEY],
                         ids=["shorter", "longer", "upper case", "one digit", "the last digit", "twice"])
def test_another_key_is_wrong(run, secret, key):
    run(NAME, ["--verify-key", key, "--secret-file", secret(), *STREAM]).expect(2, "wrong\n", "")


def test_white_space_around_a_key_is_not_part_of_it(run, secret):
    run(NAME, ["--verify-key", f"\n   {KEY}\t\r\n", "--secret-file", secret(), *STREAM]).expect(0, "right\n", "")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_one_line_end_behind_the_secret_does_not_count(run, secret, end):
    run(NAME, ["--make-key", "--secret-file", secret(SECRET + end), *STREAM]).expect(0, KEY + "\n", "")


@pytest.mark.parametrize("content", [SECRET + "\n\n", " " + SECRET, SECRET + " ", SECRET + "\r", SECRET + "\0"],
                         ids=["two LF", "blank before", "blank behind", "CR", "NUL"])
def test_every_other_octet_of_the_secret_counts(run, secret, content):
    key = run(NAME, ["--make-key", "--secret-file", secret(content), *STREAM]).expect(status=0, err="").out
    assert len(key) == 65 and key != KEY + "\n"


@pytest.mark.parametrize("how", ["pipe", "file", "standard input"])
def test_the_secret_from_a_descriptor(secret, how):
    """As a process substitution or a secret manager hands it over: no file that others could open."""
    shell = {"pipe": f"exec 7< <(printf %s {SECRET}); exec \"$0\" \"$@\" --secret-file fd:7",
             "file": f"exec \"$0\" \"$@\" --secret-file fd:7 7< {secret()}",
             "standard input": f"printf '%s\\n' {SECRET} | \"$0\" \"$@\" --secret-file fd:0"}[how]
    done = subprocess.run(["bash", "-c", shell, tool.find(NAME), "--make-key", *STREAM], capture_output=True, text=True,
                          timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, KEY + "\n", ""), done


@pytest.mark.parametrize("content, sentence", [
    ("", "an empty secret is none"), ("\n", "an empty secret is none"), ("\r\n", "an empty secret is none"),
    ("x" * 4097, "a secret has 4096 octets at most"), ("x" * 1000000, "a secret has 4096 octets at most")],
    ids=["nothing", "LF", "CR LF", "one octet too many", "far too many"])
def test_what_is_no_secret(run, secret, content, sentence):
    file = secret(content)
    run(NAME, ["--make-key", "--secret-file", file, *STREAM]).expect(3, "", f"{NAME}: {file}: {sentence}\n")


def test_the_longest_secret(run, secret):
    assert len(run(NAME, ["--make-key", "--secret-file", secret("x" * 4096 + "\r\n"), *STREAM]).expect(status=0).out) == 65


@pytest.mark.parametrize("file, sentence", [
    ("/nonexistent/secret", "No such file or directory"), ("/", "Is a directory"), ("fd:99", "Bad file descriptor"),
    ("fd:", "Bad file descriptor"), ("fd:-1", "Bad file descriptor"), ("fd:0x", "Bad file descriptor"),
    ("fd:99999999999999999999", "Bad file descriptor"), ("/dev/zero", "a secret has 4096 octets at most"),
    ("fd:0", "an empty secret is none")])
def test_secrets_that_cannot_be_read(run, file, sentence):
    run(NAME, ["--make-key", "--secret-file", file, *STREAM]).expect(3, "", f"{NAME}: {file}: {sentence}\n")


@pytest.mark.parametrize("mode, warned", [(0o600, False), (0o640, False), (0o644, True), (0o604, True)])
def test_who_else_can_read_the_secret(run, secret, mode, warned):
    file = secret(mode=mode)
    warning = f"{NAME}: {file}: every user of this machine can read this secret (chmod o-r)\n" if warned else ""
    run(NAME, ["--make-key", "--secret-file", file, *STREAM]).expect(0, KEY + "\n", warning)
    run(NAME, ["-q", "--make-key", "--secret-file", file, *STREAM]).expect(0, KEY + "\n", "")


def test_the_secret_never_shows(run, secret):
    for options in (["--make-key"], ["--verify-key", KEY], ["--verify-key", "0"]):
        result = run(NAME, [*options, "-vv", "--secret-file", secret(), *STREAM])
        assert SECRET not in result.out + result.err


def test_no_option_takes_a_secret(run):
    """A command line is for everybody to read (ps), and stays in the history of the shell."""
    assert "--secret " not in run(NAME, ["--help"]).out
    result = run(NAME, ["--make-key", f"--secret={SECRET}", *STREAM]).expect(status=3, out="")
    assert "--secret" in result.err


@pytest.mark.parametrize("to, sender", [("MONTAGUE.Example", "Capulet.example."), ("montague.example.", "capulet.EXAMPLE")])
def test_domains_are_written_as_servers_write_them(run, secret, to, sender):
    done = run(NAME, ["--make-key", "--secret-file", secret(), "--to", to, "--from", sender, "--id", "D60000229F"])
    done.expect(0, KEY + "\n", "")


def test_a_label_in_either_form_stays_what_it_is(run, secret):
    def key(domain):
        return run(NAME, ["--make-key", "--secret-file", secret(), "--to", "xmpp.example.com", "--from", domain,
                          "--id", "abc123"]).expect(status=0, err="").out

    assert key("xn--bcher-kva.example") == key("XN--BCHER-KVA.example") != key("b\u00fccher.example")
    assert key("b\u00fccher.example") == key("B\u00dcCHER.example")


def test_a_stream_id_is_taken_by_the_letter(run, secret):
    keys = {run(NAME, ["--make-key", "--secret-file", secret(), *STREAM[:4], "--id", each]).expect(status=0).out
            for each in ("abc", "ABC", " abc", "'", "\u00fc", "-", "x" * 5000)}
    assert len(keys) == 7


def test_full_disk(secret):
    if not pathlib.Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    for options in (["--make-key"], ["--verify-key", KEY]):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([tool.find(NAME), *options, "--secret-file", str(secret()), *STREAM], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        assert done.returncode == 3 and "standard output" in done.stderr, done


def test_list_of_checks(run):
    """A line each, by the names that --check takes."""
    out = run(NAME, ["--list-checks"]).expect(status=0, err="").out
    names = {line.split()[0] for line in out.splitlines() if line.strip()}
    assert {"verify-made-up", "round", "back-unsolicited"} <= names, out
