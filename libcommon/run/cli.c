#include "run/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/text.h"

#define DEFAULT_TIMEOUT  10.0
#define DEFAULT_JOBS     32
#define DEFAULT_PER_HOST 4
#define JOBS_MAX         1000
#define TIMEOUT_MAX      3600.0

enum value {
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
};

/* popt wants its tables writable in type only. */
static const struct poptOption reach_table[] = {
	{ "c2s", 0, POPT_ARG_NONE, NULL, OPT_C2S, "only client connections", NULL },
	{ "s2s", 0, POPT_ARG_NONE, NULL, OPT_S2S, "only server connections", NULL },
	{ "all", 0, POPT_ARG_NONE, NULL, OPT_ALL, "every endpoint", NULL },
	{ "first", 0, POPT_ARG_NONE, NULL, OPT_FIRST,
	  "as a client connects: in SRV order until one works", NULL },
	{ "starttls", 0, POPT_ARG_NONE, NULL, OPT_STARTTLS, "only STARTTLS endpoints", NULL },
	{ "direct-tls", 0, POPT_ARG_NONE, NULL, OPT_DIRECT, "only direct TLS endpoints (XEP-0368)",
	  NULL },
	{ "connect", 0, POPT_ARG_STRING, NULL, OPT_CONNECT,
	  "this endpoint instead of DNS (repeatable)", "HOST[:PORT]" },
	{ NULL, '4', POPT_ARG_NONE, NULL, OPT_IPV4, "only IPv4", NULL },
	{ NULL, '6', POPT_ARG_NONE, NULL, OPT_IPV6, "only IPv6", NULL },
	{ "resolver", 0, POPT_ARG_STRING, NULL, OPT_RESOLVER, "ask this DNS server",
	  "ADDR[:PORT]" },
	{ "trust-ad", 0, POPT_ARG_NONE, NULL, OPT_TRUST_AD,
	  "believe the DNS server's DNSSEC verdict (AD bit)", NULL },
	{ "proxy", 0, POPT_ARG_STRING, NULL, OPT_PROXY,
	  "through a SOCKS5 proxy: socks5h://HOST:PORT", "URL" },
	{ "timeout", 't', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
	  "one endpoint's deadline (default 10)", "SECONDS" },
	{ "jobs", 'J', POPT_ARG_STRING, NULL, OPT_JOBS, "domains examined at once (default 32)",
	  "N" },
	{ "per-host", 0, POPT_ARG_STRING, NULL, OPT_PER_HOST,
	  "connections to one address at once (default 4)", "N" },
	{ "rate", 0, POPT_ARG_STRING, NULL, OPT_RATE, "new connections a second (default no limit)",
	  "N" },
	POPT_TABLEEND,
};

static const struct poptOption tls_table[] = {
	{ "to", 0, POPT_ARG_STRING, NULL, OPT_TO,
	  "what the stream header asks for; the identity to verify", "NAME" },
	{ "from", 0, POPT_ARG_STRING, NULL, OPT_FROM, "our domain in the header of server streams",
	  "DOMAIN" },
	{ "servername", 0, POPT_ARG_STRING, NULL, OPT_SERVERNAME, "the name in SNI", "NAME" },
	{ "alpn", 0, POPT_ARG_STRING, NULL, OPT_ALPN,
	  "protocols in ALPN, comma-separated; empty: none", "LIST" },
	{ "cert", 0, POPT_ARG_STRING, NULL, OPT_CERT, "our certificate (PEM, or a PKCS#11 URI)",
	  "FILE" },
	{ "key", 0, POPT_ARG_STRING, NULL, OPT_KEY, "its key; default: in the certificate's file",
	  "FILE" },
	{ "trust", 0, POPT_ARG_STRING, NULL, OPT_TRUST,
	  "trust these anchors instead of the system's", "FILE" },
	{ "system-trust", 0, POPT_ARG_NONE, NULL, OPT_SYSTEM_TRUST,
	  "with --trust: the system's anchors, too", NULL },
	{ "tls-min", 0, POPT_ARG_STRING, NULL, OPT_TLS_MIN,
	  "oldest TLS version offered (default 1.2)", "VERSION" },
	{ "tls-max", 0, POPT_ARG_STRING, NULL, OPT_TLS_MAX,
	  "newest TLS version offered (default 1.3)", "VERSION" },
	{ "priority", 0, POPT_ARG_STRING, NULL, OPT_PRIORITY,
	  "GnuTLS priority string instead of ours", "STRING" },
	{ "pfs", 0, POPT_ARG_STRING, NULL, OPT_PFS, "forward secrecy: prefer (default) or require",
	  "WISH" },
	{ "keylog", 0, POPT_ARG_STRING, NULL, OPT_KEYLOG,
	  "append TLS secrets for Wireshark to FILE", "FILE" },
	POPT_TABLEEND,
};

