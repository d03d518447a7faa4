/* sheet.h - a report in the making: digests go in one by one, text comes out, at once where the
 * form allows it.
 *
 * Pure but for memory (and, for pages, a temporary file of their own); nothing is printed here. */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "report/left_out.h"

struct sheet_options {
	const char *title; /* NULL: the form's own */
	int64_t now;       /* seconds since 1970: "days left" counts from here */
	bool colour;       /* escape sequences of a terminal are welcome */
	int width;         /* columns of the terminal; 0: it is none */
	/* The caller's count, whole when the end is asked for; NULL: nothing is left out. */
	const struct left_out *left_out;
};

/* What stands behind each form; opaque to the caller. */
struct sheet;

enum sheet_state {
	SHEET_MORE, /* call again */
	SHEET_DONE,
	SHEET_FAILED, /* err says why */
};

struct sheet_kind {
	const char *name; /* the option's: "html" */
	/* More records than this are refused, for the form keeps some octets of each in memory, or
	 * nobody could open it; 0: it keeps nothing. */
	size_t records_max;
	struct sheet *(*begin)(const struct sheet_options *options, struct buf *out);
	/* digest, its record and its arena are gone afterwards. False: err. */
	bool (*add)(struct sheet *sheet, const struct digest *digest, struct buf *out,
		    struct err *err);
	/* The caller writes and empties out between calls, so that a long end needs no room. */
	enum sheet_state (*end)(struct sheet *sheet, struct buf *out, struct err *err);
	void (*free)(struct sheet *sheet);
};

extern const struct sheet_kind sheet_html, sheet_prometheus, sheet_markdown, sheet_csv,
	sheet_summary, sheet_manifesto;

#endif
