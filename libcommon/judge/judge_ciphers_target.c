/* What spans endpoints: one key behind SSL 2.0 and elsewhere, and doors of one service that are not
 * alike. */
#include <string.h>

#include "judge/ciphers_parts.h"
#include "judge/target_parts.h"
#include "tls/cert.h"

struct doors {
	const struct spanning *spanning;
	const struct ciphers_facts *const *ciphers;
};

static const struct survey_facts *survey_of(const struct doors *doors, size_t i)
{
	return doors->ciphers[i] ? &doors->ciphers[i]->survey : NULL;
}

/* --- DROWN --- */

struct rsa_key {
	size_t endpoint;
	uint8_t key[32]; /* of SubjectPublicKeyInfo; of the certificate where we have no more */
};

static bool is_rsa(const struct cert_seen *cert)
{
	return strncmp(cert->key, "RSA", 3) == 0;
}

static void take_key(const struct doors *doors, size_t endpoint, const struct cert_seen *cert,
		     struct rsa_key *out)
{
	struct cert_facts facts;
	struct err err;
	bool read = cert->der.size > 0 && cert_read(cert->der, doors->spanning->mem, &facts, &err);
	out->endpoint = endpoint;
	memcpy(out->key, read ? facts.spki_sha256 : cert->sha256, sizeof(out->key));
}

static size_t collect_keys(const struct doors *doors, struct rsa_key **out)
{
	size_t room = 0, count = 0;
	for (size_t i = 0; i < doors->spanning->target->count; i++)
		room += survey_of(doors, i) ? survey_of(doors, i)->cert_count : 0;
	*out = arena_array(doors->spanning->mem, room + 1, sizeof(**out));
	for (size_t i = 0; i < doors->spanning->target->count; i++) {
		const struct survey_facts *survey = survey_of(doors, i);
		for (size_t j = 0; survey && j < survey->cert_count; j++) {
			if (is_rsa(&survey->certs[j]))
				take_key(doors, i, &survey->certs[j], &(*out)[count++]);
		}
	}
	return count;
}

static bool speaks_ssl2(const struct doors *doors, size_t i)
{
	return survey_of(doors, i) && version_is_offered(survey_of(doors, i), SSL_2_0);
}

/* Whoever speaks SSL 2.0 himself has a finding of his own. */
static void judge_drown(const struct doors *doors)
{
	const struct spanning *spanning = doors->spanning;
	const struct endpoint *endpoints = spanning->target->endpoints;
	bool any = false;
	for (size_t i = 0; i < spanning->target->count; i++)
		any = any || speaks_ssl2(doors, i);
	if (!any)
		return;
	struct rsa_key *keys;
	size_t count = collect_keys(doors, &keys), told = spanning->target->count;
	for (size_t i = 0; i < count; i++) {
		if (speaks_ssl2(doors, keys[i].endpoint) || told == keys[i].endpoint)
			continue;
		for (size_t j = 0; j < count; j++) {
			if (!speaks_ssl2(doors, keys[j].endpoint) ||
			    memcmp(keys[i].key, keys[j].key, sizeof(keys[i].key)) != 0)
				continue;
			told = keys[i].endpoint;
			FIND_SPANNING(spanning, "drown",
				      "the RSA key of %s also serves SSL 2.0 at %s (DROWN)",
				      endpoint_text(&endpoints[keys[i].endpoint], spanning->mem),
				      endpoint_text(&endpoints[keys[j].endpoint], spanning->mem));
			break;
		}
	}
}

/* --- Doors that are not alike --- */

/* What one door accepts that the other refuses. */
struct surplus {
	struct listing names;
	enum severity worst;
	bool old, modern; /* versions that may not, and that should be spoken */
};

static bool has_suite(const struct version_seen *seen, uint32_t code)
{
	for (size_t i = 0; i < seen->suite_count; i++) {
		if (seen->suites[i].code == code)
			return true;
	}
	return false;
}

#define COMPARED_MAX 1000 /* suites of one version; a record may claim any number */

