"""How many connections xmpp-ciphers opens: as few as the issue allows, counted by the record and by the way there."""

import json
import os

import pytest

import ciphers
import servers
import tool
from ciphers import scan
from tlspeer import Simulated

pytestmark = pytest.mark.skipif(not tool.built(ciphers.NAME) and "XTT_BUILD" not in os.environ,
                                reason=f"no {ciphers.NAME} was built")

BUDGETS = {  # server, arguments: connections at most
    ("prosody", ("--suites-only", "--gentle")): 14,
    ("prosody", ("--gentle",)): 42,
    ("prosody", ("--suites-only",)): 28,
    ("prosody", ()): 60,
    ("ejabberd", ("--suites-only", "--gentle")): 55,
    ("ejabberd", ("--suites-only",)): 110,
}


@pytest.fixture
def place(request, make_prosody, make_ejabberd, ca):
    """A server as the distribution ships it, with a certificate as most have."""
    host = servers.Host("one.test", ca.issue("one.test"))
    return make_prosody([host], stock=True) if request.param == "prosody" else make_ejabberd([host])


@pytest.mark.parametrize("place, args, most", [(*wish, most) for wish, most in BUDGETS.items()], indirect=["place"],
                         ids=[f"{server} {' '.join(args)}" for server, args in BUDGETS])
def test_connections_to_real_servers(place, delay, args, most):
    way = delay((place.address, place.port()))
    record = json.loads(place.record("one.test", [("c2s", "starttls")]))
    record["endpoints"][0].update(address="127.0.0.1", port=way.port)
    seen = scan(json.dumps(record) + "\n", *args)
    assert seen.is_complete and seen.section["throttled"] == 0, seen
    assert seen.connections == way.connections <= most, f"{seen.connections} of {most} connections\n{seen}"


def test_gentle_is_one_at_a_time(tls_peer, chains):
    peer = tls_peer(Simulated({"TLS1.2": ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"]}, chains))
    seen = scan(peer.record(), "--gentle")
    assert peer.peak == 1 and seen.connections == peer.connections, seen


@pytest.mark.parametrize("lanes", [2, 8, 32])
def test_no_more_lanes_than_asked_for(tls_peer, chains, delay, lanes):
    peer = tls_peer(Simulated({"TLS1.2": ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"]}, chains))
    way = delay((peer.address, peer.port), milliseconds=10)
    line = json.loads(peer.record())
    line["endpoints"][0]["port"] = way.port
    scan(json.dumps(line) + "\n", "--lanes", lanes)
    assert way.peak <= lanes, way.counts()


SUITES12 = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"]


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("args, extra", [(("--suites-only", "--gentle"), 8), (("--suites-only",), None)], ids=["gentle", "lanes"])
def test_connections_grow_with_the_suites(tls_peer, chains, count, args, extra):
    """k suites need k + 1; to that come the other versions, and one for the order."""
    peer = tls_peer(Simulated({"TLS1.2": SUITES12[:count]}, chains))
    seen = scan(peer.record(), *args)
    assert seen.suites("TLS1.2") == SUITES12[:count], seen
    assert seen.connections <= (count + extra if extra else 2 * (count + 8)), seen


def test_versions_alone_take_six(tls_peer, chains):
    peer = tls_peer(Simulated({"TLS1.2": SUITES12}, chains))
    assert scan(peer.record(), "--versions-only", "--gentle").connections <= 6
