#include "net/tlsa.h"

#include <string.h>

/* A host, and what DNSSEC says of its addresses. */
struct target {
	const char *name;
	struct dns_answer a, aaaa;
};

/* A host and a port: what a TLSA record stands for. */
struct door {
	const struct target *target;
	uint16_t port;
	struct dns_answer original, expanded; /* at the target's name, and where its alias leads */
};

struct survey {
	struct resolver *resolver;
	const struct dns_facts *dns;
	struct deadline until;
	struct arena *mem;
	struct target targets[TLSA_DOORS_MAX];
	struct door doors[TLSA_DOORS_MAX];
	size_t target_count, door_count;
};

/* The questions of one batch, and where each answer goes. Both families of every target, or both
 * names of every door. */
struct batch {
	struct dns_question questions[2 * TLSA_DOORS_MAX];
	struct dns_answer *places[2 * TLSA_DOORS_MAX];
	size_t count;
};

static void add_question(struct batch *batch, const char *name, enum dns_type type,
			 struct dns_answer *place)
{
	batch->questions[batch->count] = (struct dns_question){ name, type };
	batch->places[batch->count++] = place;
}

static void ask_batch(const struct survey *survey, const struct batch *batch)
{
	struct dns_answer *answers = arena_array(survey->mem, batch->count, sizeof(*answers));
	if (batch->count == 0)
		return;
	dns_ask(survey->resolver, batch->questions, batch->count, survey->until, survey->mem,
		answers);
	for (size_t i = 0; i < batch->count; i++)
		*batch->places[i] = answers[i];
}

static bool is_secure(const struct dns_answer *answer)
{
	return answer->outcome == DNS_FOUND && answer->dnssec == DNSSEC_SECURE;
}

static bool has_found(const struct target *target, enum dnssec dnssec)
{
	return (target->a.outcome == DNS_FOUND && target->a.dnssec == dnssec) ||
	       (target->aaaa.outcome == DNS_FOUND && target->aaaa.dnssec == dnssec);
}

/* RFC 7673, 3.2: one secure set of addresses suffices. What is not known yet, or had no answer, is
 * DNSSEC_UNKNOWN; a name that has no address at all has no secure one either. */
static enum dnssec best_of(const struct target *target)
{
	const struct dns_answer *a = &target->a, *aaaa = &target->aaaa;
	if (has_found(target, DNSSEC_SECURE))
		return DNSSEC_SECURE;
	if (has_found(target, DNSSEC_INSECURE))
		return DNSSEC_INSECURE;
	if (a->dnssec == DNSSEC_BOGUS || aaaa->dnssec == DNSSEC_BOGUS)
		return DNSSEC_BOGUS;
	if (dns_outcome_is_failure(a->outcome) || dns_outcome_is_failure(aaaa->outcome))
		return DNSSEC_UNKNOWN;
	bool denied = a->dnssec != DNSSEC_UNKNOWN || aaaa->dnssec != DNSSEC_UNKNOWN;
	return denied ? DNSSEC_INSECURE : DNSSEC_UNKNOWN;
}

/* Where the target leads, if every step there is secure (RFC 7671, 7); NULL: it is no such alias.
 */
static const char *secure_alias(const struct target *target)
{
	if (is_secure(&target->a) && target->a.alias)
		return target->a.alias;
	return is_secure(&target->aaaa) ? target->aaaa.alias : NULL;
}

static bool names(const struct dns_answer *answer, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_srv *srv = &answer->records[i].srv;
		if (srv->port == endpoint->port && strcmp(srv->target, endpoint->host) == 0)
			return true;
	}
	return false;
}

/* The answer that led to the endpoint: the SRV records that name it, or the denial that let the
 * domain's own addresses stand in. NULL: nobody vouches for it. */
static const struct dns_answer *find_srv(const struct dns_facts *dns,
					 const struct endpoint *endpoint)
{
	if (!dns || endpoint->source == SOURCE_CONNECT)
		return NULL;
	const struct dns_answer *answer = &dns->srv[endpoint->service][endpoint->transport];
	if (answer->outcome == DNS_NOT_ASKED)
		return NULL;
	bool denied = dns->fallback[endpoint->service] && endpoint->source != SOURCE_SRV &&
		      answer->outcome != DNS_FOUND;
	return denied || names(answer, endpoint) ? answer : NULL;
}

static struct target *find_target(struct survey *survey, const char *name)
{
	const struct dns_facts *dns = survey->dns;
	for (size_t i = 0; i < survey->target_count; i++) {
		if (strcmp(survey->targets[i].name, name) == 0)
			return &survey->targets[i];
	}
	struct target *target = &survey->targets[survey->target_count++];
	*target = (struct target){ .name = name };
	for (size_t i = 0; i < dns->host_count; i++) {
		if (strcmp(dns->hosts[i].name, name) != 0)
			continue;
		target->a = dns->hosts[i].a;
		target->aaaa = dns->hosts[i].aaaa;
		break;
	}
	return target;
}

