/* pairs.h - the domain pairs that were verified on one stream (XEP-0220, 2.1).
 *
 * Directed: stanzas go from one domain to the other, and not back. Pure; one thread. */
#ifndef RUN_PAIRS_H
#define RUN_PAIRS_H

#include <stdbool.h>

#include "base/arena.h"

#define PAIRS_MAX 16 /* on one stream: more are sent to another one (resource-constraint) */

struct pairs {
	struct pair {
		const char *from, *to;
		bool stands; /* false: it was verified once, and is no more */
	} items[PAIRS_MAX];
	size_t count;
};

/* Copies the names into mem, once for each pair. False: there is no room for another one. */
NODISCARD bool pairs_remember(struct pairs *pairs, const char *from, const char *to,
			      struct arena *mem);
void pairs_forget(struct pairs *pairs, const char *from, const char *to);
/* Names compare as dialback_same_domain() does; NULL is in no pair. */
bool pairs_has(const struct pairs *pairs, const char *from, const char *to);
bool pairs_any(const struct pairs *pairs);

#endif
