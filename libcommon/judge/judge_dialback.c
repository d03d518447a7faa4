/* The findings of one endpoint out of what xmpp-dialback tried on it: spec/dialback.md, section 12.
 */
#include <string.h>

#include "base/escape.h"
#include "judge/dialback_parts.h"

/* --- What is offered --- */

/* Who answers dialback has it, advertised or not: the header's xmlns:db says so, too. */
static bool answers_dialback(const struct dialback_facts *facts)
{
	for (size_t i = 0; i < facts->trial_count; i++) {
		enum trial_outcome outcome = facts->trials[i].answer.outcome;
		if (facts->trials[i].state != TRIAL_NOT_TESTED &&
		    (outcome == OUTCOME_VALID || outcome == OUTCOME_INVALID ||
		     outcome == OUTCOME_ERROR))
			return true;
	}
	return false;
}

static void judge_features(const struct judging *judging, const struct dialback_facts *facts)
{
	const struct features *before = &judging->facts->before.features;
	const struct features *after = &judging->facts->after.features;
	/* Beside required TLS it is how Prosody comes; and a proof goes before a promise. */
	if (judging->at->transport == TRANSPORT_STARTTLS && before->dialback &&
	    !before->starttls_required && !dialback_trial(facts, TRIAL_CLEAR_RESULT))
		FIND(judging, "dialback-before-tls",
		     "dialback is offered in clear, and TLS is not required");
	if (!judging->facts->encrypted || !after->present)
		return;
	if (after->dialback && !after->dialback_errors)
		FIND(judging, "dialback-errors-missing",
		     "dialback is offered without graceful errors");
	if (!after->dialback && !features_has_mechanism(&after->mechanisms, "EXTERNAL") &&
	    !features_has_mechanism(&after->sasl2_mechanisms, "EXTERNAL") &&
	    !answers_dialback(facts))
		FIND(judging, "dialback-not-offered",
		     "inside TLS neither dialback nor SASL EXTERNAL is offered%s",
		     facts->certificate ? "" : " to us, who showed no certificate");
}

/* --- Stream ids --- */

static size_t links_told(const struct dialback_facts *facts)
{
	return facts->link_count < DIALBACK_LINKS_MAX ? facts->link_count : DIALBACK_LINKS_MAX;
}

/* DB-28: a key is as good as the id it was made for, and ids that return let it be used again. */
static void judge_ids(const struct judging *judging, const struct dialback_facts *facts)
{
	const char *outside = judging->facts->before.id, *inside = judging->facts->after.id;
	if (judging->facts->encrypted && outside && inside && *inside &&
	    strcmp(outside, inside) == 0) {
		FIND(judging, "stream-id-reused", "the stream inside TLS has the old id again: %s",
		     escape_copy(judging->mem, inside, SHOWN_MAX));
		return;
	}
	for (size_t i = 0; i < links_told(facts); i++) {
		const struct link_facts *a = &facts->links[i];
		for (size_t j = i + 1; j < links_told(facts); j++) {
			const struct link_facts *b = &facts->links[j];
			if (a->inbound || b->inbound || !a->id || !b->id || !*a->id ||
			    strcmp(a->id, b->id) != 0)
				continue;
			FIND(judging, "stream-id-reused", "two connections have one stream id: %s",
			     escape_copy(judging->mem, a->id, SHOWN_MAX));
			return;
		}
	}
}

/* --- The call back that never came --- */

/* A trial for which the peer should have asked our authoritative server, and did not even come.
 * Once it came, the way is open. */
static const struct trial_facts *trial_not_called(const struct dialback_facts *facts)
{
	const struct trial_facts *found = NULL;
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		if (trial->state == TRIAL_TESTED && trial->called_back == KNOWN_YES)
			return NULL;
		if (!found && trial_rule(trial->which)->asks && trial->state == TRIAL_TESTED &&
		    trial->called_back == KNOWN_NO && !trial_is_barred(trial) &&
		    trial->answer.outcome != OUTCOME_VALID && !trial_was_visited(facts, trial))
			found = trial;
	}
	return found;
}

