#include "digest_fixture.h"

#include "report/left_out.h"

#define SENT   ",'sendmsg':{'time':'2026-07-01T00:00:00Z'}"
#define SERVED ",'served':{'time':'2026-07-01T00:00:00Z'}"

static const struct row {
	const char *name, *record;
	bool left_out;
} rows[] = {
	{ "a message was sent", RECORD(SENT), true },
	{ "a peer called", RECORD(SERVED), true },
	{ "a peer that gave no name", "{'schema':1,'input':'','status':'warning'" SERVED "}",
	  true },
	{ "an examined domain, and a message to it", RECORD(",'endpoints':[]" SENT), false },
	{ "a domain with doors", C2S(SECTION("starttls", "'encrypted':true")), false },
	{ "a domain that is not in DNS", RECORD(",'endpoints':[]"), false },
	{ "another program's record", RECORD(""), false },
	{ "a line that was no domain", "{'schema':1,'input':'a b','status':'unknown'}", false },
};

static void what_examines_no_server_is_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(digested_free) struct digested got = digest_of(rows[i].record);
		struct left_out left_out = { 0 };
		assert_row(rows[i].name, digest_is_about_doors(&got.digest) != rows[i].left_out);
		assert_row(rows[i].name, left_out_add(&left_out, &got.digest) == rows[i].left_out);
		assert_row(rows[i].name, left_out.sent + left_out.served == rows[i].left_out);
	}
}

static void how_many_and_of_which_tool_is_said(void **state)
{
	static const struct {
		struct left_out left_out;
		const char *words;
	} counts[] = {
		{ { 0, 0 }, NULL },
		{ { 1, 0 }, "1 record of xmpp-sendmsg examines no server: left out" },
		{ { 2, 0 }, "2 records of xmpp-sendmsg examine no server: left out" },
		{ { 0, 1 }, "1 record of xmpp-dialback --serve examines no server: left out" },
		{ { 0, 3 }, "3 records of xmpp-dialback --serve examine no server: left out" },
		{ { 1, 1 },
		  "1 record of xmpp-sendmsg and 1 of xmpp-dialback --serve examine no server: left "
		  "out" },
		{ { 2, 3 },
		  "2 records of xmpp-sendmsg and 3 of xmpp-dialback --serve examine no server: left "
		  "out" },
	};
	CLEANUP(arena_free) struct arena *mem = arena_new();
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		assert_row_string("count", left_out_words(&counts[i].left_out, mem),
				  counts[i].words);
	assert_null(left_out_words(NULL, mem));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_examines_no_server_is_left_out),
		cmocka_unit_test(how_many_and_of_which_tool_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
