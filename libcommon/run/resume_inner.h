/* resume_inner.h - what the files of run/resume share. Private to run/. */
#ifndef RUN_RESUME_INNER_H
#define RUN_RESUME_INNER_H

#include <pthread.h>
#include <sys/stat.h>

#include "run/resume.h"

struct resume {
	const char *name; /* of the file */
	struct arena *mem;
	int fd;
	struct stat file;
	pthread_mutex_t lock; /* of done */
	json_t *done;         /* resume_done.c */
	/* What follows the whole results may not be one, and is taken off. Of it, whole lines of
	 * one domain are held: they come back unless that is examined again. */
	size_t whole, held;    /* octets */
	const char *held_name; /* NULL: nothing is held */
	const char *held_text; /* NULL: nothing is to come back */
	int sink;              /* writes to the file; -1: nothing does, or somebody else, too */
	size_t size;           /* of the file, as we know it: else somebody else writes there */
	bool torn;             /* the file ends in the middle of a result */
};

/* resume_done.c: results by name, each counted. */
void done_add_record(json_t *done, const char *name);
/* Whether this is the name's first line, or that again, which begins a result. */
bool done_add_line(json_t *done, const char *name, const struct input_line *line);
/* One result less; false: there is none. */
bool done_take(json_t *done, const char *name);

/* How short lines show a line that was no domain; NULL: it was one. */
const char *resume_shown(const struct job *job);

#endif
