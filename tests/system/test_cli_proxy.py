"""--proxy, through a SOCKS5 server of our own: by name, by address, and when it says no."""

import pytest

import socks
import tool

NO_DNS = ["--resolver", "127.0.0.1:1"]
ONION = "a" * 56 + ".onion"


@pytest.fixture
def proxy():
    started = []

    def start(names=None, behaviour="honest"):
        started.append(socks.Socks(names, behaviour).__enter__())
        return started[-1]

    yield start
    for each in started:
        each.__exit__()


def test_by_name(run, ca, prosody, proxy):
    """socks5h: the proxy resolves; we ask nobody for the address."""
    server = proxy({"xmpp.inside.test": prosody.address})
    result = run("xmpp-starttls", ["-j", "--c2s", "--trust", ca.file, *NO_DNS, "--proxy", f"socks5h://{server.at}",
                                   "--connect", f"xmpp.inside.test:{prosody.port()}", "good.test"]).expect(status=0)
    assert server.requests == [("xmpp.inside.test", prosody.port(), True)]
    [endpoint] = result.record["endpoints"]
    assert endpoint["host"] == "xmpp.inside.test" and "address" not in endpoint and endpoint["starttls"]["authenticated"], result
    tool.assert_record_valid(result.record)


def test_by_address(run, ca, prosody, proxy, dns_peer):
    server = proxy()
    dns = dns_peer("honest", {("xmpp.inside.test", "A"): [prosody.address]})
    run("xmpp-starttls", ["-j", "--c2s", "--trust", ca.file, "--resolver", dns.resolver, "--proxy", f"socks5://{server.at}",
                          "--connect", f"xmpp.inside.test:{prosody.port()}", "good.test"]).expect(status=0)
    assert server.requests == [(prosody.address, prosody.port(), False)]


def test_srv_is_asked_here(run, ca, prosody, proxy, dns_peer):
    dns = dns_peer("honest", {("_xmpp-client._tcp.good.test", "SRV"): [f"5 0 {prosody.port()} xmpp.inside.test."]})
    server = proxy({"xmpp.inside.test": prosody.address})
    run("xmpp-starttls", ["-j", "--c2s", "--trust", ca.file, "--resolver", dns.resolver, "--proxy", f"socks5h://{server.at}",
                          "good.test"]).expect(status=0)
    assert server.requests == [("xmpp.inside.test", prosody.port(), True)]
    assert not [kind for _, kind, _ in dns.queries if kind in ("A", "AAAA")], "an address was asked for"


def test_onion_without_a_proxy_is_told(run):
    result = run("xmpp-starttls", ["-j", *NO_DNS, ONION]).expect(status=3)
    assert "--proxy socks5h://" in result.err and "--proxy socks5h://" in str(result.record["findings"]), result


def test_onion_needs_a_proxy_that_resolves(run, proxy):
    server = proxy()
    result = run("xmpp-starttls", ["-j", *NO_DNS, "--proxy", f"socks5://{server.at}", ONION]).expect(status=3)
    assert "socks5h" in result.err and server.requests == [], result


def test_onion_through_a_proxy_asks_dns_nothing(run, proxy, prosody, dns_peer):
    dns = dns_peer("honest")
    server = proxy()
    result = run("xmpp-starttls", ["-j", "--resolver", dns.resolver, "--proxy", f"socks5h://{server.at}", ONION])
    assert sorted(server.requests) == [(ONION, 5222, True), (ONION, 5269, True)] and dns.queries == [], result


@pytest.mark.parametrize("behaviour,words", [("refuse", "refused"), ("garbage", "proxy"), ("stall", "within 1 s"), ("hang-up", "proxy"),
                                             ("wants-password", "proxy")])
def test_proxy_that_does_not_help(run, proxy, behaviour, words):
    server = proxy(behaviour=behaviour)
    patience, most = (1, 9) if behaviour == "stall" else (60, 50)
    result = run("xmpp-starttls", ["-j", "--c2s", "-t", patience, *NO_DNS, "--proxy", f"socks5h://{server.at}", "--connect",
                                   "x.test:5222", "a.test"])
    failure = result.record["endpoints"][0]["starttls"]["failure"]
    assert words in failure["text"] and result.status in (2, 3) and result.seconds < most, result


def test_proxy_that_is_not_there(run):
    result = run("xmpp-starttls", ["-j", "--c2s", *NO_DNS, "--proxy", "socks5h://127.0.0.1:1", "--connect", "x.test:1", "a.test"])
    assert "proxy" in result.record["endpoints"][0]["starttls"]["failure"]["text"], result
