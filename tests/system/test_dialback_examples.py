"""The manual page xmpp-dialback(1): its list of checks beside their table, and its examples as they stand there.

The domain of the examples is one of Prosody's, ours leads to this machine; behind both stands the resolver that knows
them, and for what reads domains from a file it stands in ~/.popt.
"""

import json
import os
import re
import subprocess

import pytest

import dialback
import tool

NAME = "xmpp-dialback"
PAGE = (tool.TOP / "man" / f"{NAME}.1").read_text(encoding="utf-8").replace("\\e", "\\")
CHECKS = PAGE[PAGE.index(".Sh CHECKS"):PAGE.index(".Sh OPTIONS")]
EXAMPLES = PAGE[PAGE.index(".Sh EXAMPLES"):PAGE.index(".Sh DIAGNOSTICS")]
TRIALS = (tool.TOP / "libcommon" / "xmpp" / "trial.c").read_text(encoding="utf-8").partition("\n};\n")[0]
ROW = re.compile(r"\[(TRIAL_\w+)\] = \{([^{}]*?)\}", re.DOTALL)
CAREFUL = {"stanza-unverified", "stanza-other-sender", "stanza-other-target", "unsolicited-result", "unsolicited-verify",
           "answer-other-id", "answer-swapped", "answer-twice", "back-unsolicited"}
KEY = "b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3"  # XEP-0220, of s3cr3tf0rd14lb4ck

pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")


# The list of checks.


def table():
    """{name: (words, whether it is usual, whether it needs a listener)} as the program has it."""
    checks = {}
    for _, row in ROW.findall(TRIALS):
        name, _, words, want, _ = re.findall(r'"((?:[^"\\]|\\.)*)"', row)
        checks[name] = f"{words}; wanted: {want}.", "true" in row, "OURS" in row
    return checks


def described(part=CHECKS):
    return {name: (words, bool(star))
            for name, star, words in re.findall(r"^\.It Cm ([a-z-]+)( \*)?\n(.*)$", part, re.MULTILINE)}


def test_page_describes_every_check(run):
    listed = run(NAME, ["--list-checks"]).expect(status=0).out.splitlines()
    assert {line.split()[0] for line in listed if line[:1].islower()} == set(table())
    assert {line.split()[0] for line in listed if line.split()[1] == "own"} == CAREFUL
    assert described() == {name: (words, usual) for name, (words, usual, _) in table().items()}


def test_page_says_who_may_run_what():
    parts = {title: described(text) for title, _, text in (each.partition("\n") for each in CHECKS.split("\n.Ss ")[1:])}
    assert set(parts.pop("Only between domains of your own")) == CAREFUL
    listening = {name for name, (_, _, needs) in table().items() if needs}
    assert not set(parts["Anybody may run these"]) & listening
    assert {*parts["With a listener"], *parts["With a listener, the other way"]} == listening - CAREFUL


def test_what_is_careful_is_not_usual():
    assert CAREFUL <= set(table()) and not any(usual for name, (_, usual, _) in table().items() if name in CAREFUL)


# The examples.


class Home:
    """A folder whose owner asks our resolver and trusts our authority, and what he types there."""

    def __init__(self, folder, resolver, trust, me, domain):
        self.folder, self.me, self.domain = folder, me, domain
        self.reach = f"--resolver {resolver} --trust {trust} --wait {5 * dialback.SLOW}"
        self.words = {"example.org": domain, "me.example": me.domain, "peer.test": me.domain, "listen 5269": f"listen {me.at}"}
        self.alias(self.reach)
        (folder / "domains").write_text(f"{domain}\n", encoding="utf-8")

    def alias(self, reach):
        (self.folder / ".popt").write_text("".join(f"{NAME} alias --{each} --{each} {reach}\n" for each in ("json", "short")),
                                           encoding="utf-8")

    def example(self, pattern):
        found = re.search(pattern, EXAMPLES, re.MULTILINE)
        assert found, f"the page has no {pattern}"
        command = found[1]
        for word, ours in self.words.items():
            command = command.replace(word, ours)
        return command

    def run(self, pattern, *more):
        """With the resolver behind the domain, unless an alias has it."""
        command = self.example(pattern)
        return self.sh(command.replace(f" {self.domain}", " ".join([f" {self.domain}", self.reach, *more]), 1))

    def sh(self, command, **names):
        """As cron starts it: hardly any environment."""
        few = {"HOME": str(self.folder), "PATH": f"{self.folder}:{tool.BUILD}/tools:/usr/bin:/bin", "LANG": "C.UTF-8", **names}
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=dialback.TIMEOUT,
                              cwd=self.folder, check=False, env={**kept, **few}, stdin=subprocess.DEVNULL)

    def script(self, name, text):
        """A program of the same user."""
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        file.chmod(0o755)


