"""Chains that are made to cost: each is judged alone, under limits of time and memory.

    for case in large("names"): as hostile.mutated(), in groups
"""

import functools
import random

from asn1 import INTEGER, NULL, OCTET_STRING, UTF8, bits, ed25519_key, extension, integer, name, oid, sequence, tlv
from hostile import (BASIC, DEMANDS, DIRECTORY, DNS, EMAIL, FEATURES, IP, MAPPINGS, NAMES, OTHER, POLICIES, PURPOSES,
                     SEED, SERVER, URI, Case, Forger, families, limits, names, odd, pem, pkcs7, rsa_spki, srv, xmpp)

DOTTED = "2.5.4.3"


def family():
    return families()[0]


def under_good(leaf, *more):
    return pem(leaf, family().middle(), *more)


def leaf_with(*entries):
    return under_good(family().leaf(names=names(*entries)))


def text_name(size, filler=b"a"):
    return name((DOTTED, UTF8, (filler * size)[:size]))


def name_cases(_):
    many = [b"n%d.example.org" % i for i in range(10_000)]
    yield "sans-10000", leaf_with(*many), "any"
    yield "sans-10000-and-it", leaf_with(*many, b"im.example"), "any"
    yield "sans-4000-and-it", leaf_with(*many[:4000], b"im.example"), "accept"
    yield "sans-100000", leaf_with(*many * 10), "any"
    yield "sans-4000-wildcards", leaf_with(*(b"*.n%d.example" % i for i in range(4000))), "refuse"
    yield "sans-4000-srv", leaf_with(*(srv(b"_xmpp-client.n%d.example" % i) for i in range(4000))), "refuse"
    yield "sans-4000-xmpp", leaf_with(*(xmpp("bücher%d.example".encode() * 3 % (i, i,
                                                                                i)) for i in range(4000))), "refuse"
    yield "sans-4000-directories", leaf_with(*((DIRECTORY, name(*["\x1b"] * 9)) for _ in range(4000))), "refuse"
    yield "sans-4000-escapes", leaf_with(*[b"\x1b[31m" * 20] * 4000), "refuse"
    yield "sans-4000-nuls", leaf_with(*[b"im.example" + bytes(200)] * 4000), "refuse"
    yield "sans-4000-bidi", leaf_with(*[xmpp("\u202e".encode() * 100)] * 4000), "refuse"
    yield "sans-4000-unknown", leaf_with(*[(0x8F, b"\x9b" * 100)] * 4000), "refuse"
    yield "sans-4000-addresses", leaf_with(*[(IP, b"\x20" * 16)] * 4000), "refuse"
    yield "common-names-10000", under_good(family().leaf(subject=name(*map(str, range(10_000))))), "any"
    yield "common-names-4000-escapes", under_good(family().leaf(subject=name(*["\x1b[2J" * 20] * 4000))), "any"


