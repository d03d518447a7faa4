#include "unit.h"

#include "facts_fixture.h"
#include "judge/parts.h"

#define URL "https://im.example/.well-known/posh/xmpp-client.json"
#define REF "https://hosting.example/posh.json"

static const struct row {
	const char *name;
	enum proof_mode mode;
	struct posh_facts posh;
	const char *words; /* findings_words() */
	const char *first; /* the first one's sentence */
} rows[] = {
	{ "match", PROOF_AUTO, { .status = POSH_MATCH, .url = URL }, "", NULL },
	{ "match where required", PROOF_REQUIRE, { .status = POSH_MATCH, .url = URL }, "", NULL },
	{ "not looked up", PROOF_AUTO, { .status = POSH_NOT_CHECKED }, "", NULL },
	{ "nothing published",
	  PROOF_ALWAYS,
	  { .status = POSH_NONE, .url = URL, .reason = "nothing is published: 404" },
	  "",
	  NULL },
	{ "another certificate",
	  PROOF_AUTO,
	  { .status = POSH_MISMATCH,
	    .url = URL,
	    .reason = "it lists 2 certificates, and not this one" },
	  "warning posh-mismatch",
	  "POSH document " URL ": it lists 2 certificates, and not this one" },
	{ "another certificate, by reference",
	  PROOF_ALWAYS,
	  { .status = POSH_MISMATCH,
	    .url = URL,
	    .reference = REF,
	    .reason = "it lists 1 certificate, and not this one" },
	  "warning posh-mismatch",
	  "POSH document " URL " (which leads to " REF "): it lists 1 certificate, and not this "
	  "one" },
	{ "a wrong document",
	  PROOF_AUTO,
	  { .status = POSH_INVALID, .url = URL, .reason = "not JSON, line 1: \033[2J" },
	  "warning posh-invalid",
	  "POSH document " URL ": not JSON, line 1: \\x1b[2J" },
	{ "expires 0",
	  PROOF_AUTO,
	  { .status = POSH_EXPIRED, .url = URL, .reason = "\"expires\" is 0" },
	  "info posh-expires-zero",
	  "POSH document " URL ": \"expires\" is 0" },
	{ "no answer", PROOF_AUTO, { .status = POSH_FAILED, .url = URL, .reason = "x" }, "", NULL },
	{ "no answer where asked for",
	  PROOF_ALWAYS,
	  { .status = POSH_FAILED, .url = URL, .reason = "the web server answers 503" },
	  "info posh-failed",
	  "POSH document " URL ": the web server answers 503" },
	/* Decision table, row 87. */
	{ "HTTPS not valid, nobody asked",
	  PROOF_AUTO,
	  { .status = POSH_FAILED, .https_invalid = true, .url = URL, .reason = "it has expired" },
	  "info posh-https-invalid",
	  "POSH document " URL ": it has expired" },
	{ "HTTPS not valid where asked for",
	  PROOF_ALWAYS,
	  { .status = POSH_FAILED, .https_invalid = true, .url = URL, .reason = "it has expired" },
	  "warning posh-https-invalid",
	  "POSH document " URL ": it has expired" },
	{ "HTTPS not valid behind a reference",
	  PROOF_AUTO,
	  { .status = POSH_FAILED,
	    .https_invalid = true,
	    .url = URL,
	    .reference = REF,
	    .reason = "it has expired" },
	  "warning posh-https-invalid",
	  "POSH document " URL " (which leads to " REF "): it has expired" },
	/* --posh=require */
	{ "nothing published where required",
	  PROOF_REQUIRE,
	  { .status = POSH_NONE, .url = URL, .reason = "nothing is published: 404" },
	  "critical posh-required",
	  "POSH is required and does not prove the certificate: nothing is published: 404" },
	{ "not looked up where required",
	  PROOF_REQUIRE,
	  { .status = POSH_NOT_CHECKED },
	  "critical posh-required",
	  "POSH is required and does not prove the certificate: it was not looked up" },
	{ "no answer where required",
	  PROOF_REQUIRE,
	  { .status = POSH_FAILED, .url = URL, .reason = "the web server answers 503" },
	  "critical posh-required",
	  "POSH is required and does not prove the certificate: the web server answers 503" },
	{ "mismatch where required",
	  PROOF_REQUIRE,
	  { .status = POSH_MISMATCH, .url = URL, .reason = "it lists 1" },
	  "warning posh-mismatch, critical posh-required",
	  "POSH document " URL ": it lists 1" },
	{ "wrong document where required",
	  PROOF_REQUIRE,
	  { .status = POSH_INVALID, .url = URL, .reason = "it" },
	  "warning posh-invalid, critical posh-required",
	  "POSH document " URL ": it" },
	{ "expires 0 where required",
	  PROOF_REQUIRE,
	  { .status = POSH_EXPIRED, .url = URL, .reason = "it" },
	  "info posh-expires-zero, critical posh-required",
	  "POSH document " URL ": it" },
	{ "off", PROOF_OFF, { .status = POSH_MISMATCH, .url = URL, .reason = "it" }, "", NULL },
};

static void judge_row(const struct row *row, size_t chain, const char *words, const char *first)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct certcheck_facts check = { .posh = row->posh };
	struct check_rules rules = { .posh = row->mode };
	const struct policy policy = { POLICY_BCP195, NULL };
	struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct findings found = { 0 };
	check.walk.tls.chain_count = chain;
	struct judging judging = { .at = &at,
				   .facts = &check.walk,
				   .policy = &policy,
				   .mem = mem,
				   .out = &found,
				   .check = &check,
				   .rules = &rules };
	judge_posh(&judging);
	assert_row_string(row->name, findings_words(&found, mem), words);
	assert_row_string(row->name, found.first ? found.first->text : NULL, first);
}

static void judges_what_is_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_row(&rows[i], 1, rows[i].words, rows[i].first);
}

static void says_nothing_without_a_certificate(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_row(&rows[i], 0, "", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_what_is_published),
		cmocka_unit_test(says_nothing_without_a_certificate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
