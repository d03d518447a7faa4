#include "unit.h"

#include "ciphers_fixture.h"
#include "report/diff.h"
#include "report/record.h"

typedef struct ciphers_facts *server(struct arena *mem, enum service service);
typedef void spoil(struct ciphers_facts *facts, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct ciphers_facts *facts, struct arena *mem)                           \
	{                                                                                          \
		(void)facts, (void)mem;                                                            \
		__VA_ARGS__;                                                                       \
	}

static struct version_seen *tls12_of(struct ciphers_facts *facts)
{
	return &facts->survey.versions[TLS_1_2];
}

static void swap(struct suite_seen *a, struct suite_seen *b)
{
	struct suite_seen kept = *a;
	*a = *b;
	*b = kept;
}

SPOIL(nothing, )
SPOIL(takes_old_tls, CIPHERS_ACCEPT(facts, mem, TLS_1_1, PREFERENCE_SERVER, 0xc014))
SPOIL(drops_tls13, ciphers_refuse(facts, TLS_1_3); facts->survey.versions[TLS_1_3].suite_count = 0)
SPOIL(does_not_ask_tls13, facts->survey.versions[TLS_1_3] = (struct version_seen){ .alert = -1 })
SPOIL(takes_another,
      CIPHERS_ACCEPT(facts, mem, TLS_1_2, PREFERENCE_SERVER, 0xc030, 0xcca8, 0xc02f, 0x002f))
SPOIL(loses_one, tls12_of(facts)->suite_count--)
SPOIL(loses_one_unfinished, tls12_of(facts)->suite_count--;
      tls12_of(facts)->suites_complete = false)
SPOIL(other_order, swap(&tls12_of(facts)->suites[0], &tls12_of(facts)->suites[1]))
SPOIL(follows_the_client, tls12_of(facts)->preference = PREFERENCE_CLIENT)
SPOIL(order_unknown, tls12_of(facts)->preference = PREFERENCE_UNKNOWN)
SPOIL(smaller_modulus, tls12_of(facts)->suites[1].dh_bits = 1024)
SPOIL(no_hybrid, facts->survey.groups++; facts->survey.group_count--)
SPOIL(groups_unfinished, facts->survey.group_count = 1;
      facts->survey.groups_complete[0] = facts->survey.groups_complete[1] = SEEN_NO)
SPOIL(one_group_only_in_13, facts->survey.groups[2].tls12 = false)
SPOIL(other_group_order, struct group_seen kept = facts->survey.groups[0];
      facts->survey.groups[0] = facts->survey.groups[1]; facts->survey.groups[1] = kept)
SPOIL(signs_with_less, facts->survey.scheme_count--)
SPOIL(compresses, facts->survey.properties.compression = SEEN_YES)
SPOIL(reuse_tested, facts->survey.properties.dh_reuse = SEEN_YES)
SPOIL(compression_not_tested, facts->survey.properties.compression = SEEN_NOT_TESTED)
SPOIL(unclear, facts->survey.properties.grease = SEEN_UNCLEAR)
SPOIL(loses_secrecy, facts->survey.forward_secrecy = FS_NEVER)
SPOIL(another_certificate, facts->survey.cert_count = 0; ciphers_cert(facts, mem, "ed25519"))
SPOIL(slower, facts->connections = 99; facts->walk.elapsed_ms = 9999; facts->throttled = 3)

static const struct row {
	const char *name;
	server *make;
	spoil *change;
	const char *changes;
} rows[] = {
	{ "the same", ciphers_modern, nothing, "" },
	{ "the same awful one", ciphers_awful, nothing, "" },
	{ "nobody there, twice", ciphers_refused, nothing, "" },
	{ "a version more", ciphers_modern, takes_old_tls, "version TLS1.1: no -> yes\n" },
	{ "a version less", ciphers_modern, drops_tls13, "version TLS1.3: yes -> no\n" },
	{ "a version that was not asked for", ciphers_modern, does_not_ask_tls13, "" },
	{ "a suite more", ciphers_modern, takes_another,
	  "suite TLS1.2 TLS_RSA_WITH_AES_128_CBC_SHA: no -> yes\n" },
	{ "a suite less", ciphers_modern, loses_one,
	  "suite TLS1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: yes -> no\n" },
	{ "a suite that was not asked for", ciphers_modern, loses_one_unfinished, "" },
	{ "another order", ciphers_modern, other_order,
	  "order TLS1.2: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 first -> "
	  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 first\n" },
	{ "another order that is the client's", ciphers_prosody, other_order, "" },
	{ "the client decides", ciphers_modern, follows_the_client,
	  "preference TLS1.2: server -> client\n" },
	{ "who decides was not asked", ciphers_modern, order_unknown, "" },
	{ "a smaller modulus", ciphers_prosody, smaller_modulus,
	  "DH bits of suite TLS1.2 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384: 2048 -> 1024\n" },
	{ "no hybrid", ciphers_modern, no_hybrid, "group TLS1.3 X25519MLKEM768: yes -> no\n" },
	{ "groups not asked to the end", ciphers_modern, groups_unfinished, "" },
	{ "a group in TLS 1.3 only", ciphers_modern, one_group_only_in_13,
	  "group TLS1.2 secp256r1: yes -> no\n" },
	{ "groups in another order", ciphers_modern, other_group_order,
	  "order of groups: X25519MLKEM768 first -> x25519 first\n" },
	{ "groups in another order of the client's", ciphers_prosody, other_group_order, "" },
	{ "a scheme less", ciphers_prosody, signs_with_less,
	  "scheme TLS1.2 rsa_pkcs1_sha1: yes -> no\n" },
	{ "compression", ciphers_modern, compresses, "compression: no -> yes\n" },
	{ "a property tested now", ciphers_modern, reuse_tested, "" },
	{ "a property not tested now", ciphers_modern, compression_not_tested, "" },
	{ "a property that is no longer clear", ciphers_modern, unclear,
	  "grease: yes -> unclear\n" },
	{ "no forward secrecy", ciphers_modern, loses_secrecy,
	  "forward secrecy: always -> never\n" },
	{ "a renewed certificate is certcheck's", ciphers_modern, another_certificate, "" },
	{ "slower", ciphers_modern, slower, "" },
};

static json_t *section_of(const struct ciphers_facts *facts, const struct findings *findings)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	return record_ciphers(&at, facts, &policy, findings, STATUS_OK);
}

