"""The engine of xmpp-dialback where it was once wrong: what came behind an element, who a certificate speaks for, pairs beyond a
few, an end at any moment."""

import signal
import time

import pytest

import daemon
import dbpeer
import dialback
import tool
from dbpeer import INVALID, VALID, element
from dbstream import Gone, TLS, condition, context, dial

PATIENCE = 20 * dialback.SLOW
GOODBYE = 2.0  # seconds that --serve waits for its questions when it ends


@pytest.fixture
def call(me):
    """A stream of a peer's to --serve, inside TLS."""
    return lambda peer, sender=None: peer.reach((me.address, me.port), me.domain, sender or peer.domain)


def claim(peer, stream, target, sender=None, key=None):
    sender = sender or peer.domain
    stream.send(element("result", peer.key(stream, sender, target) if key is None else key, sender=sender, to=target))


def answers(stream, count):
    """Of so many db:result, by sender domain."""
    found = [stream.next(PATIENCE) for _ in range(count)]
    return {each.get("to"): (each.get("type"), condition(each)) for each in found}


def message(sender, target):
    return f"<message from='{sender}' to='{target}'><body>hello</body></message>"


def is_welcome(server, stream, peer, me):
    """The stream goes on: a db:verify is answered."""
    stream.send(element("verify", server.key(peer.domain, "still"), sender=peer.domain, to=me.domain, id="still"))
    return stream.next(PATIENCE).get("type") == "valid"


# pairs

def test_many_pairs_on_one_stream(serving, dialback_peer, me, call):
    """One verified, and then as many at once as may be: none is lost, nothing is written where there is no room."""
    server = serving()
    others = tuple(f"p{number}.test" for number in range(8))
    peer = dialback_peer(also=others)
    stream = call(peer)
    claim(peer, stream, me.domain)
    assert answers(stream, 1) == {peer.domain: VALID}
    for sender in others:
        claim(peer, stream, me.domain, sender)
    found = answers(stream, len(others))
    assert set(found) == set(others) and set(found.values()) <= {VALID, dbpeer.error("resource-constraint")}, server
    for sender in (each for each in others if found[each] == VALID):
        stream.send(message(sender, me.domain))
    assert is_welcome(server, stream, peer, me)
    assert server.stop()[0] in (0, 1), server


def test_pair_again_takes_no_room(serving, dialback_peer, me, call):
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    for _ in range(40):
        claim(peer, stream, me.domain)
        assert answers(stream, 1) == {peer.domain: VALID}, server


def test_pair_has_two_ends(serving, dialback_peer, me, call):
    """Verified for one of our domains is not verified for the other; each is answered, asked together."""
    also = f"also-{me.domain}"
    server, peer = serving("--piggyback", also), dialback_peer()
    stream = call(peer)
    claim(peer, stream, me.domain)
    assert answers(stream, 1) == {peer.domain: VALID}
    stream.send(message(peer.domain, also))
    assert condition(stream.next(PATIENCE)) in ("invalid-from", "not-authorized"), server
    stream = call(peer)
    claim(peer, stream, me.domain)
    claim(peer, stream, also)
    found = [stream.next(PATIENCE) for _ in range(2)]
    assert {(each.get("from"), each.get("type")) for each in found} == {(me.domain, "valid"), (also, "valid")}, server
    stream.send(message(peer.domain, also) + message(peer.domain, f"somebody@{me.domain}/x"))
    assert is_welcome(server, stream, peer, me)


def test_second_pair_is_forbidden(serving, dialback_peer, me, call):
    """DB-16: `invalid` is for streams that end with it."""
    server, peer = serving(), dialback_peer(also=("second-peer.test",))
    stream = call(peer)
    claim(peer, stream, me.domain)
    assert answers(stream, 1) == {peer.domain: VALID}
    claim(peer, stream, me.domain, "second-peer.test", "made up")
    assert answers(stream, 1) == {"second-peer.test": dbpeer.error("forbidden")}, server
    assert is_welcome(server, stream, peer, me)


def test_pair_that_fails_later_is_verified_no_more(serving, dialback_peer, me, call):
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    claim(peer, stream, me.domain)
    assert answers(stream, 1) == {peer.domain: VALID}
    claim(peer, stream, me.domain, key="made up")
    assert answers(stream, 1) == {peer.domain: INVALID}, server
    with pytest.raises(Gone):
        stream.next(PATIENCE)


