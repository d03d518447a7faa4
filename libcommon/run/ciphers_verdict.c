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

/* What an enumeration may say about a whole record; the rest of what spans endpoints is
 * xmpp-starttls's to tell. */
static const char *const endpoint_ids[] = {
	"endpoint-unreachable",
	"endpoints-differ",
	"invalid-input",
	"service-not-examined",
	"service-unreachable",
	"tls-drown-shared-key",
	NULL,
};
static const char *const dns_ids[] = {
	"dns-bogus", "dns-failed", "domain-not-found", "service-not-found", "srv-declined", NULL,
};
static const char *const spanning_ids[] = {
	"dns-bogus",         "dns-failed",
	"domain-not-found",  "endpoint-unreachable",
	"invalid-input",     "service-not-examined",
	"service-not-found", "service-unreachable",
	"srv-declined",      NULL,
};

struct judged {
	struct ciphers_view view;
	struct policy policy;
	struct target_view target;
	struct endpoint *endpoints;
	const struct ciphers_facts **ciphers;
	const struct starttls_facts **walks;
	size_t *index;
	struct findings **found;
	enum status *statuses;
	struct findings spanning;
	struct promise *promises; /* --policy manifesto only */
	size_t promise_count;
	enum status status;
};

static void make_room(const struct job *job, struct judged *out)
{
	size_t room = job->endpoints.count + 1;
	out->endpoints = arena_array(job->mem, room, sizeof(*out->endpoints));
	out->ciphers = arena_array(job->mem, room, sizeof(struct ciphers_facts *));
	out->walks = arena_array(job->mem, room, sizeof(struct starttls_facts *));
	out->index = arena_array(job->mem, room, sizeof(*out->index));
	out->found = arena_array(job->mem, room, sizeof(struct findings *));
	out->statuses = arena_array(job->mem, room, sizeof(*out->statuses));
}

static void judge_endpoints(const struct job *job, struct judged *out)
{
	size_t count = 0;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct ciphers_facts *facts = job->facts[i];
		if (!facts)
			continue;
		out->endpoints[count] = job->endpoints.items[i];
		out->ciphers[count] = facts;
		out->walks[count] = &facts->walk;
		out->index[count] = i;
		out->found[count] = arena_alloc(job->mem, sizeof(*out->found[count]));
		judge_ciphers(&out->endpoints[count], facts, &out->policy, job->mem,
			      out->found[count]);
		out->statuses[count] = judge_endpoint_status(&facts->walk, out->found[count]);
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

static void judge_spanning(const struct job *job, struct judged *out)
{
	if (out->target.count > 0 || (job->looked_up && !job->from_record)) {
		judge_target(&out->target, &out->policy, job->mem, &out->spanning);
		findings_keep(&out->spanning, spanning_ids);
		if (out->target.count > 0) { /* they say why there is nothing to examine */
			findings_drop(&out->spanning, "service-not-found");
			findings_drop(&out->spanning, "srv-declined");
		}
	}
	judge_ciphers_target(&out->target, out->ciphers, &out->policy, job->mem, &out->spanning);
	out->status = judge_target_status(&out->target, out->statuses, &out->spanning);
	if (out->target.count == 0 && out->status == STATUS_OK)
		out->status = STATUS_UNKNOWN;
	if (out->policy.name != POLICY_MANIFESTO)
		return;
	out->promises = arena_array(job->mem, PROMISE_MAX, sizeof(*out->promises));
	out->promise_count = judge_ciphers_manifesto(&out->target, out->ciphers, job->mem,
						     out->promises);
	out->status = status_worse(out->status,
				   judge_manifesto_status(out->promises, out->promise_count));
}

static void judge(const struct job *job, struct judged *out)
{
	*out = (struct judged){ .policy = cli_policy(job->shared->options),
				.status = STATUS_UNKNOWN };
	make_room(job, out);
	if (job->problem.code) {
		out->target.domain = job->domain.ascii;
		findings_add(&out->spanning, &out->policy, job->mem, "invalid-input", "%s",
			     escape_copy(job->mem, job->problem.text, ERR_TEXT_MAX));
		return;
	}
	judge_endpoints(job, out);
	judge_spanning(job, out);
}

static void make_view(const struct job *job, const struct ciphers_options *opt, struct judged *out)
{
	const char *start = job_line_start(job);
	out->view = (struct ciphers_view){
		.base = {
			.target = &out->target,
			.input = job->domain.ascii || !*start ? NULL : start,
			.problem = job->problem.code ? job->problem.text : NULL,
			.found = (const struct findings *const *)out->found,
			.statuses = out->statuses,
			.record_found = &out->spanning,
			.status = out->status,
			.promises = out->promises,
			.promise_count = out->promise_count,
			.policy = out->policy.name,
			.elapsed_ms = clock_ms() - job->started_ms,
			.connections = job->connections,
		},
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

/* --diff: what changed is the answer; whether it is good was judged before. An endpoint that could
 * not be examined, or that the old records do not know, is no comparison. */
static void compare(struct job *job, const struct ciphers_options *opt, const struct judged *judged,
		    json_t **values)
{
	bool text = job->shared->options->form != OUTPUT_JSON;
	job->status = judged->target.count == 0 ? STATUS_UNKNOWN : STATUS_OK;
	for (size_t i = 0; i < judged->target.count; i++) {
		const struct endpoint *at = &judged->endpoints[i];
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
		diff_ciphers(old, values[i], job->mem, &diff);
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

/* Promises that other tools have decided stay; ours take the place of their own earlier selves. */
static void merge_promises(json_t *record, const struct judged *judged)
{
	json_t *ours = record_promises(judged->promises, judged->promise_count), *theirs;
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

static void write_record(struct job *job, const struct judged *judged, json_t **values)
{
	if (judged->promises)
		merge_promises(job->record, judged);
	merge_contribution(job, &(struct contribution){
					.section = "ciphers",
					.values = values,
					.index = judged->index,
					.count = judged->target.count,
					.spanning = &judged->spanning,
					.endpoint_ids = endpoint_ids,
					.dns_ids = dns_ids,
					.status = judged->status,
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
	size_t count = judged->target.count;
	json_t **values = arena_array(job->mem, count + 1, sizeof(json_t *));
	for (size_t i = 0; i < count; i++)
		values[i] = record_ciphers(&judged->endpoints[i], judged->ciphers[i],
					   &judged->policy, judged->found[i], judged->statuses[i]);
	return values;
}

void ciphers_verdict(struct job *job, const struct ciphers_options *opt)
{
	struct judged judged;
	bool json = job->shared->options->form == OUTPUT_JSON;
	judge(job, &judged);
	make_view(job, opt, &judged);
	job->status = judged.status;
	json_t **values = json || opt->old ? make_values(job, &judged) : NULL;
	if (opt->old)
		compare(job, opt, &judged, values);
	if (json)
		write_record(job, &judged, values);
	else if (!opt->old || job->problem.code || judged.target.count == 0)
		write_text(job, &judged);
	for (size_t i = 0; values && !json && i < judged.target.count; i++)
		json_decref(values[i]);
}
