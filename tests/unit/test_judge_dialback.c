/* What xmpp-dialback finds, and how much it weighs: the matrix of dialback.md, section 12, row by
 * row, with the exceptions of sections 8, 10 and 11. */
#include "unit.h"

#include "dialback_fixture.h"
#include "judge/dialback_parts.h"

static const struct policy policies[] = {
	{ POLICY_BCP195, NULL },
	{ POLICY_MANIFESTO, NULL },
	{ POLICY_STRICT, NULL },
};

/* Spoils one thing in the facts around the trial. */
typedef void spoil(struct dialback_facts *facts);

#define SPOIL(name, ...)                                                                           \
	static void name(struct dialback_facts *facts)                                             \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

SPOIL(alone, facts->listening = false; facts->us = facts->listener = NULL;
      facts->home = HOME_NOT_ASKED)
SPOIL(alone_no_dialback, alone(facts); static const char *items[] = { "EXTERNAL" };
      facts->walk.after.features.dialback = false;
      facts->walk.after.features.mechanisms = ((struct text_list){ items, 1 }))
SPOIL(optional_tls, facts->walk.before.features.starttls_required = false)
SPOIL(certified, dialback_certify(facts))
SPOIL(certified_alone, alone(facts); certified(facts))
SPOIL(certificate_unread, facts->certificate = true)
SPOIL(untrusted, certified(facts); facts->own.trusted = KNOWN_NO)
SPOIL(other_name, certified(facts); facts->own.names_us = KNOWN_NO)
SPOIL(servers_only, certified(facts); facts->own.for_clients = KNOWN_NO)
SPOIL(servers_only_untrusted, servers_only(facts); facts->own.trusted = KNOWN_NO)
SPOIL(elsewhere, facts->home = HOME_ELSEWHERE; facts->home_text = "198.51.100.4:5269")
SPOIL(nowhere, facts->home = HOME_NOWHERE)
SPOIL(later, facts->home = HOME_LATER; facts->home_text = "192.0.2.1:5269")

static struct link_facts links[2];
static struct hop hops[4];

static void add_hops(struct dialback_facts *facts, const struct hop *list, size_t count)
{
	assert_true(count <= ARRAY_SIZE(hops));
	memset(hops, 0, sizeof(hops));
	memcpy(hops, list, count * sizeof(*list));
	facts->hops = hops;
	facts->hop_count = count;
	links[0] = (struct link_facts){ .at_ms = 0 };
	links[1] = (struct link_facts){ .inbound = true };
	facts->links = links;
	facts->link_count = 2;
}

static void visited(struct dialback_facts *facts)
{
	static const struct hop list[] = {
		{ .way = HOP_RECEIVED, .kind = HOP_TCP, .link = 1, .trial = 0 },
	};
	add_hops(facts, list, ARRAY_SIZE(list));
}

static void visited_untrusted(struct dialback_facts *facts)
{
	visited(facts);
	untrusted(facts);
}

static void visited_certified(struct dialback_facts *facts)
{
	visited(facts);
	certified(facts);
}

/* Our domain as it stands in steps 2 and 4. */
static void spell(struct dialback_facts *facts, const char *asks, const char *tells)
{
	/* The peer's own claim, and what its authority says of it, come first: no matter how they
	 * are spelt. */
	const struct hop list[] = {
		{ .way = HOP_RECEIVED, .kind = HOP_RESULT, .link = 1, .to = "Me.Example" },
		{ .way = HOP_RECEIVED,
		  .kind = HOP_VERIFY,
		  .link = 2,
		  .type = DB_VALID,
		  .to = "mE.example" },
		{ .way = HOP_RECEIVED, .kind = HOP_VERIFY, .link = 1, .to = asks },
		{ .way = HOP_RECEIVED,
		  .kind = HOP_RESULT,
		  .link = 0,
		  .type = DB_VALID,
		  .to = tells },
	};
	add_hops(facts, list, ARRAY_SIZE(list));
}

SPOIL(spelt_alike, spell(facts, "me.example", "me.example"))
SPOIL(spelt_twice, spell(facts, "me.example", "ME.\x1b.example"))

static void bidi(struct dialback_facts *facts, const char *from, const char *to)
{
	const struct hop list[] = {
		{ .way = HOP_SENT, .kind = HOP_RESULT, .from = "me.example", .to = "im.example" },
		{ .way = HOP_RECEIVED, .kind = HOP_STANZA, .from = from, .to = to },
	};
	add_hops(facts, list, ARRAY_SIZE(list));
}

SPOIL(inverse_pair, bidi(facts, "juliet@IM.example/balcony@home", "me.example"))
SPOIL(other_from, bidi(facts, "other.example", "romeo@me.example"))
SPOIL(other_to, bidi(facts, "im.example", "other.example/me.example"))
SPOIL(bare_stanza, bidi(facts, NULL, NULL))
SPOIL(took_bidi, static const struct hop list[] = { { .way = HOP_RECEIVED, .kind = HOP_BIDI } };
      add_hops(facts, list, 1))

#define UNPROVEN         "critical dialback-unproven-accepted"
#define FORGED           "critical dialback-key-not-checked"
#define ODDLY            "info dialback-deviates"
#define SILENT           "warning dialback-unanswered"
#define BARRED           "info dialback-refused"
#define SPOOFED          "critical dialback-spoofing"
#define VOUCHED          "info dialback-without-dialling"
#define REFUSES          "warning dialback-verify-refused"
#define CRITICAL_FAILURE "critical dialback-failed"
#define FAILED           "warning dialback-failed"
#define NO_CALL          "warning dialback-no-callback"
#define SELF_SIGNED      "info dialback-authority-unverified"

/* The same for all policies. */
#define ALIKE(found)       (found), NULL, NULL, NULL
#define TELLS(found, part) (found), NULL, NULL, (part)

