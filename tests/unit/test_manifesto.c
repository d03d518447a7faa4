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
SPOIL(alert, facts_fail(facts, STEP_TLS, ERR_ALERT_RECEIVED, "TLS alert unrecognized_name"))
SPOIL(too_old, alert(facts, mem); facts->tls.alert = 70 /* protocol_version */)
SPOIL(alert_optional, alert(facts, mem); plain_in_clear(facts, mem))
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
	{ "no handshake behind STARTTLS", SERVICE_C2S, TRANSPORT_STARTTLS, alert, "BBTTKTATBTT" },
	{ "the same where TLS is optional", SERVICE_C2S, TRANSPORT_STARTTLS, alert_optional,
	  "BBTTBTATBTT" },
	{ "no handshake on a direct port", SERVICE_C2S, TRANSPORT_DIRECT, alert, "TTTTTTATTTT" },
	{ "the same, s2s", SERVICE_S2S, TRANSPORT_DIRECT, alert, "TTTTTTTTTTT" },
	{ "a direct port that is too old", SERVICE_C2S, TRANSPORT_DIRECT, too_old, "TTBTTTATTTT" },
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

/* Two endpoints of a service, by their ways in. */
static const struct pair {
	const char *name;
	enum service service;
	struct {
		enum transport transport;
		spoil *spoil;
	} ends[2];
	const char *results;
	const char *reason; /* of SW-1 */
} pairs[] = {
	{ "both good, the direct one first",
	  SERVICE_C2S,
	  { { TRANSPORT_DIRECT, nothing }, { TRANSPORT_STARTTLS, nothing } },
	  "KKKTKKATKKK",
	  NULL },
	{ "no handshake on the direct port",
	  SERVICE_C2S,
	  { { TRANSPORT_STARTTLS, nothing }, { TRANSPORT_DIRECT, alert } },
	  "KKKTKKATKKK",
	  NULL },
	{ "the same, s2s, the other way round",
	  SERVICE_S2S,
	  { { TRANSPORT_DIRECT, alert }, { TRANSPORT_STARTTLS, nothing } },
	  "KKKTKKTTKKK",
	  NULL },
	{ "a direct port that is closed",
	  SERVICE_S2S,
	  { { TRANSPORT_DIRECT, refused }, { TRANSPORT_STARTTLS, nothing } },
	  "KKKTKKTTKKK",
	  NULL },
	{ "no handshake behind STARTTLS",
	  SERVICE_C2S,
	  { { TRANSPORT_STARTTLS, alert }, { TRANSPORT_DIRECT, nothing } },
	  "BBKTKKATBKK",
	  "192.0.2.7:5222: TLS alert unrecognized_name" },
	{ "the direct port is too old",
	  SERVICE_C2S,
	  { { TRANSPORT_STARTTLS, nothing }, { TRANSPORT_DIRECT, too_old } },
	  "KKBTKKATKKK",
	  NULL },
	{ "STARTTLS refused, the direct port good",
	  SERVICE_S2S,
	  { { TRANSPORT_DIRECT, nothing }, { TRANSPORT_STARTTLS, no_tls } },
	  "BBKTBKBTBKK",
	  "192.0.2.7:5269: <failure/>" },
	{ "nobody behind STARTTLS, the direct port good",
	  SERVICE_S2S,
	  { { TRANSPORT_STARTTLS, refused }, { TRANSPORT_DIRECT, nothing } },
	  "KKKTKKTTKKK",
	  "by direct TLS: no STARTTLS endpoint was seen" },
	{ "both direct, one without a handshake",
	  SERVICE_C2S,
	  { { TRANSPORT_DIRECT, alert }, { TRANSPORT_DIRECT, nothing } },
	  "KKKTKKATKKK",
	  "by direct TLS: no STARTTLS endpoint was seen" },
};

/* Nobody talks in clear on a direct port: that it fails is that port's trouble, and no promise of
 * the service is broken, or unknown, by it. */
