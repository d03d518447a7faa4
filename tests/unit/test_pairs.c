#include "unit.h"

#include <stdio.h>

#include "run/pairs.h"

static const struct row {
	const char *name, *from, *to;
	bool stands;
} rows[] = {
	{ "as it was verified", "a.test", "us.test", true },
	{ "written otherwise", "A.Test.", "US.test", true },
	{ "the way back", "us.test", "a.test", false },
	{ "another target", "a.test", "also.test", false },
	{ "another sender", "b.test", "us.test", false },
	{ "a domain below", "x.a.test", "us.test", false },
	{ "no sender", NULL, "us.test", false },
	{ "no target", "a.test", NULL, false },
	{ "verified, and then not", "c.test", "us.test", false },
	{ "verified again", "d.test", "us.test", true },
};

static void stand_in_one_direction(void **state)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct pairs pairs = { 0 };
	(void)state;
	assert_false(pairs_any(&pairs));
	assert_true(pairs_remember(&pairs, "c.test", "us.test", mem));
	pairs_forget(&pairs, "C.test", "us.test");
	assert_false(pairs_any(&pairs));
	assert_true(pairs_remember(&pairs, "a.test", "us.test", mem));
	assert_true(pairs_remember(&pairs, "d.test", "us.test", mem));
	pairs_forget(&pairs, "d.test", "us.test");
	assert_true(pairs_remember(&pairs, "d.test", "us.test", mem));
	pairs_forget(&pairs, "never.test", "us.test");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(rows[i].name,
			   pairs_has(&pairs, rows[i].from, rows[i].to) == rows[i].stands);
	assert_true(pairs_any(&pairs));
	assert_int_equal(pairs.count, 3);
}

static void are_no_more_than_there_is_room_for(void **state)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct pairs pairs = { 0 };
	char name[16];
	(void)state;
	for (int i = 0; i < PAIRS_MAX; i++) {
		snprintf(name, sizeof(name), "p%d.test", i);
		assert_true(pairs_remember(&pairs, name, "us.test", mem));
	}
	size_t used = arena_used(mem);
	assert_false(pairs_remember(&pairs, "one-more.test", "us.test", mem));
	assert_true(pairs_remember(&pairs, name, "us.test", mem));
	pairs_forget(&pairs, name, "us.test");
	assert_true(pairs_remember(&pairs, name, "us.test", mem));
	assert_int_equal(arena_used(mem), used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stand_in_one_direction),
		cmocka_unit_test(are_no_more_than_there_is_room_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
