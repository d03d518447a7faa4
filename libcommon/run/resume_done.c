/* How many results a file holds of each domain, in little more room than their names: nothing, for
 * one record, else a number that has the count in its lowest bits, and above it what the first line
 * of a result looks like. */
#include <stdint.h>

#include "run/resume_inner.h"

#define COUNT_BITS 16
#define COUNT_MAX  ((1 << COUNT_BITS) - 1)
#define COLUMNS    6 /* of a short line, that say which endpoint it is about */

static unsigned count_of(const json_t *value)
{
	return json_is_integer(value) ? (unsigned)(json_integer_value(value) & COUNT_MAX)
	       : value                ? 1
				      : 0;
}

/* 0: only records were seen. */
static json_int_t look_of(const json_t *value)
{
	return json_integer_value(value) >> COUNT_BITS;
}

/* A count that is full stays: then a result comes twice. */
static void set(json_t *done, const char *name, json_int_t look, unsigned count)
{
	unsigned kept = count < COUNT_MAX ? count : COUNT_MAX;
	if (look == 0 && kept == 1)
		json_object_set_new(done, name, json_true());
	else
		json_object_set_new(done, name, json_integer((look << COUNT_BITS) | kept));
}

/* FNV-1a of the columns that stay the same when the endpoint is examined again; never 0. */
static json_int_t look_of_line(const struct input_line *line)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t columns = 0;
	for (size_t i = 0; i < line->size; i++) {
		columns += line->text[i] == '\t';
		if (columns == COLUMNS)
			break;
		hash = (hash ^ (unsigned char)line->text[i]) * 0x100000001b3;
	}
	return (json_int_t)(hash >> (COUNT_BITS + 1)) | 1;
}

void done_add_record(json_t *done, const char *name)
{
	const json_t *value = json_object_get(done, name);
	set(done, name, look_of(value), count_of(value) + 1);
}

bool done_add_line(json_t *done, const char *name, const struct input_line *line)
{
	const json_t *value = json_object_get(done, name);
	json_int_t look = look_of_line(line), first = look_of(value);
	if (first != 0 && first != look)
		return false;
	set(done, name, look, count_of(value) + 1);
	return true;
}

bool done_take(json_t *done, const char *name)
{
	const json_t *value = json_object_get(done, name);
	unsigned count = count_of(value);
	if (count > 1)
		set(done, name, look_of(value), count - 1);
	else if (count == 1)
		json_object_del(done, name);
	return count > 0;
}
