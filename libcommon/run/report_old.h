/* report_old.h - the older one of two files of records: where in it which domain stands, so that
 * memory holds names and places only.
 *
 * One thread. */
#ifndef RUN_REPORT_OLD_H
#define RUN_REPORT_OLD_H

#include "run/report_input.h"

#define OLD_DOMAINS_MAX 1000000 /* some 150 octets each */

struct report_old;

/* file "-" is standard input; what cannot be read twice (a pipe) is copied to a temporary file
 * first. Of several records of one domain the last counts; lines that are none are told. max:
 * domains, at most. ERR_USAGE: there is no such file, or no record in it. */
NODISCARD bool report_old_read(const char *file, size_t max, const struct log *log,
			       struct report_old **out, struct err *err);
void report_old_free(struct report_old **old);
/* Some of it could not be read: told. */
bool report_old_is_broken(const struct report_old *old);

enum old_answer {
	OLD_FOUND, /* report_record_free() it */
	OLD_NONE,
	OLD_FAILED, /* err: the file is no longer what it was */
};
/* The record of that name, which counts as seen from here on. */
enum old_answer report_old_take(struct report_old *old, const char *name, struct report_record *out,
				struct err *err);
/* The name of one that was not taken yet; NULL: all were. */
const char *report_old_unseen(struct report_old *old);

#endif
