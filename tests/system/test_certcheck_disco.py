"""xmpp-certcheck --subdomains=auto: the components that real servers name to a client without an account."""

import json

import pytest

import servers
import tool

ALONE = ["--no-state", "--no-caa", "--dane", "off", "--posh", "off", "--resolver", "127.0.0.1:1"]
NO_LOGIN = "the server offers no anonymous login, so its components could not be listed"
DOMAIN = "anon.test"
COMPONENTS = ["conference.anon.test", "pubsub.anon.test"]


def check(ca, line, *args, status=None):
    result = tool.run("xmpp-certcheck", ["-j", "--trust", ca.file, *ALONE, *args], stdin=line)
    tool.assert_record_valid(result.record)
    return result.expect(status=status)


def sections(result):
    return [endpoint["certcheck"] for endpoint in result.record["endpoints"]]


def covered(section):
    return {each["domain"]: each["covered"] for each in section["subdomains"]}


def said(result):
    """What is said about discovery itself."""
    return [found["text"] for found in result.record["findings"] if found["id"] == "subdomains-not-discovered"]


@pytest.fixture
def anonymous(make_prosody, ca):
    """A Prosody that takes anonymous clients; its certificate names one component of two."""
    certificate = ca.issue(DOMAIN, dns=[DOMAIN, COMPONENTS[0]])
    options = 'authentication = "anonymous"\n' + "".join(
        f'Component "{name}" "{module}"\n' for name, module in zip(COMPONENTS, ("muc", "pubsub")))
    return make_prosody([servers.Host(DOMAIN, certificate, options=options)])


def test_components_are_checked_on_every_endpoint(ca, anonymous):
    """Clients are told; the certificate of the servers' ports must name them just as well."""
    result = check(ca, anonymous.record(), "--subdomains=auto", status=1)
    assert len(sections(result)) == 4 and not said(result), result
    for endpoint in result.record["endpoints"]:
        seen = endpoint["certcheck"]
        assert covered(seen) == dict(zip(COMPONENTS, (True, False))), result
        assert [found["text"] for found in seen["findings"] if found["id"] == "subdomain-not-covered"] == [
            f"the certificate does not name {COMPONENTS[1]}"], result
        if endpoint["service"] == "c2s":
            assert seen["discovery"]["result"] == "listed" and sorted(seen["discovery"]["domains"]) == COMPONENTS
        else:
            assert "discovery" not in seen


def test_named_and_discovered_are_one_list(ca, anonymous):
    line = anonymous.record(ways=[("c2s", "direct")])
    result = check(ca, line, "--subdomains=auto,conference,extra", status=1)
    [seen] = sections(result)
    assert [each["domain"] for each in seen["subdomains"]] == [COMPONENTS[0], "extra.anon.test", COMPONENTS[1]], result


def test_nobody_is_asked_unless_wanted(ca, anonymous):
    result = check(ca, anonymous.record(ways=[("c2s", "starttls")]), status=0)
    [seen] = sections(result)
    assert "discovery" not in seen and "subdomains" not in seen and not said(result)
    assert "features" not in [step["step"] for step in seen["steps"]]


def test_record_is_judged_again_with_what_was_discovered(ca, anonymous):
    first = check(ca, anonymous.record(), "--subdomains=auto")
    again = check(ca, json.dumps(first.record) + "\n", "--rejudge", "--subdomains=auto", status=1)
    assert list(map(covered, sections(again))) == list(map(covered, sections(first))) and not said(again), again


def test_long_form_shows_them(ca, anonymous):
    result = tool.run("xmpp-certcheck", ["--long", "--trust", ca.file, *ALONE, "--subdomains=auto"],
                      stdin=anonymous.record(ways=[("c2s", "starttls")])).expect(status=1)
    assert "conference.anon.test  named by DNS-ID conference.anon.test\n" in result.out, result
    assert "pubsub.anon.test      not named\n" in result.out, result


def test_components_of_ejabberd(ca, make_ejabberd):
    server = make_ejabberd([DOMAIN], options=f"""\
host_config: {{{DOMAIN}: {{auth_method: anonymous, anonymous_protocol: sasl_anon}}}}
append_host_config: {{{DOMAIN}: {{modules: {{mod_muc: {{}}}}}}}}
""")
    result = check(ca, server.record(ways=[("c2s", "starttls")]), "--subdomains=auto", status=1)
    [seen] = sections(result)
    assert covered(seen) == {"conference.anon.test": False} and not said(result), result


@pytest.mark.parametrize("service,reason", [
    ("c2s", NO_LOGIN),
    ("s2s", "the components could not be listed: only clients are told, and no port of theirs was examined"),
])
def test_nobody_could_be_asked(ca, prosody, service, reason):
    result = check(ca, prosody.record("good.test", [(service, "starttls"), (service, "direct")]), "--subdomains=auto", status=0)
    assert said(result) == [reason], result


def test_record_without_connection(ca, prosody):
    """What xmpp-starttls saw holds no components; a file neither."""
    line = prosody.record("good.test", [("c2s", "starttls")])
    seen = tool.run("xmpp-starttls", ["-j", "--trust", ca.file, "--resolver", "127.0.0.1:1"], stdin=line)
    result = check(ca, seen.out, "--subdomains=auto", status=0)
    assert said(result) == ["the components could not be listed: the record does not hold them, and nobody was asked"]
    assert not said(check(ca, seen.out, "--subdomains=conference", status=1))


def test_file(ca):
    result = check(ca, "", "--pem", ca.issue("good.test").crt, "--c2s", "--subdomains=auto", "good.test", status=0)
    assert said(result) == ["the components could not be listed: there is a file, and no server to ask"], result


def test_server_that_does_not_answer(ca, peer):
    with_nobody = peer("connection c2s starttls\nclose\n")
    result = check(ca, with_nobody.record(), "--subdomains=auto")
    assert said(result) == ["the components could not be listed: there was no stream inside TLS to ask on"], result
