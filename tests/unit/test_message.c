#include "unit.h"

#include "stanza_fixture.h"
#include "xmpp/message.h"

#define TO     "juliet@example.net"
#define ORIGIN "<origin-id xmlns='urn:xmpp:sid:0' id='i1'/>"
#define CHAT   "<message to='" TO "' type='chat' id='i1'>"
#define END    "</message>"

static const struct writing {
	const char *name;
	struct message message;
	const char *wanted;
} writings[] = {
	{ "a text", { .body = "hi" }, CHAT "<body>hi</body>" ORIGIN END },
	{ "normal is what no type means",
	  { .type = MESSAGE_NORMAL, .body = "hi" },
	  "<message to='" TO "' id='i1'><body>hi</body>" ORIGIN END },
	{ "headline",
	  { .type = MESSAGE_HEADLINE, .body = "hi" },
	  "<message to='" TO "' type='headline' id='i1'><body>hi</body>" ORIGIN END },
	{ "everything, in the order of MSG section 6",
	  { .subject = "s",
	    .body = "b",
	    .thread = "t",
	    .lang = "en",
	    .oob = "https://example.org/",
	    .hints = HINT_STORE,
	    .receipt = true },
	  "<message to='" TO "' type='chat' id='i1' xml:lang='en'>"
	  "<subject>s</subject><body>b</body><thread>t</thread>" ORIGIN
	  "<request xmlns='urn:xmpp:receipts'/><store xmlns='urn:xmpp:hints'/>"
	  "<x xmlns='jabber:x:oob'><url>https://example.org/</url></x>" END },
	{ "an empty body is a body", { .body = "" }, CHAT "<body></body>" ORIGIN END },
	{ "no body, no element", { .subject = "s" }, CHAT "<subject>s</subject>" ORIGIN END },
	{ "without text the body is the URL (MSG-43)",
	  { .body = "", .oob = "https://e.org/?a&b" },
	  CHAT "<body>https://e.org/?a&amp;b</body>" ORIGIN
	       "<x xmlns='jabber:x:oob'><url>https://e.org/?a&amp;b</url></x>" END },
	{ "no receipt of a room (MSG-41)",
	  { .type = MESSAGE_GROUPCHAT, .body = "hi", .receipt = true },
	  "<message to='" TO "' type='groupchat' id='i1'><body>hi</body>" ORIGIN END },
	{ "not copied, in both languages (MSG-42)",
	  { .body = "hi", .hints = HINT_NO_COPY | HINT_NO_STORE },
	  CHAT "<body>hi</body>" ORIGIN "<no-store xmlns='urn:xmpp:hints'/>"
	       "<no-copy xmlns='urn:xmpp:hints'/><private xmlns='urn:xmpp:carbons:2'/>" END },
	{ "nothing is markup",
	  { .subject = "</subject>",
	    .body = "a<b>&'\"\r",
	    .thread = "<t/>",
	    .lang = "en' type='error" },
	  "<message to='" TO "' type='chat' id='i1' xml:lang='en&apos; type=&apos;error'>"
	  "<subject>&lt;/subject&gt;</subject><body>a&lt;b&gt;&amp;&apos;&quot;&#13;</body>"
	  "<thread>&lt;t/&gt;</thread>" ORIGIN END },
};

static void writes_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(writings); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(4096);
		message_write(&writings[i].message, TO, "i1", &out);
		assert_row_string(writings[i].name, buf_string(&out), writings[i].wanted);
		stanza_of(writings[i].name, buf_string(&out), mem);
	}
}

static void escapes_the_address(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(4096);
	struct message message = { .body = "x" };
	message_write(&message, "room@example.org/it's <me>", "i1", &out);
	assert_non_null(strstr(out.data, "to='room@example.org/it&apos;s &lt;me&gt;' "));
}

/* MSG-37: as long as promised, of the alphabet, each of it used, and never the same twice. */
static void makes_ids(void **state)
{
	(void)state;
	static char ids[500][MESSAGE_ID + 1];
	size_t seen[256] = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		message_new_id(ids[i]);
		assert_int_equal(strlen(ids[i]), MESSAGE_ID);
		for (const char *at = ids[i]; *at; at++)
			seen[(unsigned char)*at]++;
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
	size_t used = 0;
	for (size_t c = 0; c < ARRAY_SIZE(seen); c++) {
		bool ours = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		assert_true(ours || seen[c] == 0);
		/* 12,000 drawn out of 36: 333 of each, give or take 18. */
		assert_true(!ours || (seen[c] > 220 && seen[c] < 450));
		used += seen[c] > 0;
	}
	assert_int_equal(used, 36);
}

static void knows_types_and_hints(void **state)
{
	(void)state;
	static const char *const types[] = { "chat", "normal", "headline", "groupchat" };
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		enum message_type type;
		assert_true(message_type_parse(types[i], &type));
		assert_string_equal(message_type_name(type), types[i]);
	}
	enum message_type type;
	enum message_hint hint;
	assert_false(message_type_parse("error", &type)); /* MSG-36: never sent */
	assert_false(message_type_parse("", &type));
	assert_true(message_hint_parse("no-permanent-store", &hint));
	assert_int_equal(hint, HINT_NO_PERMANENT_STORE);
	assert_true(message_hint_parse("no-copy", &hint));
	assert_int_equal(hint, HINT_NO_COPY);
	assert_false(message_hint_parse("private", &hint));
}

#define ERROR(content) "<error type='cancel'>" content "</error>"
#define C(name)        "<" name " xmlns='" NS_STANZA_ERROR "'/>"
#define TEXT(text)     "<text xmlns='" NS_STANZA_ERROR "'>" text "</text>"

