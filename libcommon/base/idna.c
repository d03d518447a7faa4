#include "base/idna.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

#define NAME_MAX_OCTETS  253 /* RFC 1035, 2.3.4, less the root's own dot */
#define LABEL_MAX_OCTETS 63
#define FORBIDDEN        " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~" /* printable, but in no domain */

static bool check_text(const char *name, size_t size, struct err *err)
{
	for (size_t at = 0, step; at < size; at += step) {
		unsigned code = 0;
		step = utf8_length((const unsigned char *)name + at, size - at, &code);
		if (step == 0)
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "not UTF-8 (byte 0x%02x at offset %zu)",
				       (unsigned char)name[at], at);
		if (code < 0x20 || code == 0x7f)
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "not a domain: control character 0x%02x at offset %zu", code,
				       at);
		if (code < 0x80 && strchr(FORBIDDEN, (int)code))
			return err_set(err, AT_INPUT, ERR_USAGE,
				       "not a domain: '%c' at offset %zu is not allowed",
				       (char)code, at);
	}
	return true;
}

static bool check_labels(const char *ascii, struct err *err)
{
	size_t total = strlen(ascii);
	for (const char *label = ascii;;) {
		size_t length = strcspn(label, ".");
		if (length == 0)
			return err_set(err, AT_INPUT, ERR_USAGE, "not a domain: empty label");
		if (length > LABEL_MAX_OCTETS)
			return err_set(
				err, AT_INPUT, ERR_USAGE,
				"not a domain: a label has %zu octets, at most 63 are allowed",
				length);
		if (!label[length])
			break;
		label += length + 1;
	}
	if (total > NAME_MAX_OCTETS)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "not a domain: %zu octets, at most 253 are allowed", total);
	return true;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

/* UTS 46 mapping first (case folding; sharp s and final sigma stay, as IDNA2008 wants), then
 * IDNA2008 proper. The mapping makes ASCII of other characters, a '/' of a full-width one, and
 * libidn2 does not mind. */
static bool map_unicode(const char *name, struct arena *mem, char **out, struct err *err)
{
	uint8_t *ascii = NULL;
	int rc = idn2_lookup_u8((const uint8_t *)name, &ascii,
				IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc != IDN2_OK)
		return err_set(err, AT_INPUT, ERR_USAGE, "not a domain: %s", idn2_strerror(rc));
	*out = arena_copy(mem, (const char *)ascii);
	free(ascii);
	const char *forbidden = strpbrk(*out, FORBIDDEN);
	return !forbidden ||
	       err_set(err, AT_INPUT, ERR_USAGE,
		       "not a domain: it holds a character that stands for '%c'", *forbidden);
}

static void fold_case(char *ascii)
{
	for (char *c = ascii; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
}

bool idna_to_ascii(const char *name, size_t size, struct arena *mem, const char **out,
		   struct err *err)
{
	if (!check_text(name, size, err))
		return false;
	char *copy = arena_copy_n(mem, name, size), *ascii = copy;
	if (is_ascii(copy))
		fold_case(copy);
	else if (!map_unicode(copy, mem, &ascii, err))
		return false;
	/* Only now, for the mapping makes dots of others, too: U+3002 and its like. */
	size_t length = strlen(ascii);
	if (length > 0 && ascii[length - 1] == '.')
		ascii[--length] = '\0';
	if (length == 0)
		return err_set(err, AT_INPUT, ERR_USAGE, "empty domain");
	if (!check_labels(ascii, err))
		return false;
	*out = ascii;
	return true;
}

/* Only what converts back is shown: libidn2 drops a label whose punycode is garbage. */
const char *idna_to_unicode(const char *ascii, struct arena *mem)
{
	char *unicode = NULL;
	if (!strstr(ascii, "xn--") || idn2_to_unicode_8z8z(ascii, &unicode, 0) != IDN2_OK)
		return ascii;
	const char *copy = arena_copy(mem, unicode);
	free(unicode);
	const char *back;
	struct err err;
	if (!idna_to_ascii(copy, strlen(copy), mem, &back, &err) || strcmp(back, ascii) != 0)
		return ascii;
	return copy;
}
