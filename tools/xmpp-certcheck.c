/* xmpp-certcheck - is this domain's certificate valid for this XMPP service, for how long, and what
 * changed since last time?
 *
 * Fetches the chain from every endpoint, or takes it out of a record or a file; asks names,
 * anchors, DANE, POSH and revocation lists what it is worth; compares with the history; reports.
 */
#include "run/check.h"
#include "run/check_verdict.h"
#include "run/tool.h"

static void examine(struct job *job, const void *tool_options)
{
	const struct check_options *opt = tool_options;
	if (opt->output == CHECK_HISTORY) {
		check_print_history(job, opt);
		return;
	}
	if (!job->problem.code && job->shared->options->network)
		check_fetch(job, opt);
	if (!job->problem.code) {
		check_prove(job, opt);
		check_remember(job, opt);
	}
	check_verdict(job, opt);
}

static void prepare(struct job *job, const void *tool_options)
{
	(void)tool_options;
	check_take_record(job);
}

/* --rejudge: the facts come out of the record. */
static void rejudge(struct job *job, const void *tool_options)
{
	check_reread(job);
	if (!job->problem.code)
		check_prove(job, tool_options);
	check_verdict(job, tool_options);
}

/* --pem and --pem-list name files, --history a domain that nobody is asked about. */
static void read(struct job *job, const void *tool_options)
{
	const struct check_options *opt = tool_options;
	if (opt->output != CHECK_HISTORY)
		check_read_file(job, opt);
	else if (job->line.size > 0 && !job_read_domain(job, job->line.text, job->line.size))
		job->record = record_new_input(job->line.text, job->line.size);
}

static const struct tool tool = {
	.cli = {
		.name = "xmpp-certcheck",
		.operands = "[DOMAIN...]",
		.table = check_table,
		.take = check_take_option,
	},
	.prepare = prepare,
	.examine = examine,
	.rejudge = rejudge,
	.read = read,
};

/* One file without a domain, and the history of everybody, are one target without a name. */
static void name_nobody(const struct check_options *opt, struct options *options)
{
	static const char *const nobody[] = { "", NULL };
	if (options->operand_count > 0 || !(opt->pem || opt->output == CHECK_HISTORY))
		return;
	options->operands = nobody;
	options->operand_count = 1;
	if (!options->form_chosen)
		options->form = OUTPUT_LONG;
}

int main(int argc, char **argv)
{
	struct check_options opt;
	struct options options;
	check_options_init(&opt);
	switch (cli_parse(&tool.cli, &opt, argc, (const char *const *)argv, &options)) {
	case CLI_DONE:
		return STATUS_OK;
	case CLI_BAD:
		return STATUS_UNKNOWN;
	case CLI_RUN:
		break;
	}
	int status = STATUS_UNKNOWN;
	name_nobody(&opt, &options);
	if (check_options_open(&opt, &options))
		status = tool_run(&tool, &options, &opt);
	check_options_close(&opt);
	cli_free(&options);
	return status;
}
