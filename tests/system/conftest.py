"""Fixtures of the system tests.  What each gives:

    run        runs a tool: run("xmpp-starttls", ["-j", "example.test"], stdin=..., timeout=...)
    ca         the test authority: ca.issue(...), ca.file for --trust, ca.untrusted
    peer       a scripted peer from a transcript text: with peer("connection c2s starttls\\nC ...") as p: ...
    dns         signed zones behind a validating resolver: dns.publish(...), dns.resolver for --resolver
    dns_peer    a DNS server that misbehaves by script: dns_peer("servfail").resolver
    httpsd      a web server: httpsd({"a.test": {}}).posh("xmpp-server", certificate.der), and badly: see httpsd.py
    prosody     a shared Prosody with a virtual host for each kind of certificate: PROSODY_HOSTS below
    ejabberd    a shared ejabberd: EJABBERD_HOSTS below
    make_prosody, make_ejabberd   servers of a test's own: make_prosody(["a.test"], protocol="tlsv1_2")
    tls_peer    a simulated TLS server, or a hostile one: tls_peer(tlspeer.Simulated({"SSL3.0": [...]}, chains)).at
    chains      certificates for it: {"RSA": [DER ...], "ECDSA": ..., "DSS": ...}
    openssl_server, gnutls_server   the real ones behind STARTTLS: openssl_server(certificate, "-cipher", "AES128-SHA").at
    me          a domain that leads to where xmpp-dialback listens: me.domain, me.at, me.leads_to(...)
    dialback_peer   a server in Python that speaks dialback, or breaks it: dialback_peer(tls="optional").domain; see dbpeer.py
    c2s_peer    a server for senders in Python, or one that breaks a rule: c2s_peer(mechanisms=("PLAIN",)).at; see c2speer.py
    sender      xmpp-sendmsg as alice@peer.test: sender(peer, "bob@peer.test").outcome; see sendmsg.py
    serving     xmpp-dialback --serve, for `me`: serving("--count", 1).records
    federated   Prosody and ejabberd that find others by `dns`: federated("ejabberd", "optional").domains; servers.POLICIES
    mailer      Prosody or ejabberd as senders meet them: mailer("ejabberd").domains[0]; users alice, bob; rooms; sendmsg.MAILERS
    delay       a slow way, that can turn callers away: delay((address, port), milliseconds=25).at
    resolver_namespace            words before a command that knows only /etc/resolv.conf, so that it asks `dns`

Servers start when a test first asks for them, once for each pytest worker (Prosody 0.2 s, ejabberd 1.5 s, Knot and
Unbound 0.8 s: sharing between workers would cost more than it saves), and are stopped by process id at the end.
"""

import contextlib
import itertools
import shlex
import signal
import subprocess

import pytest

import c2speer
import daemon
import dbpeer
import delay as slow
import dialback
import dnspeer
import httpsd as web
import peer as peers
import pki
import sendmsg
import servers
import tlsfront
import tlspeer
import tool
import transcript
import zones

# name: what ca.issue() is asked for, on the shared Prosody. Users: alice, password "secret".
# Prosody 0.12 knows "bücher.test" by STARTTLS only: its direct TLS ports compare SNI with the name in Unicode.
PROSODY_HOSTS = {
    "good.test": {"xmpp": ["good.test"]},
    "expired.test": {"expired": True},
    "not-yet.test": {"not_yet": True},
    "self-signed.test": {"self_signed": True},
    "untrusted.test": {"issuer": "untrusted"},
    "wrong-name.test": {"dns": ["other.test"]},
    "no-chain.test": {"chain": False},
    "rsa.test": {"key": "rsa2048"},
    "bücher.test": {"xmpp": ["bücher.test"]},
}
EJABBERD_HOSTS = {"ejab.test": {"xmpp": ["ejab.test"]}, "ejab-expired.test": {"expired": True}}


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


def heed_signals():
    """A shell that runs the tests in the background has some ignored, and what we start would inherit that; a handler
    of ours goes back to the default there."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_configure(config):
    heed_signals()
    tool.update_golden = config.getoption("--update-golden")
    config.addinivalue_line("markers", "threads: exercises concurrency; run.sh repeats it under the thread sanitizer")
    config.addinivalue_line("markers", "slow: builds, or runs under valgrind")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Attach to a failing test what the servers wrote while it ran."""
    report = (yield).get_result()
    if report.failed:
        for server in daemon.started():
            if news := server.news():
                report.sections.append((f"log of {server.name}", news[-6000:]))


@pytest.fixture(autouse=True)
def _mark_logs():
    for server in daemon.started():
        server.mark()


