#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "facts_fixture.h"
#include "judge/parts.h"
#include "store/change.h"

#define NEW_YEAR (int64_t)1767225600 /* 2026-01-01: day 0 of the rows */

/* The certificates of the rows. Days of validity as in "day 0". */
static const struct model {
	char letter;
	const char *key, *authority, *names;
	int from, to;
	bool trusted;
} models[] = {
	{ 'O', "k1", "Good CA", "a.example b.example", 0, 90, true },
	{ 'K', "k1", "Good CA", "a.example b.example", 60, 150, true },
	{ 'N', "k2", "Good CA", "a.example b.example", 60, 150, true },
	{ 'M', "k3", "Good CA", "a.example b.example", 100, 190, true },
	{ 'A', "k2", "Evil CA", "a.example b.example", 60, 150, true },
	{ 'B', "k2", "Evil CA", "a.example", 60, 150, true },
	{ 'D', "k2", "Good CA", "a.example c.example", 60, 150, true },
	{ 'P', "k2", "Good CA", "a.example b.example c.example", 60, 150, true },
	{ 'R', "k2", "Good CA", "b.example a.example", 60, 150, true }, /* not sorted */
	{ 'U', "k2", "Good CA", "a.example b.example", 60, 150, false },
	{ 'S', "k4", "CN=self", "a.example", 0, 90, false },
	{ 'T', "k4", "CN=self", "a.example", 60, 150, false },
	{ 'V', "k5", "CN=self", "a.example", 60, 150, false },
	{ '1', "k1", "", "", 0, 90, false }, /* as schema 1 kept it */
	{ 'H', "k1", "Good CA", "a.example b.example", 60, 66, true },
	{ 'I', "k2", "Good CA", "a.example b.example", 63, 69, true },
	{ 'Y', "k1", "Good CA", "a.example b.example", -200, 165, true },
	{ 'h', "k1", "Good CA", "a.example b.example", 64, 65, true },
	{ '0', "", "", "", 60, 150, true }, /* nothing is known of it */
};

static struct sighting sighting(char letter, const char *place, int first, int last,
				struct arena *mem)
{
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct model *model = &models[i];
		if (model->letter != letter)
			continue;
		return (struct sighting){
			.domain = "a.example",
			.service = SERVICE_C2S,
			.place = arena_copy(mem, place),
			/* schema 1 kept O, only less of it */
			.sha256 = arena_printf(mem, "sha-%c", letter == '1' ? 'O' : letter),
			.spki_sha256 = model->key,
			.subject = "CN=a.example",
			.issuer = arena_printf(mem, "CN=R1,O=%s",
					       *model->authority ? model->authority : "Good CA"),
			.authority = model->authority,
			.names = model->names,
			.not_before = NEW_YEAR + model->from * DAYS,
			.not_after = NEW_YEAR + model->to * DAYS,
			.first = NEW_YEAR + first * DAYS,
			.last = NEW_YEAR + last * DAYS,
			.trusted = model->trusted,
		};
	}
	fail_msg("no certificate %c", letter);
	return (struct sighting){ 0 };
}

/* "O@a:0-40+ N@a:41-45-": certificate O at place a, seen from day 0 to day 40, accepted; N, not. */
static size_t read_known(const char *text, struct sighting *out, size_t room, struct arena *mem)
{
	size_t count = 0;
	char *list = arena_copy(mem, text), *save = NULL;
	for (char *word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char letter, place[2] = "", accepted;
		int first, last;
		assert_true(count < room);
		assert_int_equal(
			sscanf(word, "%c@%c:%d-%d%c", &letter, place, &first, &last, &accepted), 5);
		out[count] = sighting(letter, place, first, last, mem);
		out[count++].accepted = accepted == '+';
	}
	return count;
}

