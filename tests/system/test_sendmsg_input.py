"""What xmpp-sendmsg is fed and asked: texts, lines, stanzas, encodings, sizes, wrong options, pipes that end."""

import contextlib
import json
import re
import subprocess

import pytest

import daemon
import tool
from c2slogin import PENCIL
from c2speer import C2sPeer
from dbstream import CLIENT
from sendmsg import ALICE, BOB, BODY

CAROL = "carol@peer.test"
OWN = "urn:ietf:params:xml:ns:xmpp-stanzas"


# usage: nothing is connected, one sentence, status 3

WRONG = {
    "no recipient": ([], "recipient"),
    "no address": (["@"], "@"),
    "a resource alone": (["/x"], "/x"),
    "space in a local part": (["a b@peer.test"], "a b@peer.test"),
    "an empty resource": (["a@peer.test/"], "a@peer.test/"),
    "a URI": (["xmpp:a@peer.test"], "xmpp:"),
    "control character": (["a\x1b[2J@peer.test"], r"\\(x|u|e)"),
    "-m with --lines": (["-m", "x", "--lines", BOB], "--lines"),
    "--stanza with recipients": (["--stanza", BOB], "--stanza"),
    "--stanza with --lines": (["--stanza", "--lines"], "--stanza|--lines"),
    "--stanza with a subject": (["--stanza", "-s", "x"], "--stanza"),
    "--type of no kind": (["--type", "error", BOB], "--type"),
    "--muc with a type": (["--muc", "--type", "chat", BOB], "--type|--muc"),
    "--muc and a receipt": (["--muc", "--wait", "receipt", BOB], "receipt"),
    "headline and a receipt": (["--type", "headline", "--wait", "receipt", BOB], "receipt"),
    "--nick without --muc": (["--nick", "x", BOB], "--muc"),
    "--create-room without --muc": (["--create-room", BOB], "--muc"),
    "--room-password without --muc": (["--room-password", "f", BOB], "--muc"),
    "--wait of no kind": (["--wait", "forever", BOB], "--wait"),
    "--wait bounce without a number": (["--wait", "bounce=x", BOB], "--wait"),
    "--wait below nothing": (["--wait", "bounce=-1", BOB], "--wait"),
    "--hint of no kind": (["--hint", "keep", BOB], "--hint"),
    "--max-size too small": (["--max-size", "10", BOB], "--max-size"),
    "--charset of no kind": (["--charset", "EBCDIC-KLINGON", "-m", "x", BOB], "EBCDIC-KLINGON"),
    "--mechanism unknown": (["--mechanism", "MAGIC", BOB], "--mechanism"),
    "--mechanism never": (["--mechanism", "DIGEST-MD5", BOB], "--mechanism"),
    "--mechanism libgsasl cannot": (["--mechanism", "SCRAM-SHA-512", BOB], "libgsasl|SCRAM-SHA-512"),
    "--channel-binding of no kind": (["--channel-binding", "maybe", BOB], "--channel-binding"),
    "--no-verify with PLAIN": (["--no-verify", "--mechanism", "PLAIN", BOB], "PLAIN"),
    "--no-verify with a pin": (["--no-verify", "--pin-sha256", "00" * 32, BOB], "--no-verify"),
    "--no-verify with DANE": (["--no-verify", "--dane=require", BOB], "--no-verify"),
    "a pin too short": (["--pin-sha256", "abcd", BOB], "--pin-sha256"),
    "--max-iterations too few": (["--max-iterations", "1", BOB], "--max-iterations"),
    "--password": (["--password", PENCIL, BOB], "--password"),
    "--jobs": (["--jobs", "2", BOB], "--jobs"),
    "--s2s": (["--s2s", BOB], "--s2s"),
    "subject with a control character": (["-s", "a\x07b", "-m", "x", BOB], "subject|U\\+0007"),
    "user is no account": (["-u", "peer.test", BOB], "peer.test"),
    "--unsent is a folder": (["--unsent", "/", BOB], "/"),
}


@pytest.mark.parametrize("name", WRONG)
def test_usage(sender, c2s_peer, name):
    args, why = WRONG[name]
    peer = c2s_peer()
    sent = sender(peer, *args, status=3)
    assert re.search(why, sent.err) and len(sent.err.splitlines()) == 1 and sent.err.startswith("xmpp-sendmsg: "), sent
    assert not peer.messages and not peer.attempts and "\x1b" not in sent.err and PENCIL not in sent.err, sent


