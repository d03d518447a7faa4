#include "sheet_fixture.h"

static const struct sheet_options plain = { .now = SHEET_NOW };

static const char *summary_of(const struct sheet_options *options, const char *const *lines,
			      size_t count, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	sheet_lines(&sheet_summary, options, lines, count, &out);
	return arena_copy(mem, buf_string(&out));
}

/* What stands behind a label: "1 of 2 50.0 % | -". */
static const char *line_behind(const char *text, const char *label, struct arena *mem)
{
	const char *found = strstr(text, arena_printf(mem, "\n%s  ", label));
	if (!found)
		return "(no line)";
	found += 1 + strlen(label);
	char *line = arena_copy_n(mem, found, strcspn(found, "\n")), *to = line;
	for (const char *from = line; *from; from++) {
		if (*from != ' ' || (to > line && to[-1] != ' '))
			*to++ = *from;
	}
	*to = '\0';
	return line;
}

#define DOMAIN(name, status, members)                                                              \
	"{'schema':1,'domain':'" name "','status':'" status "'" members "}"
#define DOORS(list)                 ",'endpoints':[" list "]"
#define DNS(srv, lookups)           ",'dns':{'srv':[" srv "],'lookups':[" lookups "]}"
#define LOOKUP(type, name, outcome) "{'type':'" type "','name':'" name "','outcome':'" outcome "'}"
#define ASKED(type, name)           DNS("", LOOKUP(type, name, "no-name"))
#define BROKEN                                                                                     \
	SECTION("starttls",                                                                        \
		"'status':'critical','encrypted':false,'authenticated':false," FAILURE(            \
			"starttls", "starttls-refused"))
#define DEAD                                                                                       \
	SECTION("starttls",                                                                        \
		"'status':'warning','encrypted':false,'authenticated':false," FAILURE("tcp",       \
										      "refused"))
#define OLD                                                                                        \
	SECTION("starttls", "'status':'warning','encrypted':true,'authenticated':false,"           \
			    "'tls':{'up':true,'version':'TLS1.2','forward_secrecy':false}")
#define SIX                                                                                        \
	"{'service':'c2s','host':'h','port':5222,'address':'2001:db8::1',"                         \
	"'transport':'starttls'" GOOD_WALK "}"

static void shares_are_of_what_is_known(void **state)
{
	static const char *const lines[] = {
		DOMAIN("a.example", "ok", DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		DOMAIN("b.example", "critical", DOORS(ENDPOINT("c2s", "starttls", BROKEN))),
		/* A service is as good as its weakest endpoint, and there if any is. */
		DOMAIN("c.example", "warning",
		       ASKED("AAAA", "h") DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK) "," ENDPOINT(
			       "c2s", "starttls",
			       OLD) "," ENDPOINT("c2s", "starttls",
						 DEAD) "," ENDPOINT("s2s", "starttls", OLD))),
		DOMAIN("d.example", "ok", ASKED("SRV", "_xmpps-client._tcp.d.example") DOORS(SIX)),
		DOMAIN("e.example", "ok",
		       DOORS(ENDPOINT("c2s", "direct", GOOD_WALK) "," ENDPOINT(
			       "s2s", "starttls",
			       SECTION("dialback", "'status':'ok','verdict':'valid',"
						   "'encrypted':true")))),
		DOMAIN("f.example", "unknown", ""),
	};
	static const struct row {
		const char *label, *words;
	} rows[] = {
		{ "Reachable", "4 of 5 80.0 % 2 of 2 100.0 %" },
		{ "Encrypted", "4 of 5 80.0 % 2 of 2 100.0 %" },
		{ "Authenticated", "3 of 5 60.0 % 0 of 1 0.0 %" },
		{ "  of these by PKIX", "3 of 3 100.0 % -" },
		{ "  of these by DANE", "(no line)" },
		{ "Negotiates TLS1.3", "3 of 4 75.0 % 0 of 1 0.0 %" },
		{ "Negotiates TLS1.2", "1 of 4 25.0 % 1 of 1 100.0 %" },
		{ "Negotiates TLS1.1", "(no line)" },
		{ "Accepts TLS1.3", "(no line)" },
		{ "Forward secrecy always", "3 of 4 75.0 % 0 of 1 0.0 %" },
		{ "STARTTLS required", "3 of 3 100.0 % -" },
		{ "Direct TLS", "1 of 2 50.0 % -" },
		{ "IPv6", "1 of 2 50.0 % 0 of 1 0.0 %" },
		{ "Channel binding (PLUS)", "4 of 4 100.0 % -" },
		{ "Dialback valid", "- 1 of 1 100.0 %" },
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = summary_of(&plain, lines, ARRAY_SIZE(lines), mem);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row_string(rows[i].label, line_behind(text, rows[i].label, mem),
				  rows[i].words);
}

