/* crl.h - certificate revocation lists from files (--crl): RFC 5280, 5 and 6.3; CRT-61.
 *
 * Read once before the first thread, const afterwards. The signature of a list is checked against
 * the issuer the path names; indirect and delta lists are not supported, and said so. */
#ifndef TLS_CRL_H
#define TLS_CRL_H

#include "tls/path.h"

struct crl_set;

/* PEM (any number of blocks) or DER. False: which file, and what is wrong. */
NODISCARD bool crl_set_new(const char *const *files, size_t count, struct crl_set **out,
			   struct err *err);
void crl_set_free(struct crl_set **set);

enum crl_status {
	CRL_NOT_CHECKED, /* no --crl */
	CRL_GOOD,        /* every certificate of the path below the anchor has a valid list that
			    does not name it */
	CRL_REVOKED,
	CRL_UNCOVERED, /* no list of that issuer, or for another scope (issuingDistributionPoint) */
	CRL_STALE,     /* nextUpdate has passed */
	CRL_INVALID,   /* signature wrong, critical extension unknown */
};

struct crl_facts {
	enum crl_status status;           /* the worst: revoked before all others */
	size_t cert;                      /* index in the path of the one it is about */
	int64_t revoked;                  /* since when */
	const char *revocation;           /* "keyCompromise" ...; NULL */
	int64_t this_update, next_update; /* of the leaf's list; 0: none */
	const char *reason;               /* one sentence where not CRL_GOOD */
};

/* path: the leaf first, its issuers behind, the anchor last. */
void crl_check(const struct crl_set *set, const struct cert_facts *const *path, size_t length,
	       int64_t at, struct arena *mem, struct crl_facts *out);

/* "not-checked" "good" "revoked" "uncovered" "stale" "invalid" */
const char *crl_status_text(enum crl_status status);
NODISCARD bool crl_status_parse(const char *text, enum crl_status *out);

#endif
