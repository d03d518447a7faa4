"""Hostile chains by the thousand, the same ones in every run.

    for case in mutated(): case.name, case.file, case.expect, case.trust, case.domain

A case is what a file holds and what may become of it: `refuse` (it must not be accepted: a signed part was changed, a
signature is wrong, a rule of RFC 5280 broken), `accept` (a control: a tool that refuses everything is no good either),
`any` (a matter of taste, but it must end, and end well). What is large or laborious is hostile_large's.
"""

import base64
import dataclasses
import functools
import hashlib
import pathlib
import random

from cryptography.hazmat.primitives import hashes

from asn1 import (BIT_STRING, BOOLEAN, IA5, INTEGER, NULL, OCTET_STRING, OID, P256_ORDER, SEQUENCE, UTF8, Element, bits,
                  body, certificate, ec_key, ed25519_key, extension, integer, name, oid, parse, rsa_key, sequence, time,
                  tlv)

SEED = 20261125
AT = "2026-07-01T00:00:00Z"
DOMAIN = "im.example"
CERTS = pathlib.Path(__file__).parent.parent / "data" / "certs"
BASIC, USAGE, PURPOSES, NAMES, LIMITS, POLICIES, MAPPINGS, DEMANDS, INHIBIT, KEY_ID, ISSUER_KEY_ID, FEATURES = (
    "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36",
    "2.5.29.54", "2.5.29.14", "2.5.29.35", "1.3.6.1.5.5.7.1.24")
SERVER, CLIENT, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"
DNS, EMAIL, DIRECTORY, URI, IP, OTHER = 0x82, 0x81, 0xA4, 0x86, 0x87, 0xA0


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    file: bytes
    expect: str = "any"
    trust: tuple = None  # anchors, as DER; None: everybody's roots
    domain: str = DOMAIN


def pem(*ders, label=b"CERTIFICATE"):
    blocks = []
    for der in ders:
        text = base64.b64encode(der)
        lines = b"".join(text[i:i + 64] + b"\n" for i in range(0, len(text), 64))
        blocks.append(b"-----BEGIN " + label + b"-----\n" + lines + b"-----END " + label + b"-----\n")
    return b"".join(blocks)


def basic(is_ca, below=None, critical=True):
    return extension(BASIC, sequence(tlv(BOOLEAN, b"\xff") if is_ca else b"", b"" if below is None else integer(below)),
                     critical)


def usage(*numbers):
    """Bit numbers of KeyUsage."""
    octet = sum(0x80 >> number for number in numbers)
    return extension(USAGE, tlv(BIT_STRING, bytes([7 - max(numbers), octet])), True)


def purposes(*kinds):
    return extension(PURPOSES, sequence(*map(oid, kinds)))


def names(*entries, critical=False):
    """Octets are a dNSName, else (tag, octets)."""
    return extension(NAMES, sequence(*(tlv(*each) if isinstance(each, tuple) else tlv(DNS, each) for each in entries)),
                     critical)


def other_name(kind, tag, value):
    return OTHER, oid(kind) + tlv(0xA0, tlv(tag, value))


def srv(value, tag=IA5):
    return other_name("1.3.6.1.5.5.7.8.7", tag, value)


def xmpp(value, tag=UTF8):
    return other_name("1.3.6.1.5.5.7.8.5", tag, value)


def limits(permitted=(), excluded=()):
    """Name constraints out of (tag, octets)."""
    trees = [tlv(tag, *(sequence(tlv(*base)) for base in bases))
             for tag, bases in ((0xA0, permitted), (0xA1, excluded)) if bases]
    return extension(LIMITS, sequence(*trees), True)


def key_ids(spki, issuer_spki):
    own, issuer = (hashlib.sha1(each).digest() for each in (spki, issuer_spki))
    return {"key_id": extension(KEY_ID, tlv(OCTET_STRING, own)),
            "issuer_key_id": extension(ISSUER_KEY_ID, sequence(tlv(0x80, issuer)))}


class Family:
    """A root, an intermediate and a leaf, good ones, or spoilt as asked: family.leaf(basic=None, end="2020...").

    Words are extensions by name (None leaves one out, `more` adds some), arguments of asn1.body(), and the signer.
    """

    def __init__(self, kind, make):
        self.kind = kind
        self.keys = {part: make(f"{kind} {part}") for part in ("root", "middle", "leaf")}
        self.names = {part: name(f"Hostile {kind} {part}") for part in ("root", "middle")}
        self.names["leaf"] = name(DOMAIN)

    def make(self, part, issuer, extensions, how):
        signer = how.pop("signer", self.keys[issuer])
        algorithm = how.pop("algorithm", None)
        more = how.pop("more", [])
        spki = how.pop("spki", self.keys[part].spki)
        issuer_name = how.pop("issuer", self.names[issuer])
        chosen = {**extensions, **key_ids(spki, self.keys[issuer].spki)}
        chosen.update({word: how.pop(word) for word in list(how) if word in (*chosen, "usage", "purposes", "names")})
        listed = how.pop("extensions", [each for each in chosen.values() if each] + more)
        tbs = body(how.pop("subject", self.names[part]), spki, issuer_name, how.pop("inner", signer.algorithm), listed,
                   **how)
        return certificate(tbs, signer, algorithm)

    def authority(self, part, issuer, how):
        dates = {"start": "20200101000000Z", "end": "20350101000000Z"}
        return self.make(part, issuer, {"basic": basic(True), "usage": usage(5, 6)}, {**dates, **how})

    def root(self, **how):
        return self.authority("root", "root", how)

    def middle(self, **how):
        return self.authority("middle", "root", how)

    def leaf(self, **how):
        return self.make("leaf", "middle", {"basic": basic(False), "usage": usage(0), "purposes": purposes(SERVER),
                                            "names": names(DOMAIN.encode())}, how)

    def chain(self):
        return [self.leaf(), self.middle(), self.root()]


