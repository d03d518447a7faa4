/* One way from a leaf to an anchor: RFC 5280, 6.1, on certificates that need no signatures. */
#include "unit.h"

#include "der_fixture.h"
#include "fixture.h"
#include "tls/route.h"

#define JULY_26 FIXTURE_JULY_26

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

/* A certificate in words. Authorities have cA and keyCertSign, leaves neither; the rest is asked
 * for. The leaf first, the anchor last; each is issued by the next. */
#define CA           "2.5.29.19 ! 30 03 01 01 ff | 2.5.29.15 ! 03 02 01 06"
#define SELF_CA      "=2.5.29.19 ! 30 03 01 01 ff | 2.5.29.15 ! 03 02 01 06"
#define CA_LENGTH_0  "2.5.29.19 ! 30 06 01 01 ff 02 01 00 | 2.5.29.15 ! 03 02 01 06"
#define CA_LENGTH_1  "2.5.29.19 ! 30 06 01 01 ff 02 01 01 | 2.5.29.15 ! 03 02 01 06"
#define CA_MANY      "2.5.29.19 ! 30 07 01 01 ff 02 02 00 ff | 2.5.29.15 ! 03 02 01 06"
#define NO_CA        "2.5.29.19 ! 30 00"
#define NO_SIGN      "2.5.29.19 ! 30 03 01 01 ff | 2.5.29.15 ! 03 02 01 02"
#define NO_USAGE     "2.5.29.19 ! 30 03 01 01 ff"
#define SERVER       "| 2.5.29.37 30 0a 06 08 2b 06 01 05 05 07 03 01"
#define CLIENT       "| 2.5.29.37 30 0a 06 08 2b 06 01 05 05 07 03 02"
#define MAIL         "| 2.5.29.37 30 0a 06 08 2b 06 01 05 05 07 03 04"
#define ANY          "| 2.5.29.37 30 06 06 04 55 1d 25 00"
#define STAPLE       "| 1.3.6.1.5.5.7.1.24 30 03 02 01 05"
#define STAPLES      "| 1.3.6.1.5.5.7.1.24 30 06 02 01 05 02 01 11"
#define UNKNOWN      "| 1.3.6.1.4.1.99999.1 ! 05 00"
#define LEAF         "2.5.29.15 ! 03 02 07 80"
#define NAMED(hex)   LEAF "| 2.5.29.17 30 " hex
#define IM_X         "06 82 04 69 6d 2e 78" /* im.x */
#define IM_Y         "06 82 04 69 6d 2e 79"
#define ONLY_X       "| 2.5.29.30 ! 30 07 a0 05 30 03 82 01 78"
#define NOT_X        "| 2.5.29.30 ! 30 07 a1 05 30 03 82 01 78"
#define ONLY_NOTHING "| 2.5.29.30 ! 30 02 a0 00"
#define POLICY_1     "| 2.5.29.32 30 06 30 04 06 02 2a 01"
#define POLICY_2     "| 2.5.29.32 30 06 30 04 06 02 2a 02"
#define DEMANDS      "| 2.5.29.36 ! 30 03 80 01 00"
#define VERSION_1    "v1"
#define LONGEST      8

/* Names: the leaf is CN=0, its issuer CN=1, ...; "=" in front of a certificate makes it bear the
 * name of its issuer. */
