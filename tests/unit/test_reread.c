#include "unit.h"

#include "facts_fixture.h"
#include "report/reread.h"

typedef void spoil(struct starttls_facts *facts, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct starttls_facts *facts, struct arena *mem)                          \
	{                                                                                          \
		(void)facts, (void)mem;                                                            \
		__VA_ARGS__;                                                                       \
	}

SPOIL(nothing, )
SPOIL(refused, facts_fail(facts, STEP_TCP, ERR_REFUSED, "connection refused"))
SPOIL(turned_away, facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error");
      facts->before.features = (struct features){ 0 };
      facts->before.error = (struct stream_error){ "host-unknown", "not \"here\"\n", "x", "{a}b" })
SPOIL(alert, facts_fail(facts, STEP_TLS, ERR_ALERT_RECEIVED, "TLS alert handshake_failure");
      facts->tls.alert = 40; facts->tls.alert_first = true)
SPOIL(full, facts->before.features.mechanisms = facts_list(mem, "PLAIN X-ODD");
      facts->before.features.compression = facts_list(mem, "zlib lzw");
      facts->before.features.others = facts_list(mem, "{urn:x}y");
      facts->after.features.channel_bindings = facts_list(mem, "tls-exporter");
      facts->after.features.sasl2_mechanisms = facts_list(mem, "SCRAM-SHA-256");
      facts->after.features.has_limits = true; facts->after.features.limit_bytes = 9999;
      facts->after.features.limit_idle_seconds = 60; facts->before.header_ms = 1.125;
      facts->before.features_ms = 2.5; facts->before.prefix_free = true;
      facts->active.result[ACTIVE_STANZA] = ACTIVE_ACCEPTED;
      facts->active.detail[ACTIVE_STANZA] = "a reply"; facts->our_certificate = true;
      facts->tls.chain_cut = true)
SPOIL(untrusted, facts->authenticated = false;
      facts->identity.path = (struct path_facts){ .problems = PATH_EXPIRED | PATH_SELF_SIGNED,
						  .reason = "the certificate is self-signed" };
      facts->time += 400 * DAYS)
SPOIL(named_otherwise, facts_certificate(facts, mem, SERVICE_C2S, "leaf-odd-names"))
SPOIL(tls12, facts->tls.version = TLS_1_2; facts->tls.dh_bits = 1024;
      facts->tls.encrypt_then_mac = facts->tls.session_ticket = true;
      facts->tls.safe_renegotiation = false)
SPOIL(many_names, struct name_facts *names = &facts->identity.names; names->count = 2000;
      names->judgements = arena_array(mem, 2000, sizeof(*names->judgements));
      for (size_t i = 0; i < names->count; i++)
	      names->judgements[i] = (struct name_judgement){ names->matched, NAME_MATCHES, "x" })
SPOIL(other_transport, facts_fail(facts, STEP_TLS, ERR_PROTOCOL, "the answer is not TLS");
      facts->speaks_other_transport = true)

static const struct row {
	const char *name;
	enum service service;
	enum transport transport;
	spoil *spoil;
} rows[] = {
	{ "good, c2s", SERVICE_C2S, TRANSPORT_STARTTLS, nothing },
	{ "good, s2s", SERVICE_S2S, TRANSPORT_STARTTLS, nothing },
	{ "good, direct", SERVICE_S2S, TRANSPORT_DIRECT, nothing },
	{ "refused", SERVICE_C2S, TRANSPORT_STARTTLS, refused },
	{ "turned away", SERVICE_C2S, TRANSPORT_STARTTLS, turned_away },
	{ "alert", SERVICE_S2S, TRANSPORT_DIRECT, alert },
	{ "every member", SERVICE_C2S, TRANSPORT_STARTTLS, full },
	{ "untrusted", SERVICE_C2S, TRANSPORT_STARTTLS, untrusted },
	{ "odd names", SERVICE_C2S, TRANSPORT_STARTTLS, named_otherwise },
	{ "2000 names", SERVICE_C2S, TRANSPORT_STARTTLS, many_names },
	{ "TLS 1.2", SERVICE_C2S, TRANSPORT_STARTTLS, tls12 },
	{ "the other way in", SERVICE_C2S, TRANSPORT_DIRECT, other_transport },
};

