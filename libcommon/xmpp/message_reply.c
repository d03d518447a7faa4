#include <string.h>

#include "xmpp/message.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static bool is_type(const struct elem *stanza, const char *wanted)
{
	const char *type = elem_attr(stanza, "type");
	return type && strcmp(type, wanted) == 0;
}

static const char *id_of(const struct elem *elem)
{
	const char *id = elem ? elem_attr(elem, "id") : NULL;
	return id && *id ? id : NULL;
}

static void read_bounce(const struct elem *stanza, struct arena *mem, struct reply *out)
{
	struct stanza_error error;
	out->id = id_of(stanza);
	if (!out->id)
		return;
	stanza_read_error(stanza, mem, &error);
	out->kind = REPLY_BOUNCE;
	out->condition = error.condition;
	out->error_type = error.type;
	out->text = error.text;
}

/* A room may write an id of its own where ours stood; the origin-id is left alone (XEP-0359, 3.1).
 */
static void read_reflection(const struct elem *message, struct reply *out)
{
	const char *origin = id_of(elem_child(message, NS_SID, "origin-id"));
	out->id = origin ? origin : id_of(message);
	out->kind = out->id ? REPLY_REFLECTION : REPLY_NONE;
}

/* The id is that of the receipt's message in <received/>, not of the stanza (XEP-0184, 5.4). */
static void read_receipt(const struct elem *message, struct reply *out)
{
	out->id = id_of(elem_child(message, NS_RECEIPTS, "received"));
	out->kind = out->id ? REPLY_RECEIPT : REPLY_NONE;
}

void message_read_reply(const struct elem *stanza, struct arena *mem, struct reply *out)
{
	*out = (struct reply){ .kind = REPLY_NONE };
	if (stanza_is_error(stanza))
		read_bounce(stanza, mem, out);
	else if (!elem_is(stanza, NS_CLIENT, "message"))
		return;
	else if (is_type(stanza, "groupchat"))
		read_reflection(stanza, out);
	else
		read_receipt(stanza, out);
	if (out->kind == REPLY_NONE)
		return;
	out->id = arena_copy(mem, out->id);
	out->from = arena_copy(mem, elem_attr(stanza, "from"));
}
