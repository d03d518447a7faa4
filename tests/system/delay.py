"""A proxy that makes loopback as slow as the world, counts connections, and can turn callers away in bursts.

    with Delay((server.address, server.port()), milliseconds=25) as slow:      # a round trip of 50 ms
        run("xmpp-ciphers", ["-j", "--connect", slow.at, ...])
    slow.connections, slow.peak, slow.refused

Each direction is delayed, and setting up a connection, too: what the caller sends waits for the round trip of the
TCP handshake the kernel did in no time.  By `refuse` and `burst` it takes so many connections, then for `window`
seconds none, and so on, however fast or slow they come; it treats the others as servers do: "reset", "policy-violation"
(a stream error), or "tcp" (nobody listens meanwhile).  `at_once` limits connections that are open together instead.
`peak` is how many the callers had open at once.

By itself: delay.py HOST PORT MILLISECONDS [REFUSE BURST WINDOW] prints the port it listens on, and at the end of
its standard input one line of JSON with the counts.
"""

import asyncio
import contextlib
import json
import socket
import struct
import sys
import threading

import daemon

HEADER = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
          b" id='throttled' version='1.0'>")
POLICY_VIOLATION = (HEADER + b"<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                    b"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>Too many connections</text></stream:error>"
                    b"</stream:stream>")
CHUNK = 65536


class Delay:
    def __init__(self, to, milliseconds=0, refuse=None, burst=0, window=1.0, at_once=0):
        assert refuse in (None, "reset", "policy-violation", "tcp")
        self.to, self.seconds = to, milliseconds / 1000
        self.refuse, self.burst, self.window, self.at_once = refuse, burst, window, at_once
        self.refused = self.open = self.peak = self._connections = 0
        self._taken, self._shut_until = 0, 0.0
        self._callers = set()
        self._last, self._settled = None, threading.Event()
        self._tasks = set()

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self._listen(("127.0.0.1", 0)))
        return self

    def __exit__(self, *_):
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def at(self):
        return "%s:%d" % self.address

    @property
    def port(self):
        return self.address[1]

    @property
    def connections(self):
        """So many have called by now: a call of our own queues behind theirs, and is none."""
        self._settled.clear()
        with socket.socket() as sock, contextlib.suppress(ConnectionRefusedError):  # nobody listens, nobody queues
            sock.bind(("127.0.0.1", 0))
            self._last = sock.getsockname()
            sock.connect(self.address)
            assert self._settled.wait(10), "the proxy takes nobody any more"
        return self._connections

    def counts(self):
        return {"connections": self.connections, "refused": self.refused, "peak": self.peak}

    def _call(self, coroutine):
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self, address):
        sock = socket.create_server(address, backlog=256)
        self.address = sock.getsockname()
        self._server = await asyncio.start_server(self._take, sock=sock)

    async def _end(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_too_much(self):
        now = self._loop.time()
        if now < self._shut_until or self.refuse and self.at_once and self.open >= self.at_once:
            return True
        if self.refuse and self.burst and self._taken == self.burst:
            self._taken, self._shut_until = 0, now + self.window
            return True
        self._taken += 1
        return False

    async def _take(self, reader, writer):
        task, sock = asyncio.current_task(), writer.get_extra_info("socket")
        if writer.get_extra_info("peername") == self._last:
            writer.close()
            self._settled.set()
            return
        self._tasks.add(task)
        self._connections += 1
        self._callers.add(sock)
        self.peak = max(self.peak, sum(map(daemon.held, self._callers)))
        try:
            if self._is_too_much():
                self.refused += 1
                await self._turn_away(reader, writer)
            else:
                self.open += 1
                try:
                    await self._join(reader, writer)
                finally:
                    self.open -= 1
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._callers.discard(sock)
            self._tasks.discard(task)

    async def _turn_away(self, reader, writer):
        if self.refuse == "policy-violation":
            await reader.readuntil(b"stream:stream")
            await asyncio.sleep(4 * self.seconds)
            writer.write(POLICY_VIOLATION)
            await writer.drain()
            return
        reset(writer)
        if self.refuse == "tcp" and self._server.is_serving():
            self._server.close()
            self._loop.call_later(self.window, self._reopen)

    def _reopen(self):
        task = self._loop.create_task(self._listen(self.address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, reader, writer):
        ready = self._loop.time() + 2 * self.seconds
        there_reader, there_writer = await asyncio.open_connection(*self.to)
        for each in (writer, there_writer):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.gather(self._pump(reader, there_writer, ready), self._pump(there_reader, writer, 0))
        finally:
            there_writer.close()

    async def _pump(self, source, sink, ready):
        """What comes at a moment leaves after the delay, however much is under way."""
        under_way = asyncio.Queue()
        carrier = asyncio.ensure_future(self._carry(under_way, sink))
        data = b" "
        try:
            while data:
                try:
                    data = await source.read(CHUNK)
                except ConnectionError:
                    data = None
                under_way.put_nowait((max(self._loop.time(), ready) + self.seconds, data))
            await carrier
        finally:
            carrier.cancel()

    async def _carry(self, under_way, sink):
        while True:
            due, data = await under_way.get()
            if due > self._loop.time():
                await asyncio.sleep(due - self._loop.time())
            if data is None:
                reset(sink)
                return
            if not data:
                with contextlib.suppress(OSError):
                    sink.write_eof()
                return
            sink.write(data)


def reset(writer):
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def main():
    host, port, milliseconds, *more = sys.argv[1:]
    limits = {"refuse": more[0], "burst": int(more[1]), "window": float(more[2])} if more else {}
    with Delay((host, int(port)), float(milliseconds), **limits) as slow:
        print(slow.port, flush=True)
        sys.stdin.read()
        print(json.dumps(slow.counts()), flush=True)


if __name__ == "__main__":
    main()
