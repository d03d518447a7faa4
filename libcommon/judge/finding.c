#include "judge/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

static const char *const severity_names[] = {
	[SEVERITY_NONE] = "none",
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};

static const char *const status_names[] = {
	[STATUS_OK] = "ok",
	[STATUS_WARNING] = "warning",
	[STATUS_CRITICAL] = "critical",
	[STATUS_UNKNOWN] = "unknown",
};

static const char *const policy_names[POLICY_COUNT] = {
	[POLICY_BCP195] = "bcp195",
	[POLICY_MANIFESTO] = "manifesto",
	[POLICY_STRICT] = "strict",
};

const struct finding_kind *finding_kind_find(const char *id)
{
	for (size_t i = 0; i < finding_kind_count; i++) {
		if (strcmp(finding_kinds[i].id, id) == 0)
			return &finding_kinds[i];
	}
	return NULL;
}

/* What the site says goes before what the policy says. */
static enum severity severity_for(const struct finding_kind *kind, const struct policy *policy,
				  bool other)
{
	size_t index = (size_t)(kind - finding_kinds);
	if (policy->override && policy->override[index] >= 0)
		return (enum severity)policy->override[index];
	return other ? kind->other[policy->name] : kind->severity[policy->name];
}

enum severity finding_severity(const char *id, const struct policy *policy, bool other)
{
	const struct finding_kind *kind = finding_kind_find(id);
	assert(kind);
	return severity_for(kind, policy, other);
}

void findings_append(struct findings *list, struct finding *finding)
{
	finding->next = NULL;
	if (list->last)
		list->last->next = finding;
	else
		list->first = finding;
	list->last = finding;
	list->count++;
}

static void add(struct findings *list, const struct finding_kind *kind, enum severity severity,
		struct arena *mem, const char *format, va_list args) PRINTF(5, 0);
static void add(struct findings *list, const struct finding_kind *kind, enum severity severity,
		struct arena *mem, const char *format, va_list args)
{
	if (severity == SEVERITY_NONE)
		return;
	struct finding *finding = arena_alloc(mem, sizeof(*finding));
	finding->kind = kind;
	finding->severity = severity;
	finding->text = arena_vprintf(mem, format, args);
	findings_append(list, finding);
}

void findings_add(struct findings *list, const struct policy *policy, struct arena *mem,
		  const char *id, const char *format, ...)
{
	const struct finding_kind *kind = finding_kind_find(id);
	assert(kind);
	va_list args;
	va_start(args, format);
	add(list, kind, severity_for(kind, policy, false), mem, format, args);
	va_end(args);
}

void findings_add_other(struct findings *list, const struct policy *policy, struct arena *mem,
			const char *id, const char *format, ...)
{
	const struct finding_kind *kind = finding_kind_find(id);
	assert(kind && kind->other_when);
	va_list args;
	va_start(args, format);
	add(list, kind, severity_for(kind, policy, true), mem, format, args);
	va_end(args);
}

void findings_add_capped(struct findings *list, const struct policy *policy, struct arena *mem,
			 const char *id, enum severity most, const char *format, ...)
{
	const struct finding_kind *kind = finding_kind_find(id);
	assert(kind);
	bool chosen = policy->override && policy->override[kind - finding_kinds] >= 0;
	enum severity severity = severity_for(kind, policy, false);
	va_list args;
	va_start(args, format);
	add(list, kind, severity > most && !chosen ? most : severity, mem, format, args);
	va_end(args);
}

static bool is_among(const char *const *ids, const char *id)
{
	for (; *ids; ids++) {
		if (strcmp(*ids, id) == 0)
			return true;
	}
	return false;
}

static void sieve(struct findings *list, const char *const *ids, bool among)
{
	struct findings kept = { 0 };
	for (struct finding *at = list->first, *next; at; at = next) {
		next = at->next;
		at->next = NULL;
		if (is_among(ids, at->kind->id) != among)
			continue;
		if (kept.last)
			kept.last->next = at;
		else
			kept.first = at;
		kept.last = at;
		kept.count++;
	}
	*list = kept;
}

void findings_keep(struct findings *list, const char *const *ids)
{
	sieve(list, ids, true);
}

void findings_drop(struct findings *list, const char *id)
{
	sieve(list, (const char *const[]){ id, NULL }, false);
}

enum status findings_status(const struct findings *list)
{
	enum status worst = STATUS_OK;
	for (const struct finding *at = list->first; at; at = at->next) {
		enum status status = at->severity == SEVERITY_CRITICAL  ? STATUS_CRITICAL
				     : at->severity == SEVERITY_WARNING ? STATUS_WARNING
				     : at->kind->unknown                ? STATUS_UNKNOWN
									: STATUS_OK;
		worst = status_worse(worst, status);
	}
	return worst;
}

enum status status_worse(enum status a, enum status b)
{
	static const unsigned char rank[] = {
		[STATUS_OK] = 0,
		[STATUS_UNKNOWN] = 1,
		[STATUS_WARNING] = 2,
		[STATUS_CRITICAL] = 3,
	};
	return rank[a] >= rank[b] ? a : b;
}

/* The index of a name in a table, or -1. */
static int name_index(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

bool severity_parse(const char *name, enum severity *out)
{
	int index = name_index(severity_names, ARRAY_SIZE(severity_names), name);
	if (index < 0)
		return false;
	*out = (enum severity)index;
	return true;
}

const char *status_name(enum status status)
{
	return status_names[status];
}

bool status_parse(const char *name, enum status *out)
{
	int index = name_index(status_names, ARRAY_SIZE(status_names), name);
	if (index < 0)
		return false;
	*out = (enum status)index;
	return true;
}

const char *policy_name_text(enum policy_name name)
{
	return policy_names[name];
}

bool policy_name_parse(const char *name, enum policy_name *out)
{
	int index = name_index(policy_names, ARRAY_SIZE(policy_names), name);
	if (index < 0)
		return false;
	*out = (enum policy_name)index;
	return true;
}
