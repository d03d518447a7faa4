/* run/pool: a job that may not begin yet stands aside, a reader of standard input waits alone, and
 * threads start when there is a job for them. Proven by who waits for whom: a pool that holds up
 * the wrong one never comes to its end here. */
#include "unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "run/pool.h"

#define JOBS_MAX 400
#define HOSTS    3
#define STUCK_S  60 /* the pool waits for itself: SIGALRM ends the test */

struct job {
	size_t number, host;
	atomic_int prepared, worked, given, discarded;
};

/* Each test sets what it looks at; the rest is 0. */
struct stage {
	struct job jobs[JOBS_MAX];
	size_t count, next, given;
	size_t fails_at; /* give says no from this result on; 0: never */
	size_t per_host; /* jobs of one host that are worked on at once */
	atomic_size_t inside[HOSTS];
	atomic_int workers, workers_seen, too_many;
	size_t refused; /* times that admit said no */
	size_t wanted;  /* results of host 1 that release the job of host 0 */
	size_t given_of_host[HOSTS];
	size_t heaviest; /* jobs weigh 1 to so much */
	atomic_size_t held, held_most;
	sem_t taking, go, first, second, refused_between;
	pthread_barrier_t all;
};

static void *worker_new(void *context)
{
	struct stage *stage = context;
	atomic_fetch_add(&stage->workers, 1);
	atomic_fetch_add(&stage->workers_seen, 1);
	return stage;
}

static void worker_free(void *context, void *worker)
{
	struct stage *stage = context;
	(void)worker;
	atomic_fetch_sub(&stage->workers, 1);
}

static void *take(void *context)
{
	struct stage *stage = context;
	return stage->next < stage->count ? &stage->jobs[stage->next++] : NULL;
}

static void prepare(void *context, void *worker, void *argument)
{
	struct job *job = argument;
	(void)context;
	(void)worker;
	atomic_fetch_add(&job->prepared, 1);
}

static bool admit(void *context, void *argument)
{
	struct stage *stage = context;
	const struct job *job = argument;
	if (atomic_load(&stage->inside[job->host]) < stage->per_host) {
		atomic_fetch_add(&stage->inside[job->host], 1);
		return true;
	}
	stage->refused++;
	return false;
}

static void work(void *context, void *worker, void *argument)
{
	struct stage *stage = context;
	struct job *job = argument;
	(void)worker;
	if (stage->per_host > 0 && atomic_load(&stage->inside[job->host]) > stage->per_host)
		atomic_fetch_add(&stage->too_many, 1);
	/* Uneven work, so that later jobs end before earlier ones. */
	for (volatile size_t i = 0; i < (job->number % 7) * 500; i++)
		;
	atomic_fetch_add(&job->worked, 1);
	atomic_fetch_sub(&stage->inside[job->host], 1);
}

static bool give(void *context, void *argument)
{
	struct stage *stage = context;
	struct job *job = argument;
	stage->given++;
	stage->given_of_host[job->host]++;
	atomic_fetch_add(&job->given, 1);
	return stage->fails_at == 0 || stage->given < stage->fails_at;
}

static void discard(void *context, void *argument)
{
	struct job *job = argument;
	(void)context;
	atomic_fetch_add(&job->discarded, 1);
}

static void stage_fill(struct stage *stage, size_t count)
{
	*stage = (struct stage){ .count = count };
	for (size_t i = 0; i < count; i++) {
		stage->jobs[i].number = i;
		stage->jobs[i].host = i % HOSTS;
	}
	alarm(STUCK_S);
}

static struct pool pool_of(struct stage *stage, unsigned workers)
{
	return (struct pool){ .context = stage,
			      .worker_new = worker_new,
			      .worker_free = worker_free,
			      .take = take,
			      .work = work,
			      .give = give,
			      .discard = discard,
			      .workers = workers };
}

