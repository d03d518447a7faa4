/* reread_get.h - members of a hostile record, strictly typed. Private to report/.
 *
 * A place is an object and the path to it, so that every complaint names its member. A getter of an
 * absent member succeeds and leaves *out alone; of an absent object (NULL), too. */
#ifndef REPORT_REREAD_GET_H
#define REPORT_REREAD_GET_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "xmpp/features.h"

#define LIST_MAX 1000  /* entries of one list: more than any probe writes */
#define BITS_MAX 65536 /* no answer that a probe takes holds a longer number */

struct place {
	const json_t *object; /* NULL: absent */
	char path[64];        /* "starttls.tls", "" at the top */
};

struct place place_top(const json_t *object);
/* "starttls.steps[2]" for entries of lists. */
NODISCARD bool place_into(const struct place *place, const char *key, struct place *out,
			  struct err *err);
NODISCARD bool place_entry(const struct place *place, const char *key, const json_t *list,
			   size_t index, struct place *out, struct err *err);
/* "path.key: what"; false. */
bool place_complain(const struct place *place, const char *key, const char *what, struct err *err);

/* Not so a number that is kept as one (report/number.h), nor NULL. */
bool value_is_text(const json_t *value);

NODISCARD bool get_text(const struct place *place, const char *key, struct arena *mem,
			const char **out, struct err *err);
NODISCARD bool get_bool(const struct place *place, const char *key, bool *out, struct err *err);
NODISCARD bool get_uint(const struct place *place, const char *key, uint32_t max, uint32_t *out,
			struct err *err);
NODISCARD bool get_count(const struct place *place, const char *key, uint64_t *out,
			 struct err *err);
/* A number of things. */
NODISCARD bool get_size(const struct place *place, const char *key, size_t *out, struct err *err);
/* Two lower-case digits an octet. */
NODISCARD bool get_hex(const struct place *place, const char *key, struct arena *mem,
		       struct bytes *out, struct err *err);
/* "0xC02F", "0x010080": as the record writes code points, and nothing else. */
NODISCARD bool code_point_parse(const char *text, uint32_t max, uint32_t *out);
NODISCARD bool get_code(const struct place *place, const char *key, uint32_t max, uint32_t *out,
			struct err *err);
/* Of a key or a modulus. */
NODISCARD bool get_bits(const struct place *place, const char *key, unsigned *out, struct err *err);
/* Required. 0 is nothing to connect to, and taken only where least says so. */
NODISCARD bool get_port(const struct place *place, const char *key, uint16_t least, uint16_t *out,
			struct err *err);
NODISCARD bool get_u16(const struct place *place, const char *key, uint16_t *out, struct err *err);
NODISCARD bool get_ms(const struct place *place, const char *key, double *out, struct err *err);
NODISCARD bool get_time(const struct place *place, const char *key, int64_t *out, struct err *err);
/* NULL where absent; at most max entries. */
NODISCARD bool get_list(const struct place *place, const char *key, size_t max, const json_t **out,
			struct err *err);
/* Of a list that no getter measured: what is behind LIST_MAX entries counts for nothing. */
size_t list_length(const json_t *list);
NODISCARD bool get_texts(const struct place *place, const char *key, struct arena *mem,
			 struct text_list *out, struct err *err);

/* A string as it stands in the record, NULL if it is none. */
const char *word_in(const json_t *object, const char *key);
bool word_is(const json_t *object, const char *key, const char *wanted);
/* Likewise, "" if it is none. */
const char *word_of(const struct place *place, const char *key);
/* A word of a closed set: parse is one of the *_parse() functions. Absent is fine. */
#define GET_WORD(place, key, parse, out, what, err)                                                \
	(!json_object_get((place)->object, (key)) || parse(word_of((place), (key)), (out)) ||      \
	 place_complain((place), (key), (what), (err)))
NODISCARD bool get_required(const struct place *place, const char *const *keys, struct err *err);

#endif
