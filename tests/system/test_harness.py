"""The harness proves itself, with programs that are not ours: gnutls-cli, openssl, kdig, delv."""

import json
import socket
import subprocess

import pytest

import peer as peers
import test_transcripts
import tool
import transcript

GOOD = r"""# a server as it should be
connection c2s starttls
C <stream:stream *to='127.0.0.1'*>\n
S <?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='a' version='1.0'>
S <stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>
C <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>
S <proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>
tls cert=good
C hello
S goodbye
"""


def command(*argv, stdin="", timeout=20):
    """Runs a program of the system; its whole output as text."""
    done = subprocess.run([str(word) for word in argv], input=stdin, capture_output=True, text=True, timeout=timeout)
    return done.stdout + done.stderr


def talk(port, *lines):
    """What a peer answers to lines sent in clear, up to its end."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        for line in lines:
            sock.sendall(line)
        answer = b""
        while data := sock.recv(4096):
            answer += data
        return answer


# certificates

def test_certificate_verifies_against_the_trusted_root_only(ca):
    good, stranger = ca.issue("example.test"), ca.untrusted.issue("example.test")
    for certificate, verdict in ((good, "OK"), (stranger, "error")):
        assert verdict in command("openssl", "verify", "-CAfile", ca.file, "-untrusted", certificate.crt, certificate.crt)


def test_certificate_names_of_each_kind(ca):
    made = ca.issue("example.test", srv=["_xmpp-client.example.test"], xmpp=["example.test"], ip=["127.0.0.1"])
    text = command("openssl", "x509", "-in", made.crt, "-noout", "-ext", "subjectAltName")
    for name in ("DNS:example.test", "SRVName::_xmpp-client.example.test", "XmppAddr::example.test", "IP Address:127.0.0.1"):
        assert name in text


@pytest.mark.parametrize("wish, seconds, verdict", [
    ({}, 61 * 86400, "will not expire"), ({}, 62 * 86400, "will expire"), ({"expired": True}, 0, "will expire")])
def test_certificate_days(ca, wish, seconds, verdict):
    made = ca.issue("example.test", **wish)
    assert verdict in command("openssl", "x509", "-in", made.crt, "-noout", "-checkend", seconds)


def test_certificate_is_made_once(ca):
    assert ca.issue("example.test", key="rsa2048") is ca.issue("example.test", key="rsa2048")


# the scripted peer

def test_peer_upgrades_like_a_server(peer, ca):
    port = peer(GOOD).port()
    out = command("gnutls-cli", "--starttls-proto=xmpp", "--x509cafile", ca.file, "-p", port, "127.0.0.1",
                  "--sni-hostname=peer.test", "--verify-hostname=peer.test", stdin="hello")
    assert "The certificate is trusted" in out and "goodbye" in out


def test_peer_speaks_direct_tls_with_alpn(peer, ca):
    port = peer("connection c2s direct\ntls alpn=xmpp-client max=TLS1.2\nC hello*\nS goodbye").port("c2s", "direct")
    out = command("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-alpn", "xmpp-client", "-CAfile", ca.file,
                  "-verify_hostname", "peer.test", stdin="hello\n")
    assert "ALPN protocol: xmpp-client" in out and "TLSv1.2" in out and "Verify return code: 0" in out


@pytest.mark.parametrize("kind, reason", [
    ("good", "(ok)"), ("expired", "certificate has expired"), ("not-yet", "not yet valid"),
    ("self-signed", "self-signed certificate"), ("untrusted", "unable to get local issuer"),
    ("wrong-name", "hostname mismatch")])
def test_peer_shows_each_certificate(peer, ca, kind, reason):
    port = peer(f"connection c2s direct\ntls cert={kind}\n").port("c2s", "direct")
    out = command("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", ca.file, "-verify_hostname", "peer.test")
    assert reason in out


def test_peer_speaks_old_tls(peer):
    port = peer("connection c2s direct\ntls max=TLS1.1\n").port("c2s", "direct")
    assert "TLSv1.1" in command("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_1", "-cipher",
                                "DEFAULT:@SECLEVEL=0")


def test_peer_refuses_with_an_alert(peer):
    port = peer("connection c2s direct\ntls-refused 40\n").port("c2s", "direct")
    assert "alert handshake failure" in command("openssl", "s_client", "-connect", f"127.0.0.1:{port}")


@pytest.mark.parametrize("end, arrives", [("close", b"x"), ("cut", b"x"), ("", b"x")])
def test_peer_ends_with_fin(peer, end, arrives):
    assert talk(peer(f"connection c2s starttls\nS x\n{end}").port()) == arrives


def test_peer_resets(peer):
    with pytest.raises(ConnectionResetError):
        talk(peer("connection c2s starttls\nC a\nreset").port(), b"a")


def test_peer_sends_much_slowly_and_raw(peer):
    script = "connection c2s starttls\nraw 00ff\ndrip 1 abc\nrepeat 3 xy\nflood 100001 <a>\nS \\n\\x41\\*é"
    answer = talk(peer(script).port())
    assert answer.startswith(b"\x00\xffabcxyxyxy<a><a>") and answer.endswith("\nA*é".encode())
    assert len(answer) == 2 + 3 + 6 + 100001 + 5


def test_blocks_are_used_in_order(peer):
    port = peer("connection s2s starttls\nS one\nconnection s2s starttls\nS two").port("s2s")
    assert [talk(port), talk(port)] == [b"one", b"two"]


def test_stalling_peer_ends_with_the_other_side(peer):
    socket.create_connection(("127.0.0.1", peer("connection c2s starttls\nstall").port())).close()


@pytest.mark.parametrize("script, sent, complaint", [
    ("connection c2s starttls\nC <a*/>", [b"<b/>"], "other bytes came\n    arrived: b'<b/>'"),
    ("connection c2s starttls\nC <a*/>", None, "never came"),
    ("connection c2s starttls\nS x", [b"", b""], "only 1 are scripted"),
    ("connection c2s starttls\nclose\nC more", [b""], None),
])
def test_peer_says_what_was_not_answered(ca, script, sent, complaint):
    with peers.Peer(transcript.parse(script), ca) as peer:
        for line in sent or ():
            talk(peer.port(), line)
    assert complaint in "\n".join(peer.failures) if complaint else not peer.failures


@pytest.mark.parametrize("pattern, data, taken", [
    ("<a*>", b"<a b='c'><d>", 9), ("<a*>", b"<a b", None), ("a*", b"ab", 1), (r"\*\x00", b"*\x00", 2), ("*b", b"aab", 3)])
def test_pattern_takes_the_shortest_run(pattern, data, taken):
    assert transcript.pattern(pattern).length_in(data) == taken


@pytest.mark.parametrize("text", ["S before any connection", "connection c2s\n", "connection c2s starttls\nS \\q",
                                  "connection c2s starttls\nflood x y", "expect nothing", "connection c2s starttls\nraw 0"])
def test_transcript_mistakes_name_the_line(text):
    with pytest.raises(transcript.Mistake, match=r"transcript:\d: "):
        transcript.parse(text)


# running tools

def test_run_reports_everything():
    result = tool.run("/bin/sh", ["-c", "cat; echo oops >&2; exit 3"], stdin='{"a":1}\n')
    assert (result.status, result.record, result.err) == (3, {"a": 1}, "oops\n")
    with pytest.raises(AssertionError, match=r"(?s)-no\n\+.*oops"):
        result.expect(out="no\n")


def test_run_measures_the_programs_own_memory():
    fat = "x = bytearray({}); x[::4096] = b'1' * len(x[::4096])"
    small, large = (tool.run("/usr/bin/python3", ["-S", "-c", fat.format(size << 20)]).maxrss_kb for size in (1, 60))
    assert small < 20000 and 60000 < large < 90000


def test_run_ends_what_hangs():
    with pytest.raises(AssertionError, match="(?s)still running after 0.3 s.*begun"):
        tool.run("/bin/sh", ["-c", "echo begun; exec sleep 60"], timeout=0.3)


def test_run_leaves_broken_pipes_to_the_tool():
    assert "status: -13" in tool.run("/bin/bash", ["-c", "yes | head -1; echo status: -$((PIPESTATUS[0] - 128))"]).out


def test_transcript_expectations_are_checked(monkeypatch):
    """A stand-in for a tool prints a fixed record."""
    monkeypatch.setattr(tool, "SANITIZED", False)
    monkeypatch.setattr(tool, "assert_record_valid", lambda record: None)
    script = transcript.parse("# x\nconnection c2s starttls\nexpect status 2\nexpect finding a warning\nexpect finding b\n"
                              "expect no-finding c\nexpect record endpoints.0.port 1\nexpect record domain ~peer")
    record = {"domain": "peer.test", "endpoints": [{"port": 1, "x": {"findings": [{"id": "a", "severity": "warning"}]}}],
              "findings": [{"id": "b", "severity": "info"}]}
    good = tool.Result(["x"], 2, json.dumps(record), "", 10000, 0.1)
    assert not [*test_transcripts.unmet(script, good), *test_transcripts.excess(script, good)]
    record["findings"][0]["id"] = "c"
    record["endpoints"][0]["port"] = 2
    bad = tool.Result(["x"], 0, json.dumps(record), "", 99999, 99)
    assert len([*test_transcripts.unmet(script, bad), *test_transcripts.excess(script, bad)]) == 6
