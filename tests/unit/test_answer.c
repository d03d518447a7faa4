/* What comes back to a hello: every answer whole and in pieces, of servers that keep the rules and
 * of those that do not. spec/ciphers.md, sections 2, 4 and 5. */
#include <stdio.h>

#include "unit.h"
#include "wire.h"

#include "tls/answer.h"

#define RECORD(messages)         "16 0303 [2 " messages "]"
#define ALERT(level, number)     "15 0303 [2 " level number "]"
#define SH(version, suite, rest) "02 [3 " version " R [1] " suite " 00 " rest "]"
#define SH12(suite)              SH("0303", suite, "")
#define SH12_EXT(extensions)     SH("0303", "C02F", "[2 " extensions "]")
#define HELLO12(extensions)      RECORD(SH12_EXT(extensions))
#define HELLO13(random, extensions)                                                                \
	RECORD("02 [3 0303 " random " [1 {32 77}] 1301 00 [2 " extensions "]]")
#define IS13                        "002B [2 0304]"
#define CERT                        "0B [3 [3 [3 AABBCC] [3 DD]]]"
#define STATUS                      "16 [3 01 [3 99]]"
#define SKE(body)                   "0C [3 " body "]"
#define REQUEST                     "0D [3 [1 01] [2 0401] [2]]"
#define DONE                        "0E [3]"
#define FLIGHT(suite, exchange)     RECORD(SH12(suite) CERT SKE(exchange) DONE)
#define OLD_FLIGHT(suite, exchange) RECORD(SH("0301", suite, "") CERT SKE(exchange) DONE)
#define UNSIGNED(suite, exchange)   RECORD(SH12(suite) SKE(exchange) DONE)
#define P512                        "F1 {62 55} 57" /* odd, top bit set */
#define FIELD(public)               "[2 " P512 "] [2 02] [2 " public "]"
#define POINT                       "03 001D [1 {32 99}]"
#define SIGNATURE                   "[2 {64 77}]"
#define KNOWN_LEAF                  .leaf = { (const uint8_t *)"\xAA\xBB\xCC", 3 }
#define HELLO_OF(v, number, s)                                                                     \
	.kind = ANSWER_HELLO, .version = (v), .version_number = (number), .suite = (s)
#define GARBAGE(sentence) .wanted = { .kind = ANSWER_GARBAGE, .fault = (sentence) }

static const uint32_t two_kinds[] = { 0x010080, 0x0700C0 };

