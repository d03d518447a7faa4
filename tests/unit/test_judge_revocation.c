#include "unit.h"

#include "facts_fixture.h"
#include "judge/parts.h"

#define NOW FIXTURE_JULY_26

/* Sets one thing in the facts of a good check. */
typedef void spoil(struct certcheck_facts *check, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct certcheck_facts *check, struct arena *mem)                         \
	{                                                                                          \
		(void)check, (void)mem;                                                            \
		__VA_ARGS__;                                                                       \
	}
#define STAPLE(name, ...) SPOIL(name, check->staple = ((struct staple_facts){ __VA_ARGS__ }))
#define CRL(name, ...)    SPOIL(name, check->crl = ((struct crl_facts){ __VA_ARGS__ }))
#define CAA(name, ...)    SPOIL(name, check->caa = ((struct caa_facts){ __VA_ARGS__ }))

static void sct_at(struct certcheck_facts *check, struct arena *mem, int64_t time)
{
	check->scts.list = arena_alloc(mem, sizeof(*check->scts.list));
	check->scts.list[0].time_ms = time * 1000;
	check->scts.count = 1;
}

SPOIL(nothing, )
STAPLE(staple_good, STAPLE_GOOD, NOW - 60, NOW - 60, NOW + 60, 0, NULL, NULL, { 0 })
STAPLE(staple_revoked, STAPLE_REVOKED, .revoked = NOW - 30 * DAYS, .revocation = "keyCompromise")
STAPLE(staple_revoked_only, STAPLE_REVOKED, .reason = "the issuer has revoked the certificate")
STAPLE(staple_malformed, STAPLE_MALFORMED, .reason = "it is not an OCSP \033response")
STAPLE(staple_other, STAPLE_OTHER, .reason = "it is about another certificate")
STAPLE(staple_unsigned, STAPLE_UNSIGNED, .reason = "its signature is not the issuer's",
       .produced = NOW + DAYS)
STAPLE(staple_unknown, STAPLE_CA_UNKNOWN, .reason = "the responder does not know it")
STAPLE(staple_stale, STAPLE_STALE, .reason = "it was valid until 2026-06-09 00:00 UTC")
STAPLE(staple_early, STAPLE_EARLY, .reason = "it is valid from 2026-07-02 00:00 UTC only",
       .this_update = NOW + DAYS)
STAPLE(staple_refused, STAPLE_REFUSED, .reason = "the responder wants to be asked later")
STAPLE(staple_unchecked, STAPLE_UNCHECKED, .reason = "nobody knows")
SPOIL(early_at, staple_early(check, mem); check->at_chosen = true)
SPOIL(early_record, staple_early(check, mem); check->source = CHECK_RECORD)

CRL(crl_good, CRL_GOOD, .this_update = NOW - DAYS)
CRL(crl_revoked, CRL_REVOKED, .revoked = NOW - 30 * DAYS, .revocation = "superseded")
CRL(crl_revoked_issuer, CRL_REVOKED, .cert = 1, .revoked = NOW - 30 * DAYS)
CRL(crl_revoked_beyond, CRL_REVOKED, .cert = 7)
CRL(crl_uncovered, CRL_UNCOVERED, .reason = "no revocation list of CN=A was given")
CRL(crl_stale, CRL_STALE, .cert = 1, .reason = "the list of CN=A was valid until 2026-06-09")
CRL(crl_invalid, CRL_INVALID, .reason = "the list of CN=A does not bear a signature")

SPOIL(no_sct, check->scts.count = 0)
SPOIL(no_sct_private, no_sct(check, mem); check->walk.identity.path.anchor_from_system = false)
SPOIL(sct_malformed, no_sct(check, mem); check->scts.problem = "an empty list")

CAA(caa_allows, CAA_ALLOWS, .reason = "example.org names the authority")
CAA(caa_forbids, CAA_FORBIDS, .reason = "example.org lets pki.goog issue, and the issuer is CN=A")
CAA(caa_unclear, CAA_UNCLEAR, .reason = "example.org names somebody")
CAA(caa_failed, CAA_FAILED, .reason = "the CAA records of example.org could not be had")
SPOIL(caa_self_signed, caa_forbids(check, mem); check->walk.identity.certs[0].self_issued = true)

