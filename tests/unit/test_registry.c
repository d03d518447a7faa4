/* The generated tables: groups, schemes, known primes, and what suites are made of. */
#include "unit.h"

#include "tls/groups.h"
#include "tls/primes.h"
#include "tls/schemes.h"
#include "tls/suites.h"

static bool is_grade(const char *grade)
{
	static const char *const grades[] = { "insecure", "weak", "legacy", "secure",
					      "recommended" };
	for (size_t i = 0; i < ARRAY_SIZE(grades); i++) {
		if (strcmp(grade, grades[i]) == 0)
			return true;
	}
	return false;
}

static bool is_mark(char recommended)
{
	return recommended && strchr("YND ", recommended);
}

/* Every code there is, and every code there is not. */
static void finds_every_group_and_no_other(void **state)
{
	(void)state;
	size_t found = 0;
	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		const struct group *group = group_by_code((uint16_t)code);
		assert_true(!group || group->code == code);
		found += group != NULL;
	}
	assert_int_equal(found, group_count);
	assert_true(group_count >= 59);
}

static void keeps_groups_in_order_and_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < group_count; i++) {
		const struct group *group = &groups[i];
		bool pq = group->kind == GROUP_KEM || group->kind == GROUP_HYBRID;
		assert_row(group->name, i == 0 || groups[i - 1].code < group->code);
		assert_row(group->name,
			   group->name[0] && group->openssl_name && group->gnutls_name);
		assert_row(group->name, is_grade(group->grade) && is_mark(group->recommended));
		assert_row(group->name, group->first >= TLS_1_0 && group->first <= group->last);
		assert_row(group->name, (group->share > 0) == (group->kind != GROUP_EC_EXPLICIT));
		assert_row(group->name, group_is_post_quantum(group) == pq);
		assert_row(group->name, !pq || group->first == TLS_1_3);
	}
}

/* Lengths of shares: RFC 7748, RFC 8422, RFC 7919; CIP-41 for the hybrids. */
static const struct group_row {
	uint16_t code;
	const char *name;
	enum group_kind kind;
	unsigned share;
	enum tls_version first, last;
} group_rows[] = {
	{ 1, "sect163k1", GROUP_EC_BINARY, 43, TLS_1_0, TLS_1_2 },
	{ 23, "secp256r1", GROUP_EC, 65, TLS_1_0, TLS_1_3 },
	{ 25, "secp521r1", GROUP_EC, 133, TLS_1_0, TLS_1_3 },
	{ 29, "x25519", GROUP_EC, 32, TLS_1_0, TLS_1_3 },
	{ 30, "x448", GROUP_EC, 56, TLS_1_0, TLS_1_3 },
	{ 256, "ffdhe2048", GROUP_FFDHE, 256, TLS_1_0, TLS_1_3 },
	{ 260, "ffdhe8192", GROUP_FFDHE, 1024, TLS_1_0, TLS_1_3 },
	{ 0x0201, "MLKEM768", GROUP_KEM, 1184, TLS_1_3, TLS_1_3 },
	{ 0x11EB, "SecP256r1MLKEM768", GROUP_HYBRID, 1249, TLS_1_3, TLS_1_3 },
	{ 0x11EC, "X25519MLKEM768", GROUP_HYBRID, 1216, TLS_1_3, TLS_1_3 },
	{ 0x11ED, "SecP384r1MLKEM1024", GROUP_HYBRID, 1665, TLS_1_3, TLS_1_3 },
	{ 0xFF01, "arbitrary_explicit_prime_curves", GROUP_EC_EXPLICIT, 0, TLS_1_0, TLS_1_2 },
};

static void tells_what_a_group_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(group_rows); i++) {
		const struct group_row *row = &group_rows[i];
		const struct group *group = group_by_code(row->code);
		assert_row(row->name, group != NULL);
		assert_row_string(row->name, group->name, row->name);
		assert_row(row->name, group->kind == row->kind && group->share == row->share);
		assert_row(row->name, group->first == row->first && group->last == row->last);
	}
}

