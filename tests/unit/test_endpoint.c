#include "unit.h"

#include "net/endpoint.h"

static void words_go_both_ways(void **state)
{
	(void)state;
	static const char *const services[] = { "c2s", "s2s" };
	static const char *const transports[] = { "starttls", "direct" };
	static const char *const sources[] = { "srv", "fallback", "connect", "record", "file" };
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		enum service got;
		assert_true(service_parse(services[i], &got));
		assert_string_equal(service_name(got), services[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(transports); i++) {
		enum transport got;
		assert_true(transport_parse(transports[i], &got));
		assert_string_equal(transport_name(got), transports[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		enum source got;
		assert_true(source_parse(sources[i], &got));
		assert_string_equal(source_name(got), sources[i]);
	}
}

static void unknown_words_are_refused(void **state)
{
	(void)state;
	enum service service = SERVICE_S2S;
	enum transport transport = TRANSPORT_DIRECT;
	enum source source = SOURCE_RECORD;
	assert_false(service_parse("C2S", &service));
	assert_false(transport_parse("", &transport));
	assert_false(source_parse("srv ", &source));
	assert_int_equal(service, SERVICE_S2S);
	assert_int_equal(transport, TRANSPORT_DIRECT);
	assert_int_equal(source, SOURCE_RECORD);
}

static const struct row {
	const char *name, *address;
	enum source source;
	const char *out;
} rows[] = {
	{ "IPv4", "192.0.2.7", SOURCE_SRV, "192.0.2.7:5222" },
	{ "IPv6", "2001:db8::7", SOURCE_SRV, "[2001:db8::7]:5222" },
	{ "no address", NULL, SOURCE_CONNECT, "xmpp.example.org:5222" },
	{ "a file", NULL, SOURCE_FILE, "xmpp.example.org" },
};

static void shows_where_it_leads(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct endpoint endpoint = { .host = "xmpp.example.org",
					     .source = rows[i].source,
					     .port = 5222 };
		if (rows[i].address)
			assert_true(address_parse(rows[i].address, &endpoint.address));
		assert_row_string(rows[i].name, endpoint_text(&endpoint, mem), rows[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_go_both_ways),
		cmocka_unit_test(unknown_words_are_refused),
		cmocka_unit_test(shows_where_it_leads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
