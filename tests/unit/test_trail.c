/* Elimination by itself: servers with an order of their own or the client's, answers in any order
 * of the questions that are out, and what is asked on the way. */
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

#include "tls/trail.h"

#define FIRST    1000 /* code of item 0 */
#define ITEMS    448
#define NEVER    UINT32_MAX
#define WIDTHMAX 8

enum order {
	OWN,      /* the usual order */
	BACKWARD, /* the usual order from behind */
	SHUFFLED, /* its own, which nobody can guess */
	CLIENT,
	CHACHA, /* SHUFFLED, but favoured items first where one is offered first */
};

struct server {
	enum order order;
	size_t count;
	bool accepts[ITEMS], favoured[ITEMS];
	size_t rank[ITEMS]; /* the smaller the better */
};

static const struct row {
	const char *name;
	size_t count, common, every, accepted; /* every so-manieth item, so many of them at most */
	enum order order;
	size_t favoured; /* this item is; 0: none */
	size_t limit;    /* items at once; 0: any number */
	enum preference preference;
} rows[] = {
	{ "nothing accepted", 100, 40, 1, 0, OWN, 0, 0, PREFERENCE_UNKNOWN },
	{ "nothing to ask for", 0, 0, 1, 0, OWN, 0, 0, PREFERENCE_UNKNOWN },
	{ "one item, accepted", 1, 1, 1, 1, OWN, 0, 0, PREFERENCE_UNKNOWN },
	{ "one item, refused", 1, 1, 1, 0, OWN, 0, 0, PREFERENCE_UNKNOWN },
	{ "one of many", 200, 40, 17, 1, OWN, 0, 0, PREFERENCE_UNKNOWN },
	{ "two, its own order", 200, 40, 17, 2, OWN, 0, 0, PREFERENCE_SERVER },
	{ "two, the client's order", 200, 40, 17, 2, CLIENT, 0, 0, PREFERENCE_CLIENT },
	{ "the usual order", 150, 60, 3, 50, OWN, 0, 0, PREFERENCE_SERVER },
	{ "the usual order from behind", 150, 60, 3, 50, BACKWARD, 0, 0, PREFERENCE_SERVER },
	{ "an order nobody can guess", 150, 60, 3, 50, SHUFFLED, 0, 0, PREFERENCE_SERVER },
	{ "the client's order", 150, 60, 3, 50, CLIENT, 0, 0, PREFERENCE_CLIENT },
	{ "rare items alone", 330, 20, 31, 10, SHUFFLED, 0, 0, PREFERENCE_SERVER },
	{ "common items alone", 30, 30, 2, 15, SHUFFLED, 0, 0, PREFERENCE_SERVER },
	{ "no common items", 30, 0, 2, 15, SHUFFLED, 0, 0, PREFERENCE_SERVER },
	{ "everything", 150, 60, 1, 150, SHUFFLED, 0, 0, PREFERENCE_SERVER },
	{ "everything, the client's order", 150, 60, 1, 150, CLIENT, 0, 0, PREFERENCE_CLIENT },
	{ "a favoured item is moved up", 100, 40, 2, 30, CHACHA, 20, 0, PREFERENCE_CHACHA },
	{ "a favoured item that is none here", 100, 40, 2, 30, SHUFFLED, 20, 0, PREFERENCE_SERVER },
	{ "a favoured item that it does not have", 100, 40, 2, 30, SHUFFLED, 21, 0,
	  PREFERENCE_SERVER },
	{ "a favoured item, the client's order", 100, 40, 2, 30, CLIENT, 20, 0, PREFERENCE_CLIENT },
	{ "a favoured item and two more", 100, 40, 20, 3, CHACHA, 20, 0, PREFERENCE_CHACHA },
	{ "few at once", 150, 60, 3, 50, SHUFFLED, 0, 60, PREFERENCE_SERVER },
	{ "few at once, two together only when all is found", 330, 20, 300, 2, OWN, 0, 60,
	  PREFERENCE_SERVER },
	{ "few at once, nothing", 330, 90, 1, 0, OWN, 0, 60, PREFERENCE_UNKNOWN },
};

