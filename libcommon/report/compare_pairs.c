/* Which endpoint is which, which came, which went. */
#include <string.h>

#include "base/word.h"
#include "net/discover.h"
#include "report/compare_parts.h"
#include "report/words.h"

const char *place_text(const struct digest_endpoint *at, struct arena *mem)
{
	const char *host = escaped(at->address ? at->address : at->host, mem);
	if (at->source == SOURCE_FILE)
		return arena_printf(mem, "%s %s", service_name(at->service), host);
	return arena_printf(mem, strchr(host, ':') ? "%s %s [%s]:%u" : "%s %s %s:%u",
			    service_name(at->service), transport_name(at->transport), host,
			    (unsigned)at->port);
}

static bool same_door(const struct digest_endpoint *a, const struct digest_endpoint *b)
{
	return a->service == b->service && a->transport == b->transport && a->port == b->port &&
	       host_same(a->host, b->host);
}

static bool same_endpoint(const struct digest_endpoint *a, const struct digest_endpoint *b)
{
	return same_door(a, b) && word_same(a->address, b->address);
}

static bool same_role(const struct digest_endpoint *a, const struct digest_endpoint *b)
{
	return a->service == b->service && a->transport == b->transport;
}

static bool is_listed(const struct digest *digest, const struct digest_endpoint *at)
{
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		if (same_endpoint(&digest->endpoints[i], at))
			return true;
	}
	return false;
}

static bool is_of_dns(const struct digest_endpoint *at)
{
	return at->address && (at->source == SOURCE_SRV || at->source == SOURCE_FALLBACK);
}

/* The other record may know of it though it is not listed there: --first leaves out what DNS leads
 * to. What DNS was not asked for may be anywhere. */
static struct trace trace_in(const struct digest *other, const struct questions *asked,
			     const struct digest_endpoint *at)
{
	if (is_listed(other, at))
		return (struct trace){ false, false };
	unsigned service = QUESTION_SRV((unsigned)at->service, (unsigned)at->transport);
	bool told = is_of_dns(at) && (asked->answered & service);
	enum lead lead = told ? compare_lead(other, at) : LEAD_UNKNOWN;
	return (struct trace){ lead == LEAD_NOT, lead == LEAD_NOT || !told };
}

static const struct trace *traces_of(const struct digest *digest, const struct digest *other,
				     const struct questions *asked, struct arena *mem)
{
	struct trace *traces = arena_array(mem, digest->endpoint_count + 1, sizeof(*traces));
	for (size_t i = 0; i < digest->endpoint_count; i++)
		traces[i] = trace_in(other, asked, &digest->endpoints[i]);
	return traces;
}

static void join(struct comparison *all, const struct digest_endpoint *was,
		 const struct digest_endpoint *is)
{
	struct pair *pair = &all->pairs[all->count++];
	*pair = (struct pair){ was, is };
	if (was)
		all->of_old[was - all->old->endpoints] = pair;
	if (is)
		all->of_new[is - all->new->endpoints] = pair;
}

/* The endpoint is in no pair yet. strangers: nor does the other record know it, under any status.
 */
static bool is_free(const struct comparison *all, const struct digest_endpoint *at, bool old,
		    bool strangers)
{
	size_t i = (size_t)(at - (old ? all->old : all->new)->endpoints);
	const struct pair **pairs = old ? all->of_old : all->of_new;
	const struct trace *traces = old ? all->traces_old : all->traces_new;
	return at->examined && !pairs[i] && (!strangers || traces[i].stranger);
}

typedef bool alike_fn(const struct digest_endpoint *a, const struct digest_endpoint *b);

static void join_alike(struct comparison *all, alike_fn *alike, bool strangers)
{
	for (size_t i = 0; i < all->old->endpoint_count; i++) {
		const struct digest_endpoint *was = &all->old->endpoints[i];
		if (!is_free(all, was, true, strangers))
			continue;
		for (size_t k = 0; k < all->new->endpoint_count; k++) {
			const struct digest_endpoint *is = &all->new->endpoints[k];
			if (!alike(was, is) || !is_free(all, is, false, strangers))
				continue;
			join(all, was, is);
			break;
		}
	}
}

static void tell_gone(struct comparison *all)
{
	for (size_t i = 0; i < all->old->endpoint_count; i++) {
		const struct digest_endpoint *was = &all->old->endpoints[i];
		if (!all->traces_old[i].alone)
			continue;
		changes_add(all, CHANGE_DISAPPEARED, "endpoint", place_text(was, all->mem),
			    NOTHING);
		if (is_free(all, was, true, false))
			join(all, was, NULL);
	}
}

static void tell_new(struct comparison *all)
{
	for (size_t i = 0; i < all->new->endpoint_count; i++) {
		const struct digest_endpoint *is = &all->new->endpoints[i];
		if (!all->traces_new[i].alone)
			continue;
		changes_add(all, CHANGE_APPEARED, "endpoint", NOTHING, place_text(is, all->mem));
		if (is_free(all, is, false, false))
			join(all, NULL, is);
	}
}

void compare_endpoints(struct comparison *all)
{
	size_t old = all->old->endpoint_count, new = all->new->endpoint_count;
	all->pairs = arena_array(all->mem, old + new + 1, sizeof(*all->pairs));
	all->of_old = arena_array(all->mem, old + 1, sizeof(struct pair *));
	all->of_new = arena_array(all->mem, new + 1, sizeof(struct pair *));
	all->traces_old = traces_of(all->old, all->new, &all->asked_new, all->mem);
	all->traces_new = traces_of(all->new, all->old, &all->asked_old, all->mem);
	join_alike(all, same_endpoint, false);
	/* A server that moved: what is known of one side only may be the same one. */
	join_alike(all, same_door, true);
	join_alike(all, same_role, true);
	tell_gone(all);
	tell_new(all);
}
