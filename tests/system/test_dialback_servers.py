"""xmpp-dialback against real Prosody and ejabberd, in each policy: the round, its variants, EXTERNAL, and what it costs nobody."""

import pytest

import dialback
import tool

KINDS = pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
CAREFUL = {"stanza-unverified", "stanza-other-sender", "stanza-other-target", "unsolicited-result", "unsolicited-verify",
           "answer-other-id", "answer-swapped", "answer-twice", "back-unsolicited"}
QUIET = 5                          # --wait where an answer is waited for in vain


@pytest.fixture
def look(ca, dns, me):
    """look(server, "--check", "round", cert={}): what a run as `me` sees of a server's first domain."""
    def run(server, *args, cert=None, listen=True, **how):
        args = list(args)
        if cert is not None:
            shown = ca.issue(me.domain, **cert)
            args += ["--cert", shown.crt, "--key", shown.key]
        return dialback.look(ca, dns, me, server.domains[0], *args, listen=listen, **how)

    return run


def hops(seen, *kinds):
    return [(each["way"], each["kind"], each.get("type")) for each in seen.section["hops"] if each["kind"] in kinds]


# what a run that names no check does

@pytest.mark.threads
@KINDS
def test_usual_run(federated, look, kind):
    """The default against a server that requires TLS: the round is valid, and nothing is wrong."""
    seen = look(federated(kind), cert={})
    assert seen.verdict == "valid" and seen.section["peer_trust"] == "external", seen
    assert seen.section["key_ok"] is True and seen.section["home"]["state"] == "here", seen
    assert not CAREFUL & set(seen.checks), "stanzas are sent only when asked for"
    assert set(seen.section["roles"].values()) - {"not_tested"}, seen
    for role in ("authoritative", "receiving", "external"):
        assert seen.section["roles"][role] == "tested", seen
    assert "critical" not in seen.ids.values(), seen


@KINDS
def test_usual_run_of_anybody(federated, ca, dns, kind):
    """No domain, no listener: what can be told all the same."""
    seen = dialback.look(ca, dns, None, federated(kind).domains[0])
    assert seen.verdict == "not_tested" and "us" not in seen.section, seen
    assert seen.outcome("verify-made-up") == "invalid" and seen.section["roles"]["authoritative"] == "tested", seen
    assert {"verify-made-up", "target-unknown", "sender-unresolvable", "clear-result"} <= set(seen.checks), seen
    assert not {"round", "external"} & set(seen.checks), seen
    assert "critical" not in seen.ids.values(), seen


@KINDS
def test_listener_out_of_reach(federated, look, me, kind):
    """DNS leads elsewhere, and that is what the finding says."""
    me.leads_to(me.dead())
    seen = look(federated(kind), "--check", "round", wait=QUIET)
    assert seen.section["home"]["state"] == "elsewhere" and seen.verdict != "valid", seen
    assert seen.check("round")["called_back"] is False, seen
    [found] = [each for each in seen.section["findings"] if each["id"] == "dialback-no-callback"]
    assert me.address in found["text"], found


@KINDS
def test_domain_that_leads_nowhere(federated, look, me, kind):
    me.leads_nowhere()
    seen = look(federated(kind), "--check", "round", wait=QUIET)
    assert seen.section["home"]["state"] == "nowhere" and seen.verdict != "valid", seen


@KINDS
def test_first_host_dead(federated, look, me, kind):
    """Row 34: the second one is found."""
    me.leads_to(me.dead(), (me.address, me.port))
    seen = look(federated(kind), "--check", "round")
    assert seen.section["home"]["state"] == "later" and seen.verdict == "valid", seen
    assert seen.check("round")["called_back"] is True, seen


# the round

@KINDS
@pytest.mark.parametrize("policy", ["required", "optional"])
def test_round(federated, look, kind, policy):
    seen = look(federated(kind, policy), "--check", "round")
    check = seen.check("round")
    assert seen.verdict == "valid" and seen.section["peer_trust"] == "dialback", seen
    assert check["called_back"] and not check["called_in_clear"] and check["key"] == "right" and check["tls"], seen
    [out, *_], inbound = seen.links("out"), seen.links("in")
    assert out["encrypted"] and inbound and all(each["encrypted"] for each in inbound), seen
    assert inbound[-1]["tls"]["version"] == "TLS1.3" and inbound[-1]["to"] == seen.section["us"], seen
    assert inbound[-1]["certificate_shown"] and inbound[-1]["authenticated"], seen
    assert [each for each in hops(seen, "result", "verify") if each != ("received", "result", "request")][:4] == [
        ("sent", "result", "request"), ("received", "verify", "request"), ("sent", "verify", "valid"),
        ("received", "result", "valid")] or kind == "prosody", seen
    assert not {"critical", "warning"} & {seen.severity("round")}, seen


