/* suites.h - the registry of TLS cipher suites (IANA, SSLv2 kinds, drafts, private ones): generated
 * from suites.csv.
 *
 * Const data; any thread. */
#ifndef TLS_SUITES_H
#define TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suite {
	uint32_t code;            /* 0xC02F; SSLv2 kinds have three octets: 0x010080 */
	const char *name;         /* IANA's */
	const char *openssl_name; /* "" if none */
	const char *gnutls_name;  /* "" if none */
	const char *key_exchange, *encryption, *mac;
	uint16_t bits;
	bool forward_secrecy;
	bool ssl2;
	const char *
		grade; /* the csv's class column: "insecure", "weak", "secure", "recommended" ... */
};

extern const struct suite suites[];
extern const size_t suite_count;

/* By GnuTLS's own spelling, or IANA's, which gnutls_ciphersuite_get() gives since 3.7.4; NULL if
 * GnuTLS has no such suite. */
const struct suite *suite_by_gnutls_name(const char *name);
const struct suite *suite_by_code(uint32_t code);

#endif
