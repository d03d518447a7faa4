/* DANE, POSH, revocation, transparency, CAA of a "certcheck" section, back into facts. */
#include <string.h>

#include "report/reread_parts.h"

static bool verdict_parse(const char *name, enum dane_verdict *out)
{
	for (int i = DANE_MATCHES; i <= DANE_UNUSABLE; i++) {
		if (strcmp(name, dane_verdict_text((enum dane_verdict)i)) == 0) {
			*out = (enum dane_verdict)i;
			return true;
		}
	}
	return false;
}

static bool sct_source_parse(const char *name, enum sct_source *out)
{
	for (int i = SCT_CERTIFICATE; i <= SCT_OCSP; i++) {
		if (strcmp(name, sct_source_text((enum sct_source)i)) == 0) {
			*out = (enum sct_source)i;
			return true;
		}
	}
	return false;
}

bool reread_name(const struct place *place, const char *key, struct arena *mem,
		 const struct cert_name **out, struct err *err)
{
	static const char *const needed[] = { "type", "value", NULL };
	struct place entry;
	if (!place_into(place, key, &entry, err))
		return false;
	if (!entry.object)
		return true;
	struct cert_name *name = arena_alloc(mem, sizeof(*name));
	*out = name;
	return get_required(&entry, needed, err) &&
	       GET_WORD(&entry, "type", name_type_parse, &name->type, "not a kind of name", err) &&
	       get_text(&entry, "value", mem, &name->value, err);
}

static bool read_tlsa(const struct place *entry, struct arena *mem, struct dane_record_facts *out,
		      struct err *err)
{
	static const char *const needed[] = { "usage",   "selector", "matching", "data",
					      "verdict", "reason",   NULL };
	uint32_t usage = 0, selector = 0, matching = 0, cert = UINT32_MAX;
	if (!get_required(entry, needed, err) ||
	    !get_uint(entry, "usage", UINT8_MAX, &usage, err) ||
	    !get_uint(entry, "selector", UINT8_MAX, &selector, err) ||
	    !get_uint(entry, "matching", UINT8_MAX, &matching, err) ||
	    !get_hex(entry, "data", mem, &out->tlsa.data, err) ||
	    !GET_WORD(entry, "verdict", verdict_parse, &out->verdict, "not a verdict", err) ||
	    !get_uint(entry, "cert", CHAIN_MAX, &cert, err) ||
	    !get_text(entry, "reason", mem, &out->reason, err))
		return false;
	out->tlsa.usage = (uint8_t)usage;
	out->tlsa.selector = (uint8_t)selector;
	out->tlsa.matching = (uint8_t)matching;
	out->cert = cert == UINT32_MAX ? -1 : (int)cert;
	return true;
}

static bool read_records(const struct place *dane, struct arena *mem, struct dane_facts *out,
			 struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(dane, "records", LIST_MAX, &list, err))
		return false;
	out->count = json_array_size(list);
	out->records = arena_array(mem, out->count, sizeof(*out->records));
	for (size_t i = 0; i < out->count; i++) {
		if (!place_entry(dane, "records", list, i, &entry, err) ||
		    !read_tlsa(&entry, mem, &out->records[i], err))
			return false;
		if (out->records[i].verdict == DANE_MATCHES && !out->matched)
			out->matched = &out->records[i];
	}
	return true;
}

static bool read_dane(const struct place *section, struct arena *mem, struct dane_facts *out,
		      struct err *err)
{
	struct place dane;
	return place_into(section, "dane", &dane, err) &&
	       GET_WORD(&dane, "status", dane_status_parse, &out->status, "not a DANE status",
			err) &&
	       get_text(&dane, "name", mem, &out->name, err) &&
	       GET_WORD(&dane, "srv", dnssec_parse, &out->srv, "not a DNSSEC state", err) &&
	       GET_WORD(&dane, "address", dnssec_parse, &out->address, "not a DNSSEC state", err) &&
	       GET_WORD(&dane, "tlsa", dnssec_parse, &out->tlsa, "not a DNSSEC state", err) &&
	       read_records(&dane, mem, out, err) &&
	       reread_name(&dane, "matched_name", mem, &out->matched_name, err) &&
	       get_bool(&dane, "by_target", &out->by_target, err) &&
	       reread_name(&dane, "target_name", mem, &out->target_name, err) &&
	       get_bool(&dane, "ta_missing", &out->ta_missing, err) &&
	       get_text(&dane, "unmatched_combination", mem, &out->unmatched_combination, err) &&
	       get_text(&dane, "reason", mem, &out->reason, err);
}

