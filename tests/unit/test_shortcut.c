#include "peer.h"

#include "xmpp/shortcut.h"

#define PROCEED "<proceed xmlns='" NS_TLS "'/>"
#define FAILURE "<failure xmlns='" NS_TLS "'/></stream:stream>"
#define POLICY  "<policy-violation xmlns='" NS_STREAM_ERROR "'/>"
#define OLD     "<stream:stream xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"

static const struct stream_header header = { .service = SERVICE_C2S, .to = "example.org" };

static const struct row {
	const char *name, *said;
	bool closed;
	enum starttls_answer answer;
	enum err_code code;
	enum err_stage stage;
	bool features; /* came before the answer */
	const char *sentence;
} rows[] = {
	{ "features, then proceed", PEER_OPEN PEER_FEATURES PROCEED, false, STARTTLS_PROCEED,
	  ERR_NONE, AT_INPUT, true, "" },
	{ "a stream before version 1.0 proceeds", OLD PROCEED, false, STARTTLS_PROCEED, ERR_NONE,
	  AT_INPUT, false, "" },
	{ "the request was thrown away", PEER_OPEN PEER_FEATURES, false, STARTTLS_OTHER,
	  ERR_TIMEOUT, AT_STARTTLS, true, "no answer to <starttls/> within 1 s" },
	{ "proceed before the features", PEER_OPEN PROCEED PEER_FEATURES, false, STARTTLS_OTHER,
	  ERR_PROTOCOL, AT_STREAM, false, "<proceed/> instead of stream features" },
	{ "failure", PEER_OPEN PEER_FEATURES FAILURE, true, STARTTLS_FAILURE, ERR_STARTTLS_REFUSED,
	  AT_STARTTLS, true, "the server answers <failure/> to <starttls/>" },
	{ "an error instead of features", PEER_OPEN PEER_ERROR(POLICY), true, STARTTLS_ERROR,
	  ERR_STREAM_ERROR, AT_STREAM, false, "stream error policy-violation" },
	{ "an error instead of proceed", PEER_OPEN PEER_FEATURES PEER_ERROR(POLICY), true,
	  STARTTLS_ERROR, ERR_STREAM_ERROR, AT_STARTTLS, true, "stream error policy-violation" },
	{ "a close before the header", "", true, STARTTLS_OTHER, ERR_CLOSED, AT_STREAM, false,
	  "closed before the stream header" },
	{ "a close instead of proceed", PEER_OPEN PEER_FEATURES, true, STARTTLS_OTHER, ERR_CLOSED,
	  AT_STARTTLS, true, "closed before the answer to <starttls/>" },
	{ "octets behind proceed", PEER_OPEN PEER_FEATURES PROCEED "x", false, STARTTLS_INJECTION,
	  ERR_INJECTION, AT_STARTTLS, true, "1 byte in clear behind <proceed/>" },
};

static void takes_proceed_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		char text[4096];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(row->said, row->closed);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		enum starttls_answer answer = STARTTLS_NOT_ASKED;
		struct err err = { 0 };
		bool ok = shortcut_starttls(peer.conn, &header, mem, &stream, &facts, &answer,
					    &err);
		assert_row_string(row->name, err.text, row->sentence);
		assert_row(row->name, ok == (row->answer == STARTTLS_PROCEED));
		assert_row(row->name, answer == row->answer && err.code == row->code);
		assert_row(row->name, err.stage == row->stage);
		assert_row(row->name, facts.features.present == row->features);
		assert_row(row->name,
			   (facts.error.condition != NULL) == (row->answer == STARTTLS_ERROR));
		assert_row(row->name, stream != NULL);
		/* Behind <proceed/> nothing more is said in clear (STR-57). */
		peer_heard(&peer, text);
		stream_close(&stream);
		peer_heard(&peer, text);
		if (row->answer == STARTTLS_PROCEED || row->answer == STARTTLS_INJECTION)
			assert_row_string(row->name, text, "");
	}
}

/* On a socket that keeps the bounds of writes. */
static void says_all_in_one_write(void **state)
{
	(void)state;
	int fds[2];
	char text[4096] = "";
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	CLEANUP(peer_close)
	struct peer peer = peer_of(fds);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	enum starttls_answer answer;
	struct err err;
	peer_say(&peer, PEER_OPEN PEER_FEATURES PROCEED);
	assert_true(shortcut_starttls(peer.conn, &header, mem, &stream, &facts, &answer, &err));
	assert_string_equal(peer_heard(&peer, text),
			    "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' "
			    "xml:lang='en' xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"
			    "<starttls xmlns='" NS_TLS "'/>");
	assert_string_equal(peer_heard(&peer, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_proceed_and_nothing_else),
		cmocka_unit_test(says_all_in_one_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
