/* message.h - the stanza that carries a text, and what comes back about it: RFC 6121, 5; XEP-0184,
 * 0334, 0359, 0066. MSG-36 to MSG-48. Pure. */
#ifndef XMPP_MESSAGE_H
#define XMPP_MESSAGE_H

#include "xmpp/elem.h"
#include "xmpp/jid.h"

#define MESSAGE_MAX 10000 /* octets: what every server takes (RFC 6120, 13.12; MSG-40) */
#define MESSAGE_ID  24    /* characters */

enum message_type {
	MESSAGE_CHAT,
	MESSAGE_NORMAL,
	MESSAGE_HEADLINE,
	MESSAGE_GROUPCHAT,
};
NODISCARD bool message_type_parse(const char *word, enum message_type *out);
const char *message_type_name(enum message_type type);

enum message_hint {
	HINT_STORE = 1 << 0,
	HINT_NO_STORE = 1 << 1,
	HINT_NO_PERMANENT_STORE = 1 << 2,
	HINT_NO_COPY = 1 << 3, /* with carbons' <private/> */
};
NODISCARD bool message_hint_parse(const char *word, enum message_hint *out);

/* All but what differs between recipients; NULL: left out. Text is what message_check_text()
 * passed. */
struct message {
	enum message_type type;
	const char *subject, *body, *thread, *lang;
	const char *oob; /* URL */
	unsigned hints;
	bool receipt; /* ask for one; never of a room (MSG-41) */
};

/* 24 characters of [a-z0-9] that nobody can guess, NUL behind. */
void message_new_id(char id[MESSAGE_ID + 1]);
/* <message to= type= id=>...</message> with an origin-id; no `from` (MSG-37). */
void message_write(const struct message *message, const char *to, const char *id, struct buf *out);

/* A stanza of the user's own (--stanza): one element, message, presence or iq in jabber:client,
 * well formed; without a `from`; not type='error', nor a presence or iq subscription/roster change
 * is refused... `to`, type and id as given: an id is put in where it is missing, and *id is the one
 * it has.
 */
NODISCARD bool message_check_stanza(const char *text, size_t size, struct arena *mem,
				    const struct elem **out, struct err *err);

/* MSG-39: UTF-8, and characters that XML can carry. CR LF becomes LF. With `replace`, what is
 * neither becomes U+FFFD; else the sentence names the octet's offset (from 0) and the character. */
NODISCARD bool message_check_text(struct bytes in, bool replace, struct arena *mem,
				  const char **out, struct err *err);
/* --split: the largest beginning of text that ends at a line end (or, where one line is too long,
 * between words, or between characters) and takes at most `room` octets once escaped. */
size_t message_split_at(const char *text, size_t room);
/* Octets of text once escaped. */
size_t message_escaped_size(const char *text);

enum reply_kind {
	REPLY_NONE,       /* not about a message of ours */
	REPLY_BOUNCE,     /* type='error' with our id */
	REPLY_RECEIPT,    /* XEP-0184 */
	REPLY_REFLECTION, /* a room sends our own message to all */
};
struct reply {
	enum reply_kind kind;
	const char *id;                            /* of the message it is about */
	const char *from;                          /* NULL: our own server */
	const char *condition, *error_type, *text; /* of a bounce; text NULL if none */
};
/* What an incoming stanza says about one of ours; strings in mem. Whether id and from are of a
 * message we sent is the caller's to ask (MSG-48). */
void message_read_reply(const struct elem *stanza, struct arena *mem, struct reply *out);

#endif
