/* The "certcheck" section: one certificate, judged at one moment. */
#include <string.h>

#include "report/certcheck_parts.h"
#include "report/json.h"
#include "report/record_parts.h"

static void put_proofs(json_t *section, unsigned proofs)
{
	json_t *list = json_array();
	for (unsigned flag = PROOF_PKIX; flag <= PROOF_PIN; flag <<= 1) {
		if (proofs & flag)
			json_array_append_new(list, json_string(proof_text((enum proof)flag)));
	}
	json_put_bool(section, "authenticated", proofs != 0);
	json_put_filled(section, "authenticated_by", list);
}

/* What the certificate presents, where nobody asked whom it should name. */
static json_t *presented_names(const struct identity_facts *identity)
{
	json_t *list = json_array();
	for (size_t i = 0; identity->cert_count > 0 && i < identity->certs[0].name_count; i++) {
		const struct cert_name *name = &identity->certs[0].names[i];
		json_t *entry = json_object();
		json_put_text(entry, "type", name_type_text(name->type));
		json_put_text(entry, "value", name->value);
		json_put_text(entry, "malformed", name->malformed);
		json_array_append_new(list, entry);
	}
	return list;
}

static void put_days(json_t *section, const struct certcheck_facts *facts,
		     const struct check_rules *rules)
{
	const struct identity_facts *identity = &facts->walk.identity;
	const struct cert_facts *leaf = &identity->certs[0];
	int64_t lifetime = record_lifetime(leaf), first;
	record_put_days(section, "days_left", leaf->not_after - facts->at);
	record_put_days(section, "lifetime_days", lifetime);
	if (check_first_end(&identity->path, &first))
		record_put_days(section, "chain_days_left", first - facts->at);
	json_object_set_new(section, "warning_days",
			    json_real(check_days(span_seconds(&rules->warning, lifetime))));
	json_object_set_new(section, "critical_days",
			    json_real(check_days(span_seconds(&rules->critical, lifetime))));
}

static json_t *purposes_record(const struct cert_facts *leaf)
{
	json_t *entry = json_object();
	json_put_bool(entry, "server", !leaf->has_eku || leaf->eku_server);
	json_put_bool(entry, "client", !leaf->has_eku || leaf->eku_client);
	json_put_bool(entry, "any", leaf->eku_any);
	if (leaf->has_eku)
		json_put_bool(entry, "listed", true);
	return entry;
}

static json_t *link_record(const struct cert_facts *cert, int64_t at)
{
	json_t *entry = record_certificate(cert, at);
	json_put_bool(entry, "ca", cert->is_ca);
	if (cert->must_staple)
		json_put_bool(entry, "must_staple", true);
	json_put_text(entry, "ocsp_url", cert->ocsp_url);
	json_put_text(entry, "crl_url", cert->crl_url);
	json_put_text(entry, "defect", cert->defect);
	json_put_text(entry, "lapse", cert->lapse);
	json_put_text(entry, "blemish", cert->blemish);
	return entry;
}

static bool is_on_way(const struct path_facts *path, const struct cert_facts *cert)
{
	for (size_t i = 0; i < path->way_length; i++) {
		if (same_cert(path->way[i], cert))
			return true;
	}
	return false;
}

/* Where a link of the way stands in the chain as presented; the anchor often stands nowhere. */
static bool find_presented(const struct identity_facts *identity, const struct cert_facts *link,
			   size_t *out)
{
	for (size_t i = 0; i < identity->cert_count; i++) {
		if (&identity->certs[i] == link) {
			*out = i;
			return true;
		}
	}
	for (size_t i = 0; i < identity->cert_count; i++) {
		if (same_cert(&identity->certs[i], link)) {
			*out = i;
			return true;
		}
	}
	return false;
}

static json_t *anchor_record(const struct cert_facts *anchor, int64_t at)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *entry = link_record(anchor, at);
	json_put_text(entry, "pem", cert_pem(anchor->der, mem));
	return entry;
}

static void put_chain(json_t *section, const struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	const struct path_facts *path = &identity->path;
	json_t *chain = json_array(), *way = json_array();
	for (size_t i = 0; i < identity->cert_count; i++) {
		json_t *entry = link_record(&identity->certs[i], facts->at);
		json_put_bool(entry, "in_path", is_on_way(path, &identity->certs[i]));
		json_array_append_new(chain, entry);
	}
	size_t links = path->way_length - (check_anchor(path) != NULL), index;
	for (size_t i = 0; i < links; i++) {
		if (find_presented(identity, path->way[i], &index))
			json_array_append_new(way, json_integer((json_int_t)index));
	}
	json_put_filled(section, "chain", chain);
	json_put_filled(section, "path", way);
	if (check_anchor(path))
		json_object_set_new(section, "anchor",
				    anchor_record(check_anchor(path), facts->at));
}

static void put_certificate(json_t *section, const struct certcheck_facts *facts,
			    const struct check_rules *rules)
{
	const struct identity_facts *identity = &facts->walk.identity;
	json_put_bool(section, "names_judged", facts->names_judged);
	json_put_filled(section, "names",
			facts->names_judged ? record_names(&identity->names)
					    : presented_names(identity));
	if (identity->cert_count > 0) {
		put_days(section, facts, rules);
		json_object_set_new(section, "purposes", purposes_record(&identity->certs[0]));
	}
	put_chain(section, facts);
	if (facts->walk.tls.chain_count > 0)
		json_object_set_new(section, "trust", record_trust(&identity->path));
}

/* With a moment of our own choice the record tells when the certificate was seen; else when it was
 * judged, which for that of a record is later. */
static void put_head(json_t *section, const struct certcheck_facts *facts, enum status status)
{
	json_put_time(section, "time", facts->at_chosen ? facts->walk.time : facts->at);
	json_put_text(section, "status", status_name(status));
	json_put_ms(section, "elapsed_ms", facts->walk.elapsed_ms);
	json_put_text(section, "source", check_source_text(facts->source));
	json_put_text(section, "file", facts->file);
	json_put_text(section, "file_problem", facts->file_problem);
	if (facts->at_chosen)
		json_put_time(section, "at", facts->at);
	put_proofs(section, facts->proofs);
}

json_t *record_certcheck(const struct endpoint *at, const struct certcheck_facts *facts,
			 const struct check_rules *rules, const struct findings *findings,
			 enum status status)
{
	json_t *section = json_object();
	(void)at; /* the endpoint stands around the section */
	put_head(section, facts, status);
	if (facts->source == CHECK_LIVE) {
		json_put_bool(section, "encrypted", facts->walk.encrypted);
		record_put_handshake(section, &facts->walk);
		record_put_inside(section, &facts->walk);
	} else {
		record_put_failure(section, &facts->walk.failure);
	}
	put_certificate(section, facts, rules);
	record_put_evidence(section, facts, rules);
	record_put_past(section, facts);
	if (facts->source != CHECK_RECORD)
		json_put_filled(section, "chain_pem", record_chain_pem(&facts->walk.tls));
	json_object_set_new(section, "findings", record_findings(findings));
	return section;
}
