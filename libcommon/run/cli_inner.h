/* cli_inner.h - what the files of the command line share: the tables, and who takes their values.
 * Private to run/. */
#ifndef RUN_CLI_INNER_H
#define RUN_CLI_INNER_H

#include "run/cli.h"

enum cli_value {
	OPT_C2S = 1,
	OPT_S2S,
	OPT_ALL,
	OPT_FIRST,
	OPT_STARTTLS,
	OPT_DIRECT,
	OPT_CONNECT,
	OPT_IPV4,
	OPT_IPV6,
	OPT_RESOLVER,
	OPT_TRUST_AD,
	OPT_PROXY,
	OPT_TO,
	OPT_FROM,
	OPT_SERVERNAME,
	OPT_ALPN,
	OPT_CERT,
	OPT_KEY,
	OPT_TRUST,
	OPT_SYSTEM_TRUST,
	OPT_TLS_MIN,
	OPT_TLS_MAX,
	OPT_PRIORITY,
	OPT_PFS,
	OPT_KEYLOG,
	OPT_TIMEOUT,
	OPT_JOBS,
	OPT_PER_HOST,
	OPT_RATE,
	OPT_RESUME,
	OPT_JSON,
	OPT_LONG,
	OPT_SHORT,
	OPT_NAGIOS,
	OPT_KEEP_ORDER,
	OPT_QUIET,
	OPT_VERBOSE,
	OPT_COLOR,
	OPT_RECORD,
	OPT_REJUDGE,
	OPT_POLICY,
	OPT_IGNORE,
	OPT_WARNING,
	OPT_CRITICAL,
	OPT_EXPLAIN,
	OPT_VERSION,
	OPT_HELP,
	OPT_USAGE,
};

extern const struct poptOption cli_scope_table[], cli_reach_table[], cli_load_table[],
	cli_names_table[], cli_tls_table[], cli_json_table[], cli_form_table[], cli_output_table[],
	cli_exchange_table[], cli_rejudge_table[], cli_finding_table[], cli_version_table[],
	cli_help_table[];

/* One option of the tables, except those that end the program. arg lives as long as the options. */
NODISCARD bool cli_take(struct options *opt, int value, const char *arg, struct err *err);
/* What can be told only when all options are known. */
NODISCARD bool cli_check(struct options *opt, struct err *err);

#endif
