"""The bed of xmpp-sendmsg proves itself: SCRAM against the vectors, the scripted server against a client written here."""

import base64
import json

import pytest

import c2sroom
import scram
import tool
from c2slogin import CB, PENCIL, SASL2, SM, coded
from c2speer import BIND, C2sPeer
from dbstream import CLIENT, SASL, STREAM, Gone, condition, context, dial, trusts

VECTORS = json.loads((tool.TOP / "tests" / "data" / "scram-vectors.json").read_text(encoding="utf-8"))
MUC = c2sroom.MUC


def binding_of(vector):
    kind = vector["gs2_header"].split(",")[0]
    return {kind[2:]: bytes.fromhex(vector["channel_binding_data_hex"])} if kind.startswith("p=") else {}


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda each: f"{each['source']} {each['mechanism']}")
def test_scram_vectors(vector):
    run = scram.Scram(vector["mechanism"], {vector["username"]: vector["password"]}.get, binding_of(vector), nonce=vector["server_nonce_suffix"],
                      salt=base64.b64decode(vector["salt_base64"]), iterations=vector["iterations"], extension=vector["server_first_extension"])
    assert run.first(vector["client_first"]) == vector["server_first"]
    assert run.final(vector["client_final"]) == vector["server_final"]
    assert run.auth_message == vector["auth_message"]
    for name in ("salted_password", "client_key", "stored_key", "server_key"):
        assert getattr(run.keys, name.removesuffix("_key").removesuffix("_password")).hex() == vector[name], name


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda each: f"{each['source']} {each['mechanism']}")
def test_scram_client_vectors(vector):
    flag = vector["gs2_header"].split(",")[0]
    client = scram.Client(vector["mechanism"], vector["username"], vector["password"], flag, *binding_of(vector).values(),
                          nonce=vector["client_nonce"])
    assert client.first() == vector["client_first"]
    assert client.final(vector["server_first"], vector["client_final_extension"]) == vector["client_final"]
    assert client.server_final == vector["server_final"]


def test_scram_names_and_passwords():
    for row in VECTORS["username_escapes"]:
        assert scram.escape(row["in"]) == row["out"] and scram.unescape(row["out"]) == row["in"]
    for row in VECTORS["saslprep"]:
        try:
            prepared = scram.saslprep(row["input"])
        except ValueError:
            prepared = None
        assert prepared == row["output"], row
    for row in VECTORS["downgrade_hash_xep0474"]:
        assert scram.offer_hash(row["hash"], row["mechanisms"], row["channel_bindings"]) == row["h_base64"]


@pytest.mark.parametrize("change", [lambda text: text.replace(",p=", ",p=A"), lambda text: text.replace("r=", "r=x"),
                                    lambda text: text.replace("c=biws", "c=eSws"), lambda text: text.split(",p=")[0]], ids=range(4))
def test_scram_refuses(change):
    vector = VECTORS["vectors"][1]
    run = scram.Scram(vector["mechanism"], {"user": "pencil"}.get, nonce=vector["server_nonce_suffix"],
                      salt=base64.b64decode(vector["salt_base64"]))
    run.first(vector["client_first"])
    with pytest.raises(scram.Denied):
        run.final(change(vector["client_final"]))


# a client that knows how

