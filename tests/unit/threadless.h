/* threadless.h - a process that may start no more than so many threads.
 *
 * The limit of processes counts all that a user has, and binds nobody who is root. So a child of
 * this process becomes a user whom nobody else is, and then lowers it. */
#ifndef UNIT_THREADLESS_H
#define UNIT_THREADLESS_H

#include "unit.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADLESS_FIRST_USER 1000000 /* ... and a user's number for each process */
#define THREADLESS_UNBOUND    99      /* as a status: it could not be arranged */

static inline void *threadless_nothing(void *argument)
{
	return argument;
}

/* Whether a thread could be had just now. */
static inline bool threadless_can_start(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, threadless_nothing, NULL) != 0)
		return false;
	pthread_join(thread, NULL);
	return true;
}

/* Besides the one that is here. */
static inline bool threadless_allow(unsigned threads)
{
	struct rlimit limit = { threads + 1, threads + 1 };
	uid_t user = THREADLESS_FIRST_USER + (uid_t)getpid();
	return (geteuid() != 0 || setuid(user) == 0) && setrlimit(RLIMIT_NPROC, &limit) == 0 &&
	       threadless_can_start() == (threads > 0);
}

/* What `check` gives, a status, called in a child that may start `threads`. Skips the test where
 * that cannot be arranged. */
static inline int threadless_run(unsigned threads, int (*check)(void))
{
	int status = -1;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(threadless_allow(threads) ? check() : THREADLESS_UNBOUND);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == THREADLESS_UNBOUND)
		skip();
	return WEXITSTATUS(status);
}

#endif
