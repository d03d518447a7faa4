"""The TLS side of the harness proves itself: the front and the servers behind it, simulated servers, slow ways."""

import concurrent.futures
import contextlib
import re
import socket
import subprocess
import time

import pytest

import tlsfront
import tlshostile
import tlspeer
from tlspeer import Simulated
from tlswire import BY_CODE, FALLBACK_SCSV, GROUPS, KINDS, SCHEMES, SUITES, Hello, Malformed, Reply, client_hello

GCM, CBC, DHE = ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA")
CHACHA, EXPORT, ANON = ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
                        "TLS_DH_anon_WITH_RC4_128_MD5")
AES13 = "TLS_AES_128_GCM_SHA256"
HEADER = (b"<?xml version='1.0'?><stream:stream to='peer.test' xmlns='jabber:client'"
          b" xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")
STARTTLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


def exchange(address, *writes, timeout=60, ends=lambda got: False):
    """What comes back to some writes, until the peer is done or `ends` says so."""
    with socket.create_connection(address, timeout) as sock:
        got = b""
        for data in writes:
            sock.sendall(data)
        while not ends(got) and (data := sock.recv(65536)):
            got += data
        return got


def ask(front, hello):
    """A hello in direct TLS; the answer as far as it is in clear."""
    def decided(got):
        try:
            reply = Reply.parse(got)
        except Malformed:
            return False
        return (reply.alert is not None or reply.kinds is not None or reply.version == "TLS1.3"
                or reply.done)
    return Reply.parse(exchange((front.address, front.port), hello, ends=decided))


def client(front, *options, domain="peer.test"):
    argv = ["openssl", "s_client", "-connect", front.at, "-starttls", "xmpp", "-xmpphost", domain, *map(str, options)]
    done = subprocess.run(argv, input="", capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


# hellos

def test_hello_is_read_as_written():
    hello = Hello.parse(client_hello("TLS1.2", [GCM, CBC], groups=["x25519"], schemes=["rsa_pkcs1_sha256"], alpn="xmpp-client"))
    assert [BY_CODE[code].name for code in hello.suites] == [GCM, CBC]
    assert (hello.groups, hello.schemes, hello.servername, hello.alpn) == (
        [GROUPS["x25519"]], [SCHEMES["rsa_pkcs1_sha256"]], "peer.test", ["xmpp-client"])
    assert hello.version == 0x0303 and hello.shares is None
    assert Hello.parse(client_hello("TLS1.3", [AES13])).shares == {}


def test_hello_waits_for_the_rest():
    whole = client_hello("TLS1.2", [GCM])
    assert all(Hello.parse(whole[:size]) is None for size in range(len(whole)))


def test_hello_of_openssl_is_understood(tls_peer, chains):
    peer = tls_peer(Simulated({"TLS1.2": [GCM]}, chains, refusal=80))
    client(peer, "-servername", "peer.test", "-tls1_2", "-cipher", "AES128-SHA")
    [hello] = peer.asked
    assert hello.servername == "peer.test" and SUITES[CBC].code in hello.suites


# the front

def test_front_hands_over_to_openssl(openssl_server, ca):
    front = openssl_server(ca.issue("peer.test", key="rsa2048"), "-cipher", "AES128-GCM-SHA256", "-tls1_2")
    out = client(front, "-CAfile", ca.file, "-verify_hostname", "peer.test")
    assert "Cipher is AES128-GCM-SHA256" in out and "Verify return code: 0" in out
    assert front.connections == 1 and front.hellos == 1


def test_front_hands_over_to_gnutls(gnutls_server, ca):
    front = gnutls_server([ca.issue("peer.test", key="rsa2048")], "NORMAL:-VERS-ALL:+VERS-TLS1.2")
    assert "Protocol  : TLSv1.2" in client(front, "-CAfile", ca.file)


def test_front_takes_header_and_starttls_in_one_write(openssl_server, ca):
    front = openssl_server(ca.issue("peer.test"))
    got = exchange((front.address, front.port), HEADER + STARTTLS, ends=lambda got: b"<proceed" in got)
    assert got.index(b"<stream:features>") < got.index(b"<proceed")


@pytest.mark.parametrize("minds, then", [("error", b"</stream:stream>"), ("close", b"version='1.0'>"), ("silence", b"</stream:features>")])
def test_front_may_mind_that(openssl_server, ca, minds, then):
    front = openssl_server(ca.issue("peer.test"), minds=minds)
    got = exchange((front.address, front.port), HEADER + STARTTLS, ends=lambda got: got.endswith(then))
    assert got.endswith(then) and b"<proceed" not in got
    assert "BEGIN CERTIFICATE" in client(front, "-showcerts"), "who waits is served"


def test_front_serves_many_at_once(gnutls_server, ca):
    front = gnutls_server([ca.issue("peer.test")], "NORMAL")
    hello = client_hello("TLS1.3", [AES13])
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: ask(front, hello), range(64)))
    assert {reply.suite for reply in replies} == {SUITES[AES13].code}
    assert front.connections == front.hellos == 64


