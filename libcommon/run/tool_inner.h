/* tool_inner.h - what the files of run/tool share: one run of a tool. Private to run/. */
#ifndef RUN_TOOL_INNER_H
#define RUN_TOOL_INNER_H

#include "run/headway.h"
#include "run/resume.h"
#include "run/tool.h"

struct run {
	const struct tool *tool;
	const void *tool_options;
	const struct options *options;
	struct shared shared;
	struct input input;
	int input_fd; /* of a named file; -1: none */
	enum status worst;
	/* Told already. Each is written by one at a time: in take(), and in give(). */
	bool input_failed, output_failed;
	struct interrupt *interrupt;
	struct resume *resume; /* NULL: nothing was done before */
	struct headway headway;
	struct progress *progress;
};

/* tool_begin.c: all that can be wrong before the first target; says so. */
NODISCARD bool tool_begin(struct run *run);

#endif
