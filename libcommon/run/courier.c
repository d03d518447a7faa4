#include "run/courier.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/courier_inner.h"
#include "run/signals.h"
#include "xmpp/iq.h"
#include "xmpp/ns.h"

#define WINDOW        1000  /* parcels at once, told or not: bounds memory */
#define RECORD_ROOM   16384 /* octets of text in a TLS record (RFC 8446, 5.1) */
#define QUESTION_MAX  128   /* octets of an <r/>, or a ping */
#define IDLE_SECONDS  60.0  /* of silence, until we ask whether the server is still there */
#define PATIENCE      0.1   /* seconds for a stanza to be complete */
#define PAUSE_SECONDS 1.0   /* before the first new connection; doubled each time */
#define PAUSE_MAX     30.0

void courier_count(struct courier *courier)
{
	if (courier->client->manage.enabled) {
		manage_sent(&courier->client->manage);
		courier->position = courier->client->manage.sent;
	} else {
		courier->position++;
	}
}

bool courier_write(struct courier *courier, const struct buf *text, struct err *err)
{
	if (text->size == 0)
		return true;
	client_give_time(courier->client, courier->options->timeout);
	courier->said_ms = clock_ms();
	return stream_write(courier->client->probe->stream, text->data, text->size, err);
}

static void note_handled(struct courier *courier, uint64_t position, enum evidence evidence)
{
	outbox_handled(courier->outbox, position, evidence, clock_ms());
	courier->asked_ms = 0;
	courier->answered = true;
}

/* XEP-0199: our stream was worked off up to the ping, whatever the server makes of it. */
static bool is_ping_answer(const struct courier *courier, const struct elem *stanza)
{
	const char *id = elem_attr(stanza, "id"), *type = elem_attr(stanza, "type");
	return elem_is(stanza, NS_CLIENT, "iq") && id && type && courier->ping_id[0] &&
	       strcmp(id, courier->ping_id) == 0 &&
	       (strcmp(type, "result") == 0 || strcmp(type, "error") == 0);
}

static void take_reply(struct courier *courier, const struct elem *stanza)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct reply reply = { 0 };
	struct jid from;
	struct err err;
	message_read_reply(stanza, mem, &reply);
	if (reply.kind == REPLY_NONE ||
	    (reply.from && !jid_parse(reply.from, strlen(reply.from), mem, &from, &err)))
		return;
	if (outbox_take_reply(courier->outbox, &reply, reply.from ? &from : NULL, clock_ms()))
		courier->answered = true;
}

static bool answer_question(struct courier *courier, const struct elem *stanza, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	iq_write_reply(stanza, &text);
	if (text.size > 0)
		courier_count(courier);
	return courier_write(courier, &text, err);
}

static bool take_stanza(struct courier *courier, const struct elem *stanza, struct err *err)
{
	manage_received(&courier->client->manage, stanza);
	if (is_ping_answer(courier, stanza)) {
		courier->ping_id[0] = '\0';
		note_handled(courier, courier->asked_position, EVIDENCE_PING);
		return true;
	}
	take_reply(courier, stanza);
	return answer_question(courier, stanza, err);
}

static bool give_ack(struct courier *courier, struct err *err)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	manage_write_ack(&courier->client->manage, &text);
	return courier_write(courier, &text, err);
}

/* RFC 6120, 4.9.3: ends that would only come again. Who took our resource (conflict) would lose it
 * to us, and we to him. */
static bool is_final(const char *condition)
{
	static const char *const final[] = { "conflict", "host-gone", "host-unknown",
					     "not-authorized", "policy-violation" };
	for (size_t i = 0; condition && i < ARRAY_SIZE(final); i++) {
		if (strcmp(condition, final[i]) == 0)
			return true;
	}
	return false;
}

static bool next_element(struct courier *courier, const struct elem **out, struct err *err)
{
	struct stream_error error = { 0 };
	if (stream_read(courier->client->probe->stream, out, &error, err))
		return true;
	courier->client->hopeless |= is_final(error.condition);
	return false;
}

bool courier_read(struct courier *courier, const struct elem **out, struct err *err)
{
	struct client *client = courier->client;
	enum manage_event event = MANAGE_NOTHING;
	const char *condition = NULL;
	if (!next_element(courier, out, err) ||
	    !manage_read(&client->manage, *out, client->mem, &event, &condition, err))
		return false;
	courier->heard_ms = clock_ms();
	if (event == MANAGE_NOTHING)
		return take_stanza(courier, *out, err);
	if (event == MANAGE_ACK)
		note_handled(courier, client->manage.handled, EVIDENCE_ACK);
	return event != MANAGE_REQUEST || give_ack(courier, err);
}

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

