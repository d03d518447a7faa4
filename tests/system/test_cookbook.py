"""The pipelines of xmpp-tls-tools(7), as they stand in the page, and what comes out of them.

What a site would have in /etc/popt, where its resolver and its anchors are, programs of the same names put before ours.
`domains` holds one that is well, one whose certificate has expired, one whose server is old and talks in clear, too,
one that is not there, and a line that is no domain.
"""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import dbpeer
import dialback
import servers
import tool
from test_sendmsg_examples import CLIENT, Admin

PAGE = (tool.TOP / "man" / "xmpp-tls-tools.7").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("\n.Sh PIPELINES"):].split("\n.Sh ")[1]
# {the sentence before it: the pipeline}
RECIPES = {sentence: block.replace("\\e", "\\") for sentence, block in re.findall(
    r"^(\S.*)\n(?:Nobody.*\n|\.Pq .*\n)?\.Bd -literal -offset indent\n((?:.*\n)+?)\.Ed", SECTION, re.MULTILINE)}
WELL, TIRED, OLD, GONE = (f"{name}.cook.secure.test" for name in ("well", "tired", "old", "gone"))
WAYS = [("c2s", "starttls"), ("s2s", "starttls")]
DAY = "2026-11-22"  # all of it: no midnight comes between two runs
PASSWORD = "correct horse battery staple"
TOOLS = ("starttls", "certcheck", "ciphers", "dialback", "sendmsg")

pytestmark = pytest.mark.skipif("XTT_BUILD" not in os.environ and not tool.built("xmpp-report"),
                                reason="not all tools were built")


def recipe(start):
    """The one pipeline whose sentence begins like this."""
    [found] = [block for sentence, block in RECIPES.items() if sentence.startswith(start)]
    return found.replace("example.org", WELL).replace("admin@example.net", f"admin@{WELL}")


class Site:
    """Servers, DNS, and a home folder whose owner works there."""

    def __init__(self, folder, ca, zones):
        people = {"bot": PASSWORD, "admin": "secret"}
        self.folder, self.zones = folder / "home", zones
        certificate = ca.issue(WELL)
        hosts = [servers.Host(WELL, certificate, people), servers.Host(TIRED, ca.issue(TIRED, expired=True))]
        self.server = servers.Prosody(folder / "new", ca, hosts, modules=["smacks"]).start()
        for domain in self.server.domains:
            self.server.publish(zones, domain, WAYS)
        certificate_of_old = ca.issue(OLD, key="rsa2048", days=8)
        self.old = servers.Prosody(folder / "old", ca, [servers.Host(OLD, certificate_of_old)], protocol="tlsv1_2",
                                   ciphers="AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256").start()
        self.old.publish(zones, OLD, WAYS[:1])
        self.peer = dbpeer.Server(ca, zones, OLD, certificate_of_old, publish=False, tls="optional").__enter__()
        zones.service(OLD, "s2s", self.peer.port, self.peer.address, host=f"s2s.{OLD}")
        for service, transport in WAYS:
            port = self.server.port(service, transport)
            zones.publish(f"_{port}._tcp.xmpp.{WELL}", [("TLSA", *certificate.tlsa().split())])
        reach = f"--resolver {zones.resolver} --trust {ca.file}"
        for name in TOOLS:
            # Prosody says nothing where it cannot ask back, and nobody bounces what the test's own users get.
            more = {"dialback": "--wait 5 ", "sendmsg": "--wait ack "}.get(name, "")
            self.file(f"bin/xmpp-{name}", f'#!/bin/sh\nexec {tool.BUILD}/tools/xmpp-{name} {reach} {more}"$@"\n', 0o755)
        self.file("bin/date", f'#!/bin/sh\nexec /usr/bin/date --date={DAY} "$@"\n', 0o755)
        self.file(".config/xmpp-sendmsg", f"user bot@{WELL}\npassword {PASSWORD}\n", 0o600)
        self.file("domains", f"# ours\n{WELL}\n{TIRED}\n{OLD}\n{GONE}\n*.example.org\n")

    def file(self, name, text, mode=0o644):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def records(self, name):
        return [json.loads(line) for line in self.read(name).splitlines()]

    def sh(self, script, status=None):
        few = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        few.update(HOME=str(self.folder), LANG="C.UTF-8", PATH=f"{self.folder}/bin:{tool.BUILD}/tools:/usr/bin:/bin")
        done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, timeout=dialback.TIMEOUT,
                              cwd=self.folder, check=False, env=few, stdin=subprocess.DEVNULL)
        assert status is None or done.returncode == status, done
        return done

    def cook(self, start, status=None):
        return self.sh(recipe(start), status)

    def lines(self, start):
        """What comes out, sorted: results come as they are ready."""
        return sorted(self.cook(start).stdout.splitlines())

    def counts(self, start):
        """Of `uniq -c`."""
        done = self.cook(start)
        numbers = [int(line.split()[0]) for line in done.stdout.splitlines()]
        assert numbers == sorted(numbers, reverse=True), done
        return {name: int(number) for number, name in (line.split(None, 1) for line in done.stdout.splitlines())}

    def stop(self):
        self.server.stop()
        self.old.stop()
        self.peer.__exit__()
        self.zones.clear()


