#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define HEADER    "<stream:stream xmlns='jabber:client' xmlns:stream='" NS_STREAM "'>"
#define TRACE_MAX ((size_t)1 << 22)

/* Feeds in pieces and writes down what comes: "open ", "stanza <...> ", "close ", then the code of
 * the error, if any. */
static void trace(const char *text, size_t size, size_t piece, struct buf *out, struct err *err)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	*err = (struct err){ 0 };
	for (size_t at = 0;;) {
		size_t left = size - at, used = 0;
		enum xml_event event;
		const struct elem *elem = NULL;
		if (!xml_push(xml, text + at, left < piece ? left : piece, mem, &event, &elem,
			      &used, err)) {
			buf_printf(out, "error %s", err_code_name(err->code));
			return;
		}
		at += used;
		if (event == XML_STREAM_OPEN)
			buf_printf(out, "open ");
		else if (event == XML_STREAM_CLOSE)
			buf_printf(out, "close ");
		else if (event == XML_STANZA) {
			buf_printf(out, "stanza ");
			elem_write(elem, false, out);
			buf_char(out, ' ');
		} else if (at == size) {
			break;
		}
	}
	if (!xml_is_quiet(xml))
		buf_printf(out, "unfinished");
}

/* Whole, octet by octet, by threes: the same, or it fails. */
static void check_trace(const char *name, const char *text, size_t size, const char *wanted)
{
	static const size_t pieces[] = { TRACE_MAX, 1, 3, 7 };
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(TRACE_MAX);
		struct err err;
		trace(text, size, pieces[i], &out, &err);
		while (out.size > 0 && out.data[out.size - 1] == ' ')
			out.data[--out.size] = '\0';
		assert_row(name, !buf_overflowed(&out));
		assert_row_string(name, buf_string(&out), wanted);
		assert_row(name, err.code == ERR_NONE || err.text[0] != '\0');
	}
}

