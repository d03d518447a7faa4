/* --list-checks: the catalogue of trials, offline. */
#include <string.h>

#include "report/grid.h"
#include "report/words.h"

static const char *needs_words(unsigned needs, struct arena *mem)
{
	static const struct {
		enum trial_needs need;
		const char *words;
	} rows[] = {
		{ NEEDS_LISTENER, "--listen" },
		{ NEEDS_CERTIFICATE, "--cert" },
		{ NEEDS_PIGGYBACK, "--piggyback" },
		{ NEEDS_PIGGYBACK_TO, "--piggyback-to" },
	};
	const char *words = needs & NEEDS_FROM ? "--from" : "";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (needs & rows[i].need)
			words = arena_printf(mem, "%s%s%s", words, *words ? " " : "",
					     rows[i].words);
	}
	return *words ? words : "-";
}

/* The columns that say which trial it is; what it does stands behind them or below. */
static struct grid_row *add_trial(struct grid *grid, enum trial trial)
{
	const struct trial_kind *kind = trial_kind(trial);
	struct grid_row *row = grid_add(grid);
	row->cells[0].text = kind->name;
	row->cells[1].text = kind->usual ? "yes" : trial_is_forgery(trial) ? "own" : "no";
	row->cells[2].text = *kind->rows ? kind->rows : "-";
	row->cells[3].text = needs_words(kind->needs, grid->mem);
	return row;
}

static struct grid_row *add_header(struct grid *grid)
{
	static const char *const titles[] = { "CHECK", "USUAL", "ROWS", "NEEDS" };
	struct grid_row *row = grid_add(grid);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		row->cells[i].text = titles[i];
	return row;
}

static void write_wide(struct arena *mem, struct buf *out)
{
	struct grid grid = { .mem = mem };
	struct grid_row *row = add_header(&grid);
	row->cells[4].text = "WHAT WE DO";
	row->cells[5].text = "WHAT IS WANTED";
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		row = add_trial(&grid, trial);
		row->cells[4].text = trial_kind(trial)->words;
		row->cells[5].text = trial_kind(trial)->want;
	}
	grid_write(&grid, "", out);
}

static void write_narrow(size_t width, struct arena *mem, struct buf *out)
{
	struct grid grid = { .mem = mem };
	CLEANUP(buf_free) struct buf table = buf_new(BUF_UNBOUNDED);
	add_header(&grid);
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++)
		add_trial(&grid, trial);
	grid_write(&grid, "", &table);
	const char *line = buf_string(&table), *end = strchr(line, '\n') + 1;
	buf_add(out, line, (size_t)(end - line));
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		const struct trial_kind *kind = trial_kind(trial);
		line = end;
		end = strchr(line, '\n') + 1;
		buf_add(out, line, (size_t)(end - line));
		buf_text(out, "    ");
		text_wrap(out, arena_printf(mem, "%s; wanted: %s", kind->words, kind->want), 4, 4,
			  width);
		buf_char(out, '\n');
	}
}

/* Columns of the longest line. */
static size_t widest(const char *text)
{
	size_t most = 0;
	for (; *text; text += strcspn(text, "\n") + 1) {
		size_t size = strcspn(text, "\n");
		most = size > most ? size : most;
	}
	return most;
}

void text_trial_list(const struct text_style *style, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf table = buf_new(BUF_UNBOUNDED);
	size_t width = style->width > 0 ? (size_t)style->width : 0;
	write_wide(mem, &table);
	if (width == 0 || widest(buf_string(&table)) <= width)
		buf_text(out, buf_string(&table));
	else
		write_narrow(width, mem, out);
}
