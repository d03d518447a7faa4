#include "unit.h"

#include "base/arena.h"
#include "xmpp/precis.h"

/* What libunistring and the derivation of RFC 8264, section 8 must agree on with the IANA's
 * precis-tables, and the mappings of RFC 8265. Refusals by the beginning of their sentence. */
static const struct row {
	const char *name, *in;
	const char *out;    /* NULL: refused */
	const char *reason; /* part of the sentence */
} users[] = {
	{ "ASCII", "Juliet", "juliet", NULL },
	{ "all of ASCII7", "!#$%()*+,-.;=?[\\]^_`{|}~", "!#$%()*+,-.;=?[\\]^_`{|}~", NULL },
	{ "empty", "", NULL, "it is empty" },
	{ "space", "a b", NULL, "U+0020 is not allowed: it is a space" },
	{ "control", "a\x7f", NULL, "U+007F is not allowed: it is a control character" },
	{ "no UTF-8", "ab\xff", NULL, "not UTF-8 (byte 0xff at offset 2)" },
	{ "overlong", "\xc0\xaf", NULL, "not UTF-8" },
	{ "surrogate", "\xed\xa0\x80", NULL, "not UTF-8" },
	{ "sharp s", "fußball", "fußball", NULL },
	{ "capital sharp s", "FUẞBALL", "fußball", NULL },
	{ "capital sigma", "Σ", "σ", NULL },
	{ "no sigma becomes a final one", "ΣΟΦΟΣ", "σοφοσ", NULL },
	{ "a final sigma stays", "σοφος", "σοφος", NULL },
	{ "Cherokee goes down", "Ꭰ", "ꭰ", NULL },
	{ "I with a dot", "\xc4\xb0", "i\xcc\x87", NULL },
	{ "dotless i", "ı", "ı", NULL },
	{ "decomposed", "E\xcc\x81", "\xc3\xa9", NULL },
	{ "full width", "Ｊｕｌｉｅｔ", "juliet", NULL },
	{ "full-width space", "a　b", NULL, "U+3000 is not allowed: it is a space" },
	{ "half-width katakana", "ｶﾞ", "ガ", NULL },
	{ "long s", "ſ", NULL, "U+017F is not allowed: it stands for other characters" },
	{ "Roman four", "henryⅣ", NULL, "U+2163 is not allowed: it stands for" },
	{ "ligature", "ﬁ", NULL, "U+FB01 is not allowed: it stands for" },
	{ "Kelvin sign", "\xe2\x84\xaa", NULL, "U+212A is not allowed: it stands for" },
	{ "symbol", "♚", NULL, "U+265A is not allowed: it is a symbol" },
	{ "emoji", "😀", NULL, "U+1F600 is not allowed: it is a symbol" },
	{ "punctuation", "a…b", NULL, "U+2026 is not allowed: it stands for" },
	{ "dash", "a—b", NULL, "U+2014 is not allowed: it is a punctuation mark" },
	{ "titlecase", "ᾈ", NULL, "U+1F88 is not allowed: it is neither a plain letter" },
	{ "enclosing mark", "a⃝", NULL, "U+20DD is not allowed: it is neither" },
	{ "override",
	  "a\xe2\x80\xae"
	  "b",
	  NULL, "U+202E is not allowed: it is invisible" },
	{ "soft hyphen",
	  "a\xc2\xad"
	  "b",
	  NULL, "U+00AD is not allowed: it is invisible" },
	{ "noncharacter", "\xef\xbf\xbf", NULL, "U+FFFF is not allowed: it is invisible" },
	{ "private use", "\xee\x80\x80", NULL, "U+E000 is not allowed: it is no letter" },
	{ "unassigned", "\xcd\xb8", NULL, "U+0378 is not allowed: Unicode has no such" },
	{ "old jamo", "\xe1\x84\x80", NULL, "U+1100 is not allowed: it is a piece" },
	{ "Hangul", "한글", "한글", NULL },
	{ "tatweel", "\xd8\xa7\xd9\x80", NULL, "U+0640 is not allowed: RFC 8264, section 9.6" },
	{ "tsheg", "\xe0\xbd\x80\xe0\xbc\x8b\xe0\xbd\x80", "\xe0\xbd\x80\xe0\xbc\x8b\xe0\xbd\x80",
	  NULL },
	/* RFC 5892, appendix A */
	{ "dot between l", "l·l", "l·l", NULL },
	{ "dot between capital L", "L·L", "l·l", NULL },
	{ "dot elsewhere", "l·a", NULL, "U+00B7 is not allowed: it may only stand between" },
	{ "dot at the end", "l·", NULL, "U+00B7" },
	{ "keraia", "͵α", "͵α", NULL },
	{ "keraia at the end", "α͵", NULL, "U+0375 is not allowed: it may only stand before" },
	{ "geresh", "א׳", "א׳", NULL },
	{ "gershayim first", "״א", NULL, "U+05F4 is not allowed: it may only stand behind" },
	{ "katakana dot", "ア・", "ア・", NULL },
	{ "half-width katakana dot", "漢･", "漢・", NULL },
	{ "katakana dot alone", "a・b", NULL, "U+30FB is not allowed: it may only stand beside" },
	{ "Arabic-Indic digits", "ا٠١", "ا٠١", NULL },
	{ "extended ones", "ا۰۱", "ا۰۱", NULL },
	{ "both", "ا٠۱", NULL, "U+0660 is not allowed: Arabic-Indic digits of both kinds" },
	{ "both, other way round", "ا۱٠", NULL, "U+06F1 is not allowed: Arabic-Indic digits" },
	{ "joiner behind a virama", "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7",
	  "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7", NULL },
	{ "joiner elsewhere",
	  "a\xe2\x80\x8d"
	  "b",
	  NULL, "U+200D is not allowed: it is invisible, and" },
	{ "joiner first",
	  "\xe2\x80\x8d"
	  "a",
	  NULL, "U+200D" },
	{ "non-joiner behind a virama", "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8c\xe0\xa4\xb7",
	  "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8c\xe0\xa4\xb7", NULL },
	{ "non-joiner between joining letters", "\xd8\xa8\xe2\x80\x8c\xd8\xa8",
	  "\xd8\xa8\xe2\x80\x8c\xd8\xa8", NULL },
	{ "... with marks", "\xd8\xa8\xd9\x8e\xe2\x80\x8c\xd9\x8e\xd8\xa8",
	  "\xd8\xa8\xd9\x8e\xe2\x80\x8c\xd9\x8e\xd8\xa8", NULL },
	{ "non-joiner behind a letter that does not join", "\xd8\xa7\xe2\x80\x8c\xd8\xa8", NULL,
	  "U+200C is not allowed: it is invisible, and not between" },
	{ "non-joiner at the end", "\xd8\xa8\xe2\x80\x8c", NULL, "U+200C" },
	/* RFC 5893, section 2 */
	{ "Hebrew", "אבג", "אבג", NULL },
	{ "Hebrew and a digit", "אב1", "אב1", NULL },
	{ "Hebrew with points", "\xd7\xa9\xd6\xb8\xd7\x81", "\xd7\xa9\xd6\xb8\xd7\x81", NULL },
	{ "digit first", "1אב", NULL, "does not begin so (RFC 5893)" },
	{ "Latin, then Hebrew", "aא", NULL, "does not begin so (RFC 5893)" },
	{ "Hebrew, then Latin", "אa", NULL, "both from right to left and from left" },
	{ "Hebrew, then a hyphen", "א-", NULL, "does not end in a letter or digit" },
	{ "Arabic and both digits", "ا1٠", NULL, "mixes European and Arabic digits" },
	{ "points alone", "\xd6\xb8", "\xd6\xb8", NULL },
};

