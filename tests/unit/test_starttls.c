#include "peer.h"

#include "xmpp/facts.h"

#define PROCEED "<proceed xmlns='" NS_TLS "'/>"
#define FAILURE "<failure xmlns='" NS_TLS "'/></stream:stream>"
#define POLICY  "<policy-violation xmlns='" NS_STREAM_ERROR "'/>"

static const struct stream_header header = { .service = SERVICE_C2S, .to = "example.org" };

static const struct row {
	const char *name, *said; /* behind header and features, before anything was asked */
	bool closed;
	enum starttls_answer answer;
	enum err_code code;
	const char *sentence;
} rows[] = {
	{ "proceed", PROCEED, false, STARTTLS_PROCEED, ERR_NONE, "" },
	{ "white space before it", " \n" PROCEED, false, STARTTLS_PROCEED, ERR_NONE, "" },
	{ "long form, double quotes", "<proceed xmlns=\"" NS_TLS "\" ></proceed >", false,
	  STARTTLS_PROCEED, ERR_NONE, "" },
	{ "with a prefix", "<t:proceed xmlns:t='" NS_TLS "'/>", false, STARTTLS_PROCEED, ERR_NONE,
	  "" },
	{ "failure", FAILURE, true, STARTTLS_FAILURE, ERR_STARTTLS_REFUSED,
	  "the server answers <failure/> to <starttls/>" },
	{ "stream error", PEER_ERROR(POLICY), true, STARTTLS_ERROR, ERR_STREAM_ERROR,
	  "stream error policy-violation" },
	{ "line feed behind proceed", PROCEED "\n", false, STARTTLS_INJECTION, ERR_INJECTION,
	  "1 byte in clear behind <proceed/>" },
	{ "features behind proceed", PROCEED PEER_FEATURES, false, STARTTLS_INJECTION,
	  ERR_INJECTION, "86 bytes in clear behind <proceed/>" },
	{ "proceed of another namespace", "<proceed/>", false, STARTTLS_OTHER, ERR_PROTOCOL,
	  "<proceed xmlns='jabber:client'/> instead of <proceed/>" },
	{ "something else", "<iq/>", false, STARTTLS_OTHER, ERR_PROTOCOL,
	  "<iq xmlns='jabber:client'/> instead of <proceed/>" },
	{ "end of the stream", "</stream:stream>", false, STARTTLS_OTHER, ERR_CLOSED,
	  "closed before the answer to <starttls/>" },
	{ "close", "", true, STARTTLS_OTHER, ERR_CLOSED,
	  "closed before the answer to <starttls/>" },
	{ "silence", "", false, STARTTLS_OTHER, ERR_TIMEOUT,
	  "no answer to <starttls/> within 1 s" },
	{ "half an answer", "<proceed", false, STARTTLS_OTHER, ERR_TIMEOUT,
	  "no answer to <starttls/> within 1 s" },
	{ "not well-formed", "<proceed></x>", false, STARTTLS_OTHER, ERR_NOT_WELL_FORMED,
	  "XML is not well-formed: Opening and ending tag mismatch: proceed line 1 and x" },
};

static void goes_on_only_into_silence(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		char text[4096];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(PEER_OPEN PEER_FEATURES, false);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		struct stream_error error = { 0 };
		enum starttls_answer answer = STARTTLS_NOT_ASKED;
		struct err err = { 0 };
		assert_true(stream_open(peer.conn, &header, mem, &stream, &facts, &err));
		peer_heard(&peer, text);
		peer_say(&peer, row->said);
		if (row->closed)
			shutdown(peer.fd, SHUT_WR);
		bool ok = starttls_ask(stream, &answer, &error, &err);
		assert_row_string(row->name, err.text, row->sentence);
		assert_row(row->name, ok == (row->answer == STARTTLS_PROCEED));
		assert_row(row->name, answer == row->answer && err.code == row->code);
		assert_row(row->name, ok || err.stage == AT_STARTTLS);
		assert_row(row->name, (error.condition != NULL) == (row->answer == STARTTLS_ERROR));
		assert_row_string(row->name, peer_heard(&peer, text),
				  "<starttls xmlns='" NS_TLS "'/>");
		/* Behind <proceed/> nothing more is said in clear (STR-57). */
		stream_close(&stream);
		bool proceeds = row->answer == STARTTLS_PROCEED ||
				row->answer == STARTTLS_INJECTION;
		const char *end = row->code == ERR_NOT_WELL_FORMED
					  ? "<stream:error><not-well-formed xmlns='" NS_STREAM_ERROR
					    "'/></stream:error></stream:stream>"
					  : "</stream:stream>";
		assert_row_string(row->name, peer_heard(&peer, text),
				  proceeds || row->code == ERR_TIMEOUT ? "" : end);
	}
}

/* In a packet of its own, it is injection as well. */
static void notices_what_arrives_separately(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = peer_new("", false);
	static char padding[4097];
	/* The read that brings <proceed/> is full to its last octet, so what follows is still in
	 * the socket. */
	memset(padding, ' ', sizeof(padding) - 1);
	size_t known = strlen(PEER_OPEN PEER_FEATURES PROCEED);
	padding[4096 - known] = '\0';
	peer_say(&peer, PEER_OPEN);
	peer_say(&peer, padding);
	peer_say(&peer, PEER_FEATURES PROCEED);
	peer_say(&peer, "<x/>");
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	enum starttls_answer answer;
	struct err err;
	assert_true(stream_open(peer.conn, &header, mem, &stream, &facts, &err));
	assert_false(starttls_ask(stream, &answer, NULL, &err));
	assert_int_equal(answer, STARTTLS_INJECTION);
	assert_string_equal(err.text, "4 bytes in clear behind <proceed/>");
}

static void names_go_both_ways(void **state)
{
	(void)state;
	for (int i = STARTTLS_NOT_ASKED; i <= STARTTLS_INJECTION; i++) {
		enum starttls_answer answer;
		assert_true(starttls_answer_parse(starttls_answer_name((enum starttls_answer)i),
						  &answer));
		assert_int_equal(answer, i);
	}
	for (int i = 0; i < STEP_COUNT; i++) {
		enum step step;
		assert_true(step_parse(step_name((enum step)i), &step));
		assert_int_equal(step, i);
	}
	enum starttls_answer answer;
	enum step step;
	assert_false(starttls_answer_parse("yes", &answer));
	assert_false(step_parse("", &step));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_only_into_silence),
		cmocka_unit_test(notices_what_arrives_separately),
		cmocka_unit_test(names_go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
