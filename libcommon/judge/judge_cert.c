/* The chain and its names: certificates.md, sections 4 and 9. Independent flags: a certificate can
 * be expired and mismatched, and both are told. */
#include "judge/parts.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "tls/der.h"

#define DAY         86400
#define NAMES_SHOWN 4

/* An unproven certificate on s2s weighs less where dialback can carry the connection (RFC 7590,
 * 3.4); where the features show that it cannot, it weighs in full. Who asks for the certificate
 * itself wants to see dialback offered before he is soothed. */
static bool is_milder(const struct judging *judging)
{
	const struct features *features = &judging->facts->after.features;
	if (judging->at->service != SERVICE_S2S)
		return false;
	return features->present ? features->dialback : !judging->check;
}

/* DANE, POSH or a pin has proved the certificate without PKIX: what PKIX minds is worth knowing. */
static bool is_proven_otherwise(const struct judging *judging)
{
	return judging->check && judging->check->proofs && !(judging->check->proofs & PROOF_PKIX);
}

#define FIND_TRUST(judging, id, ...)                                                               \
	(is_proven_otherwise(judging) ? FIND_INFO(judging, id, __VA_ARGS__)                        \
	 : is_milder(judging)         ? FIND_OTHER(judging, id, __VA_ARGS__)                       \
				      : FIND(judging, id, __VA_ARGS__))
/* To a checker of certificates dates are critical before they have passed, so behind it, too. */
#define FIND_DATES(judging, id, ...)                                                               \
	((judging)->check && !is_proven_otherwise(judging) ? FIND(judging, id, __VA_ARGS__)        \
							   : FIND_TRUST(judging, id, __VA_ARGS__))

/* --at, or when it was seen. */
static int64_t judged_at(const struct judging *judging)
{
	return judging->check ? judging->check->at : judging->facts->time;
}

/* "5 hours", "1 day", "21 days" */
static const char *span_text(int64_t seconds, struct arena *mem)
{
	int64_t count = seconds < 2 * DAY ? seconds / 3600 : seconds / DAY;
	return arena_printf(mem, "%lld %s%s", (long long)count, seconds < 2 * DAY ? "hour" : "day",
			    count == 1 ? "" : "s");
}

/* "certificate", "intermediate certificate CN=R11,…", "trust anchor CN=ISRG Root X1,…" */
static const char *cert_words(const struct judging *judging, const struct cert_facts *cert)
{
	const struct identity_facts *identity = &judging->facts->identity;
	const char *kind = "trust anchor";
	for (size_t i = 0; i < identity->cert_count; i++) {
		if (!bytes_equal(identity->certs[i].der, cert->der))
			continue;
		if (i == 0)
			return "certificate";
		kind = "intermediate certificate";
	}
	return arena_printf(judging->mem, "%s %s", kind,
			    escape_copy(judging->mem, cert->subject, SHOWN_MAX));
}

static bool has_ended(const struct cert_facts *cert, int64_t at)
{
	return cert->not_after < at;
}

static bool has_not_begun(const struct cert_facts *cert, int64_t at)
{
	return cert->not_before > at;
}

/* CRT-22: of the way that was judged, the leaf first; without one, of what was presented. A
 * certificate that the path does not use may be stale. */
static const struct cert_facts *first_guilty(const struct judging *judging, bool whole_path,
					     bool (*is_guilty)(const struct cert_facts *, int64_t))
{
	const struct identity_facts *identity = &judging->facts->identity;
	const struct path_facts *path = &identity->path;
	int64_t at = judged_at(judging);
	size_t count = path->way_length ? path->way_length : identity->cert_count;
	if (is_guilty(&identity->certs[0], at))
		return &identity->certs[0];
	for (size_t i = 0; whole_path && i < count; i++) {
		const struct cert_facts *cert = path->way_length ? path->way[i]
								 : &identity->certs[i];
		if (is_guilty(cert, at))
			return cert;
	}
	return NULL;
}

static void judge_expired(const struct judging *judging)
{
	bool flagged = judging->facts->identity.path.problems & PATH_EXPIRED;
	const struct cert_facts *cert = first_guilty(judging, flagged, has_ended);
	if (cert)
		FIND_DATES(judging, "cert-expired", "%s expired on %s, %s ago",
			   cert_words(judging, cert), day_text(cert->not_after, judging->mem),
			   span_text(judged_at(judging) - cert->not_after, judging->mem));
	else if (flagged)
		FIND_DATES(
			judging, "cert-expired",
			"a certificate of the path, which the server does not send, has expired");
}

static void judge_not_yet_valid(const struct judging *judging)
{
	bool flagged = judging->facts->identity.path.problems & PATH_NOT_YET_VALID;
	const struct cert_facts *cert = first_guilty(judging, flagged, has_not_begun);
	if (cert)
		FIND_DATES(judging, "cert-not-yet-valid", "%s is valid from %s, in %s",
			   cert_words(judging, cert), day_text(cert->not_before, judging->mem),
			   span_text(cert->not_before - judged_at(judging), judging->mem));
	else if (flagged)
		FIND_DATES(
			judging, "cert-not-yet-valid",
			"a certificate of the path, which the server does not send, is not valid yet");
}

