#include "unit.h"

#include "certcheck_fixture.h"
#include "report/check_words.h"

#define ROOM 32

/* A domain whose certificates were checked, with findings added by hand. */
struct screen {
	struct arena *mem;
	struct endpoint endpoints[ROOM];
	struct certcheck_facts *checks[ROOM];
	const struct certcheck_facts *const_checks[ROOM];
	const struct starttls_facts *walks[ROOM];
	struct findings found[ROOM];
	const struct findings *found_at[ROOM];
	enum status statuses[ROOM];
	struct findings spanning;
	struct target_view target;
	struct check_rules rules;
	struct check_view view;
};

static struct screen *screen_new(void)
{
	struct arena *mem = arena_new();
	struct screen *screen = arena_alloc(mem, sizeof(*screen));
	screen->mem = mem;
	screen->rules = check_rules_default();
	screen->target = (struct target_view){ .domain = "im.example",
					       .endpoints = screen->endpoints,
					       .facts = screen->walks,
					       .wanted = { true, true } };
	screen->view = (struct check_view){
		.base = { .target = &screen->target,
			  .found = screen->found_at,
			  .statuses = screen->statuses,
			  .record_found = &screen->spanning,
			  .elapsed_ms = 312 },
		.checks = screen->const_checks,
		.rules = &screen->rules,
	};
	return screen;
}

static void screen_free(struct screen *screen)
{
	struct arena *mem = screen->mem; /* in which the screen lives itself */
	arena_free(&mem);
}

static void put(struct screen *screen, struct endpoint at, struct certcheck_facts *facts)
{
	size_t i = screen->target.count++;
	assert_true(i < ROOM);
	screen->endpoints[i] = at;
	screen->const_checks[i] = screen->checks[i] = facts;
	screen->walks[i] = &facts->walk;
	screen->found_at[i] = &screen->found[i];
	if (facts->source != CHECK_FILE)
		screen->view.base.connections++;
}

static struct certcheck_facts *add(struct screen *screen, enum service service, const char *address)
{
	struct certcheck_facts *facts = check_good(screen->mem, service);
	put(screen, facts_endpoint(service, TRANSPORT_STARTTLS, address), facts);
	return facts;
}

static struct certcheck_facts *add_file(struct screen *screen, enum service service,
					const char *names)
{
	struct certcheck_facts *facts = check_file(screen->mem, names);
	put(screen,
	    (struct endpoint){ .service = service, .source = SOURCE_FILE, .host = "im.pem" },
	    facts);
	return facts;
}

static void add_failed(struct screen *screen, enum service service, const char *address)
{
	put(screen, facts_endpoint(service, TRANSPORT_STARTTLS, address),
	    check_failed(screen->mem, service, ERR_REFUSED, "connection refused"));
}

/* At endpoint `index`; -1: spanning. */
static void find(struct screen *screen, int index, const char *id, const char *text)
{
	const struct policy policy = { POLICY_BCP195, NULL };
	findings_add(index < 0 ? &screen->spanning : &screen->found[index], &policy, screen->mem,
		     id, "%s", text);
}

static void finish(struct screen *screen)
{
	enum status status = findings_status(&screen->spanning);
	for (size_t i = 0; i < screen->target.count; i++) {
		screen->statuses[i] = findings_status(&screen->found[i]);
		status = status_worse(status, screen->statuses[i]);
	}
	screen->view.base.status = status;
}

/* The picture of SCREENS.md. */
static struct screen *usual(void)
{
	struct screen *screen = screen_new();
	add(screen, SERVICE_C2S, "192.0.2.7");
	add(screen, SERVICE_C2S, "2001:db8::7");
	struct certcheck_facts *s2s = add(screen, SERVICE_S2S, "192.0.2.7");
	check_dane(s2s, screen->mem, "_5269._tcp.xmpp.im.example");
	s2s->change = (struct change_facts){
		CHANGE_RENEWED_SAME_KEY, true, NULL, FIXTURE_JULY_26 - 100 * DAYS,
		"renewed 2026-06-20 with the same key by the same CA"
	};
	find(screen, 2, "starttls-not-required", "the server also talks in clear");
	finish(screen);
	return screen;
}

static struct screen *all_names(void)
{
	struct screen *screen = usual();
	screen->view.names = true;
	return screen;
}

static struct screen *spotless(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add(screen, SERVICE_S2S, "192.0.2.7");
	check_dane(facts, screen->mem, "_5269._tcp.xmpp.im.example");
	screen->target.wanted[SERVICE_C2S] = false;
	finish(screen);
	return screen;
}

static void expire(struct certcheck_facts *facts, int64_t days_after)
{
	struct identity_facts *identity = &facts->walk.identity;
	facts->at = identity->certs[0].not_after + days_after * DAYS;
	identity->path.trusted = false;
	identity->path.problems = PATH_EXPIRED;
	identity->path.reason = "the certificate expired on 2027-01-01";
	facts->proofs = 0;
}

