/* der_string.h - the character strings of certificates as UTF-8 for display. For san.c and dn.c.
 *
 * Latin-1, UTF-16 and UTF-32 are converted; control characters and what is no text are escaped
 * octet by octet, so that nothing invisible hides in a name. Pure; any thread. */
#ifndef TLS_DER_STRING_H
#define TLS_DER_STRING_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"

#define TAG_UTF8      0x0c
#define TAG_TELETEX   0x14 /* read as Latin-1, as everybody does */
#define TAG_IA5       0x16
#define TAG_UNIVERSAL 0x1c
#define TAG_BMP       0x1e

/* "\xHH" for an octet that is no text. What is longer than DER_TEXT_MAX octets is cut, with "..."
 * behind. */
#define DER_TEXT_MAX 1024 /* the longest domain of XMPP has 1023 (RFC 7622, 3.2) */
const char *der_string_text(uint8_t tag, struct bytes value, struct arena *mem);
/* The value of an attribute as RFC 4514, 2.4 escapes it. */
void der_string_add_attribute(struct buf *out, uint8_t tag, struct bytes value);

/* The same text: ASCII letter case aside, runs of blanks as one, none at the ends (RFC 5280, 7.1;
 * RFC 4518, 2.6.1). */
bool der_string_equal(uint8_t tag_a, struct bytes a, uint8_t tag_b, struct bytes b);
/* Nothing cut in two, and no UTF-8 that is none. Control characters are. */
bool der_string_is_sound(uint8_t tag, struct bytes value);
/* Printable ASCII and nothing else, whatever kind of string holds it: der_string_equal() folds all
 * of that there is to fold. */
bool der_string_is_ascii(uint8_t tag, struct bytes value);
/* A kind of string that the above can read. */
bool der_string_is_text(uint8_t tag);

/* FNV-1a over whole numbers. */
#define HASH_START 0xcbf29ce484222325u
static inline uint64_t hash_number(uint64_t hash, uint64_t number)
{
	return (hash ^ number) * 0x100000001b3u;
}
/* Equal strings have the same. */
uint64_t der_string_hash(uint64_t hash, uint8_t tag, struct bytes value);

#endif