static const struct row resources[] = {
	{ "case stays", "Balcony", "Balcony", NULL },
	{ "anything printable", " \"&'/:<>@", " \"&'/:<>@", NULL },
	{ "empty", "", NULL, "it is empty" },
	{ "symbol", "♚ 😀", "♚ 😀", NULL },
	{ "compatibility form stays", "Ⅳ ﬁ Ａ ſ K", "Ⅳ ﬁ Ａ ſ K", NULL },
	{ "titlecase and enclosing", "ᾈ a⃝", "ᾈ a⃝", NULL },
	{ "all spaces are one",
	  "a\xc2\xa0"
	  "b　c\xe1\x9a\x80"
	  "d",
	  "a b c d", NULL },
	{ "decomposed", "E\xcc\x81", "\xc3\x89", NULL },
	{ "left and right", "aא", "aא", NULL },
	{ "control", "a\tb", NULL, "U+0009 is not allowed: it is a control character" },
	{ "line separator", "\xe2\x80\xa8", NULL, "U+2028 is not allowed: it is no letter" },
	{ "override", "\xe2\x80\xae", NULL, "U+202E is not allowed: it is invisible" },
	{ "unassigned", "\xcd\xb8", NULL, "U+0378 is not allowed: Unicode has no such" },
	{ "old jamo", "\xe1\x84\x80", NULL, "U+1100 is not allowed: it is a piece" },
	{ "joiner", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x92", NULL, "U+200D is not allowed" },
	{ "selector", "\xe2\x9d\xa4\xef\xb8\x8f", NULL, "U+FE0F is not allowed: it is invisible" },
	{ "dot", "a·b", NULL, "U+00B7 is not allowed: it may only stand between" },
	{ "no UTF-8", "ab\xc3", NULL, "not UTF-8 (byte 0xc3 at offset 2)" },
};

typedef bool prepare_function(const char *, size_t, struct arena *, const char **, struct err *);

static void run_rows(const struct row *rows, size_t count, prepare_function *prepare)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *out = "untouched";
		struct err err = { 0 };
		bool ok = prepare(row->in, strlen(row->in), mem, &out, &err);
		if (!row->out)
			assert_row_string(row->name, out, "untouched");
		if (!row->out && (ok || err.code != ERR_USAGE || !strstr(err.text, row->reason)))
			fail_msg("%s: got \"%s\", wanted \"%s\"", row->name, err.text, row->reason);
		if (row->out && !ok)
			fail_msg("%s: %s", row->name, err.text);
		if (row->out)
			assert_row_string(row->name, out, row->out);
	}
}

