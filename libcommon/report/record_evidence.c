/* What speaks for a certificate, or against it, beside its chain: DANE, POSH, revocation,
 * transparency, CAA. */
#include <string.h>

#include "report/json.h"
#include "report/record_parts.h"

static json_t *name_record(const struct cert_name *name)
{
	json_t *entry = json_object();
	json_put_text(entry, "type", name_type_text(name->type));
	json_put_text(entry, "value", name->value);
	return entry;
}

void record_put_name(json_t *object, const char *key, const struct cert_name *name)
{
	if (name)
		json_object_set_new(object, key, name_record(name));
}

/* Times of which 0 says that there is none. */
static void put_time(json_t *object, const char *key, int64_t seconds)
{
	if (seconds != 0)
		json_put_time(object, key, seconds);
}

static json_t *tlsa_record(const struct dane_record_facts *record)
{
	json_t *entry = json_object();
	json_put_count(entry, "usage", record->tlsa.usage);
	json_put_count(entry, "selector", record->tlsa.selector);
	json_put_count(entry, "matching", record->tlsa.matching);
	json_put_hex(entry, "data", record->tlsa.data.data, record->tlsa.data.size);
	json_put_text(entry, "verdict", dane_verdict_text(record->verdict));
	if (record->cert >= 0)
		json_put_count(entry, "cert", (uint64_t)record->cert);
	json_put_text(entry, "reason", record->reason);
	return entry;
}

static json_t *dane_record(const struct dane_facts *dane, enum proof_mode mode)
{
	json_t *entry = json_object(), *records = json_array();
	if (dane->status == DANE_NOT_CHECKED && mode != PROOF_REQUIRE) {
		json_decref(records);
		return entry;
	}
	json_put_text(entry, "status", dane_status_text(dane->status));
	if (mode == PROOF_REQUIRE)
		json_put_bool(entry, "required", true);
	json_put_text(entry, "name", dane->name);
	if (dane->status != DANE_NOT_CHECKED) {
		json_put_text(entry, "srv", dnssec_name(dane->srv));
		json_put_text(entry, "address", dnssec_name(dane->address));
	}
	if (dane->name)
		json_put_text(entry, "tlsa", dnssec_name(dane->tlsa));
	for (size_t i = 0; i < dane->count; i++)
		json_array_append_new(records, tlsa_record(&dane->records[i]));
	json_put_filled(entry, "records", records);
	record_put_name(entry, "matched_name", dane->matched_name);
	if (dane->by_target)
		json_put_bool(entry, "by_target", true);
	record_put_name(entry, "target_name", dane->target_name);
	if (dane->ta_missing)
		json_put_bool(entry, "ta_missing", true);
	json_put_text(entry, "unmatched_combination", dane->unmatched_combination);
	json_put_text(entry, "reason", dane->reason);
	return entry;
}

static json_t *posh_record(const struct posh_facts *posh, enum proof_mode mode)
{
	json_t *entry = json_object();
	if (posh->status == POSH_NOT_CHECKED && mode != PROOF_REQUIRE)
		return entry;
	json_put_text(entry, "status", posh_status_text(posh->status));
	if (mode == PROOF_REQUIRE)
		json_put_bool(entry, "required", true);
	json_put_text(entry, "url", posh->url);
	json_put_text(entry, "reference", posh->reference);
	if (posh->status == POSH_MATCH || posh->status == POSH_MISMATCH) {
		json_put_count(entry, "expires", posh->expires);
		json_put_count(entry, "fingerprints", posh->fingerprints);
	}
	put_time(entry, "date", posh->date);
	if (posh->https_invalid)
		json_put_bool(entry, "https_invalid", true);
	json_put_text(entry, "reason", posh->reason);
	json_put_ms(entry, "elapsed_ms", posh->elapsed_ms);
	return entry;
}

/* No staple is a fact where there was a handshake it could have come in. A record of xmpp-starttls
 * says that there was one, and does not keep it. */
static bool saw_none(const struct starttls_facts *walk)
{
	return walk->steps[STEP_TLS].taken && walk->tls.up && !walk->tls.staple;
}

static json_t *staple_record(const struct staple_facts *staple, bool absent)
{
	json_t *entry = json_object();
	if (staple->status == STAPLE_ABSENT && !absent)
		return entry;
	json_put_text(entry, "status", staple_status_text(staple->status));
	put_time(entry, "produced", staple->produced);
	put_time(entry, "this_update", staple->this_update);
	put_time(entry, "next_update", staple->next_update);
	put_time(entry, "revoked", staple->revoked);
	json_put_text(entry, "revocation", staple->revocation);
	json_put_text(entry, "reason", staple->reason);
	return entry;
}

static json_t *scts_record(const struct sct_facts *scts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < scts->count; i++) {
		const struct sct *sct = &scts->list[i];
		json_t *entry = json_object();
		json_put_text(entry, "source", sct_source_text(sct->source));
		json_put_count(entry, "version", sct->version);
		json_put_hex(entry, "log", sct->log, sizeof(sct->log));
		json_put_time(entry, "time", sct->time_ms / 1000);
		json_array_append_new(list, entry);
	}
	return list;
}

static json_t *crl_record(const struct crl_facts *crl)
{
	json_t *entry = json_object();
	if (crl->status == CRL_NOT_CHECKED)
		return entry;
	json_put_text(entry, "status", crl_status_text(crl->status));
	json_put_count(entry, "cert", crl->cert);
	put_time(entry, "this_update", crl->this_update);
	put_time(entry, "next_update", crl->next_update);
	put_time(entry, "revoked", crl->revoked);
	json_put_text(entry, "revocation", crl->revocation);
	json_put_text(entry, "reason", crl->reason);
	return entry;
}

static json_t *caa_record(const struct caa_facts *caa)
{
	json_t *entry = json_object();
	if (caa->status == CAA_NOT_CHECKED)
		return entry;
	const struct text_list issuers = { caa->issuers, caa->count };
	json_put_text(entry, "status", caa_status_text(caa->status));
	json_put_text(entry, "owner", caa->owner);
	json_put_filled(entry, "issuers", json_texts(&issuers));
	if (caa->account_bound)
		json_put_bool(entry, "account_bound", true);
	json_put_text(entry, "reason", caa->reason);
	return entry;
}

void record_put_evidence(json_t *section, const struct certcheck_facts *facts,
			 const struct check_rules *rules)
{
	json_put_filled(section, "dane", dane_record(&facts->dane, rules->dane));
	json_put_filled(section, "posh", posh_record(&facts->posh, rules->posh));
	json_put_filled(section, "staple", staple_record(&facts->staple, saw_none(&facts->walk)));
	json_put_filled(section, "scts", scts_record(&facts->scts));
	json_put_text(section, "scts_problem", facts->scts.problem);
	json_put_filled(section, "crl", crl_record(&facts->crl));
	json_put_filled(section, "caa", caa_record(&facts->caa));
}