static const struct row {
	const char *name, *text, *wanted;
	size_t size; /* 0: strlen */
} rows[] = {
	/* the stream */
	{ "nothing", "", "", 0 },
	{ "declaration and header", "<?xml version='1.0'?>" HEADER, "open", 0 },
	{ "declaration with everything",
	  "<?xml version=\"1.0\" encoding='utf-8' standalone = 'no' ?>\n" HEADER, "open", 0 },
	{ "white space before a header without declaration", "\r\n " HEADER, "open", 0 },
	{ "stanza", HEADER "<a><b c='d'>e</b></a>",
	  "open stanza <a xmlns='jabber:client'><b c='d'>e</b></a>", 0 },
	{ "two stanzas", HEADER "<a/><b/>",
	  "open stanza <a xmlns='jabber:client'/> stanza <b xmlns='jabber:client'/>", 0 },
	{ "white space between stanzas", HEADER " \n<a/>\t\r\n",
	  "open stanza <a xmlns='jabber:client'/>", 0 },
	{ "end of the stream", HEADER "</stream:stream>", "open close", 0 },
	{ "white space behind the end", HEADER "</stream:stream>\n", "open close", 0 },
	{ "a header that ends itself", "<stream:stream xmlns:stream='" NS_STREAM "'/>",
	  "open close", 0 },
	{ "the shortest root", "<a>", "open", 0 },
	{ "the shortest stream", "<a><b/></a>", "open stanza <b/> close", 0 },
	{ "stanza behind the end", HEADER "</stream:stream><a/>",
	  "open close error not-well-formed", 0 },
	{ "unfinished stanza", HEADER "<a><b/>", "open unfinished", 0 },
	{ "unfinished tag", HEADER "<a", "open unfinished", 0 },
	{ "just an angle bracket", HEADER "<", "open unfinished", 0 },
	{ "unfinished declaration", "<?xml version='1.0'", "unfinished", 0 },
	{ "text between stanzas", HEADER "hello", "open error protocol", 0 },
	{ "reference between stanzas", HEADER "&#32;", "open error protocol", 0 },
	{ "CDATA between stanzas", HEADER "<![CDATA[ ]]>", "open error protocol", 0 },
	{ "byte order mark between stanzas", HEADER "\xef\xbb\xbf<a/>", "open error protocol", 0 },
	/* namespaces */
	{ "prefix-free stream",
	  "<stream xmlns='" NS_STREAM "'><a xmlns='jabber:client'><b/></a></stream>",
	  "open stanza <a xmlns='jabber:client'><b/></a> close", 0 },
	{ "prefix of the header", HEADER "<stream:features/>",
	  "open stanza <stream:features xmlns:stream='" NS_STREAM "'/>", 0 },
	{ "no default namespace", HEADER "<a xmlns=''><b/></a>", "open stanza <a><b/></a>", 0 },
	{ "default namespace taken back", HEADER "<a><b xmlns=''/></a>",
	  "open stanza <a xmlns='jabber:client'><b xmlns=''/></a>", 0 },
	{ "unbound prefix of an element", HEADER "<x:a/>", "open error not-well-formed", 0 },
	{ "unbound prefix of an attribute", HEADER "<a x:b='c'/>", "open error not-well-formed",
	  0 },
	{ "unbound prefix in the header", "<stream:stream>", "error not-well-formed", 0 },
	{ "prefix bound to nothing", HEADER "<a xmlns:x=''/>", "open error not-well-formed", 0 },
	{ "xml prefix", HEADER "<a xml:lang='en'/>",
	  "open stanza <a xmlns='jabber:client' xml:lang='en'/>", 0 },
	{ "attribute in a namespace", HEADER "<a xmlns:x='urn:x' x:b='c' b='d'/>",
	  "open stanza <a xmlns='jabber:client' xmlns:a1='urn:x' a1:b='c' b='d'/>", 0 },
	{ "attribute twice", HEADER "<a b='1' b='2'/>", "open error not-well-formed", 0 },
	{ "attribute twice by namespace", HEADER "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
	  "open error not-well-formed", 0 },
	{ "colon twice", HEADER "<stream:a:b/>", "open error not-well-formed", 0 },
	/* quoting */
	{ "the five references", HEADER "<a b='&lt;&gt;'>&amp;&apos;&quot;</a>",
	  "open stanza <a xmlns='jabber:client' b='&lt;&gt;'>&amp;&apos;&quot;</a>", 0 },
	{ "numeric references", HEADER "<a>&#65;&#x42;&#x1F600;</a>",
	  "open stanza <a xmlns='jabber:client'>AB\xf0\x9f\x98\x80</a>", 0 },
	{ "reference to NUL", HEADER "<a>&#0;</a>", "open error not-well-formed", 0 },
	{ "reference to a surrogate", HEADER "<a>&#xD800;</a>", "open error not-well-formed", 0 },
	{ "reference beyond Unicode", HEADER "<a>&#x110000;</a>", "open error not-well-formed", 0 },
	{ "bare ampersand", HEADER "<a>x & y</a>", "open error not-well-formed", 0 },
	{ "bare ampersand at the end", HEADER "<a>x&</a>", "open error not-well-formed", 0 },
	{ "bare ampersand in an attribute", HEADER "<a b='x&y'/>", "open error not-well-formed",
	  0 },
	{ "empty reference", HEADER "<a>&;</a>", "open error not-well-formed", 0 },
	{ "CDATA", HEADER "<a>x<![CDATA[<b>&amp;]]]]>y</a>",
	  "open stanza <a xmlns='jabber:client'>x&lt;b&gt;&amp;amp;]]y</a>", 0 },
	{ "empty CDATA", HEADER "<a><![CDATA[]]></a>", "open stanza <a xmlns='jabber:client'/>",
	  0 },
	{ "]]> in text", HEADER "<a>]]></a>", "open error not-well-formed", 0 },
	{ "> in text", HEADER "<a>></a>", "open stanza <a xmlns='jabber:client'>&gt;</a>", 0 },
	{ "> in an attribute", HEADER "<a b='>'><c d=\"'>\"/></a>",
	  "open stanza <a xmlns='jabber:client' b='&gt;'><c d='&apos;&gt;'/></a>", 0 },
	{ "< in an attribute", HEADER "<a b='<'/>", "open error not-well-formed", 0 },
	{ "text on both sides of a child is joined", HEADER "<a>x<b/>y</a>",
	  "open stanza <a xmlns='jabber:client'>xy<b/></a>", 0 },
	{ "split multibyte characters", HEADER "<a b='\xc3\xa9'>\xe2\x82\xac\xf0\x9f\x98\x80</a>",
	  "open stanza <a xmlns='jabber:client' b='\xc3\xa9'>\xe2\x82\xac\xf0\x9f\x98\x80</a>", 0 },
	{ "either quote, white space, long end tag", HEADER "<a\n b = \"c\" ></a >",
	  "open stanza <a xmlns='jabber:client' b='c'/>", 0 },
	/* not well-formed */
	{ "wrong end tag", HEADER "<a></b>", "open error not-well-formed", 0 },
	{ "end tag of nothing", "</a>", "error not-well-formed", 0 },
	{ "end of the stream inside a stanza", HEADER "<a></stream:stream>",
	  "open error not-well-formed", 0 },
	{ "wrong name", HEADER "<1a/>", "open error not-well-formed", 0 },
	{ "empty tag", HEADER "<>", "open error not-well-formed", 0 },
	{ "tag in a tag", HEADER "<a <b/>", "open error not-well-formed", 0 },
	{ "attribute without value", HEADER "<a b/>", "open error not-well-formed", 0 },
	{ "attribute without quotes", HEADER "<a b=c/>", "open error not-well-formed", 0 },
	{ "attributes without space", HEADER "<a b='c'd='e'/>", "open error not-well-formed", 0 },
	{ "NUL in text", HEADER "<a>\0</a>", "open error not-well-formed",
	  sizeof(HEADER "<a>\0</a>") - 1 },
	{ "NUL in a name", HEADER "<a\0/>", "open error not-well-formed",
	  sizeof(HEADER "<a\0/>") - 1 },
	{ "NUL in an attribute", HEADER "<a b='\0'/>", "open error not-well-formed",
	  sizeof(HEADER "<a b='\0'/>") - 1 },
	{ "control character", HEADER "<a>\x1b</a>", "open error not-well-formed", 0 },
	{ "overlong character", HEADER "<a>\xc1\x81</a>", "open error not-well-formed", 0 },
	{ "overlong character in CDATA", HEADER "<a><![CDATA[\xc1\x81]]></a>",
	  "open error not-well-formed", 0 },
	{ "surrogate", HEADER "<a>\xed\xa0\x80</a>", "open error not-well-formed", 0 },
	{ "U+FFFE", HEADER "<a>\xef\xbf\xbe</a>", "open error not-well-formed", 0 },
	{ "Latin-1", HEADER "<a>\xe9</a>", "open error not-well-formed", 0 },
	/* RFC 6120, 11.1, at every depth */
	{ "comment before the header", "<!-- x -->" HEADER, "error restricted-xml", 0 },
	{ "comment between stanzas", HEADER "<!-- x -->", "open error restricted-xml", 0 },
	{ "comment in a stanza", HEADER "<a><!-- x --></a>", "open error restricted-xml", 0 },
	{ "comment in text", HEADER "<a>x<!-- x -->y</a>", "open error restricted-xml", 0 },
	{ "instruction before the header", "<?php x?>" HEADER, "error restricted-xml", 0 },
	{ "instruction named like a declaration", "<?xml-stylesheet x?>" HEADER,
	  "error restricted-xml", 0 },
	{ "instruction behind the declaration", "<?xml version='1.0'?><?php?>" HEADER,
	  "error restricted-xml", 0 },
	{ "instruction between stanzas", HEADER "<?x y?>", "open error restricted-xml", 0 },
	{ "instruction in a stanza", HEADER "<a><?x y?></a>", "open error restricted-xml", 0 },
	{ "instruction in text", HEADER "<a>x<?x y?></a>", "open error restricted-xml", 0 },
	{ "declaration behind white space", " <?xml version='1.0'?>" HEADER, "error restricted-xml",
	  0 },
	{ "declaration twice", "<?xml version='1.0'?><?xml version='1.0'?>", "error restricted-xml",
	  0 },
	{ "declaration between stanzas", HEADER "<?xml version='1.0'?>",
	  "open error restricted-xml", 0 },
	{ "DTD before the header", "<!DOCTYPE a>" HEADER, "error restricted-xml", 0 },
	{ "DTD between stanzas", HEADER "<!DOCTYPE a>", "open error restricted-xml", 0 },
	{ "DTD in a stanza", HEADER "<a><!DOCTYPE a></a>", "open error restricted-xml", 0 },
	{ "DTD in text", HEADER "<a>x<!DOCTYPE a></a>", "open error restricted-xml", 0 },
	{ "entity before a CDATA section", HEADER "<a>&foo;<![CDATA[x]]></a>",
	  "open error restricted-xml", 0 },
	{ "bare ampersand before a CDATA section", HEADER "<a>x & y<![CDATA[x]]></a>",
	  "open error not-well-formed", 0 },
	{ "reference before a CDATA section, none inside", HEADER "<a>&lt;<![CDATA[&foo;<]]></a>",
	  "open stanza <a xmlns='jabber:client'>&lt;&amp;foo;&lt;</a>", 0 },
	{ "entity declaration", HEADER "<!ENTITY a 'b'>", "open error restricted-xml", 0 },
	{ "entity between stanzas", HEADER "&nbsp;", "open error protocol", 0 },
	{ "entity in a stanza", HEADER "<a>&nbsp;</a>", "open error restricted-xml", 0 },
	{ "entity in text", HEADER "<a>x&nbsp;y</a>", "open error restricted-xml", 0 },
	{ "entity in an attribute", HEADER "<a b='&nbsp;'/>", "open error restricted-xml", 0 },
	{ "entity in the header", "<stream:stream a='&nbsp;' xmlns:stream='" NS_STREAM "'>",
	  "error restricted-xml", 0 },
	{ "billion laughs",
	  "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 "
	  "'&lol;&lol;&lol;'>]><lolz>&lol2;</lolz>",
	  "error restricted-xml", 0 },
	{ "external entity", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
	  "error restricted-xml", 0 },
	{ "external DTD", "<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><a/>",
	  "error restricted-xml", 0 },
	{ "other encoding", "<?xml version='1.0' encoding='ISO-8859-1'?>" HEADER,
	  "error restricted-xml", 0 },
	{ "UTF-16 declared", "<?xml version='1.0' encoding='UTF-16'?>" HEADER,
	  "error restricted-xml", 0 },
	{ "XML 1.1", "<?xml version='1.1'?>" HEADER, "error restricted-xml", 0 },
	{ "declaration without version", "<?xml encoding='UTF-8'?>" HEADER, "error not-well-formed",
	  0 },
	{ "declaration in disorder", "<?xml encoding='UTF-8' version='1.0'?>" HEADER,
	  "error not-well-formed", 0 },
	{ "byte order mark", "\xef\xbb\xbf" HEADER, "error not-well-formed", 0 },
	{ "UTF-16", "\xff\xfe<\0s\0", "error restricted-xml", 6 },
	{ "UTF-16 without a mark", "<\0s\0t\0r\0", "error not-well-formed", 8 },
	/* no XML at all */
	{ "HTTP", "HTTP/1.1 400 Bad Request\r\n", "error not-xmpp", 0 },
	{ "SSH", "SSH-2.0-OpenSSH_9.2\r\n", "error not-xmpp", 0 },
	{ "TLS alert", "\x15\x03\x01\x00\x02\x02\x32", "error not-xmpp", 7 },
	{ "mail", "220 mail.example.org ESMTP\r\n", "error not-xmpp", 0 },
	{ "NUL first", "\0\0\0\0", "error not-xmpp", 4 },
	{ "too little to tell", "HT", "unfinished", 0 },
};

