#include "unit.h"

#include "stanza_fixture.h"
#include "xmpp/message.h"

#define M    "<message xmlns='jabber:client' id='new'"
#define PING "<ping xmlns='urn:xmpp:ping'/>"

static const struct taken {
	const char *name, *text, *written; /* under the id "new" */
} taken[] = {
	{ "a message", "<message to='a@b'><body>x</body></message>",
	  M " to='a@b'><body>x</body></message>" },
	{ "its namespace given", "<message xmlns='jabber:client' to='a@b' type='chat'/>",
	  M " to='a@b' type='chat'/>" },
	{ "its namespace under a prefix (RFC 6120, 4.8.5)",
	  "<c:message xmlns:c='jabber:client' to='a@b'/>", M " to='a@b'/>" },
	{ "another id", "<message to='a@b' id='old' type='normal'/>",
	  M " to='a@b' type='normal'/>" },
	{ "the language", "<message to='a@b' xml:lang='de'/>", M " to='a@b' xml:lang='de'/>" },
	{ "white space around", " \n<message to='a@b'/>\r\n\t ", M " to='a@b'/>" },
	{ "white space in it", "<message to='a@b'>\n  <body>x</body>\n</message>",
	  M " to='a@b'><body>x</body></message>" },
	{ "text comes out escaped", "<message to='a@b'><body><![CDATA[<&]]></body></message>",
	  M " to='a@b'><body>&lt;&amp;</body></message>" },
	{ "presence", "<presence/>", "<presence xmlns='jabber:client' id='new'/>" },
	{ "directed, and gone", "<presence to='a@b/c' type='unavailable'/>",
	  "<presence xmlns='jabber:client' id='new' to='a@b/c' type='unavailable'/>" },
	{ "a question", "<iq type='get' to='b'>" PING "</iq>",
	  "<iq xmlns='jabber:client' id='new' type='get' to='b'>" PING "</iq>" },
	{ "a question to the roster",
	  "<iq type='get' to='a@b'><query xmlns='jabber:iq:roster'/></iq>",
	  "<iq xmlns='jabber:client' id='new' type='get' to='a@b'>"
	  "<query xmlns='jabber:iq:roster'/></iq>" },
};

static void takes_and_writes_stanzas(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		const struct taken *row = &taken[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(4096);
		const struct elem *elem = NULL;
		struct err err;
		if (!message_check_stanza(row->text, strlen(row->text), mem, &elem, &err))
			fail_msg("%s: %s", row->name, err.text);
		message_write_stanza(elem, "new", &out);
		assert_row_string(row->name, buf_string(&out), row->written);
		/* Written, it is one that is taken again. */
		assert_row(row->name, message_check_stanza(out.data, out.size, mem, &elem, &err));
		assert_row_string(row->name, message_stanza_id(elem), "new");
	}
}

static void tells_the_id(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_string_equal(message_stanza_id(stanza_of("id", "<message id='a'/>", mem)), "a");
	assert_null(message_stanza_id(stanza_of("none", "<message/>", mem)));
	assert_null(message_stanza_id(stanza_of("empty", "<message id=''/>", mem)));
}

