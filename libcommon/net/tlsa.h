/* tlsa.h - the TLSA records of endpoints, and whether DNSSEC lets them count: RFC 7673, 3; RFC
 * 7671, 7.
 *
 * A probe: asks the resolver, judges nothing. One batch of questions for all endpoints of a domain.
 */
#ifndef NET_TLSA_H
#define NET_TLSA_H

#include "net/discover.h"

struct tlsa_lookup {
	bool asked;          /* false: srv and address say why not (CRT-40) */
	const char *base;    /* the host whose TLSA was asked: the target, or where its secure alias
				leads */
	enum dnssec srv;     /* of the SRV answer that named the target */
	enum dnssec address; /* the best of the target's A and AAAA: one secure set suffices */
	struct dns_answer answer;
};

/* out: one an endpoint, equal hosts and ports share an answer. dns holds what discovery saw; where
 * it did not ask for the addresses' DNSSEC verdict (a record on standard input), they are asked. An
 * endpoint from the domain's own addresses (SOURCE_FALLBACK) or of --connect has no SRV: its srv is
 * that of the denial, or DNSSEC_UNKNOWN, and nothing is asked unless the denial is secure. */
void tlsa_look_up(struct resolver *resolver, const struct dns_facts *dns,
		  const struct endpoint_list *endpoints, struct deadline until, struct arena *mem,
		  struct tlsa_lookup *out);

#endif
