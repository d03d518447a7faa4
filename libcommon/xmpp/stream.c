#include "xmpp/stream.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "xmpp/ns.h"
#include "xmpp/stream_inner.h"

#define READ_SIZE     4096 /* header and features of most servers in one read */
#define HEADER_MAX    4096 /* of ours: two domains of 253 octets, escaped, and 300 octets around */
#define CLOSE_SECONDS 1
#define MARK_OCTETS   12

struct stream {
	struct conn *conn;    /* not ours */
	struct arena *mem;    /* not ours: header, features, errors */
	struct arena *stanza; /* the element that was read last */
	struct xml *xml;
	char input[READ_SIZE];
	size_t input_from, input_to; /* read, not parsed */
	bool greeted;                /* our header went out: there is something to end */
	bool held;                   /* TLS begins here: nothing may be sent */
	bool broken;                 /* nothing can be sent */
	bool ended;                  /* nothing more will come */
	enum err_code fault;         /* of theirs, that our end must name; ERR_NONE: none */
	char mark[2 * MARK_OCTETS + 1];
	bool restarted, mark_seen; /* since the mark was made */
};

struct conn *stream_conn(struct stream *stream)
{
	return stream->conn;
}

size_t stream_pending(const struct stream *stream)
{
	return stream->input_to - stream->input_from;
}

const unsigned char *stream_peek(const struct stream *stream)
{
	return (const unsigned char *)stream->input + stream->input_from;
}

bool stream_is_quiet(const struct stream *stream)
{
	return stream_pending(stream) == 0 && xml_is_quiet(stream->xml);
}

void stream_hold(struct stream *stream)
{
	stream->held = true;
}

bool stream_is_held(const struct stream *stream)
{
	return stream->held;
}

const char *stream_new_mark(struct stream *stream)
{
	unsigned char octets[MARK_OCTETS];
	ssize_t got = getrandom(octets, sizeof(octets), 0);
	assert(got == (ssize_t)sizeof(octets)); /* so small a wish is never cut short */
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(stream->mark + 2 * i, 3, "%02x", octets[i]);
	stream->restarted = stream->mark_seen = false;
	return stream->mark;
}

bool stream_mark_seen(const struct stream *stream)
{
	return stream->mark_seen;
}

static void note_mark(struct stream *stream, const struct elem *elem)
{
	const char *id = elem_attr(elem, "id");
	if (stream->restarted && stream->mark[0] && id && strcmp(id, stream->mark) == 0)
		stream->mark_seen = true;
}

void stream_explain(const struct stream *stream, const char *awaited, struct err *err)
{
	if (err->code == ERR_TIMEOUT)
		err_set(err, err->stage, ERR_TIMEOUT, "no %s within %d s", awaited,
			conn_deadline(stream->conn).seconds);
	else if (err->code == ERR_CLOSED)
		err_set(err, err->stage, ERR_CLOSED, "closed before the %s", awaited);
	else if (err->code == ERR_RESET)
		err_set(err, err->stage, ERR_RESET, "connection reset before the %s", awaited);
}

static bool fill(struct stream *stream, struct err *err)
{
	size_t got;
	if (!conn_read(stream->conn, stream->input, sizeof(stream->input), &got, err)) {
		if (err->code != ERR_TIMEOUT)
			stream->broken = stream->ended = true;
		return false;
	}
	stream->input_from = 0;
	stream->input_to = got;
	if (got > 0)
		return true;
	stream->ended = true;
	return err_set(err, conn_stage(stream->conn), ERR_CLOSED, "closed by the server%s",
		       xml_is_quiet(stream->xml) ? "" : " in the middle of an element");
}

bool stream_take_input(struct stream *stream)
{
	struct err err;
	return conn_has_input(stream->conn) && fill(stream, &err);
}

/* The next event that is one; waits as long as the conn does. The parser is asked before the
 * network: it may hold a second event of the same tag. */
static bool next_event(struct stream *stream, struct arena *mem, enum xml_event *event,
		       const struct elem **out, struct err *err)
{
	if (stream->ended)
		return err_set(err, conn_stage(stream->conn), ERR_CLOSED, "the stream has ended");
	for (;;) {
		size_t used;
		if (!xml_push(stream->xml, stream->input + stream->input_from,
			      stream_pending(stream), mem, event, out, &used, err)) {
			stream->ended = true;
			stream->fault = err->code;
			err->stage = conn_stage(stream->conn);
			return false;
		}
		stream->input_from += used;
		if (*event == XML_STREAM_CLOSE)
			stream->ended = true;
		else if (*event != XML_MORE)
			note_mark(stream, *out);
		if (*event != XML_MORE)
			return true;
		if (!fill(stream, err))
			return false;
	}
}

