/* The rounds that should end well: rows 1, 15 to 21, 33, 47 of the matrix. */
#include <string.h>

#include "base/escape.h"
#include "judge/dialback_parts.h"

/* It asked, but not about the key we had sent it. */
static bool asked_otherwise(const struct trying *trying)
{
	return trying->trial->called_back == KNOWN_NO &&
	       trial_step(trying->facts, trying->trial, HOP_VERIFY, true);
}

/* "db:result ends with error forbidden: an access rule ...", and what else explains it. */
static const char *failure_text(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const char *cause = dialback_condition_cause(trial->answer.condition);
	const char *also = "";
	if (trial_is_confirmed(trial))
		also = ", although we confirmed the key";
	else if (trial->called_back == KNOWN_NO && asked_otherwise(trying))
		also = "; it asked our listener about another key than the one we sent";
	else if (trial->called_back == KNOWN_NO && trial_was_visited(trying->facts, trial))
		also = "; it called our listener, and left without asking";
	else if (trial->called_back == KNOWN_NO)
		also = "; it did not ask our authoritative server";
	return arena_printf(trying->mem, "%s ends with %s%s%s%s",
			    trial->which == TRIAL_WITHOUT_DIALLING
				    ? "dialback with our certificate shown"
				    : "dialback",
			    trial_answer_text(&trial->answer, trying->mem), cause ? ": " : "",
			    cause ? cause : "", also);
}

/* Row 33: it may insist on a certificate at our end, too. Who does not know our domain, or his own,
 * has another reason. */
static bool disliked_our_end(const struct trying *trying)
{
	const char *condition = trying->trial->answer.condition;
	if (condition &&
	    (strcmp(condition, "item-not-found") == 0 || strcmp(condition, "host-unknown") == 0))
		return false;
	return trying->trial->called_back == KNOWN_NO && !asked_otherwise(trying) &&
	       !dialback_certificate_is_good(trying->facts) &&
	       trial_was_visited(trying->facts, trying->trial);
}

static void judge_failed_round(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	bool asked_with_proof = trial->which == TRIAL_WITHOUT_DIALLING &&
				dialback_certificate_is_good(trying->facts);
	const char *text = failure_text(trying);
	if ((trial_is_barred(trial) || trial->answer.outcome == OUTCOME_NONE) && !asked_with_proof)
		judge_refusal(trying);
	else if (disliked_our_end(trying))
		FIND_INFO(trying, "dialback-failed", "%s: perhaps our certificate is not enough",
			  text);
	else if (trial->answer.outcome == OUTCOME_SILENCE &&
		 (trial->called_back != KNOWN_NO || !dialback_home_is_wrong(trying->facts)))
		FIND_OTHER(trying, "dialback-failed", "%s", text);
	else
		FIND(trying, "dialback-failed", "%s", text);
}

/* Row 33; MAN-14. That the way back is encrypted is judged with every trial. */
static void judge_way_back(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	if (trial->called_back != KNOWN_YES)
		return;
	if (trial->key == KEY_WRONG)
		FIND(trying, "dialback-key-altered",
		     "our authoritative server was asked about another key than the one we sent");
	/* What is made for one run proves nothing by itself, and is no news. */
	if (trial->called_in_clear == KNOWN_NO && trying->facts->certificate &&
	    !dialback_certificate_is_good(trying->facts))
		FIND(trying, "dialback-authority-unverified",
		     "it asked our authoritative server inside TLS, though our certificate there "
		     "proves nothing");
}

void judge_round(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	judge_way_back(trying);
	switch (trial->answer.outcome) {
	case OUTCOME_VALID:
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		return;
	case OUTCOME_NONE:
		if (trial->state == TRIAL_REFUSED)
			judge_failed_round(trying);
		return;
	case OUTCOME_INVALID:
		if (trial_is_confirmed(trial))
			FIND(trying, "dialback-denied",
			     "our authoritative server confirmed the key, and the answer is "
			     "invalid all the same");
		else if (trial->called_back != KNOWN_YES)
			judge_failed_round(trying);
		return;
	case OUTCOME_ERROR:
	case OUTCOME_STREAM_ERROR:
	case OUTCOME_CLOSED:
	case OUTCOME_SILENCE:
		judge_failed_round(trying);
		return;
	}
}

