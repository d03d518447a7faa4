/* markdown_text.h - text of strangers inside Markdown: it shows as it is, and does nothing. Private
 * to report/.
 *
 * For CommonMark and its dialect of GitHub: no markup, no HTML, no link, no mention comes out of
 * what goes in, in a cell of a table or out of one. Pure; any thread. */
#ifndef REPORT_MARKDOWN_TEXT_H
#define REPORT_MARKDOWN_TEXT_H

#include "base/buf.h"

/* Words of a sentence, at most max octets of them; behind words of ours on the same line. */
void markdown_text(struct buf *out, const char *text, size_t max);
/* Words of our own that have code between backquotes. */
void markdown_advice(struct buf *out, const char *text);
/* A name as code. cell: in a table, where a bar ends it. */
void markdown_code(struct buf *out, const char *name, size_t max, bool cell);

#endif