bool stream_write(struct stream *stream, const char *xml, size_t size, struct err *err)
{
	if (stream->held || stream->broken)
		return err_set(err, conn_stage(stream->conn), ERR_CLOSED, "the stream has ended");
	if (conn_write(stream->conn, xml, size, err))
		return true;
	stream->broken = true;
	return false;
}

static bool send_header(struct stream *stream, const struct stream_header *header,
			const char *behind, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(HEADER_MAX);
	stream_header_write(header, &text);
	buf_text(&text, behind);
	if (buf_overflowed(&text))
		return err_set(err, conn_stage(stream->conn), ERR_USAGE,
			       "a stream header of more than %d octets", HEADER_MAX);
	stream->greeted = stream_write(stream, text.data, text.size, err);
	return stream->greeted;
}

static bool take_header(struct stream *stream, const struct elem *elem, struct stream_facts *facts,
			struct err *err)
{
	enum err_stage stage = conn_stage(stream->conn);
	if (strcmp(elem->name, "html") == 0)
		return err_set(err, stage, ERR_NOT_XMPP, "a web page answers, not XMPP");
	if (strcmp(elem->name, "stream") != 0)
		return err_set(err, stage, ERR_PROTOCOL, "<%s/> instead of a stream header",
			       elem->name);
	stream_header_read(elem, facts, stream->mem);
	if (strcmp(elem->ns, NS_STREAM) != 0)
		return err_set(err, stage, ERR_PROTOCOL,
			       "the stream header is in the wrong namespace \"%s\"", elem->ns);
	return true;
}

/* Turns <stream:error/> into an err; true for anything else. */
static bool check_error(struct stream *stream, const struct elem *elem, struct stream_error *error,
			struct err *err)
{
	if (!elem_is(elem, NS_STREAM, "error"))
		return true;
	stream_error_read(elem, stream->mem, error);
	const char *more = error->text ? error->text : error->content;
	const char *quote = error->text ? "\"" : "";
	enum err_stage stage = conn_stage(stream->conn);
	if (!more)
		return err_set(err, stage, ERR_STREAM_ERROR, "stream error %s", error->condition);
	return err_set(err, stage, ERR_STREAM_ERROR, "stream error %s (%s%s%s)", error->condition,
		       quote, more, quote);
}

static bool read_header(struct stream *stream, struct stream_facts *facts, struct err *err)
{
	enum xml_event event;
	const struct elem *elem = NULL;
	if (!next_event(stream, stream->mem, &event, &elem, err)) {
		stream_explain(stream, "stream header", err);
		return false;
	}
	/* The first event of a parser is XML_STREAM_OPEN. */
	return take_header(stream, elem, facts, err);
}

static bool read_features(struct stream *stream, struct stream_facts *facts, struct err *err)
{
	enum xml_event event;
	const struct elem *elem = NULL;
	if (!next_event(stream, stream->mem, &event, &elem, err)) {
		stream_explain(stream, "stream features", err);
		return false;
	}
	if (event == XML_STREAM_CLOSE)
		return err_set(err, conn_stage(stream->conn), ERR_CLOSED,
			       "the server ended the stream before the stream features");
	if (!check_error(stream, elem, &facts->error, err))
		return false;
	if (!elem_is(elem, NS_STREAM, "features"))
		return err_set(err, conn_stage(stream->conn), ERR_PROTOCOL,
			       "<%s/> instead of stream features", elem->name);
	features_read(elem, stream->mem, &facts->features);
	return true;
}

/* STR-36: header and features may come together or seconds apart. */
static bool greet(struct stream *stream, const struct stream_header *header,
		  struct stream_facts *facts, double sent, struct err *err)
{
	if (!read_header(stream, facts, err))
		return false;
	facts->header_ms = clock_ms() - sent;
	if (!facts->version_1 || header->no_version)
		return true;
	if (!read_features(stream, facts, err))
		return false;
	facts->features_ms = clock_ms() - sent;
	return true;
}

static struct stream *stream_new(struct conn *conn, struct arena *mem)
{
	struct stream *stream = memory_new(sizeof(*stream));
	stream->conn = conn;
	stream->mem = mem;
	stream->stanza = arena_new();
	stream->xml = xml_new();
	return stream;
}

/* A stream begins anew: after TLS, after SASL. */
static void forget(struct stream *stream)
{
	xml_free(&stream->xml);
	stream->xml = xml_new();
	stream->input_from = stream->input_to = 0;
	stream->greeted = stream->held = stream->broken = stream->ended = false;
	stream->fault = ERR_NONE;
	stream->restarted = true;
}

