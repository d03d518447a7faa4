/* disco.h - which components a server names to a client that has no account: SASL ANONYMOUS (RFC
 * 4505), a resource (RFC 6120, section 7), the items of the domain (XEP-0030, section 4).
 *
 * For a stream inside TLS, verified or not: nothing private is sent. The exchange blocks under the
 * conn's deadline, in one thread; reading the answer is pure, and the fuzzer drives it. */
#ifndef XMPP_DISCO_H
#define XMPP_DISCO_H

#include "xmpp/stream.h"

#define DISCO_ITEMS_MAX 64 /* domains taken from one answer; servers have about five components */

enum disco_result {
	DISCO_NOT_WANTED, /* nobody wanted to know */
	DISCO_LISTED,     /* the server answered, perhaps with an empty list */
	DISCO_NO_LOGIN,   /* it offers no ANONYMOUS */
	DISCO_FAILED,     /* it does, and then something went wrong: reason */
	DISCO_NOT_ASKED,  /* there was no client's stream to ask on: reason */
};

struct disco_facts {
	enum disco_result result;
	const char *reason;       /* may hold peer text: escape; NULL where the result says all */
	struct text_list domains; /* A-labels, each once, in the answer's order; below the domain
				     that was asked or elsewhere */
	bool cut;                 /* the answer named more than DISCO_ITEMS_MAX */
};

/* Asks header->to on a stream whose features, inside TLS, are these. *out says how far it went. The
 * stream stays the caller's to close, which ends the session. */
void disco_ask(struct stream *stream, const struct stream_header *header,
	       const struct features *offered, struct arena *mem, struct disco_facts *out);

/* The answer to disco#items: items that are domains, without local part and resource. False: an
 * error, or no list. */
NODISCARD bool disco_read(const struct elem *iq, struct arena *mem, struct disco_facts *out,
			  struct err *err);
/* The domain lies below the other one: "conference.example.org" below "example.org". A-labels. */
bool disco_is_below(const char *domain, const char *parent);

/* "not-wanted" "listed" "no-login" "failed" "not-asked" */
const char *disco_result_name(enum disco_result result);
NODISCARD bool disco_result_parse(const char *name, enum disco_result *out);

#endif
