/* signature.h - did the key of this certificate sign that one? Through GnuTLS. Any thread. */
#ifndef TLS_SIGNATURE_H
#define TLS_SIGNATURE_H

#include "tls/cert.h"

enum signature_result {
	SIGNATURE_GOOD,
	SIGNATURE_BAD,
	SIGNATURE_UNKNOWN, /* an algorithm this library does not have, or a key it cannot read */
};

/* Signature and key alone: no dates, no names, no opinion on weak algorithms. */
enum signature_result signature_check(const struct cert_facts *cert,
				      const struct cert_facts *issuer);

/* Signatures that verified in this process: an issuer signs thousands of certificates, and its own
 * needs to be verified once. A fixed table, so a later pair may take the place of an earlier one.
 * Locked inside; any thread. */
struct signature_memo;
struct signature_memo *signature_memo_new(void);
void signature_memo_free(struct signature_memo **memo);
/* As signature_check(), unless the memo knows that it is good. */
enum signature_result signature_check_once(struct signature_memo *memo,
					   const struct cert_facts *cert,
					   const struct cert_facts *issuer);

/* Can GnuTLS read it at all? A second opinion on what is well-formed. */
bool signature_can_read(const struct cert_facts *cert);

#endif