@functools.cache
def families():
    """RSA signs under Ed25519, so that both are on one way, and because the one key there is must serve."""
    rsa = Family("RSA", ed25519_key)
    rsa.keys["middle"] = rsa_key(CERTS / "server-rsa.key")
    return Family("Ed25519", ed25519_key), Family("P-256", ec_key), rsa


@functools.cache
def anchors():
    return tuple(family.root() for family in families())


# What is changed and not signed again: nothing of it may be believed.

def flipped(rng, der):
    octets = bytearray(der)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    return bytes(octets)


def cut(rng, der):
    return der[:rng.randrange(len(der))]


def spliced(rng, der):
    """Octets put in, taken out, or written over."""
    at, size = rng.randrange(len(der)), rng.choice((1, 2, 5, 40))
    junk = rng.randbytes(size)
    return rng.choice((der[:at] + junk + der[at:], der[:at] + der[at + size:], der[:at] + junk + der[at + size:]))


def lengths(rng, element):
    """The length said in another way: too long, too short, none, huge, with octets it does not need."""
    size = len(element.body())
    said = rng.choice((
        b"\x80", b"\x84\xff\xff\xff\xff", b"\x88" + b"\xff" * 8, b"\xff", b"\x84\x7f\xff\xff\xff", b"\x80\x00\x00",
        b"\x82" + (size & 0xFFFF).to_bytes(2, "big"), b"\x84" + size.to_bytes(4, "big"),
        bytes([(size + 1) & 0x7F]), bytes([max(size - 1, 0) & 0x7F]), b"\x81" + bytes([size & 0xFF]),
        b"\x87" + size.to_bytes(7, "big")))
    element.header = bytes([element.tag]) + said


def retagged(rng, element):
    element.tag = rng.choice((element.tag ^ 0x20, element.tag ^ 0x80, rng.randrange(256), 0x1F, 0x3F, NULL))


def refilled(rng, element):
    value = element.body()
    element.children = None
    element.value = rng.choice((b"", value + rng.randbytes(rng.choice((1, 3, 200))), rng.randbytes(len(value)),
                                value[:-1], b"\0" + value, b"\xff" * len(value), value + value, b"\0" * len(value)))


def nested(rng, element):
    inner = element.encode()
    for _ in range(rng.choice((1, 2, 40, 400))):
        inner = tlv(rng.choice((SEQUENCE, OCTET_STRING, 0xA0)), inner)
    element.tag, element.value, element.children = inner[0], parse(inner).body(), None


def shuffled(rng, element):
    """A child dropped, doubled, moved."""
    if not element.children:
        refilled(rng, element)
        return
    at = rng.randrange(len(element.children))
    child = element.children.pop(at)
    for _ in range(rng.choice((0, 0, 1, 2, 2, 30))):
        element.children.insert(rng.randrange(len(element.children) + 1), child)


BENDS = (lengths, retagged, refilled, nested, shuffled, refilled, shuffled)


def bent(rng, der):
    """One element somewhere in it bent; the lengths around it fit again."""
    for _ in range(100):
        tree = parse(der)
        rng.choice(BENDS)(rng, rng.choice(list(tree.walk())))
        if (changed := tree.encode()) != der:
            return changed
    raise AssertionError("nothing changes it")


def unsigned_cases(rng, count):
    """The leaf or the intermediate changed, and its signature left as it was."""
    ways = (flipped, flipped, cut, spliced, bent, bent, bent)
    for i in range(count):
        family, way, victim = rng.choice(families()), rng.choice(ways), rng.randrange(2)
        chain = family.chain()[:rng.choice((2, 3))]
        changed = way(rng, chain[victim])
        if changed == chain[victim]:
            continue
        chain[victim] = changed
        container = rng.choice((pem, pem, pem, lambda *ders: b"".join(ders)))
        yield Case(f"unsigned-{i}-{family.kind}-{way.__name__}-{victim}", container(*chain), "refuse")


def root_cases(rng, count):
    """The copy of the root that is sent is nobody's concern, unless it cannot be read."""
    for i in range(count):
        family, way = rng.choice(families()), rng.choice((flipped, bent, cut))
        leaf, middle, root = family.chain()
        yield Case(f"root-{i}-{family.kind}-{way.__name__}", pem(leaf, middle, way(rng, root)))


def signed_cases(rng, count):
    """Bent, and signed again by the right key: it must end. What it is worth, the suites of others tell."""
    for i in range(count):
        family, victim = rng.choice(families()), rng.randrange(2)
        chain = family.chain()
        issuer = family.keys[("middle", "root")[victim]]
        tbs = parse(chain[victim]).children[0].encode()
        changed = bent(rng, tbs)
        chain[victim] = sequence(changed, issuer.algorithm, bits(issuer.sign(changed)))
        yield Case(f"signed-{i}-{family.kind}-{victim}", pem(*chain[:2]))


