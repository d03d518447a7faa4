#include "run/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t our_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

int signals_watch(void)
{
	sigset_t set = our_signals();
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

void signals_take(int fd)
{
	/* A hang-up and a SIGTERM that come together are one wish, not an impatient second. */
	struct signalfd_siginfo pending[3];
	sigset_t set = our_signals();
	if (read(fd, pending, sizeof(pending)) > 0)
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
