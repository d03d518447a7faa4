#include "unit.h"

#include <jansson.h>

#include "xmpp/dialback.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define OPEN                                                                                       \
	"<stream:stream xmlns='jabber:server' xmlns:db='" NS_DIALBACK "' xmlns:stream='" NS_STREAM \
	"'>"
#define VECTORS  "tests/data/dialback-key-vectors.json"
#define ITEM     "<item-not-found xmlns='" NS_STANZA_ERROR "'/>"
#define ERROR(c) "<error type='cancel'>" c "</error>"
#define CAPULET  "capulet.example"
#define MONTAGUE "montague.example"
#define STEP_1   "from='" CAPULET "' to='" MONTAGUE "'"
#define STEP_2   "from='" MONTAGUE "' to='" CAPULET "' id='D60000229F'"
#define STEP_3   "from='" CAPULET "' to='" MONTAGUE "' id='D60000229F'"

/* The first element behind a stream header that declares db. */
static const struct elem *parse(const char *name, const char *text, struct arena *mem)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	enum xml_event event;
	const struct elem *elem = NULL;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, OPEN, strlen(OPEN), mem, &event, &elem, &used, &err));
	if (!xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", name, err.text);
	assert_row(name, event == XML_STANZA && text[used] == '\0');
	return elem;
}

static void assert_same(const char *name, const struct db_element *got,
			const struct db_element *wanted)
{
	assert_row_string(name, db_kind_name(got->kind), db_kind_name(wanted->kind));
	assert_row_string(name, db_type_name(got->type), db_type_name(wanted->type));
	assert_row_string(name, got->from, wanted->from);
	assert_row_string(name, got->to, wanted->to);
	assert_row_string(name, got->id, wanted->id);
	assert_row_string(name, got->key, wanted->key);
	assert_row_string(name, got->condition, wanted->condition);
}

static const char *string_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	if (!text)
		fail_msg("no \"%s\" in %s", name, VECTORS);
	return text;
}

static void make_key_of(const json_t *vector, char out[DIALBACK_KEY_SIZE])
{
	const char *secret = string_of(vector, "secret");
	dialback_make_key((struct bytes){ (const uint8_t *)secret, strlen(secret) },
			  string_of(vector, "receiving_server"),
			  string_of(vector, "originating_server"), string_of(vector, "stream_id"),
			  out);
}

/* XEP-0185, section 3, and XEP-0220, sections 2.1.1 and 2.2.2. */
static void makes_the_published_keys(void **state)
{
	(void)state;
	json_t *file = json_load_file(VECTORS, 0, NULL);
	json_t *vectors = json_object_get(file, "vectors"), *vector;
	size_t i;
	assert_true(json_array_size(vectors) >= 7);
	json_array_foreach(vectors, i, vector)
	{
		char key[DIALBACK_KEY_SIZE];
		make_key_of(vector, key);
		assert_row_string(string_of(vector, "hmac_text"), key, string_of(vector, "key"));
		assert_true(dialback_key_matches(key, string_of(vector, "key")));
	}
	json_decref(file);
}

/* DB-24: the raw digest as the HMAC's key, and the two domains the wrong way round. */
static void makes_no_misread_keys(void **state)
{
	(void)state;
	json_t *file = json_load_file(VECTORS, 0, NULL);
	json_t *vectors = json_object_get(file, "vectors");
	json_t *negatives = json_object_get(file, "negative"), *negative;
	size_t i;
	assert_true(json_array_size(negatives) >= 2);
	json_array_foreach(negatives, i, negative)
	{
		char key[DIALBACK_KEY_SIZE];
		json_int_t source = json_integer_value(json_object_get(negative, "source_vector"));
		make_key_of(json_array_get(vectors, (size_t)source), key);
		assert_row(string_of(negative, "why"),
			   !dialback_key_matches(key, string_of(negative, "wrong_key")));
	}
	json_decref(file);
}

