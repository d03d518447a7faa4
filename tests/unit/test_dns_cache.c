/* net/dns_cache: what is kept, for how long, and what goes first. The clock is ours. */
#include "unit.h"

#include <stdio.h>

#include "net/dns_cache.h"

#define S    INT64_C(1000000000)
#define NOW  (1000 * S)
#define SEED UINT32_C(0xC0FFEE)

static struct dns_key key_of(const char *name, enum dns_type type)
{
	struct dns_question question = { name, type };
	struct dns_key key;
	assert_true(dns_key_make(&question, SEED, &key));
	return key;
}

static void put(struct dns_cache *cache, const char *name, const struct dns_answer *answer,
		uint32_t keep_s)
{
	struct dns_key key = key_of(name, answer->type);
	dns_cache_put(cache, &key, answer, keep_s, NOW);
}

static bool has(struct dns_cache *cache, const char *name, enum dns_type type, int64_t at)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct dns_key key = key_of(name, type);
	struct dns_answer answer;
	return dns_cache_get(cache, &key, at, mem, &answer);
}

static const struct life_row {
	const char *name;
	enum dns_outcome outcome;
	uint32_t keep_s;
	int64_t lives_s; /* 0: not kept at all */
} life_rows[] = {
	{ "as long as its TTL", DNS_FOUND, 300, 300 },
	{ "one second", DNS_FOUND, 1, 1 },
	{ "a TTL of 0 is not kept", DNS_FOUND, 0, 0 },
	{ "an hour at most", DNS_FOUND, INT32_MAX, DNS_KEEP_MAX },
	{ "no such name, as long as the SOA says", DNS_NO_NAME, 60, 60 },
	{ "no such name, 15 minutes at most", DNS_NO_NAME, 86400, DNS_KEEP_DENIAL },
	{ "no such type, 15 minutes at most", DNS_NO_DATA, 86400, DNS_KEEP_DENIAL },
	{ "a denial without SOA is not kept (RFC 2308, 5)", DNS_NO_DATA, 0, 0 },
	{ "SERVFAIL for a moment (RFC 9520, 3.2)", DNS_SERVER_FAILED, 0, DNS_KEEP_FAILURE },
	{ "REFUSED for a moment", DNS_REFUSED, 0, DNS_KEEP_FAILURE },
	{ "silence is not kept", DNS_TIMED_OUT, 300, 0 },
	{ "garbage is not kept", DNS_MALFORMED, 300, 0 },
	{ "nobody there is not kept", DNS_UNREACHABLE, 300, 0 },
};

static void keeps_as_long_as_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(life_rows); i++) {
		const struct life_row *row = &life_rows[i];
		struct dns_cache *cache = dns_cache_new(4, 4096);
		struct dns_answer answer = { .name = "a.example",
					     .type = DNS_A,
					     .outcome = row->outcome };
		put(cache, "a.example", &answer, row->keep_s);
		assert_row(row->name, dns_cache_entries(cache) == (row->lives_s > 0 ? 1 : 0));
		if (row->lives_s > 0) {
			int64_t end = NOW + row->lives_s * S;
			assert_row(row->name, has(cache, "a.example", DNS_A, end - 1));
			assert_row(row->name, !has(cache, "a.example", DNS_A, end));
			assert_row(row->name, dns_cache_entries(cache) == 0);
		}
		assert_row(row->name, dns_cache_octets(cache) == 0);
		dns_cache_free(&cache);
	}
}

static const struct key_row {
	const char *name, *asked;
	enum dns_type type;
	bool known;
} key_rows[] = {
	{ "the same", "host.example.org", DNS_AAAA, true },
	{ "another case", "HOST.Example.ORG", DNS_AAAA, true },
	{ "a dot at the end", "host.example.org.", DNS_AAAA, true },
	{ "another type", "host.example.org", DNS_A, false },
	{ "another name", "host.example.or", DNS_AAAA, false },
	{ "a longer name", "host.example.orgs", DNS_AAAA, false },
	{ "the root", ".", DNS_AAAA, false },
};

static void finds_by_type_and_name_in_any_case(void **state)
{
	(void)state;
	struct dns_cache *cache = dns_cache_new(4, 4096);
	struct dns_answer answer = { .name = "x", .type = DNS_AAAA, .outcome = DNS_NO_DATA };
	put(cache, "host.example.org", &answer, 60);
	for (size_t i = 0; i < ARRAY_SIZE(key_rows); i++)
		assert_row(key_rows[i].name, has(cache, key_rows[i].asked, key_rows[i].type, NOW) ==
						     key_rows[i].known);
	dns_cache_free(&cache);
	char name[400];
	memset(name, 'a', sizeof(name));
	name[DNS_KEY_MAX] = '\0';
	struct dns_key key;
	assert_false(dns_key_make(&(struct dns_question){ name, DNS_A }, SEED, &key));
	name[DNS_KEY_MAX - 1] = '\0';
	assert_true(dns_key_make(&(struct dns_question){ name, DNS_A }, SEED, &key));
}

static void assert_records(const struct dns_answer got[3])
{
	assert_int_equal(got[0].records[0].ttl, 7);
	assert_int_equal(got[0].records[0].srv.port, 5222);
	assert_string_equal(got[0].records[0].srv.target, "xmpp.example.org");
	assert_string_equal(got[0].records[1].srv.target, "");
	assert_int_equal(got[1].records[0].tlsa.data.size, 3);
	assert_memory_equal(got[1].records[0].tlsa.data.data, "\1\2\3", 3);
	assert_int_equal(got[1].records[1].tlsa.usage, 2);
	assert_int_equal(got[1].records[1].tlsa.data.size, 0);
	assert_string_equal(got[2].records[0].caa.tag, "issue");
	assert_memory_equal(got[2].records[0].caa.value.data, "\1\2", 2);
	assert_int_equal(got[2].records[1].caa.value.size, 0);
}

