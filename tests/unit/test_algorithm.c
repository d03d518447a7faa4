/* Keys of certificates, well-formed and otherwise. */
#include "unit.h"

#include "der_fixture.h"
#include "tls/algorithm.h"

#define MALFORMED "its key is malformed"
#define NOT_NAMED "the curve of its key is not named (RFC 5480 section 2.1.1)"
#define NO_POINT  "its key is no point of its curve"
#define NO_SIGNER "its key agrees on secrets and signs nothing, so it is of no use to TLS"
#define RSA       "30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00"
#define PSS       "30 0b 06 09 2a 86 48 86 f7 0d 01 01 0a"
#define EC        "06 07 2a 86 48 ce 3d 02 01"
#define P256      "30 13" EC "06 08 2a 86 48 ce 3d 03 01 07"
#define ED25519   "30 05 06 03 2b 65 70"
#define X_16      "11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00"
#define X_32      X_16 X_16

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
	const char *name, *algorithm, *key; /* key: contents of the BIT STRING */
	const char *defect;
} rows[] = {
	{ "RSA", RSA, "00 30 06 02 01 7f 02 01 03", NULL },
	{ "RSA-PSS", PSS, "00 30 06 02 01 7f 02 01 03", NULL },
	{ "RSA, a positive number with its top bit set", RSA, "00 30 07 02 02 00 ff 02 01 03",
	  NULL },
	{ "RSA, negative modulus", RSA, "00 30 06 02 01 ff 02 01 03", MALFORMED },
	{ "RSA, even modulus", RSA, "00 30 07 02 02 7f 7e 02 01 03", MALFORMED },
	{ "RSA, modulus zero", RSA, "00 30 06 02 01 00 02 01 03", MALFORMED },
	{ "RSA, a zero too many", RSA, "00 30 07 02 02 00 7f 02 01 03", MALFORMED },
	{ "RSA, empty modulus", RSA, "00 30 05 02 00 02 01 03", MALFORMED },
	{ "RSA, no exponent", RSA, "00 30 03 02 01 7f", MALFORMED },
	{ "RSA, three numbers", RSA, "00 30 09 02 01 7f 02 01 03 02 01 03", MALFORMED },
	{ "RSA, more behind", RSA, "00 30 06 02 01 7f 02 01 03 00", MALFORMED },
	{ "RSA, no sequence", RSA, "00 05 00", MALFORMED },
	{ "RSA, unused bits", RSA, "03 30 06 02 01 7f 02 01 03", MALFORMED },
	{ "P-256", P256, "00 04" X_32 X_32, NULL },
	{ "P-256, compressed, even", P256, "00 02" X_32, NULL },
	{ "P-256, compressed, odd", P256, "00 03" X_32, NULL },
	{ "P-256, hybrid", P256, "00 06" X_32 X_32, NO_POINT },
	{ "P-256, whole, but half is there", P256, "00 04" X_32, NO_POINT },
	{ "P-256, compressed, but all is there", P256, "00 02" X_32 X_32, NO_POINT },
	{ "P-256, an octet more", P256, "00 04" X_32 X_32 "00", NO_POINT },
	{ "P-256, the point at infinity", P256, "00 00", NO_POINT },
	{ "P-256, nothing", P256, "00", NO_POINT },
	{ "P-521, which is no whole number of octets", "30 10" EC "06 05 2b 81 04 00 23",
	  "00 02 01 ff" X_32 X_32, NULL },
	{ "brainpoolP320r1", "30 14" EC "06 09 2b 24 03 03 02 08 01 01 09",
	  "00 02" X_32 "11 22 33 44 55 66 77 88", NULL },
	{ "brainpoolP320t1 of a point of another size",
	  "30 14" EC "06 09 2b 24 03 03 02 08 01 01 0a", "00 02" X_32, NO_POINT },
	{ "EC of a curve spelt out", "30 0e" EC "30 03 02 01 01", "00 04" X_32 X_32, NOT_NAMED },
	{ "EC of its issuer's curve", "30 0b" EC "05 00", "00 04" X_32 X_32, NOT_NAMED },
	{ "EC of no curve", "30 09" EC, "00 04" X_32 X_32, NOT_NAMED },
	{ "EC of two curves", "30 0f" EC "06 01 2a 06 01 2a", "00 04" X_32 X_32, NOT_NAMED },
	{ "EC of a strange curve", "30 0e" EC "06 03 2a 03 04", "00 04" X_32 X_32,
	  "its key is of a curve that nobody knows" },
	{ "Ed25519", ED25519, "00" X_32, NULL },
	{ "Ed25519, an octet less", ED25519,
	  "00" X_16 "11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff", MALFORMED },
	{ "Ed25519, an octet more", ED25519, "00" X_32 "00", MALFORMED },
	{ "Ed25519, unused bits", ED25519, "01" X_32, MALFORMED },
	{ "Ed25519 with parameters", "30 07 06 03 2b 65 70 05 00", "00" X_32, MALFORMED },
	{ "Ed448", "30 05 06 03 2b 65 71", "00" X_32 X_16 "11 22 33 44 55 66 77 88 99", NULL },
	{ "X25519", "30 05 06 03 2b 65 6e", "00" X_32, NO_SIGNER },
	{ "X448", "30 05 06 03 2b 65 6f", "00" X_32 X_16 "11 22 33 44 55 66 77 88", NO_SIGNER },
	{ "a strange kind", "30 05 06 03 2a 03 04", "00" X_32,
	  "its key is of a kind that nobody knows" },
	{ "no OID", "30 03 06 01 80", "00" X_32, MALFORMED },
	{ "no bits at all", ED25519, "", MALFORMED },
};

