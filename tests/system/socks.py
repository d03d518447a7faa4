"""A tiny SOCKS5 server (RFC 1928) for tests: `requests` lists what it was asked for, as (host, port, by name).

    with Socks({"xmpp.test": "127.0.0.1"}) as proxy: run("xmpp-starttls", ["--proxy", f"socks5h://{proxy.at}"])

`behaviour`: honest, refuse (RFC 1928's "connection refused"), garbage, stall, hang-up, wants-password.
"""

import contextlib
import socket
import struct
import threading


class Socks:
    def __init__(self, names=None, behaviour="honest"):
        self.names = names or {}
        self.behaviour = behaviour
        self.requests = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.at = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller):
        with caller, contextlib.suppress(OSError, EOFError):
            if self.behaviour == "garbage":
                caller.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            if self.behaviour in ("garbage", "stall"):
                while caller.recv(4096):
                    pass
                return
            if self.behaviour == "hang-up":
                return
            _, methods = take(caller, 2)
            take(caller, methods)
            caller.sendall(b"\5\xff" if self.behaviour == "wants-password" else b"\5\0")
            host, port, by_name = self._request(caller)
            self.requests.append((host, port, by_name))
            address = self.names.get(host, host)
            if self.behaviour == "refuse" or (by_name and host not in self.names):
                caller.sendall(b"\5" + (b"\5" if self.behaviour == "refuse" else b"\4") + b"\0\1" + bytes(6))
                return
            with socket.create_connection((address, port), timeout=5) as server:
                server.settimeout(None)
                caller.sendall(b"\5\0\0\1" + bytes(6))
                back = threading.Thread(target=pump, args=(server, caller), daemon=True)
                back.start()
                pump(caller, server)
                back.join(5)

    @staticmethod
    def _request(caller):
        _, _, _, kind = take(caller, 4)
        if kind == 3:
            host = take(caller, take(caller, 1)[0]).decode()
        else:
            family = socket.AF_INET if kind == 1 else socket.AF_INET6
            host = socket.inet_ntop(family, take(caller, 4 if kind == 1 else 16))
        return host, struct.unpack("!H", take(caller, 2))[0], kind == 3


def take(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
