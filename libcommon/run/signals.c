#include "run/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/attr.h"

/* Those that would end us: nohup(1) and background jobs of a shell ignore some. */
static sigset_t our_signals(void)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct sigaction action;
		if (sigaction(numbers[i], NULL, &action) != 0 || action.sa_handler != SIG_IGN)
			sigaddset(&set, numbers[i]);
	}
	return set;
}

int signals_watch(void)
{
	sigset_t set = our_signals();
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int signals_take(int fd)
{
	/* A hang-up and a SIGTERM that come together are one wish, not an impatient second. */
	struct signalfd_siginfo pending[3];
	if (read(fd, pending, sizeof(pending)) <= 0)
		return 0;
	signals_release();
	return (int)pending[0].ssi_signo;
}

void signals_release(void)
{
	sigset_t set = our_signals();
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