static json_t *written(const struct endpoint *at, const struct starttls_facts *facts,
		       const struct dns_facts *dns, struct arena *mem)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	struct findings findings = { 0 };
	judge_starttls(at, facts, &policy, mem, &findings);
	json_t *record = record_new("im.example"), *endpoint = record_endpoint(at),
	       *endpoints = json_array();
	json_object_set_new(record, "dns", record_dns(dns, "im.example"));
	json_object_set_new(endpoint, "starttls",
			    record_starttls(at, facts, &findings,
					    judge_endpoint_status(facts, &findings)));
	json_array_append_new(endpoints, endpoint);
	json_object_set_new(record, "endpoints", endpoints);
	return record;
}

static struct dns_facts some_dns(struct arena *mem)
{
	struct dns_facts dns = { .elapsed_ms = 3.25, .left_out = 2, .host_count = 2 };
	struct dns_record *srv = arena_array(mem, 2, sizeof(*srv)),
			  *address = arena_array(mem, 2, sizeof(*address));
	srv[0] = (struct dns_record){ 300, { .srv = { 5, 1, 5222, "xmpp.im.example" } } };
	srv[1] = (struct dns_record){ 300, { .srv = { 0, 0, 0, "" } } };
	assert_true(address_parse("192.0.2.7", &address[0].address));
	assert_true(address_parse("2001:db8::7", &address[1].address));
	dns.srv[0][0] = (struct dns_answer){
		"_xmpp-client._tcp.im.example", DNS_SRV, DNS_FOUND, DNSSEC_SECURE, NULL, srv, 2, 1.5
	};
	dns.srv[0][1] = (struct dns_answer){ "_xmpps-client._tcp.im.example",
					     DNS_SRV,
					     DNS_NO_NAME,
					     DNSSEC_SECURE,
					     NULL,
					     NULL,
					     0,
					     1.5 };
	dns.srv[1][0] = (struct dns_answer){ "_xmpp-server._tcp.im.example",
					     DNS_SRV,
					     DNS_SERVER_FAILED,
					     DNSSEC_BOGUS,
					     NULL,
					     NULL,
					     0,
					     2 };
	dns.hosts = arena_array(mem, 2, sizeof(*dns.hosts));
	dns.hosts[0] = (struct host_facts){ "xmpp.im.example",
					    { "xmpp.im.example", DNS_A, DNS_FOUND, DNSSEC_INSECURE,
					      "host.example", &address[0], 1, 0.5 },
					    { "xmpp.im.example", DNS_AAAA, DNS_FOUND,
					      DNSSEC_INSECURE, NULL, &address[1], 1, 0.5 },
					    false };
	dns.hosts[1] = (struct host_facts){ .name = "192.0.2.9", .is_address = true };
	dns.declined[SERVICE_S2S] = dns.fallback[SERVICE_C2S] = true;
	return dns;
}

/* What --rejudge does. */
static void a_record_read_and_written_stays_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free)
		struct buf first = buf_new(BUF_UNBOUNDED), second = buf_new(BUF_UNBOUNDED);
		const struct endpoint at = facts_endpoint(rows[i].service, rows[i].transport,
							  "192.0.2.7");
		const struct dns_facts dns = some_dns(mem);
		struct starttls_facts *facts = facts_good(mem, rows[i].service, rows[i].transport);
		rows[i].spoil(facts, mem);
		json_t *record = written(&at, facts, &dns, mem), *again = NULL;
		assert_true(record_write(record, &first));
		json_decref(record);

		struct endpoint_list endpoints;
		struct starttls_facts reread;
		struct dns_facts dns_again;
		struct err err;
		if (!reread_line(first.data, first.size, &again, &err) ||
		    !reread_endpoints(again, mem, &endpoints, &err) ||
		    !reread_dns(again, mem, &dns_again, &err) ||
		    !reread_starttls(json_array_get(json_object_get(again, "endpoints"), 0), mem,
				     &reread, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		json_decref(again);
		record = written(&endpoints.items[0], &reread, &dns_again, mem);
		assert_true(record_write(record, &second));
		json_decref(record);
		assert_row_string(rows[i].name, second.data, first.data);
	}
}

