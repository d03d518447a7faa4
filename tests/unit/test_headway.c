/* run/headway: the figures of the line of progress, and of who interrupts a run. */
#include "unit.h"

#include <stdlib.h>

#include "run/headway.h"

static const struct row {
	const char *name;
	size_t total, skipped, by_status[STATUS_COUNT];
	double seconds;
	const char *count, *statuses, *pace;
} rows[] = {
	{ "nothing yet", 0, 0, { 0 }, 10, "0 done", "", "" },
	{ "nothing yet of some", 50, 0, { 0 }, 10, "0 of 50 done", "", "" },
	{ "the first second has no pace", 50, 0, { 9 }, 0.99, "9 of 50 done", "9 ok", "" },
	{ "from a pipe", 0, 0, { 0, 3 }, 2, "3 done", "3 warning", "1.5/s" },
	{ "slow", 100, 0, { 5 }, 10, "5 of 100 done", "5 ok", "0.5/s, 3 min left" },
	{ "fast",
	  3000,
	  0,
	  { 1100, 80, 40, 14 },
	  30,
	  "1234 of 3000 done",
	  "1100 ok, 80 warning, 40 critical, 14 unknown",
	  "41/s, 43 s left" },
	{ "what an earlier run did has no part in the pace",
	  3000,
	  1000,
	  { 0, 0, 1000 },
	  100,
	  "2000 of 3000 done",
	  "1000 critical",
	  "10/s, 100 s left" },
	{ "all was done before", 7, 7, { 0 }, 5, "7 of 7 done", "", "" },
	{ "the last one", 3, 0, { 3 }, 3, "3 of 3 done", "3 ok", "1.0/s" },
	{ "a file that grew meanwhile", 3, 0, { 9 }, 3, "9 of 3 done", "9 ok", "3.0/s" },
};

/* How long it takes, by what is left at one a second. */
static const struct time_row {
	size_t left;
	const char *words;
} times[] = {
	{ 1, "1.0/s, 1 s left" },           { 119, "1.0/s, 119 s left" },
	{ 120, "1.0/s, 2 min left" },       { 3599, "1.0/s, 59 min left" },
	{ 3600, "1.0/s, 1 h 00 min left" }, { 90061, "1.0/s, 25 h 01 min left" },
};

static struct headway headway_of(const struct row *row)
{
	struct headway headway = { .total = row->total, .skipped = row->skipped };
	for (int s = 0; s < STATUS_COUNT; s++) {
		for (size_t i = 0; i < row->by_status[s]; i++)
			headway_add(&headway, (enum status)s);
	}
	return headway;
}

static void writes_its_figures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct headway headway = headway_of(row);
		CLEANUP(buf_free) struct buf count = buf_new(BUF_UNBOUNDED);
		CLEANUP(buf_free) struct buf statuses = buf_new(BUF_UNBOUNDED);
		CLEANUP(buf_free) struct buf pace = buf_new(BUF_UNBOUNDED);
		headway_write_count(&headway, &count);
		headway_write_statuses(&headway, &statuses);
		headway_write_pace(&headway, &(struct pace){ 0 }, row->seconds, &pace);
		assert_row_string(row->name, buf_string(&count), row->count);
		assert_row_string(row->name, buf_string(&statuses), row->statuses);
		assert_row_string(row->name, buf_string(&pace), row->pace);
	}
}

static void tells_the_time_left_in_words_for_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct headway headway = { .total = 10 + times[i].left, .done = 10 };
		CLEANUP(buf_free) struct buf pace = buf_new(BUF_UNBOUNDED);
		headway_write_pace(&headway, &(struct pace){ 0 }, 10, &pace);
		assert_row_string(times[i].words, buf_string(&pace), times[i].words);
	}
}

/* What each second brings, and what is said at some of them: of 500 in all. */
static const struct course {
	const char *name;
	unsigned each[2]; /* in the first seconds, and then */
	unsigned seconds; /* of these first ones */
	struct {
		unsigned at;
		const char *words;
	} said[4];
} courses[] = {
	{ "quick failures in front",
	  { 300, 8 },
	  1,
	  { { 2, "8.0/s, 24 s left" }, { 3, "8.0/s, 23 s left" }, { 10, "8.0/s, 16 s left" } } },
	{ "quick failures for a while",
	  { 100, 8 },
	  4,
	  { { 4, "100/s, 1 s left" }, { 8, "8.0/s, 9 s left" }, { 10, "8.0/s, 7 s left" } } },
	{ "a slow start: that it goes on like this nobody knows",
	  { 0, 20 },
	  9,
	  { { 10, "3.0/s, 2 min left" }, { 20, "16/s, 18 s left" }, { 29, "20/s, 5 s left" } } },
	{ "evenly", { 10, 10 }, 1, { { 2, "10/s, 48 s left" }, { 30, "10/s, 20 s left" } } },
	{ "one now and then",
	  { 0, 1 },
	  1,
	  { { 10, "0.9/s, 8 min left" }, { 40, "1.0/s, 7 min left" } } },
	{ "nothing any more, for a while, and for long",
	  { 30, 0 },
	  1,
	  { { 2, "15/s, 31 s left" },
	    { 10, "3.0/s, 2 min left" },
	    { 60, "0.5/s, 15 min left" },
	    { 900, "2.0/min, 3 h 55 min left" } } },
	{ "the last one is not done before it is", { 249, 1 }, 2, { { 3, "125/s, 1 s left" } } },
};

