#include "unit.h"

#include "ciphers_fixture.h"
#include "report/text.h"

#define ROOM 8

/* A domain that was enumerated, with findings added by hand. */
struct screen {
	struct arena *mem;
	struct endpoint endpoints[ROOM];
	struct ciphers_facts *facts[ROOM];
	const struct ciphers_facts *ciphers[ROOM];
	const struct starttls_facts *walks[ROOM];
	struct findings found[ROOM];
	const struct findings *found_at[ROOM];
	enum status statuses[ROOM];
	struct findings spanning;
	struct target_view target;
	struct policy policy;
	struct ciphers_view view;
};

static struct screen *screen_new(void)
{
	struct arena *mem = arena_new();
	struct screen *screen = arena_alloc(mem, sizeof(*screen));
	screen->mem = mem;
	screen->policy = (struct policy){ POLICY_BCP195, NULL };
	screen->target = (struct target_view){ .domain = "im.example",
					       .endpoints = screen->endpoints,
					       .facts = screen->walks,
					       .wanted = { true, false } };
	screen->view = (struct ciphers_view){
		.base = { .target = &screen->target,
			  .found = screen->found_at,
			  .statuses = screen->statuses,
			  .record_found = &screen->spanning,
			  .elapsed_ms = 1400 },
		.ciphers = screen->ciphers,
		.policy = &screen->policy,
	};
	return screen;
}

static void screen_free(struct screen *screen)
{
	struct arena *mem = screen->mem; /* in which the screen lives itself */
	arena_free(&mem);
}

static void put(struct screen *screen, enum service service, const char *address,
		struct ciphers_facts *facts)
{
	size_t i = screen->target.count++;
	assert_true(i < ROOM);
	screen->endpoints[i] = facts_endpoint(service, TRANSPORT_STARTTLS, address);
	screen->ciphers[i] = screen->facts[i] = facts;
	screen->walks[i] = facts ? &facts->walk : NULL;
	screen->found_at[i] = &screen->found[i];
	screen->target.wanted[service] = true;
	screen->view.base.connections += facts ? facts->connections : 0;
}

/* At endpoint `index`; -1: spanning. */
static void find(struct screen *screen, int index, const char *id, const char *text)
{
	findings_add(index < 0 ? &screen->spanning : &screen->found[index], &screen->policy,
		     screen->mem, id, "%s", text);
}

static struct screen *finished(struct screen *screen)
{
	enum status status = findings_status(&screen->spanning);
	for (size_t i = 0; i < screen->target.count; i++) {
		screen->statuses[i] = findings_status(&screen->found[i]);
		status = status_worse(status, screen->statuses[i]);
	}
	screen->view.base.status = status;
	return screen;
}

typedef struct ciphers_facts *server(struct arena *mem, enum service service);

static struct screen *one(server *make)
{
	struct screen *screen = screen_new();
	put(screen, SERVICE_C2S, "192.0.2.7", make(screen->mem, SERVICE_C2S));
	return screen;
}

static struct screen *modern(void)
{
	return finished(one(ciphers_modern));
}

static struct screen *prosody(void)
{
	struct screen *screen = one(ciphers_prosody);
	find(screen, 0, "tls-no-forward-secrecy", "two suites have no forward secrecy");
	return finished(screen);
}

static struct screen *prosody_only_bad(void)
{
	struct screen *screen = prosody();
	screen->view.only_bad = true;
	return screen;
}

static struct screen *prosody_by_openssl(void)
{
	struct screen *screen = prosody();
	screen->view.names = NAMES_OPENSSL;
	return screen;
}

static struct screen *awful(void)
{
	return finished(one(ciphers_awful));
}

static struct screen *refused(void)
{
	struct screen *screen = one(ciphers_refused);
	find(screen, 0, "endpoint-refused", "connection refused");
	return finished(screen);
}

static struct screen *cut(void)
{
	return finished(one(ciphers_cut));
}

/* Two doors that are the same, one that was cut short, one that is shut, one not examined. */
static struct screen *several(void)
{
	struct screen *screen = screen_new();
	put(screen, SERVICE_C2S, "192.0.2.7", ciphers_modern(screen->mem, SERVICE_C2S));
	put(screen, SERVICE_C2S, "2001:db8::7", ciphers_throttled(screen->mem, SERVICE_C2S));
	put(screen, SERVICE_S2S, "192.0.2.7", ciphers_cut(screen->mem, SERVICE_S2S));
	put(screen, SERVICE_S2S, "192.0.2.8", ciphers_refused(screen->mem, SERVICE_S2S));
	put(screen, SERVICE_S2S, "192.0.2.9", NULL);
	find(screen, 3, "endpoint-refused", "connection refused");
	return finished(screen);
}

static struct screen *nobody(void)
{
	struct screen *screen = finished(screen_new());
	screen->view.base.problem = "no answer within 10 s\033[2J";
	screen->view.base.status = STATUS_UNKNOWN;
	return screen;
}

