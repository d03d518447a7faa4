#include "unit.h"

#include "record_fixture.h"

#include "ciphers_fixture.h"
#include "report/reread.h"

typedef struct ciphers_facts *server(struct arena *mem, enum service service);

static struct ciphers_facts *turned_away(struct arena *mem, enum service service)
{
	struct ciphers_facts *facts = ciphers_cut(mem, service);
	facts->cut = CUT_THROTTLED;
	facts->throttled = 12;
	facts->cut_reason = "policy-violation (\"too many\033[2J connections\")";
	return facts;
}

static struct ciphers_facts *no_stream(struct arena *mem, enum service service)
{
	struct ciphers_facts *facts = ciphers_blank(mem, service);
	facts_fail(&facts->walk, STEP_STREAM, ERR_STREAM_ERROR, "stream error host-unknown");
	facts->walk.before = (struct stream_facts){ .opened = true,
						    .error = { .condition = "host-unknown" } };
	return facts;
}

static const struct row {
	const char *name;
	server *make;
} rows[] = {
	{ "nothing known", ciphers_blank }, { "modern", ciphers_modern },
	{ "Prosody", ciphers_prosody },     { "awful", ciphers_awful },
	{ "refused", ciphers_refused },     { "cut short", ciphers_cut },
	{ "throttled", ciphers_throttled }, { "turned away", turned_away },
	{ "no stream", no_stream },
};

static json_t *written(const struct ciphers_facts *facts, enum policy_name name)
{
	const struct policy policy = { name, NULL };
	const struct findings none = { 0 };
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	json_t *record = record_new("im.example"), *endpoint = record_endpoint(&at),
	       *endpoints = json_array();
	json_object_set_new(endpoint, "ciphers",
			    record_ciphers(&at, facts, &policy, &none, STATUS_OK));
	json_array_append_new(endpoints, endpoint);
	json_object_set_new(record, "endpoints", endpoints);
	return record;
}

static void read_back(const char *name, const char *line, struct arena *mem,
		      struct ciphers_facts *out)
{
	struct err err;
	json_t *record = NULL;
	if (!reread_line(line, strlen(line), &record, &err) ||
	    !reread_ciphers(json_array_get(json_object_get(record, "endpoints"), 0), mem, out,
			    &err))
		fail_msg("%s: %s", name, err.text);
	json_decref(record);
}

/* What --rejudge does. */
static void a_record_read_and_written_stays_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *first = line_of(written(rows[i].make(mem, SERVICE_S2S), POLICY_BCP195),
					    mem);
		struct ciphers_facts again;
		read_back(rows[i].name, first, mem, &again);
		assert_row_string(rows[i].name, line_of(written(&again, POLICY_BCP195), mem),
				  first);
	}
}

static const char *findings_of(const struct ciphers_facts *facts, enum policy_name name,
			       struct arena *mem)
{
	const struct policy policy = { name, NULL };
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct findings found = { 0 };
	const char *words = "";
	judge_ciphers(&at, facts, &policy, mem, &found);
	for (const struct finding *finding = found.first; finding; finding = finding->next)
		words = arena_printf(mem, "%s%s %s: %s\n", words, severity_name(finding->severity),
				     finding->kind->id, finding->text);
	return words;
}

static void judged_anew_it_is_found_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (int name = 0; name < POLICY_COUNT; name++) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			struct ciphers_facts *facts = rows[i].make(mem, SERVICE_S2S), again;
			read_back(rows[i].name, line_of(written(facts, POLICY_BCP195), mem), mem,
				  &again);
			assert_row_string(rows[i].name,
					  findings_of(&again, (enum policy_name)name, mem),
					  findings_of(facts, (enum policy_name)name, mem));
		}
	}
}

