#!/usr/bin/env python3
"""Makes the OCSP responses and revocation lists under tests/data/revocation, and seeds for their
fuzzers. Run once; what it made is committed.

Fixed dates, so that tests judge them on 2026-07-01. Put together by hand, for most of them are what
no builder would make; keys are thrown away. Wants python3-cryptography.
"""
import base64
import datetime
import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID

FUZZ = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fuzz", "corpus")
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "revocation")
URL = "http://crl.example/1.crl"
OCSP_BASIC, OCSP_NONCE = "1.3.6.1.5.5.7.48.1.1", "1.3.6.1.5.5.7.48.1.2"
SCT_OCSP, UNKNOWN = "1.3.6.1.4.1.11129.2.4.5", "1.3.6.1.4.1.99999.1"
HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "odd": "1.3.6.1.4.1.99999.2"}
JUNE, JULY = "2026-06-28", "2026-07-05"


def tlv(tag, *parts):
    value = b"".join(parts)
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + value


def seq(*parts):
    return tlv(0x30, *parts)


def oid(text):
    arcs = [int(arc) for arc in text.split(".")]
    octets = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.insert(0, 0x80 | arc & 0x7F)
        octets += bytes(digits)
    return tlv(0x06, octets)


def integer(number):
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d")


def generalized(text):
    return tlv(0x18, moment(text).strftime("%Y%m%d%H%M%SZ").encode())


def utc(text):
    return tlv(0x17, moment(text).strftime("%y%m%d%H%M%SZ").encode())


