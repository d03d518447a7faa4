/* From what a survey learnt to the facts it gives away. */
#include <string.h>

#include "tls/schemes.h"
#include "tls/survey_inner.h"

static enum seen offered(enum opening_state state)
{
	switch (state) {
	case OPENING_NOT_ASKED:
		return SEEN_NOT_TESTED;
	case OPENING_ACCEPTED:
		return SEEN_YES;
	case OPENING_REFUSED:
	case OPENING_SOFT:
		return SEEN_NO;
	case OPENING_OUT:
	case OPENING_UNCLEAR:
		break;
	}
	return SEEN_UNCLEAR;
}

static void finish_version(struct survey *survey, const struct version_plan *plan,
			   struct version_seen *out)
{
	uint32_t codes[TRAIL_MAX];
	size_t count = trail_list(plan->suites, codes);
	bool all = survey->options.scope == SURVEY_ALL || survey->options.scope == SURVEY_SUITES;
	*out = (struct version_seen){
		.version = plan->version,
		.offered = offered(plan->state),
		.suites_complete = all && trail_is_complete(plan->suites),
		.preference = trail_preference(plan->suites),
		.suites = arena_array(survey->mem, count + 1, sizeof(*out->suites)),
		.alert = plan->state == OPENING_ACCEPTED ? -1 : plan->alert,
	};
	/* A server that marks its TLS 1.2 as a downgrade speaks 1.3, whatever it answered us. */
	if (plan->version == TLS_1_3 && out->offered == SEEN_NO && survey->sentinel_seen)
		out->offered = SEEN_UNCLEAR;
	for (size_t i = 0; i < count; i++) {
		for (size_t s = 0; s < plan->seen_count; s++) {
			if (plan->seen[s].code == codes[i])
				out->suites[out->suite_count++] = plan->seen[s];
		}
	}
}

static void finish_ssl2(struct survey *survey, struct version_seen *out)
{
	*out = (struct version_seen){
		.version = SSL_2_0,
		.offered = offered(survey->ssl2),
		.suites_complete = survey->ssl2 == OPENING_ACCEPTED,
		.suites = arena_array(survey->mem, survey->kind_count + 1, sizeof(*out->suites)),
		.suite_count = survey->kind_count,
		.alert = survey->ssl2 == OPENING_REFUSED ? survey->ssl2_alert : -1,
	};
	for (size_t i = 0; i < survey->kind_count; i++)
		out->suites[i] = (struct suite_seen){ .code = survey->kinds[i],
						      .suite = suite_by_code(survey->kinds[i]),
						      .cert = -1 };
}

static const struct task *task_of(const struct survey *survey, enum task_kind kind, bool is_13)
{
	for (size_t i = 0; i < survey->task_count; i++) {
		const struct task *task = &survey->tasks[i];
		if (task->kind == kind && (task->version == TLS_1_3) == is_13)
			return task;
	}
	return NULL;
}

static struct group_seen *group_entry(struct survey_facts *out, uint16_t code)
{
	for (size_t i = 0; i < out->group_count; i++) {
		if (out->groups[i].code == code)
			return &out->groups[i];
	}
	out->groups[out->group_count] = (struct group_seen){ .code = code };
	return &out->groups[out->group_count++];
}

static enum seen completeness(const struct task *task)
{
	if (!task || !task->trail)
		return SEEN_NOT_TESTED;
	if (task->hidden)
		return SEEN_UNCLEAR;
	return trail_is_done(task->trail) && trail_is_complete(task->trail) && !task->broken
		       ? SEEN_YES
		       : SEEN_NO;
}

static void add_groups(struct survey_facts *out, const struct task *task, bool is_13)
{
	uint32_t codes[TRAIL_MAX];
	size_t count = task && task->trail ? trail_list(task->trail, codes) : 0;
	for (size_t i = 0; i < count; i++) {
		struct group_seen *group = group_entry(out, (uint16_t)codes[i]);
		*(is_13 ? &group->tls13 : &group->tls12) = true;
	}
	if (task && task->trail && task->kind == TASK_GROUPS &&
	    out->group_preference == PREFERENCE_UNKNOWN)
		out->group_preference = trail_preference(task->trail);
}

/* What answers to other questions showed without a group being asked for. */
static void add_shown_groups(const struct survey *survey, struct survey_facts *out)
{
	for (enum tls_version version = TLS_1_0; version <= TLS_1_3; version++) {
		const struct version_plan *plan = &survey->plans[version];
		for (size_t i = 0; i < plan->seen_count; i++) {
			if (!plan->seen[i].group)
				continue;
			struct group_seen *group = group_entry(out, plan->seen[i].group);
			*(version == TLS_1_3 ? &group->tls13 : &group->tls12) = true;
		}
	}
}

static void finish_groups(struct survey *survey, struct survey_facts *out)
{
	const struct task *new = task_of(survey, TASK_GROUPS, true);
	const struct task *old = task_of(survey, TASK_GROUPS, false);
	out->groups = arena_array(survey->mem, 4 * (size_t)TRAIL_MAX, sizeof(*out->groups));
	add_groups(out, new, true);
	add_groups(out, old, false);
	if (old && old->hidden)
		group_entry(out, old->anchor)->tls12 = true;
	add_groups(out, task_of(survey, TASK_FIELDS, false), false);
	add_shown_groups(survey, out);
	out->groups_complete[0] = completeness(old);
	out->groups_complete[1] = completeness(new);
}

