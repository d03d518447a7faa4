#include "unit.h"

#include <gnutls/gnutls.h>

#include "tls/suites.h"

/* Enumeration and handshake speak of suites by IANA's names; GnuTLS has its own. */
static void knows_every_suite_of_gnutls(void **state)
{
	(void)state;
	unsigned char id[2];
	size_t count = 0;
	const char *name;
	while ((name = gnutls_cipher_suite_info(count, id, NULL, NULL, NULL, NULL))) {
		const struct suite *suite = suite_by_gnutls_name(name);
		assert_row(name, suite && suite->code == ((uint32_t)id[0] << 8 | id[1]));
		assert_row(name, suite && suite_by_gnutls_name(suite->name) == suite);
		count++;
	}
	assert_true(count > 100);
	assert_null(suite_by_gnutls_name("TLS_RSA_WITH_NOTHING"));
	assert_null(suite_by_gnutls_name(""));
}

static void finds_every_suite_by_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < suite_count; i++) {
		const struct suite *found = suite_by_code(suites[i].code);
		assert_row(suites[i].name, found != NULL);
		assert_row(suites[i].name, found == &suites[i] || suites[i].code == 0);
		assert_row(suites[i].name, suites[i].name[0] && suites[i].grade[0]);
	}
	assert_true(suite_count > 400);
	assert_null(suite_by_code(0xFFFFFFFF));
	assert_string_equal(suite_by_code(0)->name, "TLS_NULL_WITH_NULL_NULL");
}

static const struct row {
	uint32_t code;
	const char *name, *openssl_name, *key_exchange, *encryption, *mac;
	unsigned bits;
	bool forward_secrecy, ssl2;
	const char *grade;
} rows[] = {
	{ 0x1301, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", "any", "AES-GCM", "AEAD", 128,
	  true, false, "recommended" },
	{ 0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
	  "ECDHE_RSA", "AES-GCM", "AEAD", 128, true, false, "recommended" },
	{ 0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA", "RSA", "AES-CBC", "SHA1", 256,
	  false, false, "weak" },
	{ 0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "DES-CBC3-SHA", "RSA", "3DES-EDE-CBC", "SHA1",
	  168, false, false, "weak" },
	{ 0x010080, "SSL_CK_RC4_128_WITH_MD5", "RC4-MD5", "RSA", "RC4", "MD5", 128, false, true,
	  "insecure" },
};

static void tells_what_a_suite_is_made_of(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct suite *suite = suite_by_code(row->code);
		assert_row_string(row->name, suite->name, row->name);
		assert_row_string(row->name, suite->openssl_name, row->openssl_name);
		assert_row_string(row->name, suite->key_exchange, row->key_exchange);
		assert_row_string(row->name, suite->encryption, row->encryption);
		assert_row_string(row->name, suite->mac, row->mac);
		assert_row_string(row->name, suite->grade, row->grade);
		assert_row(row->name, suite->bits == row->bits && suite->ssl2 == row->ssl2);
		assert_row(row->name, suite->forward_secrecy == row->forward_secrecy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_suite_of_gnutls),
		cmocka_unit_test(finds_every_suite_by_code),
		cmocka_unit_test(tells_what_a_suite_is_made_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
