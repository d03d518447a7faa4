/* letters.h - from the input to texts: one from -m or the whole of standard input, a text a line
 * with --lines, a stanza at a time with --stanza; converted, checked, split.
 *
 * One line end behind a text is taken off. An empty text or line is passed over unless
 * --send-empty is given, or with -m also --oob: then the URL is the message.
 * Reads without waiting where asked to, so that a connection can be looked after meanwhile: the
 * descriptor stays in the mode it was in, and is asked before each read. One thread. */
#ifndef RUN_LETTERS_H
#define RUN_LETTERS_H

#include "run/sendmsg_options.h"

/* Octets of a text as it is read; of a stanza it is STANZA_MAX. */
#define LETTER_MAX ((size_t)1024 * 1024)

struct letters;

struct letter {
	size_t number;    /* from 1: of the line (empty ones count) or stanza; of a text that was
			     split, its pieces have the same */
	const char *text; /* UTF-8, checked; NULL for a stanza; also where it was refused as too
			     large, and for that alone */
	const struct elem *stanza; /* --stanza, for message_write_stanza(); its size is not
				      looked at */
};

enum letters_result {
	LETTERS_ONE,  /* *out holds one */
	LETTERS_WAIT, /* nothing whole has come so far: poll letters_fd() */
	LETTERS_END,  /* and ever after */
	LETTERS_BAD,  /* err says what is wrong with number out->number (0: with the input as a
			 whole); the next may be good, or LETTERS_END */
};

/* opt outlives it; fd stays the caller's. */
struct letters *letters_open(const struct sendmsg_options *opt, int fd);
void letters_close(struct letters **letters);
/* -1: nothing to poll. What has been read already is not seen there: ask letters_next() until it
 * says LETTERS_WAIT. */
int letters_fd(const struct letters *letters);
/* Before the first letter: is there one, or may one come? Reads until that is known, or, without
 * waiting, what there is. False: the input cannot be read. */
NODISCARD bool letters_any(struct letters *letters, bool wait, bool *any, struct err *err);
/* Nothing more is read; what was is still handed out. */
void letters_stop(struct letters *letters);
/* wait: until there is something to tell. out lives in mem. room: octets of text, once escaped,
 * that fit into a message (--split, or refused beyond). */
enum letters_result letters_next(struct letters *letters, bool wait, size_t room, struct arena *mem,
				 struct letter *out, struct err *err);

#endif