/* Row 20: the other one may be sent to another connection. */
void judge_two_senders(const struct trying *trying)
{
	const struct trial_answer *a = &trying->trial->answer, *b = &trying->trial->another;
	if (a->outcome == OUTCOME_VALID && b->outcome == OUTCOME_VALID)
		return;
	if (a->outcome != OUTCOME_VALID && trial_is_barred(trying->trial)) {
		judge_refusal(trying);
		return;
	}
	const struct trial_answer *lost = a->outcome == OUTCOME_VALID ? b : a;
	const char *which = a->outcome == OUTCOME_VALID || b->outcome == OUTCOME_VALID
				    ? "only one of two domains of ours is verified on one stream; "
				      "the other one gets"
				    : "neither of two domains of ours is verified on one stream:";
	const char *got = trial_answer_text(lost, trying->mem);
	if (lost->condition && strcmp(lost->condition, "resource-constraint") == 0)
		FIND_INFO(trying, "dialback-failed", "%s %s", which, got);
	else
		FIND(trying, "dialback-failed", "%s %s", which, got);
}

static bool is_dialback_answer(const struct trial_answer *answer)
{
	return answer->outcome == OUTCOME_VALID || answer->outcome == OUTCOME_INVALID ||
	       answer->outcome == OUTCOME_ERROR;
}

/* Row 21, DB-38: asked only where <errors/> is advertised, so each must be answered by itself. */
void judge_two_targets(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const struct trial_answer *a = &trial->answer, *b = &trial->another;
	if (is_dialback_answer(a) && is_dialback_answer(b) && trial->stays != KNOWN_NO)
		return;
	if (!is_dialback_answer(a) && trial_is_barred(trial)) {
		judge_refusal(trying);
		return;
	}
	const struct trial_answer *lost = is_dialback_answer(a) ? b : a;
	FIND(trying, "dialback-unanswered",
	     "two domains of theirs on one stream: one gets %s, the other %s%s",
	     trial_answer_text(is_dialback_answer(a) ? a : b, trying->mem),
	     trial_answer_text(lost, trying->mem),
	     trial->stays == KNOWN_NO ? ", and the stream is gone" : "");
}

/* The second of two on one stream; the only one where there was one. */
static const struct trial_answer *second(const struct trial_facts *trial)
{
	return trial->another.outcome != OUTCOME_NONE ? &trial->another : &trial->answer;
}

/* Row 23: that both are valid is judged as belief. */
void judge_second_invalid(const struct trying *trying)
{
	const struct trial_answer *answer = second(trying->trial);
	if (answer->outcome == OUTCOME_SILENCE)
		FIND(trying, "dialback-unanswered", "%s: %s",
		     trial_kind(trying->trial->which)->words,
		     trial_answer_text(answer, trying->mem));
}

/* Row 56 */
void judge_keepalive(const struct trying *trying)
{
	const struct trial_answer *answer = second(trying->trial);
	if (answer->outcome != OUTCOME_VALID && answer->outcome != OUTCOME_NONE)
		judge_oddity(trying, trial_answer_text(answer, trying->mem));
}

/* --- SASL EXTERNAL --- */

/* Rows 18 and 19; certificates.md, section 6: who refuses a good certificate most often wants the
 * client purpose, which public CAs no longer put into it. */
void judge_external(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const struct own_facts *own = &trying->facts->own;
	const char *answer = trial_answer_text(&trial->answer, trying->mem);
	if (trial->answer.outcome == OUTCOME_ACCEPTED) {
		if (own->names_us == KNOWN_NO)
			FIND(trying, "external-unproven-accepted",
			     "SASL EXTERNAL succeeded, though our certificate does not name %s",
			     trying->facts->us
				     ? escape_copy(trying->mem, trying->facts->us, SHOWN_MAX)
				     : "our domain");
		return;
	}
	if (trial->answer.outcome == OUTCOME_SILENCE ||
	    !dialback_certificate_is_good(trying->facts))
		return;
	bool offered = trial->answer.outcome != OUTCOME_NONE;
	const char *what = offered ? arena_printf(trying->mem, "ends with %s", answer)
				   : "is not offered";
	if (own->for_clients == KNOWN_NO)
		FIND(trying, "external-needs-client-purpose",
		     "SASL EXTERNAL %s: our certificate is good but for servers only", what);
	else if (offered)
		FIND(trying, "external-refused", "SASL EXTERNAL is offered, and %s", what);
	else
		FIND(trying, "external-not-offered",
		     "SASL EXTERNAL is not offered although we showed a certificate");
}
