"""The examples of xmpp-report(1), as they stand in the page.

What a site would have in /etc/popt, where its resolver and its anchors are, stands in ~/.popt here.
"""

import json
import os
import re
import subprocess

import pytest

import servers
import tool

PAGE = (tool.TOP / "man" / "xmpp-report.1").read_text(encoding="utf-8").replace("\\e", "\\")
EXAMPLES = PAGE[PAGE.index(".Sh EXAMPLES"):PAGE.index(".Sh DIAGNOSTICS")]
HURRY = PAGE[PAGE.index("In a hurry:"):PAGE.index(".Ed\n")]
DOMAIN = "report.secure.test"


def example(words):
    """The commands of the example that has these words."""
    for block in re.findall(r"^\.Bd .*\n((?:.*\n)*?)\.Ed$", EXAMPLES, re.MULTILINE):
        if words in block:
            return re.sub(r"^(\$ |17 \* \* \* \* )", "", block, flags=re.MULTILINE).replace("example.org", DOMAIN)
    raise AssertionError(f"the page has no {words}")


@pytest.fixture(scope="module")
def server(session_dir, ca, dns_session):
    host = servers.Host(DOMAIN, ca.issue(DOMAIN), {"alice": "secret"})
    server = servers.Prosody(session_dir / "prosody-report", ca, [host]).start()
    yield server
    server.stop()


@pytest.fixture
def home(tmp_path, ca, dns, server):
    """A home folder whose owner asks our resolver, with a list of two domains."""
    server.publish(dns, DOMAIN)
    common = f"--resolver {dns.resolver} --trust {ca.file}"
    examiners = ("xmpp-starttls", "xmpp-certcheck", "xmpp-ciphers", "xmpp-dialback")
    (tmp_path / ".popt").write_text("".join(f"{name} alias -j --json {common}\n" for name in examiners))
    (tmp_path / "domains").write_text(f"{DOMAIN}\nnowhere.secure.test\n")
    return tmp_path


def sh(command, home):
    few = {"HOME": str(home), "PATH": f"{tool.BUILD}/tools:/usr/bin:/bin", "LANG": "C.UTF-8"}
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return subprocess.run(["/bin/bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=600,
                          cwd=home, check=False, env={**kept, **few}, stdin=subprocess.DEVNULL)


def test_everything_that_the_tools_see_as_a_page(home):
    """The sentence of DESIGN.md."""
    command = example("status.html")
    assert command == ("xmpp-starttls -j < domains | xmpp-certcheck -j | xmpp-ciphers -j |\n"
                       "    xmpp-dialback -j | xmpp-report > status.html\n")
    done = sh(command, home)
    assert done.stderr == "", done
    page = (home / "status.html").read_text()
    assert page.rstrip().endswith("</html>") and DOMAIN in page and "nowhere.secure.test" in page
    assert "TLS_AES_256_GCM_SHA384" in page and "R11" not in page


def test_records_that_are_kept(home):
    done = sh(example("tee records"), home)
    assert done.stderr == "" and "2 domains" in done.stdout and "</html>" in (home / "status.html").read_text(), done
    records = [json.loads(line) for line in (home / "records").read_text().splitlines()]
    assert {record["domain"] for record in records} == {DOMAIN, "nowhere.secure.test"}
    for line in HURRY.splitlines():
        if line.startswith("xmpp-report") and "--diff" not in line:
            done = sh(line, home)
            assert (done.returncode, done.stderr) == (0, ""), done


def test_an_issue(home):
    done = sh(example("--markdown"), home)
    assert done.stderr == "" and f"| `{DOMAIN}` | " in done.stdout, done
    assert "encrypted, authenticated (PKIX)" in done.stdout, done


def test_metrics(home):
    (home / "metrics").mkdir()
    done = sh(example("--prometheus"), home)
    assert (done.stdout, done.stderr) == ("", ""), done
    assert os.listdir(home / "metrics") == ["xmpp.prom"]
    assert f'domain="{DOMAIN}"' in (home / "metrics" / "xmpp.prom").read_text()


def test_what_changed_since_yesterday(home):
    (home / "yesterday").write_text(sh("xmpp-starttls -j < domains | xmpp-certcheck -j", home).stdout)
    done = sh(example("--diff yesterday today"), home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    (home / "domains").write_text(f"{DOMAIN}\n")
    done = sh(example("--diff yesterday today"), home)
    assert done.stdout.startswith("nowhere.secure.test\tdisappeared\tdomain\tunknown\t-\n# 0 of 1 "), done


def test_what_a_configuration_made_worse(home):
    done = sh(example("--diff before -"), home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


def test_who_breaks_a_promise(home):
    done = sh(example("--manifesto"), home)
    assert re.search(r"^SW-1 +c2s +1 +0 +0 ", done.stdout, re.MULTILINE) and done.stderr == "", done
