"""The matrix of spec/dialback.md, section 12: what a server does that keeps the rule, and what is said of one that breaks it."""

import dataclasses
import functools
import re

import pytest

import dbfaults as faults
import dialback
import tool
from dbpeer import Server

ANY = ("valid", "invalid", "error", "stream-error", "closed", "silence", "none", "accepted", "failure")


@dataclasses.dataclass
class Row:
    """One server under one check."""

    check: str
    server: type
    habits: dict = dataclasses.field(default_factory=dict)
    outcome: tuple = ANY           # one of these
    condition: str = None
    severity: tuple = (None,)      # one of these
    finding: str = None            # among those of the section
    facts: dict = dataclasses.field(default_factory=dict)  # members of the check
    args: tuple = ()
    cert: dict = None              # what we show: ca.issue()
    wait: float = dialback.WAIT

    def __str__(self):
        habits = "".join(f"-{name}={value}" for name, value in self.habits.items())
        return f"{self.check}-{self.server.__name__}{habits}{'-' + '-'.join(self.cert) if self.cert else ''}"


def good(check, *outcome, server=Server, severity=(None, "info"), **more):
    """A server that keeps the rules, or may do as it does."""
    return Row(check, server, outcome=outcome or ANY, severity=severity, **more)


def bad(check, server, severity, finding=None, **more):
    return Row(check, server, severity=(severity,), finding=finding, **more)


TWO = {"also": ("second-peer.test",)}
QUIET = 10                         # --wait where an answer is waited for in vain
HASTY = {"wait": 2.0}              # a server that does not wait long for ours
BELIEVED = "dialback-unproven-accepted"
SPOOFED = "dialback-spoofing"

