#include "net/discover.h"

#include <strings.h>

#include "net/plan.h"

static const char *const prefixes[SERVICE_COUNT][TRANSPORT_COUNT] = {
	[SERVICE_C2S] = { "_xmpp-client._tcp.", "_xmpps-client._tcp." },
	[SERVICE_S2S] = { "_xmpp-server._tcp.", "_xmpps-server._tcp." },
};

const char *srv_prefix(enum service service, enum transport transport)
{
	return prefixes[service][transport];
}

bool host_same(const char *a, const char *b)
{
	return a == b || (a && b && strcasecmp(a, b) == 0);
}

/* Questions of one round, and where each answer goes. */
struct round {
	struct dns_question *questions;
	struct dns_answer **places;
	size_t count;
};

static struct round new_round(struct arena *mem, size_t room)
{
	return (struct round){
		.questions = arena_array(mem, room, sizeof(struct dns_question)),
		.places = arena_array(mem, room, sizeof(struct dns_answer *)),
	};
}

static void add_question(struct round *round, struct dns_answer *place)
{
	round->questions[round->count] = (struct dns_question){ place->name, place->type };
	round->places[round->count++] = place;
}

static void ask_round(struct resolver *resolver, const struct round *round, struct deadline until,
		      struct arena *mem)
{
	struct dns_answer *answers = arena_array(mem, round->count, sizeof(*answers));
	dns_ask(resolver, round->questions, round->count, until, mem, answers);
	for (size_t i = 0; i < round->count; i++)
		*round->places[i] = answers[i];
}

static void ask_srv(struct resolver *resolver, const char *domain,
		    const struct discover_options *options, struct deadline until,
		    struct arena *mem, struct dns_facts *facts)
{
	struct round round = new_round(mem, SERVICE_COUNT * TRANSPORT_COUNT);
	for (size_t s = 0; s < SERVICE_COUNT; s++) {
		for (size_t t = 0; t < TRANSPORT_COUNT; t++) {
			struct dns_answer *answer = &facts->srv[s][t];
			answer->name = arena_printf(mem, "%s%s", prefixes[s][t], domain);
			answer->type = DNS_SRV;
			if (options->services[s] && options->transports[t])
				add_question(&round, answer);
		}
	}
	if (plan_asks_srv(domain, options))
		ask_round(resolver, &round, until, mem);
}

/* A and AAAA together, of all hosts at once (STR-4, STR-19). */
static void ask_addresses(struct resolver *resolver, const struct discover_options *options,
			  struct deadline until, struct arena *mem, struct dns_facts *facts)
{
	struct round round = new_round(mem, facts->host_count * 2);
	for (size_t i = 0; i < facts->host_count; i++) {
		struct host_facts *host = &facts->hosts[i];
		if (host->is_address)
			continue;
		if (options->family != AF_INET6)
			add_question(&round, &host->a);
		if (options->family != AF_INET)
			add_question(&round, &host->aaaa);
	}
	ask_round(resolver, &round, until, mem);
}

void discover(struct resolver *resolver, const char *domain, const struct discover_options *options,
	      struct deadline until, struct arena *mem, struct dns_facts *facts,
	      struct endpoint_list *endpoints)
{
	double started = clock_ms();
	*facts = (struct dns_facts){ 0 };
	ask_srv(resolver, domain, options, until, mem, facts);
	plan_services(domain, options, facts);
	plan_hosts(domain, options, mem, facts);
	if (!options->by_name)
		ask_addresses(resolver, options, until, mem, facts);
	facts->elapsed_ms = clock_ms() - started;
	discover_plan(domain, options, mem, facts, endpoints);
}
