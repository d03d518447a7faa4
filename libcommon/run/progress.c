#include "run/progress.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/memory.h"

#define PATIENCE  2 /* seconds that pass without a word */
#define WIDTH_MAX 79

struct progress {
	const struct options *options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool over;
	size_t done;  /* results */
	size_t shown; /* columns of the line that stands there */
	struct timespec began;
};

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

static void tell(struct progress *progress, int seconds)
{
	const struct options *options = progress->options;
	char text[WIDTH_MAX + 1];
	size_t count = options->operand_count;
	if (count == 1)
		snprintf(text, sizeof(text), "%s: waiting for answers, %d s (-v shows them)",
			 options->log.program, seconds);
	else if (count > 1)
		snprintf(text, sizeof(text), "%s: %zu of %zu done, %d s", options->log.program,
			 progress->done, count, seconds);
	else
		snprintf(text, sizeof(text), "%s: %zu done, %d s", options->log.program,
			 progress->done, seconds);
	show(progress, text);
}

static void *run(void *argument)
{
	struct progress *progress = argument;
	struct timespec next = progress->began;
	int seconds = PATIENCE;
	next.tv_sec += PATIENCE;
	pthread_mutex_lock(&progress->lock);
	while (!progress->over) {
		if (pthread_cond_timedwait(&progress->ended, &progress->lock, &next) != ETIMEDOUT)
			continue;
		tell(progress, seconds++);
		next.tv_sec++;
	}
	pthread_mutex_unlock(&progress->lock);
	return NULL;
}

struct progress *progress_start(const struct options *options)
{
	pthread_condattr_t attributes;
	if (!options->network || options->rejudge || options->talks || options->verbose > 0 ||
	    options->log.quiet || !isatty(STDERR_FILENO))
		return NULL;
	struct progress *progress = memory_new(sizeof(*progress));
	progress->options = options;
	clock_gettime(CLOCK_MONOTONIC, &progress->began);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&progress->lock, NULL);
	pthread_cond_init(&progress->ended, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&progress->thread, NULL, run, progress) == 0)
		return progress;
	pthread_cond_destroy(&progress->ended);
	pthread_mutex_destroy(&progress->lock);
	free(progress);
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
	progress->done++;
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
	pthread_cond_destroy(&ended->ended);
	pthread_mutex_destroy(&ended->lock);
	free(ended);
	*progress = NULL;
}