static const struct row {
	const char *name;
	const char *certs[LONGEST];
	unsigned problems;
	const char *reason;
} rows[] = {
	{ "leaf, CA, root", { LEAF, CA, CA }, 0, NULL },
	{ "an anchor that is the issuer", { LEAF, CA }, 0, NULL },

	/* Who may issue: 6.1.4 (k) and (n) */
	{ "without cA",
	  { LEAF, NO_CA, CA },
	  PATH_NOT_CA,
	  "CN=1 issued a certificate but is no CA" },
	{ "without basicConstraints",
	  { LEAF, "2.5.29.15 ! 03 02 01 06", CA },
	  PATH_NOT_CA,
	  "CN=1 issued a certificate but is no CA" },
	{ "without keyCertSign",
	  { LEAF, NO_SIGN, CA },
	  PATH_NOT_CA,
	  "CN=1 issued a certificate, which its key usage does not allow" },
	{ "without key usage", { LEAF, NO_USAGE, CA }, 0, NULL },
	{ "an anchor without cA",
	  { LEAF, NO_CA },
	  PATH_NOT_CA,
	  "CN=1 issued a certificate but is no CA" },
	{ "an anchor without keyCertSign",
	  { LEAF, NO_SIGN },
	  PATH_NOT_CA,
	  "CN=1 issued a certificate, which its key usage does not allow" },
	{ "an anchor of version 1", { LEAF, VERSION_1 }, 0, NULL },
	{ "an issuer of version 1 that is no anchor",
	  { LEAF, VERSION_1, CA },
	  PATH_NOT_CA,
	  "CN=1 issued a certificate but is no CA" },

	/* Purposes: of the leaf, and nested (CRT-26, CRT-27) */
	{ "serverAuth (P8)", { LEAF SERVER, CA, CA }, 0, NULL },
	{ "clientAuth (P9)",
	  { LEAF CLIENT, CA, CA },
	  PATH_WRONG_PURPOSE,
	  "the certificate is for TLS clients only (extended key usage)" },
	{ "mail",
	  { LEAF MAIL, CA, CA },
	  PATH_WRONG_PURPOSE,
	  "the certificate is not for TLS servers (extended key usage)" },
	{ "any purpose (P11)", { LEAF ANY, CA, CA }, 0, NULL },
	{ "none named, under a CA for servers (P10)", { LEAF, CA SERVER, CA }, 0, NULL },
	{ "none named, under a CA for clients",
	  { LEAF, CA CLIENT, CA },
	  PATH_WRONG_PURPOSE,
	  "an issuer in the chain may not issue certificates for TLS servers" },
	{ "a CA for any purpose", { LEAF SERVER, CA ANY, CA }, 0, NULL },
	{ "an anchor for mail",
	  { LEAF SERVER, CA, CA MAIL },
	  PATH_WRONG_PURPOSE,
	  "an issuer in the chain may not issue certificates for TLS servers" },
	{ "a key that may not serve TLS",
	  { "2.5.29.15 ! 03 02 06 40", CA, CA },
	  PATH_WRONG_PURPOSE,
	  "the certificate's key may not be used for TLS (key usage)" },
	{ "a key that enciphers keys", { "2.5.29.15 ! 03 02 05 20", CA, CA }, 0, NULL },
	{ "a key that agrees on keys", { "2.5.29.15 ! 03 02 03 08", CA, CA }, 0, NULL },

	/* Path length: 6.1.4 (l) and (m); P12 */
	{ "none allowed, none there", { LEAF, CA_LENGTH_0, CA }, 0, NULL },
	{ "none allowed, one there",
	  { LEAF, CA, CA_LENGTH_0, CA },
	  PATH_NOT_CA,
	  "CN=2 allows 0 CAs below itself, and there are 1" },
	{ "one allowed, one there", { LEAF, CA, CA_LENGTH_1, CA }, 0, NULL },
	{ "one allowed, two there",
	  { LEAF, CA, CA, CA_LENGTH_1, CA },
	  PATH_NOT_CA,
	  "CN=3 allows 1 CAs below itself, and there are 2" },
	{ "the anchor's own",
	  { LEAF, CA, CA_LENGTH_0 },
	  PATH_NOT_CA,
	  "CN=2 allows 0 CAs below itself, and there are 1" },
	{ "the lower one is narrower",
	  { LEAF, CA, CA_LENGTH_0, CA_LENGTH_1, CA },
	  PATH_NOT_CA,
	  "CN=2 allows 0 CAs below itself, and there are 1" },
	{ "self-issued ones are not counted", { LEAF, SELF_CA, CA_LENGTH_0, CA }, 0, NULL },
	{ "but those below them are",
	  { LEAF, CA, SELF_CA, CA_LENGTH_0, CA },
	  PATH_NOT_CA,
	  "CN=3 allows 0 CAs below itself, and there are 1" },
	{ "the leaf is not counted, though it is a CA", { NO_USAGE, CA_LENGTH_0, CA }, 0, NULL },
	{ "more than a number of one octet", { LEAF, CA, CA, CA, CA_MANY, CA }, 0, NULL },

	/* Names: 6.1.3 (b) and (c) */
	{ "within", { NAMED(IM_X), CA ONLY_X, CA }, 0, NULL },
	{ "outside",
	  { NAMED(IM_Y), CA ONLY_X, CA },
	  PATH_CONSTRAINTS,
	  "the name \"im.y\" is not among those an issuer may certify" },
	{ "excluded",
	  { NAMED(IM_X), CA NOT_X, CA },
	  PATH_CONSTRAINTS,
	  "the name \"im.x\" is excluded by a name constraint of an issuer" },
	{ "outside of the CA above",
	  { NAMED(IM_Y), CA, CA ONLY_X, CA },
	  PATH_CONSTRAINTS,
	  "the name \"im.y\" is not among those an issuer may certify" },
	{ "outside of the anchor",
	  { NAMED(IM_Y), CA, CA ONLY_X },
	  PATH_CONSTRAINTS,
	  "the name \"im.y\" is not among those an issuer may certify" },
	{ "two CAs that leave nothing",
	  { NAMED(IM_X), CA ONLY_X, CA NOT_X, CA },
	  PATH_CONSTRAINTS,
	  "the name \"im.x\" is excluded by a name constraint of an issuer" },
	{ "a CA outside",
	  { NAMED(IM_X), CA "| 2.5.29.17 30 " IM_Y, CA ONLY_X, CA },
	  PATH_CONSTRAINTS,
	  "the name \"im.y\" is not among those an issuer may certify" },
	{ "a self-issued CA outside",
	  { NAMED(IM_X), SELF_CA "| 2.5.29.17 30 " IM_Y, CA ONLY_X, CA },
	  0,
	  NULL },
	{ "a self-issued leaf is held to them",
	  { "=" NAMED(IM_Y), CA ONLY_X, CA },
	  PATH_CONSTRAINTS,
	  "the name \"im.y\" is not among those an issuer may certify" },
	{ "a leaf's own constraints bind nobody", { NAMED(IM_Y) ONLY_X, CA, CA }, 0, NULL },
	{ "constraints that are malformed",
	  { NAMED(IM_X), CA ONLY_NOTHING, CA },
	  PATH_MALFORMED | PATH_CONSTRAINTS,
	  "the issuer's certificate (CN=1) is malformed: its name constraints hold an empty list" },

	/* TLS features: RFC 7633, 4.2.2 */
	{ "demanded and there", { LEAF STAPLE, CA STAPLE, CA }, 0, NULL },
	{ "demanded, and more there", { LEAF STAPLES, CA STAPLE, CA }, 0, NULL },
	{ "demanded and missing",
	  { LEAF, CA STAPLE, CA },
	  PATH_CONSTRAINTS,
	  "the certificate lacks a TLS feature that its issuer demands (RFC 7633)" },
	{ "two demanded, one there",
	  { LEAF STAPLE, CA STAPLES, CA },
	  PATH_CONSTRAINTS,
	  "the certificate lacks a TLS feature that its issuer demands (RFC 7633)" },
	{ "demanded of a CA",
	  { LEAF, CA, CA STAPLE, CA },
	  PATH_CONSTRAINTS,
	  "the issuer's certificate (CN=1) lacks a TLS feature that its issuer demands (RFC "
	  "7633)" },
	{ "nothing demanded", { LEAF STAPLE, CA, CA }, 0, NULL },

	/* Critical, and nobody knows it */
	{ "in the leaf (P17)",
	  { LEAF UNKNOWN, CA, CA },
	  PATH_CONSTRAINTS,
	  "the certificate holds a critical extension that nobody knows (1.3.6.1.4.1.99999.1)" },
	{ "in a CA",
	  { LEAF, CA UNKNOWN, CA },
	  PATH_CONSTRAINTS,
	  "the issuer's certificate (CN=1) holds a critical extension that nobody knows "
	  "(1.3.6.1.4.1.99999.1)" },
	{ "in the anchor",
	  { LEAF, CA, CA UNKNOWN },
	  PATH_CONSTRAINTS,
	  "the issuer's certificate (CN=2) holds a critical extension that nobody knows "
	  "(1.3.6.1.4.1.99999.1)" },

	/* Policies: policy.c's, walked from the anchor down */
	{ "a policy all the way", { LEAF POLICY_1, CA POLICY_1 DEMANDS, CA }, 0, NULL },
	{ "a policy lost on the way",
	  { LEAF POLICY_2, CA POLICY_1 DEMANDS, CA },
	  PATH_CONSTRAINTS,
	  "an issuer demands a certificate policy, and the certificates of the chain agree on "
	  "none" },
	{ "what the anchor demands is nobody's matter",
	  { LEAF POLICY_2, CA, CA DEMANDS },
	  0,
	  NULL },
};

