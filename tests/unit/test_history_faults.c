/* Where the history cannot be, or cannot be written. */
#include "history_fixture.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define NOBODY 65534

static const char *refusal(const char *path, struct arena *mem)
{
	struct history *history = NULL;
	struct err err;
	if (history_open(path, &history, &err)) {
		history_close(&history);
		return NULL;
	}
	assert_null(history);
	assert_int_equal(err.stage, AT_FILE);
	return arena_copy(mem, err.text);
}

static const struct refused {
	const char *name, *sql, *octets, *sentence; /* behind the file's name */
} refused[] = {
	{ "newer", "PRAGMA application_id = 0x58544c53; PRAGMA user_version = 3; CREATE TABLE t(a)",
	  NULL, " was written by a newer version (schema 3, this one knows 2)" },
	{ "much newer",
	  "PRAGMA application_id = 0x58544c53; PRAGMA user_version = 2147483647; CREATE TABLE t(a)",
	  NULL, " was written by a newer version (schema 2147483647, this one knows 2)" },
	{ "negative", "PRAGMA application_id = 0x58544c53; PRAGMA user_version = -1", NULL,
	  " is a database, but not a history of xmpp-tls-tools" },
	{ "somebody else's", "CREATE TABLE t(a)", NULL,
	  " is a database, but not a history of xmpp-tls-tools" },
	{ "somebody else's, with a version", "PRAGMA user_version = 2; CREATE TABLE sighting(a)",
	  NULL, " is a database, but not a history of xmpp-tls-tools" },
	{ "no database", NULL, "This is a text, and a long one, for SQLite reads a whole header.",
	  " is no SQLite database" },
	{ "a table like ours",
	  "PRAGMA application_id = 0x58544c53; PRAGMA user_version = 2;"
	  "CREATE TABLE sighting(domain)",
	  NULL, ": no such column: s.service" },
};

static void refuses_other_files(void **state)
{
	struct place *place = *state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *row = &refused[i];
		unlink(place->file);
		if (row->sql)
			sql(place->file, row->sql);
		FILE *file = row->octets ? fopen(place->file, "w") : NULL;
		if (file) {
			for (int line = 0; line < 20; line++)
				fputs(row->octets, file);
			fclose(file);
		}
		const char *got = refusal(place->file, place->mem);
		assert_row_string(row->name, got,
				  arena_printf(place->mem, "%s%s", place->file, row->sentence));
	}
}