static size_t done_at(const struct course *course, unsigned seconds)
{
	unsigned first = seconds < course->seconds ? seconds : course->seconds;
	return (size_t)course->each[0] * first + (size_t)course->each[1] * (seconds - first);
}

static void tells_the_pace_of_late(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(courses); i++) {
		const struct course *course = &courses[i];
		struct pace pace = { 0 };
		size_t next = 0;
		for (unsigned now = 1; next < ARRAY_SIZE(course->said) && course->said[next].at > 0;
		     now++) {
			CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
			const struct headway headway = { .total = 500,
							 .done = done_at(course, now) };
			headway_write_pace(&headway, &pace, now, &words);
			if (course->said[next].at == now)
				assert_row_string(course->name, buf_string(&words),
						  course->said[next++].words);
			pace_mark(&pace, now, headway.done);
		}
	}
}

/* Waits and their ends, as runs have them: what comes in front, then a burst each so many seconds,
 * that takes a while to arrive. */
static const struct wave {
	const char *name;
	double front, front_seconds;  /* results, evenly */
	double burst, period, spread; /* results, seconds from one to the next, and of one */
	double since;                 /* seconds from which on the pace is near the truth */
} waves[] = {
	{ "names that are not in DNS, then 8 a second", 300, 1, 8, 1, 1, 4 },
	{ "many of them", 2000, 20, 8, 1, 1, 60 },
	{ "64 workers, each of which waits for 30 s", 0, 0, 64, 30, 0.5, 31 },
	{ "... and for 30 to 33 s", 0, 0, 64, 30, 3, 34 },
	{ "... and for a minute", 0, 0, 64, 60, 2, 62 },
	{ "... and has quick ones before that", 300, 1, 64, 30, 1, 110 },
	{ "one worker, 25 s a target", 0, 0, 1, 25, 0, 50 },
	{ "one worker, and a quick one before that", 20, 1, 1, 25, 0, 110 },
	{ "40 a second", 0, 0, 40, 1, 1, 1 },
	{ "one in 10 minutes", 0, 0, 1, 600, 0, 1200 },
};

static size_t wave_at(const struct wave *wave, double seconds)
{
	double late = seconds - wave->front_seconds;
	if (late < 0)
		return (size_t)(wave->front * seconds / wave->front_seconds);
	/* The first burst comes when its wait is over, or, without waits, at once. */
	bool flows = wave->spread >= wave->period;
	double rounds = flows ? late : late - wave->period;
	if (rounds < 0)
		return (size_t)wave->front;
	double whole = (double)(size_t)(rounds / wave->period);
	double within = wave->spread > 0 ? (rounds - whole * wave->period) / wave->spread : 1;
	return (size_t)(wave->front + wave->burst * (whole + (within < 1 ? within : 1)));
}

/* In results a second. */
static double said_rate(const char *words)
{
	char *unit;
	double rate = strtod(words, &unit);
	return strncmp(unit, "/min", 4) == 0 ? rate / 60
	       : strncmp(unit, "/h", 2) == 0 ? rate / 3600
					     : rate;
}

static void assert_near(const struct wave *wave, double seconds, const char *words)
{
	double truth = wave->burst / wave->period, rate = said_rate(words);
	if (strncmp(words, "0.0/", 4) == 0 || strstr(words, ", 0 s left"))
		fail_msg("%s: at %.0f s: %s", wave->name, seconds, words);
	if (seconds >= wave->since && (rate < truth / 2 || rate > truth * 2))
		fail_msg("%s: at %.0f s: %s, in truth %.3f/s", wave->name, seconds, words, truth);
}

static void is_near_the_truth_where_results_come_in_bursts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(waves); i++) {
		const struct wave *wave = &waves[i];
		struct pace pace = { 0 };
		for (unsigned tick = 1; tick < 4000; tick++) {
			double now = tick * 1.003; /* a thread wakes a little late */
			CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
			const struct headway headway = { .total = 1000000,
							 .done = wave_at(wave, now) };
			headway_write_pace(&headway, &pace, now, &words);
			if (headway.done > 0)
				assert_near(wave, now, buf_string(&words));
			pace_mark(&pace, now, headway.done);
		}
	}
}

/* A run of hours becomes slower, and fast again. */
static void follows_a_change(void **state)
{
	(void)state;
	struct pace pace = { 0 };
	size_t done = 0;
	for (unsigned now = 1; now <= 10800; now++) {
		CLEANUP(buf_free) struct buf words = buf_new(BUF_UNBOUNDED);
		const struct headway headway = { .done = done += now / 3600 == 1 ? 2 : 40 };
		headway_write_pace(&headway, &pace, now, &words);
		/* Some marks later, and those are up to half a minute from each other. */
		if (now % 3600 > 240)
			assert_string_equal(buf_string(&words), now / 3600 == 1 ? "2.0/s" : "40/s");
		pace_mark(&pace, now, done);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_its_figures),
		cmocka_unit_test(tells_the_pace_of_late),
		cmocka_unit_test(is_near_the_truth_where_results_come_in_bursts),
		cmocka_unit_test(follows_a_change),
		cmocka_unit_test(tells_the_time_left_in_words_for_people),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
