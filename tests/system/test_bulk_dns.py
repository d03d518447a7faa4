"""DNS of many targets: what is known is not asked again, and a DNS server that is dead is told once and not waited for."""

import collections
import contextlib
import itertools
import json
import re
import select
import socket
import subprocess
import threading
import time

import dns.rdatatype
import pytest

import dnspeer
import tool

ONLY = ["-j", "--c2s", "--starttls", "-4"]
ADDRESS = "127.0.0.1"
NOBODY = 1  # tcpmux: whoever connects is refused at once
HONEST = dnspeer.BEHAVIOURS["honest"]


def shared_host(count, host="host.test"):
    """So many domains whose SRV records name one host."""
    names = [f"d{i}.test" for i in range(count)]
    records = {(f"_xmpp-client._tcp.{name}", "SRV"): [f"5 0 {NOBODY} {host}."] for name in names}
    return names, {**records, (host, "A"): [ADDRESS]}


def bulk(run, names, *args, timeout=60):
    """Every domain has its record, whatever happens."""
    result = run("xmpp-starttls", args, stdin="".join(f"{name}\n" for name in names), timeout=timeout)
    assert sorted(record["domain"] for record in result.records) == sorted(names)
    for record in result.records[:20]:
        tool.assert_record_valid(record)
    return result


class Questions(list):
    """(number, flags, name, type) of each that a peer heard whose behaviour listens.  Who gets no answer for a second sends his
    question again, number and all: that is no second one."""

    def listen(self, say):
        def behave(query, records, tcp):
            name, kind = query.question[0].name, query.question[0].rdtype
            self.append((query.id, query.flags, name.to_text(omit_final_dot=True), dns.rdatatype.to_text(kind)))
            return say(query, records, tcp)
        return behave

    def count(self):
        """(name, type): how often."""
        return collections.Counter((name, kind) for _, _, name, kind in set(self))


def outcomes(record):
    return {lookup["outcome"] for lookup in record["dns"]["lookups"]}


@pytest.mark.threads
def test_one_host_of_many_domains_is_asked_for_once(run, dns_peer):
    names, records = shared_host(50)
    asked = Questions()
    peer = dns_peer(asked.listen(HONEST), records)
    result = bulk(run, names, *ONLY, "-J", 8, "--resolver", peer.resolver).expect(err="")
    assert asked.count() == {(f"_xmpp-client._tcp.{name}", "SRV"): 1 for name in names} | {("host.test", "A"): 1}
    # What was known before is told as what was asked.
    told = [next(each for each in record["dns"]["lookups"] if each["type"] == "A") for record in result.records]
    assert {(each["name"], each["outcome"], each["dnssec"]) for each in told} == {("host.test", "found", "insecure")}
    assert {record["endpoints"][0]["address"] for record in result.records} == {ADDRESS}


def test_the_same_domain_again_is_not_asked_about_again(run, dns_peer):
    names, records = shared_host(1)
    asked = Questions()
    peer = dns_peer(asked.listen(HONEST), records)
    bulk(run, names * 5, *ONLY, "-J", 2, "--resolver", peer.resolver)
    assert len(set(asked)) == 2, asked


def test_a_ttl_of_nothing_is_obeyed(run, dns_peer):
    names, records = shared_host(6)
    asked = Questions()

    def say(query, known, tcp):
        response = dnspeer.answer(query, known)
        for rrset in response.answer:
            rrset.ttl = 0
        return [response.to_wire()]
    peer = dns_peer(asked.listen(say), records)
    bulk(run, names, *ONLY, "-J", 1, "--resolver", peer.resolver)
    assert len(list(itertools.groupby(asked))) == 2 * len(names), asked  # one after the other: -J 1


