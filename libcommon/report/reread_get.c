#include "report/reread_get.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "report/number.h"
#include "report/reread.h"

struct place place_top(const json_t *object)
{
	return (struct place){ .object = object };
}

/* Cut rather than refused: it is for people. */
static void path_set(struct place *out, const char *path, const char *key)
{
	if (snprintf(out->path, sizeof(out->path), "%s%s%s", path, *path ? "." : "", key) < 0)
		out->path[0] = '\0';
}

bool place_complain(const struct place *place, const char *key, const char *what, struct err *err)
{
	return err_set(err, AT_INPUT, ERR_USAGE, "%s%s%s: %s", place->path, *place->path ? "." : "",
		       key, what);
}

bool place_into(const struct place *place, const char *key, struct place *out, struct err *err)
{
	const json_t *object = json_object_get(place->object, key);
	if (object && !json_is_object(object))
		return place_complain(place, key, "not an object", err);
	out->object = object;
	path_set(out, place->path, key);
	return true;
}

bool place_entry(const struct place *place, const char *key, const json_t *list, size_t index,
		 struct place *out, struct err *err)
{
	char name[48];
	snprintf(name, sizeof(name), "%s[%zu]", key, index);
	const json_t *entry = json_array_get(list, index);
	if (!json_is_object(entry))
		return place_complain(place, name, "not an object", err);
	out->object = entry;
	path_set(out, place->path, name);
	return true;
}

bool get_required(const struct place *place, const char *const *keys, struct err *err)
{
	for (; *keys; keys++) {
		if (!json_object_get(place->object, *keys))
			return place_complain(place, *keys, "missing", err);
	}
	return true;
}

const char *word_in(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool word_is(const json_t *object, const char *key, const char *wanted)
{
	return word_same(word_in(object, key), wanted);
}

const char *word_of(const struct place *place, const char *key)
{
	const char *word = word_in(place->object, key);
	return word ? word : "";
}

bool value_is_text(const json_t *value)
{
	return json_is_string(value) && !number_hidden(value);
}

bool get_text(const struct place *place, const char *key, struct arena *mem, const char **out,
	      struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (!value)
		return true;
	if (!value_is_text(value))
		return place_complain(place, key, "not a string", err);
	*out = arena_copy_n(mem, json_string_value(value), json_string_length(value));
	return true;
}

bool get_bool(const struct place *place, const char *key, bool *out, struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (!value)
		return true;
	if (!json_is_boolean(value))
		return place_complain(place, key, "neither true nor false", err);
	*out = json_is_true(value);
	return true;
}

bool get_uint(const struct place *place, const char *key, uint32_t max, uint32_t *out,
	      struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (!value)
		return true;
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0 || number > (json_int_t)max)
		return place_complain(place, key, "not a number in range", err);
	*out = (uint32_t)number;
	return true;
}

bool get_count(const struct place *place, const char *key, uint64_t *out, struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (!value)
		return true;
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < 0)
		return place_complain(place, key, "not a number in range", err);
	*out = (uint64_t)number;
	return true;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool get_hex(const struct place *place, const char *key, struct arena *mem, struct bytes *out,
	     struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (!value)
		return true;
	size_t size = json_string_length(value) / 2;
	const char *text = json_string_value(value);
	if (!text || json_string_length(value) % 2 != 0)
		return place_complain(place, key, "not hexadecimal", err);
	uint8_t *octets = arena_alloc(mem, size);
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return place_complain(place, key, "not hexadecimal", err);
		octets[i] = (uint8_t)(high << 4 | low);
	}
	*out = (struct bytes){ octets, size };
	return true;
}

bool get_u16(const struct place *place, const char *key, uint16_t *out, struct err *err)
{
	uint32_t number = *out;
	if (!get_uint(place, key, UINT16_MAX, &number, err))
		return false;
	*out = (uint16_t)number;
	return true;
}

bool get_port(const struct place *place, const char *key, uint16_t least, uint16_t *out,
	      struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	json_int_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < least || number > UINT16_MAX)
		return place_complain(place, key, "not a port number", err);
	*out = (uint16_t)number;
	return true;
}

bool get_ms(const struct place *place, const char *key, double *out, struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (!value)
		return true;
	double number = json_number_value(value);
	if (!json_is_number(value) || !isfinite(number) || number < 0)
		return place_complain(place, key, "not a number of milliseconds", err);
	*out = number;
	return true;
}

bool get_time(const struct place *place, const char *key, int64_t *out, struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	if (value && (!json_is_string(value) || !reread_time(json_string_value(value), out)))
		return place_complain(place, key, "not a time like 2026-11-22T15:04:05Z", err);
	return true;
}

bool get_list(const struct place *place, const char *key, size_t max, const json_t **out,
	      struct err *err)
{
	const json_t *value = json_object_get(place->object, key);
	*out = value;
	if (!value)
		return true;
	if (!json_is_array(value))
		return place_complain(place, key, "not an array", err);
	if (json_array_size(value) > max)
		return place_complain(place, key, "more entries than any tool writes", err);
	return true;
}

size_t list_length(const json_t *list)
{
	size_t size = json_array_size(list);
	return size < LIST_MAX ? size : LIST_MAX;
}

bool get_texts(const struct place *place, const char *key, struct arena *mem, struct text_list *out,
	       struct err *err)
{
	const json_t *list;
	if (!get_list(place, key, LIST_MAX, &list, err))
		return false;
	size_t count = json_array_size(list);
	if (count == 0)
		return true;
	out->items = arena_array(mem, count, sizeof(*out->items));
	out->count = count;
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);
		if (!value_is_text(item))
			return place_complain(place, key, "holds something that is no string", err);
		out->items[i] = arena_copy_n(mem, json_string_value(item),
					     json_string_length(item));
	}
	return true;
}

bool code_point_parse(const char *text, uint32_t max, uint32_t *out)
{
	size_t digits = strlen(text) >= 2 ? strlen(text) - 2 : 0;
	if (strncmp(text, "0x", 2) != 0 || (digits != 4 && digits != 6) ||
	    strspn(text + 2, "0123456789ABCDEF") != digits)
		return false;
	unsigned long code = strtoul(text + 2, NULL, 16);
	if (code > max)
		return false;
	*out = (uint32_t)code;
	return true;
}

bool get_code(const struct place *place, const char *key, uint32_t max, uint32_t *out,
	      struct err *err)
{
	return !json_object_get(place->object, key) ||
	       code_point_parse(word_of(place, key), max, out) ||
	       place_complain(place, key, "not a code point", err);
}

bool get_bits(const struct place *place, const char *key, unsigned *out, struct err *err)
{
	uint32_t bits = *out;
	if (!get_uint(place, key, BITS_MAX, &bits, err))
		return false;
	*out = bits;
	return true;
}

bool get_size(const struct place *place, const char *key, size_t *out, struct err *err)
{
	uint32_t count = (uint32_t)*out;
	if (!get_uint(place, key, INT32_MAX, &count, err))
		return false;
	*out = count;
	return true;
}