static void gives_the_same_events_however_it_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_trace(rows[i].name, rows[i].text,
			    rows[i].size ? rows[i].size : strlen(rows[i].text), rows[i].wanted);
}

static const struct sentence {
	const char *text, *sentence;
} sentences[] = {
	{ "HTTP/1.1 400 Bad Request\r\n", "an HTTP server answers, not XMPP" },
	{ "SSH-2.0-x\r\n", "an SSH server answers, not XMPP" },
	{ "\x15\x03\x01", "a TLS alert answers: this port expects TLS from the first octet" },
	{ "220 mail.example.org ESMTP\r\n",
	  "something else than XMPP answers: \"220 mail.example.org ESMTP\"" },
	{ "\x80\x01", "something else than XMPP answers (first octet 0x80)" },
	{ "<!DOCTYPE html>", "a document type definition, which XMPP forbids" },
	{ HEADER "<a>&lol;</a>", "an entity reference (&lol;), which XMPP forbids" },
	{ HEADER "<a></b>", "XML is not well-formed: Opening and ending tag mismatch: a line 1 and "
			    "b" },
};

static void says_what_answers_instead(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(TRACE_MAX);
		struct err err;
		trace(sentences[i].text, strlen(sentences[i].text), TRACE_MAX, &out, &err);
		assert_row_string(sentences[i].text, err.text, sentences[i].sentence);
	}
}

