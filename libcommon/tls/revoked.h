/* revoked.h - what OCSP responses and revocation lists have in common. For staple.c and crl.c.
 *
 * Pure; any thread. */
#ifndef TLS_REVOKED_H
#define TLS_REVOKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"

/* Contents octets of the INTEGER that is the serial number of this certificate. */
NODISCARD bool revoked_serial(struct bytes certificate, struct bytes *out);
/* The public key as the BIT STRING of a SubjectPublicKeyInfo holds it: OCSP takes its hash. */
NODISCARD bool revoked_key(struct bytes key_info, struct bytes *out);
/* RFC 5280, 5.3.1: "keyCompromise" ...; NULL where nothing is said, or nothing known. */
const char *revoked_reason(unsigned code);

/* Takes an Extension (RFC 5280, 4.1) off the front: what stands in extnValue. */
struct revoked_extension {
	char oid[128];
	bool critical;
	struct bytes value;
};
NODISCARD bool revoked_take_extension(struct bytes *at, struct revoked_extension *out);

/* The clocks of an issuer and of its servers, and ours. */
#define REVOKED_TOLERANCE 300

#endif
