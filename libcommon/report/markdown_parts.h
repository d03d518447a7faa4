/* markdown_parts.h - the parts of a report in Markdown. Private to report/. */
#ifndef REPORT_MARKDOWN_PARTS_H
#define REPORT_MARKDOWN_PARTS_H

#include "report/markdown_text.h"
#include "report/sheet.h"

#define NAME_MAX_SHOWN 253 /* octets of a name: those of a domain */
#define TEXT_MAX_SHOWN 400 /* octets of a sentence */

/* markdown_domain.c: what is wrong at one domain, with clause and remedy; nothing where all is
 * well. */
void markdown_domain(const struct digest *digest, struct buf *out);

/* markdown_row.c: its row of the table. */
#define MARKDOWN_HEADER                                                                            \
	"| Domain | Status | c2s | s2s | TLS | Certificate | Findings |\n"                         \
	"| --- | --- | --- | --- | --- | --- | --- |\n"
void markdown_row(const struct digest *digest, int64_t now, struct buf *out);
/* "`xn--bcher-kva.example` (bücher.example)" */
void markdown_name(const struct digest *digest, bool cell, struct buf *out);

#endif
