"""One XMPP stream between servers, at either end: header, elements, TLS with certificates that are asked for and judged later.

    stream = dial((address, port))             or Stream(accepted socket)
    stream.open("peer.test", "me.test")        header out, header and features in
    stream.start_tls(context(certificate))     and open() again
    stream.send("<db:result .../>")
    stream.next(5).get("type")                 the next element; Gone when there is none any more, TimeoutError

TLS is pyOpenSSL's, because Python's own ssl either does not ask for a client's certificate or ends the handshake over one that
nobody trusts; most servers on the network do neither.
"""

import contextlib
import socket
import struct
import threading
import time
import xml.etree.ElementTree as etree

from OpenSSL import SSL, crypto
from cryptography import x509

CHUNK = 65536
PATIENCE = 30.0  # seconds for whatever should come at once
CLIENT, SERVER, DB, STREAM = "jabber:client", "jabber:server", "jabber:server:dialback", "http://etherx.jabber.org/streams"
TLS, SASL = "urn:ietf:params:xml:ns:xmpp-tls", "urn:ietf:params:xml:ns:xmpp-sasl"
STREAMS, STANZAS = "urn:ietf:params:xml:ns:xmpp-streams", "urn:ietf:params:xml:ns:xmpp-stanzas"
BIDI, BIDI_FEATURE = "urn:xmpp:bidi", "urn:xmpp:features:bidi"
DIALBACK_FEATURE = "urn:xmpp:features:dialback"


class Gone(Exception):
    """The stream or its connection is over; the text says how."""


def context(certificate=None):
    """For either end: shows this certificate, asks for the other's, and refuses none."""
    made = SSL.Context(SSL.TLS_METHOD)
    if certificate:
        made.use_certificate_chain_file(str(certificate.crt))
        made.use_privatekey_file(str(certificate.key))
    made.set_session_id(b"dialback")
    made.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    return made