ROWS = [
    # before TLS
    good("clear-result", "stream-error", condition="policy-violation", severity=(None,), facts={"state": "refused", "tls": False}),
    bad("clear-result", faults.InClear, "critical", "dialback-in-clear"),
    bad("clear-result", Server, "warning", "dialback-in-clear", habits={"tls": "optional"}),
    good("clear-verify", "stream-error", severity=(None,)),
    good("clear-verify", "invalid", habits={"tls": "optional"}),
    good("without-version", "stream-error", severity=(None,)),
    bad("without-version", Server, "warning", "dialback-in-clear", habits={"tls": "optional"}, outcome=("valid",)),
    # its authoritative server
    good("verify-made-up", "invalid", severity=(None,)),
    bad("verify-made-up", faults.YesMan, "critical", "dialback-key-not-checked"),
    bad("verify-made-up", faults.Restless, "warning", "dialback-verify-refused", condition="not-authorized"),
    good("verify-other-id", "invalid", severity=(None,)),
    bad("verify-other-id", faults.YesMan, "critical", "dialback-key-not-checked"),
    good("verify-two", "invalid", severity=(None,), facts={"another": {"outcome": "invalid"}}),
    bad("verify-two", faults.OneQuestion, "warning", "dialback-unanswered", wait=QUIET),
    good("verify-twice", "invalid", severity=(None,)),
    bad("verify-twice", faults.Moody, "info", "dialback-deviates"),
    good("verify-without-id", "stream-error", condition="improper-addressing"),
    bad("verify-without-id", faults.YesWithoutId, "critical", "dialback-key-not-checked"),
    good("verify-unknown-host", "error", condition="item-not-found", severity=(None,), facts={"stays": True}),
    bad("verify-unknown-host", faults.HostUnknown, "info", condition="host-unknown", facts={"stays": False}),
    bad("verify-unknown-host", faults.Deaf, None, outcome=("error",)),
    # its receiving role, with nobody listening
    good("target-unknown", "error", condition="item-not-found", severity=(None,), facts={"stays": True}),
    bad("target-unknown", faults.HostUnknown, "info", condition="host-unknown", facts={"stays": False}),
    bad("target-unknown", faults.Deaf, "warning", "dialback-unanswered", outcome=("silence",), wait=QUIET),
    good("sender-unresolvable", "error", condition="remote-server-not-found", severity=(None,)),
    bad("sender-unresolvable", faults.Credulous, "critical", BELIEVED),
    bad("sender-unresolvable", faults.Lazy, "critical", BELIEVED),
    bad("sender-unresolvable", faults.Deaf, "info", "dialback-deviates"),
    good("without-from", "stream-error", condition="improper-addressing", severity=(None,)),
    bad("without-from", faults.Nameless, "warning", "dialback-incomplete-processed", outcome=("error", "invalid", "valid")),
    good("without-to", "stream-error", condition="improper-addressing", severity=(None,)),
    bad("without-to", faults.Nameless, "warning", "dialback-incomplete-processed", outcome=("error", "invalid", "valid")),
    good("key-huge", "error"),
    bad("key-huge", faults.Fragile, "warning"),
    # its receiving role, and we are the authoritative server
    good("round", "valid", severity=(None,),
         facts={"called_back": True, "called_in_clear": False, "key": "right", "tls": True}),
    good("round", "valid", severity=(None,), cert={}, facts={"called_back": True, "called_in_clear": False, "key": "right", "tls": True}),
    bad("round", faults.Deaf, "critical", outcome=("silence",), facts={"called_back": True}, wait=QUIET),
    bad("round", faults.Lazy, "critical", BELIEVED, facts={"called_back": False}),
    bad("round", faults.Refusing, "critical", "dialback-denied", outcome=("invalid",)),
    bad("round", Server, "warning", "dialback-outbound-in-clear", habits={"tls": "off"}, outcome=("valid",), facts={"tls": False}),
    good("wrong-key", "invalid", severity=(None,), facts={"called_back": True}),
    bad("wrong-key", faults.Credulous, "critical", BELIEVED),
    good("answer-invalid", "invalid", severity=(None,), facts={"called_back": True, "key": "right"}),
    bad("answer-invalid", faults.Credulous, "critical", BELIEVED),
    good("answer-error", "error", condition="remote-server-not-found", severity=(None,)),
    bad("answer-error", faults.Pedantic, "info", outcome=("invalid",)),
    bad("answer-error", faults.Credulous, "critical", BELIEVED),
    good("answer-close", "error", condition="remote-server-timeout", severity=(None,)),
    bad("answer-close", faults.TrustsSilence, "critical", BELIEVED),
    bad("answer-close", faults.Deaf, "warning", "dialback-unanswered", outcome=("silence",), wait=QUIET),
    good("answer-silence", "error", condition="remote-server-timeout", severity=(None, "info"), habits=HASTY),
    bad("answer-silence", faults.TrustsSilence, "critical", BELIEVED, habits=HASTY),
    good("sender-refuses", "error", condition="remote-connection-failed", severity=(None,), facts={"called_back": False}),
    bad("sender-refuses", faults.Credulous, "critical", BELIEVED),
    good("key-empty", "invalid", "error", severity=(None,)),
    bad("key-empty", faults.Credulous, "critical", BELIEVED),
    good("key-spaces", "valid", "invalid", facts={"called_back": True}),
    bad("key-spaces", faults.Rewriting, "info", "dialback-key-altered", facts={"key": "wrong"}),
    good("key-of-clear-stream", "invalid", severity=(None,), facts={"key": "right"}),
    bad("key-of-clear-stream", faults.Credulous, "critical", BELIEVED),
    good("key-replay", "invalid", severity=(None,)),
    bad("key-replay", faults.Credulous, "critical", BELIEVED),
    good("two-senders", "valid", severity=(None,), facts={"another": {"outcome": "valid"}}),
    bad("two-senders", faults.OnePairOnly, "info", facts={"another": {"outcome": "error", "condition": "resource-constraint"}}),
    bad("two-senders", faults.DropsOnSecond, "warning"),
    good("two-targets", "valid", severity=(None,), habits=TWO, facts={"another": {"outcome": "valid"}, "stays": True}),
    bad("two-targets", faults.DropsOnSecond, "warning", habits=TWO, facts={"stays": False}),
    good("second-invalid", "valid", severity=(None,), facts={"another": {"outcome": "error", "condition": "forbidden"}, "stays": True}),
    bad("second-invalid", faults.SecondIsFine, "critical", BELIEVED),
    good("authority-no-tls", "error", severity=(None,), facts={"called_back": False}),
    bad("authority-no-tls", Server, "warning", "dialback-outbound-in-clear", habits={"tls": "optional"},
        facts={"called_in_clear": True}),
    bad("authority-no-tls", Server, "warning", "dialback-outbound-in-clear", habits={"tls": "off"}, outcome=("valid",),
        facts={"called_in_clear": True, "tls": False}),
    good("spelling", "valid", "error", "stream-error"),
    bad("spelling", faults.Lowering, "info", "dialback-deviates"),
    good("own-declaration", "valid", severity=(None,)),
    bad("own-declaration", faults.StrictXml, "info", "dialback-deviates"),
    good("other-prefix", "valid"),
    bad("other-prefix", faults.StrictXml, "info"),
    good("bidi", "valid", severity=(None,), habits={"offers_bidi": True}, facts={"delivered": True}),
    bad("bidi", faults.Chatty, "critical", SPOOFED, habits={"offers_bidi": True}),
    # what nobody proved
    good("stanza-unverified", severity=(None,), facts={"delivered": False}),
    bad("stanza-unverified", faults.Open, "critical", SPOOFED, facts={"delivered": True}),
    good("stanza-other-sender", severity=(None,), facts={"delivered": False}),
    bad("stanza-other-sender", faults.OpenToVerified, "critical", SPOOFED),
    good("stanza-other-target", severity=(None,), habits=TWO, facts={"delivered": False}),
    bad("stanza-other-target", faults.OpenToVerified, "warning", SPOOFED, habits=TWO),
    good("unsolicited-result", severity=(None,), facts={"delivered": False}),
    bad("unsolicited-result", faults.Unasked, "critical", SPOOFED),
    good("unsolicited-verify", severity=(None,), facts={"delivered": False}),
    bad("unsolicited-verify", faults.Unasked, "critical", SPOOFED),
    good("answer-other-id", "error", "silence", severity=(None,), habits=HASTY),
    bad("answer-other-id", faults.AnyId, "critical", BELIEVED),
    good("answer-swapped", "error", "silence", severity=(None,), habits=HASTY),
    bad("answer-swapped", faults.AnyPair, "critical", BELIEVED),
    good("answer-twice", "invalid", severity=(None,)),
    bad("answer-twice", faults.LastWord, "critical", BELIEVED),
    # its initiating role
    good("back", "valid", severity=(None,), facts={"called_back": True, "delivered": True}),
    bad("back", faults.SplitSecret, "critical", "dialback-cluster-secret", outcome=("invalid",)),
    good("back-error", facts={"called_back": True, "delivered": False}),
    bad("back-error", faults.RudeEnd, "info", "dialback-deviates"),
    bad("back-error", faults.Eager, "warning", "dialback-sends-early", wait=QUIET),
    good("back-invalid", severity=(None, "info"), facts={"delivered": False}),
    bad("back-invalid", faults.Eager, "warning", "dialback-sends-early", wait=QUIET),
    good("back-silence", facts={"delivered": False}, wait=14),
    bad("back-silence", faults.Eager, "warning", "dialback-sends-early", wait=QUIET),
    good("back-no-tls", severity=(None,), facts={"delivered": False}),
    bad("back-no-tls", Server, "warning", habits={"tls": "optional"}),
    good("back-external", severity=(None,)),
    bad("back-external", faults.GivesUpOnExternal, "info", "dialback-deviates"),
    good("back-unsolicited", severity=(None,)),
    bad("back-unsolicited", faults.Believer, "critical", SPOOFED),
    good("back-bidi", severity=("info",), finding="dialback-note"),
    # our certificate
    good("external", "accepted", severity=(None,), habits={"external": "accept"}, cert={}),
    good("external", "accepted", severity=(None,), habits={"external": "accept"}, cert={"eku": ("server",)}),
    bad("external", Server, "warning", "external-needs-client-purpose", habits={"external": "clients"}, cert={"eku": ("server",)},
        facts={"state": "refused", "stays": True}),
    good("external", "failure", condition="not-authorized", habits={"external": "refuse"}, cert={"dns": ["wrong.test"]},
         facts={"stays": True}),
    good("external", habits={"external": "accept"}, cert={"dns": ["wrong.test"]}, facts={"state": "refused", "stays": True}),
    bad("external", Server, "info", "external-refused", habits={"external": "refuse"}, cert={}),
    bad("external", faults.Gullible, "critical", "external-unproven-accepted", cert={"dns": ["wrong.test"]}),
    good("without-dialling", "valid", habits={"trusts": True}, cert={}, facts={"called_back": False}, finding="dialback-without-dialling"),
    good("without-dialling", "valid", cert={}, severity=(None,), facts={"called_back": True}),
    bad("without-dialling", faults.NoCertificatesPlease, "warning", cert={}),
]