@pytest.fixture(scope="session", autouse=True)
def _stop_daemons():
    yield
    daemon.stop_all()


@pytest.fixture(scope="session")
def session_dir(tmp_path_factory):
    """A folder for this worker's servers and certificates."""
    return tmp_path_factory.mktemp("session")


@pytest.fixture(scope="session")
def ca(session_dir):
    return pki.Authority(session_dir / "pki")


@pytest.fixture(scope="session")
def run():
    return tool.run


@pytest.fixture
def peer(ca):
    """Starts scripted peers; when the test is over, what was not answered as written fails it."""
    started = []

    def start(text, **settings):
        script = transcript.parse(text) if isinstance(text, str) else text
        started.append(peers.Peer(script, ca, **settings).__enter__())
        return started[-1]

    yield start
    for each in started:
        each.check()


def _issue(ca, name, wish):
    wish = dict(wish)
    issuer = ca.untrusted if wish.pop("issuer", None) == "untrusted" else ca
    return issuer.issue(name, **wish)


def _hosts(ca, wishes):
    return [servers.Host(name, _issue(ca, name, wish), {"alice": "secret"}) for name, wish in wishes.items()]


@pytest.fixture(scope="session")
def dns_session(session_dir):
    """Knot and Unbound.  Where port 53 may be bound, Unbound listens there as well, for resolver_namespace."""
    address = daemon.own_address()
    return zones.Zones(session_dir / "dns", [address] if daemon.may_bind(address, 53) else []).start()


@pytest.fixture
def dns(dns_session):
    yield dns_session
    dns_session.clear()


@pytest.fixture
def dns_peer():
    with contextlib.ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(dnspeer.DnsPeer(*args, **kwargs))


@pytest.fixture
def httpsd(ca):
    """Web servers; on port 443, which POSH asks, unless another is given."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(web.Httpsd(ca, *args, **kwargs))


@pytest.fixture(scope="session")
def chains(ca):
    """Certificates of each kind for peer.test, as DER."""
    kinds = {"RSA": "rsa2048", "ECDSA": "ec", "DSS": "dsa1024"}
    return {auth: [each.public_bytes(pki.serialization.Encoding.DER) for each in ca.issue("peer.test", key=key).chain]
            for auth, key in kinds.items()}


@pytest.fixture
def fronts():
    """Starts fronts; a bug of theirs fails the test, because it looks like a refusal to a client."""
    with contextlib.ExitStack() as stack:
        started = []

        def start(front):
            started.append(stack.enter_context(front))
            return front

        yield start
    assert not (faults := [fault for front in started for fault in front.faults]), "\n".join(faults)


@pytest.fixture
def tls_peer(fronts):
    return lambda *servers, **settings: fronts(tlspeer.TlsPeer(*servers, **settings))


@pytest.fixture
def openssl_server(fronts, tmp_path):
    with contextlib.ExitStack() as stack:
        def start(certificate, *options, **settings):
            server = stack.enter_context(tlsfront.openssl(tmp_path, certificate, *options))
            return fronts(tlsfront.Front(server.splice, **settings))

        yield start


@pytest.fixture
def gnutls_server(fronts, tmp_path):
    with contextlib.ExitStack() as stack:
        def start(certificates, priority, *options, **settings):
            server = stack.enter_context(tlsfront.gnutls(tmp_path, certificates, priority, *options))
            return fronts(tlsfront.Front(server.splice, **settings))

        yield start


@pytest.fixture
def delay():
    with contextlib.ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(slow.Delay(*args, **kwargs))


_numbers = itertools.count(1)


@pytest.fixture
def me(dns):
    """Another name each time, because servers remember whom they could not reach."""
    return dialback.Me(dns, f"me{next(_numbers)}.test")


@pytest.fixture
def dialback_peer(ca, dns):
    """Servers on the wire; a bug of theirs fails the test, because it looks like a refusal."""
    with contextlib.ExitStack() as stack:
        started = []

        def start(kind=dbpeer.Server, *args, **habits):
            started.append(stack.enter_context(kind(ca, dns, *args, **habits)))
            return started[-1]

        yield start
    assert not (faults := [fault for server in started for fault in server.faults]), "\n".join(faults)


@pytest.fixture
def c2s_peer(ca):
    """Servers for senders; a bug of theirs fails the test, because it looks like a refusal."""
    with contextlib.ExitStack() as stack:
        started = []

        def start(kind=c2speer.C2sPeer, **habits):
            started.append(stack.enter_context(kind(ca, **habits)))
            return started[-1]

        yield start
    assert not (faults := [fault for server in started for fault in server.faults]), "\n".join(faults)


@pytest.fixture
def sender(tmp_path, ca):
    return sendmsg.Sender(tmp_path, ca)


@pytest.fixture
def serving(ca, dns, me, tmp_path):
    """`xmpp-dialback --serve` for `me`; sanitizers that spoke up fail the test."""
    with contextlib.ExitStack() as stack:
        started = []

        def start(*args, **settings):
            started.append(stack.enter_context(dialback.Serving(tmp_path, ca, dns, me, *args, **settings)))
            return started[-1]

        yield start
    for each in started:
        assert "Sanitizer" not in each.errors and "runtime error" not in each.errors, each


@pytest.fixture(scope="session")
def _federation(session_dir, ca, dns_session, request):
    """Servers by kind and policy, each started when first asked for.

    Their certificates have no XmppAddr: ejabberd 23.01 dies of one in a client's certificate (xmpp_stream_pkix)."""
    known = {}
    address, port = dns_session.resolver.split(":")

    def get(kind, policy):
        if (kind, policy) not in known:
            name = f"{kind}-{policy}"
            hosts = [servers.Host(domain, ca.issue(domain), {"alice": "secret"}) for domain in (f"{name}.test", f"also-{name}.test")]
            how = {"resolver": (address, int(port)), **servers.POLICIES[policy]}
            if kind == "prosody":
                how["plain_before_tls"] = not how.get("starttls", True)  # or its users could not log in
            else:
                how["prefix"] = request.getfixturevalue("resolver_namespace")
            make = {"prosody": servers.Prosody, "ejabberd": servers.Ejabberd}[kind]
            known[kind, policy] = make(session_dir / name, ca, hosts, **how).start()
        return known[kind, policy]

    return get


