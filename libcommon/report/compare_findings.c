/* Which findings came and went, by id and severity. */
#include <string.h>

#include "judge/judge.h"
#include "report/compare_parts.h"
#include "report/words.h"

/* The findings of one service, or of the record, by id; the worst of each. Kept by jansson, for a
 * hostile record may have as many as it likes. */
struct side {
	const struct digest *digest;
	json_t *ids;      /* id to its place in digest->findings, in order */
	json_t *anywhere; /* likewise, at endpoints in no pair, too */
	/* Of the record: whether the other one had all tools that this one had, asked DNS the same,
	 * and knows all endpoints that this one examined. */
	bool same_tools, same_dns, same_endpoints;
};

struct scope {
	struct comparison *all;
	bool spans; /* of the record */
	enum service service;
	struct side old, new;
};

enum change_kind severity_change(enum severity was, enum severity is)
{
	if (was < SEVERITY_WARNING && is < SEVERITY_WARNING)
		return CHANGE_OTHER;
	return is > was ? CHANGE_WORSE : CHANGE_BETTER;
}

/* The pair of the endpoint that a finding is about; NULL: there is none. */
static const struct pair *pair_of(const struct scope *scope, const struct side *side,
				  const struct digest_finding *finding)
{
	const struct pair **pairs = side == &scope->old ? scope->all->of_old : scope->all->of_new;
	return finding->at ? pairs[finding->at - side->digest->endpoints] : NULL;
}

static bool belongs(const struct scope *scope, const struct side *side,
		    const struct digest_finding *finding)
{
	if (scope->spans)
		return !finding->at;
	return finding->at && finding->at->service == scope->service &&
	       pair_of(scope, side, finding);
}

static bool is_of_service(const struct scope *scope, const struct digest_finding *finding)
{
	return !scope->spans && finding->at && finding->at->service == scope->service;
}

static void keep_first(json_t *ids, const char *id, size_t place)
{
	if (!json_object_get(ids, id))
		json_object_set_new(ids, id, json_integer((json_int_t)place));
}

static void collect(const struct scope *scope, struct side *side)
{
	side->ids = json_object();
	side->anywhere = json_object();
	for (size_t i = 0; i < side->digest->finding_count; i++) {
		const struct digest_finding *finding = &side->digest->findings[i];
		if (is_of_service(scope, finding))
			keep_first(side->anywhere, finding->id, i);
		if (belongs(scope, side, finding))
			keep_first(side->ids, finding->id, i);
	}
}

/* What the judges say of DNS alone, or of any endpoint that works: --first and --all say the same.
 * That a look-up failed is no word about the domain. */
static bool is_of_any_endpoint(const char *id)
{
	if (strcmp(id, "dns-failed") == 0)
		return false;
	for (const char *const *known = judge_dns_ids; *known; known++) {
		if (strcmp(*known, id) == 0)
			return true;
	}
	return strcmp(id, "service-unreachable") == 0;
}

static bool knows_all(const struct digest *digest, const struct pair *const *pairs)
{
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		if (digest->endpoints[i].examined && !pairs[i])
			return false;
	}
	return true;
}

/* xmpp-starttls --list judges DNS as the whole tool does. */
static unsigned listed_coverage(const struct digest *digest)
{
	unsigned bits = compare_coverage(digest);
	if (bits != 0)
		return bits;
	for (size_t i = 0; i < digest->endpoint_count; i++)
		bits |= compare_section_bit(digest->endpoints[i].service, 0);
	return bits;
}

static bool has_all_tools(const struct digest *digest, const struct digest *other)
{
	unsigned ours = compare_coverage(digest), theirs = compare_coverage(other);
	if (ours == 0) {
		ours = listed_coverage(digest);
		theirs = listed_coverage(other);
	}
	return (ours & ~theirs) == 0;
}

static void weigh_whole(const struct comparison *all, struct side *side)
{
	bool old = side->digest == all->old;
	const struct digest *other = old ? all->new : all->old;
	side->same_tools = has_all_tools(side->digest, other);
	side->same_dns = compare_judged_alike(old ? &all->asked_old : &all->asked_new,
					      old ? &all->asked_new : &all->asked_old);
	side->same_endpoints = knows_all(side->digest, old ? all->of_old : all->of_new);
}

/* The other record has the section wherever the service was examined. */
static bool has_tool(const struct digest *digest, enum service service, const char *section)
{
	bool any = false;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (at->service == service && has_section(at, section))
			return true;
		any = any || (at->service == service && at->examined);
	}
	return !any;
}

