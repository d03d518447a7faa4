/* serve_inner.h - what the files of --serve share; nobody else. */
#ifndef RUN_SERVE_INNER_H
#define RUN_SERVE_INNER_H

#include <pthread.h>

#include "report/served.h"
#include "run/dialback.h"
#include "run/guest.h"

#define GUESTS_MAX   200
#define INQUIRY_MAX  200 /* questions to authoritative servers at once */
#define PENDING_MAX  4   /* of them for one guest */
#define VERIFIED_MAX 16  /* pairs on one stream */

struct serve {
	const struct dialback_run *run;
	struct shared shared; /* what our own calls need */
	pthread_mutex_t lock;
	size_t inquiries; /* on their way */
	size_t exchanges;
	enum status worst;
	bool stopping;
	bool broken; /* standard output */
	int done;    /* an eventfd: --count is reached, or output failed */
	struct door *door;
};

/* The question whether a key is right, on its way to the sender's authoritative server. */
struct inquiry {
	struct serve *serve;
	struct arena *mem;
	struct db_element request;
	const char *id; /* of the stream on which it came */
	double since_ms;
	/* The guest's, written by the thread that asks, under the serve's lock. */
	bool finished, abandoned;
	int wake; /* the guest's eventfd */
	struct trial_answer answer;
	const char *reason;
	struct link_facts authority;
	bool reached;
};

/* Asks in a thread of its own. False: too many are under way. */
NODISCARD bool inquiry_start(struct serve *serve, const struct guest *guest,
			     const struct db_element *request, struct inquiry **out);
/* It is over; NULL stays. The guest calls this, finished or not: what is not is left to itself. */
void inquiry_drop(struct inquiry **inquiry);

/* The door's welcome. context is a struct serve. */
void serve_welcome(void *context, const struct caller *caller);
/* Writes one exchange, and counts it. */
void serve_tell(struct serve *serve, const struct served_facts *served);
bool serve_is_stopping(struct serve *serve);

#endif
