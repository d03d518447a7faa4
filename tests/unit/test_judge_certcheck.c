/* What xmpp-certcheck finds about a chain, and how much it weighs; of what proves it otherwise
 * test_judge_dane.c, test_judge_posh.c and test_judge_revocation.c tell. */
#include "unit.h"

#include "certcheck_fixture.h"
#include "judge/parts.h"
#include "judge/target_parts.h"

#define C2S       SERVICE_C2S
#define S2S       SERVICE_S2S
#define LAST_DAY  1798761600 /* of leaf.pem: 2027-01-01 */
#define FIRST_DAY 1767225600 /* 2026-01-01 */

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

enum dialback {
	DIALBACK_OFFERED,
	DIALBACK_NOT_OFFERED,
	DIALBACK_NOT_SEEN, /* no features came */
};

static const struct policy bcp195 = { POLICY_BCP195, NULL };

/* --- How much it weighs that a certificate is not trusted: certificates.md, section 9 --- */

static const struct weight_row {
	const char *name;
	enum service service;
	enum dialback dialback;
	unsigned proofs, problems;
	bool mismatch;
	int64_t at; /* 0: July 2026 */
	const char *found;
} weight_rows[] = {
	{ "good", C2S, .proofs = PROOF_PKIX, .found = "" },
	{ "good, s2s", S2S, .proofs = PROOF_PKIX, .found = "" },

	{ "self-signed (P20)", C2S, .problems = PATH_SELF_SIGNED,
	  .found = "critical cert-self-signed" },
	{ "self-signed, with DANE (P20)", C2S, .proofs = PROOF_DANE, .problems = PATH_SELF_SIGNED,
	  .found = "info cert-self-signed" },
	{ "self-signed, with POSH (P20)", S2S, .proofs = PROOF_POSH, .problems = PATH_SELF_SIGNED,
	  .found = "info cert-self-signed" },
	{ "self-signed, pinned", S2S, DIALBACK_NOT_OFFERED, PROOF_PIN, PATH_SELF_SIGNED,
	  .found = "info cert-self-signed" },
	{ "self-signed, s2s, dialback offered", S2S, .problems = PATH_SELF_SIGNED,
	  .found = "warning cert-self-signed" },
	{ "self-signed, s2s, no dialback", S2S, DIALBACK_NOT_OFFERED, 0, PATH_SELF_SIGNED,
	  .found = "critical cert-self-signed" },
	{ "self-signed, s2s, nobody knows", S2S, DIALBACK_NOT_SEEN, 0, PATH_SELF_SIGNED,
	  .found = "critical cert-self-signed" },
	{ "dialback is nothing to clients", C2S, DIALBACK_OFFERED, 0, PATH_SELF_SIGNED,
	  .found = "critical cert-self-signed" },

	{ "incomplete (P2)", C2S, .problems = PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE,
	  .found = "critical cert-chain-incomplete" },
	{ "incomplete, s2s, dialback offered", S2S,
	  .problems = PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE,
	  .found = "warning cert-chain-incomplete" },
	{ "unknown issuer", C2S, .problems = PATH_UNKNOWN_ISSUER,
	  .found = "critical cert-untrusted" },
	{ "bad signature", C2S, .problems = PATH_BAD_SIGNATURE,
	  .found = "critical cert-untrusted" },
	{ "an issuer that is no CA (P12)", C2S, .problems = PATH_NOT_CA,
	  .found = "critical cert-untrusted" },
	{ "name constraints (P15, P16)", C2S, .problems = PATH_CONSTRAINTS,
	  .found = "critical cert-untrusted" },
	{ "unknown issuer, with DANE", S2S, DIALBACK_NOT_OFFERED, PROOF_DANE, PATH_UNKNOWN_ISSUER,
	  .found = "info cert-untrusted" },
	{ "unknown issuer, s2s, dialback offered", S2S, .problems = PATH_UNKNOWN_ISSUER,
	  .found = "warning cert-untrusted" },

	{ "expired one second ago (P6)", C2S, .problems = PATH_EXPIRED, .at = LAST_DAY + 1,
	  .found = "critical cert-expired" },
	{ "expired, s2s, dialback offered: critical all the same", S2S, .problems = PATH_EXPIRED,
	  .at = LAST_DAY + 1, .found = "critical cert-expired" },
	{ "expired, with DANE", C2S, .proofs = PROOF_DANE, .problems = PATH_EXPIRED,
	  .at = LAST_DAY + 1, .found = "info cert-expired" },
	{ "expired, pinned", C2S, .proofs = PROOF_PIN, .problems = PATH_EXPIRED, .at = LAST_DAY + 1,
	  .found = "info cert-expired" },
	{ "valid from one second ahead (P6)", C2S, .problems = PATH_NOT_YET_VALID,
	  .at = FIRST_DAY - 1, .found = "critical cert-not-yet-valid" },
	{ "not yet valid, s2s, dialback offered", S2S, .problems = PATH_NOT_YET_VALID,
	  .at = FIRST_DAY - 1, .found = "critical cert-not-yet-valid" },
	{ "not yet valid, with POSH", S2S, .proofs = PROOF_POSH, .problems = PATH_NOT_YET_VALID,
	  .at = FIRST_DAY - 1, .found = "info cert-not-yet-valid" },
	{ "expires soon", C2S, .proofs = PROOF_PKIX, .at = LAST_DAY - 10 * DAYS,
	  .found = "warning cert-expires-soon" },
	{ "expires very soon", C2S, .proofs = PROOF_PKIX, .at = LAST_DAY - 5 * DAYS,
	  .found = "critical cert-expires-soon" },
	{ "expires very soon, s2s, dialback offered", S2S, .proofs = PROOF_PKIX,
	  .at = LAST_DAY - 5 * DAYS, .found = "critical cert-expires-soon" },
	{ "expires very soon, with DANE", C2S, .proofs = PROOF_DANE, .at = LAST_DAY - 5 * DAYS,
	  .found = "info cert-expires-soon" },
	{ "expires very soon, with both", C2S, .proofs = PROOF_DANE | PROOF_PKIX,
	  .at = LAST_DAY - 5 * DAYS, .found = "critical cert-expires-soon" },
	{ "expired and self-signed", C2S, .problems = PATH_EXPIRED | PATH_SELF_SIGNED,
	  .at = LAST_DAY + 1, .found = "critical cert-self-signed, critical cert-expired" },

	{ "weak (P13, P14)", C2S, .problems = PATH_WEAK, .found = "critical cert-weak" },
	{ "weak, s2s, dialback offered", S2S, .problems = PATH_WEAK, .found = "warning cert-weak" },
	{ "weak, with DANE", C2S, .proofs = PROOF_DANE, .problems = PATH_WEAK,
	  .found = "info cert-weak" },
	{ "wrong purpose", C2S, .problems = PATH_WRONG_PURPOSE,
	  .found = "critical cert-wrong-purpose" },
	{ "malformed", C2S, .problems = PATH_MALFORMED, .found = "critical cert-malformed" },
	{ "out of order (P3)", C2S, .proofs = PROOF_PKIX, .problems = PATH_OUT_OF_ORDER,
	  .found = "warning cert-chain-order" },
	{ "no trust anchors", C2S, .problems = PATH_UNCHECKED, .found = "info trust-unavailable" },

	{ "another name", C2S, .mismatch = true, .found = "critical cert-name-mismatch" },
	{ "another name, s2s, dialback offered", S2S, .mismatch = true,
	  .found = "warning cert-name-mismatch" },
	{ "another name, s2s, no dialback", S2S, DIALBACK_NOT_OFFERED, .mismatch = true,
	  .found = "critical cert-name-mismatch" },
	{ "another name, with DANE", C2S, .proofs = PROOF_DANE, .mismatch = true,
	  .found = "info cert-name-mismatch" },
	{ "another name and untrusted", C2S, .problems = PATH_UNKNOWN_ISSUER, .mismatch = true,
	  .found = "critical cert-untrusted, critical cert-name-mismatch" },
};

