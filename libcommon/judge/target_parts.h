/* target_parts.h - the judges of what spans endpoints; judge_target() calls them. Private to
 * judge/. */
#ifndef JUDGE_TARGET_PARTS_H
#define JUDGE_TARGET_PARTS_H

#include "judge/certcheck.h"

struct spanning {
	const struct target_view *target;
	const struct policy *policy;
	struct arena *mem;
	struct findings *out;
};

#define FIND_SPANNING(spanning, id, ...)                                                           \
	findings_add((spanning)->out, (spanning)->policy, (spanning)->mem, (id), __VA_ARGS__)

/* SRV records, addresses, DNSSEC, what is published; not who answers. */
void judge_dns(const struct spanning *spanning);
/* xmpp-certcheck's: --subdomains=auto, by endpoint. */
void judge_discovery(const struct spanning *spanning, const struct certcheck_facts *const *checks);

/* "c2s", "s2s" or "c2s and s2s" */
const char *services_text(const bool set[SERVICE_COUNT]);
size_t target_endpoints(const struct target_view *target, enum service service);

#endif
