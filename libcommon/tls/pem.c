/* The PEM half of cert.h (RFC 7468): text with certificates in it, to DER and back.
 *
 * A decoder of our own because the system's whole bundle is read with it: a pass over the text and
 * one copy, never more than the text's own size in memory. */
#include "tls/pem.h"

#include <string.h>

#include "tls/cert.h"

#define DASHES   "-----"
#define BEGIN    DASHES "BEGIN "
#define END      DASHES "END "
#define PEM_HEAD BEGIN "CERTIFICATE" DASHES "\n"
#define PEM_TAIL END "CERTIFICATE" DASHES "\n"
#define LINE     64 /* columns, RFC 7468, 2 */

/* What the table says of characters that are no digit. */
#define PAD      64
#define BLANK    65
#define NO_DIGIT 66
#define NO_PLACE (UINT32_C(1) << 24)

/* What openssl x509 and very old programmes write around a certificate. TRUSTED CERTIFICATE carries
 * settings that may say "rejected": who does not honour those must not take it. */
static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE" };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *cert_pem(struct bytes der, struct arena *mem)
{
	size_t encoded = (der.size + 2) / 3 * 4, lines = (encoded + LINE - 1) / LINE;
	char *text = arena_alloc(mem, encoded + lines + sizeof(PEM_HEAD PEM_TAIL));
	char *at = stpcpy(text, PEM_HEAD);
	for (size_t i = 0, column = 0; i < der.size; i += 3) {
		size_t left = der.size - i;
		unsigned group = (unsigned)der.data[i] << 16 |
				 (left > 1 ? (unsigned)der.data[i + 1] << 8 : 0) |
				 (left > 2 ? der.data[i + 2] : 0);
		*at++ = digits[group >> 18];
		*at++ = digits[group >> 12 & 63];
		*at++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*at++ = left > 2 ? digits[group & 63] : '=';
		column += 4;
		if (column == LINE || left <= 3) {
			*at++ = '\n';
			column = 0;
		}
	}
	stpcpy(at, PEM_TAIL);
	return text;
}

struct decoder {
	uint8_t digit[256];
	uint32_t place[4][256]; /* the digit where it belongs in its group; NO_PLACE: no digit */
};

static void decoder_fill(struct decoder *decoder)
{
	memset(decoder->digit, NO_DIGIT, sizeof(decoder->digit));
	for (uint8_t i = 0; i < 64; i++)
		decoder->digit[(unsigned char)digits[i]] = i;
	for (unsigned c = 0; c < 256; c++) {
		uint32_t digit = decoder->digit[c];
		for (unsigned at = 0; at < 4; at++)
			decoder->place[at][c] = digit < PAD ? digit << (18 - 6 * at) : NO_PLACE;
	}
	decoder->digit['='] = PAD;
	for (const char *blank = " \t\r\n\f\v"; *blank; blank++)
		decoder->digit[(unsigned char)*blank] = BLANK;
}

static struct bytes from(struct bytes at, size_t skip)
{
	return (struct bytes){ at.data + skip, at.size - skip };
}

static void put_group(uint8_t **out, unsigned group)
{
	*(*out)++ = (uint8_t)(group >> 16);
	*(*out)++ = (uint8_t)(group >> 8);
	*(*out)++ = (uint8_t)group;
}

/* As many whole groups as follow each other: all there is in a line as RFC 7468 wants it. */
static size_t decode_groups(const struct decoder *decoder, struct bytes text, uint8_t **out)
{
	size_t i = 0;
	for (; text.size - i >= 4; i += 4) {
		const uint8_t *at = text.data + i;
		uint32_t group = decoder->place[0][at[0]] | decoder->place[1][at[1]] |
				 decoder->place[2][at[2]] | decoder->place[3][at[3]];
		if (group >= NO_PLACE)
			break;
		put_group(out, group);
	}
	return i;
}

