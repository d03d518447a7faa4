/* lanes.h - drives a survey against one endpoint: several connections side by side, slower where
 * the server minds, never more than asked for.
 *
 * The threads of one endpoint share the survey under a lock; each connection has an arena and a
 * time limit of its own. */
#ifndef RUN_LANES_H
#define RUN_LANES_H

#include "judge/ciphers.h"
#include "run/probe.h"

struct lanes_options {
	unsigned lanes;            /* connections at once */
	size_t connections_max;    /* 0: no limit */
	double connection_seconds; /* time limit of one connection */
};

/* Puts every question of the survey. The probe, which may be connected already, takes the first;
 * facts->walk gets its steps. facts->survey is complete, or facts->cut says why not. True when at
 * least one hello was answered with TLS. */
NODISCARD bool lanes_run(struct probe *probe, struct survey *survey,
			 const struct lanes_options *options, struct ciphers_facts *facts);

#endif
