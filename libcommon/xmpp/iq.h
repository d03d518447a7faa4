/* iq.h - a question and its answer on a client's stream: RFC 6120, 8.2.3. Blocking, as the stream.
 */
#ifndef XMPP_IQ_H
#define XMPP_IQ_H

#include "xmpp/stream.h"

/* The result or error that answers the iq of this id; what else comes before it is passed over, up
 * to a limit. awaited names it in errors: "answer to the request for a resource". */
NODISCARD bool iq_await(struct stream *stream, const char *id, const char *awaited,
			const struct elem **out, struct err *err);
bool iq_is_error(const struct elem *iq);
/* What a server or somebody else asks of us: a ping (XEP-0199) is answered, everything else refused
 * (RFC 6120, 8.2.3: every request has an answer). Appends nothing for what is no request. */
void iq_write_reply(const struct elem *stanza, struct buf *out);

#endif
