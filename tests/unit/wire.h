/* wire.h - octets written down as an RFC draws them: hexadecimal digits, spaces where they please,
 *   [2 ...]    a vector with its length in so many octets in front
 *   {300 ...}  so many times the same
 *   (ABC)      text
 *   R          32 octets of a random: 11 each
 *   H          the random of a HelloRetryRequest
 */
#ifndef WIRE_H
#define WIRE_H

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static inline int wire_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : toupper((unsigned char)c) - 'A' + 10;
}

static inline void wire_octets(const char *hex, struct buf *out)
{
	for (; hex[0]; hex += 2)
		buf_char(out, (char)(wire_digit(hex[0]) << 4 | wire_digit(hex[1])));
}

/* Returns where the part ends: at a closing bracket, or the end of all. */
static inline const char *wire_part(const char *at, struct buf *out);

static inline const char *wire_vector(const char *at, struct buf *out)
{
	CLEANUP(buf_free) struct buf inner = buf_new(BUF_UNBOUNDED);
	unsigned octets = (unsigned)wire_digit(*at);
	at = wire_part(at + 1, &inner);
	assert(*at == ']');
	while (octets-- > 0)
		buf_char(out, (char)(inner.size >> (8 * octets)));
	buf_add(out, inner.data, inner.size);
	return at + 1;
}

static inline const char *wire_repeated(const char *at, struct buf *out)
{
	CLEANUP(buf_free) struct buf inner = buf_new(BUF_UNBOUNDED);
	char *behind;
	unsigned long times = strtoul(at, &behind, 10);
	at = wire_part(behind, &inner);
	assert(*at == '}');
	while (times-- > 0)
		buf_add(out, inner.data, inner.size);
	return at + 1;
}

static inline const char *wire_text(const char *at, struct buf *out)
{
	size_t size = strcspn(at, ")");
	buf_add(out, at, size);
	return at + size + 1;
}

static inline const char *wire_part(const char *at, struct buf *out)
{
	static const char retry[] =
		"CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C";
	while (*at && *at != ']' && *at != '}') {
		char first = *at++;
		if (first == '[') {
			at = wire_vector(at, out);
		} else if (first == '{') {
			at = wire_repeated(at, out);
		} else if (first == '(') {
			at = wire_text(at, out);
		} else if (first == 'R') {
			for (int i = 0; i < 32; i++)
				buf_char(out, 0x11);
		} else if (first == 'H') {
			wire_octets(retry, out);
		} else if (first != ' ') {
			assert(isxdigit((unsigned char)first) && isxdigit((unsigned char)*at));
			wire_octets((const char[]){ first, *at++, '\0' }, out);
		}
	}
	return at;
}

static inline struct buf wire(const char *text)
{
	struct buf out = buf_new(BUF_UNBOUNDED);
	const char *end = wire_part(text, &out);
	assert(*end == '\0');
	return out;
}

#endif
