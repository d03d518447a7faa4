"""The examples of xmpp-sendmsg(1) as they stand in the page: crontab, systemd, monitoring, pipes, rooms.

example.org and example.net are one domain of a Prosody here, whose administrator is logged in with a client of his own. The way
to our resolver and our anchors is put between by a program of the same name, as a site would have it in /etc/popt.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

import pytest

import dialback
import servers
import tool

NAME = "xmpp-sendmsg"
PAGE = (tool.TOP / "man" / f"{NAME}.1").read_text(encoding="utf-8").replace("\\e", "\\")
EXAMPLES = PAGE[PAGE.index(".Sh EXAMPLES"):PAGE.index(".Sh DIAGNOSTICS")]
DOMAIN = "sendmsg-examples.secure.test"
ROOM = f"ops@conference.{DOMAIN}"
PASSWORD = "correct horse battery staple"
CLIENT, MUC, OWNER = "{jabber:client}", "http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#owner"

pytestmark = pytest.mark.skipif(not tool.built(NAME) and "XTT_BUILD" not in os.environ, reason=f"no {NAME} was built")


class Admin(dialback.Client):
    """admin@example.net, who reads what comes."""

    def message(self, timeout=15):
        """The next message with a text; None if none comes."""
        end = time.monotonic() + timeout * dialback.SLOW
        while (left := end - time.monotonic()) > 0:
            try:
                found = self.stream.next(left)
            except TimeoutError:
                return None
            if found.tag == f"{CLIENT}message" and found.find(f"{CLIENT}body") is not None:
                return found
        return None

    def body(self, timeout=15):
        found = self.message(timeout)
        return None if found is None else found.findtext(f"{CLIENT}body")

    def confirm(self, message):
        """XEP-0184."""
        assert message.find("{urn:xmpp:receipts}request") is not None, "no receipt was asked for"
        self.stream.send(f"<message to='{message.get('from')}'><received xmlns='urn:xmpp:receipts' id='{message.get('id')}'/></message>")

    def open_room(self):
        self.stream.send(f"<presence to='{ROOM}/admin'><x xmlns='{MUC}'/></presence>")
        self.stream.send(f"<iq type='set' id='open' to='{ROOM}'><query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'/></query></iq>")
        assert self._reply("open", 15) == "result"


class Home:
    """The home of who sends: a configuration file, and programs that know our resolver and our anchors."""

    def __init__(self, folder, reach):
        self.folder = folder
        self.file(".config/xmpp-sendmsg", self.configuration(), 0o600)
        self.file(".popt", f"xmpp-certcheck alias --cron --cron {reach}\n")
        self.script(NAME, f'exec {tool.BUILD}/tools/{NAME} {reach} "$@"')
        self.file("domains", f"{DOMAIN}\n")

    @staticmethod
    def configuration():
        """That of the page, which has our account's password."""
        found = re.search(r"^# ~/\.config/xmpp-sendmsg\n(?:\w.*\n)+", PAGE, re.MULTILINE)
        return found[0].replace("example.org", DOMAIN)

    def file(self, name, text, mode=0o644):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def script(self, name, text):
        return self.file(name, f"#!/bin/sh\n{text}\n", 0o755)

    def ours(self, text):
        for word, ours in (("example.org", DOMAIN), ("example.net", DOMAIN), ("/usr/bin/xmpp-", f"{self.folder}/xmpp-")):
            text = text.replace(word, ours)
        return text

    def example(self, pattern):
        found = re.search(pattern, EXAMPLES, re.MULTILINE)
        assert found, f"the page has no {pattern}"
        return self.ours(found[1])

    @property
    def environment(self):
        """What cron and systemd give: hardly anything."""
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return {**kept, "HOME": str(self.folder), "PATH": f"{self.folder}:{tool.BUILD}/tools:/usr/bin:/bin", "LANG": "C.UTF-8"}

    def sh(self, command, stdin=subprocess.DEVNULL):
        return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=dialback.TIMEOUT, cwd=self.folder,
                              check=False, env=self.environment, stdin=stdin)


@pytest.fixture
def bed(tmp_path, ca, dns, make_prosody):
    """(home, admin)"""
    people = {"bot": PASSWORD, "admin": "secret"}
    server = make_prosody([servers.Host(DOMAIN, accounts=people)], modules=["smacks"],
                          options=f'Component "conference.{DOMAIN}" "muc"\n')
    server.publish(dns)
    folder = tmp_path / "home"
    folder.mkdir()
    with Admin(server, user="admin", password=people["admin"]) as admin:
        yield Home(folder, f"--resolver {dns.resolver} --trust {ca.file}"), admin


def quiet(done, status=0):
    assert (done.returncode, done.stdout, done.stderr) == (status, "", ""), done


