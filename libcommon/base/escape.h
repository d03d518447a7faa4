/* escape.h - what a peer sent, made safe to show.
 *
 * A terminal obeys control characters, a reader believes bidirectional overrides: neither is passed
 * on. Pure functions; any thread. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* Appends text as one line for a terminal: C0 and C1 controls, DEL, invalid UTF-8, line and
 * paragraph separators and bidirectional controls become \n, \t, \xHH or \u{HEX}; a backslash
 * becomes \\ so that nothing can pretend to be an escape. */
void escape_text(struct buf *out, const void *text, size_t size);
/* The same into an arena, cut to at most max octets of input with "..." behind. */
const char *escape_copy(struct arena *mem, const char *text, size_t max);

/* How many octets the well-formed UTF-8 sequence at text takes (RFC 3629: no overlong forms,
 * surrogates, or beyond U+10FFFF); 0 if there is none. The code point goes to *code when code is
 * not NULL. */
size_t utf8_length(const unsigned char *text, size_t size, unsigned *code);

#endif