static const struct row {
	const char *name, *known, *now; /* known: newest `last` first; now: "N@a:65" */
	enum change_class class;
	bool expected;
	const char *previous, *reason;
} rows[] = {
	{ "nothing known", "", "O@a:5", CHANGE_FIRST, true, NULL,
	  "no certificate of this service was known before" },
	{ "nothing accepted", "N@a:1-4-", "O@a:5", CHANGE_FIRST, true, NULL,
	  "no certificate of this service was known before" },
	{ "the same", "O@a:0-40+", "O@a:41", CHANGE_NONE, true, NULL, NULL },
	{ "the same, while another one elsewhere was seen later", "N@b:41-50+ O@a:0-40+", "O@a:51",
	  CHANGE_NONE, true, NULL, NULL },
	{ "the accepted one is back after one that was not", "N@a:41-45- O@a:0-40+", "O@a:46",
	  CHANGE_NONE, true, NULL, NULL },
	{ "a new place with the known one", "O@a:0-40+", "O@b:41", CHANGE_NEW_PLACE, true, NULL,
	  "this endpoint is new; its certificate is known since 2026-01-01" },
	{ "a new place with one of two known", "N@a:30-40+ O@c:0-40+", "O@b:41", CHANGE_NEW_PLACE,
	  true, NULL, "this endpoint is new; its certificate is known since 2026-01-01" },
	{ "a new place with one that is still in use after 30 days", "N@a:40-70+ O@c:0-40+",
	  "O@b:71", CHANGE_NEW_PLACE, true, NULL,
	  "this endpoint is new; its certificate is known since 2026-01-01" },
	{ "a new place with one that nobody used for 31 days", "N@a:40-71+ O@c:0-40+", "O@b:72",
	  CHANGE_REAPPEARED, false, "sha-N",
	  "certificate first seen on 2026-01-01 is back, although another one came on 2026-02-10" },
	{ "a place that showed only what was not accepted is new", "N@b:41-45- O@a:0-40+", "O@b:46",
	  CHANGE_NEW_PLACE, true, NULL,
	  "this endpoint is new; its certificate is known since 2026-01-01" },
	{ "a new place with one that was not accepted elsewhere", "N@a:41-45- O@a:0-40+", "N@b:46",
	  CHANGE_RENEWED_NEW_KEY, false, "sha-O",
	  "certificate was replaced by one with a new key: seen since 2026-02-11, 49 of 90 days "
	  "before the end of the old one" },

	/* Renewal by the same authority: due under a half of the life or 30 days. */
	{ "same key, due", "O@a:0-65+", "K@a:66", CHANGE_RENEWED_SAME_KEY, true, "sha-O",
	  "certificate was renewed with the same key: seen since 2026-03-08, 24 of 90 days before "
	  "the end of the old one" },
	{ "new key, due", "O@a:0-65+", "N@a:66", CHANGE_RENEWED_NEW_KEY, true, "sha-O",
	  "certificate was renewed with a new key: seen since 2026-03-08, 24 of 90 days before the "
	  "end of the old one" },
	{ "new key, just under a half left", "O@a:0-45+", "N@a:46", CHANGE_RENEWED_NEW_KEY, true,
	  "sha-O",
	  "certificate was renewed with a new key: seen since 2026-02-16, 44 of 90 days before the "
	  "end of the old one" },
	{ "new key, a half left", "O@a:0-44+", "N@a:45", CHANGE_RENEWED_NEW_KEY, false, "sha-O",
	  "certificate was replaced by one with a new key: seen since 2026-02-15, 45 of 90 days "
	  "before the end of the old one" },
	{ "new key, an emergency", "O@a:0-28+", "N@a:29", CHANGE_RENEWED_NEW_KEY, false, "sha-O",
	  "certificate was replaced by one with a new key: seen since 2026-01-30, 61 of 90 days "
	  "before the end of the old one" },
	{ "same key, too early", "O@a:0-28+", "K@a:29", CHANGE_RENEWED_SAME_KEY, false, "sha-O",
	  "certificate was replaced by one with the same key: seen since 2026-01-30, 61 of 90 days "
	  "before the end of the old one" },
	{ "after its end", "O@a:0-80+", "N@a:93", CHANGE_RENEWED_NEW_KEY, true, "sha-O",
	  "certificate was renewed with a new key: seen since 2026-04-04, 3 days after the end of "
	  "the old one" },
	{ "a year's, 200 days left", "Y@a:-200--36+", "N@a:-35", CHANGE_RENEWED_NEW_KEY, false,
	  "sha-Y",
	  "certificate was replaced by one with a new key: seen since 2025-11-27, 200 of 365 days "
	  "before the end of the old one" },
	{ "six days', 3 left", "H@a:60-62+", "I@a:63", CHANGE_RENEWED_NEW_KEY, true, "sha-H",
	  "certificate was renewed with a new key: seen since 2026-03-05, 3 of 6 days before the "
	  "end of the old one" },
	{ "a day's, all left", "h@a:64-64+", "N@a:64", CHANGE_RENEWED_NEW_KEY, true, "sha-h",
	  "certificate was renewed with a new key: seen since 2026-03-06, 24 of 24 hours before "
	  "the end of the old one" },
	{ "stays loud though the old one came due meanwhile", "N@a:29-79- O@a:0-28+", "N@a:80",
	  CHANGE_RENEWED_NEW_KEY, false, "sha-O",
	  "certificate was replaced by one with a new key: seen since 2026-01-30, 61 of 90 days "
	  "before the end of the old one" },
	{ "quiet once accepted", "N@a:29-79+ O@a:0-28+", "N@a:80", CHANGE_NONE, true, NULL, NULL },
	{ "accepted elsewhere", "N@b:29-30+ O@a:0-28+", "N@a:31", CHANGE_RENEWED_NEW_KEY, true,
	  "sha-O",
	  "certificate was renewed with a new key: seen since 2026-01-30, 61 of 90 days before the "
	  "end of the old one, and is accepted at another endpoint" },
	{ "accepted elsewhere, long ago", "O@a:0-70+ N@b:5-30+", "N@a:71", CHANGE_RENEWED_NEW_KEY,
	  false, "sha-O",
	  "certificate was replaced by one with a new key: seen since 2026-01-06, 85 of 90 days "
	  "before the end of the old one" },
	{ "names in another order", "O@a:0-65+", "R@a:66", CHANGE_RENEWED_NEW_KEY, true, "sha-O",
	  "certificate was renewed with a new key: seen since 2026-03-08, 24 of 90 days before the "
	  "end of the old one" },

	/* Whoever writes the same issuer proves nothing. */
	{ "due, but not trusted any more", "O@a:0-65+", "U@a:66", CHANGE_RENEWED_NEW_KEY, false,
	  "sha-O",
	  "certificate was replaced by one with a new key: seen since 2026-03-08, 24 of 90 days "
	  "before the end of the old one, and is not trusted, as the old one was" },
	{ "self-signed, same key", "S@a:0-65+", "T@a:66", CHANGE_RENEWED_SAME_KEY, true, "sha-S",
	  "certificate was renewed with the same key: seen since 2026-03-08, 24 of 90 days before "
	  "the end of the old one" },
	{ "self-signed, new key", "S@a:0-65+", "V@a:66", CHANGE_RENEWED_NEW_KEY, false, "sha-S",
	  "certificate was replaced by one with a new key: seen since 2026-03-08, 24 of 90 days "
	  "before the end of the old one" },

	/* Authority and names. */
	{ "another authority, due", "O@a:0-65+", "A@a:66", CHANGE_NEW_AUTHORITY, false, "sha-O",
	  "certificate is now issued by Evil CA instead of Good CA: seen since 2026-03-08, 24 of "
	  "90 days before the end of the old one" },
	{ "another authority, a name gone", "O@a:0-65+", "B@a:66", CHANGE_NEW_AUTHORITY, false,
	  "sha-O",
	  "certificate is now issued by Evil CA instead of Good CA and no longer names b.example: "
	  "seen since 2026-03-08, 24 of 90 days before the end of the old one" },
	{ "another authority, accepted elsewhere", "A@b:60-65+ O@a:0-65+", "A@a:66",
	  CHANGE_NEW_AUTHORITY, true, "sha-O",
	  "certificate is now issued by Evil CA instead of Good CA: seen since 2026-03-02, 30 of "
	  "90 days before the end of the old one, and is accepted at another endpoint" },
	{ "from self-signed to an authority", "S@a:0-65+", "B@a:66", CHANGE_NEW_AUTHORITY, false,
	  "sha-S",
	  "certificate is now issued by Evil CA instead of CN=self: seen since 2026-03-08, 24 of "
	  "90 days before the end of the old one" },
	{ "a name gone", "O@a:0-65+", "D@a:66", CHANGE_NEW_NAMES, false, "sha-O",
	  "certificate no longer names b.example and also names c.example: seen since 2026-03-08, "
	  "24 of 90 days before the end of the old one" },
	{ "a name more, due", "O@a:0-65+", "P@a:66", CHANGE_NEW_NAMES, true, "sha-O",
	  "certificate also names c.example: seen since 2026-03-08, 24 of 90 days before the end "
	  "of the old one" },
	{ "a name more, too early", "O@a:0-28+", "P@a:29", CHANGE_NEW_NAMES, false, "sha-O",
	  "certificate also names c.example: seen since 2026-01-30, 61 of 90 days before the end "
	  "of the old one" },
	{ "all names gone", "O@a:0-65+", "0@a:66", CHANGE_NEW_NAMES, false, "sha-O",
	  "certificate no longer names a.example, b.example: seen since 2026-03-08, 24 of 90 days "
	  "before the end of the old one" },
	{ "schema 1 knew less: no false alarm", "1@a:0-65+", "N@a:66", CHANGE_RENEWED_NEW_KEY, true,
	  "sha-O",
	  "certificate was renewed with a new key: seen since 2026-03-08, 24 of 90 days before the "
	  "end of the old one" },
	{ "schema 1 knew the issuer", "1@a:0-65+", "A@a:66", CHANGE_NEW_AUTHORITY, false, "sha-O",
	  "certificate is now issued by Evil CA instead of CN=R1,O=Good CA: seen since 2026-03-08, "
	  "24 of 90 days before the end of the old one" },

	/* Back again. */
	{ "put back", "N@a:66-70+ O@a:0-65+", "O@a:71", CHANGE_REAPPEARED, false, "sha-N",
	  "certificate first seen on 2026-01-01 is back, although another one came on 2026-03-08" },
	{ "put back, second look", "O@a:0-71- N@a:66-70+", "O@a:72", CHANGE_REAPPEARED, false,
	  "sha-N",
	  "certificate first seen on 2026-01-01 is back, although another one came on 2026-03-08" },
	{ "put back and accepted", "O@a:0-72+ N@a:66-70+", "O@a:73", CHANGE_NONE, true, NULL,
	  NULL },
	{ "put back though still in use elsewhere", "O@b:0-70+ N@a:66-70+", "O@a:71",
	  CHANGE_REAPPEARED, false, "sha-N",
	  "certificate first seen on 2026-01-01 is back, although another one came on 2026-03-08" },
	{ "one that was never accepted, after a later one", "M@a:66-70+ N@a:20-30- O@a:0-65+",
	  "N@a:71", CHANGE_REAPPEARED, false, "sha-M",
	  "certificate first seen on 2026-01-21 is back, although another one came on 2026-03-08" },
	{ "a node that lags is no step back", "N@b:60-70+ N@a:68-70+ M@b:71-72+", "M@a:73",
	  CHANGE_RENEWED_NEW_KEY, true, "sha-N", NULL },
	{ "a node that lagged two behind", "M@b:65-72+ N@a:68-70+ N@b:60-64+", "M@a:73",
	  CHANGE_RENEWED_NEW_KEY, true, "sha-N", NULL },

	/* Two that take turns. */
	{ "the newer one's turn", "O@a:0-72+ N@a:66-70+", "N@a:73", CHANGE_NONE, true, NULL, NULL },
	{ "the older one's turn", "N@a:66-73+ O@a:0-72+", "O@a:74", CHANGE_NONE, true, NULL, NULL },
	{ "after 30 days' rest", "N@a:66-102+ O@a:0-72+", "O@a:103", CHANGE_NONE, true, NULL,
	  NULL },
	{ "after 31 days' rest", "N@a:66-103+ O@a:0-72+", "O@a:104", CHANGE_REAPPEARED, false,
	  "sha-N",
	  "certificate first seen on 2026-01-01 is back, although another one came on 2026-03-08" },
	{ "the same while nobody looked for a year", "N@a:66-102+ O@a:0-72+", "O@a:467",
	  CHANGE_NONE, true, NULL, NULL },
	{ "turns elsewhere are none here", "N@b:66-73+ O@b:0-72+ N@a:66-73+", "O@a:74",
	  CHANGE_REAPPEARED, false, "sha-N", NULL },
};