static bool read_posh(const struct place *section, struct arena *mem, struct posh_facts *out,
		      struct err *err)
{
	struct place posh;
	uint64_t fingerprints = 0;
	if (!place_into(section, "posh", &posh, err) ||
	    !GET_WORD(&posh, "status", posh_status_parse, &out->status, "not a POSH status", err) ||
	    !get_text(&posh, "url", mem, &out->url, err) ||
	    !get_text(&posh, "reference", mem, &out->reference, err) ||
	    !get_count(&posh, "expires", &out->expires, err) ||
	    !get_count(&posh, "fingerprints", &fingerprints, err) ||
	    !get_time(&posh, "date", &out->date, err) ||
	    !get_bool(&posh, "https_invalid", &out->https_invalid, err) ||
	    !get_text(&posh, "reason", mem, &out->reason, err) ||
	    !get_ms(&posh, "elapsed_ms", &out->elapsed_ms, err))
		return false;
	out->fingerprints = (size_t)fingerprints;
	return true;
}

static bool read_staple(const struct place *section, struct arena *mem, struct staple_facts *out,
			struct err *err)
{
	struct place staple;
	return place_into(section, "staple", &staple, err) &&
	       GET_WORD(&staple, "status", staple_status_parse, &out->status,
			"not a status of a staple", err) &&
	       get_time(&staple, "produced", &out->produced, err) &&
	       get_time(&staple, "this_update", &out->this_update, err) &&
	       get_time(&staple, "next_update", &out->next_update, err) &&
	       get_time(&staple, "revoked", &out->revoked, err) &&
	       get_text(&staple, "revocation", mem, &out->revocation, err) &&
	       get_text(&staple, "reason", mem, &out->reason, err);
}

static bool read_sct(const struct place *entry, struct arena *mem, struct sct *out, struct err *err)
{
	static const char *const needed[] = { "source", "log", "time", NULL };
	uint32_t version = 0;
	int64_t seconds = 0;
	struct bytes log = { 0 };
	if (!get_required(entry, needed, err) ||
	    !GET_WORD(entry, "source", sct_source_parse, &out->source, "not a source", err) ||
	    !get_uint(entry, "version", UINT8_MAX, &version, err) ||
	    !get_hex(entry, "log", mem, &log, err) || !get_time(entry, "time", &seconds, err))
		return false;
	if (log.size != sizeof(out->log))
		return place_complain(entry, "log", "not the hash of a key", err);
	memcpy(out->log, log.data, sizeof(out->log));
	out->version = (uint8_t)version;
	out->time_ms = seconds * 1000;
	return true;
}

static bool read_scts(const struct place *section, struct arena *mem, struct sct_facts *out,
		      struct err *err)
{
	const json_t *list;
	struct place entry;
	if (!get_list(section, "scts", LIST_MAX, &list, err) ||
	    !get_text(section, "scts_problem", mem, &out->problem, err))
		return false;
	out->count = json_array_size(list);
	out->list = arena_array(mem, out->count, sizeof(*out->list));
	for (size_t i = 0; i < out->count; i++) {
		if (!place_entry(section, "scts", list, i, &entry, err) ||
		    !read_sct(&entry, mem, &out->list[i], err))
			return false;
	}
	return true;
}

static bool read_crl(const struct place *section, struct arena *mem, struct crl_facts *out,
		     struct err *err)
{
	struct place crl;
	uint32_t cert = 0;
	if (!place_into(section, "crl", &crl, err) ||
	    !GET_WORD(&crl, "status", crl_status_parse, &out->status, "not a status of a CRL",
		      err) ||
	    !get_uint(&crl, "cert", CHAIN_MAX, &cert, err) ||
	    !get_time(&crl, "this_update", &out->this_update, err) ||
	    !get_time(&crl, "next_update", &out->next_update, err) ||
	    !get_time(&crl, "revoked", &out->revoked, err) ||
	    !get_text(&crl, "revocation", mem, &out->revocation, err) ||
	    !get_text(&crl, "reason", mem, &out->reason, err))
		return false;
	out->cert = cert;
	return true;
}

static bool read_caa(const struct place *section, struct arena *mem, struct caa_facts *out,
		     struct err *err)
{
	struct place caa;
	struct text_list issuers = { 0 };
	if (!place_into(section, "caa", &caa, err) ||
	    !GET_WORD(&caa, "status", caa_status_parse, &out->status, "not a CAA status", err) ||
	    !get_text(&caa, "owner", mem, &out->owner, err) ||
	    !get_texts(&caa, "issuers", mem, &issuers, err) ||
	    !get_bool(&caa, "account_bound", &out->account_bound, err) ||
	    !get_text(&caa, "reason", mem, &out->reason, err))
		return false;
	out->issuers = issuers.items;
	out->count = issuers.count;
	return true;
}

bool reread_evidence(const struct place *section, struct arena *mem, struct certcheck_facts *facts,
		     struct err *err)
{
	return read_dane(section, mem, &facts->dane, err) &&
	       read_posh(section, mem, &facts->posh, err) &&
	       read_staple(section, mem, &facts->staple, err) &&
	       read_scts(section, mem, &facts->scts, err) &&
	       read_crl(section, mem, &facts->crl, err) && read_caa(section, mem, &facts->caa, err);
}
