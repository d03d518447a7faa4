"""A TLS server of any age, simulated as far as its first flight: what no current library serves, and what none should.

    old = Simulated({"SSL3.0": [...], "TLS1.0": [...]}, certificates={"RSA": chain}, dh=512)
    with TlsPeer(old) as peer:
        run("xmpp-ciphers", ["-j", "--connect", peer.at, "peer.test"])
    peer.asked                               the hellos, in the order they came

A Simulated server is data and one pure function, `answer(hello)`.  Signatures and keys are junk of the right size:
nobody verifies them in an enumeration.  How its octets reach the wire is the peer's `shape`; what no server should
do at all is tlshostile's.
"""

import dataclasses
import os
import random
import threading

from tlsfront import Front
from tlswire import (ALERT, BY_CODE, CCS, CERTIFICATE, CERTIFICATE_REQUEST, EXTENSIONS, FALLBACK_SCSV, GREASE,
                     GROUP_KINDS, GROUP_NAMES, GROUPS, HANDSHAKE, HELLO_DONE, KEY_EXCHANGE, KINDS, NUMBERS,
                     RENEGOTIATION_SCSV, RETRY_RANDOM, SCHEME_KEYS, SCHEMES, SENTINELS, SERVER_HELLO, STATUS, SUITES,
                     VERSIONS, Hello, alert, message, numbers, prime, record, vector)

OLD_ORDER = ["SSL2.0", "SSL3.0", "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"]
SIGNS = {"RSA": ("rsa", "rsa-pss"), "ECDSA": ("ecdsa",), "DSS": ("dsa",), "ED25519": ("ed25519",)}
SHARES = {"x25519": 32, "x448": 56, "secp256r1": 65, "secp384r1": 97, "secp521r1": 133, "X25519MLKEM768": 1120,
          "SecP256r1MLKEM768": 1153, "SecP384r1MLKEM1024": 1665, "ffdhe2048": 256, "ffdhe3072": 384}
FFDHE_BITS = {"ffdhe2048": 2048, "ffdhe3072": 3072, "ffdhe4096": 4096, "ffdhe6144": 6144, "ffdhe8192": 8192}
SCHEMES_USUAL = ("ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "ecdsa_secp384r1_sha384",
                 "rsa_pss_rsae_sha384", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512", "ecdsa_sha1", "rsa_pkcs1_sha1", "dsa_sha1",
                 "dsa_sha256")
EC, FINITE = ("ECDHE", "ECDH_anon", "ECDHE_PSK"), ("DHE", "DH_anon", "DHE_PSK")


class Refused(Exception):
    """With an alert's number, or "close", "reset", "silence"."""


