/* Names compared: RFC 5280, 7.1. */
#include "unit.h"

#include "base/deadline.h"
#include "der_fixture.h"
#include "tls/der.h"
#include "tls/dn.h"

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

/* As der_name() takes them, or "hex:" */
static struct bytes name_of(struct arena *mem, const char *text)
{
	return strncmp(text, "hex:", 4) == 0 ? der_hex(mem, text + 4) : der_name(mem, text);
}

static const struct equal_row {
	const char *name, *a, *b;
	bool equal;
} equal_rows[] = {
	{ "the same", "C=XY,O=Org,CN=name", "C=XY,O=Org,CN=name", true },
	{ "both empty", "", "", true },
	{ "one empty", "", "CN=name", false },
	{ "letter case", "C=XY,O=Org", "C=xy,O=ORG", true },
	{ "another letter", "O=Org", "O=Orb", false },
	{ "runs of blanks", "O=Big  Org", "O=Big Org", true },
	{ "blanks at the ends", "O=  Big Org ", "O=Big Org", true },
	{ "a blank more", "O=Big Org", "O=BigOrg", false },
	{ "nothing but blanks", "O=   ", "O=", true },
	{ "a prefix", "O=Org", "O=Organisation", false },
	{ "Printable and UTF8", "O=Org", "O:u=Org", true },
	{ "Printable and BMP", "O=Org", "O:b=org", true },
	{ "UTF8 and Universal", "O:u=Org", "O:U=Org", true },
	{ "Teletex and IA5", "O:t=Org", "O:i=Org", true },
	{ "Teletex and UTF8, beyond ASCII", "hex:300e310c300a060355040a140342fc72",
	  "hex:300f310d300b060355040a0c0442c3bc72", true },
	{ "BMP and UTF8, beyond ASCII", "hex:3011310f300d060355040a1e06004200fc0072",
	  "hex:300f310d300b060355040a0c0442c3bc72", true },
	{ "another letter beyond ASCII", "hex:300e310c300a060355040a140342fc72",
	  "hex:300f310d300b060355040a0c0442c3b672", false },
	{ "BMP cut in half a character", "hex:3010310e300c060355040a1e05004200fc00",
	  "hex:300e310c300a060355040a0c0342c3bc", false },
	{ "other attribute", "O=Org", "OU=Org", false },
	{ "other order of sets", "O=Org,CN=name", "CN=name,O=Org", false },
	{ "one set more in front", "CN=name", "O=Org,CN=name", false },
	{ "one set more behind", "O=Org,CN=name", "O=Org", false },
	{ "a set has no order", "O=Org+CN=name", "CN=name+O=Org", true },
	{ "a set has no order, nor case", "O=Org+CN=name+OU=a", "OU:u=A+CN=NAME+O=org", true },
	{ "a set of two is not two sets", "O=Org+CN=name", "O=Org,CN=name", false },
	{ "one pair more", "O=Org+CN=name", "O=Org", false },
	{ "the same pair twice is not two pairs", "O=Org+O=Org", "O=Org+CN=name", false },
	{ "as many, one of them twice", "O=Org+O=Org+CN=n", "O=Org+CN=n+CN=n", false },
	/* What is no text: octet by octet. */
	{ "a value that is no text, the same", "hex:300d310b300906035504030402616 2",
	  "hex:300d310b3009060355040304026162", true },
	{ "a value that is no text, letter case", "hex:300d310b3009060355040304026162",
	  "hex:300d310b3009060355040304024162", false },
	{ "text and no text of the same octets", "hex:300d310b300906035504030402616 2",
	  "hex:300d310b3009060355040313026162", false },
	{ "not UTF-8, the same", "hex:300d310b300906035504030c0261ff",
	  "hex:300d310b300906035504030c0241ff", true },
	{ "not UTF-8, not the same", "hex:300d310b300906035504030c0261ff",
	  "hex:300d310b300906035504030c0261fe", false },
	{ "NUL ends nothing", "hex:300e310c300a06035504030c03610062",
	  "hex:300e310c300a06035504030c03610063", false },
	{ "control characters of BMP", "hex:300d310b300906035504031e020001",
	  "hex:300d310b300906035504031e020002", false },
	{ "halves of surrogates", "hex:300d310b300906035504031e02d800",
	  "hex:300d310b300906035504031e02d801", false },
	{ "beyond Unicode", "hex:300f310d300b06035504031c0400110000",
	  "hex:300f310d300b06035504031c0400110001", false },
	{ "a control character of UTF-8 and of BMP", "hex:300c310a300806035504030c0101",
	  "hex:300d310b300906035504031e020001", true },
	/* What is no name at all. */
	{ "garbage, the same", "hex:05 00", "hex:05 00", true },
	{ "garbage", "hex:05 00", "hex:05 01", false },
	{ "more behind a name", "hex:30 00 05 00", "hex:30 00", false },
	{ "no set", "hex:30 02 05 00", "", false },
	{ "sets with garbage behind", "hex:30 0e 310a300806035504030c0161 0500", "CN:u=a", false },
	{ "empty sets", "hex:30 02 31 00", "hex:30 02 31 00", true },
	{ "an empty set and none", "hex:30 02 31 00", "", false },
	{ "a pair cut short", "hex:30 08 31 06 30 04 06 02 55 04",
	  "hex:30 08 31 06 30 04 06 02 55 04", true },
	{ "pairs cut short", "hex:30 08 31 06 30 04 06 02 55 04",
	  "hex:30 08 31 06 30 04 06 02 55 05", false },
};

