#include "unit.h"

#include <gnutls/x509.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "der_fixture.h"
#include "fixture.h"
#include "tls/san.h"

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

static const struct kind_row {
	const char *file, *key;
	unsigned bits;
	const char *signature;
} kind_rows[] = {
	{ "leaf", "EC P-256", 256, "ecdsa-with-SHA256" },
	{ "p384", "EC P-384", 384, "ecdsa-with-SHA256" },
	{ "p384-sha384", "EC P-384", 384, "ecdsa-with-SHA384" },
	{ "rsa-2048", "RSA", 2048, "sha256WithRSAEncryption" },
	{ "rsa-1024", "RSA", 1024, "sha256WithRSAEncryption" },
	{ "leaf-sha1", "EC P-256", 256, "sha1WithRSAEncryption" },
	{ "ed25519", "Ed25519", 256, "Ed25519" },
	{ "ed448", "Ed448", 456, "Ed448" },
	{ "rsa-pss", "RSA-PSS", 2048, "rsassaPss" },
};

static void describes_keys_and_signatures(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(kind_rows); i++) {
		const struct kind_row *row = &kind_rows[i];
		struct cert_facts cert = fixture_cert(*state, row->file);
		assert_row_string(row->file, cert.key, row->key);
		assert_row(row->file, cert.bits == row->bits);
		assert_row_string(row->file, cert.signature, row->signature);
	}
}

static void reads_the_fields(void **state)
{
	struct cert_facts leaf = fixture_cert(*state, "leaf");
	assert_string_equal(leaf.subject, "CN=im.example");
	assert_string_equal(leaf.issuer, "CN=Test Intermediate,O=XMPP TLS tools test");
	assert_string_equal(leaf.serial, "80ff");
	assert_string_equal(leaf.common_name, "im.example");
	assert_true(leaf.not_before == 1767225600 && leaf.not_after == 1798761600);
	assert_true(!leaf.is_ca && !leaf.self_issued && !leaf.must_staple);
	assert_true(leaf.has_eku && leaf.eku_server && !leaf.eku_client && !leaf.eku_any);

	struct cert_facts root = fixture_cert(*state, "root");
	assert_true(root.is_ca && root.self_issued && !root.has_eku);
	assert_true(fixture_cert(*state, "leaf-client-only").eku_client);
	assert_true(fixture_cert(*state, "leaf-any-purpose").eku_any);
	assert_true(fixture_cert(*state, "leaf-must-staple").must_staple);

	struct cert_facts nameless = fixture_cert(*state, "leaf-no-common-name");
	assert_string_equal(nameless.subject, "");
	assert_null(nameless.common_name);
}

static const struct cert_name odd_names[] = {
	{ NAME_DNS, "im.example", { NULL, 10 }, NULL },
	{ NAME_DNS, "im.example\\x00.evil.example", { NULL, 24 }, "contains NUL" },
	{ NAME_DNS, "bücher.example", { NULL, 15 }, "not ASCII" },
	{ NAME_DNS, "", { NULL, 0 }, "empty" },
	{ NAME_SRV, "_xmpp-client.im.example", { NULL, 23 }, "wrong string type" },
	{ NAME_XMPP, "im.example", { NULL, 10 }, "wrong string type" },
	{ NAME_XMPP, "im\\xff.example", { NULL, 11 }, "not UTF-8" },
	{ NAME_IP, "192.0.2.7", { NULL, 4 }, NULL },
	{ NAME_IP, "2001:db8::7", { NULL, 16 }, NULL },
	{ NAME_IP, "\\x01\\x02\\x03\\x04\\x05", { NULL, 5 }, "neither 4 nor 16 octets" },
	{ NAME_URI, "xmpp:im.example", { NULL, 15 }, NULL },
	{ NAME_EMAIL, "admin@im.example", { NULL, 16 }, NULL },
	{ NAME_OTHER, "directoryName CN=a directory,O=XMPP TLS tools test", { NULL, 54 }, NULL },
	{ NAME_OTHER, "registeredID 1.2.3.4", { NULL, 3 }, NULL },
	{ NAME_OTHER, "otherName 1.3.6.1.4.1.311.20.2.3", { NULL, 31 }, NULL },
	{ NAME_SRV, "otherName 1.3.6.1.5.5.7.8.7", { NULL, 10 }, "not valid DER" },
	{ NAME_SRV, "_xmpp-server.im.example\\x1b[31m", { NULL, 28 }, NULL },
	{ NAME_CN, "first, of two", { NULL, 13 }, NULL },
	{ NAME_CN, "bücher.example", { NULL, 15 }, NULL },
};

