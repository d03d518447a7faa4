/* What the receiving role shows beside its answer: the key that comes back, the domain's spelling,
 * the time it takes, what it does in clear. */
#include <string.h>

#include "base/escape.h"
#include "judge/dialback_parts.h"

#define PATIENCE 120.0 /* seconds: row 5 */

void judge_oddity(const struct trying *trying, const char *what)
{
	const struct trial_kind *kind = trial_kind(trying->trial->which);
	FIND(trying, "dialback-deviates", "%s: %s; wanted: %s", kind->words, what, kind->want);
}

/* Rows 13, 14 and 38. Who declares TLS to be required breaks his word. */
void judge_clear_result(const struct trying *trying)
{
	const struct features *features = &trying->facts->walk.before.features;
	if (!trial_taken_in_clear(trying->trial))
		return;
	const char *what = trial_kind(trying->trial->which)->words;
	const char *answer = trial_answer_text(&trying->trial->answer, trying->mem);
	const char *asked = trying->trial->called_back == KNOWN_YES
				    ? ", and our authoritative server was asked"
				    : "";
	if (features->starttls_required || features->starttls_alone)
		FIND_OTHER(trying, "dialback-in-clear",
			   "%s: taken up, though TLS is declared to be required, with %s%s", what,
			   answer, asked);
	else
		FIND(trying, "dialback-in-clear", "%s: taken up, with %s%s", what, answer, asked);
}

/* Row 41 */
void judge_clear_verify(const struct trying *trying)
{
	if (trying->trial->answer.outcome == OUTCOME_INVALID)
		FIND(trying, "dialback-note",
		     "db:verify is answered in clear, before TLS, which XEP-0220 allows");
}

/* Rows 9 and 10: whom would it answer, and whom ask? */
void judge_nameless(const struct trying *trying)
{
	static const char *const asked[] = { "remote-connection-failed", "remote-server-not-found",
					     "remote-server-timeout" };
	const struct trial_answer *answer = &trying->trial->answer;
	bool called = trying->trial->called_back == KNOWN_YES;
	/* Without a listener the trouble it had tells that it went to ask. */
	for (size_t i = 0; answer->condition && i < ARRAY_SIZE(asked); i++)
		called = called || (answer->outcome == OUTCOME_ERROR &&
				    strcmp(answer->condition, asked[i]) == 0);
	if (called && answer->outcome != OUTCOME_INVALID)
		FIND(trying, "dialback-incomplete-processed",
		     "%s: the authoritative server is asked all the same",
		     trial_kind(trying->trial->which)->words);
}

/* Row 2, DB-16 */
void judge_authority_invalid(const struct trying *trying)
{
	if (trying->trial->answer.outcome == OUTCOME_INVALID && trying->trial->stays == KNOWN_YES)
		judge_oddity(trying, "invalid, and the stream stays");
}

/* Row 5 */
void judge_authority_silence(const struct trying *trying)
{
	const struct trial_answer *answer = &trying->trial->answer;
	double seconds = answer->elapsed_ms / 1000;
	if (answer->outcome == OUTCOME_SILENCE && seconds <= PATIENCE)
		FIND_INFO(trying, "dialback-unanswered",
			  "our authoritative server is silent, and so is the peer, in the %.0f s "
			  "that we waited",
			  seconds);
	else if (answer->outcome == OUTCOME_SILENCE)
		FIND(trying, "dialback-unanswered",
		     "our authoritative server is silent, and so is the peer after %.0f s",
		     seconds);
	else if (answer->outcome != OUTCOME_NONE && seconds > PATIENCE)
		FIND(trying, "dialback-unanswered",
		     "our authoritative server is silent, and %s comes after %.0f s only",
		     trial_answer_text(answer, trying->mem), seconds);
}

/* Row 12: pretty-printers put white space there. */
void judge_spaces(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	if (trial->called_back == KNOWN_YES && trial->key == KEY_WRONG)
		FIND_INFO(trying, "dialback-key-altered",
			  "a key with white space around it comes back as another one");
	else if (trial->answer.outcome != OUTCOME_VALID && trial->answer.outcome != OUTCOME_NONE)
		judge_oddity(trying, trial_answer_text(&trial->answer, trying->mem));
}

/* Row 35: steps 2 and 4 must agree on how our domain is written. */
void judge_spelling(const struct trying *trying)
{
	const struct hop *asks = trial_step(trying->facts, trying->trial, HOP_VERIFY, true);
	const struct hop *tells = trial_step(trying->facts, trying->trial, HOP_RESULT, false);
	if (asks && tells && asks->to && tells->to && strcmp(asks->to, tells->to) != 0)
		judge_oddity(trying, arena_printf(trying->mem, "%s in db:verify, %s in db:result",
						  escape_copy(trying->mem, asks->to, SHOWN_MAX),
						  escape_copy(trying->mem, tells->to, SHOWN_MAX)));
}

/* Row 36 */
void judge_declaration(const struct trying *trying)
{
	static const char *const fitting[] = { "bad-format", "bad-namespace-prefix",
					       "invalid-namespace", "invalid-xml",
					       "not-well-formed" };
	const struct trial_answer *answer = &trying->trial->answer;
	if (answer->outcome != OUTCOME_STREAM_ERROR)
		return;
	for (size_t i = 0; answer->condition && i < ARRAY_SIZE(fitting); i++) {
		if (strcmp(answer->condition, fitting[i]) == 0)
			return;
	}
	judge_oddity(trying, trial_answer_text(answer, trying->mem));
}

/* Row 37. The other outcomes are in the table. */
void judge_either_way(const struct trying *trying)
{
	if (trying->trial->answer.outcome == OUTCOME_VALID)
		FIND(trying, "dialback-note", "%s: taken", trial_kind(trying->trial->which)->words);
}

/* --- Bidi --- */

/* juliet@capulet.example/balcony is at capulet.example. */
static bool is_at(const char *jid, const char *domain, struct arena *mem)
{
	size_t size = strcspn(jid, "/");
	const char *at = memchr(jid, '@', size);
	const char *start = at ? at + 1 : jid;
	return dialback_same_domain(arena_copy_n(mem, start, size - (size_t)(start - jid)), domain);
}

/* Row 55, DB-41: nothing but the inverse of the pair that db:result was about. */
void judge_bidi(const struct trying *trying)
{
	const struct dialback_facts *facts = trying->facts;
	const struct hop *pair = trial_hop(facts, trying->trial, HOP_SENT, HOP_RESULT);
	if (!pair || !pair->from || !pair->to)
		return;
	for (size_t i = 0; i < facts->hop_count && i < DIALBACK_HOPS_MAX; i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->trial != pair->trial || hop->way != HOP_RECEIVED ||
		    hop->kind != HOP_STANZA || !hop->from || !hop->to ||
		    (is_at(hop->from, pair->to, trying->mem) &&
		     is_at(hop->to, pair->from, trying->mem)))
			continue;
		FIND(trying, "dialback-spoofing",
		     "over bidi came a stanza from %s to %s, which nobody verified",
		     escape_copy(trying->mem, hop->from, SHOWN_MAX),
		     escape_copy(trying->mem, hop->to, SHOWN_MAX));
		return;
	}
}
