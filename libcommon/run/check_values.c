/* The values of xmpp-certcheck's options that have a notation of their own: spans, times, pins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/reread.h"
#include "run/check_options.h"
#include "tls/pem.h"

bool check_parse_span(const char *text, struct span *out)
{
	char *end;
	double value = strtod(text, &end);
	struct span span = { 0 };
	/* Plain figures: strtod() would take blanks, signs, 1e2 and 0x1d as well. */
	if (end == text || end != text + strspn(text, "0123456789.") ||
	    !(value > 0 && value <= 100000))
		return false;
	if (strcmp(end, "%") == 0 && value <= 100)
		span.share = value / 100;
	else if (strcmp(end, "h") == 0)
		span.days = value / 24;
	else if (*end == '\0' || strcmp(end, "d") == 0)
		span.days = value;
	else
		return false;
	*out = span;
	return true;
}

bool check_parse_time(const char *text, int64_t *out)
{
	char whole[32] = "";
	char *end;
	if (text[0] == '@' && text[1] >= '0' && text[1] <= '9') {
		long long seconds = strtoll(text + 1, &end, 10);
		if (*end || seconds > 253402300799) /* the end of the year 9999 */
			return false;
		*out = seconds;
		return true;
	}
	if (strlen(text) == strlen("2026-11-25"))
		snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	return reread_time(*whole ? whole : text, out);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool parse_hex(const char *text, uint8_t out[32])
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
static bool parse_base64(const char *text, uint8_t out[32])
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

bool check_parse_pin(const char *text, uint8_t out[32])
{
	static const char prefix[] = "sha256//"; /* as curl and HPKP write it */
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		return parse_base64(text + sizeof(prefix) - 1, out);
	return parse_hex(text, out) || parse_base64(text, out);
}
