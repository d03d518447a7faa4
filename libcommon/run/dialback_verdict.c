/* From the facts of a run of trials to findings, status, and what is written: joins judge and
 * report. */
#include "run/dialback.h"
#include "run/merge.h"
#include "run/verdict.h"

/* What a run of trials may say about a whole record; the rest of what spans endpoints is
 * xmpp-starttls's to tell. */
static const char *const endpoint_ids[] = {
	"endpoint-unreachable",
	"service-not-examined",
	"service-unreachable",
	NULL,
};

struct judged {
	struct verdict verdict;
	struct policy policy;
	const struct dialback_facts **dialbacks; /* by examined endpoint */
};

static const struct starttls_facts *walk_of(const void *facts)
{
	return &((const struct dialback_facts *)facts)->walk;
}

static void judge_endpoints(const struct job *job, struct judged *out)
{
	struct verdict *verdict = &out->verdict;
	verdict_collect(job, walk_of, verdict);
	size_t count = verdict->target.count;
	out->dialbacks = arena_array(job->mem, count + 1, sizeof(struct dialback_facts *));
	for (size_t i = 0; i < count; i++) {
		out->dialbacks[i] = job->facts[verdict->index[i]];
		judge_dialback(&verdict->target.endpoints[i], out->dialbacks[i], &out->policy,
			       job->mem, verdict->found[i]);
		verdict->statuses[i] = judge_endpoint_status(verdict->target.facts[i],
							     verdict->found[i]);
	}
}

static void judge_spanning(const struct job *job, struct judged *out)
{
	struct verdict *verdict = &out->verdict;
	verdict_span(job, &out->policy, verdict);
	verdict_settle(verdict);
}

static void judge_promises(const struct job *job, struct judged *out)
{
	struct verdict *verdict = &out->verdict;
	if (out->policy.name != POLICY_MANIFESTO)
		return;
	verdict->promises = arena_array(job->mem, PROMISE_MAX, sizeof(*verdict->promises));
	verdict_promise(verdict, judge_dialback_manifesto(&verdict->target, out->dialbacks,
							  job->mem, verdict->promises));
}

static void judge(const struct job *job, struct judged *out)
{
	*out = (struct judged){ .policy = cli_policy(job->shared->options) };
	if (job->problem.code) {
		verdict_of_problem(job, &out->policy, &out->verdict);
		return;
	}
	judge_endpoints(job, out);
	judge_spanning(job, out);
	judge_promises(job, out);
}

static void write_record(struct job *job, const struct judged *judged)
{
	const struct verdict *verdict = &judged->verdict;
	size_t count = verdict->target.count;
	json_t **values = arena_array(job->mem, count + 1, sizeof(json_t *));
	for (size_t i = 0; i < count; i++)
		values[i] = record_dialback(&verdict->target.endpoints[i], judged->dialbacks[i],
					    &judged->policy, verdict->found[i],
					    verdict->statuses[i]);
	merge_contribution(job, &(struct contribution){
					.section = "dialback",
					.promises = true,
					.values = values,
					.index = verdict->index,
					.count = count,
					.spanning = &verdict->spanning,
					.endpoint_ids = endpoint_ids,
					.dns_ids = verdict_later_dns_ids,
					.status = verdict->status,
				});
	if (!record_write(job->record, &job->out))
		log_say(&job->shared->options->log, job->domain.ascii,
			"the record could not be written");
}

static void write_text(struct job *job, const struct judged *judged)
{
	const struct options *options = job->shared->options;
	const struct dialback_view view = {
		.base = verdict_view(job, &judged->verdict),
		.dialbacks = judged->dialbacks,
		.policy = &judged->policy,
	};
	const struct text_style style = {
		.colour = options->colour,
		.timeline = options->verbose > 0,
		.width = cli_terminal_width(),
	};
	if (options->form == OUTPUT_LONG)
		text_dialback_long(&view, &style, &job->out);
	else if (options->form == OUTPUT_NAGIOS)
		text_dialback_nagios(&view, &job->out);
	else
		text_dialback_short(&view, &job->out);
}

void dialback_verdict(struct job *job)
{
	struct judged judged;
	judge(job, &judged);
	job->status = judged.verdict.status;
	if (job->shared->options->form == OUTPUT_JSON)
		write_record(job, &judged);
	else
		write_text(job, &judged);
}

static bool read_section(const json_t *endpoint, struct arena *mem, void *out, struct err *err)
{
	return reread_dialback(endpoint, mem, out, err);
}

void dialback_reread(struct job *job)
{
	job_reread(job, "dialback", sizeof(struct dialback_facts), read_section);
}