/* One certificate at each of two doors, and a door that is shut. */
static struct screen *mixed(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *renewed = add(screen, SERVICE_C2S, "192.0.2.7");
	struct certcheck_facts *old = add(screen, SERVICE_C2S, "192.0.2.8");
	check_chain(renewed, screen->mem, "leaf-renewed intermediate root");
	check_name(renewed, screen->mem, "im.example", SERVICE_C2S);
	renewed->at = FIXTURE_JULY_26 + 187 * DAYS;
	renewed->at_chosen = old->at_chosen = true;
	check_name(old, screen->mem, "other.example", SERVICE_C2S);
	expire(old, 3);
	old->change = (struct change_facts){ CHANGE_REAPPEARED, false, NULL, 0,
					     "an older certificate is back" };
	add_failed(screen, SERVICE_C2S, "192.0.2.9");
	find(screen, 1, "cert-expired", "certificate expired on 2027-01-01, 3 days ago");
	find(screen, 1, "cert-name-mismatch", "the certificate names im.example");
	find(screen, 2, "endpoint-refused", "connection refused");
	find(screen, -1, "certs-differ", "c2s: 2 certificates");
	finish(screen);
	return screen;
}

static struct screen *self_signed(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add(screen, SERVICE_S2S, "192.0.2.7");
	check_chain(facts, screen->mem, "self-signed root");
	facts->walk.identity.path = (struct path_facts){
		.problems = PATH_SELF_SIGNED, .reason = "the certificate is self-signed"
	};
	check_name(facts, screen->mem, "im.example", SERVICE_S2S);
	facts->proofs = PROOF_POSH;
	facts->posh = (struct posh_facts){ .status = POSH_MATCH,
					   .url = "https://im.example/p.json",
					   .expires = 604800,
					   .fingerprints = 2 };
	facts->dane = (struct dane_facts){ .status = DANE_INSECURE,
					   .srv = DNSSEC_INSECURE,
					   .reason = "the SRV records are not signed" };
	facts->change = (struct change_facts){ .class = CHANGE_FIRST };
	finish(screen);
	return screen;
}

/* The target's name and none of the domain; two links more than are needed. */
static struct screen *wrong_name(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add(screen, SERVICE_C2S, "192.0.2.7");
	check_chain(facts, screen->mem, "leaf stranger intermediate root");
	screen->target.domain = "example.org";
	screen->endpoints[0].host = "im.example";
	check_name(facts, screen->mem, "example.org", SERVICE_C2S);
	const struct cert_facts **way = arena_array(screen->mem, 3, sizeof(struct cert_facts *));
	const struct path_facts *path = &facts->walk.identity.path;
	way[0] = path->way[0], way[1] = path->way[2], way[2] = path->way[3];
	facts->walk.identity.path.way = way;
	facts->walk.identity.path.way_length = 3;
	facts->walk.identity.path.anchor_from_system = false;
	find(screen, 0, "cert-name-mismatch", "the certificate names im.example, not example.org");
	finish(screen);
	return screen;
}

/* The same, where DNSSEC vouches for the SRV record. */
static struct screen *target_by_dnssec(void)
{
	struct screen *screen = wrong_name();
	struct certcheck_facts *facts = screen->checks[0];
	facts->dane = (struct dane_facts){ .status = DANE_NONE,
					   .name = "_5222._tcp.im.example",
					   .target_name = &facts->walk.identity.certs[0].names[0] };
	return screen;
}

/* Everything beside the chain speaks against it. */
static struct screen *damned(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add(screen, SERVICE_S2S, "192.0.2.7");
	check_dane(facts, screen->mem, "_5269._tcp.xmpp.im.example");
	facts->proofs = PROOF_PKIX;
	facts->dane.status = DANE_MISMATCH;
	facts->dane.records[0].verdict = DANE_DIFFERS;
	facts->dane.records[0].cert = -1;
	facts->dane.records[0].reason = "no certificate of the chain";
	facts->dane.reason = "no TLSA record matches";
	facts->posh = (struct posh_facts){ .status = POSH_MISMATCH, .reason = "it is not listed" };
	facts->staple = (struct staple_facts){ .status = STAPLE_REVOKED,
					       .reason = "revoked on 2026-06-01" };
	facts->crl = (struct crl_facts){ .status = CRL_STALE, .reason = "the list ended" };
	facts->caa = (struct caa_facts){ .status = CAA_FORBIDS,
					 .owner = "im.example",
					 .issuers = facts_list(screen->mem, "ca.example").items,
					 .count = 1,
					 .reason = "no record names this CA" };
	facts->scts.list = arena_array(screen->mem, 3, sizeof(struct sct));
	facts->scts.count = 3;
	facts->scts.list[2].source = SCT_TLS;
	facts->pins_given = true;
	facts->change = (struct change_facts){ CHANGE_NEW_AUTHORITY, false, NULL, 0,
					       "issued by another CA" };
	facts->local = (struct local_facts){ .file = "new.pem",
					     .same_key = true,
					     .newer = true,
					     .not_before = FIXTURE_JULY_26,
					     .not_after = FIXTURE_JULY_26 + 90 * DAYS };
	facts->subdomains = arena_array(screen->mem, 2, sizeof(*facts->subdomains));
	facts->subdomain_count = 2;
	facts->subdomains[0].domain = "muc.im.example";
	facts->subdomains[0].matched = &facts->walk.identity.certs[0].names[1];
	facts->subdomains[1].domain = "upload.example";
	find(screen, 0, "cert-untrusted", "the certificate is revoked");
	finish(screen);
	return screen;
}

