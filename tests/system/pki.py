"""Certificates for tests, made in a millisecond each.

    root (trusted)  <- intermediate <- leaf          ca.issue("example.test")
    other root (nobody trusts it)   <- leaf          ca.untrusted.issue("example.test")

Keys are elliptic unless a test asks for RSA, because RSA keys take long to find.  The same request yields the same
files for the whole session.
"""

import dataclasses
import datetime
import hashlib
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, ed448, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ON_DNS_SRV = ObjectIdentifier("1.3.6.1.5.5.7.8.7")    # RFC 4985, IA5String
ON_XMPP_ADDR = ObjectIdentifier("1.3.6.1.5.5.7.8.5")  # RFC 6120 section 13.7.1.4, UTF8String
PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
KEYS = {
    "dsa1024": lambda: dsa.generate_private_key(1024),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ec384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
    "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
}
HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha1": hashes.SHA1}
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Where it lies: `pem` holds key and chain (ejabberd, gnutls-serv), `crt` the chain, `key` the key."""

    pem: pathlib.Path
    crt: pathlib.Path
    key: pathlib.Path
    x509: x509.Certificate
    chain: tuple

    @property
    def der(self):
        return self.x509.public_bytes(serialization.Encoding.DER)

    @property
    def sha256(self):
        return hashlib.sha256(self.der).hexdigest()

    @property
    def spki_der(self):
        return self.x509.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def tlsa(self, usage=3, selector=1, matching=1):
        """The rdata of a TLSA record that matches this certificate (RFC 6698)."""
        data = self.spki_der if selector == 1 else self.der
        digest = {0: data.hex(), 1: hashlib.sha256(data).hexdigest(), 2: hashlib.sha512(data).hexdigest()}
        return f"{usage} {selector} {matching} {digest[matching]}"


class Authority:
    """A root with one intermediate.  `file` is what goes to --trust."""

    def __init__(self, folder, name="xmpp-tls-tools test"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._issued = {}
        self._root_key, self._key = KEYS["ec"](), KEYS["ec"]()
        subject = _name(f"{name} root")
        self.root = _sign(_ca_builder(subject, self._root_key, 1), subject, self._root_key, self._root_key)
        self.intermediate = _sign(_ca_builder(_name(f"{name} intermediate"), self._key, 0), subject, self._root_key,
                                  self._root_key)
        self.file = self.folder / "root.crt"
        self.file.write_bytes(_pem(self.root))
        self._untrusted = None

    @property
    def untrusted(self):
        """An authority that nobody trusts."""
        if self._untrusted is None:
            self._untrusted = Authority(self.folder / "untrusted", "nobody trusts this")
        return self._untrusted

    def issue(self, label, dns=None, srv=(), xmpp=(), ip=(), cn=None, days=61, lifetime=90, expired=False,
              not_yet=False, eku=("server", "client"), key="ec", hash="sha256", self_signed=False, chain=True,
              must_staple=False):
        """A certificate for `label`, which is its only DNS name unless `dns` says otherwise.

        days      whole days left (an hour is added, so that a checker which rounds down says this number)
        expired   for a day and a second, so that it is the second day also for who looks at once
        eku       purposes: "server", "client", dotted ids; None leaves the extension out
        chain     whether the files hold the intermediate as well
        """
        wish = {name: tuple(value) if isinstance(value, list) else value
                for name, value in locals().items() if name != "self"}
        handle = hashlib.sha256(repr(sorted(wish.items())).encode()).hexdigest()[:12]
        if handle not in self._issued:
            self._issued[handle] = self._make(handle, **wish)
        return self._issued[handle]

    def _make(self, handle, label, dns, srv, xmpp, ip, cn, days, lifetime, expired, not_yet, eku, key, hash,
              self_signed, chain, must_staple):
        secret = KEYS[key]()
        now = datetime.datetime.utcnow().replace(microsecond=0)
        end = now - DAY - datetime.timedelta(seconds=1) if expired else now + days * DAY + datetime.timedelta(hours=1)
        start = now + DAY if not_yet else min(end - lifetime * DAY, now - datetime.timedelta(hours=1))
        subject = _name(cn, self.name)
        builder = (x509.CertificateBuilder().subject_name(subject).public_key(secret.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
                   .add_extension(x509.BasicConstraints(False, None), True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(secret.public_key()), False))
        names = _alternative_names([label.encode("idna").decode()] if dns is None else dns, srv, xmpp, ip)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        if eku is not None:
            purposes = [PURPOSES.get(purpose) or ObjectIdentifier(purpose) for purpose in eku]
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
        if must_staple:
            builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
        if self_signed:
            leaf = _sign(builder, subject, secret, secret, hash)
        else:
            leaf = _sign(builder, self.intermediate.subject, self._key, self._key, hash)
        sent = (leaf, self.intermediate) if chain and not self_signed else (leaf,)

        folder = self.folder / handle
        folder.mkdir()
        pem, crt, keyfile = (folder / f"{label}.{end}" for end in ("pem", "crt", "key"))
        secret_pem = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption())
        chain_pem = b"".join(map(_pem, sent))
        keyfile.write_bytes(secret_pem)
        crt.write_bytes(chain_pem)
        pem.write_bytes(secret_pem + chain_pem)
        return Certificate(pem, crt, keyfile, leaf, sent)


def _alternative_names(dns, srv, xmpp, ip):
    return [*(x509.DNSName(name) for name in dns),
            *(x509.OtherName(ON_DNS_SRV, _der_string(0x16, name)) for name in srv),
            *(x509.OtherName(ON_XMPP_ADDR, _der_string(0x0C, name)) for name in xmpp),
            *(x509.IPAddress(ipaddress.ip_address(address)) for address in ip)]


def _der_string(tag, text):
    data = text.encode()
    assert len(data) < 128, "a short name is enough for tests"
    return bytes([tag, len(data)]) + data


def _name(common_name, organization=None):
    parts = []
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    if common_name:
        parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(parts)


def _ca_builder(subject, key, below):
    now = datetime.datetime.utcnow().replace(microsecond=0)
    usage = x509.KeyUsage(digital_signature=False, content_commitment=False, key_encipherment=False,
                          data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
                          encipher_only=False, decipher_only=False)
    return (x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 400 * DAY).not_valid_after(now + 4000 * DAY + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(True, below), True).add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))


def _sign(builder, issuer, issuer_key, secret, hash="sha256"):
    builder = builder.issuer_name(issuer).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    algorithm = None if isinstance(secret, ed25519.Ed25519PrivateKey) else HASHES[hash]()
    return builder.sign(secret, algorithm)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)
