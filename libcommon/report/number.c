#include "report/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_DIGITS 18  /* so many always fit into 64 bits */
#define TOKEN_MAX      400 /* a double's range ends at 309 digits; longer ones are kept unseen */

static size_t digits(const char *text, size_t size)
{
	size_t count = 0;
	while (count < size && text[count] >= '0' && text[count] <= '9')
		count++;
	return count;
}

/* RFC 8259, section 6: how much of the text is a number; 0: it begins with none. */
static size_t number_size(const char *text, size_t size, bool *real)
{
	size_t at = size > 0 && text[0] == '-', count = digits(text + at, size - at);
	*real = false;
	if (count == 0 || (count > 1 && text[at] == '0'))
		return 0;
	at += count;
	if (at < size && text[at] == '.') {
		*real = true;
		count = digits(text + at + 1, size - at - 1);
		if (count == 0)
			return 0;
		at += 1 + count;
	}
	if (at < size && (text[at] == 'e' || text[at] == 'E')) {
		*real = true;
		at++;
		at += at < size && (text[at] == '+' || text[at] == '-');
		count = digits(text + at, size - at);
		if (count == 0)
			return 0;
		at += count;
	}
	return at;
}

static bool is_too_large(const char *text, size_t size, bool real)
{
	char token[TOKEN_MAX + 1];
	if (size > TOKEN_MAX)
		return true;
	memcpy(token, text, size);
	token[size] = '\0';
	if (real)
		return isinf(strtod(token, NULL)) != 0;
	errno = 0;
	return size > INTEGER_DIGITS && (strtoll(token, NULL, 10), errno == ERANGE);
}

/* From one quote to behind the other; 0: it does not end, or it holds a NUL. */
static size_t string_size(const char *text, size_t size)
{
	static const char nul[] = "\\u0000";
	for (size_t at = 1; at < size; at++) {
		if (text[at] == '"')
			return at + 1;
		if (text[at] != '\\')
			continue;
		if (size - at >= strlen(nul) && memcmp(text + at, nul, strlen(nul)) == 0)
			return 0;
		at++;
	}
	return 0;
}

bool number_hide(const char *line, size_t size, struct buf *out)
{
	bool any = false, real = false;
	for (size_t at = 0, length; at < size; at += length) {
		const char *text = line + at;
		if (*text == '"') {
			length = string_size(text, size - at);
			if (length == 0)
				return false;
			buf_add(out, text, length);
			continue;
		}
		length = number_size(text, size - at, &real);
		if (length > 0 && is_too_large(text, length, real)) {
			buf_printf(out, "\"\\u0000%.*s\"", (int)length, text);
			any = true;
			continue;
		}
		length = length > 0 ? length : 1;
		buf_add(out, text, length);
	}
	return any;
}

const char *number_hidden(const json_t *value)
{
	const char *text = json_string_value(value);
	return text && *text == '\0' && json_string_length(value) > 1 ? text + 1 : NULL;
}