@functools.cache
def catalogue():
    """--list-checks: name to the rows of the matrix."""
    found = {}
    for line in tool.run(dialback.NAME, ["--list-checks"]).out.splitlines():
        if fields := re.match(r"([a-z][a-z-]+) +(yes|no|own) +([0-9, -]*)  ", line):
            found[fields[1]] = fields[3]
    return found


def look_at(row, ca, dns, me, server):
    args = list(row.args)
    if row.check in ("two-senders", "second-invalid", "stanza-other-sender"):
        args += ["--piggyback", f"second-{me.domain}"]
        me.leads_here(f"second-{me.domain}")
    if row.check in ("two-targets", "stanza-other-target"):
        args += ["--piggyback-to", "second-peer.test"]
    if row.cert is not None:
        certificate = ca.issue(me.domain, **row.cert)
        args += ["--cert", certificate.crt, "--key", certificate.key]
    return dialback.look(ca, dns, me, server.domain, "--check", row.check, *args, wait=row.wait)


def complaints(row, seen):
    check = seen.check(row.check)
    if check.get("outcome", "none") not in row.outcome:
        yield f"outcome {check.get('outcome', 'none')} instead of {' or '.join(row.outcome)}"
    if row.condition is not None and check.get("condition") != row.condition:
        yield f"condition {check.get('condition')} instead of {row.condition}"
    if seen.severity(row.check) not in row.severity:
        yield f"severity {seen.severity(row.check)} instead of {' or '.join(map(str, row.severity))}"
    if row.finding is not None and row.finding not in seen.ids:
        yield f"no finding {row.finding} among {seen.ids}"
    for name, value in row.facts.items():
        found = check.get(name)
        if isinstance(value, dict) and found:
            found = {each: found.get(each) for each in value}
        if found != value:
            yield f"{name} {found} instead of {value}"
    if seen.result.status < {"critical": 2, "warning": 1}.get(seen.severity(row.check), 0):
        yield f"status {seen.result.status} in spite of {seen.severity(row.check)}"


