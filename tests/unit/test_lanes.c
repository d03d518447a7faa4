#include "lanes_peer.h"

#include "run/gate.h"
#include "run/lanes.h"
#include "run/lanes_pace.h"

#define QUESTIONS 60
#define PATIENT   20.0 /* nothing waits so long unless it must */
#define HASTY     0.4  /* where waiting is what is tested */

/* A plan without a plan: so many questions, each asked once. Stands in place of tls/survey. */
struct survey {
	size_t count, next, out, most_out;
	unsigned lanes;
	bool overlap; /* two threads were in here at once */
	atomic_bool busy;
	enum question_kind kinds[QUESTIONS + 1];
	enum answer_kind answers[QUESTIONS + 1]; /* NONE: never came */
	uint32_t suites[QUESTIONS + 1];
	bool dropped[QUESTIONS + 1], resumed, keeps_leaf;
	uint32_t offers[QUESTIONS + 1];
	bool split, wait_for_first;
};

static void come(struct survey *survey)
{
	if (atomic_exchange(&survey->busy, true))
		survey->overlap = true;
}

static void go(struct survey *survey)
{
	atomic_store(&survey->busy, false);
}

enum survey_step survey_next(struct survey *survey, struct question *out)
{
	come(survey);
	enum survey_step step = SURVEY_ASK;
	if (survey->next == survey->count)
		step = survey->out > 0 ? SURVEY_WAIT : SURVEY_DONE;
	else if (survey->out >= survey->lanes || (survey->wait_for_first && survey->out > 0))
		step = SURVEY_WAIT;
	if (step == SURVEY_ASK) {
		size_t number = ++survey->next;
		if (++survey->out > survey->most_out)
			survey->most_out = survey->out;
		survey->offers[number] = (uint32_t)number;
		*out = (struct question){
			.kind = survey->kinds[number],
			.hello = { .version = TLS_1_2,
				   .suites = &survey->offers[number],
				   .suite_count = 1,
				   .servername = "im.example" },
			.split = survey->split,
			.id = (unsigned)number,
		};
	}
	go(survey);
	return step;
}

void survey_take(struct survey *survey, const struct question *question,
		 const struct answer_facts *answer)
{
	come(survey);
	assert_int_equal(survey->answers[question->id], ANSWER_NONE);
	assert_false(survey->dropped[question->id]);
	survey->out--;
	survey->answers[question->id] = answer->kind;
	survey->suites[question->id] = answer->suite;
	survey->resumed |= answer->resumed;
	survey->keeps_leaf |= answer->leaf.size > 0;
	go(survey);
}

void survey_drop(struct survey *survey, const struct question *question)
{
	come(survey);
	assert_int_equal(survey->answers[question->id], ANSWER_NONE);
	assert_false(survey->dropped[question->id]);
	survey->out--;
	survey->dropped[question->id] = true;
	go(survey);
}

void survey_finish(struct survey *survey, struct survey_facts *out)
{
	assert_int_equal(survey->out, 0);
	*out = (struct survey_facts){ .unclear = survey->count - survey->next };
}

static size_t count_answers(const struct survey *survey, enum answer_kind kind)
{
	size_t count = 0;
	for (size_t i = 1; i <= survey->count; i++)
		count += survey->answers[i] == kind;
	return count;
}

/* One run against one peer. */
struct run {
	struct script script;
	struct survey survey;
	struct lanes_options options;
	double seconds; /* of all */
	struct arena *mem;
	struct lanes_peer peer;
	struct ciphers_facts facts;
	size_t accepted;
	bool ok;
};

static struct run run_new(unsigned lanes, size_t questions)
{
	struct run run = { .mem = arena_new(), .seconds = PATIENT };
	run.options = (struct lanes_options){ .lanes = lanes, .connection_seconds = PATIENT };
	run.survey.count = questions;
	return run;
}

static void run_end(struct run *run)
{
	arena_free(&run->mem);
}

