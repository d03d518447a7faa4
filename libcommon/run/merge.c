#include "run/merge.h"

#include <string.h>

/* What we may say about a whole record: an earlier run's words give way to this one's. Those about
 * DNS do only where DNS was looked at again. */
static const char *const endpoint_ids[] = {
	"certs-differ", "endpoint-unreachable", "endpoints-differ",    "invalid-input",
	"ipv6-dead",    "service-not-examined", "service-unreachable", NULL,
};
static const char *const dns_ids[] = {
	"direct-tls-missing",
	"dns-bogus",
	"dns-failed",
	"dnssec-insecure",
	"domain-not-found",
	"endpoints-left-out",
	"ipv6-missing",
	"service-not-found",
	"srv-declined",
	"srv-direct-only-multiplexed",
	"srv-missing",
	"srv-root-among-others",
	"srv-target-alias",
	"srv-target-is-address",
	"srv-target-unresolvable",
	NULL,
};

static bool is_among(const char *const *ids, const json_t *finding)
{
	const char *id = json_string_value(json_object_get(finding, "id"));
	for (; id && *ids; ids++) {
		if (strcmp(*ids, id) == 0)
			return true;
	}
	return false;
}

/* Findings of other tools stay; ours are said once, and no longer when they no longer hold. */
static void merge_findings(const struct job *job, const struct findings *ours)
{
	json_t *merged = record_findings(ours);
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(job->record, "findings"), i, finding)
	{
		if (!is_among(endpoint_ids, finding) &&
		    !(job->looked_up && is_among(dns_ids, finding)))
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

void merge_verdict(const struct job *job, const struct verdict *verdict)
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
	for (size_t i = 0; i < verdict->target.count; i++) {
		const struct endpoint *at = &verdict->target.endpoints[i];
		json_t *endpoint = job->from_record ? json_array_get(endpoints, verdict->index[i])
						    : NULL;
		if (!endpoint) {
			endpoint = record_endpoint(at);
			json_array_append_new(endpoints, endpoint);
		}
		json_object_set_new(endpoint, "starttls",
				    record_starttls(at, verdict->target.facts[i], verdict->found[i],
						    verdict->statuses[i]));
	}
	merge_findings(job, &verdict->spanning);
	if (verdict->promises)
		json_object_set_new(record, "manifesto",
				    record_promises(verdict->promises, verdict->promise_count));
	record_raise_status(record, status_worse(verdict->status, status_of_parts(record)));
}
