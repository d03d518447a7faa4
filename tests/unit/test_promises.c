#include "unit.h"

#include <stdio.h>

#include "report/promises_judge.h"
#include "report/sheet.h"

#define PROMISE(id, service, result)                                                               \
	"{\"id\":\"" id "\",\"service\":\"" service "\",\"text\":\"t\",\"result\":\"" result "\"}"

static json_t *record_of(const char *members)
{
	char text[4000];
	json_t *record = NULL;
	struct err err = { 0 };
	snprintf(text, sizeof(text), "{\"schema\":1,\"domain\":\"a.test\",\"status\":\"ok\"%s}",
		 members);
	if (!reread_line(text, strlen(text), &record, &err))
		fail_msg("%s: %s", text, err.text);
	return record;
}

static struct digest digest_of(json_t *record, struct arena *mem)
{
	struct digest digest;
	struct err err = { 0 };
	if (!digest_read(record, mem, &digest, &err))
		fail_msg("%s", err.text);
	return digest;
}

static const struct digest_promise *find(const struct promises *promises, const char *id,
					 enum service service)
{
	for (size_t i = 0; i < promises->count; i++) {
		if (promises->items[i].service == service && strcmp(promises->items[i].id, id) == 0)
			return &promises->items[i];
	}
	return NULL;
}

static void every_promise_of_the_statement_is_listed(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct promises all;
	promises_list(mem, &all);
	assert_int_equal(all.count, 22);
	assert_string_equal(all.items[0].id, "SW-1");
	assert_string_equal(all.items[21].id, "DP-3");
	assert_non_null(find(&all, "SW-7", SERVICE_S2S));
}

static enum promise_result result_of(const struct promises *promises, const char *id,
				     enum service service)
{
	const struct digest_promise *found = find(promises, id, service);
	assert_non_null(found);
	return found ? found->result : PROMISE_NOT_TESTABLE;
}

/* A word about what the facts tell otherwise is of yesterday. */
static void facts_decide_and_the_record_where_there_are_none(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct promises promises;
	/* No client port: DNS says so. Of servers nothing is known. */
	json_t *record = record_of(
		",\"dns\":{\"srv\":[],\"declined\":[\"c2s\"]},\"manifesto\":[" PROMISE(
			"SW-1", "c2s", "broken") "," PROMISE("SW-1", "s2s",
							     "broken") "," PROMISE("NEW-1", "c2s",
										   "kept") "]");
	struct digest digest = digest_of(record, mem);
	promises_judge(&digest, mem, &promises);
	assert_int_equal(result_of(&promises, "SW-1", SERVICE_C2S), PROMISE_NOT_APPLICABLE);
	assert_int_equal(result_of(&promises, "SW-1", SERVICE_S2S), PROMISE_BROKEN);
	assert_null(find(&promises, "NEW-1", SERVICE_C2S));
	assert_null(find(&promises, "SW-2", SERVICE_S2S));
	json_decref(record);
}

#define SECTION(name, policy)                                                                      \
	"\"" name "\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"ok\",\"policy\":\"" policy   \
	"\",\"findings\":[],\"encrypted\":true,\"authenticated\":true,\"steps\":[],"               \
	"\"tls\":{\"up\":true,\"version\":\"TLS1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\","       \
	"\"forward_secrecy\":true}"
/* xmpp-ciphers saw both versions, SSL 2.0 was not asked for, or it was. */
#define VERSIONS(more)                                                                             \
	",\"versions\":[{\"version\":\"TLS1.2\",\"offered\":\"yes\"},"                             \
	"{\"version\":\"TLS1.3\",\"offered\":\"yes\"}" more "]"

#define DOOR(service, last, sections)                                                              \
	"{\"service\":\"" service                                                                  \
	"\",\"host\":\"a.test\",\"port\":5269,\"address\":\"192.0.2." last                         \
	"\",\"transport\":\"starttls\"," sections "}"
#define DECLARED                                                                                   \
	",\"stream_before\":{\"opened\":true},\"answer\":\"proceed\",\"features_before\":{"        \
	"\"starttls\":true,\"starttls_required\":true}"
