#include "unit.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>

#include "base/deadline.h"
#include "tls/cert.h"
#include "tls/name.h"
#include "tls/own.h"

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

static struct cert_facts made_for(const char *const *names, size_t count, struct arena *mem,
				  struct bytes *cert, struct bytes *key)
{
	struct bytes der;
	struct cert_facts facts;
	struct err err;
	size_t broken;
	if (!own_certificate(names, count, mem, cert, key, &err))
		fail_msg("%s", err.text);
	assert_int_equal(cert_from_pem(*cert, mem, &der, 1, &broken), 1);
	assert_int_equal(broken, 0);
	if (!cert_read(der, mem, &facts, &err))
		fail_msg("%s", err.text);
	return facts;
}

static void is_what_a_server_shows(void **state)
{
	static const char *const names[] = { "me.example", "xn--bcher-kva.example" };
	struct bytes cert, key;
	int64_t before = clock_now();
	struct cert_facts facts = made_for(names, 2, *state, &cert, &key);
	int64_t after = clock_now();
	assert_int_equal(facts.version, 3);
	assert_string_equal(facts.key, "EC P-256");
	assert_string_equal(facts.signature, "ecdsa-with-SHA256");
	assert_true(facts.self_issued && facts.has_basic_constraints && !facts.is_ca);
	assert_true(facts.has_key_usage && facts.key_usage == USAGE_DIGITAL_SIGNATURE);
	assert_true(facts.has_eku && facts.eku_server && facts.eku_client);
	assert_false(facts.eku_any || facts.eku_foreign);
	assert_in_range(facts.not_before, before - 3600, after - 3600);
	assert_in_range(facts.not_after, before + 86400, after + 86400);
	assert_null(facts.defect);
	assert_null(facts.lapse);
	assert_null(facts.critical_unknown);
}

static void names_what_it_was_made_for(void **state)
{
	static const char *const names[] = { "me.example", "xn--bcher-kva.example", "b.example" };
	struct bytes cert, key;
	struct cert_facts facts = made_for(names, 3, *state, &cert, &key);
	assert_int_equal(facts.name_count, 4);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(facts.names[i].type, NAME_DNS);
		assert_string_equal(facts.names[i].value, names[i]);
		assert_null(facts.names[i].malformed);
	}
	assert_string_equal(facts.common_name, "me.example");
}

/* X.520 stops at 64 characters; the SAN does not. */
static void a_long_name_stands_in_the_san_alone(void **state)
{
	static const char label[] = "abcdefghijklmnopqrstuvwxyz-0123456789";
	char name[128];
	snprintf(name, sizeof(name), "%s.%s.example", label, label);
	struct bytes cert, key;
	struct cert_facts facts = made_for((const char *const[]){ name }, 1, *state, &cert, &key);
	assert_int_equal(facts.name_count, 1);
	assert_string_equal(facts.names[0].value, name);
	assert_null(facts.common_name);
	assert_string_not_equal(facts.subject, "");
	assert_null(facts.defect);
}

static void no_two_runs_share_anything(void **state)
{
	static const char *const names[] = { "me.example" };
	struct bytes cert, key, other_cert, other_key;
	struct cert_facts a = made_for(names, 1, *state, &cert, &key);
	struct cert_facts b = made_for(names, 1, *state, &other_cert, &other_key);
	assert_int_equal(strlen(a.serial), 32);
	assert_in_range(a.serial[0], '4', '7');
	assert_string_not_equal(a.serial, b.serial);
	assert_memory_not_equal(a.spki_sha256, b.spki_sha256, sizeof(a.spki_sha256));
}

/* GnuTLS takes the pair: the key is that of the certificate. And its signature is good. */
static void the_key_belongs_to_it(void **state)
{
	static const char *const names[] = { "me.example" };
	struct bytes cert, key;
	struct cert_facts facts = made_for(names, 1, *state, &cert, &key);
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t cert_text = { (unsigned char *)(uintptr_t)cert.data, (unsigned)cert.size };
	gnutls_datum_t key_text = { (unsigned char *)(uintptr_t)key.data, (unsigned)key.size };
	gnutls_datum_t der = { (unsigned char *)(uintptr_t)facts.der.data,
			       (unsigned)facts.der.size };
	gnutls_x509_crt_t crt;
	unsigned status;
	assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
	assert_int_equal(gnutls_certificate_set_x509_key_mem2(credentials, &cert_text, &key_text,
							      GNUTLS_X509_FMT_PEM, NULL, 0),
			 0);
	gnutls_certificate_free_credentials(credentials);
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER), 0);
	assert_int_equal(gnutls_x509_crt_verify(crt, &crt, 1, 0, &status), 0);
	assert_int_equal(status, 0);
	gnutls_x509_crt_deinit(crt);
	assert_null(strstr((const char *)cert.data, "PRIVATE"));
	assert_non_null(strstr((const char *)key.data, "PRIVATE KEY-----"));
	assert_int_equal(strlen((const char *)key.data), key.size);
}

static void refuses_what_is_no_name(void **state)
{
	static const char *const bad[][2] = { { "", "me.example" }, { "me.example", "" } };
	struct bytes cert = { 0 }, key = { 0 };
	struct err err;
	assert_false(own_certificate(NULL, 0, *state, &cert, &key, &err));
	assert_int_equal(err.code, ERR_USAGE);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_row(bad[i][0], !own_certificate(bad[i], 2, *state, &cert, &key, &err));
		assert_row(bad[i][0], err.code == ERR_USAGE && err.stage == AT_CERTIFICATE);
		assert_row(bad[i][0], !cert.data && !key.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_a_server_shows),
		cmocka_unit_test(names_what_it_was_made_for),
		cmocka_unit_test(a_long_name_stands_in_the_san_alone),
		cmocka_unit_test(no_two_runs_share_anything),
		cmocka_unit_test(the_key_belongs_to_it),
		cmocka_unit_test(refuses_what_is_no_name),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
