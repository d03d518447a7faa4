/* TLSA records: certificates.md, 8.1. Silent where nothing is published, which is most of the
 * world, unless --dane=require. */
#include "judge/parts.h"

#include "base/escape.h"

#define REASON_MAX (2 * SHOWN_MAX) /* a whole sentence of dane.c, with peer text in it */

static bool is_usable(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	(void)dane;
	return record->verdict != DANE_UNUSABLE;
}

static bool is_unusable(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return !is_usable(dane, record);
}

static bool wants_pkix(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return is_usable(dane, record) && record->tlsa.usage < 2;
}

static bool is_whole(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return is_usable(dane, record) && record->tlsa.matching == 0;
}

static bool is_sha512(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return is_usable(dane, record) && record->tlsa.matching == 2;
}

/* Usage 1 and 3: made anew with each key, or each certificate. */
static bool binds_leaf(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return is_usable(dane, record) && (record->tlsa.usage == 1 || record->tlsa.usage == 3);
}

static bool waits(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return binds_leaf(dane, record) && record->cert < 0;
}

static bool binds_issuer(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	return record->verdict == DANE_MATCHES && !binds_leaf(dane, record);
}

/* Of another certificate, while one of its like is of this: where no record of its like matches,
 * tlsa-combination-unmatched has told it. */
static bool is_stale(const struct dane_facts *dane, const struct dane_record_facts *record)
{
	const struct dns_tlsa *tlsa = &record->tlsa;
	for (size_t i = 0; i < dane->count && record->verdict == DANE_DIFFERS; i++) {
		const struct dns_tlsa *other = &dane->records[i].tlsa;
		if (dane->records[i].verdict == DANE_MATCHES && other->usage == tlsa->usage &&
		    other->selector == tlsa->selector && other->matching == tlsa->matching)
			return record->cert < 0;
	}
	return false;
}

static size_t count_of(const struct dane_facts *dane,
		       bool (*is)(const struct dane_facts *, const struct dane_record_facts *),
		       const struct dane_record_facts **first)
{
	size_t count = 0;
	for (size_t i = 0; i < dane->count; i++) {
		if (!is(dane, &dane->records[i]))
			continue;
		if (count++ == 0)
			*first = &dane->records[i];
	}
	return count;
}

/* "_5222._tcp.xmpp.example" */
static const char *owner_text(const struct judging *judging)
{
	const char *name = judging->check->dane.name;
	return name ? escape_copy(judging->mem, name, SHOWN_MAX) : "the host";
}

/* "the TLSA record 3 1 1 at _5222._tcp.xmpp.example (and 2 more)": the first that is so stands for
 * all; NULL: none is. */
static const char *records_text(const struct judging *judging,
				bool (*is)(const struct dane_facts *,
					   const struct dane_record_facts *))
{
	const struct dane_facts *dane = &judging->check->dane;
	const struct dane_record_facts *first = NULL;
	size_t count = count_of(dane, is, &first);
	if (!first)
		return NULL;
	return arena_printf(judging->mem, "the TLSA record %u %u %u at %s%s", first->tlsa.usage,
			    first->tlsa.selector, first->tlsa.matching, owner_text(judging),
			    count > 1 ? arena_printf(judging->mem, " (and %zu more)", count - 1)
				      : "");
}

static const char *reason_text(const struct judging *judging)
{
	const char *reason = judging->check->dane.reason;
	return reason ? escape_copy(judging->mem, reason, REASON_MAX)
		      : "TLSA records were not looked up";
}

static void judge_status(const struct judging *judging)
{
	switch (judging->check->dane.status) {
	case DANE_MISMATCH:
		FIND(judging, "dane-mismatch", "%s", reason_text(judging));
		return;
	case DANE_BOGUS:
		FIND(judging, "dane-bogus", "%s", reason_text(judging));
		return;
	case DANE_FAILED:
		FIND(judging, "dane-failed", "%s", reason_text(judging));
		return;
	case DANE_NOT_CHECKED:
	case DANE_INSECURE:
	case DANE_UNKNOWN:
	case DANE_NONE:
	case DANE_NO_USABLE:
	case DANE_MATCH:
		return;
	}
}

