#include "unit.h"

#include "fixture.h"
#include "name_fixture.h"

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
	const char *domain, *presented;
	enum name_verdict verdict;
	const char *reason;
} rows[] = {
	{ "example.org", "dns:example.org", NAME_MATCHES, "names the domain" },
	{ "im.example.org", "dns:*.example.org", NAME_MATCHES, "the wildcard covers one label" },
	{ "example.org", "dns:*.example.org", NAME_DIFFERS,
	  "*.example.org covers one label below example.org, not the domain itself" },
	{ "a.b.example.org", "dns:*.example.org", NAME_DIFFERS,
	  "*.example.org covers one label only, and a.b.example.org has more" },
	{ "im.example.org", "dns:example.org", NAME_DIFFERS,
	  "example.org does not include im.example.org" },
	{ "example.org", "dns:im.example.org", NAME_DIFFERS,
	  "im.example.org lies below example.org, and does not speak for it" },
	{ "example.org", "dns:badexample.org", NAME_DIFFERS, "names another domain" },
	{ "example.org", "dns:example.org.", NAME_DIFFERS,
	  "a name in a certificate has no trailing dot" },
	{ "example.org", "dns:*.org", NAME_IGNORED,
	  "the wildcard would cover everything below a top-level domain" },
	{ "im.example.org", "dns:*", NAME_IGNORED, "a bare * names no domain" },
	{ "im.example.org", "dns:i*.example.org", NAME_IGNORED,
	  "a wildcard must be the whole left-most label (RFC 9525 section 6.3)" },
	{ "im.example.org", "dns:*.*.org", NAME_IGNORED,
	  "only one wildcard is allowed (RFC 9525 section 6.3)" },
	{ "*.example.org", "dns:*.example.org", NAME_DIFFERS, "names another domain" },
	{ ".example.org", "dns:*.example.org", NAME_DIFFERS,
	  "*.example.org covers one label only, and .example.org has more" },
	{ "example.org", "srv:_xmpp-client.example.org", NAME_DIFFERS,
	  "a SRV-ID for _xmpp-client does not serve s2s" },
	{ "example.org", "srv:_xmpp-server.*.example.org", NAME_DIFFERS,
	  "*.example.org covers one label below example.org, not the domain itself" },
	{ "example.org", "srv:_imaps.example.org", NAME_DIFFERS, "a SRV-ID of another service" },
	{ "example.org", "srv:_xmpps-server.example.org", NAME_DIFFERS,
	  "direct TLS uses the SRV-ID of STARTTLS too, _xmpp-client or _xmpp-server (XEP-0368)" },
	{ "example.org", "srv:example", NAME_IGNORED,
	  "a SRV-ID is _service.name (RFC 4985 section 2)" },
	{ "example.org", "srv:_xmpp-server.", NAME_IGNORED, "names no domain" },
	{ "example.org", "xmpp:juliet@example.org", NAME_DIFFERS,
	  "the address of a user or a resource says nothing about the domain" },
	{ "example.org", "xmpp:*.example.org", NAME_IGNORED, "an XmppAddr takes no wildcard" },
	{ "example.org", "xmpp:exam ple.org", NAME_IGNORED,
	  "not a domain: ' ' at offset 4 is not allowed" },
	{ "example.org", "xmpp(IA5String):example.org", NAME_IGNORED,
	  "malformed: wrong string type" },
	{ "example.org", "cn:example.org", NAME_IGNORED,
	  "the common name is not an identity (RFC 9525 section 2)" },
	{ "192.0.2.7", "dns:192.0.2.7", NAME_DIFFERS,
	  "only an IP-ID speaks for an address (RFC 9525 section 6.1)" },
	{ "192.0.2.7", "ip:192.0.2.7", NAME_MATCHES, "names the address" },
	{ "192.0.2.7", "ip:::ffff:192.0.2.7", NAME_DIFFERS, "names another address" },
	{ "2001:db8::7", "ip:2001:db8::7", NAME_MATCHES, "names the address" },
	{ "example.org", "ip:192.0.2.7", NAME_DIFFERS, "an address does not speak for a domain" },
	{ "example.org", "uri:xmpp:example.org", NAME_IGNORED, "XMPP does not use URI-IDs" },
};

static void says_why(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct cert_name name = presented(row->presented, strlen(row->presented), *state);
		struct reference reference = { row->domain, "_xmpp-server" };
		const char *reason = NULL;
		enum name_verdict verdict = name_match(&name, &reference, *state, &reason);
		assert_row_string(row->presented, name_verdict_text(verdict),
				  name_verdict_text(row->verdict));
		assert_row_string(row->presented, reason, row->reason);
	}
}

