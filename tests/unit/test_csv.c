#include "sheet_fixture.h"

/* The fields of line `number`, 0 being the header; quotes undone as RFC 4180 has it. */
static size_t fields_of(const struct buf *out, size_t number, struct arena *mem,
			const char *fields[60])
{
	const char *at = buf_string(out);
	for (; number > 0; number--) {
		at = strstr(at, "\r\n");
		assert_non_null(at);
		at += 2;
	}
	for (size_t count = 0;; at++) {
		CLEANUP(buf_free) struct buf field = buf_new(BUF_UNBOUNDED);
		bool quoted = *at == '"';
		for (at += quoted; quoted ? *at != '"' || *++at == '"' : !strchr(",\r", *at); at++)
			buf_char(&field, *at);
		fields[count++] = arena_copy(mem, buf_string(&field));
		assert_true(count < 60);
		assert_true(*at == ',' || strncmp(at, "\r\n", 2) == 0);
		if (*at == '\r')
			return count;
	}
}

static const char *field_of(const struct buf *out, size_t line, const char *column,
			    struct arena *mem)
{
	const char *names[60] = { NULL }, *fields[60] = { NULL };
	size_t count = fields_of(out, 0, mem, names);
	assert_int_equal(fields_of(out, line, mem, fields), count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], column) == 0)
			return fields[i];
	}
	fail_msg("no column %s", column);
	return NULL;
}

static void a_row_tells_all_of_an_endpoint(void **state)
{
	static const char *const lines[] = {
		RECORD(",'policy':'strict'," PROMISES
		       ",'findings':[" FINDING("spans", "info") "],'endpoints':[" ENDPOINT(
			       "c2s", "starttls",
			       GOOD_WALK SECTION(
				       "ciphers",
				       "'status':'warning','findings':[" FINDING("a", "info") "," FINDING(
					       "b",
					       "warning") "],"
							  "'versions':[{'version':'TLS1.2','offered':'yes'},"
							  "{'version':'TLS1.1','offered':'no'}]")) "]"),
	};
	static const struct row {
		const char *column, *value;
	} rows[] = {
		{ "domain", "im.example" },
		{ "domain_status", "warning" },
		{ "policy", "strict" },
		{ "checked", "2026-07-01T00:00:00Z" },
		{ "dnssec", "" },
		{ "domain_findings", "info:spans" },
		{ "broken_promises", "s2s:SW-1 c2s:DP-3" },
		{ "service", "c2s" },
		{ "transport", "starttls" },
		{ "host", "xmpp.im.example" },
		{ "address", "192.0.2.7" },
		{ "port", "5222" },
		{ "status", "warning" },
		{ "up", "yes" },
		{ "encrypted", "yes" },
		{ "authenticated", "yes" },
		{ "authenticated_by", "pkix" },
		{ "tls_version", "TLS1.3" },
		{ "cipher", "TLS_AES_256_GCM_SHA384" },
		{ "group", "x25519" },
		{ "accepted_versions", "TLS1.2 TLS1.3" },
		{ "forward_secrecy", "yes" },
		{ "post_quantum", "" },
		{ "channel_binding", "yes" },
		{ "dane", "" },
		{ "starttls_required", "yes" },
		{ "dialback", "" },
		{ "subject", "CN=im.example" },
		{ "issuer", "CN=Good CA,O=\\22x\\22" },
		{ "key", "EC P-256" },
		{ "key_bits", "256" },
		{ "not_before", "2026-06-01T00:00:00Z" },
		{ "not_after", "2026-07-11T00:00:00Z" },
		{ "days_left", "10" },
		{ "chain_not_after", "" },
		{ "sha256", "ab" },
		{ "findings", "warning:b info:a" },
		{ "failure", "" },
	};
	const struct sheet_options options = { .now = SHEET_NOW };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	const char *names[60];
	sheet_lines(&sheet_csv, &options, lines, 1, &out);
	assert_int_equal(fields_of(&out, 0, mem, names), ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row_string(rows[i].column, names[i], rows[i].column);
		assert_row_string(rows[i].column, field_of(&out, 1, rows[i].column, mem),
				  rows[i].value);
	}
}

#define FOUND_AT(service, findings)                                                                \
	ENDPOINT(service, "starttls",                                                              \
		 SECTION("starttls", "'status':'warning','findings':[" findings "]"))

