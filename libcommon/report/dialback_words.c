#include "report/dialback_words.h"

#include <string.h>

#include "base/escape.h"
#include "judge/parts.h"

#define CONDITION_MAX 32 /* RFC 6120 and XEP-0220 have none that is longer */

struct trial_counts dialback_count(const struct dialback_facts *facts, const struct policy *policy,
				   struct arena *mem)
{
	struct trial_counts counts = { 0 };
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		if (trial->state == TRIAL_NOT_TESTED)
			continue;
		counts.tested++;
		counts.good += judge_trial(facts, trial, policy, mem) < SEVERITY_WARNING;
	}
	return counts;
}

const char *outcome_words(enum trial_outcome outcome, const char *condition, struct arena *mem)
{
	static const char *const words[] = {
		[OUTCOME_NONE] = "no outcome",           [OUTCOME_VALID] = "valid",
		[OUTCOME_INVALID] = "invalid",           [OUTCOME_ERROR] = "error",
		[OUTCOME_STREAM_ERROR] = "stream error", [OUTCOME_CLOSED] = "closed",
		[OUTCOME_SILENCE] = "silence",           [OUTCOME_ACCEPTED] = "accepted",
		[OUTCOME_FAILURE] = "failure",
	};
	if (!condition)
		return words[outcome];
	return arena_printf(mem, "%s %s", words[outcome],
			    escape_copy(mem, condition, CONDITION_MAX));
}

const char *ways_words(const struct trial_facts *round)
{
	if (!round->tls)
		return "in clear";
	switch (round->called_back) {
	case KNOWN_YES:
		return round->called_in_clear == KNOWN_YES ? "TLS there, in clear on the way back"
							   : "TLS both ways";
	case KNOWN_NO:
		return "TLS, without dialling back";
	case KNOWN_NOT:
		break;
	}
	return "TLS";
}

static const char *trust_words(enum peer_trust trust)
{
	switch (trust) {
	case TRUST_EXTERNAL:
		return ", authenticated by our certificate";
	case TRUST_DIALBACK:
		return ", authenticated by dialback only";
	case TRUST_DIALBACK_CLEAR:
	case TRUST_NONE:
	case TRUST_NOT_TESTED:
		break;
	}
	return "";
}

bool dialback_wants_valid(const struct trial_facts *round)
{
	return round->which == TRIAL_ROUND || round->which == TRIAL_WITHOUT_DIALLING;
}

static const char *checks_words(const struct dialback_facts *facts, const struct policy *policy,
				struct arena *mem)
{
	const struct trial_counts counts = dialback_count(facts, policy, mem);
	if (counts.tested == 0)
		return "no check was made";
	if (counts.good < counts.tested)
		return arena_printf(mem, "%zu of %zu checks as they should be", counts.good,
				    counts.tested);
	return arena_printf(mem, "refuses what it must in %zu check%s", counts.tested,
			    counts.tested == 1 ? "" : "s");
}

/* Nor does it answer any without that. */
static bool offers_none(const struct dialback_facts *facts)
{
	const struct features *offered = &facts->walk.after.features;
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		enum trial_outcome outcome = trial->answer.outcome;
		if (outcome == OUTCOME_VALID || outcome == OUTCOME_INVALID ||
		    (outcome == OUTCOME_ERROR && trial->state == TRIAL_TESTED))
			return false;
	}
	return offered->present && !offered->dialback;
}

static const char *unasked_words(const struct dialback_facts *facts,
				 const struct trial_facts *round, struct arena *mem)
{
	if (!facts->listening)
		return "not asked to verify us (that needs --from and --listen)";
	if (!round || !round->reason)
		return "not asked to verify us";
	return arena_printf(mem, "not asked to verify us (%s)", escaped(round->reason, mem));
}

bool dialback_was_missed(const struct dialback_facts *facts)
{
	const struct trial_facts *round = dialback_round(facts);
	return round && round->called_back == KNOWN_NO && facts->verdict != OUTCOME_VALID &&
	       (facts->home == HOME_ELSEWHERE || facts->home == HOME_NOWHERE);
}

const char *dialback_walk_state(const struct endpoint *at, const struct dialback_facts *facts,
				struct arena *mem)
{
	const struct starttls_facts *walk = &facts->walk;
	const char *id = failure_finding(at, walk);
	if (id && strcmp(id, "client-cert-required") == 0)
		return walk->our_certificate
			       ? "takes no dialback from us, and our certificate is not good enough"
			       : "takes no dialback from us, and wants a trusted certificate "
				 "(--cert)";
	if (id && strcmp(id, "starttls-not-offered") == 0)
		return "no TLS: STARTTLS is not offered";
	return walk->encrypted ? "dialback could not be tested" : endpoint_trouble(walk, mem);
}

