#include "unit.h"

#include "facts_fixture.h"
#include "report/words.h"

/* A whole target, judged as a tool judges it. */
struct screen {
	struct arena *mem;
	struct dns_facts dns;
	struct endpoint endpoints[16];
	const struct starttls_facts *facts[16];
	struct findings *found[16];
	enum status statuses[16];
	struct findings spanning;
	struct target_view target;
	struct text_view view;
	struct promise promises[PROMISE_MAX];
};

static void screen_free(struct screen *screen)
{
	struct arena *mem = screen->mem; /* in which the screen lives itself */
	arena_free(&mem);
}

static void screen_srv(struct screen *screen, enum service service, enum transport transport,
		       enum dns_outcome outcome, uint16_t priority, uint16_t port)
{
	static const char *const names[SERVICE_COUNT][TRANSPORT_COUNT] = {
		{ "_xmpp-client._tcp.im.example", "_xmpps-client._tcp.im.example" },
		{ "_xmpp-server._tcp.im.example", "_xmpps-server._tcp.im.example" },
	};
	struct dns_record *record = arena_alloc(screen->mem, sizeof(*record));
	record->srv = (struct dns_srv){ priority, 0, port, "xmpp.im.example" };
	screen->dns.srv[service][transport] = (struct dns_answer){
		.name = names[service][transport],
		.type = DNS_SRV,
		.outcome = outcome,
		.dnssec = DNSSEC_INSECURE,
		.records = outcome == DNS_FOUND ? record : NULL,
		.count = outcome == DNS_FOUND,
	};
}

static struct screen *screen_new(void)
{
	struct arena *mem = arena_new();
	struct screen *screen = arena_alloc(mem, sizeof(*screen));
	screen->mem = mem;
	screen->dns.elapsed_ms = 3;
	screen_srv(screen, SERVICE_C2S, TRANSPORT_STARTTLS, DNS_FOUND, 5, 5222);
	screen_srv(screen, SERVICE_C2S, TRANSPORT_DIRECT, DNS_FOUND, 10, 5223);
	screen_srv(screen, SERVICE_S2S, TRANSPORT_STARTTLS, DNS_FOUND, 5, 5269);
	screen_srv(screen, SERVICE_S2S, TRANSPORT_DIRECT, DNS_NO_NAME, 0, 0);
	screen->target = (struct target_view){ .domain = "im.example",
					       .dns = &screen->dns,
					       .endpoints = screen->endpoints,
					       .facts = screen->facts,
					       .wanted = { true, true } };
	return screen;
}

static struct starttls_facts *screen_add(struct screen *screen, enum service service,
					 enum transport transport, const char *address)
{
	size_t i = screen->target.count++;
	struct starttls_facts *facts = facts_good(screen->mem, service, transport);
	screen->endpoints[i] = facts_endpoint(service, transport, address);
	screen->facts[i] = facts;
	return facts;
}

static void screen_judge(struct screen *screen, enum policy_name name)
{
	const struct policy policy = { name, NULL };
	for (size_t i = 0; i < screen->target.count; i++) {
		screen->found[i] = arena_alloc(screen->mem, sizeof(*screen->found[i]));
		if (!screen->facts[i])
			continue;
		judge_starttls(&screen->endpoints[i], screen->facts[i], &policy, screen->mem,
			       screen->found[i]);
		screen->statuses[i] = judge_endpoint_status(screen->facts[i], screen->found[i]);
	}
	judge_target(&screen->target, &policy, screen->mem, &screen->spanning);
	screen->view = (struct text_view){
		.target = &screen->target,
		.found = (const struct findings *const *)screen->found,
		.statuses = screen->statuses,
		.record_found = &screen->spanning,
		.status = judge_target_status(&screen->target, screen->statuses, &screen->spanning),
		.policy = name,
		.elapsed_ms = 412,
		.connections = screen->target.count,
	};
	if (name == POLICY_MANIFESTO) {
		screen->view.promises = screen->promises;
		screen->view.promise_count = judge_manifesto(&screen->target, screen->mem,
							     screen->promises);
	}
}

