/* stream_inner.h - what starttls.c, shortcut.c, active.c, disco.c, iq.c, external.c and login*.c
 * know of a stream beyond stream.h; nobody else. */
#ifndef XMPP_STREAM_INNER_H
#define XMPP_STREAM_INNER_H

#include "xmpp/ns.h"
#include "xmpp/starttls.h"

/* How many octets stand read and unused: those stream_is_quiet() asks for. */
size_t stream_pending(const struct stream *stream);
/* Those octets. */
const unsigned char *stream_peek(const struct stream *stream);
/* Takes in what has arrived and was not asked for, once; false: there is none, or it cannot be
 * read. For counting what stands behind <proceed/>, in clear: inside TLS it might wait. */
bool stream_take_input(struct stream *stream);
/* TLS begins here: the old stream is neither closed nor written to (STR-44, STR-57). */
void stream_hold(struct stream *stream);
/* It was, and no restart came. */
bool stream_is_held(const struct stream *stream);

/* A fresh, unpredictable id, and whether an element that carries it came back behind the next
 * restart, a misplaced one included. */
const char *stream_new_mark(struct stream *stream);
bool stream_mark_seen(const struct stream *stream);

/* Puts "closed", "no answer within 10 s" and the like into the words of one step. */
void stream_explain(const struct stream *stream, const char *awaited, struct err *err);

/* The same for ERR_NOT_XMPP where somebody has called: the parser's words are for a server that
 * answers. said is what was read last, mostly all there was. */
void stream_explain_caller(const char *said, size_t size, struct err *err);

/* stream_open() with more behind the header, in the same write. */
NODISCARD bool stream_open_with(struct conn *conn, const struct stream_header *header,
				const char *behind, struct arena *mem, struct stream **out,
				struct stream_facts *facts, struct err *err);

#define STARTTLS_REQUEST "<starttls xmlns='" NS_TLS "'/>"
/* The answer to a <starttls/> that was sent. */
NODISCARD bool starttls_await(struct stream *stream, enum starttls_answer *answer,
			      struct stream_error *error, struct err *err);

#endif