static const struct row {
	const char *name;
	struct trial_facts trial;
	spoil *spoil;
	const char *bcp195;
	const char *manifesto, *strict; /* NULL: as bcp195 */
	const char *text;               /* of the first finding, in part; NULL: not looked at */
} rows[] = {
	/* 1, 15, 33 */
	{ "1: valid", { TRIED(ROUND, VALID), ASKED }, certified, ALIKE("") },
	{ "1: valid, we are self-signed", { TRIED(ROUND, VALID), ASKED }, NULL, ALIKE("") },
	{ "1: valid, our certificate was not judged",
	  { TRIED(ROUND, VALID), ASKED },
	  certificate_unread,
	  ALIKE("") },
	{ "1: valid, our certificate proves nothing",
	  { TRIED(ROUND, VALID), ASKED },
	  untrusted,
	  ALIKE(SELF_SIGNED) },
	{ "1: valid, and nobody asked",
	  { TRIED(ROUND, VALID), NOT_ASKED },
	  NULL,
	  TELLS(UNPROVEN, "answered valid, and nobody asked our authoritative server") },
	{ "1: valid at once, though our certificate was not shown",
	  { TRIED(ROUND, VALID), NOT_ASKED },
	  certified,
	  ALIKE(UNPROVEN) },
	{ "1: valid for a key that we denied",
	  { TRIED(ROUND, VALID), ASKED_ABOUT(WRONG) },
	  certified,
	  ALIKE(UNPROVEN ", warning dialback-key-altered") },
	{ "1: invalid, although confirmed",
	  { TRIED(ROUND, INVALID), ASKED },
	  certified,
	  ALIKE("critical dialback-denied") },
	{ "1: invalid, another key was asked about",
	  { TRIED(ROUND, INVALID), ASKED_ABOUT(WRONG) },
	  certified,
	  ALIKE("warning dialback-key-altered") },
	{ "1: invalid, never asked",
	  { TRIED(ROUND, INVALID), NOT_ASKED },
	  NULL,
	  ALIKE(FAILED ", " NO_CALL) },
	{ "1: no outcome",
	  { TRIED(ROUND, SILENCE), ASKED },
	  certified,
	  TELLS(CRITICAL_FAILURE, "ends with nothing in 0 s, although we confirmed the key") },
	{ "1: no outcome, no call",
	  { TRIED(ROUND, SILENCE), NOT_ASKED },
	  NULL,
	  ALIKE(CRITICAL_FAILURE ", " NO_CALL) },
	{ "1: no outcome, but DNS leads elsewhere",
	  { TRIED(ROUND, SILENCE), NOT_ASKED },
	  elsewhere,
	  ALIKE(FAILED ", " NO_CALL) },
	{ "1: no outcome, asked from behind NAT",
	  { TRIED(ROUND, SILENCE), ASKED },
	  elsewhere,
	  ALIKE(CRITICAL_FAILURE) },
	{ "1: valid from behind NAT", { TRIED(ROUND, VALID), ASKED }, elsewhere, ALIKE("") },
	{ "1: error, never asked",
	  { TRIED_WHY(ROUND, ERROR, "remote-server-not-found"), NOT_ASKED },
	  nowhere,
	  TELLS(FAILED ", " NO_CALL,
		"dialback ends with error remote-server-not-found: it found no server of our domain in "
		"DNS") },
	{ "1: error, although confirmed",
	  { TRIED_WHY(ROUND, ERROR, "internal-server-error"), ASKED },
	  certified,
	  TELLS(FAILED, "although we confirmed the key") },
	{ "1: error, and no call",
	  { TRIED_WHY(ROUND, ERROR, "internal-server-error"), NOT_ASKED },
	  NULL,
	  TELLS(FAILED ", " NO_CALL,
		"its log tells what; it did not ask our authoritative server") },
	{ "1: error, not known whether it asked",
	  { TRIED_WHY(ROUND, ERROR, "internal-server-error") },
	  visited,
	  TELLS(FAILED, "that server: its log tells what") },
	{ "1: closed", { TRIED(ROUND, CLOSED), ASKED }, certified, ALIKE(FAILED) },
	{ "1: stream error",
	  { TRIED_WHY(ROUND, STREAM_ERROR, "host-unknown"), ASKED },
	  certified,
	  ALIKE(FAILED) },
	{ "1: the peer's words are escaped",
	  { TRIED_WHY(ROUND, ERROR, "\x1b[31m"), ASKED },
	  certified,
	  TELLS(FAILED, "error \\x1b[31m, although") },
	{ "15: a strict peer",
	  { TRIED_WHY(ROUND, ERROR, "not-authorized"), NOT_ASKED },
	  NULL,
	  TELLS(BARRED, "it wants a certificate") },
	{ "15: a strict peer closes",
	  { TRIED_WHY(ROUND, STREAM_ERROR, "policy-violation"), NOT_ASKED },
	  NULL,
	  ALIKE(BARRED) },
	{ "15: a strict peer, not even tried",
	  { SHUT(ROUND), .reason = "TLS was refused" },
	  NULL,
	  TELLS(BARRED, "the peer would not have dialback from us: TLS was refused") },
	{ "15: not tested", { LEFT_OUT(ROUND) }, NULL, ALIKE("info dialback-not-tested") },
	{ "33: it wants a certificate at our end",
	  { TRIED_WHY(ROUND, ERROR, "remote-connection-failed"), NOT_ASKED },
	  visited,
	  TELLS("info dialback-failed", "it called our listener, and left") },
	{ "33: our end has one that proves nothing",
	  { TRIED_WHY(ROUND, ERROR, "remote-connection-failed"), NOT_ASKED },
	  visited_untrusted,
	  ALIKE("info dialback-failed") },
	{ "33: our end has one, and it left",
	  { TRIED_WHY(ROUND, ERROR, "remote-connection-failed"), NOT_ASKED },
	  visited_certified,
	  ALIKE(FAILED) },
	{ "the way back in clear",
	  { TRIED(ROUND, VALID), ASKED_IN_CLEAR },
	  NULL,
	  "warning dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "though that offers TLS" },

	/* 2 to 7: nothing but a yes of our authority is a yes. */
	{ "2: invalid and a close",
	  { TRIED(ANSWER_INVALID, INVALID), ASKED, .stays = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "2: forbidden",
	  { TRIED_WHY(ANSWER_INVALID, ERROR, "forbidden"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "2: invalid, and stays",
	  { TRIED(ANSWER_INVALID, INVALID), ASKED, .stays = KNOWN_YES },
	  NULL,
	  ALIKE(ODDLY) },
	{ "2: a mere close", { TRIED(ANSWER_INVALID, CLOSED), ASKED }, NULL, ALIKE(ODDLY) },
	{ "2: silence", { TRIED(ANSWER_INVALID, SILENCE), ASKED }, NULL, ALIKE(SILENT) },
	{ "2: valid",
	  { TRIED(ANSWER_INVALID, VALID), ASKED },
	  NULL,
	  TELLS(UNPROVEN, "answered valid, though our authoritative server did not say so") },
	{ "2: valid, never asked",
	  { TRIED(ANSWER_INVALID, VALID), NOT_ASKED },
	  certified,
	  ALIKE(UNPROVEN) },
	{ "2: stanza delivered",
	  { TRIED(ANSWER_INVALID, INVALID), ASKED, .delivered = KNOWN_YES },
	  NULL,
	  ALIKE(SPOOFED) },
	{ "2: never asked",
	  { TRIED_WHY(ANSWER_INVALID, ERROR, "remote-server-timeout"), NOT_ASKED },
	  elsewhere,
	  ALIKE(NO_CALL) },
	{ "2: a mere stream error",
	  { TRIED_WHY(ANSWER_INVALID, STREAM_ERROR, "conflict"), ASKED },
	  NULL,
	  ALIKE(ODDLY) },
	{ "3: error",
	  { TRIED_WHY(ANSWER_ERROR, ERROR, "remote-server-not-found"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "3: invalid, as Prosody",
	  { TRIED(ANSWER_ERROR, INVALID), ASKED },
	  NULL,
	  TELLS(ODDLY, "invalid; wanted: error remote-server-not-found") },
	{ "3: valid", { TRIED(ANSWER_ERROR, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "3: silence", { TRIED(ANSWER_ERROR, SILENCE), ASKED }, NULL, ALIKE(SILENT) },
	{ "4: error",
	  { TRIED_WHY(ANSWER_CLOSE, ERROR, "remote-server-timeout"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "4: silence", { TRIED(ANSWER_CLOSE, SILENCE), ASKED }, NULL, ALIKE(SILENT) },
	{ "4: invalid", { TRIED(ANSWER_CLOSE, INVALID), ASKED }, NULL, ALIKE(ODDLY) },
	{ "4: valid", { TRIED(ANSWER_CLOSE, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "5: error in time",
	  { TRIED_WHY(ANSWER_SILENCE, ERROR, "remote-server-timeout"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "5: a close in time", { TRIED(ANSWER_SILENCE, CLOSED), ASKED }, NULL, ALIKE("") },
	{ "5: silence as long as we waited",
	  { TRIED_LONG(ANSWER_SILENCE, SILENCE, NULL, NULL, 20000), ASKED },
	  NULL,
	  TELLS("info dialback-unanswered", "in the 20 s that we waited") },
	{ "5: silence for 120 s",
	  { TRIED_LONG(ANSWER_SILENCE, SILENCE, NULL, NULL, 120000), ASKED },
	  NULL,
	  ALIKE("info dialback-unanswered") },
	{ "5: silence beyond 120 s",
	  { TRIED_LONG(ANSWER_SILENCE, SILENCE, NULL, NULL, 121000), ASKED },
	  NULL,
	  ALIKE(SILENT) },
	{ "5: an error beyond 120 s",
	  { TRIED_LONG(ANSWER_SILENCE, ERROR, "remote-server-timeout", NULL, 121000), ASKED },
	  NULL,
	  ALIKE(SILENT) },
	{ "5: valid", { TRIED(ANSWER_SILENCE, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "6: not found",
	  { TRIED_WHY(SENDER_UNRESOLVABLE, ERROR, "remote-server-not-found") },
	  alone,
	  ALIKE("") },
	{ "6: invalid", { TRIED(SENDER_UNRESOLVABLE, INVALID) }, alone, ALIKE(ODDLY) },
	{ "6: silence", { TRIED(SENDER_UNRESOLVABLE, SILENCE) }, alone, ALIKE(ODDLY) },
	{ "6: valid",
	  { TRIED(SENDER_UNRESOLVABLE, VALID) },
	  alone,
	  TELLS(UNPROVEN, "though there is nobody who could have confirmed it") },
	{ "6: valid, whatever certificate we show",
	  { TRIED(SENDER_UNRESOLVABLE, VALID) },
	  certified_alone,
	  ALIKE(UNPROVEN) },
	{ "6: a strict peer",
	  { TRIED_WHY(SENDER_UNRESOLVABLE, STREAM_ERROR, "not-authorized") },
	  alone,
	  ALIKE(BARRED) },
	{ "7: connection failed",
	  { TRIED_WHY(SENDER_REFUSES, ERROR, "remote-connection-failed"), NOT_ASKED },
	  NULL,
	  ALIKE("") },
	{ "7: valid", { TRIED(SENDER_REFUSES, VALID), NOT_ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "7: a close", { TRIED(SENDER_REFUSES, CLOSED), NOT_ASKED }, NULL, ALIKE(ODDLY) },

	/* 8 to 12 */
	{ "8: item-not-found",
	  { TRIED_WHY(TARGET_UNKNOWN, ERROR, "item-not-found"), .stays = KNOWN_YES },
	  alone,
	  ALIKE("") },
	{ "8: host-unknown, as Prosody",
	  { TRIED_WHY(TARGET_UNKNOWN, STREAM_ERROR, "host-unknown") },
	  alone,
	  TELLS(ODDLY, "stream error host-unknown; wanted: error item-not-found") },
	{ "8: not-allowed, as ejabberd",
	  { TRIED_WHY(TARGET_UNKNOWN, ERROR, "not-allowed") },
	  alone,
	  ALIKE(ODDLY) },
	{ "8: the stream goes",
	  { TRIED_WHY(TARGET_UNKNOWN, ERROR, "item-not-found"), .stays = KNOWN_NO },
	  alone,
	  TELLS(ODDLY, "item-not-found, and the stream is closed; wanted") },
	{ "8: valid", { TRIED(TARGET_UNKNOWN, VALID) }, alone, ALIKE(UNPROVEN) },
	{ "9: improper-addressing",
	  { TRIED_WHY(WITHOUT_FROM, STREAM_ERROR, "improper-addressing") },
	  alone,
	  ALIKE("") },
	{ "9: error", { TRIED_WHY(WITHOUT_FROM, ERROR, "bad-request") }, alone, ALIKE("") },
	{ "9: processed",
	  { TRIED(WITHOUT_FROM, INVALID) },
	  alone,
	  ALIKE("warning dialback-incomplete-processed") },
	{ "9: asked back",
	  { TRIED(WITHOUT_FROM, SILENCE), ASKED },
	  NULL,
	  ALIKE(ODDLY ", warning dialback-incomplete-processed") },
	{ "9: valid", { TRIED(WITHOUT_FROM, VALID) }, alone, ALIKE(UNPROVEN) },
	{ "9: closed", { TRIED(WITHOUT_FROM, CLOSED) }, alone, ALIKE(ODDLY) },
	{ "9: silence", { TRIED(WITHOUT_FROM, SILENCE) }, alone, ALIKE(ODDLY) },
	{ "10: error", { TRIED_WHY(WITHOUT_TO, ERROR, "bad-request") }, alone, ALIKE("") },
	{ "10: processed",
	  { TRIED(WITHOUT_TO, INVALID) },
	  alone,
	  ALIKE("warning dialback-incomplete-processed") },
	{ "10: closed", { TRIED(WITHOUT_TO, CLOSED) }, alone, ALIKE(ODDLY) },
	{ "10: silence", { TRIED(WITHOUT_TO, SILENCE) }, alone, ALIKE(ODDLY) },
	{ "11: invalid", { TRIED(KEY_EMPTY, INVALID), ASKED_ABOUT(NONE) }, NULL, ALIKE("") },
	{ "11: refused",
	  { TRIED_WHY(KEY_EMPTY, STREAM_ERROR, "bad-format"), NOT_ASKED },
	  NULL,
	  ALIKE("") },
	{ "11: valid", { TRIED(KEY_EMPTY, VALID), NOT_ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "11: valid for the wrong key",
	  { TRIED(WRONG_KEY, VALID), ASKED },
	  NULL,
	  ALIKE(UNPROVEN) },
	{ "11: the wrong key is invalid", { TRIED(WRONG_KEY, INVALID), ASKED }, NULL, ALIKE("") },
	{ "12: as sent", { TRIED(KEY_SPACES, VALID), ASKED }, NULL, ALIKE("") },
	{ "12: trimmed", { TRIED(KEY_SPACES, VALID), ASKED_ABOUT(TRIMMED) }, NULL, ALIKE("") },
	{ "12: altered",
	  { TRIED(KEY_SPACES, INVALID), ASKED_ABOUT(WRONG) },
	  NULL,
	  ALIKE("info dialback-key-altered") },
	{ "12: refused",
	  { TRIED_WHY(KEY_SPACES, ERROR, "bad-request"), NOT_ASKED },
	  NULL,
	  ALIKE(ODDLY) },

	/* 13, 14, 38, 41: in clear */
	{ "13: policy-violation",
	  { IN_CLEAR(CLEAR_RESULT, STREAM_ERROR, "policy-violation") },
	  alone,
	  ALIKE("") },
	{ "13: ignored", { IN_CLEAR(CLEAR_RESULT, SILENCE, NULL) }, alone, ALIKE("") },
	{ "13: closed", { IN_CLEAR(CLEAR_RESULT, CLOSED, NULL), ASKED }, NULL, ALIKE("") },
	{ "13: asked back, then refused, as Prosody",
	  { IN_CLEAR(CLEAR_RESULT, STREAM_ERROR, "policy-violation"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "13: refused, and nothing more",
	  { TRIAL_IN(REFUSED, false, CLEAR_RESULT, ERROR, "not-authorized", NULL, 300) },
	  alone,
	  ALIKE("") },
	{ "13: processed",
	  { IN_CLEAR(CLEAR_RESULT, ERROR, "remote-server-not-found") },
	  alone,
	  TELLS("critical dialback-in-clear", "declared to be required") },
	{ "13: asked back, and silent",
	  { IN_CLEAR(CLEAR_RESULT, SILENCE, NULL), ASKED },
	  NULL,
	  ALIKE("critical dialback-in-clear") },
	{ "13: valid",
	  { IN_CLEAR(CLEAR_RESULT, VALID, NULL), ASKED },
	  NULL,
	  ALIKE("critical dialback-in-clear") },
	{ "13: valid, never asked",
	  { IN_CLEAR(CLEAR_RESULT, VALID, NULL) },
	  alone,
	  ALIKE(UNPROVEN ", critical dialback-in-clear") },
	{ "14: processed",
	  { IN_CLEAR(CLEAR_RESULT, VALID, NULL), ASKED },
	  optional_tls,
	  "warning dialback-in-clear",
	  "critical dialback-in-clear",
	  "critical dialback-in-clear",
	  "and our authoritative server was asked" },
	{ "14: refused",
	  { IN_CLEAR(CLEAR_RESULT, ERROR, "policy-violation") },
	  optional_tls,
	  ALIKE("") },
	{ "38: refused",
	  { IN_CLEAR(WITHOUT_VERSION, STREAM_ERROR, "unsupported-version"), NOT_ASKED },
	  NULL,
	  ALIKE("") },
	{ "38: works",
	  { IN_CLEAR(WITHOUT_VERSION, VALID, NULL), ASKED },
	  optional_tls,
	  "warning dialback-in-clear",
	  "critical dialback-in-clear",
	  "critical dialback-in-clear",
	  NULL },
	{ "41: answered",
	  { IN_CLEAR(CLEAR_VERIFY, INVALID, NULL) },
	  alone,
	  ALIKE("info dialback-note") },
	{ "41: refused",
	  { IN_CLEAR(CLEAR_VERIFY, STREAM_ERROR, "policy-violation") },
	  alone,
	  ALIKE("") },
	{ "41: valid", { IN_CLEAR(CLEAR_VERIFY, VALID, NULL) }, alone, ALIKE(FORGED) },

	/* 16 to 19 */
	{ "16: valid, asked", { TRIED(WITHOUT_DIALLING, VALID), ASKED }, certified, ALIKE("") },
	{ "16: valid, not asked",
	  { TRIED(WITHOUT_DIALLING, VALID), NOT_ASKED },
	  certified,
	  ALIKE(VOUCHED) },
	{ "16: valid, not asked, certificate not judged",
	  { TRIED(WITHOUT_DIALLING, VALID), NOT_ASKED },
	  certificate_unread,
	  ALIKE(VOUCHED) },
	{ "16: valid, not asked, and it proves nothing",
	  { TRIED(WITHOUT_DIALLING, VALID), NOT_ASKED },
	  untrusted,
	  ALIKE(UNPROVEN) },
	{ "16: valid, not asked, and it names somebody else",
	  { TRIED(WITHOUT_DIALLING, VALID), NOT_ASKED },
	  other_name,
	  ALIKE(UNPROVEN) },
	{ "16: refused",
	  { TRIED_WHY(WITHOUT_DIALLING, ERROR, "not-authorized"), NOT_ASKED },
	  certified,
	  TELLS(FAILED, "dialback with our certificate shown ends with") },
	{ "16: refused before that", { SHUT(WITHOUT_DIALLING) }, certified, ALIKE(FAILED) },
	{ "16: refused, as it may be",
	  { TRIED_WHY(WITHOUT_DIALLING, ERROR, "not-authorized"), NOT_ASKED },
	  untrusted,
	  ALIKE(BARRED) },
	{ "17: invalid", { TRIED(KEY_OF_CLEAR_STREAM, INVALID), ASKED }, NULL, ALIKE("") },
	{ "17: valid", { TRIED(KEY_OF_CLEAR_STREAM, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "18: success", { TRIED(EXTERNAL, ACCEPTED) }, servers_only, ALIKE("") },
	{ "18: wants the client purpose",
	  { TRIED_WHY(EXTERNAL, FAILURE, "not-authorized") },
	  servers_only,
	  ALIKE("warning external-needs-client-purpose") },
	{ "18: not offered for want of it",
	  { SHUT(EXTERNAL) },
	  servers_only,
	  ALIKE("warning external-needs-client-purpose") },
	{ "18: refused, the purpose is there",
	  { TRIED_WHY(EXTERNAL, FAILURE, "not-authorized") },
	  certified,
	  ALIKE("info external-refused") },
	{ "18: not offered, the purpose is there",
	  { SHUT(EXTERNAL) },
	  certified,
	  ALIKE("info external-not-offered") },
	{ "18: refused, and rightly so",
	  { TRIED_WHY(EXTERNAL, FAILURE, "not-authorized") },
	  servers_only_untrusted,
	  ALIKE("") },
	{ "18: silence", { TRIED(EXTERNAL, SILENCE) }, certified, ALIKE(SILENT) },
	{ "19: the wrong name is refused",
	  { TRIED_WHY(EXTERNAL, FAILURE, "not-authorized") },
	  other_name,
	  ALIKE("") },
	{ "19: the wrong name is taken",
	  { TRIED(EXTERNAL, ACCEPTED) },
	  other_name,
	  TELLS("critical external-unproven-accepted", "does not name me.example") },

	/* 20 to 23 */
	{ "20: both",
	  { TRIED(TWO_SENDERS, VALID), ASKED, .another.outcome = OUTCOME_VALID },
	  NULL,
	  ALIKE("") },
	{ "20: no room for the second",
	  { TRIED(TWO_SENDERS, VALID), ASKED,
	    .another = { .outcome = OUTCOME_ERROR, .condition = "resource-constraint" } },
	  NULL,
	  ALIKE("info dialback-failed") },
	{ "20: the second is lost",
	  { TRIED(TWO_SENDERS, VALID), ASKED, .another.outcome = OUTCOME_INVALID },
	  NULL,
	  TELLS(FAILED, "only one of two domains of ours") },
	{ "20: both are lost",
	  { TRIED(TWO_SENDERS, INVALID), ASKED, .another.outcome = OUTCOME_INVALID },
	  NULL,
	  TELLS(FAILED, "neither") },
	{ "20: a strict peer",
	  { TRIED_WHY(TWO_SENDERS, ERROR, "not-authorized"), NOT_ASKED,
	    .another.outcome = OUTCOME_SILENCE },
	  NULL,
	  ALIKE(BARRED) },
	{ "21: each by itself",
	  { TRIED(TWO_TARGETS, VALID), ASKED,
	    .another = { .outcome = OUTCOME_ERROR, .condition = "item-not-found" } },
	  NULL,
	  ALIKE("") },
	{ "21: the stream dies",
	  { TRIED(TWO_TARGETS, VALID), ASKED,
	    .another = { .outcome = OUTCOME_STREAM_ERROR, .condition = "host-unknown" } },
	  NULL,
	  ALIKE(SILENT) },
	{ "21: answered, and the stream dies",
	  { TRIED(TWO_TARGETS, VALID), ASKED, .another.outcome = OUTCOME_INVALID,
	    .stays = KNOWN_NO },
	  NULL,
	  TELLS(SILENT, "and the stream is gone") },
	{ "21: both are lost",
	  { TRIED_WHY(TWO_TARGETS, STREAM_ERROR, "conflict"), NOT_ASKED,
	    .another.outcome = OUTCOME_CLOSED },
	  visited,
	  ALIKE(SILENT) },
	{ "21: a strict peer",
	  { TRIED_WHY(TWO_TARGETS, STREAM_ERROR, "not-authorized"), NOT_ASKED,
	    .another.outcome = OUTCOME_CLOSED },
	  NULL,
	  ALIKE(BARRED) },
	{ "21: the second is refused",
	  { TRIED(TWO_TARGETS, VALID), ASKED,
	    .another = { .outcome = OUTCOME_STREAM_ERROR, .condition = "not-authorized" } },
	  NULL,
	  ALIKE(SILENT) },
	{ "23: the second is forbidden",
	  { TRIED(SECOND_INVALID, VALID), ASKED,
	    .another = { .outcome = OUTCOME_ERROR, .condition = "forbidden" } },
	  NULL,
	  ALIKE("") },
	{ "23: invalid, and all closed",
	  { TRIED(SECOND_INVALID, VALID), ASKED, .another.outcome = OUTCOME_INVALID,
	    .stays = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "23: silence",
	  { TRIED(SECOND_INVALID, VALID), ASKED, .another.outcome = OUTCOME_SILENCE },
	  NULL,
	  ALIKE(SILENT) },
	{ "23: accepted",
	  { TRIED(SECOND_INVALID, VALID), ASKED, .another.outcome = OUTCOME_VALID },
	  certified,
	  ALIKE(UNPROVEN) },

	/* 24 to 31: belief */
	{ "24: stream error",
	  { TRIED_WHY(STANZA_UNVERIFIED, STREAM_ERROR, "not-authorized"), .delivered = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "24: dropped",
	  { TRIED(STANZA_UNVERIFIED, SILENCE), .delivered = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "24: delivered",
	  { TRIED(STANZA_UNVERIFIED, SILENCE), .delivered = KNOWN_YES },
	  NULL,
	  ALIKE(SPOOFED) },
	{ "24: nobody needs to ask",
	  { TRIED_WHY(STANZA_UNVERIFIED, STREAM_ERROR, "not-authorized"), NOT_ASKED },
	  NULL,
	  ALIKE("") },
	{ "25: refused",
	  { TRIED_WHY(STANZA_OTHER_SENDER, STREAM_ERROR, "invalid-from"), .delivered = KNOWN_NO,
	    ASKED },
	  NULL,
	  ALIKE("") },
	{ "25: delivered",
	  { TRIED(STANZA_OTHER_SENDER, NONE), .delivered = KNOWN_YES, ASKED },
	  NULL,
	  ALIKE(SPOOFED) },
	{ "26: refused",
	  { TRIED(STANZA_OTHER_TARGET, SILENCE), .delivered = KNOWN_NO, ASKED },
	  NULL,
	  ALIKE("") },
	{ "26: delivered",
	  { TRIED(STANZA_OTHER_TARGET, NONE), .delivered = KNOWN_YES, ASKED },
	  NULL,
	  "warning dialback-spoofing",
	  NULL,
	  SPOOFED,
	  NULL },
	{ "27: ignored",
	  { TRIED(UNSOLICITED_RESULT, SILENCE), .delivered = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "27: believed",
	  { TRIED(UNSOLICITED_RESULT, SILENCE), .delivered = KNOWN_YES },
	  NULL,
	  ALIKE(SPOOFED) },
	{ "28: ignored", { TRIED(UNSOLICITED_VERIFY, SILENCE) }, NULL, ALIKE("") },
	{ "28: believed",
	  { TRIED(UNSOLICITED_VERIFY, NONE), .delivered = KNOWN_YES },
	  NULL,
	  ALIKE(SPOOFED) },
	{ "29: dropped", { TRIED(ANSWER_OTHER_ID, SILENCE), ASKED }, NULL, ALIKE("") },
	{ "29: error",
	  { TRIED_WHY(ANSWER_OTHER_ID, ERROR, "remote-server-timeout"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "29: accepted", { TRIED(ANSWER_OTHER_ID, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "30: dropped", { TRIED(ANSWER_SWAPPED, SILENCE), ASKED }, NULL, ALIKE("") },
	{ "30: accepted", { TRIED(ANSWER_SWAPPED, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
	{ "31: the first counts", { TRIED(ANSWER_TWICE, INVALID), ASKED }, NULL, ALIKE("") },
	{ "31: the second wins", { TRIED(ANSWER_TWICE, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },

	/* 32 to 38 */
	{ "32: refuses",
	  { TRIED_WHY(AUTHORITY_NO_TLS, ERROR, "remote-server-timeout"), NOT_ASKED },
	  NULL,
	  ALIKE("") },
	{ "32: asks in clear",
	  { TRIED(AUTHORITY_NO_TLS, VALID), ASKED_IN_CLEAR },
	  NULL,
	  "warning dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "where that offers no TLS" },
	{ "34: reaches the second", { TRIED(ROUND, VALID), ASKED }, later, ALIKE("") },
	{ "34: does not",
	  { TRIED_WHY(ROUND, ERROR, "remote-connection-failed"), NOT_ASKED },
	  later,
	  ALIKE(FAILED ", " NO_CALL) },
	{ "35: one form", { TRIED(SPELLING, VALID), ASKED }, spelt_alike, ALIKE("") },
	{ "35: refused", { TRIED_WHY(SPELLING, ERROR, "bad-request"), ASKED }, NULL, ALIKE("") },
	{ "35: two forms",
	  { TRIED(SPELLING, VALID), ASKED },
	  spelt_twice,
	  TELLS(ODDLY, "me.example in db:verify, ME.\\x1b.example in db:result") },
	{ "35: silence", { TRIED(SPELLING, SILENCE), ASKED }, NULL, ALIKE(ODDLY) },
	{ "36: taken", { TRIED(OWN_DECLARATION, VALID), ASKED }, NULL, ALIKE("") },
	{ "36: bad-namespace-prefix",
	  { TRIED_WHY(OWN_DECLARATION, STREAM_ERROR, "bad-namespace-prefix"), ASKED },
	  NULL,
	  ALIKE("") },
	{ "36: another error",
	  { TRIED_WHY(OWN_DECLARATION, STREAM_ERROR, "conflict"), ASKED },
	  NULL,
	  ALIKE(ODDLY) },
	{ "36: a dialback error",
	  { TRIED_WHY(OWN_DECLARATION, ERROR, "bad-request"), ASKED },
	  NULL,
	  ALIKE(ODDLY) },
	{ "36: closed", { TRIED(OWN_DECLARATION, CLOSED), ASKED }, NULL, ALIKE(ODDLY) },
	{ "36: silence", { TRIED(OWN_DECLARATION, SILENCE), ASKED }, NULL, ALIKE(ODDLY) },
	{ "37: taken", { TRIED(OTHER_PREFIX, VALID), ASKED }, NULL, ALIKE("info dialback-note") },
	{ "37: refused",
	  { TRIED_WHY(OTHER_PREFIX, STREAM_ERROR, "bad-namespace-prefix"), ASKED },
	  NULL,
	  ALIKE("info dialback-note") },

	/* 39 to 46: its authoritative role */
	{ "39: invalid", { TRIED(VERIFY_MADE_UP, INVALID) }, alone, ALIKE("") },
	{ "39: valid", { TRIED(VERIFY_MADE_UP, VALID) }, alone, ALIKE(FORGED) },
	{ "39: valid, whatever certificate we show",
	  { TRIED(VERIFY_MADE_UP, VALID) },
	  certified_alone,
	  ALIKE(FORGED) },
	{ "39: another error",
	  { TRIED_WHY(VERIFY_MADE_UP, ERROR, "item-not-found") },
	  alone,
	  ALIKE(ODDLY) },
	{ "39: silence", { TRIED(VERIFY_MADE_UP, SILENCE) }, alone, ALIKE(SILENT) },
	{ "42: authentication is demanded",
	  { TRIED_WHY(VERIFY_MADE_UP, STREAM_ERROR, "not-authorized") },
	  alone,
	  TELLS(REFUSES, "authentication is demanded first") },
	{ "42: authentication is demanded, in an error",
	  { TRIED_WHY(VERIFY_MADE_UP, ERROR, "policy-violation") },
	  alone,
	  ALIKE(REFUSES) },
	{ "42: where there is no dialback",
	  { TRIED_WHY(VERIFY_MADE_UP, STREAM_ERROR, "not-authorized") },
	  alone_no_dialback,
	  TELLS("info dialback-verify-refused", "and dialback is not offered") },
	{ "42: where there is no dialback, in Prosody's words",
	  { TRIED_WHY(VERIFY_MADE_UP, STREAM_ERROR, "unsupported-stanza-type") },
	  alone_no_dialback,
	  TELLS("info dialback-verify-refused", "and dialback is not offered") },
	{ "42: closed", { TRIED(VERIFY_MADE_UP, CLOSED) }, alone, ALIKE(REFUSES) },
	{ "42: cannot be put",
	  { SHUT(VERIFY_MADE_UP), .reason = "closed behind TLS" },
	  alone,
	  TELLS(BARRED, "the peer would not have dialback from us: closed behind TLS") },
	{ "40: item-not-found",
	  { TRIED_WHY(VERIFY_UNKNOWN_HOST, ERROR, "item-not-found"), .stays = KNOWN_YES },
	  alone,
	  ALIKE("") },
	{ "40: host-unknown",
	  { TRIED_WHY(VERIFY_UNKNOWN_HOST, STREAM_ERROR, "host-unknown") },
	  alone,
	  ALIKE(ODDLY) },
	{ "40: invalid", { TRIED(VERIFY_UNKNOWN_HOST, INVALID) }, alone, ALIKE(ODDLY) },
	{ "40: valid", { TRIED(VERIFY_UNKNOWN_HOST, VALID) }, alone, ALIKE(FORGED) },
	{ "43: invalid", { TRIED(VERIFY_OTHER_ID, INVALID) }, alone, ALIKE("") },
	{ "43: valid", { TRIED(VERIFY_OTHER_ID, VALID) }, alone, ALIKE(FORGED) },
	{ "44: ignored", { TRIED(VERIFY_WITHOUT_ID, SILENCE) }, alone, ALIKE("") },
	{ "44: error", { TRIED_WHY(VERIFY_WITHOUT_ID, ERROR, "bad-request") }, alone, ALIKE("") },
	{ "44: valid", { TRIED(VERIFY_WITHOUT_ID, VALID) }, alone, ALIKE(FORGED) },
	{ "45: both",
	  { TRIED(VERIFY_TWO, INVALID), .another.outcome = OUTCOME_INVALID },
	  alone,
	  ALIKE("") },
	{ "45: one",
	  { TRIED(VERIFY_TWO, INVALID), .another.outcome = OUTCOME_SILENCE },
	  alone,
	  ALIKE(SILENT) },
	{ "45: none",
	  { TRIED(VERIFY_TWO, SILENCE), .another.outcome = OUTCOME_SILENCE },
	  alone,
	  ALIKE(SILENT) },
	{ "45: valid",
	  { TRIED(VERIFY_TWO, INVALID), .another.outcome = OUTCOME_VALID },
	  alone,
	  ALIKE(FORGED) },
	{ "46: the same",
	  { TRIED(VERIFY_TWICE, INVALID), .another.outcome = OUTCOME_INVALID },
	  alone,
	  ALIKE("") },
	{ "46: another",
	  { TRIED(VERIFY_TWICE, INVALID),
	    .another = { .outcome = OUTCOME_ERROR, .condition = "item-not-found" } },
	  alone,
	  TELLS(ODDLY, "first invalid, then error item-not-found") },
	{ "46: valid the second time",
	  { TRIED(VERIFY_TWICE, INVALID), .another.outcome = OUTCOME_VALID },
	  alone,
	  ALIKE(FORGED ", " ODDLY) },

	/* 47 to 54: it dials us */
	{ "47: valid", { TRIED(BACK, VALID), .delivered = KNOWN_YES }, NULL, ALIKE("") },
	{ "47: invalid",
	  { TRIED(BACK, INVALID) },
	  NULL,
	  ALIKE("critical dialback-cluster-secret") },
	{ "47: one target says invalid",
	  { TRIED(BACK, VALID), .another.outcome = OUTCOME_INVALID },
	  NULL,
	  TELLS("critical dialback-cluster-secret", "another of its hosts says otherwise") },
	{ "47: it does not call", { TRIED(BACK, SILENCE) }, NULL, ALIKE(SILENT) },
	{ "47: its authority has trouble",
	  { TRIED_WHY(BACK, ERROR, "internal-server-error") },
	  NULL,
	  ALIKE(FAILED) },
	{ "48: stays", { TRIED(BACK_ERROR, SILENCE), .stays = KNOWN_YES }, NULL, ALIKE("") },
	{ "48: closes politely", { TRIED(BACK_ERROR, CLOSED) }, NULL, ALIKE("") },
	{ "48: resets",
	  { TRIED_LONG(BACK_ERROR, CLOSED, NULL, "connection reset by the peer", 300) },
	  NULL,
	  ALIKE(ODDLY) },
	{ "48: sends all the same",
	  { TRIED(BACK_ERROR, CLOSED), .delivered = KNOWN_YES },
	  NULL,
	  "warning dialback-sends-early",
	  "critical dialback-sends-early",
	  "critical dialback-sends-early",
	  NULL },
	{ "49: bounces", { TRIED(BACK_INVALID, CLOSED), .bounced = KNOWN_YES }, NULL, ALIKE("") },
	{ "49: does not",
	  { TRIED(BACK_INVALID, CLOSED), .bounced = KNOWN_NO },
	  NULL,
	  ALIKE(ODDLY) },
	{ "50: gives up",
	  { TRIED(BACK_SILENCE, CLOSED) },
	  NULL,
	  TELLS("info dialback-note", "gives up after 0 s with a close") },
	{ "50: does not", { TRIED(BACK_SILENCE, SILENCE) }, NULL, ALIKE("info dialback-note") },
	{ "50: does not, and the stream stands",
	  { TRIED(BACK_SILENCE, NONE), .stays = KNOWN_YES, .elapsed_ms = 20000 },
	  NULL,
	  TELLS("info dialback-note", "had not given up after 20 s") },
	{ "51: refuses",
	  { TRIED(BACK_NO_TLS, CLOSED), .called_in_clear = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "51: goes on",
	  { TRIED(BACK_NO_TLS, NONE), .called_in_clear = KNOWN_YES },
	  NULL,
	  "warning dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "is offered no TLS, and goes on in clear" },
	{ "51: sends a stanza",
	  { TRIED(BACK_NO_TLS, NONE), .delivered = KNOWN_YES },
	  NULL,
	  "warning dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  NULL },
	{ "51: sends none",
	  { TRIED(BACK_NO_TLS, SILENCE), .delivered = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "51: goes on, though we offer TLS",
	  { TRIED(BACK, VALID), .called_in_clear = KNOWN_YES },
	  NULL,
	  "warning dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "critical dialback-outbound-in-clear",
	  "though we offer TLS" },
	{ "52: goes on with dialback", { TRIED(BACK_EXTERNAL, VALID) }, NULL, ALIKE("") },
	{ "52: gives up", { TRIED(BACK_EXTERNAL, CLOSED) }, NULL, ALIKE(ODDLY) },
	{ "53: ignored",
	  { TRIED(BACK_UNSOLICITED, SILENCE), .delivered = KNOWN_NO },
	  NULL,
	  ALIKE("") },
	{ "53: believed",
	  { TRIED(BACK_UNSOLICITED, SILENCE), .delivered = KNOWN_YES },
	  NULL,
	  ALIKE(SPOOFED) },
	{ "54: taken",
	  { TRIED(BACK_BIDI, NONE) },
	  took_bidi,
	  TELLS("info dialback-note", "and takes it") },
	{ "54: not taken",
	  { TRIED(BACK_BIDI, NONE) },
	  NULL,
	  TELLS("info dialback-note", "does not take it") },

	/* 55 to 58 */
	{ "55: the inverse pair", { TRIED(BIDI, VALID), ASKED }, inverse_pair, ALIKE("") },
	{ "55: another sender", { TRIED(BIDI, VALID), ASKED }, other_from, ALIKE(SPOOFED) },
	{ "55: another of our domains", { TRIED(BIDI, VALID), ASKED }, other_to, ALIKE(SPOOFED) },
	{ "55: a stanza of nobody", { TRIED(BIDI, VALID), ASKED }, bare_stanza, ALIKE("") },
	{ "55: invalid", { TRIED(BIDI, INVALID) }, NULL, ALIKE(ODDLY) },
	{ "55: an error", { TRIED(BIDI, ERROR) }, NULL, ALIKE(ODDLY) },
	{ "55: a stream error", { TRIED(BIDI, STREAM_ERROR) }, NULL, ALIKE(ODDLY) },
	{ "55: closed", { TRIED(BIDI, CLOSED) }, NULL, ALIKE(ODDLY) },
	{ "55: no answer to our question", { TRIED(BIDI, SILENCE) }, NULL, ALIKE(ODDLY) },
	{ "56: works",
	  { TRIED(KEEPALIVE, VALID), ASKED, .another.outcome = OUTCOME_VALID },
	  NULL,
	  ALIKE("") },
	{ "56: does not",
	  { TRIED(KEEPALIVE, VALID), ASKED, .another.outcome = OUTCOME_CLOSED },
	  NULL,
	  ALIKE(ODDLY) },
	{ "56: invalid",
	  { TRIED(KEEPALIVE, VALID), ASKED, .another.outcome = OUTCOME_INVALID },
	  NULL,
	  ALIKE(ODDLY) },
	{ "56: error",
	  { TRIED(KEEPALIVE, VALID), ASKED,
	    .another = { .outcome = OUTCOME_ERROR, .condition = "bad-request" } },
	  NULL,
	  ALIKE(ODDLY) },
	{ "56: stream error",
	  { TRIED(KEEPALIVE, VALID), ASKED,
	    .another = { .outcome = OUTCOME_STREAM_ERROR, .condition = "reset" } },
	  NULL,
	  ALIKE(ODDLY) },
	{ "56: silence",
	  { TRIED(KEEPALIVE, VALID), ASKED, .another.outcome = OUTCOME_SILENCE },
	  NULL,
	  ALIKE(ODDLY) },
	{ "57: refused",
	  { TRIED_WHY(KEY_HUGE, STREAM_ERROR, "policy-violation") },
	  alone,
	  ALIKE("") },
	{ "57: processed",
	  { TRIED_WHY(KEY_HUGE, ERROR, "remote-server-not-found") },
	  alone,
	  ALIKE("") },
	{ "57: reset", { TRIED(KEY_HUGE, CLOSED) }, alone, ALIKE(SILENT) },
	{ "57: valid", { TRIED(KEY_HUGE, VALID) }, alone, ALIKE(UNPROVEN) },
	{ "58: invalid", { TRIED(KEY_REPLAY, INVALID), ASKED }, NULL, ALIKE("") },
	{ "58: valid", { TRIED(KEY_REPLAY, VALID), ASKED }, NULL, ALIKE(UNPROVEN) },
};

/* What weighs on the trial itself. */
static enum severity worst_of_trial(const struct findings *findings)
{
	enum severity worst = SEVERITY_NONE;
	for (const struct finding *at = findings->first; at; at = at->next) {
		if (strcmp(at->kind->id, "dialback-no-callback") != 0 && !at->kind->unknown &&
		    at->severity > worst)
			worst = at->severity;
	}
	return worst;
}

static void judge_row(const struct row *row, const struct policy *policy, struct arena *mem)
{
	const char *wanted = policy->name == POLICY_MANIFESTO && row->manifesto ? row->manifesto
			     : policy->name == POLICY_STRICT && row->strict     ? row->strict
										: row->bcp195;
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct dialback_facts facts = dialback_good(mem);
	struct findings findings = { 0 };
	facts.trials = &row->trial;
	facts.trial_count = 1;
	if (row->spoil)
		row->spoil(&facts);
	judge_dialback(&at, &facts, policy, mem, &findings);
	assert_row_string(row->name, findings_words(&findings, mem), wanted);
	assert_row(row->name,
		   judge_trial(&facts, facts.trials, policy, mem) == worst_of_trial(&findings));
	if (row->text) {
		assert_row(row->name, findings.first);
		if (!strstr(findings.first->text, row->text))
			fail_msg("%s: \"%s\" is not in \"%s\"", row->name, row->text,
				 findings.first->text);
	}
}

static void weighs_each_row_of_the_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t policy = 0; policy < ARRAY_SIZE(policies); policy++) {
			CLEANUP(arena_free) struct arena *mem = arena_new();
			judge_row(&rows[i], &policies[policy], mem);
		}
	}
}

/* Nobody adds a trial without saying what it weighs. */
static void every_trial_has_a_row(void **state)
{
	(void)state;
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		bool found = false;
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			found = found || rows[i].trial.which == trial;
		assert_row(trial_kind(trial)->name, found);
	}
}

/* Rule of thumb: no trial but the stanzas' and its own calls ends in an unproven `valid` quietly,
 * and no outcome of any trial is beyond judging. */
static void no_valid_without_proof_passes(void **state)
{
	(void)state;
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct dialback_facts facts = dialback_good(mem);
		struct trial_facts tried = { TRIED(ROUND, VALID), NOT_ASKED };
		tried.which = trial;
		facts.trials = &tried;
		facts.trial_count = 1;
		enum severity severity = judge_trial(&facts, &tried, &policies[0], mem);
		if (trial_rule(trial)->consent != CONSENT_ANY)
			assert_row(trial_kind(trial)->name, severity == SEVERITY_CRITICAL);
		for (int outcome = OUTCOME_NONE; outcome <= OUTCOME_FAILURE; outcome++) {
			tried.answer.outcome = (enum trial_outcome)outcome;
			tried.state = TRIAL_REFUSED;
			(void)judge_trial(&facts, &tried, &policies[0], mem);
			tried.state = TRIAL_NOT_TESTED;
			assert_row(trial_kind(trial)->name,
				   judge_trial(&facts, &tried, &policies[0], mem) == SEVERITY_NONE);
		}
	}
}

/* DB-31: a certificate stands in for the answer where it is shown for that, and nowhere else. And
 * whose authority says no, or is nobody's, gets no `valid` even after asking. */
static const struct belief {
	enum trial trial;
	enum severity after_asking;
} beliefs[] = {
	{ TRIAL_CLEAR_VERIFY, SEVERITY_CRITICAL },
	{ TRIAL_VERIFY_MADE_UP, SEVERITY_CRITICAL },
	{ TRIAL_VERIFY_OTHER_ID, SEVERITY_CRITICAL },
	{ TRIAL_VERIFY_TWO, SEVERITY_CRITICAL },
	{ TRIAL_VERIFY_TWICE, SEVERITY_CRITICAL },
	{ TRIAL_VERIFY_WITHOUT_ID, SEVERITY_CRITICAL },
	{ TRIAL_VERIFY_UNKNOWN_HOST, SEVERITY_CRITICAL },
	{ TRIAL_TARGET_UNKNOWN, SEVERITY_CRITICAL },
	{ TRIAL_SENDER_UNRESOLVABLE, SEVERITY_CRITICAL },
	{ TRIAL_WITHOUT_FROM, SEVERITY_CRITICAL },
	{ TRIAL_WITHOUT_TO, SEVERITY_CRITICAL },
	{ TRIAL_KEY_HUGE, SEVERITY_NONE },
	{ TRIAL_ROUND, SEVERITY_NONE },
	{ TRIAL_WITHOUT_DIALLING, SEVERITY_NONE },
	{ TRIAL_WRONG_KEY, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_INVALID, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_ERROR, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_CLOSE, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_SILENCE, SEVERITY_CRITICAL },
	{ TRIAL_SENDER_REFUSES, SEVERITY_CRITICAL },
	{ TRIAL_KEY_EMPTY, SEVERITY_CRITICAL },
	{ TRIAL_KEY_SPACES, SEVERITY_NONE },
	{ TRIAL_KEY_OF_CLEAR_STREAM, SEVERITY_CRITICAL },
	{ TRIAL_KEY_REPLAY, SEVERITY_CRITICAL },
	{ TRIAL_AUTHORITY_NO_TLS, SEVERITY_NONE },
	{ TRIAL_SPELLING, SEVERITY_NONE },
	{ TRIAL_OWN_DECLARATION, SEVERITY_NONE },
	{ TRIAL_OTHER_PREFIX, SEVERITY_INFO },
	{ TRIAL_BIDI, SEVERITY_NONE },
	{ TRIAL_KEEPALIVE, SEVERITY_NONE },
	{ TRIAL_UNSOLICITED_RESULT, SEVERITY_CRITICAL },
	{ TRIAL_UNSOLICITED_VERIFY, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_OTHER_ID, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_SWAPPED, SEVERITY_CRITICAL },
	{ TRIAL_ANSWER_TWICE, SEVERITY_CRITICAL },
};

static void knows_what_a_valid_may_rest_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(beliefs); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const char *name = trial_kind(beliefs[i].trial)->name;
		struct dialback_facts facts = dialback_good(mem);
		struct trial_facts at_once = { TRIED(ROUND, VALID), NOT_ASKED };
		struct trial_facts asked = { TRIED(ROUND, VALID), ASKED };
		at_once.which = asked.which = beliefs[i].trial;
		certified(&facts);
		assert_row(name, judge_trial(&facts, &at_once, &policies[0], mem) ==
					 (beliefs[i].trial == TRIAL_WITHOUT_DIALLING
						  ? SEVERITY_INFO
						  : SEVERITY_CRITICAL));
		assert_row(name, judge_trial(&facts, &asked, &policies[0], mem) ==
					 beliefs[i].after_asking);
	}
}

/* --- Around the trials --- */

SPOIL(nothing, (void)facts)
SPOIL(no_dialback, facts->walk.after.features.dialback = false)
SPOIL(no_dialback_but_external, no_dialback(facts); static const char *items[] = { "EXTERNAL" };
      facts->walk.after.features.mechanisms = ((struct text_list){ items, 1 }))
SPOIL(no_errors, facts->walk.after.features.dialback_errors = false)
SPOIL(in_clear, optional_tls(facts); facts->walk.before.features.dialback = true)
SPOIL(same_id, facts->walk.before.id = "inside")
SPOIL(refused, facts_fail(&facts->walk, STEP_TCP, ERR_REFUSED, "connection refused"))
SPOIL(strict_peer, facts_fail(&facts->walk, STEP_FEATURES, ERR_STREAM_ERROR, "stream error");
      facts->walk.after.error.condition = "not-authorized")

static void same_ids(struct dialback_facts *facts)
{
	links[0] = (struct link_facts){ .id = "b7e2" };
	links[1] = (struct link_facts){ .id = "b7e2" };
	facts->links = links;
	facts->link_count = 2;
}

static void same_id_of_ours(struct dialback_facts *facts)
{
	same_ids(facts);
	links[1].inbound = true;
}

static const struct trial_facts made_up = { TRIED(VERIFY_MADE_UP, INVALID) };
static const struct trial_facts made_up_silent = { TRIED(VERIFY_MADE_UP, SILENCE) };
static const struct trial_facts cleared = { IN_CLEAR(CLEAR_RESULT, CLOSED, NULL) };
static const struct trial_facts barred = { SHUT(ROUND) };
static const struct trial_facts left_out = { LEFT_OUT(ROUND), .reason = "needs --listen" };

static const struct around {
	const char *name;
	const struct trial_facts *trial;
	spoil *spoil;
	const char *words;
	const char *text; /* of the first one, in part */
} arounds[] = {
	{ "good", &made_up, nothing, "", NULL },
	{ "neither dialback nor EXTERNAL", &made_up_silent, no_dialback,
	  "warning dialback-not-offered, " SILENT, "to us, who showed no certificate" },
	{ "not advertised, but answered", &made_up, no_dialback, "", NULL },
	{ "EXTERNAL is enough", &made_up, no_dialback_but_external, "", NULL },
	{ "no graceful errors", &made_up, no_errors, "info dialback-errors-missing", NULL },
	{ "offered in clear", &made_up, in_clear, "warning dialback-before-tls", NULL },
	{ "offered in clear, refused when tried", &cleared, in_clear, "", NULL },
	{ "the id of the clear stream", &made_up, same_id, "warning stream-id-reused",
	  "has the old id again: inside" },
	{ "one id twice", &made_up, same_ids, "warning stream-id-reused",
	  "two connections have one stream id: b7e2" },
	{ "one id of ours", &made_up, same_id_of_ours, "", NULL },
	{ "nobody there", &left_out, refused, "warning endpoint-refused", "connection refused" },
	{ "a strict peer", &barred, strict_peer, "info client-cert-required",
	  "it turns away servers without a trusted certificate: not-authorized" },
	{ "nothing was tested", &left_out, nothing, "info dialback-not-tested",
	  "no check could be made: needs --listen" },
};

static void judges_what_stands_around_the_trials(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(arounds); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		struct dialback_facts facts = dialback_good(mem);
		struct findings findings = { 0 };
		facts.trials = arounds[i].trial;
		facts.trial_count = 1;
		arounds[i].spoil(&facts);
		judge_dialback(&at, &facts, &policies[0], mem, &findings);
		assert_row_string(arounds[i].name, findings_words(&findings, mem),
				  arounds[i].words);
		if (arounds[i].text)
			assert_row(arounds[i].name,
				   strstr(findings.first->text, arounds[i].text) != NULL);
	}
}

/* The sentence the issue asks for, by where DNS leads. */
static const struct leads {
	const char *name;
	enum home home;
	const char *home_text, *text;
} leads[] = {
	{ "elsewhere", HOME_ELSEWHERE, "198.51.100.4:5269",
	  "the peer did not call back me.example: its SRV points to 198.51.100.4:5269; no "
	  "connection arrived at 127.0.0.1:5269 in 20 s" },
	{ "nowhere", HOME_NOWHERE, NULL,
	  "the peer did not call back me.example: DNS has no server for it; no connection arrived "
	  "at 127.0.0.1:5269 in 20 s" },
	{ "nowhere, with a reason", HOME_NOWHERE, "NXDOMAIN",
	  "the peer did not call back me.example: DNS has no server for it (NXDOMAIN); no "
	  "connection arrived at 127.0.0.1:5269 in 20 s" },
	{ "later", HOME_LATER, "192.0.2.1:5269",
	  "the peer did not call back me.example: its SRV points to 192.0.2.1:5269 first, and only "
	  "then here; no connection arrived at 127.0.0.1:5269 in 20 s" },
	{ "here", HOME_HERE, NULL,
	  "the peer did not call back me.example: its SRV points here, so a firewall may be in the "
	  "way; no connection arrived at 127.0.0.1:5269 in 20 s" },
	{ "unknown", HOME_UNKNOWN, NULL,
	  "the peer did not call back me.example: DNS did not answer when we asked where it "
	  "points; no connection arrived at 127.0.0.1:5269 in 20 s" },
	{ "not asked", HOME_NOT_ASKED, NULL,
	  "the peer did not call back me.example: where its SRV points was not looked up; no "
	  "connection arrived at 127.0.0.1:5269 in 20 s" },
};

static void tells_where_dns_leads(void **state)
{
	(void)state;
	const struct trial_facts trial = {
		TRIED_LONG(ROUND, ERROR, "remote-connection-failed", NULL, 20000), NOT_ASKED
	};
	for (size_t i = 0; i < ARRAY_SIZE(leads); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		struct dialback_facts facts = dialback_good(mem);
		struct findings findings = { 0 };
		facts.trials = &trial;
		facts.trial_count = 1;
		facts.home = leads[i].home;
		facts.home_text = leads[i].home_text;
		judge_dialback(&at, &facts, &policies[0], mem, &findings);
		assert_row_string(leads[i].name, findings.last->kind->id, "dialback-no-callback");
		assert_row_string(leads[i].name, findings.last->text, leads[i].text);
	}
}

static void one_fault_is_told_once(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct trial_facts trials[] = {
		{ TRIED_WHY(VERIFY_MADE_UP, STREAM_ERROR, "not-authorized") },
		{ TRIED_WHY(VERIFY_OTHER_ID, STREAM_ERROR, "not-authorized") },
		{ TRIED_WHY(VERIFY_UNKNOWN_HOST, STREAM_ERROR, "not-authorized") },
		{ TRIED(SENDER_UNRESOLVABLE, VALID) },
		{ TRIED(TARGET_UNKNOWN, VALID) },
	};
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct dialback_facts facts = dialback_good(mem);
	struct findings findings = { 0 };
	facts.trials = trials;
	facts.trial_count = ARRAY_SIZE(trials);
	judge_dialback(&at, &facts, &policies[0], mem, &findings);
	assert_string_equal(findings_words(&findings, mem), REFUSES ", " UNPROVEN ", " UNPROVEN);
	assert_int_equal(findings.count, 3);
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++)
		assert_int_equal(judge_trial(&facts, &trials[i], &policies[0], mem),
				 i < 3 ? SEVERITY_WARNING : SEVERITY_CRITICAL);
}

/* A callback to one trial shows that the way is open. */
static void a_call_to_another_trial_explains(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct trial_facts trials[] = {
		{ TRIED_WHY(KEY_EMPTY, ERROR, "bad-request"), NOT_ASKED },
		{ TRIED(ROUND, VALID), ASKED },
	};
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct dialback_facts facts = dialback_good(mem);
	struct findings findings = { 0 };
	certified(&facts);
	facts.trials = trials;
	facts.trial_count = ARRAY_SIZE(trials);
	judge_dialback(&at, &facts, &policies[0], mem, &findings);
	assert_string_equal(findings_words(&findings, mem), "");
}

/* EXTERNAL shows that it trusts what we do not. */
static void external_vouches_for_a_private_authority(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct trial_facts trials[] = {
		{ TRIED(WITHOUT_DIALLING, VALID), NOT_ASKED },
		{ TRIED(EXTERNAL, ACCEPTED) },
	};
	struct dialback_facts facts = dialback_good(mem);
	untrusted(&facts);
	facts.trials = trials;
	facts.trial_count = ARRAY_SIZE(trials);
	assert_int_equal(judge_trial(&facts, &trials[0], &policies[0], mem), SEVERITY_INFO);
	trials[1].answer.outcome = OUTCOME_FAILURE;
	assert_int_equal(judge_trial(&facts, &trials[0], &policies[0], mem), SEVERITY_CRITICAL);
	/* In clear no certificate is seen. */
	trials[1].answer.outcome = OUTCOME_ACCEPTED;
	trials[0].tls = false;
	assert_int_equal(judge_trial(&facts, &trials[0], &policies[0], mem), SEVERITY_CRITICAL);
}

static void the_site_has_the_last_word(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	signed char *override = arena_array(mem, finding_kind_count, 1);
	memset(override, -1, finding_kind_count);
	override[finding_kind_find("dialback-unanswered") - finding_kinds] = SEVERITY_NONE;
	override[finding_kind_find("dialback-deviates") - finding_kinds] = SEVERITY_CRITICAL;
	const struct policy policy = { POLICY_BCP195, override };
	const struct trial_facts silent = { TRIED(VERIFY_MADE_UP, SILENCE) };
	const struct trial_facts odd = { TRIED_WHY(TARGET_UNKNOWN, STREAM_ERROR, "host-unknown") };
	const struct dialback_facts facts = dialback_good(mem);
	assert_int_equal(judge_trial(&facts, &silent, &policy, mem), SEVERITY_NONE);
	assert_int_equal(judge_trial(&facts, &odd, &policy, mem), SEVERITY_CRITICAL);
}

static void knows_the_usual_causes(void **state)
{
	(void)state;
	static const char *const known[] = {
		"remote-server-not-found",
		"remote-server-timeout",
		"remote-connection-failed",
		"policy-violation",
		"not-authorized",
		"forbidden",
		"item-not-found",
		"host-unknown",
		"not-acceptable",
		"resource-constraint",
		"internal-server-error",
		"improper-addressing",
		"not-allowed",
		"bad-request",
	};
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		assert_row(known[i], dialback_condition_cause(known[i]));
	assert_null(dialback_condition_cause(NULL));
	assert_null(dialback_condition_cause(""));
	assert_null(dialback_condition_cause("undefined-condition"));
}

/* A record may claim anything. */
static void survives_what_records_claim(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct hop wild[] = {
		{ .way = HOP_SENT, .kind = HOP_RESULT, .link = 7, .from = "", .to = "@" },
		{ .way = HOP_RECEIVED,
		  .kind = HOP_STANZA,
		  .link = DIALBACK_NONE,
		  .from = "/@",
		  .to = "" },
		{ .way = HOP_RECEIVED, .kind = HOP_TCP, .link = DIALBACK_NONE, .trial = 99 },
	};
	struct trial_facts trials[] = {
		{ TRIED(BIDI, VALID), ASKED },
		{ TRIED_LONG(ROUND, SILENCE, NULL, NULL, -1e300), NOT_ASKED },
		{ TRIED_LONG(BACK_SILENCE, CLOSED, NULL, "", 1e300) },
	};
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_DIRECT, "192.0.2.7");
	struct dialback_facts facts = dialback_good(mem);
	struct findings findings = { 0 };
	facts.us = facts.listener = NULL;
	facts.home = HOME_ELSEWHERE;
	facts.hops = wild;
	facts.hop_count = ARRAY_SIZE(wild);
	facts.trials = trials;
	facts.trial_count = ARRAY_SIZE(trials);
	judge_dialback(&at, &facts, &policies[0], mem, &findings);
	assert_true(findings.count > 0);
	/* A trial that is not among the facts has no hops. */
	const struct trial_facts stray = { TRIED(BIDI, VALID), ASKED };
	assert_int_equal(judge_trial(&facts, &stray, &policies[0], mem), SEVERITY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weighs_each_row_of_the_matrix),
		cmocka_unit_test(every_trial_has_a_row),
		cmocka_unit_test(no_valid_without_proof_passes),
		cmocka_unit_test(knows_what_a_valid_may_rest_on),
		cmocka_unit_test(judges_what_stands_around_the_trials),
		cmocka_unit_test(tells_where_dns_leads),
		cmocka_unit_test(one_fault_is_told_once),
		cmocka_unit_test(a_call_to_another_trial_explains),
		cmocka_unit_test(external_vouches_for_a_private_authority),
		cmocka_unit_test(the_site_has_the_last_word),
		cmocka_unit_test(knows_the_usual_causes),
		cmocka_unit_test(survives_what_records_claim),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
