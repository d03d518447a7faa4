"""Prosody and ejabberd on loopback, as an ordinary user or as root, one process for many domains.

    server = Prosody(folder, ca, [Host("good.test"), Host("old.test", certificate=ca.issue("old.test", expired=True))])
    server.start()
    server.endpoint("c2s", "starttls", "good.test")     # an endpoint as it stands in a record
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import socket

import daemon
import pki

WAYS = [("c2s", "starttls"), ("c2s", "direct"), ("s2s", "starttls"), ("s2s", "direct")]


@dataclasses.dataclass
class Host:
    """One domain a server serves.  Without a certificate it gets a good one."""

    name: str
    certificate: pki.Certificate = None
    accounts: dict = dataclasses.field(default_factory=dict)  # user: password
    options: str = ""                                         # lines for its section of the configuration


class Server:
    """What both kinds have in common: an address, a port for each way in, a log."""

    def __init__(self, folder, ca, hosts, resolver=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.ca = ca
        self.hosts = [Host(host) if isinstance(host, str) else host for host in hosts]
        for host in self.hosts:
            host.certificate = host.certificate or ca.issue(host.name, xmpp=[host.name])
        self.resolver = resolver  # (address, port) of a DNS server, for what the server looks up itself
        self.address = daemon.own_address()
        self.ports = dict(zip(WAYS, daemon.free_ports(self.address, len(WAYS))))

    @property
    def domains(self):
        return [host.name for host in self.hosts]

    def port(self, service="c2s", transport="starttls"):
        return self.ports[service, transport]

    def connect_to(self, service="c2s", transport="starttls"):
        """What goes to --connect."""
        return f"{self.address}:{self.port(service, transport)}"

    def endpoint(self, service="c2s", transport="starttls", domain=None):
        return {"service": service, "host": domain or self.domains[0], "port": self.port(service, transport),
                "address": self.address, "transport": transport}

    def record(self, domain=None, ways=None):
        """The line that sends a tool here without DNS."""
        domain = domain or self.domains[0]
        ascii_name = domain.encode("idna").decode()
        endpoints = [self.endpoint(*way, ascii_name) for way in ways or self.ports]
        return json.dumps({"schema": 1, "domain": domain, "endpoints": endpoints}) + "\n"

    def publish(self, dns, domain=None, ways=None):
        """SRV and address records for a domain, in its name below one of the zones of `dns`."""
        for service, transport in ways or self.ports:
            dns.service(domain or self.domains[0], service, self.port(service, transport), self.address,
                        direct=transport == "direct")

    def stop(self):
        self.daemon.stop()

    @property
    def log(self):
        return self.daemon.text()


# How servers talk to servers, in the words of both kinds; only Prosody can insist on certificates.
POLICIES = {
    "required": {},
    "optional": {"require_encryption": False},
    "clear": {"require_encryption": False, "starttls": False},
    "no-dialback": {"dialback": False},
    "secure": {"secure_auth": True},
}


PROSODY_CONF = """\
run_as_root = {root}
pidfile = "{folder}/pid"
data_path = "{folder}/data"
certificates = "{folder}/no-certificates"
log = {{ {{ levels = {{ min = "debug" }}, to = "file", filename = "{folder}/prosody.log" }} }}
interfaces = {{ "{address}" }}
c2s_ports = {{ {c2s_starttls} }}
c2s_direct_tls_ports = {{ {c2s_direct} }}
s2s_ports = {{ {s2s_starttls} }}
s2s_direct_tls_ports = {{ {s2s_direct} }}
http_ports = {{}}
https_ports = {{}}
component_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", {modules} }}
modules_disabled = {{ {disabled} }}
authentication = "internal_plain"
c2s_require_encryption = {require_c2s}
s2s_require_encryption = {require_s2s}
allow_unencrypted_plain_auth = {plain}
s2s_secure_auth = {secure_auth}
ssl = {{ cafile = "{anchors}"; capath = "{folder}/no-anchors"{ssl} }}
{unbound}
{options}
"""

# OpenSSL 3 refuses what it thinks weak (RSA 1024, SHA-1, TLS 1.1), and a test may want exactly that.
OPENSSL_CONF = """\
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = weak
[weak]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""


STREAM = b"<stream:stream to='%s' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"


