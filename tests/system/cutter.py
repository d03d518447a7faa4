"""A proxy like a bad line: each connection breaks after so many octets, the later ones hold.

    with Cutter((server.address, server.port()), [60000, 100000]) as line:     # of what the caller sends
        run(..., "--connect", line.at)
    line.connections
"""

import contextlib
import socket
import struct
import threading

CHUNK = 16384


class Cutter:
    def __init__(self, to, after, reset=True):
        """reset: both ends see a reset, and what was under way is lost; otherwise both see the end of what came through."""
        self.to, self.after, self.reset = to, list(after), reset
        self.connections = 0
        self._open = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.at = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for pair in self._open:
            self._end(*pair, False)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                limit = self.after[self.connections] if self.connections < len(self.after) else None
                self.connections += 1
                server = socket.create_connection(self.to, 5)
                server.settimeout(None)
                for sock in (caller, server):
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append((caller, server))
                threading.Thread(target=self._pump, args=(server, caller, None, caller, server), daemon=True).start()
                threading.Thread(target=self._pump, args=(caller, server, limit, caller, server), daemon=True).start()

    def _pump(self, source, sink, limit, caller, server):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK if limit is None else min(CHUNK, limit - passed)):
                sink.sendall(data)
                passed += len(data)
                if passed == limit:
                    self._end(caller, server, self.reset)
                    return
            sink.shutdown(socket.SHUT_WR)

    @staticmethod
    def _end(caller, server, reset):
        for sock in (caller, server):
            with contextlib.suppress(OSError):
                if reset:  # what a close() of an unread socket would do, whoever still waits on it
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.shutdown(socket.SHUT_RDWR)
                sock.close()
