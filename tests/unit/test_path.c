#include "unit.h"

#include "fixture.h"
#include "tls/path.h"

#define JULY_26 FIXTURE_JULY_26
#define DAY     86400
#define JAN_26  1767225600 /* notBefore of the leaves, 2026-01-01 */
#define JAN_27  1798761600 /* their notAfter, 2027-01-01 */
#define FEB_26  1769904000

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

static const struct row {
	const char *name;
	const char *chain, *anchors; /* fixtures, separated by spaces */
	int64_t at;
	unsigned problems;
	const char *anchor, *reason;
} rows[] = {
	{ "leaf and intermediate", "leaf intermediate", "root", JULY_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "with the root sent too", "leaf intermediate root", "root", JULY_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "a stranger behind it", "leaf intermediate stranger", "root", JULY_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "without common name", "leaf-no-common-name intermediate", "root", JULY_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "intermediate missing", "leaf", "root", JULY_26, PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE,
	  NULL,
	  "the certificate of the issuer (CN=Test Intermediate,O=XMPP TLS tools test) was not "
	  "sent, and it is no trust anchor" },
	{ "intermediate is the anchor", "leaf", "intermediate", JULY_26, 0,
	  "CN=Test Intermediate,O=XMPP TLS tools test", NULL },
	{ "intermediate is the anchor and sent", "leaf intermediate", "intermediate", JULY_26, 0,
	  "CN=Test Intermediate,O=XMPP TLS tools test", NULL },
	{ "unknown root", "leaf intermediate", "stranger", JULY_26, PATH_UNKNOWN_ISSUER, NULL,
	  "the chain ends at an issuer that is no trust anchor (CN=Test Root,O=XMPP TLS tools "
	  "test)" },
	{ "unknown root, sent", "leaf intermediate root", "stranger", JULY_26, PATH_UNKNOWN_ISSUER,
	  NULL,
	  "the chain ends at an issuer that is no trust anchor (CN=Test Root,O=XMPP TLS tools "
	  "test)" },
	{ "first second of validity", "leaf intermediate", "root", JAN_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "one second early", "leaf intermediate", "root", JAN_26 - 1, PATH_NOT_YET_VALID,
	  "CN=Test Root,O=XMPP TLS tools test", "the certificate is not valid before 2026-01-01" },
	{ "last second of validity", "leaf intermediate", "root", JAN_27, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "expired one second ago", "leaf intermediate", "root", JAN_27 + 1, PATH_EXPIRED,
	  "CN=Test Root,O=XMPP TLS tools test", "the certificate expired on 2027-01-01" },
	{ "expired and untrusted", "leaf", "stranger", JAN_27 + DAY,
	  PATH_EXPIRED | PATH_UNKNOWN_ISSUER | PATH_INCOMPLETE, NULL,
	  "the certificate of the issuer (CN=Test Intermediate,O=XMPP TLS tools test) was not "
	  "sent, and it is no trust anchor" },
	{ "intermediate expired", "leaf intermediate-expired", "root", JULY_26, PATH_EXPIRED,
	  "CN=Test Root,O=XMPP TLS tools test",
	  "the issuer's certificate (CN=Test Intermediate,O=XMPP TLS tools test) expired on "
	  "2026-03-01" },
	{ "intermediate not yet expired", "leaf intermediate-expired", "root", FEB_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "another intermediate is good", "leaf intermediate-expired intermediate", "root", JULY_26,
	  PATH_OUT_OF_ORDER, "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "the way over the other root is good", "leaf intermediate-expired intermediate-cross",
	  "root second-root", JULY_26, PATH_OUT_OF_ORDER, "CN=Second Root,O=XMPP TLS tools test",
	  NULL },
	{ "cross-signed, only the other root trusted", "leaf intermediate intermediate-cross",
	  "second-root", JULY_26, PATH_OUT_OF_ORDER, "CN=Second Root,O=XMPP TLS tools test", NULL },
	{ "everything expired", "leaf-renewed intermediate", "root", 2209000000, PATH_EXPIRED,
	  "CN=Test Root,O=XMPP TLS tools test", "the certificate expired on 2027-06-01" },
	{ "intermediate before the leaf's issuer", "leaf root intermediate", "root", JULY_26,
	  PATH_OUT_OF_ORDER, "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "leaf behind its issuer", "intermediate leaf", "root", JULY_26, PATH_OUT_OF_ORDER,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "the same twice", "leaf leaf intermediate intermediate", "root", JULY_26,
	  PATH_OUT_OF_ORDER, "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "issuer of the name with another key", "leaf intermediate-other-key", "root", JULY_26,
	  PATH_BAD_SIGNATURE, "CN=Test Root,O=XMPP TLS tools test",
	  "a signature in the chain does not verify" },
	{ "the right key comes second", "leaf intermediate-other-key intermediate", "root", JULY_26,
	  PATH_OUT_OF_ORDER, "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "anchor of the name with another key", "leaf", "intermediate-other-key", JULY_26,
	  PATH_BAD_SIGNATURE, "CN=Test Intermediate,O=XMPP TLS tools test",
	  "a signature in the chain does not verify" },
	{ "self-signed", "self-signed", "root", JULY_26, PATH_SELF_SIGNED, NULL,
	  "the certificate is self-signed" },
	{ "self-signed and expired", "self-signed", "root", JAN_27 + DAY,
	  PATH_SELF_SIGNED | PATH_EXPIRED, NULL, "the certificate is self-signed" },
	{ "self-signed and pinned", "self-signed", "self-signed", JULY_26, 0, "CN=im.example",
	  NULL },
	{ "pinned and expired", "self-signed", "self-signed", JAN_27 + DAY, PATH_EXPIRED,
	  "CN=im.example", "the certificate expired on 2027-01-01" },
	{ "leaf pinned", "leaf", "leaf", JULY_26, 0, "CN=im.example", NULL },
	{ "leaf pinned, for clients only", "leaf-client-only", "leaf-client-only", JULY_26,
	  PATH_WRONG_PURPOSE, "CN=im.example",
	  "the certificate is for TLS clients only (extended key usage)" },
	{ "self-signed twin of a pinned one", "self-signed", "p384", JULY_26,
	  PATH_BAD_SIGNATURE | PATH_NOT_CA, "CN=im.example",
	  "a signature in the chain does not verify" },
	{ "for clients only", "leaf-client-only intermediate", "root", JULY_26, PATH_WRONG_PURPOSE,
	  "CN=Test Root,O=XMPP TLS tools test",
	  "the certificate is for TLS clients only (extended key usage)" },
	{ "for any purpose", "leaf-any-purpose intermediate", "root", JULY_26, 0,
	  "CN=Test Root,O=XMPP TLS tools test", NULL },
	{ "intermediate for clients only", "leaf intermediate-client-only", "root", JULY_26,
	  PATH_WRONG_PURPOSE, "CN=Test Root,O=XMPP TLS tools test",
	  "an issuer in the chain may not issue certificates for TLS servers" },
	{ "intermediate is no CA", "leaf intermediate-not-ca", "root", JULY_26, PATH_NOT_CA,
	  "CN=Test Root,O=XMPP TLS tools test",
	  "CN=Test Intermediate,O=XMPP TLS tools test issued a certificate but is no CA" },
	{ "issued by a leaf", "under-leaf leaf intermediate", "root", JULY_26, PATH_NOT_CA,
	  "CN=Test Root,O=XMPP TLS tools test", "CN=im.example issued a certificate but is no CA" },
	{ "outside the name constraints", "leaf intermediate-constrained", "root", JULY_26,
	  PATH_CONSTRAINTS, "CN=Test Root,O=XMPP TLS tools test",
	  "the name \"im.example\" is not among those an issuer may certify" },
	{ "unknown critical extension", "leaf-unknown-critical intermediate", "root", JULY_26,
	  PATH_CONSTRAINTS, "CN=Test Root,O=XMPP TLS tools test",
	  "the certificate holds a critical extension that nobody knows (1.3.6.1.4.1.99999.1)" },
	{ "SHA-1", "leaf-sha1", "rsa-root", JULY_26, PATH_WEAK, "CN=RSA Root,O=XMPP TLS tools test",
	  "the certificate is signed with sha1WithRSAEncryption, which is broken" },
	{ "RSA of 1024 bits", "leaf-rsa-1024", "rsa-root", JULY_26, PATH_WEAK,
	  "CN=RSA Root,O=XMPP TLS tools test",
	  "the key of the certificate is weak: RSA, 1024 bits" },
	{ "pinned RSA of 1024 bits", "rsa-1024", "rsa-1024", JULY_26, PATH_WEAK, "CN=im.example",
	  "the key of the certificate is weak: RSA, 1024 bits" },
	{ "Ed25519 pinned", "ed25519", "ed25519", JULY_26, 0, "CN=im.example", NULL },
	{ "odd names", "leaf-odd-names intermediate", "root", JULY_26, PATH_MALFORMED,
	  "CN=Test Root,O=XMPP TLS tools test",
	  "the certificate is malformed: its subjectAltName holds a name that is not valid DER" },
	{ "garbage", "garbage", "root", JULY_26, PATH_MALFORMED, NULL,
	  "the certificate cannot be read" },
	{ "garbage behind the leaf", "leaf garbage intermediate", "root", JULY_26,
	  PATH_MALFORMED | PATH_OUT_OF_ORDER, "CN=Test Root,O=XMPP TLS tools test",
	  "certificate 2 of the chain cannot be read" },
	{ "nothing", "", "root", JULY_26, PATH_EMPTY, NULL, "no certificate was presented" },
};

