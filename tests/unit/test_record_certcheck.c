#include "unit.h"

#include "record_fixture.h"

#include "certcheck_fixture.h"
#include "report/reread.h"

typedef void spoil(struct certcheck_facts *facts, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct certcheck_facts *facts, struct arena *mem)                         \
	{                                                                                          \
		(void)facts, (void)mem;                                                            \
		__VA_ARGS__;                                                                       \
	}

SPOIL(nothing, )
SPOIL(refused, *facts = *check_failed(mem, SERVICE_S2S, ERR_REFUSED, "connection refused"))
SPOIL(from_record, facts->source = CHECK_RECORD; facts->at += 3 * DAYS)
SPOIL(staple_not_kept, facts->source = CHECK_RECORD; facts->walk.tls.staple = true)
SPOIL(failed_record, *facts = *check_failed(mem, SERVICE_S2S, ERR_REFUSED, "connection refused");
      facts->source = CHECK_RECORD)
SPOIL(another_moment, facts->at_chosen = true; facts->at += 400 * DAYS; facts->proofs = 0;
      facts->walk.authenticated = facts->walk.identity.authenticated = false;
      facts->walk.identity.path.trusted = false; facts->walk.identity.path.problems = PATH_EXPIRED;
      facts->walk.identity.path.reason = "the certificate expired on 2027-01-01")
SPOIL(file, *facts = *check_file(mem, "leaf intermediate root"))
SPOIL(file_for_domain, *facts = *check_file(mem, "leaf-odd-names intermediate root");
      facts->file_problem = "block 2 has no END line";
      check_name(facts, mem, "im.example", SERVICE_C2S))
SPOIL(empty_file,
      *facts = (struct certcheck_facts){ .source = CHECK_FILE, .file = "-", .at = FIXTURE_JULY_26 };
      facts->walk.time = facts->at; facts->walk.tls.alert = -1;
      err_set(&facts->walk.failure, AT_FILE, ERR_NOT_FOUND, "no certificate in it"))
SPOIL(self_signed, check_chain(facts, mem, "self-signed root");
      facts->walk.identity.path = (struct path_facts){ .problems = PATH_SELF_SIGNED,
						       .reason = "the certificate is self-signed" };
      check_name(facts, mem, "im.example", SERVICE_C2S))
SPOIL(is_the_anchor, struct path_facts *path = &facts->walk.identity.path; path->way++; path->way++;
      path->way_length = 1; path->anchor = path->way[0]->subject; path->anchor_from_system = false)
SPOIL(out_of_order, struct identity_facts *identity = &facts->walk.identity;
      const struct cert_facts **way = arena_array(mem, 3, sizeof(struct cert_facts *));
      check_chain(facts, mem, "leaf stranger intermediate root"); way[0] = &identity->certs[0];
      way[1] = &identity->certs[2]; way[2] = &identity->certs[3]; identity->path.way = way;
      identity->path.way_length = 3; identity->path.problems = PATH_OUT_OF_ORDER)
SPOIL(dane, check_dane(facts, mem, "_5269._tcp.xmpp.im.example");
      facts->dane.matched_name = facts->walk.identity.names.matched; facts->dane.by_target = true;
      facts->dane.target_name = facts->dane.matched_name; facts->dane.ta_missing = true;
      facts->dane.unmatched_combination = "2 0 1")
SPOIL(insecure, facts->dane = (struct dane_facts){ .status = DANE_INSECURE,
						   .srv = DNSSEC_INSECURE,
						   .address = DNSSEC_SECURE,
						   .reason = "the SRV records are not signed" })
SPOIL(posh, facts->posh = (struct posh_facts){ POSH_MATCH, "https://a/", "https://b/", 604800, 2,
					       FIXTURE_JULY_26, NULL, 21.5, true })
SPOIL(revoked, facts->staple = (struct staple_facts){ STAPLE_REVOKED,
						      1782800000,
						      1782800001,
						      1782900000,
						      1782700000,
						      "keyCompromise",
						      "it is revoked",
						      { 0 } };
      facts->crl = (struct crl_facts){ CRL_REVOKED, 1, 1782700000, NULL, 1782800001, 1782900000,
				       "it is revoked" })
