#include "unit.h"

#include "tls/der.h"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

static const struct row {
	const char *name;
	struct bytes in;
	bool ok;
	uint8_t tag;
	size_t head, size; /* octets of tag and length, of the contents */
} rows[] = {
	{ "short", BYTES("\x04\x02xy"), true, 0x04, 2, 2 },
	{ "empty contents", BYTES("\x05\x00"), true, 0x05, 2, 0 },
	{ "what follows is left", BYTES("\x04\x01xyz"), true, 0x04, 2, 1 },
	{ "long form that needs two octets less one",
	  BYTES("\x30\x81\x80"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	  true, 0x30, 3, 128 },
	{ "nothing", BYTES(""), false, 0, 0, 0 },
	{ "tag alone", BYTES("\x04"), false, 0, 0, 0 },
	{ "contents missing", BYTES("\x04\x03xy"), false, 0, 0, 0 },
	{ "indefinite length", BYTES("\x30\x80\x05\x00\x00\x00"), false, 0, 0, 0 },
	{ "long form where the short would do", BYTES("\x04\x81\x02xy"), false, 0, 0, 0 },
	{ "leading zero in the length", BYTES("\x04\x82\x00\x02xy"), false, 0, 0, 0 },
	{ "length of five octets", BYTES("\x04\x85\x01\x00\x00\x00\x00xy"), false, 0, 0, 0 },
	{ "length cut", BYTES("\x04\x82\x01"), false, 0, 0, 0 },
	{ "length of 4 GiB", BYTES("\x04\x84\xff\xff\xff\xffxy"), false, 0, 0, 0 },
	{ "tag number above 30", BYTES("\x1f\x21\x01x"), false, 0, 0, 0 },
};

static void takes_one_element(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct bytes at = row->in;
		struct der element;
		bool ok = der_next(&at, &element);
		assert_row(row->name, ok == row->ok);
		if (!ok) {
			assert_row(row->name, at.data == row->in.data && at.size == row->in.size);
			continue;
		}
		assert_row(row->name, element.tag == row->tag && element.value.size == row->size);
		assert_row(row->name, element.whole.data == row->in.data);
		assert_row(row->name, element.whole.size == row->head + row->size);
		assert_row(row->name, at.size == row->in.size - element.whole.size);
	}
}

static void takes_only_the_tag_asked_for(void **state)
{
	(void)state;
	struct bytes at = BYTES("\x04\x01x\x05\x00");
	struct der element;
	assert_false(der_take(&at, 0x05, &element));
	assert_int_equal(at.size, 5);
	assert_true(der_take(&at, 0x04, &element));
	assert_true(der_take(&at, 0x05, &element));
	assert_false(der_take(&at, 0x05, &element));
}

static const struct count_row {
	const char *name;
	struct bytes in;
	size_t count;
} count_rows[] = {
	{ "nothing", BYTES(""), 0 },
	{ "one", BYTES("\x05\x00"), 1 },
	{ "one in the other", BYTES("\x30\x04\x31\x02\x05\x00"), 3 },
	{ "side by side", BYTES("\x30\x04\x05\x00\x05\x00\x05\x00"), 4 },
	{ "octets are not looked into", BYTES("\x04\x02\x05\x00"), 1 },
	{ "garbage behind", BYTES("\x05\x00\xff\xff\xff"), 1 },
	{ "garbage inside hides nothing behind it", BYTES("\x30\x02\xff\xff\x05\x00\x05\x00"), 3 },
	{ "an element longer than the one around it", BYTES("\x30\x02\x05\x09\x05\x00"), 2 },
};

static void counts_elements(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(count_rows); i++)
		assert_row(count_rows[i].name, der_count(count_rows[i].in) == count_rows[i].count);
	/* However deep: 30 LL 30 LL ... */
	uint8_t deep[120];
	for (size_t i = 0; i < sizeof(deep); i += 2) {
		deep[i] = 0x30;
		deep[i + 1] = (uint8_t)(sizeof(deep) - i - 2);
	}
	size_t count = der_count((struct bytes){ deep, sizeof(deep) });
	assert_true(count > 30 && count <= sizeof(deep) / 2);
}

#define ARC_18 "\x81\xff\xff\xff\xff\xff\xff\xff\x7f" /* 2^64 - 1 would need ten octets */

static const struct oid_row {
	const char *name;
	struct bytes in;
	const char *out;
} oid_rows[] = {
	{ "id-on-dnsSRV", BYTES("\x2b\x06\x01\x05\x05\x07\x08\x07"), "1.3.6.1.5.5.7.8.7" },
	{ "two octets an arc", BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"),
	  "1.2.840.113549.1.1.11" },
	{ "first arc 2", BYTES("\x55\x1d\x11"), "2.5.29.17" },
	{ "first arc 2, second above 39", BYTES("\x88\x37\x03"), "2.999.3" },
	{ "one arc pair", BYTES("\x00"), "0.0" },
	{ "empty", BYTES(""), "" },
	{ "unfinished arc", BYTES("\x2b\x86"), "" },
	{ "padded arc", BYTES("\x2b\x80\x01"), "" },
	{ "arc beyond 64 bits", BYTES("\x2b\x83\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
	  "#2b83ffffffffffffffff7f" },
	{ "as long as the room",
	  BYTES("\x2b" ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 "\xba\xef\x9a\x15"),
	  "1.3.144115188075855871.144115188075855871.144115188075855871.144115188075855871"
	  ".144115188075855871.144115188075855871.123456789" },
	{ "a digit longer than the room",
	  BYTES("\x2b" ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 "\x84\xcc\xd8\x85\x52"),
	  "#2b81ffffffffffffff7f81ffffffffffffff7f81ffffffffffffff7f81ffffffffffffff7f81ffffffffffffff7f"
	  "81ffffffffffffff7f84ccd88552" },
	{ "longer than the room",
	  BYTES("\x2b" ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 ARC_18 ARC_18),
	  "#2b81ffffffffffffff7f81ffffffffffffff7f81ffffffffffffff7f81ffffffffffffff7f81ffffffffffffff7f"
	  "81ffffffffffffff7f81ffffffffffff" },
};

static void writes_object_identifiers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(oid_rows); i++) {
		char text[128];
		assert_row_string(oid_rows[i].name, der_oid_text(oid_rows[i].in, text),
				  oid_rows[i].out);
	}
}

static void compares_octets(void **state)
{
	(void)state;
	struct bytes a = BYTES("a\0b"), b = BYTES("a\0c"), none = { NULL, 0 }, empty = BYTES("");
	assert_true(bytes_equal(a, a));
	assert_false(bytes_equal(a, b));
	assert_true(bytes_equal(none, empty));
	assert_false(bytes_equal(none, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_element),
		cmocka_unit_test(takes_only_the_tag_asked_for),
		cmocka_unit_test(writes_object_identifiers),
		cmocka_unit_test(compares_octets),
		cmocka_unit_test(counts_elements),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