static struct screen *file(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add_file(screen, SERVICE_C2S, "leaf-no-common-name root");
	facts->file_problem = "block 2 has no END line";
	screen->target.domain = NULL;
	screen->view.base.input = "im.pem";
	finish(screen);
	return screen;
}

static struct screen *file_for_domain(void)
{
	struct screen *screen = screen_new();
	for (int i = 0; i < SERVICE_COUNT; i++) {
		struct certcheck_facts *facts = add_file(screen, (enum service)i,
							 "leaf intermediate root");
		check_name(facts, screen->mem, "im.example", (enum service)i);
		facts->at = facts->walk.identity.certs[0].not_after - 3 * DAYS;
		find(screen, i, "cert-expired", "certificate expires in 3 days");
	}
	finish(screen);
	return screen;
}

static struct screen *unreachable(void)
{
	struct screen *screen = screen_new();
	add_failed(screen, SERVICE_C2S, "192.0.2.7");
	add_failed(screen, SERVICE_S2S, "192.0.2.7");
	find(screen, 0, "endpoint-refused", "connection refused");
	find(screen, 1, "endpoint-refused", "connection refused");
	finish(screen);
	return screen;
}

static struct screen *no_domain(void)
{
	struct screen *screen = screen_new();
	screen->view.base.target = NULL;
	screen->view.base.input = "*.im \033[31m";
	screen->view.base.problem = "not a domain: \"*.im\"";
	screen->view.base.status = STATUS_UNKNOWN;
	find(screen, -1, "invalid-input", "not a domain");
	return screen;
}

/* A status that no finding explains. */
static struct screen *mute(void)
{
	struct screen *screen = screen_new();
	add_failed(screen, SERVICE_S2S, "192.0.2.7");
	finish(screen);
	screen->view.base.status = screen->statuses[0] = STATUS_UNKNOWN;
	return screen;
}

/* One that lives six days, with two to go. */
static struct screen *short_lived(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add(screen, SERVICE_S2S, "192.0.2.7");
	facts->walk.identity.certs[0].not_before = FIXTURE_JULY_26 - 4 * DAYS;
	facts->walk.identity.certs[0].not_after = FIXTURE_JULY_26 + 2 * DAYS + 3600;
	find(screen, 0, "cert-expires-soon", "certificate expires on 2026-07-03 | in 2 days");
	finish(screen);
	return screen;
}

/* What strangers choose the names of. */
static struct screen *hostile(void)
{
	struct screen *screen = screen_new();
	struct certcheck_facts *facts = add(screen, SERVICE_S2S, "192.0.2.7");
	struct cert_facts *certs = facts->walk.identity.certs;
	struct cert_name *names = arena_array(screen->mem, 12, sizeof(*names));
	for (int i = 0; i < 12; i++)
		names[i] = (struct cert_name){ .type = NAME_DNS, .value = "\033[2J" };
	names[11].malformed = "contains \x9b";
	certs[0].names = names;
	certs[0].name_count = 12;
	certs[0].common_name = "\033]0;x\007";
	certs[1].subject = "CN=\xe2\x80\xae";
	certs[1].common_name = NULL;
	for (int i = 0; i < 12; i++)
		names[i].raw = (struct bytes){ (const uint8_t *)"x", 1 };
	check_name(facts, screen->mem, "im.example", SERVICE_S2S);
	facts->walk.identity.path.trusted = false;
	facts->walk.identity.path.reason = "a\nb";
	facts->file_problem = "\r";
	facts->dane = (struct dane_facts){ .status = DANE_FAILED, .reason = "\033" };
	facts->posh = (struct posh_facts){ .status = POSH_FAILED, .reason = "\033" };
	facts->change = (struct change_facts){ .class = CHANGE_NEW_NAMES, .reason = "\033" };
	finish(screen);
	return screen;
}

static void as_long(const struct check_view *view, struct buf *out)
{
	text_certcheck_long(view, &(struct text_style){ false, false, 0 }, out);
}

static void as_narrow(const struct check_view *view, struct buf *out)
{
	text_certcheck_long(view, &(struct text_style){ false, false, 60 }, out);
}

static void as_coloured(const struct check_view *view, struct buf *out)
{
	text_certcheck_long(view, &(struct text_style){ true, false, 0 }, out);
}

typedef void writer(const struct check_view *view, struct buf *out);