static const char *home_words(const struct dialback_facts *facts, struct arena *mem)
{
	const char *where = facts->home_text ? escape_copy(mem, facts->home_text, SHOWN_MAX)
					     : "another place";
	switch (facts->home) {
	case HOME_ELSEWHERE:
		return arena_printf(mem, "its SRV points to %s", where);
	case HOME_NOWHERE:
		return arena_printf(mem, "DNS has no server for it%s%s%s",
				    facts->home_text ? " (" : "", facts->home_text ? where : "",
				    facts->home_text ? ")" : "");
	case HOME_LATER:
		return arena_printf(mem, "its SRV points to %s first, and only then here", where);
	case HOME_HERE:
		return "its SRV points here, so a firewall may be in the way";
	case HOME_UNKNOWN:
		return "DNS did not answer when we asked where it points";
	case HOME_NOT_ASKED:
		break;
	}
	return "where its SRV points was not looked up";
}

static void judge_home(const struct judging *judging, const struct dialback_facts *facts)
{
	const struct trial_facts *trial = facts->listening ? trial_not_called(facts) : NULL;
	if (!trial)
		return;
	double seconds = trial->answer.elapsed_ms / 1000;
	FIND(judging, "dialback-no-callback",
	     "the peer did not call back %s: %s; no connection arrived%s%s %s",
	     facts->us ? escape_copy(judging->mem, facts->us, SHOWN_MAX) : "our domain",
	     home_words(facts, judging->mem), facts->listener ? " at " : "",
	     facts->listener ? escape_copy(judging->mem, facts->listener, SHOWN_MAX) : "",
	     seconds < 1 ? "before it answered" : arena_printf(judging->mem, "in %.0f s", seconds));
}

/* --- Trials --- */

static bool is_told(const struct findings *list, const struct finding *finding)
{
	for (const struct finding *at = list->first; at; at = at->next) {
		if (at->kind == finding->kind && strcmp(at->text, finding->text) == 0)
			return true;
	}
	return false;
}

static void judge_trials(const struct judging *judging, const struct dialback_facts *facts)
{
	bool any = false;
	for (size_t i = 0; i < facts->trial_count; i++) {
		struct findings own = { 0 };
		const struct trying trying = { facts, &facts->trials[i], judging->policy,
					       judging->mem, &own };
		any = any || facts->trials[i].state != TRIAL_NOT_TESTED;
		judge_one_trial(&trying);
		for (struct finding *at = own.first, *next; at; at = next) {
			next = at->next;
			if (!is_told(judging->out, at)) /* many trials may show one fault */
				findings_append(judging->out, at);
		}
	}
	if (any || facts->walk.failure.code != ERR_NONE)
		return;
	const char *reason = facts->trial_count ? facts->trials[0].reason : NULL;
	FIND(judging, "dialback-not-tested", "no check could be made%s%s", reason ? ": " : "",
	     reason ? escape_copy(judging->mem, reason, SHOWN_MAX) : "");
}

void judge_trial_findings(const struct dialback_facts *facts, const struct trial_facts *trial,
			  const struct policy *policy, struct arena *mem, struct findings *out)
{
	const struct trying trying = { facts, trial, policy, mem, out };
	judge_one_trial(&trying);
}

enum severity judge_trial(const struct dialback_facts *facts, const struct trial_facts *trial,
			  const struct policy *policy, struct arena *mem)
{
	struct findings own = { 0 };
	enum severity worst = SEVERITY_NONE;
	judge_trial_findings(facts, trial, policy, mem, &own);
	for (const struct finding *at = own.first; at; at = at->next)
		worst = at->severity > worst ? at->severity : worst;
	return worst;
}

void judge_dialback(const struct endpoint *at, const struct dialback_facts *facts,
		    const struct policy *policy, struct arena *mem, struct findings *out)
{
	const struct judging judging = { at, &facts->walk, policy, mem, out, NULL, NULL };
	judge_failure(&judging);
	judge_features(&judging, facts);
	judge_ids(&judging, facts);
	judge_trials(&judging, facts);
	judge_home(&judging, facts);
}