@pytest.fixture
def home(tmp_path, dns, ca, me):
    folder = tmp_path / "home"
    folder.mkdir()
    return lambda server: Home(folder, dns.resolver, ca.file, me, server.domains[0])


def test_many_domains_from_anywhere(home, federated):
    server = federated("prosody")
    done = home(server).run(r"^\.Dl \$ (xmpp-dialback --short .*)$")
    [line] = done.stdout.splitlines()
    assert line.split("\t")[:3] == [server.domains[0], "s2s", "starttls"] and "not_tested" in line, done


@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
def test_the_full_round(home, federated, kind):
    done = home(federated(kind)).run(r"^\.Dl \$ (xmpp-dialback --from me.example --listen .*)$", "--check round")
    assert done.returncode == 0 and "db:verify" in done.stdout and "key right" in done.stdout, done
    assert re.match(rf"OK {kind}-required\.test: verified us in [\d.]+ s", done.stdout), done


def test_whether_it_honours_what_our_authority_says(home, federated):
    done = home(federated("prosody")).run(r"^\$ (xmpp-dialback .*\\\n.*--answer invalid(?:.*\\\n)+.*)$", "--json")
    checks = json.loads(done.stdout)["endpoints"][0]["dialback"]["checks"]
    assert [each["check"] for each in checks] == ["wrong-key", "answer-invalid", "answer-error", "answer-close"], done
    assert all(each["state"] == "tested" and each["outcome"] != "valid" for each in checks), done


def test_how_it_would_authenticate_us(home, federated, ca):
    mine = home(federated("prosody", "secure"))
    certificate = ca.issue(mine.me.domain)
    (mine.folder / "fullchain.pem").write_bytes(certificate.crt.read_bytes())
    (mine.folder / "key.pem").write_bytes(certificate.key.read_bytes())
    done = mine.run(r"^\$ (xmpp-dialback .*--cert fullchain\.pem(?:.*\\\n)+.*)$")
    assert "authenticated encryption, by EXTERNAL" in done.stdout, done


def test_the_crontab_line_is_silent_until_something_is_wrong(home, federated, dns):
    server = federated("ejabberd")
    mine = home(server)
    line = mine.example(r"^\S+ \S+ \* \* \* (xmpp-dialback .*)$")
    good = mine.sh(line)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", ""), good
    dns.no_service(server.domains[0], "s2s")
    assert f"{server.domains[0]}\t" in mine.sh(line).stdout


def test_the_check_of_a_monitoring_system(home, federated):
    server = federated("ejabberd")
    done = home(server).run(r"^\.Dl \$ (xmpp-dialback --nagios .*)$")
    assert re.fullmatch(rf"XMPPDIALBACK OK - {re.escape(server.domains[0])} .* \| trials=\d+ time=[\d.]+s;;;0\n", done.stdout), done
    assert done.returncode == 0


def test_who_takes_dialback_in_clear(home, federated):
    pipe = r"^\$ (xmpp-dialback --json --check clear-result < domains .*\n(?:.*\n)+?.*\.domain')$"
    optional = federated("ejabberd", "optional")
    mine = home(optional)
    assert mine.run(pipe).stdout == f"{optional.domains[0]}\n"
    required = federated("ejabberd")
    (mine.folder / "domains").write_text(f"{required.domains[0]}\n", encoding="utf-8")
    assert mine.run(pipe).stdout == ""


def test_the_endpoints_of_another_tool(home, federated, dns):
    server = federated("prosody")
    mine = home(server)
    pipe = mine.example(r"^\.Dl \$ (xmpp-starttls -j --s2s .*)$").replace(server.domains[0], f"{server.domains[0]} --resolver {dns.resolver}")
    done = mine.sh(f"{pipe} --check verify-made-up {mine.reach}")
    assert done.returncode == 0 and done.stdout.split("\t")[:3] == [server.domains[0], "s2s", "starttls"], done