SPOIL(transparent, facts->scts.list = arena_array(mem, 2, sizeof(struct sct));
      facts->scts.count = 2;
      facts->scts.list[1] = (struct sct){ SCT_TLS, 0, { 1, 0xab }, 1782800000000 };
      facts->scts.problem = "the list is cut")
SPOIL(caa, facts->caa = (struct caa_facts){ .status = CAA_FORBIDS,
					    .owner = "im.example",
					    .issuers = facts_list(mem, "a.example b.example").items,
					    .count = 2,
					    .account_bound = true,
					    .reason = "another CA is named" })
SPOIL(changed, struct sighting *seen = arena_alloc(mem, sizeof(*seen));
      *seen = (struct sighting){ "im.example", SERVICE_S2S, "starttls h:5269 192.0.2.7", "aa", "bb",
				 "CN=a", "CN=b", "b", "im.example", 1, 2, 3, 4, true, true };
      facts->change = (struct change_facts){ CHANGE_NEW_AUTHORITY, true, seen, 5, "other CA" })
SPOIL(beside, facts->pins_given = facts->trusted_on_first_use = true;
      facts->local = (struct local_facts){ "a.pem", NULL, false, true, true, 1, 2 };
      facts->subdomains = arena_array(mem, 2, sizeof(*facts->subdomains));
      facts->subdomain_count = 2; facts->subdomains[0].domain = "muc.im.example";
      facts->subdomains[0].matched = facts->walk.identity.names.matched;
      facts->subdomains[1].domain = "upload.im.example")
SPOIL(discovered, facts->discovery = (struct disco_facts){
			  .result = DISCO_LISTED,
			  .domains = facts_list(mem, "muc.im.example rooms.example"),
			  .cut = true })
SPOIL(nobody_discovered, facts->discovery.result = DISCO_LISTED)
SPOIL(no_login, facts->discovery.result = DISCO_NO_LOGIN)
SPOIL(not_discovered, facts->discovery = (struct disco_facts){ .result = DISCO_FAILED,
							       .reason = "no list within 10 s" })
SPOIL(local_unread, facts->local.file = "a.pem"; facts->local.problem = "no such file")

static const struct row {
	const char *name;
	spoil *spoil;
} rows[] = {
	{ "good", nothing },
	{ "refused", refused },
	{ "out of a record", from_record },
	{ "a staple that no record keeps", staple_not_kept },
	{ "out of a record that failed", failed_record },
	{ "at another moment", another_moment },
	{ "a file", file },
	{ "a file for a domain", file_for_domain },
	{ "nothing in the file", empty_file },
	{ "self-signed", self_signed },
	{ "the leaf is the anchor", is_the_anchor },
	{ "out of order", out_of_order },
	{ "DANE", dane },
	{ "DANE, insecure", insecure },
	{ "POSH", posh },
	{ "revoked", revoked },
	{ "transparency", transparent },
	{ "CAA", caa },
	{ "changed", changed },
	{ "beside others", beside },
	{ "components", discovered },
	{ "no components", nobody_discovered },
	{ "components of a server without anonymous login", no_login },
	{ "components that were not listed", not_discovered },
	{ "a local file that cannot be read", local_unread },
};

static struct endpoint door_of(const struct certcheck_facts *facts)
{
	struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	if (facts->source == CHECK_FILE)
		at = (struct endpoint){ .service = SERVICE_S2S,
					.source = SOURCE_FILE,
					.host = facts->file };
	return at;
}

/* The whole record, as a tool writes it. */
static json_t *written(const struct certcheck_facts *facts)
{
	const struct check_rules rules = check_rules_default();
	const struct findings none = { 0 };
	const struct endpoint at = door_of(facts);
	json_t *record = record_new("im.example"), *endpoint = record_endpoint(&at),
	       *endpoints = json_array();
	if (facts->source == CHECK_RECORD)
		json_object_set_new(endpoint, "starttls",
				    record_starttls(&at, &facts->walk, &none, STATUS_OK));
	json_object_set_new(endpoint, "certcheck",
			    record_certcheck(&at, facts, &rules, &none, STATUS_OK));
	json_array_append_new(endpoints, endpoint);
	json_object_set_new(record, "endpoints", endpoints);
	return record;
}

