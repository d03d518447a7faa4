/* What xmpp-sendmsg says on the screen and on standard error: SCREENS.md's last screen, MSG-47,
 * MSG-62. */
#include "unit.h"

#include "delivery_fixture.h"
#include "report/delivery.h"

/* The sender, what was waited for, and the parcel, with one thing changed. */
struct scene {
	struct arena *mem;
	struct endpoint at;
	struct delivery_facts delivery;
	struct starttls_facts *walk;
	struct login_facts *login;
	struct parcel_facts parcel;
};

static struct scene *scene_new(struct arena *mem)
{
	struct scene *scene = arena_alloc(mem, sizeof(*scene));
	scene->mem = mem;
	scene->delivery = delivery_good(mem, &scene->at);
	scene->walk = arena_alloc(mem, sizeof(*scene->walk));
	*scene->walk = *scene->delivery.session.walk;
	scene->delivery.session.walk = scene->walk;
	scene->login = &scene->delivery.session.login;
	scene->parcel = parcel_good();
	return scene;
}

#define WAY "bot@im.example via 192.0.2.7:5222 starttls: TLS1.3 TLS_AES_256_GCM_SHA384 x25519, "
#define AUTH                                                                                       \
	"auth    SCRAM-SHA-256-PLUS (tls-exporter); the server proved that it knows the password\n"

static void dane_too(struct scene *scene)
{
	static const char *const both[] = { "pkix", "dane", NULL };
	scene->delivery.session.proofs = both;
}

static void pinned(struct scene *scene)
{
	static const char *const pin[] = { "pin", NULL };
	scene->delivery.session.proofs = pin;
}

static void no_verify(struct scene *scene)
{
	scene->delivery.session.unverified = true;
	scene->walk->identity.path.problems = PATH_SELF_SIGNED;
	scene->walk->authenticated = scene->walk->identity.authenticated = false;
}

/* PKIX is satisfied, the pin is not. */
static void another_key(struct scene *scene)
{
	scene->walk->authenticated = false;
	*scene->login = (struct login_facts){ 0 };
}

static void not_proven(struct scene *scene)
{
	static const char *const none[] = { NULL };
	scene->delivery.session.proofs = none;
	scene->walk->identity.names.matched = NULL;
	scene->walk->authenticated = scene->walk->identity.authenticated = false;
	*scene->login = (struct login_facts){ 0 };
	err_set(&scene->delivery.session.failure, AT_CERTIFICATE, ERR_IMPOSTOR,
		"the certificate names\x1b[2J others");
}

static void static_key(struct scene *scene)
{
	scene->walk->tls.version = TLS_1_2;
	scene->walk->tls.cipher = "TLS_RSA_WITH_AES_128_GCM_SHA256";
	scene->walk->tls.group = NULL;
	scene->walk->tls.forward_secrecy = false;
	scene->login->choice =
		(struct mechanism_choice){ .name = "SCRAM-SHA-1",
					   .is_scram = true,
					   .sasl2 = true,
					   .could_bind = true,
					   .unbound_because = "the server offers no -PLUS" };
	scene->login->scram.list_confirmed = true;
}

static void plain(struct scene *scene)
{
	scene->login->choice = (struct mechanism_choice){ .name = "PLAIN" };
	scene->login->mutual = false;
}

static void external(struct scene *scene)
{
	plain(scene);
	scene->login->choice.name = "EXTERNAL";
}

static void wrong_password(struct scene *scene)
{
	scene->login->mutual = false;
	scene->login->condition = "not-authorized";
	scene->login->text = "Sorry\n\x1b[31mno";
	err_set(&scene->delivery.session.failure, AT_LOGIN, ERR_DENIED, "wrong password");
}

static void nothing_in_common(struct scene *scene)
{
	*scene->login = (struct login_facts){ .tried = true };
}

static void unreached(struct scene *scene)
{
	scene->delivery.session.at = NULL;
	scene->delivery.session.walk = NULL;
	*scene->login = (struct login_facts){ 0 };
	err_set(&scene->delivery.session.failure, AT_DNS, ERR_NOT_FOUND, "no such domain");
}

static void resumed(struct scene *scene)
{
	scene->delivery.session.connections = 3;
	scene->delivery.session.resumptions = 2;
}

