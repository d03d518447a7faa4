/* The promises of 2014 that a dialback decides: manifesto.md, MAN-5 to MAN-7, MAN-13 to MAN-16. */
#include "unit.h"

#include "dialback_fixture.h"

typedef void spoil(struct dialback_facts *facts);

#define SPOIL(name, ...)                                                                           \
	static void name(struct dialback_facts *facts)                                             \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

SPOIL(nothing, (void)facts)
SPOIL(alone, facts->listening = false; facts->us = facts->listener = NULL)
SPOIL(named_only, facts->listening = false)
SPOIL(optional, facts->walk.before.features.starttls_required = false)
SPOIL(unproven, facts->walk.authenticated = facts->walk.identity.authenticated = false;
      facts->walk.identity.path.trusted = false)
SPOIL(certified, dialback_certify(facts))
SPOIL(certified_unheard, certified(facts); named_only(facts))
SPOIL(no_dialback, certified_unheard(facts); facts->walk.after.features.dialback = false)
SPOIL(other_name, certified(facts); facts->own.names_us = KNOWN_NO)
SPOIL(elsewhere, facts->home = HOME_ELSEWHERE)
SPOIL(strict_peer, facts_fail(&facts->walk, STEP_FEATURES, ERR_STREAM_ERROR, "stream error");
      facts->walk.after.error.condition = "not-authorized")
SPOIL(no_tls, facts_fail(&facts->walk, STEP_STARTTLS, ERR_STARTTLS_REFUSED, "<failure/>"))
SPOIL(alert, facts_fail(&facts->walk, STEP_TLS, ERR_ALERT_RECEIVED, "TLS alert"))
SPOIL(dead, facts_fail(&facts->walk, STEP_TCP, ERR_REFUSED, "connection refused"))