def assert_as_told(row, seen):
    wrong = list(complaints(row, seen))
    assert not wrong, f"{'; '.join(wrong)}\n{seen}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(ca, dns, me, dialback_peer, row):
    server = dialback_peer(row.server, **row.habits)
    assert_as_told(row, look_at(row, ca, dns, me, server))


SLOW_ROWS = [
    good("keepalive", "valid", severity=(None,), facts={"another": {"outcome": "valid"}}),
    bad("keepalive", faults.ShortMemory, "info"),
]


@pytest.mark.slow
@pytest.mark.parametrize("row", SLOW_ROWS, ids=str)
def test_slow_row(ca, dns, me, dialback_peer, row):
    """A minute of silence: row 56. (Row 5 wants two minutes of patience: tests/unit/test_judge_dialback.c.)"""
    server = dialback_peer(row.server, **row.habits)
    assert_as_told(row, look_at(row, ca, dns, me, server))


def test_every_check_is_here():
    """So that no trial is added without a server that it is tried on."""
    assert {row.check for row in ROWS + SLOW_ROWS} == set(catalogue())


def test_every_row_of_the_matrix_is_tried():
    """22 is what we never do."""
    tried = {int(number) for rows in catalogue().values() for number in re.findall(r"\d+", rows)}
    assert tried == set(range(1, 59)) - {22}
