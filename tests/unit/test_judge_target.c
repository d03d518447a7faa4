#include "unit.h"

#include "facts_fixture.h"

/* A target is built in rows: what DNS said, then an endpoint a letter. */
struct made {
	struct dns_facts dns;
	struct endpoint endpoints[16];
	const struct starttls_facts *facts[16];
	enum status statuses[16];
	struct target_view view;
};

static struct dns_answer answer(struct arena *mem, enum dns_type type, enum dns_outcome outcome,
				const char *name)
{
	return (struct dns_answer){ .name = arena_copy(mem, name),
				    .type = type,
				    .outcome = outcome,
				    .dnssec = DNSSEC_UNKNOWN };
}

static struct dns_answer srv_answer(struct arena *mem, enum dns_outcome outcome, const char *target,
				    uint16_t port)
{
	struct dns_answer made = answer(mem, DNS_SRV, outcome, "_xmpp-client._tcp.im.example");
	struct dns_record *record = arena_alloc(mem, sizeof(*record));
	record->srv = (struct dns_srv){ .port = port, .target = target };
	if (outcome == DNS_FOUND) {
		made.records = record;
		made.count = 1;
	}
	return made;
}

/* Lower case c2s, upper case s2s: g good, r refused, n no route, o not over TLS 1.3, u untrusted
 * certificate, p TLS optional, h host unknown, k not tried. Then 4 or 6, or d for direct. */
static void add_endpoint(struct made *made, struct arena *mem, const char *code)
{
	enum service service = code[0] >= 'a' ? SERVICE_C2S : SERVICE_S2S;
	enum transport transport = code[1] == 'd' ? TRANSPORT_DIRECT : TRANSPORT_STARTTLS;
	size_t i = made->view.count++;
	const char *address = code[1] == '6' ? arena_printf(mem, "2001:db8::%zu", i + 1)
					     : arena_printf(mem, "192.0.2.%zu", i + 1);
	struct starttls_facts *facts = facts_good(mem, service, transport);
	made->endpoints[i] = facts_endpoint(service, transport, address);
	switch (code[0] | 0x20) {
	case 'r':
		facts_fail(facts, STEP_TCP, ERR_REFUSED, "connection refused");
		break;
	case 'n':
		facts_fail(facts, STEP_TCP, ERR_NO_ROUTE, "no route from here");
		break;
	case 'o':
		facts->tls.version = TLS_1_2;
		break;
	case 'u':
		facts->authenticated = facts->identity.path.trusted = false;
		facts->identity.path.problems = PATH_UNKNOWN_ISSUER;
		break;
	case 'p':
		facts->before.features.starttls_required = false;
		break;
	case 'x':
		facts_certificate(facts, mem, service, "leaf-renewed");
		break;
	case 'q':
		facts_fail(facts, STEP_TCP, ERR_PROXY, "proxy 127.0.0.1:9050: connection refused");
		break;
	case 'h':
		facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error host-unknown");
		facts->before.features = (struct features){ 0 };
		facts->before.error.condition = "host-unknown";
		break;
	case 'k':
		return; /* not walked */
	default:
		break;
	}
	made->facts[i] = facts;
}

/* SRV for both services and both ways in, the target with both families. */
static struct made *make(struct arena *mem, const char *codes)
{
	struct made *made = arena_alloc(mem, sizeof(*made));
	made->dns.hosts = arena_array(mem, 4, sizeof(struct host_facts));
	made->dns.hosts[0] =
		(struct host_facts){ .name = "xmpp.im.example",
				     .a = answer(mem, DNS_A, DNS_FOUND, "xmpp.im.example"),
				     .aaaa = answer(mem, DNS_AAAA, DNS_FOUND, "xmpp.im.example") };
	made->dns.host_count = 1;
	for (int i = 0; i < SERVICE_COUNT * TRANSPORT_COUNT; i++)
		made->dns.srv[i / 2][i % 2] = srv_answer(mem, DNS_FOUND, "xmpp.im.example", 5222);
	made->view = (struct target_view){ .domain = "im.example",
					   .dns = &made->dns,
					   .endpoints = made->endpoints,
					   .facts = made->facts,
					   .wanted = { true, true } };
	for (; *codes; codes += 2 + (codes[2] == ' '))
		add_endpoint(made, mem, codes);
	return made;
}

typedef void spoil(struct made *made, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct made *made, struct arena *mem)                                     \
	{                                                                                          \
		(void)made, (void)mem;                                                             \
		__VA_ARGS__;                                                                       \
	}