/* K kept, F by fallback, B broken, T not testable, A not applicable: SW-5, SW-7, DP-1. */
static const struct row {
	const char *name;
	struct trial_facts trial;
	spoil *spoil;
	const char *results;
	const char *reason; /* of SW-5 where that is broken or not testable, else of SW-7 */
} rows[] = {
	{ "a round over TLS", { TRIED(ROUND, VALID), ASKED }, nothing, "KFK", "dialback over TLS" },
	{ "a round, their certificate proves nothing",
	  { TRIED(ROUND, VALID), ASKED },
	  unproven,
	  "KFF",
	  "dialback over TLS" },
	{ "a round, TLS optional",
	  { TRIED(ROUND, VALID), ASKED },
	  optional,
	  "TFT",
	  "TLS is offered, not required; the check clear-result asks in clear" },
	{ "no domain of ours",
	  { TRIED(VERIFY_MADE_UP, INVALID) },
	  alone,
	  "KTK",
	  "needs --from and --listen" },
	{ "no listener", { TRIED(VERIFY_MADE_UP, INVALID) }, named_only, "KTK", "needs --listen" },
	{ "MAN-6: refused in clear",
	  { IN_CLEAR(CLEAR_RESULT, ERROR, "policy-violation") },
	  optional,
	  "KTK",
	  "needs --listen" },
	{ "MAN-6: refused after asking back, as Prosody",
	  { IN_CLEAR(CLEAR_RESULT, STREAM_ERROR, "policy-violation"), ASKED },
	  optional,
	  "KTK",
	  "needs --listen" },
	{ "MAN-6: taken up in clear",
	  { IN_CLEAR(CLEAR_RESULT, VALID, NULL), ASKED },
	  nothing,
	  "BTB",
	  "db:result in clear, before TLS: taken up" },
	{ "MAN-6: a stream without version",
	  { IN_CLEAR(WITHOUT_VERSION, VALID, NULL), ASKED },
	  nothing,
	  "BTB",
	  "a header without version, and dialback in clear: taken up" },
	{ "MAN-7: asks in clear",
	  { TRIED(AUTHORITY_NO_TLS, VALID), ASKED_IN_CLEAR },
	  nothing,
	  "BTB",
	  "our authoritative server offers no TLS: it goes on in clear" },
	{ "MAN-7: dials us in clear",
	  { TRIED(BACK_NO_TLS, NONE), .called_in_clear = KNOWN_YES },
	  nothing,
	  "BTB",
	  "it dials us: we offer no TLS: it goes on in clear" },
	{ "MAN-7: gives up",
	  { TRIED(BACK_NO_TLS, CLOSED), .called_in_clear = KNOWN_NO },
	  nothing,
	  "KTK",
	  "needs --listen" },
	{ "MAN-13: EXTERNAL",
	  { TRIED(EXTERNAL, ACCEPTED) },
	  certified,
	  "KKK",
	  "EXTERNAL accepts our certificate" },
	{ "MAN-13: EXTERNAL by another name",
	  { TRIED(EXTERNAL, ACCEPTED) },
	  other_name,
	  "KBB",
	  "EXTERNAL accepts a certificate of another name" },
	{ "MAN-13: EXTERNAL refused, dialback not tried",
	  { TRIED(EXTERNAL, FAILURE) },
	  certified_unheard,
	  "KTK",
	  "needs --listen" },
	{ "MAN-13: EXTERNAL refused, no dialback",
	  { TRIED(EXTERNAL, FAILURE) },
	  no_dialback,
	  "KBB",
	  "EXTERNAL is refused, and no dialback offered" },
	{ "MAN-13: dialback by certificate",
	  { TRIED(WITHOUT_DIALLING, VALID), NOT_ASKED },
	  certified,
	  "KFK",
	  "dialback by certificate" },
	{ "MAN-14: a no is stricter",
	  { TRIED_WHY(ROUND, ERROR, "not-authorized"), NOT_ASKED },
	  nothing,
	  "KKK",
	  "insists on a trusted certificate" },
	{ "MAN-14: a no behind TLS",
	  { SHUT(ROUND) },
	  strict_peer,
	  "KKK",
	  "insists on a trusted certificate" },
	{ "MAN-14: a no behind TLS, nothing tried",
	  { LEFT_OUT(ROUND) },
	  strict_peer,
	  "KKK",
	  "insists on a trusted certificate" },
	{ "MAN-14: invalid, although confirmed",
	  { TRIED(ROUND, INVALID), ASKED },
	  nothing,
	  "KBB",
	  "dialback ends with invalid" },
	{ "MAN-14: never called",
	  { TRIED_WHY(ROUND, ERROR, "remote-server-timeout"), NOT_ASKED },
	  nothing,
	  "KTK",
	  "our authoritative server was never asked" },
	{ "MAN-14: our DNS",
	  { TRIED_WHY(ROUND, ERROR, "remote-server-not-found"), NOT_ASKED },
	  elsewhere,
	  "KTK",
	  "DNS does not lead to our listener" },
	{ "MAN-15: a wrong key",
	  { TRIED(WRONG_KEY, VALID), ASKED },
	  nothing,
	  "KBB",
	  "db:result with a key that our authority denies: answered valid" },
	{ "MAN-15: a sender that is not in DNS",
	  { TRIED(SENDER_UNRESOLVABLE, VALID) },
	  alone,
	  "KBB",
	  "db:result from a domain that is not in DNS: answered valid" },
	{ "MAN-15: a key nobody made",
	  { TRIED(VERIFY_MADE_UP, VALID) },
	  alone,
	  "KBB",
	  "db:verify of a key nobody made: answered valid" },
	{ "MAN-15: an answer nobody asked for",
	  { TRIED(UNSOLICITED_RESULT, SILENCE), .delivered = KNOWN_YES },
	  nothing,
	  "KBB",
	  "<db:result type='valid'/> that nobody asked for: delivered" },
	{ "MAN-15: another of their domains is no forgery",
	  { TRIED(STANZA_OTHER_TARGET, NONE), .delivered = KNOWN_YES },
	  nothing,
	  "KTK",
	  "needs --listen" },
	{ "MAN-16: sends early",
	  { TRIED(BACK_INVALID, CLOSED), .delivered = KNOWN_YES },
	  nothing,
	  "KBB",
	  "it dials us: we answer invalid and close: stanzas are sent before "
	  "authentication" },
	{ "no TLS", { LEFT_OUT(ROUND) }, no_tls, "BBB", "no TLS" },
	{ "no handshake, and nothing in clear", { LEFT_OUT(ROUND) }, alert, "KBB", "no TLS" },
	{ "nobody there", { LEFT_OUT(ROUND) }, dead, "TTT", "no endpoint answers" },
};

static const char letters[] = { [PROMISE_KEPT] = 'K',
				[PROMISE_BY_FALLBACK] = 'F',
				[PROMISE_BROKEN] = 'B',
				[PROMISE_NOT_TESTABLE] = 'T',
				[PROMISE_NOT_APPLICABLE] = 'A' };