static struct certcheck_facts *spoilt(spoil *change, struct arena *mem)
{
	struct certcheck_facts *facts = check_good(mem, SERVICE_S2S);
	change(facts, mem);
	return facts;
}

/* What --rejudge does. */
static void a_record_read_and_written_stays_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *first = line_of(written(spoilt(rows[i].spoil, mem)), mem);
		struct endpoint_list endpoints;
		struct certcheck_facts again;
		struct err err;
		json_t *record = NULL;
		if (!reread_line(first, strlen(first), &record, &err) ||
		    !reread_endpoints(record, mem, &endpoints, &err) ||
		    !reread_certcheck(json_array_get(json_object_get(record, "endpoints"), 0), mem,
				      &again, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		json_decref(record);
		assert_row_string(rows[i].name, line_of(written(&again), mem), first);
	}
}

static const struct holds {
	spoil *spoil;
	const char *part; /* "!…": is not there */
} holds[] = {
	{ nothing, "\"certcheck\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"ok\","
		   "\"elapsed_ms\":84.25,\"source\":\"live\",\"authenticated\":true,"
		   "\"authenticated_by\":[\"pkix\"],\"encrypted\":true,\"steps\":[" },
	{ nothing, "\"names_judged\":true,\"names\":[{\"type\":\"DNS-ID\",\"value\":\"im.example\","
		   "\"verdict\":\"match\",\"reason\":\"" },
	{ nothing,
	  "\"days_left\":184,\"lifetime_days\":365,\"chain_days_left\":3106,"
	  "\"warning_days\":20.0,\"critical_days\":7.0,"
	  "\"purposes\":{\"server\":true,\"client\":false,\"any\":false,\"listed\":true}" },
	{ nothing,
	  "\"path\":[0,1],\"anchor\":{\"subject\":\"CN=Test Root,O=XMPP TLS tools test\"" },
	{ nothing, "\"ca\":false,\"blemish\":\"it has no authority key identifier\","
		   "\"in_path\":true},{\"subject\":" },
	{ nothing, "\"trust\":{\"trusted\":true,\"anchor\":" },
	{ nothing, "\"posh\":{\"status\":\"none\"" },
	{ nothing, "\"change\":{\"class\":\"none\",\"first_seen\":\"2026-03-23T00:00:00Z\"}" },
	{ nothing, "\"chain_pem\":[\"-----BEGIN CERTIFICATE-----\\n" },
	{ nothing, "\"staple\":{\"status\":\"absent\"}" },
	{ staple_not_kept, "!\"staple\":" },
	{ nothing, "!null" },
	{ nothing, "!\"dane\"" },
	{ nothing, "!\"at\":" },
	{ nothing, "!\"crl\"" },
	{ nothing, "!\"caa\"" },
	{ nothing, "!\"local\"" },
	{ refused, "\"failure\":{\"stage\":\"tcp\",\"code\":\"refused\"" },
	{ refused, "!\"chain\"" },
	{ refused, "!\"days_left\"" },
	{ refused, "!\"purposes\"" },
	{ refused, "!\"trust\"" },
	{ from_record, "\"certcheck\":{\"time\":\"2026-07-04T00:00:00Z\"" },
	{ from_record, "\"source\":\"record\",\"authenticated\":true" },
	{ from_record, "\"days_left\":181," },
	{ failed_record, "\"certcheck\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"ok\","
			 "\"elapsed_ms\":84.25,\"source\":\"record\",\"authenticated\":false,"
			 "\"failure\":{" },
	{ another_moment, "\"time\":\"2026-07-01T00:00:00Z\"" },
	{ another_moment, "\"at\":\"2027-08-05T00:00:00Z\",\"authenticated\":false,\"encrypted\"" },
	{ another_moment, "\"days_left\":-216," },
	{ file, "\"endpoints\":[{\"service\":\"s2s\",\"source\":\"file\",\"file\":\"im.pem\","
		"\"certcheck\":{" },
	{ file,
	  "\"source\":\"file\",\"file\":\"im.pem\",\"authenticated\":false,"
	  "\"names_judged\":false,\"names\":[{\"type\":\"DNS-ID\",\"value\":\"im.example\"}," },
	{ file, "!\"verdict\"" },
	{ file, "!\"steps\"" },
	{ file, "!\"staple\"" },
	{ file_for_domain, "\"file_problem\":\"block 2 has no END line\"" },
	{ empty_file, "\"failure\":{\"stage\":\"file\"" },
	{ self_signed, "!\"anchor\"" },
	{ self_signed, "!\"path\"" },
	{ self_signed, "\"problems\":[\"self-signed\"]" },
	{ self_signed, "!\"chain_days_left\"" },
	{ self_signed, "\"in_path\":false" },
	{ is_the_anchor, "!\"path\"" },
	{ is_the_anchor, "!\"chain_days_left\"" },
	{ is_the_anchor, "\"anchor_source\":\"file\"" },
	{ out_of_order, "\"path\":[0,2]" },
	{ dane, "\"authenticated_by\":[\"pkix\",\"dane\"]" },
	{ dane, "\"dane\":{\"status\":\"match\",\"name\":\"_5269._tcp.xmpp.im.example\","
		"\"srv\":\"secure\",\"address\":\"secure\",\"tlsa\":\"secure\","
		"\"records\":[{\"usage\":3,\"selector\":1,\"matching\":1,\"data\":\"" },
	{ dane, "\"verdict\":\"match\",\"cert\":0,\"reason\":" },
	{ dane, "\"verdict\":\"differs\",\"reason\":" },
	{ dane,
	  "\"matched_name\":{\"type\":\"DNS-ID\",\"value\":\"im.example\"},"
	  "\"by_target\":true,\"target_name\":{\"type\":\"DNS-ID\",\"value\":\"im.example\"},\"ta_missing\":true,\"unmatched_combination\":\"2 0 1\"}" },
	{ insecure, "\"dane\":{\"status\":\"insecure\",\"srv\":\"insecure\",\"address\":\"secure\","
		    "\"reason\":" },
	{ posh, "\"reference\":\"https://b/\",\"expires\":604800,\"fingerprints\":2," },
	{ revoked, "\"staple\":{\"status\":\"revoked\",\"produced\":\"2026-06-30T06:13:20Z\"" },
	{ revoked, "\"crl\":{\"status\":\"revoked\",\"cert\":1," },
	{ transparent, "\"source\":\"tls\",\"version\":0,\"log\":\"01ab00" },
	{ transparent, "\"scts_problem\":\"the list is cut\"" },
	{ caa, "\"caa\":{\"status\":\"forbids\",\"owner\":\"im.example\","
	       "\"issuers\":[\"a.example\",\"b.example\"],\"account_bound\":true," },
	{ changed, "\"change\":{\"class\":\"new-authority\",\"expected\":true,\"previous\":{"
		   "\"place\":" },
	{ beside, "\"pins\":{\"matched\":false,\"first_use\":true}" },
	{ beside,
	  "\"local\":{\"file\":\"a.pem\",\"same\":false,\"same_key\":true,\"newer\":true," },
	{ beside, "{\"domain\":\"muc.im.example\",\"covered\":true,\"by\":{\"type\":\"DNS-ID\"," },
	{ beside, "{\"domain\":\"upload.im.example\",\"covered\":false}]" },
	{ local_unread, "\"local\":{\"file\":\"a.pem\",\"problem\":\"no such file\"}" },
};

