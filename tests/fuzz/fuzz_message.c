/* Any octets as a stanza of the user's own, and as one that comes back. What is taken is written
 * anew as one that is taken again and says the same; what is read as a reply has an id; whose
 * presence counts comes from the room. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xmpp/message.h"
#include "xmpp/ns.h"
#include "xmpp/room.h"
#include "xmpp/xml.h"

#define WRITTEN_MAX ((size_t)16 * 1024 * 1024)
#define ROOM        "hall@rooms.example"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_stanza(const char *text, size_t size, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(WRITTEN_MAX);
	const struct elem *elem = NULL, *again = NULL;
	struct err err = { 0 };
	if (!message_check_stanza(text, size, mem, &elem, &err)) {
		assert(err.stage == AT_INPUT && err.code != ERR_NONE && err.text[0] && !elem);
		return;
	}
	message_write_stanza(elem, "id", &out);
	if (!message_check_stanza(out.data, out.size, mem, &again, &err)) {
		assert(err.code == ERR_LIMIT); /* references are longer than what they stand for */
		return;
	}
	assert(same(message_stanza_id(again), "id") && !elem_attr(again, "from"));
	assert(same(elem_attr(again, "to"), elem_attr(elem, "to")));
	assert(same(elem_attr(again, "type"), elem_attr(elem, "type")));
	assert(same(again->name, elem->name) && elem_count(again) == elem_count(elem));
}

static void check_reply(const struct elem *stanza, struct arena *mem)
{
	struct reply reply;
	message_read_reply(stanza, mem, &reply);
	if (reply.kind == REPLY_NONE)
		return;
	assert(reply.id && reply.id[0] && same(reply.from, elem_attr(stanza, "from")));
	assert((reply.kind == REPLY_BOUNCE) == (reply.condition != NULL));
	assert(reply.kind == REPLY_BOUNCE || (!reply.error_type && !reply.text));
}

static void check_presence(const struct elem *stanza, struct arena *mem)
{
	struct jid room, from;
	struct room_reply reply;
	struct err err;
	const char *sender = elem_attr(stanza, "from");
	bool parsed = jid_parse(ROOM, strlen(ROOM), mem, &room, &err);
	assert(parsed);
	enum room_answer answer = room_read_presence(stanza, &room, "Bot", mem, &reply);
	if (answer == ROOM_OTHER)
		return;
	assert(sender && jid_parse(sender, strlen(sender), mem, &from, &err));
	assert(jid_same_bare(&from, &room));
	if (answer == ROOM_JOINED || answer == ROOM_CREATED)
		assert(same(reply.nick, from.resource) && !reply.condition && !reply.text);
	else
		assert(!reply.nick && room_cause(reply.condition)[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(xml_free) struct xml *xml = message_new_parser();
	enum xml_event event;
	const struct elem *stanza = NULL;
	size_t used;
	struct err err;
	check_stanza((const char *)data, size, mem);
	if (!xml_push(xml, data, size, mem, &event, &stanza, &used, &err) || event != XML_STANZA)
		return 0;
	check_reply(stanza, mem);
	check_presence(stanza, mem);
	return 0;
}