static void judge_unusable(const struct judging *judging)
{
	const struct dane_record_facts *first = NULL;
	const char *records = records_text(judging, is_unusable);
	if (records && count_of(&judging->check->dane, is_unusable, &first) > 0)
		FIND(judging, "tlsa-unusable", "%s is unusable: %s", records,
		     escape_copy(judging->mem, first->reason, SHOWN_MAX));
}

/* CRT-46 to CRT-48: what works today, and not for everyone. */
static void judge_coverage(const struct judging *judging)
{
	const struct dane_facts *dane = &judging->check->dane;
	const struct dane_record_facts *first = NULL;
	const char *name = owner_text(judging);
	size_t strong = count_of(dane, is_sha512, &first);
	if (dane->unmatched_combination)
		FIND(judging, "tlsa-combination-unmatched",
		     "no TLSA record %s at %s matches the certificate, though another kind does",
		     dane->unmatched_combination, name);
	if (dane->ta_missing)
		FIND(judging, "tlsa-ta-not-in-chain",
		     "a TLSA record of usage 2 at %s names a trust anchor that the server does not "
		     "send",
		     name);
	if (strong > 0 && strong == count_of(dane, is_usable, &first))
		FIND(judging, "tlsa-sha512-only",
		     "the TLSA records at %s are SHA-512 alone, which clients need not know", name);
}

static void judge_style(const struct judging *judging)
{
	const char *stale = records_text(judging, is_stale);
	const char *pkix = records_text(judging, wants_pkix);
	const char *whole = records_text(judging, is_whole);
	if (stale)
		FIND(judging, "tlsa-stale",
		     "%s matches no certificate that the server shows: left behind, or published "
		     "for the next one",
		     stale);
	if (pkix)
		FIND(judging, "tlsa-usage-pkix",
		     "%s asks for a public authority besides, and DANE clients of XMPP support "
		     "usages 2 and 3",
		     pkix);
	if (whole)
		FIND(judging, "tlsa-full-data", "%s holds whole data instead of a digest", whole);
}

/* CRT-48. A record of the next key, or of an issuer that will sign it, and all is well. */
static void judge_rollover(const struct judging *judging)
{
	const struct dane_facts *dane = &judging->check->dane;
	const struct dane_record_facts *bound = NULL, *other = NULL;
	if (dane->status != DANE_MATCH || count_of(dane, binds_leaf, &bound) == 0 || !bound ||
	    count_of(dane, waits, &other) > 0 || count_of(dane, binds_issuer, &other) > 0 ||
	    judging->facts->identity.cert_count == 0)
		return;
	const struct cert_facts *leaf = &judging->facts->identity.certs[0];
	int64_t left = leaf->not_after - judging->check->at;
	int64_t lifetime = leaf->not_after - leaf->not_before;
	if (left < 0 || left > span_seconds(&judging->rules->warning, lifetime))
		return;
	FIND(judging, "tlsa-rollover",
	     "the certificate expires on %s, and the only TLSA records at %s are of this one: if "
	     "its %s changes, publish the next one's record two TTLs before",
	     day_text(leaf->not_after, judging->mem), owner_text(judging),
	     bound->tlsa.selector == 1 ? "key" : "contents");
}

void judge_dane(const struct judging *judging)
{
	const struct dane_facts *dane = &judging->check->dane;
	judge_status(judging);
	if (judging->rules->dane == PROOF_REQUIRE && dane->status != DANE_MATCH)
		FIND(judging, "dane-required", "DANE is required and proves nothing here (%s): %s",
		     dane_status_text(dane->status), reason_text(judging));
	if (dane->count == 0)
		return;
	judge_unusable(judging);
	judge_coverage(judging);
	judge_style(judging);
	judge_rollover(judging);
}