static void judges_a_real_certificate(void **state)
{
	struct cert_facts cert = fixture_cert(*state, "leaf-odd-names");
	struct reference reference = { "im.example", "_xmpp-client" };
	struct name_facts facts;
	name_judge(&cert, &reference, *state, &facts);
	assert_int_equal(facts.count, cert.name_count);
	assert_ptr_equal(facts.matched, &cert.names[0]);
	for (size_t i = 1; i < facts.count; i++)
		assert_int_not_equal(facts.judgements[i].verdict, NAME_MATCHES);

	struct cert_facts none = { 0 };
	name_judge(&none, &reference, *state, &facts);
	assert_true(facts.count == 0 && !facts.matched);
}

/* CRT-17 */
static void discounts_what_a_limited_ca_cannot_be_held_to(void **state)
{
	static const struct discount_row {
		const char *presented[2];
		int matched; /* index, -1: none */
	} discounts[] = {
		{ { "srv:_xmpp-client.example.org", "dns:example.org" }, 1 },
		{ { "dns:example.org", "xmpp:example.org" }, 0 },
		{ { "srv:_xmpp-client.example.org", "xmpp:example.org" }, -1 },
		{ { "dns:other.example", "dns:*.example" }, -1 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(discounts); i++) {
		const struct discount_row *row = &discounts[i];
		struct cert_name names[2];
		for (size_t j = 0; j < 2; j++)
			names[j] = presented(row->presented[j], strlen(row->presented[j]), *state);
		struct cert_facts cert = { .names = names, .name_count = 2 };
		struct reference reference = { "example.org", "_xmpp-client" };
		struct name_facts facts;
		name_judge(&cert, &reference, *state, &facts);
		name_discount(&facts);
		assert_row(row->presented[0],
			   facts.matched == (row->matched < 0 ? NULL : &names[row->matched]));
		for (int j = 0; j < 2; j++)
			assert_row(row->presented[j], (facts.judgements[j].verdict ==
						       NAME_MATCHES) == (j == row->matched));
	}
}

#define WHY "names what --verify-name accepts"

/* --verify-name, and the SRV target that DNSSEC secures. */
static const struct also_row {
	const char *name, *presented[2]; /* NULL: one */
	const char *also;
	int matched;            /* index, -1: none */
	bool any;               /* what name_judge_also() says */
	const char *reasons[2]; /* NULL: not looked at */
} also_rows[] = {
	{ "the host named by hand",
	  { "dns:xmpp.example.org", NULL },
	  "xmpp.example.org",
	  0,
	  true,
	  { WHY, NULL } },
	{ "another host",
	  { "dns:xmpp.example.com", NULL },
	  "xmpp.example.org",
	  -1,
	  false,
	  { "names another domain", NULL } },
	{ "what matched before stays first",
	  { "dns:xmpp.example.org", "dns:example.org" },
	  "xmpp.example.org",
	  1,
	  true,
	  { WHY, "names the domain" } },
	{ "what matched before keeps its reason",
	  { "dns:example.org", NULL },
	  "example.org",
	  0,
	  true,
	  { "names the domain", NULL } },
	{ "nothing in common leaves what matched",
	  { "dns:example.org", NULL },
	  "xmpp.example.org",
	  0,
	  false,
	  { "names the domain", NULL } },
	{ "by a wildcard",
	  { "dns:*.example.org", NULL },
	  "xmpp.example.org",
	  0,
	  true,
	  { WHY, NULL } },
	{ "by a SRV-ID of the host",
	  { "srv:_xmpp-client.xmpp.example.org", NULL },
	  "xmpp.example.org",
	  0,
	  true,
	  { WHY, NULL } },
	{ "by a SRV-ID of another service",
	  { "srv:_xmpp-server.xmpp.example.org", NULL },
	  "xmpp.example.org",
	  -1,
	  false,
	  { NULL, NULL } },
	{ "by no common name",
	  { "cn:xmpp.example.org", NULL },
	  "xmpp.example.org",
	  -1,
	  false,
	  { NULL, NULL } },
	{ "an address named by hand",
	  { "ip:192.0.2.7", NULL },
	  "192.0.2.7",
	  0,
	  true,
	  { WHY, NULL } },
	{ "by nothing malformed",
	  { "dns(UTF-8):xmpp.example.org", NULL },
	  "xmpp.example.org",
	  -1,
	  false,
	  { "malformed: not ASCII", NULL } },
};

static struct cert_facts cert_of(const char *const texts[2], struct arena *mem)
{
	struct cert_facts cert = { .names = arena_array(mem, 2, sizeof(struct cert_name)) };
	for (; cert.name_count < 2 && texts[cert.name_count]; cert.name_count++)
		cert.names[cert.name_count] = presented(texts[cert.name_count],
							strlen(texts[cert.name_count]), mem);
	return cert;
}

static void accepts_another_reference(void **state)
{
	const struct reference reference = { "example.org", "_xmpp-client" };
	for (size_t i = 0; i < ARRAY_SIZE(also_rows); i++) {
		const struct also_row *row = &also_rows[i];
		const struct reference also = { row->also, "_xmpp-client" };
		struct cert_facts cert = cert_of(row->presented, *state);
		struct name_facts facts;
		name_judge(&cert, &reference, *state, &facts);
		assert_row(row->name, name_judge_also(&facts, &also, WHY, *state) == row->any);
		assert_row(row->name,
			   facts.matched == (row->matched < 0 ? NULL : &cert.names[row->matched]));
		for (size_t j = 0; j < cert.name_count; j++) {
			if (row->reasons[j])
				assert_row_string(row->name, facts.judgements[j].reason,
						  row->reasons[j]);
		}
	}
}

/* RFC 6125, 6.4.4 */
static const struct common_row {
	const char *name, *presented[2];
	int matched;
} common_rows[] = {
	{ "alone", { "cn:example.org", NULL }, 0 },
	{ "letter case", { "cn:Example.ORG", NULL }, 0 },
	{ "another domain", { "cn:example.com", NULL }, -1 },
	{ "the second of two", { "cn:example.com", "cn:example.org" }, 1 },
	{ "a wildcard", { "cn:*.org", NULL }, -1 },
	{ "a DNS-ID beside it", { "dns:example.com", "cn:example.org" }, -1 },
	{ "a DNS-ID that matches, beside it", { "dns:example.org", "cn:example.org" }, 0 },
	{ "a malformed DNS-ID beside it", { "dns(UTF-8):x.example", "cn:example.org" }, -1 },
	{ "a SRV-ID beside it", { "srv:_imaps.example.org", "cn:example.org" }, -1 },
	{ "a URI beside it", { "uri:https://example.org/", "cn:example.org" }, -1 },
	{ "an XmppAddr beside it", { "xmpp:juliet@example.org", "cn:example.org" }, -1 },
	{ "a mail address beside it", { "email:a@example.org", "cn:example.org" }, 1 },
	{ "an address beside it", { "ip:192.0.2.7", "cn:example.org" }, 1 },
};

static void accepts_a_common_name_as_the_last_resort(void **state)
{
	const struct reference reference = { "example.org", "_xmpp-client" };
	for (size_t i = 0; i < ARRAY_SIZE(common_rows); i++) {
		const struct common_row *row = &common_rows[i];
		struct cert_facts cert = cert_of(row->presented, *state);
		struct name_facts facts;
		name_judge(&cert, &reference, *state, &facts);
		name_accept_common(&facts, &reference);
		assert_row(row->name,
			   facts.matched == (row->matched < 0 ? NULL : &cert.names[row->matched]));
		if (facts.matched && facts.matched->type == NAME_CN)
			assert_row_string(row->name, facts.judgements[row->matched].reason,
					  "names the domain; accepted by --legacy-cn only (RFC "
					  "6125 section 6.4.4)");
	}
}

/* The user juliet@example.org, XEP-0178, 2. */
static const struct user_row {
	const char *presented;
	enum name_verdict verdict;
	const char *reason;
} user_rows[] = {
	{ "xmpp:juliet@example.org", NAME_MATCHES, "names the user" },
	{ "xmpp:Juliet@Example.ORG", NAME_MATCHES, "names the user" },
	{ "xmpp:romeo@example.org", NAME_DIFFERS, "names another user" },
	{ "xmpp:juliett@example.org", NAME_DIFFERS, "names another user" },
	{ "xmpp:julie@example.org", NAME_DIFFERS, "names another user" },
	{ "xmpp:juliet@example.com", NAME_DIFFERS, "names a user of another domain" },
	{ "xmpp:juliet@im.example.org", NAME_DIFFERS, "names a user of another domain" },
	{ "xmpp:example.org", NAME_DIFFERS, "the address of a domain names no user" },
	{ "xmpp:juliet@example.org/balcony", NAME_DIFFERS,
	  "the address of a resource names no account" },
	{ "xmpp:example.org/juliet@example.org", NAME_DIFFERS,
	  "the address of a resource names no account" },
	{ "xmpp:juliet@example.org@example.org", NAME_IGNORED,
	  "not a domain: '@' at offset 11 is not allowed" },
	{ "xmpp:@example.org", NAME_IGNORED, "what stands before the @ is no local part" },
	{ "xmpp:jul iet@example.org", NAME_IGNORED, "what stands before the @ is no local part" },
	{ "xmpp:jul\"iet@example.org", NAME_IGNORED, "what stands before the @ is no local part" },
	{ "xmpp:*@example.org", NAME_DIFFERS, "names another user" },
	{ "xmpp:juliet@*.org", NAME_IGNORED, NULL },
	{ "xmpp:juliet@", NAME_IGNORED, NULL },
	{ "xmpp:", NAME_IGNORED, "malformed: empty" },
	{ "xmpp(IA5String):juliet@example.org", NAME_IGNORED, "malformed: wrong string type" },
	{ "email:juliet@example.org", NAME_IGNORED, "only an XmppAddr names a user (XEP-0178)" },
	{ "uri:xmpp:juliet@example.org", NAME_IGNORED, "only an XmppAddr names a user (XEP-0178)" },
	{ "dns:example.org", NAME_IGNORED, "only an XmppAddr names a user (XEP-0178)" },
	{ "cn:juliet@example.org", NAME_IGNORED, "only an XmppAddr names a user (XEP-0178)" },
};

static void names_users(void **state)
{
	const struct user_reference reference = { "juliet", "example.org" };
	for (size_t i = 0; i < ARRAY_SIZE(user_rows); i++) {
		const struct user_row *row = &user_rows[i];
		struct cert_name name = presented(row->presented, strlen(row->presented), *state);
		const char *reason = NULL;
		enum name_verdict verdict = name_match_user(&name, &reference, *state, &reason);
		assert_row_string(row->presented, name_verdict_text(verdict),
				  name_verdict_text(row->verdict));
		assert_row(row->presented, reason && *reason);
		if (row->reason)
			assert_row_string(row->presented, reason, row->reason);
	}
	/* Beyond ASCII: the domain in any form, the local part as prepared. */
	const struct user_reference bookish = { "jüliet", "xn--bcher-kva.example" };
	static const char *const spellings[] = {
		"xmpp:jüliet@bücher.example",
		"xmpp:jüliet@xn--bcher-kva.example",
		"xmpp:jÜliet@xn--bcher-kva.example",
	};
	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++) {
		struct cert_name name = presented(spellings[i], strlen(spellings[i]), *state);
		const char *reason;
		assert_row(spellings[i], (name_match_user(&name, &bookish, *state, &reason) ==
					  NAME_MATCHES) == (i < 2));
	}
}

