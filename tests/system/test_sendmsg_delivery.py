"""What xmpp-sendmsg does with a message, and what it says became of it: the truth, and no more (MSG-36 to MSG-56)."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import pytest

import c2sroom
import daemon
import sendmsg
import tool
from c2slogin import Login
from c2speer import RECEIPTS, C2sPeer
from c2smanage import SM
from c2sroom import MUC, Room
from dbstream import CLIENT, STANZAS, Gone
from sendmsg import ALICE, BOB, BODY

CAROL, DAVE, NOBODY = "carol@peer.test", "dave@peer.test", "nobody@peer.test"
DEN = "den@rooms.peer.test"
ORIGIN, HINTS, CARBONS, OOB = "urn:xmpp:sid:0", "urn:xmpp:hints", "urn:xmpp:carbons:2", "jabber:x:oob"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def sent_to(peer):
    [message] = peer.messages
    return message


# evidence

def test_acknowledged(sender, c2s_peer):
    """MSG-45: enabled behind bind, asked, answered; the last word is </stream:stream>, and nobody was told that we are there (MSG-7)."""
    peer = c2s_peer()
    sent = sender(peer, BOB, status=0)
    assert (sent.outcome, sent.parcel["evidence"], sent.parcel["to"]) == ("acked", "stream-management", BOB), sent
    assert sent.session["managed"] is True and sent.session["account"] == ALICE and sent.session["bound"].startswith(ALICE + "/"), sent
    [session] = peer.settle().sessions
    assert session.closed and not peer.presences and peer.bodies() == [BODY]


def test_answers_pings_and_requests(sender, c2s_peer):
    """RFC 6120, 8.2.3: a request is answered; XEP-0198: so is <r/>, and what came is counted."""
    class Asks(C2sPeer):
        def deliver(self, session, elem, to):
            self.reply(session, "<iq type='get' id='q1' from='peer.test'><ping xmlns='urn:xmpp:ping'/></iq>")
            self.reply(session, "<iq type='get' id='q2' from='elsewhere.test'><query xmlns='jabber:iq:version'/></iq>")
            session.send("<r xmlns='urn:xmpp:sm:3'/>")

    peer = c2s_peer(Asks)
    sender(peer, BOB, status=0, wait="bounce=0.3")
    answers = {each.get("id"): each.get("type") for each in peer.settle().stanzas if each.tag == f"{{{CLIENT}}}iq" and each.get("id", "")[:1] == "q"}
    assert answers in ({"q1": "result", "q2": "error"}, {"q1": "error", "q2": "error"}) and peer.acks and peer.acks[-1] == 2, (answers, peer.acks)


def test_ping_is_the_barrier_without_stream_management(sender, c2s_peer):
    """T11"""
    sent = sender(c2s_peer(managed=False), BOB, status=0)
    assert (sent.outcome, sent.parcel["evidence"], sent.session["managed"]) == ("acked", "ping", False), sent


def test_ping_is_the_barrier_when_it_is_refused(sender, c2s_peer):
    class Refuses(C2sPeer):
        def enable(self, session, elem):
            session.send("<failed xmlns='urn:xmpp:sm:3'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>")

    sent = sender(c2s_peer(Refuses), BOB, status=0)
    assert (sent.outcome, sent.parcel["evidence"]) == ("acked", "ping"), sent


def test_answer_that_is_an_error_is_an_answer(sender, c2s_peer):
    sent = sender(c2s_peer(managed=False, pings=False), BOB, status=0)
    assert (sent.outcome, sent.parcel["evidence"]) == ("acked", "ping"), sent


def test_nothing_to_wait_for(sender, c2s_peer):
    peer = c2s_peer()
    sent = sender(peer, BOB, wait="none", status=0)
    assert sent.outcome == "sent" and sent.parcel["evidence"] == "none", sent
    assert peer.settle().bodies() == [BODY]


def test_receipt(sender, c2s_peer):
    """XEP-0184: asked for, and who confirmed is told; a client that is not there cannot."""
    peer = c2s_peer()
    sent = sender(peer, BOB, wait="receipt=600", status=0)  # and waits no longer than it must
    assert (sent.outcome, sent.parcel["evidence"], sent.parcel["receipt_from"]) == ("received", "receipt", f"{BOB}/phone"), sent
    assert sent_to(peer).elem.find(f"{{{RECEIPTS}}}request") is not None
    sent = sender(peer, CAROL, wait="receipt=0.3", status=1)
    assert sent.outcome == "acked", sent
    result = sender.words(peer, CAROL, wait="receipt=0.3", status=1)
    assert re.fullmatch(rf"xmpp-sendmsg: {CAROL}: accepted by our server, but no receipt came \(waited up to 0\.3 s\).*\n", result.err), result


def test_default_waits_for_bounces(sender, c2s_peer):
    """MSG-46: 2 s, unless one comes."""
    sent = sender(c2s_peer(), BOB, wait=None, status=0)
    assert sent.parcel["wait"] == "bounce" and sent.parcel["wait_ms"] == 2000 and sent.parcel["quiet"] is True, sent
    assert 2 <= sent.result.seconds, sent
    for wait in ("bounce", "bounce=600"):  # which no test waits for
        sent = sender(c2s_peer(), NOBODY, wait=wait, status=2)
        assert sent.outcome == "bounced", sent


CONDITIONS = ["service-unavailable", "recipient-unavailable", "item-not-found", "remote-server-not-found", "remote-server-timeout", "forbidden",
              "not-acceptable", "policy-violation", "resource-constraint", "not-authorized", "subscription-required", "jid-malformed", "gone",
              "redirect", "internal-server-error", "undefined-condition"]


def test_bounces(sender, c2s_peer):
    """MSG-47: each condition is told, with what it means and the other side's words."""
    people = [f"{condition}@peer.test" for condition in CONDITIONS]
    peer = c2s_peer(bounces={who: ("wait" if who.startswith("remote-server-t") else "cancel", who.split("@")[0], f"about {who}") for who in people})
    sent, causes = sender(peer, *people, wait="bounce=10", status=2), {}
    for who in people:
        parcel = sent.to(who)
        assert (parcel["outcome"], parcel["condition"], parcel["text"]) == ("bounced", who.split("@")[0], f"about {who}"), sent
        assert parcel["temporary"] is who.startswith("remote-server-t"), parcel
        causes[who] = parcel["cause"]
    told = dict(line.split(": ", 2)[1:] for line in sender.words(peer, *people, wait="bounce=10", status=2).err.splitlines())
    for who in people:
        assert who.split("@")[0] in told[who] and causes[who] in told[who] and f'"about {who}"' in told[who], told


