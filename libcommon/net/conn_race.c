#include "net/conn.h"

#include <poll.h>
#include <string.h>

#include "base/arena.h"
#include "base/fd.h"
#include "net/tcp.h"

#define ATTEMPT_DELAY_S 0.25 /* RFC 8305, 5: recommended between two attempts */

/* All attempts; those under way have a descriptor in polled, the others -1. */
struct race {
	const struct endpoint *at;
	size_t *order; /* in which endpoints are tried */
	struct pollfd *polled;
	struct err *errs;
	size_t count, started, pending;
};

static void race_end(struct race *race)
{
	for (size_t i = 0; i < race->count; i++)
		fd_close(&race->polled[i].fd);
}

/* Families take turns, the one given first begins (RFC 8305, 4); within a family the given order
 * stays. */
static void interleave(const struct endpoint *at, size_t count, size_t *order)
{
	size_t next[2] = { 0, 0 };
	int first = count > 0 ? at[0].address.family : AF_UNSPEC;
	for (size_t placed = 0, turn = 0; placed < count; turn = !turn) {
		size_t *i = &next[turn];
		while (*i < count && (at[*i].address.family == first) != (turn == 0))
			(*i)++;
		if (*i < count)
			order[placed++] = (*i)++;
	}
}

/* Starts the next attempt. False: it failed at once, the one after it is due. */
static bool start_next(struct race *race)
{
	size_t i = race->order[race->started++];
	struct pollfd *polled = &race->polled[i];
	if (!tcp_start(&race->at[i].address, race->at[i].port, &polled->fd, &race->errs[i]))
		return false;
	polled->events = POLLOUT;
	race->pending++;
	return true;
}

/* Looks at what poll reported. True: *winner has connected. Every failure makes the next attempt
 * due at once, hence *failed. */
static bool collect(struct race *race, size_t *winner, bool *failed)
{
	for (size_t i = 0; i < race->count; i++) {
		struct pollfd *polled = &race->polled[i];
		if (polled->fd < 0 || polled->revents == 0)
			continue;
		race->pending--;
		if (tcp_finish(polled->fd, &race->errs[i])) {
			*winner = i;
			return true;
		}
		fd_close(&polled->fd);
		*failed = true;
	}
	return false;
}

static void give_up(struct race *race, struct deadline until)
{
	for (size_t i = 0; i < race->count; i++) {
		if (race->polled[i].fd >= 0)
			err_set(&race->errs[i], AT_TCP, ERR_TIMEOUT, "no answer within %d s",
				until.seconds);
	}
	for (size_t i = race->started; i < race->count; i++)
		err_set(&race->errs[race->order[i]], AT_TCP, ERR_TIMEOUT,
			"not tried: the %d s were over", until.seconds);
}

static bool run(struct race *race, struct deadline until, size_t *winner)
{
	struct deadline due = until;
	bool now = true; /* an attempt is due */
	while (race->pending > 0 || race->started < race->count) {
		if (deadline_passed(until)) {
			give_up(race, until);
			return false;
		}
		if (now && race->started < race->count) {
			now = !start_next(race);
			due = deadline_in(ATTEMPT_DELAY_S);
			continue;
		}
		struct deadline wake = race->started < race->count ? deadline_earlier(due, until)
								   : until;
		for (size_t i = 0; i < race->count; i++)
			race->polled[i].revents = 0;
		if (poll(race->polled, race->count, deadline_left_ms(wake)) > 0 &&
		    collect(race, winner, &now))
			return true;
		now = now || deadline_passed(due);
	}
	return false;
}

/* Through a proxy nothing can be raced: it connects, and says when it is done. */
static bool open_in_turn(const struct net *net, const struct endpoint *at, size_t count,
			 struct deadline until, struct conn **out, size_t *winner, struct err *errs)
{
	for (size_t i = 0; i < count; i++) {
		if (conn_open(net, &at[i], until, out, &errs[i])) {
			*winner = i;
			return true;
		}
	}
	return false;
}

bool conn_race(const struct net *net, const struct endpoint *at, size_t count,
	       struct deadline until, struct conn **out, size_t *winner, struct err *errs)
{
	memset(errs, 0, count * sizeof(*errs));
	if (net->proxy)
		return open_in_turn(net, at, count, until, out, winner, errs);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(race_end)
	struct race race = {
		.at = at,
		.order = arena_array(mem, count, sizeof(size_t)),
		.polled = arena_array(mem, count, sizeof(struct pollfd)),
		.errs = errs,
		.count = count,
	};
	for (size_t i = 0; i < count; i++)
		race.polled[i].fd = -1;
	interleave(at, count, race.order);
	size_t first;
	if (!run(&race, until, &first))
		return false;
	*out = conn_adopt(race.polled[first].fd, until);
	race.polled[first].fd = -1;
	*winner = first;
	return true;
}