static const struct holds {
	server *make;
	const char *part; /* "!…": is not there */
} holds[] = {
	{ ciphers_modern, "\"ciphers\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"ok\","
			  "\"elapsed_ms\":84.25,\"scope\":\"all\",\"connections\":38,"
			  "\"throttled\":0,\"lanes\":8,\"one_write\":true,\"encrypted\":true,"
			  "\"steps\":[{\"step\":\"tcp\"" },
	{ ciphers_modern,
	  "\"versions\":[{\"version\":\"SSL2.0\",\"offered\":\"no\",\"alert\":{\"number\":70,"
	  "\"name\":\"protocol_version\"}}," },
	{ ciphers_modern,
	  "{\"version\":\"TLS1.2\",\"offered\":\"yes\",\"preference\":\"server\","
	  "\"complete\":true,\"suites\":[{\"name\":\"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\","
	  "\"code\":\"0xC030\",\"forward_secrecy\":true,\"bits\":256,\"strength\":256,"
	  "\"group\":\"x25519\",\"scheme\":\"rsa_pss_rsae_sha256\",\"certificate\":0,"
	  "\"verdict\":\"good\"}" },
	{ ciphers_modern, "\"version\":\"TLS1.3\",\"offered\":\"yes\",\"preference\":\"chacha\"" },
	{ ciphers_modern,
	  "\"groups\":[{\"name\":\"X25519MLKEM768\",\"code\":\"0x11EC\",\"tls12\":false,"
	  "\"tls13\":true,\"post_quantum\":true},{\"name\":\"x25519\",\"code\":\"0x001D\","
	  "\"tls12\":true,\"tls13\":true}" },
	{ ciphers_modern, "\"group_preference\":\"server\",\"groups_complete\":{\"tls12\":\"yes\","
			  "\"tls13\":\"yes\"}" },
	{ ciphers_modern,
	  "\"signature13\":\"rsa_pss_rsae_sha256\",\"certificates\":[{\"sha256\":" },
	{ ciphers_modern, "\"forward_secrecy\":\"always\",\"properties\":{\"compression\":\"no\","
			  "\"secure_renegotiation\":\"yes\"," },
	{ ciphers_modern, "\"chain_pem\":[\"-----BEGIN CERTIFICATE-----\\n" },
	{ ciphers_modern, "!null" },
	{ ciphers_modern, "!\"dh_reuse\"" },
	{ ciphers_modern, "!\"cut\"" },
	{ ciphers_modern, "!\"sni_alert\"" },
	{ ciphers_modern, "!\"unclear\"" },
	{ ciphers_prosody, "\"fields\":[{\"bits\":2048,\"sha256\":\"5a0000" },
	{ ciphers_prosody,
	  "{\"name\":\"rsa_pkcs1_sha1\",\"code\":\"0x0201\",\"tls12\":true,\"tls13\":false,"
	  "\"alone\":true}" },
	{ ciphers_awful,
	  "\"version\":\"SSL2.0\",\"offered\":\"yes\",\"complete\":true,"
	  "\"suites\":[{\"name\":\"SSL_CK_RC4_128_WITH_MD5\",\"code\":\"0x010080\"," },
	{ ciphers_awful, "\"dh_bits\":512," },
	{ ciphers_awful, "\"prime\":\"RFC 2409 group 2\"" },
	{ ciphers_awful, "\"rsa_export_bits\":512" },
	{ ciphers_awful, "\"explicit_curve\":true,\"outside_specification\":true" },
	{ ciphers_awful, "{\"code\":\"0xFEDC\",\"group\":\"0x7777\"," },
	{ ciphers_awful, "{\"version\":\"TLS1.3\",\"offered\":\"unclear\"}" },
	{ ciphers_awful, "\"composite\":true,\"unsafe\":true,\"weak_public\":true" },
	{ ciphers_awful, "\"fallback_scsv\":\"unclear\"" },
	{ ciphers_awful, "\"intolerant_of\":\"0x0304\",\"sni_alert\":{\"number\":112," },
	{ ciphers_awful, "\"inconsistent\":true,\"violation\":\"a suite that was not offered\","
			 "\"unclear\":3" },
	{ ciphers_awful, "!\"session_tickets\"" },
	{ ciphers_refused, "\"encrypted\":false,\"steps\":[{\"step\":\"tcp\",\"ok\":false," },
	{ ciphers_refused, "\"failure\":{\"stage\":\"tcp\",\"code\":\"refused\"" },
	{ ciphers_refused, "!\"versions\"" },
	{ ciphers_refused, "!\"properties\"" },
	{ ciphers_refused, "!\"forward_secrecy\"" },
	{ ciphers_cut, "\"complete\":false" },
	{ ciphers_cut, "\"scope\":\"suites\"" },
	{ ciphers_cut, "\"cut\":\"max-connections\"" },
	{ ciphers_cut, "!\"version\":\"SSL2.0\"" },
	{ ciphers_throttled, "\"throttled\":4" },
	{ turned_away, "!\\u001b" },
};

static void the_section_says_what_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(holds); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = line_of(written(holds[i].make(mem, SERVICE_S2S), POLICY_BCP195),
					   mem);
		const char *part = holds[i].part;
		bool absent = *part == '!';
		if (!strstr(line, part + absent) != absent)
			fail_msg("row %zu: %s\n%s", i, part, line);
	}
}

