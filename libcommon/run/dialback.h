/* dialback.h - the steps of xmpp-dialback around its walk. */
#ifndef RUN_DIALBACK_H
#define RUN_DIALBACK_H

#include "run/dialback_options.h"
#include "run/job.h"

struct peer;

/* What all jobs of xmpp-dialback share, built before the first thread. */
struct dialback_run {
	const struct dialback_options *opt;
	struct peer *peer; /* the listener; NULL: none */
};

/* Tries what was chosen on every wanted endpoint: job->facts[i] is a struct dialback_facts. */
void dialback_examine(struct job *job, const struct dialback_run *run);
/* --rejudge: facts out of the record. job->problem is set when it keeps none. */
void dialback_reread(struct job *job);
/* Judges, sets job->status and writes job->out. */
void dialback_verdict(struct job *job);

/* --serve: until --count exchanges or a signal. Returns the exit status. */
int dialback_serve(const struct dialback_options *opt, const struct options *options);

/* --make-key, --verify-key: to standard output, with the exit status (0 the key is right, 2 it is
 * not, 3 it could not be told). */
int dialback_key_task(const struct dialback_options *opt, const struct options *options);
/* --list-checks: the catalogue of trials to standard output. */
int dialback_list_checks(const struct options *options);
/* The octets of --secret-file ("FILE", "fd:N"), without one line end; wiped by the caller. */
NODISCARD bool dialback_read_secret(const char *file, struct arena *mem, struct bytes *out,
				    struct err *err);
/* Every user of this machine may read it: false also where nobody can tell. */
bool dialback_secret_exposed(const char *file);

#endif
