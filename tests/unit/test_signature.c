#include "unit.h"

#include <pthread.h>

#include "base/deadline.h"
#include "der_fixture.h"
#include "fixture.h"
#include "tls/signature.h"

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
	const char *name, *cert, *issuer; /* fixtures */
	enum signature_result result;
} rows[] = {
	{ "ECDSA", "leaf", "intermediate", SIGNATURE_GOOD },
	{ "another key of the same name", "leaf", "intermediate-other-key", SIGNATURE_BAD },
	{ "another kind of key", "leaf", "rsa-root", SIGNATURE_BAD },
	{ "another kind of key, RSA signed", "leaf-rsa-1024", "root", SIGNATURE_BAD },
	{ "by itself", "root", "root", SIGNATURE_GOOD },
	{ "not by itself", "leaf", "leaf", SIGNATURE_BAD },
	{ "over another root", "intermediate-cross", "second-root", SIGNATURE_GOOD },
	{ "over another root, not this one", "intermediate-cross", "root", SIGNATURE_BAD },
	{ "expired certificates are no matter here", "intermediate-expired", "root",
	  SIGNATURE_GOOD },
	{ "nor what may issue", "under-leaf", "leaf", SIGNATURE_GOOD },
	{ "RSA", "leaf-rsa-1024", "rsa-root", SIGNATURE_GOOD },
	{ "RSA with SHA-1 is verified, and told by itself", "leaf-sha1", "rsa-root",
	  SIGNATURE_GOOD },
	{ "RSA of 1024 bits", "rsa-1024", "rsa-1024", SIGNATURE_GOOD },
	{ "P-384 with SHA-384", "p384-sha384", "p384-sha384", SIGNATURE_GOOD },
	{ "P-384 with SHA-256", "p384", "p384", SIGNATURE_GOOD },
	{ "Ed25519", "ed25519", "ed25519", SIGNATURE_GOOD },
	{ "Ed448", "ed448", "ed448", SIGNATURE_GOOD },
	{ "RSASSA-PSS", "rsa-pss", "rsa-pss", SIGNATURE_GOOD },
};

static void verifies_fixtures(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct cert_facts cert = fixture_cert(*state, row->cert);
		struct cert_facts issuer = fixture_cert(*state, row->issuer);
		assert_row(row->name, signature_check(&cert, &issuer) == row->result);
		assert_row(row->name, signature_can_read(&cert));
	}
}

/* Of each kind: what is signed, and the signature, changed in one octet. */
static void finds_changes(void **state)
{
	static const char *const files[][2] = { { "leaf", "intermediate" },
						{ "leaf-rsa-1024", "rsa-root" },
						{ "ed25519", "ed25519" },
						{ "ed448", "ed448" },
						{ "rsa-pss", "rsa-pss" } };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct cert_facts cert, issuer = fixture_cert(*state, files[i][1]);
		struct bytes der = fixture_der(*state, files[i][0]);
		struct err err;
		for (int place = 0; place < 2; place++) {
			uint8_t *copy = arena_alloc(*state, der.size);
			memcpy(copy, der.data, der.size);
			/* One octet of the signature (not its last: nettle passes over that of
			 * Ed448, always 0); one of the serial number. */
			copy[place ? der.size - 20 : 15] ^= 0x01;
			if (!cert_read((struct bytes){ copy, der.size }, *state, &cert, &err))
				fail_msg("%s: %s", files[i][0], err.text);
			assert_row(files[i][0], signature_check(&cert, &issuer) == SIGNATURE_BAD);
		}
	}
}

