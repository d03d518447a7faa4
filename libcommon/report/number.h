/* number.h - numbers of a record that no machine word holds, kept as they were written. Private to
 * report/.
 *
 * JSON sets numbers no limit (RFC 8259, section 6), jansson does: 64 bits, and what a double
 * reaches. A line with larger ones is read with strings in their place. These begin with a NUL,
 * which no string of a record can hold: whoever looks for a number finds none, whoever looks for
 * text finds "" or asks value_is_text() first, and record_write() writes what was there. Pure. */
#ifndef REPORT_NUMBER_H
#define REPORT_NUMBER_H

#include <jansson.h>

#include "base/buf.h"

/* The line with such numbers as strings, for JSON_ALLOW_NUL. False: it holds none; or a NUL of its
 * own, and is no record. */
NODISCARD bool number_hide(const char *line, size_t size, struct buf *out);
/* The number as it was written; NULL: the value is something else. */
const char *number_hidden(const json_t *value);

#endif
