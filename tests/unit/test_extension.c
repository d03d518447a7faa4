/* What is wrong with a certificate by itself: defects, lapses, blemishes, and what is refused. */
#include "unit.h"

#include "der_fixture.h"

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

#define KEY_ID      "2.5.29.14 04 02 6b 65"
#define BASIC_CA    "2.5.29.19 ! 30 03 01 01 ff"
#define USAGE_CA    "2.5.29.15 ! 03 02 01 06"
#define GOOD_CA     BASIC_CA "|" USAGE_CA "|" KEY_ID
#define SAN         "2.5.29.17 30 06 82 04 69 6d 2e 78" /* im.x */
#define ID_CPS      "06 08 2b 06 01 05 05 07 02 01"
#define ID_NOTICE   "06 08 2b 06 01 05 05 07 02 02"
#define SERVER_AUTH "06 08 2b 06 01 05 05 07 03 01"
#define ANY_EKU     "06 04 55 1d 25 00"
#define UUID        "06 14 69 83 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 ca cb cc cd ce cf d0 51" /* 2.25.big */

static const struct row {
	const char *name, *extensions;
	const char *defect, *lapse, *blemish;
	const char *unknown; /* OID of a critical extension */
	const char *refused; /* what cert_read() says; NULL: it reads it */
} rows[] = {
	{ "nothing to say against it", SAN, .defect = NULL },
	{ "nothing to say against a CA", GOOD_CA, .defect = NULL },

	/* authorityKeyIdentifier, RFC 5280, 4.2.1.1 */
	{ "all parts", SAN "| 2.5.29.35 30 0b 80 02 6b 65 a1 02 05 00 82 01 01", .defect = NULL },
	{ "no part", SAN "| 2.5.29.35 30 00", .defect = NULL },
	{ "a part twice", SAN "| 2.5.29.35 30 08 80 02 6b 65 80 02 6b 65",
	  .defect = "its authority key identifier is malformed" },
	{ "parts out of order", SAN "| 2.5.29.35 30 07 82 01 01 80 02 6b 65",
	  .defect = "its authority key identifier is malformed" },
	{ "a part of another kind", SAN "| 2.5.29.35 30 04 04 02 6b 65",
	  .defect = "its authority key identifier is malformed" },
	{ "a part cut short", SAN "| 2.5.29.35 30 03 80 02 6b",
	  .defect = "its authority key identifier is malformed" },
	{ "an empty serial number", SAN "| 2.5.29.35 30 02 82 00",
	  .defect = "its authority key identifier is malformed" },

	/* basicConstraints, RFC 5280, 4.2.1.9 */
	{ "cA TRUE, critical", GOOD_CA, .defect = NULL },
	{ "empty basicConstraints", "2.5.29.19 ! 30 00", .defect = NULL },
	{ "cA TRUE, not critical", "2.5.29.19 30 03 01 01 ff |" USAGE_CA "|" KEY_ID,
	  .blemish = "its basic constraints are not critical" },
	{ "cA FALSE spelt out", "2.5.29.19 ! 30 03 01 01 00",
	  .blemish = "its basic constraints spell out a default" },
	{ "cA of a BOOLEAN that is not DER", "2.5.29.19 ! 30 03 01 01 01",
	  .defect = "its basic constraints are malformed" },
	{ "cA of an empty BOOLEAN", "2.5.29.19 ! 30 02 01 00",
	  .defect = "its basic constraints are malformed" },
	{ "a path length beside cA", "2.5.29.19 ! 30 06 01 01 ff 02 01 00 |" USAGE_CA "|" KEY_ID,
	  .defect = NULL },
	{ "a path length without cA", "2.5.29.19 ! 30 03 02 01 00",
	  .lapse = "it limits the path below it but is no CA" },
	{ "a negative path length", "2.5.29.19 ! 30 06 01 01 ff 02 01 ff |" USAGE_CA "|" KEY_ID,
	  .defect = "its basic constraints are malformed" },
	{ "a path length with a zero too many",
	  "2.5.29.19 ! 30 07 01 01 ff 02 02 00 01 |" USAGE_CA "|" KEY_ID,
	  .defect = "its basic constraints are malformed" },
	{ "an empty path length", "2.5.29.19 ! 30 05 01 01 ff 02 00 |" USAGE_CA "|" KEY_ID,
	  .defect = "its basic constraints are malformed" },
	{ "more behind the path length",
	  "2.5.29.19 ! 30 08 01 01 ff 02 01 00 05 00 |" USAGE_CA "|" KEY_ID,
	  .defect = "its basic constraints are malformed" },
	{ "basicConstraints with more behind them", "2.5.29.19 ! 30 00 05 00",
	  .defect = "its basic constraints are malformed" },
	{ "basicConstraints that are none", "2.5.29.19 ! 05 00",
	  .defect = "its basic constraints are malformed" },

	/* keyUsage, 4.2.1.3 */
	{ "digitalSignature", "2.5.29.15 ! 03 02 07 80", .defect = NULL },
	{ "nine bits", "2.5.29.15 ! 03 03 07 08 80", .defect = NULL },
	{ "keyUsage that allows nothing", "2.5.29.15 ! 03 02 07 00",
	  .defect = "its key usage allows nothing" },
	{ "keyUsage of no octets", "2.5.29.15 ! 03 01 00", .defect = "its key usage is malformed" },
	{ "keyUsage of three octets", "2.5.29.15 ! 03 04 00 80 00 01",
	  .defect = "its key usage is malformed" },
	{ "keyUsage with eight unused bits", "2.5.29.15 ! 03 02 08 80",
	  .defect = "its key usage is malformed" },
	{ "keyUsage with unused bits set", "2.5.29.15 ! 03 02 05 a1",
	  .defect = "its key usage is malformed" },
	{ "keyUsage with more behind it", "2.5.29.15 ! 03 02 07 80 00",
	  .defect = "its key usage is malformed" },
	{ "keyUsage as an INTEGER", "2.5.29.15 ! 02 01 05",
	  .defect = "its key usage is malformed" },
	{ "keyCertSign without cA", "2.5.29.15 ! 03 02 02 04",
	  .lapse = "its key usage allows to sign certificates, but it is no CA" },
	{ "a CA without keyCertSign", BASIC_CA "| 2.5.29.15 ! 03 02 01 02 |" KEY_ID,
	  .lapse = "it is a CA whose key usage does not allow to sign certificates" },
	{ "a CA without keyUsage", BASIC_CA "|" KEY_ID, .blemish = "it is a CA without key usage" },
	{ "a CA without key identifier", BASIC_CA "|" USAGE_CA,
	  .blemish = "it is a CA without subject key identifier" },

	/* extKeyUsage, 4.2.1.12 */
	{ "serverAuth", "2.5.29.37 30 0a " SERVER_AUTH, .defect = NULL },
	{ "empty extKeyUsage", "2.5.29.37 30 00",
	  .defect = "its extended key usage is malformed or empty" },
	{ "extKeyUsage of something else", "2.5.29.37 30 02 05 00",
	  .defect = "its extended key usage is malformed or empty" },
	{ "extKeyUsage of an empty OID", "2.5.29.37 30 02 06 00",
	  .defect = "its extended key usage is malformed or empty" },
	{ "extKeyUsage with garbage behind a purpose", "2.5.29.37 30 0c " SERVER_AUTH "05 00",
	  .defect = "its extended key usage is malformed or empty" },
	{ "extKeyUsage with more behind it", "2.5.29.37 30 0a " SERVER_AUTH "05 00",
	  .defect = "its extended key usage is malformed or empty" },
	{ "serverAuth and an OID of 128 bits", "2.5.29.37 30 20 " SERVER_AUTH UUID,
	  .defect = NULL },
	{ "serverAuth and an OID without end", "2.5.29.37 30 0e " SERVER_AUTH "06 02 2a 83",
	  .defect = "its extended key usage is malformed or empty" },
	{ "serverAuth and any purpose", "2.5.29.37 30 10 " SERVER_AUTH ANY_EKU,
	  .lapse = "its extended key usage allows any purpose" },
	{ "any purpose", "2.5.29.37 30 06 " ANY_EKU, .defect = NULL },
	{ "any purpose, critical", "2.5.29.37 ! 30 06 " ANY_EKU,
	  .lapse = "its extended key usage is critical and allows any purpose" },
	{ "a CA for any purpose", GOOD_CA "| 2.5.29.37 30 06 " ANY_EKU,
	  .lapse = "it is a CA for any purpose, which does not name TLS servers" },
	{ "serverAuth and OCSPSigning",
	  "2.5.29.37 30 14 " SERVER_AUTH "06 08 2b 06 01 05 05 07 03 09",
	  .lapse = "its extended key usage serves more than TLS" },
	{ "serverAuth and clientAuth",
	  "2.5.29.37 30 14 " SERVER_AUTH "06 08 2b 06 01 05 05 07 03 02", .defect = NULL },

	/* subjectAltName, 4.2.1.6 */
	{ "empty subjectAltName", "2.5.29.17 30 00",
	  .defect = "its subjectAltName is malformed or empty" },
	{ "subjectAltName that is cut", "2.5.29.17 30 03 82 04 69",
	  .defect = "its subjectAltName is malformed or empty" },
	{ "subjectAltName that is none", "2.5.29.17 05 00",
	  .defect = "its subjectAltName is malformed or empty" },
	{ "otherName of a kind of 128 bits", "2.5.29.17 30 1c a0 1a " UUID "a0 02 05 00",
	  .defect = NULL },
	{ "otherName of a kind without end", "2.5.29.17 30 0a a0 08 06 02 2a 83 a0 02 05 00",
	  .defect = "its subjectAltName holds a name that is not valid DER" },
	{ "otherName of a padded kind", "2.5.29.17 30 0b a0 09 06 03 2a 80 01 a0 02 05 00",
	  .defect = "its subjectAltName holds a name that is not valid DER" },
	{ "registeredID without end", "2.5.29.17 30 04 88 02 2a 83",
	  .defect = "its subjectAltName holds a name that is not valid DER" },
	{ "critical beside a subject", "2.5.29.17 ! 30 06 82 04 69 6d 2e 78",
	  .blemish = "its subjectAltName is critical beside a subject" },

	/* Identifiers of keys, 4.2.1.1 and 4.2.1.2 */
	{ "a subject key identifier that is none", "2.5.29.14 02 01 05",
	  .defect = "its subject key identifier is malformed" },
	{ "a subject key identifier with more behind it", "2.5.29.14 04 01 6b 00",
	  .defect = "its subject key identifier is malformed" },
	{ "a critical subject key identifier", "2.5.29.14 ! 04 01 6b",
	  .lapse = "its subject key identifier is critical" },
	{ "an authority key identifier", "2.5.29.35 30 03 80 01 6b", .defect = NULL },
	{ "an authority key identifier that says nothing", "2.5.29.35 30 00", .defect = NULL },
	{ "an authority key identifier that is none", "2.5.29.35 04 01 6b",
	  .defect = "its authority key identifier is malformed" },
	{ "a critical authority key identifier", "2.5.29.35 ! 30 03 80 01 6b",
	  .lapse = "its authority key identifier is critical" },

	/* Where to ask about it */
	{ "authority information access",
	  "1.3.6.1.5.5.7.1.1 30 0f 30 0d 06 08 2b 06 01 05 05 07 30 01 86 01 6f", .defect = NULL },
	{ "authority information access that is none", "1.3.6.1.5.5.7.1.1 05 00",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access of nothing", "1.3.6.1.5.5.7.1.1 30 00",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access with more behind it",
	  "1.3.6.1.5.5.7.1.1 30 0f 30 0d 06 08 2b 06 01 05 05 07 30 01 86 01 6f 05 00",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access with something else within",
	  "1.3.6.1.5.5.7.1.1 30 11 30 0d 06 08 2b 06 01 05 05 07 30 01 86 01 6f 05 00",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access that is cut",
	  "1.3.6.1.5.5.7.1.1 30 0f 30 0e 06 08 2b 06 01 05 05 07 30 01 86 01 6f",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access without a place",
	  "1.3.6.1.5.5.7.1.1 30 0c 30 0a 06 08 2b 06 01 05 05 07 30 01",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access of two places",
	  "1.3.6.1.5.5.7.1.1 30 12 30 10 06 08 2b 06 01 05 05 07 30 01 86 01 6f 86 01 6f",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access of a place that is no name",
	  "1.3.6.1.5.5.7.1.1 30 0e 30 0c 06 08 2b 06 01 05 05 07 30 01 05 00",
	  .lapse = "its authority information access is malformed" },
	{ "authority information access of a method that is no OID",
	  "1.3.6.1.5.5.7.1.1 30 09 30 07 06 02 2a 83 86 01 6f",
	  .lapse = "its authority information access is malformed" },
	{ "critical authority information access",
	  "1.3.6.1.5.5.7.1.1 ! 30 0f 30 0d 06 08 2b 06 01 05 05 07 30 01 86 01 6f",
	  .blemish = "its authority information access is critical" },
	{ "distribution points of all parts",
	  "2.5.29.31 30 12 30 10 a0 05 a0 03 86 01 63 81 02 01 06 a2 03 86 01 63", .defect = NULL },
	{ "distribution points of an issuer alone", "2.5.29.31 30 07 30 05 a2 03 86 01 63",
	  .defect = NULL },
	{ "distribution points that are none", "2.5.29.31 05 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points of nothing", "2.5.29.31 30 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points with more behind them",
	  "2.5.29.31 30 09 30 07 a0 05 a0 03 86 01 63 05 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points with something else among them",
	  "2.5.29.31 30 0b 30 07 a0 05 a0 03 86 01 63 05 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points that say nothing", "2.5.29.31 30 02 30 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points of reasons alone", "2.5.29.31 30 06 30 04 81 02 01 06",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points of no name", "2.5.29.31 30 06 30 04 a0 02 a0 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points of a name that is none", "2.5.29.31 30 08 30 06 a0 04 a0 02 05 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points of two names",
	  "2.5.29.31 30 0e 30 0c a0 0a a0 03 86 01 63 a0 03 86 01 63",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points out of order",
	  "2.5.29.31 30 0d 30 0b 81 02 01 06 a0 05 a0 03 86 01 63",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points of empty reasons",
	  "2.5.29.31 30 0b 30 09 a0 05 a0 03 86 01 63 81 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "distribution points with something else within one",
	  "2.5.29.31 30 0b 30 09 a0 05 a0 03 86 01 63 05 00",
	  .lapse = "its CRL distribution points are malformed" },
	{ "TLS features", "1.3.6.1.5.5.7.1.24 30 03 02 01 05", .defect = NULL },
	{ "TLS features that are none", "1.3.6.1.5.5.7.1.24 05 00",
	  .lapse = "its TLS features are malformed" },
	{ "TLS features with something else among them", "1.3.6.1.5.5.7.1.24 30 05 02 01 05 05 00",
	  .lapse = "its TLS features are malformed" },
	{ "TLS features with more behind them", "1.3.6.1.5.5.7.1.24 30 03 02 01 05 05 00",
	  .lapse = "its TLS features are malformed" },
	{ "TLS features of a number with a zero too many", "1.3.6.1.5.5.7.1.24 30 04 02 02 00 05",
	  .lapse = "its TLS features are malformed" },
	{ "TLS features that are cut", "1.3.6.1.5.5.7.1.24 30 04 02 02",
	  .lapse = "its TLS features are malformed" },

	/* What limits those below */
	{ "name constraints of a leaf", "2.5.29.30 ! 30 06 a0 04 30 02 82 00",
	  .lapse = "it holds name constraints, but is no CA" },
	{ "name constraints, not critical", GOOD_CA "| 2.5.29.30 30 06 a0 04 30 02 82 00",
	  .lapse = "its name constraints are not critical" },
	{ "name constraints, critical", GOOD_CA "| 2.5.29.30 ! 30 06 a0 04 30 02 82 00",
	  .defect = NULL },
	{ "name constraints, a host below a dot",
	  GOOD_CA "| 2.5.29.30 ! 30 09 a0 07 30 05 82 03 2e 69 6d",
	  .lapse = "its name constraints hold a DNS name with a leading dot" },
	{ "name constraints, a host below a dot excluded",
	  GOOD_CA "| 2.5.29.30 ! 30 09 a1 07 30 05 82 03 2e 69 6d",
	  .lapse = "its name constraints hold a DNS name with a leading dot" },
	{ "name constraints, mail below a dot",
	  GOOD_CA "| 2.5.29.30 ! 30 09 a0 07 30 05 81 03 2e 69 6d", .defect = NULL },
	{ "policy constraints, critical", GOOD_CA "| 2.5.29.36 ! 30 03 80 01 00", .defect = NULL },
	{ "policy constraints, not critical", GOOD_CA "| 2.5.29.36 30 03 80 01 00",
	  .lapse = "its policy constraints are not critical" },
	{ "inhibitAnyPolicy, critical", GOOD_CA "| 2.5.29.54 ! 02 01 00", .defect = NULL },
	{ "inhibitAnyPolicy, not critical", GOOD_CA "| 2.5.29.54 02 01 00",
	  .lapse = "its inhibitAnyPolicy is not critical" },

	/* The same, malformed, in leaves */
	{ "name constraints of nothing", "2.5.29.30 ! 30 00",
	  .defect = "its name constraints are malformed or empty",
	  .lapse = "it holds name constraints, but is no CA" },
	{ "name constraints that are none", "2.5.29.30 ! 05 00",
	  .defect = "its name constraints are malformed or empty",
	  .lapse = "it holds name constraints, but is no CA" },
	{ "name constraints with more behind them", "2.5.29.30 ! 30 06 a0 04 30 02 82 00 05 00",
	  .defect = "its name constraints are malformed or empty",
	  .lapse = "it holds name constraints, but is no CA" },
	{ "name constraints with something else within",
	  "2.5.29.30 ! 30 08 a0 04 30 02 82 00 05 00",
	  .defect = "its name constraints are malformed or empty",
	  .lapse = "it holds name constraints, but is no CA" },
	{ "inhibitAnyPolicy, well-formed: 02 01 00", "2.5.29.54 ! 02 01 00", .defect = NULL },
	{ "inhibitAnyPolicy, well-formed: 02 05 00 ff ff ff ff", "2.5.29.54 ! 02 05 00 ff ff ff ff",
	  .defect = NULL },
	{ "inhibitAnyPolicy: 05 00", "2.5.29.54 ! 05 00",
	  .defect = "its inhibitAnyPolicy is malformed" },
	{ "inhibitAnyPolicy: 02 01 ff", "2.5.29.54 ! 02 01 ff",
	  .defect = "its inhibitAnyPolicy is malformed" },
	{ "inhibitAnyPolicy: 02 00", "2.5.29.54 ! 02 00",
	  .defect = "its inhibitAnyPolicy is malformed" },
	{ "inhibitAnyPolicy: 02 02 00 01", "2.5.29.54 ! 02 02 00 01",
	  .defect = "its inhibitAnyPolicy is malformed" },
	{ "inhibitAnyPolicy: 02 01 00 05 00", "2.5.29.54 ! 02 01 00 05 00",
	  .defect = "its inhibitAnyPolicy is malformed" },
	{ "policy mappings, well-formed: 30 0a 30 08 06 02 2a 03 06 02 2a 04",
	  "2.5.29.33 ! 30 0a 30 08 06 02 2a 03 06 02 2a 04", .defect = NULL },
	{ "policy mappings: 05 00", "2.5.29.33 ! 05 00",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 00", "2.5.29.33 ! 30 00",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 02 30 00", "2.5.29.33 ! 30 02 30 00",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 06 30 04 06 02 2a 03", "2.5.29.33 ! 30 06 30 04 06 02 2a 03",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 0c 30 0a 06 02 2a 03 06 02 2a 04 05 00",
	  "2.5.29.33 ! 30 0c 30 0a 06 02 2a 03 06 02 2a 04 05 00",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 0c 30 08 06 02 2a 03 06 02 2a 04 05 00",
	  "2.5.29.33 ! 30 0c 30 08 06 02 2a 03 06 02 2a 04 05 00",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 0a 30 08 06 02 2a 03 06 02 2a 04 05 00",
	  "2.5.29.33 ! 30 0a 30 08 06 02 2a 03 06 02 2a 04 05 00",
	  .defect = "its policy mappings are malformed" },
	{ "policy mappings: 30 0a 30 08 06 02 2a 03 06 02 2a 83",
	  "2.5.29.33 ! 30 0a 30 08 06 02 2a 03 06 02 2a 83",
	  .defect = "its policy mappings are malformed" },
	{ "policy constraints, well-formed: 30 06 80 01 00 81 01 00",
	  "2.5.29.36 ! 30 06 80 01 00 81 01 00", .defect = NULL },
	{ "policy constraints, well-formed: 30 03 81 01 01", "2.5.29.36 ! 30 03 81 01 01",
	  .defect = NULL },
	{ "policy constraints: 05 00", "2.5.29.36 ! 05 00",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 00", "2.5.29.36 ! 30 00",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 06 81 01 00 80 01 00", "2.5.29.36 ! 30 06 81 01 00 80 01 00",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 06 80 01 00 80 01 00", "2.5.29.36 ! 30 06 80 01 00 80 01 00",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 03 80 01 ff", "2.5.29.36 ! 30 03 80 01 ff",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 02 80 00", "2.5.29.36 ! 30 02 80 00",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 05 80 01 00 05 00", "2.5.29.36 ! 30 05 80 01 00 05 00",
	  .defect = "its policy constraints are malformed" },
	{ "policy constraints: 30 03 80 01 00 05 00", "2.5.29.36 ! 30 03 80 01 00 05 00",
	  .defect = "its policy constraints are malformed" },
	{ "certificate policies, well-formed: 30 06 30 04 06 02 2a 03",
	  "2.5.29.32 ! 30 06 30 04 06 02 2a 03", .defect = NULL },
	{ "certificate policies, well-formed: 30 08 30 06 06 04 55 1d 20 00",
	  "2.5.29.32 ! 30 08 30 06 06 04 55 1d 20 00", .defect = NULL },
	{ "certificate policies: 05 00", "2.5.29.32 ! 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 00", "2.5.29.32 ! 30 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 02 30 00", "2.5.29.32 ! 30 02 30 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 06 30 04 06 02 2a 83", "2.5.29.32 ! 30 06 30 04 06 02 2a 83",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 06 30 04 06 02 2a 03 05 00",
	  "2.5.29.32 ! 30 06 30 04 06 02 2a 03 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 08 30 04 06 02 2a 03 05 00",
	  "2.5.29.32 ! 30 08 30 04 06 02 2a 03 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 08 30 06 06 02 2a 03 05 00",
	  "2.5.29.32 ! 30 08 30 06 06 02 2a 03 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 08 30 06 06 02 2a 03 30 00",
	  "2.5.29.32 ! 30 08 30 06 06 02 2a 03 30 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 0a 30 08 06 02 2a 03 30 02 05 00",
	  "2.5.29.32 ! 30 0a 30 08 06 02 2a 03 30 02 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 0a 30 08 06 02 2a 03 30 02 30 00",
	  "2.5.29.32 ! 30 0a 30 08 06 02 2a 03 30 02 30 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 18 30 16 06 02 2a 03 30 10 30 0e 06 08 2b 06 01 05 05 07 02 01 16 00 05 00",
	  "2.5.29.32 ! 30 18 30 16 06 02 2a 03 30 10 30 0e 06 08 2b 06 01 05 05 07 02 01 16 00 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 18 30 16 06 02 2a 03 30 0e 30 0c 06 08 2b 06 01 05 05 07 02 01 16 00 05 00",
	  "2.5.29.32 ! 30 18 30 16 06 02 2a 03 30 0e 30 0c 06 08 2b 06 01 05 05 07 02 01 16 00 05 00",
	  .defect = "its certificate policies are malformed" },
	{ "certificate policies: 30 18 30 16 06 02 2a 03 30 10 30 0c 06 08 2b 06 01 05 05 07 02 01 16 00 05 00",
	  "2.5.29.32 ! 30 18 30 16 06 02 2a 03 30 10 30 0c 06 08 2b 06 01 05 05 07 02 01 16 00 05 00",
	  .defect = "its certificate policies are malformed" },

	/* Critical, and nobody knows it: 4.2; policy qualifiers, 4.2.1.4 */
	{ "unknown", "1.3.6.1.4.1.99999.1 05 00", .defect = NULL },
	{ "unknown and critical", "1.3.6.1.4.1.99999.1 ! 05 00", .unknown = "1.3.6.1.4.1.99999.1" },
	{ "the first of two", "1.3.6.1.4.1.99999.2 ! 05 00 | 1.3.6.1.4.1.99999.1 ! 05 00",
	  .unknown = "1.3.6.1.4.1.99999.2" },
	{ "issuerAltName is known", "2.5.29.18 ! 30 06 82 04 69 6d 2e 78", .defect = NULL },
	{ "a qualifier that is known, critical",
	  "2.5.29.32 ! 30 16 30 14 06 02 2a 03 30 0e 30 0c " ID_CPS "16 00", .defect = NULL },
	{ "the other one", "2.5.29.32 ! 30 16 30 14 06 02 2a 03 30 0e 30 0c " ID_NOTICE "30 00",
	  .defect = NULL },
	{ "a qualifier nobody knows, critical",
	  "2.5.29.32 ! 30 10 30 0e 06 02 2a 03 30 08 30 06 06 02 2a 04 05 00", .unknown = "1.2.4" },
	{ "a qualifier nobody knows, not critical",
	  "2.5.29.32 30 10 30 0e 06 02 2a 03 30 08 30 06 06 02 2a 04 05 00", .defect = NULL },
	{ "the second qualifier of the second policy, critical",
	  "2.5.29.32 ! 30 22 30 04 06 02 2a 03 30 1a 06 02 2a 03 30 14 30 0c " ID_CPS
	  "16 00 30 04 06 02 2a 04",
	  .unknown = "1.2.4" },
	{ "a precertificate", "1.3.6.1.4.1.11129.2.4.3 ! 05 00",
	  .defect = "it is a precertificate, which no server may show" },
	{ "timestamps are known", "1.3.6.1.4.1.11129.2.4.2 ! 04 02 00 00", .defect = NULL },

	/* The list itself */
	{ "the same twice",
	  "1.3.6.1.4.1.99999.1 05 00 | 2.5.29.14 04 01 6b | "
	  "1.3.6.1.4.1.99999.1 05 00",
	  .refused = "not a certificate: it holds the same extension twice" },
	{ "one OID the beginning of another", "1.3.6.1.4.1.99999.1 05 00 | 1.3.6.1.4.1.99999 05 00",
	  .defect = NULL },
	{ "the first defect stands for all", "2.5.29.15 ! 03 01 00 | 2.5.29.37 30 00",
	  .defect = "its key usage is malformed" },
};

