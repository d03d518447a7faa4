#include "tls_pair.h"

#include <gnutls/crypto.h>
#include <jansson.h>

#include "tls/binding.h"
#include "tls/handshake.h"

static const struct name {
	enum binding_type type;
	const char *name;
} names[] = {
	{ BINDING_EXPORTER, "tls-exporter" },
	{ BINDING_UNIQUE, "tls-unique" },
	{ BINDING_END_POINT, "tls-server-end-point" },
};

static void names_each_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		enum binding_type type = BINDING_NONE;
		assert_string_equal(binding_name(names[i].type), names[i].name);
		assert_true(binding_parse(names[i].name, &type));
		assert_int_equal(type, names[i].type);
	}
	assert_string_equal(binding_name(BINDING_NONE), "");
}

static void knows_no_other_names(void **state)
{
	(void)state;
	static const char *const others[] = { "", "TLS-EXPORTER", "tls-exporter ", "tls-uniqu",
					      "tls-server-end-point-2" };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		enum binding_type type = BINDING_UNIQUE;
		assert_false(binding_parse(others[i], &type));
		assert_int_equal(type, BINDING_UNIQUE);
	}
}

/* The table of channel bindings in spec/sendmsg.md. */
static const struct row {
	const char *name;
	struct tls_facts tls;
	bool exporter, unique, end_point;
	enum binding_type by_default;
} rows[] = {
	{ "no TLS", { .version = TLS_1_3, .chain_count = 1 }, false, false, false, BINDING_NONE },
	{ "TLS 1.3",
	  { .up = true, .version = TLS_1_3, .chain_count = 1 },
	  true,
	  false,
	  true,
	  BINDING_EXPORTER },
	{ "TLS 1.3, with what is no matter there",
	  { .up = true, .version = TLS_1_3, .extended_master_secret = true, .chain_count = 1 },
	  true,
	  false,
	  true,
	  BINDING_EXPORTER },
	{ "TLS 1.2 with extended master secret",
	  { .up = true, .version = TLS_1_2, .extended_master_secret = true, .chain_count = 1 },
	  true,
	  true,
	  true,
	  BINDING_UNIQUE },
	{ "TLS 1.2 without",
	  { .up = true, .version = TLS_1_2, .chain_count = 1 },
	  false,
	  false,
	  true,
	  BINDING_NONE },
	{ "TLS 1.0 with extended master secret",
	  { .up = true, .version = TLS_1_0, .extended_master_secret = true, .chain_count = 1 },
	  false,
	  true,
	  true,
	  BINDING_UNIQUE },
	{ "no certificate",
	  { .up = true, .version = TLS_1_3 },
	  true,
	  false,
	  false,
	  BINDING_EXPORTER },
};

static void tells_what_is_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct tls_facts *tls = &row->tls;
		assert_row(row->name, binding_is_safe(BINDING_EXPORTER, tls) == row->exporter);
		assert_row(row->name, binding_is_safe(BINDING_UNIQUE, tls) == row->unique);
		assert_row(row->name, binding_is_safe(BINDING_END_POINT, tls) == row->end_point);
		assert_row(row->name, !binding_is_safe(BINDING_NONE, tls));
		assert_row(row->name, binding_default(tls) == row->by_default);
	}
}

static json_t *vectors(void)
{
	json_t *root = json_load_file("tests/data/san-and-channel-binding-vectors.json", 0, NULL);
	assert_non_null(root);
	return root;
}

/* RFC 9266, 2, with label and length from the published data. */
static void exported(const struct conn *server, char out[32])
{
	json_t *root = vectors();
	const json_t *exporter = json_object_get(root, "tls_exporter");
	const char *label = json_string_value(json_object_get(exporter, "label"));
	assert_int_equal(json_integer_value(json_object_get(exporter, "length")), 32);
	int code = gnutls_prf_rfc5705(session_of(server)->tls, strlen(label), label, 0, "", 32,
				      out);
	assert_int_equal(code, 0);
	json_decref(root);
}

static void assert_exporter(struct tls_pair *pair)
{
	struct bytes data = { 0 };
	struct err err;
	char theirs[32];
	exported(pair->server, theirs);
	assert_true(binding_data(pair->conn, BINDING_EXPORTER, pair->mem, &data, &err));
	assert_int_equal(data.size, sizeof(theirs));
	assert_memory_equal(data.data, theirs, sizeof(theirs));
}

