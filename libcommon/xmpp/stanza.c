#include "xmpp/stanza.h"

#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define SPACE " \t\r\n"

bool stanza_is_one(const struct elem *elem)
{
	return elem_is(elem, NS_CLIENT, "message") || elem_is(elem, NS_CLIENT, "presence") ||
	       elem_is(elem, NS_CLIENT, "iq");
}

bool stanza_is_error(const struct elem *stanza)
{
	const char *type = elem_attr(stanza, "type");
	return stanza_is_one(stanza) && type && strcmp(type, "error") == 0;
}

static const struct elem *condition_in(const struct elem *error)
{
	for (const struct elem *child = error->children; child; child = child->next) {
		if (strcmp(child->ns, NS_STANZA_ERROR) == 0 && strcmp(child->name, "text") != 0)
			return child;
	}
	return NULL;
}

static const char *content_of(const struct elem *elem)
{
	return elem && elem->text[strspn(elem->text, SPACE)] ? elem->text : NULL;
}

/* <gone>xmpp:romeo@afterlife.example.net</gone> (RFC 6120, 8.3.3.5). */
static const char *text_of(const struct elem *error, const struct elem *condition,
			   struct arena *mem)
{
	const char *said = content_of(elem_child(error, NS_STANZA_ERROR, "text"));
	const char *address = content_of(condition);
	if (said && address)
		return arena_printf(mem, "%s (%s)", said, address);
	return arena_copy(mem, said ? said : address);
}

void stanza_read_error(const struct elem *stanza, struct arena *mem, struct stanza_error *out)
{
	const struct elem *error = elem_child(stanza, NS_CLIENT, "error");
	*out = (struct stanza_error){ .condition = "undefined-condition" };
	if (!error)
		return;
	const struct elem *condition = condition_in(error);
	/* Outside of the namespace stands what older servers say, or a condition of their own. */
	out->condition = arena_copy(mem, condition ? condition->name : stream_condition_of(error));
	out->type = arena_copy(mem, elem_attr(error, "type"));
	out->text = text_of(error, condition, mem);
}
