/* Groups, schemes and finite fields: when each can begin, and what an answer shows of it. */
#include <string.h>

#include "tls/survey_inner.h"

/* The curve of an ECDSA certificate must stay among those offered in TLS 1.2 (CIP-20). */
static uint16_t certificate_curve(const struct survey *survey)
{
	static const struct {
		const char *key;
		uint16_t code;
	} rows[] = { { "EC P-256", 23 }, { "EC P-384", 24 }, { "EC P-521", 25 } };
	for (size_t c = 0; c < survey->cert_count; c++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (strcmp(survey->certs[c].key, rows[i].key) == 0)
				return rows[i].code;
		}
	}
	return 0;
}

static uint16_t group_seen_by(const struct version_plan *plan, suite_filter *filter)
{
	for (size_t i = 0; i < plan->seen_count; i++) {
		const struct suite_seen *seen = &plan->seen[i];
		if (seen->suite && seen->group && filter(seen->suite))
			return seen->group;
	}
	return 0;
}

static bool suites_are_done(const struct survey *survey, const struct version_plan *plan)
{
	return !survey_wants_suites(survey) || trail_is_done(plan->suites);
}

/* TLS 1.2 and earlier: with suites whose answers show the group. */
static bool begin_groups12(struct survey *survey, struct task *task, struct version_plan *plan)
{
	bool rsa = plan_accepts(plan, suite_is_ecdhe_rsa);
	if (!rsa && !suites_are_done(survey, plan))
		return false;
	if (!rsa && !plan_accepts(plan, suite_is_ecdhe_ecdsa)) {
		task->off = true;
		return false;
	}
	task->anchor = rsa ? 0 : certificate_curve(survey);
	task->trail = offer_groups(survey, task->version, task->anchor);
	trail_learn(task->trail,
		    group_seen_by(plan, rsa ? suite_is_ecdhe_rsa : suite_is_ecdhe_ecdsa));
	return true;
}

static bool begin_groups(struct survey *survey, struct task *task, struct version_plan *plan)
{
	if (task->version != TLS_1_3)
		return begin_groups12(survey, task, plan);
	task->trail = offer_groups(survey, TLS_1_3, 0);
	for (size_t i = 0; i < plan->seen_count; i++) {
		if (plan->seen[i].group) {
			trail_learn(task->trail, plan->seen[i].group);
			return true;
		}
	}
	return true;
}

static bool begin_schemes(struct survey *survey, struct task *task, struct version_plan *plan)
{
	for (size_t i = 0; i < plan->seen_count; i++) {
		const struct suite_seen *seen = &plan->seen[i];
		if (!seen->scheme || !seen->suite || !suite_signed_by(task->auth)(seen->suite) ||
		    plan->version != TLS_1_2)
			continue;
		task->trail = offer_schemes(survey);
		trail_learn(task->trail, seen->scheme);
		return true;
	}
	task->off = suites_are_done(survey, plan);
	return false;
}

static bool begin_fields(struct survey *survey, struct task *task, struct version_plan *plan)
{
	if (plan_accepts(plan, suite_is_dhe)) {
		task->trail = offer_fields(survey);
		return true;
	}
	task->off = suites_are_done(survey, plan);
	return false;
}

bool survey_begin(struct survey *survey, struct task *task)
{
	if (task->trail || task->off)
		return task->trail != NULL;
	if (!survey_is_open(survey))
		return false;
	struct version_plan *plan = task->version == TLS_1_3 ? &survey->plans[TLS_1_3]
							     : survey_newest(survey, TLS_1_2);
	if (!plan || plan->state != OPENING_ACCEPTED || !plan_takes_extensions(plan)) {
		task->off = true;
		return false;
	}
	task->version = plan->version;
	if (task->kind == TASK_GROUPS)
		return begin_groups(survey, task, plan);
	return task->kind == TASK_SCHEMES ? begin_schemes(survey, task, plan)
					  : begin_fields(survey, task, plan);
}

bool trails_next(struct survey *survey, struct task *task, struct pending *pending)
{
	if (!survey_begin(survey, task) || task->off ||
	    !trail_next(task->trail, survey->options.lanes, &pending->ask))
		return false;
	offer_ask(survey, pending);
	return true;
}

static bool was_offered(const struct hello *hello, enum task_kind kind, uint16_t code)
{
	const uint16_t *list = kind == TASK_SCHEMES ? hello->schemes : hello->groups;
	size_t count = kind == TASK_SCHEMES ? hello->scheme_count : hello->group_count;
	for (size_t i = 0; i < count; i++) {
		if (list[i] == code)
			return true;
	}
	return false;
}

static uint16_t shown(const struct task *task, const struct answer_facts *answer)
{
	if (task->kind == TASK_SCHEMES)
		return answer->scheme;
	return task->kind == TASK_FIELDS ? learn_field_group(&answer->dh) : answer->group;
}

void survey_take_trail(struct survey *survey, struct task *task, const struct trail_ask *ask,
		       const struct pending *pending, const struct answer_facts *answer)
{
	bool chosen = answer_chooses(pending, answer);
	uint16_t code = shown(task, answer);
	bool offered = was_offered(&pending->question.hello, task->kind, code);
	/* A modulus of its own, be it one of RFC 7919: the server does not heed the list. */
	bool unheeded = chosen && task->kind == TASK_FIELDS && answer->dh.bits > 0 && !offered;
	if (unheeded || (!chosen && answer_refuses(pending->question.hello.version, answer))) {
		trail_refused(task->trail, ask);
		return;
	}
	/* The anchor, where the server prefers it, hides what else it takes. */
	if (chosen && code && offered && code != task->anchor && !answer->explicit_curve) {
		trail_chosen(task->trail, ask, code);
		return;
	}
	if (chosen && code && !offered)
		learn_violation(survey, "it chose %s 0x%04X, which was not offered",
				task->kind == TASK_SCHEMES ? "signature scheme" : "group", code);
	if (chosen && code && code == task->anchor)
		task->hidden = true;
	else
		task->broken = true;
	trail_gave_up(task->trail, ask);
}
