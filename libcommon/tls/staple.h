/* staple.h - a stapled OCSP response: does it speak for this certificate, is it signed, is it
 * fresh? RFC 6960; CRT-60.
 *
 * Through GnuTLS; pure; any thread; everything in the arena. */
#ifndef TLS_STAPLE_H
#define TLS_STAPLE_H

#include "tls/cert.h"

enum staple_status {
	STAPLE_ABSENT,
	STAPLE_GOOD,
	STAPLE_REVOKED,
	STAPLE_CA_UNKNOWN, /* the responder does not know the certificate */
	STAPLE_MALFORMED,
	STAPLE_OTHER,     /* for another certificate */
	STAPLE_UNSIGNED,  /* signature wrong, or by nobody the issuer authorised */
	STAPLE_STALE,     /* nextUpdate has passed */
	STAPLE_EARLY,     /* thisUpdate lies in the future: a clock is wrong */
	STAPLE_REFUSED,   /* the response is an error: tryLater, unauthorized ... */
	STAPLE_UNCHECKED, /* for this certificate, but nobody knows the issuer's key */
};

struct staple_facts {
	enum staple_status status;
	int64_t produced, this_update, next_update; /* seconds since 1970; 0: absent */
	int64_t revoked;                            /* since when */
	const char *revocation;                     /* "keyCompromise" ...; NULL: none given */
	const char *reason; /* why it is not STAPLE_GOOD: "it was valid until ..."; NULL
			       otherwise */
	struct bytes scts;  /* the SignedCertificateTimestampList in it, for sct_read(); a view of
			       the response; empty: none */
};

/* issuer: of the leaf, NULL where nobody knows it (its signature cannot be checked then). A
 * revocation that is signed counts even when the response is stale. */
void staple_read(struct bytes response, const struct cert_facts *leaf,
		 const struct cert_facts *issuer, int64_t at, struct arena *mem,
		 struct staple_facts *out);

/* "absent" "good" "revoked" "unknown" "malformed" "other-certificate" "bad-signature" "stale"
 * "early" "refused" "unchecked" */
const char *staple_status_text(enum staple_status status);
NODISCARD bool staple_status_parse(const char *text, enum staple_status *out);

#endif