static void compares_names(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(equal_rows); i++) {
		const struct equal_row *row = &equal_rows[i];
		struct bytes a = name_of(mem, row->a), b = name_of(mem, row->b);
		assert_row(row->name, dn_equal(a, b) == row->equal);
		assert_row(row->name, dn_equal(b, a) == row->equal);
		assert_row(row->name, dn_equal(a, a) && dn_equal(b, b));
		/* With so few, different ones never have the same by chance. */
		assert_row(row->name, (dn_hash(a) == dn_hash(b)) == row->equal);
	}
}

static const struct within_row {
	const char *name, *base;
	bool within;
} within_rows[] = {
	{ "C=XY,O=Org,CN=name", "C=XY,O=Org", true },
	{ "C=XY,O=Org,CN=name", "C=xy,O:u=ORG", true },
	{ "C=XY,O=Org", "C=XY,O=Org", true },
	{ "C=XY,O=Org,CN=name", "", true },
	{ "", "", true },
	{ "", "C=XY", false },
	{ "C=XY", "C=XY,O=Org", false },
	{ "O=Org,CN=name", "C=XY", false },
	{ "CN=name,O=Org,C=XY", "C=XY,O=Org", false },
	{ "C=XY,O=Organisation", "C=XY,O=Org", false },
	{ "C=XY+O=Org,CN=name", "O=Org+C=XY", true },
	{ "C=XY+O=Org,CN=name", "C=XY", false },
	{ "hex:05 00", "", false },
	{ "C=XY", "hex:05 00", false },
};

static void finds_names_within_others(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(within_rows); i++) {
		const struct within_row *row = &within_rows[i];
		bool within = dn_is_within(name_of(*state, row->name), name_of(*state, row->base));
		if (within != row->within)
			fail_msg("%s within %s", row->name, row->base);
	}
	assert_true(dn_is_empty(der_name(*state, "")));
	assert_false(dn_is_empty(der_name(*state, "CN=name")));
	assert_false(dn_is_empty(DER_LITERAL("\x05\x00")));
	assert_false(dn_is_empty(DER_LITERAL("\x30\x00\x00")));
}

