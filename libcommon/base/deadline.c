#include "base/deadline.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define WAKE_MS   100 /* how late a wake-up may be noticed */

static int64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct deadline deadline_in(double seconds)
{
	int whole = (int)seconds;
	return (struct deadline){
		.at_ns = monotonic_ns() + (int64_t)(seconds * (double)NS_PER_S),
		.seconds = whole < seconds ? whole + 1 : whole,
	};
}

struct deadline deadline_earlier(struct deadline a, struct deadline b)
{
	struct deadline earlier = a.at_ns < b.at_ns ? a : b;
	earlier.wake = a.wake ? a.wake : b.wake;
	return earlier;
}

static bool is_woken(struct deadline deadline)
{
	struct pollfd fd = { .fd = deadline.wake, .events = POLLIN };
	return deadline.wake > 0 && poll(&fd, 1, 0) > 0;
}

bool deadline_passed(struct deadline deadline)
{
	return monotonic_ns() >= deadline.at_ns || is_woken(deadline);
}

int deadline_left_ms(struct deadline deadline)
{
	int64_t left = deadline.at_ns - monotonic_ns();
	if (left <= 0 || is_woken(deadline))
		return 0;
	int64_t ms = (left + NS_PER_MS - 1) / NS_PER_MS;
	int most = deadline.wake > 0 ? WAKE_MS : INT_MAX;
	return ms > most ? most : (int)ms;
}

enum wait_result deadline_wait(struct deadline deadline, int fd, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	for (;;) {
		int left = deadline_left_ms(deadline);
		if (left == 0)
			return WAIT_TIMEOUT; /* even when data is there: a slow drip must not live
						for ever */
		if (poll(&poll_fd, 1, left) > 0)
			return WAIT_READY;
	}
}

double clock_ms(void)
{
	return (double)monotonic_ns() / (double)NS_PER_MS;
}

int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}
