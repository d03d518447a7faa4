"""A small HTTPS server for tests of POSH: says what it is told to, well or badly.

    with Httpsd(ca, {"a.test": {}, "old.test": {"expired": True}}) as web:
        web.posh("xmpp-server", certificate.der)                     # /.well-known/posh/xmpp-server.json
        web.say("/x", redirect("/y"))
        dns.publish("a.test", [("A", web.address)])

It listens on a loopback address of its own, on port 443 where that may be bound (POSH knows no other).  The hosts
are {name: what ca.issue() is asked for}, told apart by SNI; the first answers for names that are none of them.
`requests` lists (host, path).  What stands at a path is a document (str, bytes, or something JSON can say) or an
`Answer`: status(), redirect(), slow(), huge(), cut(), raw().  `behaviour`: honest, plain (no TLS at all), silent.
"""

import base64
import contextlib
import dataclasses
import email.utils
import hashlib
import json
import socket
import ssl
import threading

import daemon

PATIENCE = 5.0  # seconds a request may take to come in
CHUNK = 65536


@dataclasses.dataclass(frozen=True)
class Answer:
    code: str = "200 OK"
    fields: tuple = ()
    body: bytes = b""
    promised: int = None  # Content-Length, where it is not the body's
    repeat: int = 1       # how often the body is sent
    before: float = 0     # seconds of silence before the answer; the end of the test ends them
    bare: bytes = None    # in place of all that
    clock: float = None   # the server's, in seconds since 1970; None: right

    def head(self):
        size = len(self.body) * self.repeat if self.promised is None else self.promised
        lines = [f"HTTP/1.1 {self.code}", f"Date: {email.utils.formatdate(self.clock, usegmt=True)}", f"Content-Length: {size}",
                 "Connection: close", *self.fields]
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def document(what):
    if isinstance(what, Answer):
        return what
    body = what if isinstance(what, bytes) else (what if isinstance(what, str) else json.dumps(what)).encode()
    return Answer(body=body, fields=("Content-Type: application/json",))


def status(code, text="said so", body=b""):
    return Answer(f"{code} {text}", body=body)


def redirect(place, code=302):
    return Answer(f"{code} Found", fields=(f"Location: {place}",))


def slow(seconds, what=b"{}"):
    return dataclasses.replace(document(what), before=seconds)


def huge(size=10_000_000):
    return Answer(body=b" " * 10_000, repeat=size // 10_000)


def cut(what=b'{"finger'):
    return dataclasses.replace(document(what), promised=1000)


def raw(octets):
    return Answer(bare=octets)


def posh_document(*ders, expires=604800):
    """RFC 7711, written without our help."""
    def digest(algorithm, der):
        return base64.b64encode(hashlib.new(algorithm, der).digest()).decode()
    return {"fingerprints": [{"sha-256": digest("sha256", der), "sha-512": digest("sha512", der)} for der in ders],
            "expires": expires}


class Httpsd:
    def __init__(self, ca, hosts, pages=None, address=None, port=None, behaviour="honest"):
        self.behaviour = behaviour
        self.requests = []
        self._pages = {path: document(what) for path, what in (pages or {}).items()}
        self._contexts = {name: _context(ca, name, wish) for name, wish in hosts.items()}
        self._stopping = threading.Event()
        self._open = set()
        self.address = address or daemon.own_address()
        self._wish = port if port is not None else 443 if daemon.is_root() else 0

    def __enter__(self):
        self._listener = socket.create_server((self.address, self._wish), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        self._listener.close()

    def say(self, path, what):
        self._pages[path] = document(what)

    def forget(self, path):
        self._pages.pop(path, None)

    def posh(self, service, *ders, expires=604800):
        """Publishes these certificates; service: xmpp-client or xmpp-server."""
        self.say(f"/.well-known/posh/{service}.json", posh_document(*ders, expires=expires))

    def refer(self, service, url, expires=86400):
        self.say(f"/.well-known/posh/{service}.json", {"url": url, "expires": expires})

    def url(self, host, path):
        return f"https://{host}{'' if self.port == 443 else f':{self.port}'}{path}"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller):
        self._open.add(caller)
        try:
            with caller, contextlib.suppress(OSError):
                caller.settimeout(PATIENCE)
                if self.behaviour == "silent":
                    self._stopping.wait()
                elif self.behaviour == "plain":
                    caller.recv(CHUNK)
                    caller.sendall(status(400, "Bad Request").head())
                else:
                    self._answer_by_tls(caller)
        finally:
            self._open.discard(caller)

    def _answer_by_tls(self, caller):
        def choose(tls, name, _):
            tls.context = self._contexts.get(name, tls.context)

        first = next(iter(self._contexts.values()))
        first.sni_callback = choose
        with first.wrap_socket(caller, server_side=True) as tls:
            self._answer(tls)
            with contextlib.suppress(OSError):
                tls.unwrap()

    def _answer(self, stream):
        request = b""
        while b"\r\n\r\n" not in request:
            data = stream.recv(CHUNK)
            if not data:
                return
            request += data
        line, *fields = request.decode("latin-1").split("\r\n")
        path = line.split(" ")[1]
        host = next((field[5:].strip() for field in fields if field.lower().startswith("host:")), "")
        self.requests.append((host, path))
        answer = self._pages.get(path, status(404, "Not Found"))
        if self._stopping.wait(answer.before):
            return
        if answer.bare is not None:
            stream.sendall(answer.bare)
            return
        stream.sendall(answer.head())
        for _ in range(answer.repeat):
            stream.sendall(answer.body)


def _context(ca, name, wish):
    wish = dict(wish)
    issuer = ca.untrusted if wish.pop("issuer", None) == "untrusted" else ca
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issuer.issue(name, **wish).pem)
    return context
