/* discover.h - from a domain to its endpoints: RFC 6120, 3.2; XEP-0368; RFC 2782.
 *
 * A probe: asks the resolver, returns facts, judges nothing. Everything lives in the caller's
 * arena. */
#ifndef NET_DISCOVER_H
#define NET_DISCOVER_H

#include "net/dns.h"
#include "net/endpoint.h"
#include "net/srv.h"

/* As many endpoints of one domain are looked at, half of them of each service: more is nobody's
 * deployment, but somebody's attempt to have others probed. */
#define DISCOVER_ENDPOINTS_MAX 64

/* --connect HOST[:PORT]; port 0: the service's own (5222, 5269; direct TLS 5223, 5270). It stands
 * for one door of each wanted service: STARTTLS, unless direct TLS alone is wanted. */
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
	/* Given: the order a client tries (RFC 2782 over both transports' records of a service as
	 * one set; within a host IPv6 first, families in turn). NULL: a repeatable order (service,
	 * priority, weight descending, host, port, STARTTLS first, IPv4 first, address). */
	srv_random *random;
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
	/* Each answer with records has one only, the root: not offered (STR-2). No answer failed.
	 */
	bool declined[SERVICE_COUNT];
	/* Endpoints come from A/AAAA of the domain (STR-6): _xmpp-* was answered "there is none"
	 * and _xmpps-* named nobody, not even the root, and was not bogus. Not set for address
	 * literals. */
	bool fallback[SERVICE_COUNT];
	struct host_facts *hosts;
	size_t host_count;
	size_t left_out; /* endpoints, or targets not resolved, beyond DISCOVER_ENDPOINTS_MAX */
	double elapsed_ms;
};

/* endpoints: every SRV target x address of the wanted kinds, in the order a client tries them (or
 * the repeatable one). A target without address yields no endpoint; its host facts say why. */
void discover(struct resolver *resolver, const char *domain, const struct discover_options *options,
	      struct deadline until, struct arena *mem, struct dns_facts *facts,
	      struct endpoint_list *endpoints);

/* The pure half: endpoints out of facts; sets declined, fallback and left_out. */
void discover_plan(const char *domain, const struct discover_options *options, struct arena *mem,
		   struct dns_facts *facts, struct endpoint_list *endpoints);

/* "_xmpp-client._tcp." and so on, for messages: RFC 6120, 14.1; XEP-0368. */
const char *srv_prefix(enum service service, enum transport transport);
/* Two names of hosts, or addresses as text: RFC 4343, case is no difference. NULL is the same as
 * NULL alone. */
bool host_same(const char *a, const char *b);

#endif