static const struct row {
	const char *name;
	const char *octets;
	struct answer_facts wanted; /* .alert: -1 is meant where there is none */
	enum tls_version asked;     /* NONE: TLS 1.2 */
	enum answer_kind end;       /* how the stream ends; NONE: decided before */
	bool hello_only;
} rows[] = {
	/* ServerHello. */
	{ "a ServerHello alone is enough where no more is wanted", RECORD(SH12("C02F")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F) }, .hello_only = true },
	{ "SSL 3.0", "16 0300 [2 " SH("0300", "0005", "") CERT DONE "]",
	  .wanted = { HELLO_OF(SSL_3_0, 0x0300, 0x0005), KNOWN_LEAF }, .asked = SSL_3_0 },
	{ "an older version than asked for (CIP-8)", RECORD(SH("0301", "002F", "") CERT DONE),
	  .wanted = { HELLO_OF(TLS_1_0, 0x0301, 0x002F), KNOWN_LEAF } },
	{ "an unknown version ends it: who knows what follows", RECORD(SH("0399", "002F", "")),
	  .wanted = { HELLO_OF(TLS_VERSION_NONE, 0x0399, 0x002F) } },
	{ "TLS 1.3 stands in supported_versions alone (CIP-15)", RECORD(SH("0304", "1301", "")),
	  .wanted = { HELLO_OF(TLS_VERSION_NONE, 0x0304, 0x1301) }, .asked = TLS_1_3 },
	{ "a session that may be resumed", RECORD("02 [3 0303 R [1 {32 55}] C02F 00]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), .session_id = true }, .hello_only = true },
	{ "our own session id is no session of theirs", RECORD("02 [3 0303 R [1 {32 55}] C02F 00]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F) }, .asked = TLS_1_3, .hello_only = true },
	{ "compression", RECORD("02 [3 0303 R [1] C02F 01]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), .compression = 1 }, .hello_only = true },
	{ "every extension we look for",
	  HELLO12("0000 [2] 0005 [2] 000F [2 01] 0016 [2] 0017 [2] 0023 [2] FF01 [2 00] "
		  "000B [2 [1 00]] 0010 [2 [2 [1 (xmpp-client)]]]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F),
		      .echoes = ECHO_SERVERNAME | ECHO_STATUS | ECHO_HEARTBEAT | ECHO_ETM |
				ECHO_EMS | ECHO_TICKET | ECHO_RENEGOTIATION,
		      .alpn = "xmpp-client" },
	  .hello_only = true },
	{ "an empty list of extensions", HELLO12(""),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F) }, .hello_only = true },
	{ "a key share in TLS 1.2 is no group of its key exchange",
	  HELLO12("0033 [2 001D [2 {32 99}]]"), .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F) },
	  .hello_only = true },
	{ "sentinel of 1.2", RECORD("02 [3 0303 {24 11} 444F574E47524401 [1] C02F 00]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), .sentinel = TLS_1_2 },
	  .hello_only = true },
	{ "sentinel of 1.1", RECORD("02 [3 0302 {24 11} 444F574E47524400 [1] C02F 00]"),
	  .wanted = { HELLO_OF(TLS_1_1, 0x0302, 0xC02F), .sentinel = TLS_1_1 },
	  .hello_only = true },
	{ "no sentinel, though it looks like one",
	  RECORD("02 [3 0303 {24 11} 444F574E47524402 [1] C02F 00]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F) }, .hello_only = true },
	/* TLS 1.3. */
	{ "HelloRetryRequest (CIP-14)", HELLO13("H", IS13 "0033 [2 001D]"),
	  .wanted = { .kind = ANSWER_RETRY,
		      .version = TLS_1_3,
		      .version_number = 0x0304,
		      .suite = 0x1301,
		      .group = 29 },
	  .asked = TLS_1_3 },
	{ "HelloRetryRequest with a cookie, no group", HELLO13("H", "002C [2 [2 AABB]]" IS13),
	  .wanted = { .kind = ANSWER_RETRY,
		      .version = TLS_1_3,
		      .version_number = 0x0304,
		      .suite = 0x1301 },
	  .asked = TLS_1_3 },
	{ "ServerHello of TLS 1.3 ends it, what follows is encrypted (CIP-18)",
	  HELLO13("R", "0033 [2 001D [2 {32 99}]]" IS13) "14 0303 [2 01] 17 0303 [2 {40 55}]",
	  .wanted = { HELLO_OF(TLS_1_3, 0x0304, 0x1301), .group = 29 }, .asked = TLS_1_3 },
	{ "a sentinel in TLS 1.3 marks no downgrade", HELLO13("{24 11} 444F574E47524401", IS13),
	  .wanted = { HELLO_OF(TLS_1_3, 0x0304, 0x1301) }, .asked = TLS_1_3 },
	{ "a draft of TLS 1.3", HELLO13("R", "002B [2 7F1C]"),
	  .wanted = { HELLO_OF(TLS_VERSION_NONE, 0x7F1C, 0x1301) }, .asked = TLS_1_3 },
	{ "HelloRetryRequest of TLS 1.2", RECORD("02 [3 0303 H [1] C02F 00]"),
	  GARBAGE("a HelloRetryRequest outside TLS 1.3") },
	{ "HelloRetryRequest with a share instead of a group",
	  HELLO13("H", IS13 "0033 [2 001D [2 {32 99}]]"), GARBAGE("a malformed key share"),
	  .asked = TLS_1_3 },
	{ "a group without its share", HELLO13("R", IS13 "0033 [2 001D]"),
	  GARBAGE("a malformed key share"), .asked = TLS_1_3 },
	{ "a share that ends too early", HELLO13("R", IS13 "0033 [2 001D 0020 99]"),
	  GARBAGE("a malformed key share"), .asked = TLS_1_3 },
	{ "supported_versions with two versions", HELLO13("R", "002B [2 0304 0303]"),
	  GARBAGE("a malformed supported_versions answer"), .asked = TLS_1_3 },
	/* ServerHello that breaks the rules: nothing of it is told. */
	{ "a ServerHello cut short in its message", RECORD("02 [3 0303 R [1] C0]"),
	  GARBAGE("a malformed ServerHello") },
	{ "an empty ServerHello", RECORD("02 [3]"), GARBAGE("a malformed ServerHello") },
	{ "a session id that is too long", RECORD("02 [3 0303 R [1 {33 55}] C02F 00]"),
	  GARBAGE("a malformed ServerHello") },
	{ "a session id over the end", RECORD("02 [3 0303 R 20 C02F 00]"),
	  GARBAGE("a malformed ServerHello") },
	{ "octets behind the extensions", RECORD(SH("0303", "C02F", "[2] 00")),
	  GARBAGE("octets behind the extensions of the ServerHello") },
	{ "extensions over the end", RECORD(SH("0303", "C02F", "0010 0017 0000")),
	  GARBAGE("malformed extensions in the ServerHello") },
	{ "half a length of extensions", RECORD(SH("0303", "C02F", "00")),
	  GARBAGE("malformed extensions in the ServerHello") },
	{ "an extension over the end of all", HELLO12("0017 [2] 0016 0001"),
	  GARBAGE("malformed extensions in the ServerHello") },
	{ "an extension twice", HELLO12("0017 [2] 0017 [2]"),
	  GARBAGE("extension 23 twice in the ServerHello") },
	{ "renegotiation_info of a handshake that never was (RFC 5746, 3.4)",
	  HELLO12("FF01 [2 [1 AA]]"), GARBAGE("a malformed renegotiation_info answer") },
	{ "ALPN with two names", HELLO12("0010 [2 [2 [1 (a)] [1 (b)]]]"),
	  GARBAGE("a malformed ALPN answer") },
	{ "ALPN with no name", HELLO12("0010 [2 [2 [1]]]"), GARBAGE("a malformed ALPN answer") },
	{ "ALPN with a list of none", HELLO12("0010 [2 [2]]"), GARBAGE("a malformed ALPN answer") },
	{ "ALPN with octets behind it", HELLO12("0010 [2 [2 [1 (a)]] 00]"),
	  GARBAGE("a malformed ALPN answer") },
	{ "ALPN that only begins like ours", HELLO12("0010 [2 [2 [1 (xmpp-client) 00 (x)]]]"),
	  GARBAGE("a malformed ALPN answer") },
	/* Key exchange. */
	{ "ECDHE with RSA in TLS 1.2", FLIGHT("C02F", POINT "0804" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF, .group = 29, .scheme = 0x0804,
		      .has_public = true } },
	{ "ECDHE with RSA in TLS 1.0 names no scheme", OLD_FLIGHT("C014", POINT SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_0, 0x0301, 0xC014), KNOWN_LEAF, .group = 29,
		      .has_public = true } },
	{ "an explicit curve", FLIGHT("C02F", "01 {40 55}"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF, .explicit_curve = true } },
	{ "an explicit binary curve", FLIGHT("C02F", "02 {40 55}"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF, .explicit_curve = true } },
	{ "ECDH without a signature", UNSIGNED("C018", POINT),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC018), .group = 29, .has_public = true } },
	{ "DHE with RSA", FLIGHT("009E", FIELD("{64 33}") "0401" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x009E), KNOWN_LEAF, .scheme = 0x0401,
		      .dh = { .bits = 512, .generator = 2 }, .has_public = true } },
	{ "DHE with DSS in TLS 1.0", OLD_FLIGHT("0032", FIELD("{64 33}") SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_0, 0x0301, 0x0032), KNOWN_LEAF,
		      .dh = { .bits = 512, .generator = 2 }, .has_public = true } },
	{ "DH without a signature", UNSIGNED("0034", FIELD("{64 33}")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034), .dh = { .bits = 512, .generator = 2 },
		      .has_public = true } },
	{ "export DH without a signature", UNSIGNED("0017", FIELD("{64 33}")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0017), .dh = { .bits = 512, .generator = 2 },
		      .has_public = true } },
	{ "the bits of the modulus, not its octets",
	  UNSIGNED("0034", "[2 0000 05 {63 55}] [2 0000000005] [2 {64 33}]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034), .dh = { .bits = 507, .generator = 5 },
		      .has_public = true } },
	{ "a generator as long as the modulus",
	  UNSIGNED("0034", "[2 " P512 "] [2 {64 44}] [2 {64 33}]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034), .dh = { .bits = 512 },
		      .has_public = true } },
	{ "Ys of 0", UNSIGNED("0034", FIELD("00")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .dh = { .bits = 512, .generator = 2, .weak_public = true },
		      .has_public = true } },
	{ "Ys of 1, padded", UNSIGNED("0034", FIELD("{63 00} 01")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .dh = { .bits = 512, .generator = 2, .weak_public = true },
		      .has_public = true } },
	{ "Ys of p - 1", UNSIGNED("0034", FIELD("F1 {62 55} 56")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .dh = { .bits = 512, .generator = 2, .weak_public = true },
		      .has_public = true } },
	{ "Ys of p - 2 is as good as any", UNSIGNED("0034", FIELD("F1 {62 55} 55")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034), .dh = { .bits = 512, .generator = 2 },
		      .has_public = true } },
	{ "RSA export", OLD_FLIGHT("0003", "[2 {64 81}] [2 010001]" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_0, 0x0301, 0x0003), KNOWN_LEAF, .rsa_export_bits = 512 } },
	{ "a short key for a suite that is no export suite (FREAK)",
	  FLIGHT("002F", "[2 {64 81}] [2 010001] 0401" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF, .scheme = 0x0401,
		      .rsa_export_bits = 512 } },
	{ "RSA with no message", RECORD(SH12("002F") CERT DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF } },
	{ "PSK with a hint", UNSIGNED("00A8", "[2 (hint)]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x00A8) } },
	{ "PSK without one", RECORD(SH12("00A8") DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x00A8) } },
	{ "RSA-PSK with a hint", FLIGHT("00AC", "[2]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x00AC), KNOWN_LEAF } },
	{ "DHE-PSK", UNSIGNED("00AA", "[2 (hint)]" FIELD("{64 33}")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x00AA), .dh = { .bits = 512, .generator = 2 },
		      .has_public = true } },
	{ "ECDHE-PSK", UNSIGNED("C035", "[2]" POINT),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC035), .group = 29, .has_public = true } },
	{ "SRP", UNSIGNED("C01D", "[2 " P512 "] [2 02] [1 55] [2 {64 33}]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC01D), .dh = { .bits = 512 } } },
	{ "SRP with RSA", FLIGHT("C01E", "[2 " P512 "] [2 02] [1 55] [2 {64 33}] 0401" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC01E), KNOWN_LEAF, .scheme = 0x0401,
		      .dh = { .bits = 512 } } },
	{ "GOST: nothing we can read", FLIGHT("0081", "AABB"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0081), KNOWN_LEAF } },
	{ "a suite nobody knows", FLIGHT("FAFB", "AABB"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xFAFB), KNOWN_LEAF } },
	/* The rest of the flight. */
	{ "staple and client certificate", RECORD(SH12("002F") CERT STATUS REQUEST DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF, .staple = true,
		      .client_cert_requested = true } },
	{ "a record for each message",
	  RECORD(SH12("002F")) RECORD(CERT) RECORD(STATUS) RECORD(REQUEST) RECORD(DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF, .staple = true,
		      .client_cert_requested = true } },
	{ "a message over three records",
	  RECORD("02 00002C 0303 R") RECORD("00 002F 00 0004 0017 00") RECORD("00" CERT DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF, .echoes = ECHO_EMS } },
	{ "a header over two records",
	  RECORD("02 0000") RECORD("26 0303 R 00 002F 00 0B 00") RECORD("0009 [3 [3 AABBCC]]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF } },
	{ "a record for each octet of a message",
	  RECORD("02") RECORD("00") RECORD("00") RECORD("26") RECORD("0303 R 00 002F 00")
		  RECORD(CERT) RECORD("0E") RECORD("00") RECORD("00") RECORD("00"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF } },
	{ "a long chain over many records",
	  RECORD(SH12("002F")) RECORD("0B 013886 013883 013880 {16374 55}") RECORD("{16384 55}")
		  RECORD("{16384 55}") RECORD("{16384 55}") RECORD("{14474 55}" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), .leaf = { NULL, 80000 } } },
	{ "the longest Certificate there may be",
	  RECORD(SH12("002F") "0B 040000 03FFFD 000003 AABBCC 03FFF4 {15000 55}") "{15 16 0303 [2 {16384 55}]}" RECORD(
		  "{1372 55}" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF } },
	{ "closed behind the ServerHello", RECORD(SH12("002F")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F) }, .end = ANSWER_CLOSED },
	{ "silent behind the ServerHello", RECORD(SH12("002F")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F) }, .end = ANSWER_SILENCE },
	{ "an alert behind the ServerHello", RECORD(SH12("002F")) ALERT("02", "50"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), .alert = 80 } },
	/* Behind a good ServerHello what was read before stays, what is broken is dropped. */
	{ "a point without octets", FLIGHT("C02F", "03 001D 00 0804" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF,
		      .fault = "malformed parameters of an elliptic curve" } },
	{ "a curve of an unknown type", FLIGHT("C02F", "07 001D"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF,
		      .fault = "a curve of the unknown type 7" } },
	{ "an empty ServerKeyExchange", FLIGHT("C02F", ""),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF,
		      .fault = "malformed parameters of an elliptic curve" } },
	{ "a signature over the end: the group goes with it",
	  FLIGHT("C02F", POINT "0804 0040 7777"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF,
		      .fault = "a malformed signature in the ServerKeyExchange" } },
	{ "octets behind the signature", FLIGHT("C02F", POINT "0804" SIGNATURE "00"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC02F), KNOWN_LEAF,
		      .fault = "a malformed signature in the ServerKeyExchange" } },
	{ "no signature where there must be one", FLIGHT("009E", FIELD("{64 33}")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x009E), KNOWN_LEAF,
		      .fault = "a malformed signature in the ServerKeyExchange" } },
	{ "octets behind parameters that nobody signs", UNSIGNED("0034", FIELD("{64 33}") "00"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .fault = "octets behind the parameters of the ServerKeyExchange" } },
	{ "octets behind a point that nobody signs", UNSIGNED("C018", POINT "00"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC018),
		      .fault = "octets behind the parameters of the ServerKeyExchange" } },
	{ "octets behind a hint", UNSIGNED("00A8", "[2] 00"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x00A8),
		      .fault = "octets behind the parameters of the ServerKeyExchange" } },
	{ "a hint over the end", UNSIGNED("00AA", "0010 00"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x00AA),
		      .fault = "a malformed hint in the ServerKeyExchange" } },
	{ "a modulus of 0", UNSIGNED("0034", "[2 0000] [2 02] [2 33]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .fault = "malformed Diffie-Hellman parameters" } },
	{ "no Ys", UNSIGNED("0034", "[2 " P512 "] [2 02] [2]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .fault = "malformed Diffie-Hellman parameters" } },
	{ "a modulus over the end", UNSIGNED("0034", "0040 55"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0034),
		      .fault = "malformed Diffie-Hellman parameters" } },
	{ "a short key of 0", FLIGHT("0003", "[2 00] [2 010001] 0401" SIGNATURE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x0003), KNOWN_LEAF,
		      .fault = "a malformed RSA key in the ServerKeyExchange" } },
	{ "SRP in a field of 0", UNSIGNED("C01D", "[2 00] [2 02] [1 55] [2 33]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC01D), .fault = "malformed SRP parameters" } },
	{ "an empty Certificate", RECORD(SH12("002F") "0B [3 [3]]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "a malformed Certificate message" } },
	{ "a chain that breaks behind the leaf",
	  RECORD(SH12("002F") "0B [3 [3 [3 AABBCC] 000004 DD]]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "a malformed Certificate message" } },
	{ "octets behind a chain", RECORD(SH12("002F") "0B [3 [3 [3 AABBCC]] 00]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "a malformed Certificate message" } },
	{ "a chain shorter than its own lengths", RECORD(SH12("002F") "0B [3 00]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "a malformed Certificate message" } },
	{ "a staple of nothing", RECORD(SH12("002F") CERT "16 [3 01 [3]]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF,
		      .fault = "a malformed CertificateStatus" } },
	{ "a ServerHelloDone that holds something", RECORD(SH12("002F") CERT "0E [3 00]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF,
		      .fault = "a malformed ServerHelloDone" } },
	{ "a second ServerHello", RECORD(SH12("002F") SH12("0035") DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "handshake message 2 out of turn" } },
	{ "a second Certificate", RECORD(SH12("002F") CERT "0B [3 [3 [3 EE]]]" DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF,
		      .fault = "handshake message 11 out of turn" } },
	{ "a Certificate behind the key exchange", RECORD(SH12("C018") SKE(POINT) CERT DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0xC018), .group = 29, .has_public = true,
		      .fault = "handshake message 11 out of turn" } },
	{ "a Finished in the first flight", RECORD(SH12("002F") CERT "14 [3 {12 00}]"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF,
		      .fault = "handshake message 20 in the server's first flight" } },
	{ "ChangeCipherSpec in the first flight", RECORD(SH12("002F")) "14 0303 [2 01]",
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "a record of type 20 in the server's first flight" } },
	/* Alerts. */
	{ "protocol_version", ALERT("02", "46"), .wanted = { .kind = ANSWER_ALERT, .alert = 70 } },
	{ "protocol_version to SSL 2.0 (CIP-2)", ALERT("02", "46"),
	  .wanted = { .kind = ANSWER_ALERT, .alert = 70 }, .asked = SSL_2_0 },
	{ "a polite close", ALERT("01", "00"), .wanted = { .kind = ANSWER_ALERT, .alert = 0 } },
	{ "unrecognized_name as a warning (CIP-25)",
	  ALERT("01", "70") RECORD(SH12("002F") CERT DONE),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F), KNOWN_LEAF, .warned_name = true } },
	{ "unrecognized_name as the end", ALERT("02", "70"),
	  .wanted = { .kind = ANSWER_ALERT, .alert = 112 } },
	{ "two alerts in one record", "15 0303 [2 0170 0228]",
	  .wanted = { .kind = ANSWER_ALERT, .alert = 40, .warned_name = true } },
	{ "a warning, then the end", ALERT("01", "70"),
	  .wanted = { .kind = ANSWER_CLOSED, .warned_name = true }, .end = ANSWER_CLOSED },
	{ "a flood of warnings", "{9 15 0303 [2 01 5A]}", GARBAGE("more than 8 warning alerts") },
	{ "eight warnings are no flood", "{8 15 0303 [2 01 5A]}" ALERT("02", "28"),
	  .wanted = { .kind = ANSWER_ALERT, .alert = 40 } },
	{ "an alert of one octet", "15 0303 [2 02]", GARBAGE("a malformed alert") },
	{ "an empty alert", "15 0303 [2]", GARBAGE("a malformed alert") },
	{ "an alert of an unknown level", ALERT("03", "28"), GARBAGE("a malformed alert") },
	/* Ends. */
	{ "nothing at all, closed", "", .wanted = { .kind = ANSWER_CLOSED }, .end = ANSWER_CLOSED },
	{ "nothing at all, reset", "", .wanted = { .kind = ANSWER_RESET }, .end = ANSWER_RESET },
	{ "nothing at all, silence", "", .wanted = { .kind = ANSWER_SILENCE },
	  .end = ANSWER_SILENCE },
	{ "closed in a record", "16 0303 0020 02", GARBAGE("closed in the middle of a record"),
	  .end = ANSWER_CLOSED },
	{ "closed in a message", RECORD("02 000026 0303"),
	  GARBAGE("closed in the middle of a record"), .end = ANSWER_CLOSED },
	{ "reset in a record", "16 0303 0020 02", .wanted = { .kind = ANSWER_RESET },
	  .end = ANSWER_RESET },
	{ "silent in a record", "16 0303 0020 02", .wanted = { .kind = ANSWER_SILENCE },
	  .end = ANSWER_SILENCE },
	/* Limits. */
	{ "the longest record there may be", "16 0303 [2 02 003FFC {16380 55}]",
	  GARBAGE("a malformed ServerHello") },
	{ "a record over the limit", "16 0303 4001",
	  GARBAGE("a record of 16385 octets, over the limit of TLS") },
	{ "a giant record", "16 0303 4E20",
	  GARBAGE("a record of 20000 octets, over the limit of TLS") },
	{ "a message over the limit", RECORD("02 010001"),
	  GARBAGE("a handshake message of 65537 octets") },
	{ "a Certificate over the limit", RECORD(SH12("002F") "0B 040001"),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
		      .fault = "a handshake message of 262145 octets" } },
	{ "an empty handshake record", "16 0303 [2]", GARBAGE("an empty handshake record") },
	{ "another message first", RECORD(CERT),
	  GARBAGE("handshake message 11 before the ServerHello") },
	{ "application data first", "17 0303 [2 55]",
	  GARBAGE("a record of type 23 before the ServerHello") },
	{ "ChangeCipherSpec first", "14 0303 [2 01]",
	  GARBAGE("a record of type 20 before the ServerHello") },
	/* Other protocols. */
	{ "HTTP", "(HTTP/1.1 400 Bad Request)", GARBAGE("HTTP answers, not TLS") },
	{ "XMPP in clear", "(<stream:error>)", GARBAGE("XML in clear answers, not TLS") },
	{ "SSH", "(SSH-2.0-OpenSSH_9.2)", GARBAGE("SSH answers, not TLS") },
	{ "SMTP", "(220 mail.example ESMTP)",
	  GARBAGE("what answers is not TLS (first octet 0x32)") },
	{ "what begins like HTTP", "(HELO)",
	  GARBAGE("what answers is not TLS (first octet 0x48)") },
	{ "what begins like SSH, and ends", "(SS)",
	  GARBAGE("what answers is not TLS (first octet 0x53)"), .end = ANSWER_CLOSED },
	{ "a first octet as of TLS, another version", "16 4242",
	  GARBAGE("what answers is not TLS (first octet 0x16)") },
	{ "zeros", "{16 00}", GARBAGE("what answers is not TLS (first octet 0x00)") },
	{ "an SSL 2.0 record to a hello of TLS", "8003 00 0001",
	  GARBAGE("what answers is not TLS (first octet 0x80)") },
	/* SSL 2.0. */
	{ "SSL 2.0", "8020 04 00 01 0002 0003 0006 000C AABBCC 010080 0700C0 {12 55}",
	  .wanted = { .kind = ANSWER_HELLO,
		      .version = SSL_2_0,
		      .version_number = 0x0002,
		      KNOWN_LEAF,
		      .kinds = two_kinds,
		      .kind_count = 2 },
	  .asked = SSL_2_0 },
	{ "SSL 2.0 that shares no kind is spoken all the same (CIP-1)",
	  "801A 04 00 01 0002 0003 0000 000C AABBCC {12 55}",
	  .wanted = { .kind = ANSWER_HELLO,
		      .version = SSL_2_0,
		      .version_number = 0x0002,
		      KNOWN_LEAF },
	  .asked = SSL_2_0 },
	{ "an ERROR of SSL 2.0", "8003 00 0001", .wanted = { .kind = ANSWER_ALERT, .alert = -1 },
	  .asked = SSL_2_0 },
	{ "a TLS server takes it as a compatible hello", RECORD(SH12("002F")),
	  .wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F) }, .asked = SSL_2_0, .hello_only = true },
	{ "an odd list of kinds", "8012 04 00 01 0002 0000 0007 0000 010080 0700C0 55",
	  GARBAGE("a malformed SERVER-HELLO of SSL 2.0"), .asked = SSL_2_0 },
	{ "a certificate over the end", "800B 04 00 01 0002 0003 0000 0000",
	  GARBAGE("a malformed SERVER-HELLO of SSL 2.0"), .asked = SSL_2_0 },
	{ "octets behind a SERVER-HELLO", "800C 04 00 01 0002 0000 0000 0000 55",
	  GARBAGE("a malformed SERVER-HELLO of SSL 2.0"), .asked = SSL_2_0 },
	{ "a SERVER-HELLO of another version", "800B 04 00 01 0003 0000 0000 0000",
	  GARBAGE("a malformed SERVER-HELLO of SSL 2.0"), .asked = SSL_2_0 },
	{ "an empty record of SSL 2.0 is no ERROR", "8000", GARBAGE("an empty record of SSL 2.0"),
	  .asked = SSL_2_0 },
	{ "half an ERROR", "8002 00 00", GARBAGE("a malformed ERROR of SSL 2.0"),
	  .asked = SSL_2_0 },
	{ "another message of SSL 2.0", "8001 02",
	  GARBAGE("message 2 of SSL 2.0 in answer to a hello"), .asked = SSL_2_0 },
	{ "closed in a record of SSL 2.0", "8020 04 00",
	  GARBAGE("closed in the middle of a record"), .asked = SSL_2_0, .end = ANSWER_CLOSED },
};

static void check_scalars(const char *name, const struct answer_facts *got,
			  const struct answer_facts *wanted)
{
	bool alerted = wanted->kind == ANSWER_ALERT && wanted->alert >= 0;
	if (got->kind != wanted->kind)
		print_error("%s: %s, wanted %s (%s)\n", name, answer_kind_name(got->kind),
			    answer_kind_name(wanted->kind), got->fault ? got->fault : "no fault");
	assert_row_string(name, got->fault, wanted->fault);
	assert_row(name, got->version == wanted->version);
	assert_row(name, got->version_number == wanted->version_number);
	assert_row(name, got->suite == wanted->suite);
	assert_row(name, got->compression == wanted->compression);
	assert_row(name, got->echoes == wanted->echoes);
	assert_row(name, got->session_id == wanted->session_id);
	assert_row(name, got->sentinel == wanted->sentinel);
	assert_row(name, got->alert == (alerted || wanted->alert ? wanted->alert : -1));
	assert_row(name, got->warned_name == wanted->warned_name);
	assert_row(name, got->staple == wanted->staple);
	assert_row(name, got->client_cert_requested == wanted->client_cert_requested);
	assert_row_string(name, got->alpn, wanted->alpn);
}

static void check_exchange(const char *name, const struct answer_facts *got,
			   const struct answer_facts *wanted)
{
	assert_row(name, got->group == wanted->group);
	assert_row(name, got->explicit_curve == wanted->explicit_curve);
	assert_row(name, got->scheme == wanted->scheme);
	assert_row(name, got->dh.bits == wanted->dh.bits);
	assert_row(name, got->dh.generator == wanted->dh.generator);
	assert_row(name, got->dh.weak_public == wanted->dh.weak_public);
	assert_row(name, got->rsa_export_bits == wanted->rsa_export_bits);
	assert_row(name, got->has_public == wanted->has_public);
	assert_row(name, got->leaf.size == wanted->leaf.size);
	if (wanted->leaf.data)
		assert_row(name, memcmp(got->leaf.data, wanted->leaf.data, got->leaf.size) == 0);
	assert_row(name, got->kind_count == wanted->kind_count);
	for (size_t i = 0; i < got->kind_count; i++)
		assert_row(name, got->kinds[i] == wanted->kinds[i]);
}

/* Pushes as much at once; the facts lie in mem. */
static struct answer_facts read_answer(const struct row *row, const struct buf *octets,
				       size_t piece, struct arena *mem)
{
	CLEANUP(answer_free)
	struct answer *answer = answer_new(row->asked ? row->asked : TLS_1_2,
					   row->hello_only ? WANT_HELLO : WANT_FLIGHT, mem);
	bool decided = false;
	for (size_t at = 0; at < octets->size && !decided; at += piece) {
		size_t left = octets->size - at;
		decided = answer_push(answer, octets->data + at, left < piece ? left : piece);
	}
	assert_row(row->name, decided == (row->end == ANSWER_NONE));
	if (!decided)
		answer_end(answer, row->end);
	return *answer_facts(answer);
}

static void reads_whole_and_in_pieces(void **state)
{
	static const size_t pieces[] = { SIZE_MAX / 2, 1, 7, 1000 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf octets = wire(rows[i].octets);
		for (size_t p = 0; p < ARRAY_SIZE(pieces); p++) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			struct answer_facts got = read_answer(&rows[i], &octets, pieces[p], mem);
			check_scalars(rows[i].name, &got, &rows[i].wanted);
			check_exchange(rows[i].name, &got, &rows[i].wanted);
		}
		buf_free(&octets);
	}
}

static struct answer_facts read_flight(const char *octets, struct arena *mem)
{
	const struct row row = { .name = "flight", .octets = octets };
	struct buf buf = wire(octets);
	struct answer_facts facts = read_answer(&row, &buf, buf.size, mem);
	buf_free(&buf);
	return facts;
}

/* SHA-256 of 01 and of 32 octets 99, by sha256sum. */
static void hashes_modulus_and_public_value(void **state)
{
	static const uint8_t prime[] = { 0x4B, 0xF5, 0x12, 0x2F, 0x34, 0x45, 0x54, 0xC5,
					 0x3B, 0xDE, 0x2E, 0xBB, 0x8C, 0xD2, 0xB7, 0xE3,
					 0xD1, 0x60, 0x0A, 0xD6, 0x31, 0xC3, 0x85, 0xA5,
					 0xD7, 0xCC, 0xE2, 0x3C, 0x77, 0x85, 0x45, 0x9A };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct answer_facts facts = read_flight(UNSIGNED("0034", "[2 0001] [2 02] [2 33]"), mem);
	assert_int_equal(facts.dh.bits, 1);
	assert_memory_equal(facts.dh.prime_sha256, prime, sizeof(prime));
	struct answer_facts again = read_flight(UNSIGNED("0034", FIELD("33")), mem);
	struct answer_facts other = read_flight(UNSIGNED("0034", FIELD("34")), mem);
	assert_memory_equal(facts.public_sha256, again.public_sha256, 32);
	assert_memory_not_equal(facts.public_sha256, other.public_sha256, 32);
	assert_memory_not_equal(facts.dh.prime_sha256, again.dh.prime_sha256, 32);
}

/* Octets without an end are cut off at the limit, however they come. */
static void ends_at_the_limit_of_octets(void **state)
{
	static const size_t pieces[] = { SIZE_MAX / 2, 4096, 16384 };
	static const struct row row = {
		.name = "without an end",
		.wanted = { HELLO_OF(TLS_1_2, 0x0303, 0x002F),
			    .fault = "more than 393216 octets without an end" },
	};
	(void)state;
	struct buf octets = wire(RECORD(SH12("002F")) "{9 15 0303 [2 01 5A]}");
	/* A Certificate an octet a record. */
	struct buf slow = wire(RECORD(SH12("002F") "0B 040000") "{66000 16 0303 [2 55]}");
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct answer_facts got = read_answer(&row, &slow, pieces[i], mem);
		check_scalars(row.name, &got, &row.wanted);
		got = read_answer(&row, &octets, pieces[i], mem);
		assert_string_equal(got.fault, "more than 8 warning alerts");
	}
	buf_free(&octets);
	buf_free(&slow);
}

/* What is behind an answer changes nothing, though it were more than any answer may be. */
static void ignores_what_follows(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct answer *answer = answer_new(TLS_1_2, WANT_FLIGHT, mem);
	struct buf octets = wire(ALERT("02", "28") "{400000 55}");
	assert_true(answer_push(answer, octets.data, octets.size));
	assert_true(answer_push(answer, octets.data, octets.size));
	answer_end(answer, ANSWER_RESET);
	assert_int_equal(answer_facts(answer)->kind, ANSWER_ALERT);
	assert_int_equal(answer_facts(answer)->alert, 40);
	answer_free(&answer);
	assert_null(answer);
	answer_free(&answer);
	buf_free(&octets);
}

static void names_every_kind(void **state)
{
	static const char *const names[] = { "none",      "hello",      "retry",   "alert",
					     "closed",    "reset",      "silence", "garbage",
					     "handshake", "unsupported" };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(answer_kind_name((enum answer_kind)i), names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_and_in_pieces),
		cmocka_unit_test(hashes_modulus_and_public_value),
		cmocka_unit_test(ends_at_the_limit_of_octets),
		cmocka_unit_test(ignores_what_follows),
		cmocka_unit_test(names_every_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
