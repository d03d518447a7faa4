/* Searching a way among many certificates, and where the search ends. */
#include "unit.h"

#include "base/deadline.h"
#include "der_fixture.h"
#include "fixture.h"
#include "tls/path.h"

#define JULY_26 FIXTURE_JULY_26
#define CA      "2.5.29.19 ! 30 03 01 01 ff | 2.5.29.15 ! 03 02 01 06"
#define LEAF    "2.5.29.15 ! 03 02 07 80"

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

/* "CN=issuer" certifies "CN=subject" and its key. */
static struct cert_facts certify(struct arena *mem, const char *issuer, const struct der_key *by,
				 const char *subject, const struct der_key *key,
				 const char *extensions)
{
	struct der_plan plan = {
		.issuer = der_name(mem, issuer),
		.subject = der_name(mem, subject),
		.key = key->info,
		.extensions = der_extensions(mem, extensions),
		.signer = by,
	};
	return der_read(mem, &plan);
}

/* keys[0] is the anchor's. */
static struct cert_facts anchor_of(struct arena *mem, const struct der_key *keys)
{
	return certify(mem, "CN=root", &keys[0], "CN=root", &keys[0], CA);
}

static void judge(struct arena *mem, const struct cert_facts *chain, size_t count,
		  const struct cert_facts *anchor, struct path_facts *out)
{
	CLEANUP(trust_free) struct trust *trust = trust_of(&anchor->der, 1);
	path_judge(chain, count, trust, JULY_26, mem, out);
}

static void make_keys(struct arena *mem, struct der_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		keys[i] = der_key_new(mem);
}

static void free_keys(struct der_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		der_key_free(&keys[i]);
}

#define KEY_A "| 2.5.29.14 04 01 61"
#define KEY_B "| 2.5.29.14 04 01 62"
#define BY_B  "| 2.5.29.35 30 03 80 01 62"
#define BY_C  "| 2.5.29.35 30 03 80 01 63"

/* Two certificates of one CA and one key: RFC 5280, 4.2.1.1 says whom to try first. */
static void prefers_the_issuer_whose_key_is_named(void **state)
{
	struct arena *mem = *state;
	static const struct hint_row {
		const char *name, *leaf, *first, *second;
		size_t way; /* which of the chain is taken */
	} hints[] = {
		{ "nothing named", LEAF, CA KEY_A, CA KEY_B, 1 },
		{ "the second named", LEAF BY_B, CA KEY_A, CA KEY_B, 2 },
		{ "the first named", LEAF BY_B, CA KEY_B, CA KEY_A, 1 },
		{ "another named: only a hint", LEAF BY_C, CA KEY_A, CA KEY_B, 1 },
		{ "the first without identifier", LEAF BY_B, CA, CA KEY_B, 1 },
	};
	struct der_key keys[3];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	struct cert_facts anchor = anchor_of(mem, keys);
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		const struct hint_row *row = &hints[i];
		const struct cert_facts chain[] = {
			certify(mem, "CN=x", &keys[1], "CN=leaf", &keys[2], row->leaf),
			certify(mem, "CN=root", &keys[0], "CN=x", &keys[1], row->first),
			certify(mem, "CN=root", &keys[0], "CN=x", &keys[1], row->second),
		};
		struct path_facts path;
		judge(mem, chain, 3, &anchor, &path);
		assert_row(row->name, path.trusted && path.way_length == 3);
		assert_row(row->name, path.way[1] == &chain[row->way]);
	}
	free_keys(keys, ARRAY_SIZE(keys));
}

