#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "run/pool.h"
#include "threadless.h"

#define JOBS 500
#define FEW  3 /* threads */

struct count {
	size_t next, given, limit;
	size_t order[JOBS];
	atomic_size_t worked, discarded;
	atomic_int workers, workers_ever;
};

struct job {
	size_t number;
};

static void *worker_new(void *context)
{
	struct count *count = context;
	atomic_fetch_add(&count->workers, 1);
	atomic_fetch_add(&count->workers_ever, 1);
	return count;
}

static void worker_free(void *context, void *worker)
{
	struct count *count = context;
	assert_ptr_equal(context, worker);
	atomic_fetch_sub(&count->workers, 1);
}

static void *take(void *context)
{
	struct count *count = context;
	if (count->next == JOBS)
		return NULL;
	struct job *job = malloc(sizeof(*job));
	job->number = count->next++;
	return job;
}

static void work(void *context, void *worker, void *argument)
{
	(void)worker;
	struct count *count = context;
	struct job *job = argument;
	/* Uneven work, so that later jobs end before earlier ones. */
	for (volatile size_t i = 0; i < (job->number % 7) * 2000; i++)
		;
	atomic_fetch_add(&count->worked, 1);
}

static bool give(void *context, void *argument)
{
	struct count *count = context;
	struct job *job = argument;
	count->order[count->given++] = job->number;
	return count->given != count->limit;
}

static void discard(void *context, void *job)
{
	struct count *count = context;
	atomic_fetch_add(&count->discarded, 1);
	free(job);
}

static struct pool pool_of(struct count *count, unsigned workers, bool keep_order)
{
	return (struct pool){
		.context = count,
		.worker_new = worker_new,
		.worker_free = worker_free,
		.take = take,
		.work = work,
		.give = give,
		.discard = discard,
		.workers = workers,
		.keep_order = keep_order,
	};
}

static void every_job_is_given_once(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 16; workers *= 4) {
		struct count count = { 0 };
		struct pool pool = pool_of(&count, workers, false);
		pool_run(&pool);
		assert_int_equal(count.given, JOBS);
		assert_int_equal(atomic_load(&count.worked), JOBS);
		assert_int_equal(atomic_load(&count.workers), 0);
		bool seen[JOBS] = { false };
		for (size_t i = 0; i < JOBS; i++) {
			assert_false(seen[count.order[i]]);
			seen[count.order[i]] = true;
		}
	}
}

static void order_is_kept_when_asked_for(void **state)
{
	(void)state;
	struct count count = { 0 };
	struct pool pool = pool_of(&count, 8, true);
	pool_run(&pool);
	assert_int_equal(count.given, JOBS);
	for (size_t i = 0; i < JOBS; i++)
		assert_int_equal(count.order[i], i);
}

static void nothing_is_taken_after_giving_failed(void **state)
{
	(void)state;
	for (int keep_order = 0; keep_order <= 1; keep_order++) {
		struct count count = { .limit = 10 };
		struct pool pool = pool_of(&count, 4, keep_order);
		pool_run(&pool);
		/* What was taken before is still given, so that it can be freed. */
		assert_int_equal(count.given, count.next);
		assert_int_equal(atomic_load(&count.discarded), count.given);
		assert_true(count.next < JOBS);
	}
}

/* 0: each job was given, in order where that was asked for, by no more workers than that. */
static int work_with(int workers)
{
	for (int keep_order = 0; keep_order <= 1; keep_order++) {
		struct count count = { 0 };
		struct pool pool = pool_of(&count, 64, keep_order);
		pool_run(&pool);
		if (count.given != JOBS || atomic_load(&count.discarded) != JOBS)
			return 1;
		if (atomic_load(&count.workers_ever) > workers || atomic_load(&count.workers) != 0)
			return 2;
		for (size_t i = 0; keep_order && i < JOBS; i++) {
			if (count.order[i] != i)
				return 3;
		}
	}
	return 0;
}

static int work_alone(void)
{
	return work_with(1);
}

static int work_with_few(void)
{
	return work_with(1 + FEW);
}

static void fewer_threads_than_wished_do_it_all(void **state)
{
	(void)state;
	assert_int_equal(threadless_run(0, work_alone), 0);
	assert_int_equal(threadless_run(FEW, work_with_few), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_given_once),
		cmocka_unit_test(order_is_kept_when_asked_for),
		cmocka_unit_test(nothing_is_taken_after_giving_failed),
		cmocka_unit_test(fewer_threads_than_wished_do_it_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
