/* gate.h - politeness: so many connections to one address at once, so many new ones a second.
 *
 * Shared by all threads; locks inside. A job claims the places of its first connections all at
 * once, or none of them: so nobody waits with a place in his hand, and a worker whose job cannot go
 * on does another one meanwhile. */
#ifndef RUN_GATE_H
#define RUN_GATE_H

#include "base/arena.h"
#include "base/deadline.h"
#include "net/endpoint.h"

struct gate;

/* rate 0: no limit. wake: once it can be read nobody waits for his turn any more; 0: none. */
struct gate *gate_new(unsigned per_host, double rate, int wake);
void gate_free(struct gate **gate);

/* The places of one job. */
struct claim {
	struct claim_row {
		size_t bucket;   /* the address, as the gate knows it */
		unsigned places; /* wished, at most what the gate gives one address */
		unsigned unused; /* of those claimed */
	} * rows;
	size_t count;
	unsigned refusals; /* so far */
};

/* Room for so many different addresses. */
struct claim claim_new(struct arena *mem, size_t room);
/* One more connection to this endpoint's address (or host name, where a proxy resolves). */
void claim_add(struct claim *claim, const struct gate *gate, const struct endpoint *at);
/* All of it, or nothing and false. Does not wait. Who wants many places is not passed by for ever
 * by those who want few: refused again and again he is next at the address that lacks room. */
NODISCARD bool gate_claim(struct gate *gate, struct claim *claim);
/* Gives back what was claimed; everybody has left. */
void gate_return(struct gate *gate, struct claim *claim);

/* Waits for a place at the endpoint's address: one that is claimed and unused, or any. Who has to
 * wait at an address that it has not claimed gives back what it has, and is like anybody from then
 * on. The endpoint's own deadline starts behind the gate. */
void gate_enter(struct gate *gate, struct claim *claim, const struct endpoint *at);
/* The place stays the job's, which comes back. */
void gate_leave(struct gate *gate, struct claim *claim, const struct endpoint *at);
/* The place is anybody's. Who goes on to an address that it has not claimed leaves the others so:
 * two jobs that wait for each other's places would wait for ever. */
void gate_leave_for_good(struct gate *gate, const struct endpoint *at);

/* One more connection by somebody who has a place: waits as the rate wants it. */
void gate_pace(struct gate *gate);
/* The same, if its turn comes before that moment; false at once where it does not. */
NODISCARD bool gate_pace_before(struct gate *gate, struct deadline until);

#endif
