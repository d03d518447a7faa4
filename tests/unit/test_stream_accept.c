#include "peer.h"

#include "xmpp/stream.h"

#define CALL_WITH(attributes, namespaces)                                                          \
	"<?xml version='1.0'?><stream:stream from='capulet.example' to='montague.example' "        \
	"xml:lang='it'" attributes " xmlns='jabber:server'" namespaces " xmlns:stream='" NS_STREAM \
	"'>"
#define DB       " xmlns:db='jabber:server:dialback'"
#define CALL     CALL_WITH(" version='1.0'", DB)
#define OFFER    "<stream:features><dialback xmlns='" NS_DIALBACK_FEAT "'/></stream:features>"
#define REFUSAL  "<stream:error><host-unknown xmlns='" NS_STREAM_ERROR "'/></stream:error>"
#define FAULT(c) "<stream:error><" c " xmlns='" NS_STREAM_ERROR "'/></stream:error>"
#define END      "</stream:stream>"
#define ANSWER                                                                                     \
	"<?xml version='1.0'?><stream:stream id='D60000229F' from='montague.example' "             \
	"to='capulet.example' version='1.0' xml:lang='en' xmlns='jabber:server' "                  \
	"xmlns:db='jabber:server:dialback' xmlns:stream='" NS_STREAM "'>"

static const struct stream_header answer = {
	.service = SERVICE_S2S,
	.from = "montague.example",
	.to = "capulet.example",
	.id = "D60000229F",
};

static const struct row {
	const char *name, *said;
	bool closed;
	enum err_code code;
	const char *sentence;
	bool opened, version_1;
	const char *content_namespace;
	const char *goodbye; /* behind our header, which goes out in any case */
} rows[] = {
	{ "a header", CALL, false, ERR_NONE, "", true, true, "jabber:server", END },
	{ "no version (row 38)", CALL_WITH("", DB), false, ERR_NONE, "", true, false,
	  "jabber:server", END },
	{ "version 0.9", CALL_WITH(" version='0.9'", DB), false, ERR_NONE, "", true, false,
	  "jabber:server", END },
	{ "no dialback", CALL_WITH(" version='1.0'", ""), false, ERR_NONE, "", true, true,
	  "jabber:server", END },
	{ "a client",
	  "<stream:stream to='montague.example' version='1.0' xmlns='jabber:client' "
	  "xmlns:stream='" NS_STREAM "'>",
	  false, ERR_NONE, "", true, true, "jabber:client", END },
	{ "a header without a prefix", "<stream version='1.0' xmlns='" NS_STREAM "'>", false,
	  ERR_NONE, "", true, true, NULL, END },
	{ "wrong namespace of the stream",
	  "<stream:stream version='1.0' xmlns='jabber:server' xmlns:stream='urn:x'>", false,
	  ERR_PROTOCOL, "the stream header is in the wrong namespace \"urn:x\"", true, true,
	  "jabber:server", END },
	{ "no stream at all", "<message xmlns='jabber:server'/>", false, ERR_PROTOCOL,
	  "<message/> instead of a stream header", false, false, NULL, END },
	{ "an error instead", "<stream:error xmlns:stream='" NS_STREAM "'/>", false, ERR_PROTOCOL,
	  "<error/> instead of a stream header", false, false, NULL, END },
	{ "HTTP", "GET / HTTP/1.1\r\nHost: montague.example\r\n\r\n", false, ERR_NOT_XMPP,
	  "something else than XMPP came: \"GET / HTTP/1.1\"", false, false, NULL, END },
	{ "a web page", "<html><body/></html>", false, ERR_NOT_XMPP,
	  "something else than XMPP came: \"<html><body/></html>\"", false, false, NULL, END },
	{ "SSH", "SSH-2.0-OpenSSH_9.2\r\n", false, ERR_NOT_XMPP,
	  "something else than XMPP came: \"SSH-2.0-OpenSSH_9.2\"", false, false, NULL, END },
	{ "a TLS hello", "\x16\x03\x01\x02", false, ERR_NOT_XMPP,
	  "TLS came from the first octet, where STARTTLS was awaited", false, false, NULL, END },
	{ "a long line", "0123456789 0123456789 0123456789 0123456789 0123456789", false,
	  ERR_NOT_XMPP,
	  "something else than XMPP came: \"0123456789 0123456789 0123456789 0123456\"", false,
	  false, NULL, END },
	{ "octets", "\x01\x02\x03", false, ERR_NOT_XMPP, "something else than XMPP came", false,
	  false, NULL, END },
	{ "a comment", "<!-- x -->", false, ERR_RESTRICTED_XML, "a comment, which XMPP forbids",
	  false, false, NULL, FAULT("restricted-xml") END },
	{ "a document type", "<!DOCTYPE x [<!ENTITY y 'z'>]>", false, ERR_RESTRICTED_XML,
	  "a document type definition, which XMPP forbids", false, false, NULL,
	  FAULT("restricted-xml") END },
	{ "another encoding", "<?xml version='1.0' encoding='ISO-8859-1'?>", false,
	  ERR_RESTRICTED_XML, "encoding ISO-8859-1, where XMPP allows UTF-8 alone", false, false,
	  NULL, FAULT("restricted-xml") END },
	{ "not well-formed", "<stream:stream <", false, ERR_NOT_WELL_FORMED,
	  "XML is not well-formed: '<' inside a tag", false, false, NULL,
	  FAULT("not-well-formed") END },
	{ "silence", "", false, ERR_TIMEOUT, "no stream header within 1 s", false, false, NULL,
	  END },
	{ "half a header", "<stream:stream xmlns='jabber:server'", false, ERR_TIMEOUT,
	  "no stream header within 1 s", false, false, NULL, END },
	{ "a close", "", true, ERR_CLOSED, "closed before the stream header", false, false, NULL,
	  END },
	{ "a close in the header", "<stream:stream", true, ERR_CLOSED,
	  "closed before the stream header", false, false, NULL, END },
};

