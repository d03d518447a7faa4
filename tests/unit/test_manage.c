#include "unit.h"

#include "stanza_fixture.h"
#include "xmpp/manage.h"

#define SM(element, attrs) "<" element " xmlns='urn:xmpp:sm:3' " attrs "/>"

struct talk {
	struct arena *mem;
	struct manage manage;
	enum manage_event event;
	const char *condition;
	struct err err;
};

static bool hear(struct talk *talk, const char *text)
{
	return manage_read(&talk->manage, stanza_of(text, text, talk->mem), talk->mem, &talk->event,
			   &talk->condition, &talk->err);
}

static void send_stanzas(struct manage *manage, size_t count)
{
	for (size_t i = 0; i < count; i++)
		manage_sent(manage);
}

static struct talk enabled_talk(struct arena *mem)
{
	struct talk talk = { .mem = mem };
	assert_true(
		hear(&talk, SM("enabled", "id='s1' resume='true' max='600' location='h:5222'")));
	assert_int_equal(talk.event, MANAGE_ENABLED);
	return talk;
}

static const struct enabling {
	const char *name, *element;
	bool resumable;
	uint32_t max;
} enablings[] = {
	{ "bare", SM("enabled", ""), false, 0 },
	{ "resumable", SM("enabled", "id='x' resume='true'"), true, 0 },
	{ "resumable as 1", SM("enabled", "id='x' resume='1' max='4294967295'"), true, UINT32_MAX },
	{ "an id alone resumes nothing", SM("enabled", "id='x'"), false, 0 },
	{ "without an id there is nothing to resume", SM("enabled", "resume='true'"), false, 0 },
	{ "an empty id", SM("enabled", "id='' resume='true'"), false, 0 },
	{ "false", SM("enabled", "id='x' resume='false' max='30'"), false, 30 },
};

static void is_enabled(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(enablings); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct talk talk = { .mem = mem };
		assert_row(enablings[i].name, hear(&talk, enablings[i].element));
		assert_row(enablings[i].name,
			   talk.event == MANAGE_ENABLED && talk.manage.enabled &&
				   talk.manage.resumable == enablings[i].resumable &&
				   talk.manage.max_seconds == enablings[i].max &&
				   !talk.manage.id == !enablings[i].resumable);
	}
}

/* What was sent with <enable/> in one go counts, too (MSG-45). */
static void counts_from_enable_on(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct talk talk = { .mem = mem };
	send_stanzas(&talk.manage, 2);
	assert_true(hear(&talk, SM("enabled", "")));
	send_stanzas(&talk.manage, 1);
	assert_true(hear(&talk, SM("a", "h='2'")));
	assert_int_equal(talk.event, MANAGE_ACK);
	assert_int_equal(talk.manage.handled, 2);
	assert_true(hear(&talk, SM("a", "h='3'")));
	assert_true(hear(&talk, SM("a", "h='3'"))); /* nothing new is no error */
	assert_int_equal(talk.manage.handled, 3);
}