static const struct poptOption output_table[] = {
	{ "json", 'j', POPT_ARG_NONE, NULL, OPT_JSON, "one JSON record a line", NULL },
	{ "long", 0, POPT_ARG_NONE, NULL, OPT_LONG, "a screen a domain (default for operands)",
	  NULL },
	{ "short", 0, POPT_ARG_NONE, NULL, OPT_SHORT,
	  "a line an endpoint (default for standard input)", NULL },
	{ "nagios", 0, POPT_ARG_NONE, NULL, OPT_NAGIOS, "a line a domain with performance data",
	  NULL },
	{ "keep-order", 'k', POPT_ARG_NONE, NULL, OPT_KEEP_ORDER,
	  "results in the order of the input", NULL },
	{ "quiet", 'q', POPT_ARG_NONE, NULL, OPT_QUIET, "no messages on standard error", NULL },
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE,
	  "show the exchange; twice: TLS messages, too", NULL },
	{ "color", 0, POPT_ARG_STRING, NULL, OPT_COLOR, "auto (default), always or never", "WHEN" },
	{ "record", 0, POPT_ARG_STRING, NULL, OPT_RECORD, "write what was said to a transcript",
	  "FILE" },
	{ "rejudge", 0, POPT_ARG_NONE, NULL, OPT_REJUDGE,
	  "judge the facts of records anew, without the network", NULL },
	POPT_TABLEEND,
};

static const struct poptOption finding_table[] = {
	{ "policy", 0, POPT_ARG_STRING, NULL, OPT_POLICY, "bcp195 (default), manifesto or strict",
	  "NAME" },
	{ "ignore", 0, POPT_ARG_STRING, NULL, OPT_IGNORE, "leave this finding out (repeatable)",
	  "ID" },
	{ "warning", 0, POPT_ARG_STRING, NULL, OPT_WARNING, "grade this finding as a warning",
	  "ID" },
	{ "critical", 0, POPT_ARG_STRING, NULL, OPT_CRITICAL, "grade this finding as critical",
	  "ID" },
	{ "explain", 0, POPT_ARG_STRING, NULL, OPT_EXPLAIN,
	  "say what a finding means and how to mend it; list: all ids", "ID" },
	{ "version", 'V', POPT_ARG_NONE, NULL, OPT_VERSION, "show the version", NULL },
	POPT_TABLEEND,
};

static bool parse_number(const char *arg, double least, double most, const char *what, double *out,
			 struct err *err)
{
	char *end;
	double value = strtod(arg, &end);
	if (end == arg || *end || !(value >= least && value <= most))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: '%s' is not a number from %g to %g",
			       what, arg, least, most);
	*out = value;
	return true;
}

static bool parse_count(const char *arg, double most, const char *what, unsigned *out,
			struct err *err)
{
	double value;
	if (!parse_number(arg, 1, most, what, &value, err))
		return false;
	if (value != (double)(unsigned)value)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: '%s' is not a whole number", what,
			       arg);
	*out = (unsigned)value;
	return true;
}

