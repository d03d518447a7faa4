/* After the command line: which trials that makes, and what does not go together. */
#include <string.h>

#include "run/dialback.h"

/* In the order a sentence names them. --from comes before --listen, which is no use without. */
static const struct need {
	enum trial_needs flag;
	const char *option;
} needs[] = {
	{ NEEDS_FROM, "--from" },
	{ NEEDS_LISTENER, "--listen" },
	{ NEEDS_CERTIFICATE, "--cert" },
	{ NEEDS_PIGGYBACK, "--piggyback" },
	{ NEEDS_PIGGYBACK_TO, "--piggyback-to" },
};

static unsigned what_is_there(const struct dialback_options *opt, const struct options *options)
{
	return (options->from ? NEEDS_FROM : 0u) | (opt->listen ? NEEDS_LISTENER : 0u) |
	       (options->tls.cert_file ? NEEDS_CERTIFICATE : 0u) |
	       (opt->piggyback ? NEEDS_PIGGYBACK : 0u) |
	       (opt->piggyback_to ? NEEDS_PIGGYBACK_TO : 0u);
}

/* "the check two-senders needs --from, --listen and --piggyback" */
static bool refuse_trial(enum trial trial, unsigned missing, struct err *err)
{
	CLEANUP(buf_free) struct buf list = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (!(missing & needs[i].flag))
			continue;
		missing &= ~(unsigned)needs[i].flag;
		if (list.size > 0)
			buf_text(&list, missing ? ", " : " and ");
		buf_text(&list, needs[i].option);
	}
	return err_set(err, AT_INPUT, ERR_USAGE, "the check %s needs %s", trial_kind(trial)->name,
		       buf_string(&list));
}

/* What was named must be possible; of `usual` and `all` only what is possible is meant. */
static bool choose_trials(struct dialback_options *opt, const struct options *options,
			  struct err *err)
{
	unsigned there = what_is_there(opt, options);
	bool usual = opt->usual || !opt->any_chosen;
	/* A second domain given and nothing named: it is there to be tried. */
	opt->chosen[TRIAL_TWO_SENDERS] |= opt->piggyback && !opt->any_chosen;
	opt->chosen[TRIAL_TWO_TARGETS] |= opt->piggyback_to && !opt->any_chosen;
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		const struct trial_kind *kind = trial_kind(trial);
		unsigned missing = kind->needs & ~there;
		if (opt->chosen[trial] && missing)
			return refuse_trial(trial, missing, err);
		opt->chosen[trial] |= !missing && (opt->all || (usual && kind->usual));
	}
	opt->any_chosen = true;
	return true;
}

static const char *quarrel_of_keys(const struct dialback_options *opt,
				   const struct options *options)
{
	if (!opt->secret_file)
		return "a key needs its secret: --secret-file (never on the command line, where all "
		       "can read it)";
	if (!options->to || !options->from || !opt->id)
		return "a key needs --to (who checks it), --from (who made it) and --id (of the "
		       "stream)";
	if (!*opt->id)
		return "--id: a stream has an id of one character at least";
	if (opt->key && !*opt->key)
		return "--verify-key: there is no key to verify";
	return NULL;
}

static const char *quarrel_of_serve(const struct dialback_options *opt,
				    const struct options *options)
{
	if (!options->from || !opt->listen)
		return "--serve needs --from (the domain it speaks for) and --listen";
	if (options->form == OUTPUT_NAGIOS)
		return "--serve tells of each exchange: not with --nagios";
	return NULL;
}

/* --serve may speak for a second domain; that is no trial. */
static bool wants_trials(const struct dialback_options *opt)
{
	return opt->any_chosen || opt->chosen[TRIAL_BIDI] || opt->piggyback_to ||
	       (opt->piggyback && opt->task != TASK_SERVE);
}

/* Of the tasks that look at no domain. */
static const char *quarrel_of_task(const struct dialback_options *opt,
				   const struct options *options)
{
	if (options->operand_count > 0)
		return "--serve, --make-key, --verify-key and --list-checks take no domains";
	if (wants_trials(opt) || options->rejudge)
		return "--serve, --make-key, --verify-key and --list-checks try nothing on anybody: "
		       "not with checks or --rejudge";
	if (opt->task == TASK_SERVE)
		return quarrel_of_serve(opt, options);
	if (opt->listen)
		return "--make-key, --verify-key and --list-checks ask nobody: not with --listen";
	if (options->form == OUTPUT_JSON || options->form == OUTPUT_NAGIOS)
		return "--make-key, --verify-key and --list-checks print text: not with --json or "
		       "--nagios";
	return opt->task == TASK_LIST_CHECKS ? NULL : quarrel_of_keys(opt, options);
}

static const char *quarrel_of_probe(const struct dialback_options *opt,
				    const struct options *options)
{
	if (options->rejudge && (opt->listen || wants_trials(opt)))
		return "--rejudge asks nobody: not with --listen or checks";
	if (opt->listen && !options->from)
		return "--listen needs --from: the domain whose server it is to be";
	return NULL;
}

static const char *quarrel(const struct dialback_options *opt, const struct options *options)
{
	if (!options->services[SERVICE_S2S])
		return "dialback is between servers: not with --c2s";
	if (opt->serve_narrowed && opt->task != TASK_SERVE)
		return "--require-tls, --no-require-tls, --misbehave and --count go with --serve";
	if (opt->id && opt->task != TASK_MAKE_KEY && opt->task != TASK_VERIFY_KEY)
		return "--id goes with --make-key and --verify-key";
	if (dialback_same_domain(opt->piggyback, options->from))
		return "--piggyback: another domain than that of --from";
	return opt->task == TASK_PROBE ? quarrel_of_probe(opt, options)
				       : quarrel_of_task(opt, options);
}

bool dialback_check_options(struct dialback_options *opt, struct options *options)
{
	struct err err = { 0 };
	const char *problem = quarrel(opt, options);
	if (!problem && opt->task == TASK_PROBE && !options->rejudge &&
	    !choose_trials(opt, options, &err))
		problem = err.text;
	if (problem) {
		log_usage(&options->log, problem);
		return false;
	}
	options->services[SERVICE_C2S] = false;
	if (opt->secret_file && dialback_secret_exposed(opt->secret_file))
		log_say(&options->log, opt->secret_file,
			"every user of this machine can read this secret (chmod o-r)");
	return true;
}