def extension_cases(rng, count):
    """The octets of one extension changed and signed again."""
    for i in range(count):
        family, victim, sign = rng.choice(families()), rng.randrange(2), rng.random() < 0.7
        chain = family.chain()
        issuer = family.keys[("middle", "root")[victim]]
        tree = parse(chain[victim])
        value = rng.choice(tree.children[0].children[-1].children[0].children).children[-1]
        octets = value.body()
        value.children, value.value = None, rng.choice((flipped, spliced, cut))(rng, octets)
        tbs = tree.children[0].encode()
        if value.value == octets:
            continue
        chain[victim] = certificate(tbs, issuer) if sign else tree.encode()
        yield Case(f"extension-{i}-{family.kind}-{victim}{'-signed' * sign}", pem(*chain[:2]),
                   "any" if sign else "refuse")


def with_signature(der, value):
    tree = parse(der)
    tree.children[2] = Element(BIT_STRING, b"\0" + value)
    return tree.encode()


def signature_of(der):
    return parse(der).children[2].body()[1:]


def block_cases(rng):
    """Whole certificates moved, doubled, lost, and given to others."""
    for family in families():
        leaf, middle, root = family.chain()
        other = families()[0] if family is not families()[0] else families()[2]
        stranger = family.leaf(serial=b"\x02")
        orders = {
            "good": ([leaf, middle], "accept"), "with-root": ([leaf, middle, root], "accept"),
            "root-before-middle": ([leaf, root, middle], "accept"), "leaf-twice": ([leaf, leaf, middle], "accept"),
            "all-twice": ([leaf, middle, root] * 2, "accept"), "middle-forty-times": ([leaf] + [middle] * 40, "accept"),
            "leaf-last": ([middle, leaf], "refuse"), "leaf-lost": ([middle, root], "refuse"),
            "middle-lost": ([leaf, root], "refuse"), "root-only": ([root], "refuse"), "leaf-only": ([leaf], "refuse"),
            "middle-of-others": ([leaf, other.middle(), other.root()], "refuse"),
            "leaf-of-others": ([other.leaf(), middle, root], "refuse"),
            "signatures-swapped": ([with_signature(leaf, signature_of(middle)),
                                    with_signature(middle, signature_of(leaf))], "refuse"),
            "signature-of-another-leaf": ([with_signature(leaf, signature_of(stranger)), middle], "refuse"),
            "signature-empty": ([with_signature(leaf, b""), middle], "refuse"),
            "signature-zeros": ([with_signature(leaf, bytes(64)), middle], "refuse"),
            "signature-longer": ([with_signature(leaf, signature_of(leaf) + b"\0"), middle], "refuse"),
            "middle-signature-zeros": ([leaf, with_signature(middle, bytes(64))], "refuse"),
            "signed-by-the-leaf-itself": ([family.leaf(signer=family.keys["leaf"]), middle], "refuse"),
            "signed-by-the-root": ([family.leaf(signer=family.keys["root"]), middle], "refuse"),
            "issuer-swapped": ([family.leaf(issuer=other.names["middle"]), middle], "refuse"),
            "issuer-is-the-root": ([family.leaf(issuer=family.names["root"]), middle], "refuse"),
            "issuer-empty": ([family.leaf(issuer=name()), middle], "refuse"),
        }
        for what, (chain, expect) in orders.items():
            yield Case(f"blocks-{family.kind}-{what}", pem(*chain), expect)
        for i in range(12):
            mixed = [*family.chain(), *other.chain()]
            rng.shuffle(mixed)
            mixed = mixed[:rng.randrange(1, 7)]
            good = mixed[0] == leaf and middle in mixed or (mixed[0] == other.leaf() and other.middle() in mixed)
            yield Case(f"blocks-{family.kind}-mixed-{i}", pem(*mixed), "accept" if good else "refuse")


def forged_root(family):
    """Of the root's name, with a key of its own."""
    return family.root(spki=family.keys["leaf"].spki, signer=family.keys["leaf"])


