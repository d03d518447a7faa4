#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"

#define CHUNK 4096 /* octets that come out of one call */

static void converter_close(iconv_t *converter)
{
	if (*converter != (iconv_t)-1)
		iconv_close(*converter);
}

/* iconv takes "" for the locale's, and what stands behind a slash for orders: //IGNORE. */
static bool is_name(const char *charset)
{
	return charset[0] && !strchr(charset, '/');
}

static bool refuse(struct err *err, const char *charset, int number, struct bytes in, size_t at)
{
	if (number == EINVAL || at >= in.size)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "not %s: it ends within a character, at offset %zu", charset, at);
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "not %s: byte 0x%02x at offset %zu: is it written in another charset?",
		       charset, in.data[at], at);
}

/* All of in; then, with NULL, what a stateful encoding still holds back. 0, or errno. A converter
 * that neither takes nor gives (glibc has had such) would do so for ever. */
static int convert(iconv_t converter, char **in, size_t *left, struct buf *out)
{
	char chunk[CHUNK];
	for (;;) {
		char *end = chunk;
		size_t room = sizeof(chunk), before = in ? *left : 0;
		int number = iconv(converter, in, left, &end, &room) == (size_t)-1 ? errno : 0;
		bool got_on = room < sizeof(chunk) || (in && *left < before);
		buf_add(out, chunk, sizeof(chunk) - room);
		if (number != E2BIG || !got_on)
			return number;
	}
}

/* glibc passes what lies beyond U+10FFFF (RFC 3629): how many octets are before that. */
static size_t count_sound(const struct buf *text)
{
	size_t at = 0;
	for (size_t step; at < text->size; at += step) {
		step = utf8_length((const unsigned char *)text->data + at, text->size - at, NULL);
		if (step == 0)
			break;
	}
	return at;
}

/* Where in the input that character begins: what fills a room of that size ends before it. */
static size_t find_offset(const char *charset, struct bytes in, size_t sound, struct arena *mem)
{
	CLEANUP(converter_close) iconv_t converter = iconv_open("UTF-8", charset);
	char *at = (char *)(uintptr_t)in.data, *end = arena_alloc(mem, sound + 1);
	size_t left = in.size;
	if (converter != (iconv_t)-1)
		iconv(converter, &at, &left, &end, &sound);
	return in.size - left;
}

bool charset_to_utf8(const char *charset, struct bytes in, struct arena *mem, struct bytes *out,
		     struct err *err)
{
	CLEANUP(converter_close)
	iconv_t converter = is_name(charset) ? iconv_open("UTF-8", charset) : (iconv_t)-1;
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	if (converter == (iconv_t)-1)
		return err_set(
			err, AT_INPUT, ERR_USAGE,
			"the charset \"%s\" is not known here: iconv -l lists those that are",
			charset);
	char *at = (char *)(uintptr_t)in.data; /* iconv only reads it */
	size_t left = in.size;
	int number = convert(converter, &at, &left, &text);
	if (number == 0)
		number = convert(converter, NULL, NULL, &text);
	if (number != 0)
		return refuse(err, charset, number, in, in.size - left);
	size_t sound = count_sound(&text);
	if (sound < text.size)
		return refuse(err, charset, EILSEQ, in, find_offset(charset, in, sound, mem));
	*out = arena_bytes(mem, buf_string(&text), text.size);
	return true;
}
