#include "unit.h"

#include "record_fixture.h"

#include "facts_fixture.h"
#include "report/record.h"

static void begins_with_what_was_asked(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_string_equal(line_of(record_new("im.example"), mem),
			    "{\"schema\":1,\"domain\":\"im.example\",\"status\":\"ok\"}");
	assert_string_equal(line_of(record_new("xn--bcher-kva.example"), mem),
			    "{\"schema\":1,\"domain\":\"xn--bcher-kva.example\","
			    "\"unicode\":\"bücher.example\",\"status\":\"ok\"}");
	assert_string_equal(line_of(record_new_input("no\0such\xff", 8), mem),
			    "{\"schema\":1,\"input\":\"no\\\\x00such\\\\xff\",\"status\":\"ok\"}");
}

static const struct text_row {
	const char *name, *text, *json;
} text_rows[] = {
	{ "plain", "a b", "\"a b\"" },
	{ "other scripts", "bücher", "\"bücher\"" },
	{ "JSON has its own escapes", "a\n\"\\", "\"a\\n\\\"\\\\\"" },
	{ "no UTF-8", "a\x80", "\"a\\\\x80\"" },
	{ "a control of 8 bits", "\xc2\x9b", "\"\\\\u{9b}\"" },
	{ "right-to-left override", "\xe2\x80\xae", "\"\\\\u{202e}\"" },
	{ "DEL", "\x7f", "\"\\\\x7f\"" },
};

static void peer_text_is_tamed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(text_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = line_of(
			record_new_input(text_rows[i].text, strlen(text_rows[i].text)), mem);
		const char *wanted = arena_printf(mem,
						  "{\"schema\":1,\"input\":%s,\"status\":\"ok\"}",
						  text_rows[i].json);
		assert_row_string(text_rows[i].name, line, wanted);
	}
}

static void endpoints_say_what_they_know(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "2001:db8::7");
	assert_string_equal(line_of(record_endpoint(&at), mem),
			    "{\"service\":\"c2s\",\"host\":\"xmpp.im.example\",\"port\":5222,"
			    "\"address\":\"2001:db8::7\",\"transport\":\"starttls\","
			    "\"source\":\"srv\",\"priority\":5,\"weight\":0}");
	at.address.family = AF_UNSPEC;
	at.source = SOURCE_CONNECT;
	at.transport = TRANSPORT_DIRECT;
	assert_string_equal(line_of(record_endpoint(&at), mem),
			    "{\"service\":\"c2s\",\"host\":\"xmpp.im.example\",\"port\":5222,"
			    "\"transport\":\"direct\",\"source\":\"connect\"}");
	at = (struct endpoint){ .service = SERVICE_S2S, .source = SOURCE_FILE, .host = "a b.pem" };
	assert_string_equal(line_of(record_endpoint(&at), mem),
			    "{\"service\":\"s2s\",\"source\":\"file\",\"file\":\"a b.pem\"}");
}

static void a_failed_walk_has_no_facts_it_did_not_see(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	const struct policy policy = { POLICY_BCP195, NULL };
	struct starttls_facts *facts = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	struct findings findings = { 0 };
	facts_fail(facts, STEP_TCP, ERR_REFUSED, "connection refused");
	judge_starttls(&at, facts, &policy, mem, &findings);
	assert_string_equal(
		line_of(record_starttls(&at, facts, &findings, STATUS_WARNING), mem),
		"{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"warning\",\"elapsed_ms\":84.25,"
		"\"encrypted\":false,\"authenticated\":false,"
		"\"steps\":[{\"step\":\"tcp\",\"ok\":false,\"elapsed_ms\":10.0}],"
		"\"failure\":{\"stage\":\"tcp\",\"code\":\"refused\",\"text\":\"connection refused\"},"
		"\"findings\":[{\"id\":\"endpoint-refused\",\"severity\":\"warning\","
		"\"text\":\"connection refused\",\"ref\":\"RFC 6120 section 3.2.1\"}]}");
}

static void a_walk_tells_what_it_saw(void **state)
{
	(void)state;
	static const char *const wanted[] = {
		"\"encrypted\":true,\"authenticated\":true,\"authenticated_by\":[\"pkix\"]",
		"\"stream_before\":{\"opened\":true,\"from\":\"im.example\",\"id\":\"outside\"",
		"\"features_before\":{\"starttls\":true,\"starttls_required\":true",
		"\"answer\":\"proceed\"",
		"\"tls\":{\"up\":true,\"version\":\"TLS1.3\",\"newest_offered\":\"TLS1.3\"",
		"\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"bits\":256,\"group\":\"x25519\"",
		"\"signature\":\"ecdsa_secp256r1_sha256\",\"forward_secrecy\":true",
		"\"names\":[{\"type\":\"DNS-ID\",\"value\":\"im.example\",\"verdict\":\"match\"",
		"\"certificate\":{\"subject\":\"CN=im.example\",\"issuer\":",
		"\"not_after\":\"2027-01-01T00:00:00Z\",\"days_left\":184,\"lifetime_days\":365",
		"\"trust\":{\"trusted\":true,\"anchor\":\"CN=Test Root\",\"anchor_source\":\"system\"}",
		"\"chain_pem\":[\"-----BEGIN CERTIFICATE-----\\n",
		"\"mechanisms\":[\"SCRAM-SHA-1-PLUS\",\"SCRAM-SHA-1\",\"PLAIN\"]",
		"\"active\":{\"plain\":{\"result\":\"refused\",\"detail\":\"policy-violation\"}}",
		"\"findings\":[]}",
	};
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	const struct findings none = { 0 };
	struct starttls_facts *facts = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	facts->active.result[ACTIVE_PLAIN] = ACTIVE_REFUSED;
	facts->active.detail[ACTIVE_PLAIN] = "policy-violation";
	const char *line = line_of(record_starttls(&at, facts, &none, STATUS_OK), mem);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_row(wanted[i], strstr(line, wanted[i]));
	assert_null(strstr(line, "null"));
}

