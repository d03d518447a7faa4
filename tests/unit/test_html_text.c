#include "unit.h"

#include "report/html_text.h"

static const struct row {
	const char *name, *in, *out;
} rows[] = {
	{ "plain text stays", "example.org", "example.org" },
	{ "letters of other scripts stay", "bücher €", "bücher €" },
	{ "no element begins", "<script>alert(1)</script>",
	  "&lt;script&gt;alert(1)&lt;/script&gt;" },
	{ "no attribute ends", "a\" onload=\"x", "a&quot; onload=&quot;x" },
	{ "nor one in single quotes", "a' b", "a&#39; b" },
	{ "no entity is told", "&lt;", "&amp;lt;" },
	{ "no style ends", "</style><!--", "&lt;/style&gt;&lt;!--" },
	{ "no CDATA ends in a picture", "]]>", "]]&gt;" },
	{ "controls are seen", "a\033[31m\x7f", "a\\x1b[31m\\x7f" },
	{ "lines stay lines", "a\r\nb\tc", "a\\r\\nb\\tc" },
	{ "a right-to-left override is seen",
	  "a\xe2\x80\xae"
	  "b",
	  "a\\u{202e}b" },
	{ "no zero width hides", "a\xe2\x80\x8b", "a\\u{200b}" },
	{ "isolates do not leave their element", "\xe2\x81\xa6x", "\\u{2066}x" },
	{ "what is no UTF-8 is seen", "\xff\xc0\xaf", "\\xff\\xc0\\xaf" },
	{ "half a character swallows no quote", "\xe2\x82\"", "\\xe2\\x82&quot;" },
	{ "an escape cannot be faked", "\\x3c", "\\\\x3c" },
	{ "nothing", "", "" },
};

static void what_a_record_says_is_text_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		html_text(&out, rows[i].in);
		assert_row_string(rows[i].name, buf_string(&out), rows[i].out);
	}
	CLEANUP(buf_free) struct buf none = buf_new(BUF_UNBOUNDED);
	html_text(&none, NULL);
	assert_int_equal(none.size, 0);
}

/* A finding's sentence was escaped when it was written: \x1b stays \x1b, and a forged one gains
 * nothing. */
static void a_sentence_keeps_its_backslashes_and_no_more(void **state)
{
	static const struct row sentences[] = {
		{ "an escape stays", "name \\x1b[31m", "name \\x1b[31m" },
		{ "one at the end", "a\\", "a\\" },
		{ "two", "\\\\", "\\\\" },
		{ "markup is text", "<b>\\<i>", "&lt;b&gt;\\&lt;i&gt;" },
		{ "a control that nobody escaped", "\\\033", "\\\\x1b" },
		{ "an override", "a\xe2\x80\xae", "a\\u{202e}" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		html_sentence(&out, sentences[i].in, HTML_TEXT_MAX);
		assert_row_string(sentences[i].name, buf_string(&out), sentences[i].out);
	}
}

static void long_text_is_cut_between_characters(void **state)
{
	static const struct cut {
		const char *in;
		size_t characters;
		const char *out;
	} cuts[] = {
		{ "abc", 3, "abc" },       { "abcd", 3, "abc…" },         { "€€€", 2, "€€…" },
		{ "<<<", 2, "&lt;&lt;…" }, { "a\xff\xff", 2, "a\\xff…" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		html_cut(&out, cuts[i].in, cuts[i].characters);
		assert_row_string(cuts[i].in, buf_string(&out), cuts[i].out);
	}
	CLEANUP(buf_free) struct buf whole = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < HTML_TEXT_MAX; i++)
		buf_text(&whole, "\xf0\x9f\x94\x92");
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	html_text(&out, buf_string(&whole));
	assert_true(out.size <= HTML_TEXT_MAX + 3);
	assert_string_equal(buf_string(&out) + out.size - 7, "\xf0\x9f\x94\x92…");
}

static void names_break_behind_dots_only(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	html_name(&out, "im.<b>.example", 90);
	assert_string_equal(buf_string(&out), "im.<wbr>&lt;b&gt;.<wbr>example");
}

static void remedies_show_what_is_typed(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	html_remedy(&out, "put `a = \"b\"` & `<c>` in; never `open");
	assert_string_equal(buf_string(&out), "put <code>a = &quot;b&quot;</code> &amp; "
					      "<code>&lt;c&gt;</code> in; never <code>open</code>");
}

static void times_and_counts_are_for_people(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	html_moment(&out, 1782907445);
	assert_string_equal(buf_string(&out), "<time datetime=\"2026-07-01T12:04:05Z\">"
					      "2026-07-01 12:04 UTC</time>");
	buf_clear(&out);
	html_date(&out, INT64_MAX);
	assert_int_equal(out.size, 0);
	html_count(&out, 1, "domain", "domains");
	buf_char(&out, ' ');
	html_count(&out, 1234567, "domain", "domains");
	assert_string_equal(buf_string(&out), "1 domain 1,234,567 domains");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_record_says_is_text_and_nothing_else),
		cmocka_unit_test(a_sentence_keeps_its_backslashes_and_no_more),
		cmocka_unit_test(long_text_is_cut_between_characters),
		cmocka_unit_test(names_break_behind_dots_only),
		cmocka_unit_test(remedies_show_what_is_typed),
		cmocka_unit_test(times_and_counts_are_for_people),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
