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
#define HEX    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static const struct pin_row {
	const char *name, *text;
	bool good;
} pin_rows[] = {
	{ "hex", HEX, true },
	{ "upper case", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", true },
	{ "as openssl x509 -fingerprint prints it",
	  "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:"
	  "52:B8:55",
	  true },
	{ "base64", BASE64 "=", true },
	{ "base64 without padding", BASE64, true },
	{ "as curl writes it", "sha256//" BASE64 "=", true },
	{ "nothing", "", false },
	{ "one digit less", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
	  false },
	{ "one digit more", HEX "0", false },
	{ "SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", false },
	{ "no digit", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false },
	{ "a colon in front", ":" HEX, false },
	{ "a colon at the end", HEX ":", false },
	{ "two colons", "e3::b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	  false },
	{ "a colon within an octet",
	  "e:3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false },
	{ "a blank behind", HEX " ", false },
	{ "base64 with two paddings", BASE64 "==", false },
	{ "base64, one digit less", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF=", false },
	{ "base64 with bits behind the last octet", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV",
	  false },
	{ "base64 for URLs", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", false },
	{ "hex as curl does not write it", "sha256//" HEX, false },
	{ "another hash", "sha1//2jmj7l5rSw0yVb/vlWAYkK/YBwk=", false },
	{ "the prefix alone", "sha256//", false },
};

static void reads_pins(void **state)
{
	static const uint8_t wanted[32] = "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99"
					  "\x6f\xb9\x24\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95"
					  "\x99\x1b\x78\x52\xb8\x55";
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pin_rows); i++) {
		const struct pin_row *row = &pin_rows[i];
		uint8_t pin[32];
		assert_row(row->name, check_parse_pin(row->text, pin) == row->good);
		if (row->good)
			assert_row(row->name, memcmp(pin, wanted, sizeof(pin)) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_spans),
		cmocka_unit_test(reads_times),
		cmocka_unit_test(reads_pins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