def authority_cases():
    """An intermediate that is signed and must not be relied on."""
    email = [(EMAIL, b"example.org")]
    for family in families():
        forged = forged_root(family)
        under_forged = family.middle(signer=family.keys["leaf"])
        leaf = family.leaf()
        for what, expect, how in (
            ("good", "accept", {}), ("path-length-0", "accept", {"basic": basic(True, 0)}),
            ("no-basic-constraints", "refuse", {"basic": None}), ("no-ca", "refuse", {"basic": basic(False)}),
            ("only-digital-signature", "refuse", {"usage": usage(0)}), ("only-crl-sign", "refuse", {"usage": usage(6)}),
            ("for-clients", "refuse", {"more": [purposes(CLIENT)]}),
            ("for-servers", "accept", {"more": [purposes(SERVER)]}),
            ("for-nothing", "refuse", {"more": [purposes()]}), ("expired", "refuse", {"end": "20260630235959Z"}),
            ("not-yet", "refuse", {"start": "20260701000001Z"}),
            ("version-1", "refuse", {"version": 0, "extensions": []}),
            ("version-1-with-extensions", "refuse", {"version": 0}), ("version-4", "refuse", {"version": 3}),
            ("unknown-critical", "refuse", {"more": [extension("1.3.6.1.4.1.99999.1", b"\x05\0", True)]}),
            ("unknown", "accept", {"more": [extension("1.3.6.1.4.1.99999.1", b"\x05\0")]}),
            ("basic-twice", "refuse", {"more": [basic(True)]}), ("basic-and-no-ca", "refuse", {"more": [basic(False)]}),
            ("permits-others", "refuse", {"more": [limits([(DNS, b"example.org")])]}),
            ("permits-it", "accept", {"more": [limits([(DNS, b"im.example")])]}),
            ("permits-below", "refuse", {"more": [limits([(DNS, b".im.example")])]}),
            ("permits-its-parent", "accept", {"more": [limits([(DNS, b"eXample")])]}),
            ("permits-its-tail", "refuse", {"more": [limits([(DNS, b"m.example")])]}),
            ("excludes-it", "refuse", {"more": [limits(excluded=[(DNS, b"IM.example")])]}),
            ("excludes-all", "refuse", {"more": [limits(excluded=[(DNS, b"")])]}),
            ("excludes-others", "accept", {"more": [limits(excluded=[(DNS, b"example.org")])]}),
            ("permits-other-subjects", "refuse", {"more": [limits([(DIRECTORY, name("somebody else"))])]}),
            ("excludes-its-subject", "refuse", {"more": [limits(excluded=[(DIRECTORY, name(DOMAIN))])]}),
            ("permits-mail-only", "accept", {"more": [limits(email)]}),
            ("limits-empty", "refuse", {"more": [extension(LIMITS, sequence(), True)]}),
            ("limits-malformed", "refuse", {"more": [extension(LIMITS, b"\x30\x05\xa0\x80", True)]}),
            ("limits-with-minimum", "refuse", {"more": [extension(LIMITS, sequence(tlv(0xA0, sequence(
                tlv(DNS, b"im.example"), tlv(0x80, b"\x01")))), True)]}),
            ("demands-a-policy", "refuse", {"more": [extension(DEMANDS, sequence(tlv(0x80, b"\0")), True)]}),
            ("policies-malformed", "refuse", {"more": [extension(POLICIES, b"\x30\x80")]}),
            ("basic-malformed", "refuse", {"basic": extension(BASIC, b"\x30\x03\x01\x01\x01", True)}),
            ("basic-with-rest", "refuse", {"basic": extension(BASIC, sequence(tlv(BOOLEAN, b"\xff")) + b"\0", True)}),
            ("path-length-negative", "refuse", {"basic": extension(BASIC, sequence(
                tlv(BOOLEAN, b"\xff"), tlv(INTEGER, b"\xff")), True)}),
            ("usage-empty", "refuse", {"usage": extension(USAGE, tlv(BIT_STRING, b"\0"), True)}),
            ("algorithms-differ", "refuse", {"inner": sequence(oid("1.2.840.113549.1.1.12"), tlv(NULL))}),
            ("outer-algorithm-differs", "refuse", {"algorithm": sequence(oid("1.2.840.10045.4.3.3"))}),
            ("name-differs", "refuse", {"subject": name("somebody else")}),
            ("name-in-capitals", "accept", {"subject": name(
                f"HOSTILE  {family.kind.upper()} middle")}),
            ("another-key", "refuse", {"spki": family.keys["leaf"].spki}),
            ("signed-by-itself", "refuse", {"signer": family.keys["middle"]}),
            ("serial-of-40-octets", "any", {"serial": b"\x7f" * 40}), ("serial-zero", "any", {"serial": b"\0"}),
            ("serial-empty", "refuse", {"serial": b""}), ("serial-negative", "any", {"serial": b"\xff"}),
        ):
            yield Case(f"authority-{family.kind}-{what}", pem(leaf, family.middle(**how)), expect)
        yield Case(f"authority-{family.kind}-root-of-the-name", pem(leaf, under_forged, forged), "refuse")
        yield Case(f"authority-{family.kind}-root-allows-none", pem(leaf, family.middle()), "refuse",
                   (family.root(basic=basic(False)),))


def leaf_cases():
    """A leaf that is signed, and not good for this domain, this moment, or TLS."""
    for family in families():
        middle = family.middle()
        for what, expect, how in (
            ("expired", "refuse", {"end": "20260630235959Z"}), ("not-yet", "refuse", {"start": "20260701000001Z"}),
            ("ends-before-it-starts", "refuse", {"start": "20260801000000Z", "end": "20260601000000Z"}),
            ("century", "any", {"end": "99991231235959Z"}), ("for-clients", "refuse", {"purposes": purposes(CLIENT)}),
            ("for-any", "any", {"purposes": purposes(ANY)}), ("for-nothing", "refuse", {"purposes": purposes()}),
            ("without-purpose", "accept", {"purposes": None}), ("signs-only", "refuse", {"usage": usage(5)}),
            ("agrees-only", "any", {"usage": usage(4)}), ("without-usage", "accept", {"usage": None}),
            ("usage-twice", "refuse", {"more": [usage(0)]}),
            ("names-twice", "refuse", {"more": [names(DOMAIN.encode())]}),
            ("unknown-critical", "refuse", {"more": [extension("1.3.6.1.4.1.99999.1", b"", True)]}),
            ("precertificate", "refuse", {"more": [extension("1.3.6.1.4.1.11129.2.4.3", b"\x05\0", True)]}),
            ("common-name-only", "refuse", {"names": None}), ("version-1", "refuse", {"version": 0, "extensions": []}),
            ("date-with-fraction", "refuse",
             {"validity": sequence(tlv(0x18, b"20260601000000.5Z"), time("20260830000000Z"))}),
            ("date-with-offset", "refuse",
             {"validity": sequence(tlv(0x17, b"260601000000+0100"), time("20260830000000Z"))}),
            ("date-of-february-31", "refuse",
             {"validity": sequence(tlv(0x17, b"260231000000Z"), time("20260830000000Z"))}),
            ("date-of-month-13", "refuse",
             {"validity": sequence(tlv(0x17, b"261301000000Z"), time("20260830000000Z"))}),
            ("date-missing", "refuse", {"validity": sequence(time("20260830000000Z"))}),
            ("date-with-nul", "refuse", {"validity": sequence(time("20260601000000Z"), tlv(0x17, b"260830000000\0"))}),
            ("names-empty", "refuse", {"names": extension(NAMES, sequence())}),
            ("names-cut", "refuse", {"names": extension(NAMES, sequence(tlv(DNS, DOMAIN.encode())) + b"\x82\x7f")}),
            ("extensions-empty", "refuse", {"extensions": b"\xa3\x02\x30\x00"}),
            ("must-staple", "any", {"more": [extension(FEATURES, sequence(integer(5)))]}),
        ):
            yield Case(f"leaf-{family.kind}-{what}", pem(family.leaf(**how), middle), expect)