/* In place of %s in a record that is otherwise good. */
#define RECORD(members)   "{\"schema\":1,\"domain\":\"im.example\"" members "}"
#define ENDPOINT(members) RECORD(",\"endpoints\":[{" members "}]")
#define DOOR              "\"service\":\"c2s\",\"host\":\"h\",\"port\":5222,\"transport\":\"starttls\""
#define SECTION(members)                                                                           \
	ENDPOINT(DOOR ",\"starttls\":{\"time\":\"2026-11-22T15:04:05Z\"" members "}")

static const struct refusal {
	const char *line, *reason; /* NULL: taken */
} refusals[] = {
	{ RECORD(""), NULL },
	{ "{\"schema\":1,\"input\":\"no such\"}", NULL },
	{ "", "not JSON: " },
	{ "[]", "not a record: no JSON object" },
	{ "{\"domain\":\"im.example\"}", "schema: missing" },
	{ "{\"schema\":\"1\",\"domain\":\"im.example\"}", "schema: not a version number" },
	{ "{\"schema\":2,\"domain\":\"im.example\"}",
	  "schema: 2 is newer than this program knows (1)" },
	{ "{\"schema\":1}", "domain: missing" },
	{ "{\"schema\":1,\"domain\":\"a\",\"input\":\"b\"}", "input: beside a domain" },
	{ "{\"schema\":1,\"domain\":\"*.example\"}", "domain: " },
	{ "{\"schema\":1,\"domain\":\"a\\u0000b\"}", "a string with a NUL" },
	{ "{\"schema\":1,\"domain\":\"a\",\"domain\":\"b\"}", "not JSON: duplicate" },
	{ "{\"schema\":1,\"domain\":\"a\xff\"}", "not JSON: " },
	{ RECORD(",\"status\":\"fine\""), "status: not a status" },
	{ RECORD(",\"endpoints\":{}"), "endpoints: not an array" },
	{ RECORD(",\"endpoints\":[1]"), "endpoints[0]: not an object" },
	{ RECORD(",\"dns\":[]"), "dns: not an object" },

	{ ENDPOINT(DOOR), NULL },
	{ ENDPOINT("\"service\":\"c2s\""), "endpoints[0].host: missing" },
	{ ENDPOINT("\"service\":\"c2s\",\"source\":\"file\",\"file\":\"a b.pem\""), NULL },
	{ ENDPOINT("\"source\":\"file\",\"file\":\"a.pem\""), "endpoints[0].service: missing" },
	{ ENDPOINT("\"service\":\"c2s\",\"source\":\"file\""), "endpoints[0].file: missing" },
	{ ENDPOINT("\"service\":\"c2s\",\"source\":\"file\",\"file\":1"),
	  "endpoints[0].file: not a string" },
	{ ENDPOINT("\"service\":\"muc\",\"host\":\"h\",\"port\":1,\"transport\":\"direct\""),
	  "endpoints[0].service: not a service" },
	{ ENDPOINT("\"service\":\"c2s\",\"host\":\"h\",\"port\":0,\"transport\":\"direct\""),
	  "endpoints[0].port: not a port number" },
	{ ENDPOINT("\"service\":\"c2s\",\"host\":\"h\",\"port\":0,\"transport\":\"direct\","
		   "\"source\":\"srv\""),
	  NULL },
	{ ENDPOINT("\"service\":\"c2s\",\"host\":\"h\",\"port\":65536,\"transport\":\"direct\""),
	  "endpoints[0].port: not a port number" },
	{ ENDPOINT("\"service\":\"c2s\",\"host\":\"h\",\"port\":\"5222\",\"transport\":\"direct\""),
	  "endpoints[0].port: not a port number" },
	{ ENDPOINT("\"service\":\"c2s\",\"host\":\"a b\",\"port\":1,\"transport\":\"direct\""),
	  "endpoints[0].host: not a host name" },
	{ ENDPOINT(DOOR ",\"address\":\"192.0.2\""), "endpoints[0].address: not an IP address" },
	{ ENDPOINT(DOOR ",\"weight\":-1"), "endpoints[0].weight: not a number in range" },

	{ SECTION(""), NULL },
	{ ENDPOINT(DOOR ",\"starttls\":[]"), "starttls: not an object" },
	{ ENDPOINT(DOOR ",\"starttls\":{}"), "starttls.time: missing" },
	{ ENDPOINT(DOOR ",\"starttls\":{\"time\":\"2026-02-30T00:00:00Z\"}"),
	  "starttls.time: not a time" },
	{ SECTION(",\"encrypted\":1"), "starttls.encrypted: neither true nor false" },
	{ SECTION(",\"elapsed_ms\":-1"), "starttls.elapsed_ms: not a number of milliseconds" },
	{ SECTION(",\"steps\":[{\"step\":\"hop\",\"ok\":true}]"),
	  "starttls.steps[0].step: not a step" },
	{ SECTION(",\"failure\":{\"stage\":\"tcp\",\"code\":\"none\",\"text\":\"\"}"),
	  "starttls.failure.code: no failure" },
	{ SECTION(",\"failure\":{\"stage\":\"tcp\"}"), "starttls.failure.code: missing" },
	{ SECTION(",\"features_before\":{\"mechanisms\":[1]}"),
	  "starttls.features_before.mechanisms: holds something that is no string" },
	{ SECTION(",\"tls\":{\"version\":\"TLS9\"}"), "starttls.tls.version: not a TLS version" },
	{ SECTION(",\"tls\":{\"alert\":{\"number\":256,\"sent\":true}}"),
	  "starttls.tls.alert.number: not a number in range" },
	{ SECTION(",\"chain_pem\":[\"MIIB\"]"),
	  "starttls.chain_pem: holds something that is no certificate" },
	{ SECTION(",\"names\":[{\"type\":\"DNS-ID\",\"value\":\"a\",\"verdict\":\"x\","
		  "\"reason\":\"\"}]"),
	  "starttls.names[0].verdict: not a verdict" },
	{ SECTION(",\"active\":{\"plain\":{\"result\":\"maybe\"}}"),
	  "starttls.active.plain.result: not a result" },

	{ RECORD(",\"dns\":{\"srv\":[{\"name\":\"x\",\"target\":\"t\",\"port\":1}]}"),
	  "dns.srv[0].name: not a name of an XMPP service" },
	{ RECORD(",\"dns\":{\"srv\":[{\"name\":\"_xmpp-client._tcp.a\",\"target\":\"t\","
		 "\"port\":70000}]}"),
	  "dns.srv[0].port: not a number in range" },
	{ RECORD(",\"dns\":{\"hosts\":[{\"name\":\"h\",\"addresses\":[\"x\"]}]}"),
	  "dns.hosts[0].addresses: not an IP address" },
	{ RECORD(",\"dns\":{\"declined\":[\"muc\"]}"), "dns.declined: not a service" },
};

