/* What the trials come to as a whole: the verdict, and how the peer would authenticate us. */
#include "judge/dialback_parts.h"

static bool stands_in(const struct trial_facts *trial)
{
	const struct trial_kind *kind = trial_kind(trial->which);
	return trial->which != TRIAL_ROUND && trial->state != TRIAL_NOT_TESTED &&
	       (kind->needs & NEEDS_LISTENER) && kind->role != ROLE_INITIATING;
}

const struct trial_facts *dialback_round(const struct dialback_facts *facts)
{
	const struct trial_facts *round = NULL, *variant = NULL;
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		if (trial->which == TRIAL_ROUND)
			round = trial;
		else if (stands_in(trial) &&
			 (!variant || (variant->answer.outcome == OUTCOME_NONE &&
				       trial->answer.outcome != OUTCOME_NONE)))
			variant = trial;
	}
	if (!round || !variant)
		return round ? round : variant;
	/* One that was turned away before it began has no verdict. */
	return round->answer.outcome == OUTCOME_NONE && variant->answer.outcome != OUTCOME_NONE
		       ? variant
		       : round;
}

static enum peer_trust by_dialback(const struct trial_facts *trial)
{
	return trial->tls ? TRUST_DIALBACK : TRUST_DIALBACK_CLEAR;
}

static bool ends_with(const struct trial_facts *trial, enum trial_outcome outcome)
{
	return trial && trial->answer.outcome == outcome;
}

/* What a peer does that accepts us, and over what; else what it offers to. */
static enum peer_trust judge_trust(const struct dialback_facts *facts,
				   const struct trial_facts *round)
{
	const struct trial_facts *external = dialback_trial(facts, TRIAL_EXTERNAL);
	const struct trial_facts *own = dialback_trial(facts, TRIAL_WITHOUT_DIALLING);
	const struct starttls_facts *walk = &facts->walk;
	if (ends_with(external, OUTCOME_ACCEPTED))
		return TRUST_EXTERNAL;
	if (ends_with(own, OUTCOME_VALID))
		return by_dialback(own);
	if (ends_with(round, OUTCOME_VALID))
		return by_dialback(round);
	if (round && round->which == TRIAL_ROUND && round->state != TRIAL_NOT_TESTED)
		return TRUST_NONE;
	if (walk->after.features.dialback)
		return TRUST_DIALBACK;
	if (walk->after.features.present)
		return external ? TRUST_NONE : TRUST_NOT_TESTED;
	return walk->before.features.dialback && !walk->encrypted ? TRUST_DIALBACK_CLEAR
								  : TRUST_NOT_TESTED;
}

void dialback_conclude(struct dialback_facts *facts)
{
	const struct trial_facts *round = dialback_round(facts);
	facts->trust = judge_trust(facts, round);
	if (!round || round->state == TRIAL_NOT_TESTED)
		return;
	facts->verdict = round->answer.outcome;
	facts->condition = round->answer.condition;
}
