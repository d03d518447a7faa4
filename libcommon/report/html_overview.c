/* What the domains come to: counts, and a row each. */
#include "report/check_words.h"
#include "report/html_parts.h"
#include "report/svg_scale.h"

#define NAME_SHOWN     90 /* characters in a table; the section has more */
#define SENTENCE_SHOWN 90

static void add_service(struct html_totals *totals, const struct digest *digest,
			enum service service)
{
	const struct digest_service *seen = &digest->services[service];
	digest_share_add(&totals->services[service].up, seen->up);
	digest_share_add(&totals->services[service].encrypted, seen->encrypted);
	digest_share_add(&totals->services[service].authenticated, seen->authenticated);
}

static enum seen_answer secrecy_of(const struct digest *digest)
{
	return digest_weakest(digest->services[SERVICE_C2S].forward_secrecy,
			      digest->services[SERVICE_S2S].forward_secrecy);
}

static enum seen_answer only_tls13(const struct digest *digest)
{
	enum tls_version lowest = html_lowest(digest);
	if (lowest != TLS_VERSION_NONE && lowest < TLS_1_3)
		return ANSWER_NO;
	return digest_weakest(digest->services[SERVICE_C2S].only_tls13,
			      digest->services[SERVICE_S2S].only_tls13);
}

void html_totals_add(struct html_totals *totals, const struct digest *digest)
{
	totals->lines++;
	totals->domains += digest->domain != NULL;
	totals->statuses[digest->status]++;
	totals->policies |= digest->policies;
	for (int i = 0; i < SERVICE_COUNT; i++)
		add_service(totals, digest, (enum service)i);
	digest_share_add(&totals->tls13, only_tls13(digest));
	digest_share_add(&totals->secrecy, secrecy_of(digest));
	if (digest->time == 0)
		return;
	if (totals->first_time == 0 || digest->time < totals->first_time)
		totals->first_time = digest->time;
	if (digest->time > totals->last_time)
		totals->last_time = digest->time;
}

static const enum status order[] = { STATUS_CRITICAL, STATUS_WARNING, STATUS_UNKNOWN, STATUS_OK };

static void tally(const struct html_totals *totals, struct buf *out)
{
	buf_text(out, "<dl class=\"tally\">");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		size_t count = totals->statuses[order[i]];
		const char *word = status_name(order[i]);
		buf_printf(out, "<div%s><dt class=\"%s\">", count ? "" : " class=\"none\"", word);
		html_icon(out, word);
		buf_printf(out, "%s</dt><dd>", word);
		html_number(out, count);
		buf_text(out, "</dd></div>");
	}
	buf_text(out, "</dl>\n");
}

/* The same as one bar; the numbers stand above it. */
static void share(const struct html_totals *totals, struct buf *out)
{
	double x = 0;
	if (totals->lines == 0)
		return;
	buf_text(out, "<svg class=\"share\" aria-hidden=\"true\" focusable=\"false\">");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		double width = 100.0 * (double)totals->statuses[order[i]] / (double)totals->lines;
		if (width > 0)
			buf_printf(out,
				   "<rect class=\"fill-%s\" x=\"%.3f%%\" width=\"%.3f%%\" "
				   "height=\"10\"/>",
				   status_name(order[i]), x, width);
		x += width;
	}
	buf_text(out, "</svg>\n");
}

static void rate(const char *label, const struct digest_share *rate, struct buf *out)
{
	if (rate->known == 0)
		return;
	buf_printf(out, "<div><dt>%s</dt><dd>", label);
	html_number(out, rate->yes);
	buf_text(out, " of ");
	html_number(out, rate->known);
	buf_printf(out,
		   "<svg aria-hidden=\"true\" focusable=\"false\"><rect class=\"fill-track\" "
		   "width=\"100%%\" height=\"4\" rx=\"2\"/><rect class=\"fill-ok\" "
		   "width=\"%.2f%%\" height=\"4\" rx=\"2\"/></svg></dd></div>",
		   100.0 * (double)rate->yes / (double)rate->known);
}

