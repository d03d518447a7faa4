/* html_parts.h - the page of xmpp-report --html, in parts. Private to report/.
 *
 * A section a domain is written as its record comes and waits, with the domain's row of the
 * overview, in a file without a name; what stays in memory is a struct html_row. */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include "report/html_text.h"
#include "report/reread_get.h"
#include "report/sheet.h"

/* html.css, html.js, and "sha256-…" of them: make_page.py. */
extern const char html_style[], html_style_digest[], html_script[], html_script_digest[];

#define HTML_ID_ROOM 32

struct html_row {
	const char *name;
	char id[HTML_ID_ROOM]; /* of the section */
	enum status status;
	int64_t not_after;   /* the first certificate to end; 0: none was seen */
	enum status urgency; /* of that */
	int64_t at;          /* in the file: the row, the section behind it */
	size_t row_size, section_size;
};

/* Domains, counted. */
struct html_totals {
	size_t lines, domains;
	size_t statuses[STATUS_UNKNOWN + 1];
	struct {
		struct digest_share up, encrypted, authenticated;
	} services[SERVICE_COUNT];
	unsigned policies;             /* 1 << enum policy_name: by which they were judged */
	struct digest_share tls13;     /* nothing older than TLS 1.3 is accepted */
	struct digest_share secrecy;   /* forward secrecy always */
	int64_t first_time, last_time; /* of sections; 0: none */
};

struct html_page {
	const char *title; /* NULL: the form's own */
	int64_t now;
	const struct left_out *left_out; /* NULL: nothing is */
	struct html_row *rows;
	size_t count;
	struct html_totals totals;
};

/* One domain in the making. */
struct html_domain {
	const struct digest *digest;
	const struct html_row *row;
	int64_t now;
	struct arena *mem;
	struct buf *out;
};

/* html_frame.c: head, what the whole says, and the end. */
void html_head(const struct html_page *page, struct buf *out);
void html_foot(const struct html_page *page, struct buf *out);

/* html_overview.c */
void html_totals_add(struct html_totals *totals, const struct digest *digest);
void html_overview_begin(const struct html_page *page, struct buf *out);
void html_overview_row(const struct html_domain *domain, struct buf *out);
void html_overview_end(struct buf *out);

/* html_expiry.c: a line a domain; of many domains, the weeks and those that end first. */
void html_expiry(const struct html_page *page, struct buf *out);
/* "ends in 51 days", "ended 3 days ago" */
void html_left(struct buf *out, int64_t seconds);
/* How pressing the end of a certificate is, by xmpp-certcheck's own measure. */
enum status html_urgency(int64_t not_before, int64_t not_after, int64_t now);

/* html_domain.c: the section of one domain. */
void html_domain_section(const struct html_domain *domain);

/* Parts of it; each writes nothing where nothing was seen. */
void html_services(const struct html_domain *domain);
void html_path(const struct html_domain *domain);
void html_certificates(const struct html_domain *domain);
void html_suites(const struct html_domain *domain);
void html_dialback(const struct html_domain *domain);
void html_findings(const struct html_domain *domain);
void html_promises(const struct html_domain *domain);

/* html_marks.c: what several parts write alike. */
/* The sign of a status ("ok" …) or "info"; its word stands beside it. */
void html_icon(struct buf *out, const char *name);
/* Sign and word in a coloured lozenge. */
void html_badge(struct buf *out, enum status status);
/* "<li>", sign, words (which are escaped already), "</li>"; tag: "li", "span" */
void html_sign(struct buf *out, const char *tag, const char *name, const char *words);
void html_mark(struct buf *out, const char *tag, enum status status, const char *words);
enum status html_answer_status(enum seen_answer answer);
/* A line of a list of facts. */
void html_fact(struct buf *out, const char *label, const char *text);
/* "TLS 1.3" */
const char *html_version(enum tls_version version, struct arena *mem);
/* The lowest version that any endpoint accepts; NONE: not known, for none was asked. */
enum tls_version html_lowest(const struct digest *digest);
/* A service in words: "Clients", "Servers" */
const char *html_service_word(enum service service);
/* "192.0.2.7:5222", not escaped */
const char *html_place(const struct digest_endpoint *at, struct arena *mem);
/* "c2s, s2s 192.0.2.7:5269": these of the examined endpoints; written out escaped. members is
 * indexed as digest->endpoints. */
void html_where(const struct digest *digest, const bool *members, struct arena *mem,
		struct buf *out);

/* A member of an endpoint, whatever its type: html_get(at->json, "certcheck", "dane", NULL). NULL
 * where there is none. */
const json_t *html_get(const json_t *object, const char *key, ...) __attribute__((sentinel));
/* An RFC 3339 time; 0 where it is none. */
int64_t html_time_of(const json_t *object, const char *key);

#endif
