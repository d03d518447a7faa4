#include "unit.h"

#include "report/lookup.h"

static const struct answer_row {
	const char *lookup;
	enum seen_answer answer;
} answer_rows[] = {
	{ "{\"outcome\":\"found\"}", ANSWER_YES },
	{ "{\"outcome\":\"no-data\"}", ANSWER_NO },
	{ "{\"outcome\":\"no-name\"}", ANSWER_NO },
	{ "{\"outcome\":\"server-failed\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":\"refused\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":\"timed-out\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":\"malformed\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":\"unreachable\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":\"not-asked\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":\"what?\"}", ANSWER_UNKNOWN },
	{ "{\"outcome\":7}", ANSWER_UNKNOWN },
	{ "{}", ANSWER_UNKNOWN },
	{ "[]", ANSWER_UNKNOWN },
};

static void only_what_dns_said_is_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answer_rows); i++) {
		json_t *lookup = json_loads(answer_rows[i].lookup, 0, NULL);
		assert_row(answer_rows[i].lookup, lookup_answer(lookup) == answer_rows[i].answer);
		json_decref(lookup);
	}
}

#define NAME "\"name\":\"_xmpps-client._tcp.a.test\""

/* Of direct TLS at h.test:5223. */
static const struct srv_row {
	const char *name, *entry;
	bool found;
} srv_rows[] = {
	{ "the one", "{" NAME ",\"target\":\"h.test\",\"port\":5223}", true },
	{ "RFC 4343: case is no difference", "{" NAME ",\"target\":\"H.tEST\",\"port\":5223}",
	  true },
	{ "another host", "{" NAME ",\"target\":\"i.test\",\"port\":5223}", false },
	{ "another port", "{" NAME ",\"target\":\"h.test\",\"port\":5222}", false },
	{ "the other transport's",
	  "{\"name\":\"_xmpp-client._tcp.a.test\",\"target\":\"h.test\",\"port\":5223}", false },
	{ "without a target", "{" NAME ",\"port\":5223}", false },
	{ "without a name", "{\"target\":\"h.test\",\"port\":5223}", false },
	{ "of other types", "{\"name\":1,\"target\":[],\"port\":\"5223\"}", false },
	{ "no object", "\"h.test\"", false },
};

static void finds_the_srv_record_of_an_endpoint(void **state)
{
	const struct digest_endpoint at = {
		.transport = TRANSPORT_DIRECT,
		.host = "h.test",
		.port = 5223,
	};
	const struct digest_endpoint nowhere = { .transport = TRANSPORT_DIRECT, .port = 5223 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(srv_rows); i++) {
		const struct srv_row *row = &srv_rows[i];
		json_t *entry = json_loads(row->entry, JSON_DECODE_ANY, NULL);
		json_t *record = json_pack("{s:{s:[O]}}", "dns", "srv", entry);
		const struct digest digest = { .record = record };
		assert_row(row->name, lookup_srv(&digest, &at) == (row->found ? entry : NULL));
		assert_row(row->name, !lookup_srv(&digest, &nowhere));
		json_decref(record);
		json_decref(entry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_dns_said_is_an_answer),
		cmocka_unit_test(finds_the_srv_record_of_an_endpoint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
