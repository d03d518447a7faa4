"""A STARTTLS front for what speaks TLS and no XMPP: many callers at once, each counted.

    with Front(serve) as front:                       serve(caller): after <proceed/>, or at once for direct TLS
        run("xmpp-ciphers", ["-j", "--connect", front.at, "peer.test"])
    with openssl(folder, certificate, "-cipher", "AES128-SHA") as server, Front(server.splice) as front: ...

One port serves clients and servers, STARTTLS and direct TLS: the first octets tell them apart.  The TLS server is
called when the first octet of TLS has come, so that one which takes its callers in turn (`openssl s_server`) never
waits for somebody who has not made up his mind.
"""

import contextlib
import json
import re
import select
import socket
import struct
import subprocess
import threading

import daemon

OPEN = ("<?xml version='1.0'?><stream:stream xmlns='jabber:%s' xmlns:stream='http://etherx.jabber.org/streams'"
        " from='%s' id='front' version='1.0'>")
FEATURES = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"
PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
BAD_FORMAT = "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
HEADER = re.compile(rb"^\s*(?:<\?xml[^>]*\?>\s*)?<stream:stream\b[^>]*>\s*")
STARTTLS = re.compile(rb"^<starttls\b[^>]*?(?:/>|>\s*</starttls\s*>)\s*")
CHUNK = 65536
PATIENCE = 60  # seconds a caller may stay silent: no test waits so long


class Caller:
    """One connection; `pending` came and was not taken yet."""

    def __init__(self, sock, number):
        self.sock, self.number, self.pending = sock, number, b""
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def more(self):
        """True when something came, false at the end."""
        data = self.sock.recv(CHUNK)
        self.pending += data
        return bool(data)

    def match(self, pattern):
        """What the pattern takes off the front; EOFError when the caller ends before."""
        while not (found := pattern.match(self.pending)):
            if not self.more():
                raise EOFError
        self.pending = self.pending[found.end():]
        return found

    def send(self, data):
        self.sock.sendall(data)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_for_end(self):
        while self.more():
            self.pending = b""


