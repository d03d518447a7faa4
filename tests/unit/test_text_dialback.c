#include "unit.h"

#include "dialback_runs.h"
#include "report/text.h"

#define ROOM 8

/* A domain that was examined, with findings added by hand. */
struct screen {
	struct arena *mem;
	struct endpoint endpoints[ROOM];
	const struct dialback_facts *dialbacks[ROOM];
	const struct starttls_facts *walks[ROOM];
	struct findings found[ROOM];
	const struct findings *found_at[ROOM];
	enum status statuses[ROOM];
	struct findings spanning;
	struct target_view target;
	struct policy policy;
	struct promise promises[PROMISE_MAX];
	struct dialback_view view;
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
					       .wanted = { false, true } };
	screen->view = (struct dialback_view){
		.base = { .target = &screen->target,
			  .found = screen->found_at,
			  .statuses = screen->statuses,
			  .record_found = &screen->spanning,
			  .elapsed_ms = 1200 },
		.dialbacks = screen->dialbacks,
		.policy = &screen->policy,
	};
	return screen;
}

static void screen_free(struct screen *screen)
{
	struct arena *mem = screen->mem; /* in which the screen lives itself */
	arena_free(&mem);
}

static void put(struct screen *screen, const char *address, const struct dialback_facts *facts)
{
	size_t i = screen->target.count++;
	assert_true(i < ROOM);
	screen->endpoints[i] = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, address);
	screen->dialbacks[i] = facts;
	screen->walks[i] = facts ? &facts->walk : NULL;
	screen->found_at[i] = &screen->found[i];
	screen->view.base.connections += facts ? facts->connections : 0;
}

