/* Why a walk ended early: one finding for one cause (streams.md, section 8). */
#include "judge/parts.h"

#include <string.h>

#include "base/escape.h"

#define ALERT_PROTOCOL_VERSION     70 /* RFC 8446, 6 */
#define ALERT_CERTIFICATE_REQUIRED 116

const struct stream_error *failure_stream_error(const struct starttls_facts *facts)
{
	return facts->after.error.condition ? &facts->after.error : &facts->before.error;
}

bool failure_may_pass(const struct starttls_facts *facts)
{
	static const char *const passing[] = { "conflict", "policy-violation", "reset",
					       "resource-constraint", "system-shutdown" };
	const char *condition = failure_stream_error(facts)->condition;
	for (size_t i = 0; condition && i < ARRAY_SIZE(passing); i++) {
		if (strcmp(condition, passing[i]) == 0)
			return facts->failure.code == ERR_STREAM_ERROR;
	}
	return false;
}

/* Prosody without dialback has nothing for who shows no certificate, and says it in words. */
static bool has_nothing_for_us(const struct stream_error *error)
{
	return strcmp(error->condition, "undefined-condition") == 0 && error->text &&
	       strcmp(error->text, "No stream features to offer") == 0;
}

/* RFC 7590, 3.4 lets a server insist on a certificate of ours: Prosody says not-authorized inside
 * TLS, TLS 1.3 stacks send an alert after the handshake. */
static bool is_certificate_wanted(const struct endpoint *at, const struct starttls_facts *facts)
{
	if (at->service != SERVICE_S2S || !facts->encrypted)
		return false;
	if (facts->failure.code == ERR_ALERT_RECEIVED)
		return facts->tls.alert == ALERT_CERTIFICATE_REQUIRED;
	const struct stream_error *error = &facts->after.error;
	return facts->failure.code == ERR_STREAM_ERROR && error->condition &&
	       (strcmp(error->condition, "not-authorized") == 0 || has_nothing_for_us(error));
}

static const char *stream_error_finding(const struct starttls_facts *facts)
{
	const char *condition = failure_stream_error(facts)->condition;
	if (condition &&
	    (strcmp(condition, "host-unknown") == 0 || strcmp(condition, "host-gone") == 0))
		return "stream-host-unknown";
	if (condition && strcmp(condition, "see-other-host") == 0)
		return "see-other-host";
	return "stream-error";
}

/* Whatever came instead of <proceed/>: it matters whether TLS was offered. */
static const char *starttls_finding(const struct starttls_facts *facts)
{
	const struct stream_facts *before = &facts->before;
	if (before->opened && !before->version_1)
		return "stream-no-version";
	if (!before->features.starttls)
		return "starttls-not-offered";
	if (facts->failure.code == ERR_TIMEOUT)
		return "endpoint-timeout";
	return "starttls-refused";
}

/* Who offered nothing newer than TLS 1.1 himself learns nothing about the server's newest. */
static bool offered_old_alone(const struct tls_facts *tls)
{
	return tls->newest_offered != TLS_VERSION_NONE && tls->newest_offered < TLS_1_2;
}

bool failure_refuses_old_tls(const struct starttls_facts *facts)
{
	return facts->failure.code == ERR_ALERT_RECEIVED && facts->failure.stage == AT_TLS &&
	       facts->tls.alert == ALERT_PROTOCOL_VERSION && offered_old_alone(&facts->tls);
}

static const char *tls_finding(const struct starttls_facts *facts)
{
	if (failure_refuses_old_tls(facts))
		return "tls-old-versions-refused";
	if ((facts->tls.alert == ALERT_PROTOCOL_VERSION && !offered_old_alone(&facts->tls)) ||
	    (facts->tls.version != TLS_VERSION_NONE && facts->tls.version < TLS_1_2))
		return "tls-version-too-old";
	if (facts->failure.code == ERR_TIMEOUT)
		return "endpoint-timeout";
	return "tls-handshake-failed";
}

