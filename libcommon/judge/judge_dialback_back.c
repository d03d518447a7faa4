/* The peer's authoritative role where there are two answers, and its initiating role: rows 45 to 54
 * of the matrix. */
#include <string.h>

#include "judge/dialback_parts.h"

/* --- db:verify --- */

static bool is_verdict(const struct trial_answer *answer)
{
	return answer->outcome == OUTCOME_VALID || answer->outcome == OUTCOME_INVALID ||
	       answer->outcome == OUTCOME_ERROR;
}

/* Row 45. Where the first one is not answered the table has told. */
void judge_verify_two(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	if (is_verdict(&trial->answer) && !is_verdict(&trial->another))
		FIND(trying, "dialback-unanswered",
		     "two db:verify at once: one is answered, the other gets %s",
		     trial_answer_text(&trial->another, trying->mem));
}

/* Row 46 */
void judge_verify_twice(const struct trying *trying)
{
	const struct trial_answer *a = &trying->trial->answer, *b = &trying->trial->another;
	bool alike = a->outcome == b->outcome &&
		     (!a->condition || !b->condition || strcmp(a->condition, b->condition) == 0);
	if (is_verdict(a) && b->outcome != OUTCOME_NONE && !alike)
		judge_oddity(trying, arena_printf(trying->mem, "first %s, then %s",
						  trial_answer_text(a, trying->mem),
						  trial_answer_text(b, trying->mem)));
}

/* --- It dials us --- */

/* Row 47: one secret for all nodes behind the SRV records (DB-27). */
void judge_back(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const struct trial_answer *answer = &trial->answer;
	if (answer->outcome == OUTCOME_INVALID || trial->another.outcome == OUTCOME_INVALID) {
		FIND(trying, "dialback-cluster-secret",
		     "a key that came from it is declared invalid by its own authoritative "
		     "server%s",
		     answer->outcome == trial->another.outcome || !is_verdict(&trial->another)
			     ? ""
			     : ", while another of its hosts says otherwise");
		return;
	}
	if (answer->outcome == OUTCOME_SILENCE)
		FIND(trying, "dialback-unanswered",
		     "it does not dial us, or its authoritative server does not answer: %s",
		     trial_answer_text(answer, trying->mem));
	else if (answer->outcome == OUTCOME_ERROR || answer->outcome == OUTCOME_STREAM_ERROR ||
		 answer->outcome == OUTCOME_CLOSED)
		FIND(trying, "dialback-failed",
		     "it dials us, and its own authoritative server answers %s",
		     trial_answer_text(answer, trying->mem));
}

/* Row 48: a close in order is as good. */
void judge_back_error(const struct trying *trying)
{
	const struct trial_answer *answer = &trying->trial->answer;
	if (answer->outcome == OUTCOME_CLOSED && answer->text && strstr(answer->text, "reset"))
		judge_oddity(trying, trial_answer_text(answer, trying->mem));
}

/* Row 49, DB-9 */
void judge_back_invalid(const struct trying *trying)
{
	if (trying->trial->bounced == KNOWN_NO)
		judge_oddity(trying, "whoever asked is not told");
}

/* Row 50 */
void judge_back_silence(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const struct trial_answer *answer = &trial->answer;
	double seconds = answer->elapsed_ms / 1000;
	if (answer->outcome == OUTCOME_SILENCE || trial->stays == KNOWN_YES)
		FIND(trying, "dialback-note",
		     "it dials us, hears nothing, and had not given up after %.0f s",
		     answer->outcome == OUTCOME_SILENCE ? seconds : trial->elapsed_ms / 1000);
	else if (answer->outcome != OUTCOME_NONE)
		FIND(trying, "dialback-note",
		     "it dials us, hears nothing, and gives up after %.0f s with %s", seconds,
		     trial_answer_text(answer, trying->mem));
}

/* Row 52, DB-30 */
void judge_back_external(const struct trying *trying)
{
	const struct trial_answer *answer = &trying->trial->answer;
	if (answer->outcome == OUTCOME_CLOSED || answer->outcome == OUTCOME_SILENCE ||
	    answer->outcome == OUTCOME_STREAM_ERROR)
		judge_oddity(trying, trial_answer_text(answer, trying->mem));
}

/* Row 54 */
void judge_back_bidi(const struct trying *trying)
{
	bool took_it = trying->trial->answer.outcome == OUTCOME_ACCEPTED ||
		       trial_hop(trying->facts, trying->trial, HOP_RECEIVED, HOP_BIDI);
	FIND(trying, "dialback-note", "it dials us, is offered bidi, and %s",
	     took_it ? "takes it" : "does not take it");
}