# Names: (what, expect, SAN entries). A terminal and a C string are both to be fooled.
NAMES_OF = (
    ("good", "accept", [b"im.example"]), ("capitals", "accept", [b"IM.EXAMPLE"]),
    ("nul-behind", "refuse", [b"im.example\0.evil.example"]), ("nul-at-the-end", "refuse", [b"im.example\0"]),
    ("nul-before", "refuse", [b"\0im.example"]), ("newline", "refuse", [b"im.example\n"]),
    ("crlf", "refuse", [b"im.example\r\nX: y"]), ("blank-before", "refuse", [b" im.example"]),
    ("blank-behind", "refuse", [b"im.example "]), ("dot-behind", "refuse", [b"im.example."]),
    ("dot-before", "refuse", [b".im.example"]), ("escape", "refuse", [b"\x1b[2J\x1b[31mim.example"]),
    ("title", "refuse", [b"\x1b]0;owned\x07im.example"]), ("c1", "refuse", [b"\xc2\x9b31mim.example"]),
    ("csi", "refuse", [b"\x9b31mim.example"]), ("delete", "refuse", [b"im\x7f.example"]),
    ("backspace", "refuse", [b"evil.example" + b"\b" * 12 + b"im.example"]),
    ("right-to-left", "refuse", ["\u202eelpmaxe.mi".encode()]),
    ("isolate", "refuse", ["\u2066im.example\u2069".encode()]),
    ("line-separator", "refuse", ["im.example\u2028evil".encode()]),
    ("zero-width", "refuse", ["im\u200b.example".encode()]),
    ("fullwidth", "refuse", ["ｉｍ.example".encode()]), ("ideographic-dot", "refuse", ["im。example".encode()]),
    ("latin-1", "refuse", [b"\xefm.example"]), ("overlong", "refuse", [b"im\xc0\xae.example"]),
    ("surrogate", "refuse", [b"\xed\xa0\x80im.example"]), ("empty", "refuse", [b""]),
    ("tab", "refuse", [b"\tim.example"]),
    ("percent", "refuse", [b"%s%n%x.im.example"]), ("backslash", "refuse", [b"im\\.example"]),
    ("quotes", "refuse", [b"im.example\"},{\"x\":\""]), ("html", "refuse", [b"<script>im.example"]),
    ("wildcard-of-all", "refuse", [b"*"]), ("wildcard-of-tld", "refuse", [b"*.example"]),
    ("wildcard-below", "refuse", [b"*.im.example"]), ("wildcard-part", "refuse", [b"i*.example"]),
    ("wildcard-tail", "refuse", [b"*m.example"]), ("wildcard-middle", "refuse", [b"im.*"]),
    ("wildcards", "refuse", [b"*.*"]), ("wildcards-of-dots", "refuse", [b"*..example"]),
    ("wildcard-long", "refuse", [b"**.example"]),
    ("wildcard-nul", "refuse", [b"*\0.example"]), ("below", "refuse", [b"a.im.example"]),
    ("above", "refuse", [b"example"]),
    ("tail", "refuse", [b"im.example.evil.example"]), ("head", "refuse", [b"evilim.example"]),
    ("address", "refuse", [(IP, b"\xc0\0\2\7")]), ("address-of-5", "refuse", [(IP, b"\1\2\3\4\5")]),
    ("uri", "refuse", [(URI, b"xmpp:im.example")]), ("mail", "refuse", [(EMAIL, b"im.example")]),
    ("directory", "refuse", [(DIRECTORY, name("im.example"))]), ("registered", "refuse", [(0x88, b"\x2a\x03\x04")]),
    ("unknown-form", "refuse", [(0x8F, b"im.example")]), ("universal", "refuse", [(IA5, b"im.example")]),
    ("srv", "accept", [srv(b"_xmpp-client.im.example")]), ("srv-server", "refuse", [srv(b"_xmpp-server.im.example")]),
    ("srv-other", "refuse", [srv(b"_imap.im.example")]),
    ("srv-no-underscore", "refuse", [srv(b"xmpp-client.im.example")]),
    ("srv-nul", "refuse", [srv(b"_xmpp-client.im.example\0")]),
    ("srv-utf8", "refuse", [srv(b"_xmpp-client.im.example", UTF8)]),
    ("srv-wildcard", "refuse", [srv(b"_xmpp-client.*.example")]), ("srv-bare", "refuse", [srv(b"_xmpp-client.")]),
    ("srv-dots", "refuse", [srv(b"_xmpp-client..im.example")]), ("srv-empty", "refuse", [srv(b"")]),
    ("xmpp", "accept", [xmpp(b"im.example")]), ("xmpp-user", "refuse", [xmpp(b"juliet@im.example")]),
    ("xmpp-resource", "refuse", [xmpp(b"im.example/x")]), ("xmpp-nul", "refuse", [xmpp(b"im.example\0evil")]),
    ("xmpp-ia5", "refuse", [xmpp(b"im.example", IA5)]), ("xmpp-escape", "refuse", [xmpp(b"\x1b[31mim.example")]),
    ("xmpp-wildcard", "refuse", [xmpp(b"*.example")]), ("xmpp-empty", "refuse", [xmpp(b"")]),
    ("xmpp-no-utf8", "refuse", [xmpp(b"\xff\xfeim.example")]),
    ("xmpp-bidi", "refuse", [xmpp("\u202eim.example".encode())]),
    ("other-empty", "refuse", [(OTHER, b"")]), ("other-cut", "refuse", [(OTHER, oid("1.3.6.1.5.5.7.8.7"))]),
    ("other-twice", "refuse", [(OTHER, oid("1.3.6.1.5.5.7.8.7") + tlv(0xA0, tlv(IA5, b"_xmpp-client.im.example"),
                                                                       tlv(IA5, b"x")))]),
    ("good-beside-nul", "any", [b"im.example\0.evil.example", b"im.example"]),
    ("good-beside-escape", "any", [b"\x1b[31m", b"im.example", "\u202e".encode()]),
)
# Texts for subjects and issuers, which are shown and never compared with a domain.
TEXTS = (b"\x1b[31mred\x1b[0m", b"two\nlines", b"\x00", b"a\0b", b"\x07" * 40, "\u202egnihton\u2066".encode(),
         b"\xff\xfe\xfd",
         "\u2028\u2029\u0085".encode(), b"%n%s%p", b"\\x1b", b"\"},\"status\":\"ok", b"im.example", b"\xed\xa0\x80",
         b" ", b"",
         "\U0010ffff\ue000\u0378".encode(), b"\r" * 10, b"|'\"`$(reboot)", b"a\tb", b"," * 30, b"=", b"#",
         b"\xf4\x90\x80\x80")


