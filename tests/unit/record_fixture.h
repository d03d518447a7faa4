/* record_fixture.h - a record as the line that leaves the tool. */
#ifndef UNIT_RECORD_FIXTURE_H
#define UNIT_RECORD_FIXTURE_H

#include "unit.h"

#include "report/record.h"

/* Without the newline, which it must have. The value is taken. */
static inline const char *line_of(json_t *value, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	assert_true(record_write(value, &out));
	json_decref(value);
	assert_int_equal(out.data[out.size - 1], '\n');
	out.data[out.size - 1] = '\0';
	return arena_copy(mem, buf_string(&out));
}

#endif
