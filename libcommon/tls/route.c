#include "tls/route.h"

#include <string.h>

#include "tls/der.h"
#include "tls/dn.h"
#include "tls/limit.h"
#include "tls/policy.h"

#define RSA_LEAST 2048 /* RFC 9325, 4.5 */
#define EC_LEAST  224  /* RFC 9325, 4.5 */

static bool key_is_weak(const struct cert_facts *cert)
{
	if (strncmp(cert->key, "EC ", 3) == 0)
		return cert->bits > 0 && cert->bits < EC_LEAST;
	if (strncmp(cert->key, "RSA", 3) == 0)
		return cert->bits < RSA_LEAST;
	return strcmp(cert->key, "DSA") == 0; /* of any size: FIPS 186-5 has it no more */
}

static bool signature_is_weak(const struct cert_facts *cert)
{
	static const char *const weak[] = {
		"md2WithRSAEncryption",  "md4WithRSAEncryption", "md5WithRSAEncryption",
		"sha1WithRSAEncryption", "sha1WithRSA",          "ecdsa-with-SHA1",
		"dsaWithSHA1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(weak); i++) {
		if (strcmp(cert->signature, weak[i]) == 0)
			return true;
	}
	return false;
}

/* One certificate of the route as it is told of. */
struct station {
	struct route *route;
	const struct cert_facts *cert;
	bool is_leaf;
	int64_t at;
	struct arena *mem;
};

static const char *whose(const struct station *station)
{
	return cert_whose(station->cert, station->is_leaf, station->mem);
}

static void check_dates(const struct station *station)
{
	const struct cert_facts *cert = station->cert;
	struct arena *mem = station->mem;
	if (station->at > cert->not_after)
		route_fail(station->route, PATH_EXPIRED,
			   arena_printf(mem, "%s expired on %s", whose(station),
					cert_day(cert->not_after, mem)));
	if (station->at < cert->not_before)
		route_fail(station->route, PATH_NOT_YET_VALID,
			   arena_printf(mem, "%s is not valid before %s", whose(station),
					cert_day(cert->not_before, mem)));
}

static void check_key(const struct station *station)
{
	const struct cert_facts *cert = station->cert;
	if (key_is_weak(cert))
		route_fail(station->route, PATH_WEAK,
			   arena_printf(station->mem, "the key of %s is weak: %s, %u bits",
					whose(station), cert->key, cert->bits));
}

static void check_contents(const struct station *station)
{
	const struct cert_facts *cert = station->cert;
	if (cert->defect)
		route_fail(station->route, PATH_MALFORMED,
			   arena_printf(station->mem, "%s is malformed: %s", whose(station),
					cert->defect));
	if (cert->critical_unknown)
		route_fail(station->route, PATH_CONSTRAINTS,
			   arena_printf(station->mem,
					"%s holds a critical extension that nobody knows (%s)",
					whose(station), cert->critical_unknown));
}

/* What relies on a signature: everything but the anchor. */
static void check_signature_strength(const struct station *station)
{
	const struct cert_facts *cert = station->cert;
	if (signature_is_weak(cert))
		route_fail(station->route, PATH_WEAK,
			   arena_printf(station->mem, "%s is signed with %s, which is broken",
					whose(station), cert->signature));
}

#define SERVER_USES (USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT | USAGE_KEY_AGREEMENT)

static void check_purpose(struct route *route, const struct cert_facts *leaf)
{
	if (leaf->has_eku && !leaf->eku_server && !leaf->eku_any)
		route_fail(route, PATH_WRONG_PURPOSE,
			   leaf->eku_client ? "the certificate is for TLS clients only (extended "
					      "key usage)"
					    : "the certificate is not for TLS servers (extended "
					      "key usage)");
	if (leaf->has_key_usage && !(leaf->key_usage & SERVER_USES))
		route_fail(route, PATH_WRONG_PURPOSE,
			   "the certificate's key may not be used for TLS (key usage)");
}

void route_inspect(struct route *route, int64_t at, struct arena *mem)
{
	for (size_t i = 0; i < route->length; i++) {
		const struct station station = { route, route->links[i], i == 0, at, mem };
		/* Nobody relies on what a lone certificate signs itself with. */
		bool alone = !route->anchor && route->length == 1 && station.cert->self_issued;
		check_contents(&station);
		check_dates(&station);
		check_key(&station);
		if (!alone)
			check_signature_strength(&station);
	}
	if (route->length > 0)
		check_purpose(route, route->links[0]);
}

static void check_signatures(struct route *route, struct arena *mem)
{
	for (size_t i = route->length; i-- > 0;) {
		const struct cert_facts *cert = route->links[i];
		switch (route->signatures[i]) {
		case SIGNATURE_GOOD:
			break;
		case SIGNATURE_BAD:
			route_fail(route, PATH_BAD_SIGNATURE,
				   "a signature in the chain does not verify");
			break;
		case SIGNATURE_UNKNOWN:
			route_fail(route, PATH_BAD_SIGNATURE,
				   arena_printf(mem,
						"the signature of %s cannot be verified here "
						"(%s)",
						cert_whose(cert, i == 0, mem), cert->signature));
			break;
		}
	}
}

