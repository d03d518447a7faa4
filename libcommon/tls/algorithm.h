/* algorithm.h - names for the keys and signatures of certificates. For cert.c. Pure; any thread. */
#ifndef TLS_ALGORITHM_H
#define TLS_ALGORITHM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/bytes.h"

/* Of an AlgorithmIdentifier in DER: "sha256WithRSAEncryption"; the dotted OID if unknown. */
NODISCARD bool algorithm_signature(struct bytes identifier, struct arena *mem, const char **out);
/* What is wrong with the parameters of a signature's AlgorithmIdentifier, NULL if nothing: RFC
 * 4055, 5 wants NULL for RSA, RFC 5758, 3.2 and RFC 8410, 3 want none. *harmless: NULL and none
 * mixed up. */
const char *algorithm_parameters_defect(struct bytes identifier, bool *harmless);
/* Of a SubjectPublicKeyInfo in DER: "RSA", "EC P-256" and the size of the key; 0 if unknown. */
NODISCARD bool algorithm_key(struct bytes info, struct arena *mem, const char **out,
			     unsigned *bits);

/* What is wrong with the shape of a SubjectPublicKeyInfo, NULL if nothing: numbers that are none,
 * points and keys that have not the size of their kind, curves that are spelt out (RFC 5480, 2.1.1;
 * a generator of one's own choice forges signatures, CVE-2020-0601), what TLS has no use for. */
const char *algorithm_key_defect(struct bytes info);

/* The public exponent of an RSA key; 0 where it is no RSA key, 2 for anything even or negative, and
 * UINT_MAX beyond that. */
unsigned algorithm_rsa_exponent(struct bytes info);

#endif
