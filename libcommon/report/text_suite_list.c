/* --list: the registry, offline. */
#include <string.h>

#include "report/grid.h"
#include "report/words.h"

static bool may_use(const struct suite *suite, enum tls_version version)
{
	if (suite->ssl2)
		return version == SSL_2_0;
	return suite->first <= version && version <= suite->last;
}

static bool is_wanted(const struct suite *suite, const struct list_filter *filter,
		      const struct suite_verdict *verdict)
{
	bool bad = verdict->severity > SEVERITY_NONE;
	if (strcmp(suite->grade, "signal") == 0) /* SCSVs are no suites */
		return false;
	return !(filter->forward_secrecy && !suite->forward_secrecy) &&
	       (filter->version == TLS_VERSION_NONE || may_use(suite, filter->version)) &&
	       !(filter->graded && !filter->only_bad && bad) && !(filter->only_bad && !bad);
}

static const char *version_words(const struct suite *suite, struct arena *mem)
{
	const char *first = tls_version_name(suite->first), *last = tls_version_name(suite->last);
	if (suite->first == suite->last)
		return first;
	size_t family = suite->first >= TLS_1_0 ? strlen("TLS") : 0;
	return arena_printf(mem, "%s-%s", first, last + family);
}

static void add_header(struct grid *grid)
{
	static const char *const titles[] = { "CODE", "NAME",    "VERSIONS", "FS",
					      "BITS", "VERDICT", "SPECIFIED" };
	struct grid_row *row = grid_add(grid);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		row->cells[i].text = titles[i];
	grid->right[4] = true;
}

static void add_suite(struct grid *grid, const struct suite *suite,
		      const struct suite_verdict *verdict, enum suite_names names,
		      const struct text_style *style)
{
	struct grid_cell *cells = grid_add(grid)->cells;
	cells[0].text = suite_shown(NULL, suite->code, names, grid->mem);
	cells[1].text = suite_shown(suite, suite->code, names, grid->mem);
	cells[2].text = version_words(suite, grid->mem);
	cells[3].text = suite->forward_secrecy ? "yes" : "no";
	cells[4].text = arena_printf(grid->mem, "%u", suite->bits);
	cells[5].text = verdict->note
				? arena_printf(grid->mem, "%s: %s", verdict->word, verdict->note)
				: verdict->word;
	cells[5].colour = severity_colour(verdict->severity, style);
	if (*suite->reference)
		cells[6].text = suite->reference;
}

void text_suite_list(const struct list_filter *filter, const struct policy *policy,
		     enum suite_names names, const struct text_style *style, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct grid grid = { .mem = mem };
	add_header(&grid);
	for (size_t i = 0; i < suite_count; i++) {
		struct suite_verdict verdict = { 0 };
		judge_registered_suite(&suites[i], policy, &verdict);
		if (is_wanted(&suites[i], filter, &verdict))
			add_suite(&grid, &suites[i], &verdict, names, style);
	}
	grid_write(&grid, "", out);
}
