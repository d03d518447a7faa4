/* What a checker of certificates tells about a chain beyond whether it is trusted: certificates.md,
 * section 4. */
#include <string.h>

#include "base/escape.h"
#include "judge/parts.h"
#include "tls/der.h"

#define DAY   86400
#define NEVER 253370764800 /* 9999-01-01; RFC 5280, 4.1.2.5: no well-defined end */

static const char *subject_words(const struct judging *judging, const struct cert_facts *cert)
{
	return escape_copy(judging->mem, *cert->subject ? cert->subject : cert->serial, SHOWN_MAX);
}

static bool is_on_way(const struct path_facts *path, const struct cert_facts *cert)
{
	for (size_t i = 0; i < path->way_length; i++) {
		if (bytes_equal(path->way[i]->der, cert->der))
			return true;
	}
	return false;
}

/* Another issuer's certificate for a name and key of the way: for who does not know our anchor. By
 * hashes, since of 64 certificates each is compared with each, and names can be long. */
static bool is_cross_sign(const struct path_facts *path, const struct cert_facts *cert)
{
	for (size_t i = 1; i < path->way_length; i++) {
		const struct cert_facts *on = path->way[i];
		if (memcmp(on->spki_sha256, cert->spki_sha256, sizeof(on->spki_sha256)) == 0 &&
		    on->subject_hash == cert->subject_hash && on->issuer_hash != cert->issuer_hash)
			return true;
	}
	return false;
}

static bool stands_before(const struct identity_facts *identity, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (bytes_equal(identity->certs[i].der, identity->certs[index].der))
			return true;
	}
	return false;
}

static bool is_anchor(const struct path_facts *path, const struct cert_facts *cert)
{
	return path->anchor && path->way_length > 1 &&
	       bytes_equal(path->way[path->way_length - 1]->der, cert->der);
}

/* CRT-21: the root, what stands twice, what belongs to nothing. */
static void judge_superfluous(const struct judging *judging)
{
	const struct identity_facts *identity = &judging->facts->identity;
	const struct path_facts *path = &identity->path;
	size_t needless = 0, roots = 0;
	const struct cert_facts *first = NULL, *cross = NULL;
	for (size_t i = 1; i < identity->cert_count; i++) {
		const struct cert_facts *cert = &identity->certs[i];
		bool twice = stands_before(identity, i);
		if (is_anchor(path, cert) && !twice) {
			roots += cert->self_issued;
		} else if (!twice && is_cross_sign(path, cert)) {
			cross = cross ? cross : cert;
		} else if (twice || !is_on_way(path, cert)) {
			first = first ? first : cert;
			needless++;
		}
	}
	if (cross)
		FIND(judging, "cert-cross-signed", "%s is sent as signed by %s, too",
		     subject_words(judging, cross),
		     escape_copy(judging->mem, cross->issuer, SHOWN_MAX));
	if (roots > 0)
		FIND(judging, "cert-root-sent", "the server sends the root certificate, too");
	if (needless > 0 && path->anchor)
		FIND(judging, "cert-superfluous",
		     "%zu of the %zu certificates sent are of no use to the path, %s for one",
		     needless, identity->cert_count, subject_words(judging, first));
}

/* P5: a client that does not look for another way meets the expired one. */
static void judge_detour(const struct judging *judging)
{
	const struct identity_facts *identity = &judging->facts->identity;
	int64_t at = judging->check->at;
	for (size_t i = 1; identity->path.trusted && i < identity->cert_count; i++) {
		const struct cert_facts *cert = &identity->certs[i];
		if (cert->not_after >= at || is_on_way(&identity->path, cert))
			continue;
		FIND(judging, "cert-expired-alternative",
		     "%s, which the server sends, expired on %s; the path goes another way",
		     subject_words(judging, cert), day_text(cert->not_after, judging->mem));
		return;
	}
}

/* Of the issuers that this span is left to, the one that ends first; NULL: none. */
static const struct cert_facts *first_to_end(const struct judging *judging, const struct span *span)
{
	const struct path_facts *path = &judging->facts->identity.path;
	const struct cert_facts *first = NULL;
	for (size_t i = 1; i < path->way_length; i++) {
		const struct cert_facts *cert = path->way[i];
		int64_t left = cert->not_after - judging->check->at;
		if (left >= 0 && left <= span_seconds(span, cert->not_after - cert->not_before) &&
		    (!first || cert->not_after < first->not_after))
			first = cert;
	}
	return first;
}

static void judge_issuers_expiry(const struct judging *judging)
{
	const struct cert_facts *last = first_to_end(judging, &judging->rules->critical);
	const struct cert_facts *cert = last ? last
					     : first_to_end(judging, &judging->rules->warning);
	if (!cert)
		return;
	const char *who = subject_words(judging, cert);
	const char *day = day_text(cert->not_after, judging->mem);
	long long days = (cert->not_after - judging->check->at) / DAY;
	if (last)
		FIND_OTHER(judging, "cert-issuer-expires-soon",
			   "the issuer's certificate %s expires on %s, in %lld days", who, day,
			   days);
	else
		FIND(judging, "cert-issuer-expires-soon",
		     "the issuer's certificate %s expires on %s, in %lld days", who, day, days);
}

/* CA/Browser Forum, Baseline Requirements 6.3.2: by the day of issue. */
static const struct limit {
	int64_t from;
	int days;
} lifetime_limits[] = {
	{ 1868227200, 47 },  /* 2029-03-15 */
	{ 1805068800, 100 }, /* 2027-03-15 */
	{ 1773532800, 200 }, /* 2026-03-15 */
	{ 1598918400, 398 }, /* 2020-09-01 */
	{ 1519862400, 825 }, /* 2018-03-01 */
};

