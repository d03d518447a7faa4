/* crew.h - threads that help with what one job does side by side, and wait for the next one in
 * between.
 *
 * They start on demand and stay: a thread's first handshake costs more than any later one, since
 * GnuTLS seeds a generator for each and malloc makes it a heap. */
#ifndef RUN_CREW_H
#define RUN_CREW_H

#include <stddef.h>

struct crew;

struct crew *crew_new(void);
/* Nobody is in crew_share() any more. Takes NULL. */
void crew_free(struct crew **crew);

/* Calls each(context, i) for every i below count, at most `width` at a time, in this thread and as
 * many helpers as can be had; returns when all have returned. Any thread, also from within each().
 */
void crew_share(struct crew *crew, size_t count, unsigned width,
		void (*each)(void *context, size_t index), void *context);

#endif