static const struct refused {
	const char *name, *text, *sentence; /* part of it */
	enum err_code code;
} refused[] = {
	{ "nothing", "", "there is no element", ERR_USAGE },
	{ "white space", " \n", "there is no element", ERR_USAGE },
	{ "no XML", "hello", "text between stanzas", ERR_PROTOCOL },
	{ "two", "<message to='a@b'/><message to='a@b'/>", "more behind the first element",
	  ERR_USAGE },
	{ "one, and text", "<message to='a@b'/>x", "more behind the first element", ERR_USAGE },
	{ "the end of the stream", "</stream:stream>", "an end tag without a start tag",
	  ERR_USAGE },
	{ "one, and the end of the stream", "<message to='a@b'/></stream:stream>",
	  "more behind the first element", ERR_USAGE },
	{ "half", "<message to='a@b'>", "an element without its end", ERR_NOT_WELL_FORMED },
	{ "half a tag", "<message to='a@b'", "an element without its end", ERR_NOT_WELL_FORMED },
	{ "a wrong end", "<message to='a@b'></iq>", "not well-formed", ERR_NOT_WELL_FORMED },
	{ "a comment", "<message to='a@b'><!-- x --></message>", "a comment", ERR_RESTRICTED_XML },
	{ "a document type", "<!DOCTYPE m><message to='a@b'/>", "document type",
	  ERR_RESTRICTED_XML },
	{ "a declaration", "<?xml version='1.0'?><message to='a@b'/>", "processing instruction",
	  ERR_RESTRICTED_XML },
	{ "another element", "<presents/>", "<presents/> in the namespace 'jabber:client'",
	  ERR_USAGE },
	{ "another namespace", "<message xmlns='jabber:server' to='a@b'/>",
	  "in the namespace 'jabber:server' is no stanza", ERR_USAGE },
	{ "an element of the stream", "<stream:error/>", "is no stanza", ERR_USAGE },
	{ "stream management", "<r xmlns='urn:xmpp:sm:3'/>", "is no stanza", ERR_USAGE },
	{ "another's name", "<message from='c@d' to='a@b'/>", "has a 'from': leave it out",
	  ERR_USAGE },
	{ "our own name", "<iq from='' to='a@b' type='get'>" PING "</iq>", "has a 'from'",
	  ERR_USAGE },
	{ "a message to nobody", "<message/>", "the <message/> has no 'to'", ERR_USAGE },
	{ "a message to the empty address", "<message to=''/>", "the <message/> has no 'to'",
	  ERR_USAGE },
	{ "an error", "<message to='a@b' type='error'/>",
	  "type 'error' is not sent: chat, normal, headline, groupchat or none are", ERR_USAGE },
	{ "a slip", "<message to='a@b' type='caht'/>", "type 'caht' is not sent", ERR_USAGE },
	{ "a subscription", "<presence to='a@b' type='subscribe'/>",
	  "type 'subscribe' is not sent: 'unavailable' or none are", ERR_USAGE },
	{ "its answer", "<presence to='a@b' type='subscribed'/>", "'subscribed' is not sent",
	  ERR_USAGE },
	{ "its end", "<presence to='a@b' type='unsubscribe'/>", "'unsubscribe' is not sent",
	  ERR_USAGE },
	{ "its withdrawal", "<presence to='a@b' type='unsubscribed'/>",
	  "'unsubscribed' is not sent", ERR_USAGE },
	{ "a probe", "<presence to='a@b' type='probe'/>", "'probe' is not sent", ERR_USAGE },
	{ "a presence error", "<presence to='a@b' type='error'/>", "'error' is not sent",
	  ERR_USAGE },
	{ "an answer", "<iq to='a@b' type='result'/>", "'result' is not sent: 'get' and 'set' are",
	  ERR_USAGE },
	{ "an iq of no type", "<iq to='a@b'>" PING "</iq>", "no type: 'get' or 'set'", ERR_USAGE },
	{ "an iq to nobody", "<iq type='set'>" PING "</iq>", "the <iq/> has no 'to'", ERR_USAGE },
	{ "an empty iq", "<iq to='a@b' type='get'/>", "holds one element", ERR_USAGE },
	{ "a full iq", "<iq to='a@b' type='get'>" PING PING "</iq>", "holds one element",
	  ERR_USAGE },
	{ "the roster", "<iq to='a@b' type='set'><query xmlns='jabber:iq:roster'/></iq>",
	  "not its contact list", ERR_USAGE },
	{ "the end of the account",
	  "<iq to='b' type='set'><query xmlns='jabber:iq:register'><remove/></query></iq>",
	  "nothing of the account is changed from here: not its registration", ERR_USAGE },
	{ "a blocked contact", "<iq to='a@b' type='set'><block xmlns='urn:xmpp:blocking'/></iq>",
	  "not its block list", ERR_USAGE },
	{ "a privacy list", "<iq to='a@b' type='set'><query xmlns='jabber:iq:privacy'/></iq>",
	  "not its privacy lists", ERR_USAGE },
	{ "private storage", "<iq to='a@b' type='set'><query xmlns='jabber:iq:private'/></iq>",
	  "not its private storage", ERR_USAGE },
	{ "a card", "<iq to='a@b' type='set'><vCard xmlns='vcard-temp'/></iq>", "not its vCard",
	  ERR_USAGE },
	{ "text without a body", "<message to='a@b'>hello</message>", "belongs into <body>",
	  ERR_USAGE },
	{ "text that would change places",
	  "<message to='a@b'><html xmlns='u'><p>one <b>two</b> three</p></html></message>",
	  "text beside elements in <p>", ERR_USAGE },
};

static void refuses_what_is_not_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *row = &refused[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct elem *elem = NULL;
		struct err err = { 0 };
		assert_row(row->name,
			   !message_check_stanza(row->text, strlen(row->text), mem, &elem, &err));
		if (!strstr(err.text, row->sentence))
			fail_msg("%s: \"%s\" without \"%s\"", row->name, err.text, row->sentence);
		assert_row(row->name, err.stage == AT_INPUT && err.code == row->code && !elem);
	}
}

/* A NUL is no white space, though strchr() finds it everywhere. */
static void refuses_a_nul_behind(void **state)
{
	(void)state;
	static const char text[] = "<message to='a@b'/>\0<iq/>";
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct elem *elem = NULL;
	struct err err = { 0 };
	assert_false(message_check_stanza(text, sizeof(text) - 1, mem, &elem, &err));
}

/* A sentence stays one though a name has 1000 octets, and shows whole characters. */
static void keeps_sentences_short(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf text = buf_new(2048);
	const struct elem *elem = NULL;
	struct err err = { 0 };
	buf_text(&text, "<message to='a@b' type='x");
	for (size_t i = 0; i < 400; i++)
		buf_text(&text, "\xc3\xa4");
	buf_text(&text, "'/>");
	assert_false(message_check_stanza(text.data, text.size, mem, &elem, &err));
	assert_non_null(strstr(err.text, "\xc3\xa4' is not sent: chat, normal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_and_writes_stanzas), cmocka_unit_test(tells_the_id),
		cmocka_unit_test(refuses_what_is_not_sent), cmocka_unit_test(refuses_a_nul_behind),
		cmocka_unit_test(keeps_sentences_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
