/* The decision table of certificates.md, section 13, whole: each row by the module that decides it.
 */
#include "unit.h"

#include <jansson.h>

#include "base/idna.h"
#include "der_fixture.h"
#include "fixture.h"
#include "name_fixture.h"
#include "tls/dane.h"
#include "tls/posh.h"

#define TARGET "xmpp.hosting.example"
#define OWNER  "_5269._tcp." TARGET

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

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
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

struct question {
	const char *id, *context;
	const char *typed; /* the reference identity as the user wrote it */
	struct reference reference;
	const json_t *presented;
	struct cert_facts cert; /* of the names alone */
	struct name_facts names;
	struct arena *mem;
};

/* What matched, in the words of the table; NULL: nothing did. */
static const char *by_names(const struct question *ask)
{
	return ask->names.matched ? name_type_text(ask->names.matched->type) : NULL;
}

static const char *by_common_name(const struct question *ask)
{
	struct name_facts names = ask->names;
	name_accept_common(&names, &ask->reference);
	return names.matched ? name_type_text(names.matched->type) : NULL;
}

static const char *by_configuration(const struct question *ask)
{
	struct name_facts names = ask->names;
	const struct reference also = { strchr(ask->context, ' ') + 1, ask->reference.srv_service };
	assert_row(ask->id, by_names(ask) == NULL);
	name_judge_also(&names, &also, "configured", ask->mem);
	return names.matched ? arena_printf(ask->mem, "%s (configured)",
					    name_type_text(names.matched->type))
			     : NULL;
}

static const char *by_user(const struct question *ask)
{
	size_t addresses, size = strcspn(ask->typed, "@");
	const struct user_reference user = { arena_copy_n(ask->mem, ask->typed, size),
					     domain_of(ask->typed + size + 1, ask->mem) };
	struct name_facts names;
	name_judge_user(&ask->cert, &user, ask->mem, &names, &addresses);
	return names.matched ? name_type_text(names.matched->type) : NULL;
}

/* A leaf of these names, and the CA that signed it. */
static void issue(const struct question *ask, struct cert_facts chain[2])
{
	struct arena *mem = ask->mem;
	struct bytes names = { 0 };
	struct der_key ca = der_key_new(mem), leaf = der_key_new(mem);
	for (size_t i = 0; i < json_array_size(ask->presented); i++)
		names = der_join(mem, names,
				 der_general_name(mem, json_string_value(
							       json_array_get(ask->presented, i))));
	const struct der_plan plans[2] = {
		{ .issuer = der_name(mem, "CN=CA"),
		  .subject = der_name(mem, ""),
		  .key = leaf.info,
		  .extensions = der_extension(mem, "2.5.29.17", true,
					      der_wrap(mem, TAG_SEQUENCE, names)),
		  .signer = &ca },
		{ .issuer = der_name(mem, "CN=CA"),
		  .subject = der_name(mem, "CN=CA"),
		  .key = ca.info,
		  .extensions = der_extensions(
			  mem, "2.5.29.19 ! 30 03 01 01 ff | 2.5.29.15 ! 03 02 01 06"),
		  .signer = &ca },
	};
	for (int i = 0; i < 2; i++)
		chain[i] = der_read(mem, &plans[i]);
	der_key_free(&ca);
	der_key_free(&leaf);
}

/* As the context has it: TLSA bogus, one record of the leaf or its CA, or none. */
static struct tlsa_lookup look_up(const struct question *ask, const struct cert_facts chain[2])
{
	struct dns_record *record = arena_alloc(ask->mem, sizeof(*record));
	struct tlsa_lookup lookup = {
		.asked = true,
		.base = TARGET,
		.srv = DNSSEC_SECURE,
		.address = DNSSEC_SECURE,
		.answer = { .name = OWNER,
			    .type = DNS_TLSA,
			    .outcome = DNS_NO_DATA,
			    .dnssec = DNSSEC_SECURE,
			    .records = record },
	};
	if (strstr(ask->context, "TLSA bogus")) {
		lookup.answer.outcome = DNS_SERVER_FAILED;
		lookup.answer.dnssec = DNSSEC_BOGUS;
	} else if (strncmp(ask->context, "TLSA ", 5) == 0) {
		bool leaf = strncmp(ask->context, "TLSA 3 1 1", 10) == 0;
		record->tlsa = leaf ? (struct dns_tlsa){ 3, 1, 1, { chain[0].spki_sha256, 32 } }
				    : (struct dns_tlsa){ 2, 0, 1, { chain[1].sha256, 32 } };
		lookup.answer.outcome = DNS_FOUND;
		lookup.answer.count = 1;
	}
	return lookup;
}

