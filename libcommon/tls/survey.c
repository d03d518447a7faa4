#include "tls/survey.h"

#include <assert.h>
#include <string.h>

#include "tls/schemes.h"
#include "tls/survey_inner.h"

#define ALERT_PROTOCOL_VERSION 70
#define ALERT_RECORD_OVERFLOW  22
#define ALERT_DECODE_ERROR     50
#define WIDTH_ALONE            1

static const enum tls_version asked_versions[] = { TLS_1_3, TLS_1_2, TLS_1_1, TLS_1_0, SSL_3_0 };
#define ASKED_VERSIONS (sizeof(asked_versions) / sizeof(asked_versions[0]))

static void add_task(struct survey *survey, enum task_kind kind, enum tls_version version)
{
	assert(survey->task_count < SURVEY_TASKS);
	survey->tasks[survey->task_count++] = (struct task){ .kind = kind, .version = version };
}

static void add_tasks(struct survey *survey, enum survey_scope scope)
{
	for (size_t i = 0; i < ASKED_VERSIONS; i++)
		add_task(survey, TASK_SUITES, asked_versions[i]);
	add_task(survey, TASK_SSL2, SSL_2_0);
	if (scope == SURVEY_ALL || scope == SURVEY_GROUPS) {
		add_task(survey, TASK_GROUPS, TLS_1_3);
		add_task(survey, TASK_GROUPS, TLS_1_2);
		add_task(survey, TASK_FIELDS, TLS_1_2);
	}
	if (scope == SURVEY_ALL) {
		add_task(survey, TASK_SCHEMES, TLS_1_2);
		add_task(survey, TASK_SETS, TLS_1_3);
		add_task(survey, TASK_CHECKS, TLS_VERSION_NONE);
	}
}

struct survey *survey_new(const struct survey_options *options, struct arena *mem)
{
	struct survey *survey = arena_alloc(mem, sizeof(*survey));
	survey->options = *options;
	survey->mem = mem;
	survey->properties.sni_alert = -1;
	for (size_t i = 0; i < ASKED_VERSIONS; i++) {
		enum tls_version version = asked_versions[i];
		survey->plans[version] = (struct version_plan){
			.version = version,
			.alert = -1,
			.suites = offer_suites(survey, version),
			.seen = arena_array(mem, TRAIL_MAX, sizeof(struct suite_seen)),
		};
	}
	add_tasks(survey, options->scope);
	return survey;
}

