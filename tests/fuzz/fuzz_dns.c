/* fuzz_dns.c - dns_parse over any octets. The first octet picks the type asked for; the name asked
 * for is the one the message claims to answer, or nothing would ever get past the question. */
#include <arpa/nameser.h>
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_SRV, DNS_TLSA, DNS_CAA, DNS_CNAME };

static void check_name(const char *name)
{
	assert(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == strlen(name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	char name[NS_MAXDNAME] = "example.org";
	struct dns_answer answer;
	struct dns_aside aside;
	if (size < 1)
		return 0;
	struct dns_question question = { name, types[data[0] % ARRAY_SIZE(types)] };
	struct bytes message = { data + 1, size - 1 };
	if (message.size > NS_HFIXEDSZ &&
	    ns_name_uncompress(message.data, message.data + message.size,
			       message.data + NS_HFIXEDSZ, name, sizeof(name)) < 0)
		strcpy(name, "example.org");
	dns_parse(message, &question, mem, &answer, &aside);
	assert((answer.outcome == DNS_FOUND) == (answer.count > 0));
	assert(answer.count <= DNS_RECORDS_MAX);
	assert(aside.keep_s <= INT32_MAX &&
	       (aside.keep_s == 0 || !dns_outcome_is_failure(answer.outcome)));
	if (answer.alias)
		check_name(answer.alias);
	for (size_t i = 0; i < answer.count && answer.type == DNS_SRV; i++)
		check_name(answer.records[i].srv.target);
	return 0;
}
