"""What tests/demo.sh shows without a domain: a throw-away server, its DNS, and the tools looking at both.

Everything lives below one temporary folder and on loopback addresses of its own, and ends with this program.
"""

import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile

import daemon
import pki
import servers
import tool
import zones

DOMAIN = "demo.secure.test"
ME = "me.secure.test"  # whom xmpp-dialback speaks for
BOT, ADMIN, NOBODY = (f"{user}@{DOMAIN}" for user in ("bot", "admin", "nobody"))
PASSWORD = "correct horse battery staple"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a kill cleans up as well
    with tempfile.TemporaryDirectory(prefix="xmpp-tls-demo-") as folder:
        folder = pathlib.Path(folder)
        try:
            return show(*start(folder), folder)
        finally:
            daemon.stop_all()


def start(folder):
    """A server whose names are signed, with a certificate by an authority made for this occasion."""
    ca = pki.Authority(folder / "pki")
    dns = zones.Zones(folder / "dns").start()
    address, port = dns.resolver.split(":")
    host = servers.Host(DOMAIN, accounts={"bot": PASSWORD, "admin": PASSWORD})
    prosody = servers.Prosody(folder / "prosody", ca, [host], stock=True, resolver=(address, int(port)),
                              modules=["smacks", "offline"]).start()
    prosody.publish(dns)
    print(f"# started Prosody on {prosody.address} for {DOMAIN}, and signed DNS on {dns.resolver}\n", flush=True)
    return dns, ca


def listener(dns):
    """A free place on loopback, where DNS leads for ME."""
    address = daemon.own_address()
    [port] = daemon.free_ports(address, 1)
    dns.service(ME, "s2s", port, address)
    return f"{address}:{port}"


def secret(folder):
    """A password file as xmpp-sendmsg wants it: for its owner's eyes."""
    path = folder / "bot.password"
    path.touch(0o600)
    path.write_text(PASSWORD + "\n", encoding="utf-8")
    return str(path)


def show(dns, ca, folder):
    asking = ["--resolver", dns.resolver, "--trust", str(ca.file)]
    from_bot = [*asking, "-u", BOT, "--password-file", secret(folder)]
    worst = max(run("xmpp-starttls", *asking, DOMAIN), run("xmpp-certcheck", *asking, "--no-state", DOMAIN),
                run("xmpp-ciphers", "--resolver", dns.resolver, "--c2s", "--starttls", DOMAIN),
                run("xmpp-dialback", *asking, "--starttls", "--from", ME, "--listen", listener(dns), "--check",
                    "round,verify-made-up", DOMAIN),
                run("xmpp-sendmsg", *from_bot, "--report", "-m", "Fire in rack 7", ADMIN))
    run("xmpp-sendmsg", *from_bot, "-m", "Hello?", NOBODY)  # shows what a bounce looks like
    pipe(["xmpp-starttls", "-j", *asking, DOMAIN], ["xmpp-certcheck", "-j", *asking, "--no-state"],
         ["xmpp-report", "--summary"])
    return worst


def run(name, *arguments):
    return pipe([name, *arguments])


def pipe(*stages):
    """Through a shell, as it is shown; the status is that of the last stage."""
    line = " | ".join(shlex.join([tool.find(name), *arguments]) for name, *arguments in stages)
    print("$ " + line, flush=True)
    status = subprocess.run(line, shell=True, check=False).returncode
    print(f"# exit status {status}\n", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
