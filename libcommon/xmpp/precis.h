/* precis.h - user names and resources prepared for comparison: RFC 8264, RFC 8265. Pure.
 *
 * Character properties, case mapping, normalisation are libunistring's. Text is UTF-8 of `size`
 * octets; what comes out lives in mem. Refusals name the character as U+XXXX and why. */
#ifndef XMPP_PRECIS_H
#define XMPP_PRECIS_H

#include "base/arena.h"
#include "base/err.h"

/* UsernameCaseMapped (RFC 8265, 3.3): IdentifierClass, width and case mapped, NFC, Bidi Rule. */
NODISCARD bool precis_username(const char *text, size_t size, struct arena *mem, const char **out,
			       struct err *err);
/* OpaqueString (RFC 8265, 4.2): FreeformClass, other spaces to U+0020, NFC. */
NODISCARD bool precis_opaque(const char *text, size_t size, struct arena *mem, const char **out,
			     struct err *err);

#endif
