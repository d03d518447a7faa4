/* From the facts of an enumeration to findings, status, and what is written: joins judge and
 * report.
 */
#include <string.h>

#include "base/escape.h"
#include "report/diff.h"
#include "report/text.h"
#include "run/ciphers.h"
#include "run/ciphers_old.h"
#include "run/merge.h"
#include "run/verdict.h"

/* What an enumeration may say about a whole record; the rest of what spans endpoints is
 * xmpp-starttls's to tell. */
static const char *const endpoint_ids[] = {
	"endpoint-unreachable", "endpoints-differ",     "service-not-examined",
	"service-unreachable",  "tls-drown-shared-key", NULL,
};

struct judged {
	struct verdict verdict;
	struct ciphers_view view;
	struct policy policy;
	const struct ciphers_facts **ciphers; /* by examined endpoint */
};

static const struct starttls_facts *walk_of(const void *facts)
{
	return &((const struct ciphers_facts *)facts)->walk;
}

static void judge_endpoints(const struct job *job, struct judged *out)
{
	struct verdict *verdict = &out->verdict;
	verdict_collect(job, walk_of, verdict);
	size_t count = verdict->target.count;
	out->ciphers = arena_array(job->mem, count + 1, sizeof(struct ciphers_facts *));
	for (size_t i = 0; i < count; i++) {
		out->ciphers[i] = job->facts[verdict->index[i]];
		judge_ciphers(&verdict->target.endpoints[i], out->ciphers[i], &out->policy,
			      job->mem, verdict->found[i]);
		verdict->statuses[i] = judge_endpoint_status(verdict->target.facts[i],
							     verdict->found[i]);
	}
}

static void judge_promises(const struct job *job, struct judged *out)
{
	struct verdict *verdict = &out->verdict;
	if (out->policy.name != POLICY_MANIFESTO)
		return;
	verdict->promises = arena_array(job->mem, PROMISE_MAX, sizeof(*verdict->promises));
	verdict_promise(verdict, judge_ciphers_manifesto(&verdict->target, out->ciphers, job->mem,
							 verdict->promises));
}

static void judge_spanning(const struct job *job, struct judged *out)
{
	struct verdict *verdict = &out->verdict;
	verdict_span(job, &out->policy, verdict);
	judge_ciphers_target(&verdict->target, out->ciphers, &out->policy, job->mem,
			     &verdict->spanning);
	verdict_settle(verdict);
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

static void make_view(const struct job *job, const struct ciphers_options *opt, struct judged *out)
{
	out->view = (struct ciphers_view){
		.base = verdict_view(job, &out->verdict),
		.ciphers = out->ciphers,
		.policy = &out->policy,
		.names = opt->names,
		.only_bad = opt->only_bad,
	};
}

static json_t *changes_value(const struct ciphers_diff *diff)
{
	json_t *list = json_array();
	for (size_t i = 0; i < diff->count; i++) {
		const struct change_line *line = &diff->lines[i];
		json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "what", line->what, "was",
						      line->was, "is", line->is));
	}
	return list;
}

static void write_changes(struct job *job, const struct endpoint *at,
			  const struct ciphers_diff *diff)
{
	for (size_t i = 0; i < diff->count; i++)
		buf_printf(&job->out, "%s\t%s\t%s\t%s\t%s\t%s -> %s\n", job->domain.ascii,
			   service_name(at->service), transport_name(at->transport),
			   endpoint_text(at, job->mem), diff->lines[i].what, diff->lines[i].was,
			   diff->lines[i].is);
}

/* "nothing changed" is more than half an enumeration can say. */
static void tell_cut(struct job *job, const struct endpoint *at, const char *whose, const char *cut)
{
	if (!cut || !*cut)
		return;
	log_say(&job->shared->options->log, job->domain.ascii,
		"%s %s: %s not complete (%s), so not all could be compared",
		service_name(at->service), endpoint_text(at, job->mem), whose,
		escape_copy(job->mem, cut, ERR_TEXT_MAX));
	job->status = status_worse(job->status, STATUS_UNKNOWN);
}

/* Silence about findings would read as "the same as before". */
static void tell_policy(struct job *job, const struct endpoint *at, const json_t *old)
{
	const char *was = json_string_value(json_object_get(old, "policy"));
	const char *is = policy_name_text(job->shared->options->policy);
	if (was && strcmp(was, is) != 0)
		log_say(&job->shared->options->log, job->domain.ascii,
			"%s %s: the old records were judged under another policy (%s), so findings were not compared",
			service_name(at->service), endpoint_text(at, job->mem),
			escape_copy(job->mem, was, ERR_TEXT_MAX));
}

