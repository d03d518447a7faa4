#include "run/check_options.h"

#include <string.h>

#include "base/word.h"
#include "xmpp/jid.h"

enum {
	OPT_EXPIRE_WARNING = CLI_TOOL_FIRST,
	OPT_EXPIRE_CRITICAL,
	OPT_AT,
	OPT_PEM,
	OPT_PEM_LIST,
	OPT_LOCAL,
	OPT_NAMES,
	OPT_VERIFY_NAME,
	OPT_LEGACY_CN,
	OPT_SUBDOMAINS,
	OPT_DANE,
	OPT_POSH,
	OPT_TLSA,
	OPT_POSH_JSON,
	OPT_CRL,
	OPT_NO_CAA,
	OPT_STATE,
	OPT_NO_STATE,
	OPT_ACCEPT,
	OPT_HISTORY,
	OPT_PIN,
	OPT_TOFU,
	OPT_CRON,
};

const struct poptOption check_table[] = {
	{ "expire-warning", 'w', POPT_ARG_STRING, NULL, OPT_EXPIRE_WARNING,
	  "warn when this little of its life is left: 30d, 33%", "SPAN" },
	{ "expire-critical", 'c', POPT_ARG_STRING, NULL, OPT_EXPIRE_CRITICAL,
	  "critical when this little is left", "SPAN" },
	{ "at", 0, POPT_ARG_STRING, NULL, OPT_AT,
	  "judge as of this moment: 2026-11-25T12:00:00Z, 2026-11-25, @SECONDS", "TIME" },
	{ "pem", 0, POPT_ARG_STRING, NULL, OPT_PEM,
	  "judge the chain in FILE (PEM, DER, PKCS#7; - is standard input), no network", "FILE" },
	{ "pem-list", 0, POPT_ARG_STRING, NULL, OPT_PEM_LIST,
	  "judge many: each line is FILE [DOMAIN] (- is standard input)", "FILE" },
	{ "local", 0, POPT_ARG_STRING, NULL, OPT_LOCAL,
	  "compare what is served with this file: renewed, but not reloaded?", "FILE" },
	{ "names", 0, POPT_ARG_NONE, NULL, OPT_NAMES,
	  "show every presented identifier and its verdict", NULL },
	{ "verify-name", 0, POPT_ARG_STRING, NULL, OPT_VERIFY_NAME,
	  "accept this name, too: configured by hand (repeatable)", "NAME" },
	{ "legacy-cn", 0, POPT_ARG_NONE, NULL, OPT_LEGACY_CN,
	  "accept the common name where there is no other identifier (RFC 6125)", NULL },
	{ "subdomains", 0, POPT_ARG_STRING, NULL, OPT_SUBDOMAINS,
	  "must speak for these, too: conference,upload; auto: what discovery names", "LIST" },
	{ "dane", 0, POPT_ARG_STRING, NULL, OPT_DANE, "auto (default), require or off", "MODE" },
	{ "posh", 0, POPT_ARG_STRING, NULL, OPT_POSH,
	  "auto (default: where nothing else proves it), always, require or off", "MODE" },
	{ "tlsa", 0, POPT_ARG_NONE, NULL, OPT_TLSA, "print the TLSA record to publish", NULL },
	{ "posh-json", 0, POPT_ARG_NONE, NULL, OPT_POSH_JSON, "print the POSH document to publish",
	  NULL },
	{ "crl", 0, POPT_ARG_STRING, NULL, OPT_CRL, "revocation list to check with (repeatable)",
	  "FILE" },
	{ "no-caa", 0, POPT_ARG_NONE, NULL, OPT_NO_CAA, "do not ask for CAA records", NULL },
	{ "state", 0, POPT_ARG_STRING, NULL, OPT_STATE,
	  "the history to use (default: $XDG_STATE_HOME/xmpp-tls-tools/history.db)", "FILE" },
	{ "no-state", 0, POPT_ARG_NONE, NULL, OPT_NO_STATE, "neither read nor write the history",
	  NULL },
	{ "accept", 0, POPT_ARG_NONE, NULL, OPT_ACCEPT, "acknowledge what changed", NULL },
	{ "history", 0, POPT_ARG_NONE, NULL, OPT_HISTORY,
	  "show what was seen, and connect to nobody", NULL },
	{ "pin-sha256", 0, POPT_ARG_STRING, NULL, OPT_PIN,
	  "the certificate or its key must have this SHA-256 (hex or base64; repeatable)", "HASH" },
	{ "tofu", 0, POPT_ARG_NONE, NULL, OPT_TOFU,
	  "trust what the history knows (trust on first use)", NULL },
	{ "cron", 0, POPT_ARG_NONE, NULL, OPT_CRON, "say nothing unless something is wrong", NULL },
	POPT_TABLEEND,
};

