#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(const uint8_t *in, size_t size, char out[4])
{
	uint32_t group = (uint32_t)in[0] << 16;
	if (size > 1)
		group |= (uint32_t)in[1] << 8;
	if (size > 2)
		group |= in[2];
	out[0] = digits[group >> 18];
	out[1] = digits[group >> 12 & 63];
	out[2] = size > 1 ? digits[group >> 6 & 63] : '=';
	out[3] = size > 2 ? digits[group & 63] : '=';
}

void base64_encode(const void *data, size_t size, char *out)
{
	const uint8_t *in = data;
	for (; size > 0; out += 4) {
		size_t take = size < 3 ? size : 3;
		encode_group(in, take, out);
		in += take;
		size -= take;
	}
	*out = '\0';
}

/* How many octets the group holds; 0: it is none. */
static size_t decode_group(const char in[4], uint8_t out[3])
{
	size_t padding = in[3] != '=' ? 0 : in[2] != '=' ? 1 : 2;
	uint32_t group = 0;
	for (size_t i = 0; i < 4; i++) {
		const char *digit = i < 4 - padding ? strchr(digits, in[i]) : digits;
		if (!digit || *digit == '\0')
			return 0;
		group = group << 6 | (uint32_t)(digit - digits);
	}
	for (size_t i = 0; i < 3; i++)
		out[i] = (uint8_t)(group >> (16 - 8 * i));
	for (size_t i = 3 - padding; i < 3; i++) {
		if (out[i] != 0)
			return 0; /* RFC 4648, 3.5: pad bits must be zero */
	}
	return 3 - padding;
}

bool base64_decode(const char *text, size_t size, struct arena *mem, struct bytes *out)
{
	if (size % 4 != 0)
		return false;
	uint8_t *data = arena_alloc(mem, size / 4 * 3 + 1);
	size_t got = 0;
	for (size_t at = 0; at < size; at += 4) {
		size_t more = decode_group(text + at, data + got);
		if (more == 0 || (more < 3 && at + 4 < size))
			return false;
		got += more;
	}
	*out = (struct bytes){ data, got };
	return true;
}