static void judge_lifetime(const struct judging *judging)
{
	const struct identity_facts *identity = &judging->facts->identity;
	const struct cert_facts *leaf = &identity->certs[0];
	int64_t lifetime = leaf->not_after - leaf->not_before + 1; /* both ends belong to it */
	int limit = 0;
	for (size_t i = 0; i < ARRAY_SIZE(lifetime_limits) && !limit; i++)
		limit = leaf->not_before >= lifetime_limits[i].from ? lifetime_limits[i].days : 0;
	if (lifetime <= 0)
		FIND(judging, "cert-lifetime", "certificate ends on %s, before it begins",
		     day_text(leaf->not_after, judging->mem));
	else if (limit && lifetime > (int64_t)limit * DAY && identity->path.anchor_from_system)
		FIND(judging, "cert-lifetime",
		     "certificate lives %lld days; public ones issued on %s may live %d",
		     (long long)((lifetime + DAY - 1) / DAY),
		     day_text(leaf->not_before, judging->mem), limit);
	else if (leaf->not_after >= NEVER)
		FIND(judging, "cert-lifetime", "certificate never expires (%s)",
		     day_text(leaf->not_after, judging->mem));
}

/* CRT-26 to CRT-28, CRT-38. */
static void judge_purposes(const struct judging *judging)
{
	const struct cert_facts *leaf = &judging->facts->identity.certs[0];
	bool server = !leaf->has_eku || leaf->eku_server || leaf->eku_any;
	if (leaf->has_eku && leaf->eku_any && !leaf->eku_server)
		FIND(judging, "cert-eku-any-only",
		     "certificate is for any purpose, and does not name TLS servers");
	if (judging->at->service == SERVICE_S2S && server && leaf->has_eku && !leaf->eku_client &&
	    !leaf->eku_any)
		FIND(judging, "cert-eku-no-client",
		     "certificate is for TLS servers only: peers that check the client purpose "
		     "refuse SASL EXTERNAL and fall back to dialback");
	if (leaf->has_key_usage && !(leaf->key_usage & USAGE_DIGITAL_SIGNATURE))
		FIND(judging, "cert-key-usage",
		     "certificate's key usage has no digitalSignature, which TLS 1.3 and forward "
		     "secrecy need");
	if (leaf->is_ca && !(judging->facts->identity.path.problems & PATH_SELF_SIGNED))
		FIND(judging, "cert-is-ca",
		     "certificate of the server is that of a CA, which could issue others");
}

static const char *cert_subject(const struct judging *judging, size_t index)
{
	if (index == 0)
		return "certificate";
	return arena_printf(judging->mem, "issuer's certificate %s",
			    subject_words(judging, judging->facts->identity.path.way[index]));
}

/* What binds the CA: the path holds in spite of it. The first of
 * each weight stands for all. */
static void judge_lapses(const struct judging *judging)
{
	const struct path_facts *path = &judging->facts->identity.path;
	/* An anchor of the operator's own is his to mend, too; of the system's nobody asks it. */
	size_t all = path->way_length, behind = all - (path->anchor && all > 1);
	size_t lapses = path->anchor_from_system ? behind : all;
	bool told = path->obscure != NULL;
	if (told)
		FIND(judging, "cert-not-conforming", "GnuTLS cannot read the certificate of %s",
		     subject_words(judging, path->obscure));
	for (size_t i = 0; i < lapses && !told; i++) {
		told = path->way[i]->lapse != NULL;
		if (told)
			FIND(judging, "cert-not-conforming", "%s: %s", cert_subject(judging, i),
			     path->way[i]->lapse);
	}
	for (size_t i = 0; i < behind && !told; i++) {
		told = path->way[i]->blemish != NULL;
		if (told)
			FIND_INFO(judging, "cert-not-conforming", "%s: %s",
				  cert_subject(judging, i), path->way[i]->blemish);
	}
}

/* RFC 5280, 4.2.1.1: key identifiers help to find a way, and prove nothing. OpenSSL and GnuTLS take
 * a certificate whose identifier differs for another one, and find no issuer. */
static void judge_key_ids(const struct judging *judging)
{
	const struct path_facts *path = &judging->facts->identity.path;
	for (size_t i = 0; i + 1 < path->way_length; i++) {
		const struct cert_facts *cert = path->way[i], *issuer = path->way[i + 1];
		if (!cert->authority_key_id.data || !issuer->subject_key_id.data ||
		    bytes_equal(cert->authority_key_id, issuer->subject_key_id))
			continue;
		FIND(judging, "cert-not-conforming",
		     "%s: its authority key identifier is not that of the key which signed it, and "
		     "programs that go by it find no issuer",
		     cert_subject(judging, i));
		return;
	}
}

void judge_chain(const struct judging *judging)
{
	const struct identity_facts *identity = &judging->facts->identity;
	if (identity->cert_count == 0)
		return;
	if (judging->facts->tls.chain_cut)
		FIND(judging, "cert-chain-too-long",
		     "more than %d certificates were presented; those behind were not looked at",
		     CHAIN_MAX);
	judge_superfluous(judging);
	judge_detour(judging);
	judge_issuers_expiry(judging);
	judge_lifetime(judging);
	judge_purposes(judging);
	judge_lapses(judging);
	judge_key_ids(judging);
}