static const struct golden {
	const char *name;
	struct screen *(*make)(void);
	writer *write;
	const char *text;
} goldens[] = {
	{ "the usual", usual, as_long,
	  "WARNING im.example: valid, 184 of 365 days left; the server also talks in clear\n"
	  "where     c2s 2 endpoints, s2s 1 endpoint: the same certificate everywhere\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-client.im.example  matches c2s\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 2 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      _5269._tcp.xmpp.im.example  3 1 1  match    DNSSEC: SRV secure, TLSA secure\n"
	  "                                      3 1 1  differs  no certificate of the chain\n"
	  "POSH      none published\n"
	  "history   c2s: first seen 2026-03-23, unchanged\n"
	  "          s2s: first seen 2026-03-23; renewed 2026-06-20 with the same key by the same CA (expected)\n"
	  "warning  starttls-not-required  s2s  the server also talks in clear  RFC 7590 3.1\n"
	  "3 connections, 0.3 s\n" },
	{ "the usual, narrow", usual, as_narrow,
	  "WARNING im.example: valid, 184 of 365 days left; the server also talks in clear\n"
	  "where     c2s 2 endpoints, s2s 1 endpoint: the same\n"
	  "          certificate everywhere\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-client.im.example  matches c2s\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 2 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days,\n"
	  "          critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      _5269._tcp.xmpp.im.example  3 1 1  match\n"
	  "                                      3 1 1  differs  no certificate of the chain\n"
	  "          DNSSEC: SRV secure, TLSA secure\n"
	  "POSH      none published\n"
	  "history   c2s: first seen 2026-03-23, unchanged\n"
	  "          s2s: first seen 2026-03-23; renewed 2026-06-20\n"
	  "          with the same key by the same CA (expected)\n"
	  "warning  starttls-not-required  s2s  RFC 7590 3.1\n"
	  "    the server also talks in clear\n"
	  "3 connections, 0.3 s\n" },
	{ "the usual, short", usual, text_certcheck_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tvalid 184 of 365 days PKIX\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t2001:db8::7\tok\tvalid 184 of 365 days PKIX\n"
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\twarning\tvalid 184 of 365 days PKIX+DANE; starttls-not-required: the server also talks in clear\n" },
	{ "the usual, for a monitor", usual, text_certcheck_nagios,
	  "XMPPCERT WARNING - im.example 184 days, PKIX; the server also talks in clear | days=184;20:;7: chain_days=3106;20:;7: time=0.31s\n" },
	{ "the usual, for cron", usual, text_certcheck_cron,
	  "im.example s2s 192.0.2.7:5269 WARNING the server also talks in clear\n" },
	{ "all names", all_names, as_long,
	  "WARNING im.example: valid, 184 of 365 days left; the server also talks in clear\n"
	  "where     c2s 2 endpoints, s2s 1 endpoint: the same certificate everywhere\n"
	  "names     TYPE      VALUE                    c2s      s2s      WHY\n"
	  "          DNS-ID    im.example               match    match    names the domain\n"
	  "          DNS-ID    *.im.example             differs  differs  *.im.example covers one label below im.example, not the domain itself\n"
	  "          SRV-ID    _xmpp-client.im.example  match    differs  c2s: names the domain; s2s: a SRV-ID for _xmpp-client does not serve s2s\n"
	  "          SRV-ID    _xmpp-server.im.example  differs  match    c2s: a SRV-ID for _xmpp-server does not serve c2s; s2s: names the domain\n"
	  "          XmppAddr  im.example               match    match    names the domain\n"
	  "          CN-ID     im.example               ignored  ignored  the common name is not an identity (RFC 9525 section 2)\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      _5269._tcp.xmpp.im.example  3 1 1  match    DNSSEC: SRV secure, TLSA secure\n"
	  "                                      3 1 1  differs  no certificate of the chain\n"
	  "POSH      none published\n"
	  "history   c2s: first seen 2026-03-23, unchanged\n"
	  "          s2s: first seen 2026-03-23; renewed 2026-06-20 with the same key by the same CA (expected)\n"
	  "warning  starttls-not-required  s2s  the server also talks in clear  RFC 7590 3.1\n"
	  "3 connections, 0.3 s\n" },
	{ "spotless", spotless, as_long,
	  "OK im.example: valid, 184 of 365 days left\n"
	  "where     s2s starttls 192.0.2.7:5269 (xmpp.im.example)\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 3 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      _5269._tcp.xmpp.im.example  3 1 1  match    DNSSEC: SRV secure, TLSA secure\n"
	  "                                      3 1 1  differs  no certificate of the chain\n"
	  "POSH      none published\n"
	  "history   first seen 2026-03-23, unchanged\n"
	  "1 connection, 0.3 s\n" },
	{ "spotless, for cron", spotless, text_certcheck_cron, "" },
	{ "spotless, for a monitor", spotless, text_certcheck_nagios,
	  "XMPPCERT OK - im.example 184 days, PKIX+DANE | days=184;20:;7: chain_days=3106;20:;7: time=0.31s\n" },
	{ "spotless, short", spotless, text_certcheck_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tvalid 184 of 365 days PKIX+DANE\n" },
	{ "certificates that differ", mixed, as_coloured,
	  "\033[31mCRITICAL\033[0m im.example: c2s 192.0.2.7:5222 valid, 148 of 365 days left; c2s 192.0.2.8:5222 expired and for another name; c2s 192.0.2.9:5222 connection refused; 2 critical, 1 warning\n"
	  "where     c2s starttls 192.0.2.7:5222 (xmpp.im.example)\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-client.im.example  matches c2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 3 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  148 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  2919 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4745 days\n"
	  "valid     2026-06-01 .. 2027-06-01   warning at 20 days, critical at 7   judged as of 2027-01-04T00:00:00Z\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "POSH      none published\n"
	  "history   first seen 2026-03-23, unchanged\n"
	  "where     c2s starttls 192.0.2.8:5222 (xmpp.im.example)\n"
	  "names     \033[31mnone of im.example\033[0m\n"
	  "          DNS-ID im.example               names another domain\n"
	  "          DNS-ID *.im.example             names another domain\n"
	  "          SRV-ID _xmpp-client.im.example  names another domain\n"
	  "          SRV-ID _xmpp-server.im.example  a SRV-ID for _xmpp-server does not serve c2s\n"
	  "          XmppAddr im.example             names another domain\n"
	  "          CN-ID im.example                the common name is not an identity (RFC 9525 section 2)\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  \033[31mended 3 days ago\033[0m\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  2919 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4745 days\n"
	  "          \033[31mthe certificate expired on 2027-01-01\033[0m\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7   judged as of 2027-01-04T00:00:00Z\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "POSH      none published\n"
	  "history   \033[33man older certificate is back\033[0m\n"
	  "failed    c2s starttls 192.0.2.9:5222 (xmpp.im.example)  \033[33mconnection refused\033[0m\n"
	  "\033[31mcritical\033[0m cert-expired        c2s 192.0.2.8:5222  certificate expired on 2027-01-01, 3 days ago  RFC 5280 4.1.2.5\n"
	  "\033[31mcritical\033[0m cert-name-mismatch  c2s 192.0.2.8:5222  the certificate names im.example               RFC 9525 6\n"
	  "\033[33mwarning\033[0m  endpoint-refused    c2s 192.0.2.9:5222  connection refused                             RFC 6120 3.2.1\n"
	  "info     certs-differ                            c2s: 2 certificates                            RFC 7590 3.6\n"
	  "3 connections, 0.3 s\n" },
	{ "certificates that differ, short", mixed, text_certcheck_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tvalid 148 of 365 days PKIX\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.8\tcritical\tcert-expired: certificate expired on 2027-01-01, 3 days ago\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.9\twarning\tendpoint-refused: connection refused\n" },
	{ "certificates that differ, for a monitor", mixed, text_certcheck_nagios,
	  "XMPPCERT CRITICAL - im.example -3 days, c2s 192.0.2.7:5222 valid, 148 of 365 days left; c2s 192.0.2.8:5222 expired and for another name; c2s 192.0.2.9:5222 connection refused; 2 critical, 1 warning | days=-3;20:;7: chain_days=2919;20:;7: time=0.31s\n" },
	{ "certificates that differ, for cron", mixed, text_certcheck_cron,
	  "im.example c2s 192.0.2.8:5222 CRITICAL certificate expired on 2027-01-01, 3 days ago\n"
	  "im.example c2s 192.0.2.8:5222 CRITICAL the certificate names im.example\n"
	  "im.example c2s 192.0.2.9:5222 WARNING connection refused\n" },
	{ "self-signed, proven by POSH", self_signed, as_long,
	  "OK im.example: valid (POSH), 184 of 365 days left\n"
	  "where     s2s starttls 192.0.2.7:5269 (xmpp.im.example)\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 3 more\n"
	  "chain     im.example  EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          the certificate is self-signed\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   none listed: good for any\n"
	  "DANE      insecure: the SRV records are not signed\n"
	  "POSH      match   https://im.example/p.json lists 2 certificates, for 7 days\n"
	  "history   nothing was seen here before\n"
	  "1 connection, 0.3 s\n" },
	{ "self-signed, proven by POSH, short", self_signed, text_certcheck_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tvalid 184 of 365 days POSH\n" },
	{ "the target's name", wrong_name, as_long,
	  "CRITICAL example.org: for another name; the certificate names im.example, not example.org\n"
	  "where     c2s starttls 192.0.2.7:5222 (im.example)\n"
	  "names     none of example.org\n"
	  "          DNS-ID im.example               only the SRV target; not a reference identity\n"
	  "          DNS-ID *.im.example             names another domain\n"
	  "          SRV-ID _xmpp-client.im.example  names another domain\n"
	  "          SRV-ID _xmpp-server.im.example  a SRV-ID for _xmpp-server does not serve c2s\n"
	  "          XmppAddr im.example             names another domain\n"
	  "          CN-ID im.example                the common name is not an identity (RFC 9525 section 2)\n"
	  "chain     im.example            EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate  EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (file)   EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "          also sent, and not needed: Stranger\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "POSH      none published\n"
	  "history   first seen 2026-03-23, unchanged\n"
	  "critical cert-name-mismatch  the certificate names im.example, not example.org  RFC 9525 6\n"
	  "1 connection, 0.3 s\n" },
	{ "the target's name, by DNSSEC", target_by_dnssec, as_long,
	  "CRITICAL example.org: for another name; the certificate names im.example, not example.org\n"
	  "where     c2s starttls 192.0.2.7:5222 (im.example)\n"
	  "names     none of example.org\n"
	  "          DNS-ID im.example               the SRV target, which counts by DNSSEC\n"
	  "          DNS-ID *.im.example             names another domain\n"
	  "          SRV-ID _xmpp-client.im.example  names another domain\n"
	  "          SRV-ID _xmpp-server.im.example  a SRV-ID for _xmpp-server does not serve c2s\n"
	  "          XmppAddr im.example             names another domain\n"
	  "          CN-ID im.example                the common name is not an identity (RFC 9525 section 2)\n"
	  "chain     im.example            EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate  EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (file)   EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "          also sent, and not needed: Stranger\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      none published at _5222._tcp.im.example\n"
	  "POSH      none published\n"
	  "history   first seen 2026-03-23, unchanged\n"
	  "critical cert-name-mismatch  the certificate names im.example, not example.org  RFC 9525 6\n"
	  "1 connection, 0.3 s\n" },
	{ "all speaks against it", damned, as_long,
	  "CRITICAL im.example: revoked; the certificate is revoked\n"
	  "where     s2s starttls 192.0.2.7:5269 (xmpp.im.example)\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 3 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      _5269._tcp.xmpp.im.example  3 1 1  differs  no certificate of the chain; DNSSEC: SRV secure, TLSA secure\n"
	  "                                      3 1 1  differs  no certificate of the chain\n"
	  "          mismatch: no TLSA record matches\n"
	  "POSH      mismatch: it is not listed\n"
	  "OCSP      stapled: revoked on 2026-06-01\n"
	  "CRL       the list ended\n"
	  "CAA       no record names this CA (im.example: ca.example)\n"
	  "SCT       2 in the certificate, 1 in the handshake\n"
	  "pin       none matches\n"
	  "history   issued by another CA\n"
	  "local     new.pem: a newer certificate, which the server has not loaded (the same key), 2026-07-01 .. 2026-09-29\n"
	  "beside    muc.im.example  named by DNS-ID *.im.example\n"
	  "          upload.example  not named\n"
	  "critical cert-untrusted  the certificate is revoked  RFC 7590 3.4\n"
	  "1 connection, 0.3 s\n" },
	{ "a file", file, as_long,
	  "OK im.pem: trusted, names not judged, 184 of 365 days left\n"
	  "where     im.pem\n"
	  "          block 2 has no END line\n"
	  "names     not judged: no domain was given\n"
	  "          DNS-ID im.example\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "0 connections, 0.3 s\n" },
	{ "a file, short", file, text_certcheck_short,
	  "im.pem\tc2s\t-\tim.pem\t-\t-\tok\ttrusted 184 of 365 days, names not judged\n" },
	{ "a file, for a monitor", file, text_certcheck_nagios,
	  "XMPPCERT OK - im.pem 184 days, trusted, names not judged | days=184;20:;7: chain_days=4932;20:;7: time=0.31s\n" },
	{ "a file for a domain", file_for_domain, as_long,
	  "CRITICAL im.example: valid, 3 of 365 days left; certificate expires in 3 days\n"
	  "where     im.pem\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-client.im.example  matches c2s\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 2 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  3 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  2925 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4751 days\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "critical cert-expired  c2s, s2s  certificate expires in 3 days  RFC 5280 4.1.2.5\n"
	  "0 connections, 0.3 s\n" },
	{ "a file for a domain, for cron", file_for_domain, text_certcheck_cron,
	  "im.example im.pem CRITICAL certificate expires in 3 days\n" },
	{ "unreachable", unreachable, as_long,
	  "WARNING im.example: connection refused\n"
	  "failed    c2s starttls 192.0.2.7:5222 (xmpp.im.example)  connection refused\n"
	  "          s2s starttls 192.0.2.7:5269 (xmpp.im.example)  connection refused\n"
	  "warning  endpoint-refused  c2s, s2s  connection refused  RFC 6120 3.2.1\n"
	  "2 connections, 0.3 s\n" },
	{ "unreachable, for a monitor", unreachable, text_certcheck_nagios,
	  "XMPPCERT WARNING - im.example connection refused | time=0.31s\n" },
	{ "unreachable, for cron", unreachable, text_certcheck_cron,
	  "im.example c2s 192.0.2.7:5222 WARNING connection refused\n"
	  "im.example s2s 192.0.2.7:5269 WARNING connection refused\n" },
	{ "no domain", no_domain, as_long, "UNKNOWN *.im \\x1b[31m: not a domain: \"*.im\"\n" },
	{ "no domain, short", no_domain, text_certcheck_short,
	  "*.im \\x1b[31m\t-\t-\t-\t-\t-\tunknown\tnot a domain: \"*.im\"\n" },
	{ "no domain, for a monitor", no_domain, text_certcheck_nagios,
	  "XMPPCERT UNKNOWN - *.im \\x1b[31m not a domain: \"*.im\" | time=0.31s\n" },
	{ "no domain, for cron", no_domain, text_certcheck_cron,
	  "*.im \\x1b[31m UNKNOWN not a domain: \"*.im\"\n" },
	{ "nobody says why, for cron", mute, text_certcheck_cron,
	  "im.example UNKNOWN connection refused\n" },
	{ "short-lived", short_lived, as_long,
	  "WARNING im.example: valid, 2 of 6 days left; certificate expires on 2026-07-03 | in 2 days\n"
	  "where     s2s starttls 192.0.2.7:5269 (xmpp.im.example)\n"
	  "names     DNS-ID im.example               matches im.example\n"
	  "          SRV-ID _xmpp-server.im.example  matches s2s\n"
	  "          XmppAddr im.example             matches im.example\n"
	  "          and 3 more\n"
	  "chain     im.example             EC P-256  ecdsa-with-SHA256  2 days\n"
	  "          <- Test Intermediate   EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "valid     2026-06-27 .. 2026-07-03   warning at 2.01 days, critical at 0.86\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "POSH      none published\n"
	  "history   first seen 2026-03-23, unchanged\n"
	  "warning  cert-expires-soon  certificate expires on 2026-07-03 | in 2 days  RFC 5280 4.1.2.5\n"
	  "1 connection, 0.3 s\n" },
	{ "short-lived, for a monitor", short_lived, text_certcheck_nagios,
	  "XMPPCERT WARNING - im.example 2 days, PKIX; certificate expires on 2026-07-03 / in 2 days | days=2;2.01:;0.86: chain_days=3106;20:;7: time=0.31s\n" },
	{ "hostile", hostile, as_long,
	  "OK im.example: untrusted and for another name\n"
	  "where     s2s starttls 192.0.2.7:5269 (xmpp.im.example)\n"
	  "          \\r\n"
	  "names     none of im.example\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          DNS-ID \\x1b[2J  names another domain\n"
	  "          and 4 more\n"
	  "chain     \\x1b]0;x\\x07           EC P-256  ecdsa-with-SHA256  184 days\n"
	  "          <- CN=\\u{202e}         EC P-256  ecdsa-with-SHA256  3106 days\n"
	  "          <- Test Root (system)  EC P-256  ecdsa-with-SHA256  4932 days\n"
	  "          a\\nb\n"
	  "valid     2026-01-01 .. 2027-01-01   warning at 20 days, critical at 7\n"
	  "purpose   serverAuth yes, clientAuth no\n"
	  "DANE      failed: \\x1b\n"
	  "POSH      failed: \\x1b\n"
	  "history   \\x1b\n"
	  "1 connection, 0.3 s\n" },
};

static void screens_are_as_drawn(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct screen *screen = goldens[i].make();
		goldens[i].write(&screen->view, &out);
		screen_free(screen);
		assert_row_string(goldens[i].name, buf_string(&out), goldens[i].text);
	}
}

/* However many there are, the screen stays one. */
static void a_crowd_is_cut(void **state)
{
	(void)state;
	static const char *const names[] = { "leaf",      "leaf-renewed",  "leaf-must-staple",
					     "leaf-sha1", "leaf-rsa-1024", "self-signed",
					     "ed25519",   "ed448",         "p384",
					     "server-rsa" };
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = screen_new();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct certcheck_facts *facts =
			add(screen, SERVICE_C2S, arena_printf(screen->mem, "192.0.2.%zu", i + 1));
		check_chain(facts, screen->mem,
			    arena_printf(screen->mem, "%s intermediate root", names[i]));
	}
	for (int i = 0; i < 14; i++)
		add_failed(screen, SERVICE_S2S, arena_printf(screen->mem, "192.0.2.%d", i + 1));
	finish(screen);
	as_long(&screen->view, &out);
	screen_free(screen);
	assert_non_null(strstr(buf_string(&out), "2 more certificates at other endpoints\n"));
	assert_non_null(strstr(buf_string(&out), "\n          and 2 more\n"));
}

static const struct state_row {
	const char *name;
	unsigned problems, proofs;
	bool named, revoked;
	const char *words;
} state_rows[] = {
	{ "good", 0, PROOF_PKIX, true, false, "valid" },
	{ "good twice", 0, PROOF_PKIX | PROOF_DANE, true, false, "valid" },
	{ "DANE alone", PATH_SELF_SIGNED, PROOF_DANE, false, false, "valid (DANE)" },
	{ "POSH alone", PATH_UNKNOWN_ISSUER, PROOF_POSH, false, false, "valid (POSH)" },
	{ "two without PKIX", PATH_EXPIRED, PROOF_DANE | PROOF_PIN, true, false,
	  "valid (DANE+pin)" },
	{ "self-signed", PATH_SELF_SIGNED | PATH_UNKNOWN_ISSUER, 0, true, false, "self-signed" },
	{ "no issuer", PATH_INCOMPLETE | PATH_UNKNOWN_ISSUER, 0, true, false,
	  "of an incomplete chain" },
	{ "strange issuer", PATH_UNKNOWN_ISSUER, 0, true, false, "untrusted" },
	{ "forged", PATH_BAD_SIGNATURE, 0, true, false, "untrusted" },
	{ "no anchors", PATH_UNCHECKED, 0, true, false, "unchecked" },
	{ "expired", PATH_EXPIRED, 0, true, false, "expired" },
	{ "early", PATH_NOT_YET_VALID, 0, true, false, "not yet valid" },
	{ "weak", PATH_WEAK, 0, true, false, "weak" },
	{ "malformed", PATH_MALFORMED, 0, true, false, "malformed" },
	{ "purpose", PATH_WRONG_PURPOSE, 0, true, false, "for another purpose" },
	{ "two faults", PATH_EXPIRED, 0, false, false, "expired and for another name" },
	{ "all faults", PATH_SELF_SIGNED | PATH_EXPIRED | PATH_WEAK, 0, false, true,
	  "revoked, self-signed, expired, weak and for another name" },
	{ "revoked in spite of all", 0, PROOF_PKIX, true, true, "revoked" },
	{ "no reason given", PATH_OUT_OF_ORDER, 0, true, false, "untrusted" },
};

/* certificates.md, section 9: states are flags, and all are told. */
static void states_are_told_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(state_rows); i++) {
		const struct state_row *row = &state_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct certcheck_facts *facts = check_good(mem, SERVICE_S2S);
		struct identity_facts *identity = &facts->walk.identity;
		identity->path.problems = row->problems;
		identity->path.trusted = row->proofs & PROOF_PKIX;
		identity->names.matched = row->named ? identity->names.matched : NULL;
		facts->proofs = row->proofs;
		facts->crl.status = row->revoked ? CRL_REVOKED : CRL_NOT_CHECKED;
		assert_row_string(row->name, check_state(facts, mem), row->words);
		assert_row(row->name, check_is_good(facts) == (row->proofs && !row->revoked));
	}
}

static const struct left_row {
	int64_t before, after; /* seconds around now */
	const char *words;
} left_rows[] = {
	{ 38 * DAYS, 52 * DAYS - 1, "51 of 90 days left" },
	{ DAYS, 0, "0 of 24 hours left" },
	{ DAYS, DAYS - 2, "23 of 47 hours left" },
	{ 2 * DAYS, 3599, "0 of 2 days left" },
	{ 90 * DAYS, -1, "ended 0 hours ago" },
	{ 90 * DAYS, -DAYS - 3600, "ended 25 hours ago" },
	{ 90 * DAYS, -3 * DAYS, "ended 3 days ago" },
};

static void what_is_left_has_its_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(left_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct certcheck_facts *facts = check_good(mem, SERVICE_S2S);
		struct cert_facts *leaf = &facts->walk.identity.certs[0];
		leaf->not_before = facts->at - left_rows[i].before;
		leaf->not_after = facts->at + left_rows[i].after;
		assert_row_string(left_rows[i].words, check_left(facts, mem), left_rows[i].words);
	}
}