static const struct refusal {
	const char *members, *reason; /* NULL: taken */
} refusals[] = {
#define TIME "\"time\":\"2026-11-22T15:04:05Z\","
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	{ "\"time\":\"2026-11-22T15:04:05Z\"", NULL },
	{ "\"status\":\"ok\"", "ciphers.time: missing" },
	{ TIME "\"scope\":\"some\"", "ciphers.scope: not a scope" },
	{ TIME "\"connections\":-1", "ciphers.connections: not a number in range" },
	{ TIME "\"connections\":1e3", "ciphers.connections: not a number in range" },
	{ TIME "\"throttled\":true", "ciphers.throttled: not a number in range" },
	{ TIME "\"lanes\":65536", "ciphers.lanes: not a number in range" },
	{ TIME "\"one_write\":1", "ciphers.one_write: neither" },
	{ TIME "\"cut\":\"tired\"", "ciphers.cut: no reason to stop" },
	{ TIME "\"cut\":5", "ciphers.cut: no reason to stop" },
	{ TIME "\"forward_secrecy\":1", "ciphers.forward_secrecy: neither always" },
	{ TIME "\"cut\":\"\"", "ciphers.cut: no reason to stop" },
	{ TIME "\"cut_reason\":{}", "ciphers.cut_reason: not a string" },
	{ TIME "\"failure\":{}", "ciphers.failure.stage: missing" },
	{ TIME "\"chain_pem\":[\"x\"]", "ciphers.chain_pem: holds something" },
	{ TIME "\"versions\":{}", "ciphers.versions: not an array" },
	{ TIME "\"versions\":[1]", "ciphers.versions[0]: not an object" },
	{ TIME "\"versions\":[{},{},{},{},{},{},{},{}]",
	  "ciphers.versions: more entries than any tool writes" },
	{ TIME "\"versions\":[{\"version\":\"TLS1.2\"}]", "ciphers.versions[0].offered: missing" },
	{ TIME "\"versions\":[{\"version\":\"TLS1.4\",\"offered\":\"yes\"}]",
	  "ciphers.versions[0].version: not a TLS version" },
	{ TIME "\"versions\":[{\"version\":2,\"offered\":\"yes\"}]",
	  "ciphers.versions[0].version: not a TLS version" },
	{ TIME "\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"maybe\"}]",
	  "ciphers.versions[0].offered: not an answer" },
	{ TIME "\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"no\"},"
	       "{\"version\":\"TLS1.2\",\"offered\":\"yes\"}]",
	  "ciphers.versions[1].version: stands there twice" },
#define SUITE(members)                                                                             \
	TIME "\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"yes\",\"suites\":[{" members     \
	     "}]}]"
	{ SUITE("\"code\":\"0xC02F\""), NULL },
	{ SUITE("\"code\":\"0x010080\""), NULL },
	{ SUITE(""), "ciphers.versions[0].suites[0].code: missing" },
	{ SUITE("\"code\":49199"), "ciphers.versions[0].suites[0].code: not a code point" },
	{ SUITE("\"code\":\"C02F\""), "ciphers.versions[0].suites[0].code: not a code point" },
	{ SUITE("\"code\":\"0xC02\""), "ciphers.versions[0].suites[0].code: not a code point" },
	{ SUITE("\"code\":\"0xC02g\""), "ciphers.versions[0].suites[0].code: not a code point" },
	{ SUITE("\"code\":\"0x-1\""), "ciphers.versions[0].suites[0].code: not a code point" },
	{ SUITE("\"code\":\"0x1000000\""), "ciphers.versions[0].suites[0].code: not a code point" },
	{ SUITE("\"code\":\"0xC02F\",\"group\":\"x25518\""),
	  "ciphers.versions[0].suites[0].group: not a group" },
	{ SUITE("\"code\":\"0xC02F\",\"group\":\"0x010080\""),
	  "ciphers.versions[0].suites[0].group: not a group" },
	{ SUITE("\"code\":\"0xC02F\",\"scheme\":1"),
	  "ciphers.versions[0].suites[0].scheme: not a scheme" },
	{ SUITE("\"code\":\"0xC02F\",\"dh_bits\":4294967296"),
	  "ciphers.versions[0].suites[0].dh_bits: not a number in range" },
	{ SUITE("\"code\":\"0xC02F\",\"certificate\":0"),
	  "ciphers.versions[0].suites[0].certificate: no place among" },
	{ SUITE("\"code\":\"0xC02F\",\"certificate\":-1"),
	  "ciphers.versions[0].suites[0].certificate: not a number in range" },
	{ TIME "\"groups\":[{}]", "ciphers.groups[0].code: missing" },
	{ TIME "\"groups\":[{\"code\":\"0x010080\"}]", "ciphers.groups[0].code: not a code point" },
	{ TIME "\"groups\":[{\"code\":\"0x001D\",\"tls13\":\"yes\"}]",
	  "ciphers.groups[0].tls13: neither" },
	{ TIME "\"groups_complete\":{\"tls12\":true}",
	  "ciphers.groups_complete.tls12: not an answer" },
	{ TIME "\"group_preference\":\"mine\"", "ciphers.group_preference: not a preference" },
	{ TIME "\"signature_schemes\":[{\"code\":1}]",
	  "ciphers.signature_schemes[0].code: not a code point" },
	{ TIME "\"signature13\":1", "ciphers.signature13: not a string" },
	{ TIME "\"certificates\":[{}]", "ciphers.certificates[0].sha256: not a SHA-256 hash" },
	{ TIME "\"certificates\":[{\"sha256\":\"00\"}]",
	  "ciphers.certificates[0].sha256: not a SHA-256 hash" },
	{ TIME "\"certificates\":[{\"sha256\":\"" HASH "\",\"bits\":65537}]",
	  "ciphers.certificates[0].bits: not a number in range" },
	{ TIME "\"certificates\":[{\"sha256\":\"" HASH "\",\"pem\":\"x\"}]",
	  "ciphers.certificates[0].pem: not a certificate" },
	{ TIME "\"fields\":[{\"bits\":1024}]", "ciphers.fields[0].sha256: missing" },
	{ TIME "\"fields\":[{\"bits\":1024,\"sha256\":\"" HASH "\",\"generator\":4294967296}]",
	  "ciphers.fields[0].generator: not a number in range" },
	{ TIME "\"forward_secrecy\":\"sometimes\"", "ciphers.forward_secrecy: neither always" },
	{ TIME "\"properties\":[]", "ciphers.properties: not an object" },
	{ TIME "\"properties\":{\"grease\":true}", "ciphers.properties.grease: not an answer" },
	{ TIME "\"properties\":{\"intolerant_of\":772}",
	  "ciphers.properties.intolerant_of: not a code point" },
	{ TIME "\"properties\":{\"sni_alert\":{}}",
	  "ciphers.properties.sni_alert.number: missing" },
	{ TIME "\"unclear\":2147483648", "ciphers.unclear: not a number in range" },
};