def test_round_with_prosody_takes_its_own_first(federated, look):
    """Before it asks, it has itself verified: its key is asked back at its own authority (TESTBED)."""
    seen = look(federated("prosody"), "--check", "round")
    ours = [("sent", "result", "request"), ("received", "result", "request"), ("sent", "verify", "request"),
            ("received", "verify", "valid"), ("sent", "result", "valid"), ("received", "verify", "request"),
            ("sent", "verify", "valid"), ("received", "result", "valid")]
    assert [each for each in ours if each in hops(seen, "result", "verify")] == ours, seen


ANSWERS = [
    ("prosody", "valid", "valid", None), ("ejabberd", "valid", "valid", None),
    ("prosody", "invalid", "invalid", None), ("ejabberd", "invalid", "invalid", None),
    ("prosody", "error", "invalid", "info"), ("ejabberd", "error", "error", None),
    ("prosody", "close", "silence", "warning"), ("ejabberd", "close", "error", None),
]


@pytest.mark.parametrize("kind,answer,outcome,severity", ANSWERS)
def test_answer(federated, look, kind, answer, outcome, severity):
    """--answer: the verdict is the one that we as authority gave; Prosody makes all of them `invalid`, or says nothing (DB-48)."""
    seen = look(federated(kind), "--answer", answer, wait=dialback.WAIT if outcome != "silence" else 2 * QUIET)
    [check] = [each for name, each in seen.checks.items() if name == ("round" if answer == "valid" else f"answer-{answer}")]
    assert check["outcome"] == outcome and check["called_back"] is True, seen
    assert seen.severity(check["check"]) in (severity, "info"), seen
    said = [each for each in hops(seen, "verify") if each[0] == "sent" and each[2] != "request"]
    assert said == ([] if answer == "close" else [("sent", "verify", answer)]), seen
    assert seen.result.status < 2, seen


@pytest.mark.slow
@KINDS
def test_answer_silence(federated, look, kind):
    """Row 5: it ends, one way or the other, and is not believed."""
    seen = look(federated(kind), "--answer", "silence", timeout=200 * dialback.SLOW)
    check = seen.check("answer-silence")
    assert check["called_back"] and check["outcome"] in ("error", "closed", "stream-error", "silence", "invalid"), seen
    assert seen.severity("answer-silence") in (None, "info", "warning"), seen


@KINDS
def test_wrong_key(federated, look, kind):
    seen = look(federated(kind), "--wrong-key")
    assert seen.outcome("wrong-key") == "invalid" and seen.check("wrong-key")["called_back"], seen
    assert seen.severity("wrong-key") is None, seen


@KINDS
def test_two_pairs(federated, look, me, kind):
    """--piggyback and --piggyback-to: another domain of ours, and another one of theirs, on the same stream."""
    server = federated(kind)
    me.leads_here(f"second-{me.domain}")
    seen = look(server, "--piggyback", f"second-{me.domain}", "--piggyback-to", server.domains[1])
    for name in ("two-senders", "two-targets"):
        check = seen.check(name)
        assert check["outcome"] == "valid" and check["another"]["outcome"] == "valid" and check["stays"], seen
        assert seen.severity(name) is None, seen


@pytest.mark.parametrize("check", ["key-empty", "key-spaces", "key-of-clear-stream", "key-replay", "spelling", "second-invalid",
                                   "stanza-unverified", "stanza-other-sender", "unsolicited-result", "unsolicited-verify",
                                   "answer-other-id", "answer-swapped", "answer-twice", "back", "back-error", "back-external",
                                   "verify-two", "verify-twice", "verify-other-id", "verify-without-id"])
@KINDS
def test_both_keep_the_rule(federated, look, me, kind, check):
    """What neither gets wrong (a check a run, because ejabberd dials nobody for a while whom it could not reach)."""
    server = federated(kind)
    me.leads_here(f"second-{me.domain}")
    wait = QUIET if check in ("answer-other-id", "answer-swapped", "verify-without-id") else dialback.WAIT
    seen = look(server, "--check", check, "--piggyback", f"second-{me.domain}", "--piggyback-to", server.domains[1], wait=wait)
    assert seen.check(check)["state"] == "tested" and seen.severity(check) in (None, "info"), seen
    unproven = check in CAREFUL or check.startswith(("key-empty", "key-of", "key-replay", "verify-"))
    assert not unproven or seen.outcome(check) != "valid" and not seen.check(check).get("delivered"), seen


