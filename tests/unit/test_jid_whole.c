#include "unit.h"

#include <jansson.h>

#include "base/buf.h"
#include "xmpp/jid.h"

static const struct row {
	const char *in;
	const char *local, *domain, *resource; /* domain NULL: refused; in U-labels */
	const char *sentence;                  /* where refused */
} rows[] = {
	/* MSG-61 */
	{ "a@b", "a", "b", NULL, NULL },
	{ "b", NULL, "b", NULL, NULL },
	{ "b/r", NULL, "b", "r", NULL },
	{ "a@b/r@x/y", "a", "b", "r@x/y", NULL },
	{ "A@B", "a", "b", NULL, NULL },
	{ "a@b.", "a", "b", NULL, NULL },
	{ "a@[::1]", "a", "[::1]", NULL, NULL },
	{ "a@[::1]./r", "a", "[::1]", "r", NULL },
	{ "a@1.2.3.4", "a", "1.2.3.4", NULL, NULL },
	{ "a@1.2.3.4.", "a", "1.2.3.4", NULL, NULL },
	{ "fußball@example", "fußball", "example", NULL, NULL },
	{ "fußball@fußball.example", "fußball", "fußball.example", NULL, NULL },
	{ "user@xn--bcher-kva.example/R", "user", "bücher.example", "R", NULL },
	{ "user@BÜCHER。example", "user", "bücher.example", NULL, NULL },
	{ "ΣΟΦΟΣ@example", "σοφοσ", "example", NULL, NULL },
	{ "Ꭰ@example", "ꭰ", "example", NULL, NULL },
	{ "a\\40b@example.org", "a\\40b", "example.org", NULL, NULL },
	{ "room@conference.example.org/the nick ♚", "room", "conference.example.org", "the nick ♚",
	  NULL },
	{ "", NULL, NULL, NULL, "the address is empty" },
	{ "@b", NULL, NULL, NULL, "@b: nothing stands before the @" },
	{ "a@", NULL, NULL, NULL, "a@: the localpart is there, but no domain" },
	{ "juliet@/x", NULL, NULL, NULL, "juliet@/x: the localpart is there, but no domain" },
	{ "/x", NULL, NULL, NULL, "/x: there is no domain" },
	{ "a@b/", NULL, NULL, NULL, "a@b/: nothing stands behind the slash: leave it out, too" },
	{ "a b@c", NULL, NULL, NULL, "a b@c: localpart: U+0020 is not allowed: it is a space" },
	{ "a\"b@c", NULL, NULL, NULL,
	  "a\"b@c: localpart: '\"' is not allowed (XEP-0106 writes \\22)" },
	{ "a＠b@c", NULL, NULL, NULL,
	  "a＠b@c: localpart: '@' is not allowed (XEP-0106 writes \\40)" },
	{ "a／b@c", NULL, NULL, NULL,
	  "a／b@c: localpart: '/' is not allowed (XEP-0106 writes \\2f)" },
	{ "ſ@b", NULL, NULL, NULL,
	  "ſ@b: localpart: U+017F is not allowed: it stands for other characters: write those" },
	{ "a@b@c", NULL, NULL, NULL,
	  "a@b@c: there is more than one @ (in a name it is written \\40)" },
	{ "a@xn--99999999999.example", NULL, NULL, NULL,
	  "a@xn--99999999999.example: \"xn--99999999999\" is no name under IDNA2008" },
	{ "a@b.xn--99999999999", NULL, NULL, NULL,
	  "a@b.xn--99999999999: \"xn--99999999999\" is no name under IDNA2008" },
	{ "a@-b", NULL, NULL, NULL, "a@-b: not a domain: \"-b\" begins or ends with a hyphen" },
	{ "a@b..c", NULL, NULL, NULL, "a@b..c: not a domain: empty label" },
	{ "a@b..", NULL, NULL, NULL, "a@b..: not a domain: empty label" },
	{ "a@.", NULL, NULL, NULL, "a@.: empty domain" },
	{ "a@1.2.3.400", NULL, NULL, NULL,
	  "a@1.2.3.400: 1.2.3.400 is neither a domain nor an IP address" },
	{ "a@[::1", NULL, NULL, NULL, "a@[::1: not a domain: '[' at offset 0 is not allowed" },
	{ "a@b:5222", NULL, NULL, NULL,
	  "a@b:5222: b:5222 has a port: give the domain only, and the port to --connect" },
	{ "a\xe2\x80\xae@b", NULL, NULL, NULL,
	  "a\xe2\x80\xae@b: localpart: U+202E is not allowed: it is invisible, or changes how "
	  "others are shown" },
	{ "\xcd\xb8@b", NULL, NULL, NULL,
	  "\xcd\xb8@b: localpart: U+0378 is not allowed: Unicode has no such character (or a newer "
	  "one)" },
	{ "a@b/\xcd\xb8", NULL, NULL, NULL,
	  "a@b/\xcd\xb8: resource: U+0378 is not allowed: Unicode has no such character (or a "
	  "newer one)" },
	{ "a\n@b", NULL, NULL, NULL, "a\n@b: control character U+000A at offset 1" },
	{ "a@b/\xc2\x85", NULL, NULL, NULL, "a@b/\xc2\x85: control character U+0085 at offset 4" },
	{ "a@b\xff", NULL, NULL, NULL, "a@b\xff: not UTF-8 (byte 0xff at offset 3)" },
	/* What people paste. */
	{ "xmpp:juliet@example.org?message;body=x", NULL, NULL, NULL,
	  "xmpp:juliet@example.org?message;body=x is a URI: write the address alone: "
	  "juliet@example.org" },
	{ "XMPP:a@b", NULL, NULL, NULL, "XMPP:a@b is a URI: write the address alone: a@b" },
	{ "https://example.org/x", NULL, NULL, NULL,
	  "https://example.org/x is a URL: write an address, user@example.org" },
	{ "b/http://x", NULL, "b", "http://x", NULL }, /* a resource may be one */
	{ "mailto:a@b", NULL, NULL, NULL,
	  "mailto:a@b: localpart: ':' is not allowed (XEP-0106 writes \\3a)" },
};

