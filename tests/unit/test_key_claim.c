#include "unit.h"

#include "run/key_claim.h"

static const struct key_claim claims[] = {
	{ "us.test", "peer.test", "one", "key" },
	{ "also.test", "peer.test", "one", "\n  other\n" },
	{ "us.test", "peer.test", "two", "" },
};

static const struct row {
	const char *name, *from, *to, *id, *text, *trimmed;
	bool about;
	enum key_state key;
} rows[] = {
	{ "as sent", "peer.test", "us.test", "one", "key", "key", true, KEY_RIGHT },
	{ "names written otherwise", "Peer.test.", "US.test", "one", "key", "key", true,
	  KEY_RIGHT },
	{ "printed prettily", "peer.test", "us.test", "one", " key\n", "key", true, KEY_RIGHT },
	{ "another key", "peer.test", "us.test", "one", "yek", "yek", true, KEY_WRONG },
	{ "more than the key", "peer.test", "us.test", "one", "keys", "keys", true, KEY_WRONG },
	{ "less of it", "peer.test", "us.test", "one", "ke", "ke", true, KEY_WRONG },
	{ "white space kept", "peer.test", "also.test", "one", "\n  other\n", "other", true,
	  KEY_RIGHT },
	{ "white space lost", "peer.test", "also.test", "one", "other", "other", true,
	  KEY_TRIMMED },
	{ "no key, and none was sent", "peer.test", "us.test", "two", "", "", true, KEY_RIGHT },
	{ "no key, but one was sent", "peer.test", "us.test", "one", "", "", true, KEY_WRONG },
	{ "another stream", "peer.test", "us.test", "three", "key", "key", false, KEY_WRONG },
	{ "no stream", "peer.test", "us.test", NULL, "key", "key", false, KEY_WRONG },
	{ "another peer", "other.test", "us.test", "one", "key", "key", false, KEY_WRONG },
	{ "another of ours", "peer.test", "third.test", "one", "key", "key", false, KEY_WRONG },
	{ "the wrong way round", "us.test", "peer.test", "one", "key", "key", false, KEY_WRONG },
};

static void is_told_from_other_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct db_element asked = { .kind = DB_VERIFY,
						  .from = row->from,
						  .to = row->to,
						  .id = row->id,
						  .key = row->trimmed };
		enum key_state key = KEY_NONE;
		assert_row(row->name, key_claim_judge(claims, ARRAY_SIZE(claims), &asked, row->text,
						      &key) == row->about);
		assert_row(row->name, key == row->key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_told_from_other_questions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