static void classifies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(arena_free) struct arena *mem = arena_new();
		const struct row *row = &rows[i];
		struct sighting known[8];
		size_t count = read_known(row->known, known, ARRAY_SIZE(known), mem);
		char place[2] = { row->now[2], '\0' };
		int day = atoi(row->now + 4);
		struct sighting now = sighting(row->now[0], place, 0, day, mem);
		struct change_facts facts;
		memset(&facts, 0x5a, sizeof(facts));
		change_judge(&now, known, count, mem, &facts);
		assert_row_string(row->name, change_class_text(facts.class),
				  change_class_text(row->class));
		assert_row(row->name, facts.expected == row->expected);
		assert_row_string(row->name, facts.previous ? facts.previous->sha256 : NULL,
				  row->previous);
		if (row->reason || row->class == CHANGE_NONE)
			assert_row_string(row->name, facts.reason, row->reason);
		assert_row(row->name, facts.first_seen <= now.last);
	}
}

static void knows_since_when(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct sighting known[4];
	size_t count = read_known("O@a:20-40+ O@b:10-30- N@c:5-25+", known, 4, mem);
	struct sighting now = sighting('O', "a", 0, 41, mem);
	struct change_facts facts;
	change_judge(&now, known, count, mem, &facts);
	assert_int_equal(facts.first_seen, NEW_YEAR + 10 * DAYS);
	change_judge(&now, NULL, 0, mem, &facts);
	assert_int_equal(facts.first_seen, NEW_YEAR + 41 * DAYS);
}