/* The picture of SCREENS.md. */
static struct screen *usual(enum policy_name policy)
{
	struct screen *screen = screen_new();
	screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "2001:db8::7")->elapsed_ms = 1090.4;
	facts_fail(screen_add(screen, SERVICE_C2S, TRANSPORT_DIRECT, "192.0.2.7"), STEP_TCP,
		   ERR_REFUSED, "connection refused");
	screen_add(screen, SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7")
		->before.features.starttls_required = false;
	screen_judge(screen, policy);
	return screen;
}

/* 2014 asked for well-known CAs, and that nothing is offered in clear. */
static struct screen *private_ca(void)
{
	struct screen *screen = screen_new();
	screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7")
		->identity.path.anchor_from_system = false;
	screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.8")
		->before.features.mechanisms = facts_list(screen->mem, "PLAIN");
	screen->target.wanted[SERVICE_S2S] = false;
	screen_judge(screen, POLICY_MANIFESTO);
	return screen;
}

/* Clients have nowhere to go, and nothing to be told about. */
static struct screen *servers_only(void)
{
	struct screen *screen = screen_new();
	screen_srv(screen, SERVICE_C2S, TRANSPORT_STARTTLS, DNS_NO_NAME, 0, 0);
	screen_add(screen, SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7")->tls.forward_secrecy =
		false;
	screen_judge(screen, POLICY_MANIFESTO);
	return screen;
}

static void as_promises(const struct text_view *view, struct buf *out)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	text_promises(view, &(struct text_style){ 0 }, mem, out);
}

static struct screen *lone(void)
{
	struct screen *screen = screen_new();
	struct starttls_facts *facts = screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS,
						  "192.0.2.7");
	screen->target.wanted[SERVICE_S2S] = false;
	facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error host-unknown");
	facts->before.features = (struct features){ 0 };
	facts->before.error.condition = "host-unknown";
	facts->before.error.text = "This host does not serve im.example";
	screen_judge(screen, POLICY_BCP195);
	return screen;
}

/* Everything right, as strict sees it. */
static struct screen *spotless(void)
{
	struct screen *screen = screen_new();
	screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	screen->target.wanted[SERVICE_S2S] = false;
	screen_judge(screen, POLICY_BCP195);
	return screen;
}

/* Many doors that look alike, and one that does not. */
static struct screen *crowd(void)
{
	struct screen *screen = screen_new();
	screen->target.wanted[SERVICE_S2S] = false;
	for (int i = 0; i < 14; i++) {
		struct starttls_facts *facts = screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS,
							  arena_printf(screen->mem, "192.0.2.%d",
								       i + 1));
		if (i == 6)
			facts->identity.names.matched = NULL, facts->authenticated = false;
	}
	screen_judge(screen, POLICY_BCP195);
	return screen;
}