#define SRV(kind, target)                                                                          \
	"{'name':'_xmpp" kind ".b.example','priority':5,'weight':0,'target':'" target              \
	"','port':5223}"
#define DIRECT      "s-client._tcp"
#define DIRECT_NAME "_xmpps-client._tcp.b.example"

/* What is published and was not tried is no "no": --first, xmpp-ciphers and xmpp-dialback take one
 * endpoint. */
static void ways_in_that_nobody_tried_are_not_known(void **state)
{
	static const struct row {
		const char *name, *line, *direct, *ipv6;
	} rows[] = {
		{ "nobody asked", C2S(GOOD_WALK), "(no line)", "(no line)" },
		{ "nothing is published",
		  RECORD(DNS("", LOOKUP("SRV", DIRECT_NAME, "no-name") "," LOOKUP("AAAA", "h",
										  "no-data"))
				 DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		  "0 of 1 0.0 % -", "0 of 1 0.0 % -" },
		{ "no answer",
		  RECORD(DNS("", LOOKUP("SRV", DIRECT_NAME,
					"timed-out") "," LOOKUP("AAAA", "h", "server-failed"))
				 DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		  "(no line)", "(no line)" },
		{ "published, not tried",
		  RECORD(DNS(SRV(DIRECT, "h"),
			     LOOKUP("SRV", DIRECT_NAME, "found") "," LOOKUP("AAAA", "h", "found"))
				 DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		  "(no line)", "(no line)" },
		{ "published, tried and failed",
		  RECORD(DNS(SRV(DIRECT, "h"), LOOKUP("SRV", DIRECT_NAME, "found"))
				 DOORS(ENDPOINT("c2s", "direct", DEAD))),
		  "0 of 1 0.0 % -", "(no line)" },
		{ "published, works",
		  RECORD(DNS(SRV(DIRECT, "h"), LOOKUP("AAAA", "h", "found"))
				 DOORS(SIX "," ENDPOINT("c2s", "direct", GOOD_WALK))),
		  "1 of 1 100.0 % -", "1 of 1 100.0 % -" },
		{ "a dot says that there is none: RFC 2782",
		  RECORD(DNS(SRV(DIRECT, "."), LOOKUP("SRV", DIRECT_NAME, "found"))
				 DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		  "0 of 1 0.0 % -", "(no line)" },
		{ "the other service's host has IPv6",
		  RECORD(DNS(SRV("-client._tcp", "h") "," SRV("-server._tcp", "six"),
			     LOOKUP("AAAA", "h", "no-data") "," LOOKUP("AAAA", "six", "found"))
				 DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		  "(no line)", "0 of 1 0.0 % -" },
		{ "one of two hosts did not answer",
		  RECORD(DNS(SRV("-client._tcp", "h") "," SRV("-client._tcp", "i"),
			     LOOKUP("AAAA", "h", "no-data") "," LOOKUP("AAAA", "i", "timed-out"))
				 DOORS(ENDPOINT("c2s", "starttls", GOOD_WALK))),
		  "(no line)", "(no line)" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *text = summary_of(&plain, &rows[i].line, 1, mem);
		assert_row_string(rows[i].name, line_behind(text, "Direct TLS", mem),
				  rows[i].direct);
		assert_row_string(rows[i].name, line_behind(text, "IPv6", mem), rows[i].ipv6);
	}
}

#define JUDGED(name, status, policy, section_policy)                                               \
	DOMAIN(name, status,                                                                       \
	       ",'policy':'" policy "'" DOORS(ENDPOINT(                                            \
		       "c2s", "starttls",                                                          \
		       SECTION("starttls", "'status':'ok','policy':'" section_policy "'"))))

static void statuses_are_told_by_policy(void **state)
{
	static const char *const lines[] = {
		JUDGED("a.example", "ok", "strict", "strict"),
		JUDGED("b.example", "ok", "strict", "strict"),
		JUDGED("c.example", "warning", "bcp195", "bcp195"),
		JUDGED("d.example", "critical", "bcp195", "strict"),
		DOMAIN("e.example", "unknown", ",'policy':'bcp195'"),
		DOMAIN("f.example", "unknown", ""),
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *one = summary_of(&plain, lines, 2, mem);
	assert_non_null(strstr(one, "\nStatus under strict, of all domains\n"));
	assert_null(strstr(one, "Under the policy"));
	const char *all = summary_of(&plain, lines, ARRAY_SIZE(lines), mem);
	assert_non_null(strstr(all, "\nStatus, of all domains\n"));
	assert_string_equal(line_behind(all, "Under the policy", mem),
			    "ok warning critical unknown");
	assert_string_equal(line_behind(all, "  bcp195", mem), "0 1 0 1");
	assert_string_equal(line_behind(all, "  manifesto", mem), "(no line)");
	assert_string_equal(line_behind(all, "  strict", mem), "2 0 0 0");
	assert_string_equal(line_behind(all, "  several or unknown", mem), "0 0 1 1");
}

#define SURVEY(versions, more)                                                                     \
	C2S(SECTION("ciphers", "'status':'ok','encrypted':true,'versions':[" versions "]" more))
#define OFFERED(version, answer) "{'version':'TLS" version "','offered':'" answer "'}"

static void versions_are_counted_where_they_were_asked_for(void **state)
{
	static const char *const lines[] = {
		SURVEY(OFFERED("1.3", "yes") "," OFFERED("1.2", "no"), ",'groups_complete':"
								       "{'tls13':'yes'}"),
		SURVEY(OFFERED("1.3", "yes") "," OFFERED("1.2", "yes"), ""),
		SURVEY(OFFERED("1.3", "unclear") "," OFFERED("1.2", "no"),
		       ",'groups':"
		       "[{'post_quantum':true}]"),
		C2S(GOOD_WALK), /* tells of one version alone */
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = summary_of(&plain, lines, ARRAY_SIZE(lines), mem);
	assert_string_equal(line_behind(text, "Accepts TLS1.3", mem), "2 of 2 100.0 % -");
	assert_string_equal(line_behind(text, "Accepts TLS1.2", mem), "1 of 3 33.3 % -");
	assert_string_equal(line_behind(text, "TLS 1.3 only", mem), "1 of 2 50.0 % -");
	assert_string_equal(line_behind(text, "Post-quantum key exchange", mem), "1 of 2 50.0 % -");
}

#define CERTIFICATE(sha256, end, key, bits)                                                        \
	SECTION("starttls", "'certificate':{'subject':'CN=x','issuer':'CN=CA','sha256':'" sha256   \
			    "','not_before':'2026-01-01T00:00:00Z','not_after':'" end              \
			    "','key':'" key "','bits':" bits "}")

static void a_certificate_counts_once_in_its_domain(void **state)
{
	static const char *const lines[] = {
		ENDPOINTS(ENDPOINT(
			"c2s", "starttls",
			CERTIFICATE(
				"aa", "2026-06-30T23:59:59Z", "RSA",
				"2048")) "," ENDPOINT("s2s", "starttls",
						      CERTIFICATE(
							      "aa", "2026-06-30T23:59:59Z", "RSA",
							      "2048")) "," ENDPOINT("s2s",
										    "starttls",
										    CERTIFICATE(
											    "bb",
											    "2026-07-08T00:00:00Z",
											    "RSA",
											    "4096"))),
		C2S(CERTIFICATE("aa", "2026-07-08T00:00:01Z", "EC P-256", "256")),
		C2S(CERTIFICATE("cc", "2026-07-31T00:00:01Z", "EC P-256", "256")),
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = summary_of(&plain, lines, ARRAY_SIZE(lines), mem);
	assert_non_null(strstr(text, "3 domains, 5 endpoints, 4 certificates; seen 2026-07-01\n"));
	assert_non_null(strstr(text, "ended                 1   25.0 %\n"));
	assert_non_null(strstr(text, "within 7 days         1   25.0 %\n"));
	assert_non_null(strstr(text, "within 14 days        2   50.0 %\n"));
	assert_non_null(strstr(text, "within 30 days        2   50.0 %\n"));
	assert_non_null(strstr(text, "\n      2   50.0 %  EC P-256\n"));
	assert_non_null(strstr(text, "\n      1   25.0 %  RSA 2048\n"));
	assert_non_null(strstr(text, "\nIssuers, of 4 certificates\n      4  100.0 %  CN=CA\n"));
}

static void broken_promises_explain_what_no_finding_does(void **state)
{
	static const char *const lines[] = {
		RECORD("," PROMISES), RECORD("," PROMISES),
		RECORD(",'manifesto':[" PROMISE("SW-1", "c2s", "kept") "]"), RECORD("")
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *said =
		"\nPromises of the manifesto are broken by 2 of 3 domains: see --manifesto\n";
	assert_non_null(strstr(summary_of(&plain, lines, ARRAY_SIZE(lines), mem), said));
	assert_null(strstr(summary_of(&plain, &lines[2], 2, mem), "Promises"));
}

static void frequent_findings_stand_first(void **state)
{
	static const char *const lines[] = {
		C2S(SECTION("starttls",
			    "'findings':[" FINDING("cert-expired", "critical") "," FINDING(
				    "starttls-not-required", "warning") "]")
			    SECTION("ciphers",
				    "'findings':[" FINDING("starttls-not-required", "info") "]")),
		RECORD(",'findings':[" FINDING("starttls-not-required",
					       "info") "," FINDING("made-up", "critical") "]"),
		RECORD(""),
		"{'schema':1,'input':'no domain','status':'unknown',"
		"'findings':[" FINDING("cert-expired", "critical") "]}",
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = summary_of(&plain, lines, ARRAY_SIZE(lines), mem);
	const char *findings = strstr(text, "\nMost frequent findings, of all domains\n");
	assert_non_null(findings);
	assert_string_equal(findings + 1, "Most frequent findings, of all domains\n"
					  "      2   66.6 %  warning   starttls-not-required\n"
					  "      1   33.3 %  critical  cert-expired\n"
					  "  and 1 times what this version does not know\n");
	assert_non_null(strstr(text, "1 line that named no domain: not counted below\n"));
}

/* A reader of one terminal sees the whole, and no control of a stranger's. */
static void it_fits_a_screen(void **state)
{
	const char *long_issuer =
		"'issuer':'=\\u001b[31m\\u202eCN=Ä"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'";
	const struct sheet_options options = { .now = SHEET_NOW, .title = "June\nof \033[1m2026" };
	const char *lines[20];
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		lines[i] = arena_printf(
			mem, "%s%s%zu%s",
			"{'schema':1,'domain':'a.example','status':'ok','findings':[", "{'id':'", i,
			"','severity':'info','text':'t'}],'endpoints':[");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		lines[i] = arena_printf(
			mem,
			"%s" ENDPOINT(
				"c2s", "starttls",
				",'starttls':{'certificate':{'subject':'',%s,'sha256':'%zu',"
				"'not_after':'2026-08-01T00:00:00Z','key':'RSA','bits':%zu}}") "]}",
			lines[i], long_issuer, i, 1000 + i);
	const char *text = summary_of(&options, lines, ARRAY_SIZE(lines), mem);
	assert_non_null(strstr(text, "June\\nof \\x1b[1m2026\n\n20 domains"));
	assert_non_null(strstr(text, "\n     15   75.0 %  others\n")); /* of keys */
	size_t count = 0;
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		assert_true(strcspn(line, "\n") <= 100);
		assert_true(strcspn(line, "\033") >= strcspn(line, "\n"));
		assert_true(line[0] == '\n' || line[strcspn(line, "\n") - 1] != ' ');
		count++;
	}
	assert_true(count < 50);
}

static void colour_marks_verdicts(void **state)
{
	static const char *const line = C2S(
		SECTION("starttls", "'findings':[" FINDING("cert-expired", "critical") "]"));
	const struct sheet_options options = { .now = SHEET_NOW, .colour = true };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = summary_of(&options, &line, 1, mem);
	assert_non_null(strstr(text, "  \033[32mok\033[0m                0"));
	assert_non_null(strstr(text, "  \033[31mcritical\033[0m  cert-expired\n"));
	assert_null(strchr(summary_of(&plain, &line, 1, mem), '\033'));
}

static void nothing_in_is_said(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_string_equal(summary_of(&plain, NULL, 0, mem),
			    "0 domains, 0 endpoints, 0 certificates\n");
}

/* No head of a table without rows. */
static void nothing_known_has_no_table(void **state)
{
	static const char *const lines[] = { DOMAIN("a.example", "unknown", "") };
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *text = summary_of(&plain, lines, 1, mem);
	assert_string_equal(line_behind(text, "  unknown", mem), "1 100.0 %");
	assert_null(strstr(text, "Of domains where known"));
	assert_string_equal(text + strlen(text) - strlen("100.0 %\n"), "100.0 %\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_of_what_is_known),
		cmocka_unit_test(ways_in_that_nobody_tried_are_not_known),
		cmocka_unit_test(statuses_are_told_by_policy),
		cmocka_unit_test(versions_are_counted_where_they_were_asked_for),
		cmocka_unit_test(a_certificate_counts_once_in_its_domain),
		cmocka_unit_test(broken_promises_explain_what_no_finding_does),
		cmocka_unit_test(frequent_findings_stand_first),
		cmocka_unit_test(it_fits_a_screen),
		cmocka_unit_test(colour_marks_verdicts),
		cmocka_unit_test(nothing_in_is_said),
		cmocka_unit_test(nothing_known_has_no_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
