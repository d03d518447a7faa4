/* Promises that a dialback decides better than features: manifesto.md, MAN-5 to MAN-7, MAN-13 to
 * MAN-16. What was not tried is not testable, never kept. */
#include <string.h>

#include "judge/dialback_parts.h"
#include "judge/manifesto_parts.h"

typedef bool trait(const struct trial_facts *trial);

/* The first trial that shows it. */
static const struct trial_facts *showing(const struct dialback_facts *facts, trait *shows)
{
	for (size_t i = 0; i < facts->trial_count; i++) {
		if (shows(&facts->trials[i]))
			return &facts->trials[i];
	}
	return NULL;
}

static struct answer broken_by(const struct door *door, const struct trial_facts *trial,
			       const char *what)
{
	return says(PROMISE_BROKEN,
		    arena_printf(door->mem, "%s: %s", trial_kind(trial->which)->words, what));
}

/* MAN-5 to MAN-7, on the way in and on the way out */
struct answer tried_sw_5(const struct door *door)
{
	const struct dialback_facts *facts = door->dialback;
	const struct features *before = &door->facts->before.features;
	const struct trial_facts *found;
	if (door_leads_nowhere(door))
		return says_without_tls(door, "no TLS");
	if ((found = showing(facts, trial_taken_in_clear)))
		return broken_by(door, found, "taken up");
	if ((found = showing(facts, trial_went_in_clear)))
		return broken_by(door, found, "it goes on in clear");
	if (dialback_trial(facts, TRIAL_CLEAR_RESULT))
		return says(PROMISE_KEPT, "dialback in clear is not taken up");
	if (door->at->transport == TRANSPORT_DIRECT)
		return says(PROMISE_KEPT, "direct TLS");
	if (before->starttls_required || before->starttls_alone)
		return says(PROMISE_KEPT, "declared, not put to the test");
	return says(PROMISE_NOT_TESTABLE, "TLS is offered, not required; the check clear-result "
					  "asks in clear");
}

/* A verified sender that writes to another domain of theirs is nobody else. */
static bool is_forged(const struct trial_facts *trial)
{
	return trial_spoofs(trial) && trial->which != TRIAL_STANZA_OTHER_TARGET;
}

/* MAN-15, MAN-16: what nobody proved was believed, or told to. */
static const struct trial_facts *too_loose(const struct dialback_facts *facts, const char **what)
{
	for (size_t i = 0; i < facts->trial_count; i++) {
		const struct trial_facts *trial = &facts->trials[i];
		*what = trial_is_unproven(facts, trial) ? "answered valid"
			: is_forged(trial)              ? "delivered"
			: trial_sent_early(trial)       ? "stanzas are sent before authentication"
							: NULL;
		if (*what)
			return trial;
	}
	return NULL;
}

/* The one that should end well and was tried: the usual round, or with our certificate shown. */
static const struct trial_facts *honest_round(const struct dialback_facts *facts)
{
	const struct trial_facts *round = dialback_trial(facts, TRIAL_ROUND);
	const struct trial_facts *shown = dialback_trial(facts, TRIAL_WITHOUT_DIALLING);
	if (round && round->answer.outcome == OUTCOME_VALID)
		return round;
	return shown && (!round || shown->answer.outcome == OUTCOME_VALID) ? shown : round;
}

/* MAN-14: a no is stricter than the statement asks for, and keeps it, too. */
static struct answer of_round(const struct door *door, const struct trial_facts *round)
{
	const struct dialback_facts *facts = door->dialback;
	if (round->answer.outcome == OUTCOME_VALID)
		return round->tls ? says(PROMISE_BY_FALLBACK, trial_is_vouched(facts, round)
								      ? "dialback by certificate"
								      : "dialback over TLS")
				  : says(PROMISE_BROKEN, "dialback without TLS");
	if (trial_is_barred(round) || round->state == TRIAL_REFUSED)
		return says(PROMISE_KEPT, "insists on a trusted certificate");
	if (round->called_back != KNOWN_YES)
		return says(PROMISE_NOT_TESTABLE,
			    dialback_home_is_wrong(facts)
				    ? "DNS does not lead to our listener"
				    : "our authoritative server was never asked");
	return says(PROMISE_BROKEN, arena_printf(door->mem, "dialback ends with %s",
						 trial_answer_text(&round->answer, door->mem)));
}

/* MAN-13 to MAN-16 */
struct answer tried_sw_7(const struct door *door)
{
	const struct dialback_facts *facts = door->dialback;
	const struct features *after = &door->facts->after.features;
	const char *failure = failure_finding(door->at, door->facts), *what;
	const struct trial_facts *loose = too_loose(facts, &what);
	const struct trial_facts *external = dialback_trial(facts, TRIAL_EXTERNAL);
	const struct trial_facts *round = honest_round(facts);
	bool accepted = external && external->answer.outcome == OUTCOME_ACCEPTED;
	if (!door->facts->encrypted)
		return says_without_tls(door, "no TLS");
	if (loose)
		return broken_by(door, loose, what);
	if (accepted && facts->own.names_us == KNOWN_NO)
		return says(PROMISE_BROKEN, "EXTERNAL accepts a certificate of another name");
	if (accepted)
		return says(PROMISE_KEPT, "EXTERNAL accepts our certificate");
	if (failure && strcmp(failure, "client-cert-required") == 0)
		return says(PROMISE_KEPT, "insists on a trusted certificate");
	if (round)
		return of_round(door, round);
	if (!facts->us)
		return says(PROMISE_NOT_TESTABLE, "needs --from and --listen");
	if (external && after->present && !after->dialback)
		return says(PROMISE_BROKEN, "EXTERNAL is refused, and no dialback offered");
	return says(PROMISE_NOT_TESTABLE, "needs --listen");
}

/* TLS required, and authenticated if possible, else dialback. */
struct answer tried_dp_1(const struct door *door)
{
	struct answer required = tried_sw_5(door), ours = tried_sw_7(door);
	struct answer theirs = promise_identity(door);
	if (required.result == PROMISE_BROKEN)
		return required;
	if (ours.result == PROMISE_BROKEN)
		return ours;
	if (theirs.result == PROMISE_BY_FALLBACK || theirs.result == PROMISE_BROKEN)
		return theirs;
	return required.result == PROMISE_KEPT ? theirs : required;
}
