/* check_options.h - the options of xmpp-certcheck beside the common ones, and what is opened for
 * them once.
 *
 * Filled before the first thread, const afterwards (the history locks inside). */
#ifndef RUN_CHECK_OPTIONS_H
#define RUN_CHECK_OPTIONS_H

#include "judge/certcheck.h"
#include "run/cli.h"
#include "store/history.h"
#include "tls/pins.h"

#define CHECK_LIST_MAX 16 /* --verify-name, --crl, names of --subdomains */

enum check_output {
	CHECK_AS_CHOSEN, /* --long, --short, --json, --nagios */
	CHECK_CRON,
	CHECK_TLSA,
	CHECK_POSH_JSON,
	CHECK_HISTORY,
};

struct check_options {
	const char *pem, *pem_list, *local; /* files; NULL: not given */
	bool names;
	const char *verify_names[CHECK_LIST_MAX]; /* A-labels */
	size_t verify_name_count;
	bool legacy_cn;
	const char *subdomains[CHECK_LIST_MAX]; /* labels or names in A-labels */
	size_t subdomain_count;
	bool subdomains_auto; /* and what the server names */
	struct check_rules rules;
	int64_t at; /* --at */
	bool at_chosen;
	const char *crl_files[CHECK_LIST_MAX];
	size_t crl_count;
	bool no_caa;
	const char *state; /* NULL: the usual place */
	bool no_state, accept, tofu;
	struct pins pins;
	enum check_output output;

	struct crl_set *crls;    /* NULL: no --crl */
	struct history *history; /* NULL: --no-state, or it cannot be used */
};

extern const struct poptOption check_table[];

void check_options_init(struct check_options *opt);
/* cli_tool.take */
NODISCARD bool check_take_option(void *tool_options, struct options *options, int value,
				 const char *arg, struct err *err);
/* After the command line: what does not go together, and what must be opened. False: told on
 * standard error, status unknown. */
NODISCARD bool check_options_open(struct check_options *opt, struct options *options);
void check_options_close(struct check_options *opt);

/* "30d", "12h", "33%", "30" (days). */
NODISCARD bool check_parse_span(const char *text, struct span *out);
/* RFC 3339 with or without a time of day, or @SECONDS. */
NODISCARD bool check_parse_time(const char *text, int64_t *out);

#endif
