#include "history_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store/logins.h"

#define ROMEO "romeo@im.example"

static void note(const char *path, const char *account, const char *mechanism, int64_t at)
{
	struct err err;
	if (!logins_note(path, account, mechanism, TLS_1_3, at, &err))
		fail_msg("%s: %s", mechanism, err.text);
}

static void forget(const char *path, const char *account)
{
	struct err err;
	if (!logins_forget(path, account, &err))
		fail_msg("%s", err.text);
}

static struct login_memory recall(const char *path, const char *account)
{
	struct login_memory memory = { .since = -1 };
	struct err err;
	if (!logins_recall(path, account, &memory, &err))
		fail_msg("%s", err.text);
	return memory;
}

static void knows_nothing_without_a_file(void **state)
{
	struct place *place = *state;
	const char *deep = arena_printf(place->mem, "%s/a/b.db", place->folder);
	const char *odd = arena_printf(place->mem, "%s/file/b.db", place->folder);
	fclose(fopen(arena_printf(place->mem, "%s/file", place->folder), "w"));
	const char *const paths[] = { place->file, deep, odd, NULL };
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct login_memory memory = recall(paths[i], ROMEO);
		assert_false(memory.known || memory.scram_used || memory.bound_in);
		forget(paths[i], ROMEO);
	}
	note(NULL, ROMEO, "PLAIN", 1);
	assert_int_not_equal(access(place->file, F_OK), 0);
	assert_int_not_equal(access(arena_printf(place->mem, "%s/a", place->folder), F_OK), 0);
}

/* One after the other, with the time as the number of the row. */
static const struct step {
	const char *mechanism, *known; /* NULL: nothing yet */
	bool scram, binding;
	int64_t since;
} steps[] = {
	{ "EXTERNAL", NULL, false, false, 0 },
	{ "ANONYMOUS", NULL, false, false, 0 },
	{ "DIGEST-MD5", NULL, false, false, 0 },
	{ "", NULL, false, false, 0 },
	{ "PLAIN", "PLAIN", false, false, 4 },
	{ "PLAIN", "PLAIN", false, false, 4 },
	{ "SCRAM-SHA-1", "SCRAM-SHA-1", true, false, 6 },
	{ "PLAIN", "SCRAM-SHA-1", true, false, 6 },
	{ "EXTERNAL", "SCRAM-SHA-1", true, false, 6 },
	{ "SCRAM-SHA-256", "SCRAM-SHA-256", true, false, 9 },
	{ "SCRAM-SHA-1", "SCRAM-SHA-256", true, false, 9 },
	{ "SCRAM-SHA-512", "SCRAM-SHA-512", true, false, 11 },
	{ "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS", true, true, 12 },
	{ "SCRAM-SHA-512", "SCRAM-SHA-1-PLUS", true, true, 12 },
	{ "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS", true, true, 14 },
	{ "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS", true, true, 14 },
	{ "SCRAM-SHA-512-PLUS", "SCRAM-SHA-512-PLUS", true, true, 16 },
	{ "PLAIN", "SCRAM-SHA-512-PLUS", true, true, 16 },
};

static void only_raises_what_it_knows(void **state)
{
	struct place *place = *state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const char *name = arena_printf(place->mem, "%zu", i);
		note(place->file, ROMEO, steps[i].mechanism, (int64_t)i);
		struct login_memory memory = recall(place->file, ROMEO);
		assert_row(name, memory.known == (steps[i].known != NULL));
		assert_row_string(name, memory.mechanism, steps[i].known);
		assert_row(name, memory.scram_used == steps[i].scram);
		assert_row(name, memory.bound_in == (steps[i].binding ? 1U << TLS_1_3 : 0));
		assert_row(name, memory.since == steps[i].since);
		/* What says nothing about SCRAM does not even make the file. */
		assert_row(name, (access(place->file, F_OK) == 0) == (steps[i].known != NULL));
	}
}

