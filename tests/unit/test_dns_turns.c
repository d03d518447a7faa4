/* net/dns_turns: so many at once, in the order of coming, under a deadline. */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/dns_turns.h"

struct taker {
	pthread_t thread;
	struct dns_turns *turns;
	size_t wanted;
	struct deadline until;
	bool got;
};

static void *take(void *argument)
{
	struct taker *taker = argument;
	taker->got = dns_turns_take(taker->turns, taker->wanted, taker->until);
	return NULL;
}

/* Returns once he waits: the only one who came since. */
static void start(struct taker *taker, struct dns_turns *turns, size_t wanted,
		  struct deadline until)
{
	size_t before = dns_turns_waiting(turns);
	*taker = (struct taker){ .turns = turns, .wanted = wanted, .until = until };
	assert_int_equal(pthread_create(&taker->thread, NULL, take, taker), 0);
	while (dns_turns_waiting(turns) == before)
		sched_yield();
}

static bool end(struct taker *taker)
{
	pthread_join(taker->thread, NULL);
	return taker->got;
}

static void serves_in_the_order_of_coming(void **state)
{
	(void)state;
	struct dns_turns *turns = dns_turns_new(3);
	struct taker first, second, third;
	assert_true(dns_turns_take(turns, 3, deadline_in(0)));
	start(&first, turns, 2, deadline_in(60));
	start(&second, turns, 1, deadline_in(60));
	start(&third, turns, 1, deadline_in(60));
	/* One is free: he who wants two holds up those behind him, or he would wait for ever. */
	dns_turns_give(turns, 1);
	assert_int_equal(dns_turns_waiting(turns), 3);
	dns_turns_give(turns, 1);
	assert_int_equal(dns_turns_waiting(turns), 2);
	assert_true(end(&first));
	dns_turns_give(turns, 1);
	assert_int_equal(dns_turns_waiting(turns), 1);
	assert_true(end(&second));
	dns_turns_give(turns, 2);
	assert_true(end(&third));
	dns_turns_give(turns, 2);
	dns_turns_free(&turns);
}

static void nobody_passes_those_who_wait(void **state)
{
	(void)state;
	struct dns_turns *turns = dns_turns_new(2);
	struct taker patient;
	assert_true(dns_turns_take(turns, 1, deadline_in(0)));
	start(&patient, turns, 2, deadline_in(60));
	assert_false(dns_turns_take(turns, 1, deadline_in(0)));
	dns_turns_give(turns, 1);
	assert_true(end(&patient));
	dns_turns_give(turns, 2);
	dns_turns_free(&turns);
}

static void ends_at_the_deadline_or_when_woken(void **state)
{
	(void)state;
	int wake = eventfd(0, EFD_CLOEXEC);
	struct dns_turns *turns = dns_turns_new(2);
	struct deadline until = deadline_in(60);
	struct taker woken, behind;
	assert_true(dns_turns_take(turns, 1, deadline_in(0)));
	assert_false(dns_turns_take(turns, 2, deadline_in(0.01)));
	until.wake = wake;
	start(&woken, turns, 2, until);
	start(&behind, turns, 1, deadline_in(60));
	assert_int_equal(write(wake, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	assert_false(end(&woken));
	/* Whom he held up is served when he goes. */
	assert_true(end(&behind));
	dns_turns_give(turns, 2);
	assert_int_equal(dns_turns_waiting(turns), 0);
	/* The line is as if he had never been there. */
	assert_true(dns_turns_take(turns, 2, deadline_in(0)));
	start(&behind, turns, 1, deadline_in(60));
	dns_turns_give(turns, 2);
	assert_true(end(&behind));
	dns_turns_give(turns, 1);
	dns_turns_free(&turns);
	close(wake);
}

#define TURNS   5
#define THREADS 16
#define ROUNDS  100

struct crowd {
	struct dns_turns *turns;
	atomic_size_t inside, most, number;
};

static void *hurry(void *argument)
{
	struct crowd *crowd = argument;
	size_t wanted = atomic_fetch_add(&crowd->number, 1) % TURNS + 1;
	for (size_t i = 0; i < ROUNDS; i++) {
		if (!dns_turns_take(crowd->turns, wanted, deadline_in(60)))
			return argument;
		size_t inside = atomic_fetch_add(&crowd->inside, wanted) + wanted;
		size_t most = atomic_load(&crowd->most);
		while (inside > most && !atomic_compare_exchange_weak(&crowd->most, &most, inside))
			;
		sched_yield();
		atomic_fetch_sub(&crowd->inside, wanted);
		dns_turns_give(crowd->turns, wanted);
	}
	return NULL;
}

static void never_more_than_there_are(void **state)
{
	(void)state;
	struct crowd crowd = { .turns = dns_turns_new(TURNS) };
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hurry, &crowd), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_in_range(crowd.most, 1, TURNS);
	dns_turns_free(&crowd.turns);
}

/* Where more are on their way than there may be from now on, nobody gets one until they are fewer.
 */
static void are_fewer_once_somebody_was_refused(void **state)
{
	(void)state;
	struct dns_turns *turns = dns_turns_new(4);
	struct taker taker;
	assert_true(dns_turns_take(turns, 2, deadline_in(0)));
	assert_false(dns_turns_shrink(turns, 2)); /* not too many: the refusal means what it says */
	assert_true(dns_turns_take(turns, 2, deadline_in(0)));
	assert_true(dns_turns_shrink(turns, 2));
	start(&taker, turns, 1, deadline_in(60));
	dns_turns_give(turns, 2);
	assert_int_equal(dns_turns_waiting(turns), 1);
	assert_true(dns_turns_shrink(turns, 2)); /* the others' refusals of that moment */
	dns_turns_give(turns, 1);
	assert_true(end(&taker));
	assert_false(dns_turns_take(turns, 1, deadline_in(0)));
	dns_turns_give(turns, 2);
	dns_turns_free(&turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_in_the_order_of_coming),
		cmocka_unit_test(are_fewer_once_somebody_was_refused),
		cmocka_unit_test(nobody_passes_those_who_wait),
		cmocka_unit_test(ends_at_the_deadline_or_when_woken),
		cmocka_unit_test(never_more_than_there_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
