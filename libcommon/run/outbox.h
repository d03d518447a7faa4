/* outbox.h - every message to every recipient, from the moment it is known until its outcome is:
 * who was written, handled, confirmed, bounced. RFC-free bookkeeping around XEP-0198's counter; no
 * I/O, no clock of its own. MSG-45 to MSG-50.
 *
 * What is settled is told as it settles: who waits for a receipt holds nobody back. Each is told
 * once.
 *
 * Bounded: what is settled leaves as soon as it was told, and outbox_room() says when to stop
 * adding. A parcel costs its own arena and nothing else. One thread. */
#ifndef RUN_OUTBOX_H
#define RUN_OUTBOX_H

#include "judge/delivery.h"
#include "xmpp/message.h"

struct parcel {
	struct parcel_facts facts; /* strings in mem */
	struct arena *mem;         /* its own */
	const char *xml;           /* the stanza as it goes out */
	size_t size;
	const struct jid *to; /* in mem; NULL: a raw stanza to our own server */
	const char *nick;     /* groupchat: ours in that room, so that nobody else's message counts
				 as the reflection; to be set any time before; NULL: any */
	uint64_t position;    /* XEP-0198: it was the n-th stanza since <enable/>; 0: not written */
	double written_ms, handled_ms;
};

struct outbox;

struct outbox_wish {
	enum wait_wish wait;
	double wait_s;             /* from the moment it is handled */
	bool groupchat;            /* handled means reflected */
	bool resend;               /* unknown goes back to waiting */
	size_t max;                /* parcels at once */
	const struct jid *account; /* ours: its server may bounce, too; NULL: not known. Outlives
				      the outbox */
};

/* A room across a server link that is slow: so long --wait ack lets it reflect. */
#define OUTBOX_REFLECTION_S 10

struct outbox *outbox_new(const struct outbox_wish *wish);
void outbox_free(struct outbox **outbox);

/* Room for so many more. */
size_t outbox_room(const struct outbox *outbox);
/* mem is taken over; what else is in *parcel stays the caller's to have set (facts.id, to, xml).
 * One whose outcome is set already (PARCEL_REFUSED: too large) is settled and never goes out. */
void outbox_add(struct outbox *outbox, const struct parcel *parcel);
/* The next that was not written yet, or is to be written again; NULL: none. */
struct parcel *outbox_next(struct outbox *outbox);
/* What outbox_next() gave is not to go out (no such room): refused, with this reason; where it went
 * out before the connection was lost, unknown. */
void outbox_refuse(struct outbox *outbox, struct parcel *parcel, const char *reason);
void outbox_written(struct outbox *outbox, struct parcel *parcel, uint64_t position, double now_ms);
/* And the connection took it all: of WAIT_FOR_NOTHING that is the outcome. */
void outbox_flushed(struct outbox *outbox);
/* The server has handled all up to that position. */
void outbox_handled(struct outbox *outbox, uint64_t position, enum evidence evidence,
		    double now_ms);
/* A bounce, receipt or reflection; false: about none of ours (MSG-48), or not from whom it must be:
 * a bounce comes from the recipient, its server or ours, a receipt from the recipient only, and in
 * a room neither from another occupant. from: reply->from, parsed; NULL where that is NULL. */
bool outbox_take_reply(struct outbox *outbox, const struct reply *reply, const struct jid *from,
		       double now_ms);
/* The connection is gone. resumed: what was not handled goes out again, in order, under the same id
 * (XEP-0198, 5), and what waits for a bounce waits anew, for nobody listened meanwhile. Otherwise
 * it is unknown, or with `resend` goes out again; what was handled is as settled as it ever will
 * be. Between the loss and this call outbox_settled() must not be asked: a silence would count. */
void outbox_lost(struct outbox *outbox, bool resumed, const char *reason, double now_ms);
/* Nothing more will be sent or heard: all that is left is unsent or unknown. */
void outbox_give_up(struct outbox *outbox, const char *reason, double now_ms);

/* The next whose outcome is settled by now: as they settled, and what settled at once in the order
 * it was added; NULL: none. It is the caller's until outbox_drop(), and no reply is about it any
 * more. facts.time is the caller's to set: there is no clock here. */
struct parcel *outbox_settled(struct outbox *outbox, double now_ms);
void outbox_drop(struct outbox *outbox, struct parcel *parcel);
/* When to look again though nothing happens: milliseconds on the clock; 0: no such moment. What
 * outbox_settled() would give already is not counted. */
double outbox_due_ms(const struct outbox *outbox);
bool outbox_is_empty(const struct outbox *outbox);
/* Some were written that the server has not confirmed, and is to. */
bool outbox_awaits_ack(const struct outbox *outbox);

#endif
