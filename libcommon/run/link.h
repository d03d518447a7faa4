/* link.h - does the certificate that was shown on a connection prove its domain? */
#ifndef RUN_LINK_H
#define RUN_LINK_H

#include "judge/dialback.h"

/* Fills certificate_shown, authenticated and proof_lacks out of the handshake. domain is the one
 * the other end speaks for; NULL: it names none. */
void link_prove(struct link_facts *link, const char *domain, const struct trust *trust,
		struct arena *mem);

#endif