static struct server *server_new(const struct row *row, struct arena *mem)
{
	struct server *server = arena_alloc(mem, sizeof(*server));
	size_t accepted = 0;
	unsigned seed = 5;
	server->order = row->order;
	server->count = row->count;
	for (size_t i = 0; i < row->count; i++) {
		server->accepts[i] = i % row->every == 0 && accepted < row->accepted;
		accepted += server->accepts[i];
		server->rank[i] = row->order == BACKWARD ? row->count - i : i;
	}
	for (size_t i = row->count; row->order >= SHUFFLED && i > 1; i--) {
		size_t other = (size_t)rand_r(&seed) % i, kept = server->rank[i - 1];
		server->rank[i - 1] = server->rank[other];
		server->rank[other] = kept;
	}
	if (row->favoured)
		server->favoured[row->favoured] = true;
	/* Else it would be first anyway. */
	if (row->favoured && row->order == CHACHA)
		server->rank[row->favoured] = row->count + 1;
	return server;
}

static uint32_t choose(const struct server *server, const uint32_t *codes, size_t count)
{
	uint32_t best = NEVER;
	bool moves = server->order == CHACHA && count && server->favoured[codes[0] - FIRST];
	for (size_t i = 0; i < count; i++) {
		size_t item = codes[i] - FIRST;
		if (!server->accepts[item])
			continue;
		if (server->order == CLIENT || (moves && server->favoured[item]))
			return codes[i];
		if (best == NEVER || server->rank[item] < server->rank[best - FIRST])
			best = codes[i];
	}
	return best;
}

static struct trail *trail_for(const struct row *row, const struct server *server,
			       struct arena *mem)
{
	uint32_t codes[ITEMS];
	for (size_t i = 0; i < row->count; i++)
		codes[i] = FIRST + (uint32_t)i;
	struct trail *trail = trail_new(&(struct trail_options){ .codes = codes,
								 .count = row->count,
								 .common = row->common,
								 .favoured = server->favoured,
								 .order = true },
					mem);
	if (row->limit)
		trail_limit(trail, row->limit);
	return trail;
}

/* What a question may offer: of its order what is accepted, of the rest what is not yet refused. */
static void check_offer(const struct row *row, const struct trail *trail,
			const struct trail_ask *ask, const uint32_t *codes, size_t count)
{
	assert_row(row->name, count > 0 && (!row->limit || count <= row->limit));
	for (size_t i = 0; i < count; i++) {
		bool accepted = trail_accepts(trail, codes[i]);
		assert_row(row->name, !trail_rejects(trail, codes[i]));
		assert_row(row->name, ask->purpose != TRAIL_LINK || accepted);
		assert_row(row->name, ask->purpose != TRAIL_BLOCK || !accepted);
		for (size_t k = 0; k < i; k++)
			assert_row(row->name, codes[k] != codes[i]);
	}
}

static void answer(const struct server *server, struct trail *trail, const struct trail_ask *ask)
{
	uint32_t codes[TRAIL_MAX];
	size_t count = trail_codes(trail, ask, codes);
	uint32_t code = choose(server, codes, count);
	if (code == NEVER)
		trail_refused(trail, ask);
	else
		trail_chosen(trail, ask, code);
}

struct tally {
	size_t asked, blocks;
};

/* To the end, with as many out as allowed, answered as the seed says. */
static struct tally play(const struct row *row, const struct server *server, struct trail *trail,
			 unsigned width, unsigned seed)
{
	struct trail_ask out[WIDTHMAX];
	size_t held = 0;
	struct tally tally = { 0 };
	for (;;) {
		struct trail_ask ask;
		uint32_t codes[TRAIL_MAX];
		if (trail_next(trail, width, &ask)) {
			assert_row(row->name, held < width && tally.asked < 2000);
			check_offer(row, trail, &ask, codes, trail_codes(trail, &ask, codes));
			out[held++] = ask;
			tally.asked++;
			if (ask.purpose == TRAIL_BLOCK && ask.block >= tally.blocks)
				tally.blocks = ask.block + 1;
			continue;
		}
		if (held == 0)
			break;
		size_t which = (size_t)rand_r(&seed) % held;
		ask = out[which];
		out[which] = out[--held];
		answer(server, trail, &ask);
	}
	assert_row(row->name, trail_is_done(trail));
	return tally;
}

static void check_found(const struct row *row, const struct server *server,
			const struct trail *trail)
{
	uint32_t list[TRAIL_MAX];
	size_t count = trail_list(trail, list), accepted = 0;
	for (size_t i = 0; i < server->count; i++) {
		uint32_t code = FIRST + (uint32_t)i;
		accepted += server->accepts[i];
		assert_row(row->name, trail_accepts(trail, code) == server->accepts[i]);
		assert_row(row->name, trail_rejects(trail, code) == !server->accepts[i]);
	}
	assert_row(row->name, count == accepted && trail_found(trail) == accepted);
	assert_row(row->name, trail_is_complete(trail) && !trail_is_inconsistent(trail));
	assert_row_string(row->name, preference_name(trail_preference(trail)),
			  preference_name(row->preference));
	bool usual = row->preference == PREFERENCE_CLIENT || row->preference == PREFERENCE_UNKNOWN;
	for (size_t i = 1; i < count; i++) {
		size_t before = list[i - 1] - FIRST, behind = list[i] - FIRST;
		assert_row(row->name,
			   usual ? before < behind : server->rank[before] < server->rank[behind]);
	}
}

