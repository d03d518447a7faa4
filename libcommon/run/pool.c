#include "run/pool.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"

#define WAITING_PER_WORKER 8
#define ASIDE_MOST         2048 /* jobs that stand aside, however many workers */

struct entry {
	void *job;
	size_t number; /* in the order of take */
	size_t weight;
};

struct hall {
	const struct pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t *threads;
	unsigned started, idle; /* threads; workers that wait for something to do */
	unsigned returning;     /* workers that will look for something to do at once */
	bool coming;            /* a thread has started, and will */
	bool taking;            /* somebody is in take() */
	bool ended;             /* there is nothing more to take */
	bool failed;            /* nobody wants results any more */
	bool asked;             /* all that stand aside were asked since a job was given */
	size_t taken, given;    /* jobs so far */
	size_t weight;          /* of those that were taken and not yet discarded */
	struct entry *waiting;  /* finished before their turn: a ring, by number of the job */
	size_t window;
	struct entry *aside; /* not yet admitted, in the order of take */
	size_t aside_count, aside_room;
};

/* All below: under the lock. */

/* Nobody waits for the lock while a job is freed; whoever frees it then looks for the next one. */
static void hand_over(struct hall *hall, struct entry done)
{
	const struct pool *pool = hall->pool;
	if (!pool->give(pool->context, done.job))
		hall->failed = hall->ended = true;
	hall->asked = false;
	hall->given++;
	hall->returning++;
	pthread_mutex_unlock(&hall->lock);
	pool->discard(pool->context, done.job);
	pthread_mutex_lock(&hall->lock);
	hall->weight -= done.weight;
	hall->returning--;
}

static void give(struct hall *hall, struct entry done)
{
	if (!hall->pool->keep_order) {
		hand_over(hall, done);
		return;
	}
	hall->asked = false; /* its work is done, though its turn may be later */
	hall->waiting[done.number % hall->window] = done;
	for (;;) {
		struct entry *next = &hall->waiting[hall->given % hall->window];
		if (!next->job)
			break;
		struct entry ready = *next;
		next->job = NULL;
		hand_over(hall, ready);
	}
}

static bool is_admitted(struct hall *hall, const struct entry *entry)
{
	return hall->failed || !hall->pool->admit ||
	       hall->pool->admit(hall->pool->context, entry->job);
}

/* The oldest that stands aside and need not any more. */
static bool leave_aside(struct hall *hall, struct entry *out)
{
	for (size_t i = 0; !hall->asked && i < hall->aside_count; i++) {
		if (!is_admitted(hall, &hall->aside[i]))
			continue;
		*out = hall->aside[i];
		hall->aside_count--;
		memmove(&hall->aside[i], &hall->aside[i + 1],
			(hall->aside_count - i) * sizeof(*hall->aside));
		return true;
	}
	hall->asked = true;
	return false;
}

/* In order: nobody runs more than a window ahead of the oldest unfinished job. Whatever is held
 * comes to its end without another one: so no weight is too much for the first. */
static bool can_take(const struct hall *hall)
{
	const struct pool *pool = hall->pool;
	return !hall->ended && !hall->taking && hall->aside_count < hall->aside_room &&
	       (!pool->weight || hall->weight < pool->weight_max) &&
	       (!pool->keep_order || hall->taken - hall->given < hall->window);
}

static bool is_over(const struct hall *hall)
{
	return hall->ended && !hall->taking && hall->aside_count == 0;
}

static void *work(void *argument);

/* What one worker leaves to do is the next one's: idle, on its way, or new. Unlocks first: whoever
 * is woken would run into the lock. */
static void go_and_call_another(struct hall *hall)
{
	bool more = can_take(hall) || (hall->aside_count > 0 && !hall->asked);
	bool waits = hall->idle > 0;
	if (!waits && hall->returning == 0 && more && !hall->coming &&
	    hall->started + 1 < hall->pool->workers &&
	    pthread_create(&hall->threads[hall->started], NULL, work, hall) == 0) {
		hall->started++;
		hall->coming = true;
	}
	pthread_mutex_unlock(&hall->lock);
	if (waits)
		pthread_cond_signal(&hall->changed);
}

