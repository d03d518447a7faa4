#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "run/crew.h"
#include "threadless.h"

static void mark(void *context, size_t index)
{
	atomic_int *marks = context;
	atomic_fetch_add(&marks[index], 1);
}

static void each_index_is_called_once(void **state)
{
	(void)state;
	atomic_int marks[40] = { 0 };
	struct crew *crew = crew_new();
	for (size_t count = 0; count <= 40; count += 20)
		crew_share(crew, count, 8, mark, marks);
	crew_free(&crew);
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(atomic_load(&marks[i]), i < 20 ? 2 : 1);
}

struct meeting {
	pthread_barrier_t barrier;
	atomic_int inside, most;
};

static void meet(void *context, size_t index)
{
	struct meeting *meeting = context;
	(void)index;
	int inside = atomic_fetch_add(&meeting->inside, 1) + 1, most = atomic_load(&meeting->most);
	while (inside > most && !atomic_compare_exchange_weak(&meeting->most, &most, inside))
		;
	pthread_barrier_wait(&meeting->barrier);
	atomic_fetch_sub(&meeting->inside, 1);
}

static void so_many_work_side_by_side_and_no_more(void **state)
{
	(void)state;
	struct meeting meeting = { 0 };
	struct crew *crew = crew_new();
	pthread_barrier_init(&meeting.barrier, NULL, 3);
	/* Who is alone at the barrier waits for ever. */
	crew_share(crew, 300, 3, meet, &meeting);
	assert_int_equal(atomic_load(&meeting.most), 3);
	pthread_barrier_destroy(&meeting.barrier);
	crew_free(&crew);
}

static pthread_barrier_t two;

static void note_thread(void *context, size_t index)
{
	pthread_t *threads = context;
	threads[index] = pthread_self();
	pthread_barrier_wait(&two);
}

static void a_helper_comes_again(void **state)
{
	(void)state;
	pthread_t here = pthread_self(), helper = here, threads[2];
	struct crew *crew = crew_new();
	pthread_barrier_init(&two, NULL, 2);
	for (int round = 0; round < 100; round++) {
		crew_share(crew, 2, 2, note_thread, threads);
		pthread_t other = pthread_equal(threads[0], here) ? threads[1] : threads[0];
		assert_false(pthread_equal(other, here));
		if (round > 0)
			assert_true(pthread_equal(other, helper));
		helper = other;
	}
	pthread_barrier_destroy(&two);
	crew_free(&crew);
}

struct nest {
	struct crew *crew;
	atomic_int marks[12];
};

static void mark_inner(void *context, size_t index)
{
	mark(context, index);
}

static void share_again(void *context, size_t index)
{
	struct nest *nest = context;
	crew_share(nest->crew, 3, 3, mark_inner, &nest->marks[3 * index]);
}

static void helpers_may_call_helpers(void **state)
{
	(void)state;
	struct nest nest = { .crew = crew_new() };
	for (int round = 0; round < 50; round++)
		crew_share(nest.crew, 4, 4, share_again, &nest);
	crew_free(&nest.crew);
	for (size_t i = 0; i < ARRAY_SIZE(nest.marks); i++)
		assert_int_equal(atomic_load(&nest.marks[i]), 50);
}

struct stranger {
	struct crew *crew;
	atomic_int *marks;
};

static void *keep_sharing(void *argument)
{
	struct stranger *stranger = argument;
	for (int round = 0; round < 500; round++)
		crew_share(stranger->crew, 4, 4, mark, stranger->marks);
	return NULL;
}

static void many_callers_share_one_crew(void **state)
{
	(void)state;
	atomic_int marks[4] = { 0 };
	struct stranger stranger = { crew_new(), marks };
	pthread_t threads[6];
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_sharing, &stranger), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	crew_free(&stranger.crew);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		assert_int_equal(atomic_load(&marks[i]), 500 * ARRAY_SIZE(threads));
}

struct lone {
	pthread_t here;
	int calls, elsewhere;
};

static void note_where(void *context, size_t index)
{
	struct lone *lone = context;
	(void)index;
	lone->calls++;
	lone->elsewhere += !pthread_equal(pthread_self(), lone->here);
}

/* 0: all was done, and here. */
static int share_alone(void)
{
	struct lone lone = { .here = pthread_self() };
	struct crew *crew = crew_new();
	crew_share(crew, 5, 3, note_where, &lone);
	crew_free(&crew);
	return lone.calls == 5 && lone.elsewhere == 0 ? 0 : 1;
}

static void where_no_thread_can_be_had_it_is_done_here(void **state)
{
	(void)state;
	assert_int_equal(threadless_run(0, share_alone), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_index_is_called_once),
		cmocka_unit_test(so_many_work_side_by_side_and_no_more),
		cmocka_unit_test(a_helper_comes_again),
		cmocka_unit_test(helpers_may_call_helpers),
		cmocka_unit_test(many_callers_share_one_crew),
		cmocka_unit_test(where_no_thread_can_be_had_it_is_done_here),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
