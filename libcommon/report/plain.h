/* plain.h - text of a record for forms that quote by themselves. Private to report/.
 *
 * What a terminal would obey is escaped as base/escape does it; a backslash stays as it is, for
 * names of certificates have their own (RFC 4514), and quoting would double it again. */
#ifndef REPORT_PLAIN_H
#define REPORT_PLAIN_H

#include "base/buf.h"

/* One line, whatever comes. */
void plain_text(struct buf *out, const char *text);

#endif
