#include "unit.h"

#include <arpa/inet.h>
#include <jansson.h>

#include "base/deadline.h"
#include "base/idna.h"
#include "fixture.h"
#include "tls/name.h"

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

static const struct prefix {
	const char *text;
	enum name_type type;
	const char *malformed;
} prefixes[] = {
	{ "dns:", NAME_DNS, NULL },
	{ "dns(UTF-8):", NAME_DNS, "not ASCII" },
	{ "srv:", NAME_SRV, NULL },
	{ "xmpp:", NAME_XMPP, NULL },
	{ "xmpp(IA5String):", NAME_XMPP, "wrong string type" },
	{ "cn:", NAME_CN, NULL },
	{ "uri:", NAME_URI, NULL },
	{ "ip:", NAME_IP, NULL },
	{ "email:", NAME_EMAIL, NULL },
};

/* "dns:example.org" as cert.c would read it from a certificate. */
static struct cert_name presented(const char *text, size_t size, struct arena *mem)
{
	const struct prefix *prefix = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(prefixes[i].text, text, strlen(prefixes[i].text)) == 0)
			prefix = &prefixes[i];
	}
	assert_non_null(prefix);
	size_t skip = strlen(prefix->text);
	struct cert_name name = { .type = prefix->type,
				  .value = arena_copy_n(mem, text + skip, size - skip),
				  .raw = arena_bytes(mem, text + skip, size - skip),
				  .malformed = prefix->malformed };
	if (name.type == NAME_IP) {
		uint8_t *octets = arena_alloc(mem, 16);
		bool six = inet_pton(AF_INET, name.value, octets) != 1;
		if (six)
			assert_int_equal(inet_pton(AF_INET6, name.value, octets), 1);
		name.raw = (struct bytes){ octets, six ? 16 : 4 };
	} else if (memchr(name.raw.data, 0, name.raw.size)) {
		name.malformed = "contains NUL";
	} else if (name.raw.size == 0) {
		name.malformed = "empty";
	}
	return name;
}

/* What the user typed, as the tools bring it into network form; NULL: refused as input. */
static const char *domain_of(const char *typed, struct arena *mem)
{
	uint8_t octets[16];
	const char *ascii;
	struct err err;
	if (typed[0] == '[' || inet_pton(AF_INET, typed, octets) == 1)
		return typed;
	return idna_to_ascii(typed, strlen(typed), mem, &ascii, &err) ? ascii : NULL;
}

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

/* The rows that other means of authentication decide; name.c knows the default policy alone. */
static bool is_for_another_module(const json_t *row)
{
	static const char *const others[] = { "--legacy-cn", "--verify-name", "SRV secure", "TLSA",
					      "POSH" };
	const char *context = text_of(row, "context");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strncmp(context, others[i], strlen(others[i])) == 0)
			return true;
	}
	return strcmp(text_of(row, "service"), "user") == 0;
}

static void judge_row(const json_t *row, struct arena *mem)
{
	const char *id = arena_printf(mem, "row %d: %s",
				      (int)json_integer_value(json_object_get(row, "id")),
				      text_of(row, "note"));
	const json_t *list = json_object_get(row, "presented");
	struct cert_facts cert = { .name_count = json_array_size(list) };
	cert.names = arena_array(mem, cert.name_count, sizeof(*cert.names));
	for (size_t i = 0; i < cert.name_count; i++) {
		const json_t *text = json_array_get(list, i);
		cert.names[i] = presented(json_string_value(text), json_string_length(text), mem);
	}
	struct reference reference = { .domain = domain_of(text_of(row, "reference_domain"), mem) };
	reference.srv_service = strcmp(text_of(row, "service"), "client") == 0 ? "_xmpp-client"
									       : "_xmpp-server";
	struct name_facts facts = { 0 };
	if (reference.domain)
		name_judge(&cert, &reference, mem, &facts);
	assert_row(id, (facts.matched != NULL) == (strcmp(text_of(row, "verdict"), "match") == 0));
	if (facts.matched)
		assert_row_string(id, name_type_text(facts.matched->type),
				  text_of(row, "matched_by"));
	for (size_t i = 0; i < facts.count; i++)
		assert_row(id, facts.judgements[i].reason && *facts.judgements[i].reason);
}

static void agrees_with_the_decision_table(void **state)
{
	json_t *table = json_load_file("tests/data/identity-matching.json", JSON_ALLOW_NUL, NULL);
	assert_non_null(table);
	size_t at, skipped = 0;
	json_t *row;
	json_array_foreach(json_object_get(table, "cases"), at, row)
	{
		if (is_for_another_module(row)) {
			skipped++;
			print_message("not name.c's: row %s (%s)\n", text_of(row, "note"),
				      text_of(row, "context"));
			continue;
		}
		judge_row(row, *state);
	}
	assert_int_equal(at, 98);
	assert_int_equal(skipped, 15);
	json_decref(table);
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
		cmocka_unit_test(agrees_with_the_decision_table),
		cmocka_unit_test(says_why),
		cmocka_unit_test(judges_a_real_certificate),
		cmocka_unit_test(discounts_what_a_limited_ca_cannot_be_held_to),
		cmocka_unit_test(cuts_a_huge_name_in_the_reason),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
