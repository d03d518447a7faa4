#include "run/check_verdict.h"

#include <string.h>

#include "base/escape.h"
#include "run/merge.h"
#include "run/verdict.h"

/* What a checker of certificates may say about a whole record; the rest of what spans endpoints is
 * xmpp-starttls's to tell. */
static const char *const endpoint_ids[] = {
	"certs-differ",        "endpoint-unreachable",      "service-not-examined",
	"service-unreachable", "subdomains-not-discovered", NULL,
};
static const char *const dns_ids[] = {
	"dns-bogus",
	"dns-failed",
	"domain-not-found",
	NULL,
};
static const char *const spanning_ids[] = {
	"certs-differ",
	"dns-bogus",
	"dns-failed",
	"domain-not-found",
	"endpoint-unreachable",
	"invalid-input",
	"service-not-examined",
	"service-unreachable",
	NULL,
};

struct check_judged {
	struct check_view view;
	struct target_view target;
	struct endpoint *endpoints;
	const struct certcheck_facts **checks;
	const struct starttls_facts **walks;
	size_t *index;
	struct findings **found;
	enum status *statuses;
	struct findings spanning;
};

static void make_room(const struct job *job, struct check_judged *out)
{
	size_t room = job->endpoints.count + 1;
	out->endpoints = arena_array(job->mem, room, sizeof(*out->endpoints));
	out->checks = arena_array(job->mem, room, sizeof(struct certcheck_facts *));
	out->walks = arena_array(job->mem, room, sizeof(struct starttls_facts *));
	out->index = arena_array(job->mem, room, sizeof(*out->index));
	out->found = arena_array(job->mem, room, sizeof(struct findings *));
	out->statuses = arena_array(job->mem, room, sizeof(*out->statuses));
}

/* Endpoints that were examined, each judged. */
static void judge_endpoints(const struct job *job, const struct check_options *opt,
			    const struct policy *policy, struct check_judged *out)
{
	size_t count = 0;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct certcheck_facts *facts = check_facts(job, i);
		if (!facts)
			continue;
		out->endpoints[count] = job->endpoints.items[i];
		out->checks[count] = facts;
		out->walks[count] = &facts->walk;
		out->index[count] = i;
		out->found[count] = arena_alloc(job->mem, sizeof(*out->found[count]));
		judge_certcheck(&out->endpoints[count], facts, &opt->rules, policy, job->mem,
				out->found[count]);
		out->statuses[count] = facts->source == CHECK_FILE
					       ? findings_status(out->found[count])
					       : judge_endpoint_status(&facts->walk,
								       out->found[count]);
		count++;
	}
	out->target = (struct target_view){
		.domain = job->domain.ascii,
		.dns = job->looked_up ? &job->dns : NULL,
		.endpoints = out->endpoints,
		.facts = out->walks,
		.count = count,
	};
	memcpy(out->target.wanted, job->shared->options->services, sizeof(out->target.wanted));
}

static enum status judge_spanning(const struct job *job, const struct policy *policy,
				  struct check_judged *out)
{
	bool files = out->target.count > 0 && out->checks[0]->source == CHECK_FILE;
	/* Of a record's sections, too: what was said of its endpoints before gives way. */
	if ((out->target.count > 0 && !files) || (job->looked_up && !job->from_record)) {
		judge_target(&out->target, policy, job->mem, &out->spanning);
		findings_keep(&out->spanning, spanning_ids);
	}
	findings_drop(&out->spanning, "certs-differ"); /* ours says in what */
	judge_certcheck_target(&out->target, out->checks, policy, job->mem, &out->spanning);
	enum status status = findings_status(&out->spanning);
	for (size_t i = 0; files && i < out->target.count; i++)
		status = status_worse(status, out->statuses[i]);
	if (!files)
		status = judge_target_status(&out->target, out->statuses, &out->spanning);
	if (out->target.count == 0 && status == STATUS_OK)
		status = STATUS_UNKNOWN;
	return status;
}

static void judge(const struct job *job, const struct check_options *opt, struct check_judged *out)
{
	struct policy policy = cli_policy(job->shared->options);
	enum status status = STATUS_UNKNOWN;
	*out = (struct check_judged){ 0 };
	make_room(job, out);
	if (job->problem.code) {
		out->target.domain = job->domain.ascii;
		findings_add(&out->spanning, &policy, job->mem, "invalid-input", "%s",
			     escape_copy(job->mem, verdict_problem(job), ERR_TEXT_MAX));
	} else {
		judge_endpoints(job, opt, &policy, out);
		status = judge_spanning(job, &policy, out);
	}
	const char *start = job_line_start(job);
	const char *subject = opt->pem ? opt->pem : *start ? start : NULL;
	out->view = (struct check_view){
		.base = {
			.target = &out->target,
			.input = job->domain.ascii ? NULL : subject,
			.problem = verdict_problem(job),
			.found = (const struct findings *const *)out->found,
			.statuses = out->statuses,
			.record_found = &out->spanning,
			.status = status,
			.policy = job->shared->options->policy,
			.elapsed_ms = clock_ms() - job->started_ms,
			.connections = job->connections,
		},
		.checks = out->checks,
		.rules = &opt->rules,
		.names = opt->names,
	};
}

static void write_record(struct job *job, const struct check_options *opt,
			 const struct check_judged *judged)
{
	size_t count = judged->target.count;
	json_t **values = arena_array(job->mem, count + 1, sizeof(json_t *));
	for (size_t i = 0; i < count; i++)
		values[i] = record_certcheck(&judged->endpoints[i], judged->checks[i], &opt->rules,
					     judged->found[i], judged->statuses[i]);
	merge_contribution(job, &(struct contribution){
					.section = "certcheck",
					.values = values,
					.index = judged->index,
					.count = count,
					.spanning = &judged->spanning,
					.endpoint_ids = endpoint_ids,
					.dns_ids = dns_ids,
					.status = judged->view.base.status,
				});
	if (!record_write(job->record, &job->out))
		log_say(&job->shared->options->log, job->domain.ascii,
			"the record could not be written");
}

static void write_text(struct job *job, const struct check_options *opt,
		       const struct check_judged *judged)
{
	const struct options *options = job->shared->options;
	const struct text_style style = {
		.colour = options->colour,
		.timeline = options->verbose > 0,
		.width = cli_terminal_width(),
	};
	if (opt->output == CHECK_CRON)
		text_certcheck_cron(&judged->view, &job->out);
	else if (options->form == OUTPUT_LONG)
		text_certcheck_long(&judged->view, &style, &job->out);
	else if (options->form == OUTPUT_NAGIOS)
		text_certcheck_nagios(&judged->view, &job->out);
	else
		text_certcheck_short(&judged->view, &job->out);
}

void check_verdict(struct job *job, const struct check_options *opt)
{
	struct check_judged judged;
	judge(job, opt, &judged);
	job->status = judged.view.base.status;
	if (job->shared->options->form == OUTPUT_JSON) {
		write_record(job, opt, &judged);
	} else if (opt->output == CHECK_TLSA || opt->output == CHECK_POSH_JSON) {
		check_print_proof(job, opt, &judged.view);
	} else {
		write_text(job, opt, &judged);
	}
}
