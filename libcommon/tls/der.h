/* der.h - just enough DER (X.690) to walk a certificate without trusting it. Pure; any thread.
 *
 * Definite lengths in the shortest form only, tags of one octet, nothing beyond the view. */
#ifndef TLS_DER_H
#define TLS_DER_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/bytes.h"

struct der {
	uint8_t tag;
	struct bytes value; /* contents octets */
	struct bytes whole; /* with tag and length */
};

/* Takes the next element off the front of *at. False: there is none, or it is malformed. */
NODISCARD bool der_next(struct bytes *at, struct der *out);
/* der_next() of this tag. */
NODISCARD bool der_take(struct bytes *at, uint8_t tag, struct der *out);
/* The contents of an OBJECT IDENTIFIER in their shortest form (X.690, 8.19). */
bool der_is_oid(struct bytes value);
/* The same as dotted text, in hex behind "#" where an arc or the whole is too long for that; "" if
 * it is none. */
const char *der_oid_text(struct bytes value, char out[128]);
/* How many elements there are, one within the other; what is no DER counts for nothing. */
size_t der_count(struct bytes at);
bool bytes_equal(struct bytes a, struct bytes b);
/* The contents of an INTEGER in the shortest form (X.690, 8.3.2). */
bool der_is_integer(struct bytes value);
/* Such an INTEGER, not negative and at most max; false otherwise. */
NODISCARD bool der_small(struct bytes value, unsigned max, unsigned *out);

#endif
