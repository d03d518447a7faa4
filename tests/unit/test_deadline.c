/* base/deadline: one moment, obeyed by every wait, and what makes it come early. */
#include <poll.h>
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
	struct deadline far = deadline_in(100.5);
	assert_int_equal(far.seconds, 101);
	assert_false(deadline_passed(far));
	assert_in_range(deadline_left_ms(far), 100000, 100500);
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
	assert_int_equal(deadline_left_ms(far), 0);
	assert_int_equal(deadline_wait(far, fd, POLLIN), WAIT_TIMEOUT);
	assert_true(deadline_passed(deadline_earlier(far, deadline_in(50))));
	assert_true(deadline_passed(deadline_earlier(deadline_in(50), far)));
	close(fd);
	close(wake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_in_time),
		cmocka_unit_test(waits_for_what_is_ready),
		cmocka_unit_test(is_woken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
