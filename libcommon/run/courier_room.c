/* Into each room before something is said there, and out again: XEP-0045, 7; MSG-51 to MSG-55. */
#include <string.h>

#include "run/courier_inner.h"
#include "xmpp/iq.h"
#include "xmpp/ns.h"
#include "xmpp/room.h"
#include "xmpp/stream.h"

#define NICK_TRIES 4 /* the wanted one, and three with a number (MSG-54) */

struct visit {
	struct courier *courier;
	struct recipient *room;
	struct deadline until; /* for this room's answers */
	struct err *err;       /* of the connection */
};

/* Nothing can be said there; not a loss of the connection. */
static bool turn_away(struct visit *visit, const char *reason)
{
	visit->room->refusal = reason;
	visit->room->nick = NULL;
	return true;
}

static bool say(struct visit *visit, const struct buf *text)
{
	courier_count(visit->courier);
	return courier_write(visit->courier, text, visit->err);
}

/* The next stanza; *silent: the room took too long. False: the connection is lost. */
static bool hear(struct visit *visit, const struct elem **out, bool *silent)
{
	struct err why = { 0 };
	conn_set_deadline(visit->courier->client->probe->conn, visit->until);
	if (courier_read(visit->courier, out, &why))
		return true;
	*silent = why.code == ERR_TIMEOUT;
	if (*silent)
		return true;
	*visit->err = why;
	return false;
}

static bool no_answer(struct visit *visit)
{
	return turn_away(visit,
			 arena_printf(visit->courier->mem, "the room did not answer within %d s",
				      visit->until.seconds));
}

static bool answers(const struct elem *stanza, const char *id)
{
	const char *theirs = elem_attr(stanza, "id");
	return elem_is(stanza, NS_CLIENT, "iq") && theirs && strcmp(theirs, id) == 0;
}

/* To enter a room that is not there would make it (MSG-51). */
static bool look_for(struct visit *visit, bool *missing)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	const struct elem *stanza = NULL;
	bool silent = false;
	char id[MESSAGE_ID + 1];
	message_new_id(id);
	room_write_question(&visit->room->jid, id, &text);
	if (!say(visit, &text))
		return false;
	do {
		if (!hear(visit, &stanza, &silent))
			return false;
	} while (!silent && !answers(stanza, id));
	if (silent)
		return no_answer(visit);
	if (!iq_is_error(stanza))
		return true;
	const char *condition = stream_stanza_error(stanza);
	*missing = strcmp(condition, "item-not-found") == 0;
	if (*missing && !visit->courier->opt->create_room)
		return turn_away(visit, "no such room (item-not-found): --create-room makes it");
	if (strncmp(condition, "remote-server-", strlen("remote-server-")) == 0)
		return turn_away(visit, arena_printf(visit->courier->mem, "%s (%s)",
						     delivery_cause(condition), condition));
	return true;
}

static bool ask_to_enter(struct visit *visit, const char *nick)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	const struct secret *secret = &visit->courier->room_password;
	char password[SECRET_MAX + 1] = "", id[MESSAGE_ID + 1];
	message_new_id(id);
	if (secret->fd >= 0 && !secret_show(secret, password, visit->err))
		return false;
	room_write_join(&visit->room->jid, nick, id, secret->fd >= 0 ? password : NULL, &text);
	secret_wipe(password, sizeof(password));
	bool said = say(visit, &text);
	secret_wipe(text.data, text.room);
	return said;
}

/* A new room is locked until its owner says that the defaults will do (XEP-0045, 10.1.2). */
static bool open_new_room(struct visit *visit)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	char id[MESSAGE_ID + 1];
	message_new_id(id);
	if (visit->courier->opt->create_room) {
		room_write_defaults(&visit->room->jid, id, &text);
		return say(visit, &text);
	}
	room_write_destroy(&visit->room->jid, id, &text);
	return say(visit, &text) &&
	       turn_away(visit, "the room vanished before we entered, and entering made it anew: "
				"it was destroyed again; --create-room keeps it");
}

static bool take_answer(struct visit *visit, enum room_answer answer,
			const struct room_reply *reply)
{
	struct courier *courier = visit->courier;
	switch (answer) {
	case ROOM_JOINED:
	case ROOM_CREATED:
		visit->room->nick = arena_copy(courier->mem, reply->nick);
		return answer == ROOM_JOINED || open_new_room(visit);
	case ROOM_REFUSED:
		return turn_away(visit, arena_printf(courier->mem, "%s (%s)%s%s%s",
						     room_cause(reply->condition), reply->condition,
						     reply->text ? ": \"" : "",
						     reply->text ? reply->text : "",
						     reply->text ? "\"" : ""));
	case ROOM_NICK_TAKEN:
	case ROOM_OTHER:
		break;
	}
	return true;
}

static bool try_nick(struct visit *visit, const char *nick, enum room_answer *answer)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct room_reply reply = { 0 };
	const struct elem *stanza = NULL;
	bool silent = false;
	*answer = ROOM_OTHER;
	if (!ask_to_enter(visit, nick))
		return false;
	while (*answer == ROOM_OTHER) {
		if (!hear(visit, &stanza, &silent))
			return false;
		if (silent)
			return no_answer(visit);
		*answer = room_read_presence(stanza, &visit->room->jid, nick, mem, &reply);
	}
	return take_answer(visit, *answer, &reply);
}

static bool enter(struct visit *visit)
{
	struct courier *courier = visit->courier;
	const char *wanted = courier->opt->nick ? courier->opt->nick
						: courier->client->account->jid.local;
	enum room_answer answer = ROOM_NICK_TAKEN;
	bool missing = false;
	if (!look_for(visit, &missing))
		return false;
	for (int i = 1; i <= NICK_TRIES && !visit->room->refusal && answer == ROOM_NICK_TAKEN;
	     i++) {
		const char *nick = i == 1 ? wanted : arena_printf(courier->mem, "%s-%d", wanted, i);
		if (!try_nick(visit, nick, &answer))
			return false;
	}
	if (answer == ROOM_NICK_TAKEN && !visit->room->refusal)
		return turn_away(visit, "the nick and three others like it are taken (conflict): "
					"--nick");
	return true;
}

bool courier_enter_rooms(struct courier *courier, struct err *err)
{
	for (size_t i = 0; i < courier->recipient_count; i++) {
		struct visit visit = {
			.courier = courier,
			.room = &courier->recipients[i],
			.until = deadline_in(courier->options->timeout),
			.err = err,
		};
		visit.room->refusal = visit.room->nick = NULL;
		if (!enter(&visit))
			return false;
	}
	courier->entered = true;
	return true;
}

void courier_leave_rooms(struct courier *courier)
{
	CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
	struct err ignored;
	for (size_t i = 0; i < courier->recipient_count; i++) {
		const struct recipient *room = &courier->recipients[i];
		if (!room->nick)
			continue;
		room_write_leave(&room->jid, room->nick, &text);
		courier_count(courier);
	}
	(void)!courier_write(courier, &text, &ignored);
}
