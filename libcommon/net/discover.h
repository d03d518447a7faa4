/* discover.h - from a domain to its endpoints: RFC 6120, 3.2; XEP-0368; RFC 2782.
 *
 * A probe: asks the resolver, returns facts, judges nothing. Everything lives in the caller's
 * arena. */
#ifndef NET_DISCOVER_H
#define NET_DISCOVER_H

#include "net/dns.h"
#include "net/endpoint.h"
#include "net/srv.h"

/* --connect HOST[:PORT]; port 0: the service's own (5222, 5269; direct TLS 5223, 5270). */
struct connect_to {
	const char *host;
	uint16_t port;
};

struct discover_options {
	bool services[SERVICE_COUNT];
	bool transports[TRANSPORT_COUNT];
	int family;                       /* AF_UNSPEC: both */
	const struct connect_to *connect; /* these instead of DNS */
	size_t connect_count;
	bool by_name; /* a proxy resolves: SRV is asked, addresses are not; .onion asks nothing */
	srv_random *random; /* NULL: a repeatable order (priority, weight descending, host, port) */
	void *random_state;
};

/* An SRV target, or the domain itself for the fallback. */
struct host_facts {
	const char *name;
	struct dns_answer a, aaaa; /* DNS_NOT_ASKED where the family was not wanted */
	bool is_address; /* an SRV target written as an IP address: a fault of the zone (STR-8) */
};

struct dns_facts {
	/* DNS_NOT_ASKED with --connect, for services and transports not wanted, and for address
	 * literals. */
	struct dns_answer srv[SERVICE_COUNT][TRANSPORT_COUNT];
	bool declined[SERVICE_COUNT]; /* the only records have the root as target: not offered
					 (STR-2) */
	bool fallback[SERVICE_COUNT]; /* endpoints come from A/AAAA of the domain (STR-6) */
	struct host_facts *hosts;
	size_t host_count;
	double elapsed_ms;
};

/* endpoints: every SRV target x address of the wanted kinds, in the order a client tries them (or
 * the repeatable one). A target without address yields no endpoint; its host facts say why. */
void discover(struct resolver *resolver, const char *domain, const struct discover_options *options,
	      struct deadline until, struct arena *mem, struct dns_facts *facts,
	      struct endpoint_list *endpoints);

/* The pure half: endpoints out of facts. */
void discover_plan(const char *domain, const struct discover_options *options, struct arena *mem,
		   struct dns_facts *facts, struct endpoint_list *endpoints);

/* "_xmpp-client._tcp." and so on, for messages: RFC 6120, 14.1; XEP-0368. */
const char *srv_prefix(enum service service, enum transport transport);

#endif
