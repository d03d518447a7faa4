/* A summary as a screen of text. */
#include <string.h>

#include "base/escape.h"
#include "report/grid.h"
#include "report/summary_parts.h"
#include "report/words.h"

#define LABEL_WIDTH  26
#define SHARE_WIDTH  26 /* "   2900 of 2950     98.3 %" */
#define HALF_WIDTH   40
#define TOP_FINDINGS 10
#define TOP_WORDS    5 /* keys and issuers */
#define ISSUER_WIDTH 60

/* In tenths of a per cent, downwards: only all is 100 %. */
static unsigned tenths(uint64_t yes, uint64_t known)
{
	return known ? (unsigned)(yes * 1000 / known) : 0;
}

static const char *per_cent(uint64_t yes, uint64_t known, struct arena *mem)
{
	unsigned share = tenths(yes, known);
	return arena_printf(mem, "%3u.%u %%", share / 10, share % 10);
}

static void write_share(const struct digest_share *share, struct arena *mem, struct buf *out)
{
	if (share->known == 0) {
		text_pad(out, "      -", SHARE_WIDTH);
		return;
	}
	const char *text = arena_printf(mem, "%7llu of %-7llu %s", (unsigned long long)share->yes,
					(unsigned long long)share->known,
					per_cent(share->yes, share->known, mem));
	text_pad(out, text, SHARE_WIDTH);
}

/* No blanks at the end of a line. */
static void end_line(struct buf *out)
{
	while (out->size > 0 && out->data[out->size - 1] == ' ')
		out->data[--out->size] = '\0';
	buf_char(out, '\n');
}

static void write_question(const struct summary *summary, const char *label, int question,
			   struct arena *mem, struct buf *out)
{
	const struct digest_share *c2s = &summary->services[SERVICE_C2S][question],
				  *s2s = &summary->services[SERVICE_S2S][question];
	if (c2s->known == 0 && s2s->known == 0)
		return;
	text_pad(out, label, LABEL_WIDTH);
	write_share(c2s, mem, out);
	write_share(s2s, mem, out);
	end_line(out);
}

/* Nothing of what occurs nowhere. */
static void write_seen(const struct summary *summary, const char *label, int question,
		       struct arena *mem, struct buf *out)
{
	if (summary->services[SERVICE_C2S][question].yes > 0 ||
	    summary->services[SERVICE_S2S][question].yes > 0)
		write_question(summary, label, question, mem, out);
}

static void write_versions(const struct summary *summary, const char *verb, int first,
			   struct arena *mem, struct buf *out)
{
	for (int i = TLS_1_3; i >= SSL_2_0; i--)
		write_seen(summary,
			   arena_printf(mem, "%s %s", verb, tls_version_name((enum tls_version)i)),
			   first + i, mem, out);
}

static void write_proofs(const struct summary *summary, struct arena *mem, struct buf *out)
{
	write_seen(summary, "  of these by PKIX", ASK_PKIX, mem, out);
	write_seen(summary, "  of these by DANE", ASK_DANE_PROVES, mem, out);
	write_seen(summary, "  of these by POSH", ASK_POSH, mem, out);
	write_seen(summary, "  of these by a pin", ASK_PIN, mem, out);
}

static bool knows_anything(const struct summary *summary)
{
	for (int i = 0; i < SERVICE_COUNT; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(summary->services[i]); k++) {
			if (summary->services[i][k].known > 0)
				return true;
		}
	}
	return false;
}

static void write_services(const struct summary *summary, struct arena *mem, struct buf *out)
{
	static const struct {
		const char *label;
		enum summary_row question;
	} before[] = {
		{ "Reachable", ASK_UP },
		{ "Encrypted", ASK_ENCRYPTED },
		{ "Authenticated", ASK_AUTHENTICATED },
	}, behind[] = {
		{ "TLS 1.3 only", ASK_ONLY_13 },
		{ "Forward secrecy always", ASK_FORWARD_SECRECY },
		{ "Post-quantum key exchange", ASK_POST_QUANTUM },
		{ "STARTTLS required", ASK_REQUIRED },
		{ "Direct TLS", ASK_DIRECT },
		{ "IPv6", ASK_IPV6 },
		{ "DANE records match", ASK_DANE },
		{ "Channel binding (PLUS)", ASK_PLUS },
		{ "Dialback valid", ASK_DIALBACK },
	};
	if (!knows_anything(summary))
		return;
	buf_char(out, '\n');
	text_pad(out, "Of domains where known", LABEL_WIDTH);
	text_pad(out, "    c2s", SHARE_WIDTH);
	buf_text(out, "    s2s\n");
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		write_question(summary, before[i].label, (int)before[i].question, mem, out);
	write_proofs(summary, mem, out);
	write_versions(summary, "Negotiates", ASK_NEGOTIATED, mem, out);
	write_versions(summary, "Accepts", ASK_ACCEPTED, mem, out);
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++)
		write_question(summary, behind[i].label, (int)behind[i].question, mem, out);
}

