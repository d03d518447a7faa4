/* Hellos octet by octet against what the RFCs draw (RFC 5246, 7.4.1.2; RFC 9846, 4.1.2). */
#include <stdio.h>

#include "unit.h"
#include "wire.h"

#include "base/buf.h"
#include "tls/groups.h"
#include "tls/hello.h"

/* What the caller gives as random octets: 00 to 5F, so that each can be told by its place. */
#define RANDOM  "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define SESSION "202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F"
#define SEED    "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F"

/* 22: handshake, 1: client_hello. */
#define HELLO(record, version, session, suites, compression, rest)                                 \
	"16 " record " [2 01 [3 " version RANDOM "[1 " session "] [2 " suites "] [1 " compression  \
	"] " rest "]]"
#define TLS12(extensions) HELLO("0301", "0303", "", "C02F", "00", extensions)
#define TLS13(extensions) HELLO("0301", "0303", SESSION, "1301", "00", "[2 " extensions "]")
#define VERSIONS13        "002B [2 [1 0304]]"
#define MODES             "002D [2 01 01]"
#define NO_SHARE          "0033 [2 [2]]"
#define NAME              "0000 [2 [2 00 [2 (a.example)]]]"

static const uint32_t gcm[] = { 0xC02F }, aes13[] = { 0x1301 }, three[] = { 0xC02F, 0x002F, 5 },
		      kinds[] = { 0x010080, 0x020080, 0x030080, 0x040080,
				  0x050080, 0x060040, 0x0700C0 };
static const uint16_t x25519[] = { 29 }, ffdhe[] = { 256 }, curves[] = { 29, 23 },
		      schemes[] = { 0x0403, 0x0804 };

