/* xmpp-starttls - how does a connection to this domain come about, and is it encrypted,
 * authenticated, or both?
 *
 * Walks every endpoint of a domain as RFC 6120, section 5.4 tells it, judges what it saw, reports.
 */
#include <string.h>

#include "base/escape.h"
#include "run/interactive.h"
#include "run/listing.h"
#include "run/proof.h"
#include "run/scope.h"
#include "run/steps.h"
#include "run/tool.h"
#include "run/verdict.h"

struct starttls_options {
	bool active;      /* prove what a good server must refuse */
	bool interactive; /* talk to the stream afterwards */
	bool list;        /* endpoints, and no more */
	bool pem;         /* print the chain */
};

enum { OPT_ACTIVE = CLI_TOOL_FIRST, OPT_INTERACTIVE, OPT_LIST, OPT_PEM };

static const struct poptOption table[] = {
	{ "active", 'a', POPT_ARG_NONE, NULL, OPT_ACTIVE,
	  "prove what a good server must refuse in clear", NULL },
	{ "interactive", 'i', POPT_ARG_NONE, NULL, OPT_INTERACTIVE,
	  "then talk to the encrypted stream", NULL },
	{ "list", 0, POPT_ARG_NONE, NULL, OPT_LIST,
	  "only ask DNS, and list the endpoints; connect to none", NULL },
	{ "pem", 0, POPT_ARG_NONE, NULL, OPT_PEM, "print the certificate chains", NULL },
	POPT_TABLEEND,
};

static bool take_option(void *tool_options, struct options *options, int value, const char *arg,
			struct err *err)
{
	struct starttls_options *opt = tool_options;
	(void)arg;
	(void)err;
	switch (value) {
	case OPT_ACTIVE:
		opt->active = true;
		break;
	case OPT_INTERACTIVE:
		opt->interactive = true;
		options->first = true;
		break;
	case OPT_LIST:
		opt->list = true;
		break;
	default:
		opt->pem = true;
		options->form = OUTPUT_TOOL;
		options->form_chosen = true;
	}
	return true;
}

/* The story of one endpoint, in the order RFC 6120, section 5.4 tells it. */
static bool walk(struct probe *probe, struct starttls_facts *facts)
{
	bool direct = probe->at->transport == TRANSPORT_DIRECT;
	return step_tcp(probe, facts) &&
	       (direct || (step_stream(probe, facts) && step_starttls(probe, facts))) &&
	       step_tls(probe, facts) && step_certificate(probe, facts) &&
	       step_features(probe, facts);
}

/* One endpoint: the walk, what suggests itself after a failure, and what --active proves. */
static bool examine_endpoint(struct probe *probe, size_t index, const struct err *failure,
			     const void *tool_options)
{
	const struct starttls_options *opt = tool_options;
	struct starttls_facts *facts = arena_alloc(probe->mem, sizeof(*facts));
	double since = clock_ms();
	steps_begin(probe, failure, facts);
	probe->job->facts[index] = facts;
	bool stays = !failure->code && walk(probe, facts);
	facts->elapsed_ms = clock_ms() - since;
	probe_end(probe); /* what follows takes connections of its own */
	if (!stays)
		step_other_transport(probe, facts);
	if (opt->active)
		proof_run(probe, facts);
	return stays;
}

#define NAME_SHOWN 255 /* octets of a line that names no domain */

/* Where there is no chain its line says why. */
static void write_pem(struct job *job, const struct verdict *verdict)
{
	const struct finding *first = verdict->spanning.first;
	if (verdict->target.count == 0)
		buf_printf(&job->out, "# %s: %s\n",
			   job->domain.ascii ? job->domain.ascii
					     : escape_copy(job->mem, job->line.text, NAME_SHOWN),
			   first ? first->text : "no endpoint");
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct starttls_facts *facts = job->facts[i];
		if (!facts)
			continue;
		const struct endpoint *at = &job->endpoints.items[i];
		buf_printf(&job->out, "# %s %s %s %s", job->domain.ascii, service_name(at->service),
			   transport_name(at->transport), endpoint_text(at, job->mem));
		if (facts->tls.chain_count == 0)
			buf_printf(&job->out, ": %s",
				   escape_copy(job->mem, facts->failure.text, ERR_TEXT_MAX));
		buf_char(&job->out, '\n');
		for (size_t c = 0; c < facts->tls.chain_count; c++)
			buf_text(&job->out, cert_pem(facts->tls.chain[c], job->mem));
	}
}

