/* limit_match.h - is a name within a subtree? RFC 5280, 4.2.1.10, a rule a form of name. For
 * limit.c.
 *
 * Pure; any thread. */
#ifndef TLS_LIMIT_MATCH_H
#define TLS_LIMIT_MATCH_H

#include <stdbool.h>

#include "base/bytes.h"

/* A name of a certificate, or the base of a subtree: the tag of GeneralName and what is in it. */
struct general_name {
	uint8_t tag;
	struct bytes value;
};

enum limit_result {
	LIMIT_OUTSIDE,
	LIMIT_INSIDE,
	LIMIT_PARTLY,     /* a wildcard of which some names are inside */
	LIMIT_DOUBTFUL,   /* outside, but others may fold names further, and find it inside */
	LIMIT_UNREADABLE, /* the name is malformed: nobody can tell */
};

/* Both of the same tag. */
enum limit_result limit_match(const struct general_name *name, const struct general_name *base);
/* Is the base well-formed for its form? A URI's shows only when it is compared: many write whole
 * URIs there, and no certificate of a server has one. */
bool limit_base_is_sound(const struct general_name *base);
/* otherName: of the same type-id. Names of different types never limit each other. */
bool limit_same_form(const struct general_name *a, const struct general_name *b);

/* Labels of 1 to 63 octets out of letters, digits, hyphen and underscore, at most 253 octets. */
bool limit_is_host(struct bytes name);

#endif
