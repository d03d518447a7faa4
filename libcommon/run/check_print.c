/* What xmpp-certcheck prints beside verdicts: records and documents to publish, and the history. */
#include <string.h>

#include "run/check_verdict.h"

/* The record for the leaf, under the name a resolver is asked for; the key of a certificate that
 * two endpoints share is one record a port. */
static void write_tlsa(struct job *job, const struct check_view *view)
{
	for (size_t i = 0; i < view->base.target->count; i++) {
		const struct endpoint *at = &view->base.target->endpoints[i];
		const struct identity_facts *identity = &view->checks[i]->walk.identity;
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

static void write_posh(struct job *job, const struct check_view *view)
{
	struct bytes *ders = arena_array(job->mem, view->base.target->count + 1, sizeof(*ders));
	size_t count = 0;
	for (size_t i = 0; i < view->base.target->count; i++) {
		const struct identity_facts *identity = &view->checks[i]->walk.identity;
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
static void tell_why_nothing(const struct job *job, const struct check_view *view)
{
	const struct finding *first = view->base.record_found->first;
	for (size_t i = 0; i < view->base.target->count && !first; i++)
		first = view->base.found[i]->first;
	if (job->out.size == 0)
		log_say(&job->shared->options->log, job->domain.ascii, "%s",
			job->problem.code ? job->problem.text
			: first           ? first->text
					  : "there is no certificate");
}

void check_print_proof(struct job *job, const struct check_options *opt,
		       const struct check_view *view)
{
	if (opt->output == CHECK_TLSA)
		write_tlsa(job, view);
	else
		write_posh(job, view);
	tell_why_nothing(job, view);
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

void check_print_history(struct job *job, const struct check_options *opt)
{
	struct sighting *rows;
	size_t count;
	struct err err = { 0 };
	const struct options *options = job->shared->options;
	const struct text_style style = { .colour = options->colour,
					  .width = cli_terminal_width() };
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
