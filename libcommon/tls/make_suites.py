#!/usr/bin/env python3
"""make_suites.py CSV OUT: writes the table behind suites.h, ordered by code."""
import csv
import sys


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def code(row):
    """ "0xC0,0x2F" is 0xC02F; SSLv2 kinds have three octets."""
    value = 0
    for octet in row["hex"].split(","):
        value = value << 8 | int(octet, 16)
    return value


def is_ssl2(row):
    return row["min_version"] == "SSL2.0"


VERSIONS = {"SSL2.0": "SSL_2_0", "SSL3.0": "SSL_3_0", "TLS1.0": "TLS_1_0", "TLS1.1": "TLS_1_1", "TLS1.2": "TLS_1_2",
            "TLS1.3": "TLS_1_3"}
EXCHANGES = {"": "KX_NONE", "none": "KX_NONE", "any": "KX_TLS13", "ECMQV": "KX_OTHER", "CECPQ1": "KX_OTHER",
             "ECCPWD": "KX_OTHER", "KEA": "KX_OTHER"}
AUTHS = {"": "AUTH_NONE", "none": "AUTH_NONE", "any": "AUTH_ANY", "RSA": "AUTH_RSA", "RSA+PSK": "AUTH_RSA",
         "SRP+RSA": "AUTH_RSA", "DSS": "AUTH_DSS", "SRP+DSS": "AUTH_DSS", "ECDSA": "AUTH_ECDSA"}


def exchange(row):
    """As the suite's name has it: "ECDHE_RSA", "DH_anon", "RSA"; "any" in TLS 1.3."""
    if row["kx"] in ("DHE", "ECDHE", "DH", "ECDH", "CECPQ1", "ECMQV", "KEA"):
        return row["kx"] + "_" + row["auth"]
    return row["auth"].replace("+", "_") if row["kx"] == "SRP" else row["kx"]


def exchange_kind(row):
    return EXCHANGES.get(row["kx"], "KX_" + row["kx"].upper())


def line(row):
    fields = [
        "0x%0*X" % (6 if is_ssl2(row) else 4, code(row)),
        quoted(row["iana_name"]), quoted(row["openssl_name"]), quoted(row["gnutls_name"]),
        quoted(exchange(row)), quoted(row["enc"]), quoted(row["mac"]),
        exchange_kind(row), AUTHS.get(row["auth"], "AUTH_OTHER"),
        row["enc_bits"] or "0", row["strength_bits"] or "0",
        "true" if row["fs"] == "y" else "false", "true" if is_ssl2(row) else "false",
        *(VERSIONS.get(row[column], "TLS_VERSION_NONE") for column in ("min_version", "max_version", "probe_from")),
        row["usual_rank"], quoted(row["class"]), "'%s'" % (row["iana_recommended"] or " "),
        quoted(row["reference"]), quoted(row["note"]),
    ]
    return "\t{ " + ", ".join(fields) + " },\n"


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as source:
        rows = sorted(csv.DictReader(source), key=lambda row: (code(row), is_ssl2(row)))
    codes = [(code(row), is_ssl2(row)) for row in rows]
    if len(set(codes)) != len(codes):
        sys.exit("two suites of one code: suite_by_code() could not tell them apart")
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("/* Made by make_suites.py from suites.csv. */\n"
                  '#include "tls/suites.h"\n\nconst struct suite suites[] = {\n')
        out.writelines(line(row) for row in rows)
        out.write("};\nconst size_t suite_count = sizeof(suites) / sizeof(suites[0]);\n")


if __name__ == "__main__":
    main()
