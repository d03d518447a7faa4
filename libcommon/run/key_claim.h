/* key_claim.h - a db:result of ours, and whether a db:verify is about it. Pure. */
#ifndef RUN_KEY_CLAIM_H
#define RUN_KEY_CLAIM_H

#include "judge/dialback.h"

struct key_claim {
	const char *us, *them; /* from and to */
	const char *id;        /* of the stream it was sent on */
	const char *text;      /* the key as it was sent, white space included */
};

/* text: of the db:verify, untrimmed. *key is the best that was brought for any claim it is about.
 * False: it is about none. */
bool key_claim_judge(const struct key_claim *claims, size_t count, const struct db_element *asked,
		     const char *text, enum key_state *key);

#endif