/* xmpp-dialback asked in clear, and was not answered. */
#define TRIED                                                                                      \
	DECLARED ",\"checks\":[{\"check\":\"clear-result\",\"state\":\"refused\","                 \
		 "\"outcome\":\"silence\",\"tls\":false}]"
/* xmpp-ciphers asked for every suite. */
#define SECRET VERSIONS("") ",\"forward_secrecy\":\"always\""

/* What a record says itself: of those sections alone that were judged by the manifesto, the one
 * that looks closest, but never less than another one knows. */
static void a_record_says_what_its_judged_sections_show(void **state)
{
	(void)state;
	static const struct {
		const char *name, *policy, *sections;
		size_t count;
		const char *sw_1, *sw_4, *sw_6; /* "": nothing is said */
	} rows[] = {
		{ "nobody judged it so", "bcp195",
		  SECTION("starttls", "bcp195") "}," SECTION("ciphers", "strict") VERSIONS("") "}",
		  0, "", "", "" },
		{ "that it was last judged so makes no promise", "manifesto",
		  SECTION("starttls", "bcp195") "}", 0, "", "", "" },
		{ "a walk", "manifesto", SECTION("starttls", "manifesto") "}", 11, "kept",
		  "not-testable", "kept" },
		{ "a walk, and an enumeration by another policy", "bcp195",
		  SECTION("starttls", "manifesto") "}," SECTION("ciphers", "bcp195")
			  VERSIONS(",{\"version\":\"SSL2.0\",\"offered\":\"yes\"}") "}",
		  11, "kept", "not-testable", "kept" },
		{ "an enumeration alone", "manifesto",
		  SECTION("starttls", "bcp195") "}," SECTION("ciphers", "manifesto")
			  VERSIONS(",{\"version\":\"SSL2.0\",\"offered\":\"yes\"}") "}",
		  4, "", "broken", "not-testable" },
		{ "both: suites that were not asked for take no answer away", "manifesto",
		  SECTION("ciphers", "manifesto")
			  VERSIONS(",{\"version\":\"SSL2.0\",\"offered\":\"yes\"}") "}," SECTION(
				  "starttls", "manifesto") "}",
		  11, "kept", "broken", "kept" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct promise said[PROMISE_MAX];
		json_t *record = record_of(arena_printf(
			mem,
			",\"policy\":\"%s\",\"endpoints\":[{\"service\":\"c2s\",\"host\":\"a.test\","
			"\"port\":5222,\"address\":\"192.0.2.7\",\"transport\":\"starttls\",%s}]",
			rows[i].policy, rows[i].sections));
		size_t count = promises_of_record(record, false, mem, said);
		const char *wanted[] = { rows[i].sw_1, rows[i].sw_4, rows[i].sw_6 };
		const char *const ids[] = { "SW-1", "SW-4", "SW-6" };
		assert_row(rows[i].name, count == rows[i].count);
		for (size_t j = 0; j < ARRAY_SIZE(ids); j++) {
			const char *result = "";
			for (size_t k = 0; k < count; k++) {
				if (strcmp(said[k].id, ids[j]) == 0)
					result = promise_result_name(said[k].result);
			}
			assert_row_string(rows[i].name, result, wanted[j]);
		}
		json_decref(record);
	}
}

/* A domain that offers nothing has something to say all the same: once somebody judged it so, and
 * whoever wrote the record's policy since. */
static void what_dns_declines_is_said_once_judged(void **state)
{
	(void)state;
	static const struct {
		const char *name, *members;
		bool judging;
		size_t count;
	} rows[] = {
		{ "nobody judged it", ",\"policy\":\"bcp195\"", false, 0 },
		{ "the record's policy is anybody's", ",\"policy\":\"manifesto\"", false, 0 },
		{ "we do now", "", true, 22 },
		{ "somebody did",
		  ",\"policy\":\"strict\",\"manifesto\":[" PROMISE("SW-1", "c2s",
								   "not-applicable") "]",
		  false, 22 },
		{ "a made-up promise tells of nobody",
		  ",\"manifesto\":[" PROMISE("NEW-1", "c2s", "kept") "]", false, 0 },
		{ "the chains of the one that is offered are no judge's business",
		  ",\"manifesto\":[" PROMISE(
			  "SW-1", "c2s",
			  "not-applicable") "],\"endpoints\":[" DOOR("c2s", "7",
								     SECTION("certcheck",
									     "bcp195") "}") "]",
		  false, 22 },
		{ "looked at since by another policy",
		  ",\"manifesto\":[" PROMISE(
			  "SW-1", "c2s",
			  "not-applicable") "],\"endpoints\":[" DOOR("c2s", "7",
								     SECTION("starttls",
									     "bcp195") "}") "]",
		  false, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct promise said[PROMISE_MAX];
		json_t *record = record_of(
			arena_printf(mem, ",\"dns\":{\"srv\":[],\"declined\":[\"c2s\",\"s2s\"]}%s",
				     rows[i].members));
		size_t count = promises_of_record(record, rows[i].judging, mem, said);
		assert_row(rows[i].name, count == rows[i].count);
		json_decref(record);
	}
}

/* No TLS, and no more to come: of no service that requires it. */
#define CLEAR                                                                                       \
	"\"starttls\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"critical\","                  \
	"\"policy\":\"manifesto\",\"findings\":[],\"encrypted\":false,\"authenticated\":false,"     \
	"\"steps\":[],\"stream_before\":{\"opened\":true},\"features_before\":{\"dialback\":true}," \
	"\"answer\":\"failure\",\"failure\":{\"stage\":\"starttls\",\"code\":\"refused\","          \
	"\"text\":\"<failure/>\"}}"
#define WEAK                                                                                          \
	"\"starttls\":{\"time\":\"2026-07-01T00:00:00Z\",\"status\":\"ok\",\"policy\":\"manifesto\"," \
	"\"findings\":[],\"encrypted\":true,\"authenticated\":true,\"steps\":[],"                     \
	"\"tls\":{\"up\":true,\"version\":\"TLS1.2\",\"cipher\":\"TLS_RSA_WITH_AES_128_GCM_SHA256\"," \
	"\"forward_secrecy\":false}}"

static const char *said_of(const struct promise *said, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(said[i].id, id) == 0)
			return promise_result_name(said[i].result);
	}
	return "";
}

