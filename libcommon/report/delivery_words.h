/* delivery_words.h - what the texts about messages and sessions share. Private to report/. */
#ifndef REPORT_DELIVERY_WORDS_H
#define REPORT_DELIVERY_WORDS_H

#include "base/arena.h"

#define DELIVERY_TEXT_MAX 200 /* octets of what a peer wrote, shown at once */

/* On one line, escaped, cut; "" for NULL. */
const char *delivery_peer_words(const char *text, struct arena *mem);

#endif