SPOIL(sct_edge, sct_at(check, mem, NOW + 300))
SPOIL(sct_future, sct_at(check, mem, NOW + 301))
SPOIL(sct_future_at, sct_future(check, mem); check->at_chosen = true)
SPOIL(sct_future_file, sct_future(check, mem); check->source = CHECK_FILE)
SPOIL(produced_future, staple_good(check, mem); check->staple.produced = NOW + 3600)
SPOIL(web_slow, check->posh.date = NOW - 301)
SPOIL(web_edge, check->posh.date = NOW - 300)
SPOIL(web_fast, check->posh.date = NOW + 7200)
SPOIL(two_witnesses, web_fast(check, mem); sct_future(check, mem))
SPOIL(nothing_served, sct_future(check, mem); check->walk.identity.cert_count = 0;
      staple_stale(check, mem))

static const struct row {
	const char *name;
	spoil *spoil;
	const char *found; /* under bcp195 */
	const char *text;  /* of the last finding; NULL: any */
} rows[] = {
	{ "nothing", nothing, "", NULL },
	{ "good staple", staple_good, "", NULL },
	{ "revoked", staple_revoked, "critical cert-revoked",
	  "certificate was revoked on 2026-06-01 (keyCompromise), says the stapled OCSP "
	  "response" },
	{ "revoked, no more is told", staple_revoked_only, "critical cert-revoked",
	  "certificate was revoked, says the stapled OCSP response" },
	{ "malformed staple", staple_malformed, "critical staple-invalid",
	  "the stapled OCSP response does not count: it is not an OCSP \\x1bresponse" },
	{ "another's staple", staple_other, "critical staple-invalid",
	  "the stapled OCSP response does not count: it is about another certificate" },
	{ "unsigned staple", staple_unsigned, "critical staple-invalid",
	  "the stapled OCSP response does not count: its signature is not the issuer's" },
	{ "unknown to the responder", staple_unknown, "warning staple-unknown", NULL },
	{ "stale staple", staple_stale, "warning staple-stale",
	  "the stapled OCSP response has expired: it was valid until 2026-06-09 00:00 UTC" },
	{ "early staple", staple_early, "warning clock-skew",
	  "by the time of the stapled OCSP response this machine's clock is slow by 1440 "
	  "minutes, which makes every date judged here doubtful" },
	{ "early staple, --at", early_at, "warning staple-stale",
	  "the stapled OCSP response does not count yet: it is valid from 2026-07-02 00:00 UTC "
	  "only" },
	{ "early staple of a record", early_record, "warning staple-stale", NULL },
	{ "refused staple", staple_refused, "info staple-refused",
	  "the stapled OCSP response is an error: the responder wants to be asked later" },
	{ "unchecked staple", staple_unchecked, "", NULL },
	{ "good list", crl_good, "", NULL },
	{ "on the list", crl_revoked, "critical cert-revoked",
	  "certificate was revoked on 2026-06-01 (superseded), says its issuer's revocation "
	  "list" },
	{ "issuer on the list", crl_revoked_issuer, "critical cert-revoked",
	  "issuer's certificate CN=\\x1bA was revoked on 2026-06-01, says its issuer's "
	  "revocation list" },
	{ "a path that is not there", crl_revoked_beyond, "critical cert-revoked",
	  "issuer's certificate was revoked, says its issuer's revocation list" },
	{ "no list", crl_uncovered, "info crl-uncovered",
	  "whether the certificate is revoked is not known: no revocation list of CN=A was "
	  "given" },
	{ "stale list", crl_stale, "info crl-stale",
	  "whether the issuer's certificate CN=\\x1bA is revoked is not known: the list of CN=A "
	  "was valid until 2026-06-09" },
	{ "invalid list", crl_invalid, "info crl-invalid",
	  "whether the certificate is revoked is not known: the list of CN=A does not bear a "
	  "signature" },
	{ "no SCT", no_sct, "info sct-missing", NULL },
	{ "no SCT under a private anchor", no_sct_private, "", NULL },
	{ "malformed SCT", sct_malformed, "warning sct-malformed",
	  "the certificate transparency timestamps cannot be read: an empty list" },
	{ "CAA allows", caa_allows, "", NULL },
	{ "CAA forbids", caa_forbids, "warning caa-forbids",
	  "example.org lets pki.goog issue, and the issuer is CN=A" },
	{ "CAA unclear", caa_unclear, "", NULL },
	{ "CAA failed", caa_failed, "info caa-failed",
	  "the CAA records of example.org could not be had" },
	{ "CAA and a certificate that nobody issued", caa_self_signed, "", NULL },
	{ "SCT 5 minutes ahead", sct_edge, "", NULL },
	{ "SCT of the future", sct_future, "warning clock-skew",
	  "by the time of a certificate transparency log this machine's clock is slow by 5 "
	  "minutes, which makes every date judged here doubtful" },
	{ "SCT of the future, --at", sct_future_at, "", NULL },
	{ "SCT of the future, file", sct_future_file, "", NULL },
	{ "staple of the future", produced_future, "warning clock-skew", NULL },
	{ "web server 5 minutes behind", web_edge, "", NULL },
	{ "web server behind", web_slow, "warning clock-skew",
	  "by the time of the domain's web server this machine's clock is fast by 5 minutes, "
	  "which makes every date judged here doubtful" },
	{ "the witness that is further off", two_witnesses, "warning clock-skew",
	  "by the time of the domain's web server this machine's clock is slow by 120 minutes, "
	  "which makes every date judged here doubtful" },
	{ "no certificate", nothing_served, "warning clock-skew", NULL },
};

