/* Chains over the network: a connection an endpoint, or what a record on standard input holds. */
#include <string.h>

#include "run/check.h"
#include "run/scope.h"
#include "run/steps.h"

/* --subdomains=auto */
static void list_components(struct probe *probe, struct starttls_facts *walk,
			    struct disco_facts *out)
{
	struct stream_header header = probe_header(probe);
	if (step_features(probe, walk))
		disco_ask(probe->stream, &header, &walk->after.features, probe->mem, out);
	else
		*out = (struct disco_facts){ .result = DISCO_FAILED,
					     .reason = arena_copy(probe->mem, walk->failure.text) };
}

/* As far as the certificate shows. A server's stream inside TLS tells whether dialback can stand in
 * for it, a client's who else is at home: neither is worth failing over. */
static bool walk(struct probe *probe, const struct check_options *opt,
		 struct certcheck_facts *check)
{
	struct starttls_facts *facts = &check->walk;
	bool direct = probe->at->transport == TRANSPORT_DIRECT;
	if (!step_tcp(probe, facts) ||
	    (!direct && (!step_stream(probe, facts) || !step_starttls(probe, facts))) ||
	    !step_tls(probe, facts))
		return false;
	if (probe->at->service == SERVICE_S2S)
		(void)!step_features(probe, facts);
	else if (opt->subdomains_auto)
		list_components(probe, facts, &check->discovery);
	facts->failure = (struct err){ 0 };
	return true;
}

static bool fetch(struct probe *probe, size_t index, const struct err *failure,
		  const void *tool_options)
{
	struct certcheck_facts *facts = arena_alloc(probe->mem, sizeof(*facts));
	double since = clock_ms();
	facts->source = CHECK_LIVE;
	facts->names_judged = true;
	steps_begin(probe, failure, &facts->walk);
	probe->job->facts[index] = facts;
	bool stays = !failure->code && walk(probe, tool_options, facts);
	facts->walk.elapsed_ms = clock_ms() - since;
	return stays;
}

/* What xmpp-starttls saw a moment ago need not be asked again, nor what it failed at. */
static bool take_section(struct job *job, size_t index)
{
	struct certcheck_facts *facts = arena_alloc(job->endpoint_mem[index], sizeof(*facts));
	struct err why = { 0 };
	json_t *endpoint = json_array_get(json_object_get(job->record, "endpoints"), index);
	if (!json_object_get(endpoint, "starttls"))
		return false;
	if (!reread_starttls(endpoint, job->endpoint_mem[index], &facts->walk, &why)) {
		err_set(&job->problem, why.stage, why.code, "endpoints[%zu].%s", index, why.text);
		return true;
	}
	facts->source = CHECK_RECORD;
	facts->names_judged = true;
	if (!facts->walk.tls.servername)
		facts->walk.tls.servername = job_identity(job);
	job->facts[index] = facts;
	return true;
}

void check_take_record(struct job *job)
{
	if (job->from_record && json_object_get(job->record, "dns")) {
		struct err ignored;
		job->dns_known = reread_dns(job->record, job->mem, &job->dns, &ignored);
	}
	for (size_t i = 0; i < job->endpoints.count && job->from_record; i++) {
		if (job->wanted[i] && take_section(job, i))
			job->wanted[i] = false;
		if (job->problem.code)
			return;
	}
}

void check_fetch(struct job *job, const struct check_options *opt)
{
	scope_walk(job, fetch, opt);
}

static bool reread_one(struct job *job, json_t *endpoint, size_t index)
{
	struct certcheck_facts *facts = arena_alloc(job->endpoint_mem[index], sizeof(*facts));
	struct err why = { 0 };
	if (json_object_get(endpoint, "certcheck")
		    ? reread_certcheck(endpoint, job->endpoint_mem[index], facts, &why)
		    : reread_starttls(endpoint, job->endpoint_mem[index], &facts->walk, &why)) {
		if (!json_object_get(endpoint, "certcheck"))
			facts->source = CHECK_RECORD;
		facts->names_judged = job->domain.ascii != NULL;
		if (!facts->walk.tls.servername)
			facts->walk.tls.servername = job_identity(job);
		job->facts[index] = facts;
		return true;
	}
	return err_set(&job->problem, why.stage, why.code, "endpoints[%zu].%s", index, why.text);
}

/* --c2s and the like narrow files, too, which nobody else wants. */
static bool is_wanted(const struct job *job, size_t index)
{
	const struct endpoint *at = &job->endpoints.items[index];
	return at->source == SOURCE_FILE ? job->shared->options->services[at->service]
					 : job->wanted[index];
}

/* Nobody was there to be asked, and the record says why. */
static bool names_nobody(const struct job *job)
{
	return json_object_get(job->record, "dns") &&
	       json_array_size(json_object_get(job->record, "endpoints")) == 0;
}

void check_reread(struct job *job)
{
	size_t judged = 0;
	if (job->problem.code || (!job_take_endpoints(job) && job->problem.code))
		return;
	json_t *endpoints = json_object_get(job->record, "endpoints");
	for (size_t i = 0; i < job->endpoints.count; i++) {
		json_t *endpoint = json_array_get(endpoints, i);
		if (!is_wanted(job, i) || (!json_object_get(endpoint, "certcheck") &&
					   !json_object_get(endpoint, "starttls")))
			continue;
		if (!reread_one(job, endpoint, i))
			return;
		judged++;
	}
	if (judged == 0 && !names_nobody(job))
		err_set(&job->problem, AT_INPUT, ERR_USAGE,
			"holds nothing to judge: --rejudge wants records with a certcheck or a "
			"starttls section");
}
