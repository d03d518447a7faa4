#include "history_fixture.h"

#include <pthread.h>

/* A service as its days go by. */
static const struct visit {
	const char *name, *sha256, *place;
	int day;
	bool accept;
	const char *change;
} visits[] = {
	{ "trust on first use", "old", "p", 0, false, "first" },
	{ "again", "old", "p", 1, false, "none" },
	{ "another address", "old", "q", 1, false, "new-endpoint" },
	{ "an emergency", "new", "p", 2, false, "renewed-new-key!" },
	{ "stays loud", "new", "p", 3, false, "renewed-new-key!" },
	{ "stays loud though the old one is due by now", "new", "p", 80, false,
	  "renewed-new-key!" },
	{ "acknowledged", "new", "p", 82, true, "renewed-new-key" },
	{ "quiet from then on", "new", "p", 83, false, "none" },
	{ "known at the other address, too", "new", "q", 83, false, "renewed-new-key" },
	{ "and quiet there", "new", "q", 84, false, "none" },
	{ "put back", "old", "p", 85, false, "reappeared!" },
	{ "still put back", "old", "p", 86, false, "reappeared!" },
	{ "in its place again", "new", "p", 87, false, "none" },
	{ "put back once more", "old", "p", 88, false, "reappeared!" },
	{ "let it be so", "old", "p", 88, true, "reappeared" },
	{ "quiet", "old", "p", 89, false, "none" },
	{ "they take turns", "new", "p", 90, false, "none" },
	{ "they take turns 2", "old", "p", 91, false, "none" },
	{ "they take turns 3", "new", "p", 121, false, "none" },
	{ "not at the other address", "old", "q", 122, false, "reappeared!" },
	{ "a renewal after the end", "third", "q", 123, false, "renewed-new-key" },
};

static void tells_what_changed(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	for (size_t i = 0; i < ARRAY_SIZE(visits); i++) {
		const struct visit *visit = &visits[i];
		struct sighting now = sighting(visit->sha256, visit->place, visit->day);
		assert_row_string(visit->name, see(history, &now, visit->accept, place->mem),
				  visit->change);
		if (i % 5 == 4) { /* it is all in the file */
			history_close(&history);
			history = open_at(place->file);
		}
	}
	struct sighting other = sighting("new", "p", 3);
	other.service = SERVICE_S2S;
	assert_string_equal(see(history, &other, false, place->mem), "first");
	other.domain = "b.example";
	assert_string_equal(see(history, &other, false, place->mem), "first");
}

static void takes_all_of_a_first_look_on_trust(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	struct sighting now[] = { sighting("rsa", "p", 0), sighting("ecdsa", "q", 0),
				  sighting("rsa", "r", 0) };
	struct change_facts changes[3];
	struct err err;
	for (int day = 0; day < 3; day++) {
		assert_true(history_see(history, now, 3, false, place->mem, changes, &err));
		for (int i = 0; i < 3; i++) {
			assert_int_equal(changes[i].class, day ? CHANGE_NONE : CHANGE_FIRST);
			assert_true(changes[i].expected);
			now[i].last += DAYS;
		}
	}
	assert_true(history_see(history, NULL, 0, false, place->mem, NULL, &err));
}

static void keeps_rows(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	struct sighting *rows = NULL, now = sighting("b", "p", 10);
	size_t count = 99;
	struct err err;
	assert_true(history_list(history, NULL, place->mem, &rows, &count, &err));
	assert_int_equal(count, 0);
	see(history, &now, false, place->mem);
	now.last = 20 * DAYS;
	now.trusted = false;
	see(history, &now, false, place->mem);
	now.last = 15 * DAYS; /* a clock that was put back */
	see(history, &now, false, place->mem);
	now = sighting("a", "p", 12);
	see(history, &now, false, place->mem);
	now = sighting("b", "o", 12);
	see(history, &now, false, place->mem);
	now.service = SERVICE_S2S;
	see(history, &now, false, place->mem);
	now.domain = "Z.example";
	see(history, &now, false, place->mem);
	assert_true(history_list(history, "a.example", place->mem, &rows, &count, &err));
	assert_int_equal(count, 4);
	static const char *const order[] = { "c2s o b", "c2s p b", "c2s p a", "s2s o b" };
	for (size_t i = 0; i < count; i++)
		assert_row_string("order",
				  arena_printf(place->mem, "%s %s %s",
					       service_name(rows[i].service), rows[i].place,
					       rows[i].sha256),
				  order[i]);
	const struct sighting *row = &rows[1];
	assert_string_equal(row->domain, "a.example");
	assert_string_equal(row->spki_sha256, "b");
	assert_string_equal(row->subject, "CN=a.example");
	assert_string_equal(row->issuer, "CN=R1,O=Good CA");
	assert_string_equal(row->authority, "Good CA");
	assert_string_equal(row->names, "a.example");
	assert_int_equal(row->not_before, 0);
	assert_int_equal(row->not_after, 90 * DAYS);
	assert_int_equal(row->first, 10 * DAYS);
	assert_int_equal(row->last, 20 * DAYS);
	assert_true(row->accepted);
	assert_false(row->trusted);
	assert_false(rows[2].accepted);
	assert_true(history_list(history, NULL, place->mem, &rows, &count, &err));
	assert_int_equal(count, 5);
	assert_string_equal(rows[0].domain, "Z.example");
	assert_true(history_list(history, "nobody.example", place->mem, &rows, &count, &err));
	assert_int_equal(count, 0);
}