static bool has_verdict(const struct dialback_facts *facts)
{
	return dialback_round(facts) && facts->verdict != OUTCOME_NONE;
}

const char *dialback_state(const struct endpoint *at, const struct dialback_facts *facts,
			   const struct policy *policy, struct arena *mem)
{
	const struct trial_facts *round = dialback_round(facts);
	if (!has_verdict(facts) && facts->walk.failure.code != ERR_NONE)
		return dialback_walk_state(at, facts, mem);
	if (!has_verdict(facts))
		return arena_printf(mem, "%s%s; %s",
				    offers_none(facts) ? "offers no dialback; " : "",
				    checks_words(facts, policy, mem),
				    unasked_words(facts, round, mem));
	double seconds = round->answer.elapsed_ms / 1000;
	const char *outcome = outcome_words(facts->verdict, facts->condition, mem);
	if (!dialback_wants_valid(round))
		return arena_printf(mem, "%s gave %s in %.2f s, %s", trial_kind(round->which)->name,
				    outcome, seconds, ways_words(round));
	if (facts->verdict != OUTCOME_VALID)
		return arena_printf(mem, "did not verify us: %s after %.2f s%s", outcome, seconds,
				    !dialback_was_missed(facts)     ? ""
				    : facts->home == HOME_ELSEWHERE ? ", and DNS leads elsewhere"
								    : ", and DNS leads nowhere");
	return arena_printf(mem, "verified us in %.2f s, %s%s", seconds, ways_words(round),
			    trust_words(facts->trust));
}

const char *dialback_brief(const struct endpoint *at, const struct dialback_facts *facts,
			   const struct policy *policy, struct arena *mem)
{
	const struct trial_facts *round = dialback_round(facts);
	if (!has_verdict(facts) && facts->walk.failure.code != ERR_NONE)
		return dialback_walk_state(at, facts, mem);
	if (!has_verdict(facts))
		return checks_words(facts, policy, mem);
	const char *outcome = outcome_words(facts->verdict, facts->condition, mem);
	if (facts->verdict != OUTCOME_VALID && round->called_back != KNOWN_YES)
		return outcome;
	return arena_printf(mem, "%s, %s", outcome, ways_words(round));
}

const char *dialback_target_state(const struct dialback_view *view, bool brief, struct arena *mem)
{
	const struct target_view *target = view->base.target;
	struct voices good = { 0 }, failed = { 0 };
	for (size_t i = 0; i < target->count; i++) {
		const struct dialback_facts *facts = view->dialbacks[i];
		if (facts)
			voices_hear(facts->walk.failure.code == ERR_NONE ? &good : &failed,
				    brief ? dialback_brief(&target->endpoints[i], facts,
							   view->policy, mem)
					  : dialback_state(&target->endpoints[i], facts,
							   view->policy, mem));
	}
	if (good.count + failed.count == 0)
		return missing_state(target, SERVICE_S2S);
	return voices_words(&good, &failed, "not reachable", mem);
}

const char *dialback_trouble(const struct dialback_view *view, const char *state, struct arena *mem)
{
	const char *trouble = view->base.problem ? NULL : trouble_words(&view->base, mem);
	return trouble && !strstr(state, trouble) ? trouble : NULL;
}

const char *home_words(const struct dialback_facts *facts, struct arena *mem)
{
	const char *us = facts->us ? escaped(facts->us, mem) : "our domain";
	const char *there = facts->home_text ? escaped(facts->home_text, mem) : "";
	const char *colon = *there ? ": " : "";
	const char *here = facts->listener
				   ? arena_printf(mem, " (%s)", escaped(facts->listener, mem))
				   : "";
	switch (facts->home) {
	case HOME_HERE:
		return arena_printf(mem, "%s leads here%s", us, here);
	case HOME_LATER:
		return arena_printf(mem, "%s leads here%s, but elsewhere first%s%s", us, here,
				    colon, there);
	case HOME_ELSEWHERE:
		return arena_printf(mem, "%s leads to %s, not to this listener%s", us,
				    *there ? there : "others", here);
	case HOME_NOWHERE:
		return arena_printf(mem,
				    "%s leads nowhere%s%s: its _xmpp-server._tcp must lead to this "
				    "listener%s",
				    us, *there ? ", " : "", there, here);
	case HOME_UNKNOWN:
		return arena_printf(mem, "DNS does not say where %s leads%s%s", us, colon, there);
	case HOME_NOT_ASKED:
		break;
	}
	return NULL;
}
