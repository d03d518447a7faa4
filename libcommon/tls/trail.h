/* trail.h - which of many items a server accepts, and in whose order, when an answer shows one: the
 * item it chose out of those offered.
 *
 * Elimination: offer a set, strike out what was chosen, offer the rest, until a refusal proves that
 * nothing is left: k + 1 questions for k items, and none can do with fewer (spec/ciphers.md,
 * section 7). Side by side, the set is cut into blocks that are eliminated each by itself, and the
 * order between them is asked for at the end. Items are offered worst first, so that a server with
 * an order of its own gives itself away at once.
 *
 * Pure; lives in its arena. */
#ifndef TLS_TRAIL_H
#define TLS_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "tls/survey_facts.h"

#define TRAIL_MAX   448 /* items: more than the registry has for any version */
#define TRAIL_WORDS (TRAIL_MAX / 64)

#define TRAIL_RANKS 2

struct trail_set {
	uint64_t words[TRAIL_WORDS];
};

struct trail_options {
	const uint32_t *codes; /* what most servers prefer first; copied */
	size_t count;          /* at most TRAIL_MAX */
	size_t common;         /* of these, in front: what servers usually have */
	/* By item: some servers move it up when the client lists it first (ChaCha20); NULL: none.
	 */
	const bool *favoured;
	/* By item: its rank in other orders that servers have, to guess with; NULL: none. */
	const uint16_t *ranks[TRAIL_RANKS];
	bool order;      /* whose order it is matters */
	bool best_first; /* offer the best first, not last: what is chosen then is no fault of ours
			  */
};

enum trail_purpose {
	TRAIL_OPENING, /* everything, favoured items first */
	TRAIL_AGAIN,   /* everything, favoured items last: was one moved up? */
	TRAIL_REVERSE, /* everything the other way round: does the server follow? */
	TRAIL_BLOCK,
	TRAIL_LINK, /* what was found, from one item on: is it the first of them? */
};

struct trail_ask {
	enum trail_purpose purpose;
	struct trail_set offered;
	size_t block;
};

struct trail;

struct trail *trail_new(const struct trail_options *options, struct arena *mem);
/* The server takes no more than so many items at once (CIP-21): from here on, none offers more.
 * The opening is asked anew. */
void trail_limit(struct trail *trail, size_t items);
/* The next question, with at most `width` of this trail's out at once; false: nothing to ask before
 * another answer comes, or ever (trail_is_done()). */
NODISCARD bool trail_next(struct trail *trail, unsigned width, struct trail_ask *out);
/* The codes of a question in the order they are to be offered; room for TRAIL_MAX. Returns how
 * many. */
size_t trail_codes(const struct trail *trail, const struct trail_ask *ask, uint32_t *out);
/* The code chosen; it must have been offered. */
void trail_chosen(struct trail *trail, const struct trail_ask *ask, uint32_t code);
void trail_refused(struct trail *trail, const struct trail_ask *ask);
/* No answer that proves anything: what was asked stays open. */
void trail_gave_up(struct trail *trail, const struct trail_ask *ask);
/* As if it had never been asked. */
void trail_retract(struct trail *trail, const struct trail_ask *ask);
/* Something chosen in answer to another question, out of everything in the usual order. */
void trail_learn(struct trail *trail, uint32_t code);

bool trail_is_done(const struct trail *trail);
/* Every item was accepted or refused. */
bool trail_is_complete(const struct trail *trail);
/* Offering a set failed although something in it had been accepted before. */
bool trail_is_inconsistent(const struct trail *trail);
bool trail_accepts(const struct trail *trail, uint32_t code);
bool trail_rejects(const struct trail *trail, uint32_t code);
/* It was chosen although something that is accepted, ranks before it in the usual order, and is
 * alike, was offered; or nothing such is accepted. */
typedef bool trail_alike(uint32_t code, uint32_t other);
bool trail_was_preferred(const struct trail *trail, uint32_t code, trail_alike *alike);
size_t trail_found(const struct trail *trail);
enum preference trail_preference(const struct trail *trail);
/* What was found: in the server's order where it has one, else in the usual order. Room for
 * TRAIL_MAX. Returns how many. */
size_t trail_list(const struct trail *trail, uint32_t *out);

#endif
