#include "run/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"

#define WAITING_PER_WORKER 8

struct shared {
	const struct pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool stopped;
	size_t taken, given; /* jobs so far */
	void **waiting;      /* finished before their turn: a ring, by number of the job */
	size_t window;
};

/* Under the lock. In order: a worker may run at most a window ahead of the oldest unfinished job.
 */
static void *take(struct shared *shared, size_t *number)
{
	while (shared->pool->keep_order && !shared->stopped &&
	       shared->taken - shared->given >= shared->window)
		pthread_cond_wait(&shared->turn, &shared->lock);
	void *job = shared->stopped ? NULL : shared->pool->take(shared->pool->context);
	if (!job) {
		shared->stopped = true;
		pthread_cond_broadcast(&shared->turn);
		return NULL;
	}
	*number = shared->taken++;
	return job;
}

static void give_one(struct shared *shared, void *job)
{
	if (!shared->pool->give(shared->pool->context, job))
		shared->stopped = true;
	shared->given++;
}

static void give(struct shared *shared, void *job, size_t number)
{
	if (!shared->pool->keep_order) {
		give_one(shared, job);
		return;
	}
	shared->waiting[number % shared->window] = job;
	for (;;) {
		void **next = &shared->waiting[shared->given % shared->window];
		if (!*next)
			break;
		void *ready = *next;
		*next = NULL;
		give_one(shared, ready);
	}
	pthread_cond_broadcast(&shared->turn);
}

static void *work(void *argument)
{
	struct shared *shared = argument;
	const struct pool *pool = shared->pool;
	void *worker = pool->worker_new ? pool->worker_new(pool->context) : NULL;
	size_t number = 0;
	pthread_mutex_lock(&shared->lock);
	for (void *job; (job = take(shared, &number));) {
		pthread_mutex_unlock(&shared->lock);
		pool->work(pool->context, worker, job);
		pthread_mutex_lock(&shared->lock);
		give(shared, job, number);
	}
	pthread_mutex_unlock(&shared->lock);
	if (pool->worker_free)
		pool->worker_free(pool->context, worker);
	return NULL;
}

void pool_run(const struct pool *pool)
{
	assert(pool->workers > 0);
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct shared shared = { .pool = pool,
				 .window = (size_t)pool->workers * WAITING_PER_WORKER };
	pthread_mutex_init(&shared.lock, NULL);
	pthread_cond_init(&shared.turn, NULL);
	shared.waiting = arena_array(mem, shared.window, sizeof(*shared.waiting));
	pthread_t *threads = arena_array(mem, pool->workers, sizeof(*threads));
	unsigned started = 0;
	while (started + 1 < pool->workers &&
	       pthread_create(&threads[started], NULL, work, &shared) == 0)
		started++;
	work(&shared); /* the caller's thread is a worker, too: fewer threads than wished still do
			  it all */
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&shared.turn);
	pthread_mutex_destroy(&shared.lock);
}

struct fan {
	pthread_mutex_t lock;
	size_t next, count;
	void (*each)(void *context, size_t index);
	void *context;
};

static void *fan_work(void *argument)
{
	struct fan *fan = argument;
	for (;;) {
		pthread_mutex_lock(&fan->lock);
		size_t index = fan->next++;
		pthread_mutex_unlock(&fan->lock);
		if (index >= fan->count)
			return NULL;
		fan->each(fan->context, index);
	}
}

void fan_out(size_t count, unsigned width, void (*each)(void *context, size_t index), void *context)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct fan fan = { .count = count, .each = each, .context = context };
	pthread_mutex_init(&fan.lock, NULL);
	size_t wanted = count < width ? count : width;
	pthread_t *threads = arena_array(mem, wanted + 1, sizeof(*threads));
	size_t started = 0;
	while (started + 1 < wanted && pthread_create(&threads[started], NULL, fan_work, &fan) == 0)
		started++;
	fan_work(&fan);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&fan.lock);
}