/* Each part counts, and a secret is octets, not text. */
static void makes_another_key_of_anything_else(void **state)
{
	(void)state;
	static const struct key_row {
		const char *secret;
		size_t size;
		const char *receiving, *originating, *id;
	} keys[] = {
		{ "a\0b", 3, "r.example", "o.example", "1" },
		{ "a\0c", 3, "r.example", "o.example", "1" },
		{ "a", 1, "r.example", "o.example", "1" },
		{ "a", 1, "s.example", "o.example", "1" },
		{ "a", 1, "r.example", "p.example", "1" },
		{ "a", 1, "r.example", "o.example", "2" },
		{ "a", 1, "r.example", "o.example", "" },
		{ "a", 1, "R.example", "o.example", "1" }, /* names as in the attributes */
	};
	char made[ARRAY_SIZE(keys)][DIALBACK_KEY_SIZE];
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct key_row *row = &keys[i];
		dialback_make_key((struct bytes){ (const uint8_t *)row->secret, row->size },
				  row->receiving, row->originating, row->id, made[i]);
		assert_int_equal(strspn(made[i], "0123456789abcdef"), DIALBACK_KEY_SIZE - 1);
		assert_int_equal(strlen(made[i]), DIALBACK_KEY_SIZE - 1);
		for (size_t j = 0; j < i; j++)
			assert_false(dialback_key_matches(made[i], made[j]));
	}
}

#define KEY "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643"

static const struct compared {
	const char *name, *presented;
	bool matches;
} compared[] = {
	{ "equal", KEY, true },
	{ "empty", "", false },
	{ "a prefix", "37c69b1cf07a3f67", false },
	{ "all but the last", "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b8932307564",
	  false },
	{ "longer by one", KEY "0", false },
	{ "longer by itself", KEY KEY, false },
	{ "another first digit", "07c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643",
	  false },
	{ "another last digit", "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075644",
	  false },
	{ "two digits changed alike",
	  "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075652", false },
	{ "upper case", "37C69B1CF07A3F67C04A5EF5902FA5114F2C76FE4A2686482BA5B89323075643", false },
	{ "white space behind it", KEY " ", false },
	{ "beyond ASCII",
	  "\xb7"
	  "7c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643",
	  false },
};

static void compares_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(compared); i++)
		assert_row(compared[i].name,
			   dialback_key_matches(KEY, compared[i].presented) == compared[i].matches);
}

/* DB-27: 128 bits, and never the same ones. */
static void makes_tokens(void **state)
{
	(void)state;
	char tokens[16][DIALBACK_TOKEN_SIZE];
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
		dialback_new_token(tokens[i]);
		assert_int_equal(strlen(tokens[i]), 32);
		assert_int_equal(strspn(tokens[i], "0123456789abcdef"), 32);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(tokens[i], tokens[j]);
	}
}