/* CRT-34: thresholds that fit a year as well as six days; -w and -c. */
static void judge_expiry(const struct judging *judging)
{
	const struct check_rules *rules = judging->rules;
	const struct cert_facts *cert = &judging->facts->identity.certs[0];
	int64_t left = cert->not_after - judged_at(judging);
	int64_t lifetime = cert->not_after - cert->not_before;
	const struct span *warning = rules ? &rules->warning : &expiry_warning;
	const struct span *critical = rules ? &rules->critical : &expiry_critical;
	bool last = left <= span_seconds(critical, lifetime);
	if (left < 0 || lifetime <= 0 || (!last && left > span_seconds(warning, lifetime)))
		return;
	const char *day = day_text(cert->not_after, judging->mem);
	const char *in = span_text(left, judging->mem), *of = span_text(lifetime, judging->mem);
	if (is_proven_otherwise(judging))
		FIND_INFO(judging, "cert-expires-soon",
			  "certificate expires on %s, in %s, after a life of %s", day, in, of);
	else if (last)
		FIND_OTHER(judging, "cert-expires-soon",
			   "certificate expires on %s, in %s, after a life of %s", day, in, of);
	else
		FIND(judging, "cert-expires-soon",
		     "certificate expires on %s, in %s, after a life of %s", day, in, of);
}

/* Why there is no path: the most telling of the flags. */
static void judge_trust(const struct judging *judging)
{
	const struct identity_facts *identity = &judging->facts->identity;
	unsigned problems = identity->path.problems;
	const unsigned broken = PATH_UNKNOWN_ISSUER | PATH_BAD_SIGNATURE | PATH_NOT_CA |
				PATH_CONSTRAINTS;
	const char *reason = identity->path.reason
				     ? escape_copy(judging->mem, identity->path.reason, SHOWN_MAX)
				     : NULL;
	const char *issuer = escape_copy(judging->mem, identity->certs[0].issuer, SHOWN_MAX);
	if (problems & PATH_SELF_SIGNED)
		FIND_TRUST(judging, "cert-self-signed", "certificate is self-signed (%s)", issuer);
	else if (problems & PATH_INCOMPLETE)
		FIND_TRUST(judging, "cert-chain-incomplete",
			   "the server does not send the certificate of the issuer, %s", issuer);
	else if (problems & broken)
		FIND_TRUST(judging, "cert-untrusted", "%s (issuer %s)",
			   reason ? reason : "certificate leads to no trust anchor", issuer);
	else if (!problems && !identity->path.trusted)
		FIND_TRUST(judging, "cert-untrusted", "%s",
			   reason ? reason : "certificate is not trusted");
}

/* The path's own sentence where it is about this problem alone, since it has the figures. */
static const char *sole_reason(const struct judging *judging, unsigned problem, const char *general)
{
	const struct path_facts *path = &judging->facts->identity.path;
	if ((path->problems & ~(unsigned)PATH_OUT_OF_ORDER) != problem || !path->reason)
		return general;
	return escape_copy(judging->mem, path->reason, SHOWN_MAX);
}

static void judge_path(const struct judging *judging)
{
	const struct identity_facts *identity = &judging->facts->identity;
	unsigned problems = identity->path.problems;
	const struct cert_facts *leaf = &identity->certs[0];
	if (problems & PATH_UNCHECKED)
		FIND(judging, "trust-unavailable", "%s",
		     identity->path.reason
			     ? escape_copy(judging->mem, identity->path.reason, SHOWN_MAX)
			     : "the trust anchors could not be read");
	else
		judge_trust(judging);
	judge_expired(judging);
	judge_not_yet_valid(judging);
	judge_expiry(judging);
	if (problems & PATH_WEAK)
		FIND_TRUST(judging, "cert-weak", "%s",
			   sole_reason(judging, PATH_WEAK,
				       "a key or signature of the chain is too weak"));
	if (problems & PATH_WRONG_PURPOSE)
		FIND_TRUST(judging,
			   leaf->eku_client && !leaf->eku_server && !leaf->eku_any
				   ? "cert-eku-client-only"
				   : "cert-wrong-purpose",
			   "%s",
			   sole_reason(judging, PATH_WRONG_PURPOSE,
				       "certificate is not meant for TLS servers"));
	if (problems & PATH_OUT_OF_ORDER)
		FIND(judging, "cert-chain-order",
		     "the %zu certificates of the chain are out of order",
		     judging->facts->tls.chain_count);
	if (leaf->must_staple && judging->facts->tls.up && !judging->facts->tls.staple)
		FIND(judging, "cert-staple-missing",
		     "certificate demands a stapled OCSP answer, and none came");
}

