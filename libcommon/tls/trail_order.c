/* Whose order it is, and which: from the outcomes of a trail alone. */
#include <string.h>

#include "tls/trail_inner.h"

/* Under a client's order the answer is the first accepted item of those offered. */
static bool is_clients_choice(const struct trail *trail, const struct trail_outcome *outcome)
{
	uint16_t items[TRAIL_MAX];
	size_t count = trail_offer(trail, outcome->purpose, &outcome->offered, items);
	for (size_t i = 0; i < count; i++) {
		if (set_has(&trail->found, items[i]))
			return items[i] == outcome->answer;
	}
	return true;
}

static bool all_clients_choice(const struct trail *trail)
{
	for (size_t i = 0; i < trail->outcome_count; i++) {
		if (!is_clients_choice(trail, &trail->outcomes[i]))
			return false;
	}
	return true;
}

static bool follows_client(const struct trail *trail)
{
	struct trail_view *view = trail->view;
	if (!view->compared)
		view->follows = all_clients_choice(trail);
	view->compared = true;
	return view->follows;
}

/* The answer is always the best accepted item of those offered, as usual orders have it. */
static bool follows_usual(const struct trail *trail)
{
	for (size_t i = 0; i < trail->outcome_count; i++) {
		struct trail_set found = set_both(trail->outcomes[i].offered, &trail->found);
		for (int item = 0; item < trail->outcomes[i].answer; item++) {
			if (set_has(&found, (size_t)item))
				return false;
		}
	}
	return true;
}

static const struct trail_outcome *outcome_of(const struct trail *trail, enum trail_purpose purpose)
{
	for (size_t i = 0; i < trail->outcome_count; i++) {
		if (trail->outcomes[i].purpose == purpose)
			return &trail->outcomes[i];
	}
	return NULL;
}

/* A favoured item was offered first, and taken. */
static bool favourite_taken(const struct trail *trail)
{
	const struct trail_outcome *opening = outcome_of(trail, TRAIL_OPENING);
	return opening && trail->options.favoured[opening->answer];
}

/* In parts, nothing worse may ever have been offered in front of what was chosen: then all of it is
 * offered once more, the worst first. */
bool trail_needs_again(const struct trail *trail)
{
	bool complete = set_size(&trail->unknown) == 0;
	size_t count = set_size(&trail->unknown) + set_size(&trail->found);
	if (outcome_of(trail, TRAIL_AGAIN) || count < 2)
		return false;
	return favourite_taken(trail) ||
	       (complete && trail->reversed && follows_client(trail) && follows_usual(trail));
}

static bool favourite_moved(const struct trail *trail)
{
	const struct trail_outcome *again = outcome_of(trail, TRAIL_AGAIN);
	return favourite_taken(trail) && again && !trail->options.favoured[again->answer];
}

/* Asked early where the answer looks like a client's order, for then the reverse finds something
 * new; else at the end, where nothing else has told. */
bool trail_needs_reverse(const struct trail *trail, unsigned width)
{
	const struct trail_outcome *first =
		outcome_of(trail, favourite_taken(trail) ? TRAIL_AGAIN : TRAIL_OPENING);
	if (outcome_of(trail, TRAIL_REVERSE))
		return false;
	/* Side by side, it is likely enough to be asked at once. */
	if (!first)
		return trail->again_out && width > 1;
	if (set_size(&trail->unknown) == 0)
		return set_size(&trail->found) > 1 && follows_client(trail);
	if (favourite_taken(trail))
		return favourite_moved(trail);
	return (size_t)first->answer >= trail->options.common / 2;
}

/* over[a] holds what a was preferred to. */
static void compare(const struct trail *trail, struct trail_set over[TRAIL_MAX])
{
	bool moved = favourite_moved(trail);
	for (size_t i = 0; i < trail->options.count; i++)
		over[i] = (struct trail_set){ 0 };
	for (size_t i = 0; i < trail->outcome_count; i++) {
		const struct trail_outcome *outcome = &trail->outcomes[i];
		if (outcome->answer < 0 || (moved && outcome->purpose == TRAIL_OPENING))
			continue;
		struct trail_set *of = &over[outcome->answer];
		struct trail_set found = set_both(outcome->offered, &trail->found);
		*of = set_either(*of, &found);
		set_remove(of, (size_t)outcome->answer);
	}
}

static bool contradicts(const struct trail *trail)
{
	struct trail_set over[TRAIL_MAX];
	compare(trail, over);
	for (size_t a = 0; a < trail->options.count; a++) {
		for (size_t b = a + 1; b < trail->options.count; b++) {
			if (set_has(&over[a], b) && set_has(&over[b], a))
				return true;
		}
	}
	return false;
}