bool stream_open_with(struct conn *conn, const struct stream_header *header, const char *behind,
		      struct arena *mem, struct stream **out, struct stream_facts *facts,
		      struct err *err)
{
	*facts = (struct stream_facts){ 0 };
	CLEANUP(stream_close) struct stream *stream = stream_new(conn, mem);
	if (!send_header(stream, header, behind, err))
		return false;
	double sent = clock_ms();
	struct stream *opened = stream; /* the caller's from here, whatever comes back */
	*out = stream;
	stream = NULL;
	return greet(opened, header, facts, sent, err);
}

bool stream_open(struct conn *conn, const struct stream_header *header, struct arena *mem,
		 struct stream **out, struct stream_facts *facts, struct err *err)
{
	return stream_open_with(conn, header, "", mem, out, facts, err);
}

bool stream_restart(struct stream *stream, const struct stream_header *header,
		    struct stream_facts *facts, struct err *err)
{
	*facts = (struct stream_facts){ 0 };
	forget(stream);
	return send_header(stream, header, "", err) &&
	       greet(stream, header, facts, clock_ms(), err);
}

static bool hear(struct stream *stream, struct stream_facts *facts, struct err *err)
{
	*facts = (struct stream_facts){ 0 };
	if (read_header(stream, facts, err))
		return true;
	stream_explain_caller(stream->input, stream->input_to, err);
	return false;
}

bool stream_accept(struct conn *conn, struct arena *mem, struct stream **out,
		   struct stream_facts *facts, struct err *err)
{
	*out = stream_new(conn, mem);
	return hear(*out, facts, err);
}

bool stream_answer(struct stream *stream, const struct stream_header *header, const char *behind,
		   struct err *err)
{
	return send_header(stream, header, behind, err);
}

bool stream_accept_again(struct stream *stream, struct stream_facts *facts, struct err *err)
{
	forget(stream);
	return hear(stream, facts, err);
}

bool stream_read(struct stream *stream, const struct elem **out, struct stream_error *error,
		 struct err *err)
{
	/* After a timeout in the middle of an element its beginning still lives there. */
	if (xml_is_quiet(stream->xml)) {
		arena_free(&stream->stanza);
		stream->stanza = arena_new();
	}
	enum xml_event event;
	const struct elem *elem = NULL;
	if (!next_event(stream, stream->stanza, &event, &elem, err))
		return false;
	if (event == XML_STREAM_CLOSE)
		return err_set(err, conn_stage(stream->conn), ERR_CLOSED,
			       "the server ended the stream");
	struct stream_error own = { 0 };
	if (!check_error(stream, elem, error ? error : &own, err))
		return false;
	*out = elem;
	return true;
}

bool stream_has_input(const struct stream *stream)
{
	return stream_pending(stream) > 0 || conn_has_input(stream->conn);
}

bool stream_finish(struct stream *stream, struct err *err)
{
	static const char end[] = "</stream:stream>";
	bool sent = stream_write(stream, end, strlen(end), err);
	stream->broken = true;
	return sent;
}

/* RFC 6120, 11.1 and 11.3: who sends such XML is told why the stream ends (STR-69, STR-70). */
static const char *fault_condition(enum err_code fault)
{
	if (fault == ERR_RESTRICTED_XML)
		return "restricted-xml";
	if (fault == ERR_NOT_WELL_FORMED)
		return "not-well-formed";
	return fault == ERR_LIMIT ? "policy-violation" : NULL;
}

static bool tell_fault(struct stream *stream, struct err *err)
{
	const char *condition = fault_condition(stream->fault);
	if (!condition)
		return true;
	CLEANUP(buf_free) struct buf text = buf_new(HEADER_MAX);
	buf_printf(&text, "<stream:error><%s xmlns='" NS_STREAM_ERROR "'/></stream:error>",
		   condition);
	return stream_write(stream, text.data, text.size, err);
}

/* STR-46: the end tag, then what the peer still says, for a moment. */
static void say_goodbye(struct stream *stream)
{
	struct deadline until = conn_deadline(stream->conn);
	conn_set_deadline(stream->conn, deadline_earlier(until, deadline_in(CLOSE_SECONDS)));
	struct err err;
	const struct elem *elem;
	if (tell_fault(stream, &err) && stream_finish(stream, &err)) {
		while (stream_read(stream, &elem, NULL, &err))
			;
	}
	conn_set_deadline(stream->conn, until);
}

void stream_close(struct stream **stream)
{
	if (!*stream)
		return;
	if ((*stream)->greeted && !(*stream)->held && !(*stream)->broken)
		say_goodbye(*stream);
	stream_abandon(stream);
}

void stream_abandon(struct stream **stream)
{
	if (!*stream)
		return;
	xml_free(&(*stream)->xml);
	arena_free(&(*stream)->stanza);
	free(*stream);
	*stream = NULL;
}
