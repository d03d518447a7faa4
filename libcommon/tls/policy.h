/* policy.h - certificate policies along a path: RFC 5280, 6.1, in the form of RFC 9618 (a graph, so
 * that mappings cannot make it grow without bound).
 *
 * XMPP wants no policy in particular (user-initial-policy-set is anyPolicy), but a CA may demand
 * that there is one. Pure; one thread. */
#ifndef TLS_POLICY_H
#define TLS_POLICY_H

#include "tls/cert.h"

#define POLICIES_MAX 64 /* in one certificate; real ones have 1 to 5 */

struct policy_state {
	unsigned explicit_policy, mapping, inhibit_any; /* certificates left until it holds */
	bool any;                                       /* anyPolicy is still valid */
	struct bytes expected[POLICIES_MAX * 2];        /* of the next certificate, OIDs */
	size_t expected_count;
};

/* For a path of so many certificates below the anchor. */
void policy_begin(struct policy_state *state, size_t length);
/* The certificates from the one below the anchor to the leaf, which is `last`. NULL: go on, else a
 * sentence, why the path is not valid. */
const char *policy_step(struct policy_state *state, const struct cert_facts *cert, bool last);

#endif
