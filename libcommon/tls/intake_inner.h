/* intake_inner.h - what the parts of intake know of each other; nobody else. */
#ifndef TLS_INTAKE_INNER_H
#define TLS_INTAKE_INNER_H

#include "tls/intake.h"

/* Says what is wrong, if nothing was yet: a file of a thousand faults costs one sentence. */
void intake_note(struct intake_facts *out, struct arena *mem, const char *format, ...) PRINTF(3, 4);
/* Behind the others; cut when there is no room, a problem when they get too large. */
void intake_add(struct intake_facts *out, struct bytes der);

/* A line of it begins a block, of whatever kind. */
bool intake_is_pem(struct bytes text);
void intake_pem(struct bytes text, struct arena *mem, struct intake_facts *out);

/* ContentInfo (RFC 5652, 3), of whatever content; also in BER's indefinite lengths. */
bool intake_is_pkcs7(struct bytes file);
void intake_pkcs7(struct bytes file, struct arena *mem, struct intake_facts *out);

#endif
