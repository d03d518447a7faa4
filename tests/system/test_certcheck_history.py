"""xmpp-certcheck's history: what was seen before, pins, trust on first use.  Time passes in records: each look is a
starttls section with the certificate and the moment that the test wants; and once on a real server."""

import base64
import dataclasses
import hashlib
import shutil

import pytest

import servers
import tool
from certcheck import NAME, check, ids, line, rows, sections, state, template, text  # some are fixtures

DAY = 24


@pytest.fixture
def look(ca, line, state):
    """look(certificate, hours, options...): the section of one look, remembered; `status` is its exit status."""
    def start(certificate, hours=0, *args, status=None, port=5222):
        result = check(line(certificate, hours, port), "--trust", ca.file, *args, state=state, status=status)
        [seen] = sections(result)
        return seen
    return start


def test_first_and_then_quiet(ca, look, state):
    leaf = ca.issue("good.test")
    seen = look(leaf, -10 * DAY, status=0)
    assert seen["change"]["class"] == "first" and not seen["findings"] and "previous" not in seen["change"]
    for hours in (-9 * DAY, -1, 0):
        later = look(leaf, hours, status=0)
        assert later["change"] == {"class": "none", "expected": True, "first_seen": seen["time"]} and not later["findings"]
    [(place, sha256, accepted)] = rows(state)
    assert sha256 == leaf.sha256 and accepted == 1 and place.startswith("starttls good.test:5222 127."), place


def test_renewal_in_due_time(ca, look):
    """Less than a half of its life was left: told as information, and once."""
    old, new = ca.issue("good.test", days=20), ca.issue("good.test", days=80)
    look(old, -1)
    seen = look(new, status=0)
    assert (seen["change"]["class"], seen["change"]["expected"]) == ("renewed-new-key", True) and ids(seen) == {"cert-changed": "info"}
    assert seen["change"]["previous"]["sha256"] == old.sha256
    assert look(new, 1, status=0)["change"]["class"] == "none"


def test_new_key_too_early_is_loud_until_accepted(ca, look):
    old, new = ca.issue("good.test", days=61), ca.issue("good.test", days=80)
    look(old, -2, status=0)
    for hours in (-1, 0):
        seen = look(new, hours, status=1)
        assert ids(seen) == {"cert-changed": "warning"} and seen["change"]["class"] == "renewed-new-key", seen
    seen = look(new, 1, "--accept", status=0)
    assert ids(seen) == {"cert-changed": "info"} and seen["change"]["expected"], seen
    assert ids(look(new, 2, status=0)) == {}