static bool carry(struct courier *courier, struct err *err)
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

/* What the last connection left open: XEP-0198, 5. */
static void take_up(struct courier *courier)
{
	struct client *client = courier->client;
	double now = clock_ms();
	uint64_t handled = client->resumed ? client->manage.handled : client->handled_before;
	if (handled > 0)
		outbox_handled(courier->outbox, handled, EVIDENCE_ACK, now);
	outbox_lost(courier->outbox, client->resumed,
		    "the connection was lost before the server confirmed it", now);
	client->handled_before = 0;
	/* What was not handled was not counted either. */
	client->manage.sent = client->manage.handled;
	courier->position = client->manage.sent;
	courier->asked_ms = 0;
	courier->ping_id[0] = '\0';
	courier->heard_ms = courier->said_ms = now;
	buf_clear(&courier->batch);
}

/* MSG-45: what we have got, before the end. */
static void take_leave(struct courier *courier)
{
	struct err ignored;
	courier_leave_rooms(courier);
	if (courier->client->manage.enabled)
		(void)!give_ack(courier, &ignored);
}

/* While nothing is under way a signal may end us like anybody; but not between what was read and
 * --unsent. */
static void watch_signals(struct courier *courier)
{
	if (courier->signals < 0)
		courier->signals = signals_watch();
}

static bool attend(struct client *client, void *context, struct err *err)
{
	struct courier *courier = context;
	watch_signals(courier);
	take_up(courier);
	courier_tell_session(courier);
	if (courier->opt->dry_run)
		return true;
	courier->entered &= client->resumed;
	if (courier->opt->muc && !courier->entered && !courier_enter_rooms(courier, err))
		return false;
	if (!carry(courier, err))
		return false;
	take_leave(courier);
	return true;
}

/* Waits before the next attempt; a signal ends the waiting and all. */
static void pause_for(struct courier *courier, double seconds)
{
	struct pollfd fd = { .fd = courier->signals, .events = POLLIN };
	if (poll(&fd, 1, (int)(seconds * 1000)) > 0) {
		signals_take(courier->signals);
		courier->interrupted = true;
	}
}

/* Connects, again and again where a session was lost, until all is told or hope is. */
static bool deliver(struct courier *courier, struct err *err)
{
	struct client *client = courier->client;
	double lost_ms = 0, pause = PAUSE_SECONDS;
	for (;;) {
		*err = (struct err){ 0 };
		courier->answered = false;
		if (client_connect(client, attend, courier, err))
			return true;
		if (courier->answered || lost_ms == 0) {
			lost_ms = clock_ms();
			pause = PAUSE_SECONDS;
		}
		bool late = clock_ms() - lost_ms + pause * 1000 > courier->opt->retry_s * 1000;
		if (client->hopeless || client->facts.connections == 0 || late ||
		    courier->interrupted)
			return false;
		log_say(&courier->options->log, NULL,
			"the connection was lost (%s): trying again in %g s", err->text, pause);
		pause_for(courier, pause);
		if (courier->interrupted)
			return false;
		pause = pause * 2 > PAUSE_MAX ? PAUSE_MAX : pause * 2;
	}
}

/* All that was taken in and not handed over, and what of the input can still be had: after a signal
 * what was read already, for nobody else has it any more. */
static void give_up(struct courier *courier, const char *reason)
{
	bool keeps = courier->unsent || courier->options->form == OUTPUT_JSON ||
		     courier->interrupted;
	if (courier->interrupted)
		letters_stop(courier->letters);
	do {
		if (keeps)
			courier_fill(courier, !courier->opt->lines && !courier->opt->stanza);
		outbox_give_up(courier->outbox, reason, clock_ms());
		if (outbox_is_empty(courier->outbox) && !courier->has_more)
			return;
		courier_tell_settled(courier);
	} while (keeps && !courier->input_ended);
}

static int conclude(struct courier *courier, const struct err *failure)
{
	struct err err = { 0 };
	const char *where = courier->unsent ? "; kept in " : "";
	/* What was not even read was not delivered either. */
	if (failure->code && !courier->input_ended)
		delivery_count(&courier->tally, STATUS_UNKNOWN);
	if (!unsent_close(&courier->unsent, &err)) {
		log_say(&courier->options->log, NULL, "%s", err.text);
		courier->unsent_broken = true;
	}
	if (courier->unsent_broken)
		where = ", and not all could be kept in ";
	if (courier->untold > 0)
		log_say(&courier->options->log, NULL, "%zu %s not sent%s%s", courier->untold,
			courier->untold == 1 ? "message was" : "messages were", where,
			*where ? courier->opt->unsent : "");
	int status = delivery_exit(&courier->tally, failure->code ? failure : NULL);
	return courier->output_broken || courier->unsent_broken ? STATUS_UNKNOWN : status;
}

