#include "unit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/escape.h"
#include "xmpp/message.h"

#define FFFD "\xef\xbf\xbd"

static struct bytes bytes_of(const char *text, size_t size)
{
	return (struct bytes){ (const uint8_t *)text, size };
}

/* S: a literal that may hold NULs. */
#define S(text) text, sizeof(text) - 1

static const struct row {
	const char *name, *in;
	size_t size;
	const char *out;      /* NULL: refused */
	const char *sentence; /* how it is refused */
	const char *replaced; /* with --replace-controls; NULL: the same as out */
} rows[] = {
	{ "nothing", S(""), "", NULL, NULL },
	{ "plain", S("hello"), "hello", NULL, NULL },
	{ "other scripts", S("h\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"),
	  "h\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", NULL, NULL },
	{ "tab and line ends", S("a\tb\nc\n"), "a\tb\nc\n", NULL, NULL },
	{ "CR LF becomes LF", S("a\r\nb\r\n"), "a\nb\n", NULL, NULL },
	{ "a CR alone stays", S("a\rb\r"), "a\rb\r", NULL, NULL },
	{ "CR CR LF", S("a\r\r\n"), "a\r\n", NULL, NULL },
	{ "DEL and C1 are characters to XML", S("\x7f\xc2\x85"), "\x7f\xc2\x85", NULL, NULL },
	{ "escape", S("0123456789abcdefg\x1b[1m"), NULL,
	  "octet 17: U+001B (escape) cannot be sent: --replace-controls",
	  "0123456789abcdefg" FFFD "[1m" },
	{ "NUL does not end it", S("a\0b"), NULL,
	  "octet 1: U+0000 (null) cannot be sent: --replace-controls", "a" FFFD "b" },
	{ "offsets are those of the input", S("\r\n\xc3\xa4\x07"), NULL,
	  "octet 4: U+0007 (bell) cannot be sent: --replace-controls", "\n\xc3\xa4" FFFD },
	{ "U+FFFE", S("\xef\xbf\xbe"), NULL,
	  "octet 0: U+FFFE (not a character) cannot be sent: --replace-controls", FFFD },
	{ "U+FFFF", S("a\xef\xbf\xbf"), NULL,
	  "octet 1: U+FFFF (not a character) cannot be sent: --replace-controls", "a" FFFD },
	{ "U+FFFD itself is one", S(FFFD), FFFD, NULL, NULL },
	{ "Latin-1", S("caf\xe9"), NULL,
	  "octet 3 (0xe9) is not UTF-8: name the encoding with --charset, or use "
	  "--replace-controls",
	  "caf" FFFD },
	{ "a surrogate", S("\xed\xa0\x80"), NULL,
	  "octet 0 (0xed) is not UTF-8: name the encoding with --charset, or use "
	  "--replace-controls",
	  FFFD FFFD FFFD },
	{ "an overlong form", S("\xc0\x80"), NULL,
	  "octet 0 (0xc0) is not UTF-8: name the encoding with --charset, or use "
	  "--replace-controls",
	  FFFD FFFD },
	{ "torn at the end", S("ab\xe2\x82"), NULL,
	  "octet 2 (0xe2) is not UTF-8: name the encoding with --charset, or use "
	  "--replace-controls",
	  "ab" FFFD FFFD },
};

static void checks_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *out = NULL;
		struct err err = { 0 };
		bool ok = message_check_text(bytes_of(row->in, row->size), false, mem, &out, &err);
		assert_row(row->name, ok == (row->out != NULL));
		assert_row_string(row->name, out, row->out);
		assert_row_string(row->name, ok ? NULL : err.text, row->sentence);
		assert_row(row->name, ok || (err.stage == AT_INPUT && err.code == ERR_USAGE));
		assert_true(
			message_check_text(bytes_of(row->in, row->size), true, mem, &out, &err));
		assert_row_string(row->name, out, row->replaced ? row->replaced : row->out);
	}
}

