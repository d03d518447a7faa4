/* Any octets as the text of a message, and in pieces of the size that the first one names: refused
 * with a sentence, or carried by XML as it is; the pieces fit, are well-formed, and are the text.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/escape.h"
#include "xmpp/message.h"
#include "xmpp/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_utf8(const char *text, size_t size)
{
	for (size_t at = 0, step; at < size; at += step) {
		step = utf8_length((const unsigned char *)text + at, size - at, NULL);
		assert(step > 0);
	}
}

static void check_pieces(const char *text, size_t room, struct arena *mem)
{
	while (*text) {
		size_t size = message_split_at(text, room), used = size;
		assert(size <= strlen(text));
		if (size == 0) {
			assert(room < 6); /* &quot; */
			return;
		}
		if (text[size - 1] == '\n')
			used--;
		const char *piece = arena_copy_n(mem, text, used);
		assert(message_escaped_size(piece) <= room);
		check_utf8(piece, used);
		text += size;
	}
	assert(message_split_at(text, room) == 0);
}

/* It goes as a message, and comes out of a parser as it was. */
static void check_carried(const char *text, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(STANZA_MAX);
	const struct elem *elem = NULL;
	struct err err;
	struct message message = { .body = text, .subject = text };
	message_write(&message, "a@b", "id", &out);
	if (buf_overflowed(&out))
		return;
	bool taken = message_check_stanza(out.data, out.size, mem, &elem, &err);
	assert(taken && elem_count(elem) == 3);
	assert(strcmp(elem->children->text, text) == 0);
	assert(strcmp(elem->children->next->text, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes in = { data + 1, size - 1 }, again;
	const char *text = NULL, *same = NULL;
	struct err err = { 0 };
	bool clean = message_check_text(in, false, mem, &text, &err);
	assert(clean ? text != NULL : !text && err.code == ERR_USAGE && err.text[0]);
	bool replaced = message_check_text(in, true, mem, &same, &err);
	assert(replaced && (!clean || strcmp(same, text) == 0));
	/* What was replaced is clean, but that CR CR LF became CR LF. */
	again = (struct bytes){ (const uint8_t *)same, strlen(same) };
	replaced = message_check_text(again, false, mem, &text, &err);
	assert(replaced);
	check_utf8(same, again.size);
	check_carried(same, mem);
	check_pieces(same, data[0], mem);
	return 0;
}
