#include <string.h>

#include "run/letters_inner.h"

/* Octets to parse: as they come, or where they have to be converted, a line at a time. */
static enum fetch fetch_octets(struct letters *letters, bool wait, struct bytes *out,
			       struct err *err)
{
	if (!letters->opt->charset) {
		enum fetch got = FETCH_DONE;
		if (letters_pending(letters).size == 0)
			got = letters_read(letters, wait, err);
		*out = letters_pending(letters);
		return got;
	}
	if (letters->utf8_at == letters->utf8.size) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct bytes line = { 0 }, converted = { 0 };
		enum fetch got = letters_read_line(letters, wait, &line, err);
		if (got != FETCH_DONE)
			return got;
		if (!letters_convert(letters, line, mem, &converted, err))
			return FETCH_BAD;
		buf_clear(&letters->utf8);
		buf_add(&letters->utf8, converted.data, converted.size);
		letters->utf8_at = 0;
	}
	*out = (struct bytes){ (const uint8_t *)buf_string(&letters->utf8) + letters->utf8_at,
			       letters->utf8.size - letters->utf8_at };
	return FETCH_DONE;
}

static void take_octets(struct letters *letters, size_t size)
{
	if (letters->opt->charset)
		letters->utf8_at += size;
	else
		letters_take(letters, size);
}

/* Where one stanza ends nobody can tell any more. */
static enum letters_result give_up(struct letters *letters, struct letter *out, struct err *err)
{
	out->number = ++letters->number;
	letters->finished = true;
	err->stage = AT_INPUT;
	return LETTERS_BAD;
}

static enum letters_result end_input(struct letters *letters, struct letter *out, struct err *err)
{
	if (xml_is_quiet(letters->xml)) {
		letters->finished = true;
		return LETTERS_END;
	}
	err_set(err, AT_INPUT, ERR_NOT_WELL_FORMED, "the input ends inside of a stanza");
	return give_up(letters, out, err);
}

/* It was parsed in an arena of its own, for it may have come over many calls. */
static enum letters_result hand_out(struct letters *letters, const struct elem *elem,
				    struct arena *mem, struct letter *out, struct err *err)
{
	arena_adopt(mem, &letters->elem_mem);
	out->number = ++letters->number;
	if (!message_check_element(elem, err))
		return LETTERS_BAD;
	out->stanza = elem;
	return LETTERS_ONE;
}

enum letters_result letters_next_stanza(struct letters *letters, bool wait, struct arena *mem,
					struct letter *out, struct err *err)
{
	if (!letters->xml)
		letters->xml = message_new_parser();
	for (;;) {
		struct bytes octets = { 0 };
		enum xml_event event;
		const struct elem *elem = NULL;
		size_t used;
		enum fetch got = fetch_octets(letters, wait, &octets, err);
		if (got == FETCH_WAIT)
			return LETTERS_WAIT;
		if (got == FETCH_END)
			return end_input(letters, out, err);
		if (!letters->elem_mem)
			letters->elem_mem = arena_new();
		if (got == FETCH_BAD || !xml_push(letters->xml, octets.data, octets.size,
						  letters->elem_mem, &event, &elem, &used, err))
			return give_up(letters, out, err);
		take_octets(letters, used);
		if (event == XML_STANZA)
			return hand_out(letters, elem, mem, out, err);
		if (event == XML_STREAM_CLOSE) {
			err_set(err, AT_INPUT, ERR_NOT_WELL_FORMED,
				"an end tag without a start tag");
			return give_up(letters, out, err);
		}
	}
}
