/* naming.h - which certificates of a chain and which anchors bear the same name. For path.c.
 *
 * Names compare letter by letter (RFC 5280, 7.1), and strangers choose how long they are and how
 * often a search meets them: so each name is looked at once, and numbered. One thread; everything
 * in the arena. */
#ifndef TLS_NAMING_H
#define TLS_NAMING_H

#include "tls/path.h"

#define SAME_NAME 64 /* anchors of one name: two in the wild, at a change of keys */

/* The anchors of a name. */
struct namesakes {
	struct bytes ders[SAME_NAME];
	bool from_system[SAME_NAME];
	size_t count;
};

struct naming {
	struct bytes names[2 * CHAIN_MAX]; /* every name once, in one of its spellings */
	uint64_t hashes[2 * CHAIN_MAX];
	struct namesakes *namesakes[2 * CHAIN_MAX];
	size_t count;
	uint8_t subject[CHAIN_MAX], issuer[CHAIN_MAX]; /* numbers of names */
};

/* Of a chain of at most CHAIN_MAX; a certificate that could not be read has no name and number 0.
 */
void naming_read(const struct cert_facts *chain, size_t count, struct naming *out);
/* The anchors whose subject is name number `number`. */
const struct namesakes *naming_anchors(struct naming *naming, size_t number,
				       const struct trust *trust, struct arena *mem);

#endif
