/* version.h - the versions of SSL and TLS, and their names. Pure. */
#ifndef TLS_VERSION_H
#define TLS_VERSION_H

#include <stdbool.h>

#include "base/attr.h"

/* Ordered: older is smaller. */
enum tls_version {
	TLS_VERSION_NONE,
	SSL_2_0,
	SSL_3_0,
	TLS_1_0,
	TLS_1_1,
	TLS_1_2,
	TLS_1_3,
};
#define TLS_VERSION_COUNT 7

/* "TLS1.3" ...; "" for none. The parser also takes "1.3", "tls1.3", "ssl3", "ssl3.0", any case. */
const char *tls_version_name(enum tls_version version);
NODISCARD bool tls_version_parse(const char *text, enum tls_version *out);

#endif