static void tells_who_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		char heard[4096];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(row->said, row->closed);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		struct err err = { 0 };
		bool ok = stream_accept(peer.conn, mem, &stream, &facts, &err);
		assert_row_string(row->name, err.text, row->sentence);
		assert_row(row->name, ok == (row->code == ERR_NONE) && err.code == row->code);
		assert_row(row->name, ok || err.stage == AT_STREAM);
		assert_row(row->name, stream != NULL);
		assert_row(row->name, facts.opened == row->opened);
		assert_row(row->name, facts.version_1 == row->version_1);
		assert_row_string(row->name, facts.content_namespace, row->content_namespace);
		assert_row_string(row->name, peer_heard(&peer, heard), "");
	}
}

/* RFC 6120, 4.9.1.2: whatever is wrong with the caller's header, ours comes first, and then the
 * error. Who has got none is told nothing: an end without a beginning is no XML. */
static void greets_before_it_says_goodbye(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i / 2];
		bool answered = i % 2;
		char heard[4096];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(row->said, row->closed);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		struct err err = { 0 };
		bool ok = stream_accept(peer.conn, mem, &stream, &facts, &err);
		assert_row(row->name, ok == (row->code == ERR_NONE));
		/* What is tested is what stands in the socket, not how long it is waited for. */
		conn_set_deadline(peer.conn, peer_deadline());
		if (answered)
			assert_row(row->name, stream_answer(stream, &answer, "", &err));
		stream_close(&stream);
		const char *wanted = answered ? arena_printf(mem, ANSWER "%s", row->goodbye) : "";
		assert_row_string(row->name, peer_heard(&peer, heard), wanted);
	}
}