def test_outcome_of_each_recipient(sender, c2s_peer):
    """MSG-44: one message each, and 1 when some did not arrive."""
    peer = c2s_peer()
    sent = sender(peer, BOB, NOBODY, CAROL, wait="bounce=0.5", status=1)
    assert {each["to"]: each["outcome"] for each in sent.parcels} == {BOB: "acked", NOBODY: "bounced", CAROL: "acked"}, sent
    assert len({each["id"] for each in sent.parcels}) == 3 and [each["domain"] for each in sent.records] == ["peer.test"] * 3, sent
    assert sorted(peer.settle().bodies()) == [BODY] * 3


def test_acknowledged_and_bounced(sender, c2s_peer):
    """T10: the ack is not the last word."""
    class Later(C2sPeer):
        def manage(self, session, name, elem):
            super().manage(session, name, elem)
            if name == "r":
                self.bounce(session, self.messages[-1].elem, BOB, "cancel", "item-not-found")

    sent = sender(c2s_peer(Later), BOB, wait="bounce=600", status=2)  # which no test waits for
    assert sent.outcome == "bounced", sent


def test_to_oneself(sender, c2s_peer):
    """T15"""
    peer = c2s_peer()
    assert sender(peer, ALICE, status=0).outcome == "acked"
    assert sent_to(peer.settle()).to == ALICE


# connections that break

CUTS = {"before it was taken": {2: "before"}, "after it was taken": {2: "after"}, "both": {2: "before", 3: "after"}}


@pytest.mark.parametrize("name", CUTS)
def test_resumed(sender, c2s_peer, name):
    """XEP-0198, 5: what was not handled goes out again under the same id; what was, does not."""
    peer = c2s_peer(cuts=CUTS[name])
    lines = [f"line {number}" for number in range(1, 7)]
    sent = sender(peer, "--lines", CAROL, stdin="\n".join(lines), status=0)
    assert peer.settle().bodies() == lines and set(sent.outcomes) == {"acked"}, sent
    assert sent.session["resumptions"] == len(CUTS[name]), sent
    assert len({each.id for each in peer.messages}) == len(lines)


def test_resumed_though_the_answer_was_cut(sender, c2s_peer):
    """The second connection ends behind <resume/>: what is to be resumed still is."""
    class Cuts(C2sPeer):
        asked = 0

        def resume(self, session, elem):
            self.asked += 1
            if self.asked == 1:
                session.reset()
                raise Gone("cut")
            super().resume(session, elem)

    peer = c2s_peer(Cuts, cuts={1: "before"})
    sent = sender(peer, CAROL, status=0)
    assert (sent.outcome, peer.settle().bodies(), len(peer.sessions)) == ("acked", [BODY], 3), sent
    assert sent.session["resumptions"] == 1, sent


def test_resumed_where_the_server_says(sender, c2s_peer):
    """XEP-0198, 4: `location` is a hint; it leads to the same certificate or nowhere (MSG-5)."""
    peer = c2s_peer(cuts={1: "after"}, location="127.0.0.1:1")
    assert sender(peer, CAROL, status=0).outcome == "acked"
    assert peer.settle().bodies() == [BODY]


def test_not_resumed_is_unknown(sender, c2s_peer, tmp_path):
    """MSG-50: not sent again by itself; what was written is kept, and what comes later goes out."""
    peer, unsent = c2s_peer(cuts={1: "after"}, resumes=False), tmp_path / "unsent"
    sent = sender(peer, "--lines", "--unsent", unsent, CAROL, stdin="one\ntwo\nthree\n")
    assert "one" in peer.settle().bodies() and peer.bodies() == list(dict.fromkeys(peer.bodies())), "sent again, though nobody asked for it"
    known = {each["outcome"] for each in sent.parcels}
    assert sent.parcels[0]["outcome"] == "unknown" and known <= {"unknown", "acked"} and sent.status in (1, 3), sent
    text = unsent.read_text()
    for number, word in enumerate(("one", "two", "three")):
        assert (word in text) == (sent.parcels[number]["outcome"] == "unknown"), text


