/* Groups, finite fields, keys of certificates, signatures: ciphers.md, sections 8, 9 and 11. */
#include "judge/ciphers_parts.h"

#include <string.h>

#include "base/escape.h"
#include "tls/groups.h"
#include "tls/schemes.h"

#define DH_TINY      1024
#define DH_LEAST     2048 /* RFC 9325, 4.5 */
#define RSA_LEAST    2048
#define CURVE_LEAST  224 /* bits of the field */
#define CURVE_SECURE 112 /* bits of security that such a curve has */

/* The smallest field of all, and who shares it. */
struct smallest {
	unsigned bits;
	const char *name; /* NULL: nobody known */
};

static void take_smaller(struct smallest *smallest, unsigned bits, const char *name)
{
	if (bits > 0 && (!smallest->bits || bits < smallest->bits))
		*smallest = (struct smallest){ bits, name };
}

static void judge_size(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	struct smallest smallest = { 0 };
	struct listing list = listing_new(judging->mem);
	for (size_t i = 0; i < survey->field_count; i++)
		take_smaller(&smallest, survey->fields[i].bits, survey->fields[i].name);
	for (enum tls_version version = TLS_1_2; version >= SSL_3_0; version--) {
		const struct version_seen *seen = &survey->versions[version];
		for (size_t i = 0; i < seen->suite_count; i++) {
			const struct suite_seen *suite = &seen->suites[i];
			take_smaller(&smallest, suite->dh_bits, suite->prime);
			if (suite->dh_bits > 0 && suite->dh_bits < DH_LEAST)
				listing_add(&list, suite->code, suite_name(suite, judging->mem));
		}
	}
	const char *of = list.count ? ": " : "", *names = listing_text(&list);
	const char *prime = smallest.name ? arena_printf(judging->mem, " (%s)",
							 escape_copy(judging->mem, smallest.name,
								     SHOWN_MAX))
					  : "";
	if (smallest.bits > 0 && smallest.bits < DH_TINY)
		FIND(judging, "tls-dh-weak",
		     "Diffie-Hellman groups of %u bits%s are used (LOGJAM), 2048 is the least%s%s",
		     smallest.bits, prime, of, names);
	else if (smallest.bits > 0 && smallest.bits < DH_LEAST)
		FIND_OTHER(judging, "tls-dh-weak",
			   "Diffie-Hellman groups of %u bits%s are used, 2048 is the least%s%s",
			   smallest.bits, prime, of, names);
	listing_free(&list);
}

static void judge_field(const struct enumerated *judging, const struct field_seen *field)
{
	const char *name = field->name ? escape_copy(judging->mem, field->name, SHOWN_MAX)
				       : "not known to us";
	if (field->bits <= DH_TINY && field->name)
		FIND(judging, "tls-dh-shared-prime",
		     "many servers share this prime of %u bits (LOGJAM): %s", field->bits, name);
	if (field->known_composite)
		FIND(judging, "tls-dh-unsafe", "the modulus of %u bits is no prime: %s",
		     field->bits, name);
	else if (field->generator == 1)
		FIND(judging, "tls-dh-unsafe",
		     "the generator of the field of %u bits is 1: there is one secret, for all",
		     field->bits);
	else if (field->weak_public)
		FIND(judging, "tls-dh-unsafe",
		     "the public value in the field of %u bits is 0, 1 or p - 1: anybody knows "
		     "the secret",
		     field->bits);
	else if (field->known_unsafe)
		FIND_OTHER(judging, "tls-dh-unsafe",
			   "the modulus of %u bits is no safe prime, so that there are small "
			   "subgroups: %s",
			   field->bits, name);
}

static void judge_reuse(const struct enumerated *judging)
{
	const struct property_facts *properties = &judging->survey->properties;
	bool dh = properties->dh_reuse == SEEN_YES, ec = properties->ec_reuse == SEEN_YES;
	if (dh || ec)
		FIND(judging, "tls-ephemeral-reuse",
		     "two connections had the same key of %s%s%s: it is not ephemeral%s",
		     dh ? "DHE" : "", dh && ec ? " and " : "", ec ? "ECDHE" : "",
		     dh ? ", and is what Raccoon needs" : "");
}

void judge_fields(const struct enumerated *judging)
{
	judge_size(judging);
	for (size_t i = 0; i < judging->survey->field_count; i++)
		judge_field(judging, &judging->survey->fields[i]);
	judge_reuse(judging);
}

static bool is_curve(const struct group *group)
{
	return group->kind == GROUP_EC || group->kind == GROUP_EC_BINARY;
}

static bool is_small_curve(const struct group *group)
{
	return is_curve(group) && group->bits > 0 && group->bits < CURVE_SECURE;
}

static bool is_explicit(const struct group *group)
{
	return group->kind == GROUP_EC_EXPLICIT;
}

static bool is_deprecated(const struct group *group)
{
	return !is_small_curve(group) && !is_explicit(group) &&
	       (strcmp(group->grade, "legacy") == 0 || strcmp(group->grade, "weak") == 0);
}