def long_name_cases(_):
    for size in (60_000, 1_000_000):
        for what, value in (("labels", b"a." * (size // 2) + b"im.example"), ("dots", b"." * size),
                            ("stars", b"*" * size),
                            ("wildcard", b"*." + b"a." * (size // 2) + b"example"), ("escapes", b"\x1b" * size),
                            ("nuls", bytes(size)), ("label", b"a" * size), ("tail", b"x" * size + b".im.example")):
            yield f"name-{size}-{what}", leaf_with(value), "refuse"
            yield f"srv-{size}-{what}", leaf_with(srv(b"_xmpp-client." + value)), "refuse"
            yield f"xmpp-{size}-{what}", leaf_with(xmpp(value)), "refuse"
        for what, value in (("unicode", "ü.".encode()), ("bidi", "\u202e".encode()),
                            ("combining", b"e" + "\u0301".encode() * 99),
                            ("a-labels", b"xn--bcher-kva."), ("broken", b"\xed\xa0\x80"),
                            ("ideographic-dots", "。".encode())):
            yield f"xmpp-{size}-{what}", leaf_with(xmpp(value * (size // len(value)))), "refuse"
            yield f"subject-{size}-{what}", under_good(family().leaf(subject=text_name(size, value))), "any"
    for what, filler in (("letters", b"a"), ("escapes", b"\x1b"), ("nuls", b"\0")):
        long = text_name(60_000, filler)
        yield f"subject-60000-{what}", under_good(family().leaf(subject=long)), "accept"
        yield f"issuer-60000-{what}", pem(family().leaf(issuer=long), family().middle(subject=long)), "accept"
    yield "urls-60000", under_good(family().leaf(more=[extension("2.5.29.31", sequence(sequence(tlv(0xA0, tlv(0xA0, tlv(
        URI, b"http://\x1b" + b"u" * 60_000))))))])), "accept"
    yield "serial-60000", under_good(family().leaf(serial=b"\x11" * 60_000)), "any"
    yield "oid-60000", under_good(family().leaf(more=[extension("1.3.6." + "1." * 60_000 + "1", b"", True)])), "refuse"
    yield "oids-in-a-name", under_good(family().leaf(subject=name(*(("1.2." + "99999999." * 15 + "1", UTF8,
                                                                     b"") for _ in range(9000))))), "any"


def fake_signer(kind="1.2.840.113549.1.1.11", size=2048):
    """For signatures that are to be verified, and do not fit."""
    return Forger(None, sequence(oid(kind), tlv(NULL)), lambda data: b"\x01" * size)


def key_cases(rng):
    leaf = family().leaf()
    for size in (8192, 16_384, 65_536, 1_000_000):
        for e_size in (17, 64, 2048, size):
            spki = rsa_spki(odd(rng, size), 65537 if e_size == 17 else odd(rng, e_size))
            yield f"rsa-{size}-{e_size}-leaf", under_good(family().leaf(spki=spki)), "any"
            forged = family().leaf(signer=fake_signer(size=size // 8))
            yield f"rsa-{size}-{e_size}-issuer", pem(forged, family().middle(spki=spki)), "refuse"
            pss = family().leaf(signer=fake_signer("1.2.840.113549.1.1.10", size // 8))
            yield f"rsa-{size}-{e_size}-pss", pem(pss, family().middle(spki=spki)), "refuse"
    for size, e_size in ((16_384, 17), (16_384, 64), (8192, 64)):
        spkis = [rsa_spki(odd(rng, size), 65537 if e_size == 17 else odd(rng, e_size)) for _ in range(63)]
        signer = fake_signer(size=size // 8)
        issuers = [family().authority("middle", "root", {"spki": spki, "signer": signer}) for spki in spkis]
        yield f"rsa-{size}-{e_size}-issuers-63", pem(family().leaf(signer=signer), *issuers), "refuse"
        own = [family().authority("middle", "root",
                                  {"spki": spki, "signer": signer, "issuer": family().names["middle"]})
               for spki in spkis]
        yield f"rsa-{size}-{e_size}-maze-63", pem(family().leaf(signer=signer), *own), "refuse"
    for p, q in ((2048, 256), (3072, 256), (16_384, 256), (16_384, 16_000), (65_536, 512)):
        parameters = sequence(integer(odd(rng, p)), integer(odd(rng, q)), integer(odd(rng, p - 1)))
        spki = sequence(sequence(oid("1.2.840.10040.4.1"), parameters), bits(integer(odd(rng, p - 1))))
        value = sequence(integer(odd(rng, q - 1)), integer(odd(rng, q - 1)))
        signer = Forger(None, sequence(oid("2.16.840.1.101.3.4.3.2")), lambda data, value=value: value)
        yield f"dsa-{p}-{q}", pem(family().leaf(signer=signer), family().middle(spki=spki)), "refuse"
        own = [family().authority("middle", "root", {"spki": spki, "signer": signer, "issuer": family().names["middle"],
                                                     "serial": bytes([i + 1])}) for i in range(63)]
        yield f"dsa-{p}-{q}-maze-63", pem(family().leaf(signer=signer), *own), "refuse"
    yield from curve_cases(rng)


def curve_cases(rng):
    """Points on big curves; where a signature does not fit, it costs what one costs that fits."""
    curves = (("p521", "1.3.132.0.35",
               "0200c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1d"
               "c127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66", 66),)
    for what, curve, x, size in curves:
        point = b"\2" + bytes.fromhex(x)[-size:]
        spki = sequence(sequence(oid("1.2.840.10045.2.1"), oid(curve)), bits(point))
        signer = Forger(None, sequence(oid("1.2.840.10045.4.3.4")),
                        lambda data,
                        size=size: sequence(integer(odd(rng, size * 8 - 8)), integer(odd(rng, size * 8 - 9))))
        own = [family().authority("middle", "root", {"spki": spki, "signer": signer, "issuer": family().names["middle"],
                                                     "serial": bytes([i + 1])}) for i in range(63)]
        yield f"{what}-maze-63", pem(family().leaf(signer=signer), *own), "refuse"


class Tower:
    """Authorities of one kind: number i certifies i - 1, all by their own keys."""

    def __init__(self, count, naming=None, **how):
        naming = naming or (lambda i: name(f"tower {i}"))
        keys = [family().keys["leaf"], *(ed25519_key(f"tower {i}") for i in range(count))]
        self.certs = []
        for i in range(count + 1):
            issuer_name, signer = ((naming(i + 1), keys[i + 1]) if i < count else
                                   (family().names["root"], family().keys["root"]))
            if i == 0:
                self.certs.append(family().leaf(issuer=issuer_name, signer=signer))
            else:
                self.certs.append(family().authority("middle", "root", {
                    "subject": naming(i), "issuer": issuer_name, "spki": keys[i].spki, "signer": signer,
                    "key_id": None, "issuer_key_id": None, **how}))


def issue(subject, key, issuer, signer, serial=1, more=(), **how):
    return family().authority("middle", "root", {
        "subject": subject, "spki": key.spki, "issuer": issuer, "signer": signer,
        "serial": serial.to_bytes(3, "big").lstrip(b"\0"),
        "key_id": None, "issuer_key_id": None, "more": list(more), **how})


def chain_cases(rng):
    for count in (48, 49, 62, 63, 64, 100, 1000):
        chain = Tower(count).certs
        yield f"tower-{count}", pem(*chain), "accept" if count < 63 else "any"
        yield f"tower-{count}-backwards", pem(chain[0], *reversed(chain[1:])), "any"
    yield "tower-50-shuffled", pem(Tower(50).certs[0], *rng.sample(Tower(50).certs[1:], 50)), "accept"
    yield "tower-50-pkcs7", pkcs7(*rng.sample(Tower(50).certs, 51)), "any"
    yield "tower-50-one-name", pem(*Tower(50, lambda i: name("one")).certs), "accept"
    yield "leaf-64-times", pem(*[family().leaf()] * 64), "refuse"
    yield "root-7000-times", pem(family().leaf(), *[family().root()] * 7000), "any"
    a, b, c = (ed25519_key(f"loop {i}") for i in range(3))
    loop = {each: name(f"loop {each}") for each in "abc"}
    leaf = family().leaf(issuer=loop["a"], signer=a)
    yield "loop-2", pem(leaf, issue(loop["a"], a, loop["b"], b), issue(loop["b"], b, loop["a"], a)), "refuse"
    yield "loop-3", pem(leaf, issue(loop["a"], a, loop["b"], b), issue(loop["b"], b, loop["c"], c),
                        issue(loop["c"], c, loop["a"], a)), "refuse"
    yield "loop-2-and-a-way-out", pem(leaf, issue(loop["a"], a, loop["b"], b), issue(loop["b"], b, loop["a"], a),
                                      issue(loop["b"], b, family().names["root"], family().keys["root"])), "accept"
    yield "signs-itself", pem(issue(loop["a"], a, loop["a"], a)), "refuse"
    yield from maze_cases(rng)


def maze_cases(rng):
    """Certificates that could all have issued one another, and none of them leads anywhere, or one does."""
    one, key = name("one"), ed25519_key("one")
    leaf = family().leaf(issuer=one, signer=key)
    same = [issue(one, key, one, key, i) for i in range(1, 63)]
    out = issue(one, key, family().names["root"], family().keys["root"], 1000)
    yield "maze-one-key", pem(leaf, *same), "refuse"
    yield "maze-one-key-way-out-last", pem(leaf, *same, out), "any"
    yield "maze-one-key-way-out-first", pem(leaf, out, *same), "accept"
    keys = [ed25519_key(f"maze {i}") for i in range(40)]
    others = [issue(one, keys[i], one, keys[(i + 1) % 40], i + 1) for i in range(40)]
    leaf_other = family().leaf(issuer=one, signer=keys[0])
    yield "maze-40-keys-in-a-ring", pem(leaf_other, *others), "refuse"
    yield "maze-40-keys-way-out", pem(leaf_other, *others,
                                      issue(one, keys[39], family().names["root"], family().keys["root"])), "accept"
    two = [issue(name(f"m{i % 8}"), keys[i % 8], name(f"m{j}"), keys[j], 1 + i)
           for i in range(63) for j in [rng.randrange(8)]]
    yield "maze-8-names", pem(family().leaf(issuer=name("m0"), signer=keys[0]), *two), "refuse"
    for size in (1000, 7500, 20_000):  # up to the 1 MiB that a chain may have, and beyond
        cases = [bytes(rng.choice((0x61, 0x41)) for _ in range(size)) for _ in range(128)]
        spelt = lambda i: name((DOTTED, UTF8, cases[i]))
        way = [issue(spelt(i), key, spelt(64 + i), key, i + 1) for i in range(63)]
        yield f"maze-names-{size}", pem(family().leaf(issuer=spelt(63), signer=key), *way), "refuse"
        apart = lambda i: name((DOTTED, UTF8, b"a" * size + b"%03d" % i))
        way = [issue(apart(i), key, apart(64 + i), key, i + 1) for i in range(63)]
        yield f"maze-apart-{size}", pem(family().leaf(issuer=apart(0), signer=key), *way), "refuse"
        pair = lambda k, i: sequence(oid(DOTTED), tlv(UTF8, b"%d" % (k * 31 % 16) + b"a" * 16 * (i % 2)))
        shuffled = lambda i: tlv(0x31, *(pair(k, i) for k in rng.sample(range(16), 16)))
        sets = lambda i: sequence(*(shuffled(i) for _ in range(size // 500)))
        way = [issue(sets(0), key, sets(0), key, i + 1) for i in range(63)]
        yield f"maze-sets-{size}", pem(family().leaf(issuer=sets(0), signer=key), *way), "refuse"


def anchor_cases(_):
    """Many anchors of one name; the right one is the last."""
    forged = [family().root(spki=ed25519_key(f"forged {i}").spki,
                            signer=ed25519_key(f"forged {i}")) for i in range(1000)]
    chain = pem(family().leaf(), family().middle())
    bare = [family().root(spki=ed25519_key(f"forged {i}").spki, signer=ed25519_key(f"forged {i}"), key_id=None,
                          issuer_key_id=None) for i in range(1000)]
    without = pem(family().leaf(), family().middle(issuer_key_id=None))
    for count in (7, 40, 1000):
        yield f"anchors-{count}", chain, "accept" if count < 1000 else "any", (*forged[:count], family().root())
        yield f"anchors-{count}-bare", without, "accept" if count < 60 else "any", (*bare[:count],
                                                                                    family().root(key_id=None))
        yield f"anchors-{count}-wrong", chain, "refuse", tuple(forged[:count])
    one, key = name("one"), ed25519_key("one")
    maze = pem(family().leaf(issuer=one, signer=key), *(issue(one, key, one, key, i) for i in range(1, 63)))
    yield "anchors-of-a-maze", maze, "refuse", tuple(issue(one, ed25519_key(f"forged {i}"), one,
                                                           ed25519_key(f"forged {i}")) for i in range(64))


def limit_cases(rng):
    """Name constraints times names."""
    def under(constraints, entries, levels=1):
        keys = [ed25519_key(f"limit {i}") for i in range(levels)]
        chain = [family().leaf(names=names(*entries), issuer=name("limit 0"), signer=keys[0])]
        for i in range(levels):
            top = i == levels - 1
            chain.append(issue(name(f"limit {i}"), keys[i], family().names["root"] if top else name(f"limit {i + 1}"),
                               family().keys["root"] if top else keys[i + 1], more=[constraints]))
        return pem(*chain)

    hosts = [(DNS, b"n%d.example" % i) for i in range(4000)]
    apart = [(DNS, b"x%d.example" % i) for i in range(4000)]
    for count in (500, 2000, 4000):
        yield f"limits-{count}-excluded", under(limits(excluded=apart[:count]), hosts[:count]), "any"
        yield f"limits-{count}-permitted", under(limits(hosts[:count][::-1]),
                                                 [*hosts[:count], (DNS, b"im.example")]), "refuse"
    yield "limits-2000-ten-levels", under(limits(excluded=apart[:2000]), hosts[:2000], 10), "any"
    yield "limits-100000", under(limits(excluded=[(DNS, b"x%d" % i) for i in range(100_000)]), [b"im.example"]), "any"
    yield "limits-100000-forms", under(limits(excluded=[(IP, bytes(8))] * 100_000), hosts[:4000]), "any"
    for what, tag, entry, base in (
            ("mail", EMAIL, lambda i: b"a%d@" % i + b"m" * 60 + b".example",
             lambda i: b"a%d@" % -i + b"m" * 60 + b".example"),
            ("uri", URI, lambda i: b"http://" + b"u" * 900 + b"@n%d.example/" % i, lambda i: b"x%d.example" % i),
            ("ip", IP, lambda i: bytes(12) + i.to_bytes(4, "big"),
             lambda i: bytes(11) + b"\1" + i.to_bytes(4, "big") + b"\xff" * 16),
            ("srv", OTHER, lambda i: srv(b"_xmpp-client.n%d.example" % i)[1],
             lambda i: srv(b"_xmpp-client.x%d.example" % i)[1])):
        yield (f"limits-2000-{what}", under(limits(excluded=[(tag, base(i)) for i in range(2000)]),
                                            [(tag, entry(i)) for i in range(2000)]), "any")
    for count, size in ((500, 2000), (2000, 200), (1000, 400), (80, 6000), (200, 6000), (16, 30_000), (40, 30_000)):
        folded = lambda letter, i: name((DOTTED, UTF8, letter * size + b"%d" % i))
        yield (f"limits-directories-{count}-{size}",
               under(limits(excluded=[(DIRECTORY, folded(b"A", -i - 1)) for i in range(count)]),
                     [(DIRECTORY, folded(b"a", i)) for i in range(count)]), "any")
        yield (f"limits-hosts-{count}-{size}",
               under(limits(excluded=[(DNS, b"x%d.example" % i) for i in range(count)]),
                     [(DNS, b".".join([b"a"] * (size // 2))) for _ in range(count)]), "refuse")
        yield (f"limits-uris-{count}-{size}",
               under(limits(excluded=[(URI, b"x%d.example" % i) for i in range(count)]),
                     [(URI, b"h:" + b":/" * size + b"//im.example") for _ in range(count)]), "any")
    attribute = lambda k, text: sequence(oid(DOTTED), tlv(UTF8, b"%x" % k + text))
    sets = lambda text: (DIRECTORY,
                         sequence(*[tlv(0x31, *(attribute(k, text) for k in rng.sample(range(16), 16)))] * 12))
    yield "limits-sets", under(limits(excluded=[sets(b"A" * 8) for _ in range(400)]),
                               [sets(b"a" * 7 + b"b")] * 400), "any"


def extension_cases(_):
    """Lists that are compared with lists."""
    policy = lambda i: oid(f"1.2.3.{i}")
    listed = lambda count: extension(POLICIES, sequence(*(sequence(policy(i)) for i in range(count))))
    for count in (64, 200, 5000, 100_000):
        yield f"policies-{count}", pem(family().leaf(more=[listed(count)]),
                                       family().middle(more=[listed(count)])), "any"
    demand = extension(DEMANDS, sequence(tlv(0x80, b"\0")), True)
    for count in (1000, 9000, 100_000):
        maps = extension(MAPPINGS, sequence(*(sequence(policy(i % 64), policy(i)) for i in range(count))))
        yield f"mappings-{count}", pem(family().leaf(more=[listed(60)]),
                                       family().middle(more=[listed(60), maps, demand])), "any"
    crossed = extension(MAPPINGS, sequence(*(sequence(policy(i % 60), policy(59 - i % 60)) for i in range(1000))))
    tower = Tower(50, more=[listed(60), crossed])
    yield "mappings-tower", pem(*tower.certs), "any"
    # the maze: 64 ways, each with the long lists
    one, key = name("one"), ed25519_key("one")
    ways = [issue(one, key, family().names["root"], family().keys["root"], i, [demand]) for i in range(1, 60)]
    for count in (9000, 100_000):
        maps = extension(MAPPINGS, sequence(*(sequence(policy(i % 60), policy(i % 60 + 64)) for i in range(count))))
        big = issue(one, key, one, key, 500, [listed(60), maps])
        yield f"mappings-maze-{count}", pem(family().leaf(issuer=one, signer=key, more=[listed(60)]), big, *ways), "any"
    for count in (20, 1000, 30_000, 200_000):
        own = extension(FEATURES, sequence(*(tlv(INTEGER, b"\x7f" + i.to_bytes(3, "big")) for i in range(count))))
        theirs = extension(FEATURES, sequence(*(tlv(INTEGER, b"\x7e" + i.to_bytes(3, "big")) for i in range(count))))
        yield f"features-{count}", pem(family().leaf(more=[own]), family().middle(more=[theirs])), "refuse"
        yield f"features-{count}-same", pem(family().leaf(more=[own]), family().middle(more=[own])), "any"
    yield "extensions-5000", under_good(family().leaf(more=[extension(f"1.2.3.{i}", b"") for i in range(5000)])), "any"
    yield "extensions-100", under_good(family().leaf(more=[extension(f"1.2.3.{i}", b"") for i in range(100)])), "accept"
    yield "purposes-100000", under_good(family().leaf(purposes=extension(PURPOSES, sequence(
        *(policy(i) for i in range(100_000)), oid(SERVER))))), "any"
    scts = b"".join((b"\0\x2f\0" + bytes(32) + bytes(8) + b"\0\0" + b"\4\3\0\0") for _ in range(1300))
    yield "scts-1300", under_good(family().leaf(more=[extension("1.3.6.1.4.1.11129.2.4.2", tlv(
        OCTET_STRING, len(scts).to_bytes(2, "big"), scts))])), "any"
    deep = functools.reduce(lambda inner, _: tlv(0x30, inner), range(20_000), b"")
    yield "nested-20000", under_good(family().leaf(more=[extension("1.2.3", deep)])), "any"
    yield "nested-20000-names", under_good(family().leaf(names=extension(NAMES, sequence(tlv(0xA4, deep))))), "refuse"
    yield "nested-20000-basic", under_good(family().leaf(basic=extension(BASIC, deep))), "refuse"


def file_cases(rng):
    good = pem(family().leaf(), family().middle())
    noise = rng.randbytes(1 << 20)
    text = bytes(each % 94 + 33 for each in noise) .replace(b"-", b"+")
    yield "noise-3-MiB", text * 3 + b"\n" + good, "any"
    yield "noise-5-MiB", text * 5 + b"\n" + good, "any"
    yield "noise-binary", noise * 3 + b"\n" + good, "any"
    yield "noise-lines", b"\n" * 3_000_000 + good, "accept"
    yield "dashes-3-MiB", b"-" * 3_000_000 + b"\n" + good, "any"
    yield "dashes-blanks", b"----- " * 500_000 + b"\n" + good, "any"
    yield "blanks-dashes", b" " * 1_500_000 + b"-----BEGIN X" * 100_000, "refuse"
    yield "begins-100000", b"-----BEGIN CERTIFICATE-----\n" * 100_000, "refuse"
    yield "begins-in-a-line", b"-----BEGIN CERTIFICATE" * 150_000, "refuse"
    yield "ends-100000", b"-----END CERTIFICATE-----\n" * 100_000 + good, "refuse"
    yield "keys-30000", b"-----BEGIN X-----\nAAAA\n-----END X-----\n" * 80_000 + good, "any"
    yield "blocks-80000", pem(*[b"0"] * 50_000), "refuse"
    yield "block-3-MiB", pem(bytes(2_900_000)), "refuse"
    begin, end = b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n"
    yield "block-of-equals", begin + b"=" * 3_000_000 + b"\n" + end, "refuse"
    yield "certificate-2-MiB", under_good(family().leaf(more=[extension("1.2.3", bytes(2_000_000))])), "any"
    key, filler = ed25519_key("one"), extension("1.2.3", bytes(40_000))
    yield "certificates-64-of-40-KiB", pem(family().leaf(), *(issue(name(f"x{i}"), key, name("y"), key, more=[filler])
                                                              for i in range(63))), "refuse"
    yield "names-64-certificates", pem(*[family().leaf(names=names(*[b"\x1b\x9b%d" % i for i in range(4000)]),
                                                       serial=bytes([i + 1]))
                                         for i in range(40)]), "refuse"
    yield "name-3-MiB-escapes", leaf_with(b"\x1b" * 2_900_000), "refuse"
    yield "subject-3-MiB-escapes", under_good(family().leaf(subject=text_name(2_900_000, b"\x1b"))), "any"
    yield "names-4000-of-700", leaf_with(*[b"\x1b" * 700] * 4000), "refuse"
    yield "der-of-sequences", b"\x30\x00" * 2_000_000, "refuse"
    yield "der-indefinite", b"\x30\x80" * 2_000_000, "refuse"
    yield "zeros-3-MiB", bytes(3 << 20), "refuse"
    yield "pkcs7-100000", pkcs7(*[b"\x30\x00"] * 100_000), "refuse"
    yield "pkcs7-63-names-60000", pkcs7(*(issue(text_name(60_000 + i, b"a"), ed25519_key("one"),
                                                text_name(60_000 + i, b"b"),
                                                ed25519_key("one")) for i in range(30))), "refuse"


GROUPS = {"names": name_cases, "long-names": long_name_cases, "keys": key_cases, "chains": chain_cases,
          "anchors": anchor_cases, "limits": limit_cases, "extensions": extension_cases, "files": file_cases}


def large(group):
    """Made when asked for: together they are 200 MB and take seconds."""
    rng = random.Random(f"{SEED} {group}")
    for what, file, expect, *trust in GROUPS[group](rng):
        yield Case(what, file, expect, *trust)
