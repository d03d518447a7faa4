/* door.h - a listener with a thread for each guest, and an end that does not wait for them.
 *
 * So many guests at once, no more: who comes then waits in the kernel's queue. Locks inside. */
#ifndef RUN_DOOR_H
#define RUN_DOOR_H

#include "net/address.h"
#include "net/conn.h"

/* Who came. */
struct caller {
	struct conn *conn; /* the door's to close */
	struct address address;
	uint16_t port;
};

struct door_options {
	struct address address;
	uint16_t port;   /* 0: any */
	unsigned guests; /* at once */
	double seconds;  /* the deadline that conn starts with */
	/* Runs in a thread of its own. The conn is shut down under it when the door closes. */
	void (*welcome)(void *context, const struct caller *caller);
	void *context;
};

struct door;

NODISCARD bool door_open(const struct door_options *options, struct door **out, struct err *err);
uint16_t door_port(const struct door *door);
/* Nobody is let in from here on: connections are refused, as if nobody listened. Opens again on the
 * same port. Both may be called by one thread at a time. */
void door_shut(struct door *door);
NODISCARD bool door_reopen(struct door *door, struct err *err);
/* Lets nobody in any more, cuts off who is there, and returns when all have gone. */
void door_close(struct door **door);

#endif
