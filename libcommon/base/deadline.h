/* deadline.h - one moment by which an endpoint must be done, obeyed by every wait.
 *
 * Monotonic time; made once, passed by value. */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct deadline {
	int64_t at_ns; /* CLOCK_MONOTONIC */
	int seconds;   /* what it was made from, rounded up: for "no answer within 10 s" */
	int wake;      /* a descriptor: once it can be read, the moment has come; 0: none */
};

struct deadline deadline_in(double seconds);
/* Wakes when either would. */
struct deadline deadline_earlier(struct deadline a, struct deadline b);
bool deadline_passed(struct deadline deadline);
/* By the clock alone, which costs no system call: for between two waits, which heed who wakes us.
 */
bool deadline_time_is_up(struct deadline deadline);
/* For poll(): milliseconds left, rounded up so that a wait never ends early; 0 when passed. Who can
 * be woken waits in short pieces. */
int deadline_left_ms(struct deadline deadline);

enum wait_result {
	WAIT_READY,
	WAIT_TIMEOUT,
};
/* Waits until fd is ready for the poll() events, has hung up or failed, or the deadline passes. */
enum wait_result deadline_wait(struct deadline deadline, int fd, short events);

/* Until the moment has come. */
void deadline_sleep(struct deadline deadline);

/* The monotonic clock, as at_ns above; milliseconds: subtract two for an elapsed time. */
int64_t clock_ns(void);
double clock_ms(void);
/* Seconds since 1970. */
int64_t clock_now(void);

#endif
