#include "report/lookup.h"

#include <string.h>

#include "net/discover.h"
#include "report/reread_get.h"

const json_t *lookup_dns(const struct digest *digest)
{
	return json_object_get(digest->record, "dns");
}

bool lookup_is_of(const json_t *entry, enum service service, enum transport transport)
{
	const char *prefix = srv_prefix(service, transport), *name = word_in(entry, "name");
	return name && strncmp(name, prefix, strlen(prefix)) == 0;
}

enum seen_answer lookup_answer(const json_t *lookup)
{
	enum dns_outcome outcome;
	const char *word = word_in(lookup, "outcome");
	if (!word || !dns_outcome_parse(word, &outcome))
		return ANSWER_UNKNOWN;
	if (outcome == DNS_FOUND)
		return ANSWER_YES;
	return outcome == DNS_NO_DATA || outcome == DNS_NO_NAME ? ANSWER_NO : ANSWER_UNKNOWN;
}

const json_t *lookup_srv(const struct digest *digest, const struct digest_endpoint *at)
{
	const json_t *list = json_object_get(lookup_dns(digest), "srv"), *entry;
	size_t i;
	json_array_foreach(list, i, entry)
	{
		if (at->host && lookup_is_of(entry, at->service, at->transport) &&
		    host_same(word_in(entry, "target"), at->host) &&
		    json_integer_value(json_object_get(entry, "port")) == at->port)
			return entry;
	}
	return NULL;
}
