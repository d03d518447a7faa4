#include "peer.h"

#include "xmpp/external.h"

#define OFFER(mechanisms)                                                                          \
	PEER_OPEN "<stream:features><mechanisms xmlns='" NS_SASL "'>" mechanisms                   \
		  "</mechanisms></stream:features>"
#define EXTERNAL     "<mechanism>EXTERNAL</mechanism>"
#define SUCCESS      "<success xmlns='" NS_SASL "'/>"
#define FAILURE(c)   "<failure xmlns='" NS_SASL "'>" c "</failure>"
#define AUTH(coded)  "<auth xmlns='" NS_SASL "' mechanism='EXTERNAL'>" coded "</auth>"
#define OF_ERROR(c)  PEER_ERROR("<" c " xmlns='" NS_STREAM_ERROR "'/>")
#define EIGHT(text)  text text text text text text text text
#define STRAYS_31    EIGHT("<a/>") EIGHT("<a/>") EIGHT("<a/>") "<a/><a/><a/><a/><a/><a/><a/>"
#define CAPULET      "capulet.example"
#define CAPULET_TEXT "Y2FwdWxldC5leGFtcGxl" /* base64 of it */

static const struct stream_header header = { .service = SERVICE_S2S,
					     .to = "montague.example",
					     .from = CAPULET };

static const struct row {
	const char *name, *offer, *said; /* said: after the features, whatever was asked */
	bool closed;
	enum external_result result;
	const char *condition;
	enum err_code code;
	const char *sentence;
} rows[] = {
	{ "success", EXTERNAL, SUCCESS, false, EXTERNAL_SUCCESS, NULL, ERR_NONE, "" },
	{ "success with data", EXTERNAL, "<success xmlns='" NS_SASL "'>=</success>", false,
	  EXTERNAL_SUCCESS, NULL, ERR_NONE, "" },
	{ "offered among others", "<mechanism>PLAIN</mechanism>" EXTERNAL, SUCCESS, false,
	  EXTERNAL_SUCCESS, NULL, ERR_NONE, "" },
	{ "no mechanism (DB-30)", "", SUCCESS, false, EXTERNAL_NOT_OFFERED, NULL, ERR_NONE, "" },
	{ "another mechanism", "<mechanism>PLAIN</mechanism>", SUCCESS, false, EXTERNAL_NOT_OFFERED,
	  NULL, ERR_NONE, "" },
	{ "in other letters", "<mechanism>external</mechanism>", SUCCESS, false,
	  EXTERNAL_NOT_OFFERED, NULL, ERR_NONE, "" },
	{ "refused", EXTERNAL, FAILURE("<not-authorized/>"), false, EXTERNAL_FAILURE,
	  "not-authorized", ERR_NONE, "" },
	{ "refused with a text first", EXTERNAL, FAILURE("<text>no</text><invalid-authzid/>"),
	  false, EXTERNAL_FAILURE, "invalid-authzid", ERR_NONE, "" },
	{ "refused without a condition", EXTERNAL, FAILURE(""), false, EXTERNAL_FAILURE,
	  "undefined-condition", ERR_NONE, "" },
	{ "refused, and the stream ended", EXTERNAL,
	  FAILURE("<not-authorized/>") "</stream:stream>", true, EXTERNAL_FAILURE, "not-authorized",
	  ERR_NONE, "" },
	{ "a challenge", EXTERNAL, "<challenge xmlns='" NS_SASL "'/>", false, EXTERNAL_FAILURE,
	  "challenge", ERR_NONE, "" },
	{ "something else first", EXTERNAL, "<db:verify id='1'>1</db:verify>" SUCCESS, false,
	  EXTERNAL_SUCCESS, NULL, ERR_NONE, "" },
	{ "31 others first", EXTERNAL, STRAYS_31 SUCCESS, false, EXTERNAL_SUCCESS, NULL, ERR_NONE,
	  "" },
	{ "nothing but others", EXTERNAL, STRAYS_31 "<a/>" SUCCESS, false, EXTERNAL_ENDED, NULL,
	  ERR_LIMIT, "32 other elements before the answer to EXTERNAL" },
	{ "success of another namespace", EXTERNAL, "<success/>", false, EXTERNAL_ENDED, NULL,
	  ERR_TIMEOUT, "no answer to EXTERNAL within 1 s" },
	{ "a stream error", EXTERNAL, OF_ERROR("not-authorized"), true, EXTERNAL_ENDED,
	  "not-authorized", ERR_STREAM_ERROR, "stream error not-authorized" },
	{ "the end of the stream", EXTERNAL, "</stream:stream>", false, EXTERNAL_ENDED, NULL,
	  ERR_CLOSED, "closed before the answer to EXTERNAL" },
	{ "a close", EXTERNAL, "", true, EXTERNAL_ENDED, NULL, ERR_CLOSED,
	  "closed before the answer to EXTERNAL" },
	{ "a close within the answer", EXTERNAL, "<success", true, EXTERNAL_ENDED, NULL, ERR_CLOSED,
	  "closed before the answer to EXTERNAL" },
	{ "silence", EXTERNAL, "", false, EXTERNAL_ENDED, NULL, ERR_TIMEOUT,
	  "no answer to EXTERNAL within 1 s" },
	{ "garbage", EXTERNAL, "HTTP/1.1 400", false, EXTERNAL_ENDED, NULL, ERR_PROTOCOL,
	  "text between stanzas" },
	{ "restricted XML", EXTERNAL, "<!-- -->", false, EXTERNAL_ENDED, NULL, ERR_RESTRICTED_XML,
	  "a comment, which XMPP forbids" },
};