static bool parse_connect(struct options *opt, const char *arg, struct err *err)
{
	char host[256];
	uint16_t port = 0;
	if (!host_port_parse(arg, host, &port))
		return err_set(err, AT_INPUT, ERR_USAGE, "--connect: '%s' is not HOST[:PORT]", arg);
	if (opt->connect_count == CONNECT_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE, "--connect: at most %d endpoints",
			       CONNECT_MAX);
	opt->connect[opt->connect_count++] =
		(struct connect_to){ .host = arena_copy(opt->mem, host), .port = port };
	return true;
}

static bool parse_version(const char *arg, const char *what, enum tls_version *out, struct err *err)
{
	if (!tls_version_parse(arg, out))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s: '%s' is not a TLS version (ssl3, 1.0, 1.1, 1.2, 1.3)", what,
			       arg);
	return true;
}

static bool regrade(struct options *opt, const char *id, enum severity severity, struct err *err)
{
	const struct finding_kind *kind = finding_kind_find(id);
	if (!kind)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "'%s' is not the id of a finding; xmpp-findings(7) lists them", id);
	opt->override[kind - finding_kinds] = (signed char)severity;
	return true;
}

static bool parse_colour(struct options *opt, const char *arg, struct err *err)
{
	if (strcmp(arg, "always") == 0)
		opt->colour = true;
	else if (strcmp(arg, "never") == 0)
		opt->colour = false;
	else if (strcmp(arg, "auto") != 0)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--color: '%s' is not auto, always or never", arg);
	return true;
}

static bool parse_pfs(struct options *opt, const char *arg, struct err *err)
{
	if (strcmp(arg, "require") != 0 && strcmp(arg, "prefer") != 0)
		return err_set(err, AT_INPUT, ERR_USAGE, "--pfs: '%s' is not prefer or require",
			       arg);
	opt->tls.pfs = strcmp(arg, "require") == 0 ? PFS_REQUIRE : PFS_PREFER;
	return true;
}

/* --c2s and --s2s together mean both, as do --starttls and --direct-tls. */
static void only(bool *wanted, size_t count, size_t index)
{
	bool everything = true;
	for (size_t i = 0; i < count; i++)
		everything = everything && wanted[i];
	if (everything)
		memset(wanted, 0, count * sizeof(*wanted));
	wanted[index] = true;
}

static void choose_form(struct options *opt, enum output_form form)
{
	opt->form = form;
	opt->form_chosen = true;
}

static bool take_reach(struct options *opt, int value, const char *arg, struct err *err)
{
	switch (value) {
	case OPT_C2S:
		only(opt->services, SERVICE_COUNT, SERVICE_C2S);
		return true;
	case OPT_S2S:
		only(opt->services, SERVICE_COUNT, SERVICE_S2S);
		return true;
	case OPT_ALL:
	case OPT_FIRST:
		opt->first = value == OPT_FIRST;
		return true;
	case OPT_STARTTLS:
		only(opt->transports, TRANSPORT_COUNT, TRANSPORT_STARTTLS);
		return true;
	case OPT_DIRECT:
		only(opt->transports, TRANSPORT_COUNT, TRANSPORT_DIRECT);
		return true;
	case OPT_CONNECT:
		return parse_connect(opt, arg, err);
	case OPT_IPV4:
		opt->family = AF_INET;
		return true;
	case OPT_IPV6:
		opt->family = AF_INET6;
		return true;
	case OPT_RESOLVER:
		opt->resolver = arg;
		return true;
	case OPT_TRUST_AD:
		opt->trust_ad = true;
		return true;
	case OPT_PROXY:
		opt->proxy = arg;
		return true;
	case OPT_TIMEOUT:
		return parse_number(arg, 0.1, TIMEOUT_MAX, "--timeout", &opt->timeout, err);
	case OPT_JOBS:
		return parse_count(arg, JOBS_MAX, "--jobs", &opt->jobs, err);
	case OPT_PER_HOST:
		return parse_count(arg, JOBS_MAX, "--per-host", &opt->per_host, err);
	default:
		return parse_number(arg, 0.01, 1e6, "--rate", &opt->rate, err);
	}
}

