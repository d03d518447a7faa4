/* The records of xmpp-sendmsg: every fact that was observed, and no other (DESIGN.md, Records). */
#include "unit.h"

#include "delivery_fixture.h"
#include "record_fixture.h"
#include "report/delivery.h"

#define TIME_TEXT "2026-07-01T00:00:00Z"
#define HEAD(status)                                                                               \
	"{\"schema\":1,\"domain\":\"example.net\",\"status\":\"" status                            \
	"\",\"sendmsg\":{\"time\":\"" TIME_TEXT "\",\"status\":\"" status                          \
	"\",\"findings\":[],\"elapsed_ms\":2012.5,\"id\":\"a1b2c3d4e5f6g7h8i9j0k1l2\","            \
	"\"to\":\"admin@example.net\",\"from\":\"bot@im.example/x7\",\"type\":\"chat\","           \
	"\"number\":1,\"octets\":184,"
#define TAIL ",\"session\":{"

/* The record up to its session. */
static const char *parcel_head(const struct delivery_facts *delivery,
			       const struct parcel_facts *parcel, struct arena *mem)
{
	char *line = arena_copy(mem,
				line_of(record_parcel(delivery, parcel, "example.net", 7), mem));
	char *session = strstr(line, TAIL);
	assert_non_null(session);
	session[strlen(TAIL)] = '\0';
	return line;
}

static const struct row {
	const char *name;
	enum wait_wish wish;
	double wait_s;
	struct parcel_facts changed; /* outcome and what goes with it */
	const char *head;
} rows[] = {
	{ "acknowledged",
	  WAIT_FOR_BOUNCE,
	  0.25,
	  { .outcome = PARCEL_ACKED, .evidence = EVIDENCE_ACK, .quiet = true },
	  HEAD("ok") "\"outcome\":\"acked\",\"evidence\":\"stream-management\",\"quiet\":true,"
		     "\"wait\":\"bounce\",\"wait_ms\":250.0" TAIL },
	{ "by a ping, and cut",
	  WAIT_FOR_ACK,
	  2,
	  { .outcome = PARCEL_ACKED, .evidence = EVIDENCE_PING, .resent = 2 },
	  HEAD("ok") "\"outcome\":\"acked\",\"evidence\":\"ping\",\"resent\":2,"
		     "\"wait\":\"ack\"" TAIL },
	{ "a receipt",
	  WAIT_FOR_RECEIPT,
	  30,
	  { .outcome = PARCEL_RECEIVED,
	    .evidence = EVIDENCE_RECEIPT,
	    .receipt_from = "admin@example.net/phone" },
	  HEAD("ok") "\"outcome\":\"received\",\"evidence\":\"receipt\","
		     "\"receipt_from\":\"admin@example.net/phone\","
		     "\"wait\":\"receipt\",\"wait_ms\":30000.0" TAIL },
	{ "no receipt",
	  WAIT_FOR_RECEIPT,
	  30,
	  { .outcome = PARCEL_ACKED, .evidence = EVIDENCE_ACK, .quiet = true },
	  HEAD("warning") "\"outcome\":\"acked\",\"evidence\":\"stream-management\","
			  "\"quiet\":true,\"wait\":\"receipt\",\"wait_ms\":30000.0" TAIL },
	{ "not waited for",
	  WAIT_FOR_NOTHING,
	  0,
	  { .outcome = PARCEL_SENT },
	  HEAD("ok") "\"outcome\":\"sent\",\"evidence\":\"none\",\"wait\":\"none\"" TAIL },
	{ "bounced, by a server that writes what a terminal obeys",
	  WAIT_FOR_ACK,
	  0,
	  { .outcome = PARCEL_BOUNCED,
	    .evidence = EVIDENCE_ACK,
	    .condition = "internal-server-error",
	    .error_type = "wait",
	    .text = "\xc2\x9b"
		    "31m\xff",
	    .by = "example.net" },
	  HEAD("critical") "\"outcome\":\"bounced\",\"evidence\":\"stream-management\","
			   "\"condition\":\"internal-server-error\",\"error_type\":\"wait\","
			   "\"text\":\"\\\\u{9b}31m\\\\xff\",\"by\":\"example.net\","
			   "\"cause\":\"something broke inside a server: its log tells what; try "
			   "again later\",\"temporary\":true,\"wait\":\"ack\"" TAIL },
	{ "refused",
	  WAIT_FOR_ACK,
	  0,
	  { .outcome = PARCEL_REFUSED, .reason = "no such room" },
	  HEAD("critical") "\"outcome\":\"refused\",\"evidence\":\"none\","
			   "\"reason\":\"no such room\",\"wait\":\"ack\"" TAIL },
	{ "nobody knows",
	  WAIT_FOR_ACK,
	  0,
	  { .outcome = PARCEL_UNKNOWN, .reason = "connection reset" },
	  HEAD("unknown") "\"outcome\":\"unknown\",\"evidence\":\"none\","
			  "\"reason\":\"connection reset\",\"wait\":\"ack\"" TAIL },
};