def test_help_and_version(sender):
    shown = sender.raw("--help").expect(status=0, err="").out
    assert "RECIPIENT" in shown and "--unsent" in shown and "--password " not in shown
    assert sender.raw("--version").expect(status=0).out.startswith("xmpp-sendmsg ")


# nothing to send

def test_nothing(sender, c2s_peer):
    """Empty input sends nothing, connects to nobody, and is no error."""
    peer = c2s_peer()
    for args, stdin in (([], ""), (["--lines"], ""), (["--lines"], "\n\n\r\n"), (["--stanza"], ""), (["--stanza"], " \n "), (["-m", ""], ""),
                        ([], "\n"), (["--muc"], "")):
        recipients = [] if "--stanza" in args else [BOB]
        sender(peer, *args, *recipients, stdin=stdin, status=0)
    assert not peer.settle().messages


def test_empty_text_on_request(sender, c2s_peer):
    peer = c2s_peer()
    sender(peer, "--send-empty", BOB, stdin="", status=0)
    sender(peer, "--send-empty", "-m", "", BOB, status=0)
    sender(peer, "--send-empty", "--lines", BOB, stdin="\na\n\n", status=0)
    assert [each or "" for each in peer.settle().bodies()] == ["", "", "", "a", ""]


def test_standard_input_that_is_closed_or_a_folder(sender, c2s_peer, tmp_path):
    peer = c2s_peer()
    for redirection in ("<&-", f"<{tmp_path}"):
        words = sender.arguments(peer, [BOB])
        result = tool.run("/bin/sh", ["-c", f'exec "$0" "$@" {redirection}', tool.find("xmpp-sendmsg"), *words], env={
            key: value for key, value in sender.env.items() if value})
        assert result.status == 3 and "standard input" in result.err and not peer.messages, result


# one text