static void run_it(struct run *run)
{
	struct options options = { 0 };
	struct shared shared = { .options = &options, .record_fd = -1 };
	struct job job = { .shared = &shared, .mem = run->mem };
	struct endpoint at = { .host = "im.example" };
	struct probe probe;
	struct err err;
	job.domain.ascii = job.domain.unicode = "im.example";
	shared.gate = gate_new(64, 0);
	assert_true(tls_context_new(&options.tls, &shared.tls, &err));
	assert_true(trust_new("tests/data/certs/server-rsa.pem", false, &shared.trust, &err));
	lanes_peer_start(&run->peer, &run->script);
	assert_true(address_parse("127.0.0.1", &at.address));
	at.port = run->peer.port;
	at.transport = run->script.direct ? TRANSPORT_DIRECT : TRANSPORT_STARTTLS;
	run->survey.lanes = run->options.lanes;
	run->facts.walk.time = clock_now();
	probe_begin(&probe, &job, &at, run->mem, deadline_in(run->seconds));
	run->ok = lanes_run(&probe, &run->survey, &run->options, &run->facts);
	probe_end(&probe);
	assert_int_equal(probe.connections, run->facts.connections);
	lanes_peer_stop(&run->peer);
	run->accepted = run->peer.accepted;
	gate_free(&shared.gate);
	tls_context_free(&shared.tls);
	trust_free(&shared.trust);
	assert_false(run->survey.overlap);
	assert_int_equal(run->survey.out, 0);
}

static const struct row {
	const char *name;
	unsigned lanes;
	size_t questions;
	struct script script;
	double seconds; /* of a connection; 0: PATIENT */
	/* What comes of it: */
	enum answer_kind kind; /* of what the script does often */
	size_t count;          /* so many of them */
	size_t retries;        /* at most so many connections beyond one a question */
	bool throttled, one_write;
} rows[] = {
	{ "one after the other", 1, 30, { 0 }, 0, ANSWER_ALERT, 0, 0, false, true },
	{ "eight lanes", 8, QUESTIONS, { 0 }, 0, ANSWER_ALERT, 0, 0, false, true },
	{ "more lanes than questions", 8, 3, { 0 }, 0, ANSWER_ALERT, 0, 0, false, true },
	{ "direct TLS", 8, QUESTIONS, { .direct = true }, 0, ANSWER_ALERT, 0, 0, false, false },
	{ "alerts", 8, QUESTIONS, { .often = REPLY_ALERT, .every = 2 }, 0, ANSWER_ALERT, 30, 0,
	  false, true },
	{ "a server that minds the shortcut and closes", 8, QUESTIONS, { .early = EARLY_CLOSED }, 0,
	  ANSWER_ALERT, 0, 8, false, false },
	{ "a server that drops what came early", 8, 20, { .early = EARLY_DROPPED }, HASTY,
	  ANSWER_ALERT, 0, 8, false, false },
	{ "the first refusals by a close are asked again, later ones not", 1, QUESTIONS,
	  { .often = REPLY_CLOSE, .every = 2 }, 0, ANSWER_CLOSED, 30, 2, false, true },
	{ "the same in eight lanes", 8, QUESTIONS, { .often = REPLY_CLOSE, .every = 2 }, 0,
	  ANSWER_CLOSED, 30, 16, false, true },
	{ "refusals by a reset", 8, QUESTIONS, { .often = REPLY_RESET, .every = 3 }, 0,
	  ANSWER_RESET, 20, 16, false, true },
	{ "half a record is garbage", 8, QUESTIONS, { .often = REPLY_HALF, .every = 6 }, 0,
	  ANSWER_GARBAGE, 10, 0, false, true },
	{ "silence for some questions", 4, 12, { .often = REPLY_SILENCE, .every = 3 }, HASTY,
	  ANSWER_SILENCE, 4, 10, false, true },
	{ "a burst is met with policy-violation", 8, QUESTIONS,
	  { .away = AWAY_POLICY, .away_from = 10, .away_to = 30 }, 0, ANSWER_ALERT, 0, 21, true,
	  true },
	{ "a burst is met with resets", 8, QUESTIONS,
	  { .away = AWAY_RESET, .away_from = 5, .away_to = 15 }, 0, ANSWER_ALERT, 0, 11, true,
	  true },
	{ "a burst is closed, direct TLS", 8, QUESTIONS,
	  { .direct = true, .away = AWAY_CLOSE, .away_from = 5, .away_to = 12 }, 0, ANSWER_ALERT, 0,
	  8, true, false },
	{ "one connection at a time, others get an error", 8, 30,
	  { .away = AWAY_POLICY, .at_once = 1 }, 0, ANSWER_ALERT, 0, 40, true, true },
	{ "one connection at a time, others are closed", 8, 30,
	  { .away = AWAY_CLOSE, .at_once = 1 }, 0, ANSWER_ALERT, 0, 40, true, true },
	{ "two at a time, others are closed when the hello came", 8, 30,
	  { .away = AWAY_MUTE_TLS, .at_once = 2 }, 0, ANSWER_ALERT, 0, 60, true, true },
};