static void add_suites(const struct doors *doors, const struct version_seen *here,
		       const struct version_seen *there, enum tls_version version,
		       struct surplus *out)
{
	if (there->offered != SEEN_YES || !there->suites_complete ||
	    here->suite_count > COMPARED_MAX || there->suite_count > COMPARED_MAX)
		return;
	for (size_t i = 0; i < here->suite_count; i++) {
		const struct suite_seen *suite = &here->suites[i];
		struct suite_verdict verdict;
		if (has_suite(there, suite->code))
			continue;
		judge_suite(suite, version, doors->spanning->policy, &verdict);
		if (verdict.severity > out->worst)
			out->worst = verdict.severity;
		listing_add(&out->names, suite->code, suite_name(suite, doors->spanning->mem));
	}
}

#define VERSION_CODE 0xFFF0 /* no suite has such a number */

static struct surplus compare(const struct doors *doors, size_t a, size_t b)
{
	struct surplus out = { .names = listing_new(doors->spanning->mem) };
	for (enum tls_version version = TLS_1_3; version >= SSL_2_0; version--) {
		const struct version_seen *here = &survey_of(doors, a)->versions[version];
		const struct version_seen *there = &survey_of(doors, b)->versions[version];
		if (here->offered != SEEN_YES)
			continue;
		add_suites(doors, here, there, version, &out);
		if (there->offered != SEEN_NO)
			continue;
		listing_add(&out.names, VERSION_CODE | version, tls_version_name(version));
		out.old = out.old || version < TLS_1_2;
		out.modern = out.modern || version == TLS_1_3;
	}
	return out;
}

/* How much is wrong with a door that accepts this beyond what the other does. */
static int weight(const struct surplus *own, const struct surplus *others)
{
	int worst = own->worst > SEVERITY_INFO ? (int)own->worst : 0;
	return (own->old ? 4 : 0) + worst + (others->modern ? 1 : 0);
}

/* True once it is told. */
static bool judge_pair(const struct doors *doors, enum service service, size_t a, size_t b)
{
	const struct spanning *spanning = doors->spanning;
	const struct endpoint *endpoints = spanning->target->endpoints;
	struct surplus first = compare(doors, a, b), second = compare(doors, b, a);
	int lead = weight(&first, &second) - weight(&second, &first);
	const struct endpoint *low = &endpoints[lead < 0 ? b : a];
	const struct endpoint *high = &endpoints[lead < 0 ? a : b];
	struct surplus *more = lead < 0 ? &second : &first, *less = lead < 0 ? &first : &second;
	bool differ = first.names.count + second.names.count > 0;
	const char *here = more->names.count ? arena_printf(spanning->mem, "%s only at %s",
							    listing_text(&more->names),
							    endpoint_text(low, spanning->mem))
					     : "";
	const char *there = less->names.count
				    ? arena_printf(spanning->mem, "%s%s only at %s",
						   *here ? "; " : "", listing_text(&less->names),
						   endpoint_text(high, spanning->mem))
				    : "";
	if (differ && lead != 0)
		FIND_SPANNING(spanning, "ciphers-differ", "%s: %s is weaker: %s%s",
			      service_name(service), endpoint_text(low, spanning->mem), here,
			      there);
	else if (differ)
		findings_add_capped(spanning->out, spanning->policy, spanning->mem,
				    "ciphers-differ", SEVERITY_INFO, "%s: %s%s",
				    service_name(service), here, there);
	listing_free(&first.names);
	listing_free(&second.names);
	return differ;
}

/* The first door that answers is compared with each other one; one difference is told. */
static void judge_service(const struct doors *doors, enum service service)
{
	const struct target_view *target = doors->spanning->target;
	size_t first = target->count;
	for (size_t i = 0; i < target->count; i++) {
		const struct survey_facts *survey = survey_of(doors, i);
		if (target->endpoints[i].service != service || !survey || !survey_answered(survey))
			continue;
		if (first == target->count)
			first = i;
		else if (judge_pair(doors, service, first, i))
			return;
	}
}

void judge_ciphers_target(const struct target_view *target,
			  const struct ciphers_facts *const *ciphers, const struct policy *policy,
			  struct arena *mem, struct findings *out)
{
	const struct spanning spanning = { target, policy, mem, out };
	const struct doors doors = { &spanning, ciphers };
	judge_drown(&doors);
	for (int service = 0; service < SERVICE_COUNT; service++)
		judge_service(&doors, (enum service)service);
}