static struct parcel_facts parcel_of(const struct row *row)
{
	const struct parcel_facts good = parcel_good();
	struct parcel_facts parcel = row->changed;
	parcel.id = good.id;
	parcel.to = good.to;
	parcel.type = good.type;
	parcel.number = good.number;
	parcel.octets = good.octets;
	parcel.time = good.time;
	parcel.elapsed_ms = good.elapsed_ms;
	return parcel;
}

static void records_what_became_of_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct endpoint at;
		struct delivery_facts delivery = delivery_good(mem, &at);
		struct parcel_facts parcel = parcel_of(&rows[i]);
		delivery.wish = rows[i].wish;
		delivery.wait_s = rows[i].wait_s;
		assert_row_string(rows[i].name, parcel_head(&delivery, &parcel, mem), rows[i].head);
	}
}

/* The section's "session", as text. */
static const char *session_text(json_t *record, struct arena *mem)
{
	json_t *session = json_object_get(json_object_get(record, "sendmsg"), "session");
	assert_non_null(session);
	const char *text = line_of(json_incref(session), mem);
	json_decref(record);
	return text;
}

static void records_a_good_session(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct endpoint at;
	struct delivery_facts delivery = delivery_good(mem, &at);
	const struct parcel_facts parcel = parcel_good();
	delivery.session.login.scram = (struct scram_facts){ .iterations = 10000,
							     .list_confirmed = true };
	const char *text = session_text(record_parcel(&delivery, &parcel, "example.net", 7), mem);
	static const char *const parts[] = {
		"{\"account\":\"bot@im.example\",\"bound\":\"bot@im.example/x7\",\"endpoint\":{",
		"\"host\":\"xmpp.im.example\",\"port\":5222,\"address\":\"192.0.2.7\","
		"\"transport\":\"starttls\"",
		"\"version\":\"TLS1.3\"",
		"\"cipher\":\"TLS_AES_256_GCM_SHA384\"",
		"\"group\":\"x25519\"",
		"\"forward_secrecy\":true",
		"\"authenticated_by\":[\"pkix\"],\"mechanism\":\"SCRAM-SHA-256-PLUS\","
		"\"channel_binding\":\"tls-exporter\",\"mutual\":true,\"sasl2\":false,"
		"\"iterations\":10000,\"list_confirmed\":true,\"managed\":true,\"resumable\":true,"
		"\"connections\":1,\"resumptions\":0}",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strstr(text, parts[i]))
			fail_msg("no %s in %s", parts[i], text);
	}
}

/* What was not observed is absent. */
static void records_a_session_that_reached_nobody(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct delivery_facts delivery = { .session = { .account = "bot@im.example" } };
	err_set(&delivery.session.failure, AT_DNS, ERR_NOT_FOUND, "no such domain");
	assert_string_equal(
		line_of(record_session(&delivery, "im.example", FIXTURE_JULY_26), mem),
		"{\"schema\":1,\"domain\":\"im.example\",\"status\":\"unknown\",\"sendmsg\":{"
		"\"time\":\"" TIME_TEXT "\",\"status\":\"unknown\",\"findings\":[],"
		"\"elapsed_ms\":0.0,\"from\":\"bot@im.example\",\"session\":{"
		"\"account\":\"bot@im.example\",\"connections\":0,\"resumptions\":0,"
		"\"failure\":{\"stage\":\"dns\",\"code\":\"not-found\",\"text\":\"no such "
		"domain\"}}}}");
}