@dataclasses.dataclass
class Simulated:
    versions: dict                  # version: names of suites, in the server's order
    certificates: dict              # "RSA", "ECDSA", "DSS": chain as DER
    order: str = "server"           # or "client", "chacha" (ChaCha20 first where the client has it so), "random"
    groups: tuple = ("x25519", "secp256r1", "secp384r1")
    group_order: str = "server"     # or "client"
    share_first: bool = True        # TLS 1.3: a group whose share came is taken before a better one that costs a retry
    ffdhe: bool = False             # RFC 7919 in TLS 1.2 as well
    schemes: tuple = SCHEMES_USUAL
    certificate_curve: str = "secp256r1"  # TLS 1.2 and earlier: must be among the client's groups (RFC 8422, 5.1)
    kinds: tuple = ()               # SSL 2.0
    ssl2: bool = False              # spoken though no kind is shared
    dh: int = 2048                  # bits of an unknown modulus, or the modulus
    generator: int = 2
    public: int = None              # of the finite field; None: something else every time
    static_dh: bool = False
    static_ec: bool = False
    export_bits: int = 512
    explicit_curve: bool = False
    compression: bool = False
    renegotiation: bool = True
    ems: bool = True
    etm: bool = True
    ticket: bool = True
    heartbeat: bool = False
    staple: bool = False
    session_ids: bool = True
    ask_client: bool = False        # CertificateRequest
    alpn: tuple = ("xmpp-client", "xmpp-server")
    alpn_strict: bool = False
    names: tuple = None             # names known; None: whatever is asked
    stranger: object = "ignore"     # what becomes of others: "ignore", "warn", or an alert's number
    sni_required: bool = False
    scsv: bool = True
    sentinel: bool = True
    refusal: object = 40            # alert for "none of these", or "close", "reset", "silence"
    version_refusal: object = 70
    highest: int = 0xFFFF           # client_version above this is not borne
    knows_extensions: bool = True   # False: a hello with any is not borne
    longest: int = 65536            # octets of a hello
    most_suites: int = 65536
    intolerance: object = "close"   # how it shows that it cannot bear something

    def answer(self, hello):
        """Octets to send, and what then: "wait" for the caller, "close", "reset", "silence"."""
        try:
            return self._accept(hello), "wait"
        except Refused as reason:
            [how] = reason.args
            if isinstance(how, str):
                return b"", how
            return alert(how, min(max(hello.version, 0x0300), 0x0303)), "close"

    def _accept(self, hello):
        if hello.octets > self.longest or len(hello.suites) > self.most_suites or (
                hello.extensions and not self.knows_extensions):
            raise Refused(self.intolerance)
        if hello.is_ssl2:
            return self._ssl2(hello)
        if "TLS1.3" in self.versions and NUMBERS["TLS1.3"] in (hello.versions or ()):
            return self._name_warning(hello) + self._retry_or_hello(hello)
        version = self._version(hello)
        return self._name_warning(hello) + self._flight(hello, version)

    def _ssl2(self, hello):
        shared = [KINDS[kind].code for kind in self.kinds if KINDS[kind].code in hello.suites]
        if not (self.kinds or self.ssl2):
            raise Refused(self.version_refusal)
        leaf, kinds, session = self.certificates["RSA"][0], numbers(3, shared), os.urandom(16)
        body = bytes([4, 0, 1]) + numbers(2, [2, len(leaf), len(kinds), len(session)]) + leaf + kinds + session
        return numbers(2, [0x8000 | len(body)]) + body

    def _version(self, hello):
        asked = hello.version
        if hello.versions:
            asked = max((each for each in hello.versions if each in VERSIONS and VERSIONS[each] in self.versions), default=0)
        if asked > self.highest:
            raise Refused(self.intolerance)
        able = [name for name in self.versions if NUMBERS[name] <= asked and name != "TLS1.3"]
        if not able:
            raise Refused(self.version_refusal)
        if self.scsv and FALLBACK_SCSV in hello.suites and any(NUMBERS[name] > asked for name in self.versions):
            raise Refused(86)
        return max(able, key=OLD_ORDER.index)

    def _name_warning(self, hello):
        if hello.servername is None:
            if self.sni_required:
                raise Refused(112)
        elif self.names is not None and hello.servername not in self.names and self.stranger != "ignore":
            if self.stranger != "warn":
                raise Refused(self.stranger)
            return alert(112, 0x0301, level=1)
        return b""

    # What both sides can do.

    def _first(self, ours, theirs, order):
        """Numbers both have, the best first."""
        if order == "client":
            return [each for each in theirs if each in ours]
        return [each for each in ours if each in theirs]

    def _groups(self, hello, version):
        ours = [GROUPS[name] for name in self.groups if version == "TLS1.3" or GROUP_KINDS[GROUPS[name]] not in
                ("hybrid-pq", "kem")]
        theirs = ours if hello.groups is None else hello.groups
        return self._first(ours, theirs, self.group_order)

    def _curves(self, hello, version):
        return [each for each in self._groups(hello, version) if GROUP_KINDS[each] != "ffdhe"]

    def _scheme(self, hello, auth):
        """Of a ServerKeyExchange in TLS 1.2."""
        theirs = [SCHEMES["rsa_pkcs1_sha1"], SCHEMES["ecdsa_sha1"], SCHEMES["dsa_sha1"]] if hello.schemes is None else hello.schemes
        fitting = [SCHEMES[name] for name in self.schemes if SCHEME_KEYS[SCHEMES[name]] in SIGNS[auth]]
        return next((each for each in fitting if each in theirs), None)

    def _can(self, suite, hello, version):
        if suite.auth in SIGNS and suite.auth not in self.certificates:
            return False
        if suite.kx in EC and not (self.explicit_curve or self._curves(hello, version)):
            return False
        if suite.auth == "ECDSA" and self.certificate_curve and hello.groups is not None and (
                GROUPS[self.certificate_curve] not in hello.groups):
            return False
        signed = suite.kx in ("ECDHE", "DHE") and suite.auth in SIGNS
        return not (version == "TLS1.2" and signed and self._scheme(hello, suite.auth) is None)

    def _suite(self, hello, version):
        able = [SUITES[name] for name in self.versions[version]]
        able = [suite.code for suite in able if suite.code in hello.suites and (
            version == "TLS1.3" or self._can(suite, hello, version))]
        if not able:
            raise Refused(self.refusal)
        if self.order == "random":
            return random.choice(able)
        offered = [each for each in hello.suites if each not in GREASE]
        if self.order == "chacha" and "CHACHA20" in getattr(BY_CODE.get(offered[0]), "name", ""):
            able.sort(key=lambda code: "CHACHA20" not in BY_CODE[code].name)  # stable
        return self._first(able, offered, self.order)[0]

    # TLS 1.3.

    def _retry_or_hello(self, hello):
        if hello.shares is None or hello.groups is None or hello.schemes is None:
            raise Refused(109)
        if hello.version > NUMBERS["TLS1.2"]:
            raise Refused(self.version_refusal)
        if hello.compression != b"\0":
            raise Refused(47)
        suite, groups = self._suite(hello, "TLS1.3"), self._groups(hello, "TLS1.3")
        keys = {key for auth in self.certificates for key in SIGNS[auth]}
        if not groups or not any(SCHEME_KEYS.get(each) in keys and SCHEMES_13.get(each) and each in
                                 [SCHEMES[name] for name in self.schemes] for each in hello.schemes):
            raise Refused(self.refusal)
        if self.share_first:
            groups.sort(key=lambda group: group not in hello.shares)
        share = groups[0] in hello.shares
        body = numbers(2, [NUMBERS["TLS1.2"]]) + (os.urandom(32) if share else RETRY_RANDOM) + vector(1, hello.session_id)
        key = vector(2, os.urandom(SHARES.get(GROUP_NAMES[groups[0]], 32))) if share else b""
        extensions = self._extension(43, b"\3\4") + self._extension(51, numbers(2, [groups[0]]) + key)
        octets = record(HANDSHAKE, message(SERVER_HELLO, body + numbers(2, [suite]) + b"\0" + vector(2, extensions)))
        octets += record(CCS, b"\1")
        return octets + record(23, os.urandom(900)) if share else octets

    # SSL 3.0 to TLS 1.2.

    @staticmethod
    def _extension(number, data=b""):
        return numbers(2, [number]) + vector(2, data)

    def _flight(self, hello, version):
        suite = BY_CODE[self._suite(hello, version)]
        body = self._server_hello(hello, version, suite)
        flight = message(SERVER_HELLO, body)
        kind = suite.auth if suite.auth in self.certificates else "RSA"
        shown = suite.auth in SIGNS and self.certificates.get(kind)
        if shown:
            flight += message(CERTIFICATE, vector(3, b"".join(vector(3, der) for der in shown)))
        if shown and self.staple and hello.extension("status_request") is not None and version != "SSL3.0":
            flight += message(STATUS, b"\1" + vector(3, os.urandom(300)))
        flight += self._key_exchange(hello, version, suite)
        if self.ask_client:
            flight += message(CERTIFICATE_REQUEST, b"\2\1\x40" + (b"\0\2\4\1" if version == "TLS1.2" else b"") + b"\0\0")
        return record(HANDSHAKE, flight + message(HELLO_DONE, b""), NUMBERS[version])

    def _server_hello(self, hello, version, suite):
        tail = b""
        if self.sentinel and version != "TLS1.3":
            best = max(self.versions, key=OLD_ORDER.index)
            if best == "TLS1.3":
                tail = SENTINELS["TLS1.2" if version == "TLS1.2" else "TLS1.1"]
            elif best == "TLS1.2" and version != "TLS1.2":
                tail = SENTINELS["TLS1.1"]
        packed = self.compression and 1 in hello.compression
        body = numbers(2, [NUMBERS[version]]) + os.urandom(32 - len(tail)) + tail
        body += vector(1, os.urandom(32) if self.session_ids else b"") + numbers(2, [suite.code]) + bytes([1 if packed else 0])
        extensions = b"".join(self._extension(*each) for each in self._echoes(hello, version, suite))
        return body + (vector(2, extensions) if extensions else b"")

    def _echoes(self, hello, version, suite):
        """Extensions of a ServerHello. SSL 3.0 has none but RFC 5746's."""
        if self.renegotiation and (RENEGOTIATION_SCSV in hello.suites or hello.extension("renegotiation_info") is not None):
            yield EXTENSIONS["renegotiation_info"], b"\0"
        if version == "SSL3.0":
            return
        asked = hello.extensions
        if self.ems and EXTENSIONS["extended_master_secret"] in asked:
            yield EXTENSIONS["extended_master_secret"],
        if self.etm and EXTENSIONS["encrypt_then_mac"] in asked and "_CBC" in suite.name:
            yield EXTENSIONS["encrypt_then_mac"],
        if self.ticket and EXTENSIONS["session_ticket"] in asked:
            yield EXTENSIONS["session_ticket"],
        if self.heartbeat and EXTENSIONS["heartbeat"] in asked:
            yield EXTENSIONS["heartbeat"], b"\1"
        if self.staple and EXTENSIONS["status_request"] in asked and suite.auth in SIGNS:
            yield EXTENSIONS["status_request"],
        if self.names and hello.servername in self.names:
            yield EXTENSIONS["server_name"],
        if suite.kx in EC and hello.groups is not None:
            yield EXTENSIONS["ec_point_formats"], b"\1\0"
        chosen = next((each for each in hello.alpn or () if each in self.alpn), None)
        if chosen:
            yield EXTENSIONS["alpn"], vector(2, vector(1, chosen.encode()))
        elif hello.alpn and self.alpn_strict:
            raise Refused(120)

    def _key_exchange(self, hello, version, suite):
        if suite.kx in EC:
            parameters = self._ec(hello, version)
        elif suite.kx in FINITE:
            parameters = self._finite(hello)
        elif suite.is_export and suite.kx == "RSA":
            parameters = vector(2, prime(self.export_bits).to_bytes((self.export_bits + 7) // 8, "big")) + vector(2, b"\1\0\1")
        elif suite.kx == "SRP":
            size = 256
            parameters = vector(2, prime(2048).to_bytes(size, "big")) + vector(2, b"\2") + vector(1, b"salt") + vector(2, os.urandom(size))
        else:
            return b""
        hint = vector(2, b"hint") if suite.kx.endswith("_PSK") else b""
        return message(KEY_EXCHANGE, hint + parameters + self._signature(hello, version, suite))

    def _ec(self, hello, version):
        if self.explicit_curve:
            field = prime(256).to_bytes(32, "big")
            return b"\1" + vector(1, field) + vector(1, b"\1") + vector(1, b"\2") + vector(1, b"\4" + field * 2) + vector(
                1, field) + vector(1, b"\1") + vector(1, b"\4" + field * 2)
        group = self._curves(hello, version)[0]
        size = SHARES.get(GROUP_NAMES[group], 65)
        return b"\3" + numbers(2, [group]) + vector(1, b"\4" * size if self.static_ec else os.urandom(size))

    def _finite(self, hello):
        modulus, shared = self.dh, []
        if self.ffdhe and hello.groups is not None:
            shared = [each for each in self._groups(hello, "TLS1.2") if GROUP_KINDS[each] == "ffdhe"]
        if shared:
            modulus = FFDHE_BITS[GROUP_NAMES[shared[0]]]
        modulus = prime(modulus) if modulus < 65536 else modulus
        size = (modulus.bit_length() + 7) // 8
        public = 4 if self.static_dh else int.from_bytes(os.urandom(size), "big") % modulus if self.public is None else self.public
        return vector(2, modulus.to_bytes(size, "big")) + vector(2, bytes([self.generator])) + vector(2, public.to_bytes(size, "big"))

    def _signature(self, hello, version, suite):
        if suite.auth not in SIGNS or suite.kx == "RSA" and not suite.is_export:
            return b""
        scheme = numbers(2, [self._scheme(hello, suite.auth)]) if version == "TLS1.2" else b""
        return scheme + vector(2, os.urandom(256 if suite.auth == "RSA" else 70))


SCHEMES_13 = {code: True for name, code in SCHEMES.items() if not name.startswith(("rsa_pkcs1", "dsa", "ecdsa_sha", "ecdsa_md"))}


# Shapes: the same octets in other records.

def _records(octets):
    at = 0
    while at < len(octets):
        if octets[at] & 0x80:  # SSL 2.0
            yield None, None, octets[at:]
            return
        size = int.from_bytes(octets[at + 3:at + 5], "big")
        yield octets[at], int.from_bytes(octets[at + 1:at + 3], "big"), octets[at + 5:at + 5 + size]
        at += 5 + size


def fragments(size):
    """Handshake records of at most so many octets: legal (RFC 5246, 6.2.1)."""
    def shape(octets):
        for kind, version, data in _records(octets):
            if kind != HANDSHAKE:
                yield data if kind is None else record(kind, data, version)
            else:
                yield b"".join(record(kind, data[at:at + size], version) for at in range(0, len(data), size))
    return shape


def one_message_a_record(octets):
    for kind, version, data in _records(octets):
        while kind == HANDSHAKE and data:
            size = 4 + int.from_bytes(data[1:4], "big")
            yield record(kind, data[:size], version)
            data = data[size:]
        if kind != HANDSHAKE:
            yield data if kind is None else record(kind, data, version)


def single_octets(octets):
    """One octet a segment, as far as the kernel lets us."""
    for octet in octets:
        yield bytes([octet])


class TlsPeer(Front):
    """Simulated servers, or a callable(caller, hello), behind a STARTTLS front; with several, callers get them in turn."""

    def __init__(self, *servers, shape=None, **settings):
        super().__init__(self._serve, **settings)
        self.servers, self.shape, self.asked = servers, shape, []
        self._turn = threading.Lock()

    def _serve(self, caller):
        while (hello := Hello.parse(caller.pending)) is None:
            if not caller.more():
                return
        with self._turn:
            self.asked.append(hello)
            server = self.servers[len(self.asked) % len(self.servers)]
        if not isinstance(server, Simulated):
            server(caller, hello)
            return
        octets, then = server.answer(hello)
        for piece in self.shape(octets) if self.shape else [octets]:
            caller.send(piece)
        if then == "reset":
            caller.reset()
        elif then == "silence":
            caller.wait_for_end()
        elif then == "wait":
            caller.pending = b""
            if caller.more() and caller.pending[0] != ALERT:
                caller.send(alert(51))  # decrypt_error: no secret of ours is good for more than this flight