class Stream:
    """`header` holds the other end's attributes, `features` what it offers, `certificates` what it showed, leaf first."""

    def __init__(self, sock):
        self.sock = sock
        self.tls = None
        self.certificates = []
        self.header = self.features = None
        self.id = None        # the one that counts for keys: given by who accepted
        self.pairs = set()    # (sender, target) that may send stanzas here
        self.bidi = False
        self._lock = threading.Lock()  # of the TLS object
        self.restart()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # octets

    def send(self, data):
        data = data.encode() if isinstance(data, str) else data
        try:
            with self._lock:
                if not self.tls:
                    self.sock.sendall(data)
                for start in range(0, len(data) if self.tls else 0, CHUNK):
                    self.tls.sendall(data[start:start + CHUNK])
                    self._flush()
        except (OSError, SSL.Error) as reason:
            raise Gone(f"while sending: {reason!r}") from None

    def receive(self, timeout):
        try:
            if self.tls:
                return self._tls(lambda: self.tls.recv(CHUNK), timeout)
            self.sock.settimeout(timeout)
            data = self.sock.recv(CHUNK)
        except TimeoutError:
            raise
        except SSL.ZeroReturnError:
            data = b""
        except (OSError, SSL.Error) as reason:
            raise Gone(f"while receiving: {reason!r}") from None
        if not data:
            raise Gone("closed")
        return data

    def start_tls(self, tls_context, accepting=False, name=None):
        """The handshake; what was said before it is forgotten."""
        self.tls = SSL.Connection(tls_context, None)
        if accepting:
            self.tls.set_accept_state()
        else:
            self.tls.set_connect_state()
        if name:
            self.tls.set_tlsext_host_name(name.encode("idna"))
        try:
            self._tls(self.tls.do_handshake, PATIENCE)
        except (OSError, SSL.Error) as reason:
            raise Gone(f"handshake: {reason!r}") from None
        leaf = self.tls.get_peer_certificate()
        rest = [each for each in self.tls.get_peer_cert_chain() or () if leaf and each.to_cryptography() != leaf.to_cryptography()]
        self.certificates = [leaf, *rest] if leaf else []
        self.restart()

    def _tls(self, operation, timeout):
        end = time.monotonic() + timeout
        while True:
            try:
                with self._lock:
                    try:
                        return operation()
                    finally:
                        self._flush()
            except SSL.WantReadError:
                self.sock.settimeout(max(0.001, end - time.monotonic()))
                data = self.sock.recv(CHUNK)
                if not data:
                    raise ConnectionError("cut off inside TLS") from None
                with self._lock:
                    self.tls.bio_write(data)

    def _flush(self):
        with contextlib.suppress(SSL.WantReadError):
            while True:
                self.sock.sendall(self.tls.bio_read(CHUNK))

    def cut(self):
        """As a cable does."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self):
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        """In order."""
        with contextlib.suppress(Gone):
            self.send("</stream:stream>")
        self.cut()

    # elements

    def restart(self):
        self._parser, self._depth = etree.XMLPullParser(("start", "end")), 0

    def next(self, timeout=PATIENCE):
        """The next child of the stream, or its header."""
        end = time.monotonic() + timeout
        while (found := self._parsed()) is None:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError("silence")
            self._parser.feed(self.receive(left))
        return found

    def _parsed(self):
        try:
            return self._event()
        except etree.ParseError as reason:
            raise Gone(f"not XML: {reason}") from None

    def _event(self):
        for event, elem in self._parser.read_events():
            self._depth += 1 if event == "start" else -1
            if event == "start" and self._depth == 1:
                return elem
            if event == "end" and self._depth == 1:
                return elem
            if event == "end" and self._depth == 0:
                raise Gone("</stream:stream>")
        return None

    def hear(self, timeout=PATIENCE):
        """The other end's header."""
        self.header = dict(self.next(timeout).attrib)
        return self.header

    def open(self, to, sender=None, version="version='1.0'", declares=f"xmlns:db='{DB}'", features=True, again=False,
             space=SERVER):
        """Our header and the answer to it, as who dialled."""
        if again:
            self.restart()
        by = f" from='{sender}'" if sender else ""
        self.send(f"<?xml version='1.0'?><stream:stream xmlns='{space}' xmlns:stream='{STREAM}' {declares} to='{to}'{by} {version}>")
        self.id = self.hear().get("id")
        self.features = None
        if features:
            self.features = self.expect(f"{{{STREAM}}}features")
        return self.features

    def expect(self, tag, timeout=PATIENCE):
        found = self.next(timeout)
        if found.tag != tag:
            raise Gone(f"{words(found)} instead of {tag}")
        return found

    def secure(self, to, sender, tls_context, **header):
        """STARTTLS, as who dialled, and the stream inside."""
        self.send(f"<starttls xmlns='{TLS}'/>")
        self.expect(f"{{{TLS}}}proceed")
        self.start_tls(tls_context, name=to)
        return self.open(to, sender, **header)

    def offers(self, tag):
        return self.features is not None and self.features.find(tag) is not None

    def offers_external(self):
        found = [] if self.features is None else self.features.iter(f"{{{SASL}}}mechanism")
        return any(each.text == "EXTERNAL" for each in found)

    def external(self):
        """Whether EXTERNAL succeeded; the stream has to be opened again then."""
        self.send(f"<auth xmlns='{SASL}' mechanism='EXTERNAL'>=</auth>")
        return self.next().tag == f"{{{SASL}}}success"


def dial(address, source=None, timeout=PATIENCE):
    return Stream(socket.create_connection(address, timeout, source_address=(source, 0) if source else None))


def words(elem):
    """An element for people."""
    return etree.tostring(elem, encoding="unicode")[:500]


def condition(elem):
    """Of a stream error, or of the <error/> in an element."""
    error = elem if elem.tag == f"{{{STREAM}}}error" else next((each for each in elem if each.tag.endswith("}error")), None)
    return None if error is None else next((each.tag.split("}")[1] for each in error), None)


def trusts(certificates, anchor):
    """Whether a chain convinces somebody who trusts this anchor (a file)."""
    store = crypto.X509Store()
    store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, anchor.read_bytes()))
    try:
        crypto.X509StoreContext(store, certificates[0], certificates[1:]).verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


def proves(certificates, domain, anchor, purpose=None):
    """... and names the domain; purpose: an OID it must have."""
    if not certificates or not trusts(certificates, anchor):
        return False
    try:
        extensions = certificates[0].to_cryptography().extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return domain.lower() in names and (purpose is None or purpose in purposes)