/* Of the groups asked for, and of what the suites' answers show besides. */
static void collect(const struct survey_facts *survey, bool (*wanted)(const struct group *),
		    struct listing *out)
{
	for (size_t i = 0; i < survey->group_count; i++) {
		const struct group *group = group_by_code(survey->groups[i].code);
		if (group && wanted(group))
			listing_add(out, group->code, group->name);
	}
	for (enum tls_version version = TLS_1_3; version >= SSL_3_0; version--) {
		const struct version_seen *seen = &survey->versions[version];
		for (size_t i = 0; i < seen->suite_count; i++) {
			const struct group *group = group_by_code(seen->suites[i].group);
			if (group && wanted(group))
				listing_add(out, group->code, group->name);
		}
	}
}

static bool has_explicit_curve(const struct survey_facts *survey)
{
	for (enum tls_version version = TLS_1_2; version >= SSL_3_0; version--) {
		const struct version_seen *seen = &survey->versions[version];
		for (size_t i = 0; i < seen->suite_count; i++) {
			if (seen->suites[i].explicit_curve)
				return true;
		}
	}
	return false;
}

static void judge_curves(const struct enumerated *judging)
{
	struct listing small = listing_new(judging->mem), old = listing_new(judging->mem);
	struct listing spelt = listing_new(judging->mem);
	collect(judging->survey, is_small_curve, &small);
	collect(judging->survey, is_deprecated, &old);
	collect(judging->survey, is_explicit, &spelt);
	if (small.count)
		FIND(judging, "tls-dh-weak", "curves of less than 224 bits are accepted: %s",
		     listing_text(&small));
	if (spelt.count || has_explicit_curve(judging->survey))
		FIND(judging, "tls-explicit-curve",
		     "the server spells out the parameters of its curve instead of naming it");
	if (old.count)
		FIND(judging, "tls-group-deprecated", "deprecated groups are accepted: %s",
		     listing_text(&old));
	listing_free(&small);
	listing_free(&old);
	listing_free(&spelt);
}

static bool takes_post_quantum(const struct survey_facts *survey)
{
	for (size_t i = 0; i < survey->group_count; i++) {
		const struct group *group = group_by_code(survey->groups[i].code);
		if (group && group_is_post_quantum(group))
			return true;
	}
	return false;
}

void judge_groups(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	judge_curves(judging);
	if (!version_is_offered(survey, TLS_1_3))
		return;
	if (takes_post_quantum(survey)) {
		if (survey->properties.hybrid_preferred == SEEN_NO)
			FIND(judging, "tls-post-quantum-not-preferred",
			     "a classical share is taken where a post-quantum group could be had");
	} else if (survey->groups_complete[1] == SEEN_YES) {
		FIND(judging, "tls-post-quantum-missing", "no post-quantum group is accepted");
	}
}

/* RFC 9325, 4.5. The path is certcheck's business; what key signs here is ours. */
static void judge_certs(const struct enumerated *judging)
{
	for (size_t i = 0; i < judging->survey->cert_count; i++) {
		const struct cert_seen *cert = &judging->survey->certs[i];
		bool rsa = strncmp(cert->key, "RSA", 3) == 0, ec = strncmp(cert->key, "EC", 2) == 0;
		bool dsa = strcmp(cert->key, "DSA") == 0;
		if (!dsa && (cert->bits == 0 || !((rsa && cert->bits < RSA_LEAST) ||
						  (ec && cert->bits < CURVE_LEAST))))
			continue;
		const char *key = escape_copy(judging->mem, cert->key, SHOWN_MAX);
		if (judging->at->service == SERVICE_S2S)
			FIND_OTHER(judging, "cert-weak",
				   "a certificate's key is too weak: %s of %u bits", key,
				   cert->bits);
		else
			FIND(judging, "cert-weak", "a certificate's key is too weak: %s of %u bits",
			     key, cert->bits);
	}
}

struct signatures {
	struct listing chosen, alone;
	bool md5_alone;
};

static void take_scheme(struct signatures *out, uint16_t code, bool alone)
{
	const struct scheme *scheme = scheme_by_code(code);
	if (!scheme)
		return;
	bool md5 = strcmp(scheme->hash, "md5") == 0;
	if (!md5 && strcmp(scheme->hash, "sha1") != 0)
		return;
	listing_add(alone ? &out->alone : &out->chosen, code, scheme->name);
	out->md5_alone = out->md5_alone || (alone && md5);
}

/* CIP-44. What a suite's answer shows is among the schemes, too; by itself it does not tell what
 * else was offered. */
static void judge_signatures(const struct enumerated *judging)
{
	const struct survey_facts *survey = judging->survey;
	struct signatures found = { listing_new(judging->mem), listing_new(judging->mem), false };
	for (size_t i = 0; i < survey->scheme_count; i++)
		take_scheme(&found, survey->schemes[i].code, survey->schemes[i].alone);
	if (found.chosen.count)
		FIND_OTHER(judging, "tls-weak-signature",
			   "the server signs the handshake with %s, though it was offered better",
			   listing_text(&found.chosen));
	if (found.md5_alone)
		FIND_OTHER(judging, "tls-accepts-weak-signature",
			   "the server signs the handshake with MD5 when asked to (SLOTH): %s",
			   listing_text(&found.alone));
	else if (found.alone.count)
		FIND(judging, "tls-accepts-weak-signature",
		     "the server signs the handshake with SHA-1 when offered nothing better: %s",
		     listing_text(&found.alone));
	listing_free(&found.chosen);
	listing_free(&found.alone);
}

void judge_keys(const struct enumerated *judging)
{
	judge_certs(judging);
	judge_signatures(judging);
}
