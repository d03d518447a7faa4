#include "peer.h"

#include "xmpp/stream.h"

#define UNKNOWN "<host-unknown xmlns='" NS_STREAM_ERROR "'/>"

static const struct stream_header header = { .service = SERVICE_C2S, .to = "example.org" };

static const struct row {
	const char *name, *said;
	bool closed;
	enum err_code code;
	const char *sentence;
	bool opened, features;
	const char *condition;
} rows[] = {
	{ "header and features", PEER_OPEN PEER_FEATURES, false, ERR_NONE, "", true, true, NULL },
	{ "empty features", PEER_OPEN "<stream:features/>", false, ERR_NONE, "", true, true, NULL },
	{ "white space before the features", PEER_OPEN "\n" PEER_FEATURES, false, ERR_NONE, "",
	  true, true, NULL },
	{ "pre-XMPP server sends none", "<stream:stream id='7' xmlns:stream='" NS_STREAM "'>",
	  false, ERR_NONE, "", true, false, NULL },
	{ "prefix-free",
	  "<stream version='1.0' xmlns='" NS_STREAM "'><features><starttls xmlns='" NS_TLS
	  "'/></features>",
	  false, ERR_NONE, "", true, true, NULL },
	{ "silence", "", false, ERR_TIMEOUT, "no stream header within 1 s", false, false, NULL },
	{ "half a header", "<stream:stream", false, ERR_TIMEOUT, "no stream header within 1 s",
	  false, false, NULL },
	{ "close", "", true, ERR_CLOSED, "closed before the stream header", false, false, NULL },
	{ "close in the header", "<stream:stream", true, ERR_CLOSED,
	  "closed before the stream header", false, false, NULL },
	{ "no features", PEER_OPEN, false, ERR_TIMEOUT, "no stream features within 1 s", true,
	  false, NULL },
	{ "close before the features", PEER_OPEN, true, ERR_CLOSED,
	  "closed before the stream features", true, false, NULL },
	{ "end of the stream before the features", PEER_OPEN "</stream:stream>", false, ERR_CLOSED,
	  "the server ended the stream before the stream features", true, false, NULL },
	{ "stream error", PEER_OPEN PEER_ERROR(UNKNOWN), true, ERR_STREAM_ERROR,
	  "stream error host-unknown", true, false, "host-unknown" },
	{ "stream error with text",
	  PEER_OPEN PEER_ERROR(UNKNOWN "<text xmlns='" NS_STREAM_ERROR "'>no such \x7fhost</text>"),
	  true, ERR_STREAM_ERROR, "stream error host-unknown (\"no such \x7fhost\")", true, false,
	  "host-unknown" },
	{ "stream error with another host",
	  PEER_OPEN PEER_ERROR("<see-other-host xmlns='" NS_STREAM_ERROR "'>[2001:db8::7]:5222"
			       "</see-other-host>"),
	  true, ERR_STREAM_ERROR, "stream error see-other-host ([2001:db8::7]:5222)", true, false,
	  "see-other-host" },
	{ "something before the features", PEER_OPEN "<iq/>", false, ERR_PROTOCOL,
	  "<iq/> instead of stream features", true, false, NULL },
	{ "HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", true, ERR_NOT_XMPP,
	  "an HTTP server answers, not XMPP", false, false, NULL },
	{ "a web page", "<html><body/></html>", true, ERR_NOT_XMPP, "a web page answers, not XMPP",
	  false, false, NULL },
	{ "another document", "<rss/>", true, ERR_PROTOCOL, "<rss/> instead of a stream header",
	  false, false, NULL },
	{ "wrong namespace", "<stream:stream xmlns:stream='urn:x' version='1.0'>", false,
	  ERR_PROTOCOL, "the stream header is in the wrong namespace \"urn:x\"", true, false,
	  NULL },
	{ "comment", PEER_OPEN "<!-- x -->", false, ERR_RESTRICTED_XML,
	  "a comment, which XMPP forbids", true, false, NULL },
};

static void tells_how_far_it_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(row->said, row->closed);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		struct err err = { 0 };
		conn_set_stage(peer.conn, AT_FEATURES);
		bool ok = stream_open(peer.conn, &header, mem, &stream, &facts, &err);
		assert_row_string(row->name, err.text, row->sentence);
		assert_row(row->name, ok == (row->code == ERR_NONE) && err.code == row->code);
		assert_row(row->name, ok || err.stage == AT_FEATURES);
		assert_row(row->name, stream != NULL);
		assert_row(row->name, facts.opened == row->opened);
		assert_row(row->name, facts.features.present == row->features);
		assert_row(row->name, (facts.features_ms > 0) == row->features);
		assert_row_string(row->name, facts.error.condition, row->condition);
	}
}