def test_the_crontab_line_says_nothing_while_all_is_well(bed):
    home, admin = bed
    command = home.example(r"^17 6 \* \* \* (xmpp-certcheck .*)$")
    quiet(home.sh(command))
    assert admin.body(timeout=2) is None
    popt = home.folder / ".popt"
    popt.write_text(popt.read_text().replace("--cron --cron", "--cron --cron -w 100d"))
    quiet(home.sh(command))
    text = admin.body()
    assert DOMAIN in text and "WARNING" in text, text


def test_what_a_job_prints(bed):
    home, admin = bed
    home.script("backup.sh", "echo to standard output; echo to standard error >&2")
    quiet(home.sh(home.example(r"^30 2 \* \* \* (sh backup\.sh .*)$")))
    message = admin.message()
    assert message.findtext(f"{CLIENT}subject") == "backup" and message.get("type", "normal") == "normal"
    assert message.findtext(f"{CLIENT}body") == "to standard output\nto standard error"


def unit(home):
    """The unit, with the file of the password where we may write."""
    found = re.search(r"^\[Unit\]\n(?:.*\n)+?(?=\.Ed)", EXAMPLES, re.MULTILINE)
    secret = home.file("xmpp-sendmsg.password", f"{PASSWORD}\n", 0o600)
    return home.ours(found[0]).replace("/etc/xmpp-sendmsg.password", str(secret))


def test_the_unit_of_systemd(bed):
    home, admin = bed
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit(home), re.MULTILINE))
    kind, _, secret = settings["StandardInput"].partition(":")
    assert kind == "file" and settings["Environment"] == "XDG_STATE_HOME=%S" and settings["DynamicUser"] == "yes"
    (home.folder / ".config/xmpp-sendmsg").unlink()  # nobody in particular has none
    command = settings["ExecStart"].replace("%i", "backup.service").replace("%H", "rack7")
    with open(secret, encoding="utf-8") as password:
        quiet(home.sh(shlex.join(shlex.split(command)), stdin=password))
    assert admin.body() == "backup.service failed on rack7"


def test_systemd_takes_the_unit(bed):
    home, _ = bed
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    home.file("xmpp-failed@.service", unit(home))
    file = home.file("backup.service", "[Unit]\nOnFailure=xmpp-failed@%n.service\n[Service]\nExecStart=/bin/false\n")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(file), f"{home.folder}/xmpp-failed@backup.service"],
                          capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "SYSTEMD_UNIT_PATH": f"{home.folder}:"})
    about = [line for line in done.stderr.splitlines() if "xmpp-failed" in line or "backup.service" in line]
    assert not about, done


def test_the_commands_of_monitoring_systems(bed):
    home, admin = bed
    macros = {"$SERVICEDESC$": "disk", "$HOSTNAME$": "rack7", "$SERVICESTATE$": "CRITICAL", "$SERVICEOUTPUT$": "97% used",
              "$CONTACTADDRESS1$": f"admin@{DOMAIN}"}
    command = home.example(r"^ +command_line (.*)$")
    for macro, value in macros.items():
        command = command.replace(macro, value)
    assert "$" not in command, command
    quiet(home.sh(command))
    message = admin.message()
    assert message.findtext(f"{CLIENT}subject") == "CRITICAL rack7"
    assert message.findtext(f"{CLIENT}body") == "disk on rack7: CRITICAL\n97% used"
    icinga = re.search(r"command = (\[[^]]*\])", EXAMPLES)[1]
    for macro, value in {"$service.state$": "CRITICAL", "$host.name$": "rack7", "$service.output$": "98% used",
                         "$user.vars.xmpp$": f"admin@{DOMAIN}"}.items():
        icinga = icinga.replace(macro, value)
    quiet(home.sh(shlex.join(json.loads(home.ours(icinga)))))
    assert admin.body() == "98% used"


