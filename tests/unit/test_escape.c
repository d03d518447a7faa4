#include "unit.h"

#include "base/escape.h"

static const struct row {
	const char *name, *in;
	size_t size;
	const char *out;
} rows[] = {
	{ "plain text stays", "example.org", 11, "example.org" },
	{ "letters of other scripts stay", "bücher €", 11, "bücher €" },
	{ "a terminal title is not set", "\033]0;x\a", 6, "\\x1b]0;x\\x07" },
	{ "a line stays one line", "a\r\nb\tc", 6, "a\\r\\nb\\tc" },
	{ "an escape cannot be faked", "\\n", 2, "\\\\n" },
	{ "C1 controls are controls",
	  "\xc2\x9b"
	  "1m",
	  4, "\\u{9b}1m" },
	{ "NUL", "a\0b", 3, "a\\x00b" },
	{ "right-to-left override",
	  "a\xe2\x80\xae"
	  "b",
	  5, "a\\u{202e}b" },
	{ "zero width space", "a\xe2\x80\x8b", 4, "a\\u{200b}" },
	{ "line separator", "\xe2\x80\xa8", 3, "\\u{2028}" },
	{ "lone continuation", "\x80", 1, "\\x80" },
	{ "overlong slash", "\xc0\xaf", 2, "\\xc0\\xaf" },
	{ "surrogate", "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
	{ "beyond Unicode", "\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80" },
	{ "cut short", "\xe2\x82", 2, "\\xe2\\x82" },
	{ "highest character", "\xf4\x8f\xbf\xbd", 4, "\xf4\x8f\xbf\xbd" },
};

static void shows_what_a_peer_sent_safely(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		escape_text(&out, rows[i].in, rows[i].size);
		assert_row_string(rows[i].name, buf_string(&out), rows[i].out);
	}
}

static void cuts_between_characters(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_string_equal(escape_copy(mem, "abcdef", 6), "abcdef");
	assert_string_equal(escape_copy(mem, "abcdefg", 6), "abcdef...");
	assert_string_equal(escape_copy(mem, "ab€d", 4), "ab...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_a_peer_sent_safely),
		cmocka_unit_test(cuts_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
