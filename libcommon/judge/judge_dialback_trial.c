/* One trial: what was believed without proof, what was said in clear, and what its outcome weighs.
 */
#include <string.h>

#include "base/escape.h"
#include "judge/dialback_parts.h"

static const char *words_of(const struct trying *trying)
{
	return trial_kind(trying->trial->which)->words;
}

/* --- Belief --- */

static void judge_unproven(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	bool authority = trial_kind(trial->which)->role == ROLE_AUTHORITATIVE ||
			 trial->which == TRIAL_CLEAR_VERIFY;
	const char *why = trial->called_back == KNOWN_YES
				  ? "though our authoritative server did not say so"
			  : trying->facts->listening
				  ? "and nobody asked our authoritative server"
				  : "though there is nobody who could have confirmed it";
	if (authority)
		FIND(trying, "dialback-key-not-checked", "%s: answered valid", words_of(trying));
	else
		FIND(trying, "dialback-unproven-accepted", "%s: answered valid, %s",
		     words_of(trying), why);
}

static void judge_spoofing(const struct trying *trying)
{
	if (trying->trial->which == TRIAL_STANZA_OTHER_TARGET)
		FIND_OTHER(trying, "dialback-spoofing", "%s: delivered", words_of(trying));
	else
		FIND(trying, "dialback-spoofing", "%s: delivered", words_of(trying));
}

static void judge_belief(const struct trying *trying)
{
	if (trial_is_unproven(trying->facts, trying->trial))
		judge_unproven(trying);
	else if (trial_is_vouched(trying->facts, trying->trial))
		FIND(trying, "dialback-without-dialling",
		     "valid without asking back: our certificate is proof enough");
	if (trial_spoofs(trying->trial))
		judge_spoofing(trying);
	if (trial_sent_early(trying->trial))
		FIND(trying, "dialback-sends-early",
		     "%s: it sends a stanza all the same, though we never said valid",
		     words_of(trying));
}

/* Rows 32 and 51, MAN-7 */
static void judge_way(const struct trying *trying)
{
	if (!trial_went_in_clear(trying->trial))
		return;
	if (trying->trial->which == TRIAL_BACK_NO_TLS)
		FIND(trying, "dialback-outbound-in-clear",
		     "it dials us, is offered no TLS, and goes on in clear");
	else if (trial_kind(trying->trial->which)->role == ROLE_INITIATING)
		FIND(trying, "dialback-outbound-in-clear",
		     "it dials us and goes on in clear, though we offer TLS");
	else if (trying->trial->which == TRIAL_AUTHORITY_NO_TLS)
		FIND(trying, "dialback-outbound-in-clear",
		     "it asks our authoritative server in clear where that offers no TLS");
	else
		FIND(trying, "dialback-outbound-in-clear",
		     "it asks our authoritative server in clear, though that offers TLS");
}

/* --- Outcome --- */

void judge_refusal(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const char *cause = dialback_condition_cause(trial->answer.condition);
	if (trial->answer.outcome == OUTCOME_NONE)
		FIND(trying, "dialback-refused", "the peer would not have dialback from us%s%s",
		     trial->reason ? ": " : "",
		     trial->reason ? escape_copy(trying->mem, trial->reason, SHOWN_MAX) : "");
	else
		FIND(trying, "dialback-refused", "dialback is refused with %s%s%s",
		     trial_answer_text(&trial->answer, trying->mem), cause ? ": " : "",
		     cause ? cause : "");
}

/* DB-22: an authoritative server owes everybody an answer. */
static void judge_unverified(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const struct features *offered = &trying->facts->walk.after.features;
	const char *answer = trial_answer_text(&trial->answer, trying->mem);
	if (offered->present && !offered->dialback &&
	    (trial_is_barred(trial) || trial->answer.outcome == OUTCOME_STREAM_ERROR))
		FIND_INFO(trying, "dialback-verify-refused",
			  "a db:verify is answered with %s, and dialback is not offered", answer);
	else if (trial_is_barred(trial))
		FIND(trying, "dialback-verify-refused",
		     "a db:verify is answered with %s: authentication is demanded first", answer);
	else
		FIND(trying, "dialback-verify-refused", "a db:verify is answered with %s", answer);
}

