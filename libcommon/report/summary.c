/* What a network looks like, in figures: counts, and shares of what was looked at. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/summary_parts.h"

#define DAY         86400
#define ISSUERS_MAX 2000 /* authorities of the whole public network: some hundred */
#define KEYS_MAX    200  /* kinds of keys */

struct sheet {
	struct summary summary;
};

static struct sheet *summary_begin(const struct sheet_options *options, struct buf *out)
{
	struct sheet *sheet = memory_new(sizeof(*sheet));
	(void)out;
	sheet->summary.options = *options;
	sheet->summary.findings = memory_new(finding_kind_count * sizeof(*sheet->summary.findings));
	sheet->summary.issuers = tally_new(ISSUERS_MAX);
	sheet->summary.keys = tally_new(KEYS_MAX);
	return sheet;
}

static void summary_free(struct sheet *sheet)
{
	tally_free(&sheet->summary.issuers);
	tally_free(&sheet->summary.keys);
	free(sheet->summary.findings);
	free(sheet);
}

/* Of those that something authenticates: by what. Not every tool looks for every proof. */
static void count_proofs(struct digest_share *shares, const struct digest_service *service)
{
	static const struct {
		enum summary_row question;
		enum proof proof;
	} rows[] = {
		{ ASK_PKIX, PROOF_PKIX },
		{ ASK_DANE_PROVES, PROOF_DANE },
		{ ASK_POSH, PROOF_POSH },
		{ ASK_PIN, PROOF_PIN },
	};
	digest_share_add(&shares[ASK_AUTHENTICATED], service->authenticated);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (service->authenticated == ANSWER_YES)
			digest_share_add(&shares[rows[i].question],
					 digest_answer(service->proofs & (unsigned)rows[i].proof));
	}
}

static void count_versions(struct digest_share *shares, const struct digest_service *service)
{
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		digest_share_add(&shares[ASK_ACCEPTED + i], service->versions[i]);
		if (service->version != TLS_VERSION_NONE)
			digest_share_add(&shares[ASK_NEGOTIATED + i],
					 digest_answer((int)service->version == i));
	}
	digest_share_add(&shares[ASK_ONLY_13], service->only_tls13);
}

static void count_dialback(struct digest_share *shares, const struct digest *digest,
			   enum service service)
{
	enum seen_answer answer = ANSWER_UNKNOWN;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (at->service == service && at->dialback)
			answer = digest_weakest(answer,
						digest_answer(strcmp(at->dialback, "valid") == 0));
	}
	digest_share_add(&shares[ASK_DIALBACK], answer);
}

static void count_service(struct digest_share *shares, const struct digest *digest,
			  enum service which)
{
	const struct digest_service *service = &digest->services[which];
	if (!service->seen)
		return;
	digest_share_add(&shares[ASK_UP], service->up);
	digest_share_add(&shares[ASK_ENCRYPTED], service->encrypted);
	digest_share_add(&shares[ASK_FORWARD_SECRECY], service->forward_secrecy);
	digest_share_add(&shares[ASK_REQUIRED], service->starttls_required);
	digest_share_add(&shares[ASK_POST_QUANTUM], service->post_quantum);
	digest_share_add(&shares[ASK_PLUS], service->plus);
	digest_share_add(&shares[ASK_DANE], service->dane);
	count_proofs(shares, service);
	digest_share_add(&shares[ASK_DIRECT], summary_direct(digest, which));
	digest_share_add(&shares[ASK_IPV6], summary_ipv6(digest, which));
	count_versions(shares, service);
	count_dialback(shares, digest, which);
}

/* One certificate of a domain counts once, however many endpoints show it. */
static bool is_repeated(const struct digest *digest, size_t index)
{
	const char *sha256 = digest->endpoints[index].sha256;
	for (size_t i = 0; sha256 && i < index; i++) {
		const char *other = digest->endpoints[i].sha256;
		if (other && strcmp(other, sha256) == 0)
			return true;
	}
	return false;
}

static void count_certificate(struct summary *summary, const struct digest_endpoint *at)
{
	static const int days[] = { [ENDS_WEEK] = 7, [ENDS_FORTNIGHT] = 14, [ENDS_MONTH] = 30 };
	CLEANUP(arena_free) struct arena *mem = arena_new();
	int64_t left = at->not_after - summary->options.now;
	summary->certificates++;
	if (at->issuer)
		tally_add(summary->issuers, at->issuer);
	if (at->key && at->key_bits && strcmp(at->key, "RSA") == 0)
		tally_add(summary->keys, arena_printf(mem, "RSA %u", at->key_bits));
	else if (at->key)
		tally_add(summary->keys, at->key);
	summary->ends[ENDS_OVER] += left < 0;
	for (int i = ENDS_WEEK; i < ENDS_COUNT; i++)
		summary->ends[i] += left >= 0 && left <= (int64_t)days[i] * DAY;
}

static void count_findings(struct summary *summary, const struct digest *digest)
{
	for (size_t i = 0; i < digest->finding_count; i++) {
		const struct digest_finding *found = &digest->findings[i];
		const struct finding_kind *kind = finding_kind_find(found->id);
		if (!kind) {
			summary->foreign++;
			continue;
		}
		struct finding_count *count = &summary->findings[kind - finding_kinds];
		if (count->last == summary->records)
			continue;
		count->last = summary->records;
		count->domains++;
		/* The first of a record is its worst. */
		count->worst = found->severity > count->worst ? found->severity : count->worst;
	}
}

static void count_promises(struct summary *summary, const struct digest *digest)
{
	bool broken = false;
	for (size_t i = 0; i < digest->promise_count; i++)
		broken |= digest->promises[i].result == PROMISE_BROKEN;
	summary->promised += digest->promise_count > 0;
	summary->breaking += broken;
}

static size_t judged_by(const struct digest *digest)
{
	enum policy_name policy;
	return digest_policy(digest->policies, &policy) ? (size_t)policy : JUDGED_OTHERWISE;
}

static bool summary_add(struct sheet *sheet, const struct digest *digest, struct buf *out,
			struct err *err)
{
	struct summary *summary = &sheet->summary;
	(void)out, (void)err;
	if (!digest->domain) {
		summary->nameless++;
		return true;
	}
	summary->records++;
	summary->statuses[judged_by(digest)][digest->status]++;
	summary->endpoints += digest->endpoint_count;
	if (digest->time && (!summary->first || digest->time < summary->first))
		summary->first = digest->time;
	if (digest->time > summary->last)
		summary->last = digest->time;
	for (int i = 0; i < SERVICE_COUNT; i++)
		count_service(summary->services[i], digest, (enum service)i);
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		if (digest->endpoints[i].not_after && !is_repeated(digest, i))
			count_certificate(summary, &digest->endpoints[i]);
	}
	count_findings(summary, digest);
	count_promises(summary, digest);
	return true;
}

static enum sheet_state summary_end(struct sheet *sheet, struct buf *out, struct err *err)
{
	(void)err;
	summary_write(&sheet->summary, out);
	return SHEET_DONE;
}

const struct sheet_kind sheet_summary = {
	"summary", 0, summary_begin, summary_add, summary_end, summary_free,
};
