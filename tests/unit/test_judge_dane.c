#include "unit.h"

#include "facts_fixture.h"
#include "judge/parts.h"

#define NAME "_5222._tcp.xmpp.im.example"

static const struct row {
	const char *name;
	enum dane_status status;
	const char *records; /* "3 1 1 match 0, 2 1 1 differs -1": verdict and certificate */
	const char *combination;
	bool ta_missing;
	enum proof_mode mode;
	int64_t days_left; /* 0: plenty */
	const char *found; /* severities and ids */
	const char *text;  /* of the first finding, in part */
} rows[] = {
	/* Most of the world. */
	{ "not looked up", DANE_NOT_CHECKED, "", .found = "" },
	{ "insecure", DANE_INSECURE, "", .found = "" },
	{ "a resolver that is not believed", DANE_UNKNOWN, "", .found = "" },
	{ "nothing published", DANE_NONE, "", .found = "" },
	{ "as it should be", DANE_MATCH, "3 1 1 match 0", .found = "" },
	{ "both digests", DANE_MATCH, "3 1 1 superseded 0, 3 1 2 match 0", .found = "" },
	{ "of an issuer", DANE_MATCH, "2 1 1 match 1", .found = "" },
	/* What must not be. */
	{ "mismatch", DANE_MISMATCH, "3 1 1 differs -1", .found = "critical dane-mismatch",
	  .text = "because of \\x1b[31m" },
	{ "bogus", DANE_BOGUS, "", .found = "critical dane-bogus", .text = "because of" },
	{ "no answer", DANE_FAILED, "", .found = "info dane-failed", .text = "because of" },
	{ "unusable alone", DANE_NO_USABLE, "4 1 1 unusable -1, 9 9 9 unusable -1",
	  .found = "warning tlsa-unusable",
	  .text = "the TLSA record 4 1 1 at " NAME " (and 1 more) is unusable: it is \\x1b" },
	{ "unusable beside a good one", DANE_MATCH, "3 1 1 match 0, 3 1 3 unusable -1",
	  .found = "warning tlsa-unusable",
	  .text = "the TLSA record 3 1 3 at " NAME " is unusable" },
	/* CRT-46 to CRT-48 */
	{ "a combination that nothing matches", DANE_MATCH, "3 1 1 match 0, 3 0 1 differs -1",
	  .combination = "3 0 1", .found = "warning tlsa-combination-unmatched",
	  .text = "no TLSA record 3 0 1 at " NAME " matches the certificate" },
	{ "an anchor that was not sent", DANE_MISMATCH, "2 1 1 differs -1", .ta_missing = true,
	  .found = "critical dane-mismatch, warning tlsa-ta-not-in-chain" },
	{ "SHA-512 alone", DANE_MATCH, "3 1 2 match 0, 2 1 2 match 1, 9 1 1 unusable -1",
	  .found = "warning tlsa-unusable, warning tlsa-sha512-only" },
	{ "SHA-512 alone of one selector", DANE_MATCH, "3 1 2 match 0, 3 0 1 match 0",
	  .found = "" },
	{ "SHA-512 beside whole data", DANE_MATCH, "3 1 2 match 0, 3 1 0 match 0",
	  .found = "info tlsa-full-data",
	  .text = "the TLSA record 3 1 0 at " NAME " holds whole data instead of a digest" },
	{ "stale or of the next key", DANE_MATCH, "3 1 1 differs -1, 3 1 1 match 0",
	  .found = "info tlsa-stale",
	  .text = "the TLSA record 3 1 1 at " NAME " matches no certificate" },
	{ "it matches one, and not with all that its usage asks", DANE_MATCH,
	  "2 1 1 differs 1, 2 1 1 match 2", .found = "" },
	{ "usages 0 and 1", DANE_MATCH, "0 0 1 match -1, 1 1 1 match 0",
	  .found = "info tlsa-usage-pkix",
	  .text = "the TLSA record 0 0 1 at " NAME " (and 1 more) asks for a public authority" },
	{ "unusable records have no style", DANE_NO_USABLE, "0 9 0 unusable -1",
	  .found = "warning tlsa-unusable" },
	/* Rollover */
	{ "due for renewal", DANE_MATCH, "3 1 1 match 0", .days_left = 19,
	  .found = "info tlsa-rollover",
	  .text = "expires on 2027-01-01, and the only TLSA records at " NAME
		  " are of this one: if its key changes, publish the next one's record two TTLs "
		  "before" },
	{ "due for renewal, by the whole certificate", DANE_MATCH, "3 0 1 match 0", .days_left = 19,
	  .found = "info tlsa-rollover", .text = "if its contents changes" },
	{ "not due yet", DANE_MATCH, "3 1 1 match 0", .days_left = 21, .found = "" },
	{ "too late", DANE_MATCH, "3 1 1 match 0", .days_left = -1, .found = "" },
	{ "due, and the next key is published", DANE_MATCH, "3 1 1 match 0, 3 1 1 differs -1",
	  .days_left = 19, .found = "info tlsa-stale" },
	{ "due, and the issuer is published", DANE_MATCH, "3 1 1 match 0, 2 1 1 match 1",
	  .days_left = 19, .found = "" },
	{ "due, of an issuer alone", DANE_MATCH, "2 1 1 match 1", .days_left = 19, .found = "" },
	{ "due, and a mismatch already", DANE_MISMATCH, "3 1 1 differs -1", .days_left = 19,
	  .found = "critical dane-mismatch" },
	/* --dane=require */
	{ "required and matching", DANE_MATCH, "3 1 1 match 0", .mode = PROOF_REQUIRE,
	  .found = "" },
	{ "required and insecure", DANE_INSECURE, "", .mode = PROOF_REQUIRE,
	  .found = "critical dane-required",
	  .text = "DANE is required and proves nothing here (insecure): because of" },
	{ "required and not published", DANE_NONE, "", .mode = PROOF_REQUIRE,
	  .found = "critical dane-required" },
	{ "required and not believed", DANE_UNKNOWN, "", .mode = PROOF_REQUIRE,
	  .found = "critical dane-required" },
	{ "required and mismatching", DANE_MISMATCH, "3 1 1 differs -1", .mode = PROOF_REQUIRE,
	  .found = "critical dane-mismatch, critical dane-required" },
	{ "required and unanswered", DANE_FAILED, "", .mode = PROOF_REQUIRE,
	  .found = "info dane-failed, critical dane-required" },
};

