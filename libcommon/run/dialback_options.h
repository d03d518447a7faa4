/* dialback_options.h - what xmpp-dialback is asked to do, beyond the common command line. Built
 * from the options before the first thread, const afterwards. */
#ifndef RUN_DIALBACK_OPTIONS_H
#define RUN_DIALBACK_OPTIONS_H

#include "run/cli.h"
#include "xmpp/trial.h"

/* What --serve does wrong on purpose; never "valid for everybody". */
enum misbehaviour {
	MISBEHAVE_NOT,
	MISBEHAVE_LATE,     /* answers after LATE_SECONDS */
	MISBEHAVE_WRONG_ID, /* answers a verify for another id */
	MISBEHAVE_SWAPPED,  /* from and to of an answer the wrong way round */
	MISBEHAVE_SILENT,   /* no answer at all */
	MISBEHAVE_CLOSE,    /* closes instead of an answer */
	MISBEHAVE_INVALID,  /* every key is invalid */
};
#define LATE_SECONDS 20.0

enum dialback_task {
	TASK_PROBE,
	TASK_SERVE,       /* --serve */
	TASK_MAKE_KEY,    /* --make-key */
	TASK_VERIFY_KEY,  /* --verify-key */
	TASK_LIST_CHECKS, /* --list-checks */
};

struct dialback_options {
	enum dialback_task task;
	const char *listen; /* "[ADDR:]PORT"; NULL: no listener */
	/* While options are taken: the trials that were named, and whether --check, --answer or
	 * --wrong-key was given. After dialback_check_options(): those to run and no others, and
	 * true. */
	bool chosen[TRIAL_COUNT], any_chosen;
	bool usual, all;          /* --check usual, --check all */
	const char *piggyback;    /* another domain of ours; NULL */
	const char *piggyback_to; /* another domain of theirs; NULL */
	double wait;              /* seconds for a peer's answer or call back */
	/* --serve */
	bool tls_optional; /* --no-require-tls */
	enum misbehaviour misbehave;
	size_t count;        /* exchanges; 0: no end */
	bool serve_narrowed; /* one of these three was given */
	/* Keys. */
	const char *key;         /* --verify-key */
	const char *id;          /* --id */
	const char *secret_file; /* "FILE", "fd:N"; NULL: a random secret for the run */
};

#define DIALBACK_WAIT 20.0 /* seconds */

extern const struct poptOption dialback_option_table[];
/* What holds where no option says otherwise. */
void dialback_options_init(struct dialback_options *opt);
/* cli_tool.take */
NODISCARD bool dialback_take_option(void *tool_options, struct options *options, int value,
				    const char *arg, struct err *err);
/* After the command line: what goes together, what is missing, what follows. False: told. */
NODISCARD bool dialback_check_options(struct dialback_options *opt, struct options *options);

const char *misbehaviour_name(enum misbehaviour kind); /* "late" "wrong-id" "swapped" "silent"
							  "close" "invalid" */

#endif
