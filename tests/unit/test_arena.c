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
		cmocka_unit_test(copies_octets_with_nul_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