/* Without regard to the stage. */
static const char *code_finding(enum err_code code)
{
	static const char *const ids[] = {
		[ERR_USAGE] = "local-problem",
		[ERR_SYSTEM] = "local-problem",
		[ERR_NOT_FOUND] = "srv-target-unresolvable",
		[ERR_DNS] = "dns-failed",
		[ERR_REFUSED] = "endpoint-refused",
		[ERR_NO_ROUTE] = "endpoint-no-route",
		[ERR_UNREACHABLE] = "endpoint-unreachable",
		[ERR_TIMEOUT] = "endpoint-timeout",
		[ERR_CLOSED] = "endpoint-closed",
		[ERR_RESET] = "endpoint-reset",
		[ERR_PROXY] = "local-problem",
		[ERR_NOT_XMPP] = "not-xmpp",
		[ERR_PROTOCOL] = "protocol-violation",
		[ERR_RESTRICTED_XML] = "peer-sent-restricted-xml",
		[ERR_NOT_WELL_FORMED] = "not-well-formed",
		[ERR_LIMIT] = "limit-exceeded",
		[ERR_INJECTION] = "starttls-injection",
		[ERR_STREAM_ERROR] = "stream-error",
		[ERR_STARTTLS_REFUSED] = "starttls-refused",
		[ERR_ALERT_RECEIVED] = "tls-handshake-failed",
		[ERR_ALERT_SENT] = "tls-handshake-failed",
		[ERR_UNSUPPORTED] = "library-cannot",
		[ERR_DENIED] = "protocol-violation",   /* of logins: a walk has none */
		[ERR_IMPOSTOR] = "protocol-violation", /* likewise */
	};
	return (size_t)code < ARRAY_SIZE(ids) ? ids[code] : NULL;
}

/* Codes that mean the same at every stage. */
static bool is_plain_cause(enum err_code code)
{
	return code == ERR_USAGE || code == ERR_SYSTEM || code == ERR_NO_ROUTE ||
	       code == ERR_UNREACHABLE || code == ERR_PROXY || code == ERR_UNSUPPORTED ||
	       code == ERR_NOT_XMPP || code == ERR_RESTRICTED_XML || code == ERR_NOT_WELL_FORMED ||
	       code == ERR_LIMIT || code == ERR_DNS || code == ERR_NOT_FOUND;
}

const char *failure_finding(const struct endpoint *at, const struct starttls_facts *facts)
{
	const struct err *cause = &facts->failure;
	if (cause->code == ERR_NONE)
		return NULL;
	if (cause->code == ERR_INJECTION || facts->answer == STARTTLS_INJECTION)
		return "starttls-injection";
	if (facts->speaks_other_transport && !facts->encrypted)
		return at->transport == TRANSPORT_DIRECT ? "direct-tls-is-starttls"
							 : "starttls-is-direct-tls";
	if (is_certificate_wanted(at, facts))
		return "client-cert-required";
	if (at->transport == TRANSPORT_DIRECT && at->source != SOURCE_CONNECT &&
	    cause->stage == AT_TCP &&
	    (cause->code == ERR_REFUSED || cause->code == ERR_TIMEOUT ||
	     cause->code == ERR_UNREACHABLE || cause->code == ERR_RESET))
		return "direct-tls-closed";
	if (is_plain_cause(cause->code))
		return code_finding(cause->code);
	if (cause->code == ERR_STREAM_ERROR && cause->stage != AT_STARTTLS)
		return stream_error_finding(facts);
	if (cause->stage == AT_STARTTLS)
		return starttls_finding(facts);
	if (cause->stage == AT_TLS)
		return tls_finding(facts);
	if (cause->stage == AT_CERTIFICATE)
		return NULL; /* judge_certificate() tells */
	if (facts->before.opened && !facts->before.version_1 && cause->stage == AT_STREAM)
		return "stream-no-version";
	return code_finding(cause->code);
}

/* host-unknown ("This host does not serve example.org") */
static const char *stream_error_text(const struct starttls_facts *facts, struct arena *mem)
{
	const struct stream_error *error = failure_stream_error(facts);
	if (!error->condition)
		return "a stream error";
	const char *condition = escape_copy(mem, error->condition, SHOWN_MAX);
	if (!error->text || !*error->text)
		return condition;
	return arena_printf(mem, "%s (\"%s\")", condition,
			    escape_copy(mem, error->text, SHOWN_MAX));
}

static const char *alert_text(const struct tls_facts *tls, struct arena *mem)
{
	const char *name = tls_alert_name(tls->alert);
	const char *meaning = tls->alert_sent ? NULL : tls_alert_meaning(tls->alert);
	return arena_printf(mem, "%s alert %s%s%d%s%s%s",
			    tls->alert_sent ? "we ended the handshake with"
					    : "the server ended the handshake with",
			    name ? name : "", name ? "(" : "", tls->alert, name ? ")" : "",
			    meaning ? ": " : "", meaning ? meaning : "");
}

