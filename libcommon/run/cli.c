#include "run/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report/text.h"
#include "run/cli_inner.h"

#define DEFAULT_TIMEOUT  10.0
#define DEFAULT_JOBS     128
#define DEFAULT_PER_HOST 4

/* A pipe gets no colour, nor does who asked for none (https://no-color.org). */
static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static void set_defaults(const struct cli_tool *tool, struct options *opt)
{
	/* Taken over from GnuTLS, which would keep quiet about a file it cannot write, and let
	 * everybody read it. */
	const char *keylog = getenv("SSLKEYLOGFILE");
	*opt = (struct options){
		.log = { .program = tool->name },
		.services = { true, tool->family != CLI_SENDS },
		.transports = { true, true },
		.first = tool->default_first,
		.family = AF_UNSPEC,
		.tls = { .keylog = keylog && *keylog ? keylog : NULL },
		.timeout = tool->default_timeout > 0 ? tool->default_timeout : DEFAULT_TIMEOUT,
		.jobs = DEFAULT_JOBS,
		.per_host = DEFAULT_PER_HOST,
		.colour = colour_wanted(),
		.network = true,
		.mem = arena_new(),
	};
	opt->override = arena_alloc(opt->mem, finding_kind_count);
	memset(opt->override, -1, finding_kind_count);
}

static enum cli_result complain(const struct options *opt, const char *sentence)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	buf_printf(&line, "%s (try --help)", sentence);
	log_usage(&opt->log, buf_string(&line));
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
			"--explain: '%s' is not the id of a finding; --explain list shows them all",
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

/* What ends the program. */
static enum cli_result answer(const struct cli_tool *tool, poptContext context, struct options *opt,
			      int value, const char *arg)
{
	enum cli_result result = CLI_DONE;
	if (value == OPT_EXPLAIN)
		result = explain(opt, arg);
	else if (value == OPT_VERSION)
		printf("%s %s\n", tool->name, PACKAGE_VERSION);
	else if (value == OPT_HELP)
		poptPrintHelp(context, stdout, 0);
	else
		poptPrintUsage(context, stdout, 0);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return result;
	log_say(&opt->log, NULL, "standard output: %s", strerror(errno));
	return CLI_BAD;
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
		if (value >= OPT_EXPLAIN && value <= OPT_USAGE)
			return answer(tool, context, opt, value, arg);
		bool ok = value >= CLI_TOOL_FIRST ? tool->take(tool_options, opt, value, arg, &err)
						  : cli_take(opt, value, arg, &err);
		if (!ok)
			return complain(opt, err.text);
	}
	take_operands(context, opt);
	struct err err = { 0 };
	return cli_check(opt, &err) ? CLI_RUN : complain(opt, err.text);
}

/* popt takes tables as mutable although it only reads them. */
#define INCLUDE(table, title)                                                                      \
	{                                                                                          \
		NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)(uintptr_t)(table), 0, title, NULL     \
	}

/* A standard descriptor that is closed would be given to the next socket, and our messages to its
 * peer. Opened the wrong way round, so that reading or writing fails as if it were closed; what
 * is said on standard error then goes nowhere. */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY) < 0)
			abort();
	}
}

enum cli_result cli_parse(const struct cli_tool *tool, void *tool_options, int argc,
			  const char *const *argv, struct options *out)
{
	hold_standard_descriptors();
	set_defaults(tool, out);
	const struct poptOption all[] = {
		INCLUDE(tool->table, "This tool:"),
		INCLUDE(cli_scope_table, "Which endpoints, and how to reach them:"),
		INCLUDE(cli_reach_table, NULL),
		INCLUDE(cli_load_table, NULL),
		INCLUDE(cli_names_table, "What we say and whom we trust:"),
		INCLUDE(cli_tls_table, NULL),
		INCLUDE(cli_json_table, "Output:"),
		INCLUDE(cli_form_table, NULL),
		INCLUDE(cli_output_table, NULL),
		INCLUDE(cli_exchange_table, NULL),
		INCLUDE(cli_rejudge_table, NULL),
		INCLUDE(cli_finding_table, "Findings:"),
		INCLUDE(cli_version_table, NULL),
		INCLUDE(cli_help_table, "Help options:"),
		POPT_TABLEEND,
	};
	const struct poptOption some[] = {
		INCLUDE(tool->table, "This tool:"),
		INCLUDE(cli_reach_table, "Which endpoints, and how to reach them:"),
		INCLUDE(cli_tls_table, "What we say and whom we trust:"),
		INCLUDE(cli_json_table, "Output:"),
		INCLUDE(cli_output_table, NULL),
		INCLUDE(cli_exchange_table, NULL),
		INCLUDE(cli_version_table, NULL),
		INCLUDE(cli_help_table, "Help options:"),
		POPT_TABLEEND,
	};
	const struct poptOption few[] = {
		INCLUDE(tool->table, "This tool:"),
		INCLUDE(cli_output_table, "Messages:"),
		INCLUDE(cli_version_table, NULL),
		INCLUDE(cli_help_table, "Help options:"),
		POPT_TABLEEND,
	};
	const struct poptOption *const tables[] = {
		[CLI_EXAMINES] = all, [CLI_SENDS] = some, [CLI_REPORTS] = few
	};
	const struct poptOption *table = tables[tool->family];
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

int cli_terminal_width(void)
{
	struct winsize size;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

struct policy cli_policy(const struct options *options)
{
	return (struct policy){ .name = options->policy, .override = options->override };
}
