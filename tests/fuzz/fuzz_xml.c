/* Feeds a stream in pieces of the size that the first octet names, and again whole: both must tell
 * the same, and what the writer makes of a stanza must be a stanza again. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xmpp/xml.h"

#define TRACE_MAX ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t check_tree(const struct elem *elem, size_t depth)
{
	assert(depth <= XML_DEPTH_MAX);
	assert(elem->ns && elem->name && elem->name[0] && elem->prefix && elem->text);
	size_t nodes = 1;
	for (const struct attr *attr = elem->attrs; attr; attr = attr->next)
		assert(attr->ns && attr->name && attr->value);
	for (const struct elem *child = elem->children; child; child = child->next) {
		assert(child->parent == elem);
		nodes += check_tree(child, depth + 1);
	}
	assert(nodes <= XML_NODES_MAX);
	return nodes;
}

/* What was written is well-formed wherever it stands. */
static void check_writing(const struct elem *elem)
{
	CLEANUP(buf_free) struct buf text = buf_new(TRACE_MAX);
	elem_write(elem, false, &text);
	struct err err;
	if (!xml_check_stanzas(text.data, text.size, &err))
		assert(err.code == ERR_LIMIT); /* references are longer than what they stand for */
}

static void run(const uint8_t *data, size_t size, size_t piece, struct buf *trace)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t at = 0;;) {
		size_t left = size - at < piece ? size - at : piece;
		size_t used = SIZE_MAX;
		enum xml_event event;
		const struct elem *elem = NULL;
		struct err err = { 0 };
		if (!xml_push(xml, data + at, left, mem, &event, &elem, &used, &err)) {
			assert(err.code != ERR_NONE && err.text[0]);
			buf_text(trace, err_code_name(err.code));
			return;
		}
		assert(used <= left);
		at += used;
		if (event == XML_MORE) {
			assert(used == left);
			if (at == size)
				break;
			continue;
		}
		assert(xml_is_quiet(xml));
		buf_printf(trace, "%d@%zu ", (int)event, at);
		if (event == XML_STREAM_CLOSE)
			continue;
		check_tree(elem, event == XML_STANZA ? 2 : 1);
		elem_write(elem, false, trace);
		if (event == XML_STANZA)
			check_writing(elem);
	}
	buf_text(trace, xml_is_quiet(xml) ? "quiet" : "unfinished");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t piece = data[0] ? data[0] : 1;
	CLEANUP(buf_free) struct buf cut = buf_new(TRACE_MAX);
	CLEANUP(buf_free) struct buf whole = buf_new(TRACE_MAX);
	run(data + 1, size - 1, piece, &cut);
	run(data + 1, size - 1, SIZE_MAX, &whole);
	assert(cut.size == whole.size && memcmp(cut.data, whole.data, cut.size) == 0);
	return 0;
}
