/* What a record's look-ups say: which were made, which were answered, where they lead. */
#include <string.h>

#include "base/word.h"
#include "net/discover.h"
#include "report/compare_parts.h"
#include "report/lookup.h"
#include "report/reread_get.h"

static bool is_named(const json_t *object, const char *host)
{
	return host && host_same(word_in(object, "name"), host);
}

/* 0: one that no endpoint depends on. */
static unsigned question_bit(const json_t *lookup)
{
	if (word_is(lookup, "type", "A"))
		return QUESTION_A;
	if (word_is(lookup, "type", "AAAA"))
		return QUESTION_AAAA;
	if (!word_is(lookup, "type", "SRV"))
		return 0;
	for (int service = 0; service < SERVICE_COUNT; service++) {
		for (int transport = 0; transport < TRANSPORT_COUNT; transport++) {
			if (lookup_is_of(lookup, (enum service)service, (enum transport)transport))
				return QUESTION_SRV((unsigned)service, (unsigned)transport);
		}
	}
	return 0;
}

/* If only with nothing. */
static bool is_answered(const json_t *lookup)
{
	return lookup_answer(lookup) != ANSWER_UNKNOWN;
}

struct questions compare_questions(const struct digest *digest)
{
	const json_t *list = json_object_get(lookup_dns(digest), "lookups"), *lookup;
	unsigned asked = 0, open = 0, silent = 0;
	size_t i;
	json_array_foreach(list, i, lookup)
	{
		unsigned bit = question_bit(lookup);
		asked |= bit;
		if (is_answered(lookup))
			continue;
		open |= bit;
		silent |= word_is(lookup, "dnssec", "bogus") ? 0 : bit;
	}
	return (struct questions){ asked, asked & ~open, asked & ~silent };
}

/* Where no host was found there was no address to ask for. */
static unsigned without_families(unsigned bits, unsigned was_asked, unsigned is_asked)
{
	const unsigned families = QUESTION_A | QUESTION_AAAA;
	return (was_asked & families) && (is_asked & families) ? bits : bits & ~families;
}

bool compare_asked_alike(const struct comparison *all)
{
	unsigned was = all->asked_old.asked, is = all->asked_new.asked;
	return was == 0 || is == 0 ||
	       without_families(was, was, is) == without_families(is, was, is);
}

bool compare_judged_alike(const struct questions *ours, const struct questions *theirs)
{
	return ours->asked == 0 ||
	       without_families(ours->judged, ours->asked, theirs->asked) ==
		       without_families(theirs->judged, ours->asked, theirs->asked);
}

static const json_t *find_lookup(const json_t *dns, const char *type, const char *name)
{
	const json_t *list = json_object_get(dns, "lookups"), *lookup;
	size_t i;
	json_array_foreach(list, i, lookup)
	{
		if (is_named(lookup, name) && word_is(lookup, "type", type))
			return lookup;
	}
	return NULL;
}

static bool has_word(const json_t *list, const char *wanted)
{
	for (size_t i = 0; i < list_length(list); i++) {
		if (word_same(json_string_value(json_array_get(list, i)), wanted))
			return true;
	}
	return false;
}

/* RFC 6120, 3.2.2: without SRV records the domain itself is the host. */
static bool falls_back(const json_t *dns, const struct digest_endpoint *at)
{
	return at->source == SOURCE_FALLBACK &&
	       has_word(json_object_get(dns, "fallback"), service_name(at->service));
}

static bool has_address(const json_t *dns, const struct digest_endpoint *at)
{
	const json_t *list = json_object_get(dns, "hosts");
	for (size_t i = 0; i < list_length(list); i++) {
		const json_t *host = json_array_get(list, i);
		if (is_named(host, at->host)) /* one entry a name */
			return has_word(json_object_get(host, "addresses"), at->address);
	}
	return false;
}

enum lead compare_lead(const struct digest *digest, const struct digest_endpoint *at)
{
	const json_t *dns = lookup_dns(digest);
	if (!lookup_srv(digest, at) && !falls_back(dns, at))
		return LEAD_NOT;
	if (has_address(dns, at))
		return LEAD_THERE;
	/* Of one family only the other one is not known (-4), nor what failed. */
	const json_t *lookup = find_lookup(dns, strchr(at->address, ':') ? "AAAA" : "A", at->host);
	return lookup && is_answered(lookup) ? LEAD_NOT : LEAD_UNKNOWN;
}
