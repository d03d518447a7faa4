/* dn.h - distinguished names as text, and the common names in them. For cert.c.
 *
 * Written here because the library's way takes quadratic time over a name that a stranger made
 * long. Pure; any thread. */
#ifndef TLS_DN_H
#define TLS_DN_H

#include "base/arena.h"
#include "tls/cert.h"

/* RFC 4514 string of a Name in DER, "" if empty; NULL where it is none. */
const char *dn_text(struct bytes name, struct arena *mem);
/* The common names of a Name, in order, as NAME_CN. out NULL: only counts them. */
size_t dn_common_names(struct bytes name, struct arena *mem, struct cert_name *out);

#endif
