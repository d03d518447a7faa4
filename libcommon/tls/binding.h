/* binding.h - what ties a SASL exchange to this TLS connection: RFC 5929, RFC 9266. */
#ifndef TLS_BINDING_H
#define TLS_BINDING_H

#include "tls/session.h"

/* In order of preference (XEP-0440; MSG-19). */
enum binding_type {
	BINDING_NONE,
	BINDING_EXPORTER,  /* RFC 9266 */
	BINDING_UNIQUE,    /* RFC 5929, 3: up to TLS 1.2 */
	BINDING_END_POINT, /* RFC 5929, 4: known and named, though libgsasl cannot use it */
};

/* "tls-exporter" "tls-unique" "tls-server-end-point"; "" for none */
const char *binding_name(enum binding_type type);
/* Unknown names give false. */
NODISCARD bool binding_parse(const char *name, enum binding_type *out);
/* Whether such a binding is safe on a connection like this (MSG, table of channel bindings):
 * exporter on TLS 1.3, or on 1.2 with extended master secret; unique up to 1.2 with extended master
 * secret only. Pure. */
bool binding_is_safe(enum binding_type type, const struct tls_facts *tls);
/* What -PLUS binds to where the server does not say which types it takes: exporter on TLS 1.3 (RFC
 * 9266, 4), unique before (RFC 5802, 6.1). NONE where that is not safe. Pure. */
enum binding_type binding_default(const struct tls_facts *tls);
/* The data, in mem. conn is inside TLS. */
NODISCARD bool binding_data(const struct conn *conn, enum binding_type type, struct arena *mem,
			    struct bytes *out, struct err *err);

#endif
