#include "xmpp/precis.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/escape.h"
#include "base/memory.h"
#include "xmpp/precis_inner.h"

#define LOWER_MAX                                                                                  \
	3 /* code points that one becomes in lower case: SpecialCasing.txt, with reserve */

static bool refuse(struct err *err, uint32_t code, const char *why)
{
	return err_set(err, AT_INPUT, ERR_USAGE, "U+%04X is not allowed: %s", (unsigned)code, why);
}

/* Nearly all there is: nothing to look up. */
static bool is_ascii(const char *text, size_t size, char first)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < first || text[i] > '~')
			return false;
	}
	return size > 0;
}

static bool decode(const char *text, size_t size, struct arena *mem, struct codes *out,
		   struct err *err)
{
	struct codes codes = { .items = arena_array(mem, size, sizeof(*codes.items)) };
	if (size == 0)
		return err_set(err, AT_INPUT, ERR_USAGE, "it is empty");
	for (size_t at = 0, step; at < size; at += step) {
		unsigned code = 0;
		step = utf8_length((const unsigned char *)text + at, size - at, &code);
		if (step == 0)
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "not UTF-8 (byte 0x%02x at offset %zu)",
				       (unsigned char)text[at], at);
		codes.items[codes.count++] = code;
	}
	*out = codes;
	return true;
}

static const char *encode(struct codes codes, struct arena *mem)
{
	uint8_t *text = arena_array(mem, codes.count + 1, 4);
	size_t size = 0;
	for (size_t i = 0; i < codes.count; i++)
		size += (size_t)u8_uctomb(text + size, codes.items[i], 4);
	return (const char *)text;
}

/* RFC 8265, 3.3.2: full-width and half-width forms become what they are forms of. */
static uint32_t map_width(uint32_t code)
{
	uint32_t mapped[UC_DECOMPOSITION_MAX_LENGTH];
	int tag;
	int count = uc_decomposition(code, &tag, mapped);
	return count == 1 && (tag == UC_DECOMP_WIDE || tag == UC_DECOMP_NARROW) ? mapped[0] : code;
}

/* RFC 8265, 4.2.2 */
static uint32_t map_space(uint32_t code)
{
	return uc_is_general_category_withtable(code, UC_CATEGORY_MASK_Zs) ? ' ' : code;
}

/* toLowerCase() of each by itself: a capital sigma never becomes a final one (RFC 8265, 3.5). */
static struct codes lower(struct codes codes, struct arena *mem)
{
	struct codes out = { .items = arena_array(mem, codes.count, LOWER_MAX * sizeof(uint32_t)) };
	for (size_t i = 0; i < codes.count; i++) {
		size_t count = LOWER_MAX;
		uint32_t *end = out.items + out.count;
		if (u32_tolower(&codes.items[i], 1, NULL, NULL, end, &count) != end)
			memory_exhausted();
		out.count += count;
	}
	return out;
}

static struct codes normalise(struct codes codes, struct arena *mem)
{
	struct codes out = { 0 };
	uint32_t *normal = u32_normalize(UNINORM_NFC, codes.items, codes.count, NULL, &out.count);
	if (!normal)
		memory_exhausted();
	out.items = arena_array(mem, out.count, sizeof(*out.items));
	memcpy(out.items, normal, out.count * sizeof(*out.items));
	free(normal);
	return out;
}

/* RFC 8264, 7: what came out must be of the class, too, and only now has its neighbours. */
static bool check_result(struct codes codes, enum precis_class class, struct err *err)
{
	for (size_t i = 0; i < codes.count; i++) {
		const char *why = precis_class_refusal(codes.items[i], class);
		if (!why)
			why = precis_context_refusal(codes, i);
		if (why)
			return refuse(err, codes.items[i], why);
	}
	return true;
}

bool precis_username(const char *text, size_t size, struct arena *mem, const char **out,
		     struct err *err)
{
	struct codes codes;
	if (is_ascii(text, size, '!')) {
		char *copy = arena_copy_n(mem, text, size);
		for (char *at = copy; *at; at++)
			*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
		*out = copy;
		return true;
	}
	if (!decode(text, size, mem, &codes, err))
		return false;
	for (size_t i = 0; i < codes.count; i++) {
		uint32_t given = codes.items[i];
		codes.items[i] = map_width(given);
		const char *why = precis_class_refusal(codes.items[i], CLASS_IDENTIFIER);
		if (why)
			return refuse(err, given, why);
	}
	codes = normalise(lower(codes, mem), mem);
	if (!check_result(codes, CLASS_IDENTIFIER, err))
		return false;
	const char *why = precis_bidi_refusal(codes);
	if (why)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s (RFC 5893)", why);
	*out = encode(codes, mem);
	return true;
}

bool precis_opaque(const char *text, size_t size, struct arena *mem, const char **out,
		   struct err *err)
{
	struct codes codes;
	if (is_ascii(text, size, ' ')) {
		*out = arena_copy_n(mem, text, size);
		return true;
	}
	if (!decode(text, size, mem, &codes, err))
		return false;
	for (size_t i = 0; i < codes.count; i++) {
		uint32_t given = codes.items[i];
		const char *why = precis_class_refusal(given, CLASS_FREEFORM);
		if (why)
			return refuse(err, given, why);
		codes.items[i] = map_space(given);
	}
	codes = normalise(codes, mem);
	if (!check_result(codes, CLASS_FREEFORM, err))
		return false;
	*out = encode(codes, mem);
	return true;
}
