#include "lanes_peer.h"

#include "run/gate.h"
#include "run/lanes.h"
#include "run/lanes_pace.h"

#define QUESTIONS 60
#define PATIENT   20.0 /* nothing waits so long unless it must */
#define HASTY     0.8  /* where waiting is what is tested */
#define GRACE     10.0 /* beyond the end, on a busy machine */

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
	double rate;    /* connections a second; 0: as fast as they come */
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
	shared.gate = gate_new(64, run->rate, 0);
	shared.crew = crew_new();
	assert_true(tls_context_new(&options.tls, &shared.tls, &err));
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
	crew_free(&shared.crew);
	gate_free(&shared.gate);
	tls_context_free(&shared.tls);
	assert_false(run->survey.overlap);
	assert_int_equal(run->survey.out, 0);
}

static const struct row {
	const char *name;
	struct script script;
	unsigned lanes;   /* 0: 8 */
	size_t questions; /* 0: QUESTIONS */
	double seconds;   /* of a connection; 0: PATIENT */
	/* What comes of it: */
	enum answer_kind kind; /* of what the script does often; NONE: only ServerHellos */
	size_t count;          /* so many of them */
	size_t retries;        /* at most so many connections beyond one a question */
	bool throttled, usual; /* turned away; header and <starttls/> go one by one */
} rows[] = {
	{ "one after the other", { 0 }, .lanes = 1 },
	{ "eight lanes", { 0 }, .lanes = 8 },
	{ "more lanes than questions", { 0 }, .questions = 3 },
	{ "direct TLS", { .direct = true }, .usual = true },
	{ "alerts", { .often = REPLY_ALERT, .every = 2 }, .kind = ANSWER_ALERT, .count = 30 },
	{ "a server that minds the shortcut", { .early = EARLY_CLOSED }, .retries = 8, .usual = 1 },
	{ "a server that drops what came early",
	  { .early = EARLY_DROPPED },
	  .questions = 20,
	  .seconds = HASTY,
	  .retries = 8,
	  .usual = true },
	{ "two refusals by a close are proven, later ones believed",
	  { .often = REPLY_CLOSE, .every = 2 },
	  .lanes = 1,
	  .kind = ANSWER_CLOSED,
	  .count = 30,
	  .retries = 4 },
	{ "refusals by a close in eight lanes",
	  { .often = REPLY_CLOSE, .every = 2 },
	  .kind = ANSWER_CLOSED,
	  .count = 30,
	  .retries = 40 },
	{ "refusals by a reset",
	  { .often = REPLY_RESET, .every = 3 },
	  .kind = ANSWER_RESET,
	  .count = 20,
	  .retries = 30 },
	{ "half a record is garbage",
	  { .often = REPLY_HALF, .every = 6 },
	  .kind = ANSWER_GARBAGE,
	  .count = 10 },
	{ "silence for some questions",
	  { .often = REPLY_SILENCE, .every = 3 },
	  .lanes = 4,
	  .questions = 12,
	  .seconds = HASTY,
	  .kind = ANSWER_SILENCE,
	  .count = 4,
	  .retries = 12 },
	{ "a burst is met with policy-violation",
	  { .away = AWAY_POLICY, .away_from = 10, .away_to = 15 },
	  .retries = 9,
	  .throttled = true },
	{ "a burst is met with resets",
	  { .away = AWAY_RESET, .away_from = 5, .away_to = 10 },
	  .retries = 9,
	  .throttled = true },
	{ "a burst is closed, direct TLS",
	  { .direct = true, .away = AWAY_CLOSE, .away_from = 5, .away_to = 10 },
	  .retries = 16,
	  .throttled = true,
	  .usual = true },
	{ "one connection at a time, others get an error",
	  { .away = AWAY_POLICY, .at_once = 1 },
	  .questions = 30,
	  .retries = 40,
	  .throttled = true },
	{ "one connection at a time, others are closed",
	  { .away = AWAY_CLOSE, .at_once = 1 },
	  .questions = 30,
	  .retries = 40,
	  .throttled = true },
	{ "two at a time, others are closed when the hello came",
	  { .away = AWAY_MUTE_TLS, .at_once = 2 },
	  .questions = 30,
	  .retries = 60,
	  .throttled = true },
};

static void asks_everything_and_believes_only_what_was_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(run_end)
		struct run run = run_new(row->lanes ? row->lanes : 8,
					 row->questions ? row->questions : QUESTIONS);
		run.script = row->script;
		if (row->seconds > 0)
			run.options.connection_seconds = row->seconds;
		run_it(&run);
		const struct survey *survey = &run.survey;
		assert_row(row->name, run.ok && run.facts.cut == CUT_NOT);
		assert_row(row->name, !row->kind || count_answers(survey, row->kind) == row->count);
		assert_row(row->name,
			   count_answers(survey, ANSWER_HELLO) == survey->count - row->count);
		for (size_t q = 1; q <= survey->count; q++)
			assert_row(row->name, survey->suites[q] ==
						      (survey->answers[q] == ANSWER_HELLO ? q : 0));
		assert_row(row->name, survey->most_out <= survey->lanes);
		assert_row(row->name, run.facts.connections == run.accepted);
		if (run.accepted > survey->count + row->retries)
			fail_msg("%s: %zu connections", row->name, run.accepted);
		assert_row(row->name, (run.facts.throttled > 0) == row->throttled);
		assert_row(row->name, run.facts.one_write == !row->usual);
		assert_row(row->name, run.facts.walk.failure.code == ERR_NONE);
	}
}

