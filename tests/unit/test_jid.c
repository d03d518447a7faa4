#include "unit.h"

#include <jansson.h>

#include "xmpp/jid.h"

static const struct row {
	const char *name, *in;
	const char *ascii;   /* NULL: refused */
	const char *unicode; /* NULL: the same */
	bool is_address, is_onion;
	size_t size; /* 0: strlen */
} rows[] = {
	{ "domain", "Example.ORG.", "example.org", NULL, false, false, 0 },
	{ "U-label", "bücher.example", "xn--bcher-kva.example", "bücher.example", false, false, 0 },
	{ "A-label", "xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example", false,
	  false, 0 },
	{ "one label", "localhost", "localhost", NULL, false, false, 0 },
	{ "IPv4", "192.0.2.7", "192.0.2.7", NULL, true, false, 0 },
	{ "IPv6 in brackets", "[2001:DB8:0::7]", "[2001:db8::7]", NULL, true, false, 0 },
	{ "IPv6 without brackets", "2001:db8::7", "[2001:db8::7]", NULL, true, false, 0 },
	{ "onion", "abc.onion", "abc.onion", NULL, false, true, 0 },
	{ "onion below", "xmpp.abc.ONION", "xmpp.abc.onion", NULL, false, true, 0 },
	{ "not quite onion", "onion", "onion", NULL, false, false, 0 },
	{ "empty", "", NULL, NULL, false, false, 0 },
	{ "NUL", "a\0b", NULL, NULL, false, false, 3 },
	{ "NUL at the end", "example.org\0", NULL, NULL, false, false, 12 },
	{ "hyphen first", "a.-b.example", NULL, NULL, false, false, 0 },
	{ "hyphen last", "a.b-.example", NULL, NULL, false, false, 0 },
	{ "hyphen inside", "a.b-c.example", "a.b-c.example", NULL, false, false, 0 },
	{ "numbers that are no address", "192.0.2.300", NULL, NULL, false, false, 0 },
	{ "IPv6 in half a bracket", "[2001:db8::7", NULL, NULL, false, false, 0 },
	{ "IPv4 in brackets", "[192.0.2.7]", NULL, NULL, false, false, 0 },
	{ "IPv6 with a zone", "[fe80::1%eth0]", NULL, NULL, false, false, 0 },
	{ "just brackets", "[]", NULL, NULL, false, false, 0 },
	{ "full-width slash", "example.org／x", NULL, NULL, false, false, 0 },
	{ "full-width at sign", "juliet＠example.org", NULL, NULL, false, false, 0 },
	{ "accent that becomes a quote", "a\xe1\xbf\xaf.example", NULL, NULL, false, false, 0 },
	{ "ideographic full stop", "example。org", "example.org", NULL, false, false, 0 },
	{ "one bracket", "[", NULL, NULL, false, false, 0 },
};

static void reads_domainparts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct jid_domain out = { 0 };
		struct err err = { 0 };
		size_t size = row->size ? row->size : strlen(row->in);
		bool ok = jid_domain_parse(row->in, size, mem, &out, &err);
		assert_row(row->name, ok == (row->ascii != NULL));
		assert_row(row->name, ok || (err.text[0] != '\0' && err.code == ERR_USAGE));
		if (!ok)
			continue;
		assert_row_string(row->name, out.ascii, row->ascii);
		assert_row_string(row->name, out.unicode, row->unicode ? row->unicode : row->ascii);
		assert_row(row->name, row->unicode || out.unicode == out.ascii);
		assert_row(row->name, out.is_address == row->is_address);
		assert_row(row->name, out.is_onion == row->is_onion);
	}
}

