#include "unit.h"

#include "judge/dialback.h"

#define NEVER(name)                                                                                \
	{                                                                                          \
		.which = TRIAL_##name                                                              \
	}
#define TRIED(name, outcome) TRIED_OVER(name, outcome, true)
#define TRIED_OVER(name, how, secure)                                                              \
	{                                                                                          \
		.which = TRIAL_##name, .state = TRIAL_TESTED, .tls = (secure), .answer = {         \
			.outcome = OUTCOME_##how,                                                  \
			.condition = #name                                                         \
		}                                                                                  \
	}
#define TURNED_AWAY(name)                                                                          \
	{                                                                                          \
		.which = TRIAL_##name, .state = TRIAL_REFUSED                                      \
	}

enum offer {
	NOTHING,           /* no features inside TLS */
	NO_DIALBACK,       /* inside TLS */
	DIALBACK,          /* inside TLS */
	DIALBACK_IN_CLEAR, /* and there is no TLS */
};

static const struct row {
	const char *name;
	struct trial_facts trials[3];
	size_t count;
	enum offer offer;
	enum peer_trust trust;
	enum trial_outcome verdict;
	const char *condition; /* which trial it came from; NULL: none */
} rows[] = {
	{ "nothing was tried, nothing is offered",
	  { NEVER(ROUND) },
	  0,
	  NOTHING,
	  TRUST_NOT_TESTED,
	  OUTCOME_NONE,
	  NULL },
	{ "no listener, but dialback is offered",
	  { TRIED(VERIFY_MADE_UP, INVALID) },
	  1,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_NONE,
	  NULL },
	{ "no listener, dialback is offered in clear alone",
	  { TRIED(VERIFY_MADE_UP, INVALID) },
	  1,
	  DIALBACK_IN_CLEAR,
	  TRUST_DIALBACK_CLEAR,
	  OUTCOME_NONE,
	  NULL },
	{ "no dialback, and no certificate of ours to try",
	  { TRIED(VERIFY_MADE_UP, INVALID) },
	  1,
	  NO_DIALBACK,
	  TRUST_NOT_TESTED,
	  OUTCOME_NONE,
	  NULL },
	{ "no dialback, and it would not have our certificate",
	  { TURNED_AWAY(EXTERNAL) },
	  1,
	  NO_DIALBACK,
	  TRUST_NONE,
	  OUTCOME_NONE,
	  NULL },
	{ "no dialback, and EXTERNAL could not be tried",
	  { NEVER(EXTERNAL) },
	  1,
	  NO_DIALBACK,
	  TRUST_NOT_TESTED,
	  OUTCOME_NONE,
	  NULL },
	{ "the round is valid",
	  { TRIED(ROUND, VALID) },
	  1,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_VALID,
	  "ROUND" },
	{ "the round is valid in clear",
	  { TRIED_OVER(ROUND, VALID, false) },
	  1,
	  DIALBACK_IN_CLEAR,
	  TRUST_DIALBACK_CLEAR,
	  OUTCOME_VALID,
	  "ROUND" },
	{ "the round fails, whatever is offered",
	  { TRIED(ROUND, ERROR) },
	  1,
	  DIALBACK,
	  TRUST_NONE,
	  OUTCOME_ERROR,
	  "ROUND" },
	{ "the round could not be made",
	  { NEVER(ROUND) },
	  1,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_NONE,
	  NULL },
	{ "EXTERNAL goes before a valid round",
	  { TRIED(EXTERNAL, ACCEPTED), TRIED(ROUND, VALID) },
	  2,
	  DIALBACK,
	  TRUST_EXTERNAL,
	  OUTCOME_VALID,
	  "ROUND" },
	{ "EXTERNAL is refused, dialback goes on",
	  { TRIED(EXTERNAL, FAILURE), TRIED(ROUND, VALID) },
	  2,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_VALID,
	  "ROUND" },
	{ "the round is turned away before it began, our certificate is not",
	  { TURNED_AWAY(ROUND), TRIED(WITHOUT_DIALLING, VALID) },
	  2,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_VALID,
	  "WITHOUT_DIALLING" },
	{ "our certificate convinces in clear alone",
	  { TURNED_AWAY(ROUND), TRIED_OVER(WITHOUT_DIALLING, VALID, false) },
	  2,
	  DIALBACK_IN_CLEAR,
	  TRUST_DIALBACK_CLEAR,
	  OUTCOME_VALID,
	  "WITHOUT_DIALLING" },
	{ "both are turned away",
	  { TURNED_AWAY(ROUND), TURNED_AWAY(WITHOUT_DIALLING) },
	  2,
	  DIALBACK,
	  TRUST_NONE,
	  OUTCOME_NONE,
	  NULL },
	{ "a variant stands in for a round that nobody asked for",
	  { TRIED(ANSWER_INVALID, INVALID) },
	  1,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_INVALID,
	  "ANSWER_INVALID" },
	{ "the variant that has an outcome",
	  { TURNED_AWAY(WRONG_KEY), TRIED(ANSWER_ERROR, ERROR) },
	  2,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_ERROR,
	  "ANSWER_ERROR" },
	{ "the first of two variants",
	  { TRIED(WRONG_KEY, INVALID), TRIED(ANSWER_ERROR, ERROR) },
	  2,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_INVALID,
	  "WRONG_KEY" },
	{ "the round goes before its variants, wherever it stands",
	  { TRIED(WRONG_KEY, INVALID), TRIED(ROUND, VALID) },
	  2,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_VALID,
	  "ROUND" },
	{ "what dials us is no verdict on us",
	  { TRIED(BACK, VALID) },
	  1,
	  DIALBACK,
	  TRUST_DIALBACK,
	  OUTCOME_NONE,
	  NULL },
};

static void offer(struct dialback_facts *facts, enum offer what)
{
	struct starttls_facts *walk = &facts->walk;
	walk->encrypted = what != DIALBACK_IN_CLEAR;
	walk->before.features.dialback = what == DIALBACK_IN_CLEAR;
	walk->after.features.present = what == NO_DIALBACK || what == DIALBACK;
	walk->after.features.dialback = what == DIALBACK;
}

static void concludes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct dialback_facts facts = { .trials = row->trials, .trial_count = row->count };
		offer(&facts, row->offer);
		dialback_conclude(&facts);
		assert_row_string(row->name, peer_trust_name(facts.trust),
				  peer_trust_name(row->trust));
		assert_row_string(row->name, trial_outcome_name(facts.verdict),
				  trial_outcome_name(row->verdict));
		assert_row_string(row->name, facts.condition ? facts.condition : "",
				  row->condition ? row->condition : "");
	}
}

static void an_answer_has_an_outcome(void **state)
{
	(void)state;
	assert_int_equal(trial_outcome_of(DB_VALID), OUTCOME_VALID);
	assert_int_equal(trial_outcome_of(DB_INVALID), OUTCOME_INVALID);
	assert_int_equal(trial_outcome_of(DB_ERROR), OUTCOME_ERROR);
	assert_int_equal(trial_outcome_of(DB_REQUEST), OUTCOME_NONE);
	assert_int_equal(trial_outcome_of(DB_STRANGE), OUTCOME_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(concludes),
		cmocka_unit_test(an_answer_has_an_outcome),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
