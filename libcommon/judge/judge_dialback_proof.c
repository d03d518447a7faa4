/* What an answer proves, and what was believed without proof. One place, for the findings and for
 * the promises of 2014. */
#include <string.h>

#include "judge/dialback_parts.h"

bool dialback_certificate_is_good(const struct dialback_facts *facts)
{
	return facts->certificate && facts->own.names_us != KNOWN_NO &&
	       facts->own.trusted != KNOWN_NO;
}

const struct trial_facts *dialback_trial(const struct dialback_facts *facts, enum trial which)
{
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		if (trial->which == which && trial->state != TRIAL_NOT_TESTED)
			return trial;
	}
	return NULL;
}

bool dialback_home_is_wrong(const struct dialback_facts *facts)
{
	return facts->home == HOME_ELSEWHERE || facts->home == HOME_NOWHERE;
}

bool trial_is_confirmed(const struct trial_facts *trial)
{
	return trial->called_back == KNOWN_YES && trial->key != KEY_WRONG;
}

/* Where our trust anchors do not know the issuer, EXTERNAL may have shown that the peer's do. */
static bool certificate_convinces(const struct dialback_facts *facts)
{
	const struct trial_facts *external = dialback_trial(facts, TRIAL_EXTERNAL);
	return facts->certificate && facts->own.names_us != KNOWN_NO &&
	       (facts->own.trusted != KNOWN_NO ||
		(external && external->answer.outcome == OUTCOME_ACCEPTED));
}

bool trial_is_vouched(const struct dialback_facts *facts, const struct trial_facts *trial)
{
	return trial->which == TRIAL_WITHOUT_DIALLING && trial->answer.outcome == OUTCOME_VALID &&
	       trial->called_back != KNOWN_YES && trial->tls && certificate_convinces(facts);
}

/* One of them is ours and rightly verified; our authoritative server denies the other. */
static bool took_second(const struct trial_facts *trial)
{
	return trial->which == TRIAL_SECOND_INVALID && trial->answer.outcome == OUTCOME_VALID &&
	       trial->another.outcome == OUTCOME_VALID;
}

bool trial_is_unproven(const struct dialback_facts *facts, const struct trial_facts *trial)
{
	enum consent consent = trial_rule(trial->which)->consent;
	bool authority = trial_kind(trial->which)->role == ROLE_AUTHORITATIVE;
	if (trial->state == TRIAL_NOT_TESTED)
		return false;
	if (consent == CONSENT_ANY)
		return took_second(trial);
	if (authority && trial->another.outcome == OUTCOME_VALID)
		return true;
	if (trial->answer.outcome != OUTCOME_VALID || trial_is_vouched(facts, trial))
		return false;
	if (consent == CONSENT_NEVER)
		return true;
	/* Where nobody listens, nobody can have been asked. */
	return trial->called_back == KNOWN_YES  ? trial->key == KEY_WRONG
	       : trial->called_back == KNOWN_NO ? true
						: !facts->listening;
}

bool trial_spoofs(const struct trial_facts *trial)
{
	enum trial which = trial->which;
	return trial->state != TRIAL_NOT_TESTED && trial->delivered == KNOWN_YES &&
	       (which == TRIAL_STANZA_UNVERIFIED || which == TRIAL_STANZA_OTHER_SENDER ||
		which == TRIAL_STANZA_OTHER_TARGET || which == TRIAL_BACK_UNSOLICITED ||
		(trial_rule(which)->consent == CONSENT_NEVER &&
		 trial->answer.outcome != OUTCOME_VALID));
}

static bool is_among(const char *condition, const char *const *list)
{
	for (; condition && *list; list++) {
		if (strcmp(*list, condition) == 0)
			return true;
	}
	return false;
}

/* RFC 7590, 3.4; XEP-0220, 2.4: another proof is wanted, or an access rule knows us. */
static bool is_barring(const struct trial_answer *answer)
{
	static const char *const barring[] = { "forbidden", "not-authorized", "policy-violation",
					       NULL };
	return (answer->outcome == OUTCOME_ERROR || answer->outcome == OUTCOME_STREAM_ERROR) &&
	       is_among(answer->condition, barring);
}