static const char *weigh(const struct weight_row *row, struct arena *mem)
{
	const struct endpoint at = facts_endpoint(row->service, TRANSPORT_STARTTLS, "192.0.2.7");
	const struct check_rules rules = check_rules_default();
	struct certcheck_facts *check = check_good(mem, row->service);
	struct findings findings = { 0 };
	struct features *features = &check->walk.after.features;
	struct identity_facts *identity = &check->walk.identity;
	features->present = row->dialback != DIALBACK_NOT_SEEN;
	features->dialback = row->dialback == DIALBACK_OFFERED;
	check->proofs = row->proofs;
	check->at = row->at ? row->at : FIXTURE_JULY_26;
	identity->path.problems = row->problems;
	identity->path.trusted = !(row->problems & ~(unsigned)PATH_OUT_OF_ORDER);
	if (row->mismatch)
		check_name(check, mem, "other.example", row->service);
	check->proofs = row->proofs;
	const struct judging judging = {
		&at, &check->walk, &bcp195, mem, &findings, check, &rules
	};
	judge_certificate(&judging);
	return findings_words(&findings, mem);
}

static void weighs_trust(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(weight_rows); i++)
		assert_row_string(weight_rows[i].name, weigh(&weight_rows[i], *state),
				  weight_rows[i].found);
}

