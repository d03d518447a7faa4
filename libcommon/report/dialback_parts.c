#include "report/dialback_parts.h"

static bool may_stand_in(const struct trial_facts *trial)
{
	const struct trial_kind *kind = trial_kind(trial->which);
	return (kind->needs & NEEDS_LISTENER) && kind->role != ROLE_INITIATING;
}

const struct trial_facts *dialback_round(const struct dialback_facts *facts)
{
	const struct trial_facts *round = NULL, *variant = NULL;
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		if (trial->which == TRIAL_ROUND)
			round = trial;
		else if (!variant && may_stand_in(trial) && trial->answer.outcome == facts->verdict)
			variant = trial;
	}
	/* A round that was turned away before it began has no verdict. */
	bool begun = round && round->answer.outcome == facts->verdict;
	return begun || !variant ? round : variant;
}

bool hop_has_type(const struct hop *hop)
{
	return hop->kind == HOP_RESULT || hop->kind == HOP_VERIFY || hop->kind == HOP_EXTERNAL;
}

bool link_tried_tls(const struct link_facts *link)
{
	const struct tls_facts *tls = &link->tls;
	return tls->up || tls->version != TLS_VERSION_NONE ||
	       tls->newest_offered != TLS_VERSION_NONE || tls->alert > 0;
}
