"""Many messages at once: each batch asks for its own acknowledgement (XEP-0198), whatever the server makes of the questions."""

from c2speer import C2sPeer
from sendmsg import BOB, SLOW

COUNT = 300
LINES = [f"{number:04} " + "x" * 100 for number in range(COUNT)]  # several batches


class Asked(C2sPeer):
    """Notes how many stanzas it had handled at each <r/>, and answers those it may."""

    def __init__(self, *args, **settings):
        self.asked = []
        super().__init__(*args, **settings)

    def manage(self, session, name, elem):
        if name == "r":
            self.asked.append(self.h(session))
            if not self.may_answer():
                return
        super().manage(session, name, elem)


class OnlyTheFirst(Asked):
    def may_answer(self):
        return len(self.asked) == 1


class OnlyTheLast(Asked):
    def may_answer(self):
        return self.asked[-1] == COUNT


class Behind(C2sPeer):
    """Asked first, it has handled half of what it was sent (T10)."""

    answers = 0

    def manage(self, session, name, elem):
        self.answers += name == "r"
        super().manage(session, name, elem)

    def h(self, session):
        return session.managed.handled // (2 if self.answers <= 3 else 1)


def test_told_while_the_server_works(sender, c2s_peer):
    """What the first batch brought is told though nothing is known of the rest."""
    peer = c2s_peer(OnlyTheFirst)
    with sender.running(peer, "--lines", BOB) as run:
        run.say("\n".join(LINES) + "\n")
        run.until(lambda: len(peer.messages) == COUNT and peer.asked[-1] == COUNT, "all of them came, and the last was asked about")
        run.until(lambda: len(run.parcels) == peer.asked[0], "the first batch told")
        assert 0 < peer.asked[0] < COUNT / 2 and len(peer.asked) < 20, peer.asked


def test_one_answer_to_many_questions(sender, c2s_peer):
    """... is the answer to all of them: nothing is waited for behind it."""
    peer = c2s_peer(OnlyTheLast)
    sent = sender(peer, "--lines", BOB, stdin="\n".join(LINES), status=0, timeout=5)
    assert sent.outcomes == ["acked"] * COUNT and peer.settle().bodies() == LINES and len(peer.sessions) == 1, sent
    assert sent.result.seconds < 5 * SLOW and len(peer.asked) > 2, peer.asked


def test_answers_that_are_behind(sender, c2s_peer):
    """Who has not handled all yet is asked again."""
    peer = c2s_peer(Behind)
    sent = sender(peer, "--lines", BOB, stdin="\n".join(LINES), status=0, timeout=5)
    assert sent.outcomes == ["acked"] * COUNT and len(peer.sessions) == 1 and peer.answers > 3, sent
