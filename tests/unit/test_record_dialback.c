#include "unit.h"

#include "record_fixture.h"

#include "dialback_runs.h"
#include "report/reread.h"

typedef struct dialback_facts *server(struct arena *mem);

static struct dialback_facts *blank(struct arena *mem)
{
	return &run_blank(mem)->facts;
}

static const struct row {
	const char *name;
	server *make;
} rows[] = {
	{ "nothing tried", blank },       { "without a listener", run_alone },
	{ "verified", run_verified },     { "not found", run_unfound },
	{ "loose", run_loose },           { "convinced", run_convinced },
	{ "denied", run_denied },         { "turned away", run_turned_away },
	{ "silence", run_silent },        { "refused", run_refused },
	{ "everything", run_everything },
};

static json_t *written(const struct dialback_facts *facts)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	const struct findings none = { 0 };
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	json_t *record = record_new("im.example"), *endpoint = record_endpoint(&at),
	       *endpoints = json_array();
	json_object_set_new(endpoint, "dialback",
			    record_dialback(&at, facts, &policy, &none, STATUS_OK));
	json_array_append_new(endpoints, endpoint);
	json_object_set_new(record, "endpoints", endpoints);
	record_raise_status(record, STATUS_OK);
	return record;
}

static void read_back(const char *name, const char *line, struct arena *mem,
		      struct dialback_facts *out)
{
	struct err err;
	json_t *record = NULL;
	if (!reread_line(line, strlen(line), &record, &err) ||
	    !reread_dialback(json_array_get(json_object_get(record, "endpoints"), 0), mem, out,
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
		const char *first = line_of(written(rows[i].make(mem)), mem);
		struct dialback_facts again;
		read_back(rows[i].name, first, mem, &again);
		assert_row_string(rows[i].name, line_of(written(&again), mem), first);
	}
}

static const char *findings_of(const struct dialback_facts *facts, enum policy_name name,
			       struct arena *mem)
{
	const struct policy policy = { name, NULL };
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct findings found = { 0 };
	const char *words = "";
	judge_dialback(&at, facts, &policy, mem, &found);
	for (const struct finding *finding = found.first; finding; finding = finding->next)
		words = arena_printf(mem, "%s%s %s: %s\n", words, severity_name(finding->severity),
				     finding->kind->id, finding->text);
	for (size_t i = 0; i < facts->trial_count; i++)
		words = arena_printf(
			mem, "%s%s: %s\n", words, trial_kind(facts->trials[i].which)->name,
			severity_name(judge_trial(facts, &facts->trials[i], &policy, mem)));
	return words;
}

static void judged_anew_it_is_found_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (int name = 0; name < POLICY_COUNT; name++) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			struct dialback_facts *facts = rows[i].make(mem), again;
			if (rows[i].make == run_everything)
				continue; /* what is no text is escaped once, so words differ */
			read_back(rows[i].name, line_of(written(facts), mem), mem, &again);
			assert_row_string(rows[i].name,
					  findings_of(&again, (enum policy_name)name, mem),
					  findings_of(facts, (enum policy_name)name, mem));
		}
	}
}

static void the_facts_come_back(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct dialback_facts *facts = run_unfound(mem), again;
	read_back("not found", line_of(written(facts), mem), mem, &again);
	assert_true(again.listening);
	assert_string_equal(again.us, "test.example.net");
	assert_int_equal(again.home, HOME_ELSEWHERE);
	assert_int_equal(again.trust, TRUST_NONE);
	assert_int_equal(again.verdict, OUTCOME_ERROR);
	assert_int_equal(again.trials[0].called_back, KNOWN_NO);
	assert_int_equal(again.trials[0].called_in_clear, KNOWN_NOT);
	assert_int_equal(again.trials[0].link, 0);
	assert_int_equal(again.hops[0].trial, 0);
	assert_true(again.links[0].tls.up && again.links[0].after.dialback);
	assert_true(again.walk.authenticated && again.walk.identity.names.matched);
	assert_int_equal(again.walk.tls.chain_count, 1);
	assert_int_equal(again.own.trusted, KNOWN_NOT);
	read_back("own", line_of(written(run_convinced(mem)), mem), mem, &again);
	assert_int_equal(again.own.names_us, KNOWN_YES);
	assert_int_equal(again.own.trusted, KNOWN_YES);
	assert_int_equal(again.own.for_clients, KNOWN_NO);
}

