#include "run/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/memory.h"

#define PATIENCE  2 /* seconds that pass without a word */
#define WIDTH_MAX 79

struct progress {
	const struct options *options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool over;
	int terminal; /* opened anew: descriptors that a pipeline shares have one lock; -1: cannot
			 be */
	const struct headway *headway;
	struct pace pace;
	size_t shown; /* columns of the line that stands there */
	struct timespec began;
};

/* The stages of a pipeline write on one terminal, and each would wipe another's line. Whoever has
 * the lock shows how far it is; it goes with the descriptor, to the next one that asks. */
static bool has_turn(const struct progress *progress)
{
	return progress->terminal < 0 || flock(progress->terminal, LOCK_EX | LOCK_NB) == 0 ||
	       errno != EWOULDBLOCK;
}

static int open_terminal(void)
{
	char name[64];
	if (ttyname_r(STDERR_FILENO, name, sizeof(name)) != 0)
		return -1;
	return open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC);
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* The cursor waits at the beginning of the line, for whoever else writes there. */
static void show(struct progress *progress, const char *text)
{
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	size_t size = strlen(text);
	buf_text(&line, text);
	for (size_t i = size; i < progress->shown; i++)
		buf_char(&line, ' ');
	buf_char(&line, '\r');
	log_raw(line.data, line.size);
	progress->shown = size;
}

/* "xmpp-starttls: 1234 of 3000 done, 41/s, 43 s left: 1200 ok, 34 critical" */
static void write_figures(const struct progress *progress, struct buf *line)
{
	const struct headway *headway = progress->headway;
	CLEANUP(buf_free) struct buf pace = buf_new(BUF_UNBOUNDED);
	buf_printf(line, "%s: ", progress->options->log.program);
	headway_write_count(headway, line);
	headway_write_pace(headway, &progress->pace, seconds_since(&progress->began), &pace);
	if (pace.size > 0)
		buf_printf(line, ", %s", buf_string(&pace));
	if (headway->done > 0)
		buf_text(line, ": ");
	headway_write_statuses(headway, line);
}

/* A line that breaks cannot be wiped; the last column stays free, for some terminals break there.
 */
static size_t columns(void)
{
	struct winsize size;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2 ||
	    size.ws_col > WIDTH_MAX)
		return WIDTH_MAX;
	return size.ws_col - 1U;
}

/* What has no room is left out from the end. */
static void tell(struct progress *progress)
{
	CLEANUP(buf_free) struct buf line = buf_new(columns());
	if (progress->headway->total == 1)
		buf_printf(&line, "%s: waiting for answers, %.0f s (-v shows them)",
			   progress->options->log.program, seconds_since(&progress->began));
	else
		write_figures(progress, &line);
	show(progress, buf_string(&line));
}

static void *run(void *argument)
{
	struct progress *progress = argument;
	struct timespec next = progress->began;
	next.tv_sec++;
	pthread_mutex_lock(&progress->lock);
	while (!progress->over) {
		if (pthread_cond_timedwait(&progress->ended, &progress->lock, &next) != ETIMEDOUT)
			continue;
		double seconds = seconds_since(&progress->began);
		if (seconds >= PATIENCE && has_turn(progress))
			tell(progress);
		pace_mark(&progress->pace, seconds, progress->headway->done);
		/* Whoever was stopped, or waited for a slow reader, does not catch up. */
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec++;
	}
	pthread_mutex_unlock(&progress->lock);
	return NULL;
}

static void discard(struct progress *progress)
{
	pthread_cond_destroy(&progress->ended);
	pthread_mutex_destroy(&progress->lock);
	fd_close(&progress->terminal);
	free(progress);
}

struct progress *progress_start(const struct options *options, const struct headway *headway)
{
	pthread_condattr_t attributes;
	if (!options->network || options->rejudge || options->talks || options->verbose > 0 ||
	    options->log.quiet || !isatty(STDERR_FILENO))
		return NULL;
	struct progress *progress = memory_new(sizeof(*progress));
	progress->options = options;
	progress->headway = headway;
	progress->terminal = open_terminal();
	/* Whoever's results come there, too, wipes the line for them, and asks before the others.
	 */
	if (isatty(STDOUT_FILENO))
		(void)has_turn(progress);
	clock_gettime(CLOCK_MONOTONIC, &progress->began);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&progress->lock, NULL);
	pthread_cond_init(&progress->ended, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&progress->thread, NULL, run, progress) == 0)
		return progress;
	discard(progress);
	return NULL;
}

void progress_pause(struct progress *progress)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	if (progress->shown > 0)
		show(progress, "");
}

void progress_go_on(struct progress *progress)
{
	if (!progress)
		return;
	pthread_mutex_unlock(&progress->lock);
}

void progress_end(struct progress **progress)
{
	struct progress *ended = *progress;
	if (!ended)
		return;
	pthread_mutex_lock(&ended->lock);
	ended->over = true;
	if (ended->shown > 0)
		show(ended, "");
	pthread_cond_signal(&ended->ended);
	pthread_mutex_unlock(&ended->lock);
	pthread_join(ended->thread, NULL);
	discard(ended);
	*progress = NULL;
}