/* Opens the stream on what the peer offers; what it says next is in its socket already. */
static struct stream *begin(struct peer *peer, const struct row *row, struct arena *mem,
			    struct stream_facts *facts)
{
	struct stream *stream = NULL;
	struct err err;
	char heard[4096];
	*peer = peer_new(arena_printf(mem, OFFER("%s"), row->offer), false);
	assert_true(stream_open(peer->conn, &header, mem, &stream, facts, &err));
	peer_heard(peer, heard);
	peer_say(peer, row->said);
	if (row->closed)
		shutdown(peer->fd, SHUT_WR);
	return stream;
}

static void tells_how_it_ended(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = { .fd = -1 };
		struct stream_facts facts;
		CLEANUP(stream_close) struct stream *stream = begin(&peer, row, mem, &facts);
		struct err err = { 0 };
		const char *condition = "untouched";
		enum external_result result;
		char heard[4096];
		bool ok = external_login(stream, &facts.features, CAPULET, mem, &result, &condition,
					 &err);
		assert_row_string(row->name, err.text, row->sentence);
		assert_row(row->name, err.code == row->code && ok == (row->code == ERR_NONE));
		assert_row(row->name, result == row->result);
		assert_row_string(row->name, condition, row->condition);
		assert_row_string(row->name, peer_heard(&peer, heard),
				  row->result == EXTERNAL_NOT_OFFERED ? "" : AUTH(CAPULET_TEXT));
	}
}

/* What stands behind a refusal is still there to be read: dialback goes on (DB-30). */
static void goes_on_after_a_refusal(void **state)
{
	(void)state;
	static const struct row row = { .offer = EXTERNAL,
					.said = FAILURE("<not-authorized/>") "<db:result/>" };
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = { .fd = -1 };
	struct stream_facts facts;
	CLEANUP(stream_close) struct stream *stream = begin(&peer, &row, mem, &facts);
	enum external_result result;
	const char *condition;
	const struct elem *elem;
	struct err err;
	assert_true(
		external_login(stream, &facts.features, CAPULET, mem, &result, &condition, &err));
	assert_int_equal(result, EXTERNAL_FAILURE);
	assert_true(stream_read(stream, &elem, NULL, &err));
	assert_string_equal(elem->name, "result");
	assert_string_equal(condition, "not-authorized"); /* outlives what was read next */
}

/* RFC 6120, 6.4.2: an empty identity is "=", which is not the same as none. */
static const struct identity {
	const char *from, *auth;
} identities[] = {
	{ CAPULET, AUTH(CAPULET_TEXT) },
	{ "a.example", AUTH("YS5leGFtcGxl") },
	{ "ab.example", AUTH("YWIuZXhhbXBsZQ==") },
	{ "", AUTH("=") },
};

static void says_who_we_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		static const struct row row = { .offer = EXTERNAL, .said = SUCCESS };
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = { .fd = -1 };
		struct stream_facts facts;
		CLEANUP(stream_close) struct stream *stream = begin(&peer, &row, mem, &facts);
		enum external_result result;
		const char *condition;
		char heard[4096];
		struct err err;
		assert_true(external_login(stream, &facts.features, identities[i].from, mem,
					   &result, &condition, &err));
		assert_string_equal(peer_heard(&peer, heard), identities[i].auth);
	}
}

/* Half a request is worse than none. */
static void sends_no_half_request(void **state)
{
	(void)state;
	static const struct row row = { .offer = EXTERNAL, .said = SUCCESS };
	static char endless[4096];
	memset(endless, 'a', sizeof(endless) - 1);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close) struct peer peer = { .fd = -1 };
	struct stream_facts facts;
	CLEANUP(stream_close) struct stream *stream = begin(&peer, &row, mem, &facts);
	enum external_result result;
	const char *condition;
	char heard[4096];
	struct err err;
	assert_false(
		external_login(stream, &facts.features, endless, mem, &result, &condition, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(result, EXTERNAL_ENDED);
	assert_string_equal(peer_heard(&peer, heard), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_it_ended),
		cmocka_unit_test(goes_on_after_a_refusal),
		cmocka_unit_test(says_who_we_are),
		cmocka_unit_test(sends_no_half_request),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