static void a_direct_port_answers_for_what_it_shows_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct endpoint at[2];
		const struct starttls_facts *all[2];
		for (size_t j = 0; j < 2; j++) {
			enum transport transport = pairs[i].ends[j].transport;
			struct starttls_facts *facts = facts_good(mem, pairs[i].service, transport);
			at[j] = facts_endpoint(pairs[i].service, transport, "192.0.2.7");
			pairs[i].ends[j].spoil(facts, mem);
			all[j] = facts;
		}
		struct target_view view = {
			.domain = "im.example", .endpoints = at, .facts = all, .count = 2
		};
		struct promise promises[PROMISE_MAX];
		char results[PROMISE_MAX + 1] = { 0 };
		view.wanted[pairs[i].service] = true;
		size_t count = judge_manifesto(&view, mem, promises);
		for (size_t j = 0; j < count; j++)
			results[j] = letters[promises[j].result];
		assert_row_string(pairs[i].name, results, pairs[i].results);
		assert_row_string(pairs[i].name, promises[0].reason ? promises[0].reason : "",
				  pairs[i].reason ? pairs[i].reason : "");
	}
}

/* A domain that is not in DNS, a service without an endpoint: nothing was observed of it. */
static void what_nobody_looked_at_makes_no_promise(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	const struct starttls_facts *all[] = { facts_good(mem, SERVICE_S2S, TRANSPORT_STARTTLS) };
	struct target_view view = {
		.domain = "im.example", .endpoints = &at, .facts = all, .wanted = { true, true }
	};
	struct promise promises[PROMISE_MAX];
	assert_int_equal(judge_manifesto(&view, mem, promises), 0);
	view.count = 1;
	size_t count = judge_manifesto(&view, mem, promises);
	assert_int_equal(count, 11);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(promises[i].service, SERVICE_S2S);
}

/* DP-3: the anchor's name alone would read as if it were the answer. */
static void a_private_authority_is_said_to_be_one(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	const struct endpoint at = facts_endpoint(SERVICE_S2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct starttls_facts *facts = facts_good(mem, SERVICE_S2S, TRANSPORT_STARTTLS);
	const struct starttls_facts *all[] = { facts };
	const struct target_view view = { .domain = "im.example",
					  .endpoints = &at,
					  .facts = all,
					  .count = 1,
					  .wanted = { [SERVICE_S2S] = true } };
	struct promise promises[PROMISE_MAX];
	private_ca(facts, mem);
	size_t count = judge_manifesto(&view, mem, promises);
	const struct promise *last = &promises[count - 1];
	assert_string_equal(last->id, "DP-3");
	assert_non_null(strstr(last->reason, " is none of the system's CAs"));
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

/* A record may name any host, and no address. */
static void the_endpoint_it_names_is_escaped(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct endpoint endpoints[] = {
		facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7"),
		facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7"),
	};
	struct starttls_facts *bad = facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS);
	endpoints[1].address = (struct address){ 0 };
	endpoints[1].host = "\033[2Jhost";
	no_tls(bad, mem);
	const struct starttls_facts *all[] = { facts_good(mem, SERVICE_C2S, TRANSPORT_STARTTLS),
					       bad };
	const struct target_view view = { .domain = "im.example",
					  .endpoints = endpoints,
					  .facts = all,
					  .count = 2,
					  .wanted = { true, false } };
	struct promise promises[PROMISE_MAX];
	judge_manifesto(&view, mem, promises);
	assert_string_equal(promises[0].reason, "\\x1b[2Jhost:5222: <failure/>");
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
		cmocka_unit_test(a_direct_port_answers_for_what_it_shows_alone),
		cmocka_unit_test(what_nobody_looked_at_makes_no_promise),
		cmocka_unit_test(a_private_authority_is_said_to_be_one),
		cmocka_unit_test(the_weakest_endpoint_decides_and_is_named),
		cmocka_unit_test(the_endpoint_it_names_is_escaped),
		cmocka_unit_test(a_declined_service_has_nothing_to_keep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
