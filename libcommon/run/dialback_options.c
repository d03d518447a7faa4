#include "run/dialback_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "net/listen.h"
#include "xmpp/jid.h"

#define WAIT_LEAST 0.1
#define WAIT_MOST  3600.0
#define COUNT_MOST 1000000000ul

enum {
	OPT_LISTEN = CLI_TOOL_FIRST,
	OPT_CHECK,
	OPT_LIST_CHECKS,
	OPT_ANSWER,
	OPT_WRONG_KEY,
	OPT_PIGGYBACK,
	OPT_PIGGYBACK_TO,
	OPT_BIDI,
	OPT_WAIT,
	OPT_SERVE,
	OPT_REQUIRE_TLS,
	OPT_NO_REQUIRE_TLS,
	OPT_MISBEHAVE,
	OPT_COUNT,
	OPT_MAKE_KEY,
	OPT_VERIFY_KEY,
	OPT_SECRET_FILE,
	OPT_ID,
};

const struct poptOption dialback_option_table[] = {
	{ "listen", 0, POPT_ARG_STRING, NULL, OPT_LISTEN,
	  "be the authoritative server of --from here: the full round", "[ADDR:]PORT" },
	{ "check", 0, POPT_ARG_STRING, NULL, OPT_CHECK,
	  "only these of --list-checks; usual, all (repeatable)", "NAME[,NAME...]" },
	{ "list-checks", 0, POPT_ARG_NONE, NULL, OPT_LIST_CHECKS,
	  "show what can be checked, and ask nobody", NULL },
	{ "answer", 0, POPT_ARG_STRING, NULL, OPT_ANSWER,
	  "what we say about our key: valid, invalid, error, close or silence", "WHAT" },
	{ "wrong-key", 0, POPT_ARG_NONE, NULL, OPT_WRONG_KEY, "send a key that we then deny",
	  NULL },
	{ "piggyback", 0, POPT_ARG_STRING, NULL, OPT_PIGGYBACK,
	  "another domain of ours on the same stream", "DOMAIN" },
	{ "piggyback-to", 0, POPT_ARG_STRING, NULL, OPT_PIGGYBACK_TO,
	  "another domain of theirs on the same stream", "DOMAIN" },
	{ "bidi", 0, POPT_ARG_NONE, NULL, OPT_BIDI,
	  "ask for stanzas both ways on one stream, too (XEP-0288)", NULL },
	{ "wait", 0, POPT_ARG_STRING, NULL, OPT_WAIT,
	  "for an answer, or to be called back (default 20)", "SECONDS" },
	{ "serve", 0, POPT_ARG_NONE, NULL, OPT_SERVE,
	  "be a peer for the server under test, and tell what it does", NULL },
	{ "require-tls", 0, POPT_ARG_NONE, NULL, OPT_REQUIRE_TLS,
	  "with --serve: no dialback in clear (default)", NULL },
	{ "no-require-tls", 0, POPT_ARG_NONE, NULL, OPT_NO_REQUIRE_TLS,
	  "with --serve: dialback in clear, too", NULL },
	{ "misbehave", 0, POPT_ARG_STRING, NULL, OPT_MISBEHAVE,
	  "with --serve: late, wrong-id, swapped, silent, close or invalid", "KIND" },
	{ "count", 0, POPT_ARG_STRING, NULL, OPT_COUNT, "with --serve: end after so many exchanges",
	  "N" },
	{ "make-key", 0, POPT_ARG_NONE, NULL, OPT_MAKE_KEY,
	  "print the key for --to, --from and --id (XEP-0185), offline", NULL },
	{ "verify-key", 0, POPT_ARG_STRING, NULL, OPT_VERIFY_KEY,
	  "is it the key for --to, --from and --id? offline", "KEY" },
	{ "secret-file", 0, POPT_ARG_STRING, NULL, OPT_SECRET_FILE,
	  "the secret of our keys; fd:N: from an open descriptor", "FILE" },
	{ "id", 0, POPT_ARG_STRING, NULL, OPT_ID, "with a key: the stream it is for", "ID" },
	POPT_TABLEEND,
};

static const char *const misbehaviours[] = {
	[MISBEHAVE_NOT] = "",
	[MISBEHAVE_LATE] = "late",
	[MISBEHAVE_WRONG_ID] = "wrong-id",
	[MISBEHAVE_SWAPPED] = "swapped",
	[MISBEHAVE_SILENT] = "silent",
	[MISBEHAVE_CLOSE] = "close",
	[MISBEHAVE_INVALID] = "invalid",
};

const char *misbehaviour_name(enum misbehaviour kind)
{
	return misbehaviours[kind];
}

void dialback_options_init(struct dialback_options *opt)
{
	*opt = (struct dialback_options){ .wait = DIALBACK_WAIT };
}

static bool take_task(struct dialback_options *opt, struct options *options,
		      enum dialback_task task, struct err *err)
{
	if (opt->task != TASK_PROBE && opt->task != task)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--serve, --make-key, --verify-key and --list-checks exclude each "
			       "other");
	opt->task = task;
	if (task != TASK_SERVE)
		options->network = false;
	return true;
}

