/* base/cond: a wait for other threads ends with its deadline, and when somebody wakes it. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit.h"

#include "base/cond.h"

static void wait_out(struct deadline until)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never;
	cond_init(&never);
	pthread_mutex_lock(&lock);
	while (!deadline_passed(until))
		cond_wait_until(&never, &lock, until);
	pthread_mutex_unlock(&lock);
	pthread_cond_destroy(&never);
}

static void ends_with_its_deadline(void **state)
{
	(void)state;
	double since = clock_ms();
	wait_out(deadline_in(0.02));
	assert_true(clock_ms() - since >= 20);
}

static void *ring(void *wake)
{
	const uint64_t one = 1;
	assert_int_equal(write(*(const int *)wake, &one, sizeof(one)), sizeof(one));
	return NULL;
}

static void ends_when_woken(void **state)
{
	(void)state;
	int wake = eventfd(0, EFD_CLOEXEC);
	pthread_t thread;
	struct deadline until = deadline_in(1000);
	until.wake = wake;
	assert_int_equal(pthread_create(&thread, NULL, ring, &wake), 0);
	wait_out(until);
	pthread_join(thread, NULL);
	close(wake);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_with_its_deadline),
		cmocka_unit_test(ends_when_woken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
