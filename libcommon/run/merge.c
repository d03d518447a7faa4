#include "run/merge.h"

#include <string.h>

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

/* A look at a part of the endpoints (--c2s) says nothing about the others: what was found of them
 * holds on. */
static bool gives_way(const struct job *job, const struct contribution *ours, const json_t *finding)
{
	bool whole = ours->count == job->endpoints.count;
	if (job->looked_up && is_among(ours->dns_ids, finding))
		return true;
	if (!is_among(ours->endpoint_ids, finding))
		return false;
	return whole || is_said_again(ours->spanning, finding);
}

/* Findings of other tools stay; ours are said once, and no longer when they no longer hold. */
static void merge_findings(const struct job *job, const struct contribution *ours)
{
	json_t *merged = record_findings(ours->spanning);
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(job->record, "findings"), i, finding)
	{
		if (!gives_way(job, ours, finding))
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

/* The worst of what the record's parts say, whichever tool wrote them. */
static enum status status_of_parts(const json_t *record)
{
	const json_t *endpoints = json_object_get(record, "endpoints");
	enum status worst = json_array_size(endpoints) > 0 ? STATUS_OK : STATUS_UNKNOWN;
	size_t i;
	json_t *finding, *endpoint, *section;
	const char *key;
	json_array_foreach(json_object_get(record, "findings"), i, finding)
		worst = status_worse(worst, status_of_finding(finding));
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

void merge_contribution(const struct job *job, const struct contribution *ours)
{
	json_t *record = job->record;
	forget_explained_status(record);
	if (job->looked_up && !job->from_record)
		json_object_set_new(record, "dns", record_dns(&job->dns, job->domain.ascii));
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
		json_object_set_new(endpoint, ours->section, ours->values[i]);
	}
	merge_findings(job, ours);
	record_raise_status(record, status_worse(ours->status, status_of_parts(record)));
}

void merge_promises(json_t *record, const struct promise *promises, size_t count)
{
	json_t *ours = record_promises(promises, count), *theirs;
	json_t *old = json_object_get(record, "manifesto");
	size_t i, k;
	json_t *one;
	json_array_foreach(old, i, theirs)
	{
		bool replaced = false;
		json_array_foreach(ours, k, one)
			replaced = replaced || (json_equal(json_object_get(one, "id"),
							   json_object_get(theirs, "id")) &&
						json_equal(json_object_get(one, "service"),
							   json_object_get(theirs, "service")));
		if (!replaced)
			json_array_append(ours, theirs);
	}
	json_object_set_new(record, "manifesto", ours);
}
