/* reception_inner.h - what reception.c and reception_guest.c share; nobody else. */
#ifndef RUN_RECEPTION_INNER_H
#define RUN_RECEPTION_INNER_H

#include <pthread.h>

#include "run/key_claim.h"
#include "run/reception.h"

#define CLAIMS_MAX      4
#define GUESTS_OF_VISIT 16    /* at once */
#define CALLS_MAX       64    /* in all: what is seen of each is kept until the run ends */
#define GUEST_SECONDS   300.0 /* longer than a trial lasts */

/* The reception's lock guards everything but the plan, which nobody changes. */
struct visit {
	struct reception *reception;
	struct visit *next; /* the one that came before it */
	struct visit_plan plan;
	double began_ms;
	struct key_claim claims[CLAIMS_MAX];
	size_t claim_count;
	const char *stanza_id;
	struct visit_seen seen;
	struct guest *guests[GUESTS_OF_VISIT]; /* NULL: free */
	size_t calls;
	bool begun, over; /* it takes guests from the one to the other */
};

struct reception {
	struct reception_options options;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* something was seen, or a guest has left */
	struct visit *visits;
	struct door *door;
	bool lost; /* the port, while the door was shut: somebody else has it */
};

/* The door's welcome: the story of one guest. */
void reception_welcome(void *context, const struct caller *caller);

#endif
