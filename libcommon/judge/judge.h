/* judge.h - from facts to findings. Pure: no I/O, no clock but the facts' own. Any thread. */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "judge/finding.h"
#include "xmpp/facts.h"

/* One endpoint examined by xmpp-starttls. */
void judge_starttls(const struct endpoint *at, const struct starttls_facts *facts,
		    const struct policy *policy, struct arena *mem, struct findings *out);

/* One examined target. */
struct target_view {
	const char *domain;
	const struct dns_facts *dns; /* NULL: not looked up (record, --connect) */
	const struct endpoint *endpoints;
	const struct starttls_facts *const *facts; /* by endpoint */
	size_t count;
	bool wanted[SERVICE_COUNT];
};

/* What spans endpoints, and DNS: SRV lint, DNSSEC, dead addresses, differing endpoints, direct TLS
 * missing, services not offered. */
void judge_target(const struct target_view *target, const struct policy *policy, struct arena *mem,
		  struct findings *out);

/* What it may find in DNS alone, by id. NULL at the end. */
extern const char *const judge_dns_ids[];

/* Worst of findings; STATUS_UNKNOWN when nothing could be examined and nothing worse was found. */
enum status judge_endpoint_status(const struct starttls_facts *facts,
				  const struct findings *findings);
/* Worst of the endpoints and of what spans them. An endpoint that only this machine could not reach
 * (no IPv6 here) does not count: where nothing else is left, judge_target() says so. */
enum status judge_target_status(const struct target_view *target, const enum status *statuses,
				const struct findings *record_found);

/* The 2014 statement (spec: manifesto.md, sections 2 and 5), as far as these facts reach. A service
 * of which no endpoint was tried, and that DNS does not decline, says nothing about any promise. */
enum promise_result {
	PROMISE_KEPT,
	PROMISE_BY_FALLBACK,
	PROMISE_BROKEN,
	PROMISE_NOT_TESTABLE,
	PROMISE_NOT_APPLICABLE,
};
struct promise {
	const char *id;   /* "SW-1" ... "DP-3" */
	const char *text; /* in a few words */
	enum service service;
	enum promise_result result;
	const char *reason; /* deciding endpoint or why it is not testable */
};
#define PROMISE_MAX 24
size_t judge_manifesto(const struct target_view *target, struct arena *mem,
		       struct promise out[PROMISE_MAX]);
bool judge_manifesto_knows(const char *id); /* false: a promise somebody else has made up */
/* The worst: broken is critical (DP-3 never more than a warning), everything else is ok. */
enum status judge_manifesto_status(const struct promise *list, size_t count);
const char *promise_result_name(enum promise_result result); /* "kept" "kept-by-fallback" "broken"
								"not-testable" "not-applicable" */

#endif