def name_cases():
    family = families()[0]
    middle = family.middle()
    for what, expect, entries in NAMES_OF:
        yield Case(f"names-{what}", pem(family.leaf(names=names(*entries)), middle), expect)
        yield Case(f"names-{what}-empty-subject",
                   pem(family.leaf(names=names(*entries, critical=True), subject=name()), middle), expect)
    for i, text in enumerate(TEXTS):
        for tag in (UTF8, 0x13, 0x14, 0x1C, 0x1E, 0x04, 0x30):
            subject = name(("2.5.4.3", tag, text), ("1.2.3.4.5", tag, text))
            yield Case(f"subject-{i}-{tag:02x}", pem(family.leaf(subject=subject), middle))
            yield Case(f"common-name-{i}-{tag:02x}", pem(family.leaf(subject=subject, names=None), middle), "refuse")
        issuer = name(("2.5.4.10", UTF8, text))
        yield Case(f"issuer-{i}", pem(family.leaf(issuer=issuer), family.middle(subject=issuer)))
        yield Case(f"issuer-lost-{i}", pem(family.leaf(issuer=issuer)), "refuse")
        yield Case(f"critical-oid-{i}", pem(family.leaf(more=[sequence(tlv(OID, text), tlv(BOOLEAN, b"\xff"),
                                                                       tlv(OCTET_STRING, text))]), middle), "refuse")
        yield Case(f"urls-{i}", pem(family.leaf(more=[
            extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), tlv(URI, text)))),
            extension("2.5.29.31", sequence(sequence(tlv(0xA0, tlv(0xA0, tlv(URI, text))))))]), middle))


# Keys and algorithms.

def rsa_spki(modulus, exponent, kind="1.2.840.113549.1.1.1"):
    return sequence(sequence(oid(kind), tlv(NULL)), bits(sequence(integer(modulus), integer(exponent))))


def odd(rng, size):
    return rng.getrandbits(size) | 1 << (size - 1) | 1


class Forger:
    """Signs with what it is told."""

    def __init__(self, spki, algorithm, sign):
        self.spki, self.algorithm, self.sign = spki, algorithm, sign


def exponent_1(modulus, size):
    """RSA with e = 1: the signature is the padded digest, and anybody writes it."""
    def sign(data):
        digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
        return b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    return Forger(rsa_spki(modulus, 1), sequence(oid("1.2.840.113549.1.1.11"), tlv(NULL)), sign)


