/* finding.h - the catalogue of everything the toolkit can find, and lists of what it found.
 *
 * One table in catalogue.c: id, default severity for each policy, what it means, why it matters,
 * how to mend it in Prosody and in ejabberd, the clause. xmpp-findings(7) is generated from it.
 * Pure; any thread. */
#ifndef JUDGE_FINDING_H
#define JUDGE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Ordered so that a larger one is worse. */
enum severity {
	SEVERITY_NONE, /* --ignore: not shown, not counted */
	SEVERITY_INFO,
	SEVERITY_WARNING,
	SEVERITY_CRITICAL,
};

/* Exit status as monitoring plugins have it. */
enum status {
	STATUS_OK = 0,
	STATUS_WARNING = 1,
	STATUS_CRITICAL = 2,
	STATUS_UNKNOWN = 3,
};
#define STATUS_COUNT 4

enum policy_name {
	POLICY_BCP195,
	POLICY_MANIFESTO,
	POLICY_STRICT,
};
#define POLICY_COUNT 3

struct finding_kind {
	const char *id; /* stable, kebab-case */
	enum severity severity[POLICY_COUNT];
	/* Some findings have two weights: a certificate that expires soon or very soon, one that is
	 * not trusted on c2s or on s2s, where dialback can stand in. other_when says when the
	 * second one applies; NULL where there is none. */
	enum severity other[POLICY_COUNT];
	const char *other_when;
	bool unknown;        /* tells that something could not be checked: status unknown, not ok */
	const char *ref;     /* "RFC 7590 section 3.1" */
	const char *meaning; /* what was seen, in general */
	const char *why;     /* why it matters */
	const char *prosody,
		*ejabberd; /* how to mend it; NULL where it is no matter of the server */
};

extern const struct finding_kind finding_kinds[];
extern const size_t finding_kind_count;
const struct finding_kind *finding_kind_find(const char *id); /* NULL if there is none */

struct finding {
	const struct finding_kind *kind;
	enum severity severity;
	const char *text; /* one sentence with the figures; may hold peer text already escaped */
	struct finding *next;
};

struct findings {
	struct finding *first, *last;
	size_t count;
};

struct policy {
	enum policy_name name;
	/* --ignore, --warning, --critical: by index into finding_kinds; -1: as the policy has it.
	 */
	const signed char *override; /* finding_kind_count entries, or NULL */
};

/* What a finding of this kind weighs, `other` its second weight: the site's word goes before the
 * policy's. id must be in the catalogue. */
enum severity finding_severity(const char *id, const struct policy *policy, bool other);
/* Adds one in order; nothing when the policy ignores it. id must be in the catalogue (a bug
 * otherwise). */
void findings_add(struct findings *list, const struct policy *policy, struct arena *mem,
		  const char *id, const char *format, ...) PRINTF(5, 6);
/* The same with the kind's other severity, which it must have. */
void findings_add_other(struct findings *list, const struct policy *policy, struct arena *mem,
			const char *id, const char *format, ...) PRINTF(5, 6);
/* The same with the kind's first severity, but no worse than `most` unless the site says so. */
void findings_add_capped(struct findings *list, const struct policy *policy, struct arena *mem,
			 const char *id, enum severity most, const char *format, ...) PRINTF(6, 7);
/* Puts a finding behind the others. It may come out of another list, which must not be used again.
 */
void findings_append(struct findings *list, struct finding *finding);
/* Takes out what is not among these ids (NULL at the end). */
void findings_keep(struct findings *list, const char *const *ids);
/* Takes out this id. */
void findings_drop(struct findings *list, const char *id);
/* The worst severity; unknown where nothing is worse than info but something could not be checked.
 */
enum status findings_status(const struct findings *list);
/* critical, warning, unknown, ok. */
enum status status_worse(enum status a, enum status b);

const char *severity_name(enum severity severity); /* "critical" ... */
NODISCARD bool severity_parse(const char *name, enum severity *out);
const char *status_name(enum status status); /* "ok" "warning" "critical" "unknown" */
NODISCARD bool status_parse(const char *name, enum status *out);
const char *policy_name_text(enum policy_name name);
NODISCARD bool policy_name_parse(const char *name, enum policy_name *out);

#endif