# what stands behind an element

@pytest.mark.parametrize("behind", [" ", "\n", "<message"], ids=["space", "line", "half an element"])
def test_answer_does_not_wait_for_what_is_behind(serving, dialback_peer, me, call, behind):
    """RFC 6120, 4.6.1: white space keeps a connection alive, and may come at any time."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    stream.send(element("result", peer.key(stream, peer.domain, me.domain), sender=peer.domain, to=me.domain) + behind)
    assert stream.next(6 * dialback.SLOW).get("type") == "valid", server


@pytest.mark.slow
def test_white_space_ends_no_stream(serving, dialback_peer, me, call):
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    stream.send(" ")
    with pytest.raises(TimeoutError):
        stream.next(15)
    assert is_welcome(server, stream, peer, me)


@pytest.mark.slow
def test_half_an_element_is_not_waited_for(serving, dialback_peer, me, call):
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    stream.send("<message")
    with pytest.raises(Gone):
        stream.next(20 * dialback.SLOW)
    assert server.process.poll() is None


def test_answer_too_long_to_be_written(serving, dialback_peer, me, call):
    """An id of apostrophes grows sixfold: the answer is whole XML, or none at all."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    stream.send(element("verify", "key", sender=peer.domain, to=me.domain, id="'" * 30000))
    try:
        found = stream.next(PATIENCE)
        assert found.get("id") == "'" * 30000 or condition(found), server
    except Gone as reason:
        assert "not XML" not in str(reason), reason
    assert is_welcome(server, call(peer), peer, me)


# who a certificate speaks for

def test_certificate_is_for_the_name_inside_tls(serving, dialback_peer, ca, me):
    """What was said in clear counts for nothing: it proves itself, and then claims to be another."""
    server, liar = serving(), dialback_peer(dbpeer.Server, "liar.test")
    stream = dial((me.address, me.port))
    stream.open(me.domain, liar.domain)
    stream.secure(me.domain, "victim.test", context(liar.certificate))
    assert not stream.offers_external(), server
    assert not stream.external(), server
    stream.send(message("victim.test", me.domain))
    assert condition(stream.next(PATIENCE)) == "not-authorized"


def test_name_inside_tls_is_enough(serving, dialback_peer, me):
    server, peer = serving(), dialback_peer()
    stream = dial((me.address, me.port))
    stream.open(me.domain)
    stream.secure(me.domain, peer.domain, context(peer.certificate))
    assert stream.offers_external() and stream.external(), server


def test_external_cannot_change_its_name(serving, dialback_peer, me, call):
    """It is accepted as itself, and goes on as another."""
    server, liar = serving(), dialback_peer(dbpeer.Server, "liar.test")
    stream = call(liar)
    assert stream.external()
    with pytest.raises(Gone):
        stream.open(me.domain, "victim.test", again=True)
        stream.send(message("victim.test", me.domain))
        raise Gone(condition(stream.next(5)) or "nothing")


def test_external_speaks_for_itself(serving, dialback_peer, me, call):
    server, peer = serving("--piggyback", f"also-{me.domain}"), dialback_peer()
    stream = call(peer)
    assert stream.external()
    stream.open(me.domain, again=True)
    stream.send(message(peer.domain, me.domain))
    assert is_welcome(server, stream, peer, me)
    stream.send(message(peer.domain, f"also-{me.domain}"))
    assert condition(stream.next(PATIENCE)) in ("invalid-from", "not-authorized"), server


def test_external_is_not_tried_for_ever(serving, dialback_peer, me, call):
    """RFC 6120, 6.4.5: a few retries, then the stream ends."""
    server, peer = serving(), dialback_peer()
    stream = call(peer)
    wrong = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{'QUJD' * 5000}</auth>"
    with pytest.raises(Gone):
        for _ in range(20):
            stream.send(wrong)
            found = stream.next(PATIENCE)
            assert found.tag.endswith("}failure") or condition(found) == "policy-violation", server
    assert server.process.poll() is None


# the end

def test_last_of_count_is_answered(serving, dialback_peer, me, call):
    """What is refused without a question, too."""
    server, peer = serving("--count", 1), dialback_peer()
    stream = call(peer)
    claim(peer, stream, "stranger.test")
    assert answers(stream, 1) == {peer.domain: dbpeer.error("item-not-found")}
    assert server.end() == 1


