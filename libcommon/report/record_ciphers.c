/* The "ciphers" section: what an enumeration learnt of one endpoint, and how. */
#include <string.h>

#include "report/ciphers_parts.h"
#include "report/json.h"
#include "report/record_parts.h"
#include "tls/groups.h"
#include "tls/schemes.h"

static void put_true(json_t *object, const char *key, bool value)
{
	if (value)
		json_put_bool(object, key, true);
}

static void put_some(json_t *object, const char *key, uint64_t count)
{
	if (count > 0)
		json_put_count(object, key, count);
}

/* SSL 2.0 has kinds of three octets. */
static const char *code_text(uint32_t code, struct arena *mem)
{
	return arena_printf(mem, code > UINT16_MAX ? "0x%06X" : "0x%04X", (unsigned)code);
}

static void put_code(json_t *object, uint32_t code)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_put_text(object, "code", code_text(code, mem));
}

static void put_seen(json_t *object, const char *key, enum seen seen)
{
	if (seen != SEEN_NOT_TESTED)
		json_put_text(object, key, seen_name(seen));
}

static void put_preference(json_t *object, const char *key, enum preference preference)
{
	if (preference != PREFERENCE_UNKNOWN)
		json_put_text(object, key, preference_name(preference));
}

static void put_alert(json_t *object, const char *key, int number)
{
	if (number < 0)
		return;
	json_t *alert = json_object();
	json_put_count(alert, "number", (unsigned)number);
	json_put_text(alert, "name", tls_alert_name(number));
	json_object_set_new(object, key, alert);
}

/* By name where the registry has one; the number else. */
static void put_named(json_t *object, const char *key, uint16_t code, const char *name)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	if (code)
		json_put_text(object, key, name ? name : code_text(code, mem));
}

static void put_exchange(json_t *entry, const struct suite_seen *seen)
{
	const struct group *group = group_by_code(seen->group);
	const struct scheme *scheme = scheme_by_code(seen->scheme);
	put_named(entry, "group", seen->group, group ? group->name : NULL);
	put_named(entry, "scheme", seen->scheme, scheme ? scheme->name : NULL);
	put_some(entry, "dh_bits", seen->dh_bits);
	json_put_text(entry, "prime", seen->prime);
	put_some(entry, "rsa_export_bits", seen->rsa_export_bits);
	if (seen->cert >= 0)
		json_put_count(entry, "certificate", (unsigned)seen->cert);
	put_true(entry, "encrypt_then_mac", seen->encrypt_then_mac);
	put_true(entry, "explicit_curve", seen->explicit_curve);
	put_true(entry, "outside_specification", seen->outside);
}

static json_t *suite_record(const struct suite_seen *seen, enum tls_version version,
			    const struct policy *policy)
{
	struct suite_verdict verdict = { 0 };
	json_t *entry = json_object();
	if (seen->suite)
		json_put_text(entry, "name", seen->suite->name);
	put_code(entry, seen->code);
	if (seen->suite) {
		json_put_bool(entry, "forward_secrecy", seen->suite->forward_secrecy);
		json_put_count(entry, "bits", seen->suite->bits);
		json_put_count(entry, "strength", seen->suite->strength);
	}
	put_exchange(entry, seen);
	judge_suite(seen, version, policy, &verdict);
	json_put_text(entry, "verdict", verdict.word);
	json_put_text(entry, "ref", verdict.ref);
	json_put_text(entry, "note", verdict.note);
	return entry;
}

static json_t *version_record(const struct version_seen *seen, const struct policy *policy)
{
	json_t *entry = json_object(), *accepted = json_array();
	json_put_text(entry, "version", tls_version_name(seen->version));
	json_put_text(entry, "offered", seen_name(seen->offered));
	put_preference(entry, "preference", seen->preference);
	if (seen->offered == SEEN_YES)
		json_put_bool(entry, "complete", seen->suites_complete);
	put_alert(entry, "alert", seen->alert);
	for (size_t i = 0; i < seen->suite_count; i++)
		json_array_append_new(accepted,
				      suite_record(&seen->suites[i], seen->version, policy));
	json_put_filled(entry, "suites", accepted);
	return entry;
}

static json_t *versions_record(const struct survey_facts *survey, const struct policy *policy)
{
	json_t *list = json_array();
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		if (survey->versions[i].offered != SEEN_NOT_TESTED)
			json_array_append_new(list, version_record(&survey->versions[i], policy));
	}
	return list;
}

static json_t *complete_record(const enum seen complete[2])
{
	json_t *entry = json_object();
	put_seen(entry, "tls12", complete[0]);
	put_seen(entry, "tls13", complete[1]);
	return entry;
}

static void put_groups(json_t *section, const struct survey_facts *survey)
{
	json_t *list = json_array();
	for (size_t i = 0; i < survey->group_count; i++) {
		const struct group_seen *seen = &survey->groups[i];
		const struct group *group = group_by_code(seen->code);
		json_t *entry = json_object();
		if (group)
			json_put_text(entry, "name", group->name);
		put_code(entry, seen->code);
		json_put_bool(entry, "tls12", seen->tls12);
		json_put_bool(entry, "tls13", seen->tls13);
		put_true(entry, "post_quantum", group && group_is_post_quantum(group));
		json_array_append_new(list, entry);
	}
	json_put_filled(section, "groups", list);
	put_preference(section, "group_preference", survey->group_preference);
	json_put_filled(section, "groups_complete", complete_record(survey->groups_complete));
}