static void answers_promise_by_promise(void **state)
{
	(void)state;
	static const char *const ids[] = { "SW-5", "SW-7", "DP-1" };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		struct dialback_facts facts = dialback_good(mem);
		const struct dialback_facts *all[] = { &facts };
		const struct starttls_facts *walks[] = { &facts.walk };
		const struct target_view view = { .domain = "im.example",
						  .endpoints = &at,
						  .facts = walks,
						  .count = 1,
						  .wanted = { [SERVICE_S2S] = true } };
		struct promise promises[PROMISE_MAX];
		char results[ARRAY_SIZE(ids) + 1] = { 0 };
		facts.trials = &rows[i].trial;
		facts.trial_count = 1;
		rows[i].spoil(&facts);
		assert_row(rows[i].name,
			   judge_dialback_manifesto(&view, all, mem, promises) == ARRAY_SIZE(ids));
		for (size_t j = 0; j < ARRAY_SIZE(ids); j++) {
			assert_row_string(rows[i].name, promises[j].id, ids[j]);
			assert_row(rows[i].name, promises[j].service == SERVICE_S2S);
			results[j] = letters[promises[j].result];
		}
		assert_row_string(rows[i].name, results, rows[i].results);
		bool first = promises[0].result != PROMISE_KEPT;
		assert_row_string(rows[i].name, promises[first ? 0 : 1].reason, rows[i].reason);
	}
}

static void the_weakest_endpoint_decides_and_is_named(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct endpoint endpoints[] = {
		facts_endpoint(SERVICE_S2S, TRANSPORT_DIRECT, "192.0.2.7"),
		facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "2001:db8::7"),
		facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.9"),
	};
	const struct trial_facts good = { TRIED(ROUND, VALID), ASKED };
	const struct trial_facts bad = { TRIED(WRONG_KEY, VALID), ASKED };
	struct dialback_facts facts[] = { dialback_good(mem), dialback_good(mem) };
	facts[0].trials = &good;
	facts[1].trials = &bad;
	facts[0].trial_count = facts[1].trial_count = 1;
	/* The third was not examined. */
	const struct dialback_facts *all[] = { &facts[0], &facts[1], NULL };
	const struct starttls_facts *walks[] = { &facts[0].walk, &facts[1].walk, NULL };
	const struct target_view view = { .domain = "im.example",
					  .endpoints = endpoints,
					  .facts = walks,
					  .count = 3,
					  .wanted = { [SERVICE_S2S] = true } };
	struct promise promises[PROMISE_MAX];
	size_t count = judge_dialback_manifesto(&view, all, mem, promises);
	assert_int_equal(count, 3);
	assert_string_equal(promise_result_name(promises[0].result), "kept");
	assert_string_equal(promise_result_name(promises[1].result), "broken");
	assert_string_equal(promises[1].reason,
			    "[2001:db8::7]:5269: db:result with a key that our authority denies: "
			    "answered valid");
	assert_int_equal(judge_manifesto_status(promises, count), STATUS_CRITICAL);
}

/* The round that ends well speaks for the other one. */
static void one_good_round_is_enough(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct trial_facts trials[2];
		enum promise_result result;
	} pairs[] = {
		{ "shown in vain",
		  { { TRIED(ROUND, VALID), ASKED },
		    { TRIED_WHY(WITHOUT_DIALLING, ERROR, "conflict"), ASKED } },
		  PROMISE_BY_FALLBACK },
		{ "shown with success",
		  { { TRIED_WHY(ROUND, ERROR, "conflict"), ASKED },
		    { TRIED(WITHOUT_DIALLING, VALID), ASKED } },
		  PROMISE_BY_FALLBACK },
		{ "neither",
		  { { TRIED_WHY(ROUND, ERROR, "conflict"), ASKED },
		    { TRIED_WHY(WITHOUT_DIALLING, ERROR, "not-authorized"), NOT_ASKED } },
		  PROMISE_BROKEN },
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS,
							  "192.0.2.7");
		struct dialback_facts facts = dialback_good(mem);
		const struct dialback_facts *all[] = { &facts };
		const struct starttls_facts *walks[] = { &facts.walk };
		const struct target_view view = { .domain = "im.example",
						  .endpoints = &at,
						  .facts = walks,
						  .count = 1,
						  .wanted = { [SERVICE_S2S] = true } };
		struct promise promises[PROMISE_MAX];
		facts.trials = pairs[i].trials;
		facts.trial_count = ARRAY_SIZE(pairs[i].trials);
		judge_dialback_manifesto(&view, all, mem, promises);
		assert_row(pairs[i].name, promises[1].result == pairs[i].result);
	}
}

static void a_declined_service_has_nothing_to_keep(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct dns_facts dns = { .declined = { true, true } };
	const struct dialback_facts *none[1] = { NULL };
	const struct target_view view = { .domain = "im.example",
					  .dns = &dns,
					  .wanted = { [SERVICE_S2S] = true } };
	struct promise promises[PROMISE_MAX];
	size_t count = judge_dialback_manifesto(&view, none, mem, promises);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(promises[i].result, PROMISE_NOT_APPLICABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_promise_by_promise),
		cmocka_unit_test(the_weakest_endpoint_decides_and_is_named),
		cmocka_unit_test(one_good_round_is_enough),
		cmocka_unit_test(a_declined_service_has_nothing_to_keep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