def extension(name, value, critical=False):
    return seq(oid(name), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def sign(key, body, digest=hashes.SHA256):
    """AlgorithmIdentifier and BIT STRING."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return seq(oid("1.3.101.112")), tlv(0x03, b"\0", key.sign(body))
    if isinstance(key, rsa.RSAPrivateKey):
        last = {"sha256": 11, "sha1": 5}[digest.name]
        return (seq(oid(f"1.2.840.113549.1.1.{last}"), tlv(0x05)),
                tlv(0x03, b"\0", key.sign(body, padding.PKCS1v15(), digest())))
    name = {"sha256": "1.2.840.10045.4.3.2", "sha1": "1.2.840.10045.4.1"}[digest.name]
    return seq(oid(name)), tlv(0x03, b"\0", key.sign(body, ec.ECDSA(digest())))


def p256():
    return ec.generate_private_key(ec.SECP256R1())


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "XMPP TLS tools test"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def make(common, key, issuer, ca=False, serial=None, eku=None, end="2035-01-01"):
    """issuer: (certificate or None, key)."""
    issuer_name = issuer[0].subject if issuer[0] else name(common)
    builder = (x509.CertificateBuilder().subject_name(name(common)).issuer_name(issuer_name)
               .public_key(key.public_key()).serial_number(serial or x509.random_serial_number())
               .not_valid_before(moment("2026-01-01")).not_valid_after(moment(end))
               .add_extension(x509.BasicConstraints(ca, None), True))
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage([eku]), False)
    eddsa = isinstance(issuer[1], ed25519.Ed25519PrivateKey)
    return builder.sign(issuer[1], None if eddsa else hashes.SHA256())


def write(file, data):
    with open(os.path.join(HERE, file), "wb") as out:
        out.write(data)


def pem(data, label="X509 CRL"):
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----"] + lines + [f"-----END {label}-----", ""]).encode()


def key_bits(certificate):
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962,
                                serialization.PublicFormat.UncompressedPoint)
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def cert_id(certificate, issuer, digest="sha1"):
    of = hashlib.sha256 if digest == "sha256" else hashlib.sha1
    return seq(seq(oid(HASHES[digest]), tlv(0x05)),
               tlv(0x04, of(issuer.subject.public_bytes()).digest()),
               tlv(0x04, of(key_bits(issuer)).digest()), integer(certificate.serial_number))


GOOD, NOBODY = tlv(0x80), tlv(0x82)


def revoked(when="2026-06-01", reason=1):
    code = tlv(0xA0, tlv(0x0A, bytes([reason]))) if reason is not None else b""
    return tlv(0xA1, generalized(when), code)


def single(identity, status=GOOD, this=JUNE, next_update=JULY, extensions=()):
    return seq(identity, status, generalized(this),
               tlv(0xA0, generalized(next_update)) if next_update else b"",
               tlv(0xA1, seq(*extensions)) if extensions else b"")


def response(singles, key, responder, certificates=(), extensions=(), digest=hashes.SHA256,
             produced=JUNE):
    body = seq(tlv(0xA1, responder.subject.public_bytes()), generalized(produced), seq(*singles),
               tlv(0xA1, seq(*extensions)) if extensions else b"")
    algorithm, signature = sign(key, body, digest)
    basic = seq(body, algorithm, signature,
                tlv(0xA0, seq(*map(der, certificates))) if certificates else b"")
    return seq(tlv(0x0A, b"\0"), tlv(0xA0, seq(oid(OCSP_BASIC), tlv(0x04, basic))))


def sct_list(count=2):
    one = (b"\0" + bytes(range(32)) + int(moment(JUNE).timestamp() * 1000).to_bytes(8, "big") +
           b"\0\0" + b"\x04\x03" + b"\0\x04" + b"sign")
    all_of_them = (len(one).to_bytes(2, "big") + one) * count
    return len(all_of_them).to_bytes(2, "big") + all_of_them


def make_responses(ca, ca_key, leaf, other):
    issuer = (ca, ca_key)
    mine, usual = cert_id(leaf, ca), dict(key=ca_key, responder=ca)

    def put(file, singles, **how):
        write(file + ".ocsp", response(singles, **{**usual, **how}))

    put("good", [single(mine)])
    put("good-sha256", [single(cert_id(leaf, ca, "sha256"))])
    put("good-nonce", [single(mine)], extensions=[extension(OCSP_NONCE, tlv(0x04, b"12345678"), True)])
    put("good-second", [single(cert_id(other, ca)), single(mine)])
    put("good-many", [single(cert_id(other, ca))] * 40 + [single(mine)])
    put("good-scts", [single(mine, extensions=[extension(SCT_OCSP, tlv(0x04, sct_list()))])])
    put("revoked", [single(mine, revoked())])
    put("revoked-no-reason", [single(mine, revoked(reason=None))])
    put("revoked-stale", [single(mine, revoked(), "2026-06-02", "2026-06-09")])
    put("revoked-later", [single(mine, revoked("2026-07-10"), "2026-07-11", "2026-07-18")])
    put("unknown", [single(mine, NOBODY)])
    put("stale", [single(mine, GOOD, "2026-06-02", "2026-06-09")])
    put("early", [single(mine, GOOD, "2026-07-03", "2026-07-09")])
    put("no-next", [single(mine, next_update=None)])
    put("no-next-old", [single(mine, GOOD, "2026-06-02", None)])
    put("backwards", [single(mine, GOOD, JULY, JUNE)])
    put("none", [])
    put("other-serial", [single(cert_id(other, ca))])
    put("odd-hash", [single(cert_id(leaf, ca, "odd"))])
    put("critical", [single(mine, extensions=[extension(UNKNOWN, b"\x05\0", True)])])
    put("critical-whole", [single(mine)], extensions=[extension(UNKNOWN, b"\x05\0", True)])
    put("not-critical", [single(mine, extensions=[extension(UNKNOWN, b"\x05\0")])])
    put("by-stranger", [single(mine)], key=p256())
    put("sha1", [single(mine)], digest=hashes.SHA1)
    write("try-later.ocsp", seq(tlv(0x0A, b"\3")))
    write("unauthorized.ocsp", seq(tlv(0x0A, b"\6")))
    write("other-type.ocsp", seq(tlv(0x0A, b"\0"), tlv(0xA0, seq(oid(UNKNOWN), tlv(0x04, b"\x30\0")))))

    key = p256()
    for file, by, how in (("delegated", issuer, dict(eku=EKU.OCSP_SIGNING)),
                          ("delegated-plain", issuer, dict()),
                          ("delegated-server", issuer, dict(eku=EKU.SERVER_AUTH)),
                          ("delegated-expired", issuer, dict(eku=EKU.OCSP_SIGNING, end="2026-06-29")),
                          ("delegated-stranger", (ca, p256()), dict(eku=EKU.OCSP_SIGNING))):
        responder = make("Responder", key, by, **how)
        put(file, [single(mine)], key=key, responder=responder, certificates=[responder])
    responder = make("Responder", key, issuer, eku=EKU.OCSP_SIGNING)
    put("delegated-among-others", [single(mine)], key=key, responder=responder,
        certificates=[leaf, other, responder])


def entry(serial, when="2026-06-01", reason=None, extra=()):
    extensions = list(extra)
    if reason is not None:
        extensions.append(extension("2.5.29.21", tlv(0x0A, bytes([reason]))))
    return seq(integer(serial), utc(when), seq(*extensions) if extensions else b"")


def crl(issuer, key, entries=(), this=JUNE, next_update=JULY, extensions=(), digest=hashes.SHA256,
        inner=None):
    algorithm, _ = sign(key, b"", digest)
    body = seq(integer(1), inner or algorithm, issuer.subject.public_bytes(), utc(this),
               utc(next_update) if next_update else b"", seq(*entries) if entries else b"",
               tlv(0xA0, seq(extension("2.5.29.20", integer(7)), *extensions)))
    algorithm, signature = sign(key, body, digest)
    return seq(body, algorithm, signature)


def scope(*parts):
    return extension("2.5.29.28", seq(*parts), True)


def point(*urls):
    return tlv(0xA0, tlv(0xA0, *[tlv(0x86, url.encode()) for url in urls]))


def make_lists(root, root_key, ca, ca_key, leaf, more):
    mine, true = leaf.serial_number, b"\xff"

    def put(file, entries=(), issuer=ca, key=ca_key, **how):
        write(file + ".crl", crl(issuer, key, entries, **how))

    others = [entry(serial) for serial in (5, 1, 0x80FF, mine + 1, mine - 1, 3)]
    put("good", others)
    put("empty")
    put("revoked", others + [entry(mine, reason=1)])
    put("revoked-first", [entry(mine)] + others)
    put("revoked-later", [entry(mine, "2026-07-10")], this="2026-07-11", next_update="2026-07-18")
    put("revoked-stale", [entry(mine, reason=5)], this="2026-06-02", next_update="2026-06-09")
    put("stale", this="2026-06-02", next_update="2026-06-09")
    put("early", this="2026-07-03", next_update="2026-07-09")
    put("no-next", next_update=None)
    put("by-stranger", [entry(mine)], key=p256())
    put("critical", extensions=[extension(UNKNOWN, b"\x05\0", True)])
    put("critical-entry", [entry(7, extra=[extension(UNKNOWN, b"\x05\0", True)])])
    put("users", extensions=[scope(tlv(0x81, true))])
    put("authorities", extensions=[scope(tlv(0x82, true))])
    put("some-reasons", extensions=[scope(tlv(0x83, b"\1\6"))])
    put("indirect", extensions=[scope(tlv(0x84, true))])
    put("attributes", extensions=[scope(tlv(0x85, true))])
    put("odd-scope", extensions=[scope(tlv(0x86, true))])
    put("broken-scope", extensions=[extension("2.5.29.28", b"\x30\x05\x81", True)])
    put("shard", extensions=[scope(point("http://crl.example/0.crl", URL), tlv(0x81, true))])
    put("shard-revoked", [entry(mine)], extensions=[scope(point(URL))])
    put("other-shard", [entry(mine)], extensions=[scope(point("http://crl.example/2.crl"))])
    put("relative-shard", extensions=[scope(tlv(0xA0, tlv(0xA1, b"\x30\0")))])
    put("delta", extensions=[extension("2.5.29.27", integer(3), True)])
    put("two-algorithms", inner=seq(oid("1.2.840.10045.4.3.3")))
    put("sha1", digest=hashes.SHA1)
    put("root", issuer=root, key=root_key)
    put("root-revoked", [entry(ca.serial_number, reason=2)], issuer=root, key=root_key)
    put("root-authorities", issuer=root, key=root_key, extensions=[scope(tlv(0x82, true))])
    put("root-users", issuer=root, key=root_key, extensions=[scope(tlv(0x81, true))])
    for file, (certificate, key) in more.items():
        put(file, issuer=certificate, key=key)

    good, above = crl(ca, ca_key), crl(root, root_key)
    write("two.pem", b"Lists of today:\n" + pem(good) + b"and of the root\r\n" + pem(above))
    write("no-end.pem", pem(good) + pem(above)[:-30])
    write("no-base64.pem", pem(good).replace(b"\nMI", b"\n!!"))
    write("not-a-list.pem", pem(good) + pem(der(leaf)))


def seed(fuzzer, file, *parts):
    os.makedirs(os.path.join(FUZZ, fuzzer), exist_ok=True)
    with open(os.path.join(FUZZ, fuzzer, file), "wb") as out:
        out.write(b"".join(parts))


def make_seeds(ca, leaf):
    """tests/fuzz/pair.h: leaf and issuer in front, each behind its length."""
    pair = b"".join(len(der(one)).to_bytes(2, "big") + der(one) for one in (leaf, ca))
    for fuzzer, names in (("ocsp", ("good", "good-scts", "revoked", "delegated", "no-next",
                                    "critical", "try-later")),
                          ("crl", ("good", "revoked", "shard-revoked", "indirect", "critical-entry",
                                   "delta", "stale"))):
        for file in names:
            with open(os.path.join(HERE, f"{file}.{fuzzer}"), "rb") as made:
                seed(fuzzer, file, pair, made.read())
    seed("sct", "one", sct_list(1))
    seed("sct", "two", sct_list(2))
    seed("sct", "extension", tlv(0x04, sct_list(2)))
    seed("sct", "version-2", b"\0\4\0\2\1\7")


def main():
    os.makedirs(HERE, exist_ok=True)
    root_key, ca_key = p256(), p256()
    root = make("Revocation Root", root_key, (None, root_key), True)
    ca = make("Revocation CA", ca_key, (root, root_key), True, 0x7000)
    # An authority of the same name, and some that sign with keys of another kind.
    twin = make("Revocation CA", p256(), (root, root_key), True, 0x7001)
    more = {}
    for kind, key in (("ed25519", ed25519.Ed25519PrivateKey.generate()),
                      ("rsa", rsa.generate_private_key(65537, 2048))):
        authority = make(f"Revocation {kind}", key, (root, root_key), True)
        more[kind] = (authority, key)
        write(f"{kind}-ca.der", der(authority))
        write(f"{kind}-leaf.der", der(make("im.example", p256(), more[kind], serial=0xC0FFEE)))
    leaf = make("im.example", p256(), (ca, ca_key), serial=0xC0FFEE)
    other = make("other.example", p256(), (ca, ca_key), serial=0xC0FFEF)
    for file, certificate in (("root", root), ("ca", ca), ("twin", twin), ("leaf", leaf),
                              ("other", other)):
        write(file + ".der", der(certificate))
    make_responses(ca, ca_key, leaf, other)
    make_lists(root, root_key, ca, ca_key, leaf, more)
    make_seeds(ca, leaf)


if __name__ == "__main__":
    main()