static enum weight weight_of_error(const struct trial_rule *rule, const struct trial_facts *trial)
{
	const char *condition = trial->answer.condition;
	if (rule->condition && (!condition || strcmp(condition, rule->condition) != 0))
		return ODD;
	return rule->stays && trial->stays == KNOWN_NO ? ODD : rule->error;
}

static enum weight weigh(const struct trial_rule *rule, const struct trial_facts *trial)
{
	if (rule->open && trial_is_barred(trial))
		return UNVERIFIED;
	switch (trial->answer.outcome) {
	case OUTCOME_INVALID:
		return rule->invalid;
	case OUTCOME_ERROR:
		return weight_of_error(rule, trial);
	case OUTCOME_STREAM_ERROR:
		return rule->stream_error;
	case OUTCOME_CLOSED:
		return rule->closed;
	case OUTCOME_SILENCE:
		return rule->silence;
	case OUTCOME_NONE:
		return FINE; /* nothing was asked */
	case OUTCOME_VALID:
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		break;
	}
	return FINE;
}

static const char *oddity_text(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	const char *answer = trial_answer_text(&trial->answer, trying->mem);
	return trial_rule(trial->which)->stays && trial->stays == KNOWN_NO &&
			       trial->answer.outcome == OUTCOME_ERROR
		       ? arena_printf(trying->mem, "%s, and the stream is closed", answer)
		       : answer;
}

static void judge_outcome(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	enum weight weight = weigh(trial_rule(trial->which), trial);
	enum trial_role role = trial_kind(trial->which)->role;
	const char *answer = trial_answer_text(&trial->answer, trying->mem);
	if (role == ROLE_RECEIVING && trial_is_barred(trial) &&
	    (weight == ODD || weight == UNANSWERED)) {
		judge_refusal(trying);
		return;
	}
	switch (weight) {
	case FINE:
		return;
	case ODD:
		judge_oddity(trying, oddity_text(trying));
		return;
	case UNANSWERED:
		FIND(trying, "dialback-unanswered", "%s: %s", words_of(trying), answer);
		return;
	case PROCESSED:
		FIND(trying, "dialback-incomplete-processed", "%s: answered %s", words_of(trying),
		     answer);
		return;
	case UNVERIFIED:
		judge_unverified(trying);
		return;
	case NOTED:
		FIND(trying, "dialback-note", "%s: %s", words_of(trying), answer);
		return;
	}
}

/* Refused without an outcome: judge_round() weighs its own. */
static bool is_closed_to_us(const struct trial_facts *trial)
{
	enum trial_role role = trial_kind(trial->which)->role;
	return trial->state == TRIAL_REFUSED && trial->answer.outcome == OUTCOME_NONE &&
	       trial->which != TRIAL_ROUND && trial->which != TRIAL_WITHOUT_DIALLING &&
	       (role == ROLE_RECEIVING || role == ROLE_INITIATING || role == ROLE_AUTHORITATIVE);
}

void judge_one_trial(const struct trying *trying)
{
	const struct trial_facts *trial = trying->trial;
	if (trial->state == TRIAL_NOT_TESTED)
		return;
	/* Where the walk itself failed, its own finding has told why. */
	if (trial->state == TRIAL_REFUSED && trying->facts->walk.failure.code != ERR_NONE)
		return;
	judge_belief(trying);
	judge_way(trying);
	if (is_closed_to_us(trial)) {
		judge_refusal(trying);
		return;
	}
	judge_outcome(trying);
	if (trial_rule(trial->which)->more)
		trial_rule(trial->which)->more(trying);
}
