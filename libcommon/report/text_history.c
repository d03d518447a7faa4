/* --history: every certificate seen, as a table. */
#include <string.h>

#include "base/escape.h"
#include "judge/parts.h"
#include "report/grid.h"
#include "report/words.h"

#define HASH_SHOWN 16 /* digits: enough to tell two certificates apart */

static void add_header(struct grid *grid)
{
	static const char *const titles[] = { "DOMAIN", "SERVICE",     "PLACE", "SEEN FROM",
					      "TO",     "VALID UNTIL", "BY",    "SHA-256" };
	struct grid_row *row = grid_add(grid);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		row->cells[i].text = titles[i];
}

/* What the history does not know is "" or NULL. */
static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_place(const struct sighting *a, const struct sighting *b)
{
	return a->service == b->service && same_text(a->domain, b->domain) &&
	       same_text(a->place, b->place);
}

static const char *joined_by_comma(const char *words, const char *more, struct arena *mem)
{
	return words ? arena_printf(mem, "%s, %s", words, more) : more;
}

/* How it differs from the one before at this place, and what was thought of it; NULL: nothing to
 * say. */
static const char *notes(const struct sighting *row, const struct sighting *before,
			 struct arena *mem)
{
	const char *words = NULL;
	if (before)
		words = same_text(row->spki_sha256, before->spki_sha256) ? "same key" : "new key";
	if (row->accepted)
		words = joined_by_comma(words, "accepted", mem);
	if (!row->trusted)
		words = joined_by_comma(words, "not trusted", mem);
	return words;
}

void text_history(const struct sighting *rows, size_t count, const struct text_style *style,
		  struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct grid grid = { .mem = mem };
	if (count == 0) {
		buf_text(out, "nothing was seen yet\n");
		return;
	}
	add_header(&grid);
	for (size_t i = 0; i < count; i++) {
		const struct sighting *row = &rows[i];
		const struct sighting *before = i > 0 && same_place(&rows[i - 1], row)
							? &rows[i - 1]
							: NULL;
		struct grid_cell *cells = grid_add(&grid)->cells;
		cells[0].text = escaped(row->domain, mem);
		cells[1].text = service_name(row->service);
		cells[2].text = escaped(row->place, mem);
		cells[3].text = day_text(row->first, mem);
		cells[4].text = day_text(row->last, mem);
		cells[5].text = day_text(row->not_after, mem);
		cells[6].text = escaped(row->authority, mem);
		cells[7].text = escape_copy(mem, row->sha256 ? row->sha256 : "", HASH_SHOWN);
		cells[8].text = notes(row, before, mem);
		if (!row->trusted)
			cells[8].colour = severity_colour(SEVERITY_WARNING, style);
	}
	grid_write(&grid, "", out);
}