class Prosody(Server):
    """
    require_encryption   False: also talks in clear (required on both services, or a pair for c2s and s2s)
    plain_before_tls     True: offers PLAIN in clear (needs require_encryption=False)
    starttls             False: mod_tls is off
    dialback             False: mod_dialback is off
    secure_auth          True: peers must have a certificate it trusts
    bidi                 True: mod_s2s_bidi is on
    protocol             "tlsv1_2", "tlsv1_2+", "tlsv1_3" ...
    ciphers              OpenSSL cipher string for TLS 1.2
    ssl                  further members of its section `ssl`, as Lua: {"curveslist": '{ "P-384" }'}
    stock                True: OpenSSL's limits as the system has them, not lowered for weak certificates
    options, modules     further lines, further modules
    """

    def __init__(self, folder, ca, hosts, resolver=None, require_encryption=True, plain_before_tls=False, starttls=True,
                 dialback=True, secure_auth=False, protocol=None, ciphers=None, trust_anchor=None, modules=(), options="", ssl=None,
                 stock=False, bidi=False):
        super().__init__(folder, ca, hosts, resolver)
        self.stock = stock
        require = require_encryption if isinstance(require_encryption, tuple) else (require_encryption,) * 2
        enabled = [*modules, *(["tls"] if starttls else []), *(["dialback"] if dialback else []), *(["s2s_bidi"] if bidi else [])]
        disabled = [name for name, on in (("tls", starttls), ("dialback", dialback), ("s2s_bidi", bidi)) if not on]
        members = {"protocol": protocol and _lua(protocol), "ciphers": ciphers and _lua(ciphers), **(ssl or {})}
        ssl = "".join(f"; {name} = {value}" for name, value in members.items() if value)
        self.conf = self.folder / "prosody.cfg.lua"
        text = PROSODY_CONF.format(
            root=_lua(daemon.is_root()), folder=self.folder, address=self.address, anchors=ca.file, ssl=ssl,
            modules=", ".join(map(_lua, enabled)), disabled=", ".join(map(_lua, disabled)),
            require_c2s=_lua(require[0]), require_s2s=_lua(require[1]), plain=_lua(plain_before_tls),
            secure_auth=_lua(secure_auth), unbound=self._unbound(trust_anchor), options=options,
            **{"_".join(way): port for way, port in self.ports.items()})
        self.conf.write_text(text + "".join(map(self._host, self.hosts)), encoding="utf-8")
        (self.folder / "openssl.cnf").write_text(OPENSSL_CONF)
        for unused in ("data", "no-anchors", "no-certificates"):
            (self.folder / unused).mkdir(exist_ok=True)

    def _unbound(self, anchor):
        if not self.resolver:
            return 'unbound = { resolvconf = false; hoststxt = false }'
        trusted = f'trusted = "{anchor}";' if anchor else ""
        return ('unbound = { resolvconf = false; hoststxt = false; forward = "%s@%s"; %s options = { '
                '["do-not-query-localhost:"] = "no"; ["local-zone:"] = "test. transparent" } }'
                % (*self.resolver, trusted))

    def _host(self, host):
        # `ssl` is for STARTTLS, `certificate` for the direct TLS ports (chosen by SNI)
        for user, password in host.accounts.items():
            self._account(host.name, user, password)
        files = host.certificate
        return (f'VirtualHost "{host.name}"\n    ssl = {{ key = "{files.key}"; certificate = "{files.crt}" }}\n'
                f'    certificate = "{files.crt}"\n    {host.options}\n')

    def _account(self, domain, user, password):
        folder = self.folder / "data" / _stored(domain) / "accounts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{_stored(user)}.dat").write_text(f"return {{ password = {_lua(password)} }};\n", encoding="utf-8")

    def start(self):
        self.daemon = daemon.Daemon(
            "prosody", [daemon.program("prosody"), "-F", "--config", self.conf], self.folder / "stdout.log",
            env=None if self.stock else {"OPENSSL_CONF": str(self.folder / "openssl.cnf")}, logs=[self.folder / "prosody.log"]).start()
        self.daemon.wait_for_ports(self.address, self.ports.values())
        self.daemon.wait_until(self._answers, "answering")
        return self

    def _answers(self):
        """It listens first and reads certificates then, and meanwhile the kernel accepts callers."""
        with contextlib.suppress(OSError), socket.create_connection((self.address, self.port()), 10) as sock:
            sock.sendall(STREAM % self.domains[0].encode("idna"))
            return bool(sock.recv(1))
        return False


EJABBERD_CONF = """\
hosts: [{hosts}]
loglevel: debug
certfiles: [{certificates}]
ca_file: "{anchors}"
s2s_cafile: "{anchors}"
s2s_use_starttls: {s2s_starttls}
auth_method: internal
acl: {{local: {{user_regexp: ""}}}}
access_rules: {{local: {{allow: local}}}}
listen:
  - {{port: {c2s}, ip: "{address}", module: ejabberd_c2s, {c2s_tls}, access: all{tls}}}
  - {{port: {c2s_direct}, ip: "{address}", module: ejabberd_c2s, tls: true, access: all{tls}}}
  - {{port: {s2s}, ip: "{address}", module: ejabberd_s2s_in{tls}}}
  - {{port: {s2s_direct}, ip: "{address}", module: ejabberd_s2s_in, tls: true{tls}}}
modules: {{mod_disco: {{}}, mod_ping: {{}}, mod_roster: {{}}{modules}}}
{options}
"""

