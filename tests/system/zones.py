"""DNS as a test wants it: signed zones on Knot behind a validating Unbound.

    test.           signed; Unbound's trust anchor
    secure.test.    signed, its DS stands in test.                 answers are secure
    insecure.test.  signed too, but no DS tells so                 answers are insecure
    bogus.test.     signed, a wrong DS stands in test.             SERVFAIL (bogus)
    lapsed.test.    signed, its DS is right, signatures too old    SERVFAIL (bogus)
    lame.test.      delegated to a server that refuses             SERVFAIL (nothing to do with DNSSEC)

Tests publish below these while the servers run; nothing is cached, so a change counts at once (but for an alias: within
the second Unbound knows where it led).  One bogus answer among secure ones: an alias or a target below bogus.test. or
lapsed.test.  (Named zones and not dns, which is dnspython.)
"""

import re
import subprocess
import time

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import dns.update
from cryptography.hazmat.primitives.asymmetric import ec

import daemon
import dnspeer

SIGNED = ("test", "secure.test", "insecure.test", "bogus.test")
DELEGATED = ("secure.test", "insecure.test", "bogus.test", "lame.test", "lapsed.test")
WRONG_DS = "1 13 2 " + "00" * 32
PATIENCE = 60  # seconds for an answer: Knot waits for the disk when something is published

KNOT_CONF = """\
server:
    rundir: {folder}
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: {folder}
acl:
  - id: tests
    address: 127.0.0.0/8
    action: update
policy:
  - id: ecdsa
    algorithm: ecdsap256sha256
    single-type-signing: on
    ksk-lifetime: 0
template:
  - id: default
    storage: {folder}
    zonefile-load: difference-no-serial
    journal-content: all
    dnssec-signing: on
    dnssec-policy: ecdsa
    acl: tests
zone:
"""

UNBOUND_CONF = """\
server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    logfile: ""
    verbosity: 1
    val-log-level: 2
    log-servfail: yes
    do-daemonize: no
    num-threads: 1
    interface: {address}@{port}
{more_interfaces}    access-control: 127.0.0.0/8 allow
    do-ip6: no
    do-not-query-localhost: no
    outgoing-range: 128
    num-queries-per-thread: 128
    # a test that publishes wants to see it: nothing is kept
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
    val-bogus-ttl: 0
    aggressive-nsec: no
    qname-minimisation: no
    target-fetch-policy: "0 0 0 0 0"
    trust-anchor: "{anchor}"
    # RFC 6761: it would answer test. itself; and nothing leaves the machine
    local-zone: "test." transparent
    local-zone: "." static
remote-control:
    control-enable: no
"""


