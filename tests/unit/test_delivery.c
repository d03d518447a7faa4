/* What an outcome means, and the exit status over many: MSG-46, MSG-47, MSG-62; the manual's EXIT
 * STATUS. */
#include "unit.h"

#include <stdlib.h>

#include "judge/delivery.h"

/* MSG-47, and the rest of RFC 6120, 8.3.3, with a word that its cause must have. */
static const struct cause_row {
	const char *condition, *word;
} cause_rows[] = {
	{ "bad-request", "--stanza" },
	{ "conflict", "another session" },
	{ "feature-not-implemented", "cannot take" },
	{ "forbidden", "blocked" },
	{ "gone", "no longer in use" },
	{ "internal-server-error", "log" },
	{ "item-not-found", "no such account or room" },
	{ "jid-malformed", "how it is written" },
	{ "not-acceptable", "refuses" },
	{ "not-allowed", "rule" },
	{ "not-authorized", "xmpp-dialback" },
	{ "payment-required", "paid" },
	{ "policy-violation", "rule" },
	{ "recipient-unavailable", "online" },
	{ "redirect", "not followed" },
	{ "registration-required", "members" },
	{ "remote-server-not-found", "no such domain" },
	{ "remote-server-timeout", "did not answer" },
	{ "resource-constraint", "quota" },
	{ "service-unavailable", "no such account" },
	{ "subscription-required", "contacts" },
	{ "undefined-condition", "no usual reason" },
	{ "unexpected-request", "try again" },
	{ "service-unavailable ", "no usual reason" },
	{ "made-up-by-a-stranger", "no usual reason" },
	{ "", "no usual reason" },
	{ NULL, "no usual reason" },
};

static void every_condition_has_a_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cause_rows); i++) {
		const struct cause_row *row = &cause_rows[i];
		const char *name = row->condition ? row->condition : "(none)";
		if (!strstr(delivery_cause(row->condition), row->word))
			fail_msg("%s: no \"%s\" in \"%s\"", name, row->word,
				 delivery_cause(row->condition));
	}
}

static void every_outcome_has_a_name(void **state)
{
	(void)state;
	static const char *const names[] = { "waiting", "unsent",   "refused", "sent",
					     "acked",   "received", "bounced", "unknown" };
	static const char *const proofs[] = { "none", "stream-management", "ping", "reflection",
					      "receipt" };
	for (enum parcel_outcome i = PARCEL_WAITING; i <= PARCEL_UNKNOWN; i++)
		assert_row_string(names[i], parcel_outcome_name(i), names[i]);
	for (enum evidence i = EVIDENCE_NONE; i <= EVIDENCE_RECEIPT; i++)
		assert_row_string(proofs[i], evidence_name(i), proofs[i]);
}

static const struct wait_row {
	const char *name, *type; /* of the message */
	bool quiet;
	enum parcel_outcome outcome;
	/* --wait ack, bounce, receipt, none */
	enum status status[4];
} wait_rows[] = {
	{ "acknowledged, and no error came in time",
	  "chat",
	  true,
	  PARCEL_ACKED,
	  { STATUS_OK, STATUS_OK, STATUS_WARNING, STATUS_OK } },
	{ "acknowledged, and the wait for errors was cut short",
	  "chat",
	  false,
	  PARCEL_ACKED,
	  { STATUS_OK, STATUS_WARNING, STATUS_WARNING, STATUS_OK } },
	{ "our server has it, and the room did not show it",
	  "groupchat",
	  true,
	  PARCEL_ACKED,
	  { STATUS_WARNING, STATUS_WARNING, STATUS_WARNING, STATUS_OK } },
	{ "what is no message gets no receipt",
	  NULL,
	  true,
	  PARCEL_ACKED,
	  { STATUS_OK, STATUS_OK, STATUS_OK, STATUS_OK } },
	{ "a receipt, or the room showed it",
	  "chat",
	  false,
	  PARCEL_RECEIVED,
	  { STATUS_OK, STATUS_OK, STATUS_OK, STATUS_OK } },
	{ "written, and nobody answered",
	  "chat",
	  true,
	  PARCEL_SENT,
	  { STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_OK } },
	{ "bounced",
	  "chat",
	  false,
	  PARCEL_BOUNCED,
	  { STATUS_CRITICAL, STATUS_CRITICAL, STATUS_CRITICAL, STATUS_CRITICAL } },
	{ "refused by us",
	  "chat",
	  false,
	  PARCEL_REFUSED,
	  { STATUS_CRITICAL, STATUS_CRITICAL, STATUS_CRITICAL, STATUS_CRITICAL } },
	{ "the connection ended before an answer",
	  "chat",
	  false,
	  PARCEL_UNKNOWN,
	  { STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN } },
	{ "never written",
	  "chat",
	  false,
	  PARCEL_UNSENT,
	  { STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN } },
	{ "under way",
	  "chat",
	  false,
	  PARCEL_WAITING,
	  { STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN, STATUS_UNKNOWN } },
};

