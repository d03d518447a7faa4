/* text.h - what people read: the long screen, the short line, the monitoring line. Pure: facts in,
 * text out.
 *
 * All peer text is escaped here. SCREENS.md shows what it should feel like. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "judge/judge.h"

struct text_style {
	bool colour;   /* status words and trouble, nothing else */
	bool timeline; /* the steps of each walk, as with one endpoint or -v */
	int width;     /* columns of the terminal; 0: no limit */
};

struct text_view {
	const struct target_view *target;
	const char *input;                   /* what was asked for, when it was no domain */
	const char *problem;                 /* why nothing could be examined, or NULL */
	const struct findings *const *found; /* by endpoint */
	const enum status *statuses;         /* by endpoint */
	const struct findings *record_found; /* spanning */
	enum status status;
	const struct promise *promises; /* --policy manifesto; NULL otherwise */
	size_t promise_count;
	enum policy_name policy;
	double elapsed_ms;
	size_t connections;
};

/* xmpp-starttls: summary, SRV, a line an endpoint, what each service offers, findings with clause,
 * cost. */
void text_starttls_long(const struct text_view *view, const struct text_style *style,
			struct buf *out);
/* A line an endpoint, tab-separated: domain service transport host port address status words. One
 * line for a target without endpoints ("-" where there is nothing). */
void text_starttls_short(const struct text_view *view, struct buf *out);
/* "XMPPTLS OK - example.org c2s encrypted … | c2s=2;;;0 time=0.31s" */
void text_starttls_nagios(const struct text_view *view, struct buf *out);

/* --explain ID: the catalogue's entry as a short page. */
void text_explain(const struct finding_kind *kind, struct buf *out);
/* xmpp-findings(7), whole, from the catalogue. */
void text_findings_man(struct buf *out);

#endif