static enum preference classify(const struct trail *trail)
{
	if (!trail->options.order || set_size(&trail->found) < 2)
		return PREFERENCE_UNKNOWN;
	if (trail_needs_again(trail))
		return PREFERENCE_UNKNOWN;
	if (follows_client(trail))
		return trail->reversed && !follows_usual(trail) ? PREFERENCE_CLIENT
								: PREFERENCE_UNKNOWN;
	if (contradicts(trail))
		return PREFERENCE_MIXED;
	return favourite_moved(trail) ? PREFERENCE_CHACHA : PREFERENCE_SERVER;
}

enum preference trail_classify(const struct trail *trail)
{
	struct trail_view *view = trail->view;
	if (!view->classified)
		view->preference = classify(trail);
	view->classified = true;
	return view->preference;
}

enum preference trail_preference(const struct trail *trail)
{
	if (set_size(&trail->unknown) > 0 || trail->order_given_up)
		return PREFERENCE_UNKNOWN;
	return trail_classify(trail);
}

/* What is preferred to something is preferred to all that this is preferred to. */
static void close_over(struct trail_set over[TRAIL_MAX], size_t count)
{
	for (size_t middle = 0; middle < count; middle++) {
		for (size_t i = 0; i < count; i++) {
			if (set_has(&over[i], middle))
				over[i] = set_either(over[i], &over[middle]);
		}
	}
}

/* How often the server is known to prefer what this order ranks behind. */
static size_t contradictions(const struct trail *trail, const struct trail_set over[TRAIL_MAX],
			     size_t guess)
{
	size_t count = 0;
	for (size_t a = 0; a < trail->options.count; a++) {
		for (size_t b = 0; set_has(&trail->found, a) && b < trail->options.count; b++)
			count += set_has(&over[a], b) &&
				 trail_rank(trail, guess, a) > trail_rank(trail, guess, b);
	}
	return count;
}

/* The order to guess with: the one that is contradicted least. */
static size_t best_guess(const struct trail *trail, const struct trail_set over[TRAIL_MAX])
{
	size_t best = 0, least = contradictions(trail, over, 0);
	for (size_t guess = 1; guess < TRAIL_GUESSES; guess++) {
		size_t count = contradictions(trail, over, guess);
		if (count < least) {
			best = guess;
			least = count;
		}
	}
	return best;
}

/* The best of what is left: nothing left is preferred to it; the guess breaks ties. */
static size_t best_of(const struct trail *trail, const struct trail_set *left,
		      const struct trail_set over[TRAIL_MAX], size_t guess, bool *alone)
{
	struct trail_set beaten = { 0 };
	size_t best = TRAIL_MAX;
	for (size_t i = 0; i < trail->options.count; i++) {
		if (set_has(left, i))
			beaten = set_either(beaten, &over[i]);
	}
	struct trail_set unbeaten = set_without(*left, &beaten);
	size_t count = set_size(&unbeaten);
	*alone = count == 1;
	if (count == 0) /* a circle */
		unbeaten = *left;
	for (size_t i = 0; i < trail->options.count; i++) {
		if (set_has(&unbeaten, i) &&
		    (best == TRAIL_MAX ||
		     trail_rank(trail, guess, i) < trail_rank(trail, guess, best)))
			best = i;
	}
	return best;
}

static void sort(const struct trail *trail, struct trail_view *out)
{
	struct trail_set over[TRAIL_MAX], left = trail->found;
	compare(trail, over);
	close_over(over, trail->options.count);
	size_t guess = best_guess(trail, over);
	out->count = set_size(&left);
	for (size_t i = 0; i < out->count; i++) {
		size_t item = best_of(trail, &left, over, guess, &out->certain[i]);
		set_remove(&left, item);
		out->items[i] = (uint16_t)item;
		if (i > 0)
			out->linked[i - 1] = set_has(&over[out->items[i - 1]], item);
	}
}

const struct trail_view *trail_sort(const struct trail *trail)
{
	if (!trail->view->sorted)
		sort(trail, trail->view);
	trail->view->sorted = true;
	return trail->view;
}

size_t trail_list(const struct trail *trail, uint32_t *out)
{
	uint16_t items[TRAIL_MAX];
	enum preference preference = trail_classify(trail);
	bool theirs = preference == PREFERENCE_SERVER || preference == PREFERENCE_CHACHA;
	size_t count = 0;
	if (theirs) {
		count = trail_sort(trail)->count;
		memcpy(items, trail->view->items, count * sizeof(*items));
	}
	for (size_t i = 0; !theirs && i < trail->options.count; i++) {
		if (set_has(&trail->found, i))
			items[count++] = (uint16_t)i;
	}
	for (size_t i = 0; i < count; i++)
		out[i] = trail->options.codes[items[i]];
	return count;
}
