/* Signature schemes of TLS 1.3, which show only as accepted or refused, and what rides on another
 * question: a server chooses suite, group and scheme each by itself in TLS 1.3, group and scheme in
 * TLS 1.2, so that one success proves several things. A refusal then proves nothing, and the parts
 * are asked one by one. */
#include <string.h>

#include "tls/schemes.h"
#include "tls/survey_inner.h"

/* rsa_pkcs1_sha256 never signs a handshake of TLS 1.3 (RFC 9846, 4.2.3). Who accepts it alone looks
 * at schemes only later, where we cannot see (CIP-43). */
#define CONTROL 0x0401

static void push_set(struct survey *survey, const struct scheme_set *set)
{
	if (set->count > 0 && survey->set_count < SURVEY_SETS)
		survey->sets[survey->set_count++] = *set;
}

/* A scheme that a certificate seen so far can sign with in TLS 1.3. */
static bool fits_certificate(const struct survey *survey, const struct scheme *scheme)
{
	for (size_t i = 0; i < survey->cert_count; i++) {
		const char *key = survey->certs[i].key;
		if ((strcmp(key, "RSA") == 0 && strcmp(scheme->key, "rsa") == 0) ||
		    (strcmp(key, "EC P-256") == 0 && scheme->code == 0x0403) ||
		    (strcmp(key, "EC P-384") == 0 && scheme->code == 0x0503) ||
		    (strcmp(key, "EC P-521") == 0 && scheme->code == 0x0603) ||
		    (strcmp(key, "Ed25519") == 0 && scheme->code == 0x0807) ||
		    (strcmp(key, "Ed448") == 0 && scheme->code == 0x0808))
			return true;
	}
	return false;
}

/* Likely ones each by itself, all others in one question that will be refused. */
static void begin_sets(struct survey *survey)
{
	struct scheme_set rest = { 0 };
	for (size_t i = 0; i < scheme_count; i++) {
		const struct scheme *scheme = &schemes[i];
		struct scheme_set one = { .codes = { scheme->code }, .count = 1 };
		if (scheme->tls13 && fits_certificate(survey, scheme))
			push_set(survey, &one);
		else if (scheme->tls13 && rest.count < SET_MAX)
			rest.codes[rest.count++] = scheme->code;
	}
	/* The last to be taken: what is likely rides on other questions meanwhile. */
	memmove(&survey->sets[1], &survey->sets[0], survey->set_count * sizeof(survey->sets[0]));
	survey->sets[0] = rest;
	survey->set_count++;
	survey->sets_begun = true;
}

/* The certificate tells what to ask: it shows in TLS 1.2, or in a whole handshake. */
static bool may_begin(const struct survey *survey)
{
	if (survey->plans[TLS_1_3].state != OPENING_ACCEPTED || !survey_is_open(survey))
		return false;
	bool shown = false;
	for (enum tls_version version = SSL_3_0; version < TLS_1_3; version++)
		shown = shown || survey->plans[version].state == OPENING_ACCEPTED;
	return shown || survey->cert_count > 0 || survey->handshake_tried;
}

bool sets_next(struct survey *survey, struct pending *pending)
{
	if (!survey->sets_begun && may_begin(survey))
		begin_sets(survey);
	if (survey->set_count == 0 || survey->sets_void)
		return false;
	pending->set = survey->sets[--survey->set_count];
	survey->sets_out++;
	offer_set(survey, pending);
	return true;
}

static void accept(struct survey *survey, const struct scheme_set *set)
{
	struct scheme_set halves[2] = { 0 };
	if (set->count > 1) {
		for (size_t i = 0; i < set->count; i++) {
			struct scheme_set *half = &halves[i >= set->count / 2];
			half->codes[half->count++] = set->codes[i];
		}
		push_set(survey, &halves[0]);
		push_set(survey, &halves[1]);
		if (!survey->control_asked)
			push_set(survey, &(struct scheme_set){ .codes = { CONTROL }, .count = 1 });
		survey->control_asked = true;
		return;
	}
	if (set->codes[0] == CONTROL)
		survey->sets_void = true;
	else if (survey->sets_accepted.count < SET_MAX)
		survey->sets_accepted.codes[survey->sets_accepted.count++] = set->codes[0];
}