static void check_parts(const char *name, const struct jid *jid, const char *local,
			const char *domain, const char *resource)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const char *bare = local ? arena_printf(mem, "%s@%s", local, domain) : domain;
	assert_row_string(name, jid->local, local);
	assert_row_string(name, jid->domain.unicode, domain);
	assert_row_string(name, jid->resource, resource);
	assert_row_string(name, jid->bare, bare);
	assert_row_string(name, jid->full,
			  resource ? arena_printf(mem, "%s/%s", bare, resource) : bare);
}

static void reads_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct jid jid = { .local = "untouched" };
		struct err err = { 0 };
		bool ok = jid_parse(row->in, strlen(row->in), mem, &jid, &err);
		assert_row_string(row->in, ok ? NULL : err.text, row->sentence);
		if (ok)
			check_parts(row->in, &jid, row->local, row->domain, row->resource);
		else
			assert_row_string(row->in, jid.local, "untouched");
		assert_row(row->in, ok || err.code == ERR_USAGE);
	}
}

/* The NUL does not end the address. */
static void counts_octets_and_not_strings(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct jid jid;
	struct err err;
	assert_false(jid_parse("a@b\0", 4, mem, &jid, &err));
	assert_string_equal(err.text, "a@b: control character U+0000 at offset 3");
	assert_false(jid_parse("\0a@b", 4, mem, &jid, &err));
	assert_true(jid_parse("a@bcd", 3, mem, &jid, &err));
	assert_string_equal(jid.full, "a@b");
}

