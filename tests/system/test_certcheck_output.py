"""What xmpp-certcheck prints, in every form, and what it says of wrong usage."""

import re
import shlex
import subprocess

import pytest

import tool
from certcheck import NAME, NO_DNS, OFFLINE

PERFDATA = re.compile(r"(\w+)=(-?\d+(?:\.\d+)?)(s?)(?:;([\d.]+:);([\d.]+:))?")


def tidy(text):
    """Without what differs from run to run: dates, the days of the authorities, widths of columns."""
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", "<date>", text)
    text = re.sub(r"\b(3999|4000) days", "<years>", text)
    text = re.sub(r"\t\d{4,5}\t", "\t<port>\t", text)
    return re.sub(r" {2,}", "  ", text)


@pytest.fixture
def look(ca, prosody):
    """look(domain, options...): all ways into the shared Prosody."""
    def start(domain, *args, ways=None):
        return tool.run(NAME, ["--no-state", *OFFLINE, "--trust", ca.file, *args], stdin=prosody.record(domain, ways))
    return start


@pytest.mark.parametrize("domain,status", [("good.test", 0), ("expired.test", 2), ("wrong-name.test", 2), ("no-chain.test", 2)])
def test_long_screen(look, domain, status):
    result = look(domain, "--long").expect(status=status, err="")
    tool.golden(f"certcheck-long-{domain}.txt", tidy(result.out))


def test_every_name(look):
    result = look("wrong-name.test", "--long", "--names").expect(status=2, err="")
    tool.golden("certcheck-names-wrong-name.test.txt", tidy(result.out))


@pytest.mark.parametrize("domain,status", [("good.test", 0), ("expired.test", 2)])
def test_short_lines(look, domain, status):
    result = look(domain).expect(status=status, err="")
    assert look(domain, "--short").out == result.out
    tool.golden(f"certcheck-short-{domain}.txt", tidy(result.out))
    assert {line.count("\t") for line in result.out.splitlines()} == {7}


def test_cron_is_silent_while_all_is_well(look, ca, prosody):
    look("good.test", "--cron").expect(status=0, out="", err="")
    lines = prosody.record("good.test") + prosody.record("rsa.test")
    tool.run(NAME, ["--no-state", "--cron", *OFFLINE, "--trust", ca.file], stdin=lines).expect(status=0, out="", err="")


@pytest.mark.parametrize("domain,lines", [
    ("expired.test", ["c2s (2 endpoints) CRITICAL certificate expired on <date>, 24 hours ago",
                      "s2s (2 endpoints) CRITICAL certificate expired on <date>, 24 hours ago"]),
    ("wrong-name.test", ["c2s (2 endpoints) CRITICAL the certificate names other.test, not wrong-name.test",
                         "s2s (2 endpoints) WARNING the certificate names other.test, not wrong-name.test"]),
])
def test_cron_says_a_line_for_each_problem(look, domain, lines):
    result = look(domain, "--cron").expect(status=2, err="")
    assert tidy(result.out).splitlines() == [f"{domain} {line}" for line in lines], result


def test_cron_and_a_domain_that_cannot_be_looked_up(ca):
    result = tool.run(NAME, ["--no-state", "--cron", *OFFLINE, "-t", "2"], stdin="nobody.test\n").expect(status=3, err="")
    assert result.out.startswith("nobody.test UNKNOWN ") and result.out.count("\n") == 1, result


def test_cron_over_several_domains(ca, prosody):
    """The worst counts, and who is well is not mentioned."""
    lines = "".join(map(prosody.record, ("good.test", "expired.test", "rsa.test")))
    result = tool.run(NAME, ["--no-state", "--cron", *OFFLINE, "--trust", ca.file], stdin=lines).expect(status=2, err="")
    assert {line.split()[0] for line in result.out.splitlines()} == {"expired.test"}, result


@pytest.mark.parametrize("domain,word,status,days", [("good.test", "OK", 0, 61), ("expired.test", "CRITICAL", 2, -2),
                                                     ("untrusted.test", "CRITICAL", 2, 61)])
def test_nagios(look, domain, word, status, days):
    result = look(domain, "--nagios").expect(status=status, err="")
    text, _, figures = result.out.rstrip("\n").partition(" | ")
    assert text.startswith(f"XMPPCERT {word} - {domain} {days} day") and "\n" not in figures and "|" not in figures, result
    parsed = {each[1]: each for each in map(PERFDATA.fullmatch, figures.split(" "))}
    assert set(parsed) == {"days", "chain_days", "time"} and float(parsed["days"][2]) == days, result
    assert (parsed["days"][4], parsed["days"][5]) == ("20:", "7:"), "below the figure is the alert"


def test_nagios_when_nothing_is_known():
    result = tool.run(NAME, ["--no-state", "--nagios", *NO_DNS, "-t", "2", "nobody.test"]).expect(status=3)
    assert result.out.startswith("XMPPCERT UNKNOWN - nobody.test ") and " | time=" in result.out, result


