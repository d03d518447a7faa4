/* ciphers_screen.h - the long screen of xmpp-ciphers, in parts. Private to report/. */
#ifndef REPORT_CIPHERS_SCREEN_H
#define REPORT_CIPHERS_SCREEN_H

#include "report/ciphers_words.h"
#include "report/grid.h"

struct ciphers_screen {
	const struct ciphers_view *view;
	const struct text_style *style;
	struct arena *mem;
	struct buf *out;
};

/* The versions, and the suites by version, the newest first; versions with the same suites once. */
void ciphers_matrix(const struct ciphers_screen *screen, const struct ciphers_facts *facts);
/* Groups, signatures, keys, properties, and how the asking went. */
void ciphers_details(const struct ciphers_screen *screen, const struct ciphers_facts *facts);

#endif