static void report(struct job *job, const struct starttls_options *opt)
{
	struct verdict verdict;
	verdict_make(job, &verdict);
	if (!opt->pem) {
		verdict_write(job, &verdict);
		return;
	}
	job->status = verdict.status;
	write_pem(job, &verdict);
}

/* --interactive: a connection of its own to the first endpoint that worked, walked and verified
 * like the first one. */
static void talk(struct job *job)
{
	if (!job_flush(job))
		return;
	for (size_t i = 0; i < job->endpoints.count; i++) {
		const struct starttls_facts *seen = job->facts[i];
		if (!seen || !seen->steps[STEP_FEATURES].ok)
			continue;
		struct probe probe;
		struct starttls_facts facts = { 0 };
		probe_begin(&probe, job, &job->endpoints.items[i], job->endpoint_mem[i],
			    deadline_in(job->shared->options->timeout));
		if (!walk(&probe, &facts) || !interactive_talk(&probe, &facts.failure)) {
			log_say(&job->shared->options->log, job->domain.ascii, "%s",
				facts.failure.text);
			job->status = status_worse(job->status, STATUS_UNKNOWN);
		}
		probe_end(&probe);
		return;
	}
	log_say(&job->shared->options->log, job->domain.ascii,
		"there is no encrypted stream to talk to");
}

static void prepare(struct job *job, const void *tool_options)
{
	const struct starttls_options *opt = tool_options;
	if (opt->list)
		listing_prepare(job);
}

static void examine(struct job *job, const void *tool_options)
{
	const struct starttls_options *opt = tool_options;
	if (opt->list) {
		listing_write(job);
		return;
	}
	if (!job->problem.code)
		scope_walk(job, examine_endpoint, tool_options);
	report(job, opt);
	if (opt->interactive)
		talk(job);
}

/* --rejudge: the facts come out of the record. */
static void rejudge(struct job *job, const void *tool_options)
{
	verdict_reread(job);
	report(job, tool_options);
}

/* Standard input is the conversation, so the domain is an operand, and only one; a client's stream
 * unless told otherwise. */
static bool prepare_talk(struct options *options)
{
	if (options->operand_count != 1) {
		log_usage(&options->log, "--interactive takes exactly one domain as operand");
		return false;
	}
	if (options->services[SERVICE_C2S])
		options->services[SERVICE_S2S] = false;
	options->talks = true;
	return true;
}

static bool check_options(const struct starttls_options *opt, struct options *options)
{
	bool connects = opt->active || opt->interactive || opt->pem || options->rejudge ||
			options->form == OUTPUT_NAGIOS;
	if (opt->list && connects) {
		log_usage(&options->log, "--list connects to nobody: not with --active, "
					 "--interactive, --pem, --nagios or --rejudge");
		return false;
	}
	return !opt->interactive || prepare_talk(options);
}

static const struct tool tool = {
	.cli = {
		.name = "xmpp-starttls",
		.operands = "[DOMAIN...]",
		.table = table,
		.take = take_option,
	},
	.prepare = prepare,
	.examine = examine,
	.rejudge = rejudge,
};

int main(int argc, char **argv)
{
	struct starttls_options opt = { 0 };
	struct options options;
	switch (cli_parse(&tool.cli, &opt, argc, (const char *const *)argv, &options)) {
	case CLI_DONE:
		return STATUS_OK;
	case CLI_BAD:
		return STATUS_UNKNOWN;
	case CLI_RUN:
		break;
	}
	if (!check_options(&opt, &options)) {
		cli_free(&options);
		return STATUS_UNKNOWN;
	}
	int status = tool_run(&tool, &options, &opt);
	cli_free(&options);
	return status;
}