static const char *changes_of(json_t *old, json_t *new, struct arena *mem)
{
	struct ciphers_diff diff;
	const char *words = "";
	diff_ciphers(old, new, mem, &diff);
	for (size_t i = 0; i < diff.count; i++)
		words = arena_printf(mem, "%s%s: %s -> %s\n", words, diff.lines[i].what,
				     diff.lines[i].was, diff.lines[i].is);
	json_decref(old);
	json_decref(new);
	return words;
}

static void says_what_changed_and_nothing_else(void **state)
{
	(void)state;
	const struct findings none = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct ciphers_facts *was = rows[i].make(mem, SERVICE_S2S);
		struct ciphers_facts *is = rows[i].make(mem, SERVICE_S2S);
		rows[i].change(is, mem);
		assert_row_string(rows[i].name,
				  changes_of(section_of(was, &none), section_of(is, &none), mem),
				  rows[i].changes);
	}
}

static void findings_come_and_go(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct policy policy = { POLICY_BCP195, NULL };
	struct findings was = { 0 }, is = { 0 };
	struct ciphers_facts *facts = ciphers_modern(mem, SERVICE_S2S);
	findings_add(&was, &policy, mem, "endpoint-refused", "refused");
	findings_add(&was, &policy, mem, "endpoint-refused", "refused again");
	findings_add(&was, &policy, mem, "cert-expired", "expired");
	findings_add(&is, &policy, mem, "cert-expired", "expired yesterday");
	findings_add(&is, &policy, mem, "tls-no-forward-secrecy", "none");
	assert_string_equal(changes_of(section_of(facts, &was), section_of(facts, &is), mem),
			    "finding endpoint-refused: warning -> no\n"
			    "finding tls-no-forward-secrecy: no -> warning\n");
	/* What was asked for is not the same, so neither are the findings. */
	struct ciphers_facts *less = ciphers_modern(mem, SERVICE_S2S);
	less->scope = SURVEY_SUITES;
	assert_string_equal(changes_of(section_of(facts, &was), section_of(less, &is), mem), "");
	/* Nor where another policy judged. */
	json_t *old = section_of(facts, &was), *new = section_of(facts, &is);
	json_object_set_new(old, "policy", json_string("bcp195"));
	json_object_set_new(new, "policy", json_string("strict"));
	assert_string_equal(changes_of(old, new, mem), "");
}

static const struct hostile {
	const char *old, *new, *changes;
} hostile[] = {
	{ "[]", "1", "" },
	{ "null", "\"x\"", "" },
	{ "{\"versions\":{}}", "{\"versions\":[1,[],{},null]}", "" },
	{ "{\"versions\":[{\"version\":1}]}", "{\"versions\":[{\"version\":\"TLS1.2\"}]}", "" },
	{ "{\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"yes\",\"complete\":true}]}",
	  "{\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"yes\",\"complete\":true,"
	  "\"suites\":[1,{},{\"code\":2},{\"code\":\"x\\u001b[2J\"}]}]}",
	  "suite TLS1.2 x\\x1b[2J: no -> yes\n" },
	{ "{\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"\\u001b\"}]}",
	  "{\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"no\"}]}",
	  "version TLS1.2: \\x1b -> no\n" },
	{ "{\"properties\":[]}", "{\"properties\":{\"grease\":\"no\"}}", "" },
	{ "{\"groups\":7,\"groups_complete\":{\"tls12\":\"yes\"}}",
	  "{\"groups\":[{\"code\":\"0x001D\",\"tls12\":1}],\"groups_complete\":3}", "" },
	{ "{\"scope\":\"all\",\"findings\":[{\"id\":1},{\"severity\":\"info\"}]}",
	  "{\"scope\":\"all\",\"findings\":[{\"id\":\"x\"}]}", "finding x: no -> \n" },
};

static void hostile_sections_are_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		json_t *old = json_loads(hostile[i].old, JSON_DECODE_ANY, NULL);
		json_t *new = json_loads(hostile[i].new, JSON_DECODE_ANY, NULL);
		assert_row(hostile[i].old, old);
		assert_row(hostile[i].new, new);
		assert_row_string(hostile[i].new, changes_of(old, new, mem), hostile[i].changes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_changed_and_nothing_else),
		cmocka_unit_test(findings_come_and_go),
		cmocka_unit_test(hostile_sections_are_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
