#include "tls/der.h"

#include <stdio.h>
#include <string.h>

#define TAG_LONG_FORM 0x1f /* X.690, 8.1.2.4: certificates need no tag numbers above 30 */
#define LENGTH_OCTETS 4    /* a certificate of 4 GiB is none */

/* X.690, 8.1.3 and 10.1: one octet below 0x80, else 0x80 + n and n octets, no more than needed. */
static bool take_length(struct bytes *at, size_t *out)
{
	if (at->size == 0)
		return false;
	uint8_t first = at->data[0];
	size_t octets = first & 0x7fu, length = first;
	if (first & 0x80) {
		if (octets == 0 || octets > LENGTH_OCTETS || octets >= at->size)
			return false;
		length = 0;
		for (size_t i = 1; i <= octets; i++)
			length = length << 8 | at->data[i];
		if (at->data[1] == 0 || length < 0x80)
			return false;
	} else {
		octets = 0;
	}
	at->data += octets + 1;
	at->size -= octets + 1;
	if (length > at->size)
		return false;
	*out = length;
	return true;
}

bool der_next(struct bytes *at, struct der *out)
{
	if (at->size < 2 || (at->data[0] & TAG_LONG_FORM) == TAG_LONG_FORM)
		return false;
	struct bytes rest = { at->data + 1, at->size - 1 };
	size_t length;
	if (!take_length(&rest, &length))
		return false;
	size_t head = (size_t)(rest.data - at->data);
	*out = (struct der){ at->data[0], { rest.data, length }, { at->data, head + length } };
	*at = (struct bytes){ rest.data + length, rest.size - length };
	return true;
}

bool der_take(struct bytes *at, uint8_t tag, struct der *out)
{
	return at->size > 0 && at->data[0] == tag && der_next(at, out);
}

#define CONSTRUCTED 0x20 /* X.690, 8.1.2.5: elements are inside */
#define DEPTH_MAX   32   /* certificates are some ten deep */

size_t der_count(struct bytes at)
{
	struct bytes rest[DEPTH_MAX] = { at };
	struct der element;
	size_t depth = 0, count = 0;
	for (;;) {
		if (der_next(&rest[depth], &element)) {
			count++;
			if (element.tag & CONSTRUCTED && depth + 1 < DEPTH_MAX)
				rest[++depth] = element.value;
		} else if (depth-- == 0) {
			return count;
		}
	}
}

/* X.690, 8.19: base 128, high bit on all octets of an arc but the last, shortest form. */
static bool take_arc(struct bytes *at, uint64_t *out)
{
	uint64_t arc = 0;
	if (at->size == 0 || at->data[0] == 0x80)
		return false;
	for (size_t i = 0; i < at->size; i++) {
		if (arc >> 57)
			return false;
		arc = arc << 7 | (at->data[i] & 0x7f);
		if (!(at->data[i] & 0x80)) {
			*at = (struct bytes){ at->data + i + 1, at->size - i - 1 };
			*out = arc;
			return true;
		}
	}
	return false;
}

bool der_is_oid(struct bytes value)
{
	bool begins = true; /* of an arc */
	for (size_t i = 0; i < value.size; i++) {
		if (begins && value.data[i] == 0x80)
			return false;
		begins = !(value.data[i] & 0x80);
	}
	return value.size > 0 && begins;
}

/* A dozen OIDs a certificate: printf would take longer than all the rest of reading it. */
static bool add_arc(uint64_t arc, char out[128], size_t *used)
{
	char digits[20]; /* the last first */
	size_t count = 0;
	do
		digits[count++] = (char)('0' + arc % 10);
	while (arc /= 10);
	if (*used + 1 + count >= 128)
		return false;
	if (*used > 0)
		out[(*used)++] = '.';
	while (count > 0)
		out[(*used)++] = digits[--count];
	out[*used] = '\0';
	return true;
}

static bool dotted(struct bytes value, char out[128])
{
	uint64_t arc;
	size_t used = 0;
	if (!take_arc(&value, &arc))
		return false;
	/* The first octets hold two arcs: 40 * first + second. */
	uint64_t first = arc < 80 ? arc / 40 : 2;
	if (!add_arc(first, out, &used) || !add_arc(arc - first * 40, out, &used))
		return false;
	while (value.size > 0) {
		if (!take_arc(&value, &arc) || !add_arc(arc, out, &used))
			return false;
	}
	return true;
}

const char *der_oid_text(struct bytes value, char out[128])
{
	out[0] = '\0';
	if (!der_is_oid(value) || dotted(value, out))
		return out;
	size_t used = (size_t)snprintf(out, 128, "#");
	for (size_t i = 0; i < value.size && used < 125; i++)
		used += (size_t)snprintf(out + used, 128 - used, "%02x", value.data[i]);
	return out;
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool der_is_integer(struct bytes value)
{
	if (value.size < 2)
		return value.size == 1;
	/* The first nine bits are neither all zeros nor all ones. */
	bool high = value.data[1] & 0x80;
	return !(value.data[0] == 0 && !high) && !(value.data[0] == 0xff && high);
}

bool der_small(struct bytes value, unsigned max, unsigned *out)
{
	unsigned number = 0;
	if (!der_is_integer(value) || value.data[0] & 0x80 || value.size > 4)
		return false;
	for (size_t i = 0; i < value.size; i++)
		number = number << 8 | value.data[i];
	if (number > max)
		return false;
	*out = number;
	return true;
}
