"""Records made up for xmpp-report, and the tool run over them."""

import contextlib
import json
import os
import pty
import subprocess

import tool

TIME = "2026-11-22T15:04:05Z"
HASH = {"old": "1" * 64, "new": "2" * 64}


def finding(name, severity="warning", text="a sentence"):
    return {"id": name, "severity": severity, "text": text, "ref": "RFC 7590 section 3.1"}


def section(status="ok", findings=(), **members):
    return {"time": TIME, "status": status, "elapsed_ms": 12.5, "findings": list(findings), **members}


def walk(encrypted=True, authenticated=True, **members):
    tls = {"tls": {"up": True, "version": "TLS1.3", "cipher": "TLS_AES_256_GCM_SHA384", "group": "x25519",
                   "forward_secrecy": True}}
    proofs = {"authenticated_by": ["pkix"]} if authenticated else {}
    taken = ["tcp", "stream", "starttls", "tls"] if encrypted else ["tcp", "stream"]
    facts = {"steps": [{"step": step, "ok": True, "elapsed_ms": 1.5} for step in taken], **(tls if encrypted else {})}
    return section(encrypted=encrypted, authenticated=authenticated, **facts, **proofs, **members)


def endpoint(service="c2s", address="192.0.2.7", transport="starttls", **sections):
    port = {"c2s": 5222, "s2s": 5269}[service]
    return {"service": service, "host": "xmpp.a.test", "port": port, "address": address, "transport": transport,
            "source": "srv", "priority": 5, "weight": 0, **(sections or {"starttls": walk()})}


def dns(domain="a.test"):
    """Everything was asked and answered."""
    names = [f"_xmpp-{kind}._tcp.{domain}" for kind in ("client", "server")]
    looked = [{"name": name, "type": "SRV", "outcome": "found", "dnssec": "insecure"} for name in names]
    looked += [{"name": "xmpp.a.test", "type": kind, "outcome": "found", "dnssec": "insecure"}
               for kind in ("A", "AAAA")]
    return {"srv": [], "lookups": looked, "hosts": [{"name": "xmpp.a.test", "addresses": ["192.0.2.7"]}]}


def record(domain="a.test", status="ok", endpoints=None, findings=(), **members):
    return {"schema": 1, "domain": domain, "status": status, "dns": dns(domain),
            "endpoints": [endpoint("c2s"), endpoint("s2s")] if endpoints is None else endpoints,
            "findings": list(findings), **members}


def without_sections(at):
    """The endpoint, named and not examined."""
    return {key: value for key, value in at.items() if not isinstance(value, dict)}


def lines(*records):
    return "".join(json.dumps(each) + "\n" for each in records)


def report(*args, stdin="", **settings):
    return tool.run("xmpp-report", args, stdin=stdin, **settings)


def on_terminal(*args, stdin=""):
    """What it shows on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    with subprocess.Popen([tool.find("xmpp-report"), *map(str, args)], stdin=subprocess.PIPE, stdout=theirs,
                          stderr=theirs, env={**tool.clean_environment(), "TERM": "xterm"}) as process:
        os.close(theirs)
        with contextlib.suppress(BrokenPipeError), process.stdin:  # who refuses need not read
            process.stdin.write(stdin.encode())
        shown = b""
        while True:
            try:
                got = os.read(ours, 65536)
            except OSError:  # the other end is closed
                got = b""
            if not got:
                break
            shown += got
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")
