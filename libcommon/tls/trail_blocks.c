/* How a trail is cut into blocks that are eliminated side by side, and the order between them
 * proven.
 */
#include "tls/trail_inner.h"

#define SPLIT_PER_FOUND   3 /* a block more for so many items found: each costs a refusal */
#define FIRST_BLOCKS      2 /* of what is common, beside one of the rest */
#define GUESSES_PER_WRONG 8 /* so many items allow of one wrong guess of their order */
#define HITS_TO_COUNT     2 /* of what servers seldom have */
#define SPLIT_LEAST       2 /* undecided common items that are worth a block of their own */

/* Of what is seldom, a block counts only once it has shown that this server is another one. */
static bool counts(const struct trail *trail, const struct trail_block *block, size_t item)
{
	return set_has(&block->items, item) &&
	       (item < trail->options.common || block->hits >= HITS_TO_COUNT);
}

/* How many undecided items of a block are likely to be accepted. */
static size_t weight(const struct trail *trail, const struct trail_block *block)
{
	size_t count = 0;
	for (size_t i = 0; i < trail->options.count; i++)
		count += counts(trail, block, i);
	return count;
}

/* Takes the second half of the likely items out of a block, and gives it a block of its own. */
static void split(struct trail *trail, size_t index)
{
	struct trail_block *from = &trail->blocks[index];
	struct trail_set half = { 0 };
	size_t keep = (weight(trail, from) + 1) / 2, seen = 0;
	for (size_t i = 0; i < trail->options.count; i++) {
		if (counts(trail, from, i) && ++seen > keep)
			set_add(&half, i);
	}
	from->items = set_without(from->items, &half);
	trail->blocks[trail->block_count++] =
		(struct trail_block){ .items = half, .last = -1, .hits = from->hits };
}

static size_t heaviest(const struct trail *trail)
{
	size_t best = 0;
	for (size_t i = 1; i < trail->block_count; i++) {
		if (weight(trail, &trail->blocks[i]) > weight(trail, &trail->blocks[best]))
			best = i;
	}
	return best;
}

static void split_while_worth(struct trail *trail, size_t blocks)
{
	while (trail->block_count < blocks && trail->block_count < TRAIL_BLOCKS) {
		size_t index = heaviest(trail);
		if (weight(trail, &trail->blocks[index]) < SPLIT_LEAST)
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
	for (size_t guess = 0; guess < TRAIL_GUESSES; guess++) {
		size_t rising = trail->rising[guess];
		if (rising >= most || trail->pairs - rising >= most)
			return true;
	}
	return false;
}

/* Blocks that are worth their price: a refusal each, and a question of order. */
static size_t blocks_allowed(const struct trail *trail)
{
	size_t allowed = FIRST_BLOCKS + 1;
	if (is_guessable(trail))
		allowed += set_size(&trail->found) / SPLIT_PER_FOUND;
	return allowed;
}

static size_t blocks_open(const struct trail *trail)
{
	size_t count = 0;
	for (size_t i = 0; i < trail->block_count; i++)
		count += set_size(&trail->blocks[i].items) > 0;
	return count;
}

bool trail_next_block(struct trail *trail, unsigned width, bool rare, struct trail_ask *out)
{
	if (trail->block_count == 0)
		first_blocks(trail, width);
	size_t open = blocks_open(trail), allowed = blocks_allowed(trail);
	if (width > 1 && open > 0 && open < width && trail->block_count < allowed && !rare)
		split_while_worth(trail, trail->block_count + 1);
	for (size_t i = 0; i < trail->block_count; i++) {
		struct trail_block *block = &trail->blocks[i];
		if (block->out || set_size(&block->items) == 0 ||
		    (rare && weight(trail, block) > 0))
			continue;
		block->out = true;
		return trail_put(trail, TRAIL_BLOCK, block->items, i, out);
	}
	return false;
}

/* Where the guess is good, only the joints between blocks are to be proven, side by side; where it
 * is not, each place in turn. */
bool trail_next_link(struct trail *trail, unsigned width, struct trail_ask *out)
{
	const struct trail_view *view = trail_sort(trail);
	struct trail_set rest = trail->found;
	bool guess = is_guessable(trail) && trail->wrong_guesses <= view->count / GUESSES_PER_WRONG;
	if (trail->order_given_up || set_size(&trail->links_out) >= (guess ? width : 1))
		return false;
	for (size_t i = 0; i + 1 < view->count; i++) {
		bool known = guess ? view->linked[i] : view->certain[i];
		if (!known && !set_has(&trail->links_out, view->items[i])) {
			set_add(&trail->links_out, view->items[i]);
			return trail_put(trail, TRAIL_LINK, rest, view->items[i], out);
		}
		set_remove(&rest, view->items[i]);
	}
	return false;
}

bool trail_wants_links(const struct trail *trail)
{
	enum preference preference = trail_classify(trail);
	return preference == PREFERENCE_SERVER || preference == PREFERENCE_CHACHA;
}
