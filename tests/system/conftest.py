"""Fixtures of the system tests.  What each gives:

    run        runs a tool: run("xmpp-starttls", ["-j", "example.test"], stdin=..., timeout=...)
    ca         the test authority: ca.issue(...), ca.file for --trust, ca.untrusted
    peer       a scripted peer from a transcript text: with peer("connection c2s starttls\\nC ...") as p: ...
    dns        signed zones behind a validating resolver: dns.publish(...), dns.resolver for --resolver
    dns_peer   a DNS server that misbehaves by script
    prosody    a shared Prosody with one virtual host for each kind of certificate
    ejabberd   a shared ejabberd
    make_prosody, make_ejabberd   servers of a test's own
    resolver_namespace            runs what knows only /etc/resolv.conf behind our resolver

Servers start when a test first asks for them, once for each pytest worker, and are stopped by process id at the end.
"""

import pytest

import daemon
import peer as peers
import pki
import tool
import transcript


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


def pytest_configure(config):
    tool.update_golden = config.getoption("--update-golden")
    config.addinivalue_line("markers", "threads: exercises concurrency; run.sh repeats it under the thread sanitizer")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Attach to a failing test what the servers wrote while it ran."""
    report = (yield).get_result()
    if report.failed:
        for server in daemon.running():
            if news := server.news():
                report.sections.append((f"log of {server.name}", news[-6000:]))


@pytest.fixture(autouse=True)
def _mark_logs():
    for server in daemon.running():
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
