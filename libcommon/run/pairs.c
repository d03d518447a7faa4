#include "run/pairs.h"

#include "xmpp/dialback.h"

/* Where it stands; count where it does not. */
static size_t find(const struct pairs *pairs, const char *from, const char *to)
{
	size_t i = 0;
	while (i < pairs->count && !(dialback_same_domain(pairs->items[i].from, from) &&
				     dialback_same_domain(pairs->items[i].to, to)))
		i++;
	return i;
}

bool pairs_remember(struct pairs *pairs, const char *from, const char *to, struct arena *mem)
{
	size_t i = find(pairs, from, to);
	if (i == PAIRS_MAX)
		return false;
	if (i == pairs->count) {
		pairs->items[i].from = arena_copy(mem, from);
		pairs->items[i].to = arena_copy(mem, to);
		pairs->count++;
	}
	pairs->items[i].stands = true;
	return true;
}

void pairs_forget(struct pairs *pairs, const char *from, const char *to)
{
	size_t i = find(pairs, from, to);
	if (i < pairs->count)
		pairs->items[i].stands = false;
}

bool pairs_has(const struct pairs *pairs, const char *from, const char *to)
{
	size_t i = find(pairs, from, to);
	return i < pairs->count && pairs->items[i].stands;
}

bool pairs_any(const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (pairs->items[i].stands)
			return true;
	}
	return false;
}
