/* external.h - SASL EXTERNAL between servers, as the one who dials: RFC 6120, 6; XEP-0178. */
#ifndef XMPP_EXTERNAL_H
#define XMPP_EXTERNAL_H

#include "xmpp/stream.h"

enum external_result {
	EXTERNAL_NOT_OFFERED,
	EXTERNAL_SUCCESS,
	EXTERNAL_FAILURE, /* condition */
	EXTERNAL_ENDED,   /* the stream ended instead: error or err */
};

/* Asks to be authenticated as `from` ("": as whom the certificate names) by the certificate shown
 * in the handshake, on a stream whose features are these. *condition is of the failure, or of the
 * stream error that came instead; in mem. After success the caller restarts the stream. False and
 * err for EXTERNAL_ENDED alone. */
NODISCARD bool external_login(struct stream *stream, const struct features *offered,
			      const char *from, struct arena *mem, enum external_result *result,
			      const char **condition, struct err *err);

#endif
