/* A certificate beside what was before, a file, and the domains it should name as well. */
#include <string.h>

#include "judge/parts.h"
#include "report/check_screen.h"

static const char *change_words(const struct change_facts *change, struct arena *mem)
{
	const char *since = change->first_seen ? arena_printf(mem, "first seen %s",
							      day_text(change->first_seen, mem))
					       : NULL;
	if (change->class == CHANGE_NONE)
		return since ? arena_printf(mem, "%s, unchanged", since) : "unchanged";
	if (change->class == CHANGE_FIRST)
		return "nothing was seen here before";
	return arena_printf(mem, "%s%s%s%s", since ? since : "", since ? "; " : "",
			    change->reason ? escaped(change->reason, mem)
					   : change_class_text(change->class),
			    change->expected ? " (expected)" : "");
}

static bool is_quiet(const struct change_facts *change)
{
	return change->expected || change->class == CHANGE_NONE || change->class == CHANGE_FIRST ||
	       change->class == CHANGE_NEW_PLACE;
}

static void write_change(const struct screen *screen, const char *label, const char *words,
			 const struct change_facts *change)
{
	screen_line(screen, label, words,
		    is_quiet(change) ? NULL : severity_colour(SEVERITY_WARNING, screen->style));
}

/* Once for both services where they say the same. */
static void write_history(const struct screen *screen, const struct block *block)
{
	const char *words[SERVICE_COUNT] = { NULL };
	for (int i = 0; i < SERVICE_COUNT; i++) {
		const struct certcheck_facts *facts = block->service[i];
		if (facts && facts->change.class != CHANGE_NOT_CHECKED)
			words[i] = change_words(&facts->change, screen->mem);
	}
	const char *c2s = words[SERVICE_C2S], *s2s = words[SERVICE_S2S];
	bool differ = c2s && s2s && strcmp(c2s, s2s) != 0;
	if (c2s)
		write_change(screen, "history",
			     differ ? arena_printf(screen->mem, "c2s: %s", c2s) : c2s,
			     &block->service[SERVICE_C2S]->change);
	if (s2s && (!c2s || differ))
		write_change(screen, differ ? "" : "history",
			     differ ? arena_printf(screen->mem, "s2s: %s", s2s) : s2s,
			     &block->service[SERVICE_S2S]->change);
}

static void write_local(const struct screen *screen, const struct local_facts *local)
{
	if (!local->file)
		return;
	const char *file = escaped(local->file, screen->mem);
	if (local->problem) {
		screen_line(screen, "local",
			    arena_printf(screen->mem, "%s: %s", file,
					 escaped(local->problem, screen->mem)),
			    screen_trouble(screen));
		return;
	}
	const char *words = local->same    ? "the certificate that is served"
			    : local->newer ? "a newer certificate, which the server has not loaded"
					   : "another certificate than the one served";
	screen_line(screen, "local",
		    arena_printf(screen->mem, "%s: %s%s, %s .. %s", file, words,
				 local->same_key && !local->same ? " (the same key)" : "",
				 day_text(local->not_before, screen->mem),
				 day_text(local->not_after, screen->mem)),
		    local->same ? NULL : severity_colour(SEVERITY_WARNING, screen->style));
}

static void write_subdomains(const struct screen *screen, const struct certcheck_facts *facts)
{
	struct grid grid = { .mem = screen->mem };
	for (size_t i = 0; i < facts->subdomain_count; i++) {
		const struct subdomain_facts *subdomain = &facts->subdomains[i];
		struct grid_cell *cells = grid_add(&grid)->cells;
		cells[0].text = screen_label(i == 0 ? "beside" : "", screen->mem);
		cells[1].text = escaped(subdomain->domain, screen->mem);
		if (subdomain->matched) {
			cells[2].text = arena_printf(screen->mem, "named by %s %s",
						     name_type_text(subdomain->matched->type),
						     escaped(subdomain->matched->value,
							     screen->mem));
			continue;
		}
		cells[2].text = "not named";
		cells[2].colour = severity_colour(SEVERITY_WARNING, screen->style);
	}
	grid_write(&grid, "", screen->out);
}

void screen_past(const struct screen *screen, const struct block *block)
{
	write_history(screen, block);
	write_local(screen, &block->first->local);
	write_subdomains(screen, block->first);
}
