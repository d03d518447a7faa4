/* xmpp-report - records of the other tools in, a report out: to look at, to paste, to scrape, to
 * compare.
 *
 * Touches no network. Reads record by record; what is a record, and how each form of a report
 * looks, is report/'s to know.
 */
#include <signal.h>

#include "run/report.h"

static const struct cli_tool cli = {
	.name = "xmpp-report",
	.operands = "[FILE...]",
	.table = report_option_table,
	.take = report_take_option,
	.family = CLI_REPORTS,
};

int main(int argc, char **argv)
{
	struct report_options opt;
	struct options options;
	signal(SIGXFSZ, SIG_IGN); /* ulimit -f: an error to tell, as a full disk is one */
	report_options_init(&opt);
	switch (cli_parse(&cli, &opt, argc, (const char *const *)argv, &options)) {
	case CLI_DONE:
		return STATUS_OK;
	case CLI_BAD:
		return STATUS_UNKNOWN;
	case CLI_RUN:
		break;
	}
	int status = STATUS_UNKNOWN;
	if (report_check_options(&opt, &options))
		status = opt.kind ? report_run(&opt, &options) : report_diff(&opt, &options);
	cli_free(&options);
	return status;
}
