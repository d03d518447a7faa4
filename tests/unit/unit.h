/* unit.h - what every table test starts with. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/attr.h"

/* A row that fails says which one it was. */
#define assert_row(row_name, condition)                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s: %s", (row_name), #condition);                                \
	} while (0)
#define assert_row_string(row_name, got, wanted)                                                   \
	do {                                                                                       \
		const char *got_ = (got), *wanted_ = (wanted);                                     \
		if (!got_ != !wanted_ || (got_ && wanted_ && strcmp(got_, wanted_) != 0))          \
			fail_msg("%s: got \"%s\", wanted \"%s\"", (row_name),                      \
				 got_ ? got_ : "(none)", wanted_ ? wanted_ : "(none)");            \
	} while (0)

/* Milliseconds of processor time spent so far: a busy machine makes no test fail. */
static inline double unit_cpu_ms(void)
{
	return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

#endif
