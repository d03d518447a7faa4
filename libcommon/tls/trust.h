/* trust.h - trust anchors, found by the issuer a chain names.
 *
 * A bundle is read once, decoded to DER, and indexed by subject; nothing is parsed by GnuTLS until
 * a chain asks for it (importing all 144 system anchors would cost 7 ms). Built before the first
 * thread, const and shared afterwards. */
#ifndef TLS_TRUST_H
#define TLS_TRUST_H

#include "base/bytes.h"
#include "base/err.h"

struct trust;
struct signature_memo;

#define TRUST_SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

/* file: a PEM bundle that replaces the system's anchors (RFC 6120, 13.6), NULL for the system's;
 * with_system: both. The system's bundle is read when first needed (thread-safe), a named file at
 * once, so that an unreadable one is told before anything else. */
NODISCARD bool trust_new(const char *file, bool with_system, struct trust **out, struct err *err);
/* These certificates and no others (DANE-TA). They are copied; unreadable ones are left out. */
struct trust *trust_of(const struct bytes *ders, size_t count);
void trust_free(struct trust **trust);

/* Anchors whose subject is this DER name, as dn_equal() compares: at most room. Returns how many.
 * from_system[i] tells where anchor i came from. */
size_t trust_find(const struct trust *trust, struct bytes subject, struct bytes *out,
		  bool *from_system, size_t room);
/* Why the system's bundle could not be read, or NULL. */
const char *trust_problem(const struct trust *trust);

/* What was verified under these anchors: see signature.h. */
struct signature_memo *trust_memo(const struct trust *trust);

#endif