/* What it came to, and the text of the last one. */
static struct findings judge(struct arena *mem, spoil *change, enum policy_name name)
{
	const struct policy policy = { name, NULL };
	struct cert_facts **way = arena_array(mem, 2, sizeof(struct cert_facts *));
	struct certcheck_facts *check = arena_alloc(mem, sizeof(*check));
	struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct findings found = { 0 };
	check->walk = *facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	check->at = check->walk.time;
	check->walk.identity.certs[0].self_issued = false;
	way[0] = &check->walk.identity.certs[0];
	way[1] = arena_alloc(mem, sizeof(*way[1]));
	way[1]->subject = "CN=\033A";
	check->walk.identity.path.way = (const struct cert_facts *const *)way;
	check->walk.identity.path.way_length = 2;
	sct_at(check, mem, NOW - DAYS);
	change(check, mem);
	const struct judging judging = { &at, &check->walk, &policy, mem, &found, check, NULL };
	judge_revocation(&judging);
	return found;
}

static void finds_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct findings found = judge(mem, rows[i].spoil, POLICY_BCP195);
		assert_row_string(rows[i].name, findings_words(&found, mem), rows[i].found);
		if (rows[i].text)
			assert_row_string(rows[i].name, found.last ? found.last->text : NULL,
					  rows[i].text);
	}
}

/* CRT-61: soft-fail is unknown, never good. */
static void what_no_list_tells_is_unknown(void **state)
{
	static spoil *const spoils[] = { crl_uncovered, crl_stale, crl_invalid };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(spoils); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		for (enum policy_name name = 0; name < POLICY_COUNT; name++) {
			struct findings found = judge(mem, spoils[i], name);
			assert_int_equal(findings_status(&found), STATUS_UNKNOWN);
		}
	}
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct findings found = judge(mem, caa_failed, POLICY_BCP195);
	assert_int_equal(findings_status(&found), STATUS_OK);
}

static void grades_by_policy(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct findings found = judge(mem, caa_forbids, POLICY_MANIFESTO);
	assert_string_equal(findings_words(&found, mem), "info caa-forbids");
	found = judge(mem, staple_refused, POLICY_STRICT);
	assert_string_equal(findings_words(&found, mem), "warning staple-refused");
	found = judge(mem, staple_revoked, POLICY_MANIFESTO);
	assert_string_equal(findings_words(&found, mem), "critical cert-revoked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_wrong),
		cmocka_unit_test(what_no_list_tells_is_unknown),
		cmocka_unit_test(grades_by_policy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
