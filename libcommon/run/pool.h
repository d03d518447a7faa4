/* pool.h - many workers, each taking a job, working on it, giving the result back.
 *
 * A job goes through take (one worker at a time; it may wait there for somebody to hand one in, and
 * nobody else is held up), prepare, admit (under the lock), work, give (under the lock), and
 * discard. One that is not admitted stands aside, and its worker takes another; it is asked again
 * when the work on one is done, and when one was given. There is no queue beyond that: memory is
 * bounded by the number of workers, for each of whom 8 jobs may stand aside, and by what all of
 * them weigh; a slow reader of the results slows everything down by itself. */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	void *context;
	void *(*worker_new)(void *context); /* a worker's own state; may be NULL */
	void (*worker_free)(void *context, void *worker);
	void *(*take)(void *context);                            /* NULL: there is nothing more */
	void (*prepare)(void *context, void *worker, void *job); /* NULL: nothing to prepare */
	/* Whether the work may begin; quick, and it must say yes at last once others were given.
	 * NULL: always. */
	bool (*admit)(void *context, void *job);
	void (*work)(void *context, void *worker, void *job);
	/* False: nothing more is taken, and what stands aside is given as it is. */
	bool (*give)(void *context, void *job);
	void (*discard)(void *context, void *job); /* frees one that was given */
	/* How many octets a job holds that was taken, about. NULL: so few that nobody counts. */
	size_t (*weight)(void *context, const void *job);
	/* Nothing more is taken while all that was taken and not discarded weighs so much: it is
	 * exceeded by one job at most. */
	size_t weight_max;
	unsigned workers; /* at most; a thread starts when there is a job for it */
	bool keep_order;  /* give in the order of take; at most 8 finished jobs a worker wait for
			     their turn */
};

/* Returns when everything taken was given. */
void pool_run(const struct pool *pool);

#endif
