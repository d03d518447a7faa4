#include "sheet_fixture.h"

static const struct sheet_options options = { .now = SHEET_NOW };

static const char *metrics_of(const char *const *lines, size_t count, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	sheet_lines(&sheet_prometheus, &options, lines, count, &out);
	return arena_copy(mem, buf_string(&out));
}

/* A line, and how often it begins like this. */
static size_t lines_with(const char *text, const char *start)
{
	size_t count = 0, size = strlen(start);
	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		count += strncmp(text, start, size) == 0;
	}
	return count;
}

#define DOOR_AT(service, host, address, port, transport)                                           \
	"{domain=\"im.example\",service=\"" service "\",host=\"" host "\",address=\"" address      \
	"\",port=\"" port "\",transport=\"" transport "\""
#define DOOR DOOR_AT("c2s", "xmpp.im.example", "192.0.2.7", "5222", "starttls")

static void each_fact_is_a_sample(void **state)
{
	static const char *const wanted[] = {
		"xmpp_tls_report_timestamp_seconds 1782864000\n",
		"xmpp_tls_report_domains 1\n",
		"xmpp_tls_report_invalid_lines 0\n",
		"xmpp_tls_status{domain=\"im.example\"} 1\n",
		"xmpp_tls_last_check_timestamp_seconds{domain=\"im.example\"} 1782864000\n",
		"xmpp_tls_srv_dnssec_secure{domain=\"im.example\"} 1\n",
		"xmpp_tls_findings{domain=\"im.example\",severity=\"critical\"} 0\n",
		"xmpp_tls_findings{domain=\"im.example\",severity=\"warning\"} 4\n",
		"xmpp_tls_findings{domain=\"im.example\",severity=\"info\"} 1\n",
		"xmpp_tls_finding{domain=\"im.example\",service=\"c2s\",finding=\"starttls-not-required\","
		"severity=\"warning\"} 2\n",
		"xmpp_tls_finding{domain=\"im.example\",service=\"c2s\",finding=\"other\","
		"severity=\"warning\"} 2\n",
		"xmpp_tls_finding{domain=\"im.example\",service=\"\",finding=\"cert-expires-soon\","
		"severity=\"info\"} 1\n",
		"xmpp_tls_endpoint_status" DOOR "} 1\n",
		"xmpp_tls_endpoint_up" DOOR "} 1\n",
		"xmpp_tls_endpoint_encrypted" DOOR "} 1\n",
		"xmpp_tls_endpoint_authenticated" DOOR "} 1\n",
		"xmpp_tls_endpoint_proof_info" DOOR ",proof=\"pkix\"} 1\n",
		"xmpp_tls_endpoint_starttls_required" DOOR "} 1\n",
		"xmpp_tls_endpoint_tls_info" DOOR ",version=\"TLS1.3\","
		"cipher=\"TLS_AES_256_GCM_SHA384\",group=\"x25519\"} 1\n",
		"xmpp_tls_endpoint_version_accepted" DOOR ",version=\"TLS1.1\"} 0\n",
		"xmpp_tls_endpoint_version_accepted" DOOR ",version=\"TLS1.2\"} 1\n",
		"xmpp_tls_endpoint_version_accepted" DOOR ",version=\"TLS1.3\"} 1\n",
		"xmpp_tls_endpoint_forward_secrecy" DOOR "} 0\n",
		"xmpp_tls_endpoint_post_quantum" DOOR "} 1\n",
		"xmpp_tls_endpoint_channel_binding" DOOR "} 1\n",
		"xmpp_tls_endpoint_dane" DOOR "} 0\n",
		"xmpp_tls_endpoint_dialback" DOOR ",verdict=\"valid\"} 0\n",
		"xmpp_tls_endpoint_dialback" DOOR ",verdict=\"invalid\"} 1\n",
		"xmpp_tls_endpoint_dialback" DOOR ",verdict=\"error\"} 0\n",
		"xmpp_tls_certificate_not_before_timestamp_seconds" DOOR "} 1780272000\n",
		"xmpp_tls_certificate_not_after_timestamp_seconds" DOOR "} 1783728000\n",
		"xmpp_tls_certificate_info" DOOR ",key=\"EC P-256\",bits=\"256\"} 1\n",
		"xmpp_tls_endpoint_connect_duration_seconds" DOOR "} 0.043750\n",
		"xmpp_tls_endpoint_handshake_duration_seconds" DOOR "} 0.030500\n",
	};
	static const char *const line = RECORD(
		",'dns':{'srv':[{'dnssec':'secure'}]},"
		"'findings':[" FINDING("cert-expires-soon", "info") "],'endpoints':[" ENDPOINT(
			"c2s", "starttls",
			GOOD_WALK SECTION("certcheck", "'status':'ok','dane':{'status':'none'}") SECTION(
				"ciphers",
				"'status':'warning','findings':[" FINDING("starttls-not-required", "warning") "," FINDING(
					"starttls-not-required",
					"warning") "," FINDING("made-up-1",
							       "warning") "," FINDING("made-up-2",
										      "warning") "],"
												 "'versions':[{'version':'TLS1.2','offered':'yes'},"
												 "{'version':'TLS1.1','offered':'no'}],"
												 "'forward_secrecy':'possible',"
												 "'groups':[{'post_quantum':true}]")
				SECTION("dialback", "'status':'ok','verdict':'invalid'")) "]");
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(&line, 1, mem);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_row(wanted[i], lines_with(text, wanted[i]) == 1);
	assert_int_equal(lines_with(text, "xmpp_tls_"), ARRAY_SIZE(wanted));
	/* HELP and TYPE stand before the first sample of each, once. */
	assert_int_equal(lines_with(text, "# HELP xmpp_tls_"), 26);
	assert_int_equal(lines_with(text, "# TYPE xmpp_tls_"), 26);
}

