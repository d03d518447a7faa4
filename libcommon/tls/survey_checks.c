/* The survey's questions with one answer each: properties of the server. */
#include <string.h>

#include "tls/groups.h"
#include "tls/schemes.h"
#include "tls/survey_inner.h"

#define UNKNOWN_NAME   "no-such-domain.invalid" /* RFC 6761, 6.4: nobody can serve it */
#define UNKNOWN_ALPN   "no-such-protocol"
#define X25519         29
#define X25519MLKEM768 0x11EC

static bool any_suite(const struct suite *suite)
{
	(void)suite;
	return true;
}

/* The hello that a version is known to take, asking for what it accepts. */
static struct hello *base(struct survey *survey, struct version_plan *plan, struct pending *pending)
{
	struct hello *hello = &pending->question.hello;
	offer_hello(survey, plan, false, hello);
	offer_filtered(survey, plan, any_suite, true, hello);
	pending->question.want = WANT_HELLO;
	return hello;
}

static const uint16_t *found_hybrid(struct survey *survey)
{
	for (size_t i = 0; i < survey->task_count; i++) {
		const struct task *task = &survey->tasks[i];
		if (task->kind != TASK_GROUPS || task->version != TLS_1_3 || !task->trail ||
		    !trail_is_done(task->trail))
			continue;
		for (size_t g = 0; g < group_count; g++) {
			if (groups[g].kind == GROUP_HYBRID &&
			    trail_accepts(task->trail, groups[g].code) &&
			    trail_accepts(task->trail, X25519))
				return &groups[g].code;
		}
	}
	return NULL;
}

static bool make_hybrid(struct survey *survey, struct pending *pending)
{
	const uint16_t *hybrid = found_hybrid(survey);
	if (!hybrid)
		return false;
	struct hello *hello = base(survey, &survey->plans[TLS_1_3], pending);
	uint16_t *list = arena_array(survey->mem, 2, sizeof(*list));
	list[0] = *hybrid;
	list[1] = X25519;
	hello->groups = list;
	hello->group_count = 2;
	hello->flags |= HELLO_SHARE;
	hello->share_group = X25519;
	return true;
}

static bool make_long(struct survey *survey, struct pending *pending)
{
	struct version_plan *plan = &survey->plans[TLS_1_3];
	if (plan->state != OPENING_ACCEPTED)
		return false;
	struct hello *hello = base(survey, plan, pending);
	hello->flags |= HELLO_SHARE;
	hello->share_group = X25519MLKEM768;
	pending->question.split = true;
	return true;
}

/* RFC 7507: below the newest version it counts as a downgrade. */
static bool make_fallback(struct survey *survey, struct pending *pending)
{
	struct version_plan *best = survey_newest(survey, TLS_1_3);
	struct version_plan *second = best ? survey_newest(survey, best->version - 1) : NULL;
	if (!second)
		return false;
	base(survey, second, pending)->flags |= HELLO_FALLBACK;
	return true;
}

static bool make_tolerance(struct survey *survey, struct pending *pending, uint16_t version)
{
	struct version_plan *plan = survey_newest(survey, TLS_1_2);
	if (!plan || plan->version == SSL_3_0)
		return false;
	base(survey, plan, pending)->raw_version = version;
	return true;
}

static bool make_name(struct survey *survey, struct pending *pending, const char *name)
{
	struct version_plan *plan = survey_newest(survey, TLS_1_3);
	if (!plan || !plan_takes_extensions(plan) || !survey->options.servername)
		return false;
	base(survey, plan, pending)->servername = name;
	return true;
}

static bool make_alpn(struct survey *survey, struct pending *pending)
{
	struct version_plan *plan = survey_newest(survey, TLS_1_3);
	if (!plan || !plan_takes_extensions(plan) || !survey->options.alpn)
		return false;
	base(survey, plan, pending)->alpn = UNKNOWN_ALPN;
	return true;
}

/* A second ephemeral value where the other answers showed one only. */
static bool make_reuse(struct survey *survey, struct pending *pending)
{
	struct version_plan *plan = survey_newest(survey, TLS_1_2);
	bool once = false;
	for (size_t i = 0; i < survey->public_count; i++)
		once = once || !survey->public_is_ec[i];
	if (!plan || !once || survey->properties.dh_reuse != SEEN_NOT_TESTED)
		return false;
	offer_filtered(survey, plan, suite_is_dhe, true, base(survey, plan, pending));
	pending->question.want = WANT_FLIGHT;
	return pending->question.hello.suite_count > 0;
}

