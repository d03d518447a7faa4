#include "xmpp/iq.h"

#include <string.h>

#include "xmpp/stream_inner.h"

#define STRAY_MAX 32 /* elements passed over before an answer; usual is none */

static bool has_type(const struct elem *iq, const char *word)
{
	const char *type = elem_attr(iq, "type");
	return type && strcmp(type, word) == 0;
}

bool iq_is_error(const struct elem *iq)
{
	return has_type(iq, "error");
}

/* Others may come before it: a server may ask for our version, say. */
static bool is_answer(const struct elem *elem, const char *id)
{
	const char *theirs = elem_attr(elem, "id");
	return elem_is(elem, NS_CLIENT, "iq") && theirs && strcmp(theirs, id) == 0 &&
	       (has_type(elem, "result") || has_type(elem, "error"));
}

bool iq_await(struct stream *stream, const char *id, const char *awaited, const struct elem **out,
	      struct err *err)
{
	for (int i = 0; i < STRAY_MAX; i++) {
		if (!stream_read(stream, out, NULL, err)) {
			stream_explain(stream, awaited, err);
			return false;
		}
		if (is_answer(*out, id))
			return true;
	}
	return err_set(err, conn_stage(stream_conn(stream)), ERR_LIMIT,
		       "%d other elements before the %s", STRAY_MAX, awaited);
}

void iq_write_reply(const struct elem *stanza, struct buf *out)
{
	const char *id = elem_attr(stanza, "id");
	if (!elem_is(stanza, NS_CLIENT, "iq") || !id ||
	    (!has_type(stanza, "get") && !has_type(stanza, "set")))
		return;
	bool ping = has_type(stanza, "get") && elem_child(stanza, NS_PING, "ping");
	buf_printf(out, "<iq type='%s'", ping ? "result" : "error");
	xml_write_attribute(out, "id", id);
	xml_write_attribute(out, "to", elem_attr(stanza, "from"));
	if (ping)
		buf_text(out, "/>");
	else
		buf_text(out, "><error type='cancel'><service-unavailable xmlns='" NS_STANZA_ERROR
			      "'/></error></iq>");
}
