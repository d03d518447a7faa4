#include "tls/dane.h"

#include <assert.h>

#include "base/word.h"
#include "tls/dane_inner.h"

static enum dane_status tell(struct dane_facts *out, enum dane_status status, const char *reason)
{
	out->status = status;
	out->reason = reason;
	return status;
}

/* One of the three answers that must be secure: of what, and what is known of it. */
static enum dane_status tell_answer(enum dnssec dnssec, const struct dns_answer *answer,
				    const char *what, struct arena *mem, struct dane_facts *out)
{
	switch (dnssec) {
	case DNSSEC_BOGUS:
		return tell(out, DANE_BOGUS,
			    arena_printf(mem, "the answer about %s fails DNSSEC validation", what));
	case DNSSEC_INSECURE:
		return tell(out, DANE_INSECURE,
			    arena_printf(mem, "%s are not protected by DNSSEC", what));
	case DNSSEC_SECURE:
		return tell(out, DANE_NONE, arena_printf(mem, "there are no %s", what));
	case DNSSEC_UNKNOWN:
		break;
	}
	if (dns_outcome_is_failure(answer->outcome))
		return tell(out, DANE_FAILED,
			    arena_printf(mem, "the question about %s had no answer (%s)", what,
					 dns_outcome_name(answer->outcome)));
	return tell(out, DANE_UNKNOWN,
		    "the resolver is not on this machine, so that its DNSSEC verdict can be "
		    "forged; --trust-ad says that the way to it is safe");
}

/* CRT-40, CRT-41: DANE_MATCH stands for "there are records, and they count". */
static enum dane_status judge_lookup(const struct tlsa_lookup *lookup, struct arena *mem,
				     struct dane_facts *out)
{
	const struct dns_answer *answer = &lookup->answer;
	const char *base = lookup->base;
	if (lookup->not_asked)
		return tell(out, DANE_NOT_CHECKED, lookup->not_asked);
	if (!base)
		return tell(out, DANE_NOT_CHECKED, "TLSA records were not looked up");
	if (lookup->srv != DNSSEC_SECURE)
		return tell_answer(lookup->srv, answer, "the SRV records", mem, out);
	if (!lookup->asked || lookup->address != DNSSEC_SECURE)
		return tell_answer(lookup->address, answer,
				   arena_printf(mem, "the addresses of %s", base), mem, out);
	out->name = answer->name;
	out->tlsa = answer->dnssec;
	if (answer->dnssec != DNSSEC_SECURE || answer->outcome != DNS_FOUND)
		return tell_answer(answer->dnssec, answer,
				   arena_printf(mem, "TLSA records at %s", answer->name), mem, out);
	return DANE_MATCH;
}

static bool is_usable(const struct dane_record_facts *record)
{
	return record->verdict != DANE_UNUSABLE;
}

/* RFC 7671, 9: of one usage and selector only the strongest digest counts, and whole data. */
static bool is_superseded(const struct dane_facts *facts, const struct dns_tlsa *tlsa)
{
	for (size_t i = 0; i < facts->count && tlsa->matching == 1; i++) {
		const struct dns_tlsa *other = &facts->records[i].tlsa;
		if (is_usable(&facts->records[i]) && other->usage == tlsa->usage &&
		    other->selector == tlsa->selector && other->matching == 2)
			return true;
	}
	return false;
}

static void read_records(const struct dns_answer *answer, struct arena *mem, struct dane_facts *out)
{
	out->count = answer->count;
	out->records = arena_array(mem, answer->count, sizeof(*out->records));
	for (size_t i = 0; i < answer->count; i++) {
		struct dane_record_facts *record = &out->records[i];
		record->tlsa = answer->records[i].tlsa;
		record->cert = -1;
		record->reason = dane_unusable(&record->tlsa, mem);
		record->verdict = record->reason ? DANE_UNUSABLE : DANE_DIFFERS;
	}
}

