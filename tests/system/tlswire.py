"""TLS on the wire, SSL 2.0 to TLS 1.3, as far as it is in clear: the registry, hellos taken apart, messages put together.

    hello = Hello.parse(octets)            what a client asked
    SUITES["TLS_AES_128_GCM_SHA256"].code  the tree's own registry
    client_hello("TLS1.2", [0xC02F])       a hello for tests of the tests
    Reply.parse(octets)                    what a server said to it

Written from the RFCs and apart from the C code it tests, with which it shares the registry alone.
"""

import csv
import dataclasses
import functools
import hashlib
import os

import tool

NUMBERS = {"SSL2.0": 0x0002, "SSL3.0": 0x0300, "TLS1.0": 0x0301, "TLS1.1": 0x0302, "TLS1.2": 0x0303, "TLS1.3": 0x0304}
VERSIONS = {number: name for name, number in NUMBERS.items()}
ALERT, HANDSHAKE, CCS = 21, 22, 20
SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, CERTIFICATE_REQUEST, HELLO_DONE, STATUS = 2, 11, 12, 13, 14, 22
RETRY_RANDOM = hashlib.sha256(b"HelloRetryRequest").digest()
SENTINELS = {"TLS1.2": b"DOWNGRD\x01", "TLS1.1": b"DOWNGRD\x00"}
FALLBACK_SCSV, RENEGOTIATION_SCSV = 0x5600, 0x00FF
EXTENSIONS = {"server_name": 0, "status_request": 5, "supported_groups": 10, "ec_point_formats": 11,
              "signature_algorithms": 13, "heartbeat": 15, "alpn": 16, "encrypt_then_mac": 22,
              "extended_master_secret": 23, "session_ticket": 35, "supported_versions": 43,
              "psk_key_exchange_modes": 45, "key_share": 51, "renegotiation_info": 0xFF01}
GREASE = frozenset(0x0A0A + 0x1010 * i for i in range(16))


@dataclasses.dataclass(frozen=True)
class Suite:
    code: int
    name: str
    kx: str       # "ECDHE", "DHE", "RSA", "DH", "any" ...
    auth: str     # "RSA", "ECDSA", "DSS", "none", "any" ...
    openssl: str
    forward_secrecy: bool
    first: str    # versions it may be probed in
    last: str

    @property
    def is_export(self):
        return "_EXPORT" in self.name