/* Bound, never part of a statement; and what comes back is what went in. */
static void bears_hostile_text(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	const size_t size = 3 << 20;
	char *large = arena_alloc(place->mem, size + 1);
	for (size_t i = 0; i < size; i++)
		large[i] = (char)(1 + i % 255); /* every octet but NUL: no UTF-8 at all */
	static const char evil[] = "'; DROP TABLE sighting; --\"\x1b[31m\xff\xfe?1";
	struct sighting now = sighting("sha", evil, 0), *rows;
	now.domain = evil;
	now.subject = now.issuer = now.names = large;
	now.authority = NULL;
	assert_string_equal(see(history, &now, false, place->mem), "first");
	assert_string_equal(see(history, &now, false, place->mem), "none");
	size_t count;
	struct err err;
	assert_true(history_list(history, evil, place->mem, &rows, &count, &err));
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].place, evil);
	assert_string_equal(rows[0].subject, large);
	assert_string_equal(rows[0].names, large);
	assert_string_equal(rows[0].authority, "");
}

/* A peer that shows every visitor another large certificate, under ever new addresses. */
static void reads_no_more_than_it_needs(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	char *large = arena_alloc(place->mem, (64 << 10) + 1);
	memset(large, 'x', 64 << 10);
	struct sighting now[40];
	struct change_facts changes[40];
	struct err err;
	for (int visit = 0; visit < 8; visit++) {
		for (int i = 0; i < 40; i++) {
			now[i] = sighting(i % 2 ? "same"
						: arena_printf(place->mem, "%d-%d", visit, i),
					  arena_printf(place->mem, "p%d-%d", visit, i), visit);
			now[i].names = now[i].subject = large;
		}
		assert_true(history_see(history, now, 40, true, place->mem, changes, &err));
	}
	now[0].last = now[1].last = 9 * DAYS;
	size_t used = arena_used(place->mem);
	assert_true(history_see(history, now, 2, false, place->mem, changes, &err));
	assert_int_equal(changes[0].class, CHANGE_NONE);
	assert_int_equal(changes[1].class, CHANGE_NONE);
	assert_true(arena_used(place->mem) - used < 1 << 20); /* of 40 MiB */
}

static void migrates_an_older_schema(void **state)
{
	struct place *place = *state;
	sql(place->file, schema_1);
	CLEANUP(history_close) struct history *history = open_at(place->file);
	assert_string_equal(answer(place->file, "PRAGMA user_version", place->mem), "2");
	struct sighting *rows, now = sighting("new", "p", 80);
	size_t count;
	struct err err;
	assert_true(history_list(history, NULL, place->mem, &rows, &count, &err));
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].sha256, "old");
	assert_int_equal(rows[0].first, DAYS);
	assert_string_equal(rows[0].authority, "");
	assert_string_equal(rows[0].names, "");
	assert_true(rows[0].accepted);
	assert_false(rows[0].trusted);
	/* nothing that was not known then makes an alarm */
	assert_string_equal(see(history, &now, false, place->mem), "renewed-new-key");
}

/* One that was migrated is as one that is new. */
static void has_one_schema(void **state)
{
	struct place *place = *state;
	static const char schema[] = "SELECT group_concat(sql, char(10)) FROM"
				     " (SELECT sql FROM sqlite_schema ORDER BY name)";
	CLEANUP(history_close) struct history *history = open_at(place->file);
	history_close(&history);
	const char *new_one = answer(place->file, schema, place->mem);
	assert_int_equal(unlink(place->file), 0);
	sql(place->file, schema_1);
	history = open_at(place->file);
	const char *columns = "SELECT group_concat(name) FROM pragma_table_info('sighting')";
	assert_non_null(strstr(answer(place->file, columns, place->mem),
			       "accepted,authority,names,trusted"));
	assert_non_null(strstr(answer(place->file, schema, place->mem), "sighting_by_time"));
	assert_int_equal(strtol(answer(place->file, "SELECT count(*) FROM sqlite_schema",
				       place->mem),
				NULL, 10),
			 4);
	assert_non_null(strstr(new_one, "sighting_by_time"));
	assert_string_equal(answer(place->file, "PRAGMA journal_mode", place->mem), "wal");
}

#define THREADS 4
#define VISITS  25

struct visitor {
	pthread_t thread;
	struct history *history;
	const char *name;
	int wrong;
};

static void *visit_often(void *arg)
{
	struct visitor *visitor = arg;
	CLEANUP(arena_free) struct arena *mem = arena_new();
	for (int i = 0; i < VISITS; i++) {
		struct sighting now = sighting("x", arena_printf(mem, "p%d", i), i);
		struct change_facts facts;
		struct err err;
		now.domain = visitor->name;
		if (!history_see(visitor->history, &now, 1, false, mem, &facts, &err) ||
		    facts.class != (i ? CHANGE_NEW_PLACE : CHANGE_FIRST))
			visitor->wrong++;
	}
	return NULL;
}

/* Half of them through one handle, half through another. */
static void serves_many_threads(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *one = open_at(place->file);
	CLEANUP(history_close) struct history *other = open_at(place->file);
	struct visitor visitors[THREADS];
	for (int i = 0; i < THREADS; i++) {
		visitors[i] = (struct visitor){
			.history = i % 2 ? one : other,
			.name = arena_printf(place->mem, "d%d", i),
		};
		assert_int_equal(
			pthread_create(&visitors[i].thread, NULL, visit_often, &visitors[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(visitors[i].thread, NULL);
		assert_int_equal(visitors[i].wrong, 0);
	}
	struct sighting *rows;
	size_t count;
	struct err err;
	assert_true(history_list(one, NULL, place->mem, &rows, &count, &err));
	assert_int_equal(count, THREADS * VISITS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_what_changed),
		TEST(takes_all_of_a_first_look_on_trust),
		TEST(keeps_rows),
		TEST(bears_hostile_text),
		TEST(reads_no_more_than_it_needs),
		TEST(migrates_an_older_schema),
		TEST(has_one_schema),
		TEST(serves_many_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