/* The key that is named is not the one that signed, and the other way round. */
static void goes_another_way_where_a_hint_is_wrong(void **state)
{
	struct arena *mem = *state;
	struct der_key keys[4];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	struct cert_facts anchor = anchor_of(mem, keys);
	const struct cert_facts chain[] = {
		certify(mem, "CN=x", &keys[1], "CN=leaf", &keys[2], LEAF BY_B),
		certify(mem, "CN=root", &keys[0], "CN=x", &keys[3], CA KEY_B),
		certify(mem, "CN=root", &keys[0], "CN=x", &keys[1], CA KEY_A),
	};
	struct path_facts path;
	judge(mem, chain, 3, &anchor, &path);
	assert_true(path.trusted);
	assert_ptr_equal(path.way[1], &chain[2]);
	assert_int_equal(path.problems, PATH_OUT_OF_ORDER);
	free_keys(keys, ARRAY_SIZE(keys));
}

/* An authority that certified itself anew; neither counts against the length of the path. */
static void goes_through_self_issued_certificates(void **state)
{
	struct arena *mem = *state;
	struct der_key keys[4];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	struct cert_facts anchor = anchor_of(mem, keys);
	const struct cert_facts chain[] = {
		certify(mem, "CN=x", &keys[2], "CN=leaf", &keys[3], LEAF),
		certify(mem, "CN=x", &keys[1], "CN=x", &keys[2], CA),
		certify(mem, "CN=root", &keys[0], "CN=x", &keys[1],
			"2.5.29.19 ! 30 06 01 01 ff 02 01 00 | 2.5.29.15 ! 03 02 01 06"),
	};
	struct path_facts path;
	judge(mem, chain, 3, &anchor, &path);
	assert_true(path.trusted && path.problems == 0);
	assert_int_equal(path.way_length, 4);
	free_keys(keys, ARRAY_SIZE(keys));
}

static void takes_an_anchor_of_version_1(void **state)
{
	struct arena *mem = *state;
	struct der_key keys[2];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	const struct der_plan plan = {
		.version = DER_LITERAL(""),
		.issuer = der_name(mem, "CN=root"),
		.subject = der_name(mem, "CN=root"),
		.key = keys[0].info,
		.signer = &keys[0],
	};
	struct cert_facts anchor = der_read(mem, &plan);
	const struct cert_facts chain[] = {
		certify(mem, "CN=root", &keys[0], "CN=leaf", &keys[1], LEAF),
		anchor,
	};
	struct path_facts path;
	judge(mem, chain, 2, &anchor, &path);
	assert_true(path.trusted);
	free_keys(keys, ARRAY_SIZE(keys));
}

/* Nobody takes an anchor for a CA that says something nobody understands. */
static void refuses_an_anchor_nobody_understands(void **state)
{
	struct arena *mem = *state;
	struct der_key keys[2];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	struct cert_facts anchor = certify(mem, "CN=root", &keys[0], "CN=root", &keys[0],
					   CA "| 1.3.6.1.4.1.99999.1 ! 05 00");
	const struct cert_facts leaf = certify(mem, "CN=root", &keys[0], "CN=leaf", &keys[1], LEAF);
	struct path_facts path;
	judge(mem, &leaf, 1, &anchor, &path);
	assert_false(path.trusted);
	assert_int_equal(path.problems, PATH_CONSTRAINTS);
	assert_string_equal(path.anchor, "CN=root");
	free_keys(keys, ARRAY_SIZE(keys));
}

#define LINKS (CHAIN_MAX + 1)

static const char *cn(struct arena *mem, size_t number)
{
	return arena_printf(mem, "CN=%zu", number);
}

/* As long as a chain may be, and one more: the anchor is then out of sight. */
static void walks_the_longest_chain(void **state)
{
	struct arena *mem = *state;
	struct der_key keys[LINKS + 1];
	struct cert_facts chain[LINKS];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	struct cert_facts anchor = anchor_of(mem, keys);
	for (size_t length = CHAIN_MAX; length <= LINKS; length++) {
		for (size_t i = 0; i < length; i++) {
			bool last = i == length - 1;
			chain[i] = certify(mem, last ? "CN=root" : cn(mem, i + 1),
					   last ? &keys[0] : &keys[i + 2], cn(mem, i), &keys[i + 1],
					   i == 0 ? LEAF : CA);
		}
		struct path_facts path;
		double start = unit_cpu_ms();
		judge(mem, chain, length, &anchor, &path);
		assert_true(unit_cpu_ms() - start < 2000); /* some 20 ms without sanitizers */
		assert_int_equal(path.trusted, length == CHAIN_MAX);
		assert_int_equal(path.problems, length == CHAIN_MAX ? 0 : PATH_UNKNOWN_ISSUER);
		assert_int_equal(path.way_length, CHAIN_MAX + (length == CHAIN_MAX));
	}
	free_keys(keys, ARRAY_SIZE(keys));
}