/* Takes one and finds out where it leads. False: it stands aside, or there was none. */
static bool take(struct hall *hall, void *worker, struct entry *out)
{
	const struct pool *pool = hall->pool;
	hall->taking = true;
	pthread_mutex_unlock(&hall->lock);
	out->job = pool->take(pool->context);
	pthread_mutex_lock(&hall->lock);
	hall->taking = false;
	if (!out->job) {
		hall->ended = true;
		pthread_cond_broadcast(&hall->changed);
		return false;
	}
	out->number = hall->taken++;
	out->weight = pool->weight ? pool->weight(pool->context, out->job) : 0;
	hall->weight += out->weight;
	if (pool->prepare) {
		go_and_call_another(hall);
		pool->prepare(pool->context, worker, out->job);
		pthread_mutex_lock(&hall->lock);
	}
	if (is_admitted(hall, out))
		return true;
	hall->aside[hall->aside_count++] = *out;
	return false;
}

/* False: there is nothing to do, and never will be. */
static bool next(struct hall *hall, void *worker, struct entry *out)
{
	while (!is_over(hall)) {
		if (leave_aside(hall, out) || (can_take(hall) && take(hall, worker, out)))
			return true;
		if (can_take(hall) || is_over(hall))
			continue;
		hall->idle++;
		pthread_cond_wait(&hall->changed, &hall->lock);
		hall->idle--;
	}
	pthread_cond_broadcast(&hall->changed);
	return false;
}

static void *work(void *argument)
{
	struct hall *hall = argument;
	const struct pool *pool = hall->pool;
	void *worker = pool->worker_new ? pool->worker_new(pool->context) : NULL;
	struct entry entry;
	pthread_mutex_lock(&hall->lock);
	hall->coming = false;
	while (next(hall, worker, &entry)) {
		if (!hall->failed) {
			go_and_call_another(hall);
			pool->work(pool->context, worker, entry.job);
			pthread_mutex_lock(&hall->lock);
		}
		give(hall, entry);
	}
	pthread_mutex_unlock(&hall->lock);
	if (pool->worker_free)
		pool->worker_free(pool->context, worker);
	return NULL;
}

/* Whoever still works may start another one meanwhile. */
static void join_all(struct hall *hall)
{
	pthread_mutex_lock(&hall->lock);
	for (unsigned i = 0; i < hall->started; i++) {
		pthread_t thread = hall->threads[i];
		pthread_mutex_unlock(&hall->lock);
		pthread_join(thread, NULL);
		pthread_mutex_lock(&hall->lock);
	}
	pthread_mutex_unlock(&hall->lock);
}

void pool_run(const struct pool *pool)
{
	assert(pool->workers > 0);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct hall hall = {
		.pool = pool,
		.window = (size_t)pool->workers * WAITING_PER_WORKER,
		.coming = true,
	};
	size_t most = hall.window < ASIDE_MOST ? hall.window : ASIDE_MOST;
	/* A worker that prepares one may find the others' aside meanwhile. */
	hall.aside = arena_array(mem, most + pool->workers, sizeof(*hall.aside));
	hall.aside_room = most;
	pthread_mutex_init(&hall.lock, NULL);
	pthread_cond_init(&hall.changed, NULL);
	hall.waiting = arena_array(mem, hall.window, sizeof(*hall.waiting));
	hall.threads = arena_array(mem, pool->workers, sizeof(*hall.threads));
	work(&hall); /* the caller's thread is a worker, too: fewer threads than wished still do it
			all */
	join_all(&hall);
	pthread_cond_destroy(&hall.changed);
	pthread_mutex_destroy(&hall.lock);
}