def key_cases(rng):
    family = families()[0]
    leaf, middle = family.leaf(), family.middle()
    public = family.keys["leaf"].spki[-32:]
    point = ec_key("a point").spki[-65:]
    curve = lambda parameters: sequence(sequence(oid("1.2.840.10045.2.1"), parameters), bits(point))
    spkis = {
        "rsa-1024": ("refuse", rsa_spki(odd(rng, 1024), 65537)),
        "rsa-2047": ("refuse", rsa_spki(odd(rng, 2047), 65537)),
        "rsa-even-exponent": ("refuse", rsa_spki(odd(rng, 2048), 65536)),
        "rsa-exponent-1": ("refuse", rsa_spki(odd(rng, 2048), 1)),
        "rsa-exponent-0": ("refuse", rsa_spki(odd(rng, 2048), 0)),
        "rsa-exponent-negative": ("refuse", rsa_spki(odd(rng, 2048), -3)),
        "rsa-modulus-negative": ("refuse", rsa_spki(-odd(rng, 2048), 65537)),
        "rsa-modulus-0": ("refuse", rsa_spki(0, 65537)),
        "rsa-modulus-even": ("any", rsa_spki(odd(rng, 2048) + 1, 65537)),
        "rsa-exponent-3": ("any", rsa_spki(odd(rng, 2048), 3)),
        "rsa-exponent-of-2048": ("any", rsa_spki(odd(rng, 2048), odd(rng, 2048))),
        "rsa-no-sequence": ("refuse", sequence(sequence(oid("1.2.840.113549.1.1.1"), tlv(NULL)), bits(b"\5\0"))),
        "dsa": ("any", sequence(sequence(oid("1.2.840.10040.4.1"), sequence(*(integer(odd(rng, size)) for size in (
            2048, 256, 2000)))), bits(integer(odd(rng, 2000))))),
        "p192": ("refuse",
                 sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.1")), bits(b"\4" + bytes(48)))),
        "ec-off-the-curve": ("any",
                             sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")),
                                      bits(b"\4" + bytes(64)))),
        "ec-explicit": ("refuse", curve(sequence(integer(1), sequence(oid("1.2.840.10045.1.1"), integer(odd(rng, 256))),
                                                 sequence(tlv(4, bytes(32)), tlv(4, bytes(32))), tlv(4, point),
                                                 integer(odd(rng, 256))))),
        "ec-implicit": ("refuse", curve(tlv(NULL))), "ec-no-parameters": ("refuse", curve(b"")),
        "ec-unknown-curve": ("any", curve(oid("1.2.3.4"))),
        "unknown": ("any", sequence(sequence(oid("1.2.3.4")), bits(b"x"))),
        "ed25519-short": ("refuse", sequence(sequence(oid("1.3.101.112")), bits(public[:31]))),
        "x25519": ("any", sequence(sequence(oid("1.3.101.110")), bits(public))),
        "no-bits": ("refuse", sequence(sequence(oid("1.3.101.112")))),
        "unused-bits": ("any", sequence(sequence(oid("1.3.101.112")), bits(public, 3))),
        "empty": ("refuse", sequence()),
    }
    for what, (expect, spki) in spkis.items():
        yield Case(f"key-leaf-{what}", pem(family.leaf(spki=spki), middle), expect)
        yield Case(f"key-issuer-{what}", pem(leaf, family.middle(spki=spki)), "refuse")
    forger = exponent_1(odd(rng, 2048), 256)
    yield Case("key-forged-exponent-1", pem(family.leaf(signer=forger), family.middle(spki=forger.spki)), "refuse")
    for what, kind, digest in (("sha1", "1.2.840.113549.1.1.5", hashes.SHA1),
                               ("md5", "1.2.840.113549.1.1.4", hashes.MD5)):
        weak = rsa_key(CERTS / "server-rsa.key", kind, digest)
        yield Case(f"key-signed-{what}", pem(family.leaf(signer=weak), family.middle(spki=weak.spki)), "refuse")
    yield from curveball_cases()


def curveball_cases():
    """CVE-2020-0601: the root's own point, on a curve whose generator it is, so that the secret key is 1."""
    family = families()[1]
    numbers = family.keys["root"].secret.public_key().public_numbers()
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    point = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    parameters = sequence(integer(1), sequence(oid("1.2.840.10045.1.1"), integer(prime)),
                          sequence(tlv(4, (prime - 3).to_bytes(32, "big")), tlv(4, b.to_bytes(32, "big"))),
                          tlv(4, point), integer(P256_ORDER), integer(1))
    spki = sequence(sequence(oid("1.2.840.10045.2.1"), parameters), bits(point))

    def sign(data):  # d = 1, k = 1: R = G = Q, s = e + r
        r = numbers.x % P256_ORDER
        e = int.from_bytes(hashlib.sha256(data).digest(), "big")
        return sequence(integer(r), integer((e + r) % P256_ORDER))

    forger = Forger(spki, sequence(oid("1.2.840.10045.4.3.2")), sign)
    root = family.root(spki=spki, signer=forger)
    middle = family.middle(signer=forger)
    yield Case("curveball-root-sent", pem(family.leaf(), middle, root), "refuse")
    yield Case("curveball-middle", pem(family.leaf(signer=forger), family.middle(spki=spki)), "refuse")
    yield Case("curveball-leaf-under-root", pem(family.leaf(signer=forger, issuer=family.names["root"]), root),
               "refuse")


# Files that are no plain PEM.

def pkcs7(*members, kind="1.2.840.113549.1.7.2", more=b""):
    data = sequence(integer(1), tlv(0x31), sequence(oid("1.2.840.113549.1.7.1")), tlv(0xA0, *members), tlv(0x31), more)
    return sequence(oid(kind), tlv(0xA0, data))


