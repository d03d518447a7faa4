#include "run/ciphers_options.h"

#include <stdlib.h>
#include <string.h>

#include "run/ciphers_old.h"

#define DEFAULT_LANES   8
#define LANES_MAX       32
#define CONNECTIONS_MAX 100000

enum {
	OPT_VERSIONS_ONLY = CLI_TOOL_FIRST,
	OPT_SUITES_ONLY,
	OPT_GROUPS,
	OPT_LANES,
	OPT_GENTLE,
	OPT_MAX_CONNECTIONS,
	OPT_NAMES,
	OPT_ONLY_BAD,
	OPT_DIFF,
	OPT_LIST,
	OPT_FS,
	OPT_TLS,
};

const struct poptOption ciphers_table[] = {
	{ "versions-only", 0, POPT_ARG_NONE, NULL, OPT_VERSIONS_ONLY,
	  "versions alone: six connections", NULL },
	{ "suites-only", 0, POPT_ARG_NONE, NULL, OPT_SUITES_ONLY,
	  "versions, suites and their order; no groups, schemes, properties", NULL },
	{ "groups", 0, POPT_ARG_NONE, NULL, OPT_GROUPS, "versions and groups alone", NULL },
	{ "lanes", 0, POPT_ARG_STRING, NULL, OPT_LANES,
	  "connections to one endpoint at once (default 8)", "N" },
	{ "gentle", 0, POPT_ARG_NONE, NULL, OPT_GENTLE,
	  "one after the other, as few connections as it takes", NULL },
	{ "max-connections", 0, POPT_ARG_STRING, NULL, OPT_MAX_CONNECTIONS,
	  "stop after so many to one endpoint; what was not asked is not told", "N" },
	{ "names", 0, POPT_ARG_STRING, NULL, OPT_NAMES,
	  "whose names suites go by: iana (default), openssl or gnutls", "WHOSE" },
	{ "only-bad", 0, POPT_ARG_NONE, NULL, OPT_ONLY_BAD,
	  "show only suites that are weak or worse; with --list, any that are not good", NULL },
	{ "diff", 0, POPT_ARG_STRING, NULL, OPT_DIFF,
	  "say what changed since these records; status 1 when anything did", "FILE" },
	{ "list", 0, POPT_ARG_NONE, NULL, OPT_LIST, "show the registry of suites, and ask nobody",
	  NULL },
	{ "fs", 0, POPT_ARG_NONE, NULL, OPT_FS, "with --list: only with forward secrecy", NULL },
	{ "tls", 0, POPT_ARG_STRING, NULL, OPT_TLS, "with --list: only what this version may use",
	  "VERSION" },
	POPT_TABLEEND,
};

void ciphers_options_init(struct ciphers_options *opt)
{
	*opt = (struct ciphers_options){ .lanes = DEFAULT_LANES };
}

static bool take_count(const char *what, const char *arg, unsigned long most, unsigned long *out,
		       struct err *err)
{
	char *end;
	unsigned long value = strtoul(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || value < 1 || value > most)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: '%s' is not a number from 1 to %lu",
			       what, arg, most);
	*out = value;
	return true;
}

static bool take_scope(struct ciphers_options *opt, enum survey_scope scope, struct err *err)
{
	if (opt->scope != SURVEY_ALL && opt->scope != scope)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--versions-only, --suites-only and --groups exclude each other");
	opt->scope = scope;
	return true;
}

static bool take_lanes(struct ciphers_options *opt, const char *arg, struct err *err)
{
	unsigned long lanes = 1;
	if (arg && !take_count("--lanes", arg, LANES_MAX, &lanes, err))
		return false;
	opt->lanes = (unsigned)lanes;
	return true;
}

static bool take_limit(struct ciphers_options *opt, const char *arg, struct err *err)
{
	unsigned long limit = 0;
	if (!take_count("--max-connections", arg, CONNECTIONS_MAX, &limit, err))
		return false;
	opt->connections_max = limit;
	return true;
}

static bool take_words(struct ciphers_options *opt, int value, const char *arg, struct err *err)
{
	if (value == OPT_NAMES && !suite_names_parse(arg, &opt->names))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--names: '%s' is not iana, openssl or gnutls", arg);
	if (value == OPT_TLS && !tls_version_parse(arg, &opt->list_version))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--tls: '%s' is not a TLS version (ssl2, ssl3, 1.0, 1.1, 1.2, 1.3)",
			       arg);
	if (value == OPT_DIFF)
		opt->diff = arg;
	return true;
}

bool ciphers_take_option(void *tool_options, struct options *options, int value, const char *arg,
			 struct err *err)
{
	struct ciphers_options *opt = tool_options;
	switch (value) {
	case OPT_VERSIONS_ONLY:
		return take_scope(opt, SURVEY_VERSIONS, err);
	case OPT_SUITES_ONLY:
		return take_scope(opt, SURVEY_SUITES, err);
	case OPT_GROUPS:
		return take_scope(opt, SURVEY_GROUPS, err);
	case OPT_LANES:
	case OPT_GENTLE:
		return take_lanes(opt, arg, err);
	case OPT_MAX_CONNECTIONS:
		return take_limit(opt, arg, err);
	case OPT_ONLY_BAD:
		opt->only_bad = true;
		return true;
	case OPT_LIST:
		opt->list = true;
		options->network = false;
		return true;
	case OPT_FS:
		opt->list_fs = true;
		return true;
	default:
		return take_words(opt, value, arg, err);
	}
}

static const char *quarrel(const struct ciphers_options *opt, const struct options *options)
{
	if (!opt->list && (opt->list_fs || opt->list_version))
		return "--fs and --tls narrow what --list shows; they go with it only";
	if (opt->list && options->operand_count > 0)
		return "--list shows the registry and takes no domains";
	if (opt->list && (opt->diff || options->rejudge))
		return "--list excludes --diff and --rejudge";
	if (opt->list && (options->form == OUTPUT_JSON || options->form == OUTPUT_NAGIOS))
		return "--list shows a table: not with --json or --nagios";
	return NULL;
}

bool ciphers_options_open(struct ciphers_options *opt, struct options *options)
{
	struct err err = { 0 };
	const char *problem = quarrel(opt, options);
	if (!problem && opt->diff && !ciphers_old_read(opt->diff, &opt->old, &err))
		problem = err.text;
	if (problem)
		log_usage(&options->log, problem);
	return !problem;
}

void ciphers_options_close(struct ciphers_options *opt)
{
	ciphers_old_free(&opt->old);
}