static bool take_tls(struct options *opt, int value, const char *arg, struct err *err)
{
	switch (value) {
	case OPT_TO:
		opt->to = arg;
		return true;
	case OPT_FROM:
		opt->from = arg;
		return true;
	case OPT_SERVERNAME:
		opt->servername = arg;
		return true;
	case OPT_ALPN:
		opt->alpn = arg;
		return true;
	case OPT_CERT:
		opt->tls.cert_file = arg;
		return true;
	case OPT_KEY:
		opt->tls.key_file = arg;
		return true;
	case OPT_TRUST:
		opt->trust_file = arg;
		return true;
	case OPT_SYSTEM_TRUST:
		opt->system_trust = true;
		return true;
	case OPT_TLS_MIN:
		return parse_version(arg, "--tls-min", &opt->tls.min, err);
	case OPT_TLS_MAX:
		return parse_version(arg, "--tls-max", &opt->tls.max, err);
	case OPT_PRIORITY:
		opt->tls.priority = arg;
		return true;
	case OPT_PFS:
		return parse_pfs(opt, arg, err);
	default:
		opt->tls.keylog = arg;
		return true;
	}
}

static bool take_output(struct options *opt, int value, const char *arg, struct err *err)
{
	switch (value) {
	case OPT_JSON:
		choose_form(opt, OUTPUT_JSON);
		return true;
	case OPT_LONG:
		choose_form(opt, OUTPUT_LONG);
		return true;
	case OPT_SHORT:
		choose_form(opt, OUTPUT_SHORT);
		return true;
	case OPT_NAGIOS:
		choose_form(opt, OUTPUT_NAGIOS);
		return true;
	case OPT_KEEP_ORDER:
		opt->keep_order = true;
		return true;
	case OPT_QUIET:
		opt->log.quiet = true;
		return true;
	case OPT_VERBOSE:
		opt->verbose++;
		opt->tls.show_messages = opt->verbose > 1;
		return true;
	case OPT_COLOR:
		return parse_colour(opt, arg, err);
	case OPT_RECORD:
		opt->record_file = arg;
		return true;
	default:
		opt->rejudge = true;
		return true;
	}
}

static bool take_finding(struct options *opt, int value, const char *arg, struct err *err)
{
	switch (value) {
	case OPT_POLICY:
		if (!policy_name_parse(arg, &opt->policy))
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "--policy: '%s' is not bcp195, manifesto or strict", arg);
		return true;
	case OPT_IGNORE:
		return regrade(opt, arg, SEVERITY_NONE, err);
	case OPT_WARNING:
		return regrade(opt, arg, SEVERITY_WARNING, err);
	default:
		return regrade(opt, arg, SEVERITY_CRITICAL, err);
	}
}

static bool take_common(struct options *opt, int value, const char *arg, struct err *err)
{
	if (value <= OPT_PROXY || (value >= OPT_TIMEOUT && value <= OPT_RATE))
		return take_reach(opt, value, arg, err);
	if (value <= OPT_KEYLOG)
		return take_tls(opt, value, arg, err);
	if (value <= OPT_REJUDGE)
		return take_output(opt, value, arg, err);
	return take_finding(opt, value, arg, err);
}

/* A pipe gets no colour, nor does who asked for none (https://no-color.org). */
static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static void set_defaults(const struct cli_tool *tool, struct options *opt)
{
	*opt = (struct options){
		.log = { .program = tool->name },
		.services = { true, true },
		.transports = { true, true },
		.first = tool->default_first,
		.family = AF_UNSPEC,
		.timeout = DEFAULT_TIMEOUT,
		.jobs = DEFAULT_JOBS,
		.per_host = DEFAULT_PER_HOST,
		.colour = colour_wanted(),
		.mem = arena_new(),
	};
	opt->override = arena_alloc(opt->mem, finding_kind_count);
	memset(opt->override, -1, finding_kind_count);
}

static enum cli_result complain(const struct options *opt, const char *sentence)
{
	struct log loud = opt->log;
	loud.quiet = false; /* a wrong command line is told even under -q */
	log_say(&loud, NULL, "%s (try --help)", sentence);
	return CLI_BAD;
}

