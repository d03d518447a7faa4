#include "xmpp/bind.h"

#include <string.h>

#include "xmpp/iq.h"
#include "xmpp/ns.h"

#define REQUEST_MAX 8192 /* a resource of 1023 octets, escaped */

static const struct cause {
	const char *condition, *text;
} causes[] = {
	{ "conflict", "another session has this resource" },
	{ "not-allowed", "this account may have no further session" },
	{ "resource-constraint", "too many sessions of this account are connected" },
	{ "bad-request", "the server takes no such resource" },
};

static const char *cause_of(const char *condition)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (strcmp(causes[i].condition, condition) == 0)
			return causes[i].text;
	}
	return "the server gives no resource";
}

static bool refused(struct stream *stream, const struct elem *answer, struct err *err)
{
	const char *condition = stream_stanza_error(answer);
	return err_set(err, conn_stage(stream_conn(stream)), ERR_DENIED, "%s (%s)",
		       cause_of(condition), condition);
}

static bool ask(struct stream *stream, const char *resource, const struct elem **answer,
		struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	buf_text(&text, "<iq type='set' id='bind'><bind xmlns='" NS_BIND "'");
	if (resource) {
		buf_text(&text, "><resource>");
		xml_escape(&text, resource);
		buf_text(&text, "</resource></bind></iq>");
	} else {
		buf_text(&text, "/></iq>");
	}
	return stream_write(stream, text.data, text.size, err) &&
	       iq_await(stream, "bind", "answer to the request for a resource", answer, err);
}

/* RFC 3921, 3: dead letters to RFC 6120, but who requires it gets it. */
static bool open_session(struct stream *stream, struct err *err)
{
	static const char request[] = "<iq type='set' id='session'><session xmlns='" NS_SESSION
				      "'/></iq>";
	const struct elem *answer = NULL;
	if (!stream_write(stream, request, strlen(request), err) ||
	    !iq_await(stream, "session", "answer to the request for a session", &answer, err))
		return false;
	return !iq_is_error(answer) || refused(stream, answer, err);
}

bool bind_resource(struct stream *stream, const struct features *offered, const char *resource,
		   struct arena *mem, const char **address, struct err *err)
{
	enum err_stage stage = conn_stage(stream_conn(stream));
	const struct elem *answer = NULL;
	if (!offered->bind)
		return err_set(err, stage, ERR_PROTOCOL,
			       "the server offers no resource after the login");
	if (!ask(stream, resource, &answer, err))
		return false;
	if (iq_is_error(answer))
		return refused(stream, answer, err);
	const struct elem *bind = elem_child(answer, NS_BIND, "bind");
	const struct elem *jid = bind ? elem_child(bind, NS_BIND, "jid") : NULL;
	if (!jid || !jid->text[0])
		return err_set(err, stage, ERR_PROTOCOL,
			       "the server bound a resource and does not say which");
	const char *given = arena_copy(mem, jid->text);
	if (offered->session_required && !open_session(stream, err))
		return false;
	*address = given;
	return true;
}
