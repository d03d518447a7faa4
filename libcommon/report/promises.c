/* --manifesto: the promises of 2014 over all domains: how many keep each, and who breaks it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/grid.h"
#include "report/promises_judge.h"
#include "report/sheet.h"
#include "report/words.h"

#define RECORDS_MAX  100000
#define BREAKERS_MAX (1024 * 1024) /* octets about those who break one promise: 10,000 lines */
#define RESULT_COUNT (PROMISE_NOT_APPLICABLE + 1)
#define NAME_WIDTH   30 /* columns of a domain, so that most reasons stand below each other */

/* One promise of one service. */
struct tally {
	const char *id, *text;
	enum service service;
	size_t results[RESULT_COUNT]; /* domains */
	struct buf breakers;          /* lines */
	size_t left_out;              /* of them */
};

struct sheet {
	struct arena *mem;
	struct text_style style;
	const char *title;
	struct tally tallies[PROMISE_MAX];
	size_t count;
	size_t domains, nameless; /* lines that name none */
	size_t unjudged;          /* domains */
	size_t next;              /* the tally that end() comes to */
	bool table_done;
};

static void tally_add(struct sheet *sheet, const struct digest_promise *promise)
{
	sheet->tallies[sheet->count++] = (struct tally){
		.id = promise->id,
		.text = promise->text,
		.service = promise->service,
		.breakers = buf_new(BREAKERS_MAX),
	};
}

static struct sheet *begin(const struct sheet_options *options, struct buf *out)
{
	struct sheet *sheet = memory_new(sizeof(*sheet));
	struct promises all;
	(void)out;
	sheet->mem = arena_new();
	sheet->style = (struct text_style){ .colour = options->colour, .width = options->width };
	sheet->title = arena_copy(sheet->mem, options->title);
	promises_list(sheet->mem, &all);
	for (size_t i = 0; i < all.count; i++)
		tally_add(sheet, &all.items[i]);
	return sheet;
}

/* NULL: none of the statement. */
static struct tally *tally_of(struct sheet *sheet, const struct digest_promise *promise)
{
	for (size_t i = 0; i < sheet->count; i++) {
		if (sheet->tallies[i].service == promise->service &&
		    strcmp(sheet->tallies[i].id, promise->id) == 0)
			return &sheet->tallies[i];
	}
	return NULL;
}

static void add_breaker(struct tally *tally, const struct digest *digest,
			const struct digest_promise *promise, struct arena *mem)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	buf_text(&line, "  ");
	text_pad(&line, escaped(digest_name(digest), mem), NAME_WIDTH);
	buf_printf(&line, "  %s\n",
		   promise->reason ? escaped(promise->reason, mem) : "see its findings");
	if (line.size > BREAKERS_MAX - tally->breakers.size)
		tally->left_out++;
	else
		buf_add(&tally->breakers, line.data, line.size);
}

static bool add(struct sheet *sheet, const struct digest *digest, struct buf *out, struct err *err)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct promises promises;
	(void)out, (void)err;
	promises_judge(digest, mem, &promises);
	sheet->domains += digest->domain != NULL;
	sheet->nameless += digest->domain == NULL;
	sheet->unjudged += digest->domain != NULL && promises.count == 0;
	for (size_t i = 0; i < promises.count; i++) {
		struct tally *tally = tally_of(sheet, &promises.items[i]);
		if (!tally)
			continue;
		tally->results[promises.items[i].result]++;
		if (promises.items[i].result == PROMISE_BROKEN)
			add_breaker(tally, digest, &promises.items[i], mem);
	}
	return true;
}

static void add_header(struct grid *grid)
{
	static const char *const titles[] = { "PROMISE",       "SERVICE", "KEPT",
					      "BY FALLBACK",   "BROKEN",  "NOT TESTABLE",
					      "NOT APPLICABLE" };
	struct grid_row *row = grid_add(grid);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++) {
		row->cells[i].text = titles[i];
		grid->right[i] = i >= 2;
	}
}

static void add_row(const struct sheet *sheet, struct grid *grid, const struct tally *tally)
{
	struct grid_cell *cells = grid_add(grid)->cells;
	cells[0].text = tally->id;
	cells[1].text = service_name(tally->service);
	for (size_t i = 0; i < RESULT_COUNT; i++)
		cells[2 + i].text = arena_printf(grid->mem, "%zu", tally->results[i]);
	if (tally->results[PROMISE_BROKEN] > 0)
		cells[2 + PROMISE_BROKEN].colour = severity_colour(SEVERITY_CRITICAL,
								   &sheet->style);
	cells[2 + RESULT_COUNT].text = tally->text;
}

static void write_table(const struct sheet *sheet, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct grid grid = { .mem = mem };
	if (sheet->title)
		buf_printf(out, "%s\n", escaped(sheet->title, mem));
	buf_printf(out, "%zu domain%s", sheet->domains, sheet->domains == 1 ? "" : "s");
	if (sheet->unjudged > 0)
		buf_printf(out, ", of which %zu say%s nothing about any promise", sheet->unjudged,
			   sheet->unjudged == 1 ? "s" : "");
	buf_char(out, '\n');
	if (sheet->nameless > 0)
		buf_printf(out, "%zu line%s that named no domain\n", sheet->nameless,
			   sheet->nameless == 1 ? "" : "s");
	add_header(&grid);
	for (size_t i = 0; i < sheet->count; i++)
		add_row(sheet, &grid, &sheet->tallies[i]);
	grid_write(&grid, "", out);
}

static void write_breakers(const struct tally *tally, struct buf *out)
{
	size_t broken = tally->results[PROMISE_BROKEN];
	if (broken == 0)
		return;
	buf_printf(out, "\n%s %s (%s) is broken by %zu:\n", tally->id, service_name(tally->service),
		   tally->text, broken);
	buf_add(out, tally->breakers.data, tally->breakers.size);
	if (tally->left_out > 0)
		buf_printf(out, "  and %zu more\n", tally->left_out);
}

/* A promise a call. */
static enum sheet_state end(struct sheet *sheet, struct buf *out, struct err *err)
{
	(void)err;
	if (!sheet->table_done)
		write_table(sheet, out);
	sheet->table_done = true;
	if (sheet->next == sheet->count)
		return SHEET_DONE;
	write_breakers(&sheet->tallies[sheet->next++], out);
	return SHEET_MORE;
}

static void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		buf_free(&sheet->tallies[i].breakers);
	arena_free(&sheet->mem);
	free(sheet);
}

const struct sheet_kind sheet_manifesto = {
	.name = "manifesto",
	.records_max = RECORDS_MAX,
	.begin = begin,
	.add = add,
	.end = end,
	.free = sheet_free,
};