def test_sent_again_on_request(sender, c2s_peer):
    """--resend: under the same id, so that the recipient can see that it is one."""
    peer = c2s_peer(cuts={1: "after"}, resumes=False)
    sent = sender(peer, "--resend", CAROL, status=0)
    first, second = peer.settle().messages
    assert first.id == second.id and first.elem.find(f"{{{ORIGIN}}}origin-id").get("id") == second.elem.find(f"{{{ORIGIN}}}origin-id").get("id")
    assert sent.outcome == "acked" and sent.parcel["resent"] == 1, sent


def test_unsent_file(sender, c2s_peer, tmp_path):
    """Who could not be reached at all leaves everything there, for its owner only; what is sent is not in it."""
    unsent = tmp_path / "unsent"
    peer = c2s_peer(fault=("bind", "close"))
    sent = sender(peer, "--lines", "--unsent", unsent, "--retry", 0, CAROL, DAVE, stdin="one\ntwo\n")
    assert set(sent.outcomes) <= {"unsent"} and sent.status in (2, 3), sent
    text = unsent.read_text()
    assert all(word in text for word in ("one", "two")) and unsent.stat().st_mode & 0o777 == 0o600, text
    clean = tmp_path / "clean"
    sender(c2s_peer(), "--unsent", clean, CAROL, status=0)
    assert not clean.exists() or clean.read_text() == ""


def test_unsent_file_that_cannot_be_written(sender, c2s_peer, tmp_path):
    """It is said before anything is sent, not when it is too late."""
    peer = c2s_peer()
    sent = sender(peer, "--unsent", tmp_path / "none" / "unsent", CAROL, status=3)
    assert "none/unsent" in sent.err and not peer.settle().messages, sent


def test_unsent_file_on_a_full_disk(sender):
    """Nobody is told that something was kept when it was not; and that once, not for each message."""
    lost = sender.words(None, "--connect", "127.0.0.1:1", "--unsent", "/dev/full", CAROL, DAVE, status=3)
    assert lost.err.count("No space left on device") == 1 and "; kept in" not in lost.err, lost
    assert "2 messages were not sent, and not all could be kept in /dev/full" in lost.err, lost


def test_unsent_file_is_the_input(sender, tmp_path):
    """What cannot be sent would be read again, for ever."""
    spool = tmp_path / "spool"
    spool.write_text(f"<message to='{CAROL}'/>\n")
    argv = [tool.find(sendmsg.NAME), *sender.arguments(None, ["--connect", "127.0.0.1:1", "--stanza", "--unsent", spool])]
    with open(spool, "rb") as handle:
        wrong = subprocess.run(argv, stdin=handle, capture_output=True, timeout=daemon.PATIENCE, check=False, env=tool.clean_environment())
    assert wrong.returncode == 3 and b"standard input as well" in wrong.stderr, wrong
    assert spool.read_text() == f"<message to='{CAROL}'/>\n", wrong


def test_connection_comes_back(sender, c2s_peer):
    """With --retry, tried again until somebody is there; the server may be new and know nothing of us."""
    class Forgets(C2sPeer):
        def resume(self, session, elem):
            self._remembered.clear()
            super().resume(session, elem)

    peer = c2s_peer(Forgets, cuts={1: "before"})
    sent = sender(peer, "--resend", CAROL, status=0)
    assert peer.settle().bodies() == [BODY] and sent.outcome == "acked" and sent.session["resumptions"] == 0, sent


# the stanza

def test_stanza(sender, c2s_peer):
    """MSG-37: no `from`, an id that nobody guesses and the same as origin-id."""
    peer = c2s_peer()
    ids = set()
    for _ in range(2):
        ids.add(sender(peer, BOB, status=0).parcel["id"])
    assert len(ids) == 2 and all(re.fullmatch("[a-z0-9]{24}", each) for each in ids)
    for message in peer.settle().messages:
        assert message.id in ids and "from" not in message.elem.attrib and message.type == "chat"
        assert message.elem.find(f"{{{ORIGIN}}}origin-id").get("id") == message.id
        assert message.elem.find(f"{{{RECEIPTS}}}request") is None


FORMS = {
    "chat": ([], "chat"), "subject": (["-s", "Disk full"], "normal"), "subject and type": (["-s", "Disk full", "--type", "chat"], "chat"),
    "normal": (["--type", "normal"], "normal"), "headline": (["--type", "headline"], "headline"),
}


@pytest.mark.parametrize("name", FORMS)
def test_type(sender, c2s_peer, name):
    """MSG-36"""
    args, wanted = FORMS[name]
    peer = c2s_peer()
    sender(peer, *args, BOB, status=0)
    message = sent_to(peer.settle())
    assert message.type == wanted and message.elem.findtext(f"{{{CLIENT}}}subject") == ("Disk full" if "-s" in args else None)