# a simulated server

RICH = {"SSL3.0": [CBC, EXPORT, ANON], "TLS1.0": [DHE, CBC], "TLS1.2": [GCM, CHACHA, DHE, CBC], "TLS1.3": [AES13]}


@pytest.mark.parametrize("version, offer, chosen", [
    ("SSL3.0", [EXPORT], EXPORT), ("SSL3.0", [ANON], ANON), ("TLS1.0", [CBC, DHE], DHE), ("TLS1.2", [CBC, GCM], GCM),
    ("TLS1.3", [AES13], AES13)])
def test_simulated_server_chooses(tls_peer, chains, version, offer, chosen):
    reply = ask(tls_peer(Simulated(RICH, chains)), client_hello(version, offer))
    assert (reply.version, BY_CODE[reply.suite].name) == (version, chosen)
    assert reply.retry is (version == "TLS1.3")
    assert (reply.certificate is None) is (version == "TLS1.3" or chosen == ANON)


@pytest.mark.parametrize("order, offer, chosen", [
    ("server", [CBC, CHACHA, GCM], GCM), ("client", [CBC, CHACHA, GCM], CBC), ("chacha", [CHACHA, GCM], CHACHA),
    ("chacha", [GCM, CHACHA], GCM), ("chacha", [CBC, CHACHA, GCM], GCM)])
def test_simulated_order(tls_peer, chains, order, offer, chosen):
    assert BY_CODE[ask(tls_peer(Simulated(RICH, chains, order=order)), client_hello("TLS1.2", offer)).suite].name == chosen


@pytest.mark.parametrize("version, offer, wish, number", [
    ("TLS1.1", [GCM], {}, 40), ("TLS1.2", [SUITES[AES13].code], {}, 40), ("SSL2.0", list(KINDS), {}, 70),
    ("TLS1.2", [GCM], {"sni_required": True, "name": None}, 112),
    ("TLS1.2", [GCM], {"names": ("other.test",), "stranger": 112}, 112)])
def test_simulated_refusals(tls_peer, chains, version, offer, wish, number):
    servername = wish.pop("name", "peer.test")
    peer = tls_peer(Simulated(RICH, chains, **wish))
    assert ask(peer, client_hello(version, offer, servername=servername)).alert == number


def test_simulated_name_warning(tls_peer, chains):
    reply = ask(tls_peer(Simulated(RICH, chains, names=("other.test",), stranger="warn")), client_hello("TLS1.2", [GCM]))
    assert reply.warnings == [112] and reply.suite == SUITES[GCM].code


def test_simulated_fallback(tls_peer, chains):
    peer = tls_peer(Simulated(RICH, chains))
    assert ask(peer, client_hello("TLS1.2", [GCM], scsv=[FALLBACK_SCSV])).alert == 86
    assert ask(peer, client_hello("TLS1.2", [GCM])).random.endswith(b"DOWNGRD\x01")
    assert ask(peer, client_hello("TLS1.0", [CBC])).random.endswith(b"DOWNGRD\x00")


@pytest.mark.parametrize("wish, suite, bits", [({"dh": 512}, DHE, 512), ({"dh": 1023}, DHE, 1023), ({}, EXPORT, 512),
                                               ({"export_bits": 1024}, EXPORT, 1024)])
def test_simulated_sizes(tls_peer, chains, wish, suite, bits):
    peer = tls_peer(Simulated({"TLS1.0": [suite]}, chains, **wish))
    assert ask(peer, client_hello("TLS1.0", [suite])).dh_bits == bits


@pytest.mark.parametrize("static", [True, False])
def test_simulated_reuse(tls_peer, chains, static):
    peer = tls_peer(Simulated({"TLS1.2": [DHE, GCM]}, chains, static_dh=static, static_ec=static))
    for suite in (DHE, GCM):
        values = {ask(peer, client_hello("TLS1.2", [suite])).public for _ in range(2)}
        assert len(values) == (1 if static else 2)


def test_simulated_ssl2_lists_what_it_shares(tls_peer, chains):
    ours = ("SSL_CK_RC4_128_WITH_MD5", "SSL_CK_DES_64_CBC_WITH_MD5")
    reply = ask(tls_peer(Simulated({}, chains, kinds=ours)), client_hello("SSL2.0", list(KINDS)))
    assert reply.kinds == [KINDS[name].code for name in ours] and reply.certificate == chains["RSA"][0]


def test_simulated_groups_and_schemes(tls_peer, chains):
    peer = tls_peer(Simulated(RICH, chains, groups=("secp384r1", "x25519")))
    assert ask(peer, client_hello("TLS1.2", [GCM], groups=["x25519", "secp384r1"])).group == GROUPS["secp384r1"]
    assert ask(peer, client_hello("TLS1.3", [AES13], groups=["x25519"])).group == GROUPS["x25519"]
    assert ask(peer, client_hello("TLS1.3", [AES13], groups=["x448"])).alert == 40
    assert ask(peer, client_hello("TLS1.2", [GCM], schemes=["rsa_pkcs1_sha1"])).scheme == SCHEMES["rsa_pkcs1_sha1"]
    assert ask(peer, client_hello("TLS1.2", [GCM], schemes=["ecdsa_sha1"])).alert == 40


