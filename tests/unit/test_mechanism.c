#include "unit.h"

#include "xmpp/mechanism.h"

#define PLUSSES "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN"
#define SCRAMS  "SCRAM-SHA-1 SCRAM-SHA-256 PLAIN"

/* What we have and want. */
enum {
	PASSWORD = 1 << 0,
	UNVERIFIED = 1 << 1, /* with a password */
	CERTIFICATE = 1 << 2,
	ANON = 1 << 3,
	REQUIRED = 1 << 4,
	OFF = 1 << 5,
	SCRAM_USED = 1 << 6,
	BINDING_USED = 1 << 7,
};

/* Connections. */
enum tls {
	TLS13,
	TLS12,
	TLS12_WITHOUT_EMS,
};
static const struct tls_facts connections[] = {
	[TLS13] = { .up = true, .version = TLS_1_3, .chain_count = 1 },
	[TLS12] = { .up = true,
		    .version = TLS_1_2,
		    .extended_master_secret = true,
		    .chain_count = 1 },
	[TLS12_WITHOUT_EMS] = { .up = true, .version = TLS_1_2, .chain_count = 1 },
};

static const struct row {
	const char *name;
	const char *sasl, *sasl2, *bindings; /* names with blanks between; NULL: none */
	enum tls tls;
	unsigned wish;
	const char *insisted, *chosen; /* NULL: refused */
	bool sasl2_used;
	enum binding_type binding;
	bool could_bind;
	enum err_code code;
	const char *says; /* in the sentence, or in why it binds to nothing */
} rows[] = {
	/* MSG-9: the order */
	{ "a certificate comes first", PLUSSES " EXTERNAL", NULL, "tls-exporter", TLS13,
	  PASSWORD | CERTIFICATE, .chosen = "EXTERNAL" },
	{ "without one EXTERNAL is nothing", "EXTERNAL SCRAM-SHA-1", NULL, NULL, TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-1", .could_bind = true, .says = "offers no -PLUS" },
	{ "SHA-256 before SHA-1", SCRAMS, NULL, NULL, TLS13, PASSWORD, .chosen = "SCRAM-SHA-256",
	  .could_bind = true, .says = "offers no -PLUS" },
	{ "-PLUS with SHA-1 before SHA-256 without", "SCRAM-SHA-256 SCRAM-SHA-1-PLUS", NULL,
	  "tls-exporter", TLS13, PASSWORD, .chosen = "SCRAM-SHA-1-PLUS",
	  .binding = BINDING_EXPORTER },
	{ "never these", "DIGEST-MD5 CRAM-MD5 LOGIN X-OAUTH2 GSSAPI", NULL, NULL, TLS13, PASSWORD,
	  .code = ERR_UNSUPPORTED,
	  .says = "no mechanism in common; offered: DIGEST-MD5, CRAM-MD5, LOGIN, X-OAUTH2" },
	{ "names are exact", "scram-sha-256 Plain", NULL, NULL, TLS13, PASSWORD,
	  .code = ERR_UNSUPPORTED, .says = "no mechanism in common" },
	{ "PLAIN where nothing else is", "PLAIN", NULL, NULL, TLS13, PASSWORD, .chosen = "PLAIN" },
	{ "ANONYMOUS is not for who has a password", "ANONYMOUS", NULL, NULL, TLS13, PASSWORD,
	  .code = ERR_UNSUPPORTED, .says = "no mechanism in common; offered: ANONYMOUS" },
	{ "ANONYMOUS if asked for", "PLAIN ANONYMOUS", NULL, NULL, TLS13, ANON,
	  .chosen = "ANONYMOUS" },
	{ "nothing to log in with", SCRAMS, NULL, NULL, TLS13, 0, .code = ERR_UNSUPPORTED,
	  .says = "without a password" },
	{ "nothing offered", NULL, NULL, NULL, TLS13, PASSWORD, .code = ERR_UNSUPPORTED,
	  .says = "offers no way to log in" },
	{ "SHA-512 alone", "SCRAM-SHA-512", NULL, NULL, TLS13, PASSWORD, .code = ERR_UNSUPPORTED,
	  .says = "libgsasl lacks SCRAM with SHA-512" },
	/* MSG-2 and T2: PLAIN */
	{ "PLAIN is not for who has not been verified", "PLAIN", NULL, NULL, TLS13, UNVERIFIED,
	  .code = ERR_UNSUPPORTED, .says = "nobody has verified the server's certificate" },
	{ "nor if insisted", "PLAIN", NULL, NULL, TLS13, UNVERIFIED, .insisted = "PLAIN",
	  .code = ERR_UNSUPPORTED, .says = "nobody has verified the server's certificate" },
	{ "SCRAM is", SCRAMS, NULL, NULL, TLS13, UNVERIFIED, .chosen = "SCRAM-SHA-256",
	  .could_bind = true, .says = "offers no -PLUS" },
	{ "PLAIN is not used beside a SCRAM that we lack", "SCRAM-SHA-512 PLAIN", NULL, NULL, TLS13,
	  PASSWORD, .code = ERR_UNSUPPORTED, .says = "only with --mechanism PLAIN" },
	{ "nor beside one of the other profile", "PLAIN", "SCRAM-SHA3-512", NULL, TLS13, PASSWORD,
	  .code = ERR_UNSUPPORTED, .says = "only with --mechanism PLAIN" },
	{ "PLAIN beside SCRAM if insisted", SCRAMS, NULL, NULL, TLS13, PASSWORD,
	  .insisted = "plain", .chosen = "PLAIN" },
	{ "PLAIN where SCRAM was used", "PLAIN", NULL, NULL, TLS13, PASSWORD | SCRAM_USED,
	  .code = ERR_IMPOSTOR,
	  .says = "the last login used SCRAM, and now PLAIN is all that is left (PLAIN); if the "
		  "account or its server has really changed: --forget" },
	{ "not even if insisted", SCRAMS, NULL, NULL, TLS13, PASSWORD | SCRAM_USED,
	  .insisted = "PLAIN", .code = ERR_IMPOSTOR, .says = "--forget" },
	{ "a certificate shows no password", "PLAIN EXTERNAL", NULL, NULL, TLS13,
	  PASSWORD | CERTIFICATE | SCRAM_USED | BINDING_USED, .chosen = "EXTERNAL" },
	/* MSG-19: the strongest type */
	{ "exporter before unique", PLUSSES, NULL, "tls-unique tls-exporter", TLS12, PASSWORD,
	  .chosen = "SCRAM-SHA-256-PLUS", .binding = BINDING_EXPORTER },
	{ "unique where exporter is not taken", PLUSSES, NULL, "tls-server-end-point tls-unique",
	  TLS12, PASSWORD, .chosen = "SCRAM-SHA-256-PLUS", .binding = BINDING_UNIQUE },
	{ "exporter on TLS 1.3", PLUSSES, NULL, "tls-unique tls-exporter", TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-256-PLUS", .binding = BINDING_EXPORTER },
	/* MSG-20 */
	{ "tls-server-end-point alone", PLUSSES, NULL, "tls-server-end-point", TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-256",
	  .says = "tls-server-end-point would do, which libgsasl does not have" },
	{ "and a type for another version", PLUSSES, NULL, "tls-server-end-point tls-unique", TLS13,
	  PASSWORD, .chosen = "SCRAM-SHA-256", .says = "tls-server-end-point" },
	{ "none in common, and no tls-server-end-point", PLUSSES, NULL, "tls-unique", TLS13,
	  PASSWORD, .code = ERR_IMPOSTOR,
	  .says = "names no channel binding that fits this connection (tls-unique)" },
	{ "types nobody knows", PLUSSES, NULL, "tls-quantum", TLS13, PASSWORD, .code = ERR_IMPOSTOR,
	  .says = "(tls-quantum)" },
	{ "those, and binding off", PLUSSES, NULL, "tls-quantum", TLS13, PASSWORD | OFF,
	  .chosen = "SCRAM-SHA-256", .says = "--channel-binding=off" },
	/* MSG-21 */
	{ "types, and -PLUS was stripped", SCRAMS, NULL, "tls-exporter tls-server-end-point", TLS13,
	  PASSWORD, .code = ERR_IMPOSTOR,
	  .says = "-PLUS was stripped, for the server names channel bindings (tls-exporter, "
		  "tls-server-end-point)" },
	{ "likewise in SASL2", NULL, SCRAMS, "tls-exporter", TLS13, PASSWORD, .code = ERR_IMPOSTOR,
	  .says = "-PLUS was stripped" },
	{ "likewise where we could not bind", SCRAMS, NULL, "tls-exporter", TLS12_WITHOUT_EMS,
	  PASSWORD, .code = ERR_IMPOSTOR, .says = "-PLUS was stripped" },
	{ "likewise if insisted", SCRAMS, NULL, "tls-exporter", TLS13, PASSWORD,
	  .insisted = "SCRAM-SHA-1", .code = ERR_IMPOSTOR, .says = "-PLUS was stripped" },
	{ "all SCRAM was stripped", "PLAIN", NULL, "tls-exporter", TLS13, PASSWORD,
	  .code = ERR_IMPOSTOR, .says = "-PLUS was stripped" },
	{ "nothing was left", "X-NONE", NULL, "tls-exporter", TLS13, PASSWORD, .code = ERR_IMPOSTOR,
	  .says = "-PLUS was stripped" },
	{ "the server's fault, and binding off", SCRAMS, NULL, "tls-exporter", TLS13,
	  PASSWORD | OFF, .chosen = "SCRAM-SHA-256", .says = "--channel-binding=off" },
	{ "a certificate does not care", "EXTERNAL PLAIN", NULL, "tls-exporter", TLS13,
	  PASSWORD | CERTIFICATE, .chosen = "EXTERNAL" },
	{ "-PLUS of the other profile is there", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256",
	  "tls-exporter", TLS13, PASSWORD, .chosen = "SCRAM-SHA-256-PLUS",
	  .binding = BINDING_EXPORTER },
	{ "SASL2 with -PLUS and no types", NULL, PLUSSES, NULL, TLS13, PASSWORD,
	  .code = ERR_IMPOSTOR, .says = "-PLUS is offered in SASL2 and no channel binding for it" },
	{ "SASL1 with -PLUS and no types, TLS 1.3", PLUSSES, NULL, NULL, TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-256", .says = "the server names no bindings" },
	{ "the same, for who insists", PLUSSES, NULL, NULL, TLS13, PASSWORD | REQUIRED,
	  .chosen = "SCRAM-SHA-256-PLUS", .binding = BINDING_EXPORTER },
	{ "SASL1 with -PLUS and no types, TLS 1.2", PLUSSES, NULL, NULL, TLS12, PASSWORD,
	  .chosen = "SCRAM-SHA-256-PLUS", .binding = BINDING_UNIQUE },
	{ "nothing safe to bind to", PLUSSES, NULL, NULL, TLS12_WITHOUT_EMS, PASSWORD,
	  .chosen = "SCRAM-SHA-256", .says = "TLS1.2 without extended master secret" },
	{ "the same with types", PLUSSES, NULL, "tls-unique tls-exporter", TLS12_WITHOUT_EMS,
	  PASSWORD, .chosen = "SCRAM-SHA-256", .says = "TLS1.2 without extended master secret" },
	/* MSG-22: y, or n */
	{ "neither -PLUS nor types", "SCRAM-SHA-1", NULL, NULL, TLS12, PASSWORD,
	  .chosen = "SCRAM-SHA-1", .could_bind = true, .says = "offers no -PLUS" },
	{ "we cannot bind at all", "SCRAM-SHA-1", NULL, NULL, TLS12_WITHOUT_EMS, PASSWORD,
	  .chosen = "SCRAM-SHA-1", .says = "offers no -PLUS" },
	{ "we will not", "SCRAM-SHA-1", NULL, NULL, TLS13, PASSWORD | OFF, .chosen = "SCRAM-SHA-1",
	  .says = "--channel-binding=off" },
	{ "-PLUS of a hash we lack", "SCRAM-SHA-512-PLUS SCRAM-SHA-256", NULL, "tls-exporter",
	  TLS13, PASSWORD, .chosen = "SCRAM-SHA-256", .says = "libgsasl has no -PLUS mechanism" },
	/* --channel-binding=require */
	{ "required, and there", PLUSSES, NULL, "tls-exporter", TLS13, PASSWORD | REQUIRED,
	  .chosen = "SCRAM-SHA-256-PLUS", .binding = BINDING_EXPORTER },
	{ "required, and not offered", SCRAMS, NULL, NULL, TLS13, PASSWORD | REQUIRED,
	  .code = ERR_UNSUPPORTED,
	  .says = "channel binding is required, and cannot be had: the server offers no -PLUS" },
	{ "required, and tls-server-end-point alone (MSG-23)", PLUSSES, NULL,
	  "tls-server-end-point", TLS13, PASSWORD | REQUIRED, .code = ERR_UNSUPPORTED,
	  .says = "which libgsasl does not have" },
	{ "required, and nothing safe", PLUSSES, NULL, "tls-unique", TLS12_WITHOUT_EMS,
	  PASSWORD | REQUIRED, .code = ERR_UNSUPPORTED, .says = "without extended master secret" },
	{ "required, and PLAIN alone", "PLAIN", NULL, NULL, TLS13, PASSWORD | REQUIRED,
	  .code = ERR_UNSUPPORTED, .says = "channel binding is required" },
	{ "a certificate is bound by itself", "EXTERNAL", NULL, NULL, TLS13, CERTIFICATE | REQUIRED,
	  .chosen = "EXTERNAL" },
	{ "ANONYMOUS is not", "ANONYMOUS", NULL, NULL, TLS13, ANON | REQUIRED,
	  .code = ERR_UNSUPPORTED, .says = "channel binding is required" },
	/* XEP-0474's pin */
	{ "binding was used, and there is none", SCRAMS, NULL, NULL, TLS13,
	  PASSWORD | SCRAM_USED | BINDING_USED, .code = ERR_IMPOSTOR,
	  .says = "the last login used channel binding, and now the server offers no -PLUS; if" },
	{ "was used, and PLAIN is left", "PLAIN", NULL, NULL, TLS13,
	  PASSWORD | SCRAM_USED | BINDING_USED, .code = ERR_IMPOSTOR, .says = "--forget" },
	{ "was used, and is off now", PLUSSES, NULL, "tls-exporter", TLS13,
	  PASSWORD | OFF | BINDING_USED, .code = ERR_IMPOSTOR,
	  .says = "now --channel-binding=off; if" },
	{ "was used, and is used", PLUSSES, NULL, "tls-exporter", TLS13,
	  PASSWORD | SCRAM_USED | BINDING_USED, .chosen = "SCRAM-SHA-256-PLUS",
	  .binding = BINDING_EXPORTER },
	{ "SCRAM was used, and is used", SCRAMS, NULL, NULL, TLS13, PASSWORD | SCRAM_USED,
	  .chosen = "SCRAM-SHA-256", .could_bind = true, .says = "offers no -PLUS" },
	{ "ANONYMOUS has no account", "ANONYMOUS", NULL, NULL, TLS13,
	  ANON | SCRAM_USED | BINDING_USED, .chosen = "ANONYMOUS" },
	/* --mechanism */
	{ "insisted", PLUSSES, NULL, "tls-exporter", TLS13, PASSWORD, .insisted = "SCRAM-SHA-1",
	  .chosen = "SCRAM-SHA-1", .says = "--mechanism SCRAM-SHA-1" },
	{ "insisted in other letters", PLUSSES, NULL, "tls-exporter", TLS13, PASSWORD,
	  .insisted = "scram-sha-1-plus", .chosen = "SCRAM-SHA-1-PLUS",
	  .binding = BINDING_EXPORTER },
	{ "insisted on what is not there", SCRAMS, NULL, NULL, TLS13, PASSWORD,
	  .insisted = "SCRAM-SHA-256-PLUS", .code = ERR_UNSUPPORTED,
	  .says = "--mechanism SCRAM-SHA-256-PLUS: the server does not offer it, but: SCRAM-SHA-1, "
		  "SCRAM-SHA-256, PLAIN" },
	{ "insisted on what cannot bind", PLUSSES, NULL, "tls-server-end-point", TLS13, PASSWORD,
	  .insisted = "SCRAM-SHA-256-PLUS", .code = ERR_UNSUPPORTED,
	  .says = "it cannot bind: of the bindings" },
	{ "insisted on SHA-512", "SCRAM-SHA-512 SCRAM-SHA-1", NULL, NULL, TLS13, PASSWORD,
	  .insisted = "scram-sha-512", .code = ERR_USAGE,
	  .says = "libgsasl lacks SCRAM with SHA-512; offered: SCRAM-SHA-512, SCRAM-SHA-1" },
	{ "insisted on what nobody knows", SCRAMS, NULL, NULL, TLS13, PASSWORD,
	  .insisted = "SCRAM-MD5", .code = ERR_USAGE,
	  .says = "--mechanism SCRAM-MD5: no mechanism we know" },
	{ "insisted on EXTERNAL without a certificate", "EXTERNAL PLAIN", NULL, NULL, TLS13,
	  PASSWORD, .insisted = "EXTERNAL", .code = ERR_USAGE, .says = "client certificate" },
	{ "insisted on SCRAM without a password", SCRAMS, NULL, NULL, TLS13, 0,
	  .insisted = "SCRAM-SHA-1", .code = ERR_USAGE, .says = "needs a password" },
	{ "insisting on ANONYMOUS is asking for it", "ANONYMOUS", NULL, NULL, TLS13, 0,
	  .insisted = "anonymous", .chosen = "ANONYMOUS" },
	/* XEP-0388 */
	{ "SASL2 where it is as good", SCRAMS, SCRAMS, NULL, TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-256", .sasl2_used = true, .could_bind = true,
	  .says = "offers no -PLUS" },
	{ "SASL1 where that is better", "SCRAM-SHA-256", "SCRAM-SHA-1", NULL, TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-256", .could_bind = true, .says = "offers no -PLUS" },
	{ "SASL2 with types", PLUSSES, PLUSSES, "tls-exporter", TLS13, PASSWORD,
	  .chosen = "SCRAM-SHA-256-PLUS", .sasl2_used = true, .binding = BINDING_EXPORTER },
	{ "SASL2 alone", NULL, "PLAIN", NULL, TLS13, PASSWORD, .chosen = "PLAIN",
	  .sasl2_used = true },
	{ "EXTERNAL in SASL2", "EXTERNAL", "EXTERNAL", NULL, TLS13, CERTIFICATE,
	  .chosen = "EXTERNAL", .sasl2_used = true },
	{ "-PLUS alone, and nothing safe", "SCRAM-SHA-1-PLUS", NULL, NULL, TLS12_WITHOUT_EMS,
	  PASSWORD, .code = ERR_UNSUPPORTED, .says = "only -PLUS would do, and we cannot bind" },
};

static struct text_list list_of(const char *names, struct arena *mem)
{
	struct text_list out = { .items = arena_array(mem, 16, sizeof(char *)) };
	char *text = arena_copy(mem, names ? names : ""), *save = NULL;
	for (char *name = strtok_r(text, " ", &save); name; name = strtok_r(NULL, " ", &save))
		out.items[out.count++] = name;
	return out;
}

static struct mechanism_wish wish_of(const struct row *row)
{
	unsigned wish = row->wish;
	return (struct mechanism_wish){
		.insisted = row->insisted,
		.has_password = (wish & (PASSWORD | UNVERIFIED)) != 0,
		.has_certificate = (wish & CERTIFICATE) != 0,
		.anonymous = (wish & ANON) != 0,
		.verified = (wish & UNVERIFIED) == 0,
		.binding = wish & REQUIRED ? BINDING_REQUIRED
			   : wish & OFF    ? BINDING_OFF
					   : BINDING_PREFERRED,
		.scram_used = (wish & SCRAM_USED) != 0,
		.binding_used = (wish & BINDING_USED) != 0,
	};
}

static bool choose(const struct row *row, struct arena *mem, struct mechanism_choice *out,
		   struct err *err)
{
	const struct features offered = {
		.present = true,
		.mechanisms = list_of(row->sasl, mem),
		.sasl2_mechanisms = list_of(row->sasl2, mem),
		.channel_bindings = list_of(row->bindings, mem),
	};
	const struct mechanism_wish wish = wish_of(row);
	return mechanism_choose(&wish, &offered, &connections[row->tls], mem, out, err);
}

static void assert_says(const struct row *row, const char *text)
{
	if (!text || !strstr(text, row->says))
		fail_msg("%s: \"%s\"", row->name, text ? text : "(none)");
}

static void chooses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct row *row = &rows[i];
		struct mechanism_choice choice = { .name = "untouched" };
		struct err err = { 0 };
		bool ok = choose(row, mem, &choice, &err);
		if (ok != (row->chosen != NULL))
			fail_msg("%s: %s", row->name, ok ? choice.name : err.text);
		assert_row(row->name, err.code == row->code);
		assert_row_string(row->name, choice.name, ok ? row->chosen : "untouched");
		if (!ok) {
			assert_row(row->name, err.stage == AT_LOGIN);
			assert_says(row, err.text);
			continue;
		}
		assert_row(row->name, choice.is_scram == (strncmp(choice.name, "SCRAM", 5) == 0));
		assert_row(row->name, choice.sasl2 == row->sasl2_used);
		assert_row(row->name, choice.binding == row->binding);
		assert_row(row->name, choice.could_bind == row->could_bind);
		if (row->says)
			assert_says(row, choice.unbound_because);
		else
			assert_row(row->name, !choice.unbound_because);
	}
}

/* A name of theirs may be as long as an element; the sentence is not. */
static void cuts_long_offers(void **state)
{
	(void)state;
	static char name[5000];
	CLEANUP(arena_free) struct arena *mem = arena_new();
	memset(name, 'X', sizeof(name) - 1);
	struct row row = { .sasl = arena_printf(mem, "A B %s C", name), .wish = PASSWORD };
	struct mechanism_choice choice;
	struct err err;
	assert_false(choose(&row, mem, &choice, &err));
	assert_string_equal(err.text, "no mechanism in common; offered: A, B...");
}

static void knows_names_in_any_case(void **state)
{
	(void)state;
	static const struct {
		const char *asked, *known; /* NULL: not */
	} names[] = {
		{ "EXTERNAL", "EXTERNAL" },
		{ "external", "EXTERNAL" },
		{ "Scram-SHA-256-plus", "SCRAM-SHA-256-PLUS" },
		{ "scram-sha-256", "SCRAM-SHA-256" },
		{ "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS" },
		{ "scram-sha-1", "SCRAM-SHA-1" },
		{ "plain", "PLAIN" },
		{ "anonymous", "ANONYMOUS" },
		{ "SCRAM-SHA-512", NULL },
		{ "DIGEST-MD5", NULL },
		{ "SCRAM", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *found = NULL;
		assert_row(names[i].asked,
			   mechanism_known(names[i].asked, &found) == (names[i].known != NULL));
		assert_row_string(names[i].asked, found, names[i].known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(cuts_long_offers),
		cmocka_unit_test(knows_names_in_any_case),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
