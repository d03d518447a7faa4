/* words.h - what the long, the short and the monitoring output say in the same words. Private to
 * report/. All in the caller's arena, all escaped. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/text.h"

#define PEER_TEXT_MAX 300 /* octets of peer text shown at once */

/* "OK" "WARNING" "CRITICAL" "UNKNOWN" */
const char *status_word(enum status status);
/* Escape sequences; NULL where style shows none. */
const char *status_colour(enum status status, const struct text_style *style);
const char *severity_colour(enum severity severity, const struct text_style *style);

/* "encrypted + authenticated (PKIX)", "encrypted only", "connection refused" */
const char *endpoint_state(const struct starttls_facts *facts, struct arena *mem);
/* The same for a cell of a table: what an alert usually means stands with the findings. */
const char *endpoint_trouble(const struct starttls_facts *facts, struct arena *mem);
/* "c2s encrypted + authenticated (PKIX), s2s not reachable over TLS" */
const char *target_state(const struct target_view *target, struct arena *mem);
/* What is wrong, as far as it fits a line: the sentence of a lone finding, or "2 warnings"; NULL
 * if nothing is. */
const char *trouble_words(const struct text_view *view, struct arena *mem);
/* A service of which no endpoint was walked: "not found", "not offered", "not known" ... */
const char *missing_state(const struct target_view *target, enum service service);
/* "RFC 7590 section 3.1" is "RFC 7590 3.1" on a screen. */
const char *short_ref(const char *ref, struct arena *mem);
/* "ok 61d", "expired", "wrong name" ... */
const char *cert_words(const struct starttls_facts *facts, struct arena *mem);
const char *escaped(const char *text, struct arena *mem);            /* "" for NULL */
const char *joined(const struct text_list *list, struct arena *mem); /* "none" if empty */
/* The worst finding, the first among equals; NULL if there is none. */
const struct finding *worst_finding(const struct findings *findings);
int64_t days_left(const struct starttls_facts *facts);
const char *view_name(const struct text_view *view, struct arena *mem);

/* Parts of the long screen. */
/* The SRV records, both ways in side by side where there is room. */
void text_srv(const struct target_view *target, const struct text_style *style, struct arena *mem,
	      struct buf *out);
void text_timeline(const struct text_view *view, size_t index, const struct text_style *style,
		   struct arena *mem, struct buf *out);
void text_finding_list(const struct text_view *view, const struct text_style *style,
		       struct arena *mem, struct buf *out);
/* "4 connections, 0.4 s" */
void text_cost(const struct text_view *view, struct buf *out);
void text_promises(const struct text_view *view, const struct text_style *style, struct arena *mem,
		   struct buf *out);

/* What several endpoints say: one word where they agree. */
struct voices {
	const char *state; /* of the first */
	size_t count;
	bool differ;
};
void voices_hear(struct voices *voices, const char *state);
/* Of those that answered and those that did not, at least one in all; `lost` where the latter are
 * alone and differ. "encrypted at 2 of 3 endpoints" */
const char *voices_words(const struct voices *good, const struct voices *failed, const char *lost,
			 struct arena *mem);

/* Parts of the short lines. */
/* The columns of an endpoint, from domain to status, each with its tab. */
void text_columns(const struct text_view *view, size_t index, struct arena *mem, struct buf *out);
/* What is no endpoint's: "-" in the columns of one. */
void text_whole_line(const struct text_view *view, enum status status, const char *words,
		     struct arena *mem, struct buf *out);
/* Behind the lines of endpoints (written of them): what spans them, or why there are none, and each
 * promise that is broken. */
void text_short_end(const struct text_view *view, size_t written, struct arena *mem,
		    struct buf *out);
/* A monitoring system ends the sentence at a bar: a slash stands for it. */
void text_clean(const char *text, struct buf *out);

#endif