/* Each of the first 32 is refused or carried, and whatever is refused has a name. */
static void names_every_control(void **state)
{
	(void)state;
	for (char c = 0; c < 0x20; c++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *out;
		struct err err = { 0 };
		bool ok = message_check_text(bytes_of(&c, 1), false, mem, &out, &err);
		assert_int_equal(ok, c == '\t' || c == '\n' || c == '\r');
		assert_true(ok ||
			    (strstr(err.text, "(") && !strstr(err.text, "(null)") == (c != 0)));
	}
}

static const struct split {
	const char *name, *text;
	size_t room, wanted;
} splits[] = {
	{ "all of it", "abc", 3, 3 },
	{ "nothing", "", 3, 0 },
	{ "behind the last line end that fits", "ab\ncd\nef", 6, 6 },
	{ "not the first one", "a\nb\nc\nd", 5, 6 },
	{ "a line end needs no room", "abc\ndef", 3, 4 },
	{ "nor does the very last", "abc\n", 3, 4 },
	{ "an empty line stays together", "ab\n\ncd", 3, 4 },
	{ "between words", "one two three", 9, 8 },
	{ "a word that fits just so", "one two three", 7, 7 },
	{ "between words at a tab", "one\ttwo", 5, 4 },
	{ "a line end before words", "a\nb c d e", 6, 2 },
	{ "one long word", "abcdefgh", 5, 5 },
	{ "between characters", "\xc3\xa4\xc3\xb6\xc3\xbc", 5, 4 },
	{ "of four octets", "a\xf0\x9f\x98\x80", 4, 1 },
	{ "not even a character", "\xf0\x9f\x98\x80", 3, 0 },
	{ "no room", "a", 0, 0 },
	{ "no room, and a line end", "\na", 0, 1 },
	{ "references are not torn", "a&b", 5, 1 },
	{ "a reference that fits", "a&b", 6, 2 },
	{ "escaped sizes count", "<<<<", 8, 2 },
};

static void splits_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(splits); i++)
		assert_row(splits[i].name,
			   message_split_at(splits[i].text, splits[i].room) == splits[i].wanted);
}

/* The pieces are the text, each fits, and each is well-formed. */
static void loses_nothing_by_splitting(void **state)
{
	(void)state;
	static const char *const words[] = {
		"a", "&", "\n", " ", "\xc3\xa4", "<b>", "word\n", "\r"
	};
	unsigned seed = 7;
	CLEANUP(buf_free) struct buf made = buf_new(1024);
	while (made.size < 400)
		buf_text(&made, words[(seed = seed * 1103515245 + 12345) / 65536 % 8]);
	const char *text = made.data;
	for (size_t room = 6; room < 300; room++) {
		CLEANUP(buf_free) struct buf whole = buf_new(1024);
		for (const char *rest = text; *rest;) {
			size_t size = message_split_at(rest, room);
			assert_true(size > 0);
			char piece[512] = "";
			memcpy(piece, rest, size);
			buf_add(&whole, piece, size);
			rest += size;
			if (piece[size - 1] == '\n')
				piece[--size] = '\0';
			assert_true(message_escaped_size(piece) <= room);
			for (size_t at = 0, step; at < size; at += step) {
				step = utf8_length((const unsigned char *)piece + at, size - at,
						   NULL);
				assert_true(step > 0);
			}
		}
		assert_string_equal(buf_string(&whole), text);
	}
}

/* It is xml_escape()'s own arithmetic. */
static void counts_what_is_written(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "abc", "&<>'\"", "a\r\n\tb", "\xc3\xa4&" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(256);
		xml_escape(&out, texts[i]);
		assert_int_equal(message_escaped_size(texts[i]), out.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_texts),
		cmocka_unit_test(names_every_control),
		cmocka_unit_test(splits_texts),
		cmocka_unit_test(loses_nothing_by_splitting),
		cmocka_unit_test(counts_what_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
