#include "base/cond.h"

#include <time.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

void cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, struct deadline until)
{
	int64_t end = clock_ns() + deadline_left_ms(until) * NS_PER_MS;
	struct timespec at = { end / NS_PER_S, end % NS_PER_S };
	pthread_cond_timedwait(cond, lock, &at);
}