static struct scheme_seen *scheme_entry(struct survey_facts *out, uint16_t code)
{
	for (size_t i = 0; i < out->scheme_count; i++) {
		if (out->schemes[i].code == code)
			return &out->schemes[i];
	}
	out->schemes[out->scheme_count] = (struct scheme_seen){ .code = code };
	return &out->schemes[out->scheme_count++];
}

/* Of two certificates, each signs with schemes of its own. */
static bool same_key(uint32_t code, uint32_t other)
{
	const struct scheme *one = scheme_by_code((uint16_t)code);
	const struct scheme *two = scheme_by_code((uint16_t)other);
	return one && two && strcmp(one->key, two->key) == 0;
}

static void add_schemes12(const struct task *task, struct survey_facts *out)
{
	uint32_t codes[TRAIL_MAX];
	size_t count = task->trail ? trail_list(task->trail, codes) : 0;
	for (size_t i = 0; i < count; i++) {
		struct scheme_seen *scheme = scheme_entry(out, (uint16_t)codes[i]);
		scheme->tls12 = true;
		scheme->alone = !trail_was_preferred(task->trail, codes[i], same_key);
	}
	/* Of two keys, what is known of both. */
	enum seen complete = completeness(task);
	if (complete != SEEN_NOT_TESTED && out->schemes_complete[0] != SEEN_NO)
		out->schemes_complete[0] = complete;
}

/* What answers to other questions showed. */
static void add_shown_schemes(const struct survey *survey, struct survey_facts *out)
{
	const struct version_plan *plan = &survey->plans[TLS_1_2];
	for (size_t i = 0; i < plan->seen_count; i++) {
		if (plan->seen[i].scheme)
			scheme_entry(out, plan->seen[i].scheme)->tls12 = true;
	}
}

static void finish_schemes(struct survey *survey, struct survey_facts *out)
{
	const struct scheme_set *accepted = &survey->sets_accepted;
	out->schemes = arena_array(survey->mem, 4 * (size_t)TRAIL_MAX, sizeof(*out->schemes));
	for (size_t i = 0; !survey->sets_void && i < accepted->count; i++)
		scheme_entry(out, accepted->codes[i])->tls13 = true;
	if (survey->signature13)
		scheme_entry(out, survey->signature13)->tls13 = true;
	for (size_t i = 0; i < survey->task_count; i++) {
		if (survey->tasks[i].kind == TASK_SCHEMES)
			add_schemes12(&survey->tasks[i], out);
	}
	add_shown_schemes(survey, out);
	if (survey->sets_begun)
		out->schemes_complete[1] = survey->set_count == 0 && survey->sets_out == 0 &&
							   !survey->sets_void &&
							   !survey->sets_broken
						   ? SEEN_YES
						   : SEEN_NO;
}

static bool is_inconsistent(const struct survey *survey)
{
	bool any = survey->inconsistent;
	for (enum tls_version version = SSL_3_0; version <= TLS_1_3; version++)
		any = any || trail_is_inconsistent(survey->plans[version].suites);
	for (size_t i = 0; i < survey->task_count; i++)
		any = any ||
		      (survey->tasks[i].trail && trail_is_inconsistent(survey->tasks[i].trail));
	return any;
}

/* A version that was not asked for may have suites of either kind. Silence to SSL 2.0 is usual. */
static bool is_every_version_known(const struct survey *survey)
{
	for (enum tls_version version = SSL_3_0; version <= TLS_1_3; version++) {
		enum seen seen = offered(survey->plans[version].state);
		if (seen != SEEN_YES && seen != SEEN_NO)
			return false;
	}
	return survey_is_open(survey);
}

void survey_finish(struct survey *survey, struct survey_facts *out)
{
	*out = (struct survey_facts){
		.certs = survey->certs,
		.cert_count = survey->cert_count,
		.fields = survey->fields,
		.field_count = survey->field_count,
		.properties = survey->properties,
		.inconsistent = is_inconsistent(survey),
		.violation = survey->violation,
		.unclear = survey->unclear,
	};
	for (enum tls_version version = SSL_3_0; version <= TLS_1_3; version++)
		finish_version(survey, &survey->plans[version], &out->versions[version]);
	finish_ssl2(survey, &out->versions[SSL_2_0]);
	/* Those of TLS 1.3 come behind a whole handshake, which lets resumption be tried. */
	if (out->properties.session_tickets == SEEN_NO &&
	    out->properties.resumption == SEEN_NOT_TESTED &&
	    survey->plans[TLS_1_3].state == OPENING_ACCEPTED)
		out->properties.session_tickets = SEEN_NOT_TESTED;
	finish_groups(survey, out);
	finish_schemes(survey, out);
	const struct scheme *signature = scheme_by_code(survey->signature13);
	out->signature13 = signature ? signature->name : NULL;
	out->forward_secrecy = survey_forward_secrecy(out);
	if (out->forward_secrecy != FS_POSSIBLE && !is_every_version_known(survey))
		out->forward_secrecy = FS_UNKNOWN;
}