static void the_walk_is_shown_when_asked_for(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = spotless();
	text_certcheck_long(&screen->view, &(struct text_style){ false, true, 0 }, &out);
	screen_free(screen);
	assert_non_null(strstr(buf_string(&out), "     starttls     12 ms  proceed\n"));
}

static const struct sighting seen[] = {
	{ "im.example", SERVICE_C2S, "starttls h:5222 192.0.2.7", "0123456789abcdef00", "aa",
	  "CN=a", "CN=R11,O=CA", "CA", "im.example", 0, FIXTURE_JULY_26,
	  FIXTURE_JULY_26 - 90 * DAYS, FIXTURE_JULY_26 - 30 * DAYS, true, true },
	{ "im.example", SERVICE_C2S, "starttls h:5222 192.0.2.7", "1123456789abcdef00", "aa",
	  "CN=a", "CN=R11,O=CA", "CA", "im.example", 0, FIXTURE_JULY_26 + 90 * DAYS,
	  FIXTURE_JULY_26 - 30 * DAYS, FIXTURE_JULY_26, true, true },
	{ "im.example", SERVICE_C2S, "starttls h:5222 192.0.2.7", "2123456789abcdef00", "bb",
	  "CN=a", "CN=\033", "CN=\033", "im.example", 0, FIXTURE_JULY_26 + 90 * DAYS,
	  FIXTURE_JULY_26, FIXTURE_JULY_26, false, false },
	{ .service = SERVICE_C2S, .last = FIXTURE_JULY_26 },
	{ .service = SERVICE_C2S, .last = FIXTURE_JULY_26, .trusted = true },
	{ "im.example", SERVICE_S2S, "starttls h:5269 192.0.2.7", "1123456789abcdef00", "aa",
	  "CN=a", "CN=R11,O=CA", "CA", "im.example", 0, FIXTURE_JULY_26 + 90 * DAYS,
	  FIXTURE_JULY_26, FIXTURE_JULY_26, false, true },
};

