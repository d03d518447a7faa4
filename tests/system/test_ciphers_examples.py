"""The examples of xmpp-ciphers(1) as they stand in the page: before and after, crontab, monitoring, pipes into jq.

The domain of the examples is one of Prosody's; behind it stands the resolver that knows it, and for those that read
domains from a file it stands in ~/.popt.
"""

import json
import os
import re
import subprocess

import pytest

import servers
import tool

NAME = "xmpp-ciphers"
PAGE = (tool.TOP / "man" / f"{NAME}.1").read_text(encoding="utf-8").replace("\\e", "\\")
EXAMPLES = PAGE[PAGE.index(".Sh EXAMPLES"):PAGE.index(".Sh DIAGNOSTICS")]
DOMAIN = "example.secure.test"
BEFORE = r"^\$ (xmpp-ciphers --json .*example.org > before.json)$"
TLS12_ONLY = {"protocol": "tlsv1_2"}

pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")


class Home:
    """A folder whose owner asks our resolver, and what he types there."""

    def __init__(self, folder, resolver):
        self.folder, self.resolver = folder, resolver
        (folder / ".popt").write_text(f"{NAME} alias --json --json --resolver {resolver}\n", encoding="utf-8")
        (folder / "domains").write_text(f"{DOMAIN}\n", encoding="utf-8")

    def example(self, pattern):
        found = re.search(pattern, EXAMPLES, re.MULTILINE)
        assert found, f"the page has no {pattern}"
        command = found[1].replace("/var/lib/ciphers", str(self.folder))
        return command.replace("example.org", f"{DOMAIN} --resolver {self.resolver}")

    def run(self, pattern):
        return self.sh(self.example(pattern))

    def sh(self, command):
        """As cron starts it: hardly any environment."""
        few = {"HOME": str(self.folder), "PATH": f"{tool.BUILD}/tools:/usr/bin:/bin", "LANG": "C.UTF-8"}
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=120, cwd=self.folder,
                              check=False, env={**kept, **few}, stdin=subprocess.DEVNULL)


@pytest.fixture
def home(tmp_path, dns):
    folder = tmp_path / "home"
    folder.mkdir()
    return Home(folder, dns.resolver)


@pytest.fixture
def serve(ca, dns, make_prosody):
    """serve(...) starts a server; the last one is where DNS leads to."""

    def start(key="ec", **options):
        dns.clear()
        server = make_prosody([servers.Host(DOMAIN, ca.issue(DOMAIN, key=key))], **options)
        server.publish(dns)
        return server

    return start


def test_before_and_after(home, serve):
    serve()
    home.run(BEFORE)
    compare = r"^\$ (xmpp-ciphers --diff before.json .*)$"
    same = home.run(compare)
    assert (same.returncode, same.stdout, same.stderr) == (0, "", ""), same
    serve(**TLS12_ONLY)
    changed = home.run(compare)
    lines = [line.split("\t") for line in changed.stdout.splitlines()]
    assert changed.returncode == 1 and {line[1] for line in lines} == {"c2s", "s2s"}, changed
    assert all(line[0] == DOMAIN and len(line) == 6 for line in lines), changed
    ways = {tuple(line[1:3]) for line in lines if line[4:] == ["version TLS1.3", "yes -> no"]}
    assert len(ways) == 4, f"both services, both ways in: {changed}"


def test_the_new_server_before_dns_leads_to_it(home, serve):
    old = serve()
    home.run(r"^\$ (xmpp-ciphers --json .* > old.json)$")
    command = home.example(r"^\$ (xmpp-ciphers --diff old.json --c2s .*)$")
    alike = home.sh(re.sub(r"new\.\S+ --resolver \S+", old.connect_to(), command, count=1))
    assert (alike.returncode, alike.stdout) == (0, ""), alike


def test_the_crontab_line_is_silent_until_something_changed(home, serve):
    serve()
    home.sh(home.example(r"^(xmpp-ciphers --json .*) > new.json$") + " > ciphers.json")
    command = home.example(r"^\S+ \S+ \* \* \* (xmpp-ciphers .*)$").replace(f"{home.folder}.json", "ciphers.json")
    same = home.sh(command)
    assert (same.returncode, same.stdout, same.stderr) == (0, "", ""), same
    serve(**TLS12_ONLY)
    assert "version TLS1.3\tyes -> no" in home.sh(command).stdout


