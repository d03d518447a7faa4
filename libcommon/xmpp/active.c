#include "xmpp/active.h"

#include <string.h>

#include "base/word.h"
#include "xmpp/ns.h"
#include "xmpp/stream_inner.h"

#define LISTEN_SECONDS 3 /* a server that refuses does so at once */
#define REQUEST_MAX    4096
#define FROM_MISSING   "needs a domain of ours"

/* One question: what goes out, and what an element that comes back says about it. */
struct question {
	struct buf request;
	/* ACTIVE_NOT_RUN: nothing to do with it, listen on. */
	enum active_result (*judge)(const struct stream *stream, const struct elem *elem,
				    const char **detail);
};

static enum active_result result_of(enum active_result result, const char **detail, const char *how)
{
	*detail = how;
	return result;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static bool has_type(const struct elem *elem, const char *type)
{
	const char *value = elem_attr(elem, "type");
	return value && strcmp(value, type) == 0;
}

/* The stream ended instead. A server in trouble of its own, or tired of our questions, has not
 * answered this one. */
static enum active_result judge_end(const struct stream *stream, const struct stream_error *error,
				    struct err *err, const char **detail, struct arena *mem)
{
	static const char *const excuses[] = { "conflict", "connection-timeout",
					       "internal-server-error", "resource-constraint",
					       "system-shutdown" };
	if (error->condition) {
		bool excuse = is_among(error->condition, excuses, ARRAY_SIZE(excuses));
		return result_of(excuse ? ACTIVE_UNTESTED : ACTIVE_REFUSED, detail,
				 error->condition);
	}
	if (err->code == ERR_CLOSED || err->code == ERR_RESET)
		return result_of(ACTIVE_REFUSED, detail, "closed");
	stream_explain(stream, "answer", err);
	return result_of(ACTIVE_UNTESTED, detail, arena_copy(mem, err->text));
}

/* Sends what there is to send and listens until something tells. */
static enum active_result ask(struct stream *stream, const struct question *question,
			      const char **detail, struct arena *mem)
{
	struct conn *conn = stream_conn(stream);
	struct deadline until = conn_deadline(conn);
	conn_set_deadline(conn, deadline_earlier(until, deadline_in(LISTEN_SECONDS)));
	struct err err;
	struct stream_error error = { 0 };
	const struct elem *elem = NULL;
	enum active_result result = ACTIVE_NOT_RUN;
	const struct buf *request = &question->request;
	bool ok = request->size == 0 || stream_write(stream, request->data, request->size, &err);
	while (ok && result == ACTIVE_NOT_RUN) {
		ok = stream_read(stream, &elem, &error, &err);
		if (ok)
			result = question->judge(stream, elem, detail);
	}
	if (ok) /* the element goes with the next read */
		*detail = arena_copy(mem, *detail);
	else
		result = judge_end(stream, &error, &err, detail, mem);
	conn_set_deadline(conn, until);
	return result;
}

static enum active_result judge_plain(const struct stream *stream, const struct elem *elem,
				      const char **detail)
{
	(void)stream;
	/* These come from looking at the credentials, or at least at the message with them. */
	static const char *const looked[] = { "not-authorized",      "account-disabled",
					      "credentials-expired", "invalid-authzid",
					      "malformed-request",   "incorrect-encoding" };
	static const char *const said_no[] = { "encryption-required", "invalid-mechanism",
					       "mechanism-too-weak", "policy-violation" };
	if (strcmp(elem->ns, NS_SASL) != 0)
		return ACTIVE_NOT_RUN;
	if (strcmp(elem->name, "challenge") == 0 || strcmp(elem->name, "success") == 0)
		return result_of(ACTIVE_ACCEPTED, detail, elem->name);
	if (strcmp(elem->name, "failure") != 0)
		return ACTIVE_NOT_RUN;
	const char *condition = stream_condition_of(elem);
	if (is_among(condition, looked, ARRAY_SIZE(looked)))
		return result_of(ACTIVE_ACCEPTED, detail, condition);
	if (is_among(condition, said_no, ARRAY_SIZE(said_no)))
		return result_of(ACTIVE_REFUSED, detail, condition);
	return result_of(ACTIVE_UNTESTED, detail, condition);
}

enum active_result active_plain(struct stream *stream, const char **detail, struct arena *mem)
{
	/* RFC 4616: NUL "xmpp-tls-tools" NUL, and an empty password. */
	static const char request[] = "<auth xmlns='" NS_SASL "' mechanism='PLAIN'>"
				      "AHhtcHAtdGxzLXRvb2xzAA==</auth>";
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	buf_text(&text, request);
	const struct question question = { text, judge_plain };
	return ask(stream, &question, detail, mem);
}

static enum active_result judge_stanza(const struct stream *stream, const struct elem *elem,
				       const char **detail)
{
	static const char *const names[] = { "iq", "message", "presence" };
	(void)stream;
	if (!is_among(elem->name, names, ARRAY_SIZE(names)))
		return ACTIVE_NOT_RUN;
	if (has_type(elem, "error"))
		return result_of(ACTIVE_REFUSED, detail, stream_stanza_error(elem));
	return result_of(ACTIVE_ACCEPTED, detail, elem->name);
}

static void write_ping(struct stream *stream, const struct stream_header *header, struct buf *out)
{
	buf_printf(out, "<iq type='get' id='%s' to='", stream_new_mark(stream));
	xml_escape(out, header->to);
	if (header->from) {
		buf_text(out, "' from='");
		xml_escape(out, header->from);
	}
	buf_text(out, "'><ping xmlns='" NS_PING "'/></iq>");
}

static void write_addresses(const struct stream_header *header, struct buf *out)
{
	buf_text(out, " from='");
	xml_escape(out, header->from);
	buf_text(out, "' to='");
	xml_escape(out, header->to);
	buf_char(out, '\'');
}

enum active_result active_stanza(struct stream *stream, const struct stream_header *header,
				 const char **detail, struct arena *mem)
{
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	if (header->service == SERVICE_C2S) {
		write_ping(stream, header, &text);
	} else {
		if (!header->from)
			return result_of(ACTIVE_UNTESTED, detail, FROM_MISSING);
		buf_text(&text, "<message");
		write_addresses(header, &text);
		buf_printf(&text, " id='%s'/>", stream_new_mark(stream));
	}
	const struct question question = { text, judge_stanza };
	return ask(stream, &question, detail, mem);
}

static enum active_result judge_dialback(const struct stream *stream, const struct elem *elem,
					 const char **detail)
{
	(void)stream;
	static const char *const said_no[] = { "policy-violation", "not-authorized" };
	if (strcmp(elem->ns, NS_DIALBACK) != 0)
		return ACTIVE_NOT_RUN;
	if (strcmp(elem->name, "verify") == 0)
		return result_of(ACTIVE_ACCEPTED, detail, "verify");
	if (has_type(elem, "valid"))
		return result_of(ACTIVE_ACCEPTED, detail, "valid");
	if (has_type(elem, "invalid"))
		return result_of(ACTIVE_ACCEPTED, detail, "invalid");
	if (!has_type(elem, "error"))
		return ACTIVE_NOT_RUN;
	const char *condition = stream_stanza_error(elem);
	if (is_among(condition, said_no, ARRAY_SIZE(said_no)))
		return result_of(ACTIVE_REFUSED, detail, condition);
	/* remote-server-not-found and its like: it went to look for us, which Prosody does before
	 * it refuses. Whether it would have believed us in clear only who listens for the call back
	 * can tell. */
	return result_of(ACTIVE_UNTESTED, detail, condition);
}

enum active_result active_dialback(struct stream *stream, const struct stream_header *header,
				   const char **detail, struct arena *mem)
{
	if (!header->from)
		return result_of(ACTIVE_UNTESTED, detail, FROM_MISSING);
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	buf_text(&text, "<db:result");
	write_addresses(header, &text);
	/* Nobody keeps this key, so nobody can ever confirm it (MAN-6). */
	buf_printf(&text, ">%s</db:result>", stream_new_mark(stream));
	const struct question question = { text, judge_dialback };
	enum active_result result = ask(stream, &question, detail, mem);
	if (result == ACTIVE_REFUSED && strcmp(*detail, "remote-connection-failed") == 0)
		return ACTIVE_UNTESTED; /* the same, said as a stream error */
	return result;
}

bool active_injection_ask(struct stream *stream, const struct stream_header *header,
			  enum starttls_answer *answer, struct err *err)
{
	*answer = STARTTLS_OTHER;
	CLEANUP(buf_free) struct buf text = buf_new(REQUEST_MAX);
	buf_text(&text, "<starttls xmlns='" NS_TLS "'/>");
	write_ping(stream, header, &text);
	if (!stream_write(stream, text.data, text.size, err)) {
		err->stage = AT_STARTTLS;
		return false;
	}
	if (starttls_await(stream, answer, NULL, err))
		return true;
	/* What stands behind <proceed/> here is the answer to our own trespass. */
	if (*answer == STARTTLS_INJECTION) {
		*answer = STARTTLS_OTHER;
		return err_set(err, AT_STARTTLS, ERR_PROTOCOL,
			       "the server answers in clear what came along with <starttls/>");
	}
	return false;
}

static enum active_result judge_injection(const struct stream *stream, const struct elem *elem,
					  const char **detail)
{
	(void)elem;
	if (!stream_mark_seen(stream))
		return ACTIVE_NOT_RUN;
	return result_of(ACTIVE_ACCEPTED, detail, "answered");
}

enum active_result active_injection_listen(struct stream *stream, const char **detail,
					   struct arena *mem)
{
	if (stream_mark_seen(stream))
		return result_of(ACTIVE_ACCEPTED, detail, "answered");
	if (stream_is_held(stream))
		return result_of(ACTIVE_REFUSED, detail,
				 stream_is_quiet(stream) ? "no TLS" : "answered in clear");
	const struct question question = { buf_new(0), judge_injection };
	enum active_result result = ask(stream, &question, detail, mem);
	if (result != ACTIVE_UNTESTED)
		return result;
	return result_of(ACTIVE_REFUSED, detail, "not answered");
}

const char *active_check_name(enum active_check check)
{
	static const char *const names[ACTIVE_COUNT] = {
		[ACTIVE_PLAIN] = "plain",
		[ACTIVE_STANZA] = "stanza",
		[ACTIVE_DIALBACK] = "dialback",
		[ACTIVE_INJECTION] = "injection",
	};
	return names[check];
}

static const char *const result_names[] = {
	[ACTIVE_NOT_RUN] = "not-run",
	[ACTIVE_REFUSED] = "refused",
	[ACTIVE_ACCEPTED] = "accepted",
	[ACTIVE_UNTESTED] = "untested",
};

const char *active_result_name(enum active_result result)
{
	return result_names[result];
}

bool active_result_parse(const char *name, enum active_result *out)
{
	size_t i;
	if (!word_find(result_names, ARRAY_SIZE(result_names), name, &i))
		return false;
	*out = (enum active_result)i;
	return true;
}
