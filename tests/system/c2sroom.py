"""Group chat of a C2sPeer (XEP-0045), as far as a visitor sees it: c2speer.C2sPeer(ca, rooms=[Room("den", password="x")])."""

import dataclasses
import xml.sax.saxutils

from dbstream import CLIENT

MUC, USER, OWNER = (f"http://jabber.org/protocol/muc{tail}" for tail in ("", "#user", "#owner"))
DISCO = "http://jabber.org/protocol/disco#info"
ORIGIN = "urn:xmpp:sid:0"


@dataclasses.dataclass
class Room:
    name: str
    password: str = None
    refuses: str = None        # who wants to join: a condition (registration-required, forbidden, item-not-found: locked ...)
    nicks: tuple = ("somebody",)  # who is there
    renames: str = None        # the nick everybody gets (status 210)
    voice: bool = True
    reflects: str = "id"       # "origin-id": with another id; "never"; "stranger": somebody else's message has our id first
    old: bool = False          # knows no status codes
    exists: bool = True        # for who asks; joining creates it (status 201)
    inside: dict = dataclasses.field(default_factory=dict)  # nick: full JID


class Service:
    """`heard` tells what was asked: ("disco", room), ("join", room, nick, password, history), ("leave", ...), ("destroy", room)."""

    def __init__(self, peer, domain, rooms):
        self.peer, self.domain = peer, domain
        self.rooms = {f"{room.name}@{domain}": room for room in rooms}
        self.heard = []

    def serves(self, to):
        return to.split("/")[0].rpartition("@")[2] == self.domain

    def iq(self, session, elem):
        bare = elem.get("to").split("/")[0]
        if elem.find(f"{{{OWNER}}}query/{{{OWNER}}}destroy") is not None:
            self.heard.append(("destroy", bare))
            self.rooms.pop(bare, None)
            self.peer.result(session, elem)
            return
        self.heard.append(("disco", bare))
        room = self.rooms.get(bare)
        if room is None or not room.exists:
            self.peer.bounce(session, elem, bare, "cancel", "item-not-found", name="iq")
        else:
            self.peer.result(session, elem, f"<query xmlns='{DISCO}'><identity category='conference' type='text'/><feature var='{MUC}'/></query>")

    def presence(self, session, elem):
        bare, _, nick = elem.get("to").partition("/")
        if elem.get("type") == "unavailable":
            self.leave(session, bare, nick)
        else:
            self.join(session, elem, bare, nick)

    def leave(self, session, bare, nick):
        self.heard.append(("leave", bare, nick))
        if self.rooms.get(bare) and self.rooms[bare].inside.pop(nick, None):
            self.tell(session, bare, nick, "none", ("110",), " type='unavailable'")

    def join(self, session, elem, bare, nick):
        asked = elem.find(f"{{{MUC}}}x")
        history = asked.find(f"{{{MUC}}}history").get("maxstanzas") if asked.find(f"{{{MUC}}}history") is not None else None
        password = asked.findtext(f"{{{MUC}}}password")
        self.heard.append(("join", bare, nick, password, history))
        created = bare not in self.rooms or not self.rooms[bare].exists
        room = self.rooms.setdefault(bare, Room(bare.split("@")[0], nicks=()))
        room.exists = True
        refusal = self.refusal(room, nick, password)
        if refusal:
            self.peer.bounce(session, elem, f"{bare}/{nick}", "auth", refusal, name="presence")
            return
        nick, changed = room.renames or nick, bool(room.renames)
        room.inside[nick] = session.jid
        for other in room.nicks:
            self.tell(session, bare, other, "member", ())
        self.tell(session, bare, nick, "owner" if created else "none",
                  () if room.old else ("100", *(("201",) if created else ()), *(("210",) if changed else ()), "110"))
        self.peer.reply(session, f"<message from={quoted(bare)} to={quoted(session.jid)} type='groupchat'><subject>Welcome</subject></message>")

    @staticmethod
    def refusal(room, nick, password):
        if room.refuses:
            return room.refuses
        if not nick:
            return "jid-malformed"
        if room.password and password != room.password:
            return "not-authorized"
        return "conflict" if nick in room.nicks else None

    def tell(self, session, bare, nick, affiliation, codes, more=""):
        status = "".join(f"<status code='{code}'/>" for code in codes)
        self.peer.reply(session, f"<presence from={quoted(f'{bare}/{nick}')} to={quoted(session.jid)}{more}><x xmlns='{USER}'>"
                                 f"<item affiliation='{affiliation}' role='participant'/>{status}</x></presence>")

    def message(self, session, elem):
        bare = elem.get("to").split("/")[0]
        room = self.rooms.get(bare)
        nick = room and next((nick for nick, jid in room.inside.items() if jid == session.jid), None)
        if not nick:
            self.peer.bounce(session, elem, bare, "modify", "not-acceptable")
        elif not room.voice:
            self.peer.bounce(session, elem, bare, "auth", "forbidden")
        elif room.reflects != "never":
            self.reflect(session, elem, bare, nick, room.reflects)

    def reflect(self, session, elem, bare, nick, how):
        body = xml.sax.saxutils.escape(elem.findtext(f"{{{CLIENT}}}body") or "")
        known = "another" if how == "origin-id" else elem.get("id")
        sender = "somebody" if how == "stranger" else nick
        self.peer.reply(session, f"<message type='groupchat' from={quoted(f'{bare}/{sender}')} to={quoted(session.jid)} id={quoted(known)}>"
                                 f"<body>{body}</body><origin-id xmlns='{ORIGIN}' id={quoted(elem.get('id'))}/></message>")


def quoted(text):
    return xml.sax.saxutils.quoteattr(text or "")
