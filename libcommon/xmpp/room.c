#include "xmpp/room.h"

#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define NS_MUC_OWNER "http://jabber.org/protocol/muc#owner"
#define NS_DATA_FORM "jabber:x:data"

static void write_occupant(const struct jid *room, const char *nick, struct buf *out)
{
	buf_text(out, "<presence to='");
	xml_escape_attribute(out, room->bare);
	buf_char(out, '/');
	xml_escape_attribute(out, nick);
	buf_char(out, '\'');
}

void room_write_question(const struct jid *room, const char *id, struct buf *out)
{
	buf_text(out, "<iq type='get'");
	xml_write_attribute(out, "to", room->bare);
	xml_write_attribute(out, "id", id);
	buf_text(out, "><query xmlns='" NS_DISCO_INFO "'/></iq>");
}

/* A buffer that grows leaves what it held in freed memory, where nobody wipes it (MSG-4): make room
 * first, for each octet escaped and for what stands around them. */
static void write_password(const char *password, struct buf *out)
{
	static const char begin[] = "<password>", end[] = "</password></x></presence>";
	size_t before = out->size;
	size_t most = strlen("&quot;") * strlen(password) + sizeof(begin) + sizeof(end);
	buf_printf(out, "%*s", (int)most, "");
	if (buf_overflowed(out))
		return;
	out->size = before;
	buf_text(out, begin);
	xml_escape(out, password);
	buf_text(out, "</password>");
}

void room_write_join(const struct jid *room, const char *nick, const char *id, const char *password,
		     struct buf *out)
{
	write_occupant(room, nick, out);
	xml_write_attribute(out, "id", id);
	buf_text(out, "><x xmlns='" NS_MUC "'><history maxstanzas='0'/>");
	if (password)
		write_password(password, out);
	buf_text(out, "</x></presence>");
}

void room_write_leave(const struct jid *room, const char *nick, struct buf *out)
{
	write_occupant(room, nick, out);
	buf_text(out, " type='unavailable'/>");
}

void room_write_destroy(const struct jid *room, const char *id, struct buf *out)
{
	buf_text(out, "<iq type='set'");
	xml_write_attribute(out, "to", room->bare);
	xml_write_attribute(out, "id", id);
	buf_text(out, "><query xmlns='" NS_MUC_OWNER "'><destroy/></query></iq>");
}

/* <x xmlns='jabber:x:data' type='submit'/>: an instant room. */
void room_write_defaults(const struct jid *room, const char *id, struct buf *out)
{
	buf_text(out, "<iq type='set'");
	xml_write_attribute(out, "to", room->bare);
	xml_write_attribute(out, "id", id);
	buf_text(out, "><query xmlns='" NS_MUC_OWNER "'><x xmlns='" NS_DATA_FORM
		      "' type='submit'/></query></iq>");
}

/* --- what comes back --- */

static bool has_status(const struct elem *x, const char *wanted)
{
	for (const struct elem *child = x ? x->children : NULL; child; child = child->next) {
		const char *code = elem_attr(child, "code");
		if (elem_is(child, NS_MUC_USER, "status") && code && strcmp(code, wanted) == 0)
			return true;
	}
	return false;
}

/* As the room prepares it: RFC 7622, 3.4; what cannot be prepared is nobody's. */
static bool is_nick(const char *resource, const struct jid *room, const char *nick,
		    struct arena *mem)
{
	struct jid ours;
	struct err unused;
	const char *full = arena_printf(mem, "%s/%s", room->bare, nick);
	return resource && jid_parse(full, strlen(full), mem, &ours, &unused) && ours.resource &&
	       strcmp(ours.resource, resource) == 0;
}

/* The answer to a presence comes from where it went, or from the room itself (XEP-0045, 7.2). */
static enum room_answer read_refusal(const struct elem *stanza, bool from_occupant, bool is_ours,
				     struct arena *mem, struct room_reply *out)
{
	struct stanza_error error;
	if (from_occupant && !is_ours)
		return ROOM_OTHER;
	stanza_read_error(stanza, mem, &error);
	*out = (struct room_reply){ .condition = error.condition, .text = error.text };
	return strcmp(error.condition, "conflict") == 0 ? ROOM_NICK_TAKEN : ROOM_REFUSED;
}