static const char *day_of(int64_t seconds, struct arena *mem)
{
	char text[32];
	return arena_copy_n(mem, record_time(seconds, text), strlen("2026-11-22"));
}

static const char *counted(uint64_t count, const char *one, const char *many, struct arena *mem)
{
	return arena_printf(mem, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

static void write_head(const struct summary *summary, struct arena *mem, struct buf *out)
{
	if (summary->options.title)
		buf_printf(out, "%s\n\n", escaped(summary->options.title, mem));
	buf_printf(out, "%s, %s, %s", counted(summary->records, "domain", "domains", mem),
		   counted(summary->endpoints, "endpoint", "endpoints", mem),
		   counted(summary->certificates, "certificate", "certificates", mem));
	if (summary->first) {
		const char *first = day_of(summary->first, mem), *last = day_of(summary->last, mem);
		buf_printf(out, "; seen %s", first);
		if (strcmp(first, last) != 0)
			buf_printf(out, " to %s", last);
	}
	buf_char(out, '\n');
	const char *left_out = left_out_words(summary->options.left_out, mem);
	if (left_out)
		buf_printf(out, "%s\n", left_out);
	if (summary->nameless)
		buf_printf(out, "%s that named no domain: not counted below\n",
			   counted(summary->nameless, "line", "lines", mem));
}

static const char *count_text(uint64_t count, uint64_t all, struct arena *mem)
{
	return arena_printf(mem, "%7llu  %s", (unsigned long long)count, per_cent(count, all, mem));
}

/* The same status means another thing under another policy. */
static uint64_t judged(const struct summary *summary, size_t by)
{
	uint64_t domains = 0;
	for (size_t i = 0; i < STATUS_COUNT; i++)
		domains += summary->statuses[by][i];
	return domains;
}

static uint64_t with_status(const struct summary *summary, enum status status)
{
	uint64_t domains = 0;
	for (size_t i = 0; i < JUDGED_COUNT; i++)
		domains += summary->statuses[i][status];
	return domains;
}

static const char *status_heading(const struct summary *summary, struct arena *mem)
{
	for (int i = 0; i < POLICY_COUNT; i++) {
		if (judged(summary, (size_t)i) == summary->records)
			return arena_printf(mem, "Status under %s, of all domains",
					    policy_name_text((enum policy_name)i));
	}
	return "Status, of all domains";
}

static void write_policy(const struct summary *summary, size_t by, struct arena *mem,
			 struct buf *out)
{
	const char *label = by == JUDGED_OTHERWISE ? "several or unknown"
						   : policy_name_text((enum policy_name)by);
	if (judged(summary, by) == 0)
		return;
	text_pad(out, arena_printf(mem, "  %s", label), LABEL_WIDTH);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		buf_printf(out, "%10llu", (unsigned long long)summary->statuses[by][i]);
	buf_char(out, '\n');
}

/* Where there is only one the heading says which. */
static void write_policies(const struct summary *summary, struct arena *mem, struct buf *out)
{
	for (size_t i = 0; i < JUDGED_COUNT; i++) {
		if (judged(summary, i) == summary->records)
			return;
	}
	buf_char(out, '\n');
	text_pad(out, "Under the policy", LABEL_WIDTH);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		buf_printf(out, "%10s", status_name((enum status)i));
	buf_char(out, '\n');
	for (size_t i = 0; i < JUDGED_COUNT; i++)
		write_policy(summary, i, mem, out);
}

static void write_status(const struct summary *summary, enum status status, struct arena *mem,
			 struct buf *out)
{
	const struct text_style style = { .colour = summary->options.colour };
	const char *word = status_name(status), *colour = status_colour(status, &style);
	const char *count = count_text(with_status(summary, status), summary->records, mem);
	buf_text(out, "  ");
	text_coloured(out, word, colour);
	text_pad(out, "", 12 - strlen(word));
	text_pad(out, count, HALF_WIDTH - 14);
}

/* Two tables beside each other, four lines each. */
static void write_verdicts(const struct summary *summary, struct arena *mem, struct buf *out)
{
	static const char *const labels[ENDS_COUNT] = { "  ended", "  within 7 days",
							"  within 14 days", "  within 30 days" };
	_Static_assert(STATUS_COUNT == ENDS_COUNT, "they stand beside each other");
	bool certificates = summary->certificates > 0;
	text_pad(out, status_heading(summary, mem), HALF_WIDTH);
	buf_text(out, certificates ? "End of certificates, of all" : "");
	end_line(out);
	for (size_t i = 0; i < ENDS_COUNT; i++) {
		write_status(summary, (enum status)i, mem, out);
		if (certificates) {
			text_pad(out, labels[i], 18);
			buf_text(out, count_text(summary->ends[i], summary->certificates, mem));
		}
		end_line(out);
	}
}

static void write_tally(const struct tally *tally, const char *heading, struct arena *mem,
			struct buf *out)
{
	uint32_t top[TOP_WORDS], count = tally_top(tally, top, TOP_WORDS);
	uint64_t all = tally_total(tally), rest = all;
	if (count == 0)
		return;
	buf_printf(out, "\n%s, of %s\n", heading, counted(all, "certificate", "certificates", mem));
	for (uint32_t i = 0; i < count; i++) {
		uint64_t times = tally_count(tally, top[i]);
		buf_printf(out, "%s  %s\n", count_text(times, all, mem),
			   escape_copy(mem, tally_word(tally, top[i]), ISSUER_WIDTH));
		rest -= times;
	}
	if (rest > 0)
		buf_printf(out, "%s  others\n", count_text(rest, all, mem));
}

/* The next in order of frequency behind the one that was shown last; the worse, then the
 * catalogue's first among equals. */
static bool comes_before(const struct summary *summary, size_t a, size_t b)
{
	const struct finding_count *one = &summary->findings[a], *other = &summary->findings[b];
	if (one->domains != other->domains)
		return one->domains > other->domains;
	if (one->worst != other->worst)
		return one->worst > other->worst;
	return a < b;
}

static size_t next_finding(const struct summary *summary, size_t last)
{
	size_t next = finding_kind_count;
	for (size_t i = 0; i < finding_kind_count; i++) {
		if (summary->findings[i].domains == 0 ||
		    (last < finding_kind_count && !comes_before(summary, last, i)))
			continue;
		if (next == finding_kind_count || comes_before(summary, i, next))
			next = i;
	}
	return next;
}

static void write_finding(const struct summary *summary, size_t at, struct arena *mem,
			  struct buf *out)
{
	const struct text_style style = { .colour = summary->options.colour };
	const struct finding_count *found = &summary->findings[at];
	const char *word = severity_name(found->worst);
	buf_printf(out, "%s  ", count_text(found->domains, summary->records, mem));
	text_coloured(out, word, severity_colour(found->worst, &style));
	text_pad(out, "", 10 - strlen(word));
	buf_printf(out, "%s\n", finding_kinds[at].id);
}

static void write_findings(const struct summary *summary, struct arena *mem, struct buf *out)
{
	size_t at = next_finding(summary, finding_kind_count), shown = 0, more = 0;
	if (at == finding_kind_count && summary->foreign == 0)
		return;
	buf_text(out, "\nMost frequent findings, of all domains\n");
	for (; at < finding_kind_count; at = next_finding(summary, at)) {
		if (shown++ < TOP_FINDINGS)
			write_finding(summary, at, mem, out);
		else
			more++;
	}
	if (more)
		buf_printf(out, "  and %zu rarer ones\n", more);
	if (summary->foreign)
		buf_printf(out, "  and %llu times what this version does not know\n",
			   (unsigned long long)summary->foreign);
}

/* They make a domain worse, and no finding says so. */
static void write_promises(const struct summary *summary, struct arena *mem, struct buf *out)
{
	if (summary->breaking > 0)
		buf_printf(
			out,
			"\nPromises of the manifesto are broken by %llu of %s: see --manifesto\n",
			(unsigned long long)summary->breaking,
			counted(summary->promised, "domain", "domains", mem));
}

void summary_write(const struct summary *summary, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	write_head(summary, mem, out);
	if (summary->records == 0)
		return;
	buf_char(out, '\n');
	write_verdicts(summary, mem, out);
	write_policies(summary, mem, out);
	write_services(summary, mem, out);
	write_tally(summary->keys, "Keys", mem, out);
	write_tally(summary->issuers, "Issuers", mem, out);
	write_findings(summary, mem, out);
	write_promises(summary, mem, out);
}