static struct screen *not_tls(void)
{
	struct screen *screen = one(ciphers_blank);
	struct ciphers_facts *facts = screen->facts[0];
	facts->cut = CUT_NOT_TLS;
	facts->cut_reason = "a record of type 72 \033[2J";
	for (int i = SSL_2_0; i < TLS_VERSION_COUNT; i++)
		facts->survey.versions[i].offered = SEEN_UNCLEAR;
	facts->walk.tls = (struct tls_facts){ .alert = -1 };
	facts->walk.steps[STEP_TLS] = (struct step_facts){ 0 };
	facts->survey.unclear = 6;
	return finished(screen);
}

typedef void writer(const struct ciphers_view *view, struct buf *out);

static void long_100(const struct ciphers_view *view, struct buf *out)
{
	text_ciphers_long(view, &(struct text_style){ false, false, 100 }, out);
}

static void long_80(const struct ciphers_view *view, struct buf *out)
{
	text_ciphers_long(view, &(struct text_style){ false, false, 80 }, out);
}

static void long_60(const struct ciphers_view *view, struct buf *out)
{
	text_ciphers_long(view, &(struct text_style){ false, false, 60 }, out);
}

static void long_endless(const struct ciphers_view *view, struct buf *out)
{
	text_ciphers_long(view, &(struct text_style){ 0 }, out);
}

