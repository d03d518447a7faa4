/* crl_list.h - one revocation list (RFC 5280, 5), taken apart and indexed. For crl.c.
 *
 * Walked by hand: lists of great authorities have a million entries, for which GnuTLS would build a
 * tree of gigabytes. A view of its octets; const after crl_list_read(), any thread. */
#ifndef TLS_CRL_LIST_H
#define TLS_CRL_LIST_H

#include <gnutls/gnutls.h>

#include "tls/crl.h"

#define CRL_DIGEST_MAX 64

/* What stands in an entry's SEQUENCE: serial number, date, extensions. */
struct crl_entry {
	const uint8_t *data;
	uint32_t size;
};

struct crl_list {
	struct bytes issuer, body, signature;
	gnutls_sign_algorithm_t algorithm; /* UNKNOWN: nobody here can check it */
	uint8_t digest[CRL_DIGEST_MAX];    /* of body: taken once, checked for each path */
	size_t digest_size;                /* 0: an algorithm that wants the body itself */
	int64_t this_update, next_update;  /* 0: none */
	bool limited;                      /* has an issuingDistributionPoint: */
	struct bytes scope;                /* its contents */
	const char *problem;               /* critical extensions nobody knows; NULL */
	struct crl_entry *entries;         /* by serial number */
	size_t count;
};

/* False: not a list (ERR_PROTOCOL), or a delta (ERR_UNSUPPORTED). */
NODISCARD bool crl_list_read(struct bytes der, struct arena *mem, struct crl_list *out,
			     struct err *err);
/* Is the certificate of this serial number on it? Since when, and why (NULL: not told)? */
NODISCARD bool crl_list_find(const struct crl_list *list, struct bytes serial, int64_t *revoked,
			     const char **revocation);

struct crl_set {
	struct arena *mem;
	struct crl_list *lists;
	size_t count, room;
};

#endif