static void service_rates(const struct html_totals *totals, enum service service, struct buf *out)
{
	const struct {
		const char *labels[SERVICE_COUNT];
		const struct digest_share *rate;
	} all[] = {
		{ { "c2s reachable", "s2s reachable" }, &totals->services[service].up },
		{ { "c2s encrypted", "s2s encrypted" }, &totals->services[service].encrypted },
		{ { "c2s authenticated", "s2s authenticated" },
		  &totals->services[service].authenticated },
	};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		rate(all[i].labels[service], all[i].rate, out);
}

static void rates(const struct html_totals *totals, struct buf *out)
{
	CLEANUP(buf_free) struct buf all = buf_new(BUF_UNBOUNDED);
	service_rates(totals, SERVICE_C2S, &all);
	rate("Forward secrecy always", &totals->secrecy, &all);
	service_rates(totals, SERVICE_S2S, &all);
	rate("Nothing older than TLS 1.3", &totals->tls13, &all);
	if (all.size > 0)
		buf_printf(out, "<dl class=\"rates\">%s</dl>\n", buf_string(&all));
}

void html_overview_begin(const struct html_page *page, struct buf *out)
{
	buf_text(out, "<section id=\"overview\" aria-labelledby=\"overview-h\">\n"
		      "<h2 id=\"overview-h\">Overview</h2>\n<div class=\"card\">\n");
	tally(&page->totals, out);
	share(&page->totals, out);
	rates(&page->totals, out);
	buf_text(out, "</div>\n</section>\n"
		      "<div><div class=\"box\" role=\"region\" aria-label=\"Table of all domains\" "
		      "tabindex=\"0\">\n<table class=\"list\" id=\"domains\">\n<caption>");
	html_count(out, page->count, "line", "lines");
	buf_text(out, ", trouble first. PKIX, DANE, POSH, PIN: what authenticates the server."
		      "</caption>\n<thead><tr>");
	static const char *const heads[] = {
		"Domain",         "Status",          "Clients (c2s)", "Servers (s2s)",
		"Lowest version", "Forward secrecy", "Days left",     "Worst finding",
	};
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		buf_printf(out, "<th scope=\"col\">%s</th>", heads[i]);
	buf_text(out, "</tr></thead>\n<tbody>\n");
}

void html_overview_end(struct buf *out)
{
	buf_text(out, "</tbody>\n</table>\n</div></div>\n");
}

static int answer_rank(enum seen_answer answer)
{
	return answer == ANSWER_YES ? 2 : answer == ANSWER_NO ? 0 : 1;
}

static void service_cell(const struct html_domain *domain, enum service service, struct buf *out)
{
	const struct digest_service *seen = &domain->digest->services[service];
	int rank = seen->seen ? 3 * answer_rank(seen->encrypted) + answer_rank(seen->authenticated)
			      : -1;
	buf_printf(out, "<td data-n=\"%d\">", rank);
	if (!seen->seen) {
		buf_text(out, "<span class=\"soft\">not examined</span></td>");
		return;
	}
	if (seen->encrypted == ANSWER_UNKNOWN) {
		html_mark(out, "span", seen->up == ANSWER_NO ? seen->status : STATUS_UNKNOWN,
			  seen->up == ANSWER_NO ? "not reachable" : "not known");
		buf_text(out, "</td>");
		return;
	}
	html_mark(out, "span", html_answer_status(seen->encrypted),
		  seen->encrypted != ANSWER_YES ? "not encrypted"
		  : seen->encrypting == seen->tried
			  ? "encrypted"
			  : arena_printf(domain->mem, "encrypted at %zu of %zu", seen->encrypting,
					 seen->tried));
	if (seen->encrypted == ANSWER_YES)
		html_mark(out, "span", html_answer_status(seen->authenticated),
			  seen->authenticated != ANSWER_YES ? "not authenticated"
			  : seen->proofs ? check_proofs(seen->proofs, '+', domain->mem)
					 : "authenticated");
	buf_text(out, "</td>");
}

