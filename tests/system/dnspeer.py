"""A DNS server that misbehaves by script, for what Unbound would never say.

    with DnsPeer("servfail") as server: run("xmpp-starttls", ["--resolver", server.resolver, ...])

A behaviour is a name from BEHAVIOURS or a function (query, records, tcp) -> list of byte strings to send.  `records` is
{("name.test", "A"): ["127.0.0.1"]}; what is not in it does not exist.
"""

import contextlib
import socket
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

BIG = 65535


def answer(query, records, tcp=False):
    """What an honest server would say."""
    response = dns.message.make_response(query, recursion_available=True)
    question = query.question[0]
    name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
    found = records.get((name, kind))
    if found:
        response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
    elif not any(known == name for known, _ in records):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def _with_rcode(rcode):
    def say(query, records, tcp):
        response = dns.message.make_response(query, recursion_available=True)
        response.set_rcode(rcode)
        return [response.to_wire()]
    return say


def _truncated(query, records, tcp):
    """Over UDP only the TC bit, over TCP the answer."""
    if tcp:
        return [answer(query, records).to_wire(max_size=BIG)]
    response = dns.message.make_response(query, recursion_available=True)
    response.flags |= dns.flags.TC
    return [response.to_wire()]


def _malformed(query, records, tcp):
    """Counts promise two answers; the one there claims more bytes than follow."""
    wire = bytearray(dns.message.make_response(query, recursion_available=True).to_wire())
    wire[6:8] = struct.pack("!H", 2)
    wire[10:12] = b"\0\0"
    return [bytes(wire) + b"\xc0\x0c" + struct.pack("!HHIH", query.question[0].rdtype, 1, 60, 500) + b"\x01"]


def _looping(query, records, tcp):
    """A compression pointer to itself."""
    wire = bytearray(dns.message.make_response(query, recursion_available=True).to_wire())
    wire[6:8] = b"\0\1"
    wire[10:12] = b"\0\0"
    here = len(wire)
    return [bytes(wire) + struct.pack("!H", 0xC000 | here) + struct.pack("!HHIH", query.question[0].rdtype, 1, 60, 0)]


def _wrong_id(query, records, tcp):
    """A forger's answer first, then the true one."""
    true = answer(query, records)
    forged = answer(query, {})
    forged.id = query.id ^ 0xFFFF
    return [forged.to_wire(), true.to_wire()]


BEHAVIOURS = {
    "honest": lambda query, records, tcp: [answer(query, records).to_wire(max_size=BIG)],
    "silent": lambda query, records, tcp: [],
    "servfail": _with_rcode(dns.rcode.SERVFAIL),
    "refused": _with_rcode(dns.rcode.REFUSED),
    "formerr": _with_rcode(dns.rcode.FORMERR),
    "truncated": _truncated,
    "truncated-silent": lambda query, records, tcp: [] if tcp else _truncated(query, records, tcp),
    "malformed": _malformed,
    "looping": _looping,
    "garbage": lambda query, records, tcp: [struct.pack("!H", query.id) + b"\xff" * 40],
    "wrong-id": _wrong_id,
}


class DnsPeer:
    """UDP and TCP on one port.  `queries` lists what was asked: ("name", "TYPE", "udp" or "tcp")."""

    def __init__(self, behaviour="honest", records=None, address="127.0.0.1"):
        self.say = BEHAVIOURS.get(behaviour, behaviour)
        self.records = records or {}
        self.address = address
        self.queries = []

    def __enter__(self):
        while True:
            self._tcp = socket.create_server((self.address, 0), family=_family(self.address))
            self._udp = socket.socket(_family(self.address), socket.SOCK_DGRAM)
            try:
                self._udp.bind(self._tcp.getsockname()[:2])
                break
            except OSError:  # somebody has this port for UDP
                self._tcp.close()
                self._udp.close()
        self.port = self._tcp.getsockname()[1]
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        for sock in (self._udp, self._tcp):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
            sock.close()

    @property
    def resolver(self):
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def _serve_udp(self):
        with contextlib.suppress(OSError):
            while True:
                data, caller = self._udp.recvfrom(BIG)
                if not caller:
                    return
                for reply in self._replies(data, "udp"):
                    self._udp.sendto(reply, caller)

    def _serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._tcp.accept()
                threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock):
        with sock, contextlib.suppress(OSError), sock.makefile("rb") as stream:
            while len(size := stream.read(2)) == 2:
                for reply in self._replies(stream.read(*struct.unpack("!H", size)), "tcp"):
                    sock.sendall(struct.pack("!H", len(reply)) + reply)

    def _replies(self, data, way):
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return []
        question = query.question[0]
        self.queries.append((question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype), way))
        return self.say(query, self.records, way == "tcp")


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