def test_everything_else_of_a_message(sender, c2s_peer):
    peer = c2s_peer()
    sender(peer, "-m", "a < b & \"c\" 'd' ]]> é", "--thread", "t1", "--lang", "de", "--oob", "https://example.org/?a=1&b=2", "--hint", "no-store",
           "--hint", "no-permanent-store", BOB, status=0)
    message = sent_to(peer.settle())
    elem = message.elem
    assert message.body == "a < b & \"c\" 'd' ]]> é" and elem.get(XML_LANG) == "de" and elem.findtext(f"{{{CLIENT}}}thread") == "t1"
    assert elem.findtext(f"{{{OOB}}}x/{{{OOB}}}url") == "https://example.org/?a=1&b=2"
    assert {each.tag for each in elem if each.tag.startswith(f"{{{HINTS}}}")} == {f"{{{HINTS}}}no-store", f"{{{HINTS}}}no-permanent-store"}


def test_oob_alone(sender, c2s_peer):
    """MSG-43: clients show it inline when the body is the URL."""
    peer = c2s_peer()
    sender(peer, "--oob", "https://example.org/a.png", BOB, stdin="", status=0)
    assert sent_to(peer.settle()).body == "https://example.org/a.png"


def test_no_copy(sender, c2s_peer):
    peer = c2s_peer()
    sender(peer, "--hint", "no-copy", f"{BOB}/phone", status=0)
    elem = sent_to(peer.settle()).elem
    assert elem.find(f"{{{HINTS}}}no-copy") is not None and elem.find(f"{{{CARBONS}}}private") is not None


def test_addresses_are_prepared(sender, c2s_peer):
    """MSG-59"""
    peer = c2s_peer()
    sender(peer, "BOB@Peer.Test", user="ALICE@PEER.test", status=0)
    assert sent_to(peer.settle()).to == BOB and peer.exchanges[0].user == "alice"


# binding

def test_resource(sender, c2s_peer):
    sent = sender(c2s_peer(), "--resource", "cron", BOB, status=0)
    assert sent.session["bound"] == f"{ALICE}/cron", sent
    peer = c2s_peer(assigns="chosen-by-us")
    assert sender(peer, "--resource", "cron", BOB, status=0).session["bound"] == f"{ALICE}/chosen-by-us"
    peer = c2s_peer()
    sender(peer, BOB, status=0)
    [bind] = [each for each in peer.stanzas if each.find("{urn:ietf:params:xml:ns:xmpp-bind}bind") is not None]
    assert len(bind[0]) == 0, "the server picks one (RFC 6120, 7.6)"


def test_old_session(sender, c2s_peer):
    """Section 5: RFC 3921 wanted a session, and some still do."""
    peer = c2s_peer(old_session=True)
    sender(peer, BOB, status=0)
    assert [each for each in peer.stanzas if each.find("{urn:ietf:params:xml:ns:xmpp-session}session") is not None]
    peer = c2s_peer()
    sender(peer, BOB, status=0)
    assert not [each for each in peer.stanzas if each.find("{urn:ietf:params:xml:ns:xmpp-session}session") is not None]


# without a message

def test_dry_run(sender, c2s_peer):
    """Authenticates and stops: proven is that it would work, and nobody hears of it."""
    peer = c2s_peer()
    sent = sender(peer, "--dry-run", BOB, status=0)
    assert not sent.parcels and sent.sections[0]["dry_run"] is True and sent.session["mutual"] is True, sent
    assert not peer.settle().messages and peer.let_out(BODY, BOB, phases=("session",)) == []
    sender(peer, "--dry-run", password="wrong", status=2)
    sent = sender(peer, "--dry-run", stdin="", status=0)
    assert not sent.parcels, "no recipient is needed"


def test_report(sender, c2s_peer):
    """One line each, quiet otherwise: ../SCREENS.md."""
    result = sender.words(c2s_peer(), "--report", BOB, wait="bounce=0.2", status=0)
    lines = result.out.splitlines()
    assert re.fullmatch(rf"{ALICE} via 127\.\d+\.\d+\.\d+:\d+ starttls: TLS1\.3 TLS_\w+ \S+, "
                        r"certificate ok \(PKIX, 61 days\), forward secrecy", lines[0]), result
    assert lines[1] == "auth    SCRAM-SHA-256-PLUS (tls-exporter); the server proved that it knows the password", result
    assert re.fullmatch(rf"sent    \d+ octets to {BOB}; acknowledged by our server; no error within 0\.2 s", lines[2]), result
    assert len(lines) == 3 and result.err == "", result
    result = sender.words(c2s_peer(), BOB, status=0).expect(out="", err="")


# rooms

@pytest.fixture
def den(c2s_peer):
    """A peer with one room of this kind."""
    return lambda **kind: c2s_peer(rooms=[Room("den", **kind)])


def visit(sender, peer, *args, room=DEN, wait="bounce=30", **how):
    return sender(peer, "--muc", *args, room, wait=wait, **how)