/* Put out by somebody else: XEP-0045, 15.6.2. */
static const struct expulsion {
	const char *status, *condition;
} expulsions[] = {
	{ "301", "forbidden" },             /* banned */
	{ "307", "not-allowed" },           /* kicked */
	{ "321", "registration-required" }, /* no member any more */
	{ "322", "registration-required" }, /* the room is for members from now on */
	{ "332", "service-unavailable" },   /* the service is shutting down */
	{ "333", "service-unavailable" },   /* a fault of the service */
};

static enum room_answer read_departure(const struct elem *x, struct arena *mem,
				       struct room_reply *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(expulsions); i++) {
		if (!has_status(x, expulsions[i].status))
			continue;
		const struct elem *item = elem_child(x, NS_MUC_USER, "item");
		const struct elem *reason = item ? elem_child(item, NS_MUC_USER, "reason") : NULL;
		*out = (struct room_reply){
			.condition = expulsions[i].condition,
			.text = reason && reason->text[0] ? arena_copy(mem, reason->text) : NULL,
		};
		return ROOM_REFUSED;
	}
	return ROOM_OTHER;
}

static bool read_sender(const struct elem *stanza, const struct jid *room, struct arena *mem,
			struct jid *out)
{
	struct err unused;
	const char *from = elem_attr(stanza, "from");
	return from && jid_parse(from, strlen(from), mem, out, &unused) && jid_same_bare(out, room);
}

enum room_answer room_read_presence(const struct elem *stanza, const struct jid *room,
				    const char *nick, struct arena *mem, struct room_reply *out)
{
	struct jid from;
	if (!elem_is(stanza, NS_CLIENT, "presence") || !read_sender(stanza, room, mem, &from))
		return ROOM_OTHER;
	const struct elem *x = elem_child(stanza, NS_MUC_USER, "x");
	const char *type = elem_attr(stanza, "type");
	bool named = is_nick(from.resource, room, nick, mem);
	if (stanza_is_error(stanza))
		return read_refusal(stanza, from.resource != NULL, named, mem, out);
	/* MSG-53: status 110 says that it is ours under whatever nick; a room that knows no status
	 * gives none at all. */
	bool ours = has_status(x, "110") || (named && !(x && elem_child(x, NS_MUC_USER, "status")));
	if (!ours || !from.resource)
		return ROOM_OTHER;
	if (type && strcmp(type, "unavailable") == 0)
		return read_departure(x, mem, out);
	if (type)
		return ROOM_OTHER;
	*out = (struct room_reply){ .nick = from.resource };
	return has_status(x, "201") ? ROOM_CREATED : ROOM_JOINED;
}

/* MSG-54, MSG-55. */
static const struct cause {
	const char *condition, *sentence;
} causes[] = {
	{ "bad-request", "the room does not understand the request" },
	{ "conflict", "the nick is taken: choose another with --nick" },
	{ "forbidden", "banned from the room, or without a voice in it" },
	{ "gone", "the room has moved or was destroyed" },
	{ "internal-server-error", "a fault of the room's server; its log tells" },
	{ "item-not-found", "no such room, or it is locked until its owner has configured it" },
	{ "jid-malformed", "the room takes no such nick: choose another with --nick" },
	{ "not-acceptable",
	  "the room wants the nick that is registered for the account (--nick), or "
	  "says that the account is not in the room" },
	{ "not-allowed", "the account may not create rooms here, or was put out of the room" },
	{ "not-authorized", "the room has a password: --room-password" },
	{ "policy-violation", "against a rule of the room or of its server" },
	{ "recipient-unavailable", "the account is not in the room" },
	{ "registration-required", "the room is for members only: ask its owner" },
	{ "remote-server-not-found", "the room's domain has no XMPP server that ours can find" },
	{ "remote-server-timeout", "the room's server does not answer ours" },
	{ "resource-constraint", "the room or its server is at a limit: try again later" },
	{ "service-unavailable", "the room is full, or its address has no room service" },
};

const char *room_cause(const char *condition)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (strcmp(causes[i].condition, condition) == 0)
			return causes[i].sentence;
	}
	return "the room says no, and does not tell why";
}