/* A peer that writes to our terminal. */
static struct screen *hostile(void)
{
	struct screen *screen = lone();
	struct starttls_facts *facts = facts_good(screen->mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	facts_fail(facts, STEP_STREAM, ERR_STREAM_ERROR, "stream error \033[2J");
	facts->before.features = (struct features){ 0 };
	facts->before.error.condition = "\033[31m";
	facts->before.error.text = "a\nb | c";
	screen->facts[0] = facts;
	screen->spanning = (struct findings){ 0 };
	screen_judge(screen, POLICY_BCP195);
	return screen;
}

static struct screen *no_such_domain(void)
{
	struct screen *screen = screen_new();
	screen->dns = (struct dns_facts){ 0 };
	for (int i = 0; i < SERVICE_COUNT; i++) {
		for (int j = 0; j < TRANSPORT_COUNT; j++)
			screen_srv(screen, (enum service)i, (enum transport)j, DNS_NO_NAME, 0, 0);
	}
	screen_judge(screen, POLICY_BCP195);
	return screen;
}

/* --list: from everywhere that endpoints come from; a record may name a host that is none. */
static struct screen *listed(void)
{
	struct screen *screen = usual(POLICY_BCP195);
	screen->spanning = (struct findings){ 0 };
	screen->endpoints[1].source = SOURCE_FALLBACK;
	screen->endpoints[2].source = SOURCE_CONNECT;
	screen->endpoints[3].source = SOURCE_RECORD;
	screen->endpoints[3].host = "\033[2Jxmpp.im.example";
	for (size_t i = 0; i < screen->target.count; i++) {
		screen->statuses[i] = STATUS_OK;
		*screen->found[i] = (struct findings){ 0 };
	}
	screen->view.status = STATUS_OK;
	return screen;
}

/* --first --active: the direct endpoint worked first, another was not walked; DNS left a doubt. */
static struct screen *first_of_two(void)
{
	struct screen *screen = screen_new();
	struct starttls_facts *facts;
	screen_add(screen, SERVICE_C2S, TRANSPORT_DIRECT, "192.0.2.7");
	facts = screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	facts->before.features.mechanisms = facts_list(screen->mem, "SCRAM-SHA-1");
	facts->active.result[ACTIVE_INJECTION] = ACTIVE_REFUSED;
	screen_add(screen, SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.8");
	screen->facts[2] = NULL;
	for (int i = 0; i < TRANSPORT_COUNT; i++)
		screen_srv(screen, SERVICE_S2S, (enum transport)i, DNS_TIMED_OUT, 0, 0);
	screen_judge(screen, POLICY_BCP195);
	return screen;
}

typedef void writer(const struct text_view *view, struct buf *out);

static void as_long(const struct text_view *view, struct buf *out)
{
	text_starttls_long(view, &(struct text_style){ false, false, 0 }, out);
}

static void as_narrow(const struct text_view *view, struct buf *out)
{
	text_starttls_long(view, &(struct text_style){ false, false, 80 }, out);
}

static void as_coloured(const struct text_view *view, struct buf *out)
{
	text_starttls_long(view, &(struct text_style){ true, false, 80 }, out);
}

static void as_list(const struct text_view *view, struct buf *out)
{
	text_listing_long(view, &(struct text_style){ false, false, 0 }, out);
}

static struct screen *usual_bcp195(void)
{
	return usual(POLICY_BCP195);
}

static struct screen *usual_manifesto(void)
{
	return usual(POLICY_MANIFESTO);
}

static const struct golden {
	const char *name;
	struct screen *(*make)(void);
	writer *write;
	const char *text;
} goldens[] = {
	{ "the usual", usual_bcp195, as_long,
	  "WARNING im.example: c2s encrypted + authenticated (PKIX) at 2 of 3 endpoints, s2s encrypted + authenticated (PKIX); 2 warnings\n"
	  "SRV  _xmpp-client    5   0  5222 xmpp.im.example  insecure  _xmpps-client   10   0  5223 xmpp.im.example  insecure\n"
	  "     _xmpp-server    5   0  5269 xmpp.im.example  insecure  _xmpps-server  (none)\n"
	  "SERVICE  WAY IN    ADDRESS             VERSION  CIPHER                  GROUP   CERT     BY      ms\n"
	  "c2s      starttls  192.0.2.7:5222      TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX    84\n"
	  "c2s      starttls  [2001:db8::7]:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX  1090\n"
	  "c2s      direct    192.0.2.7:5223      connection refused\n"
	  "s2s      starttls  192.0.2.7:5269      TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX    84\n"
	  "c2s  TLS required: yes   mechanisms: SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN   (in clear: none)\n"
	  "s2s  TLS required: no   dialback: yes (errors)   bidi: no\n"
	  "warning  direct-tls-closed      c2s 192.0.2.7:5223  an SRV record names port 5223 for direct TLS: connection refused  XEP-0368 3\n"
	  "warning  starttls-not-required  s2s                 TLS is offered but not required: the server also talks in clear   RFC 7590 3.1\n"
	  "info     direct-tls-missing                         no direct TLS is published for s2s                                RFC 9325 3.2\n"
	  "4 connections, 0.4 s\n" },
	{ "the usual, narrow", usual_bcp195, as_narrow,
	  "WARNING im.example: c2s encrypted + authenticated (PKIX) at 2 of 3 endpoints, s2s encrypted + authenticated (PKIX); 2 warnings\n"
	  "SRV  _xmpp-client     5   0  5222 xmpp.im.example  insecure\n"
	  "     _xmpps-client   10   0  5223 xmpp.im.example  insecure\n"
	  "     _xmpp-server     5   0  5269 xmpp.im.example  insecure\n"
	  "     _xmpps-server  (none)\n"
	  "SERVICE  WAY IN    ADDRESS             VERSION  CIPHER                  GROUP   CERT     BY      ms\n"
	  "c2s      starttls  192.0.2.7:5222      TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX    84\n"
	  "c2s      starttls  [2001:db8::7]:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX  1090\n"
	  "c2s      direct    192.0.2.7:5223      connection refused\n"
	  "s2s      starttls  192.0.2.7:5269      TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX    84\n"
	  "c2s  TLS required: yes   mechanisms: SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN   (in clear: none)\n"
	  "s2s  TLS required: no   dialback: yes (errors)   bidi: no\n"
	  "warning  direct-tls-closed  c2s 192.0.2.7:5223  XEP-0368 3\n"
	  "    an SRV record names port 5223 for direct TLS: connection refused\n"
	  "warning  starttls-not-required  s2s  RFC 7590 3.1\n"
	  "    TLS is offered but not required: the server also talks in clear\n"
	  "info     direct-tls-missing  RFC 9325 3.2\n"
	  "    no direct TLS is published for s2s\n"
	  "4 connections, 0.4 s\n" },
	{ "the usual, short", usual_bcp195, text_starttls_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tencrypted + authenticated (PKIX) TLS1.3 TLS_AES_256_GCM_SHA384\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t2001:db8::7\tok\tencrypted + authenticated (PKIX) TLS1.3 TLS_AES_256_GCM_SHA384\n"
	  "im.example\tc2s\tdirect\txmpp.im.example\t5223\t192.0.2.7\twarning\tdirect-tls-closed: an SRV record names port 5223 for direct TLS: connection refused\n"
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\twarning\tencrypted + authenticated (PKIX) TLS1.3 TLS_AES_256_GCM_SHA384; starttls-not-required: TLS is offered but not required: the server also talks in clear\n" },
	{ "the usual, for a monitor", usual_bcp195, text_starttls_nagios,
	  "XMPPTLS WARNING - im.example c2s encrypted + authenticated (PKIX) at 2 of 3 endpoints, s2s encrypted + authenticated (PKIX); 2 warnings | c2s=2;;;0;3 s2s=1;;;0;1 days=184 time=0.41s;;;0\n" },
	{ "promises", usual_manifesto, as_long,
	  "WARNING im.example: c2s encrypted + authenticated (PKIX) at 2 of 3 endpoints, s2s encrypted + authenticated (PKIX); TLS is offered but not required: the server also talks in clear\n"
	  "SRV  _xmpp-client    5   0  5222 xmpp.im.example  insecure  _xmpps-client   10   0  5223 xmpp.im.example  insecure\n"
	  "     _xmpp-server    5   0  5269 xmpp.im.example  insecure  _xmpps-server  (none)\n"
	  "SERVICE  WAY IN    ADDRESS             VERSION  CIPHER                  GROUP   CERT     BY      ms\n"
	  "c2s      starttls  192.0.2.7:5222      TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX    84\n"
	  "c2s      starttls  [2001:db8::7]:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX  1090\n"
	  "c2s      direct    192.0.2.7:5223      connection refused\n"
	  "s2s      starttls  192.0.2.7:5269      TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX    84\n"
	  "c2s  TLS required: yes   mechanisms: SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN   (in clear: none)\n"
	  "s2s  TLS required: no   dialback: yes (errors)   bidi: no\n"
	  "PROMISE  c2s             s2s           OF 2014-03-21\n"
	  "SW-1     kept            kept          STARTTLS as in RFC 6120\n"
	  "SW-2     kept            kept          certificates that validate\n"
	  "SW-3     kept            kept          the newest TLS preferred; TLS1.3\n"
	  "SW-4     not-testable    not-testable  SSL 2.0 off; this library cannot ask for it\n"
	  "SW-5     kept            kept          encryption can be required; s2s: not declared, but no authentication is offered in clear\n"
	  "SW-6     kept            kept          forward secrecy can be preferred; whether it is required was not asked\n"
	  "SW-7     not-applicable  not-testable  servers authenticated, else dialback over TLS; c2s: servers only; s2s: needs --from and --cert\n"
	  "SW-8     not-testable    not-testable  shows how a connection is protected; shown to users and administrators only\n"
	  "DP-1     kept            kept          TLS required, authenticated if possible\n"
	  "DP-2     kept            kept          forward secrecy preferred; whether it is required was not asked\n"
	  "DP-3     kept            kept          certificates of well-known CAs; CN=Test Root\n"
	  "warning  starttls-not-required  s2s                 TLS is offered but not required: the server also talks in clear   RFC 7590 3.1\n"
	  "info     direct-tls-closed      c2s 192.0.2.7:5223  an SRV record names port 5223 for direct TLS: connection refused  XEP-0368 3\n"
	  "info     direct-tls-missing                         no direct TLS is published for s2s                                RFC 9325 3.2\n"
	  "4 connections, 0.4 s, policy manifesto\n" },
	{ "broken promises, short", private_ca, text_starttls_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tencrypted + authenticated (PKIX) TLS1.3 TLS_AES_256_GCM_SHA384\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.8\tcritical\tencrypted + authenticated (PKIX) TLS1.3 TLS_AES_256_GCM_SHA384; sasl-before-tls: authentication is offered in clear: PLAIN\n"
	  "im.example\tc2s\t-\t-\t-\t-\tcritical\tSW-5: promise broken: 192.0.2.8:5222: authentication is offered in clear\n"
	  "im.example\tc2s\t-\t-\t-\t-\tcritical\tDP-1: promise broken: 192.0.2.8:5222: authentication is offered in clear\n"
	  "im.example\tc2s\t-\t-\t-\t-\twarning\tDP-3: promise broken: 192.0.2.7:5222: CN=Test Root is none of the system's CAs\n" },
	{ "promises of one service", servers_only, as_promises,
	  "PROMISE  s2s           OF 2014-03-21\n"
	  "SW-1     kept          STARTTLS as in RFC 6120\n"
	  "SW-2     kept          certificates that validate\n"
	  "SW-3     kept          the newest TLS preferred; TLS1.3\n"
	  "SW-4     not-testable  SSL 2.0 off; this library cannot ask for it\n"
	  "SW-5     kept          encryption can be required\n"
	  "SW-6     broken        forward secrecy can be preferred; no forward secrecy, though we prefer it\n"
	  "SW-7     not-testable  servers authenticated, else dialback over TLS; needs --from and --cert\n"
	  "SW-8     not-testable  shows how a connection is protected; shown to users and administrators only\n"
	  "DP-1     kept          TLS required, authenticated if possible\n"
	  "DP-2     broken        forward secrecy preferred; no forward secrecy, though we prefer it\n"
	  "DP-3     kept          certificates of well-known CAs; CN=Test Root\n" },
	{ "a lone walk that fails", lone, as_narrow,
	  "CRITICAL im.example: c2s not reachable over TLS; the server does not serve this domain: host-unknown (\"This host does not serve im.example\")\n"
	  "c2s  starttls 192.0.2.7:5222\n"
	  "     dns           3 ms  SRV _xmpp-client._tcp.im.example: xmpp.im.example:5222\n"
	  "     tcp          10 ms  connected\n"
	  "     stream       11 ms  stream error host-unknown (\"This host does not serve\n"
	  "                         im.example\")\n"
	  "                         The name in DNS leads to a server that is not\n"
	  "                         configured for this domain. Prosody: add a VirtualHost\n"
	  "                         for it; ejabberd: add it to hosts.\n"
	  "critical stream-host-unknown  the server does not serve this domain:\n"
	  "                              host-unknown (\"This host does not serve\n"
	  "                              im.example\") (RFC 6120 4.9.3.6)\n"
	  "1 connection, 0.4 s\n" },
	{ "a lone walk, coloured", lone, as_coloured,
	  "\033[31mCRITICAL\033[0m im.example: c2s not reachable over TLS; the server does not serve this domain: host-unknown (\"This host does not serve im.example\")\n"
	  "c2s  starttls 192.0.2.7:5222\n"
	  "     dns           3 ms  SRV _xmpp-client._tcp.im.example: xmpp.im.example:5222\n"
	  "     tcp          10 ms  connected\n"
	  "     stream       11 ms  \033[31mstream error host-unknown (\"This host does not serve\n"
	  "                         im.example\")\033[0m\n"
	  "                         The name in DNS leads to a server that is not\n"
	  "                         configured for this domain. Prosody: add a VirtualHost\n"
	  "                         for it; ejabberd: add it to hosts.\n"
	  "\033[31mcritical\033[0m stream-host-unknown  the server does not serve this domain:\n"
	  "                              host-unknown (\"This host does not serve\n"
	  "                              im.example\") (RFC 6120 4.9.3.6)\n"
	  "1 connection, 0.4 s\n" },
	{ "a lone walk that works", spotless, as_narrow,
	  "OK im.example: c2s encrypted + authenticated (PKIX)\n"
	  "c2s  starttls 192.0.2.7:5222\n"
	  "     dns           3 ms  SRV _xmpp-client._tcp.im.example: xmpp.im.example:5222\n"
	  "     tcp          10 ms  connected\n"
	  "     stream       11 ms  STARTTLS offered, required\n"
	  "     starttls     12 ms  proceed\n"
	  "     tls          13 ms  TLS1.3 TLS_AES_256_GCM_SHA384, x25519,\n"
	  "                         ecdsa_secp256r1_sha256\n"
	  "     certificate  14 ms  DNS-ID im.example matches; trusted through CN=Test\n"
	  "                         Root; until 2027-01-01 (184 days)\n"
	  "     features     15 ms  mechanisms: SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN\n"
	  "1 connection, 0.4 s\n" },
	{ "many alike", crowd, as_long,
	  "CRITICAL im.example: c2s encrypted, not always authenticated; 1 critical, 1 warning\n"
	  "SRV  _xmpp-client    5   0  5222 xmpp.im.example  insecure  _xmpps-client   10   0  5223 xmpp.im.example  insecure\n"
	  "     _xmpp-server    5   0  5269 xmpp.im.example  insecure  _xmpps-server  (none)\n"
	  "SERVICE  WAY IN    ADDRESS         VERSION  CIPHER                  GROUP   CERT        BY    ms\n"
	  "c2s      starttls  192.0.2.1:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d     PKIX  84  and 5 more alike\n"
	  "c2s      starttls  192.0.2.7:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  wrong name  -     84\n"
	  "c2s      starttls  192.0.2.8:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d     PKIX  84  and 6 more alike\n"
	  "c2s  TLS required: yes   mechanisms: SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN   (in clear: none)\n"
	  "critical cert-name-mismatch  c2s 192.0.2.7:5222  the certificate names im.example, *.im.example, _xmpp-client.im.example, _xmpp-server.im.example, not im.example  RFC 9525 6\n"
	  "warning  endpoints-differ                        c2s: a certificate that is not valid at 192.0.2.7:5222, a valid one at 192.0.2.1:5222  RFC 9325 3.2\n"
	  "14 connections, 0.4 s\n" },
	{ "a hostile peer", hostile, as_long,
	  "CRITICAL im.example: c2s not reachable over TLS; the server ended the stream with \\x1b[31m (\"a\\nb | c\")\n"
	  "c2s  starttls 192.0.2.7:5222\n"
	  "     dns           3 ms  SRV _xmpp-client._tcp.im.example: xmpp.im.example:5222\n"
	  "     tcp          10 ms  connected\n"
	  "     stream       11 ms  stream error \\x1b[31m (\"a\\nb | c\")\n"
	  "                         The condition tells the cause.\n"
	  "                         Prosody: the log at level debug names the reason\n"
	  "                         ejabberd: the log at `loglevel: debug` names the reason\n"
	  "critical stream-error  the server ended the stream with \\x1b[31m (\"a\\nb | c\")  RFC 6120 4.9\n"
	  "1 connection, 0.4 s\n" },
	{ "a hostile peer, for a monitor", hostile, text_starttls_nagios,
	  "XMPPTLS CRITICAL - im.example c2s not reachable over TLS; the server ended the stream with \\x1b[31m (\"a\\nb / c\") | c2s=0;;;0;1 time=0.41s;;;0\n" },
	{ "not all walked, not all answered", first_of_two, as_long,
	  "WARNING im.example: c2s encrypted + authenticated (PKIX), s2s not known; authentication is offered in clear: SCRAM-SHA-1\n"
	  "SRV  _xmpp-client    5   0  5222 xmpp.im.example  insecure  _xmpps-client   10   0  5223 xmpp.im.example  insecure\n"
	  "     _xmpp-server  (timed-out)                              _xmpps-server  (timed-out)\n"
	  "SERVICE  WAY IN    ADDRESS         VERSION  CIPHER                  GROUP   CERT     BY    ms\n"
	  "c2s      direct    192.0.2.7:5223  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX  84\n"
	  "c2s      starttls  192.0.2.7:5222  TLS1.3   TLS_AES_256_GCM_SHA384  x25519  ok 184d  PKIX  84\n"
	  "c2s  TLS required: yes   mechanisms: SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN   (in clear: SCRAM-SHA-1)\n"
	  "c2s  active   injection: refused\n"
	  "warning  sasl-before-tls  c2s 192.0.2.7:5222  authentication is offered in clear: SCRAM-SHA-1  RFC 6120 6.3.4\n"
	  "info     dns-failed                           the resolver gave no answer (timed-out) for SRV _xmpp-server._tcp.im.example and 1 more  RFC 6120 3.2.1\n"
	  "3 connections, 0.4 s\n" },
	{ "no such domain", no_such_domain, as_long,
	  "UNKNOWN im.example: c2s not found, s2s not found; im.example has neither SRV records nor addresses\n"
	  "SRV  _xmpp-client  (none)  _xmpps-client  (none)\n"
	  "     _xmpp-server  (none)  _xmpps-server  (none)\n"
	  "info     domain-not-found  im.example has neither SRV records nor addresses  RFC 6120 3.2\n"
	  "0 connections, 0.4 s\n" },
	{ "no such domain, short", no_such_domain, text_starttls_short,
	  "im.example\t-\t-\t-\t-\t-\tunknown\tim.example has neither SRV records nor addresses\n" },
	{ "no such domain, for a monitor", no_such_domain, text_starttls_nagios,
	  "XMPPTLS UNKNOWN - im.example c2s not found, s2s not found; im.example has neither SRV records nor addresses | c2s=0;;;0;0 s2s=0;;;0;0 time=0.41s;;;0\n" },
	{ "a list", listed, as_list,
	  "OK im.example: c2s 3 endpoints, s2s 1 endpoint\n"
	  "SRV  _xmpp-client    5   0  5222 xmpp.im.example  insecure  _xmpps-client   10   0  5223 xmpp.im.example  insecure\n"
	  "     _xmpp-server    5   0  5269 xmpp.im.example  insecure  _xmpps-server  (none)\n"
	  "SERVICE  WAY IN    ADDRESS             HOST                    FROM\n"
	  "c2s      starttls  192.0.2.7:5222      xmpp.im.example         SRV priority 5 weight 0\n"
	  "c2s      starttls  [2001:db8::7]:5222  xmpp.im.example         no SRV record: the domain's own address\n"
	  "c2s      direct    192.0.2.7:5223      xmpp.im.example         --connect\n"
	  "s2s      starttls  192.0.2.7:5269      \\x1b[2Jxmpp.im.example  the record\n" },
	{ "a list in lines", listed, text_listing_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tSRV priority 5 weight 0\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t2001:db8::7\tok\tno SRV record: the domain's own address\n"
	  "im.example\tc2s\tdirect\txmpp.im.example\t5223\t192.0.2.7\tok\t--connect\n"
	  "im.example\ts2s\tstarttls\t\\x1b[2Jxmpp.im.example\t5269\t192.0.2.7\tok\tthe record\n" },
	{ "a list of nothing", no_such_domain, as_list,
	  "UNKNOWN im.example: c2s 0 endpoints, s2s 0 endpoints; im.example has neither SRV records nor addresses\n"
	  "SRV  _xmpp-client  (none)  _xmpps-client  (none)\n"
	  "     _xmpp-server  (none)  _xmpps-server  (none)\n"
	  "info     domain-not-found  im.example has neither SRV records nor addresses  RFC 6120 3.2\n" },
	{ "a list of nothing in lines", no_such_domain, text_listing_short,
	  "im.example\t-\t-\t-\t-\t-\tunknown\tim.example has neither SRV records nor addresses\n" },
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

static void a_line_that_is_no_domain_is_shown_and_explained(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	const struct findings none = { 0 };
	const struct target_view empty = { 0 };
	const struct text_view view = { .target = &empty,
					.input = "no such\033",
					.problem = "not a domain",
					.record_found = &none,
					.status = STATUS_UNKNOWN };
	text_starttls_long(&view, &(struct text_style){ 0 }, &out);
	assert_string_equal(buf_string(&out), "UNKNOWN no such\\x1b: not a domain\n");
	buf_clear(&out);
	text_starttls_short(&view, &out);
	assert_string_equal(buf_string(&out),
			    "no such\\x1b\t-\t-\t-\t-\t-\tunknown\tnot a domain\n");
	buf_clear(&out);
	text_starttls_nagios(&view, &out);
	assert_string_equal(buf_string(&out),
			    "XMPPTLS UNKNOWN - no such\\x1b not a domain | time=0.00s;;;0\n");
}

static void every_finding_can_be_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_kind_count; i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		text_explain(&finding_kinds[i], &out);
		assert_row(finding_kinds[i].id, strstr(buf_string(&out), finding_kinds[i].ref));
	}
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	text_explain(finding_kind_find("cert-expires-soon"), &out);
	assert_string_equal(
		buf_string(&out),
		"cert-expires-soon\n"
		"seen      No more than a third of the certificate's lifetime, and no more than\n"
		"          20 days, is left.\n"
		"why       Renewal is due at two thirds of the lifetime; it seems to have\n"
		"          failed.\n"
		"clause    RFC 5280 section 4.1.2.5\n"
		"severity  warning; when no more than the smaller of a seventh of its lifetime\n"
		"          and 7 days is left: critical\n"
		"Prosody   run the renewal by hand, read its log, then `prosodyctl reload`\n"
		"ejabberd  run the renewal by hand, read its log, then `ejabberdctl\n"
		"          reload_config`\n");
}

static void the_page_has_a_section_for_every_finding(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED), title = buf_new(256);
	text_findings_man(&out);
	for (size_t i = 0; i < finding_kind_count; i++) {
		buf_clear(&title);
		buf_printf(&title, "\n.Ss %s\n", finding_kinds[i].id);
		assert_row(finding_kinds[i].id, strstr(buf_string(&out), buf_string(&title)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_drawn),
		cmocka_unit_test(a_line_that_is_no_domain_is_shown_and_explained),
		cmocka_unit_test(every_finding_can_be_explained),
		cmocka_unit_test(the_page_has_a_section_for_every_finding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