def test_room(sender, den):
    """MSG-51 to MSG-55: asked, joined without history, said to all, seen again, left."""
    peer = den()
    sent = visit(sender, peer, wait="bounce=600", status=0)  # and waits no longer than it must
    assert (sent.outcome, sent.parcel["evidence"], sent.parcel["type"]) == ("received", "reflection", "groupchat"), sent
    assert peer.settle().muc.heard == [("disco", DEN), ("join", DEN, "alice", None, "0"), ("leave", DEN, "alice")]
    message = sent_to(peer)
    assert (message.to, message.type, message.body) == (DEN, "groupchat", BODY) and message.elem.find(f"{{{RECEIPTS}}}request") is None
    assert all(each.get("type") in (None, "unavailable") and each.get("to", "").startswith(DEN) for each in peer.presences)


def test_room_with_nick_and_password(sender, den):
    peer = den(password="sesame")
    visit(sender, peer, "--nick", "cron", "--room-password", sender.secret("sesame"), status=0)
    assert ("join", DEN, "cron", "sesame", "0") in peer.settle().muc.heard
    for args in ([], ["--room-password", sender.secret("wrong")]):
        sent = visit(sender, den(password="sesame"), *args, status=2)
        assert sent.outcome == "refused" and "not-authorized" in sent.parcel["reason"] and "--room-password" in sent.parcel["reason"], sent


@pytest.mark.parametrize("condition", ["registration-required", "forbidden", "service-unavailable", "item-not-found", "not-allowed",
                                       "not-acceptable"])
def test_room_refuses(sender, den, condition):
    """MSG-54, T16: the message is not said, and why is."""
    peer = den(refuses=condition)
    sent = visit(sender, peer, status=2)
    assert sent.outcome == "refused" and condition in sent.parcel["reason"] and not peer.settle().messages, sent
    assert [each[0] for each in peer.muc.heard].count("join") == 1, "only a nick that is taken is a reason to try again"


def test_no_such_room(sender, c2s_peer):
    """MSG-51: to join would be to create."""
    peer = c2s_peer()
    sent = visit(sender, peer, status=2)
    assert sent.outcome == "refused" and "no such room" in sent.parcel["reason"] and "--create-room" in sent.parcel["reason"], sent
    err = sender.words(peer, "--muc", DEN, status=2).err
    assert err.startswith(f"xmpp-sendmsg: {DEN}: refused: no such room") and len(err.splitlines()) == 1, err
    peer = c2s_peer()
    visit(sender, peer, status=2)
    assert peer.settle().muc.heard == [("disco", DEN)] and not peer.messages


def test_room_created_on_request(sender, c2s_peer):
    peer = c2s_peer()
    visit(sender, peer, "--create-room", status=0)
    assert peer.settle().bodies() == [BODY] and ("destroy", DEN) not in peer.muc.heard


def test_room_created_by_mistake(sender, c2s_peer):
    """MSG-53: it vanished between the question and the entry; what we made, we take away."""
    class Vanishes(c2sroom.Service):
        def iq(self, session, elem):
            super().iq(session, elem)
            self.rooms.pop(DEN, None)

    peer = c2s_peer(rooms=[Room("den")])
    peer.muc = Vanishes(peer, peer.muc.domain, peer.rooms)
    sent = visit(sender, peer, status=2)
    assert not peer.settle().messages and ("destroy", DEN) in peer.muc.heard, sent


def test_nick_taken(sender, den):
    """MSG-54: at most three others."""
    peer = den(nicks=("alice",))
    visit(sender, peer, status=0)
    joins = [each[2] for each in peer.settle().muc.heard if each[0] == "join"]
    assert joins[0] == "alice" and len(joins) == 2 and joins[1].startswith("alice"), joins
    peer = den(refuses="conflict")
    sent = visit(sender, peer, status=2)
    joins = [each[2] for each in peer.settle().muc.heard if each[0] == "join"]
    assert len(joins) == 4 == len(set(joins)) and "--nick" in sent.parcel["reason"] and not peer.messages, sent


def test_room_renames(sender, den):
    """Status 210: the nick is the room's, and so is the reflection's."""
    peer = den(renames="guest")
    assert visit(sender, peer, status=0).outcome == "received"
    assert ("leave", DEN, "guest") in peer.settle().muc.heard


def test_room_of_old(sender, den):
    """No status codes: our own nick tells that we are in."""
    assert visit(sender, den(old=True), status=0).outcome == "received"


def test_room_gives_no_voice(sender, den):
    """MSG-55, T16"""
    sent = visit(sender, den(voice=False), status=2)
    assert sent.outcome == "bounced" and sent.parcel["condition"] == "forbidden" and "voice" in sent.parcel["cause"], sent


def test_reflection_with_another_id(sender, den):
    assert visit(sender, den(reflects="origin-id"), status=0).outcome == "received"


@pytest.mark.parametrize("reflects", ["never", "stranger"])
def test_no_reflection(sender, den, reflects):
    """MSG-62: our server has it; that the room has, nobody knows."""
    sent = visit(sender, den(reflects=reflects), wait="bounce=0.5", status=1)
    assert sent.outcome == "acked", sent
    result = sender.words(den(reflects=reflects), "--muc", DEN, wait="bounce=0.5", status=1)
    assert "the room did not show it" in result.err, result


