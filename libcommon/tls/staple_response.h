/* staple_response.h - the parts of an OCSP response (RFC 6960, 4.2.1), and who signed it. For
 * staple.c.
 *
 * Views of the response's octets; any thread. */
#ifndef TLS_STAPLE_RESPONSE_H
#define TLS_STAPLE_RESPONSE_H

#include <gnutls/ocsp.h>

#include "tls/staple.h"

struct response {
	struct bytes body; /* ResponseData with tag and length: what is signed */
	int64_t produced;
	struct bytes singles;    /* SingleResponses one behind the other */
	struct bytes extensions; /* Extensions likewise; empty: none */
};

enum single_status {
	SINGLE_GOOD,
	SINGLE_REVOKED,
	SINGLE_UNKNOWN,
};

struct single {
	char hash[128]; /* OID of the algorithm of: */
	struct bytes name_hash, key_hash, serial;
	enum single_status status;
	int64_t revoked;
	const char *revocation; /* NULL: none given */
	int64_t this_update, next_update;
	struct bytes extensions;
};

/* Of a response whose status is successful. */
NODISCARD bool response_split(struct bytes der, struct response *out);
/* Takes one off the front of singles. */
NODISCARD bool response_take_single(struct bytes *singles, struct single *out);

/* RFC 6960, 4.2.2.2: the issuer signed it, or somebody whom the issuer certified for that. NULL: so
 * it is; else why not. */
const char *response_signer_problem(gnutls_ocsp_resp_t ocsp, struct bytes body,
				    const struct cert_facts *issuer, int64_t at, struct arena *mem);

#endif
