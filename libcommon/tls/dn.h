/* dn.h - distinguished names as text, and the common names in them. For cert.c.
 *
 * Written here because the library's way takes quadratic time over a name that a stranger made
 * long. Pure; any thread. */
#ifndef TLS_DN_H
#define TLS_DN_H

#include <stdbool.h>

#include "base/arena.h"
#include "tls/cert.h"

/* RFC 4514 string of a Name in DER, "" if empty; NULL where it is none. What is longer than
 * DN_TEXT_MAX is cut, with "..." behind. */
#define DN_TEXT_MAX 4096 /* X.520 allows an attribute some 64 characters */
const char *dn_text(struct bytes name, struct arena *mem);
/* The common names of a Name, in order, as NAME_CN. out NULL: only counts them. */
size_t dn_common_names(struct bytes name, struct arena *mem, struct cert_name *out);

/* The first organizationName of a Name, as text; NULL if there is none. */
const char *dn_organization(struct bytes name, struct arena *mem);
/* The same name: attribute by attribute, letter case and runs of blanks aside, whatever kind of
 * string holds it (RFC 5280, 7.1). */
bool dn_equal(struct bytes a, struct bytes b);
/* Equal names have the same; others seldom. For those who compare many. */
uint64_t dn_hash(struct bytes name);
/* Does the name begin with all of base? (RFC 5280, 4.2.1.10, directoryName) */
bool dn_is_within(struct bytes name, struct bytes base);
/* Or might it, for who folds more than ASCII (RFC 4518, 2: case and composition of all letters,
 * soft hyphens, other blanks)? True, too, wherever attributes differ and one of them is no ASCII.
 */
bool dn_may_be_within(struct bytes name, struct bytes base);
bool dn_is_empty(struct bytes name);
/* Are all types OIDs, and all strings well-formed for their kind? OpenSSL reads no other. */
bool dn_is_sound(struct bytes name);

/* Where a walk over the attributes of a Name stands. */
struct dn_walk {
	struct bytes sets, pairs; /* still to come; the pairs of the set that was begun */
};
struct dn_walk dn_walk_begin(struct bytes name);
/* The next emailAddress, whichever set it stands in. False: there is no more. */
NODISCARD bool dn_next_email(struct dn_walk *walk, struct bytes *out);

#endif