def test_room_stays_open_for_lines(sender, den):
    """One entry for all of them."""
    peer = den()
    sent = visit(sender, peer, "--lines", stdin="one\ntwo\nthree\n", status=0)
    assert peer.settle().bodies() == ["one", "two", "three"] and sent.outcomes == ["received"] * 3, sent
    assert [each[0] for each in peer.muc.heard] == ["disco", "join", "leave"]


def test_several_rooms(sender, c2s_peer):
    peer = c2s_peer(rooms=[Room("den"), Room("club", refuses="registration-required"), Room("hall")])
    sent = sender(peer, "--muc", DEN, "club@rooms.peer.test", "hall@rooms.peer.test", wait="bounce=30", status=1)
    assert {each["to"].split("@")[0]: each["outcome"] for each in sent.parcels} == {"den": "received", "club": "refused", "hall": "received"}, sent


def test_room_again_after_the_connection_was_cut(sender, c2s_peer):
    """Resumed: still inside. Not resumed: entered again."""
    peer = c2s_peer(rooms=[Room("den")], cuts={2: "before"})
    sent = visit(sender, peer, "--lines", stdin="one\ntwo\nthree\n", status=0)
    assert peer.settle().bodies() == ["one", "two", "three"] and [each[0] for each in peer.muc.heard].count("join") == 1, sent


# SASL2 saves a round trip and changes nothing else

def test_sasl2(sender, c2s_peer):
    """MSG-34: without Bind2, so that no offline message is lost; MSG-35: no user-agent."""
    peer = c2s_peer(sasl2=Login.mechanisms)
    sent = sender(peer, BOB, status=0)
    assert sent.session["sasl2"] is True and peer.attempts == [("SCRAM-SHA-256-PLUS", "sasl2")] and sent.outcome == "acked", sent
    octets = peer.settle().said("tls")
    assert b"user-agent" not in octets and b"urn:xmpp:bind:0" not in octets and octets.count(b"<stream:stream") == 1, octets
    assert f"from='{ALICE}'".encode() in octets.replace(b'"', b"'"), "the stream says who it is for (section 2)"
    assert b"<stream:stream" not in peer.said("session"), "no restart"


# lines as they come

def test_lines_as_they_come(sender, c2s_peer):
    """`tail -F log | xmpp-sendmsg --lines`: each goes out at once, its outcome is told before the next is there."""
    peer = c2s_peer()
    with sender.running(peer, "--lines", BOB) as run:
        for number, line in enumerate(["one\n", "two\n", "thr", "ee\n"]):
            run.say(line)
            if line.endswith("\n"):
                wanted = min(number + 1, 3)
                run.until(lambda: len(run.parcels) == wanted and len(peer.messages) == wanted, f"{wanted} told")
        assert peer.bodies() == ["one", "two", "three"] and len(peer.sessions) == 1
        run.hang_up()
        assert run.end() == 0, run


def test_connection_is_looked_after_while_nothing_comes(sender, c2s_peer):
    """It is alive between two lines: a request is answered, a cut connection is noticed and resumed."""
    peer = c2s_peer()
    with sender.running(peer, "--lines", BOB) as run:
        run.say("one\n")
        run.until(lambda: len(run.parcels) == 1, "acknowledged")
        peer.sessions[0].send("<r xmlns='urn:xmpp:sm:3'/>")
        run.until(lambda: peer.acks, "counted")
        peer.sessions[0].cut()
        run.until(lambda: len(peer.sessions) == 2, "connected again")
        run.say("two\n")
        run.until(lambda: len(run.parcels) == 2, "acknowledged")
        run.hang_up()
        assert run.end() == 0 and peer.bodies() == ["one", "two"], run


def test_interrupted(sender, c2s_peer):
    """SIGTERM and SIGINT end it in order: what is under way is told."""
    for number in (15, 2):
        peer = c2s_peer()
        with sender.running(peer, "--lines", BOB) as run:
            run.say("one\n")
            run.until(lambda: len(run.parcels) == 1, "acknowledged")
            began = time.monotonic()
            run.process.send_signal(number)
            run.end()
            assert time.monotonic() - began < 5 * sendmsg.SLOW
            assert peer.settle().sessions[0].closed and peer.bodies() == ["one"], run


def test_muc_recipient_that_is_no_room(sender, den):
    """A service, or somebody in a room, is a slip of the pen: nothing is entered."""
    peer = den()
    for address, hint in (("rooms.peer.test", "room@rooms.peer.test"), ("den@rooms.peer.test/me", "--nick")):
        wrong = sender.words(peer, "--muc", address, status=3)
        assert address in wrong.err and hint in wrong.err and not peer.sessions, wrong


def test_muc_namespace_of_the_entry(sender, den):
    """XEP-0045, 7.2.2: who leaves the <x/> out has not joined, but is a stranger who shows presence."""
    peer = den()
    visit(sender, peer, status=0)
    assert peer.settle().presences[0].find(f"{{{MUC}}}x") is not None