static const struct reading {
	const char *name, *stanza;
	struct reply wanted;
} readings[] = {
	{ "a bounce",
	  "<message type='error' id='a' from='x@y'>" ERROR(C("item-not-found")) "</message>",
	  { REPLY_BOUNCE, "a", "x@y", "item-not-found", "cancel", NULL } },
	{ "of our own server",
	  "<message type='error' id='a'>" ERROR(C("forbidden") TEXT("go")) "</message>",
	  { REPLY_BOUNCE, "a", NULL, "forbidden", "cancel", "go" } },
	{ "the body comes back with it",
	  "<message type='error' id='a'><body>x</body><error type='wait'>" C(
		  "resource-constraint") "</error></message>",
	  { REPLY_BOUNCE, "a", NULL, "resource-constraint", "wait", NULL } },
	{ "the text first, and a condition of an application",
	  "<message type='error' id='a'>" ERROR(
		  TEXT("t") "<too-blue xmlns='u'/>" C("not-acceptable")) "</message>",
	  { REPLY_BOUNCE, "a", NULL, "not-acceptable", "cancel", "t" } },
	{ "the new address is shown",
	  "<message type='error' id='a'>" ERROR("<gone xmlns='" NS_STANZA_ERROR
						"'>xmpp:n@e.org</gone>") "</message>",
	  { REPLY_BOUNCE, "a", NULL, "gone", "cancel", "xmpp:n@e.org" } },
	{ "beside the text",
	  "<message type='error' id='a'>" ERROR("<gone xmlns='" NS_STANZA_ERROR
						"'>xmpp:n@e.org</gone>" TEXT("moved")) "</message>",
	  { REPLY_BOUNCE, "a", NULL, "gone", "cancel", "moved (xmpp:n@e.org)" } },
	{ "an error that says nothing",
	  "<message type='error' id='a'/>",
	  { REPLY_BOUNCE, "a", NULL, "undefined-condition", NULL, NULL } },
	{ "an error without a condition",
	  "<message type='error' id='a'><error/></message>",
	  { REPLY_BOUNCE, "a", NULL, "undefined-condition", NULL, NULL } },
	{ "an error without an id is about nothing", "<message type='error'/>", { 0 } },
	{ "nor with an empty one", "<message type='error' id=''/>", { 0 } },
	{ "of a raw presence",
	  "<presence type='error' id='a' from='x@y'>" ERROR(C("forbidden")) "</presence>",
	  { REPLY_BOUNCE, "a", "x@y", "forbidden", "cancel", NULL } },
	{ "of a raw iq",
	  "<iq type='error' id='a'>" ERROR(C("service-unavailable")) "</iq>",
	  { REPLY_BOUNCE, "a", NULL, "service-unavailable", "cancel", NULL } },
	{ "an error in another namespace",
	  "<message xmlns='jabber:server' type='error' id='a'/>",
	  { 0 } },
	{ "a receipt",
	  "<message id='theirs' from='x@y/z'><received xmlns='urn:xmpp:receipts' id='a'/></message>",
	  { REPLY_RECEIPT, "a", "x@y/z", NULL, NULL, NULL } },
	{ "a receipt of nothing",
	  "<message id='a' from='x@y/z'><received xmlns='urn:xmpp:receipts'/></message>",
	  { 0 } },
	{ "a receipt that a copy holds is not ours",
	  "<message from='x@y'><received xmlns='urn:xmpp:carbons:2' id='a'/></message>",
	  { 0 } },
	{ "a receipt that bounces is a bounce",
	  "<message type='error' id='b'><received xmlns='urn:xmpp:receipts' id='a'/></message>",
	  { REPLY_BOUNCE, "b", NULL, "undefined-condition", NULL, NULL } },
	{ "a reflection",
	  "<message type='groupchat' id='a' from='r@s/n'><body>x</body></message>",
	  { REPLY_REFLECTION, "a", "r@s/n", NULL, NULL, NULL } },
	{ "a reflection under an id of the room's",
	  "<message type='groupchat' id='room1' from='r@s/n'>"
	  "<origin-id xmlns='urn:xmpp:sid:0' id='a'/></message>",
	  { REPLY_REFLECTION, "a", "r@s/n", NULL, NULL, NULL } },
	{ "an id of the archive's is none of the sender's",
	  "<message type='groupchat' from='r@s/n'><stanza-id xmlns='urn:xmpp:sid:0' id='a'/>"
	  "</message>",
	  { 0 } },
	{ "what somebody says", "<message id='a' from='x@y'><body>hi</body></message>", { 0 } },
	{ "an answer to a question", "<iq type='result' id='a'/>", { 0 } },
};

static void reads_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
		const struct reading *row = &readings[i];
		CLEANUP(arena_free) struct arena *parsed = arena_new();
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct reply got;
		message_read_reply(stanza_of(row->name, row->stanza, parsed), mem, &got);
		arena_free(&parsed); /* what was read lives in mem */
		assert_row(row->name, got.kind == row->wanted.kind);
		if (got.kind == REPLY_NONE)
			continue;
		assert_row_string(row->name, got.id, row->wanted.id);
		assert_row_string(row->name, got.from, row->wanted.from);
		assert_row_string(row->name, got.condition, row->wanted.condition);
		assert_row_string(row->name, got.error_type, row->wanted.error_type);
		assert_row_string(row->name, got.text, row->wanted.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_messages), cmocka_unit_test(escapes_the_address),
		cmocka_unit_test(makes_ids),       cmocka_unit_test(knows_types_and_hints),
		cmocka_unit_test(reads_replies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
