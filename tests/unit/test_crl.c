#include "unit.h"

#include "revocation_fixture.h"
#include "tls/crl.h"
#include "tls/crl_list.h"

#define DAY     86400
#define JUNE_28 (FIXTURE_JULY_26 - 3 * DAY)
#define JULY_5  (FIXTURE_JULY_26 + 4 * DAY)
#define OF_CA   "the revocation list of CN=Revocation CA,O=XMPP TLS tools test "
#define OF_ROOT "the revocation list of CN=Revocation Root,O=XMPP TLS tools test "

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

/* File names separated by spaces. */
static bool load(struct arena *mem, const char *files, struct crl_set **out, struct err *err)
{
	const char *paths[8];
	size_t count = 0;
	char *list = arena_copy(mem, files), *save = NULL;
	for (char *file = strtok_r(list, " ", &save); file; file = strtok_r(NULL, " ", &save))
		paths[count++] = arena_printf(mem, REVOCATION_FOLDER "%s", file);
	return crl_set_new(paths, count, out, err);
}

static struct crl_facts check(struct arena *mem, const char *files, const char *names, int64_t at)
{
	const struct cert_facts *path[4];
	struct crl_set *set = NULL;
	struct crl_facts facts;
	struct err err;
	size_t length = 0;
	char *list = arena_copy(mem, names), *save = NULL;
	for (char *name = strtok_r(list, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		struct cert_facts *cert = revocation_cert(mem, name);
		cert->crl_url = REVOCATION_URL;
		path[length++] = cert;
	}
	if (!load(mem, files, &set, &err))
		fail_msg("%s: %s", files, err.text);
	crl_check(set, path, length, at, mem, &facts);
	crl_set_free(&set);
	return facts;
}

/* CRT-61; RFC 5280, 6.3. The leaf against its issuer's lists. */
static const struct row {
	const char *files;
	enum crl_status status;
	const char *reason;
} rows[] = {
	{ "good.crl", CRL_GOOD, NULL },
	{ "empty.crl", CRL_GOOD, NULL },
	{ "two.pem", CRL_GOOD, NULL },
	{ "revoked.crl", CRL_REVOKED, OF_CA "names the certificate" },
	{ "revoked-first.crl", CRL_REVOKED, OF_CA "names the certificate" },
	{ "revoked-stale.crl", CRL_REVOKED, OF_CA "names the certificate" },
	{ "revoked-later.crl", CRL_STALE, OF_CA "is valid from 2026-07-11 00:00 UTC only" },
	{ "stale.crl", CRL_STALE, OF_CA "was valid until 2026-06-09 00:00 UTC" },
	{ "early.crl", CRL_STALE, OF_CA "is valid from 2026-07-03 00:00 UTC only" },
	{ "no-next.crl", CRL_STALE, OF_CA "does not say until when it is valid" },
	{ "root.crl", CRL_UNCOVERED,
	  "no revocation list of CN=Revocation CA,O=XMPP TLS tools test was given" },
	{ "by-stranger.crl", CRL_INVALID, OF_CA "does not bear the issuer's signature" },
	{ "sha1.crl", CRL_INVALID, OF_CA "is signed with an algorithm that is too weak" },
	{ "critical.crl", CRL_INVALID,
	  OF_CA "holds the critical extension 1.3.6.1.4.1.99999.1, which nobody knows" },
	{ "critical-entry.crl", CRL_INVALID,
	  OF_CA "holds the critical extension 1.3.6.1.4.1.99999.1, which nobody knows" },
	{ "users.crl", CRL_GOOD, NULL },
	{ "authorities.crl", CRL_UNCOVERED, OF_CA "is about authorities only" },
	{ "some-reasons.crl", CRL_UNCOVERED, OF_CA "tells revocations for some reasons only" },
	{ "indirect.crl", CRL_UNCOVERED, OF_CA "is an indirect one, which is not supported" },
	{ "attributes.crl", CRL_UNCOVERED, OF_CA "is about attribute certificates only" },
	{ "odd-scope.crl", CRL_UNCOVERED, OF_CA "is for a scope that nobody knows" },
	{ "broken-scope.crl", CRL_UNCOVERED, OF_CA "is for a scope that cannot be read" },
	{ "shard.crl", CRL_GOOD, NULL },
	{ "shard-revoked.crl", CRL_REVOKED, OF_CA "names the certificate" },
	{ "other-shard.crl", CRL_UNCOVERED,
	  OF_CA "is for another distribution point than the certificate's" },
	{ "relative-shard.crl", CRL_UNCOVERED,
	  OF_CA "is for another distribution point than the certificate's" },
	/* several: what one of them tells is not taken back by another */
	{ "other-shard.crl shard.crl", CRL_GOOD, NULL },
	{ "good.crl other-shard.crl by-stranger.crl stale.crl", CRL_GOOD, NULL },
	{ "good.crl shard-revoked.crl", CRL_REVOKED, OF_CA "names the certificate" },
	{ "stale.crl by-stranger.crl", CRL_STALE, OF_CA "was valid until 2026-06-09 00:00 UTC" },
	{ "other-shard.crl by-stranger.crl", CRL_INVALID,
	  OF_CA "does not bear the issuer's signature" },
};

static void judges_the_leaf(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct crl_facts facts = check(*state, row->files, "leaf ca", FIXTURE_JULY_26);
		assert_row_string(row->files, crl_status_text(facts.status),
				  crl_status_text(row->status));
		assert_row_string(row->files, facts.reason, row->reason);
		assert_row(row->files, facts.cert == 0);
	}
}

