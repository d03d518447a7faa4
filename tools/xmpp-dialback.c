/* xmpp-dialback - does Server Dialback work with this domain, in every role, and only over TLS?
 *
 * Connects as a server does and tries what a good peer must take and must refuse; with a listener
 * it is the authoritative server of a domain of ours, too, and sees the whole round. --serve is the
 * other end of that: a peer for a server under test.
 */
#include "run/dialback.h"
#include "run/tool.h"

static void examine(struct job *job, const void *run)
{
	if (!job->problem.code)
		dialback_examine(job, run);
	dialback_verdict(job);
}

/* --rejudge: the facts come out of the record. */
static void rejudge(struct job *job, const void *run)
{
	(void)run;
	dialback_reread(job);
	dialback_verdict(job);
}

static const struct tool tool = {
	.cli = {
		.name = "xmpp-dialback",
		.operands = "[DOMAIN...]",
		.table = dialback_option_table,
		.take = dialback_take_option,
		.default_first = true,
	},
	.examine = examine,
	.rejudge = rejudge,
	.lanes = dialback_lanes,
};

/* The listener stands before the first target is taken, and as long as any is under way. */
static int probe(const struct dialback_options *opt, const struct options *options)
{
	struct dialback_run run;
	struct err err = { 0 };
	if (!dialback_open(opt, options, &run, &err)) {
		log_usage(&options->log, err.text);
		return STATUS_UNKNOWN;
	}
	int status = tool_run(&tool, options, &run);
	dialback_close(&run);
	return status;
}

static int run(const struct dialback_options *opt, const struct options *options)
{
	switch (opt->task) {
	case TASK_SERVE:
		return dialback_serve(opt, options);
	case TASK_MAKE_KEY:
	case TASK_VERIFY_KEY:
		return dialback_key_task(opt, options);
	case TASK_LIST_CHECKS:
		return dialback_list_checks(options);
	case TASK_PROBE:
		break;
	}
	return probe(opt, options);
}

int main(int argc, char **argv)
{
	struct dialback_options opt;
	struct options options;
	dialback_options_init(&opt);
	switch (cli_parse(&tool.cli, &opt, argc, (const char *const *)argv, &options)) {
	case CLI_DONE:
		return STATUS_OK;
	case CLI_BAD:
		return STATUS_UNKNOWN;
	case CLI_RUN:
		break;
	}
	int status = STATUS_UNKNOWN;
	if (dialback_check_options(&opt, &options))
		status = run(&opt, &options);
	cli_free(&options);
	return status;
}
