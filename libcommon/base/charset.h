/* charset.h - text in other encodings into UTF-8 (iconv). Any thread. */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* All of it, or a sentence that names the charset and the offset of the octet that is not of it; an
 * unknown charset is refused as usage. */
NODISCARD bool charset_to_utf8(const char *charset, struct bytes in, struct arena *mem,
			       struct bytes *out, struct err *err);

#endif
