/* limits.h - descriptors for many workers at once.
 *
 * 1,024 is what most systems give a process to begin with (ulimit -n), and far more what they let
 * it have. Called once, before the first thread. Everything of ours waits with poll(), which knows
 * no highest descriptor. */
#ifndef RUN_LIMITS_H
#define RUN_LIMITS_H

#include "base/err.h"

/* So many workers, each of which calls so many servers at once, may open all that they need at
 * their busiest: the soft limit of open files becomes at least that, if it is not. Returns how many
 * workers it does for: fewer where the hard one is lower, and err says so then. */
unsigned limits_open_files(unsigned workers, unsigned connections, struct err *err);

#endif
