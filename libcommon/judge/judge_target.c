/* Who answers, and how the endpoints of a service compare: streams.md, 2.3; manifesto.md, MAN-25.
 */
#include <string.h>

#include "base/escape.h"
#include "judge/parts.h"
#include "judge/target_parts.h"

#define LISTED_MAX 3 /* endpoints in one sentence */

static bool works(const struct starttls_facts *facts)
{
	return facts && facts->encrypted;
}

/* Failed to be reached, as opposed to answering badly: only this makes a service unreachable
 * instead of broken, since the broken one has a critical finding of its own. */
static bool is_unreached(const struct spanning *spanning, size_t i)
{
	const struct starttls_facts *facts = spanning->target->facts[i];
	if (!facts || facts->encrypted || !facts_examined(facts))
		return false;
	const char *id = failure_finding(&spanning->target->endpoints[i], facts);
	return id && finding_kind_find(id)->severity[spanning->policy->name] != SEVERITY_CRITICAL;
}

struct tally {
	size_t count, examined, working, unreached;
};

static struct tally tally_service(const struct spanning *spanning, enum service service)
{
	struct tally tally = { 0 };
	const struct target_view *target = spanning->target;
	for (size_t i = 0; i < target->count; i++) {
		const struct starttls_facts *facts = target->facts[i];
		if (target->endpoints[i].service != service || !facts)
			continue;
		tally.count++;
		tally.examined += facts_examined(facts);
		tally.working += works(facts);
		tally.unreached += is_unreached(spanning, i);
	}
	return tally;
}

bool dns_is_in_doubt(const struct dns_facts *dns, enum service service)
{
	for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
		if (dns_outcome_is_failure(dns->srv[service][transport].outcome))
			return true;
	}
	for (size_t i = 0; i < dns->host_count; i++) {
		if (dns_outcome_is_failure(dns->hosts[i].a.outcome) ||
		    dns_outcome_is_failure(dns->hosts[i].aaaa.outcome))
			return true;
	}
	return false;
}

static bool has_srv(const struct dns_facts *dns, enum service service)
{
	for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
		if (dns->srv[service][transport].outcome == DNS_FOUND)
			return true;
	}
	return false;
}

/* A service without any endpoint. Not known is not the same as not there. */
static void judge_doorless(const struct spanning *spanning, enum service service)
{
	const struct dns_facts *dns = spanning->target->dns;
	if (!dns || dns->declined[service] || dns_is_in_doubt(dns, service))
		return;
	if (has_srv(dns, service))
		FIND_SPANNING(spanning, "service-unreachable",
			      "%s: no target of the SRV records has an address to connect to",
			      service_name(service));
	else
		FIND_SPANNING(spanning, "service-not-found",
			      "%s: no SRV record, and %s itself has no address",
			      service_name(service),
			      escape_copy(spanning->mem, spanning->target->domain, SHOWN_MAX));
}

/* Without what an alert means, which the endpoint's own finding says. */
static const char *cause_text(const struct err *failure, struct arena *mem)
{
	bool alert = failure->code == ERR_ALERT_RECEIVED;
	size_t length = alert ? strcspn(failure->text, ":") : strlen(failure->text);
	return escape_copy(mem, arena_copy_n(mem, failure->text, length), ERR_TEXT_MAX);
}

/* "192.0.2.7:5222 connection refused, …" */
static const char *causes_text(const struct spanning *spanning, enum service service)
{
	const struct target_view *target = spanning->target;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service || !target->facts[i] ||
		    target->facts[i]->encrypted)
			continue;
		if (count++ >= LISTED_MAX)
			continue;
		buf_printf(&out, "%s%s %s", count > 1 ? ", " : "",
			   endpoint_text(&target->endpoints[i], spanning->mem),
			   cause_text(&target->facts[i]->failure, spanning->mem));
	}
	if (count > LISTED_MAX)
		buf_printf(&out, " and %zu more", count - LISTED_MAX);
	return arena_copy(spanning->mem, buf_string(&out));
}

