#include "report/grid.h"

#include <string.h>

#include "base/escape.h"

#define COLOUR_OFF "\033[0m"

static bool is_between(unsigned code, unsigned first, unsigned last)
{
	return code >= first && code <= last;
}

static size_t code_width(unsigned code)
{
	if (is_between(code, 0x300, 0x36f) || is_between(code, 0x1ab0, 0x1aff) ||
	    is_between(code, 0x20d0, 0x20ff) || is_between(code, 0xfe00, 0xfe0f) ||
	    is_between(code, 0xfe20, 0xfe2f))
		return 0;
	return is_between(code, 0x1100, 0x115f) || is_between(code, 0x2e80, 0xa4cf) ||
			       is_between(code, 0xac00, 0xd7a3) ||
			       is_between(code, 0xf900, 0xfaff) ||
			       is_between(code, 0xfe30, 0xfe6f) ||
			       is_between(code, 0xff00, 0xff60) ||
			       is_between(code, 0xffe0, 0xffe6) ||
			       is_between(code, 0x1f300, 0x1faff) ||
			       is_between(code, 0x20000, 0x3fffd)
		       ? 2
		       : 1;
}

static size_t width_of(const char *text, size_t size)
{
	size_t width = 0;
	for (size_t at = 0; at < size;) {
		unsigned code = 0;
		size_t step = utf8_length((const unsigned char *)text + at, size - at, &code);
		width += step ? code_width(code) : 1;
		at += step ? step : 1;
	}
	return width;
}

size_t text_width(const char *text)
{
	return width_of(text, strlen(text));
}

static void blanks(struct buf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_char(out, ' ');
}

void text_pad(struct buf *out, const char *text, size_t width)
{
	size_t has = text_width(text);
	buf_text(out, text);
	if (has < width)
		blanks(out, width - has);
}

void text_coloured(struct buf *out, const char *text, const char *colour)
{
	if (colour)
		buf_text(out, colour);
	buf_text(out, text);
	if (colour)
		buf_text(out, COLOUR_OFF);
}

void text_wrap(struct buf *out, const char *text, size_t used, size_t indent, size_t width)
{
	bool first = true;
	for (const char *word = text; *word;) {
		size_t size = strcspn(word, " ");
		size_t columns = width_of(word, size);
		if (!first && width > 0 && used + 1 + columns > width) {
			buf_char(out, '\n');
			blanks(out, indent);
			used = indent;
		} else if (!first) {
			buf_char(out, ' ');
			used++;
		}
		for (size_t i = 0; i < size; i++)
			buf_char(out, word[i] == *GLUE ? ' ' : word[i]);
		used += columns;
		first = false;
		word += size;
		word += *word == ' ';
	}
}

struct grid_row *grid_add(struct grid *grid)
{
	struct grid_row *row = arena_alloc(grid->mem, sizeof(*row));
	if (grid->last)
		grid->last->next = row;
	else
		grid->first = row;
	grid->last = row;
	return row;
}

static bool is_last(const struct grid_row *row, size_t column)
{
	for (size_t i = column + 1; i < GRID_COLUMNS; i++) {
		if (row->cells[i].text)
			return false;
	}
	return true;
}

void grid_write(const struct grid *grid, const char *indent, struct buf *out)
{
	size_t widths[GRID_COLUMNS] = { 0 };
	for (size_t column = 0; column < GRID_COLUMNS; column++) {
		for (const struct grid_row *row = grid->first; row; row = row->next) {
			const char *text = row->cells[column].text;
			size_t width = text ? text_width(text) : 0;
			/* What ends a short row reaches over the columns that follow. */
			bool reaches = is_last(row, column) && column + 1 < GRID_COLUMNS &&
				       grid->first->cells[column + 1].text;
			if (!reaches && width > widths[column])
				widths[column] = width;
		}
	}
	for (const struct grid_row *row = grid->first; row; row = row->next) {
		buf_text(out, indent);
		for (size_t column = 0; column < GRID_COLUMNS; column++) {
			const struct grid_cell *cell = &row->cells[column];
			const char *text = cell->text ? cell->text : "";
			bool last = is_last(row, column);
			size_t width = text_width(text);
			size_t gap = width < widths[column] ? widths[column] - width : 0;
			if (grid->right[column] && cell->text)
				blanks(out, gap);
			text_coloured(out, text, *text ? cell->colour : NULL);
			if (last)
				break;
			blanks(out, (grid->right[column] && cell->text ? 0 : gap) + 2);
		}
		buf_char(out, '\n');
	}
}
