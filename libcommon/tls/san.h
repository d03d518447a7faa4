/* san.h - the subjectAltName extension as presented identifiers. For cert.c.
 *
 * Parsed here rather than by a library because what is wrong with a name must be told (CRT-15) and
 * libraries either drop such names or refuse the certificate. Pure; linear in the extension. */
#ifndef TLS_SAN_H
#define TLS_SAN_H

#include "tls/cert.h"

/* How many entries the GeneralNames hold; what cannot be read behind the last counts as one. */
size_t san_count(struct bytes extension);
/* What makes a name malformed whose structure is broken, not just its text: the extension as a
 * whole is not valid then. */
#define SAN_NOT_DER "not valid DER"
/* Fills exactly san_count() names. */
void san_read(struct bytes extension, struct arena *mem, struct cert_name *names);

#endif
