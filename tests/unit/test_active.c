#include "peer.h"

#include "xmpp/active.h"

#define SASL(children)   "<failure xmlns='" NS_SASL "'>" children "</failure>"
#define STREAM_ERROR(c)  PEER_ERROR("<" c " xmlns='" NS_STREAM_ERROR "'/>")
#define STANZA_ERROR(c)  "<error type='cancel'><" c " xmlns='" NS_STANZA_ERROR "'/></error>"
#define RESULT(type, in) "<db:result from='a' to='b' type='" type "'>" in "</db:result>"

static const struct stream_header client = { .service = SERVICE_C2S, .to = "example.org" };
static const struct stream_header server = { .service = SERVICE_S2S,
					     .to = "example.org",
					     .from = "example.net" };
static const struct stream_header nobody = { .service = SERVICE_S2S, .to = "example.org" };

static const struct row {
	const char *name;
	enum active_check check;
	const struct stream_header *header;
	const char *said;
	bool closed;
	enum active_result result;
	const char *detail;
} rows[] = {
	{ "encryption required", ACTIVE_PLAIN, &client, SASL("<encryption-required/>"), false,
	  ACTIVE_REFUSED, "encryption-required" },
	{ "mechanism unknown", ACTIVE_PLAIN, &client, SASL("<text>no</text><invalid-mechanism/>"),
	  false, ACTIVE_REFUSED, "invalid-mechanism" },
	{ "not authorized: it looked", ACTIVE_PLAIN, &client, SASL("<not-authorized/>"), false,
	  ACTIVE_ACCEPTED, "not-authorized" },
	{ "malformed: it looked, too", ACTIVE_PLAIN, &client, SASL("<malformed-request/>"), false,
	  ACTIVE_ACCEPTED, "malformed-request" },
	{ "challenge", ACTIVE_PLAIN, &client, "<challenge xmlns='" NS_SASL "'/>", false,
	  ACTIVE_ACCEPTED, "challenge" },
	{ "success", ACTIVE_PLAIN, &client, "<success xmlns='" NS_SASL "'/>", false,
	  ACTIVE_ACCEPTED, "success" },
	{ "trouble", ACTIVE_PLAIN, &client, SASL("<temporary-auth-failure/>"), false,
	  ACTIVE_UNTESTED, "temporary-auth-failure" },
	{ "policy", ACTIVE_PLAIN, &client, STREAM_ERROR("policy-violation"), true, ACTIVE_REFUSED,
	  "policy-violation" },
	{ "throttled", ACTIVE_PLAIN, &client, STREAM_ERROR("resource-constraint"), true,
	  ACTIVE_UNTESTED, "resource-constraint" },
	{ "close", ACTIVE_PLAIN, &client, "", true, ACTIVE_REFUSED, "closed" },
	{ "end of the stream", ACTIVE_PLAIN, &client, "</stream:stream>", false, ACTIVE_REFUSED,
	  "closed" },
	{ "silence", ACTIVE_PLAIN, &client, "", false, ACTIVE_UNTESTED, "no answer within 3 s" },
	{ "something else, then the answer", ACTIVE_PLAIN, &client,
	  "<iq/>" SASL("<encryption-required/>"), false, ACTIVE_REFUSED, "encryption-required" },
	{ "no XML", ACTIVE_PLAIN, &client, "hello", false, ACTIVE_UNTESTED,
	  "text between stanzas" },

	{ "ping answered", ACTIVE_STANZA, &client, "<iq type='result'/>", false, ACTIVE_ACCEPTED,
	  "iq" },
	{ "ping refused", ACTIVE_STANZA, &client,
	  "<iq type='error'>" STANZA_ERROR("not-allowed") "</iq>", false, ACTIVE_REFUSED,
	  "not-allowed" },
	{ "stream ended", ACTIVE_STANZA, &client, STREAM_ERROR("not-authorized"), true,
	  ACTIVE_REFUSED, "not-authorized" },
	{ "ping ignored", ACTIVE_STANZA, &client, "", false, ACTIVE_UNTESTED,
	  "no answer within 3 s" },
	{ "message refused", ACTIVE_STANZA, &server,
	  "<message type='error'>" STANZA_ERROR("forbidden") "</message>", false, ACTIVE_REFUSED,
	  "forbidden" },
	{ "message answered", ACTIVE_STANZA, &server, "<message/>", false, ACTIVE_ACCEPTED,
	  "message" },
	{ "message from nobody", ACTIVE_STANZA, &nobody, "", false, ACTIVE_UNTESTED,
	  "needs a domain of ours" },

	{ "key valid", ACTIVE_DIALBACK, &server, RESULT("valid", ""), false, ACTIVE_ACCEPTED,
	  "valid" },
	{ "key invalid", ACTIVE_DIALBACK, &server, RESULT("invalid", ""), false, ACTIVE_ACCEPTED,
	  "invalid" },
	{ "it went to ask", ACTIVE_DIALBACK, &server,
	  RESULT("error", STANZA_ERROR("remote-server-not-found")), false, ACTIVE_UNTESTED,
	  "remote-server-not-found" },
	{ "it went to ask, and gave up", ACTIVE_DIALBACK, &server,
	  STREAM_ERROR("remote-connection-failed"), true, ACTIVE_UNTESTED,
	  "remote-connection-failed" },
	{ "it did not", ACTIVE_DIALBACK, &server, RESULT("error", STANZA_ERROR("policy-violation")),
	  false, ACTIVE_REFUSED, "policy-violation" },
	{ "another reason", ACTIVE_DIALBACK, &server,
	  RESULT("error", STANZA_ERROR("item-not-found")), false, ACTIVE_UNTESTED,
	  "item-not-found" },
	{ "error without reason", ACTIVE_DIALBACK, &server, RESULT("error", ""), false,
	  ACTIVE_UNTESTED, "undefined-condition" },
	{ "stream error", ACTIVE_DIALBACK, &server, STREAM_ERROR("policy-violation"), true,
	  ACTIVE_REFUSED, "policy-violation" },
	{ "key ignored", ACTIVE_DIALBACK, &server, "", false, ACTIVE_UNTESTED,
	  "no answer within 3 s" },
	{ "key from nobody", ACTIVE_DIALBACK, &nobody, "", false, ACTIVE_UNTESTED,
	  "needs a domain of ours" },
};

