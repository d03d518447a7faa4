/* resume.h - --resume FILE: what an earlier run has written need not be found out again.
 *
 * A result answers one line of the input. Records count one by one. Short lines of one domain are
 * one result, until its first line comes again; they stand together, and whether the last domain's
 * are all there nobody can tell, so those are taken off and come again. Where that errs (lines that
 * were sorted) a result comes twice, but none is lost: the file stays as it was until a result is
 * written, and lines that were taken off stand behind each one until their own comes.
 *
 * Used by one thread at a time; resume_take() is safe from any. */
#ifndef RUN_RESUME_H
#define RUN_RESUME_H

#include "base/err.h"
#include "run/job.h"

struct resume;

/* The domains that FILE holds records or short lines of, and the lines that were none. What was
 * written of the last domain may end in the middle (a machine lost its power): it then is not done.
 * False: it cannot be read, or no line is a result. */
NODISCARD bool resume_open(const char *file, struct resume **out, struct err *err);
void resume_close(struct resume **resume);
/* Where fd writes to that same file it goes on as a file of whole results. Changes nothing yet.
 * False: what is written there would take the place of what it holds. */
NODISCARD bool resume_go_on(struct resume *resume, int fd, struct err *err);
/* Whether the job's line was answered there; each result answers one. */
bool resume_take(struct resume *resume, const struct job *job);
/* Around the writing of a result. Where somebody else adds to that file meanwhile it is left as it
 * is. First what may not be whole is taken off. */
NODISCARD bool resume_make_room(struct resume *resume, struct err *err);
/* The job's result is written, so many octets: what was taken off of its domain is not missed. */
NODISCARD bool resume_wrote(struct resume *resume, const struct job *job, size_t size,
			    struct err *err);
/* Or it cannot be: what there is of it, at most so many octets, is taken off. */
NODISCARD bool resume_gave_up(struct resume *resume, size_t tried, struct err *err);
/* At an orderly end: the results are whole, also if none was written. */
NODISCARD bool resume_end(struct resume *resume, struct err *err);
/* The file ended in the middle of a result. */
bool resume_is_torn(const struct resume *resume);
/* This descriptor writes to that same file. */
bool resume_is_file(const struct resume *resume, int fd);

#endif