static const struct path_row {
	const char *files, *path;
	enum crl_status status;
	size_t cert;
	const char *reason;
} path_rows[] = {
	{ "good.crl root.crl", "leaf ca root", CRL_GOOD, 0, NULL },
	{ "two.pem", "leaf ca root", CRL_GOOD, 0, NULL },
	{ "good.crl root-authorities.crl", "leaf ca root", CRL_GOOD, 0, NULL },
	{ "good.crl root-users.crl", "leaf ca root", CRL_UNCOVERED, 1,
	  OF_ROOT "leaves out authorities" },
	{ "good.crl", "leaf ca root", CRL_UNCOVERED, 1,
	  "no revocation list of CN=Revocation Root,O=XMPP TLS tools test was given" },
	{ "good.crl root-revoked.crl", "leaf ca root", CRL_REVOKED, 1,
	  OF_ROOT "names the certificate" },
	{ "stale.crl root-revoked.crl", "leaf ca root", CRL_REVOKED, 1,
	  OF_ROOT "names the certificate" },
	{ "revoked.crl root-revoked.crl", "leaf ca root", CRL_REVOKED, 0,
	  OF_CA "names the certificate" },
	{ "stale.crl", "leaf ca root", CRL_STALE, 0, OF_CA "was valid until 2026-06-09 00:00 UTC" },
	{ "by-stranger.crl", "leaf ca root", CRL_INVALID, 0,
	  OF_CA "does not bear the issuer's signature" },
	{ "good.crl", "leaf twin", CRL_INVALID, 0,
	  OF_CA "does not bear the issuer's signature" }, /* same name, another key */
	{ "ed25519.crl", "ed25519-leaf ed25519-ca", CRL_GOOD, 0, NULL },
	{ "rsa.crl", "rsa-leaf rsa-ca", CRL_GOOD, 0, NULL },
	{ "good.crl", "leaf", CRL_UNCOVERED, 0,
	  "no issuer is known whose revocation list would count" },
	{ "good.crl", "", CRL_UNCOVERED, 0,
	  "no issuer is known whose revocation list would count" },
};

static void judges_a_path(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(path_rows); i++) {
		const struct path_row *row = &path_rows[i];
		const char *name = arena_printf(*state, "%s / %s", row->path, row->files);
		struct crl_facts facts = check(*state, row->files, row->path, FIXTURE_JULY_26);
		assert_row_string(name, crl_status_text(facts.status),
				  crl_status_text(row->status));
		assert_row_string(name, facts.reason, row->reason);
		assert_row(name, facts.cert == row->cert);
	}
}

static void tells_when_and_why(void **state)
{
	struct crl_facts facts = check(*state, "revoked.crl", "leaf ca", FIXTURE_JULY_26);
	assert_true(facts.revoked == FIXTURE_JULY_26 - 30 * DAY);
	assert_string_equal(facts.revocation, "keyCompromise");
	assert_true(facts.this_update == JUNE_28 && facts.next_update == JULY_5);
	facts = check(*state, "revoked-first.crl", "leaf ca", FIXTURE_JULY_26);
	assert_null(facts.revocation);
	/* The dates are those of the leaf's list, whoever is revoked. */
	facts = check(*state, "stale.crl root-revoked.crl", "leaf ca root", FIXTURE_JULY_26);
	assert_string_equal(facts.revocation, "cACompromise");
	assert_true(facts.next_update == FIXTURE_JULY_26 - 22 * DAY);
}