static bool take_listen(struct dialback_options *opt, const char *arg, struct err *err)
{
	struct address address;
	uint16_t port;
	struct err why = { 0 };
	if (!listen_parse(arg, &address, &port, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "--listen: %s", why.text);
	opt->listen = arg;
	return true;
}

static bool take_check(struct dialback_options *opt, const char *name, struct err *err)
{
	enum trial trial;
	if (strcmp(name, "all") == 0)
		opt->all = true;
	else if (strcmp(name, "usual") == 0)
		opt->usual = true;
	else if (trial_parse(name, &trial))
		opt->chosen[trial] = true;
	else
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--check: '%.60s' is not the name of a check; --list-checks shows "
			       "them all",
			       name);
	opt->any_chosen = true;
	return true;
}

/* "round,wrong-key" */
static bool take_checks(struct dialback_options *opt, struct options *options, const char *arg,
			struct err *err)
{
	for (const char *at = arg;; at++) {
		size_t size = strcspn(at, ",");
		if (!take_check(opt, arena_copy_n(options->mem, at, size), err))
			return false;
		at += size;
		if (!*at)
			return true;
	}
}

static bool take_answer(struct dialback_options *opt, const char *arg, struct err *err)
{
	static const char *const words[] = { "valid", "invalid", "error", "close", "silence" };
	static const enum trial trials[] = { TRIAL_ROUND, TRIAL_ANSWER_INVALID, TRIAL_ANSWER_ERROR,
					     TRIAL_ANSWER_CLOSE, TRIAL_ANSWER_SILENCE };
	size_t i;
	if (!word_find(words, ARRAY_SIZE(words), arg, &i))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--answer: '%s' is not valid, invalid, error, close or silence",
			       arg);
	opt->chosen[trials[i]] = true;
	opt->any_chosen = true;
	return true;
}

static bool take_domain(struct options *options, const char *what, const char *arg,
			const char **out, struct err *err)
{
	struct jid_domain domain;
	struct err why = { 0 };
	if (!jid_domain_parse(arg, strlen(arg), options->mem, &domain, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: %s", what, why.text);
	*out = domain.unicode; /* as stream headers write it (RFC 7622, 3.2) */
	return true;
}

static bool take_wait(struct dialback_options *opt, const char *arg, struct err *err)
{
	char *end;
	double seconds = strtod(arg, &end);
	if (end == arg || *end || !(seconds >= WAIT_LEAST && seconds <= WAIT_MOST))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--wait: '%s' is not a number from %g to %g", arg, WAIT_LEAST,
			       WAIT_MOST);
	opt->wait = seconds;
	return true;
}

static bool take_misbehaviour(struct dialback_options *opt, const char *arg, struct err *err)
{
	size_t i;
	if (!*arg || !word_find(misbehaviours, ARRAY_SIZE(misbehaviours), arg, &i))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--misbehave: '%s' is not late, wrong-id, swapped, silent, close or "
			       "invalid",
			       arg);
	opt->misbehave = (enum misbehaviour)i;
	opt->serve_narrowed = true;
	return true;
}

static bool take_count(struct dialback_options *opt, const char *arg, struct err *err)
{
	char *end;
	unsigned long count = strtoul(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || count < 1 || count > COUNT_MOST)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--count: '%s' is not a number from 1 to %lu", arg, COUNT_MOST);
	opt->count = count;
	opt->serve_narrowed = true;
	return true;
}

static bool take_key(struct dialback_options *opt, struct options *options, int value,
		     const char *arg, struct err *err)
{
	switch (value) {
	case OPT_MAKE_KEY:
		return take_task(opt, options, TASK_MAKE_KEY, err);
	case OPT_VERIFY_KEY:
		opt->key = arg;
		return take_task(opt, options, TASK_VERIFY_KEY, err);
	case OPT_SECRET_FILE:
		opt->secret_file = arg;
		return true;
	default:
		opt->id = arg;
		return true;
	}
}

static bool take_serve(struct dialback_options *opt, struct options *options, int value,
		       const char *arg, struct err *err)
{
	switch (value) {
	case OPT_SERVE:
		return take_task(opt, options, TASK_SERVE, err);
	case OPT_REQUIRE_TLS:
	case OPT_NO_REQUIRE_TLS:
		opt->tls_optional = value == OPT_NO_REQUIRE_TLS;
		opt->serve_narrowed = true;
		return true;
	case OPT_MISBEHAVE:
		return take_misbehaviour(opt, arg, err);
	default:
		return take_count(opt, arg, err);
	}
}

bool dialback_take_option(void *tool_options, struct options *options, int value, const char *arg,
			  struct err *err)
{
	struct dialback_options *opt = tool_options;
	switch (value) {
	case OPT_LISTEN:
		return take_listen(opt, arg, err);
	case OPT_CHECK:
		return take_checks(opt, options, arg, err);
	case OPT_LIST_CHECKS:
		return take_task(opt, options, TASK_LIST_CHECKS, err);
	case OPT_ANSWER:
		return take_answer(opt, arg, err);
	case OPT_WRONG_KEY:
		opt->chosen[TRIAL_WRONG_KEY] = true;
		opt->any_chosen = true;
		return true;
	case OPT_PIGGYBACK:
		return take_domain(options, "--piggyback", arg, &opt->piggyback, err);
	case OPT_PIGGYBACK_TO:
		return take_domain(options, "--piggyback-to", arg, &opt->piggyback_to, err);
	case OPT_BIDI:
		opt->chosen[TRIAL_BIDI] = true;
		return true;
	case OPT_WAIT:
		return take_wait(opt, arg, err);
	default:
		return value <= OPT_COUNT ? take_serve(opt, options, value, arg, err)
					  : take_key(opt, options, value, arg, err);
	}
}
