/* progress.h - says on a terminal that long work goes on: one line on standard error, again each
 * second, wiped before a result is written. Of several programs on one terminal one at a time shows
 * it. */
#ifndef RUN_PROGRESS_H
#define RUN_PROGRESS_H

#include "run/cli.h"
#include "run/headway.h"

struct progress;

/* NULL where nobody looks, or where -v shows more. Everything below takes NULL. The headway changes
 * between progress_pause() and progress_go_on() alone. */
struct progress *progress_start(const struct options *options, const struct headway *headway);
/* Around the writing of a result. */
void progress_pause(struct progress *progress);
void progress_go_on(struct progress *progress);
void progress_end(struct progress **progress);

#endif
