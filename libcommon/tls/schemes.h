/* schemes.h - the registry of TLS signature schemes, and the pairs of TLS 1.2 without a name there:
 * generated from schemes.csv. RFC 9846, 4.2.3; RFC 5246, 7.4.1.4.1.
 *
 * Const data; any thread. */
#ifndef TLS_SCHEMES_H
#define TLS_SCHEMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scheme {
	uint16_t code;
	const char *name;  /* IANA's: "ecdsa_secp256r1_sha256" */
	const char *key;   /* "rsa" "rsa-pss" "ecdsa" "dsa" "ed25519" "ed448" "ml-dsa" ... */
	const char *hash;  /* "sha256", "intrinsic" */
	const char *grade; /* as in groups.h */
	bool tls12;        /* may sign a ServerKeyExchange of TLS 1.2, if only by old custom */
	bool tls13;        /* may sign a TLS 1.3 handshake of a server */
	char recommended;  /* IANA's: 'Y', 'N', 'D'; ' ' for none */
	const char *reference;
};

extern const struct scheme schemes[]; /* ordered by code */
extern const size_t scheme_count;

const struct scheme *scheme_by_code(uint16_t code); /* NULL: not in the registry */

#endif
