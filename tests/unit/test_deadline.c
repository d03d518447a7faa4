/* base/deadline: one moment, obeyed by every wait, and what makes it come early. */
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit.h"

#include "base/deadline.h"

static struct deadline wakeable(double seconds, int wake)
{
	struct deadline until = deadline_in(seconds);
	until.wake = wake;
	return until;
}

static void ring(int fd)
{
	assert_int_equal(write(fd, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
}

static void comes_in_time(void **state)
{
	(void)state;
	assert_true(deadline_passed(deadline_in(0)));
	assert_int_equal(deadline_left_ms(deadline_in(0)), 0);
	double since = clock_ms();
	struct deadline far = deadline_in(100.5);
	assert_int_equal(far.seconds, 101);
	assert_false(deadline_passed(far));
	int left = deadline_left_ms(far);
	assert_true(left <= 100500 && left >= 100500 - (clock_ms() - since) - 1);
	assert_int_equal(deadline_earlier(far, deadline_in(3)).seconds, 3);
	assert_int_equal(deadline_earlier(deadline_in(3), far).seconds, 3);
}

static void waits_for_what_is_ready(void **state)
{
	(void)state;
	int fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(deadline_wait(deadline_in(0.01), fd, POLLIN), WAIT_TIMEOUT);
	ring(fd);
	assert_int_equal(deadline_wait(deadline_in(100), fd, POLLIN), WAIT_READY);
	/* a slow drip must not live for ever */
	assert_int_equal(deadline_wait(deadline_in(0), fd, POLLIN), WAIT_TIMEOUT);
	close(fd);
}

static void is_woken(void **state)
{
	(void)state;
	int fd = eventfd(0, EFD_CLOEXEC), wake = eventfd(0, EFD_CLOEXEC);
	struct deadline far = wakeable(100, wake);
	assert_false(deadline_passed(far));
	/* in short pieces, so that whoever polls something else notices */
	assert_in_range(deadline_left_ms(far), 1, 1000);
	ring(wake);
	assert_true(deadline_passed(far));
	assert_false(deadline_time_is_up(far));
	assert_int_equal(deadline_left_ms(far), 0);
	assert_int_equal(deadline_wait(far, fd, POLLIN), WAIT_TIMEOUT);
	assert_true(deadline_passed(deadline_earlier(far, deadline_in(50))));
	assert_true(deadline_passed(deadline_earlier(deadline_in(50), far)));
	close(fd);
	close(wake);
}

static void sleeps_until_the_moment(void **state)
{
	(void)state;
	struct deadline until = deadline_in(0.02);
	deadline_sleep(until);
	assert_true(deadline_passed(until));
	deadline_sleep(until);
	int wake = eventfd(0, EFD_CLOEXEC);
	until = wakeable(0.02, wake);
	deadline_sleep(until);
	assert_true(deadline_passed((struct deadline){ .at_ns = until.at_ns }));
	close(wake);
}

/* Somebody who waits, for a descriptor or for a moment, and how that ended. */
struct waiter {
	struct deadline until;
	int fd; /* -1: sleeps */
	pthread_barrier_t ready;
	enum wait_result result;
};

static void *wait_long(void *argument)
{
	struct waiter *waiter = argument;
	pthread_barrier_wait(&waiter->ready);
	if (waiter->fd < 0)
		deadline_sleep(waiter->until);
	else
		waiter->result = deadline_wait(waiter->until, waiter->fd, POLLIN);
	return NULL;
}

static void is_woken_while_it_waits(void **state)
{
	(void)state;
	int fds[] = { eventfd(0, EFD_CLOEXEC), -1 };
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		int wake = eventfd(0, EFD_CLOEXEC);
		struct waiter waiter = { .until = wakeable(1000, wake), .fd = fds[i] };
		pthread_t thread;
		pthread_barrier_init(&waiter.ready, NULL, 2);
		assert_int_equal(pthread_create(&thread, NULL, wait_long, &waiter), 0);
		pthread_barrier_wait(&waiter.ready);
		ring(wake);
		pthread_join(thread, NULL);
		if (fds[i] >= 0)
			assert_int_equal(waiter.result, WAIT_TIMEOUT);
		pthread_barrier_destroy(&waiter.ready);
		close(wake);
	}
	close(fds[0]);
}

static void who_is_woken_already_does_not_sleep(void **state)
{
	(void)state;
	int wake = eventfd(0, EFD_CLOEXEC);
	ring(wake);
	deadline_sleep(wakeable(1000, wake));
	/* It stays so: nobody takes the ringing off. */
	deadline_sleep(wakeable(1000, wake));
	close(wake);
}

int main(void)
{
	alarm(120); /* a wait that nothing ends */

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_in_time),
		cmocka_unit_test(waits_for_what_is_ready),
		cmocka_unit_test(is_woken),
		cmocka_unit_test(sleeps_until_the_moment),
		cmocka_unit_test(is_woken_while_it_waits),
		cmocka_unit_test(who_is_woken_already_does_not_sleep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
