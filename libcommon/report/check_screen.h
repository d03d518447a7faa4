/* check_screen.h - the long screen of xmpp-certcheck, in parts. Private to report/.
 *
 * Each part is a label in a column of its own and what stands beside it. */
#ifndef REPORT_CHECK_SCREEN_H
#define REPORT_CHECK_SCREEN_H

#include "report/check_words.h"
#include "report/grid.h"

#define LABEL_WIDTH 10

struct screen {
	const struct check_view *view;
	const struct text_style *style;
	struct arena *mem;
	struct buf *out;
};

/* Endpoints that present the same certificate on the same way to an anchor. */
struct block {
	bool *members; /* by endpoint */
	size_t count;
	const struct certcheck_facts *first;                  /* of the members */
	const struct certcheck_facts *service[SERVICE_COUNT]; /* the first of each; NULL: none */
};

/* The label as a grid's first cell. */
const char *screen_label(const char *label, struct arena *mem);
/* A sentence beside the label ("": below the one before), wrapped; colour NULL: none. */
void screen_line(const struct screen *screen, const char *label, const char *text,
		 const char *colour);
const char *screen_trouble(const struct screen *screen); /* the colour of what is wrong */

void screen_names(const struct screen *screen, const struct block *block);
/* The chain, how long it is valid, what for. */
void screen_chain(const struct screen *screen, const struct block *block);
/* DANE, POSH, OCSP, CRL, CAA, SCTs, pins. */
void screen_evidence(const struct screen *screen, const struct block *block);
/* History, the local file, subdomains. */
void screen_past(const struct screen *screen, const struct block *block);

#endif
