#include "report/svg_matrix.h"

#include <string.h>

#include "report/grid.h"
#include "report/html_text.h"

#define HEAD       44 /* units above the rows */
#define NAME_WIDTH 7  /* of a character of a name, at the size of the style sheet */
#define SAY_WIDTH  6
#define NAME_SHOWN 60
#define SAY_SHOWN  60
#define GAP        14

static const char *const mark_names[MATRIX_MARK_COUNT] = {
	[MATRIX_NONE] = "not taken",    [MATRIX_GOOD] = "good",
	[MATRIX_LEGACY] = "legacy",     [MATRIX_WEAK] = "weak",
	[MATRIX_INSECURE] = "insecure", [MATRIX_UNJUDGED] = "not judged",
};

enum matrix_mark matrix_mark_parse(const char *verdict)
{
	for (int i = MATRIX_GOOD; verdict && i < MATRIX_UNJUDGED; i++) {
		if (strcmp(verdict, mark_names[i]) == 0)
			return (enum matrix_mark)i;
	}
	return MATRIX_UNJUDGED;
}

const char *matrix_mark_name(enum matrix_mark mark)
{
	return mark_names[mark];
}

/* Columns before this one. */
static int columns_before(const struct matrix *matrix, int version)
{
	int count = 0;
	for (int i = SSL_2_0; i < version; i++)
		count += matrix->versions[i] != MATRIX_UNTOLD;
	return count;
}

int matrix_column(const struct matrix *matrix, enum tls_version version)
{
	return columns_before(matrix, (int)version) * MATRIX_COLUMN + MATRIX_COLUMN / 2;
}

int matrix_names(const struct matrix *matrix)
{
	return columns_before(matrix, TLS_VERSION_COUNT) * MATRIX_COLUMN + GAP / 2;
}

static int limited(const char *text, int most)
{
	size_t width = text ? text_width(text) : 0;
	return width < (size_t)most ? (int)width : most;
}

static int widest_name(const struct matrix *matrix)
{
	int widest = 0;
	for (size_t i = 0; i < matrix->count; i++) {
		int width = limited(matrix->rows[i].name, NAME_SHOWN);
		widest = width > widest ? width : widest;
	}
	return widest * NAME_WIDTH;
}

int matrix_width(const struct matrix *matrix)
{
	int widest = 0;
	for (size_t i = 0; i < matrix->count; i++) {
		int width = limited(matrix->rows[i].say, SAY_SHOWN) * SAY_WIDTH;
		widest = width > widest ? width : widest;
	}
	return matrix_names(matrix) + widest_name(matrix) + (widest ? GAP + widest : 0) + GAP / 2;
}

int matrix_height(const struct matrix *matrix)
{
	return HEAD + (int)matrix->count * MATRIX_ROW + 2;
}

/* A shape for each, so that no colour is needed to tell them apart. */
static void draw_mark(enum matrix_mark mark, int x, int y, struct buf *out)
{
	switch (mark) {
	case MATRIX_GOOD:
		buf_printf(out, "<circle class=\"fill-ok\" cx=\"%d\" cy=\"%d\" r=\"5.5\"/>", x, y);
		break;
	case MATRIX_LEGACY:
		buf_printf(out, "<circle class=\"ring\" cx=\"%d\" cy=\"%d\" r=\"4.5\"/>", x, y);
		break;
	case MATRIX_WEAK:
		buf_printf(out, "<path class=\"fill-warning\" d=\"M%d %dl6.5 11h-13z\"/>", x,
			   y - 6);
		break;
	case MATRIX_INSECURE:
		buf_printf(out,
			   "<path class=\"fill-critical\" d=\"M%d %dh12v12h-12z\"/>"
			   "<path class=\"glyph\" d=\"m%d %d 5 5m0-5-5 5\"/>",
			   x - 6, y - 6, x - 3, y - 3);
		break;
	case MATRIX_UNJUDGED:
		buf_printf(out, "<path class=\"fill-unknown\" d=\"M%d %dl6 6-6 6-6-6z\"/>", x,
			   y - 6);
		break;
	case MATRIX_NONE:
		break;
	}
}

/* "SSL" and "TLS" once above their numbers; what is refused is dashed. */
static void draw_head(const struct matrix *matrix, struct buf *out)
{
	const char *family = "";
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		const char *name = tls_version_name((enum tls_version)i);
		int x = matrix_column(matrix, (enum tls_version)i);
		if (matrix->versions[i] == MATRIX_UNTOLD)
			continue;
		if (strncmp(family, name, 3) != 0)
			buf_printf(out, "<text class=\"axis\" x=\"%d\" y=\"12\">%.3s</text>", x - 8,
				   name);
		family = name;
		buf_printf(
			out,
			"<text class=\"axis%s\" x=\"%d\" y=\"28\" text-anchor=\"middle\">%s</text>",
			matrix->versions[i] == MATRIX_TAKEN ? "" : " off", x, name + 3);
		if (matrix->versions[i] == MATRIX_REFUSED)
			buf_printf(out, "<path class=\"dash\" d=\"M%d 37h8\"/>", x - 4);
		else if (matrix->versions[i] == MATRIX_UNCLEAR)
			buf_printf(out,
				   "<text class=\"axis\" x=\"%d\" y=\"41\" "
				   "text-anchor=\"middle\">?</text>",
				   x);
	}
}