/* xmpp-starttls looks at the way, and has no -w and -c: dates weigh as trust does. */
static void weighs_dates_for_the_other_tool_as_trust(void **state)
{
	struct arena *mem = *state;
	const struct endpoint at = facts_endpoint(S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct starttls_facts *facts = facts_good(mem, S2S, TRANSPORT_STARTTLS);
	struct findings findings = { 0 };
	facts->time = LAST_DAY + 1;
	facts->identity.path.problems = PATH_EXPIRED;
	const struct judging judging = { &at, facts, &bcp195, mem, &findings, NULL, NULL };
	judge_certificate(&judging);
	assert_string_equal(findings_words(&findings, mem), "warning cert-expired");
}

/* --- What is told beyond trust: judge_chain.c --- */

/* Spoils one thing in the facts of a good check. */
typedef void spoil(struct certcheck_facts *check, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct certcheck_facts *check, struct arena *mem)                         \
	{                                                                                          \
		struct cert_facts *leaf = &check->walk.identity.certs[0];                          \
		struct path_facts *path = &check->walk.identity.path;                              \
		(void)mem, (void)leaf, (void)path;                                                 \
		__VA_ARGS__;                                                                       \
	}

/* "sent | way": what the server sends, and what the path goes through. */
static void lay_chain(struct certcheck_facts *check, struct arena *mem, const char *sent,
		      const char *way)
{
	struct identity_facts *identity = &check->walk.identity;
	struct bytes ders[8];
	struct err err;
	size_t count = fixture_ders(mem, sent, ders, ARRAY_SIZE(ders));
	identity->certs = arena_array(mem, count, sizeof(*identity->certs));
	for (size_t i = 0; i < count; i++)
		assert_true(cert_read(ders[i], mem, &identity->certs[i], &err));
	identity->cert_count = check->walk.tls.chain_count = count;
	count = fixture_ders(mem, way, ders, ARRAY_SIZE(ders));
	const struct cert_facts **list = arena_array(mem, count, sizeof(struct cert_facts *));
	struct cert_facts *steps = arena_array(mem, count, sizeof(*steps));
	for (size_t i = 0; i < count; i++) {
		assert_true(cert_read(ders[i], mem, &steps[i], &err));
		list[i] = &steps[i];
	}
	identity->path.way = list;
	identity->path.way_length = count;
	identity->path.anchor = steps[count - 1].subject;
}

#define WAY "leaf intermediate root"
SPOIL(nothing, )
SPOIL(leaf_alone, lay_chain(check, mem, "leaf", "leaf intermediate"))
SPOIL(root_sent, lay_chain(check, mem, "leaf intermediate root", WAY))
SPOIL(root_twice, lay_chain(check, mem, "leaf intermediate root root", WAY))
SPOIL(stranger, lay_chain(check, mem, "leaf intermediate stranger", WAY))
SPOIL(strangers, lay_chain(check, mem, "leaf stranger intermediate second-root", WAY))
SPOIL(twice, lay_chain(check, mem, "leaf intermediate intermediate", WAY))
SPOIL(cross_signed, lay_chain(check, mem, "leaf intermediate intermediate-cross", WAY))
SPOIL(cross_signed_twice,
      lay_chain(check, mem, "leaf intermediate intermediate-cross intermediate-cross", WAY))
SPOIL(strangers_nowhere, strangers(check, mem); path->anchor = NULL)
SPOIL(pinned, lay_chain(check, mem, "self-signed", "self-signed"))
SPOIL(pinned_with_stranger, lay_chain(check, mem, "self-signed stranger", "self-signed"))
SPOIL(intermediate_as_anchor, lay_chain(check, mem, "leaf intermediate", "leaf intermediate"))
SPOIL(detour, lay_chain(check, mem, "leaf intermediate-expired intermediate", WAY))
SPOIL(detour_untrusted, detour(check, mem); path->trusted = false)
SPOIL(cut, check->walk.tls.chain_cut = true)

static void issuer_ends(struct certcheck_facts *check, struct arena *mem, size_t index,
			int64_t left)
{
	struct path_facts *path = &check->walk.identity.path;
	const struct cert_facts **way = arena_array(mem, path->way_length,
						    sizeof(struct cert_facts *));
	struct cert_facts *copy = arena_alloc(mem, sizeof(*copy));
	for (size_t i = 0; i < path->way_length; i++)
		way[i] = path->way[i];
	*copy = *way[index];
	copy->not_after = check->at + left;
	way[index] = copy;
	path->way = way;
}

SPOIL(issuer_soon, issuer_ends(check, mem, 1, 20 * DAYS))
SPOIL(issuer_not_soon, issuer_ends(check, mem, 1, 20 * DAYS + 1))
SPOIL(issuer_very_soon, issuer_ends(check, mem, 1, 7 * DAYS))
SPOIL(issuer_expired, issuer_ends(check, mem, 1, -1))
SPOIL(anchor_soon, issuer_ends(check, mem, 2, 3 * DAYS))
SPOIL(both_soon, issuer_soon(check, mem); anchor_soon(check, mem))

static void live(struct cert_facts *leaf, int64_t from, int64_t days)
{
	leaf->not_before = from;
	leaf->not_after = from + days * DAYS - 1; /* both ends belong to it */
}

#define MARCH_1_26  1772323200
#define MARCH_15_26 1773532800
#define APRIL_1_26  1775001600
SPOIL(days_250_april, live(leaf, APRIL_1_26, 250))
SPOIL(days_250_march, live(leaf, MARCH_1_26, 250))
SPOIL(days_200, live(leaf, MARCH_15_26, 200))
SPOIL(days_200_and_a_second, live(leaf, MARCH_15_26, 200); leaf->not_after++)
SPOIL(days_398, live(leaf, MARCH_15_26 - 1, 398))
SPOIL(days_399, live(leaf, MARCH_15_26 - 1, 399))
SPOIL(days_100_in_2027, live(leaf, 1805068800, 100))
SPOIL(days_101_in_2027, live(leaf, 1805068800, 101))
SPOIL(days_200_before_2027, live(leaf, 1805068800 - 1, 200))
SPOIL(days_47_in_2029, live(leaf, 1868227200, 47))
SPOIL(days_48_in_2029, live(leaf, 1868227200, 48))
SPOIL(days_825_in_2018, live(leaf, 1519862400, 825))
SPOIL(days_826_in_2018, live(leaf, 1519862400, 826))
SPOIL(days_2000_in_2017, live(leaf, 1500000000, 2000))
SPOIL(days_250_private, days_250_april(check, mem); path->anchor_from_system = false)
SPOIL(never, leaf->not_after = 253402300799; path->anchor_from_system = false)
SPOIL(never_public, leaf->not_after = 253402300799)
SPOIL(upside_down, leaf->not_after = leaf->not_before - 1)
SPOIL(no_time, leaf->not_after = leaf->not_before - 2)

SPOIL(any_purpose, leaf->eku_server = false; leaf->eku_any = true)
SPOIL(any_purpose_and_server, leaf->eku_any = true)
SPOIL(for_clients, leaf->eku_server = false; leaf->eku_client = true)
SPOIL(for_both, leaf->eku_client = true)
SPOIL(no_purpose, leaf->has_eku = leaf->eku_server = false)
SPOIL(enciphers, leaf->has_key_usage = true; leaf->key_usage = USAGE_KEY_ENCIPHERMENT)
SPOIL(enciphers_and_signs, leaf->has_key_usage = true;
      leaf->key_usage = USAGE_KEY_ENCIPHERMENT | USAGE_DIGITAL_SIGNATURE)
SPOIL(authority, leaf->is_ca = true)
SPOIL(authority_self_signed, leaf->is_ca = true; path->problems = PATH_SELF_SIGNED)

static void note(struct certcheck_facts *check, struct arena *mem, size_t index, const char *lapse,
		 const char *blemish)
{
	issuer_ends(check, mem, index, 1000 * DAYS);
	struct cert_facts *cert =
		(struct cert_facts *)(uintptr_t)check->walk.identity.path.way[index];
	cert->lapse = lapse;
	cert->blemish = blemish;
}

SPOIL(lapse, note(check, mem, 0, "its serial number is zero", NULL))
SPOIL(blemish, note(check, mem, 0, NULL, "it has none"))
SPOIL(issuer_lapse, note(check, mem, 1, "its serial number is zero", NULL))
SPOIL(anchor_lapse, note(check, mem, 2, "its serial number is zero", "it has none"))
SPOIL(lapse_and_blemish, note(check, mem, 0, NULL, "it has none");
      note(check, mem, 1, "its serial number is zero", NULL))
SPOIL(two_lapses, lapse(check, mem); issuer_lapse(check, mem))
SPOIL(pinned_lapse, pinned(check, mem); note(check, mem, 0, "its serial number is zero", NULL))
SPOIL(obscure, path->obscure = path->way[1])

static const struct chain_row {
	const char *name;
	enum service service;
	spoil *spoil;
	const char *found, *text; /* text: of the first finding, in part; NULL: not looked at */
} chain_rows[] = {
	{ "good (P1)", C2S, nothing, "", NULL },
	/* CRT-21 */
	{ "leaf alone, its issuer an anchor", C2S, leaf_alone, "", NULL },
	{ "root sent (P4)", C2S, root_sent, "info cert-root-sent",
	  "the server sends the root certificate, too" },
	{ "root sent twice", C2S, root_twice, "info cert-root-sent, info cert-superfluous", NULL },
	{ "a stranger", C2S, stranger, "info cert-superfluous",
	  "1 of the 3 certificates sent are of no use to the path, CN=Stranger,O=XMPP TLS tools "
	  "test for one" },
	{ "two strangers", C2S, strangers, "info cert-superfluous",
	  "2 of the 4 certificates sent are of no use to the path, CN=Stranger" },
	{ "the same twice", C2S, twice, "info cert-superfluous", "1 of the 3" },
	{ "an issuer cross-signed", C2S, cross_signed, "info cert-cross-signed",
	  "CN=Test Intermediate,O=XMPP TLS tools test is sent as signed by CN=Second Root" },
	{ "cross-signed, and sent twice", C2S, cross_signed_twice,
	  "info cert-cross-signed, info cert-superfluous", NULL },
	{ "strangers where there is no path", C2S, strangers_nowhere, "", NULL },
	{ "pinned", C2S, pinned, "", NULL },
	{ "pinned, and a stranger", C2S, pinned_with_stranger, "info cert-superfluous", "1 of" },
	{ "an intermediate as anchor, sent", C2S, intermediate_as_anchor, "", NULL },
	{ "more than we look at", C2S, cut, "warning cert-chain-too-long",
	  "more than 64 certificates were presented; those behind were not looked at" },
	/* P5 */
	{ "an expired alternative (P5)", C2S, detour,
	  "info cert-superfluous, info cert-expired-alternative", NULL },
	{ "an expired alternative, and no path", C2S, detour_untrusted, "info cert-superfluous",
	  NULL },
	/* CRT-22 */
	{ "an issuer expires soon", C2S, issuer_soon, "warning cert-issuer-expires-soon",
	  "the issuer's certificate CN=Test Intermediate,O=XMPP TLS tools test expires on "
	  "2026-07-21, in 20 days" },
	{ "a second later than soon", C2S, issuer_not_soon, "", NULL },
	{ "an issuer expires very soon", C2S, issuer_very_soon, "critical cert-issuer-expires-soon",
	  "in 7 days" },
	{ "an issuer has expired: another finding's", C2S, issuer_expired, "", NULL },
	{ "the anchor expires", C2S, anchor_soon, "critical cert-issuer-expires-soon",
	  "CN=Test Root" },
	{ "both, and the first to end is told", C2S, both_soon, "critical cert-issuer-expires-soon",
	  "CN=Test Root" },
	/* CRT-33, section 5 */
	{ "250 days in April 2026 (P23)", C2S, days_250_april, "warning cert-lifetime",
	  "certificate lives 250 days; public ones issued on 2026-04-01 may live 200" },
	{ "250 days in March 2026 (P24)", C2S, days_250_march, "", NULL },
	{ "250 days of a private CA", C2S, days_250_private, "", NULL },
	{ "200 days", C2S, days_200, "", NULL },
	{ "200 days and a second", C2S, days_200_and_a_second, "warning cert-lifetime",
	  "lives 201 days" },
	{ "398 days", C2S, days_398, "", NULL },
	{ "399 days", C2S, days_399, "warning cert-lifetime", "may live 398" },
	{ "100 days in 2027", C2S, days_100_in_2027, "", NULL },
	{ "101 days in 2027", C2S, days_101_in_2027, "warning cert-lifetime", "may live 100" },
	{ "200 days before that", C2S, days_200_before_2027, "", NULL },
	{ "47 days in 2029", C2S, days_47_in_2029, "", NULL },
	{ "48 days in 2029", C2S, days_48_in_2029, "warning cert-lifetime", "may live 47" },
	{ "825 days in 2018", C2S, days_825_in_2018, "", NULL },
	{ "826 days in 2018", C2S, days_826_in_2018, "warning cert-lifetime", "may live 825" },
	{ "2000 days in 2017", C2S, days_2000_in_2017, "", NULL },
	{ "never ends, private (P7)", C2S, never, "warning cert-lifetime",
	  "certificate never expires (9999-12-31)" },
	{ "never ends, public (P7)", C2S, never_public, "warning cert-lifetime", "lives" },
	{ "ends before it begins", C2S, upside_down, "warning cert-lifetime",
	  "certificate ends on 2025-12-31, before it begins" },
	{ "ends long before it begins", C2S, no_time, "warning cert-lifetime", "before it begins" },
	/* CRT-26 to CRT-28, CRT-38 */
	{ "for servers, s2s (P8)", S2S, nothing, "info cert-eku-no-client",
	  "certificate is for TLS servers only" },
	{ "for servers and clients, s2s", S2S, for_both, "", NULL },
	{ "no purpose named, s2s (P10)", S2S, no_purpose, "", NULL },
	{ "for any purpose (P11)", C2S, any_purpose, "warning cert-eku-any-only",
	  "certificate is for any purpose, and does not name TLS servers" },
	{ "for any purpose, s2s (P11)", S2S, any_purpose, "warning cert-eku-any-only", NULL },
	{ "for any purpose and servers", S2S, any_purpose_and_server, "", NULL },
	{ "for clients: the path's finding (P9)", S2S, for_clients, "", NULL },
	{ "may not sign", C2S, enciphers, "warning cert-key-usage",
	  "certificate's key usage has no digitalSignature" },
	{ "may sign", C2S, enciphers_and_signs, "", NULL },
	/* CRT-25 */
	{ "of a CA", C2S, authority, "warning cert-is-ca",
	  "certificate of the server is that of a CA" },
	{ "of a CA, self-signed: another finding's", C2S, authority_self_signed, "", NULL },
	/* CRT-32 and what binds the CA besides */
	{ "a lapse", C2S, lapse, "warning cert-not-conforming",
	  "certificate: its serial number is zero" },
	{ "a blemish", C2S, blemish, "info cert-not-conforming", "certificate: it has none" },
	{ "a lapse of an issuer", C2S, issuer_lapse, "warning cert-not-conforming",
	  "issuer's certificate CN=Test Intermediate,O=XMPP TLS tools test: its serial number is "
	  "zero" },
	{ "of the anchor, of which nobody asks it", C2S, anchor_lapse, "", NULL },
	{ "a lapse comes before a blemish", C2S, lapse_and_blemish, "warning cert-not-conforming",
	  "issuer's certificate" },
	{ "the first lapse stands for all", C2S, two_lapses, "warning cert-not-conforming",
	  "certificate: its" },
	{ "a lapse of what is pinned", C2S, pinned_lapse, "warning cert-not-conforming",
	  "certificate: its" },
	{ "what GnuTLS cannot read", C2S, obscure, "warning cert-not-conforming",
	  "GnuTLS cannot read the certificate of CN=Test Intermediate" },
};

/* The fixtures are not without blemish. */
static void polish(struct certcheck_facts *check, struct arena *mem)
{
	struct path_facts *path = &check->walk.identity.path;
	const struct cert_facts **way = arena_array(mem, path->way_length,
						    sizeof(struct cert_facts *));
	for (size_t i = 0; i < path->way_length; i++) {
		struct cert_facts *copy = arena_alloc(mem, sizeof(*copy));
		*copy = *path->way[i];
		copy->lapse = copy->blemish = NULL;
		way[i] = copy;
	}
	path->way = way;
}

static void tells_of_chains(void **state)
{
	struct arena *mem = *state;
	const struct check_rules rules = check_rules_default();
	for (size_t i = 0; i < ARRAY_SIZE(chain_rows); i++) {
		const struct chain_row *row = &chain_rows[i];
		const struct endpoint at = facts_endpoint(row->service, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		struct certcheck_facts *check = check_good(mem, row->service);
		struct findings findings = { 0 };
		bool notes = strstr(row->found, "conforming");
		polish(check, mem);
		row->spoil(check, mem);
		if (!notes && row->spoil != anchor_lapse)
			polish(check, mem);
		const struct judging judging = { &at,       &check->walk, &bcp195, mem,
						 &findings, check,        &rules };
		judge_chain(&judging);
		assert_row_string(row->name, findings_words(&findings, mem), row->found);
		if (row->text && !strstr(findings.first->text, row->text))
			fail_msg("%s: %s", row->name, findings.first->text);
	}
}

/* --- Files, --local, --subdomains: certcheck.c --- */

#define LOCAL(...) check->local = ((struct local_facts){ .file = "/etc/im.pem", __VA_ARGS__ })

SPOIL(file, check->source = CHECK_FILE)
SPOIL(file_broken, file(check, mem); check->file = "im\x1b.pem";
      check->file_problem = "block 2 has no END line")
SPOIL(file_nameless, file(check, mem); check->names_judged = false;
      check->walk.identity.names.matched = NULL)
SPOIL(file_stdin_broken, file(check, mem); check->file = NULL; check->file_problem = "\r")
SPOIL(local_same, LOCAL(.same = true, .same_key = true))
SPOIL(local_newer, LOCAL(.newer = true, .not_after = LAST_DAY + 90 * DAYS))
SPOIL(local_older, LOCAL(.not_after = LAST_DAY - 90 * DAYS))
SPOIL(local_broken, LOCAL(.problem = "no certificate in it"))

static void ask_for(struct certcheck_facts *check, struct arena *mem, const char *missing,
		    const char *covered)
{
	const struct cert_name *name = &check->walk.identity.certs[0].names[0];
	check->subdomains = arena_array(mem, 3, sizeof(*check->subdomains));
	if (covered)
		check->subdomains[check->subdomain_count++] = (struct subdomain_facts){ covered,
											name };
	for (int i = 0; missing && i < 2; i++)
		check->subdomains[check->subdomain_count++] = (struct subdomain_facts){
			arena_printf(mem, "%s%d.im.example", missing, i), NULL
		};
}

SPOIL(covered, ask_for(check, mem, NULL, "upload.im.example"))
SPOIL(uncovered, ask_for(check, mem, "muc", "upload.im.example"))

static void refuse(struct certcheck_facts *check)
{
	facts_fail(&check->walk, STEP_TCP, ERR_REFUSED, "connection refused");
	check->walk.identity.cert_count = 0;
	check->walk.tls.chain_count = 0;
	check->posh = (struct posh_facts){ 0 };
}

SPOIL(refused, refuse(check))
SPOIL(refused_file, file(check, mem); refuse(check))

static const struct check_row {
	const char *name;
	spoil *spoil;
	const char *found; /* "info cert-not-conforming", which the fixture has, aside */
	const char *text;  /* of the first finding, in part */
} check_rows[] = {
	{ "good", nothing, "", NULL },
	{ "a good file", file, "", NULL },
	{ "a file with something else in it", file_broken, "critical cert-malformed",
	  "im\\x1b.pem: block 2 has no END line" },
	{ "standard input with something else in it", file_stdin_broken, "critical cert-malformed",
	  "the file: \\r" },
	{ "a file without a domain", file_nameless, "info names-not-judged",
	  "no domain was given, so whom the certificate speaks for was not judged" },
	{ "the same on disk", local_same, "", NULL },
	{ "a newer one on disk", local_newer, "warning local-not-loaded",
	  "/etc/im.pem holds a newer certificate (until 2027-04-01) than the server shows (until "
	  "2027-01-01): renewed, but not reloaded" },
	{ "an older one on disk", local_older, "warning local-differs",
	  "/etc/im.pem holds another certificate (until 2026-10-03) than the server shows (until "
	  "2027-01-01)" },
	{ "something else on disk", local_broken, "info local-unreadable",
	  "/etc/im.pem: no certificate in it" },
	{ "subdomains covered", covered, "", NULL },
	{ "subdomains not covered", uncovered, "warning subdomain-not-covered",
	  "the certificate does not name muc0.im.example, muc1.im.example" },
	{ "nobody answered", refused, "warning endpoint-refused", NULL },
	{ "a file has no connection that could fail", refused_file, "", NULL },
};

static void tells_of_checks(void **state)
{
	struct arena *mem = *state;
	const struct endpoint at = facts_endpoint(C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	const struct check_rules rules = check_rules_default();
	for (size_t i = 0; i < ARRAY_SIZE(check_rows); i++) {
		const struct check_row *row = &check_rows[i];
		struct certcheck_facts *check = check_good(mem, C2S);
		struct findings findings = { 0 };
		row->spoil(check, mem);
		judge_certcheck(&at, check, &rules, &bcp195, mem, &findings);
		findings_drop(&findings, "cert-not-conforming");
		findings_drop(&findings, "sct-missing");
		assert_row_string(row->name, findings_words(&findings, mem), row->found);
		if (row->text && !strstr(findings.first->text, row->text))
			fail_msg("%s: %s", row->name, findings.first->text);
	}
}

/* --- What spans endpoints --- */

static const struct pair_row {
	const char *name;
	const char *chains[3]; /* by endpoint: c2s, c2s, s2s; NULL: none came */
	const char *text;      /* of the one finding; NULL: none */
} pair_rows[] = {
	{ "the same", { "leaf", "leaf", "leaf" }, NULL },
	{ "another service may have another", { "leaf", "leaf", "p384" }, NULL },
	{ "one showed none", { "leaf", NULL, "leaf" }, NULL },
	{ "none showed any", { NULL, NULL, NULL }, NULL },
	{ "another day",
	  { "leaf", "leaf-renewed", NULL },
	  "show different certificates, until 2027-01-01 and until 2027-06-01" },
	{ "another kind of key",
	  { "ed25519", "rsa-2048", NULL },
	  "show different certificates, Ed25519 and RSA of 2048 bits" },
	{ "another strength",
	  { "rsa-2048", "rsa-1024", NULL },
	  "RSA of 2048 bits and RSA of 1024 bits" },
	{ "another curve", { "leaf", "p384", NULL }, "EC P-256 and EC P-384" },
	{ "another issuer", { "leaf", "self-signed", NULL }, "of different issuers" },
	{ "other contents", { "leaf", "leaf-client-only", NULL }, "with different contents" },
};

static void compares_endpoints(void **state)
{
	struct arena *mem = *state;
	const struct endpoint endpoints[] = {
		facts_endpoint(C2S, TRANSPORT_STARTTLS, "192.0.2.7"),
		facts_endpoint(C2S, TRANSPORT_DIRECT, "192.0.2.7"),
		facts_endpoint(S2S, TRANSPORT_STARTTLS, "192.0.2.7"),
	};
	const struct target_view target = { .domain = "im.example",
					    .endpoints = endpoints,
					    .count = ARRAY_SIZE(endpoints) };
	for (size_t i = 0; i < ARRAY_SIZE(pair_rows); i++) {
		const struct pair_row *row = &pair_rows[i];
		struct certcheck_facts checks[3] = { 0 };
		const struct certcheck_facts *list[3] = { &checks[0], &checks[1], &checks[2] };
		struct cert_facts certs[3];
		struct findings findings = { 0 };
		for (int j = 0; j < 3; j++) {
			if (!row->chains[j])
				continue;
			certs[j] = fixture_cert(mem, row->chains[j]);
			checks[j].walk.identity.certs = &certs[j];
			checks[j].walk.identity.cert_count = 1;
		}
		judge_certcheck_target(&target, list, &bcp195, mem, &findings);
		assert_row_string(row->name, findings_words(&findings, mem),
				  row->text ? "info certs-differ" : "");
		if (row->text && !strstr(findings.first->text, row->text))
			fail_msg("%s: %s", row->name, findings.first->text);
	}
}

static void sources_and_proofs_have_words(void **state)
{
	(void)state;
	for (int i = CHECK_LIVE; i <= CHECK_FILE; i++) {
		enum check_source back;
		assert_true(check_source_parse(check_source_text((enum check_source)i), &back));
		assert_int_equal(back, i);
	}
	enum check_source untouched = CHECK_RECORD;
	assert_false(check_source_parse("LIVE", &untouched));
	assert_int_equal(untouched, CHECK_RECORD);
	assert_string_equal(proof_text(PROOF_PKIX), "pkix");
	assert_string_equal(proof_text(PROOF_DANE), "dane");
	assert_string_equal(proof_text(PROOF_POSH), "posh");
	assert_string_equal(proof_text(PROOF_PIN), "pin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weighs_trust),
		cmocka_unit_test(weighs_dates_for_the_other_tool_as_trust),
		cmocka_unit_test(tells_of_chains),
		cmocka_unit_test(tells_of_checks),
		cmocka_unit_test(compares_endpoints),
		cmocka_unit_test(sources_and_proofs_have_words),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
