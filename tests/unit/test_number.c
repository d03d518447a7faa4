#include "unit.h"

#include "report/reread.h"

#define HEAD "{\"schema\":1,\"domain\":\"a.test\""

/* What stands in a record that nobody changes goes out as it came in, or as the same number. */
static const struct row {
	const char *name, *in, *out; /* out NULL: the same */
} rows[] = {
	{ "the largest of 64 bits", "9223372036854775807", NULL },
	{ "the least of 64 bits", "-9223372036854775808", NULL },
	{ "one more", "9223372036854775808", NULL },
	{ "one less", "-9223372036854775809", NULL },
	{ "unsigned 64 bits", "18446744073709551615", NULL },
	{ "thirty digits", "[-123456789012345678901234567890,1]", NULL },
	{ "larger than a double", "{\"a\":[1e400,-1.5E+999]}", NULL },
	{ "beside text", "[\"1e400 \\\" 99999999999999999999\",1e400,\"\\\\\"]", NULL },
	{ "milliseconds stay short", "[11.2,0.001,1764165845.123]", NULL },
	{ "thousandths", "[0.0,1.0,100.0,0.1,0.01,10.01,7.25,0.999,999999999999.999]", NULL },
	{ "finer and larger than those", "[0.0005,2.0005,1000000000000.0,9999999999999.5,-1.5]",
	  NULL },
	{ "seventeen digits", "[0.10000000000000001,0.30000000000000004]",
	  "[0.1,0.30000000000000004]" },
	{ "sixteen digits", "1234567.890123456", NULL },
	{ "a real stays one", "[1.0,-0.0,1.50]", "[1.0,-0.0,1.5]" },
	{ "exponents", "[1E5,1e-5,1e300]", "[100000.0,1e-5,1e300]" },
	{ "other values", "[true,false,null,{},[],\"\"]", NULL },
	{ "escapes", "\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\u0001\\\"\\\\\"",
	  "\"\xc3\xa9\xf0\x9f\x98\x80/\\b\\f\\n\\r\\t\\u0001\\\"\\\\\"" },
	{ "what a terminal would obey is kept, too", "\"\x7f\xc2\x9b\xe2\x80\xae\"", NULL },
};

static void what_comes_in_goes_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_free) struct buf in = buf_new(BUF_UNBOUNDED);
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		CLEANUP(buf_free) struct buf wanted = buf_new(BUF_UNBOUNDED);
		json_t *record = NULL;
		struct err err = { 0 };
		buf_printf(&in, HEAD ",\"x\":%s}", rows[i].in);
		buf_printf(&wanted, HEAD ",\"x\":%s}\n", rows[i].out ? rows[i].out : rows[i].in);
		if (!reread_line(in.data, in.size, &record, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_row(rows[i].name, record_write(record, &out));
		assert_row_string(rows[i].name, buf_string(&out), buf_string(&wanted));
		json_decref(record);
	}
}

/* A number that is too large makes nothing else of the line right. */
static const struct bad_row {
	const char *name, *in, *why;
} bad_rows[] = {
	{ "a NUL beside it", HEAD ",\"x\":1e400,\"y\":\"\\u0000\"}", "not JSON" },
	{ "a NUL in a key", HEAD ",\"x\":1e400,\"\\u0000\":1}", "not JSON" },
	{ "a leading zero", HEAD ",\"x\":1e400,\"y\":01}", "not JSON" },
	{ "no digits behind the point", HEAD ",\"x\":1e400,\"y\":99999999999999999999.}",
	  "not JSON" },
	{ "an exponent without digits", HEAD ",\"x\":99999999999999999999e+}", "not JSON" },
	{ "no end", HEAD ",\"x\":1e400,\"y\":\"", "not JSON" },
	{ "two numbers in a row", HEAD ",\"x\":1e400 1e400}", "not JSON" },
	{ "a number as a key", HEAD ",1e400:1}", "not JSON" },
	{ "as a key twice", HEAD ",\"x\":1e400,\"x\":1e400}", "duplicate" },
	{ "as schema", "{\"schema\":99999999999999999999,\"domain\":\"a.test\"}", "schema: " },
	{ "as domain", "{\"schema\":1,\"domain\":99999999999999999999}", "domain: " },
	{ "as input", "{\"schema\":1,\"input\":1e999}", "input: not a string" },
	{ "as status", HEAD ",\"status\":99999999999999999999}", "status: " },
	{ "as endpoints", HEAD ",\"endpoints\":99999999999999999999}", "endpoints: " },
};

static void what_is_wrong_beside_a_large_number_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_rows); i++) {
		json_t *record = NULL;
		struct err err = { 0 };
		bool read = reread_line(bad_rows[i].in, strlen(bad_rows[i].in), &record, &err);
		json_decref(record);
		assert_row(bad_rows[i].name, !read);
		if (!strstr(err.text, bad_rows[i].why))
			fail_msg("%s: %s", bad_rows[i].name, err.text);
	}
}

static void a_member_is_not_as_large(void **state)
{
	static const struct {
		const char *member, *complaint;
	} members[] = {
		{ "\"transport\":\"direct\",\"port\":99999999999999999999",
		  "port: not a port number" },
		{ "\"source\":\"file\",\"file\":1e999", "file: not a string" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = arena_printf(
			mem, HEAD ",\"endpoints\":[{\"service\":\"c2s\",\"host\":\"a\",%s}]}",
			members[i].member);
		struct endpoint_list list = { 0 };
		struct err err = { 0 };
		json_t *record = NULL;
		assert_true(reread_line(line, strlen(line), &record, &err));
		assert_false(reread_endpoints(record, mem, &list, &err));
		assert_row_string(members[i].member, err.text,
				  arena_printf(mem, "endpoints[0].%s", members[i].complaint));
		json_decref(record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_in_goes_out),
		cmocka_unit_test(what_is_wrong_beside_a_large_number_is_told),
		cmocka_unit_test(a_member_is_not_as_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