static const struct session_row {
	const char *name;
	void (*change)(struct scene *scene);
	const char *text;
} session_rows[] = {
	{ "verified, and bound to the connection", NULL,
	  WAY "certificate ok (PKIX, 61 days), forward secrecy\n" AUTH },
	{ "two proofs", dane_too,
	  WAY "certificate ok (PKIX, DANE, 61 days), forward secrecy\n" AUTH },
	{ "a pin", pinned, WAY "certificate ok (pin, 61 days), forward secrecy\n" AUTH },
	{ "not verified", no_verify,
	  WAY "certificate NOT VERIFIED (--no-verify; self-signed), forward secrecy\n" AUTH },
	{ "refused for its certificate", not_proven,
	  WAY "certificate not proven: wrong name, forward secrecy\n"
	      "failed  the certificate names\\x1b[2J others\n" },
	{ "refused for its pin", another_key, WAY "certificate not proven, forward secrecy\n" },
	{ "an old server", static_key,
	  "bot@im.example via 192.0.2.7:5222 starttls: TLS1.2 TLS_RSA_WITH_AES_128_GCM_SHA256, "
	  "certificate ok (PKIX, 61 days), no forward secrecy\n"
	  "auth    SCRAM-SHA-1 by SASL2, not bound to the connection (the server offers no -PLUS); "
	  "the server proved that it knows the password; nobody changed its list of mechanisms\n" },
	{ "PLAIN proves nothing", plain,
	  WAY "certificate ok (PKIX, 61 days), forward secrecy\n"
	      "auth    PLAIN; the server was told the password\n" },
	{ "EXTERNAL", external,
	  WAY "certificate ok (PKIX, 61 days), forward secrecy\n"
	      "auth    EXTERNAL; by our certificate\n" },
	{ "a wrong password", wrong_password,
	  WAY "certificate ok (PKIX, 61 days), forward secrecy\n"
	      "auth    SCRAM-SHA-256-PLUS (tls-exporter); refused: not-authorized "
	      "(\"Sorry \\x1b[31mno\")\n"
	      "failed  wrong password\n" },
	{ "no mechanism", nothing_in_common,
	  WAY "certificate ok (PKIX, 61 days), forward secrecy\n"
	      "auth    no mechanism will do\n" },
	{ "no server", unreached,
	  "bot@im.example: no server was reached\nfailed  no such domain\n" },
	{ "cut and resumed", resumed,
	  WAY "certificate ok (PKIX, 61 days), forward secrecy\n" AUTH
	      "stream  3 connections, resumed 2 times\n" },
};

static void tells_how_the_session_came_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(session_rows); i++) {
		const struct session_row *row = &session_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct scene *scene = scene_new(mem);
		int64_t until = scene->walk->identity.certs[0].not_after;
		if (row->change)
			row->change(scene);
		text_session(&scene->delivery.session, until - 61 * DAYS, mem, &out);
		assert_row_string(row->name, buf_string(&out), row->text);
	}
}

static void counts_the_days_of_the_certificate(void **state)
{
	(void)state;
	static const struct {
		int64_t left;
		const char *words;
	} rows[] = { { DAYS, "(PKIX, 1 day)" },
		     { DAYS - 1, "(PKIX, 0 days)" },
		     { -1, "(PKIX, expired)" } };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct scene *scene = scene_new(mem);
		text_session(&scene->delivery.session,
			     scene->walk->identity.certs[0].not_after - rows[i].left, mem, &out);
		if (!strstr(buf_string(&out), rows[i].words))
			fail_msg("no %s in %s", rows[i].words, buf_string(&out));
	}
}

static void set_outcome(struct scene *scene, enum parcel_outcome outcome, enum evidence evidence)
{
	scene->parcel.outcome = outcome;
	scene->parcel.evidence = evidence;
}

static void pinged(struct scene *scene)
{
	set_outcome(scene, PARCEL_ACKED, EVIDENCE_PING);
	scene->delivery.wait_s = 0.5;
}

static void wait_ack(struct scene *scene)
{
	scene->delivery.wish = WAIT_FOR_ACK;
	scene->parcel.quiet = false;
}

static void cut_short(struct scene *scene)
{
	scene->parcel.quiet = false;
}

static void wait_none(struct scene *scene)
{
	scene->delivery.wish = WAIT_FOR_NOTHING;
	set_outcome(scene, PARCEL_SENT, EVIDENCE_NONE);
}

static void wait_receipt(struct scene *scene)
{
	scene->delivery.wish = WAIT_FOR_RECEIPT;
	scene->delivery.wait_s = 30;
}