bool trial_is_barred(const struct trial_facts *trial)
{
	return trial->called_back != KNOWN_YES && is_barring(&trial->answer);
}

/* Who says that our authoritative server could not be asked has tried to. */
static bool tells_of_asking(const struct trial_answer *answer)
{
	static const char *const asking[] = { "remote-connection-failed", "remote-server-not-found",
					      "remote-server-timeout", NULL };
	return is_among(answer->condition, asking);
}

/* MAN-6. Prosody asks back before it remembers that it wants TLS: what counts is how it ends. */
bool trial_taken_in_clear(const struct trial_facts *trial)
{
	const struct trial_answer *answer = &trial->answer;
	bool asked = trial->called_back == KNOWN_YES;
	if ((trial->which != TRIAL_CLEAR_RESULT && trial->which != TRIAL_WITHOUT_VERSION) ||
	    trial->state == TRIAL_NOT_TESTED || trial->tls)
		return false;
	switch (answer->outcome) {
	case OUTCOME_VALID:
	case OUTCOME_INVALID:
		return true;
	case OUTCOME_ERROR:
	case OUTCOME_STREAM_ERROR:
		return tells_of_asking(answer) || (asked && !is_barring(answer));
	case OUTCOME_NONE:
	case OUTCOME_SILENCE:
		return asked;
	case OUTCOME_CLOSED:
	case OUTCOME_ACCEPTED:
	case OUTCOME_FAILURE:
		break;
	}
	return false;
}

bool trial_went_in_clear(const struct trial_facts *trial)
{
	return trial->state != TRIAL_NOT_TESTED &&
	       (trial->called_in_clear == KNOWN_YES ||
		(trial->which == TRIAL_BACK_NO_TLS && trial->delivered == KNOWN_YES));
}

bool trial_sent_early(const struct trial_facts *trial)
{
	enum trial which = trial->which;
	return trial->state != TRIAL_NOT_TESTED && trial->delivered == KNOWN_YES &&
	       (which == TRIAL_BACK_ERROR || which == TRIAL_BACK_INVALID ||
		which == TRIAL_BACK_SILENCE);
}

/* --- Hops --- */

static size_t hops_told(const struct dialback_facts *facts)
{
	return facts->hop_count < DIALBACK_HOPS_MAX ? facts->hop_count : DIALBACK_HOPS_MAX;
}

/* DIALBACK_NONE: not one of these facts. */
static size_t index_of(const struct dialback_facts *facts, const struct trial_facts *trial)
{
	for (size_t i = 0; i < facts->trial_count; i++) {
		if (&facts->trials[i] == trial)
			return i;
	}
	return DIALBACK_NONE;
}

const struct hop *trial_step(const struct dialback_facts *facts, const struct trial_facts *trial,
			     enum hop_kind kind, bool request)
{
	size_t index = index_of(facts, trial);
	for (size_t i = 0; index != DIALBACK_NONE && i < hops_told(facts); i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->trial == index && hop->way == HOP_RECEIVED && hop->kind == kind &&
		    (hop->type == DB_REQUEST) == request)
			return hop;
	}
	return NULL;
}

const struct hop *trial_hop(const struct dialback_facts *facts, const struct trial_facts *trial,
			    enum hop_way way, enum hop_kind kind)
{
	size_t index = index_of(facts, trial);
	for (size_t i = 0; index != DIALBACK_NONE && i < hops_told(facts); i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->trial == index && hop->way == way && hop->kind == kind)
			return hop;
	}
	return NULL;
}

bool trial_was_visited(const struct dialback_facts *facts, const struct trial_facts *trial)
{
	size_t index = index_of(facts, trial);
	for (size_t i = 0; index != DIALBACK_NONE && i < hops_told(facts); i++) {
		const struct hop *hop = &facts->hops[i];
		if (hop->trial == index && hop->link < facts->link_count &&
		    facts->links[hop->link].inbound)
			return true;
	}
	return false;
}
