/* dialback.h - the elements and the key of Server Dialback: XEP-0220, XEP-0185.
 *
 * Pure: text in, text out; any thread. Who waits for which answer is the caller's business. */
#ifndef XMPP_DIALBACK_H
#define XMPP_DIALBACK_H

#include "base/bytes.h"
#include "xmpp/elem.h"

enum db_kind {
	DB_RESULT, /* between the two that want to talk */
	DB_VERIFY, /* with the authoritative server */
};

enum db_type {
	DB_REQUEST, /* no type at all */
	DB_VALID,
	DB_INVALID,
	DB_ERROR,
	DB_STRANGE, /* a type that XEP-0220 does not know */
};

/* One element. Names are as written by the peer: escape before showing, compare with
 * dialback_same_domain(). */
struct db_element {
	enum db_kind kind;
	enum db_type type;
	const char *from, *to, *id; /* NULL where absent */
	const char *key;            /* the text, without white space around it; "" if none */
	const char *condition;      /* DB_ERROR: "item-not-found"; NULL otherwise */
};

/* False: elem is no dialback element. Everything lives in mem. */
bool dialback_read(const struct elem *elem, struct arena *mem, struct db_element *out);
/* <db:result from='capulet.example' to='montague.example'>KEY</db:result>
 *
 * prefix: as the header declared it. Members that are NULL are not written; DB_ERROR carries its
 * condition (NULL: undefined-condition) as an <error type='cancel'/>, and no key. */
void dialback_write(const struct db_element *element, const char *prefix, struct buf *out);
/* The same with the prefix declared on the element in any case. */
void dialback_write_declared(const struct db_element *element, const char *prefix, struct buf *out);

/* The answer belongs to this request: same kind, from and to exchanged, and the id of a verify,
 * or none where the request had none (DB-8, DB-14). */
bool dialback_answers(const struct db_element *answer, const struct db_element *request);
/* As IDNA compares them: letters' case, A- and U-labels and a trailing dot make no difference.
 * NULL is the same as nothing. */
bool dialback_same_domain(const char *a, const char *b);

#define DIALBACK_KEY_SIZE 65 /* 64 hexadecimal digits and NUL */

/* XEP-0185: hex(HMAC-SHA256(hex(SHA256(secret)), "RECEIVING ORIGINATING ID")), where the HMAC's key
 * is the text of 64 lower-case digits, not the 32 octets (DB-24). receiving is the domain that
 * checks the key (`to` of db:result, `from` of db:verify), originating the one that made it. */
void dialback_make_key(struct bytes secret, const char *receiving, const char *originating,
		       const char *id, char out[DIALBACK_KEY_SIZE]);
/* The key that a db:verify brings is the one made for its from, to and id with this secret; names
 * may be written as the peer likes them, or as we do. Also false where one of them is missing. */
bool dialback_is_key(struct bytes secret, const struct db_element *asked);
/* Equal, found out in a time that depends on the length of `made` alone (DB-20). */
bool dialback_key_matches(const char *made, const char *presented);
/* 128 bits that nobody can guess, as 32 hexadecimal digits and NUL: secrets, stream ids, keys that
 * are made up. */
#define DIALBACK_TOKEN_SIZE 33
void dialback_new_token(char out[DIALBACK_TOKEN_SIZE]);

const char *db_kind_name(enum db_kind kind); /* "result" "verify" */
const char *db_type_name(enum db_type type); /* "request" "valid" "invalid" "error" "strange" */
NODISCARD bool db_kind_parse(const char *name, enum db_kind *out);
NODISCARD bool db_type_parse(const char *name, enum db_type *out);

#endif
