"""The harness proves itself, with programs that are not ours: gnutls-cli, openssl, kdig, delv."""

import base64
import json
import pathlib
import socket
import ssl
import subprocess
import sys

import pytest

import httpsd as web
import peer as peers
import servers
import test_transcripts
import tool
import transcript

HERE = pathlib.Path(__file__).parent
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
PATIENCE = 120  # seconds for what should come at once


def command(*argv, stdin="", timeout=PATIENCE):
    """Runs a program of the system; its whole output as text."""
    done = subprocess.run([str(word) for word in argv], input=stdin, capture_output=True, text=True, timeout=timeout)
    return done.stdout + done.stderr


def talk(port, *lines):
    """What a peer answers to lines sent in clear, up to its end."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
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
    ("<a*>", b"<a b='c'><d>", (9, (b" b='c'",))), ("<a*>", b"<a b", None), ("a*", b"ab", (1, (b"",))),
    (r"\*\x00", b"*\x00", (2, ())), ("*b", b"aab", (3, (b"aa",)))])
def test_pattern_takes_the_shortest_run(pattern, data, taken):
    assert transcript.pattern(pattern).match(data) == taken


def test_answers_may_repeat_what_was_heard(ca):
    script = transcript.parse("connection c2s starttls\nC <iq id='*' to='*'/>\nS <r of='\\1' *='\\2'/>")
    with peers.Peer(script, ca) as peer:
        assert talk(peer.port(), b"<iq id='7' to='me'/>") == b"<r of='7' *='me'/>"
    assert not peer.failures


@pytest.mark.parametrize("text", ["S before any connection", "connection c2s\n", "connection c2s starttls\nS \\q",
                                  "connection c2s starttls\nflood x y", "expect nothing", "connection c2s starttls\nraw 0"])
def test_transcript_mistakes_name_the_line(text):
    with pytest.raises(transcript.Mistake, match=r"transcript:\d: "):
        transcript.parse(text)


# DNS

def kdig(server, name, kind="A", seconds=10):
    return command("kdig", f"@{server.address}", "-p", server.port, "+adflag", f"+time={seconds}", "+retry=0", name, kind)


@pytest.mark.parametrize("name, status, secure", [
    ("a.secure.test", "NOERROR", True), ("a.insecure.test", "NOERROR", False), ("a.bogus.test", "SERVFAIL", False),
    ("a.lapsed.test", "SERVFAIL", False)])
def test_zones_are_secure_insecure_and_bogus(dns, name, status, secure):
    dns.publish(name, [("A", "127.0.0.1")])
    out = kdig(dns, name)
    assert f"status: {status}" in out and ("Flags: qr rd ra ad" in out) == secure
    assert ("127.0.0.1\n" in out.split("ANSWER SECTION")[-1]) == (status == "NOERROR")


@pytest.mark.parametrize("name, status", [
    ("nothing.secure.test", "NXDOMAIN"), ("empty.secure.test", "NOERROR"), ("a.lame.test", "SERVFAIL"), ("example.org", "NXDOMAIN")])
def test_negative_answers(dns, name, status):
    dns.nodata("empty.secure.test")
    out = kdig(dns, name)
    assert f"status: {status}" in out and "ANSWER: 0" in out


def test_published_names_can_be_changed_and_withdrawn(dns):
    name = "change.secure.test"
    for address in ("127.0.0.2", "127.0.0.3"):
        dns.publish(name, [("A", address)])
        assert address in kdig(dns, name)
    dns.withdraw(name)
    assert "NXDOMAIN" in kdig(dns, name)


def test_services_and_aliases(dns, ca):
    dns.service("x.secure.test", "c2s", 5222, "127.0.0.9")
    dns.no_service("x.secure.test", "s2s", direct=True)
    dns.publish("alias.secure.test", [("CNAME", "xmpp.x.secure.test")])
    dns.tlsa("xmpp.x.secure.test", 5222, ca.issue("x.test").tlsa())
    assert "5 0 5222 xmpp.x.secure.test." in kdig(dns, "_xmpp-client._tcp.x.secure.test", "SRV")
    assert "0 0 0 ." in kdig(dns, "_xmpps-server._tcp.x.secure.test", "SRV")
    assert "127.0.0.9" in kdig(dns, "alias.secure.test")
    assert "3 1 1 " in kdig(dns, "_5222._tcp.xmpp.x.secure.test", "TLSA")


def test_signatures_expire(dns):
    """What is bogus there is bogus for its age alone, and there all the same with checking disabled."""
    dns.publish("x.lapsed.test", [("A", "127.0.0.8")])
    unchecked = command("kdig", f"@{dns.address}", "-p", dns.port, "+cdflag", "+dnssec", "x.lapsed.test")
    assert "status: NOERROR" in unchecked and "127.0.0.8" in unchecked and "RRSIG" in unchecked
    assert "status: SERVFAIL" in kdig(dns, "x.lapsed.test")
    assert "signature expired" in dns.unbound.tail()
    assert "status: NOERROR" in kdig(dns, "lapsed.test", "DNSKEY")
    dns.withdraw("x.lapsed.test")
    assert "127.0.0.8" not in command("kdig", f"@{dns.address}", "-p", dns.port, "+cdflag", "x.lapsed.test")


@pytest.mark.parametrize("zone, status, secure", [
    ("secure.test", "NOERROR", True), ("insecure.test", "NOERROR", False), ("bogus.test", "SERVFAIL", False),
    ("lapsed.test", "SERVFAIL", False)])
def test_one_tlsa_answer_among_secure_ones(dns, ca, zone, status, secure):
    """SRV and address secure, TLSA as the zone is that its owner is an alias to."""
    domain = f"to-{zone}.secure.test"
    dns.service(domain, "c2s", 5222)
    dns.publish(f"tlsa.{zone}", [("TLSA", ca.issue("y.test").tlsa())])
    dns.publish(f"_5222._tcp.xmpp.{domain}", [("CNAME", f"tlsa.{zone}")])
    assert "Flags: qr rd ra ad" in kdig(dns, f"_xmpp-client._tcp.{domain}", "SRV")
    assert "Flags: qr rd ra ad" in kdig(dns, f"xmpp.{domain}")
    out = kdig(dns, f"_5222._tcp.xmpp.{domain}", "TLSA")
    assert f"status: {status}" in out and ("Flags: qr rd ra ad" in out) == secure
    assert ("3 1 1 " in out) == (status == "NOERROR")


@pytest.mark.parametrize("behaviour, says", [
    ("honest", "127.0.0.7"), ("silent", "response timeout"), ("servfail", "SERVFAIL"), ("refused", "REFUSED"),
    ("formerr", "FORMERR"), ("truncated", "127.0.0.7"), ("truncated-silent", "response timeout"),
    ("malformed", "malformed reply"), ("looping", "malformed reply"), ("garbage", "malformed reply"), ("wrong-id", "127.0.0.7")])
def test_dns_peer(dns_peer, behaviour, says):
    server = dns_peer(behaviour, {("a.test", "A"): ["127.0.0.7"]})
    for seconds in (1, 5, 25) if says == "response timeout" else (25,):  # until we came to answer before it was over
        out = kdig(server, "a.test", seconds=seconds)
        assert says in out, out
        if ("a.test", "A", "tcp") in server.queries or not behaviour.startswith("truncated"):
            return
    raise AssertionError(f"never asked again over TCP: {server.queries}")


def test_namespace_resolves_with_libc(dns, resolver_namespace):
    dns.publish("libc.secure.test", [("A", "127.0.0.77")])
    assert "127.0.0.77" in command(*resolver_namespace, "getent", "hosts", "libc.secure.test")


# the web server

def curl(server, host, path, ca, *more):
    return command("curl", "-sSi", "--max-time", 60, "--cacert", ca.file, "--resolve",
                   f"*:{server.port}:{server.address}", *more, server.url(host, path))


def test_web_server_publishes_documents(httpsd, ca):
    server, made = httpsd({"a.test": {}}), ca.issue("x.test")
    server.posh("xmpp-server", made.der, expires=7)
    server.refer("xmpp-client", "https://b.test/")
    out = curl(server, "a.test", "/.well-known/posh/xmpp-server.json", ca)
    said = json.loads(out.partition("\n\n")[2])
    assert out.startswith("HTTP/1.1 200 ") and said["expires"] == 7
    assert base64.b64decode(said["fingerprints"][0]["sha-256"]).hex() == made.sha256
    assert '{"url": "https://b.test/"' in curl(server, "a.test", "/.well-known/posh/xmpp-client.json", ca)
    server.forget("/.well-known/posh/xmpp-server.json")
    assert "404 Not Found" in curl(server, "a.test", "/.well-known/posh/xmpp-server.json", ca)
    assert {path for _, path in server.requests} == {f"/.well-known/posh/xmpp-{who}.json" for who in ("server", "client")}


def test_web_server_may_choose_its_port(httpsd, ca):
    server = httpsd({"a.test": {}}, {"/x": "hello"}, port=0)
    assert server.port != 443 and curl(server, "a.test", "/x", ca).endswith("hello")
    assert server.requests == [(f"a.test:{server.port}", "/x")]


@pytest.mark.parametrize("answer, says", [
    (web.status(503), "HTTP/1.1 503 "), (web.redirect("/y"), "Location: /y"), (web.slow(60), "timed out"),
    (web.huge(), "Maximum file size exceeded"), (web.cut(), "transfer closed"), (web.raw(b"nonsense\r\n"), "HTTP/0.9")])
def test_web_server_answers_as_told(httpsd, ca, answer, says):
    server = httpsd({"a.test": {}}, {"/x": answer}, port=0)
    limit = 1 if says == "timed out" else 60
    assert says in curl(server, "a.test", "/x", ca, "--max-time", limit, "--max-filesize", 1_000_000)


@pytest.mark.parametrize("wish, says", [
    ({}, "200 OK"), ({"expired": True}, "expired"), ({"not_yet": True}, "not yet valid"),
    ({"self_signed": True}, "self-signed"), ({"issuer": "untrusted"}, "unable to get local issuer"),
    ({"dns": ["other.test"]}, "does not match|no alternative certificate subject name")])
def test_web_server_shows_each_certificate(httpsd, ca, wish, says):
    server = httpsd({"first.test": {}, "a.test": wish}, {"/x": "hello"}, port=0)
    out = curl(server, "a.test", "/x", ca)
    assert any(words in out for words in says.split("|")), out


@pytest.mark.parametrize("behaviour, says", [("plain", "wrong version number"), ("silent", "timed out")])
def test_web_server_misbehaves(httpsd, ca, behaviour, says):
    server = httpsd({"a.test": {}}, port=0, behaviour=behaviour)
    assert says in curl(server, "a.test", "/x", ca, "--max-time", 1 if says == "timed out" else 60)


# servers

def s_client(server, domain, service="c2s", transport="starttls", *more):
    way = {"c2s": ["-starttls", "xmpp"], "s2s": ["-starttls", "xmpp-server"]}[service] + ["-xmpphost", domain]
    return command("openssl", "s_client", "-connect", server.connect_to(service, transport), "-servername", domain,
                   "-verify_hostname", domain, "-CAfile", server.ca.file, *(way if transport == "starttls" else []), *more)


@pytest.mark.parametrize("service, transport", servers.WAYS)
@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
def test_server_is_reached_every_way(request, kind, service, transport):
    server = request.getfixturevalue(kind)
    assert "Verify return code: 0" in s_client(server, server.domains[0], service, transport)


@pytest.mark.parametrize("domain, reason", [
    ("expired.test", "has expired"), ("not-yet.test", "not yet valid"), ("self-signed.test", "self-signed certificate"),
    ("untrusted.test", "unable to get local issuer"), ("wrong-name.test", "hostname mismatch"),
    ("no-chain.test", "unable to verify the first"), ("rsa.test", "Server public key is 2048 bit")])
def test_prosody_shows_each_certificate(prosody, domain, reason):
    assert reason in s_client(prosody, domain)


def test_prosody_serves_an_international_name(prosody):
    out = command("openssl", "s_client", "-connect", prosody.connect_to(), "-starttls", "xmpp", "-xmpphost", "bücher.test",
                  "-verify_hostname", "xn--bcher-kva.test", "-CAfile", prosody.ca.file)
    assert "Verify return code: 0" in out


HEADER = b"<stream:stream to='own.test' version='1.0' xmlns='jabber:%s' xmlns:stream='http://etherx.jabber.org/streams'>"


def features(server, service="c2s"):
    """The first features a server sends in clear."""
    with socket.create_connection((server.address, server.port(service)), PATIENCE) as sock:
        sock.sendall(HEADER % {"c2s": b"client", "s2s": b"server"}[service])
        answer = b""
        while b"</stream:features>" not in answer and b"<stream:features/>" not in answer:
            data = sock.recv(4096)
            assert data, answer
            answer += data
        return answer.decode()


@pytest.mark.parametrize("factory, settings, service, wanted, unwanted", [
    ("make_prosody", {}, "c2s", "<required/>", "PLAIN"),
    ("make_prosody", {"require_encryption": False, "plain_before_tls": True}, "c2s", "PLAIN", "<required/>"),
    ("make_prosody", {"require_encryption": False, "starttls": False}, "s2s", "dialback", "starttls"),
    ("make_prosody", {"require_encryption": False, "dialback": False}, "s2s", "starttls", "dialback"),
    ("make_ejabberd", {"require_encryption": False}, "c2s", "starttls", "required"),
])
def test_servers_can_be_configured(request, factory, settings, service, wanted, unwanted):
    server = request.getfixturevalue(factory)(["own.test"], **settings)
    offered = features(server, service)
    assert wanted in offered and unwanted not in offered


@pytest.mark.parametrize("protocol, version", [("tlsv1_2", "TLSv1.2"), ("tlsv1_1", "TLSv1.1"), ("tlsv1_3", "TLSv1.3")])
def test_prosody_speaks_one_version(make_prosody, protocol, version):
    server = make_prosody(["own.test"], protocol=protocol, ciphers="DEFAULT:@SECLEVEL=0")
    assert f"New, {version}" in s_client(server, "own.test", "c2s", "starttls", "-cipher", "DEFAULT:@SECLEVEL=0").replace(
        "New, TLSv1.0", "New, TLSv1.1")  # openssl names the version a suite came with


@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
def test_accounts_can_log_in(request, kind):
    server = request.getfixturevalue(kind)
    domain = server.domains[0]
    context = ssl.create_default_context(cafile=server.ca.file)
    with socket.create_connection((server.address, server.port("c2s", "direct")), PATIENCE) as sock, \
            context.wrap_socket(sock, server_hostname=domain) as tls:
        tls.sendall((HEADER % b"client").replace(b"own.test", domain.encode()))
        token = base64.b64encode(b"\0alice\0secret").decode()
        tls.sendall(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{token}</auth>".encode())
        answer = b""
        while b"<success" not in answer and b"<failure" not in answer:
            answer += tls.recv(4096)
    assert b"<success" in answer


def test_prosody_verifies_a_peer_by_dialback(dns, make_prosody):
    """Two servers, our DNS, and a message that makes one call the other: the whole bed at work."""
    settings = {"resolver": (dns.address, dns.port), "trust_anchor": dns.anchor}
    one = make_prosody([servers.Host("one.secure.test", accounts={"alice": "secret"})], **settings)
    two = make_prosody(["two.secure.test"], **settings)
    for server in (one, two):
        server.publish(dns, ways=[("s2s", "starttls")])
    context = ssl.create_default_context(cafile=one.ca.file)
    with socket.create_connection((one.address, one.port("c2s", "direct")), PATIENCE) as sock, \
            context.wrap_socket(sock, server_hostname="one.secure.test") as tls:
        header = (HEADER % b"client").replace(b"own.test", b"one.secure.test")
        token = base64.b64encode(b"\0alice\0secret")
        tls.sendall(header + b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + token + b"</auth>")
        answer = b""
        while b"<success" not in answer:
            answer += tls.recv(4096)
        tls.sendall(header + b"<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
                    b"<iq type='get' id='2' to='two.secure.test'><ping xmlns='urn:xmpp:ping'/></iq>")
        while b"id='2'" not in answer and b'id="2"' not in answer:
            answer += tls.recv(4096)
    assert b"type='result'" in answer.rpartition(b"<iq")[2]


def test_logs_of_servers_are_at_hand(prosody):
    prosody.daemon.mark()
    s_client(prosody, "good.test")
    assert "good.test" in prosody.daemon.news()


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
    for seconds in (0.3, 3, 30):  # until it came to begin
        with pytest.raises(AssertionError, match=f"still running after {seconds} s") as ended:
            tool.run("/bin/sh", ["-c", "echo begun; exec sleep 60"], timeout=seconds)
        if "begun\n" in str(ended.value):
            return
    raise AssertionError(f"what it said is lost\n{ended.value}")


def test_run_leaves_broken_pipes_to_the_tool():
    assert "status: -13" in tool.run("/bin/bash", ["-c", "yes | head -1; echo status: -$((PIPESTATUS[0] - 128))"]).out


def test_golden_files_mask_what_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "GOLDEN", tmp_path)
    monkeypatch.setattr(tool, "TOP", tmp_path)
    monkeypatch.setattr(tool, "update_golden", True)
    line = "127.0.0.1:{} took {} ms at 2026-11-22T15:04:0{}Z {{\"elapsed_ms\": {}}}\n"
    tool.golden("x.txt", line.format(4711, 11.2, 5, 7))
    monkeypatch.setattr(tool, "update_golden", False)
    tool.golden("x.txt", line.format(815, 9, 6, 8.5))
    with pytest.raises(AssertionError, match=r"(?s)differs from x.txt.*\+something else"):
        tool.golden("x.txt", "something else\n")


def test_records_are_checked_against_the_schema(monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "SCHEMA", tmp_path / "schema.json")
    tool._validator.cache_clear()
    tool.assert_record_valid({})  # no schema yet
    tool.SCHEMA.write_text('{"required": ["status"]}')
    with pytest.raises(AssertionError, match="'status' is a required property"):
        tool.assert_record_valid({})
    tool._validator.cache_clear()


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


@pytest.mark.parametrize("failed, unsteady", [
    (["steady", "shaky"], ["shaky"]),
    (["shaky"] * 5, ["shaky"] * 5),
    (["shaky"] * 6, []),  # no accident
    (["left-out"], []),   # it was skipped, the second time
])
def test_what_failed_is_tried_once_more_alone_and_has_failed(tmp_path, failed, unsteady):
    report = tmp_path / "report.xml"
    cases = "".join(f'<testcase name="{name}"><failure>{name}</failure></testcase>' for name in failed)
    report.write_text(f'<testsuites><testsuite><testcase name="good"/>{cases}</testsuite></testsuites>')
    alone = 'case $1 in shaky) echo "Ok:                 1";; steady) exit 1;; esac'
    said = command(sys.executable, HERE / "again.py", "meson", len(failed), report, "sh", "-c", alone, "sh")
    assert [line.split()[1] for line in said.splitlines() if line.startswith("UNSTEADY")] == unsteady
    counts = command(sys.executable, HERE / "junit.py", report).splitlines()
    assert f"1 {len(failed)} 0" in counts, counts


@pytest.mark.parametrize("runner, status, failed, explained", [
    ("meson", 1, 1, True), ("meson", 2, 1, False), ("pytest", 1, 1, True), ("pytest", 1, 0, False), ("pytest", 3, 1, False)])
def test_what_a_report_leaves_out_is_noticed(tmp_path, runner, status, failed, explained):
    """Meson's has a bare test case for one that took too long."""
    report = tmp_path / "report.xml"
    cases = '<testcase name="slow"/>' + '<testcase name="bad"><failure/></testcase>' * failed
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    done = subprocess.run([sys.executable, HERE / "again.py", runner, str(status), report], timeout=PATIENCE)
    assert (done.returncode == 0) == explained


def test_pytest_finds_what_it_is_told_to_try_again(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite><testcase classname="test_harness" name="test_pattern_takes_the_shortest_run'
                      '[a*-ab-taken2]"><failure/></testcase></testsuite></testsuites>')
    said = command(sys.executable, HERE / "again.py", "pytest", 1, report, sys.executable, "-m", "pytest", "-q")
    assert "UNSTEADY" in said, said
