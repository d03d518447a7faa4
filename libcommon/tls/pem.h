/* pem.h - the base64 between the lines of a PEM block (RFC 7468), for who finds the lines himself;
 * cert.h's cert_from_pem() does both. Pure; any thread. */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include <stdbool.h>

#include "base/arena.h"

/* White space anywhere, no other foreign character, padding where it belongs. False: it is not
 * base64. What comes out lives in the arena, and may be empty. */
NODISCARD bool pem_decode(struct bytes text, struct arena *mem, struct bytes *out);

#endif
