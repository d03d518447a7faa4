/* groups.h - the registry of TLS groups (curves, finite fields, key encapsulation and hybrids):
 * generated from groups.csv. RFC 8422, RFC 7919, RFC 9846.
 *
 * Const data; any thread. */
#ifndef TLS_GROUPS_H
#define TLS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/version.h"

enum group_kind {
	GROUP_EC,          /* prime curves and Montgomery curves */
	GROUP_EC_BINARY,   /* characteristic 2; deprecated */
	GROUP_EC_EXPLICIT, /* the two code points for explicit parameters; deprecated */
	GROUP_FFDHE,       /* RFC 7919 */
	GROUP_KEM,         /* ML-KEM alone */
	GROUP_HYBRID,      /* post-quantum and classical together */
};

struct group {
	uint16_t code;
	const char *name;         /* IANA's: "x25519" */
	const char *openssl_name; /* "" if none */
	const char *gnutls_name;  /* "" if none */
	enum group_kind kind;
	uint16_t bits;                /* of security, as estimated; 0: unknown */
	uint16_t share;               /* octets of a client's key share; 0: unknown */
	enum tls_version first, last; /* versions that may use it */
	const char *grade;            /* the csv's class column: "insecure" "weak" "legacy" "secure"
					 "recommended" */
	char recommended;             /* IANA's: 'Y', 'N', 'D'; ' ' for none */
	const char *reference;
};

extern const struct group groups[]; /* ordered by code */
extern const size_t group_count;

const struct group *group_by_code(uint16_t code); /* NULL: not in the registry */
/* Post-quantum, alone or in a hybrid. */
bool group_is_post_quantum(const struct group *group);

#endif
