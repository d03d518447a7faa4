"""SCRAM as a server computes it (RFC 5802, RFC 7677), with XEP-0474's hash of what was offered and XEP-0515's TLS version.

    exchange = Scram("SCRAM-SHA-256-PLUS", {"alice": "secret"}.get, {"tls-exporter": data})
    exchange.first(client_first)      server-first-message; Denied with the condition a server would send
    exchange.final(client_final)      server-final-message: the client has proved that it knows the password

Independent of libgsasl, and verified against spec/data/scram-vectors.json by test_sendmsg_login.py.
"""

import base64
import dataclasses
import hashlib
import hmac
import os
import stringprep
import unicodedata

HASHES = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
ITERATIONS = 4096


class Denied(Exception):
    """A condition of RFC 6120, 6.5."""


@dataclasses.dataclass(frozen=True)
class Keys:
    """What follows from a password: any of these, or the password in base64, is as good as the password."""

    salted: bytes
    client: bytes
    stored: bytes
    server: bytes


def keys(hash_name, password, salt, iterations):
    salted = hashlib.pbkdf2_hmac(hash_name, saslprep(password).encode(), salt, iterations)
    client = hmac.digest(salted, b"Client Key", hash_name)
    return Keys(salted, client, hashlib.new(hash_name, client).digest(), hmac.digest(salted, b"Server Key", hash_name))


def hash_of(mechanism):
    return HASHES[mechanism.removeprefix("SCRAM-").removesuffix("-PLUS")]


def is_scram(mechanism):
    return mechanism.startswith("SCRAM-")


def offer_hash(hash_name, mechanisms, bindings=None):
    """XEP-0474, 3: the mechanisms and, where they were announced, the channel-binding types, both sorted by octet."""
    said = "\x1e".join(sorted(mechanisms))
    if bindings is not None:
        said += "\x1f" + "\x1e".join(sorted(bindings))
    return base64.b64encode(hashlib.new(hash_name, said.encode()).digest()).decode()


def escape(user):
    return user.replace("=", "=3D").replace(",", "=2C")


def unescape(name):
    if "=" in name.replace("=3D", "").replace("=2C", ""):
        raise Denied("invalid-authzid")
    return name.replace("=2C", ",").replace("=3D", "=")


def saslprep(text):
    """RFC 4013, as far as tests need it; ValueError for what it forbids."""
    text = "".join(" " if stringprep.in_table_c12(char) else char for char in text if not stringprep.in_table_b1(char))
    text = unicodedata.ucd_3_2_0.normalize("NFKC", text)
    forbidden = (stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
                 stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9)
    if any(test(char) for char in text for test in forbidden):
        raise ValueError("a character SASLprep forbids")
    if any(map(stringprep.in_table_d1, text)) and (
            any(map(stringprep.in_table_d2, text)) or not (stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1]))):
        raise ValueError("text of both directions")
    return text


def decoded(text, condition="malformed-request"):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Denied(condition) from None


class Scram:
    """One exchange. What the client sent stays in `client_first`, `gs2` and `client_final`."""

    def __init__(self, mechanism, password_of, bindings=None, offers_plus=None, salt=None, iterations=ITERATIONS, nonce=None,
                 extension=""):
        self.mechanism, self.password_of = mechanism, password_of
        self.plus = mechanism.endswith("-PLUS")
        self.offers_plus = self.plus if offers_plus is None else offers_plus
        self.bindings = bindings or {}
        self.hash_name = hash_of(mechanism)
        self.salt, self.iterations = salt or os.urandom(16), iterations
        self.nonce = nonce or base64.b64encode(os.urandom(18)).decode()
        self.extension = extension
        self.user = self.gs2 = self.client_first = self.client_final = self.keys = None

    def first(self, client_first):
        self.client_first = client_first
        try:
            flag, authzid, bare = client_first.split(",", 2)
            attributes = dict(each.split("=", 1) for each in bare.split(","))
            name, nonce = attributes["n"], attributes["r"]
        except (ValueError, KeyError):
            raise Denied("malformed-request") from None
        self._check_flag(flag)
        self.gs2, self.bare, self.authzid = f"{flag},{authzid},", bare, authzid.removeprefix("a=") or None
        self.user, self.whole_nonce = unescape(name), nonce + self.nonce
        password = self.password_of(self.user)
        self.known = password is not None
        # who is not known gets an answer all the same, so that nobody can tell (RFC 5802, 9)
        self.keys = keys(self.hash_name, password or "nobody's", self.salt, self.iterations)
        salt = base64.b64encode(self.salt).decode()
        self.server_first = f"r={self.whole_nonce},s={salt},i={self.iterations}{self.extension}"
        return self.server_first

    def _check_flag(self, flag):
        """RFC 5802, 6: `y` means that the client could and was not offered it."""
        kind, _, binding = flag.partition("=")
        if kind not in ("n", "y", "p") or (kind == "p") != self.plus or bool(binding) != self.plus:
            raise Denied("malformed-request")
        if kind == "y" and self.offers_plus:
            raise Denied("not-authorized")
        if kind == "p" and binding not in self.bindings:
            raise Denied("not-authorized")
        self.binding = binding or None

    def final(self, client_final):
        self.client_final = client_final
        without_proof, separator, proof = client_final.rpartition(",p=")
        try:
            attributes = dict(each.split("=", 1) for each in without_proof.split(","))
            bound, nonce = attributes["c"], attributes["r"]
        except (ValueError, KeyError):
            raise Denied("malformed-request") from None
        if not separator or nonce != self.whole_nonce:
            raise Denied("not-authorized")
        if decoded(bound) != self.gs2.encode() + (self.bindings[self.binding] if self.binding else b""):
            raise Denied("not-authorized")
        self.auth_message = f"{self.bare},{self.server_first},{without_proof}"
        signature = self._sign(self.keys.stored)
        key = bytes(a ^ b for a, b in zip(decoded(proof), signature))
        if not self.known or hashlib.new(self.hash_name, key).digest() != self.keys.stored:
            raise Denied("not-authorized")
        return "v=" + base64.b64encode(self._sign(self.keys.server)).decode()

    def _sign(self, key):
        return hmac.digest(key, self.auth_message.encode(), self.hash_name)


class Client:
    """The other side, so that the server above can be tested without the tool."""

    def __init__(self, mechanism, user, password, flag="n", data=b"", nonce=None):
        self.hash_name, self.password = hash_of(mechanism), password
        self.gs2, self.data = f"{flag},,", data
        self.bare = f"n={escape(user)},r={nonce or base64.b64encode(os.urandom(18)).decode()}"

    def first(self):
        return self.gs2 + self.bare

    def final(self, server_first, extension=""):
        attributes = dict(each.split("=", 1) for each in server_first.split(","))
        self.keys = keys(self.hash_name, self.password, base64.b64decode(attributes["s"]), int(attributes["i"]))
        bound = base64.b64encode(self.gs2.encode() + self.data).decode()
        without_proof = f"c={bound},r={attributes['r']}{extension}"
        message = f"{self.bare},{server_first},{without_proof}".encode()
        self.server_final = "v=" + base64.b64encode(hmac.digest(self.keys.server, message, self.hash_name)).decode()
        signature = hmac.digest(self.keys.stored, message, self.hash_name)
        proof = bytes(a ^ b for a, b in zip(self.keys.client, signature))
        return f"{without_proof},p={base64.b64encode(proof).decode()}"
