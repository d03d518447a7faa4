/* shortcut.h - STARTTLS in one round trip: header and <starttls/> in one write, for who knows from
 * an earlier stream that this server offers it.
 *
 * RFC 6120, 5.4.2.1 lets the initiator ask once it has seen the features; a server that was seen to
 * offer STARTTLS will offer it again. Servers that mind (an error, a close, no answer) are asked in
 * the usual order from then on: the caller's to remember. */
#ifndef XMPP_SHORTCUT_H
#define XMPP_SHORTCUT_H

#include "xmpp/starttls.h"

/* As stream_open() and starttls_ask() together; *features tells what came before the answer. True
 * only for proceed with nothing behind it. *out is set as soon as something was sent. */
NODISCARD bool shortcut_starttls(struct conn *conn, const struct stream_header *header,
				 struct arena *mem, struct stream **out, struct stream_facts *facts,
				 enum starttls_answer *answer, struct err *err);

#endif