TEXTS = {
    "line end": ("hello\n", "hello"), "no line end": ("hello", "hello"), "CR LF": ("a\r\nb\r\n", "a\nb"), "two line ends": ("hello\n\n", "hello\n"),
    "lines": ("a\n\nb\n", "a\n\nb"), "TAB": ("a\tb", "a\tb"), "markup": ("<b>&amp;</b> ]]>", "<b>&amp;</b> ]]>"), "spaces": ("  a  ", "  a  "),
    "beyond the BMP": ("😀 ﷽ é", "😀 ﷽ é"), "non-characters next door": ("\ufffd\ue000", "\ufffd\ue000"), "DEL": ("a\x7fb", "a\x7fb"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(sender, c2s_peer, name):
    """MSG-39: what goes in comes out, but for line ends."""
    text, wanted = TEXTS[name]
    peer = c2s_peer()
    sender(peer, BOB, stdin=text, status=0)
    assert peer.settle().bodies() == [wanted]


BAD = {  # octets: (offset, what is said about it, what --replace-controls makes of it)
    "NUL": (b"ab\0cd", 2, "U\\+0000", "ab\ufffdcd"),
    "ESC": (b"\x1b[2J", 0, "U\\+001B", "\ufffd[2J"), "BEL": ("é\a".encode(), 2, "U\\+0007", "é\ufffd"),
    "U+FFFE": ("a\ufffe".encode(), 1, "U\\+FFFE", "a\ufffd"), "not UTF-8": (b"abc\xffd", 3, "FF", "abc\ufffdd"),
    "Latin-1": ("grün".encode("latin-1"), 2, "FC", "gr\ufffdn"),
    "surrogate": (b"a\xed\xa0\x80", 1, "ED", None), "overlong": (b"\xc0\xaf", 0, "C0", None),
    "cut off": ("aé".encode()[:-1], 1, "C3", "a\ufffd"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_sent(sender, c2s_peer, name):
    """T14: refused with the offset of the octet, and what to do; or replaced where that is asked for."""
    octets, offset, what, replaced = BAD[name]
    peer = c2s_peer()
    sent = sender(peer, BOB, stdin=octets, status=2)
    assert re.search(rf"octet {offset}\b", sent.err) and re.search(what, sent.err, re.I), sent
    assert re.search("--charset|--replace-controls", sent.err) and not peer.messages, sent
    sender(peer, "--replace-controls", BOB, stdin=octets, status=0)
    [body] = peer.settle().bodies()
    assert body == replaced or replaced is None and "\ufffd" in body, body


def test_bad_lines_between_good_ones(sender, c2s_peer):
    """Each is told with its number, the others go on, and 1 says that some did not."""
    peer = c2s_peer()
    sent = sender(peer, "--lines", BOB, stdin=b"one\ntw\0o\nthree\n\xff\nfive", status=1)
    assert peer.settle().bodies() == ["one", "three", "five"], sent
    assert [int(each) for each in re.findall(r"message (\d+):", sent.err)] == [2, 4], sent


@pytest.mark.parametrize("charset", ["ISO-8859-1", "UTF-16", "KOI8-R", "ISO-2022-JP", "utf-8"])
def test_charset(sender, c2s_peer, charset):
    text = {"KOI8-R": "привет", "ISO-2022-JP": "日本語"}.get(charset, "grün")
    peer = c2s_peer()
    sender(peer, "--charset", charset, BOB, stdin=text.encode(charset), status=0)
    assert peer.settle().bodies() == [text]


def test_charset_that_does_not_fit(sender, c2s_peer):
    sent = sender(c2s_peer(), "--charset", "US-ASCII", BOB, stdin="gr\u00fcn".encode("latin-1"), status=2)
    assert "US-ASCII" in sent.err and re.search(r"(octet|offset) 2\b", sent.err), sent


# how large

def test_too_large(sender, c2s_peer):
    """MSG-40: 10,000 octets are what every server takes."""
    peer = c2s_peer()
    sent = sender(peer, BOB, stdin="x" * 20000, status=2)
    assert "10000" in (told := sent.err + json.dumps(sent.sections)) and "--split" in told and "--max-size" in told, sent
    assert not peer.messages
    sender(peer, "--max-size", "50000", BOB, stdin="x" * 20000, status=0)
    assert len(peer.settle().bodies()[0]) == 20000


def test_just_fits(sender, c2s_peer):
    """The limit is that of the stanza: one octet less is taken, one more is not."""
    peer = c2s_peer()
    overhead = sender(peer, BOB, stdin="x", status=0).parcel["octets"] - 1
    assert sender(peer, BOB, stdin="x" * (10000 - overhead), status=0).parcel["octets"] == 10000
    sender(peer, BOB, stdin="x" * (10001 - overhead), status=2)
    sender(peer, BOB, stdin="&" * ((10000 - overhead) // 5 + 1), status=2)


SPLIT = {
    "lines": "".join(f"line {number} with some text in it\n" for number in range(1500)),
    "one long line": "word " * 6000, "one long word": "x" * 25000, "markup": "<&>" * 3000, "wide characters": "€" * 9000,
}


@pytest.mark.parametrize("name", SPLIT)
def test_split(sender, c2s_peer, name):
    """--split: at line ends, else between words, else between characters; nothing is lost, each part fits, they come in order."""
    text, peer = SPLIT[name], c2s_peer()
    sent = sender(peer, "--split", BOB, stdin=text, status=0)
    bodies = peer.settle().bodies()
    assert len(bodies) > 1 and all(each["octets"] <= 10000 for each in sent.parcels), [each["octets"] for each in sent.parcels]
    assert re.sub(r"\s", "", "".join(bodies)) == re.sub(r"\s", "", text)
    if name == "lines":
        assert "\n".join(bodies) == text.rstrip("\n")


def test_limit_of_the_server(sender, c2s_peer):
    """XEP-0478: what it says of itself counts."""
    class Says(C2sPeer):
        def bound_features(self):
            return super().bound_features() + "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>20000</max-bytes></limits>"

    sender(c2s_peer(Says), BOB, stdin="x" * 15000, status=0)
    sent = sender(c2s_peer(Says), BOB, stdin="x" * 25000, status=2)
    assert "20000" in sent.err + json.dumps(sent.sections), sent


def test_hundred_thousand_octets_in_a_line(sender, c2s_peer):
    """A line without end is no reason to grow without end."""
    peer = c2s_peer()
    sent = sender(peer, "--lines", BOB, stdin=b"short\n" + b"y" * (3 << 20) + b"\nlast\n", status=1)
    assert peer.settle().bodies() == ["short", "last"], sent
    assert tool.SANITIZED or sent.result.maxrss_kb < 48 * 1024, sent


# stanzas

def test_stanzas(sender, c2s_peer):
    """--stanza: as they stand, each to whom it says, in order; an id is put in where there is none."""
    peer = c2s_peer()
    given = (f"<message to='{BOB}' type='headline' id='mine'><body>a &lt; b</body><x xmlns='urn:x'><y z='1'/></x></message>\n"
             f"<message to='{CAROL}' xmlns='jabber:client'><body>two</body></message>"
             f"<presence to='{CAROL}'/><iq to='{CAROL}' type='get' id='q'><ping xmlns='urn:xmpp:ping'/></iq>")
    sent = sender(peer, "--stanza", stdin=given)
    first, second = peer.settle().messages
    assert (first.to, first.type, first.id, first.body) == (BOB, "headline", "mine", "a < b") and first.elem.find("{urn:x}x/{urn:x}y").get("z") == "1"
    assert second.to == CAROL and second.id and "from" not in second.elem.attrib
    assert [each.tag.split("}")[1] for each in peer.stanzas if each.get("to") in (BOB, CAROL)] == ["message", "message", "presence", "iq"]
    assert [each["outcome"] for each in sent.parcels[:3]] == ["acked"] * 3 and len(sent.parcels) == 4, sent


FORBIDDEN = {
    "not well-formed": f"<message to='{BOB}'><body></message>", "unfinished": f"<message to='{BOB}'><body>x", "no element": "hello",
    "from": f"<message to='{BOB}' from='{CAROL}'><body/></message>", "error": f"<message to='{BOB}' type='error'/>",
    "no to": "<message><body>x</body></message>",
    "another element": "<enable xmlns='urn:xmpp:sm:3'/>", "stream": "</stream:stream>", "header": "<stream:stream>", "DTD": "<!DOCTYPE a><message/>",
    "comment": f"<message to='{BOB}'><!-- x --><body/></message>", "instruction": f"<?x y?><message to='{BOB}'/>",
    "subscribe": f"<presence to='{BOB}' type='subscribe'/>",
    "unsubscribed": f"<presence to='{BOB}' type='unsubscribed'/>", "result": f"<iq to='{BOB}' type='result' id='1'/>",
    "another namespace": f"<message xmlns='jabber:server' to='{BOB}'/>", "entity": f"<message to='{BOB}'><body>&x;</body></message>",
    "control character": f"<message to='{BOB}'><body>&#27;</body></message>", "to is no address": "<message to='@'/>",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_stanza_that_is_not_allowed(sender, c2s_peer, name):
    """Refused before it is sent: nothing may get out of its element, nothing may change the account."""
    peer = c2s_peer()
    sent = sender(peer, "--stanza", stdin=FORBIDDEN[name])
    assert sent.status in (2, 3) and not peer.settle().messages, sent
    assert sent.err.startswith("xmpp-sendmsg: ") or sent.outcomes == ["refused"], sent
    assert not [each for each in peer.stanzas if each.get("to") == BOB]


def test_unsent_is_what_stanza_takes(sender, c2s_peer, tmp_path):
    """The man page: mv spool again && xmpp-sendmsg --stanza --unsent spool < again"""
    spool = tmp_path / "spool"
    sender(c2s_peer(fault=("bind", "close")), "--retry", 0, "--unsent", spool, "-s", "about <&>", BOB, CAROL, stdin="a < b\n'c' \"d\"")
    peer = c2s_peer()
    sender(peer, "--stanza", stdin=spool.read_text(), status=0)
    assert [(each.to, each.body, each.elem.findtext(f"{{{CLIENT}}}subject")) for each in peer.settle().messages] == [
        (to, "a < b\n'c' \"d\"", "about <&>") for to in (BOB, CAROL)]


# lines

def test_ten_thousand_lines(sender, c2s_peer):
    """In order, none missing, in little memory."""
    peer = c2s_peer()
    lines = [f"line {number}" for number in range(3000 if tool.SANITIZED else 10000)]
    sent = sender(peer, "--lines", BOB, stdin="\n".join(lines), status=0, timeout=200)
    assert peer.settle().bodies() == lines and [each["number"] for each in sent.parcels] == list(range(1, len(lines) + 1))
    assert len(peer.sessions) == 1 and (tool.SANITIZED or sent.result.maxrss_kb < 48 * 1024), sent.result.maxrss_kb


def test_same_message_to_many(sender, c2s_peer):
    people = [f"p{number}@peer.test" for number in range(300)]
    peer = c2s_peer()
    sent = sender(peer, *people, status=0)
    assert [each.to for each in peer.settle().messages] == people and {each["to"] for each in sent.parcels} == set(people)


# what pipes see

def shell(sender, peer, line, *args, **how):
    """A line of sh in which "$@" is the tool with its arguments."""
    env = {**tool.clean_environment(), **{key: value for key, value in sender.env.items() if value}}
    words = [tool.find("xmpp-sendmsg"), *sender.arguments(peer, args, **how)]
    return subprocess.run(["sh", "-c", line, "sh", *words], capture_output=True, text=True, timeout=daemon.PATIENCE, env=env)


def test_output_pipe_that_ends(sender, c2s_peer):
    """`| head -1`: all is sent all the same, and nobody complains: messages matter more than who reads about them."""
    peer = c2s_peer()
    lines = [f"line {number}" for number in range(500)]
    done = shell(sender, peer, f"seq -f 'line %g' 0 499 | \"$@\" --lines {BOB} | head -1")
    assert len(done.stdout.splitlines()) == 1 and done.stderr == "", done
    assert peer.settle().bodies() == lines


def test_full_disk(sender, c2s_peer):
    """/dev/full is told, and changes the status."""
    peer = c2s_peer()
    done = shell(sender, peer, f"echo x | \"$@\" {BOB} >/dev/full")
    assert done.returncode != 0 and "standard output: No space left" in done.stderr and peer.settle().bodies() == ["x"], done


def test_pipeline(sender, c2s_peer):
    """The issue's own: … | xmpp-sendmsg admin@example.net; quiet when all is well."""
    peer = c2s_peer()
    done = shell(sender, peer, f"printf 'CRITICAL a.test\\nOK b.test\\n' | \"$@\" {BOB}", json=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert peer.settle().bodies() == ["CRITICAL a.test\nOK b.test"]


def test_quiet(sender, c2s_peer):
    """-q: the status alone tells."""
    result = sender.words(c2s_peer(), "-q", "nobody@peer.test", wait="bounce=50", status=2)
    assert (result.out, result.err) == ("", ""), result


def test_records(sender, c2s_peer):
    """-j: one record a message and recipient, each against the schema (sendmsg.Sent checks), with all that identifies it."""
    sent = sender(c2s_peer(), "--lines", BOB, CAROL, stdin="a\nb\n", status=0)
    assert [(each["number"], each["to"]) for each in sent.parcels] == [(1, BOB), (1, CAROL), (2, BOB), (2, CAROL)], sent
    assert len({each["id"] for each in sent.parcels}) == 4 and {each["from"].split("/")[0] for each in sent.parcels} == {ALICE}
    assert BODY not in sent.result.out and sent.session["endpoint"]["transport"] == "starttls", sent


def test_unknown_word_of_a_peer_is_no_crash(sender, c2s_peer):
    """What is no stanza of ours at all is left alone."""
    peer = c2s_peer()
    with sender.running(peer, "--lines", BOB) as run:
        run.say("one\n")
        run.until(lambda: len(run.parcels) == 1, "told")
        peer.sessions[0].send(f"<message from='{BOB}/x' type='error' id='unknown'><error type='cancel'><gone xmlns='{OWN}'/></error></message>"
                              "<made-up xmlns='urn:x'/><iq type='result' id='never'/><presence from='a@b'/>")
        run.say("two\n")
        run.until(lambda: len(run.parcels) == 2, "told")
        run.hang_up()
        assert run.end() == 0, run


def test_record_of_a_bad_line(sender, c2s_peer):
    """One line in, one record out, also where nothing could be sent."""
    sent = sender(c2s_peer(), "--lines", BOB, stdin="one\n\x1b[31m\nthree\n", status=1)
    refused = [each for each in sent.sections if each["outcome"] == "refused"]
    assert len(sent.records) == 3 and len(refused) == 1, sent
    assert (refused[0]["number"], refused[0]["to"]) == (2, BOB) and "U+001B" in refused[0]["reason"], sent


def test_what_still_comes_is_kept(sender, tmp_path):
    """The server is down, and the producer is slow: what it still has to say is kept as well, and what is left unread is told."""
    def waited_for(kept):
        """False: we were slower than it waits for anybody, so that it had to take the input for endless."""
        with sender.running(None, BOB, "--connect", "127.0.0.1:1", "--lines", "--unsent", kept, json=False) as run:
            with contextlib.suppress(BrokenPipeError):
                for number in range(5):
                    run.say(f"line {number}\n")
                    run.until(lambda: run.process.poll() is not None or kept.exists() and f"line {number}<" in kept.read_text(), "kept")
                run.hang_up()
            run.end()
            return "standard input goes on" not in run.err

    kept = next((path for path in (tmp_path / f"kept{number}" for number in range(10)) if waited_for(path)), None)
    assert kept and kept.read_text().count("<message") == 5