@functools.cache
def _rows(name):
    with open(tool.TOP / "libcommon" / "tls" / f"{name}.csv", newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def _code(row):
    return int(row["hex"].replace("0x", "").replace(",", ""), 16)


BY_CODE = {_code(row): Suite(_code(row), row["iana_name"], row["kx"], row["auth"], row["openssl_name"], row["fs"] == "y",
                             row["probe_from"], row["max_version"])
           for row in _rows("suites") if row["min_version"] != "SSL2.0"}
SUITES = {suite.name: suite for suite in BY_CODE.values()}  # some have an older number, too: not that one
KINDS = {row["iana_name"]: Suite(_code(row), row["iana_name"], "RSA", "RSA", row["openssl_name"], False, "SSL2.0",
                                 "SSL2.0") for row in _rows("suites") if row["min_version"] == "SSL2.0"}
GROUPS = {row["name"]: _code(row) for row in _rows("groups")}
GROUP_NAMES = {code: name for name, code in GROUPS.items()}
GROUP_KINDS = {_code(row): row["kind"] for row in _rows("groups")}
SCHEMES = {row["name"]: _code(row) for row in _rows("schemes")}
SCHEME_NAMES = {code: name for name, code in SCHEMES.items()}
SCHEME_KEYS = {_code(row): row["key_type"] for row in _rows("schemes")}


def prime(bits):
    """A modulus of exactly so many bits that nobody knows; whether it is prime interests nobody here."""
    return int.from_bytes(hashlib.shake_256(b"testbed %d" % bits).digest(bits // 8 + 1)) % 2 ** (bits - 1) | 1 << bits - 1 | 1


@functools.cache
def known_prime(name, bits):
    """A modulus out of the tree's list."""
    [first, *_] = [int(row["p_hex"], 16) for row in _rows("primes") if row["name"] == name and row["bits"] == str(bits)]
    return first


def vector(width, data):
    return len(data).to_bytes(width, "big") + data


def numbers(width, values):
    return b"".join(value.to_bytes(width, "big") for value in values)


def record(kind, data, version=0x0303):
    """One record, or several where one cannot hold it."""
    pieces = [data[start:start + 16384] for start in range(0, len(data), 16384)] or [b""]
    return b"".join(bytes([kind]) + version.to_bytes(2, "big") + vector(2, piece) for piece in pieces)


def message(kind, body):
    return bytes([kind]) + vector(3, body)


def alert(number, version=0x0303, level=2):
    return record(ALERT, bytes([level, number]), version)


class Malformed(ValueError):
    pass


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise Malformed(f"{size} octets wanted at {self.at} of {len(self.data)}")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def vector(self, width):
        return self.take(self.number(width))

    @property
    def rest(self):
        return len(self.data) - self.at

    def numbers(self, width):
        return [self.number(width) for _ in range(self.rest // width)]


def split(width, data):
    return Reader(data).numbers(width)


@dataclasses.dataclass
class Hello:
    """A ClientHello. `octets` is what it took on the wire."""

    version: int                 # client_version
    suites: list
    compression: bytes = b"\0"
    session_id: bytes = b""
    extensions: dict = dataclasses.field(default_factory=dict)
    record_version: int = 0x0301
    octets: int = 0

    @property
    def is_ssl2(self):
        return self.version == 0x0002

    @classmethod
    def parse(cls, data):
        """None while more must come; Malformed where it is no hello."""
        if not data:
            return None
        return cls._parse_ssl2(data) if data[0] & 0x80 else cls._parse_records(data)

    @classmethod
    def _parse_ssl2(cls, data):
        size = int.from_bytes(data[:2], "big") & 0x7FFF
        if len(data) < 2 + size:
            return None
        body = Reader(data[2:2 + size])
        if body.number(1) != 1:
            raise Malformed("no CLIENT-HELLO")
        version, kinds, session, challenge = (body.number(2) for _ in range(4))
        codes = split(3, body.take(kinds))
        body.take(session + challenge)
        if version >= 0x0300:
            codes = [code for code in codes if code < 0x10000]
        return cls(version, codes, record_version=version, octets=size + 2)

    @classmethod
    def _parse_records(cls, data):
        joined, at, version = b"", 0, None
        while not (len(joined) >= 4 and len(joined) >= 4 + int.from_bytes(joined[1:4], "big")):
            if len(data) < at + 5 or len(data) < at + 5 + int.from_bytes(data[at + 3:at + 5], "big"):
                return None
            if data[at] != HANDSHAKE:
                raise Malformed(f"a record of type {data[at]}")
            version = version or int.from_bytes(data[at + 1:at + 3], "big")
            size = int.from_bytes(data[at + 3:at + 5], "big")
            joined += data[at + 5:at + 5 + size]
            at += 5 + size
        body = Reader(joined)
        if body.number(1) != 1:
            raise Malformed("no ClientHello")
        return cls._parse_body(Reader(body.vector(3)), version, at)

    @classmethod
    def _parse_body(cls, body, record_version, octets):
        version = body.number(2)
        body.take(32)
        session_id, suites, compression = body.vector(1), split(2, body.vector(2)), body.vector(1)
        extensions = {}
        if body.rest:
            listed = Reader(body.vector(2))
            while listed.rest:
                kind = listed.number(2)
                if kind in extensions:
                    raise Malformed(f"extension {kind} twice")
                extensions[kind] = listed.vector(2)
        if body.rest:
            raise Malformed("octets behind the hello")
        return cls(version, suites, compression, session_id, extensions, record_version, octets)

    def extension(self, name):
        return self.extensions.get(EXTENSIONS[name])

    def _list(self, name, width):
        data = self.extension(name)
        return None if data is None else split(2, Reader(data).vector(width))

    @property
    def groups(self):
        return self._list("supported_groups", 2)

    @property
    def schemes(self):
        return self._list("signature_algorithms", 2)

    @property
    def versions(self):
        return self._list("supported_versions", 1)

    @property
    def shares(self):
        """Group to share; None without the extension."""
        data = self.extension("key_share")
        if data is None:
            return None
        listed, found = Reader(Reader(data).vector(2)), {}
        while listed.rest:
            group = listed.number(2)
            found[group] = listed.vector(2)
        return found

    @property
    def servername(self):
        data = self.extension("server_name")
        if not data:
            return None
        listed = Reader(Reader(data).vector(2))
        listed.number(1)
        return listed.vector(2).decode()

    @property
    def alpn(self):
        data = self.extension("alpn")
        if data is None:
            return None
        listed, found = Reader(Reader(data).vector(2)), []
        while listed.rest:
            found.append(listed.vector(1).decode())
        return found


def client_hello(version, suites, groups=("x25519", "secp256r1"), schemes=None, servername="peer.test", alpn=None,
                 compression=b"\0", more=(), scsv=()):
    """The octets of a hello. `more`: further extensions as (number, data)."""
    codes = [SUITES[each].code if isinstance(each, str) and each in SUITES else KINDS[each].code
             if isinstance(each, str) else each for each in suites] + list(scsv)
    if version == "SSL2.0":
        return _ssl2_hello(codes)
    is_13 = version == "TLS1.3"
    extensions = []
    if version != "SSL3.0":
        if servername:
            extensions.append((0, vector(2, b"\0" + vector(2, servername.encode()))))
        if groups:
            extensions.append((10, vector(2, numbers(2, (GROUPS.get(each, each) for each in groups)))))
            extensions.append((11, b"\1\0"))
        if version in ("TLS1.2", "TLS1.3"):
            schemes = schemes or [each for each in SCHEMES.values() if SCHEME_KEYS[each] != "dsa"]
            extensions.append((13, vector(2, numbers(2, (SCHEMES.get(each, each) for each in schemes)))))
        if alpn:
            extensions.append((16, vector(2, vector(1, alpn.encode()))))
        if is_13:
            extensions += [(43, b"\2\3\4"), (45, b"\1\1"), (51, b"\0\0")]
        extensions += more
    body = (min(NUMBERS[version], 0x0303).to_bytes(2, "big") + os.urandom(32)
            + vector(1, os.urandom(32) if is_13 else b"") + vector(2, numbers(2, codes)) + vector(1, compression))
    if extensions:
        body += vector(2, b"".join(numbers(2, [kind]) + vector(2, data) for kind, data in extensions))
    return record(HANDSHAKE, message(1, body), 0x0300 if version == "SSL3.0" else 0x0301)


def _ssl2_hello(codes):
    kinds = numbers(3, codes)
    body = b"\1" + numbers(2, [2, len(kinds), 0, 16]) + kinds + os.urandom(16)
    return numbers(2, [0x8000 | len(body)]) + body


@dataclasses.dataclass
class Reply:
    """What a server answered, up to its end or to what is encrypted."""

    alert: int = None
    warnings: list = dataclasses.field(default_factory=list)
    version: str = None
    suite: int = None
    group: int = None
    scheme: int = None
    retry: bool = False
    compression: int = 0
    random: bytes = b""
    extensions: dict = dataclasses.field(default_factory=dict)
    dh_bits: int = None
    public: bytes = b""
    certificate: bytes = None
    kinds: list = None
    done: bool = False

    @classmethod
    def parse(cls, data):
        reply = cls()
        if data and data[0] & 0x80:
            return reply._ssl2(Reader(data))
        joined, at = b"", 0
        while len(data) >= at + 5:
            kind, size = data[at], int.from_bytes(data[at + 3:at + 5], "big")
            piece = data[at + 5:at + 5 + size]
            at += 5 + size
            if kind == ALERT and len(piece) == 2:
                if piece[0] == 1:
                    reply.warnings.append(piece[1])
                elif reply.alert is None:
                    reply.alert = piece[1]
            elif kind == HANDSHAKE:
                joined += piece
        reply._messages(Reader(joined))
        return reply

    def _messages(self, stream):
        while stream.rest >= 4 and self.version != "TLS1.3":
            kind = stream.number(1)
            body = Reader(stream.vector(3))
            if kind == SERVER_HELLO:
                self._hello(body)
            elif kind == CERTIFICATE:
                certificates = Reader(body.vector(3))
                self.certificate = certificates.vector(3) if certificates.rest else None
            elif kind == KEY_EXCHANGE:
                self._key_exchange(body)
            elif kind == HELLO_DONE:
                self.done = True

    def _hello(self, body):
        number = body.number(2)
        self.random = body.take(32)
        self.retry = self.random == RETRY_RANDOM
        body.vector(1)
        self.suite, self.compression = body.number(2), body.number(1)
        listed = Reader(body.vector(2) if body.rest else b"")
        while listed.rest:
            kind = listed.number(2)
            self.extensions[kind] = listed.vector(2)
        if 43 in self.extensions:
            number = int.from_bytes(self.extensions[43], "big")
            self.group = int.from_bytes(self.extensions.get(51, b"")[:2], "big") or None
        self.version = VERSIONS.get(number, hex(number))

    def _key_exchange(self, body):
        suite = BY_CODE[self.suite]
        if suite.kx in ("ECDHE", "ECDH"):
            if body.number(1) == 3:
                self.group = body.number(2)
                self.public = body.vector(1)
        elif suite.kx in ("DHE", "DH"):
            self.dh_bits = int.from_bytes(body.vector(2), "big").bit_length()
            body.vector(2)
            self.public = body.vector(2)
        elif suite.is_export:
            self.dh_bits = int.from_bytes(body.vector(2), "big").bit_length()
            body.vector(2)
        if suite.auth not in ("none", "") and self.version == "TLS1.2":
            self.scheme = body.number(2)

    def _ssl2(self, data):
        data.number(2)
        if data.number(1) == 4:
            self.version = "SSL2.0"
            data.take(2)
            data.number(2)
            certificate, kinds, _ = (data.number(2) for _ in range(3))
            self.certificate = data.take(certificate)
            self.kinds = split(3, data.take(kinds))
        return self
