/* bind.h - from a login to an address stanzas can have: RFC 6120, 7. Blocking, as the stream. */
#ifndef XMPP_BIND_H
#define XMPP_BIND_H

#include "xmpp/stream.h"

/* resource NULL: the server chooses (it may anyway). *address is the full JID it gave, in mem. Old
 * servers want a session besides (RFC 3921, 3). err names the condition: conflict, not-allowed,
 * resource-constraint. */
NODISCARD bool bind_resource(struct stream *stream, const struct features *offered,
			     const char *resource, struct arena *mem, const char **address,
			     struct err *err);

#endif