static void received(struct scene *scene)
{
	wait_receipt(scene);
	set_outcome(scene, PARCEL_RECEIVED, EVIDENCE_RECEIPT);
	scene->parcel.receipt_from = "admin@example.net/\x1b phone";
	scene->parcel.elapsed_ms = 412;
}

static void reflected(struct scene *scene)
{
	set_outcome(scene, PARCEL_RECEIVED, EVIDENCE_REFLECTION);
	scene->parcel.type = "groupchat";
	scene->parcel.elapsed_ms = 120;
}

static void not_reflected(struct scene *scene)
{
	scene->parcel.type = "groupchat";
}

static void bounced(struct scene *scene)
{
	set_outcome(scene, PARCEL_BOUNCED, EVIDENCE_ACK);
	scene->parcel.condition = "recipient-unavailable";
	scene->parcel.error_type = "cancel";
}

static void bounced_for_now(struct scene *scene)
{
	bounced(scene);
	scene->parcel.condition = "resource-constraint";
	scene->parcel.error_type = "wait";
	scene->parcel.text = "full\r\n\x1b]0;evil\x07 up";
	scene->parcel.by = "example.net";
	scene->parcel.number = 7;
	scene->parcel.resent = 1;
}

static void bounced_namelessly(struct scene *scene)
{
	bounced(scene);
	scene->parcel.condition = NULL;
}

static void refused(struct scene *scene)
{
	set_outcome(scene, PARCEL_REFUSED, EVIDENCE_NONE);
	scene->parcel.reason = "12000 octets are more than the server takes (10000): --split";
}

static void unsent(struct scene *scene)
{
	set_outcome(scene, PARCEL_UNSENT, EVIDENCE_NONE);
	scene->parcel.reason = "no connection";
}

static void unknown(struct scene *scene)
{
	set_outcome(scene, PARCEL_UNKNOWN, EVIDENCE_NONE);
	scene->parcel.reason = "connection reset";
	scene->parcel.resent = 2;
}

static void unknown_why(struct scene *scene)
{
	set_outcome(scene, PARCEL_UNKNOWN, EVIDENCE_NONE);
}

static void raw_stanza(struct scene *scene)
{
	wait_receipt(scene);
	scene->parcel.type = NULL;
	scene->parcel.to = NULL;
}

#define UNAVAILABLE                                                                                \
	"recipient-unavailable (nobody is there, and the server keeps no messages for later: try " \
	"again when the recipient is online)"
#define FULL                                                                                       \
	"resource-constraint (the recipient's server has no room left for it (quota), or is "      \
	"overloaded: try again later): \"full  \\x1b]0;evil\\x07 up\", says example.net; for now " \
	"only: trying later may help"
#define NAMELESS                                                                                   \
	"undefined-condition (the server gives no usual reason: its own words, or its log, may "   \
	"say more)"
#define TO "184 octets to admin@example.net; "

static const struct parcel_row {
	const char *name;
	void (*change)(struct scene *scene);
	const char *text, *trouble;
} parcel_rows[] = {
	{ "as by default", NULL, "sent    " TO "acknowledged by our server; no error within 2 s\n",
	  "" },
	{ "without stream management, for half a second", pinged,
	  "sent    " TO "taken in by our server (it answered a ping behind it); no error within "
	  "0.5 s\n",
	  "" },
	{ "--wait ack", wait_ack, "sent    " TO "acknowledged by our server\n", "" },
	{ "cut while errors were waited for", cut_short,
	  "sent    " TO "acknowledged by our server; errors were not waited for\n",
	  "accepted by our server, but the connection ended while errors were waited for: it may "
	  "bounce unseen" },
	{ "--wait none", wait_none, "sent    " TO "nothing was waited for\n", "" },
	{ "no receipt", wait_receipt,
	  "sent    " TO "acknowledged by our server; no receipt (waited up to 30 s)\n",
	  "accepted by our server, but no receipt came (waited up to 30 s): nobody is "
	  "online there, or that client sends none" },
	{ "a receipt", received,
	  "sent    " TO "received by admin@example.net/\\x1b phone after 0.4 s\n", "" },
	{ "a room", reflected, "sent    " TO "the room showed it to all after 0.1 s\n", "" },
	{ "a room that keeps it", not_reflected,
	  "sent    " TO "acknowledged by our server; the room did not show it\n",
	  "accepted by our server, but the room did not show it: look whether it arrived" },
	{ "a bounce", bounced, "bounced " TO UNAVAILABLE "\n", "bounced: " UNAVAILABLE },
	{ "a bounce that passes, of a hostile server", bounced_for_now,
	  "bounced " TO FULL "; sent again after a lost connection\n", "message 7 bounced: " FULL },
	{ "a bounce without a condition", bounced_namelessly, "bounced " TO NAMELESS "\n",
	  "bounced: " NAMELESS },
	{ "too large", refused,
	  "refused " TO "12000 octets are more than the server takes (10000): --split\n",
	  "refused: 12000 octets are more than the server takes (10000): --split" },
	{ "no connection", unsent, "unsent  " TO "no connection\n", "not sent: no connection" },
	{ "lost behind it", unknown,
	  "unknown " TO "connection reset; sent again 2 times after lost connections\n",
	  "sent, but nobody knows whether it was taken: connection reset" },
	{ "lost, and nobody says why", unknown_why, "unknown " TO "no reason is known\n",
	  "sent, but nobody knows whether it was taken: no reason is known" },
	{ "a stanza that is no message", raw_stanza,
	  "sent    184 octets to our server; acknowledged by our server\n", "" },
};

