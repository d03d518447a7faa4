/* dialback.h - the steps of xmpp-dialback around its trials. */
#ifndef RUN_DIALBACK_H
#define RUN_DIALBACK_H

#include "run/dialback_options.h"
#include "run/guest.h"
#include "run/job.h"

struct reception;

/* What all jobs of xmpp-dialback share: built before the first thread, const afterwards. */
struct dialback_run {
	const struct dialback_options *opt;
	const struct options *options;
	struct arena *mem;
	struct bytes secret;           /* of the keys we make */
	struct host host;              /* what our guests meet */
	struct tls_context *bare;      /* without --cert: with a certificate made for the run while
					  we listen, else with none */
	struct tls_context *server;    /* NULL: no listener */
	struct trust *trust;           /* for guests' certificates */
	struct own_facts own;          /* of --cert */
	struct reception *reception;   /* the listener; NULL: none */
	const char *listener;          /* "127.0.0.1:5269" */
	struct address listen_address; /* of the listener */
	uint16_t listen_port;
	bool listen_everywhere; /* no address was named */
};

/* Reads the secret, makes contexts, opens the listener. */
NODISCARD bool dialback_open(const struct dialback_options *opt, const struct options *options,
			     struct dialback_run *out, struct err *err);
void dialback_close(struct dialback_run *run);

/* Tries what was chosen on every wanted endpoint: job->facts[i] is a struct dialback_facts. */
void dialback_examine(struct job *job, const struct dialback_run *run);
/* How many connections to and from one endpoint there may be at once. */
unsigned dialback_lanes(const void *run);
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
