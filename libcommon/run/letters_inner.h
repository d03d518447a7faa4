/* letters_inner.h - the inside of letters.h, shared by its parts: letters.c hands out,
 * letters_read.c fetches octets and lines, letters_stanza.c makes stanzas of them. Nobody else. */
#ifndef RUN_LETTERS_INNER_H
#define RUN_LETTERS_INNER_H

#include "base/buf.h"
#include "run/letters.h"
#include "xmpp/xml.h"

struct letters {
	const struct sendmsg_options *opt;
	int fd;             /* -1: there is nothing to read */
	struct buf pending; /* read; what lies before `at` has been taken */
	size_t at;
	size_t searched; /* from `at` on there is no line end in so many octets */
	unsigned reads;  /* that a call which must not wait may still make */
	bool skipping;   /* the rest of a line that was too long */
	bool at_end;     /* all that there is has been read */
	bool finished;   /* nothing more is handed out */
	bool charset_checked;
	size_t number; /* of the text, line or stanza handed out last */

	struct arena *rest_mem; /* NULL: no rest */
	const char *rest;       /* of a text that is handed out in pieces; NULL: none */

	struct xml *xml;        /* --stanza; NULL until it is needed */
	struct arena *elem_mem; /* of the stanza that is being read; NULL: none */
	struct buf utf8;        /* of it, where it had to be converted first; taken up to utf8_at */
	size_t utf8_at;
};

/* Into UTF-8, out of --charset. */
NODISCARD bool letters_convert(const struct letters *letters, struct bytes in, struct arena *mem,
			       struct bytes *out, struct err *err);

/* --- letters_read.c --- */

enum fetch {
	FETCH_DONE,
	FETCH_WAIT, /* not without waiting */
	FETCH_END,  /* the input ends before what was asked for */
	FETCH_BAD,
};

/* What was read and not taken. */
struct bytes letters_pending(const struct letters *letters);
void letters_take(struct letters *letters, size_t size);
/* Some octets more behind those pending. After FETCH_BAD there is nothing more to be had. */
enum fetch letters_read(struct letters *letters, bool wait, struct err *err);
/* The whole input, taken; *out is valid until the next call, like that of letters_read_line(). */
enum fetch letters_read_all(struct letters *letters, bool wait, struct bytes *out, struct err *err);
/* A line with its end, or the last one without. FETCH_BAD: too long, and skipped, or as above. */
enum fetch letters_read_line(struct letters *letters, bool wait, struct bytes *out,
			     struct err *err);

/* --- letters_stanza.c --- */

enum letters_result letters_next_stanza(struct letters *letters, bool wait, struct arena *mem,
					struct letter *out, struct err *err);

#endif