def test_new_authority(ca, look, tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(ca.file.read_bytes() + ca.untrusted.file.read_bytes())
    look(ca.issue("good.test", days=20), -2)
    other = ca.untrusted.issue("good.test", days=80)
    seen = look(other, -1, "--trust", both, status=1)
    assert ids(seen) == {"cert-authority-changed": "warning"} and seen["change"]["class"] == "new-authority", seen
    assert "nobody trusts this" in text(seen, "cert-authority-changed")
    assert ids(look(other, 0, "--trust", both, "--accept", status=0)) == {"cert-changed": "info"}
    assert ids(look(other, 1, "--trust", both, status=0)) == {}


def test_names_that_go_and_names_that_come(ca, look):
    two = ca.issue("good.test", dns=["good.test", "upload.good.test"], days=20)
    one, three = ca.issue("good.test", days=21), ca.issue("good.test", dns=["good.test", "upload.good.test", "x.good.test"], days=80)
    look(two, -2)
    seen = look(one, -1, status=1)
    assert ids(seen)["cert-names-changed"] == "warning" and "upload.good.test" in text(seen, "cert-names-changed"), seen
    seen = look(three, 0, status=0)
    assert seen["change"]["class"] == "new-names" and seen["change"]["expected"] and ids(seen) == {"cert-changed": "info"}, seen


def test_an_old_one_is_back(ca, look):
    """A server that was not reloaded after all."""
    old, new = ca.issue("good.test", days=25), ca.issue("good.test", days=80)
    look(old, -5 * DAY)
    assert look(new, -2 * DAY, status=0)["change"]["class"] == "renewed-new-key"
    seen = look(old, -1 * DAY, status=1)
    assert seen["change"]["class"] == "reappeared" and ids(seen)["cert-reappeared"] == "warning", seen
    assert ids(look(new, 0, status=0)) == {}


def test_another_endpoint_with_the_same(ca, look, state):
    leaf = ca.issue("good.test")
    look(leaf, -1)
    assert look(leaf, 0, port=5333, status=0)["change"]["class"] == "new-endpoint"
    assert len(rows(state)) == 2


def test_on_a_real_server(ca, make_prosody, state, tmp_path):
    """The same over the wire: started, looked at twice, renewed too early, accepted."""
    old, new = ca.issue("one.test", days=61), ca.issue("one.test", days=80)
    files = dataclasses.replace(old, key=tmp_path / "one.test.key", crt=tmp_path / "one.test.crt")

    def install(leaf):
        shutil.copy(leaf.key, files.key)
        shutil.copy(leaf.crt, files.crt)

    install(old)
    server = make_prosody([servers.Host("one.test", files)])

    def look(*args, status):
        result = check(server.record("one.test"), "--trust", ca.file, *args, state=state, status=status)
        return {each["change"]["class"] for each in sections(result)}, set().union(*map(ids, sections(result)))

    assert look(status=0) == ({"first"}, set())
    assert look(status=0) == ({"none"}, set()) and len(rows(state)) == 4
    install(new)
    server.stop()
    server.start()
    assert look(status=1) == ({"renewed-new-key"}, {"cert-changed"})
    assert look("--accept", status=0)[0] == {"renewed-new-key"}
    assert look(status=0) == ({"none"}, set()) and len(rows(state)) == 8


def test_the_table(ca, look, state):
    old, new = ca.issue("good.test", days=20), ca.issue("good.test", days=80)
    look(old, -48)
    look(new, 0)
    result = tool.run(NAME, ["--history", "--state", state, "good.test"]).expect(status=0, err="")
    header, *body = result.out.splitlines()
    assert header.split()[:3] == ["DOMAIN", "SERVICE", "PLACE"] and len(body) == 2, result
    assert old.sha256[:16] in body[0] and new.sha256[:16] in body[1] and "new key" in body[1] and "accepted" in body[1], result
    assert tool.run(NAME, ["--history", "--state", state]).out == result.out, "of all domains"
    tool.run(NAME, ["--history", "--state", state, "other.test"]).expect(
        status=0, out="", err=f"{NAME}: other.test: the history holds nothing\n")


def test_trust_on_first_use(ca, look):
    mine, theirs = ca.issue("good.test", self_signed=True), ca.issue("good.test", self_signed=True, days=80)
    seen = look(mine, -2, "--tofu")
    assert seen["authenticated_by"] == ["pin"] and "critical" not in ids(seen).values(), seen
    seen = look(mine, -1, "--tofu")
    assert seen["authenticated_by"] == ["pin"] and "critical" not in ids(seen).values(), seen
    seen = look(theirs, 0, "--tofu", status=2)
    assert not seen["authenticated"] and {"cert-changed", "cert-self-signed"} <= set(ids(seen)), seen
    look(mine, 1, status=2)  # without --tofu nobody vouches for it


@pytest.mark.parametrize("pin", [
    lambda leaf: leaf.sha256,
    lambda leaf: leaf.sha256.upper(),
    lambda leaf: ":".join(leaf.sha256[at:at + 2] for at in range(0, 64, 2)),
    lambda leaf: hashlib.sha256(leaf.spki_der).hexdigest(),
    lambda leaf: base64.b64encode(hashlib.sha256(leaf.spki_der).digest()).decode(),
    lambda leaf: "sha256//" + base64.b64encode(hashlib.sha256(leaf.der).digest()).decode(),
], ids=["hex", "upper", "colons", "key", "key-base64", "curl"])
def test_right_pin(ca, line, pin):
    leaf = ca.issue("good.test", self_signed=True)
    [seen] = sections(check(line(leaf), "--trust", ca.file, "--pin-sha256", "00" * 32, "--pin-sha256", pin(leaf)))
    assert seen["authenticated_by"] == ["pin"] and seen["pins"] == {"matched": True} and "critical" not in ids(seen).values(), seen


def test_wrong_pin(ca, line):
    [seen] = sections(check(line(ca.issue("good.test")), "--trust", ca.file, "--pin-sha256", "00" * 32, status=2))
    assert ids(seen) == {"pin-mismatch": "critical"} and seen["pins"] == {"matched": False}, seen
