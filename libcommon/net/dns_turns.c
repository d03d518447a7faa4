#include "net/dns_turns.h"

#include <assert.h>
#include <stdlib.h>

#include "base/cond.h"
#include "base/memory.h"

struct waiter {
	struct waiter *next;
	pthread_cond_t turn;
	size_t wanted;
	bool served;
};

struct dns_turns {
	pthread_mutex_t lock;
	size_t limit, used;
	bool shrunk;
	struct waiter *first, **end; /* in the order of coming */
};

struct dns_turns *dns_turns_new(size_t limit)
{
	struct dns_turns *turns = memory_new(sizeof(*turns));
	pthread_mutex_init(&turns->lock, NULL);
	turns->limit = limit;
	turns->end = &turns->first;
	return turns;
}

void dns_turns_free(struct dns_turns **turns)
{
	if (!*turns)
		return;
	assert(!(*turns)->first && (*turns)->used == 0);
	pthread_mutex_destroy(&(*turns)->lock);
	free(*turns);
	*turns = NULL;
}

/* Under the lock. */
static bool has_room(const struct dns_turns *turns, size_t wanted)
{
	return turns->used + wanted <= turns->limit;
}

/* Under the lock. The first who wants more than there is holds up those behind him: or he would
 * wait for ever. */
static void serve(struct dns_turns *turns)
{
	while (turns->first && has_room(turns, turns->first->wanted)) {
		struct waiter *waiter = turns->first;
		turns->first = waiter->next;
		if (!turns->first)
			turns->end = &turns->first;
		turns->used += waiter->wanted;
		waiter->served = true;
		pthread_cond_signal(&waiter->turn);
	}
}

static void join_line(struct dns_turns *turns, struct waiter *waiter)
{
	*turns->end = waiter;
	turns->end = &waiter->next;
}

static void leave_line(struct dns_turns *turns, const struct waiter *waiter)
{
	struct waiter **at = &turns->first;
	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
	if (!*at)
		turns->end = at;
	serve(turns);
}

bool dns_turns_take(struct dns_turns *turns, size_t wanted, struct deadline until)
{
	struct waiter waiter = { .wanted = wanted };
	pthread_mutex_lock(&turns->lock);
	assert(wanted <= turns->limit);
	if (!turns->first && has_room(turns, wanted)) {
		turns->used += wanted;
		pthread_mutex_unlock(&turns->lock);
		return true;
	}
	cond_init(&waiter.turn);
	join_line(turns, &waiter);
	while (!waiter.served && !deadline_passed(until))
		cond_wait_until(&waiter.turn, &turns->lock, until);
	if (!waiter.served)
		leave_line(turns, &waiter);
	pthread_mutex_unlock(&turns->lock);
	pthread_cond_destroy(&waiter.turn);
	return waiter.served;
}

void dns_turns_give(struct dns_turns *turns, size_t count)
{
	pthread_mutex_lock(&turns->lock);
	assert(count <= turns->used);
	turns->used -= count;
	serve(turns);
	pthread_mutex_unlock(&turns->lock);
}

bool dns_turns_shrink(struct dns_turns *turns, size_t limit)
{
	pthread_mutex_lock(&turns->lock);
	if (turns->used > limit && turns->limit > limit) {
		turns->limit = limit;
		turns->shrunk = true;
	}
	bool shrunk = turns->shrunk;
	pthread_mutex_unlock(&turns->lock);
	return shrunk;
}

size_t dns_turns_waiting(struct dns_turns *turns)
{
	size_t waiting = 0;
	pthread_mutex_lock(&turns->lock);
	for (const struct waiter *at = turns->first; at; at = at->next)
		waiting++;
	pthread_mutex_unlock(&turns->lock);
	return waiting;
}
