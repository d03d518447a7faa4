"""DER by hand, and certificates out of it: what no library would write, because it must not be written.

    tlv(0x30, integer(1), oid("2.5.29.15"))       octets
    element = parse(octets)                       a tree that can be bent and written again: element.encode()
    certificate(body(...), signer)                tbsCertificate, signature
"""

import dataclasses
import functools
import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, UTF8, SEQUENCE, SET, PRINTABLE, IA5 = (
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x30, 0x31, 0x13, 0x16)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def length(size):
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag, *parts):
    value = b"".join(parts)
    return bytes([tag]) + length(len(value)) + value


def sequence(*parts):
    return tlv(SEQUENCE, *parts)


def integer(number):
    return tlv(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def bits(octets, unused=0):
    return tlv(BIT_STRING, bytes([unused]), octets)


@functools.cache
def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    octets = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        octets += bytes(reversed(groups))
    return tlv(OID, octets)


def name(*attributes):
    """name(("2.5.4.3", UTF8, b"im.example"), ...); a bare text is a common name."""
    parts = [each if isinstance(each, tuple) else ("2.5.4.3", UTF8, each.encode()) for each in attributes]
    return sequence(*(tlv(SET, sequence(oid(kind), tlv(tag, value))) for kind, tag, value in parts))


def extension(kind, value, critical=False):
    return sequence(oid(kind), tlv(BOOLEAN, b"\xff") if critical else b"", tlv(OCTET_STRING, value))


@dataclasses.dataclass
class Element:
    """One element: children where they could be read, else octets. `header` replaces the right tag and length."""

    tag: int
    value: bytes = b""
    children: list = None
    header: bytes = None

    def body(self):
        lead = b"\0" if self.tag == BIT_STRING and self.children is not None else b""
        return self.value if self.children is None else lead + b"".join(each.encode() for each in self.children)

    def encode(self):
        body = self.body()
        return (bytes([self.tag]) + length(len(body)) if self.header is None else self.header) + body

    def walk(self):
        yield self
        for each in self.children or ():
            yield from each.walk()


def parse(octets):
    """The tree of one element of DER; also what OCTET STRINGs and BIT STRINGs wrap."""
    element, rest = _take(octets)
    if rest:
        raise ValueError("octets behind it")
    return element


def _take(octets):
    if len(octets) < 2:
        raise ValueError("cut short")
    tag, size, head = octets[0], octets[1], 2
    if size >= 0x80:
        head += size & 0x7F
        size = int.from_bytes(octets[2:head], "big")
    value = octets[head:head + size]
    if octets[:head] != bytes([tag]) + length(size) or len(value) != size:
        raise ValueError("no DER")
    return Element(tag, value, _children(tag, value)), octets[head + size:]


def _children(tag, value):
    if tag & 0x20:
        return _all(value)
    wrapped = value[1:] if tag == BIT_STRING and value[:1] == b"\0" else value
    if tag in (OCTET_STRING, BIT_STRING) and wrapped[:1] == b"\x30":
        try:
            return _all(wrapped)
        except ValueError:
            return None
    return None


def _all(octets):
    found = []
    while octets:
        element, octets = _take(octets)
        found.append(element)
    return found


class Key:
    """A key that signs: `spki` and `algorithm` are DER. Made from its label, so that every run has the same ones."""

    def __init__(self, secret, algorithm, sign):
        self.secret, self.algorithm, self.sign = secret, algorithm, sign
        self.spki = secret.public_key().public_bytes(serialization.Encoding.DER,
                                                     serialization.PublicFormat.SubjectPublicKeyInfo)


@functools.cache
def ed25519_key(label):
    secret = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(label.encode()).digest())
    return Key(secret, sequence(oid("1.3.101.112")), secret.sign)


@functools.cache
def _ec_secret(seed):
    number = int.from_bytes(hashlib.sha256(seed).digest(), "big") % P256_ORDER
    return number, ec.derive_private_key(number, ec.SECP256R1())


@functools.cache
def ec_key(label):
    """P-256. Signs by hand, with a nonce out of the data, since the library's signatures differ from run to run."""
    number, secret = _ec_secret(label.encode())

    def sign(data):
        nonce, point = _ec_secret(label.encode() + data)
        r = point.public_key().public_numbers().x % P256_ORDER
        digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
        return sequence(integer(r), integer(pow(nonce, -1, P256_ORDER) * (digest + r * number) % P256_ORDER))

    return Key(secret, sequence(oid("1.2.840.10045.4.3.2")), sign)


def rsa_key(file, kind="1.2.840.113549.1.1.11", digest=hashes.SHA256):
    """Finding one takes long: out of a file."""
    secret = serialization.load_pem_private_key(file.read_bytes(), None)
    return Key(secret, sequence(oid(kind), tlv(NULL)), lambda data: secret.sign(data, padding.PKCS1v15(), digest()))


def time(text):
    """YYYYMMDDHHMMSSZ, as RFC 5280, 4.1.2.5 wants it written."""
    return tlv(0x17, text[2:].encode()) if "1950" <= text[:4] < "2050" else tlv(0x18, text.encode())


def body(subject, spki, issuer, algorithm, extensions=(), serial=b"\x01", start="20260601000000Z",
         end="20260830000000Z",
         version=2, validity=None):
    """tbsCertificate. `extensions` may be octets, written as they are."""
    if not isinstance(extensions, bytes):
        extensions = tlv(0xA3, sequence(*extensions)) if extensions else b""
    return sequence(tlv(0xA0, integer(version)) if version else b"", tlv(INTEGER, serial), algorithm, issuer,
                    sequence(time(start), time(end)) if validity is None else validity, subject, spki, extensions)


def certificate(tbs, signer, algorithm=None):
    return sequence(tbs, signer.algorithm if algorithm is None else algorithm, bits(signer.sign(tbs)))
