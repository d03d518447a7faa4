#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t utf8_length(const unsigned char *text, size_t size, unsigned *code)
{
	if (size == 0)
		return 0;
	unsigned char lead = text[0];
	size_t length = lead < 0x80   ? 1
			: lead < 0xc2 ? 0
			: lead < 0xe0 ? 2
			: lead < 0xf0 ? 3
			: lead < 0xf5 ? 4
				      : 0;
	if (length == 0 || length > size)
		return 0;
	unsigned value = length == 1 ? lead : lead & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3fu);
	}
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (value < least[length] || (value >= 0xd800 && value < 0xe000) || value > 0x10ffff)
		return 0;
	if (code)
		*code = value;
	return length;
}

/* Unicode 15: controls, line and paragraph separators, bidirectional and zero-width formatting,
 * tags, noncharacter BOM. */
static bool is_deceptive(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

static void escape_code(struct buf *out, unsigned code)
{
	switch (code) {
	case '\n':
		buf_text(out, "\\n");
		break;
	case '\r':
		buf_text(out, "\\r");
		break;
	case '\t':
		buf_text(out, "\\t");
		break;
	default:
		buf_printf(out, code < 0x80 ? "\\x%02x" : "\\u{%x}", code);
	}
}

void escape_text(struct buf *out, const void *text, size_t size)
{
	const unsigned char *at = text;
	for (size_t left = size; left > 0;) {
		unsigned code = 0;
		size_t length = utf8_length(at, left, &code);
		if (length == 0) {
			buf_printf(out, "\\x%02x", *at);
			length = 1;
		} else if (code == '\\') {
			buf_text(out, "\\\\");
		} else if (is_deceptive(code)) {
			escape_code(out, code);
		} else {
			buf_add(out, at, length);
		}
		at += length;
		left -= length;
	}
}

const char *escape_copy(struct arena *mem, const char *text, size_t max)
{
	size_t size = strlen(text);
	size_t kept = size;
	if (size > max) {
		kept = 0; /* cut between characters: the torn half of one would show as \xHH */
		for (size_t step; kept < max; kept += step) {
			step = utf8_length((const unsigned char *)text + kept, size - kept, NULL);
			if (step == 0)
				step = 1;
			if (kept + step > max)
				break;
		}
	}
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	escape_text(&out, text, kept);
	if (kept < size)
		buf_text(&out, "...");
	return arena_copy(mem, buf_string(&out));
}