/* Who looked at the first endpoint alone, as xmpp-ciphers and xmpp-dialback do, has nothing to say
 * about the second. */
static void what_one_endpoint_breaks_no_other_keeps(void **state)
{
	(void)state;
	static const struct {
		const char *name, *first, *second, *id, *result;
	} rows[] = {
		{ "without TLS, and dialback was tried elsewhere",
		  SECTION("starttls", "manifesto") DECLARED "}," SECTION("dialback", "manifesto")
			  TRIED "}",
		  CLEAR, "SW-5", "broken" },
		{ "likewise, and what is required of both",
		  SECTION("starttls", "manifesto") DECLARED "}," SECTION("dialback", "manifesto")
			  TRIED "}",
		  CLEAR, "DP-1", "broken" },
		{ "without forward secrecy, and the other was enumerated",
		  SECTION("starttls", "manifesto") "}," SECTION("ciphers", "manifesto") SECRET "}",
		  WEAK, "SW-6", "broken" },
		{ "likewise",
		  SECTION("starttls", "manifesto") "}," SECTION("ciphers", "manifesto") SECRET "}",
		  WEAK, "DP-2", "broken" },
		{ "at one endpoint the closer look decides",
		  WEAK "," SECTION("ciphers", "manifesto") SECRET "}",
		  SECTION("starttls", "manifesto") "}", "SW-6", "kept" },
		{ "what a walk cannot test takes no answer away",
		  SECTION("starttls", "manifesto") "}," SECTION("ciphers", "manifesto")
			  VERSIONS(",{\"version\":\"SSL2.0\",\"offered\":\"no\"}") "}",
		  SECTION("starttls", "manifesto") "}", "SW-4", "kept" },
	};
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		struct promise said[PROMISE_MAX];
		const char *one = rows[i / 2].first, *two = rows[i / 2].second;
		json_t *record = record_of(arena_printf(
			mem,
			",\"endpoints\":[" DOOR("s2s", "7", "%s") "," DOOR("s2s", "8", "%s") "]",
			i % 2 ? two : one, i % 2 ? one : two));
		size_t count = promises_of_record(record, false, mem, said);
		assert_row_string(rows[i / 2].name, said_of(said, count, rows[i / 2].id),
				  rows[i / 2].result);
		json_decref(record);
	}
}

