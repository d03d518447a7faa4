/* err.h - what the world did to us: where, what, and one sentence for an operator.
 *
 * A fixed-size value: copy it, forget it, nothing to free. Functions that can fail return bool and
 * take `struct err *err` last. True: err untouched. False: err holds the cause, outputs untouched.
 * Bugs are asserts; no memory ends the program; everything else is an err. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"

/* The step of a connection that failed, in the order a connection takes them. */
enum err_stage {
	AT_INPUT,
	AT_DNS,
	AT_TCP,
	AT_PROXY,
	AT_STREAM,
	AT_STARTTLS,
	AT_TLS,
	AT_CERTIFICATE,
	AT_FEATURES,
	AT_FILE,
	AT_LOGIN,   /* SASL */
	AT_SESSION, /* bind, stream management, messages */
};

enum err_code {
	ERR_NONE,
	ERR_USAGE,           /* what we were asked cannot be done */
	ERR_SYSTEM,          /* this machine: files, descriptors, memory limits */
	ERR_NOT_FOUND,       /* the name does not exist, or has no address */
	ERR_DNS,             /* the resolver failed, or could not be asked */
	ERR_REFUSED,         /* connection refused */
	ERR_NO_ROUTE,        /* this machine has no route for the address */
	ERR_UNREACHABLE,     /* a router said that host or network cannot be reached */
	ERR_TIMEOUT,         /* the deadline passed */
	ERR_CLOSED,          /* the peer closed in order */
	ERR_RESET,           /* the peer reset the connection */
	ERR_PROXY,           /* the proxy said no */
	ERR_NOT_XMPP,        /* something else answers: HTTP, SSH, TLS */
	ERR_PROTOCOL,        /* XMPP, but not what the RFC allows here */
	ERR_RESTRICTED_XML,  /* comment, PI, DTD, entity: RFC 6120, 11.1 */
	ERR_NOT_WELL_FORMED, /* RFC 6120, 11.3 */
	ERR_LIMIT,           /* more, deeper or larger than we take */
	ERR_INJECTION,       /* bytes in clear behind <proceed/> */
	ERR_STREAM_ERROR,    /* <stream:error/>; the condition stands in the stream facts */
	ERR_STARTTLS_REFUSED,
	ERR_ALERT_RECEIVED, /* TLS alert from the peer */
	ERR_ALERT_SENT,     /* we ended the handshake */
	ERR_UNSUPPORTED,    /* this library cannot */
	ERR_DENIED,         /* the peer will not let us: a wrong password, a policy */
	ERR_IMPOSTOR,       /* the peer does not prove what it must */
};

#define ERR_TEXT_MAX 240

struct err {
	enum err_stage stage;
	enum err_code code;
	char text[ERR_TEXT_MAX]; /* cut at a character boundary if longer; may hold peer text:
				    escape */
};

/* Always returns false, so that a failing function ends in `return err_set(...)`. */
bool err_set(struct err *err, enum err_stage stage, enum err_code code, const char *format, ...)
	PRINTF(4, 5);

/* Stable kebab-case names for records ("tcp", "timed-out"), and the way back; an unknown name gives
 * false. */
const char *err_stage_name(enum err_stage stage);
const char *err_code_name(enum err_code code);
NODISCARD bool err_stage_parse(const char *name, enum err_stage *out);
NODISCARD bool err_code_parse(const char *name, enum err_code *out);

#endif