static const struct row {
	const char *name;
	struct hello hello;
	const char *wanted;
} rows[] = {
	{ "SSL 2.0: the example of spec/ciphers.md, 2.1",
	  { .version = SSL_2_0, .suites = kinds, .suite_count = 7 },
	  "802E 01 0002 0015 0000 0010 010080 020080 030080 040080 050080 060040 0700C0 "
	  "000102030405060708090A0B0C0D0E0F" },
	{ "SSL 2.0: nothing but kinds, whatever else is asked",
	  { .version = SSL_2_0,
	    .suites = kinds,
	    .suite_count = 1,
	    .servername = "a.example",
	    .flags = HELLO_GREASE | HELLO_EMS | HELLO_FALLBACK },
	  "801C 01 0002 0003 0000 0010 010080 000102030405060708090A0B0C0D0E0F" },
	{ "SSL 3.0: record 3.0, no extensions, renegotiation as a suite (CIP-4, CIP-5)",
	  { .version = SSL_3_0,
	    .suites = three,
	    .suite_count = 3,
	    .groups = curves,
	    .group_count = 2,
	    .servername = "a.example",
	    .alpn = "xmpp-client",
	    .flags = HELLO_RENEGOTIATION | HELLO_EMS | HELLO_TICKET },
	  HELLO("0300", "0300", "", "C02F 002F 0005 00FF", "00", "") },
	{ "SSL 3.0: compression",
	  { .version = SSL_3_0, .suites = gcm, .suite_count = 1, .flags = HELLO_COMPRESSION },
	  HELLO("0300", "0300", "", "C02F", "01 00", "") },
	{ "TLS 1.0: schemes are for later versions",
	  { .version = TLS_1_0,
	    .suites = gcm,
	    .suite_count = 1,
	    .schemes = schemes,
	    .scheme_count = 2,
	    .groups = curves,
	    .group_count = 2 },
	  HELLO("0301", "0301", "", "C02F", "00", "[2 000A [2 [2 001D 0017]] 000B [2 [1 00]]]") },
	{ "TLS 1.1: with a name",
	  { .version = TLS_1_1, .suites = gcm, .suite_count = 1, .servername = "a.example" },
	  HELLO("0301", "0302", "", "C02F", "00", "[2 " NAME "]") },
	{ "TLS 1.2: no extension leaves no empty list",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1 },
	  TLS12("") },
	{ "TLS 1.2: name, groups, schemes",
	  { .version = TLS_1_2,
	    .suites = gcm,
	    .suite_count = 1,
	    .servername = "a.example",
	    .groups = curves,
	    .group_count = 2,
	    .schemes = schemes,
	    .scheme_count = 2 },
	  TLS12("[2 " NAME " 000A [2 [2 001D 0017]] 000B [2 [1 00]] 000D [2 [2 0403 0804]]]") },
	{ "TLS 1.2: finite fields have no points",
	  { .version = TLS_1_2,
	    .suites = gcm,
	    .suite_count = 1,
	    .groups = ffdhe,
	    .group_count = 1 },
	  TLS12("[2 000A [2 [2 0100]]]") },
	{ "suites stand as they were given",
	  { .version = TLS_1_2, .suites = three, .suite_count = 3 },
	  HELLO("0301", "0303", "", "C02F 002F 0005", "00", "") },
	{ "a client_version that nobody knows (CIP-27)",
	  { .version = TLS_1_2, .raw_version = 0x03FF, .suites = gcm, .suite_count = 1 },
	  HELLO("0301", "03FF", "", "C02F", "00", "") },
	{ "ALPN",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .alpn = "xmpp-client,h2" },
	  TLS12("[2 0010 [2 [2 [1 (xmpp-client)] [1 (h2)]]]]") },
	{ "ALPN: no empty names, which RFC 7301 forbids",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .alpn = ",h2,,h3," },
	  TLS12("[2 0010 [2 [2 [1 (h2)] [1 (h3)]]]]") },
	{ "ALPN: an empty list is left out",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .alpn = "" },
	  TLS12("") },
	{ "renegotiation_info",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_RENEGOTIATION },
	  TLS12("[2 FF01 [2 [1]]]") },
	{ "extended_master_secret",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_EMS },
	  TLS12("[2 0017 [2]]") },
	{ "encrypt_then_mac",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_ETM },
	  TLS12("[2 0016 [2]]") },
	{ "session_ticket",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_TICKET },
	  TLS12("[2 0023 [2]]") },
	{ "heartbeat",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_HEARTBEAT },
	  TLS12("[2 000F [2 01]]") },
	{ "status_request",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_STATUS },
	  TLS12("[2 0005 [2 01 [2] [2]]]") },
	{ "compression",
	  { .version = TLS_1_2, .suites = gcm, .suite_count = 1, .flags = HELLO_COMPRESSION },
	  HELLO("0301", "0303", "", "C02F", "01 00", "") },
	{ "fallback (RFC 7507)",
	  { .version = TLS_1_1, .suites = gcm, .suite_count = 1, .flags = HELLO_FALLBACK },
	  HELLO("0301", "0302", "", "C02F 5600", "00", "") },
	{ "TLS 1.2: GREASE in front of every list (RFC 8701)",
	  { .version = TLS_1_2,
	    .suites = gcm,
	    .suite_count = 1,
	    .groups = x25519,
	    .group_count = 1,
	    .schemes = schemes,
	    .scheme_count = 1,
	    .flags = HELLO_GREASE },
	  HELLO("0301", "0303", "", "8A8A C02F", "00",
		"[2 2A2A [2] 000A [2 [2 4A4A 001D]] 000B [2 [1 00]] 000D [2 [2 0A0A 0403]]]") },
	{ "TLS 1.3: an empty share (CIP-10, CIP-11, CIP-13)",
	  { .version = TLS_1_3,
	    .suites = aes13,
	    .suite_count = 1,
	    .groups = x25519,
	    .group_count = 1,
	    .schemes = schemes,
	    .scheme_count = 2 },
	  TLS13("000A [2 [2 001D]] 000D [2 [2 0403 0804]]" VERSIONS13 MODES NO_SHARE) },
	{ "TLS 1.3: compression never",
	  { .version = TLS_1_3, .suites = aes13, .suite_count = 1, .flags = HELLO_COMPRESSION },
	  TLS13(VERSIONS13 MODES NO_SHARE) },
	{ "TLS 1.3: a share",
	  { .version = TLS_1_3,
	    .suites = aes13,
	    .suite_count = 1,
	    .groups = x25519,
	    .group_count = 1,
	    .share_group = 29,
	    .flags = HELLO_SHARE },
	  TLS13("000A [2 [2 001D]]" VERSIONS13 MODES "0033 [2 [2 001D [2 " SEED "]]]") },
	{ "TLS 1.3: a share of a group without a known length is not empty",
	  { .version = TLS_1_3,
	    .suites = aes13,
	    .suite_count = 1,
	    .share_group = 0xFF01,
	    .flags = HELLO_SHARE },
	  TLS13(VERSIONS13 MODES "0033 [2 [2 FF01 [2 " SEED "]]]") },
	{ "TLS 1.3: GREASE, no share of its own",
	  { .version = TLS_1_3,
	    .suites = aes13,
	    .suite_count = 1,
	    .groups = x25519,
	    .group_count = 1,
	    .flags = HELLO_GREASE },
	  HELLO("0301", "0303", SESSION, "8A8A 1301", "00",
		"[2 2A2A [2] 000A [2 [2 4A4A 001D]] 002B [2 [1 7A7A 0304]] " MODES NO_SHARE "]") },
	{ "TLS 1.3: GREASE before a share, in the order of the groups (CIP-17)",
	  { .version = TLS_1_3,
	    .suites = aes13,
	    .suite_count = 1,
	    .groups = x25519,
	    .group_count = 1,
	    .share_group = 29,
	    .flags = HELLO_GREASE | HELLO_SHARE },
	  HELLO("0301", "0303", SESSION, "8A8A 1301", "00",
		"[2 2A2A [2] 000A [2 [2 4A4A 001D]] 002B [2 [1 7A7A 0304]] " MODES
		"0033 [2 [2 4A4A [2 00] 001D [2 " SEED "]]]]") },
};

