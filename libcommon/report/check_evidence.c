/* What speaks for a certificate, or against it, beside its chain. */
#include <string.h>

#include "judge/parts.h"
#include "report/check_screen.h"

#define RECORDS_MAX  8
#define SIDE_BY_SIDE 100 /* columns from which on DNSSEC stands beside the first record */

/* Each sentence once, though several endpoints say it. */
struct told {
	const char *texts[16];
	size_t count;
};

static bool tell_once(struct told *told, const char *text)
{
	for (size_t i = 0; i < told->count; i++) {
		if (strcmp(told->texts[i], text) == 0)
			return false;
	}
	if (told->count == ARRAY_SIZE(told->texts))
		return false;
	told->texts[told->count++] = text;
	return true;
}

static const char *dnssec_words(const struct dane_facts *dane, struct arena *mem)
{
	return arena_printf(mem, "DNSSEC: SRV %s, TLSA %s", dnssec_name(dane->srv),
			    dnssec_name(dane->tlsa));
}

static bool dane_is_trouble(enum dane_status status)
{
	return status == DANE_MISMATCH || status == DANE_BOGUS || status == DANE_FAILED;
}

static const char *dane_words(const struct dane_facts *dane, struct arena *mem)
{
	return arena_printf(mem, "%s%s%s", dane_status_text(dane->status), dane->reason ? ": " : "",
			    escaped(dane->reason, mem));
}

static bool is_wide(const struct screen *screen)
{
	return !screen->style->width || screen->style->width >= SIDE_BY_SIDE;
}

/* "3 1 1  match  DNSSEC: …": a line a record. */
static void add_records(const struct screen *screen, struct grid *grid,
			const struct dane_facts *dane)
{
	for (size_t i = 0; i < dane->count && i < RECORDS_MAX; i++) {
		const struct dane_record_facts *record = &dane->records[i];
		struct grid_cell *cells = grid_add(grid)->cells;
		bool matches = record->verdict == DANE_MATCHES;
		const char *dnssec = i == 0 && is_wide(screen) ? dnssec_words(dane, screen->mem)
							       : "";
		cells[0].text = screen_label(cells == grid->first->cells ? "DANE" : "",
					     screen->mem);
		cells[1].text = i == 0 ? escaped(dane->name, screen->mem) : "";
		cells[2].text = arena_printf(screen->mem, "%u %u %u", record->tlsa.usage,
					     record->tlsa.selector, record->tlsa.matching);
		cells[3].text = dane_verdict_text(record->verdict);
		if (dane->status == DANE_MISMATCH)
			cells[3].colour = screen_trouble(screen);
		cells[4].text = matches ? (*dnssec ? dnssec : NULL)
					: arena_printf(screen->mem, "%s%s%s",
						       escaped(record->reason, screen->mem),
						       *dnssec ? "; " : "", dnssec);
	}
	if (dane->count > RECORDS_MAX) {
		struct grid_cell *cells = grid_add(grid)->cells;
		cells[0].text = screen_label("", screen->mem);
		cells[1].text = arena_printf(screen->mem, "and %zu more records",
					     dane->count - RECORDS_MAX);
	}
}

static void write_dnssec(const struct screen *screen, const struct block *block)
{
	struct told told = { .count = 0 };
	for (size_t i = 0; i < screen->view->base.target->count; i++) {
		if (!block->members[i] || screen->view->checks[i]->dane.count == 0)
			continue;
		const char *words = dnssec_words(&screen->view->checks[i]->dane, screen->mem);
		if (tell_once(&told, words))
			screen_line(screen, "", words, NULL);
	}
}

/* The names that were asked for in vain, in one line: most domains publish nothing. */
static void write_bare(const struct screen *screen, const struct block *block, struct told *told,
		       bool labelled)
{
	struct told bare = { .count = 0 };
	for (size_t i = 0; i < screen->view->base.target->count; i++) {
		const struct dane_facts *dane = &screen->view->checks[i]->dane;
		if (block->members[i] && dane->status == DANE_NONE)
			(void)tell_once(&bare, escaped(dane->name, screen->mem));
	}
	if (bare.count == 0)
		return;
	const char *words = arena_printf(screen->mem, "none published at %s", bare.texts[0]);
	if (bare.count > 1)
		words = arena_printf(screen->mem, "%s and %zu more", words, bare.count - 1);
	if (tell_once(told, words))
		screen_line(screen, labelled ? "" : "DANE", words, NULL);
}

static void write_dane(const struct screen *screen, const struct block *block)
{
	struct grid grid = { .mem = screen->mem };
	struct told names = { .count = 0 }, sentences = { .count = 0 };
	for (size_t i = 0; i < screen->view->base.target->count; i++) {
		if (!block->members[i])
			continue;
		const struct dane_facts *dane = &screen->view->checks[i]->dane;
		if (dane->count > 0 && dane->name && tell_once(&names, dane->name))
			add_records(screen, &grid, dane);
	}
	grid_write(&grid, "", screen->out);
	if (names.count > 0 && !is_wide(screen))
		write_dnssec(screen, block);
	write_bare(screen, block, &sentences, names.count > 0);
	for (size_t i = 0; i < screen->view->base.target->count; i++) {
		if (!block->members[i])
			continue;
		const struct dane_facts *dane = &screen->view->checks[i]->dane;
		if (dane->status == DANE_NONE || dane->status == DANE_NOT_CHECKED ||
		    (dane->count > 0 && !dane->reason))
			continue;
		const char *words = dane_words(dane, screen->mem);
		if (tell_once(&sentences, words))
			screen_line(screen, names.count + sentences.count > 1 ? "" : "DANE", words,
				    dane_is_trouble(dane->status) ? screen_trouble(screen) : NULL);
	}
}