def test_shown_to_the_end(serving, dialback_peer, me, call):
    """-vv: who watches a connection is there until it is closed."""
    server, peer = serving("-vv"), dialback_peer()
    for _ in range(3):
        call(peer).close()
        dial((me.address, me.port)).cut()
    assert is_welcome(server, call(peer), peer, me)
    assert server.stop()[0] == 0, server
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_reader_that_does_not_read(serving, dialback_peer, me, call, number):
    """A full pipe stops the exchanges, and not the end."""
    server, peer = serving("-vv", pipe=True), dialback_peer()
    stream = call(peer)
    with pytest.raises((TimeoutError, Gone)):
        for each in range(400):
            stream.send(element("verify", "key", sender=peer.domain, to=me.domain, id=str(each)))
            stream.next(1.5)
    assert server.stop(number)[1] < 10 * dialback.SLOW


def test_second_signal_ends_it_at_once(serving, dialback_peer, me, call):
    """Whatever it waits for: here for a question to somebody who is silent, of whom it takes leave for GOODBYE seconds.  Whoever comes
    with the second signal when they are over has seen nothing, and tries again."""
    class Silent(dbpeer.Server):
        def verify(self, stream, elem):
            pass

    peer = dialback_peer(Silent)
    for number in range(1, 21):
        server = serving(wait=30)
        claim(peer, call(peer), me.domain)
        server.until(lambda: len(peer.came("verify")) == number, "asking")
        assert not daemon.lets_through(server.process, signal.SIGTERM), "the first one would end it at once"
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        while server.process.poll() is None and not daemon.lets_through(server.process, signal.SIGTERM):
            time.sleep(daemon.POLL)
        server.process.send_signal(signal.SIGTERM)
        in_time = time.monotonic() - began < GOODBYE
        status = server.end()
        assert not in_time or status == -signal.SIGTERM, "it ended in order, and not at once"
        if status == -signal.SIGTERM:
            return
    pytest.fail("no second signal came in time")


# trials

def look(ca, dns, me, domain, check, *args):
    return dialback.look(ca, dns, me, domain, "--check", check, *args)


def test_no_tls_has_no_stream_before_it(ca, dns, me, dialback_peer):
    """Rows 17: without TLS the key of the clear stream is the right one, and its `valid` no fault."""
    seen = look(ca, dns, me, dialback_peer(tls="off").domain, "key-of-clear-stream")
    check = seen.check("key-of-clear-stream")
    assert check["state"] == "not_tested" and check["reason"], seen
    assert seen.severity("key-of-clear-stream") is None, seen


@pytest.mark.threads
def test_door_is_shut_for_one_trial_alone(ca, dns, me, dialback_peer):
    """Several domains at once: where nobody may listen nobody does, and everywhere else somebody does."""
    peers = [dialback_peer(dbpeer.Server, f"many{number}.test") for number in range(4)]
    result = tool.run(dialback.NAME, ["-j", "-k", "-J", 4, "--resolver", dns.resolver, "--trust", ca.file, "-t", 20 * dialback.SLOW,
                                      *dialback.arguments(me, "--check", "round,sender-refuses,wrong-key")],
                      stdin="".join(f"{peer.domain}\n" for peer in peers), timeout=120 * dialback.SLOW)
    for record in result.records:
        checks = {each["check"]: each for each in record["endpoints"][0]["dialback"]["checks"]}
        assert checks["round"].get("outcome") == "valid" and checks["round"]["called_back"], checks
        assert checks["sender-refuses"].get("outcome") != "valid" and not checks["sender-refuses"].get("called_back"), checks
        assert checks["wrong-key"].get("outcome") == "invalid" and checks["wrong-key"]["called_back"], checks