static const struct wrong {
	const char *name, *element, *sentence;
} wrongs[] = {
	{ "more than was sent", SM("a", "h='6'"), "<a/> confirms stanza 6, where 5 were sent" },
	{ "far more", SM("a", "h='4294967295'"), "confirms stanza 4294967295" },
	{ "backwards", SM("a", "h='2'"), "confirms stanza 2, where 5 were sent and 3 confirmed" },
	{ "no number", SM("a", ""), "<a/> with h='', which is no number" },
	{ "an empty one", SM("a", "h=''"), "no number" },
	{ "a sign", SM("a", "h='+4'"), "no number" },
	{ "a minus", SM("a", "h='-1'"), "no number" },
	{ "white space", SM("a", "h=' 4'"), "no number" },
	{ "a fraction", SM("a", "h='4.0'"), "no number" },
	{ "hexadecimal", SM("a", "h='0x4'"), "no number" },
	{ "beyond 32 bits", SM("a", "h='4294967300'"), "no number of 32 bits" },
	{ "beyond 64 bits", SM("a", "h='18446744073709551620'"), "no number of 32 bits" },
	{ "a failure backwards", SM("failed", "h='1'"), "<failed/> confirms stanza 1" },
	{ "a failure with too much", SM("failed", "h='7'"), "<failed/> confirms stanza 7" },
	{ "a failure with no number", SM("failed", "h='x'"), "no number" },
	{ "another's session", SM("resumed", "previd='s2' h='4'"), "a session that is not ours" },
	{ "a session without a name", SM("resumed", "h='4'"), "a session that is not ours" },
	{ "resumed beyond", SM("resumed", "previd='s1' h='9'"), "<resumed/> confirms stanza 9" },
	{ "resumed without a number", SM("resumed", "previd='s1'"), "no number" },
	{ "enabled again", SM("enabled", "id='s2'"), "a second time" },
};

/* Nothing of what is refused has an effect. */
static void trusts_no_wrong_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct talk talk = enabled_talk(mem);
		send_stanzas(&talk.manage, 5);
		assert_true(hear(&talk, SM("a", "h='3'")));
		struct manage before = talk.manage;
		talk.event = MANAGE_NOTHING;
		assert_row(wrongs[i].name, !hear(&talk, wrongs[i].element));
		if (!strstr(talk.err.text, wrongs[i].sentence))
			fail_msg("%s: \"%s\"", wrongs[i].name, talk.err.text);
		assert_row(wrongs[i].name, talk.err.stage == AT_SESSION &&
						   talk.err.code == ERR_PROTOCOL &&
						   talk.event == MANAGE_NOTHING);
		assert_row(wrongs[i].name, before.handled == talk.manage.handled &&
						   before.sent == talk.manage.sent &&
						   before.id == talk.manage.id);
	}
}

/* XEP-0198, 4: h is modulo 2^32. */
static void goes_round(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct talk talk = enabled_talk(mem);
	talk.manage.sent = talk.manage.handled = UINT32_MAX - 1;
	send_stanzas(&talk.manage, 4);
	assert_true(hear(&talk, SM("a", "h='4294967295'")));
	assert_true(talk.manage.handled == UINT32_MAX);
	assert_true(hear(&talk, SM("a", "h='1'")));
	assert_true(talk.manage.handled == (uint64_t)UINT32_MAX + 2);
	assert_false(hear(&talk, SM("a", "h='4294967295'")));
	assert_false(hear(&talk, SM("a", "h='3'")));
	assert_true(hear(&talk, SM("a", "h='2'")));
	assert_true(talk.manage.handled == talk.manage.sent);
	talk.manage.received = UINT32_MAX;
	manage_received(&talk.manage, stanza_of("m", "<message/>", mem));
	assert_int_equal(talk.manage.received, 0);
}