static enum active_result run(const struct row *row, struct stream *stream, const char **detail,
			      struct arena *mem)
{
	switch (row->check) {
	case ACTIVE_PLAIN:
		return active_plain(stream, detail, mem);
	case ACTIVE_STANZA:
		return active_stanza(stream, row->header, detail, mem);
	case ACTIVE_DIALBACK:
		return active_dialback(stream, row->header, detail, mem);
	case ACTIVE_INJECTION:
		break;
	}
	return ACTIVE_NOT_RUN;
}

static void judges_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(PEER_OPEN PEER_FEATURES, false);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		struct err err = { 0 };
		assert_true(stream_open(peer.conn, row->header, mem, &stream, &facts, &err));
		peer_say(&peer, row->said);
		if (row->closed)
			shutdown(peer.fd, SHUT_WR);
		struct deadline before = conn_deadline(peer.conn);
		const char *detail = NULL;
		enum active_result result = run(row, stream, &detail, mem);
		assert_row_string(row->name, detail, row->detail);
		assert_row(row->name, result == row->result);
		assert_row(row->name, conn_deadline(peer.conn).at_ns == before.at_ns);
	}
}

/* What leaves for one check, with the unpredictable id cut to "ID". */
static const struct request {
	enum active_check check;
	const struct stream_header *header;
	const char *before, *after;
} requests[] = {
	{ ACTIVE_PLAIN, &client,
	  "<auth xmlns='" NS_SASL "' mechanism='PLAIN'>AHhtcHAtdGxzLXRvb2xzAA==</auth>", NULL },
	{ ACTIVE_STANZA, &client, "<iq type='get' id='",
	  "' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>" },
	{ ACTIVE_STANZA, &server, "<message from='example.net' to='example.org' id='", "'/>" },
	{ ACTIVE_DIALBACK, &server, "<db:result from='example.net' to='example.org'>",
	  "</db:result>" },
};

static void asks_without_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		char text[4096];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(PEER_OPEN PEER_FEATURES, true);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		struct err err;
		const char *detail;
		const struct row row = { .check = requests[i].check, .header = requests[i].header };
		assert_true(stream_open(peer.conn, row.header, mem, &stream, &facts, &err));
		peer_heard(&peer, text);
		assert_int_equal(run(&row, stream, &detail, mem), ACTIVE_REFUSED);
		peer_heard(&peer, text);
		size_t before = strlen(requests[i].before);
		assert_int_equal(strncmp(text, requests[i].before, before), 0);
		size_t id = strspn(text + before, "0123456789abcdef");
		assert_int_equal(id, requests[i].after ? 24 : 0);
		assert_string_equal(text + before + id, requests[i].after ? requests[i].after : "");
	}
}

static const struct injection {
	const char *name, *said; /* behind proceed; %s: the id of our ping */
	bool closed;
	enum active_result result;
	const char *detail;
} injections[] = {
	{ "ignored", PEER_OPEN "<stream:features/>", false, ACTIVE_REFUSED, "not answered" },
	{ "other stanzas", PEER_OPEN "<stream:features/><iq id='x' type='result'/>", false,
	  ACTIVE_REFUSED, "not answered" },
	{ "answered", PEER_OPEN "<stream:features/><iq id='%s' type='result'/>", false,
	  ACTIVE_ACCEPTED, "answered" },
	{ "answered with an error", PEER_OPEN "<stream:features/><iq id='%s' type='error'/>", false,
	  ACTIVE_ACCEPTED, "answered" },
	{ "answered before the features", PEER_OPEN "<iq id='%s' type='error'/>", false,
	  ACTIVE_ACCEPTED, "answered" },
	{ "answered before the header", "<iq xmlns='jabber:client' id='%s' type='error'/>", false,
	  ACTIVE_ACCEPTED, "answered" },
	{ "refused", PEER_OPEN STREAM_ERROR("not-well-formed"), true, ACTIVE_REFUSED, "closed" },
	{ "refused later", PEER_OPEN "<stream:features/>" STREAM_ERROR("not-authorized"), true,
	  ACTIVE_REFUSED, "not-authorized" },
};