class Zones:
    """Both servers.  `resolver` is what goes to --resolver."""

    def __init__(self, folder, more_addresses=()):
        self.folder = folder
        folder.mkdir(parents=True)
        self.address = daemon.own_address()
        self.authority_port, self.port = daemon.free_ports(self.address, 2)
        self.resolver = f"{self.address}:{self.port}"
        self.more_addresses = more_addresses
        self._published = {}

    def start(self):
        self.lame = dnspeer.DnsPeer("refused", address=self.address).__enter__()
        self.lapsed = LapsedZone(self.address)
        conf = self._write_knot()
        self.anchor = self._make_keys(conf)
        self.knot = daemon.Daemon("knot", [daemon.program("knotd"), "-c", conf], self.folder / "knot.log").start()
        resolver = self._write_unbound()
        self.unbound = daemon.Daemon("unbound", [daemon.program("unbound"), "-c", resolver],
                                     self.folder / "unbound.log").start()
        self.knot.wait_until(lambda: all(self._signed(zone) for zone in SIGNED), "serving signed zones")
        self.unbound.wait_until(lambda: self._validates("secure.test"), "validating")
        return self

    def stop(self):
        self.unbound.stop()
        self.knot.stop()
        self.lame.__exit__()
        self.lapsed.stop()

    # what tests call

    def publish(self, name, records=(), ttl=300):
        """Makes these the only records of a name: publish("a.secure.test", [("A", "127.0.0.1"), ("TLSA", "3 1 1 …")]).

        The words after the type are its rdata, e.g. ("SRV", 5, 0, 5222, "xmpp.secure.test"); names need no final dot.
        An empty list withdraws the name.  Signed before this returns."""
        zone = self._zone_of(name)
        self._published[name] = zone
        if zone == LapsedZone.NAME:
            self.lapsed.publish(name, [(kind, _rdata(kind, words)) for kind, *words in records], ttl)
            return
        change = dns.update.UpdateMessage(zone)
        owner = dns.name.from_text(name)
        change.delete(owner)
        for kind, *words in records:
            change.add(owner, ttl, _rdata(kind, words))
        answer = dns.query.tcp(change, self.address, PATIENCE, self.authority_port)
        assert answer.rcode() == dns.rcode.NOERROR, f"{name}: {dns.rcode.to_text(answer.rcode())}\n{self.knot.tail()}"

    def withdraw(self, name):
        self.publish(name, [])

    def service(self, domain, service, port, address="127.0.0.1", host=None, direct=False, priority=5, weight=0):
        """The usual set: an SRV record for c2s or s2s, and the address of its target."""
        host = host or f"xmpp.{domain}"
        tail = {"c2s": "client", "s2s": "server"}[service]
        self.publish(f"_xmpp{'s' if direct else ''}-{tail}._tcp.{domain}", [("SRV", priority, weight, port, host)])
        self.publish(host, [("AAAA" if ":" in address else "A", address)])

    def no_service(self, domain, service, direct=False):
        """The target `.`: this service is decidedly not there (RFC 2782)."""
        tail = {"c2s": "client", "s2s": "server"}[service]
        self.publish(f"_xmpp{'s' if direct else ''}-{tail}._tcp.{domain}", [("SRV", 0, 0, 0, ".")])

    def nodata(self, name):
        """The name exists and has nothing one would ask for.  (NXDOMAIN: just ask for what nobody published.)"""
        self.publish(name, [("TXT", "here but empty")])

    def tlsa(self, host, port, *records):
        """TLSA records, e.g. the tlsa() of a certificate."""
        self.publish(f"_{port}._tcp.{host}", [("TLSA", record) for record in records])

    def ask(self, name, kind="A", timeout=PATIENCE):
        """What the resolver says, as a dnspython message with the AD flag asked for."""
        question = dns.message.make_query(name, kind, want_dnssec=True)
        return dns.query.udp_with_fallback(question, self.address, timeout, self.port)[0]

    def clear(self):
        """Withdraws all that was published."""
        for name in list(self._published):
            self.withdraw(name)
            del self._published[name]

    # how it is done

    def _zone_of(self, name):
        known = (*SIGNED, LapsedZone.NAME)
        zones = [zone for zone in known if name == zone or name.endswith("." + zone)]
        assert zones, f"{name} is in none of the zones {', '.join(known)}"
        return max(zones, key=len)

    def _write_knot(self):
        conf = self.folder / "knot.conf"
        text = KNOT_CONF.format(folder=self.folder, address=self.address, port=self.authority_port)
        conf.write_text(text + "".join(f"  - domain: {zone}\n" for zone in SIGNED))
        return conf

    def _make_keys(self, conf):
        """Keys first, so that the parent can hold each DS from the start.  Returns the DS of test."""
        digests = {}
        for zone in SIGNED:
            _keymgr(conf, zone, "generate", "algorithm=13", "ksk=yes", "zsk=yes")
            digests[zone] = re.search(r"DS (\d+ 13 2 \w+)", _keymgr(conf, zone, "ds"))[1]
        delegations = "".join(f"{zone}. NS ns.test.\n" for zone in DELEGATED)
        delegations += f"secure.test. DS {digests['secure.test']}\nbogus.test. DS {WRONG_DS}\n"
        delegations += f"{LapsedZone.NAME}. DS {self.lapsed.ds}\n"
        for zone in SIGNED:
            (self.folder / f"{zone}.zone").write_text(
                f"$TTL 300\n{zone}. SOA ns.test. hostmaster.test. 1 3600 600 86400 0\n{zone}. NS ns.test.\n"
                + (f"ns.test. A {self.address}\n{delegations}" if zone == "test" else ""))
        return f"test. IN DS {digests['test']}"

    def _write_unbound(self):
        conf = self.folder / "unbound.conf"
        text = UNBOUND_CONF.format(
            folder=self.folder, address=self.address, port=self.port, anchor=self.anchor,
            more_interfaces="".join(f"    interface: {address}\n" for address in self.more_addresses))
        # each zone by its own stub: a delegation names an address, never a port, and ours is not 53
        for zone in ("test", *DELEGATED):
            port = {"lame.test": self.lame.port, LapsedZone.NAME: self.lapsed.port}.get(zone, self.authority_port)
            text += f'stub-zone:\n    name: "{zone}."\n    stub-addr: {self.address}@{port}\n'
        conf.write_text(text)
        return conf

    def _signed(self, zone):
        question = dns.message.make_query(zone, "SOA", want_dnssec=True)
        try:
            answer = dns.query.udp(question, self.address, 0.5, self.authority_port)
        except (OSError, dns.exception.DNSException):
            return False
        return any(found.rdtype == dns.rdatatype.RRSIG for found in answer.answer)

    def _validates(self, zone):
        try:
            return bool(self.ask(zone, "SOA", 0.5).flags & dns.flags.AD)
        except (OSError, dns.exception.DNSException):
            return False


