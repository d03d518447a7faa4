#!/usr/bin/env python3
"""Makes the certificates under tests/data/certs. Run once; what it made is committed.

Fixed dates, so that tests judge them at fixed moments. Keys are thrown away but for those a test's
own server needs. Wants python3-cryptography and openssl (for the one kind of key the former lacks).
"""
import datetime
import ipaddress
import os
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID, ObjectIdentifier

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "certs")
SRV = ObjectIdentifier("1.3.6.1.5.5.7.8.7")
XMPP = ObjectIdentifier("1.3.6.1.5.5.7.8.5")
SAN = ObjectIdentifier("2.5.29.17")


def day(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d")


def tlv(tag, value):
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + value


def name(common, organisation="XMPP TLS tools test"):
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    parts += [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    return x509.Name(parts)


def srv(text):
    return x509.OtherName(SRV, tlv(0x16, text.encode()))


def xmpp(text):
    return x509.OtherName(XMPP, tlv(0x0C, text.encode()))


def make(subject, key, issuer=None, ca=None, names=(), eku=(EKU.SERVER_AUTH,), start="2026-01-01",
         end="2027-01-01", digest=hashes.SHA256(), extra=(), serial=None, path_length=None):
    """issuer: (name, key) or None for self-signed; ca: True, False or None for no basicConstraints."""
    issuer_name, issuer_key = issuer or (subject, key)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name)
               .public_key(key.public_key()).serial_number(serial or x509.random_serial_number())
               .not_valid_before(day(start)).not_valid_after(day(end)))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), False)
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(eku)), False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    if isinstance(issuer_key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
        digest = None
    return builder.sign(issuer_key, digest)


def write(file, *certificates):
    with open(os.path.join(HERE, file + ".pem"), "wb") as out:
        for certificate in certificates:
            out.write(certificate.public_bytes(serialization.Encoding.PEM))


def write_key(file, key):
    with open(os.path.join(HERE, file + ".key"), "wb") as out:
        out.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                    serialization.NoEncryption()))


def p256():
    return ec.generate_private_key(ec.SECP256R1())


def odd_names():
    other = lambda oid, inner: tlv(0xA0, oid + tlv(0xA0, inner))
    srv_oid = bytes.fromhex("06082b06010505070807")
    xmpp_oid = bytes.fromhex("06082b06010505070805")
    return tlv(0x30, b"".join([
        tlv(0x82, b"im.example"),
        tlv(0x82, b"im.example\0.evil.example"),
        tlv(0x82, "bücher.example".encode()),
        tlv(0x82, b""),
        other(srv_oid, tlv(0x0C, b"_xmpp-client.im.example")),
        other(xmpp_oid, tlv(0x16, b"im.example")),
        other(xmpp_oid, tlv(0x0C, b"im\xff.example")),
        tlv(0x87, b"\xc0\x00\x02\x07"),
        tlv(0x87, bytes.fromhex("20010db8000000000000000000000007")),
        tlv(0x87, b"\x01\x02\x03\x04\x05"),
        tlv(0x86, b"xmpp:im.example"),
        tlv(0x81, b"admin@im.example"),
        tlv(0xA4, name("a directory").public_bytes()),
        tlv(0x88, bytes.fromhex("2a0304")),
        other(bytes.fromhex("060a2b060104018237140203"), tlv(0x0C, b"user@im.example")),
        tlv(0xA0, srv_oid),
        other(srv_oid, tlv(0x16, b"_xmpp-server.im.example\x1b[31m")),
    ]))


