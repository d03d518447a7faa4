/* A record as one line. By ourselves, because what came in must go out as the same values: jansson
 * writes all reals with as many digits, and knows no numbers that are larger than its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/number.h"
#include "report/record.h"

/* Fifteen digits are short, 11.2 and not 11.199999999999999; seventeen tell any two doubles apart.
 */
#define REAL_DIGITS_LEAST 15
#define REAL_DIGITS_MOST  17
#define THOUSANDS_MAX     1e12 /* thousandths of less than that have fifteen digits at most */

static bool put_value(struct buf *out, json_t *value);

static void put_escape(struct buf *out, unsigned char c)
{
	static const char letters[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
					['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\' };
	if (c < sizeof(letters) && letters[c])
		buf_printf(out, "\\%c", letters[c]);
	else
		buf_printf(out, "\\u%04X", c);
}

/* RFC 8259, section 7: what must be escaped is, all else is UTF-8 as jansson has seen to. */
static void put_string(struct buf *out, const char *text, size_t size)
{
	buf_char(out, '"');
	for (size_t at = 0, plain; at < size; at += plain) {
		plain = 0;
		while (at + plain < size && (unsigned char)text[at + plain] >= ' ' &&
		       text[at + plain] != '"' && text[at + plain] != '\\')
			plain++;
		buf_add(out, text + at, plain);
		if (at + plain < size)
			put_escape(out, (unsigned char)text[at + plain++]);
	}
	buf_char(out, '"');
}

static void put_whole(struct buf *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	buf_add(out, digits + at, sizeof(digits) - at);
}

/* Times, with a decimal at least: a dozen in each record, and printf takes longer than all the
 * rest of it. False: it is no number of thousandths. */
static bool put_thousandths(struct buf *out, double real)
{
	if (!(real > 0 && real < THOUSANDS_MAX))
		return false;
	uint64_t number = (uint64_t)(real * 1000 + 0.5);
	if ((double)number / 1000 != real)
		return false;
	char decimals[] = { '.', (char)('0' + number / 100 % 10), (char)('0' + number / 10 % 10),
			    (char)('0' + number % 10) };
	size_t size = sizeof(decimals);
	while (size > 2 && decimals[size - 1] == '0')
		size--;
	put_whole(out, number / 1000);
	buf_add(out, decimals, size);
	return true;
}

static bool put_real(struct buf *out, const json_t *value)
{
	char text[64];
	double real = json_real_value(value);
	if (put_thousandths(out, real))
		return true;
	int digits = REAL_DIGITS_LEAST;
	for (; digits < REAL_DIGITS_MOST; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	size_t size = json_dumpb(value, text, sizeof(text),
				 JSON_ENCODE_ANY | JSON_REAL_PRECISION((unsigned)digits));
	buf_add(out, text, size <= sizeof(text) ? size : 0);
	return size > 0 && size <= sizeof(text);
}

static bool put_array(struct buf *out, const json_t *array)
{
	size_t i;
	json_t *value;
	buf_char(out, '[');
	json_array_foreach(array, i, value)
	{
		if (i > 0)
			buf_char(out, ',');
		if (!put_value(out, value))
			return false;
	}
	buf_char(out, ']');
	return true;
}

static bool put_object(struct buf *out, json_t *object)
{
	const char *key;
	json_t *value;
	size_t count = 0;
	buf_char(out, '{');
	json_object_foreach(object, key, value)
	{
		if (count++ > 0)
			buf_char(out, ',');
		put_string(out, key, strlen(key));
		buf_char(out, ':');
		if (!put_value(out, value))
			return false;
	}
	buf_char(out, '}');
	return true;
}

/* As deep as jansson reads, 2048 levels at most. */
static bool put_value(struct buf *out, json_t *value)
{
	const char *number = number_hidden(value);
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return put_object(out, value);
	case JSON_ARRAY:
		return put_array(out, value);
	case JSON_STRING:
		if (number)
			buf_text(out, number);
		else
			put_string(out, json_string_value(value), json_string_length(value));
		return true;
	case JSON_INTEGER:
		buf_printf(out, "%lld", (long long)json_integer_value(value));
		return true;
	case JSON_REAL:
		return put_real(out, value);
	case JSON_TRUE:
	case JSON_FALSE:
		buf_text(out, json_is_true(value) ? "true" : "false");
		return true;
	case JSON_NULL:
		buf_text(out, "null");
		return true;
	}
	return false;
}

bool record_write(const json_t *record, struct buf *out)
{
	if (!put_value(out, (json_t *)(uintptr_t)record)) /* jansson's iterators take no const */
		return false;
	buf_char(out, '\n');
	return !buf_overflowed(out);
}