/* The same two numbers spelt in another way verify, too, and nobody signed the spelling. */
static void takes_pairs_in_der_only(void **state)
{
	struct arena *mem = *state;
	struct cert_facts leaf = fixture_cert(mem, "leaf"),
			  issuer = fixture_cert(mem, "intermediate");
	struct bytes good = leaf.signature_value;
	assert_int_equal(signature_check(&leaf, &issuer), SIGNATURE_GOOD);
	uint8_t *other = arena_alloc(mem, good.size + 1);
	other[0] = good.data[0];
	other[1] = 0x81; /* a length below 128 in the long form */
	memcpy(other + 2, good.data + 1, good.size - 1);
	leaf.signature_value = (struct bytes){ other, good.size + 1 };
	assert_int_equal(signature_check(&leaf, &issuer), SIGNATURE_BAD);
	memcpy(other, good.data, good.size);
	other[good.size] = 0; /* one octet behind */
	assert_int_equal(signature_check(&leaf, &issuer), SIGNATURE_BAD);
}

struct pair {
	struct der_key key, other;
	struct cert_facts issuer, leaf; /* the leaf is signed by the issuer */
	struct cert_facts stranger;     /* of the issuer's name, with the other key */
};

static struct pair make_pair(struct arena *mem)
{
	struct pair pair = { .key = der_key_new(mem), .other = der_key_new(mem) };
	struct der_plan plan = { .key = pair.key.info, .signer = &pair.key };
	pair.issuer = der_read(mem, &plan);
	plan.key = pair.other.info;
	pair.leaf = der_read(mem, &plan);
	plan.signer = &pair.other;
	pair.stranger = der_read(mem, &plan);
	return pair;
}

static void free_pair(struct pair *pair)
{
	der_key_free(&pair->key);
	der_key_free(&pair->other);
}

/* What this library does not have, and keys that are none. */
static void says_when_it_cannot(void **state)
{
	struct arena *mem = *state;
	CLEANUP(free_pair) struct pair pair = make_pair(mem);
	struct cert_facts cert = pair.leaf, issuer = pair.issuer;
	assert_int_equal(signature_check(&cert, &issuer), SIGNATURE_GOOD);
	static const char *const algorithms[] = {
		"30 04 06 02 2a 03",                      /* 1.2.3 */
		"30 0b 06 09 60 86 48 01 65 03 04 03 11", /* ML-DSA-44 */
		"30 02 06 00",
		"05 00",
	};
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		cert.signature_algorithm = der_hex(mem, algorithms[i]);
		assert_row(algorithms[i], signature_check(&cert, &issuer) == SIGNATURE_UNKNOWN);
	}
	cert = pair.leaf;
	issuer.key_info = der_hex(mem, "30 08 30 04 06 02 2a 03 03 00");
	assert_int_equal(signature_check(&cert, &issuer), SIGNATURE_UNKNOWN);
	issuer.key_info = DER_LITERAL("");
	assert_int_equal(signature_check(&cert, &issuer), SIGNATURE_UNKNOWN);
	/* Of another kind than the signature says. */
	cert.signature_algorithm = fixture_cert(mem, "leaf").signature_algorithm;
	assert_int_equal(signature_check(&cert, &pair.issuer), SIGNATURE_BAD);
	cert = pair.leaf;
	cert.signature_value.size = 0;
	assert_int_equal(signature_check(&cert, &pair.issuer), SIGNATURE_BAD);
	cert.der = DER_LITERAL("\x30\x00");
	assert_false(signature_can_read(&cert));
}

/* A positive INTEGER of octets of 0xff. */
static struct bytes number(struct arena *mem, size_t size)
{
	uint8_t *octets = arena_alloc(mem, size + 1);
	memset(octets + 1, 0xff, size);
	return der_wrap(mem, TAG_INTEGER, (struct bytes){ octets, size + 1 });
}

/* SubjectPublicKeyInfo of RSA. */
static struct bytes rsa_key(struct arena *mem, size_t modulus, size_t exponent)
{
	struct bytes numbers = der_join(mem, number(mem, modulus), number(mem, exponent));
	struct bytes key = der_join(mem, DER_LITERAL("\0"), der_wrap(mem, TAG_SEQUENCE, numbers));
	struct bytes info = der_join(mem,
				     der_hex(mem, "30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00"),
				     der_wrap(mem, TAG_BIT_STRING, key));
	return der_wrap(mem, TAG_SEQUENCE, info);
}