@pytest.fixture(scope="module")
def site(tmp_path_factory, ca, dns_session):
    if not shutil.which("jq"):
        pytest.skip("jq is not installed")
    made = Site(tmp_path_factory.mktemp("cookbook"), ca, dns_session)
    yield made
    made.stop()


@pytest.fixture
def admin(site):
    with Admin(site.server, user="admin", password="secret") as admin:
        yield admin


@pytest.fixture(scope="module")
def today(site):
    """All tools at once: what most of the others begin with."""
    done = site.cook("All tools over one list")
    assert {record.get("domain") for record in site.records("today.jsonl")} == {WELL, TIRED, OLD, GONE, None}, done
    return site


def test_all_tools_at_once(today):
    for record in today.records("today.jsonl"):
        tool.assert_record_valid(record)
        sections = {name for endpoint in record["endpoints"] for name in endpoint}
        assert set(TOOLS[:4]) <= sections or record.get("domain") in (GONE, None), record
    page = today.read("status.html")
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert all(name in page for name in (WELL, TIRED, OLD, GONE))


def test_what_is_wrong(site):
    done = site.cook("What is critical, and then in full", status=2)
    assert re.findall(r"^(\w+) (\S+): ", done.stdout, re.MULTILINE)[0] == ("CRITICAL", TIRED), done
    assert "expired" in done.stdout and WELL not in done.stdout, done


def test_what_is_in_the_records(today):
    counts = today.counts("All findings by frequency")
    assert counts["cert-expired"] >= 2, counts
    assert {"invalid-input", "dialback-in-clear", "cert-expires-soon"} <= set(counts), counts
    assert today.lines("Which lines could not be read") == [
        "xmpp-starttls: *.example.org is a wildcard: give the domain only: example.org"]
    today.cook("What could not be checked", status=3)
    [again] = today.records("again.jsonl")
    assert again["domain"] == GONE and again["status"] == "unknown"
    today.cook("A note of one's own", status=3)
    [noted] = today.records("audit.jsonl")
    assert (noted["domain"], noted["asked_by"]) == (GONE, "the audit of 2026")


def test_every_day(site):
    (site.folder / "domains.all").write_text(site.read("domains"))
    site.file("domains", f"{WELL}\n")
    site.cook("A run that was cut short")
    [name] = [path.name for path in site.folder.glob("20*.jsonl")]
    assert name.startswith(DAY)
    assert [record["domain"] for record in site.records(name)] == [WELL]
    first = site.read(name)
    (site.folder / "domains").write_text(site.read("domains.all"))
    site.cook("A run that was cut short")
    assert site.read(name).startswith(first), "what was there is there"
    seen = [record.get("domain", record.get("input")) for record in site.records(name)]
    assert sorted(seen) == sorted([WELL, TIRED, OLD, GONE, "*.example.org"]), "each of them once"


