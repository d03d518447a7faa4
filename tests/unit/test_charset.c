#include "unit.h"

#include "base/charset.h"

static const struct row {
	const char *name, *charset, *in;
	size_t size;      /* 0: strlen */
	const char *out;  /* NULL: refused */
	const char *text; /* the sentence */
} rows[] = {
	{ "nothing", "UTF-8", "", 0, "", NULL },
	{ "ASCII", "US-ASCII", "plain", 0, "plain", NULL },
	{ "Latin 1", "ISO-8859-1", "gr\xfc\xdf", 0, "grüß", NULL },
	{ "Latin 9 has a euro", "iso-8859-15", "\xa4", 0, "€", NULL },
	{ "Windows", "CP1252", "\x80\x96", 0, "€–", NULL },
	{ "UTF-8 itself", "UTF-8", "grüß", 0, "grüß", NULL },
	{ "UTF-16 with a mark", "UTF-16",
	  "\xff\xfe"
	  "a\0",
	  4, "a", NULL },
	{ "UTF-16 pair", "UTF-16BE", "\xd8\x3d\xde\x00", 4, "😀", NULL },
	{ "Shift JIS", "SHIFT_JIS", "\x83\x41", 0, "ア", NULL },
	{ "stateful", "ISO-2022-JP", "a\x1b$B%\"\x1b(Bb", 0, "aアb", NULL },
	{ "stateful, not put back", "ISO-2022-JP", "\x1b$B%\"", 0, "ア", NULL },
	{ "composed when the next is seen", "TCVN", "e\xb4", 0, "ẹ", NULL },
	{ "held back to the end", "TCVN", "ae", 0, "ae", NULL },
	{ "unknown", "KLINGON", "x", 0, NULL,
	  "the charset \"KLINGON\" is not known here: iconv -l lists those that are" },
	{ "no name", "", "x", 0, NULL,
	  "the charset \"\" is not known here: iconv -l lists those that are" },
	{ "orders", "UTF-8//IGNORE", "x\xff", 0, NULL,
	  "the charset \"UTF-8//IGNORE\" is not known here: iconv -l lists those that are" },
	{ "eight bits", "US-ASCII", "gr\xfc\xdf", 0, NULL,
	  "not US-ASCII: byte 0xfc at offset 2: is it written in another charset?" },
	{ "Latin as UTF-8", "UTF-8", "gr\xfc\xdf.", 0, NULL,
	  "not UTF-8: byte 0xfc at offset 2: is it written in another charset?" },
	{ "overlong", "UTF-8", "ab\xc0\xaf", 0, NULL,
	  "not UTF-8: byte 0xc0 at offset 2: is it written in another charset?" },
	{ "surrogate", "UTF-8", "ab\xed\xa0\x80", 0, NULL,
	  "not UTF-8: byte 0xed at offset 2: is it written in another charset?" },
	{ "beyond Unicode", "UTF-8", "ab\xf4\x90\x80\x80", 0, NULL,
	  "not UTF-8: byte 0xf4 at offset 2: is it written in another charset?" },
	{ "beyond it, in UCS-4", "UCS-4", "\0\0\0\xfc\0\x11\0\0\0\0\0a", 12, NULL,
	  "not UCS-4: byte 0x00 at offset 4: is it written in another charset?" },
	{ "half a pair", "UTF-16BE", "\0a\xd8\x3d\0b", 6, NULL,
	  "not UTF-16BE: byte 0xd8 at offset 2: is it written in another charset?" },
	{ "beyond Unicode in 32 bits", "UTF-32BE", "\0\x11\0\0", 4, NULL,
	  "not UTF-32BE: byte 0x00 at offset 0: is it written in another charset?" },
	{ "eight bits in a stateful one", "ISO-2022-JP", "ab\xfc", 0, NULL,
	  "not ISO-2022-JP: byte 0xfc at offset 2: is it written in another charset?" },
	{ "undefined in the set", "CP1252", "a\x81", 0, NULL,
	  "not CP1252: byte 0x81 at offset 1: is it written in another charset?" },
	{ "torn", "UTF-8", "ab\xe2\x82", 0, NULL,
	  "not UTF-8: it ends within a character, at offset 2" },
	{ "torn in two octets", "SHIFT_JIS", "a\x83", 0, NULL,
	  "not SHIFT_JIS: it ends within a character, at offset 1" },
	{ "torn UTF-16", "UTF-16LE", "a\0b", 3, NULL,
	  "not UTF-16LE: it ends within a character, at offset 2" },
};

static void converts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		size_t size = row->size ? row->size : strlen(row->in);
		struct bytes out = { (const uint8_t *)"untouched", 9 };
		struct err err = { 0 };
		bool ok = charset_to_utf8(row->charset, arena_bytes(mem, row->in, size), mem, &out,
					  &err);
		assert_row_string(row->name, ok ? NULL : err.text, row->text);
		assert_row(row->name, ok || (err.code == ERR_USAGE && out.size == 9));
		if (ok)
			assert_row_string(row->name, arena_copy_n(mem, out.data, out.size),
					  row->out);
	}
}

static void keeps_a_nul(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct bytes out;
	struct err err;
	assert_true(
		charset_to_utf8("UTF-16LE", arena_bytes(mem, "a\0\0\0b\0", 6), mem, &out, &err));
	assert_int_equal(out.size, 3);
	assert_memory_equal(out.data, "a\0b", 3);
}

/* Wherever the pieces it is made in end; and the offset is that of the whole. */
static void has_no_upper_limit(void **state)
{
	static const size_t counts[] = { 4094, 4095, 4096, 4097, 8192, 1000003 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		size_t count = counts[i];
		uint8_t *text = arena_alloc(mem, count);
		struct bytes in = { text, count }, out;
		struct err err;
		memset(text, 0xfc, count);
		text[0] = 'a'; /* so that characters lie across the pieces */
		assert_true(charset_to_utf8("ISO-8859-1", in, mem, &out, &err));
		assert_int_equal(out.size, 2 * count - 1);
		assert_memory_equal(out.data + out.size - 4, "üü", 4);
		memset(text, 'a', count);
		text[count - 2] = 0xfc;
		assert_false(charset_to_utf8("UTF-8", in, mem, &out, &err));
		assert_string_equal(err.text,
				    arena_printf(mem,
						 "not UTF-8: byte 0xfc at offset %zu: is it "
						 "written in another charset?",
						 count - 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converts),
		cmocka_unit_test(keeps_a_nul),
		cmocka_unit_test(has_no_upper_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
