/* primes.h - moduli of finite-field Diffie-Hellman that many servers share: generated from
 * primes.csv.
 *
 * Const data; any thread. */
#ifndef TLS_PRIMES_H
#define TLS_PRIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known_prime {
	uint8_t sha256[32]; /* of the modulus, big endian without leading zeros */
	const char *name;   /* "RFC 2409 group 2", "Apache mod_ssl 2.2" */
	uint16_t bits;
	bool prime, safe; /* false: composite; of the form 2q + 1 */
	const char *note; /* "" if none */
};

extern const struct known_prime known_primes[]; /* ordered by sha256 */
extern const size_t known_prime_count;

const struct known_prime *known_prime_find(const uint8_t sha256[32]); /* NULL: not a known one */

#endif