/* At the first endpoint. The catalogue's ids are not what is tested here. */
static void find(struct screen *screen, const char *id, const char *text)
{
	findings_add(&screen->found[0], &screen->policy, screen->mem, id, "%s", text);
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

typedef struct dialback_facts *server(struct arena *mem);

static struct screen *one(server *make)
{
	struct screen *screen = screen_new();
	put(screen, "192.0.2.7", make(screen->mem));
	return screen;
}

static struct screen *verified(void)
{
	return finished(one(run_verified));
}

static struct screen *alone(void)
{
	return finished(one(run_alone));
}

static struct screen *unfound(void)
{
	struct screen *screen = one(run_unfound);
	find(screen, "dialback-no-callback",
	     "the peer did not call back test.example.net: its SRV points to 198.51.100.4:5269");
	return finished(screen);
}

static struct screen *loose(void)
{
	struct screen *screen = one(run_loose);
	find(screen, "dialback-unproven-accepted", "valid although we answered invalid");
	find(screen, "dialback-in-clear", "it asks back in clear");
	return finished(screen);
}

static struct screen *convinced(void)
{
	return finished(one(run_convinced));
}

static struct screen *denied(void)
{
	return finished(one(run_denied));
}

static struct screen *turned_away(void)
{
	return finished(one(run_turned_away));
}

static struct screen *barred(void)
{
	return finished(one(run_barred));
}

static struct screen *vouched(void)
{
	return finished(one(run_vouched));
}

static struct screen *no_dialback(void)
{
	struct screen *screen = screen_new();
	struct run *run = run_blank(screen->mem);
	run->facts.walk.after.features.dialback = false;
	run_trial(run, TRIAL_VERIFY_MADE_UP, OUTCOME_STREAM_ERROR, "not-authorized")->state =
		TRIAL_REFUSED;
	put(screen, "192.0.2.7", &run->facts);
	return finished(screen);
}

/* That it asks with what we sent does not make that right. */
static struct screen *wrong_key(void)
{
	struct screen *screen = screen_new();
	put(screen, "192.0.2.7", &run_verified_as(screen->mem, TRIAL_WRONG_KEY)->facts);
	return finished(screen);
}

static struct screen *silent(void)
{
	return finished(one(run_silent));
}

static struct screen *side_by_side(void)
{
	return finished(one(run_side_by_side));
}

static struct screen *refused(void)
{
	struct screen *screen = one(run_refused);
	find(screen, "endpoint-refused", "connection refused");
	return finished(screen);
}

static struct screen *manifesto(void)
{
	struct screen *screen = one(run_alone);
	screen->promises[0] = (struct promise){ "SW-5", "encryption can be required", SERVICE_S2S,
						PROMISE_KEPT, "refused in clear" };
	screen->promises[1] = (struct promise){ "SW-7", "authenticated, else TLS with dialback",
						SERVICE_S2S, PROMISE_BROKEN, NULL };
	screen->view.base.promises = screen->promises;
	screen->view.base.promise_count = 2;
	screen->view.base.policy = POLICY_MANIFESTO;
	finished(screen);
	screen->view.base.status = STATUS_CRITICAL;
	return screen;
}

/* A good door, one that is shut, one not examined. */
static struct screen *several(void)
{
	struct screen *screen = screen_new();
	put(screen, "192.0.2.7", run_verified(screen->mem));
	put(screen, "2001:db8::7", run_refused(screen->mem));
	put(screen, "192.0.2.9", NULL);
	return finished(screen);
}

static struct screen *nobody(void)
{
	struct screen *screen = finished(screen_new());
	screen->view.base.problem = "no answer within 10 s\033[2J";
	screen->view.base.status = STATUS_UNKNOWN;
	return screen;
}

typedef void writer(const struct dialback_view *view, struct buf *out);

static void long_100(const struct dialback_view *view, struct buf *out)
{
	text_dialback_long(view, &(struct text_style){ false, false, 100 }, out);
}

static void long_60(const struct dialback_view *view, struct buf *out)
{
	text_dialback_long(view, &(struct text_style){ false, false, 60 }, out);
}

static void long_50(const struct dialback_view *view, struct buf *out)
{
	text_dialback_long(view, &(struct text_style){ false, false, 50 }, out);
}

static void long_endless(const struct dialback_view *view, struct buf *out)
{
	text_dialback_long(view, &(struct text_style){ 0 }, out);
}

static void timeline(const struct dialback_view *view, struct buf *out)
{
	text_dialback_long(view, &(struct text_style){ false, true, 100 }, out);
}

static void coloured(const struct dialback_view *view, struct buf *out)
{
	text_dialback_long(view, &(struct text_style){ true, false, 100 }, out);
}

static const struct golden {
	const char *name;
	struct screen *(*make)(void);
	writer *write;
	const char *text;
} goldens[] = {
	{ "verified", verified, long_100,
	  "OK im.example: verified us in 0.27 s, TLS both ways, authenticated by dialback only\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.36  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK                OUTCOME                        VERDICT  WHAT WE DID\n"
	  "round                valid, asked back              good     db:result, and we confirm the key when\n"
	  "                                                             asked\n"
	  "clear-result         stream error policy-violation  good     db:result in clear, before TLS\n"
	  "clear-verify         stream error policy-violation  good     db:verify in clear, before TLS\n"
	  "verify-made-up       invalid                        good     db:verify of a key nobody made\n"
	  "verify-other-id      invalid                        good     db:verify of a key in the right form,\n"
	  "                                                             for another id\n"
	  "verify-two           invalid and invalid            good     two db:verify at once\n"
	  "verify-twice         invalid                        good     the same db:verify again\n"
	  "verify-unknown-host  error item-not-found           good     db:verify for a domain it does not host\n"
	  "target-unknown       stream error host-unknown      info     db:result to a domain it does not host\n"
	  "sender-unresolvable  error remote-server-not-found  good     db:result from a domain that is not in\n"
	  "                                                             DNS\n"
	  "5 connections, 1.2 s\n" },
	{ "verified, timeline", verified, timeline,
	  "OK im.example: verified us in 0.27 s, TLS both ways, authenticated by dialback only\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.04  -->     connected to 192.0.2.7:5269\n"
	  " 3  0.05  -->     stream from=test.example.net to=im.example\n"
	  " 4  0.06  <--     stream from=im.example id=outside\n"
	  " 5  0.06  <--     features: STARTTLS, required\n"
	  " 6  0.07  -->     TLS1.3, certificate ok (PKIX)\n"
	  " 7  0.08  -->     stream from=test.example.net to=im.example\n"
	  " 8  0.09  <--     stream from=im.example id=b7e2\n"
	  " 9  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  "10  0.09  -->     db:result, key for id b7e2\n"
	  "11  0.19  <== in  192.0.2.7:40312 calls\n"
	  "12  0.19  <== in  stream from=im.example to=test.example.net\n"
	  "13  0.19  ==> in  stream from=test.example.net id=ours\n"
	  "14  0.20  <== in  TLS1.3, certificate ok (PKIX)\n"
	  "15  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right\n"
	  "16  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  "17  0.22  <== in  end: closed\n"
	  "18  0.36  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK                OUTCOME                        VERDICT  WHAT WE DID\n"
	  "round                valid, asked back              good     db:result, and we confirm the key when\n"
	  "                                                             asked\n"
	  "clear-result         stream error policy-violation  good     db:result in clear, before TLS\n"
	  "clear-verify         stream error policy-violation  good     db:verify in clear, before TLS\n"
	  "verify-made-up       invalid                        good     db:verify of a key nobody made\n"
	  "verify-other-id      invalid                        good     db:verify of a key in the right form,\n"
	  "                                                             for another id\n"
	  "verify-two           invalid and invalid            good     two db:verify at once\n"
	  "verify-twice         invalid                        good     the same db:verify again\n"
	  "verify-unknown-host  error item-not-found           good     db:verify for a domain it does not host\n"
	  "target-unknown       stream error host-unknown      info     db:result to a domain it does not host\n"
	  "sender-unresolvable  error remote-server-not-found  good     db:result from a domain that is not in\n"
	  "                                                             DNS\n"
	  "5 connections, 1.2 s\n" },
	{ "verified, narrow", verified, long_60,
	  "OK im.example: verified us in 0.27 s, TLS both ways, authenticated by dialback only\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example:\n"
	  "                  xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.05  -->     stream from=test.example.net\n"
	  "                  to=im.example, TLS1.3, certificate ok\n"
	  "                  (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3:\n"
	  "                  key right\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.36  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its\n"
	  "          certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its\n"
	  "          certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback\n"
	  "          (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate\n"
	  "          to show: --cert\n"
	  "CHECK                OUTCOME                        VERDICT\n"
	  "round                valid, asked back              good\n"
	  "clear-result         stream error policy-violation  good\n"
	  "clear-verify         stream error policy-violation  good\n"
	  "verify-made-up       invalid                        good\n"
	  "verify-other-id      invalid                        good\n"
	  "verify-two           invalid and invalid            good\n"
	  "verify-twice         invalid                        good\n"
	  "verify-unknown-host  error item-not-found           good\n"
	  "target-unknown       stream error host-unknown      info\n"
	  "sender-unresolvable  error remote-server-not-found  good\n"
	  "5 connections, 1.2 s\n" },
	{ "no listener", alone, long_100,
	  "OK im.example: refuses what it must in 9 checks; not asked to verify us (that needs --from and --listen)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     not tested: needs --from with --cert or --listen\n"
	  "CHECK                OUTCOME                        VERDICT  WHAT WE DID\n"
	  "clear-result         stream error policy-violation  good     db:result in clear, before TLS\n"
	  "clear-verify         stream error policy-violation  good     db:verify in clear, before TLS\n"
	  "verify-made-up       invalid                        good     db:verify of a key nobody made\n"
	  "verify-other-id      invalid                        good     db:verify of a key in the right form,\n"
	  "                                                             for another id\n"
	  "verify-two           invalid and invalid            good     two db:verify at once\n"
	  "verify-twice         invalid                        good     the same db:verify again\n"
	  "verify-unknown-host  error item-not-found           good     db:verify for a domain it does not host\n"
	  "target-unknown       stream error host-unknown      info     db:result to a domain it does not host\n"
	  "sender-unresolvable  error remote-server-not-found  good     db:result from a domain that is not in\n"
	  "                                                             DNS\n"
	  "5 connections, 1.2 s\n" },
	{ "no listener, very narrow", alone, long_50,
	  "OK im.example: refuses what it must in 9 checks; not asked to verify us (that needs --from and --listen)\n"
	  "out       192.0.2.7:5269  TLS1.3\n"
	  "          TLS_AES_256_GCM_SHA384, its certificate:\n"
	  "          proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside\n"
	  "          TLS: dialback (errors), no EXTERNAL\n"
	  "trust     not tested: needs --from with --cert or\n"
	  "          --listen\n"
	  "CHECK                VERDICT  OUTCOME\n"
	  "clear-result         good     stream error\n"
	  "                              policy-violation\n"
	  "clear-verify         good     stream error\n"
	  "                              policy-violation\n"
	  "verify-made-up       good     invalid\n"
	  "verify-other-id      good     invalid\n"
	  "verify-two           good     invalid and invalid\n"
	  "verify-twice         good     invalid\n"
	  "verify-unknown-host  good     error item-not-found\n"
	  "target-unknown       info     stream error\n"
	  "                              host-unknown\n"
	  "sender-unresolvable  good     error\n"
	  "                              remote-server-not-found\n"
	  "5 connections, 1.2 s\n" },
	{ "no listener, no limit of width", alone, long_endless,
	  "OK im.example: refuses what it must in 9 checks; not asked to verify us (that needs --from and --listen)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     not tested: needs --from with --cert or --listen\n"
	  "CHECK                OUTCOME                        VERDICT  WHAT WE DID\n"
	  "clear-result         stream error policy-violation  good     db:result in clear, before TLS\n"
	  "clear-verify         stream error policy-violation  good     db:verify in clear, before TLS\n"
	  "verify-made-up       invalid                        good     db:verify of a key nobody made\n"
	  "verify-other-id      invalid                        good     db:verify of a key in the right form, for another id\n"
	  "verify-two           invalid and invalid            good     two db:verify at once\n"
	  "verify-twice         invalid                        good     the same db:verify again\n"
	  "verify-unknown-host  error item-not-found           good     db:verify for a domain it does not host\n"
	  "target-unknown       stream error host-unknown      info     db:result to a domain it does not host\n"
	  "sender-unresolvable  error remote-server-not-found  good     db:result from a domain that is not in DNS\n"
	  "5 connections, 1.2 s\n" },
	{ "not found", unfound, long_100,
	  "WARNING im.example: did not verify us: error remote-server-not-found after 20.00 s, and DNS leads elsewhere; the peer did not call back test.example.net: its SRV points to 198.51.100.4:5269\n"
	  " 1  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 2  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 3  0.09  -->     db:result, key for id b7e2\n"
	  " 4 20.09  <--     db:result type=error remote-server-not-found\n"
	  "failed    hop 4, error remote-server-not-found: it found no server of our domain in DNS, or the one\n"
	  "          that it found does not know the domain; no connection came in 20 s, and DNS leads\n"
	  "          elsewhere\n"
	  "          it says \"Server-to-server connection failed: \\x1b[2JDNS\"\n"
	  "home      test.example.net leads to 198.51.100.4:5269, not to this listener (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     neither authenticated encryption nor encryption with dialback; we have no certificate to\n"
	  "          show: --cert\n"
	  "CHECK  OUTCOME                        VERDICT  WHAT WE DID\n"
	  "round  error remote-server-not-found  warning  db:result, and we confirm the key when asked\n"
	  "warning  dialback-no-callback  the peer did not call back test.example.net: its SRV points to\n"
	  "                               198.51.100.4:5269 (XEP-0220 2.2.1)\n"
	  "2 connections, 1.2 s\n" },
	{ "not found, narrow", unfound, long_60,
	  "WARNING im.example: did not verify us: error remote-server-not-found after 20.00 s, and DNS leads elsewhere; the peer did not call back test.example.net: its SRV points to 198.51.100.4:5269\n"
	  " 1  0.05  -->     stream from=test.example.net\n"
	  "                  to=im.example, TLS1.3, certificate ok\n"
	  "                  (PKIX)\n"
	  " 2  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 3  0.09  -->     db:result, key for id b7e2\n"
	  " 4 20.09  <--     db:result type=error\n"
	  "                  remote-server-not-found\n"
	  "failed    hop 4, error remote-server-not-found: it found no\n"
	  "          server of our domain in DNS, or the one that it\n"
	  "          found does not know the domain; no connection came\n"
	  "          in 20 s, and DNS leads elsewhere\n"
	  "          it says \"Server-to-server connection failed:\n"
	  "          \\x1b[2JDNS\"\n"
	  "home      test.example.net leads to 198.51.100.4:5269, not\n"
	  "          to this listener (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its\n"
	  "          certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback\n"
	  "          (errors), no EXTERNAL\n"
	  "trust     neither authenticated encryption nor encryption\n"
	  "          with dialback; we have no certificate to show:\n"
	  "          --cert\n"
	  "CHECK  OUTCOME                        VERDICT\n"
	  "round  error remote-server-not-found  warning\n"
	  "warning  dialback-no-callback  XEP-0220 2.2.1\n"
	  "    the peer did not call back test.example.net: its SRV\n"
	  "    points to 198.51.100.4:5269\n"
	  "2 connections, 1.2 s\n" },
	{ "loose", loose, long_100,
	  "CRITICAL im.example: verified us in 0.27 s, TLS there, in clear on the way back, authenticated by dialback only; 1 critical, 1 warning\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  "    round: db:result, and we confirm the key when asked\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, in clear: key right\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.22  <== in  end: closed\n"
	  " 8  0.36  <--     db:result type=valid\n"
	  "    answer-invalid: we answer its db:verify with invalid\n"
	  " 9  0.40  -->     db:result, key for id b7e2\n"
	  "10  0.43  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key wrong\n"
	  "11  0.44  ==> in  db:verify type=invalid id=b7e2\n"
	  "12  0.45  <--     db:result type=valid from=evil\\n.example to=test.example.net\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  in clear\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK           OUTCOME                         VERDICT   WHAT WE DID\n"
	  "round           valid, asked back in clear      warning   db:result, and we confirm the key when\n"
	  "                                                          asked\n"
	  "answer-invalid  valid, asked back, another key  critical  we answer its db:verify with invalid\n"
	  "verify-made-up  invalid                         good      db:verify of a key nobody made\n"
	  "two-senders     not tested: needs --piggyback\n"
	  "critical dialback-unproven-accepted  valid although we answered invalid  XEP-0220 2.1.2\n"
	  "warning  dialback-in-clear           it asks back in clear               RFC 7590 3.4\n"
	  "1 connection, 1.2 s\n" },
	{ "loose, in colour", loose, coloured,
	  "\033[31mCRITICAL\033[0m im.example: verified us in 0.27 s, TLS there, in clear on the way back, authenticated by dialback only; 1 critical, 1 warning\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  "    round: db:result, and we confirm the key when asked\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, in clear: key right\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.22  <== in  end: closed\n"
	  " 8  0.36  <--     db:result type=valid\n"
	  "    answer-invalid: we answer its db:verify with invalid\n"
	  " 9  0.40  -->     db:result, key for id b7e2\n"
	  "10  0.43  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key wrong\n"
	  "11  0.44  ==> in  db:verify type=invalid id=b7e2\n"
	  "12  0.45  <--     db:result type=valid from=evil\\n.example to=test.example.net\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  in clear\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK           OUTCOME                         VERDICT   WHAT WE DID\n"
	  "round           valid, asked back in clear      \033[33mwarning\033[0m   db:result, and we confirm the key when\n"
	  "                                                          asked\n"
	  "answer-invalid  valid, asked back, another key  \033[31mcritical\033[0m  we answer its db:verify with invalid\n"
	  "verify-made-up  invalid                         good      db:verify of a key nobody made\n"
	  "two-senders     not tested: needs --piggyback\n"
	  "\033[31mcritical\033[0m dialback-unproven-accepted  valid although we answered invalid  XEP-0220 2.1.2\n"
	  "\033[33mwarning\033[0m  dialback-in-clear           it asks back in clear               RFC 7590 3.4\n"
	  "1 connection, 1.2 s\n" },
	{ "side by side", side_by_side, long_100,
	  "OK im.example: verified us in 0.04 s, TLS both ways, authenticated by dialback only\n"
	  " 1  0.00  --      DNS: leads to this listener\n"
	  "    round: db:result, and we confirm the key when asked\n"
	  " 2  0.02  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.06  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.07  -->     db:result, key for id b7e2\n"
	  " 5  0.08  <== in  192.0.2.7 claims its own domain: db:result, key for id c0de\n"
	  " 6  0.09  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 7  0.13  <--     features: dialback (errors), no EXTERNAL\n"
	  " 8  0.14  -->     db:verify id c0de\n"
	  " 9  0.15  <--     db:verify type=valid id=c0de\n"
	  "10  0.15  ==> in  db:result type=valid\n"
	  "11  0.16  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right\n"
	  "12  0.16  ==> in  db:verify type=valid id=b7e2\n"
	  "13  0.17  <--     db:result type=valid\n"
	  "    verify-made-up: db:verify of a key nobody made\n"
	  "14  0.02  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  "15  0.06  <--     features: dialback (errors), no EXTERNAL\n"
	  "16  0.07  -->     db:verify id made-up\n"
	  "17  0.07  <--     db:verify type=valid id=made-up\n"
	  "    the same in 1 more check, which -v shows\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK            OUTCOME            VERDICT   WHAT WE DID\n"
	  "verify-made-up   valid              critical  db:verify of a key nobody made\n"
	  "verify-other-id  valid              critical  db:verify of a key in the right form, for another id\n"
	  "round            valid, asked back  good      db:result, and we confirm the key when asked\n"
	  "1 connection, 1.2 s\n" },
	{ "barred", barred, long_100,
	  "OK im.example: takes no dialback from us, and wants a trusted certificate (--cert)\n"
	  "s2s  starttls 192.0.2.7:5269\n"
	  "     tcp          10 ms  connected\n"
	  "     stream       11 ms  STARTTLS offered, required\n"
	  "     starttls     12 ms  proceed\n"
	  "     tls          13 ms  TLS1.3 TLS_AES_256_GCM_SHA384, x25519, ecdsa_secp256r1_sha256\n"
	  "     certificate  14 ms  DNS-ID im.example matches; trusted through CN=Test Root; until 2027-01-01\n"
	  "                         (184 days)\n"
	  "     features     15 ms  stream error not-authorized\n"
	  "                         That is allowed, and stricter than dialback. What it offers to trusted\n"
	  "                         servers was not seen: use --cert.\n"
	  "                         Prosody: `s2s_secure_auth = true` does this, and \"dialback\" in\n"
	  "                         `modules_disabled`\n"
	  " 1  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 2  0.09  <--     features: STARTTLS, required\n"
	  " 3  0.12  <--     stream error not-authorized\n"
	  "failed    hop 3, stream error not-authorized, before anything was asked: it wants a certificate that\n"
	  "          it can trust, or the key was not confirmed\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required\n"
	  "trust     neither authenticated encryption nor encryption with dialback; we have no certificate to\n"
	  "          show: --cert\n"
	  "CHECK            OUTCOME  VERDICT  WHAT WE DID\n"
	  "verify-made-up   refused  good     db:verify of a key nobody made; stream error not-authorized,\n"
	  "                                   before anything was asked\n"
	  "verify-other-id  refused  good     db:verify of a key in the right form, for another id; for the\n"
	  "                                   same reason\n"
	  "verify-two       refused  good     two db:verify at once; for the same reason\n"
	  "round            refused  good     db:result, and we confirm the key when asked; for the same reason\n"
	  "back             not tested: the round was not had\n"
	  "back-error       not tested: for the same reason\n"
	  "1 connection, 1.2 s\n" },
	{ "barred, short", barred, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\ttakes no dialback from us, and wants a trusted certificate (--cert)\n" },
	{ "barred, monitored", barred, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example takes no dialback from us, and wants a trusted certificate (--cert) | trials=4 time=1.20s;;;0\n" },
	{ "vouched", vouched, long_100,
	  "OK im.example: verified us in 0.27 s, TLS both ways, authenticated by dialback only\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.36  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; shown our certificate\n"
	  "CHECK             OUTCOME            VERDICT  WHAT WE DID\n"
	  "without-dialling  valid, asked back  good     db:result with our certificate, instead of EXTERNAL\n"
	  "round             refused            info     db:result, and we confirm the key when asked; stream\n"
	  "                                              error not-authorized, before anything was asked\n"
	  "1 connection, 1.2 s\n" },
	{ "no dialback", no_dialback, long_100,
	  "OK im.example: offers no dialback; refuses what it must in 1 check; not asked to verify us (that needs --from and --listen)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: no dialback, no EXTERNAL\n"
	  "trust     not tested: needs --from with --cert or --listen\n"
	  "CHECK           OUTCOME                               VERDICT  WHAT WE DID\n"
	  "verify-made-up  refused: stream error not-authorized  info     db:verify of a key nobody made\n"
	  "1 connection, 1.2 s\n" },
	{ "wrong key", wrong_key, long_100,
	  "OK im.example: wrong-key gave valid in 0.27 s, TLS both ways\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: the key we sent\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.22  <== in  end: closed\n"
	  " 8  0.36  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK      OUTCOME            VERDICT   WHAT WE DID\n"
	  "wrong-key  valid, asked back  critical  db:result with a key that our authority denies\n"
	  "1 connection, 1.2 s\n" },
	{ "convinced", convinced, long_100,
	  "OK im.example: verified us in 0.04 s, TLS, without dialling back, authenticated by our certificate\n"
	  " 1  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 2  0.09  <--     features: dialback (errors), EXTERNAL\n"
	  " 3  0.09  -->     db:result, key for id b7e2\n"
	  " 4  0.10  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), EXTERNAL\n"
	  "trust     authenticated encryption, by EXTERNAL; shown our certificate\n"
	  "CHECK             OUTCOME                VERDICT  WHAT WE DID\n"
	  "external          accepted               good     SASL EXTERNAL with our certificate\n"
	  "without-dialling  valid, not asked back  info     db:result with our certificate, instead of\n"
	  "                                                  EXTERNAL\n"
	  "1 connection, 1.2 s\n" },
	{ "denied", denied, long_100,
	  "OK im.example: answer-invalid gave invalid in 0.27 s, TLS both ways\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right\n"
	  " 6  0.22  ==> in  db:verify type=invalid id=b7e2\n"
	  " 7  0.36  <--     db:result type=invalid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     not tested; we have no certificate to show: --cert\n"
	  "CHECK           OUTCOME              VERDICT  WHAT WE DID\n"
	  "answer-invalid  invalid, asked back  good     we answer its db:verify with invalid\n"
	  "1 connection, 1.2 s\n" },
	{ "turned away", turned_away, long_100,
	  "OK im.example: did not verify us: stream error not-authorized after 0.04 s\n"
	  " 1  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 2  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 3  0.09  -->     db:result, key for id b7e2\n"
	  " 4  0.12  <--     stream error not-authorized (\"Your certificate \\x9bis not good\")\n"
	  "failed    hop 4, stream error not-authorized: it wants a certificate that it can trust, or the key\n"
	  "          was not confirmed\n"
	  "home      DNS does not say where test.example.net leads\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     neither authenticated encryption nor encryption with dialback; we have no certificate to\n"
	  "          show: --cert\n"
	  "CHECK  OUTCOME                               VERDICT  WHAT WE DID\n"
	  "round  refused: stream error not-authorized  info     db:result, and we confirm the key when asked;\n"
	  "                                                      it wants a certificate\n"
	  "1 connection, 1.2 s\n" },
	{ "silence", silent, long_100,
	  "OK im.example: did not verify us: silence after 20.00 s, and DNS leads nowhere\n"
	  " 1  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 2  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 3  0.09  -->     db:result, key for id b7e2\n"
	  " 4 20.09  --      silence, waiting for the verdict\n"
	  "failed    hop 4, silence: it never came to a verdict; no connection came in 20 s, and DNS leads\n"
	  "          nowhere\n"
	  "home      test.example.net leads nowhere: its _xmpp-server._tcp must lead to this listener\n"
	  "          (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     neither authenticated encryption nor encryption with dialback; we have no certificate to\n"
	  "          show: --cert\n"
	  "CHECK  OUTCOME  VERDICT  WHAT WE DID\n"
	  "round  silence  warning  db:result, and we confirm the key when asked\n"
	  "1 connection, 1.2 s\n" },
	{ "refused", refused, long_100,
	  "WARNING im.example: connection refused\n"
	  "s2s  starttls 192.0.2.7:5269\n"
	  "     tcp          10 ms  connection refused\n"
	  "                         Nothing listens at an address that DNS names; clients lose time there.\n"
	  "                         Prosody: see `c2s_ports`, `s2s_ports`, `interfaces`, and the firewall\n"
	  "                         ejabberd: see `port` and `ip` in `listen`, and the firewall\n"
	  "warning  endpoint-refused  connection refused  RFC 6120 3.2.1\n"
	  "1 connection, 1.2 s\n" },
	{ "manifesto", manifesto, long_100,
	  "CRITICAL im.example: refuses what it must in 9 checks; not asked to verify us (that needs --from and --listen); promise SW-7 is broken (s2s)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     not tested: needs --from with --cert or --listen\n"
	  "CHECK                OUTCOME                        VERDICT  WHAT WE DID\n"
	  "clear-result         stream error policy-violation  good     db:result in clear, before TLS\n"
	  "clear-verify         stream error policy-violation  good     db:verify in clear, before TLS\n"
	  "verify-made-up       invalid                        good     db:verify of a key nobody made\n"
	  "verify-other-id      invalid                        good     db:verify of a key in the right form,\n"
	  "                                                             for another id\n"
	  "verify-two           invalid and invalid            good     two db:verify at once\n"
	  "verify-twice         invalid                        good     the same db:verify again\n"
	  "verify-unknown-host  error item-not-found           good     db:verify for a domain it does not host\n"
	  "target-unknown       stream error host-unknown      info     db:result to a domain it does not host\n"
	  "sender-unresolvable  error remote-server-not-found  good     db:result from a domain that is not in\n"
	  "                                                             DNS\n"
	  "PROMISE  s2s     OF 2014-03-21\n"
	  "SW-5     kept    encryption can be required; refused in clear\n"
	  "SW-7     broken  authenticated, else TLS with dialback\n"
	  "5 connections, 1.2 s, policy manifesto\n" },
	{ "several endpoints", several, long_100,
	  "OK im.example: verified us in 0.27 s, TLS both ways, authenticated by dialback only at 1 of 2 endpoints\n"
	  "\n"
	  "s2s starttls 192.0.2.7:5269 (xmpp.im.example)\n"
	  " 1  0.00  --      DNS: _xmpp-server._tcp.im.example: xmpp.im.example:5269 (192.0.2.7)\n"
	  " 2  0.05  -->     stream from=test.example.net to=im.example, TLS1.3, certificate ok (PKIX)\n"
	  " 3  0.09  <--     features: dialback (errors), no EXTERNAL\n"
	  " 4  0.09  -->     db:result, key for id b7e2\n"
	  " 5  0.21  <== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right\n"
	  " 6  0.22  ==> in  db:verify type=valid id=b7e2\n"
	  " 7  0.36  <--     db:result type=valid\n"
	  "home      test.example.net leads here (198.51.100.9:5269)\n"
	  "out       192.0.2.7:5269  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX)\n"
	  "in        192.0.2.7  TLS1.3 TLS_AES_256_GCM_SHA384, its certificate: proven (PKIX); it took our\n"
	  "          self-signed certificate\n"
	  "offers    in clear: STARTTLS, required; inside TLS: dialback (errors), no EXTERNAL\n"
	  "trust     encryption with dialback; we have no certificate to show: --cert\n"
	  "CHECK                OUTCOME                        VERDICT  WHAT WE DID\n"
	  "round                valid, asked back              good     db:result, and we confirm the key when\n"
	  "                                                             asked\n"
	  "clear-result         stream error policy-violation  good     db:result in clear, before TLS\n"
	  "clear-verify         stream error policy-violation  good     db:verify in clear, before TLS\n"
	  "verify-made-up       invalid                        good     db:verify of a key nobody made\n"
	  "verify-other-id      invalid                        good     db:verify of a key in the right form,\n"
	  "                                                             for another id\n"
	  "verify-two           invalid and invalid            good     two db:verify at once\n"
	  "verify-twice         invalid                        good     the same db:verify again\n"
	  "verify-unknown-host  error item-not-found           good     db:verify for a domain it does not host\n"
	  "target-unknown       stream error host-unknown      info     db:result to a domain it does not host\n"
	  "sender-unresolvable  error remote-server-not-found  good     db:result from a domain that is not in\n"
	  "                                                             DNS\n"
	  "\n"
	  "s2s  starttls [2001:db8::7]:5269\n"
	  "     tcp          10 ms  connection refused\n"
	  "                         Nothing listens at an address that DNS names; clients lose time there.\n"
	  "                         Prosody: see `c2s_ports`, `s2s_ports`, `interfaces`, and the firewall\n"
	  "                         ejabberd: see `port` and `ip` in `listen`, and the firewall\n"
	  "\n"
	  "6 connections, 1.2 s\n" },
	{ "no endpoint", nobody, long_100, "UNKNOWN im.example: no answer within 10 s\\x1b[2J\n" },
	{ "verified, short", verified, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tvalid dialback TLS1.3\n" },
	{ "verified, monitored", verified, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example valid, TLS both ways | round=0.27s;;;0 trials=10 time=1.20s;;;0\n" },
	{ "no listener, short", alone, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tnot_tested 9/9 checks good TLS1.3\n" },
	{ "no listener, monitored", alone, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example refuses what it must in 9 checks | trials=9 time=1.20s;;;0\n" },
	{ "not found, short", unfound, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\twarning\terror remote-server-not-found none TLS1.3; dialback-no-callback: the peer did not call back test.example.net: its SRV points to 198.51.100.4:5269\n" },
	{ "not found, monitored", unfound, text_dialback_nagios,
	  "XMPPDIALBACK WARNING - im.example error remote-server-not-found; the peer did not call back test.example.net: its SRV points to 198.51.100.4:5269 | round=20.00s;;;0 trials=1 time=1.20s;;;0\n" },
	{ "loose, short", loose, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tcritical\tvalid dialback TLS1.3; dialback-unproven-accepted: valid although we answered invalid\n" },
	{ "loose, monitored", loose, text_dialback_nagios,
	  "XMPPDIALBACK CRITICAL - im.example valid, TLS there, in clear on the way back; 1 critical, 1 warning | round=0.27s;;;0 trials=3 time=1.20s;;;0\n" },
	{ "convinced, short", convinced, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tvalid external TLS1.3\n" },
	{ "convinced, monitored", convinced, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example valid, TLS, without dialling back | round=0.04s;;;0 trials=2 time=1.20s;;;0\n" },
	{ "denied, short", denied, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tinvalid not_tested TLS1.3\n" },
	{ "denied, monitored", denied, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example invalid, TLS both ways | round=0.27s;;;0 trials=1 time=1.20s;;;0\n" },
	{ "silence, short", silent, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tsilence none TLS1.3\n" },
	{ "silence, monitored", silent, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example silence | round=20.00s;;;0 trials=1 time=1.20s;;;0\n" },
	{ "refused, short", refused, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\twarning\tendpoint-refused: connection refused\n" },
	{ "refused, monitored", refused, text_dialback_nagios,
	  "XMPPDIALBACK WARNING - im.example connection refused | trials=0 time=1.20s;;;0\n" },
	{ "several, short", several, text_dialback_short,
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t192.0.2.7\tok\tvalid dialback TLS1.3\n"
	  "im.example\ts2s\tstarttls\txmpp.im.example\t5269\t2001:db8::7\tok\tconnection refused\n" },
	{ "several, monitored", several, text_dialback_nagios,
	  "XMPPDIALBACK OK - im.example valid, TLS both ways at 1 of 2 endpoints | round=0.27s;;;0 trials=10 time=1.20s;;;0\n" },
	{ "no endpoint, short", nobody, text_dialback_short,
	  "im.example\t-\t-\t-\t-\t-\tunknown\tno answer within 10 s\\x1b[2J\n" },
	{ "no endpoint, monitored", nobody, text_dialback_nagios,
	  "XMPPDIALBACK UNKNOWN - im.example no answer within 10 s\\x1b[2J | trials=0 time=1.20s;;;0\n" },
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

/* Columns of the longest line behind the first, which a monitoring system reads. */
static size_t widest(const char *text)
{
	size_t most = 0;
	const char *line = strchr(text, '\n');
	for (line = line ? line + 1 : ""; *line; line += strcspn(line, "\n") + 1) {
		size_t size = strcspn(line, "\n");
		most = size > most ? size : most;
	}
	return most;
}

static void lines_fit_the_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		for (int width = 60; width <= 130; width += 10) {
			CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
			struct screen *screen = goldens[i].make();
			text_dialback_long(&screen->view,
					   &(struct text_style){ false, true, width }, &out);
			/* Walks that failed and promises are told as xmpp-starttls tells them. */
			bool ours = screen->target.count == 1 && !screen->view.base.promises &&
				    screen->dialbacks[0]->walk.failure.code == ERR_NONE;
			screen_free(screen);
			if (ours && widest(buf_string(&out)) > (size_t)width)
				fail_msg("%s, %d columns:\n%s", goldens[i].name, width,
					 buf_string(&out));
		}
	}
}

static const struct told {
	const char *name;
	struct hop hop; /* of the first connection, ours; of the second where it is inbound */
	bool inbound;
	const char *line;
} told[] = {
#define US "test.example.net"
	{ "what DNS said",
	  { .kind = HOP_DNS, .text = "no address\n" },
	  false,
	  "--      DNS: no address\\n\n" },
	{ "a connection refused",
	  { .way = HOP_SENT, .kind = HOP_TCP, .text = "connection refused" },
	  false,
	  "-->     tcp 192.0.2.7:5269: connection refused\n" },
	{ "a handshake that failed",
	  { .way = HOP_SENT, .kind = HOP_TLS, .text = "alert 40" },
	  false,
	  "-->     TLS: alert 40\n" },
	{ "EXTERNAL asked for",
	  { .way = HOP_SENT, .kind = HOP_EXTERNAL, .type = DB_REQUEST },
	  false,
	  "-->     SASL EXTERNAL\n" },
	{ "EXTERNAL done",
	  { .way = HOP_RECEIVED, .kind = HOP_EXTERNAL, .type = DB_VALID },
	  false,
	  "<--     SASL success\n" },
	{ "EXTERNAL refused",
	  { .way = HOP_RECEIVED,
	    .kind = HOP_EXTERNAL,
	    .type = DB_ERROR,
	    .condition = "not-authorized" },
	  false,
	  "<--     SASL failure not-authorized\n" },
	{ "bidi", { .way = HOP_RECEIVED, .kind = HOP_BIDI }, true, "<== in  <bidi/>\n" },
	{ "a stanza",
	  { .way = HOP_RECEIVED, .kind = HOP_STANZA, .text = "message" },
	  true,
	  "<== in  stanza: message\n" },
	{ "a stream error",
	  { .way = HOP_RECEIVED,
	    .kind = HOP_ERROR,
	    .condition = "host-unknown",
	    .text = "Not \033here" },
	  false,
	  "<--     stream error host-unknown (\"Not \\x1bhere\")\n" },
	{ "an end",
	  { .way = HOP_RECEIVED, .kind = HOP_CLOSED, .text = "reset" },
	  false,
	  "end: reset\n" },
	{ "silence",
	  { .kind = HOP_SILENCE, .text = "its db:verify" },
	  false,
	  "--      silence, waiting for its db:verify\n" },
	{ "another pair than that of the run",
	  { .way = HOP_SENT, .kind = HOP_RESULT, .from = "second.example", .to = "im.example" },
	  false,
	  "-->     db:result from=second.example to=im.example, key for id b7e2\n" },
	{ "the pair the wrong way round",
	  { .way = HOP_SENT,
	    .kind = HOP_VERIFY,
	    .type = DB_VALID,
	    .id = "7",
	    .from = "im.example",
	    .to = US },
	  true,
	  "==> in  db:verify type=valid id=7 from=im.example to=" US "\n" },
	{ "another spelling",
	  { .way = HOP_SENT, .kind = HOP_RESULT, .from = "TEST.example.net", .to = "im.example" },
	  false,
	  "-->     db:result from=TEST.example.net to=im.example, key for id b7e2\n" },
	{ "nobody named",
	  { .way = HOP_SENT, .kind = HOP_VERIFY, .id = "7" },
	  false,
	  "-->     db:verify from= to= id 7\n" },
	{ "a key that came trimmed",
	  { .way = HOP_RECEIVED,
	    .kind = HOP_VERIFY,
	    .id = "b7e2",
	    .from = "im.example",
	    .to = US,
	    .key = KEY_TRIMMED },
	  true,
	  "<== in  192.0.2.7 asks db:verify id b7e2, TLS1.3: key right, without its white space\n" },
	{ "a type that nobody knows",
	  { .way = HOP_RECEIVED,
	    .kind = HOP_RESULT,
	    .type = DB_STRANGE,
	    .from = "im.example",
	    .to = US },
	  false,
	  "<--     db:result type=strange\n" },
	{ "a dialback error",
	  { .way = HOP_RECEIVED,
	    .kind = HOP_VERIFY,
	    .type = DB_ERROR,
	    .condition = "item-not-found",
	    .id = "7",
	    .from = "im.example",
	    .to = US },
	  false,
	  "<--     db:verify type=error item-not-found id=7\n" },
#undef US
};

static void every_hop_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct screen *screen = screen_new();
		struct run *run = run_verified_as(screen->mem, TRIAL_ROUND);
		struct hop *hop = run_hop(run, 400, HOP_NOTE, HOP_DNS);
		size_t link = told[i].inbound, trial = hop->trial;
		*hop = told[i].hop;
		hop->link = link;
		hop->trial = trial;
		put(screen, "192.0.2.7", &run->facts);
		timeline(&finished(screen)->view, &out);
		screen_free(screen);
		if (!strstr(buf_string(&out), told[i].line))
			fail_msg("%s: no \"%s\" in\n%s", told[i].name, told[i].line,
				 buf_string(&out));
	}
}

static void all_hops_are_shown_if_asked_for(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = finished(one(run_alone));
	assert_int_equal(screen->dialbacks[0]->hop_count, 8);
	timeline(&screen->view, &out);
	for (size_t i = 1; i <= screen->dialbacks[0]->hop_count; i++)
		assert_non_null(
			strstr(buf_string(&out), arena_printf(screen->mem, "\n%2zu  0.", i)));
	screen_free(screen);
}

#define HOSTILE                                                                                    \
	"\033[2J\n\t\x9b"                                                                          \
	"31m\xe2\x80\xae|\\"

/* Everything that a peer may have written, written by an enemy. */
static struct screen *hostile(void)
{
	struct screen *screen = screen_new();
	struct run *run = run_listening(screen->mem);
	run->facts = *run_everything(screen->mem);
	memcpy(run->hops, run->facts.hops, run->facts.hop_count * sizeof(*run->hops));
	memcpy(run->links, run->facts.links, run->facts.link_count * sizeof(*run->links));
	memcpy(run->trials, run->facts.trials, run->facts.trial_count * sizeof(*run->trials));
	run_is(run);
	for (size_t i = 0; i < run->facts.hop_count; i++) {
		struct hop *hop = &run->hops[i];
		hop->from = hop->to = hop->id = hop->condition = hop->text = HOSTILE;
	}
	for (size_t i = 0; i < run->facts.link_count; i++) {
		struct link_facts *link = &run->links[i];
		link->from = link->to = link->id = link->proof_lacks = HOSTILE;
		link->tls.cipher = HOSTILE;
	}
	for (size_t i = 0; i < run->facts.trial_count; i++) {
		struct trial_facts *trial = &run->trials[i];
		trial->reason = trial->answer.condition = trial->answer.text = HOSTILE;
		trial->another.condition = trial->another.text = HOSTILE;
	}
	run->facts.us = run->facts.home_text = run->facts.condition = HOSTILE;
	run->facts.listener = HOSTILE;
	run->trials[0].answer.outcome = run->facts.verdict = OUTCOME_STREAM_ERROR;
	run->facts.walk.tls.cipher = HOSTILE;
	screen->target.domain = HOSTILE;
	put(screen, "192.0.2.7", &run->facts);
	return finished(screen);
}

static void nothing_of_a_peer_is_obeyed(void **state)
{
	static writer *const writers[] = { long_100,     long_60,
					   timeline,     text_dialback_short,
					   long_endless, text_dialback_nagios };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct screen *screen = hostile();
		writers[i](&screen->view, &out);
		screen_free(screen);
		bool tabs = writers[i] == text_dialback_short;
		size_t lines = 0;
		for (size_t at = 0; at < out.size; at++) {
			unsigned char c = (unsigned char)out.data[at];
			assert_true(c == '\n' || (c == '\t' && tabs) || (c >= ' ' && c < 0x7f));
			lines += c == '\n';
		}
		assert_true(strstr(buf_string(&out), "\\x1b[2J\\n\\t\\x9b31m"));
		assert_true((lines == 1) == (tabs || writers[i] == text_dialback_nagios));
	}
}

/* A bar ends the sentence and begins the figures. */
static void one_bar_stands_before_the_figures(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	struct screen *screen = hostile();
	text_dialback_nagios(&screen->view, &out);
	screen_free(screen);
	const char *bar = strchr(buf_string(&out), '|');
	assert_non_null(bar);
	assert_null(strchr(bar + 1, '|'));
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;
	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

static void the_list_names_every_check_once(void **state)
{
	static const int widths[] = { 0, 80, 200 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		text_trial_list(&(struct text_style){ .width = widths[i] }, &out);
		assert_true(widths[i] == 0 || widest(buf_string(&out)) <= (size_t)widths[i]);
		for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
			const char *name = trial_kind(trial)->name;
			assert_row(name, count_of(buf_string(&out),
						  arena_printf(mem, "\n%s ", name)) == 1);
		}
		size_t lines = count_of(buf_string(&out), "\n");
		assert_true(widths[i] == 80 ? lines > 2 * TRIAL_COUNT : lines == 1 + TRIAL_COUNT);
	}
}

static void the_list_says_what_a_check_needs_and_wants(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf wide = buf_new(BUF_UNBOUNDED);
	CLEANUP(buf_free) struct buf narrow = buf_new(BUF_UNBOUNDED);
	text_trial_list(&(struct text_style){ 0 }, &wide);
	text_trial_list(&(struct text_style){ .width = 60 }, &narrow);
	assert_non_null(strstr(buf_string(&wide),
			       "two-senders          no     20             --from --listen "
			       "--piggyback     two domains of ours on one stream"));
	assert_non_null(
		strstr(buf_string(&wide), "verify-made-up       yes    39, 42         -  "));
	assert_non_null(strstr(buf_string(&narrow),
			       "without-dialling     yes    16             --from --listen --cert\n"
			       "    db:result with our certificate, instead of EXTERNAL;\n"
			       "    wanted: valid, with or without asking back\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_drawn),
		cmocka_unit_test(lines_fit_the_terminal),
		cmocka_unit_test(every_hop_is_told),
		cmocka_unit_test(all_hops_are_shown_if_asked_for),
		cmocka_unit_test(nothing_of_a_peer_is_obeyed),
		cmocka_unit_test(one_bar_stands_before_the_figures),
		cmocka_unit_test(the_list_names_every_check_once),
		cmocka_unit_test(the_list_says_what_a_check_needs_and_wants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