def test_bidi(make_prosody, dns, look):
    """Row 55: what we ask over a bidirectional stream is answered on it."""
    server = make_prosody(["bidi.test"], resolver=_resolver(dns), bidi=True)
    server.publish(dns, ways=[("s2s", "starttls")])
    seen = look(server, "--bidi")
    assert seen.check("bidi")["delivered"] is True and seen.severity("bidi") is None, seen
    assert ("sent", "bidi", None) in hops(seen, "bidi"), seen


@KINDS
def test_bidi_is_not_forced_on_anybody(federated, look, kind):
    seen = look(federated(kind), "--bidi")
    assert seen.check("bidi")["state"] == "not_tested" and "bidi" in seen.check("bidi")["reason"], seen
    assert not hops(seen, "bidi"), seen


def _resolver(dns):
    address, port = dns.resolver.split(":")
    return address, int(port)


# only over TLS

def test_clear_is_refused(federated, look):
    """ejabberd says so; Prosody stays silent, which is no dialback either."""
    seen = look(federated("ejabberd"), "--check", "clear-result,clear-verify,without-version")
    for name in seen.checks:
        assert seen.check(name)["condition"] == "policy-violation" and seen.severity(name) is None, seen
    seen = look(federated("prosody"), "--check", "clear-result,without-version")
    assert seen.outcome("clear-result") != "valid" and seen.check("without-version")["condition"] == "policy-violation", seen
    assert not {"warning", "critical"} & {seen.severity("clear-result"), seen.severity("without-version")}, seen


@KINDS
def test_clear_is_found(federated, look, kind):
    """Rows 14, 32 and 38 where TLS is optional."""
    seen = look(federated(kind, "optional"), "--check", "clear-result,without-version,authority-no-tls")
    assert seen.outcome("without-version") == "valid" and seen.severity("without-version") == "warning", seen
    assert seen.check("authority-no-tls")["called_in_clear"] and seen.severity("authority-no-tls") == "warning", seen
    assert {"dialback-in-clear", "dialback-outbound-in-clear"} <= set(seen.ids), seen
    seen.result.expect(status=1)


@KINDS
def test_clear_is_critical_under_the_statement(federated, look, kind):
    seen = look(federated(kind, "optional"), "--check", "without-version", "--policy", "manifesto")
    assert seen.severity("without-version") == "critical", seen
    seen.result.expect(status=2)


@KINDS
def test_nothing_asked_in_clear(federated, look, kind):
    """Row 32: who requires TLS comes, sees none, and keeps the key to itself."""
    seen = look(federated(kind), "--check", "authority-no-tls", wait=QUIET)
    assert seen.check("authority-no-tls")["called_back"] is False, seen
    assert seen.outcome("authority-no-tls") != "valid" and seen.severity("authority-no-tls") is None, seen


# EXTERNAL

@pytest.mark.parametrize("kind,eku", [("prosody", ("server", "client")), ("prosody", ("server",)), ("prosody", None),
                                      ("ejabberd", ("server", "client")), ("ejabberd", None)], ids=str)
def test_external_with_a_good_certificate(federated, look, kind, eku):
    """Row 18; Prosody does not mind a certificate without clientAuth, as public authorities issue them now."""
    seen = look(federated(kind), "--check", "external", cert={"eku": eku})
    assert seen.outcome("external") == "accepted" and seen.severity("external") is None, seen
    assert seen.section["peer_trust"] == "external" and seen.section["roles"]["external"] == "tested", seen


def test_external_with_a_certificate_for_servers_only(federated, look):
    """... ejabberd 23.01 does, and falls back to dialback."""
    seen = look(federated("ejabberd"), "--check", "external,without-dialling", cert={"eku": ("server",)})
    assert seen.check("external")["state"] == "refused" and seen.severity("external") == "warning", seen
    assert seen.ids["external-needs-client-purpose"] == "warning" and seen.check("external")["stays"] is True, seen
    assert seen.outcome("without-dialling") == "valid" and seen.section["peer_trust"] == "dialback", seen
    seen.result.expect(status=1)


@KINDS
@pytest.mark.parametrize("wrong", [{"dns": ["wrong.test"]}, {"issuer": "untrusted"}, {"self_signed": True}, {"expired": True}],
                         ids=lambda wish: next(iter(wish)))
