/* report_options.h - the options of xmpp-report: which form, where to.
 *
 * Filled once, const afterwards. */
#ifndef RUN_REPORT_OPTIONS_H
#define RUN_REPORT_OPTIONS_H

#include "report/sheet.h"
#include "run/cli.h"

struct report_options {
	const struct sheet_kind *kind; /* the form; NULL: --diff */
	const char *output;            /* -o; NULL: standard output */
	const char *title;             /* --title; NULL: the form's own */
};

extern const struct poptOption report_option_table[];

void report_options_init(struct report_options *opt);
/* cli_tool.take */
NODISCARD bool report_take_option(void *tool_options, struct options *options, int value,
				  const char *arg, struct err *err);
/* What can be told only when all options are known. False: told on standard error, status unknown.
 */
NODISCARD bool report_check_options(const struct report_options *opt,
				    const struct options *options);

#endif
