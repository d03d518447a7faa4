#include <string.h>

#include "base/escape.h"
#include "xmpp/message.h"

static const char *const control_names[] = {
	[0x00] = "null",
	[0x01] = "start of heading",
	[0x02] = "start of text",
	[0x03] = "end of text",
	[0x04] = "end of transmission",
	[0x05] = "enquiry",
	[0x06] = "acknowledge",
	[0x07] = "bell",
	[0x08] = "backspace",
	[0x0b] = "vertical tab",
	[0x0c] = "form feed",
	[0x0e] = "shift out",
	[0x0f] = "shift in",
	[0x10] = "data link escape",
	[0x11] = "device control one",
	[0x12] = "device control two",
	[0x13] = "device control three",
	[0x14] = "device control four",
	[0x15] = "negative acknowledge",
	[0x16] = "synchronous idle",
	[0x17] = "end of transmission block",
	[0x18] = "cancel",
	[0x19] = "end of medium",
	[0x1a] = "substitute",
	[0x1b] = "escape",
	[0x1c] = "file separator",
	[0x1d] = "group separator",
	[0x1e] = "record separator",
	[0x1f] = "unit separator",
};

/* XML 1.0, section 2.2. Surrogates are no UTF-8 in the first place. */
static bool is_carried(unsigned code)
{
	if (code < 0x20)
		return code == '\t' || code == '\n' || code == '\r';
	return code != 0xfffe && code != 0xffff;
}

static bool refuse(const struct bytes *in, size_t at, size_t length, unsigned code, struct err *err)
{
	if (length == 0)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "octet %zu (0x%02x) is not UTF-8: name the encoding with --charset, "
			       "or use --replace-controls",
			       at, in->data[at]);
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "octet %zu: U+%04X (%s) cannot be sent: --replace-controls", at, code,
		       code < 0x20 ? control_names[code] : "not a character");
}

/* How many octets from `at` on can go as they are. */
static size_t plain_run(const struct bytes *in, size_t at)
{
	size_t from = at;
	while (at < in->size) {
		unsigned code;
		if (in->data[at] >= 0x20 && in->data[at] < 0x80) {
			at++;
			continue;
		}
		size_t length = utf8_length(in->data + at, in->size - at, &code);
		if (length == 0 || !is_carried(code) || code == '\r')
			break;
		at += length;
	}
	return at - from;
}

bool message_check_text(struct bytes in, bool replace, struct arena *mem, const char **out,
			struct err *err)
{
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
	size_t widest = replace ? strlen(replacement) : 1;
	char *text = arena_array(mem, in.size + 1, widest), *end = text;
	for (size_t at = 0; at < in.size;) {
		size_t run = plain_run(&in, at);
		if (run > 0)
			memcpy(end, in.data + at, run);
		end += run;
		at += run;
		if (at == in.size)
			break;
		unsigned code = 0;
		size_t length = utf8_length(in.data + at, in.size - at, &code);
		if (length > 0 && code == '\r') { /* MSG-39: that of CR LF goes */
			if (at + 1 == in.size || in.data[at + 1] != '\n')
				*end++ = '\r';
		} else if (!replace) {
			return refuse(&in, at, length, code, err);
		} else {
			memcpy(end, replacement, strlen(replacement));
			end += strlen(replacement);
		}
		at += length > 0 ? length : 1;
	}
	*end = '\0';
	*out = text;
	return true;
}

/* What xml_escape() makes of one octet of text. */
static size_t escaped_octet(char c)
{
	switch (c) {
	case '&':
		return strlen("&amp;");
	case '<':
	case '>':
		return strlen("&lt;");
	case '\'':
	case '"':
		return strlen("&apos;");
	case '\r':
		return strlen("&#13;");
	default:
		return 1;
	}
}

size_t message_escaped_size(const char *text)
{
	size_t size = 0;
	for (; *text; text++)
		size += escaped_octet(*text);
	return size;
}

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t message_split_at(const char *text, size_t room)
{
	size_t line = 0, word = 0, character = 0, used = 0, at = 0;
	for (; text[at]; at++) {
		bool blank = text[at] == ' ' || text[at] == '\t';
		if (begins_character(text[at]))
			character = at;
		if (blank)
			word = at;
		if (text[at] == '\n') /* is taken off, and so needs no room */
			line = at + 1;
		used += escaped_octet(text[at]);
		if (used > room)
			return line > 0 ? line : word > 0 ? word : character;
		if (blank)
			word = at + 1;
	}
	return at;
}
