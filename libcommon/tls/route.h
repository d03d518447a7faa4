/* route.h - one way from a leaf to a trust anchor, and what is wrong with it: RFC 5280, 6.1. For
 * path.c.
 *
 * GnuTLS verifies the signatures; the rules are ours, because 3.7.9 counts self-issued
 * certificates, takes policy constraints for unknown extensions, and gets name constraints wrong.
 * Any thread; everything in the arena. */
#ifndef TLS_ROUTE_H
#define TLS_ROUTE_H

#include "tls/path.h"
#include "tls/signature.h"

#define PATH_FLAGS 14 /* bits of enum path_problem */

struct route {
	const struct cert_facts *links[CHAIN_MAX]; /* the leaf first, the anchor not among them */
	size_t length;                             /* 0: the leaf is the anchor */
	const struct cert_facts *anchor;           /* NULL: leads nowhere */
	bool anchor_from_system;
	/* links[i] by links[i + 1], the last by the anchor; set by who built the route */
	enum signature_result signatures[CHAIN_MAX];
	unsigned problems;
	const char *why[PATH_FLAGS]; /* the first sentence of each flag */
};

/* All of RFC 5280, 6.1 and what RFC 9325 adds about strength; sets problems and why. *work: see
 * limit.h, counted over all routes of one search. */
void route_judge(struct route *route, int64_t at, size_t *work, struct arena *mem);
/* Without an anchor: dates, keys, the leaf's purpose, what is malformed. */
void route_inspect(struct route *route, int64_t at, struct arena *mem);
/* Could this certificate issue others at that moment, as far as it says itself? */
bool route_may_issue(const struct cert_facts *cert, int64_t at);

void route_fail(struct route *route, enum path_problem problem, const char *why);
/* The most telling problem in a sentence; NULL where there is none that matters. */
const char *route_reason(const struct route *route);

/* reason.c: "the certificate" for the leaf, else "the issuer's certificate (CN=...)" */
const char *cert_whose(const struct cert_facts *cert, bool is_leaf, struct arena *mem);
/* "2026-03-01" */
const char *cert_day(int64_t when, struct arena *mem);

#endif