/* A stranger's exponent of 16,384 bits would cost a second a signature. */
static const struct cost_row {
	const char *name;
	size_t modulus, exponent; /* octets */
	enum signature_result result;
} cost_rows[] = {
	{ "usual", 256, 3, SIGNATURE_BAD },
	{ "an exponent of 64 bits", 256, 8, SIGNATURE_BAD },
	{ "an exponent of 64 bits, a key of 4,096", 512, 8, SIGNATURE_BAD },
	{ "an exponent of 64 bits, a key of 4,104", 513, 8, SIGNATURE_UNKNOWN },
	{ "an exponent of 32 bits, a key of 4,104", 513, 4, SIGNATURE_BAD },
	{ "an exponent of 72 bits", 256, 9, SIGNATURE_UNKNOWN },
	{ "an exponent as long as the modulus", 256, 256, SIGNATURE_UNKNOWN },
	{ "a key of 4096 bits, an exponent of 64", 512, 8, SIGNATURE_BAD },
	{ "a key of 4104 bits, an exponent of 64", 513, 8, SIGNATURE_UNKNOWN },
	{ "a key of 4104 bits, an exponent of 32", 513, 4, SIGNATURE_BAD },
	{ "a key of 16,384 bits", 2048, 3, SIGNATURE_BAD },
	{ "a key of 16,392 bits", 2049, 3, SIGNATURE_UNKNOWN },
	{ "both beyond all measure", 8000, 8000, SIGNATURE_UNKNOWN },
};

static void refuses_costly_keys_at_once(void **state)
{
	struct arena *mem = *state;
	struct cert_facts cert = fixture_cert(mem, "leaf-rsa-1024");
	for (size_t i = 0; i < ARRAY_SIZE(cost_rows); i++) {
		const struct cost_row *row = &cost_rows[i];
		struct cert_facts issuer = { .key_info = rsa_key(mem, row->modulus,
								 row->exponent) };
		double start = unit_cpu_ms();
		enum signature_result result = signature_check(&cert, &issuer);
		assert_row(row->name, result == row->result);
		assert_row(row->name, unit_cpu_ms() - start < 500);
	}
}

/* Of DSA a stranger chooses the group. */
static void refuses_costly_groups_at_once(void **state)
{
	struct arena *mem = *state;
	static const struct {
		const char *name;
		size_t p, q; /* octets */
		bool refused;
	} groups[] = {
		{ "usual", 256, 32, false },     { "the largest there is", 384, 32, false },
		{ "a larger p", 385, 32, true }, { "a larger q", 384, 33, true },
		{ "both", 2048, 2000, true },
	};
	struct cert_facts cert = fixture_cert(mem, "leaf-rsa-1024");
	cert.signature_algorithm = der_hex(mem, "30 0b 06 09 60 86 48 01 65 03 04 03 02");
	/* r and s of so many bits that GnuTLS would look at the group. */
	cert.signature_value = der_hex(mem, "30 06 02 01 02 02 01 03");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		struct bytes parts[] = { number(mem, groups[i].p), number(mem, groups[i].q),
					 number(mem, groups[i].p) };
		struct bytes group = der_wrap(mem, TAG_SEQUENCE,
					      der_join(mem, der_join(mem, parts[0], parts[1]),
						       parts[2]));
		struct bytes algorithm =
			der_wrap(mem, TAG_SEQUENCE,
				 der_join(mem, der_hex(mem, "06 07 2a 86 48 ce 38 04 01"), group));
		struct bytes bits = der_wrap(mem, TAG_BIT_STRING,
					     der_join(mem, DER_LITERAL("\0"), parts[0]));
		struct cert_facts issuer = {
			.key_info = der_wrap(mem, TAG_SEQUENCE, der_join(mem, algorithm, bits)),
		};
		double start = unit_cpu_ms();
		enum signature_result result = signature_check(&cert, &issuer);
		assert_row(groups[i].name,
			   result == (groups[i].refused ? SIGNATURE_UNKNOWN : SIGNATURE_BAD));
		assert_row(groups[i].name, unit_cpu_ms() - start < 500);
	}
}