static void finds_what_is_wrong_with_extensions(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct der_plan plan = { .extensions = der_extensions(mem, row->extensions) };
		struct cert_facts cert = { 0 };
		struct err err = { 0 };
		bool ok = cert_read(der_cert(mem, &plan), mem, &cert, &err);
		assert_row_string(row->name, ok ? NULL : err.text, row->refused);
		assert_row_string(row->name, cert.defect, row->defect);
		assert_row_string(row->name, cert.lapse, row->lapse);
		assert_row_string(row->name, cert.blemish, row->blemish);
		assert_row_string(row->name, cert.critical_unknown, row->unknown);
	}
}

static const struct shape_row {
	const char *name, *hex; /* an Extension, the extensions or what stands behind the key */
	const char *refused;
	const char *blemish;
} shape_rows[] = {
	{ "critical spelt out as FALSE", "30 0c 06 03 55 1d 0f 01 01 00 04 02 05 00", NULL,
	  "an extension spells out that it is not critical" },
	{ "critical of a BOOLEAN that is not DER", "30 0c 06 03 55 1d 0f 01 01 01 04 02 05 00",
	  "not a certificate: its extensions are not valid DER", NULL },
	{ "critical of an empty BOOLEAN", "30 0b 06 03 55 1d 0f 01 00 04 02 05 00",
	  "not a certificate: its extensions are not valid DER", NULL },
	{ "no extnValue", "30 05 06 03 55 1d 0f",
	  "not a certificate: its extensions are not valid DER", NULL },
	{ "more behind extnValue", "30 0b 06 03 55 1d 0f 04 02 05 00 05 00",
	  "not a certificate: its extensions are not valid DER", NULL },
	{ "an OID without end", "30 09 06 03 2a 03 83 04 02 05 00",
	  "not a certificate: its extensions are not valid DER", NULL },
	{ "an OID with a padded arc", "30 09 06 03 2a 80 03 04 02 05 00",
	  "not a certificate: its extensions are not valid DER", NULL },
	{ "an OID of 128 bits", "30 1a " UUID "04 02 05 00", NULL, NULL },
	{ "no OID", "30 04 04 02 05 00", "not a certificate: its extensions are not valid DER",
	  NULL },
	{ "no SEQUENCE", "05 00", "not a certificate: its extensions are not valid DER", NULL },
};

