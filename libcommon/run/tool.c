#include "run/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/pool.h"
#include "run/progress.h"

struct run {
	const struct tool *tool;
	const void *tool_options;
	const struct options *options;
	struct shared shared;
	struct input input;
	int input_fd; /* of a named file; -1: none */
	enum status worst;
	bool broken; /* output or input failed: told already */
	struct progress *progress;
};

static void *worker_new(void *context)
{
	const struct run *run = context;
	const struct resolver_options wishes = {
		.server = run->options->resolver,
		.trust_ad = run->options->trust_ad,
	};
	struct resolver *resolver = NULL;
	struct err err;
	if (!run->options->network)
		return NULL;
	/* The options were tried before the first thread; what fails now is memory or descriptors,
	 * and shows as unreachable. */
	if (!resolver_new(&wishes, &resolver, &err))
		log_say(&run->options->log, NULL, "%s", err.text);
	return resolver;
}

static void worker_free(void *context, void *worker)
{
	(void)context;
	struct resolver *resolver = worker;
	resolver_free(&resolver);
}

static void *take(void *context)
{
	struct run *run = context;
	struct job *job = job_new(&run->shared);
	struct err err = { 0 };
	if (input_next(&run->input, job->mem, &job->line, &err))
		return job;
	if (err.code) {
		log_say(&run->options->log, NULL, "%s", err.text);
		run->broken = true;
	}
	job_free(&job);
	return NULL;
}

static void work(void *context, void *worker, void *argument)
{
	const struct run *run = context;
	struct job *job = argument;
	job->started_ms = clock_ms();
	job->resolver = worker;
	if (!run->options->network && run->tool->read) {
		run->tool->read(job, run->tool_options);
		run->tool->examine(job, run->tool_options);
		return;
	}
	job_read_line(job);
	if (run->options->rejudge) {
		run->tool->rejudge(job, run->tool_options);
		return;
	}
	job_find_endpoints(job);
	run->tool->examine(job, run->tool_options);
}

/* A wrong line on standard input is told at once; its record says it again to programs. */
static void tell_problem(const struct options *options, const struct job *job)
{
	if (job->problem.code != ERR_USAGE && job->problem.code != ERR_LIMIT)
		return;
	CLEANUP(buf_free) struct buf subject = buf_new(BUF_UNBOUNDED);
	const char *start = job_line_start(job);
	/* The sentence may begin with what was wrong; an empty line has nothing to quote. */
	size_t word = strcspn(start, " \t");
	bool quoted = word == 0 || (strncmp(job->problem.text, start, word) == 0 &&
				    job->problem.text[word] == ' ');
	if (job->line.number > 0)
		buf_printf(&subject, "line %zu%s", job->line.number, quoted ? "" : ": ");
	if (!quoted)
		buf_text(&subject, start);
	log_say(&options->log, subject.size ? buf_string(&subject) : NULL, "%s", job->problem.text);
}

static bool give(void *context, void *argument)
{
	struct run *run = context;
	struct job *job = argument;
	progress_pause(run->progress);
	tell_problem(run->options, job);
	run->worst = status_worse(run->worst, job->status);
	bool ok = job_flush(job);
	progress_go_on(run->progress);
	if (!ok) {
		log_say(&run->options->log, NULL, "standard output: %s", strerror(errno));
		run->broken = true;
	}
	job_free(&job);
	return ok;
}

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

static unsigned worker_count(const struct options *options)
{
	if (options->operand_count > 0 && options->operand_count < options->jobs)
		return (unsigned)options->operand_count;
	return options->jobs;
}

int tool_run(const struct tool *tool, const struct options *options, const void *tool_options)
{
	struct run run = {
		.tool = tool, .tool_options = tool_options, .options = options, .input_fd = -1
	};
	struct err err;
	json_object_seed(0); /* before the first thread: jansson wants it so */
	bool ready = shared_open(options, &run.shared, &err);
	if (!ready)
		log_usage(&options->log, err.text);
	if (!ready || !check_resolver(options) || !open_input(&run)) {
		shared_close(&run.shared);
		return STATUS_UNKNOWN;
	}
	run.progress = progress_start(options);
	pool_run(&(struct pool){
		.context = &run,
		.worker_new = worker_new,
		.worker_free = worker_free,
		.take = take,
		.work = work,
		.give = give,
		.workers = worker_count(options),
		.keep_order = options->keep_order,
	});
	progress_end(&run.progress);
	input_close(&run.input);
	fd_close(&run.input_fd);
	shared_close(&run.shared);
	return run.broken ? STATUS_UNKNOWN : (int)run.worst;
}
