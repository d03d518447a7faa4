#include "unit.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "net/dns.h"
#include "net/dns_common.h"
#include "net/dns_pulse.h"

/* --- messages, written from text --- */

struct message {
	uint8_t data[8192];
	size_t size;
};

/* Flags as in the second 16 bits of the header; the rcodes are those of <arpa/nameser.h>. */
enum {
	QR = 0x8000,
	OPCODE_STATUS = 0x1000,
	TC = 0x0200,
	AD = 0x0020,
};
#define RAW 0 /* a record of the asked type, its data given in hex */

struct rr_text {
	const char *owner;
	int type; /* RAW, or enum dns_type */
	const char *data;
};

static void put(struct message *message, const void *data, size_t size)
{
	assert_true(message->size + size <= sizeof(message->data));
	memcpy(message->data + message->size, data, size);
	message->size += size;
}

static void put16(struct message *message, unsigned value)
{
	put(message, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

/* "a.b" as labels, dots only between; "." and "" are the root. */
static void put_name(struct message *message, const char *name)
{
	while (*name && strcmp(name, ".") != 0) {
		uint8_t length = (uint8_t)strcspn(name, ".");
		put(message, &length, 1);
		put(message, name, length);
		name += length;
		name += *name == '.';
	}
	put(message, "", 1);
}

static void put_hex(struct message *message, const char *hex)
{
	for (; hex[0] && hex[1]; hex += 2) {
		unsigned octet;
		assert_int_equal(sscanf(hex, "%2x", &octet), 1);
		put(message, &(uint8_t){ (uint8_t)octet }, 1);
	}
}

static void put_data(struct message *message, int type, const char *text)
{
	unsigned a, b, c;
	int at = 0;
	uint8_t address[16];
	switch (type) {
	case DNS_A:
		assert_int_equal(inet_pton(AF_INET, text, address), 1);
		put(message, address, 4);
		break;
	case DNS_AAAA:
		assert_int_equal(inet_pton(AF_INET6, text, address), 1);
		put(message, address, 16);
		break;
	case DNS_CNAME:
		put_name(message, text);
		break;
	case DNS_SRV:
		assert_int_equal(sscanf(text, "%u %u %u %n", &a, &b, &c, &at), 3);
		put16(message, a);
		put16(message, b);
		put16(message, c);
		put_name(message, text + at);
		break;
	default:
		put_hex(message, text);
	}
}

static void put32(struct message *message, uint32_t value)
{
	put16(message, value >> 16);
	put16(message, value & 0xffff);
}

static void put_record(struct message *message, const struct rr_text *rr, int asked, uint32_t ttl)
{
	put_name(message, rr->owner);
	put16(message, (unsigned)(rr->type == RAW ? asked : rr->type));
	put16(message, ns_c_in);
	put32(message, ttl);
	size_t at = message->size;
	put16(message, 0);
	put_data(message, rr->type, rr->data);
	message->data[at] = (uint8_t)((message->size - at - 2) >> 8);
	message->data[at + 1] = (uint8_t)(message->size - at - 2);
}

static void write_message(struct message *message, unsigned id, unsigned flags, const char *asked,
			  int type, const struct rr_text *rrs, size_t count)
{
	message->size = 0;
	put16(message, id);
	put16(message, flags);
	put16(message, asked ? 1 : 0);
	put16(message, (unsigned)count);
	put16(message, 0);
	put16(message, 0);
	if (asked) {
		put_name(message, asked);
		put16(message, (unsigned)type);
		put16(message, ns_c_in);
	}
	for (size_t i = 0; i < count; i++)
		put_record(message, &rrs[i], type, 300);
}

/* "zone SOA . . 1 2 3 4 minimum" into the authority section. */
static void put_soa(struct message *message, uint32_t ttl, uint32_t minimum)
{
	put_name(message, "example");
	put16(message, ns_t_soa);
	put16(message, ns_c_in);
	put32(message, ttl);
	put16(message, 22);
	put(message, "\0", 2);
	for (uint32_t i = 1; i < 5; i++)
		put32(message, i);
	put32(message, minimum);
	message->data[9]++;
}

/* --- reading them --- */

/* A record as text again. */
static const char *record_text(const struct dns_answer *answer, size_t i, struct arena *mem)
{
	const struct dns_record *record = &answer->records[i];
	char text[ADDRESS_TEXT_MAX];
	switch (answer->type) {
	case DNS_A:
	case DNS_AAAA:
		return arena_copy(mem, address_text(&record->address, text));
	case DNS_SRV:
		return arena_printf(mem, "%u %u %u \"%s\"", record->srv.priority,
				    record->srv.weight, record->srv.port, record->srv.target);
	case DNS_TLSA:
		return arena_printf(mem, "%u %u %u %zu:%02x", record->tlsa.usage,
				    record->tlsa.selector, record->tlsa.matching,
				    record->tlsa.data.size,
				    record->tlsa.data.size > 0 ? record->tlsa.data.data[0] : 0);
	case DNS_CAA:
		return arena_printf(mem, "%u %s \"%.*s\"", record->caa.flags, record->caa.tag,
				    (int)record->caa.value.size,
				    (const char *)record->caa.value.data);
	case DNS_CNAME:
		break;
	}
	return answer->alias;
}

#define SRV_NAME "_xmpp-client._tcp.example.org"
#define SHA256   "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"

static const struct parse_row {
	const char *name, *asked;
	int type;
	unsigned flags;
	struct rr_text rrs[4];
	size_t count;
	enum dns_outcome outcome;
	const char *records[2]; /* the first two expected */
	const char *alias;
	bool ad;
} parse_rows[] = {
	{ "address",
	  "example.org",
	  DNS_A,
	  QR,
	  { { "example.org", DNS_A, "192.0.2.7" } },
	  1,
	  DNS_FOUND,
	  { "192.0.2.7" },
	  NULL,
	  false },
	{ "IPv6, with AD",
	  "example.org",
	  DNS_AAAA,
	  QR | AD,
	  { { "example.org", DNS_AAAA, "2001:db8::7" } },
	  1,
	  DNS_FOUND,
	  { "2001:db8::7" },
	  NULL,
	  true },
	{ "SRV in lower case without dot",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, DNS_SRV, "5 0 5222 XMPP.Example.Org" },
	    { SRV_NAME, DNS_SRV, "10 65535 443 b" } },
	  2,
	  DNS_FOUND,
	  { "5 0 5222 \"xmpp.example.org\"", "10 65535 443 \"b\"" },
	  NULL,
	  false },
	{ "the root as target",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, DNS_SRV, "0 0 0 ." } },
	  1,
	  DNS_FOUND,
	  { "0 0 0 \"\"" },
	  NULL,
	  false },
	{ "TLSA",
	  "_5222._tcp.example.org",
	  DNS_TLSA,
	  QR | AD,
	  { { "_5222._tcp.example.org", RAW, "030101" SHA256 } },
	  1,
	  DNS_FOUND,
	  { "3 1 1 32:43" },
	  NULL,
	  true },
	{ "CAA, tag in lower case",
	  "example.org",
	  DNS_CAA,
	  QR,
	  { { "example.org", RAW, "80054973537565636138" } },
	  1,
	  DNS_FOUND,
	  { "128 issue \"ca8\"" },
	  NULL,
	  false },
	{ "CAA with an empty value",
	  "example.org",
	  DNS_CAA,
	  QR,
	  { { "example.org", RAW, "00056973737565" } },
	  1,
	  DNS_FOUND,
	  { "0 issue \"\"" },
	  NULL,
	  false },
	{ "CNAME asked for",
	  "a.example",
	  DNS_CNAME,
	  QR,
	  { { "a.example", DNS_CNAME, "b.example" } },
	  1,
	  DNS_FOUND,
	  { "b.example" },
	  "b.example",
	  false },
	{ "a chain in any order",
	  "a.example",
	  DNS_A,
	  QR,
	  { { "c.example", DNS_A, "192.0.2.7" },
	    { "b.example", DNS_CNAME, "c.example" },
	    { "a.example", DNS_CNAME, "B.example" } },
	  3,
	  DNS_FOUND,
	  { "192.0.2.7" },
	  "c.example",
	  false },
	{ "a chain that leads nowhere",
	  "a.example",
	  DNS_A,
	  QR | NXDOMAIN,
	  { { "a.example", DNS_CNAME, "b.example" } },
	  1,
	  DNS_NO_NAME,
	  { NULL },
	  "b.example",
	  false },
	{ "a chain without the type at its end",
	  "a.example",
	  DNS_A,
	  QR,
	  { { "a.example", DNS_CNAME, "b.example" } },
	  1,
	  DNS_NO_DATA,
	  { NULL },
	  "b.example",
	  false },
	{ "a loop",
	  "a.example",
	  DNS_A,
	  QR,
	  { { "a.example", DNS_CNAME, "b.example" }, { "b.example", DNS_CNAME, "a.example" } },
	  2,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "its own alias",
	  "a.example",
	  DNS_A,
	  QR,
	  { { "a.example", DNS_CNAME, "a.example" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "other names and types do not count",
	  "example.org",
	  DNS_A,
	  QR,
	  { { "evil.example", DNS_A, "192.0.2.66" },
	    { "example.org", DNS_AAAA, "2001:db8::7" },
	    { "EXAMPLE.org", DNS_A, "192.0.2.7" } },
	  3,
	  DNS_FOUND,
	  { "192.0.2.7" },
	  NULL,
	  false },
	{ "the question may have a trailing dot",
	  "example.org.",
	  DNS_A,
	  QR,
	  { { "example.org", DNS_A, "192.0.2.7" } },
	  1,
	  DNS_FOUND,
	  { "192.0.2.7" },
	  NULL,
	  false },
	{ "NXDOMAIN, proven",
	  "a.example",
	  DNS_A,
	  QR | AD | NXDOMAIN,
	  { { 0 } },
	  0,
	  DNS_NO_NAME,
	  { NULL },
	  NULL,
	  true },
	{ "no data", "a.example", DNS_A, QR, { { 0 } }, 0, DNS_NO_DATA, { NULL }, NULL, false },
	{ "SERVFAIL",
	  "a.example",
	  DNS_A,
	  QR | AD | SERVFAIL,
	  { { 0 } },
	  0,
	  DNS_SERVER_FAILED,
	  { NULL },
	  NULL,
	  false },
	{ "REFUSED",
	  "a.example",
	  DNS_A,
	  QR | REFUSED,
	  { { 0 } },
	  0,
	  DNS_REFUSED,
	  { NULL },
	  NULL,
	  false },
	{ "NOTIMP",
	  "a.example",
	  DNS_A,
	  QR | NOTIMP,
	  { { 0 } },
	  0,
	  DNS_REFUSED,
	  { NULL },
	  NULL,
	  false },
	{ "FORMERR",
	  "a.example",
	  DNS_A,
	  QR | FORMERR,
	  { { 0 } },
	  0,
	  DNS_REFUSED,
	  { NULL },
	  NULL,
	  false },
	{ "a question instead of an answer",
	  "a.example",
	  DNS_A,
	  0,
	  { { 0 } },
	  0,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "truncated after all",
	  "a.example",
	  DNS_A,
	  QR | TC,
	  { { 0 } },
	  0,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "other opcode",
	  "a.example",
	  DNS_A,
	  QR | OPCODE_STATUS,
	  { { 0 } },
	  0,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "address too short",
	  "a.example",
	  DNS_A,
	  QR | AD,
	  { { "a.example", RAW, "c00002" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "address too long",
	  "a.example",
	  DNS_AAAA,
	  QR,
	  { { "a.example", RAW, "20010db800000000000000000000000701" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "SRV without target",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, RAW, "000500001466" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "SRV with octets behind the target",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, RAW, "00050000146601610000" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "target that points to itself",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, RAW, "000500001466c042" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "one bad record spoils the answer",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, DNS_SRV, "5 0 5222 a" }, { SRV_NAME, DNS_SRV, "5 0 5222 a b" } },
	  2,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "escape sequence as target",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, DNS_SRV, "5 0 5222 \x1b[2J" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "a dot inside a label of the target",
	  SRV_NAME,
	  DNS_SRV,
	  QR,
	  { { SRV_NAME, RAW, "00050000146603612e6200" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "alias with odd octets",
	  "a.example",
	  DNS_A,
	  QR,
	  { { "a.example", DNS_CNAME, "b/c.example" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "TLSA without data beside one with",
	  "a.example",
	  DNS_TLSA,
	  QR,
	  { { "a.example", RAW, "030101" }, { "a.example", RAW, "020102" SHA256 } },
	  2,
	  DNS_FOUND,
	  { "3 1 1 0:00", "2 1 2 32:43" },
	  NULL,
	  false },
	{ "TLSA without its matching type",
	  "a.example",
	  DNS_TLSA,
	  QR,
	  { { "a.example", RAW, "0301" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "CAA with an empty tag",
	  "a.example",
	  DNS_CAA,
	  QR,
	  { { "a.example", RAW, "00006162" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "CAA tag longer than the record",
	  "a.example",
	  DNS_CAA,
	  QR,
	  { { "a.example", RAW, "00096162" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
	{ "CAA tag that is no word",
	  "a.example",
	  DNS_CAA,
	  QR,
	  { { "a.example", RAW, "0003612d62" } },
	  1,
	  DNS_MALFORMED,
	  { NULL },
	  NULL,
	  false },
};

static void reads_answers(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];
		struct message message;
		write_message(&message, 1, row->flags, row->asked, row->type, row->rrs, row->count);
		struct dns_question question = { row->asked, (enum dns_type)row->type };
		struct dns_answer answer;
		struct dns_aside aside = { .ad = !row->ad };
		dns_parse((struct bytes){ message.data, message.size }, &question, mem, &answer,
			  &aside);
		assert_row_string(row->name, dns_outcome_name(answer.outcome),
				  dns_outcome_name(row->outcome));
		assert_row_string(row->name, answer.name, row->asked);
		assert_row(row->name, answer.type == question.type);
		assert_row(row->name, answer.dnssec == DNSSEC_UNKNOWN);
		assert_row(row->name, aside.ad == row->ad);
		assert_row_string(row->name, answer.alias, row->alias);
		size_t wanted = row->records[1] ? 2 : row->records[0] ? 1 : 0;
		assert_row(row->name, answer.count == wanted);
		for (size_t j = 0; j < wanted; j++) {
			assert_row_string(row->name, record_text(&answer, j, mem), row->records[j]);
			assert_row(row->name, answer.records[j].ttl == 300);
		}
	}
}

static void parse_one(struct message *message, const char *name, int type, struct arena *mem,
		      struct dns_answer *answer)
{
	struct dns_aside aside;
	struct dns_question question = { name, (enum dns_type)type };
	dns_parse((struct bytes){ message->data, message->size }, &question, mem, answer, &aside);
}

static void refuses_what_answers_another_question(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct message message;
	struct dns_answer answer;
	struct rr_text rr = { "a.example", DNS_A, "192.0.2.7" };
	write_message(&message, 1, QR, "a.example", DNS_A, &rr, 1);
	parse_one(&message, "A.Example", DNS_A, mem, &answer);
	assert_int_equal(answer.outcome, DNS_FOUND);
	parse_one(&message, "b.example", DNS_A, mem, &answer);
	assert_int_equal(answer.outcome, DNS_MALFORMED);
	parse_one(&message, "a.example", DNS_AAAA, mem, &answer);
	assert_int_equal(answer.outcome, DNS_MALFORMED);
	/* Only a server that failed may leave the question out. */
	write_message(&message, 1, QR, NULL, 0, &rr, 1);
	parse_one(&message, "a.example", DNS_A, mem, &answer);
	assert_int_equal(answer.outcome, DNS_MALFORMED);
	write_message(&message, 1, QR | FORMERR, NULL, 0, NULL, 0);
	parse_one(&message, "a.example", DNS_A, mem, &answer);
	assert_int_equal(answer.outcome, DNS_REFUSED);
}

static void refuses_every_cut_message(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct message message;
	struct dns_answer answer;
	struct rr_text rrs[] = { { "a.example", DNS_CNAME, "b.example" },
				 { "b.example", DNS_SRV, "1 2 3 c.example" } };
	write_message(&message, 1, QR, "a.example", DNS_SRV, rrs, 2);
	for (size_t whole = message.size; message.size > 0;) {
		parse_one(&message, "a.example", DNS_SRV, mem, &answer);
		assert_int_equal(answer.outcome, message.size == whole ? DNS_FOUND : DNS_MALFORMED);
		message.size--;
	}
	parse_one(&message, "a.example", DNS_SRV, mem, &answer);
	assert_int_equal(answer.outcome, DNS_MALFORMED);
}

static void takes_so_many_records_and_no_more(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct message message;
	struct dns_answer answer;
	struct rr_text rrs[DNS_RECORDS_MAX + 1];
	for (size_t i = 0; i < ARRAY_SIZE(rrs); i++)
		rrs[i] = (struct rr_text){ "a.example", DNS_A, "192.0.2.7" };
	write_message(&message, 1, QR, "a.example", DNS_A, rrs, DNS_RECORDS_MAX);
	parse_one(&message, "a.example", DNS_A, mem, &answer);
	assert_int_equal(answer.outcome, DNS_FOUND);
	assert_int_equal(answer.count, DNS_RECORDS_MAX);
	write_message(&message, 1, QR, "a.example", DNS_A, rrs, DNS_RECORDS_MAX + 1);
	parse_one(&message, "a.example", DNS_A, mem, &answer);
	assert_int_equal(answer.outcome, DNS_MALFORMED);
	assert_int_equal(answer.count, 0);
}

#define NO_SOA UINT32_MAX

static const struct keep_row {
	const char *name;
	unsigned flags;
	struct rr_text rrs[3];
	uint32_t ttls[3];
	size_t count;
	uint32_t soa_ttl, soa_minimum;
	uint32_t keep_s;
} keep_rows[] = {
	{ "the TTL", QR, { { "a.example", DNS_A, "192.0.2.7" } }, { 300 }, 1, NO_SOA, 0, 300 },
	{ "the lowest of several",
	  QR,
	  { { "a.example", DNS_A, "192.0.2.7" }, { "a.example", DNS_A, "192.0.2.8" } },
	  { 300, 20 },
	  2,
	  NO_SOA,
	  0,
	  20 },
	{ "an alias that changes sooner",
	  QR,
	  { { "a.example", DNS_CNAME, "b.example" }, { "b.example", DNS_A, "192.0.2.8" } },
	  { 5, 300 },
	  2,
	  NO_SOA,
	  0,
	  5 },
	{ "records of others do not count",
	  QR,
	  { { "a.example", DNS_A, "192.0.2.7" }, { "b.example", DNS_A, "192.0.2.8" } },
	  { 300, 1 },
	  2,
	  NO_SOA,
	  0,
	  300 },
	{ "RFC 2181, 8: the highest bit makes it zero",
	  QR,
	  { { "a.example", DNS_A, "192.0.2.7" } },
	  { UINT32_C(0x80000001) },
	  1,
	  NO_SOA,
	  0,
	  0 },
	{ "RFC 2308, 5: no such name, the SOA's MINIMUM",
	  QR | NXDOMAIN,
	  { { NULL, 0, NULL } },
	  { 0 },
	  0,
	  3600,
	  60,
	  60 },
	{ "no such type, the SOA's TTL", QR, { { NULL, 0, NULL } }, { 0 }, 0, 30, 60, 30 },
	{ "the alias in front of no such name",
	  QR | NXDOMAIN,
	  { { "a.example", DNS_CNAME, "b.example" } },
	  { 7 },
	  1,
	  30,
	  60,
	  7 },
	{ "no SOA: not at all", QR | NXDOMAIN, { { NULL, 0, NULL } }, { 0 }, 0, NO_SOA, 0, 0 },
	{ "a SOA beside an answer says nothing",
	  QR,
	  { { "a.example", DNS_A, "192.0.2.7" } },
	  { 300 },
	  1,
	  30,
	  60,
	  300 },
	{ "a failure has no lifetime", QR | SERVFAIL, { { NULL, 0, NULL } }, { 0 }, 0, 30, 60, 0 },
};

static void reads_how_long_it_may_be_kept(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct dns_question question = { "a.example", DNS_A };
	for (size_t i = 0; i < ARRAY_SIZE(keep_rows); i++) {
		const struct keep_row *row = &keep_rows[i];
		struct message message;
		struct dns_answer answer;
		struct dns_aside aside;
		write_message(&message, 1, row->flags, "a.example", DNS_A, NULL, 0);
		for (size_t j = 0; j < row->count; j++, message.data[7]++)
			put_record(&message, &row->rrs[j], DNS_A, row->ttls[j]);
		if (row->soa_ttl != NO_SOA)
			put_soa(&message, row->soa_ttl, row->soa_minimum);
		dns_parse((struct bytes){ message.data, message.size }, &question, mem, &answer,
			  &aside);
		assert_row(row->name, answer.outcome != DNS_MALFORMED);
		assert_row(row->name, aside.keep_s == row->keep_s);
		/* Nothing of a message that is cut is believed. */
		message.size--;
		dns_parse((struct bytes){ message.data, message.size }, &question, mem, &answer,
			  &aside);
		assert_row(row->name, answer.outcome == DNS_MALFORMED && aside.keep_s == 0);
	}
}

static void words_go_both_ways(void **state)
{
	(void)state;
	static const char *const outcomes[] = { "not-asked", "found",         "no-data",
						"no-name",   "server-failed", "refused",
						"timed-out", "malformed",     "unreachable" };
	static const char *const states[] = { "unknown", "insecure", "secure", "bogus" };
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		enum dns_outcome got;
		assert_true(dns_outcome_parse(outcomes[i], &got));
		assert_int_equal(got, i);
		assert_string_equal(dns_outcome_name(got), outcomes[i]);
		assert_int_equal(dns_outcome_is_failure(got), i >= DNS_SERVER_FAILED);
	}
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		enum dnssec got;
		assert_true(dnssec_parse(states[i], &got));
		assert_int_equal(got, i);
		assert_string_equal(dnssec_name(got), states[i]);
	}
	assert_false(dns_outcome_parse("nxdomain", &(enum dns_outcome){ 0 }));
	assert_false(dnssec_parse("", &(enum dnssec){ 0 }));
}

/* --- asking a server that does as the first label says --- */

struct server {
	int udp, tcp, stop[2];
	uint16_t port;
	atomic_size_t asked; /* questions that came */
	pthread_t thread;
};

/* Flags, and how many of the records are given. */
static unsigned behave(const uint8_t *query, size_t size, bool over_tcp, size_t *count)
{
	const char *label = (const char *)query + 13;
	bool cd = query[3] & 0x10, edns = query[11] == 1;
	*count = 0;
	if (strncmp(label, "bogus", 5) == 0 && !cd)
		return QR | SERVFAIL;
	if (strncmp(label, "broken", 6) == 0)
		return QR | SERVFAIL;
	if (strncmp(label, "refused", 7) == 0)
		return QR | REFUSED;
	if (strncmp(label, "absent", 6) == 0)
		return QR | AD | NXDOMAIN;
	if (strncmp(label, "nodata", 6) == 0)
		return QR;
	if (strncmp(label, "noedns", 6) == 0 && edns)
		return QR | FORMERR;
	if (strncmp(label, "long", 4) == 0 && !over_tcp)
		return QR | TC;
	/* What we promise to set: AD in the header, DO in an OPT record of 1232 octets. */
	if (strncmp(label, "asks", 4) == 0 &&
	    !(query[3] & 0x20 && edns && query[size - 4] & 0x80 && query[size - 8] == 1232 >> 8 &&
	      query[size - 7] == (1232 & 0xff)))
		return QR | REFUSED;
	*count = strncmp(label, "long", 4) == 0 ? 60 : 1;
	return QR | (strncmp(label, "secure", 6) == 0 ? AD : 0);
}

static bool answer_query(const uint8_t *query, size_t size, bool over_tcp, struct message *message)
{
	char name[NS_MAXDNAME];
	struct rr_text rrs[60];
	size_t count;
	int used = ns_name_uncompress(query, query + size, query + 12, name, sizeof(name));
	if (used < 0 || strncmp(name, "silent", 6) == 0)
		return false;
	int type = query[12 + used] << 8 | query[13 + used];
	unsigned flags = behave(query, size, over_tcp, &count);
	if (type == ns_t_ns)
		count = 0; /* who asks for those of the root wants any answer */
	for (size_t i = 0; i < count; i++)
		rrs[i] = (struct rr_text){ name, type,
					   type == DNS_A ? "192.0.2.7" : "2001:db8::7" };
	write_message(message, (unsigned)(query[0] << 8 | query[1]), flags, name, type, rrs, count);
	if (strncmp(name, "garbage", 7) == 0)
		put(message, "?", 1);
	return true;
}

static void serve_udp(struct server *server)
{
	uint8_t query[512];
	struct message message;
	struct sockaddr_storage from;
	socklen_t from_size = sizeof(from);
	int fd = server->udp;
	ssize_t size = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&from, &from_size);
	atomic_fetch_add(&server->asked, 1);
	if (size > 16 && answer_query(query, (size_t)size, false, &message))
		sendto(fd, message.data, message.size, 0, (struct sockaddr *)&from, from_size);
}

static void serve_tcp(int listener)
{
	uint8_t query[512];
	struct message message;
	CLEANUP(fd_close) int fd = accept(listener, NULL, NULL);
	if (recv(fd, query, 2, MSG_WAITALL) != 2)
		return;
	size_t size = (size_t)(query[0] << 8 | query[1]);
	if (size > sizeof(query) || recv(fd, query, size, MSG_WAITALL) != (ssize_t)size ||
	    !answer_query(query, size, true, &message))
		return;
	uint8_t head[2] = { (uint8_t)(message.size >> 8), (uint8_t)message.size };
	send(fd, head, 2, MSG_NOSIGNAL);
	send(fd, message.data, message.size, MSG_NOSIGNAL);
}

static void *serve(void *arg)
{
	struct server *server = arg;
	struct pollfd fds[] = { { server->udp, POLLIN, 0 },
				{ server->tcp, POLLIN, 0 },
				{ server->stop[0], POLLIN, 0 } };
	while (poll(fds, 3, -1) > 0 && !fds[2].revents) {
		if (fds[0].revents)
			serve_udp(server);
		if (fds[1].revents)
			serve_tcp(server->tcp);
	}
	return NULL;
}

/* One port for both; another try where somebody else has the TCP one. */
static bool bind_both(struct server *server, uint32_t address)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(address) } };
	socklen_t size = sizeof(name);
	server->udp = socket(AF_INET, SOCK_DGRAM, 0);
	server->tcp = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(server->udp, (struct sockaddr *)&name, size) != 0 ||
	    getsockname(server->udp, (struct sockaddr *)&name, &size) != 0 ||
	    bind(server->tcp, (struct sockaddr *)&name, size) != 0 || listen(server->tcp, 8) != 0) {
		fd_close(&server->udp);
		fd_close(&server->tcp);
		return false;
	}
	server->port = ntohs(name.sin_port);
	return true;
}

static int start_server(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	bool bound = false;
	for (int i = 0; i < 20 && !bound; i++)
		bound = bind_both(server, INADDR_ANY);
	if (!bound || pipe(server->stop) != 0)
		return -1;
	*state = server;
	return pthread_create(&server->thread, NULL, serve, server);
}

static int stop_server(void **state)
{
	struct server *server = *state;
	fd_close(&server->stop[1]);
	pthread_join(server->thread, NULL);
	fd_close(&server->stop[0]);
	fd_close(&server->udp);
	fd_close(&server->tcp);
	free(server);
	return 0;
}

static void resolver_at(uint16_t port, struct resolver **out)
{
	char text[32];
	struct err err = { 0 };
	snprintf(text, sizeof(text), "127.0.0.1:%u", port);
	assert_true(resolver_new(&(struct resolver_options){ .server = text }, out, &err));
}

static const struct ask_row {
	const char *name;
	enum dns_outcome outcome;
	enum dnssec dnssec;
	size_t count;
} ask_rows[] = {
	{ "plain.example", DNS_FOUND, DNSSEC_INSECURE, 1 },
	{ "secure.example", DNS_FOUND, DNSSEC_SECURE, 1 },
	{ "asks.example", DNS_FOUND, DNSSEC_INSECURE, 1 },
	{ "absent.example", DNS_NO_NAME, DNSSEC_SECURE, 0 },
	{ "nodata.example", DNS_NO_DATA, DNSSEC_INSECURE, 0 },
	{ "bogus.example", DNS_SERVER_FAILED, DNSSEC_BOGUS, 0 },
	{ "broken.example", DNS_SERVER_FAILED, DNSSEC_UNKNOWN, 0 },
	{ "refused.example", DNS_REFUSED, DNSSEC_UNKNOWN, 0 },
	{ "garbage.example", DNS_MALFORMED, DNSSEC_UNKNOWN, 0 },
	{ "long.example", DNS_FOUND, DNSSEC_INSECURE, 60 },
	{ "noedns1.example", DNS_FOUND, DNSSEC_INSECURE, 1 },
	{ "noedns2.example", DNS_FOUND, DNSSEC_INSECURE, 1 },
	{ "hidden.onion", DNS_NO_NAME, DNSSEC_UNKNOWN, 0 },
};

static void asks_all_at_once(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question questions[ARRAY_SIZE(ask_rows)];
	struct dns_answer answers[ARRAY_SIZE(ask_rows)];
	resolver_at(server->port, &resolver);
	for (size_t i = 0; i < ARRAY_SIZE(ask_rows); i++)
		questions[i] = (struct dns_question){ ask_rows[i].name, DNS_AAAA };
	dns_ask(resolver, questions, ARRAY_SIZE(ask_rows), deadline_in(30), mem, answers);
	for (size_t i = 0; i < ARRAY_SIZE(ask_rows); i++) {
		const struct ask_row *row = &ask_rows[i];
		assert_row_string(row->name, answers[i].name, row->name);
		assert_row_string(row->name, dns_outcome_name(answers[i].outcome),
				  dns_outcome_name(row->outcome));
		assert_row_string(row->name, dnssec_name(answers[i].dnssec),
				  dnssec_name(row->dnssec));
		assert_row(row->name, answers[i].count == row->count);
		assert_row(row->name, answers[i].elapsed_ms > 0);
	}
	/* And once more through the same resolver. */
	dns_ask(resolver, questions, 1, deadline_in(30), mem, answers);
	assert_int_equal(answers[0].outcome, DNS_FOUND);
	dns_ask(resolver, questions, 0, deadline_in(30), mem, NULL);
}

/* An IPv4 address of this machine that is not on loopback. */
static bool own_address(char text[ADDRESS_TEXT_MAX])
{
	struct ifaddrs *all = NULL;
	struct sockaddr_in in;
	bool found = false;
	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *at = all; at && !found; at = at->ifa_next) {
		if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&in, at->ifa_addr, sizeof(in));
		found = ntohl(in.sin_addr.s_addr) >> 24 != 127 &&
			inet_ntop(AF_INET, &in.sin_addr, text, ADDRESS_TEXT_MAX);
	}
	freeifaddrs(all);
	return found;
}

static void believes_ad_from_loopback_or_when_told(void **state)
{
	const struct server *server = *state;
	char own[ADDRESS_TEXT_MAX];
	if (!own_address(own))
		skip();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = arena_printf(mem, "%s:%u", own, server->port);
	struct dns_question questions[] = { { "secure.example", DNS_A },
					    { "plain.example", DNS_A },
					    { "bogus.example", DNS_A } };
	for (int trust = 0; trust < 2; trust++) {
		CLEANUP(resolver_free) struct resolver *resolver = NULL;
		struct resolver_options options = { .server = text, .trust_ad = trust };
		struct dns_answer answers[3];
		struct err err;
		assert_true(resolver_new(&options, &resolver, &err));
		dns_ask(resolver, questions, 3, deadline_in(30), mem, answers);
		assert_int_equal(answers[0].outcome, DNS_FOUND);
		assert_int_equal(answers[0].dnssec, trust ? DNSSEC_SECURE : DNSSEC_UNKNOWN);
		assert_int_equal(answers[1].dnssec, trust ? DNSSEC_INSECURE : DNSSEC_UNKNOWN);
		assert_int_equal(answers[2].dnssec, DNSSEC_BOGUS);
	}
}

static void gives_up_at_the_deadline(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question questions[] = { { "silent.example", DNS_A },
					    { "plain.example", DNS_A } };
	struct dns_answer answers[2];
	resolver_at(server->port, &resolver);
	dns_ask(resolver, questions, 2, deadline_in(1), mem, answers);
	assert_int_equal(answers[0].outcome, DNS_TIMED_OUT);
	assert_true(answers[0].elapsed_ms >= 1000);
	assert_int_equal(answers[1].outcome, DNS_FOUND);
	dns_ask(resolver, questions, 2, deadline_in(0), mem, answers);
	assert_int_equal(answers[1].outcome, DNS_TIMED_OUT);
}

static void tells_that_nobody_listens(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question question = { "plain.example", DNS_A };
	struct dns_answer answer;
	/* tcpmux: a port that was free a moment ago may be another test's by now. */
	resolver_at(1, &resolver);
	dns_ask(resolver, &question, 1, deadline_in(30), mem, &answer);
	assert_int_equal(answer.outcome, DNS_UNREACHABLE);
}

/* --- what resolvers share --- */

static void sharing_resolver(uint16_t port, struct dns_common *common, struct resolver **out)
{
	char text[32];
	struct err err = { 0 };
	snprintf(text, sizeof(text), "127.0.0.1:%u", port);
	struct resolver_options options = { .server = text, .common = common };
	assert_true(resolver_new(&options, out, &err));
}

static void what_one_asked_others_know(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(dns_common_free) struct dns_common *common = dns_common_new(5);
	struct dns_question questions[ARRAY_SIZE(ask_rows)];
	struct dns_answer fresh[ARRAY_SIZE(ask_rows)], kept[ARRAY_SIZE(ask_rows)];
	size_t count = ARRAY_SIZE(ask_rows), asked[2];
	for (size_t i = 0; i < count; i++)
		questions[i] = (struct dns_question){ ask_rows[i].name, DNS_AAAA };
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(resolver_free) struct resolver *resolver = NULL;
		sharing_resolver(server->port, common, &resolver);
		dns_ask(resolver, questions, count, deadline_in(30), mem, i ? kept : fresh);
		asked[i] = atomic_load(&server->asked);
	}
	/* Garbage, and what this server denies without a SOA, is asked again. */
	assert_int_equal(asked[1] - asked[0], 3);
	for (size_t i = 0; i < count; i++) {
		const char *name = ask_rows[i].name;
		assert_row_string(name, kept[i].name, name);
		assert_row(name, kept[i].type == DNS_AAAA);
		assert_row(name, kept[i].outcome == fresh[i].outcome);
		assert_row(name, kept[i].dnssec == fresh[i].dnssec);
		assert_row_string(name, kept[i].alias, fresh[i].alias);
		assert_row(name, kept[i].count == fresh[i].count);
		for (size_t j = 0; j < kept[i].count; j++) {
			assert_row_string(name, record_text(&kept[i], j, mem),
					  record_text(&fresh[i], j, mem));
			assert_row(name, kept[i].records[j].ttl == fresh[i].records[j].ttl);
		}
	}
}

static void the_same_twice_is_one_question(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question questions[] = { { "plain.example", DNS_A },
					    { "Plain.Example", DNS_A } };
	struct dns_answer answers[2];
	resolver_at(server->port, &resolver);
	dns_ask(resolver, questions, 2, deadline_in(30), mem, answers);
	assert_int_equal(atomic_load(&server->asked), 1);
	assert_int_equal(answers[1].outcome, DNS_FOUND);
	assert_string_equal(answers[1].name, "Plain.Example");
}

/* More questions than one asker has turns for, and more askers than there are turns. */
static void takes_turns(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(dns_common_free) struct dns_common *common = dns_common_new(5);
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question questions[40];
	struct dns_answer answers[40];
	struct dns_turns *turns = dns_common_turns(common);
	sharing_resolver(server->port, common, &resolver);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		questions[i] = (struct dns_question){
			arena_printf(mem, "%s%zu.example", i % 4 ? "plain" : "broken", i), DNS_A
		};
	dns_ask(resolver, questions, 40, deadline_in(30), mem, answers);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		assert_int_equal(answers[i].outcome, i % 4 ? DNS_FOUND : DNS_SERVER_FAILED);
	/* Others have them all: what needs no question is answered, and the rest in time. */
	assert_true(dns_turns_take(turns, DNS_TURNS, deadline_in(0)));
	questions[1].name = "other.example";
	dns_ask(resolver, questions, 3, deadline_in(0.05), mem, answers);
	assert_int_equal(answers[0].outcome, DNS_SERVER_FAILED);
	assert_int_equal(answers[1].outcome, DNS_TIMED_OUT);
	assert_int_equal(answers[2].outcome, DNS_FOUND);
	dns_turns_give(turns, DNS_TURNS);
	dns_ask(resolver, questions, 3, deadline_in(30), mem, answers);
	assert_int_equal(answers[1].outcome, DNS_FOUND);
}

struct hasty {
	struct dns_common *common;
	uint16_t port;
	enum dns_outcome outcome;
};

static const struct dns_question silent = { "silent.example", DNS_A };

static void *ask_hastily(void *argument)
{
	struct hasty *hasty = argument;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_answer answer;
	sharing_resolver(hasty->port, hasty->common, &resolver);
	dns_ask(resolver, &silent, 1, deadline_in(0.4), mem, &answer);
	hasty->outcome = answer.outcome;
	return NULL;
}

static void the_deadline_of_who_asked_first_is_his_alone(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(dns_common_free) struct dns_common *common = dns_common_new(5);
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct hasty hasty = { .common = common, .port = server->port };
	struct dns_answer answer;
	pthread_t thread;
	sharing_resolver(server->port, common, &resolver);
	assert_int_equal(pthread_create(&thread, NULL, ask_hastily, &hasty), 0);
	while (atomic_load(&server->asked) == 0)
		sched_yield();
	dns_ask(resolver, &silent, 1, deadline_in(1.3), mem, &answer);
	pthread_join(thread, NULL);
	assert_int_equal(hasty.outcome, DNS_TIMED_OUT);
	assert_int_equal(answer.outcome, DNS_TIMED_OUT);
	assert_true(answer.elapsed_ms >= 1300);
	assert_int_equal(atomic_load(&server->asked), 2);
}

static const char *news_of(struct dns_common *common, struct arena *mem)
{
	const char *sentence = NULL;
	return dns_common_news(common, mem, &sentence) ? sentence : NULL;
}

/* Long before c-ares itself would give up. */
static void does_not_wait_for_a_silent_server(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(dns_common_free) struct dns_common *common = dns_common_new(0.2);
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question questions[] = { { "silent1.example", DNS_A },
					    { "silent2.example", DNS_A },
					    { "silent3.example", DNS_A },
					    { "silent4.example", DNS_A } };
	struct dns_answer answers[4];
	/* A socket that nobody reads. */
	CLEANUP(fd_close) int deaf = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(name);
	assert_int_equal(bind(deaf, (struct sockaddr *)&name, size), 0);
	assert_int_equal(getsockname(deaf, (struct sockaddr *)&name, &size), 0);
	sharing_resolver(ntohs(name.sin_port), common, &resolver);
	dns_ask(resolver, questions, 4, deadline_in(60), mem, answers);
	assert_int_equal(answers[3].outcome, DNS_TIMED_OUT);
	assert_in_range((uintmax_t)answers[3].elapsed_ms, 200, 30000);
	const char *sentence = news_of(common, mem);
	assert_non_null(sentence);
	assert_non_null(strstr(sentence, "does not answer (4 questions, "));
	dns_ask(resolver, questions, 4, deadline_in(60), mem, answers);
	assert_int_equal(answers[3].outcome, DNS_TIMED_OUT);
	assert_true(answers[3].elapsed_ms < 4000); /* when c-ares gives up */
	/* A server that knows the root lives, however silent it is about these. */
	dns_common_free(&common);
	resolver_free(&resolver);
	common = dns_common_new(0.8);
	sharing_resolver(server->port, common, &resolver);
	dns_ask(resolver, questions, 4, deadline_in(1), mem, answers);
	assert_int_equal(answers[3].outcome, DNS_TIMED_OUT);
	assert_true(answers[3].elapsed_ms >= 1000);
	assert_null(news_of(common, mem));
}

static void comes_back_to_a_server_that_does(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(dns_common_free) struct dns_common *common = dns_common_new(5);
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question questions[DNS_PULSE_REFUSED];
	struct dns_answer answers[DNS_PULSE_REFUSED];
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		questions[i] = (struct dns_question){ arena_printf(mem, "plain%zu.example", i),
						      DNS_A };
	sharing_resolver(1, common, &resolver);
	dns_ask(resolver, questions, DNS_PULSE_REFUSED, deadline_in(30), mem, answers);
	assert_int_equal(answers[0].outcome, DNS_UNREACHABLE);
	assert_string_equal(news_of(common, mem),
			    "the DNS server 127.0.0.1:1 is not there (connection refused); check "
			    "--resolver and /etc/resolv.conf");
	dns_ask(resolver, questions, DNS_PULSE_REFUSED, deadline_in(30), mem, answers);
	assert_int_equal(answers[0].outcome, DNS_UNREACHABLE);
	assert_null(news_of(common, mem));
	/* As if it had been started there. */
	resolver_free(&resolver);
	sharing_resolver(server->port, common, &resolver);
	dns_ask(resolver, questions, DNS_PULSE_REFUSED, deadline_in(30), mem, answers);
	for (size_t i = 0; i < DNS_PULSE_REFUSED; i++)
		assert_int_equal(answers[i].outcome, DNS_FOUND);
	assert_non_null(strstr(news_of(common, mem), "answers again"));
}

static void tells_no_lack_of_sockets_from_a_dead_server(void **state)
{
	const struct server *server = *state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(dns_common_free) struct dns_common *common = dns_common_new(5);
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct dns_question question = { "plain.example", DNS_A };
	struct dns_answer answer;
	struct rlimit before, none;
	sharing_resolver(server->port, common, &resolver);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ 3, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (size_t i = 0; i < 2 * DNS_PULSE_REFUSED; i++)
		dns_ask(resolver, &question, 1, deadline_in(30), mem, &answer);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(answer.outcome, DNS_UNREACHABLE);
	assert_string_equal(
		news_of(common, mem),
		"no socket to ask DNS with: Too many open files; see ulimit, or ask for "
		"fewer --jobs");
	assert_null(news_of(common, mem));
	dns_ask(resolver, &question, 1, deadline_in(30), mem, &answer);
	assert_int_equal(answer.outcome, DNS_FOUND);
}

static const struct server_row {
	const char *name;
	bool valid;
} server_rows[] = {
	{ "127.0.0.1", true },     { "192.0.2.53:5353", true }, { "[::1]:5353", true },
	{ "2001:db8::53", true },  { "[2001:db8::53]", true },  { "dns.example", false },
	{ "192.0.2.53:0", false }, { "192.0.2.1,::1", false },  { "", false },
};

static void takes_servers_by_address_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(server_rows); i++) {
		CLEANUP(resolver_free) struct resolver *resolver = NULL;
		struct err err = { 0 };
		struct resolver_options options = { .server = server_rows[i].name };
		bool ok = resolver_new(&options, &resolver, &err);
		assert_row(server_rows[i].name, ok == server_rows[i].valid);
		assert_row(server_rows[i].name, ok || (err.code == ERR_USAGE && !resolver));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(refuses_what_answers_another_question),
		cmocka_unit_test(refuses_every_cut_message),
		cmocka_unit_test(takes_so_many_records_and_no_more),
		cmocka_unit_test(reads_how_long_it_may_be_kept),
		cmocka_unit_test(words_go_both_ways),
		cmocka_unit_test_setup_teardown(asks_all_at_once, start_server, stop_server),
		cmocka_unit_test_setup_teardown(believes_ad_from_loopback_or_when_told,
						start_server, stop_server),
		cmocka_unit_test_setup_teardown(gives_up_at_the_deadline, start_server,
						stop_server),
		cmocka_unit_test(tells_that_nobody_listens),
		cmocka_unit_test_setup_teardown(what_one_asked_others_know, start_server,
						stop_server),
		cmocka_unit_test_setup_teardown(the_same_twice_is_one_question, start_server,
						stop_server),
		cmocka_unit_test_setup_teardown(the_deadline_of_who_asked_first_is_his_alone,
						start_server, stop_server),
		cmocka_unit_test_setup_teardown(takes_turns, start_server, stop_server),
		cmocka_unit_test_setup_teardown(does_not_wait_for_a_silent_server, start_server,
						stop_server),
		cmocka_unit_test_setup_teardown(comes_back_to_a_server_that_does, start_server,
						stop_server),
		cmocka_unit_test_setup_teardown(tells_no_lack_of_sockets_from_a_dead_server,
						start_server, stop_server),
		cmocka_unit_test(takes_servers_by_address_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