def test_messages(site, admin):
    site.cook("What is wrong with certificates, as a message")
    text = admin.body()
    assert TIRED in text and OLD in text and WELL not in text, text
    site.cook("A message only when something is critical", status=0)
    message = admin.message()
    assert message.findtext(f"{CLIENT}subject") == "TLS is broken"
    assert {line.split("\t")[0] for line in message.findtext(f"{CLIENT}body").splitlines()} == {TIRED}
    everything = site.read("domains")
    site.file("domains", f"{WELL}\n")
    for start in ("What is wrong with certificates, as a message", "A message only when something is critical"):
        site.cook(start, status=0)
    site.file("domains", everything)
    site.cook("A message only when something is critical", status=0)
    assert admin.message().findtext(f"{CLIENT}subject") == "TLS is broken"
    assert admin.body(timeout=0.1) is None, "nothing was sent while all was well"


def test_what_changed(today, admin):
    records = today.records("today.jsonl")
    for record in records:
        if record.get("domain") == TIRED:  # it had not expired yet
            record["status"] = "ok"
            for endpoint in record["endpoints"]:
                endpoint["starttls"].update(status="ok", findings=[], authenticated=True, authenticated_by=["pkix"])
                endpoint["certcheck"].update(status="ok", findings=[], authenticated=True, authenticated_by=["pkix"])
    today.file("yesterday.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    today.cook("What changed since yesterday", status=0)
    text = admin.body()
    assert {line.split("\t")[0] for line in text.splitlines()} == {TIRED} and "cert-expired" in text, text


def test_metrics(site):
    home = "/var/lib/prometheus/node-exporter"
    script = recipe("Metrics for Prometheus")
    assert home in script
    (site.folder / "collector").mkdir(exist_ok=True)
    done = site.sh(script.replace(home, "collector"))
    metrics = site.read("collector/xmpp.prom")
    for domain in (WELL, TIRED, OLD):
        assert re.search(rf'^xmpp_tls_\w+\{{.*"{re.escape(domain)}"', metrics, re.MULTILINE), done
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done


def test_before_a_change(today):
    strict = today.lines("Who would fail under a stricter policy")
    assert TIRED in strict and OLD in strict and WELL not in strict, strict
    script = recipe("What did the new configuration")
    assert "# here the server is restarted\n" in script
    assert today.sh(script, status=0).stdout == "", "nothing did"
    [before] = today.records("before.jsonl")
    assert before["domain"] == WELL
    for endpoint in before["endpoints"]:  # it had taken something else
        for version in endpoint["ciphers"]["versions"]:
            version["suites"] = version.get("suites", [])[1:]
    today.file("before.jsonl", json.dumps(before))
    done = today.sh(script.split("# here the server is restarted\n")[1], status=1)
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} == {WELL}, done
    done = today.cook("How would all of them stand under each policy")
    rows = re.findall(r"^  (bcp195|manifesto|strict) +(\d+) +(\d+) +(\d+) +(\d+)$", done.stdout, re.M)
    assert [(name, sum(map(int, counts))) for name, *counts in rows] == [
        ("bcp195", 4), ("manifesto", 4), ("strict", 4)], done
    script = recipe("Is what a client of today needs there")
    assert today.sh(script, status=0).stdout == "true\n"
    assert today.sh(script.replace(WELL, TIRED), status=1).stdout == "false\n"


def test_about_many(today):
    done = today.cook("In numbers and shares")
    assert re.search(r"TLS ?1\.2", done.stdout) and "forward secrecy" in done.stdout.lower(), done
    rows = list(csv.DictReader(today.read("endpoints.csv").splitlines()))
    assert {WELL, TIRED, OLD} <= {row["domain"] for row in rows}, rows
    assert "SW-" in today.read("promises.txt") and OLD in today.read("promises.txt")
    assert today.lines("Domains with an endpoint that stays at TLS 1.2") == [OLD]
    assert today.lines("One connection, two tools") == sorted([TIRED, OLD])
    assert today.lines("Who still accepts a suite without forward secrecy") == [OLD]
    assert today.lines("Who still takes dialback in clear") == [OLD]


