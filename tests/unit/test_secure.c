/* What secure.c makes of cert, path and name together. */
#include "unit.h"

#include "fixture.h"
#include "xmpp/secure.h"

static const struct row {
	const char *name;
	const char *chain; /* fixtures, separated by spaces */
	const char *anchors;
	const char *domain;
	enum service service;
	size_t read;
	unsigned problems;
	const char *matched; /* value of the name, NULL: none */
	const char *reason;  /* of the path; NULL: trusted */
	bool authenticated;
} rows[] = {
	{ "trusted and named", "leaf intermediate", "root", "im.example", SERVICE_C2S, 2, 0,
	  "im.example", NULL, true },
	{ "trusted, but somebody else's", "leaf intermediate", "root", "example.org", SERVICE_S2S,
	  2, 0, NULL, NULL, false },
	{ "named, but nobody vouches for it", "self-signed", "root", "im.example", SERVICE_S2S, 1,
	  PATH_SELF_SIGNED, "im.example", "the certificate is self-signed", false },
	{ "nothing presented", "", "root", "im.example", SERVICE_S2S, 0, PATH_EMPTY, NULL,
	  "no certificate was presented", false },
	{ "an unreadable leaf", "garbage intermediate", "root", "im.example", SERVICE_S2S, 0,
	  PATH_MALFORMED, NULL, "the certificate cannot be read: not a certificate: not valid DER",
	  false },
	{ "rubbish behind a good path", "leaf intermediate garbage", "root", "im.example",
	  SERVICE_S2S, 2, PATH_MALFORMED, "im.example",
	  "certificate 3 of the chain cannot be read: not a certificate: not valid DER", false },
	{ "rubbish within a path that goes on behind it", "leaf garbage intermediate", "root",
	  "im.example", SERVICE_S2S, 1, PATH_MALFORMED | PATH_OUT_OF_ORDER, "im.example",
	  "certificate 2 of the chain cannot be read: not a certificate: not valid DER", false },
};

static void joins_path_and_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(trust_free) struct trust *trust = fixture_trust(mem, row->anchors);
		struct tls_facts tls = { 0 };
		tls.chain_count = fixture_ders(mem, row->chain, tls.chain, CHAIN_MAX);
		struct identity_facts out;
		secure_judge(&tls, row->domain, row->service, trust, FIXTURE_JULY_26, mem, &out);
		assert_row(row->name, out.cert_count == row->read);
		assert_row(row->name, out.path.problems == row->problems);
		assert_row(row->name, out.path.trusted == !row->reason);
		assert_row_string(row->name, out.path.reason, row->reason);
		assert_row_string(row->name, out.names.matched ? out.names.matched->value : NULL,
				  row->matched);
		assert_row(row->name, out.authenticated == row->authenticated);
	}
}

static const struct cert_name *srv_name(const struct identity_facts *identity,
					enum name_verdict verdict)
{
	for (size_t i = 0; i < identity->names.count; i++) {
		const struct name_judgement *judgement = &identity->names.judgements[i];
		if (judgement->name->type == NAME_SRV && judgement->verdict == verdict)
			return judgement->name;
	}
	return NULL;
}

/* The SRV-ID that counts is the service's own (CRT-2). */
static void asks_for_the_service(void **state)
{
	(void)state;
	static const char *const wanted[] = {
		[SERVICE_C2S] = "_xmpp-client.im.example", [SERVICE_S2S] = "_xmpp-server.im.example"
	};
	for (enum service service = SERVICE_C2S; service <= SERVICE_S2S; service++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(trust_free) struct trust *trust = fixture_trust(mem, "root");
		struct tls_facts tls = { 0 };
		tls.chain_count = fixture_ders(mem, "leaf", tls.chain, CHAIN_MAX);
		struct identity_facts out;
		secure_judge(&tls, "im.example", service, trust, FIXTURE_JULY_26, mem, &out);
		const struct cert_name *name = srv_name(&out, NAME_MATCHES);
		assert_row_string(wanted[service], name ? name->value : NULL, wanted[service]);
		assert_non_null(srv_name(&out, NAME_DIFFERS));
	}
}

/* CRT-17: whom a CA was limited to, in DNS names, it must not name in another form. */
static void a_limited_ca_vouches_for_dns_names_alone(void **state)
{
	(void)state;
	static const char *const chains[] = { "leaf intermediate-constrained",
					      "leaf intermediate" };
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(trust_free) struct trust *trust = fixture_trust(mem, "root");
		struct tls_facts tls = { 0 };
		tls.chain_count = fixture_ders(mem, chains[i], tls.chain, CHAIN_MAX);
		struct identity_facts out;
		secure_judge(&tls, "im.example", SERVICE_C2S, trust, FIXTURE_JULY_26, mem, &out);
		assert_row(chains[i], out.path.constrained == (i == 0));
		assert_row(chains[i], (srv_name(&out, NAME_MATCHES) == NULL) == (i == 0));
		assert_row(chains[i], (srv_name(&out, NAME_IGNORED) != NULL) == (i == 0));
		assert_row(chains[i], out.names.matched && out.names.matched->type == NAME_DNS);
	}
}

/* Who shook hands over a chain has read it with GnuTLS; else GnuTLS is asked. */
static void asks_gnutls_for_what_it_has_not_read(void **state)
{
	(void)state;
	static const size_t version = 12; /* its octet: 3, and GnuTLS reads no 1 with extensions */
	for (int spoilt = 0; spoilt <= 1; spoilt++) {
		for (int known = 0; known <= 1; known++) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			CLEANUP(trust_free) struct trust *trust = fixture_trust(mem, "root");
			struct tls_facts tls = { .chain_count = 1, .chain_read = known };
			struct bytes der = fixture_der(mem, "self-signed");
			char *copy = arena_copy_n(mem, der.data, der.size);
			assert_int_equal(copy[version], 2);
			copy[version] = spoilt ? 0 : 2;
			tls.chain[0] = (struct bytes){ (const uint8_t *)copy, der.size };
			struct identity_facts out;
			secure_judge(&tls, "im.example", SERVICE_C2S, trust, FIXTURE_JULY_26, mem,
				     &out);
			assert_int_equal(out.cert_count, 1);
			assert_int_equal(out.path.obscure != NULL, spoilt && !known);
		}
	}
}

static void names_services(void **state)
{
	(void)state;
	assert_string_equal(secure_srv_service(SERVICE_C2S), "_xmpp-client");
	assert_string_equal(secure_srv_service(SERVICE_S2S), "_xmpp-server");
	assert_string_equal(secure_alpn(SERVICE_C2S), "xmpp-client");
	assert_string_equal(secure_alpn(SERVICE_S2S), "xmpp-server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_path_and_name),
		cmocka_unit_test(asks_for_the_service),
		cmocka_unit_test(a_limited_ca_vouches_for_dns_names_alone),
		cmocka_unit_test(asks_gnutls_for_what_it_has_not_read),
		cmocka_unit_test(names_services),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