static void counts_stanzas_alone(void **state)
{
	(void)state;
	static const char *const counted[] = { "<message/>", "<presence/>", "<iq/>" };
	static const char *const not_counted[] = { SM("r", ""), SM("a", "h='0'"), "<other/>",
						   "<message xmlns='u'/>", "<stream:error/>" };
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct talk talk = { .mem = mem };
	manage_received(&talk.manage, stanza_of("before <enabled/>", "<message/>", mem));
	assert_int_equal(talk.manage.received, 0);
	talk = enabled_talk(mem);
	for (size_t i = 0; i < ARRAY_SIZE(counted); i++) {
		manage_received(&talk.manage, stanza_of(counted[i], counted[i], mem));
		assert_int_equal(talk.manage.received, i + 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(not_counted); i++) {
		manage_received(&talk.manage, stanza_of(not_counted[i], not_counted[i], mem));
		assert_int_equal(talk.manage.received, 3);
	}
}

static void answers_requests(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(256);
	struct talk talk = enabled_talk(mem);
	manage_received(&talk.manage, stanza_of("m", "<message/>", mem));
	assert_true(hear(&talk, SM("r", "")));
	assert_int_equal(talk.event, MANAGE_REQUEST);
	manage_write_ack(&talk.manage, &out);
	assert_string_equal(out.data, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
}

/* XEP-0198, 5: 5 sent, 3 handled, so two are sent again and are stanzas 4 and 5 to the server. */
static void resumes(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(256);
	struct talk talk = enabled_talk(mem);
	send_stanzas(&talk.manage, 5);
	assert_true(hear(&talk, SM("a", "h='1'")));
	manage_received(&talk.manage, stanza_of("m", "<message/>", mem));
	manage_write_resume(&talk.manage, &out);
	assert_string_equal(out.data, "<resume xmlns='urn:xmpp:sm:3' h='1' previd='s1'/>");
	assert_true(hear(&talk, SM("resumed", "previd='s1' h='3'")));
	assert_int_equal(talk.event, MANAGE_RESUMED);
	assert_int_equal(talk.manage.handled, 3);
	assert_int_equal(talk.manage.sent, 3);
	send_stanzas(&talk.manage, 2);
	assert_true(hear(&talk, SM("a", "h='5'")));
	assert_false(hear(&talk, SM("a", "h='6'")));
}

static void escapes_the_session(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	CLEANUP(buf_free) struct buf out = buf_new(256);
	struct talk talk = { .mem = mem };
	assert_true(hear(&talk, SM("enabled", "id='a&apos;/&gt;' resume='true'")));
	manage_write_resume(&talk.manage, &out);
	assert_string_equal(out.data,
			    "<resume xmlns='urn:xmpp:sm:3' h='0' previd='a&apos;/&gt;'/>");
}

#define FAILED(attrs, content) "<failed xmlns='urn:xmpp:sm:3' " attrs ">" content "</failed>"

static void fails(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct talk talk = enabled_talk(mem);
	send_stanzas(&talk.manage, 3);
	assert_true(hear(&talk, FAILED("h='2'", "<item-not-found xmlns='" NS_STANZA_ERROR "'/>")));
	assert_int_equal(talk.event, MANAGE_FAILED);
	assert_string_equal(talk.condition, "item-not-found");
	assert_int_equal(talk.manage.handled, 2);
	assert_false(talk.manage.enabled || talk.manage.resumable);
	assert_false(hear(&talk, SM("resumed", "previd='s1' h='3'")));
	talk = (struct talk){ .mem = mem };
	assert_true(hear(&talk, FAILED("", "")));
	assert_string_equal(talk.condition, "undefined-condition");
}

static void leaves_the_rest_alone(void **state)
{
	(void)state;
	static const char *const others[] = { "<a h='1'/>", "<enabled xmlns='urn:xmpp:sm:2'/>",
					      SM("a", "h='9'"), SM("r", ""), SM("new", "") };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct talk talk = { .mem = mem, .event = MANAGE_ACK };
		assert_row(others[i], hear(&talk, others[i]));
		assert_row(others[i], talk.event == MANAGE_NOTHING && !talk.manage.enabled &&
					      talk.manage.handled == 0);
	}
}

static void writes_what_is_asked(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(256);
	manage_write_enable(&out);
	manage_write_request(&out);
	assert_string_equal(out.data, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"
				      "<r xmlns='urn:xmpp:sm:3'/>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_enabled),
		cmocka_unit_test(counts_from_enable_on),
		cmocka_unit_test(trusts_no_wrong_number),
		cmocka_unit_test(goes_round),
		cmocka_unit_test(counts_stanzas_alone),
		cmocka_unit_test(answers_requests),
		cmocka_unit_test(resumes),
		cmocka_unit_test(escapes_the_session),
		cmocka_unit_test(fails),
		cmocka_unit_test(leaves_the_rest_alone),
		cmocka_unit_test(writes_what_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
