/* Whom a certificate names, and what that is worth here: RFC 9525. */
#include <string.h>
#include <strings.h>

#include "report/check_screen.h"

#define NAMES_MAX 8 /* of the short list; --names shows all */

/* One identifier as each service sees it. */
struct mark {
	const struct cert_name *name;
	const struct name_judgement *by[SERVICE_COUNT]; /* NULL: not judged for it */
};

static size_t judgement_count(const struct block *block, enum service service)
{
	return block->service[service] ? block->service[service]->walk.identity.names.count : 0;
}

static size_t name_count(const struct block *block)
{
	const struct identity_facts *identity = &block->first->walk.identity;
	size_t c2s = judgement_count(block, SERVICE_C2S), s2s = judgement_count(block, SERVICE_S2S);
	if (!block->first->names_judged)
		return identity->certs[0].name_count;
	return c2s > s2s ? c2s : s2s;
}

static struct mark seen_at(const struct block *block, size_t index)
{
	struct mark seen = { 0 };
	if (!block->first->names_judged) {
		seen.name = &block->first->walk.identity.certs[0].names[index];
		return seen;
	}
	for (int i = SERVICE_COUNT - 1; i >= 0; i--) {
		if (index >= judgement_count(block, (enum service)i))
			continue;
		seen.by[i] = &block->service[i]->walk.identity.names.judgements[index];
		seen.name = seen.by[i]->name;
	}
	return seen;
}

static bool matches(const struct mark *seen, int service)
{
	return seen->by[service] && seen->by[service]->verdict == NAME_MATCHES;
}

static bool matches_any(const struct mark *seen)
{
	return matches(seen, SERVICE_C2S) || matches(seen, SERVICE_S2S);
}

/* The host that an SRV record names: what people take for the name that counts. */
static bool is_target(const struct screen *screen, const struct block *block,
		      const struct cert_name *name)
{
	const struct target_view *target = screen->view->base.target;
	if (name->type != NAME_DNS || name->malformed)
		return false;
	for (size_t i = 0; i < target->count; i++) {
		if (block->members[i] && target->endpoints[i].source != SOURCE_FILE &&
		    strcasecmp(target->endpoints[i].host, name->value) == 0)
			return true;
	}
	return false;
}

/* The target counts where DNSSEC vouches for the SRV record: RFC 7673, 4.1. */
static bool counts_by_dnssec(const struct block *block, const struct cert_name *name)
{
	for (int i = 0; i < SERVICE_COUNT; i++) {
		const struct certcheck_facts *facts = block->service[i];
		if (!facts)
			continue;
		const struct cert_name *by = facts->dane.by_target ? facts->dane.matched_name
								   : facts->dane.target_name;
		if (by && strcasecmp(by->value, name->value) == 0)
			return true;
	}
	return false;
}

/* "matches example.org", or "matches c2s" where the identifier is of one service alone. */
static const char *match_words(const struct screen *screen, const struct block *block,
			       const struct mark *seen)
{
	bool both = true;
	for (int i = 0; i < SERVICE_COUNT; i++)
		both = both && (!block->service[i] || matches(seen, i));
	const char *domain = screen->view->base.target->domain;
	if (both && seen->name->type != NAME_SRV && domain)
		return arena_printf(screen->mem, "matches %s", escaped(domain, screen->mem));
	return matches(seen, SERVICE_C2S) && matches(seen, SERVICE_S2S) ? "matches c2s and s2s"
	       : matches(seen, SERVICE_C2S)                             ? "matches c2s"
									: "matches s2s";
}

static const char *seen_words(const struct screen *screen, const struct block *block,
			      const struct mark *seen)
{
	const struct name_judgement *any = seen->by[SERVICE_C2S] ? seen->by[SERVICE_C2S]
								 : seen->by[SERVICE_S2S];
	if (matches_any(seen))
		return match_words(screen, block, seen);
	if (is_target(screen, block, seen->name))
		return counts_by_dnssec(block, seen->name)
			       ? "the SRV target, which counts by DNSSEC"
			       : "only the SRV target; not a reference identity";
	if (seen->name->malformed)
		return arena_printf(screen->mem, "ignored: %s",
				    escaped(seen->name->malformed, screen->mem));
	return any ? escaped(any->reason, screen->mem) : NULL;
}

/* Worth a line of the short list. Where nothing matches, everything is. */
static bool is_interesting(const struct screen *screen, const struct block *block,
			   const struct mark *seen, bool matched)
{
	return !matched || matches_any(seen) || seen->name->malformed ||
	       is_target(screen, block, seen->name);
}

static struct grid_row *add_row(const struct screen *screen, struct grid *grid, const char *label,
				const struct mark *seen)
{
	struct grid_row *row = grid_add(grid);
	row->cells[0].text = screen_label(row == grid->first ? label : "", screen->mem);
	row->cells[1].text = arena_printf(screen->mem, "%s %s", name_type_text(seen->name->type),
					  escaped(seen->name->value, screen->mem));
	return row;
}

