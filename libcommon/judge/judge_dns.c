/* What DNS says about a domain: streams.md, section 2. */
#include <string.h>

#include "base/escape.h"
#include "judge/parts.h"
#include "judge/target_parts.h"

const char *const judge_dns_ids[] = {
	"direct-tls-missing",
	"dns-bogus",
	"dns-failed",
	"dnssec-insecure",
	"domain-not-found",
	"endpoints-left-out",
	"ipv6-missing",
	"service-not-found",
	"srv-declined",
	"srv-direct-only-multiplexed",
	"srv-missing",
	"srv-root-among-others",
	"srv-target-alias",
	"srv-target-is-address",
	"srv-target-unresolvable",
	NULL,
};

#define LISTED_MAX 1 /* names in one sentence: they fail together */
#define PORT_HTTPS 443

const char *services_text(const bool set[SERVICE_COUNT])
{
	if (set[SERVICE_C2S] && set[SERVICE_S2S])
		return "c2s and s2s";
	return set[SERVICE_C2S] ? "c2s" : "s2s";
}

size_t target_endpoints(const struct target_view *target, enum service service)
{
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++)
		count += target->endpoints[i].service == service;
	return count;
}

/* A growing "a, b, c and 2 more". */
struct listing {
	struct buf text;
	size_t count;
	enum dns_outcome outcome; /* of the last one listed */
};

static void listing_free(struct listing *listing)
{
	buf_free(&listing->text);
}

static void list_answer(struct listing *listing, const struct dns_answer *answer, struct arena *mem)
{
	if (listing->count++ >= LISTED_MAX)
		return;
	buf_printf(&listing->text, "%s%s %s", listing->count > 1 ? ", " : "",
		   answer->type == DNS_SRV ? "SRV"
		   : answer->type == DNS_A ? "A"
					   : "AAAA",
		   answer->name ? escape_copy(mem, answer->name, SHOWN_MAX) : "?");
	listing->outcome = answer->outcome;
}

static const char *listing_text(struct listing *listing, struct arena *mem)
{
	if (listing->count > LISTED_MAX)
		buf_printf(&listing->text, " and %zu more", listing->count - LISTED_MAX);
	return arena_copy(mem, buf_string(&listing->text));
}

static void sort_answer(const struct dns_answer *answer, struct listing *failed,
			struct listing *bogus, struct arena *mem)
{
	if (answer->dnssec == DNSSEC_BOGUS)
		list_answer(bogus, answer, mem);
	else if (dns_outcome_is_failure(answer->outcome))
		list_answer(failed, answer, mem);
}

/* "Could not be asked" is told apart from "there is none" (STR-6). */
static void judge_answers(const struct spanning *spanning)
{
	const struct dns_facts *dns = spanning->target->dns;
	CLEANUP(listing_free) struct listing failed = { .text = buf_new(BUF_UNBOUNDED) };
	CLEANUP(listing_free) struct listing bogus = { .text = buf_new(BUF_UNBOUNDED) };
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++)
			sort_answer(&dns->srv[service][transport], &failed, &bogus, spanning->mem);
	}
	for (size_t i = 0; i < dns->host_count; i++) {
		sort_answer(&dns->hosts[i].a, &failed, &bogus, spanning->mem);
		sort_answer(&dns->hosts[i].aaaa, &failed, &bogus, spanning->mem);
	}
	if (bogus.count)
		FIND_SPANNING(spanning, "dns-bogus", "DNSSEC validation fails for %s",
			      listing_text(&bogus, spanning->mem));
	if (dns->left_out)
		FIND_SPANNING(spanning, "endpoints-left-out",
			      "%zu more endpoints than we examine are named in DNS", dns->left_out);
	if (failed.count)
		FIND_SPANNING(spanning, "dns-failed", "the resolver gave no answer (%s) for %s",
			      dns_outcome_name(failed.outcome),
			      listing_text(&failed, spanning->mem));
}

static bool names_target(const struct dns_answer *answer, const char *name)
{
	for (size_t i = 0; answer->outcome == DNS_FOUND && i < answer->count; i++) {
		if (strcmp(answer->records[i].srv.target, name) == 0)
			return true;
	}
	return false;
}

static bool is_srv_target(const struct dns_facts *dns, const char *name)
{
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			if (names_target(&dns->srv[service][transport], name))
				return true;
		}
	}
	return false;
}

/* Asked, and answered that there is none. */
static bool is_absent(const struct dns_answer *answer)
{
	return answer->outcome == DNS_NO_DATA || answer->outcome == DNS_NO_NAME;
}

/* STR-8 */
static void judge_host(const struct spanning *spanning, const struct host_facts *host)
{
	const char *name = escape_copy(spanning->mem, host->name, SHOWN_MAX);
	const char *alias = host->a.alias ? host->a.alias : host->aaaa.alias;
	if (host->is_address) {
		FIND_SPANNING(spanning, "srv-target-is-address",
			      "an SRV record names the address %s where a host name belongs", name);
		return;
	}
	if (alias)
		FIND_SPANNING(spanning, "srv-target-alias", "the SRV target %s is an alias of %s",
			      name, escape_copy(spanning->mem, alias, SHOWN_MAX));
	bool none = is_absent(&host->a) || is_absent(&host->aaaa);
	bool some = host->a.outcome == DNS_FOUND || host->aaaa.outcome == DNS_FOUND;
	bool failed = dns_outcome_is_failure(host->a.outcome) ||
		      dns_outcome_is_failure(host->aaaa.outcome);
	if (none && !some && !failed)
		FIND_SPANNING(spanning, "srv-target-unresolvable", "the SRV target %s %s", name,
			      host->a.outcome == DNS_NO_NAME || host->aaaa.outcome == DNS_NO_NAME
				      ? "does not exist"
				      : "has no address");
}

