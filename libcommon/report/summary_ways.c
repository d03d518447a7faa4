/* The ways in that a service publishes, and whether any of them works. */
#include <string.h>

#include "net/discover.h"
#include "report/lookup.h"
#include "report/reread_get.h"
#include "report/summary_parts.h"

typedef bool trait(const struct digest_endpoint *at);

static bool is_direct(const struct digest_endpoint *at)
{
	return at->transport == TRANSPORT_DIRECT && at->source != SOURCE_FILE;
}

static bool is_ipv6(const struct digest_endpoint *at)
{
	return at->address && strchr(at->address, ':');
}

static const json_t *dns_list(const struct digest *digest, const char *key)
{
	return json_object_get(lookup_dns(digest), key);
}

/* RFC 2782: the target "." says that the service is not offered. */
static enum seen_answer publishes_direct(const struct digest *digest, enum service service)
{
	enum seen_answer answer = ANSWER_UNKNOWN;
	const json_t *entry;
	size_t i;
	json_array_foreach(dns_list(digest, "lookups"), i, entry)
	{
		if (word_is(entry, "type", "SRV") &&
		    lookup_is_of(entry, service, TRANSPORT_DIRECT) &&
		    lookup_answer(entry) == ANSWER_NO)
			answer = ANSWER_NO;
	}
	json_array_foreach(dns_list(digest, "srv"), i, entry)
	{
		if (!lookup_is_of(entry, service, TRANSPORT_DIRECT))
			continue;
		if (!word_is(entry, "target", "."))
			return ANSWER_YES;
		answer = ANSWER_NO;
	}
	return answer;
}

/* Does the service lead to this host? Without SRV records it leads to the domain's own. */
static bool leads_to(const struct digest *digest, enum service service, const char *host)
{
	bool any = false;
	const json_t *entry;
	size_t i;
	json_array_foreach(dns_list(digest, "srv"), i, entry)
	{
		if (!lookup_is_of(entry, service, TRANSPORT_STARTTLS) &&
		    !lookup_is_of(entry, service, TRANSPORT_DIRECT))
			continue;
		if (host_same(word_in(entry, "target"), host))
			return true;
		any = true;
	}
	return !any;
}

/* Any host will do, and each must have said no. */
static enum seen_answer publishes_ipv6(const struct digest *digest, enum service service)
{
	size_t asked = 0, without = 0, i;
	const json_t *lookup;
	json_array_foreach(dns_list(digest, "lookups"), i, lookup)
	{
		if (!word_is(lookup, "type", "AAAA") ||
		    !leads_to(digest, service, word_in(lookup, "name")))
			continue;
		enum seen_answer answer = lookup_answer(lookup);
		if (answer == ANSWER_YES)
			return ANSWER_YES;
		asked++;
		without += answer == ANSWER_NO;
	}
	return asked > 0 && asked == without ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* Does one endpoint of this kind work? What is published and was not tried, nobody knows. */
static enum seen_answer works(const struct digest *digest, enum service service, trait *is,
			      enum seen_answer published)
{
	size_t there = 0, failed = 0;
	for (size_t i = 0; i < digest->endpoint_count; i++) {
		const struct digest_endpoint *at = &digest->endpoints[i];
		if (at->service != service || !is(at))
			continue;
		if (at->up == ANSWER_YES)
			return ANSWER_YES;
		there++;
		failed += at->up == ANSWER_NO;
	}
	if (there > 0)
		return there == failed ? ANSWER_NO : ANSWER_UNKNOWN;
	return published == ANSWER_NO ? ANSWER_NO : ANSWER_UNKNOWN;
}

enum seen_answer summary_direct(const struct digest *digest, enum service service)
{
	return works(digest, service, is_direct, publishes_direct(digest, service));
}

enum seen_answer summary_ipv6(const struct digest *digest, enum service service)
{
	return works(digest, service, is_ipv6, publishes_ipv6(digest, service));
}
