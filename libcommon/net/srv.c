#include "net/srv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static void swap(struct srv_rank *a, struct srv_rank *b)
{
	struct srv_rank kept = *a;
	*a = *b;
	*b = kept;
}

/* Zero weights stand first among equals, so that the draw of 0 finds one of them. The index breaks
 * ties: the same records and the same draws give the same order. */
static int compare(const void *left, const void *right)
{
	const struct srv_rank *a = left, *b = right;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	if ((a->weight == 0) != (b->weight == 0))
		return a->weight == 0 ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* RFC 2782: "select the RR whose running sum value is the first in the selected order which is
 * greater than or equal to the random number". Moves it to the front, the others keep their
 * order. */
static void choose_next(struct srv_rank *ranks, size_t count, srv_random *random, void *state)
{
	uint32_t total = 0, sum = 0;
	for (size_t i = 0; i < count; i++)
		total += ranks[i].weight; /* 65,535 records of 65,535 still fit */
	uint32_t drawn = random(state, total);
	assert(drawn <= total);
	size_t chosen = 0;
	while ((sum += ranks[chosen].weight) < drawn)
		chosen++;
	for (; chosen > 0; chosen--)
		swap(&ranks[chosen], &ranks[chosen - 1]);
}

void srv_order(struct srv_rank *ranks, size_t count, srv_random *random, void *state)
{
	assert(count <= UINT16_MAX);
	if (count > 1)
		qsort(ranks, count, sizeof(*ranks), compare);
	for (size_t start = 0; start < count; start++) {
		size_t end = start + 1;
		while (end < count && ranks[end].priority == ranks[start].priority)
			end++;
		if (end - start > 1)
			choose_next(ranks + start, end - start, random, state);
	}
}

/* The bound is a power of two less one that covers max: draws above max are thrown away, so every
 * value is equally likely, and more than half of all draws serve. */
uint32_t srv_random_system(void *state, uint32_t max)
{
	(void)state;
	uint32_t mask = max, drawn = 0;
	for (unsigned shift = 1; shift < 32; shift *= 2)
		mask |= mask >> shift;
	do {
		if (getrandom(&drawn, sizeof(drawn), 0) != (ssize_t)sizeof(drawn)) {
			/* Only before the kernel's pool was ever filled, or forbidden by a sandbox.
			 */
			fputs("the system gives no random numbers\n", stderr);
			abort();
		}
		drawn &= mask;
	} while (drawn > max);
	return drawn;
}