static void finds_keys_that_are_none(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct bytes bits = der_wrap(mem, TAG_BIT_STRING, der_hex(mem, row->key));
		struct bytes both = der_join(mem, der_hex(mem, row->algorithm), bits);
		assert_row_string(row->name,
				  algorithm_key_defect(der_wrap(mem, TAG_SEQUENCE, both)),
				  row->defect);
		/* Whatever it is, nothing stands behind it. */
		both = der_wrap(mem, TAG_SEQUENCE, der_join(mem, both, DER_LITERAL("\x05\x00")));
		assert_row_string(row->name, algorithm_key_defect(both), MALFORMED);
	}
}

#define RSA_SHA256 "06 09 2a 86 48 86 f7 0d 01 01 0b"
#define SHA256_EC  "06 08 2a 86 48 ce 3d 04 03 02"

enum fit { FITS, LAX, WRONG };

/* AlgorithmIdentifiers of signatures: RFC 4055, RFC 5758, RFC 8410. */
static const struct fit_row {
	const char *name, *inside;
	enum fit fit;
} fit_rows[] = {
	{ "RSA, NULL", RSA_SHA256 "05 00", FITS },
	{ "RSA, nothing", RSA_SHA256, LAX },
	{ "RSA, NULL that holds something", RSA_SHA256 "05 01 00", WRONG },
	{ "RSA, NULL twice", RSA_SHA256 "05 00 05 00", WRONG },
	{ "RSA, something", RSA_SHA256 "30 00", WRONG },
	{ "RSA with SHA-1, nothing", "06 09 2a 86 48 86 f7 0d 01 01 05", LAX },
	{ "RSA with SHA3-256, something", "06 09 60 86 48 01 65 03 04 03 0e 30 00", WRONG },
	{ "RSASSA-PSS, its own", "06 09 2a 86 48 86 f7 0d 01 01 0a 30 00", FITS },
	{ "ECDSA, nothing", SHA256_EC, FITS },
	{ "ECDSA, NULL", SHA256_EC "05 00", LAX },
	{ "ECDSA, a curve", SHA256_EC "06 08 2a 86 48 ce 3d 03 01 07", WRONG },
	{ "DSA, nothing", "06 09 60 86 48 01 65 03 04 03 02", FITS },
	{ "DSA, NULL", "06 09 60 86 48 01 65 03 04 03 02 05 00", LAX },
	{ "Ed25519, nothing", "06 03 2b 65 70", FITS },
	{ "Ed25519, NULL", "06 03 2b 65 70 05 00", WRONG },
	{ "Ed448, octets", "06 03 2b 65 71 04 00", WRONG },
	{ "nobody knows it", "06 03 2a 03 04 04 00", FITS },
};

static void compares_parameters_of_signatures(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(fit_rows); i++) {
		const struct fit_row *row = &fit_rows[i];
		struct bytes whole = der_wrap(mem, TAG_SEQUENCE, der_hex(mem, row->inside));
		bool harmless;
		const char *defect = algorithm_parameters_defect(whole, &harmless);
		assert_row(row->name, !defect == (row->fit == FITS));
		assert_row(row->name, harmless == (row->fit == LAX));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_keys_that_are_none),
		cmocka_unit_test(compares_parameters_of_signatures),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
