#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "run/pool.h"

#define JOBS 500

struct count {
	size_t next, given, limit;
	size_t order[JOBS];
	atomic_size_t worked;
	atomic_int workers;
};

struct job {
	size_t number;
};

static void *worker_new(void *context)
{
	struct count *count = context;
	atomic_fetch_add(&count->workers, 1);
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
	free(job);
	return count->given != count->limit;
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
		assert_true(count.next < JOBS);
	}
}

static void mark(void *context, size_t index)
{
	atomic_int *marks = context;
	atomic_fetch_add(&marks[index], 1);
}

static void fan_out_calls_each_index_once(void **state)
{
	(void)state;
	atomic_int marks[40] = { 0 };
	for (size_t count = 0; count <= 40; count += 20)
		fan_out(count, 8, mark, marks);
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(atomic_load(&marks[i]), i < 20 ? 2 : 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_given_once),
		cmocka_unit_test(order_is_kept_when_asked_for),
		cmocka_unit_test(nothing_is_taken_after_giving_failed),
		cmocka_unit_test(fan_out_calls_each_index_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
