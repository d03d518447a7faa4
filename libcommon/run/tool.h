/* tool.h - what all tools do around their walks: read targets, run workers, write results, remember
 * the worst status. */
#ifndef RUN_TOOL_H
#define RUN_TOOL_H

#include "run/job.h"

struct tool {
	struct cli_tool cli;
	/* Takes what needs no connection, for those endpoints then are not wanted any more; NULL:
	 * each is connected to. */
	void (*prepare)(struct job *job, const void *tool_options);
	/* Examines the job (its endpoints are known, or job->problem says why not) and writes
	 * job->out and job->status. */
	void (*examine)(struct job *job, const void *tool_options);
	/* The same from the facts of a record alone, without the network (--rejudge). */
	void (*rejudge)(struct job *job, const void *tool_options);
	/* How many connections to one endpoint there may be at once; NULL: one. */
	unsigned (*lanes)(const void *tool_options);
	/* Makes endpoints of a line that is neither domain nor record, without the network; NULL
	 * where the tool has no such lines. Called instead of looking for them. */
	void (*read)(struct job *job, const void *tool_options);
};

/* From after the command line to the exit status. */
int tool_run(const struct tool *tool, const struct options *options, const void *tool_options);

#endif