static void finds_every_scheme_and_no_other(void **state)
{
	(void)state;
	size_t found = 0;
	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		const struct scheme *scheme = scheme_by_code((uint16_t)code);
		assert_true(!scheme || scheme->code == code);
		found += scheme != NULL;
	}
	assert_int_equal(found, scheme_count);
	assert_true(scheme_count >= 59);
	for (size_t i = 0; i < scheme_count; i++) {
		assert_row(schemes[i].name, i == 0 || schemes[i - 1].code < schemes[i].code);
		assert_row(schemes[i].name, is_grade(schemes[i].grade));
		assert_row(schemes[i].name, is_mark(schemes[i].recommended));
		assert_row(schemes[i].name, schemes[i].key && schemes[i].hash);
	}
}

static const struct scheme_row {
	uint16_t code;
	const char *name, *key, *hash, *grade;
	bool tls12, tls13;
} scheme_rows[] = {
	{ 0x0101, "rsa_pkcs1_md5", "rsa", "md5", "insecure", true, false },
	{ 0x0201, "rsa_pkcs1_sha1", "rsa", "sha1", "insecure", true, false },
	{ 0x0401, "rsa_pkcs1_sha256", "rsa", "sha256", "recommended", true, false },
	{ 0x0403, "ecdsa_secp256r1_sha256", "ecdsa", "sha256", "recommended", true, true },
	{ 0x0804, "rsa_pss_rsae_sha256", "rsa", "sha256", "recommended", true, true },
	{ 0x0807, "ed25519", "ed25519", "intrinsic", "recommended", true, true },
	{ 0x0904, "mldsa44", "ml-dsa", "intrinsic", "secure", false, true },
};

static void tells_what_a_scheme_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scheme_rows); i++) {
		const struct scheme_row *row = &scheme_rows[i];
		const struct scheme *scheme = scheme_by_code(row->code);
		assert_row(row->name, scheme != NULL);
		assert_row_string(row->name, scheme->name, row->name);
		assert_row_string(row->name, scheme->key, row->key);
		assert_row_string(row->name, scheme->hash, row->hash);
		assert_row_string(row->name, scheme->grade, row->grade);
		assert_row(row->name, scheme->tls12 == row->tls12 && scheme->tls13 == row->tls13);
	}
}

static void finds_every_known_prime_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < known_prime_count; i++) {
		const struct known_prime *prime = &known_primes[i];
		uint8_t other[32];
		assert_row(prime->name, known_prime_find(prime->sha256) == prime);
		assert_row(prime->name, i == 0 || memcmp(prime[-1].sha256, prime->sha256, 32) < 0);
		assert_row(prime->name, prime->bits >= 512 && (prime->prime || !prime->safe));
		memcpy(other, prime->sha256, sizeof(other));
		other[31] ^= 1;
		assert_row(prime->name, known_prime_find(other) == NULL);
	}
	assert_int_equal(known_prime_count, 104);
	assert_null(known_prime_find((const uint8_t[32]){ 0 }));
}

