/* veil.h - what was said, without what may be secret: --record and -v show tags and attributes, but
 * not the text inside the elements we sent, nor that of SASL's elements we got.
 *
 * Passwords, SASL messages and dialback keys are such text; white space is not. What a server says
 * during SCRAM is enough to try passwords on (MSG-4). Pure; a state a direction of a connection, so
 * that cuts between two writes do not matter. */
#ifndef RUN_VEIL_H
#define RUN_VEIL_H

#include <stdbool.h>
#include <stddef.h>

#define VEIL_NAME_MAX 24 /* octets of a tag's name that are looked at: "additional-data" */

struct veil {
	bool heard;                                   /* theirs: only SASL is veiled */
	enum { VEIL_TEXT, VEIL_TAG, VEIL_MARKUP } at; /* zeroed: between tags */
	char quote;                                   /* the one that is open inside a tag */
	bool hiding;                                  /* this text was veiled already */
	bool sasl;                                    /* this text is that of a SASL element */
	char name[VEIL_NAME_MAX];                     /* of the tag, without prefix, so far */
	size_t name_size;
	bool named; /* all of it is there */
};

/* How many of the octets belong together. *hidden: they stand for something that must not be
 * shown; *first: and nothing of it was met before, so that one mark is enough. */
size_t veil_next(struct veil *veil, const char *data, size_t size, bool *hidden, bool *first);

#endif