static void the_section_says_what_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(holds); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = line_of(written(spoilt(holds[i].spoil, mem)), mem);
		const char *part = holds[i].part;
		bool absent = *part == '!';
		if (!strstr(line, part + absent) != absent)
			fail_msg("row %zu: %s\n%s", i, part, line);
	}
}

/* A wish is told even where it could not be looked at. */
static void what_is_required_is_told(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct check_rules rules = check_rules_default();
	const struct findings none = { 0 };
	struct certcheck_facts *facts = check_failed(mem, SERVICE_C2S, ERR_REFUSED, "refused");
	const struct endpoint at = door_of(facts);
	rules.dane = rules.posh = PROOF_REQUIRE;
	const char *line = line_of(record_certcheck(&at, facts, &rules, &none, STATUS_CRITICAL),
				   mem);
	assert_non_null(strstr(line, "\"dane\":{\"status\":\"not-checked\",\"required\":true}"));
	assert_non_null(strstr(line, "\"posh\":{\"status\":\"not-checked\",\"required\":true"));
}

static const struct refusal {
	const char *members, *reason; /* NULL: taken */
} refusals[] = {
	{ "\"time\":\"2026-11-22T15:04:05Z\",\"source\":\"live\"", NULL },
	{ "\"time\":\"2026-11-22T15:04:05Z\",\"source\":\"file\"", NULL },
	{ "\"source\":\"live\"", "certcheck.time: missing" },
	{ "\"time\":\"2026-11-22T15:04:05Z\"", "certcheck.source: missing" },
	{ "\"time\":1,\"source\":\"live\"", "certcheck.time: not a time" },
	{ "\"time\":\"2026-11-22T15:04:05Z\",\"source\":\"hearsay\"",
	  "certcheck.source: not a source" },
	{ "\"time\":\"2026-11-22T15:04:05Z\",\"source\":\"record\"", "starttls: missing" },
#define TEN  "\"a.b\",\"a.b\",\"a.b\",\"a.b\",\"a.b\",\"a.b\",\"a.b\",\"a.b\",\"a.b\",\"a.b\","
#define LIVE "\"time\":\"2026-11-22T15:04:05Z\",\"source\":\"live\","
	{ LIVE "\"at\":\"now\"", "certcheck.at: not a time" },
	{ LIVE "\"file\":1", "certcheck.file: not a string" },
	{ LIVE "\"names_judged\":0", "certcheck.names_judged: neither" },
	{ LIVE "\"authenticated_by\":[\"faith\"]",
	  "certcheck.authenticated_by: not a proof we know" },
	{ LIVE "\"failure\":{}", "certcheck.failure.stage: missing" },
	{ LIVE "\"chain_pem\":[\"x\"]", "certcheck.chain_pem: holds something" },
	{ LIVE "\"path\":[0]", "certcheck.path: holds something that is no place" },
	{ LIVE "\"path\":[-1]", "certcheck.path: holds something that is no place" },
	{ LIVE "\"path\":[\"0\"]", "certcheck.path: holds something that is no place" },
	{ LIVE "\"path\":0", "certcheck.path: not an array" },
	{ LIVE "\"anchor\":{}", "certcheck.anchor.pem: missing" },
	{ LIVE "\"anchor\":{\"pem\":\"x\"}", "certcheck.anchor.pem: not a certificate" },
	{ LIVE "\"anchor\":{\"pem\":1}", "certcheck.anchor.pem: not a string" },
	{ LIVE "\"dane\":[]", "certcheck.dane: not an object" },
	{ LIVE "\"dane\":{\"status\":\"fine\"}", "certcheck.dane.status: not a DANE status" },
	{ LIVE "\"dane\":{\"tlsa\":\"x\"}", "certcheck.dane.tlsa: not a DNSSEC state" },
	{ LIVE "\"dane\":{\"records\":[{}]}", "certcheck.dane.records[0].usage: missing" },
	{ LIVE "\"dane\":{\"records\":[{\"usage\":256,\"selector\":0,\"matching\":0,\"data\":\"\","
	       "\"verdict\":\"match\",\"reason\":\"\"}]}",
	  "certcheck.dane.records[0].usage: not a number in range" },
	{ LIVE "\"dane\":{\"records\":[{\"usage\":3,\"selector\":0,\"matching\":0,\"data\":\"abc\","
	       "\"verdict\":\"match\",\"reason\":\"\"}]}",
	  "certcheck.dane.records[0].data: not hexadecimal" },
	{ LIVE "\"dane\":{\"records\":[{\"usage\":3,\"selector\":0,\"matching\":0,\"data\":\"AB\","
	       "\"verdict\":\"match\",\"reason\":\"\"}]}",
	  "certcheck.dane.records[0].data: not hexadecimal" },
	{ LIVE "\"dane\":{\"records\":[{\"usage\":3,\"selector\":0,\"matching\":0,\"data\":\"ab\","
	       "\"verdict\":\"fits\",\"reason\":\"\"}]}",
	  "certcheck.dane.records[0].verdict: not a verdict" },
	{ LIVE "\"dane\":{\"matched_name\":{\"type\":\"DNS-ID\"}}",
	  "certcheck.dane.matched_name.value: missing" },
	{ LIVE "\"posh\":{\"status\":\"x\"}", "certcheck.posh.status: not a POSH status" },
	{ LIVE "\"posh\":{\"expires\":-1}", "certcheck.posh.expires: not a number in range" },
	{ LIVE "\"staple\":{\"status\":\"x\"}", "certcheck.staple.status: not a status" },
	{ LIVE "\"scts\":[{\"source\":\"tls\",\"log\":\"ab\",\"time\":\"2026-11-22T15:04:05Z\"}]",
	  "certcheck.scts[0].log: not the hash of a key" },
	{ LIVE "\"scts\":[{\"source\":\"x\",\"log\":\"\",\"time\":\"\"}]",
	  "certcheck.scts[0].source: not a source" },
	{ LIVE "\"crl\":{\"cert\":65}", "certcheck.crl.cert: not a number in range" },
	{ LIVE "\"caa\":{\"status\":\"x\"}", "certcheck.caa.status: not a CAA status" },
	{ LIVE "\"change\":{\"class\":\"x\"}", "certcheck.change.class: not a class" },
	{ LIVE "\"change\":{\"previous\":{}}", "certcheck.change.previous.sha256: missing" },
	{ LIVE "\"pins\":{\"matched\":1}", "certcheck.pins.matched: neither" },
	{ LIVE "\"local\":{}", "certcheck.local.file: missing" },
	{ LIVE "\"subdomains\":[{}]", "certcheck.subdomains[0].domain: missing" },
	{ LIVE "\"discovery\":{}", "certcheck.discovery.result: missing" },
	{ LIVE "\"discovery\":{\"result\":\"x\"}", "certcheck.discovery.result: not a result" },
	{ LIVE "\"discovery\":{\"result\":\"failed\",\"reason\":1}",
	  "certcheck.discovery.reason: not" },
	{ LIVE "\"discovery\":{\"result\":\"listed\",\"domains\":[\"a@b.example\"]}",
	  "certcheck.discovery.domains: holds what is no domain" },
	{ LIVE "\"discovery\":{\"result\":\"listed\",\"domains\":[" TEN TEN TEN TEN TEN TEN TEN
	       "\"a.b\"]}",
	  "certcheck.discovery.domains: too many entries" },
};

static void names_the_member_that_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *line = arena_printf(mem, "{\"certcheck\":{%s}}", refusals[i].members);
		struct certcheck_facts facts;
		struct err err = { 0 };
		json_t *endpoint = json_loads(line, 0, NULL);
		assert_row(line, endpoint);
		bool taken = reread_certcheck(endpoint, mem, &facts, &err);
		json_decref(endpoint);
		assert_row(line, taken == !refusals[i].reason);
		if (!taken &&
		    strncmp(err.text, refusals[i].reason, strlen(refusals[i].reason)) != 0)
			fail_msg("%s: got \"%s\", wanted \"%s\"", line, err.text,
				 refusals[i].reason);
	}
}

static void no_section_is_said(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct certcheck_facts facts;
	struct err err = { 0 };
	json_t *endpoint = json_object();
	assert_false(reread_certcheck(endpoint, mem, &facts, &err));
	assert_string_equal(err.text, "certcheck: missing");
	json_decref(endpoint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_read_and_written_stays_the_same),
		cmocka_unit_test(the_section_says_what_was_seen),
		cmocka_unit_test(what_is_required_is_told),
		cmocka_unit_test(names_the_member_that_is_wrong),
		cmocka_unit_test(no_section_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
