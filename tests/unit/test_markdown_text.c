#include "unit.h"

#include "report/markdown_text.h"

#define ANY_LENGTH 1000

static const struct row {
	const char *name, *text, *words;
} rows[] = {
	{ "words", "certificate expired on 2026-03-01", "certificate expired on 2026-03-01" },
	{ "an address stays readable", "192.0.2.7:5222, [::1]", "192.0.2.7:5222, \\[::1\\]" },
	{ "emphasis", "*a* _b_ ~~c~~", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~" },
	{ "code", "`a``", "\\`a\\`\\`" },
	{ "HTML", "<img src=x>", "\\<img src=x\\>" },
	{ "an entity", "&lt;", "\\&lt;" },
	{ "a link", "[a](b)", "\\[a\\](b)" },
	{ "a picture", "![a](b)", "\\!\\[a\\](b)" },
	{ "a bar", "a|b", "a\\|b" },
	{ "a formula", "$x$", "\\$x\\$" },
	{ "a backslash", "a\\", "a\\\\\\\\" }, /* shown as \\, for it stands for itself */
	{ "a backslash and a bar", "\\|", "\\\\\\\\\\|" },
	{ "line ends", "a\n# b\r", "a\\\\n`#` b\\\\r" },
	{ "controls", "\x1b[2J", "\\\\x1b\\[2J" },
	{ "a bidirectional override", "a\xe2\x80\xae", "a\\\\u{202e}" },
	{ "no UTF-8", "\xff", "\\\\xff" },
	{ "a mail address", "a@b.example", "a`@`b.example" },
	{ "a mention", "@a @@b", "`@`a `@@`b" },
	{ "an issue", "#12", "`#`12" },
	{ "a bare address", "https://a.example/", "https\\://a.example/" },
	{ "another one", "see WWW.a.example", "see WWW\\.a.example" },
	{ "no address", "awww.", "awww\\." },
};

static void words_do_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		markdown_text(&out, rows[i].text, ANY_LENGTH);
		assert_row_string(rows[i].name, buf_string(&out), rows[i].words);
	}
}

static const struct code_row {
	const char *name, *text;
	bool cell;
	const char *code;
} code_rows[] = {
	{ "a domain", "a.example", false, "`a.example`" },
	{ "markup is none in code", "*<a>@[b]", false, "`*<a>@[b]`" },
	{ "a bar in a cell", "a|b", true, "`a\\|b`" },
	{ "a bar outside", "a|b", false, "`a|b`" },
	{ "a backslash and a bar in a cell", "\\|", true, "`\\\\\\|`" },
	{ "a quote", "a`b", false, "`` a`b ``" },
	{ "quotes at the ends", "``", false, "``` `` ```" },
	{ "a line end", "a\n| b |", true, "`a\\n\\| b \\|`" },
};

static void names_are_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(code_rows); i++) {
		const struct code_row *row = &code_rows[i];
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		markdown_code(&out, row->text, ANY_LENGTH, row->cell);
		assert_row_string(row->name, buf_string(&out), row->code);
	}
}

static void what_is_long_is_cut(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	markdown_text(&out, "*****", 3);
	markdown_code(&out, "*****", 2, false);
	assert_string_equal(buf_string(&out), "\\*\\*\\*...`**...`");
}

static void advice_keeps_its_code(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	markdown_advice(&out, "set `a_b = \"*\"`, not a_b, in <x>");
	assert_string_equal(buf_string(&out), "set `a_b = \"*\"`, not a\\_b, in \\<x\\>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_do_nothing),
		cmocka_unit_test(names_are_code),
		cmocka_unit_test(what_is_long_is_cut),
		cmocka_unit_test(advice_keeps_its_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