def test_no_dry_run_is_told_where_none_was_asked_for(sender, c2s_peer):
    """A session that ends before the first line comes."""
    peer = c2s_peer()
    with sender.running(peer, "--lines", "--report", "--retry", "0", BOB, json=False) as run:
        run.until(lambda: "auth " in run.out, "logged in")
        peer.sessions[0].send("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
        assert run.end() == 3 and "conflict" in run.err and "dry run" not in run.out, run


def test_session_that_ends_before_the_first_message_is_no_success(sender, c2s_peer):
    """Its record says what the exit status says."""
    peer = c2s_peer()
    with sender.running(peer, "--lines", "--retry", "0", BOB) as run:
        run.until(lambda: peer.sessions and peer.sessions[0].managed, "logged in")
        peer.sessions[0].send("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
        assert run.end() == 3, run
        record = json.loads(run.out)
        tool.assert_record_valid(record)
        assert record["status"] == "unknown" and "conflict" in record["sendmsg"]["session"]["failure"]["text"], run


def test_interrupted_before_anything_went_out(sender, c2s_peer):
    """Ctrl-C ends it at once: while a text is read, and while a server does not answer."""
    with sender.running(c2s_peer(), BOB) as run:
        time.sleep(0.5 * sendmsg.SLOW)
        run.process.send_signal(signal.SIGINT)
        assert run.end() == -signal.SIGINT, run
    peer = c2s_peer(fault=("inner features", "silence"))
    with sender.running(peer, BOB, "-m", BODY, timeout=600) as run:
        run.until(lambda: peer.sessions and peer.sessions[0].phase == "tls", "connected")
        run.process.send_signal(signal.SIGTERM)
        assert run.end() == -signal.SIGTERM, run


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rests(pid):
    """Does next to nothing for a second."""
    before = cpu_seconds(pid)
    time.sleep(1)
    return cpu_seconds(pid) - before < 0.05


def test_waits_without_work_where_there_is_no_room(sender, c2s_peer):
    """Three messages a line do not fill the window to the last place; the input that waits behind it must not keep us busy."""
    peer = c2s_peer()
    with sender.running(peer, BOB, CAROL, DAVE, "--lines", wait="bounce=600") as run:
        run.say("".join(f"line {number}\n" for number in range(7000)))
        run.until(lambda: len(peer.messages) >= 1000, "full")
        run.until(lambda: rests(run.process.pid), "at rest")


def test_room_that_was_cut_while_entering(sender, c2s_peer):
    """The session is resumed, but nobody has answered our presence: it is to be said again."""
    class Cuts(C2sPeer):
        loses = True

        def take_presence(self, session, elem):
            if self.loses:
                self.loses = False
                session.managed.handled -= 1
                session.reset()
                raise Gone("cut")
            super().take_presence(session, elem)

    peer = c2s_peer(Cuts, rooms=[Room("den")])
    sent = visit(sender, peer, status=0)
    assert sent.outcome == "received" and sent.session["resumptions"] == 1, sent


def test_what_was_handled_is_remembered(sender, c2s_peer):
    """<failed h='3'/> tells what arrived; that the next connection is lost before it is bound must not make us forget it."""
    class Forgets(C2sPeer):
        binds = 0

        def resume(self, session, elem):
            session.send(f"<failed xmlns='{SM}' h='3'><item-not-found xmlns='{STANZAS}'/></failed>")

        def manage(self, session, name, elem):
            if name == "r" and session.number == 0:
                session.reset()
                raise Gone("cut")
            super().manage(session, name, elem)

        def bind(self, session, elem):
            self.binds += 1
            if self.binds == 2:
                session.reset()
                raise Gone("cut")
            super().bind(session, elem)

    peer = c2s_peer(Forgets)
    sent = sender(peer, BOB, "--lines", "--resend", stdin="a\nb\nc\n", status=0)
    assert peer.settle().bodies() == ["a", "b", "c"] and sent.outcomes == ["acked"] * 3, sent


def sleeps(pid):
    """It waits for something, and does so still a moment later."""
    def look():
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0], cpu_seconds(pid)

    before = look()
    time.sleep(0.2)
    return before[0] == "S" and look() == before


def test_what_could_not_be_written_is_not_sent(sender, c2s_peer, tmp_path):
    """--wait=none: written is all; but what was in the write that failed is unknown, and kept. (From a file and into one: all that
    it can wait for is that there is room between us.)"""
    taken, full = threading.Event(), threading.Event()

    class Stops(C2sPeer):
        def take_message(self, session, elem):
            taken.set()
            full.wait(daemon.PATIENCE)
            session.reset()
            raise Gone("cut")

    peer, lines, told, kept = c2s_peer(Stops, managed=False), tmp_path / "lines", tmp_path / "told", tmp_path / "kept"
    lines.write_text("".join(f"{number} {'x' * 9000}\n" for number in range(3000)))
    with sender.running(peer, BOB, "--lines", "--retry=0", "--unsent", kept, wait="none", redirected=f"<{lines} >{told}") as run:
        run.until(taken.is_set, "begun")
        run.until(lambda: sleeps(run.process.pid), "without room")
        full.set()
        assert run.end() == 1, run
    outcomes = [json.loads(line)["sendmsg"]["outcome"] for line in told.read_text().splitlines()]
    assert "unknown" in outcomes and kept.read_text().count("<message") == len(outcomes) - outcomes.count("sent"), outcomes


def test_lost_for_good_is_no_success(sender, c2s_peer):
    """What went before is delivered; what stands in the input still is not."""
    peer = c2s_peer()
    with sender.running(peer, BOB, "--lines", "--retry=0") as run:
        run.say("one\n")
        run.until(lambda: run.parcels, "told")
        peer.sessions[0].cut()
        assert run.end() == 1, run


def test_what_was_read_is_kept_when_interrupted(sender, c2s_peer, tmp_path):
    """A pipe forgets what was read from it: each line is in --unsent, or in the pipe still."""
    peer, kept = c2s_peer(fault=("ack", "silence")), tmp_path / "kept"
    read, write = os.pipe()
    os.write(write, "".join(f"line {number}\n" for number in range(3000)).encode())
    environment = {**{name: value for name, value in tool.clean_environment().items() if name != "XMPP_PASSWORD"},
                   **{name: value for name, value in sender.env.items() if value is not None}}
    argv = [tool.find("xmpp-sendmsg"), *sender.arguments(peer, [BOB, "--lines", "--unsent", kept], timeout=60, json=False)]
    with subprocess.Popen(argv, stdin=read, env=environment, stderr=subprocess.PIPE) as process:
        end = time.monotonic() + 20 * sendmsg.SLOW
        while not peer.messages and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5 * sendmsg.SLOW)  # until the window is full, and the rest read ahead
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20 * sendmsg.SLOW)
    os.close(write)
    with open(read, "rb") as rest:
        left = rest.read().count(b"\n")
    assert kept.read_text().count("<message") + left == 3000 and process.returncode == 3