/* What it gives and what it took live apart, each to its last octet. */
static void copies_every_part(void **state)
{
	(void)state;
	char target[] = "xmpp.example.org", tag[] = "issue", alias[] = "b.example";
	uint8_t octets[] = { 1, 2, 3 };
	struct dns_record records[3][2] = {
		{ { .ttl = 7, .srv = { 1, 2, 5222, target } },
		  { .ttl = 8, .srv = { .target = "" } } },
		{ { .tlsa = { 3, 1, 1, { octets, 3 } } }, { .tlsa = { 2, 0, 0, { octets, 0 } } } },
		{ { .caa = { 128, tag, { octets, 2 } } }, { .caa = { 0, tag, { octets, 0 } } } },
	};
	const enum dns_type types[] = { DNS_SRV, DNS_TLSA, DNS_CAA };
	struct dns_cache *cache = dns_cache_new(4, 4096);
	for (size_t i = 0; i < 3; i++) {
		struct dns_answer answer = { .name = "a.example",
					     .type = types[i],
					     .outcome = DNS_FOUND,
					     .dnssec = DNSSEC_SECURE,
					     .alias = alias,
					     .records = records[i],
					     .count = 2 };
		put(cache, "A.Example", &answer, 60);
	}
	memset(target, '!', sizeof(target) - 1);
	memset(tag, '!', sizeof(tag) - 1);
	memset(alias, '!', sizeof(alias) - 1);
	memset(octets, 0xff, sizeof(octets));
	memset(records, 0xff, sizeof(records));
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct dns_answer got[3];
	for (size_t i = 0; i < 3; i++) {
		struct dns_key key = key_of("a.example", types[i]);
		assert_true(dns_cache_get(cache, &key, NOW, mem, &got[i]));
	}
	dns_cache_free(&cache);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(got[i].name, "a.example");
		assert_string_equal(got[i].alias, "b.example");
		assert_int_equal(got[i].outcome, DNS_FOUND);
		assert_int_equal(got[i].dnssec, DNSSEC_SECURE);
		assert_int_equal(got[i].count, 2);
	}
	assert_records(got);
}

static void name_of(size_t i, char out[32])
{
	snprintf(out, 32, "host%zu.example", i);
}

static void throws_out_what_was_asked_for_longest_ago(void **state)
{
	(void)state;
	struct dns_cache *cache = dns_cache_new(3, 1 << 20);
	struct dns_answer answer = { .name = "x", .type = DNS_A, .outcome = DNS_NO_DATA };
	char name[32];
	for (size_t i = 0; i < 3; i++) {
		name_of(i, name);
		put(cache, name, &answer, 60);
	}
	assert_true(has(cache, "host0.example", DNS_A, NOW));
	put(cache, "host3.example", &answer, 60);
	assert_true(has(cache, "host0.example", DNS_A, NOW));
	assert_false(has(cache, "host1.example", DNS_A, NOW));
	assert_true(has(cache, "host2.example", DNS_A, NOW));
	assert_true(has(cache, "host3.example", DNS_A, NOW));
	/* The same once more takes no second place. */
	put(cache, "HOST3.example", &answer, 60);
	assert_true(has(cache, "host0.example", DNS_A, NOW));
	assert_int_equal(dns_cache_entries(cache), 3);
	dns_cache_free(&cache);
}

/* The names of 100,000 domains, and one host that all of them share: what a long run looks like. */
static void stays_within_its_bounds(void **state)
{
	(void)state;
	enum { ENTRIES = 512, OCTETS = 64 * 1024 };
	struct dns_cache *cache = dns_cache_new(ENTRIES, OCTETS);
	uint8_t octets[400] = { 0 };
	struct dns_record record = { .tlsa = { 3, 1, 1, { octets, sizeof(octets) } } };
	struct dns_answer small = { .name = "x", .type = DNS_A, .outcome = DNS_NO_NAME };
	struct dns_answer large = {
		.name = "x", .type = DNS_TLSA, .outcome = DNS_FOUND, .records = &record, .count = 1
	};
	char name[32];
	put(cache, "shared.example", &small, 600);
	for (size_t i = 0; i < 100000; i++) {
		name_of(i, name);
		put(cache, name, i % 3 ? &small : &large, 60);
		assert_true(dns_cache_entries(cache) <= ENTRIES);
		assert_true(dns_cache_octets(cache) <= OCTETS);
		if (i % 50 == 0)
			assert_true(has(cache, "shared.example", DNS_A, NOW));
	}
	assert_true(dns_cache_octets(cache) > OCTETS / 2);
	/* One that is larger than all the room is not worth emptying it. */
	static uint8_t huge[OCTETS];
	record.tlsa.data = (struct bytes){ huge, sizeof(huge) };
	size_t before = dns_cache_entries(cache);
	put(cache, "huge.example", &large, 60);
	assert_int_equal(dns_cache_entries(cache), before);
	assert_false(has(cache, "huge.example", DNS_TLSA, NOW));
	dns_cache_free(&cache);
	/* And no room at all keeps nothing. */
	cache = dns_cache_new(0, OCTETS);
	put(cache, "a.example", &small, 60);
	assert_false(has(cache, "a.example", DNS_A, NOW));
	dns_cache_free(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_as_long_as_it_may),
		cmocka_unit_test(finds_by_type_and_name_in_any_case),
		cmocka_unit_test(copies_every_part),
		cmocka_unit_test(throws_out_what_was_asked_for_longest_ago),
		cmocka_unit_test(stays_within_its_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
