#include "unit.h"

#include <ctype.h>
#include <stdlib.h>

#include "xmpp/trial.h"

#define ROW_COUNT 58 /* spec/dialback.md, section 12 */

/* Calls back with each number of "18, 19". */
static void each_row(const struct trial_kind *kind, void (*take)(int row, void *data), void *data)
{
	const char *at = kind->rows;
	while (*at) {
		char *end;
		long row = strtol(at, &end, 10);
		assert_row(kind->name, isdigit((unsigned char)*at) && row >= 1 && row <= ROW_COUNT);
		take((int)row, data);
		if (!*end)
			return;
		assert_row(kind->name, strncmp(end, ", ", 2) == 0 && end[2]);
		at = end + 2;
	}
}

/* Which trials a row has: how many, and the last of them. */
struct coverage {
	enum trial trial;
	int count[ROW_COUNT + 1];
	enum trial trials[ROW_COUNT + 1];
};

static void count_row(int row, void *data)
{
	struct coverage *coverage = data;
	coverage->count[row]++;
	coverage->trials[row] = coverage->trial;
}

static struct coverage cover(void)
{
	struct coverage coverage = { 0 };
	for (coverage.trial = 0; coverage.trial < TRIAL_COUNT; coverage.trial++)
		each_row(trial_kind(coverage.trial), count_row, &coverage);
	return coverage;
}

/* Two targets without the errors feature, row 22, is what nobody should do (DB-38). */
static void covers_the_matrix(void **state)
{
	(void)state;
	struct coverage coverage = cover();
	for (int row = 1; row <= ROW_COUNT; row++) {
		if (coverage.count[row] != (row != 22))
			fail_msg("row %d is tried by %d trials", row, coverage.count[row]);
	}
}

static bool is_kebab_case(const char *name)
{
	if (!islower((unsigned char)name[0]))
		return false;
	for (; *name; name++) {
		bool word = islower((unsigned char)*name) || isdigit((unsigned char)*name);
		if (!word && (*name != '-' || name[1] == '-' || name[1] == '\0'))
			return false;
	}
	return true;
}

static void names_go_both_ways(void **state)
{
	(void)state;
	static const char *const strangers[] = { "", "roun", "rounds", "Round", " round", "-" };
	enum trial parsed = TRIAL_COUNT;
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		const char *name = trial_kind(trial)->name;
		assert_non_null(name);
		assert_row(name, is_kebab_case(name));
		/* The first of that name is the one that is found: no two have the same. */
		assert_row(name, trial_parse(name, &parsed) && parsed == trial);
	}
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++) {
		parsed = TRIAL_ROUND;
		assert_row(strangers[i], !trial_parse(strangers[i], &parsed));
		assert_row(strangers[i], parsed == TRIAL_ROUND);
	}
}

/* Words stand within sentences and tables: no end of their own, no blanks around them. */
static void check_words(const char *name, const char *words)
{
	assert_row(name, words && words[0] && !isspace((unsigned char)words[0]));
	char last = words[strlen(words) - 1];
	assert_row(name, last != '.' && !isspace((unsigned char)last));
	assert_row(name, !strstr(words, "  ") && !strpbrk(words, "\t\n"));
}

/* The sections that bear on a trial, by their titles: a wrong number is worse than none. */
static const struct section {
	const char *ref, *title;
} sections[] = {
	{ "RFC 6120 section 4.6.1", "Dead Connection" },
	{ "RFC 6120 section 4.8.5", "Namespace Declarations and Prefixes" },
	{ "RFC 6120 section 8.1.1.2", "Server-to-Server Streams ('to')" },
	{ "RFC 6120 section 8.1.2.2", "Server-to-Server Streams ('from')" },
	{ "RFC 6120 section 13.12", "Denial of Service" },
	{ "RFC 7590 section 3.4", "Authenticated Connections" },
	{ "RFC 7622 section 3.2", "Domainpart" },
	{ "XEP-0178 section 3", "Server-to-Server Recommendation" },
	{ "XEP-0185 section 2", "Recommended Algorithm" },
	{ "XEP-0220 section 2", "Protocol" },
	{ "XEP-0220 section 2.1.1", "Initiating Server Generates Outbound Request" },
	{ "XEP-0220 section 2.1.2", "Receiving Server Generates Outbound Request" },
	{ "XEP-0220 section 2.2.1", "Receiving Server Handles Inbound Authorization Request" },
	{ "XEP-0220 section 2.2.2", "Authoritative Server Handles Inbound Verification Request" },
	{ "XEP-0220 section 2.5", "Dialback Error Conditions" },
	{ "XEP-0220 section 2.6", "Multiplexing" },
	{ "XEP-0220 section 3.1", "Unsolicited Dialback" },
	{ "XEP-0288 section 2", "Protocol" },
	{ "XEP-0344 section 2.4", "Dialback without dialback flow" },
};

