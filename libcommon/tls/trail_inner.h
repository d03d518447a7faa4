/* trail_inner.h - what the parts of trail.h share. Not for other modules. */
#ifndef TLS_TRAIL_INNER_H
#define TLS_TRAIL_INNER_H

#include "tls/trail.h"

#define TRAIL_GUESSES  (TRAIL_RANKS + 1) /* the usual order is the first */
#define TRAIL_BLOCKS   64
#define TRAIL_OUTCOMES 1024 /* three times the registry: an order is proven with two */

/* What a question proved. */
struct trail_outcome {
	enum trail_purpose purpose;
	struct trail_set offered;
	int answer; /* item; -1: refused */
};

struct trail_block {
	struct trail_set items; /* not yet decided */
	bool out;               /* its question is out */
	size_t hits;            /* answers out of it */
	int last;               /* what it was answered with; -1: nothing yet */
};

/* What the outcomes say of the order, worked out once for each state of the trail. */
struct trail_view {
	bool compared, classified, sorted;
	bool follows; /* every answer is a client's choice */
	enum preference preference;
	size_t count;
	uint16_t items[TRAIL_MAX];
	bool linked[TRAIL_MAX], certain[TRAIL_MAX];
};

struct trail {
	struct trail_options options;
	struct arena *mem;
	struct trail_set unknown, found, open; /* open: given up */
	struct trail_block blocks[TRAIL_BLOCKS];
	size_t block_count;
	size_t limit;            /* items in a question; 0: all */
	struct trail_view *view; /* forgotten by whatever changes the trail */
	struct trail_outcome *outcomes;
	size_t outcome_count;
	bool opening_out, opened;
	bool again_out, reverse_out, reversed;
	struct trail_set links_out; /* by their first item */
	size_t wrong_guesses;       /* of the order between blocks */
	/* Answers of one block in turn; how often the later ranks behind the earlier, by guess. */
	size_t pairs, rising[TRAIL_GUESSES];
	bool order_given_up, inconsistent;
};

static inline bool set_has(const struct trail_set *set, size_t item)
{
	return set->words[item / 64] >> (item % 64) & 1;
}

static inline void set_add(struct trail_set *set, size_t item)
{
	set->words[item / 64] |= UINT64_C(1) << (item % 64);
}

static inline void set_remove(struct trail_set *set, size_t item)
{
	set->words[item / 64] &= ~(UINT64_C(1) << (item % 64));
}

static inline size_t set_size(const struct trail_set *set)
{
	size_t size = 0;
	for (size_t i = 0; i < TRAIL_WORDS; i++)
		size += (size_t)__builtin_popcountll(set->words[i]);
	return size;
}

/* a and b, a or b, a without b. */
static inline struct trail_set set_both(struct trail_set a, const struct trail_set *b)
{
	for (size_t i = 0; i < TRAIL_WORDS; i++)
		a.words[i] &= b->words[i];
	return a;
}

static inline struct trail_set set_either(struct trail_set a, const struct trail_set *b)
{
	for (size_t i = 0; i < TRAIL_WORDS; i++)
		a.words[i] |= b->words[i];
	return a;
}

static inline struct trail_set set_without(struct trail_set a, const struct trail_set *b)
{
	for (size_t i = 0; i < TRAIL_WORDS; i++)
		a.words[i] &= ~b->words[i];
	return a;
}

/* The place of an item in one of the orders to guess with; the usual one where there are fewer. */
static inline size_t trail_rank(const struct trail *trail, size_t guess, size_t item)
{
	return guess > 0 && trail->options.ranks[guess - 1] ? trail->options.ranks[guess - 1][item]
							    : item;
}

/* The items of a set in the order a question of this purpose offers them. Returns how many. */
size_t trail_offer(const struct trail *trail, enum trail_purpose purpose,
		   const struct trail_set *set, uint16_t *out);

/* Makes a question of what may be offered at once; always true. */
bool trail_put(struct trail *trail, enum trail_purpose purpose, struct trail_set offered,
	       size_t block, struct trail_ask *out);

/* trail_blocks.c */
/* rare: only of what servers seldom have. */
bool trail_next_block(struct trail *trail, unsigned width, bool rare, struct trail_ask *out);
bool trail_next_link(struct trail *trail, unsigned width, struct trail_ask *out);
/* The order is the server's, and worth proving. */
bool trail_wants_links(const struct trail *trail);

/* trail_order.c */
/* UNKNOWN while the outcomes allow of more than one. */
enum preference trail_classify(const struct trail *trail);
/* A favoured item was taken where it stood first. */
bool trail_needs_again(const struct trail *trail);
/* The outcomes so far would be the same under a server's and a client's order. */
bool trail_needs_reverse(const struct trail *trail, unsigned width);
/* Found items, best first as far as the outcomes tell, guessed by the usual orders where they do
 * not. linked[i]: item i is known to be preferred to item i + 1; certain[i]: to all behind it, and
 * no other can stand there. Valid until the trail changes. */
const struct trail_view *trail_sort(const struct trail *trail);

#endif