static void answers_the_end_of_the_stream(void **state)
{
	(void)state;
	char text[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close)
	struct peer peer = peer_new(PEER_OPEN PEER_FEATURES "</stream:stream>", false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	const struct elem *elem;
	assert_true(stream_open(peer.conn, &header, mem, &stream, &facts, &err));
	peer_heard(&peer, text);
	assert_false(stream_read(stream, &elem, NULL, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	assert_false(stream_read(stream, &elem, NULL, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	stream_close(&stream);
	assert_null(stream);
	assert_string_equal(peer_heard(&peer, text), "</stream:stream>");
}

/* A server that is gone must not be written to, nor waited for. */
static void survives_a_peer_that_is_gone(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new("", false);
	fd_close(&peer.fd);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	assert_false(stream_open(peer.conn, &header, mem, &stream, &facts, &err));
	assert_true(err.code == ERR_CLOSED || err.code == ERR_RESET);
	assert_null(stream);
}

static void reads_stanzas_one_by_one(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close)
	struct peer peer = peer_new(PEER_OPEN PEER_FEATURES " <a>1</a><b/> <c>" PEER_ERROR(UNKNOWN),
				    true);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	const struct elem *elem;
	assert_true(stream_open(peer.conn, &header, mem, &stream, &facts, &err));
	assert_ptr_equal(stream_conn(stream), peer.conn);
	assert_false(stream_is_quiet(stream));
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_string_equal(elem->name, "a");
	assert_string_equal(elem->text, "1");
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_string_equal(elem->name, "b");
	assert_false(stream_read(stream, &elem, NULL, &err));
	assert_int_equal(err.code, ERR_NOT_WELL_FORMED);
}

static void goes_on_after_a_timeout(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close)
	struct peer peer = peer_new(PEER_OPEN PEER_FEATURES "<a><b>1</b>", false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	struct err err;
	const struct elem *elem;
	assert_true(stream_open(peer.conn, &header, mem, &stream, &facts, &err));
	assert_false(stream_read(stream, &elem, NULL, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_false(stream_is_quiet(stream));
	peer_say(&peer, "2</a>");
	conn_set_deadline(peer.conn, peer_deadline());
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_string_equal(elem->text, "2");
	assert_string_equal(elem->children->text, "1");
	assert_true(stream_is_quiet(stream));
}

static void starts_anew(void **state)
{
	(void)state;
	char text[4096];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new(PEER_OPEN PEER_FEATURES "<left", false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts before, after;
	struct err err;
	assert_true(stream_open(peer.conn, &header, mem, &stream, &before, &err));
	peer_heard(&peer, text);
	const struct stream_header again = {
		.service = SERVICE_S2S, .to = "example.org", .from = "example.net", .lang = "de"
	};
	static const char answer[] = "<stream:stream id='8' version='1.0' xmlns:stream='" NS_STREAM
				     "'><stream:features/>";
	peer_say(&peer, answer);
	assert_true(stream_restart(stream, &again, &after, &err));
	assert_string_equal(before.id, "7");
	assert_string_equal(after.id, "8");
	assert_true(before.features.starttls && !after.features.starttls);
	assert_string_equal(
		peer_heard(&peer, text),
		"<?xml version='1.0'?><stream:stream from='example.net' to='example.org' "
		"version='1.0' xml:lang='de' xmlns='jabber:server' "
		"xmlns:db='jabber:server:dialback' xmlns:stream='" NS_STREAM "'>");
}

static void writes_its_header(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(4096);
	const struct stream_header hostile = { .service = SERVICE_C2S, .to = "a'b<c>&\"d" };
	stream_header_write(&hostile, &out);
	assert_string_equal(out.data,
			    "<?xml version='1.0'?><stream:stream "
			    "to='a&apos;b&lt;c&gt;&amp;&quot;d' version='1.0' "
			    "xml:lang='en' xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>");
}

static const struct elem *parse(const char *text, struct arena *mem)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	enum xml_event event;
	const struct elem *elem = NULL;
	size_t used;
	struct err err;
	if (!xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", text, err.text);
	if (text[used] &&
	    !xml_push(xml, text + used, strlen(text + used), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", text, err.text);
	return elem;
}

static const struct version {
	const char *version;
	bool is_1;
} versions[] = {
	{ "1.0", true }, { "1.1", true },   { "2.4", true },   { "01.0", true },  { "10.0", true },
	{ "1", true },   { "0.9", false },  { "0.10", false }, { "00.1", false }, { "", false },
	{ ".1", false }, { "1.0x", false }, { "x", false },    { "-1.0", false }, { "0", false },
};

static void reads_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct stream_facts facts = { 0 };
		const char *text = arena_printf(mem, "<s:stream version='%s' xmlns:s='%s'>",
						versions[i].version, NS_STREAM);
		stream_header_read(parse(text, mem), &facts, mem);
		assert_row(versions[i].version, facts.version_1 == versions[i].is_1);
	}
}

static void reads_headers(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct stream_facts facts = { 0 };
	stream_header_read(parse(PEER_OPEN, mem), &facts, mem);
	assert_true(facts.opened && facts.version_1 && !facts.prefix_free);
	assert_string_equal(facts.from, "example.org");
	assert_string_equal(facts.id, "7");
	assert_string_equal(facts.lang, "en");
	assert_string_equal(facts.version, "1.0");
	assert_string_equal(facts.content_namespace, "jabber:client");
	assert_null(facts.to);
	facts = (struct stream_facts){ 0 };
	stream_header_read(parse("<stream to='' xmlns='" NS_STREAM "'>", mem), &facts, mem);
	assert_true(facts.opened && facts.prefix_free && !facts.version_1);
	assert_null(facts.content_namespace);
	assert_string_equal(facts.to, "");
	assert_null(facts.id);
}

static const struct error_row {
	const char *name, *children, *condition, *text, *content, *application;
} error_rows[] = {
	{ "condition", UNKNOWN, "host-unknown", NULL, NULL, NULL },
	{ "text first", "<text xmlns='" NS_STREAM_ERROR "'>x</text>" UNKNOWN, "host-unknown", "x",
	  NULL, NULL },
	{ "application's own", UNKNOWN "<x xmlns='urn:x'/>", "host-unknown", NULL, NULL,
	  "{urn:x}x" },
	{ "unknown condition", "<new-one xmlns='" NS_STREAM_ERROR "'/>", "undefined-condition",
	  NULL, NULL, "{" NS_STREAM_ERROR "}new-one" },
	{ "condition of another namespace", "<host-unknown/>", "undefined-condition", NULL, NULL,
	  "{jabber:client}host-unknown" },
	{ "name of RFC 3920", "<xml-not-well-formed xmlns='" NS_STREAM_ERROR "'/>",
	  "not-well-formed", NULL, NULL, NULL },
	{ "another name of RFC 3920", "<invalid-id xmlns='" NS_STREAM_ERROR "'/>", "invalid-id",
	  NULL, NULL, NULL },
	{ "content", "<see-other-host xmlns='" NS_STREAM_ERROR "'>h:1</see-other-host>",
	  "see-other-host", NULL, "h:1", NULL },
	{ "nothing", "", "undefined-condition", NULL, NULL, NULL },
	{ "nothing but text", "go away", "undefined-condition", "go away", NULL, NULL },
	{ "two conditions", UNKNOWN "<reset xmlns='" NS_STREAM_ERROR "'/>", "host-unknown", NULL,
	  NULL, "{" NS_STREAM_ERROR "}reset" },
};

static void reads_stream_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(error_rows); i++) {
		const struct error_row *row = &error_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct stream_error error;
		const char *text = arena_printf(mem, PEER_OPEN PEER_ERROR("%s"), row->children);
		stream_error_read(parse(text, mem), mem, &error);
		assert_row_string(row->name, error.condition, row->condition);
		assert_row_string(row->name, error.text, row->text);
		assert_row_string(row->name, error.content, row->content);
		assert_row_string(row->name, error.application, row->application);
	}
}

static void knows_usual_causes(void **state)
{
	(void)state;
	assert_non_null(strstr(stream_error_cause("host-unknown"), "VirtualHost"));
	assert_non_null(strstr(stream_error_cause("host-unknown"), "ejabberd"));
	assert_null(stream_error_cause("undefined-condition"));
	assert_null(stream_error_cause("no-such-condition"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_far_it_went),
		cmocka_unit_test(answers_the_end_of_the_stream),
		cmocka_unit_test(survives_a_peer_that_is_gone),
		cmocka_unit_test(reads_stanzas_one_by_one),
		cmocka_unit_test(goes_on_after_a_timeout),
		cmocka_unit_test(starts_anew),
		cmocka_unit_test(writes_its_header),
		cmocka_unit_test(reads_versions),
		cmocka_unit_test(reads_headers),
		cmocka_unit_test(reads_stream_errors),
		cmocka_unit_test(knows_usual_causes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
