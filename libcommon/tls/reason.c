/* The sentences of route.h: why a path was not trusted, for an operator. */
#include <string.h>
#include <time.h>

#include "tls/der.h"
#include "tls/route.h"

static const char *date_text(int64_t when, struct arena *mem)
{
	struct tm parts;
	time_t seconds = when;
	char text[32];
	if (!gmtime_r(&seconds, &parts) || strftime(text, sizeof(text), "%Y-%m-%d", &parts) == 0)
		return "a date out of range";
	return arena_copy(mem, text);
}

/* "the certificate" for the leaf, else which one of its issuers. */
static const char *whose(const struct cert_facts *cert, const struct cert_facts *leaf,
			 struct arena *mem)
{
	if (bytes_equal(cert->der, leaf->der))
		return "the certificate";
	return arena_printf(mem, "the issuer's certificate (%.100s)", cert->subject);
}

/* The link that has it, the leaf first; the anchor behind them. NULL: none. */
static const struct cert_facts *culprit(const struct route *route,
					bool (*guilty)(const struct cert_facts *, int64_t),
					int64_t at)
{
	for (size_t i = 0; i < route->length; i++) {
		if (guilty(route->links[i], at))
			return route->links[i];
	}
	return route->anchor.der.data && guilty(&route->anchor, at) ? &route->anchor : NULL;
}

static bool is_expired(const struct cert_facts *cert, int64_t at)
{
	return at > cert->not_after;
}

static bool is_early(const struct cert_facts *cert, int64_t at)
{
	return at < cert->not_before;
}

static bool has_weak_key(const struct cert_facts *cert, int64_t at)
{
	struct route alone = { .length = 0, .anchor = *cert };
	return route_inspect(&alone, cert, at) & PATH_WEAK;
}

static bool has_weak_signature(const struct cert_facts *cert, int64_t at)
{
	struct route alone = { .links = { cert }, .length = 1 };
	return route_inspect(&alone, cert, at) & PATH_WEAK;
}

static const char *weakness(const struct route *route, const struct cert_facts *leaf, int64_t at,
			    struct arena *mem)
{
	const struct cert_facts *cert = culprit(route, has_weak_key, at);
	if (cert)
		return arena_printf(mem, "the key of %s is weak: %s, %u bits",
				    whose(cert, leaf, mem), cert->key, cert->bits);
	struct route links = *route; /* nobody relies on the signature of an anchor */
	links.anchor.der.data = NULL;
	cert = culprit(&links, has_weak_signature, at);
	if (cert)
		return arena_printf(mem, "%s is signed with %s, which is broken",
				    whose(cert, leaf, mem), cert->signature);
	return "a signature in the chain uses a broken algorithm";
}

static const char *no_authority(const struct route *route, struct arena *mem)
{
	for (size_t i = 1; i < route->length; i++) {
		if (!route->links[i]->is_ca)
			return arena_printf(mem, "%.100s issued a certificate but is no CA",
					    route->links[i]->subject);
	}
	if (route->anchor.der.data && !route->anchor.is_ca)
		return arena_printf(mem, "%.100s issued a certificate but is no CA",
				    route->anchor.subject);
	return "an issuer in the chain must not issue certificates";
}

static const char *purpose(const struct cert_facts *leaf)
{
	if (!leaf->has_eku || leaf->eku_server)
		return "an issuer in the chain may not issue certificates for TLS servers";
	return leaf->eku_client ? "the certificate is for TLS clients only (extended key usage)"
				: "the certificate is not for TLS servers (extended key usage)";
}

static const char *date_reason(const struct route *route, const struct cert_facts *leaf, int64_t at,
			       struct arena *mem)
{
	const struct cert_facts *cert = culprit(route, is_expired, at);
	if (cert)
		return arena_printf(mem, "%s expired on %s", whose(cert, leaf, mem),
				    date_text(cert->not_after, mem));
	cert = culprit(route, is_early, at);
	return cert ? arena_printf(mem, "%s is not valid before %s", whose(cert, leaf, mem),
				   date_text(cert->not_before, mem))
		    : NULL;
}

const char *route_reason(const struct route *route, const struct cert_facts *leaf, int64_t at,
			 struct arena *mem)
{
	unsigned problems = route->problems;
	if (problems & PATH_BAD_SIGNATURE)
		return "a signature in the chain does not verify";
	if (problems & PATH_SELF_SIGNED)
		return "the certificate is self-signed";
	if (problems & PATH_INCOMPLETE)
		return arena_printf(mem,
				    "the certificate of the issuer (%.100s) was not sent, and it "
				    "is no trust anchor",
				    leaf->issuer);
	if (problems & PATH_UNKNOWN_ISSUER)
		return arena_printf(mem,
				    "the chain ends at an issuer that is no trust anchor "
				    "(%.100s)",
				    route->length > 0 ? route->links[route->length - 1]->issuer
						      : leaf->issuer);
	if (problems & (PATH_EXPIRED | PATH_NOT_YET_VALID))
		return date_reason(route, leaf, at, mem);
	if (problems & PATH_NOT_CA)
		return no_authority(route, mem);
	if (problems & PATH_WRONG_PURPOSE)
		return purpose(leaf);
	if (problems & PATH_WEAK)
		return weakness(route, leaf, at, mem);
	if (problems & PATH_CONSTRAINTS)
		return "a constraint of an issuer, or a critical extension nobody knows, forbids it";
	return NULL;
}
