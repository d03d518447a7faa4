"""A resolver that knows one network by heart, answers after a while, and counts what it was asked.

Names have their answers ready as octets; dnspython would need more time than the tools that ask."""

import asyncio
import collections
import contextlib
import ipaddress
import socket
import struct
import threading

A, SOA, SRV = 1, 6, 33
SO_RCVBUFFORCE = 33  # of Linux, for root; Python does not name it
NAMES_OF_TYPES = {A: "A", 5: "CNAME", 28: "AAAA", SRV: "SRV", 52: "TLSA", 257: "CAA"}
TTL = 300
ANSWER = 0x8180  # QR, RD, RA; nothing is signed
NXDOMAIN = 3
HEADER = struct.Struct("!6H")


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(kind, data):
    """Of the name that was asked for."""
    return struct.pack("!HHHIH", 0xC00C, kind, 1, TTL, len(data)) + data


def start_of_authority(zone):
    """How long there is no such record (RFC 2308)."""
    data = b"\0\0" + struct.pack("!5I", 1, TTL, TTL, TTL, TTL)
    return wire(zone) + struct.pack("!HHIH", SOA, 1, TTL, len(data)) + data


class Dns:
    """`addresses` is {"host.test": "127.0.0.2"}; `services` {"_xmpp-client._tcp.a.test": (port, "host.test")}."""

    def __init__(self, zone, addresses, services, round_trip):
        self.denial = start_of_authority(zone)
        self.round_trip = round_trip
        self.answers = {(wire(name), A): record(A, ipaddress.ip_address(address).packed)
                        for name, address in addresses.items()}
        self.answers.update({(wire(name), SRV): record(SRV, struct.pack("!HHH", 5, 0, port) + wire(host))
                             for name, (port, host) in services.items()})
        self.names = {name for name, _ in self.answers}
        self.asked = collections.Counter()

    def __enter__(self):
        sock = socket.socket(type=socket.SOCK_DGRAM)
        for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):  # hundreds of workers ask at once
            with contextlib.suppress(PermissionError):
                sock.setsockopt(socket.SOL_SOCKET, option, 4 << 20)
        sock.bind(("127.0.0.1", 0))
        self.resolver = "%s:%d" % sock.getsockname()
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._loop.create_datagram_endpoint(lambda: _Protocol(self), sock=sock))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def by_type(self):
        """{"SRV": (questions, different ones)}"""
        counts = {}
        for (_, kind), times in self.asked.items():
            name = NAMES_OF_TYPES.get(kind, str(kind))
            questions, different = counts.get(name, (0, 0))
            counts[name] = questions + times, different + 1
        return counts

    def answer(self, query):
        end = query.index(b"\0", HEADER.size) + 1
        name = query[HEADER.size:end].lower()
        kind = struct.unpack_from("!H", query, end)[0]
        self.asked[name, kind] += 1
        found = self.answers.get((name, kind))
        status = ANSWER if name in self.names else ANSWER | NXDOMAIN
        counts = struct.pack("!5H", status, 1, bool(found), not found, 0)
        return query[:2] + counts + query[HEADER.size:end + 4] + (found or self.denial)


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, dns):
        self.dns = dns

    def connection_made(self, transport):
        self.transport = transport
        self.loop = asyncio.get_running_loop()

    def datagram_received(self, data, caller):
        with contextlib.suppress(ValueError, struct.error):
            self.loop.call_later(self.dns.round_trip, self.transport.sendto, self.dns.answer(data), caller)