static const struct list_row {
	const char *name;
	const char *emails; /* with a blank behind each */
	const char *organization;
} list_rows[] = {
	{ "", "", NULL },
	{ "CN=name", "", NULL },
	{ "E:i=a@x.example", "a@x.example ", NULL },
	{ "O=Org,E:i=a@x.example,CN=name,E:i=b@x.example", "a@x.example b@x.example ", "Org" },
	{ "O=Org,O=Other", "", "Org" },
	{ "CN=name+O:b=Org", "", "Org" },
	{ "E:i=a@x.example+E:i=b@x.example", "a@x.example b@x.example ", NULL },
	{ "CN=name+E:i=a@x.example+E:i=b@x.example,E:i=c@x.example",
	  "a@x.example b@x.example c@x.example ", NULL },
	{ "E:i=,CN=name", " ", NULL },
	{ "hex:05 00", "", NULL },
	{ "hex:30 06 31 02 05 00 31 00", "", NULL },
};

static void lists_addresses_and_organizations(void **state)
{
	struct arena *mem = *state;
	for (size_t i = 0; i < ARRAY_SIZE(list_rows); i++) {
		const struct list_row *row = &list_rows[i];
		struct bytes name = name_of(mem, row->name), email;
		struct dn_walk walk = dn_walk_begin(name);
		const char *emails = "";
		while (dn_next_email(&walk, &email))
			emails = arena_printf(mem, "%s%.*s ", emails, (int)email.size,
					      (const char *)email.data);
		assert_row_string(row->name, emails, row->emails);
		assert_row_string(row->name, dn_organization(name, mem), row->organization);
	}
}

static const struct sound_row {
	const char *name, *text;
	bool sound;
} sound_rows[] = {
	{ "empty", "", true },
	{ "of many kinds", "O=Org,OU:u=Unit,CN:b=name+CN:t=name,E:i=a@x.example,CN:U=n", true },
	{ "UTF-8", "hex:300e310c300a060355040a0c03 42c3bc", true },
	{ "not UTF-8", "hex:300e310c300a060355040a0c03 42c342", false },
	{ "UTF-8 cut short", "hex:300d310b3009060355040a0c02 42c3", false },
	{ "UTF-8 of a surrogate", "hex:300e310c300a060355040a0c03 eda080", false },
	{ "Latin-1 in Printable: many do so", "hex:300d310b3009060355040a1302 42fc", true },
	{ "Teletex", "hex:300d310b3009060355040a1402 42fc", true },
	{ "control characters", "hex:300d310b3009060355040a0c02 1b00", true },
	{ "BMP of odd octets", "hex:300e310c300a060355040a1e03 004200", false },
	{ "Universal of six octets", "hex:3011310f300d060355040a1c06 000000420000", false },
	{ "a value that is no text", "hex:300e310c300a060355040a0403 42c342", true },
	{ "a type of 128 bits",
	  "hex:301e311c301a0614 6983c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd051 1302 4242", true },
	{ "a type that is no OID", "hex:300d310b3009060380040a1302 4242", false },
	{ "the second of a set", "hex:301a3118300a060355040a0c03 42c3bc 300a060355040a0c03 42c342",
	  false },
	{ "no name", "hex:05 00", false },
};

static void tells_sound_names(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(sound_rows); i++) {
		const struct sound_row *row = &sound_rows[i];
		assert_row(row->name, dn_is_sound(name_of(*state, row->text)) == row->sound);
	}
}

/* A record holds it several times. */
static void cuts_the_text_of_a_long_name(void **state)
{
	struct arena *mem = *state;
	char *text = arena_alloc(mem, 70000);
	memset((char *)memcpy(text, "CN=", 3) + 3, 'a', 60000);
	const char *shown = dn_text(der_name(mem, text), mem);
	assert_int_equal(strlen(shown), DN_TEXT_MAX + 3);
	assert_string_equal(shown + DN_TEXT_MAX - 1, "a...");
	text[DN_TEXT_MAX] = '\0';
	assert_string_equal(dn_text(der_name(mem, text), mem), text);
}