static void the_history_is_a_table(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	const struct text_style style = { true, false, 80 };
	text_history(seen, 0, &style, &out);
	assert_string_equal(buf_string(&out), "nothing was seen yet\n");
	buf_clear(&out);
	text_history(seen, ARRAY_SIZE(seen), &style, &out);
	assert_row_string(
		"history", buf_string(&out),
		"DOMAIN      SERVICE  PLACE                      SEEN FROM   TO          VALID UNTIL  BY       SHA-256\n"
		"im.example  c2s      starttls h:5222 192.0.2.7  2026-04-02  2026-06-01  2026-07-01   CA       0123456789abcdef...  accepted\n"
		"im.example  c2s      starttls h:5222 192.0.2.7  2026-06-01  2026-07-01  2026-09-29   CA       1123456789abcdef...  same key, accepted\n"
		"im.example  c2s      starttls h:5222 192.0.2.7  2026-07-01  2026-07-01  2026-09-29   CN=\\x1b  2123456789abcdef...  \033[33mnew key, not trusted\033[0m\n"
		"            c2s                                 1970-01-01  2026-07-01  1970-01-01                                 \033[33mnot trusted\033[0m\n"
		"            c2s                                 1970-01-01  2026-07-01  1970-01-01                                 same key\n"
		"im.example  s2s      starttls h:5269 192.0.2.7  2026-07-01  2026-07-01  2026-09-29   CA       1123456789abcdef...\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_drawn),
		cmocka_unit_test(states_are_told_together),
		cmocka_unit_test(what_is_left_has_its_unit),
		cmocka_unit_test(a_crowd_is_cut),
		cmocka_unit_test(the_walk_is_shown_when_asked_for),
		cmocka_unit_test(the_history_is_a_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