def section(name, **facts):
    """An endpoint at which that tool saw this."""
    return {"service": "c2s", "address": "192.0.2.7", name: {"status": "ok", "findings": [], **facts}}


# What is absent from a record is no answer: a refused connection, a domain without endpoints, a line that is no domain.
BARE = [{"domain": f"{name}-refused.test", "status": "critical", "findings": [], "endpoints": [section(name)]}
        for name in TOOLS[:4]]
BARE += [{"domain": "gone.test", "status": "unknown", "findings": [], "endpoints": []},
         {"input": "a b", "status": "unknown", "findings": [], "endpoints": []}]


def seen(name, kind, *facts):
    """A record each: of that domain at one endpoint, beside one that was refused."""
    return [{"domain": f"{kind}{i}.test", "status": "ok", "endpoints": [section(name, **each), section(name)]}
            for i, each in enumerate(facts)]


def dane(*statuses):
    return [{"dane": {"status": status}} for status in statuses]


@pytest.mark.parametrize("start,yes,no", [
    ("Who publishes no DANE records",
     seen("certcheck", "yes", *dane("none", "no-usable", "insecure", "mismatch", "bogus")),
     seen("certcheck", "no", *dane("match", "failed", "unknown", "not-checked"))),
    ("One connection, two tools", seen("certcheck", "yes", {"days_left": 9}, {"days_left": 0}, {"days_left": -1}),
     seen("certcheck", "no", {"days_left": 10})),
    ("Domains with an endpoint that stays at TLS 1.2", seen("starttls", "yes", {"tls": {"version": "TLS1.2"}}),
     seen("starttls", "no", {"tls": {"version": "TLS1.3"}})),
    ("Who still accepts a suite without forward secrecy",
     seen("ciphers", "yes", {"versions": [{"version": "TLS1.0"}, {"suites": [{"forward_secrecy": False}]}]}),
     seen("ciphers", "no", {"versions": [{"suites": [{"forward_secrecy": True}, {}]}]})),
    ("Who still takes dialback in clear", seen("dialback", "yes", {"findings": [{"id": "dialback-in-clear"}]}),
     seen("dialback", "no", {"findings": [{"id": "dialback-failed"}]})),
    ("Is what a client of today needs there", [], [])])
def test_what_a_record_lacks_is_no_answer(start, yes, no):
    program = "jq " + recipe(start).split("| jq ")[1]

    def ask(records):
        text = "".join(json.dumps(record) + "\n" for record in records)
        return subprocess.run(["/bin/sh", "-c", program], input=text, capture_output=True, text=True, check=False)

    if not yes:  # a test, of one record, which fails unless it is proved
        assert [ask([record]).stdout for record in BARE] == ["false\n"] * len(BARE)
        assert all(ask([record]).returncode for record in BARE)
        return
    done = ask([*yes, *BARE, *no])
    assert (done.stdout.split(), done.stderr) == ([record["domain"] for record in yes], ""), done


def test_about_hosts(site):
    assert site.lines("Who publishes no DANE records") == sorted([TIRED, OLD])
    assert site.counts("Which addresses serve most domains") == {
        site.server.address: 2, site.old.address: 1, site.peer.address: 1}
    [(issuer, domains)] = site.counts("Who issued their certificates").items()
    assert "CN=" in issuer and domains == 3
    done = site.cook("Several processes write into one pipe")
    lines = [line.split("\t") for line in site.read("lines").splitlines()]
    assert {line[0] for line in lines} == {WELL, TIRED, OLD, GONE, "*.example.org"}, done
    assert {len(line) for line in lines} == {8}, done


def test_every_recipe_is_run():
    """By the tests above: what they ask for, and what the page has."""
    text = pathlib.Path(__file__).read_text(encoding="utf-8")
    asked = re.findall(r"""(?:cook|recipe|lines|counts)\(["']([A-Z][^"']+)["']""", text)
    asked += ["A note of one's own"]
    assert len(RECIPES) == SECTION.count(".Bd -literal") >= 20
    assert [sentence for sentence in RECIPES if not sentence.startswith(tuple(asked))] == []
