/* dialback_parts.h - what the record and the screens of xmpp-dialback ask in the same way. Private
 * to report/. Pure. */
#ifndef REPORT_DIALBACK_PARTS_H
#define REPORT_DIALBACK_PARTS_H

#include "judge/dialback.h"

/* Asks or answers, so that hop->type means something. */
bool hop_has_type(const struct hop *hop);
/* A handshake was begun. */
bool link_tried_tls(const struct link_facts *link);

#endif