static const struct reading {
	const char *name, *text;
	struct db_element wanted;
} readings[] = {
	{ "step 1",
	  "<db:result " STEP_1 ">b4835385f3</db:result>",
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "b4835385f3", NULL } },
	{ "step 2",
	  "<db:verify " STEP_2 ">b4835385f3</db:verify>",
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "D60000229F", "b4835385f3", NULL } },
	{ "step 3, valid",
	  "<db:verify " STEP_3 " type='valid'/>",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "D60000229F", "", NULL } },
	{ "step 3, invalid",
	  "<db:verify " STEP_3 " type='invalid'></db:verify>",
	  { DB_VERIFY, DB_INVALID, CAPULET, MONTAGUE, "D60000229F", "", NULL } },
	{ "step 3, error",
	  "<db:verify " STEP_3 " type='error'>" ERROR(ITEM) "</db:verify>",
	  { DB_VERIFY, DB_ERROR, CAPULET, MONTAGUE, "D60000229F", "", "item-not-found" } },
	{ "step 4, error, indented",
	  "<db:result " STEP_1 " type='error'>\n  <error type='cancel'>\n    " ITEM
	  "\n  </error>\n</db:result>",
	  { DB_RESULT, DB_ERROR, CAPULET, MONTAGUE, NULL, "", "item-not-found" } },
	{ "a text before the condition",
	  "<db:result type='error'>" ERROR("<text xmlns='" NS_STANZA_ERROR
					   "'>no</text>" ITEM) "</db:result>",
	  { DB_RESULT, DB_ERROR, NULL, NULL, NULL, "", "item-not-found" } },
	{ "an error without a condition",
	  "<db:result type='error'><error/></db:result>",
	  { DB_RESULT, DB_ERROR, NULL, NULL, NULL, "", "undefined-condition" } },
	{ "an error without <error/>",
	  "<db:result type='error'>" ITEM "</db:result>",
	  { DB_RESULT, DB_ERROR, NULL, NULL, NULL, "", "undefined-condition" } },
	{ "valid, with an <error/>",
	  "<db:result type='valid'>" ERROR(ITEM) "</db:result>",
	  { DB_RESULT, DB_VALID, NULL, NULL, NULL, "", NULL } },
	{ "our word for no type",
	  "<db:result type='request'>1</db:result>",
	  { DB_RESULT, DB_STRANGE, NULL, NULL, NULL, "1", NULL } },
	{ "our word for a strange type",
	  "<db:result type='strange'/>",
	  { DB_RESULT, DB_STRANGE, NULL, NULL, NULL, "", NULL } },
	{ "an empty type",
	  "<db:result type=''/>",
	  { DB_RESULT, DB_STRANGE, NULL, NULL, NULL, "", NULL } },
	{ "a type in capitals",
	  "<db:result type='VALID'/>",
	  { DB_RESULT, DB_STRANGE, NULL, NULL, NULL, "", NULL } },
	{ "a type with white space",
	  "<db:result type=' valid'/>",
	  { DB_RESULT, DB_STRANGE, NULL, NULL, NULL, "", NULL } },
	{ "an answer with key and id, as Prosody's (DB-49)",
	  "<db:result " STEP_3 " type='valid'>key</db:result>",
	  { DB_RESULT, DB_VALID, CAPULET, MONTAGUE, "D60000229F", "key", NULL } },
	{ "no attributes", "<db:verify/>", { DB_VERIFY, DB_REQUEST, NULL, NULL, NULL, "", NULL } },
	{ "empty attributes",
	  "<db:verify from='' to='' id=''/>",
	  { DB_VERIFY, DB_REQUEST, "", "", "", "", NULL } },
	{ "attributes of another namespace",
	  "<db:verify db:from='a' db:to='b' db:id='c' db:type='valid'>k</db:verify>",
	  { DB_VERIFY, DB_REQUEST, NULL, NULL, NULL, "k", NULL } },
	{ "white space around the key (DB-26)",
	  "<db:result>\r\n\t key \t\r\n</db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "key", NULL } },
	{ "white space in the key",
	  "<db:result> k e\ty </db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "k e\ty", NULL } },
	{ "white space that XML does not know",
	  "<db:result>\xc2\xa0key\xc2\xa0</db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "\xc2\xa0key\xc2\xa0", NULL } },
	{ "nothing but white space",
	  "<db:result>\n \n</db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "", NULL } },
	{ "the key in a child",
	  "<db:result><key>1</key></db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "", NULL } },
	{ "the key around a child",
	  "<db:result>1<key>2</key>3</db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "13", NULL } },
	{ "the key in references and CDATA",
	  "<db:result>&lt;&#65;<![CDATA[&b]]></db:result>",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "<A&b", NULL } },
	{ "another prefix",
	  "<x:result xmlns:x='" NS_DIALBACK "' from='a'>1</x:result>",
	  { DB_RESULT, DB_REQUEST, "a", NULL, NULL, "1", NULL } },
	{ "no prefix",
	  "<verify xmlns='" NS_DIALBACK "' to='a'>1</verify>",
	  { DB_VERIFY, DB_REQUEST, NULL, "a", NULL, "1", NULL } },
	{ "what a terminal would obey",
	  "<db:result from='a&#10;b' to='c&#9;&#13;d'>\xc2\x9b\r\n&#13;k</db:result>",
	  { DB_RESULT, DB_REQUEST, "a\nb", "c\t\rd", NULL, "\xc2\x9b\n\rk", NULL } },
};

static void reads_elements(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
		const struct reading *row = &readings[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct db_element got;
		assert_row(row->name, dialback_read(parse(row->name, row->text, mem), mem, &got));
		assert_same(row->name, &got, &row->wanted);
	}
}

static const struct stranger {
	const char *name, *text;
} strangers[] = {
	{ "the stream's namespace", "<result from='a' to='b'>1</result>" },
	{ "another namespace", "<db:result xmlns:db='urn:x'>1</db:result>" },
	{ "a longer namespace", "<db:result xmlns:db='" NS_DIALBACK "s'>1</db:result>" },
	{ "a namespace in capitals", "<db:result xmlns:db='JABBER:SERVER:DIALBACK'/>" },
	{ "no namespace", "<result xmlns=''>1</result>" },
	{ "the feature", "<dialback xmlns='" NS_DIALBACK_FEAT "'><errors/></dialback>" },
	{ "another name", "<db:error/>" },
	{ "a name in capitals", "<db:Result/>" },
	{ "a longer name", "<db:results/>" },
	{ "one inside", "<x><db:result>1</db:result></x>" },
};

static void takes_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct db_element got = { .key = "untouched" };
		const struct elem *elem = parse(strangers[i].name, strangers[i].text, mem);
		assert_row(strangers[i].name, !dialback_read(elem, mem, &got));
		assert_row_string(strangers[i].name, got.key, "untouched");
	}
}

static const struct writing {
	const char *name;
	struct db_element element;
	const char *prefix, *text;
} writings[] = {
	{ "step 1",
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "b483", NULL },
	  "db",
	  "<db:result " STEP_1 ">b483</db:result>" },
	{ "step 2",
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "D60000229F", "b483", NULL },
	  "db",
	  "<db:verify " STEP_2 ">b483</db:verify>" },
	{ "step 3, valid",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "D60000229F", "", NULL },
	  "db",
	  "<db:verify " STEP_3 " type='valid'/>" },
	{ "step 3, invalid",
	  { DB_VERIFY, DB_INVALID, CAPULET, MONTAGUE, "D60000229F", NULL, NULL },
	  "db",
	  "<db:verify " STEP_3 " type='invalid'/>" },
	{ "step 3, error",
	  { DB_VERIFY, DB_ERROR, CAPULET, MONTAGUE, "D60000229F", NULL, "item-not-found" },
	  "db",
	  "<db:verify " STEP_3 " type='error'>" ERROR(ITEM) "</db:verify>" },
	{ "an error without a condition",
	  { DB_RESULT, DB_ERROR, CAPULET, MONTAGUE, NULL, NULL, NULL },
	  "db",
	  "<db:result " STEP_1 " type='error'>" ERROR("<undefined-condition xmlns='" NS_STANZA_ERROR
						      "'/>") "</db:result>" },
	{ "an empty key",
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "", NULL },
	  "db",
	  "<db:result " STEP_1 "/>" },
	{ "no from",
	  { DB_RESULT, DB_REQUEST, NULL, MONTAGUE, NULL, "1", NULL },
	  "db",
	  "<db:result to='" MONTAGUE "'>1</db:result>" },
	{ "no to",
	  { DB_RESULT, DB_REQUEST, CAPULET, NULL, NULL, "1", NULL },
	  "db",
	  "<db:result from='" CAPULET "'>1</db:result>" },
	{ "nothing at all",
	  { DB_VERIFY, DB_REQUEST, NULL, NULL, NULL, NULL, NULL },
	  "db",
	  "<db:verify/>" },
	{ "white space around the key, as it is",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, " \n1 ", NULL },
	  "db",
	  "<db:result> \n1 </db:result>" },
	{ "a key with an answer",
	  { DB_RESULT, DB_VALID, NULL, NULL, NULL, "1", NULL },
	  "db",
	  "<db:result type='valid'>1</db:result>" },
	{ "another prefix",
	  { DB_VERIFY, DB_VALID, NULL, NULL, "7", NULL, NULL },
	  "x",
	  "<x:verify xmlns:x='" NS_DIALBACK "' id='7' type='valid'/>" },
	{ "another prefix around a key",
	  { DB_RESULT, DB_REQUEST, NULL, NULL, NULL, "1", NULL },
	  "dialback",
	  "<dialback:result xmlns:dialback='" NS_DIALBACK "'>1</dialback:result>" },
	{ "what would be markup",
	  { DB_VERIFY, DB_REQUEST, "a'b", "c\"d", "<e>", "f&g</db:verify>", NULL },
	  "db",
	  "<db:verify from='a&apos;b' to='c&quot;d' id='&lt;e&gt;'>f&amp;g&lt;/db:verify&gt;"
	  "</db:verify>" },
	{ "white space in attributes",
	  { DB_VERIFY, DB_REQUEST, "a\tb", "c\nd", "e\rf", NULL, NULL },
	  "db",
	  "<db:verify from='a&#9;b' to='c&#10;d' id='e&#13;f'/>" },
	{ "control characters",
	  { DB_VERIFY, DB_REQUEST, NULL, NULL, "\x01", "\x1b[2J", NULL },
	  "db",
	  "<db:verify id='\xef\xbf\xbd'>\xef\xbf\xbd[2J</db:verify>" },
};

