/* veil.h - what we said, without what may be secret: --record and -v show tags and attributes that
 * were sent, but not the text inside elements.
 *
 * Passwords, SASL messages and dialback keys are such text; white space is not. Pure; a state a
 * connection, so that cuts between two writes do not matter. */
#ifndef RUN_VEIL_H
#define RUN_VEIL_H

#include <stdbool.h>
#include <stddef.h>

struct veil {
	enum { VEIL_TEXT, VEIL_TAG, VEIL_MARKUP } at; /* zeroed: between tags */
	char quote;                                   /* the one that is open inside a tag */
	bool hiding;                                  /* this text was veiled already */
};

/* How many of the octets belong together. *hidden: they stand for something that must not be
 * shown; *first: and nothing of it was met before, so that one mark is enough. */
size_t veil_next(struct veil *veil, const char *data, size_t size, bool *hidden, bool *first);

#endif
