/* change.h - is this certificate another one than before, and is that as it should be? The 2014
 * statement's "warning about any changes"; RFC 7590, 3.6; CRT-35.
 *
 * Pure: what was seen is history.h's. Any thread; everything in the arena. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "base/arena.h"
#include "net/endpoint.h"

/* A certificate at a place, as the history keeps it. */
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
	int64_t first, last; /* seen, seconds since 1970 */
	bool accepted;       /* an expected change, or --accept */
	bool trusted;        /* path and name were good when it was last seen */
};

enum change_class {
	CHANGE_NOT_CHECKED, /* --no-state, or the history could not be used */
	CHANGE_FIRST,       /* never seen anything of this service of the domain */
	CHANGE_NONE,
	CHANGE_NEW_PLACE, /* this endpoint is new, its certificate is known for the service */
	CHANGE_RENEWED_SAME_KEY, /* same authority and names */
	CHANGE_RENEWED_NEW_KEY,  /* same authority and names */
	CHANGE_NEW_AUTHORITY,
	CHANGE_NEW_NAMES,
	CHANGE_REAPPEARED, /* an older one that a later one had replaced */
};

struct change_facts {
	enum change_class class;
	/* A renewal by the same authority when the old one was due (less than a half of its life
	 * left, or under 30 days), or accepted: nothing to say. */
	bool expected;
	struct sighting *previous; /* what it replaced; NULL: nothing */
	int64_t first_seen;        /* this certificate, at this service of the domain */
	const char *reason; /* one sentence with the figures; NULL under NONE and NOT_CHECKED */
};

/* known: what the history holds of this domain and service, newest `last` first. */
void change_judge(const struct sighting *now, const struct sighting *known, size_t count,
		  struct arena *mem, struct change_facts *out);

/* "not-checked" "first" "none" "new-endpoint" "renewed-same-key" "renewed-new-key" "new-authority"
 * "new-names" "reappeared" */
const char *change_class_text(enum change_class class);
NODISCARD bool change_class_parse(const char *text, enum change_class *out);

#endif
