"""--interactive: talking to the encrypted stream, through a pipe and on a terminal."""

import pexpect
import pytest

import tool

REFUSED_AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='X-NONE'/>"
PING = "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"

HEADER = ("S <?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          "version='1.0' from='peer.test' id='%s'><stream:features>")
TO_TLS = f"""C <?xml*><stream:stream*>
{HEADER % "before"}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>
C <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>
S <proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>
tls
C <?xml*><stream:stream*>
{HEADER % "after"}<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>
"""
WALK = f"connection c2s starttls\n{TO_TLS}C </stream:stream>\nS </stream:stream>\n"


def talking_to(text):
    """A peer that is walked first; then this happens inside TLS."""
    return f"{WALK}connection c2s starttls\n{TO_TLS}{text}"


@pytest.fixture
def talk(run, ca, prosody):
    """talk(stdin, *args): a conversation with the shared Prosody."""
    def start(stdin, *args, domain="good.test"):
        return run("xmpp-starttls", ["-i", "--short", "--trust", ca.file, "--connect", prosody.connect_to(), *args, domain], stdin=stdin)
    return start


@pytest.fixture
def scripted(run, ca, peer):
    """scripted(text, stdin, *args): a conversation with a scripted peer."""
    def start(text, stdin, *args):
        player = peer(talking_to(text))
        return run("xmpp-starttls", ["-i", "--short", "-t", "60", "--trust", ca.file, *args, "--connect", f"127.0.0.1:{player.port()}",
                                     "peer.test"], stdin=stdin)
    return start


def arrived(result):
    return [line.removeprefix("<-- ") for line in result.out.splitlines() if line.startswith("<-- ")]


def attributes(line):
    """Prosody writes them in any order."""
    return set(line.removeprefix("<iq ").rstrip(">").split(" "))


def test_answer_through_a_pipe(talk):
    result = talk(PING).expect(status=0, err="")
    first, *rest = arrived(result)
    assert attributes(first) == {"xmlns='jabber:client'", "id='1'", "type='error'"}, result
    assert rest == ["  <error type='cancel'>", "    <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", "  </error>",
                    "</iq>"], result


def test_verdict_comes_first(talk):
    result = talk(REFUSED_AUTH).expect(status=0)
    assert result.out.splitlines()[0].startswith("good.test\tc2s\tstarttls\t"), result
    assert arrived(result) == ["<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>", "  <invalid-mechanism/>", "</failure>"]


def test_many_stanzas_at_once(talk):
    result = talk("".join(PING.replace("'1'", f"'{i}'") for i in range(50)))
    answers = [attributes(line) for line in arrived(result) if "id=" in line]
    assert len(answers) == 50 and all(f"id='{i}'" in answer for i, answer in enumerate(answers)), result


def test_stream_is_closed_in_order(talk, prosody):
    before = prosody.log.count("</stream:stream>")
    talk("").expect(status=0, err="")
    assert prosody.log.count("</stream:stream>") >= before + 2


def test_end_of_input_waits_for_what_is_on_its_way(scripted):
    result = scripted("C <a/>\nC </stream:stream>\npause 700\nS <late/></stream:stream>\n", "<a/>").expect(status=0, err="")
    assert arrived(result) == ["<late xmlns='jabber:client'/>"], result


def test_malformed_input_is_sent_and_its_error_told(talk):
    result = talk("<iq></foo>").expect(status=3)
    assert result.err.startswith("xmpp-starttls: good.test: stream error not-well-formed"), result


def test_what_is_sent_is_sent_as_it_stands(scripted):
    scripted("C <a b=\"ü\">\\n\\t</a>  <c/>\\n\\x01\\xff\nC </stream:stream>\nS </stream:stream>\n",
             b'<a b="\xc3\xbc">\n\t</a>  <c/>\n\x01\xff').expect(status=0)


def test_what_came_with_the_features_is_shown(run, ca, peer):
    """Read in one go with them, it must not wait for the next word of the peer."""
    player = peer(f"{WALK}connection c2s starttls\n{TO_TLS.rstrip()}<early/>\nC </stream:stream>\nS </stream:stream>\n")
    result = run("xmpp-starttls", ["-i", "--short", "--trust", ca.file, "--connect", f"127.0.0.1:{player.port()}", "peer.test"])
    assert arrived(result) == ["<early xmlns='jabber:client'/>"], result


def test_peer_that_closes(scripted):
    scripted("C <a/>\nS <b/></stream:stream>\n", "<a/>").expect(status=0)


def test_peer_that_resets(scripted):
    result = scripted("C <a/>\nreset\n", "<a/>").expect(status=3)
    assert "reset" in result.err, result


def test_peer_that_goes_silent(scripted):
    result = scripted("C <a/>\nC </stream:stream>\nstall\n", "<a/>", "-t", "8")
    assert result.seconds < 50 and result.status in (0, 3), result


def test_peer_that_steers_the_terminal(scripted):
    """A control character may not stand in XML 1.0, but C1 and the bidirectional ones may, and errors quote."""
    result = scripted("C <a/>\nS <b>\\xc2\\x9b2J\\xe2\\x80\\xae</b></stream:stream>\n", "<a/>").expect(status=0)
    assert arrived(result) == ["<b xmlns='jabber:client'>\\u{9b}2J\\u{202e}</b>"], result
    assert "\x9b" not in result.out + result.err and "\u202e" not in result.out + result.err
    result = scripted("C <a/>\nS <b>\\x1b[2J</b>\n", "<a/>").expect(status=3)
    assert "\x1b" not in result.out + result.err and result.err.count("\n") == 1, result


def test_server_stream_and_direct_tls(run, ca, prosody):
    for service, transport in (("s2s", "starttls"), ("s2s", "direct"), ("c2s", "direct")):
        args = ["-i", "--short", f"--{service}", *(["--direct-tls"] if transport == "direct" else []), "--trust", ca.file]
        result = run("xmpp-starttls", [*args, "--connect", prosody.connect_to(service, transport), "good.test"], stdin="")
        assert result.out.startswith(f"good.test\t{service}\t{transport}\t") and result.status == 0, result


def test_first_endpoint_that_works(run, ca, prosody):
    result = run("xmpp-starttls", ["-i", "--short", "--trust", ca.file, "--connect", "127.0.0.1:1", "--connect", prosody.connect_to(),
                                   "good.test"], stdin=PING)
    assert arrived(result) and "\ts2s\t" not in result.out, result


@pytest.mark.parametrize("operands", [[], ["a.test", "b.test"]])
def test_one_domain_is_needed(run, operands):
    result = run("xmpp-starttls", ["-i", *operands], stdin="c.test\n").expect(status=3, out="")
    assert result.err == "xmpp-starttls: --interactive takes exactly one domain as operand\n"


def test_nobody_to_talk_to(run):
    result = run("xmpp-starttls", ["-i", "--short", "--connect", "127.0.0.1:1", "a.test"], stdin=PING).expect(status=2)
    assert result.err == "xmpp-starttls: a.test: there is no encrypted stream to talk to\n"


# On a terminal.


@pytest.fixture
def terminal(ca, prosody):
    args = ["-i", "--short", "-t", "60", "--trust", str(ca.file), "--connect", prosody.connect_to(), "good.test"]
    talk = pexpect.spawn(tool.find("xmpp-starttls"), args, timeout=60, encoding="utf-8", dimensions=(40, 200),
                         env={**tool.clean_environment(), "TERM": "xterm", "HOME": "/nonexistent"})
    talk.expect_exact("--> ")
    yield talk
    talk.close(force=True)


def test_terminal_prompts_and_prints(terminal):
    terminal.send(PING + "\r")
    terminal.expect(r"<-- <iq [^>]*id='1'[^>]*>\r?\n")
    terminal.expect_exact("--> ")
    terminal.sendcontrol("d")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_terminal_edits_a_line_and_remembers_it(terminal):
    terminal.send("<iq type='get' id='7'><ping xmlns='urn:xmpp:pang'/></iq>")
    terminal.send("\x1b[D" * 10 + "\x7f\x7fin")  # back over "g'/></iq>", pa -> pi
    terminal.send("\x01\x05\r")                   # to the start, to the end
    terminal.expect_exact("<-- <iq")
    terminal.expect("id='7'")
    terminal.expect_exact("--> ")
    terminal.send("\x1b[A\r")                     # arrow up
    terminal.expect_exact("<-- <iq")
    terminal.expect("id='7'")
    terminal.expect_exact("--> ")
    terminal.sendcontrol("d")
    terminal.expect(pexpect.EOF)


def test_terminal_is_told_what_arrives_while_nothing_is_typed(ca, peer):
    player = peer(talking_to("C <ready/>\\n\npause 600\nS <news/>\nC <a/>\\n\nS </stream:stream>\n"))
    talk = pexpect.spawn(tool.find("xmpp-starttls"), ["-i", "--short", "-t", "60", "--trust", str(ca.file), "--connect",
                                                      f"127.0.0.1:{player.port()}", "peer.test"],
                         timeout=60, encoding="utf-8", dimensions=(40, 200))
    talk.expect_exact("--> ")
    talk.send("<ready/>\r<a")  # at once: the news come when the half of it is typed, however slow we are
    talk.expect_exact("<-- <news xmlns='jabber:client'/>")
    talk.expect_exact("--> <a")  # what was typed so far stands there again
    talk.send("/>\r")
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 0


def test_terminal_ends_when_the_peer_ends(ca, peer):
    player = peer(talking_to("S <bye/></stream:stream>\n"))
    talk = pexpect.spawn(tool.find("xmpp-starttls"), ["-i", "--short", "-t", "600", "--trust", str(ca.file), "--connect",
                                                      f"127.0.0.1:{player.port()}", "peer.test"], timeout=60, encoding="utf-8")
    talk.expect_exact("<-- <bye")
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 0