static const char *posh_words(const struct posh_facts *posh, struct arena *mem)
{
	if (posh->status == POSH_NONE)
		return "none published";
	if (posh->status == POSH_MATCH)
		return arena_printf(mem, "match   %s lists %zu certificate%s, for %s",
				    escaped(posh->reference ? posh->reference : posh->url, mem),
				    posh->fingerprints, posh->fingerprints == 1 ? "" : "s",
				    check_span(posh->expires > INT64_MAX ? INT64_MAX
									 : (int64_t)posh->expires,
					       mem));
	return arena_printf(mem, "%s%s%s", posh_status_text(posh->status), posh->reason ? ": " : "",
			    escaped(posh->reason, mem));
}

static void write_posh(const struct screen *screen, const struct block *block)
{
	struct told told = { .count = 0 };
	for (int i = 0; i < SERVICE_COUNT; i++) {
		const struct certcheck_facts *facts = block->service[i];
		if (!facts || facts->posh.status == POSH_NOT_CHECKED)
			continue;
		const char *words = posh_words(&facts->posh, screen->mem);
		if (tell_once(&told, words))
			screen_line(screen, told.count == 1 ? "POSH" : "", words, NULL);
	}
}

/* A must-staple certificate without a staple is a finding. */
static void write_staple(const struct screen *screen, const struct staple_facts *staple)
{
	if (staple->status == STAPLE_ABSENT)
		return;
	if (staple->status == STAPLE_GOOD)
		screen_line(screen, "OCSP",
			    staple->next_update
				    ? arena_printf(screen->mem, "stapled: good, until %s",
						   day_text(staple->next_update, screen->mem))
				    : "stapled: good",
			    NULL);
	else
		screen_line(screen, "OCSP",
			    arena_printf(screen->mem, "stapled: %s",
					 staple->reason ? escaped(staple->reason, screen->mem)
							: staple_status_text(staple->status)),
			    staple->status == STAPLE_UNCHECKED ? NULL : screen_trouble(screen));
}

static void write_crl(const struct screen *screen, const struct crl_facts *crl)
{
	if (crl->status == CRL_NOT_CHECKED)
		return;
	bool good = crl->status == CRL_GOOD;
	screen_line(screen, "CRL",
		    good          ? "good: no certificate of the path is revoked"
		    : crl->reason ? escaped(crl->reason, screen->mem)
				  : crl_status_text(crl->status),
		    good ? NULL : screen_trouble(screen));
}

static void write_caa(const struct screen *screen, const struct caa_facts *caa)
{
	const struct text_list issuers = { caa->issuers, caa->count };
	if (caa->status == CAA_NOT_CHECKED)
		return;
	const char *words = caa->status == CAA_NONE ? "none published: every CA may issue"
			    : caa->reason           ? escaped(caa->reason, screen->mem)
						    : caa_status_text(caa->status);
	if (caa->count > 0)
		words = arena_printf(screen->mem, "%s (%s: %s)", words,
				     escaped(caa->owner, screen->mem),
				     joined(&issuers, screen->mem));
	screen_line(screen, "CAA", words, NULL);
}

static void write_scts(const struct screen *screen, const struct sct_facts *scts)
{
	size_t by[SCT_OCSP + 1] = { 0 };
	const char *words = "";
	for (size_t i = 0; i < scts->count; i++)
		by[scts->list[i].source]++;
	static const char *const where[] = { [SCT_CERTIFICATE] = "in the certificate",
					     [SCT_TLS] = "in the handshake",
					     [SCT_OCSP] = "in the staple" };
	for (size_t i = 0; i < ARRAY_SIZE(by); i++) {
		if (by[i] > 0)
			words = arena_printf(screen->mem, "%s%s%zu %s", words, *words ? ", " : "",
					     by[i], where[i]);
	}
	if (*words)
		screen_line(screen, "SCT", words, NULL);
}

static void write_pins(const struct screen *screen, const struct certcheck_facts *facts)
{
	if (facts->pins_given)
		screen_line(screen, "pin", facts->pin_matched ? "matches" : "none matches",
			    facts->pin_matched ? NULL : screen_trouble(screen));
	if (facts->trusted_on_first_use)
		screen_line(screen, facts->pins_given ? "" : "pin", "accepted before (--tofu)",
			    NULL);
}

void screen_evidence(const struct screen *screen, const struct block *block)
{
	const struct certcheck_facts *facts = block->first;
	write_dane(screen, block);
	write_posh(screen, block);
	write_staple(screen, &facts->staple);
	write_crl(screen, &facts->crl);
	write_caa(screen, &facts->caa);
	write_scts(screen, &facts->scts);
	write_pins(screen, facts);
}
