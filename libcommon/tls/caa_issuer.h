/* caa_issuer.h - whose domain in a CAA record is this? For caa.c.
 *
 * No registry says so; authorities do, in their practice statements (BR, 2.2). Pure; any thread. */
#ifndef TLS_CAA_ISSUER_H
#define TLS_CAA_ISSUER_H

#include "tls/cert.h"

enum caa_fit {
	CAA_FIT_NO,      /* the domain of another authority */
	CAA_FIT_YES,     /* the domain of the one that issued */
	CAA_FIT_UNKNOWN, /* a domain that we know nothing of */
};

/* domain: lower case. issuer: its name as in cert_facts. */
enum caa_fit caa_issuer_fits(const char *domain, const char *issuer);

#endif
