#include "tls/trail.h"

#include <assert.h>
#include <string.h>

#include "tls/trail_inner.h"

#define SPLIT_PER_FOUND   6 /* a block more for so many items found: each costs a refusal */
#define FIRST_BLOCKS      2 /* of what is common, beside one of the rest */
#define GUESSES_PER_WRONG 8 /* so many items allow of one wrong guess of their order */
#define SPLIT_LEAST       2 /* undecided common items that are worth a block of their own */

struct trail *trail_new(const struct trail_options *options, struct arena *mem)
{
	assert(options->count <= TRAIL_MAX);
	struct trail *trail = arena_alloc(mem, sizeof(*trail));
	uint32_t *codes = arena_array(mem, options->count + 1, sizeof(*codes));
	bool *favoured = arena_array(mem, options->count + 1, sizeof(*favoured));
	memcpy(codes, options->codes, options->count * sizeof(*codes));
	if (options->favoured)
		memcpy(favoured, options->favoured, options->count * sizeof(*favoured));
	trail->options = *options;
	trail->options.codes = codes;
	trail->options.favoured = favoured;
	trail->mem = mem;
	trail->outcomes = arena_array(mem, TRAIL_OUTCOMES, sizeof(*trail->outcomes));
	for (size_t i = 0; i < options->count; i++)
		set_add(&trail->unknown, i);
	return trail;
}

static int item_of(const struct trail *trail, uint32_t code)
{
	for (size_t i = 0; i < trail->options.count; i++) {
		if (trail->options.codes[i] == code)
			return (int)i;
	}
	return -1;
}

static size_t append(const struct trail *trail, const struct trail_set *set, bool best_first,
		     bool favoured, uint16_t *out)
{
	size_t count = 0;
	for (size_t i = 0; i < trail->options.count; i++) {
		size_t item = best_first ? i : trail->options.count - 1 - i;
		if (set_has(set, item) && trail->options.favoured[item] == favoured)
			out[count++] = (uint16_t)item;
	}
	return count;
}

/* Worst first, favoured items never in front; the opening and the reverse as their names say. */
size_t trail_offer(const struct trail *trail, enum trail_purpose purpose,
		   const struct trail_set *set, uint16_t *out)
{
	bool best_first = (purpose == TRAIL_REVERSE) != trail->options.best_first;
	bool favoured = purpose == TRAIL_OPENING;
	size_t count = append(trail, set, best_first, favoured, out);
	return count + append(trail, set, best_first, !favoured, out + count);
}

size_t trail_codes(const struct trail *trail, const struct trail_ask *ask, uint32_t *out)
{
	uint16_t items[TRAIL_MAX];
	size_t count = trail_offer(trail, ask->purpose, &ask->offered, items);
	for (size_t i = 0; i < count; i++)
		out[i] = trail->options.codes[items[i]];
	return count;
}

/* The first `most` items of a set; 0: all. */
static struct trail_set cut_to(const struct trail *trail, struct trail_set set, size_t most)
{
	size_t kept = 0;
	for (size_t i = 0; most > 0 && i < trail->options.count; i++) {
		if (set_has(&set, i) && ++kept > most)
			set_remove(&set, i);
	}
	return set;
}

static bool ask(struct trail *trail, enum trail_purpose purpose, struct trail_set offered,
		size_t block, struct trail_ask *out)
{
	*out = (struct trail_ask){ .purpose = purpose,
				   .offered = cut_to(trail, offered, trail->limit),
				   .block = block };
	return true;
}

void trail_limit(struct trail *trail, size_t items)
{
	trail->limit = items;
	trail->opened = trail->refused_whole = false;
}

static size_t questions_out(const struct trail *trail)
{
	size_t count = set_size(&trail->links_out) + trail->opening_out + trail->reverse_out;
	for (size_t i = 0; i < trail->block_count; i++)
		count += trail->blocks[i].out;
	return count;
}

/* How many undecided items of a block servers usually have. */
static size_t weight(const struct trail *trail, const struct trail_set *set)
{
	size_t count = 0;
	for (size_t i = 0; i < trail->options.common; i++)
		count += set_has(set, i);
	return count;
}

/* Takes the second half of the common items out of a block, and gives it a block of its own. */
static void split(struct trail *trail, size_t index)
{
	struct trail_set *from = &trail->blocks[index].items;
	struct trail_set half = { 0 };
	size_t keep = (weight(trail, from) + 1) / 2, seen = 0;
	for (size_t i = 0; i < trail->options.common; i++) {
		if (set_has(from, i) && ++seen > keep)
			set_add(&half, i);
	}
	*from = set_without(*from, &half);
	trail->blocks[trail->block_count++] = (struct trail_block){ .items = half, .last = -1 };
}

static size_t heaviest(const struct trail *trail)
{
	size_t best = 0;
	for (size_t i = 1; i < trail->block_count; i++) {
		if (weight(trail, &trail->blocks[i].items) >
		    weight(trail, &trail->blocks[best].items))
			best = i;
	}
	return best;
}