/* before, then one piece count times, then after. */
static char *repeat(const char *before, const char *piece, size_t count, const char *after)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	buf_text(&out, before);
	for (size_t i = 0; i < count; i++)
		buf_text(&out, piece);
	buf_text(&out, after);
	return strdup(out.data);
}

static const struct limit {
	const char *name, *before, *piece;
	size_t count;
	const char *after, *wanted; /* NULL: anything but an error */
} limits[] = {
	{ "100 000 nested elements", HEADER, "<a>", 100000, "", "open error limit" },
	{ "as deep as allowed", HEADER, "<a>", XML_DEPTH_MAX - 1, "", NULL },
	{ "one deeper", HEADER, "<a>", XML_DEPTH_MAX, "", "open error limit" },
	{ "text without an end", HEADER "<a>", "xxxxxxxxxx", 10000, "", "open error limit" },
	{ "CDATA without an end", HEADER "<a><![CDATA[", "xxxxxxxxxx", 10000, "",
	  "open error limit" },
	{ "attribute without an end", HEADER "<a b='", "xxxxxxxxxx", 10000, "",
	  "open error limit" },
	{ "header without an end", "<stream:stream a='", "xxxxxxxxxx", 10000, "", "error limit" },
	{ "declaration without an end", "<?xml version='", "xxxxxxxxxx", 10000, "", "error limit" },
	{ "name without an end", HEADER "<", "x", 100000, "", "open error limit" },
	{ "name as long as allowed", HEADER "<", "x", XML_NAME_MAX, "/>", NULL },
	{ "name one longer", HEADER "<", "x", XML_NAME_MAX + 1, "/>", "open error limit" },
	{ "attribute's name", HEADER "<a ", "x", XML_NAME_MAX + 1, "='y'/>", "open error limit" },
	{ "namespace", HEADER "<a xmlns='", "x", XML_NAME_MAX + 1, "'/>", "open error limit" },
	{ "white space in a tag without an end", HEADER "<a", " ", 100000, "", "open error limit" },
	{ "65 attributes", HEADER "<a", " b=''", XML_ATTRS_MAX + 1, "/>", "open error limit" },
	{ "elements in one stanza", HEADER "<a>", "<b/>", XML_NODES_MAX, "", "open error limit" },
	{ "as many as allowed", HEADER "<a>", "<b/>", XML_NODES_MAX - 1, "</a>", NULL },
	{ "many stanzas", HEADER, "<a>0123456789</a>", 20000, "", NULL },
	{ "white space between stanzas", HEADER, "          ", 6000, "<a/>", NULL },
	{ "a flood of white space", HEADER, "          ", 20000, "<a/>", "open error limit" },
	{ "a large stanza", HEADER "<a>", "0123456789", 6500, "</a>", NULL },
};

