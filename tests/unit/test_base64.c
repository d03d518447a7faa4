#include "unit.h"

#include "base/base64.h"

/* RFC 4648, 10. */
static const struct pair {
	const char *plain, *coded;
} pairs[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+" },
};

static void codes_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		size_t size = strlen(pairs[i].plain);
		char *text = arena_alloc(mem, BASE64_ROOM(size));
		struct bytes back;
		base64_encode(pairs[i].plain, size, text);
		assert_string_equal(text, pairs[i].coded);
		assert_int_equal(strlen(text) + 1, BASE64_ROOM(size));
		assert_true(base64_decode(text, strlen(text), mem, &back));
		assert_int_equal(back.size, size);
		assert_memory_equal(back.data, pairs[i].plain, size);
	}
}

static void codes_every_octet(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	uint8_t octets[256];
	char text[BASE64_ROOM(sizeof(octets))];
	struct bytes back;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + 3);
	base64_encode(octets, sizeof(octets), text);
	assert_true(base64_decode(text, strlen(text), mem, &back));
	assert_int_equal(back.size, sizeof(octets));
	assert_memory_equal(back.data, octets, sizeof(octets));
}

/* MSG-8: rejected, not skipped. */
static const struct row {
	const char *name, *text;
	size_t size; /* 0: strlen */
} refused[] = {
	{ "a line end behind", "Zm9v\n", 0 },
	{ "a line end inside", "Zm9v\nYmFy", 0 },
	{ "white space in a group of four", "Zm 9", 0 },
	{ "a group of white space", "Zm9v    ", 0 },
	{ "no padding", "Zm8", 0 },
	{ "half the padding", "Zg=", 0 },
	{ "too much padding", "Zm9v=", 0 },
	{ "a group of padding", "Zm9v====", 0 },
	{ "nothing but padding", "====", 0 },
	{ "three of padding", "Z===", 0 },
	{ "one equals sign", "=", 0 },
	{ "padding in the middle", "Zg==Zm9v", 0 },
	{ "a digit behind padding", "Zg=v", 0 },
	{ "pad bits set, two octets", "Zm9=", 0 },
	{ "pad bits set, one octet", "Zh==", 0 },
	{ "URL alphabet", "-__-", 0 },
	{ "NUL", "Zm9\0", 4 },
	{ "NUL as a group's first", "\0m9v", 4 },
	{ "octets beyond ASCII", "Zm9\xc3", 0 },
};

static void skips_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct row *row = &refused[i];
		struct bytes out = { 0 };
		size_t size = row->size ? row->size : strlen(row->text);
		assert_row(row->name, !base64_decode(row->text, size, mem, &out));
		assert_row(row->name, !out.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_both_ways),
		cmocka_unit_test(codes_every_octet),
		cmocka_unit_test(skips_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
