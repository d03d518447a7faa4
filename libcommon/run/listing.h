/* listing.h - xmpp-starttls --list: where a domain's endpoints are. Only the resolver is asked. */
#ifndef RUN_LISTING_H
#define RUN_LISTING_H

#include "run/job.h"

/* Nobody is to be called. */
void listing_prepare(struct job *job);
/* Judges what DNS said, sets job->status, appends to job->out: a screen, a line an endpoint, or a
 * record whose endpoints the next tool examines without asking DNS again. */
void listing_write(struct job *job);

#endif
