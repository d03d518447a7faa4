/* xmpp-ciphers - which TLS versions, suites and groups does the server accept, in whose order, and
 * how good is that?
 *
 * Sends hellos of its own on connections that end with the answer, so that it sees what no TLS
 * library here supports; judges what was accepted; compares with earlier; reports.
 */
#include "run/ciphers.h"
#include "run/tool.h"

#define TIMEOUT_SECONDS 60 /* an old server takes a hundred connections */

static void examine(struct job *job, const void *tool_options)
{
	const struct ciphers_options *opt = tool_options;
	if (!job->problem.code)
		ciphers_examine(job, opt);
	ciphers_verdict(job, opt);
}

/* --rejudge: the facts come out of the record. */
static void rejudge(struct job *job, const void *tool_options)
{
	ciphers_reread(job);
	ciphers_verdict(job, tool_options);
}

static unsigned lanes(const void *tool_options)
{
	const struct ciphers_options *opt = tool_options;
	return opt->lanes;
}

static const struct tool tool = {
	.cli = {
		.name = "xmpp-ciphers",
		.operands = "[DOMAIN...]",
		.table = ciphers_table,
		.take = ciphers_take_option,
		.default_first = true,
		.default_timeout = TIMEOUT_SECONDS,
	},
	.examine = examine,
	.rejudge = rejudge,
	.lanes = lanes,
};

static int run(const struct ciphers_options *opt, const struct options *options)
{
	return opt->list ? ciphers_list(opt, options) : tool_run(&tool, options, opt);
}

int main(int argc, char **argv)
{
	struct ciphers_options opt;
	struct options options;
	ciphers_options_init(&opt);
	switch (cli_parse(&tool.cli, &opt, argc, (const char *const *)argv, &options)) {
	case CLI_DONE:
		return STATUS_OK;
	case CLI_BAD:
		return STATUS_UNKNOWN;
	case CLI_RUN:
		break;
	}
	int status = STATUS_UNKNOWN;
	if (ciphers_options_open(&opt, &options))
		status = run(&opt, &options);
	ciphers_options_close(&opt);
	cli_free(&options);
	return status;
}