/* n.0000.example n.0001.example ..., of which one in step is left out. */
static const char *many_names(size_t count, size_t step, struct arena *mem)
{
	CLEANUP(buf_free) struct buf out = buf_new(BUF_UNBOUNDED);
	for (size_t i = 0; i < count; i++) {
		if (!step || i % step)
			buf_printf(&out, "%sn.%06zu.example", out.size ? " " : "", i);
	}
	return arena_copy(mem, buf_string(&out));
}

static void bears_what_strangers_write(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	struct change_facts facts;
	struct sighting known = sighting('O', "a", 0, 65, mem),
			now = sighting('N', "a", 0, 66, mem);
	known.accepted = true;
	known.names = many_names(200000, 0, mem); /* quadratic work would take minutes */
	now.names = many_names(200000, 2, mem);
	change_judge(&now, &known, 1, mem, &facts);
	assert_int_equal(facts.class, CHANGE_NEW_NAMES);
	assert_string_equal(facts.reason,
			    "certificate no longer names n.000000.example, n.000002.example, "
			    "n.000004.example and 99997 more: seen since 2026-03-08, 24 of 90 days "
			    "before the end of the old one");
	/* cut between characters: U+00E9 takes two octets */
	char *authority = arena_alloc(mem, 100001);
	for (size_t i = 0; i < 100000; i++)
		authority[i] = i % 2 ? '\xc3' : '\xa9';
	authority[0] = 'x';
	now.authority = authority;
	now.names = known.names;
	change_judge(&now, &known, 1, mem, &facts);
	assert_int_equal(facts.class, CHANGE_NEW_AUTHORITY);
	assert_non_null(strstr(facts.reason, "\xc3\xa9... instead of Good CA"));
	assert_true(strlen(facts.reason) < 300);
	/* times at the ends of what a file can hold */
	known.not_before = known.first = INT64_MIN;
	known.not_after = known.last = INT64_MAX;
	change_judge(&now, &known, 1, mem, &facts);
	assert_false(facts.expected);
	known.not_before = INT64_MAX;
	known.not_after = known.last = INT64_MIN;
	now.last = INT64_MAX;
	change_judge(&now, &known, 1, mem, &facts);
	assert_non_null(facts.reason);
	/* nothing at all */
	const struct sighting empty = { .last = 1 };
	struct sighting accepted = { .accepted = true };
	change_judge(&empty, &accepted, 1, mem, &facts);
	assert_int_equal(facts.class, CHANGE_NONE);
	accepted.sha256 = "other";
	change_judge(&empty, &accepted, 1, mem, &facts);
	assert_int_equal(facts.class, CHANGE_RENEWED_NEW_KEY);
}