@pytest.fixture
def federated(_federation, dns):
    def get(kind, policy="required"):
        server = _federation(kind, policy)
        for domain in server.domains:
            server.publish(dns, domain, [("s2s", "starttls")])
        return server

    return get


@pytest.fixture(scope="session")
def prosody(session_dir, ca):
    return servers.Prosody(session_dir / "prosody", ca, _hosts(ca, PROSODY_HOSTS)).start()


@pytest.fixture(scope="session")
def ejabberd(session_dir, ca):
    return servers.Ejabberd(session_dir / "ejabberd", ca, _hosts(ca, EJABBERD_HOSTS)).start()


@pytest.fixture(scope="session")
def mailer(session_dir, ca, dns_session, request):
    """Each started when first asked for; they look up others in `dns`."""
    known = {}
    address, port = dns_session.resolver.split(":")

    def get(kind):
        if kind not in known:
            how = sendmsg.MAILERS[kind]
            hosts = [servers.Host(name, ca.issue(name), dict(sendmsg.PEOPLE), options) for name, options in how["hosts"].items()]
            settings = {**how["settings"], "resolver": (address, int(port))}
            if kind == "ejabberd":
                settings["prefix"] = request.getfixturevalue("resolver_namespace")
            make = {"prosody": servers.Prosody, "ejabberd": servers.Ejabberd}[kind]
            known[kind] = make(session_dir / f"mail-{kind}", ca, hosts, **settings).start()
        return known[kind]

    return get


def _factory(kind, ca, tmp_path):
    """Starts servers of one kind for one test and stops them after it."""
    started = []

    def make(hosts, **settings):
        folder = tmp_path / f"{kind.__name__.lower()}-{len(started)}"
        started.append(kind(folder, ca, hosts, **settings))
        return started[-1].start()

    yield make
    for server in started:
        server.stop()


@pytest.fixture
def make_prosody(ca, tmp_path):
    yield from _factory(servers.Prosody, ca, tmp_path)


@pytest.fixture
def make_ejabberd(ca, tmp_path):
    yield from _factory(servers.Ejabberd, ca, tmp_path)


@pytest.fixture(scope="session")
def resolver_namespace(dns_session, session_dir):
    if not dns_session.more_addresses:
        pytest.skip("port 53 may not be bound here (not root)")
    unshare = ["unshare", "-m"] if daemon.is_root() else ["unshare", "-rm"]
    conf = session_dir / "resolv.conf"
    conf.write_text(f"nameserver {dns_session.more_addresses[0]}\n")
    script = f"mount --make-rprivate / && mount --bind {shlex.quote(str(conf))} /etc/resolv.conf && exec \"$@\""
    prefix = [*unshare, "sh", "-c", script, "resolver_namespace"]
    trial = subprocess.run([*prefix, "true"], capture_output=True, text=True)
    if trial.returncode:
        pytest.skip(f"no mount namespace here: {trial.stderr.strip()}")
    return prefix