/* NULL: there is none. */
static const struct digest_finding *find_in(const struct side *side, const json_t *ids,
					    const char *id)
{
	const json_t *place = json_object_get(ids, id);
	return place ? &side->digest->findings[json_integer_value(place)] : NULL;
}

static const struct digest_finding *find(const struct side *side, const char *id)
{
	return find_in(side, side->ids, id);
}

/* Of an endpoint that is new or gone: unless one that only the other run looked at has it, too. */
static bool is_of_its_own(const struct scope *scope, const struct side *side,
			  const struct digest_finding *finding)
{
	const struct side *other = side == &scope->old ? &scope->new : &scope->old;
	const struct digest_finding *there = find_in(other, other->anywhere, finding->id);
	return (!there || there->severity < finding->severity) &&
	       has_tool(other->digest, scope->service, finding->section);
}

static bool was_whole_tested(const struct scope *scope, const struct side *side,
			     const struct digest_finding *finding)
{
	const struct side *other = side == &scope->old ? &scope->new : &scope->old;
	if (finding->section && !json_object_get(other->digest->record, finding->section))
		return false;
	if (strcmp(finding->id, "dns-failed") == 0) /* that is what makes the answers differ */
		return side->same_tools && compare_asked_alike(scope->all);
	return side->same_tools && side->same_dns &&
	       (side->same_endpoints || is_of_any_endpoint(finding->id));
}

/* The other record's tools asked what this finding is about. */
static bool was_tested(const struct scope *scope, const struct side *side,
		       const struct digest_finding *finding)
{
	const struct pair *pair = pair_of(scope, side, finding);
	if (scope->spans)
		return was_whole_tested(scope, side, finding);
	if (!pair_is_whole(pair))
		return is_of_its_own(scope, side, finding);
	const struct digest_endpoint *there = side == &scope->old ? pair->is : pair->was;
	/* Of two enumerations compare_ciphers() tells. */
	return has_section(there, finding->section) && strcmp(finding->section, "ciphers") != 0;
}

static void add_finding(const struct scope *scope, const char *id, enum severity was,
			enum severity is)
{
	struct arena *mem = scope->all->mem;
	const char *what = scope->spans
				   ? arena_printf(mem, "finding %s", escaped(id, mem))
				   : arena_printf(mem, "%s finding %s",
						  service_name(scope->service), escaped(id, mem));
	changes_add(scope->all, severity_change(was, is), what,
		    was == SEVERITY_NONE ? NOTHING : severity_name(was),
		    is == SEVERITY_NONE ? NOTHING : severity_name(is));
}

static void tell_came_or_grew(const struct scope *scope)
{
	const char *id;
	json_t *unused;
	json_object_foreach(scope->new.ids, id, unused)
	{
		const struct digest_finding *is = find(&scope->new, id);
		const struct digest_finding *was = find(&scope->old, id);
		if (!was_tested(scope, &scope->new, is) || (was && was->severity == is->severity))
			continue;
		if (!was || was_tested(scope, &scope->old, was))
			add_finding(scope, id, was ? was->severity : SEVERITY_NONE, is->severity);
	}
}

static void tell_gone(const struct scope *scope)
{
	const char *id;
	json_t *unused;
	json_object_foreach(scope->old.ids, id, unused)
	{
		const struct digest_finding *was = find(&scope->old, id);
		if (!find(&scope->new, id) && was_tested(scope, &scope->old, was))
			add_finding(scope, id, was->severity, SEVERITY_NONE);
	}
}

static void side_free(struct side *side)
{
	json_decref(side->ids);
	json_decref(side->anywhere);
}

static void compare_scope(struct comparison *all, bool spans, enum service service)
{
	struct scope scope = {
		.all = all,
		.spans = spans,
		.service = service,
		.old = { .digest = all->old },
		.new = { .digest = all->new },
	};
	collect(&scope, &scope.old);
	collect(&scope, &scope.new);
	weigh_whole(all, &scope.old);
	weigh_whole(all, &scope.new);
	tell_came_or_grew(&scope);
	tell_gone(&scope);
	side_free(&scope.old);
	side_free(&scope.new);
}

void compare_findings(struct comparison *all)
{
	for (int i = 0; i < SERVICE_COUNT; i++)
		compare_scope(all, false, (enum service)i);
	compare_scope(all, true, SERVICE_C2S);
}
