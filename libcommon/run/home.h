/* home.h - does DNS lead who looks for our domain to our listener? The first thing to know when
 * nobody calls back. */
#ifndef RUN_HOME_H
#define RUN_HOME_H

#include "run/dialback.h"

struct home_facts {
	enum home home;
	const char *text; /* where DNS leads; NULL */
};

/* With the job's resolver, in the job's thread. */
void home_look_up(struct job *job, const struct dialback_run *run, struct home_facts *out);

#endif