@pytest.mark.threads
def test_every_endpoint_has_its_own_calls(ca, dns, me, dialback_peer):
    """Two hosts of one domain, both examined: whoever calls as that domain is taken for the one under trial."""
    one, other = dialback_peer(), dialback_peer(publish=False)
    dns.publish(f"_xmpp-server._tcp.{one.domain}", [("SRV", 0, 0, one.port, f"one.{one.domain}"), ("SRV", 1, 0, other.port, f"other.{one.domain}")])
    dns.publish(f"one.{one.domain}", [("A", one.address)])
    dns.publish(f"other.{one.domain}", [("A", other.address)])
    result = tool.run(dialback.NAME, ["-j", "--all", "--resolver", dns.resolver, "--trust", ca.file, "-t", 20 * dialback.SLOW,
                                      *dialback.arguments(me, "--check", "round,answer-invalid,answer-twice"), one.domain],
                      timeout=120 * dialback.SLOW)
    sections = [each["dialback"] for each in result.record["endpoints"]]
    assert len(sections) == 2, result
    for section in sections:
        checks = {each["check"]: each for each in section["checks"]}
        assert checks["round"].get("outcome") == "valid" and checks["round"]["called_back"], checks
        assert checks["answer-invalid"].get("outcome") == "invalid", checks
        assert checks["answer-invalid"]["called_back"] and checks["answer-twice"]["called_back"], checks


def test_answer_without_the_name_that_was_left_out(ca, dns, me, dialback_peer):
    class Peer(dbpeer.Server):
        def result(self, stream, elem):
            if elem.get("from"):
                return super().result(stream, elem)
            return stream.send(element("result", sender=elem.get("to"), type="error", named="bad-request"))

    seen = look(ca, dns, me, dialback_peer(Peer).domain, "without-from")
    assert (seen.outcome("without-from"), seen.check("without-from")["condition"]) == ("error", "bad-request"), seen


def test_what_was_asked_back_was_not_refused(ca, dns, me, dialback_peer):
    """It took our claim up, asked, and then closed with a policy: that is an outcome, not a refusal to try."""
    class Peer(dbpeer.Server):
        def settle(self, stream, sender, target, verdict):
            self.refuse(stream, "not-authorized")

    seen = look(ca, dns, me, dialback_peer(Peer).domain, "answer-invalid")
    assert seen.check("answer-invalid")["called_back"] and seen.check("answer-invalid")["state"] == "tested", seen


def test_port_that_is_taken(ca, dns, me, dialback_peer, serving):
    """Told, and nothing is left behind."""
    serving()
    result = tool.run(dialback.NAME, ["-j", "--resolver", dns.resolver, *dialback.arguments(me), "peer.test"])
    result.expect(status=3, out="")
    assert f"port {me.port}" in result.err and "Sanitizer" not in result.err, result


@pytest.mark.parametrize("late", [0, 3])  # seconds: no longer does it listen on this stream alone
@pytest.mark.parametrize("named,through", [("not-authorized", False), ("forbidden", False), ("service-unavailable", True)])
def test_stanza_that_is_turned_away_was_not_delivered(ca, dns, me, dialback_peer, named, through, late):
    """An error on the stream that it came by, of who guards it; another one came from where it went."""
    class Peer(dbpeer.Server):
        def stanza(self, stream, elem):
            time.sleep(late)
            stream.send(f"<iq type='error' id='{elem.get('id')}' from='{elem.get('to')}' to='{elem.get('from')}'>"
                        f"<error type='auth'><{named} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")

    seen = look(ca, dns, me, dialback_peer(Peer).domain, "stanza-unverified")
    assert seen.check("stanza-unverified")["delivered"] is through, seen
    assert seen.severity("stanza-unverified") == ("critical" if through else None), seen
    assert through or seen.check("stanza-unverified")["condition"] == named, seen


def test_asking_for_tls_is_not_going_on_in_clear(ca, dns, me, dialback_peer):
    """RFC 7590, 3.1: where none is offered, somebody may have taken the offer away."""
    class Peer(dbpeer.Server):
        def reach(self, place, domain, sender):
            stream = dial(place)
            self._open.add(stream)
            stream.open(domain, sender)
            stream.secure(domain, sender, self.context)
            return stream

    seen = look(ca, dns, me, dialback_peer(Peer).domain, "back-no-tls")
    check = seen.check("back-no-tls")
    assert check["called_back"] and not check.get("called_in_clear") and not check.get("delivered"), seen
    assert seen.severity("back-no-tls") is None, seen


def test_serve_wants_stanzas_or_dialback(serving, dialback_peer, me, call):
    serving()
    peer = dialback_peer()
    stream = call(peer)
    stream.send("<verify xmlns='urn:nothing'/>")
    assert condition(stream.next(PATIENCE)) == "unsupported-stanza-type"