bool route_may_issue(const struct cert_facts *cert, int64_t at)
{
	return cert->is_ca && !cert->defect && !cert->critical_unknown && at >= cert->not_before &&
	       at <= cert->not_after && !key_is_weak(cert) && !signature_is_weak(cert) &&
	       (!cert->has_key_usage || cert->key_usage & USAGE_CERT_SIGN) &&
	       (!cert->has_eku || cert->eku_server || cert->eku_any);
}

/* RFC 5280, 6.1.4 (k) and (n). An anchor of version 1 is an anchor because somebody chose it. */
static void check_authority(struct route *route, const struct cert_facts *ca, bool is_anchor,
			    struct arena *mem)
{
	bool chosen = is_anchor && ca->version < 3;
	if (!ca->is_ca && !chosen)
		route_fail(route, PATH_NOT_CA,
			   arena_printf(mem, "%.100s issued a certificate but is no CA",
					ca->subject));
	if (ca->has_key_usage && !(ca->key_usage & USAGE_CERT_SIGN))
		route_fail(route, PATH_NOT_CA,
			   arena_printf(mem,
					"%.100s issued a certificate, which its key usage does "
					"not allow",
					ca->subject));
	if (ca->has_eku && !ca->eku_server && !ca->eku_any)
		route_fail(route, PATH_WRONG_PURPOSE,
			   "an issuer in the chain may not issue certificates for TLS servers");
}

/* Issuer number `index` of the route: links[index], or the anchor behind them. */
static const struct cert_facts *issuer_at(const struct route *route, size_t index)
{
	return index < route->length ? route->links[index] : route->anchor;
}

/* RFC 5280, 6.1.4 (l) and (m): self-issued certificates do not count. */
static void check_lengths(struct route *route, struct arena *mem)
{
	size_t below = 0; /* CAs between the one looked at and the leaf */
	for (size_t i = 1; i <= route->length; i++) {
		const struct cert_facts *ca = issuer_at(route, i);
		if (ca->path_length >= 0 && below > (size_t)ca->path_length)
			route_fail(route, PATH_NOT_CA,
				   arena_printf(mem,
						"%.100s allows %d CAs below itself, and there "
						"are %zu",
						ca->subject, ca->path_length, below));
		below += !ca->self_issued;
	}
}

/* RFC 5280, 6.1.3 (b) and (c), 6.1.4 (g). */
static void check_names(struct route *route, size_t *work, struct arena *mem)
{
	for (size_t i = 1; i <= route->length; i++) {
		const struct cert_facts *ca = issuer_at(route, i);
		if (!ca->name_constraints.data)
			continue;
		const char *defect = limit_defect(ca->name_constraints);
		if (defect)
			route_fail(route, PATH_CONSTRAINTS,
				   arena_printf(mem, "the issuer's certificate (%.100s): %s",
						ca->subject, defect));
		for (size_t j = 0; j < i && !defect; j++) {
			const struct cert_facts *cert = route->links[j];
			if (j > 0 && cert->self_issued)
				continue;
			const char *breach = limit_breach(ca, cert, work, mem);
			if (breach)
				route_fail(route, PATH_CONSTRAINTS, breach);
		}
	}
}

static bool has_feature(struct bytes features, struct bytes wanted)
{
	struct der number;
	while (der_next(&features, &number)) {
		if (bytes_equal(number.value, wanted))
			return true;
	}
	return false;
}

/* RFC 7633, 4.2.2: what an issuer promises of its TLS features, those below it must promise too. */
static void check_features(struct route *route, struct arena *mem)
{
	for (size_t i = 1; i <= route->length; i++) {
		struct bytes at = issuer_at(route, i)->features;
		struct der wanted;
		while (der_next(&at, &wanted)) {
			if (!has_feature(route->links[i - 1]->features, wanted.value))
				route_fail(route, PATH_CONSTRAINTS,
					   arena_printf(mem,
							"%s lacks a TLS feature that its issuer "
							"demands (RFC 7633)",
							cert_whose(route->links[i - 1], i == 1,
								   mem)));
		}
	}
}

static void check_policies(struct route *route)
{
	struct policy_state state;
	policy_begin(&state, route->length);
	for (size_t i = route->length; i-- > 0;) {
		const char *wrong = policy_step(&state, route->links[i], i == 0);
		if (wrong) {
			route_fail(route, PATH_CONSTRAINTS, wrong);
			return;
		}
	}
}

void route_judge(struct route *route, int64_t at, size_t *work, struct arena *mem)
{
	const struct station anchor = { route, route->anchor, route->length == 0, at, mem };
	route->problems = 0;
	memset(route->why, 0, sizeof(route->why));
	route_inspect(route, at, mem);
	check_contents(&anchor);
	check_dates(&anchor);
	check_key(&anchor);
	if (route->length == 0) { /* pinned: nobody else vouches for it */
		check_purpose(route, route->anchor);
		return;
	}
	check_signatures(route, mem);
	for (size_t i = 1; i <= route->length; i++)
		check_authority(route, issuer_at(route, i), i == route->length, mem);
	check_lengths(route, mem);
	check_names(route, work, mem);
	check_features(route, mem);
	check_policies(route);
}
