#include "unit.h"

#include "facts_fixture.h"

typedef void spoil(struct starttls_facts *facts, struct arena *mem);

#define SPOIL(name, ...)                                                                           \
	static void name(struct starttls_facts *facts, struct arena *mem)                          \
	{                                                                                          \
		(void)facts, (void)mem;                                                            \
		__VA_ARGS__;                                                                       \
	}

SPOIL(nothing, )
SPOIL(expired, facts->authenticated = facts->identity.path.trusted = false;
      facts->identity.path.problems = PATH_EXPIRED)
SPOIL(self_signed, facts->authenticated = facts->identity.path.trusted = false;
      facts->identity.path.problems = PATH_SELF_SIGNED)
SPOIL(private_ca, facts->identity.path.anchor_from_system = false)
SPOIL(other_name, facts->identity.names.matched = NULL; facts->authenticated = false)
SPOIL(optional, facts->before.features.starttls_required = false)
SPOIL(plain_in_clear, optional(facts, mem);
      facts->before.features.mechanisms = facts_list(mem, "PLAIN"))
SPOIL(dialback_taken, optional(facts, mem); facts->before.features.dialback = true;
      facts->active.result[ACTIVE_DIALBACK] = ACTIVE_ACCEPTED)
SPOIL(plain_refused, optional(facts, mem); facts->active.result[ACTIVE_PLAIN] = ACTIVE_REFUSED)
SPOIL(hidden, facts->before.features = (struct features){ .present = true })
SPOIL(tls10, facts->tls.version = TLS_1_0)
SPOIL(ssl3, facts->tls.version = SSL_3_0)
SPOIL(static_rsa, facts->tls.version = TLS_1_2; facts->tls.forward_secrecy = false)
SPOIL(dh_1024, facts->tls.version = TLS_1_2; facts->tls.dh_bits = 1024)
SPOIL(external, facts->our_certificate = true;
      facts->after.features.mechanisms = facts_list(mem, "EXTERNAL"))
SPOIL(no_external, facts->our_certificate = true)
SPOIL(neither, facts->our_certificate = true; facts->after.features.dialback = false)
SPOIL(no_tls, facts_fail(facts, STEP_STARTTLS, ERR_STARTTLS_REFUSED, "<failure/>"))
SPOIL(refused, facts_fail(facts, STEP_TCP, ERR_REFUSED, "connection refused"))

/* K kept, F by fallback, B broken, T not testable, A not applicable: SW-1 to SW-8, DP-1 to DP-3.
 * The table of manifesto.md, section 5, as far as one walk without a domain of ours goes. */
static const struct row {
	const char *name;
	enum service service;
	enum transport transport;
	spoil *spoil;
	const char *results;
} rows[] = {
	{ "all required, c2s", SERVICE_C2S, TRANSPORT_STARTTLS, nothing, "KKKTKKATKKK" },
	{ "all required, s2s", SERVICE_S2S, TRANSPORT_STARTTLS, nothing, "KKKTKKTTKKK" },
	{ "direct TLS only", SERVICE_C2S, TRANSPORT_DIRECT, nothing, "KKKTKKATKKK" },
	{ "expired, c2s", SERVICE_C2S, TRANSPORT_STARTTLS, expired, "KBKTKKATBKB" },
	{ "expired, s2s", SERVICE_S2S, TRANSPORT_STARTTLS, expired, "KFKTKKFTFKB" },
	{ "self-signed, s2s", SERVICE_S2S, TRANSPORT_STARTTLS, self_signed, "KFKTKKFTFKF" },
	{ "private CA, s2s", SERVICE_S2S, TRANSPORT_STARTTLS, private_ca, "KKKTKKTTKKF" },
	{ "another name, c2s", SERVICE_C2S, TRANSPORT_STARTTLS, other_name, "KBKTKKATBKK" },
	{ "optional, untested", SERVICE_C2S, TRANSPORT_STARTTLS, optional, "KKKTTKATTKK" },
	{ "optional, PLAIN in clear", SERVICE_C2S, TRANSPORT_STARTTLS, plain_in_clear,
	  "KKKTBKATBKK" },
	{ "optional, refused when tried", SERVICE_C2S, TRANSPORT_STARTTLS, plain_refused,
	  "KKKTKKATKKK" },
	{ "dialback in clear taken", SERVICE_S2S, TRANSPORT_STARTTLS, dialback_taken,
	  "KKKTBKTTBKK" },
	{ "not advertised, but works", SERVICE_C2S, TRANSPORT_STARTTLS, hidden, "KKKTKKATKKK" },
	{ "TLS 1.0", SERVICE_C2S, TRANSPORT_STARTTLS, tls10, "KKKTKKATKKK" },
	{ "SSL 3.0", SERVICE_C2S, TRANSPORT_STARTTLS, ssl3, "KKBTKKATKKK" },
	{ "static RSA", SERVICE_C2S, TRANSPORT_STARTTLS, static_rsa, "KKKTKBATKBK" },
	{ "DH 1024", SERVICE_C2S, TRANSPORT_STARTTLS, dh_1024, "KKKTKKATKKK" },
	{ "EXTERNAL", SERVICE_S2S, TRANSPORT_STARTTLS, external, "KKKTKKKTKKK" },
	{ "no EXTERNAL, dialback", SERVICE_S2S, TRANSPORT_STARTTLS, no_external, "KKKTKKFTKKK" },
	{ "neither", SERVICE_S2S, TRANSPORT_STARTTLS, neither, "KKKTKKBTKKK" },
	{ "no TLS", SERVICE_C2S, TRANSPORT_STARTTLS, no_tls, "BBTTBTATBTT" },
	{ "nobody there", SERVICE_C2S, TRANSPORT_STARTTLS, refused, "TTTTTTTTTTT" },
};

