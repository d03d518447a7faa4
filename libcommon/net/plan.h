/* plan.h - what discover() and discover_plan() share: which names matter. Pure; not for others. */
#ifndef NET_PLAN_H
#define NET_PLAN_H

#include "net/discover.h"

/* SRV records say where this domain is: no address literal, no .onion, no --connect. */
bool plan_asks_srv(const char *domain, const struct discover_options *options);
/* Sets declined and fallback from the SRV answers. */
void plan_services(const char *domain, const struct discover_options *options,
		   struct dns_facts *facts);
/* Sets hosts to every name whose addresses are needed, none of them asked yet. */
void plan_hosts(const char *domain, const struct discover_options *options, struct arena *mem,
		struct dns_facts *facts);

/* One SRV record of a service that names a host. */
struct candidate {
	enum transport transport;
	const struct dns_srv *srv;
};
/* Both transports' records of a service as one set (STR-10), roots left out (STR-2), in the order
 * of options. */
size_t plan_candidates(const struct discover_options *options, const struct dns_facts *facts,
		       enum service service, struct arena *mem, const struct candidate **out);

#endif
