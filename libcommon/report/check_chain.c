/* The chain as a tree, how long it is valid, and what for. */
#include <string.h>

#include "judge/parts.h"
#include "report/check_screen.h"
#include "report/record_parts.h"

#define LINKS_MAX 12

/* "RSA 2048", "EC P-256", "Ed25519" */
static const char *key_words(const struct cert_facts *cert, struct arena *mem)
{
	if (!cert->key)
		return "?";
	return strcmp(cert->key, "RSA") == 0 ? arena_printf(mem, "RSA %u", cert->bits)
					     : escaped(cert->key, mem);
}

static const char *left_words(const struct cert_facts *cert, int64_t at, struct arena *mem)
{
	if (cert->not_after < at)
		return arena_printf(mem, "ended %s ago", check_span(at - cert->not_after, mem));
	if (cert->not_before > at)
		return arena_printf(mem, "begins %s", day_text(cert->not_before, mem));
	return check_span(cert->not_after - at, mem);
}

static const char *left_colour(const struct screen *screen, const struct cert_facts *cert,
			       int64_t at)
{
	const struct check_rules *rules = screen->view->rules;
	int64_t left = cert->not_after - at, lifetime = record_lifetime(cert);
	if (left < 0 || cert->not_before > at || left <= span_seconds(&rules->critical, lifetime))
		return severity_colour(SEVERITY_CRITICAL, screen->style);
	return left <= span_seconds(&rules->warning, lifetime)
		       ? severity_colour(SEVERITY_WARNING, screen->style)
		       : NULL;
}

static void add_link(const struct screen *screen, struct grid *grid, const struct cert_facts *cert,
		     const char *behind, int64_t at)
{
	struct grid_row *row = grid_add(grid);
	bool first = row == grid->first;
	row->cells[0].text = screen_label(first ? "chain" : "", screen->mem);
	row->cells[1].text = arena_printf(screen->mem, "%s%s%s", first ? "" : "<- ",
					  check_cert_name(cert, screen->mem), behind);
	row->cells[2].text = key_words(cert, screen->mem);
	row->cells[3].text = cert->signature ? escaped(cert->signature, screen->mem) : "?";
	row->cells[4].text = left_words(cert, at, screen->mem);
	row->cells[4].colour = left_colour(screen, cert, at);
}

/* Where no way was kept, the chain as presented stands for it. */
static void write_links(const struct screen *screen, const struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	const struct path_facts *path = &identity->path;
	const struct cert_facts *anchor = check_anchor(path);
	struct grid grid = { .mem = screen->mem };
	size_t count = path->way_length ? path->way_length : identity->cert_count;
	for (size_t i = 0; i < count && i < LINKS_MAX; i++) {
		const struct cert_facts *cert = path->way_length ? path->way[i]
								 : &identity->certs[i];
		const char *behind = !anchor || cert != anchor  ? ""
				     : path->anchor_from_system ? " (system)"
								: " (file)";
		add_link(screen, &grid, cert, behind, facts->at);
	}
	grid_write(&grid, "", screen->out);
	if (count > LINKS_MAX)
		screen_line(screen, "",
			    arena_printf(screen->mem, "and %zu more", count - LINKS_MAX), NULL);
}

/* What was sent and leads nowhere. */
static void write_spare(const struct screen *screen, const struct certcheck_facts *facts)
{
	const struct identity_facts *identity = &facts->walk.identity;
	const struct path_facts *path = &identity->path;
	const char *words = "";
	size_t spare = 0;
	for (size_t i = 0; path->way_length && i < identity->cert_count; i++) {
		bool used = false;
		for (size_t j = 0; j < path->way_length; j++)
			used = used || same_cert(path->way[j], &identity->certs[i]);
		if (used || ++spare > LINKS_MAX)
			continue;
		words = arena_printf(screen->mem, "%s%s%s", words, *words ? ", " : "",
				     check_cert_name(&identity->certs[i], screen->mem));
	}
	if (spare > LINKS_MAX)
		words = arena_printf(screen->mem, "%s and %zu more", words, spare - LINKS_MAX);
	if (spare > 0)
		screen_line(screen, "",
			    arena_printf(screen->mem, "also sent, and not needed: %s", words),
			    NULL);
	if (facts->walk.tls.chain_cut)
		screen_line(screen, "",
			    arena_printf(screen->mem, "more than %d certificates were sent",
					 CHAIN_MAX),
			    screen_trouble(screen));
}

static void write_validity(const struct screen *screen, const struct certcheck_facts *facts)
{
	const struct cert_facts *leaf = &facts->walk.identity.certs[0];
	const struct check_rules *rules = screen->view->rules;
	int64_t lifetime = record_lifetime(leaf);
	char time[32];
	const char *moment = facts->at_chosen ? arena_printf(screen->mem, "   judged as of %s",
							     record_time(facts->at, time))
					      : "";
	const char *words = arena_printf(
		screen->mem, "%s" GLUE ".." GLUE "%s   warning at %.4g days, critical at %.4g%s",
		day_text(leaf->not_before, screen->mem), day_text(leaf->not_after, screen->mem),
		check_days(span_seconds(&rules->warning, lifetime)),
		check_days(span_seconds(&rules->critical, lifetime)), moment);
	screen_line(screen, "valid", words, NULL);
}

static void write_purpose(const struct screen *screen, const struct cert_facts *leaf)
{
	if (!leaf->has_eku) {
		screen_line(screen, "purpose", "none listed: good for any", NULL);
		return;
	}
	const char *words = arena_printf(screen->mem, "serverAuth %s, clientAuth %s%s",
					 leaf->eku_server ? "yes" : "no",
					 leaf->eku_client ? "yes" : "no",
					 leaf->eku_any ? ", anyExtendedKeyUsage" : "");
	screen_line(screen, "purpose", words, leaf->eku_server ? NULL : screen_trouble(screen));
}

void screen_chain(const struct screen *screen, const struct block *block)
{
	const struct certcheck_facts *facts = block->first;
	const struct path_facts *path = &facts->walk.identity.path;
	write_links(screen, facts);
	if (!path->trusted && path->reason)
		screen_line(screen, "", escaped(path->reason, screen->mem),
			    check_is_good(facts) ? NULL : screen_trouble(screen));
	write_spare(screen, facts);
	write_validity(screen, facts);
	write_purpose(screen, &facts->walk.identity.certs[0]);
}
