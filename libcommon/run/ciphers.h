/* ciphers.h - the steps of xmpp-ciphers around its walk: enumerate each endpoint, then judge and
 * write. */
#ifndef RUN_CIPHERS_H
#define RUN_CIPHERS_H

#include "run/ciphers_options.h"
#include "run/job.h"

/* Enumerates every wanted endpoint (run/scope.h, run/lanes.h): job->facts[i] is a struct
 * ciphers_facts. */
void ciphers_examine(struct job *job, const struct ciphers_options *opt);
/* --rejudge: facts out of the record. job->problem is set when it keeps none. */
void ciphers_reread(struct job *job);
/* Judges, compares (--diff), sets job->status and writes job->out. */
void ciphers_verdict(struct job *job, const struct ciphers_options *opt);
/* --list: the registry to standard output. Returns the exit status. */
int ciphers_list(const struct ciphers_options *opt, const struct options *options);

#endif
