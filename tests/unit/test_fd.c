#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/fd.h"

#define LARGE ((size_t)4 * 1024 * 1024) /* many times what a pipe holds */

static void note(int number)
{
	(void)number;
}

/* A signal a millisecond, none of which restarts what it interrupts. */
static void set_signals(int microseconds)
{
	const struct sigaction action = { .sa_handler = note };
	const struct itimerval often = { .it_interval.tv_usec = microseconds,
					 .it_value.tv_usec = microseconds };
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static unsigned char octet_at(size_t place)
{
	return (unsigned char)(place % 251);
}

/* Exits with 0 when all came, in order. */
static _Noreturn void read_all(int fd)
{
	unsigned char chunk[4096];
	size_t all = 0;
	ssize_t got;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			if (chunk[i] != octet_at(all++))
				_exit(1);
		}
	}
	_exit(all == LARGE ? 0 : 2);
}

static void what_is_interrupted_is_written_whole(void **state)
{
	(void)state;
	int ends[2], status = -1;
	unsigned char *data = malloc(LARGE);
	assert_non_null(data);
	for (size_t i = 0; i < LARGE; i++)
		data[i] = octet_at(i);
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[1]);
		read_all(ends[0]);
	}
	close(ends[0]);
	set_signals(1000);
	bool ok = fd_write_all(ends[1], data, LARGE);
	set_signals(0);
	close(ends[1]);
	free(data);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(ok);
	assert_int_equal(status, 0);
}

static void says_why_it_could_not(void **state)
{
	(void)state;
	int ends[2];
	char data[4096] = { 0 };
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	errno = 0;
	while (fd_write_all(ends[1], data, sizeof(data)))
		;
	assert_int_equal(errno, EAGAIN);
	close(ends[0]);
	assert_ptr_not_equal(signal(SIGPIPE, SIG_IGN), SIG_ERR);
	assert_false(fd_write_all(ends[1], data, 1));
	assert_int_equal(errno, EPIPE);
	assert_true(fd_write_all(ends[1], data, 0)); /* nothing is written at once */
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_interrupted_is_written_whole),
		cmocka_unit_test(says_why_it_could_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