SPOIL(nothing, )
SPOIL(no_dns, made->view.dns = NULL)
SPOIL(c2s_only, made->view.wanted[SERVICE_S2S] = false)
SPOIL(no_ipv6, made->dns.hosts[0].aaaa.outcome = DNS_NO_DATA)
SPOIL(no_direct, for (int i = 0; i < SERVICE_COUNT; i++)
			 made->dns.srv[i][TRANSPORT_DIRECT] = srv_answer(mem, DNS_NO_NAME, NULL, 0))
SPOIL(direct_root, made->dns.srv[SERVICE_C2S][TRANSPORT_DIRECT] = srv_answer(mem, DNS_FOUND, "", 0))
SPOIL(
	no_srv,
	for (int i = 0; i < SERVICE_COUNT; i++) {
		for (int j = 0; j < TRANSPORT_COUNT; j++)
			made->dns.srv[i][j] = srv_answer(mem, DNS_NO_NAME, NULL, 0);
		made->dns.fallback[i] = true;
	} made->dns.hosts[0]
		.name = "im.example")
SPOIL(nowhere, no_srv(made, mem); made->dns.hosts[0].a.outcome = DNS_NO_NAME;
      made->dns.hosts[0].aaaa.outcome = DNS_NO_NAME)
SPOIL(no_address, no_srv(made, mem); made->dns.hosts[0].a.outcome = DNS_NO_DATA;
      made->dns.hosts[0].aaaa.outcome = DNS_NO_DATA)
SPOIL(s2s_declined, made->dns.declined[SERVICE_S2S] = true;
      made->dns.srv[SERVICE_S2S][TRANSPORT_STARTTLS] = srv_answer(mem, DNS_FOUND, "", 0);
      made->dns.srv[SERVICE_S2S][TRANSPORT_DIRECT] = srv_answer(mem, DNS_NO_NAME, NULL, 0))
SPOIL(both_declined, s2s_declined(made, mem); made->dns.declined[SERVICE_C2S] = true)
SPOIL(server_fails,
      for (int i = 0; i < SERVICE_COUNT; i++) for (int j = 0; j < TRANSPORT_COUNT; j++)
	      made->dns.srv[i][j] = srv_answer(mem, DNS_SERVER_FAILED, NULL, 0);
      made->dns.host_count = 0)
SPOIL(bogus, server_fails(made, mem);
      for (int i = 0; i < SERVICE_COUNT; i++) for (int j = 0; j < TRANSPORT_COUNT; j++)
	      made->dns.srv[i][j]
		      .dnssec = DNSSEC_BOGUS)
SPOIL(alias, made->dns.hosts[0].a.alias = "host.example")
SPOIL(dangling, made->dns.hosts[0].a.outcome = DNS_NO_NAME;
      made->dns.hosts[0].aaaa.outcome = DNS_NO_NAME)
SPOIL(literal, made->dns.hosts[0].is_address = true)
SPOIL(root_among, struct dns_answer *srv = &made->dns.srv[0][0];
      struct dns_record *records = arena_array(mem, 2, sizeof(*records));
      records[0] = srv->records[0]; records[1].srv.target = ""; srv->records = records;
      srv->count = 2)
SPOIL(only_443,
      made->dns.srv[SERVICE_C2S][TRANSPORT_STARTTLS] = srv_answer(mem, DNS_NO_NAME, NULL, 0);
      made->endpoints[0].port = 443)
SPOIL(too_many, made->dns.left_out = 36)