struct version_plan *survey_newest(struct survey *survey, enum tls_version below)
{
	for (enum tls_version version = below; version >= SSL_3_0; version--) {
		if (survey->plans[version].state == OPENING_ACCEPTED)
			return &survey->plans[version];
	}
	return NULL;
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

bool answer_chooses(const struct pending *pending, const struct answer_facts *answer)
{
	const struct hello *hello = &pending->question.hello;
	if ((answer->kind != ANSWER_HELLO && answer->kind != ANSWER_RETRY) ||
	    answer->version != hello->version)
		return false;
	for (size_t i = 0; i < hello->suite_count; i++) {
		if (hello->suites[i] == answer->suite)
			return true;
	}
	return false;
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

static void soften(struct survey *survey)
{
	for (size_t i = 0; i < ASKED_VERSIONS; i++) {
		struct version_plan *plan = &survey->plans[asked_versions[i]];
		if (!may_soften(survey, plan))
			continue;
		plan->manner = is_manner_taken(survey, plan->manner) && is_too_long(survey, plan)
				       ? MANNER_SHORT
				       : plan->manner + 1;
		plan->state = OPENING_NOT_ASKED;
		trail_limit(plan->suites, plan->manner == MANNER_SHORT ? SHORT_SUITES : 0);
		return; /* newest first: one that works tells of the others */
	}
}

static bool wants_suites(const struct survey *survey)
{
	return survey->options.scope == SURVEY_ALL || survey->options.scope == SURVEY_SUITES;
}

static bool is_gentle(const struct survey *survey)
{
	return survey->options.lanes == 1;
}

static bool next_suites(struct survey *survey, struct task *task, struct pending *pending)
{
	struct version_plan *plan = &survey->plans[task->version];
	if (plan->state == OPENING_NOT_ASKED) {
		if (!trail_next(plan->suites, WIDTH_ALONE, &pending->ask))
			return false;
		plan->state = OPENING_OUT;
		pending->opening = true;
	} else if (plan->state != OPENING_ACCEPTED || !wants_suites(survey) ||
		   (is_gentle(survey) && !survey_is_open(survey)) ||
		   !trail_next(plan->suites, survey->options.lanes, &pending->ask)) {
		return false;
	}
	offer_ask(survey, pending);
	return true;
}

static bool next_ssl2(struct survey *survey, struct pending *pending)
{
	if (survey->ssl2 != OPENING_NOT_ASKED)
		return false;
	survey->ssl2 = OPENING_OUT;
	offer_ssl2(survey, pending);
	return true;
}

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
	return !wants_suites(survey) || trail_is_done(plan->suites);
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
	task->trail = offer_groups(survey, task->version);
	task->anchor = rsa ? 0 : certificate_curve(survey);
	trail_learn(task->trail,
		    group_seen_by(plan, rsa ? suite_is_ecdhe_rsa : suite_is_ecdhe_ecdsa));
	if (task->anchor)
		trail_learn(task->trail, task->anchor);
	return true;
}

static bool begin_groups(struct survey *survey, struct task *task, struct version_plan *plan)
{
	if (task->version != TLS_1_3)
		return begin_groups12(survey, task, plan);
	task->trail = offer_groups(survey, TLS_1_3);
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
		if (!plan->seen[i].scheme || plan->version != TLS_1_2)
			continue;
		task->trail = offer_schemes(survey);
		trail_learn(task->trail, plan->seen[i].scheme);
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
	if (!plan || plan->state != OPENING_ACCEPTED || plan->version == SSL_3_0) {
		task->off = true;
		return false;
	}
	task->version = plan->version;
	if (task->kind == TASK_GROUPS)
		return begin_groups(survey, task, plan);
	return task->kind == TASK_SCHEMES ? begin_schemes(survey, task, plan)
					  : begin_fields(survey, task, plan);
}

static bool next_trail(struct survey *survey, struct task *task, struct pending *pending)
{
	if (!survey_begin(survey, task) || task->off ||
	    !trail_next(task->trail, survey->options.lanes, &pending->ask))
		return false;
	offer_ask(survey, pending);
	return true;
}

static bool next_of(struct survey *survey, struct task *task, struct pending *pending)
{
	pending->task = task;
	switch (task->kind) {
	case TASK_SUITES:
		return next_suites(survey, task, pending);
	case TASK_SSL2:
		return next_ssl2(survey, pending);
	case TASK_GROUPS:
	case TASK_SCHEMES:
	case TASK_FIELDS:
		return next_trail(survey, task, pending);
	case TASK_SETS:
		return sets_next(survey, pending);
	case TASK_CHECKS:
		return survey_is_open(survey) && checks_next(survey, pending);
	}
	return false;
}

static struct pending *free_place(struct survey *survey, size_t *out)
{
	struct pending *place = NULL;
	*out = 0;
	for (size_t i = 0; i < SURVEY_OUT; i++) {
		if (survey->out[i].used)
			(*out)++;
		else if (!place)
			place = &survey->out[i];
	}
	return place;
}

/* One after the other asks for a task to its end, which lets later ones know more; side by side
 * they take turns, so that each gets on. */
static bool deal(struct survey *survey, struct pending *pending)
{
	bool alone = is_gentle(survey);
	for (size_t i = 0; i < survey->task_count; i++) {
		size_t index = alone ? i : (survey->turn + i) % survey->task_count;
		*pending = (struct pending){ .question = { .kind = QUESTION_HELLO } };
		if (!next_of(survey, &survey->tasks[index], pending))
			continue;
		survey->turn = index + 1;
		if (alone)
			ride(survey, pending);
		return true;
	}
	return false;
}

enum survey_step survey_next(struct survey *survey, struct question *out)
{
	size_t outstanding;
	struct pending *pending = free_place(survey, &outstanding);
	if (outstanding >= survey->options.lanes || !pending)
		return SURVEY_WAIT;
	if (survey->options.connections_max && survey->asked >= survey->options.connections_max) {
		survey->cut = true;
		return outstanding ? SURVEY_WAIT : SURVEY_DONE;
	}
	if (outstanding == 0 && survey_is_open(survey))
		soften(survey);
	if (!deal(survey, pending))
		return outstanding ? SURVEY_WAIT : SURVEY_DONE;
	pending->used = true;
	pending->question.id = (unsigned)(pending - survey->out);
	survey->asked++;
	*out = pending->question;
	return SURVEY_ASK;
}

/* What a refused opening means for its version. */
static enum opening_state refusal_of(const struct answer_facts *answer)
{
	switch (answer->kind) {
	case ANSWER_HELLO: /* of an older version: the newer one is off (CIP-8) */
	case ANSWER_RETRY:
		return OPENING_REFUSED;
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
	bool same = (answer->kind == ANSWER_HELLO || answer->kind == ANSWER_RETRY) &&
		    answer->version >= plan->version;
	plan->state = same ? OPENING_UNCLEAR : refusal_of(answer);
	if (same) /* a suite or a version that was not offered proves nothing */
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
static bool proves_refusal(const struct answer_facts *answer)
{
	return refusal_of(answer) != OPENING_UNCLEAR;
}

static void take_suites(struct survey *survey, const struct pending *pending,
			const struct answer_facts *answer)
{
	struct version_plan *plan = &survey->plans[pending->task->version];
	if (answer_chooses(pending, answer)) {
		plan->state = OPENING_ACCEPTED;
		learn_suite(survey, plan, answer);
		trail_chosen(plan->suites, &pending->ask, answer->suite);
		return;
	}
	if (pending->opening) {
		take_opening(survey, plan, pending, answer);
		return;
	}
	bool same = answer->kind == ANSWER_HELLO && answer->version >= plan->version;
	if (same)
		learn_violation(survey, "it chose suite 0x%04X in %s, which was not offered",
				answer->suite, tls_version_name(answer->version));
	if (!same && proves_refusal(answer))
		trail_refused(plan->suites, &pending->ask);
	else
		trail_gave_up(plan->suites, &pending->ask);
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
	if (!chosen && proves_refusal(answer)) {
		trail_refused(task->trail, ask);
	} else if (chosen && code == 0 && task->kind == TASK_FIELDS) {
		trail_refused(task->trail,
			      ask); /* a modulus of its own: it does not heed the list */
	} else if (chosen && answer->explicit_curve) {
		trail_gave_up(task->trail, ask);
	} else if (chosen && code == task->anchor && code) {
		task->broken = true; /* it prefers this one: what else it takes stays hidden */
		trail_gave_up(task->trail, ask);
	} else if (chosen && code && was_offered(&pending->question.hello, task->kind, code)) {
		trail_chosen(task->trail, ask, code);
	} else {
		if (chosen && code)
			learn_violation(survey, "it chose %s 0x%04X, which was not offered",
					task->kind == TASK_SCHEMES ? "signature scheme" : "group",
					code);
		task->broken = true;
		trail_gave_up(task->trail, ask);
	}
}

static void take_ssl2(struct survey *survey, const struct answer_facts *answer)
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
	survey->ssl2 = proves_refusal(answer) ? OPENING_REFUSED : OPENING_UNCLEAR;
}

static void take_own(struct survey *survey, const struct pending *pending,
		     const struct answer_facts *answer)
{
	switch (pending->task->kind) {
	case TASK_SUITES:
		take_suites(survey, pending, answer);
		break;
	case TASK_SSL2:
		take_ssl2(survey, answer);
		break;
	case TASK_GROUPS:
	case TASK_SCHEMES:
	case TASK_FIELDS:
		survey_take_trail(survey, pending->task, &pending->ask, pending, answer);
		break;
	case TASK_SETS:
		sets_take(survey, &pending->set, answer_chooses(pending, answer), answer);
		break;
	case TASK_CHECKS:
		checks_take(survey, pending, answer);
		break;
	}
}

void survey_take(struct survey *survey, const struct question *question,
		 const struct answer_facts *answer)
{
	struct pending *pending = &survey->out[question->id];
	assert(pending->used);
	pending->used = false;
	learn(survey, pending, answer);
	if (!ride_take(survey, pending, answer))
		take_own(survey, pending, answer);
}

void survey_drop(struct survey *survey, const struct question *question)
{
	static const struct answer_facts nothing = { .kind = ANSWER_SILENCE, .alert = -1 };
	struct pending *pending = &survey->out[question->id];
	assert(pending->used);
	pending->used = false;
	survey->unclear++;
	survey->unride[0] = survey->unride[1] = true;
	if (!ride_take(survey, pending, &nothing))
		take_own(survey, pending, &nothing);
}
