/* What -w, -c, --at and --pin-sha256 take. */
#include "unit.h"

#include "run/check_options.h"

#define NO INT64_MIN

static const struct span_row {
	const char *text;
	double days, share; /* both 0: refused */
} span_rows[] = {
	{ "30d", 30, 0 },
	{ "30", 30, 0 },
	{ "1.5d", 1.5, 0 },
	{ "12h", 0.5, 0 },
	{ "33%", 0, 0.33 },
	{ "0.5%", 0, 0.005 },
	{ "100%", 0, 1 },
	{ "100000", 100000, 0 },
	{ "", 0, 0 },
	{ "d", 0, 0 },
	{ "%", 0, 0 },
	{ "0", 0, 0 },
	{ "0d", 0, 0 },
	{ "0%", 0, 0 },
	{ "-1", 0, 0 },
	{ "-30d", 0, 0 },
	{ "101%", 0, 0 },
	{ "100001", 0, 0 },
	{ "30 d", 0, 0 },
	{ " 30d", 0, 0 },
	{ "+30d", 0, 0 },
	{ "30d ", 0, 0 },
	{ "30dd", 0, 0 },
	{ "30w", 0, 0 },
	{ "30m", 0, 0 },
	{ "30D", 0, 0 },
	{ "30%d", 0, 0 },
	{ "1e2d", 0, 0 },
	{ "0x1d", 0, 0 },
	{ "0x10", 0, 0 },
	{ "nan", 0, 0 },
	{ "inf", 0, 0 },
	{ "infinity%", 0, 0 },
	{ "1,5d", 0, 0 },
	{ ".", 0, 0 },
	{ "1.2.3d", 0, 0 },
	{ "99999999999999999999999999999999999999999999d", 0, 0 },
};

static void reads_spans(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(span_rows); i++) {
		const struct span_row *row = &span_rows[i];
		struct span span = { 7, 7 };
		bool wanted = row->days > 0 || row->share > 0;
		assert_row(row->text, check_parse_span(row->text, &span) == wanted);
		const double off_days = span.days - (wanted ? row->days : 7);
		const double off_share = span.share - (wanted ? row->share : 7);
		assert_row(row->text, off_days > -1e-9 && off_days < 1e-9);
		assert_row(row->text, off_share > -1e-9 && off_share < 1e-9);
	}
}

static const struct time_row {
	const char *text;
	int64_t seconds;
} time_rows[] = {
	{ "2026-11-25T12:00:00Z", 1795608000 },
	{ "2026-11-25", 1795564800 },
	{ "1970-01-01", 0 },
	{ "2024-02-29", 1709164800 },
	{ "@1795608000", 1795608000 },
	{ "@0", 0 },
	{ "@253402300799", 253402300799 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "@253402300800", NO },
	{ "@99999999999999999999999", NO },
	{ "@-1", NO },
	{ "@+1", NO },
	{ "@ 1", NO },
	{ "@1x", NO },
	{ "@1.5", NO },
	{ "@", NO },
	{ "", NO },
	{ "now", NO },
	{ "1795608000", NO },
	{ "2026-11", NO },
	{ "2026-11-25T12:00", NO },
	{ "2026-11-25 12:00:00Z", NO },
	{ "2026-11-25T12:00:00", NO },
	{ "2026-11-25T12:00:00Zx", NO },
	{ "2026-13-01", NO },
	{ "2026-00-01", NO },
	{ "2026-01-00", NO },
	{ "2026-01-32", NO },
	{ "2026-02-29", NO },
	{ "2026-02-30T00:00:00Z", NO },
	{ "2026-11-25T24:00:00Z", NO },
	{ "2026-11-25T12:60:00Z", NO },
	{ "2026/11/25", NO },
	{ "xxxx-xx-xx", NO },
	{ "2026-11-2x", NO },
	{ "20261125ab", NO },
};

static void reads_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(time_rows); i++) {
		const struct time_row *row = &time_rows[i];
		int64_t seconds = NO;
		bool ok = check_parse_time(row->text, &seconds);
		assert_row(row->text, ok == (row->seconds != NO));
		assert_row(row->text, seconds == row->seconds);
	}
}

/* SHA-256 of nothing. */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_spans),
		cmocka_unit_test(reads_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