static void tolerates_clocks(void **state)
{
	assert_int_equal(check(*state, "good.crl", "leaf ca", JUNE_28 - 300).status, CRL_GOOD);
	assert_int_equal(check(*state, "good.crl", "leaf ca", JUNE_28 - 301).status, CRL_STALE);
	assert_int_equal(check(*state, "good.crl", "leaf ca", JULY_5 + 300).status, CRL_GOOD);
	assert_int_equal(check(*state, "good.crl", "leaf ca", JULY_5 + 301).status, CRL_STALE);
}

static void asks_the_issuer_for_the_right_to_sign(void **state)
{
	struct cert_facts *path[] = { revocation_cert(*state, "leaf"),
				      revocation_cert(*state, "ca") };
	struct crl_set *set = NULL;
	struct crl_facts facts;
	struct err err;
	assert_true(load(*state, "good.crl", &set, &err));
	path[1]->has_key_usage = true;
	path[1]->key_usage = USAGE_CERT_SIGN | USAGE_CRL_SIGN;
	crl_check(set, (const struct cert_facts *const *)path, 2, FIXTURE_JULY_26, *state, &facts);
	assert_int_equal(facts.status, CRL_GOOD);
	path[1]->key_usage = USAGE_CERT_SIGN;
	crl_check(set, (const struct cert_facts *const *)path, 2, FIXTURE_JULY_26, *state, &facts);
	assert_int_equal(facts.status, CRL_INVALID);
	assert_string_equal(facts.reason,
			    OF_CA "is signed by an issuer whose key usage does not allow that "
				  "(cRLSign)");
	/* A certificate without a distribution point belongs to no shard. */
	path[1]->key_usage = USAGE_CRL_SIGN;
	path[0]->crl_url = NULL;
	crl_set_free(&set);
	assert_true(load(*state, "shard.crl", &set, &err));
	crl_check(set, (const struct cert_facts *const *)path, 2, FIXTURE_JULY_26, *state, &facts);
	assert_int_equal(facts.status, CRL_UNCOVERED);
	crl_set_free(&set);

	crl_check(NULL, (const struct cert_facts *const *)path, 2, FIXTURE_JULY_26, *state, &facts);
	assert_int_equal(facts.status, CRL_NOT_CHECKED);
}

/* RFC 5280, 7.1: letter case is no difference. */
static void compares_names_as_the_rfc_does(void **state)
{
	struct cert_facts *path[] = { revocation_cert(*state, "leaf"),
				      revocation_cert(*state, "ca") };
	struct bytes name = path[0]->issuer_der;
	uint8_t *capitals = arena_alloc(*state, name.size);
	struct crl_set *set = NULL;
	struct crl_facts facts;
	struct err err;
	memcpy(capitals, name.data, name.size);
	uint8_t *letter = memmem(capitals, name.size, "Revocation", 10);
	assert_non_null(letter);
	*letter = 'r';
	path[0]->issuer_der.data = capitals;
	assert_true(load(*state, "revoked.crl", &set, &err));
	crl_check(set, (const struct cert_facts *const *)path, 2, FIXTURE_JULY_26, *state, &facts);
	assert_int_equal(facts.status, CRL_REVOKED);
	*letter = 'R' + 1;
	crl_check(set, (const struct cert_facts *const *)path, 2, FIXTURE_JULY_26, *state, &facts);
	assert_int_equal(facts.status, CRL_UNCOVERED);
	crl_set_free(&set);
}