static void dns_keeps_apart_none_and_not_known(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct dns_record srv[] = {
		{ .ttl = 300, .srv = { .priority = 5, .port = 5222, .target = "xmpp.im.example" } }
	};
	struct dns_record root[] = { { .srv = { .target = "" } } };
	struct dns_record address = { 0 };
	assert_true(address_parse("192.0.2.7", &address.address));
	struct host_facts host = {
		.name = "xmpp.im.example",
		.a = { .type = DNS_A, .outcome = DNS_FOUND, .records = &address, .count = 1 },
		.aaaa = { .type = DNS_AAAA, .outcome = DNS_TIMED_OUT },
	};
	struct dns_facts dns = { .hosts = &host, .host_count = 1, .elapsed_ms = 3.5 };
	dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS] =
		(struct dns_answer){ .name = "_xmpp-client._tcp.im.example",
				     .type = DNS_SRV,
				     .outcome = DNS_FOUND,
				     .dnssec = DNSSEC_SECURE,
				     .records = srv,
				     .count = 1,
				     .elapsed_ms = 1.25 };
	dns.srv[SERVICE_S2S][TRANSPORT_STARTTLS] = (struct dns_answer){
		.type = DNS_SRV, .outcome = DNS_FOUND, .records = root, .count = 1
	};
	dns.declined[SERVICE_S2S] = true;
	assert_string_equal(
		line_of(record_dns(&dns, "im.example"), mem),
		"{\"srv\":[{\"name\":\"_xmpp-client._tcp.im.example\",\"priority\":5,\"weight\":0,"
		"\"target\":\"xmpp.im.example\",\"port\":5222,\"ttl\":300,\"dnssec\":\"secure\"},"
		"{\"name\":\"_xmpp-server._tcp.im.example\",\"priority\":0,\"weight\":0,"
		"\"target\":\".\",\"port\":0,\"ttl\":0,\"dnssec\":\"unknown\"}],"
		"\"lookups\":[{\"name\":\"_xmpp-client._tcp.im.example\",\"type\":\"SRV\","
		"\"outcome\":\"found\",\"dnssec\":\"secure\",\"elapsed_ms\":1.25},"
		"{\"name\":\"_xmpp-server._tcp.im.example\",\"type\":\"SRV\","
		"\"outcome\":\"found\",\"dnssec\":\"unknown\",\"elapsed_ms\":0.0},"
		"{\"name\":\"xmpp.im.example\",\"type\":\"A\",\"outcome\":\"found\","
		"\"dnssec\":\"unknown\",\"elapsed_ms\":0.0},"
		"{\"name\":\"xmpp.im.example\",\"type\":\"AAAA\",\"outcome\":\"timed-out\","
		"\"dnssec\":\"unknown\",\"elapsed_ms\":0.0}],"
		"\"hosts\":[{\"name\":\"xmpp.im.example\",\"addresses\":[\"192.0.2.7\"]}],"
		"\"declined\":[\"s2s\"],\"elapsed_ms\":3.5}");
}

static void status_only_rises(void **state)
{
	(void)state;
	json_t *record = record_new("im.example");
	assert_int_equal(record_status(record), STATUS_OK);
	record_raise_status(record, STATUS_WARNING);
	record_raise_status(record, STATUS_UNKNOWN);
	assert_int_equal(record_status(record), STATUS_WARNING);
	record_raise_status(record, STATUS_CRITICAL);
	assert_int_equal(record_status(record), STATUS_CRITICAL);
	json_object_del(record, "status");
	assert_int_equal(record_status(record), STATUS_UNKNOWN);
	json_decref(record);
}

static void time_is_utc_with_four_digits(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		const char *text;
	} times[] = {
		{ 0, "1970-01-01T00:00:00Z" },          { -1, "1969-12-31T23:59:59Z" },
		{ 1795359845, "2026-11-22T15:04:05Z" }, { INT64_MAX, "9999-12-31T23:59:59Z" },
		{ INT64_MIN, "0001-01-01T00:00:00Z" },
	};
	char text[32];
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_string_equal(record_time(times[i].seconds, text), times[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_what_was_asked),
		cmocka_unit_test(peer_text_is_tamed),
		cmocka_unit_test(endpoints_say_what_they_know),
		cmocka_unit_test(a_failed_walk_has_no_facts_it_did_not_see),
		cmocka_unit_test(a_walk_tells_what_it_saw),
		cmocka_unit_test(dns_keeps_apart_none_and_not_known),
		cmocka_unit_test(status_only_rises),
		cmocka_unit_test(time_is_utc_with_four_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