static void stops_before_it_hurts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct limit *limit = &limits[i];
		char *text = repeat(limit->before, limit->piece, limit->count, limit->after);
		CLEANUP(buf_free) struct buf out = buf_new(TRACE_MAX);
		struct err err;
		trace(text, strlen(text), 4096, &out, &err);
		if (limit->wanted)
			assert_row_string(limit->name, buf_string(&out), limit->wanted);
		else
			assert_row_string(limit->name, err.text, "");
		free(text);
	}
}

/* A stream may live long; what it costs must not grow with it. */
static void lives_long_in_little_memory(void **state)
{
	(void)state;
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *header_mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, HEADER, strlen(HEADER), header_mem, &event, &elem, &used, &err));
	char *stanza = repeat("<message><body>", "0123456789&amp;", 2000, "</body></message>");
	for (int i = 0; i < 500; i++) { /* 15 MB; libxml2 gives up at 10 if it hoards */
		CLEANUP(arena_free) struct arena *mem = arena_new();
		assert_true(xml_push(xml, stanza, strlen(stanza), mem, &event, &elem, &used, &err));
		assert_int_equal(event, XML_STANZA);
		assert_int_equal(strlen(elem->children->text), 22000);
		assert_true(arena_used(mem) < 2 * strlen(stanza));
	}
	free(stanza);
}

static void refuses_names_without_end(void **state)
{
	(void)state;
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err err = { 0 };
	bool ok = xml_push(xml, HEADER, strlen(HEADER), mem, &event, &elem, &used, &err);
	for (int i = 0; i < 100000 && ok; i++) {
		char stanza[64];
		snprintf(stanza, sizeof(stanza), "<a-quite-long-name-%d/>", i);
		ok = xml_push(xml, stanza, strlen(stanza), mem, &event, &elem, &used, &err);
	}
	assert_false(ok);
	assert_int_equal(err.code, ERR_LIMIT);
}

