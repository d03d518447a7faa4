/* message.h - the stanza that carries a text, and what comes back about it: RFC 6121, 5; XEP-0184,
 * 0334, 0359, 0066. MSG-36 to MSG-48. Pure. */
#ifndef XMPP_MESSAGE_H
#define XMPP_MESSAGE_H

#include "xmpp/elem.h"
#include "xmpp/jid.h"

struct xml;

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
/* <message to= type= id=>...</message> with an origin-id; no `from` (MSG-37), and no type where it
 * is normal. The body is written when it is not NULL, though it be empty; without text it is the
 * URL of the oob (MSG-43). */
void message_write(const struct message *message, const char *to, const char *id, struct buf *out);

/* --- message_stanza.c: stanzas of the user's own (--stanza) --- */

/* One element and nothing else, well formed: what message_check_element() takes. */
NODISCARD bool message_check_stanza(const char *text, size_t size, struct arena *mem,
				    const struct elem **out, struct err *err);
/* A message, presence or iq in jabber:client, without a `from`; a message not type='error', a
 * presence none that asks for or answers a subscription, an iq get or set, but not of the roster;
 * `to` may be missing in a presence alone (whether it is an address is the caller's to ask). Text
 * beside elements is refused, for an elem does not keep their order. Depth and size are those of
 * xmpp/xml.h. */
NODISCARD bool message_check_element(const struct elem *elem, struct err *err);
/* A parser whose stream is open, for stanzas as they come; xml_free() it. */
struct xml *message_new_parser(void);
/* The one it was given; NULL: none, or an empty one. */
const char *message_stanza_id(const struct elem *stanza);
/* The stanza anew, under this id: nothing but what was checked can come along. `to` and type are as
 * given; elem_attr() tells them. */
void message_write_stanza(const struct elem *stanza, const char *id, struct buf *out);

/* --- message_text.c --- */

/* MSG-39: UTF-8, and characters that XML can carry. CR LF becomes LF. With `replace`, what is
 * neither becomes U+FFFD; else the sentence names the octet's offset (from 0) and the character. */
NODISCARD bool message_check_text(struct bytes in, bool replace, struct arena *mem,
				  const char **out, struct err *err);
/* --split: the largest beginning of text that ends at a line end (or, where one line is too long,
 * between words, or between characters) and takes at most `room` octets once escaped. The line end
 * is counted in, but not against the room: it is to be taken off. 0: not even a character fits, or
 * there is none. */
size_t message_split_at(const char *text, size_t room);
/* Octets of text once escaped. */
size_t message_escaped_size(const char *text);

/* --- message_reply.c --- */

enum reply_kind {
	REPLY_NONE,       /* not about a message of ours */
	REPLY_BOUNCE,     /* type='error' with an id: of a message, presence or iq */
	REPLY_RECEIPT,    /* XEP-0184 */
	REPLY_REFLECTION, /* a room sends our own message to all */
};
struct reply {
	enum reply_kind kind;
	const char *id;                            /* of the message it is about (of a reflection
						      the origin-id, where it has one) */
	const char *from;                          /* NULL: our own server */
	const char *condition, *error_type, *text; /* of a bounce; text NULL if none */
};
/* What an incoming stanza says about one of ours; strings in mem, as the peer wrote them. Whether
 * id and from are of a message we sent is the caller's to ask (MSG-48). */
void message_read_reply(const struct elem *stanza, struct arena *mem, struct reply *out);

#endif