/* What the short list is made of. */
struct list {
	const char *label;
	bool matched; /* some identifier matches */
};

static size_t add_some(const struct screen *screen, const struct block *block, struct grid *grid,
		       const struct list *list, bool matching, size_t room)
{
	size_t added = 0;
	for (size_t i = 0; i < name_count(block) && added < room; i++) {
		const struct mark seen = seen_at(block, i);
		if (matches_any(&seen) != matching ||
		    !is_interesting(screen, block, &seen, list->matched))
			continue;
		add_row(screen, grid, list->label, &seen)->cells[2].text = seen_words(screen, block,
										      &seen);
		added++;
	}
	return added;
}

/* Those that match stand first. */
static void write_some(const struct screen *screen, const struct block *block,
		       const struct list *list)
{
	struct grid grid = { .mem = screen->mem };
	size_t shown = add_some(screen, block, &grid, list, true, NAMES_MAX);
	shown += add_some(screen, block, &grid, list, false, NAMES_MAX - shown);
	grid_write(&grid, "", screen->out);
	if (shown < name_count(block))
		screen_line(screen, shown ? "" : list->label,
			    arena_printf(screen->mem, "%s%zu more", shown ? "and " : "",
					 name_count(block) - shown),
			    NULL);
}

static void add_header(const struct screen *screen, const struct block *block, const char *label,
		       struct grid *grid)
{
	struct grid_row *row = grid_add(grid);
	size_t column = 3;
	row->cells[0].text = screen_label(label, screen->mem);
	row->cells[1].text = "TYPE";
	row->cells[2].text = "VALUE";
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (block->service[i])
			row->cells[column++].text = service_name((enum service)i);
	}
	row->cells[column].text = "WHY";
}

/* "reason", or "c2s: reason; s2s: reason" where they differ */
static const char *reasons(const struct mark *seen, struct arena *mem)
{
	const struct name_judgement *c2s = seen->by[SERVICE_C2S], *s2s = seen->by[SERVICE_S2S];
	if (c2s && s2s && strcmp(c2s->reason, s2s->reason) != 0)
		return arena_printf(mem, "c2s: %s; s2s: %s", escaped(c2s->reason, mem),
				    escaped(s2s->reason, mem));
	return escaped(c2s ? c2s->reason : s2s->reason, mem);
}

static void write_table(const struct screen *screen, const struct block *block, const char *label)
{
	struct grid grid = { .mem = screen->mem };
	add_header(screen, block, label, &grid);
	for (size_t i = 0; i < name_count(block); i++) {
		const struct mark seen = seen_at(block, i);
		struct grid_row *row = grid_add(&grid);
		size_t column = 3;
		row->cells[0].text = screen_label("", screen->mem);
		row->cells[1].text = name_type_text(seen.name->type);
		row->cells[2].text = escaped(seen.name->value, screen->mem);
		for (int j = 0; j < SERVICE_COUNT; j++) {
			if (block->service[j])
				row->cells[column++].text =
					seen.by[j] ? name_verdict_text(seen.by[j]->verdict) : "-";
		}
		row->cells[column].text = reasons(&seen, screen->mem);
	}
	grid_write(&grid, "", screen->out);
}

/* "none of example.org", "none of example.org for s2s"; NULL: none is missing. */
static const char *missing_words(const struct screen *screen, const struct block *block)
{
	const char *domain = screen->view->base.target->domain;
	const char *whom = domain ? escaped(domain, screen->mem) : "the domain";
	bool missing[SERVICE_COUNT];
	for (int i = 0; i < SERVICE_COUNT; i++)
		missing[i] = block->service[i] && !block->service[i]->walk.identity.names.matched;
	if (!missing[SERVICE_C2S] && !missing[SERVICE_S2S])
		return NULL;
	enum service lone = missing[SERVICE_C2S] ? SERVICE_C2S : SERVICE_S2S;
	if (missing[!lone] || !block->service[!lone])
		return arena_printf(screen->mem, "none of %s", whom);
	return arena_printf(screen->mem, "none of %s for %s", whom, service_name(lone));
}

static bool has_match(const struct block *block)
{
	for (int i = 0; i < SERVICE_COUNT; i++) {
		if (block->service[i] && block->service[i]->walk.identity.names.matched)
			return true;
	}
	return false;
}

void screen_names(const struct screen *screen, const struct block *block)
{
	bool judged = block->first->names_judged;
	const char *missing = judged ? missing_words(screen, block) : NULL;
	const struct list list = { judged && !missing ? "names" : "", has_match(block) };
	if (!judged)
		screen_line(screen, "names", "not judged: no domain was given", NULL);
	else if (missing)
		screen_line(screen, "names", missing,
			    check_is_good(block->first) ? NULL : screen_trouble(screen));
	if (screen->view->names && judged && name_count(block) > 0)
		write_table(screen, block, list.label);
	else if (name_count(block) > 0)
		write_some(screen, block, &list);
}
