#include "unit.h"

#include "report/names.h"

static const struct row {
	uint32_t code;
	enum suite_names names;
	const char *shown;
} rows[] = {
	{ 0xc02f, NAMES_IANA, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc02f, NAMES_OPENSSL, "ECDHE-RSA-AES128-GCM-SHA256" },
	{ 0xc02f, NAMES_GNUTLS, "TLS_ECDHE_RSA_AES_128_GCM_SHA256" },
	{ 0x1301, NAMES_OPENSSL, "TLS_AES_128_GCM_SHA256" },
	/* Export: GnuTLS forgot it long ago. */
	{ 0x0003, NAMES_GNUTLS, "(TLS_RSA_EXPORT_WITH_RC4_40_MD5)" },
	{ 0xfedc, NAMES_OPENSSL, "0xFEDC" },
	{ 0x0a0a, NAMES_IANA, "0x0A0A" },
	{ 0x010080, NAMES_IANA, "SSL_CK_RC4_128_WITH_MD5" },
	{ 0xabcdef, NAMES_IANA, "0xABCDEF" },
};

static void a_suite_has_the_name_that_is_asked_for(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row_string(rows[i].shown,
				  suite_shown(suite_by_code(rows[i].code), rows[i].code,
					      rows[i].names, mem),
				  rows[i].shown);
}

static void only_three_spellings_are_known(void **state)
{
	(void)state;
	enum suite_names names = NAMES_IANA;
	assert_true(suite_names_parse("openssl", &names));
	assert_int_equal(names, NAMES_OPENSSL);
	assert_true(suite_names_parse("gnutls", &names));
	assert_int_equal(names, NAMES_GNUTLS);
	assert_true(suite_names_parse("iana", &names));
	assert_int_equal(names, NAMES_IANA);
	assert_false(suite_names_parse("OpenSSL", &names));
	assert_false(suite_names_parse("", &names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suite_has_the_name_that_is_asked_for),
		cmocka_unit_test(only_three_spellings_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