def test_operands_print_long_and_lines_short(ca, prosody):
    args = ["--no-state", *OFFLINE, "--c2s", "--trust", ca.file, "--connect", prosody.connect_to()]
    assert tool.run(NAME, [*args, "good.test"]).out.startswith("OK good.test: valid, 61 of 90 days left\n")
    assert tool.run(NAME, args, stdin="good.test\n").out.startswith("good.test\tc2s\tstarttls\t")


def test_what_to_publish_goes_alone_to_standard_output(look):
    """Several endpoints with one key: a record a port, and one fingerprint."""
    tlsa = look("good.test", "--tlsa").expect(status=0, err="").out.splitlines()
    assert len(tlsa) == 4 and all(re.fullmatch(r"_\d+\._tcp\.good\.test\. IN TLSA 3 1 1 [0-9a-f]{64}", line) for line in tlsa), tlsa
    assert look("good.test", "--posh-json").expect(status=0, err="").out.count("sha-256") == 1
    for form in ("--tlsa", "--posh-json"):
        nothing = tool.run(NAME, ["--no-state", *NO_DNS, "-t", "2", form, "nobody.test"]).expect(status=3, out="")
        assert nothing.err.startswith(f"{NAME}: nobody.test: ") and nothing.err.count("\n") == 1, nothing


def test_a_closed_pipe_ends_it_quietly(ca, prosody):
    record = prosody.record("good.test", [("c2s", "starttls")])
    words = shlex.join([tool.find(NAME), "--long", "--no-state", *OFFLINE, "--trust", str(ca.file)])
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {words} | head -1; echo ${{PIPESTATUS[0]}}"], input=record * 40,
                          capture_output=True, text=True, env=tool.clean_environment(), timeout=60)
    first, status = done.stdout.splitlines()
    assert first.startswith("OK good.test: ") and status in ("0", "141") and not done.stderr, done


def test_a_full_disk_is_told(ca, prosody):
    words = shlex.join([tool.find(NAME), "-j", "--no-state", *OFFLINE, "--trust", str(ca.file)])
    done = subprocess.run(["sh", "-c", f"{words} > /dev/full"], input=prosody.record("good.test"), capture_output=True, text=True,
                          env=tool.clean_environment(), timeout=60)
    assert done.returncode == 3 and "space" in done.stderr, done


def test_nothing_in_nothing_out(tmp_path):
    for form in ([], ["-j"], ["--cron"], ["--nagios"]):
        tool.run(NAME, ["--no-state", *form]).expect(status=0, out="", err="")


@pytest.mark.parametrize("args,says", [
    (["--at", "x"], "--at: 'x' is no time"),
    (["--at", "2026-13-01"], "--at: '2026-13-01' is no time"),
    (["-w", "0"], "--expire-warning: '0' is no span"),
    (["-c", "101%"], "--expire-critical: '101%' is no span"),
    (["--pin-sha256", "zz"], "--pin-sha256: 'zz' is no SHA-256"),
    (["--dane", "sometimes"], "--dane: 'sometimes' is not auto, require or off"),
    (["--dane", "always"], "--dane: 'always' is not"),
    (["--posh", "sometimes"], "--posh: 'sometimes' is not auto, always, require or off"),
    (["--subdomains", "a,,b"], "--subdomains: "),
    (["--verify-name", "a b"], "--verify-name: "),
    (["--crl", "/nonexistent"], "/nonexistent"),
    (["--crl", "/dev/null"], "/dev/null"),
    (["--trust", "/nonexistent"], "/nonexistent"),
    (["--pem", "a", "--pem-list", "b"], "--pem and --pem-list exclude each other"),
    (["--pem", "a", "--rejudge"], "exclude --rejudge"),
    (["--pem", "a", "x.test", "y.test"], "--pem-list judges many"),
    (["--pem-list", "a", "x.test"], "takes its domains from the list"),
    (["--pem-list", "/nonexistent"], "/nonexistent: No such file"),
    (["--accept"], "need the history"),
    (["--tofu"], "need the history"),
    (["--history"], "need the history"),
    (["--nonsense"], "--nonsense: unknown option"),
    (["--pem"], "--pem: missing argument"),
    (["--cron=x"], "does not take an argument"),
    (["--pin-sha256", "00" * 32] * 17, "at most 16"),
], ids=lambda word: " ".join(word)[:40] if isinstance(word, list) else "")
def test_wrong_options(args, says):
    """One sentence, nothing on standard output, and nobody is connected to."""
    result = tool.run(NAME, ["--no-state", *NO_DNS, *args], stdin="a.test\n").expect(status=3, out="")
    assert result.err.startswith(f"{NAME}: ") and result.err.count("\n") == 1 and says in result.err, result


def test_explanations_of_our_findings():
    for finding in ("cert-changed", "dane-mismatch", "posh-mismatch", "local-not-loaded", "pin-mismatch", "cert-revoked"):
        result = tool.run(NAME, ["--explain", finding]).expect(status=0, err="")
        assert result.out.startswith(finding) and "RFC" in result.out, result