/* A server may bind in one version and not in another, as Prosody 0.12 does. */
static void remembers_in_which_versions_it_was_bound(void **state)
{
	struct place *place = *state;
	struct err err;
	note(place->file, ROMEO, "SCRAM-SHA-256", 1);
	assert_int_equal(recall(place->file, ROMEO).bound_in, 0);
	assert_true(logins_note(place->file, ROMEO, "SCRAM-SHA-1-PLUS", TLS_1_2, 2, &err));
	assert_int_equal(recall(place->file, ROMEO).bound_in, 1U << TLS_1_2);
	note(place->file, ROMEO, "SCRAM-SHA-256", 3);
	assert_int_equal(recall(place->file, ROMEO).bound_in, 1U << TLS_1_2);
	assert_true(logins_note(place->file, ROMEO, "SCRAM-SHA-1-PLUS", TLS_1_3, 4, &err));
	assert_int_equal(recall(place->file, ROMEO).bound_in, 1U << TLS_1_2 | 1U << TLS_1_3);
	assert_int_equal(recall(place->file, ROMEO).since, 2);
}

static void keeps_accounts_apart_and_forgets_one(void **state)
{
	struct place *place = *state;
	note(place->file, ROMEO, "SCRAM-SHA-256", 1);
	note(place->file, "π@bücher.example", "PLAIN", 2);
	note(place->file, "' OR 1 --@im.example", "SCRAM-SHA-1", 3);
	assert_false(recall(place->file, "ROMEO@im.example").known);
	forget(place->file, "nobody@im.example");
	forget(place->file, ROMEO);
	assert_false(recall(place->file, ROMEO).known);
	assert_string_equal(recall(place->file, "π@bücher.example").mechanism, "PLAIN");
	assert_string_equal(recall(place->file, "' OR 1 --@im.example").mechanism, "SCRAM-SHA-1");
	note(place->file, ROMEO, "PLAIN", 4);
	assert_int_equal(recall(place->file, ROMEO).since, 4);
}

static struct stat status_of(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status;
}

static void makes_folder_and_file_for_the_user_alone(void **state)
{
	struct place *place = *state;
	const char *folder = arena_printf(place->mem, "%s/deep/er", place->folder);
	const char *file = arena_printf(place->mem, "%s/l.db", folder);
	mode_t before = umask(0);
	note(file, ROMEO, "PLAIN", 1);
	umask(before);
	assert_int_equal(status_of(folder).st_mode & 07777, 0700);
	assert_int_equal(status_of(file).st_mode & 07777, 0600);
	/* nothing stays beside it */
	assert_int_not_equal(access(arena_printf(place->mem, "%s-wal", file), F_OK), 0);
	assert_int_not_equal(access(arena_printf(place->mem, "%s-journal", file), F_OK), 0);
}

