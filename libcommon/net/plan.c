#include "net/plan.h"

#include <stdlib.h>
#include <string.h>

/* Each host costs two questions, and whose SRV answer names more hosts than endpoints are looked at
 * wants to have others asked. */
#define HOSTS_PER_SERVICE (DISCOVER_ENDPOINTS_MAX / SERVICE_COUNT / 2)

static bool is_onion(const char *name)
{
	size_t size = strlen(name), tail = strlen(".onion");
	return size >= tail && strcmp(name + size - tail, ".onion") == 0;
}

bool plan_asks_srv(const char *domain, const struct discover_options *options)
{
	struct address literal;
	return options->connect_count == 0 && !address_parse(domain, &literal) && !is_onion(domain);
}

static bool is_single_root(const struct dns_answer *answer)
{
	return answer->count == 1 && answer->records[0].srv.target[0] == '\0';
}

static bool is_none(const struct dns_answer *answer)
{
	return answer->outcome == DNS_NO_DATA || answer->outcome == DNS_NO_NAME;
}

/* CRT-41: a bogus SRV answer ends the whole attempt, whatever the other transport's answer says. */
static bool is_bogus(const struct dns_facts *facts, enum service service)
{
	for (size_t t = 0; t < TRANSPORT_COUNT; t++) {
		if (facts->srv[service][t].dnssec == DNSSEC_BOGUS)
			return true;
	}
	return false;
}

/* STR-2, STR-6, STR-15, STR-16. The fallback is STARTTLS on its registered port, so it is the
 * answer to _xmpp-* that must say "there is none". RFC 6120 lets a client fall back without any
 * answer too; a probe that could not ask says so instead. An unanswered _xmpps-* question forbids
 * nothing. */
void plan_services(const char *domain, const struct discover_options *options,
		   struct dns_facts *facts)
{
	for (size_t s = 0; s < SERVICE_COUNT; s++) {
		bool root = false, others = false, failed = false;
		facts->declined[s] = facts->fallback[s] = false;
		if (!options->services[s] || !plan_asks_srv(domain, options))
			continue;
		for (size_t t = 0; t < TRANSPORT_COUNT; t++) {
			const struct dns_answer *answer = &facts->srv[s][t];
			bool found = answer->outcome == DNS_FOUND;
			root = root || (found && is_single_root(answer));
			others = others || (found && !is_single_root(answer));
			failed = failed || dns_outcome_is_failure(answer->outcome);
		}
		facts->declined[s] = root && !others && !failed;
		facts->fallback[s] = options->transports[TRANSPORT_STARTTLS] && !root && !others &&
				     is_none(&facts->srv[s][TRANSPORT_STARTTLS]) &&
				     !is_bogus(facts, (enum service)s);
	}
}

/* The repeatable order: priority, weight descending, host, port, transport. */
static int compare(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int hosts = strcmp(a->srv->target, b->srv->target);
	if (a->srv->priority != b->srv->priority)
		return a->srv->priority < b->srv->priority ? -1 : 1;
	if (a->srv->weight != b->srv->weight)
		return a->srv->weight > b->srv->weight ? -1 : 1;
	if (hosts != 0)
		return hosts;
	if (a->srv->port != b->srv->port)
		return a->srv->port < b->srv->port ? -1 : 1;
	return (int)a->transport - (int)b->transport;
}

static struct candidate *shuffle(const struct discover_options *options,
				 const struct candidate *candidates, size_t count,
				 struct arena *mem)
{
	struct srv_rank *ranks = arena_array(mem, count, sizeof(*ranks));
	struct candidate *ordered = arena_array(mem, count, sizeof(*ordered));
	for (size_t i = 0; i < count; i++) {
		ranks[i] = (struct srv_rank){
			.priority = candidates[i].srv->priority,
			.weight = candidates[i].srv->weight,
			.index = i,
		};
	}
	srv_order(ranks, count, options->random, options->random_state);
	for (size_t i = 0; i < count; i++)
		ordered[i] = candidates[ranks[i].index];
	return ordered;
}

size_t plan_candidates(const struct discover_options *options, const struct dns_facts *facts,
		       enum service service, struct arena *mem, const struct candidate **out)
{
	size_t count = 0, room = 0;
	for (size_t t = 0; t < TRANSPORT_COUNT; t++)
		room += facts->srv[service][t].count;
	struct candidate *found = arena_array(mem, room, sizeof(*found));
	for (size_t t = 0; t < TRANSPORT_COUNT && !is_bogus(facts, service); t++) {
		const struct dns_answer *answer = &facts->srv[service][t];
		for (size_t i = 0; i < answer->count && options->transports[t]; i++) {
			const struct dns_srv *srv = &answer->records[i].srv;
			if (srv->target[0] != '\0')
				found[count++] = (struct candidate){ (enum transport)t, srv };
		}
	}
	if (count > 1)
		qsort(found, count, sizeof(*found), compare);
	*out = options->random ? shuffle(options, found, count, mem) : found;
	return count;
}

static void add_host(struct dns_facts *facts, const char *name)
{
	struct address literal;
	for (size_t i = 0; i < facts->host_count; i++) {
		if (strcmp(facts->hosts[i].name, name) == 0)
			return;
	}
	facts->hosts[facts->host_count++] = (struct host_facts){
		.name = name,
		.a = { .name = name, .type = DNS_A },
		.aaaa = { .name = name, .type = DNS_AAAA },
		.is_address = address_parse(name, &literal),
	};
}

/* The most preferred targets first: what goes over the limit is what a client tries last. */
static void add_targets(const struct discover_options *options, struct arena *mem,
			enum service service, struct dns_facts *facts)
{
	struct discover_options repeatable = *options;
	const struct candidate *candidates;
	repeatable.random = NULL;
	size_t before = facts->host_count;
	size_t count = plan_candidates(&repeatable, facts, service, mem, &candidates);
	for (size_t i = 0; i < count && facts->host_count - before < HOSTS_PER_SERVICE; i++)
		add_host(facts, candidates[i].srv->target);
}

void plan_hosts(const char *domain, const struct discover_options *options, struct arena *mem,
		struct dns_facts *facts)
{
	struct address literal;
	size_t connects = options->connect_count;
	if (connects > DISCOVER_ENDPOINTS_MAX)
		connects = DISCOVER_ENDPOINTS_MAX;
	facts->hosts = arena_array(mem, connects + SERVICE_COUNT * HOSTS_PER_SERVICE + 1,
				   sizeof(*facts->hosts));
	facts->host_count = 0;
	for (size_t i = 0; i < connects; i++) {
		if (!address_parse(options->connect[i].host, &literal))
			add_host(facts, options->connect[i].host);
	}
	if (connects == 0 && is_onion(domain))
		add_host(facts, domain);
	for (size_t s = 0; s < SERVICE_COUNT; s++) {
		if (!options->services[s])
			continue;
		if (facts->fallback[s])
			add_host(facts, domain);
		else
			add_targets(options, mem, (enum service)s, facts);
	}
}