static bool is_section(const char *ref)
{
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		if (strcmp(sections[i].ref, ref) == 0)
			return true;
	}
	return false;
}

static void says_what_it_does_and_wants(void **state)
{
	(void)state;
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		const struct trial_kind *kind = trial_kind(trial);
		check_words(kind->name, kind->words);
		check_words(kind->name, kind->want);
		if (!is_section(kind->ref))
			fail_msg("%s: no section \"%s\" is known", kind->name, kind->ref);
	}
}

/* The names go into records, where JSON has underscores. */
static void names_roles(void **state)
{
	(void)state;
	static const char *const names[TRIAL_ROLE_COUNT] = {
		[ROLE_AUTHORITATIVE] = "authoritative", [ROLE_RECEIVING] = "receiving",
		[ROLE_BEFORE_TLS] = "before_tls",       [ROLE_EXTERNAL] = "external",
		[ROLE_INITIATING] = "initiating",
	};
	bool tried[TRIAL_ROLE_COUNT] = { false };
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		const struct trial_kind *kind = trial_kind(trial);
		assert_row(kind->name, (unsigned)kind->role < TRIAL_ROLE_COUNT);
		tried[kind->role] = true;
	}
	for (unsigned role = 0; role < TRIAL_ROLE_COUNT; role++) {
		assert_row_string(names[role], trial_role_name((enum trial_role)role), names[role]);
		assert_row(names[role], tried[role]);
	}
}

/* Who is asked back, or dialled, must have a name that leads here; so must each further one. */
static void needs_what_it_uses(void **state)
{
	(void)state;
	for (enum trial trial = 0; trial < TRIAL_COUNT; trial++) {
		const struct trial_kind *kind = trial_kind(trial);
		bool listens = kind->needs & NEEDS_LISTENER;
		assert_row(kind->name, !listens || kind->needs & NEEDS_FROM);
		assert_row(kind->name, !(kind->needs & NEEDS_PIGGYBACK) || listens);
		assert_row(kind->name, !(kind->needs & NEEDS_PIGGYBACK_TO) || listens);
		assert_row(kind->name, kind->role != ROLE_INITIATING || listens);
		assert_row(kind->name, kind->role != ROLE_AUTHORITATIVE || kind->needs == 0);
		assert_row(kind->name,
			   kind->role != ROLE_EXTERNAL || kind->needs & NEEDS_CERTIFICATE);
	}
}

/* Section 12: what anybody can try, without a domain of his own. */
static void asks_nothing_of_anybody(void **state)
{
	(void)state;
	static const int rows[] = { 8, 13, 14, 39, 40, 41, 42, 43, 44, 45, 46 };
	struct coverage coverage = cover();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct trial_kind *kind = trial_kind(coverage.trials[rows[i]]);
		assert_row(kind->name, kind->needs == 0);
	}
}

/* Section 12, safety: the default run is harmless. Rows 24 to 31 and 53 ask whether lies are
 * believed: only between domains of our own, or when asked for; 47 to 54 begin with a stanza. */
static void spares_strangers(void **state)
{
	(void)state;
	static const int usual[] = { 1, 8, 13, 14, 16, 18, 39, 40, 41, 42, 43 };
	struct coverage coverage = cover();
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		const struct trial_kind *kind = trial_kind(coverage.trials[usual[i]]);
		assert_row(kind->name, kind->usual);
	}
	for (int row = 24; row <= 54; row++) {
		const struct trial_kind *kind = trial_kind(coverage.trials[row]);
		assert_row(kind->name, !kind->usual || (row > 31 && row < 47));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers_the_matrix),
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(says_what_it_does_and_wants),
		cmocka_unit_test(names_roles),
		cmocka_unit_test(needs_what_it_uses),
		cmocka_unit_test(asks_nothing_of_anybody),
		cmocka_unit_test(spares_strangers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
