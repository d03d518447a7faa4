#include "tls/survey.h"

#include <assert.h>

#include "tls/survey_inner.h"

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
	static const enum suite_auth keys[] = { AUTH_RSA, AUTH_ECDSA, AUTH_DSS };
	for (size_t i = 0; scope == SURVEY_ALL && i < sizeof(keys) / sizeof(keys[0]); i++) {
		add_task(survey, TASK_SCHEMES, TLS_1_2);
		survey->tasks[survey->task_count - 1].auth = keys[i];
	}
	if (scope == SURVEY_ALL) {
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

bool answer_chooses(const struct pending *pending, const struct answer_facts *answer)
{
	const struct hello *hello = &pending->question.hello;
	bool deflate = answer->compression == 1 && (hello->flags & HELLO_COMPRESSION);
	/* CIP-9: an answer that breaks the rules proves nothing. */
	if ((answer->kind != ANSWER_HELLO && answer->kind != ANSWER_RETRY) ||
	    answer->version != hello->version || (answer->compression != 0 && !deflate))
		return false;
	for (size_t i = 0; i < hello->suite_count; i++) {
		if (hello->suites[i] == answer->suite)
			return true;
	}
	return false;
}

static bool next_of(struct survey *survey, struct task *task, struct pending *pending)
{
	pending->task = task;
	switch (task->kind) {
	case TASK_SUITES:
		return versions_next(survey, task, pending);
	case TASK_SSL2:
		return ssl2_next(survey, pending);
	case TASK_GROUPS:
	case TASK_SCHEMES:
	case TASK_FIELDS:
		return trails_next(survey, task, pending);
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
	bool alone = survey_is_gentle(survey);
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
	if (survey_is_open(survey))
		versions_soften(survey);
	if (!deal(survey, pending))
		return outstanding ? SURVEY_WAIT : SURVEY_DONE;
	pending->used = true;
	pending->question.id = (unsigned)(pending - survey->out);
	survey->asked++;
	*out = pending->question;
	return SURVEY_ASK;
}

static void take_own(struct survey *survey, const struct pending *pending,
		     const struct answer_facts *answer)
{
	switch (pending->task->kind) {
	case TASK_SUITES:
		versions_take(survey, pending, answer);
		break;
	case TASK_SSL2:
		ssl2_take(survey, answer);
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
	if (pending->task->kind == TASK_CHECKS)
		checks_drop(survey, pending);
	else if (!ride_take(survey, pending, &nothing))
		take_own(survey, pending, &nothing);
}