def test_a_failure_is_kept_for_a_moment_as_what_it_is(run, dns_peer):
    """A host whose zone fails DNSSEC: the second question, with CD set, is not asked for each domain either."""
    names, records = shared_host(10, "bogus.test")
    asked = Questions()

    def say(query, known, tcp):
        failing = query.question[0].name.to_text() == "bogus.test." and not query.flags & 0x10
        return dnspeer.BEHAVIOURS["servfail" if failing else "honest"](query, known, tcp)
    peer = dns_peer(asked.listen(say), records)
    result = bulk(run, names, *ONLY, "-J", 4, "--resolver", peer.resolver)
    assert asked.count()["bogus.test", "A"] == 2, asked
    for record in result.records:
        assert {(each["outcome"], each["dnssec"]) for each in record["dns"]["lookups"] if each["type"] == "A"} == {
            ("server-failed", "bogus")}, record


class FarPeer:
    """Answers that there is no such name, 30 ms later, and to nobody before a crowd has asked; `most` questions waited for
    that at once.  Refuses what is above its room.  Whether it lives, which is what who asks for the root wants to know, it tells
    at once."""

    def __init__(self, room=65536, crowd=0):
        self.room, self.crowd = room, crowd
        self.asked = self.refused = 0

    def __enter__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # or a part of 400 that come at once is lost
        self.sock.bind((ADDRESS, 0))
        self.resolver = f"{ADDRESS}:{self.sock.getsockname()[1]}"
        self.most = 0
        self.over = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        self.sock.close()

    def _serve(self):
        waiting = {}  # (question, caller): when it is answered; in the order of coming
        heard = set()  # who asks again, because it took so long, is no second one
        while not self.over:
            due = next(iter(waiting.values()), None)
            wait = 0.1 if due is None or self.asked < self.crowd else due - time.monotonic()
            if select.select([self.sock], [], [], max(wait, 0))[0]:
                asked = self.sock.recvfrom(65535)
                if asked[0][12] == 0:
                    self._answer(*asked, b"\x80")
                elif asked not in heard:
                    heard.add(asked)
                    self._hear(asked, waiting)
            elif waiting and self.asked >= self.crowd:
                asked = next(iter(waiting))
                del waiting[asked]
                self._answer(*asked, b"\x83")

    def _hear(self, asked, waiting):
        self.asked += 1
        if len(waiting) >= self.room:
            self.refused += 1
            self._answer(*asked, b"\x85")
        else:
            waiting[asked] = time.monotonic() + 0.03
            self.most = max(self.most, len(waiting))

    def _answer(self, query, caller, rcode):
        self.sock.sendto(query[:2] + b"\x81" + rcode + query[4:6] + bytes(6) + query[12:query.index(0, 12) + 5], caller)


@pytest.mark.threads
def test_no_more_than_four_hundred_questions_at_once(run):
    with FarPeer(crowd=400) as peer:
        result = bulk(run, [f"d{i}.test" for i in range(400)], "-j", "-J", 300, "--resolver", peer.resolver).expect(err="")
        assert all(outcomes(record) == {"no-name"} for record in result.records)
        assert peer.most == 400


@pytest.mark.threads
def test_a_server_that_refuses_so_many_gets_fewer(run):
    """A home router's dnsmasq refuses what is above 150: that is no answer about the domain."""
    with FarPeer(room=150, crowd=151) as peer:
        result = bulk(run, [f"d{i}.test" for i in range(400)], "-j", "-J", 300, "--resolver", peer.resolver).expect(err="")
        assert all(outcomes(record) == {"no-name"} for record in result.records)
        assert 0 < peer.refused < 1600


def test_a_server_that_refuses_a_few_is_believed(run):
    """Nobody was crowded out: the refusal is the answer, and not asked for again."""
    with FarPeer(room=0) as peer:
        result = bulk(run, ["a.test", "b.test"], "-j", "-J", 1, "--resolver", peer.resolver)
        assert all(outcomes(record) == {"refused"} for record in result.records)
        assert peer.refused == 8