static void has_words_for_classes(void **state)
{
	(void)state;
	for (int i = CHANGE_NOT_CHECKED; i <= CHANGE_REAPPEARED; i++) {
		enum change_class class;
		const char *text = change_class_text((enum change_class)i);
		assert_true(change_class_parse(text, &class));
		assert_int_equal(class, i);
	}
	enum change_class untouched = CHANGE_NEW_NAMES;
	assert_false(change_class_parse("renewed", &untouched));
	assert_int_equal(untouched, CHANGE_NEW_NAMES);
}

static const struct judged {
	const char *name;
	enum change_class class;
	bool expected;
	const char *findings;
} judged[] = {
	{ "not checked", CHANGE_NOT_CHECKED, false, "" },
	{ "first", CHANGE_FIRST, true, "" },
	{ "none", CHANGE_NONE, true, "" },
	{ "new place", CHANGE_NEW_PLACE, true, "" },
	{ "renewed", CHANGE_RENEWED_SAME_KEY, true, "info cert-changed" },
	{ "renewed with a new key", CHANGE_RENEWED_NEW_KEY, true, "info cert-changed" },
	{ "renewed too early", CHANGE_RENEWED_SAME_KEY, false, "warning cert-changed" },
	{ "rekeyed", CHANGE_RENEWED_NEW_KEY, false, "warning cert-changed" },
	{ "new authority", CHANGE_NEW_AUTHORITY, false, "warning cert-authority-changed" },
	{ "new authority, accepted", CHANGE_NEW_AUTHORITY, true, "info cert-changed" },
	{ "new names", CHANGE_NEW_NAMES, false, "warning cert-names-changed" },
	{ "new names, accepted", CHANGE_NEW_NAMES, true, "info cert-changed" },
	{ "back", CHANGE_REAPPEARED, false, "warning cert-reappeared" },
	{ "back, accepted", CHANGE_REAPPEARED, true, "info cert-changed" },
};