static void assert_end_point(struct tls_pair *pair)
{
	struct bytes data = { 0 }, cert = pair->facts.chain[0];
	struct err err;
	uint8_t hash[32];
	assert_int_equal(gnutls_hash_fast(GNUTLS_DIG_SHA256, cert.data, cert.size, hash), 0);
	assert_true(binding_data(pair->conn, BINDING_END_POINT, pair->mem, &data, &err));
	assert_int_equal(data.size, sizeof(hash));
	assert_memory_equal(data.data, hash, sizeof(hash));
}

static void both_ends_of_tls_1_3_export_the_same(void **state)
{
	(void)state;
	CLEANUP(tls_pair_close) struct tls_pair pair;
	struct bytes data = { 0 };
	struct err err = { 0 };
	tls_pair_open(&pair, TLS_1_3, NULL);
	assert_int_equal(pair.facts.version, TLS_1_3);
	assert_true(binding_is_safe(BINDING_EXPORTER, &pair.facts));
	assert_exporter(&pair);
	assert_end_point(&pair);
	/* RFC 9266, 1: not defined there. */
	assert_false(binding_data(pair.conn, BINDING_UNIQUE, pair.mem, &data, &err));
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_int_equal(err.stage, AT_LOGIN);
	assert_non_null(strstr(err.text, "nothing for tls-unique to bind to"));
	assert_null(data.data);
}

static void both_ends_of_tls_1_2_saw_the_same_finished(void **state)
{
	(void)state;
	CLEANUP(tls_pair_close) struct tls_pair pair;
	struct bytes data = { 0 };
	struct err err;
	gnutls_datum_t theirs = { 0 };
	tls_pair_open(&pair, TLS_1_2, NULL);
	assert_int_equal(pair.facts.version, TLS_1_2);
	assert_true(pair.facts.extended_master_secret);
	assert_true(binding_is_safe(BINDING_UNIQUE, &pair.facts));
	assert_exporter(&pair);
	assert_end_point(&pair);
	assert_true(binding_data(pair.conn, BINDING_UNIQUE, pair.mem, &data, &err));
	assert_int_equal(gnutls_session_channel_binding(session_of(pair.server)->tls,
							GNUTLS_CB_TLS_UNIQUE, &theirs),
			 0);
	assert_int_equal(data.size, 12);
	assert_int_equal(theirs.size, 12);
	assert_memory_equal(data.data, theirs.data, 12);
	gnutls_free(theirs.data);
}

static void nothing_is_safe_without_extended_master_secret(void **state)
{
	(void)state;
	CLEANUP(tls_pair_close) struct tls_pair pair;
	tls_pair_open(&pair, TLS_1_2, "NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_SESSION_HASH");
	assert_int_equal(pair.facts.version, TLS_1_2);
	assert_int_equal(binding_default(&pair.facts), BINDING_NONE);
	assert_false(binding_is_safe(BINDING_EXPORTER, &pair.facts));
}

/* Two connections of the same two ends have nothing in common that one could be bound to. */
static void another_connection_is_another_binding(void **state)
{
	(void)state;
	CLEANUP(tls_pair_close) struct tls_pair one, two;
	struct bytes first = { 0 }, second = { 0 };
	struct err err;
	tls_pair_open(&one, TLS_1_3, NULL);
	tls_pair_open(&two, TLS_1_3, NULL);
	assert_true(binding_data(one.conn, BINDING_EXPORTER, one.mem, &first, &err));
	assert_true(binding_data(two.conn, BINDING_EXPORTER, two.mem, &second, &err));
	assert_memory_not_equal(first.data, second.data, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_type),
		cmocka_unit_test(knows_no_other_names),
		cmocka_unit_test(tells_what_is_safe),
		cmocka_unit_test(both_ends_of_tls_1_3_export_the_same),
		cmocka_unit_test(both_ends_of_tls_1_2_saw_the_same_finished),
		cmocka_unit_test(nothing_is_safe_without_extended_master_secret),
		cmocka_unit_test(another_connection_is_another_binding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