def test_simulated_server_without_extensions(tls_peer, chains):
    peer = tls_peer(Simulated({"TLS1.0": [CBC]}, chains, knows_extensions=False))
    assert ask(peer, client_hello("TLS1.0", [CBC])).version is None
    assert ask(peer, client_hello("TLS1.0", [CBC], groups=None, servername=None)).version == "TLS1.0"


@pytest.mark.parametrize("shape", [None, tlspeer.fragments(1), tlspeer.fragments(100), tlspeer.one_message_a_record,
                                   tlspeer.single_octets])
def test_shapes_say_the_same(tls_peer, chains, shape):
    reply = ask(tls_peer(Simulated(RICH, chains), shape=shape), client_hello("TLS1.2", [GCM]))
    assert reply.done and reply.suite == SUITES[GCM].code and reply.certificate == chains["RSA"][0]


def test_openssl_shakes_hands_as_far_as_the_junk(tls_peer, chains):
    """What is in clear satisfies a real client: only the signature does not."""
    peer = tls_peer(Simulated({"TLS1.2": [GCM]}, chains))
    assert re.search("bad signature|digest check failed|block type|padding check", client(peer, "-tls1_2"))


def test_simulated_server_cannot_finish(tls_peer, chains):
    """Where there is nothing to verify, it says so to a client that goes on."""
    peer = tls_peer(Simulated({"TLS1.2": [CBC]}, chains))
    assert "alert decrypt error" in client(peer, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")


def test_hostile_peers_are_many():
    assert len(tlshostile.ALL) > 20 and tlshostile.server_hello not in tlshostile.ALL


@pytest.mark.parametrize("bad", [tlshostile.warns, tlshostile.giant_message, tlshostile.empty_records],
                         ids=lambda bad: bad.__name__)
def test_floods_end_with_the_caller(tls_peer, bad):
    peer = tls_peer(bad)
    got = exchange((peer.address, peer.port), client_hello("TLS1.2", [GCM]), ends=lambda got: len(got) > 200_000)
    assert len(got) > 200_000


# real servers and what they say of themselves

def test_lists_of_openssl_and_gnutls():
    assert tlsfront.openssl_suites("ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA", "TLS1.2", {"RSA"}) == [GCM, CBC]
    assert tlsfront.openssl_suites("ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA", "TLS1.2", {"ECDSA"}) == []
    assert (SUITES[GCM].code, "TLS1.2") in tlsfront.gnutls_suites("NORMAL")


# the slow way

def test_delay_costs_two_round_trips(tls_peer, chains, delay):
    """One for TCP, one for the hello."""
    peer = tls_peer(Simulated(RICH, chains))
    slow = delay((peer.address, peer.port), milliseconds=60)
    began = time.monotonic()
    got = exchange(slow.address, client_hello("TLS1.2", [GCM]), ends=lambda got: len(got) > 100)
    assert time.monotonic() - began >= 0.24 and Reply.parse(got).suite == SUITES[GCM].code
    assert slow.connections == 1 and slow.refused == 0


def test_delay_hands_on_the_end(delay, tls_peer):
    peer = tls_peer(tlshostile.closes)
    assert exchange(delay((peer.address, peer.port)).address, client_hello("TLS1.2", [GCM])) == b""


def test_delay_hands_on_a_reset(delay, tls_peer):
    peer = tls_peer(tlshostile.resets)
    with pytest.raises(ConnectionResetError):
        exchange(delay((peer.address, peer.port), milliseconds=5).address, client_hello("TLS1.2", [GCM]))


@pytest.mark.parametrize("refuse", ["reset", "policy-violation", "tcp"])
def test_delay_turns_a_burst_away_and_forgives(delay, tls_peer, chains, refuse):
    peer = tls_peer(Simulated(RICH, chains))
    slow = delay((peer.address, peer.port), refuse=refuse, burst=3, window=0.4)

    def call():
        """None: turned away before this thread came to see that it was let in."""
        with contextlib.suppress(ConnectionResetError):
            return socket.create_connection(slow.address, 60)

    def served(sock):
        if not sock:
            return False
        with sock:
            try:
                sock.sendall(HEADER + STARTTLS)
                got = b""
                while b"<proceed" not in got and (data := sock.recv(65536)):
                    got += data
            except OSError:
                return False
        assert b"<proceed" in got or b"policy-violation" in got
        return b"<proceed" in got

    # They come together, before any of them is answered.
    burst = [call() for _ in range(4)]
    assert [served(sock) for sock in burst] == [True, True, True, False]
    seen = []
    end = time.monotonic() + 120
    while True not in seen:
        assert time.monotonic() < end, seen
        with contextlib.suppress(OSError):
            seen.append(served(call()))
    assert slow.connections - slow.refused == 4
