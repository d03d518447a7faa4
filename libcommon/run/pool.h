/* pool.h - many workers, each taking a job, working on it, giving the result back. RFC-free, and
 * the only place with threads beside fanout.
 *
 * Three callbacks: take (under the lock), work (unlocked), give (under the lock). There is no
 * queue: memory is bounded by the number of workers, and a slow reader of the results slows
 * everything down by itself. */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	void *context;
	void *(*worker_new)(void *context); /* a worker's own state; may be NULL */
	void (*worker_free)(void *context, void *worker);
	void *(*take)(void *context); /* NULL: there is nothing more */
	void (*work)(void *context, void *worker, void *job);
	bool (*give)(void *context, void *job); /* frees the job; false: stop taking */
	unsigned workers;
	bool keep_order; /* give in the order of take; at most 8 finished jobs a worker wait for
			    their turn */
};

/* Returns when everything taken was given. */
void pool_run(const struct pool *pool);

/* Calls each(context, i) for every i below count, at most `width` at a time, on threads of their
 * own; in the caller's thread when there is one. */
void fan_out(size_t count, unsigned width, void (*each)(void *context, size_t index),
	     void *context);

#endif