static void reads_the_header(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL, false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_string_equal(facts.from, "capulet.example");
	assert_string_equal(facts.to, "montague.example");
	assert_string_equal(facts.lang, "it");
	assert_string_equal(facts.version, "1.0");
	assert_null(facts.id);
	assert_null(facts.error.condition);
	assert_ptr_equal(stream_conn(stream), peer.conn);
}

/* Header and features in one write, then stanzas both ways, then the end. */
static void talks_both_ways(void **state)
{
	(void)state;
	static const char valid[] = "<db:verify type='valid'/>";
	char heard[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL, false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	const struct elem *elem;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_true(stream_answer(stream, &answer, OFFER, &err));
	assert_string_equal(peer_heard(&peer, heard), ANSWER OFFER);
	peer_say(&peer, " <db:verify id='1'>a</db:verify><db:verify id='2'>b</db:verify>");
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_true(elem_is(elem, NS_DIALBACK, "verify"));
	assert_string_equal(elem->text, "a");
	assert_true(stream_has_input(stream));
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_string_equal(elem->text, "b");
	assert_false(stream_has_input(stream));
	assert_true(stream_write(stream, valid, strlen(valid), &err));
	assert_string_equal(peer_heard(&peer, heard), valid);
	peer_say(&peer, END);
	assert_false(stream_read(stream, &elem, NULL, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	stream_close(&stream);
	assert_string_equal(peer_heard(&peer, heard), END);
}

static void hears_a_stream_error(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL REFUSAL END, true);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct stream_error error = { 0 };
	struct err err;
	const struct elem *elem;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_false(stream_read(stream, &elem, &error, &err));
	assert_int_equal(err.code, ERR_STREAM_ERROR);
	assert_string_equal(error.condition, "host-unknown");
}

/* An error and nothing more: what was said is not said again. */
static void refuses(void **state)
{
	(void)state;
	char heard[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL END, false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_true(stream_answer(stream, &answer, REFUSAL, &err));
	stream_close(&stream);
	assert_string_equal(peer_heard(&peer, heard), ANSWER REFUSAL END);
}

/* The names that are answered are the caller's own, of any length. */
static void answers_within_bounds(void **state)
{
	(void)state;
	static char endless[4096];
	memset(endless, '\'', sizeof(endless) - 1);
	char heard[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL, false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct stream_header header = answer;
	struct err err;
	header.to = endless;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_false(stream_answer(stream, &header, OFFER, &err));
	assert_int_equal(err.code, ERR_USAGE);
	stream_close(&stream);
	assert_string_equal(peer_heard(&peer, heard), "");
}

/* RFC 6120, 13.12: who never ends his header is told that there are limits. */
static void bounds_the_header(void **state)
{
	(void)state;
	static char endless[STANZA_MAX + 2];
	memset(endless, 'a', sizeof(endless) - 1);
	char heard[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new("<stream:stream from='", false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	peer_say(&peer, endless);
	assert_false(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_false(facts.opened);
	assert_true(stream_answer(stream, &answer, "", &err));
	stream_close(&stream);
	assert_string_equal(peer_heard(&peer, heard), ANSWER FAULT("policy-violation") END);
}

/* A caller who is gone is neither waited for nor written to twice. */
static void survives_a_caller_who_is_gone(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL, false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	fd_close(&peer.fd);
	assert_false(stream_answer(stream, &answer, OFFER, &err));
	assert_true(err.code == ERR_CLOSED || err.code == ERR_RESET);
	assert_false(stream_write(stream, " ", 1, &err));
	assert_int_equal(err.code, ERR_CLOSED);
}

/* After TLS, after SASL: nothing of the stream before counts. */
static void begins_anew(void **state)
{
	(void)state;
	char heard[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL "<left", false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts before, after;
	struct stream_header header = answer;
	struct err err;
	const struct elem *elem;
	assert_true(stream_accept(peer.conn, mem, &stream, &before, &err));
	assert_true(stream_answer(stream, &answer, OFFER, &err));
	peer_say(&peer, "<stream:stream from='verona.example' version='1.0' xmlns='jabber:server' "
			"xmlns:stream='" NS_STREAM "'>");
	assert_true(stream_accept_again(stream, &after, &err));
	assert_string_equal(before.from, "capulet.example");
	assert_string_equal(after.from, "verona.example");
	assert_null(after.to);
	header.id = "417GAF25";
	peer_heard(&peer, heard);
	assert_true(stream_answer(stream, &header, "<stream:features/>", &err));
	assert_non_null(strstr(peer_heard(&peer, heard), " id='417GAF25' "));
	assert_null(strstr(heard, "D60000229F"));
	peer_say(&peer, "<iq/>");
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_string_equal(elem->name, "iq");
}

/* Between the two streams there is none that could be ended. */
static void ends_nothing_that_did_not_begin_anew(void **state)
{
	(void)state;
	char heard[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(CALL, false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	assert_true(stream_accept(peer.conn, mem, &stream, &facts, &err));
	assert_true(stream_answer(stream, &answer, OFFER, &err));
	assert_false(stream_accept_again(stream, &facts, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_string_equal(err.text, "no stream header within 1 s");
	assert_false(facts.opened);
	peer_heard(&peer, heard);
	conn_set_deadline(peer.conn, peer_deadline());
	stream_close(&stream);
	assert_string_equal(peer_heard(&peer, heard), "");
}

#define HEAD     "<?xml version='1.0'?><stream:stream"
#define LANG     " xml:lang='en'"
#define SERVER   " xmlns='jabber:server'"
#define AS       " xmlns:stream='" NS_STREAM "'>"
#define DB_AS(p) " xmlns:" p "='jabber:server:dialback'"

static const struct header_row {
	const char *name;
	struct stream_header header;
	const char *text;
} header_rows[] = {
	{ "an id",
	  { .service = SERVICE_S2S, .id = "7" },
	  HEAD " id='7' version='1.0'" LANG SERVER DB_AS("db") AS },
	{ "an id with markup",
	  { .service = SERVICE_S2S, .id = "'/><" },
	  HEAD " id='&apos;/&gt;&lt;' version='1.0'" LANG SERVER DB_AS("db") AS },
	{ "the usual prefix",
	  { .service = SERVICE_S2S, .to = "a" },
	  HEAD " to='a' version='1.0'" LANG SERVER DB_AS("db") AS },
	{ "no prefix (row 36)",
	  { .service = SERVICE_S2S, .to = "a", .dialback_prefix = "" },
	  HEAD " to='a' version='1.0'" LANG SERVER AS },
	{ "another prefix (row 37)",
	  { .service = SERVICE_S2S, .to = "a", .dialback_prefix = "x" },
	  HEAD " to='a' version='1.0'" LANG SERVER DB_AS("x") AS },
	{ "no version (row 38)",
	  { .service = SERVICE_S2S, .to = "a", .no_version = true },
	  HEAD " to='a'" LANG SERVER DB_AS("db") AS },
	{ "clients know no dialback",
	  { .service = SERVICE_C2S, .to = "a", .dialback_prefix = "x" },
	  HEAD " to='a' version='1.0'" LANG " xmlns='jabber:client'" AS },
};

static void writes_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(header_rows); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(4096);
		stream_header_write(&header_rows[i].header, &out);
		assert_row_string(header_rows[i].name, buf_string(&out), header_rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_who_calls),
		cmocka_unit_test(greets_before_it_says_goodbye),
		cmocka_unit_test(reads_the_header),
		cmocka_unit_test(talks_both_ways),
		cmocka_unit_test(hears_a_stream_error),
		cmocka_unit_test(refuses),
		cmocka_unit_test(answers_within_bounds),
		cmocka_unit_test(bounds_the_header),
		cmocka_unit_test(survives_a_caller_who_is_gone),
		cmocka_unit_test(begins_anew),
		cmocka_unit_test(ends_nothing_that_did_not_begin_anew),
		cmocka_unit_test(writes_headers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
