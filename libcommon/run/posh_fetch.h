/* posh_fetch.h - what a domain publishes by POSH (RFC 7711): its document, and the one that refers
 * to.
 *
 * Blocking, under the deadline. Once for a domain and service, from the thread that owns the
 * resolver; posh_match() then serves each endpoint. */
#ifndef RUN_POSH_FETCH_H
#define RUN_POSH_FETCH_H

#include "net/https.h"
#include "tls/posh.h"

struct posh_request {
	const char *domain;        /* A-labels */
	const char *service;       /* "xmpp-client", "xmpp-server" */
	struct resolver *resolver; /* NULL: the system's */
	const char *trust_file;    /* PEM; NULL: the system's */
	bool with_system;          /* the system's anchors beside trust_file */
	const struct proxy *proxy; /* NULL: straight */
	struct deadline until;     /* for all of it */
};

/* "xmpp-client", "xmpp-server" (CRT-51) */
const char *posh_service(enum service service);
/* Everything is in the arena. facts.status: POSH_NOT_CHECKED where there is a document to hold
 * certificates against, else why there is none. */
void posh_fetch(const struct posh_request *request, struct arena *mem, struct posh_published *out);
/* The same from another place than posh_url(). */
void posh_fetch_from(const struct posh_request *request, const char *url, struct arena *mem,
		     struct posh_published *out);

#endif