static int run(struct courier *courier)
{
	struct err failure = { 0 };
	bool ok = deliver(courier, &failure);
	if (!ok)
		log_say(&courier->options->log, courier->client->facts.account, "%s", failure.text);
	if (!courier->opt->dry_run)
		give_up(courier, ok ? "interrupted" : failure.text);
	/* A session that ended by itself had come about without one. */
	if (!ok && !courier->client->facts.failure.code)
		courier->client->facts.failure = failure;
	if (courier->told == 0 && (courier->opt->dry_run || !ok))
		courier_tell_no_message(courier);
	return conclude(courier, &failure);
}

/* XEP-0045, 4.1: room@service. What a service makes of an entry into itself is anybody's guess:
 * Prosody made a room without a name of it. */
static bool check_room(const struct jid *jid, struct err *err)
{
	if (!jid->local)
		return err_set(err, AT_INPUT, ERR_USAGE, "%s is no room: room@%s", jid->full,
			       jid->bare);
	if (jid->resource)
		return err_set(err, AT_INPUT, ERR_USAGE,
			       "%s is somebody in a room: give %s, and our name there to --nick",
			       jid->full, jid->bare);
	return true;
}

static bool is_recipient(const struct courier *courier, const struct jid *jid)
{
	for (size_t i = 0; i < courier->recipient_count; i++) {
		if (jid_same(&courier->recipients[i].jid, jid))
			return true;
	}
	return false;
}

static bool prepare(struct courier *courier, struct err *err)
{
	const struct sendmsg_options *opt = courier->opt;
	const struct options *options = courier->options;
	courier->recipients = arena_array(courier->mem, options->operand_count + 1,
					  sizeof(*courier->recipients));
	for (size_t i = 0; i < options->operand_count; i++) {
		const char *text = options->operands[i];
		struct jid jid;
		if (!jid_parse(text, strlen(text), courier->mem, &jid, err) ||
		    (opt->muc && !check_room(&jid, err)))
			return false;
		/* Who is named twice wants it once. */
		if (!is_recipient(courier, &jid))
			courier->recipients[courier->recipient_count++].jid = jid;
	}
	if (opt->room_password_file &&
	    !account_read_secret(opt->room_password_file, "--room-password",
				 &courier->room_password, err))
		return false;
	if (!opt->unsent)
		return true;
	if (!unsent_open(opt->unsent, &courier->unsent, err))
		return false;
	if (!opt->text && unsent_is(courier->unsent, STDIN_FILENO))
		return err_set(err, AT_FILE, ERR_USAGE,
			       "--unsent: %s is standard input as well: give one of them another "
			       "name first (mv)",
			       opt->unsent);
	return true;
}

/* Before anybody is connected to: nothing to say is no error, and no business of the server's. */
static int begin(struct courier *courier)
{
	bool waits = !courier->opt->lines && !courier->opt->stanza, any = true;
	struct err err = { 0 };
	if (!courier->opt->dry_run && !letters_any(courier->letters, waits, &any, &err)) {
		log_say(&courier->options->log, NULL, "%s", err.text);
		return STATUS_UNKNOWN;
	}
	if (courier->unsent)
		watch_signals(courier);
	return any ? run(courier) : STATUS_OK;
}

int courier_run(const struct sendmsg_options *opt, const struct options *options,
		const struct account *account)
{
	struct client client = { 0 };
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct courier courier = {
		.opt = opt,
		.options = options,
		.client = &client,
		.mem = mem,
		.room_password = { .fd = -1 },
		.signals = -1,
		.batch = buf_new(BUF_UNBOUNDED),
		.letters = letters_open(opt, STDIN_FILENO),
		.outbox = outbox_new(&(struct outbox_wish){
			.wait = opt->wait,
			.wait_s = opt->wait_s,
			.groupchat = opt->muc,
			.resend = opt->resend,
			.max = WINDOW + options->operand_count,
			.account = &account->jid,
		}),
	};
	struct err err = { 0 };
	int status = STATUS_UNKNOWN;
	if (!prepare(&courier, &err) || !client_open(opt, options, account, &client, &err))
		log_usage(&options->log, err.text);
	else
		status = begin(&courier);
	(void)!unsent_close(&courier.unsent, &err);
	secret_forget(&courier.room_password);
	outbox_free(&courier.outbox);
	letters_close(&courier.letters);
	buf_free(&courier.batch);
	fd_close(&courier.signals);
	client_close(&client);
	return status;
}