/* Every combination of what a pool may have. */
static void for_each_pool(size_t fails_at, void (*look)(const struct stage *, const struct pool *))
{
	static const unsigned workers[] = { 1, 2, 7, 64 };
	static struct stage stage; /* too large for a stack */
	for (size_t i = 0; i < ARRAY_SIZE(workers) * 8; i++) {
		stage_fill(&stage, JOBS_MAX);
		stage.fails_at = fails_at;
		struct pool pool = pool_of(&stage, workers[i / 8]);
		pool.keep_order = i & 1;
		pool.prepare = i & 2 ? prepare : NULL;
		pool.admit = i & 4 ? admit : NULL;
		stage.per_host = i & 4 ? 2 : 0;
		pool_run(&pool);
		look(&stage, &pool);
	}
}

static void look_at_whole_run(const struct stage *stage, const struct pool *pool)
{
	assert_int_equal(stage->given, JOBS_MAX);
	assert_int_equal(atomic_load(&stage->workers), 0);
	assert_in_range(atomic_load(&stage->workers_seen), 1, pool->workers);
	assert_int_equal(atomic_load(&stage->too_many), 0);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		assert_int_equal(atomic_load(&stage->jobs[i].prepared), pool->prepare ? 1 : 0);
		assert_int_equal(atomic_load(&stage->jobs[i].worked), 1);
		assert_int_equal(atomic_load(&stage->jobs[i].given), 1);
		assert_int_equal(atomic_load(&stage->jobs[i].discarded), 1);
	}
}

static void every_job_is_worked_on_once_in_all_modes(void **state)
{
	(void)state;
	for_each_pool(0, look_at_whole_run);
}

static void look_at_ended_run(const struct stage *stage, const struct pool *pool)
{
	size_t left = pool->keep_order ? pool->workers * 8 : pool->workers * 9;
	assert_int_equal(stage->given, stage->next);
	assert_true(stage->given >= 20 && stage->given <= 20 + left);
	assert_int_equal(atomic_load(&stage->workers), 0);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		assert_int_equal(atomic_load(&stage->jobs[i].given), i < stage->next ? 1 : 0);
		assert_in_range(atomic_load(&stage->jobs[i].worked), 0, i < stage->next ? 1 : 0);
	}
}

static void what_was_taken_is_given_when_giving_fails(void **state)
{
	(void)state;
	for_each_pool(20, look_at_ended_run);
}

/* Host 0 answers only when all of host 1 is done. */
static void work_of_a_slow_host(void *context, void *worker, void *argument)
{
	struct stage *stage = context;
	const struct job *job = argument;
	if (job->number == 0)
		sem_wait(&stage->go);
	work(context, worker, argument);
}

static bool give_and_release(void *context, void *argument)
{
	struct stage *stage = context;
	bool more = give(context, argument);
	if (stage->given_of_host[1] == stage->wanted || !more)
		sem_post(&stage->go);
	return more;
}

/* 12 of one host, of which one at a time may be worked on, before 12 of another. */
static void slow_host_fill(struct stage *stage)
{
	stage_fill(stage, 24);
	for (size_t i = 0; i < 24; i++)
		stage->jobs[i].host = i / 12;
	stage->per_host = 1;
	sem_init(&stage->go, 0, 0);
}

static void who_stands_aside_holds_nobody_up(void **state)
{
	(void)state;
	static struct stage stage;
	slow_host_fill(&stage);
	stage.wanted = 12;
	struct pool pool = pool_of(&stage, 2);
	pool.admit = admit;
	pool.work = work_of_a_slow_host;
	pool.give = give_and_release;
	pool_run(&pool);
	assert_int_equal(stage.given, 24);
	assert_true(stage.refused >= 11);
	assert_int_equal(atomic_load(&stage.too_many), 0);
	sem_destroy(&stage.go);
}

static void who_stands_aside_is_given_unworked_when_giving_fails(void **state)
{
	(void)state;
	static struct stage stage;
	slow_host_fill(&stage);
	stage.fails_at = 5;
	struct pool pool = pool_of(&stage, 2);
	pool.admit = admit;
	pool.work = work_of_a_slow_host;
	pool.give = give_and_release;
	pool_run(&pool);
	assert_int_equal(stage.given, stage.next);
	assert_int_equal(stage.next, 17);
	for (size_t i = 0; i < 17; i++) {
		assert_int_equal(atomic_load(&stage.jobs[i].given), 1);
		assert_int_equal(atomic_load(&stage.jobs[i].discarded), 1);
		assert_int_equal(atomic_load(&stage.jobs[i].worked), i == 0 || i >= 12);
	}
	sem_destroy(&stage.go);
}

