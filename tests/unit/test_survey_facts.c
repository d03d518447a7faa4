/* The words of an enumeration's facts, and what the suites say about forward secrecy. */
#include "unit.h"

#include "tls/survey_facts.h"

#define WORD_ROWS(type, prefix, ...)                                                               \
	static void prefix##_names_lead_back(void **state)                                         \
	{                                                                                          \
		(void)state;                                                                       \
		static const char *const words[] = { __VA_ARGS__ };                                \
		type value;                                                                        \
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {                                   \
			assert_row_string(words[i], prefix##_name((type)i), words[i]);             \
			assert_row(words[i],                                                       \
				   prefix##_parse(words[i], &value) && value == (type)i);          \
		}                                                                                  \
		assert_false(prefix##_parse("Yes, always", &value));                               \
	}

WORD_ROWS(enum fs_promise, fs_promise, "", "always", "possible", "never")
WORD_ROWS(enum preference, preference, "unknown", "server", "client", "chacha", "mixed")
WORD_ROWS(enum seen, seen, "not-tested", "no", "yes", "unclear")

#define ECDHE     0xC02F
#define DHE       0x009E
#define RSA       0x002F
#define PSK       0x008C
#define ANONYMOUS 0x0034
#define NOBODYS   0xFEED

static const struct promise_row {
	const char *name;
	enum tls_version version, beside; /* beside: without suites */
	uint16_t suites[4];
	bool incomplete;
	enum fs_promise promise;
} promise_rows[] = {
	{ "nothing is spoken", .promise = FS_UNKNOWN },
	{ "ephemeral keys alone", TLS_1_2, .suites = { ECDHE, DHE }, .promise = FS_ALWAYS },
	{ "static keys alone", TLS_1_2, .suites = { RSA }, .promise = FS_NEVER },
	{ "pre-shared keys are static", TLS_1_2, .suites = { PSK }, .promise = FS_NEVER },
	{ "both", TLS_1_2, .suites = { ECDHE, RSA }, .promise = FS_POSSIBLE },
	{ "both, the rest not asked for", TLS_1_2, .suites = { ECDHE, RSA }, .incomplete = true,
	  .promise = FS_POSSIBLE },
	{ "ephemeral so far", TLS_1_2, .suites = { ECDHE }, .incomplete = true,
	  .promise = FS_UNKNOWN },
	{ "static so far", TLS_1_2, .suites = { RSA }, .incomplete = true, .promise = FS_UNKNOWN },
	{ "no certificate, but ephemeral", TLS_1_0, .suites = { ANONYMOUS }, .promise = FS_ALWAYS },
	{ "a number nobody knows may be anything", TLS_1_2, .suites = { ECDHE, NOBODYS },
	  .promise = FS_UNKNOWN },
	{ "TLS 1.3 needs no list", TLS_1_3, .promise = FS_ALWAYS },
	{ "TLS 1.3 beside ephemeral keys", TLS_1_2, TLS_1_3, { ECDHE }, .promise = FS_ALWAYS },
	{ "TLS 1.3 beside static keys", TLS_1_2, TLS_1_3, { RSA }, .promise = FS_POSSIBLE },
	{ "TLS 1.3 beside a version not enumerated", TLS_1_2, TLS_1_3, .incomplete = true,
	  .promise = FS_UNKNOWN },
	{ "SSL 2.0 has none", SSL_2_0, .promise = FS_NEVER },
	{ "SSL 2.0 beside ephemeral keys", TLS_1_0, SSL_2_0, { ECDHE }, .promise = FS_POSSIBLE },
};

static void suites_promise_forward_secrecy(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(promise_rows); i++) {
		const struct promise_row *row = &promise_rows[i];
		struct suite_seen accepted[4] = { 0 };
		struct survey_facts facts = { 0 };
		struct version_seen *seen = &facts.versions[row->version];
		for (; seen->suite_count < 4 && row->suites[seen->suite_count]; seen->suite_count++)
			accepted[seen->suite_count].suite = suite_by_code(
				row->suites[seen->suite_count]);
		seen->suites = accepted;
		seen->suites_complete = !row->incomplete;
		if (row->version)
			seen->offered = SEEN_YES;
		if (row->beside)
			facts.versions[row->beside].offered = SEEN_YES;
		assert_row_string(row->name, fs_promise_name(survey_forward_secrecy(&facts)),
				  fs_promise_name(row->promise));
	}
}

static void what_was_refused_does_not_count(void **state)
{
	(void)state;
	struct survey_facts facts = { 0 };
	facts.versions[TLS_1_3].offered = SEEN_YES;
	facts.versions[TLS_1_2].offered = SEEN_NO;
	facts.versions[SSL_2_0].offered = SEEN_UNCLEAR;
	assert_int_equal(survey_forward_secrecy(&facts), FS_ALWAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fs_promise_names_lead_back),
		cmocka_unit_test(preference_names_lead_back),
		cmocka_unit_test(seen_names_lead_back),
		cmocka_unit_test(suites_promise_forward_secrecy),
		cmocka_unit_test(what_was_refused_does_not_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
