/* left_out.h - records that examine no server, and so are in no report: how many, and of which
 * tool.
 *
 * Pure; any thread. */
#ifndef REPORT_LEFT_OUT_H
#define REPORT_LEFT_OUT_H

#include "report/digest.h"

struct left_out {
	size_t sent, served; /* of xmpp-sendmsg, of xmpp-dialback --serve */
};

/* Counts it; false: it examines a server, and belongs in a report. */
bool left_out_add(struct left_out *left_out, const struct digest *digest);
/* "2 records of xmpp-sendmsg examine no server: left out"; NULL: there was none, as where
 * left_out is NULL. */
const char *left_out_words(const struct left_out *left_out, struct arena *mem);

#endif