def test_external_with_a_bad_certificate_falls_to_dialback(ca, dns, me, federated, kind, wrong):
    """Row 19: not offered or refused, and dialback goes on."""
    wish = dict(wrong)
    issuer = ca.untrusted if wish.pop("issuer", None) else ca
    shown = issuer.issue(me.domain, **wish)
    seen = dialback.look(ca, dns, me, federated(kind).domains[0], "--check", "external,without-dialling", "--cert", shown.crt, "--key",
                         shown.key)
    assert seen.check("external")["state"] == "refused", seen
    assert seen.outcome("external") in ("none", "failure"), seen
    assert seen.check("without-dialling")["called_back"] is True and seen.outcome("without-dialling") == "valid", seen
    assert seen.section["peer_trust"] == "dialback" and seen.result.status < 2, seen


def test_secure_prosody_wants_a_certificate(federated, look):
    """s2s_secure_auth: without one there is nothing to be had, which is its right; with one, everything."""
    server = federated("prosody", "secure")
    seen = look(server, "--check", "round")
    assert seen.check("round")["state"] != "tested" and seen.verdict != "valid", seen
    assert not {"critical", "warning"} & set(seen.ids.values()), seen
    seen = look(server, "--check", "external,without-dialling", cert={})
    assert seen.outcome("external") == "accepted" and seen.outcome("without-dialling") == "valid", seen
    assert seen.section["peer_trust"] == "external" and "critical" not in seen.ids.values(), seen


@KINDS
def test_no_dialback_there(federated, look, kind):
    """Dialback off: said as it is, and EXTERNAL still works."""
    server = federated(kind, "no-dialback")
    seen = look(server, "--check", "round")
    assert seen.verdict != "valid" and seen.check("round").get("called_back") is not True, seen
    seen = look(server, "--check", "external", cert={})
    assert seen.outcome("external") == "accepted" and seen.section["peer_trust"] == "external", seen


# output

def test_one_record_grows(ca, dns, me, federated):
    """A record in, the same record out, with one section more, and no look-up of the peer."""
    server = federated("prosody")
    first = tool.run("xmpp-starttls", ["-j", "--s2s", "--starttls", "--trust", ca.file, "--resolver", dns.resolver, server.domains[0]])
    before = first.record
    args = ["-j", "--resolver", dns.resolver, "--trust", ca.file, *dialback.arguments(me, "--check", "round")]
    result = tool.run(dialback.NAME, args, stdin=first.out, timeout=dialback.TIMEOUT)
    seen = dialback.Seen(result)
    assert seen.verdict == "valid", seen
    [endpoint] = seen.record["endpoints"]
    kept = {name: value for name, value in endpoint.items() if name != "dialback"}
    assert kept == before["endpoints"][0] and seen.record["dns"] == before["dns"], seen


def test_rejudge(ca, dns, me, federated):
    """The facts judged anew, under another policy, without the network."""
    server = federated("ejabberd", "optional")
    seen = dialback.look(ca, dns, me, server.domains[0], "--check", "round,without-version")
    again = tool.run(dialback.NAME, ["-j", "--rejudge"], stdin=seen.result.out)
    assert dialback.Seen(again).ids == seen.ids, again
    strict = dialback.Seen(tool.run(dialback.NAME, ["-j", "--rejudge", "--policy", "strict"], stdin=seen.result.out))
    assert strict.ids["dialback-in-clear"] == "critical" and strict.result.status == 2, strict


@KINDS
def test_screen_tells_the_round(ca, dns, me, federated, kind):
    """--long, as an administrator reads it."""
    args = ["--color=never", "--resolver", dns.resolver, "--trust", ca.file, *dialback.arguments(me, "--check", "round")]
    result = tool.run(dialback.NAME, [*args, federated(kind).domains[0]], timeout=dialback.TIMEOUT)
    first = result.out.splitlines()[0]
    assert federated(kind).domains[0] in first and first.startswith("OK"), result
    assert "db:verify" in result.out and "-->" in result.out and "==>" in result.out, result


def test_verbose_tells_connections_apart(ca, dns, me, dialback_peer):
    """-v: checks run side by side, and every line says on which connection."""
    peer = dialback_peer()
    args = ["-v", "--resolver", dns.resolver, "--trust", ca.file, *dialback.arguments(me, "--check", "clear-verify,verify-made-up,round")]
    result = tool.run(dialback.NAME, [*args, peer.domain], timeout=dialback.TIMEOUT).expect(status=0)
    lines = [line.split() for line in result.err.splitlines() if " --> " in line or " <-- " in line]
    assert {line[2] for line in lines if line[0] == "s2s"} >= {"#1", "#2", "#3"} and any(line[0] == "in" for line in lines), result
