#include "unit.h"

#include "base/idna.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct row {
	const char *name, *in, *out; /* out NULL: refused */
	size_t size;                 /* 0: strlen */
} rows[] = {
	{ "ASCII is folded", "Example.ORG", "example.org", 0 },
	{ "one trailing dot goes", "example.org.", "example.org", 0 },
	{ "U-label", "bücher.example", "xn--bcher-kva.example", 0 },
	{ "upper case U-label", "BÜCHER.example", "xn--bcher-kva.example", 0 },
	{ "decomposed input is composed",
	  "bu\xcc\x88"
	  "cher.example",
	  "xn--bcher-kva.example", 0 },
	{ "A-label stays", "XN--BCHER-KVA.example", "xn--bcher-kva.example", 0 },
	{ "IDNA2008 keeps sharp s", "faß.example", "xn--fa-hia.example", 0 },
	{ "underscore", "_xmpp-client._tcp.example_1.org", "_xmpp-client._tcp.example_1.org", 0 },
	{ "one label", "localhost", "localhost", 0 },
	{ "longest label", LABEL_63 ".org", LABEL_63 ".org", 0 },
	{ "label of 64", "a" LABEL_63 ".org", NULL, 0 },
	{ "name of 255", LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, NULL, 0 },
	{ "empty", "", NULL, 0 },
	{ "only a dot", ".", NULL, 0 },
	{ "empty label", "a..b", NULL, 0 },
	{ "leading dot", ".example.org", NULL, 0 },
	{ "two trailing dots", "example.org..", NULL, 0 },
	{ "space", "exam ple.org", NULL, 0 },
	{ "wildcard", "*.example.org", NULL, 0 },
	{ "at sign", "user@example.org", NULL, 0 },
	{ "slash", "example.org/x", NULL, 0 },
	{ "NUL", "a\0b.org", NULL, 7 },
	{ "newline", "example.org\n", NULL, 0 },
	{ "not UTF-8",
	  "b\xfc"
	  "cher.example",
	  NULL, 0 },
	{ "ideographic full stop", "example。org", "example.org", 0 },
	{ "one trailing ideographic full stop goes", "example.org。", "example.org", 0 },
	{ "only one of two", "example.org.。", NULL, 0 },
	{ "only an ideographic full stop", "。", NULL, 0 },
	{ "trailing dot behind a U-label", "bücher.example.", "xn--bcher-kva.example", 0 },
	{ "full-width letters", "ｅｘａｍｐｌｅ.org", "example.org", 0 },
	{ "full-width slash", "example.org／x", NULL, 0 },
	{ "full-width at sign", "user＠example.org", NULL, 0 },
	{ "full-width asterisk", "＊.example.org", NULL, 0 },
	{ "full-width colon", "example.org：5222", NULL, 0 },
	{ "full-width less-than sign", "a＜b.org", NULL, 0 },
	{ "character IDNA2008 forbids", "I♥NY.example", NULL, 0 },
	{ "right-to-left mixed",
	  "\xe2\x80\xae"
	  "abc.example",
	  NULL, 0 },
};

static void brings_names_into_network_form(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *out = NULL;
		struct err err = { 0 };
		size_t size = rows[i].size ? rows[i].size : strlen(rows[i].in);
		bool ok = idna_to_ascii(rows[i].in, size, mem, &out, &err);
		assert_row(rows[i].name, ok == (rows[i].out != NULL));
		assert_row(rows[i].name, ok || err.text[0] != '\0');
		if (ok)
			assert_row_string(rows[i].name, out, rows[i].out);
	}
}

static void shows_names_as_people_write_them(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	assert_string_equal(idna_to_unicode("xn--bcher-kva.example", mem), "bücher.example");
	assert_string_equal(idna_to_unicode("example.org", mem), "example.org");
	assert_string_equal(idna_to_unicode("xn--a.example", mem), "xn--a.example");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_names_into_network_form),
		cmocka_unit_test(shows_names_as_people_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