static void version_cell(const struct html_domain *domain, struct buf *out)
{
	enum tls_version lowest = html_lowest(domain->digest);
	buf_printf(out, "<td data-n=\"%d\">", (int)lowest);
	if (lowest == TLS_VERSION_NONE)
		buf_text(out, "<span class=\"soft\">not known</span>");
	else if (lowest < TLS_1_2) /* RFC 8996 */
		html_mark(out, "span", STATUS_WARNING, html_version(lowest, domain->mem));
	else
		buf_text(out, html_version(lowest, domain->mem));
	buf_text(out, "</td>");
}

static void secrecy_cell(const struct html_domain *domain, struct buf *out)
{
	enum seen_answer secrecy = secrecy_of(domain->digest);
	buf_printf(out, "<td data-n=\"%d\">", answer_rank(secrecy));
	if (secrecy == ANSWER_UNKNOWN)
		buf_text(out, "<span class=\"soft\">not known</span>");
	else
		html_mark(out, "span", secrecy == ANSWER_YES ? STATUS_OK : STATUS_WARNING,
			  secrecy == ANSWER_YES ? "always" : "not always");
	buf_text(out, "</td>");
}

static void days_cell(const struct html_domain *domain, struct buf *out)
{
	const struct html_row *row = domain->row;
	int64_t left = row->not_after - domain->now;
	if (row->not_after == 0) {
		buf_text(out, "<td data-n=\"99999\"><span class=\"soft\">not known</span></td>");
		return;
	}
	int64_t days = svg_days(left);
	buf_printf(out, "<td class=\"num\" data-n=\"%lld\">", (long long)days);
	const char *words = left < 0 ? "ended" : arena_printf(domain->mem, "%lld", (long long)days);
	if (row->urgency == STATUS_OK)
		buf_text(out, words);
	else
		html_mark(out, "span", row->urgency, words);
	buf_text(out, "</td>");
}

static const struct digest_promise *broken_promise(const struct digest *digest)
{
	for (size_t i = 0; i < digest->promise_count; i++) {
		if (digest->promises[i].result == PROMISE_BROKEN)
			return &digest->promises[i];
	}
	return NULL;
}

/* Notes are not worth a place here, unless they say why nothing could be seen. */
static void worst_cell(const struct html_domain *domain, struct buf *out)
{
	const struct digest *digest = domain->digest;
	const struct digest_finding *worst = digest->findings;
	const struct digest_promise *promise = broken_promise(digest);
	size_t critical = digest->weights[SEVERITY_CRITICAL];
	size_t warnings = digest->weights[SEVERITY_WARNING];
	buf_printf(out, "<td class=\"say\" data-n=\"%zu\">", 1000 * critical + warnings);
	if (critical + warnings == 0 && promise) {
		buf_text(out, "promise not kept: ");
		html_sentence(out, promise->text, SENTENCE_SHOWN);
		buf_text(out, "<code>");
		html_cut(out, promise->id, NAME_SHOWN);
		buf_text(out, "</code></td>");
	} else if (digest->finding_count > 0 &&
		   (critical + warnings > 0 || digest->status != STATUS_OK)) {
		html_sentence(out, worst->text, SENTENCE_SHOWN);
		buf_text(out, "<code>");
		html_cut(out, worst->id, NAME_SHOWN);
		buf_text(out, "</code></td>");
	} else {
		buf_text(out, "<span class=\"soft\">none</span></td>");
	}
}

void html_overview_row(const struct html_domain *domain, struct buf *out)
{
	static const int rank[] = {
		[STATUS_OK] = 0,
		[STATUS_UNKNOWN] = 1,
		[STATUS_WARNING] = 2,
		[STATUS_CRITICAL] = 3,
	};
	const struct html_row *row = domain->row;
	buf_printf(out, "<tr><th scope=\"row\"><a href=\"#%s\"><bdi>", row->id);
	html_name(out, row->name, NAME_SHOWN);
	buf_printf(out, "</bdi></a></th><td data-n=\"%d\">", rank[row->status]);
	html_badge(out, row->status);
	buf_text(out, "</td>");
	service_cell(domain, SERVICE_C2S, out);
	service_cell(domain, SERVICE_S2S, out);
	version_cell(domain, out);
	secrecy_cell(domain, out);
	days_cell(domain, out);
	worst_cell(domain, out);
	buf_text(out, "</tr>\n");
}
