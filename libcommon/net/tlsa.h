/* tlsa.h - the TLSA records of endpoints, and whether DNSSEC lets them count: RFC 7673, 3; RFC
 * 7671, 7.
 *
 * A probe: asks the resolver, judges nothing. One batch of questions for all endpoints of a domain.
 */
#ifndef NET_TLSA_H
#define NET_TLSA_H

#include "net/discover.h"

struct tlsa_lookup {
	bool asked;          /* false: srv, address and not_asked say why not (CRT-40) */
	const char *base;    /* the host whose TLSA was asked: the target, or where its secure alias
				leads */
	enum dnssec srv;     /* of the SRV answer that named the target */
	enum dnssec address; /* the best of the target's A and AAAA: one secure set suffices */
	/* About TLSA; where the SRV or address question before it had no answer, that one. */
	struct dns_answer answer;
	/* Why there was nothing to ask about, one sentence; NULL: srv and address say it. */
	const char *not_asked;
};

/* As many hosts and ports are asked about; discovery names no more, a hostile record may. */
#define TLSA_DOORS_MAX DISCOVER_ENDPOINTS_MAX

/* out: one an endpoint, equal hosts and ports share an answer. dns holds what discovery saw (NULL:
 * nothing); where it did not ask for the addresses' DNSSEC verdict (a record on standard input),
 * they are asked, in a batch before. A target that is a secure alias is asked about under both
 * names in one batch, and what its alias leads to counts first. An endpoint from the domain's own
 * addresses (SOURCE_FALLBACK) has no SRV: its srv is that of the denial. For one of --connect, or
 * of a record whose SRV answers do not name it, there is nothing to ask about. */
void tlsa_look_up(struct resolver *resolver, const struct dns_facts *dns,
		  const struct endpoint_list *endpoints, struct deadline until, struct arena *mem,
		  struct tlsa_lookup *out);

#endif