def test_a_log_as_it_grows(bed):
    home, admin = bed
    log = home.file("prosody.err", "what was before\n")
    command = home.example(r"^\$ (tail -n 0 -F .*)$")
    with subprocess.Popen(["/bin/sh", "-c", command], cwd=home.folder, env=home.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as running:
        try:
            heard = None
            for number in range(20 * dialback.SLOW):  # tail begins at the end it finds
                with log.open("a", encoding="utf-8") as out:
                    out.write(f"first {number}\n")
                if heard := admin.body(timeout=1):
                    break
            assert heard and heard.startswith("first "), heard
            with log.open("a", encoding="utf-8") as out:
                out.write("the last\n")
            while heard and heard != "the last":
                heard = admin.body()
            assert heard == "the last"
        finally:
            os.killpg(running.pid, signal.SIGKILL)  # a session of its own: the shell and what it started


def test_a_room(bed):
    home, admin = bed
    admin.open_room()
    home.script("uptime", "echo up for a day")
    quiet(home.sh(home.example(r"^\$ (uptime \| .*--muc .*)$")))
    message = admin.message()
    assert message.get("from") == f"{ROOM}/status" and message.findtext(f"{CLIENT}body") == "up for a day"


def test_another_way_where_nobody_confirms(bed):
    home, admin = bed
    home.script("call-by-telephone.sh", "echo ringing")
    command = home.example(r"^\$ (xmpp-sendmsg --wait receipt=60 (?:.*\n)+?.*call-by-telephone\.sh)$")
    with subprocess.Popen(["/bin/sh", "-c", command], cwd=home.folder, env=home.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        message = admin.message()
        assert message.findtext(f"{CLIENT}body") == "Fire in rack 7"
        admin.confirm(message)
        out, err = running.communicate(timeout=dialback.TIMEOUT)
    assert (running.returncode, out, err) == (0, "", "")
    done = home.sh(command.replace("receipt=60", "receipt=1"))
    assert done.returncode == 0 and done.stdout == "ringing\n", done
    assert "no receipt came (waited up to 1 s)" in done.stderr, done


def test_nothing_is_lost(bed):
    home, admin = bed
    home.file("report", "all is well\n")
    send = home.example(r"^\$ (xmpp-sendmsg --unsent spool .*)$")
    again = home.example(r"^\$ (\[ ! -s spool \] .*)$")
    lost = home.sh(send.replace("--unsent", "--connect 127.0.0.1:1 --retry 0 --unsent"))
    assert lost.returncode == 3 and (home.folder / "spool").stat().st_size > 0, lost
    quiet(home.sh(again))
    assert admin.body() == "all is well" and not (home.folder / "spool").exists()
    quiet(home.sh(again))
    quiet(home.sh(send))
    assert admin.body() == "all is well" and not (home.folder / "spool").exists()


def test_from_a_password_manager(bed):
    home, admin = bed
    (home.folder / ".config/xmpp-sendmsg").unlink()
    home.script("pass", f'[ "$*" = "show xmpp/bot" ] && echo {shlex.quote(PASSWORD)}')
    quiet(home.sh(home.example(r"^\$ (pass show xmpp/bot (?:.*\n)+?.*-m 'Hello' \S+)$")))
    assert admin.body() == "Hello"


def test_a_table_of_a_round_mail(bed):
    home, admin = bed
    home.file("recipients", f"admin@{DOMAIN}\nnobody@{DOMAIN}\n")
    home.file("letter", "to all\n")
    done = home.sh(home.example(r"^\$ (xmpp-sendmsg --json \$\(cat recipients\) (?:.*\n)+?.*@tsv')$"))
    table = {to: words for to, *words in (line.split("\t") for line in done.stdout.splitlines())}
    assert table[f"admin@{DOMAIN}"][0] == "acked" and set(table) == {f"admin@{DOMAIN}", f"nobody@{DOMAIN}"}, done
    assert table[f"nobody@{DOMAIN}"] == ["bounced", "service-unavailable"], done
    assert admin.body() == "to all"


def test_where_we_stand(bed):
    home, admin = bed
    done = home.sh(home.example(r"^\$ (xmpp-sendmsg --dry-run --json .*)$"))
    version, mechanism = (json.loads(line) for line in done.stdout.splitlines())
    assert version == "TLS1.3" and mechanism.startswith("SCRAM-SHA-"), done
    assert admin.body(timeout=1) is None


# What the page says of records.


def test_the_page_knows_every_member_of_a_record(bed):
    home, admin = bed
    done = home.sh(f"{NAME} --json -m hello admin@{DOMAIN} nobody@{DOMAIN}; {NAME} --json --dry-run")
    members = set(re.findall(r"[a-z_0-9]+", PAGE[PAGE.index(".Ss JSON"):PAGE.index(".Sh ENVIRONMENT")])) | {"dry_run"}
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 3, done
    for record in records:
        tool.assert_record_valid(record)
        section = record["sendmsg"]
        assert set(record) - {"schema"} <= members | {"sendmsg"} and set(section) <= members and set(section["session"]) <= members, record
    assert PASSWORD not in done.stdout and admin.body() == "hello"


def test_the_page_explains_what_a_bounce_means():
    """Every condition of MSG-47 that the program knows stands under DIAGNOSTICS."""
    causes = (tool.TOP / "libcommon" / "judge" / "delivery.c").read_text(encoding="utf-8")
    known = set(re.findall(r'^\t\{ "([a-z-]+)",', causes, re.MULTILINE))
    items = re.findall(r"^\.It Sy ([a-z ,-]+)$", PAGE[PAGE.index(".Sh DIAGNOSTICS"):], re.MULTILINE)
    explained = {condition for item in items for condition in item.split(" , ")}
    rare = {"bad-request", "conflict", "feature-not-implemented", "payment-required", "registration-required", "unexpected-request"}
    assert explained == known - rare | {"undefined-condition"}