/* A page of the table is overwritten: told, not believed. */
static void bears_a_damaged_file(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	for (int i = 0; i < 200; i++) {
		struct sighting now = sighting(arena_printf(place->mem, "%d", i), "p", 0);
		see(history, &now, true, place->mem);
	}
	history_close(&history);
	FILE *file = fopen(place->file, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	long end = ftell(file);
	for (long at = 8192; at < end; at++) { /* behind the schema */
		fseek(file, at, SEEK_SET);
		fputc((int)(at * 7 % 251), file);
	}
	fclose(file);
	struct err err;
	if (!history_open(place->file, &history, &err))
		return;
	struct sighting now = sighting("x", "p", 1);
	struct change_facts facts = { .class = CHANGE_FIRST };
	assert_false(history_see(history, &now, 1, false, place->mem, &facts, &err));
	assert_int_equal(facts.class, CHANGE_NOT_CHECKED);
	assert_non_null(strstr(err.text, " is damaged: "));
}

static mode_t mode_of(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static void makes_what_is_missing_for_the_user_alone(void **state)
{
	struct place *place = *state;
	static const mode_t masks[] = { 0, 022, 0777 };
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		const char *top = arena_printf(place->mem, "%s/%zu", place->folder, i);
		const char *file = arena_printf(place->mem, "%s/deep//er/h.db", top);
		mode_t before = umask(masks[i]);
		CLEANUP(history_close) struct history *history = open_at(file);
		struct sighting now = sighting("x", "p", 1);
		see(history, &now, false, place->mem);
		umask(before);
		assert_int_equal(mode_of(top), 0700);
		assert_int_equal(mode_of(arena_printf(place->mem, "%s/deep/er", top)), 0700);
		assert_int_equal(mode_of(file), 0600);
		assert_int_equal(mode_of(arena_printf(place->mem, "%s-wal", file)), 0600);
	}
	/* what is there stays as its owner wants it */
	const char *shared = arena_printf(place->mem, "%s/shared.db", place->folder);
	sql(shared, schema_1);
	assert_int_equal(chmod(shared, 0664), 0);
	struct history *history = open_at(shared);
	history_close(&history);
	assert_int_equal(mode_of(shared), 0664);
}

static void finds_its_default_place(void **state)
{
	struct place *place = *state;
	const char *home = arena_printf(place->mem, "%s/home", place->folder);
	const char *data = arena_printf(place->mem, "%s/state", place->folder);
	const struct row {
		const char *name, *state, *home, *file;
	} rows[] = {
		{ "XDG_STATE_HOME", data, home, "/state/xmpp-tls-tools/history.db" },
		{ "not set", NULL, home, "/home/.local/state/xmpp-tls-tools/history.db" },
		{ "empty", "", home, "/home/.local/state/xmpp-tls-tools/history.db" },
		{ "relative", "state", home, "/home/.local/state/xmpp-tls-tools/history.db" },
		{ "neither", NULL, NULL, NULL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		unsetenv("XDG_STATE_HOME");
		unsetenv("HOME");
		if (row->state)
			setenv("XDG_STATE_HOME", row->state, 1);
		if (row->home)
			setenv("HOME", row->home, 1);
		if (row->file) {
			CLEANUP(history_close) struct history *history = open_at(NULL);
			const char *file = arena_printf(place->mem, "%s%s", place->folder,
							row->file);
			assert_row_string(row->name, history->file.path, file);
			assert_row(row->name, mode_of(file) == 0600);
			assert_int_equal(unlink(file), 0);
		} else {
			assert_row_string(row->name, refusal(NULL, place->mem),
					  "no place for the history: neither XDG_STATE_HOME nor "
					  "HOME is set");
		}
	}
}

static void takes_every_name_for_a_file(void **state)
{
	struct place *place = *state;
	static const char *const names[] = { ":memory:", "file:x?mode=memory", "a b%?#'\"\xff",
					     "link" };
	char *old = getcwd(NULL, 0);
	assert_int_equal(chdir(place->folder), 0);
	assert_int_equal(symlink("elsewhere", "link"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP(history_close) struct history *history = open_at(names[i]);
		struct sighting now = sighting("x", "p", 1);
		see(history, &now, false, place->mem);
		history_close(&history);
		assert_row(names[i], access(names[i], F_OK) == 0);
		history = open_at(names[i]);
		assert_row_string(names[i], see(history, &now, false, place->mem), "none");
	}
	assert_int_equal(access("elsewhere", F_OK), 0);
	assert_string_equal(refusal("", place->mem), "the history has no file name");
	assert_string_equal(refusal(".", place->mem), "./. is no file");
	assert_string_equal(refusal("/dev/null", place->mem), "/dev/null is no file");
	assert_string_equal(refusal("link/x", place->mem),
			    "./link/x cannot be made: Not a directory");
	assert_int_equal(chdir(old), 0);
	free(old);
}

/* In a process that may write nowhere; skipped where this one may not become another user. Says
 * what went wrong, or nothing. */
static void as_nobody(struct place *place, const char *(*check)(struct place *place))
{
	int pipes[2];
	char text[400] = "";
	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();
	if (child == 0) {
		const char *problem = NULL;
		if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			problem = "cannot become nobody";
		else
			problem = check(place);
		if (problem && write(pipes[1], problem, strlen(problem)) < 0)
			_exit(2);
		_exit(0);
	}
	close(pipes[1]);
	ssize_t got = read(pipes[0], text, sizeof(text) - 1);
	close(pipes[0]);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	if (got > 0)
		fail_msg("%s", text);
}

/* Judged, not remembered, and said so. */
static const char *reads_only(struct place *place, const char *path)
{
	struct history *history = NULL;
	struct sighting now[] = { sighting("old", "p", 5), sighting("new", "p", 5) };
	struct change_facts facts[2];
	struct err err;
	if (!history_open(path, &history, &err))
		return arena_printf(place->mem, "not opened: %s", err.text);
	if (history_see(history, now, 2, true, place->mem, facts, &err))
		return "written?";
	const char *problem = NULL;
	if (facts[0].class != CHANGE_NONE || facts[1].class != CHANGE_RENEWED_NEW_KEY ||
	    facts[1].expected)
		problem = "judged wrongly";
	else if (strcmp(err.text, arena_printf(place->mem,
					       "%s can only be read: what is seen now is not "
					       "remembered",
					       path)) != 0)
		problem = arena_copy(place->mem, err.text);
	history_close(&history);
	return problem;
}

static const char *reads_a_file_only(struct place *place)
{
	return reads_only(place, place->file);
}

static const char *cannot_make_a_file(struct place *place)
{
	const char *file = arena_printf(place->mem, "%s/new.db", place->folder);
	const char *deep = arena_printf(place->mem, "%s/new/h.db", place->folder);
	const char *got = refusal(file, place->mem);
	if (!got || strcmp(got, arena_printf(place->mem, "%s cannot be made: Permission denied",
					     file)) != 0)
		return got ? got : "made";
	got = refusal(deep, place->mem);
	if (!got || strcmp(got, arena_printf(place->mem, "%s/new cannot be made: Permission denied",
					     place->folder)) != 0)
		return got ? got : "made";
	return NULL;
}

static const char *cannot_migrate(struct place *place)
{
	const char *got = refusal(place->file, place->mem);
	const char *wanted = arena_printf(place->mem,
					  "%s has the older schema 1 and can only be read, so it "
					  "cannot be brought to 2",
					  place->file);
	return got && strcmp(got, wanted) == 0 ? NULL : got ? got : "opened";
}

static const char *cannot_open(struct place *place)
{
	const char *got = refusal(place->file, place->mem);
	const char *wanted = arena_printf(place->mem, "%s: Permission denied", place->file);
	return got && strcmp(got, wanted) == 0 ? NULL : got ? got : "opened";
}

static void reads_what_it_may_not_write(void **state)
{
	struct place *place = *state;
	if (geteuid() != 0)
		skip();
	CLEANUP(history_close) struct history *history = open_at(place->file);
	struct sighting now = sighting("old", "p", 1);
	see(history, &now, false, place->mem);
	assert_int_equal(chmod(place->file, 0644), 0);
	assert_int_equal(chmod(place->folder, 0755), 0);
	assert_int_equal(chmod(arena_printf(place->mem, "%s-wal", place->file), 0644), 0);
	assert_int_equal(chmod(arena_printf(place->mem, "%s-shm", place->file), 0644), 0);
	as_nobody(place, reads_a_file_only); /* somebody else's, at work */
	history_close(&history);
	as_nobody(place, reads_a_file_only); /* ... at rest, in a folder that is not ours */
	as_nobody(place, cannot_make_a_file);
	assert_int_equal(chmod(place->folder, 0777), 0);
	as_nobody(place, reads_a_file_only); /* ... in a folder that is */
	assert_int_equal(chmod(place->file, 0600), 0);
	as_nobody(place, cannot_open);
	assert_int_equal(unlink(place->file), 0);
	sql(place->file, schema_1);
	assert_int_equal(chmod(place->file, 0644), 0);
	as_nobody(place, cannot_migrate);
}

/* All that is written from here on fails, as on a disk with no room. */
static const char *has_no_room(struct place *place)
{
	struct history *history = open_at(place->file);
	const struct rlimit limit = { 0, 0 };
	struct sighting now = sighting("new", "p", 5);
	struct change_facts facts;
	struct err err;
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return "no limit";
	for (int i = 0; i < 2; i++) {
		if (history_see(history, &now, 1, true, place->mem, &facts, &err))
			return "written?";
		if (facts.class != CHANGE_RENEWED_NEW_KEY || facts.expected)
			return "judged wrongly";
		if (strncmp(err.text, place->file, strlen(place->file)) != 0)
			return arena_copy(place->mem, err.text);
	}
	history_close(&history);
	/* and none to open it in */
	return reads_only(place, place->file);
}

static void judges_where_nothing_can_be_written(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	struct sighting now = sighting("old", "p", 1);
	see(history, &now, false, place->mem);
	history_close(&history);
	assert_int_equal(chown(place->folder, NOBODY, NOBODY) == 0 || geteuid() != 0, 1);
	assert_int_equal(chown(place->file, NOBODY, NOBODY) == 0 || geteuid() != 0, 1);
	as_nobody(place, has_no_room);
	history = open_at(place->file);
	now = sighting("new", "p", 6);
	assert_string_equal(see(history, &now, false, place->mem), "renewed-new-key!");
}

/* On a disk of 256 KiB until it is full; then what was acknowledged is there, and all is judged. */
static void survives_a_full_disk(void **state)
{
	struct place *place = *state;
	if (mount("tmpfs", place->folder, "tmpfs", 0, "size=256k") != 0)
		skip();
	struct history *history = open_at(place->file);
	struct change_facts facts;
	struct err err = { .code = ERR_NONE };
	int kept = 0;
	for (; kept < 10000; kept++) {
		struct sighting now = sighting(arena_printf(place->mem, "%d", kept), "p", 0);
		if (!history_see(history, &now, 1, true, place->mem, &facts, &err))
			break;
	}
	struct sighting *rows = NULL;
	size_t count = 0;
	enum change_class class = facts.class;
	bool listed = history_list(history, NULL, place->mem, &rows, &count,
				   &(struct err){ .code = ERR_NONE });
	history_close(&history);
	const char *check = answer(place->file, "PRAGMA integrity_check", place->mem);
	assert_int_equal(umount(place->folder), 0);
	assert_true(kept > 10 && kept < 10000);
	assert_string_equal(err.text, arena_printf(place->mem, "%s cannot grow: the disk is full",
						   place->file));
	assert_int_equal(class, CHANGE_RENEWED_NEW_KEY);
	assert_true(listed);
	assert_int_equal(count, kept);
	assert_string_equal(check, "ok");
}

static void says_when_another_process_does_not_let_go(void **state)
{
	struct place *place = *state;
	CLEANUP(history_close) struct history *history = open_at(place->file);
	struct sighting now = sighting("old", "p", 1);
	struct change_facts facts;
	struct err err;
	sqlite3 *other = NULL;
	see(history, &now, false, place->mem);
	sqlite3_busy_timeout(history->file.db, 1); /* for a test, 10 s are too many */
	assert_int_equal(sqlite3_open(place->file, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(history_see(history, &now, 1, false, place->mem, &facts, &err));
	assert_string_equal(err.text,
			    arena_printf(place->mem, "%s was in use by another process for 10 s",
					 place->file));
	assert_int_equal(facts.class, CHANGE_NONE);
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_string_equal(see(history, &now, false, place->mem), "none");
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_other_files),
		TEST(bears_a_damaged_file),
		TEST(makes_what_is_missing_for_the_user_alone),
		TEST(finds_its_default_place),
		TEST(takes_every_name_for_a_file),
		TEST(reads_what_it_may_not_write),
		TEST(judges_where_nothing_can_be_written),
		TEST(survives_a_full_disk),
		TEST(says_when_another_process_does_not_let_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
