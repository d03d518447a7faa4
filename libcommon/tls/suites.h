/* suites.h - the registry of TLS cipher suites (IANA, SSLv2 kinds, drafts, private ones): generated
 * from suites.csv.
 *
 * Const data; any thread. */
#ifndef TLS_SUITES_H
#define TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/version.h"

/* How the key is agreed upon: decides what stands in a ServerKeyExchange. */
enum key_exchange {
	KX_NONE, /* SCSVs, TLS_NULL_WITH_NULL_NULL */
	KX_TLS13,
	KX_RSA, /* an export suite may send a short key */
	KX_DH,  /* static, in the certificate */
	KX_DHE,
	KX_DH_ANON,
	KX_ECDH,
	KX_ECDHE,
	KX_ECDH_ANON,
	KX_PSK,
	KX_RSA_PSK,
	KX_DHE_PSK,
	KX_ECDHE_PSK,
	KX_SRP,
	KX_KRB5,
	KX_GOST,
	KX_OTHER, /* ECMQV, CECPQ1, ECCPWD, KEA */
};

enum suite_auth {
	AUTH_NONE,
	AUTH_ANY, /* TLS 1.3: the suite does not say */
	AUTH_RSA,
	AUTH_DSS,
	AUTH_ECDSA,
	AUTH_OTHER,
};

struct suite {
	uint32_t code;            /* 0xC02F; SSLv2 kinds have three octets: 0x010080 */
	const char *name;         /* IANA's */
	const char *openssl_name; /* "" if none */
	const char *gnutls_name;  /* "" if none */
	const char *key_exchange, *encryption, *mac;
	enum key_exchange exchange;
	enum suite_auth auth;
	uint16_t bits;     /* nominal, of the cipher */
	uint16_t strength; /* effective bits: RC4 0, 3DES 112 */
	bool forward_secrecy;
	bool ssl2;
	enum tls_version first, last; /* versions its specification allows */
	enum tls_version probed_from; /* from which version real stacks take it (CIP-36) */
	/* Where OpenSSL's complete list has it, 0 first; behind those what it does not know. What
	 * most servers prefer first, so a plan may guess. */
	uint16_t usual_rank;
	/* The csv's class column: "insecure", "weak", "legacy", "secure", "recommended", "signal"
	 */
	const char *grade;
	char recommended; /* IANA's: 'Y', 'N', 'D'; ' ' for none */
	const char *reference, *note;
};

extern const struct suite suites[]; /* ordered by code */
extern const size_t suite_count;

/* By GnuTLS's own spelling, or IANA's, which gnutls_ciphersuite_get() gives since 3.7.4; NULL if
 * GnuTLS has no such suite. */
const struct suite *suite_by_gnutls_name(const char *name);
const struct suite *suite_by_code(uint32_t code);

bool suite_is_cbc(const struct suite *suite);
/* SWEET32: 3DES, DES, IDEA, RC2, Skipjack, GOST 28147, Magma. */
bool suite_is_64_bit_block(const struct suite *suite);
bool suite_is_aead(const struct suite *suite);
bool suite_is_export(const struct suite *suite);
bool suite_is_anonymous(const struct suite *suite);

#endif
