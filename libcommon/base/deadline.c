#include "base/deadline.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define WAKE_MS   100 /* how late a wake-up may be noticed */

struct deadline deadline_in(double seconds)
{
	int whole = (int)seconds;
	return (struct deadline){
		.at_ns = clock_ns() + (int64_t)(seconds * (double)NS_PER_S),
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

bool deadline_time_is_up(struct deadline deadline)
{
	return clock_ns() >= deadline.at_ns;
}

bool deadline_passed(struct deadline deadline)
{
	return deadline_time_is_up(deadline) || is_woken(deadline);
}

/* Whoever wakes us left aside; rounded up. */
static int whole_ms_left(struct deadline deadline)
{
	int64_t left = deadline.at_ns - clock_ns();
	if (left <= 0)
		return 0;
	int64_t ms = (left + NS_PER_MS - 1) / NS_PER_MS;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

int deadline_left_ms(struct deadline deadline)
{
	int ms = is_woken(deadline) ? 0 : whole_ms_left(deadline);
	return deadline.wake > 0 && ms > WAKE_MS ? WAKE_MS : ms;
}

void deadline_sleep(struct deadline deadline)
{
	struct pollfd fd = { .fd = deadline.wake, .events = POLLIN };
	for (int left; (left = whole_ms_left(deadline)) > 0;) {
		if (poll(&fd, deadline.wake > 0 ? 1 : 0, left) > 0)
			return;
	}
}

enum wait_result deadline_wait(struct deadline deadline, int fd, short events)
{
	struct pollfd fds[] = { { .fd = fd, .events = events },
				{ .fd = deadline.wake, .events = POLLIN } };
	nfds_t count = deadline.wake > 0 ? 2 : 1;
	for (;;) {
		int left = whole_ms_left(deadline);
		if (left == 0 || (poll(fds, count, left) > 0 && fds[1].revents))
			return WAIT_TIMEOUT; /* even when data is there: a slow drip must not live
						for ever */
		if (fds[0].revents)
			return WAIT_READY;
	}
}

int64_t clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

double clock_ms(void)
{
	return (double)clock_ns() / (double)NS_PER_MS;
}

int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}