static void prepares_usernames(void **state)
{
	(void)state;
	run_rows(users, ARRAY_SIZE(users), precis_username);
}

static void prepares_opaque_strings(void **state)
{
	(void)state;
	run_rows(resources, ARRAY_SIZE(resources), precis_opaque);
}

static size_t utf8(uint32_t code, char *out)
{
	if (code < 0x80)
		return out[0] = (char)code, 1;
	size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = size; --i > 0; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)((0xf00 >> size & 0xff) | code);
	return size;
}

/* RFC 8264, 7: what is prepared stays so; and an identifier's characters are a resource's, too. */
static void is_stable_for_every_character(void **state)
{
	(void)state;
	size_t accepted = 0;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (uint32_t code = 0; code < 0x30000; code++) {
		char text[5] = { 0 };
		const char *once, *twice;
		struct err err;
		if (code % 4096 == 0) {
			arena_free(&mem);
			mem = arena_new();
		}
		if (!precis_username(text, utf8(code, text), mem, &once, &err))
			continue;
		accepted++;
		if (!precis_username(once, strlen(once), mem, &twice, &err) ||
		    strcmp(once, twice) != 0 ||
		    !precis_opaque(once, strlen(once), mem, &twice, &err))
			fail_msg("U+%04X", code);
	}
	assert_true(accepted > 100000); /* of them 92000 are Han */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prepares_usernames),
		cmocka_unit_test(prepares_opaque_strings),
		cmocka_unit_test(is_stable_for_every_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
