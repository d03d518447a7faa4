#include "unit.h"

#include "net/srv.h"

/* Draws what the row says, and remembers up to where it could have drawn. */
struct script {
	const uint32_t *draws;
	size_t count, at;
	uint32_t maxima[8];
};

static uint32_t scripted(void *state, uint32_t max)
{
	struct script *script = state;
	assert_true(script->at < script->count);
	script->maxima[script->at] = max;
	return script->draws[script->at++];
}

static const struct row {
	const char *name;
	struct srv_rank ranks[5];
	size_t count;
	uint32_t draws[4], maxima[4];
	size_t draw_count;
	const char *order; /* indices */
} rows[] = {
	{ "nothing", { { 0 } }, 0, { 0 }, { 0 }, 0, "" },
	{ "one needs no draw", { { 5, 9, 0 } }, 1, { 0 }, { 0 }, 0, "0" },
	{ "lowest priority first",
	  { { 30, 0, 0 }, { 10, 0, 1 }, { 20, 0, 2 } },
	  3,
	  { 0 },
	  { 0 },
	  0,
	  "120" },
	{ "STR-3: of 0, 1, 3 the draw 0 takes the 0",
	  { { 1, 0, 0 }, { 1, 1, 1 }, { 1, 3, 2 } },
	  3,
	  { 0, 0 },
	  { 4, 4 },
	  2,
	  "012" },
	{ "STR-3: the draw 1 takes the 1",
	  { { 1, 0, 0 }, { 1, 1, 1 }, { 1, 3, 2 } },
	  3,
	  { 1, 3 },
	  { 4, 3 },
	  2,
	  "120" },
	{ "STR-3: the draw 2 takes the 3",
	  { { 1, 0, 0 }, { 1, 1, 1 }, { 1, 3, 2 } },
	  3,
	  { 2, 1 },
	  { 4, 1 },
	  2,
	  "210" },
	{ "STR-3: the draw 4, the total, takes the 3",
	  { { 1, 0, 0 }, { 1, 1, 1 }, { 1, 3, 2 } },
	  3,
	  { 4, 0 },
	  { 4, 1 },
	  2,
	  "201" },
	{ "zero weights come to the front of the sums",
	  { { 1, 10, 0 }, { 1, 0, 1 }, { 1, 20, 2 } },
	  3,
	  { 0, 11 },
	  { 30, 30 },
	  2,
	  "120" },
	{ "only zero weights keep their order",
	  { { 1, 0, 2 }, { 1, 0, 0 }, { 1, 0, 1 } },
	  3,
	  { 0, 0 },
	  { 0, 0 },
	  2,
	  "012" },
	{ "each priority draws for itself",
	  { { 2, 1, 0 }, { 1, 1, 1 }, { 2, 1, 2 }, { 1, 1, 3 } },
	  4,
	  { 2, 1 },
	  { 2, 2 },
	  2,
	  "3102" },
	{ "largest weights do not overflow",
	  { { 1, 65535, 0 }, { 1, 65535, 1 }, { 1, 65535, 2 } },
	  3,
	  { 196605, 65536 },
	  { 196605, 131070 },
	  2,
	  "210" },
};

static void orders_as_rfc_2782_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct script script = { .draws = row->draws, .count = row->draw_count };
		struct srv_rank ranks[5];
		char order[6] = "";
		memcpy(ranks, row->ranks, sizeof(ranks));
		srv_order(ranks, row->count, scripted, &script);
		for (size_t j = 0; j < row->count; j++)
			order[j] = (char)('0' + ranks[j].index);
		assert_row_string(row->name, order, row->order);
		assert_row(row->name, script.at == row->draw_count);
		for (size_t j = 0; j < row->draw_count; j++)
			assert_row(row->name, script.maxima[j] == row->maxima[j]);
	}
}

static void draws_every_value_up_to_the_bound(void **state)
{
	(void)state;
	static const uint32_t bounds[] = { 0, 1, 2, 4, 7 };
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		unsigned seen = 0, all = (2u << bounds[i]) - 1;
		for (int draws = 0; draws < 2000; draws++) {
			uint32_t drawn = srv_random_system(NULL, bounds[i]);
			assert_true(drawn <= bounds[i]);
			seen |= 1u << drawn;
		}
		assert_int_equal(seen, all); /* misses once in 10^115 runs */
	}
	srv_random_system(NULL, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_as_rfc_2782_says),
		cmocka_unit_test(draws_every_value_up_to_the_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
