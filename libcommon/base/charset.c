#include "base/charset.h"

#include <assert.h>
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
	if (number == EINVAL)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "not %s: it ends within a character that begins at offset %zu",
			       charset, at);
	return err_set(err, AT_INPUT, ERR_USAGE,
		       "not %s: byte 0x%02x at offset %zu: is it written in another charset?",
		       charset, in.data[at], at);
}

/* All of in; then, with NULL, what a stateful encoding still holds back. */
static bool convert(iconv_t converter, char **in, size_t *left, struct buf *out)
{
	char chunk[CHUNK];
	size_t rc;
	do {
		char *end = chunk;
		size_t room = sizeof(chunk), before = in ? *left : 0;
		errno = 0;
		rc = iconv(converter, in, left, &end, &room);
		buf_add(out, chunk, sizeof(chunk) - room);
		/* One that neither takes nor gives would do so for ever. */
		assert(rc != (size_t)-1 || errno != E2BIG || room < sizeof(chunk) ||
		       (in && *left < before));
	} while (rc == (size_t)-1 && errno == E2BIG);
	return rc != (size_t)-1;
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
	return left > 0 ? in.size - left : 0;
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
	if (!convert(converter, &at, &left, &text))
		return refuse(err, charset, errno, in, in.size - left);
	if (!convert(converter, NULL, NULL, &text))
		return refuse(err, charset, EINVAL, in, in.size);
	size_t sound = count_sound(&text);
	if (sound < text.size)
		return refuse(err, charset, EILSEQ, in, find_offset(charset, in, sound, mem));
	*out = arena_bytes(mem, buf_string(&text), text.size);
	return true;
}