class LapsedZone:
    """The authority on lapsed.test, whose signatures ended a week ago: Knot would sign anew in time.

    Only the key's own signature is good, so that what a resolver minds is the age of the others.  (Unbound forgives a
    day.)  Denials come without proof."""

    NAME = "lapsed.test"

    def __init__(self, address):
        self.zone = dns.name.from_text(self.NAME)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.dnskey = dns.dnssec.make_dnskey(self.key.public_key(), dns.dnssec.Algorithm.ECDSAP256SHA256, flags=257)
        self.ds = dns.dnssec.make_ds(self.zone, self.dnskey, "SHA256").to_text()
        self.sets = {}
        for owner, kind, words in ((self.NAME, "SOA", ["ns.test.", "hostmaster.test.", 1, 3600, 600, 86400, 0]),
                                   (self.NAME, "NS", ["ns.test."])):
            self._add(owner, 300, _rdata(kind, words))
        self._add(self.NAME, 300, self.dnskey)
        self.peer = dnspeer.DnsPeer(lambda query, records, tcp: [self._answer(query, tcp)], address=address).__enter__()
        self.port = self.peer.port

    def stop(self):
        self.peer.__exit__()

    def publish(self, name, records, ttl):
        owner = dns.name.from_text(name)
        self.sets = {key: kept for key, kept in self.sets.items() if key[0] != owner or owner == self.zone}
        for _, data in records:
            self._add(name, ttl, data)

    def _add(self, name, ttl, data):
        owner = dns.name.from_text(name)
        self.sets.setdefault((owner, data.rdtype), dns.rrset.RRset(owner, data.rdclass, data.rdtype)).add(data, ttl)

    def _answer(self, query, tcp):
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        name, kind = query.question[0].name.canonicalize(), query.question[0].rdtype
        found = self.sets.get((name, kind)) or self.sets.get((name, dns.rdatatype.CNAME))
        section = response.answer if found else response.authority
        found = found or self.sets[self.zone, dns.rdatatype.SOA]
        section += [found, self._signature(found)]
        if not any(owner.is_subdomain(name) for owner, _ in self.sets):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire(max_size=dnspeer.BIG if tcp else query.payload)

    def _signature(self, rrset):
        now, day = time.time(), 86400
        end = now + 7 * day if rrset.rdtype == dns.rdatatype.DNSKEY else now - 7 * day
        data = dns.dnssec.sign(rrset, self.key, self.zone, self.dnskey, inception=now - 30 * day, expiration=end)
        return dns.rrset.from_rdata(rrset.name, rrset.ttl, data)


def _rdata(kind, words):
    """Words to rdata; names in it are absolute."""
    if kind == "TXT":
        words = ['"' + " ".join(map(str, words)) + '"']
    return dns.rdata.from_text("IN", kind, " ".join(map(str, words)), origin=dns.name.root, relativize=False)


def _keymgr(conf, *words):
    done = subprocess.run([daemon.program("keymgr"), "-c", conf, *words], capture_output=True, text=True,
                          timeout=daemon.PATIENCE)  # it waits for the disk
    assert done.returncode == 0, f"keymgr {' '.join(words)}: {done.stderr}"
    return done.stdout
