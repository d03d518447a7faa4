"""A scripted peer: listens, and plays the connections of a transcript as they come in.

    with Peer(transcript, ca) as peer:
        run("xmpp-starttls", ["-j"], stdin=peer.record())
    peer.check()

Each service and transport has one listening port on a loopback address, each accepted connection a thread.
"""

import contextlib
import itertools
import json
import socket
import struct
import ssl
import threading
import time

SILENCE = 20.0    # seconds a C line waits for bytes
FAREWELL = 3.0    # seconds a closing peer waits for the other side to close, too
GRACE = 5.0       # seconds a connection may go on reading when the test is over
CHUNK = 65536
VERSIONS = {"TLS1.0": ssl.TLSVersion.TLSv1, "TLS1.1": ssl.TLSVersion.TLSv1_1,
            "TLS1.2": ssl.TLSVersion.TLSv1_2, "TLS1.3": ssl.TLSVersion.TLSv1_3}


class Gone(Exception):
    """The other side ended the connection (or the test is over)."""


class Disobeyed(Exception):
    """A C line was not answered, which is noted already."""


class Wire:
    """One connection: clear first, TLS when asked.

    TLS goes through memory buffers, because only so can a peer leave out close_notify or reset at will."""

    def __init__(self, sock):
        self.sock = sock
        self.pending = b""
        self.heard = ()  # what the * of the last C line stood for
        self.tls = None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        try:
            if self.tls:
                for start in range(0, len(data), CHUNK):
                    self._tls(lambda start=start: self.tls.write(data[start:start + CHUNK]))
            else:
                self.sock.sendall(data)
        except (OSError, ssl.SSLError) as reason:
            raise Gone(str(reason)) from None

    def receive(self, timeout):
        """Some bytes; Gone at the end; TimeoutError after silence."""
        self.sock.settimeout(timeout)
        try:
            data = self._tls(lambda: self.tls.read(CHUNK)) if self.tls else self.sock.recv(CHUNK)
        except TimeoutError:
            raise
        except (OSError, ssl.SSLError) as reason:
            raise Gone(str(reason)) from None
        finally:
            with contextlib.suppress(OSError):
                self.sock.settimeout(None)
        if not data:
            raise Gone("closed")
        return data

    def start_tls(self, context):
        """The handshake.  What was read too early belongs to it."""
        self.bio_in, self.bio_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.bio_in.write(self.pending)
        self.pending = b""
        self.tls = context.wrap_bio(self.bio_in, self.bio_out, server_side=True)
        try:
            self.sock.settimeout(SILENCE)
            self._tls(self.tls.do_handshake)
            self.sock.settimeout(None)
        except (OSError, ssl.SSLError) as reason:
            raise Gone(f"handshake: {reason}") from None

    def _tls(self, operation):
        while True:
            try:
                result = operation()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                data = self.sock.recv(CHUNK)
                if data:
                    self.bio_in.write(data)
                else:
                    self.bio_in.write_eof()
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._flush()  # our alert
                raise

    def _flush(self):
        data = self.bio_out.read()
        if data:
            self.sock.sendall(data)

    def close(self, notify=True):
        """FIN, under TLS after close_notify; then wait a little for the other side's."""
        if self.tls and notify:
            with contextlib.suppress(ssl.SSLError, OSError):
                self.tls.unwrap()
            with contextlib.suppress(OSError):
                self._flush()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
            self.drain(FAREWELL)
        self.sock.close()

    def drain(self, timeout=None):
        """Read and forget until the other side is gone."""
        self.sock.settimeout(timeout)
        with contextlib.suppress(OSError):
            while self.sock.recv(CHUNK):
                pass

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Peer:
    """Plays a Transcript.  `failures` lists every line that was not obeyed."""

    def __init__(self, transcript, ca, address="127.0.0.1"):
        self.transcript = transcript
        self.ca = ca
        self.address = address
        self.failures = []
        self.stopping = threading.Event()
        self._threads = []
        self._open = set()
        self._listeners = {}
        self._last_caller = None

    def __enter__(self):
        blocks = {}
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        for block in self.transcript.connections:
            blocks.setdefault((block.service, block.transport), []).append(block)
        for way, waiting in blocks.items():
            listener = socket.create_server((self.address, 0), backlog=64, family=family)
            self._listeners[way] = listener, _thread(self._accept, listener, way, iter(waiting))
        return self

    def __exit__(self, *_):
        self.stop()

    def port(self, service="c2s", transport="starttls"):
        return self._listeners[service, transport][0].getsockname()[1]

    def endpoints(self):
        return [{"service": service, "host": self.transcript.domain, "port": self.port(service, transport),
                 "address": self.address, "transport": transport} for service, transport in self._listeners]

    def record(self):
        """The line that sends a tool here without DNS."""
        return json.dumps({"schema": 1, "domain": self.transcript.domain, "endpoints": self.endpoints()}) + "\n"

    def stop(self):
        """No new connections; those that are open may read to their end, then they are cut."""
        self.stopping.set()
        for listener, acceptor in self._listeners.values():
            self._call_off(listener, acceptor)
        end = time.monotonic() + GRACE
        for thread in list(self._threads):
            thread.join(max(0, end - time.monotonic()))
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(SILENCE)

    def check(self):
        self.stop()
        if self.failures:
            raise AssertionError("the peer of " + self.transcript.name + " was not answered as written:\n"
                                 + "\n".join(self.failures))

    def _accept(self, listener, way, blocks):
        for count in itertools.count(1):
            sock, caller = listener.accept()
            if caller == self._last_caller:
                sock.close()
                break
            block = next(blocks, None)
            if block is None:
                sock.close()
                if not self.transcript.others:
                    self.failures.append(f"connection {count} to {' '.join(way)}: only {count - 1} are scripted")
                continue
            self._open.add(sock)
            self._threads.append(_thread(self._play, block, sock))
        for block in blocks:
            self.failures.append(f"line {block.line}: connection {' '.join(way)} never came")

    def _call_off(self, listener, acceptor):
        """Ends an accepting thread by a call of our own: it queues behind those that really came."""
        if acceptor.is_alive():
            with listener, socket.socket(listener.family) as sock:
                sock.bind((self.address, 0))
                self._last_caller = sock.getsockname()
                sock.connect(listener.getsockname())
                acceptor.join(SILENCE)

    def _play(self, block, sock):
        wire = Wire(sock)
        gone = None
        try:
            for step in block.steps:
                if gone is None:
                    try:
                        if self._step(wire, step):
                            return
                    except Gone as reason:
                        gone = reason
                if gone is not None and step.verb == "C":
                    self._fail(step, f"the connection is gone: {gone}", wire.pending)
                    return
            wire.close()
        except Disobeyed:
            pass
        except Exception as bug:  # a bug of the harness must not pass as silence
            self.failures.append(f"line {block.line}: {type(bug).__name__}: {bug}")
            raise
        finally:
            self._open.discard(sock)
            sock.close()

    def _step(self, wire, step):
        """Does one step; true when the connection is finished."""
        verb = step.verb
        if verb == "C":
            self._hear(wire, step)
        elif verb == "S":
            wire.send(step.data.fill(wire.heard))
        elif verb == "pause":
            self._wait(step.number)
        elif verb == "drip":
            for byte in step.data:
                wire.send(bytes([byte]))
                self._wait(step.number)
        elif verb == "flood":
            self._flood(wire, step.data, step.number)
        elif verb == "repeat":
            self._flood(wire, step.data, step.number * len(step.data))
        elif verb == "tls":
            wire.start_tls(self._context(step.settings))
        elif verb == "tls-refused":
            wire.receive(SILENCE)
            wire.send(bytes([21, 3, 3, 0, 2, 2, step.number]))
        elif verb == "stall":
            wire.drain()
            raise Gone("while we said nothing")
        elif verb == "close":
            wire.close()
            return True
        elif verb == "cut":
            wire.close(notify=False)
            return True
        elif verb == "reset":
            wire.reset()
            return True
        return False

    def _hear(self, wire, step):
        while (found := step.data.match(wire.pending)) is None:
            if step.data.excluded_by(wire.pending):
                self._fail(step, "other bytes came", wire.pending)
                raise Disobeyed
            try:
                wire.pending += wire.receive(SILENCE)
            except TimeoutError:
                self._fail(step, f"{SILENCE:g} s of silence", wire.pending)
                raise Disobeyed from None
        length, wire.heard = found
        wire.pending = wire.pending[length:]

    def _flood(self, wire, text, size):
        block = text * max(1, CHUNK // len(text))
        while size > 0:
            wire.send(block[:size])
            size -= len(block)

    def _wait(self, milliseconds):
        if self.stopping.wait(milliseconds / 1000):
            raise Gone("the test is over")

    def _fail(self, step, what, arrived):
        self.failures.append(f"line {step.line}: {step.source}\n    {what}\n    arrived: {arrived!r}")

    def _context(self, settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that TLS 1.0 and 1.1 can be played
        context.minimum_version = VERSIONS[settings.get("min", "TLS1.0")]
        context.maximum_version = VERSIONS[settings.get("max", "TLS1.3")]
        context.load_cert_chain(certificate(self.ca, self.transcript.domain, settings).pem)
        if "alpn" in settings:
            context.set_alpn_protocols(settings["alpn"].split(","))
        if settings.get("request-cert"):
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(self.ca.file)
        return context


def _thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def certificate(ca, domain, settings):
    """The certificate a `tls` line asks for: by a name, or as a recorder describes what it saw."""
    kind = settings.get("cert", "good")
    dns = settings["dns"].split(",") if "dns" in settings else None
    days = int(settings.get("days", 61))
    issuer = {"untrusted": "untrusted", "self": "self-signed"}.get(settings.get("issuer"), kind)
    wish = {"dns": dns, "days": abs(days), "expired": kind == "expired" or days < 0, "not_yet": kind == "not-yet",
            "self_signed": issuer == "self-signed"}
    if kind == "wrong-name":
        wish["dns"] = ["other.test"]
    return (ca.untrusted if issuer == "untrusted" else ca).issue(domain, **wish)
