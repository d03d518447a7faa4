"""What `xmpp-dialback --serve` takes to answer a db:verify: rate, CPU and memory for each of 1,000 connections.

Every connection is a server's that asks once: stream, STARTTLS, stream, db:verify with a key that is right, the answer,
the end.  The floor beside it, in the same run, is gnutls-serv in echo mode with the same certificate and library: the
handshake and one line each way, nothing else.  Both ask for a client's certificate and get none, and give no tickets.

The clients are Python's and cost more than what they ask; so the server's CPU is what counts, which the kernel tells.
The rate is what these clients get out of it on this machine (that of gnutls-serv says nothing: it waits).  Memory is
that of as many connections as are served at once, held open behind their answer, above the server's without any.
"""

import contextlib
import hashlib
import hmac
import multiprocessing
import os
import pathlib
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

import bench
import daemon

CONNECTIONS = 1000
HELD = 200  # --serve takes so many at once
CLIENTS = 4
ROUNDS = 3
DOMAIN, PEER = "serve.test", "asks.test"
SECRET = "s3cr3tf0rd14lb4ck"
HEADER = (f"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
          f"xmlns:db='jabber:server:dialback' from='{PEER}' to='{DOMAIN}' version='1.0'>")
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


def key(stream_id):
    """XEP-0185"""
    hashed = hashlib.sha256(SECRET.encode()).hexdigest()
    return hmac.new(hashed.encode(), f"{PEER} {DOMAIN} {stream_id}".encode(), "sha256").hexdigest()


def until(sock, text):
    seen = b""
    while text not in seen:
        chunk = sock.recv(4096)
        assert chunk, f"closed behind {seen}"
        seen += chunk
    return seen


def inside_tls(sock):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(sock, server_hostname=DOMAIN)


def ask(place, number):
    """One verification; the connection stays."""
    sock = socket.create_connection(place, 60)
    sock.sendall(HEADER.encode())
    until(sock, b"</stream:features>")
    sock.sendall(STARTTLS.encode())
    until(sock, b"<proceed")
    sock = inside_tls(sock)
    sock.sendall(HEADER.encode())
    until(sock, b"</stream:features>")
    sock.sendall(f"<db:verify from='{PEER}' to='{DOMAIN}' id='{number}'>{key(number)}</db:verify>".encode())
    answer = until(sock, b"/>")
    assert b"type='valid'" in answer and f"id='{number}'".encode() in answer, answer
    return sock


def shake(place, _number):
    """The floor: a handshake, and a line there and back."""
    sock = inside_tls(socket.create_connection(place, 60))
    sock.sendall(b"line\n")
    until(sock, b"line\n")
    return sock


def many(what, place, numbers):
    for number in numbers:
        what(place, number).close()


def all_of_them(what, place):
    """Seconds by the clock."""
    began = time.monotonic()
    clients = [multiprocessing.Process(target=many, args=(what, place, range(first, CONNECTIONS, CLIENTS)))
               for first in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
        assert client.exitcode == 0, "a client was not answered"
    return time.monotonic() - began


class Server:
    """What a running server took so far."""

    def __init__(self, name, argv, place, out):
        self.name, self.place = name, place
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not daemon.accepts(*place):
            assert self.process.poll() is None and time.monotonic() < end, f"{argv} does not listen"
            time.sleep(daemon.POLL)

    @property
    def cpu(self):
        """Seconds, user's and system's."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field="VmRSS"):
        """KiB"""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def place():
    address = daemon.own_address()
    return address, daemon.free_ports(address, 1)[0]


@contextlib.contextmanager
def servers(tool, folder):
    leaf = bench.pki.Authority(folder / "pki").issue(DOMAIN)
    secret = folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    ours, floor = place(), place()
    with open(folder / "out", "wb") as out, open(os.devnull, "wb") as nowhere:
        started = [Server("xmpp-dialback --serve", [tool, "--serve", "--from", DOMAIN, "--listen", "%s:%u" % ours, "--cert",
                                                    leaf.crt, "--key", leaf.key, "--secret-file", secret], ours, out),
                   Server("gnutls-serv --echo", ["gnutls-serv", "--quiet", "--echo", "--noticket", "--x509certfile", leaf.crt,
                                                 "--x509keyfile", leaf.key, "-p", str(floor[1])], floor, nowhere)]
        try:
            yield started
            started[1].process.kill()
            assert started[0].stop() == 0, "each was valid, and inside TLS"
            lines = (folder / "out").read_text().splitlines()
            assert len(lines) == ROUNDS * CONNECTIONS + HELD, f"{len(lines)} exchanges are told"
        finally:
            for each in started:
                if each.process.poll() is None:
                    each.process.kill()
                each.process.wait()


def held(server, what):
    """KiB for each of the connections that are open at once."""
    before = server.memory()
    connections = [what(server.place, number) for number in range(HELD)]
    grown = server.memory() - before
    for each in connections:
        each.close()
    return grown / HELD


def main(tool):
    costs, rates = {"ours": [], "floor": []}, []
    with tempfile.TemporaryDirectory() as scratch, servers(tool, pathlib.Path(scratch)) as (ours, floor):
        cold = ours.memory()
        memory = held(ours, ask)
        for _ in range(ROUNDS):
            for name, server, what in (("ours", ours, ask), ("floor", floor, shake)):
                before = server.cpu
                seconds = all_of_them(what, server.place)
                costs[name].append((server.cpu - before) * 1000 / CONNECTIONS)
                if name == "ours":
                    rates.append(CONNECTIONS / seconds)
        peak = ours.memory("VmHWM")
    cpu = {name: statistics.median(values) for name, values in costs.items()}
    print(f"{CONNECTIONS} connections, {CLIENTS} clients at once, {ROUNDS} rounds")
    print(f"  {ours.name:24} {cpu['ours']:6.3f} ms CPU each  "
          f"{statistics.median(rates):6.0f} a second, as fast as these clients ask")
    print(f"  {floor.name:24} {cpu['floor']:6.3f} ms CPU each  (a handshake, a line each way)")
    print(f"  memory: {cold / 1024:.1f} MiB at first, {memory:.0f} KiB for each of {HELD} connections at once, "
          f"{peak / 1024:.1f} MiB at most\n")
    bench.verdict([
        ("CPU of a verification beside that of a bare handshake", cpu["ours"] / cpu["floor"], 1.6),
        ("KiB for a connection", memory, 128),
        ("peak memory: MiB", peak / 1024, 48),
    ])


if __name__ == "__main__":
    main(*sys.argv[1:])