void sets_take(struct survey *survey, const struct scheme_set *set, bool chosen,
	       const struct answer_facts *answer)
{
	survey->sets_out--;
	if (chosen)
		accept(survey, set);
	else if (answer->kind != ANSWER_ALERT && answer->kind != ANSWER_CLOSED &&
		 answer->kind != ANSWER_RESET)
		survey->sets_broken = true;
}

static struct task *task_of(struct survey *survey, enum task_kind kind, enum tls_version version)
{
	for (size_t i = 0; i < survey->task_count; i++) {
		struct task *task = &survey->tasks[i];
		if (task->kind == kind && task->version == version)
			return task;
	}
	return NULL;
}

static bool rider_next(struct survey *survey, struct task *task, struct pending *out)
{
	*out = (struct pending){ .task = task };
	return task && survey_begin(survey, task) && trail_next(task->trail, 1, &out->ask);
}

static void ride_groups(struct survey *survey, struct pending *pending)
{
	struct task *task = task_of(survey, TASK_GROUPS, TLS_1_3);
	struct pending groups;
	if (pending->task->kind != TASK_SUITES || !rider_next(survey, task, &groups))
		return;
	offer_ask(survey, &groups);
	pending->rider = task;
	pending->rider_ask = groups.ask;
	pending->question.hello.groups = groups.question.hello.groups;
	pending->question.hello.group_count = groups.question.hello.group_count;
}

static void ride_scheme(struct survey *survey, struct pending *pending)
{
	if (!survey->sets_begun && may_begin(survey) && survey->options.scope == SURVEY_ALL)
		begin_sets(survey);
	/* The last in the list is a likely one as long as there are more than the rest. */
	if (survey->set_count < 2 || survey->sets[survey->set_count - 1].count != 1)
		return;
	struct pending carried = { .set = survey->sets[--survey->set_count] };
	survey->sets_out++;
	offer_set(survey, &carried);
	pending->set = carried.set;
	pending->question.hello.schemes = carried.question.hello.schemes;
	pending->question.hello.scheme_count = carried.question.hello.scheme_count;
}

/* TLS 1.2, with suites that an RSA key signs. */
static void ride_schemes12(struct survey *survey, struct pending *pending)
{
	struct task *task = task_of(survey, TASK_SCHEMES, TLS_1_2);
	struct pending carried;
	if (pending->task->kind != TASK_GROUPS || pending->task->anchor ||
	    !rider_next(survey, task, &carried))
		return;
	offer_ask(survey, &carried);
	pending->rider = task;
	pending->rider_ask = carried.ask;
	pending->question.hello.schemes = carried.question.hello.schemes;
	pending->question.hello.scheme_count = carried.question.hello.scheme_count;
}

void ride(struct survey *survey, struct pending *pending)
{
	enum tls_version version = pending->task->version;
	bool carries = pending->task->kind == TASK_SUITES || pending->task->kind == TASK_GROUPS;
	if (!carries || pending->opening || survey->unride[version == TLS_1_3])
		return;
	if (version == TLS_1_3) {
		ride_groups(survey, pending);
		ride_scheme(survey, pending);
	} else if (version == TLS_1_2) {
		ride_schemes12(survey, pending);
	}
}

static struct trail *trail_of_task(struct survey *survey, const struct task *task)
{
	return task->kind == TASK_SUITES ? survey->plans[task->version].suites : task->trail;
}

bool ride_take(struct survey *survey, struct pending *pending, const struct answer_facts *answer)
{
	bool has_set = pending->task->kind != TASK_SETS && pending->set.count > 0;
	if (!pending->rider && !has_set)
		return false;
	if (answer_chooses(pending, answer)) {
		if (pending->rider)
			survey_take_trail(survey, pending->rider, &pending->rider_ask, pending,
					  answer);
		if (has_set)
			sets_take(survey, &pending->set, true, answer);
		return false; /* the carrier's own part is still to be taken */
	}
	survey->unride[pending->task->version == TLS_1_3] = true;
	trail_retract(trail_of_task(survey, pending->task), &pending->ask);
	if (pending->rider)
		trail_retract(pending->rider->trail, &pending->rider_ask);
	if (has_set) {
		survey->sets_out--;
		push_set(survey, &pending->set);
	}
	return true;
}