static const struct holds {
	server *make;
	const char *part; /* "!…": is not there */
} holds[] = {
	{ run_verified,
	  "\"dialback\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"ok\","
	  "\"elapsed_ms\":84.25,\"verdict\":\"valid\",\"peer_trust\":\"dialback\","
	  "\"us\":\"test.example.net\",\"listener\":\"198.51.100.9:5269\",\"certificate\":false,"
	  "\"home\":{\"state\":\"here\"},\"roles\":{\"authoritative\":\"tested\","
	  "\"receiving\":\"tested\",\"before_tls\":\"tested\",\"external\":\"not_tested\","
	  "\"initiating\":\"not_tested\"},\"key_ok\":true,\"checks\":[" },
	{ run_verified,
	  "{\"check\":\"round\",\"rows\":\"1, 15, 33, 34\",\"role\":\"receiving\","
	  "\"state\":\"tested\",\"outcome\":\"valid\",\"answer_ms\":270.0,\"elapsed_ms\":330.0,"
	  "\"called_back\":true,\"called_in_clear\":false,\"key\":\"right\",\"tls\":true,"
	  "\"severity\":\"" },
	{ run_verified,
	  "{\"check\":\"verify-made-up\",\"rows\":\"39, 42\",\"role\":\"authoritative\","
	  "\"state\":\"tested\",\"outcome\":\"invalid\",\"answer_ms\":40.5,"
	  "\"elapsed_ms\":60.0,\"tls\":true,\"severity\":\"none\",\"link\":0}" },
	{ run_loose, "\"severity\":\"critical\"" },
	{ run_verified, "\"hops\":[{\"ms\":3.0,\"way\":\"note\",\"kind\":\"dns\",\"text\":" },
	{ run_verified,
	  "{\"ms\":210.0,\"way\":\"received\",\"kind\":\"verify\",\"link\":1,\"check\":\"round\","
	  "\"type\":\"request\",\"from\":\"im.example\",\"to\":\"test.example.net\","
	  "\"id\":\"b7e2\",\"key\":\"right\"}" },
	{ run_verified,
	  "\"links\":[{\"direction\":\"out\",\"address\":\"192.0.2.7\",\"port\":5269," },
	{ run_verified, "{\"direction\":\"in\",\"address\":\"192.0.2.7\",\"port\":40312," },
	{ run_verified, "\"encrypted\":true,\"tls\":{\"up\":true,\"version\":\"TLS1.3\"," },
	{ run_verified, "\"connections\":5,\"encrypted\":true,\"authenticated\":true,\"steps\":[" },
	{ run_verified, "\"chain_pem\":[\"-----BEGIN CERTIFICATE-----\\n" },
	{ run_verified, "\"another\":{\"outcome\":\"invalid\",\"answer_ms\":41.0}" },
	{ run_verified, "!null" },
	{ run_verified, "!\"hops_cut\"" },
	{ run_verified, "!\"instead\"" },
	{ run_alone, "\"verdict\":\"not_tested\",\"peer_trust\":\"not_tested\",\"certificate\":" },
	{ run_alone, "!\"us\"" },
	{ run_alone, "!\"listener\"" },
	{ run_alone, "!\"home\"" },
	{ run_alone, "!\"key_ok\"" },
	{ run_alone, "!\"called_back\"" },
	{ run_unfound, "\"verdict\":\"error\",\"condition\":\"remote-server-not-found\"," },
	{ run_unfound, "\"home\":{\"state\":\"elsewhere\",\"text\":\"198.51.100.4:5269\"}" },
	{ run_unfound, "\"called_back\":false" },
	{ run_unfound, "!\"key_ok\"" },
	{ run_loose, "\"called_in_clear\":true" },
	{ run_loose, "{\"check\":\"two-senders\",\"rows\":\"20\",\"role\":\"receiving\","
		     "\"state\":\"not_tested\",\"reason\":\"needs --piggyback\"}" },
	{ run_turned_away, "\"verdict\":\"error\",\"instead\":\"stream-error\","
			   "\"condition\":\"not-authorized\"" },
	{ run_turned_away, "\"state\":\"refused\",\"reason\":\"it wants a certificate\","
			   "\"outcome\":\"stream-error\"" },
	{ run_turned_away, "\"receiving\":\"refused\"" },
	{ run_silent, "\"verdict\":\"error\",\"instead\":\"silence\"," },
	{ run_convinced, "\"certificate\":true" },
	{ run_convinced, "\"external\":\"tested\"" },
	{ run_refused, "\"failure\":{\"stage\":\"tcp\",\"code\":\"refused\"" },
	{ run_refused, "\"checks\":[],\"hops\":[],\"links\":[]" },
	{ run_everything, "\"hops_cut\":true" },
	{ run_everything, "!\xff" },
	{ run_everything, "!{\"direction\":\"in\",\"address\"" },
};