static void tells_what_became_of_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parcel_rows); i++) {
		const struct parcel_row *row = &parcel_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct scene *scene = scene_new(mem);
		if (row->change)
			row->change(scene);
		text_parcel(&scene->delivery, &scene->parcel, mem, &out);
		assert_row_string(row->name, buf_string(&out), row->text);
		assert_row_string(row->name,
				  text_parcel_trouble(&scene->delivery, &scene->parcel, mem),
				  row->trouble);
	}
}

/* There is a sentence for standard error exactly where the status is not ok. */
static void trouble_goes_with_the_status(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct scene *scene = scene_new(mem);
	for (enum wait_wish wish = WAIT_FOR_ACK; wish <= WAIT_FOR_NOTHING; wish++) {
		for (enum parcel_outcome i = PARCEL_WAITING; i <= PARCEL_UNKNOWN; i++) {
			scene->delivery.wish = wish;
			scene->parcel.outcome = i;
			bool ok = delivery_status(wish, &scene->parcel) == STATUS_OK;
			const char *said = text_parcel_trouble(&scene->delivery, &scene->parcel,
							       mem);
			assert_row(parcel_outcome_name(i), ok == !*said);
		}
	}
}

static void cuts_what_is_long(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct scene *scene = scene_new(mem);
	char *flood = arena_alloc(mem, 100001);
	memset(flood, 'x', 100000);
	bounced(scene);
	scene->parcel.text = scene->parcel.condition = scene->parcel.by = scene->parcel.to = flood;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	text_parcel(&scene->delivery, &scene->parcel, mem, &out);
	assert_true(out.size < 1200);
	assert_non_null(strstr(buf_string(&out), "x...\""));
}

static void tells_a_dry_run(void **state)
{
	(void)state;
	static const struct {
		bool managed, resumable;
		enum err_code failure;
		const char *text;
	} rows[] = {
		{ true, true, ERR_NONE,
		  "dry run logged in as bot@im.example/x7; nothing was sent; stream management, "
		  "resumable\n" },
		{ true, false, ERR_NONE,
		  "dry run logged in as bot@im.example/x7; nothing was sent; stream management, "
		  "not resumable\n" },
		{ false, false, ERR_NONE,
		  "dry run logged in as bot@im.example/x7; nothing was sent; no stream "
		  "management: a ping would tell what was taken\n" },
		{ true, true, ERR_DENIED, "dry run not logged in; nothing was sent\n" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
		struct scene *scene = scene_new(mem);
		scene->delivery.session.managed = rows[i].managed;
		scene->delivery.session.resumable = rows[i].resumable;
		scene->delivery.session.failure.code = rows[i].failure;
		text_dry_run(&scene->delivery.session, &out);
		assert_string_equal(buf_string(&out), rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_the_session_came_about),
		cmocka_unit_test(counts_the_days_of_the_certificate),
		cmocka_unit_test(tells_what_became_of_a_message),
		cmocka_unit_test(trouble_goes_with_the_status),
		cmocka_unit_test(cuts_what_is_long),
		cmocka_unit_test(tells_a_dry_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