/* The header of these tests declares db, and nothing else. */
static void write_it(const struct db_element *element, const char *prefix, struct buf *out)
{
	if (strcmp(prefix, "db") == 0)
		dialback_write(element, prefix, out);
	else
		dialback_write_declared(element, prefix, out);
}

static void writes_elements(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(writings); i++) {
		const struct writing *row = &writings[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(4096);
		write_it(&row->element, row->prefix, &out);
		assert_row_string(row->name, buf_string(&out), row->text);
		struct db_element got;
		assert_row(row->name, dialback_read(parse(row->name, row->text, mem), mem, &got));
	}
}

/* A key and an id come back to who made them as they were, whatever they are (DB-26). */
static void reads_what_it_wrote(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(readings); i++) {
		const struct reading *row = &readings[i / 2];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(4096);
		struct db_element got;
		write_it(&row->wanted, i % 2 ? "x" : "db", &out);
		const struct elem *elem = parse(row->name, buf_string(&out), mem);
		assert_row(row->name, dialback_read(elem, mem, &got));
		assert_same(row->name, &got, &row->wanted);
	}
}

static const struct answer_row {
	const char *name;
	struct db_element answer, request;
	bool answers;
} answer_rows[] = {
	{ "step 4 to step 1",
	  { DB_RESULT, DB_VALID, MONTAGUE, CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  true },
	{ "step 3 to step 2",
	  { DB_VERIFY, DB_INVALID, CAPULET, MONTAGUE, "7", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  true },
	{ "an error to step 2",
	  { DB_VERIFY, DB_ERROR, CAPULET, MONTAGUE, "7", "", "item-not-found" },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  true },
	{ "the id of a result does not count (DB-49)",
	  { DB_RESULT, DB_VALID, MONTAGUE, CAPULET, "7", "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  true },
	{ "nor does its key",
	  { DB_RESULT, DB_VALID, MONTAGUE, CAPULET, NULL, "2", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  true },
	{ "other letters' case",
	  { DB_RESULT, DB_VALID, "Montague.EXAMPLE", "CAPULET.example", NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  true },
	{ "U-labels to A-labels",
	  { DB_RESULT, DB_VALID,
	    "b\xc3\xbc"
	    "cher.example",
	    CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, "xn--bcher-kva.example", NULL, "1", NULL },
	  true },
	{ "another kind",
	  { DB_VERIFY, DB_VALID, MONTAGUE, CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "a result to a verify",
	  { DB_RESULT, DB_VALID, CAPULET, MONTAGUE, "7", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  false },
	{ "a request is no answer (bidi: DB-42)",
	  { DB_RESULT, DB_REQUEST, MONTAGUE, CAPULET, NULL, "2", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "from and to not exchanged",
	  { DB_RESULT, DB_VALID, CAPULET, MONTAGUE, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "a verify's not exchanged",
	  { DB_VERIFY, DB_VALID, MONTAGUE, CAPULET, "7", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  false },
	{ "from another domain",
	  { DB_RESULT, DB_VALID, "verona.example", CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "to another domain",
	  { DB_RESULT, DB_VALID, MONTAGUE, "verona.example", NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "from below the domain",
	  { DB_RESULT, DB_VALID, "a." MONTAGUE, CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "another id",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "8", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  false },
	{ "an id in other letters",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "A7", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "a7", "1", NULL },
	  false },
	{ "the beginning of the id",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "7", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "71", "1", NULL },
	  false },
	{ "no id",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, NULL, "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  false },
	{ "an empty id",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, "7", "1", NULL },
	  false },
	{ "to a verify without an id, with none either",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, NULL, "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, NULL, "1", NULL },
	  true },
	{ "to a verify without an id, with one",
	  { DB_VERIFY, DB_VALID, CAPULET, MONTAGUE, "7", "", NULL },
	  { DB_VERIFY, DB_REQUEST, MONTAGUE, CAPULET, NULL, "1", NULL },
	  false },
	{ "no from",
	  { DB_RESULT, DB_VALID, NULL, CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "no to",
	  { DB_RESULT, DB_VALID, MONTAGUE, NULL, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, MONTAGUE, NULL, "1", NULL },
	  false },
	{ "no from, to a request without a to",
	  { DB_RESULT, DB_VALID, NULL, CAPULET, NULL, "", NULL },
	  { DB_RESULT, DB_REQUEST, CAPULET, NULL, NULL, "1", NULL },
	  false },
};

static void matches_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answer_rows); i++) {
		const struct answer_row *row = &answer_rows[i];
		assert_row(row->name,
			   dialback_answers(&row->answer, &row->request) == row->answers);
	}
}

#define LABEL_63 "a23456789012345678901234567890123456789012345678901234567890123"

static const struct domain_row {
	const char *name, *a, *b;
	bool same;
} domain_rows[] = {
	{ "equal", "a.example", "a.example", true },
	{ "case", "A.Example", "a.eXAMPLE", true },
	{ "trailing dot", "a.example.", "a.example", true },
	{ "A-label and U-label", "xn--bcher-kva.example",
	  "b\xc3\xbc"
	  "cher.example",
	  true },
	{ "A-label in capitals", "XN--BCHER-KVA.example",
	  "b\xc3\xbc"
	  "cher.example",
	  true },
	{ "U-labels' case",
	  "B\xc3\x9c"
	  "cher.example",
	  "b\xc3\xbc"
	  "cher.example",
	  true },
	{ "composed and decomposed",
	  "bu\xcc\x88"
	  "cher.example",
	  "b\xc3\xbc"
	  "cher.example",
	  true },
	{ "an ideographic full stop",
	  "a\xe3\x80\x82"
	  "example",
	  "a.example", true },
	{ "addresses", "[2001:DB8:0::1]", "[2001:db8::1]", true },
	{ "other labels", "a.example", "b.example", false },
	{ "one is below the other", "a.example", "b.a.example", false },
	{ "one begins as the other", "a.example", "a.examples", false },
	{ "u is not umlaut u", "bucher.example",
	  "b\xc3\xbc"
	  "cher.example",
	  false },
	{ "two trailing dots", "a.example..", "a.example", false },
	{ "an address of a user", "u@a.example", "a.example", false },
	{ "a resource", "a.example/x", "a.example", false },
	{ "a port", "a.example:5269", "a.example", false },
	{ "white space", " a.example", "a.example", false },
	{ "a wildcard", "*.example", "a.example", false },
	{ "nothing, and something", "", "a.example", false },
	{ "nothing, and the root", "", ".", false },
	{ "not UTF-8", "\xff.example", "a.example", false },
	{ "the first missing", NULL, "a.example", false },
	{ "the second missing", "a.example", NULL, false },
	{ "both missing", NULL, NULL, false },
	{ "the longest label", LABEL_63 ".example", LABEL_63 ".EXAMPLE", true },
	{ "a label too long", LABEL_63 "4.example", LABEL_63 "4.EXAMPLE", false },
	{ "a name too long", LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 ".example",
	  LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 ".EXAMPLE", false },
};

static void compares_domains(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(domain_rows); i++) {
		const struct domain_row *row = &domain_rows[i];
		assert_row(row->name, dialback_same_domain(row->a, row->b) == row->same);
		assert_row(row->name, dialback_same_domain(row->b, row->a) == row->same);
	}
}

/* What a stanza may hold is far more than any domain has. */
static void compares_no_endless_names(void **state)
{
	(void)state;
	static char endless[STANZA_MAX], dotted[STANZA_MAX];
	memset(endless, 'a', sizeof(endless) - 1);
	memset(dotted, '.', sizeof(dotted) - 1);
	double before = unit_cpu_ms();
	for (int i = 0; i < 100; i++) {
		assert_false(dialback_same_domain(endless, "a"));
		assert_false(dialback_same_domain("a", dotted));
		assert_false(dialback_same_domain(endless, endless));
	}
	assert_true(unit_cpu_ms() - before < 1000);
}

static void names_go_both_ways(void **state)
{
	(void)state;
	enum db_kind kind;
	enum db_type type;
	for (int i = DB_RESULT; i <= DB_VERIFY; i++) {
		assert_true(db_kind_parse(db_kind_name((enum db_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	for (int i = DB_REQUEST; i <= DB_STRANGE; i++) {
		assert_true(db_type_parse(db_type_name((enum db_type)i), &type));
		assert_int_equal(type, i);
	}
	assert_false(db_kind_parse("", &kind) || db_kind_parse("Result", &kind));
	assert_false(db_type_parse("", &type) || db_type_parse("validx", &type));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_published_keys),
		cmocka_unit_test(makes_no_misread_keys),
		cmocka_unit_test(makes_another_key_of_anything_else),
		cmocka_unit_test(compares_keys),
		cmocka_unit_test(makes_tokens),
		cmocka_unit_test(reads_elements),
		cmocka_unit_test(takes_nothing_else),
		cmocka_unit_test(writes_elements),
		cmocka_unit_test(reads_what_it_wrote),
		cmocka_unit_test(matches_answers),
		cmocka_unit_test(compares_domains),
		cmocka_unit_test(compares_no_endless_names),
		cmocka_unit_test(names_go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
