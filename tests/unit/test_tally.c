#include "unit.h"

#include "base/arena.h"
#include "report/tally.h"

static void words_are_kept_once_and_counted(void **state)
{
	static const char *const words[] = { "b", "a", "b", "", "a", "b" };
	(void)state;
	CLEANUP(tally_free) struct tally *tally = tally_new(10);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		tally_add(tally, words[i]);
	assert_int_equal(tally_size(tally), 3);
	assert_int_equal(tally_total(tally), 6);
	assert_string_equal(tally_word(tally, 0), "b");
	assert_string_equal(tally_word(tally, 1), "a");
	assert_string_equal(tally_word(tally, 2), "");
	assert_int_equal(tally_count(tally, 0), 3);
	assert_int_equal(tally_count(tally, 1), 2);
	assert_int_equal(tally_count(tally, 2), 1);
}

static void what_has_no_room_is_counted_in_the_total_alone(void **state)
{
	(void)state;
	CLEANUP(tally_free) struct tally *tally = tally_new(2);
	assert_int_equal(tally_add(tally, "a"), 0);
	assert_int_equal(tally_add(tally, "b"), 1);
	assert_int_equal(tally_add(tally, "c"), TALLY_NONE);
	assert_int_equal(tally_add(tally, "b"), 1);
	assert_int_equal(tally_size(tally), 2);
	assert_int_equal(tally_total(tally), 4);
}

static void the_most_frequent_come_first_and_the_first_among_equals(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(tally_free) struct tally *tally = tally_new(1000);
	static const uint32_t wanted[] = { 7, 3, 11, 0 };
	uint32_t top[4], all[40];
	for (int i = 0; i < 40; i++)
		tally_add(tally, arena_printf(mem, "word %d", i));
	for (int i = 0; i < 5; i++)
		tally_add(tally, "word 7");
	for (int i = 0; i < 3; i++) {
		tally_add(tally, "word 3");
		tally_add(tally, "word 11");
	}
	assert_int_equal(tally_top(tally, top, 4), 4);
	assert_memory_equal(top, wanted, sizeof(wanted));
	assert_int_equal(tally_top(tally, all, 40), 40);
	assert_int_equal(all[39], 39);
}

/* Words of records are as long as a stranger likes. */
static void a_long_word_is_cut_between_characters(void **state)
{
	(void)state;
	CLEANUP(tally_free) struct tally *tally = tally_new(10);
	char word[3 * TALLY_WORD] = "a";
	for (size_t i = 1; i + 2 < sizeof(word); i += 2)
		memcpy(word + i, "ä", 3);
	assert_int_equal(tally_add(tally, word), 0);
	assert_int_equal(strlen(tally_word(tally, 0)), TALLY_WORD - 1);
	assert_int_equal(tally_add(tally, word), 0);
	assert_int_equal(tally_count(tally, 0), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_kept_once_and_counted),
		cmocka_unit_test(what_has_no_room_is_counted_in_the_total_alone),
		cmocka_unit_test(the_most_frequent_come_first_and_the_first_among_equals),
		cmocka_unit_test(a_long_word_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