static void judge_service(const struct spanning *spanning, enum service service)
{
	struct tally tally = tally_service(spanning, service);
	if (tally.count == 0) {
		if (target_endpoints(spanning->target, service) == 0)
			judge_doorless(spanning, service);
	} else if (tally.working) {
		return;
	} else if (tally.examined == 0) {
		FIND_SPANNING(spanning, "service-not-examined",
			      "%s could not be examined from here: %s", service_name(service),
			      causes_text(spanning, service));
	} else if (tally.unreached == tally.examined) {
		FIND_SPANNING(spanning, "service-unreachable", "%s: no endpoint works: %s",
			      service_name(service), causes_text(spanning, service));
	}
}

/* STR-21: IPv6 alone is dead. Returns whether it said so. */
static bool judge_ipv6(const struct spanning *spanning, enum service service)
{
	const struct target_view *target = spanning->target;
	size_t dead = 0;
	bool alive = false, ipv4_works = false;
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service)
			continue;
		bool ipv6 = target->endpoints[i].address.family == AF_INET6;
		if (!ipv6)
			ipv4_works = ipv4_works || works(target->facts[i]);
		else if (is_unreached(spanning, i))
			dead++;
		else
			alive = true;
	}
	if (!dead || alive || !ipv4_works)
		return false;
	FIND_SPANNING(spanning, "ipv6-dead", "%s works over IPv4, but over IPv6 not at all",
		      service_name(service));
	return true;
}

static bool has_working_twin(const struct target_view *target, const struct endpoint *at)
{
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service == at->service &&
		    target->endpoints[i].transport == at->transport && works(target->facts[i]))
			return true;
	}
	return false;
}

/* STR-20: racing clients hide it. Direct TLS has direct-tls-closed at the endpoint. */
static void judge_dead_addresses(const struct spanning *spanning, enum service service)
{
	const struct target_view *target = spanning->target;
	CLEANUP(buf_free) struct buf dead = buf_new(BUF_UNBOUNDED);
	size_t count = 0;
	for (size_t i = 0; i < target->count; i++) {
		const struct endpoint *at = &target->endpoints[i];
		if (at->service != service || at->transport != TRANSPORT_STARTTLS ||
		    !is_unreached(spanning, i) || !has_working_twin(target, at))
			continue;
		if (count++ < LISTED_MAX)
			buf_printf(&dead, "%s%s", count > 1 ? ", " : "",
				   endpoint_text(at, spanning->mem));
	}
	if (count > LISTED_MAX)
		buf_printf(&dead, " and %zu more", count - LISTED_MAX);
	if (count)
		FIND_SPANNING(spanning, "endpoint-unreachable", "%s works elsewhere, but not at %s",
			      service_name(service), buf_string(&dead));
}

/* The endpoints that differ, in words: "TLS1.2 at A, TLS1.3 at B". */
struct contrast {
	const struct endpoint *low, *high;
	const char *low_words, *high_words;
};

static void contrast_add(struct buf *out, const struct contrast *contrast, struct arena *mem)
{
	buf_printf(out, "%s%s at %s, %s at %s", out->size ? "; " : "", contrast->low_words,
		   endpoint_text(contrast->low, mem), contrast->high_words,
		   endpoint_text(contrast->high, mem));
}

static bool requires_tls(const struct starttls_facts *facts)
{
	return facts->before.features.starttls_required || facts->before.features.starttls_alone;
}

/* Compares the first working endpoint of a service with each other one; the first difference of
 * each kind is told. */