static const struct refusal {
	const char *in, *sentence;
} refusals[] = {
	{ "juliet@example.org",
	  "juliet@example.org is an address: give the domain only: example.org" },
	{ "juliet@example.org/balcony",
	  "juliet@example.org/balcony is an address: give the domain only: example.org" },
	{ "example.org/balcony", "example.org/balcony is an address with a resource: give the "
				 "domain only: example.org" },
	{ "xmpp:juliet@example.org?message",
	  "xmpp:juliet@example.org?message is a URI: give the domain only: example.org" },
	{ "https://example.org:443/x",
	  "https://example.org:443/x is a URL: give the domain only: example.org" },
	{ "*.example.org", "*.example.org is a wildcard: give the domain only: example.org" },
	{ "example.org:5222", "example.org:5222 has a port: give the domain only, and the port to "
			      "--connect" },
	{ "192.0.2.300", "192.0.2.300 is neither a domain nor an IP address" },
	{ "a.-b", "not a domain: \"-b\" begins or ends with a hyphen" },
};

static void says_what_was_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct jid_domain out;
		struct err err = { 0 };
		assert_row(refusals[i].in, !jid_domain_parse(refusals[i].in, strlen(refusals[i].in),
							     mem, &out, &err));
		assert_row_string(refusals[i].in, err.text, refusals[i].sentence);
	}
}

/* Where the domain begins and ends in a JID, as RFC 7622, 3.2 cuts it. */
static const char *domain_of(const char *jid, size_t size, size_t *length)
{
	const char *slash = memchr(jid, '/', size);
	size_t bare = slash ? (size_t)(slash - jid) : size;
	const char *at = memchr(jid, '@', bare);
	const char *domain = at ? at + 1 : jid;
	*length = (size_t)(jid + bare - domain);
	return domain;
}

/* Of an illegal JID only those whose domainpart is to blame. */
static bool blames_domain(const char *note)
{
	return strstr(note, "domain") || strstr(note, "label") || strstr(note, "NUL") ||
	       strcmp(note, "empty") == 0;
}

static void agrees_with_the_vectors(void **state)
{
	(void)state;
	json_t *file = json_load_file("tests/data/jid-vectors.json", JSON_ALLOW_NUL, NULL);
	assert_non_null(file);
	size_t tried = 0;
	const char *set;
	json_t *kinds;
	json_object_foreach(file, set, kinds)
	{
		const char *kind;
		json_t *jids;
		if (!json_is_object(kinds))
			continue;
		json_object_foreach(kinds, kind, jids)
		{
			size_t i;
			json_t *entry;
			json_array_foreach(jids, i, entry)
			{
				json_t *jid = json_object_get(entry, "jid");
				const char *text = json_string_value(jid);
				const char *note = json_string_value(
					json_object_get(entry, "note"));
				const char *wanted = json_string_value(
					json_object_get(entry, "domainpart"));
				size_t length;
				const char *domain = domain_of(text, json_string_length(jid),
							       &length);
				bool legal = strcmp(kind, "legal") == 0;
				if (!legal && !blames_domain(note))
					continue;
				CLEANUP(arena_free) struct arena *mem = arena_new();
				struct jid_domain out = { 0 };
				struct err err = { 0 };
				bool ok = jid_domain_parse(domain, length, mem, &out, &err);
				assert_row(text, ok == legal);
				if (ok)
					assert_row_string(text, out.unicode, wanted);
				tried++;
			}
		}
	}
	assert_true(tried > 20);
	json_decref(file);
}

/* RFC 7622, 3.1: what stands behind the first slash is the resource, whatever is in it. */
static void finds_the_domain_of_an_address(void **state)
{
	static const struct {
		const char *address, *domain;
	} addresses[] = {
		{ "im.example", "im.example" },
		{ "juliet@im.example", "im.example" },
		{ "juliet@im.example/balcony", "im.example" },
		{ "im.example/balcony", "im.example" },
		{ "evil.example/x@im.example", "evil.example" },
		{ "a@evil.example/b@im.example", "evil.example" },
		{ "a@b@im.example", "b@im.example" },
		{ "", "" },
		{ "/", "" },
		{ "juliet@", "" },
		{ NULL, "" },
	};
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		assert_row_string(addresses[i].address ? addresses[i].address : "NULL",
				  jid_domain_of(addresses[i].address, mem), addresses[i].domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_domainparts),
		cmocka_unit_test(says_what_was_meant),
		cmocka_unit_test(finds_the_domain_of_an_address),
		cmocka_unit_test(agrees_with_the_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