static void counts_the_addresses_of_users(void **state)
{
	static const char *const texts[][2] = {
		{ "xmpp:romeo@example.org", "xmpp:juliet@example.org" },
		{ "xmpp:example.org", "xmpp:juliet@example.org" },
		{ "xmpp:juliet@example.org/balcony", "email:juliet@example.org" },
	};
	static const size_t counts[] = { 2, 1, 0 };
	const struct user_reference reference = { "juliet", "example.org" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct cert_facts cert = cert_of(texts[i], *state);
		struct name_facts facts;
		size_t addresses;
		name_judge_user(&cert, &reference, *state, &facts, &addresses);
		assert_row(texts[i][0], addresses == counts[i] && facts.count == 2);
		assert_row(texts[i][0], facts.matched == (i < 2 ? &cert.names[1] : NULL));
	}
	char huge[1200] = "xmpp:";
	memset(huge + 5, 'a', 1024);
	memcpy(huge + 5 + 1024, "@example.org", 13);
	struct cert_name name = presented(huge, strlen(huge), *state);
	const char *reason;
	assert_int_equal(name_match_user(&name, &reference, *state, &reason), NAME_IGNORED);
}

static void cuts_a_huge_name_in_the_reason(void **state)
{
	char huge[5000] = "dns:";
	memset(huge + 4, 'a', 4900);
	memcpy(huge + 4904, ".example.org", 13);
	struct cert_name name = presented(huge, strlen(huge), *state);
	struct reference reference = { "example.org", "_xmpp-client" };
	const char *reason;
	assert_int_equal(name_match(&name, &reference, *state, &reason), NAME_DIFFERS);
	assert_true(strlen(reason) < 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_why),
		cmocka_unit_test(judges_a_real_certificate),
		cmocka_unit_test(discounts_what_a_limited_ca_cannot_be_held_to),
		cmocka_unit_test(accepts_another_reference),
		cmocka_unit_test(accepts_a_common_name_as_the_last_resort),
		cmocka_unit_test(names_users),
		cmocka_unit_test(counts_the_addresses_of_users),
		cmocka_unit_test(cuts_a_huge_name_in_the_reason),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
