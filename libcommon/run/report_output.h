/* report_output.h - where a report goes: standard output as it comes, or a file that is there whole
 * or as it was.
 *
 * A file is written beside its name and put into its place at the end, so that who reads it (a web
 * server, a collector of metrics) never sees a part. One that is no regular file (a pipe, a
 * terminal, /dev/stdout) is written to as it is. */
#ifndef RUN_REPORT_OUTPUT_H
#define RUN_REPORT_OUTPUT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct report_output {
	int fd;           /* what is written to */
	const char *name; /* for messages: the path, or "standard output" */
	const char *path; /* the file to replace in the end; NULL: none */
	const char *temp; /* the file beside it; NULL: it has no name yet */
	bool ours;        /* fd is to be closed */
};

/* path NULL: standard output. err names the file. mem outlives the output. */
NODISCARD bool report_output_open(const char *path, struct arena *mem, struct report_output *out,
				  struct err *err);
/* All of text, which is empty afterwards. */
NODISCARD bool report_output_write(struct report_output *out, struct buf *text, struct err *err);
/* Everything is written: it is on the disk, and from here on under its name. */
NODISCARD bool report_output_commit(struct report_output *out, struct arena *mem, struct err *err);
/* What was not committed is gone, and the file as it was. */
void report_output_close(struct report_output *out);

#endif