static const struct suite_row {
	const char *name;
	uint32_t code;
	enum key_exchange exchange;
	enum suite_auth auth;
	bool cbc, block64, aead, export, anonymous;
} suite_rows[] = {
	{ "TLS_AES_256_GCM_SHA384", 0x1302, KX_TLS13, AUTH_ANY, false, false, true, false, false },
	{ "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xCCA8, KX_ECDHE, AUTH_RSA, false, false,
	  true, false, false },
	{ "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", 0xC0AE, KX_ECDHE, AUTH_ECDSA, false, false, true,
	  false, false },
	{ "TLS_RSA_WITH_AES_128_CBC_SHA", 0x002F, KX_RSA, AUTH_RSA, true, false, false, false,
	  false },
	{ "TLS_RSA_WITH_3DES_EDE_CBC_SHA", 0x000A, KX_RSA, AUTH_RSA, true, true, false, false,
	  false },
	{ "TLS_RSA_WITH_DES_CBC_SHA", 0x0009, KX_RSA, AUTH_RSA, true, true, false, false, false },
	{ "TLS_RSA_WITH_IDEA_CBC_SHA", 0x0007, KX_RSA, AUTH_RSA, true, true, false, false, false },
	{ "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", 0x0006, KX_RSA, AUTH_RSA, true, true, false, true,
	  false },
	{ "TLS_RSA_EXPORT_WITH_RC4_40_MD5", 0x0003, KX_RSA, AUTH_RSA, false, false, false, true,
	  false },
	{ "TLS_RSA_WITH_RC4_128_SHA", 0x0005, KX_RSA, AUTH_RSA, false, false, false, false, false },
	{ "TLS_RSA_WITH_NULL_SHA", 0x0002, KX_RSA, AUTH_RSA, false, false, false, false, false },
	{ "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", 0x0032, KX_DHE, AUTH_DSS, true, false, false, false,
	  false },
	{ "TLS_DH_anon_WITH_AES_128_CBC_SHA", 0x0034, KX_DH_ANON, AUTH_NONE, true, false, false,
	  false, true },
	{ "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", 0x0017, KX_DH_ANON, AUTH_NONE, false, false, false,
	  true, true },
	{ "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", 0xC018, KX_ECDH_ANON, AUTH_NONE, true, false, false,
	  false, true },
	{ "TLS_DH_RSA_WITH_AES_128_CBC_SHA", 0x0031, KX_DH, AUTH_RSA, true, false, false, false,
	  false },
	{ "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA", 0xC004, KX_ECDH, AUTH_ECDSA, true, false, false,
	  false, false },
	{ "TLS_PSK_WITH_AES_128_GCM_SHA256", 0x00A8, KX_PSK, AUTH_OTHER, false, false, true, false,
	  false },
	{ "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256", 0x00AC, KX_RSA_PSK, AUTH_RSA, false, false, true,
	  false, false },
	{ "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA", 0xC01E, KX_SRP, AUTH_RSA, true, false, false,
	  false, false },
	{ "TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA", 0x0026, KX_KRB5, AUTH_OTHER, true, true, false,
	  true, false },
	{ "TLS_GOSTR341001_WITH_28147_CNT_IMIT", 0x0081, KX_GOST, AUTH_OTHER, false, true, false,
	  false, false },
	{ "TLS_ECCPWD_WITH_AES_128_GCM_SHA256", 0xC0B0, KX_OTHER, AUTH_OTHER, false, false, true,
	  false, false },
	{ "TLS_FALLBACK_SCSV", 0x5600, KX_NONE, AUTH_NONE, false, false, false, false, false },
	{ "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", 0x0700C0, KX_RSA, AUTH_RSA, true, true, false, false,
	  false },
	{ "SSL_CK_RC4_128_EXPORT40_WITH_MD5", 0x020080, KX_RSA, AUTH_RSA, false, false, false, true,
	  false },
};

static void tells_what_a_suite_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(suite_rows); i++) {
		const struct suite_row *row = &suite_rows[i];
		const struct suite *suite = suite_by_code(row->code);
		assert_row(row->name, suite != NULL);
		assert_row_string(row->name, suite->name, row->name);
		assert_row(row->name, suite->exchange == row->exchange);
		assert_row(row->name, suite->auth == row->auth);
		assert_row(row->name, suite_is_cbc(suite) == row->cbc);
		assert_row(row->name, suite_is_64_bit_block(suite) == row->block64);
		assert_row(row->name, suite_is_aead(suite) == row->aead);
		assert_row(row->name, suite_is_export(suite) == row->export);
		assert_row(row->name, suite_is_anonymous(suite) == row->anonymous);
	}
}

/* What the helpers say must agree with what the registry says by other words. */
static void agrees_with_itself_about_every_suite(void **state)
{
	(void)state;
	for (size_t i = 0; i < suite_count; i++) {
		const struct suite *suite = &suites[i];
		bool insecure = strcmp(suite->grade, "insecure") == 0;
		assert_row(suite->name, suite->first <= suite->last);
		assert_row(suite->name, suite->ssl2 == (suite->last == SSL_2_0));
		assert_row(suite->name, !suite_is_aead(suite) || !suite_is_cbc(suite));
		assert_row(suite->name, !suite_is_export(suite) || insecure);
		assert_row(suite->name, !suite_is_anonymous(suite) || insecure);
		assert_row(suite->name, suite->strength <= suite->bits);
		assert_row(suite->name, suite->exchange != KX_TLS13 || suite->first == TLS_1_3);
		assert_row(suite->name, suite->exchange != KX_RSA || !suite->forward_secrecy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_group_and_no_other),
		cmocka_unit_test(keeps_groups_in_order_and_whole),
		cmocka_unit_test(tells_what_a_group_is),
		cmocka_unit_test(finds_every_scheme_and_no_other),
		cmocka_unit_test(tells_what_a_scheme_is),
		cmocka_unit_test(finds_every_known_prime_and_no_other),
		cmocka_unit_test(tells_what_a_suite_is),
		cmocka_unit_test(agrees_with_itself_about_every_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
