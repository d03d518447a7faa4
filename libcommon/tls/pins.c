#include "tls/pins.h"

#include <string.h>

#include "tls/pem.h"

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool parse_hex(const char *text, uint8_t out[PIN_SIZE])
{
	size_t digits = 0;
	for (; *text; text++) {
		int digit = hex_digit(*text);
		if (*text == ':' && digits > 0 && digits % 2 == 0 && hex_digit(text[1]) >= 0)
			continue;
		if (digit < 0 || digits == 64)
			return false;
		out[digits / 2] = (uint8_t)(digits % 2 ? out[digits / 2] | digit : digit << 4);
		digits++;
	}
	return digits == 64;
}

/* 32 octets are 43 digits and one "=", which many leave out. */
static bool parse_base64(const char *text, uint8_t out[PIN_SIZE])
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	size_t size = strlen(text);
	struct bytes octets;
	/* The last digit holds four bits of the hash and two that say nothing. */
	if ((size != 43 && size != 44) || strpbrk(text, " \t\r\n\f\v") ||
	    !strchr("AEIMQUYcgkosw048", text[42]))
		return false;
	const char *whole = arena_printf(mem, "%s%s", text, size == 43 ? "=" : "");
	if (!pem_decode((struct bytes){ (const uint8_t *)whole, 44 }, mem, &octets) ||
	    octets.size != 32)
		return false;
	memcpy(out, octets.data, 32);
	return true;
}

bool pin_parse(const char *text, uint8_t out[PIN_SIZE])
{
	static const char prefix[] = "sha256//"; /* as curl and HPKP write it */
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		return parse_base64(text + sizeof(prefix) - 1, out);
	return parse_hex(text, out) || parse_base64(text, out);
}

bool pins_add(struct pins *pins, const char *text, struct err *err)
{
	if (pins->count == PINS_MAX)
		return err_set(err, AT_INPUT, ERR_USAGE, "--pin-sha256: at most %d", PINS_MAX);
	if (!pin_parse(text, pins->items[pins->count]))
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "--pin-sha256: '%.80s' is no SHA-256 in hex (64 digits) or base64 "
			       "(44 characters)",
			       text);
	pins->count++;
	return true;
}

bool pins_match(const struct pins *pins, const struct cert_facts *leaf)
{
	for (size_t i = 0; i < pins->count; i++) {
		if (memcmp(pins->items[i], leaf->sha256, PIN_SIZE) == 0 ||
		    memcmp(pins->items[i], leaf->spki_sha256, PIN_SIZE) == 0)
			return true;
	}
	return false;
}