static const char *by_dane(const struct question *ask)
{
	struct cert_facts chain[2];
	struct dane_facts facts;
	CLEANUP(trust_free) struct trust *nobody = trust_of(NULL, 0);
	issue(ask, chain);
	const struct tlsa_lookup lookup = look_up(ask, chain);
	const struct dane_subject subject = {
		.chain = chain,
		.count = 2,
		.domain = ask->reference.domain,
		.target = TARGET,
		.srv_service = ask->reference.srv_service,
		.trust = nobody,
		.at = FIXTURE_JULY_26,
	};
	dane_judge(&lookup, &subject, ask->mem, &facts);
	/* CRT-41: away from there, whatever the names say. */
	if (facts.status == DANE_BOGUS || facts.status == DANE_MISMATCH)
		return NULL;
	if (facts.target_name || (facts.matched_name && facts.by_target))
		return "DNS-ID of target";
	if (facts.matched)
		return facts.matched->tlsa.usage == 3 ? "DANE-EE" : "DNS-ID";
	return by_names(ask);
}

static const char *by_posh(const struct question *ask)
{
	struct cert_facts chain[2];
	struct posh_published published = { 0 };
	struct posh_facts facts;
	struct err err;
	issue(ask, chain);
	const char *json = posh_write(&chain[0].der, 1, 86400, ask->mem);
	if (strstr(ask->context, "valid and lists"))
		assert_true(posh_parse((struct bytes){ (const uint8_t *)json, strlen(json) },
				       ask->mem, &published.document, &err));
	else
		published.facts = (struct posh_facts){ .status = POSH_FAILED,
						       .https_invalid = true,
						       .reason = "the web server's certificate" };
	posh_match(&published, chain[0].der, ask->mem, &facts);
	return facts.status == POSH_MATCH ? "POSH" : by_names(ask);
}

/* By the first words of the context; what none of these decides the names alone do: an insecure SRV
 * target, --connect and a CNAME change nothing. */
static const struct module {
	const char *context;
	const char *(*judge)(const struct question *ask);
} modules[] = {
	{ "--legacy-cn", by_common_name },
	{ "--verify-name ", by_configuration },
	{ "SRV secure", by_dane },
	{ "TLSA ", by_dane },
	{ "POSH ", by_posh },
	{ "", by_names },
};

static const char *answer(const struct question *ask, const json_t *row)
{
	if (strcmp(text_of(row, "service"), "user") == 0)
		return by_user(ask);
	const struct module *module = modules;
	while (strncmp(ask->context, module->context, strlen(module->context)) != 0)
		module++;
	return module->judge(ask);
}

static void judge_row(const json_t *row, struct arena *mem)
{
	const json_t *list = json_object_get(row, "presented");
	struct question ask = {
		.id = arena_printf(mem, "row %d: %s",
				   (int)json_integer_value(json_object_get(row, "id")),
				   text_of(row, "note")),
		.context = text_of(row, "context"),
		.typed = text_of(row, "reference_domain"),
		.presented = list,
		.cert = { .name_count = json_array_size(list) },
		.mem = mem,
	};
	ask.cert.names = arena_array(mem, ask.cert.name_count, sizeof(*ask.cert.names));
	for (size_t i = 0; i < ask.cert.name_count; i++) {
		const json_t *text = json_array_get(list, i);
		ask.cert.names[i] = presented(json_string_value(text), json_string_length(text),
					      mem);
	}
	ask.reference.domain = domain_of(ask.typed, mem);
	ask.reference.srv_service = strcmp(text_of(row, "service"), "client") == 0 ? "_xmpp-client"
										   : "_xmpp-server";
	if (ask.reference.domain)
		name_judge(&ask.cert, &ask.reference, mem, &ask.names);
	bool matches = strcmp(text_of(row, "verdict"), "match") == 0;
	assert_row_string(ask.id, answer(&ask, row), matches ? text_of(row, "matched_by") : NULL);
	for (size_t i = 0; i < ask.names.count; i++)
		assert_row(ask.id,
			   ask.names.judgements[i].reason && *ask.names.judgements[i].reason);
}

static void agrees_with_the_decision_table(void **state)
{
	json_t *table = json_load_file("tests/data/identity-matching.json", JSON_ALLOW_NUL, NULL);
	assert_non_null(table);
	size_t at;
	json_t *row;
	json_array_foreach(json_object_get(table, "cases"), at, row) judge_row(row, *state);
	assert_int_equal(at, 98);
	json_decref(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_decision_table),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