static const struct refusal {
	const char *file;
	enum err_code code;
	const char *text;
} refusals[] = {
	{ "delta.crl", ERR_UNSUPPORTED,
	  REVOCATION_FOLDER "delta.crl: a delta list tells only what changed; give the complete "
			    "list" },
	{ "two-algorithms.crl", ERR_PROTOCOL,
	  REVOCATION_FOLDER
	  "two-algorithms.crl: not a revocation list: it names two signature algorithms" },
	{ "leaf.der", ERR_PROTOCOL,
	  REVOCATION_FOLDER "leaf.der: not a revocation list: it names no issuer" },
	{ "no-end.pem", ERR_PROTOCOL,
	  "block 2 of " REVOCATION_FOLDER "no-end.pem: it has no END line" },
	{ "no-base64.pem", ERR_PROTOCOL,
	  "block 1 of " REVOCATION_FOLDER "no-base64.pem: it is not base64" },
	{ "not-a-list.pem", ERR_PROTOCOL,
	  "block 2 of " REVOCATION_FOLDER
	  "not-a-list.pem: not a revocation list: it names no issuer" },
	{ "../make_revocation.py", ERR_PROTOCOL,
	  REVOCATION_FOLDER "../make_revocation.py holds no revocation list, neither PEM nor DER" },
	{ "nonexistent", ERR_SYSTEM,
	  "cannot read the revocation lists in " REVOCATION_FOLDER
	  "nonexistent: No such file or directory" },
	{ "../", ERR_SYSTEM,
	  "cannot read the revocation lists in " REVOCATION_FOLDER "../: Is a directory" },
};

static void refuses_with_a_sentence(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct crl_set *set = NULL;
		struct err err;
		assert_row(refusals[i].file, !load(*state, refusals[i].file, &set, &err));
		assert_row(refusals[i].file, !set && err.stage == AT_FILE);
		assert_row_string(refusals[i].file, err.text, refusals[i].text);
		assert_row(refusals[i].file, err.code == refusals[i].code);
	}
}

static void survives_damage(void **state)
{
	struct bytes whole = revocation_file(*state, "shard-revoked.crl");
	struct crl_list list;
	struct err err;
	for (size_t size = 0; size < whole.size; size++) {
		uint8_t *cut = malloc(size + 1); /* so that the sanitizer sees its end */
		memcpy(cut, whole.data, size);
		assert_false(crl_list_read((struct bytes){ cut, size }, *state, &list, &err));
		free(cut);
	}
	assert_true(crl_list_read(whole, *state, &list, &err));
}

/* As many entries as the lists of great authorities have, and every one is found. */
static void finds_one_among_many(void **state)
{
	enum { COUNT = 100000, SIZE = 21 };
	static const uint8_t date[] = { 0x17, 13,  '2', '6', '0', '6', '0', '1',
					'0',  '0', '0', '0', '0', '0', 'Z' };
	uint8_t *octets = arena_alloc(*state, COUNT * SIZE);
	struct crl_list list = { .entries = arena_array(*state, COUNT, sizeof(struct crl_entry)),
				 .count = COUNT };
	const char *revocation;
	int64_t revoked;
	for (size_t i = 0; i < COUNT; i++) {
		uint8_t *at = octets + i * SIZE;
		uint8_t serial[] = {
			2, 4, 1, (uint8_t)(i >> 15), (uint8_t)(i >> 7), (uint8_t)(i << 1)
		};
		memcpy(at, serial, sizeof(serial));
		memcpy(at + 6, date, sizeof(date));
		list.entries[i] = (struct crl_entry){ at, SIZE };
	}
	for (size_t i = 0; i < COUNT; i++) {
		struct bytes serial = { octets + i * SIZE + 2, 4 };
		assert_true(crl_list_find(&list, serial, &revoked, &revocation));
		uint8_t beside[4];
		memcpy(beside, serial.data, 4);
		beside[3] |= 1;
		assert_false(
			crl_list_find(&list, (struct bytes){ beside, 4 }, &revoked, &revocation));
	}
	assert_true(revoked == FIXTURE_JULY_26 - 30 * DAY && !revocation);
}

static void names_every_status(void **state)
{
	enum crl_status back;
	(void)state;
	for (enum crl_status status = CRL_NOT_CHECKED; status <= CRL_INVALID; status++) {
		assert_true(crl_status_parse(crl_status_text(status), &back));
		assert_int_equal(back, status);
	}
	assert_false(crl_status_parse("fine", &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_the_leaf),
		cmocka_unit_test(judges_a_path),
		cmocka_unit_test(tells_when_and_why),
		cmocka_unit_test(tolerates_clocks),
		cmocka_unit_test(asks_the_issuer_for_the_right_to_sign),
		cmocka_unit_test(compares_names_as_the_rfc_does),
		cmocka_unit_test(refuses_with_a_sentence),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(finds_one_among_many),
		cmocka_unit_test(names_every_status),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
