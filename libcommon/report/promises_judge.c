#include "report/promises_judge.h"

#include <assert.h>
#include <string.h>

#include "judge/manifesto.h"

/* What the tools saw, read back by endpoint of the record. */
struct evidence {
	const json_t *record;
	struct arena *mem;
	bool every_policy; /* otherwise those sections alone that --policy manifesto judged */
	struct endpoint_list endpoints;
	struct dns_facts dns;
	struct target_view target;
	const struct starttls_facts **walks;
	const struct ciphers_facts **ciphers;
	const struct dialback_facts **dialbacks;
	bool any; /* of them */
};

/* xmpp-certcheck that connected itself made the same walk. */
static const struct starttls_facts *read_check(const json_t *endpoint, struct arena *mem)
{
	struct err unused;
	if (!json_object_get(json_object_get(endpoint, "certcheck"), "encrypted"))
		return NULL;
	struct certcheck_facts *out = arena_alloc(mem, sizeof(*out));
	return reread_certcheck(endpoint, mem, out, &unused) ? &out->walk : NULL;
}

static const struct starttls_facts *read_starttls(const json_t *endpoint, struct arena *mem)
{
	struct err unused;
	if (!json_object_get(endpoint, "starttls"))
		return read_check(endpoint, mem);
	struct starttls_facts *out = arena_alloc(mem, sizeof(*out));
	return reread_starttls(endpoint, mem, out, &unused) ? out : NULL;
}

static const struct ciphers_facts *read_ciphers(const json_t *endpoint, struct arena *mem)
{
	struct err unused;
	if (!json_object_get(endpoint, "ciphers"))
		return NULL;
	struct ciphers_facts *out = arena_alloc(mem, sizeof(*out));
	return reread_ciphers(endpoint, mem, out, &unused) ? out : NULL;
}

static const struct dialback_facts *read_dialback(const json_t *endpoint, struct arena *mem)
{
	struct err unused;
	if (!json_object_get(endpoint, "dialback"))
		return NULL;
	struct dialback_facts *out = arena_alloc(mem, sizeof(*out));
	return reread_dialback(endpoint, mem, out, &unused) ? out : NULL;
}

static bool is_judged(const struct evidence *evidence, const json_t *endpoint, const char *section)
{
	const json_t *judged = json_object_get(endpoint, section);
	const char *policy = json_string_value(json_object_get(judged, "policy"));
	return evidence->every_policy ||
	       (policy && strcmp(policy, policy_name_text(POLICY_MANIFESTO)) == 0);
}

static void gather(struct evidence *evidence)
{
	const json_t *list = json_object_get(evidence->record, "endpoints");
	for (size_t i = 0; i < evidence->endpoints.count; i++) {
		const json_t *endpoint = json_array_get(list, i);
		if (is_judged(evidence, endpoint, "starttls"))
			evidence->walks[i] = read_starttls(endpoint, evidence->mem);
		if (is_judged(evidence, endpoint, "ciphers"))
			evidence->ciphers[i] = read_ciphers(endpoint, evidence->mem);
		if (is_judged(evidence, endpoint, "dialback"))
			evidence->dialbacks[i] = read_dialback(endpoint, evidence->mem);
		evidence->any |= evidence->walks[i] || evidence->ciphers[i] ||
				 evidence->dialbacks[i];
	}
}

static bool open_evidence(const json_t *record, bool every_policy, struct arena *mem,
			  struct evidence *out)
{
	struct err unused;
	*out = (struct evidence){ .record = record, .mem = mem, .every_policy = every_policy };
	if (!json_object_get(record, "domain") ||
	    !reread_endpoints(record, mem, &out->endpoints, &unused))
		return false;
	size_t room = out->endpoints.count + 1;
	bool looked_up = json_object_get(record, "dns") &&
			 reread_dns(record, mem, &out->dns, &unused);
	out->walks = arena_array(mem, room, sizeof(struct starttls_facts *));
	out->ciphers = arena_array(mem, room, sizeof(struct ciphers_facts *));
	out->dialbacks = arena_array(mem, room, sizeof(struct dialback_facts *));
	out->target = (struct target_view){
		.domain = json_string_value(json_object_get(record, "domain")),
		.dns = looked_up ? &out->dns : NULL,
		.endpoints = out->endpoints.items,
		.facts = out->walks,
		.count = out->endpoints.count,
		.wanted = { true, true },
	};
	gather(out);
	return true;
}