static void an_outcome_is_judged_by_what_was_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wait_rows); i++) {
		const struct wait_row *row = &wait_rows[i];
		const struct parcel_facts parcel = { .type = row->type,
						     .quiet = row->quiet,
						     .outcome = row->outcome };
		for (enum wait_wish wish = WAIT_FOR_ACK; wish <= WAIT_FOR_NOTHING; wish++)
			assert_row_string(row->name, status_name(delivery_status(wish, &parcel)),
					  status_name(row->status[wish]));
	}
}

static void type_wait_is_temporary(void **state)
{
	(void)state;
	struct parcel_facts parcel = { .outcome = PARCEL_BOUNCED, .error_type = "wait" };
	assert_true(delivery_is_temporary(&parcel));
	parcel.error_type = "cancel";
	assert_false(delivery_is_temporary(&parcel));
	parcel.error_type = NULL;
	assert_false(delivery_is_temporary(&parcel));
	parcel = (struct parcel_facts){ .outcome = PARCEL_ACKED, .error_type = "wait" };
	assert_false(delivery_is_temporary(&parcel));
}

static const struct exit_row {
	const char *name;
	size_t count[4]; /* ok, warning, critical, unknown */
	enum err_stage stage;
	enum err_code code;
	int status;
} exit_rows[] = {
	{ "nothing to send", { 0 }, AT_INPUT, ERR_NONE, 0 },
	{ "all delivered", { 3 }, AT_INPUT, ERR_NONE, 0 },
	{ "all delivered, and the connection was cut behind it", { 3 }, AT_SESSION, ERR_RESET, 0 },
	{ "a receipt that did not come", { 2, 1 }, AT_INPUT, ERR_NONE, 1 },
	{ "accepted, but no receipt at all", { 0, 1 }, AT_INPUT, ERR_NONE, 1 },
	{ "some bounced", { 2, 0, 1 }, AT_INPUT, ERR_NONE, 1 },
	{ "some are unknown", { 2, 0, 0, 1 }, AT_INPUT, ERR_NONE, 1 },
	{ "some went out before the login was refused", { 2, 0, 0, 1 }, AT_LOGIN, ERR_DENIED, 1 },
	{ "all bounced", { 0, 0, 2 }, AT_INPUT, ERR_NONE, 2 },
	{ "some bounced, of the others nobody knows", { 0, 0, 1, 1 }, AT_INPUT, ERR_NONE, 2 },
	{ "nobody knows", { 0, 0, 0, 1 }, AT_SESSION, ERR_CLOSED, 3 },
	{ "nobody knows, without a reason", { 0, 0, 0, 1 }, AT_INPUT, ERR_NONE, 3 },
	{ "a wrong password", { 0, 0, 0, 1 }, AT_LOGIN, ERR_DENIED, 2 },
	{ "a wrong password, with --dry-run", { 0 }, AT_LOGIN, ERR_DENIED, 2 },
	{ "an impostor", { 0, 0, 0, 2 }, AT_LOGIN, ERR_IMPOSTOR, 2 },
	{ "no mechanism in common", { 0 }, AT_LOGIN, ERR_UNSUPPORTED, 2 },
	{ "a login that breaks the rules", { 0 }, AT_LOGIN, ERR_PROTOCOL, 2 },
	{ "the server is shut down at login", { 0 }, AT_LOGIN, ERR_STREAM_ERROR, 3 },
	{ "no answer to the login", { 0 }, AT_LOGIN, ERR_TIMEOUT, 3 },
	{ "a wrong certificate", { 0, 0, 0, 1 }, AT_CERTIFICATE, ERR_PROTOCOL, 2 },
	{ "trust anchors that cannot be read", { 0 }, AT_CERTIFICATE, ERR_SYSTEM, 3 },
	{ "STARTTLS refused", { 0 }, AT_STARTTLS, ERR_STARTTLS_REFUSED, 2 },
	{ "octets behind <proceed/>", { 0 }, AT_STARTTLS, ERR_INJECTION, 2 },
	{ "no such domain", { 0, 0, 0, 1 }, AT_DNS, ERR_NOT_FOUND, 3 },
	{ "nobody listens", { 0, 0, 0, 1 }, AT_TCP, ERR_REFUSED, 3 },
	{ "no time left", { 0 }, AT_TLS, ERR_TIMEOUT, 3 },
	{ "no file with a password", { 0 }, AT_FILE, ERR_SYSTEM, 3 },
};

static void the_exit_status_is_the_manuals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(exit_rows); i++) {
		const struct exit_row *row = &exit_rows[i];
		struct delivery_tally tally = { 0 };
		const struct err failure = { .stage = row->stage, .code = row->code };
		for (enum status status = STATUS_OK; status <= STATUS_UNKNOWN; status++) {
			for (size_t n = 0; n < row->count[status]; n++)
				delivery_count(&tally, status);
		}
		if (delivery_exit(&tally, &failure) != row->status)
			fail_msg("%s: got %d, wanted %d", row->name,
				 delivery_exit(&tally, &failure), row->status);
	}
	const struct delivery_tally none = { 0 };
	assert_int_equal(delivery_exit(&none, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_condition_has_a_cause),
		cmocka_unit_test(every_outcome_has_a_name),
		cmocka_unit_test(an_outcome_is_judged_by_what_was_waited_for),
		cmocka_unit_test(type_wait_is_temporary),
		cmocka_unit_test(the_exit_status_is_the_manuals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