/* NULL: there are too many. */
static struct door *find_door(struct survey *survey, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < survey->door_count; i++) {
		struct door *door = &survey->doors[i];
		if (door->port == endpoint->port && strcmp(door->target->name, endpoint->host) == 0)
			return door;
	}
	if (survey->door_count == TLSA_DOORS_MAX)
		return NULL;
	struct door *door = &survey->doors[survey->door_count++];
	*door = (struct door){ .target = find_target(survey, endpoint->host),
			       .port = endpoint->port };
	return door;
}

/* The door to ask about; NULL where the answer is no already, and out says so. */
static const struct door *open_door(struct survey *survey, const struct endpoint *endpoint,
				    struct tlsa_lookup *out)
{
	struct address literal;
	const struct dns_answer *srv = find_srv(survey->dns, endpoint);
	*out = (struct tlsa_lookup){ .base = endpoint->host };
	if (address_parse(endpoint->host, &literal)) {
		out->not_asked = "an IP address has no TLSA records";
	} else if (!srv) {
		out->not_asked = endpoint->source == SOURCE_CONNECT
					 ? "the host was given with --connect, no SRV record "
					   "leads there"
					 : "no SRV answer that leads to the host is known";
	} else {
		out->srv = srv->dnssec;
		if (dns_outcome_is_failure(srv->outcome))
			out->answer = *srv;
	}
	if (out->srv != DNSSEC_SECURE)
		return NULL;
	const struct door *door = find_door(survey, endpoint);
	if (!door)
		out->not_asked = "more hosts and ports than are asked about";
	return door;
}

static void ask_addresses(struct survey *survey)
{
	struct batch batch = { .count = 0 };
	for (size_t i = 0; i < survey->target_count; i++) {
		struct target *target = &survey->targets[i];
		if (best_of(target) != DNSSEC_UNKNOWN)
			continue;
		add_question(&batch, target->name, DNS_A, &target->a);
		add_question(&batch, target->name, DNS_AAAA, &target->aaaa);
	}
	ask_batch(survey, &batch);
}

/* CRT-40: not where no address is secure. Name servers of such zones need not know the type. */
static void ask_tlsa(struct survey *survey)
{
	struct batch batch = { .count = 0 };
	for (size_t i = 0; i < survey->door_count; i++) {
		struct door *door = &survey->doors[i];
		const char *alias = secure_alias(door->target);
		if (best_of(door->target) != DNSSEC_SECURE)
			continue;
		add_question(&batch,
			     arena_printf(survey->mem, "_%u._tcp.%s", door->port,
					  door->target->name),
			     DNS_TLSA, &door->original);
		if (alias)
			add_question(&batch,
				     arena_printf(survey->mem, "_%u._tcp.%s", door->port, alias),
				     DNS_TLSA, &door->expanded);
	}
	ask_batch(survey, &batch);
}

/* RFC 7671, 7: what stands at the expanded name counts, if it is secure; no answer is not "there is
 * none" (CRT-41). */
static bool expanded_counts(const struct door *door)
{
	return is_secure(&door->expanded) || dns_outcome_is_failure(door->expanded.outcome);
}

static void conclude(const struct door *door, struct tlsa_lookup *out)
{
	const struct target *target = door->target;
	out->address = best_of(target);
	out->asked = out->address == DNSSEC_SECURE;
	if (out->asked && expanded_counts(door)) {
		out->base = secure_alias(target);
		out->answer = door->expanded;
	} else if (out->asked) {
		out->answer = door->original;
	} else if (out->address != DNSSEC_INSECURE) {
		bool a = dns_outcome_is_failure(target->a.outcome);
		bool aaaa = dns_outcome_is_failure(target->aaaa.outcome);
		if (a || aaaa)
			out->answer = a ? target->a : target->aaaa;
	}
}

void tlsa_look_up(struct resolver *resolver, const struct dns_facts *dns,
		  const struct endpoint_list *endpoints, struct deadline until, struct arena *mem,
		  struct tlsa_lookup *out)
{
	struct survey *survey = arena_alloc(mem, sizeof(*survey));
	const struct door **doors = arena_array(mem, endpoints->count, sizeof(struct door *));
	survey->resolver = resolver;
	survey->dns = dns;
	survey->until = until;
	survey->mem = mem;
	for (size_t i = 0; i < endpoints->count; i++)
		doors[i] = open_door(survey, &endpoints->items[i], &out[i]);
	ask_addresses(survey);
	ask_tlsa(survey);
	for (size_t i = 0; i < endpoints->count; i++) {
		if (doors[i])
			conclude(doors[i], &out[i]);
	}
}