class Front:
    """
    minds    how it takes <starttls/> that comes before its features: None (it does not mind), "error", "close",
             "silence" (as if it had not come)
    direct   False: TLS without STARTTLS is not spoken
    clear    what to do with a caller before the features: callable(caller), true where it took care of him
    """

    def __init__(self, serve, minds=None, domain="peer.test", address="127.0.0.1", clear=None):
        self.serve, self.minds, self.domain, self.address, self.clear = serve, minds, domain, address, clear
        self.hellos = self.peak = self._connections = 0
        self.faults = []
        self._lock = threading.Lock()
        self._open = set()
        self._last, self._settled = None, threading.Event()

    def __enter__(self):
        self._listener = socket.create_server((self.address, 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        self._thread.join()
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    @property
    def at(self):
        return f"{self.address}:{self.port}"

    def endpoint(self, service="c2s", transport="starttls"):
        return {"service": service, "host": self.domain, "port": self.port, "address": self.address,
                "transport": transport}

    def record(self, *ways):
        """The line that sends a tool here without DNS."""
        endpoints = [self.endpoint(*way) for way in ways or [("c2s", "starttls")]]
        return json.dumps({"schema": 1, "domain": self.domain, "endpoints": endpoints}) + "\n"

    @property
    def connections(self):
        """So many have called by now: a call of our own queues behind theirs, and is none."""
        self._settled.clear()
        with socket.socket() as sock:
            sock.bind((self.address, 0))
            self._last = sock.getsockname()
            sock.connect((self.address, self.port))
            assert self._settled.wait(PATIENCE), "the front takes nobody any more"
        return self._connections

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, name = self._listener.accept()
                if name == self._last:
                    sock.close()
                    self._settled.set()
                    continue
                with self._lock:
                    self._connections += 1
                    self._open.add(sock)
                    self.peak = max(self.peak, sum(map(daemon.held, self._open)))
                    caller = Caller(sock, self._connections)
                threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller):
        try:
            with contextlib.suppress(OSError, EOFError):
                if self._admit(caller):
                    with self._lock:
                        self.hellos += 1
                    self.serve(caller)
        except Exception as bug:  # a bug of the harness must not pass as a refusal
            self.faults.append(f"connection {caller.number}: {type(bug).__name__}: {bug}")
            raise
        finally:
            with self._lock:
                self._open.discard(caller.sock)
            caller.sock.close()

    def _admit(self, caller):
        """Up to the first octets of TLS; false where it does not come to that."""
        if not caller.more():
            return False
        if caller.pending[:1] not in b"< \r\n":
            return True
        if self.clear and self.clear(caller):
            return False
        header = caller.match(HEADER).group()
        namespace = "server" if b"jabber:server" in header else "client"
        caller.send((OPEN % (namespace, self.domain)).encode())
        if self.minds and caller.pending:
            if self.minds == "error":
                caller.send(BAD_FORMAT.encode())
            if self.minds != "silence":
                return False
            caller.pending = b""
        caller.send(FEATURES.encode())
        caller.match(STARTTLS)
        caller.send(PROCEED.encode())
        while not caller.pending.strip():  # white space is still XML
            caller.pending = b""
            if not caller.more():
                return False
        caller.pending = caller.pending.lstrip()
        return True


class TlsServer:
    """A daemon that speaks TLS on a port of its own."""

    def __init__(self, name, argv, folder, address, port, **settings):
        self.at = address, port
        self.daemon = daemon.Daemon(name, argv, folder / f"{name}-{port}.log", **settings)

    def __enter__(self):
        self.daemon.start().wait_for_ports(self.at[0], [self.at[1]])
        return self

    def __exit__(self, *_):
        self.daemon.stop()

    def splice(self, caller):
        """Carries octets both ways until both sides have ended."""
        with socket.create_connection(self.at, timeout=PATIENCE) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(caller.pending)
            sinks = {caller.sock: server, server: caller.sock}
            while sinks:
                ready, _, _ = select.select(list(sinks), [], [], PATIENCE)
                if not ready:
                    return
                for source in ready:
                    data = source.recv(CHUNK)
                    if data:
                        sinks[source].sendall(data)
                    else:
                        sinks.pop(source).shutdown(socket.SHUT_WR)


def openssl(folder, certificate, *options):
    """`openssl s_server`; a second certificate goes in by -dcert and -dkey, none at all by -nocert."""
    address = daemon.own_address()
    [port] = daemon.free_ports(address, 1)
    identity = ["-cert", certificate.crt, "-key", certificate.key, "-cert_chain", certificate.crt] if certificate else ["-nocert"]
    argv = [daemon.program("openssl"), "s_server", "-accept", f"{address}:{port}", "-www", "-quiet", *identity, *options]
    return TlsServer("openssl", argv, folder, address, port, cwd=folder)


def gnutls(folder, certificates, priority, *options):
    """`gnutls-serv`, which takes many callers at once. It listens on every address."""
    port = daemon.port_everywhere()
    identity = [word for each in certificates for word in ("--x509certfile", each.crt, "--x509keyfile", each.key)]
    argv = [daemon.program("gnutls-serv"), "--echo", "--quiet", "--nodb", "-p", port, "--priority", priority, *identity,
            *options]
    return TlsServer("gnutls-serv", argv, folder, "127.0.0.1", port, cwd=folder)


def openssl_suites(string, version, auths):
    """IANA names of what `openssl ciphers` lists for a version, in order, as far as such certificates can serve it."""
    switch = {"TLS1.0": "-tls1", "TLS1.1": "-tls1_1", "TLS1.2": "-tls1_2", "TLS1.3": "-tls1_3"}[version]
    out = subprocess.run([daemon.program("openssl"), "ciphers", "-s", switch, "-v", "-stdname", string],
                         capture_output=True, text=True, check=True).stdout
    listed = [(words[0], dict(word.split("=", 1) for word in words if "=" in word)) for words in map(str.split, out.splitlines())]
    return [name for name, fields in listed if fields["Au"] in {*auths, "any"}]


def gnutls_suites(priority):
    """(code, first version) of what `gnutls-cli --list` says of a priority string, in its order."""
    out = subprocess.run([daemon.program("gnutls-cli"), "--list", "--priority", priority], capture_output=True, text=True,
                         check=True).stdout
    found = re.findall(r"^TLS_\S+\s+0x(\w\w), 0x(\w\w)\s+(\S+)", out, re.M)
    return [(int(high + low, 16), version) for high, low, version in found]
