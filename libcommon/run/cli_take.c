/* What the options of the common tables do. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/idna.h"
#include "run/cli_inner.h"
#include "xmpp/jid.h"

#define JOBS_MAX    1000
#define TIMEOUT_MAX 3600.0
#define RATE_MAX    1000000.0

static bool parse_number(const char *arg, double least, double most, const char *what, double *out,
			 struct err *err)
{
	char *end;
	double value = strtod(arg, &end);
	if (end == arg || *end || !(value >= least && value <= most))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s: '%s' is not a number from %.10g to %.10g", what, arg, least,
			       most);
	*out = value;
	return true;
}

static bool parse_count(const char *arg, double most, const char *what, unsigned *out,
			struct err *err)
{
	double value = 0;
	if (!parse_number(arg, 1, most, what, &value, err))
		return false;
	if (value != (double)(unsigned)value)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s: '%s' is not a whole number", what,
			       arg);
	*out = (unsigned)value;
	return true;
}

bool cli_add_connect(struct options *opt, const char *host, uint16_t port, struct err *err)
{
	struct connect_to *to = &opt->connect[opt->connect_count];
	struct address address;
	assert(opt->connect_count < CONNECT_MAX);
	if (address_parse(host, &address))
		to->host = arena_copy(opt->mem, host);
	else if (!idna_to_ascii(host, strlen(host), opt->mem, &to->host, err))
		return false;
	to->port = port;
	opt->connect_count++;
	return true;
}

static bool parse_connect(struct options *opt, const char *arg, struct err *err)
{
	char host[256];
	uint16_t port = 0;
	struct err why = { 0 };
	if (!host_port_parse(arg, host, &port))
		return err_set(err, AT_INPUT, ERR_USAGE, "--connect: '%s' is not HOST[:PORT]", arg);
	if (opt->connect_count == CONNECT_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE, "--connect: at most %d endpoints",
			       CONNECT_MAX);
	if (!cli_add_connect(opt, host, port, &why))
		return err_set(err, AT_INPUT, ERR_USAGE, "--connect: '%s': %s", arg, why.text);
	return true;
}

/* A name we shall say ourselves must be one. */
static bool parse_domain(struct options *opt, const char *arg, const char *what,
			 struct jid_domain *out, struct err *err)
{
	struct err why = { 0 };
	if (jid_domain_parse(arg, strlen(arg), opt->mem, out, &why))
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE, "%s: %s", what, why.text);
}

/* RFC 7301, 3.1: names of 1 to 255 octets. */
static bool check_alpn(const char *list, struct err *err)
{
	size_t count = 0;
	for (const char *at = list; *list; at++) {
		size_t size = strcspn(at, ",");
		if (size < 1 || size > 255)
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "--alpn: a protocol of %zu octets; each has 1 to 255", size);
		if (++count > TLS_ALPN_MAX)
			return err_set(err, AT_INPUT, ERR_USAGE, "--alpn: more than %d protocols",
				       TLS_ALPN_MAX);
		at += size;
		if (!*at)
			break;
	}
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

static bool regrade(struct options *opt, const char *what, const char *id, enum severity severity,
		    struct err *err)
{
	const struct finding_kind *kind = finding_kind_find(id);
	if (!kind)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s: '%s' is not the id of a finding; --explain list shows them all",
			       what, id);
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
		opt->jobs_chosen = true;
		return parse_count(arg, JOBS_MAX, "--jobs", &opt->jobs, err);
	case OPT_PER_HOST:
		return parse_count(arg, JOBS_MAX, "--per-host", &opt->per_host, err);
	case OPT_RESUME:
		opt->resume_file = arg;
		return true;
	default:
		return parse_number(arg, 0.01, RATE_MAX, "--rate", &opt->rate, err);
	}
}

static bool take_tls(struct options *opt, int value, const char *arg, struct err *err)
{
	struct jid_domain domain;
	switch (value) {
	case OPT_TO:
		opt->to = arg;
		return parse_domain(opt, arg, "--to", &domain, err);
	case OPT_FROM:
		if (!parse_domain(opt, arg, "--from", &domain, err))
			return false;
		opt->from = domain.unicode; /* as stream headers write it (RFC 7622, 3.2) */
		opt->from_given = arg;
		return true;
	case OPT_SERVERNAME:
		if (!parse_domain(opt, arg, "--servername", &domain, err))
			return false;
		opt->servername = domain.ascii;
		return true;
	case OPT_ALPN:
		opt->alpn = arg;
		return check_alpn(arg, err);
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
		opt->policy_chosen = true;
		if (!policy_name_parse(arg, &opt->policy))
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "--policy: '%s' is not bcp195, manifesto or strict", arg);
		return true;
	case OPT_IGNORE:
		return regrade(opt, "--ignore", arg, SEVERITY_NONE, err);
	case OPT_WARNING:
		return regrade(opt, "--warning", arg, SEVERITY_WARNING, err);
	default:
		return regrade(opt, "--critical", arg, SEVERITY_CRITICAL, err);
	}
}

bool cli_take(struct options *opt, int value, const char *arg, struct err *err)
{
	if (value <= OPT_PROXY || (value >= OPT_TIMEOUT && value <= OPT_RESUME))
		return take_reach(opt, value, arg, err);
	if (value <= OPT_KEYLOG)
		return take_tls(opt, value, arg, err);
	if (value <= OPT_REJUDGE)
		return take_output(opt, value, arg, err);
	return take_finding(opt, value, arg, err);
}

/* -4 or -6 beside a literal address of the other family would leave nothing to examine. */
static bool check_family(const struct options *opt, struct err *err)
{
	for (size_t i = 0; i < opt->connect_count && opt->family != AF_UNSPEC; i++) {
		struct address address;
		if (!address_parse(opt->connect[i].host, &address) || address.family == opt->family)
			continue;
		return err_set(err, AT_INPUT, ERR_USAGE, "--connect: %s is no IPv%c address",
			       opt->connect[i].host, opt->family == AF_INET ? '4' : '6');
	}
	return true;
}

bool cli_check(struct options *opt, struct err *err)
{
	if (opt->tls.key_file && !opt->tls.cert_file)
		return err_set(err, AT_INPUT, ERR_USAGE, "--key needs --cert");
	if (opt->rejudge && opt->operand_count > 0)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--rejudge reads records from standard input and takes no domains");
	if (!opt->form_chosen)
		opt->form = opt->operand_count > 0 ? OUTPUT_LONG : OUTPUT_SHORT;
	return check_family(opt, err);
}
