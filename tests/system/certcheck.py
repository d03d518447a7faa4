"""xmpp-certcheck as its tests call it, and what they look at in its records.

    result = check(line, "--trust", ca.file)      a line of standard input, one record, nobody asked but the endpoints
    [seen] = sections(result)                     the certcheck sections
    ids(seen)                                     finding: severity

    line(certificate, hours)                      a fixture: what xmpp-starttls would have seen then
"""

import contextlib
import copy
import datetime
import json
import sqlite3

import pytest
from cryptography.hazmat.primitives import serialization

import tool

NAME = "xmpp-certcheck"
NO_DNS = ("--resolver", "127.0.0.1:1")
OFFLINE = (*NO_DNS, "--no-caa", "--posh", "off")
TIMEOUT = 120  # of a whole run, for a machine that is busy with others


def check(line, *args, state=None, status=None):
    """-j for one line; without `state` the history stays out of it."""
    keep = ["--state", state] if state else ["--no-state"]
    limit = () if "-t" in args else ("-t", TIMEOUT // 2)
    result = tool.run(NAME, ["-j", *keep, *OFFLINE, *limit, *args], stdin=line, timeout=TIMEOUT)
    tool.assert_record_valid(result.record)
    return result.expect(status=status)


def sections(result):
    return [endpoint["certcheck"] for endpoint in result.record["endpoints"]]


def ids(section):
    """Findings of a section, or of a record: id to severity."""
    return {found["id"]: found["severity"] for found in section["findings"]}


def text(section, name):
    """The sentence of a finding."""
    [found] = [found for found in section["findings"] if found["id"] == name]
    return found["text"]


def rows(path, columns="place, sha256, accepted"):
    """The history, first seen first."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        return base.execute(f"SELECT {columns} FROM sighting ORDER BY first, id").fetchall()


@pytest.fixture(scope="module")
def template(ca, prosody):
    """What xmpp-starttls says of a good endpoint."""
    line = prosody.record("good.test", [("c2s", "starttls")])
    return tool.run("xmpp-starttls", ["-j", *NO_DNS, "--trust", ca.file], stdin=line).record


@pytest.fixture
def state(tmp_path):
    return tmp_path / "history.db"


@pytest.fixture
def line(template):
    """line(certificate, hours): the domain showed this certificate then; 0 is now."""
    def make(certificate, hours=0, port=5222):
        record = copy.deepcopy(template)
        [endpoint] = record["endpoints"]
        endpoint["port"] = port
        endpoint["starttls"]["time"] = f"{datetime.datetime.utcnow() + datetime.timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
        endpoint["starttls"]["chain_pem"] = [each.public_bytes(serialization.Encoding.PEM).decode() for each in certificate.chain]
        return json.dumps(record) + "\n"
    return make