/* The findings about these facts, under the default policy. */
static struct findings judge(const struct certcheck_facts *check, struct arena *mem)
{
	static const struct policy policy = { POLICY_BCP195, NULL };
	struct endpoint at = facts_endpoint(SERVICE_C2S, TRANSPORT_STARTTLS, "192.0.2.7");
	struct findings out = { 0 };
	const struct judging judging = {
		.at = &at,
		.facts = &check->walk,
		.policy = &policy,
		.mem = mem,
		.out = &out,
		.check = check,
	};
	judge_change(&judging);
	return out;
}

static void judges_changes(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (size_t i = 0; i < ARRAY_SIZE(judged); i++) {
		const struct certcheck_facts check = {
			.change = { .class = judged[i].class,
				    .expected = judged[i].expected,
				    .reason = "issued by \x1b[31mEvil" },
		};
		struct findings out = judge(&check, mem);
		assert_row_string(judged[i].name, findings_words(&out, mem), judged[i].findings);
		if (out.first)
			assert_row_string(judged[i].name, out.first->text,
					  "issued by \\x1b[31mEvil");
	}
	const struct certcheck_facts from_record = { .change.class = CHANGE_REAPPEARED };
	assert_string_equal(judge(&from_record, mem).first->text, "reappeared");
}

static void judges_pins(void **state)
{
	(void)state;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	static const struct {
		const char *name;
		bool given, matched;
		size_t chain;
		const char *findings;
	} pins[] = {
		{ "none given", false, false, 1, "" },
		{ "matched", true, true, 1, "" },
		{ "not matched", true, false, 1, "critical pin-mismatch" },
		{ "no certificate to compare", true, false, 0, "" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(pins); i++) {
		const struct certcheck_facts check = {
			.pins_given = pins[i].given,
			.pin_matched = pins[i].matched,
			.walk.tls.chain_count = pins[i].chain,
		};
		struct findings out = judge(&check, mem);
		assert_row_string(pins[i].name, findings_words(&out, mem), pins[i].findings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classifies),
		cmocka_unit_test(knows_since_when),
		cmocka_unit_test(bears_what_strangers_write),
		cmocka_unit_test(has_words_for_classes),
		cmocka_unit_test(judges_changes),
		cmocka_unit_test(judges_pins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
