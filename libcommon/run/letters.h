/* letters.h - from the input to texts: one from -m or the whole of standard input, a text a line
 * with --lines, a stanza at a time with --stanza; converted, checked, split.
 *
 * Reads without waiting where asked to, so that a connection can be looked after meanwhile. */
#ifndef RUN_LETTERS_H
#define RUN_LETTERS_H

#include "run/sendmsg_options.h"

struct letters;

struct letter {
	size_t number;             /* from 1 */
	const char *text;          /* UTF-8, checked; NULL for a stanza */
	const struct elem *stanza; /* --stanza */
};

enum letters_result {
	LETTERS_ONE,  /* *out holds one */
	LETTERS_WAIT, /* nothing whole has come so far: poll letters_fd() */
	LETTERS_END,
	LETTERS_BAD, /* err says what is wrong with number out->number; the next may be good */
};

struct letters *letters_open(const struct sendmsg_options *opt, int fd);
void letters_close(struct letters **letters);
/* -1: nothing to poll. */
int letters_fd(const struct letters *letters);
/* wait: until there is something to tell. out lives in mem. room: octets of text, once escaped,
 * that fit into a message (--split, or refused beyond). */
/* Whether there is or may be a letter: reads, where asked to wait, until that is known. */
bool letters_any(struct letters *letters, bool wait);
enum letters_result letters_next(struct letters *letters, bool wait, size_t room, struct arena *mem,
				 struct letter *out, struct err *err);

#endif
