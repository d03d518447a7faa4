#include "tls/der_string.h"

#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/escape.h"

struct character {
	size_t octets;
	unsigned code;
	bool text; /* otherwise to be shown octet by octet */
};

static bool is_text(unsigned code)
{
	return code >= 0x20 && !(code >= 0x7f && code < 0xa0) &&
	       !(code >= 0xd800 && code < 0xe000) && code < 0x110000;
}

/* rest is not empty. */
static struct character next_character(uint8_t tag, struct bytes rest)
{
	struct character next = { .octets = tag == TAG_UNIVERSAL ? 4 : tag == TAG_BMP ? 2 : 1 };
	if (tag == TAG_UNIVERSAL || tag == TAG_BMP || tag == TAG_TELETEX) {
		if (rest.size < next.octets)
			return (struct character){ .octets = rest.size };
		for (size_t i = 0; i < next.octets; i++)
			next.code = next.code << 8 | rest.data[i];
		next.text = is_text(next.code);
		return next;
	}
	size_t octets = utf8_length(rest.data, rest.size, &next.code);
	if (octets > 0)
		next.octets = octets;
	next.text = octets > 0 && is_text(next.code);
	return next;
}

static void add_utf8(struct buf *out, unsigned code)
{
	char text[4];
	size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = size; i-- > 1; code >>= 6)
		text[i] = (char)(0x80 | (code & 0x3f));
	text[0] = (char)(lead[size] | code);
	buf_add(out, text, size);
}

/* Most strings are plain ASCII and need neither a buffer nor a look at each character. */
static bool is_plain(uint8_t tag, struct bytes value)
{
	if (tag == TAG_UNIVERSAL || tag == TAG_BMP)
		return false;
	for (size_t at = 0; at < value.size; at++) {
		if (value.data[at] < 0x20 || value.data[at] >= 0x7f)
			return false;
	}
	return true;
}

const char *der_string_text(uint8_t tag, struct bytes value, struct arena *mem)
{
	bool cut = value.size > DER_TEXT_MAX;
	value.size = cut ? DER_TEXT_MAX : value.size;
	if (!cut && is_plain(tag, value))
		return arena_copy_n(mem, value.data, value.size);
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	for (struct character next; value.size > 0;
	     value.data += next.octets, value.size -= next.octets) {
		next = next_character(tag, value);
		if (next.text)
			add_utf8(&text, next.code);
		for (size_t i = 0; !next.text && i < next.octets; i++)
			buf_printf(&text, "\\x%02x", value.data[i]);
	}
	buf_text(&text, cut ? "..." : "");
	return arena_copy_n(mem, buf_string(&text), text.size);
}

void der_string_add_attribute(struct buf *out, uint8_t tag, struct bytes value)
{
	bool first = true;
	for (struct character next; value.size > 0;
	     value.data += next.octets, value.size -= next.octets, first = false) {
		next = next_character(tag, value);
		bool last = value.size == next.octets;
		if (!next.text) {
			for (size_t i = 0; i < next.octets; i++)
				buf_printf(out, "\\%02X", value.data[i]);
			continue;
		}
		if ((next.code < 0x80 && strchr("\"+,;<>\\", (int)next.code)) ||
		    (next.code == ' ' && (first || last)) || (next.code == '#' && first))
			buf_char(out, '\\');
		add_utf8(out, next.code);
	}
}

bool der_string_is_sound(uint8_t tag, struct bytes value)
{
	if (tag == TAG_UNIVERSAL || tag == TAG_BMP)
		return value.size % (tag == TAG_BMP ? 2 : 4) == 0;
	for (size_t step; tag == TAG_UTF8 && value.size > 0;
	     value.data += step, value.size -= step) {
		step = utf8_length(value.data, value.size, NULL);
		if (step == 0)
			return false;
	}
	return true;
}

bool der_string_is_ascii(uint8_t tag, struct bytes value)
{
	if (is_plain(tag, value))
		return true;
	for (struct character next; value.size > 0;
	     value.data += next.octets, value.size -= next.octets) {
		next = next_character(tag, value);
		if (!next.text || next.code >= 0x7f)
			return false;
	}
	return true;
}

bool der_string_is_text(uint8_t tag)
{
	/* UTF8, Numeric, Printable, Teletex, IA5, Visible, Universal, BMP */
	return tag && strchr("\x0c\x12\x13\x14\x16\x1a\x1c\x1e", tag);
}

#define NO_TEXT ((uint64_t)1 << 32)

/* One folded character off the front; 0 at the end. What is no text stands apart from all text, and
 * from any other of its kind. */
static uint64_t take_folded(uint8_t tag, struct bytes *at)
{
	if (at->size == 0)
		return 0;
	struct character next = { .octets = 1, .code = at->data[0], .text = true };
	if (!is_plain(tag, (struct bytes){ at->data, 1 })) /* as nearly all are */
		next = next_character(tag, *at);
	uint64_t code = next.text ? next.code : 0;
	for (size_t i = 0; !next.text && i < next.octets; i++)
		code = code << 8 | at->data[i];
	code |= next.text ? 0 : NO_TEXT;
	at->data += next.octets;
	at->size -= next.octets;
	return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
}

/* Blanks off the front; whether there were any. */
static bool skip_blanks(uint8_t tag, struct bytes *at)
{
	bool any = false;
	for (struct bytes ahead = *at; take_folded(tag, &ahead) == ' '; any = true)
		*at = ahead;
	return any;
}

uint64_t der_string_hash(uint64_t hash, uint8_t tag, struct bytes value)
{
	skip_blanks(tag, &value);
	while (value.size > 0) {
		hash = hash_number(hash, take_folded(tag, &value));
		if (skip_blanks(tag, &value) && value.size > 0)
			hash = hash_number(hash, ' ');
	}
	return hash;
}

bool der_string_equal(uint8_t tag_a, struct bytes a, uint8_t tag_b, struct bytes b)
{
	skip_blanks(tag_a, &a);
	skip_blanks(tag_b, &b);
	for (;;) {
		bool blank_a = skip_blanks(tag_a, &a), blank_b = skip_blanks(tag_b, &b);
		if (a.size == 0 || b.size == 0)
			return a.size == b.size;
		if (blank_a != blank_b || take_folded(tag_a, &a) != take_folded(tag_b, &b))
			return false;
	}
}
