/* What secure.c adds to cert, path and name: these three are doubles here, and tell by a
 * certificate's first octet what to say of it. */
#include "unit.h"

#include "xmpp/secure.h"

enum {
	GOOD = 'g',       /* readable, its path is trusted, its name matches */
	UNTRUSTED = 'u',  /* its path is not */
	OTHER = 'o',      /* its name does not match */
	UNREADABLE = 'x', /* no certificate */
};

static const struct cert_name matching_name = { .value = "example.org" };

bool cert_read(struct bytes der, struct arena *mem, struct cert_facts *out, struct err *err)
{
	(void)mem;
	if (der.data[0] == UNREADABLE)
		return err_set(err, AT_CERTIFICATE, ERR_PROTOCOL, "no certificate");
	*out = (struct cert_facts){ .der = der };
	return true;
}

void path_judge(const struct cert_facts *chain, size_t count, const struct trust *trust, int64_t at,
		struct arena *mem, struct path_facts *out)
{
	(void)trust, (void)at, (void)mem;
	bool trusted = count > 0 && chain[0].der.data[0] != UNTRUSTED;
	*out = (struct path_facts){
		.trusted = trusted,
		.problems = count == 0 ? PATH_EMPTY
			    : trusted  ? 0
				       : PATH_UNKNOWN_ISSUER,
		.reason = trusted      ? NULL
			  : count == 0 ? "no certificate was presented"
				       : "unknown",
	};
}

void name_judge(const struct cert_facts *cert, const struct reference *reference, struct arena *mem,
		struct name_facts *out)
{
	(void)mem;
	assert_string_equal(reference->domain, "example.org");
	assert_string_equal(reference->srv_service, "_xmpp-server");
	*out = (struct name_facts){
		.matched = cert->der.data[0] == OTHER ? NULL : &matching_name,
	};
}

static const struct row {
	const char *name, *chain; /* a letter a certificate */
	size_t read;
	unsigned problems;
	bool trusted, matched, authenticated;
	const char *reason;
} rows[] = {
	{ "trusted and named", "gg", 2, 0, true, true, true, NULL },
	{ "untrusted", "ug", 2, PATH_UNKNOWN_ISSUER, false, true, false, "unknown" },
	{ "trusted, but somebody else's", "og", 2, 0, true, false, false, NULL },
	{ "nothing presented", "", 0, PATH_EMPTY, false, false, false,
	  "no certificate was presented" },
	{ "an unreadable leaf", "xg", 0, PATH_MALFORMED, false, false, false,
	  "the certificate cannot be read" },
	{ "rubbish behind a good path", "gxg", 1, PATH_MALFORMED, true, true, true, NULL },
	{ "rubbish behind a bad path", "ux", 1, PATH_UNKNOWN_ISSUER | PATH_MALFORMED, false, true,
	  false, "unknown" },
};

static void joins_path_and_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct tls_facts tls = { .chain_count = strlen(row->chain) };
		for (size_t j = 0; j < tls.chain_count; j++)
			tls.chain[j] = arena_bytes(mem, row->chain + j, 1);
		struct identity_facts out;
		secure_judge(&tls, "example.org", SERVICE_S2S, NULL, 0, mem, &out);
		assert_row(row->name, out.cert_count == row->read);
		assert_row(row->name, out.path.problems == row->problems);
		assert_row(row->name, out.path.trusted == row->trusted);
		assert_row_string(row->name, out.path.reason, row->reason);
		assert_row(row->name, (out.names.matched != NULL) == row->matched);
		assert_row(row->name, out.authenticated == row->authenticated);
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
		cmocka_unit_test(names_services),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
