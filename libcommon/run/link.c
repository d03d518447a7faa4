#include "run/link.h"

void link_prove(struct link_facts *link, const char *domain, const struct trust *trust,
		struct arena *mem)
{
	struct identity_facts identity = { 0 };
	link->certificate_shown = link->tls.chain_count > 0;
	if (!link->certificate_shown || !domain)
		return;
	secure_judge(&link->tls, domain, SERVICE_S2S, trust, clock_now(), mem, &identity);
	link->authenticated = identity.authenticated;
	if (!identity.authenticated)
		link->proof_lacks = identity.path.trusted ? "it does not name the domain"
							  : identity.path.reason;
}
