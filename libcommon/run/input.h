/* input.h - where targets come from: operands, else the lines of standard input, one at a time.
 *
 * Not locked: one thread at a time (run/pool.h: take), and input_count() before the first. */
#ifndef RUN_INPUT_H
#define RUN_INPUT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define INPUT_LONG_KEPT 80 /* octets of a line too long: enough to recognise it by */
#define INPUT_COUNTED   (64 * 1024 * 1024) /* octets of a file whose lines are counted: 0.1 s */

struct input {
	const char *const *operands; /* NULL-terminated; NULL: read fd */
	int fd;
	int wake;           /* once it can be read nothing more is; 0: nobody is in a hurry */
	const char *name;   /* of what is read, for messages: "standard input" */
	struct buf pending; /* read, not yet handed out */
	bool at_end, woken;
	size_t line_number;
	size_t taken; /* octets handed out or skipped */
};

/* One target as it was written, a line without its end and the white space before it. */
struct input_line {
	const char *text; /* may hold NULs; one stands behind it */
	size_t size;
	size_t number; /* from 1; 0 for operands */
	size_t offset; /* octets that stand before the line; 0 for operands */
	bool too_long; /* more than RECORD_MAX: cut to INPUT_LONG_KEPT, the rest was skipped */
	bool torn;     /* the input ended without the end of this line */
};

struct input input_from_operands(const char *const *operands);
/* name lives as long as the input. */
struct input input_from_fd(int fd, const char *name);
void input_close(struct input *input);

/* The next target, copied into mem; false at the end (err->code == ERR_NONE, also when woken) or
 * when reading fails.
 * Lines that are comments ('#') are skipped; a CR before the line end is taken off; an empty line
 * is a target like any other bad one, so that lines in and records out keep pace. */
NODISCARD bool input_next(struct input *input, struct arena *mem, struct input_line *out,
			  struct err *err);
/* How many targets are to come, as far as that can be told soon and without taking them: operands,
 * or lines of a file of at most INPUT_COUNTED; 0: it cannot. */
size_t input_count(const struct input *input);

#endif