# One answer to "is it there": accounts are made once the application runs, and then a file says so.
EJABBERD_START = """\
{{ok, _}} = application:ensure_all_started(ejabberd),
[ok = ejabberd_auth:try_register(U, H, P) || {{U, H, P}} <- [{accounts}]],
ok = file:write_file("{folder}/ready", "")."""


class Ejabberd(Server):
    """
    require_encryption   False: also talks in clear
    starttls             False: offers no STARTTLS
    dialback             False: mod_s2s_dialback is off
    protocol_options     what ejabberd calls so, e.g. ["no_tlsv1_2"]
    client_certificates  True: clients may log in by SASL EXTERNAL
    modules              further modules, as YAML: "mod_offline: {}"
    ciphers              OpenSSL cipher string
    prefix               words before the command, e.g. the fixture resolver_namespace
    options              further lines

    Runs without ejabberdctl, epmd or a user of its own (see the notes on the test bed).
    """

    def __init__(self, folder, ca, hosts, resolver=None, require_encryption=True, starttls=True, dialback=True,
                 protocol_options=(), ciphers=None, prefix=(), options="", client_certificates=False, modules=()):
        super().__init__(folder, ca, hosts, resolver)
        self.prefix = list(prefix)
        if starttls:
            c2s_tls = "starttls_required: true" if require_encryption else "starttls: true"
        else:
            c2s_tls = "starttls: false"
        if client_certificates:
            c2s_tls += f', tls_verify: true, cafile: "{ca.file}"'
        more = (*modules, *(["mod_s2s_dialback: {}"] if dialback else []))
        tls = "".join([f", protocol_options: {json.dumps(list(protocol_options))}" if protocol_options else "",
                       f", ciphers: {json.dumps(ciphers)}" if ciphers else ""])
        (self.folder / "ejabberd.yml").write_text(EJABBERD_CONF.format(
            hosts=", ".join(f'"{name}"' for name in self.domains), anchors=ca.file, address=self.address,
            certificates=", ".join(sorted({f'"{host.certificate.pem}"' for host in self.hosts})),
            s2s_starttls=("required" if require_encryption else "optional") if starttls else "false",
            c2s_tls=c2s_tls, tls=tls, modules="".join(f", {each}" for each in more), options=options,
            c2s=self.port("c2s"), c2s_direct=self.port("c2s", "direct"), s2s=self.port("s2s"),
            s2s_direct=self.port("s2s", "direct")), encoding="utf-8")
        lines = ['{resolv_conf, ""}.', '{hosts_file, ""}.', "{lookup, [dns]}."]
        if resolver:
            lines.append("{nameserver, {%s}, %s}." % (resolver[0].replace(".", ","), resolver[1]))
        (self.folder / "inetrc").write_text("\n".join(lines) + "\n")

    def start(self):
        accounts = ", ".join(f"{{{_binary(user)}, {_binary(host.name)}, {_binary(password)}}}"
                             for host in self.hosts for user, password in host.accounts.items())
        begin = EJABBERD_START.format(accounts=accounts, folder=self.folder).replace("\n", " ")
        self.daemon = daemon.Daemon(
            "ejabberd", [*self.prefix, daemon.program("erl"), "-noinput", "+K", "true", "-start_epmd", "false",
                         "-mnesia", "dir", f'"{self.folder}/db"', "-eval", begin],
            self.folder / "stdout.log", logs=[self.folder / "ejabberd.log"], cwd=self.folder, env={
                "HOME": str(self.folder), "ERL_INETRC": str(self.folder / "inetrc"), "ERL_LIBS": _erlang_libraries(),
                "EJABBERD_CONFIG_PATH": str(self.folder / "ejabberd.yml"), "ERL_CRASH_DUMP": os.devnull,
                "EJABBERD_LOG_PATH": str(self.folder / "ejabberd.log")}).start()
        ready = self.folder / "ready"
        self.daemon.wait_until(ready.exists, "ready")
        self.daemon.wait_for_ports(self.address, self.ports.values())
        return self


def _erlang_libraries():
    """Where Debian puts ejabberd for this architecture."""
    found = sorted(pathlib.Path("/usr/lib").glob("*/ejabberd-*"))
    assert found, "the Debian package ejabberd is missing"
    return str(found[-1].parent)


def _lua(value):
    """A Lua literal; JSON's strings and booleans are Lua's."""
    return json.dumps(value, ensure_ascii=False)


def _stored(name):
    """Prosody's file name for a user or a domain: all but letters and digits as %xx."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02x}" for byte in name.encode())


def _binary(text):
    """An Erlang binary."""
    return "<<" + ",".join(map(str, text.encode())) + ">>"
