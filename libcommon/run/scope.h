/* scope.h - which endpoints of a job are walked: all of them side by side, or as a client connects,
 * until one works.
 *
 * job->facts[i] stays NULL for an endpoint that was not walked. */
#ifndef RUN_SCOPE_H
#define RUN_SCOPE_H

#include "run/probe.h"

/* Walks job->endpoints.items[index] with this probe, which may be connected already; failure holds
 * why it could not be (code ERR_NONE otherwise). Returns whether a client would stay. The caller
 * ends the probe. */
typedef bool scope_walk_fn(struct probe *probe, size_t index, const struct err *failure,
			   const void *tool_options);

/* The places at the gate that this walk needs from the start: job->claim. */
void scope_claim(struct job *job);

/* How many endpoints of one job are walked at once, at most. */
unsigned scope_width(const struct options *options);

void scope_walk(struct job *job, scope_walk_fn *walk, const void *tool_options);

#endif