/* The worst that 64 KiB can make of the tree. */
static void one_stanza_costs_little(void **state)
{
	(void)state;
	char *spaces = repeat("", "x", 1000, "");
	CLEANUP(buf_free) struct buf text = buf_new(STANZA_MAX);
	buf_printf(&text, "<s xmlns:p='%s' xmlns:q='%s2'>", spaces, spaces);
	size_t header = text.size;
	buf_text(&text, "<a>");
	for (int i = 0; i < 4000; i++)
		buf_text(&text, i % 2 ? "<p:b p:c=''/>" : "<q:b/>");
	buf_text(&text, "</a>");
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, text.data, text.size, mem, &event, &elem, &used, &err));
	assert_int_equal(used, header);
	assert_true(
		xml_push(xml, text.data + used, text.size - used, mem, &event, &elem, &used, &err));
	assert_int_equal(event, XML_STANZA);
	assert_true(arena_used(mem) < 1024 * 1024);
	free(spaces);
}

static void stops_exactly_behind_the_event(void **state)
{
	(void)state;
	static const char text[] = HEADER "<proceed/> <x/>";
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used, at = 0;
	struct err err;
	assert_true(xml_is_quiet(xml));
	assert_true(xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err));
	assert_int_equal(event, XML_STREAM_OPEN);
	assert_int_equal(used, strlen(HEADER));
	at += used;
	assert_true(xml_push(xml, text + at, strlen(text + at), mem, &event, &elem, &used, &err));
	assert_int_equal(event, XML_STANZA);
	assert_int_equal(used, strlen("<proceed/>"));
	at += used;
	assert_true(xml_is_quiet(xml));
	assert_true(xml_push(xml, text + at, 1, mem, &event, &elem, &used, &err));
	assert_int_equal(event, XML_MORE);
	assert_true(xml_is_quiet(xml));
	assert_true(xml_push(xml, text + at + 1, 2, mem, &event, &elem, &used, &err));
	assert_false(xml_is_quiet(xml));
}

static void header_carries_its_declarations(void **state)
{
	(void)state;
	static const char text[] = "<s:stream id='7' xml:lang='de' xmlns='jabber:server' "
				   "xmlns:s='" NS_STREAM "'>";
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err));
	assert_true(elem_is(elem, NS_STREAM, "stream"));
	assert_string_equal(elem->prefix, "s");
	assert_string_equal(elem_attr(elem, "id"), "7");
	assert_string_equal(elem_attr_ns(elem, NS_XML, "lang"), "de");
	assert_string_equal(elem_attr_ns(elem, NS_XMLNS, "xmlns"), "jabber:server");
	assert_string_equal(elem_attr_ns(elem, NS_XMLNS, "s"), NS_STREAM);
}

static void stays_broken(void **state)
{
	(void)state;
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err first = { 0 }, second = { 0 };
	assert_false(xml_push(xml, "<a></b>", 7, mem, &event, &elem, &used, &first) &&
		     xml_push(xml, "</b>", 4, mem, &event, &elem, &used, &first));
	assert_false(xml_push(xml, "<a/>", 4, mem, &event, &elem, &used, &second));
	assert_string_equal(first.text, second.text);
}

static const struct check {
	const char *text;
	bool ok;
} checks[] = {
	{ "", true },
	{ " \n", true },
	{ "<presence/>", true },
	{ "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>\n<presence/>\n", true },
	{ "<db:result from='a' to='b'>k</db:result>", true },
	{ "<stream:error/>", true },
	{ "<presence>", false },
	{ "<presence", false },
	{ "hello", false },
	{ "<x:y/>", false },
	{ "</stream:stream>", false },
	{ "<!-- x --><presence/>", false },
	{ "<a>&nbsp;</a>", false },
};

static void checks_what_people_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct err err = { 0 };
		bool ok = xml_check_stanzas(checks[i].text, strlen(checks[i].text), &err);
		assert_row(checks[i].text, ok == checks[i].ok);
		assert_row(checks[i].text, ok || err.text[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_events_however_it_is_cut),
		cmocka_unit_test(says_what_answers_instead),
		cmocka_unit_test(stops_before_it_hurts),
		cmocka_unit_test(lives_long_in_little_memory),
		cmocka_unit_test(refuses_names_without_end),
		cmocka_unit_test(one_stanza_costs_little),
		cmocka_unit_test(stops_exactly_behind_the_event),
		cmocka_unit_test(header_carries_its_declarations),
		cmocka_unit_test(stays_broken),
		cmocka_unit_test(checks_what_people_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