static void keeps_every_name_and_says_what_is_wrong_with_it(void **state)
{
	struct cert_facts cert = fixture_cert(*state, "leaf-odd-names");
	assert_int_equal(cert.name_count, ARRAY_SIZE(odd_names));
	for (size_t i = 0; i < ARRAY_SIZE(odd_names); i++) {
		const struct cert_name *wanted = &odd_names[i], *got = &cert.names[i];
		assert_row_string(wanted->value, got->value, wanted->value);
		assert_row(wanted->value, got->type == wanted->type);
		assert_row(wanted->value, got->raw.size == wanted->raw.size);
		assert_row_string(wanted->value, got->malformed, wanted->malformed);
	}
	assert_string_equal(cert.subject, "CN=bücher.example,CN=first\\, of two");
}

static uint8_t nibble(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* data/san-and-channel-binding-vectors.json, and the same name under another string type. */
static void reads_the_published_vectors(void **state)
{
	json_t *root = json_load_file("tests/data/san-and-channel-binding-vectors.json", 0, NULL);
	assert_non_null(root);
	size_t at;
	json_t *entry;
	json_array_foreach(json_object_get(root, "general_names"), at, entry)
	{
		const char *hex = json_string_value(json_object_get(entry, "general_name_der_hex"));
		const char *value = json_string_value(json_object_get(entry, "value"));
		const char *kind = json_string_value(json_object_get(entry, "kind"));
		uint8_t der[128];
		size_t size = strlen(hex) / 2;
		assert_true(size < sizeof(der) - 2);
		for (size_t i = 0; i < size; i++)
			der[i + 2] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
		der[0] = 0x30;
		der[1] = (uint8_t)size;
		struct bytes extension = { der, size + 2 };
		struct cert_name name = { 0 };
		assert_row(value, san_count(extension) == 1);
		san_read(extension, *state, &name);
		assert_row_string(value, name.value, value);
		assert_row_string(value, name_type_text(name.type), kind);
		assert_row(value, name.malformed == NULL);
	}
	assert_true(at > 3);
	json_decref(root);
}

static void writes_names_as_the_library_does(void **state)
{
	static const char *const files[] = { "leaf", "root", "second-root", "leaf-no-common-name" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct cert_facts cert = fixture_cert(*state, files[i]);
		gnutls_datum_t der = { .size = (unsigned)cert.der.size }, dn = { 0 };
		der.data = (unsigned char *)(uintptr_t)cert.der.data;
		gnutls_x509_crt_t theirs;
		assert_int_equal(gnutls_x509_crt_init(&theirs), 0);
		assert_int_equal(gnutls_x509_crt_import(theirs, &der, GNUTLS_X509_FMT_DER), 0);
		if (gnutls_x509_crt_get_dn3(theirs, &dn, 0) == 0)
			assert_row_string(files[i], cert.subject, (const char *)dn.data);
		else
			assert_row_string(files[i], cert.subject, "");
		gnutls_free(dn.data);
		gnutls_x509_crt_deinit(theirs);
	}
}

static void refuses_every_cut(void **state)
{
	struct bytes whole = fixture_der(*state, "leaf-odd-names");
	for (size_t size = 0; size < whole.size; size++) {
		uint8_t *cut = malloc(size + 1);
		memcpy(cut, whole.data, size);
		struct cert_facts cert;
		struct err err;
		assert_false(cert_read((struct bytes){ cut, size }, *state, &cert, &err));
		assert_int_equal(err.stage, AT_CERTIFICATE);
		free(cut);
	}
}

static void survives_any_octet_changed(void **state)
{
	struct bytes whole = fixture_der(*state, "leaf-odd-names");
	uint8_t *copy = malloc(whole.size);
	for (size_t i = 0; i < whole.size; i++) {
		struct cert_facts cert;
		struct err err;
		memcpy(copy, whole.data, whole.size);
		copy[i] ^= 0xff;
		if (cert_read((struct bytes){ copy, whole.size }, *state, &cert, &err))
			assert_non_null(cert.subject);
	}
	free(copy);
}

static void peeks_what_it_reads(void **state)
{
	struct cert_facts cert = fixture_cert(*state, "leaf");
	struct bytes subject, issuer;
	assert_true(cert_peek(cert.der, &subject, &issuer));
	assert_ptr_equal(subject.data, cert.subject_der.data);
	assert_ptr_equal(issuer.data, cert.issuer_der.data);
	assert_false(cert_peek((struct bytes){ cert.der.data, 40 }, &subject, &issuer));
	uint8_t behind[2048] = { 0 };
	memcpy(behind, cert.der.data, cert.der.size);
	assert_false(cert_peek((struct bytes){ behind, cert.der.size + 1 }, &subject, &issuer));
}

/* SEQUENCE of count times dNSName "a.example", lengths in long form. */
static struct bytes many_names(struct arena *mem, size_t count)
{
	size_t size = count * 11;
	uint8_t *der = arena_alloc(mem, size + 5), *at = der;
	*at++ = 0x30;
	*at++ = 0x83;
	*at++ = (uint8_t)(size >> 16);
	*at++ = (uint8_t)(size >> 8);
	*at++ = (uint8_t)size;
	for (size_t i = 0; i < count; i++, at += 11)
		memcpy(at,
		       (const uint8_t[]){ 0x82, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e' },
		       11);
	return (struct bytes){ der, size + 5 };
}

static void ten_thousand_names_take_no_time(void **state)
{
	struct bytes extension = many_names(*state, 10000);
	double start = unit_cpu_ms();
	size_t count = san_count(extension);
	assert_int_equal(count, 10000);
	struct cert_name *names = arena_array(*state, count, sizeof(*names));
	san_read(extension, *state, names);
	assert_string_equal(names[count - 1].value, "a.example");
	assert_true(unit_cpu_ms() - start < 1000); /* some 5 ms without sanitizers */
}

/* The smallest thing cert_read() takes for a certificate, with so many empty dNSNames. */
static struct bytes cert_of_names(struct arena *mem, size_t count)
{
	static const uint8_t head[] = "\x02\x01\x01"             /* serial */
				      "\x30\x04\x06\x02\x2a\x03" /* algorithm */
				      "\x30\x00"                 /* issuer */
				      "\x30\x1e\x17\x0d"
				      "260101000000Z"
				      "\x17\x0d"
				      "270101000000Z"
				      "\x30\x00" /* subject */
				      "\x30\x0a\x30\x04\x06\x02\x2a\x03\x03\x02\x00\x00";
	static const uint8_t tail[] = "\x30\x04\x06\x02\x2a\x03\x03\x02\x00\x00";
	static const uint8_t oid[] = "\x06\x03\x55\x1d\x11";
	uint8_t *names = arena_alloc(mem, 2 * count);
	for (size_t i = 0; i < count; i++)
		names[2 * i] = 0x82;
	struct bytes san = der_wrap(mem, 0x04,
				    der_wrap(mem, 0x30, (struct bytes){ names, 2 * count }));
	san = der_wrap(mem, 0x30, der_join(mem, (struct bytes){ oid, sizeof(oid) - 1 }, san));
	struct bytes body = der_join(mem, (struct bytes){ head, sizeof(head) - 1 },
				     der_wrap(mem, 0xa3, der_wrap(mem, 0x30, san)));
	return der_wrap(mem, 0x30,
			der_join(mem, der_wrap(mem, 0x30, body),
				 (struct bytes){ tail, sizeof(tail) - 1 }));
}

static void takes_so_many_names_and_no_more(void **state)
{
	struct cert_facts cert;
	struct err err = { 0 };
	assert_true(cert_read(cert_of_names(*state, CERT_NAMES_MAX), *state, &cert, &err));
	assert_int_equal(cert.name_count, CERT_NAMES_MAX);
	assert_false(cert_read(cert_of_names(*state, CERT_NAMES_MAX + 1), *state, &cert, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static const struct pem_row {
	const char *name, *head, *tail;
	size_t count, broken;
} pem_rows[] = {
	{ "plain", "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", 1, 0 },
	{ "text around it", "subject=im.example\n\n-----BEGIN CERTIFICATE-----\r\n",
	  "-----END CERTIFICATE-----\r\nmore text", 1, 0 },
	{ "indented", "  -----BEGIN CERTIFICATE-----\n", "  -----END CERTIFICATE-----", 1, 0 },
	{ "old label", "-----BEGIN X509 CERTIFICATE-----\n", "-----END X509 CERTIFICATE-----", 1,
	  0 },
	{ "a key is none", "-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n", 0, 0 },
	{ "a request is none", "-----BEGIN CERTIFICATE REQUEST-----\n",
	  "-----END CERTIFICATE REQUEST-----\n", 0, 0 },
	{ "quoted in a sentence", "see -----BEGIN CERTIFICATE-----\n",
	  "-----END CERTIFICATE-----\n", 0, 0 },
	{ "no end", "-----BEGIN CERTIFICATE-----\n", "", 0, 1 },
	{ "another end", "-----BEGIN CERTIFICATE-----\n", "-----END X509 CERTIFICATE-----\n", 0,
	  1 },
	{ "not base64", "-----BEGIN CERTIFICATE-----\n!", "-----END CERTIFICATE-----\n", 0, 1 },
	{ "one digit too many", "-----BEGIN CERTIFICATE-----\nA", "-----END CERTIFICATE-----\n", 0,
	  1 },
	{ "empty", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "", 0, 1 },
	{ "begun twice", "-----BEGIN CERTIFICATE-----\nMIIB\n-----BEGIN CERTIFICATE-----\n",
	  "-----END CERTIFICATE-----\n", 1, 1 },
};

static void finds_blocks_in_any_text(void **state)
{
	struct arena *mem = *state;
	const char *pem = cert_pem(fixture_der(mem, "leaf"), mem);
	const char *body = strchr(pem, '\n') + 1;
	int length = (int)(strstr(body, "-----END") - body);
	for (size_t i = 0; i < ARRAY_SIZE(pem_rows); i++) {
		const struct pem_row *row = &pem_rows[i];
		const char *text = arena_printf(mem, "%s%.*s%s", row->head, length, body,
						row->tail);
		struct bytes out[4];
		size_t broken;
		size_t count = cert_from_pem((struct bytes){ (const uint8_t *)text, strlen(text) },
					     mem, out, 4, &broken);
		assert_row(row->name, count == row->count);
		assert_row(row->name, broken == row->broken);
		if (count == 1)
			assert_row(row->name, strcmp(cert_pem(out[0], mem), pem) == 0);
	}
}

static void writes_pem_as_read(void **state)
{
	static const char *const files[] = { "leaf", "ed25519", "rsa-2048", "rsa-pss", "root" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *path = arena_printf(*state, FIXTURE_FOLDER "%s.pem", files[i]);
		struct bytes text = fixture_file(*state, path);
		const char *pem = cert_pem(fixture_der(*state, files[i]), *state);
		assert_row(files[i], text.size == strlen(pem));
		assert_row(files[i], memcmp(text.data, pem, text.size) == 0);
	}
}

/* Its appended settings may say "rejected", which we could not honour. */
static void takes_no_trusted_certificate(void **state)
{
	struct bytes der[1], text = fixture_file(*state, FIXTURE_FOLDER "leaf-trusted.pem");
	size_t broken;
	assert_int_equal(cert_from_pem(text, *state, der, 1, &broken), 0);
}

static void name_types_have_words(void **state)
{
	(void)state;
	for (int type = NAME_DNS; type <= NAME_OTHER; type++) {
		enum name_type back;
		assert_true(name_type_parse(name_type_text((enum name_type)type), &back));
		assert_int_equal(back, type);
	}
	enum name_type untouched = NAME_IP;
	assert_false(name_type_parse("dns-id", &untouched));
	assert_int_equal(untouched, NAME_IP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(describes_keys_and_signatures),
		cmocka_unit_test(reads_the_fields),
		cmocka_unit_test(keeps_every_name_and_says_what_is_wrong_with_it),
		cmocka_unit_test(reads_the_published_vectors),
		cmocka_unit_test(writes_names_as_the_library_does),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(survives_any_octet_changed),
		cmocka_unit_test(peeks_what_it_reads),
		cmocka_unit_test(ten_thousand_names_take_no_time),
		cmocka_unit_test(takes_so_many_names_and_no_more),
		cmocka_unit_test(finds_blocks_in_any_text),
		cmocka_unit_test(writes_pem_as_read),
		cmocka_unit_test(takes_no_trusted_certificate),
		cmocka_unit_test(name_types_have_words),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