static void judge_pair(const struct target_view *target, size_t a, size_t b, struct buf *out,
		       bool told[3], struct arena *mem)
{
	const struct starttls_facts *fa = target->facts[a], *fb = target->facts[b];
	const struct endpoint *ea = &target->endpoints[a], *eb = &target->endpoints[b];
	if (!told[0] && fa->tls.version != fb->tls.version) {
		told[0] = true;
		bool first = fa->tls.version < fb->tls.version;
		contrast_add(out,
			     &(struct contrast){ first ? ea : eb, first ? eb : ea,
						 tls_version_name((first ? fa : fb)->tls.version),
						 tls_version_name((first ? fb : fa)->tls.version) },
			     mem);
	}
	if (!told[1] && fa->authenticated != fb->authenticated) {
		told[1] = true;
		contrast_add(out,
			     &(struct contrast){ fa->authenticated ? eb : ea,
						 fa->authenticated ? ea : eb,
						 "a certificate that is not valid", "a valid one" },
			     mem);
	}
	if (!told[2] && ea->transport == TRANSPORT_STARTTLS &&
	    eb->transport == TRANSPORT_STARTTLS && fa->before.features.starttls &&
	    fb->before.features.starttls && requires_tls(fa) != requires_tls(fb)) {
		told[2] = true;
		contrast_add(out,
			     &(struct contrast){ requires_tls(fa) ? eb : ea,
						 requires_tls(fa) ? ea : eb, "TLS optional",
						 "TLS required" },
			     mem);
	}
}

static bool same_certificate(const struct tls_facts *a, const struct tls_facts *b)
{
	return a->chain_count == 0 || b->chain_count == 0 ||
	       (a->chain[0].size == b->chain[0].size &&
		memcmp(a->chain[0].data, b->chain[0].data, a->chain[0].size) == 0);
}

static void judge_differences(const struct spanning *spanning, enum service service)
{
	const struct target_view *target = spanning->target;
	CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
	bool told[3] = { false };
	size_t first = target->count, other = target->count;
	for (size_t i = 0; i < target->count; i++) {
		if (target->endpoints[i].service != service || !works(target->facts[i]))
			continue;
		if (first == target->count) {
			first = i;
			continue;
		}
		judge_pair(target, first, i, &words, told, spanning->mem);
		if (!same_certificate(&target->facts[first]->tls, &target->facts[i]->tls))
			other = i;
	}
	if (words.size)
		FIND_SPANNING(spanning, "endpoints-differ", "%s: %s", service_name(service),
			      buf_string(&words));
	if (other != target->count && !told[1])
		FIND_SPANNING(spanning, "certs-differ", "%s: %s and %s show different certificates",
			      service_name(service),
			      endpoint_text(&target->endpoints[first], spanning->mem),
			      endpoint_text(&target->endpoints[other], spanning->mem));
}

/* Nothing at all to connect to, and DNS says so. One finding, whatever was wanted. */
static bool judge_nowhere(const struct spanning *spanning)
{
	const struct target_view *target = spanning->target;
	const struct dns_facts *dns = target->dns;
	if (target->count > 0 || !dns)
		return false;
	bool missing = true;
	for (int service = 0; service < SERVICE_COUNT; service++) {
		if (dns->declined[service] || has_srv(dns, (enum service)service) ||
		    dns_is_in_doubt(dns, (enum service)service))
			return false;
	}
	const char *name = target->domain;
	for (size_t i = 0; i < dns->host_count; i++) {
		name = dns->hosts[i].name; /* with --connect: the host that was named */
		missing = missing && dns->hosts[i].a.outcome != DNS_NO_DATA &&
			  dns->hosts[i].aaaa.outcome != DNS_NO_DATA;
	}
	FIND_SPANNING(spanning, "domain-not-found", "%s %s",
		      escape_copy(spanning->mem, name, SHOWN_MAX),
		      missing && dns->host_count ? "does not exist in DNS"
						 : "has neither SRV records nor addresses");
	return true;
}

void judge_target(const struct target_view *target, const struct policy *policy, struct arena *mem,
		  struct findings *out)
{
	const struct spanning spanning = { target, policy, mem, out };
	if (judge_nowhere(&spanning))
		return;
	for (int i = 0; i < SERVICE_COUNT; i++) {
		enum service service = (enum service)i;
		if (!target->wanted[service])
			continue;
		judge_service(&spanning, service);
		if (!judge_ipv6(&spanning, service))
			judge_dead_addresses(&spanning, service);
		judge_differences(&spanning, service);
	}
	if (target->dns)
		judge_dns(&spanning);
}
