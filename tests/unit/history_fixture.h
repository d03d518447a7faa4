/* history_fixture.h - a history in a folder of the test's own. */
#ifndef HISTORY_FIXTURE_H
#define HISTORY_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/history_inner.h"

#define DAYS (int64_t)86400

/* A folder of the test's own, and an arena; everything in it is gone at the end. */
struct place {
	struct arena *mem;
	const char *folder, *file;
};

static inline int setup(void **state)
{
	struct arena *mem = arena_new();
	struct place *place = arena_alloc(mem, sizeof(*place));
	char *folder = arena_copy(mem, "/tmp/test_history.XXXXXX");
	assert_non_null(mkdtemp(folder));
	place->mem = mem;
	place->folder = folder;
	place->file = arena_printf(mem, "%s/history.db", folder);
	*state = place;
	return 0;
}

static inline int teardown(void **state)
{
	struct place *place = *state;
	struct arena *mem = place->mem;
	pid_t child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", "--", place->folder, (char *)NULL);
		_exit(1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	arena_free(&mem);
	return status;
}

static inline struct history *open_at(const char *path)
{
	struct history *history = NULL;
	struct err err;
	if (!history_open(path, &history, &err))
		fail_msg("%s", err.text);
	return history;
}

/* A certificate of 90 days, issued when it is first seen: sha "old", seen at day 0. */
static inline struct sighting sighting(const char *sha256, const char *place, int day)
{
	return (struct sighting){
		.domain = "a.example",
		.service = SERVICE_C2S,
		.place = place,
		.sha256 = sha256,
		.spki_sha256 = sha256,
		.subject = "CN=a.example",
		.issuer = "CN=R1,O=Good CA",
		.authority = "Good CA",
		.names = "a.example",
		.not_before = 0,
		.not_after = 90 * DAYS,
		.last = day * DAYS,
		.trusted = true,
	};
}

/* Sees one, which must be remembered; "new-authority", with "!" behind if it is loud. */
static inline const char *see(struct history *history, const struct sighting *now, bool accept,
			      struct arena *mem)
{
	struct change_facts facts;
	struct err err;
	if (!history_see(history, now, 1, accept, mem, &facts, &err))
		fail_msg("%s", err.text);
	return arena_printf(mem, "%s%s", change_class_text(facts.class), facts.expected ? "" : "!");
}

/* By itself, so that no handle of ours is in it. */
static inline void sql(const char *path, const char *statements)
{
	sqlite3 *db = NULL;
	char *problem = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, statements, NULL, NULL, &problem) != SQLITE_OK)
		fail_msg("%s: %s", statements, problem);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* What the first column of the first row says. */
static inline const char *answer(const char *path, const char *question, struct arena *mem)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *query = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, question, -1, &query, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	const char *text = arena_copy(mem, (const char *)sqlite3_column_text(query, 0));
	sqlite3_finalize(query);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return text;
}

/* How schema 1 was, with what it kept: frozen here, whatever the ladder says. */
static const char schema_1[] =
	"PRAGMA application_id = 0x58544c53; PRAGMA user_version = 1;"
	"CREATE TABLE sighting (id INTEGER PRIMARY KEY, domain TEXT NOT NULL, service TEXT NOT NULL,"
	" place TEXT NOT NULL, sha256 TEXT NOT NULL, spki_sha256 TEXT NOT NULL,"
	" subject TEXT NOT NULL, issuer TEXT NOT NULL, not_before INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" accepted INTEGER NOT NULL, UNIQUE (domain, service, place, sha256)) STRICT;"
	"INSERT INTO sighting VALUES (1, 'a.example', 'c2s', 'p', 'old', 'old', 'CN=a.example',"
	" 'CN=R1,O=Good CA', 0, 7776000, 86400, 172800, 1)";

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