/* CIP-51: one question twice shows whether one server answers. */
static bool make_repeat(struct survey *survey, struct pending *pending)
{
	struct version_plan *plan = survey_newest(survey, TLS_1_3);
	uint32_t *codes = arena_array(survey->mem, TRAIL_MAX, sizeof(*codes));
	if (!plan || !plan->suites || !trail_is_complete(plan->suites))
		return false;
	enum preference preference = trail_preference(plan->suites);
	if (preference != PREFERENCE_SERVER && preference != PREFERENCE_CLIENT)
		return false;
	struct hello *hello = base(survey, plan, pending);
	hello->suites = codes;
	hello->suite_count = trail_list(plan->suites, codes);
	survey->first_choice = codes[0];
	return true;
}

static bool make_flag(struct survey *survey, struct pending *pending, unsigned flag)
{
	struct version_plan *plan = survey_newest(survey, TLS_1_2);
	if (!plan || plan->manner == MANNER_RICH || plan->version == SSL_3_0)
		return false;
	base(survey, plan, pending)->flags |= flag;
	return true;
}

static bool make_handshake(struct survey *survey, struct pending *pending)
{
	pending->question.kind = QUESTION_HANDSHAKE;
	return survey_newest(survey, TLS_1_3) && survey_newest(survey, TLS_1_3)->version >= TLS_1_2;
}

static bool make_resume(struct survey *survey, struct pending *pending)
{
	pending->question.kind = QUESTION_RESUME;
	return survey->properties.resumption == SEEN_UNCLEAR;
}

static bool make(struct survey *survey, struct pending *pending)
{
	switch (pending->check) {
	case CHECK_HANDSHAKE:
		return make_handshake(survey, pending);
	case CHECK_RESUME:
		return make_resume(survey, pending);
	case CHECK_FALLBACK:
		return make_fallback(survey, pending);
	case CHECK_TOLERANCE:
		return make_tolerance(survey, pending, 0x0304);
	case CHECK_TOLERANCE_FAR:
		return make_tolerance(survey, pending, 0x0400);
	case CHECK_SNI_NONE:
		return make_name(survey, pending, NULL);
	case CHECK_SNI_UNKNOWN:
		return make_name(survey, pending, UNKNOWN_NAME);
	case CHECK_ALPN_UNKNOWN:
		return make_alpn(survey, pending);
	case CHECK_LONG:
		return make_long(survey, pending);
	case CHECK_HYBRID:
		return make_hybrid(survey, pending);
	case CHECK_REUSE:
		return make_reuse(survey, pending);
	case CHECK_REPEAT:
		return make_repeat(survey, pending);
	case CHECK_GREASE:
		return make_flag(survey, pending, HELLO_GREASE);
	case CHECK_COMPRESSION:
		return make_flag(survey, pending, HELLO_COMPRESSION);
	case CHECK_HEARTBEAT:
		return make_flag(survey, pending, HELLO_HEARTBEAT);
	}
	return false;
}

/* Suites and groups are through: what builds on all of them can be asked. */
static bool trails_are_done(struct survey *survey)
{
	for (size_t i = 0; i < survey->task_count; i++) {
		const struct task *task = &survey->tasks[i];
		const struct trail *trail = task->kind == TASK_SUITES
						    ? survey->plans[task->version].suites
						    : task->trail;
		bool begun = task->kind != TASK_SUITES ||
			     survey->plans[task->version].state == OPENING_ACCEPTED;
		if (trail && begun && !task->off && !trail_is_done(trail))
			return false;
	}
	return true;
}

static bool may_ask(struct survey *survey, enum check check)
{
	if (survey->check_asked[check])
		return false;
	if (check == CHECK_RESUME)
		return survey->properties.resumption != SEEN_NOT_TESTED;
	bool late = check == CHECK_HYBRID || check == CHECK_REUSE || check == CHECK_REPEAT;
	return !late || trails_are_done(survey);
}

bool checks_next(struct survey *survey, struct pending *pending)
{
	for (enum check check = 0; check < CHECK_COUNT; check++) {
		if (!may_ask(survey, check))
			continue;
		survey->check_asked[check] = true;
		pending->check = check;
		pending->question = (struct question){ .kind = QUESTION_HELLO };
		if (make(survey, pending))
			return true;
	}
	return false;
}
