#include "run/check_verdict.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"
#include "run/merge.h"

/* What a checker of certificates may say about a whole record; the rest of what spans endpoints is
 * xmpp-starttls's to tell. */
static const char *const endpoint_ids[] = {
	"certs-differ",
	"endpoint-unreachable",
	"invalid-input",
	"service-not-examined",
	"service-unreachable",
	"subdomains-not-discovered",
	NULL,
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
			     escape_copy(job->mem, job->problem.text, ERR_TEXT_MAX));
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
			.problem = job->problem.code ? job->problem.text : NULL,
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

/* The record for the leaf, under the name a resolver is asked for; the key of a certificate that
 * two endpoints share is one record a port. */
static void write_tlsa(struct job *job, const struct check_judged *judged)
{
	for (size_t i = 0; i < judged->target.count; i++) {
		const struct endpoint *at = &judged->endpoints[i];
		const struct identity_facts *identity = &judged->checks[i]->walk.identity;
		if (identity->cert_count == 0)
			continue;
		const char *data = dane_record_text(&identity->certs[0], 3, 1, 1, job->mem);
		const char *line = at->source == SOURCE_FILE
					   ? arena_printf(job->mem,
							  "_PORT._tcp.SRV-TARGET. IN TLSA %s\n",
							  data)
					   : arena_printf(job->mem, "_%u._tcp.%s. IN TLSA %s\n",
							  (unsigned)at->port, at->host, data);
		if (!strstr(buf_string(&job->out), line))
			buf_text(&job->out, line);
	}
}

#define POSH_EXPIRES 86400 /* a day: a renewed certificate is known by then */

static void write_posh(struct job *job, const struct check_judged *judged)
{
	struct bytes *ders = arena_array(job->mem, judged->target.count + 1, sizeof(*ders));
	size_t count = 0;
	for (size_t i = 0; i < judged->target.count; i++) {
		const struct identity_facts *identity = &judged->checks[i]->walk.identity;
		bool known = identity->cert_count == 0;
		for (size_t j = 0; j < count && !known; j++)
			known = ders[j].size == identity->certs[0].der.size &&
				memcmp(ders[j].data, identity->certs[0].der.data, ders[j].size) ==
					0;
		if (!known)
			ders[count++] = identity->certs[0].der;
	}
	if (count > 0)
		buf_text(&job->out, posh_write(ders, count, POSH_EXPIRES, job->mem));
}

/* A form that has nothing to print says why on standard error. */
static void tell_why_nothing(const struct job *job, const struct check_judged *judged)
{
	const struct finding *first = judged->spanning.first;
	for (size_t i = 0; i < judged->target.count && !first; i++)
		first = judged->found[i]->first;
	if (job->out.size == 0)
		log_say(&job->shared->options->log, job->domain.ascii, "%s",
			job->problem.code ? job->problem.text
			: first           ? first->text
					  : "there is no certificate");
}

static int terminal_width(void)
{
	struct winsize size;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void write_text(struct job *job, const struct check_options *opt,
		       const struct check_judged *judged)
{
	const struct options *options = job->shared->options;
	const struct text_style style = {
		.colour = options->colour,
		.timeline = options->verbose > 0,
		.width = terminal_width(),
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
		if (opt->output == CHECK_TLSA)
			write_tlsa(job, &judged);
		else
			write_posh(job, &judged);
		tell_why_nothing(job, &judged);
	} else {
		write_text(job, opt, &judged);
	}
}

/* A record a domain, so that the next tool of a pipe can take them. */
static void write_history_records(struct job *job, const struct sighting *rows, size_t count)
{
	for (size_t i = 0, same; i < count; i += same) {
		same = 1;
		while (i + same < count && strcmp(rows[i + same].domain, rows[i].domain) == 0)
			same++;
		json_t *record = record_new(rows[i].domain);
		json_object_set_new(record, "history", record_history(&rows[i], same));
		if (!record_write(record, &job->out))
			log_say(&job->shared->options->log, rows[i].domain,
				"the record could not be written");
		json_decref(record);
	}
}

void check_show_history(struct job *job, const struct check_options *opt)
{
	struct sighting *rows;
	size_t count;
	struct err err = { 0 };
	const struct options *options = job->shared->options;
	const struct text_style style = { .colour = options->colour, .width = terminal_width() };
	job->status = STATUS_UNKNOWN;
	if (job->problem.code) /* told already: the line is no domain */
		return;
	if (!history_list(opt->history, job->domain.ascii, job->mem, &rows, &count, &err)) {
		log_say(&options->log, job->domain.ascii, "%s", err.text);
		return;
	}
	job->status = STATUS_OK;
	if (options->form == OUTPUT_JSON)
		write_history_records(job, rows, count);
	else if (count > 0)
		text_history(rows, count, &style, &job->out);
	if (count == 0)
		log_say(&options->log, job->domain.ascii, "the history holds nothing");
}