/* Standard input whose next line comes once the last one was answered, as from a person. */
static void *take_after_the_last_was_given(void *context)
{
	struct stage *stage = context;
	sem_post(&stage->taking);
	sem_wait(&stage->go);
	return take(context);
}

static void work_while_somebody_takes(void *context, void *worker, void *argument)
{
	struct stage *stage = context;
	const struct job *job = argument;
	if (job->number == 0)
		sem_wait(&stage->taking); /* it was taken itself */
	sem_wait(&stage->taking);
	work(context, worker, argument);
}

static bool give_and_ask(void *context, void *argument)
{
	struct stage *stage = context;
	sem_post(&stage->go);
	return give(context, argument);
}

static void a_result_does_not_wait_for_the_next_line(void **state)
{
	(void)state;
	static struct stage stage;
	for (int i = 0; i < 4; i++) {
		stage_fill(&stage, 30);
		sem_init(&stage.taking, 0, 0);
		sem_init(&stage.go, 0, 1);
		struct pool pool = pool_of(&stage, 64);
		pool.keep_order = i & 1;
		pool.prepare = i & 2 ? prepare : NULL;
		pool.take = take_after_the_last_was_given;
		pool.work = work_while_somebody_takes;
		pool.give = give_and_ask;
		pool_run(&pool);
		assert_int_equal(stage.given, 30);
		/* One works while one reads: no third has anything to do. */
		assert_int_equal(atomic_load(&stage.workers_seen), 2);
		sem_destroy(&stage.taking);
		sem_destroy(&stage.go);
	}
}

/* Two results are handed over in a row, and between them the third job is asked, and refused: it
 * may begin behind the second result only. The signals below make it come so. */
static bool admit_behind_two(void *context, void *argument)
{
	struct stage *stage = context;
	const struct job *job = argument;
	if (job->number < 2 || stage->given >= 2)
		return true;
	if (job->number == 2 && stage->given == 1)
		sem_post(&stage->refused_between);
	else if (job->number == 2)
		sem_post(stage->refused++ == 0 ? &stage->second : &stage->first);
	return false;
}

static void *take_the_fourth_between(void *context)
{
	struct stage *stage = context;
	if (stage->next == 3)
		sem_wait(&stage->go);
	return take(context);
}

/* The second one ends once the third stands aside, the first one once the second is done. */
static void work_backwards(void *context, void *worker, void *argument)
{
	struct stage *stage = context;
	const struct job *job = argument;
	if (job->number < 2)
		sem_wait(job->number == 0 ? &stage->first : &stage->second);
	work(context, worker, argument);
}

static void discard_and_let_ask(void *context, void *argument)
{
	struct stage *stage = context;
	const struct job *job = argument;
	if (job->number == 0) {
		sem_post(&stage->go);
		sem_wait(&stage->refused_between);
	}
	discard(context, argument);
}

static void who_stands_aside_is_asked_behind_each_result(void **state)
{
	(void)state;
	static struct stage stage;
	stage_fill(&stage, 4);
	sem_t *const signals[] = { &stage.go, &stage.first, &stage.second, &stage.refused_between };
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sem_init(signals[i], 0, 0);
	struct pool pool = pool_of(&stage, 3);
	pool.keep_order = true;
	pool.take = take_the_fourth_between;
	pool.admit = admit_behind_two;
	pool.work = work_backwards;
	pool.discard = discard_and_let_ask;
	pool_run(&pool);
	assert_int_equal(stage.given, 4);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sem_destroy(signals[i]);
}

static void work_when_all_do(void *context, void *worker, void *argument)
{
	struct stage *stage = context;
	pthread_barrier_wait(&stage->all);
	work(context, worker, argument);
}

static void as_many_work_as_may(void **state)
{
	(void)state;
	static struct stage stage;
	for (int i = 0; i < 4; i++) {
		stage_fill(&stage, 64);
		pthread_barrier_init(&stage.all, NULL, 16);
		struct pool pool = pool_of(&stage, 16);
		pool.keep_order = i & 1;
		pool.prepare = i & 2 ? prepare : NULL;
		pool.work = work_when_all_do;
		pool_run(&pool);
		assert_int_equal(stage.given, 64);
		assert_int_equal(atomic_load(&stage.workers_seen), 16);
		pthread_barrier_destroy(&stage.all);
	}
}

