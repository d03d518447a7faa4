/* route.h - one way from a leaf to a trust anchor, and what is wrong with it. For path.c.
 *
 * Any thread; everything in the arena. */
#ifndef TLS_ROUTE_H
#define TLS_ROUTE_H

#include "tls/path.h"

struct route {
	const struct cert_facts *links[CHAIN_MAX]; /* the leaf first, the anchor not among them */
	size_t length;                             /* 0: the leaf is the anchor */
	struct cert_facts anchor;                  /* der.data NULL: leads nowhere */
	bool anchor_from_system;
	unsigned problems;
};

/* Dates, keys, signature algorithms and the leaf's purpose, from the facts alone. */
unsigned route_inspect(const struct route *route, const struct cert_facts *leaf, int64_t at);
/* What RFC 5280, 6 asks beyond: signatures, basic constraints, names, critical extensions. */
unsigned route_verify(const struct route *route);
/* Did this certificate sign itself? Equal names alone do not say so. */
bool route_is_self_signed(const struct cert_facts *cert);

/* The most telling problem in a sentence; NULL where there is none that matters. */
const char *route_reason(const struct route *route, const struct cert_facts *leaf, int64_t at,
			 struct arena *mem);

#endif