static void draw_row(const struct matrix *matrix, size_t index, int say_at, struct buf *out)
{
	const struct matrix_row *row = &matrix->rows[index];
	int y = HEAD + (int)index * MATRIX_ROW + MATRIX_ROW / 2;
	if (index % 2 == 0)
		buf_printf(out,
			   "<rect class=\"row\" y=\"%d\" width=\"100%%\" height=\"%d\" "
			   "rx=\"4\"/>",
			   y - MATRIX_ROW / 2, MATRIX_ROW);
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++)
		draw_mark(row->marks[i], matrix_column(matrix, (enum tls_version)i), y, out);
	buf_printf(out, "<text x=\"%d\" y=\"%d\">", matrix_names(matrix), y + 4);
	html_cut(out, row->name, NAME_SHOWN);
	buf_text(out, "</text>");
	if (!row->say)
		return;
	buf_printf(out, "<text class=\"say\" x=\"%d\" y=\"%d\">", say_at, y + 4);
	html_cut(out, row->say, SAY_SHOWN);
	buf_text(out, "</text>");
}

/* The same for who hears it. */
static void describe(const struct matrix *matrix, struct buf *out)
{
	for (int i = TLS_1_3; i >= SSL_2_0; i--) {
		static const char *const states[] = {
			[MATRIX_UNTOLD] = NULL,
			[MATRIX_REFUSED] = " refused. ",
			[MATRIX_TAKEN] = " accepted",
			[MATRIX_UNCLEAR] = " unclear. ",
		};
		const char *between = ": ";
		if (matrix->versions[i] == MATRIX_UNTOLD)
			continue;
		buf_printf(out, "%s%s", tls_version_name((enum tls_version)i),
			   states[matrix->versions[i]]);
		for (size_t j = 0; j < matrix->count; j++) {
			if (matrix->rows[j].marks[i] == MATRIX_NONE ||
			    matrix->versions[i] != MATRIX_TAKEN)
				continue;
			buf_text(out, between);
			html_cut(out, matrix->rows[j].name, NAME_SHOWN);
			buf_printf(out, " %s", mark_names[matrix->rows[j].marks[i]]);
			between = ", ";
		}
		buf_text(out, matrix->versions[i] == MATRIX_TAKEN ? ". " : "");
	}
}

void matrix_draw(const struct matrix *matrix, struct buf *out)
{
	int say_at = matrix_names(matrix) + widest_name(matrix) + GAP;
	buf_printf(out,
		   "<svg class=\"matrix\" role=\"img\" width=\"%d\" height=\"%d\" "
		   "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">Cipher suites by version"
		   "</title><desc id=\"%s-d\">",
		   matrix_width(matrix), matrix_height(matrix), matrix->id, matrix->id, matrix->id,
		   matrix->id);
	describe(matrix, out);
	buf_text(out, "</desc>");
	draw_head(matrix, out);
	for (size_t i = 0; i < matrix->count; i++)
		draw_row(matrix, i, say_at, out);
	buf_text(out, "</svg>\n");
}

static void key(struct buf *out, enum matrix_mark mark, const char *words)
{
	buf_text(out, "<li><svg aria-hidden=\"true\" focusable=\"false\" viewBox=\"0 0 14 14\">");
	draw_mark(mark, 7, 7, out);
	if (mark == MATRIX_NONE)
		buf_text(out, "<path class=\"fill-unknown\" d=\"M3 6.25h8v1.5h-8z\"/>");
	buf_printf(out, "</svg>%s</li>", words);
}

void matrix_key(const struct matrix *matrix, struct buf *out)
{
	bool used[MATRIX_MARK_COUNT] = { false }, refused = false;
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++) {
		refused = refused || matrix->versions[i] == MATRIX_REFUSED;
		for (size_t j = 0; j < matrix->count; j++)
			used[matrix->rows[j].marks[i]] = true;
	}
	buf_text(out, "<ul class=\"key\">");
	for (int i = MATRIX_GOOD; i < MATRIX_MARK_COUNT; i++) {
		if (used[i])
			key(out, (enum matrix_mark)i, mark_names[i]);
	}
	if (refused)
		key(out, MATRIX_NONE, "version refused");
	buf_text(out, "</ul>\n");
}