/* A set of n is compared in n times n: so only of so many. */
static void huge_names_take_no_time(void **state)
{
	struct arena *mem = *state;
	struct bytes pairs = { 0 }, sets = { 0 }, email;
	struct bytes pair = der_pair(mem, "E:i=a@x.example");
	uint8_t *many = arena_alloc(mem, 20000 * pair.size);
	for (size_t i = 0; i < 20000; i++)
		memcpy(many + i * pair.size, pair.data, pair.size);
	pairs = (struct bytes){ many, 20000 * pair.size };
	sets = der_wrap(mem, TAG_SET, pairs);
	struct bytes name = der_wrap(mem, TAG_SEQUENCE, sets);
	uint8_t *other = arena_alloc(mem, name.size);
	memcpy(other, name.data, name.size);
	other[name.size - 1] ^= 0x20;
	double start = unit_cpu_ms();
	assert_true(dn_equal(name, name));
	assert_false(dn_equal(name, (struct bytes){ other, name.size }));
	struct dn_walk walk = dn_walk_begin(name);
	size_t count = 0;
	while (dn_next_email(&walk, &email))
		count++;
	assert_int_equal(count, 20000);
	assert_true(unit_cpu_ms() - start < 1000); /* some 10 ms without sanitizers */
}

#define LONG 60000

/* CN: many times the letter, then one of its own, which is all that tells them apart. */
static struct bytes long_set(struct arena *mem, char letter, const char *own)
{
	char *text = arena_alloc(mem, LONG + 5);
	struct bytes pairs = { 0 };
	memset((char *)memcpy(text, "CN=", 3) + 3, letter, LONG);
	text[LONG + 4] = '\0';
	for (; *own; own++) {
		text[LONG + 3] = *own;
		pairs = der_join(mem, pairs, der_pair(mem, text));
	}
	return der_wrap(mem, TAG_SEQUENCE, der_wrap(mem, TAG_SET, pairs));
}

static double time_to_equal(struct bytes a, struct bytes b)
{
	double start = unit_cpu_ms();
	assert_true(dn_equal(a, b));
	return unit_cpu_ms() - start;
}

/* However a hostile set is ordered: each attribute is not compared with each. */
static void order_in_a_set_costs_nothing(void **state)
{
	struct arena *mem = *state;
	struct bytes name = long_set(mem, 'a', "0123456789abcdef");
	struct bytes same = long_set(mem, 'A', "0123456789abcdef");
	struct bytes turned = long_set(mem, 'A', "fedcba9876543210");
	double straight = time_to_equal(name, same);
	assert_true(time_to_equal(name, turned) < 4 * straight + 20);
}

/* Every octet of a name changed, and every cut: no crash, and never equal. */
static void survives_hostile_names(void **state)
{
	struct arena *mem = *state;
	struct bytes name = der_name(mem, "C=XY,O:u=Org+OU:b=Unit,CN=name,E:i=a@x.example");
	for (size_t i = 0; i < name.size; i++) {
		uint8_t *copy = malloc(name.size);
		memcpy(copy, name.data, name.size);
		copy[i] ^= 0x5f;
		struct bytes changed = { copy, name.size }, cut = { copy, i }, email;
		struct dn_walk walk = dn_walk_begin(changed);
		while (dn_next_email(&walk, &email))
			assert_true(email.size <= name.size);
		assert_false(dn_equal(name, changed));
		assert_false(dn_equal(cut, name));
		dn_organization(changed, mem);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_names),
		cmocka_unit_test(finds_names_within_others),
		cmocka_unit_test(lists_addresses_and_organizations),
		cmocka_unit_test(tells_sound_names),
		cmocka_unit_test(cuts_the_text_of_a_long_name),
		cmocka_unit_test(huge_names_take_no_time),
		cmocka_unit_test(order_in_a_set_costs_nothing),
		cmocka_unit_test(survives_hostile_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
