/* served.h - what --serve prints: one exchange of dialback with a peer, as a record or as a line.
 * Pure: facts in, text out. */
#ifndef REPORT_SERVED_H
#define REPORT_SERVED_H

#include <jansson.h>

#include "base/buf.h"
#include "judge/dialback.h"

/* One db:verify or db:result that a peer sent us, or its SASL EXTERNAL, and what became of it. */
struct served_facts {
	int64_t time;
	enum db_kind kind; /* VERIFY: we are the authoritative server; RESULT: the receiving
			      one */
	bool external;     /* RESULT: proven by a certificate instead, or not */
	const char *from, *to, *id;    /* as the peer wrote them; NULL where absent */
	const struct link_facts *link; /* on which it came */
	const char *misbehaviour;      /* what we did wrong on purpose; NULL */
	enum trial_outcome outcome;    /* what we answered; OUTCOME_NONE: nothing */
	const char *condition;
	const struct link_facts *authority; /* RESULT: our connection to the sender's authoritative
					       server; NULL: none came about */
	const char *reason;                 /* why there is no `valid`, in a sentence; NULL */
	double elapsed_ms;
};

/* ok: valid. warning: invalid, an error, no answer, or something in clear. */
enum status served_status(const struct served_facts *served);
/* A record of its own: "schema", "domain" (the peer's), "status", "served". */
json_t *record_served(const struct served_facts *served);
/* Tab-separated: time, domain of the peer, "verify", "result" or "external", address, what we
 * answered, TLS, words. */
void text_served(const struct served_facts *served, struct buf *out);

#endif