/* No series for what nobody looked at: 0 would be an alarm. */
static void what_is_not_known_has_no_sample(void **state)
{
	static const char *const lines[] = {
		C2S(SECTION("starttls", "'status':'unknown','encrypted':false,"
					"'authenticated':false," FAILURE("tcp", "no-route"))),
		ENDPOINTS(ENDPOINT("s2s", "direct", "")),
	};
	static const char *const absent[] = {
		"endpoint_up",   "endpoint_encrypted", "endpoint_authenticated",
		"endpoint_dane", "certificate",        "endpoint_connect",
		"srv_dnssec",    "endpoint_tls"
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(lines, 1, mem);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_status" DOOR "} 3\n"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++) {
		const char *start = arena_printf(mem, "xmpp_tls_%s", absent[i]);
		assert_row(absent[i], lines_with(text, start) == 0);
		start = arena_printf(mem, "# HELP xmpp_tls_%s", absent[i]);
		assert_row(absent[i], lines_with(text, start) == 0);
	}
	text = metrics_of(&lines[1], 1, mem);
	assert_int_equal(lines_with(text, "xmpp_tls_status"), 1);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_"), 0);
}

/* A connection that broke off has no duration to compare with others. */
static void only_a_whole_walk_has_a_duration(void **state)
{
	static const char *const line = C2S(SECTION(
		"starttls", "'status':'critical','encrypted':false,'steps':["
			    "{'step':'tcp','ok':true,'elapsed_ms':1},"
			    "{'step':'tls','ok':false,'elapsed_ms':5}]," FAILURE("tls", "closed")));
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(&line, 1, mem);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_up" DOOR "} 0\n"), 1);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_connect_duration"), 0);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_handshake_duration"), 0);
}

#define STATUS_SECTION(status) SECTION("starttls", "'status':'" status "'")