static const struct row {
	const char *name, *endpoints;
	spoil *spoil;
	const char *bcp195;
} rows[] = {
	{ "all is well", "g4 g6 gd G4 G6 Gd", nothing, "" },
	{ "a record without dns", "g4 G4", no_dns, "" },
	{ "one service only", "g4", c2s_only, "" },
	{ "IPv4 only", "g4 G4", no_ipv6, "info ipv6-missing" },
	{ "no direct TLS", "g4 G4", no_direct, "info direct-tls-missing" },
	{ "direct TLS declared absent", "g4 G4", direct_root, "info direct-tls-missing" },
	{ "no SRV", "g4 G4", no_srv, "info srv-missing, info direct-tls-missing" },
	{ "no such domain", "", nowhere, "info domain-not-found" },
	{ "no address", "", no_address, "info domain-not-found" },
	{ "s2s declined", "g4", s2s_declined, "info srv-declined" },
	{ "both declined", "", both_declined, "info srv-declined" },
	{ "resolver fails", "", server_fails, "info dns-failed" },
	{ "bogus", "", bogus, "critical dns-bogus" },
	{ "alias", "g4 G4", alias, "warning srv-target-alias" },
	{ "dangling", "", dangling,
	  "critical service-unreachable, critical service-unreachable, warning "
	  "srv-target-unresolvable" },
	{ "address as a target", "g4 G4", literal, "warning srv-target-is-address" },
	{ "root among others", "g4 G4", root_among, "warning srv-root-among-others" },
	{ "443 only", "gd G4", only_443, "warning srv-direct-only-multiplexed" },
	{ "too many", "g4 G4", too_many, "warning endpoints-left-out" },

	{ "c2s refuses", "r4 r6 G4", nothing, "critical service-unreachable" },
	{ "c2s refuses, direct works", "r4 gd G4", nothing, "" },
	{ "the server does not know us", "h4 G4", nothing, "" }, /* the endpoint says so */
	{ "no way from here", "n6 G4", nothing, "info service-not-examined" },
	{ "our proxy is down", "q4 G4", nothing, "info service-not-examined" },
	{ "no IPv6 here", "n6 g4 N6 G4", nothing, "" },
	{ "IPv6 dead", "r6 g4 G4", nothing, "warning ipv6-dead" },
	{ "one address dead", "r4 g4 G4", nothing, "warning endpoint-unreachable" },
	{ "one direct port dead", "rd g4 G4", nothing, "" }, /* the endpoint says so */
	{ "the first worked", "g4 k4 G4 K6", nothing, "" },
	{ "none was walked", "k4 K6", nothing, "" },
	{ "versions differ", "g4 o4 G4", nothing, "warning endpoints-differ" },
	{ "trust differs", "g4 u4 G4", nothing, "warning endpoints-differ" },
	{ "requirements differ", "g4 p4 G4", nothing, "warning endpoints-differ" },
	{ "certificates differ", "g4 x4 G4", nothing, "info certs-differ" },
};

static void finds_what_spans_endpoints(void **state)
{
	(void)state;
	const struct policy policy = { POLICY_BCP195, NULL };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct made *made = make(mem, rows[i].endpoints);
		struct findings findings = { 0 };
		rows[i].spoil(made, mem);
		judge_target(&made->view, &policy, mem, &findings);
		assert_row_string(rows[i].name, findings_words(&findings, mem), rows[i].bcp195);
	}
}

static const struct sentence {
	const char *endpoints;
	spoil *spoil;
	const char *text;
} sentences[] = {
	{ "g4 o4 G4", nothing, "c2s: TLS1.2 at 192.0.2.2:5222, TLS1.3 at 192.0.2.1:5222" },
	{ "r4 g4 G4", nothing, "c2s works elsewhere, but not at 192.0.2.1:5222" },
	{ "g4", c2s_only, NULL },
	{ "r4 r6 G4", nothing,
	  "c2s: no endpoint works: 192.0.2.1:5222 connection refused, [2001:db8::2]:5222 connection "
	  "refused" },
	{ "", nowhere, "im.example does not exist in DNS" },
	{ "", no_address, "im.example has neither SRV records nor addresses" },
	{ "g4 G4", no_direct, "no direct TLS is published for c2s and s2s" },
	{ "", server_fails,
	  "the resolver gave no answer (server-failed) for SRV _xmpp-client._tcp.im.example and 3 "
	  "more" },
};

static void says_where(void **state)
{
	(void)state;
	const struct policy policy = { POLICY_BCP195, NULL };
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct made *made = make(mem, sentences[i].endpoints);
		struct findings findings = { 0 };
		sentences[i].spoil(made, mem);
		judge_target(&made->view, &policy, mem, &findings);
		assert_row_string(sentences[i].endpoints,
				  findings.first ? findings.first->text : NULL, sentences[i].text);
	}
}

static void a_machine_without_ipv6_raises_no_alarm(void **state)
{
	(void)state;
	static const struct {
		const char *endpoints;
		enum status status;
	} statuses[] = {
		{ "n6 g4 N6 G4", STATUS_OK },   { "n6 G4", STATUS_UNKNOWN },
		{ "q4 G4", STATUS_UNKNOWN },    { "r4 G4", STATUS_CRITICAL },
		{ "r4 g4 G4", STATUS_WARNING },
	};
	const struct policy policy = { POLICY_BCP195, NULL };
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct made *made = make(mem, statuses[i].endpoints);
		struct findings spanning = { 0 };
		for (size_t j = 0; j < made->view.count; j++) {
			struct findings own = { 0 };
			judge_starttls(&made->endpoints[j], made->facts[j], &policy, mem, &own);
			made->statuses[j] = judge_endpoint_status(made->facts[j], &own);
		}
		judge_target(&made->view, &policy, mem, &spanning);
		assert_row(statuses[i].endpoints,
			   judge_target_status(&made->view, made->statuses, &spanning) ==
				   statuses[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_spans_endpoints),
		cmocka_unit_test(says_where),
		cmocka_unit_test(a_machine_without_ipv6_raises_no_alarm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
