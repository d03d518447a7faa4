#include "unit.h"

#include "base/arena.h"

static void gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t size = 1; size < 10000; size = size * 3 + 1) {
		unsigned char *data = arena_alloc(mem, size);
		assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(data[i], 0);
		memset(data, 0xff, size);
	}
}

static void keeps_large_and_small_apart(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char *before = arena_copy(mem, "before");
	memset(arena_alloc(mem, 100000), 'x', 100000);
	char *after = arena_printf(mem, "%s and %d", "after", 7);
	assert_string_equal(before, "before");
	assert_string_equal(after, "after and 7");
	assert_true(arena_used(mem) >= 100000);
}

/* With nothing in either, with a block that is being filled in either, with more than one. */
static void what_was_another_arenas_lives_on(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 10, 5000 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(sizes); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct arena *other = arena_new();
		size_t own = sizes[i / ARRAY_SIZE(sizes)], theirs = sizes[i % ARRAY_SIZE(sizes)];
		char *first = own ? memset(arena_alloc(mem, own), 'a', own) : NULL;
		char *early = theirs ? arena_copy(other, "early") : NULL;
		char *second = theirs ? memset(arena_alloc(other, theirs), 'b', theirs) : NULL;
		size_t used = arena_used(mem) + arena_used(other);
		arena_adopt(mem, &other);
		assert_null(other);
		assert_int_equal(arena_used(mem), used);
		char *third = memset(arena_alloc(mem, 200), 'c', 200);
		assert_true(!first || (first[0] == 'a' && first[own - 1] == 'a'));
		assert_true(!second || (second[0] == 'b' && second[theirs - 1] == 'b'));
		assert_true(!early || strcmp(early, "early") == 0);
		assert_true(third[0] == 'c' && third[199] == 'c');
	}
}

static void copies_octets_with_nul_inside(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes copy = arena_bytes(mem, "a\0b", 3);
	assert_int_equal(copy.size, 3);
	assert_memory_equal(copy.data, "a\0b", 4);
	assert_null(arena_copy(mem, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(keeps_large_and_small_apart),
		cmocka_unit_test(what_was_another_arenas_lives_on),
		cmocka_unit_test(copies_octets_with_nul_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
