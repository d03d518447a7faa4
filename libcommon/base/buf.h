/* buf.h - text or octets that grow as they come, up to a maximum set at birth.
 *
 * Overflow sticks: appending goes on silently to nowhere, and the end asks once with
 * buf_overflowed(). What does not fit is dropped whole, so the contents are always a prefix of
 * whole appends. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf {
	char *data; /* NUL behind the last octet once anything was appended, else NULL */
	size_t size, room, max;
	bool overflow;
};

#define BUF_UNBOUNDED ((size_t)-1 / 4) /* for output whose size our own bounded facts limit */

struct buf buf_new(size_t max);
void buf_free(struct buf *buf);  /* leaves an empty buffer with the same maximum */
void buf_clear(struct buf *buf); /* empties, keeps the room */

void buf_add(struct buf *buf, const void *data, size_t size);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list args) PRINTF(2, 0);
void buf_hex(struct buf *buf, const void *data, size_t size); /* two lower-case digits an octet */
/* Takes size octets off the front. */
void buf_consume(struct buf *buf, size_t size);

static inline bool buf_overflowed(const struct buf *buf)
{
	return buf->overflow;
}
/* The contents as a C string, "" when empty. Valid until the next append. */
const char *buf_string(const struct buf *buf);

#endif
