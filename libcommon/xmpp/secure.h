/* secure.h - joins XMPP's names to TLS: which SNI, which ALPN, whose identity, verified or not.
 *
 * The probe's answer to "is the peer who it should be": PKIX path and RFC 9525 names over the chain
 * that tls/session saw. */
#ifndef XMPP_SECURE_H
#define XMPP_SECURE_H

#include "tls/name.h"
#include "tls/path.h"
#include "tls/session.h"

/* What the presented chain says about a domain and a service. */
struct identity_facts {
	struct cert_facts *certs; /* of the chain, in the presented order */
	size_t cert_count;        /* up to the first that cannot be read; path knows of all */
	struct path_facts path;
	struct name_facts names;
	bool authenticated; /* path trusted and a name matches */
};

/* domain: A-labels or an IP literal. at: seconds since 1970. Pure but for the trust anchors. */
void secure_judge(const struct tls_facts *tls, const char *domain, enum service service,
		  const struct trust *trust, int64_t at, struct arena *mem,
		  struct identity_facts *out);

/* "_xmpp-client" or "_xmpp-server" (RFC 6120, 13.7.1.2.1): over direct TLS, too (STR-14). */
const char *secure_srv_service(enum service service);
/* "xmpp-client" or "xmpp-server" (XEP-0368). */
const char *secure_alpn(enum service service);

#endif