/* A login a minute, as from cron, is no write a minute. */
static void writes_only_what_is_new(void **state)
{
	struct place *place = *state;
	note(place->file, ROMEO, "SCRAM-SHA-256-PLUS", 1);
	const struct timespec past[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	assert_int_equal(utimensat(AT_FDCWD, place->file, past, 0), 0);
	note(place->file, ROMEO, "SCRAM-SHA-256-PLUS", 2);
	note(place->file, ROMEO, "PLAIN", 3);
	note(place->file, ROMEO, "EXTERNAL", 4);
	recall(place->file, ROMEO);
	forget(place->file, "nobody@im.example");
	assert_int_equal(status_of(place->file).st_mtim.tv_sec, 1000);
	note(place->file, ROMEO, "SCRAM-SHA-512-PLUS", 5);
	assert_int_not_equal(status_of(place->file).st_mtim.tv_sec, 1000);
}

static void finds_its_default_place(void **state)
{
	static const struct {
		const char *state, *home, *path;
	} homes[] = {
		{ "/s", "/h", "/s/xmpp-tls-tools/logins.db" },
		{ NULL, "/h", "/h/.local/state/xmpp-tls-tools/logins.db" },
		{ "relative", "/h", "/h/.local/state/xmpp-tls-tools/logins.db" },
		{ NULL, NULL, NULL },
		{ "", "", NULL },
	};
	struct place *place = *state;
	for (size_t i = 0; i < ARRAY_SIZE(homes); i++) {
		unsetenv("XDG_STATE_HOME");
		unsetenv("HOME");
		if (homes[i].state)
			setenv("XDG_STATE_HOME", homes[i].state, 1);
		if (homes[i].home)
			setenv("HOME", homes[i].home, 1);
		assert_row_string(homes[i].path ? homes[i].path : "none",
				  logins_default_path(place->mem), homes[i].path);
	}
}

#define OURS  "PRAGMA application_id = 0x58544c4c; PRAGMA user_version = 1;"
#define TABLE "CREATE TABLE login (account, mechanism, since, bound);"
#define UNKNOWN(name)                                                                              \
	" knows a login of " ROMEO " with \"" name                                                 \
	"\", which this version does not: update xmpp-tls-tools, or --forget"

static const struct refused {
	const char *name, *sql, *octets, *sentence; /* behind the file's name */
} refused[] = {
	{ "newer", "PRAGMA application_id = 0x58544c4c; PRAGMA user_version = 2; CREATE TABLE t(a)",
	  NULL, " was written by a newer version (schema 2, this one knows 1)" },
	{ "a history", schema_1, NULL,
	  " is a database, but not a memory of logins of xmpp-tls-tools" },
	{ "somebody else's", "CREATE TABLE login(a)", NULL,
	  " is a database, but not a memory of logins of xmpp-tls-tools" },
	{ "no database", NULL, "This is a text, and a long one, for SQLite reads a whole header.",
	  " is no SQLite database: move it away, and what it knew is learnt anew" },
	{ "a table like ours", OURS "CREATE TABLE login(account)", NULL,
	  ": no such column: mechanism" },
	{ "a mechanism we do not know",
	  OURS TABLE "INSERT INTO login VALUES ('" ROMEO "', 'SCRAM-SHA3-512-PLUS', 5, 0)", NULL,
	  UNKNOWN("SCRAM-SHA3-512-PLUS") },
	{ "EXTERNAL, which we never write",
	  OURS TABLE "INSERT INTO login VALUES ('" ROMEO "', 'EXTERNAL', 5, 0)", NULL,
	  UNKNOWN("EXTERNAL") },
	{ "none", OURS TABLE "INSERT INTO login VALUES ('" ROMEO "', NULL, NULL, NULL)", NULL,
	  UNKNOWN("") },
	{ "a long one",
	  OURS TABLE "INSERT INTO login VALUES ('" ROMEO "', hex(zeroblob(5000000)), 'x', 'y')",
	  NULL, UNKNOWN("000000000000000000000000000000000000000000000000000000000000000") },
};

static void write_lines(const char *path, const char *line)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 20; i++)
		fputs(line, file);
	fclose(file);
}

static void refuses_what_it_cannot_believe(void **state)
{
	struct place *place = *state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *row = &refused[i];
		struct login_memory memory = { .since = -1 };
		struct err err = { 0 };
		const char *wanted = arena_printf(place->mem, "%s%s", place->file, row->sentence);
		unlink(place->file);
		if (row->sql)
			sql(place->file, row->sql);
		else
			write_lines(place->file, row->octets);
		assert_row(row->name, !logins_recall(place->file, ROMEO, &memory, &err));
		assert_row_string(row->name, err.text, wanted);
		assert_row(row->name, err.stage == AT_FILE && memory.since == -1);
		err.text[0] = '\0';
		assert_row(row->name, !logins_note(place->file, ROMEO, "PLAIN", TLS_1_3, 1, &err));
		assert_row_string(row->name, err.text, wanted);
	}
	/* --forget gets out of the last of them */
	forget(place->file, ROMEO);
	note(place->file, ROMEO, "PLAIN", 7);
	assert_int_equal(recall(place->file, ROMEO).since, 7);
}

