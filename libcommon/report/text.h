/* text.h - what people read: the long screen, the short line, the monitoring line. Pure: facts in,
 * text out.
 *
 * All peer text is escaped here. SCREENS.md shows what it should feel like. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "judge/certcheck.h"
#include "judge/ciphers.h"
#include "judge/dialback.h"
#include "judge/judge.h"
#include "report/names.h"

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
 * line for a target without endpoints ("-" where there is nothing), and for each broken promise. */
void text_starttls_short(const struct text_view *view, struct buf *out);
/* xmpp-starttls --list: where a domain's endpoints are, and why; nobody was asked but the resolver.
 * A screen, or a line an endpoint in the same columns. */
void text_listing_long(const struct text_view *view, const struct text_style *style,
		       struct buf *out);
void text_listing_short(const struct text_view *view, struct buf *out);
/* "XMPPTLS OK - example.org c2s encrypted … | c2s=2;;;0 time=0.31s" */
void text_starttls_nagios(const struct text_view *view, struct buf *out);

/* xmpp-certcheck: base.target->facts[i] is &checks[i]->walk. */
struct check_view {
	struct text_view base;
	const struct certcheck_facts *const *checks; /* by endpoint */
	const struct check_rules *rules;
	bool names; /* --names: the whole table of identifiers */
};

/* Summary, where, names, chain, validity, purpose, DANE, POSH, history, findings, cost. */
void text_certcheck_long(const struct check_view *view, const struct text_style *style,
			 struct buf *out);
/* As text_starttls_short(), with days left and what proves the certificate. */
void text_certcheck_short(const struct check_view *view, struct buf *out);
/* "XMPPCERT OK - example.org 51 days, PKIX+DANE | days=51;20:;7: chain_days=112;20:;7: time=0.31s"
 */
void text_certcheck_nagios(const struct check_view *view, struct buf *out);
/* Nothing when nothing is wrong, else a line a problem, for cron to mail. */
void text_certcheck_cron(const struct check_view *view, struct buf *out);
/* --history: a table of what was seen. */
void text_history(const struct sighting *rows, size_t count, const struct text_style *style,
		  struct buf *out);

/* xmpp-ciphers: base.target->facts[i] is &ciphers[i]->walk. */
struct ciphers_view {
	struct text_view base;
	const struct ciphers_facts *const *ciphers; /* by endpoint */
	const struct policy *policy;
	enum suite_names names;
	bool only_bad; /* suites that are worse than info, and the findings */
};

/* Summary, versions, the matrix of suites, groups, properties, findings, cost: a screen an
 * endpoint. */
void text_ciphers_long(const struct ciphers_view *view, const struct text_style *style,
		       struct buf *out);
/* As text_starttls_short(), with versions, number of suites, forward secrecy. */
void text_ciphers_short(const struct ciphers_view *view, struct buf *out);
/* "XMPPCIPHERS OK - example.org TLS1.2 TLS1.3, forward secrecy always | suites=6 weak=0;;;0
 * connections=38 time=1.4s" */
void text_ciphers_nagios(const struct ciphers_view *view, struct buf *out);
/* --list: the registry as a table, or as JSON lines. */
struct list_filter {
	bool forward_secrecy;
	enum tls_version version; /* NONE: all */
	bool graded;              /* --policy was given: only what it finds nothing against */
	bool only_bad;            /* only what it does */
};
void text_suite_list(const struct list_filter *filter, const struct policy *policy,
		     enum suite_names names, const struct text_style *style, struct buf *out);

/* xmpp-dialback: base.target->facts[i] is &dialbacks[i]->walk. */
struct dialback_view {
	struct text_view base;
	const struct dialback_facts *const *dialbacks; /* by endpoint */
	const struct policy *policy;
};

/* Summary, the hops as a timeline, the verdict in a sentence, what each trial gave, findings, cost:
 * SCREENS.md. style->timeline: the hops of every trial, otherwise those of the round and of what
 * went wrong. */
void text_dialback_long(const struct dialback_view *view, const struct text_style *style,
			struct buf *out);
/* As text_starttls_short(), with the verdict and how the peer would authenticate us. */
void text_dialback_short(const struct dialback_view *view, struct buf *out);
/* "XMPPDIALBACK OK - example.org valid, TLS both ways | round=0.27s;;;0 trials=9 time=1.3s" */
void text_dialback_nagios(const struct dialback_view *view, struct buf *out);
/* --list-checks: the catalogue of trials. */
void text_trial_list(const struct text_style *style, struct buf *out);

/* --explain ID: the catalogue's entry as a short page. */
void text_explain(const struct finding_kind *kind, struct buf *out);
/* xmpp-findings(7), whole, from the catalogue. */
void text_findings_man(struct buf *out);

#endif