def test_connect_of_the_configuration(sender, c2s_peer):
    """`connect` says where the server is; --connect goes before it."""
    peer, elsewhere = c2s_peer(), c2s_peer()
    path = sender.home / "config" / "xmpp-sendmsg"
    path.parent.mkdir()
    path.touch(0o600)
    for place, args in ((peer.at, ()), (elsewhere.at, ("--connect", peer.at))):
        path.write_text(f"user {ALICE}\npassword {sendmsg.PENCIL}\nconnect {place}\n")
        sender.raw("--trust", str(sender.ca.file), "--wait=ack", *args, BOB, stdin=BODY, env=sender.env).expect(status=0)
    assert peer.bodies() == [BODY, BODY] and not elsewhere.sessions


def test_two_signals_at_once_are_one(sender, c2s_peer, tmp_path):
    """A terminal that closes while the system goes down: --unsent is written all the same."""
    peer, kept = c2s_peer(fault=("ack", "silence")), tmp_path / "kept"
    with sender.running(peer, BOB, "--lines", "--unsent", kept, timeout=60) as run:
        run.say("one\n")
        run.until(lambda: peer.messages, "sent")
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
            run.process.send_signal(number)
        assert run.end() == 3 and "<message" in kept.read_text(), run


@pytest.mark.parametrize("condition, again", [("temporary-auth-failure", True), ("not-authorized", False)])
def test_login_that_fails_on_the_way_back(sender, c2s_peer, condition, again):
    """What may pass is tried again while --retry lasts; a no is a no."""
    class Hesitates(C2sPeer):
        def authenticate(self, session, elem, profile):
            if len(self.sessions) == 2:
                self.deny(session, profile, condition)
            else:
                super().authenticate(session, elem, profile)

    peer = c2s_peer(Hesitates, cuts={1: "after"})
    sent = sender(peer, "--lines", BOB, stdin="one\ntwo\n", status=0 if again else None)
    assert len(peer.sessions) == (3 if again else 2), sent
    assert (set(sent.outcomes) == {"acked"}) is again, sent


def test_room_messages_that_were_kept(sender, den, tmp_path):
    """--unsent keeps them as stanzas; who sends them again says which rooms to be in."""
    kept = tmp_path / "kept"
    sender.words(None, "--connect", "127.0.0.1:1", "--muc", "--unsent", kept, DEN, status=3)
    peer = den()
    sent = sender(peer, "--stanza", "--muc", DEN, stdin=kept.read_text(), wait="bounce=30", status=0)
    assert sent.parcel["evidence"] == "reflection" and peer.settle().bodies() == [BODY], sent


def test_lone_word_is_no_address(sender, c2s_peer):
    peer = c2s_peer()
    sent = sender.words(peer, "admin", status=3)
    assert "admin is no address: admin@ which domain?" in sent.err and not peer.sessions, sent


@pytest.mark.parametrize("silent", ["header", "handshake", "features"])
def test_interrupted_while_a_server_is_silent(sender, c2s_peer, tmp_path, silent):
    """What was read is kept, and nobody waits for -t."""
    peer, kept = c2s_peer(fault=(silent, "silence")), tmp_path / "kept"
    with sender.running(peer, BOB, "-m", BODY, "--unsent", kept, timeout=600) as run:
        run.until(lambda: peer.sessions, "connected")
        run.process.send_signal(signal.SIGINT)
        assert run.end() == 3 and "interrupted" in run.err, run
    assert BODY in kept.read_text()
