/* While a connection lasts: what waits goes out, what arrives is seen to, what is settled is told.
 */
#include <poll.h>

#include "run/courier_inner.h"
#include "run/signals.h"
#include "xmpp/ns.h"

#define RECORD_ROOM  16384 /* octets of text in a TLS record (RFC 8446, 5.1) */
#define QUESTION_MAX 128   /* octets of an <r/>, or a ping */
#define IDLE_SECONDS 60.0  /* of silence, until we ask whether the server is still there */
#define PATIENCE     0.1   /* seconds for a stanza to be complete */

/* Everything that has arrived. */
static bool take_arrivals(struct courier *courier, struct err *err)
{
	do {
		const struct elem *stanza = NULL;
		struct err why = { 0 };
		client_give_time(courier->client, PATIENCE);
		/* Half a stanza, or a message of TLS itself, is no loss. */
		if (!courier_read(courier, &stanza, &why) && why.code != ERR_TIMEOUT) {
			*err = why;
			return false;
		}
	} while (stream_has_input(courier->client->probe->stream));
	return true;
}

/* "Have you got it all?" One question at a time: <r/> (XEP-0198), or a ping as a barrier. */
static void ask(struct courier *courier)
{
	struct buf *out = &courier->batch;
	courier->asked_ms = clock_ms();
	if (courier->client->manage.enabled) {
		manage_write_request(out);
		return;
	}
	message_new_id(courier->ping_id);
	buf_printf(out, "<iq type='get' id='%s'><ping xmlns='" NS_PING "'/></iq>",
		   courier->ping_id);
	courier_count(courier);
	courier->asked_position = courier->position;
}

static bool send_batch(struct courier *courier, struct err *err)
{
	bool ok = courier_write(courier, &courier->batch, err);
	buf_clear(&courier->batch);
	if (ok)
		outbox_flushed(courier->outbox);
	return ok;
}

static bool is_idle(const struct courier *courier)
{
	double last = courier->heard_ms > courier->said_ms ? courier->heard_ms : courier->said_ms;
	return clock_ms() - last >= IDLE_SECONDS * 1000;
}

/* Into a room goes only what somebody in it may say. */
static bool may_go_out(const struct courier *courier, struct parcel *parcel)
{
	for (size_t i = 0; courier->opt->muc && parcel->to && i < courier->recipient_count; i++) {
		const struct recipient *room = &courier->recipients[i];
		if (!jid_same_bare(parcel->to, &room->jid))
			continue;
		parcel->nick = room->nick;
		if (room->refusal) {
			outbox_refuse(courier->outbox, parcel, room->refusal);
			return false;
		}
	}
	return true;
}

/* Behind all that there is to write now, never in its midst: a server that answers while it still
 * has stanzas to read may find the connection gone, and throw them away half read. */
static bool is_to_ask(const struct courier *courier)
{
	return courier->asked_ms == 0 && !courier->has_more &&
	       (outbox_awaits_ack(courier->outbox) || is_idle(courier));
}

/* Stanzas leave whole, as many as a TLS record takes: it arrives whole or not at all, so that no
 * server is left with half a stanza when the connection breaks. Prosody 0.12 would read on in the
 * middle of it after a resumption, and end the stream over it. */
static bool make_room(struct courier *courier, size_t size, struct err *err)
{
	return courier->batch.size + size + QUESTION_MAX <= RECORD_ROOM || send_batch(courier, err);
}

static bool send_waiting(struct courier *courier, struct err *err)
{
	for (struct parcel *parcel; (parcel = outbox_next(courier->outbox));) {
		if (!may_go_out(courier, parcel))
			continue;
		parcel->facts.time = clock_now();
		if (!make_room(courier, parcel->size, err))
			return false;
		buf_add(&courier->batch, parcel->xml, parcel->size);
		courier_count(courier);
		outbox_written(courier->outbox, parcel, courier->position, clock_ms());
	}
	if (is_to_ask(courier))
		ask(courier);
	return send_batch(courier, err);
}

static bool is_through(const struct courier *courier)
{
	return courier->interrupted || (courier->input_ended && outbox_is_empty(courier->outbox));
}

static double earlier(double a, double b)
{
	return b > 0 && (a == 0 || b < a) ? b : a;
}

/* How long nothing may happen until there is something to do. */
static int wait_ms(const struct courier *courier)
{
	if (courier->has_more)
		return 0;
	double due = outbox_due_ms(courier->outbox);
	double last = courier->heard_ms > courier->said_ms ? courier->heard_ms : courier->said_ms;
	if (courier->asked_ms > 0)
		due = earlier(due, courier->asked_ms + courier->options->timeout * 1000);
	else
		due = earlier(due, last + IDLE_SECONDS * 1000);
	double left = due - clock_ms();
	return left > 0 ? (int)left + 1 : 0;
}

/* The stream, the input, a signal, or time. */
static void wait_for_something(struct courier *courier)
{
	bool reads = !courier->input_ended && courier_has_room(courier);
	struct pollfd fds[] = {
		{ .fd = conn_fd(courier->client->probe->conn), .events = POLLIN },
		{ .fd = courier->signals, .events = POLLIN },
		{ .fd = reads ? letters_fd(courier->letters) : -1, .events = POLLIN },
	};
	if (stream_has_input(courier->client->probe->stream))
		return;
	conn_acknowledge(courier->client->probe->conn);
	if (poll(fds, ARRAY_SIZE(fds), wait_ms(courier)) > 0 && fds[1].revents) {
		signals_take(courier->signals);
		courier->interrupted = true;
	}
}

static bool arrived(const struct courier *courier)
{
	struct pollfd fd = { .fd = conn_fd(courier->client->probe->conn), .events = POLLIN };
	return stream_has_input(courier->client->probe->stream) || poll(&fd, 1, 0) > 0;
}

static bool is_overdue(const struct courier *courier, struct err *err)
{
	double waited = clock_ms() - courier->asked_ms;
	if (courier->asked_ms == 0 || waited < courier->options->timeout * 1000)
		return false;
	err_set(err, AT_SESSION, ERR_TIMEOUT, "the server acknowledged nothing within %g s",
		courier->options->timeout);
	return true;
}

bool courier_carry(struct courier *courier, struct err *err)
{
	for (;;) {
		courier_fill(courier, false);
		if (!send_waiting(courier, err))
			return false;
		courier_tell_settled(courier);
		if (is_through(courier))
			return true;
		wait_for_something(courier);
		if (arrived(courier) && !take_arrivals(courier, err))
			return false;
		courier_tell_settled(courier);
		if (is_overdue(courier, err))
			return false;
	}
}