static void the_section_says_what_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(holds); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = line_of(written(holds[i].make(mem)), mem);
		const char *part = holds[i].part;
		bool absent = *part == '!';
		if (!strstr(line, part + absent) != absent)
			fail_msg("row %zu: %s\n%s", i, part, line);
	}
}

static const struct refusal {
	const char *members, *reason; /* NULL: taken */
} refusals[] = {
#define TIME  "\"time\":\"2026-11-22T15:04:05Z\","
#define CHECK "\"check\":\"round\",\"state\":\"tested\""
	{ "\"time\":\"2026-11-22T15:04:05Z\"", NULL },
	{ "\"status\":\"ok\"", "dialback.time: missing" },
	{ TIME "\"verdict\":\"perhaps\"", "dialback.verdict: not a verdict" },
	{ TIME "\"verdict\":\"closed\"", "dialback.verdict: not a verdict" },
	{ TIME "\"verdict\":1", "dialback.verdict: not a verdict" },
	{ TIME "\"verdict\":\"valid\",\"instead\":\"closed\"", "dialback.instead: nothing that" },
	{ TIME "\"verdict\":\"error\",\"instead\":\"valid\"", "dialback.instead: nothing that" },
	{ TIME "\"verdict\":\"error\",\"instead\":\"closed\"", NULL },
	{ TIME "\"condition\":1", "dialback.condition: not a string" },
	{ TIME "\"peer_trust\":\"blind\"", "dialback.peer_trust: not a word we know" },
	{ TIME "\"us\":[]", "dialback.us: not a string" },
	{ TIME "\"certificate\":1", "dialback.certificate: neither" },
	{ TIME "\"connections\":-1", "dialback.connections: not a number in range" },
	{ TIME "\"home\":[]", "dialback.home: not an object" },
	{ TIME "\"home\":{}", "dialback.home.state: missing" },
	{ TIME "\"home\":{\"state\":\"lost\"}", "dialback.home.state: not a word" },
	{ TIME "\"links\":{}", "dialback.links: not an array" },
	{ TIME "\"links\":[1]", "dialback.links[0]: not an object" },
	{ TIME "\"links\":[{\"port\":1}]", "dialback.links[0].direction: missing" },
	{ TIME "\"links\":[{\"direction\":\"up\",\"port\":1}]",
	  "dialback.links[0].direction: neither in nor out" },
	{ TIME "\"links\":[{\"direction\":\"in\"}]", "dialback.links[0].port: not a port" },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":65536}]",
	  "dialback.links[0].port: not a port" },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":0}]", NULL },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":1,\"address\":\"x\"}]",
	  "dialback.links[0].address: not an address" },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":1,\"ms\":-1}]",
	  "dialback.links[0].ms: not a number of milliseconds" },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":1,\"tls\":{\"version\":\"TLS2\"}}]",
	  "dialback.links[0].tls.version: not a TLS version" },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":1,\"features_after\":1}]",
	  "dialback.links[0].features_after: not an object" },
	{ TIME "\"checks\":[{\"state\":\"tested\"}]", "dialback.checks[0].check: missing" },
	{ TIME "\"checks\":[{\"check\":\"round\"}]", "dialback.checks[0].state: missing" },
	{ TIME "\"checks\":[{\"check\":\"square\",\"state\":\"tested\"}]",
	  "dialback.checks[0].check: not a check" },
	{ TIME "\"checks\":[{\"check\":\"round\",\"state\":\"passed\"}]",
	  "dialback.checks[0].state: not a word" },
	{ TIME "\"checks\":[{" CHECK "},{" CHECK "}]", "dialback.checks[1].check: stands there" },
	{ TIME "\"checks\":[{" CHECK ",\"outcome\":\"good\"}]",
	  "dialback.checks[0].outcome: not an outcome" },
	{ TIME "\"checks\":[{" CHECK ",\"key\":true}]", "dialback.checks[0].key: not a word" },
	{ TIME "\"checks\":[{" CHECK ",\"called_back\":\"yes\"}]",
	  "dialback.checks[0].called_back: neither" },
	{ TIME "\"checks\":[{" CHECK ",\"answer_ms\":\"1\"}]",
	  "dialback.checks[0].answer_ms: not a number of" },
	{ TIME "\"checks\":[{" CHECK ",\"another\":1}]",
	  "dialback.checks[0].another: not an object" },
	{ TIME "\"checks\":[{" CHECK ",\"link\":0}]",
	  "dialback.checks[0].link: no place among the links" },
	{ TIME "\"checks\":[{" CHECK ",\"link\":-1}]",
	  "dialback.checks[0].link: not a number in range" },
	{ TIME "\"links\":[{\"direction\":\"in\",\"port\":1}],\"checks\":[{" CHECK ",\"link\":0}]",
	  NULL },
	{ TIME "\"hops\":[{\"way\":\"sent\"}]", "dialback.hops[0].kind: missing" },
	{ TIME "\"hops\":[{\"way\":\"up\",\"kind\":\"dns\"}]", "dialback.hops[0].way: not a word" },
	{ TIME "\"hops\":[{\"way\":\"sent\",\"kind\":\"dnssec\"}]",
	  "dialback.hops[0].kind: not a word" },
	{ TIME "\"hops\":[{\"way\":\"sent\",\"kind\":\"dns\",\"link\":0}]",
	  "dialback.hops[0].link: no place among the links" },
	{ TIME "\"hops\":[{\"way\":\"sent\",\"kind\":\"dns\",\"check\":\"round\"}]",
	  "dialback.hops[0].check: none of the checks" },
	{ TIME "\"hops\":[{\"way\":\"sent\",\"kind\":\"dns\",\"check\":7}]",
	  "dialback.hops[0].check: not a check" },
	{ TIME "\"checks\":[{" CHECK "}],\"hops\":[{\"way\":\"sent\",\"kind\":\"dns\","
	       "\"check\":\"round\"}]",
	  NULL },
	{ TIME "\"hops\":[{\"way\":\"sent\",\"kind\":\"result\",\"type\":\"maybe\"}]",
	  "dialback.hops[0].type: not a word" },
	{ TIME "\"hops_cut\":1", "dialback.hops_cut: neither" },
	{ TIME "\"chain_pem\":[\"x\"]", "dialback.chain_pem: holds something" },
	{ TIME "\"names\":[{}]", "dialback.names[0].type: missing" },
	{ TIME "\"failure\":{}", "dialback.failure.stage: missing" },
};

