/* srv.h - the order in which SRV records are tried: RFC 2782, with XEP-0368's two kinds as one set.
 *
 * Pure: the generator of random numbers is handed in, so tests are exact. */
#ifndef NET_SRV_H
#define NET_SRV_H

#include <stddef.h>
#include <stdint.h>

struct srv_rank {
	uint16_t priority, weight;
	size_t index; /* the caller's: which record this is */
};

/* A uniform integer from 0 to max inclusive. */
typedef uint32_t srv_random(void *state, uint32_t max); /* the one typedef: a function type */

/* Lowest priority first; among equals the weighted choice of RFC 2782 with zero weights in front of
 * the running sums. */
void srv_order(struct srv_rank *ranks, size_t count, srv_random *random, void *state);

/* The generator tools use: the kernel's. state is ignored. */
uint32_t srv_random_system(void *state, uint32_t max);

#endif
