#include "unit.h"

#include "revocation_fixture.h"
#include "tls/sct.h"
#include "tls/staple.h"

#define DAY     86400
#define JUNE_28 (FIXTURE_JULY_26 - 3 * DAY)
#define JULY_5  (FIXTURE_JULY_26 + 4 * DAY)

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	struct arena *mem = *state;
	arena_free(&mem);
	return 0;
}

/* CRT-60; certificates.md, P19. */
static const struct row {
	const char *file;
	enum staple_status status;
	const char *reason;
} rows[] = {
	{ "good", STAPLE_GOOD, NULL },
	{ "good-sha256", STAPLE_GOOD, NULL },
	{ "good-nonce", STAPLE_GOOD, NULL },
	{ "good-second", STAPLE_GOOD, NULL },
	{ "good-many", STAPLE_GOOD, NULL },
	{ "good-scts", STAPLE_GOOD, NULL },
	{ "not-critical", STAPLE_GOOD, NULL },
	{ "no-next", STAPLE_GOOD, NULL },
	{ "no-next-old", STAPLE_STALE, "it was valid until 2026-06-12 00:00 UTC" },
	{ "stale", STAPLE_STALE, "it was valid until 2026-06-09 00:00 UTC" },
	{ "early", STAPLE_EARLY, "it is valid from 2026-07-03 00:00 UTC only" },
	{ "backwards", STAPLE_MALFORMED, "it ends before it begins" },
	{ "revoked", STAPLE_REVOKED, "the issuer has revoked the certificate" },
	{ "revoked-no-reason", STAPLE_REVOKED, "the issuer has revoked the certificate" },
	{ "revoked-stale", STAPLE_REVOKED, "the issuer has revoked the certificate" },
	{ "revoked-later", STAPLE_EARLY, "it is valid from 2026-07-11 00:00 UTC only" },
	{ "unknown", STAPLE_CA_UNKNOWN, "the responder does not know the certificate" },
	{ "none", STAPLE_OTHER, "it is about another certificate" },
	{ "other-serial", STAPLE_OTHER, "it is about another certificate" },
	{ "odd-hash", STAPLE_OTHER, "it is about another certificate" },
	{ "critical", STAPLE_MALFORMED, "it holds a critical extension that nobody knows" },
	{ "critical-whole", STAPLE_MALFORMED, "it holds a critical extension that nobody knows" },
	{ "by-stranger", STAPLE_UNSIGNED, "its signature is not the issuer's" },
	{ "sha1", STAPLE_UNSIGNED, "it is signed with ECDSA-SHA1, which is too weak" },
	{ "delegated", STAPLE_GOOD, NULL },
	{ "delegated-among-others", STAPLE_GOOD, NULL },
	{ "delegated-plain", STAPLE_UNSIGNED,
	  "it is signed by a certificate that is not meant for OCSP" },
	{ "delegated-server", STAPLE_UNSIGNED,
	  "it is signed by a certificate that is not meant for OCSP" },
	{ "delegated-expired", STAPLE_UNSIGNED, "the responder's certificate has expired" },
	{ "delegated-stranger", STAPLE_UNSIGNED,
	  "it is signed by a responder that the issuer did not certify" },
	{ "try-later", STAPLE_REFUSED, "the responder wants to be asked later (tryLater)" },
	{ "unauthorized", STAPLE_REFUSED,
	  "the responder does not answer for this certificate (unauthorized)" },
	{ "other-type", STAPLE_MALFORMED, "it is not a basic OCSP response" },
};

static void judges_at_a_moment(void **state)
{
	const struct cert_facts *leaf = revocation_cert(*state, "leaf");
	const struct cert_facts *ca = revocation_cert(*state, "ca");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct bytes der = revocation_file(*state,
						   arena_printf(*state, "%s.ocsp", row->file));
		struct staple_facts facts;
		staple_read(der, leaf, ca, FIXTURE_JULY_26, *state, &facts);
		assert_row_string(row->file, staple_status_text(facts.status),
				  staple_status_text(row->status));
		assert_row_string(row->file, facts.reason, row->reason);
	}
}

static struct staple_facts read_as(struct arena *mem, const char *file, const char *leaf,
				   const char *issuer, int64_t at)
{
	struct staple_facts facts;
	staple_read(revocation_file(mem, file), revocation_cert(mem, leaf),
		    issuer ? revocation_cert(mem, issuer) : NULL, at, mem, &facts);
	return facts;
}

static void keeps_the_times_and_the_reason(void **state)
{
	struct staple_facts facts = read_as(*state, "revoked.ocsp", "leaf", "ca", FIXTURE_JULY_26);
	assert_true(facts.produced == JUNE_28 && facts.this_update == JUNE_28);
	assert_true(facts.next_update == JULY_5 && facts.revoked == FIXTURE_JULY_26 - 30 * DAY);
	assert_string_equal(facts.revocation, "keyCompromise");
	facts = read_as(*state, "revoked-no-reason.ocsp", "leaf", "ca", FIXTURE_JULY_26);
	assert_null(facts.revocation);
	facts = read_as(*state, "no-next.ocsp", "leaf", "ca", FIXTURE_JULY_26);
	assert_true(facts.next_update == 0 && facts.revoked == 0);
}

