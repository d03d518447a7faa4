/* svg_matrix.h - suites by versions as a picture: a sign where a version takes a suite. Pure.
 * Private to report/. */
#ifndef REPORT_SVG_MATRIX_H
#define REPORT_SVG_MATRIX_H

#include "base/arena.h"
#include "base/buf.h"
#include "tls/version.h"

enum matrix_mark {
	MATRIX_NONE, /* the version does not take it */
	MATRIX_GOOD,
	MATRIX_LEGACY,
	MATRIX_WEAK,
	MATRIX_INSECURE,
	MATRIX_UNJUDGED,
};
#define MATRIX_MARK_COUNT 6

struct matrix_row {
	const char *name; /* of the suite; escaped when written */
	const char *say;  /* what is wrong with it; NULL: nothing */
	enum matrix_mark marks[TLS_VERSION_COUNT];
};

enum matrix_state {
	MATRIX_UNTOLD, /* no column */
	MATRIX_REFUSED,
	MATRIX_TAKEN,
	MATRIX_UNCLEAR,
};

struct matrix {
	const char *id; /* of the picture: ours */
	enum matrix_state versions[TLS_VERSION_COUNT];
	const struct matrix_row *rows;
	size_t count;
};

#define MATRIX_COLUMN 26 /* units: wide enough for "1.3" */
#define MATRIX_ROW    22

/* "good" "legacy" "weak" "insecure"; anything else is not judged. */
enum matrix_mark matrix_mark_parse(const char *verdict);
const char *matrix_mark_name(enum matrix_mark mark);
/* The middle of a version's column; columns stand in the order of age. */
int matrix_column(const struct matrix *matrix, enum tls_version version);
/* Where names begin, and how wide all is. */
int matrix_names(const struct matrix *matrix);
int matrix_width(const struct matrix *matrix);
int matrix_height(const struct matrix *matrix);

void matrix_draw(const struct matrix *matrix, struct buf *out);
/* The signs that stand in it, in words: a list. */
void matrix_key(const struct matrix *matrix, struct buf *out);

#endif
