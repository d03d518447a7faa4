/* room.h - group chat as a visitor who says something and leaves: XEP-0045. MSG-51 to MSG-55. Pure.
 */
#ifndef XMPP_ROOM_H
#define XMPP_ROOM_H

#include "xmpp/elem.h"
#include "xmpp/jid.h"

enum room_answer {
	ROOM_OTHER,     /* not about our entry */
	ROOM_JOINED,    /* our own presence, status 110 (or our nick, where an old room gives no
			   status) */
	ROOM_CREATED,   /* the same with status 201: it did not exist */
	ROOM_REFUSED,   /* condition, text */
	ROOM_NICK_TAKEN /* conflict: try another (MSG-54) */
};

struct room_reply {
	const char *nick; /* ours, as the room has it (status 210 may change it) */
	const char *condition, *text;
};

/* Is there such a room? <iq type='get'> with disco#info. */
void room_write_question(const struct jid *room, const char *id, struct buf *out);
/* password NULL: none. Otherwise out holds it, there alone, and is the caller's to wipe. */
void room_write_join(const struct jid *room, const char *nick, const char *id, const char *password,
		     struct buf *out);
void room_write_leave(const struct jid *room, const char *nick, struct buf *out);
/* Somebody created a room by mistake: away with it (MSG-53). */
void room_write_destroy(const struct jid *room, const char *id, struct buf *out);
/* The owner of a new room takes it as it is: until then it is locked (XEP-0045, 10.1.2). */
void room_write_defaults(const struct jid *room, const char *id, struct buf *out);

/* Strings in mem; condition and text as the room wrote them. */
enum room_answer room_read_presence(const struct elem *stanza, const struct jid *room,
				    const char *nick, struct arena *mem, struct room_reply *out);
/* What a refusal to join or to speak means, in a sentence (MSG-54, MSG-55). */
const char *room_cause(const char *condition);

#endif
