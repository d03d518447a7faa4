/* outbox.h - every message to every recipient, from the moment it is known until its outcome is:
 * who was written, handled, confirmed, bounced. RFC-free bookkeeping around XEP-0198's counter; no
 * I/O, no clock of its own. MSG-45 to MSG-50.
 *
 * Bounded: what is settled leaves as soon as it was told, and outbox_room() says when to stop
 * adding. One thread. */
#ifndef RUN_OUTBOX_H
#define RUN_OUTBOX_H

#include "judge/delivery.h"
#include "xmpp/message.h"

struct parcel {
	struct parcel_facts facts; /* strings in mem */
	struct arena *mem;         /* its own */
	const char *xml;           /* the stanza as it goes out */
	size_t size;
	const struct jid *to;
	const char *text;  /* for --unsent; NULL: the stanza itself */
	uint64_t position; /* XEP-0198: it was the n-th stanza since <enable/>; 0: not written */
	double written_ms, handled_ms;
};

struct outbox;

struct outbox_wish {
	enum wait_wish wait;
	double wait_s;
	bool groupchat; /* handled means reflected */
	bool resend;    /* unknown goes back to waiting */
	size_t max;     /* parcels at once */
};

struct outbox *outbox_new(const struct outbox_wish *wish);
void outbox_free(struct outbox **outbox);

/* Room for so many more. */
size_t outbox_room(const struct outbox *outbox);
/* mem is taken over; what else is in *parcel stays the caller's to have set (facts.id, to, xml). */
void outbox_add(struct outbox *outbox, const struct parcel *parcel);
/* The next that was not written yet; NULL: none. */
struct parcel *outbox_next(struct outbox *outbox);
void outbox_written(struct outbox *outbox, struct parcel *parcel, uint64_t position, double now_ms);
/* The server has handled all up to that position. */
void outbox_handled(struct outbox *outbox, uint64_t position, enum evidence evidence,
		    double now_ms);
/* A bounce, receipt or reflection; false: about none of ours (MSG-48). */
bool outbox_take_reply(struct outbox *outbox, const struct reply *reply, const struct jid *from,
		       double now_ms);
/* The connection is gone. resumed: what was not handled goes out again, in order, under the same id
 * (XEP-0198, 5). Otherwise it is unknown, or with `resend` goes out again. */
void outbox_lost(struct outbox *outbox, bool resumed, const char *reason, double now_ms);
/* Nothing more will be sent or heard: all that is left is unsent or unknown. */
void outbox_give_up(struct outbox *outbox, const char *reason, double now_ms);

/* The oldest whose outcome is settled by now, in the order they were added; NULL: none. It is the
 * caller's until outbox_drop(). */
struct parcel *outbox_settled(struct outbox *outbox, double now_ms);
void outbox_drop(struct outbox *outbox, struct parcel *parcel);
/* When to look again though nothing happens: milliseconds on the clock; 0: no such moment. */
double outbox_due_ms(const struct outbox *outbox);
bool outbox_is_empty(const struct outbox *outbox);
/* Some were written that the server has not confirmed. */
bool outbox_awaits_ack(const struct outbox *outbox);

#endif
