#include "unit.h"

#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"

static const struct elem *parse(const char *stanza, struct arena *mem)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	enum xml_event event;
	const struct elem *elem = NULL;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, HEADER, strlen(HEADER), mem, &event, &elem, &used, &err));
	if (!xml_push(xml, stanza, strlen(stanza), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", stanza, err.text);
	assert_int_equal(event, XML_STANZA);
	return elem;
}

static const struct row {
	const char *name, *in, *plain, *pretty;
} rows[] = {
	{ "alone", "<a/>", "<a xmlns='jabber:client'/>", "<a xmlns='jabber:client'/>" },
	{ "attributes keep their order", "<a z='1' y='2'/>",
	  "<a xmlns='jabber:client' z='1' y='2'/>", "<a xmlns='jabber:client' z='1' y='2'/>" },
	{ "text stays on the line", "<a><b>x</b></a>", "<a xmlns='jabber:client'><b>x</b></a>",
	  "<a xmlns='jabber:client'>\n  <b>x</b>\n</a>" },
	{ "namespaces where they change", "<a><b xmlns='u'><c/><d xmlns='jabber:client'/></b></a>",
	  "<a xmlns='jabber:client'><b xmlns='u'><c/><d xmlns='jabber:client'/></b></a>",
	  "<a xmlns='jabber:client'>\n  <b xmlns='u'>\n    <c/>\n    <d xmlns='jabber:client'/>\n"
	  "  </b>\n</a>" },
	{ "prefixes as written", "<stream:features><stream:x/></stream:features>",
	  "<stream:features xmlns:stream='" NS_STREAM "'><stream:x/></stream:features>",
	  "<stream:features xmlns:stream='" NS_STREAM "'>\n  <stream:x/>\n</stream:features>" },
	{ "a prefix bound anew", "<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:c/></p:a>",
	  "<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:c/></p:a>",
	  "<p:a xmlns:p='u'>\n  <p:b xmlns:p='v'/>\n  <p:c/>\n</p:a>" },
	{ "a prefix like ours", "<a1:b xmlns:a1='u' xmlns:z='v' z:c='d'/>",
	  "<a1:b xmlns:a1='u' xmlns:a2='v' a2:c='d'/>",
	  "<a1:b xmlns:a1='u' xmlns:a2='v' a2:c='d'/>" },
	{ "indentation of theirs", "<a>\n <b/>\n</a>", "<a xmlns='jabber:client'>\n \n<b/></a>",
	  "<a xmlns='jabber:client'>\n  <b/>\n</a>" },
	{ "white space in attributes", "<a b='&#10;&#9;&#13; '>&#13;&#10;</a>",
	  "<a xmlns='jabber:client' b='&#10;&#9;&#13; '>&#13;\n</a>",
	  "<a xmlns='jabber:client' b='&#10;&#9;&#13; '/>" },
	{ "a namespace is escaped, too", "<a xmlns='u&apos;&lt;'/>", "<a xmlns='u&apos;&lt;'/>",
	  "<a xmlns='u&apos;&lt;'/>" },
};

static void writes_what_was_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf plain = buf_new(4096);
		CLEANUP(buf_free) struct buf pretty = buf_new(4096);
		const struct elem *elem = parse(rows[i].in, mem);
		elem_write(elem, false, &plain);
		elem_write(elem, true, &pretty);
		assert_row_string(rows[i].name, buf_string(&plain), rows[i].plain);
		assert_row_string(rows[i].name, buf_string(&pretty), rows[i].pretty);
	}
}

/* What is written is read as the same again, or a peer could smuggle markup through us. */
static void survives_a_second_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf once = buf_new(4096);
		CLEANUP(buf_free) struct buf twice = buf_new(4096);
		elem_write(parse(rows[i].in, mem), false, &once);
		elem_write(parse(once.data, mem), false, &twice);
		assert_row_string(rows[i].name, buf_string(&twice), buf_string(&once));
	}
}

static void finds_attributes_and_children(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct elem *elem = parse("<a b='1' xml:b='2'><c/><c xmlns='u'/><d>x</d></a>", mem);
	assert_string_equal(elem_attr(elem, "b"), "1");
	assert_string_equal(elem_attr_ns(elem, NS_XML, "b"), "2");
	assert_null(elem_attr(elem, "c"));
	assert_int_equal(elem_count(elem), 3);
	assert_string_equal(elem_child(elem, "u", "c")->ns, "u");
	assert_string_equal(elem_child(elem, NS_CLIENT, "d")->text, "x");
	assert_ptr_equal(elem_child(elem, NS_CLIENT, "d")->parent, elem);
	assert_null(elem_child(elem, NS_CLIENT, "e"));
	assert_null(elem->parent);
}

static void escapes_what_we_send(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(4096);
	xml_escape(&out, "a&b<c>d'e\"f\tg\n\x01h\xc3\xa9");
	assert_string_equal(out.data, "a&amp;b&lt;c&gt;d&apos;e&quot;f\tg\n\xef\xbf\xbdh\xc3\xa9");
	buf_clear(&out);
	xml_escape_attribute(&out, "a'b\tc\nd\re\x01");
	assert_string_equal(out.data, "a&apos;b&#9;c&#10;d&#13;e\xef\xbf\xbd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_was_read),
		cmocka_unit_test(survives_a_second_reading),
		cmocka_unit_test(finds_attributes_and_children),
		cmocka_unit_test(escapes_what_we_send),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
