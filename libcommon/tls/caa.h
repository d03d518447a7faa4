/* caa.h - the CAA records of a domain (RFC 8659) against the CA that issued (CRT-64).
 *
 * The climb to the root is net/'s; here it is judged. CAA binds at issuance only: a mismatch is a
 * hint. Pure; any thread; everything in the arena. */
#ifndef TLS_CAA_H
#define TLS_CAA_H

#include "net/dns.h"
#include "tls/cert.h"

enum caa_status {
	CAA_NOT_CHECKED,
	CAA_NONE,    /* no records up to the root: every CA may issue */
	CAA_ALLOWS,  /* a record names the issuer */
	CAA_FORBIDS, /* records, and none names it */
	CAA_UNCLEAR, /* records name a CA that we cannot tell from this issuer (private, or new) */
	CAA_FAILED,  /* could not be asked */
};

struct caa_facts {
	enum caa_status status;
	const char *owner;    /* the name whose records count; NULL: none */
	const char **issuers; /* the domains that issue and issuewild name, as they stand; "" is
				 nobody */
	size_t count;
	bool account_bound; /* each record that names the issuer has an accounturi (RFC 8657) */
	const char *reason; /* one sentence; NULL under CAA_NONE and CAA_NOT_CHECKED */
};

/* answers: CAA of the domain and of each name above it up to the top-level domain, in this order.
 * wildcard: the name that matched is a wildcard: issuewild counts, and the climb begins one label
 * above the domain, where the wildcard stands. */
void caa_judge(const struct dns_answer *answers, size_t count, const struct cert_facts *leaf,
	       bool wildcard, struct arena *mem, struct caa_facts *out);
/* The questions for that, the domain first; at most room. Returns how many. */
size_t caa_questions(const char *domain, struct dns_question *out, size_t room);

/* "not-checked" "none" "allows" "forbids" "unclear" "failed" */
const char *caa_status_text(enum caa_status status);
NODISCARD bool caa_status_parse(const char *text, enum caa_status *out);

#endif
