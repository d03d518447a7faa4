#include "net/discover.h"

#include <stdlib.h>
#include <string.h>

#include "net/plan.h"

#define PER_SERVICE (DISCOVER_ENDPOINTS_MAX / SERVICE_COUNT) /* so that none starves the other */

/* RFC 6120, 14.7; the ports of direct TLS are custom only, never guessed, but what
 * --connect --direct-tls without a port must mean (STR-16). */
static const uint16_t ports[SERVICE_COUNT][TRANSPORT_COUNT] = {
	[SERVICE_C2S] = { [TRANSPORT_STARTTLS] = 5222, [TRANSPORT_DIRECT] = 5223 },
	[SERVICE_S2S] = { [TRANSPORT_STARTTLS] = 5269, [TRANSPORT_DIRECT] = 5270 },
};

/* The endpoints so far, and those of the service at work. */
struct plan {
	const struct discover_options *options;
	const struct dns_facts *facts;
	struct arena *mem;
	struct endpoint *items;
	size_t count, of_service, left_out;
};

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->service == b->service && a->transport == b->transport && a->port == b->port &&
	       strcmp(a->host, b->host) == 0 && address_equal(&a->address, &b->address);
}

/* Two records may name the same door with different priorities: it is tried once. */
static void add(struct plan *plan, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (is_same(&plan->items[i], endpoint))
			return;
	}
	if (plan->of_service == PER_SERVICE) {
		plan->left_out++;
		return;
	}
	plan->items[plan->count++] = *endpoint;
	plan->of_service++;
}

static void add_address(struct plan *plan, struct endpoint endpoint, const struct address *address)
{
	int family = plan->options->family;
	if (family != AF_UNSPEC && family != address->family)
		return;
	endpoint.address = *address;
	add(plan, &endpoint);
}

static int compare_addresses(const void *left, const void *right)
{
	const struct address *a = left, *b = right;
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

/* What failed validation is no address (CRT-41). */
static size_t usable(const struct dns_answer *answer, bool sorted, struct arena *mem,
		     const struct address **out)
{
	size_t count = answer->dnssec == DNSSEC_BOGUS ? 0 : answer->count;
	struct address *addresses = arena_array(mem, count, sizeof(*addresses));
	for (size_t i = 0; i < count; i++)
		addresses[i] = answer->records[i].address;
	if (sorted && count > 1) /* resolvers rotate them */
		qsort(addresses, count, sizeof(*addresses), compare_addresses);
	*out = addresses;
	return count;
}

static const struct host_facts *find_host(const struct dns_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->host_count; i++) {
		if (strcmp(facts->hosts[i].name, name) == 0)
			return &facts->hosts[i];
	}
	return NULL;
}

/* Every address of the endpoint's host. As a client: IPv6 first, families in turn (STR-19). */
static void add_host(struct plan *plan, const struct endpoint *endpoint)
{
	const struct host_facts *host = find_host(plan->facts, endpoint->host);
	const struct address *six, *four;
	bool as_client = plan->options->random != NULL;
	if (!host) {
		plan->left_out++;
		return;
	}
	if (host->is_address)
		return; /* STR-8: no name that could have an address; the facts show it */
	if (plan->options->by_name) {
		add(plan, endpoint);
		return;
	}
	size_t sixes = usable(&host->aaaa, !as_client, plan->mem, &six);
	size_t fours = usable(&host->a, !as_client, plan->mem, &four);
	for (size_t i = 0; i < fours && !as_client; i++)
		add_address(plan, *endpoint, &four[i]);
	for (size_t i = 0; i < sixes || (as_client && i < fours); i++) {
		if (i < sixes)
			add_address(plan, *endpoint, &six[i]);
		if (as_client && i < fours)
			add_address(plan, *endpoint, &four[i]);
	}
}

static void add_srv(struct plan *plan, enum service service)
{
	const struct candidate *candidates;
	size_t count = plan_candidates(plan->options, plan->facts, service, plan->mem, &candidates);
	for (size_t i = 0; i < count; i++) {
		add_host(plan, &(struct endpoint){
				       .service = service,
				       .transport = candidates[i].transport,
				       .source = SOURCE_SRV,
				       .host = candidates[i].srv->target,
				       .port = candidates[i].srv->port,
				       .priority = candidates[i].srv->priority,
				       .weight = candidates[i].srv->weight,
			       });
	}
}

/* A literal's text is written in one way only, without brackets. */
static void add_name_or_literal(struct plan *plan, struct endpoint *endpoint)
{
	char text[ADDRESS_TEXT_MAX];
	struct address literal;
	if (!address_parse(endpoint->host, &literal)) {
		add_host(plan, endpoint);
		return;
	}
	endpoint->host = arena_copy(plan->mem, address_text(&literal, text));
	add_address(plan, *endpoint, &literal);
}

static void add_connect(struct plan *plan, enum service service)
{
	const struct discover_options *options = plan->options;
	enum transport transport = options->transports[TRANSPORT_STARTTLS] ? TRANSPORT_STARTTLS
									   : TRANSPORT_DIRECT;
	for (size_t i = 0; i < options->connect_count; i++) {
		const struct connect_to *to = &options->connect[i];
		struct endpoint endpoint = {
			.service = service,
			.transport = transport,
			.source = SOURCE_CONNECT,
			.host = to->host,
			.port = to->port ? to->port : ports[service][transport],
		};
		add_name_or_literal(plan, &endpoint);
	}
}

/* Without SRV: STARTTLS on the registered port, of the domain itself (STR-6, STR-16, STR-22). */
static void add_domain(struct plan *plan, const char *domain, enum service service)
{
	struct endpoint endpoint = {
		.service = service,
		.transport = TRANSPORT_STARTTLS,
		.source = SOURCE_FALLBACK,
		.host = domain,
		.port = ports[service][TRANSPORT_STARTTLS],
	};
	if (plan->options->transports[TRANSPORT_STARTTLS])
		add_name_or_literal(plan, &endpoint);
}

void discover_plan(const char *domain, const struct discover_options *options, struct arena *mem,
		   struct dns_facts *facts, struct endpoint_list *endpoints)
{
	struct plan plan = { .options = options, .facts = facts, .mem = mem };
	plan.items = arena_array(mem, DISCOVER_ENDPOINTS_MAX, sizeof(*plan.items));
	plan_services(domain, options, facts);
	for (size_t s = 0; s < SERVICE_COUNT; s++) {
		plan.of_service = 0;
		if (!options->services[s])
			continue;
		if (options->connect_count > 0)
			add_connect(&plan, (enum service)s);
		else if (facts->fallback[s] || !plan_asks_srv(domain, options))
			add_domain(&plan, domain, (enum service)s);
		else
			add_srv(&plan, (enum service)s);
	}
	facts->left_out = plan.left_out;
	*endpoints = (struct endpoint_list){ plan.items, plan.count };
}
