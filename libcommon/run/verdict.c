#include "run/verdict.h"

#include <string.h>

#include "base/escape.h"
#include "run/merge.h"

void verdict_collect(const struct job *job,
		     const struct starttls_facts *(*walk_of)(const void *facts),
		     struct verdict *out)
{
	size_t room = job->endpoints.count + 1;
	struct endpoint *endpoints = arena_array(job->mem, room, sizeof(*endpoints));
	const struct starttls_facts **walks = arena_array(job->mem, room,
							  sizeof(struct starttls_facts *));
	out->index = arena_array(job->mem, room, sizeof(*out->index));
	out->found = arena_array(job->mem, room, sizeof(struct findings *));
	out->statuses = arena_array(job->mem, room, sizeof(*out->statuses));
	size_t count = 0;
	/* The rest (--first, --c2s on a record) is not looked at. */
	for (size_t i = 0; i < job->endpoints.count; i++) {
		if (!job->facts[i])
			continue;
		endpoints[count] = job->endpoints.items[i];
		walks[count] = walk_of(job->facts[i]);
		out->found[count] = arena_alloc(job->mem, sizeof(*out->found[count]));
		out->index[count++] = i;
	}
	out->target = (struct target_view){
		.domain = job->domain.ascii,
		.dns = job->looked_up ? &job->dns : NULL,
		.endpoints = endpoints,
		.facts = walks,
		.count = count,
	};
	memcpy(out->target.wanted, job->shared->options->services, sizeof(out->target.wanted));
}

const char *const verdict_later_dns_ids[] = {
	"dns-bogus", "dns-failed", "domain-not-found", "service-not-found", "srv-declined", NULL,
};

void verdict_span(const struct job *job, const struct policy *policy, struct verdict *out)
{
	static const char *const kept[] = {
		"dns-bogus",         "dns-failed",
		"domain-not-found",  "endpoint-unreachable",
		"invalid-input",     "service-not-examined",
		"service-not-found", "service-unreachable",
		"srv-declined",      NULL,
	};
	bool any = out->target.count > 0;
	if (!any && (!job->looked_up || job->from_record))
		return;
	judge_target(&out->target, policy, job->mem, &out->spanning);
	findings_keep(&out->spanning, kept);
	if (any) { /* they say why there is nothing to examine */
		findings_drop(&out->spanning, "service-not-found");
		findings_drop(&out->spanning, "srv-declined");
	}
}

void verdict_settle(struct verdict *out)
{
	out->status = judge_target_status(&out->target, out->statuses, &out->spanning);
	if (out->target.count == 0 && out->status == STATUS_OK)
		out->status = STATUS_UNKNOWN;
}

void verdict_promise(struct verdict *out, size_t count)
{
	if (count == 0) /* nothing was observed */
		out->promises = NULL;
	out->promise_count = count;
	out->status = status_worse(out->status, judge_manifesto_status(out->promises, count));
}

const char *verdict_problem(const struct job *job)
{
	const char *told = job->domain.ascii ? NULL : record_refusal(job->record);
	return !job->problem.code ? NULL : told ? told : job->problem.text;
}

void verdict_of_problem(const struct job *job, const struct policy *policy, struct verdict *out)
{
	out->target.domain = job->domain.ascii;
	out->status = STATUS_UNKNOWN;
	findings_add(&out->spanning, policy, job->mem, "invalid-input", "%s",
		     escape_copy(job->mem, verdict_problem(job), ERR_TEXT_MAX));
}

static const struct starttls_facts *walk_itself(const void *facts)
{
	return facts;
}

static void judge_endpoints(const struct job *job, const struct policy *policy, struct verdict *out)
{
	for (size_t i = 0; i < out->target.count; i++) {
		judge_starttls(&out->target.endpoints[i], out->target.facts[i], policy, job->mem,
			       out->found[i]);
		out->statuses[i] = judge_endpoint_status(out->target.facts[i], out->found[i]);
	}
}

void verdict_make(const struct job *job, struct verdict *out)
{
	struct policy policy = cli_policy(job->shared->options);
	*out = (struct verdict){ .status = STATUS_OK };
	if (job->problem.code) {
		verdict_of_problem(job, &policy, out);
		return;
	}
	verdict_collect(job, walk_itself, out);
	judge_endpoints(job, &policy, out);
	judge_target(&out->target, &policy, job->mem, &out->spanning);
	verdict_settle(out);
	if (policy.name == POLICY_MANIFESTO) {
		out->promises = arena_array(job->mem, PROMISE_MAX, sizeof(*out->promises));
		verdict_promise(out, judge_manifesto(&out->target, job->mem, out->promises));
	}
}

static bool read_section(const json_t *endpoint, struct arena *mem, void *out, struct err *err)
{
	return reread_starttls(endpoint, mem, out, err);
}

void verdict_reread(struct job *job)
{
	job_reread(job, "starttls", sizeof(struct starttls_facts), read_section);
}

struct text_view verdict_view(const struct job *job, const struct verdict *verdict)
{
	const char *start = job_line_start(job);
	return (struct text_view){
		.target = &verdict->target,
		.input = job->domain.ascii || !*start ? NULL : start,
		.problem = verdict_problem(job),
		.found = (const struct findings *const *)verdict->found,
		.statuses = verdict->statuses,
		.record_found = &verdict->spanning,
		.status = verdict->status,
		.promises = verdict->promises,
		.promise_count = verdict->promise_count,
		.policy = job->shared->options->policy,
		.elapsed_ms = clock_ms() - job->started_ms,
		.connections = job->connections,
	};
}

static void write_text(struct job *job, const struct verdict *verdict)
{
	const struct options *opt = job->shared->options;
	const struct text_view view = verdict_view(job, verdict);
	const struct text_style style = {
		.colour = opt->colour,
		.timeline = opt->verbose > 0 || verdict->target.count == 1,
		.width = cli_terminal_width(),
	};
	if (opt->form == OUTPUT_LONG)
		text_starttls_long(&view, &style, &job->out);
	else if (opt->form == OUTPUT_NAGIOS)
		text_starttls_nagios(&view, &job->out);
	else
		text_starttls_short(&view, &job->out);
}

/* What xmpp-starttls may say about a whole record. */
static const char *const endpoint_ids[] = {
	"certs-differ", "endpoint-unreachable", "endpoints-differ",
	"ipv6-dead",    "service-not-examined", "service-unreachable",
	NULL,
};

static void merge(const struct job *job, const struct verdict *verdict)
{
	size_t count = verdict->target.count;
	json_t **values = arena_array(job->mem, count + 1, sizeof(json_t *));
	for (size_t i = 0; i < count; i++)
		values[i] = record_starttls(&verdict->target.endpoints[i], verdict->target.facts[i],
					    verdict->found[i], verdict->statuses[i]);
	merge_contribution(job, &(struct contribution){
					.section = "starttls",
					.promises = true,
					.values = values,
					.index = verdict->index,
					.count = count,
					.spanning = &verdict->spanning,
					.endpoint_ids = endpoint_ids,
					.dns_ids = judge_dns_ids,
					.status = verdict->status,
				});
}

void verdict_write(struct job *job, const struct verdict *verdict)
{
	job->status = verdict->status;
	if (job->shared->options->form != OUTPUT_JSON) {
		write_text(job, verdict);
		return;
	}
	merge(job, verdict);
	if (!record_write(job->record, &job->out))
		log_say(&job->shared->options->log, job->domain.ascii,
			"the record could not be written");
}
