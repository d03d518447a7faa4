#include "unit.h"

#include "base/buf.h"

static void grows_up_to_its_maximum(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf buf = buf_new(10);
	assert_string_equal(buf_string(&buf), "");
	buf_text(&buf, "12345");
	buf_printf(&buf, "%d", 67890);
	assert_false(buf_overflowed(&buf));
	assert_string_equal(buf_string(&buf), "1234567890");
}

static void overflow_sticks_and_drops_whole_appends(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf buf = buf_new(4);
	buf_text(&buf, "abc");
	buf_text(&buf, "de");
	buf_char(&buf, 'f');
	assert_true(buf_overflowed(&buf));
	assert_string_equal(buf_string(&buf), "abc");
	buf_clear(&buf);
	assert_false(buf_overflowed(&buf));
}

/* What fits goes in as it is, what does not makes room, and what is too much leaves no trace. */
static void prints_into_the_room_there_is(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 100, 253, 254, 255, 256, 257, 1000 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		CLEANUP(buf_free) struct buf buf = buf_new(1200);
		buf_printf(&buf, "%*s", (int)sizes[i], "");
		buf_printf(&buf, "-%d-", 17);
		assert_int_equal(buf.size, sizes[i] + 4);
		assert_string_equal(buf_string(&buf) + sizes[i], "-17-");
		buf_printf(&buf, "%*s", 1200, "x");
		assert_true(buf_overflowed(&buf));
		assert_string_equal(buf_string(&buf) + sizes[i], "-17-");
	}
}

static void gives_back_its_front(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf buf = buf_new(100);
	buf_text(&buf, "hello world");
	buf_consume(&buf, 6);
	assert_string_equal(buf_string(&buf), "world");
	buf_consume(&buf, 5);
	assert_string_equal(buf_string(&buf), "");
}

static void writes_octets_as_hex(void **state)
{
	static const unsigned char octets[] = { 0x00, 0x9a, 0xff, 0x07 };
	(void)state;
	CLEANUP(buf_free) struct buf buf = buf_new(BUF_UNBOUNDED);
	buf_hex(&buf, octets, 0);
	assert_string_equal(buf_string(&buf), "");
	buf_hex(&buf, octets, sizeof(octets));
	assert_string_equal(buf_string(&buf), "009aff07");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_up_to_its_maximum),
		cmocka_unit_test(overflow_sticks_and_drops_whole_appends),
		cmocka_unit_test(prints_into_the_room_there_is),
		cmocka_unit_test(gives_back_its_front),
		cmocka_unit_test(writes_octets_as_hex),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
