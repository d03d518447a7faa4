/* Writers that are killed at any instant, while others go on: the history is never corrupt, and
 * what history_see() acknowledged is there. */
#include "history_fixture.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

#include "base/deadline.h"

#define WRITERS  3
#define KILLS    120
#define KILL_ALL 10  /* every tenth time: the next to open must recover by itself */
#define ROWS     16  /* a writer may live for, at most, and then */
#define MOMENT   3.0 /* milliseconds, to hit it anywhere */

struct writer {
	pid_t pid;
	int acks;         /* what it says after each history_see() */
	int number;       /* its rows' domain */
	int acknowledged; /* so many rows are in the file, whatever happens */
};

static const char *domain_of(int number, struct arena *mem)
{
	return arena_printf(mem, "writer-%d.example", number);
}

/* Remembers rows 1, 2, 3, ... until it dies. Exits only when something fails. */
static void work(const char *file, int number, int acks)
{
	struct arena *mem = arena_new();
	struct history *history = NULL;
	struct err err;
	if (!history_open(file, &history, &err))
		_exit(1);
	for (int row = 1;; row++) {
		const struct sighting now = {
			.domain = domain_of(number, mem),
			.place = arena_printf(mem, "%d", row),
			.sha256 = "sha",
			.last = row,
		};
		struct change_facts facts;
		if (!history_see(history, &now, 1, false, mem, &facts, &err))
			_exit(2);
		if (facts.class != (row == 1 ? CHANGE_FIRST : CHANGE_NEW_PLACE))
			_exit(3);
		if (write(acks, &row, sizeof(row)) != sizeof(row))
			_exit(4);
	}
}

static struct writer start(const char *file, int number)
{
	int pipes[2];
	assert_int_equal(pipe(pipes), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipes[0]);
		work(file, number, pipes[1]);
	}
	close(pipes[1]);
	return (struct writer){ .pid = pid, .acks = pipes[0], .number = number };
}

/* One acknowledgement, if it comes in time; false: none, or the writer is gone. */
static bool hear(struct writer *writer, struct timespec wait)
{
	struct pollfd polled = { .fd = writer->acks, .events = POLLIN };
	int row;
	if (ppoll(&polled, 1, &wait, NULL) <= 0)
		return false;
	ssize_t got = read(writer->acks, &row, sizeof(row));
	if (got != sizeof(row))
		return false;
	assert_int_equal(row, writer->acknowledged + 1);
	writer->acknowledged = row;
	return true;
}

/* Lets it live until it has so many rows, and then for up to so long: the instant is any. */
static void let_live(struct writer *writer, int rows, double milliseconds)
{
	while (writer->acknowledged < rows && hear(writer, (struct timespec){ .tv_sec = 30 }))
		;
	double end = clock_ms() + milliseconds;
	for (double left; (left = end - clock_ms()) > 0;)
		(void)hear(writer, (struct timespec){ .tv_nsec = (long)(left * 1e6) });
}

/* By SIGKILL and nothing else; then whatever it said before. */
static void end(struct writer *writer)
{
	int status;
	assert_int_equal(kill(writer->pid, SIGKILL), 0);
	assert_int_equal(waitpid(writer->pid, &status, 0), writer->pid);
	if (!WIFSIGNALED(status))
		fail_msg("writer %d ended by itself with %d", writer->number, status >> 8);
	while (hear(writer, (struct timespec){ 0 }))
		;
	close(writer->acks);
	writer->pid = 0;
}

static sqlite3_stmt *ask(sqlite3 *db, const char *question)
{
	sqlite3_stmt *query = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, question, -1, &query, NULL), SQLITE_OK);
	return query;
}

/* Every row that a writer acknowledged, and a file that is whole. */
static void inspect(const char *file, const struct writer *writers, size_t count)
{
	CLEANUP(arena_free) struct arena *mem = arena_new();
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	sqlite3_stmt *query = ask(db, "PRAGMA integrity_check");
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(query, 0), "ok");
	sqlite3_finalize(query);
	query = ask(db, "SELECT count(*) FROM sighting"
			" WHERE domain = ? AND CAST(place AS INTEGER) BETWEEN 1 AND ?");
	for (size_t i = 0; i < count; i++) {
		if (writers[i].acknowledged == 0)
			continue;
		sqlite3_bind_text(query, 1, domain_of(writers[i].number, mem), -1, SQLITE_STATIC);
		sqlite3_bind_int(query, 2, writers[i].acknowledged);
		assert_int_equal(sqlite3_step(query), SQLITE_ROW);
		assert_int_equal(sqlite3_column_int(query, 0), writers[i].acknowledged);
		sqlite3_reset(query);
	}
	sqlite3_finalize(query);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A fraction of one. Any sequence will do: the instants vary by themselves. */
static double chance(unsigned *state)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) / (double)(1 << 24);
}

static void loses_nothing_and_is_never_corrupt(void **state)
{
	const struct place *place = *state;
	const char *file = place->file;
	struct writer writers[WRITERS] = { 0 }, dead[KILLS + WRITERS];
	size_t kills = 0, rows = 0;
	unsigned seed = (unsigned)getpid();
	int number = 0;
	/* The schema, so that the first inspection finds a table: being killed while it is made is
	 * the next test's. */
	struct history *history = NULL;
	struct err err;
	assert_true(history_open(file, &history, &err));
	history_close(&history);
	while (kills < KILLS) {
		for (int i = 0; i < WRITERS; i++) {
			if (!writers[i].pid)
				writers[i] = start(file, number++);
		}
		int victim = (int)(chance(&seed) * WRITERS);
		bool all = number % KILL_ALL == 0;
		let_live(&writers[victim], (int)(chance(&seed) * ROWS), chance(&seed) * MOMENT);
		for (int i = 0; i < WRITERS; i++) {
			if (i != victim && !all)
				continue;
			end(&writers[i]);
			dead[kills++] = writers[i];
			rows += (size_t)writers[i].acknowledged;
		}
		inspect(file, writers, WRITERS);
	}
	for (int i = 0; i < WRITERS; i++) {
		if (writers[i].pid)
			end(&writers[i]);
	}
	inspect(file, dead, kills);
	inspect(file, writers, WRITERS);
	print_message("%zu kills, %zu rows acknowledged by the killed\n", kills, rows);
	assert_true(rows > KILLS);
}

/* Several at once, too: the schema is made by one of them, or by the next. */
static void bears_being_killed_while_it_is_made(void **state)
{
	const struct place *place = *state;
	unsigned seed = (unsigned)getpid();
	for (int round = 0; round < 25; round++) {
		const char *file = arena_printf(place->mem, "%s.%d", place->file, round);
		struct writer writers[WRITERS];
		for (int i = 0; i < WRITERS; i++)
			writers[i] = start(file, i);
		let_live(&writers[0], 0, 2 * chance(&seed) * MOMENT);
		for (int i = 0; i < WRITERS; i++)
			end(&writers[i]);
		CLEANUP(history_close) struct history *history = NULL;
		struct err err;
		if (!history_open(file, &history, &err))
			fail_msg("%s", err.text);
		history_close(&history);
		inspect(file, writers, WRITERS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loses_nothing_and_is_never_corrupt),
		TEST(bears_being_killed_while_it_is_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