/* RFC 4648, 4, over lines of any length. */
static bool decode(const struct decoder *decoder, struct bytes text, struct arena *mem,
		   struct bytes *result)
{
	uint8_t *room = arena_alloc(mem, text.size / 4 * 3 + 3), *out = room;
	unsigned group = 0, count = 0, pads = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (count == 0 && pads == 0)
			i += decode_groups(decoder, from(text, i), &out);
		if (i == text.size)
			break;
		uint8_t digit = decoder->digit[text.data[i]];
		if (digit < PAD && pads == 0) {
			group = group << 6 | digit;
			if (++count < 4)
				continue;
			put_group(&out, group);
			group = count = 0;
		} else if (digit == PAD) {
			pads++;
		} else if (digit != BLANK) {
			return false;
		}
	}
	if (count + pads != (count > 0 ? 4 : 0) || count == 1)
		return false;
	if (count >= 2)
		*out++ = (uint8_t)(group >> (count == 2 ? 4 : 10));
	if (count == 3)
		*out++ = (uint8_t)(group >> 2);
	*result = (struct bytes){ room, (size_t)(out - room) };
	return true;
}

bool pem_decode(struct bytes text, struct arena *mem, struct bytes *out)
{
	struct decoder decoder;
	decoder_fill(&decoder);
	return decode(&decoder, text, mem, out);
}

static bool starts_with(struct bytes at, const char *text)
{
	size_t size = strlen(text);
	return at.size >= size && memcmp(at.data, text, size) == 0;
}

/* Moves *at to the next text of that kind, which begins with a dash: base64 has none. False: there
 * is none. */
static bool seek(struct bytes *at, const char *text)
{
	while (at->size > 0) {
		const uint8_t *dash = memchr(at->data, '-', at->size);
		if (!dash)
			return false;
		*at = from(*at, (size_t)(dash - at->data));
		if (starts_with(*at, text))
			return true;
		*at = from(*at, 1);
	}
	return false;
}

/* Nothing but blanks stands before it in its line: a block quoted in a sentence is none. */
static bool starts_line(struct bytes pem, const uint8_t *at)
{
	while (at > pem.data && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	return at == pem.data || at[-1] == '\n' || at[-1] == '\r';
}

/* *at stands on BEGIN. The label if it is one of ours, and *at behind the dashes, else NULL and *at
 * a little further. */
static const char *take_label(struct bytes pem, struct bytes *at)
{
	struct bytes label = from(*at, strlen(BEGIN));
	bool lonely = starts_line(pem, at->data);
	*at = label;
	for (size_t i = 0; i < ARRAY_SIZE(labels) && lonely; i++) {
		if (!starts_with(label, labels[i]))
			continue;
		struct bytes behind = from(label, strlen(labels[i]));
		if (!starts_with(behind, DASHES))
			continue;
		*at = from(behind, strlen(DASHES));
		return labels[i];
	}
	return NULL;
}

/* *at stands behind the first line. The text up to END with the same label, and *at behind that. */
static bool take_text(struct bytes *at, const char *label, struct bytes *out)
{
	struct bytes end = *at;
	if (!seek(&end, DASHES))
		return false;
	*out = (struct bytes){ at->data, (size_t)(end.data - at->data) };
	*at = end;
	if (!starts_with(end, END))
		return false;
	struct bytes tail = from(end, strlen(END));
	if (!starts_with(tail, label) || !starts_with(from(tail, strlen(label)), DASHES))
		return false;
	*at = from(tail, strlen(label) + strlen(DASHES));
	return true;
}

size_t cert_from_pem(struct bytes pem, struct arena *mem, struct bytes *out, size_t room,
		     size_t *broken)
{
	struct decoder decoder;
	struct bytes at = pem, text;
	size_t count = 0;
	*broken = 0;
	decoder_fill(&decoder);
	while (count < room && seek(&at, BEGIN)) {
		const char *label = take_label(pem, &at);
		if (!label)
			continue;
		if (!take_text(&at, label, &text)) {
			++*broken;
			continue;
		}
		struct bytes der;
		if (!decode(&decoder, text, mem, &der) || der.size == 0) {
			++*broken;
			continue;
		}
		out[count] = der;
		count++;
	}
	return count;
}
