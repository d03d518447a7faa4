"""The bed that xmpp-dialback is tested on: our Python server federates with Prosody and ejabberd, before any tool does."""

import pytest

import dbpeer
import dialback
from dbstream import DB, Gone, condition, dial

KINDS = pytest.mark.parametrize("kind", ["prosody", "ejabberd"])


def call(peer, server, domain=None, clear=False):
    """A stream of ours to a real server."""
    stream = dial((server.address, server.port("s2s")))
    stream.open(domain or server.domains[0], peer.domain)
    if not clear:
        stream.secure(domain or server.domains[0], peer.domain, peer.context)
    return stream


def claim(peer, stream, target, key=None, sender=None):
    """Steps 1 and 4: what the server says of our key; what is not an answer is a Gone."""
    sender = sender or peer.domain
    stream.send(dbpeer.element("result", key or peer.key(stream, sender, target), sender=sender, to=target))
    answer = stream.expect(f"{{{DB}}}result", 20 * dialback.SLOW)
    return answer.get("type"), condition(answer)


@KINDS
@pytest.mark.parametrize("policy", ["required", "optional"])
def test_a_key_is_verified(federated, dialback_peer, kind, policy):
    peer, server = dialback_peer(), federated(kind, policy)
    stream = call(peer, server)
    assert claim(peer, stream, server.domains[0]) == dbpeer.VALID, server.daemon.tail()
    asked = peer.came("verify")[-1]
    assert asked.encrypted and asked.attributes["id"] == stream.id
    assert asked.text == peer.key(stream, peer.domain, server.domains[0])


@KINDS
def test_a_wrong_key_is_not(federated, dialback_peer, kind):
    peer, server = dialback_peer(), federated(kind)
    assert claim(peer, call(peer, server), server.domains[0], "wrong")[0] != "valid"
    assert peer.came("verify")


@KINDS
def test_it_dials_us(federated, dialback_peer, kind):
    """Its user's question makes it send a key of its own, which its authority confirms; the answer takes a stream of ours."""
    peer, server = dialback_peer(), federated(kind)
    with dialback.Client(server) as client:
        assert client.ping(peer.domain) == "result", server.daemon.tail()
    key = peer.came("result")[0]
    assert key.incoming and key.encrypted and key.attributes["from"] == server.domains[0]
    assert peer.came("iq")


@KINDS
def test_invalid_keeps_it_out(federated, dialback_peer, kind):
    class Refusing(dbpeer.Server):
        def verdict(self, outcome):
            return dbpeer.INVALID

    peer, server = dialback_peer(Refusing), federated(kind)
    with dialback.Client(server) as client:
        assert client.ping(peer.domain) != "result"
    assert peer.came("result") and not peer.came("iq")


def test_external(federated, dialback_peer):
    """Prosody offers EXTERNAL to our certificate, and takes it."""
    peer, server = dialback_peer(), federated("prosody", "secure")
    stream = call(peer, server)
    assert stream.offers_external() and stream.external()


@KINDS
def test_nothing_in_clear(federated, dialback_peer, kind):
    """(Prosody asks the authoritative server all the same, once it has ended the stream.)"""
    peer, server = dialback_peer(), federated(kind)
    stream = call(peer, server, clear=True)
    stream.send(dbpeer.element("result", peer.key(stream, peer.domain, server.domains[0]), sender=peer.domain, to=server.domains[0]))
    assert condition(stream.next()) in ("policy-violation", "not-authorized")
    with pytest.raises(Gone):
        stream.next()


@KINDS
def test_optional_means_in_clear(federated, dialback_peer, kind):
    peer, server = dialback_peer(tls="off"), federated(kind, "optional")
    assert claim(peer, call(peer, server, clear=True), server.domains[0]) == dbpeer.VALID
    assert not peer.came("verify")[0].encrypted


def test_prosody_and_ejabberd_know_each_other(federated):
    prosody, ejabberd = federated("prosody"), federated("ejabberd")
    with dialback.Client(prosody) as one, dialback.Client(ejabberd) as other:
        assert one.ping(ejabberd.domains[0]) == "result", prosody.daemon.tail()
        assert other.ping(prosody.domains[0]) == "result", ejabberd.daemon.tail()


def test_two_python_servers(dialback_peer):
    """Each other's peers: every role against itself."""
    one, other = dialback_peer(dbpeer.Server, "one.test"), dialback_peer(dbpeer.Server, "other.test")
    one.deliver("<iq type='get' id='x' from='one.test' to='other.test'><ping xmlns='urn:xmpp:ping'/></iq>", "one.test", "other.test")
    assert other.came("verify") == [] and one.came("verify")