#define CROWD 64

/* The leaf, then strangers of the issuer's name, behind them the issuers: each link costs a
 * signature a stranger, unless keys are named. */
static void lay_crowd(struct arena *mem, const struct der_key *keys, size_t issuers, bool named,
		      struct cert_facts *chain)
{
	const struct der_key *stranger = &keys[1], *leaf = &keys[2], *above = &keys[3];
	for (size_t i = 1; i < CROWD - issuers; i++)
		chain[i] = certify(mem, "CN=x", stranger, "CN=x", stranger,
				   arena_printf(mem, CA "%s | 1.3.6.1.4.1.99999.1 04 01 %02zx",
						named ? KEY_A : "", i));
	chain[0] = certify(mem, "CN=x", &above[0], "CN=leaf", leaf,
			   named ? LEAF "| 2.5.29.35 30 03 80 01 00" : LEAF);
	for (size_t i = 0; i < issuers; i++) {
		bool last = i == issuers - 1;
		const char *own = arena_printf(mem, "| 2.5.29.14 04 01 %02zx", i);
		const char *by = arena_printf(mem, "| 2.5.29.35 30 03 80 01 %02zx", i + 1);
		chain[CROWD - issuers + i] = certify(
			mem, last ? "CN=root" : "CN=x", last ? &keys[0] : &above[i + 1], "CN=x",
			&above[i],
			arena_printf(mem, CA "%s%s", named ? own : "", named && !last ? by : ""));
	}
}

/* SIGNATURES_MAX of path.c, which real chains never meet. */
static void ends_the_search_among_too_many(void **state)
{
	struct arena *mem = *state;
	static const struct crowd_row {
		const char *name;
		size_t issuers;
		bool named, trusted;
	} crowds[] = {
		{ "two links", 2, false, true },
		{ "three links", 3, false, true },
		{ "four links", 4, false, false },
		{ "four links whose keys are named", 4, true, true },
		{ "five links", 5, false, false },
		{ "sixty links whose keys are named", 60, true, true },
		{ "sixty links", 60, false, false },
	};
	struct der_key keys[CROWD + 3];
	make_keys(mem, keys, ARRAY_SIZE(keys));
	struct cert_facts anchor = anchor_of(mem, keys);
	for (size_t i = 0; i < ARRAY_SIZE(crowds); i++) {
		const struct crowd_row *row = &crowds[i];
		struct cert_facts chain[CROWD];
		struct path_facts path;
		lay_crowd(mem, keys, row->issuers, row->named, chain);
		double start = unit_cpu_ms();
		judge(mem, chain, CROWD, &anchor, &path);
		assert_row(row->name, unit_cpu_ms() - start < 3000);
		assert_row_string(row->name, path.trusted ? "trusted" : "not",
				  row->trusted ? "trusted" : "not");
		if (path.trusted)
			assert_row(row->name, path.way_length == row->issuers + 2);
	}
	free_keys(keys, ARRAY_SIZE(keys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefers_the_issuer_whose_key_is_named),
		cmocka_unit_test(goes_another_way_where_a_hint_is_wrong),
		cmocka_unit_test(goes_through_self_issued_certificates),
		cmocka_unit_test(takes_an_anchor_of_version_1),
		cmocka_unit_test(refuses_an_anchor_nobody_understands),
		cmocka_unit_test(walks_the_longest_chain),
		cmocka_unit_test(ends_the_search_among_too_many),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
