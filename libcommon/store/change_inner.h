/* change_inner.h - what the files of a change share. Private to store/. */
#ifndef STORE_CHANGE_INNER_H
#define STORE_CHANGE_INNER_H

#include "store/change.h"

/* A certificate beside the one it is compared with. */
struct comparison {
	const struct sighting *now;
	const struct sighting *before; /* accepted last, at this place or of the service */
	int64_t first_seen;            /* now's certificate, anywhere at the service */
	int64_t before_first;          /* before's likewise */
	const char *dropped, *added;   /* names, "a, b and 3 more"; NULL: none */
	bool same_key;
	bool known_elsewhere; /* accepted at another endpoint, and in use */
};

/* The names in `from` that are not in `other`, the first few by name; NULL: there is none. Both as
 * in struct sighting, in any order. */
const char *change_names_missing(const char *from, const char *other, struct arena *mem);

/* The sentence about a change of this class. */
const char *change_reason(const struct comparison *comparison, enum change_class class,
			  bool expected, struct arena *mem);

/* The text cut to what a sentence bears, at a character's end. */
const char *change_shown(const char *text, struct arena *mem);

/* a - b, which a damaged history must not make overflow. */
int64_t change_seconds(int64_t a, int64_t b);

#endif
