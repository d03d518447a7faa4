/* idna.h - domain names as users write them, in the form the network carries (IDNA2008, A-labels).
 *
 * Pure; any thread. */
#ifndef BASE_IDNA_H
#define BASE_IDNA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* U-labels or A-labels to lower-case A-labels: normalised (NFC), case folded, one trailing dot
 * (or what IDNA maps to one) taken off. Refused, with the reason: invalid UTF-8, an embedded NUL
 * (hence the size), an empty label, a label over 63 or a name over 253 octets, a wildcard,
 * characters IDNA2008 does not allow, also where a full-width form stands for one. What comes out
 * is [a-z0-9._-] and nothing else. Underscores pass (RFC 2782 names). */
NODISCARD bool idna_to_ascii(const char *name, size_t size, struct arena *mem, const char **out,
			     struct err *err);
/* A-labels to U-labels for showing beside them; a label that does not convert stays as it is. */
const char *idna_to_unicode(const char *ascii, struct arena *mem);

#endif
