/* input.h - where targets come from: operands, else the lines of standard input, one at a time.
 *
 * Not locked: the pool calls it under its own lock. */
#ifndef RUN_INPUT_H
#define RUN_INPUT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct input {
	const char *const *operands; /* NULL-terminated; NULL: read fd */
	int fd;
	const char *name;   /* of what is read, for messages: "standard input" */
	struct buf pending; /* read, not yet handed out */
	bool at_end;
	size_t line_number;
};

/* One target as it was written, a line without its end and the white space before it. */
struct input_line {
	const char *text; /* may hold NULs; one stands behind it */
	size_t size;
	size_t number; /* from 1; 0 for operands */
	bool too_long; /* cut at RECORD_MAX; the rest was skipped */
};

struct input input_from_operands(const char *const *operands);
/* name lives as long as the input. */
struct input input_from_fd(int fd, const char *name);
void input_close(struct input *input);

/* The next target, copied into mem; false at the end (err->code == ERR_NONE) or when reading fails.
 * Lines that are comments ('#') are skipped; a CR before the line end is taken off; an empty line
 * is a target like any other bad one, so that lines in and records out keep pace. */
NODISCARD bool input_next(struct input *input, struct arena *mem, struct input_line *out,
			  struct err *err);

#endif
