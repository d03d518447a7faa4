/* cond.h - waiting for other threads under a deadline, which may be woken. */
#ifndef BASE_COND_H
#define BASE_COND_H

#include <pthread.h>

#include "base/deadline.h"

/* One that cond_wait_until() waits at. */
void cond_init(pthread_cond_t *cond);
/* One piece of such a wait, under the lock: it may end early, so the caller looks at what he waits
 * for and at the deadline again. */
void cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, struct deadline until);

#endif