/* `--explain list` is for completions, and for who does not know an id. */
static enum cli_result list_findings(void)
{
	for (size_t i = 0; i < finding_kind_count; i++)
		puts(finding_kinds[i].id);
	return CLI_DONE;
}

static enum cli_result explain(const struct options *opt, const char *id)
{
	if (strcmp(id, "list") == 0)
		return list_findings();
	const struct finding_kind *kind = finding_kind_find(id);
	if (!kind) {
		CLEANUP(buf_free) struct buf sentence = buf_new(BUF_UNBOUNDED);
		buf_printf(
			&sentence,
			"--explain: '%s' is not the id of a finding; xmpp-findings(7) lists them",
			id);
		return complain(opt, buf_string(&sentence));
	}
	CLEANUP(buf_free) struct buf page = buf_new(BUF_UNBOUNDED);
	text_explain(kind, &page);
	fputs(buf_string(&page), stdout);
	return CLI_DONE;
}

static void take_operands(poptContext context, struct options *opt)
{
	const char **left = poptGetArgs(context);
	size_t count = 0;
	while (left && left[count])
		count++;
	const char **operands = arena_array(opt->mem, count + 1, sizeof(*operands));
	for (size_t i = 0; i < count; i++)
		operands[i] = arena_copy(opt->mem, left[i]);
	opt->operands = operands;
	opt->operand_count = count;
}

static enum cli_result parse_all(const struct cli_tool *tool, void *tool_options,
				 poptContext context, struct options *opt)
{
	for (int value; (value = poptGetNextOpt(context)) != -1;) {
		struct err err = { 0 };
		CLEANUP(buf_free) struct buf sentence = buf_new(BUF_UNBOUNDED);
		if (value < -1) {
			buf_printf(&sentence, "%s: %s",
				   poptBadOption(context, POPT_BADOPTION_NOALIAS),
				   poptStrerror(value));
			return complain(opt, buf_string(&sentence));
		}
		char *given = poptGetOptArg(context);
		const char *arg = arena_copy(opt->mem, given);
		free(given);
		if (value == OPT_VERSION) {
			printf("%s %s\n", tool->name, PACKAGE_VERSION);
			return CLI_DONE;
		}
		if (value == OPT_EXPLAIN)
			return explain(opt, arg);
		bool ok = value >= CLI_TOOL_FIRST ? tool->take(tool_options, opt, value, arg, &err)
						  : take_common(opt, value, arg, &err);
		if (!ok)
			return complain(opt, err.text);
	}
	take_operands(context, opt);
	return CLI_RUN;
}

/* popt takes tables as mutable although it only reads them. */
#define INCLUDE(table, title)                                                                      \
	{                                                                                          \
		NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)(uintptr_t)(table), 0, title, NULL     \
	}

enum cli_result cli_parse(const struct cli_tool *tool, void *tool_options, int argc,
			  const char *const *argv, struct options *out)
{
	set_defaults(tool, out);
	const struct poptOption table[] = {
		INCLUDE(tool->table, "This tool:"),
		INCLUDE(reach_table, "Which endpoints, and how to reach them:"),
		INCLUDE(tls_table, "What we say and whom we trust:"),
		INCLUDE(output_table, "Output:"),
		INCLUDE(finding_table, "Findings:"),
		POPT_AUTOHELP POPT_TABLEEND,
	};
	poptContext context = poptGetContext(tool->name, argc, (const char **)(uintptr_t)argv,
					     table, 0);
	poptSetOtherOptionHelp(context, tool->operands);
	poptReadDefaultConfig(context,
			      0); /* aliases of the site and the user: /etc/popt, ~/.popt */
	enum cli_result result = parse_all(tool, tool_options, context, out);
	poptFreeContext(context);
	if (result != CLI_RUN)
		cli_free(out);
	return result;
}

void cli_free(struct options *options)
{
	arena_free(&options->mem);
}

struct policy cli_policy(const struct options *options)
{
	return (struct policy){ .name = options->policy, .override = options->override };
}