/* --diff: what changed is the answer; whether it is good was judged before. An endpoint that could
 * not be examined, or that the old records do not know, is no comparison. */
static void compare(struct job *job, const struct ciphers_options *opt, const struct judged *judged,
		    json_t **values)
{
	bool text = job->shared->options->form != OUTPUT_JSON;
	job->status = judged->verdict.target.count == 0 ? STATUS_UNKNOWN : STATUS_OK;
	for (size_t i = 0; i < judged->verdict.target.count; i++) {
		const struct endpoint *at = &judged->verdict.target.endpoints[i];
		const json_t *old = ciphers_old_section(opt->old, job->domain.ascii, at);
		struct ciphers_diff diff = { 0 };
		bool failed = judged->ciphers[i]->walk.failure.code != ERR_NONE;
		if (!old || failed) {
			log_say(&job->shared->options->log, job->domain.ascii, "%s %s: %s",
				service_name(at->service), endpoint_text(at, job->mem),
				failed ? escape_copy(job->mem,
						     judged->ciphers[i]->walk.failure.text,
						     ERR_TEXT_MAX)
				       : "the old records hold nothing about this endpoint");
			job->status = status_worse(job->status, STATUS_UNKNOWN);
			continue;
		}
		merge_policy(job, values[i]);
		diff_ciphers(old, values[i], job->mem, &diff);
		tell_policy(job, at, old);
		json_object_set_new(values[i], "changes", changes_value(&diff));
		tell_cut(job, at, "what was learnt is", cut_short_name(judged->ciphers[i]->cut));
		tell_cut(job, at, "the old records are",
			 json_string_value(json_object_get(old, "cut")));
		if (diff.count > 0)
			job->status = status_worse(job->status, STATUS_WARNING);
		if (text)
			write_changes(job, at, &diff);
	}
}

static void write_record(struct job *job, const struct judged *judged, json_t **values)
{
	merge_contribution(job, &(struct contribution){
					.section = "ciphers",
					.promises = true,
					.values = values,
					.index = judged->verdict.index,
					.count = judged->verdict.target.count,
					.spanning = &judged->verdict.spanning,
					.endpoint_ids = endpoint_ids,
					.dns_ids = verdict_later_dns_ids,
					.status = judged->verdict.status,
				});
	if (!record_write(job->record, &job->out))
		log_say(&job->shared->options->log, job->domain.ascii,
			"the record could not be written");
}

static void write_text(struct job *job, const struct judged *judged)
{
	const struct options *options = job->shared->options;
	const struct text_style style = {
		.colour = options->colour,
		.timeline = options->verbose > 0, /* the matrix is a screen already */
		.width = cli_terminal_width(),
	};
	if (options->form == OUTPUT_LONG)
		text_ciphers_long(&judged->view, &style, &job->out);
	else if (options->form == OUTPUT_NAGIOS)
		text_ciphers_nagios(&judged->view, &job->out);
	else
		text_ciphers_short(&judged->view, &job->out);
}

static json_t **make_values(const struct job *job, const struct judged *judged)
{
	size_t count = judged->verdict.target.count;
	json_t **values = arena_array(job->mem, count + 1, sizeof(json_t *));
	for (size_t i = 0; i < count; i++)
		values[i] = record_ciphers(&judged->verdict.target.endpoints[i], judged->ciphers[i],
					   &judged->policy, judged->verdict.found[i],
					   judged->verdict.statuses[i]);
	return values;
}

void ciphers_verdict(struct job *job, const struct ciphers_options *opt)
{
	struct judged judged;
	bool json = job->shared->options->form == OUTPUT_JSON;
	judge(job, &judged);
	make_view(job, opt, &judged);
	job->status = judged.verdict.status;
	json_t **values = json || opt->old ? make_values(job, &judged) : NULL;
	if (opt->old)
		compare(job, opt, &judged, values);
	if (json)
		write_record(job, &judged, values);
	else if (!opt->old || job->problem.code || judged.verdict.target.count == 0)
		write_text(job, &judged);
	for (size_t i = 0; values && !json && i < judged.verdict.target.count; i++)
		json_decref(values[i]);
}