static void split_while_worth(struct trail *trail, size_t blocks)
{
	while (trail->block_count < blocks && trail->block_count < TRAIL_BLOCKS) {
		size_t index = heaviest(trail);
		if (weight(trail, &trail->blocks[index].items) < SPLIT_LEAST)
			return;
		split(trail, index);
	}
}

/* One block for everything, or the rare by themselves and the common in parts. */
static void first_blocks(struct trail *trail, unsigned width)
{
	struct trail_set rare = trail->unknown;
	if (width > 1) {
		for (size_t i = 0; i < trail->options.common; i++)
			set_remove(&rare, i);
		struct trail_set common = set_without(trail->unknown, &rare);
		trail->blocks[trail->block_count++] = (struct trail_block){ .items = common,
									    .last = -1 };
		split_while_worth(trail, FIRST_BLOCKS);
	}
	if (set_size(&rare) > 0)
		trail->blocks[trail->block_count++] = (struct trail_block){ .items = rare,
									    .last = -1 };
}

/* The server goes through a block from one end to the other, so that the order between blocks can
 * be guessed. */
static bool is_guessable(const struct trail *trail)
{
	size_t most = trail->pairs - trail->pairs / 4;
	return trail->rising >= most || trail->pairs - trail->rising >= most;
}

/* Blocks that are worth their price: a refusal each, and a question of order. */
static size_t blocks_allowed(const struct trail *trail, unsigned width)
{
	size_t allowed = FIRST_BLOCKS + 1;
	if (is_guessable(trail))
		allowed += set_size(&trail->found) / SPLIT_PER_FOUND;
	return allowed < width ? allowed : width;
}

static size_t blocks_open(const struct trail *trail)
{
	size_t count = 0;
	for (size_t i = 0; i < trail->block_count; i++)
		count += set_size(&trail->blocks[i].items) > 0;
	return count;
}

static bool next_block(struct trail *trail, unsigned width, struct trail_ask *out)
{
	if (trail->block_count == 0)
		first_blocks(trail, width);
	size_t open = blocks_open(trail), allowed = blocks_allowed(trail, width);
	if (width > 1 && open > 0 && open < allowed)
		split_while_worth(trail, trail->block_count + allowed - open);
	for (size_t i = 0; i < trail->block_count; i++) {
		struct trail_block *block = &trail->blocks[i];
		if (block->out || set_size(&block->items) == 0)
			continue;
		block->out = true;
		return ask(trail, TRAIL_BLOCK, block->items, i, out);
	}
	return false;
}

/* Where the guess is good, only the joints between blocks are to be proven, side by side; where it
 * is not, each place in turn. */
static bool next_link(struct trail *trail, unsigned width, struct trail_ask *out)
{
	uint16_t items[TRAIL_MAX];
	bool linked[TRAIL_MAX], certain[TRAIL_MAX];
	size_t count = trail_sort(trail, items, linked, certain);
	struct trail_set rest = trail->found;
	bool guess = is_guessable(trail) && trail->wrong_guesses <= count / GUESSES_PER_WRONG;
	if (trail->order_given_up || set_size(&trail->links_out) >= (guess ? width : 1))
		return false;
	for (size_t i = 0; i + 1 < count; i++) {
		bool known = guess ? linked[i] : certain[i];
		if (!known && !set_has(&trail->links_out, items[i])) {
			set_add(&trail->links_out, items[i]);
			return ask(trail, TRAIL_LINK, rest, items[i], out);
		}
		set_remove(&rest, items[i]);
	}
	return false;
}

static bool wants_links(const struct trail *trail)
{
	enum preference preference = trail_classify(trail);
	return preference == PREFERENCE_SERVER || preference == PREFERENCE_CHACHA;
}

bool trail_next(struct trail *trail, unsigned width, struct trail_ask *out)
{
	if (questions_out(trail) >= width || trail->outcome_count == TRAIL_OUTCOMES)
		return false;
	if (!trail->opened) {
		if (trail->opening_out || trail->options.count == 0)
			return false;
		trail->opening_out = true;
		return ask(trail, TRAIL_OPENING, set_either(trail->unknown, &trail->found), 0, out);
	}
	if (trail->reverse_out)
		return set_size(&trail->unknown) > 0 && next_block(trail, width, out);
	if (trail->options.order && !trail->reversed && trail_needs_reverse(trail)) {
		trail->reverse_out = true;
		return ask(trail, TRAIL_REVERSE, set_either(trail->unknown, &trail->found), 0, out);
	}
	if (set_size(&trail->unknown) > 0)
		return next_block(trail, width, out);
	return trail->options.order && wants_links(trail) && next_link(trail, width, out);
}