static void bears_a_damaged_file(void **state)
{
	struct place *place = *state;
	for (int i = 0; i < 500; i++)
		note(place->file, arena_printf(place->mem, "user%d@im.example", i), "PLAIN", i);
	FILE *file = fopen(place->file, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	long end = ftell(file);
	assert_true(end > 8192);
	for (long at = 4096; at < end; at++) { /* behind the schema */
		fseek(file, at, SEEK_SET);
		fputc((int)(at * 7 % 251), file);
	}
	fclose(file);
	struct login_memory memory;
	struct err err;
	assert_false(logins_recall(place->file, ROMEO, &memory, &err));
	assert_non_null(strstr(err.text, " is damaged: "));
	assert_non_null(strstr(err.text, ": move it away, and what it knew is learnt anew"));
	assert_false(logins_note(place->file, ROMEO, "PLAIN", TLS_1_3, 1, &err));
	assert_false(logins_forget(place->file, ROMEO, &err));
}

#define NOBODY 65534

/* What another user finds out, as the sentence of what is wrong with it. */
static const char *reads_only(struct place *place)
{
	struct login_memory memory = { 0 };
	struct err err = { 0 };
	const char *wanted = arena_printf(place->mem, "%s can only be read: chmod u+w",
					  place->file);
	if (!logins_recall(place->file, ROMEO, &memory, &err))
		return arena_copy(place->mem, err.text);
	if (!memory.known || strcmp(memory.mechanism, "SCRAM-SHA-1") != 0)
		return "not known";
	if (!logins_note(place->file, ROMEO, "PLAIN", TLS_1_3, 2, &err)) /* nothing to write */
		return arena_copy(place->mem, err.text);
	if (logins_note(place->file, ROMEO, "SCRAM-SHA-256", TLS_1_3, 2, &err))
		return "noted?";
	if (strcmp(err.text, wanted) != 0)
		return arena_copy(place->mem, err.text);
	if (logins_forget(place->file, ROMEO, &err))
		return "forgotten?";
	return strcmp(err.text, wanted) == 0 ? NULL : arena_copy(place->mem, err.text);
}

static const char *cannot_read(struct place *place)
{
	struct login_memory memory;
	struct err err = { 0 };
	if (logins_recall(place->file, ROMEO, &memory, &err))
		return "recalled?";
	const char *wanted = arena_printf(place->mem, "%s: Permission denied", place->file);
	return strcmp(err.text, wanted) == 0 ? NULL : arena_copy(place->mem, err.text);
}

static const char *cannot_make(struct place *place)
{
	const char *path = arena_printf(place->mem, "%s/new/l.db", place->folder);
	struct err err = { 0 };
	if (logins_note(path, ROMEO, "PLAIN", TLS_1_3, 1, &err))
		return "noted?";
	const char *wanted = arena_printf(place->mem, "%s/new cannot be made: Permission denied",
					  place->folder);
	return strcmp(err.text, wanted) == 0 ? NULL : arena_copy(place->mem, err.text);
}

static void as_nobody(struct place *place, const char *(*check)(struct place *place))
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		bool ok = setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
		const char *problem = ok ? check(place) : "cannot become nobody";
		if (problem)
			fprintf(stderr, "as nobody: %s\n", problem);
		_exit(problem ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void says_what_it_may_not_do(void **state)
{
	struct place *place = *state;
	if (geteuid() != 0)
		skip();
	note(place->file, ROMEO, "SCRAM-SHA-1", 1);
	assert_int_equal(chmod(place->folder, 0755), 0);
	assert_int_equal(chmod(place->file, 0644), 0);
	as_nobody(place, reads_only);
	as_nobody(place, cannot_make);
	assert_int_equal(chmod(place->file, 0600), 0);
	as_nobody(place, cannot_read);
	assert_string_equal(recall(place->file, ROMEO).mechanism, "SCRAM-SHA-1");
}

#define PROCESSES 6
#define ROUNDS    20

/* All at once from no file at all, each with its own accounts and with one that all raise. */
static void lets_many_processes_in(void **state)
{
	struct place *place = *state;
	static const char *const mechanisms[] = { "PLAIN", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1" };
	pid_t children[PROCESSES];
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] != 0)
			continue;
		struct err err;
		bool ok = true;
		for (size_t n = 0; ok && n < ROUNDS; n++) {
			const char *own = arena_printf(place->mem, "%zu-%zu@im.example", i, n);
			ok = logins_note(place->file, own, "PLAIN", TLS_1_3, 1, &err) &&
			     logins_note(place->file, ROMEO, mechanisms[(i + n) % 3], TLS_1_3, 1,
					 &err);
		}
		if (!ok)
			fprintf(stderr, "process %zu: %s\n", i, err.text);
		_exit(ok ? 0 : 1);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_string_equal(recall(place->file, ROMEO).mechanism, "SCRAM-SHA-256-PLUS");
	assert_string_equal(answer(place->file, "SELECT count(*) FROM login", place->mem), "121");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(knows_nothing_without_a_file),
		TEST(only_raises_what_it_knows),
		TEST(remembers_in_which_versions_it_was_bound),
		TEST(keeps_accounts_apart_and_forgets_one),
		TEST(makes_folder_and_file_for_the_user_alone),
		TEST(writes_only_what_is_new),
		TEST(finds_its_default_place),
		TEST(refuses_what_it_cannot_believe),
		TEST(bears_a_damaged_file),
		TEST(says_what_it_may_not_do),
		TEST(lets_many_processes_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