/* Only a good result is remembered, and only of this pair: a certificate whose hashes lie shows
 * what the memo knows. */
static void remembers_what_was_good(void **state)
{
	CLEANUP(free_pair) struct pair pair = make_pair(*state);
	CLEANUP(signature_memo_free) struct signature_memo *memo = signature_memo_new();
	struct cert_facts forged = pair.leaf;
	uint8_t value[64];
	memcpy(value, pair.leaf.signature_value.data, sizeof(value));
	value[0] ^= 1;
	forged.signature_value.data = value;

	assert_int_equal(signature_check_once(memo, &forged, &pair.issuer), SIGNATURE_BAD);
	assert_int_equal(signature_check_once(memo, &forged, &pair.issuer), SIGNATURE_BAD);
	assert_int_equal(signature_check_once(memo, &pair.leaf, &pair.issuer), SIGNATURE_GOOD);
	/* No second verification of the same pair: this one would have failed. */
	assert_int_equal(signature_check_once(memo, &forged, &pair.issuer), SIGNATURE_GOOD);
	/* Another key of the same name is another pair; and so is another certificate. */
	assert_int_equal(signature_check_once(memo, &pair.leaf, &pair.stranger), SIGNATURE_BAD);
	forged.sha256[31] ^= 1;
	assert_int_equal(signature_check_once(memo, &forged, &pair.issuer), SIGNATURE_BAD);
	/* What cannot be verified is not remembered either. */
	struct cert_facts strange = pair.stranger;
	strange.signature_algorithm = DER_LITERAL("\x05\x00");
	assert_int_equal(signature_check_once(memo, &strange, &pair.stranger), SIGNATURE_UNKNOWN);
	strange = pair.stranger;
	assert_int_equal(signature_check_once(memo, &strange, &pair.stranger), SIGNATURE_GOOD);
	/* What takes the place of another ends its memory. */
	struct cert_facts neighbour = pair.stranger;
	memcpy(neighbour.sha256, pair.leaf.sha256, 31);
	assert_int_equal(signature_check_once(memo, &neighbour, &pair.stranger), SIGNATURE_GOOD);
	memcpy(forged.sha256, pair.leaf.sha256, 32);
	assert_int_equal(signature_check_once(memo, &forged, &pair.issuer), SIGNATURE_BAD);
}

struct crowd {
	const struct pair *pair;
	struct signature_memo *memo;
};

static void *check_often(void *data)
{
	const struct crowd *crowd = data;
	const struct pair *pair = crowd->pair;
	uintptr_t wrong = 0;
	for (int i = 0; i < 200; i++) {
		wrong += signature_check_once(crowd->memo, &pair->leaf, &pair->issuer) !=
			 SIGNATURE_GOOD;
		wrong += signature_check_once(crowd->memo, &pair->leaf, &pair->stranger) !=
			 SIGNATURE_BAD;
	}
	return (void *)wrong;
}

static void serves_many_threads(void **state)
{
	CLEANUP(free_pair) struct pair pair = make_pair(*state);
	CLEANUP(signature_memo_free) struct signature_memo *memo = signature_memo_new();
	struct crowd crowd = { &pair, memo };
	pthread_t threads[8];
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, check_often, &crowd), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *wrong;
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	signature_memo_free(&memo);
	signature_memo_free(&memo); /* NULL by now */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_fixtures),
		cmocka_unit_test(finds_changes),
		cmocka_unit_test(takes_pairs_in_der_only),
		cmocka_unit_test(says_when_it_cannot),
		cmocka_unit_test(refuses_costly_keys_at_once),
		cmocka_unit_test(refuses_costly_groups_at_once),
		cmocka_unit_test(remembers_what_was_good),
		cmocka_unit_test(serves_many_threads),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
