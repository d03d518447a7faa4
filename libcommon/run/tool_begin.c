/* What a run needs before its first target. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "run/interrupt.h"
#include "run/tool_inner.h"

static bool open_input(struct run *run)
{
	const struct options *options = run->options;
	if (options->operand_count > 0) {
		run->input = input_from_operands(options->operands);
		return true;
	}
	if (options->input_file) {
		run->input_fd = open(options->input_file, O_RDONLY | O_CLOEXEC);
		if (run->input_fd < 0) {
			log_say(&options->log, options->input_file, "%s", strerror(errno));
			return false;
		}
		run->input = input_from_fd(run->input_fd, options->input_file);
		return true;
	}
	if (isatty(STDIN_FILENO)) {
		log_usage(&options->log,
			  "no domain given: name one, or pipe in a list (try --help)");
		return false;
	}
	run->input = input_from_fd(STDIN_FILENO, "standard input");
	return true;
}

/* What is wrong with the options shows before the first target. */
static bool check_resolver(const struct options *options)
{
	const struct resolver_options wishes = { .server = options->resolver,
						 .trust_ad = options->trust_ad };
	CLEANUP(resolver_free) struct resolver *resolver = NULL;
	struct err err;
	if (!options->network || resolver_new(&wishes, &resolver, &err))
		return true;
	log_usage(&options->log, err.text);
	return false;
}

static bool open_resume(struct run *run, struct err *err)
{
	const char *file = run->options->resume_file;
	return !file || (resume_open(file, &run->resume, err) &&
			 resume_go_on(run->resume, STDOUT_FILENO, err));
}

static void tell_torn(const struct run *run)
{
	if (!run->resume || !resume_is_torn(run->resume))
		return;
	log_say(&run->options->log, NULL,
		"--resume: %s ended in the middle of a result: %s, and its domain is "
		"examined again",
		run->options->resume_file,
		resume_is_file(run->resume, STDOUT_FILENO)
			? "that is taken off before the next one is written"
			: "the rest is missing");
}

bool tool_begin(struct run *run)
{
	struct err err;
	/* Of one target there is nothing to save, and somebody who talks has his own keys. */
	bool lone = run->options->operand_count == 1 || run->options->talks;
	run->interrupt = lone ? NULL : interrupt_watch();
	if (!shared_open(run->options, interrupt_wake(run->interrupt), &run->shared, &err) ||
	    !open_resume(run, &err)) {
		log_usage(&run->options->log, err.text);
		return false;
	}
	if (!check_resolver(run->options) || !open_input(run))
		return false;
	tell_torn(run);
	run->input.wake = interrupt_wake(run->interrupt);
	run->headway.total = input_count(&run->input);
	return true;
}
