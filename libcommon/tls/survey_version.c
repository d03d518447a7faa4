/* Versions and their suites: the opening question to each version, the manner it is asked in, and
 * what its answers mean. */
#include <string.h>

#include "tls/survey_inner.h"

#define ALERT_PROTOCOL_VERSION 70
#define ALERT_RECORD_OVERFLOW  22
#define ALERT_DECODE_ERROR     50
#define WIDTH_ALONE            1

const enum tls_version asked_versions[ASKED_VERSIONS] = { TLS_1_3, TLS_1_2, TLS_1_1, TLS_1_0,
							  SSL_3_0 };

struct version_plan *survey_newest(struct survey *survey, enum tls_version below)
{
	for (enum tls_version version = below; version >= SSL_3_0; version--) {
		if (survey->plans[version].state == OPENING_ACCEPTED)
			return &survey->plans[version];
	}
	return NULL;
}

bool plan_takes_extensions(const struct version_plan *plan)
{
	return plan->version > SSL_3_0 && plan->manner != MANNER_BARE;
}

static bool is_settled(enum opening_state state)
{
	return state != OPENING_NOT_ASKED && state != OPENING_OUT;
}

bool survey_is_open(const struct survey *survey)
{
	for (size_t i = 0; i < ASKED_VERSIONS; i++) {
		if (!is_settled(survey->plans[asked_versions[i]].state))
			return false;
	}
	return is_settled(survey->ssl2);
}

/* Something was accepted that was asked for in this manner, or a richer one: it is not what others
 * were refused for. */
static bool is_manner_taken(const struct survey *survey, enum manner manner)
{
	for (size_t i = 0; i < ASKED_VERSIONS; i++) {
		const struct version_plan *plan = &survey->plans[asked_versions[i]];
		if (plan->state == OPENING_ACCEPTED && plan->version > SSL_3_0 &&
		    plan->manner <= manner)
			return true;
	}
	return false;
}

/* A hello with the whole registry in it was taken: length is no trouble (CIP-21). */
static bool is_length_taken(const struct survey *survey)
{
	for (enum tls_version version = SSL_3_0; version < TLS_1_3; version++) {
		const struct version_plan *plan = &survey->plans[version];
		if (plan->state == OPENING_ACCEPTED && plan->manner != MANNER_SHORT)
			return true;
	}
	return false;
}

static bool is_too_long(const struct survey *survey, const struct version_plan *plan)
{
	return plan->choked && plan->version < TLS_1_3 && !is_length_taken(survey);
}

/* A server that marks its TLS 1.2 as a downgrade from the 1.3 that it refused minds something, too.
 */
static bool may_soften(const struct survey *survey, const struct version_plan *plan)
{
	bool doubted = !is_manner_taken(survey, plan->manner) || is_too_long(survey, plan) ||
		       (plan->version == TLS_1_3 && survey->sentinel_seen);
	bool open = plan->state == OPENING_SOFT || plan->state == OPENING_UNCLEAR;
	return doubted && open && plan->manner != MANNER_SHORT;
}

static enum manner next_manner(const struct survey *survey, const struct version_plan *plan)
{
	enum manner next = plan->manner + 1;
	if (is_manner_taken(survey, plan->manner) && is_too_long(survey, plan))
		return MANNER_SHORT;
	/* TLS 1.3 is nothing but extensions. */
	return next == MANNER_BARE && plan->version == TLS_1_3 ? MANNER_SHORT : next;
}

void versions_soften(struct survey *survey)
{
	for (size_t i = 0; i < ASKED_VERSIONS; i++) {
		struct version_plan *plan = &survey->plans[asked_versions[i]];
		if (!may_soften(survey, plan))
			continue;
		plan->manner = next_manner(survey, plan);
		plan->state = OPENING_NOT_ASKED;
		trail_limit(plan->suites, plan->manner == MANNER_SHORT ? SHORT_SUITES : 0);
		return; /* newest first: one that works tells of the others */
	}
}

bool survey_wants_suites(const struct survey *survey)
{
	return survey->options.scope == SURVEY_ALL || survey->options.scope == SURVEY_SUITES;
}

bool survey_is_gentle(const struct survey *survey)
{
	return survey->options.lanes == 1;
}

bool versions_next(struct survey *survey, struct task *task, struct pending *pending)
{
	struct version_plan *plan = &survey->plans[task->version];
	if (plan->state == OPENING_NOT_ASKED) {
		if (!trail_next(plan->suites, WIDTH_ALONE, &pending->ask))
			return false;
		plan->state = OPENING_OUT;
		pending->opening = true;
	} else if (plan->state != OPENING_ACCEPTED || !survey_wants_suites(survey) ||
		   (survey_is_gentle(survey) && !survey_is_open(survey)) ||
		   !trail_next(plan->suites, survey->options.lanes, &pending->ask)) {
		return false;
	}
	offer_ask(survey, pending);
	return true;
}