static void decided(struct trail *trail, const struct trail_ask *ask)
{
	switch (ask->purpose) {
	case TRAIL_OPENING:
		trail->opening_out = false;
		trail->opened = true;
		break;
	case TRAIL_REVERSE:
		trail->reverse_out = false;
		trail->reversed = true;
		break;
	case TRAIL_BLOCK:
		trail->blocks[ask->block].out = false;
		break;
	case TRAIL_LINK:
		set_remove(&trail->links_out, ask->block);
		break;
	}
}

void trail_retract(struct trail *trail, const struct trail_ask *ask)
{
	bool opened = trail->opened, reversed = trail->reversed;
	decided(trail, ask);
	trail->opened = opened;
	trail->reversed = reversed;
}

static void keep_outcome(struct trail *trail, const struct trail_ask *ask, int answer)
{
	if (trail->outcome_count < TRAIL_OUTCOMES)
		trail->outcomes[trail->outcome_count++] = (struct trail_outcome){
			.purpose = ask->purpose, .offered = ask->offered, .answer = answer
		};
}

static void strike(struct trail *trail, const struct trail_set *items)
{
	trail->unknown = set_without(trail->unknown, items);
	for (size_t i = 0; i < trail->block_count; i++)
		trail->blocks[i].items = set_without(trail->blocks[i].items, items);
}

static void compare_with_last(struct trail *trail, struct trail_block *block, int item)
{
	if (block->last >= 0) {
		trail->pairs++;
		trail->rising += item > block->last;
	}
	block->last = item;
}

void trail_chosen(struct trail *trail, const struct trail_ask *ask, uint32_t code)
{
	int item = item_of(trail, code);
	assert(item >= 0 && set_has(&ask->offered, (size_t)item));
	struct trail_set one = { 0 };
	set_add(&one, (size_t)item);
	keep_outcome(trail, ask, item);
	set_add(&trail->found, (size_t)item);
	strike(trail, &one);
	if (ask->purpose == TRAIL_LINK && (size_t)item != ask->block)
		trail->wrong_guesses++;
	if (ask->purpose == TRAIL_BLOCK)
		compare_with_last(trail, &trail->blocks[ask->block], item);
	decided(trail, ask);
}

void trail_refused(struct trail *trail, const struct trail_ask *ask)
{
	struct trail_set known = set_both(ask->offered, &trail->found);
	if (set_size(&known) > 0)
		trail->inconsistent = true;
	else
		strike(trail, &ask->offered);
	if (ask->purpose == TRAIL_LINK)
		trail->order_given_up = true;
	decided(trail, ask);
	/* Nothing at all: what lies beyond the limit may be all it has. */
	if (ask->purpose == TRAIL_OPENING && trail->limit > 0 && set_size(&trail->unknown) > 0)
		trail->opened = false;
}

void trail_gave_up(struct trail *trail, const struct trail_ask *ask)
{
	struct trail_set left = set_both(ask->offered, &trail->unknown);
	trail->open = set_either(trail->open, &left);
	strike(trail, &left);
	if (ask->purpose == TRAIL_LINK)
		trail->order_given_up = true;
	decided(trail, ask);
}

void trail_learn(struct trail *trail, uint32_t code)
{
	int item = item_of(trail, code);
	if (item < 0)
		return;
	struct trail_ask all = { .purpose = trail->options.best_first ? TRAIL_OPENING
								      : TRAIL_REVERSE,
				 .offered = set_either(trail->unknown, &trail->found) };
	keep_outcome(trail, &all, item);
	set_add(&trail->found, (size_t)item);
	set_remove(&trail->unknown, (size_t)item);
	trail->opened = true;
	trail->reversed = !trail->options.best_first;
}

bool trail_is_done(const struct trail *trail)
{
	if (questions_out(trail) > 0)
		return false;
	struct trail copy = *trail; /* asking changes nothing in the arena */
	struct trail_ask ignored;
	return !trail_next(&copy, 1, &ignored);
}

bool trail_is_complete(const struct trail *trail)
{
	return set_size(&trail->unknown) == 0 && set_size(&trail->open) == 0 &&
	       !trail->inconsistent;
}

bool trail_is_inconsistent(const struct trail *trail)
{
	return trail->inconsistent;
}

bool trail_accepts(const struct trail *trail, uint32_t code)
{
	int item = item_of(trail, code);
	return item >= 0 && set_has(&trail->found, (size_t)item);
}

bool trail_rejects(const struct trail *trail, uint32_t code)
{
	int item = item_of(trail, code);
	return item < 0 ||
	       (!set_has(&trail->found, (size_t)item) && !set_has(&trail->unknown, (size_t)item) &&
		!set_has(&trail->open, (size_t)item));
}

bool trail_was_preferred(const struct trail *trail, uint32_t code)
{
	int item = item_of(trail, code);
	for (size_t i = 0; i < trail->outcome_count; i++) {
		const struct trail_outcome *outcome = &trail->outcomes[i];
		struct trail_set others = set_both(outcome->offered, &trail->found);
		if (outcome->answer == item && set_size(&others) > 1)
			return true;
	}
	return false;
}

size_t trail_found(const struct trail *trail)
{
	return set_size(&trail->found);
}