/* bound[i]: record i binds the chain, or would if it were not superseded. */
static void bind_records(struct dane_work *work, struct dane_facts *out, bool *bound)
{
	for (size_t i = 0; i < out->count; i++) {
		struct dane_record_facts *record = &out->records[i];
		struct dane_binding binding;
		if (!is_usable(record))
			continue;
		dane_bind(work, &record->tlsa, &binding);
		bound[i] = binding.binds;
		record->cert = binding.cert;
		record->reason = binding.reason;
		if (is_superseded(out, &record->tlsa)) {
			record->verdict = DANE_SUPERSEDED;
			record->reason = "a SHA-512 record of the same usage and selector counts "
					 "instead";
			continue;
		}
		record->verdict = binding.binds ? DANE_MATCHES : DANE_DIFFERS;
		if (!binding.binds || out->matched)
			continue;
		out->matched = record;
		out->matched_name = binding.name.matched;
		out->by_target = binding.name.matched && binding.name.by_target;
	}
}

static bool is_like(const struct dns_tlsa *a, const struct dns_tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching;
}

/* RFC 7671, 8: clients differ in what they support, so each combination must do by itself. */
static const char *unmatched_combination(const struct dane_facts *facts, const bool *bound,
					 struct arena *mem)
{
	for (size_t i = 0; i < facts->count; i++) {
		const struct dns_tlsa *tlsa = &facts->records[i].tlsa;
		bool matched = false;
		if (!is_usable(&facts->records[i]))
			continue;
		for (size_t j = 0; j < facts->count && !matched; j++)
			matched = bound[j] && is_like(tlsa, &facts->records[j].tlsa);
		if (!matched)
			return arena_printf(mem, "%u %u %u", tlsa->usage, tlsa->selector,
					    tlsa->matching);
	}
	return NULL;
}

/* CRT-47. Where no usage 2 record matches any certificate, and the chain ends at one that somebody
 * else issued, that issuer is what they mean; where one matches, another may be of the next CA, and
 * only an issuer that is known tells. */
static bool is_anchor_missing(struct dane_work *work, const struct dane_facts *facts)
{
	bool wanted = false, sent = false, known = false, whole = false;
	for (size_t i = 0; i < facts->count; i++) {
		const struct dane_record_facts *record = &facts->records[i];
		const struct dns_tlsa *tlsa = &record->tlsa;
		if (!is_usable(record) || tlsa->usage != 2)
			continue;
		whole = tlsa->selector == 0 && tlsa->matching == 0;
		sent = sent || record->cert >= 0;
		wanted = wanted || !whole;
		known = known || (record->cert < 0 && !whole && dane_anchor_is_missing(work, tlsa));
	}
	const struct cert_facts *last = work->prints[work->count - 1].cert;
	return known || (wanted && !sent && last->subject && !last->self_issued);
}

static const char *mismatch_reason(const struct dane_facts *facts, struct arena *mem)
{
	const struct dane_record_facts *first = NULL;
	size_t usable = 0;
	for (size_t i = 0; i < facts->count; i++) {
		const struct dane_record_facts *record = &facts->records[i];
		usable += is_usable(record);
		if (record->verdict == DANE_DIFFERS && is_usable(record) && !first)
			first = record;
	}
	assert(first && "only a usable record supersedes, and one that matches ends elsewhere");
	return arena_printf(mem, "%s at %s: %s%u %u %u %s",
			    usable > 1
				    ? arena_printf(mem, "none of %zu TLSA records matches", usable)
				    : "the TLSA record does not match",
			    facts->name, usable > 1 ? "the first, " : "", first->tlsa.usage,
			    first->tlsa.selector, first->tlsa.matching, first->reason);
}

