/* change.h - is this certificate another one than before, and is that as it should be? The 2014
 * statement's "warning about any changes"; RFC 7590, 3.6; CRT-35.
 *
 * The first certificate of a service is taken on trust. From then on each is compared with what was
 * accepted last at the same place; at a place where nothing was, with what was accepted last of the
 * service. What is not expected is not accepted, and so is told again on every run, until --accept
 * or until the accepted one is back.
 *
 * Two accepted certificates that take turns at one place (RSA and ECDSA, nodes behind one address)
 * are one state and no change: each was seen after the other had come, and the one that is back now
 * was there within the last 30 days. One that is merely put back after its successor came has
 * reappeared, which is loud until it is accepted, too.
 *
 * Pure: what was seen is history.h's. Any thread; everything in the arena. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "base/arena.h"
#include "net/endpoint.h"

/* A certificate at a place, as the history keeps it. A text that is not known is "" or NULL. */
struct sighting {
	const char *domain;
	enum service service;
	const char *place;            /* "starttls xmpp.example.org:5222 192.0.2.7" */
	const char *sha256;           /* of the certificate, hex */
	const char *spki_sha256;      /* of its key, hex */
	const char *subject, *issuer; /* RFC 4514 */
	const char *authority; /* the issuer's organisation, else the whole issuer: what "the same
				  CA" means */
	const char *names;     /* the identifiers that count, sorted, separated by blanks */
	int64_t not_before, not_after;
	int64_t first, last; /* seen, seconds since 1970; of a new sighting `last` alone is read */
	bool accepted;       /* an expected change, or --accept; of a new sighting not read */
	bool trusted;        /* path and name were good when it was last seen */
};

enum change_class {
	CHANGE_NOT_CHECKED, /* --no-state, or the history could not be used */
	CHANGE_FIRST,       /* never accepted anything of this service of the domain */
	CHANGE_NONE,
	/* Nothing was accepted at this endpoint before; its certificate was for the service, and
	 * was in use elsewhere within the 30 days before the last sighting. */
	CHANGE_NEW_PLACE,
	CHANGE_RENEWED_SAME_KEY, /* same authority and names */
	CHANGE_RENEWED_NEW_KEY,  /* same authority and names */
	CHANGE_NEW_AUTHORITY,
	CHANGE_NEW_NAMES,
	CHANGE_REAPPEARED, /* an older one that a later one had replaced */
};

struct change_facts {
	enum change_class class;
	/* Nothing to say, because it is
	 * - a renewal by the same authority, when the old one was due as the new one was first seen
	 *   (less than a half of its life left, or under 30 days), which drops no name, and which
	 *   is trusted: without a trusted path anybody can write the same issuer, and only the same
	 *   key behind an old one without a path either will do;
	 * - or a certificate that was accepted at another endpoint of the service;
	 * - or acknowledged by --accept. */
	bool expected;
	struct sighting *previous; /* what it replaced; NULL: nothing */
	int64_t first_seen;        /* this certificate, at this service of the domain */
	/* One sentence with the figures; NULL under NONE and NOT_CHECKED. Names and authorities in
	 * it are the certificates' own: escape before showing. At most 1200 octets. */
	const char *reason;
};

/* known: what the history holds of this domain and service, newest `last` first; rows that are
 * neither the newest accepted ones nor of the certificates concerned may be left out. */
void change_judge(const struct sighting *now, const struct sighting *known, size_t count,
		  struct arena *mem, struct change_facts *out);

/* "not-checked" "first" "none" "new-endpoint" "renewed-same-key" "renewed-new-key" "new-authority"
 * "new-names" "reappeared" */
const char *change_class_text(enum change_class class);
NODISCARD bool change_class_parse(const char *text, enum change_class *out);

#endif
