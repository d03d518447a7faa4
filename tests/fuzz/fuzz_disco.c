/* Answers to disco#items as strangers give them: a stanza, parsed as one of a stream is. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xmpp/disco.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct disco_facts *facts)
{
	assert(facts->result == DISCO_LISTED && !facts->reason);
	assert(facts->domains.count <= DISCO_ITEMS_MAX);
	assert(!facts->cut || facts->domains.count == DISCO_ITEMS_MAX);
	for (size_t i = 0; i < facts->domains.count; i++) {
		const char *domain = facts->domains.items[i];
		assert(*domain && !strpbrk(domain, "@/ <>&'\""));
		assert(!disco_is_below(domain, domain));
		for (size_t j = 0; j < i; j++)
			assert(strcmp(facts->domains.items[j], domain) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(xml_free) struct xml *xml = xml_new();
	enum xml_event event;
	const struct elem *elem = NULL;
	struct disco_facts facts = { 0 };
	struct err err = { 0 };
	size_t used;
	bool opened = xml_push(xml, HEADER, strlen(HEADER), mem, &event, &elem, &used, &err);
	assert(opened && event == XML_STREAM_OPEN);
	if (!xml_push(xml, data, size, mem, &event, &elem, &used, &err) || event != XML_STANZA)
		return 0;
	if (disco_read(elem, mem, &facts, &err))
		check(&facts);
	else
		assert(err.code != ERR_NONE && err.text[0]);
	return 0;
}
