/* xmpp/iq and xmpp/bind: questions on a client's stream, and the address it gets. */
#include "peer.h"

#include "xmpp/bind.h"
#include "xmpp/iq.h"

static void check_text(const char *name, const char *got, const char *wanted)
{
	if (got == wanted || (got && wanted && strcmp(got, wanted) == 0))
		return;
	fail_msg("%s: got \"%s\", wanted \"%s\"", name, got ? got : "(null)",
		 wanted ? wanted : "(null)");
}

struct talk {
	struct peer peer;
	struct stream *stream;
	struct arena *mem;
};

static struct talk talk_begin(const char *behind)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	struct talk talk = { .mem = arena_new() };
	struct stream_facts facts;
	struct err err = { 0 };
	char heard[4096];
	buf_text(&text, PEER_OPEN "<stream:features/>");
	buf_text(&text, behind);
	talk.peer = peer_new(buf_string(&text), true);
	const struct stream_header header = { .service = SERVICE_C2S, .to = "example.org" };
	assert_true(stream_open(talk.peer.conn, &header, talk.mem, &talk.stream, &facts, &err));
	peer_heard(&talk.peer, heard);
	return talk;
}

static void talk_end(struct talk *talk)
{
	stream_close(&talk->stream);
	peer_close(&talk->peer);
	arena_free(&talk->mem);
}

#define BOUND                                                                                      \
	"<iq type='result' id='bind'><bind xmlns='" NS_BIND "'><jid>bot@example.org/r4</jid>"      \
	"</bind></iq>"
#define REFUSED(id, condition)                                                                     \
	"<iq type='error' id='" id "'><error type='cancel'><" condition " xmlns='" NS_STANZA_ERROR \
	"'/></error></iq>"
#define SESSION "<iq type='result' id='session'/>"

/* RFC 6120, 7; RFC 3921, 3 */
static void binds_a_resource(void **state)
{
	static const struct row {
		const char *name, *answer, *resource;
		bool session;
		const char *address, *error, *heard;
	} rows[] = {
		{ "the server chooses", BOUND, NULL, false, "bot@example.org/r4", NULL,
		  "<iq type='set' id='bind'><bind xmlns='" NS_BIND "'/></iq>" },
		{ "a wish is escaped", BOUND, "a<b", false, "bot@example.org/r4", NULL,
		  "<iq type='set' id='bind'><bind xmlns='" NS_BIND
		  "'><resource>a&lt;b</resource></bind></iq>" },
		{ "other stanzas come before the answer", "<message/><iq type='get' id='x'/>" BOUND,
		  NULL, false, "bot@example.org/r4", NULL, NULL },
		{ "an old server wants a session", BOUND SESSION, NULL, true, "bot@example.org/r4",
		  NULL, NULL },
		{ "an old server gives no session", BOUND REFUSED("session", "forbidden"), NULL,
		  true, NULL, "the server gives no resource (forbidden)", NULL },
		{ "conflict", REFUSED("bind", "conflict"), "x", false, NULL,
		  "another session has this resource (conflict)", NULL },
		{ "not allowed", REFUSED("bind", "not-allowed"), NULL, false, NULL,
		  "this account may have no further session (not-allowed)", NULL },
		{ "an answer without an address",
		  "<iq type='result' id='bind'><bind xmlns='" NS_BIND "'/></iq>", NULL, false, NULL,
		  "the server bound a resource and does not say which", NULL },
		{ "no answer", "", NULL, false, NULL,
		  "closed before the answer to the request for a resource", NULL },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct features offered = { .bind = true, .session_required = row->session };
		struct talk talk = talk_begin(row->answer);
		const char *address = NULL;
		char heard[4096];
		struct err err = { 0 };
		bool ok = bind_resource(talk.stream, &offered, row->resource, talk.mem, &address,
					&err);
		check_text(row->name, address, row->address);
		check_text(row->name, ok ? NULL : err.text, row->error);
		peer_heard(&talk.peer, heard);
		if (row->heard)
			check_text(row->name, heard, row->heard);
		talk_end(&talk);
	}
}

static void wants_to_be_offered_one(void **state)
{
	(void)state;
	const struct features offered = { 0 };
	struct talk talk = talk_begin("");
	const char *address = NULL;
	struct err err = { 0 };
	assert_false(bind_resource(talk.stream, &offered, NULL, talk.mem, &address, &err));
	assert_string_equal(err.text, "the server offers no resource after the login");
	talk_end(&talk);
}

/* RFC 6120, 8.2.3: every request has an answer, nothing else has. */
static void replies_to_requests(void **state)
{
	static const struct row {
		const char *name, *stanza, *reply;
	} rows[] = {
		{ "a ping",
		  "<iq type='get' id='1' from='example.org'><ping xmlns='" NS_PING "'/></iq>",
		  "<iq type='result' id='1' to='example.org'/>" },
		{ "a ping that is a set", "<iq type='set' id='1'><ping xmlns='" NS_PING "'/></iq>",
		  "<iq type='error' id='1'><error type='cancel'><service-unavailable "
		  "xmlns='" NS_STANZA_ERROR "'/></error></iq>" },
		{ "something else",
		  "<iq type='get' id='a&apos;b'><query xmlns='jabber:iq:version'/></iq>",
		  "<iq type='error' id='a&apos;b'><error type='cancel'><service-unavailable "
		  "xmlns='" NS_STANZA_ERROR "'/></error></iq>" },
		{ "a result", "<iq type='result' id='1'/>", "" },
		{ "an error", "<iq type='error' id='1'/>", "" },
		{ "a request without id", "<iq type='get'/>", "" },
		{ "a message", "<message type='get' id='1'/>", "" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct talk talk = talk_begin(rows[i].stanza);
		const struct elem *stanza = NULL;
		struct err err = { 0 };
		CLEANUP(buf_free) struct buf reply = buf_new(BUF_UNBOUNDED);
		assert_true(stream_read(talk.stream, &stanza, NULL, &err));
		iq_write_reply(stanza, &reply);
		check_text(rows[i].name, buf_string(&reply), rows[i].reply);
		talk_end(&talk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds_a_resource),
		cmocka_unit_test(wants_to_be_offered_one),
		cmocka_unit_test(replies_to_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
