"""Stream Management of a C2sPeer (XEP-0198): who has handled what, and sessions that outlive their connection."""

import os

from dbstream import STANZAS

SM = "urn:xmpp:sm:3"


class Managed:
    """A session as XEP-0198 remembers it, also while its connection is gone."""

    def __init__(self, user, jid):
        self.user, self.jid = user, jid
        self.id = os.urandom(6).hex()
        self.handled = 0   # theirs
        self.sent = []     # ours, which they have not acknowledged
        self.acked = 0


class Manager:
    """The part of a peer that counts. `acks` holds each h= of the client's."""

    managed = resumes = True
    location = None                     # where to resume

    def manage(self, session, name, elem):
        if name == "enable" and self.managed and session.jid:
            self.enable(session, elem)
        elif name == "resume":
            self.resume(session, elem)
        elif name == "r" and session.managed:
            self.step(session, "ack")
            session.send(f"<a xmlns='{SM}' h='{self.h(session)}'/>")
        elif name == "a" and session.managed:
            self.acks.append(int(elem.get("h")))
            self._acked(session.managed, int(elem.get("h")))
        else:
            session.send(f"<failed xmlns='{SM}'><unexpected-request xmlns='{STANZAS}'/></failed>")

    def h(self, session):
        return session.managed.handled

    def enable(self, session, elem):
        self.step(session, "enable")
        session.managed = Managed(session.user, session.jid)
        more = ""
        if self.resumes and elem.get("resume") in ("true", "1"):
            self._remembered[session.managed.id] = session.managed
            more = f" resume='true' id='{session.managed.id}' max='60'" + (f" location='{self.location}'" if self.location else "")
        session.send(f"<enabled xmlns='{SM}'{more}/>")

    def resume(self, session, elem):
        found = self._remembered.get(elem.get("previd"))
        if not found or found.user != session.user or not self.resumes:
            session.send(f"<failed xmlns='{SM}'><item-not-found xmlns='{STANZAS}'/></failed>")
            return
        session.managed, session.jid = found, found.jid
        self._acked(found, int(elem.get("h")))
        session.send(f"<resumed xmlns='{SM}' previd='{found.id}' h='{self.h(session)}'/>")
        for text in found.sent:
            session.send(text)

    @staticmethod
    def _acked(managed, h):
        del managed.sent[:h - managed.acked]
        managed.acked = h