bool ssl2_next(struct survey *survey, struct pending *pending)
{
	if (survey->ssl2 != OPENING_NOT_ASKED)
		return false;
	survey->ssl2 = OPENING_OUT;
	offer_ssl2(survey, pending);
	return true;
}

static bool is_hello(const struct answer_facts *answer)
{
	return answer->kind == ANSWER_HELLO || answer->kind == ANSWER_RETRY;
}

/* What a refused opening means for its version. A hello of an older version says that the newer one
 * is off (CIP-8); one of an unknown version, or of what was not offered, says nothing. */
static enum opening_state refusal_of(enum tls_version asked, const struct answer_facts *answer)
{
	switch (answer->kind) {
	case ANSWER_HELLO:
	case ANSWER_RETRY:
		return answer->version != TLS_VERSION_NONE && answer->version < asked
			       ? OPENING_REFUSED
			       : OPENING_UNCLEAR;
	case ANSWER_ALERT:
		return answer->alert == ALERT_PROTOCOL_VERSION ? OPENING_REFUSED : OPENING_SOFT;
	case ANSWER_CLOSED:
	case ANSWER_RESET:
		return OPENING_SOFT;
	case ANSWER_NONE:
	case ANSWER_SILENCE:
	case ANSWER_GARBAGE:
	case ANSWER_HANDSHAKE:
	case ANSWER_UNSUPPORTED:
		break;
	}
	return OPENING_UNCLEAR;
}

static void take_opening(struct survey *survey, struct version_plan *plan,
			 const struct pending *pending, const struct answer_facts *answer)
{
	plan->state = refusal_of(plan->version, answer);
	if (is_hello(answer) &&
	    answer->version >=
		    plan->version) /* a suite or a version that was not offered proves nothing */
		learn_violation(survey, "it chose suite 0x%04X in %s, which was not offered",
				answer->suite, tls_version_name(answer->version));
	if (answer->kind == ANSWER_ALERT)
		plan->alert = answer->alert;
	plan->choked = answer->kind != ANSWER_ALERT || answer->alert == ALERT_DECODE_ERROR ||
		       answer->alert == ALERT_RECORD_OVERFLOW;
	if (plan->manner != MANNER_SHORT || plan->state != OPENING_SOFT) {
		trail_retract(plan->suites, &pending->ask);
		return;
	}
	/* Refused within the limit: the rest of the suites is to be asked for. */
	trail_refused(plan->suites, &pending->ask);
	if (!trail_is_done(plan->suites))
		plan->state = OPENING_NOT_ASKED;
}

/* A refusal that proves that nothing of what was offered is accepted. */
bool answer_refuses(enum tls_version asked, const struct answer_facts *answer)
{
	return refusal_of(asked, answer) != OPENING_UNCLEAR;
}

void versions_take(struct survey *survey, const struct pending *pending,
		   const struct answer_facts *answer)
{
	struct version_plan *plan = &survey->plans[pending->task->version];
	if (answer_chooses(pending, answer)) {
		plan->state = OPENING_ACCEPTED;
		learn_suite(survey, plan, pending, answer);
		trail_chosen(plan->suites, &pending->ask, answer->suite);
		return;
	}
	if (pending->opening) {
		take_opening(survey, plan, pending, answer);
		return;
	}
	if (is_hello(answer) && answer->version >= plan->version)
		learn_violation(survey, "it chose suite 0x%04X in %s, which was not offered",
				answer->suite, tls_version_name(answer->version));
	if (answer_refuses(plan->version, answer))
		trail_refused(plan->suites, &pending->ask);
	else
		trail_gave_up(plan->suites, &pending->ask);
}

void ssl2_take(struct survey *survey, const struct answer_facts *answer)
{
	if (answer->kind == ANSWER_HELLO && answer->version == SSL_2_0) {
		uint32_t *kinds = arena_array(survey->mem, answer->kind_count + 1, sizeof(*kinds));
		if (answer->kind_count > 0)
			memcpy(kinds, answer->kinds, answer->kind_count * sizeof(*kinds));
		survey->kinds = kinds;
		survey->kind_count = answer->kind_count;
		survey->ssl2 = OPENING_ACCEPTED;
		return;
	}
	survey->ssl2_alert = answer->kind == ANSWER_ALERT ? answer->alert : -1;
	/* Some take it as a compatible hello, and answer in TLS (CIP-2). */
	survey->ssl2 = is_hello(answer) || answer_refuses(SSL_2_0, answer) ? OPENING_REFUSED
									   : OPENING_UNCLEAR;
}
