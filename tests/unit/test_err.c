#include "unit.h"

#include "base/err.h"

static void keeps_stage_code_and_sentence(void **state)
{
	(void)state;
	struct err err;
	assert_false(err_set(&err, AT_TCP, ERR_REFUSED, "port %d is closed", 5222));
	assert_int_equal(err.stage, AT_TCP);
	assert_int_equal(err.code, ERR_REFUSED);
	assert_string_equal(err.text, "port 5222 is closed");
	err_set(&err, AT_TLS, err.code, "wrapped: %s", err.text);
	assert_string_equal(err.text, "wrapped: port 5222 is closed");
}

static void cuts_long_sentences_between_characters(void **state)
{
	(void)state;
	char text[ERR_TEXT_MAX * 2];
	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "€", 4);
		struct err err;
		err_set(&err, AT_STREAM, ERR_PROTOCOL, "%s", text);
		size_t size = strlen(err.text);
		assert_true(size < ERR_TEXT_MAX);
		assert_int_equal((size - shift) % 3, 0);
	}
}

static void every_name_parses_back(void **state)
{
	(void)state;
	for (enum err_code code = ERR_NONE; code <= ERR_UNSUPPORTED; code++) {
		enum err_code back;
		assert_non_null(err_code_name(code));
		assert_true(err_code_parse(err_code_name(code), &back));
		assert_int_equal(back, code);
	}
	for (enum err_stage stage = AT_INPUT; stage <= AT_FILE; stage++) {
		enum err_stage back;
		assert_true(err_stage_parse(err_stage_name(stage), &back));
		assert_int_equal(back, stage);
	}
	enum err_code code;
	assert_false(err_code_parse("no-such-code", &code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_stage_code_and_sentence),
		cmocka_unit_test(cuts_long_sentences_between_characters),
		cmocka_unit_test(every_name_parses_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