def main():
    os.makedirs(HERE, exist_ok=True)
    root_key, middle_key, leaf_key, other_key = p256(), p256(), p256(), p256()
    root, middle = (name("Test Root"), root_key), (name("Test Intermediate"), middle_key)
    usual = [x509.DNSName("im.example"), x509.DNSName("*.im.example"), srv("_xmpp-client.im.example"),
             srv("_xmpp-server.im.example"), xmpp("im.example")]
    leaf = lambda **how: make(name("im.example", None), how.pop("key", leaf_key),
                              how.pop("issuer", middle), how.pop("ca", False),
                              how.pop("names", usual), **how)
    inter = lambda **how: make(middle[0], middle_key, how.pop("issuer", root), how.pop("ca", True),
                               eku=how.pop("eku", ()), start=how.pop("start", "2020-01-01"),
                               end=how.pop("end", "2035-01-01"), **how)

    # The good chain, and the ways in which it can break.
    write("root", make(*root, ca=True, eku=(), start="2020-01-01", end="2040-01-01"))
    write("intermediate", inter())
    write("leaf", leaf(serial=0x80FF))
    write("leaf-renewed", leaf(start="2026-06-01", end="2027-06-01"))
    write("leaf-client-only", leaf(eku=(EKU.CLIENT_AUTH,)))
    write("leaf-any-purpose", leaf(eku=(EKU.ANY_EXTENDED_KEY_USAGE,)))
    write("leaf-unknown-critical", leaf(extra=[(x509.UnrecognizedExtension(
        ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True)]))
    write("leaf-must-staple", leaf(names=[x509.DNSName("im.example")], extra=[(x509.TLSFeature(
        [x509.TLSFeatureType.status_request]), False)]))
    write("leaf-no-common-name", make(x509.Name([]), leaf_key, middle, False,
                                      [x509.DNSName("im.example")]))
    write("leaf-odd-names", make(x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, "first, of two"),
        x509.NameAttribute(NameOID.COMMON_NAME, "bücher.example")]), leaf_key, middle, False, (),
        extra=[(x509.UnrecognizedExtension(SAN, odd_names()), False)]))
    write("under-leaf", leaf(key=other_key, issuer=(name("im.example", None), leaf_key)))
    write("intermediate-expired", inter(end="2026-03-01"))
    write("intermediate-not-ca", inter(ca=False))
    write("intermediate-client-only", inter(eku=(EKU.CLIENT_AUTH,)))
    write("intermediate-constrained", inter(extra=[(x509.NameConstraints(
        [x509.DNSName("example.org")], None), True)]))
    write("intermediate-other-key", make(middle[0], other_key, root, True, eku=(),
                                         start="2020-01-01", end="2035-01-01"))

    # A second root that certifies the same intermediate, and one nobody trusts.
    second = (name("Second Root"), p256())
    write("second-root", make(*second, ca=True, eku=(), start="2020-01-01", end="2040-01-01"))
    write("intermediate-cross", inter(issuer=second))
    write("stranger", make(name("Stranger"), other_key, ca=True, eku=(), start="2020-01-01",
                           end="2040-01-01"))

    # Signed by themselves, one a kind of key; the first is served by tests.
    self_key = p256()
    write_key("self-signed", self_key)
    write("self-signed", make(name("im.example", None), self_key, ca=None, names=usual, eku=()))
    for file, key in (("rsa-2048", rsa.generate_private_key(65537, 2048)),
                      ("rsa-1024", rsa.generate_private_key(65537, 1024)),
                      ("p384", ec.generate_private_key(ec.SECP384R1())),
                      ("ed25519", ed25519.Ed25519PrivateKey.generate()),
                      ("ed448", ed448.Ed448PrivateKey.generate())):
        write(file, make(name("im.example", None), key, names=[x509.DNSName("im.example")], eku=()))
    digest = hashes.SHA384()
    write("p384-sha384", make(name("im.example", None), ec.generate_private_key(ec.SECP384R1()),
                              digest=digest, eku=()))
    rsa_root = (name("RSA Root"), rsa.generate_private_key(65537, 2048))
    write("rsa-root", make(*rsa_root, ca=True, eku=(), start="2020-01-01", end="2040-01-01"))
    write("leaf-sha1", leaf(issuer=rsa_root, digest=hashes.SHA1()))
    write("leaf-rsa-1024", leaf(issuer=rsa_root, key=rsa.generate_private_key(65537, 1024)))
    # The tests' TLS server shows this one to clients that speak RSA key exchange only.
    server_key = rsa.generate_private_key(65537, 2048)
    write_key("server-rsa", server_key)
    write("server-rsa", leaf(key=server_key, issuer=rsa_root))
    client_key = p256()
    write_key("client", client_key)
    write("client", make(name("client.example", None), client_key, eku=()))

    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa-pss", "-pkeyopt",
                    "rsa_keygen_bits:2048", "-nodes", "-keyout", os.devnull, "-subj",
                    "/CN=im.example", "-days", "3650", "-sha256", "-out",
                    os.path.join(HERE, "rsa-pss.pem")], check=True)
    subprocess.run(["openssl", "x509", "-in", os.path.join(HERE, "leaf.pem"), "-trustout",
                    "-addtrust", "serverAuth", "-out", os.path.join(HERE, "leaf-trusted.pem")],
                   check=True)
    # In the order no server sends: sets of certificates have none.
    chain = [os.path.join(HERE, f"{file}.pem") for file in ("root", "intermediate", "leaf")]
    pkcs7 = ["openssl", "crl2pkcs7", "-nocrl", *(word for file in chain for word in ("-certfile", file))]
    subprocess.run([*pkcs7, "-outform", "DER", "-out", os.path.join(HERE, "chain.p7b")], check=True)
    subprocess.run([*pkcs7, "-out", os.path.join(HERE, "chain.p7b.pem")], check=True)


if __name__ == "__main__":
    main()
