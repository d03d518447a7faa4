"""The examples of xmpp-certcheck(1) that run unattended, as they stand in the page: crontab, systemd, monitoring, pipes.

What a site would have in /etc/popt, where its resolver and its anchors are, stands in ~/.popt here; the domain of the
examples is one of Prosody's.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest

import tool

PAGE = (tool.TOP / "man" / "xmpp-certcheck.1").read_text(encoding="utf-8").replace("\\e", "\\")
EXAMPLES = PAGE[PAGE.index(".Sh EXAMPLES"):PAGE.index(".Sh DIAGNOSTICS")]
DOMAIN = "example.secure.test"


def example(pattern):
    """A line of the examples, with a domain that is there and the programs that were built."""
    found = re.search(pattern, EXAMPLES, re.MULTILINE)
    assert found, f"the page has no {pattern}"
    return found[1].replace("example.org", DOMAIN).replace("/usr/bin/xmpp-", f"{tool.BUILD}/tools/xmpp-")


@pytest.fixture
def home(tmp_path, ca, dns, make_prosody):
    """A home folder whose owner asks our resolver; `home.renew(...)` changes what the server shows."""
    server = make_prosody([DOMAIN])
    server.publish(dns)
    common = f"--resolver {dns.resolver} --trust {ca.file}"
    (tmp_path / ".popt").write_text("".join(
        f"{name} alias {option} {option} {common}\n"
        for name in ("xmpp-certcheck", "xmpp-starttls") for option in ("--cron", "--nagios", "--json", "--short")))
    return tmp_path


def sh(command, home, **env):
    """As cron and systemd start it: hardly any environment."""
    few = {"HOME": str(home), "PATH": f"{tool.BUILD}/tools:/usr/bin:/bin", "LANG": "C.UTF-8", **env}
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, cwd=home, check=False,
                          env={**kept, **few}, stdin=subprocess.DEVNULL)


def test_the_crontab_line_is_silent_while_all_is_well(home):
    command = example(r"^\S+ \S+ \* \* \* (xmpp-certcheck .*)$")
    done = sh(command, home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert (home / ".local/state/xmpp-tls-tools/history.db").exists()
    done = sh(command + " -w 100d", home)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines and all(DOMAIN in line and "WARNING" in line for line in lines), done


def test_the_unit_of_systemd(home):
    unit = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLES, re.MULTILINE))
    state = home / "var-lib"
    (state / unit["StateDirectory"]).mkdir(parents=True)
    variable, _, value = unit["Environment"].partition("=")
    done = sh(example(r"^ExecStart=(.*)$"), home, **{variable: value.replace("%S", str(state))})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert (state / unit["StateDirectory"] / "history.db").exists(), "where the unit may write"


def test_the_command_of_a_monitoring_system(home):
    done = sh(example(r"^ +command_line (.*)$").replace("$ARG1$", DOMAIN), home)
    assert done.returncode == 0 and re.fullmatch(
        rf"XMPPCERT OK - {re.escape(DOMAIN)} \d+ days, PKIX \| days=\d+;20:;7: .*\n", done.stdout), done
    icinga = json.loads(re.search(r"command = (\[[^]]*\])", EXAMPLES)[1].replace("$xmpp_domain$", DOMAIN))
    again = sh(shlex.join([f"{tool.BUILD}/tools/xmpp-certcheck", *icinga[1:]]), home)
    assert again.returncode == 0 and again.stdout.split(" | ")[0] == done.stdout.split(" | ")[0], again


def test_the_pipes(home):
    (home / "domains").write_text(f"{DOMAIN}\n")
    done = sh(example(r"^\$ (xmpp-starttls --json .*)$"), home)
    assert done.returncode == 0 and done.stdout.count("\tok\t") == 4, done
    days = sh(example(r"^\$ (xmpp-certcheck --json < domains \| jq(?:.*\n)+?.*sort -n \| uniq)$"), home)
    assert [line.split("\t")[1:] for line in days.stdout.splitlines()] == [[DOMAIN, "c2s"], [DOMAIN, "s2s"]], days


def test_the_files_of_a_folder(home, ca):
    folder = home / "certs"
    folder.mkdir()
    for name in ("a.test", "b.test"):
        (folder / f"{name}.crt").write_bytes(pathlib.Path(ca.issue(name).crt).read_bytes())
    command = example(r"^\$ (cd /etc/prosody/certs(?:.*\n)+?.*--pem-list -)$").replace("/etc/prosody/certs", str(folder))
    done = sh(command + f" --json --trust {ca.file} --c2s -k", home)
    assert [json.loads(line)["domain"] for line in done.stdout.splitlines()] == ["a.test", "b.test"], done
    assert done.returncode == 0, done