static bool read_all(const char *line, struct arena *mem, struct err *err)
{
	json_t *record;
	struct endpoint_list endpoints;
	struct starttls_facts facts;
	struct dns_facts dns;
	if (!reread_line(line, strlen(line), &record, err))
		return false;
	const json_t *endpoint = json_array_get(json_object_get(record, "endpoints"), 0);
	bool ok = reread_endpoints(record, mem, &endpoints, err) &&
		  (!json_object_get(record, "dns") || reread_dns(record, mem, &dns, err)) &&
		  (!json_object_get(endpoint, "starttls") ||
		   reread_starttls(endpoint, mem, &facts, err));
	json_decref(record);
	return ok;
}

static void names_the_member_that_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct err err = { 0 };
		bool taken = read_all(refusals[i].line, mem, &err);
		assert_row(refusals[i].line, taken == !refusals[i].reason);
		if (!taken &&
		    strncmp(err.text, refusals[i].reason, strlen(refusals[i].reason)) != 0)
			fail_msg("%s: got \"%s\", wanted \"%s\"", refusals[i].line, err.text,
				 refusals[i].reason);
	}
}

static void depth_and_size_are_bounded(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf deep = buf_new(BUF_UNBOUNDED);
	struct err err;
	json_t *record;
	buf_text(&deep, "{\"schema\":1,\"domain\":\"im.example\",\"x\":");
	for (int i = 0; i < 100000; i++)
		buf_char(&deep, '[');
	assert_false(reread_line(deep.data, deep.size, &record, &err));
	char *large = arena_alloc(mem, RECORD_MAX + 1);
	memset(large, ' ', RECORD_MAX + 1);
	assert_false(reread_line(large, RECORD_MAX + 1, &record, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static void fill(struct buf *line, const char *item, size_t count)
{
	buf_clear(line);
	buf_text(line, "{\"schema\":1,\"domain\":\"im.example\",\"x\":[");
	for (size_t i = 0; i < count; i++)
		buf_printf(line, "%s%s", i ? "," : "", item);
	buf_text(line, "]}");
}

/* Three members, so many items in x, and the record itself. */
static const struct values_row {
	const char *item;
	size_t count, values;
} values_rows[] = {
	{ "1", 1, 5 },
	{ "1", 1000, 1004 },
	{ "\"\"", 1000, 1004 },
	{ "\",{[\\\"\\\\\"", 1000, 1004 },
	{ "\"\\\\\\\",{\\\\\\\\\"", 1000, 1004 },
	{ "[1]", 1000, 2004 },
	{ "{\"a\":1,\"b\":\",\"}", 1000, 3004 },
	/* Of what is empty nobody looks whether it is. */
	{ "{}", 1000, 2004 },
};

static void values_are_counted(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_SIZE(values_rows); i++) {
		const struct values_row *row = &values_rows[i];
		fill(&line, row->item, row->count);
		assert_row(row->item, reread_values(line.data, line.size) == row->values);
	}
	/* Whatever else it is. */
	assert_int_equal(reread_values("", 0), 1);
	assert_int_equal(reread_values("a.test", 6), 1);
	assert_int_equal(reread_values("\"", 1), 1);
	assert_int_equal(reread_values("[\"\\\\\\", 5), 2);
	assert_int_equal(reread_values("[\0,\"\0,\",", 8), 4);
}

/* A tree takes far more memory than its line: 16 MiB of "{}," are 1.3 GB. */
static void values_are_bounded(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf line = buf_new(BUF_UNBOUNDED);
	struct err err = { 0 };
	json_t *record = NULL;
	fill(&line, "1", RECORD_VALUES - 4);
	assert_true(reread_line(line.data, line.size, &record, &err));
	json_decref(record);
	fill(&line, "1", RECORD_VALUES - 3);
	assert_false(reread_line(line.data, line.size, &record, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "a record of more than 500000 values");
}

static void members_of_others_pass_through(void **state)
{
	(void)state;
	static const char line[] = "{\"schema\":1,\"domain\":\"im.example\",\"status\":\"ok\","
				   "\"note\":{\"b\":1.5,\"a\":[null]}}";
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct err err;
	json_t *record;
	assert_true(reread_line(line, strlen(line), &record, &err));
	record_raise_status(record, STATUS_WARNING);
	assert_true(record_write(record, &out));
	json_decref(record);
	assert_string_equal(buf_string(&out),
			    "{\"schema\":1,\"domain\":\"im.example\",\"status\":\"warning\","
			    "\"note\":{\"b\":1.5,\"a\":[null]}}\n");
}

static void only_our_times_are_times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
	} times[] = {
		{ "2026-11-22T15:04:05Z", true },
		{ "1970-01-01T00:00:00Z", true },
		{ "0001-01-01T00:00:00Z", true },
		{ "9999-12-31T23:59:59Z", true },
		{ "2024-02-29T00:00:00Z", true },
		{ "2026-02-29T00:00:00Z", false },
		{ "2026-11-22T15:04:60Z", false },
		{ "2026-11-22T24:00:00Z", false },
		{ "2026-11-22 15:04:05Z", false },
		{ "2026-11-22T15:04:05", false },
		{ "2026-1-22T15:04:05ZZ", false },
		{ "-026-11-22T15:04:05Z", false },
		{ "", false },
		{ "2026-11-22T15:04:05Z ", false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		int64_t seconds;
		assert_row(times[i].text, reread_time(times[i].text, &seconds) == times[i].good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_read_and_written_stays_the_same),
		cmocka_unit_test(names_the_member_that_is_wrong),
		cmocka_unit_test(depth_and_size_are_bounded),
		cmocka_unit_test(values_are_counted),
		cmocka_unit_test(values_are_bounded),
		cmocka_unit_test(members_of_others_pass_through),
		cmocka_unit_test(only_our_times_are_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
