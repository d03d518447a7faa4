/* cli.h - the command line every tool shares: one table, one struct, the same words everywhere.
 *
 * A tool adds a table of its own, whose values start at CLI_TOOL_FIRST, and a function that takes
 * them. Parsing happens once, before the first thread; the result is const afterwards. */
#ifndef RUN_CLI_H
#define RUN_CLI_H

#include <popt.h>

#include "base/log.h"
#include "judge/finding.h"
#include "net/discover.h"
#include "tls/session.h"

enum output_form {
	OUTPUT_LONG,   /* a screen a target */
	OUTPUT_SHORT,  /* a line an endpoint */
	OUTPUT_JSON,   /* a record a target */
	OUTPUT_NAGIOS, /* a line a target, with performance data */
	OUTPUT_TOOL,   /* a form of the tool's own (--pem) */
};

#define CONNECT_MAX 16 /* --connect may be repeated this often */

struct options {
	struct log log;
	int verbose; /* 1: the exchange, 2: TLS messages, too */

	bool services[SERVICE_COUNT], transports[TRANSPORT_COUNT];
	bool first; /* --first instead of every endpoint */
	struct connect_to connect[CONNECT_MAX];
	size_t connect_count;
	int family;
	const char *resolver;
	bool trust_ad;
	const char *proxy;
	const char *to, *from, *servername, *alpn; /* NULL: the tool's default */
	const char *from_given; /* --from as it was written: a dialback key goes by the letter */

	struct tls_options tls;
	const char *trust_file;
	bool system_trust;

	double timeout;          /* seconds, one endpoint */
	unsigned jobs, per_host; /* workers; connections to one address at once */
	bool jobs_chosen;        /* otherwise: as many as the system lets us, up to the default */
	double rate;             /* new connections a second; 0: no limit */
	const char *resume_file; /* results of an earlier run; NULL: none */

	enum output_form form;
	bool form_chosen; /* otherwise: long for operands, short for lines of standard input */
	bool keep_order, colour;
	const char *record_file; /* --record */
	bool rejudge;

	enum policy_name policy;
	bool policy_chosen;
	signed char *override; /* finding_kind_count entries */

	bool talks;             /* somebody types: no line about progress */
	bool network;           /* false: nothing is connected to or asked */
	const char *input_file; /* lines come from here instead of standard input; NULL */

	const char *const *operands; /* the domains; NULL-terminated */
	size_t operand_count;
	struct arena *mem; /* what all the strings here live in */
};

enum cli_result {
	CLI_RUN,  /* go on */
	CLI_DONE, /* --help, --version, --explain: answered, status 0 */
	CLI_BAD,  /* told on standard error, status 3 */
};

#define CLI_TOOL_FIRST 1000

/* Which of the common options a tool takes. */
enum cli_family {
	CLI_EXAMINES, /* all of them */
	CLI_SENDS,   /* it talks to one server for one account: none about scopes, workers, forms of
			a report or findings */
	CLI_REPORTS, /* it reads records and touches no network: those about its own messages */
};

struct cli_tool {
	const char *name;     /* "xmpp-starttls" */
	const char *operands; /* for the usage line: "[DOMAIN...]" */
	const struct poptOption *table;
	enum cli_family family;
	bool default_first;     /* --first is the tool's default scope */
	double default_timeout; /* seconds; 0: that of a walk */
	/* Takes an option of the tool's table; arg is NULL where it has none and lives as long as
	 * the options. False: err says what is wrong. */
	bool (*take)(void *tool_options, struct options *options, int value, const char *arg,
		     struct err *err);
};

/* One more --connect, from elsewhere: there is room (CONNECT_MAX). port 0: the usual one. False: no
 * host name; the sentence is to go on behind it. */
NODISCARD bool cli_add_connect(struct options *opt, const char *host, uint16_t port,
			       struct err *err);

enum cli_result cli_parse(const struct cli_tool *tool, void *tool_options, int argc,
			  const char *const *argv, struct options *out);
void cli_free(struct options *options);

/* Columns of standard output; 0: it is no terminal. */
int cli_terminal_width(void);
/* The domain's own policy out of the options. */
struct policy cli_policy(const struct options *options);

#endif