class Caller:
    """As far as it was told to go."""

    def __init__(self, peer, tls_max=None, certificate=None, direct=False):
        self.peer = peer
        tls = context(certificate)
        if tls_max:
            tls.set_max_proto_version({"1.2": 0x0303, "1.3": 0x0304}[tls_max])
        self.stream = dial((peer.address, peer.port))
        how = {"space": CLIENT, "declares": ""}
        if direct:
            self.stream.start_tls(tls, name=peer.domain)
            self.stream.open(peer.domain, "alice@peer.test", **how)
        else:
            self.stream.open(peer.domain, "alice@peer.test", **how)
            self.stream.secure(peer.domain, "alice@peer.test", tls, **how)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.cut()

    def mechanisms(self, space=SASL):
        return [each.text for each in self.stream.features.iter(f"{{{space}}}mechanism")]

    def types(self):
        return [each.get("type") for each in self.stream.features.iter(f"{{{CB}}}channel-binding")]

    def binding(self, kind):
        tls = self.stream.tls
        return {"tls-exporter": lambda: tls.export_keying_material(b"EXPORTER-Channel-Binding", 32, b""),
                "tls-unique": tls.get_finished}[kind]()

    def scram(self, mechanism, flag="n", password=PENCIL, profile="sasl1", user="alice"):
        """Whether it succeeded; None when the server proved nothing."""
        client = scram.Client(mechanism, user, password, flag, self.binding(flag[2:]) if flag.startswith("p=") else b"")
        space = SASL if profile == "sasl1" else SASL2
        if profile == "sasl1":
            self.stream.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{coded(client.first())}</auth>")
        else:
            self.stream.send(f"<authenticate xmlns='{SASL2}' mechanism='{mechanism}'><initial-response>{coded(client.first())}"
                             f"</initial-response></authenticate>")
        answer = self.stream.next()
        if not answer.tag.endswith("}challenge"):
            return False
        self.stream.send(f"<response xmlns='{space}'>{coded(client.final(base64.b64decode(answer.text).decode()))}</response>")
        answer = self.stream.next()
        last = answer.findtext(f"{{{SASL2}}}additional-data") or answer.text
        if answer.tag.endswith("}challenge"):
            self.stream.send(f"<response xmlns='{space}'/>")
            answer = self.stream.next()
        if not answer.tag.endswith("}success"):
            return False
        self.again(profile)
        return True if base64.b64decode(last or "").decode() == client.server_final else None

    def again(self, profile="sasl1"):
        if profile == "sasl1":
            self.stream.open(self.peer.domain, space=CLIENT, declares="", again=True)
        else:
            self.stream.features = self.stream.expect(f"{{{STREAM}}}features")

    def log_in(self):
        assert self.scram("SCRAM-SHA-1") is True
        return self

    def auth(self, mechanism, text):
        self.stream.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{text}</auth>")
        answer = self.stream.next()
        return answer.tag.split("}")[1] if answer.tag.endswith("}success") else next(iter(answer)).tag.split("}")[1]

    def ask(self, text):
        self.stream.send(text)
        return self.stream.next()

    def bind(self, resource=None):
        inner = f"<resource>{resource}</resource>" if resource else ""
        answer = self.ask(f"<iq type='set' id='b'><bind xmlns='{BIND}'>{inner}</bind></iq>")
        return answer.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid") or condition(answer)

    def message(self, to, body, id, inner=""):
        self.stream.send(f"<message to='{to}' id='{id}' type='chat'><body>{body}</body>{inner}</message>")

    def acknowledged(self):
        while not (answer := self.ask(f"<r xmlns='{SM}'/>")).tag == f"{{{SM}}}a":
            pass
        return int(answer.get("h"))


@pytest.fixture
def peer(c2s_peer):
    return c2s_peer


@pytest.mark.parametrize("profile", ["sasl1", "sasl2"])
@pytest.mark.parametrize("last", [False, True], ids=["in success", "in a challenge"])
@pytest.mark.parametrize("version,flag", [("1.2", "p=tls-unique"), ("1.2", "p=tls-exporter"), ("1.3", "p=tls-exporter"), ("1.3", "n")])
def test_peer_does_scram(peer, profile, last, version, flag):
    mechanism = "SCRAM-SHA-256-PLUS" if flag != "n" else "SCRAM-SHA-1"
    server = peer(sasl2=C2sPeer.mechanisms, last_challenge=last, says_offer=True, says_version=True)
    with Caller(server, version) as caller:
        assert caller.scram(mechanism, flag, profile=profile) is True
    assert server.attempts == [(mechanism, profile)]
    assert (",t=0303" if version == "1.2" else ",t=0304") in server.exchanges[0].server_first


def test_peer_refuses_who_does_not_know(peer):
    server = peer()
    for password, flag, mechanism in (("wrong", "n", "SCRAM-SHA-1"), (PENCIL, "y", "SCRAM-SHA-1"), (PENCIL, "n", "SCRAM-SHA-1-PLUS"),
                                      (PENCIL, "n", "SCRAM-SHA-512")):
        with Caller(server, "1.3") as caller:
            assert caller.scram(mechanism, flag, password) is False, (password, flag, mechanism)


def test_peer_offers_what_it_can(peer, ca):
    server = peer()
    with Caller(server, "1.3") as caller:
        assert caller.types() == ["tls-exporter"] and "EXTERNAL" not in caller.mechanisms()
    with Caller(server, "1.2", ca.issue("alice", dns=[], xmpp=["alice@peer.test"])) as caller:
        assert caller.types() == ["tls-exporter", "tls-unique"] and "EXTERNAL" in caller.mechanisms()
        assert caller.auth("EXTERNAL", "=") == "success"
    with Caller(server, "1.2", ca.untrusted.issue("alice", dns=[], xmpp=["alice@peer.test"])) as caller:
        assert "EXTERNAL" not in caller.mechanisms()
    with Caller(peer(types=())) as caller:
        assert caller.types() == [] and not [each for each in caller.mechanisms() if each.endswith("-PLUS")]


def test_peer_knows_plain_and_anonymous(peer):
    server = peer(direct=True)
    with Caller(server, direct=True) as caller:
        assert caller.auth("PLAIN", coded(f"\0alice\0{PENCIL}")) == "success"
    with Caller(server, direct=True) as caller:
        assert caller.auth("ANONYMOUS", "") == "success"
    with Caller(server, direct=True) as caller:
        assert caller.auth("PLAIN", coded("\0alice\0wrong")) == "not-authorized"
        assert caller.auth("PLAIN", "A") == "incorrect-encoding"


