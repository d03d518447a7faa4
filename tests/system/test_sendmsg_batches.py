"""Many messages at once, and when we ask whether they were handled (XEP-0198)."""

from c2speer import C2sPeer
from sendmsg import BOB

COUNT = 300
LINES = [f"{number:04} " + "x" * 100 for number in range(COUNT)]  # several batches


class Asked(C2sPeer):
    """Notes how many stanzas it had handled at each <r/>."""

    def __init__(self, *args, **settings):
        self.asked = []
        super().__init__(*args, **settings)

    def manage(self, session, name, elem):
        if name == "r":
            self.asked.append(self.h(session))
        super().manage(session, name, elem)


class Behind(C2sPeer):
    """Asked first, it has handled half of what it was sent (T10)."""

    answers = 0

    def manage(self, session, name, elem):
        self.answers += name == "r"
        super().manage(session, name, elem)

    def h(self, session):
        return session.managed.handled // (2 if self.answers <= 3 else 1)


def test_asks_behind_all_of_them(sender, c2s_peer, tmp_path):
    """Not in their midst: who answers while it still has stanzas to read may find the connection gone, and lose them half read
    (Prosody 0.12, whose session then cannot be resumed: test_thousand_messages_over_a_bad_line)."""
    peer, lines = c2s_peer(Asked), tmp_path / "lines"
    lines.write_text("\n".join(LINES))  # in a pipe it might find some of them, and ask before the others are there
    with sender.running(peer, "--lines", BOB, redirected=f"<{lines}") as run:
        assert run.end() == 0 and [each["outcome"] for each in run.parcels] == ["acked"] * COUNT, run
    assert peer.settle().bodies() == LINES and len(peer.sessions) == 1 and peer.asked == [COUNT], peer.asked


def test_answers_that_are_behind(sender, c2s_peer):
    """Who has not handled all yet is asked again."""
    peer = c2s_peer(Behind)
    sent = sender(peer, "--lines", BOB, stdin="\n".join(LINES), status=0)
    assert sent.outcomes == ["acked"] * COUNT and len(peer.sessions) == 1 and peer.answers > 3, sent