static struct cert_facts cert_of(struct arena *mem, const char *words, size_t index, bool last)
{
	bool like_issuer = words[0] == '=', old = strcmp(words, VERSION_1) == 0;
	size_t own = like_issuer ? index + 1 : index, above = last ? index : index + 1;
	struct der_plan plan = {
		.subject = der_name(mem, arena_printf(mem, "CN=%zu", own)),
		.issuer = der_name(mem, arena_printf(mem, "CN=%zu", above)),
	};
	if (old)
		plan.version = DER_LITERAL("");
	else
		plan.extensions = der_extensions(mem, words + like_issuer);
	return der_read(mem, &plan);
}

static void lay_route(struct arena *mem, const char *const certs[LONGEST], struct route *out)
{
	size_t count = 0;
	*out = (struct route){ 0 };
	while (count < LONGEST && certs[count])
		count++;
	struct cert_facts *facts = arena_array(mem, count, sizeof(*facts));
	for (size_t i = 0; i < count; i++) {
		facts[i] = cert_of(mem, certs[i], i, i == count - 1);
		out->links[i] = &facts[i];
		out->signatures[i] = SIGNATURE_GOOD;
	}
	out->length = count - 1;
	out->anchor = &facts[count - 1];
}

static void judges_routes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct route route;
		size_t work = 0;
		lay_route(*state, row->certs, &route);
		route_judge(&route, JULY_26, &work, *state);
		assert_row_string(row->name, route_reason(&route), row->reason);
		assert_row(row->name, route.problems == row->problems);
	}
}