static void a_thread_starts_for_a_job(void **state)
{
	(void)state;
	static struct stage stage;
	for (size_t jobs = 0; jobs <= 3; jobs++) {
		stage_fill(&stage, jobs);
		struct pool pool = pool_of(&stage, 1000);
		pool_run(&pool);
		assert_int_equal(stage.given, jobs);
		/* One for each job, and one that finds no more. */
		assert_in_range(atomic_load(&stage.workers_seen), 1, jobs + 1);
	}
}

static size_t weight(void *context, const void *argument)
{
	const struct stage *stage = context;
	const struct job *job = argument;
	return 1 + job->number * 5 % stage->heaviest;
}

static void *take_and_weigh(void *context)
{
	struct stage *stage = context;
	struct job *job = take(context);
	if (!job)
		return NULL;
	size_t held = atomic_fetch_add(&stage->held, weight(stage, job)) + weight(stage, job);
	if (held > atomic_load(&stage->held_most)) /* one takes at a time */
		atomic_store(&stage->held_most, held);
	return job;
}

static bool give_and_weigh(void *context, void *argument)
{
	struct stage *stage = context;
	atomic_fetch_sub(&stage->held, weight(stage, argument));
	return give(context, argument);
}

/* What one job weighs is known when it was taken. */
static void look_at_weighed_run(const struct stage *stage, const struct pool *pool)
{
	look_at_whole_run(stage, pool);
	assert_in_range(atomic_load(&stage->held_most), stage->heaviest,
			pool->weight_max + stage->heaviest - 1);
}

static void what_is_held_weighs_little_in_all_modes(void **state)
{
	static const unsigned workers[] = { 1, 2, 7, 64 };
	static struct stage stage;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(workers) * 16; i++) {
		stage_fill(&stage, JOBS_MAX);
		struct pool pool = pool_of(&stage, workers[i / 16]);
		pool.keep_order = i & 1;
		pool.prepare = i & 2 ? prepare : NULL;
		pool.admit = i & 4 ? admit : NULL;
		stage.per_host = i & 4 ? 2 : 0;
		/* Some are too heavy for 3 even alone: somebody works on them all the same. */
		pool.weight_max = i & 8 ? 20 : 3;
		stage.heaviest = 7;
		pool.weight = weight;
		pool.take = take_and_weigh;
		pool.give = give_and_weigh;
		pool_run(&pool);
		look_at_weighed_run(&stage, &pool);
	}
}

static void as_many_work_as_their_weight_lets(void **state)
{
	(void)state;
	static struct stage stage;
	for (int i = 0; i < 4; i++) {
		stage_fill(&stage, 64);
		stage.heaviest = 1;
		pthread_barrier_init(&stage.all, NULL, 16);
		struct pool pool = pool_of(&stage, 64);
		pool.keep_order = i & 1;
		pool.prepare = i & 2 ? prepare : NULL;
		pool.weight = weight;
		pool.weight_max = 16;
		pool.work = work_when_all_do;
		pool_run(&pool);
		assert_int_equal(stage.given, 64);
		assert_in_range(atomic_load(&stage.workers_seen), 16, 64);
		pthread_barrier_destroy(&stage.all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_worked_on_once_in_all_modes),
		cmocka_unit_test(what_was_taken_is_given_when_giving_fails),
		cmocka_unit_test(who_stands_aside_holds_nobody_up),
		cmocka_unit_test(who_stands_aside_is_given_unworked_when_giving_fails),
		cmocka_unit_test(who_stands_aside_is_asked_behind_each_result),
		cmocka_unit_test(a_result_does_not_wait_for_the_next_line),
		cmocka_unit_test(as_many_work_as_may),
		cmocka_unit_test(a_thread_starts_for_a_job),
		cmocka_unit_test(what_is_held_weighs_little_in_all_modes),
		cmocka_unit_test(as_many_work_as_their_weight_lets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
