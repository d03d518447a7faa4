#include "run/tool.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/interrupt.h"
#include "run/limits.h"
#include "run/pool.h"
#include "run/progress.h"
#include "run/scope.h"
#include "run/tool_inner.h"

/* Octets that the lines of all jobs under way may take, about. Every worker may have a record of 60
 * KB, which is a large one; how many more stand aside is a matter of what they weigh. */
#define LINES_WEIGHT            ((size_t)64 * 1024 * 1024)
#define LINES_WEIGHT_PER_WORKER ((size_t)512 * 1024)

static void *worker_new(void *context)
{
	const struct run *run = context;
	const struct resolver_options wishes = {
		.server = run->options->resolver,
		.trust_ad = run->options->trust_ad,
		.common = run->shared.dns,
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
	if (interrupt_signal(run->interrupt))
		return NULL;
	struct job *job = job_new(&run->shared);
	struct err err = { 0 };
	if (job_take_line(job, &run->input, &err))
		return job;
	if (err.code) {
		log_say(&run->options->log, NULL, "%s", err.text);
		run->input_failed = true;
	}
	job_free(&job);
	return NULL;
}

/* A line that neither needs the network nor names a domain. */
static bool is_read_by_tool(const struct run *run)
{
	return !run->options->network && run->tool->read;
}

/* Up to where it is known which addresses are called. */
static void prepare(void *context, void *worker, void *argument)
{
	const struct run *run = context;
	struct job *job = argument;
	job->started_ms = clock_ms();
	job->resolver = worker;
	if (is_read_by_tool(run)) {
		run->tool->read(job, run->tool_options);
		return;
	}
	job_read_line(job);
	job->skipped = run->resume && resume_take(run->resume, job);
	if (job->skipped || run->options->rejudge)
		return;
	job_find_endpoints(job);
	if (job->problem.code)
		return;
	if (run->tool->prepare)
		run->tool->prepare(job, run->tool_options);
	scope_claim(job);
}

static size_t weight(void *context, const void *argument)
{
	const struct job *job = argument;
	(void)context;
	return job->weight;
}

static bool admit(void *context, void *argument)
{
	struct run *run = context;
	struct job *job = argument;
	return job->claim.count == 0 || gate_claim(run->shared.gate, &job->claim);
}

static void work(void *context, void *worker, void *argument)
{
	const struct run *run = context;
	struct job *job = argument;
	if (job->skipped)
		return;
	if (interrupt_signal(run->interrupt)) {
		gate_return(run->shared.gate, &job->claim);
		return; /* what it said would not count */
	}
	job->resolver = worker; /* whoever prepared it is busy with another one */
	if (run->options->rejudge && !is_read_by_tool(run))
		run->tool->rejudge(job, run->tool_options);
	else
		run->tool->examine(job, run->tool_options);
	gate_return(run->shared.gate, &job->claim);
	job_tell_dns(job); /* for who reads records asks for TLSA and CAA only here */
	/* What a signal wakes comes to know of it first. */
	job->finished = !interrupt_signal(run->interrupt);
}

/* A wrong line on standard input is told at once, by the first tool that reads it; its record says
 * it again to programs. */
static void tell_problem(const struct options *options, const struct job *job)
{
	enum err_code code = job->problem.code;
	if ((code != ERR_USAGE && code != ERR_LIMIT && code != ERR_UNSUPPORTED) ||
	    job->refused_before)
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

/* Whoever names a file wants its lines. */
static void tell_file(const struct options *options, const struct job *job)
{
	struct stat file;
	if (options->operand_count == 0 || job->endpoints.count > 0 ||
	    stat(job->line.text, &file) != 0 || !S_ISREG(file.st_mode))
		return;
	log_say(&options->log, job->line.text,
		"there is a file of this name: with < before it its lines are read");
}

static void say_failed(struct run *run, const struct err *err)
{
	log_say(&run->options->log, NULL, "%s", err->text);
	run->output_failed = true;
	interrupt_call_off(run->interrupt); /* of the next line, too */
}

static bool flush(struct job *job, struct err *err)
{
	return job_flush(job) ||
	       err_set(err, AT_FILE, ERR_SYSTEM, "standard output: %s", strerror(errno));
}

/* What there was before is whole, whatever becomes of this result. */
static void go_on(struct run *run, struct job *job)
{
	struct err err;
	size_t size = job->out.size;
	if (!resume_make_room(run->resume, &err)) {
		say_failed(run, &err);
		return;
	}
	bool wrote = flush(job, &err);
	if (!wrote)
		say_failed(run, &err);
	if (wrote ? !resume_wrote(run->resume, job, size, &err)
		  : !resume_gave_up(run->resume, size, &err))
		say_failed(run, &err);
}

static void write_result(struct run *run, struct job *job)
{
	struct err err;
	tell_problem(run->options, job);
	tell_file(run->options, job);
	run->worst = status_worse(run->worst, job->status);
	headway_add(&run->headway, job->status);
	if (run->resume)
		go_on(run, job);
	else if (!flush(job, &err))
		say_failed(run, &err);
}

static bool give(void *context, void *argument)
{
	struct run *run = context;
	struct job *job = argument;
	progress_pause(run->progress);
	run->headway.skipped += job->skipped;
	if (job->finished && !run->output_failed)
		write_result(run, job);
	progress_go_on(run->progress);
	return !run->output_failed;
}

static void discard(void *context, void *argument)
{
	struct job *job = argument;
	(void)context;
	job_free(&job);
}

static void write_hint(const struct run *run, struct buf *line)
{
	const char *before = run->options->resume_file;
	if (before && resume_is_file(run->resume, STDOUT_FILENO)) {
		buf_text(line, "; the same command does the rest");
		return;
	}
	buf_text(line, "; the same command with --resume FILE >> FILE does the rest, FILE being ");
	if (before)
		buf_printf(line, "%s and ", before);
	buf_text(line, "what it has written so far");
}

/* Of one target there is nothing to say, and nothing to resume; nor of what stands on a terminal.
 */
static void tell_interruption(const struct run *run)
{
	const enum output_form form = run->options->form;
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	if (run->headway.total == 1)
		return;
	buf_text(&line, "interrupted: ");
	headway_write_count(&run->headway, &line);
	if (run->headway.done > 0) {
		buf_text(&line, " (");
		headway_write_statuses(&run->headway, &line);
		buf_char(&line, ')');
	}
	if ((form == OUTPUT_JSON || form == OUTPUT_SHORT) && !isatty(STDOUT_FILENO))
		write_hint(run, &line);
	log_say(&run->options->log, NULL, "%s", buf_string(&line));
}

/* Somebody who looks on would wonder; a cron job has its status. */
static void tell_end(const struct run *run)
{
	const struct headway *headway = &run->headway;
	if (headway->skipped == 0 || headway->done > 0 || run->input_failed ||
	    !isatty(STDERR_FILENO))
		return;
	log_say(&run->options->log, NULL, "nothing is left to do: %s holds all %zu results",
		run->options->resume_file, headway->skipped);
}

/* No more than there are targets, or files that may be open. */
static unsigned worker_count(const struct run *run)
{
	const struct options *options = run->options;
	struct err err = { 0 };
	unsigned wanted = options->jobs;
	unsigned lanes = run->tool->lanes ? run->tool->lanes(run->tool_options) : 1;
	if (run->headway.total > 0 && run->headway.total < wanted)
		wanted = (unsigned)run->headway.total;
	unsigned most = limits_open_files(wanted, lanes * scope_width(options), &err);
	if (err.code && options->jobs_chosen)
		log_say(&options->log, NULL, "%s", err.text);
	return most;
}

static void run_pool(struct run *run)
{
	unsigned workers = worker_count(run);
	run->progress = progress_start(run->options, &run->headway);
	pool_run(&(struct pool){
		.context = run,
		.worker_new = worker_new,
		.worker_free = worker_free,
		.take = take,
		.prepare = prepare,
		.admit = admit,
		.work = work,
		.give = give,
		.discard = discard,
		.weight = weight,
		.weight_max = LINES_WEIGHT + workers * LINES_WEIGHT_PER_WORKER,
		.workers = workers,
		.keep_order = run->options->keep_order,
	});
	progress_end(&run->progress);
}

/* The file has whole results alone, also where none was written. Whoever is cut short leaves it. */
static void end_results(struct run *run)
{
	struct err err;
	if (!run->resume || run->input_failed || run->output_failed ||
	    interrupt_signal(run->interrupt) || resume_end(run->resume, &err))
		return;
	say_failed(run, &err);
}

int tool_run(const struct tool *tool, const struct options *options, const void *tool_options)
{
	struct run run = {
		.tool = tool, .tool_options = tool_options, .options = options, .input_fd = -1
	};
	json_object_seed(0); /* before the first thread: jansson wants it so */
	bool ready = tool_begin(&run);
	if (ready) {
		run_pool(&run);
		end_results(&run);
	}
	int signal = interrupt_signal(run.interrupt);
	if (ready && signal)
		tell_interruption(&run);
	else if (ready)
		tell_end(&run);
	input_close(&run.input);
	fd_close(&run.input_fd);
	resume_close(&run.resume);
	shared_close(&run.shared);
	interrupt_end(&run.interrupt);
	if (signal)
		interrupt_die(signal);
	return ready && !run.input_failed && !run.output_failed ? (int)run.worst : STATUS_UNKNOWN;
}