static struct buf write_hello(const struct hello *hello)
{
	uint8_t random[HELLO_RANDOM];
	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)i;
	struct buf out = buf_new(HELLO_MAX);
	hello_write(hello, random, &out);
	assert_false(buf_overflowed(&out));
	return out;
}

static void fail_octets(const struct row *row, const struct buf *got, const struct buf *wanted)
{
	struct buf hex[2] = { buf_new(BUF_UNBOUNDED), buf_new(BUF_UNBOUNDED) };
	buf_hex(&hex[0], got->data, got->size);
	buf_hex(&hex[1], wanted->data, wanted->size);
	fail_msg("%s:\n%s, wanted\n%s", row->name, buf_string(&hex[0]), buf_string(&hex[1]));
}

static void writes_every_octet_as_drawn(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf got = write_hello(&rows[i].hello), wanted = wire(rows[i].wanted);
		if (got.size != wanted.size || memcmp(got.data, wanted.data, got.size) != 0)
			fail_octets(&rows[i], &got, &wanted);
		buf_free(&got);
		buf_free(&wanted);
	}
}

static void appends_to_what_is_there(void **state)
{
	(void)state;
	static const enum tls_version versions[] = { SSL_2_0, TLS_1_2 };
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		const struct hello hello = { .version = versions[i],
					     .suites = gcm,
					     .suite_count = 1 };
		struct buf alone = write_hello(&hello), out = buf_new(HELLO_MAX);
		uint8_t random[HELLO_RANDOM];
		for (size_t r = 0; r < sizeof(random); r++)
			random[r] = (uint8_t)r;
		buf_text(&out, "before");
		hello_write(&hello, random, &out);
		assert_int_equal(out.size, 6 + alone.size);
		assert_memory_equal(out.data, "before", 6);
		assert_memory_equal(out.data + 6, alone.data, alone.size);
		buf_free(&alone);
		buf_free(&out);
	}
}

/* A share of every group has the group's own length, and no two blocks of a long one are alike. */
static void shares_are_as_long_as_their_group_wants(void **state)
{
	(void)state;
	const struct hello none = { .version = TLS_1_3, .suites = aes13, .suite_count = 1 };
	struct buf empty = write_hello(&none);
	for (size_t i = 0; i < group_count; i++) {
		struct hello hello = none;
		if (groups[i].share == 0)
			continue;
		hello.flags = HELLO_SHARE;
		hello.share_group = groups[i].code;
		struct buf out = write_hello(&hello);
		assert_row(groups[i].name, out.size == empty.size + 4 + groups[i].share);
		const char *share = out.data + out.size - groups[i].share;
		if (groups[i].share >= 64)
			assert_row(groups[i].name, memcmp(share, share + 32, 32) != 0);
		buf_free(&out);
	}
	buf_free(&empty);
}

/* CIP-21: the registry in one hello is one record. */
static void takes_the_whole_registry(void **state)
{
	(void)state;
	static uint32_t codes[448];
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		codes[i] = (uint32_t)i;
	const struct hello hello = { .version = TLS_1_2, .suites = codes, .suite_count = 448 };
	struct buf out = write_hello(&hello);
	size_t record = (size_t)(uint8_t)out.data[3] << 8 | (uint8_t)out.data[4];
	assert_int_equal(record, out.size - 5);
	assert_int_equal(record, 4 + 2 + 32 + 1 + 2 + 2 * 448 + 2);
	buf_free(&out);
}

/* What has no room leaves a mark on the buffer, and writes nowhere else. */
static void overflows_safely(void **state)
{
	(void)state;
	static const enum tls_version versions[] = { SSL_2_0, SSL_3_0, TLS_1_3 };
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		const struct hello hello = { .version = versions[i],
					     .suites = gcm,
					     .suite_count = 1 };
		const uint8_t random[HELLO_RANDOM] = { 0 };
		struct buf out = buf_new(1);
		hello_write(&hello, random, &out);
		assert_true(buf_overflowed(&out));
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_octet_as_drawn),
		cmocka_unit_test(appends_to_what_is_there),
		cmocka_unit_test(shares_are_as_long_as_their_group_wants),
		cmocka_unit_test(takes_the_whole_registry),
		cmocka_unit_test(overflows_safely),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
