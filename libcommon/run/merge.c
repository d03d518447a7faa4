#include "run/merge.h"

#include <string.h>

#include "report/promises_judge.h"

static bool is_among(const char *const *ids, const json_t *finding)
{
	const char *id = json_string_value(json_object_get(finding, "id"));
	for (; id && *ids; ids++) {
		if (strcmp(*ids, id) == 0)
			return true;
	}
	return false;
}

static bool is_said_again(const struct findings *ours, const json_t *finding)
{
	const char *id = json_string_value(json_object_get(finding, "id"));
	const char *text = json_string_value(json_object_get(finding, "text"));
	for (const struct finding *at = ours->first; at; at = at->next) {
		if (id && text && strcmp(at->kind->id, id) == 0 && strcmp(at->text, text) == 0)
			return true;
	}
	return false;
}

/* What another tool could not read stays unread, whatever the others make of it. */
static bool is_own_complaint(const struct job *job, const json_t *finding)
{
	const char *tool = json_string_value(json_object_get(finding, "tool"));
	return !tool || strcmp(tool, job->shared->options->log.program) == 0;
}

/* A look at a part of the endpoints (--c2s), or of DNS, says nothing about the rest: what was found
 * of it holds on. So it does where nothing could be looked at. */
static bool gives_way(const struct job *job, const struct contribution *ours, bool whole_dns,
		      const json_t *finding)
{
	bool whole = ours->count == job->endpoints.count;
	if (record_is_refusal(finding))
		return is_own_complaint(job, finding);
	if (job->problem.code)
		return false;
	if (job->looked_up && is_among(ours->dns_ids, finding))
		return whole_dns || is_said_again(ours->spanning, finding);
	if (!is_among(ours->endpoint_ids, finding))
		return false;
	return whole || is_said_again(ours->spanning, finding);
}

/* A complaint says whose it is: behind a pipeline nobody else could tell. */
static json_t *our_findings(const struct job *job, const struct contribution *ours)
{
	json_t *list = record_findings(ours->spanning), *finding;
	size_t i;
	json_array_foreach(list, i, finding)
	{
		if (record_is_refusal(finding))
			json_object_set_new(finding, "tool",
					    json_string(job->shared->options->log.program));
	}
	return list;
}

/* Findings of other tools stay; ours are said once, and no longer when they no longer hold. A line
 * that an earlier stage has refused is no domain to us either, and why it said already. */
static void merge_findings(const struct job *job, const struct contribution *ours, bool whole_dns)
{
	bool told = !job->domain.ascii && record_refusal(job->record);
	json_t *merged = told ? json_array() : our_findings(job, ours);
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(job->record, "findings"), i, finding)
	{
		if (told || !gives_way(job, ours, whole_dns, finding))
			json_array_append(merged, finding);
	}
	json_object_set_new(job->record, "findings", merged);
}

static enum status status_of_finding(const json_t *finding)
{
	enum severity severity = SEVERITY_NONE;
	const char *name = json_string_value(json_object_get(finding, "severity"));
	const char *id = json_string_value(json_object_get(finding, "id"));
	const struct finding_kind *kind = id ? finding_kind_find(id) : NULL;
	if (!name || !severity_parse(name, &severity))
		return STATUS_OK;
	return severity == SEVERITY_CRITICAL  ? STATUS_CRITICAL
	       : severity == SEVERITY_WARNING ? STATUS_WARNING
	       : kind && kind->unknown        ? STATUS_UNKNOWN
					      : STATUS_OK;
}

/* Somebody else's promises are nothing to us. */
static const char *known_promise(const json_t *promise)
{
	const char *id = json_string_value(json_object_get(promise, "id"));
	return id && judge_manifesto_knows(id) ? id : NULL;
}

static enum status status_of_promise(const json_t *promise)
{
	const char *id = known_promise(promise);
	const char *result = json_string_value(json_object_get(promise, "result"));
	if (!id || !result || strcmp(result, promise_result_name(PROMISE_BROKEN)) != 0)
		return STATUS_OK;
	return judge_manifesto_status(&(struct promise){ .id = id, .result = PROMISE_BROKEN }, 1);
}

/* The worst of what the record's parts say, whichever tool wrote them. */
static enum status status_of_parts(const json_t *record)
{
	const json_t *endpoints = json_object_get(record, "endpoints");
	enum status worst = json_array_size(endpoints) > 0 ? STATUS_OK : STATUS_UNKNOWN;
	size_t i;
	json_t *finding, *promise, *endpoint, *section;
	const char *key;
	json_array_foreach(json_object_get(record, "findings"), i, finding)
		worst = status_worse(worst, status_of_finding(finding));
	json_array_foreach(json_object_get(record, "manifesto"), i, promise)
		worst = status_worse(worst, status_of_promise(promise));
	json_array_foreach(endpoints, i, endpoint)
	{
		json_object_foreach(endpoint, key, section)
		{
			if (json_object_get(section, "status"))
				worst = status_worse(worst, record_status(section));
		}
	}
	return worst;
}

/* A status that its parts explain may improve together with them; any other one is somebody
 * else's, and stays. */
static void forget_explained_status(json_t *record)
{
	enum status parts = status_of_parts(record);
	if (json_object_get(record, "status") &&
	    status_worse(parts, record_status(record)) == parts)
		json_object_set_new(record, "status", json_string(status_name(STATUS_OK)));
}

void merge_policy(const struct job *job, json_t *object)
{
	json_object_set_new(object, "policy",
			    json_string(policy_name_text(job->shared->options->policy)));
}

/* The promises of 2014 that the sections judged by them keep or break: said anew, since one of
 * these may be gone, or tell something else. Nothing judged, nothing changed. */
static void merge_promises(const struct job *job, const struct contribution *ours)
{
	bool judging = ours->promises && job->shared->options->policy == POLICY_MANIFESTO;
	json_t *old = json_object_get(job->record, "manifesto"), *promise;
	struct promise promises[PROMISE_MAX];
	size_t i;
	if (job->problem.code || (!json_is_array(old) && !judging))
		return;
	size_t count = promises_of_record(job->record, judging, job->mem, promises);
	json_t *merged = record_promises(promises, count);
	json_array_foreach(old, i, promise)
	{
		if (!known_promise(promise))
			json_array_append(merged, promise);
	}
	if (json_array_size(merged) > 0)
		json_object_set(job->record, "manifesto", merged);
	else
		json_object_del(job->record, "manifesto");
	json_decref(merged);
}

void merge_contribution(const struct job *job, const struct contribution *ours)
{
	json_t *record = job->record;
	bool whole_dns = true;
	forget_explained_status(record);
	merge_policy(job, record);
	if (job->looked_up && !job->from_record)
		whole_dns = merge_dns(job);
	json_t *endpoints = json_object_get(record, "endpoints");
	if (!endpoints) {
		endpoints = json_array();
		json_object_set_new(record, "endpoints", endpoints);
	}
	for (size_t i = 0; i < ours->count; i++) {
		json_t *endpoint = job->from_record ? json_array_get(endpoints, ours->index[i])
						    : NULL;
		if (!endpoint) {
			endpoint = record_endpoint(&job->endpoints.items[ours->index[i]]);
			json_array_append_new(endpoints, endpoint);
		}
		if (!ours->values[i])
			continue;
		merge_policy(job, ours->values[i]);
		json_object_set_new(endpoint, ours->section, ours->values[i]);
	}
	merge_findings(job, ours, whole_dns);
	merge_promises(job, ours);
	record_raise_status(record, status_worse(ours->status, status_of_parts(record)));
}