static void records_a_refused_login(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct endpoint at;
	struct delivery_facts delivery = delivery_good(mem, &at);
	delivery.session.bound = NULL;
	delivery.session.unverified = true;
	struct starttls_facts walk = *delivery.session.walk;
	walk.authenticated = false;
	delivery.session.walk = &walk;
	delivery.session.login = (struct login_facts){
		.tried = true,
		.choice = { .name = "SCRAM-SHA-1", .is_scram = true, .sasl2 = true },
		.condition = "not-authorized",
		.text = "no",
	};
	err_set(&delivery.session.failure, AT_LOGIN, ERR_DENIED, "wrong password");
	json_t *record = record_session(&delivery, "im.example", FIXTURE_JULY_26);
	assert_int_equal(record_status(record), STATUS_CRITICAL);
	const char *text = session_text(record, mem);
	assert_non_null(strstr(text, "\"unverified\":true,\"mechanism\":\"SCRAM-SHA-1\","
				     "\"mutual\":false,\"sasl2\":true,"
				     "\"condition\":\"not-authorized\",\"text\":\"no\","
				     "\"connections\":1,"));
	static const char *const absent[] = { "\"bound\"", "authenticated_by", "channel_binding",
					      "managed", "iterations" };
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		assert_row(absent[i], !strstr(text, absent[i]));
}

static void records_a_dry_run(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct endpoint at;
	struct delivery_facts delivery = delivery_good(mem, &at);
	delivery.dry_run = true;
	json_t *record = record_session(&delivery, "im.example", FIXTURE_JULY_26);
	const char *wanted = "{\"schema\":1,\"domain\":\"im.example\",\"status\":\"ok\","
			     "\"sendmsg\":{\"time\":\"" TIME_TEXT "\",\"status\":\"ok\","
			     "\"findings\":[],\"elapsed_ms\":96.25,\"from\":\"bot@im.example/x7\","
			     "\"dry_run\":true" TAIL;
	const char *line = line_of(record, mem);
	assert_string_equal(arena_copy_n(mem, line, strlen(wanted)), wanted);
}

/* A stanza without `to`, given up before it had a time. */
static void records_what_has_no_address(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct endpoint at;
	struct delivery_facts delivery = delivery_good(mem, &at);
	struct parcel_facts parcel = {
		.id = "1", .number = 3, .outcome = PARCEL_UNSENT, .reason = "no connection"
	};
	const char *line = line_of(record_parcel(&delivery, &parcel, "im.example", FIXTURE_JULY_26),
				   mem);
	assert_non_null(strstr(line, "\"time\":\"" TIME_TEXT "\""));
	assert_non_null(strstr(line, "\"id\":\"1\",\"from\":\"bot@im.example/x7\",\"number\":3,"
				     "\"octets\":0,\"outcome\":\"unsent\""));
	delivery.session.account = "bot@b\xc3\xbc"
				   "cher.example";
	line = line_of(record_parcel(&delivery, &parcel, NULL, FIXTURE_JULY_26), mem);
	assert_non_null(strstr(line, "\"domain\":\"xn--bcher-kva.example\""));
	delivery.session.account = "bot@-.example";
	line = line_of(record_parcel(&delivery, &parcel, NULL, FIXTURE_JULY_26), mem);
	assert_non_null(strstr(line, "\"input\":\"bot@-.example\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_what_became_of_a_message),
		cmocka_unit_test(records_a_good_session),
		cmocka_unit_test(records_a_session_that_reached_nobody),
		cmocka_unit_test(records_a_refused_login),
		cmocka_unit_test(records_a_dry_run),
		cmocka_unit_test(records_what_has_no_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
