/* own.h - a certificate of our own for one run: self-signed, ECDSA on P-256, good for a day. */
#ifndef TLS_OWN_H
#define TLS_OWN_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* dNSName entries for these A-labels, serverAuth and clientAuth; certificate and key as PEM text,
 * in mem. The key is never written to a file. */
NODISCARD bool own_certificate(const char *const *names, size_t count, struct arena *mem,
			       struct bytes *cert_pem, struct bytes *key_pem, struct err *err);

#endif
