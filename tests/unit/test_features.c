#include "unit.h"

#include "xmpp/features.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define HEADER "<stream:stream xmlns='jabber:client' xmlns:stream='" NS_STREAM "'><stream:features>"
#define FOOTER "</stream:features>"

static void read_all(const char *children, struct arena *mem, struct features *out)
{
	CLEANUP(xml_free) struct xml *xml = xml_new();
	const char *text = arena_printf(mem, HEADER "%s" FOOTER, children);
	enum xml_event event;
	const struct elem *elem = NULL;
	size_t used;
	struct err err;
	assert_true(xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err));
	text += used;
	if (!xml_push(xml, text, strlen(text), mem, &event, &elem, &used, &err))
		fail_msg("%s: %s", children, err.text);
	assert_int_equal(event, XML_STANZA);
	features_read(elem, mem, out);
}

static const struct starttls_row {
	const char *name, *in;
	bool starttls, required, alone;
} starttls_rows[] = {
	{ "empty", "", false, false, false },
	{ "optional", "<starttls xmlns='" NS_TLS "'/><sm xmlns='" NS_SM "'/>", true, false, false },
	{ "required", "<starttls xmlns='" NS_TLS "'><required/></starttls><x xmlns='u'/>", true,
	  true, false },
	{ "alone", "<starttls xmlns='" NS_TLS "'/>", true, false, true },
	{ "required and alone", "<starttls xmlns='" NS_TLS "'><required/></starttls>", true, true,
	  true },
	{ "required of another namespace is not it",
	  "<starttls xmlns='" NS_TLS "'><required xmlns='u'/></starttls><x xmlns='u'/>", true,
	  false, false },
	{ "starttls of another namespace is not it", "<starttls/>", false, false, false },
};

static void reads_starttls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(starttls_rows); i++) {
		const struct starttls_row *row = &starttls_rows[i];
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct features features;
		read_all(row->in, mem, &features);
		assert_row(row->name, features.present);
		assert_row(row->name, features.starttls == row->starttls);
		assert_row(row->name, features.starttls_required == row->required);
		assert_row(row->name, features.starttls_alone == row->alone);
	}
}

/* What Prosody sends inside TLS, and more. */
static void reads_the_rest(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct features f;
	read_all("<mechanisms xmlns='" NS_SASL "'><mechanism>SCRAM-SHA-1</mechanism>\n"
		 "<mechanism>\n PLAIN </mechanism><mechanism/><hostname xmlns='u'>h</hostname>"
		 "</mechanisms>"
		 "<authentication xmlns='" NS_SASL2 "'><mechanism>SCRAM-SHA-256</mechanism>"
		 "<inline><bind xmlns='urn:xmpp:bind:0'/></inline></authentication>"
		 "<sasl-channel-binding xmlns='" NS_SASL_CB
		 "'><channel-binding type='tls-exporter'/>"
		 "<channel-binding/></sasl-channel-binding>"
		 "<compression xmlns='" NS_COMPRESS "'><method>zlib</method></compression>"
		 "<dialback xmlns='" NS_DIALBACK_FEAT "'><errors/></dialback>"
		 "<bidi xmlns='" NS_BIDI_FEAT "'/><sm xmlns='" NS_SM "'><optional/></sm>"
		 "<bind xmlns='" NS_BIND "'><required/></bind><register xmlns='" NS_REGISTER "'/>"
		 "<auth xmlns='" NS_AUTH_FEAT "'/>"
		 "<limits xmlns='" NS_LIMITS "'><max-bytes>262144</max-bytes>"
		 "<idle-seconds>99999999999999999999999</idle-seconds></limits>"
		 "<ver xmlns='urn:xmpp:features:rosterver'/><x/>",
		 mem, &f);
	assert_int_equal(f.mechanisms.count, 2);
	assert_string_equal(f.mechanisms.items[0], "SCRAM-SHA-1");
	assert_string_equal(f.mechanisms.items[1], "PLAIN");
	assert_true(features_has_mechanism(&f.mechanisms, "PLAIN"));
	assert_false(features_has_mechanism(&f.mechanisms, "EXTERNAL"));
	assert_int_equal(f.sasl2_mechanisms.count, 1);
	assert_string_equal(f.sasl2_mechanisms.items[0], "SCRAM-SHA-256");
	assert_int_equal(f.channel_bindings.count, 1);
	assert_string_equal(f.channel_bindings.items[0], "tls-exporter");
	assert_int_equal(f.compression.count, 1);
	assert_true(f.dialback && f.dialback_errors && f.bidi && f.stream_management && f.bind);
	assert_true(f.registration && f.iq_auth && f.has_limits);
	assert_int_equal(f.limit_bytes, 262144);
	assert_int_equal(f.limit_idle_seconds, UINT32_MAX);
	assert_int_equal(f.others.count, 2);
	assert_string_equal(f.others.items[0], "{urn:xmpp:features:rosterver}ver");
	assert_string_equal(f.others.items[1], "{jabber:client}x");
	assert_false(f.starttls);
}

static const struct login_row {
	const char *in;
	bool login;
} login_rows[] = {
	{ "", false },
	{ "<mechanisms xmlns='" NS_SASL "'/>", false },
	{ "<mechanisms xmlns='" NS_SASL "'><mechanism>X</mechanism></mechanisms>", true },
	{ "<authentication xmlns='" NS_SASL2 "'><mechanism>X</mechanism></authentication>", true },
	{ "<auth xmlns='" NS_AUTH_FEAT "'/>", true },
	{ "<limits xmlns='" NS_LIMITS "'><max-bytes>-1</max-bytes></limits>", false },
};

static void knows_ways_to_log_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(login_rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct features features;
		read_all(login_rows[i].in, mem, &features);
		assert_row(login_rows[i].in,
			   features_offer_login(&features) == login_rows[i].login);
		assert_row(login_rows[i].in, features.limit_bytes == 0);
	}
}

/* A stripped list in front, or behind, must not hide the offer. */
static void a_second_list_adds_to_the_first(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct features f;
	read_all("<mechanisms xmlns='" NS_SASL "'><mechanism>PLAIN</mechanism></mechanisms>"
		 "<mechanisms xmlns='" NS_SASL "'/>",
		 mem, &f);
	assert_int_equal(f.mechanisms.count, 1);
	assert_string_equal(f.mechanisms.items[0], "PLAIN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_list_adds_to_the_first),
		cmocka_unit_test(reads_starttls),
		cmocka_unit_test(reads_the_rest),
		cmocka_unit_test(knows_ways_to_log_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