def test_peer_counts_what_left(peer):
    server = peer()
    with Caller(server) as caller:
        caller.auth("PLAIN", coded(f"\0alice\0{PENCIL}"))
        caller.again()
        caller.bind()
        caller.message("bob@peer.test", "hello", "1")
        caller.ask("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>")
    server.settle()
    assert server.let_out(PENCIL, "bob@peer.test", "hello") == [PENCIL]
    assert server.let_out("bob@peer.test", "hello", phases=("session",)) == ["bob@peer.test", "hello"]
    assert b"starttls" in server.said("clear") and PENCIL.encode() not in server.said("clear", "tls", "session")


def test_peer_manages_streams(peer):
    """XEP-0198: what was cut off is resumed, each message handled once."""
    server = peer(cuts={2: "before", 3: "after"})
    with Caller(server).log_in() as caller:
        jid = caller.bind("phone")
        assert jid == "alice@peer.test/phone"
        enabled = caller.ask(f"<enable xmlns='{SM}' resume='true'/>")
        caller.message("carol@peer.test", "one", "1")
        assert caller.acknowledged() == 1
        caller.message("carol@peer.test", "two", "2")
        with pytest.raises(Gone):
            caller.acknowledged()
    with Caller(server).log_in() as caller:
        resumed = caller.ask(f"<resume xmlns='{SM}' previd='{enabled.get('id')}' h='0'/>")
        assert resumed.tag == f"{{{SM}}}resumed" and resumed.get("h") == "1"
        caller.message("carol@peer.test", "two", "2")
        caller.message("carol@peer.test", "three", "3")
        with pytest.raises(Gone):
            caller.acknowledged()
    with Caller(server).log_in() as caller:
        assert caller.ask(f"<resume xmlns='{SM}' previd='{enabled.get('id')}' h='0'/>").get("h") == "3"
        assert caller.ask(f"<resume xmlns='{SM}' previd='x' h='0'/>").tag == f"{{{SM}}}failed"
    assert server.bodies() == ["one", "two", "three"]


def test_peer_answers_for_others(peer):
    server = peer(bounces={"nobody@peer.test": ("cancel", "service-unavailable", "No such user")})
    with Caller(server).log_in() as caller:
        caller.bind()
        caller.message("nobody@peer.test", "x", "1")
        bounce = caller.stream.next()
        assert bounce.get("type") == "error" and bounce.get("id") == "1" and condition(bounce) == "service-unavailable"
        caller.message("bob@peer.test", "x", "2", "<request xmlns='urn:xmpp:receipts'/>")
        receipt = caller.stream.next()
        assert receipt.get("from") == "bob@peer.test/phone" and receipt[0].get("id") == "2"


ROOMS = (c2sroom.Room("den"), c2sroom.Room("vault", password="sesame"), c2sroom.Room("club", refuses="registration-required"),
         c2sroom.Room("hall", voice=False))


def test_peer_has_rooms(peer):
    server = peer(rooms=ROOMS)

    def enter(caller, room, nick, inner=""):
        return caller.ask(f"<presence to='{room}@rooms.peer.test/{nick}' id='j'><x xmlns='{MUC}'>{inner}</x></presence>")

    with Caller(server).log_in() as caller:
        caller.bind()
        assert condition(enter(caller, "den", "somebody")) == "conflict"
        assert condition(enter(caller, "vault", "alice")) == "not-authorized"
        assert condition(enter(caller, "club", "alice")) == "registration-required"
        assert enter(caller, "den", "alice").get("from") == "den@rooms.peer.test/somebody"
        own = caller.stream.next()
        assert {each.get("code") for each in own.iter(f"{{{c2sroom.USER}}}status")} == {"100", "110"}
        assert caller.stream.next().findtext(f"{{{CLIENT}}}subject") == "Welcome"
        reflected = caller.ask("<message to='den@rooms.peer.test' type='groupchat' id='m'><body>hi</body></message>")
        assert (reflected.get("from"), reflected.get("id")) == ("den@rooms.peer.test/alice", "m")
        assert enter(caller, "vault", "alice", "<password>sesame</password>").get("type") is None
        assert condition(caller.ask(f"<iq type='get' id='d' to='none@rooms.peer.test'><query xmlns='{c2sroom.DISCO}'/></iq>")) is None
    assert ("join", "den@rooms.peer.test", "alice", None, None) in server.muc.heard


@pytest.mark.parametrize("how", ["close", "reset", "silence", "no XML", "DTD", "error", "elsewhere"])
def test_peer_misbehaves_where_it_is_told(peer, how):
    server = peer(fault=("challenge", how))
    with Caller(server) as caller:
        caller.stream.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>{coded('n,,n=alice,r=abc')}</auth>")
        if how == "silence":
            with pytest.raises(TimeoutError):
                caller.stream.next(0.1)
        elif how in ("error", "elsewhere"):
            assert condition(caller.stream.next()) == {"error": "policy-violation", "elsewhere": "see-other-host"}[how]
        else:
            with pytest.raises(Gone):
                caller.stream.next()


def test_peer_shows_the_certificate_it_was_given(peer, ca):
    for certificate, trusted in ((None, True), (ca.untrusted.issue("peer.test"), False), (ca.issue("peer.test", expired=True), False)):
        with Caller(peer(certificate=certificate)) as caller:
            assert trusts(caller.stream.certificates, ca.file) is trusted