static void asks_everything_and_believes_only_what_was_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(run_end) struct run run = run_new(row->lanes, row->questions);
		run.script = row->script;
		if (row->seconds > 0)
			run.options.connection_seconds = row->seconds;
		run_it(&run);
		const struct survey *survey = &run.survey;
		assert_row(row->name, run.ok && run.facts.cut == CUT_NOT);
		assert_row(row->name, count_answers(survey, row->kind) == row->count);
		assert_row(row->name,
			   count_answers(survey, ANSWER_HELLO) == row->questions - row->count);
		for (size_t q = 1; q <= row->questions; q++)
			assert_row(row->name, survey->suites[q] ==
						      (survey->answers[q] == ANSWER_HELLO ? q : 0));
		assert_row(row->name, survey->most_out <= row->lanes);
		assert_row(row->name, run.facts.connections == run.accepted);
		if (run.accepted > row->questions + row->retries)
			fail_msg("%s: %zu connections", row->name, run.accepted);
		assert_row(row->name, (run.facts.throttled > 0) == row->throttled);
		assert_row(row->name, run.facts.one_write == row->one_write);
		assert_row(row->name, run.facts.walk.failure.code == ERR_NONE);
	}
}

static const struct cut_row {
	const char *name;
	unsigned lanes;
	struct script script;
	double connection, seconds;
	size_t connections_max;
	bool ok;
	enum cut_short cut;
	enum err_code code;
	const char *reason;
} cut_rows[] = {
	{ "silence to every hello", 8, { .often = REPLY_SILENCE, .from = 1 }, 0.1, PATIENT, 0,
	  false, CUT_SILENT, ERR_TIMEOUT, "no answer to any hello" },
	{ "silence from the tenth connection on", 8, { .dead_from = 10 }, HASTY, PATIENT, 0, true,
	  CUT_SILENT, ERR_NONE,
	  "no answer to hellos any more, not even to one that had been answered" },
	{ "the time is up", 8, { .often = REPLY_SILENCE, .from = 20 }, PATIENT, 0.5, 0, true,
	  CUT_TIMEOUT, ERR_NONE, NULL },
	{ "the time is up at once", 8, { .often = REPLY_SILENCE, .from = 1 }, PATIENT, 0.2, 0,
	  false, CUT_TIMEOUT, ERR_TIMEOUT, NULL },
	{ "no more connections than allowed", 8, { 0 }, PATIENT, PATIENT, 10, true, CUT_CONNECTIONS,
	  ERR_NONE, NULL },
	{ "nothing is TLS", 8, { .often = REPLY_GARBAGE, .from = 1 }, PATIENT, PATIENT, 0, false,
	  CUT_NOT_TLS, ERR_PROTOCOL, "" },
	{ "turned away from the tenth on", 8,
	  { .away = AWAY_POLICY, .away_from = 10, .away_to = 1000 }, PATIENT, 3, 0, true,
	  CUT_THROTTLED, ERR_NONE, "stream error policy-violation" },
	{ "the server goes away", 8, { .away = AWAY_RESET, .away_from = 10, .away_to = 1000 },
	  PATIENT, 3, 0, true, CUT_THROTTLED, ERR_NONE,
	  "connection reset before the stream header" },
	{ "turned away at once", 8, { .away = AWAY_POLICY, .away_from = 1, .away_to = 1000 },
	  PATIENT, PATIENT, 0, false, CUT_NOT, ERR_STREAM_ERROR, NULL },
};

static void ends_in_time_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cut_rows); i++) {
		const struct cut_row *row = &cut_rows[i];
		CLEANUP(run_end) struct run run = run_new(row->lanes, QUESTIONS);
		double since = clock_ms();
		run.script = row->script;
		run.options.connection_seconds = row->connection;
		run.options.connections_max = row->connections_max;
		run.seconds = row->seconds;
		run_it(&run);
		assert_row(row->name, run.ok == row->ok);
		assert_row_string(row->name, cut_short_name(run.facts.cut),
				  cut_short_name(row->cut));
		assert_row(row->name, run.facts.walk.failure.code == row->code);
		if (!row->reason || row->reason[0])
			assert_row_string(row->name, run.facts.cut_reason, row->reason);
		else
			assert_row(row->name, run.facts.cut_reason != NULL);
		if (row->connections_max)
			assert_row(row->name, run.accepted == row->connections_max);
		assert_row(row->name, clock_ms() - since < 1000 * (row->seconds + 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_everything_and_believes_only_what_was_said),
		cmocka_unit_test(ends_in_time_and_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