static void conclude(struct dane_work *work, const bool *bound, struct dane_facts *out)
{
	struct arena *mem = work->mem;
	bool usable = false;
	for (size_t i = 0; i < out->count; i++)
		usable = usable || is_usable(&out->records[i]);
	if (!usable)
		tell(out, DANE_NO_USABLE,
		     arena_printf(mem, "no TLSA record at %s is usable: of the first, %s",
				  out->name, out->records[0].reason));
	else if (work->count == 0)
		tell(out, DANE_NOT_CHECKED, "no certificate was presented that TLSA could bind");
	else if (out->matched)
		tell(out, DANE_MATCH, NULL);
	else
		tell(out, DANE_MISMATCH, mismatch_reason(out, mem));
	if (usable && work->count > 0)
		out->ta_missing = is_anchor_missing(work, out);
	if (out->status == DANE_MATCH)
		out->unmatched_combination = unmatched_combination(out, bound, mem);
}

/* CRT-44: SRV secure, and nothing that TLSA decides. */
static const struct cert_name *judge_target(const struct tlsa_lookup *lookup,
					    const struct dane_subject *subject, struct arena *mem,
					    const struct dane_facts *facts)
{
	const struct cert_facts *leaf = subject->count > 0 ? &subject->chain[0] : NULL;
	bool pkix_decides = facts->status == DANE_INSECURE || facts->status == DANE_NONE ||
			    facts->status == DANE_NO_USABLE;
	if (lookup->srv != DNSSEC_SECURE || !pkix_decides || !leaf || !leaf->subject)
		return NULL;
	const struct cert_name *name = dane_name_of_host(leaf, subject->target, mem);
	return name ? name : dane_name_of_host(leaf, lookup->base, mem);
}

static void judge_records(const struct tlsa_lookup *lookup, const struct dane_subject *subject,
			  struct arena *mem, struct dane_facts *out)
{
	struct dane_work *work = arena_alloc(mem, sizeof(*work));
	bool *bound = arena_array(mem, lookup->answer.count, sizeof(*bound));
	work->subject = subject;
	work->base = lookup->base;
	work->mem = mem;
	work->count = subject->count < CHAIN_MAX ? subject->count : CHAIN_MAX;
	work->prints = arena_array(mem, work->count, sizeof(*work->prints));
	for (size_t i = 0; i < work->count; i++)
		dane_print(&subject->chain[i], &work->prints[i]);
	read_records(&lookup->answer, mem, out);
	bind_records(work, out, bound);
	conclude(work, bound, out);
}

void dane_judge(const struct tlsa_lookup *lookup, const struct dane_subject *subject,
		struct arena *mem, struct dane_facts *out)
{
	*out = (struct dane_facts){ .srv = lookup->srv, .address = lookup->address };
	if (judge_lookup(lookup, mem, out) == DANE_MATCH)
		judge_records(lookup, subject, mem, out);
	out->target_name = judge_target(lookup, subject, mem, out);
}

static const char *const verdict_texts[] = {
	[DANE_MATCHES] = "match",
	[DANE_DIFFERS] = "differs",
	[DANE_SUPERSEDED] = "superseded",
	[DANE_UNUSABLE] = "unusable",
};

static const char *const status_texts[] = {
	[DANE_NOT_CHECKED] = "not-checked", [DANE_INSECURE] = "insecure",
	[DANE_UNKNOWN] = "unknown",         [DANE_NONE] = "none",
	[DANE_NO_USABLE] = "no-usable",     [DANE_MATCH] = "match",
	[DANE_MISMATCH] = "mismatch",       [DANE_BOGUS] = "bogus",
	[DANE_FAILED] = "failed",
};

const char *dane_verdict_text(enum dane_verdict verdict)
{
	return verdict_texts[verdict];
}

const char *dane_status_text(enum dane_status status)
{
	return status_texts[status];
}

bool dane_status_parse(const char *text, enum dane_status *out)
{
	size_t i;
	if (!word_find(status_texts, ARRAY_SIZE(status_texts), text, &i))
		return false;
	*out = (enum dane_status)i;
	return true;
}