static void refuses_extensions_out_of_shape(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(shape_rows); i++) {
		const struct shape_row *row = &shape_rows[i];
		struct der_plan plan = { .extensions = der_hex(mem, row->hex) };
		struct cert_facts cert = { 0 };
		struct err err = { 0 };
		bool ok = cert_read(der_cert(mem, &plan), mem, &cert, &err);
		assert_row_string(row->name, ok ? NULL : err.text, row->refused);
		assert_row_string(row->name, cert.blemish, row->blemish);
	}
}

static void takes_so_many_extensions_and_no_more(void **state)
{
	struct arena *mem = *state;
	struct der_plan plan = { 0 };
	struct cert_facts cert;
	struct err err = { 0 };
	for (int i = 0; i < 128; i++)
		plan.extensions =
			der_join(mem, plan.extensions,
				 der_extension(mem, arena_printf(mem, "1.3.6.1.4.1.99999.%d", i),
					       false, DER_LITERAL("\x05\x00")));
	assert_true(cert_read(der_cert(mem, &plan), mem, &cert, &err));
	plan.extensions = der_join(mem, plan.extensions, der_extensions(mem, KEY_ID));
	assert_false(cert_read(der_cert(mem, &plan), mem, &cert, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

/* The fields in their order, RFC 5280, 4.1. Hex, "": left empty; NULL: as usual. */
static const struct field_row {
	const char *name;
	const char *version, *serial, *inner, *issuer, *subject, *validity, *behind, *extensions;
	const char *defect, *lapse, *blemish, *refused;
	const char *outer; /* NULL: Ed25519 beside an inner one */
} field_rows[] = {
	{ "version 3", .version = "02 01 02" },
	{ "version 1", .version = "", .lapse = "it is not of version 3" },
	{ "version 1 spelt out", .version = "02 01 00", .lapse = "it is not of version 3",
	  .blemish = "its version spells out a default" },
	{ "version 2", .version = "02 01 01", .lapse = "it is not of version 3" },
	{ "version 4", .version = "02 01 03",
	  .refused = "not a certificate: its version is not 1, 2 or 3" },
	{ "version -1", .version = "02 01 ff",
	  .refused = "not a certificate: its version is not 1, 2 or 3" },
	{ "version with more behind it", .version = "02 01 02 00",
	  .refused = "not a certificate: its version is not 1, 2 or 3" },
	{ "version 1 with extensions", .version = "", .extensions = SAN,
	  .defect = "it holds extensions, but is not of version 3",
	  .lapse = "it is not of version 3" },
	{ "version 2 with extensions", .version = "02 01 01", .extensions = SAN,
	  .defect = "it holds extensions, but is not of version 3",
	  .lapse = "it is not of version 3" },

	{ "serial zero", .serial = "00", .lapse = "its serial number is zero" },
	{ "serial negative", .serial = "80", .lapse = "its serial number is negative" },
	{ "serial of 20 octets", .serial = "7f 01020304 05060708 090a0b0c 0d0e0f10 111213" },
	{ "serial of 20 octets and a sign",
	  .serial = "00 ff 01020304 05060708 090a0b0c 0d0e0f10 111213" },
	{ "serial of 21 octets", .serial = "7f 01020304 05060708 090a0b0c 0d0e0f10 11121314",
	  .lapse = "its serial number is longer than 20 octets" },
	{ "serial with a zero too many", .serial = "00 7f",
	  .refused = "not a certificate: its serial number is not valid DER" },
	{ "serial of nothing", .serial = "",
	  .refused = "not a certificate: its serial number is not valid DER" },

	{ "two signature algorithms", .inner = "30 05 06 03 2b 65 71",
	  .defect = "it names two different signature algorithms" },
	{ "a signature algorithm with parameters of another", .inner = "30 07 06 03 2b 65 70 05 00",
	  .outer = "30 07 06 03 2b 65 70 05 00",
	  .defect = "its signature algorithm has parameters of another kind" },
	{ "an RSA signature without NULL", .inner = "30 0b 06 09 2a 86 48 86 f7 0d 01 01 0b",
	  .outer = "30 0b 06 09 2a 86 48 86 f7 0d 01 01 0b",
	  .lapse = "its signature algorithm has parameters of another kind" },
	{ "no issuer", .issuer = "30 00", .subject = "30 00", .lapse = "it names no issuer" },
	{ "no subject, names not critical", .subject = "30 00",
	  .extensions = SAN "| 2.5.29.35 30 00",
	  .lapse = "its subject is empty, and its subjectAltName not critical",
	  .blemish = "it has no authority key identifier" },
	{ "no subject, names critical", .subject = "30 00",
	  .extensions = "2.5.29.17 ! 30 06 82 04 69 6d 2e 78 | 2.5.29.35 30 03 80 01 6b" },
	{ "a CA without a name", .subject = "30 00",
	  .extensions = GOOD_CA "| 2.5.29.35 30 03 80 01 6b",
	  .lapse = "it is a CA without a name" },
	{ "issued by another, no authority key identifier", .subject = "30 00",
	  .blemish = "it has no authority key identifier" },
	{ "an issuer that is no name", .issuer = "30 02 05 00",
	  .refused = "not a certificate: subject or issuer is no name" },
	{ "a subject that is no name", .subject = "30 04 31 02 05 00",
	  .refused = "not a certificate: subject or issuer is no name" },

	{ "a unique identifier of the issuer", .behind = "81 02 00 01",
	  .lapse = "it holds a unique identifier" },
	{ "both, and in order", .behind = "81 02 00 01 82 02 00 01", .extensions = SAN,
	  .lapse = "it holds a unique identifier" },
	{ "out of order", .behind = "82 02 00 01 81 02 00 01",
	  .refused = "not a certificate: octets behind its key that are not valid DER" },
	{ "twice", .behind = "81 02 00 01 81 02 00 01",
	  .refused = "not a certificate: octets behind its key that are not valid DER" },
	{ "something else", .behind = "05 00",
	  .refused = "not a certificate: octets behind its key that are not valid DER" },
	{ "extensions of nothing", .behind = "a3 00",
	  .refused = "not a certificate: its extensions are not valid DER" },
	{ "extensions that are none", .behind = "a3 02 30 00",
	  .lapse = "its list of extensions is empty" },
	{ "extensions with more behind them", .behind = "a3 04 30 00 05 00",
	  .refused = "not a certificate: its extensions are not valid DER" },
};

static struct bytes hex_or_none(struct arena *mem, const char *hex)
{
	return hex ? der_hex(mem, hex) : (struct bytes){ 0 };
}

static void finds_what_is_wrong_with_fields(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(field_rows); i++) {
		const struct field_row *row = &field_rows[i];
		struct der_plan plan = {
			.version = hex_or_none(mem, row->version),
			.serial = hex_or_none(mem, row->serial),
			.inner = hex_or_none(mem, row->inner),
			.outer = row->outer   ? der_hex(mem, row->outer)
				 : row->inner ? DER_LITERAL(DER_ED25519)
					      : (struct bytes){ 0 },
			.issuer = hex_or_none(mem, row->issuer),
			.subject = hex_or_none(mem, row->subject),
			.behind = hex_or_none(mem, row->behind),
		};
		if (row->extensions)
			plan.extensions = der_extensions(mem, row->extensions);
		struct cert_facts cert = { 0 };
		struct err err = { 0 };
		bool ok = cert_read(der_cert(mem, &plan), mem, &cert, &err);
		assert_row_string(row->name, ok ? NULL : err.text, row->refused);
		assert_row_string(row->name, cert.defect, row->defect);
		assert_row_string(row->name, cert.lapse, row->lapse);
		assert_row_string(row->name, cert.blemish, row->blemish);
	}
}

/* RFC 5280, 4.1.2.5 */
static const struct time_row {
	uint8_t tag;
	const char *text;
	int64_t seconds; /* -1: no certificate */
	const char *lapse;
} time_rows[] = {
	{ TAG_UTC_TIME, "260101000000Z", 1767225600, NULL },
	{ TAG_UTC_TIME, "491231235959Z", 2524607999, NULL },
	{ TAG_UTC_TIME, "500101000000Z", -631152000, NULL },
	{ TAG_UTC_TIME, "700101000001Z", 1, NULL },
	{ TAG_GENERALIZED_TIME, "20500101000000Z", 2524608000, NULL },
	{ TAG_GENERALIZED_TIME, "99991231235959Z", 253402300799, NULL },
	{ TAG_GENERALIZED_TIME, "20491231235959Z", 2524607999,
	  "it writes a date before 2050 as GeneralizedTime" },
	{ TAG_GENERALIZED_TIME, "20260101000000Z", 1767225600,
	  "it writes a date before 2050 as GeneralizedTime" },
	{ TAG_UTC_TIME, "240229120000Z", 1709208000, NULL },
	{ TAG_UTC_TIME, "260229120000Z", -1, NULL },
	{ TAG_UTC_TIME, "260230120000Z", -1, NULL },
	{ TAG_UTC_TIME, "260431120000Z", -1, NULL },
	{ TAG_UTC_TIME, "260100000000Z", -1, NULL },
	{ TAG_UTC_TIME, "261301000000Z", -1, NULL },
	{ TAG_UTC_TIME, "260001000000Z", -1, NULL },
	{ TAG_UTC_TIME, "260132000000Z", -1, NULL },
	{ TAG_UTC_TIME, "260101240000Z", -1, NULL },
	{ TAG_UTC_TIME, "260101006000Z", -1, NULL },
	{ TAG_UTC_TIME, "260101000060Z", -1, NULL },
	{ TAG_UTC_TIME, "2601010000Z", -1, NULL },
	{ TAG_UTC_TIME, "260101000000+0000", -1, NULL },
	{ TAG_UTC_TIME, "26010100000 Z", -1, NULL },
	{ TAG_UTC_TIME, "20260101000000Z", -1, NULL },
	{ TAG_GENERALIZED_TIME, "20500101000000.5Z", -1, NULL },
	{ TAG_GENERALIZED_TIME, "20500101000000", -1, NULL },
	{ TAG_IA5, "260101000000Z", -1, NULL },
};

static void reads_dates(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(time_rows); i++) {
		const struct time_row *row = &time_rows[i];
		struct bytes one = der_text(mem, row->tag, row->text);
		struct der_plan plan = { .validity = der_join(mem, one, one) };
		struct cert_facts cert = { 0 };
		struct err err = { 0 };
		bool ok = cert_read(der_cert(mem, &plan), mem, &cert, &err);
		assert_row(row->text, ok == (row->seconds != -1));
		if (!ok) {
			assert_row_string(row->text, err.text,
					  "not a certificate: its validity is no pair of times");
			continue;
		}
		assert_row(row->text, cert.not_before == row->seconds);
		assert_row(row->text, cert.not_after == row->seconds);
		assert_row_string(row->text, cert.lapse, row->lapse);
	}
}

/* RFC 8017, 3.1 */
static const struct exponent_row {
	const char *name, *exponent;
	const char *defect, *lapse;
	const char *modulus; /* NULL: of 16 bits */
} exponent_rows[] = {
	{ "65537", "02 03 01 00 01", NULL, NULL, NULL },
	{ "65539", "02 03 01 00 03", NULL, NULL, NULL },
	{ "3", "02 01 03", NULL, "its RSA exponent is less than 65537", NULL },
	{ "65535", "02 03 00 ff ff", NULL, "its RSA exponent is less than 65537", NULL },
	{ "0", "02 01 00", "its RSA exponent is no exponent", NULL, NULL },
	{ "1", "02 01 01", "its RSA exponent is no exponent", NULL, NULL },
	{ "2", "02 01 02", "its RSA exponent is no exponent", NULL, NULL },
	{ "65538", "02 03 01 00 02", "its RSA exponent is no exponent", NULL, NULL },
	{ "-1", "02 01 ff", "its RSA exponent is no exponent", NULL, NULL },
	{ "even, of 64 bits", "02 09 00 ff 00 00 00 00 00 00 02", "its RSA exponent is no exponent",
	  NULL, NULL },
	{ "odd, of 64 bits", "02 09 00 ff 00 00 00 00 00 00 03", NULL, NULL, NULL },
	{ "of nothing", "02 00", "its RSA exponent is no exponent", NULL, NULL },
	{ "a key of 12 bits", "02 03 01 00 01", NULL,
	  "its RSA modulus is no whole number of octets", "02 02 0f ff" },
	{ "an even key", "02 03 01 00 01", "its key is malformed", NULL, "02 03 00 ff fe" },
};

static void looks_at_rsa_exponents(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(exponent_rows); i++) {
		const struct exponent_row *row = &exponent_rows[i];
		struct bytes modulus = der_hex(mem, row->modulus ? row->modulus : "02 03 00 ff ff");
		struct bytes pair = der_join(mem, modulus, der_hex(mem, row->exponent));
		pair = der_join(mem, DER_LITERAL("\0"), der_wrap(mem, TAG_SEQUENCE, pair));
		struct bytes info =
			der_join(mem, der_hex(mem, "30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00"),
				 der_wrap(mem, TAG_BIT_STRING, pair));
		struct der_plan plan = { .key = der_wrap(mem, TAG_SEQUENCE, info) };
		struct cert_facts cert = der_read(mem, &plan);
		assert_row_string(row->name, cert.key, "RSA");
		assert_row_string(row->name, cert.defect, row->defect);
		assert_row_string(row->name, cert.lapse, row->lapse);
	}
}