static const char letters[] = { [PROMISE_KEPT] = 'K',
				[PROMISE_BY_FALLBACK] = 'F',
				[PROMISE_BROKEN] = 'B',
				[PROMISE_NOT_TESTABLE] = 'T',
				[PROMISE_NOT_APPLICABLE] = 'A' };

static void answers_promise_by_promise(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct endpoint at = facts_endpoint(rows[i].service, rows[i].transport,
							  "192.0.2.7");
		struct starttls_facts *facts = facts_good(mem, rows[i].service, rows[i].transport);
		const struct starttls_facts *all[] = { facts };
		struct target_view view = {
			.domain = "im.example", .endpoints = &at, .facts = all, .count = 1
		};
		struct promise promises[PROMISE_MAX];
		char results[PROMISE_MAX + 1] = { 0 };
		rows[i].spoil(facts, mem);
		view.wanted[rows[i].service] = true;
		size_t count = judge_manifesto(&view, mem, promises);
		for (size_t j = 0; j < count; j++)
			results[j] = letters[promises[j].result];
		assert_row_string(rows[i].name, results, rows[i].results);
	}
}

static void the_weakest_endpoint_decides_and_is_named(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct endpoint endpoints[] = {
		facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7"),
		facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "2001:db8::7"),
		facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.9"),
	};
	struct starttls_facts *good = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	struct starttls_facts *bad = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	struct starttls_facts *dead = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	no_tls(bad, mem);
	refused(dead, mem);
	const struct starttls_facts *all[] = { good, bad, dead };
	const struct target_view view = { .domain = "im.example",
					  .endpoints = endpoints,
					  .facts = all,
					  .count = 3,
					  .wanted = { true, false } };
	struct promise promises[PROMISE_MAX];
	judge_manifesto(&view, mem, promises);
	assert_string_equal(promises[0].id, "SW-1");
	assert_string_equal(promise_result_name(promises[0].result), "broken");
	assert_string_equal(promises[0].reason, "[2001:db8::7]:5222: <failure/>");
}

static void a_declined_service_has_nothing_to_keep(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct dns_facts dns = { .declined = { true, true } };
	const struct target_view view = { .domain = "im.example",
					  .dns = &dns,
					  .wanted = { true, true } };
	struct promise promises[PROMISE_MAX];
	size_t count = judge_manifesto(&view, mem, promises);
	assert_int_equal(count, 22);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(promises[i].result, PROMISE_NOT_APPLICABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_promise_by_promise),
		cmocka_unit_test(the_weakest_endpoint_decides_and_is_named),
		cmocka_unit_test(a_declined_service_has_nothing_to_keep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
