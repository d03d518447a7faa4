/* courier_inner.h - what the files of courier.h share. Not for others. */
#ifndef RUN_COURIER_INNER_H
#define RUN_COURIER_INNER_H

#include "run/client.h"
#include "run/courier.h"
#include "run/letters.h"
#include "run/outbox.h"
#include "run/unsent.h"

/* One recipient of the command line. */
struct recipient {
	struct jid jid;
	const char *nick;    /* --muc: ours in that room; NULL: not in it */
	const char *refusal; /* why nothing can be said there, one sentence; NULL */
};

struct courier {
	const struct sendmsg_options *opt;
	const struct options *options;
	struct client *client;
	struct arena *mem;
	struct recipient *recipients;
	size_t recipient_count;
	struct secret room_password; /* fd -1: none */
	struct letters *letters;
	struct outbox *outbox;
	struct unsent *unsent; /* NULL: none is kept */
	bool unsent_broken;    /* something that ought to be kept is not: told */
	struct delivery_tally tally;
	int signals;      /* run/signals.h */
	bool interrupted; /* by one */
	bool input_ended;
	bool has_more;      /* courier_fill() stopped before the input did */
	bool output_broken; /* standard output: told; output_closed: its reader is gone */
	bool output_closed;
	bool entered;        /* --muc: each room has answered in this session */
	size_t told, untold; /* parcels whose outcome was shown; lost ones that only count */
	struct buf batch;    /* what goes out next */
	/* The barrier that asks what was handled: <r/>, or a ping where there is no stream
	 * management. */
	double asked_ms;         /* since when an answer is waited for; 0: nothing is asked */
	uint64_t asked_position; /* of the ping */
	char ping_id[MESSAGE_ID + 1];
	uint64_t position;        /* stanzas of ours on this stream, where manage does not count */
	double heard_ms, said_ms; /* when something came, and went, last */
	bool answered; /* something of this session's work was confirmed: back-off begins anew */
};

/* courier_stream.c: a stanza of ours, into the batch, counted. */
void courier_count(struct courier *courier);
/* Reads one stanza and sees to it: acknowledgements, bounces, receipts, questions. *out is it, for
 * who waits for something else; false: the connection is lost (ERR_TIMEOUT: nothing came so far).
 */
NODISCARD bool courier_read(struct courier *courier, const struct elem **out, struct err *err);
NODISCARD bool courier_write(struct courier *courier, const struct buf *text, struct err *err);

/* MSG-45: what we have got. */
NODISCARD bool courier_give_ack(struct courier *courier, struct err *err);

/* courier_carry.c: until all is told (true), or the connection is lost. */
NODISCARD bool courier_carry(struct courier *courier, struct err *err);

/* courier_pack.c: from letters to parcels. */
/* Takes what there is, as far as there is room, and not more than makes a batch: the server can
 * work on that meanwhile. `wait`: at least until there is something. */
void courier_fill(struct courier *courier, bool wait);
/* For a text to every recipient: otherwise the input is left alone. */
bool courier_has_room(const struct courier *courier);

/* courier_room.c: into each room, and out again. */
NODISCARD bool courier_enter_rooms(struct courier *courier, struct err *err);
void courier_leave_rooms(struct courier *courier);

/* courier_tell.c */
void courier_tell_session(struct courier *courier);
/* Everything that is settled. */
void courier_tell_settled(struct courier *courier);
/* What was wrong with the input. */
void courier_complain(struct courier *courier, size_t number, const struct err *err);
/* --dry-run, or a session that failed before there was a message. */
void courier_tell_no_message(struct courier *courier);

#endif