/* A digest has all findings in one list, the worst first. */
static void each_endpoint_has_its_own_findings_the_worst_first(void **state)
{
	static const char *const line = RECORD(",'findings':[" FINDING("whole", "info") "," FINDING(
		"all",
		"warning") "],"
			   "'endpoints':[" FOUND_AT("c2s", FINDING("a", "info") "," FINDING("b", "warning")) "," FOUND_AT(
				   "s2s",
				   FINDING("c",
					   "info")) "," FOUND_AT("s2s",
								 FINDING("a", "critical") "," FINDING(
									 "d", "info")) "]");
	static const char *const found[] = { "warning:b info:a", "info:c", "critical:a info:d" };
	const struct sheet_options options = { .now = SHEET_NOW };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	sheet_lines(&sheet_csv, &options, &line, 1, &out);
	for (size_t i = 0; i < ARRAY_SIZE(found); i++) {
		assert_row_string(found[i], field_of(&out, i + 1, "findings", mem), found[i]);
		assert_row_string(found[i], field_of(&out, i + 1, "domain_findings", mem),
				  "warning:all info:whole");
	}
}

static void what_is_no_domain_or_has_no_endpoint_has_a_row(void **state)
{
	static const char *const lines[] = {
		"{'schema':1,'input':'two words','status':'unknown'}",
		RECORD(",'findings':[" FINDING("no-srv", "critical") "]"),
		ENDPOINTS("{'service':'s2s','source':'file','file':'-a.pem'}"),
		C2S(SECTION("starttls",
			    "'status':'critical','encrypted':false," FAILURE("tcp", "refused"))),
		RECORD(",'policy':'bcp195','endpoints':[" ENDPOINT(
			"c2s", "starttls",
			SECTION("starttls", "'status':'ok','policy':'strict'")) "]"),
	};
	static const struct row {
		size_t line;
		const char *column, *value;
	} rows[] = {
		{ 1, "domain", "two words" },
		{ 1, "domain_status", "unknown" },
		{ 1, "policy", "" },
		{ 1, "service", "" },
		{ 2, "domain_findings", "critical:no-srv" },
		{ 2, "findings", "" },
		{ 3, "service", "s2s" },
		{ 3, "transport", "file" },
		{ 3, "host", "'-a.pem" },
		{ 3, "port", "" },
		{ 3, "status", "" },
		{ 4, "failure", "why" },
		{ 4, "up", "no" },
		{ 4, "encrypted", "" },
		{ 5, "policy", "several" },
	};
	const struct sheet_options options = { .now = SHEET_NOW };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	sheet_lines(&sheet_csv, &options, lines, ARRAY_SIZE(lines), &out);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row_string(rows[i].column, field_of(&out, rows[i].line, rows[i].column, mem),
				  rows[i].value);
}

#define SUBJECT(text) C2S(SECTION("starttls", "'certificate':{'subject':'" text "'}"))

/* Whoever opens the file in a spreadsheet runs what it takes for a formula. */
static void a_field_is_text_and_one_line(void **state)
{
	static const struct row {
		const char *record, *subject;
	} rows[] = {
		{ SUBJECT("=HYPERLINK(1)"), "'=HYPERLINK(1)" },
		{ SUBJECT("+1"), "'+1" },
		{ SUBJECT("-1"), "'-1" },
		{ SUBJECT("@SUM(1)"), "'@SUM(1)" },
		{ SUBJECT("  =1"), "'  =1" },
		{ SUBJECT("＝1"), "'＝1" },
		{ SUBJECT("\\t=1"), "\\t=1" }, /* the tab itself is gone */
		{ SUBJECT("CN=a=b"), "CN=a=b" },
		{ SUBJECT("a\\r\\nb"), "a\\r\\nb" },
		{ SUBJECT("a \\\"b\\\", c"), "a \"b\", c" },
		{ SUBJECT("\\\""), "\"" },
		{ SUBJECT("a\\u001b[31mb"), "a\\x1b[31mb" },
		{ SUBJECT("a\\u202eb"), "a\\u{202e}b" },
		{ SUBJECT("a\\\\,b"), "a\\,b" },
	};
	const struct sheet_options options = { .now = SHEET_NOW };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		sheet_lines(&sheet_csv, &options, &rows[i].record, 1, &out);
		assert_row_string(rows[i].record, field_of(&out, 1, "subject", mem),
				  rows[i].subject);
		for (size_t at = 0; at < out.size; at++)
			assert_row(rows[i].record, (unsigned char)out.data[at] >= ' ' ||
							   strchr("\r\n", out.data[at]));
	}
}

static void numbers_of_ours_stay_numbers(void **state)
{
	const struct sheet_options options = { .now = SHEET_NOW + 11 * 86400 };
	const char *line = C2S(GOOD_WALK);
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	sheet_lines(&sheet_csv, &options, &line, 1, &out);
	assert_string_equal(field_of(&out, 1, "days_left", mem), "-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_tells_all_of_an_endpoint),
		cmocka_unit_test(each_endpoint_has_its_own_findings_the_worst_first),
		cmocka_unit_test(what_is_no_domain_or_has_no_endpoint_has_a_row),
		cmocka_unit_test(a_field_is_text_and_one_line),
		cmocka_unit_test(numbers_of_ours_stay_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