static const struct cut_row {
	const char *name;
	struct script script;
	double connection, seconds; /* 0: PATIENT */
	size_t connections_max;
	bool ok;
	enum cut_short cut;
	enum err_code code;
	const char *reason; /* "": any */
} cut_rows[] = {
	{ "silence to every hello",
	  { .often = REPLY_SILENCE, .from = 1 },
	  .connection = 0.1,
	  .cut = CUT_SILENT,
	  .code = ERR_TIMEOUT,
	  .reason = "no answer to any hello" },
	{ "silence from the tenth connection on",
	  { .dead_from = 10 },
	  .connection = HASTY,
	  .ok = true,
	  .cut = CUT_SILENT,
	  .reason = "no answer to hellos any more, not even to one that had been answered" },
	{ "the time is up",
	  { .often = REPLY_SILENCE, .from = 20 },
	  .seconds = 1,
	  .ok = true,
	  .cut = CUT_TIMEOUT },
	{ "the time is up at once",
	  { .often = REPLY_SILENCE, .from = 1 },
	  .seconds = 1,
	  .cut = CUT_TIMEOUT,
	  .code = ERR_TIMEOUT },
	{ "no more connections than allowed",
	  { 0 },
	  .connections_max = 10,
	  .ok = true,
	  .cut = CUT_CONNECTIONS },
	{ "nothing is TLS",
	  { .often = REPLY_GARBAGE, .from = 1 },
	  .cut = CUT_NOT_TLS,
	  .code = ERR_PROTOCOL,
	  .reason = "" },
	{ "closed at every hello", { .often = REPLY_CLOSE, .from = 1 }, .code = ERR_CLOSED },
	{ "turned away from the tenth on",
	  { .away_from = 10, .away_to = 1000 },
	  .seconds = 3,
	  .ok = true,
	  .cut = CUT_THROTTLED,
	  .reason = "stream error policy-violation" },
	{ "the server goes away",
	  { .away = AWAY_RESET, .away_from = 10, .away_to = 1000 },
	  .seconds = 3,
	  .ok = true,
	  .cut = CUT_THROTTLED,
	  .reason = "" },
	{ "turned away at once", { .away_from = 1, .away_to = 1000 }, .code = ERR_STREAM_ERROR },
};

static void ends_in_time_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cut_rows); i++) {
		const struct cut_row *row = &cut_rows[i];
		CLEANUP(run_end) struct run run = run_new(8, QUESTIONS);
		double since = clock_ms();
		run.script = row->script;
		if (row->connection > 0)
			run.options.connection_seconds = row->connection;
		run.options.connections_max = row->connections_max;
		if (row->seconds > 0)
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
		assert_row(row->name, clock_ms() - since < 1000 * (run.seconds + GRACE));
	}
}

static void splits_a_hello_in_two_segments(void **state)
{
	(void)state;
	for (int split = 0; split < 2; split++) {
		CLEANUP(run_end) struct run run = run_new(1, 20);
		run.script.direct = true;
		run.survey.split = split;
		run_it(&run);
		assert_int_equal(count_answers(&run.survey, ANSWER_HELLO), 20);
		assert_int_equal(run.peer.segments, split ? 40 : 20);
	}
}

static void takes_the_early_request_back_to_the_usual_order_once(void **state)
{
	(void)state;
	CLEANUP(run_end) struct run run = run_new(1, 20);
	run.script.early = EARLY_CLOSED;
	run_it(&run);
	assert_int_equal(run.peer.early, 1);
	assert_int_equal(run.accepted, 21);
	assert_int_equal(run.facts.throttled, 0);
}

/* Questions to the library: the facts of the walk, and a session taken up again. */
static void shakes_hands_and_resumes(void **state)
{
	(void)state;
	for (int direct = 0; direct < 2; direct++) {
		CLEANUP(run_end) struct run run = run_new(2, 2);
		run.script.library = true;
		run.script.direct = direct;
		run.survey.wait_for_first = true;
		run.survey.kinds[1] = QUESTION_HANDSHAKE;
		run.survey.kinds[2] = QUESTION_RESUME;
		run_it(&run);
		const struct starttls_facts *walk = &run.facts.walk;
		assert_true(run.ok && run.survey.resumed && run.survey.keeps_leaf);
		assert_int_equal(count_answers(&run.survey, ANSWER_HANDSHAKE), 2);
		assert_int_equal(run.survey.suites[1], 0x1302);
		assert_true(walk->encrypted && walk->tls.up && !walk->tls.resumed);
		assert_string_equal(walk->tls.cipher, "TLS_AES_256_GCM_SHA384");
		assert_string_equal(walk->tls.group, "x25519");
		assert_true(walk->tls.session_ticket && walk->tls.chain_count == 1);
		assert_true(walk->steps[STEP_TLS].ok);
	}
}