def file_cases(rng):
    family = families()[0]
    leaf, middle, root = family.chain()
    good, block = pem(leaf, middle), pem(leaf)
    noise = bytes(each for each in rng.randbytes(20_000) if each != 0x2D)
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    files = {
        "good": ("accept", good), "crlf": ("accept", good.replace(b"\n", b"\r\n")),
        "text-around": ("accept", b"hello\n" + good + b"bye\n"),
        "der": ("accept", leaf + middle), "pkcs7": ("accept", pkcs7(leaf, middle)),
        "pkcs7-pem": ("accept", pem(pkcs7(leaf, middle), label=b"PKCS7")),
        "no-end": ("refuse", good[:-27]), "no-begin": ("refuse", good[28:]), "empty": ("refuse", b""),
        "nul": ("refuse", b"\0" * 5000),
        "dashes": ("refuse", b"-" * 100_000), "begins": ("refuse", b"-----BEGIN CERTIFICATE-----\n" * 5000),
        "ends": ("refuse", b"-----END CERTIFICATE-----\n" * 5000), "empty-blocks": ("refuse", pem(*[b""] * 1000)),
        "wrong-label": ("refuse", pem(leaf, middle, label=b"CERT")),
        "lower-label": ("refuse", pem(leaf, middle, label=b"certificate")),
        "key-label": ("refuse", pem(leaf, middle, label=b"PRIVATE KEY")),
        "escape-label": ("refuse", pem(leaf, label=b"CERT\x1b[31m")),
        "long-label": ("refuse", pem(leaf, label=b"CERTIFICATE" * 1000)),
        "labels-differ": ("refuse", block.replace(b"END CERTIFICATE", b"END PKCS7")),
        "header-lines": ("any", block.replace(b"-----\n", b"-----\nProc-Type: 4,ENCRYPTED\n\n", 1) + pem(middle)),
        "one-line": ("any", b"\n".join((begin, base64.b64encode(leaf), end, pem(middle)))),
        "no-newlines": ("any", good.replace(b"\n", b"")), "utf-16": ("any", good.decode().encode("utf-16")),
        "bom": ("any", b"\xef\xbb\xbf" + good), "noise-before": ("any", noise + b"\n" + good),
        "noise-behind": ("any", good + noise),
        "noise-inside": ("refuse", good[:200] + noise + good[200:]),
        "nul-inside": ("refuse", good[:200] + b"\0" + good[200:]),
        "garbage-block": ("refuse", pem(leaf, noise[:500], middle)),
        "block-in-block": ("refuse", good[:100] + good + good[100:]),
        "der-cut": ("refuse", (leaf + middle)[:-1]), "der-more": ("refuse", leaf + middle + b"\x30\x82\xff\xff"),
        "der-zeros": ("any", leaf + middle + bytes(100)), "der-pem": ("any", leaf + pem(middle)),
        "pem-der": ("any", block + middle),
        "leaf-with-tail": ("refuse", pem(leaf + b"\0", middle)), "two-in-a-block": ("refuse", pem(leaf + middle)),
        "pkcs7-garbage": ("any", pkcs7(leaf, b"\x30\x03\x02\x01\x01", middle)),
        "pkcs7-noise": ("refuse", pkcs7(leaf, middle, noise[:99])),
        "pkcs7-empty": ("refuse", pkcs7()), "pkcs7-signed-data-cut": ("refuse", pkcs7(leaf, middle)[:-30]),
        "pkcs7-kind": ("refuse", pkcs7(leaf, middle, kind="1.2.840.113549.1.7.3")),
        "pkcs7-behind": ("any", pkcs7(leaf, middle) + noise),
        "pkcs7-more": ("any", pkcs7(leaf, middle, more=noise[:50])),
        "pkcs7-attribute": ("any", pkcs7(leaf, middle, tlv(0xA1, b"x"))),
        "pkcs7-in-pkcs7": ("refuse", pkcs7(pkcs7(leaf, middle))),
        "pkcs7-ber": ("any", b"\x30\x80" + pkcs7(leaf, middle)[4:] + b"\0\0"),
        "pkcs7-same-names": ("any", pkcs7(*[middle] * 63, leaf)), "random": ("refuse", noise),
        "sequence": ("refuse", b"\x30\x80" * 10_000),
        "nested": ("refuse", functools.reduce(lambda inner, _: tlv(0x30, inner), range(5000), b"")),
        "leaf-nested": ("refuse", pem(sequence(leaf), middle)),
        "huge-length": ("refuse", b"\x30\x84\xff\xff\xff\xff" + leaf),
    }
    for what, (expect, octets) in files.items():
        yield Case(f"file-{what}", octets, expect)
    whole = pkcs7(leaf, middle)
    for i in range(60):
        way = rng.choice((flipped, cut, spliced, bent))
        yield Case(f"file-pkcs7-{i}-{way.__name__}", way(rng, whole))
        yield Case(f"file-pem-{i}", rng.choice((flipped, cut, spliced))(rng, good))


@functools.cache
def mutated():
    """At least 2,000 of them, all judged under the same anchors unless they say otherwise."""
    rng = random.Random(SEED)
    return tuple([*unsigned_cases(rng, 1000), *root_cases(rng, 60), *signed_cases(rng, 700), *extension_cases(rng, 300),
                  *block_cases(rng), *authority_cases(), *leaf_cases(), *name_cases(), *key_cases(rng),
                  *file_cases(rng)])
