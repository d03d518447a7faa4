/* intake.h - the certificates in a file's octets: PEM with any text around the blocks, DER (one
 * certificate, or several one behind the other), PKCS#7 (DER or PEM).
 *
 * Hostile until parsed: pure, bounded, fuzzed. Everything returned lives in the caller's arena or
 * points into the octets. */
#ifndef TLS_INTAKE_H
#define TLS_INTAKE_H

#include "tls/path.h"

#define INTAKE_MAX ((size_t)4 * 1024 * 1024) /* octets of one file: a chain of 64 takes a tenth */

/* Octets of all certificates together: what is told of them takes several times as much. */
#define INTAKE_DER_MAX ((size_t)1024 * 1024)

enum intake_form {
	INTAKE_NONE, /* no certificate in it */
	INTAKE_PEM,
	INTAKE_DER,
	INTAKE_PKCS7,
};

struct intake_facts {
	enum intake_form form;
	struct bytes certs[CHAIN_MAX]; /* DER in the file's order; PKCS#7, which has none: the
					  certificate that issued no other first */
	size_t count;
	bool cut;            /* there were more than CHAIN_MAX */
	const char *problem; /* what is wrong with the file, the first thing, escaped: "block 2 has
				no END line" (blocks of every kind count); NULL if nothing. A file
				with a problem is not to be trusted even where certs could be read;
				never NULL where there are none */
};

void intake_read(struct bytes file, struct arena *mem, struct intake_facts *out);

#endif