/* The caller of path_judge() leaves zeroed facts where cert_read() refused. */
static size_t read_chain(const char *names, struct arena *mem, struct cert_facts *out)
{
	struct bytes ders[8];
	struct err err;
	size_t count = fixture_ders(mem, names, ders, ARRAY_SIZE(ders));
	for (size_t i = 0; i < count; i++)
		assert_int_equal(cert_read(ders[i], mem, &out[i], &err), ders[i].size > 7);
	return count;
}

static const char *flags_text(unsigned problems, struct arena *mem)
{
	const char *text = "";
	for (unsigned bit = 1; bit <= PATH_UNCHECKED; bit <<= 1) {
		if (problems & bit)
			text = arena_printf(mem, "%s %s", text,
					    path_problem_name((enum path_problem)bit));
	}
	return text;
}

static void judges_chains(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct cert_facts chain[8] = { 0 };
		size_t count = read_chain(row->chain, *state, chain);
		CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, row->anchors);
		struct path_facts path;
		path_judge(chain, count, trust, row->at, *state, &path);
		assert_row_string(row->name, path.reason, row->reason);
		assert_row_string(row->name, flags_text(path.problems, *state),
				  flags_text(row->problems, *state));
		assert_row(row->name, path.trusted == !row->reason);
		assert_row_string(row->name, path.anchor, row->anchor);
		assert_row(row->name, !path.anchor_from_system);
	}
}

