/* run/patience: who was silent so often gets less time, until he says something. */
#include "unit.h"

#include "run/patience.h"

static struct endpoint at(const char *address, uint16_t port)
{
	struct endpoint endpoint = { .host = "xmpp.good.test", .port = port };
	assert_true(address_parse(address, &endpoint.address));
	return endpoint;
}

static void note(struct patience *patience, const struct endpoint *endpoint, bool silent,
		 unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		patience_note(patience, endpoint, silent);
}

static void silence_running_ends_it(void **state)
{
	(void)state;
	CLEANUP(patience_free) struct patience *patience = patience_new();
	const struct endpoint c2s = at("192.0.2.7", 5222), s2s = at("192.0.2.7", 5269),
			      other = at("192.0.2.8", 5222), v6 = at("2001:db8::7", 5222);
	assert_false(patience_is_over(patience, &c2s));
	note(patience, &c2s, true, PATIENCE_CONNECTIONS - 1);
	assert_false(patience_is_over(patience, &c2s));
	note(patience, &s2s, true, 1); /* the same address */
	assert_true(patience_is_over(patience, &c2s));
	assert_true(patience_is_over(patience, &s2s));
	assert_false(patience_is_over(patience, &other));
	assert_false(patience_is_over(patience, &v6));
}

static void a_word_restores_it(void **state)
{
	(void)state;
	CLEANUP(patience_free) struct patience *patience = patience_new();
	const struct endpoint c2s = at("192.0.2.7", 5222), s2s = at("192.0.2.7", 5269);
	note(patience, &c2s, true, 2 * PATIENCE_CONNECTIONS);
	assert_true(patience_is_over(patience, &c2s));
	note(patience, &s2s, false, 1);
	assert_false(patience_is_over(patience, &c2s));
	note(patience, &c2s, true, PATIENCE_CONNECTIONS - 1);
	assert_false(patience_is_over(patience, &c2s));
}

/* A proxy resolves: the name says nothing of the address. */
static void who_is_not_known_is_not_judged(void **state)
{
	(void)state;
	CLEANUP(patience_free) struct patience *patience = patience_new();
	const struct endpoint name = { .host = "xmpp.good.test", .port = 5222 };
	note(patience, &name, true, 2 * PATIENCE_CONNECTIONS);
	assert_false(patience_is_over(patience, &name));
}

/* More addresses than places: none is taken for another one. */
static void nobody_is_mistaken_for_another(void **state)
{
	(void)state;
	CLEANUP(patience_free) struct patience *patience = patience_new();
	struct endpoint endpoint = at("10.0.0.0", 5222);
	for (unsigned i = 0; i < 65536; i++) {
		endpoint.address.octets[2] = (uint8_t)(i / 256);
		endpoint.address.octets[3] = (uint8_t)i;
		assert_false(patience_is_over(patience, &endpoint));
		note(patience, &endpoint, true, PATIENCE_CONNECTIONS);
		assert_true(patience_is_over(patience, &endpoint));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_running_ends_it),
		cmocka_unit_test(a_word_restores_it),
		cmocka_unit_test(who_is_not_known_is_not_judged),
		cmocka_unit_test(nobody_is_mistaken_for_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