static enum dane_verdict verdict_of(const char *word)
{
	for (int i = 0; i <= DANE_UNUSABLE; i++) {
		if (strcmp(dane_verdict_text((enum dane_verdict)i), word) == 0)
			return (enum dane_verdict)i;
	}
	fail_msg("verdict %s?", word);
	return DANE_UNUSABLE;
}

static void read_records(const char *text, struct arena *mem, struct dane_facts *out)
{
	char *list = arena_copy(mem, text), *save = NULL;
	out->records = arena_array(mem, 8, sizeof(*out->records));
	for (char *one = strtok_r(list, ",", &save); one; one = strtok_r(NULL, ",", &save)) {
		struct dane_record_facts *record = &out->records[out->count++];
		unsigned usage, selector, matching;
		char word[16];
		assert_int_equal(sscanf(one, "%u %u %u %15s %d", &usage, &selector, &matching, word,
					&record->cert),
				 5);
		record->tlsa = (struct dns_tlsa){ .usage = (uint8_t)usage,
						  .selector = (uint8_t)selector,
						  .matching = (uint8_t)matching };
		record->verdict = verdict_of(word);
		record->reason = "it is \x1b";
		if (record->verdict == DANE_MATCHES && !out->matched)
			out->matched = record;
	}
}

static void judge_row(const struct row *row, struct arena *mem)
{
	const struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	const struct policy policy = { POLICY_BCP195, NULL };
	const struct check_rules rules = { .warning = expiry_warning,
					   .critical = expiry_critical,
					   .dane = row->mode };
	struct certcheck_facts *check = arena_alloc(mem, sizeof(*check));
	struct findings findings = { 0 };
	check->walk = *facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	check->at = row->days_left ? check->walk.identity.certs[0].not_after - row->days_left * DAYS
				   : FIXTURE_JULY_26;
	check->dane = (struct dane_facts){
		.status = row->status,
		.name = row->records[0] ? NAME : NULL,
		.unmatched_combination = row->combination,
		.ta_missing = row->ta_missing,
		.reason = row->status == DANE_MATCH ? NULL : "because of \x1b[31m",
	};
	read_records(row->records, mem, &check->dane);
	const struct judging judging = {
		&at, &check->walk, &policy, mem, &findings, check, &rules
	};
	judge_dane(&judging);
	assert_row_string(row->name, findings_words(&findings, mem), row->found);
	for (const struct finding *one = findings.first; one; one = one->next)
		assert_row(row->name, !strchr(one->text, '\x1b'));
	const char *text = findings.first ? findings.first->text : "";
	if (row->text && !strstr(text, row->text))
		fail_msg("%s: got \"%s\", wanted \"%s\"", row->name, text, row->text);
}

static void judges_dane(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		judge_row(&rows[i], mem);
	}
}

static void an_unanswered_question_makes_the_status_unknown(void **state)
{
	(void)state;
	assert_true(finding_kind_find("dane-failed")->unknown);
	assert_false(finding_kind_find("dane-bogus")->unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_dane),
		cmocka_unit_test(an_unanswered_question_makes_the_status_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
