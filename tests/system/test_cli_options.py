"""The command line of xmpp-starttls: what is wrong with it is told in one sentence before anything is done."""

import pexpect
import pytest

import tool

NOWHERE = ["--resolver", "127.0.0.1:1", "-t", "2"]


@pytest.fixture(scope="module")
def files(tmp_path_factory, ca):
    """Files by the names the table uses."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "empty").touch()
    (folder / "text").write_text("no PEM here\n")
    ours, other = ca.issue("ours.test"), ca.issue("other.test")
    return {"{folder}": folder, "{empty}": folder / "empty", "{text}": folder / "text", "{missing}": folder / "missing",
            "{cert}": ours.crt, "{key}": ours.key, "{otherkey}": other.key}


# options, pieces of the sentence
WRONG = [
    ("--nope", "--nope: unknown option"),
    ("-Z", "-Z: unknown option"),
    ("--timeout", "missing argument"),
    ("--c2s=5", "does not take an argument"),
    *((f"-t={value}", "not a number from 0.1 to 3600") for value in ("", "0", "-1", "x", "5x", "nan", "inf", "1e9")),
    *((f"{option}={value}", "not a number from 1 to 1000") for option in ("-J", "--per-host") for value in ("0", "-1", "x", "1001")),
    ("-J=1.5", "'1.5' is not a whole number"),
    *((f"--rate={value}", "not a number from 0.01 to 1000000") for value in ("0", "-1", "x", "nan")),
    ("--trust={missing}", "{missing}: No such file"),
    ("--trust={folder}", "{folder}: Is a directory"),
    ("--trust={empty}", "{empty} holds nothing to trust"),
    ("--trust={text}", "{text} holds no certificate"),
    ("--cert={missing}", "{missing}: No such file"),
    ("--cert={cert}", "no certificate with its key in {cert}: name the key with --key"),
    ("--key={key}", "--key needs --cert"),
    ("--cert={cert} --key={otherkey}", "{otherkey} does not belong to the certificate {cert}"),
    ("--cert={cert} --key={missing}", "{missing}: No such file"),
    ("--cert={text}", "{text}"),
    ("--tls-min=ssl3", "this GnuTLS cannot speak SSL 3.0"),
    ("--tls-max=ssl3", "this GnuTLS cannot speak SSL 3.0"),
    *((f"--tls-{end}={value}", "not a TLS version") for end in ("min", "max") for value in ("", "1.4", "ssl4")),
    *((f"--tls-{end}=ssl2", "this GnuTLS cannot speak SSL 2.0") for end in ("min", "max")),
    ("--tls-min=1.3 --tls-max=1.2", "TLS1.3, is newer than the newest, TLS1.2"),
    ("--priority=NORMAL:+NOPE", 'from character 8 on: "+NOPE"'),
    ("--priority=", "leaves nothing to offer"),
    ("--priority=NORMAL:-VERS-ALL", "leaves nothing to offer"),
    ("--pfs=maybe", "not prefer or require"),
    ("--color=blue", "not auto, always or never"),
    ("--policy=lax", "not bcp195, manifesto or strict"),
    *((f"--{word}=no-such", f"--{word}: 'no-such' is not the id of a finding") for word in ("ignore", "warning", "critical", "explain")),
    *((f"--connect={value}", "is not HOST[:PORT]") for value in ("", ":", ":5222", "h:", "h:0", "h:65536", "h:x", "[::1", "h:1:2")),
    ("--connect=h/x", "'/' at offset 1"),
    ("--connect=*.a.test", "'*' at offset 0"),
    (" ".join(["--connect=h"] * 17), "at most 16"),
    ("-6 --connect=127.0.0.1", "127.0.0.1 is no IPv6 address"),
    ("-4 --connect=[::1]:5222", "::1 is no IPv4 address"),
    *((f"--resolver={value}", "no ADDRESS or ADDRESS:PORT") for value in ("", "ns.example.org", "127.0.0.1:0", "127.0.0.1:x")),
    *((f"--proxy={value}", "socks5h://HOST:PORT") for value in ("", "x", "http://h:1", "socks4://h:1")),
    ("--proxy=socks5h://", "HOST:PORT"),
    ("--proxy=socks5h://127.0.0.1:0", "HOST:PORT"),
    ("--proxy=socks5h://u:p@127.0.0.1:1", "user name and password"),
    *((f"--{word}=a@b.test", f"--{word}: ") for word in ("to", "from", "servername")),
    *((f"--{word}=", f"--{word}: empty") for word in ("to", "from", "servername")),
    ("--alpn=a,,b", "--alpn: "),
    ("--alpn=,", "--alpn: "),
    ("--alpn=" + "x" * 256, "--alpn: a protocol of 256 octets"),
    ("--alpn=" + ",".join(["x"] * 9), "--alpn: more than 8 protocols"),
    ("--keylog={folder}", "{folder}: Is a directory"),
    ("--record={folder}", "{folder}: Is a directory"),
    ("--rejudge", "--rejudge reads records from standard input"),
]


@pytest.mark.parametrize("line,why", WRONG, ids=lambda value: value[:50])
def test_wrong_usage_is_one_sentence(run, files, line, why):
    """Status 3, nothing on standard output, nothing done; -q does not hide it."""
    for name, path in files.items():
        line, why = line.replace(name, str(path)), why.replace(name, str(path))
    words = [part for word in line.split(" ") for part in (word.split("=", 1) if word[1] != "-" else [word])]
    operands = [] if line == "--timeout" else ["a.test"]
    for quiet in ([], ["-q"]):
        result = run("xmpp-starttls", [*quiet, *NOWHERE, *operands, *words]).expect(status=3, out="")
        assert len(result.err.splitlines()) == 1 and result.err.startswith("xmpp-starttls: ") and why in result.err, result


def test_ssl_keylogfile_that_cannot_be_written(run, tmp_path):
    result = run("xmpp-starttls", [*NOWHERE, "a.test"], env={"SSLKEYLOGFILE": f"{tmp_path}/no/file"}).expect(status=3, out="")
    assert f"{tmp_path}/no/file: No such file" in result.err, result


@pytest.mark.parametrize("host,address", [("127.0.0.2", "127.0.0.2"), ("::1", "::1"), ("[::1]", "::1")])
@pytest.mark.parametrize("options,ports", [([], {("c2s", 5222), ("s2s", 5269)}), (["--direct-tls"], {("c2s", 5223), ("s2s", 5270)})])
def test_connect_without_port(run, host, address, options, ports):
    result = run("xmpp-starttls", ["-j", *NOWHERE, "--connect", host, *options, "a.test"])
    assert {(at["service"], at["port"]) for at in result.record["endpoints"]} == ports, result
    assert {at["address"] for at in result.record["endpoints"]} == {address}


def test_connect_is_repeatable_and_needs_no_dns(run, ca, prosody):
    result = run("xmpp-starttls", ["-j", "--c2s", *NOWHERE, "-t", "10", "--trust", ca.file, "--connect", prosody.connect_to(),
                                   "--connect", "127.0.0.1:1", "good.test"])
    assert [at["starttls"]["encrypted"] for at in result.record["endpoints"]] == [True, False], result


def test_family_narrows_the_endpoints(run, dns_peer):
    peer = dns_peer("honest", {("x.test", "A"): ["127.0.0.1"], ("x.test", "AAAA"): ["::1"]})
    for option, kind, addresses in (("-4", "A", {"127.0.0.1"}), ("-6", "AAAA", {"::1"})):
        peer.queries.clear()
        result = run("xmpp-starttls", ["-j", "--c2s", "--resolver", peer.resolver, option, "--connect", "x.test:1", "a.test"])
        assert {at["address"] for at in result.record["endpoints"]} == addresses, result
        assert {kind for _, kind, _ in peer.queries} == {kind}, "maybe twice, where we answered late"


def test_last_one_counts(run):
    result = run("xmpp-starttls", [*NOWHERE, "-j", "--short", "a.test"])
    assert result.out.startswith("a.test\t"), result
    result = run("xmpp-starttls", [*NOWHERE, "-j", "--c2s", "--s2s", "--connect", "127.0.0.1:1", "a.test"])
    assert {at["service"] for at in result.record["endpoints"]} == {"c2s", "s2s"}


def test_version(run):
    result = run("xmpp-starttls", ["-V"]).expect(status=0, err="")
    assert result.out.startswith("xmpp-starttls ") and result.out.count("\n") == 1, result
    run("xmpp-starttls", ["--version", "--nope"]).expect(status=0, out=result.out)


def test_help_and_explain_are_as_they_were(run):
    tool.golden("starttls-help.txt", run("xmpp-starttls", ["--help"]).expect(status=0, err="").out)
    tool.golden("starttls-usage.txt", run("xmpp-starttls", ["--usage"]).expect(status=0, err="").out)
    page = run("xmpp-starttls", ["--explain", "starttls-not-required"]).expect(status=0, err="").out
    tool.golden("starttls-explain.txt", page)


def test_every_finding_is_explained(run):
    ids = run("xmpp-starttls", ["--explain", "list"]).expect(status=0, err="").out.split()
    assert len(ids) > 50 and len(set(ids)) == len(ids)
    for each in ids[::7]:
        page = run("xmpp-starttls", ["--explain", each]).expect(status=0, err="").out
        assert page.startswith(f"{each}\n") and "seen" in page and "why" in page


def test_no_domain_on_a_terminal(run):
    talk = pexpect.spawn(tool.find("xmpp-starttls"), timeout=60, encoding="utf-8")
    talk.expect_exact("xmpp-starttls: no domain given: name one, or pipe in a list (try --help)")
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 3


def test_popt_aliases_of_the_user(run, ca, prosody, tmp_path):
    (tmp_path / ".popt").write_text(f"xmpp-starttls alias --ours --trust {ca.file} --c2s\n")
    args = ["-j", "--ours", "--connect", prosody.connect_to(), "good.test"]
    result = run("xmpp-starttls", args, env={"HOME": str(tmp_path)}).expect(status=0)
    assert [at["service"] for at in result.record["endpoints"]] == ["c2s"]
    run("xmpp-starttls", args, env={"HOME": "/nonexistent"}).expect(status=3)


def terminal(args, **env):
    """What a run prints on a terminal of 200 columns."""
    return pexpect.run(" ".join([tool.find("xmpp-starttls"), *map(str, args)]), timeout=120, encoding="utf-8",
                       env={**tool.clean_environment(), "TERM": "xterm", **env}, dimensions=(50, 200))


def test_colour_only_on_a_terminal_that_wants_it(run, ca, prosody):
    args = ["--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), "expired.test"]
    assert "\x1b[" in terminal(args)
    assert "\x1b[" not in terminal(args, NO_COLOR="1")
    assert "\x1b[" in terminal(args, NO_COLOR="")
    assert "\x1b[" not in terminal(args, TERM="dumb")
    assert "\x1b[" not in terminal([*args, "--color=never"])
    assert "\x1b[" in terminal([*args, "--color=always"], NO_COLOR="1")
    assert "\x1b[" not in run("xmpp-starttls", args).out
    assert "\x1b[" in run("xmpp-starttls", [*args, "--color=always"]).out


def test_regrading_a_finding(run, ca, prosody):
    def status(*options):
        args = ["-j", "--c2s", "--trust", ca.file, "--connect", prosody.connect_to(), *options, "expired.test"]
        result = run("xmpp-starttls", args)
        return result.status, {each["severity"] for each in tool.findings(result.record) if each["id"] == "cert-expired"}

    assert status() == (2, {"critical"})
    assert status("--warning", "cert-expired") == (1, {"warning"})
    assert status("--ignore", "cert-expired") == (0, set())
    assert status("--ignore", "cert-expired", "--critical", "cert-expired") == (2, {"critical"})
