#include "report/digest.h"

#include <string.h>

#include "report/digest_parts.h"
#include "report/promises_judge.h"

#define NAME_UNKNOWN "(no name)"

/* One that stands at the record itself. */
static bool read_whole_section(const struct place *top, const char *name, struct digest *out,
			       bool *there, struct err *err)
{
	struct place section;
	int64_t time = 0;
	if (!place_into(top, name, &section, err) || !get_time(&section, "time", &time, err))
		return false;
	if (time > out->time)
		out->time = time;
	*there = json_object_get(top->object, name) != NULL;
	return true;
}

static bool read_head(const struct place *top, struct arena *mem, struct digest *out,
		      struct err *err)
{
	enum policy_name policy;
	out->status = record_status(top->object);
	if (!GET_WORD(top, "policy", policy_name_parse, &policy, "not a policy", err))
		return false;
	if (json_object_get(top->object, "policy"))
		out->policies |= 1u << policy;
	if (!get_text(top, "domain", mem, &out->domain, err) ||
	    !get_text(top, "unicode", mem, &out->unicode, err) ||
	    !get_text(top, "input", mem, &out->input, err))
		return false;
	return read_whole_section(top, "sendmsg", out, &out->sent, err) &&
	       read_whole_section(top, "served", out, &out->served, err);
}

/* A broken answer is worse than none that can be believed, and that than one that may be. */
static enum dnssec weaker(enum dnssec a, enum dnssec b)
{
	static const int rank[] = {
		[DNSSEC_BOGUS] = 0,
		[DNSSEC_INSECURE] = 1,
		[DNSSEC_UNKNOWN] = 2,
		[DNSSEC_SECURE] = 3,
	};
	return rank[a] < rank[b] ? a : b;
}

/* Look-ups say of each question how it was answered; records of other tools may have answers alone.
 */
static bool read_dnssec(const struct place *dns, const char *key, const char *type, bool *any,
			enum dnssec *out, struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(dns, key, LIST_MAX, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		enum dnssec dnssec = DNSSEC_UNKNOWN;
		if (!place_entry(dns, key, list, i, &entry, err))
			return false;
		if (type && strcmp(word_of(&entry, "type"), type) != 0)
			continue;
		if (!GET_WORD(&entry, "dnssec", dnssec_parse, &dnssec, "not a word about DNSSEC",
			      err))
			return false;
		*out = *any ? weaker(*out, dnssec) : dnssec;
		*any = true;
	}
	return true;
}

static bool read_dns(const struct place *top, struct digest *out, struct err *err)
{
	struct place dns;
	bool any = false;
	return place_into(top, "dns", &dns, err) &&
	       read_dnssec(&dns, "srv", NULL, &any, &out->dnssec, err) &&
	       read_dnssec(&dns, "lookups", "SRV", &any, &out->dnssec, err);
}

static bool read_endpoints(const json_t *record, struct arena *mem, struct digest *out,
			   struct err *err)
{
	const json_t *list = json_object_get(record, "endpoints");
	struct endpoint_list endpoints;
	struct place top = place_top(record), entry;
	if (!reread_endpoints(record, mem, &endpoints, err))
		return false;
	out->endpoints = arena_array(mem, endpoints.count, sizeof(*out->endpoints));
	for (size_t i = 0; i < endpoints.count; i++) {
		if (!place_entry(&top, "endpoints", list, i, &entry, err) ||
		    !digest_endpoint_read(&entry, &endpoints.items[i], mem, &out->endpoints[i],
					  &out->time, err))
			return false;
	}
	out->endpoint_count = endpoints.count;
	return true;
}

static bool result_parse(const char *name, enum promise_result *out)
{
	for (int i = PROMISE_KEPT; i <= PROMISE_NOT_APPLICABLE; i++) {
		if (strcmp(name, promise_result_name((enum promise_result)i)) == 0) {
			*out = (enum promise_result)i;
			return true;
		}
	}
	return false;
}

static bool read_promise(const struct place *place, struct arena *mem, struct digest_promise *out,
			 struct err *err)
{
	static const char *const needed[] = { "id", "service", "result", "text", NULL };
	return get_required(place, needed, err) && get_text(place, "id", mem, &out->id, err) &&
	       GET_WORD(place, "service", service_parse, &out->service, "not a service", err) &&
	       GET_WORD(place, "result", result_parse, &out->result, "not a result", err) &&
	       get_text(place, "text", mem, &out->text, err) &&
	       get_text(place, "reason", mem, &out->reason, err);
}

static bool read_promises(const struct place *top, struct arena *mem, struct digest *out,
			  struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(top, "manifesto", LIST_MAX, &list, err))
		return false;
	size_t count = json_array_size(list);
	struct digest_promise *told = arena_array(mem, count + 1, sizeof(*told));
	for (size_t i = 0; i < count; i++) {
		if (!place_entry(top, "manifesto", list, i, &entry, err) ||
		    !read_promise(&entry, mem, &told[i], err))
			return false;
	}
	struct promises *settled = arena_alloc(mem, sizeof(*settled));
	promises_settle(top->object, told, count, mem, settled);
	out->promises = settled->items;
	out->promise_count = settled->count;
	return true;
}

bool digest_read(const json_t *record, struct arena *mem, struct digest *out, struct err *err)
{
	struct digest digest = { .record = record };
	struct place top = place_top(record);
	if (!read_head(&top, mem, &digest, err) || !read_dns(&top, &digest, err) ||
	    !read_endpoints(record, mem, &digest, err) ||
	    !digest_findings_read(record, mem, &digest, err) ||
	    !read_promises(&top, mem, &digest, err))
		return false;
	for (size_t i = 0; i < digest.endpoint_count; i++)
		digest.policies |= digest.endpoints[i].policies;
	digest_services_take(&digest);
	*out = digest;
	return true;
}

bool digest_is_about_doors(const struct digest *digest)
{
	return json_object_get(digest->record, "endpoints") || !(digest->sent || digest->served);
}

const struct digest_endpoint *digest_first_to_end(const struct digest *digest)
{
	const struct digest_endpoint *first = NULL;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (at->not_after != 0 && (!first || at->not_after < first->not_after))
			first = at;
	}
	return first;
}

const char *digest_name(const struct digest *digest)
{
	const char *name = digest->domain ? digest->domain : digest->input;
	return name && *name ? name : NAME_UNKNOWN;
}

bool digest_policy(unsigned policies, enum policy_name *out)
{
	for (int i = 0; i < POLICY_COUNT; i++) {
		if (policies != 1u << i)
			continue;
		*out = (enum policy_name)i;
		return true;
	}
	return false;
}

const char *digest_policy_word(unsigned policies)
{
	enum policy_name policy;
	if (digest_policy(policies, &policy))
		return policy_name_text(policy);
	return policies ? "several" : NULL;
}