static void finds_injected_stanzas(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(injections); i++) {
		const struct injection *row = &injections[i];
		static const char request[] = "<starttls xmlns='" NS_TLS "'/><iq type='get' id='";
		char text[4096];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close)
		struct peer peer = peer_new(PEER_OPEN PEER_FEATURES "<proceed xmlns='" NS_TLS "'/>",
					    false);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		enum starttls_answer answer;
		struct err err = { 0 };
		assert_true(stream_open(peer.conn, &client, mem, &stream, &facts, &err));
		peer_heard(&peer, text);
		assert_true(active_injection_ask(stream, &client, &answer, &err));
		assert_int_equal(answer, STARTTLS_PROCEED);
		assert_int_equal(strncmp(peer_heard(&peer, text), request, strlen(request)), 0);
		const char *id = arena_copy_n(mem, text + strlen(request), 24);
		const char *place = strstr(row->said, "%s");
		peer_say(&peer, place ? arena_printf(mem, "%.*s%s%s", (int)(place - row->said),
						     row->said, id, place + 2)
				      : row->said);
		if (row->closed)
			shutdown(peer.fd, SHUT_WR);
		const char *detail = NULL;
		(void)!stream_restart(stream, &client, &facts, &err);
		enum active_result result = active_injection_listen(stream, &detail, mem);
		assert_row_string(row->name, detail, row->detail);
		assert_row(row->name, result == row->result);
	}
}

/* As Prosody 0.12 does: its fresh parser meets our ping in clear. */
static const struct refusal {
	const char *name, *said, *detail;
} refusals[] = {
	{ "answered in clear",
	  "<proceed xmlns='" NS_TLS "'/>" PEER_OPEN STREAM_ERROR("invalid-namespace"),
	  "answered in clear" },
	{ "ping answered in clear", "<iq type='result' id='x'/></stream:stream>", "closed" },
	{ "failure", "<failure xmlns='" NS_TLS "'/></stream:stream>", "closed" },
	{ "stream error", STREAM_ERROR("policy-violation"), "closed" },
};

static void knows_refusal_before_tls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(peer_close) struct peer peer = peer_new(PEER_OPEN PEER_FEATURES, false);
		CLEANUP(stream_close) struct stream *stream = NULL;
		struct stream_facts facts;
		enum starttls_answer answer;
		struct err err = { 0 };
		const char *detail = NULL;
		assert_true(stream_open(peer.conn, &client, mem, &stream, &facts, &err));
		peer_say(&peer, refusals[i].said);
		shutdown(peer.fd, SHUT_WR);
		assert_row(refusals[i].name, !active_injection_ask(stream, &client, &answer, &err));
		assert_row(refusals[i].name, answer != STARTTLS_INJECTION && err.text[0]);
		assert_row(refusals[i].name,
			   active_injection_listen(stream, &detail, mem) == ACTIVE_REFUSED);
		assert_row_string(refusals[i].name, detail, refusals[i].detail);
	}
}

/* <proceed/> came, the handshake did not succeed: nothing was taken over into TLS. */
static void counts_a_failed_handshake_as_refusal(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(peer_close)
	struct peer peer = peer_new(PEER_OPEN PEER_FEATURES "<proceed xmlns='" NS_TLS "'/>", false);
	CLEANUP(stream_close) struct stream *stream = NULL;
	struct stream_facts facts;
	enum starttls_answer answer;
	struct err err;
	const char *detail = NULL;
	assert_true(stream_open(peer.conn, &client, mem, &stream, &facts, &err));
	assert_true(active_injection_ask(stream, &client, &answer, &err));
	assert_int_equal(active_injection_listen(stream, &detail, mem), ACTIVE_REFUSED);
	assert_string_equal(detail, "no TLS");
}

static void names_go_both_ways(void **state)
{
	(void)state;
	static const char *const names[] = { "not-run", "refused", "accepted", "untested" };
	for (int i = 0; i < 4; i++) {
		enum active_result result;
		assert_string_equal(active_result_name((enum active_result)i), names[i]);
		assert_true(active_result_parse(names[i], &result));
		assert_int_equal(result, i);
	}
	enum active_result result;
	assert_false(active_result_parse("yes", &result));
	assert_string_equal(active_check_name(ACTIVE_INJECTION), "injection");
	assert_string_equal(active_check_name(ACTIVE_PLAIN), "plain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_answers),
		cmocka_unit_test(asks_without_secrets),
		cmocka_unit_test(finds_injected_stanzas),
		cmocka_unit_test(knows_refusal_before_tls),
		cmocka_unit_test(counts_a_failed_handshake_as_refusal),
		cmocka_unit_test(names_go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
