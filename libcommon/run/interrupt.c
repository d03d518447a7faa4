#include "run/interrupt.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/attr.h"
#include "base/fd.h"
#include "base/memory.h"
#include "run/signals.h"

struct interrupt {
	pthread_t thread;
	int signals; /* those that came, as signals.h has them */
	int wake;    /* eventfds: for the workers ... */
	int over;    /* ... and for our thread */
	atomic_int signal;
};

static void ring(int fd)
{
	const uint64_t one = 1;
	ssize_t sent = write(fd, &one, sizeof(one));
	(void)sent; /* a full counter rings already */
}

static void *watch(void *argument)
{
	struct interrupt *interrupt = argument;
	struct pollfd fds[] = { { interrupt->over, POLLIN, 0 }, { interrupt->signals, POLLIN, 0 } };
	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), -1) <= 0)
			continue;
		if (fds[0].revents)
			return NULL;
		/* From here on our thread lets the next one through, and it ends the program. */
		int signal = signals_take(interrupt->signals);
		if (!signal)
			continue;
		atomic_store(&interrupt->signal, signal);
		ring(interrupt->wake);
		fds[1].fd = -1;
	}
}

static void discard(struct interrupt *interrupt)
{
	fd_close(&interrupt->signals);
	fd_close(&interrupt->wake);
	fd_close(&interrupt->over);
	free(interrupt);
}

struct interrupt *interrupt_watch(void)
{
	struct interrupt *interrupt = memory_new(sizeof(*interrupt));
	interrupt->wake = eventfd(0, EFD_CLOEXEC);
	interrupt->over = eventfd(0, EFD_CLOEXEC);
	interrupt->signals = signals_watch();
	if (interrupt->wake >= 0 && interrupt->over >= 0 && interrupt->signals >= 0 &&
	    pthread_create(&interrupt->thread, NULL, watch, interrupt) == 0)
		return interrupt;
	signals_release();
	discard(interrupt);
	return NULL;
}

int interrupt_wake(const struct interrupt *interrupt)
{
	return interrupt ? interrupt->wake : 0;
}

int interrupt_signal(const struct interrupt *interrupt)
{
	return interrupt ? atomic_load(&interrupt->signal) : 0;
}

void interrupt_call_off(const struct interrupt *interrupt)
{
	if (interrupt)
		ring(interrupt->wake);
}

void interrupt_end(struct interrupt **interrupt)
{
	if (!*interrupt)
		return;
	ring((*interrupt)->over);
	pthread_join((*interrupt)->thread, NULL);
	discard(*interrupt);
	signals_release();
	*interrupt = NULL;
}

void interrupt_die(int signal)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigaction(signal, &usual, NULL);
	raise(signal);
	abort(); /* none of them can be survived */
}