static void reads_what_others_judge_by(void **state)
{
	struct arena *mem = *state;
	struct der_plan plan = {
		.extensions = der_extensions(
			mem, "2.5.29.19 ! 30 06 01 01 ff 02 01 03 | 2.5.29.15 ! 03 03 07 05 80 |"
			     "1.3.6.1.5.5.7.1.24 30 06 02 01 11 02 01 05 |" KEY_ID
			     "| 2.5.29.35 30 04 80 02 61 62 |"
			     "1.3.6.1.5.5.7.1.1 30 1d 30 0c 06 08 2b 06 01 05 05 07 30 02 86 00"
			     "30 0d 06 08 2b 06 01 05 05 07 30 01 86 01 6f |"
			     "2.5.29.31 30 09 30 07 a0 05 a0 03 86 01 63"),
	};
	struct cert_facts cert = der_read(mem, &plan);
	assert_true(cert.is_ca && cert.has_basic_constraints && cert.path_length == 3);
	assert_int_equal(cert.key_usage,
			 USAGE_CERT_SIGN | USAGE_ENCIPHER_ONLY | USAGE_DECIPHER_ONLY);
	assert_true(cert.must_staple);
	assert_int_equal(cert.features.size, 6);
	assert_memory_equal(cert.subject_key_id.data, "ke", 2);
	assert_memory_equal(cert.authority_key_id.data, "ab", 2);
	assert_string_equal(cert.ocsp_url, "o");
	assert_string_equal(cert.crl_url, "c");
	plan.extensions = der_extensions(mem, "2.5.29.19 ! 30 07 01 01 ff 02 02 00 ff");
	assert_int_equal(der_read(mem, &plan).path_length, 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_wrong_with_extensions),
		cmocka_unit_test(refuses_extensions_out_of_shape),
		cmocka_unit_test(takes_so_many_extensions_and_no_more),
		cmocka_unit_test(finds_what_is_wrong_with_fields),
		cmocka_unit_test(reads_dates),
		cmocka_unit_test(looks_at_rsa_exponents),
		cmocka_unit_test(reads_what_others_judge_by),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