static void put_schemes(json_t *section, const struct survey_facts *survey)
{
	json_t *list = json_array();
	for (size_t i = 0; i < survey->scheme_count; i++) {
		const struct scheme_seen *seen = &survey->schemes[i];
		const struct scheme *scheme = scheme_by_code(seen->code);
		json_t *entry = json_object();
		if (scheme)
			json_put_text(entry, "name", scheme->name);
		put_code(entry, seen->code);
		json_put_bool(entry, "tls12", seen->tls12);
		json_put_bool(entry, "tls13", seen->tls13);
		put_true(entry, "alone", seen->alone);
		json_array_append_new(list, entry);
	}
	json_put_filled(section, "signature_schemes", list);
	json_put_filled(section, "signature_schemes_complete",
			complete_record(survey->schemes_complete));
	json_put_text(section, "signature13", survey->signature13);
}

static json_t *certs_record(const struct survey_facts *survey)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *list = json_array();
	for (size_t i = 0; i < survey->cert_count; i++) {
		const struct cert_seen *cert = &survey->certs[i];
		json_t *entry = json_object();
		json_put_hex(entry, "sha256", cert->sha256, sizeof(cert->sha256));
		if (*cert->key)
			json_put_text(entry, "key", cert->key);
		put_some(entry, "bits", cert->bits);
		if (cert->der.size > 0)
			json_put_text(entry, "pem", cert_pem(cert->der, mem));
		json_array_append_new(list, entry);
	}
	return list;
}

static json_t *fields_record(const struct survey_facts *survey)
{
	json_t *list = json_array();
	for (size_t i = 0; i < survey->field_count; i++) {
		const struct field_seen *field = &survey->fields[i];
		json_t *entry = json_object();
		json_put_count(entry, "bits", field->bits);
		json_put_hex(entry, "sha256", field->sha256, sizeof(field->sha256));
		json_put_text(entry, "name", field->name);
		put_some(entry, "generator", field->generator);
		put_true(entry, "composite", field->known_composite);
		put_true(entry, "unsafe", field->known_unsafe);
		put_true(entry, "weak_public", field->weak_public);
		json_array_append_new(list, entry);
	}
	return list;
}

static json_t *properties_record(const struct property_facts *facts)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct property_facts copy = *facts;
	json_t *entry = json_object();
	for (size_t i = 0; i < PROPERTY_COUNT; i++)
		put_seen(entry, property_key(i), *property_at(&copy, i));
	if (facts->intolerant_of)
		json_put_text(entry, "intolerant_of", code_text(facts->intolerant_of, mem));
	put_alert(entry, "sni_alert", facts->sni_alert);
	return entry;
}

json_t *record_survey(const struct ciphers_facts *facts, const struct policy *policy)
{
	const struct survey_facts *survey = &facts->survey;
	json_t *section = json_object();
	json_put_filled(section, "versions", versions_record(survey, policy));
	put_groups(section, survey);
	put_schemes(section, survey);
	json_put_filled(section, "certificates", certs_record(survey));
	json_put_filled(section, "fields", fields_record(survey));
	if (survey->forward_secrecy != FS_UNKNOWN)
		json_put_text(section, "forward_secrecy", fs_promise_name(survey->forward_secrecy));
	json_put_filled(section, "properties", properties_record(&survey->properties));
	put_true(section, "inconsistent", survey->inconsistent);
	json_put_text(section, "violation", survey->violation);
	put_some(section, "unclear", survey->unclear);
	if (facts->cut != CUT_NOT)
		json_put_text(section, "cut", cut_short_name(facts->cut));
	json_put_text(section, "cut_reason", facts->cut_reason);
	return section;
}

json_t *record_ciphers(const struct endpoint *at, const struct ciphers_facts *facts,
		       const struct policy *policy, const struct findings *findings,
		       enum status status)
{
	json_t *section = json_object();
	(void)at; /* the endpoint stands around the section */
	json_put_time(section, "time", facts->walk.time);
	json_put_text(section, "status", status_name(status));
	json_put_ms(section, "elapsed_ms", facts->walk.elapsed_ms);
	json_put_text(section, "scope", survey_scope_name(facts->scope));
	json_put_count(section, "connections", facts->connections);
	json_put_count(section, "throttled", facts->throttled);
	put_some(section, "lanes", facts->lanes);
	put_true(section, "one_write", facts->one_write);
	json_put_bool(section, "encrypted", facts->walk.encrypted);
	record_put_handshake(section, &facts->walk);
	record_put_inside(section, &facts->walk);
	json_t *survey = record_survey(facts, policy);
	json_object_update_missing(section, survey);
	json_decref(survey);
	json_put_filled(section, "chain_pem", record_chain_pem(&facts->walk.tls));
	json_object_set_new(section, "findings", record_findings(findings));
	return section;
}