/* What we were doing, where the cause alone does not tell. */
static const char *stage_words(const struct err *failure)
{
	if (failure->stage == AT_FEATURES)
		return "inside TLS: ";
	return failure->stage == AT_TLS && failure->code == ERR_TIMEOUT ? "TLS handshake: " : "";
}

/* The sentences of the causes at which the peer told us something. */
static bool told_cause(const struct judging *judging, const char *id)
{
	const struct starttls_facts *facts = judging->facts;
	const struct stream_error *error = failure_stream_error(facts);
	if (strcmp(id, "stream-host-unknown") == 0) {
		FIND(judging, id, "the server does not serve this domain: %s",
		     stream_error_text(facts, judging->mem));
	} else if (strcmp(id, "see-other-host") == 0) {
		FIND(judging, id, "the server sends us to %s%s",
		     error->content ? escape_copy(judging->mem, error->content, SHOWN_MAX)
				    : "another host, which it does not name",
		     facts->encrypted ? "" : ", and says so in clear");
	} else if (strcmp(id, "client-cert-required") == 0) {
		FIND(judging, id, "%s%s",
		     judging->facts->our_certificate
			     ? "our certificate is not good enough for it: "
			     : "it turns away servers without a trusted certificate: ",
		     error->condition ? stream_error_text(facts, judging->mem)
				      : alert_text(&facts->tls, judging->mem));
	} else if (strcmp(id, "stream-error") == 0) {
		const char *inside = facts->encrypted ? " inside TLS" : "";
		const char *what = stream_error_text(facts, judging->mem);
		if (failure_may_pass(facts))
			FIND_OTHER(judging, id,
				   "the server ended the stream%s with %s, which may pass", inside,
				   what);
		else
			FIND(judging, id, "the server ended the stream%s with %s", inside, what);
	} else {
		return false;
	}
	return true;
}

/* The sentences about the switch to TLS. */
static bool switch_cause(const struct judging *judging, const char *id, const char *cause)
{
	const struct starttls_facts *facts = judging->facts;
	struct arena *mem = judging->mem;
	const char *answer = facts->answer == STARTTLS_FAILURE ? "<failure/>"
			     : facts->answer == STARTTLS_ERROR ? stream_error_text(facts, mem)
							       : cause;
	if (strcmp(id, "starttls-not-offered") == 0) {
		FIND(judging, id, "STARTTLS is not offered, and asking for it ends with %s",
		     answer);
	} else if (strcmp(id, "starttls-refused") == 0) {
		FIND(judging, id, "STARTTLS is offered, then refused with %s", answer);
	} else if (strcmp(id, "stream-no-version") == 0) {
		FIND(judging, id, "the stream header has no version 1.0, and TLS cannot be had: %s",
		     answer);
	} else if (strcmp(id, "tls-version-too-old") == 0) {
		if (facts->tls.version != TLS_VERSION_NONE)
			FIND(judging, id, "the server wants %s, which may not be used any more",
			     tls_version_name(facts->tls.version));
		else
			FIND(judging, id, "%s", cause);
	} else if (strcmp(id, "tls-old-versions-refused") == 0) {
		FIND(judging, id, "the server refuses %s, the newest that we offered, as it should",
		     tls_version_name(facts->tls.newest_offered));
	} else if (strcmp(id, "starttls-injection") == 0) {
		FIND(judging, id, "%s", cause);
	} else {
		return false;
	}
	return true;
}

void judge_failure(const struct judging *judging)
{
	const char *id = failure_finding(judging->at, judging->facts);
	if (!id)
		return;
	const struct err *failure = &judging->facts->failure;
	const char *cause = failure->text[0]
				    ? escape_copy(judging->mem, failure->text, ERR_TEXT_MAX)
				    : finding_kind_find(id)->meaning;
	if (told_cause(judging, id) || switch_cause(judging, id, cause))
		return;
	if (strcmp(id, "direct-tls-closed") == 0)
		FIND(judging, id, "an SRV record names port %u for direct TLS: %s",
		     (unsigned)judging->at->port, cause);
	else if (strcmp(id, "direct-tls-is-starttls") == 0)
		FIND(judging, id, "port %u speaks STARTTLS, not direct TLS: %s",
		     (unsigned)judging->at->port, cause);
	else if (strcmp(id, "starttls-is-direct-tls") == 0)
		FIND(judging, id, "port %u speaks TLS at once, not STARTTLS: %s",
		     (unsigned)judging->at->port, cause);
	else
		FIND(judging, id, "%s%s", stage_words(failure), cause);
}
