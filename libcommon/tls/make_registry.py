#!/usr/bin/env python3
"""make_registry.py groups|schemes|primes CSV OUT: writes the table behind groups.h, schemes.h or primes.h."""
import csv
import sys

GROUP_KINDS = {"ec-prime": "GROUP_EC", "montgomery": "GROUP_EC", "ec-binary": "GROUP_EC_BINARY",
               "explicit": "GROUP_EC_EXPLICIT", "ffdhe": "GROUP_FFDHE", "kem": "GROUP_KEM",
               "hybrid-pq": "GROUP_HYBRID"}


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def truth(value):
    return "true" if value else "false"


def octets(hexadecimal):
    return "{ " + ", ".join("0x" + hexadecimal[i:i + 2] for i in range(0, len(hexadecimal), 2)) + " }"


def versions(span):
    """ "TLS1.0-1.3" is TLS_1_0 and TLS_1_3, "TLS1.3" twice the same."""
    first, _, last = span.removeprefix("TLS").partition("-")
    return ["TLS_" + number.replace(".", "_") for number in (first, last or first)]


def group(row):
    return [row["hex"], quoted(row["name"]), quoted(row["openssl_name"]), quoted(row["gnutls_name"]),
            GROUP_KINDS[row["kind"]], row["security_bits"] or "0", row["client_share_len"] or "0",
            *versions(row["tls_versions"]), quoted(row["class"]), "'%s'" % (row["iana_recommended"] or " "),
            quoted(row["reference"])]


def scheme(row):
    return [row["hex"], quoted(row["name"]), quoted(row["key_type"]), quoted(row["hash"]), quoted(row["class"]),
            truth(row["tls12"] != "n"), truth(row["tls13_handshake"] == "y"),
            "'%s'" % (row["iana_recommended"] or " "), quoted(row["reference"])]


def prime(row):
    return [octets(row["sha256_of_p"]), quoted(row["name"]), row["bits"], truth(row["prime"] == "y"),
            truth(row["safe_prime"] == "y"), quoted(row["note"])]


KINDS = {
    "groups": (group, "hex", "const struct group groups", "group_count"),
    "schemes": (scheme, "hex", "const struct scheme schemes", "scheme_count"),
    "primes": (prime, "sha256_of_p", "const struct known_prime known_primes", "known_prime_count"),
}


def main():
    kind, source, target = sys.argv[1:]
    fields, key, table, count = KINDS[kind]
    with open(source, newline="", encoding="utf-8") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row[key].lower())
    if len({row[key] for row in rows}) != len(rows):
        sys.exit("two rows of one " + key)
    with open(target, "w", encoding="utf-8") as out:
        out.write(f"/* Made by make_registry.py from {kind}.csv. */\n#include \"tls/{kind}.h\"\n\n{table}[] = {{\n")
        out.writelines("\t{ " + ", ".join(fields(row)) + " },\n" for row in rows)
        name = table.rsplit(" ", 1)[1]
        out.write(f"}};\nconst size_t {count} = sizeof({name}) / sizeof({name}[0]);\n")


if __name__ == "__main__":
    main()