void check_options_init(struct check_options *opt)
{
	*opt = (struct check_options){
		.rules = { .warning = expiry_warning, .critical = expiry_critical },
	};
}

static bool parse_mode(const char *what, const char *arg, bool with_always, enum proof_mode *out,
		       struct err *err)
{
	static const char *const words[] = {
		[PROOF_AUTO] = "auto",
		[PROOF_ALWAYS] = "always",
		[PROOF_REQUIRE] = "require",
		[PROOF_OFF] = "off",
	};
	size_t i;
	if (!word_find(words, ARRAY_SIZE(words), arg, &i) || (i == PROOF_ALWAYS && !with_always))
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: '%s' is not auto,%s require or off",
			       what, arg, with_always ? " always," : "");
	*out = (enum proof_mode)i;
	return true;
}

static bool add_text(const char **list, size_t *count, const char *what, const char *text,
		     struct err *err)
{
	if (*count == CHECK_LIST_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: at most %d", what, CHECK_LIST_MAX);
	list[(*count)++] = text;
	return true;
}

static bool add_name(struct check_options *opt, struct options *options, const char *arg,
		     struct err *err)
{
	struct jid_domain domain;
	struct err why = { 0 };
	if (!jid_domain_parse(arg, strlen(arg), options->mem, &domain, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "--verify-name: %s", why.text);
	return add_text(opt->verify_names, &opt->verify_name_count, "--verify-name", domain.ascii,
			err);
}

static bool add_subdomain(struct check_options *opt, struct options *options, const char *text,
			  size_t size, struct err *err)
{
	struct jid_domain domain;
	struct err why = { 0 };
	if (size == strlen("auto") && strncmp(text, "auto", size) == 0) {
		opt->subdomains_auto = true;
		return true;
	}
	if (!jid_domain_parse(text, size, options->mem, &domain, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "--subdomains: %s", why.text);
	return add_text(opt->subdomains, &opt->subdomain_count, "--subdomains", domain.ascii, err);
}

/* "auto,conference,upload.example.net" */
static bool add_subdomains(struct check_options *opt, struct options *options, const char *arg,
			   struct err *err)
{
	for (const char *at = arg;; at++) {
		size_t size = strcspn(at, ",");
		if (!add_subdomain(opt, options, at, size, err))
			return false;
		at += size;
		if (!*at)
			return true;
	}
}

static bool take_span(const char *what, const char *arg, struct span *out, struct err *err)
{
	if (check_parse_span(arg, out))
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "%s: '%s' is no span of time such as 30d, 12h or 33%%", what, arg);
}

static bool take_time(struct check_options *opt, const char *arg, struct err *err)
{
	opt->at_chosen = true;
	if (check_parse_time(arg, &opt->at))
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "--at: '%s' is no time such as 2026-11-25T12:00:00Z, 2026-11-25 or "
		       "@1795608000",
		       arg);
}

/* The history has a JSON form as well, whichever option comes first. */
static void take_form(struct check_options *opt, struct options *options, int value)
{
	opt->output = value == OPT_TLSA        ? CHECK_TLSA
		      : value == OPT_POSH_JSON ? CHECK_POSH_JSON
		      : value == OPT_HISTORY   ? CHECK_HISTORY
					       : CHECK_CRON;
	if (opt->output == CHECK_HISTORY && options->form_chosen && options->form == OUTPUT_JSON)
		return;
	options->form = OUTPUT_TOOL;
	options->form_chosen = true;
}

static bool take_proof(struct check_options *opt, struct options *options, int value,
		       const char *arg, struct err *err)
{
	switch (value) {
	case OPT_DANE:
		return parse_mode("--dane", arg, false, &opt->rules.dane, err);
	case OPT_POSH:
		return parse_mode("--posh", arg, true, &opt->rules.posh, err);
	case OPT_CRL:
		return add_text(opt->crl_files, &opt->crl_count, "--crl", arg, err);
	case OPT_PIN:
		return pins_add(&opt->pins, arg, err);
	case OPT_VERIFY_NAME:
		return add_name(opt, options, arg, err);
	default:
		return add_subdomains(opt, options, arg, err);
	}
}

static void take_history(struct check_options *opt, int value, const char *arg)
{
	if (value == OPT_STATE)
		opt->state = arg;
	opt->no_state |= value == OPT_NO_STATE;
	opt->accept |= value == OPT_ACCEPT;
	opt->tofu |= value == OPT_TOFU;
}

bool check_take_option(void *tool_options, struct options *options, int value, const char *arg,
		       struct err *err)
{
	struct check_options *opt = tool_options;
	switch (value) {
	case OPT_EXPIRE_WARNING:
		return take_span("--expire-warning", arg, &opt->rules.warning, err);
	case OPT_EXPIRE_CRITICAL:
		return take_span("--expire-critical", arg, &opt->rules.critical, err);
	case OPT_AT:
		return take_time(opt, arg, err);
	case OPT_PEM:
		opt->pem = arg;
		return true;
	case OPT_PEM_LIST:
		opt->pem_list = arg;
		return true;
	case OPT_LOCAL:
		opt->local = arg;
		return true;
	case OPT_NAMES:
		opt->names = true;
		return true;
	case OPT_LEGACY_CN:
		opt->legacy_cn = true;
		return true;
	case OPT_NO_CAA:
		opt->no_caa = true;
		return true;
	case OPT_STATE:
	case OPT_NO_STATE:
	case OPT_ACCEPT:
	case OPT_TOFU:
		take_history(opt, value, arg);
		return true;
	case OPT_TLSA:
	case OPT_POSH_JSON:
	case OPT_HISTORY:
	case OPT_CRON:
		take_form(opt, options, value);
		return true;
	default:
		return take_proof(opt, options, value, arg, err);
	}
}

static const char *quarrel(const struct check_options *opt, const struct options *options)
{
	bool history = opt->output == CHECK_HISTORY;
	if (opt->pem && opt->pem_list)
		return "--pem and --pem-list exclude each other";
	if (opt->pem && options->operand_count > 1)
		return "--pem judges one file for one domain; --pem-list judges many";
	if (opt->pem_list && options->operand_count > 0)
		return "--pem-list takes its domains from the list";
	if ((opt->pem || opt->pem_list) && (options->rejudge || opt->local || history))
		return "--pem and --pem-list exclude --rejudge, --local and --history";
	if ((opt->accept || opt->tofu || history) && opt->no_state)
		return "--accept, --tofu and --history need the history: not with --no-state";
	return NULL;
}

/* A history that cannot be used costs its verdicts, not the check. */
static bool open_history(struct check_options *opt, const struct options *options)
{
	struct err err = { 0 };
	bool files = opt->pem || opt->pem_list || options->rejudge;
	if (opt->no_state || files || history_open(opt->state, &opt->history, &err))
		return true;
	log_say(&options->log, "history", "%s; nothing is compared or remembered", err.text);
	return !opt->accept && !opt->tofu && opt->output != CHECK_HISTORY;
}

bool check_options_open(struct check_options *opt, struct options *options)
{
	struct err err = { 0 };
	const char *problem = quarrel(opt, options);
	if (problem) {
		log_usage(&options->log, problem);
		return false;
	}
	if (opt->pem || opt->output == CHECK_HISTORY)
		options->network = false;
	if (opt->pem_list) {
		options->network = false;
		options->input_file = strcmp(opt->pem_list, "-") == 0 ? NULL : opt->pem_list;
	}
	if (opt->crl_count > 0 && !crl_set_new(opt->crl_files, opt->crl_count, &opt->crls, &err)) {
		log_usage(&options->log, err.text);
		return false;
	}
	return open_history(opt, options);
}

void check_options_close(struct check_options *opt)
{
	crl_set_free(&opt->crls);
	history_close(&opt->history);
}
