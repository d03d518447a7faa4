/* base64.h - RFC 4648, 4, as SASL wants it (RFC 6120, 6.4 and 13.9.1): nothing is skipped.
 *
 * Pure; nothing that was coded stays behind but what the caller holds. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Room for so many octets in base64, with the NUL behind. */
#define BASE64_ROOM(size) (((size) + 2) / 3 * 4 + 1)

/* With padding, on one line; out has BASE64_ROOM(size). */
void base64_encode(const void *data, size_t size, char *out);
/* False for anything but whole groups of four digits of the alphabet with padding at the end only,
 * and none of its bits set: white space, line ends, missing padding. Empty text is no octets. */
NODISCARD bool base64_decode(const char *text, size_t size, struct arena *mem, struct bytes *out);

#endif
