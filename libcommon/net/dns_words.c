#include "net/dns.h"

#include "base/word.h"

static const char *const outcomes[] = {
	[DNS_NOT_ASKED] = "not-asked",
	[DNS_FOUND] = "found",
	[DNS_NO_DATA] = "no-data",
	[DNS_NO_NAME] = "no-name",
	[DNS_SERVER_FAILED] = "server-failed",
	[DNS_REFUSED] = "refused",
	[DNS_TIMED_OUT] = "timed-out",
	[DNS_MALFORMED] = "malformed",
	[DNS_UNREACHABLE] = "unreachable",
};

static const char *const dnssec_words[] = {
	[DNSSEC_UNKNOWN] = "unknown",
	[DNSSEC_INSECURE] = "insecure",
	[DNSSEC_SECURE] = "secure",
	[DNSSEC_BOGUS] = "bogus",
};

const char *dns_outcome_name(enum dns_outcome outcome)
{
	return outcomes[outcome];
}

const char *dnssec_name(enum dnssec dnssec)
{
	return dnssec_words[dnssec];
}

bool dns_outcome_parse(const char *name, enum dns_outcome *out)
{
	size_t i;
	if (!word_find(outcomes, ARRAY_SIZE(outcomes), name, &i))
		return false;
	*out = (enum dns_outcome)i;
	return true;
}

bool dnssec_parse(const char *name, enum dnssec *out)
{
	size_t i;
	if (!word_find(dnssec_words, ARRAY_SIZE(dnssec_words), name, &i))
		return false;
	*out = (enum dnssec)i;
	return true;
}

bool dns_outcome_is_failure(enum dns_outcome outcome)
{
	switch (outcome) {
	case DNS_NOT_ASKED:
	case DNS_FOUND:
	case DNS_NO_DATA:
	case DNS_NO_NAME:
		return false;
	case DNS_SERVER_FAILED:
	case DNS_REFUSED:
	case DNS_TIMED_OUT:
	case DNS_MALFORMED:
	case DNS_UNREACHABLE:
		break;
	}
	return true;
}
