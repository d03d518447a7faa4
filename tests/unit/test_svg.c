#include "unit.h"

#include "report/svg_matrix.h"
#include "report/svg_scale.h"

#define DAY ((int64_t)24 * 60 * 60)

static void the_scale_has_room_for_the_last_and_round_ticks(void **state)
{
	static const struct row {
		const char *name;
		int64_t most, days, tick;
	} rows[] = {
		{ "all is over", -400, 30, 10 },
		{ "a few days", 3, 30, 10 },
		{ "45 days", 45, 50, 10 },
		{ "90 days, just begun", 89, 90, 30 },
		{ "91 takes a tick more", 91, 120, 30 },
		{ "half a year", 200, 240, 60 },
		{ "a year", 398, 400, 100 },
		{ "ten years stand at the edge", 3650, 400, 100 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svg_scale scale = svg_scale_for(rows[i].most);
		assert_row(rows[i].name, scale.days == rows[i].days);
		assert_row(rows[i].name, scale.tick == rows[i].tick);
		assert_row(rows[i].name, scale.days % scale.tick == 0);
	}
}

static void places_stay_in_the_picture(void **state)
{
	const struct svg_scale scale = { .days = 120, .tick = 30 };
	(void)state;
	assert_true(svg_place(&scale, INT64_MIN) == 0);
	assert_true(svg_place(&scale, 0) == 0);
	assert_true(svg_place(&scale, 30) == 25);
	assert_true(svg_place(&scale, 120) == 100);
	assert_true(svg_place(&scale, INT64_MAX) == 100);
}

static void a_day_is_over_when_it_is(void **state)
{
	(void)state;
	assert_int_equal(svg_days(0), 0);
	assert_int_equal(svg_days(DAY - 1), 0);
	assert_int_equal(svg_days(DAY), 1);
	assert_int_equal(svg_days(-1), -1);
	assert_int_equal(svg_days(-DAY), -1);
	assert_int_equal(svg_days(-DAY - 1), -2);
}

static void certificates_fall_into_weeks(void **state)
{
	static const struct row {
		const char *name;
		int64_t seconds;
		size_t bin;
	} rows[] = {
		{ "over", -1, BIN_OVER },
		{ "long over", INT64_MIN, BIN_OVER },
		{ "now", 0, 1 },
		{ "the last second of the week", 7 * DAY - 1, 1 },
		{ "the next week", 7 * DAY, 2 },
		{ "the last week", SVG_WEEKS * 7 * DAY - 1, SVG_WEEKS },
		{ "later", SVG_WEEKS * 7 * DAY, BIN_LATER },
		{ "never", INT64_MAX, BIN_LATER },
	};
	struct svg_bins bins = { 0 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(rows[i].name, svg_bin(rows[i].seconds) == rows[i].bin);
		svg_bins_add(&bins, rows[i].seconds);
	}
	svg_bins_close(&bins);
	assert_int_equal(bins.most, 2);
	assert_int_equal(bins.last, SVG_WEEKS + 1);
}

static void weeks_with_nothing_in_them_are_left_out_behind_a_quarter(void **state)
{
	struct svg_bins bins = { 0 };
	(void)state;
	svg_bins_add(&bins, 40 * DAY);
	svg_bins_add(&bins, 4000 * DAY);
	svg_bins_close(&bins);
	assert_int_equal(bins.last, 14);
	svg_bins_add(&bins, 100 * DAY);
	svg_bins_close(&bins);
	assert_int_equal(bins.last, 16);
	assert_true(bins.counts[bins.last - 1] == 1);
}

static void one_among_thousands_is_seen(void **state)
{
	(void)state;
	assert_true(svg_height(0, 3000, 140) == 0);
	assert_true(svg_height(0, 0, 140) == 0);
	assert_true(svg_height(1, 3000, 140) == 3);
	assert_true(svg_height(1500, 3000, 140) == 70);
	assert_true(svg_height(3000, 3000, 140) == 140);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;
	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

static const struct matrix_row suites[] = {
	{ .name = "TLS_AES_128_GCM_SHA256", .marks = { [TLS_1_3] = MATRIX_GOOD } },
	{ .name = "TLS_RSA_WITH_<b>",
	  .say = "no & forward secrecy",
	  .marks = { [TLS_1_0] = MATRIX_INSECURE, [TLS_1_2] = MATRIX_WEAK } },
};
static const struct matrix matrix = {
	.id = "d-0-m1",
	.versions = { [SSL_3_0] = MATRIX_REFUSED,
		      [TLS_1_0] = MATRIX_TAKEN,
		      [TLS_1_1] = MATRIX_UNCLEAR,
		      [TLS_1_2] = MATRIX_TAKEN,
		      [TLS_1_3] = MATRIX_TAKEN },
	.rows = suites,
	.count = ARRAY_SIZE(suites),
};

static void versions_that_were_asked_for_have_a_column_by_age(void **state)
{
	(void)state;
	assert_int_equal(matrix_column(&matrix, SSL_3_0), MATRIX_COLUMN / 2);
	assert_int_equal(matrix_column(&matrix, TLS_1_0), MATRIX_COLUMN * 3 / 2);
	assert_int_equal(matrix_column(&matrix, TLS_1_2), MATRIX_COLUMN * 7 / 2);
	assert_int_equal(matrix_column(&matrix, TLS_1_3), MATRIX_COLUMN * 9 / 2);
	assert_true(matrix_names(&matrix) > matrix_column(&matrix, TLS_1_3));
	assert_true(matrix_width(&matrix) > matrix_names(&matrix) + 6 * 22);
	struct matrix longer = matrix;
	longer.count = 1;
	assert_int_equal(matrix_height(&matrix) - matrix_height(&longer), MATRIX_ROW);
}

/* However long the names of a record are, the picture has bounds. */
static void a_long_name_makes_no_endless_picture(void **state)
{
	char name[100001];
	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	const struct matrix_row row = { .name = name, .say = name };
	const struct matrix wide = { .id = "m", .rows = &row, .count = 1 };
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	matrix_draw(&wide, &out);
	assert_true(matrix_width(&wide) < 1000);
	assert_true(out.size < 2000);
}

static void each_sign_has_a_shape_and_a_word(void **state)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	CLEANUP(buf_free) struct buf key = buf_new(BUF_UNBOUNDED);
	(void)state;
	matrix_draw(&matrix, &out);
	assert_int_equal(occurrences(buf_string(&out), "<circle"), 1);
	assert_int_equal(occurrences(buf_string(&out), "fill-warning"), 1);
	assert_int_equal(occurrences(buf_string(&out), "fill-critical"), 1);
	assert_non_null(strstr(buf_string(&out), "role=\"img\""));
	assert_non_null(strstr(buf_string(&out), "TLS1.3 accepted: TLS_AES_128_GCM_SHA256 good. "));
	assert_non_null(strstr(buf_string(&out), "TLS1.1 unclear. "));
	assert_non_null(strstr(buf_string(&out), "TLS1.2 accepted: TLS_RSA_WITH_&lt;b&gt; weak. "));
	assert_non_null(strstr(buf_string(&out), "SSL3.0 refused. "));
	assert_non_null(strstr(buf_string(&out), "no &amp; forward secrecy"));
	assert_null(strstr(buf_string(&out), "<b>"));
	matrix_key(&matrix, &key);
	assert_non_null(strstr(buf_string(&key), "</svg>weak</li>"));
	assert_non_null(strstr(buf_string(&key), "</svg>version refused</li>"));
	assert_null(strstr(buf_string(&key), "legacy"));
}

static void a_verdict_that_nobody_knows_is_none(void **state)
{
	(void)state;
	assert_int_equal(matrix_mark_parse("good"), MATRIX_GOOD);
	assert_int_equal(matrix_mark_parse("insecure"), MATRIX_INSECURE);
	assert_int_equal(matrix_mark_parse("splendid"), MATRIX_UNJUDGED);
	assert_int_equal(matrix_mark_parse(NULL), MATRIX_UNJUDGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scale_has_room_for_the_last_and_round_ticks),
		cmocka_unit_test(places_stay_in_the_picture),
		cmocka_unit_test(a_day_is_over_when_it_is),
		cmocka_unit_test(certificates_fall_into_weeks),
		cmocka_unit_test(weeks_with_nothing_in_them_are_left_out_behind_a_quarter),
		cmocka_unit_test(one_among_thousands_is_seen),
		cmocka_unit_test(versions_that_were_asked_for_have_a_column_by_age),
		cmocka_unit_test(a_long_name_makes_no_endless_picture),
		cmocka_unit_test(each_sign_has_a_shape_and_a_word),
		cmocka_unit_test(a_verdict_that_nobody_knows_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