/* Sixteen certificates that could all have issued one another. */
static void a_maze_of_issuers_ends(void **state)
{
	struct cert_facts chain[CHAIN_MAX];
	CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, "root intermediate");
	struct path_facts path;
	chain[0] = fixture_cert(*state, "leaf-unknown-critical");
	for (size_t i = 1; i < CHAIN_MAX; i++) {
		chain[i] = fixture_cert(*state, "intermediate-other-key");
		chain[i].issuer_der = chain[i].subject_der;
		uint8_t *copy = arena_alloc(*state, chain[i].der.size);
		memcpy(copy, chain[i].der.data, chain[i].der.size);
		copy[chain[i].der.size - 1] ^= (uint8_t)i;
		chain[i].der.data = copy;
	}
	double start = unit_cpu_ms();
	path_judge(chain, CHAIN_MAX, trust, JULY_26, *state, &path);
	assert_false(path.trusted);
	assert_true(unit_cpu_ms() - start < 5000); /* some 100 ms without sanitizers */
}

static void a_changed_octet_is_never_trusted(void **state)
{
	CLEANUP(trust_free) struct trust *trust = fixture_trust(*state, "root");
	struct bytes whole = fixture_der(*state, "leaf");
	struct cert_facts chain[2];
	chain[1] = fixture_cert(*state, "intermediate");
	for (size_t i = 0; i < whole.size; i += 5) {
		uint8_t *copy = arena_alloc(*state, whole.size);
		struct path_facts path;
		struct err err;
		memcpy(copy, whole.data, whole.size);
		copy[i] ^= 0x01;
		if (!cert_read((struct bytes){ copy, whole.size }, *state, &chain[0], &err))
			continue;
		path_judge(chain, 2, trust, JULY_26, *state, &path);
		assert_false(path.trusted);
		assert_non_null(path.reason);
	}
}

/* tests/data/path-cases.txt: each case of certificates.md, section 14 has a row, and it is there.
 */
static void every_case_of_the_specification_is_tested(void **state)
{
	struct bytes text = fixture_file(*state, "tests/data/path-cases.txt");
	char *list = arena_copy_n(*state, text.data, text.size), *save = NULL;
	unsigned seen = 0;
	for (char *line = strtok_r(list, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		int number, at = 0;
		char file[64];
		if (line[0] == '#')
			continue;
		assert_row(line, sscanf(line, "P%d %63s %n", &number, file, &at) == 2 && at > 0);
		assert_row(line, number >= 1 && number <= 26);
		seen |= 1u << number;
		if (strcmp(file, "-") == 0)
			continue;
		struct bytes source = fixture_file(*state,
						   arena_printf(*state, "tests/unit/%s", file));
		assert_row(line, memmem(source.data, source.size, line + at, strlen(line + at)));
	}
	assert_int_equal(seen, (1u << 27) - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_chains),
		cmocka_unit_test(a_maze_of_issuers_ends),
		cmocka_unit_test(a_changed_octet_is_never_trusted),
		cmocka_unit_test(every_case_of_the_specification_is_tested),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