def test_every_hop(home, federated):
    done = home(federated("prosody")).run(r"^\$ (xmpp-dialback --json --from .*\n(?:.*\n)+?.*@tsv')$", "--check round")
    hops = [line.split("\t") for line in done.stdout.splitlines()]
    assert all(len(hop) == 5 and float(hop[0]) >= 0 for hop in hops), done
    elements = [hop[1:4] for hop in hops if hop[2] in ("result", "verify")]
    for step in (["sent", "result", "request"], ["received", "verify", "request"], ["sent", "verify", "valid"],
                 ["received", "result", "valid"]):
        assert step in elements, done
        elements = elements[elements.index(step):]


SEND = """
import socket, sys
import dialback
class Server:
    domains, address, port = [{domain!r}], {address!r}, lambda self, *_: {port}
with dialback.Client(Server()) as client:
    try:
        sys.exit(client.ping(sys.argv[1], 5) != "result")
    except TimeoutError:
        sys.exit(0)  # nothing came back
"""


@pytest.mark.parametrize("misbehaving", [True, False])
def test_a_server_in_continuous_integration(home, federated, dns, misbehaving):
    """Prosody calls, and drops what it had to send, because the answer is not one to its claim."""
    server = federated("prosody")
    mine = home(server)
    mine.alias(f"--resolver {dns.resolver}")  # does not trust its certificate, so that it has to prove itself by dialback
    script = mine.example(r"^(#!/bin/sh -e\n(?:.*\n)+?.*exchange\.json)$")
    if not misbehaving:
        script = script.replace("--misbehave swapped", "")
    mine.script("send.py", SEND.format(domain=server.domains[0], address=server.address, port=server.port("c2s", "starttls")))
    mine.script("send-a-message.sh", f"until ss -ltn | grep -q '{mine.me.at} '; do sleep 0.1; done\n"
                f"PYTHONPATH={tool.HERE} exec /usr/bin/python3 send.py $1 2>send.err")
    done = mine.sh(script)
    record = json.loads((mine.folder / "exchange.json").read_text())
    tool.assert_record_valid(record)
    assert (done.returncode, done.stdout) == ((0, "true\n") if misbehaving else (1, "believed\n")), f"{done}\n{record}"
    members = set(re.findall(r"[a-z_]+", PAGE[PAGE.index(".Ss Of --serve"):PAGE.index(".Sh ENVIRONMENT")]))
    assert set(record) <= members and set(record["served"]) <= members, record


def test_nodes_of_a_cluster(home, federated):
    """Each node is a folder, and ssh a program that goes there."""
    mine = home(federated("prosody"))
    mine.script("ssh", 'node=$1; shift; cd "$node" && exec "$@"')
    loop = mine.example(r"^\$ (for node in (?:.*\n)+?.*uniq -c)$").replace("/etc/xmpp/dialback.secret", "secret")
    for node, secret in {"a": "one", "b": "one", "c": "one"}.items():
        (mine.folder / node).mkdir()
        (mine.folder / node / "secret").write_text(secret)
        (mine.folder / node / "secret").chmod(0o600)
    alike = mine.sh(loop)
    assert re.fullmatch(r" +3 [0-9a-f]{64}\n", alike.stdout) and not alike.stderr, alike
    (mine.folder / "b" / "secret").write_text("another")
    other = mine.sh(loop)
    assert sorted(line.split()[0] for line in other.stdout.splitlines()) == ["1", "2"], other


def test_a_key_from_a_log(home, federated):
    mine = home(federated("prosody"))
    mine.words.clear()
    mine.script("pass", "printf '%s\\n' s3cr3tf0rd14lb4ck")
    command = mine.example(r"^\$ (pass show (?:.*\\\n)+.*)$")
    command = command.replace("example.net", "montague.example").replace("example.org", "capulet.example")
    right, wrong = mine.sh(command, KEY=KEY), mine.sh(command, KEY=KEY[::-1])
    assert (right.returncode, right.stdout, right.stderr) == (0, "right\n", ""), right
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (2, "wrong\n", ""), wrong