/* STR-2: the root stands alone or is a mistake. */
static void judge_root(const struct spanning *spanning, const struct dns_answer *answer)
{
	bool root = false;
	for (size_t i = 0; answer->outcome == DNS_FOUND && i < answer->count; i++)
		root = root || !*answer->records[i].srv.target;
	if (root && answer->count > 1)
		FIND_SPANNING(spanning, "srv-root-among-others",
			      "one of the %zu records of %s has the target \".\"", answer->count,
			      answer->name ? escape_copy(spanning->mem, answer->name, SHOWN_MAX)
					   : "the service");
}

static void judge_records(const struct spanning *spanning)
{
	const struct dns_facts *dns = spanning->target->dns;
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++)
			judge_root(spanning, &dns->srv[service][transport]);
	}
	for (size_t i = 0; i < dns->host_count; i++) {
		if (is_srv_target(dns, dns->hosts[i].name))
			judge_host(spanning, &dns->hosts[i]);
	}
}

static void judge_declared(const struct spanning *spanning)
{
	const struct target_view *target = spanning->target;
	const struct dns_facts *dns = target->dns;
	bool declined[SERVICE_COUNT] = { false }, missing[SERVICE_COUNT] = { false };
	for (int service = 0; service < SERVICE_COUNT; service++) {
		declined[service] = target->wanted[service] && dns->declined[service];
		missing[service] = target->wanted[service] && dns->fallback[service] &&
				   target_endpoints(target, (enum service)service) > 0;
	}
	if (declined[SERVICE_C2S] || declined[SERVICE_S2S])
		FIND_SPANNING(spanning, "srv-declined",
			      "DNS declares that %s %s not offered (SRV target \".\")",
			      services_text(declined),
			      declined[SERVICE_C2S] && declined[SERVICE_S2S] ? "are" : "is");
	if (missing[SERVICE_C2S] || missing[SERVICE_S2S])
		FIND_SPANNING(spanning, "srv-missing",
			      "no SRV record for %s: the addresses of %s itself are used",
			      services_text(missing),
			      escape_copy(spanning->mem, target->domain, SHOWN_MAX));
}

/* STR-18: asked for and not published, or declared absent, while STARTTLS is. */
static bool lacks_direct(const struct target_view *target, enum service service)
{
	const struct dns_answer *direct = &target->dns->srv[service][TRANSPORT_DIRECT];
	bool root = direct->outcome == DNS_FOUND && direct->count == 1 &&
		    !*direct->records[0].srv.target;
	return target->wanted[service] && !target->dns->declined[service] &&
	       target_endpoints(target, service) > 0 && (is_absent(direct) || root);
}

/* STR-17 */
static bool is_multiplexed_only(const struct target_view *target, enum service service)
{
	if (!is_absent(&target->dns->srv[service][TRANSPORT_STARTTLS]))
		return false;
	for (size_t i = 0; i < target->count; i++) {
		const struct endpoint *at = &target->endpoints[i];
		if (at->service == service &&
		    (at->transport != TRANSPORT_DIRECT || at->port != PORT_HTTPS))
			return false;
	}
	return target_endpoints(target, service) > 0;
}

static void judge_direct(const struct spanning *spanning)
{
	bool missing[SERVICE_COUNT] = { false }, multiplexed[SERVICE_COUNT] = { false };
	for (int service = 0; service < SERVICE_COUNT; service++) {
		missing[service] = lacks_direct(spanning->target, (enum service)service);
		multiplexed[service] = is_multiplexed_only(spanning->target, (enum service)service);
	}
	if (missing[SERVICE_C2S] || missing[SERVICE_S2S])
		FIND_SPANNING(spanning, "direct-tls-missing", "no direct TLS is published for %s",
			      services_text(missing));
	if (multiplexed[SERVICE_C2S] || multiplexed[SERVICE_S2S])
		FIND_SPANNING(spanning, "srv-direct-only-multiplexed",
			      "%s can only be had by direct TLS on port 443",
			      services_text(multiplexed));
}

static void judge_security(const struct spanning *spanning)
{
	const struct dns_facts *dns = spanning->target->dns;
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			const struct dns_answer *answer = &dns->srv[service][transport];
			if (answer->outcome != DNS_FOUND || answer->dnssec != DNSSEC_INSECURE)
				continue;
			FIND_SPANNING(spanning, "dnssec-insecure",
				      "the SRV records are not protected by DNSSEC");
			return;
		}
	}
}

/* STR-21 */
static void judge_families(const struct spanning *spanning)
{
	const struct target_view *target = spanning->target;
	bool asked = false;
	for (size_t i = 0; i < target->dns->host_count; i++) {
		const struct dns_answer *aaaa = &target->dns->hosts[i].aaaa;
		if (aaaa->outcome == DNS_FOUND || dns_outcome_is_failure(aaaa->outcome))
			return;
		asked = asked || is_absent(aaaa);
	}
	if (asked && target->count > 0)
		FIND_SPANNING(spanning, "ipv6-missing", "no endpoint has an IPv6 address");
}

void judge_dns(const struct spanning *spanning)
{
	judge_answers(spanning);
	judge_declared(spanning);
	judge_records(spanning);
	judge_direct(spanning);
	judge_families(spanning);
	judge_security(spanning);
}