/* The first of them, where somebody says it twice. */
static const struct digest_promise *find(const struct digest_promise *list, size_t count,
					 const struct digest_promise *like)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].service == like->service && strcmp(list[i].id, like->id) == 0)
			return &list[i];
	}
	return NULL;
}

static void put_judged(struct promises *out, const struct promise *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out->items[i] = (struct digest_promise){
			.id = list[i].id,
			.text = list[i].text,
			.reason = list[i].reason,
			.service = list[i].service,
			.result = list[i].result,
		};
	out->count = count;
}

static size_t judge_evidence(const struct evidence *evidence, struct promise out[PROMISE_MAX])
{
	const struct manifesto_view view = { &evidence->target, evidence->walks, evidence->ciphers,
					     evidence->dialbacks };
	return judge_manifesto_view(&view, evidence->mem, out);
}

/* Facts first, whatever policy they were judged by. */
static void judge_facts(const json_t *record, struct arena *mem, struct promises *out)
{
	struct evidence evidence;
	struct promise judged[PROMISE_MAX];
	out->count = 0;
	if (open_evidence(record, true, mem, &evidence))
		put_judged(out, judged, judge_evidence(&evidence, judged));
}

static bool any_known(const struct digest_promise *told, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (judge_manifesto_knows(told[i].id))
			return true;
	}
	return false;
}

/* In the order of the statement. */
void promises_settle(const json_t *record, const struct digest_promise *told, size_t count,
		     struct arena *mem, struct promises *out)
{
	struct promises all, seen;
	out->count = 0;
	if (!any_known(told, count))
		return;
	promises_list(mem, &all);
	judge_facts(record, mem, &seen);
	for (size_t i = 0; i < all.count; i++) {
		const struct digest_promise *of = find(seen.items, seen.count, &all.items[i]);
		of = of ? of : find(told, count, &all.items[i]);
		if (of)
			out->items[out->count++] = *of;
	}
}

void promises_judge(const struct digest *digest, struct arena *mem, struct promises *out)
{
	if (digest->promise_count == 0) {
		judge_facts(digest->record, mem, out);
		return;
	}
	assert(digest->promise_count <= ARRAY_SIZE(out->items)); /* they were settled */
	memcpy(out->items, digest->promises, digest->promise_count * sizeof(*out->items));
	out->count = digest->promise_count;
}

/* A service that DNS declines has no section that could tell by which policy it was judged: where
 * none of those tools has one, what the record says of promises does. */
static bool was_told(const struct evidence *evidence)
{
	static const char *const judging[] = { "starttls", "ciphers", "dialback" };
	const json_t *endpoint, *promise;
	size_t i;
	json_array_foreach(json_object_get(evidence->record, "endpoints"), i, endpoint)
	{
		for (size_t j = 0; j < ARRAY_SIZE(judging); j++) {
			if (json_object_get(endpoint, judging[j]))
				return false;
		}
	}
	json_array_foreach(json_object_get(evidence->record, "manifesto"), i, promise)
	{
		const char *id = json_string_value(json_object_get(promise, "id"));
		if (id && judge_manifesto_knows(id))
			return true;
	}
	return false;
}

size_t promises_of_record(const json_t *record, bool judging, struct arena *mem,
			  struct promise out[PROMISE_MAX])
{
	struct evidence evidence;
	if (!open_evidence(record, false, mem, &evidence) ||
	    !(judging || evidence.any || was_told(&evidence)))
		return 0;
	return judge_evidence(&evidence, out);
}

void promises_list(struct arena *mem, struct promises *out)
{
	const struct dns_facts declined = { .declined = { true, true } };
	const struct target_view nobody = { .dns = &declined, .wanted = { true, true } };
	struct promise all[PROMISE_MAX];
	put_judged(out, all, judge_manifesto(&nobody, mem, all));
}