static const struct golden {
	const char *name;
	struct screen *(*make)(void);
	writer *write;
	const char *text;
} goldens[] = {
	{ "modern", modern, long_100,
	  "OK im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 6 suites, forward secrecy always\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                        FS   BITS  GROUP, KEY      VERDICT\n"
	  "TLS1.3  the server's order, but ChaCha20 first where the client lists it first\n"
	  "  TLS_AES_256_GCM_SHA384                       yes   256  X25519MLKEM768  good\n"
	  "  TLS_CHACHA20_POLY1305_SHA256                 yes   256  X25519MLKEM768  good\n"
	  "  TLS_AES_128_GCM_SHA256                       yes   128  X25519MLKEM768  good\n"
	  "TLS1.2  the server's order\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384        yes   256  x25519          good\n"
	  "  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256  yes   256  x25519          good\n"
	  "  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256        yes   128  x25519          good\n"
	  "groups    X25519MLKEM768 (post-quantum), x25519, secp256r1, secp384r1, in the server's order\n"
	  "signed    rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512,\n"
	  "          TLS1.3 signs with rsa_pss_rsae_sha256\n"
	  "keys      RSA 2048 certificate\n"
	  "secrecy   always\n"
	  "secure    compression: off, extended master secret: yes, secure renegotiation: yes,\n"
	  "          encrypt-then-MAC: yes, fallback SCSV: yes, downgrade sentinel: yes, heartbeat: no,\n"
	  "          ECDH value: fresh, hybrid over a classical share: yes\n"
	  "session   tickets: yes, session ids: no, resumption: yes, OCSP staple: no,\n"
	  "          client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down, hello in two segments: yes\n"
	  "38 connections, 1.4 s\n" },
	{ "stock Prosody", prosody, long_100,
	  "WARNING im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 9 suites, forward secrecy possible; two suites have no forward secrecy\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                  FS   BITS  GROUP, KEY   VERDICT  CLAUSE\n"
	  "TLS1.3  the client's order\n"
	  "  TLS_AES_256_GCM_SHA384                 yes   256  x25519       good\n"
	  "  TLS_CHACHA20_POLY1305_SHA256           yes   256  x25519       good\n"
	  "  TLS_AES_128_GCM_SHA256                 yes   128  x25519       good\n"
	  "TLS1.2  the client's order\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384  yes   256  x25519       good\n"
	  "  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384    yes   256  2048-bit DH  legacy   RFC 9325 4.2\n"
	  "  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256  yes   128  x25519       good\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA     yes   256  x25519       legacy   RFC 9325 4.2.1\n"
	  "  TLS_RSA_WITH_AES_256_GCM_SHA384        no    256               weak     RFC 9325 4.1\n"
	  "  TLS_RSA_WITH_AES_128_CBC_SHA           no    128               weak     RFC 9325 4.1\n"
	  "groups    x25519, secp256r1, x448, secp521r1, secp384r1, in the client's order\n"
	  "signed    TLS1.3: rsa_pss_rsae_sha256, signs with rsa_pss_rsae_sha256\n"
	  "          TLS1.2: rsa_pss_rsae_sha256, rsa_pkcs1_sha256,\n"
	  "          rsa_pkcs1_sha1 (only where nothing else is offered)\n"
	  "keys      RSA 2048 certificate, DH of 2048 bits (RFC 7919 ffdhe2048)\n"
	  "secrecy   possible\n"
	  "secure    compression: off, extended master secret: yes, secure renegotiation: yes,\n"
	  "          encrypt-then-MAC: yes, fallback SCSV: yes, downgrade sentinel: yes, heartbeat: no,\n"
	  "          DH value: fresh, ECDH value: fresh\n"
	  "session   tickets: yes, session ids: no, resumption: yes, OCSP staple: no,\n"
	  "          client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down, hello in two segments: yes\n"
	  "warning  tls-no-forward-secrecy  two suites have no forward secrecy  RFC 9325 4.1\n"
	  "42 connections, 1.4 s\n" },
	{ "no limit of width", prosody, long_endless,
	  "WARNING im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 9 suites, forward secrecy possible; two suites have no forward secrecy\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                  FS   BITS  GROUP, KEY   VERDICT                      CLAUSE\n"
	  "TLS1.3  the client's order\n"
	  "  TLS_AES_256_GCM_SHA384                 yes   256  x25519       good\n"
	  "  TLS_CHACHA20_POLY1305_SHA256           yes   256  x25519       good\n"
	  "  TLS_AES_128_GCM_SHA256                 yes   128  x25519       good\n"
	  "TLS1.2  the client's order\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384  yes   256  x25519       good\n"
	  "  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384    yes   256  2048-bit DH  legacy: finite-field DH      RFC 9325 4.2\n"
	  "  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256  yes   128  x25519       good\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA     yes   256  x25519       legacy: no encrypt-then-MAC  RFC 9325 4.2.1\n"
	  "  TLS_RSA_WITH_AES_256_GCM_SHA384        no    256               weak: no forward secrecy     RFC 9325 4.1\n"
	  "  TLS_RSA_WITH_AES_128_CBC_SHA           no    128               weak: no forward secrecy     RFC 9325 4.1\n"
	  "groups    x25519, secp256r1, x448, secp521r1, secp384r1, in the client's order\n"
	  "signed    TLS1.3: rsa_pss_rsae_sha256, signs with rsa_pss_rsae_sha256\n"
	  "          TLS1.2: rsa_pss_rsae_sha256, rsa_pkcs1_sha256, rsa_pkcs1_sha1 (only where nothing else is offered)\n"
	  "keys      RSA 2048 certificate, DH of 2048 bits (RFC 7919 ffdhe2048)\n"
	  "secrecy   possible\n"
	  "secure    compression: off, extended master secret: yes, secure renegotiation: yes, encrypt-then-MAC: yes, fallback SCSV: yes, downgrade sentinel: yes, heartbeat: no, DH value: fresh, ECDH value: fresh\n"
	  "session   tickets: yes, session ids: no, resumption: yes, OCSP staple: no, client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down, hello in two segments: yes\n"
	  "warning  tls-no-forward-secrecy  two suites have no forward secrecy  RFC 9325 4.1\n"
	  "42 connections, 1.4 s\n" },
	{ "only what is bad", prosody_only_bad, long_100,
	  "WARNING im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 9 suites, forward secrecy possible; two suites have no forward secrecy\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                            FS  BITS  GROUP, KEY  VERDICT                   CLAUSE\n"
	  "TLS1.2  2 of 6 suites\n"
	  "  TLS_RSA_WITH_AES_256_GCM_SHA384  no   256              weak: no forward secrecy  RFC 9325 4.1\n"
	  "  TLS_RSA_WITH_AES_128_CBC_SHA     no   128              weak: no forward secrecy  RFC 9325 4.1\n"
	  "groups    x25519, secp256r1, x448, secp521r1, secp384r1, in the client's order\n"
	  "signed    TLS1.3: rsa_pss_rsae_sha256, signs with rsa_pss_rsae_sha256\n"
	  "          TLS1.2: rsa_pss_rsae_sha256, rsa_pkcs1_sha256,\n"
	  "          rsa_pkcs1_sha1 (only where nothing else is offered)\n"
	  "keys      RSA 2048 certificate, DH of 2048 bits (RFC 7919 ffdhe2048)\n"
	  "secrecy   possible\n"
	  "secure    compression: off, extended master secret: yes, secure renegotiation: yes,\n"
	  "          encrypt-then-MAC: yes, fallback SCSV: yes, downgrade sentinel: yes, heartbeat: no,\n"
	  "          DH value: fresh, ECDH value: fresh\n"
	  "session   tickets: yes, session ids: no, resumption: yes, OCSP staple: no,\n"
	  "          client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down, hello in two segments: yes\n"
	  "warning  tls-no-forward-secrecy  two suites have no forward secrecy  RFC 9325 4.1\n"
	  "42 connections, 1.4 s\n" },
	{ "OpenSSL's names", prosody_by_openssl, long_80,
	  "WARNING im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 9 suites, forward secrecy possible; two suites have no forward secrecy\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                         FS   BITS  GROUP, KEY   VERDICT  CLAUSE\n"
	  "TLS1.3  the client's order\n"
	  "  TLS_AES_256_GCM_SHA384        yes   256  x25519       good\n"
	  "  TLS_CHACHA20_POLY1305_SHA256  yes   256  x25519       good\n"
	  "  TLS_AES_128_GCM_SHA256        yes   128  x25519       good\n"
	  "TLS1.2  the client's order\n"
	  "  ECDHE-RSA-AES256-GCM-SHA384   yes   256  x25519       good\n"
	  "  DHE-RSA-AES256-GCM-SHA384     yes   256  2048-bit DH  legacy   RFC 9325 4.2\n"
	  "  ECDHE-RSA-AES128-GCM-SHA256   yes   128  x25519       good\n"
	  "  ECDHE-RSA-AES256-SHA          yes   256  x25519       legacy   RFC 9325 4.2.1\n"
	  "  AES256-GCM-SHA384             no    256               weak     RFC 9325 4.1\n"
	  "  AES128-SHA                    no    128               weak     RFC 9325 4.1\n"
	  "groups    x25519, secp256r1, x448, secp521r1, secp384r1, in the client's order\n"
	  "signed    TLS1.3: rsa_pss_rsae_sha256, signs with rsa_pss_rsae_sha256\n"
	  "          TLS1.2: rsa_pss_rsae_sha256, rsa_pkcs1_sha256,\n"
	  "          rsa_pkcs1_sha1 (only where nothing else is offered)\n"
	  "keys      RSA 2048 certificate, DH of 2048 bits (RFC 7919 ffdhe2048)\n"
	  "secrecy   possible\n"
	  "secure    compression: off, extended master secret: yes,\n"
	  "          secure renegotiation: yes, encrypt-then-MAC: yes, fallback SCSV: yes,\n"
	  "          downgrade sentinel: yes, heartbeat: no, DH value: fresh,\n"
	  "          ECDH value: fresh\n"
	  "session   tickets: yes, session ids: no, resumption: yes, OCSP staple: no,\n"
	  "          client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down,\n"
	  "          hello in two segments: yes\n"
	  "warning  tls-no-forward-secrecy  two suites have no forward secrecy\n"
	  "                                 (RFC 9325 4.1)\n"
	  "42 connections, 1.4 s\n" },
	{ "a narrow terminal", prosody, long_60,
	  "WARNING im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 9 suites, forward secrecy possible; two suites have no forward secrecy\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                  FS   BITS    VERDICT\n"
	  "TLS1.3  the client's order\n"
	  "  TLS_AES_256_GCM_SHA384                 yes   256    good\n"
	  "  TLS_CHACHA20_POLY1305_SHA256           yes   256    good\n"
	  "  TLS_AES_128_GCM_SHA256                 yes   128    good\n"
	  "TLS1.2  the client's order\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384  yes   256    good\n"
	  "  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384    yes   256    legacy\n"
	  "  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256  yes   128    good\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA     yes   256    legacy\n"
	  "  TLS_RSA_WITH_AES_256_GCM_SHA384        no    256    weak\n"
	  "  TLS_RSA_WITH_AES_128_CBC_SHA           no    128    weak\n"
	  "groups    x25519, secp256r1, x448, secp521r1, secp384r1,\n"
	  "          in the client's order\n"
	  "signed    TLS1.3: rsa_pss_rsae_sha256,\n"
	  "          signs with rsa_pss_rsae_sha256\n"
	  "          TLS1.2: rsa_pss_rsae_sha256, rsa_pkcs1_sha256,\n"
	  "          rsa_pkcs1_sha1 (only where nothing else is offered)\n"
	  "keys      RSA 2048 certificate,\n"
	  "          DH of 2048 bits (RFC 7919 ffdhe2048)\n"
	  "secrecy   possible\n"
	  "secure    compression: off, extended master secret: yes,\n"
	  "          secure renegotiation: yes, encrypt-then-MAC: yes,\n"
	  "          fallback SCSV: yes, downgrade sentinel: yes,\n"
	  "          heartbeat: no, DH value: fresh, ECDH value: fresh\n"
	  "session   tickets: yes, session ids: no, resumption: yes,\n"
	  "          OCSP staple: no, client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down,\n"
	  "          hello in two segments: yes\n"
	  "warning  tls-no-forward-secrecy  RFC 9325 4.1\n"
	  "    two suites have no forward secrecy\n"
	  "42 connections, 1.4 s\n" },
	{ "awful", awful, long_100,
	  "OK im.example c2s starttls 192.0.2.7:5222: SSL2.0 SSL3.0 TLS1.0 TLS1.1 TLS1.2, 13 suites at least, forward secrecy possible\n"
	  "SSL2.0 yes   SSL3.0 yes   TLS1.0 yes   TLS1.1 yes   TLS1.2 yes   TLS1.3 ?\n"
	  "  SUITE                                  FS   BITS  GROUP, KEY               VERDICT   CLAUSE\n"
	  "TLS1.2  no order: the answers contradict each other; not complete\n"
	  "  TLS_RSA_WITH_RC4_128_SHA               no    128  RSA                      insecure  RFC 7465 2\n"
	  "  TLS_RSA_WITH_AES_128_GCM_SHA256        no    128  RSA                      weak      RFC 9325 4.1\n"
	  "TLS1.1 TLS1.0  the server's order\n"
	  "  TLS_RSA_WITH_RC4_128_SHA               no    128  RSA                      insecure  RFC 7465 2\n"
	  "  TLS_RSA_WITH_3DES_EDE_CBC_SHA          no    168  RSA                      weak      RFC 9325 4.1\n"
	  "  TLS_DHE_RSA_WITH_AES_128_CBC_SHA       yes   128  1024-bit DH, RSA         weak      RFC 9325 4.5\n"
	  "  TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA  yes    40  512-bit DH, RSA          insecure  RFC 9325 4.1\n"
	  "  TLS_RSA_EXPORT_WITH_RC4_40_MD5         no     40  512-bit RSA, RSA         insecure  RFC 9325 4.1\n"
	  "  TLS_DH_anon_WITH_AES_128_CBC_SHA       yes   128  RSA                      insecure  RFC 9325 4.1\n"
	  "  TLS_RSA_WITH_NULL_SHA                  no      0  RSA                      insecure  RFC 9325 4.1\n"
	  "  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA   yes   128  explicit curve, Ed25519  weak      RFC 8422 5.4\n"
	  "  0xFEDC                                 ?       ?  0x7777                   legacy    RFC 9847 3\n"
	  "SSL3.0  the server's order; the suites of TLS1.1, of which here:\n"
	  "  TLS_RSA_WITH_3DES_EDE_CBC_SHA          no    168  RSA                      insecure  RFC 7568 3\n"
	  "  TLS_DHE_RSA_WITH_AES_128_CBC_SHA       yes   128  1024-bit DH, RSA         insecure  RFC 7568 3\n"
	  "  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA   yes   128  explicit curve, Ed25519  insecure  RFC 7568 3\n"
	  "SSL2.0\n"
	  "  SSL_CK_RC4_128_WITH_MD5                no    128  RSA                      insecure  RFC 6176 3\n"
	  "  SSL_CK_RC4_128_EXPORT40_WITH_MD5       no     40  RSA                      insecure  RFC 6176 3\n"
	  "  SSL_CK_DES_64_CBC_WITH_MD5             no     56  RSA                      insecure  RFC 6176 3\n"
	  "groups    sect163k1, 0x7777, not complete\n"
	  "signed    TLS1.2: rsa_pkcs1_md5, rsa_pkcs1_sha1 (only where nothing else is offered)\n"
	  "keys      RSA 1024 certificate, Ed25519 certificate, DH of 1024 bits (RFC 2409 group 2),\n"
	  "          DH of 512 bits (no prime)\n"
	  "secrecy   possible\n"
	  "secure    compression: on, extended master secret: no, secure renegotiation: no,\n"
	  "          encrypt-then-MAC: no, fallback SCSV: unclear, heartbeat: yes, DH value: used twice,\n"
	  "          ECDH value: used twice\n"
	  "names     SNI: required, unknown name: refused\n"
	  "tolerant  GREASE: no, higher versions: not tolerated, breaks at version 0x0304\n"
	  "asked     3 questions without an answer\n"
	  "91 connections, 1.4 s\n" },
	{ "refused", refused, long_100,
	  "WARNING im.example c2s starttls 192.0.2.7:5222: connection refused               1 connection, 1.4 s\n"
	  "c2s  starttls 192.0.2.7:5222\n"
	  "     tcp          10 ms  connection refused\n"
	  "                         Nothing listens at an address that DNS names; clients lose time there.\n"
	  "                         Prosody: see `c2s_ports`, `s2s_ports`, `interfaces`, and the firewall\n"
	  "                         ejabberd: see `port` and `ip` in `listen`, and the firewall\n"
	  "warning  endpoint-refused  connection refused  RFC 6120 3.2.1\n"
	  "1 connection, 1.4 s\n" },
	{ "cut short", cut, long_100,
	  "OK im.example c2s starttls 192.0.2.7:5222: TLS1.2 TLS1.3, 4 suites at least, forward secrecy possible; cut short by --max-connections\n"
	  "SSL2.0 -   SSL3.0 -   TLS1.0 -   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                  FS   BITS  GROUP, KEY  VERDICT  CLAUSE\n"
	  "TLS1.3  the server's order\n"
	  "  TLS_AES_256_GCM_SHA384                 yes   256  x25519      good\n"
	  "  TLS_AES_128_GCM_SHA256                 yes   128  x25519      good\n"
	  "TLS1.2  not complete\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384  yes   256  x25519      good\n"
	  "  TLS_RSA_WITH_AES_256_GCM_SHA384        no    256              weak     RFC 9325 4.1\n"
	  "groups    not complete\n"
	  "keys      RSA 2048 certificate\n"
	  "secrecy   possible\n"
	  "secure    secure renegotiation: yes\n"
	  "asked     versions and suites only; one connection at a time; cut short by --max-connections\n"
	  "10 connections, 1.4 s\n" },
	{ "several endpoints", several, long_100,
	  "WARNING im.example: c2s TLS1.2 TLS1.3, 6 suites, forward secrecy always; s2s TLS1.2 TLS1.3, 4 suites at least, forward secrecy possible at 1 of 2 endpoints; connection refused\n"
	  "\n"
	  "c2s starttls 192.0.2.7:5222 (xmpp.im.example), c2s starttls [2001:db8::7]:5222 (xmpp.im.example):\n"
	  "    the same (84 connections)\n"
	  "SSL2.0 no   SSL3.0 no   TLS1.0 no   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                        FS   BITS  GROUP, KEY      VERDICT\n"
	  "TLS1.3  the server's order, but ChaCha20 first where the client lists it first\n"
	  "  TLS_AES_256_GCM_SHA384                       yes   256  X25519MLKEM768  good\n"
	  "  TLS_CHACHA20_POLY1305_SHA256                 yes   256  X25519MLKEM768  good\n"
	  "  TLS_AES_128_GCM_SHA256                       yes   128  X25519MLKEM768  good\n"
	  "TLS1.2  the server's order\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384        yes   256  x25519          good\n"
	  "  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256  yes   256  x25519          good\n"
	  "  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256        yes   128  x25519          good\n"
	  "groups    X25519MLKEM768 (post-quantum), x25519, secp256r1, secp384r1, in the server's order\n"
	  "signed    rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512,\n"
	  "          TLS1.3 signs with rsa_pss_rsae_sha256\n"
	  "keys      RSA 2048 certificate\n"
	  "secrecy   always\n"
	  "secure    compression: off, extended master secret: yes, secure renegotiation: yes,\n"
	  "          encrypt-then-MAC: yes, fallback SCSV: yes, downgrade sentinel: yes, heartbeat: no,\n"
	  "          ECDH value: fresh, hybrid over a classical share: yes\n"
	  "session   tickets: yes, session ids: no, resumption: yes, OCSP staple: no,\n"
	  "          client certificate: asked for\n"
	  "names     SNI: not required, unknown name: accepted\n"
	  "tolerant  GREASE: yes, higher versions: negotiated down, hello in two segments: yes\n"
	  "\n"
	  "s2s starttls 192.0.2.7:5269 (xmpp.im.example)                                         10 connections\n"
	  "SSL2.0 -   SSL3.0 -   TLS1.0 -   TLS1.1 no   TLS1.2 yes   TLS1.3 yes\n"
	  "  SUITE                                  FS   BITS  GROUP, KEY  VERDICT  CLAUSE\n"
	  "TLS1.3  the server's order\n"
	  "  TLS_AES_256_GCM_SHA384                 yes   256  x25519      good\n"
	  "  TLS_AES_128_GCM_SHA256                 yes   128  x25519      good\n"
	  "TLS1.2  not complete\n"
	  "  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384  yes   256  x25519      good\n"
	  "  TLS_RSA_WITH_AES_256_GCM_SHA384        no    256              weak     RFC 9325 4.1\n"
	  "groups    not complete\n"
	  "keys      RSA 2048 certificate\n"
	  "secrecy   possible\n"
	  "secure    secure renegotiation: yes\n"
	  "asked     versions and suites only; one connection at a time; cut short by --max-connections\n"
	  "\n"
	  "s2s  starttls 192.0.2.8:5269\n"
	  "     tcp          10 ms  connection refused\n"
	  "                         Nothing listens at an address that DNS names; clients lose time there.\n"
	  "                         Prosody: see `c2s_ports`, `s2s_ports`, `interfaces`, and the firewall\n"
	  "                         ejabberd: see `port` and `ip` in `listen`, and the firewall\n"
	  "\n"
	  "warning  endpoint-refused  s2s 192.0.2.8:5269  connection refused  RFC 6120 3.2.1\n"
	  "95 connections, 1.4 s\n" },
	{ "no endpoint", nobody, long_100, "UNKNOWN im.example: no answer within 10 s\\x1b[2J\n" },
	{ "no TLS", not_tls, long_100,
	  "OK im.example c2s starttls 192.0.2.7:5222: cut short: what answers breaks the rules of TLS (a record of type 72 \\x1b[2J)\n"
	  "c2s  starttls 192.0.2.7:5222\n"
	  "     tcp          10 ms  connected\n"
	  "     stream       11 ms  STARTTLS offered, required\n"
	  "     starttls     12 ms  proceed\n"
	  "SSL2.0 ?   SSL3.0 ?   TLS1.0 ?   TLS1.1 ?   TLS1.2 ?   TLS1.3 ?\n"
	  "asked     6 questions without an answer; cut short: what answers breaks the rules of TLS (a record\n"
	  "          of type 72 \\x1b[2J)\n"
	  "0 connections, 1.4 s\n" },
	{ "modern, short", modern, text_ciphers_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tTLS1.2 TLS1.3, 6 suites, forward secrecy always\n" },
	{ "Prosody, short", prosody, text_ciphers_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\twarning\tTLS1.2 TLS1.3, 9 suites, forward secrecy possible; tls-no-forward-secrecy: two suites have no forward secrecy\n" },
	{ "several, short", several, text_ciphers_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tTLS1.2 TLS1.3, 6 suites, forward secrecy always\n"
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t2001:db8::7\tok\tTLS1.2 TLS1.3, 6 suites, forward secrecy always\n"
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tTLS1.2 TLS1.3, 4 suites at least, forward secrecy possible; cut short by --max-connections\n"
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.8\twarning\tendpoint-refused: connection refused\n" },
	{ "no endpoint, short", nobody, text_ciphers_short,
	  "im.example\t-\t-\t-\t-\t-\tunknown\tno answer within 10 s\\x1b[2J\n" },
	{ "no TLS, short", not_tls, text_ciphers_short,
	  "im.example\tc2s\tstarttls\txmpp.im.example\t5222\t192.0.2.7\tok\tcut short: what answers breaks the rules of TLS (a record of type 72 \\x1b[2J)\n" },
	{ "modern, monitored", modern, text_ciphers_nagios,
	  "XMPPCIPHERS OK - im.example c2s TLS1.2 TLS1.3, forward secrecy always | suites=6 weak=0;;;0 insecure=0;;;0 connections=38 time=1.40s;;;0\n" },
	{ "Prosody, monitored", prosody, text_ciphers_nagios,
	  "XMPPCIPHERS WARNING - im.example c2s TLS1.2 TLS1.3, forward secrecy possible; two suites have no forward secrecy | suites=9 weak=2;;;0 insecure=0;;;0 connections=42 time=1.40s;;;0\n" },
	{ "awful, monitored", awful, text_ciphers_nagios,
	  "XMPPCIPHERS OK - im.example c2s SSL2.0 SSL3.0 TLS1.0 TLS1.1 TLS1.2, forward secrecy possible | suites=13 weak=1;;;0 insecure=11;;;0 connections=91 time=1.40s;;;0\n" },
	{ "cut short, monitored", cut, text_ciphers_nagios,
	  "XMPPCIPHERS OK - im.example c2s TLS1.2 TLS1.3, forward secrecy possible; cut short by --max-connections | suites=4 weak=1;;;0 insecure=0;;;0 connections=10 time=1.40s;;;0\n" },
	{ "refused, monitored", refused, text_ciphers_nagios,
	  "XMPPCIPHERS WARNING - im.example c2s connection refused | connections=1 time=1.40s;;;0\n" },
	{ "several, monitored", several, text_ciphers_nagios,
	  "XMPPCIPHERS WARNING - im.example c2s TLS1.2 TLS1.3, forward secrecy always; s2s TLS1.2 TLS1.3, forward secrecy possible at 1 of 2 endpoints; connection refused | suites=7 weak=1;;;0 insecure=0;;;0 connections=95 time=1.40s;;;0\n" },
	{ "no endpoint, monitored", nobody, text_ciphers_nagios,
	  "XMPPCIPHERS UNKNOWN - im.example no answer within 10 s\\x1b[2J | connections=0 time=1.40s;;;0\n" },
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

static size_t count_lines(const struct buf *out)
{
	size_t lines = 0;
	for (size_t i = 0; i < out->size; i++)
		lines += out->data[i] == '\n';
	return lines;
}

/* Of three versions that take everything, the suites are told once, and what is worse where. */
static void a_crowd_of_suites_is_shown_once(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = one(ciphers_blank);
	struct ciphers_facts *facts = screen->facts[0];
	uint32_t codes[200];
	size_t count = 0;
	for (size_t i = 0; i < suite_count && count < ARRAY_SIZE(codes); i++) {
		if (suites[i].first <= TLS_1_0 && suites[i].last >= TLS_1_2)
			codes[count++] = suites[i].code;
	}
	assert_true(count > 100);
	for (int version = TLS_1_0; version <= TLS_1_2; version++) {
		struct version_seen *seen = ciphers_accept(facts, screen->mem,
							   (enum tls_version)version,
							   PREFERENCE_SERVER, codes, count);
		for (size_t i = 0; i < count; i++)
			seen->suites[i].encrypt_then_mac = false;
	}
	finished(screen);
	long_100(&screen->view, &out);
	assert_true(count_lines(&out) < 3 * count / 2 + 12);
	assert_non_null(strstr(buf_string(&out), "\nTLS1.2  the server's order\n"));
	assert_non_null(strstr(buf_string(&out), "\nTLS1.1 TLS1.0  the server's order; the suites "
						 "of TLS1.2, of which here:\n"));
	screen_free(screen);
}

/* One group that an answer about versions happened to show is not all that there are. */
static void what_came_in_passing_is_not_all(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = one(ciphers_modern);
	struct survey_facts *survey = &screen->facts[0]->survey;
	survey->group_count = survey->scheme_count = 1;
	survey->signature13 = NULL;
	survey->group_preference = PREFERENCE_UNKNOWN;
	for (int i = 0; i < 2; i++)
		survey->groups_complete[i] = survey->schemes_complete[i] = SEEN_NOT_TESTED;
	finished(screen);
	long_100(&screen->view, &out);
	screen_free(screen);
	assert_non_null(strstr(buf_string(&out), "\ngroups    X25519MLKEM768 (post-quantum), "
						 "others not asked for\n"));
	assert_non_null(strstr(buf_string(&out), "\nsigned    rsa_pss_rsae_sha256, "
						 "others not asked for\n"));
}

static void only_trouble_is_coloured(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = prosody();
	text_ciphers_long(&screen->view, &(struct text_style){ true, false, 100 }, &out);
	screen_free(screen);
	assert_non_null(strstr(buf_string(&out), "\033[33mweak\033[0m"));
	assert_non_null(strstr(buf_string(&out), "  good\n"));
	assert_non_null(strstr(buf_string(&out), "  legacy  "));
}

static void the_walk_is_shown_when_asked_for(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = modern();
	text_ciphers_long(&screen->view, &(struct text_style){ false, true, 100 }, &out);
	screen_free(screen);
	assert_non_null(strstr(buf_string(&out), "\nc2s  starttls 192.0.2.7:5222\n"
						 "     tcp          10 ms  connected\n"));
}

/* A record may hold anything. */
static void what_others_wrote_is_escaped(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = one(ciphers_prosody);
	struct ciphers_facts *facts = screen->facts[0];
	facts->survey.signature13 = facts->survey.fields[0].name = facts->cut_reason = "a\033[2J";
	facts->survey.certs[0].key = "b\033[2J";
	facts->cut = CUT_THROTTLED;
	facts->survey.certs[1] = facts->survey.certs[0];
	facts->survey.certs[1].key = "c\033[2J";
	facts->survey.cert_count = 2;
	finished(screen);
	long_100(&screen->view, &out);
	text_ciphers_short(&screen->view, &out);
	text_ciphers_nagios(&screen->view, &out);
	screen_free(screen);
	assert_null(memchr(out.data, '\033', out.size));
	assert_non_null(strstr(buf_string(&out), "signs with a\\x1b[2J"));
	assert_non_null(strstr(buf_string(&out), "b\\x1b[2J certificate, c\\x1b[2J certificate"));
	assert_non_null(strstr(buf_string(&out), "(a\\x1b[2J)"));
}

static const struct list_row {
	const char *name;
	struct list_filter filter;
	const char *has, *lacks;
} list_rows[] = {
	{ "all", { 0 }, "0xC02F", "0x00FF" },
	{ "SSL 2.0", { .version = SSL_2_0 }, "0x010080", "0xC02F" },
	{ "TLS 1.3", { .version = TLS_1_3 }, "0x1301", "0xC02F" },
	{ "forward secrecy", { .forward_secrecy = true }, "0xC02F", "0x009C" },
	{ "nothing against it", { .graded = true }, "0xC02F", "0x0005" },
	{ "something against it", { .only_bad = true }, "0x0005", "0xC02F" },
	{ "something against it under a policy",
	  { .graded = true, .only_bad = true },
	  "0x0005",
	  "0xC02F" },
};

static void the_registry_is_listed(void **state)
{
	(void)state;
	const struct policy policy = { POLICY_BCP195, NULL };
	for (size_t i = 0; i < ARRAY_SIZE(list_rows); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		text_suite_list(&list_rows[i].filter, &policy, NAMES_IANA,
				&(struct text_style){ 0 }, &out);
		assert_row(list_rows[i].name, strncmp(buf_string(&out), "CODE ", 5) == 0);
		assert_row(list_rows[i].name, strstr(buf_string(&out), list_rows[i].has));
		assert_row(list_rows[i].name, !strstr(buf_string(&out), list_rows[i].lacks));
	}
}

static void a_listed_suite_tells_all(void **state)
{
	(void)state;
	const struct policy policy = { POLICY_BCP195, NULL };
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	text_suite_list(&(struct list_filter){ 0 }, &policy, NAMES_OPENSSL,
			&(struct text_style){ .colour = true }, &out);
	const char *line = strstr(buf_string(&out), "0xC02F ");
	assert_non_null(line);
	assert_non_null(strstr(line, "ECDHE-RSA-AES128-GCM-SHA256 "));
	assert_true(strstr(line, "  TLS1.2 ") < strchr(line, '\n'));
	assert_true(strstr(line, "  yes   128  good ") < strchr(line, '\n'));
	assert_non_null(strstr(buf_string(&out), "\033[31minsecure"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_drawn),
		cmocka_unit_test(a_crowd_of_suites_is_shown_once),
		cmocka_unit_test(what_came_in_passing_is_not_all),
		cmocka_unit_test(only_trouble_is_coloured),
		cmocka_unit_test(the_walk_is_shown_when_asked_for),
		cmocka_unit_test(what_others_wrote_is_escaped),
		cmocka_unit_test(the_registry_is_listed),
		cmocka_unit_test(a_listed_suite_tells_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
