#include "run/courier.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/courier_inner.h"
#include "run/signals.h"

/* Parcels at once, told or not: bounds memory, 4 KiB each, and the rate of --lines, each of which
 * waits two seconds for an error. */
#define WINDOW        4000
#define QUIET_MS      1000 /* of an input, behind which nothing more is expected */
#define PAUSE_SECONDS 1.0  /* before the first new connection; doubled each time */
#define PAUSE_MAX     30.0

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
		(void)!courier_give_ack(courier, &ignored);
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
	if (!courier_carry(courier, err))
		return false;
	take_leave(courier);
	return true;
}

/* Waits before the next attempt; a signal ends the waiting and all. Returns whether one did. */
static bool pause_for(struct courier *courier, double seconds)
{
	struct pollfd fd = { .fd = courier->signals, .events = POLLIN };
	if (!courier->interrupted && poll(&fd, 1, (int)(seconds * 1000)) > 0) {
		signals_take(courier->signals);
		courier->interrupted = true;
	}
	return courier->interrupted;
}

/* Connects, again and again where a session was lost, until all is told or hope is. */
static bool deliver(struct courier *courier, struct err *err)
{
	struct client *client = courier->client;
	double lost_ms = 0, pause = PAUSE_SECONDS;
	for (;;) {
		*err = (struct err){ 0 };
		courier->answered = false;
		client->shared.wake = courier->signals > 0 ? courier->signals : 0;
		if (client_connect(client, attend, courier, err))
			return true;
		if (pause_for(courier, 0))
			return false;
		if (courier->answered || lost_ms == 0) {
			lost_ms = clock_ms();
			pause = PAUSE_SECONDS;
		}
		bool late = clock_ms() - lost_ms + pause * 1000 > courier->opt->retry_s * 1000;
		if (client->hopeless || client->facts.connections == 0 || late)
			return false;
		log_say(&courier->options->log, NULL,
			"the connection was lost (%s): trying again in %g s", err->text, pause);
		if (pause_for(courier, pause))
			return false;
		pause = pause * 2 > PAUSE_MAX ? PAUSE_MAX : pause * 2;
	}
}

/* A producer that comes to an end has its due; one that goes on for ever must not hold us. */
static bool more_comes(struct courier *courier, struct deadline until)
{
	struct pollfd fds[] = {
		{ .fd = letters_fd(courier->letters), .events = POLLIN },
		{ .fd = courier->signals, .events = POLLIN },
	};
	if (courier->interrupted || fds[0].fd < 0 || deadline_passed(until))
		return false;
	bool woken = poll(fds, ARRAY_SIZE(fds), QUIET_MS) > 0;
	return woken && !fds[1].revents;
}

/* All that was taken in and not handed over, and what of the input can still be had: after a signal
 * what was read already, for nobody else has it any more. */
static void give_up(struct courier *courier, const char *reason)
{
	bool keeps = courier->unsent || courier->options->form == OUTPUT_JSON ||
		     courier->interrupted;
	if (courier->interrupted)
		letters_stop(courier->letters);
	struct deadline until = deadline_in(courier->options->timeout);
	do {
		if (keeps)
			courier_fill(courier, !courier->opt->lines && !courier->opt->stanza);
		outbox_give_up(courier->outbox, reason, clock_ms());
		courier_tell_settled(courier);
	} while (keeps && !courier->input_ended &&
		 (courier->has_more || more_comes(courier, until)));
	if (keeps && !courier->input_ended && !courier->interrupted)
		log_say(&courier->options->log, NULL,
			"standard input goes on: what follows is neither sent nor kept");
}

static int conclude(struct courier *courier, const struct err *failure)
{
	struct err err = { 0 };
	/* What was not even read was not delivered either. */
	if (failure->code && !courier->input_ended)
		delivery_count(&courier->tally, STATUS_UNKNOWN);
	const char *where = courier->unsent ? "; kept in " : "";
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
	const char *reason = courier->interrupted ? "interrupted" : failure.text;
	if (!ok)
		log_say(&courier->options->log, courier->client->facts.account, "%s", reason);
	if (!courier->opt->dry_run)
		give_up(courier, reason);
	/* A session that ended by itself had come about without one. */
	if (!ok && !courier->client->facts.failure.code)
		courier->client->facts.failure = failure;
	if (courier->told == 0 && (courier->opt->dry_run || !ok))
		courier_tell_no_message(courier);
	return conclude(courier, &failure);
}

static bool is_recipient(const struct courier *courier, const struct jid *jid)
{
	for (size_t i = 0; i < courier->recipient_count; i++) {
		if (jid_same(&courier->recipients[i].jid, jid))
			return true;
	}
	return false;
}

/* A lone word is rather half an address than a server of that name. */
static bool check_address(const struct jid *jid, struct err *err)
{
	if (jid->local || jid->resource || jid->domain.is_address || strchr(jid->bare, '.'))
		return true;
	return err_set(err, AT_INPUT, ERR_USAGE, "%s is no address: %s@ which domain?", jid->bare,
		       jid->bare);
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
		    !(opt->muc ? check_room(&jid, err) : check_address(&jid, err)))
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