/* k for the items and k - 1 for their order; a block costs a refusal, and one that is split while
 * its question is out may be answered twice with one item; three tell whose order it is; with a
 * limit, a refusal more for each part of what is offered. */
static size_t most_questions(const struct row *row, size_t accepted, const struct tally *tally,
			     unsigned width)
{
	size_t parts = row->limit ? row->count / row->limit + 1 : 0;
	/* Where a favoured item was moved up, or parts were asked for, the order is not yet known.
	 */
	if (width == 1 && row->order != CHACHA && !row->limit)
		return accepted + 1 + parts + 3;
	return 2 * accepted + 2 * tally->blocks + parts + 3;
}

static void check_row(const struct row *row, unsigned width, unsigned seed)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct server *server = server_new(row, mem);
	struct trail *trail = trail_for(row, server, mem);
	struct tally tally = play(row, server, trail, width, seed);
	check_found(row, server, trail);
	size_t most = most_questions(row, trail_found(trail), &tally, width);
	if (tally.asked > most)
		fail_msg("%s: %zu questions, width %u, at most %zu", row->name, tally.asked, width,
			 most);
}

static void finds_everything_in_order(void **state)
{
	static const unsigned widths[] = { 1, 2, 3, 5, 8 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned seeds = rows[i].accepted > 100 ? 1 : 5;
		for (size_t w = 0; w < ARRAY_SIZE(widths); w++) {
			for (unsigned seed = 1; seed <= seeds; seed++)
				check_row(&rows[i], widths[w], seed);
		}
	}
}

/* spec/ciphers.md, section 7: k + 1, where the order is nobody's business. */
static void takes_one_more_question_than_items(void **state)
{
	(void)state;
	for (size_t k = 0; k <= 20; k++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct row row = { .name = "k", .count = 40, .every = 1, .accepted = k };
		struct server *server = server_new(&row, mem);
		uint32_t codes[40];
		for (size_t i = 0; i < 40; i++)
			codes[i] = FIRST + (uint32_t)i;
		struct trail *trail = trail_new(
			&(struct trail_options){ .codes = codes, .count = 40, .best_first = true },
			mem);
		assert_int_equal(play(&row, server, trail, 1, 1).asked, k + 1);
		assert_int_equal(trail_found(trail), k);
		assert_int_equal(trail_preference(trail), PREFERENCE_UNKNOWN);
	}
}

static struct trail *small(size_t count, bool best_first, struct arena *mem)
{
	uint32_t codes[ITEMS];
	for (size_t i = 0; i < count; i++)
		codes[i] = FIRST + (uint32_t)i;
	return trail_new(&(struct trail_options){ .codes = codes,
						  .count = count,
						  .common = count,
						  .best_first = best_first,
						  .order = !best_first },
			 mem);
}

static struct trail_ask next(struct trail *trail, unsigned width)
{
	struct trail_ask ask;
	assert_true(trail_next(trail, width, &ask));
	return ask;
}

static void offers_the_worst_first_or_the_best(void **state)
{
	(void)state;
	for (int best_first = 0; best_first <= 1; best_first++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct trail *trail = small(3, best_first, mem);
		struct trail_ask ask = next(trail, 1);
		uint32_t codes[TRAIL_MAX];
		assert_int_equal(trail_codes(trail, &ask, codes), 3);
		assert_int_equal(codes[0], FIRST + (best_first ? 0 : 2));
		assert_int_equal(codes[2], FIRST + (best_first ? 2 : 0));
	}
}

static void asks_again_what_was_retracted(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trail *trail = small(5, false, mem);
	for (int round = 0; round < 4; round++) {
		struct trail_ask first = next(trail, 1), again;
		assert_false(trail_next(trail, 1, &again));
		trail_retract(trail, &first);
		assert_false(trail_is_done(trail));
		again = next(trail, 1);
		assert_int_equal(again.purpose, first.purpose);
		assert_memory_equal(&again.offered, &first.offered, sizeof(first.offered));
		uint32_t codes[TRAIL_MAX];
		size_t count = trail_codes(trail, &again, codes);
		trail_chosen(trail, &again, codes[count - 1]);
	}
	assert_int_equal(trail_found(trail), 4);
}

