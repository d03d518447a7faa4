"""What the user says to accept is still what an authority may certify (RFC 9525 section 7.6): --verify-name and
--legacy-cn under name constraints."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import pki
import tool
from certcheck import NAME, ids, sections

SRV = x509.OtherName(pki.ON_DNS_SRV, b"\x16\x17_xmpp-client.other.test")


def certificate(subject, issuer, key, signer, extensions):
    now = datetime.datetime.utcnow().replace(microsecond=0)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(now - pki.DAY).not_valid_after(now + 90 * pki.DAY))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def common(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture
def judge(tmp_path):
    """judge(constrained, names, cn, options...): a leaf under a root that may certify below example.test, or anything."""
    def look(constrained, names, cn, *options):
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
        limits = [(x509.NameConstraints([x509.DNSName("example.test")], None), True)] if constrained else []
        root = certificate(common("root"), common("root"), keys[0], keys[0], [(x509.BasicConstraints(True, None), True), *limits])
        alternatives = [(x509.SubjectAlternativeName(names), False)] if names else []
        leaf = certificate(common(cn), common("root"), keys[1], keys[0], alternatives)
        (tmp_path / "root.pem").write_bytes(root)
        (tmp_path / "leaf.pem").write_bytes(leaf)
        result = tool.run(NAME, ["-j", "--c2s", "--no-state", "--trust", tmp_path / "root.pem", "--pem", tmp_path / "leaf.pem",
                                 *options, "other.test"])
        tool.assert_record_valid(result.record)
        return result
    return look


@pytest.mark.parametrize("constrained,status", [(False, 0), (True, 2)])
def test_verify_name_takes_no_srv_id_that_nobody_checked(judge, constrained, status):
    result = judge(constrained, [SRV], "whoever", "--verify-name", "other.test").expect(status=status)
    [seen] = sections(result)
    assert seen["authenticated"] == (not constrained) and ("cert-name-mismatch" in ids(seen)) == constrained, result


@pytest.mark.parametrize("constrained,status", [(False, 0), (True, 2)])
def test_legacy_cn_takes_no_common_name_that_nobody_checked(judge, constrained, status):
    mail = [x509.RFC822Name("admin@example.test")]
    result = judge(constrained, mail, "other.test", "--legacy-cn").expect(status=status)
    [seen] = sections(result)
    assert seen["authenticated"] == (not constrained), result
