/* dialback_words.h - what the screens and lines of xmpp-dialback say in the same words. Private to
 * report/. All in the caller's arena, all escaped. */
#ifndef REPORT_DIALBACK_WORDS_H
#define REPORT_DIALBACK_WORDS_H

#include "report/dialback_parts.h"
#include "report/words.h"

/* What was tried, and how much of that weighs less than a warning. */
struct trial_counts {
	size_t tested, good;
};
struct trial_counts dialback_count(const struct dialback_facts *facts, const struct policy *policy,
				   struct arena *mem);

/* "valid", "error item-not-found", "stream error host-unknown"; a condition that nobody defined is
 * cut. */
const char *outcome_words(enum trial_outcome outcome, const char *condition, struct arena *mem);
/* Anything but valid is a failure of the round, and not what the variant wanted to see. */
bool dialback_wants_valid(const struct trial_facts *round);
/* "TLS both ways", "TLS there, in clear on the way back", "in clear" */
const char *ways_words(const struct trial_facts *round);
/* Nobody called back, and DNS says why. */
bool dialback_was_missed(const struct dialback_facts *facts);
/* Of a walk that ended early. How far TLS came is not what was asked here. */
const char *dialback_walk_state(const struct endpoint *at, const struct dialback_facts *facts,
				struct arena *mem);
/* "verified us in 0.27 s, TLS both ways, authenticated by dialback only", "connection refused" */
const char *dialback_state(const struct endpoint *at, const struct dialback_facts *facts,
			   const struct policy *policy, struct arena *mem);
/* "valid, TLS both ways": the same for a line that has little room. */
const char *dialback_brief(const struct endpoint *at, const struct dialback_facts *facts,
			   const struct policy *policy, struct arena *mem);
/* What all endpoints say, in one sentence of the one kind or the other. */
const char *dialback_target_state(const struct dialback_view *view, bool brief, struct arena *mem);
/* What trouble_words() says, where the state does not say it already; NULL. */
const char *dialback_trouble(const struct dialback_view *view, const char *state,
			     struct arena *mem);
/* "me.example leads to 198.51.100.4:5269, not to this listener (192.0.2.9:5269)"; NULL: not asked.
 */
const char *home_words(const struct dialback_facts *facts, struct arena *mem);

#endif