static void names_the_member_that_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = arena_printf(mem, "{\"ciphers\":{%s}}", refusals[i].members);
		struct ciphers_facts facts;
		struct err err = { 0 };
		json_t *endpoint = json_loads(line, 0, NULL);
		assert_row(line, endpoint);
		bool taken = reread_ciphers(endpoint, mem, &facts, &err);
		json_decref(endpoint);
		assert_row(line, taken == !refusals[i].reason);
		if (!taken &&
		    strncmp(err.text, refusals[i].reason, strlen(refusals[i].reason)) != 0)
			fail_msg("%s: got \"%s\", wanted \"%s\"", line, err.text,
				 refusals[i].reason);
	}
}

static void a_crowd_of_suites_is_refused(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *entries = json_array();
	for (size_t i = 0; i < 1001; i++)
		json_array_append_new(entries, json_pack("{ss}", "code", "0xC02F"));
	json_t *endpoint = json_pack("{s{sss[{ssssso}]}}", "ciphers", "time",
				     "2026-11-22T15:04:05Z", "versions", "version", "TLS1.2",
				     "offered", "yes", "suites", entries);
	struct ciphers_facts facts;
	struct err err = { 0 };
	assert_non_null(endpoint);
	assert_false(reread_ciphers(endpoint, mem, &facts, &err));
	assert_string_equal(err.text, "ciphers.versions[0].suites: more entries than any tool "
				      "writes");
	json_decref(endpoint);
}

static void no_section_is_said(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct ciphers_facts facts;
	struct err err = { 0 };
	json_t *endpoint = json_object();
	assert_false(reread_ciphers(endpoint, mem, &facts, &err));
	assert_string_equal(err.text, "ciphers: missing");
	json_decref(endpoint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_read_and_written_stays_the_same),
		cmocka_unit_test(judged_anew_it_is_found_the_same),
		cmocka_unit_test(the_section_says_what_was_seen),
		cmocka_unit_test(names_the_member_that_is_wrong),
		cmocka_unit_test(a_crowd_of_suites_is_refused),
		cmocka_unit_test(no_section_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