static void tells_of_signatures(void **state)
{
	static const char *const certs[LONGEST] = { LEAF, CA, CA };
	struct route route;
	size_t work = 0;
	lay_route(*state, certs, &route);
	route.signatures[1] = SIGNATURE_BAD;
	route_judge(&route, JULY_26, &work, *state);
	assert_int_equal(route.problems, PATH_BAD_SIGNATURE);
	assert_string_equal(route_reason(&route), "a signature in the chain does not verify");
	route.signatures[1] = SIGNATURE_UNKNOWN;
	route_judge(&route, JULY_26, &work, *state);
	assert_string_equal(route_reason(&route), "the signature of the issuer's certificate "
						  "(CN=1) cannot be verified here (Ed25519)");
}

/* Every certificate of the way, and the anchor. */
static void judges_dates_of_all(void **state)
{
	static const char *const certs[LONGEST] = { LEAF, CA, CA };
	for (int i = 0; i < 3; i++) {
		struct route route;
		size_t work = 0;
		lay_route(*state, certs, &route);
		struct cert_facts late = *(i < 2 ? route.links[i] : route.anchor), early = late;
		late.not_after = JULY_26 - 1;
		early.not_before = JULY_26 + 1;
		const struct cert_facts **place = i < 2 ? &route.links[i] : &route.anchor;
		*place = &late;
		route_judge(&route, JULY_26, &work, *state);
		assert_int_equal(route.problems, PATH_EXPIRED);
		*place = &early;
		route_judge(&route, JULY_26, &work, *state);
		assert_int_equal(route.problems, PATH_NOT_YET_VALID);
		late.not_after = JULY_26;
		*place = &late;
		route_judge(&route, JULY_26, &work, *state);
		assert_int_equal(route.problems, 0);
	}
}