/* RFC 7622: 1023 octets, of what comes out. */
static void bounds_each_part(void **state)
{
	static const struct {
		const char *name, *before, *filling, *behind;
		size_t count;
		const char *sentence; /* the end of it; NULL: accepted */
	} sizes[] = {
		{ "local 1023", "", "a", "@b", 1023, NULL },
		{ "local 1024", "", "a", "@b", 1024, "the localpart has more than 1023 octets" },
		{ "full width 1023", "", "ａ", "@b", 1023, NULL },
		{ "full width 1024", "", "ａ", "@b", 1024, "the localpart has more than 1023" },
		{ "resource 1023", "a@b/", "r", "", 1023, NULL },
		{ "resource 1024", "a@b/", "r", "", 1024, "the resource has more than 1023" },
		{ "resource 5000", "a@b/", "r", "", 5000, "the resource has more than 1023" },
		{ "resource of two octets each", "a@b/", "ü", "", 511, NULL },
		{ "one more", "a@b/", "ü", "", 512, "the resource has more than 1023 octets" },
		{ "domain", "a@", "b", "", 64, "a label has 64 octets, at most 63" },
		{ "large domain", "a@", "b.", "c", 5000, "the domain has more than 1023 octets" },
		{ "an attack", "", "a", "@b", 1000000, "1000002 octets are no address" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf text = buf_new(BUF_UNBOUNDED);
		struct jid jid;
		struct err err = { 0 };
		buf_text(&text, sizes[i].before);
		for (size_t n = 0; n < sizes[i].count; n++)
			buf_text(&text, sizes[i].filling);
		buf_text(&text, sizes[i].behind);
		bool ok = jid_parse(text.data, text.size, mem, &jid, &err);
		assert_row(sizes[i].name, ok == !sizes[i].sentence);
		bool is_cut = strstr(err.text, "...") != NULL;
		if (!ok && (!strstr(err.text, sizes[i].sentence) || is_cut != (text.size > 80)))
			fail_msg("%s: %s", sizes[i].name, err.text);
		assert_row(sizes[i].name, arena_used(mem) < 1 << 18);
	}
}

static const struct pair {
	const char *a, *b;
	bool same_bare, same;
} pairs[] = {
	{ "A@B", "a@b", true, true },
	{ "a@b/r", "a@b", true, false },
	{ "a@b/r", "a@b/R", true, false },
	{ "a@b/\xc3\x89", "A@B/E\xcc\x81", true, true },
	{ "a@xn--bcher-kva.example", "a@bücher.example.", true, true },
	{ "fussball@example.com", "fußball@example.com", false, false },
	{ "Σ@example.com/foo", "σ@example.com/foo", true, true },
	{ "ς@example.com/foo", "σ@example.com/foo", false, false },
	{ "b", "a@b", false, false },
	{ "b/a@b", "a@b/b", false, false },
	{ "a@[::1]", "a@[0:0::1]", true, true },
};

static void compares_what_is_prepared(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct jid a, b;
		struct err err;
		assert_row(pairs[i].a, jid_parse(pairs[i].a, strlen(pairs[i].a), mem, &a, &err));
		assert_row(pairs[i].b, jid_parse(pairs[i].b, strlen(pairs[i].b), mem, &b, &err));
		assert_row(pairs[i].a, jid_same_bare(&a, &b) == pairs[i].same_bare);
		assert_row(pairs[i].a, jid_same(&a, &b) == pairs[i].same);
	}
}

/* The section 3.5 of RFC 7622 calls one illegal that its rules allow: the vectors' own note says to
 * tolerate it, for others may be called so. */
static bool is_tolerated(const char *note)
{
	return strstr(note, "tolerate on receipt") != NULL;
}

static void check_vector(json_t *entry, bool legal)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	json_t *text = json_object_get(entry, "jid");
	const char *name = json_string_value(text);
	struct jid jid;
	struct err err;
	bool ok = jid_parse(name, json_string_length(text), mem, &jid, &err);
	if (ok != (legal || is_tolerated(json_string_value(json_object_get(entry, "note")))))
		fail_msg("%s: %s", name, ok ? "accepted" : err.text);
	if (legal)
		check_parts(name, &jid, json_string_value(json_object_get(entry, "localpart")),
			    json_string_value(json_object_get(entry, "domainpart")),
			    json_string_value(json_object_get(entry, "resourcepart")));
}

static void agrees_with_the_vectors(void **state)
{
	static const char *const sets[] = { "rfc7622", "own" };
	static const char *const kinds[] = { "legal", "illegal" };
	(void)state;
	json_t *file = json_load_file("tests/data/jid-vectors.json", JSON_ALLOW_NUL, NULL);
	assert_non_null(file);
	size_t tried = 0;
	for (size_t i = 0; i < 4; i++) {
		json_t *entries = json_object_get(json_object_get(file, sets[i / 2]), kinds[i % 2]),
		       *entry;
		size_t n;
		json_array_foreach(entries, n, entry)
		{
			check_vector(entry, i % 2 == 0);
			tried++;
		}
	}
	json_decref(file);
	assert_int_equal(tried, 23 + 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(counts_octets_and_not_strings),
		cmocka_unit_test(bounds_each_part),
		cmocka_unit_test(compares_what_is_prepared),
		cmocka_unit_test(agrees_with_the_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