def test_the_script_mails_a_change_once(home, serve):
    script = r"#!/bin/sh\n((?:.*\n)+?mv new.json old.json)$"
    serve()
    first = home.sh(home.example(script).replace("--rejudge --diff old.json", "--rejudge"))  # there is no old one yet
    assert first.returncode == 0 and (home.folder / "old.json").exists(), first
    assert home.run(script).stdout == ""
    serve(**TLS12_ONLY)
    assert "version TLS1.3\tyes -> no" in home.run(script).stdout
    assert home.run(script).stdout == ""


def test_the_check_of_a_monitoring_system(home, serve):
    serve(stock=True)
    done = home.run(r"^\$ (xmpp-ciphers --nagios (?:.*\\\n)+.*)$")
    assert done.returncode == 0 and re.fullmatch(
        rf"XMPPCIPHERS OK - {re.escape(DOMAIN)} .*, forward secrecy always \| suites=\d+ weak=0;;;0 insecure=0;;;0 "
        r"connections=\d+ time=[\d.]+s;;;0\n", done.stdout), done


def test_who_speaks_old_versions(home, serve):
    pipe = r"^\$ (xmpp-ciphers --json --versions-only < domains \| jq(?:.*\n)+?.*\.domain')$"
    serve(stock=True)
    assert home.run(pipe).stdout == ""
    serve(protocol="tlsv1+", ciphers="DEFAULT@SECLEVEL=0")
    assert home.run(pipe).stdout == f"{DOMAIN}\n"


def test_suites_by_how_many_accept_them(home, serve):
    serve(stock=True)
    done = home.run(r"^\$ (xmpp-ciphers --json --suites-only < domains \| jq(?:.*\n)+?.*sort -rn)$")
    assert ["2", "TLS_AES_256_GCM_SHA384"] in [line.split() for line in done.stdout.splitlines()], done


def test_nobody_has_a_post_quantum_group(home, serve):
    serve(stock=True)  # the OpenSSL of this system knows none
    pipe = home.example(r"^\$ (xmpp-ciphers --json --groups < domains \| jq(?:.*\n)+?.*@tsv')$")
    done = home.sh(pipe)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    record = {"domain": "a.test", "endpoints": [{"service": "s2s", "ciphers": {"groups": [
        {"name": "x25519"}, {"name": "X25519MLKEM768", "post_quantum": True}]}}]}
    filtered = home.sh(f"echo '{json.dumps(record)}' | {pipe.partition('domains | ')[2]}")
    assert filtered.stdout == "a.test\ts2s\n", filtered


def test_what_the_policy_would_take(home, serve):
    serve(key="rsa2048", protocol="tlsv1_2", ciphers="ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA")
    done = home.run(r"^\$ (xmpp-ciphers --json example.org \| jq(?:.*\n)+?.*@tsv')$")
    rows = {tuple(line.split("\t")) for line in done.stdout.splitlines()}
    assert {row[:3] for row in rows} == {("TLS1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", "weak")}, done
    assert all("RFC" in row[3] for row in rows), done


def test_one_tool_behind_the_other(home, serve):
    serve(stock=True)
    done = home.run(r"^\.Dl \$ (xmpp-starttls -j --first .*)$")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[1] for row in rows] == ["c2s", "s2s"] and all("suites" in row[7] for row in rows), done


def test_another_policy_on_what_was_seen(home, serve):
    serve(stock=True)
    home.run(BEFORE)
    done = home.run(r"^\.Dl \$ (xmpp-ciphers --rejudge .*)$")
    assert done.returncode == 1 and "\twarning\t" in done.stdout, done


def test_the_registry(home):
    names = home.run(r"^\$ (xmpp-ciphers --list --fs .*)$").stdout
    assert "ECDHE-RSA-AES128-GCM-SHA256" in names and " AES128-SHA " not in names
    assert home.run(r"^\$ (xmpp-ciphers --list \| grep .*)$").stdout.split()[:2] == [
        "0xC02F", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