/* Many certificates name a domain twice, as DNS-ID and as XmppAddr. */
static bool is_repeated(const struct name_facts *names, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (names->judgements[i].verdict != NAME_IGNORED &&
		    strcmp(names->judgements[i].name->value,
			   names->judgements[index].name->value) == 0)
			return true;
	}
	return false;
}

/* "example.com, www.example.com and 3 more" of the identifiers that count */
static const char *names_text(const struct name_facts *names, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	size_t shown = 0, more = 0;
	for (size_t i = 0; i < names->count; i++) {
		const struct name_judgement *judgement = &names->judgements[i];
		if (judgement->verdict == NAME_IGNORED || is_repeated(names, i))
			continue;
		if (shown == NAMES_SHOWN) {
			more++;
			continue;
		}
		buf_printf(&out, "%s%s", shown++ ? ", " : "",
			   escape_copy(mem, judgement->name->value, SHOWN_MAX));
	}
	if (more)
		buf_printf(&out, " and %zu more", more);
	return shown ? arena_copy(mem, buf_string(&out)) : NULL;
}

/* RFC 9525, appendix A: a CN that would have matched, and no identifier of a kind that counts. */
static const char *lone_common_name(const struct name_facts *names, const char *domain)
{
	const char *found = NULL;
	for (size_t i = 0; i < names->count; i++) {
		const struct cert_name *name = names->judgements[i].name;
		if (name->type == NAME_CN && domain && strcasecmp(name->value, domain) == 0)
			found = name->value;
		else if (name->type == NAME_DNS || name->type == NAME_SRV ||
			 name->type == NAME_XMPP || name->type == NAME_IP)
			return NULL;
	}
	return found;
}

/* An identifier that may count in XMPP, and does not here; NULL: none. */
static const struct name_judgement *first_ignored(const struct name_facts *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct cert_name *name = names->judgements[i].name;
		if (names->judgements[i].verdict == NAME_IGNORED && !name->malformed &&
		    (name->type == NAME_DNS || name->type == NAME_SRV || name->type == NAME_XMPP))
			return &names->judgements[i];
	}
	return NULL;
}

static void judge_names(const struct judging *judging)
{
	const struct name_facts *names = &judging->facts->identity.names;
	const char *servername = judging->facts->tls.servername;
	const char *domain = servername ? escape_copy(judging->mem, servername, SHOWN_MAX)
					: "the domain asked for";
	for (size_t i = 0; i < names->count; i++) {
		const struct cert_name *name = names->judgements[i].name;
		if (!name->malformed)
			continue;
		FIND(judging, "cert-malformed-san",
		     "the name \"%s\" (%s) in the certificate is ignored: %s",
		     escape_copy(judging->mem, name->value, SHOWN_MAX), name_type_text(name->type),
		     escape_copy(judging->mem, name->malformed, SHOWN_MAX));
		break; /* the first stands for all */
	}
	if (names->matched)
		return;
	const char *common = lone_common_name(names, servername);
	const char *listed = names_text(names, judging->mem);
	const struct name_judgement *ignored = first_ignored(names);
	if (common)
		FIND_TRUST(judging, "cert-cn-only",
			   "certificate names %s in its common name only, which does not count",
			   escape_copy(judging->mem, common, SHOWN_MAX));
	else if (listed)
		FIND_TRUST(judging, "cert-name-mismatch", "the certificate names %s, not %s",
			   listed, domain);
	else if (ignored)
		FIND_TRUST(judging, "cert-name-mismatch",
			   "the certificate names %s (%s), which does not count: %s",
			   escape_copy(judging->mem, ignored->name->value, SHOWN_MAX),
			   name_type_text(ignored->name->type),
			   escape_copy(judging->mem, ignored->reason, SHOWN_MAX));
	else
		FIND_TRUST(judging, "cert-name-mismatch",
			   "the certificate names no domain at all, and so not %s", domain);
}

void judge_certificate(const struct judging *judging)
{
	const struct starttls_facts *facts = judging->facts;
	const struct identity_facts *identity = &facts->identity;
	if (facts->tls.up && facts->tls.chain_count == 0) {
		if (!facts->tls.cipher || !strstr(facts->tls.cipher, "_anon_"))
			FIND(judging, "cert-missing", "the server showed no certificate");
		return;
	}
	if (facts->tls.chain_count == 0)
		return;
	if (identity->path.problems & PATH_MALFORMED)
		FIND(judging, "cert-malformed", "%s",
		     identity->path.reason
			     ? escape_copy(judging->mem, identity->path.reason, SHOWN_MAX)
			     : "a certificate of the chain cannot be read");
	if (identity->cert_count == 0)
		return;
	judge_path(judging);
	if (!judging->check || judging->check->names_judged)
		judge_names(judging);
}
