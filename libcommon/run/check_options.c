#include "run/check_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "report/reread.h"
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
	  "must speak for these, too: conference,upload", "LIST" },
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

bool check_parse_span(const char *text, struct span *out)
{
	char *end;
	double value = strtod(text, &end);
	struct span span = { 0 };
	/* Plain figures: strtod() would take blanks, signs, 1e2 and 0x1d as well. */
	if (end == text || end != text + strspn(text, "0123456789.") ||
	    !(value > 0 && value <= 100000))
		return false;
	if (strcmp(end, "%") == 0 && value <= 100)
		span.share = value / 100;
	else if (strcmp(end, "h") == 0)
		span.days = value / 24;
	else if (*end == '\0' || strcmp(end, "d") == 0)
		span.days = value;
	else
		return false;
	*out = span;
	return true;
}

bool check_parse_time(const char *text, int64_t *out)
{
	char whole[32] = "";
	char *end;
	if (text[0] == '@' && text[1] >= '0' && text[1] <= '9') {
		long long seconds = strtoll(text + 1, &end, 10);
		if (*end || seconds > 253402300799) /* the end of the year 9999 */
			return false;
		*out = seconds;
		return true;
	}
	if (strlen(text) == strlen("2026-11-25"))
		strcat(strcpy(whole, text), "T00:00:00Z");
	return reread_time(*whole ? whole : text, out);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool parse_hex(const char *text, uint8_t out[32])
{
	size_t digits = 0;
	for (; *text; text++) {
		int digit = hex_digit(*text);
		if (*text == ':' && digits > 0 && digits % 2 == 0 && hex_digit(text[1]) >= 0)
			continue;
		if (digit < 0 || digits == 64)
			return false;
		out[digits / 2] = (uint8_t)(digits % 2 ? out[digits / 2] | digit : digit << 4);
		digits++;
	}
	return digits == 64;
}

/* 32 octets are 43 digits and one "=". */
static bool parse_base64(const char *text, uint8_t out[32])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t size = strspn(text, digits), at = 0;
	unsigned bits = 0, held = 0;
	if (size != 43 || (text[43] && strcmp(text + 43, "=") != 0))
		return false;
	for (size_t i = 0; i < size; i++) {
		bits = bits << 6 | (unsigned)(strchr(digits, text[i]) - digits);
		held += 6;
		if (held >= 8 && at < 32)
			out[at++] = (uint8_t)(bits >> (held -= 8));
	}
	return !(bits & 3); /* 258 bits, of which the last two say nothing */
}

bool check_parse_pin(const char *text, uint8_t out[32])
{
	static const char prefix[] = "sha256//"; /* as curl and HPKP write it */
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		return parse_base64(text + sizeof(prefix) - 1, out);
	return parse_hex(text, out) || parse_base64(text, out);
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

/* "conference,upload.example.net" */
static bool add_subdomains(struct check_options *opt, struct options *options, const char *arg,
			   struct err *err)
{
	for (const char *at = arg;; at++) {
		size_t size = strcspn(at, ",");
		struct jid_domain domain;
		struct err why = { 0 };
		if (!jid_domain_parse(at, size, options->mem, &domain, &why))
			return err_set(err, AT_INPUT, ERR_USAGE, "--subdomains: %s", why.text);
		if (!add_text(opt->subdomains, &opt->subdomain_count, "--subdomains", domain.ascii,
			      err))
			return false;
		at += size;
		if (!*at)
			return true;
	}
}

static bool add_pin(struct check_options *opt, const char *arg, struct err *err)
{
	if (opt->pin_count == CHECK_LIST_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE, "--pin-sha256: at most %d",
			       CHECK_LIST_MAX);
	if (!check_parse_pin(arg, opt->pins[opt->pin_count]))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--pin-sha256: '%.80s' is no SHA-256 in hex (64 digits) or base64 "
			       "(44 characters)",
			       arg);
	opt->pin_count++;
	return true;
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
static void take_form(struct check_options *opt, struct options *options, enum check_output output)
{
	opt->output = output;
	if (output == CHECK_HISTORY && options->form_chosen && options->form == OUTPUT_JSON)
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
		return add_pin(opt, arg, err);
	case OPT_VERIFY_NAME:
		return add_name(opt, options, arg, err);
	default:
		return add_subdomains(opt, options, arg, err);
	}
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
		opt->state = arg;
		return true;
	case OPT_NO_STATE:
		opt->no_state = true;
		return true;
	case OPT_ACCEPT:
		opt->accept = true;
		return true;
	case OPT_TOFU:
		opt->tofu = true;
		return true;
	case OPT_TLSA:
		take_form(opt, options, CHECK_TLSA);
		return true;
	case OPT_POSH_JSON:
		take_form(opt, options, CHECK_POSH_JSON);
		return true;
	case OPT_HISTORY:
		take_form(opt, options, CHECK_HISTORY);
		return true;
	case OPT_CRON:
		take_form(opt, options, CHECK_CRON);
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
	log_say(&options->log, NULL, "%s", err.text);
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
