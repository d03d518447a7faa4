#include "report/json.h"

#include <string.h>

#include "base/escape.h"
#include "report/record.h"

/* Below 0x20 JSON has escapes of its own; a backslash is no danger to JSON. */
static bool is_plain(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		unsigned code = (unsigned char)text[at];
		if (code > 0 && code < 0x7f) { /* nearly everything */
			at++;
			continue;
		}
		size_t step = utf8_length((const unsigned char *)text + at, size - at, &code);
		if (step == 0 || code == 0)
			return false;
		if (code >= 0x7f) {
			CLEANUP(buf_free) struct buf shown = buf_new(BUF_UNBOUNDED);
			escape_text(&shown, text + at, step);
			if (shown.size != step || memcmp(shown.data, text + at, step) != 0)
				return false;
		}
		at += step;
	}
	return true;
}

json_t *json_text(const char *text, size_t size)
{
	if (is_plain(text, size))
		return json_stringn_nocheck(text, size);
	CLEANUP(buf_free) struct buf shown = buf_new(BUF_UNBOUNDED);
	escape_text(&shown, text, size);
	return json_stringn_nocheck(buf_string(&shown), shown.size);
}

void json_put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new_nocheck(object, key, json_text(text, strlen(text)));
}

void json_put_filled(json_t *object, const char *key, json_t *value)
{
	if (json_is_array(value) ? json_array_size(value) > 0 : json_object_size(value) > 0)
		json_object_set_new_nocheck(object, key, value);
	else
		json_decref(value);
}

void json_put_bool(json_t *object, const char *key, bool value)
{
	json_object_set_new_nocheck(object, key, json_boolean(value));
}

void json_put_count(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new_nocheck(object, key, json_integer((json_int_t)value));
}

void json_put_ms(json_t *object, const char *key, double ms)
{
	double bounded = ms > 0 ? (ms < 1e12 ? ms : 1e12) : 0;
	json_object_set_new_nocheck(object, key,
				    json_real((double)(int64_t)(bounded * 1000 + 0.5) / 1000));
}

void json_put_time(json_t *object, const char *key, int64_t seconds)
{
	char text[32];
	json_put_text(object, key, record_time(seconds, text));
}

void json_put_hex(json_t *object, const char *key, const uint8_t *data, size_t size)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	buf_hex(&text, data, size);
	json_put_text(object, key, buf_string(&text));
}

json_t *json_texts(const struct text_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, json_text(list->items[i], strlen(list->items[i])));
	return array;
}
