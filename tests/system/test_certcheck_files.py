"""xmpp-certcheck --pem and --pem-list: chains out of files of every form."""

import subprocess

import pytest

import tool
from certcheck import NAME, ids, sections, text


def judge(ca, file, *args, stdin="", status=None, trust=None):
    """The record about a file for client streams."""
    result = tool.run(NAME, ["-j", "--c2s", "--trust", trust or ca.file, "--pem", file, *args], stdin=stdin)
    tool.assert_record_valid(result.record)
    return result.expect(status=status)


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *map(str, args)], input=data, capture_output=True, check=True).stdout


@pytest.fixture
def leaf(ca):
    return ca.issue("a.test")


FORMS = {
    "chain": lambda leaf: leaf.crt.read_bytes(),
    "key and chain": lambda leaf: leaf.pem.read_bytes(),
    "CR LF": lambda leaf: leaf.crt.read_bytes().replace(b"\n", b"\r\n"),
    "text around": lambda leaf: b"Certificate of a.test\n\n" + leaf.crt.read_bytes().replace(b"-----END CERTIFICATE-----", b"-----END CERTIFICATE-----\n next:"),
    "PKCS#7": lambda leaf: openssl("crl2pkcs7", "-nocrl", "-certfile", leaf.crt),
    "PKCS#7 in DER": lambda leaf: openssl("crl2pkcs7", "-nocrl", "-certfile", leaf.crt, "-outform", "DER"),
    "printed": lambda leaf: openssl("x509", "-in", leaf.crt, "-text") + leaf.crt.read_bytes().split(b"-----END CERTIFICATE-----\n")[1]
    + b"-----END CERTIFICATE-----\n",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_forms(ca, leaf, tmp_path, form, way):
    data = FORMS[form](leaf)
    (tmp_path / "f").write_bytes(data)
    result = judge(ca, "-" if way == "stdin" else tmp_path / "f", "a.test", stdin=data if way == "stdin" else "", status=0)
    [seen] = sections(result)
    assert seen["source"] == "file" and seen["authenticated_by"] == ["pkix"] and not seen["findings"], result
    assert [each["sha256"] for each in seen["chain"]][0] == leaf.sha256 and len(seen["chain"]) == 2
    assert result.record["domain"] == "a.test" and "change" not in seen and "encrypted" not in seen and "staple" not in seen


def test_der(ca, leaf, tmp_path):
    """One certificate alone: its issuer may be the anchor."""
    (tmp_path / "f").write_bytes(leaf.der)
    assert "cert-chain-incomplete" in ids(sections(judge(ca, tmp_path / "f", "a.test", status=2))[0])
    (tmp_path / "anchor").write_bytes(leaf.crt.read_bytes().split(b"-----END CERTIFICATE-----\n")[1] + b"-----END CERTIFICATE-----\n")
    judge(ca, tmp_path / "f", "a.test", trust=tmp_path / "anchor", status=0)


def test_what_openssl_prints(ca, prosody):
    """`openssl s_client -showcerts | xmpp-certcheck --pem -`, as in the manual."""
    out = openssl("s_client", "-connect", prosody.connect_to(), "-starttls", "xmpp", "-xmpphost", "good.test", "-showcerts")
    [seen] = sections(judge(ca, "-", "good.test", stdin=out, status=0))
    assert len(seen["chain"]) == 2 and seen["authenticated_by"] == ["pkix"]


def test_without_a_domain_it_says_so(ca, leaf):
    result = judge(ca, leaf.crt, status=0)
    [seen] = sections(result)
    assert "domain" not in result.record and result.record["input"] == str(leaf.crt), result
    assert ids(seen) == {"names-not-judged": "info"} and seen["names_judged"] is False
    assert [(name["value"], "verdict" in name) for name in seen["names"]] == [("a.test", False)]
    assert "not judged: no domain was given" in tool.run(NAME, ["--pem", leaf.crt, "--trust", ca.file]).out


def test_both_services_unless_one_is_chosen(ca, tmp_path):
    """What differs is the name it must show; nobody can stand in for a file."""
    leaf = ca.issue("a.test", dns=[], srv=["_xmpp-client.a.test"])
    result = tool.run(NAME, ["-j", "--trust", ca.file, "--pem", leaf.crt, "a.test"]).expect(status=2)
    assert [(at["service"], ids(at["certcheck"])) for at in result.record["endpoints"]] == [
        ("c2s", {}), ("s2s", {"cert-name-mismatch": "critical"})], result
    judge(ca, leaf.crt, "a.test", status=0)


@pytest.mark.parametrize("data,status,says", [
    (b"", 2, "empty"),
    (b"nothing of the kind\n", 2, "no certificate"),
    (b"-----BEGIN CERTIFICATE-----\nMIIB\n", 2, "END line"),
    (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", 2, "no certificate"),
    (b"\x30\x82\xff\xff\x01", 2, ""),
    (b"\0" * 5000, 2, ""),
], ids=["empty", "text", "cut", "key", "der", "zeros"])
def test_files_without_a_certificate(ca, tmp_path, data, status, says):
    (tmp_path / "f").write_bytes(data)
    result = judge(ca, tmp_path / "f", "a.test", status=status)
    [seen] = sections(result)
    assert set(ids(seen)) == {"cert-malformed"} and says in text(seen, "cert-malformed") and not seen["authenticated"], result


def test_the_screen_names_a_file_once():
    result = tool.run(NAME, ["--pem", "/dev/null", "a.test"]).expect(status=2, err="")
    assert result.out.count("no certificate\n") == 1, result


@pytest.mark.parametrize("file,says", [("/nonexistent", "No such file"), ("/", "directory")])
def test_files_that_cannot_be_read(ca, file, says):
    result = judge(ca, file, "a.test", status=3)
    assert says in result.err and result.err.count("\n") == 1 and result.record["status"] == "unknown", result
    assert ids(result.record) == {"invalid-input": "info"} and says in text(result.record, "invalid-input")


def test_at_another_moment(ca, leaf):
    [seen] = sections(judge(ca, leaf.crt, "a.test", "--at", "2036-01-01", status=2))
    assert ids(seen) == {"cert-expired": "critical"} and seen["at"] == "2036-01-01T00:00:00Z"
    [seen] = sections(judge(ca, leaf.crt, "a.test", "--at", "2026-01-01T12:00:00Z", status=2))
    assert ids(seen) == {"cert-not-yet-valid": "critical"}


def test_a_list_keeps_one_record_a_line(ca, leaf, tmp_path):
    """Good, missing, broken, for another name, without a domain, with blanks in the name."""
    blanks = tmp_path / "a file.pem"
    blanks.write_bytes(leaf.crt.read_bytes())
    (tmp_path / "broken").write_text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
    lines = [(leaf.crt, "a.test", "ok"), ("/nonexistent", "a.test", "unknown"), (tmp_path / "broken", "a.test", "critical"),
             (leaf.crt, "b.test", "critical"), (leaf.crt, "", "ok"), (blanks, "a.test", "ok"), (leaf.crt, "a..test", "unknown")]
    written = "# a list\n" + "".join(f"{file} {domain}".rstrip() + "\n" for file, domain, _ in lines)
    (tmp_path / "list").write_text(written)
    args = ["-jk", "--c2s", "--trust", ca.file, "--pem-list"]
    result = tool.run(NAME, [*args, tmp_path / "list"]).expect(status=2)
    assert [record["status"] for record in result.records] == [status for _, _, status in lines], result
    for record in result.records:
        tool.assert_record_valid(record)
    assert result.err.count("\n") == 2 and "line 3: " in result.err and "line 8: " in result.err, result
    again = tool.run(NAME, [*args, "-"], stdin=written).expect(status=2)
    assert [record["status"] for record in again.records] == [status for _, _, status in lines], again


def test_files_write_no_history(ca, leaf, tmp_path):
    home = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    tool.run(NAME, ["--pem", leaf.crt, "--trust", ca.file, "a.test"], env=home).expect(status=0, err="")
    assert not list(tmp_path.iterdir())
