/* What certificates say and whether they are believed. */
#include "report/record_parts.h"

#include <string.h>

#include "report/json.h"

#define DAY 86400

json_t *record_names(const struct name_facts *names)
{
	json_t *list = json_array();
	for (size_t i = 0; i < names->count; i++) {
		const struct name_judgement *judgement = &names->judgements[i];
		json_t *entry = json_object();
		json_put_text(entry, "type", name_type_text(judgement->name->type));
		json_put_text(entry, "value", judgement->name->value);
		json_put_text(entry, "verdict", name_verdict_text(judgement->verdict));
		json_put_text(entry, "reason", judgement->reason);
		json_put_text(entry, "malformed", judgement->name->malformed);
		json_array_append_new(list, entry);
	}
	return list;
}

int64_t record_days(int64_t seconds)
{
	return seconds >= 0 ? seconds / DAY : -((DAY - 1 - seconds) / DAY);
}

int64_t record_lifetime(const struct cert_facts *cert)
{
	return cert->not_after - cert->not_before + 1;
}

void record_put_days(json_t *object, const char *key, int64_t seconds)
{
	json_object_set_new(object, key, json_integer(record_days(seconds)));
}

json_t *record_certificate(const struct cert_facts *cert, int64_t now)
{
	json_t *entry = json_object();
	json_put_text(entry, "subject", cert->subject);
	json_put_text(entry, "issuer", cert->issuer);
	json_put_text(entry, "serial", cert->serial);
	json_put_time(entry, "not_before", cert->not_before);
	json_put_time(entry, "not_after", cert->not_after);
	record_put_days(entry, "days_left", cert->not_after - now);
	record_put_days(entry, "lifetime_days", record_lifetime(cert));
	json_put_text(entry, "key", cert->key);
	json_put_count(entry, "bits", cert->bits);
	json_put_text(entry, "signature", cert->signature);
	json_put_hex(entry, "sha256", cert->sha256, sizeof(cert->sha256));
	json_put_hex(entry, "spki_sha256", cert->spki_sha256, sizeof(cert->spki_sha256));
	return entry;
}

json_t *record_trust(const struct path_facts *path)
{
	json_t *entry = json_object(), *problems = json_array();
	json_put_bool(entry, "trusted", path->trusted);
	if (path->anchor) {
		json_put_text(entry, "anchor", path->anchor);
		json_put_text(entry, "anchor_source", path->anchor_from_system ? "system" : "file");
	}
	for (unsigned flag = PATH_EMPTY; flag <= PATH_UNCHECKED; flag <<= 1) {
		if (path->problems & flag)
			json_array_append_new(problems, json_string(path_problem_name(
								(enum path_problem)flag)));
	}
	json_put_filled(entry, "problems", problems);
	json_put_text(entry, "reason", path->reason);
	return entry;
}

json_t *record_chain_pem(const struct tls_facts *tls)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *list = json_array();
	for (size_t i = 0; i < tls->chain_count; i++) {
		const char *pem = cert_pem(tls->chain[i], mem);
		json_array_append_new(list, json_text(pem, strlen(pem)));
	}
	return list;
}
