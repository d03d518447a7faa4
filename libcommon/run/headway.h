/* headway.h - how far a run has come, in figures: for the line of progress and for who interrupts
 * it.
 *
 * Not locked: the pool gives one result at a time. */
#ifndef RUN_HEADWAY_H
#define RUN_HEADWAY_H

#include "base/buf.h"
#include "judge/finding.h"

struct headway {
	size_t total;   /* targets; 0: not known */
	size_t done;    /* results written */
	size_t skipped; /* targets that a file of results holds already (--resume) */
	size_t by_status[STATUS_COUNT];
};

#define PACE_MARKS 512

/* How far it was at some moments, evenly over the whole run: for how fast it goes lately. What is
 * quickly done (names that are not in DNS) and what is slow seldom come in turn, so no average
 * since the start says when it ends; and workers that wait for dead hosts all end their waits at
 * once, so the last seconds do not, either. */
struct pace {
	struct {
		double seconds; /* since the start */
		size_t done;
	} marks[PACE_MARKS]; /* the oldest first */
	size_t count;
	double step; /* seconds from one to the next, about; 0: as they come */
};

/* About once a second, also while nothing is shown. */
void pace_mark(struct pace *pace, double seconds, size_t done);

void headway_add(struct headway *headway, enum status status);
/* "1234 of 3000 done", "1234 done" where nobody knows how many there are. */
void headway_write_count(const struct headway *headway, struct buf *out);
/* "1100 ok, 80 warning, 40 critical, 14 unknown": those that there are; nothing for none. */
void headway_write_statuses(const struct headway *headway, struct buf *out);
/* "41/s, 43 s left", "2.4/min": the time only where the total is known; nothing in the first
 * second, and before the first result. */
void headway_write_pace(const struct headway *headway, const struct pace *pace, double seconds,
			struct buf *out);

#endif