static void leaves_open_what_was_given_up(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trail *trail = small(5, false, mem);
	struct trail_ask ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST);
	for (struct trail_ask left; trail_next(trail, 1, &left);)
		trail_gave_up(trail, &left);
	assert_true(trail_is_done(trail));
	assert_false(trail_is_complete(trail));
	assert_true(trail_accepts(trail, FIRST));
	for (uint32_t code = FIRST + 1; code < FIRST + 5; code++)
		assert_false(trail_accepts(trail, code) || trail_rejects(trail, code));
}

static void notices_a_refusal_of_what_was_accepted(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trail *trail = small(20, false, mem);
	struct trail_ask ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST + 19); /* as a client's order would have it */
	ask = next(trail, 1);
	assert_int_equal(ask.purpose, TRAIL_REVERSE);
	trail_refused(trail, &ask);
	assert_true(trail_is_inconsistent(trail));
	assert_true(trail_accepts(trail, FIRST + 19));
	for (size_t asked = 0; trail_next(trail, 1, &ask); asked++) {
		assert_true(asked < 40);
		trail_refused(trail, &ask);
	}
	assert_false(trail_is_complete(trail));
}

static void ends_though_every_opening_under_a_limit_contradicts(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trail *trail = small(20, false, mem);
	struct trail_ask ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST);
	trail_limit(trail, 5);
	size_t asked = 0;
	for (; trail_next(trail, 1, &ask); asked++) {
		assert_true(asked < 100);
		trail_refused(trail, &ask);
	}
	assert_true(trail_is_inconsistent(trail));
}

static void learns_from_other_answers(void **state)
{
	(void)state;
	for (int best_first = 0; best_first <= 1; best_first++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct trail *trail = small(4, best_first, mem);
		trail_learn(trail, FIRST + 2);
		trail_learn(trail, 7); /* not one of ours */
		assert_int_equal(trail_found(trail), 1);
		assert_true(trail_accepts(trail, FIRST + 2));
		/* It is not asked for once more to be found. */
		struct trail_ask ask = next(trail, 1);
		uint32_t codes[TRAIL_MAX];
		size_t count = trail_codes(trail, &ask, codes);
		assert_int_equal(ask.purpose, TRAIL_BLOCK);
		assert_int_equal(count, 3);
	}
}

static bool all_alike(uint32_t code, uint32_t other)
{
	return code != other;
}

static void tells_what_was_chosen_for_want_of_better(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trail *trail = small(4, true, mem);
	struct trail_ask ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST + 2); /* although 1 was there */
	ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST + 1);
	ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST + 3); /* when 0 alone was left beside it */
	ask = next(trail, 1);
	trail_refused(trail, &ask);
	assert_true(trail_is_done(trail) && trail_is_complete(trail));
	assert_true(
		trail_was_preferred(trail, FIRST + 1, all_alike)); /* nothing better is accepted */
	assert_true(trail_was_preferred(trail, FIRST + 2, all_alike));
	assert_false(trail_was_preferred(trail, FIRST + 3, all_alike));
	assert_true(trail_rejects(trail, FIRST));
}

static void calls_a_contradiction_mixed(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trail *trail = small(3, false, mem);
	struct trail_ask ask = next(trail, 1);
	trail_chosen(trail, &ask, FIRST + 1);
	while (trail_next(trail, 1, &ask)) {
		uint32_t codes[TRAIL_MAX];
		size_t count = trail_codes(trail, &ask, codes);
		/* What is neither first nor best, and once this, once that. */
		trail_chosen(trail, &ask, codes[ask.purpose == TRAIL_REVERSE ? count - 1 : 0]);
	}
	assert_int_equal(trail_found(trail), 3);
	assert_int_not_equal(trail_preference(trail), PREFERENCE_SERVER);
	assert_int_not_equal(trail_preference(trail), PREFERENCE_CHACHA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_everything_in_order),
		cmocka_unit_test(takes_one_more_question_than_items),
		cmocka_unit_test(offers_the_worst_first_or_the_best),
		cmocka_unit_test(asks_again_what_was_retracted),
		cmocka_unit_test(leaves_open_what_was_given_up),
		cmocka_unit_test(notices_a_refusal_of_what_was_accepted),
		cmocka_unit_test(ends_though_every_opening_under_a_limit_contradicts),
		cmocka_unit_test(learns_from_other_answers),
		cmocka_unit_test(tells_what_was_chosen_for_want_of_better),
		cmocka_unit_test(calls_a_contradiction_mixed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
