/* html_text.h - words on a page: whatever comes out of a record goes through here. Pure. Private to
 * report/.
 *
 * Good for text and for attributes in double quotes alike; in a style, a script or a URL nothing of
 * a record ever stands. What escape_text() makes visible is visible here, too. Too long text is cut
 * with an ellipsis, between characters. */
#ifndef REPORT_HTML_TEXT_H
#define REPORT_HTML_TEXT_H

#include <stdint.h>

#include "base/buf.h"

#define HTML_TEXT_MAX 600 /* octets: longer than any honest name or sentence */

/* NULL writes nothing. */
void html_text(struct buf *out, const char *text);
/* At most so many characters: for a picture, or a cell of a table. */
void html_cut(struct buf *out, const char *text, size_t characters);
/* The same of a domain name, which may break behind its dots; in a text only. */
void html_name(struct buf *out, const char *text, size_t characters);
/* A sentence of a finding: peer text in it was escaped when it was written, so a backslash stays
 * as it is; all else is escaped again, for who knows who wrote the record. */
void html_sentence(struct buf *out, const char *text, size_t characters);
/* Our own words, out of the catalogue: `literal text` becomes <code>. */
void html_remedy(struct buf *out, const char *text);

/* "2027-01-12", "2027-01-12 15:04 UTC" in a <time> */
void html_date(struct buf *out, int64_t seconds);
void html_moment(struct buf *out, int64_t seconds);
/* "1 domain", "1,200 domains" */
void html_count(struct buf *out, size_t count, const char *one, const char *many);
void html_number(struct buf *out, size_t number);

#endif
