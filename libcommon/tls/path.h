/* path.h - does a presented chain lead to a trust anchor? RFC 5280, 6; the rules are route.h's,
 * names are name.h's.
 *
 * Judges the chain for the purpose serverAuth at one moment. Facts, no severity. Any thread. Facts
 * without a subject stand for a certificate that cert_read() refused; their defect may say why. */
#ifndef TLS_PATH_H
#define TLS_PATH_H

#include "tls/cert.h"
#include "tls/trust.h"

#define CHAIN_MAX 64 /* certificates of a chain we look at; real ones have 2 to 5 */

/* Independent flags, not a ladder: a certificate can be expired and untrusted. */
enum path_problem {
	PATH_EMPTY = 1 << 0,          /* no certificate presented */
	PATH_SELF_SIGNED = 1 << 1,    /* the leaf signed itself and is no anchor */
	PATH_UNKNOWN_ISSUER = 1 << 2, /* no anchor at the end */
	PATH_INCOMPLETE = 1 << 3,     /* the leaf's issuer was not sent, and is no anchor */
	PATH_EXPIRED = 1 << 4,
	PATH_NOT_YET_VALID = 1 << 5,
	PATH_BAD_SIGNATURE = 1 << 6,
	PATH_WEAK = 1 << 7,          /* MD5, SHA-1, RSA below 2048 */
	PATH_NOT_CA = 1 << 8,        /* an issuer that must not issue */
	PATH_WRONG_PURPOSE = 1 << 9, /* EKU without serverAuth */
	PATH_CONSTRAINTS = 1 << 10,  /* name constraints, unknown critical extensions */
	PATH_MALFORMED = 1 << 11,    /* a certificate that is no certificate */
	PATH_OUT_OF_ORDER = 1 << 12, /* sorted before judging: tell, TLS 1.2 wants order */
	PATH_UNCHECKED = 1 << 13,    /* the trust anchors could not be read */
};

struct path_facts {
	bool trusted;
	unsigned problems;  /* enum path_problem */
	const char *anchor; /* subject of the anchor used, NULL if none */
	/* The way that was judged: the leaf first, each certified by the next, the anchor last if
	 * one was reached. In the arena. */
	const struct cert_facts *const *way;
	size_t way_length;
	bool anchor_from_system;
	const struct cert_facts *obscure; /* of the way, the first that GnuTLS cannot read though it
					     is well-formed to us; NULL: none */
	bool constrained;                 /* a CA of the path limits names: see name_discount() */
	const char *reason;               /* one sentence when not trusted, NULL otherwise */
};

void path_judge(const struct cert_facts *chain, size_t count, const struct trust *trust, int64_t at,
		struct arena *mem, struct path_facts *out);
/* "self-signed", "unknown-issuer" ... for one flag */
const char *path_problem_name(enum path_problem problem);

#endif
