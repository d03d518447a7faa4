/* What strangers send on a stream as elements of dialback: each that is one must come back from our
 * own writer as the same, and each key must match itself and nothing else. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xmpp/dialback.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define HEADER                                                                                     \
	"<stream:stream xmlns='jabber:server' xmlns:db='" NS_DIALBACK "' xmlns:stream='" NS_STREAM \
	"'>"
#define WRITTEN_MAX ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xml *open_stream(struct arena *mem)
{
	struct xml *xml = xml_new();
	enum xml_event event;
	const struct elem *elem;
	size_t used;
	struct err err;
	bool opened = xml_push(xml, HEADER, strlen(HEADER), mem, &event, &elem, &used, &err);
	assert(opened && event == XML_STREAM_OPEN && used == strlen(HEADER));
	return xml;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* An error carries no key. */
static void check_same(const struct db_element *got, const struct db_element *wanted)
{
	assert(got->kind == wanted->kind && got->type == wanted->type);
	assert(same(got->from, wanted->from) && same(got->to, wanted->to));
	assert(same(got->id, wanted->id) && same(got->condition, wanted->condition));
	assert(same(got->key, wanted->type == DB_ERROR ? "" : wanted->key));
}

static void check_writing(const struct db_element *element, const char *prefix)
{
	CLEANUP(buf_free) struct buf text = buf_new(WRITTEN_MAX);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(xml_free) struct xml *xml = open_stream(mem);
	enum xml_event event;
	const struct elem *elem = NULL;
	struct db_element again;
	struct err err;
	size_t used;
	if (strcmp(prefix, "db") == 0) /* which the header declares */
		dialback_write(element, prefix, &text);
	else
		dialback_write_declared(element, prefix, &text);
	assert(!buf_overflowed(&text));
	if (!xml_push(xml, text.data, text.size, mem, &event, &elem, &used, &err)) {
		assert(err.code == ERR_LIMIT); /* references are longer than what they stand for */
		return;
	}
	assert(event == XML_STANZA && used == text.size);
	bool read = dialback_read(elem, mem, &again);
	assert(read);
	check_same(&again, element);
}

static void check_key(const char *key)
{
	char made[DIALBACK_KEY_SIZE];
	struct bytes secret = { (const uint8_t *)key, strlen(key) };
	size_t size = strlen(key);
	assert(strcspn(key, " \t\r\n") > 0 || size == 0);
	assert(size == 0 || !strchr(" \t\r\n", key[size - 1]));
	assert(dialback_key_matches(key, key));
	assert(size == 0 || !dialback_key_matches(key, key + 1));
	assert(size == 0 || !dialback_key_matches(key + 1, key));
	dialback_make_key(secret, key, "capulet.example", "D60000229F", made);
	assert(strlen(made) == DIALBACK_KEY_SIZE - 1);
	assert(dialback_key_matches(made, key) == same(made, key));
}

/* No request is an answer, and an answer is to this request alone. */
static void check_answers(const struct db_element *element, const struct db_element *before)
{
	assert(!dialback_answers(element, element) || element->type != DB_REQUEST);
	if (dialback_answers(element, before)) {
		assert(element->kind == before->kind && element->type != DB_REQUEST);
		assert(element->kind == DB_RESULT || same(element->id, before->id));
		assert(dialback_same_domain(before->from, element->to));
	}
}

static void check(const struct elem *elem, struct arena *mem, struct db_element *before)
{
	struct db_element element;
	if (!dialback_read(elem, mem, &element))
		return;
	assert(element.key && (element.condition != NULL) == (element.type == DB_ERROR));
	check_writing(&element, "db");
	check_writing(&element, "x");
	check_key(element.key);
	check_answers(&element, before);
	*before = element;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(xml_free) struct xml *xml = open_stream(mem);
	struct db_element before = { .key = "" };
	for (size_t at = 0; at < size;) {
		enum xml_event event;
		const struct elem *elem = NULL;
		size_t used;
		struct err err;
		if (!xml_push(xml, data + at, size - at, mem, &event, &elem, &used, &err))
			break;
		at += used;
		if (event == XML_STANZA)
			check(elem, mem, &before);
	}
	return 0;
}