static void names_the_member_that_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = arena_printf(mem, "{\"dialback\":{%s}}", refusals[i].members);
		struct dialback_facts facts;
		struct err err = { 0 };
		json_t *endpoint = json_loads(line, 0, NULL);
		assert_row(line, endpoint);
		bool taken = reread_dialback(endpoint, mem, &facts, &err);
		json_decref(endpoint);
		if (taken != !refusals[i].reason)
			fail_msg("%s: %s", line, err.text);
		if (!taken &&
		    strncmp(err.text, refusals[i].reason, strlen(refusals[i].reason)) != 0)
			fail_msg("%s: got \"%s\", wanted \"%s\"", line, err.text,
				 refusals[i].reason);
	}
}

static void a_crowd_is_refused(void **state)
{
	static const struct {
		const char *key, *entry;
		size_t most;
	} crowds[] = {
		{ "links", "{\"direction\":\"in\",\"port\":1}", DIALBACK_LINKS_MAX },
		{ "hops", "{\"way\":\"sent\",\"kind\":\"dns\"}", DIALBACK_HOPS_MAX },
		{ "checks", NULL, TRIAL_COUNT },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(crowds); i++) {
		for (size_t more = 0; more < 2; more++) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			json_t *list = json_array();
			for (size_t j = 0; j < crowds[i].most + more; j++) {
				const char *name = trial_kind((enum trial)(j % TRIAL_COUNT))->name;
				json_array_append_new(list,
						      crowds[i].entry
							      ? json_loads(crowds[i].entry, 0, NULL)
							      : json_pack("{ssss}", "check", name,
									  "state", "not_tested"));
			}
			json_t *endpoint = json_pack("{s{ssso}}", "dialback", "time",
						     "2026-11-22T15:04:05Z", crowds[i].key, list);
			struct dialback_facts facts;
			struct err err = { 0 };
			bool taken = reread_dialback(endpoint, mem, &facts, &err);
			json_decref(endpoint);
			assert_row(crowds[i].key, taken == !more);
			if (more)
				assert_row(err.text, strstr(err.text, "more entries than any "
								      "tool writes"));
		}
	}
}

static void no_section_is_said(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct dialback_facts facts;
	struct err err = { 0 };
	json_t *endpoint = json_object();
	assert_false(reread_dialback(endpoint, mem, &facts, &err));
	assert_string_equal(err.text, "dialback: missing");
	json_decref(endpoint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_read_and_written_stays_the_same),
		cmocka_unit_test(judged_anew_it_is_found_the_same),
		cmocka_unit_test(the_facts_come_back),
		cmocka_unit_test(the_section_says_what_was_seen),
		cmocka_unit_test(names_the_member_that_is_wrong),
		cmocka_unit_test(a_crowd_is_refused),
		cmocka_unit_test(no_section_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