/* What a report says of a record is the same in each form: a digest holds it. */
static void a_digest_holds_what_counts(void **state)
{
	(void)state;
	static const struct {
		const char *name, *manifesto;
		size_t count;
		const char *sw_1; /* of servers; "": nothing is said */
	} rows[] = {
		{ "none was judged", "", 0, "" },
		{ "somebody else's alone", PROMISE("ACME-1", "s2s", "broken"), 0, "" },
		{ "of yesterday: the facts go before",
		  PROMISE("SW-1", "s2s", "broken") "," PROMISE("ACME-1", "s2s", "broken"), 11,
		  "kept" },
		{ "of a service without facts", PROMISE("SW-1", "c2s", "broken"), 12, "kept" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		json_t *record = record_of(arena_printf(
			mem,
			",\"endpoints\":[" DOOR("s2s", "7",
						SECTION("starttls",
							"bcp195") "}") "],\"manifesto\":[%s]",
			rows[i].manifesto));
		struct digest digest = digest_of(record, mem);
		struct promises seen = { .count = digest.promise_count };
		assert_row(rows[i].name, digest.promise_count == rows[i].count);
		for (size_t j = 0; j < seen.count; j++)
			seen.items[j] = digest.promises[j];
		const struct digest_promise *sw_1 = find(&seen, "SW-1", SERVICE_S2S);
		assert_row_string(rows[i].name, sw_1 ? promise_result_name(sw_1->result) : "",
				  rows[i].sw_1);
		assert_row(rows[i].name, !find(&seen, "ACME-1", SERVICE_S2S));
		json_decref(record);
	}
}

static void without_facts_there_is_no_verdict(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct promises promises;
	json_t *record = record_of("");
	struct digest digest = digest_of(record, mem);
	promises_judge(&digest, mem, &promises);
	assert_int_equal(promises.count, 0);
	json_decref(record);
}

/* As many promises as somebody likes to make up: none is of the statement. */
static void made_up_promises_have_no_row(void **state)
{
	(void)state;
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	const struct sheet_options options = { .now = 1 };
	struct sheet *sheet = sheet_manifesto.begin(&options, &out);
	struct err err = { 0 };
	json_t *record = record_of(",\"manifesto\":[" PROMISE("X-1", "s2s", "broken") "," PROMISE(
		"SW-1", "s2s", "broken") "]");
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct digest digest = digest_of(record, mem);
	assert_true(sheet_manifesto.add(sheet, &digest, &out, &err));
	json_decref(record);
	while (sheet_manifesto.end(sheet, &out, &err) == SHEET_MORE)
		;
	sheet_manifesto.free(sheet);
	assert_null(strstr(buf_string(&out), "X-1"));
	assert_non_null(
		strstr(buf_string(&out), "\nSW-1 s2s (STARTTLS as in RFC 6120) is broken by 1:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_promise_of_the_statement_is_listed),
		cmocka_unit_test(facts_decide_and_the_record_where_there_are_none),
		cmocka_unit_test(a_record_says_what_its_judged_sections_show),
		cmocka_unit_test(what_dns_declines_is_said_once_judged),
		cmocka_unit_test(what_one_endpoint_breaks_no_other_keeps),
		cmocka_unit_test(a_digest_holds_what_counts),
		cmocka_unit_test(without_facts_there_is_no_verdict),
		cmocka_unit_test(made_up_promises_have_no_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