static const struct strength_row {
	const char *key;
	unsigned bits;
	const char *signature;
	bool weak;
} strength_rows[] = {
	{ "RSA", 2048, "sha256WithRSAEncryption", false },
	{ "RSA", 2047, "sha256WithRSAEncryption", true },
	{ "RSA", 1024, "sha256WithRSAEncryption", true },
	{ "RSA-PSS", 1024, "rsassaPss", true },
	{ "RSA", 16384, "sha512WithRSAEncryption", false },
	{ "DSA", 1024, "dsa_with_SHA256", true },
	{ "DSA", 3072, "dsa_with_SHA256", true },
	{ "EC P-256", 256, "ecdsa-with-SHA256", false },
	{ "EC P-224", 224, "ecdsa-with-SHA256", false },
	{ "EC P-192", 192, "ecdsa-with-SHA256", true },
	{ "EC 1.2.3", 0, "ecdsa-with-SHA256", false },
	{ "Ed25519", 256, "Ed25519", false },
	{ "RSA", 2048, "sha1WithRSAEncryption", true },
	{ "RSA", 2048, "sha1WithRSA", true },
	{ "RSA", 2048, "md5WithRSAEncryption", true },
	{ "RSA", 2048, "md2WithRSAEncryption", true },
	{ "RSA", 2048, "sha224WithRSAEncryption", false },
	{ "EC P-256", 256, "ecdsa-with-SHA1", true },
	{ "EC P-256", 256, "1.2.3.4", false },
};

/* P13, P14: of the leaf, of a CA, and of the anchor, whose signature nobody relies on. */
static void judges_strength_of_all(void **state)
{
	static const char *const certs[LONGEST] = { LEAF, CA, CA };
	for (size_t i = 0; i < ARRAY_SIZE(strength_rows) * 3; i++) {
		const struct strength_row *row = &strength_rows[i / 3];
		const char *name = arena_printf(*state, "%s of %u bits, %s, number %zu", row->key,
						row->bits, row->signature, i % 3);
		struct route route;
		size_t work = 0;
		lay_route(*state, certs, &route);
		struct cert_facts cert = *(i % 3 < 2 ? route.links[i % 3] : route.anchor);
		cert.key = row->key;
		cert.bits = row->bits;
		cert.signature = row->signature;
		*(i % 3 < 2 ? &route.links[i % 3] : &route.anchor) = &cert;
		bool by_signature = row->weak && (row->bits == 2048 || row->bits == 256);
		bool weak = row->weak && !(i % 3 == 2 && by_signature);
		route_judge(&route, JULY_26, &work, *state);
		assert_row(name, route.problems == (weak ? PATH_WEAK : 0u));
		assert_row(name, route_may_issue(&cert, JULY_26) == (i % 3 > 0 && !row->weak));
	}
}

/* What a search passes over as long as there is another way. */
static const struct issue_row {
	const char *name, *extensions;
	int64_t at;
	bool may;
} issue_rows[] = {
	{ "a CA", CA, JULY_26, true },
	{ "without key usage", NO_USAGE, JULY_26, true },
	{ "for servers", CA SERVER, JULY_26, true },
	{ "for any purpose", CA ANY, JULY_26, true },
	{ "for clients", CA CLIENT, JULY_26, false },
	{ "without keyCertSign", NO_SIGN, JULY_26, false },
	{ "a leaf", LEAF, JULY_26, false },
	{ "with an unknown critical extension", CA UNKNOWN, JULY_26, false },
	{ "malformed", CA "| 2.5.29.37 30 00", JULY_26, false },
	{ "at its first second", CA, 1767225600, true },
	{ "before it", CA, 1767225599, false },
	{ "at its last second", CA, 1798761600, true },
	{ "behind it", CA, 1798761601, false },
};

static void knows_who_may_issue(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(issue_rows); i++) {
		const struct issue_row *row = &issue_rows[i];
		struct der_plan plan = { .extensions = der_extensions(*state, row->extensions) };
		struct cert_facts cert = der_read(*state, &plan);
		assert_row(row->name, route_may_issue(&cert, row->at) == row->may);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_routes),       cmocka_unit_test(tells_of_signatures),
		cmocka_unit_test(judges_dates_of_all), cmocka_unit_test(judges_strength_of_all),
		cmocka_unit_test(knows_who_may_issue),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
