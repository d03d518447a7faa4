/* starttls.h - the request to switch, and the silence behind <proceed/>: RFC 6120, section 5. */
#ifndef XMPP_STARTTLS_H
#define XMPP_STARTTLS_H

#include "xmpp/stream.h"

enum starttls_answer {
	STARTTLS_NOT_ASKED,
	STARTTLS_PROCEED,
	STARTTLS_FAILURE,   /* <failure/> */
	STARTTLS_ERROR,     /* a stream error instead */
	STARTTLS_OTHER,     /* something else, or a close */
	STARTTLS_INJECTION, /* <proceed/>, then octets in clear (STR-53) */
};

/* Asks and waits. True only for proceed with nothing behind it. */
NODISCARD bool starttls_ask(struct stream *stream, enum starttls_answer *answer,
			    struct stream_error *error, struct err *err);

/* The other end, after <starttls/> was read: <proceed/>, and the stream waits for TLS. False also
 * when octets in clear stand behind the request (STR-53). */
NODISCARD bool starttls_grant(struct stream *stream, struct err *err);

/* "proceed" "failure" "stream-error" "other" "injection" "not-asked" */
const char *starttls_answer_name(enum starttls_answer answer);
NODISCARD bool starttls_answer_parse(const char *name, enum starttls_answer *out);

#endif
