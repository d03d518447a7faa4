/* report_input.h - records out of files or standard input, one at a time, digested.
 *
 * A line that is no record is told, counted, and comes out all the same as what it is: a record of
 * input that could not be read. A record that examines no server is counted and does not come out.
 * One thread. */
#ifndef RUN_REPORT_INPUT_H
#define RUN_REPORT_INPUT_H

#include "base/log.h"
#include "report/left_out.h"
#include "run/input.h"

struct report_input {
	const struct log *log;
	const char *const *files; /* NULL-terminated, "-" is standard input; NULL: that alone */
	struct input input;
	int fd;           /* of the file being read; -1: none */
	const char *name; /* of what is being read */
	int64_t start; /* where the line read last begins in its file; -1: that is no regular file
			*/
	size_t lines, broken; /* that came out; of these: that are no records */
	struct left_out left_out;
	bool unreadable; /* a file could not be read: told */
};

struct report_input report_input_from(const char *const *files, const struct log *log);
/* The descriptor is the input's from here on. */
struct report_input report_input_from_fd(int fd, const char *name, const struct log *log);

/* One line. */
struct report_record {
	struct arena *mem; /* what digest lives in */
	json_t *json;
	struct digest digest;
	const char *problem; /* why the line is no record; NULL: it is one */
	bool newer;          /* that is it: its schema is not known yet */
	bool too_large;      /* that is it: no record is so long, or holds so many values */
};

/* The next one, report_record_free() it; false at the end. */
NODISCARD bool report_input_next(struct report_input *input, struct report_record *out);
void report_record_free(struct report_record *record);
/* Says how many records were left out, and how many lines were no records, where that was not plain
 * from the messages so far. */
void report_input_sum_up(const struct report_input *input);
/* Reads what is left, and drops it: who writes into a pipe that nobody reads is ended, and so would
 * be tee(1) before us, with the records that it keeps. */
void report_input_drain(struct report_input *input);
void report_input_close(struct report_input *input);

/* One line as a record; it is *out's in either case. */
void report_record_read(const struct input_line *line, struct report_record *out);

#endif