static void promises_that_could_be_tested_have_a_sample(void **state)
{
	static const char *const lines[] = {
		RECORD("," PROMISES),
		"{'schema':1,'domain':'b.example','status':'warning','manifesto':[" PROMISE(
			"EV\\nIL", "c2s", "broken") "]}",
	};
	static const char *const wanted[] = {
		"xmpp_tls_promise_kept{domain=\"im.example\",service=\"c2s\",promise=\"SW-1\"} 1\n",
		"xmpp_tls_promise_kept{domain=\"im.example\",service=\"s2s\",promise=\"SW-1\"} 0\n",
		"xmpp_tls_promise_kept{domain=\"im.example\",service=\"s2s\",promise=\"SW-7\"} 1\n",
		"xmpp_tls_promise_kept{domain=\"im.example\",service=\"c2s\",promise=\"DP-3\"} 0\n",
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(lines, ARRAY_SIZE(lines), mem);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_row(wanted[i], lines_with(text, wanted[i]) == 1);
	assert_int_equal(lines_with(text, "xmpp_tls_promise_kept{"), ARRAY_SIZE(wanted));
}

static void the_last_record_of_a_domain_counts(void **state)
{
	static const char *const lines[] = {
		RECORD(",'endpoints':[" ENDPOINT("c2s", "direct", STATUS_SECTION("ok")) "]"),
		"{'schema':1,'domain':'other.example','status':'ok'}",
		/* One endpoint twice, too. */
		RECORD(",'endpoints':[" ENDPOINT("c2s", "starttls", STATUS_SECTION("ok")) "," ENDPOINT(
			"s2s", "starttls",
			STATUS_SECTION("ok")) "," ENDPOINT("c2s", "starttls",
							   STATUS_SECTION("critical")) "]"),
		"{'schema':1,'input':'no domain','status':'unknown'}",
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(lines, ARRAY_SIZE(lines), mem);
	assert_int_equal(lines_with(text, "xmpp_tls_report_domains 2\n"), 1);
	assert_int_equal(lines_with(text, "xmpp_tls_report_invalid_lines 1\n"), 1);
	assert_int_equal(lines_with(text, "xmpp_tls_status{domain=\"im.example\"} 1\n"), 1);
	assert_int_equal(lines_with(text, "xmpp_tls_status{"), 2);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_status" DOOR "} 2\n"), 1);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_status{"), 2);
}

static void labels_are_escaped_and_made_up_words_are_none(void **state)
{
	static const char *const lines[] = {
		ENDPOINTS("{'service':'c2s','source':'file','file':'a\\\\b\\\"c\\nd'" SECTION(
			"certcheck", "'status':'ok','chain':[{'key':'RSA'}]") "}"),
		C2S(SECTION("starttls",
			    "'encrypted':true,'tls':{'up':true,'version':'TLS1.2',"
			    "'cipher':'x\\\"} 1\\n','group':'"
			    "0123456789012345678901234567890123456789012345678901234567890123456789"
			    "'}")),
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(&lines[0], 1, mem);
	assert_int_equal(lines_with(text, "xmpp_tls_certificate_info" DOOR_AT(
						  "c2s", "a\\\\b\\\"c\\\\nd", "", "",
						  "file") ",key=\"RSA\",bits=\"0\"} 1\n"),
			 1);
	text = metrics_of(&lines[1], 1, mem);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_tls_info" DOOR
					  ",version=\"TLS1.2\",cipher=\"other\",group=\"other\""
					  "} 1\n"),
			 1);
}

#define FILE_AT(name) "{'service':'c2s','source':'file','file':'" name "'" STATUS_SECTION("ok") "}"

/* A scraper refuses the whole file where one series stands twice. */
static void what_is_written_alike_is_one_series(void **state)
{
	static const char *const line = ENDPOINTS(
		FILE_AT("x\\u0001") "," FILE_AT("x\\\\x01") "," FILE_AT("x"));
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = metrics_of(&line, 1, mem);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_status" DOOR_AT("c2s", "x\\\\x01", "",
									     "", "file") "} 0\n"),
			 1);
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_status{"), 2);
}

/* Of 1,000 domains no metric comes in two parts. */
static void the_samples_of_a_metric_stand_together(void **state)
{
	static const char *lines[1000];
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		lines[i] = arena_printf(mem,
					"{'schema':1,'domain':'d%zu.example','status':'ok',"
					"'endpoints':[" ENDPOINT("c2s", "starttls", GOOD_WALK) "]}",
					i);
	const char *text = metrics_of(lines, ARRAY_SIZE(lines), mem), *last = "";
	size_t metrics = 0;
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		if (*line == '#')
			continue;
		size_t size = strcspn(line, "{ ");
		if (strlen(last) == size && strncmp(line, last, size) == 0)
			continue;
		last = arena_copy_n(mem, line, size);
		metrics++;
	}
	assert_int_equal(metrics, lines_with(text, "# TYPE "));
	assert_int_equal(lines_with(text, "xmpp_tls_endpoint_up{"), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fact_is_a_sample),
		cmocka_unit_test(what_is_not_known_has_no_sample),
		cmocka_unit_test(only_a_whole_walk_has_a_duration),
		cmocka_unit_test(promises_that_could_be_tested_have_a_sample),
		cmocka_unit_test(the_last_record_of_a_domain_counts),
		cmocka_unit_test(labels_are_escaped_and_made_up_words_are_none),
		cmocka_unit_test(what_is_written_alike_is_one_series),
		cmocka_unit_test(the_samples_of_a_metric_stand_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
