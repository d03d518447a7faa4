"""What no TLS server should answer to a hello: each a callable(caller, hello) for tlspeer.TlsPeer.

They go on until the caller is gone, because ending the connection is the caller's business.
"""

import os
import random

from tlswire import (BY_CODE, CCS, CERTIFICATE, HANDSHAKE, HELLO_DONE, NUMBERS, RETRY_RANDOM, SERVER_HELLO, SUITES,
                     alert, message, numbers, record, vector)

TURNS = 100_000  # of a flood: far more than anybody should read


def _legacy(hello):
    return min(max(hello.version, NUMBERS["SSL3.0"]), NUMBERS["TLS1.2"])


def _hello_body(hello, suite, version=None, compression=0, session=32, extensions=b"", fill=os.urandom):
    return (numbers(2, [version or _legacy(hello)]) + fill(32) + vector(1, os.urandom(session)) + numbers(2, [suite & 0xFFFF])
            + bytes([compression]) + extensions)


def server_hello(hello, suite, **wish):
    """A ServerHello of the version asked for, TLS 1.3 included (as a retry) where nothing is wished for."""
    if not wish and hello.versions and NUMBERS["TLS1.3"] in hello.versions:
        group = next((each for each in hello.groups or () if each in (29, 23)), 29)
        extensions = numbers(2, [43, 2, 0x0304, 51, 2, group])
        body = (numbers(2, [NUMBERS["TLS1.2"]]) + RETRY_RANDOM + vector(1, hello.session_id) + numbers(2, [suite]) + b"\0"
                + vector(2, extensions))
        return record(HANDSHAKE, message(SERVER_HELLO, body))
    return record(HANDSHAKE, message(SERVER_HELLO, _hello_body(hello, suite, **wish)), _legacy(hello))


def _wait(caller):
    caller.pending = b""
    caller.wait_for_end()


def stalls(caller, hello):
    _wait(caller)


def closes(caller, hello):
    pass


def resets(caller, hello):
    caller.reset()


def never_ends(caller, hello):
    """A ServerHello announced, and an octet of it now and then: each within any limit for one read."""
    caller.send(bytes([HANDSHAKE, 3, 3, 0x40, 0, SERVER_HELLO, 0, 0x3F, 0xF0]))
    while True:
        caller.sock.settimeout(0.2)
        try:
            if not caller.more():
                return
        except TimeoutError:
            caller.send(b"\0")


def warns(caller, hello):
    """Warning alerts without end."""
    for _ in range(TURNS):
        caller.send(alert(112, level=1) * 100)


def empty_records(caller, hello):
    for _ in range(TURNS):
        caller.send(record(HANDSHAKE, b"") * 100)


def change_ciphers(caller, hello):
    for _ in range(TURNS):
        caller.send(record(CCS, b"\1") * 100)


def giant_record(caller, hello):
    """Longer than a record may be."""
    caller.send(bytes([HANDSHAKE, 3, 3, 0xFF, 0xFF]))
    for _ in range(TURNS):
        caller.send(bytes(65536))


def giant_message(caller, hello):
    """A certificate of 16 MiB, in records as they should be."""
    caller.send(server_hello(hello, hello.suites[0]))
    caller.send(record(HANDSHAKE, bytes([CERTIFICATE, 0xFF, 0xFF, 0xFF]) + bytes(16000), _legacy(hello)))
    for _ in range(TURNS):
        caller.send(record(HANDSHAKE, bytes(16384), _legacy(hello)))


def endless_flight(caller, hello):
    """Certificates one after another, and no ServerHelloDone."""
    caller.send(server_hello(hello, hello.suites[0]))
    piece = record(HANDSHAKE, message(CERTIFICATE, vector(3, vector(3, bytes(900)))), _legacy(hello))
    for _ in range(TURNS):
        caller.send(piece * 16)


def interleaves(caller, hello):
    """Application data in the middle of a handshake message."""
    whole = server_hello(hello, hello.suites[0])
    caller.send(record(HANDSHAKE, whole[5:20], _legacy(hello)) + record(23, b"hello", _legacy(hello))
                + record(HANDSHAKE, whole[20:], _legacy(hello)))
    _wait(caller)


def web_server(caller, hello):
    caller.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def noise(caller, hello):
    caller.send(os.urandom(4096))
    _wait(caller)


def accepts_everything(caller, hello):
    """Every version, and whatever stands first."""
    if hello.is_ssl2:
        session = os.urandom(16)
        body = bytes([4, 0, 1]) + numbers(2, [2, 0, 3 * len(hello.suites), 16]) + numbers(3, hello.suites) + session
        caller.send(numbers(2, [0x8000 | len(body)]) + body)
    else:
        caller.send(server_hello(hello, hello.suites[0]) + record(HANDSHAKE, message(HELLO_DONE, b""), _legacy(hello)))
    _wait(caller)


def chooses_unoffered(caller, hello):
    """A suite out of the registry that was not offered."""
    if hello.is_ssl2:
        return
    others = [suite.code for suite in SUITES.values() if suite.code not in hello.suites] or [0xFEFE]
    caller.send(server_hello(hello, random.choice(others)) + record(HANDSHAKE, message(HELLO_DONE, b""), _legacy(hello)))
    _wait(caller)


def unknown_suite(caller, hello):
    """A suite nobody has registered."""
    caller.send(server_hello(hello, 0xEEEE) + record(HANDSHAKE, message(HELLO_DONE, b""), _legacy(hello)))
    _wait(caller)


def signalling_suite(caller, hello):
    """Chooses the SCSV: offered, perhaps, and no suite."""
    caller.send(server_hello(hello, 0x00FF) + record(HANDSHAKE, message(HELLO_DONE, b""), _legacy(hello)))
    _wait(caller)


def higher_version(caller, hello):
    """Answers with a version above the one asked for."""
    body = _hello_body(hello, hello.suites[0], version=min(_legacy(hello) + 1, 0x03FF))
    caller.send(record(HANDSHAKE, message(SERVER_HELLO, body) + message(HELLO_DONE, b"")))
    _wait(caller)


def no_such_version(caller, hello):
    body = _hello_body(hello, hello.suites[0], version=0x7A7A)
    caller.send(record(HANDSHAKE, message(SERVER_HELLO, body) + message(HELLO_DONE, b"")))
    _wait(caller)


def packed_unasked(caller, hello):
    """Compression nobody offered."""
    caller.send(server_hello(hello, hello.suites[-1] & 0xFFFF, compression=0x40)
                + record(HANDSHAKE, message(HELLO_DONE, b""), _legacy(hello)))
    _wait(caller)


def long_session_id(caller, hello):
    caller.send(server_hello(hello, hello.suites[0], session=255))
    _wait(caller)


def broken_extensions(caller, hello):
    """An extension that is longer than the message."""
    caller.send(server_hello(hello, hello.suites[0], extensions=vector(2, numbers(2, [23, 0x4000]))))
    _wait(caller)


def random_suites(caller, hello):
    """Never the same answer twice, and never one that was not asked for."""
    if hello.is_ssl2:
        return
    known = [each for each in hello.suites if each in BY_CODE and each not in (0x00FF, 0x5600)]
    if not known or random.random() < 0.3:
        caller.send(alert(40, _legacy(hello)))
        return
    caller.send(server_hello(hello, random.choice(known)) + record(HANDSHAKE, message(HELLO_DONE, b""), _legacy(hello)))
    _wait(caller)


ALL = [value for name, value in list(globals().items())
       if callable(value) and getattr(value, "__module__", "") == __name__ and not name.startswith("_") and name != "server_hello"]
