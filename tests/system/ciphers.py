"""xmpp-ciphers as its tests call it, what they look at in its records, and an oracle to compare with.

    seen = scan(front.record(), "--gentle")      one record, checked against the schema
    seen.suites("TLS1.2")                        names, as they stand in the record
    seen.groups("tls13"), seen.properties, seen.ids

    asked = Oracle(address, domain).suites("TLS1.2")     the same by elimination, hello by hello, in Python
"""

import contextlib
import os
import socket
import subprocess
import xml.etree.ElementTree

import daemon
import tool
from tlswire import BY_CODE, GREASE, GROUP_KINDS, GROUP_NAMES, GROUPS, KINDS, SUITES, Reply, client_hello

NAME = "xmpp-ciphers"
NO_DNS = ("--resolver", "127.0.0.1:1")
TIMEOUT = 300 if tool.SANITIZED else 120  # of a whole run, for a machine that is busy with others
ALL_VERSIONS = ("SSL2.0", "SSL3.0", "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3")


class Seen:
    """The ciphers section of the only endpoint."""

    def __init__(self, result):
        self.result = result
        [endpoint] = result.record["endpoints"]
        self.section = endpoint["ciphers"]
        self.versions = {each["version"]: each for each in self.section.get("versions", [])}

    def __str__(self):
        """What matters of a record that may hold hundreds of suites."""
        lines = [f"$ {' '.join(self.result.argv)}", f"status {self.result.status}, {self.result.seconds:.2f} s"]
        lines += [f"{name} {each['offered']} {each.get('preference', '-')} complete={each.get('complete', '-')}: "
                  f"{' '.join(self.suites(name))}" for name, each in self.versions.items()]
        shown = ("connections", "throttled", "cut", "cut_reason", "violation", "unclear", "inconsistent", "failure", "groups",
                 "groups_complete", "signature_schemes", "fields", "properties", "findings")
        lines += [f"{name}: {self.section[name]}" for name in shown if name in self.section]
        return "\n".join([*lines, self.result.err])

    __repr__ = __str__

    @property
    def offered(self):
        """Versions that are spoken."""
        return [name for name, each in self.versions.items() if each["offered"] == "yes"]

    @property
    def refused(self):
        return {name for name, each in self.versions.items() if each["offered"] == "no"}

    def suites(self, version):
        return [each.get("name", each["code"]) for each in self.versions.get(version, {}).get("suites", [])]

    def suite(self, version, name):
        [found] = [each for each in self.versions[version]["suites"] if each["name"] == name]
        return found

    def preference(self, version):
        return self.versions[version].get("preference")

    def groups(self, where):
        return [each.get("name", each["code"]) for each in self.section.get("groups", []) if each[where]]

    def schemes(self, where):
        return [each.get("name", each["code"]) for each in self.section.get("signature_schemes", []) if each[where]]

    @property
    def properties(self):
        return self.section.get("properties", {})

    @property
    def ids(self):
        """Findings: id to severity."""
        return {each["id"]: each["severity"] for each in self.section["findings"]}

    @property
    def connections(self):
        return self.section["connections"]

    @property
    def is_complete(self):
        return "cut" not in self.section and all(each.get("complete", True) for each in self.versions.values())


def scan(line, *args, status=None, timeout=TIMEOUT):
    """-j for one line; nobody asked but its endpoint."""
    limit = () if "-t" in args else ("-t", timeout // 2)
    result = tool.run(NAME, ["-j", *NO_DNS, *limit, *args], stdin=line, timeout=timeout)
    tool.assert_record_valid(result.record)
    return Seen(result.expect(status=status))


class Oracle:
    """Elimination as spec/ciphers.md, section 7 has it, one connection after another, the patient way."""

    def __init__(self, address, domain, direct=False, service="client"):
        self.address, self.domain, self.direct, self.service = address, domain, direct, service
        self.connections = 0

    def suites(self, version, reverse=False):
        """What the server accepts, in the order in which it chose."""
        left = [suite.code for suite in SUITES.values() if suite.kx not in ("none", "") and
                (suite.last == "TLS1.3") == (version == "TLS1.3")]
        left = left[::-1] if reverse else left
        found = []
        while left:
            reply = self.ask(client_hello(version, left, groups=self._usable(version), servername=self.domain))
            if reply.version != version or reply.suite not in left:
                break
            found.append(reply.suite)
            left.remove(reply.suite)
        return [BY_CODE[code].name for code in found]

    def groups(self, version, suites):
        left, found = self._usable(version), []
        while left:
            reply = self.ask(client_hello(version, suites, groups=left, servername=self.domain))
            if reply.version != version or reply.group not in left:
                break
            found.append(reply.group)
            left.remove(reply.group)
        return [GROUP_NAMES[code] for code in found]

    @staticmethod
    def _usable(version):
        kinds = ("ec-prime", "ec-binary", "montgomery", "ffdhe") + (("kem", "hybrid-pq") if version == "TLS1.3" else ())
        return [code for code in GROUPS.values() if GROUP_KINDS[code] in kinds and code not in GREASE]

    def ask(self, hello):
        self.connections += 1
        with socket.create_connection(self.address, 20) as sock:
            if not self.direct:
                self._starttls(sock)
            sock.sendall(hello)
            got = b""
            with contextlib.suppress(OSError):
                while data := sock.recv(65536):
                    got += data
                    reply = _try(got)
                    if reply and (reply.alert is not None or reply.done or reply.version == "TLS1.3" or reply.kinds):
                        return reply
        return _try(got) or Reply()

    def _starttls(self, sock):
        sock.sendall((f"<?xml version='1.0'?><stream:stream to='{self.domain}' xmlns='jabber:{self.service}'"
                      " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>").encode())
        _until(sock, b"</stream:features>")
        sock.sendall(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        _until(sock, b"<proceed")


def _try(got):
    with contextlib.suppress(ValueError):
        return Reply.parse(got)


def _until(sock, text):
    got = b""
    while text not in got or not got.endswith(b">"):
        data = sock.recv(4096)
        if not data:
            raise EOFError(got)
        got += data


def sslscan(at, domain, *options):
    """Suites by version, as sslscan finds them: {version: {OpenSSL's name, ...}}; None where it is not installed.

    It puts the host it connects to into the stream's header, so that only a front that asks nobody's name will do."""
    program = daemon.program("sslscan")
    if not program:
        return None
    argv = [program, "--starttls-xmpp", "--no-colour", "--xml=-", f"--sni-name={domain}", *options, at]
    out = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT).stdout
    found = {}
    for each in xml.etree.ElementTree.fromstring(out[out.index("<?xml"):]).iter("cipher"):
        found.setdefault(each.get("sslversion").replace("TLSv", "TLS"), set()).add(each.get("cipher"))
    return found


def openssl_names(names):
    """Without what OpenSSL has no name for."""
    by_name = {**SUITES, **KINDS}
    return {by_name[name].openssl for name in names}
