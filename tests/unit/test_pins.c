/* tls/pins: the certificate a user names, or its key. */
#include "unit.h"

#include "tls/pins.h"

#define HEX    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static const struct pin_row {
	const char *name, *text;
	bool good;
} pin_rows[] = {
	{ "hex", HEX, true },
	{ "upper case", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", true },
	{ "as openssl x509 -fingerprint prints it",
	  "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:"
	  "52:B8:55",
	  true },
	{ "base64", BASE64 "=", true },
	{ "base64 without padding", BASE64, true },
	{ "as curl writes it", "sha256//" BASE64 "=", true },
	{ "nothing", "", false },
	{ "one digit less", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
	  false },
	{ "one digit more", HEX "0", false },
	{ "SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", false },
	{ "no digit", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false },
	{ "a colon in front", ":" HEX, false },
	{ "a colon at the end", HEX ":", false },
	{ "two colons", "e3::b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	  false },
	{ "a colon within an octet",
	  "e:3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false },
	{ "a blank behind", HEX " ", false },
	{ "base64 with two paddings", BASE64 "==", false },
	{ "base64, one digit less", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF=", false },
	{ "base64 with bits behind the last octet", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV",
	  false },
	{ "base64 for URLs", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", false },
	{ "hex as curl does not write it", "sha256//" HEX, false },
	{ "another hash", "sha1//2jmj7l5rSw0yVb/vlWAYkK/YBwk=", false },
	{ "the prefix alone", "sha256//", false },
};

static void reads_pins(void **state)
{
	static const uint8_t wanted[32] = "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99"
					  "\x6f\xb9\x24\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95"
					  "\x99\x1b\x78\x52\xb8\x55";
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pin_rows); i++) {
		const struct pin_row *row = &pin_rows[i];
		uint8_t pin[32];
		assert_row(row->name, pin_parse(row->text, pin) == row->good);
		if (row->good)
			assert_row(row->name, memcmp(pin, wanted, sizeof(pin)) == 0);
	}
}

static void matches_certificate_or_key(void **state)
{
	struct pins pins = { 0 };
	struct cert_facts leaf = { .sha256 = { 1 }, .spki_sha256 = { 2 } };
	struct err err;
	(void)state;
	assert_false(pins_match(&pins, &leaf));
	assert_true(pins_add(&pins, HEX, &err));
	assert_false(pins_match(&pins, &leaf));
	assert_true(pin_parse(HEX, leaf.sha256));
	assert_true(pins_match(&pins, &leaf));
	leaf.sha256[0] ^= 1;
	assert_false(pins_match(&pins, &leaf));
	assert_true(pin_parse(HEX, leaf.spki_sha256));
	assert_true(pins_match(&pins, &leaf));
}

static void takes_so_many(void **state)
{
	struct pins pins = { 0 };
	struct err err = { 0 };
	(void)state;
	assert_false(pins_add(&pins, "12", &err));
	assert_int_equal(pins.count, 0);
	for (size_t i = 0; i < PINS_MAX; i++)
		assert_true(pins_add(&pins, HEX, &err));
	assert_false(pins_add(&pins, HEX, &err));
	assert_string_equal(err.text, "--pin-sha256: at most 16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_pins),
		cmocka_unit_test(matches_certificate_or_key),
		cmocka_unit_test(takes_so_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
