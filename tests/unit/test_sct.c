#include "unit.h"

#include <stdlib.h>

#include "tls/sct.h"

#define ONE_SIZE 53 /* of one timestamp below, with the length before it */

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

/* count timestamps of version 1, as RFC 6962, 3.3 packs them: of the first the fields are known. */
static struct bytes packed(struct arena *mem, size_t count)
{
	static const uint8_t tail[] = { 0, 0, 4, 3, 0, 4, 's', 'i', 'g', 'n' };
	size_t all = count * ONE_SIZE;
	uint8_t *list = arena_alloc(mem, all + 2), *at = list;
	*at++ = (uint8_t)(all >> 8);
	*at++ = (uint8_t)all;
	for (size_t i = 0; i < count; i++, at += ONE_SIZE) {
		at[1] = ONE_SIZE - 2;
		memset(at + 3, (int)i + 1, 32);
		/* 2026-07-01 in milliseconds, and as many more as the index */
		uint64_t time_ms = UINT64_C(1782864000000) + i;
		for (int j = 0; j < 8; j++)
			at[35 + j] = (uint8_t)(time_ms >> (56 - 8 * j));
		memcpy(at + 43, tail, sizeof(tail));
	}
	return (struct bytes){ list, all + 2 };
}

static void reads_lists_and_adds_them_up(void **state)
{
	struct sct_facts facts = { 0 };
	sct_read(packed(*state, 2), SCT_TLS, *state, &facts);
	sct_read(packed(*state, 1), SCT_OCSP, *state, &facts);
	assert_null(facts.problem);
	assert_int_equal(facts.count, 3);
	assert_int_equal(facts.list[0].source, SCT_TLS);
	assert_int_equal(facts.list[2].source, SCT_OCSP);
	assert_true(facts.list[0].version == 0 && facts.list[0].log[0] == 1);
	assert_true(facts.list[1].log[31] == 2);
	assert_true(facts.list[1].time_ms == INT64_C(1782864000001));
}

static void reads_the_extension(void **state)
{
	struct bytes list = packed(*state, 1);
	uint8_t *extension = arena_alloc(*state, list.size + 2);
	struct sct_facts facts = { 0 };
	extension[0] = 4;
	extension[1] = (uint8_t)list.size;
	memcpy(extension + 2, list.data, list.size);
	sct_read_extension((struct bytes){ extension, list.size + 2 }, *state, &facts);
	assert_null(facts.problem);
	assert_true(facts.count == 1 && facts.list[0].source == SCT_CERTIFICATE);

	sct_read_extension(list, *state, &facts);
	assert_string_equal(facts.problem, "an extension that is no OCTET STRING");
	assert_int_equal(facts.count, 1);
}

static const struct row {
	const char *name, *octets;
	size_t size;
	const char *problem;
} rows[] = {
	{ "nothing", "", 0, "a list that is not as long as it says" },
	{ "half a length", "\0", 1, "a list that is not as long as it says" },
	{ "too short", "\0\5\0", 3, "a list that is not as long as it says" },
	{ "too long", "\0\0\0", 3, "a list that is not as long as it says" },
	{ "empty", "\0\0", 2, "an empty list" },
	{ "an empty timestamp", "\0\2\0\0", 4, "an empty timestamp" },
	{ "one that ends behind the list", "\0\3\0\5\0", 5,
	  "a timestamp that is not as long as it says" },
	{ "one that is cut", "\0\5\0\3\0\1\1", 7, "a timestamp that ends too early" },
};

static void says_what_is_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sct_facts facts = { 0 };
		struct bytes list = { (const uint8_t *)rows[i].octets, rows[i].size };
		sct_read(list, SCT_TLS, *state, &facts);
		assert_row_string(rows[i].name, facts.problem, rows[i].problem);
		assert_row(rows[i].name, facts.count == 0);
	}
}

static const char *problem_with(struct arena *mem, size_t offset, uint8_t octet)
{
	struct bytes list = packed(mem, 1);
	uint8_t *changed = arena_alloc(mem, list.size);
	struct sct_facts facts = { 0 };
	memcpy(changed, list.data, list.size);
	changed[offset] = octet;
	sct_read((struct bytes){ changed, list.size }, SCT_TLS, mem, &facts);
	return facts.problem;
}

static void looks_into_each_field(void **state)
{
	assert_string_equal(problem_with(*state, 37, 0xff),
			    "a timestamp beyond the year 9999"); /* time */
	assert_string_equal(problem_with(*state, 46, 9), "a timestamp that ends too early");
	assert_string_equal(problem_with(*state, 50, 9), "a timestamp that ends too early");
	assert_string_equal(problem_with(*state, 50, 3),
			    "octets behind the signature of a timestamp");
	assert_null(problem_with(*state, 54, 'x')); /* the signature: nobody looks */
}

/* RFC 6962, 3.3: clients ignore versions they do not know; here they are counted. */
static void counts_versions_to_come(void **state)
{
	static const uint8_t list[] = { 0, 4, 0, 2, 1, 7 };
	struct sct_facts facts = { 0 };
	sct_read((struct bytes){ list, sizeof(list) }, SCT_TLS, *state, &facts);
	assert_null(facts.problem);
	assert_true(facts.count == 1 && facts.list[0].version == 1 && facts.list[0].time_ms == 0);
}

static void stops_at_a_bound(void **state)
{
	struct sct_facts facts = { 0 };
	sct_read(packed(*state, SCT_MAX), SCT_TLS, *state, &facts);
	assert_true(facts.count == SCT_MAX && !facts.problem);
	sct_read(packed(*state, 1), SCT_OCSP, *state, &facts);
	assert_true(facts.count == SCT_MAX);
	assert_string_equal(facts.problem, "more timestamps than anybody has");

	struct sct_facts more = { 0 };
	sct_read(packed(*state, SCT_MAX + 1), SCT_TLS, *state, &more);
	assert_true(more.count == 0);
	assert_string_equal(more.problem, "more timestamps than anybody has");
}

static void survives_every_cut(void **state)
{
	struct bytes list = packed(*state, 2);
	for (size_t size = 0; size < list.size; size++) {
		uint8_t *cut = malloc(size + 1); /* so that the sanitizer sees its end */
		struct sct_facts facts = { 0 };
		memcpy(cut, list.data, size);
		sct_read((struct bytes){ cut, size }, SCT_TLS, *state, &facts);
		free(cut);
		assert_true(facts.problem && facts.count == 0);
	}
}

static void names_its_sources(void **state)
{
	(void)state;
	assert_string_equal(sct_source_text(SCT_CERTIFICATE), "certificate");
	assert_string_equal(sct_source_text(SCT_TLS), "tls");
	assert_string_equal(sct_source_text(SCT_OCSP), "ocsp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lists_and_adds_them_up),
		cmocka_unit_test(reads_the_extension),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(looks_into_each_field),
		cmocka_unit_test(counts_versions_to_come),
		cmocka_unit_test(stops_at_a_bound),
		cmocka_unit_test(survives_every_cut),
		cmocka_unit_test(names_its_sources),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