static void tells_a_failed_handshake_from_a_library_that_cannot(void **state)
{
	(void)state;
	CLEANUP(run_end) struct run run = run_new(1, 2);
	run.script.often = REPLY_ALERT;
	run.script.from = 1;
	run.survey.kinds[2] = QUESTION_HANDSHAKE;
	run_it(&run);
	assert_int_equal(run.survey.answers[2], ANSWER_ALERT);
	assert_false(run.facts.walk.tls.up || run.facts.walk.steps[STEP_TLS].taken);
	assert_true(run.facts.walk.encrypted); /* an alert is TLS, too */
}

/* So many of what happens, and the lanes then in use. */
static const struct pace_row {
	const char *name;
	unsigned lanes, bursts, burst, good;
	unsigned limit;
	double pause_ms;
} pace_rows[] = {
	{ "nothing happened", 8, 0, 0, 0, 8, 0 },
	{ "one burst slows down once", 8, 1, 8, 0, 4, 250 },
	{ "three in a row", 8, 3, 1, 0, 1, 1000 },
	{ "never below one", 8, 9, 1, 0, 1, 5000 },
	{ "one at a time stays one", 1, 2, 1, 50, 1, 0 },
	{ "a few good ones do not speed up", 8, 1, 1, 7, 4, 0 },
	{ "many do, by one", 8, 1, 1, 8, 5, 0 },
	{ "and back to all", 8, 1, 1, 32, 8, 0 },
	{ "but not beyond", 8, 1, 1, 500, 8, 0 },
	{ "later after every setback", 8, 3, 1, 31, 1, 0 },
	{ "later, but still", 8, 3, 1, 32, 2, 0 },
};

static void slows_down_fast_and_speeds_up_slowly(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pace_rows); i++) {
		const struct pace_row *row = &pace_rows[i];
		struct pace pace;
		pace_begin(&pace, row->lanes);
		for (unsigned b = 0; b < row->bursts; b++) {
			unsigned epoch = pace.epoch;
			for (unsigned n = 0; n < row->burst; n++)
				pace_turned_away(&pace, epoch, 1000, 0.5);
		}
		assert_row(row->name,
			   row->bursts == 0 || pace.calm_until_ms == 1000 + pace.pause_ms);
		assert_row(row->name, pace.away_in_row == row->bursts);
		for (unsigned n = 0; n < row->good; n++)
			pace_went_well(&pace);
		assert_row(row->name, pace.limit == row->limit);
		assert_row(row->name, pace.pause_ms == row->pause_ms);
	}
}

/* Under --rate a connection whose turn comes too late is not waited for. */
static void waits_for_its_turn_only_in_time(void **state)
{
	(void)state;
	CLEANUP(gate_free) struct gate *slow = gate_new(1, 0.01, 0), *none = gate_new(1, 0, 0);
	assert_true(gate_pace_before(slow, deadline_in(PATIENT)));
	assert_false(gate_pace_before(slow, deadline_in(PATIENT)));
	for (int i = 0; i < 3; i++)
		assert_true(gate_pace_before(none, deadline_in(PATIENT)));
}

/* --rate may hold a connection back for longer than a connection has. */
static void takes_its_own_pace_for_no_throttling(void **state)
{
	static const struct {
		const char *name;
		double rate;
		enum cut_short cut;
	} paces[] = {
		{ "slow, and in time", 4, CUT_NOT },
		{ "too slow", 0.01, CUT_TIMEOUT },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paces); i++) {
		CLEANUP(run_end) struct run run = run_new(8, 10);
		run.rate = paces[i].rate;
		run.options.connection_seconds = 1;
		run_it(&run);
		assert_row(paces[i].name, run.ok && run.facts.cut == paces[i].cut);
		assert_row(paces[i].name, run.facts.throttled == 0);
		assert_row(paces[i].name, run.facts.connections == run.accepted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_everything_and_believes_only_what_was_said),
		cmocka_unit_test(ends_in_time_and_says_why),
		cmocka_unit_test(splits_a_hello_in_two_segments),
		cmocka_unit_test(takes_the_early_request_back_to_the_usual_order_once),
		cmocka_unit_test(shakes_hands_and_resumes),
		cmocka_unit_test(tells_a_failed_handshake_from_a_library_that_cannot),
		cmocka_unit_test(slows_down_fast_and_speeds_up_slowly),
		cmocka_unit_test(waits_for_its_turn_only_in_time),
		cmocka_unit_test(takes_its_own_pace_for_no_throttling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
