/* stream.h - one XMPP stream over a conn: header out, header and features in, stanzas both ways.
 * RFC 6120, section 4.
 *
 * Blocking under the conn's deadline; one thread. */
#ifndef XMPP_STREAM_H
#define XMPP_STREAM_H

#include "net/conn.h"
#include "xmpp/features.h"
#include "xmpp/xml.h"

struct stream_error {
	const char *condition; /* "host-unknown"; "undefined-condition" for what RFC 6120 does not
				  know; NULL: no error came */
	const char *text;      /* theirs: escape; NULL if none */
	const char *content; /* of the condition element: the other host of see-other-host; NULL if
				empty */
	const char
		*application; /* "{namespace}name" of an application-specific child, NULL if none */
};

/* What came back. Attributes are NULL where absent, text is the peer's. */
struct stream_facts {
	bool opened; /* a header arrived */
	const char *from, *to, *id, *lang, *version;
	bool version_1; /* version 1.0 or later: features are due (STR-33, STR-36) */
	const char *content_namespace;
	bool prefix_free; /* <stream xmlns='http://etherx…'> without prefix: legal, rare (STR-35) */
	struct features features;
	struct stream_error error;
	double header_ms, features_ms; /* since the header was sent; 0: did not come */
};

/* What our header says. */
struct stream_header {
	enum service service;
	const char *to;
	const char *from; /* NULL: none */
	const char *lang; /* NULL: "en" */
	const char *id;   /* only who accepted the connection gives one; NULL: none */
	/* What tests of a server's tolerance leave out or change. */
	const char *dialback_prefix; /* NULL: "db" (XEP-0220); "": not declared */
	bool no_version;             /* as before RFC 3920 */
};

struct stream;

/* Sends the header, waits for header and, from version 1.0 on, features. In either case facts tells
 * how far it went; a stream error is in facts->error and makes it fail with ERR_STREAM_ERROR. The
 * stream uses conn and mem until it is closed; it does not own them. *out is set as soon as the
 * header was sent, so that a caller may go on after a failure to read features. */
NODISCARD bool stream_open(struct conn *conn, const struct stream_header *header, struct arena *mem,
			   struct stream **out, struct stream_facts *facts, struct err *err);
/* A new header on a fresh parser, after TLS or SASL (STR-44, STR-45). */
NODISCARD bool stream_restart(struct stream *stream, const struct stream_header *header,
			      struct stream_facts *facts, struct err *err);

/* The other end: waits for the header of who called. In facts stands how far that went; *out is set
 * in either case, so that an answer can go out (RFC 6120, 4.9.1.2): behind one, stream_close()
 * tells what was wrong with the XML by itself; without one it says nothing. */
NODISCARD bool stream_accept(struct conn *conn, struct arena *mem, struct stream **out,
			     struct stream_facts *facts, struct err *err);
/* Our header, with the id of this stream, and what we offer (a <stream:features/> element, an error
 * and nothing more, or "") in one write. */
NODISCARD bool stream_answer(struct stream *stream, const struct stream_header *header,
			     const char *behind, struct err *err);
/* The caller's header on a fresh parser, after TLS or SASL. */
NODISCARD bool stream_accept_again(struct stream *stream, struct stream_facts *facts,
				   struct err *err);

/* Ends in order, unless the stream is broken, or is a caller's and was not answered:
 * </stream:stream>, then waits at most a second for the peer's. */
void stream_close(struct stream **stream);

/* Ends without a word, so that the session can be resumed (XEP-0198, 5). */
void stream_abandon(struct stream **stream);

/* The next first-level element; it lives until the next call, so that a long stream does not grow.
 * Fails with ERR_CLOSED on </stream:stream> or end of connection,
 * ERR_STREAM_ERROR on a stream error, which *error then holds in the mem of stream_open (error may
 * be NULL). After ERR_TIMEOUT it may be called again. */
NODISCARD bool stream_read(struct stream *stream, const struct elem **out,
			   struct stream_error *error, struct err *err);
/* More than what was read may be had without waiting (an element, or a part of one). False says
 * nothing of what the socket holds inside TLS: poll conn_fd() for that. */
bool stream_has_input(const struct stream *stream);
/* Says </stream:stream> (STR-46); what the peer still has to say can be read until it ends, too. */
NODISCARD bool stream_finish(struct stream *stream, struct err *err);
NODISCARD bool stream_write(struct stream *stream, const char *xml, size_t size, struct err *err);

/* Octets read from the conn that belong to nothing complete yet: after <proceed/> there must be
 * none (STR-53). */
bool stream_is_quiet(const struct stream *stream);
struct conn *stream_conn(struct stream *stream);

/* RFC 6120, 4.9.3: the usual cause of a condition in one sentence, and what to do about it; NULL if
 * there is nothing to add. */
const char *stream_error_cause(const char *condition);
/* Pure halves, for tests: the header as text; a header element as facts; an error element as data.
 */
void stream_header_write(const struct stream_header *header, struct buf *out);
void stream_header_read(const struct elem *elem, struct stream_facts *facts, struct arena *mem);
void stream_error_read(const struct elem *elem, struct arena *mem, struct stream_error *out);
/* The condition of a SASL failure or of a stanza's <error/>: its first child that is not for
 * people; and that of the <error/> inside a stanza. "undefined-condition" where there is none. */
const char *stream_condition_of(const struct elem *elem);
const char *stream_stanza_error(const struct elem *stanza);

#endif
