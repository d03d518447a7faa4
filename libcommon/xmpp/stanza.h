/* stanza.h - what every stanza that comes back as an error says: RFC 6120, 8.3. Pure. */
#ifndef XMPP_STANZA_H
#define XMPP_STANZA_H

#include "xmpp/elem.h"

struct stanza_error {
	const char *condition; /* "item-not-found"; "undefined-condition" where none is said */
	const char *type;      /* "cancel" "wait" "modify" "auth" "continue"; NULL where none is */
	/* For people; NULL: none. Of gone and redirect it holds the new address, which is to be
	 * shown and not to be followed (MSG-47). */
	const char *text;
};

/* message, presence or iq in jabber:client: what XEP-0198 counts and RFC 6120, 8 rules. */
bool stanza_is_one(const struct elem *elem);
bool stanza_is_error(const struct elem *stanza);
/* Everything lives in mem; as the peer wrote it: escape before showing. */
void stanza_read_error(const struct elem *stanza, struct arena *mem, struct stanza_error *out);

#endif