/* Five minutes that clocks may differ, and no more. */
static void tolerates_clocks(void **state)
{
	static const struct moment {
		const char *name;
		int64_t at;
		enum staple_status status;
	} moments[] = {
		{ "at its start", JUNE_28, STAPLE_GOOD },
		{ "5 minutes before", JUNE_28 - 300, STAPLE_GOOD },
		{ "a second more", JUNE_28 - 301, STAPLE_EARLY },
		{ "5 minutes after", JULY_5 + 300, STAPLE_GOOD },
		{ "a second more after", JULY_5 + 301, STAPLE_STALE },
	};
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		struct staple_facts facts = read_as(*state, "good.ocsp", "leaf", "ca",
						    moments[i].at);
		assert_row_string(moments[i].name, staple_status_text(facts.status),
				  staple_status_text(moments[i].status));
	}
}

/* The certID names serial number, issuer and the issuer's key. */
static void knows_whom_it_is_about(void **state)
{
	static const struct pair {
		const char *leaf, *issuer;
		enum staple_status status;
	} pairs[] = {
		{ "leaf", "ca", STAPLE_GOOD },
		{ "other", "ca", STAPLE_OTHER },
		{ "leaf", "twin", STAPLE_OTHER },               /* same name, another key */
		{ "ed25519-leaf", "ed25519-ca", STAPLE_OTHER }, /* same serial number */
		{ "leaf", NULL, STAPLE_UNCHECKED },
		{ "other", NULL, STAPLE_OTHER },
		{ "ed25519-leaf", NULL, STAPLE_OTHER },
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct staple_facts facts = read_as(*state, "good.ocsp", pairs[i].leaf,
						    pairs[i].issuer, FIXTURE_JULY_26);
		assert_row_string(pairs[i].leaf, staple_status_text(facts.status),
				  staple_status_text(pairs[i].status));
	}
}

static void finds_timestamps(void **state)
{
	struct staple_facts facts = read_as(*state, "good-scts.ocsp", "leaf", "ca",
					    FIXTURE_JULY_26);
	struct sct_facts scts = { 0 };
	sct_read(facts.scts, SCT_OCSP, *state, &scts);
	assert_null(scts.problem);
	assert_int_equal(scts.count, 2);
	assert_int_equal(scts.list[1].source, SCT_OCSP);
	assert_true(scts.list[1].time_ms == (int64_t)JUNE_28 * 1000);
	facts = read_as(*state, "good.ocsp", "leaf", "ca", FIXTURE_JULY_26);
	assert_int_equal(facts.scts.size, 0);
}

static void survives_damage(void **state)
{
	const struct cert_facts *leaf = revocation_cert(*state, "leaf");
	const struct cert_facts *ca = revocation_cert(*state, "ca");
	struct bytes good = revocation_file(*state, "delegated.ocsp");
	struct staple_facts facts;
	staple_read((struct bytes){ 0 }, leaf, ca, FIXTURE_JULY_26, *state, &facts);
	assert_true(facts.status == STAPLE_ABSENT && !facts.reason);
	for (size_t size = 1; size < good.size; size++) {
		uint8_t *cut = malloc(size); /* so that the sanitizer sees its end */
		memcpy(cut, good.data, size);
		staple_read((struct bytes){ cut, size }, leaf, ca, FIXTURE_JULY_26, *state, &facts);
		free(cut);
		assert_int_equal(facts.status, STAPLE_MALFORMED);
	}
	/* One octet changed, anywhere: no clean bill, and no revocation but for the one octet that
	 * nobody signs and nobody reads, the count of unused bits before the signature. */
	struct bytes revoked = revocation_file(*state, "revoked.ocsp");
	size_t still_revoked = 0;
	for (size_t i = 0; i < revoked.size; i++) {
		uint8_t *changed = malloc(revoked.size);
		memcpy(changed, revoked.data, revoked.size);
		changed[i] ^= 1;
		staple_read((struct bytes){ changed, revoked.size }, leaf, ca, FIXTURE_JULY_26,
			    *state, &facts);
		free(changed);
		assert_true(facts.status != STAPLE_GOOD);
		still_revoked += facts.status == STAPLE_REVOKED;
	}
	assert_int_equal(still_revoked, 1);
	struct bytes huge = { arena_alloc(*state, 70000), 70000 };
	staple_read(huge, leaf, ca, FIXTURE_JULY_26, *state, &facts);
	assert_string_equal(facts.reason, "it is too large for an OCSP response");
}

static void names_every_status(void **state)
{
	enum staple_status back;
	(void)state;
	for (enum staple_status status = STAPLE_ABSENT; status <= STAPLE_UNCHECKED; status++) {
		assert_true(staple_status_parse(staple_status_text(status), &back));
		assert_int_equal(back, status);
	}
	assert_false(staple_status_parse("fresh", &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_at_a_moment),
		cmocka_unit_test(keeps_the_times_and_the_reason),
		cmocka_unit_test(tolerates_clocks),
		cmocka_unit_test(knows_whom_it_is_about),
		cmocka_unit_test(finds_timestamps),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(names_every_status),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
