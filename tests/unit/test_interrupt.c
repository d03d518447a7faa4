/* run/interrupt: the first signal wakes, the second one ends the program. Each case is a process of
 * its own, and how that ended is what is looked at. */
#include "unit.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/interrupt.h"

#define STUCK_S 60 /* nobody was woken: SIGALRM ends the child */

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

static void send(int signal)
{
	kill(getpid(), signal);
}

static bool is_rung(const struct interrupt *interrupt, int milliseconds)
{
	struct pollfd fd = { interrupt_wake(interrupt), POLLIN, 0 };
	return poll(&fd, 1, milliseconds) == 1;
}

/* Below: in a child. What they return is its exit status, and 0 is well. */

static int first_wakes(int signal)
{
	struct interrupt *interrupt = interrupt_watch();
	if (!interrupt || is_rung(interrupt, 0) || interrupt_signal(interrupt) != 0)
		return 1;
	send(signal);
	/* For good: whoever looks later finds it, too. */
	if (!is_rung(interrupt, -1) || !is_rung(interrupt, 0))
		return 2;
	if (interrupt_signal(interrupt) != signal)
		return 3;
	interrupt_end(&interrupt);
	return interrupt == NULL ? 0 : 4;
}

static int without_a_signal_it_wakes_as_well(int signal)
{
	struct interrupt *interrupt = interrupt_watch();
	interrupt_call_off(interrupt);
	if (!is_rung(interrupt, 0) || interrupt_signal(interrupt) != 0)
		return 1;
	send(signal);
	while (interrupt_signal(interrupt) != signal)
		sched_yield();
	interrupt_end(&interrupt);
	return 0;
}

static int second_kills(int signal)
{
	struct interrupt *interrupt = interrupt_watch();
	send(signal);
	if (!is_rung(interrupt, -1))
		return 1;
	send(signal);
	pause();
	return 2;
}

static int behind_the_end_it_kills(int signal)
{
	struct interrupt *interrupt = interrupt_watch();
	interrupt_end(&interrupt);
	send(signal);
	pause();
	return 1;
}

static int ignored_stay_ignored(int signal)
{
	int other = signal == SIGTERM ? SIGINT : SIGTERM;
	struct sigaction ignored = { .sa_handler = SIG_IGN };
	sigaction(signal, &ignored, NULL);
	struct interrupt *interrupt = interrupt_watch();
	send(signal);
	send(signal);
	send(other);
	if (!is_rung(interrupt, -1) || interrupt_signal(interrupt) != other)
		return 1;
	send(signal);
	interrupt_end(&interrupt);
	send(signal);
	return 0;
}

/* A terminal that hangs up and an init that stops us mean the same. */
static int together_they_are_one_wish(int signal)
{
	int other = signal == SIGHUP ? SIGTERM : SIGHUP;
	sigset_t both;
	sigemptyset(&both);
	sigaddset(&both, signal);
	sigaddset(&both, other);
	sigprocmask(SIG_BLOCK, &both, NULL);
	send(signal);
	send(other);
	struct interrupt *interrupt = interrupt_watch();
	if (!is_rung(interrupt, -1))
		return 1;
	int seen = interrupt_signal(interrupt);
	interrupt_end(&interrupt);
	return seen == signal || seen == other ? 0 : 2;
}

static int dies_by_it(int signal)
{
	struct interrupt *interrupt = interrupt_watch();
	send(signal);
	if (!is_rung(interrupt, -1))
		return 1;
	int came = interrupt_signal(interrupt);
	interrupt_end(&interrupt);
	interrupt_die(came);
}

static int without_one_nothing_is_interrupted(int signal)
{
	struct interrupt *none = NULL;
	(void)signal;
	interrupt_call_off(none);
	interrupt_end(&none);
	return interrupt_wake(none) != 0 || interrupt_signal(none) != 0;
}

static const struct row {
	const char *name;
	int (*child)(int signal);
	bool killed; /* by the signal; otherwise it ends well */
} rows[] = {
	{ "the first wakes", first_wakes, false },
	{ "without a signal it wakes as well", without_a_signal_it_wakes_as_well, false },
	{ "the second kills", second_kills, true },
	{ "behind the end it kills", behind_the_end_it_kills, true },
	{ "who ignores one goes on ignoring it", ignored_stay_ignored, false },
	{ "two together are one wish", together_they_are_one_wish, false },
	{ "it ends as its caller expects", dies_by_it, true },
	{ "without one nothing is interrupted", without_one_nothing_is_interrupted, false },
};

static int status_of(const struct row *row, int signal)
{
	int status = -1;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(STUCK_S);
		_exit(row->child(signal));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void signals_end_a_run_in_two_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(numbers); i++) {
		const struct row *row = &rows[i / ARRAY_SIZE(numbers)];
		int signal = numbers[i % ARRAY_SIZE(numbers)];
		int status = status_of(row, signal);
		bool killed = WIFSIGNALED(status) && WTERMSIG(status) == signal;
		bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (row->killed ? !killed : !well)
			fail_msg("%s: signal %d, wait status %#x", row->name, signal,
				 (unsigned)status);
	}
}

/* A shell in the background has some ignored. */
static void heed_all(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaction(numbers[i], &usual, NULL);
}

int main(void)
{
	heed_all();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_end_a_run_in_two_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
