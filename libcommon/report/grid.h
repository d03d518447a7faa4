/* grid.h - columns as wide as what stands in them. Private to report/. */
#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include "base/arena.h"
#include "base/buf.h"

#define GRID_COLUMNS 12

struct grid_cell {
	const char *text;   /* NULL: nothing here, the cell before reaches over it */
	const char *colour; /* escape sequence, NULL: none */
};

struct grid_row {
	struct grid_cell cells[GRID_COLUMNS];
	struct grid_row *next;
};

struct grid {
	struct arena *mem;
	bool right[GRID_COLUMNS]; /* figures stand to the right */
	struct grid_row *first, *last;
};

/* Cells are filled by the caller. */
struct grid_row *grid_add(struct grid *grid);
/* A line a row, two blanks between columns, none at the end. */
void grid_write(const struct grid *grid, const char *indent, struct buf *out);

/* Columns that UTF-8 text takes on a terminal: combining marks none, wide letters two. */
size_t text_width(const char *text);
void text_pad(struct buf *out, const char *text, size_t width);
void text_coloured(struct buf *out, const char *text, const char *colour);
/* Words of text on lines of at most width columns; the first line has `used` columns already, the
 * others begin with `indent` blanks. width 0: one line. No newline behind. GLUE is a blank at which
 * no line ends. */
#define GLUE "\037"
void text_wrap(struct buf *out, const char *text, size_t used, size_t indent, size_t width);

#endif
