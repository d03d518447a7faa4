/* gate.h - politeness: so many connections to one address at once, so many new ones a second.
 *
 * Shared by all threads; locks inside. */
#ifndef RUN_GATE_H
#define RUN_GATE_H

#include "base/deadline.h"
#include "net/endpoint.h"

struct gate;

/* rate 0: no limit. */
struct gate *gate_new(unsigned per_host, double rate);
void gate_free(struct gate **gate);

/* Waits for a place at the endpoint's address (or host name, where a proxy resolves). The
 * endpoint's own deadline starts behind the gate. */
void gate_enter(struct gate *gate, const struct endpoint *at);
/* One more connection by somebody who has a place: waits as the rate wants it. */
void gate_pace(struct gate *gate);
/* The same, if its turn comes before that moment; false at once where it does not. */
NODISCARD bool gate_pace_before(struct gate *gate, struct deadline until);
void gate_leave(struct gate *gate, const struct endpoint *at);

#endif
