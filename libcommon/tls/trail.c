#include "tls/trail.h"

#include <assert.h>
#include <string.h>

#include "tls/trail_inner.h"

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
	for (size_t r = 0; r < TRAIL_RANKS && options->ranks[r]; r++) {
		uint16_t *ranks = arena_array(mem, options->count + 1, sizeof(*ranks));
		memcpy(ranks, options->ranks[r], options->count * sizeof(*ranks));
		trail->options.ranks[r] = ranks;
	}
	trail->options.favoured = favoured;
	trail->mem = mem;
	trail->view = arena_alloc(mem, sizeof(*trail->view));
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

bool trail_put(struct trail *trail, enum trail_purpose purpose, struct trail_set offered,
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
	trail->opened = false;
}

static size_t questions_out(const struct trail *trail)
{
	size_t count = set_size(&trail->links_out) + trail->opening_out + trail->again_out +
		       trail->reverse_out;
	for (size_t i = 0; i < trail->block_count; i++)
		count += trail->blocks[i].out;
	return count;
}

bool trail_next(struct trail *trail, unsigned width, struct trail_ask *out)
{
	if (questions_out(trail) >= width || trail->outcome_count == TRAIL_OUTCOMES)
		return false;
	if (!trail->opened) {
		if (trail->opening_out || trail->options.count == 0)
			return false;
		trail->opening_out = true;
		return trail_put(trail, TRAIL_OPENING, set_either(trail->unknown, &trail->found), 0,
				 out);
	}
	struct trail_set all = set_either(trail->unknown, &trail->found);
	if (trail->options.order && !trail->again_out && trail_needs_again(trail)) {
		trail->again_out = true;
		return trail_put(trail, TRAIL_AGAIN, all, 0, out);
	}
	if (trail->options.order && !trail->reverse_out && !trail->reversed &&
	    trail_needs_reverse(trail, width)) {
		trail->reverse_out = true;
		return trail_put(trail, TRAIL_REVERSE, all, 0, out);
	}
	/* These two find what blocks of common items would find once more. */
	bool rare = trail->reverse_out || trail->again_out;
	if (set_size(&trail->unknown) > 0 || rare)
		return trail_next_block(trail, width, rare, out);
	return trail->options.order && trail_wants_links(trail) &&
	       trail_next_link(trail, width, out);
}

static void forget_view(struct trail *trail)
{
	trail->view->compared = trail->view->classified = trail->view->sorted = false;
}

static void decided(struct trail *trail, const struct trail_ask *ask)
{
	forget_view(trail);
	switch (ask->purpose) {
	case TRAIL_OPENING:
		trail->opening_out = false;
		trail->opened = true;
		break;
	case TRAIL_AGAIN:
		trail->again_out = false;
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
	block->hits++;
	if (block->last >= 0) {
		trail->pairs++;
		for (size_t guess = 0; guess < TRAIL_GUESSES; guess++)
			trail->rising[guess] += trail_rank(trail, guess, (size_t)item) >
						trail_rank(trail, guess, (size_t)block->last);
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
	bool contradicts = set_size(&known) > 0;
	if (contradicts)
		trail->inconsistent = true;
	else
		strike(trail, &ask->offered);
	if (ask->purpose == TRAIL_LINK)
		trail->order_given_up = true;
	decided(trail, ask);
	/* Nothing at all: what lies beyond the limit may be all it has. */
	if (ask->purpose == TRAIL_OPENING && trail->limit > 0 && !contradicts &&
	    set_size(&trail->unknown) > 0)
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
	forget_view(trail);
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

/* Something accepted that ranks before this item, and is alike, is in the set. */
static bool has_better(const struct trail *trail, const struct trail_set *set, int item,
		       trail_alike *alike)
{
	const uint32_t *codes = trail->options.codes;
	for (int i = 0; i < item; i++) {
		if (set_has(set, (size_t)i) && set_has(&trail->found, (size_t)i) &&
		    alike(codes[i], codes[item]))
			return true;
	}
	return false;
}

bool trail_was_preferred(const struct trail *trail, uint32_t code, trail_alike *alike)
{
	int item = item_of(trail, code);
	if (!has_better(trail, &trail->found, item, alike))
		return true;
	for (size_t i = 0; i < trail->outcome_count; i++) {
		const struct trail_outcome *outcome = &trail->outcomes[i];
		if (outcome->answer == item && has_better(trail, &outcome->offered, item, alike))
			return true;
	}
	return false;
}

size_t trail_found(const struct trail *trail)
{
	return set_size(&trail->found);
}
