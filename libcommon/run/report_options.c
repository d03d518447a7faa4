#include "run/report_options.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Forms first: their values are the places of their sheets. */
enum {
	OPT_FORM = CLI_TOOL_FIRST,
	OPT_DIFF = CLI_TOOL_FIRST + 100,
	OPT_OUTPUT,
	OPT_TITLE,
};

static const struct sheet_kind *const forms[] = {
	&sheet_html, &sheet_markdown,   &sheet_summary,
	&sheet_csv,  &sheet_prometheus, &sheet_manifesto,
};

const struct poptOption report_option_table[] = {
	{ "html", 0, POPT_ARG_NONE, NULL, OPT_FORM, "a page to look at (default)", NULL },
	{ "markdown", 0, POPT_ARG_NONE, NULL, OPT_FORM + 1,
	  "a table and the findings, to paste into an issue or a wiki", NULL },
	{ "summary", 0, POPT_ARG_NONE, NULL, OPT_FORM + 2, "how many domains are how", NULL },
	{ "csv", 0, POPT_ARG_NONE, NULL, OPT_FORM + 3, "a row an endpoint, for spreadsheets",
	  NULL },
	{ "prometheus", 0, POPT_ARG_NONE, NULL, OPT_FORM + 4,
	  "metrics for the textfile collector of node_exporter", NULL },
	{ "manifesto", 0, POPT_ARG_NONE, NULL, OPT_FORM + 5,
	  "the promises of 2014: who keeps which", NULL },
	{ "diff", 0, POPT_ARG_NONE, NULL, OPT_DIFF,
	  "what changed from the records OLD to the records NEW; status 1: something for the worse",
	  NULL },
	{ "output", 'o', POPT_ARG_STRING, NULL, OPT_OUTPUT,
	  "write this file, all at once when the report is whole", "FILE" },
	{ "title", 0, POPT_ARG_STRING, NULL, OPT_TITLE, "the heading, where the form has one",
	  "TEXT" },
	POPT_TABLEEND,
};

void report_options_init(struct report_options *opt)
{
	*opt = (struct report_options){ .kind = forms[0] };
}

bool report_take_option(void *tool_options, struct options *options, int value, const char *arg,
			struct err *err)
{
	struct report_options *opt = tool_options;
	(void)options;
	switch (value) {
	case OPT_DIFF:
		opt->kind = NULL;
		return true;
	case OPT_OUTPUT:
		if (!*arg)
			return err_set(err, AT_INPUT, ERR_USAGE, "--output: no file named");
		opt->output = strcmp(arg, "-") == 0 ? NULL : arg;
		return true;
	case OPT_TITLE:
		opt->title = arg;
		return true;
	default:
		opt->kind = forms[value - OPT_FORM];
		return true;
	}
}

static bool reads_standard_input(const struct options *options)
{
	for (size_t i = 0; i < options->operand_count; i++) {
		if (strcmp(options->operands[i], "-") == 0)
			return true;
	}
	return options->operand_count == 0;
}

static bool is_output(const struct stat *output, const char *file)
{
	struct stat input;
	bool there = strcmp(file, "-") == 0 ? fstat(STDIN_FILENO, &input) == 0
					    : stat(file, &input) == 0;
	return there && input.st_dev == output->st_dev && input.st_ino == output->st_ino;
}

/* A report can be made again, records cannot. */
static bool would_replace_input(const struct report_options *opt, const struct options *options)
{
	struct stat output;
	if (!opt->output || stat(opt->output, &output) != 0 || !S_ISREG(output.st_mode))
		return false;
	for (size_t i = 0; i < options->operand_count; i++) {
		if (is_output(&output, options->operands[i]))
			return true;
	}
	return options->operand_count == 0 && is_output(&output, "-");
}

static const char *quarrel(const struct report_options *opt, const struct options *options)
{
	if (!opt->kind && options->operand_count != 2)
		return "--diff compares two files of records, OLD and NEW (- is standard input)";
	if (!opt->kind && strcmp(options->operands[0], "-") == 0 &&
	    strcmp(options->operands[1], "-") == 0)
		return "--diff: standard input cannot be both OLD and NEW";
	if (would_replace_input(opt, options))
		return "--output: names a file of records that are to be read; give the report a name of its own";
	if (reads_standard_input(options) && isatty(STDIN_FILENO))
		return "no records: name files of them, or pipe them in from another tool's --json (try --help)";
	return NULL;
}

bool report_check_options(const struct report_options *opt, const struct options *options)
{
	const char *problem = quarrel(opt, options);
	if (problem)
		log_usage(&options->log, problem);
	return !problem;
}