def dead_words(resolver, why, name="xmpp-starttls"):
    return re.compile(rf"{name}: the DNS server {re.escape(resolver)} {why}; check --resolver and /etc/resolv\.conf\n")


@pytest.mark.threads
def test_a_server_that_is_not_there_is_told_once(run):
    resolver = f"{ADDRESS}:{NOBODY}"
    result = bulk(run, [f"d{i}.test" for i in range(600)], "-j", "-J", 32, "--resolver", resolver).expect(status=3)
    assert dead_words(resolver, r"is not there \(connection refused\)").fullmatch(result.err), result.err
    assert all(outcomes(record) == {"unreachable"} for record in result.records)


@pytest.mark.threads
def test_a_silent_server_is_told_once_and_not_waited_for(run, dns_peer):
    """One worker, whose 300 domains would take 300 s; and many."""
    peer = dns_peer("silent")
    for jobs, count in ((1, 300), (32, 600)):
        result = bulk(run, [f"d{i}.test" for i in range(count)], "-j", "-J", jobs, "-t", 1, "--resolver", peer.resolver)
        assert dead_words(peer.resolver, r"does not answer \(\d+ questions, \d+\.\d s\)").fullmatch(result.err), result.err
        assert all(outcomes(record) == {"timed-out"} for record in result.records)
        assert result.status == 3 and result.seconds < 50, result
    # Who tries it again, asks little.
    assert len(peer.queries) < 1200


def test_a_stage_that_reads_records_tells_of_its_own_server(run, ca, prosody):
    """Its endpoints stand in the records, and it asks for TLSA and CAA only."""
    resolver = f"{ADDRESS}:{NOBODY}"
    result = run("xmpp-certcheck", ["-j", "-J", 2, "--trust", ca.file, "--resolver", resolver],
                 stdin=prosody.record("good.test") * 12, timeout=60)
    assert len(result.records) == 12
    assert dead_words(resolver, r"is not there \(connection refused\)", "xmpp-certcheck").fullmatch(result.err), result.err


def test_silence_about_some_names_is_no_dead_server(run, dns_peer):
    """Domains whose own name servers are dead, more than there are workers, in front of one that is well."""
    names, records = shared_host(1)
    dead = [f"dead{i}.test" for i in range(3)]

    def say(query, known, tcp):
        return [] if "dead" in query.question[0].name.to_text() else dnspeer.BEHAVIOURS["honest"](query, known, tcp)
    peer = dns_peer(say, records)
    result = bulk(run, [*dead, *names], "-j", "-J", 2, "-t", 5, "--resolver", peer.resolver).expect(err="")
    assert (".", "NS", "udp") in peer.queries
    found = {record["domain"]: outcomes(record) for record in result.records}
    assert "found" in found[names[0]] and all(found[name] == {"timed-out"} for name in dead), found


def test_a_server_that_comes_back_is_noticed_and_told(dns_peer):
    names, records = shared_host(1)
    peer = dns_peer("silent", records)
    with subprocess.Popen([tool.find("xmpp-starttls"), *ONLY, "-J", "1", "-t", "0.5", "--resolver", peer.resolver], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=tool.clean_environment()) as process:
        def look():
            process.stdin.write(f"{names[0]}\n")
            process.stdin.flush()
            return outcomes(json.loads(process.stdout.readline()))
        with contextlib.ExitStack() as stack:
            stack.callback(process.kill)
            for _ in range(20):
                assert look() == {"timed-out"}
            peer.say = dnspeer.BEHAVIOURS["honest"]
            until = time.monotonic() + 30
            while look() != {"found"}:
                assert time.monotonic() < until
            _, err = process.communicate()
    assert re.fullmatch(dead_words(peer.resolver, r"does not answer \(\d+ questions, \d+\.\d s\)").pattern
                        + rf"xmpp-starttls: the DNS server {re.escape(peer.resolver)} answers again\n", err), err
